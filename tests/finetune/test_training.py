"""Whole runs on a tiny random Llama: what they leave, that they resume to the bit, and what stops them."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from finetune import base as base_module
from finetune import checkpoints, training
from finetune.attention import packed_attention
from finetune.base import Base, with_adapter
from finetune.encoding import Encoded
from finetune.export import export, export_adapter
from finetune.loop import Interrupted, Loop, StageData, Update, make_training, summed_loss
from finetune.packing import make_batch
from finetune.recipe import Lora, Recipe, load_recipe, make_recipe, recipe_names, with_changes
from finetune.refusing import best_threshold
from finetune.run import ADAPTER_WEIGHTS, RunFolder, held_out_lines, read_curves, read_record
from finetune.training import Watch, resume, train
from indexing.errors import LimitError, ModelError, SourceError, UsageError
from indexing.settings import settings
from tests.finetune.conftest import forget_accelerator, make_course, make_model, make_tiny_recipe
from tests.finetune.test_reference import STAGE, adapted
from tutor.engines.base import Generation
from tutor.engines.transformers import TransformersEngine, add_adapter, check_adapter, load_model
from tutor.prompt import Message


@pytest.fixture(autouse=True)
def _made_up_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "open_course", lambda book, embedder, recipe: make_course(recipe))
    monkeypatch.setattr(training, "load_embedder", lambda name, cache: None)
    monkeypatch.setattr(training, "find_book", lambda name, home: make_course(make_tiny_recipe(Path())).book)


def run(recipe: Recipe, out: Path, **watch: Any) -> RunFolder:
    return train(recipe, make_course(recipe).book, settings(), out, Watch(**watch))


@pytest.fixture(scope="module")
def finished(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of three stages, from beginning to end."""
    forget_accelerator()
    patch = pytest.MonkeyPatch()
    with patch.context() as context:
        context.setattr(training, "open_course", lambda book, embedder, recipe: make_course(recipe))
        context.setattr(training, "load_embedder", lambda name, cache: None)
        return run(make_tiny_recipe(tiny_base), tmp_path_factory.mktemp("runs") / "whole")


def test_a_run_leaves_everything_that_it_was_made_from(finished: RunFolder, tiny_base: Path) -> None:
    record = finished.record()
    assert sorted(path.name for path in finished.path.iterdir()) == [
        "adapter", "checkpoints", "curves.csv", "curves.png", "held-out.jsonl", "run.json", "samples.jsonl", "tensorboard",
    ]  # fmt: skip
    assert make_recipe("tiny", {k: v for k, v in record["recipe"].items() if k != "name"}) == make_tiny_recipe(tiny_base)
    assert record["base_fingerprint"].startswith("sha256:")
    assert record["versions"]["torch"] == torch.__version__
    assert [data["stage"] for data in record["data"]] == ["text", "turns", "prompts"]
    assert all(len(data["sha256"]) == 64 for data in record["data"])
    assert record["updates"] == 12
    assert [update.step for update in read_curves(finished.path / "curves.csv")] == [1, 2, 3, 4] * 3
    assert read_curves(finished.path / "curves.csv") == finished.updates
    assert [update.held_out is not None for update in finished.updates] == [False, True] * 6
    assert all(update.grad_norm > 0 for update in finished.updates)
    assert (finished.path / "curves.png").stat().st_size > 10_000
    samples = [json.loads(line) for line in (finished.path / "samples.jsonl").read_text().splitlines()]
    assert {sample["when"] for sample in samples} == {"before training", "after text", "after turns", "after prompts"}
    assert samples[0]["question"] == "What is the normal form of DEPT_LOCATIONS relation?"
    assert list((finished.path / "tensorboard").glob("events*"))


def test_a_run_that_taught_to_refuse_says_when_and_its_engine_does_so(finished: RunFolder, tiny_base: Path) -> None:
    found = finished.record()["refusal"]
    course = make_course(make_tiny_recipe(tiny_base))
    pairs = [*course.pairs_of("validation"), *course.made_pairs("validation")]
    assert (len(found["answerable"]), len(found["foreign"])) == (len(pairs), 32)
    assert found["threshold"] == best_threshold(found["answerable"], found["foreign"])
    assert read_record(finished.adapter)["refusal"] == found
    engine = TransformersEngine.load(str(tiny_base), "tiny", finished.adapter)
    assert engine.refusal_threshold == found["threshold"]


