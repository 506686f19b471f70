"""How fast a model answers through our engine, beside its bare `generate`, as ratios in one run.

    python -m benchmarks.generation                  # the small model
    python -m benchmarks.generation --model FOLDER

First token: our engine against `generate` of one token on the same prompt. Tokens a second: with prompt lookup, as the engine
does in bf16, against plain `generate`. Prompts are review questions of the sample course with three passages. Needs the built
book `sample` in TUTOR_HOME.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

from indexing.embedding import load_embedder
from indexing.library import find_book
from indexing.settings import settings
from tutor.drafting import PROMPT_TOKENS
from tutor.engines.base import Generation
from tutor.engines.transformers import TransformersEngine, encode_chat
from tutor.models import model_folder
from tutor.prompt import Message, PromptPassage, render
from tutor.tutor import Tutor

QUESTIONS = Path(__file__).parent / "sets" / "questions-sample.txt"
_PROMPTS, _NEW_TOKENS = 6, 60


def prompts(engine: TransformersEngine) -> list[list[Message]]:
    tutor = Tutor.open(find_book("sample", settings().home), load_embedder("minilm", settings().cache))
    found = []
    for question in QUESTIONS.read_text(encoding="utf-8").splitlines()[:_PROMPTS]:
        passages = [PromptPassage.of(item.chunk) for item in tutor.retriever.search(question, 3).passages]
        found.append(render(question, passages, engine.count, PROMPT_TOKENS).messages)
    return found


def first_token(engine: TransformersEngine, chat: list[Message]) -> float:
    started = time.perf_counter()
    stream = engine.stream(chat, Generation(max_new_tokens=8))
    next(stream, None)
    spent = time.perf_counter() - started
    stream.close()
    return spent


def bare(engine: TransformersEngine, chat: list[Message], new_tokens: int) -> tuple[float, int]:
    """(seconds, new tokens) of plain greedy `generate`."""
    inputs = encode_chat(engine.tokenizer, chat).to(engine.model.device)
    started = time.perf_counter()
    ids = engine.model.generate(**inputs, max_new_tokens=new_tokens, do_sample=False)
    return time.perf_counter() - started, ids.shape[1] - inputs["input_ids"].shape[1]


def ours(engine: TransformersEngine, chat: list[Message], new_tokens: int) -> tuple[float, int]:
    started = time.perf_counter()
    text = "".join(engine.stream(chat, Generation(max_new_tokens=new_tokens)))
    return time.perf_counter() - started, engine.count(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(model_folder("small", settings().models)))
    engine = TransformersEngine.load(parser.parse_args().model, "model")
    chats = prompts(engine)
    bare(engine, chats[0], 4)
    firsts, bare_firsts, speeds, bare_speeds = [], [], [], []
    for chat in chats:  # taken in turns, so that other work on the machine touches both alike
        bare_firsts.append(bare(engine, chat, 1)[0])
        firsts.append(first_token(engine, chat))
        spent, count = bare(engine, chat, _NEW_TOKENS)
        bare_speeds.append(count / spent)
        spent, count = ours(engine, chat, _NEW_TOKENS)
        speeds.append(count / spent)
    found = {
        "dtype": str(engine.model.dtype),
        "first_token_s": round(statistics.median(firsts), 3),
        "first_token_ratio": round(statistics.median(firsts) / statistics.median(bare_firsts), 3),
        "tokens_a_second": round(statistics.mean(speeds), 1),
        "tokens_ratio": round(statistics.mean(speeds) / statistics.mean(bare_speeds), 3),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
