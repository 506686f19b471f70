"""The measures, on values small enough to count by hand."""

import pytest

from indexing.records import TextRecord
from tutor.evaluate import Asked, is_right
from tutor.measures import Interval, Refusals, citation_scores, hit, interval, reciprocal_rank, refusals, rouge_l, token_f1


def test_hits_and_reciprocal_rank() -> None:
    ranks = [False, False, True, True]
    assert [hit(ranks, 1), hit(ranks, 5), reciprocal_rank(ranks)] == [0.0, 1.0, pytest.approx(1 / 3)]
    assert [hit([], 5), reciprocal_rank([False] * 10 + [True])] == [0.0, 0.0]


def test_overlap() -> None:
    assert token_f1("a key is minimal", "a key is unique") == pytest.approx(0.75)
    assert rouge_l("minimal is a key", "a key is minimal") == pytest.approx(0.5)
    assert [token_f1("", ""), rouge_l("x", "")] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("citations", "supporting", "expected"),
    [
        ([], [], (0.0, [])),
        ([1], [{1}], (1.0, [1.0])),
        ([1], [], (0.0, [0.0])),
        ([1, 2], [{1}, {1, 2}], (1.0, [1.0, 0.0])),
        ([1, 2], [{1, 2}], (1.0, [1.0, 1.0])),
    ],
)
def test_citations_are_scored_as_alce_does(citations: list[int], supporting: list[set[int]], expected: tuple) -> None:
    assert citation_scores(citations, lambda numbers: set(numbers) in supporting) == expected


def test_refusals() -> None:
    assert refusals([True, True, False, False], [False, True, False, True]) == Refusals(0.5, 0.5, 0.5)
    assert refusals([False], [True]) == Refusals(None, None, None)


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    assert interval([]) is None
    assert interval([1.0, 1.0]) == Interval(1.0, 1.0, 1.0, 2)
    found = interval([0.0, 1.0, 1.0, 0.0])
    assert found == interval([0.0, 1.0, 1.0, 0.0])
    assert found is not None
    assert found.low <= found.mean <= found.high


@pytest.mark.parametrize(
    ("gold", "right"),
    [(["1.4"], True), (["1.4.3"], True), (["1.4.3 End Users"], True), (["1.40"], False), (["1.4.2"], False), (["End"], False)],
)
def test_a_heading_is_right_by_number_or_by_title(gold: list[str], right: bool) -> None:
    passage = TextRecord(content="x", heading="1.4.3 End Users", heading_path=["1 Databases", "1.4 People", "1.4.3 End Users"])
    assert is_right(passage, Asked(question="?", headings=gold)) is right
