"""Every error that the project raises on purpose, in one tree.

    TutorError                  exit status 1: one line that names the thing and the remedy
    ├── UsageError              exit status 2: what was asked for makes no sense (question empty, unknown option value)
    ├── SourceError             a PDF, records.jsonl or other input that cannot be used
    │   └── PageError           one page of a PDF cannot be read; the others can
    ├── BookError               a built book that is missing, damaged, or made by another version or embedder
    │   └── LockedError         another rebuild of the same book is running
    ├── ModelError              a model, adapter, tokenizer or server that is missing, unfit or unreachable
    └── LimitError              a limit in time, size or number was reached

Library code raises these; the command lines alone turn them into a line and an exit status (`indexing.console`).
Anything else that escapes is a defect and keeps its traceback.
"""


class TutorError(Exception):
    """Base of all errors that a user can cause or mend. `str(error)` is one line for the user."""

    exit_status = 1


class UsageError(TutorError):
    """The request itself is wrong, whatever the state of the disk."""

    exit_status = 2


class SourceError(TutorError):
    """An input file cannot be used: missing, not a PDF, empty, broken, encrypted, without text, a broken line."""


class PageError(SourceError):
    """One page of a PDF cannot be read; the others can."""


class BookError(TutorError):
    """A built book cannot be used: missing, damaged, built by another schema version or another embedder."""


class LockedError(BookError):
    """Another process is rebuilding the same book."""


class ModelError(TutorError):
    """A model, adapter, tokenizer or server is missing, does not fit, or does not answer."""


class LimitError(TutorError):
    """A documented limit was reached; the message says which one and what to change."""
