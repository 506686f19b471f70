"""The comparison: what a reply is worth, what is noise, and a page that shows any words as words."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from finetune.base import Base, with_adapter
from finetune.comparing import CELLS, METRICS, Asked, Comparison, Model, ask, chat, compare, judge
from finetune.metrics import difference, ratio
from finetune.recipe import Lora
from finetune.replies import Replies
from finetune.report import as_json, write_report
from finetune.samples import reply
from finetune.stages import counter
from indexing.embedding import Encoding
from indexing.lexical import words
from tests.finetune.conftest import FakeRetriever, make_chunks, make_model
from tutor.answer import REFUSAL
from tutor.drafting import PROMPT_TOKENS
from tutor.grounding.check import Source, Verdict
from tutor.prompt import Message, PromptPassage, render
from tutor.retrieval import Passage


class FakeChecker:
    """A passage supports a sentence whose words it holds, all of them."""

    def __init__(self) -> None:
        self.embedder = FakeEmbedder()

    def check(self, sentences: list[str], sources: list[Source], *, strict: bool = False) -> list[Verdict]:
        return [self.verdict(set(words(sentence)), sources) for sentence in sentences]

    def verdict(self, wanted: set[str], sources: list[Source]) -> Verdict:
        for number, source in enumerate(sources):
            if wanted <= set(words(source.text)):
                return Verdict(True, 1.0, [(number, [0])])
        return Verdict(False, 0.0, [])


class FakeEmbedder:
    """Every text has the same vector."""

    name, fingerprint, dimension = "fake", "fake", 2

    def encode_passages(self, texts: list[str], report: Any = None) -> list[Encoding]:
        return [self.encode_query(text) for text in texts]

    def encode_query(self, text: str) -> Encoding:
        vector = np.array([1.0, 0.0], dtype=np.float32)
        return Encoding(vector, np.repeat(vector[None], 3, 0), [(0, 0)] * 3)


def passages(*numbers: int) -> tuple[Passage, ...]:
    return tuple(Passage(make_chunks()[number], number, "fake", 1.0) for number in numbers)


def test_intervals_hold_the_value_and_pair_by_question() -> None:
    ones = [(float(number % 2), 1.0) for number in range(40)]
    found = ratio(ones)
    assert found.value == 0.5
    assert 0.3 < found.low < 0.5 < found.high < 0.7
    better = [(part + 0.1, whole) for part, whole in ones]
    gain = difference(better, ones)
    assert gain.value == pytest.approx(0.1)
    assert gain.low == pytest.approx(0.1)  # each question gained the same: pairing takes out how hard they are
    assert not gain.noise
    assert difference(ones, ones).noise
    assert ratio([(1.0, 2.0), (0.0, 2.0)]).value == 0.25
    assert ratio([]).value == 0.0
    with pytest.raises(ValueError, match="cannot be paired"):
        difference(ones, ones[1:])


def test_questions_are_asked_as_the_tutor_asks_them(tokenizer: Any) -> None:
    retriever: Any = FakeRetriever(make_chunks())
    asked = ask([("What is a lock?", "A thing.", ["4.3 About the lock"])], ["Who was Bach?"], retriever, 2)
    assert [(item.question, item.reference, item.headings, item.out_of_book) for item in asked] == [
        ("What is a lock?", "A thing.", ("4.3 About the lock",), False),
        ("Who was Bach?", "", (), True),
    ]
    assert len(asked[0].passages) == 2
    shown = [PromptPassage.of(passage.chunk) for passage in asked[0].passages]
    assert (
        chat(asked[0], tokenizer, retrieval=True)
        == render(asked[0].question, shown, counter(tokenizer), PROMPT_TOKENS).messages
    )
    assert (
        chat(asked[0], tokenizer, retrieval=False) == render(asked[0].question, [], counter(tokenizer), PROMPT_TOKENS).messages
    )


def test_a_refusal_shares_nothing_and_an_answer_is_checked_against_its_passages() -> None:
    checker: Any = FakeChecker()
    found = passages(28, 4)
    texts = {passage.chunk.id: passage.chunk.text for passage in found}
    asked = Asked("What is a lock?", "A lock is the item14 of the store.", found, ("4.3 About the lock",))
    refused = judge(REFUSAL, asked, checker, texts)
    assert (refused.measured.refused, refused.sentences, refused.measured.token_f1) == (True, 0, None)
    answered = judge("A lock is the item14 of the store, guarded by warden14.", asked, checker, texts)
    assert (answered.measured.refused, answered.sentences, answered.supported) == (False, 1, 1)
    assert answered.measured.token_f1 == pytest.approx(2 * 8 / (11 + 8))
    assert (answered.measured.hit_1, answered.measured.mrr_10) == (1.0, 1.0)
    assert (answered.measured.citation_recall, answered.measured.citation_precision) == ([1.0], [1.0])


def test_batched_replies_are_those_of_one_at_a_time_and_the_adapter_switches(tokenizer: Any) -> None:
    model = with_adapter(Base("b", "", make_model(), None, ""), Lora(rank=2, alpha=4, dropout=0.0), 0, False)
    bare = make_model()
    chats = [
        [Message("user", text)] for text in ("What is a lock?", "Why?", "What is the normal form of all this, and who says so?")
    ]
    off = reply(model, tokenizer, chats, 8, adapter=False)
    assert off == [reply(bare, tokenizer, [one], 8)[0] for one in chats]
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    assert reply(model, tokenizer, chats, 8) != off
    assert reply(model, tokenizer, chats, 8, adapter=False) == off


@pytest.fixture
def comparison(tokenizer: Any) -> Comparison:
    model = with_adapter(Base("b", "", make_model(), None, ""), Lora(rank=2, alpha=4, dropout=0.0), 0, False)
    asked = [
        Asked("<b>Prompt</b> | `x`?", "", passages(0)),
        Asked("What is a lock?", "A lock is item14.", passages(28, 4), ("4.3 About the lock",)),
        Asked("Who was Bach?", "", passages(3), out_of_book=True),
    ]
    checker: Any = FakeChecker()
    return compare(Model(model, tokenizer, "b", "a"), asked, checker, 6, lambda *_: None, Replies())


def test_every_cell_answers_every_question(comparison: Comparison) -> None:
    assert list(comparison.replies) == list(CELLS)
    assert all(len(replies) == 3 for replies in comparison.replies.values())
    counts = {metric: len(comparison.measured("base", metric)) for metric in METRICS}
    assert counts.pop("rightly refused") == 1
    assert set(counts.values()) == {1}


def test_replies_are_generated_once(tmp_path: Path) -> None:
    chats = [[Message("user", text)] for text in ("aaa", "b", "cc")]
    asked: list[str] = []

    def generate(some: Any) -> list[str]:
        asked.extend(chat[0].content for chat in some)
        return [chat[0].content.upper() for chat in some]

    seen: list[int] = []
    path = tmp_path / "out" / "replies.jsonl"
    assert Replies.open(path).get("one", chats[:2], generate, seen.append) == ["AAA", "B"]
    with path.open("a") as file:
        file.write('{"key": "cut sh')
    assert Replies.open(path).get("one", chats, generate, seen.append) == ["AAA", "B", "CC"]
    assert asked == ["b", "aaa", "cc"]
    assert seen == [0, 2, 2, 3]
    assert Replies.open(path).get("other", chats[:1], generate, seen.append) == ["AAA"]
    assert len(asked) == 4


def test_report_shows_words_as_words(comparison: Comparison, tmp_path: Path) -> None:
    from dataclasses import replace

    evil = "<script>alert(1)</script> | `code` [x](javascript:1)"
    comparison.replies["base"][0] = replace(comparison.replies["base"][0], text=evil)
    write_report(comparison, {"base": "tiny <i>"}, 1, tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    markdown = (tmp_path / "report.md").read_text()
    assert "<script>" not in markdown
    side = next(line for line in markdown.splitlines() if "Prompt" in line)
    assert side.replace("\\|", "").count("|") == 6
    assert json.loads((tmp_path / "comparison.json").read_text()) == json.loads(
        json.dumps(as_json(comparison, {"base": "tiny <i>"}))
    )
    assert (tmp_path / "comparison.png").stat().st_size > 5_000
    assert "within noise" in page
