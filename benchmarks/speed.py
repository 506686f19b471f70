"""How fast, as ratios within one run: other work on the computer then slows both sides.

    python -m benchmarks.speed query     # a whole process, beside llama-index's defaults and the bare imports
    python -m benchmarks.speed warm      # a question to an open 1,200-page book, beside embedding and FAISS alone; index size
    python -m benchmarks.speed build     # from a PDF, beside llama-index's defaults; then nothing and one chapter changed
    python -m benchmarks.speed large     # the same two for 1,200 pages, from records
    python -m benchmarks.speed million   # 1,000 to 1,000,000 made-up vectors: flat and HNSW

llama-index's PDF reader and Hugging Face embedding are not dependencies of the project:
`pip install llama-index-readers-file llama-index-embeddings-huggingface` first. Figures go into LOG.md by hand.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.million import million
from benchmarks.retrieval_sets import PDFS
from indexing.build import Options, build_book
from indexing.embedding import load_embedder, minilm_folder
from indexing.index import Index
from indexing.library import find_book
from indexing.records import Located, Record, read_records, write_jsonl
from indexing.settings import settings
from tutor.retrieval import Retriever

_PAGES = 1_200
_QUESTIONS = (
    "What is a weak entity?",
    "Why is it bad when the same thing is written down in several places?",
    "How do I find all rows that start with a letter?",
    "What does a foreign key refer to?",
    "How is a missing value shown?",
    "Who is in charge of the whole system?",
)
_BARE = "import faiss, onnxruntime, llama_index.core"
_DEFAULTS = """
import sys, faiss
from llama_index.core import Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
mode, folder, model, given = sys.argv[1:]
Settings.embed_model = HuggingFaceEmbedding(model_name=model)
if mode == "build":
    from llama_index.readers.file import PDFReader
    from pathlib import Path
    documents = PDFReader().load_data(Path(given))
    store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(384))
    index = VectorStoreIndex.from_documents(documents, storage_context=StorageContext.from_defaults(vector_store=store))
    index.storage_context.persist(folder)
else:
    store = FaissVectorStore.from_persist_dir(folder)
    index = load_index_from_storage(StorageContext.from_defaults(vector_store=store, persist_dir=folder))
    print(index.as_retriever(similarity_top_k=5).retrieve(given)[0].score)
"""


def seconds(command: list[str], home: Path) -> float:
    """How long a command runs."""
    environment = {**os.environ, "TUTOR_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{command[:4]}: {done.stderr[-400:]}")
    return time.perf_counter() - started


def interleaved(tasks: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each task, all of them run in turn."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            times[name].append(task())
    return {name: statistics.median(values) for name, values in times.items()}


def defaults(mode: str, folder: Path, given: str) -> list[str]:
    return [sys.executable, "-c", _DEFAULTS, mode, str(folder), str(minilm_folder()), given]


def query(home: Path, rounds: int) -> None:
    folder = home / "llama-index"
    book(home)
    seconds(defaults("build", folder, str(PDFS["sample"])), home)
    asked = _QUESTIONS[0]
    medians = interleaved(
        {
            "tutor.query": lambda: seconds([sys.executable, "-m", "tutor.query", "--book", "sample", asked], home),
            "llama-index": lambda: seconds(defaults("ask", folder, asked), home),
            "bare imports": lambda: seconds([sys.executable, "-c", _BARE], home),
        },
        rounds,
    )
    print(medians)
    print(f"llama-index / tutor.query: {medians['llama-index'] / medians['tutor.query']:.1f} (at least 4)")
    print(f"tutor.query / bare imports: {medians['tutor.query'] / medians['bare imports']:.2f} (at most 2)")


def book(home: Path, name: str = "sample") -> None:
    """Build a book that is not there yet."""
    if not (home / name).exists():
        options = Options(load_embedder(settings().embedder, settings().cache), settings().llama_tokenizer)
        build_book(PDFS[name], None, home, name, options, lambda what, done, total: None)


def many_pages(home: Path) -> list[Record]:
    """The records of all books that are at hand, over and over, until there are 1,200 pages. A copy's words are marked, so that
    its sentences are not the same."""
    given: list[Record] = []
    pages = 0
    for name in ("sample", "watt", "R-intro", "debian-faq"):
        if PDFS[name].exists():
            book(home, name)
            records = read_records(home / name / "records.jsonl")
            given += [moved(record, pages) for record in records]
            pages += max(page for record in records for page in record.pages)
    records, copy = list(given), 0
    while pages * (copy + 1) < _PAGES:
        copy += 1
        records += [moved(record, pages * copy, f" ({copy})") for record in given]
    return [record for record in records if min(record.pages, default=0) <= _PAGES]


def moved(record: Record, by: int, mark: str = "") -> Record:
    """A record some pages further on; `mark` goes behind each of its sentences' full stops."""
    spans = [(page + by, *box) for page, *box in record.spans]
    update: dict[str, object] = {"spans": spans}
    if mark and record.type == "text":
        update |= {"content": record.content.replace(". ", f"{mark}. "), "offsets": []}
    assert isinstance(record, Located)
    return record.model_copy(update=update)


