"""What an opened page costs the server's memory, and whose memory it is: Gradio's session, measured in one process.

    python -m benchmarks.pages [--pages 60] [--book sample]

Opens the students' page again and again as the server does (its `load` event on a session of its own), counts what Python has
allocated meanwhile (tracemalloc), and then drops the sessions: what is left would be ours.
"""

import argparse
import asyncio
import gc
import os
import tempfile
import tracemalloc
from typing import Any

from indexing.settings import settings
from tutor.classroom.room import Room
from tutor.classroom.settings import ClassroomSettings

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--book", default="sample")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chosen = ClassroomSettings(database=f"sqlite:///{folder}/pages.sqlite")
        room = Room.open("open", chosen, settings().model_copy(update={"book": arguments.book}))
        asyncio.run(_measure(room, arguments.pages))
        room.database.close()


async def _measure(room: Room, count: int) -> None:
    import gradio as gr
    from gradio.state_holder import StateHolder

    from tutor.ui.student import build_student_page

    person, _ = room.accounts.guest()
    page: Any = build_student_page(room)
    sessions = StateHolder()
    sessions.set_blocks(page)
    load = next(function for function in page.fns.values() if function.api_name == "load")

    async def open_page(number: int) -> None:
        request = gr.Request(username=str(person.id), session_hash=f"page {number}", query_params={})
        await page.process_api(block_fn=load, inputs=[], state=sessions[f"page {number}"], request=request)

    await open_page(0)  # what is made once
    gc.collect()
    tracemalloc.start(1)
    before = tracemalloc.get_traced_memory()[0]
    for number in range(1, count + 1):
        await open_page(number)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    print(f"{count} pages of {len(page.blocks)} parts: {grown / count / 1e3:.0f} kB a page, by the file that allocated it:")
    for line in tracemalloc.take_snapshot().statistics("filename")[:6]:
        print(f"  {line.size / count / 1e3:6.1f} kB  {line.traceback[0].filename}")
    sessions.session_data.clear()
    gc.collect()
    left = tracemalloc.get_traced_memory()[0] - before
    print(f"after the sessions are dropped: {left / count / 1e3:.1f} kB a page are left")


if __name__ == "__main__":
    main()
