"""Speed and cost of training, and how sure the split is.

    python benchmarks/training.py speed --base small     # useful tokens/s beside a plain padded Trainer, in the same run
    python benchmarks/training.py gold                   # how often a question's section is found where it is known
    python benchmarks/training.py shape                  # a Llama-2-7B-shaped model on a GPU, a small shape on a CPU

`shape` uses random weights, so nothing is downloaded, and writes benchmarks/GPU.md with the device's name.
"""

import json
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from finetune.base import Base, load_base, with_adapter
from finetune.encoding import IGNORED, Encoded, encode_examples
from finetune.loop import Loop, StageData, Update, make_training
from finetune.recipe import Recipe, load_recipe, with_changes
from finetune.stages import open_course
from indexing.embedding import load_embedder
from indexing.library import find_book
from indexing.settings import PROJECT, settings
from tutor.engines.transformers import four_bit

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
GPU_MD = Path(__file__).resolve().parent / "GPU.md"
# bf16 tensor-core peaks without sparsity, TFLOP/s, from NVIDIA's data sheets
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12, "4090": 165e12, "3090": 71e12}


# -- speed ------------------------------------------------------------------------------------------------------------


@app.command()
def speed(
    base: Annotated[str, typer.Option(help="Base model")] = "small",
    book: Annotated[str, typer.Option(help="Book whose length distribution is used")] = "sample",
    steps: Annotated[int, typer.Option(help="Updates of each loop and round")] = 3,
    rounds: Annotated[int, typer.Option(help="Rounds, interleaved")] = 2,
    sequence: Annotated[int, typer.Option(help="Row length, in tokens")] = 512,
    batch: Annotated[int, typer.Option(help="Rows, and examples of the plain loop, that go through at once")] = 4,
) -> None:
    """Our packed loop beside transformers' Trainer with padding to the longest of a batch, on the same examples."""
    recipe = with_changes(load_recipe("paper"), base)
    loaded = load_base(recipe, settings())
    opened = find_book(book, settings().home)
    course = open_course(opened, load_embedder(opened.manifest.embedder.name, settings().cache), recipe)
    print(f"base {base} in {loaded.model.dtype}, {recipe.lora.rank=}, batch {batch}, sequence {sequence}; {cpu()}")
    print("| data | tokens, mean and longest | padding, ours | padding, plain | ours, useful tokens/s | plain | ratio |")
    print("|---|---|---|---|---|---|---|")
    model = None
    for data in ("chunks", "questions", "grounded"):
        length = sequence if data != "grounded" else 4 * sequence
        rows = batch if data != "grounded" else 1
        stage = recipe.stages[0].model_copy(
            update={
                "data": data,
                "batch": rows,
                "accumulation": 1,
                "max_steps": steps,
                "sequence": length,
                "evaluate_steps": 10**6,
            }
        )
        examples = encode_examples(course.examples(stage, loaded.tokenizer).train, loaded.tokenizer, length).encoded
        model = model or with_adapter(loaded, recipe.lora, 0, checkpointing=False)
        ours: list[tuple[int, int, float]] = []
        plain: list[tuple[int, int, float]] = []
        for number in range(rounds):
            ours += packed(model, loaded, StageData(stage, examples, ()), number)
            plain += padded(model, loaded, examples, batch, steps, number)
        lengths = [len(item) for item in examples]
        a, b = (sum(x[0] for x in item) / sum(x[2] for x in item) for item in (ours, plain))
        shares = [1 - sum(x[0] for x in item) / sum(x[1] for x in item) for item in (ours, plain)]
        print(
            f"| {data} | {sum(lengths) / len(lengths):.0f}, {max(lengths)} | {shares[0]:.1%} | {shares[1]:.1%} "
            f"| {a:,.0f} | {b:,.0f} | {a / b:.2f} |",
            flush=True,
        )


def packed(model: Any, base: Base, data: StageData, seed: int) -> list[tuple[int, int, float]]:
    """(useful tokens, all tokens, seconds) of each update of our loop; the first, which warms up, is left out."""
    from accelerate import Accelerator

    seen: list[Update] = []
    stage = data.stage.model_copy(update={"max_steps": data.stage.max_steps + 1})
    optimizer, scheduler = make_training(stage, stage.max_steps, model)
    loop = Loop(model, base.tokenizer.pad_token_id or 0, Accelerator(), seed)
    loop.train_stage(StageData(stage, data.train, ()), 0, 0, optimizer, scheduler, seen.append)
    return [(update.tokens, round(update.tokens / (1 - update.padding)), update.seconds) for update in seen[1:]]


