"""A tiny random Llama with a tokenizer and a chat template of its own, and examples for it."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from finetune.gold import review_pairs
from finetune.recipe import Recipe, make_recipe
from finetune.split import split_sections, unit_depth, unit_of
from finetune.stages import Course
from indexing.chunks import Chunk
from indexing.lexical import words
from indexing.records import Question
from tutor.retrieval import Passage

TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def make_tokenizer() -> Any:
    """Byte-level BPE without merges: every text is its bytes, and four control tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    vocabulary = {piece: number for number, piece in enumerate([*special, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>", additional_special_tokens=special[1:]
    )
    fast.chat_template = TEMPLATE
    return fast


def make_model(seed: int = 0, **changes: Any) -> Any:
    """A random Llama of 2 layers, 4 heads of which 2 have keys, in fp32."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        **{
            **{"vocab_size": 260, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4},
            **{
                "num_key_value_heads": 2,
                "max_position_embeddings": 4096,
                "initializer_range": 0.2,
                "tie_word_embeddings": True,
            },
            **{"eos_token_id": 0, "pad_token_id": 0, "bos_token_id": None},
            **changes,
        }
    )
    return LlamaForCausalLM(config).eval()


def forget_accelerator() -> None:
    """`accelerate` keeps one state for a process; a command has one run, a test process many, in fp32 and in bf16."""
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture(autouse=True)
def _fresh_accelerator() -> None:
    forget_accelerator()


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    return make_tokenizer()


@pytest.fixture
def model() -> Any:
    return make_model()


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as an ordinary transformers folder."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_model().save_pretrained(folder)
    make_tokenizer().save_pretrained(folder)
    return folder


THINGS = [
    *("entity", "relation", "tuple", "attribute", "schema", "trigger", "view", "cursor", "index", "buffer", "block", "record"),
    *(
        "page",
        "log",
        "lock",
        "deadlock",
        "schedule",
        "transaction",
        "checkpoint",
        "cascade",
        "catalog",
        "query",
        "plan",
        "join",
    ),
]


def make_chunks() -> list[Chunk]:
    """24 sections in 6 chapters, each with a definition and a remark, as two chunks."""
    chunks = []
    for number, thing in enumerate(THINGS):
        path = [f"{number // 4 + 1} Chapter", f"{number // 4 + 1}.{number % 4 + 1} About the {thing}"]
        texts = [
            f"A {thing} is the item{number} of the store, guarded by warden{number}. It hums.",
            f"Every {thing} costs {number + 10} coins. Nobody sells a {thing} twice.",
        ]
        for part, text in enumerate(texts):
            middle = text.index(".") + 1
            chunks.append(
                Chunk(
                    id=f"{number:02d}{part}", type="text", heading=path[-1], heading_path=path, text=text,
                    sentences=[(0, middle), (middle + 1, len(text))], spans=[(number + 1, 0.0, 0.0, 9.0, 9.0)],
                )
            )  # fmt: skip
    return chunks


@dataclass
class FakeRetriever:
    """Ranks chunks by the words that they share with the question."""

    chunks: list[Chunk]

    def search(self, question: str, top_k: int = 5, mode: str = "hybrid") -> SimpleNamespace:
        wanted = set(words(question))
        scored = [(len(wanted & set(words(chunk.input_text))), -number) for number, chunk in enumerate(self.chunks)]
        order = sorted(range(len(self.chunks)), key=lambda number: scored[number], reverse=True)[:top_k]
        passages = [Passage(self.chunks[number], number, "fake", float(scored[number][0])) for number in order]
        return SimpleNamespace(question=question, passages=passages, best={"sentence": 0.9, "bm25": 10.0})


def make_questions() -> list[Question]:
    return [
        Question(
            question=f"{number // 4 + 1}.{number % 4 + 1} What is a {thing}, and who guards it?",
            answer=f"A {thing} is item{number}, guarded by warden{number}.",
            chapter=str(number // 4 + 1),
            number=f"{number // 4 + 1}.{number % 4 + 1}",
        )
        for number, thing in enumerate(THINGS)
    ]


def make_course(recipe: Recipe) -> Course:
    """A made-up book's course, without an index: retrieval goes by shared words."""
    chunks, questions = make_chunks(), make_questions()
    retriever: Any = FakeRetriever(chunks)
    pairs, lost = review_pairs(questions, lambda question, count: retriever.search(question, count).passages)
    depth = unit_depth(chunks)
    split = split_sections(chunks, [unit_of(pair.gold[0], depth) for pair in pairs], recipe.split, recipe.seed, depth)
    return Course(FakeBook(questions), recipe, retriever, chunks, pairs, lost, split)  # type: ignore[arg-type]


@dataclass
class FakeBook:
    """As much of a book as training looks at."""

    asked: list[Question]
    name: str = "fake"
    path: Path = Path("/nowhere/fake")
    manifest: Any = field(default_factory=lambda: SimpleNamespace(embedder=None, source=SimpleNamespace(sha256="0" * 64)))

    def questions(self) -> list[Question]:
        return self.asked


def make_tiny_recipe(base: Path, stages: list[dict[str, Any]] | None = None, **changes: Any) -> Recipe:
    """Three short stages on the tiny model."""
    return make_recipe(
        "tiny",
        {
            "base": str(base), "seed": 5, "lora": {"rank": 3, "alpha": 6, "dropout": 0.1},
            "grounded": {"passages": 2, "foreign": 3, "definitions": 4, "headings": 2, "exercises": 0},
            "training": {
                "batch": 2, "learning_rate": 1e-2, "max_grad_norm": 1.0, "sequence": 2400, "max_steps": 4, "save_steps": 2,
                "evaluate_steps": 2, "schedule": "cosine", "warmup": 0.2, "held_out_limit": 3,
            },
            "stages": stages or [
                {"name": "text", "data": "chunks", "sequence": 256},
                {"name": "turns", "data": "questions", "sequence": 600},
                {"name": "prompts", "data": "grounded"},
            ],
            **changes,
        },
    )  # fmt: skip
