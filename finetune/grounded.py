"""Examples that show a model what it will see when it answers: the tutor's own prompt, with passages that the retriever really
returned for the question, and the reference answer; or, with the right passages taken out, the refusal.

After retrieval-augmented fine-tuning (Zhang et al. 2024, arXiv 2403.10131). The prompt is rendered by `tutor.prompt.render`,
nothing else. Held-out sections never show up in a training prompt, not even as a distractor.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from finetune.encoding import Example
from finetune.gold import Pair, Search, holds_answer
from indexing.chunks import Chunk
from tutor.answer import REFUSAL
from tutor.drafting import PROMPT_TOKENS
from tutor.prompt import Count, Message, PromptPassage, render

_REACH = 4  # times as many passages are searched as a prompt shows, so that enough are left when some are taken out
_DECISION = 8  # tokens of a reply; the refusal has about as many


@dataclass(frozen=True)
class Prompting:
    """How prompts with passages are made: the retriever, the tokenizer's count, the fewest and the most passages to a prompt,
    tokens in all. How many a prompt has depends on its name alone."""

    search: Search
    count: Count
    passages: int
    fewest: int = 2
    budget: int = PROMPT_TOKENS

    def room(self, name: str) -> int:
        """How many passages the prompt of that name has."""
        fewest = min(self.fewest, self.passages)
        return random.Random(f"passages {name}").randint(fewest, self.passages)  # noqa: S311 (not for secrets)

    def asked(self, question: str, allowed: Callable[[Chunk], bool]) -> Sequence[Message]:
        """The prompt of a question with the best passages that may be shown, as many as it has room for."""
        found = _found(question, self, allowed)[: self.room(question)]
        return self.example(question, question, found, "").messages[:-1]

    def example(self, name: str, question: str, chunks: Sequence[Chunk], answer: str, made: str = "") -> Example:
        """One prompt with its answer."""
        rendered = render(question, [PromptPassage.of(chunk) for chunk in chunks], self.count, self.budget)
        shown = tuple(chunks[position].id for position in rendered.used)
        messages = (*rendered.messages, Message("assistant", answer))
        return Example(name, messages=messages, chunk_ids=shown, made=made)


def with_gold(pair: Pair, prompting: Prompting, allowed: Callable[[Chunk], bool]) -> Example:
    """The pair's question over what the retriever returned, best first; gold takes the last place where it was not found."""
    room = prompting.room(pair.id)
    found = _found(pair.question, prompting, allowed)[:room]
    if not any(holds_answer(chunk, pair) for chunk in found):
        found = [*found[: room - 1], pair.gold[0]]
    return prompting.example(pair.id, pair.question, found, pair.answer, pair.made)


def without_gold(pair: Pair, prompting: Prompting, allowed: Callable[[Chunk], bool]) -> Example | None:
    """The same question over the next best passages, none of which holds the answer: the answer is the refusal.

    None where no passage is left.
    """
    return _refused(f"{pair.id} without gold", pair, pair.question, prompting, allowed, pair.made or "gold taken out")


def contrasts(
    pairs: Sequence[Pair], prompting: Prompting, allowed: Callable[[Chunk], bool], share: float, seed: int
) -> list[Example]:
    """A share of the questions over one or two passages, twice: over their own, to be answered, and over those of another
    question, to be refused. So neither a question nor a passage tells by itself whether to refuse.

    Only how a reply begins is trained on: that is where a model decides, and such prompts are many in few tokens. Passages that
    hold the answer by chance are left out of the second.
    """
    chooser = random.Random(f"contrasts {seed}")  # noqa: S311 (not for secrets)
    brief = replace(prompting, passages=2, fewest=1)
    examples = []
    for number in sorted(chooser.sample(range(len(pairs)), round(share * len(pairs)))):
        pair, other = pairs[number], pairs[chooser.randrange(len(pairs))]
        examples.append(with_gold(replace(pair, id=f"{pair.id} in brief"), brief, allowed))
        refusal = _refused(f"{pair.id} over another's passages", pair, other.question, brief, allowed, "contrast")
        if refusal is not None:
            examples.append(refusal)
    return [replace(example, reply_tokens=_DECISION) for example in examples]


def foreign(questions: Sequence[str], prompting: Prompting, allowed: Callable[[Chunk], bool]) -> list[Example]:
    """Questions of other fields over what the retriever returns for them: the answer is the refusal."""
    examples = []
    for number, question in enumerate(questions, 1):
        name = f"foreign {number}"
        found = _found(question, prompting, allowed)[: prompting.room(name)]
        examples.append(prompting.example(name, question, found, REFUSAL, "foreign"))
    return examples


def grounded_examples(
    pairs: Sequence[Pair], prompting: Prompting, allowed: Callable[[Chunk], bool], share_without: float, seed: int
) -> list[Example]:
    """An example for each pair, and for a share of them a second one with the right passages taken out."""
    chooser = random.Random(f"without gold {seed}")  # noqa: S311 (not for secrets)
    count = round(share_without * len(pairs))
    doubled = set(chooser.sample(range(len(pairs)), count))
    examples: list[Example] = []
    for number, pair in enumerate(pairs):
        examples.append(with_gold(pair, prompting, allowed))
        refusal = without_gold(pair, prompting, allowed) if number in doubled else None
        if refusal is not None:
            examples.append(refusal)
    return examples


def _refused(
    name: str, pair: Pair, searched: str, prompting: Prompting, allowed: Callable[[Chunk], bool], made: str
) -> Example | None:
    """The pair's question, refused over what is found for `searched` and does not hold its answer; None if nothing is left."""
    found = [chunk for chunk in _found(searched, prompting, allowed) if not holds_answer(chunk, pair)]
    return prompting.example(name, pair.question, found[: prompting.room(name)], REFUSAL, made) if found else None


def _found(question: str, prompting: Prompting, allowed: Callable[[Chunk], bool]) -> list[Chunk]:
    passages = prompting.search(question, prompting.passages * _REACH)
    return [passage.chunk for passage in passages if allowed(passage.chunk)]
