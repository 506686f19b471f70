"""When a tuned model refuses: the whole refusal's probability, and the reply where it is not the refusal."""

import itertools
import json
import math
from pathlib import Path

import pytest
import torch

from finetune.samples import refusal_probabilities, reply
from tutor.answer import REFUSAL
from tutor.engines.base import Generation
from tutor.engines.refusal import RefusalScore, UnlessRefused, read_threshold, score_refusal
from tutor.engines.transformers import TransformersEngine, encode_chat
from tutor.prompt import SYSTEM, SYSTEM_WITHOUT_PASSAGES, Message, may_refuse

QUESTIONS = ("What is a key?", "Why?", "abc abc abc abc", "Who answers all of this, and who says that the book does not?")
CHATS = [[Message("system", SYSTEM), Message("user", question)] for question in QUESTIONS]


@pytest.fixture(scope="module")
def engine(tiny_llama: Path) -> TransformersEngine:
    engine = TransformersEngine.load(str(tiny_llama), "tiny", lookup=False)
    engine.model.to(torch.float32)
    return engine


def test_the_refusals_probability_is_the_product_of_its_tokens(engine: TransformersEngine) -> None:
    expected: list[list[float]] = []
    for chat in CHATS:
        ids = encode_chat(engine.tokenizer, chat)["input_ids"]
        logs = []
        for token in engine.tokenizer(REFUSAL, add_special_tokens=False)["input_ids"]:
            with torch.inference_mode():
                logs.append(float(engine.model(input_ids=ids).logits[0, -1].log_softmax(-1)[token]))
            ids = torch.cat([ids, torch.tensor([[token]])], dim=1)
        expected.append(logs)
        with torch.inference_mode():
            score = score_refusal(engine.model, engine.tokenizer, **encode_chat(engine.tokenizer, chat))
        assert score.logs[0].tolist() == pytest.approx(logs, abs=1e-3)
    wanted = [math.exp(sum(logs)) for logs in expected]
    assert refusal_probabilities(engine.model, engine.tokenizer, CHATS, batch=3) == pytest.approx(wanted, abs=1e-3)


def test_prompts_padded_to_one_length_have_their_own_scores(engine: TransformersEngine) -> None:
    inputs = [encode_chat(engine.tokenizer, chat) for chat in CHATS[:2]]
    longest = max(item["input_ids"].shape[1] for item in inputs)
    ids = torch.zeros((2, longest), dtype=torch.long)
    mask = torch.zeros((2, longest), dtype=torch.long)
    for row, item in enumerate(inputs):
        length = item["input_ids"].shape[1]
        ids[row, longest - length :], mask[row, longest - length :] = item["input_ids"][0], 1
    with torch.inference_mode():
        both = score_refusal(engine.model, engine.tokenizer, ids, mask).logs
        alone = [score_refusal(engine.model, engine.tokenizer, **item).logs[0] for item in inputs]
    assert torch.allclose(both, torch.stack(alone), atol=1e-3)
    assert not torch.allclose(alone[0], alone[1], atol=1e-3)


def test_replies_that_are_not_the_refusal_keep_their_odds() -> None:
    """All replies of two tokens in a language of three: with the refusal (2, 0) taken out, the others' odds are as before."""
    first = torch.tensor([0.2, 0.1, 0.7])
    second = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.6, 0.3], [0.9, 0.06, 0.04]])
    score = RefusalScore(torch.tensor([2, 0]), torch.tensor([[0.7, 0.9]]).log())
    given = UnlessRefused(score, start=1)
    at_first = given(torch.tensor([[1]]), first.log()[None]).softmax(-1)[0]
    total = 1 - 0.7 * 0.9
    for one, other in itertools.product(range(3), range(3)):
        at_second = given(torch.tensor([[1, one]]), second[one].log()[None]).softmax(-1)[0]
        wanted = 0.0 if (one, other) == (2, 0) else float(first[one] * second[one][other]) / total
        assert float(at_first[one] * at_second[other]) == pytest.approx(wanted, abs=1e-6)
    after = second[:1].log()
    assert given(torch.tensor([[1, 2, 0]]), after) is after


