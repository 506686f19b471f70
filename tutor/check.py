"""Check any text against a book, or against given passages: which sentences does it support?

    python -m tutor.check --book db "A weak entity has a key of its own."
    python -m tutor.check --json essay.txt
    cat answer.txt | python -m tutor.check -
    python -m tutor.check --batch claims.jsonl > checked.jsonl

A line of the batch is {"id", "text", "passages": ["…"]}; only these passages count, and no book is needed. A line comes back as
{"id", "sentences": [{"text", "supported", "score", "citations"}]}; citations are the passages' numbers, from 1.

Exit status: 0 all is supported, 3 something is not, 2 wrong usage, 1 any other error.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from indexing.console import REFUSED, guarded, stop
from indexing.errors import SourceError, TutorError, UsageError
from indexing.library import default_book
from indexing.settings import Settings, settings
from tutor.answer import Answer, Sentence
from tutor.citations import Citations
from tutor.drafting import answer_sentences, checked_sentences
from tutor.grounding.check import Checker, Source
from tutor.grounding.entailment import load_entailment
from tutor.tutor import Tutor

MAX_TEXT = 20_000  # characters; about four pages
_PASSAGES = 5  # looked at for each sentence


def check_against_book(tutor: Tutor, text: str) -> Answer:
    """The text's sentences, each cited or marked, as an answer. UsageError where there is no sentence, or far too much text."""
    if len(text) > MAX_TEXT:
        raise UsageError(f"the text is {len(text):,} characters long; the limit is {MAX_TEXT:,}: check it in parts")
    plain = printable(text)
    citations = Citations()
    sentences: list[Sentence] = []
    for sentence in answer_sentences(plain):
        passages = tutor.retriever.search(sentence, _PASSAGES).passages
        sentences.extend(checked_sentences(sentence, passages, tutor.checker, citations))
    if not sentences:
        raise UsageError("there is no sentence to check; give some text")
    return Answer(question="", book=tutor.book.name, answer=plain, sentences=sentences, citations=citations.all())


def check_against_passages(checker: Checker, text: str, passages: list[str]) -> list[Sentence]:
    """The text's sentences, with the numbers (from 1) of the passages that support each."""
    sentences = answer_sentences(printable(text))
    verdicts = checker.check(sentences, [Source.plain(passage) for passage in passages])
    return [
        Sentence(
            text=sentence,
            supported=verdict.supported,
            score=round(verdict.score, 4),
            citations=[number + 1 for number, _ in verdict.support],
        )
        for sentence, verdict in zip(sentences, verdicts, strict=True)
    ]


def printable(text: str) -> str:
    """A text without control characters; its lines stay."""
    return "".join(char if char.isprintable() or char == "\n" else " " for char in text)


def main(
    text: Annotated[str, typer.Argument(help="A text in quotes, a file, or - for standard input", show_default=False)] = "",
    book: Annotated[str, typer.Option(help="Name in the library, or a book's folder")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object")] = False,
    batch: Annotated[Path | None, typer.Option(help='File of lines {"id", "text", "passages": ["…"]}')] = None,
) -> None:
    """Say of each sentence of a text whether the book supports it, and where.

    Example: python -m tutor.check --book db essay.txt
    """
    chosen = settings()
    if batch is not None:
        if text or book:
            raise UsageError("--batch takes its texts and passages from the file; leave out the text and --book")
        _batch(batch, chosen)
        return
    if not text:
        raise UsageError('no text; try: python -m tutor.check "A view is a subset of the database." or give a file')
    answer = check_against_book(_open(book, chosen), _text_of(text))
    if as_json:
        _print_json(answer.model_dump(mode="json", include={"book", "sentences", "citations"}))
    else:
        from tutor.shell import show_checked

        show_checked(answer)
    if not all(sentence.supported for sentence in answer.sentences):
        stop(REFUSED)


def _text_of(argument: str) -> str:
    """What the argument means: standard input, a file's text, or itself."""
    if argument == "-":
        return sys.stdin.read()
    looks_like_a_file = len(argument) < 256 and " " not in argument
    if looks_like_a_file and Path(argument).is_file():
        return _read(Path(argument))
    if looks_like_a_file and Path(argument).suffix:
        raise UsageError(f"{argument}: no such file")
    return argument


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise SourceError(f"{path}: not UTF-8 text; save it as UTF-8") from None


def _open(book: str, chosen: Settings) -> Tutor:
    from indexing.embedding import load_embedder

    found = default_book(chosen.home, book or chosen.book)
    name = found.manifest.embedder.name if found.manifest.embedder else chosen.embedder
    return Tutor.open(found, load_embedder(name, chosen.cache), entailment=load_entailment(chosen))


def _batch(path: Path, chosen: Settings) -> None:
    from indexing.embedding import load_embedder

    lines = [(number, line) for number, line in enumerate(_read(path).splitlines(), 1) if line.strip()]
    checker = Checker(load_embedder(chosen.embedder, chosen.cache), load_entailment(chosen))
    failed, all_supported = False, True
    for number, line in lines:
        try:
            item = _claim(path, number, line)
        except TutorError as error:
            failed = True
            _print_json({"line": number, "error": str(error)})
            continue
        sentences = check_against_passages(checker, item["text"], item["passages"])
        all_supported = all_supported and all(sentence.supported for sentence in sentences)
        checked = {"sentences": [sentence.model_dump(mode="json") for sentence in sentences]}
        _print_json({"id": item["id"], **checked} if "id" in item else checked)
    if failed:
        stop(1)
    if not all_supported:
        stop(REFUSED)


def _claim(path: Path, number: int, line: str) -> dict[str, Any]:
    """One line of a batch. SourceError says what is wrong with it."""
    try:
        item = json.loads(line)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}, line {number}: not JSON ({error.msg})") from None
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise SourceError(f'{path}, line {number}: no "text" in the object')
    passages = item.get("passages")
    if not isinstance(passages, list) or not all(isinstance(passage, str) for passage in passages):
        raise SourceError(f'{path}, line {number}: "passages" is not a list of texts')
    return item


def _print_json(item: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
    sys.stdout.flush()


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
