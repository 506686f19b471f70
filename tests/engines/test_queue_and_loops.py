"""Fair order, a bounded queue, and answers that go round in circles."""

import threading
import time

import pytest

from indexing.errors import LimitError
from tutor.engines.base import Generation, Queue, looped


def test_callers_are_let_in_one_at_a_time_in_the_order_in_which_they_came() -> None:
    queue, order, inside = Queue(), [], []
    first_is_in = threading.Event()

    def run(number: int) -> None:
        with queue.turn(Generation()):
            inside.append(number)
            assert len(inside) == 1
            first_is_in.set()
            order.append(number)
            time.sleep(0.02)
            inside.remove(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        first_is_in.wait(2)
        while len(queue._waiting) + len(order) <= number and thread.is_alive():
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_full_queue_says_busy_and_an_impatient_caller_leaves_it() -> None:
    queue = Queue(limit=1)
    release = threading.Event()
    holds = threading.Event()

    def hold() -> None:
        with queue.turn(Generation()):
            holds.set()
            release.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(5)
    with pytest.raises(LimitError, match="not free within"), queue.turn(Generation(time_limit_s=0.05)):
        pass
    stopped = Generation()
    stopped.stop.set()
    with pytest.raises(LimitError, match="stopped while waiting"), queue.turn(stopped):
        pass
    waiter = threading.Thread(target=lambda: queue.turn(Generation()).__enter__())
    waiter.start()
    while len(queue._waiting) < 2:
        time.sleep(0.001)
    with pytest.raises(LimitError, match="busy: 1 questions"), queue.turn(Generation()):
        pass
    release.set()
    holder.join()
    waiter.join()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A file. It is a type of data storage. It is a type of data storage.", "A file. It is a type of data storage."),
        ("because it is so because it is so because it is so ", "because it is so"),
        ("1. Each row of it is unique.\n2. Each row of it is unique.\n", "1. Each row of it is unique."),
        ("A key is minimal. A key is unique.", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_text_that_goes_round_in_circles_is_cut_where_it_begins_again(text: str, kept: str | None) -> None:
    assert looped(text) == kept
