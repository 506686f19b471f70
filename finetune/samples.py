"""What a model says: greedy replies to a batch of prompts, as the tutor would render them.

Batches, where the tutor's engine answers one student at a time: on two cores eight prompts are written nearly as fast as one.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from finetune.stages import Course, counter
from tutor.engines.transformers import encode_chat
from tutor.prompt import Message, render

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
) -> list[str]:
    """Greedy replies, in order; prompts of like length go together, padded on the left. `adapter` False: the base's own."""
    import torch

    ids = [encode_chat(tokenizer, chat)["input_ids"][0] for chat in chats]
    order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
    replies = [""] * len(ids)
    was_training = model.training
    model.eval()
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    with torch.inference_mode(), nullcontext() if adapter else model.disable_adapter():
        for at in range(0, len(order), batch):
            numbers = order[at : at + batch]
            length = max(len(ids[number]) for number in numbers)
            inputs = torch.full((len(numbers), length), padding)
            mask = torch.zeros((len(numbers), length), dtype=torch.long)
            for row, number in enumerate(numbers):
                inputs[row, length - len(ids[number]) :] = ids[number]
                mask[row, length - len(ids[number]) :] = 1
            written = model.generate(
                input_ids=inputs.to(model.device),
                attention_mask=mask.to(model.device),
                max_new_tokens=max_new_tokens,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                use_cache=True,
                pad_token_id=padding,
            )
            for row, number in enumerate(numbers):
                replies[number] = tokenizer.decode(written[row, length:], skip_special_tokens=True).strip()
    model.train(was_training)
    return replies
