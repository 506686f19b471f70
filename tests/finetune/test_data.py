"""Examples: what is masked, what is held out, what a prompt shows, and what is made by rules."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetune.encoding import IGNORED, Example, check_tokenizer, encode_examples, encode_text, encode_turns, text_start
from finetune.gold import Pair, find_gold, holds_answer
from finetune.grounded import Prompting, contrasts, with_gold, without_gold
from finetune.made import defined_term, make_definitions, make_headings, sentences_from, without_known
from finetune.recipe import Shares
from finetune.split import plain_question, same_question, split_sections, unit_of
from finetune.stages import counter, foreign_questions
from indexing.errors import ModelError, SourceError
from tests.conftest import ROOT
from tests.finetune.conftest import THINGS, FakeRetriever, make_chunks, make_course, make_tiny_recipe, make_tokenizer
from tutor.answer import REFUSAL
from tutor.drafting import PROMPT_TOKENS
from tutor.engines.transformers import encode_chat, load_tokenizer
from tutor.prompt import Message, PromptPassage, render


def decoded(tokenizer: Any, labels: tuple[int, ...]) -> str:
    return str(tokenizer.decode([label for label in labels if label != IGNORED]))


def test_only_the_answer_and_its_end_are_in_the_loss(tokenizer: Any) -> None:
    messages = (Message("system", "Be brief."), Message("user", "What is 3NF?"), Message("assistant", "A normal form."))
    encoded = encode_turns(Example("one", messages=messages), tokenizer)
    assert decoded(tokenizer, encoded.labels) == "A normal form.<|end|>"
    assert tokenizer.decode(encoded.ids) == (
        "<|system|>Be brief.<|end|><|user|>What is 3NF?<|end|><|assistant|>A normal form.<|end|>"
    )
    asked = encode_chat(tokenizer, messages[:2])["input_ids"][0].tolist()
    assert list(encoded.ids[: len(asked)]) == asked  # what the model is shown when it answers
    assert encoded.in_loss == len("A normal form.") + 1


def test_a_base_without_a_chat_template_ends_its_answers_too(tokenizer: Any) -> None:
    plain = make_tokenizer()
    plain.chat_template = None
    encoded = encode_turns(Example("one", messages=(Message("user", "Why?"), Message("assistant", "So."))), plain)
    assert plain.decode(encoded.ids) == "Why?\n\nAnswer: So.<|end|>"
    assert decoded(plain, encoded.labels) == " So.<|end|>"


def test_text_is_cut_and_none_of_it_lost(tokenizer: Any) -> None:
    pieces = encode_text(Example("one", text="abcdefghij"), tokenizer, 4)
    assert [tokenizer.decode(piece.ids) for piece in pieces] == ["abcd", "efgh", "ij"]
    assert all(piece.ids == piece.labels for piece in pieces)


def test_a_text_begins_with_the_token_that_begins_texts() -> None:
    tokenizer = make_tokenizer()
    assert text_start(tokenizer) == []
    tokenizer.bos_token = "<|system|>"
    assert text_start(tokenizer) == [1]  # opens the system message alone, as Llama-2's <s> opens a chat
    tokenizer.bos_token = "<|end|>"
    assert text_start(tokenizer) == []  # stands after each message, as SmolLM2's <|im_start|> stands before
    tokenizer.bos_token = "<|system|>"
    piece = encode_text(Example("one", text="ab"), tokenizer, 8)[0]
    assert (piece.ids[0], piece.labels[0], piece.in_loss) == (1, IGNORED, 2)


def test_longer_chats_are_left_out_and_said(tokenizer: Any) -> None:
    long = Example("long", messages=(Message("user", "x" * 90), Message("assistant", "y")))
    short = Example("short", messages=(Message("user", "x"), Message("assistant", "y")))
    stage = encode_examples([long, short], tokenizer, 50)
    assert (stage.left_out, [item.example_id for item in stage.encoded]) == (["long"], ["short"])
    with pytest.raises(SourceError, match=r"nothing to train on; all 1 are longer than the sequence of 50"):
        encode_examples([long], tokenizer, 50)


def test_a_tokenizer_that_does_not_fit_is_an_error(tokenizer: Any) -> None:
    check_tokenizer(tokenizer, 260, "base")
    with pytest.raises(ModelError, match=r"base: its tokenizer has 260 pieces, the model 200"):
        check_tokenizer(tokenizer, 200, "base")


@given(st.integers(0, 50), st.floats(0.05, 0.4), st.floats(0.05, 0.5))
def test_split_deals_out_every_section_once_and_about_as_asked(seed: int, validation: float, test: float) -> None:
    chunks = make_chunks()
    units = [unit_of(chunk, 2) for chunk in chunks]
    shares = Shares(validation=validation, test=test)
    split = split_sections(chunks, units[::2], shares, seed, 2)
    assert set(split.parts) == set(units)
    assert split.parts == split_sections(chunks, units[::2], shares, seed, 2).parts
    for part, share in (("test", test), ("validation", validation)):
        found = sum(value == part for value in split.parts.values()) / len(split.parts)
        assert abs(found - share) < 0.1


def test_a_book_of_two_sections_cannot_be_split() -> None:
    with pytest.raises(SourceError, match=r"2 section\(s\); at least 3"):
        split_sections(make_chunks()[:4], [], Shares(), 0, 2)


def test_questions_are_the_same_in_nearly_the_same_words() -> None:
    assert plain_question("3.12 – What is a key?") == "What is a key?"
    assert same_question("3.12 – What is a key?", "what is a Key")
    assert not same_question("What is a key?", "What is a candidate key of a relation?")


def test_gold_is_where_the_answer_stands() -> None:
    retriever = FakeRetriever(make_chunks())
    found = find_gold(
        "What is a lock?", "It is item14, guarded by warden14.", "4", lambda q, k: retriever.search(q, k).passages
    )
    assert [chunk.id for chunk in found] == ["140"]
    assert find_gold("Zz?", "Qq xx.", "", lambda q, k: retriever.search(q, k).passages) == ()


@pytest.fixture
def prompting(tokenizer: Any) -> Prompting:
    retriever = FakeRetriever(make_chunks())
    return Prompting(lambda question, count: retriever.search(question, count).passages, counter(tokenizer), passages=2)


def pair_for(thing: str) -> Pair:
    number = THINGS.index(thing)
    gold = make_chunks()[2 * number]
    return Pair("one", f"What is a {thing}?", f"A {thing} is item{number}, guarded by warden{number}.", (gold,))


def test_grounded_prompt_is_the_tutors_own(prompting: Prompting, tokenizer: Any) -> None:
    pair = pair_for("lock")
    example = with_gold(pair, prompting, lambda chunk: True)
    shown = [chunk for name in example.chunk_ids for chunk in make_chunks() if chunk.id == name]
    expected = render(pair.question, [PromptPassage.of(chunk) for chunk in shown], counter(tokenizer), PROMPT_TOKENS).messages
    assert example.messages == (*expected, Message("assistant", pair.answer))
    assert pair.gold[0].id in example.chunk_ids


def test_gold_takes_the_last_place_where_it_is_not_found(tokenizer: Any) -> None:
    others = FakeRetriever([chunk for chunk in make_chunks() if "lock" not in chunk.text.split()])
    prompting = Prompting(
        lambda question, count: others.search(question, count).passages, counter(tokenizer), passages=3, fewest=3
    )
    example = with_gold(pair_for("lock"), prompting, lambda chunk: True)
    assert len(example.chunk_ids) == 3
    assert example.chunk_ids[-1] == "140"


def test_without_gold_no_passage_holds_the_answer_and_it_is_refused(prompting: Prompting) -> None:
    pair = pair_for("lock")
    example = without_gold(pair, prompting, lambda chunk: True)
    assert example is not None
    shown = [chunk for chunk in make_chunks() if chunk.id in example.chunk_ids]
    assert len(shown) == 2
    assert not any(holds_answer(chunk, pair) for chunk in shown)
    assert example.messages[-1].content == REFUSAL
    assert example.made == "gold taken out"


def test_contrasts_ask_over_a_questions_own_passages_and_over_anothers(prompting: Prompting, tokenizer: Any) -> None:
    pairs = [pair_for(thing) for thing in THINGS]
    examples = contrasts(pairs, prompting, lambda chunk: True, 0.5, 3)
    assert len(examples) == len(THINGS) // 2 * 2
    assert {example.reply_tokens for example in examples} == {8}
    for example in examples[::2]:
        pair = next(pair for pair in pairs if example.messages[-2].content.endswith(pair.question))
        assert pair.gold[0].id in example.chunk_ids
        assert example.messages[-1].content == pair.answer
        encoded = encode_turns(example, tokenizer)
        assert tokenizer.decode([label for label in encoded.labels if label != IGNORED]) == pair.answer[:8]
    for example in examples[1::2]:
        asked = example.messages[-2].content
        pair = next(pair for pair in pairs if asked.endswith(pair.question))
        shown = [chunk for chunk in make_chunks() if chunk.id in example.chunk_ids]
        assert shown
        assert not any(holds_answer(chunk, pair) for chunk in shown)
        assert (example.messages[-1].content, example.made) == (REFUSAL, "contrast")
    assert examples == contrasts(pairs, prompting, lambda chunk: True, 0.5, 3)
    assert contrasts(pairs, prompting, lambda chunk: True, 0.0, 3) == []


def test_a_question_as_the_tutor_asks_it_has_the_best_passages_that_may_be_shown(prompting: Prompting, tokenizer: Any) -> None:
    pair = pair_for("lock")
    best = [passage.chunk for passage in prompting.search(pair.question, 8)]
    shown = best[1:3]
    asked = prompting.asked(pair.question, lambda chunk: chunk.id != best[0].id)
    passages = [PromptPassage.of(chunk) for chunk in shown]
    assert list(asked) == render(pair.question, passages, counter(tokenizer), PROMPT_TOKENS).messages


def test_held_out_sections_are_no_distractors(prompting: Prompting) -> None:
    example = with_gold(pair_for("lock"), prompting, lambda chunk: chunk.heading_path[0] == "4 Chapter")
    assert all(name[:2] in ("12", "13", "14", "15") for name in example.chunk_ids)


@pytest.mark.parametrize(
    ("sentence", "term"),
    [
        ("A weak entity type is an entity type without a key.", "weak entity type"),
        ("The degree of a relationship type is the number of its participants.", "degree of a relationship type"),
        ("Data abstraction means that details are hidden.", "Data abstraction"),
        ("Such a table is called a view, and it is virtual.", "view"),
        ("This is a reason to be careful.", None),
        ("Employees work for departments.", None),
        ("Figure 3.1 shows what is meant.", None),
    ],
)
def test_terms_that_sentences_define(sentence: str, term: str | None) -> None:
    assert defined_term(sentence) == term


def test_made_pairs_answer_in_the_books_own_sentences() -> None:
    chunks = make_chunks()
    pairs = [*make_definitions(chunks, 10, 1), *make_headings(chunks, 5, 1)]
    assert [pair.made for pair in pairs] == ["definition"] * 10 + ["heading"] * 5
    assert all(pair.answer in pair.gold[0].text for pair in pairs)
    assert pairs == [*make_definitions(chunks, 10, 1), *make_headings(chunks, 5, 1)]
    assert make_definitions(chunks, 10, 1) != make_definitions(chunks, 10, 2)
    assert sentences_from(chunks[0], 1) == "It hums."


def test_a_made_question_that_is_a_held_out_one_is_dropped() -> None:
    pairs = make_definitions(make_chunks(), 24, 1)
    assert len(without_known(pairs, ["1.1 – " + pairs[3].question])) == 23


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_stage_shows_or_asks_what_is_held_out(tokenizer: Any, tiny_base: Path, number: int) -> None:
    recipe = make_tiny_recipe(tiny_base)
    course = make_course(recipe)
    held_out = {chunk.id for chunk in course.chunks if course.split.part(chunk) != "train"}
    answers = {pair.answer for part in ("validation", "test") for pair in course.pairs_of(part)}
    assert len(held_out) > 10
    found = course.examples(recipe.stages[number], tokenizer)
    assert not {name for example in found.train for name in example.chunk_ids} & held_out
    texts = [text for example in found.train for text in (example.text, *(message.content for message in example.messages))]
    assert not [text for text in texts if text in answers]
    kept_out = [chunk.text for chunk in course.chunks if chunk.id in held_out]
    assert not [text for text in texts if any(chunk in text for chunk in kept_out)]
    test_ids = {chunk.id for chunk in course.chunks if course.split.part(chunk) == "test"}
    assert not {name for example in found.held_out for name in example.chunk_ids} & test_ids


def write_lines(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def file_stage(base: Path, path: Path) -> Any:
    return make_tiny_recipe(base, [{"name": "own", "data": str(path)}])


def test_any_jsonl_can_be_a_stage(tokenizer: Any, tiny_base: Path, tmp_path: Path) -> None:
    lines = [
        {"text": "Plain."},
        {"question": "Why?", "answer": "So."},
        {"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]},
    ]
    recipe = file_stage(tiny_base, write_lines(tmp_path / "own.jsonl", lines * 4))
    found = make_course(recipe).examples(recipe.stages[0], tokenizer)
    assert (len(found.train), len(found.held_out)) == (10, 2)
    assert {example.messages[-1].content for example in found.train if example.messages} == {"So.", "Me."}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "the data set is empty"),
        ([{"title": "x"}], 'line 1: neither "text" nor "question" and "answer" nor "messages"'),
        ([{"messages": [{"role": "user", "content": "x"}]}], "its last message is not the assistant's"),
    ],
)
def test_bad_jsonl_is_told(tokenizer: Any, tiny_base: Path, tmp_path: Path, lines: list[Any], said: str) -> None:
    recipe = file_stage(tiny_base, write_lines(tmp_path / "own.jsonl", lines))
    with pytest.raises(SourceError, match=said):
        make_course(recipe).examples(recipe.stages[0], tokenizer)


def test_a_file_that_asks_a_held_out_question_leaks(tokenizer: Any, tiny_base: Path, tmp_path: Path) -> None:
    probe = make_course(make_tiny_recipe(tiny_base)).pairs_of("test")[0]
    path = write_lines(tmp_path / "own.jsonl", [{"question": probe.question, "answer": "Something."}])
    recipe = file_stage(tiny_base, path)
    with pytest.raises(SourceError, match=r"own.jsonl, line 1: asks the held-out question"):
        make_course(recipe).examples(recipe.stages[0], tokenizer)


def test_a_missing_file_is_told(tokenizer: Any, tiny_base: Path, tmp_path: Path) -> None:
    recipe = file_stage(tiny_base, tmp_path / "none.jsonl")
    with pytest.raises(SourceError, match="no such file"):
        make_course(recipe).examples(recipe.stages[0], tokenizer)


def test_questions_of_other_fields_are_not_those_that_are_measured_on() -> None:
    train, validation, test = (foreign_questions(part) for part in ("train", "validation", "test"))
    measured = [json.loads(line)["question"] for line in (ROOT / "benchmarks/sets/out-of-book.jsonl").read_text().splitlines()]
    assert (len(train), len(validation), len(test)) == (60, 32, 24)
    assert not [one for one in train for other in [*validation, *test, *measured] if same_question(one, other)]
    assert not [one for one in validation for other in [*test, *measured] if same_question(one, other)]


def test_llama_2_texts_begin_with_its_begin_token(shared: Path) -> None:
    llama = load_tokenizer(str(shared / "data" / "tokenizer" / "llama2"))
    assert text_start(llama) == [1]
    piece = encode_text(Example("one", text="A weak entity type has no key."), llama, 512)[0]
    assert llama.decode(piece.ids) == "<s> A weak entity type has no key."
    turns = encode_turns(Example("two", messages=(Message("user", "Why?"), Message("assistant", "So."))), llama)
    assert decoded(llama, turns.labels).strip() == "So.</s>"
