"""Any causal language model of transformers, by name or folder, with a LoRA adapter that is switched without a reload.

On CUDA in 4-bit nf4 (bitsandbytes) where it is large, else bf16 where the hardware has it, else fp32. Greedy decoding with
the model's own chat template; in bf16 by prompt lookup, since answers repeat what their passages say (benchmarks/LOG.md).
This is the one module of `tutor` that imports torch, transformers and peft, and it does so where they are used.
"""

import json
import logging
import os
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from indexing.errors import LimitError, ModelError
from tutor.answer import REFUSAL
from tutor.engines.base import Generation, Queue
from tutor.engines.refusal import RefusalScore, UnlessRefused, read_threshold, score_refusal
from tutor.prompt import Message, may_refuse

_LOOKUP_TOKENS = 10  # drafted by prompt lookup; 10 was the fastest of 5, 10, 20
_FOUR_BIT_FROM = 1_000_000_000  # parameters; below, a model is small enough to stay whole


class TransformersEngine:
    """A loaded model. One generation at a time, in the order of asking."""

    def __init__(self, model: Any, tokenizer: Any, name: str, has_adapter: bool = False) -> None:
        self.name = name
        self.model = model
        self.tokenizer = tokenizer
        self.has_adapter = has_adapter
        self.context_tokens = int(getattr(model.config, "max_position_embeddings", 4096))
        self._queue = Queue()

    @classmethod
    def load(cls, source: str, name: str, adapter: Path | None = None, lookup: bool | None = None) -> "TransformersEngine":
        """Load a model by hub name or folder, and an adapter. ModelError says what is wrong and what to do."""
        quiet()
        tokenizer = load_tokenizer(source)
        model = load_model(source)
        if adapter is not None:
            check_adapter(adapter, source)
            model = add_adapter(model, adapter)
        engine = cls(model, tokenizer, name, adapter is not None)
        engine.lookup = engine.in_bf16 if lookup is None else lookup
        engine.refusal_threshold = None if adapter is None else read_threshold(adapter)
        return engine

    lookup = False
    refusal_threshold: float | None = None
    """The probability from which the adapter's refusal is the reply; None: refusals are written like any other reply."""

    @property
    def in_bf16(self) -> bool:
        return str(self.model.dtype) == "torch.bfloat16"

    def count(self, text: str) -> int:
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def stream(self, messages: Sequence[Message], generation: Generation) -> Iterator[str]:
        inputs = self._encode(messages)
        length = inputs["input_ids"].shape[1]
        if length + generation.max_new_tokens > self.context_tokens:
            raise LimitError(
                f"the prompt has {length:,} tokens and the model's context {self.context_tokens:,}; ask more briefly, "
                "or with fewer passages"
            )
        threshold = self.refusal_threshold if generation.adapter and may_refuse(messages) else None
        with self._queue.turn(generation):
            yield from self._generate(inputs, generation, threshold)

    def log_likelihoods(self, messages: Sequence[Message], replies: Sequence[str]) -> list[float]:
        """Mean log P of each reply's tokens after the messages, in nats; 0 for a reply without tokens."""
        found = []
        for reply in replies:
            values = [value for _, value in self.token_log_likelihoods(messages, reply)]
            found.append(sum(values) / len(values) if values else 0.0)
        return found

    def token_log_likelihoods(self, messages: Sequence[Message], reply: str) -> list[tuple[tuple[int, int], float]]:
        """Of each token of a reply after the messages: the range of its characters, and its log P in nats."""
        import torch

        encoded = self.tokenizer(reply, add_special_tokens=False, return_offsets_mapping=True)
        if not encoded["input_ids"]:
            return []
        prompt = self._encode(messages)["input_ids"][0]
        tokens = torch.tensor(encoded["input_ids"], device=prompt.device)
        ids = torch.cat([prompt, tokens])[None]
        with self._queue.turn(Generation()), torch.inference_mode():
            logits = self.model(input_ids=ids, logits_to_keep=len(tokens) + 1).logits[0, :-1].float()
        chosen = logits.log_softmax(-1).gather(1, tokens[:, None])[:, 0].tolist()
        return list(zip(map(tuple, encoded["offset_mapping"]), chosen, strict=True))

    def _encode(self, messages: Sequence[Message]) -> Any:
        return encode_chat(self.tokenizer, messages).to(self.model.device)

    def _generate(self, inputs: Any, generation: Generation, threshold: float | None) -> Iterator[str]:
        """Run `generate` in a thread of its own and hand out what it writes; the refusal if it is as likely as `threshold`."""
        from transformers import TextIteratorStreamer

        streamer = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        ended = threading.Event()
        deadline = time.monotonic() + generation.time_limit_s
        failure: list[BaseException] = []

        def run() -> None:
            try:
                self._run(inputs, streamer, generation, threshold, ended, deadline)
            except (RuntimeError, MemoryError, ValueError, IndexError) as error:
                failure.append(error)
            finally:
                streamer.text_queue.put(None)

        thread = threading.Thread(target=run, name="generate", daemon=True)
        thread.start()
        try:
            yield from _pieces(streamer, generation)
        finally:
            ended.set()
            thread.join()
        if failure:
            raise _told(failure[0], self.name) from failure[0]
        if time.monotonic() > deadline and not generation.stop.is_set():
            raise LimitError(f"the time limit of {generation.time_limit_s:g} s was reached")

    def _run(
        self,
        inputs: Any,
        streamer: Any,
        generation: Generation,
        threshold: float | None,
        ended: threading.Event,
        deadline: float,
    ) -> None:
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList

        def over() -> bool:
            """Whether nobody waits for more."""
            return ended.is_set() or generation.stop.is_set() or time.monotonic() > deadline

        class Ended(StoppingCriteria):  # type: ignore[misc]
            """Looks after each token."""

            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                return torch.full((input_ids.shape[0],), over(), dtype=torch.bool, device=input_ids.device)

        plain = self.has_adapter and not generation.adapter
        adapted = self.model.disable_adapter() if plain else nullcontext()
        with torch.inference_mode(), adapted, _interruptible(self.model, over, streamer):
            options: dict[str, Any] = {}
            if threshold is not None:
                score = score_refusal(self.model, self.tokenizer, **inputs)
                if score.whole[0] >= threshold:
                    streamer.text_queue.put(REFUSAL)
                    return
                options = _unless_refused(score, inputs["input_ids"].shape[1])
            self.model.generate(
                **inputs,
                **options,
                max_new_tokens=generation.max_new_tokens,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                pad_token_id=self.tokenizer.pad_token_id or self.tokenizer.eos_token_id,
                prompt_lookup_num_tokens=_LOOKUP_TOKENS if self.lookup else None,
                streamer=streamer,
                stopping_criteria=StoppingCriteriaList([Ended()]),
            )


