"""The training loop: one update after another over packed rows, the loss exact per token, the same again after an interruption.

An update's loss is the sum over all predicted tokens of its rows, on all devices, divided by their number, so that it does not
depend on how rows fall into batches. `accelerate` moves things between devices and processes; the loop itself is written out
here, since every number of it is checked (tests/finetune/test_reference.py). Leaves data to `stages.py`, files to `run.py`.
"""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from finetune.attention import packed_attention
from finetune.base import make_optimizer, trained
from finetune.encoding import IGNORED, Encoded
from finetune.packing import Batch, Row, epochs, make_batch, pack
from finetune.recipe import Stage
from indexing.errors import LimitError, ModelError

_HELD_OUT_ROWS = 4  # rows in a batch of held-out examples


@dataclass(frozen=True)
class StageData:
    """A stage's settings and its encoded examples, those to train on and those held out."""

    stage: Stage
    train: Sequence[Encoded]
    held_out: Sequence[Encoded]

    def updates(self, processes: int = 1) -> int:
        """How many updates the stage has."""
        if self.stage.max_steps is not None:
            return self.stage.max_steps
        rows = len(pack([len(item) for item in self.train], self.stage.sequence))
        per_update = self.stage.batch * self.stage.accumulation * processes
        return max(1, round((self.stage.epochs or 1) * rows / per_update))


@dataclass(frozen=True)
class Update:
    """What one update did: a line of the curves. `held_out` is measured after it, where it is."""

    stage: str
    step: int
    total: int
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    padding: float
    seconds: float
    held_out: float | None = None


@dataclass
class Loop:
    """Trains `model` (with its adapter) stage by stage. `padding` is the token id that fills rows up."""

    model: Any
    padding: int
    accelerator: Any
    seed: int
    stop: Callable[[], bool] = field(default=lambda: False)

    def rows(self, data: StageData, number: int, done: int) -> Iterator[list[list[Row]]]:
        """This process's rows of each update from `done` on: `accumulation` lists of `batch` rows."""
        stage, processes = data.stage, self.accelerator.num_processes
        stream = epochs([len(item) for item in data.train], stage.sequence, f"{self.seed} {number}")
        per_update = stage.batch * stage.accumulation * processes
        stream = itertools.islice(stream, done * per_update, None)
        while True:
            taken = list(itertools.islice(stream, per_update))[self.accelerator.process_index :: processes]
            yield [taken[at : at + stage.batch] for at in range(0, len(taken), stage.batch)]

    def train_stage(
        self,
        data: StageData,
        number: int,
        done: int,
        optimizer: Any,
        scheduler: Any,
        after: Callable[[Update], None],
    ) -> None:
        """The stage's updates after the first `done`; `after` is told each one. Interrupted where `stop` says so.

        ModelError where the loss is not a number or nothing learns, LimitError where memory is full.
        """
        self.model.train()
        with self._computing():
            self._updates(data, number, done, optimizer, scheduler, after)

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Packed attention; and where the base is in 16 bits, so are the adapter's products, of its fp32 weights."""
        from peft.helpers import disable_input_dtype_casting

        bare = self.accelerator.unwrap_model(self.model)
        half = self.accelerator.mixed_precision != "no"
        with packed_attention(bare), disable_input_dtype_casting(bare, active=half):
            yield

    def _updates(
        self, data: StageData, number: int, done: int, optimizer: Any, scheduler: Any, after: Callable[[Update], None]
    ) -> None:
        stage, updates = data.stage, data.updates(self.accelerator.num_processes)
        for step, rows in zip(range(done + 1, updates + 1), self.rows(data, number, done), strict=False):
            started = time.perf_counter()
            with told_memory(stage):
                loss, norm, tokens, padding = self._update([make_batch(item, data.train, self.padding) for item in rows], stage)
            self._check(loss, norm, step, stage)
            rate = optimizer.param_groups[0]["lr"]
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad(set_to_none=True)
            seconds = time.perf_counter() - started
            measure = step % stage.evaluate_steps == 0 or step == updates
            with told_memory(stage):
                held_out = self.held_out_loss(data) if measure and data.held_out else None
            after(Update(stage.name, step, updates, loss, rate, norm, tokens, padding, seconds, held_out))
            if self.stop():
                raise Interrupted

    def _update(self, batches: Sequence[Batch], stage: Stage) -> tuple[float, float, int, float]:
        """Loss per token, gradient norm before clipping, tokens that are not padding, and the share that is padding."""
        import torch

        moved = [batch.to(self.accelerator.device) for batch in batches]
        counts = torch.tensor([[batch.in_loss for batch in moved], [batch.tokens for batch in moved]]).sum(1)
        size = sum(batch.input_ids.numel() for batch in moved)
        totals = self.accelerator.reduce(
            torch.tensor([*counts.tolist(), size], device=self.accelerator.device), reduction="sum"
        )
        in_loss, tokens, size = (int(value) for value in totals)
        summed = torch.zeros((), device=self.accelerator.device)
        for position, batch in enumerate(moved):
            last = position == len(moved) - 1
            with nullcontext() if last else self.accelerator.no_sync(self.model):
                loss = summed_loss(self.model, batch)
                # processes' gradients are averaged, so each counts as many times as there are
                self.accelerator.backward(loss * self.accelerator.num_processes / in_loss)
            summed += loss.detach()
        norm = self.accelerator.clip_grad_norm_(trained(self.model), stage.max_grad_norm)
        mean = float(self.accelerator.reduce(summed, reduction="sum")) / in_loss
        return mean, float(norm), tokens, 1 - tokens / size

    @staticmethod
    def _check(loss: float, norm: float, step: int, stage: Stage) -> None:
        if not math.isfinite(loss) or not math.isfinite(norm):
            raise ModelError(
                f"stage '{stage.name}', step {step}: the loss is {loss}, the gradient's norm {norm}; "
                "lower learning_rate or max_grad_norm in the recipe, and --resume from the last checkpoint"
            )
        if step == 1 and norm == 0:
            raise ModelError(
                f"stage '{stage.name}', step 1: the gradient is zero, so nothing would be learnt; check target_modules, and "
                "that the base is not in 4-bit on a CPU"
            )

    def held_out_loss(self, data: StageData, adapter: bool = True) -> float:
        """Loss per token on the held-out examples, packed in their own order, without dropout; with or without the adapter."""
        import torch

        was_training = self.model.training
        self.model.eval()
        lengths = [len(item) for item in data.held_out]
        rows = sorted(pack(lengths, data.stage.sequence))
        summed, count = 0.0, 0
        bare = self.accelerator.unwrap_model(self.model)
        with torch.inference_mode(), self._computing(), nullcontext() if adapter else bare.disable_adapter():
            for at in range(0, len(rows), _HELD_OUT_ROWS):
                batch = make_batch(rows[at : at + _HELD_OUT_ROWS], data.held_out, self.padding).to(self.accelerator.device)
                summed += float(summed_loss(bare, batch))
                count += batch.in_loss
        self.model.train(was_training)
        return summed / count


