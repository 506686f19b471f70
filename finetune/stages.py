"""From a built book to each stage's examples: those to train on, those held out, and what was left out and why.

    course = open_course(book, embedder, recipe)
    examples = course.examples(stage, tokenizer)

The chunks are the index's, by id; the questions those of qa.jsonl; a line of another JSONL file may be {"text"},
{"question", "answer"} or {"messages"}. Everything that belongs to a held-out section is kept out of training, which
`check_leaks` asserts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from finetune.encoding import Example
from finetune.gold import Pair, review_pairs
from finetune.grounded import Prompting, contrasts, foreign, grounded_examples
from finetune.made import make_definitions, make_exercises, make_headings, without_known
from finetune.recipe import Recipe, Stage
from finetune.split import Part, Split, same_question, split_sections, unit_depth, unit_of
from indexing.chunks import Chunk
from indexing.embedding import Embedder
from indexing.errors import SourceError
from indexing.index import Index
from indexing.library import Book
from indexing.records import Model, Question, read_jsonl
from tutor.answer import REFUSAL
from tutor.confidence import THRESHOLD, confidence
from tutor.prompt import Message, render
from tutor.retrieval import Passage, Retrieval, Retriever

_FOREIGN = Path(__file__).resolve().parent / "foreign.jsonl"
_WATCHED: tuple[Part, Part] = ("train", "validation")
_FILE_HELD_OUT = 10  # every tenth line of a JSONL file is held out, there being no sections to go by


class _Line(Model):
    """A line of a JSONL file of one's own."""

    text: str = ""
    question: str = ""
    answer: str = ""
    messages: list[dict[str, str]] = []


class _Foreign(Model):
    """A question of another field, and what it is for."""

    question: str
    part: str


@dataclass
class StageExamples:
    """A stage's examples. `said` are lines for the user: what it is made of, what was left out."""

    train: list[Example]
    held_out: list[Example]
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Course:
    """A book with its questions, each dealt to a part of the split."""

    book: Book
    recipe: Recipe
    retriever: Retriever
    chunks: list[Chunk]
    pairs: list[Pair]
    lost: list[Question]
    split: Split

    def part(self, pair: Pair) -> Part:
        return self.split.part(pair.gold[0])

    def pairs_of(self, part: Part) -> list[Pair]:
        """The review questions of a part. A training question that repeats a held-out one is in none."""
        chosen = [pair for pair in self.pairs if self.part(pair) == part]
        return without_known(chosen, self._held_out_questions) if part == "train" else chosen

    @cached_property
    def _held_out_questions(self) -> list[str]:
        return [pair.question for pair in self.pairs if self.part(pair) != "train"]

    def examples(self, stage: Stage, tokenizer: Any) -> StageExamples:
        """A stage's examples. SourceError where its data is missing, empty or leaks held-out questions into training."""
        if stage.data == "chunks":
            found = self._texts()
        elif stage.data == "questions":
            found = self._turns(tokenizer)
        elif stage.data == "grounded":
            found = self._grounded(tokenizer)
        else:
            found = _file_examples(Path(stage.data), tokenizer)
        if not found.train:
            raise SourceError(f"stage '{stage.name}': the data set is empty; {_why_empty(stage.data, self.book.name)}")
        self.check_leaks(found.train, stage)
        return found

    def _texts(self) -> StageExamples:
        train, held_out = (
            [Example(chunk.id, text=chunk.input_text, chunk_ids=(chunk.id,)) for chunk in self.split.chunks(self.chunks, part)]
            for part in _WATCHED
        )
        return StageExamples(train, held_out, [f"{len(train)} chunks, {len(held_out)} held out"])

    def _turns(self, tokenizer: Any) -> StageExamples:
        train, held_out = ([_turn(pair, tokenizer) for pair in self.pairs_of(part)] for part in _WATCHED)
        said = [f"{len(train)} review questions, {len(held_out)} held out"]
        if self.lost:
            said.append(f"{len(self.lost)} questions are left out: the book does not hold their answers")
        return StageExamples(train, held_out, said)

    def _grounded(self, tokenizer: Any) -> StageExamples:
        settings, seed = self.recipe.grounded, self.recipe.seed
        prompting = self.prompting(counter(tokenizer), settings.passages)
        pairs = [*self.pairs_of("train"), *self.made_pairs("train")]
        train = grounded_examples(pairs, prompting, self.trains, settings.without_gold, seed)
        questions = foreign_questions("train")[: settings.foreign]
        train += contrasts(pairs, prompting, self.trains, settings.contrast, seed)
        train += foreign(questions, prompting, self.trains)
        held_out = grounded_examples(self.pairs_of("validation"), prompting, self.is_not_test, settings.without_gold, seed)
        made = sum(bool(pair.made) for pair in pairs)
        refusals = sum(example.messages[-1].content == REFUSAL for example in train)
        said = [
            f"{len(pairs) - made} review questions and {made} made from the book by rules, {len(held_out)} prompts held out",
            f"{len(train)} prompts with passages, of which {refusals} are to be refused",
        ]
        return StageExamples(train, held_out, said)

    def made_pairs(self, part: Part) -> list[Pair]:
        """The pairs that rules make from the sections of a part."""
        settings, seed = self.recipe.grounded, self.recipe.seed
        chunks = self.split.chunks(self.chunks, part)
        pairs = [*make_definitions(chunks, settings.definitions, seed), *make_headings(chunks, settings.headings, seed)]
        if part == "train":
            pairs += make_exercises(self.book.questions(), self._ask, self.trains, settings.exercises, seed)
        return without_known(pairs, self._held_out_questions)

    def prompting(self, count: Callable[[str], int], passages: int) -> Prompting:
        return Prompting(self.search, count, passages)

    def search(self, question: str, count: int) -> Sequence[Passage]:
        return self.retriever.search(question, count).passages

    def trains(self, chunk: Chunk) -> bool:
        """Whether a chunk stands in a section that trains."""
        return self.split.part(chunk) == "train"

    def is_not_test(self, chunk: Chunk) -> bool:
        """Whether a chunk may be shown before the comparison."""
        return self.split.part(chunk) != "test"

    def _ask(self, question: str) -> Retrieval | None:
        retrieval = self.retriever.search(question, self.recipe.grounded.passages)
        return retrieval if confidence(retrieval) >= THRESHOLD else None

    def check_leaks(self, train: Sequence[Example], stage: Stage) -> None:
        """SourceError where a training example shows a held-out section or asks a held-out question."""
        allowed = {chunk.id for chunk in self.split.chunks(self.chunks, "train")}
        known = {chunk.id for chunk in self.chunks}
        held_out = self._held_out_questions
        for example in train:
            shown = set(example.chunk_ids) & known
            if shown - allowed:
                raise SourceError(
                    f"stage '{stage.name}', {example.id}: shows chunk {min(shown - allowed)} of a held-out section"
                )
            asked = question_of(example)
            twin = next((other for other in held_out if asked and same_question(asked, other)), None)
            if twin is not None:
                raise SourceError(
                    f"stage '{stage.name}', {example.id}: asks the held-out question “{twin}”; delete it from the data"
                )


