"""Checkpoints: everything that a run needs to go on as if it had never stopped, each written whole or not at all.

    checkpoints/000050/   adapter.safetensors optimizer.pt state.json hashes.json

A checkpoint is written beside the others and renamed when its hashes are on disk, so a name without a dot in front is a whole
one. One that is cut short nevertheless is found by its hashes and named.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexing.errors import LimitError, SourceError
from indexing.library import file_sha256

_KEPT = 2
_HASHES = "hashes.json"
_BYTES_PER_PARAMETER = 12  # fp32 weight and AdamW's two fp32 moments
_SPARE_BYTES = 8_000_000


@dataclass(frozen=True)
class Position:
    """Where a run stands: stage (from 0), updates done in it, updates done in all."""

    stage: int
    step: int
    total: int


def save_checkpoint(
    folder: Path, position: Position, weights: Mapping[str, Any], optimizer: Mapping[str, Any], extra: dict[str, Any]
) -> Path:
    """Write a checkpoint into `folder` and delete all but the newest two. LimitError where the disk is full."""
    import torch
    from safetensors.torch import save_file

    needed = _BYTES_PER_PARAMETER * sum(weight.numel() for weight in weights.values()) + _SPARE_BYTES
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise LimitError(
            f"{folder}: no room for a checkpoint ({needed / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free); "
            "make room, or give --out on another disk; earlier checkpoints are kept"
        )
    final = folder / f"{position.total:06d}"
    beside = folder / f".{final.name}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir()
        save_file(
            {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}, beside / "adapter.safetensors"
        )
        torch.save({"optimizer": optimizer, **_random_states()}, beside / "optimizer.pt")
        (beside / "state.json").write_text(json.dumps({"position": asdict(position), **extra}, indent=1), encoding="utf-8")
        hashes = {path.name: file_sha256(path) for path in sorted(beside.iterdir())}
        (beside / _HASHES).write_text(json.dumps(hashes, indent=1), encoding="utf-8")
        _flush(beside)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        if isinstance(error, RuntimeError) and "write" not in str(error).lower():
            raise
        raise LimitError(f"{final}: the checkpoint could not be written ({error}); earlier checkpoints are kept") from error
    shutil.rmtree(final, ignore_errors=True)
    os.replace(beside, final)
    for old in checkpoints(folder)[:-_KEPT]:
        shutil.rmtree(old)
    return final


def checkpoints(folder: Path) -> list[Path]:
    """The checkpoints in a folder, oldest first."""
    return sorted(path for path in folder.iterdir() if path.name.isdigit()) if folder.is_dir() else []


def check_checkpoint(checkpoint: Path) -> None:
    """SourceError where a file of the checkpoint is missing or differs from its hash."""
    try:
        hashes = json.loads((checkpoint / _HASHES).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        raise SourceError(f"{checkpoint}: cut short ({_HASHES} is missing or damaged); delete this folder") from None
    for name, expected in hashes.items():
        path = checkpoint / name
        if not path.is_file() or file_sha256(path) != expected:
            raise SourceError(
                f"{path}: cut short or damaged; delete the folder {checkpoint.name}, then --resume goes on before it"
            )


def read_state(checkpoint: Path) -> tuple[Position, dict[str, Any]]:
    """A checked checkpoint's position and what else its state holds."""
    check_checkpoint(checkpoint)
    state = json.loads((checkpoint / "state.json").read_text(encoding="utf-8"))
    return Position(**state.pop("position")), state


def read_weights(checkpoint: Path) -> dict[str, Any]:
    """The adapter's weights by name."""
    from safetensors.torch import load_file

    return dict(load_file(checkpoint / "adapter.safetensors"))


def restore(checkpoint: Path, optimizer: Any) -> None:
    """Load the optimizer's state, and set the random generators to where they stood."""
    import torch

    saved = torch.load(checkpoint / "optimizer.pt", weights_only=True)
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["cpu"])
    if saved["cuda"]:
        torch.cuda.set_rng_state_all(saved["cuda"])


def _random_states() -> dict[str, Any]:
    import torch

    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def _flush(folder: Path) -> None:
    for path in [*folder.iterdir(), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
