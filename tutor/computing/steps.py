"""One step of a derivation: the rule that was used, and what it gave.

Every computation returns its steps, so that an answer can show how its result was reached.
"""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of everything that a computation returns: frozen, and no field but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Frozen):
    """`rule` names the rule in the field's own words ("superkey test"); `text` is one sentence about this case."""

    rule: str
    text: str
