"""The base model with a fresh LoRA adapter, on whatever hardware is there, and what was decided about it, to be said aloud.

On CUDA: nf4 where the recipe says so, gradient checkpointing, the paged optimizer. On a CPU: a bf16 or fp32 base and a plain
optimizer; nf4 is not used there, since its weights are repacked by the first evaluation and training then silently stops.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.encoding import check_tokenizer
from finetune.recipe import Lora, Recipe, Stage
from indexing.errors import ModelError
from indexing.library import file_sha256
from indexing.settings import Settings
from tutor.engines.transformers import brief, load_model, load_tokenizer, quiet, quiet_peft
from tutor.models import PACKAGED, got_folder


@dataclass(frozen=True)
class Base:
    """A base model and its tokenizer. `name` is what the user calls it, `source` where it was loaded from."""

    name: str
    source: str
    model: Any
    tokenizer: Any
    fingerprint: str
    said: tuple[str, ...] = ()


def base_source(name: str, models: Path) -> str:
    """Where a base is loaded from: a packaged model's folder, or the name or path itself. ModelError where it was not got."""
    if name not in PACKAGED:
        return name
    return str(got_folder(name, models))


def load_base(recipe: Recipe, settings: Settings) -> Base:
    """The recipe's base model and tokenizer. ModelError where they cannot be had or do not fit each other."""
    import torch

    quiet()
    source = base_source(recipe.base, settings.models)
    on_gpu = torch.cuda.is_available()
    tokenizer = load_tokenizer(source)
    model = load_model(source, in_four_bit=recipe.four_bit and on_gpu)
    check_tokenizer(tokenizer, model.get_input_embeddings().weight.shape[0], recipe.base)
    return Base(recipe.base, source, model, tokenizer, fingerprint(source, model), tuple(_said(recipe, on_gpu, model)))


def _said(recipe: Recipe, on_gpu: bool, model: Any) -> Iterable[str]:
    if on_gpu:
        yield f"on {_gpu_name()}, base in {'nf4' if recipe.four_bit else model.dtype}"
        return
    yield f"no GPU here: the base stays in {str(model.dtype).removeprefix('torch.')} on the CPU" + (
        ", not in 4-bit" if recipe.four_bit else ""
    )
    if any(stage.optimizer.startswith("paged") for stage in recipe.stages):
        yield "paged_adamw_32bit needs CUDA: plain AdamW (32-bit states) takes its place"


def _gpu_name() -> str:
    import torch

    return str(torch.cuda.get_device_name())


def with_adapter(base: Base, lora: Lora, seed: int, checkpointing: bool) -> Any:
    """The base with a fresh adapter, whose first output is the base's own (B = 0). ModelError where no module matches.

    The adapter's weights are fp32 whatever the base's are; the base's are left as they are, so that with the adapter off it is
    the base to the bit. Gradient checkpointing only where memory is short: on CUDA.
    """
    import torch

    quiet_peft()
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    model = base.model
    if checkpointing and torch.cuda.is_available():
        model.activation_checkpointing_enable()
        model.enable_input_require_grads()
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.target_modules,
        bias="none",
        task_type="CAUSAL_LM",
    )
    try:
        adapted = get_peft_model(model, config)
    except ValueError as error:
        raise ModelError(
            f"{base.name}: the adapter does not fit ({brief(error)}); change target_modules in the recipe"
        ) from None
    adapted.peft_config["default"].base_model_name_or_path = base.name
    return adapted


def trained(model: Any) -> list[Any]:
    """The parameters that are trained: the adapter's."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def make_optimizer(stage: Stage, parameters: list[Any]) -> Any:
    """The stage's optimizer: AdamW without weight decay, paged and 32-bit by bitsandbytes where the recipe and CUDA say so."""
    import torch

    if stage.optimizer == "paged_adamw_32bit" and torch.cuda.is_available():
        try:
            from bitsandbytes.optim import PagedAdamW32bit
        except ImportError:
            raise ModelError("the package bitsandbytes is missing; pip install 'textbook-tutor[finetune]'") from None
        return PagedAdamW32bit(parameters, lr=stage.learning_rate, weight_decay=0.0)
    return torch.optim.AdamW(parameters, lr=stage.learning_rate, weight_decay=0.0)


def fingerprint(source: str, model: Any) -> str:
    """What identifies a base: the hash of its folder's weights, or its commit on the hub."""
    folder = Path(source)
    if folder.is_dir():
        files = sorted(
            path for path in folder.iterdir() if path.suffix in (".safetensors", ".bin") or path.name == "config.json"
        )
        listed = json.dumps([[path.name, file_sha256(path)] for path in files])
        return "sha256:" + hashlib.sha256(listed.encode()).hexdigest()[:32]
    return f"commit:{getattr(model.config, '_commit_hash', None) or 'unknown'}"
