"""Any sentence-transformers model as an embedder, by TUTOR_EMBEDDER: stronger ones than the built-in, at their price.

Prefixes for questions and passages are taken from the model's configuration, else from what its makers state of its family, and
no text is embedded without its prefix.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from indexing.embedding import Encoding, unit
from indexing.errors import ModelError

_BATCH = 16  # texts

# (question's prefix, passage's) of families whose configuration leaves out what their model cards ask for (huggingface.co,
# intfloat/e5-base-v2 and BAAI/bge-base-en-v1.5)
_FAMILIES = {
    r"(multilingual-)?e5-(small|base|large)(-v2)?": ("query: ", "passage: "),
    r"bge-(small|base|large)-en(-v1\.5)?": ("Represent this sentence for searching relevant passages: ", ""),
}


def prefixes(name: str, prompts: Mapping[str, str]) -> tuple[str, str]:
    """What goes before a question and before a passage; `prompts` are those of the model's configuration."""
    query, passage = prompts.get("query", ""), prompts.get("document") or prompts.get("passage") or ""
    if query or passage:
        return query, passage
    family = (stated for pattern, stated in _FAMILIES.items() if re.fullmatch(pattern, Path(name).name, re.IGNORECASE))
    return next(family, ("", ""))


class SentenceTransformersEmbedder:
    """Any sentence-transformers model, with its prefixes for query and passage."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name)
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:160]
            raise ModelError(f"{name}: not a sentence-transformers model that can be loaded here ({reason})") from None
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension())
        self.max_tokens = int(self._model.max_seq_length or 512)
        self._query_prefix, self._passage_prefix = prefixes(name, self._model.prompts or {})
        before = f":{self._query_prefix}:{self._passage_prefix}" if self._query_prefix or self._passage_prefix else ""
        self.fingerprint = f"{name}:{_weights_digest(self._model)}{before}"

    def count(self, text: str) -> int:
        return len(self._model.tokenizer(self._passage_prefix + text, truncation=False)["input_ids"])

    def encode_passages(
        self, texts: Sequence[str], report: Callable[[int], None] | None = None, *, fast: bool = False
    ) -> list[Encoding]:
        encodings: list[Encoding] = []
        for start in range(0, len(texts), _BATCH):
            encodings.extend(self._encode(list(texts[start : start + _BATCH]), self._passage_prefix))
            if report:
                report(len(encodings))
        return encodings

    def encode_query(self, text: str) -> Encoding:
        return self._encode([text], self._query_prefix)[0]

    def _encode(self, texts: list[str], prefix: str) -> list[Encoding]:
        prefixed = [prefix + text for text in texts]
        # prompt="": a model's default prompt would come on top of the prefix
        outputs = self._model.encode(prefixed, prompt="", output_value=None, convert_to_numpy=False)
        offsets = self._model.tokenizer(prefixed, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True)[
            "offset_mapping"
        ]
        return [
            Encoding(
                unit(output["sentence_embedding"].float().cpu().numpy()),
                unit(output["token_embeddings"].float().cpu().numpy()[: len(ranges)]),
                [(max(a - len(prefix), 0), max(b - len(prefix), 0)) for a, b in ranges],
            )
            for output, ranges in zip(outputs, offsets, strict=True)
        ]


def _weights_digest(model: Any) -> str:
    """A digest of the weights themselves, so that a model changed under the same name is noticed."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
