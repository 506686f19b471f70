"""Misspelt words are put right by the book's words, names and terms left alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from indexing.build import build_book
from indexing.index import Index
from indexing.ingredients import Options
from indexing.library import find_book
from indexing.records import TextRecord, write_jsonl
from tests.index.words import WordEmbedder
from tests.retrieval.test_signals import PieceEmbedder
from tutor.retrieval import Retriever
from tutor.spelling import Spelling, slips

TEXT = "A relation is a set of tuples. A relation has attributes. Relations and attributes are named. A catalogue is kept here."


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    home: Path = tmp_path_factory.mktemp("home")
    write_jsonl(
        home / "b.jsonl", [TextRecord(heading="1 A", heading_path=["1 A"], content=TEXT, offsets=[0], spans=[(1, 0, 0, 9, 9)])]
    )
    build_book(home / "b.jsonl", None, home, "b", Options(WordEmbedder()), lambda *_: None)
    return Retriever(Index(find_book("b", home)), WordEmbedder())


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is a relatoin?", "What is a relation?"),  # changed places
        ("Has it atributes?", "Has it attributes?"),  # one missing
        ("Has it attriibutes?", "Has it attributes?"),  # one too many
        ("Has it attrebutes?", "Has it attributes?"),  # a wrong one
        ("Has it atrebutes?", "Has it atrebutes?"),  # two slips
        ("What is a Relatoin?", "What is a Relatoin?"),  # a name, perhaps
        ("What is a catalouge?", "What is a catalouge?"),  # the book has the word only once
        ("What is a dilation?", "What is a dilation?"),
        ("What is a relation?", "What is a relation?"),
    ],
)
def test_one_slip_of_the_pen_is_put_right(retriever: Retriever, question: str, expected: str) -> None:
    found = replace(retriever.search(question), encoding=PieceEmbedder().encode_query(question))
    assert Spelling(retriever.index.book, retriever.index.bm25).corrected(question, found) == expected


def test_in_a_short_word_only_two_letters_change_places() -> None:
    assert slips("loks") == {"olks", "lkos", "losk"}
    assert "share" not in slips("shard")
    assert {"schema", "schemas", "scheme", "schme"} <= slips("schmea") | slips("schemes") | slips("schema")
