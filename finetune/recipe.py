"""Recipes: small readable TOML files in `finetune/recipes/`, each opening with the command that runs it.

    recipe = load_recipe("grounded")          # by name, or by the path of your own file
    for stage in recipe.stages: ...           # each with the settings of [training], its own keys first

Leaves data to `stages.py` and the model to `base.py`.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from indexing.errors import UsageError

RECIPES = Path(__file__).resolve().parent / "recipes"


class _Table(BaseModel):
    """One table of a recipe. An unknown key is a mistake, told rather than ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lora(_Table):
    """The adapter's shape. The update of a weight is alpha / rank × B A (Hu et al. 2021, arXiv 2106.09685)."""

    rank: int = Field(ge=1)
    alpha: int = Field(ge=1)
    dropout: float = Field(ge=0, lt=1)
    target_modules: Literal["all-linear"] | list[str] = "all-linear"


class Grounded(_Table):
    """What examples with retrieved passages are made of: the most passages in a prompt, and how many questions of each kind."""

    passages: int = Field(default=5, ge=1)
    without_gold: float = Field(default=0.35, ge=0, le=1)
    contrast: float = Field(default=0.0, ge=0, le=1)
    foreign: int = Field(default=40, ge=0)
    definitions: int = Field(default=120, ge=0)
    headings: int = Field(default=50, ge=0)
    exercises: int = Field(default=30, ge=0)


class Shares(_Table):
    """Shares of the book, by section, that are kept out of training: to watch the loss on, and to compare on at the end."""

    validation: float = Field(default=0.1, gt=0, lt=0.5)
    test: float = Field(default=0.25, ge=0, lt=0.7)


class Stage(_Table):
    """One stage: its data, and how it is trained on.

    `data` is 'chunks', 'questions', 'grounded' or a JSONL file's path. `sequence` is a row's length in tokens, `batch` rows go
    through a device at once, `accumulation` times before each update. `max_steps` or `epochs` says when to end.
    `held_out_limit` bounds the examples that the held-out loss is taken on, where measuring on all would take too long.
    """

    name: str
    data: str
    batch: int = Field(ge=1)
    accumulation: int = Field(default=1, ge=1)
    optimizer: Literal["adamw", "paged_adamw_32bit"] = "adamw"
    learning_rate: float = Field(gt=0)
    max_grad_norm: float = Field(gt=0)
    max_steps: int | None = Field(default=None, ge=1)
    epochs: float | None = Field(default=None, gt=0)
    warmup: float = Field(default=0.0, ge=0, lt=1)
    schedule: Literal["constant", "constant_with_warmup", "cosine", "linear"] = "constant"
    sequence: int = Field(ge=16)
    save_steps: int = Field(default=100, ge=1)
    evaluate_steps: int = Field(default=10, ge=1)
    held_out_limit: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _ends(self) -> "Stage":
        if self.max_steps is None and self.epochs is None:
            raise ValueError("give max_steps or epochs")
        return self


class Recipe(_Table):
    """A base model, an adapter's shape, and stages that train it one after the other."""

    name: str
    base: str
    four_bit: bool = False
    gradient_checkpointing: bool = True
    seed: int = 0
    lora: Lora
    grounded: Grounded = Grounded()
    split: Shares = Shares()
    stages: list[Stage] = Field(min_length=1)


def recipe_names() -> list[str]:
    """The recipes that come with the project."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def load_recipe(name_or_path: str) -> Recipe:
    """A recipe by its name or by its file. UsageError names what is wrong in it."""
    path = RECIPES / f"{name_or_path}.toml"
    if not path.is_file():
        path = Path(name_or_path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError(f"no recipe '{name_or_path}'; there are: {', '.join(recipe_names())}, or give a TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not a recipe ({error})") from None
    return make_recipe(path.stem, table)


def make_recipe(name: str, table: dict[str, Any]) -> Recipe:
    """A recipe from its table. UsageError names the key that is wrong."""
    shared = table.get("training", {})
    stages = [{**shared, **_without_other_end(shared, stage)} for stage in table.get("stages", [])]
    rest = {key: value for key, value in table.items() if key not in ("training", "stages")}
    try:
        return Recipe.model_validate({"name": name, **rest, "stages": stages})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"recipe {name}: {where or 'stages'}: {first['msg']}") from None


def _without_other_end(shared: dict[str, Any], stage: dict[str, Any]) -> dict[str, Any]:
    """A stage that says `epochs` does not inherit `max_steps`, and the other way round."""
    ends = {"epochs", "max_steps"}
    own = ends & stage.keys()
    return {**stage, **dict.fromkeys(ends - own)} if own and ends & shared.keys() else stage


def with_changes(
    recipe: Recipe, base: str = "", steps: int = 0, seed: int | None = None, extra: tuple[Path, ...] = (), first: int = 0
) -> Recipe:
    """The recipe with another base, a number of steps for every stage, another seed, its first stages alone, or JSONL files as
    further stages."""
    last = recipe.stages[-1]
    stages = list(recipe.stages[: first or None])
    stages += [last.model_copy(update={"name": path.stem, "data": str(path)}) for path in extra]
    if steps:
        stages = [stage.model_copy(update={"max_steps": steps, "epochs": None}) for stage in stages]
    changes: dict[str, Any] = {"stages": stages}
    if base:
        changes["base"] = base
    if seed is not None:
        changes["seed"] = seed
    return recipe.model_copy(update=changes)