def padded(model: Any, base: Base, examples: list[Encoded], batch: int, steps: int, seed: int) -> list[tuple[int, int, float]]:
    """The same of transformers' Trainer, examples shuffled, each batch padded to its longest."""
    import torch
    from transformers import Trainer, TrainerCallback, TrainingArguments

    counted: list[tuple[int, int]] = []
    times: list[float] = []

    def collate(items: list[dict[str, Any]]) -> dict[str, Any]:
        length = max(len(item["ids"]) for item in items)
        ids = torch.full((len(items), length), base.tokenizer.pad_token_id or 0)
        labels, mask = torch.full_like(ids, IGNORED), torch.zeros_like(ids)
        for row, item in enumerate(items):
            ids[row, : len(item["ids"])] = torch.tensor(item["ids"])
            labels[row, : len(item["ids"])] = torch.tensor(item["labels"])
            mask[row, : len(item["ids"])] = 1
        counted.append((int(mask.sum()), mask.numel()))
        return {"input_ids": ids, "labels": labels, "attention_mask": mask}

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            times.append(time.perf_counter())

        def on_step_end(self, *_: Any, **__: Any) -> None:
            times[-1] = time.perf_counter() - times[-1]

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=batch, max_steps=steps + 1, learning_rate=2e-4, max_grad_norm=0.3,
            optim="adamw_torch", report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True, seed=seed,
            remove_unused_columns=False, dataloader_pin_memory=False,
        )  # fmt: skip
        data = [{"ids": item.ids, "labels": item.labels} for item in examples]
        model.train()
        Trainer(model, arguments, train_dataset=data, data_collator=collate, callbacks=[Clock()]).train()
    return [(*count, seconds) for count, seconds in zip(counted[1:], times[1:], strict=False)]


# -- gold -------------------------------------------------------------------------------------------------------------


@app.command()
def gold(book: Annotated[str, typer.Option(help="The sample course's name in the library")] = "sample") -> None:
    """How often the section found for a review question is the one that the sample course's source names."""
    known: dict[str, list[str]] = {}
    for path in sorted((PROJECT / "data" / "sample" / "review").glob("*.md")):
        pattern = r"\*\*([\d.]+)\*\*.*?<!-- section: ([\d., ]+) -->"
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"), re.DOTALL):
            known[match[1]] = [name.strip() for name in match[2].split(",")]
    opened = find_book(book, settings().home)
    course = open_course(opened, load_embedder(opened.manifest.embedder.name, settings().cache), load_recipe("grounded"))
    exact = near = 0
    for pair in course.pairs:
        found = pair.gold[0].heading_path[-1].split()[0]
        wanted = known[pair.id.split()[1]]
        exact += found in wanted
        near += any(found.split(".")[:2] == name.split(".")[:2] for name in wanted)
    count = len(course.pairs)
    print(f"{count} questions: section {exact / count:.1%}, unit of the split {near / count:.1%}")


# -- shape ------------------------------------------------------------------------------------------------------------

SHAPES = {
    "llama-2-7b": {
        "vocab_size": 32_000, "hidden_size": 4096, "intermediate_size": 11_008, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 4096,
    },
    "small": {
        "vocab_size": 32_000, "hidden_size": 256, "intermediate_size": 688, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 4, "max_position_embeddings": 4096,
    },
}  # fmt: skip


@app.command()
def shape(
    name: Annotated[str, typer.Option(help=f"Shape: {', '.join(SHAPES)}; otherwise by the hardware")] = "",
    steps: Annotated[int, typer.Option(help="Updates to time, after one to warm up")] = 5,
    write: Annotated[bool, typer.Option("--write", help="Write benchmarks/GPU.md")] = False,
) -> None:
    """A model of random weights through recipe `paper`: peak memory, seconds a step, tokens/s, share of the card's peak."""
    import torch

    on_gpu = torch.cuda.is_available()
    chosen = name or ("llama-2-7b" if on_gpu else "small")
    recipe = load_recipe("paper")
    lines = ["| base | trained | peak memory, GB | s a step | tokens/s | share of peak | generation, tokens/s: base, adapter |"]
    lines.append("|---|---|---|---|---|---|---|")
    for quantised in (True, False) if on_gpu else (False,):
        if on_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        lines.append(shape_row(chosen, recipe, quantised, steps, on_gpu))
        print(lines[-1], flush=True)
    table = "\n".join(lines)
    print(table)
    if write:
        write_gpu_md(chosen, table, on_gpu, steps)


