"""What a model says: greedy replies to a batch of prompts, as the tutor would render them.

Batches, where the tutor's engine answers one student at a time: on two cores eight prompts are written nearly as fast as one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from finetune.stages import Course, counter
from tutor.answer import REFUSAL
from tutor.engines.refusal import UnlessRefused, score_refusal
from tutor.engines.transformers import encode_chat
from tutor.prompt import Message, may_refuse, render

REPORT_PROMPT = "What is the normal form of DEPT_LOCATIONS relation?"
"""The prompt of the report's tables 1 and 2."""

_SAMPLED = 3  # held-out questions besides the report's prompt
_SAMPLE_TOKENS = 60


@dataclass(frozen=True)
class Prompt:
    """A question and the messages that ask it."""

    question: str
    messages: tuple[Message, ...]


def sample_prompts(course: Course, tokenizer: Any) -> list[Prompt]:
    """The report's prompt and some questions of the validation part, without passages: what the model itself knows."""
    questions = [REPORT_PROMPT, *(pair.question for pair in course.pairs_of("validation")[:_SAMPLED])]
    count = counter(tokenizer)
    return [Prompt(question, tuple(render(question, [], count, 100_000).messages)) for question in questions]


def sample_replies(model: Any, tokenizer: Any, prompts: Sequence[Prompt]) -> list[dict[str, str]]:
    """Each prompt's question and the model's reply."""
    replies = reply(model, tokenizer, [prompt.messages for prompt in prompts], max_new_tokens=_SAMPLE_TOKENS)
    return [{"question": prompt.question, "reply": text} for prompt, text in zip(prompts, replies, strict=True)]


def reply(
    model: Any,
    tokenizer: Any,
    chats: Sequence[Sequence[Message]],
    max_new_tokens: int,
    batch: int = 8,
    adapter: bool = True,
    refusal_threshold: float | None = None,
) -> list[str]:
    """Greedy replies, in order; prompts of like length go together, padded on the left. `adapter` False: the base's own.

    `refusal_threshold`: a prompt that may be refused is refused from that probability on, as the tutor's engine does it.
    """
    replies = [""] * len(chats)
    decided = [refusal_threshold is not None and may_refuse(chat) for chat in chats]
    for decides in set(decided):
        chosen = [number for number, kind in enumerate(decided) if kind == decides]
        threshold = refusal_threshold if decides else None
        with _answering(model, adapter):
            for numbers, inputs in _batches(tokenizer, [chats[number] for number in chosen], batch, model.device):
                for number, text in zip(numbers, _write(model, tokenizer, inputs, max_new_tokens, threshold), strict=True):
                    replies[chosen[number]] = text
    return replies


def refusal_probabilities(model: Any, tokenizer: Any, chats: Sequence[Sequence[Message]], batch: int = 8) -> list[float]:
    """P(refusal | prompt) of each chat, with the adapter on."""
    found = [0.0] * len(chats)
    with _answering(model, adapter=True):
        for numbers, inputs in _batches(tokenizer, chats, batch, model.device):
            for number, value in zip(numbers, score_refusal(model, tokenizer, **inputs).whole, strict=True):
                found[number] = value
    return found


@contextmanager
def _answering(model: Any, adapter: bool) -> Iterator[None]:
    """The model as it answers, whatever it was doing before."""
    import torch

    was_training = model.training
    model.eval()
    with torch.inference_mode(), nullcontext() if adapter else model.disable_adapter():
        yield
    model.train(was_training)


def _batches(
    tokenizer: Any, chats: Sequence[Sequence[Message]], size: int, device: Any
) -> Iterator[tuple[list[int], dict[str, Any]]]:
    """The numbers of some chats of like length, and their ids and mask, padded on the left."""
    import torch

    ids = [encode_chat(tokenizer, chat)["input_ids"][0] for chat in chats]
    order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
    for at in range(0, len(order), size):
        numbers = order[at : at + size]
        length = max(len(ids[number]) for number in numbers)
        inputs = torch.full((len(numbers), length), _padding(tokenizer))
        mask = torch.zeros((len(numbers), length), dtype=torch.long)
        for row, number in enumerate(numbers):
            inputs[row, length - len(ids[number]) :] = ids[number]
            mask[row, length - len(ids[number]) :] = 1
        yield numbers, {"input_ids": inputs.to(device), "attention_mask": mask.to(device)}


def _write(model: Any, tokenizer: Any, inputs: dict[str, Any], max_new_tokens: int, threshold: float | None) -> list[str]:
    """A greedy reply to each prompt of a batch; the refusal where it is as likely as `threshold`."""
    rows, length = inputs["input_ids"].shape
    replies, left, options = [REFUSAL] * rows, list(range(rows)), {}
    if threshold is not None:
        score = score_refusal(model, tokenizer, **inputs)
        left = [row for row, whole in enumerate(score.whole) if whole < threshold]
        options = {"logits_processor": [UnlessRefused(score.rows(left), length)]}
    if not left:
        return replies
    written = model.generate(
        **{name: tensor[left] for name, tensor in inputs.items()},
        **options,
        max_new_tokens=max_new_tokens,
        do_sample=False,
        temperature=None,
        top_p=None,
        top_k=None,
        use_cache=True,
        pad_token_id=_padding(tokenizer),
    )
    for row, tokens in zip(left, written[:, length:], strict=True):
        replies[row] = tokenizer.decode(tokens, skip_special_tokens=True).strip()
    return replies


def _padding(tokenizer: Any) -> int:
    return int(tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id)
