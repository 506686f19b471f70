"""How good quote mode is: whether every sentence stands where it is cited, the gold place is cited, and refusals are right.

    python -m benchmarks.quoting

Needs the built books `sample` and `watt` in TUTOR_HOME. Gold is a review question's section, or an exercise's chapter. Those
questions should be answered, and the out-of-book questions of sets/out-of-book.jsonl refused.
"""

import re
import statistics
from collections.abc import Sequence

import pymupdf

from benchmarks.retrieval_sets import outside, question_sets
from indexing.embedding import load_embedder
from indexing.library import Book, find_book
from indexing.settings import settings
from tutor.answer import Answer
from tutor.tutor import Tutor

_BARE = re.compile(r"\W+")


class Pages:
    """The letters of a PDF's pages, to look sentences up in."""

    def __init__(self, book: Book) -> None:
        with pymupdf.open(book.pdf_path) as document:
            self._bare = [_BARE.sub("", page.get_text()).casefold() for page in document]

    def hold(self, quote: str, pages: Sequence[int]) -> bool:
        """Whether at least nine in ten of a quote's words stand on the pages (hyphens and columns break some)."""
        text = "".join(self._bare[page - 1] for page in pages)
        words = [_BARE.sub("", word).casefold() for word in quote.split()]
        words = [word for word in words if word]
        return sum(word in text for word in words) >= 0.9 * len(words)


def main() -> None:
    home = settings().home
    names = [name for name in ("sample", "watt") if (home / name).exists()]
    books = {name: find_book(name, home) for name in names}
    sets = question_sets(names, {name: book.questions() for name, book in books.items()})
    for name, book in books.items():
        tutor = Tutor.open(book, load_embedder("minilm", settings().cache))
        pages = Pages(book)
        answers: list[tuple[Answer, bool]] = []
        for chosen in (item for item in sets if item.book == name):
            done = [(tutor.ask(item.question), item.pages) for item in chosen.items]
            answers += [(answer, True) for answer, _ in done if "everyday" not in chosen.name]
            given = [(answer, gold) for answer, gold in done if not answer.refused]
            cited = sum(any(gold & set(item.pages) for item in answer.citations) for answer, gold in done)
            first = sum(bool(answer.citations) and bool(gold & set(answer.citations[0].pages)) for answer, gold in done)
            quotes = [item for answer, _ in given for item in answer.citations if answer.computed is None]
            exact = sum(pages.hold(item.quote, item.pages) for item in quotes)
            times = [answer.timings.generate_ms for answer, _ in given]
            print(f"{chosen.name:18} {len(done):4}  gold cited {cited / len(done):.3f} (first {first / len(done):.3f})  "
                  f"refused {1 - len(given) / len(done):.3f}  quotes on their page {exact}/{len(quotes)}  "
                  f"sentences {statistics.mean(len(answer.sentences) for answer, _ in given):.2f}  "
                  f"p50 {statistics.median(times):.1f} ms")  # fmt: skip
        answers += [(tutor.ask(question), False) for question, _ in outside(name)]
        right = sum(answer.refused and not inside for answer, inside in answers)
        refused = sum(answer.refused for answer, _ in answers)
        wanted = sum(not inside for _, inside in answers)
        precision, recall = right / max(refused, 1), right / max(wanted, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        print(f"{name}: out-of-book refusal precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


if __name__ == "__main__":
    main()