def summed_loss(model: Any, batch: Batch) -> Any:
    """The sum of -log P over a batch's predicted tokens, in nats. Within `packed_attention`.

    Only positions that predict something go through the output layer: where prompts are long and answers short, that saves
    the largest matrix of a small model nearly all its work.
    """
    from torch.nn.functional import cross_entropy

    wanted = (batch.targets != IGNORED).any(0).nonzero()[:, 0]
    logits = model(
        input_ids=batch.input_ids,
        position_ids=batch.positions,
        segment_lengths=batch.segment_lengths,
        logits_to_keep=wanted,
        use_cache=False,
    ).logits
    return cross_entropy(
        logits.float().flatten(0, 1), batch.targets[:, wanted].flatten(), ignore_index=IGNORED, reduction="sum"
    )


def make_training(stage: Stage, updates: int, model: Any) -> tuple[Any, Any]:
    """A stage's optimizer and its learning rate's schedule over `updates` steps."""
    from transformers import get_scheduler

    optimizer = make_optimizer(stage, trained(model))
    scheduler = get_scheduler(
        stage.schedule, optimizer, num_warmup_steps=math.ceil(stage.warmup * updates), num_training_steps=updates
    )
    return optimizer, scheduler


class Interrupted(Exception):  # noqa: N818 (not an error: somebody asked for it)
    """The loop was asked to stop, and has finished the update it was in."""


@contextmanager
def told_memory(stage: Stage) -> Iterator[None]:
    """Turn torch's ways of running out of memory into one line that says what to change."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        text = str(error).lower()
        if not isinstance(error, MemoryError) and "out of memory" not in text and "can't allocate memory" not in text:
            raise
        halved = f"batch = {max(1, stage.batch // 2)} and accumulation = {stage.accumulation * 2}"
        remedy = halved if stage.batch > 1 else f"sequence = {stage.sequence // 2}, a smaller lora rank, or four_bit = true"
        raise LimitError(
            f"stage '{stage.name}': memory is full; set {remedy} in the recipe, and --resume or start anew"
        ) from error
