"""The estimate that stands in for Llama-2's tokenizer is never too low on real books' text."""

import json
from pathlib import Path

from indexing.tokenizers import LLAMA, estimate_llama_tokens, llama_counter
from tests.conftest import ROOT


def texts(shared: Path) -> list[str]:
    import pymupdf

    found: list[str] = []
    for pdf in [shared / "data" / "books" / "watt-database-design.pdf", *sorted((shared / "data" / "headings").glob("*.pdf"))]:
        with pymupdf.open(pdf) as document:
            found += [block[4] for page in document for block in page.get_text("blocks") if block[6] == 0]
    for article in json.loads((shared / "data" / "retrieval" / "xquad.en.json").read_text())["data"]:
        found += [paragraph["context"] for paragraph in article["paragraphs"]]
    for source in sorted((ROOT / "data" / "sample" / "source").glob("*.md")):
        found += source.read_text(encoding="utf-8").split("\n\n")
    return [" ".join(text.split()) for text in found if len(text.split()) >= 8]


def test_the_estimate_is_not_too_low(shared: Path) -> None:
    name, count = llama_counter(shared / "data" / "tokenizer" / "llama2")
    assert name == LLAMA
    low = [text for text in texts(shared) if estimate_llama_tokens(text) < count(text)]
    assert not low, f"{len(low)} texts, such as {low[0]!r}"


def test_the_estimate_of_short_texts() -> None:
    assert estimate_llama_tokens("") == 2
    assert estimate_llama_tokens("a key") == 2 + 1 + 1
    assert estimate_llama_tokens("qld") == 2 + 2
    assert estimate_llama_tokens("1999") == 2 + 2 + 3  # the blank that Llama-2 puts before a text, and four digits
    assert estimate_llama_tokens("CASCADE") == 2 + 4
    assert estimate_llama_tokens("⋈") == 2 + 3 + 1