def _unless_refused(score: RefusalScore, length: int) -> dict[str, Any]:
    """What `generate` goes on from after a score: the keys and values of all the prompt but its last token, and the odds."""
    score.cache.crop(-len(score.ids) - 1)
    return {"past_key_values": score.cache, "logits_processor": [UnlessRefused(score, length)]}


class _Over(Exception):  # noqa: N818 - no error
    """Raised in a model's pass when nobody waits for more."""


@contextmanager
def _interruptible(model: Any, over: Callable[[], bool], streamer: Any) -> Iterator[None]:
    """End generating before the next layer once `over()`: the first pass reads the whole prompt, for seconds on a CPU."""
    from torch.nn import ModuleList

    def look(*_: Any) -> None:
        if over():
            raise _Over

    layers = max((part for part in model.modules() if isinstance(part, ModuleList)), key=len, default=())
    hooks = [layer.register_forward_pre_hook(look) for layer in layers]
    try:
        yield
    except _Over:
        streamer.end()  # hands out what it held back of a word
    finally:
        for hook in hooks:
            hook.remove()


def encode_chat(tokenizer: Any, messages: Sequence[Message]) -> Any:
    """Token ids (1, length) of a chat in the tokenizer's own template, up to where the assistant's reply begins, or, where
    the last message is the assistant's, to its end. Training and answering both come through here.

    Where a template knows no system message, that goes before the user's. No message can hold a special token.
    """
    chat = [{"role": item.role, "content": _defused(tokenizer, item.content)} for item in messages]
    replied = bool(chat) and chat[-1]["role"] == "assistant"
    if not tokenizer.chat_template:
        asked = "\n\n".join(item["content"] for item in chat[: len(chat) - replied]) + "\n\nAnswer:"
        return tokenizer(f"{asked} {chat[-1]['content']}{tokenizer.eos_token}" if replied else asked, return_tensors="pt")
    from jinja2.exceptions import TemplateError

    options = {"add_generation_prompt": not replied, "return_tensors": "pt", "return_dict": True}
    try:
        return tokenizer.apply_chat_template(chat, **options)
    except TemplateError:
        merged = [{"role": "user", "content": "\n\n".join(item["content"] for item in chat if item["role"] != "assistant")}]
        return tokenizer.apply_chat_template([*merged, *chat[len(chat) - replied :]], **options)


def _defused(tokenizer: Any, text: str) -> str:
    """Text in which none of the tokenizer's special tokens stands as such."""
    for token in sorted(set(tokenizer.all_special_tokens), key=len, reverse=True):
        if token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def _pieces(streamer: Any, generation: Generation) -> Iterator[str]:
    """What the streamer holds, until the end or the stop."""
    while not generation.stop.is_set():
        try:
            piece = streamer.text_queue.get(timeout=0.05)
        except queue.Empty:
            continue
        if piece is None or piece is streamer.stop_signal:
            return
        if piece:
            yield piece


