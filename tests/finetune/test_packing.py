"""Packing changes how fast a step is, and nothing else."""

import random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from finetune.attention import packed_attention
from finetune.encoding import IGNORED, Encoded
from finetune.loop import summed_loss
from finetune.packing import epochs, make_batch, pack
from indexing.errors import ModelError

LENGTHS = st.lists(st.integers(1, 50), min_size=1, max_size=60)


@given(LENGTHS, st.integers(0, 5))
def test_every_example_is_in_one_row_and_no_row_is_too_long(lengths: list[int], seed: int) -> None:
    rows = pack(lengths, 50, random.Random(seed))
    assert sorted(number for row in rows for number in row) == list(range(len(lengths)))
    assert all(sum(lengths[number] for number in row) <= 50 for row in rows)
    full = sum(sum(lengths[number] for number in row) > 25 for row in rows)
    assert full >= len(rows) - 1  # two rows that are half empty would have been one


def test_an_example_longer_than_a_row_is_an_error() -> None:
    with pytest.raises(ValueError, match="51 tokens does not fit a row of 50"):
        pack([51], 50)


def test_rows_are_the_same_for_the_same_seed_and_differ_between_epochs() -> None:
    lengths = [7, 9, 11, 13, 20, 21]
    first, again, other = (epochs(lengths, 25, seed) for seed in ("1", "1", "2"))
    taken = [next(first) for _ in range(12)]
    assert taken == [next(again) for _ in range(12)]
    assert taken != [next(other) for _ in range(12)]
    rows = len(pack(lengths, 25))
    assert sorted(taken[:rows]) != taken[:rows] or taken[:rows] != taken[rows : 2 * rows]


def test_batch_is_what_it_says() -> None:
    examples = [Encoded((5, 6, 7), (IGNORED, 6, 7)), Encoded((8, 9), (8, 9)), Encoded((3,) * 4, (3,) * 4)]
    batch = make_batch([(0, 1), (2,)], examples, padding=0)
    assert batch.input_ids.tolist() == [[5, 6, 7, 8, 9], [3, 3, 3, 3, 0]]
    assert batch.positions.tolist() == [[0, 1, 2, 0, 1], [0, 1, 2, 3, 0]]
    assert batch.segments.tolist() == [[0, 0, 0, 1, 1], [0, 0, 0, 0, -1]]
    assert batch.targets.tolist() == [[6, 7, IGNORED, 9, IGNORED], [3, 3, 3, IGNORED, IGNORED]]
    assert (batch.in_loss, batch.tokens) == (6, 9)
    assert batch.segment_lengths == [[3, 2], [4, 1]]


def random_examples(count: int, seed: int) -> list[Encoded]:
    chooser = random.Random(seed)
    examples = []
    for _ in range(count):
        ids = tuple(chooser.randrange(260) for _ in range(chooser.randint(2, 20)))
        masked = chooser.randint(0, len(ids) - 2)
        examples.append(Encoded(ids, (*[IGNORED] * masked, *ids[masked:])))
    return examples


def packed_logits(model: Any, batch: Any) -> Any:
    with packed_attention(model):
        return model(input_ids=batch.input_ids, position_ids=batch.positions, segment_lengths=batch.segment_lengths).logits


def masked_logits(model: Any, batch: Any) -> Any:
    """The same by one mask over the whole row."""
    causal = torch.ones(batch.segments.shape[1], batch.segments.shape[1], dtype=torch.bool).tril()
    mask = (batch.segments[:, :, None] == batch.segments[:, None, :]) & causal
    return model(input_ids=batch.input_ids, attention_mask=mask[:, None], position_ids=batch.positions).logits


def token_losses(model: Any, batch: Any) -> dict[tuple[int, int, int], float]:
    """{(row, segment, position): loss} of each predicted token."""
    logits = packed_logits(model, batch)
    found = {}
    for row, at in (batch.targets != IGNORED).nonzero().tolist():
        loss = -logits[row, at].detach().log_softmax(-1)[batch.targets[row, at]]
        found[row, int(batch.segments[row, at]), int(batch.positions[row, at])] = float(loss)
    return found


def test_packed_losses_are_those_of_each_example_alone(model: Any) -> None:
    examples = random_examples(12, 1)
    rows = pack([len(item) for item in examples], 40)
    assert max(len(row) for row in rows) >= 3
    packed = token_losses(model, make_batch(rows, examples, padding=0))
    for index, row in enumerate(rows):
        for segment, number in enumerate(row):
            alone = model(input_ids=torch.tensor([examples[number].ids])).logits[0].detach()
            for position, label in enumerate(examples[number].labels[1:]):
                if label != IGNORED:
                    expected = -float(alone[position].log_softmax(-1)[label])
                    assert packed[index, segment, position] == pytest.approx(expected, abs=1e-4)


def test_summed_loss_is_the_sum_of_the_token_losses(model: Any) -> None:
    examples = random_examples(9, 2)
    batch = make_batch(pack([len(item) for item in examples], 40), examples, padding=0)
    with packed_attention(model):
        summed = float(summed_loss(model, batch).detach())
    assert summed == pytest.approx(sum(token_losses(model, batch).values()), rel=1e-5)


def test_one_call_for_each_example_is_one_masked_call_for_the_row(model: Any) -> None:
    examples = random_examples(12, 3)
    batch = make_batch(pack([len(item) for item in examples], 40), examples, padding=0)
    wanted = batch.segments >= 0
    with torch.inference_mode():
        torch.testing.assert_close(packed_logits(model, batch)[wanted], masked_logits(model, batch)[wanted], atol=1e-5, rtol=0)


def test_attention_is_as_before_afterwards_and_needs_lengths_within(model: Any) -> None:
    ids = torch.tensor([[5, 6, 7]])
    with packed_attention(model), pytest.raises(ModelError, match="LlamaAttention does not hand packed rows through"):
        model(input_ids=ids)
    assert model.config._attn_implementation == "sdpa"
    assert model(input_ids=ids).logits.shape == (1, 3, 260)


def test_what_stands_in_another_example_changes_nothing(model: Any) -> None:
    one, other = Encoded((5, 6, 7, 8), (5, 6, 7, 8)), Encoded((99, 98, 97), (99, 98, 97))
    changed = Encoded((1, 2, 3), (1, 2, 3))
    losses = [token_losses(model, make_batch([(0, 1)], [first, one], 0)) for first in (other, changed)]
    kept = [{key: value for key, value in found.items() if key[1] == 1} for found in losses]
    assert len(kept[0]) == 3
    assert kept[0] == pytest.approx(kept[1], abs=1e-6)


def test_masked_tokens_have_no_gradient(model: Any) -> None:
    """Neither do logits at positions that predict a masked token, nor does a masked token's own identity matter as a target."""
    example = Encoded((5, 6, 7, 8, 9, 10), (IGNORED, IGNORED, IGNORED, 8, 9, 10))
    batch = make_batch([(0,)], [example], padding=0)
    logits = packed_logits(model, batch)
    logits.retain_grad()
    torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED).backward()
    moved = logits.grad[0].abs().sum(-1) > 0
    assert moved.tolist() == [False, False, True, True, True, False]

    hidden = []
    handle = model.lm_head.register_forward_hook(lambda module, inputs, out: hidden.append(inputs[0].shape))
    with packed_attention(model):
        summed_loss(model, batch)
    handle.remove()
    assert [tuple(shape) for shape in hidden] == [(1, 3, 32)]  # only the three that predict go through the output layer
