"""One run from beginning to end: the base with its adapter, the stages one after the other, and everything that is kept of it.

    train(recipe, book, settings, out=Path("runs/mine"))     # a new run
    resume(Path("runs/mine"), settings)                      # go on after an interruption, with the same result

Leaves the loop to `loop.py`, data to `stages.py`, files to `run.py` and `checkpoints.py`, and the command line to `train.py`.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finetune.base import Base, load_base, with_adapter
from finetune.checkpoints import Position, check_checkpoint, checkpoints, read_state, read_weights, restore, save_checkpoint
from finetune.encoding import Encoded, encode_examples
from finetune.loop import Loop, StageData, Update, make_training
from finetune.recipe import Recipe, make_recipe
from finetune.refusing import calibrate
from finetune.run import RunFolder, read_record, versions
from finetune.samples import sample_prompts, sample_replies
from finetune.stages import Course, open_course
from indexing.embedding import load_embedder
from indexing.errors import SourceError
from indexing.library import Book, find_book, now
from indexing.settings import Settings

Say = Callable[[str], None]
After = Callable[[Update, int, int], None]
"""after(update, updates done in all, updates in all)."""


@dataclass
class Watch:
    """How a run talks to whoever started it, and how it is stopped."""

    say: Say = field(default=lambda line: None)
    after: After = field(default=lambda update, done, total: None)
    stop: Callable[[], bool] = field(default=lambda: False)


def train(recipe: Recipe, book: Book, settings: Settings, out: Path, watch: Watch) -> RunFolder:
    """A new run in the folder `out`. The adapter is in its `adapter/` at the end."""
    run = _Run.open(recipe, book, settings, watch)
    folder = RunFolder.create(out, run.first_record()) if run.leads else RunFolder(out)
    run.accelerator.wait_for_everyone()
    if run.leads:
        _write_held_out(run.course, out / "held-out.jsonl")
    return run.go(folder, None)


def resume(path: Path, settings: Settings, watch: Watch) -> RunFolder:
    """Go on with an interrupted run from its last checkpoint.

    SourceError where it has none, where that is cut short, or where the data or the base are no longer the same.
    """
    record = read_record(path)
    found = checkpoints(path / "checkpoints")
    if not found:
        raise SourceError(f"{path}: has no checkpoint to go on from; start anew")
    check_checkpoint(found[-1])
    recipe = make_recipe(record["recipe"]["name"], {key: value for key, value in record["recipe"].items() if key != "name"})
    book = find_book(record["book_path"], settings.home)
    run = _Run.open(recipe, book, settings, watch)
    fresh = run.first_record()
    for key, what in (("base_fingerprint", "base model"), ("data", "data"), ("versions", "versions of packages")):
        if record[key] != fresh[key]:
            raise SourceError(f"{path}: its {what} changed since it began, so it would not end the same; start anew")
    position, _ = read_state(found[-1])
    return run.go(RunFolder.reopen(path, position.total), found[-1])


@dataclass
class _Run:
    """Everything that a run needs while it runs."""

    recipe: Recipe
    book: Book
    base: Base
    course: Course
    model: Any
    accelerator: Any
    stages: list[StageData]
    watch: Watch

    @classmethod
    def open(cls, recipe: Recipe, book: Book, settings: Settings, watch: Watch) -> "_Run":
        from accelerate import Accelerator

        base = load_base(recipe, settings)
        accelerator = Accelerator(mixed_precision="bf16" if str(base.model.dtype) == "torch.bfloat16" else "no")
        if accelerator.is_main_process:
            for line in base.said:
                watch.say(line)
        else:
            watch.say = lambda line: None
        name = book.manifest.embedder.name if book.manifest.embedder else settings.embedder
        course = open_course(book, load_embedder(name, settings.cache), recipe)
        stages = [_stage_data(course, number, base, watch.say) for number in range(len(recipe.stages))]
        adapted = with_adapter(base, recipe.lora, recipe.seed, recipe.gradient_checkpointing)
        return cls(recipe, book, base, course, accelerator.prepare(adapted), accelerator, stages, watch)

    @property
    def leads(self) -> bool:
        return bool(self.accelerator.is_main_process)

    def first_record(self) -> dict[str, Any]:
        """What is known of the run before its first update."""
        return {
            "book": self.book.name,
            "book_path": str(self.book.path),
            "book_source": self.book.manifest.source.sha256,
            "recipe": self.recipe.model_dump(mode="json"),
            "base": self.base.name,
            "base_fingerprint": self.base.fingerprint,
            "versions": versions(),
            "processes": self.accelerator.num_processes,
            "started": now(),
            "split": {
                part: sum(value == part for value in self.course.split.parts.values())
                for part in ("train", "validation", "test")
            },
            "data": [_data_record(data) for data in self.stages],
            "losses": {},
        }

    def go(self, folder: RunFolder, checkpoint: Path | None) -> RunFolder:
        """Train what is left to train, from the beginning or from a checkpoint."""
        pad = self.base.tokenizer.pad_token_id
        padding = pad if pad is not None else self.base.tokenizer.eos_token_id
        loop = Loop(self.model, padding, self.accelerator, self.recipe.seed, self.watch.stop)
        losses: dict[str, Any] = {}
        first, done, total = 0, 0, 0
        if checkpoint is not None:
            position, state = read_state(checkpoint)
            first, done, total = position.stage, position.step, position.total
            losses = state["losses"]
            self._load_weights(read_weights(checkpoint))
            self.watch.say(f"going on after update {total}")
        for number in range(first, len(self.stages)):
            progress = _Progress(self, folder, loop, number, done, total, losses)
            progress.finish(checkpoint if number == first else None)
            total, done = progress.total, 0
        self._finish(folder, self._refusal())
        return folder

    def _refusal(self) -> dict[str, Any] | None:
        """When the adapter refuses, where a stage taught it to and there are questions to choose the threshold by."""
        if not self.leads or not any(stage.data == "grounded" for stage in self.recipe.stages):
            return None
        if not self.course.pairs_of("validation"):
            self.watch.say("no review question is left to calibrate refusals by; they are written like any other reply")
            return None
        self.watch.say("calibrating when to refuse …")
        found = calibrate(self.bare, self.base.tokenizer, self.course)
        self.watch.say(
            f"refuses from a probability of {found['threshold']:.2f} on: {found['wrongly']:.0%} of the validation part's "
            f"questions, {found['rightly']:.0%} of other fields'"
        )
        return found

    def _load_weights(self, weights: dict[str, Any]) -> None:
        from peft import set_peft_model_state_dict

        set_peft_model_state_dict(self.bare, weights)

    @property
    def bare(self) -> Any:
        """The model without what `accelerate` wraps around it."""
        return self.accelerator.unwrap_model(self.model)

    def weights(self) -> dict[str, Any]:
        from peft import get_peft_model_state_dict

        return dict(get_peft_model_state_dict(self.bare, save_embedding_layers=False))

    def _finish(self, folder: RunFolder, refusal: dict[str, Any] | None) -> None:
        """Write the adapter with the run's record beside it."""
        if not self.leads:
            return
        folder.draw()
        folder.close()
        record = {**folder.record(), "ended": now(), "updates": len(folder.updates)}
        if refusal is not None:
            record["refusal"] = refusal
        folder.write_record(record)
        save_adapter(self.bare, folder.adapter)
        for name in ("run.json", "held-out.jsonl", "curves.csv", "curves.png"):
            shutil.copy(folder.path / name, folder.adapter / name)