def check_adapter(adapter: Path, source: str) -> None:
    """ModelError unless `adapter` is a peft folder that was trained on the model `source`."""
    path = adapter / "adapter_config.json"
    try:
        base = json.loads(path.read_text(encoding="utf-8")).get("base_model_name_or_path") or ""
    except (OSError, json.JSONDecodeError, AttributeError):
        raise ModelError(f"{adapter}: not a LoRA adapter (no readable adapter_config.json)") from None
    if _short(base) != _short(source):
        raise ModelError(
            f"{adapter}: an adapter for {base or 'an unnamed base'}, not for {source}; choose that engine, or another adapter"
        )


def _short(name: str) -> str:
    """A model's name without its folder or organisation, by which a base is known on another machine, too."""
    return name.rstrip("/").rsplit("/", 1)[-1].casefold()


def add_adapter(model: Any, adapter: Path) -> Any:
    """The model with the adapter of a peft folder, in evaluation mode. ModelError where they do not fit."""
    quiet_peft()
    try:
        from peft import PeftModel
    except ImportError:
        raise ModelError("the package peft is missing; pip install 'textbook-tutor[finetune]'") from None
    try:
        return PeftModel.from_pretrained(model, str(adapter)).eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"{adapter}: does not fit this model ({brief(error)})") from None


def quiet_peft() -> None:
    """Keep from users what they can do nothing about: peft's use of a deprecated name, and a kernel that bitsandbytes lacks."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)


def load_tokenizer(source: str) -> Any:
    """The tokenizer of a model by hub name or folder. ModelError where there is none."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise _missing(source, error) from None


def load_model(source: str, in_four_bit: bool | None = None) -> Any:
    """A causal model by hub name or folder, in evaluation mode; in 4-bit on CUDA where it is large, or where told to.

    ModelError says why it cannot be loaded.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    options: dict[str, Any] = {"dtype": best_dtype()}
    try:
        config = AutoConfig.from_pretrained(source)
        if torch.cuda.is_available():
            options["device_map"] = {"": torch.cuda.current_device()}
            if _parameters(config) >= _FOUR_BIT_FROM if in_four_bit is None else in_four_bit:
                options["quantization_config"] = four_bit()
        return AutoModelForCausalLM.from_pretrained(source, **options).eval()
    except (OSError, ValueError) as error:
        raise _missing(source, error) from None
    except (RuntimeError, MemoryError) as error:
        raise _told(error, source) from error


def best_dtype() -> Any:
    """bf16 on CUDA and on CPUs with instructions for it, else fp32."""
    import torch

    has = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else cpu_has_bf16()
    return torch.bfloat16 if has else torch.float32


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 in hardware (AVX512-BF16, AMX, or ARM's BF16)."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return not flags.isdisjoint({"avx512_bf16", "amx_bf16", "bf16"})


def _parameters(config: Any) -> int:
    """A decoder's rough number of parameters by its configuration: 12 × layers × width², and its embeddings."""
    width, layers = int(getattr(config, "hidden_size", 0)), int(getattr(config, "num_hidden_layers", 0))
    return 12 * layers * width * width + 2 * width * int(getattr(config, "vocab_size", 0))


def four_bit() -> Any:
    """The quantisation that both answering and training use on CUDA: nf4 with double quantisation, computing in bf16."""
    import torch
    from transformers import BitsAndBytesConfig

    try:
        import bitsandbytes  # noqa: F401
    except ImportError:
        raise ModelError("the package bitsandbytes is missing; pip install 'textbook-tutor[gpu]'") from None
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16, bnb_4bit_use_double_quant=True
    )


def _missing(source: str, error: Exception) -> ModelError:
    """Why a model could not be loaded, told from what the hub's client says."""
    text = str(error)
    if "gated" in text.lower() or "401" in text or "403" in text:
        return ModelError(f"{source}: a gated model; accept its licence on its page and set HF_TOKEN to your access token")
    if not Path(source).exists() and source.startswith((".", "/", "~")):
        return ModelError(f"{source}: no such folder")
    return ModelError(
        f"{source}: not a causal language model that can be loaded here ({brief(error)}); check its name and the network, or "
        "take the one that needs neither: small"
    )


def _told(error: BaseException, name: str) -> ModelError:
    text = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text:
        where = "GPU's" if "cuda" in text else "computer's"
        return ModelError(
            f"{name}: the {where} memory is full; choose a smaller model, fewer passages (--top-k), or close other programs"
        )
    return ModelError(f"{name}: the model failed ({brief(error)})")


def brief(error: BaseException) -> str:
    """An error's message as one short line."""
    return " ".join(str(error).split())[:160]


def quiet() -> None:
    """Keep transformers from writing bars and warnings between our own lines, and waiting threads from spinning.

    To be called before torch is imported: with busy waiting, a second busy process on the same two cores made generation
    six times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
