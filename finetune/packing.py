"""Packing: several examples in one row of tokens, none of which sees another, and rows into batches.

A row's attention is causal within each example and nothing across; positions start anew with each. So packing changes how
fast a step is and not its loss (tests/finetune/test_packing.py). Best-fit decreasing leaves a few percent of padding.
"""

import bisect
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from finetune.encoding import IGNORED, Encoded

Row = tuple[int, ...]
"""The positions, in a list of examples, of those in one row."""


def pack(lengths: Sequence[int], capacity: int, shuffled: random.Random | None = None) -> list[Row]:
    """Rows of at most `capacity` tokens that hold each example once: longest first, each into the fullest row it fits in.

    ValueError for an example that is longer than a row.
    """
    order = list(range(len(lengths)))
    if shuffled:
        shuffled.shuffle(order)
    order.sort(key=lambda number: -lengths[number])
    rows: list[list[int]] = []
    room: list[tuple[int, int]] = []  # (tokens left, row), ascending
    for number in order:
        if lengths[number] > capacity:
            raise ValueError(f"an example of {lengths[number]} tokens does not fit a row of {capacity}")
        place = bisect.bisect_left(room, (lengths[number], -1))
        if place < len(room):
            left, row = room.pop(place)
        else:
            left, row = capacity, len(rows)
            rows.append([])
        rows[row].append(number)
        bisect.insort(room, (left - lengths[number], row))
    packed = [tuple(row) for row in rows]
    if shuffled:
        shuffled.shuffle(packed)
    return packed


def epochs(lengths: Sequence[int], capacity: int, seed: str) -> Iterator[Row]:
    """Rows without end: every example once in each epoch, packed and ordered anew. The same seed gives the same rows."""
    epoch = 0
    while True:
        yield from pack(lengths, capacity, random.Random(f"{seed} {epoch}"))  # noqa: S311 (not for secrets)
        epoch += 1


@dataclass(frozen=True)
class Batch:
    """Rows as tensors of shape (rows, length). `segments` numbers the examples in a row from 0, -1 for padding.

    `targets` at a position is the label of the next one, IGNORED where that is another example's or not in the loss.
    """

    input_ids: Any
    positions: Any
    segments: Any
    targets: Any

    @property
    def in_loss(self) -> int:
        return int((self.targets != IGNORED).sum())

    @property
    def tokens(self) -> int:
        """Tokens that are not padding."""
        return int((self.segments >= 0).sum())

    @property
    def segment_lengths(self) -> list[list[int]]:
        """For each row the lengths of its examples, and of the padding after them."""
        import torch

        return [torch.unique_consecutive(row, return_counts=True)[1].tolist() for row in self.segments]

    def to(self, device: Any) -> "Batch":
        return Batch(*(item.to(device) for item in (self.input_ids, self.positions, self.segments, self.targets)))


def make_batch(rows: Sequence[Row], examples: Sequence[Encoded], padding: int) -> Batch:
    """The rows as one batch, as long as its longest row. `padding` is the id that fills up the others."""
    import torch

    length = max(sum(len(examples[number]) for number in row) for row in rows)
    ids = torch.full((len(rows), length), padding, dtype=torch.long)
    positions = torch.zeros((len(rows), length), dtype=torch.long)
    segments = torch.full((len(rows), length), -1, dtype=torch.long)
    targets = torch.full((len(rows), length), IGNORED, dtype=torch.long)
    for index, row in enumerate(rows):
        at = 0
        for segment, number in enumerate(row):
            example = examples[number]
            end = at + len(example)
            ids[index, at:end] = torch.tensor(example.ids)
            positions[index, at:end] = torch.arange(len(example))
            segments[index, at:end] = segment
            targets[index, at : end - 1] = torch.tensor(example.labels[1:], dtype=torch.long)
            at = end
    return Batch(ids, positions, segments, targets)
