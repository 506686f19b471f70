"""A Llama with LoRA, its loss and one AdamW update, written out by hand from the papers, in float64.

Llama: RMSNorm (Zhang & Sennrich 2019), rotary positions (Su et al. 2021), grouped queries, SwiGLU (Shazeer 2020). LoRA: Hu et
al. 2021. AdamW: Loshchilov & Hutter 2019. Nothing of transformers, peft or torch.nn is used.
"""

import math
from collections.abc import Mapping, Sequence

import torch

Weights = Mapping[str, torch.Tensor]


class Reference:
    """`weights` are the base's by their names, `adapter` LoRA's A and B by module name: {"….q_proj": (A, B)}."""

    def __init__(self, config, weights: Weights, adapter: Mapping[str, Sequence[torch.Tensor]], scale: float) -> None:
        self.config = config
        self.weights = {name: weight.double() for name, weight in weights.items()}
        self.adapter = adapter
        self.scale = scale

    def linear(self, name: str, x: torch.Tensor) -> torch.Tensor:
        out = x @ self.weights[f"{name}.weight"].T
        if name in self.adapter:
            a, b = self.adapter[name]
            out = out + self.scale * (x @ a.T) @ b.T
        return out

    def norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        size = x.pow(2).mean(-1, keepdim=True)
        return x / (size + self.config.rms_norm_eps).sqrt() * self.weights[f"{name}.weight"]

    def rotate(self, x: torch.Tensor) -> torch.Tensor:
        """x: (heads, length, size). Pairs (i, i + size/2) turn by position × theta^(-2i/size)."""
        half = x.shape[-1] // 2
        theta = self.config.rope_parameters["rope_theta"]
        angles = torch.arange(x.shape[1], dtype=torch.float64)[:, None] * theta ** (
            -torch.arange(half, dtype=torch.float64) / half
        )
        cos, sin = angles.cos(), angles.sin()
        first, second = x[..., :half], x[..., half:]
        return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)

    def attention(self, name: str, x: torch.Tensor) -> torch.Tensor:
        heads, keys = self.config.num_attention_heads, self.config.num_key_value_heads
        size = self.config.hidden_size // heads

        def split(out: torch.Tensor, count: int) -> torch.Tensor:
            return out.view(-1, count, size).transpose(0, 1)

        q = self.rotate(split(self.linear(f"{name}.q_proj", x), heads))
        k = self.rotate(split(self.linear(f"{name}.k_proj", x), keys)).repeat_interleave(heads // keys, 0)
        v = split(self.linear(f"{name}.v_proj", x), keys).repeat_interleave(heads // keys, 0)
        scores = q @ k.transpose(1, 2) / math.sqrt(size)
        future = torch.ones(x.shape[0], x.shape[0], dtype=torch.bool).triu(1)
        weights = scores.masked_fill(future, -math.inf).softmax(-1)
        return self.linear(f"{name}.o_proj", (weights @ v).transpose(0, 1).reshape(x.shape))

    def logits(self, ids: Sequence[int]) -> torch.Tensor:
        x = self.weights["model.embed_tokens.weight"][list(ids)]
        for number in range(self.config.num_hidden_layers):
            layer = f"model.layers.{number}"
            x = x + self.attention(f"{layer}.self_attn", self.norm(f"{layer}.input_layernorm", x))
            inner = self.norm(f"{layer}.post_attention_layernorm", x)
            gate, up = self.linear(f"{layer}.mlp.gate_proj", inner), self.linear(f"{layer}.mlp.up_proj", inner)
            x = x + self.linear(f"{layer}.mlp.down_proj", gate * gate.sigmoid() * up)
        return self.norm("model.norm", x) @ self.weights["model.embed_tokens.weight"].T

    def summed_loss(self, ids: Sequence[int], labels: Sequence[int]) -> tuple[torch.Tensor, int]:
        """Sum of -log P over labelled tokens, and their number."""
        logits = self.logits(ids)
        total, count = torch.zeros((), dtype=torch.float64), 0
        for position, label in enumerate(labels[1:]):
            if label != -100:
                total = total - logits[position].log_softmax(-1)[label]
                count += 1
        return total, count


def adamw(weight: torch.Tensor, gradient: torch.Tensor, rate: float) -> torch.Tensor:
    """The weight after the first AdamW step, betas 0.9 and 0.999, epsilon 1e-8, no decay."""
    first, second = 0.1 * gradient, 0.001 * gradient**2
    return weight - rate * (first / 0.1) / ((second / 0.001).sqrt() + 1e-8)


def clipped(gradients: Sequence[torch.Tensor], limit: float) -> tuple[list[torch.Tensor], float]:
    """The gradients scaled so that their joint norm is at most `limit`, and that norm before."""
    norm = math.sqrt(sum(float(gradient.pow(2).sum()) for gradient in gradients))
    return [gradient * min(1.0, limit / (norm + 1e-6)) for gradient in gradients], norm
