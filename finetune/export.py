"""Merge an adapter into its base and write a plain model folder, which transformers and vLLM load like any other.

    python -m finetune.export runs/sample-grounded-…/adapter --to models/sample-tutor
    vllm serve models/sample-tutor
    python -m finetune.export runs/sample-grounded-…/adapter --to data/sample/adapter --adapter-only

The sum is taken in fp32, of a base that is not in 4-bit, and written in the base's own type; `--exact` writes fp32. With
`--adapter-only` nothing is merged: the adapter is written in 16 bits, half as large, with its run's record, to be handed on.
A merged model refuses word by word, and so more often: the threshold of `tutor/engines/refusal.py` is the adapter's record's.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from finetune.base import base_source
from finetune.run import ADAPTER_WEIGHTS, read_record
from indexing.console import guarded, out, progress
from indexing.errors import LimitError, ModelError, UsageError
from indexing.settings import settings

_HANDED_ON = ("adapter_config.json", "curves.csv", "held-out.jsonl")
_PROBE = "The merged model must say what base and adapter say together."


def main(
    adapter: Annotated[Path, typer.Argument(help="Adapter folder that a run made")],
    to: Annotated[Path, typer.Option(help="Folder to write; must not be there yet")],
    base: Annotated[str, typer.Option(help="Base model; otherwise the adapter's own")] = "",
    exact: Annotated[bool, typer.Option("--exact", help="Write fp32, twice as large as the base's 16 bits")] = False,
    adapter_only: Annotated[bool, typer.Option("--adapter-only", help="Do not merge: write the adapter in 16 bits")] = False,
) -> None:
    """Merge an adapter into its base, or make the adapter itself small enough to hand on.

    Example: python -m finetune.export data/sample/adapter --to /tmp/sample-tutor
    """
    if to.exists():
        raise UsageError(f"{to}: is there already; give another folder, or delete it")
    if adapter_only:
        size = export_adapter(adapter, to)
        out.print(f"{to}: {size / 1e6:.1f} MB", markup=False)
        return
    name = base or str(read_record(adapter)["base"])
    with progress() as report:
        report("merging", 0, 0)
        difference = export(adapter, base_source(name, settings().models), to, exact=exact)
    out.print(f"{to}: largest difference of a logit to base and adapter {difference:.2g}", markup=False)


def export(adapter: Path, source: str, to: Path, *, exact: bool = False) -> float:
    """Write the merged model to `to`. Returns the largest absolute difference of a logit on a probe text.

    ModelError where adapter and base do not fit; LimitError where the disk is full. Nothing half-written is left.
    """
    import torch

    from tutor.engines.transformers import add_adapter, check_adapter, load_model, load_tokenizer, quiet

    quiet()
    check_adapter(adapter, source)
    tokenizer = load_tokenizer(source)
    model = load_model(source, in_four_bit=False)
    kind = model.dtype
    adapted = add_adapter(model.float(), adapter)
    ids = tokenizer(_PROBE, return_tensors="pt")["input_ids"].to(model.device)
    with torch.inference_mode():
        before = adapted(input_ids=ids).logits
    merged = adapted.merge_and_unload().to(torch.float32 if exact else kind)
    with torch.inference_mode():
        difference = float((merged(input_ids=ids).logits.float() - before).abs().max())
    if not difference < float("inf"):
        raise ModelError(f"{adapter}: the merged model's logits are not numbers; the adapter is damaged")
    _write(merged, tokenizer, to)
    return difference


def export_adapter(adapter: Path, to: Path) -> int:
    """Write the adapter in bf16, with its configuration, its run's record and its curves, to `to`; its size in bytes.

    The record goes without the place that the book had on the computer that trained. SourceError where `adapter` is none.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file, save_file

    record = {key: value for key, value in read_record(adapter).items() if key != "book_path"}
    try:
        weights = load_file(adapter / ADAPTER_WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{adapter / ADAPTER_WEIGHTS}: cannot be read ({' '.join(str(error).split())[:120]})") from None
    with _whole(to) as folder:
        save_file({name: tensor.bfloat16() for name, tensor in weights.items()}, folder / ADAPTER_WEIGHTS)
        for name in _HANDED_ON:
            if (adapter / name).is_file():
                shutil.copy2(adapter / name, folder / name)
        (folder / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return (to / ADAPTER_WEIGHTS).stat().st_size


def _write(model: Any, tokenizer: Any, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    needed = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    free = shutil.disk_usage(to.parent).free
    if free < needed:
        raise LimitError(f"{to}: {needed / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB free; give --to on another disk")
    with _whole(to) as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


@contextmanager
def _whole(to: Path) -> Iterator[Path]:
    """A folder beside `to` that becomes `to` when all is written, and is gone otherwise."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{to.name}-", dir=to.parent) as scratch:
        beside = Path(scratch) / "whole"
        beside.mkdir()
        yield beside
        os.replace(beside, to)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(guarded(main))

if __name__ == "__main__":
    app()
