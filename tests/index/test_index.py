"""The index on disk: what is built, what is embedded again, and what damage is told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexing.build import build_book
from indexing.errors import BookError, LockedError, SourceError
from indexing.index import Index, sentence_texts
from indexing.ingredients import Options, is_up_to_date
from indexing.library import find_book, new_version
from indexing.records import Record, TableRecord, TextRecord, write_jsonl
from tests.index.words import WordEmbedder

SILENT = lambda what, done, total: None  # noqa: E731


def records(extra: str = "") -> list[Record]:
    return [
        TextRecord(heading="1 Keys", heading_path=["1 Keys"], content=f"A key is minimal. A superkey may be larger.{extra}"),
        TextRecord(heading="2 Nulls", heading_path=["2 Nulls"], content="A null stands for no value."),
        TableRecord(
            caption="Table 2.1: Staff.", content=[{"Name": "Smith"}], grid=[["Name"], ["Smith"]], heading_path=["2 Nulls"]
        ),
    ]


def build(home: Path, given: list[Record], embedder: WordEmbedder | None = None, **options: Any) -> Index:
    source = home / "records.jsonl"
    write_jsonl(source, given)
    build_book(source, None, home, "b", Options(embedder or WordEmbedder(), **options), SILENT)
    return Index(find_book("b", home))


def test_every_part_is_numbered_alike(tmp_path: Path) -> None:
    index = build(tmp_path, records())
    assert [index.chunk(i).text for i in range(len(index))] == [
        "A key is minimal. A superkey may be larger.",
        "A null stands for no value.",
        "Table 2.1: Staff.\nColumns: Name.",
        "Table 2.1: Staff.\n(Name: Smith)",
    ]
    assert index.chunk_of.tolist() == [0, 0, 1, 2, 2, 3]
    assert index.headings == ["1 Keys", "2 Nulls"]
    assert index.heading_of.tolist() == [[0], [1], [1], [1]]
    assert index.labels == {"table 2.1": [2, 3]}
    embedder = WordEmbedder()
    for row, text in enumerate(text for i in range(len(index)) for text in sentence_texts(index.chunk(i))):
        expected = embedder.encode_query(text)
        assert np.allclose(index.vectors.get([row])[0], expected.vector, atol=1e-3)
        ((found, score),) = index.vectors.search(expected.vector, 1)
        assert (found, round(score, 2)) == (row, 1.0)
    codes = [len(index.chunk_codes(i)) for i in range(len(index))]
    assert codes == [9, 6, 6, 6]  # words


def test_llama_index_opens_the_same_file(tmp_path: Path) -> None:
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.faiss import FaissVectorStore

    index = build(tmp_path, records())
    question = WordEmbedder().encode_query("null value").vector
    store = FaissVectorStore.from_persist_path(str(index.book.index_path / "vectors.faiss"))
    found = store.query(VectorStoreQuery(query_embedding=question.tolist(), similarity_top_k=3))
    ours = index.vectors.search(question, 3)
    assert [int(item) for item in found.ids] == [position for position, _ in ours]
    assert np.allclose(found.similarities, [score for _, score in ours])


def test_a_rebuild_embeds_only_what_changed(tmp_path: Path) -> None:
    build(tmp_path, records())
    embedder = WordEmbedder()
    changed = build(tmp_path, records(" A third sentence."), embedder)
    assert embedder.encoded == ["A third sentence."]
    fresh = build(tmp_path / "fresh", records(" A third sentence."))
    assert np.allclose(changed.vectors.get(range(7)), fresh.vectors.get(range(7)), atol=1e-3)
    assert changed.headings == fresh.headings


@pytest.fixture(autouse=True)
def _fresh_folder(tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()


def test_another_embedder_embeds_everything(tmp_path: Path) -> None:
    build(tmp_path, records())
    embedder = WordEmbedder("words:2")
    build(tmp_path, records(), embedder)
    assert len(embedder.encoded) == 6 + 2  # sentences and headings


def test_an_index_of_another_embedder_is_refused(tmp_path: Path) -> None:
    index = build(tmp_path, records())
    with pytest.raises(BookError, match=r"embedded by words \(words:1\).*words \(words:2\); build the book again"):
        index.check_embedder(WordEmbedder("words:2"))
    other = WordEmbedder("words:2")
    other.name = "others"
    with pytest.raises(BookError, match=r"by others \(words:2\); set TUTOR_EMBEDDER=words, or build the book again"):
        index.check_embedder(other)


@pytest.mark.parametrize("name", ["vectors.faiss", "codes.npy", "chunk_of.npy", "bm25/postings.npz", "headings.json"])
@pytest.mark.parametrize("harm", ["truncated", "one bit", "missing"])
def test_damage_is_told_with_its_remedy(tmp_path: Path, name: str, harm: str) -> None:
    path = build(tmp_path, records()).book.index_path / name
    data = bytearray(path.read_bytes())
    if harm == "missing":
        path.unlink()
    elif harm == "truncated":
        path.write_bytes(data[:-1])
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    told = "missing" if harm == "missing" else "damaged"
    with pytest.raises(BookError, match=rf"{path.name}: {told}.*build the book again"):
        Index(find_book("b", tmp_path))


def test_a_damaged_index_is_built_anew(tmp_path: Path) -> None:
    path = build(tmp_path, records()).book.index_path / "codes.npy"
    path.write_bytes(path.read_bytes()[:-1])
    embedder = WordEmbedder()
    build(tmp_path, records(), embedder)
    assert len(embedder.encoded) == 8


def test_another_version_is_told(tmp_path: Path) -> None:
    manifest = build(tmp_path, records()).book.path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": 1}))
    with pytest.raises(BookError, match=r"built by schema version 1, this program reads \d+; build the book again"):
        find_book("b", tmp_path)


def test_records_alone_have_no_index(tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    write_jsonl(source, records())
    build_book(source, None, tmp_path, "b", Options(None), SILENT)
    with pytest.raises(BookError, match="has records only"):
        Index(find_book("b", tmp_path))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{"type": "text", "content": "a"}\n{"type": "tex', r"line 2: not a record"),
        ('{"type": "text", "content": "a"}\n\n{"type": "poem", "content": ""}', r"line 3: not a record .*poem"),
        ("", "no records in it"),
        ('{"type": "text", "content": " "}', "no text that could be indexed"),
    ],
)
def test_records_that_cannot_be_used(tmp_path: Path, given: str, told: str) -> None:
    source = tmp_path / "records.jsonl"
    source.write_text(given)
    with pytest.raises(SourceError, match=told):
        build_book(source, None, tmp_path, "b", Options(WordEmbedder()), SILENT)
    assert not (tmp_path / "b").exists()
    assert not list((tmp_path / ".versions" / "b").iterdir())


def test_a_full_disk_leaves_the_old_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build(tmp_path, records()).book.path

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("indexing.index.np.save", full)
    with pytest.raises(OSError, match="No space left"):
        build(tmp_path, records(" More."))
    monkeypatch.undo()
    assert find_book("b", tmp_path).path == before
    assert [path.resolve() for path in (tmp_path / ".versions" / "b").iterdir()] == [before]
    Index(find_book("b", tmp_path))


def test_a_second_rebuild_at_once_is_refused(tmp_path: Path) -> None:
    before = build(tmp_path, records()).book.path
    with pytest.raises(LockedError, match="another rebuild of 'b' is running"), new_version(tmp_path, "b"):
        build(tmp_path, records(" More."))
    assert find_book("b", tmp_path).path == before


def test_up_to_date_until_something_changes(tmp_path: Path) -> None:
    build(tmp_path, records())
    source, book = tmp_path / "records.jsonl", tmp_path / "b"

    def current(**options: Any) -> bool:
        return is_up_to_date(source, None, book, Options(WordEmbedder(), **options))

    assert current()
    assert not current(title="Another")
    assert not current(store="qdrant")
    assert not is_up_to_date(source, None, book, Options(WordEmbedder("words:2")))
    assert not is_up_to_date(source, tmp_path / "records.jsonl", book, Options(WordEmbedder()))
    (book / "corrections.jsonl").write_text("{}")
    assert not current()
    (book / "corrections.jsonl").unlink()
    assert current()
    (book.resolve() / "index" / "codes.npy").write_bytes(b"")
    assert not current()
    build(tmp_path, records())
    write_jsonl(source, records(" More."))
    assert not current()
