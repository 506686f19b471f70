"""Loss, gradient and update against a Llama with LoRA that is written out by hand."""

from typing import Any

import pytest
import torch
from accelerate import Accelerator

from finetune.base import Base, with_adapter
from finetune.encoding import Encoded
from finetune.loop import Loop, StageData, make_training
from finetune.recipe import Lora, Stage
from tests.finetune.conftest import make_model
from tests.finetune.reference import Reference, adamw, clipped

RATE, LIMIT, RANK, ALPHA = 0.01, 0.3, 3, 6
EXAMPLES = [
    Encoded((5, 9, 200, 31, 7, 7, 88), (-100, -100, 200, 31, 7, 7, 88)),
    Encoded((11, 12, 13, 14, 15), (11, 12, 13, 14, 15)),
    Encoded((1, 60, 61, 62, 63, 64, 65, 66, 0), (-100, -100, -100, -100, -100, 64, 65, 66, 0)),
    Encoded((17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27), (-100, *range(18, 28))),
]
STAGE = Stage(
    name="one", data="chunks", batch=1, accumulation=2, learning_rate=RATE, max_grad_norm=LIMIT, max_steps=1, sequence=17
)


def adapted(model: Any) -> Any:
    """The model with LoRA on all linear layers, B not zero, so that A has a gradient, too."""
    model = with_adapter(Base("tiny", "", model, None, ""), Lora(rank=RANK, alpha=ALPHA, dropout=0.0), 0, checkpointing=False)
    torch.manual_seed(1)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(std=0.1)
    return model


def lora_weights(model: Any) -> dict[str, list[torch.Tensor]]:
    """{module: [A, B]} in float64, by the module's name in the base."""
    found: dict[str, dict[str, torch.Tensor]] = {}
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            module, kind = name.removeprefix("base_model.model.").split(".lora_")
            found.setdefault(module, {})[kind[0]] = parameter.detach().double().clone()
    return {module: [parts["A"], parts["B"]] for module, parts in found.items()}


def test_one_step_agrees_with_the_handwritten_reference() -> None:
    base = make_model()
    weights = {name: weight.clone() for name, weight in base.state_dict().items()}
    model = adapted(base)
    before = lora_weights(model)
    data = StageData(STAGE, EXAMPLES, ())
    seen = []
    optimizer, scheduler = make_training(STAGE, 1, model)
    Loop(model, 0, Accelerator(), seed=3).train_stage(data, 0, 0, optimizer, scheduler, seen.append)

    names = sorted(before)
    parameters = [before[name][kind].requires_grad_() for name in names for kind in (0, 1)]
    reference = Reference(base.config, weights, before, ALPHA / RANK)
    losses = [reference.summed_loss(item.ids, item.labels) for item in EXAMPLES]
    loss = torch.stack([total for total, _ in losses]).sum() / sum(count for _, count in losses)
    gradients = torch.autograd.grad(loss, parameters)
    scaled, norm = clipped(gradients, LIMIT)

    assert len(names) == 14
    assert seen[0].loss == pytest.approx(float(loss.detach()), abs=1e-4)
    assert seen[0].grad_norm == pytest.approx(norm, abs=1e-4)
    assert norm > LIMIT
    after = lora_weights(model)
    flat = [after[name][kind] for name in names for kind in (0, 1)]
    for weight, old, gradient in zip(flat, parameters, scaled, strict=True):
        torch.testing.assert_close(weight, adamw(old.detach(), gradient, RATE), atol=1e-4, rtol=0)


def test_gradients_agree_with_the_reference() -> None:
    base = make_model()
    weights = {name: weight.clone() for name, weight in base.state_dict().items()}
    model = adapted(base)
    before = lora_weights(model)
    gradients = {}
    optimizer, scheduler = make_training(STAGE.model_copy(update={"max_grad_norm": 1e9}), 1, model)
    optimizer.register_step_pre_hook(
        lambda *_: gradients.update({n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None})
    )
    stage = STAGE.model_copy(update={"max_grad_norm": 1e9})
    Loop(model, 0, Accelerator(), seed=3).train_stage(
        StageData(stage, EXAMPLES, ()), 0, 0, optimizer, scheduler, lambda _: None
    )

    names = sorted(before)
    parameters = [before[name][kind].requires_grad_() for name in names for kind in (0, 1)]
    reference = Reference(base.config, weights, before, ALPHA / RANK)
    losses = [reference.summed_loss(item.ids, item.labels) for item in EXAMPLES]
    loss = torch.stack([total for total, _ in losses]).sum() / sum(count for _, count in losses)
    expected = torch.autograd.grad(loss, parameters)
    ours = [gradients[f"base_model.model.{name}.lora_{kind}.default.weight"].double() for name in names for kind in ("A", "B")]
    assert sorted(gradients) == sorted(name for name, p in model.named_parameters() if "lora_" in name)
    for mine, theirs in zip(ours, expected, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-4)
