"""Citations: numbers for the passages that an answer rests on, in order of first use, with the exact place on the page.

The program assigns them, never a model. Leaves deciding what supports what to quoting and grounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexing.chunks import located
from indexing.records import Span
from tutor.answer import Citation, PassageSummary
from tutor.retrieval import Passage


@dataclass
class Citations:
    """Collects citations; one passage keeps one number."""

    _cited: dict[tuple[str, str], tuple[int, Passage, list[int]]] = field(default_factory=dict)

    def cite(self, passage: Passage, sentences: Sequence[int]) -> int:
        """The number of a passage; `sentences` of its chunk are added to what is quoted and marked."""
        key = (passage.book, passage.chunk.id)
        number, _, quoted = self._cited.setdefault(key, (len(self._cited) + 1, passage, []))
        quoted.extend(index for index in sentences if index not in quoted)
        return number

    def all(self) -> list[Citation]:
        return [_citation(number, passage, sorted(quoted)) for number, passage, quoted in self._cited.values()]


def _citation(number: int, passage: Passage, quoted: list[int]) -> Citation:
    chunk = passage.chunk
    spans = sentence_spans(passage, quoted) if quoted else list(chunk.spans)
    labels = dict(zip(chunk.pages, chunk.page_labels, strict=False))
    citation = Citation(
        n=number,
        book=passage.book,
        heading=chunk.heading,
        heading_path=chunk.heading_path,
        quote=" ".join(chunk.sentence(index) for index in quoted) if quoted else chunk.text,
        chunk_id=chunk.id,
        type=chunk.type,
        caption=chunk.caption,
        spans=spans,
    )
    return citation.model_copy(update={"page_labels": [labels.get(page, "") for page in citation.pages] if labels else []})


def sentence_spans(passage: Passage, sentences: Sequence[int]) -> list[Span]:
    """Where some sentences of a passage stand: the boxes of their printed lines."""
    chunk = passage.chunk
    spans: list[Span] = []
    for index in sentences:
        start, end = chunk.sentences[index]
        for span in located(chunk.spans, chunk.offsets, start, end)[0]:
            if span not in spans:
                spans.append(span)
    return spans


def summary(passage: Passage) -> PassageSummary:
    """A retrieved passage as the JSON shows it."""
    chunk = passage.chunk
    return PassageSummary(
        book=passage.book,
        heading=chunk.heading,
        heading_path=chunk.heading_path,
        chunk_id=chunk.id,
        type=chunk.type,
        text=chunk.text,
        score=round(passage.score, 4),
        spans=chunk.spans,
        page_labels=chunk.page_labels,
    )
