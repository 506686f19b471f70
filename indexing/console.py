"""The door of every command line: errors become one line and an exit status, Ctrl-C is clean, logs stay quiet.

Leaves the commands themselves to `indexing.rebuild`, `tutor.query` and their neighbours.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

from rich.console import Console

from indexing.errors import TutorError

P = ParamSpec("P")
R = TypeVar("R")

REFUSED = 3  # exit status of an honest refusal, and of a check that found something unsupported
INTERRUPTED = 130  # the shell's convention for Ctrl-C

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Report = Callable[[str, int, int], None]
"""progress(what, done, total): called by long jobs; total 0 means unknown."""


def stop(status: int) -> NoReturn:
    """End the process with a status, whatever has been printed."""
    sys.stdout.flush()
    raise SystemExit(status)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command: our errors become `error: …` on stderr and their exit status; Ctrl-C leaves without a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TutorError as error:
            err.print(f"[bold red]error:[/] {_plain(str(error))}")
            stop(error.exit_status)
        except KeyboardInterrupt:
            err.print("\nstopped; nothing was left half-written")
            stop(INTERRUPTED)
        except BrokenPipeError:  # `… | head` closed our output: not an error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            stop(0)
        except OSError as error:
            err.print(f"[bold red]error:[/] {_plain(_disk_message(error))}")
            stop(1)

    return run


def _plain(message: str) -> str:
    """One line, with nothing that the console would take for markup."""
    return " ".join(message.split()).replace("[", r"\[")


def _disk_message(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


@contextmanager
def progress() -> Iterator[Report]:
    """A progress bar on stderr for each step that reports; silent where stderr is not a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # only long jobs

    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
                if not err.is_terminal:
                    err.print(f"{what} …")
            bar.update(tasks[what], completed=done, total=total or None)

        yield report
