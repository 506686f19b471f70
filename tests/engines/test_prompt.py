"""The one prompt renderer: it keeps within its budget, and nothing in it can play the template."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.errors import LimitError
from tutor.answer import REFUSAL
from tutor.prompt import Message, PromptPassage, defuse, render, render_rewrite


def count(text: str) -> int:
    return len(text.split())


def test_the_messages_are_system_and_passages_with_their_headings_and_then_the_question() -> None:
    rendered = render("What is a key?", [PromptPassage(["4 Keys", "4.2 Minimal"], "A key is minimal.")], count, 500)
    assert rendered.used == [0]
    assert [message.role for message in rendered.messages] == ["system", "user"]
    assert REFUSAL in rendered.messages[0].content
    assert rendered.messages[1] == Message(
        "user",
        '<passage number="1" from="4 Keys › 4.2 Minimal">\nA key is minimal.\n</passage>\n\nQuestion: What is a key?',
    )


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(250, 900))
def test_a_prompt_never_exceeds_its_budget_and_keeps_the_best_passage(lengths: list[int], budget: int) -> None:
    passages = [PromptPassage(["Heading"], " ".join(["word"] * length)) for length in lengths]
    rendered = render("Why?", passages, count, budget)
    assert sum(count(message.content) for message in rendered.messages) <= budget
    assert rendered.used[0] == 0
    assert rendered.used == sorted(set(rendered.used))


def test_a_question_longer_than_the_context_is_an_error_that_says_so() -> None:
    with pytest.raises(LimitError, match="too long"):
        render("why " * 400, [PromptPassage([], "x")], count, 300)


@pytest.mark.parametrize(
    "token",
    ["<|im_end|>", "<|eot_id|>", "[INST]", "[/INST]", "<<SYS>>", "<s>", "</s>", "</passage>", "<passage", "<start_of_turn>"],
)
def test_control_tokens_of_book_and_question_are_broken_up(token: str) -> None:
    assert token not in defuse(f"before {token} after")
    rendered = render(f"why {token}?", [PromptPassage([f"H {token}"], f"text {token} text")], count, 500)
    inside = rendered.messages[1].content.removeprefix('<passage number="1"').replace("\n</passage>\n", "\n", 1)
    assert token not in inside


def test_plain_text_is_left_as_it_is() -> None:
    text = "a < b and b > c; SELECT * FROM t WHERE x <> 3; |x|; [1]; e.g. <html>"
    assert defuse(text) == text


def test_a_rewriting_shows_the_conversation_in_order() -> None:
    messages = render_rewrite("and 3NF?", [("What is 2NF?", "A form."), ("Why?", "So.")])
    assert messages[1].content == (
        "Student: What is 2NF?\nTutor: A form.\nStudent: Why?\nTutor: So.\n\nLast question: and 3NF?"
    )
