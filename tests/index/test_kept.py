"""What a rebuild takes over gives the same files as building anew."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing import chunks as cutting
from indexing.build import build_book
from indexing.index import Index
from indexing.ingredients import Options, cutting_digest
from indexing.library import find_book
from indexing.records import DiagramRecord, FigureRecord, Record, TableRecord, TextRecord, write_jsonl
from tests.conftest import ROOT
from tests.index.words import WordEmbedder

sentence = st.lists(st.sampled_from(["key", "null", "tuple\u2028", "A", "é"]), min_size=1, max_size=30).map(
    lambda found: " ".join(found) + "."
)
heading = st.lists(st.sampled_from(["1 Keys", "1.1 Nulls", "2 Rows"]), max_size=2)
spans = st.lists(st.tuples(st.integers(1, 3), *[st.floats(0, 600)] * 4), max_size=3)
record = st.one_of(
    st.builds(TextRecord, content=sentence, heading_path=heading, spans=spans, role=st.sampled_from(["body", "exercises"])),
    st.builds(FigureRecord, caption=sentence, heading_path=heading),
    st.builds(DiagramRecord, content=st.lists(sentence, max_size=3), caption=sentence),
    st.builds(
        TableRecord,
        caption=st.just("Table 1.1: Staff."),
        content=st.lists(st.dictionaries(st.sampled_from(["Name", "No"]), sentence, max_size=2), max_size=3),
        spans=spans,
    ),
)


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """Records, and what became of them: some are gone, doubled, elsewhere, or new."""
    before = draw(st.lists(record, min_size=1, max_size=4))
    after = draw(st.lists(st.one_of(st.sampled_from(before), record), min_size=1, max_size=6))
    always = TextRecord(content="There is a text.")
    return [*before, always], [*after, always]


def build(home: Path, given: list[Record]) -> Index:
    source = home / "given.jsonl"
    write_jsonl(source, given)
    build_book(source, None, home, "b", Options(WordEmbedder()), lambda *_: None)
    return Index(find_book("b", home))


@given(edited())
@settings(max_examples=25, deadline=None)
def test_a_rebuild_gives_the_files_of_a_full_build(records: tuple[list[Record], list[Record]]) -> None:
    home = Path(tempfile.mkdtemp())
    (home / "fresh").mkdir()
    build(home, records[0])
    again, fresh = build(home, records[1]).book.path, build(home / "fresh", records[1]).book.path
    # token codes lie along directions that are taken over with them; an .npz notes the time
    own = {"manifest.json", "codes.npy", "projection.npy", "postings.npz"}
    names = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file() and path.name not in own}
    assert Path("chunks.jsonl") in names
    for name in names:
        assert (again / name).read_bytes() == (fresh / name).read_bytes(), name
    with np.load(again / "index/bm25/postings.npz") as left, np.load(fresh / "index/bm25/postings.npz") as right:
        assert all(np.array_equal(left[part], right[part]) for part in right)
    shutil.rmtree(home)


def test_only_records_that_changed_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []
    pieces = cutting._pieces
    monkeypatch.setattr(cutting, "_pieces", lambda record, *rest: (cut.append(record.content), pieces(record, *rest))[1])
    old = [TextRecord(content=f"Sentence {number}.") for number in range(3)]
    build(tmp_path, old)
    assert cut == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    cut.clear()
    moved = [old[2], TextRecord(content="Sentence 4."), old[0], old[0]]
    index = build(tmp_path, moved)
    assert cut == ["Sentence 4."]
    assert [(index.chunk(i).text, index.chunk(i).record) for i in range(4)] == [
        *(("Sentence 2.", 0), ("Sentence 4.", 1)),
        *(("Sentence 0.", 2), ("Sentence 0.", 3)),
    ]
    assert len({index.chunk(i).id for i in range(4)}) == 4


def test_a_record_edited_in_the_book_itself_is_cut_anew(tmp_path: Path) -> None:
    inside = build(tmp_path, [TextRecord(content="A key is minimal.")]).book.records_path
    write_jsonl(inside, [TextRecord(content="A key is unique.")])
    build_book(inside, None, tmp_path, "b", Options(WordEmbedder()), lambda *_: None)
    assert Index(find_book("b", tmp_path)).chunk(0).text == "A key is unique."


def test_other_limits_another_tokenizer_or_other_code_cut_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options, limits = Options(WordEmbedder()), {"words": 40}
    (tmp_path / "tokenizer.json").write_text("{}")
    digests = [
        cutting_digest(options, limits),
        cutting_digest(options, {"words": 41}),
        cutting_digest(Options(WordEmbedder("words:2")), limits),
        cutting_digest(Options(WordEmbedder(), llama_tokenizer=tmp_path), limits),
    ]
    (tmp_path / "tokenizer.json").write_text("[]")
    digests.append(cutting_digest(Options(WordEmbedder(), llama_tokenizer=tmp_path), limits))
    monkeypatch.setattr("indexing.ingredients._code_digest", lambda: "other code")
    digests.append(cutting_digest(options, limits))
    assert len(set(digests)) == len(digests)


def test_a_rebuild_from_records_imports_only_what_it_uses(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "given.jsonl", [TextRecord(content="A key is minimal.")])
    code = """
import sys
from pathlib import Path
from indexing.build import build_book
from indexing.ingredients import Options
from tests.index.words import WordEmbedder
home = Path(sys.argv[1])
build_book(home / "given.jsonl", None, home, "b", Options(WordEmbedder()), lambda *_: None)
giants = {"scipy", "sklearn", "pandas", "bm25s", "llama_index", "pymupdf", "torch", "onnxruntime"}
print(*sorted({*giants, "indexing.reading"} & {*sys.modules, *(name.split(".")[0] for name in sys.modules)}))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
