"""An answer may run over the edge of a chunk: its text goes on into the neighbouring chunk of the same record.

Only text is joined, and only by a sentence or two, so that a passage stays short; sentences, spans and offsets stay true.
"""

from indexing.chunks import Chunk, located

_SENTENCES = 2


def joined(chunk: Chunk, neighbour: Chunk, *, after: bool) -> Chunk | None:
    """`chunk` with up to two sentences of the neighbour after (else before) it; None where they are not of one text record.

    The id stays that of `chunk`.
    """
    if chunk.type != "text" or neighbour.type != "text" or chunk.record != neighbour.record:
        return None
    taken = neighbour.sentences[:_SENTENCES] if after else neighbour.sentences[-_SENTENCES:]
    start, end = taken[0][0], taken[-1][1]
    spans, offsets = located(neighbour.spans, neighbour.offsets, start, end)
    if not offsets and neighbour.spans:
        return None  # where the lines stand is not known, so the added sentences could not be shown
    edge = neighbour.text[start:end]
    ranges = [(a - start, b - start) for a, b in taken]
    if after:
        shift = len(chunk.text) + 1
        update = {
            "text": f"{chunk.text} {edge}",
            "sentences": [*chunk.sentences, *((a + shift, b + shift) for a, b in ranges)],
            "spans": [*chunk.spans, *spans],
            "offsets": [*chunk.offsets, *(offset + shift for offset in offsets)],
        }
    else:
        shift = len(edge) + 1
        update = {
            "text": f"{edge} {chunk.text}",
            "sentences": [*ranges, *((a + shift, b + shift) for a, b in chunk.sentences)],
            "spans": [*spans, *chunk.spans],
            "offsets": [*offsets, *(offset + shift for offset in chunk.offsets)],
        }
    labels = dict(zip(chunk.pages, chunk.page_labels, strict=False)) | dict(
        zip(neighbour.pages, neighbour.page_labels, strict=False)
    )
    result = chunk.model_copy(update=update)
    return result.model_copy(update={"page_labels": [labels.get(page, "") for page in result.pages] if labels else []})
