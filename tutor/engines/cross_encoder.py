"""Cross-encoders of sentence-transformers, which read two texts together. Leaves what they judge to the modules that ask."""

from typing import Any

from indexing.errors import ModelError
from tutor.engines.transformers import brief


def load_cross_encoder(name: str) -> Any:
    """A `CrossEncoder` by name or folder. ModelError where it cannot be had."""
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name)
    except (OSError, ValueError) as error:
        raise ModelError(f"{name}: not a cross-encoder that can be loaded here ({brief(error)})") from None
