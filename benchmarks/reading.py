"""How well and how fast books are read, by the maintainers' scorers on their material, beside other tools in the same run.

    python benchmarks/reading.py                      headings, tables, ER diagrams, the sample course, speed
    python benchmarks/reading.py --only tables --peers   … one of them, beside the other tools

The other tools: pymupdf and pymupdf4llm, which are installed with it; pdfplumber and camelot where they are installed (they are
in none of our requirements: `pip install --target peers pdfplumber camelot-py`, then PYTHONPATH=peers). None of them reads an
ER diagram. Their speed is given over a whole book, as a part of ours in the same run. Needs the folder ../shared (scorers
and PDFs), except for the sample course. Writes nothing but its table.
"""

import argparse
import contextlib
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]  # run as a script

Grid = list[list[str]]
WHOLE_BOOK = "maint-guide"  # of those in ../shared the one that is slowest to read for its length
PARTS = ("headings", "tables", "diagrams", "sample", "speed")


def scored(script: str, predictions: Path, gold: Path) -> str:
    command = [sys.executable, str(SHARED / "score" / script), str(predictions), str(gold)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def write_lines(path: Path, items: list[Any]) -> None:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")


def headings(folder: Path, peers: bool) -> Iterator[tuple[str, str]]:
    gold = SHARED / "data" / "headings"
    stripped = folder / "watt-database-design.pdf"
    strip_outline(SHARED / "data" / "books" / "watt-database-design.pdf", stripped)
    for tool, read in heading_readers(peers).items():
        for pdf in [*sorted(gold.glob("*.pdf")), stripped]:
            write_lines(folder / f"{pdf.stem}.jsonl", read(pdf))
        result = json.loads(scored("score_headings.py", folder, gold))
        for name, figures in result["documents"].items():
            found = f"F1 {figures['f1']:.3f}" if "f1" in figures else f"recall {figures['recall']:.3f}"
            yield f"headings{tool}, {name}", f"{found}, right parent {figures['parent_accuracy']:.3f}"
        goal = "" if tool else " (at least 0.95, parents 0.95)"
        mean = result["mean"]
        yield f"headings{tool}, mean{goal}", f"F1 {mean['f1']:.3f}, right parent {mean['parent_accuracy']:.3f}"


def heading_readers(peers: bool) -> dict[str, Callable[[Path], list[Any]]]:
    return {"": our_headings, ", pymupdf4llm to_markdown": markdown_headings} if peers else {"": our_headings}


def our_headings(pdf: Path) -> list[Any]:
    from indexing.reading.reader import read_book

    return [entry.model_dump() for entry in read_book(pdf).outline]


def markdown_headings(pdf: Path) -> list[Any]:
    import pymupdf.layout  # the reader leaves the layout model out
    import pymupdf4llm

    pymupdf.set_messages(stream=sys.stderr)  # it tells of each page that it gives to OCR, as it does where Tesseract is there
    with contextlib.redirect_stdout(sys.stderr):
        pages = pymupdf4llm.to_markdown(str(pdf), page_chunks=True, show_progress=False)
    found = []
    for number, page in enumerate(pages, 1):
        for line in page["text"].splitlines():
            marks, _, title = line.partition(" ")
            if marks and not marks.strip("#"):
                found.append({"level": len(marks), "title": title.replace("*", "").strip(), "page": number})
    return found


def strip_outline(source: Path, target: Path) -> None:
    import pymupdf

    document = pymupdf.open()
    document.insert_pdf(pymupdf.open(source), links=False, annots=False)
    document.save(target, garbage=4, deflate=True)


def our_tables(pdf: Path) -> Iterator[tuple[int, Grid]]:
    """(page, grid) for every table, one that goes on over pages cut at them."""
    from indexing.reading.reader import read_book
    from indexing.records import TableRecord

    for record in read_book(pdf).records:
        if isinstance(record, TableRecord):
            for page in record.pages:
                rows = [row for row, span in zip(record.grid, record.spans, strict=True) if span[0] == page]
                yield page, rows


def pymupdf_tables(**options: Any) -> Callable[[Path], Iterator[tuple[int, Grid]]]:
    def read(pdf: Path) -> Iterator[tuple[int, Grid]]:
        import pymupdf

        with pymupdf.open(pdf) as document:
            for number, page in enumerate(document, 1):
                for table in page.find_tables(**options).tables:
                    yield number, [[cell or "" for cell in row] for row in table.extract()]

    return read


def pdfplumber_tables(pdf: Path) -> Iterator[tuple[int, Grid]]:
    import pdfplumber

    with pdfplumber.open(pdf) as document:
        for number, page in enumerate(document.pages, 1):
            for table in page.extract_tables():
                yield number, [[cell or "" for cell in row] for row in table]


def camelot_tables(pdf: Path) -> Iterator[tuple[int, Grid]]:
    import camelot

    for table in camelot.read_pdf(str(pdf), pages="all"):
        yield table.page, table.df.values.tolist()


def table_readers(peers: bool) -> dict[str, Callable[[Path], Iterator[tuple[int, Grid]]]]:
    readers: dict[str, Callable[[Path], Iterator[tuple[int, Grid]]]] = {"tables": our_tables}
    if peers:
        import pymupdf.layout  # noqa: F401  # the reader leaves the layout model out; its own finder wants it

        readers["tables, pymupdf find_tables(union=True)"] = pymupdf_tables(union=True)
        readers["tables, pymupdf find_tables()"] = pymupdf_tables()
        if importlib.util.find_spec("pdfplumber"):
            readers["tables, pdfplumber"] = pdfplumber_tables
        if importlib.util.find_spec("camelot"):
            readers["tables, camelot"] = camelot_tables
    return readers


def tables(folder: Path, peers: bool) -> Iterator[tuple[str, str]]:
    gold = SHARED / "data" / "tables"
    pdfs = sorted(gold.glob("*.pdf"))
    ours = 0.0
    for name, reader in table_readers(peers).items():
        found = [{"file": pdf.stem, "page": page, "rows": grid} for pdf in pdfs for page, grid in reader(pdf)]
        write_lines(folder / "tables.jsonl", found)
        result = json.loads(scored("score_tables.py", folder / "tables.jsonl", gold))
        goal = " (at least 0.975; 0.94 with spaces)" if name == "tables" else ""
        figures = f"F1 {result['mean']['f1']:.3f}, with spaces {result['spaces']['mean_f1']:.3f}"
        if peers:
            seconds = seconds_of(reader, SHARED / "data" / "headings" / f"{WHOLE_BOOK}.pdf")
            ours = ours or seconds
            figures += f"; {seconds / ours:.1f} times our time over {WHOLE_BOOK}, by CPU time"
        yield name + goal, figures


def seconds_of(reader: Callable[[Path], Iterator[tuple[int, Grid]]], pdf: Path) -> float:
    """Processor time, all threads', for a whole book: other jobs on the machine do not count."""
    start = time.process_time()
    for _ in reader(pdf):
        pass
    return time.process_time() - start


def page_count(pdf: Path) -> int:
    import pymupdf

    with pymupdf.open(pdf) as document:
        return int(document.page_count)


def diagrams(folder: Path) -> Iterator[tuple[str, str]]:
    from indexing.reading.reader import read_book
    from indexing.records import DiagramRecord

    gold = SHARED / "data" / "er" / "gold"
    predictions = []
    for pdf in sorted(gold.parent.glob("*.pdf")):
        found = [r.diagram for r in read_book(pdf).records if isinstance(r, DiagramRecord) and r.diagram]
        predictions += [{"file": pdf.name, **diagram.model_dump()} for diagram in found]
    write_lines(folder / "er.jsonl", predictions)
    yield (
        "ER diagrams (F1 at least 0.90, precision 0.95)",
        scored("score_er.py", folder / "er.jsonl", gold).strip().splitlines()[-1],
    )


def sample() -> Iterator[tuple[str, str]]:
    import sample_reading

    for name, figures in sample_reading.score().items():
        yield f"sample course, {name}", ", ".join(f"{key} {value}" for key, value in figures.items())


def speed(folder: Path) -> Iterator[tuple[str, str]]:
    """Each book in a process of its own; then one book 100, 300 and 1,000 pages long."""
    import pymupdf

    books = [*sorted((SHARED / "data" / "headings").glob("*.pdf")), *sorted((SHARED / "data" / "books").glob("*.pdf"))]
    for book in books:
        yield f"speed, {book.stem} (at least 40 pages/s)", measured(book)
    for pages in (100, 300, 1000):
        whole = pymupdf.open()
        while whole.page_count < pages:
            whole.insert_pdf(pymupdf.open(books[-1]), to_page=pages - whole.page_count - 1, links=False, annots=False)
        whole.save(folder / f"{pages}.pdf")
        yield f"speed, {pages:,} pages", measured(folder / f"{pages}.pdf")


def measured(pdf: Path) -> str:
    command = [sys.executable, __file__, "--measure", str(pdf)]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return (
        f"{figures['pages'] / figures['seconds']:.0f} pages/s ({figures['pages'] / figures['cpu']:.0f} by CPU time), "
        f"{figures['seconds']:.1f} s, peak memory {figures['mb']} MB"
    )


def measure(pdf: Path) -> None:
    from indexing.reading.reader import read_book

    start, cpu = time.perf_counter(), time.process_time()
    read_book(pdf)
    used = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "pages": page_count(pdf)}
    print(json.dumps({**used, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="one part (may be given again)")
    parser.add_argument("--peers", action="store_true", help="the other tools too (slow)")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(options.measure)
    parts = options.only or PARTS
    if not SHARED.is_dir() and set(parts) != {"sample"}:
        sys.exit(f"{SHARED}: no such folder; it holds the scorers and their PDFs. Only --only sample runs without it")
    print("| what | measured |\n|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {
            "headings": lambda: headings(folder, options.peers),
            "tables": lambda: tables(folder, options.peers),
            "diagrams": lambda: diagrams(folder),
            "sample": sample,
            "speed": lambda: speed(folder),
        }
        for part in parts:
            for what, figures in rows[part]():
                print(f"| {what} | {figures} |", flush=True)
    return None


if __name__ == "__main__":
    main()
