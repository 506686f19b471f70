"""Every setting, in one place: environment variables that start with TUTOR_, or lines of a `.env` file in the working folder.

The command lines read these once at the door; functions below take plain keywords. The README's table lists the same names.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexing.errors import UsageError

PROJECT = Path(__file__).resolve().parent.parent
_CACHE = Path(platformdirs.user_cache_dir("textbook-tutor"))


class Settings(BaseSettings):
    """What can be set from outside. Names in the environment carry the prefix TUTOR_."""

    model_config = SettingsConfigDict(env_prefix="TUTOR_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(default=PROJECT / "data" / "library", description="Folder of the built books")
    cache: Path = Field(
        default=_CACHE, description="Folder for what can be made again: the converted embedder, cached embeddings"
    )
    models: Path = Field(default=_CACHE / "models", description="Folder of downloaded models")
    book: str = Field(
        default="", description="Book that is asked when none is named; empty: the only one, else the sample course"
    )
    embedder: str = Field(
        default="minilm", description="'minilm' (built in), or a sentence-transformers model by name or folder"
    )
    llama_tokenizer: Path | None = Field(
        default=None, description="Folder or tokenizer.json of Llama-2; without it a stand-in counts"
    )
    reranker: str = Field(
        default="", description="'small', or a sentence-transformers cross-encoder by name or folder; empty: none"
    )
    entailment: str = Field(
        default="", description="'small', or a sentence-transformers cross-encoder for NLI by name or folder; empty: none"
    )
    store: Literal["faiss", "qdrant"] = Field(default="faiss", description="Where vectors are kept")
    qdrant_url: str = Field(default="", description="Qdrant server; empty: a local folder inside the book")
    qdrant_api_key: SecretStr = Field(default=SecretStr(""), description="Key of the Qdrant server")
    engine: str = Field(
        default="quote",
        description="What words the answers: 'quote', 'small', 'small-tuned', 'auto', 'server', a model's name or folder",
    )
    adapter: Path | None = Field(default=None, description="LoRA adapter folder for a transformers engine")
    server_url: str = Field(default="", description="Base URL of an OpenAI-compatible server, such as http://127.0.0.1:8000/v1")
    server_model: str = Field(default="", description="Model name at that server")
    server_api_key: SecretStr = Field(default=SecretStr(""), description="Key of that server")


@cache
def settings() -> Settings:
    """The settings, read once. UsageError names the variable that has no sensible value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "TUTOR_" + ".".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name}: {first['msg']}") from None