@dataclass
class _Progress:
    """One stage on its way: `done` updates of it, `total` of the run."""

    run: _Run
    folder: RunFolder
    loop: Loop
    number: int
    done: int
    total: int
    losses: dict[str, Any]
    optimizer: Any = None
    scheduler: Any = None

    def finish(self, checkpoint: Path | None) -> None:
        """Train the stage to its end, from its beginning or from a checkpoint inside it."""
        run, data = self.run, self.run.stages[self.number]
        updates = data.updates(run.accelerator.num_processes)
        self.optimizer, self.scheduler = make_training(data.stage, updates, run.model)
        if checkpoint is None:
            self._measure(data, "start")
            if self.number == 0:
                self._sample("before training")
            self._save()
        else:
            restore(checkpoint, self.optimizer)
            self.scheduler.load_state_dict(read_state(checkpoint)[1]["scheduler"])
        run.watch.say(f"stage {self.number + 1} of {len(run.stages)}: {data.stage.name}, {updates} updates")
        try:
            self.loop.train_stage(data, self.number, self.done, self.optimizer, self.scheduler, self._after)
        finally:
            self.folder.draw()
        self._measure(data, "end")
        self._sample(f"after {data.stage.name}")

    def _after(self, update: Update) -> None:
        self.done, self.total = update.step, self.total + 1
        run = self.run
        if run.leads:
            self.folder.log(update)
        run.watch.after(update, self.total, self._all_updates())
        if update.step % run.recipe.stages[self.number].save_steps == 0 or run.watch.stop() or update.step == update.total:
            self._save()

    def _all_updates(self) -> int:
        return sum(data.updates(self.run.accelerator.num_processes) for data in self.run.stages)

    def _save(self) -> None:
        run = self.run
        if run.leads:
            save_checkpoint(
                self.folder.checkpoints,
                Position(self.number, self.done, self.total),
                run.weights(),
                self.optimizer.state_dict(),
                {"losses": self.losses, "scheduler": self.scheduler.state_dict()},
            )
        run.accelerator.wait_for_everyone()

    def _measure(self, data: StageData, when: str) -> None:
        """The held-out loss, and what it is with the adapter off: the base's own, which training must not change."""
        if not data.held_out:
            return
        found = self.losses.setdefault(data.stage.name, {})
        found[when] = self.loop.held_out_loss(data)
        found[f"{when}, adapter off"] = self.loop.held_out_loss(data, adapter=False)
        if self.run.leads:
            self.folder.write_record({**self.folder.record(), "losses": self.losses})
        self.run.watch.say(f"held-out loss of '{data.stage.name}' at its {when}: {found[when]:.4f}")

    def _sample(self, when: str) -> None:
        run = self.run
        if run.leads:
            prompts = sample_prompts(run.course, run.base.tokenizer)
            self.folder.add_samples(
                {"when": when, **sample} for sample in sample_replies(run.bare, run.base.tokenizer, prompts)
            )


