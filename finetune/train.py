"""Train a LoRA adapter on a book and its review questions.

    python -m finetune.train --book B --recipe grounded      # on the small Llama, on whatever hardware is there
    python -m finetune.train --book B --recipe paper --base meta-llama/Llama-2-7b-chat-hf
    python -m finetune.train --book B --data more.jsonl      # a further stage of your own
    python -m finetune.train --resume runs/B-grounded-…      # go on after an interruption, with the same result
    accelerate launch -m finetune.train --book B             # several GPUs

Ctrl-C ends after the update that is under way and keeps a checkpoint. `tensorboard --logdir runs` shows the curves live.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from finetune.loop import Interrupted, Update
from finetune.recipe import load_recipe, with_changes
from finetune.run import RunFolder
from finetune.training import Watch, resume, train
from indexing.console import INTERRUPTED, err, guarded, out, stop
from indexing.library import default_book
from indexing.settings import settings

_LINE_EVERY_S = 10.0  # seconds between two lines where there is no terminal for a bar


def main(
    book: Annotated[str, typer.Option(help="Name in the library, or a book's folder")] = "",
    recipe: Annotated[str, typer.Option(help="grounded, paper, smoke, or your own TOML file")] = "grounded",
    base: Annotated[str, typer.Option(help="Base model: 'small', a name on the hub, or a folder")] = "",
    data: Annotated[list[Path] | None, typer.Option(help="JSONL file to train on in a further stage; may be repeated")] = None,
    steps: Annotated[int, typer.Option(min=0, help="Updates of every stage, instead of the recipe's")] = 0,
    stages: Annotated[int, typer.Option(min=0, help="Train the first stages only")] = 0,
    seed: Annotated[int | None, typer.Option(help="Seed, instead of the recipe's")] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the run; otherwise runs/<book>-<recipe>-<time>")
    ] = None,
    resume_run: Annotated[Path | None, typer.Option("--resume", help="Folder of a run to go on with")] = None,
) -> None:
    """Train a LoRA adapter on a book's chunks and review questions.

    Example: python -m finetune.train --book sample --recipe smoke
    """
    chosen = settings()
    with _watched() as watch:
        try:
            if resume_run is not None:
                run = resume(resume_run, chosen, watch)
            else:
                made = with_changes(load_recipe(recipe), base, steps, seed, tuple(data or ()), stages)
                found = default_book(chosen.home, book or chosen.book)
                stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
                folder = out_folder or Path("runs") / f"{found.name}-{made.name}-{stamp}"
                err.print(f"run: {folder}", markup=False)
                run = train(made, found, chosen, folder, watch)
        except Interrupted:
            where = resume_run or folder
            err.print(f"stopped; a checkpoint is kept. Go on with: python -m finetune.train --resume {where}", markup=False)
            stop(INTERRUPTED)
    _summary(run)


@contextmanager
def _watched() -> Iterator[Watch]:
    """A watch that shows progress and time left, and that Ctrl-C stops; a second Ctrl-C stops at once."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        err.print("\nstopping after this update; Ctrl-C again stops at once")

    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn(compact=True),
    )  # fmt: skip
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
            shown = _Shown(bar)
            yield Watch(say=shown.say, after=shown.after, stop=lambda: asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Shown:
    """Progress as a bar on a terminal, as a line now and then elsewhere."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("training", total=None, visible=False)
        self._started: float | None = None
        self._first = 0
        self._said = 0.0

    def say(self, line: str) -> None:
        err.print(line, markup=False)

    def after(self, update: Update, done: int, total: int) -> None:
        """Show an update, and at least every ten seconds a line where there is no bar."""
        now = time.monotonic()
        if self._started is None:
            self._started, self._first = now - update.seconds, done - 1
        held_out = f", held out {update.held_out:.4f}" if update.held_out is not None else ""
        what = f"{update.stage} {update.step}/{update.total}: loss {update.loss:.4f}{held_out}"
        self._bar.update(self._task, description=what, completed=done, total=total, visible=True)
        last = done == total
        if not err.is_terminal and (held_out or last or now - self._said >= _LINE_EVERY_S):
            left = (now - self._started) / (done - self._first) * (total - done)
            rate = update.tokens / update.seconds
            err.print(f"{what}, rate {update.learning_rate:.2g}, {rate:,.0f} tokens/s, {left / 60:.1f} min left", markup=False)
            self._said = now


def _summary(run: RunFolder) -> None:
    for name, losses in run.record()["losses"].items():
        off = "unchanged" if losses["start, adapter off"] == losses["end, adapter off"] else "CHANGED"
        out.print(
            f"{name}: held-out loss {losses['start']:.4f} -> {losses['end']:.4f} "
            f"({losses['end'] / losses['start'] - 1:+.1%}); with the adapter off {off}",
            markup=False,
        )
    out.print(f"adapter: {run.adapter}", markup=False)
    out.print(f"curves: {run.path / 'curves.png'}", markup=False)
    out.print(f"compare: python -m finetune.compare --adapter {run.adapter}", markup=False)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