def open_course(book: Book, embedder: Embedder, recipe: Recipe) -> Course:
    """A book with its split. SourceError where it has too few sections to keep any out."""
    index = Index(book)
    retriever = Retriever(index, embedder)
    chunks = read_jsonl(book.chunks_path, Chunk)
    pairs, lost = review_pairs(book.questions(), lambda question, count: retriever.search(question, count).passages)
    depth = unit_depth(chunks)
    split = split_sections(chunks, [unit_of(pair.gold[0], depth) for pair in pairs], recipe.split, recipe.seed, depth)
    return Course(book, recipe, retriever, chunks, pairs, lost, split)


def counter(tokenizer: Any) -> Callable[[str], int]:
    """Tokens of a text, as the engine counts them."""
    return lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"])


def foreign_questions(part: str) -> list[str]:
    """Questions of other fields: for 'train'ing, for 'validation' (when to refuse), and for the comparison ('test')."""
    return [line.question for line in read_jsonl(_FOREIGN, _Foreign) if line.part == part]


def question_of(example: Example) -> str:
    """What an example asks, without the passages before it; '' for a text."""
    if not example.messages:
        return ""
    asked = example.messages[-2].content if len(example.messages) > 1 else ""
    return asked.rsplit("Question: ", 1)[-1]


def _turn(pair: Pair, tokenizer: Any) -> Example:
    """A question as the tutor asks it without passages, and its answer."""
    messages = render(pair.question, [], counter(tokenizer), 100_000).messages
    return Example(pair.id, messages=(*messages, Message("assistant", pair.answer)))


def _file_examples(path: Path, tokenizer: Any) -> StageExamples:
    """The lines of a JSONL file; every tenth is held out. SourceError names a line that cannot be used."""
    examples: list[Example] = []
    for number, line in enumerate(read_jsonl(path, _Line), 1):
        where = f"{path.name}, line {number}"
        if line.messages:
            messages = tuple(Message(item["role"], item["content"]) for item in line.messages)  # type: ignore[arg-type]
            if messages[-1].role != "assistant":
                raise SourceError(f"{path}, line {number}: its last message is not the assistant's; there is nothing to learn")
            examples.append(Example(where, messages=messages))
        elif line.question and line.answer:
            examples.append(_turn(Pair(where, line.question, line.answer, ()), tokenizer))
        elif line.text:
            examples.append(Example(where, text=line.text))
        else:
            raise SourceError(f'{path}, line {number}: neither "text" nor "question" and "answer" nor "messages"')
    held_out = examples[::_FILE_HELD_OUT] if len(examples) >= _FILE_HELD_OUT else []
    train = [example for number, example in enumerate(examples) if not held_out or number % _FILE_HELD_OUT]
    return StageExamples(train, held_out, [f"{len(train)} examples of {path.name}, {len(held_out)} held out"])


def _why_empty(data: str, book: str) -> str:
    if data == "chunks":
        return f"book '{book}' has no chunks in the sections that train; build it again"
    if data in ("questions", "grounded"):
        return f"book '{book}' has no answered questions; build it with --qa REVIEW.pdf, or train on its chunks alone"
    return f"{data} has no lines"
