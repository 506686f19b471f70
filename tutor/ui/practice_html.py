"""A practice question, its hints and its graded answer as HTML."""

from collections.abc import Sequence

from tutor.classroom.decks import Standing
from tutor.practice import Exercise, Grade, Point, Review
from tutor.ui.render import escaped


def question_html(exercise: Exercise | None, standing: Standing, chapter: str) -> str:
    """The question, and how far the student is."""
    if exercise is None:
        return (
            '<p class="hint">This book came without review questions that have answers, so there is nothing to practise here. '
            "Who builds the book can add a PDF of them.</p>"
        )
    where = f"Chapter {escaped(chapter)}" if chapter else "All chapters"
    count = f"{standing.tried} of {standing.total} tried, {standing.due} due again"
    number = f'<span class="note">{escaped(exercise.number)}</span> ' if exercise.number else ""
    return (
        f'<div class="panel" role="group" aria-label="Question"><p class="note">{where} · {count}</p>'
        f'<h2 class="small">{number}{escaped(exercise.question)}</h2></div>'
    )


def hints_html(hints: Sequence[str]) -> str:
    """The hints that were asked for so far, the latest last."""
    names = ("Where to look", "Nudge", "Part of the answer", "The answer")
    panels = "".join(
        f'<div class="panel hinted"><h3>{name}</h3><p>{escaped(text)}</p></div>'
        for name, text in zip(names, hints, strict=False)
    )
    return f'<div aria-live="polite">{panels}</div>' if panels else ""


def grade_html(grade: Grade, exercise: Exercise, heading: str, review: Review, closed_until: str = "") -> str:
    """The verdict with how sure it is, point by point, and the reference unless its chapter is closed until a date."""
    if closed_until:
        return _closed(grade, heading, closed_until)
    points = "".join(_point(point) for point in grade.points)
    doubts = "".join(f'<p class="note">⚠ {escaped(doubt)}</p>' for doubt in grade.doubts)
    return (
        f'<div class="panel" role="status"><p class="verdict {grade.verdict}">{verdict_line(grade)}</p>{_sure(grade)}{doubts}'
        f'<h3>The reference, point by point</h3><ul class="points">{points}</ul>{_reading(heading)}'
        f'<p class="note">{_again(review)}</p></div>'
    )


def verdict_line(grade: Grade) -> str:
    """What the answer is worth, in words that agree with the signs at the points below it."""
    every, some = all(point.covered for point in grade.points), any(point.covered for point in grade.points)
    if grade.verdict == "right":
        if grade.sure < 0.5 or not some:
            return "Probably right: compare with the points"
        return "Right" if every else "Right as a whole: compare the points without ✔, which you put in other words or left out"
    if grade.verdict == "partly":
        if every:
            return "Every point is there: look at what is marked ⚠"
        near = some or any(point.touched for point in grade.points)
        return "Partly there: compare with the reference" if near else "Near it, but I find no point for certain: compare"
    if some:
        return "I find a part of the points, and am not sure of the rest: compare for yourself"
    return "I do not find the reference’s points in your words: compare for yourself"


def _point(point: Point) -> str:
    if point.covered:
        sign, note = "✔", ""
    else:
        sign, told = ("◐", "touched on, or in other words") if point.touched else ("○", "not seen in your answer")
        note = f' <span class="note">({told})</span>'
    return f'<li><span class="sign">{sign}</span>{escaped(point.text)}{note}</li>'


def _closed(grade: Grade, heading: str, until: str) -> str:
    """Without the reference nothing is called wrong, and no point of it is told."""
    covered = sum(point.covered for point in grade.points)
    seen = f"I see {covered} of the {len(grade.points)} points of the reference in your answer"
    word = "Right" if grade.verdict == "right" and grade.sure >= 0.6 else f"{seen}, as far as I can tell"
    return (
        f'<div class="panel" role="status"><p class="verdict">{word}</p>{_sure(grade)}{_reading(heading)}'
        f'<p class="note">Your instructor opens this chapter’s answers on {escaped(until)}.</p></div>'
    )


def _sure(grade: Grade) -> str:
    return f'<p class="note">How sure this grading is: {round(100 * grade.sure)} %</p>'


def _reading(heading: str) -> str:
    return f"<p>Read: <strong>{escaped(heading)}</strong></p>" if heading else ""


def _again(review: Review) -> str:
    if review.interval_days == 0:
        return "Comes again today."
    days = round(review.interval_days)
    return "Comes again tomorrow." if days == 1 else f"Comes again in {days} days."