def shape_row(name: str, recipe: Recipe, quantised: bool, steps: int, on_gpu: bool) -> str:
    """A line of the table for a base in nf4 or in 16 bits."""
    import torch

    model = random_model(name, quantised, on_gpu)
    base = Base(name, "", model, None, "")
    adapted = with_adapter(base, recipe.lora, 0, checkpointing=recipe.gradient_checkpointing)
    stage = recipe.stages[0].model_copy(update={"max_steps": steps + 1, "evaluate_steps": 10**6})
    vocabulary = model.config.vocab_size
    generator = torch.Generator().manual_seed(0)
    examples = [
        Encoded(ids, ids)
        for _ in range(64)
        for ids in [tuple(torch.randint(vocabulary, (stage.sequence,), generator=generator).tolist())]
    ]
    seen: list[Update] = []
    from accelerate import Accelerator

    optimizer, scheduler = make_training(stage, steps + 1, adapted)
    Loop(adapted, 0, Accelerator(), 0).train_stage(StageData(stage, examples, ()), 0, 0, optimizer, scheduler, seen.append)
    seconds = sum(update.seconds for update in seen[1:]) / steps
    tokens = sum(update.tokens for update in seen[1:]) / steps / seconds
    memory = torch.cuda.max_memory_allocated() / 1e9 if on_gpu else peak_cpu()
    plain = generation_speed(adapted, lambda: adapted.disable_adapter())
    adapter = generation_speed(adapted, None)
    share = f"{tokens * flops_a_token(model) / peak():.1%}" if on_gpu and peak() else "–"
    trained = sum(p.numel() for p in adapted.parameters() if p.requires_grad)
    kind = "nf4" if quantised else str(model.dtype).removeprefix("torch.")
    speeds = f"{seconds:.2f} | {tokens:,.0f} | {share} | {plain:.1f}, {adapter:.1f}"
    return f"| {kind} | {trained / 1e6:.1f} M | {memory:.1f} | {speeds} |"


def random_model(name: str, quantised: bool, on_gpu: bool) -> Any:
    """A Llama of that shape with random weights; in nf4 by way of a folder, since only loading quantises."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda" if on_gpu else "cpu"):
            model = LlamaForCausalLM(LlamaConfig(**SHAPES[name], tie_word_embeddings=False)).eval()
    finally:
        torch.set_default_dtype(torch.float32)
    if not quantised:
        return model
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        del model
        torch.cuda.empty_cache()
        loaded = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.bfloat16, quantization_config=four_bit(), device_map={"": 0}
        )
    torch.cuda.reset_peak_memory_stats()
    return loaded.eval()


def generation_speed(model: Any, off: Callable[[], Any] | None, new: int = 64, prompt: int = 512) -> float:
    """Tokens a second of greedy generation after a prompt of 512 tokens, the prompt's reading included."""
    from contextlib import nullcontext

    import torch

    model.eval()
    ids = torch.randint(model.config.vocab_size, (1, prompt), device=model.device)
    times = []
    with torch.inference_mode(), off() if off else nullcontext():
        for _ in range(2):
            started = time.perf_counter()
            model.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=new, min_new_tokens=new, do_sample=False,
                use_cache=True, pad_token_id=0,
            )  # fmt: skip
            times.append(time.perf_counter() - started)
    return new / min(times)


def flops_a_token(model: Any) -> float:
    """Floating-point operations a token of one update: forward 2, recomputed 2, gradients of activations 2 for each weight.

    The base's weights have no gradients of their own. Attention over 512 tokens is left out (about 3 % at 7B).
    """
    config = model.config
    layer = 4 * config.hidden_size**2 + 3 * config.hidden_size * config.intermediate_size
    return 6.0 * (config.num_hidden_layers * layer + config.vocab_size * config.hidden_size)


def peak() -> float:
    """The card's bf16 peak in FLOP/s, 0 where it is not known."""
    import torch

    name = torch.cuda.get_device_name()
    return next((value for key, value in PEAKS.items() if key in name), 0.0)


def peak_cpu() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def cpu() -> str:
    """The CPU's name and number of cores."""
    import os

    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        name = re.search(r"model name\s*: (.*)", text)
    except OSError:
        name = None
    return f"{name[1] if name else platform.processor()}, {os.cpu_count()} cores"


def write_gpu_md(name: str, table: str, on_gpu: bool, steps: int) -> None:
    """benchmarks/GPU.md: the table with the device's name, or a plain word that no GPU was there."""
    import torch

    device = torch.cuda.get_device_name() if on_gpu else cpu()
    measured = (
        "Published marks for Llama-2-7B on one GPU: 9.3 GB peak for QLoRA, 15.6 GB for LoRA (torchtune)."
        if on_gpu
        else "**The GPU figures are not measured yet: no GPU was at hand.** The table shows that the script runs, with a small "
        "shape on a CPU. On a GPU the same command fills it with a Llama-2-7B-shaped model, nf4 beside 16-bit. The marks to "
        "beat are 9.3 GB peak for QLoRA and 15.6 GB for LoRA (published for Llama-2-7B by torchtune)."
    )
    GPU_MD.write_text(
        "# Training on a GPU\n\n"
        "    python benchmarks/training.py shape --write\n\n"
        f"Recipe `paper` (rank 64, batch 4 × 4, sequence 512), a model of shape `{name}` with random weights, mean of {steps} "
        f"updates after one to warm up. Device: {device}; torch {torch.__version__}; {datetime.now(UTC):%Y-%m-%d}.\n\n"
        f"{measured}\n\n{table}\n\n"
        "Share of peak: six operations for each weight and token (forward, recomputation, gradients of activations), over the "
        "card's bf16 peak without sparsity. Generation: greedy, 64 tokens after a prompt of 512, reading it included.\n",
        encoding="utf-8",
    )
    print(json.dumps({"written": str(GPU_MD)}))


if __name__ == "__main__":
    app()