def _stage_data(course: Course, number: int, base: Base, say: Say) -> StageData:
    stage = course.recipe.stages[number]
    examples = course.examples(stage, base.tokenizer)
    train = encode_examples(examples.train, base.tokenizer, stage.sequence)
    held_out: Sequence[Encoded] = ()
    if examples.held_out:
        held_out = encode_examples(examples.held_out, base.tokenizer, stage.sequence).encoded[: stage.held_out_limit]
    for line in [*examples.said, *_cut_said(train.cut, train.left_out, stage.sequence)]:
        say(f"{stage.name}: {line}")
    return StageData(stage, train.encoded, held_out)


def _cut_said(cut: Sequence[str], left_out: Sequence[str], sequence: int) -> Iterable[str]:
    if cut:
        yield f"{len(cut)} texts are longer than the sequence of {sequence} tokens and were cut into pieces"
    if left_out:
        what = f"{len(left_out)} chats are longer than the sequence of {sequence} tokens and are left out"
        yield f"{what}; raise `sequence` to keep them"


def _data_record(data: StageData) -> dict[str, Any]:
    """How much data a stage has, and a hash of its tokens and labels."""
    content = json.dumps([[item.ids, item.labels] for item in (*data.train, *data.held_out)])
    return {
        "stage": data.stage.name,
        "examples": len(data.train),
        "held_out": len(data.held_out),
        "tokens": sum(len(item) for item in data.train),
        "tokens_in_loss": sum(item.in_loss for item in data.train),
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }


def _write_held_out(course: Course, path: Path) -> None:
    """The review questions of the test part, with answer and gold chunks, for the comparison."""
    lines = [
        {
            "id": pair.id,
            "question": pair.question,
            "answer": pair.answer,
            "heading_path": pair.gold[0].heading_path,
            "gold": [chunk.id for chunk in pair.gold],
        }
        for pair in course.pairs_of("test")
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def save_adapter(model: Any, folder: Path) -> None:
    """Write a model's adapter as a peft folder that names its base, without peft's empty model card."""
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(str(folder), save_embedding_layers=False)  # otherwise peft asks the hub for the base by its name
    (folder / "README.md").unlink(missing_ok=True)