def warm(home: Path, rounds: int) -> None:
    import faiss

    embedder = load_embedder(settings().embedder, settings().cache)
    if not (home / "large").exists():
        source = home / "large.jsonl"
        write_jsonl(source, many_pages(home))
        options = Options(embedder, settings().llama_tokenizer)
        build_book(source, None, home, "large", options, lambda what, done, total: None)
    found = find_book("large", home)
    index = Index(found)
    index.preload()
    retriever = Retriever(index, embedder)
    count = len(index.chunk_of)
    vectors = faiss.IndexFlatIP(embedder.dimension)
    vectors.add(index.vectors.get(range(count)))

    def plainly(question: str) -> None:
        vectors.search(embedder.encode_query(question).vector[None, :], 5)

    times: dict[str, list[float]] = {"ours": [], "embed + FAISS": []}
    for _ in range(rounds):
        for question in _QUESTIONS:
            for name, ask in (("ours", retriever.search), ("embed + FAISS", plainly)):
                started = time.perf_counter()
                ask(question)
                times[name].append((time.perf_counter() - started) * 1000)
    p50 = {name: statistics.median(values) for name, values in times.items()}
    size = sum(path.stat().st_size for path in found.path.rglob("*") if path.is_file()) / 1e6
    print(f"{_PAGES} pages, {len(index):,} chunks, {count:,} sentences")
    print(f"p50 {p50}; ratio {p50['ours'] / p50['embed + FAISS']:.2f} (at most 4, and under 40 ms)")
    sizes = {path.name: path.stat().st_size / 1e6 for path in found.index_path.rglob("*") if path.is_file()}
    parts = {name: round(megabytes, 1) for name, megabytes in sizes.items() if megabytes > 0.5}
    index_size = sum(sizes.values())
    print(f"index {index_size:.1f} MB (under 100), whole book with records and chunks {size:.1f} MB; {parts}")


def rebuild(home: Path, source: Path, into: str) -> float:
    return seconds([sys.executable, "-m", "indexing.rebuild", str(source), "--book", into], home)


def build_anew(home: Path, source: Path) -> float:
    shutil.rmtree(home / ".versions" / "speed", ignore_errors=True)
    (home / "speed").unlink(missing_ok=True)
    return rebuild(home, source, "speed")


def build(home: Path, rounds: int) -> None:
    name = "watt" if PDFS["watt"].exists() else "sample"
    source = PDFS[name]
    tasks = {
        "ours": lambda: build_anew(home, source),
        "llama-index": lambda: seconds(defaults("build", home / "built", str(source)), home),
    }
    medians = interleaved(tasks, rounds)
    print(name, medians, f"llama-index / ours: {medians['llama-index'] / medians['ours']:.2f} (at least 2)")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    print(f"largest memory of any of these processes: {peak:.0f} MB")
    again(home, source, home / "speed" / "records.jsonl", rounds)


def again(home: Path, source: Path, records: Path, rounds: int) -> None:
    """Building `source`, building it again, and building its records again with a chapter changed."""
    given = home / "given.jsonl"
    shutil.copy(records, given)
    rebuild(home, source, "kept")
    rebuild(home, given, "changed")

    def changed() -> float:
        rewrite_chapter(given)
        return rebuild(home, given, "changed")

    tasks = {
        "all": lambda: build_anew(home, source),
        "nothing changed": lambda: rebuild(home, source, "kept"),
        "a chapter's records changed": changed,
    }
    medians = interleaved(tasks, rounds)
    print(medians)
    for what, most in (("nothing changed", 3), ("a chapter's records changed", 15)):
        print(f"{what}: {medians[what] / medians['all']:.1%} of a full build (at most {most} %)")


def large(home: Path, rounds: int) -> None:
    source = home / "large.jsonl"
    if not source.exists():
        write_jsonl(source, many_pages(home))
    again(home, source, source, rounds)


def rewrite_chapter(path: Path) -> None:
    """Change every sentence under the fifth outermost heading."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    tops = list(dict.fromkeys(line["heading_path"][0] for line in lines if line["heading_path"]))
    for line in lines:
        if line["type"] == "text" and line["heading_path"][:1] == tops[min(5, len(tops) - 1) :][:1]:
            line["content"] = line["content"].replace(". ", " again. ")
            line["offsets"] = []
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["query", "warm", "build", "large", "million"])
    parser.add_argument("--home", type=Path, help="library to build books in and to find them in again")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", type=Path, help="million: draw how time grows into this PNG")
    args = parser.parse_args()
    home = args.home or Path(tempfile.mkdtemp(prefix="speed-"))
    if args.what == "million":
        million(args.plot)
    else:
        {"query": query, "warm": warm, "build": build, "large": large}[args.what](home, args.rounds)


if __name__ == "__main__":
    main()
