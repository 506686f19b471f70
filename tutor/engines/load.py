"""An engine by its name: 'quote' (none), 'small', 'small-tuned', 'server', 'auto', or a causal model by name or folder.

`small-tuned` is the small model with the adapter that recipe `grounded` made from the sample course (data/sample/adapter).

`auto` takes the best that is really there and says which and why, and never downloads: a server that is set and answers, else
a GPU's model that is in the cache already, else quote mode. The small model is never chosen for a student: it invents.
Leaves the engines to their modules.
"""

from dataclasses import dataclass
from pathlib import Path

from indexing.errors import ModelError, UsageError
from indexing.settings import Settings
from tutor.engines.base import Engine
from tutor.models import PACKAGED, got_folder, is_there

QUOTE, SERVER, AUTO, TUNED = "quote", "server", "auto", "small-tuned"
SAMPLE_ADAPTER = Path(__file__).resolve().parents[2] / "data" / "sample" / "adapter"
LLAMA = "meta-llama/Llama-2-7b-chat-hf"


@dataclass(frozen=True)
class Choice:
    """The engine (None: quote mode), and in one line which it is and why."""

    engine: Engine | None
    why: str


def load_engine(name: str, settings: Settings, adapter: Path | None = None) -> Choice:
    """The engine of that name. ModelError where it cannot be had, with what to do about it."""
    if name == TUNED:
        return _tuned(settings, adapter)
    adapter = adapter or settings.adapter
    if name in (QUOTE, SERVER) and adapter is not None:
        raise UsageError(f"engine '{name}' takes no adapter; choose one that transformers loads, such as --engine small")
    if name == AUTO:
        return _best(settings, adapter)
    if name == QUOTE:
        return Choice(None, "quote: the book's own sentences")
    if name == SERVER:
        engine = _server(settings)
        return Choice(engine, f"{engine.name}: by the server at {settings.server_url}")
    if name in PACKAGED:
        return Choice(_transformers(str(got_folder(name, settings.models)), name, adapter), f"{name}: {PACKAGED[name].title}")
    return Choice(_transformers(name, name, adapter), f"{name}: by transformers")


def is_tuned_there(settings: Settings) -> bool:
    """Whether the small model and the sample course's adapter are both on this computer."""
    return is_there("small", settings.models) and SAMPLE_ADAPTER.is_dir()


def _tuned(settings: Settings, adapter: Path | None) -> Choice:
    if adapter is not None:
        raise UsageError(f"engine '{TUNED}' has an adapter of its own; for {adapter} choose --engine small")
    if not SAMPLE_ADAPTER.is_dir():
        raise ModelError(f"{SAMPLE_ADAPTER}: not there; make it with: python -m finetune.train --book sample --recipe grounded")
    engine = _transformers(str(got_folder("small", settings.models)), TUNED, SAMPLE_ADAPTER)
    return Choice(engine, f"{TUNED}: the small model, tuned on the sample course")


def _best(settings: Settings, adapter: Path | None) -> Choice:
    notes = []
    if settings.server_url:
        try:
            engine = _server(settings)
        except ModelError as error:
            notes.append(str(error))
        else:
            return Choice(engine, f"{engine.name}: the server at {settings.server_url} answers")
    else:
        notes.append("no server is set")
    if not _is_cached(LLAMA):
        notes.append(f"{LLAMA} is not on this computer")
    elif not _has_gpu():
        notes.append(f"{LLAMA} is here, but no GPU")
    else:
        return Choice(_transformers(LLAMA, LLAMA, adapter), f"{LLAMA}: it is on this computer, and so is a GPU")
    return Choice(None, f"quote: {'; '.join(notes)}")


def _is_cached(name: str) -> bool:
    """Whether the hub's cache has the model, found without asking the hub."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(name, "config.json"), str)


def _has_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _server(settings: Settings) -> Engine:
    from tutor.engines.server import ServerEngine

    if not settings.server_url:
        raise UsageError("no server is set; set TUTOR_SERVER_URL, such as http://127.0.0.1:8000/v1")
    return ServerEngine(settings.server_url, settings.server_model, settings.server_api_key.get_secret_value())


def _transformers(source: str, name: str, adapter: Path | None) -> Engine:
    from tutor.engines.transformers import TransformersEngine

    return TransformersEngine.load(source, name, adapter)