@pytest.mark.parametrize(
    ("answerable", "foreign", "wanted"),
    [
        ([0.1, 0.2], [0.8, 0.9], 0.5),
        ([0.01, 0.2, 0.9], [0.8, 0.95, 0.99], 1 / (1 + (1 / 0.8 - 1) ** 0.5 * (1 / 0.2 - 1) ** 0.5)),
        ([0.5], [0.9, 0.1], 0.75),
        ([], [0.9], 1 / (1 + (1 / 0.9 - 1) ** 0.5 * (1e6 - 1) ** 0.5)),
    ],
)
def test_the_threshold_parts_questions_best_and_lies_in_the_middle_of_the_gap(
    answerable: list[float], foreign: list[float], wanted: float
) -> None:
    assert best_threshold(answerable, foreign) == pytest.approx(wanted)


PROBABILITIES = st.lists(st.floats(1e-5, 1 - 1e-5), min_size=1, max_size=12)


@given(PROBABILITIES, PROBABILITIES)
def test_no_other_threshold_parts_them_better(answerable: list[float], foreign: list[float]) -> None:
    def gain(cut: float) -> float:
        return sum(p >= cut for p in foreign) / len(foreign) - sum(p >= cut for p in answerable) / len(answerable)

    chosen = best_threshold(answerable, foreign)
    assert 0 < chosen < 1
    assert all(gain(chosen) >= gain(value) - 1e-8 for value in (*answerable, *foreign))


def test_each_stage_lowers_the_held_out_loss_and_the_base_stays(finished: RunFolder) -> None:
    losses = finished.record()["losses"]
    assert list(losses) == ["text", "turns", "prompts"]
    for found in losses.values():
        assert found["end"] < found["start"]
        assert found["start, adapter off"] == found["end, adapter off"]
    assert losses["text"]["start"] == losses["text"]["start, adapter off"]  # B = 0: a fresh adapter changes nothing


def test_the_adapter_is_an_ordinary_one_that_the_engine_takes(finished: RunFolder, tiny_base: Path) -> None:
    config = json.loads((finished.adapter / "adapter_config.json").read_text())
    assert (config["peft_type"], config["base_model_name_or_path"], config["r"]) == ("LORA", str(tiny_base), 3)
    engine = TransformersEngine.load(str(tiny_base), "tiny", finished.adapter)
    bare = TransformersEngine.load(str(tiny_base), "tiny")
    asked = [Message("user", "What is a lock?")]
    off = "".join(engine.stream(asked, Generation(max_new_tokens=12, adapter=False)))
    assert off == "".join(bare.stream(asked, Generation(max_new_tokens=12)))


def test_a_base_named_by_a_word_is_looked_up_nowhere(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_module, "base_source", lambda name, models: str(tiny_base))
    recipe = make_tiny_recipe(Path("small"), [{"name": "text", "data": "chunks", "sequence": 256, "max_steps": 1}])
    folder = run(recipe, tmp_path / "run")  # a warning of peft's, that it found nothing on the hub, would be an error here
    assert json.loads((folder.adapter / "adapter_config.json").read_text())["base_model_name_or_path"] == "small"


def test_adapter_off_is_the_base_to_the_bit(finished: RunFolder, tiny_base: Path) -> None:
    ids = torch.tensor([[5, 9, 200, 31, 7]])
    base = load_model(str(tiny_base))
    with torch.inference_mode():
        expected = base(input_ids=ids).logits
        model = add_adapter(load_model(str(tiny_base)), finished.adapter)
        with model.disable_adapter():
            assert torch.equal(model(input_ids=ids).logits, expected)
        assert not torch.equal(model(input_ids=ids).logits, expected)


def test_merged_model_says_the_same(finished: RunFolder, tiny_base: Path, tmp_path: Path) -> None:
    difference = export(finished.adapter, str(tiny_base), tmp_path / "merged", exact=True)
    assert difference < 1e-4
    ids = torch.tensor([[5, 9, 200, 31, 7, 45, 45, 2]])
    from transformers import AutoModelForCausalLM, AutoTokenizer

    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    with torch.inference_mode():
        expected = add_adapter(load_model(str(tiny_base)).float(), finished.adapter)(input_ids=ids).logits
        torch.testing.assert_close(merged(input_ids=ids).logits, expected, atol=1e-4, rtol=0)
    assert len(AutoTokenizer.from_pretrained(tmp_path / "merged")) == 260
    assert not list(tmp_path.glob(".merged*"))


