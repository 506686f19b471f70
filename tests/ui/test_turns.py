"""One question at a time on a page, and nothing late beside something else."""

import threading

import pytest

from tutor.ui.turns import Places, Turns


def test_a_page_asks_one_question_at_a_time() -> None:
    turns = Turns()
    first = turns.begin("a")
    assert first is not None
    assert turns.begin("a") is None
    assert turns.begin("b") is not None  # another page
    turns.end("a", first)
    assert turns.begin("a") is not None


def test_a_stop_reaches_the_page_that_is_answered_and_no_other() -> None:
    turns = Turns()
    first, other = turns.begin("a"), turns.begin("b")
    assert first is not None
    assert other is not None
    turns.stop("a")
    turns.stop("nobody")
    assert (first.stop.is_set(), first.left) == (True, False)
    assert not other.stop.is_set()


def test_whoever_leaves_waits_for_the_end_of_the_old_turn() -> None:
    turns, gone = Turns(), threading.Event()
    old = turns.begin("a")
    assert old is not None

    def leave() -> None:
        turns.leave("a")
        gone.set()

    leaving = threading.Thread(target=leave)
    leaving.start()
    assert old.stop.wait(5)
    assert old.left
    assert not gone.wait(0.05)
    turns.end("a", old)
    leaving.join(5)
    assert gone.is_set()
    turns.leave("nobody")


def test_an_old_turn_ends_nothing_of_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.ui.turns._LEAVE_S", 0.01)
    turns = Turns()
    old = turns.begin("a")
    assert old is not None
    turns.leave("a")  # the old one does not end in time
    new = turns.begin("a")
    assert new is not None
    turns.end("a", old)
    assert turns.begin("a") is None
    turns.end("a", new)


def test_what_belongs_to_a_question_is_shown_while_the_page_is_at_it() -> None:
    places = Places()
    assert places.is_at("a", "k1")  # nothing is known of the page
    places.go("a", "k1")
    assert places.is_at("a", "k1")
    places.go("a", "")  # the next question is on its way
    assert not places.is_at("a", "k1")
    places.go("a", "k2")
    assert not places.is_at("a", "k1")
    assert places.is_at("a", "k2")
    assert places.is_at("b", "k1")


def test_pages_are_forgotten_at_the_bound() -> None:
    places = Places()
    for number in range(10_001):
        places.go(f"page {number}", "k")
    assert places.is_at("page 0", "other")
    assert not places.is_at("page 1", "other")