def test_each_row_of_a_batch_has_its_own_odds() -> None:
    score = RefusalScore(torch.tensor([1, 0]), torch.tensor([[0.5, 1.0], [0.5, 0.2]]).log())
    scores = torch.tensor([[0.5, 0.5], [0.5, 0.5]]).log()
    found = UnlessRefused(score, start=1)(torch.tensor([[0], [0]]), scores).softmax(-1)
    assert found[:, 1].tolist() == pytest.approx([0.0, 0.4 / 0.9], abs=1e-6)


def test_the_engine_refuses_from_its_threshold_on_and_only_where_a_prompt_allows_it(engine: TransformersEngine) -> None:
    generation = Generation(max_new_tokens=24)
    plain = ["".join(engine.stream(chat, generation)) for chat in CHATS]
    without = [Message("system", SYSTEM_WITHOUT_PASSAGES), Message("user", "What is a key?")]
    assert not may_refuse(without)
    wanted = "".join(engine.stream(without, generation))
    try:
        engine.refusal_threshold = 1.0
        assert ["".join(engine.stream(chat, generation)) for chat in CHATS] == plain
        batched = reply(engine.model, engine.tokenizer, CHATS, 24, refusal_threshold=1.0)
        assert batched == [text.strip() for text in plain]
        engine.refusal_threshold = 0.0
        assert ["".join(engine.stream(chat, generation)) for chat in CHATS] == [REFUSAL] * len(CHATS)
        assert reply(engine.model, engine.tokenizer, [*CHATS, without], 24, refusal_threshold=0.0) == [
            *[REFUSAL] * len(CHATS),
            wanted.strip(),
        ]
        assert "".join(engine.stream(without, generation)) == wanted
        assert "".join(engine.stream(CHATS[0], Generation(max_new_tokens=24, adapter=False))) == plain[0]
    finally:
        engine.refusal_threshold = None


@pytest.mark.parametrize("lookup", [False, True])
def test_a_model_that_would_refuse_says_something_else_below_the_threshold(tiny_llama: Path, lookup: bool) -> None:
    """A model bent towards the refusal's first word: greedy decoding begins to refuse, below the threshold it does not."""
    bent = TransformersEngine.load(str(tiny_llama), "tiny", lookup=lookup)
    bent.model.to(torch.float32)
    ids = bent.tokenizer(REFUSAL, add_special_tokens=False)["input_ids"]
    head = torch.nn.Linear(bent.model.lm_head.in_features, bent.model.lm_head.out_features, bias=True)
    with torch.no_grad():
        head.weight.copy_(bent.model.lm_head.weight)
        head.bias.zero_()
        head.bias[ids[0]] = 20.0
    bent.model.lm_head = head
    first = bent.tokenizer.decode(ids[:1])
    generation = Generation(max_new_tokens=6)
    assert "".join(bent.stream(CHATS[0], generation)).startswith(first)
    inputs = encode_chat(bent.tokenizer, CHATS[0])
    with torch.inference_mode():
        score = score_refusal(bent.model, bent.tokenizer, **inputs)
    certain = RefusalScore(score.ids, torch.zeros_like(score.logs))
    scores = bent.model(**inputs).logits[:, -1]
    assert int(scores.argmax()) == ids[0]
    assert int(UnlessRefused(certain, inputs["input_ids"].shape[1])(inputs["input_ids"], scores).argmax()) != ids[0]


def test_an_adapters_threshold_is_in_its_record(tmp_path: Path) -> None:
    assert read_threshold(tmp_path) is None
    for text, wanted in (("{", None), ("{}", None), ('{"refusal": null}', None), ('{"refusal": {"threshold": 0.25}}', 0.25)):
        (tmp_path / "run.json").write_text(text)
        assert read_threshold(tmp_path) == wanted
    assert json.loads(text)["refusal"]["threshold"] == 0.25
