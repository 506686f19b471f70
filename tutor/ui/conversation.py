"""A conversation as HTML: questions, answers, what can be done with each, and the first screen with examples."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.classroom.conversations import REASONS, Exchange
from tutor.ui.render import answer_html, escaped

OPENING = '<div class="opening" role="status"><p class="hint">Opening the book …</p></div>'
CLOSED = '<div class="opening" role="alert"><p>This could not be opened. Choose another, or reload the page.</p></div>'
NO_COURSE = (
    '<div class="opening"><p>You are in no course yet. <a class="link" href="join">Join a course</a> with the code that your '
    "instructor gave you.</p></div>"
)
SHOWN = 20  # questions of a conversation on the page; it may go on for a whole term


@dataclass(frozen=True)
class Live:
    """A question whose answer is being written."""

    question: str
    text: str = ""
    rewritten: str | None = None


def conversation_html(
    exchanges: Sequence[Exchange], live: Live | None = None, examples: Sequence[str] = (), warning: str = "", title: str = ""
) -> str:
    """A conversation, of a long one its end; examples while it is empty; a warning says why a question was not taken."""
    if not exchanges and live is None:
        return _welcome(title, examples) + _warning(warning)
    parts = ['<p class="note before">What was asked before is in the export.</p>'] if len(exchanges) > SHOWN else []
    parts += [_exchange(exchange, last=exchange is exchanges[-1]) for exchange in exchanges[-SHOWN:]]
    if live is not None:
        parts.append(_live(live))
    return (
        '<div class="talk" role="log" aria-live="polite" aria-label="Conversation" tabindex="0">'
        f"{''.join(parts)}{_warning(warning)}</div>"
    )


def _welcome(title: str, examples: Sequence[str]) -> str:
    buttons = "".join(f'<button type="button" class="example" data-example>{escaped(text)}</button>' for text in examples)
    about = f"Ask about <strong>{escaped(title)}</strong>." if title else "Ask about the book."
    lead = '<p class="note">Questions from the book, to begin with:</p>' if examples else ""
    return f'<div class="welcome"><p>{about} Every answer cites it.</p>{lead}<div class="examples">{buttons}</div></div>'


def _warning(text: str) -> str:
    return f'<p class="warning" role="alert">⚠ {escaped(text)}</p>' if text else ""


def _exchange(exchange: Exchange, last: bool) -> str:
    parts = [_question(exchange.question)]
    if exchange.endorsed is not None:
        parts.append(
            '<div class="endorsed"><p class="note">✔ Your instructor’s answer</p>'
            f'<p class="text">{escaped(exchange.endorsed.answer)}</p></div>'
        )
    if exchange.answer is not None:
        body = answer_html(exchange.answer, exchange.id)
        if exchange.endorsed is not None:
            body = f"<details><summary>The book’s own answer</summary>{body}</details>"
        parts.append(f'<div class="answer">{body}</div>{_actions(exchange, last)}')
    else:
        parts.append(_warning(exchange.error or "not answered: the server was stopped meanwhile; ask again"))
        parts.append(_actions(exchange, last))
    return f'<article class="exchange" data-message="{exchange.id}">{"".join(parts)}</article>'


def _question(text: str) -> str:
    return f'<p class="asked"><span class="sr">You asked: </span>{escaped(text)}</p>'


def _live(live: Live) -> str:
    note = f'<p class="note">Understood as: {escaped(live.rewritten)}</p>' if live.rewritten else ""
    text = escaped(live.text) if live.text else ""
    return (
        f'<article class="exchange live" aria-busy="true">{_question(live.question)}'
        f'<div class="answer">{note}<p class="text">{text}<span class="cursor" aria-hidden="true">▍</span></p></div></article>'
    )


def _thumb(way: str) -> str:
    """A thumb as a drawing: not every computer has a font with 👍."""
    turned = ' style="transform:scaleY(-1)"' if way == "down" else ""
    path = "M2 10h3v9H2zM7 10l4-8c1.7 0 2.5 1 2.5 2.5L13 8h5.5c1.1 0 1.8 1 1.5 2l-2 7.5c-.2.9-1 1.5-2 1.5H7z"
    drawn = f'<path fill="currentColor" d="{path}"/>'
    return f'<svg viewBox="0 0 22 21" width="16" height="16" aria-hidden="true"{turned}>{drawn}</svg>'


def _actions(exchange: Exchange, last: bool) -> str:
    """Copy, retry, thumbs; after a thumb down the reasons."""
    number = exchange.id
    buttons = []
    if exchange.answer is not None:
        buttons.append('<button type="button" class="act" data-copy aria-label="Copy this answer">Copy</button>')
    if last:
        buttons.append('<button type="button" class="act" data-retry aria-label="Ask the same question again">Retry</button>')
    if exchange.answer is not None:
        for vote, sign, name in ((1, _thumb("up"), "Good answer"), (-1, _thumb("down"), "Bad answer")):
            pressed = str(exchange.vote == vote).lower()
            buttons.append(
                f'<button type="button" class="act" data-vote="{vote}" data-message="{number}" aria-pressed="{pressed}" '
                f'aria-label="{name}">{sign}</button>'
            )
    return f'<div class="acts">{"".join(buttons)}</div>{_reasons(exchange) if exchange.vote else ""}'


def _reasons(exchange: Exchange) -> str:
    """Why the answer is good or bad: reasons to choose from, a box for one's own words, and what was given already."""
    known = REASONS if exchange.vote < 0 else ("clear", "just what I asked", "good source")
    of_vote = f'data-vote="{exchange.vote}" data-message="{exchange.id}"'
    choices = "".join(
        f'<button type="button" class="act" {of_vote} data-reason="{html.escape(reason)}" '
        f'aria-pressed="{str(reason == exchange.reason).lower()}">{html.escape(reason)}</button>'
        for reason in known
    )
    own = html.escape(exchange.reason) if exchange.reason not in known else ""
    thanks = '<span class="note" role="status">Noted, thank you.</span>' if exchange.reason else ""
    return (
        f'<div class="reasons"><span class="note">Why?</span>{choices}<input type="text" maxlength="300" value="{own}" '
        f'aria-label="Why, in your own words" placeholder="in your own words, Enter" {of_vote}>{thanks}</div>'
    )
