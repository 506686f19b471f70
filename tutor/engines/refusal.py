"""When a tuned model refuses: where its whole refusal is likely enough, not where that wins word by word.

A refusal is one fixed sentence, an answer has many wordings. Greedy decoding compares first words, so the one sentence wins
long before refusing is the likelier thing to do. Here its probability P(refusal | prompt) is read off the model at once. From
the threshold on that was calibrated at the end of training, the refusal is the reply; below it the model answers by its own
distribution given that the reply is not the refusal: along the refusal's tokens, P(next) less P(the refusal's whole rest).

Adapters of recipe `grounded` have a threshold in their record; `finetune/refusing.py` calibrates it. Imports nothing heavy: all
is done by the tensors' own methods.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.answer import REFUSAL

_LEAST = 1e-9  # what rounding leaves of a probability less itself


@dataclass(frozen=True)
class RefusalScore:
    """Of each prompt, log P of each of the refusal's tokens after those before it, in nats: (prompts, tokens).

    `cache` holds the model's keys and values of prompt and refusal.
    """

    ids: Any
    logs: Any
    cache: Any = None

    @property
    def whole(self) -> list[float]:
        """P(refusal | prompt) of each prompt."""
        return [float(value) for value in self.logs.sum(-1).exp()]

    def rows(self, numbers: list[int]) -> "RefusalScore":
        """The scores of some of the prompts."""
        return RefusalScore(self.ids, self.logs[numbers])


def score_refusal(model: Any, tokenizer: Any, input_ids: Any, attention_mask: Any) -> RefusalScore:
    """How likely the refusal is after each prompt of a batch, padded on the left: (prompts, length) each."""
    ids = input_ids.new_tensor(tokenizer(REFUSAL, add_special_tokens=False)["input_ids"])
    rows, length = input_ids.shape
    whole = input_ids.new_empty((rows, length + len(ids)))
    whole[:, :length], whole[:, length:] = input_ids, ids
    mask = attention_mask.new_ones(whole.shape)
    mask[:, :length] = attention_mask
    found = model(
        input_ids=whole,
        attention_mask=mask,
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
        use_cache=True,
        logits_to_keep=len(ids) + 1,
    )
    logs = found.logits[:, :-1].float().log_softmax(-1).gather(2, whole[:, length:, None])[..., 0]
    return RefusalScore(ids, logs, found.past_key_values)


@dataclass(frozen=True)
class UnlessRefused:
    """A logits processor for `generate`: the model's distribution given that its reply is not the refusal.

    `start` is the prompts' length in tokens.
    """

    score: RefusalScore
    start: int

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        written = input_ids[:, self.start :]
        length = written.shape[1]
        if length >= len(self.score.ids):
            return scores
        on_its_way = (written == self.score.ids[:length]).all(-1)
        rest = self.score.logs[:, length:].sum(-1).exp()  # P(the refusal from this token on)
        logs = scores.float().log_softmax(-1)
        changed = logs.clone()
        token = self.score.ids[length]
        changed[:, token] = (logs[:, token].exp() - rest).clamp(min=_LEAST).log()
        return changed.where(on_its_way[:, None], logs).to(scores.dtype)


def read_threshold(adapter: Path) -> float | None:
    """The probability from which an adapter's refusal is said, by its record; None where that has none."""
    try:
        record = json.loads((adapter / "run.json").read_text(encoding="utf-8"))
        return float(record["refusal"]["threshold"])
    except (OSError, json.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