def test_adapter_alone_is_half_as_large_and_says_nearly_the_same(finished: RunFolder, tiny_base: Path, tmp_path: Path) -> None:
    export_adapter(finished.adapter, tmp_path / "adapter")
    full = load_file(finished.adapter / ADAPTER_WEIGHTS)
    half = load_file(tmp_path / "adapter" / ADAPTER_WEIGHTS)
    assert half.keys() == full.keys()
    assert 2 * sum(tensor.nbytes for tensor in half.values()) == sum(tensor.nbytes for tensor in full.values())
    for name, tensor in full.items():
        torch.testing.assert_close(half[name].float(), tensor, rtol=2**-8, atol=1e-8)
    record = read_record(tmp_path / "adapter")
    assert record == {key: value for key, value in read_record(finished.adapter).items() if key != "book_path"}
    check_adapter(tmp_path / "adapter", str(tiny_base))
    assert not list(tmp_path.glob(".adapter*"))


def test_damaged_adapter_is_not_handed_on(finished: RunFolder, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(finished.adapter, broken)
    (broken / ADAPTER_WEIGHTS).write_bytes(b"none")
    with pytest.raises(ModelError, match="cannot be read"):
        export_adapter(broken, tmp_path / "adapter")
    assert not (tmp_path / "adapter").exists()


def test_held_out_lines_begin_before_a_stage_and_break_between_stages() -> None:
    def update(stage: str, step: int, held_out: float | None) -> Update:
        return Update(stage, step, 2, 1.0, 0.1, 0.5, 10, 0.0, 1.0, held_out)

    updates = [update("a", 1, None), update("a", 2, 3.0), update("b", 1, None), update("b", 2, None), update("c", 1, 2.0)]
    assert held_out_lines(updates, {"a": 4.0}) == [[(0, 4.0), (2, 3.0)], [(5, 2.0)]]


@pytest.mark.parametrize("stop_after", [1, 3, 4, 6, 11])
def test_a_run_that_was_interrupted_ends_the_same(
    finished: RunFolder, tiny_base: Path, tmp_path: Path, stop_after: int
) -> None:
    seen: list[int] = []
    with pytest.raises(Interrupted):
        run(
            make_tiny_recipe(tiny_base),
            tmp_path / "cut",
            after=lambda update, done, total: seen.append(done),
            stop=lambda: len(seen) >= stop_after,
        )
    assert seen[-1] == stop_after
    assert read_record(tmp_path / "cut")["losses"]["text"]["start"] == finished.record()["losses"]["text"]["start"]
    again = resume(tmp_path / "cut", settings(), Watch())
    assert same_weights(again.adapter, finished.adapter)
    assert [without_time(update) for update in again.updates] == [without_time(update) for update in finished.updates]
    assert again.record()["losses"] == finished.record()["losses"]


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(finished: RunFolder, tiny_base: Path, tmp_path: Path) -> None:
    def die(update: Any, done: int, total: int) -> None:
        if done == 7:
            raise OSError("the power went")

    with pytest.raises(OSError, match="the power went"):
        run(make_tiny_recipe(tiny_base), tmp_path / "cut", after=die)
    assert [path.name for path in checkpoints.checkpoints(tmp_path / "cut" / "checkpoints")] == ["000004", "000006"]
    again = resume(tmp_path / "cut", settings(), Watch())
    assert same_weights(again.adapter, finished.adapter)
    assert len(again.updates) == 12


def same_weights(one: Path, other: Path) -> bool:
    first, second = (load_file(folder / ADAPTER_WEIGHTS) for folder in (one, other))
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def without_time(update: Any) -> tuple[Any, ...]:
    return (update.stage, update.step, update.loss, update.learning_rate, update.grad_norm, update.tokens, update.held_out)


def cut_run(base: Path, out: Path) -> Path:
    """A run that was stopped after five updates."""
    seen: list[int] = []
    with pytest.raises(Interrupted):
        run(make_tiny_recipe(base), out, after=lambda *_: seen.append(1), stop=lambda: len(seen) >= 5)
    return out


def test_a_checkpoint_cut_short_is_named_and_the_one_before_serves(tiny_base: Path, tmp_path: Path) -> None:
    path = cut_run(tiny_base, tmp_path / "cut")
    last = checkpoints.checkpoints(path / "checkpoints")[-1]
    weights = last / "adapter.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(SourceError, match=r"adapter.safetensors: cut short or damaged; delete the folder 000005"):
        resume(path, settings(), Watch())
    for file in last.iterdir():
        file.unlink()
    last.rmdir()
    assert len(resume(path, settings(), Watch()).updates) == 12


def test_a_changed_base_or_data_is_told(tiny_base: Path, tmp_path: Path) -> None:
    path = cut_run(tiny_base, tmp_path / "cut")
    record = json.loads((path / "run.json").read_text())
    for key, said in (("base_fingerprint", "its base model changed"), ("data", "its data changed")):
        (path / "run.json").write_text(json.dumps({**record, key: "other"}))
        with pytest.raises(SourceError, match=said):
            resume(path, settings(), Watch())


def test_a_run_does_not_write_over_another(finished: RunFolder, tiny_base: Path) -> None:
    with pytest.raises(SourceError, match="holds a run already"):
        run(make_tiny_recipe(tiny_base), finished.path)
    with pytest.raises(SourceError, match="not a run's folder"):
        resume(finished.path / "tensorboard", settings(), Watch())


def test_no_room_for_a_checkpoint(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cut_run(tiny_base, tmp_path / "cut")
    before = [item.name for item in checkpoints.checkpoints(path / "checkpoints")]
    monkeypatch.setattr(checkpoints.shutil, "disk_usage", lambda folder: SimpleNamespace(free=5))
    with pytest.raises(LimitError, match=r"no room for a checkpoint \(8 MB needed, 0 MB free\)"):
        resume(path, settings(), Watch())
    monkeypatch.undo()
    assert [item.name for item in checkpoints.checkpoints(path / "checkpoints")] == before


def test_a_disk_that_fills_up_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "_flush", full)
    with pytest.raises(LimitError, match=r"could not be written .*No space left"):
        checkpoints.save_checkpoint(tmp_path, checkpoints.Position(0, 1, 1), {"w": torch.zeros(3)}, {}, {})
    assert list(tmp_path.iterdir()) == []


def loop_with(model: Any, change: Any = None, **stage: Any) -> None:
    chosen = STAGE.model_copy(update=stage)
    data = StageData(chosen, [Encoded((5, 6, 7, 8), (5, 6, 7, 8))], ())
    optimizer, scheduler = make_training(chosen, chosen.max_steps or 1, model)
    if change:
        change(model)
    Loop(model, 0, Accelerator(), seed=1).train_stage(data, 0, 0, optimizer, scheduler, lambda update: None)


def test_a_loss_that_is_not_a_number_stops_the_run() -> None:
    def spoil(model: Any) -> None:
        for name, parameter in model.named_parameters():  # all: a single one may be lost in a masked softmax
            if "lora_B" in name:
                parameter.data.fill_(float("nan"))

    with pytest.raises(ModelError, match=r"stage 'one', step 1: the loss is nan.*lower learning_rate"):
        loop_with(adapted(make_model()), spoil)


def test_a_gradient_of_zero_after_the_first_step_stops_the_run() -> None:
    def cut(model: Any) -> None:
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.register_hook(torch.zeros_like)

    with pytest.raises(ModelError, match=r"step 1: the gradient is zero"):
        loop_with(adapted(make_model()), cut)


@pytest.mark.parametrize(
    ("error", "stage", "remedy"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), {"batch": 4}, "batch = 2 and accumulation = 4"),
        (MemoryError(), {"batch": 1}, "sequence = 8, a smaller lora rank, or four_bit = true"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), {"batch": 2}, "batch = 1 and accumulation = 4"),
    ],
)
def test_out_of_memory_says_which_knob_to_turn(error: Exception, stage: dict[str, int], remedy: str) -> None:
    def fail(model: Any) -> None:
        def forward(*_: Any, **__: Any) -> Any:
            raise error

        model.forward = forward

    with pytest.raises(LimitError, match=f"memory is full; set {remedy}"):
        loop_with(adapted(make_model()), fail, **stage)


