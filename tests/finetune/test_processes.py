"""Two processes, as `accelerate launch` starts them, make the update that one makes of the same rows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = """
import json, sys
import torch
from accelerate import Accelerator
from finetune.loop import Loop, StageData, make_training
from tests.finetune.conftest import make_model
from tests.finetune.test_reference import EXAMPLES, STAGE, adapted

accelerator = Accelerator(cpu=True)
stage = STAGE.model_copy(update={"sequence": 11, "max_steps": 2, "accumulation": int(sys.argv[2]), "schedule": "constant"})
model = accelerator.prepare(adapted(make_model()))
optimizer, scheduler = make_training(stage, 2, model)
seen = []
Loop(model, 0, accelerator, seed=3).train_stage(StageData(stage, EXAMPLES, ()), 0, 0, optimizer, scheduler, seen.append)
if accelerator.is_main_process:
    weights = [float(p.double().sum()) for name, p in model.named_parameters() if "lora_" in name]
    found = {"processes": accelerator.num_processes, "weights": weights}
    found["updates"] = [[update.loss, update.grad_norm, update.tokens] for update in seen]
    open(sys.argv[1], "w").write(json.dumps(found))
"""


@pytest.mark.slow
def test_two_processes_make_the_update_of_one(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    found = []
    for processes in (1, 2):
        out = tmp_path / f"{processes}.json"
        command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={processes}", "--master-port=29511"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        done = subprocess.run(
            [*command, script, out, str(4 // processes)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        found.append(json.loads(out.read_text()))
    one, two = found
    assert (one["processes"], two["processes"]) == (1, 2)
    assert two["weights"] == pytest.approx(one["weights"], abs=1e-5)
    for first, second in zip(one["updates"], two["updates"], strict=True):
        assert second == pytest.approx(first, abs=1e-5)
