"""A run's folder: what it was made from, its curves while they grow, its checkpoints, samples, and the adapter at the end.

runs/<book>-<recipe>-<time>/
    run.json          recipe, versions, data hashes, base's fingerprint, split, losses at the start and the end
    curves.csv        a line for each update: loss, held-out loss, learning rate, gradient norm, tokens, seconds
    curves.png        Figure 1, ours          tensorboard/     the same for TensorBoard
    held-out.jsonl    the questions that were kept out, for `python -m finetune.compare`
    samples.jsonl     what the model said before and after each stage
    checkpoints/      to resume from          adapter/         the adapter, a peft folder, with its record
"""

import csv
import itertools
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_type_hints

from finetune.loop import Update
from indexing.errors import SourceError

ADAPTER_WEIGHTS = "adapter_model.safetensors"  # as peft names them
_PACKAGES = ("torch", "transformers", "peft", "accelerate", "bitsandbytes", "tokenizers", "safetensors")
_COLUMNS = [item.name for item in fields(Update)]


@dataclass
class RunFolder:
    """The files of one run. `updates` are those so far, read back when a run goes on."""

    path: Path
    updates: list[Update] = field(default_factory=list)
    _board: Any = None

    @classmethod
    def create(cls, path: Path, record: dict[str, Any]) -> "RunFolder":
        """A new folder with its record. SourceError where a run is there already."""
        if (path / "run.json").exists():
            raise SourceError(f"{path}: holds a run already; go on with it by --resume {path}, or give another --out")
        path.mkdir(parents=True, exist_ok=True)
        run = cls(path)
        run.write_record(record)
        return run

    @classmethod
    def reopen(cls, path: Path, keep: int) -> "RunFolder":
        """A run's folder, to go on after its first `keep` updates; what was logged after those is dropped."""
        run = cls(path, read_curves(path / "curves.csv")[:keep])
        run._write_curves(run.updates)
        return run

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def adapter(self) -> Path:
        return self.path / "adapter"

    def record(self) -> dict[str, Any]:
        return read_record(self.path)

    def write_record(self, record: dict[str, Any]) -> None:
        beside = self.path / ".run.json"
        beside.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.path / "run.json")

    def log(self, update: Update) -> None:
        """Add an update to the curves."""
        self.updates.append(update)
        if len(self.updates) == 1:
            self._write_curves([])
        with (self.path / "curves.csv").open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, _COLUMNS).writerow(_row(update))
        self._log_board(update, len(self.updates))

    def draw(self) -> None:
        """Draw curves.png from the updates so far."""
        if self.updates:
            losses = self.record().get("losses", {})
            starts = {stage: found["start"] for stage, found in losses.items() if "start" in found}
            draw_curves(self.updates, starts, self.path / "curves.png")

    def add_samples(self, samples: Iterable[dict[str, Any]]) -> None:
        with (self.path / "samples.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(sample, ensure_ascii=False) + "\n" for sample in samples)

    def close(self) -> None:
        if self._board is not None:
            self._board.close()

    def _write_curves(self, updates: Sequence[Update]) -> None:
        with (self.path / "curves.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS)
            writer.writeheader()
            writer.writerows(_row(update) for update in updates)

    def _log_board(self, update: Update, number: int) -> None:
        if self._board is None:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(self.path / "tensorboard"), purge_step=number)
        self._board.add_scalar("loss/train", update.loss, number)
        self._board.add_scalar("learning rate", update.learning_rate, number)
        self._board.add_scalar("gradient norm", update.grad_norm, number)
        if update.held_out is not None:
            self._board.add_scalar("loss/held out", update.held_out, number)
        self._board.flush()


def read_record(path: Path) -> dict[str, Any]:
    """run.json of a run's or an adapter's folder. SourceError where there is none."""
    try:
        record: dict[str, Any] = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        raise SourceError(f"{path}: not a run's folder (no readable run.json)") from None
    return record


def read_curves(path: Path) -> list[Update]:
    """The updates of a curves.csv; none where the file is not there."""
    if not path.is_file():
        return []
    kinds = get_type_hints(Update)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Update(**{name: _value(row[name], kinds[name]) for name in _COLUMNS}) for row in rows]


def _value(text: str, kind: Any) -> Any:
    if text == "":
        return None
    return kind(text) if kind in (str, int, float) else float(text)


def _row(update: Update) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in asdict(update).items()}


def draw_curves(updates: Sequence[Update], starts: Mapping[str, float], path: Path) -> None:
    """The report's Figure 1 for a run of ours: loss (train and held out) and learning rate over all updates, as PNG.

    `starts` has the held-out loss before each stage. Its line breaks between stages, whose held-out examples differ.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    steps = list(range(1, len(updates) + 1))
    left.plot(steps, [update.loss for update in updates], linewidth=1, label="train")
    for number, points in enumerate(held_out_lines(updates, starts)):
        label = "held out" if number == 0 else None
        left.plot(*zip(*points, strict=True), marker="o", markersize=3, color="C1", label=label)
    right.plot(steps, [update.learning_rate for update in updates], linewidth=1)
    for axes, name in ((left, "loss per token (nats)"), (right, "learning rate")):
        axes.set(xlabel="update", ylabel=name)
        axes.grid(alpha=0.3)
        for step, (one, other) in enumerate(itertools.pairwise(updates), 1):
            if one.stage != other.stage:
                axes.axvline(step + 0.5, color="grey", linestyle="--", linewidth=1)
    right.set_ylim(bottom=0)
    left.legend()
    figure.savefig(path, dpi=120)


def held_out_lines(updates: Sequence[Update], starts: Mapping[str, float]) -> list[list[tuple[int, float]]]:
    """Each stage's held-out losses as (update, loss), that before its first update included; none without any."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for number, update in enumerate(updates, 1):
        if update.stage not in lines:
            lines[update.stage] = [(number - 1, starts[update.stage])] if update.stage in starts else []
        if update.held_out is not None:
            lines[update.stage].append((number, update.held_out))
    return [points for points in lines.values() if points]


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that shape a result."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