def test_accumulation_gives_the_update_of_one_large_batch() -> None:
    examples = [Encoded(tuple(range(5, 5 + n)), tuple(range(5, 5 + n))) for n in (6, 9, 11, 16)]
    found = []
    for batch, accumulation in ((4, 1), (2, 2), (1, 4)):
        model = adapted(make_model())
        stage = STAGE.model_copy(update={"batch": batch, "accumulation": accumulation})
        optimizer, scheduler = make_training(stage, 1, model)
        updates: list[Any] = []
        Loop(model, 0, Accelerator(), 1).train_stage(StageData(stage, examples, ()), 0, 0, optimizer, scheduler, updates.append)
        weights = torch.cat([p.detach().flatten() for name, p in model.named_parameters() if "lora_" in name])
        found.append((updates[0].loss, updates[0].grad_norm, weights))
    for loss, norm, weights in found[1:]:
        assert (loss, norm) == (pytest.approx(found[0][0], abs=1e-5), pytest.approx(found[0][1], abs=1e-5))
        torch.testing.assert_close(weights, found[0][2], atol=1e-5, rtol=0)


def test_an_adapter_can_go_on_some_modules_only() -> None:
    model = with_adapter(
        Base("b", "", make_model(), None, ""), Lora(rank=2, alpha=4, dropout=0, target_modules=["q_proj"]), 0, False
    )
    assert {name.split(".lora_")[0][-6:] for name, p in model.named_parameters() if p.requires_grad} == {"q_proj"}
    with pytest.raises(ModelError, match="the adapter does not fit"):
        with_adapter(Base("b", "", make_model(), None, ""), Lora(rank=2, alpha=4, dropout=0, target_modules=["none"]), 0, False)


def test_fresh_adapter_changes_nothing() -> None:
    base = make_model()
    batch = make_batch([(0,)], [Encoded((5, 6, 7, 8), (5, 6, 7, 8))], 0)
    with torch.inference_mode(), packed_attention(base):
        before = float(summed_loss(base, batch))
        model = with_adapter(Base("b", "", base, None, ""), Lora(rank=2, alpha=4, dropout=0.5), 0, False).eval()
        assert float(summed_loss(model, batch)) == before


def test_recipes_are_whole_and_open_with_their_command() -> None:
    assert recipe_names() == ["grounded", "paper", "smoke"]
    for name in recipe_names():
        assert load_recipe(name).name == name
        text = (Path(training.__file__).parent / "recipes" / f"{name}.toml").read_text()
        assert text.startswith(f"# python -m finetune.train --book B --recipe {name}\n")


def test_paper_has_the_reports_values() -> None:
    recipe = load_recipe("paper")
    assert (recipe.lora.alpha, recipe.lora.dropout, recipe.base) == (16, 0.1, "meta-llama/Llama-2-7b-chat-hf")
    assert [(stage.data, stage.max_steps) for stage in recipe.stages] == [("chunks", 100), ("questions", 100)]
    for stage in recipe.stages:
        values = (stage.batch, stage.accumulation, stage.optimizer, stage.learning_rate, stage.max_grad_norm, stage.sequence)
        assert values == (4, 4, "paged_adamw_32bit", 2e-4, 0.3, 512)
        assert (stage.warmup, stage.schedule, stage.save_steps) == (0.03, "constant", 100)


def test_recipe_can_be_changed_from_outside() -> None:
    recipe = with_changes(load_recipe("grounded"), "other", 3, 9, (Path("more.jsonl"),), first=1)
    assert (recipe.base, recipe.seed) == ("other", 9)
    assert [(stage.name, stage.data, stage.max_steps, stage.epochs) for stage in recipe.stages] == [
        ("textbook", "chunks", 3, None),
        ("more", "more.jsonl", 3, None),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base = ", "not a recipe"),
        ('base = "b"\nlora = {rank = 1, alpha = 1, dropout = 0}\n[[stages]]\nname = "x"\nspeed = 3', "stages.0"),
        ('base = "b"\nlora = {rank = 0, alpha = 1, dropout = 0}\nstages = []', "lora.rank"),
    ],
)
def test_bad_recipes_are_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        load_recipe(str(path))
    with pytest.raises(UsageError, match="no recipe 'none'; there are: grounded, paper, smoke"):
        load_recipe("none")


def test_ctrl_c_keeps_a_checkpoint(tiny_base: Path, tmp_path: Path) -> None:
    """The real signal to a real process, which runs the real command on a made-up course."""
    script = tmp_path / "run.py"
    script.write_text(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from finetune import train, training\n"
        "from tests.finetune.conftest import forget_accelerator, make_course, make_tiny_recipe\n"
        f"recipe = make_tiny_recipe(Path({str(tiny_base)!r}))\n"
        "training.open_course = lambda book, embedder, recipe: make_course(recipe)\n"
        "training.load_embedder = lambda name, cache: None\n"
        "train.load_recipe = lambda name: recipe\n"
        "train.default_book = lambda home, name: make_course(recipe).book\n"
        "shown = train._Shown.after\n"
        "def after(self, update, done, total):\n"
        "    shown(self, update, done, total)\n"
        "    if done == 3: os.kill(os.getpid(), signal.SIGINT)\n"
        "train._Shown.after = after\n"
        "train.app(['--recipe', 'x', '--out', sys.argv[1]])\n"
    )
    done = subprocess.run(
        [sys.executable, script, tmp_path / "run"], cwd=Path(training.__file__).parent.parent, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(training.__file__).parent.parent), "COLUMNS": "200"}, check=False,
    )  # fmt: skip
    assert done.returncode == 128 + signal.SIGINT, done.stderr
    assert "Traceback" not in done.stderr
    assert f"--resume {tmp_path / 'run'}" in done.stderr
    assert [path.name for path in checkpoints.checkpoints(tmp_path / "run" / "checkpoints")] == ["000002", "000003"]
