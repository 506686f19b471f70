"""Questions about schedules, ER diagrams, SQL and relational algebra.

Each function says whether the question is one of its kind at all (`mine`); if it is, its answer or refusal stands and no
other kind is tried.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from indexing.errors import LimitError, UsageError
from indexing.records import DiagramRecord, Record, TextRecord
from tutor.computing.algebra import evaluate
from tutor.computing.algebra_syntax import parse_algebra
from tutor.computing.algebra_tree import Node
from tutor.computing.answers import Computed, algebra_answer, mapping_answer, query_answer, serializability_answer
from tutor.computing.book_text import Found
from tutor.computing.er_mapping import map_to_relations
from tutor.computing.intents import changes_the_facts, is_about_terms, mapping_intent, serializability_intent
from tutor.computing.question_words import unknown_words
from tutor.computing.serializability import Operation, parse_schedule
from tutor.computing.sql import BookDatabase
from tutor.computing.tables import BookTable, book_tables


class Parsed(NamedTuple):
    """Whether a question is of a kind, and its computed answer if there is one."""

    mine: bool
    computed: Computed | None = None


_NOT_MINE = Parsed(False)
_DECLINED = Parsed(True)

_STEP = r"(?:[rwRW][ _]?\d+\s*[(\[]\s*[A-Za-z]\w*\s*[)\]]|[caCA][ _]?\d+(?![\w(]))"
_SCHEDULE = re.compile(rf"{_STEP}(?:[\s,;.]*{_STEP})+")
_SCHEDULE_NAME = re.compile(r"\b(?:[Ss]chedule\s+)?([A-Z]\d{0,2})\b(?!\s*\()|\b[Ss]chedule\s+([A-Za-z]\w?)\b")


def schedule_question(question: str, records: Sequence[Record]) -> Parsed:
    """ "Is r1(x) w2(x) w1(x) conflict serializable?", or of a schedule that the book names: "Is schedule S6
    serializable?".
    """
    # without an item in brackets it is a list of names like A1, A2
    schedules = [match for match in _SCHEDULE.finditer(question) if re.search(r"[rwRW][ _]?\d+\s*[(\[]", match[0])]
    if not schedules:
        return _named_schedule(question, records)
    words = _SCHEDULE.sub(" <schedule> ", question)
    if len(schedules) > 1 or not serializability_intent(words) or changes_the_facts(words) or "<schedule>" not in words:
        return _DECLINED
    if re.search(r"\b(?:differ\w*|define|mean)\b", words, re.IGNORECASE):
        return _DECLINED
    return Parsed(True, serializability_answer(parse_schedule(schedules[0][0]), ()))


_SCHEDULE_WORDS = {
    "conflict", "serializable", "serializability", "serialisable", "serial", "schedule", "precedence", "graph", "equivalent",
    "cycle", "draw", "order", "conflict-serializable",
}  # fmt: skip


def _named_schedule(question: str, records: Sequence[Record]) -> Parsed:
    if not serializability_intent(question) or is_about_terms(question) or changes_the_facts(question):
        return _NOT_MINE
    names = {match[1] or match[2] for match in _SCHEDULE_NAME.finditer(question)}
    names = {name for name in names if re.fullmatch(r"[A-Z]\d{1,2}|[A-Z]", name) and not re.match(r"T\d", name)}
    if len(names) != 1:
        return _NOT_MINE
    (name,) = names
    others = [w for w in unknown_words(question, {name}) if w.casefold() not in _SCHEDULE_WORDS]
    definitions = _schedules_named(name, records)
    if others or len({operations for operations, _ in definitions}) != 1:
        return _DECLINED
    operations, found = definitions[0]
    return Parsed(True, serializability_answer(operations, (found,), f"Schedule {name}"))


def _schedules_named(name: str, records: Sequence[Record]) -> list[tuple[tuple[Operation, ...], Found]]:
    """Schedules that the book's text gives under a name: "S2: r1(X); w2(X)"."""
    found = []
    for index, record in enumerate(records):
        if not isinstance(record, TextRecord) or record.role in ("exercises", "apparatus"):
            continue
        pattern = rf"(?<!\w){re.escape(name)}\s*[:=]\s*(?P<schedule>{_SCHEDULE.pattern})"
        for match in re.finditer(pattern, record.content):
            sentence = " ".join(match[0].split())
            where = Found(what="schedule", record=index, heading=record.heading, pages=tuple(record.pages), sentence=sentence)
            found.append((parse_schedule(match["schedule"]), where))
    return found


_SQL = re.compile(r"(?P<sql>\b(?:SELECT\b|WITH\s+\w+)(?:.|\n)+?\bFROM\b(?:.|\n)+)", re.IGNORECASE)
_RUN = re.compile(
    r"^\W*$|\b(?:run|execute|evaluate|result|results|return|returns|output|give|gives|show|yield|what\s+(?:is|does|do)|compute)\b",
    re.IGNORECASE,
)


def sql_question(question: str, records: Sequence[Record]) -> Parsed:
    """A whole SELECT statement to run on the book's tables. One that SQLite cannot run there is declined."""
    match = _SQL.search(question)
    if match is None or (not re.search(r"\bSELECT\b", question) and not re.match(r"\W*select\b", question, re.IGNORECASE)):
        return _NOT_MINE
    before = question[: match.start()]
    sql = match["sql"].strip().strip("`“”").rstrip("?").strip()
    sql = re.sub(
        r"[`”\"]?\s*(?:,?\s*(?:return|give|yield|show|produce|output)s?|on\s+the\s+book's\s+tables)\W*$",
        "",
        sql,
        flags=re.IGNORECASE,
    )
    if (
        not _RUN.search(before)
        or is_about_terms(before)
        or re.search(r"\b(?:why|explain|wrong|error|mean)\b", question, re.IGNORECASE)
    ):
        return _DECLINED
    tables = book_tables(records)
    with BookDatabase(tables) as database:
        try:
            result = database.query(sql)
        except (UsageError, LimitError):
            return _DECLINED
    return Parsed(True, query_answer(sql, result, _tables_in(sql, tables, records)))


def _tables_in(text: str, tables: Sequence[BookTable], records: Sequence[Record]) -> tuple[Found, ...]:
    """Where the tables that a query names stand in the book."""
    words = {word.casefold() for word in re.findall(r"\w+", text)}
    found = []
    for table in tables:
        if {name.casefold() for name in (table.name, *table.aliases)} & words:
            record = records[table.record]
            found.append(
                Found(
                    what="table", record=table.record, heading=record.heading, pages=tuple(record.pages), sentence=table.caption
                )
            )
    return tuple(found)


_ALGEBRA_SIGN = re.compile(r"[σπρ⋈⨝÷]|[∪∩×]")
_ASKS_FOR_VALUE = re.compile(
    r"^\W*(?:please\s+)?(?:what\s+(?:is|are|does|do)|evaluate|compute|calculate|give|show|find|run|determine)?\s*(?:me\s+)?(?:the\s+)?"
    r"(?:result|value|output|answer|relation|tuples?|rows?)?\s*(?:of|for)?\s*(?:evaluating\s+)?(?:the\s+)?"
    r"(?:(?:relational\s+algebra|algebra)\s+)?(?:expression|query)?\s*:?\s*",
    re.IGNORECASE,
)


def algebra_question(question: str, records: Sequence[Record]) -> Parsed:
    """A relational algebra expression with its signs, to evaluate on the book's tables."""
    if not _ALGEBRA_SIGN.search(question):
        return _NOT_MINE
    opening = _ASKS_FOR_VALUE.match(question)
    text = question[opening.end() :] if opening else question
    text = re.sub(r"\s*(?:,?\s*(?:evaluate\s+to|return|give|yield|produce)s?)?\s*[?.`]*\s*$", "", text).strip("` ")
    try:
        statements = parse_algebra(text)
        if all(statement.op == "relation" for statement in statements):
            return _DECLINED
        tables = book_tables(records)
        result = evaluate(text, tables)
    except (UsageError, LimitError):
        return _DECLINED
    used = " ".join(name for statement in statements for name in _relations(statement))
    return Parsed(True, algebra_answer("; ".join(map(str, statements)), result, _tables_in(used, tables, records)))


def _relations(node: Node) -> list[str]:
    if node.op == "relation":
        return [node.name]
    return [name for inner in node.inputs for name in _relations(inner)]


def mapping_question(question: str, records: Sequence[Record]) -> Parsed:
    """ "Map the ER diagram of Figure 3.6 to relations": the figure by its number, or by the one capitalised name in its
    caption.
    """
    if not mapping_intent(question) or changes_the_facts(question):
        return _NOT_MINE
    diagrams = [(i, r) for i, r in enumerate(records) if isinstance(r, DiagramRecord) and r.diagram is not None]
    number = re.search(r"\b[Ff]ig(?:ure|\.)\s*([A-Z]?\d+(?:[.\-–]\d+)*)", question)
    if number:
        label = re.compile(rf"\bFig(?:ure|\.)\s*{re.escape(number[1])}(?![\d.\-–]*\d)", re.IGNORECASE)
        fitting = [(i, r) for i, r in diagrams if label.search(r.caption)]
    else:
        fitting = [(i, r) for i, r in diagrams if _caption_fits(question, r.caption)]
    if len(fitting) != 1:
        return _DECLINED
    index, record = fitting[0]
    assert record.diagram is not None
    found = Found(what="diagram", record=index, heading=record.heading, pages=tuple(record.pages), sentence=record.caption)
    return Parsed(True, mapping_answer(map_to_relations(record.diagram), (found,)))


_DIAGRAM_WORDS = {
    "map", "translate", "convert", "transform", "turn", "er", "eer", "diagram", "model", "entity-relationship", "entity",
    "relationship", "conceptual", "figure", "design",
}  # fmt: skip


def _caption_fits(question: str, caption: str) -> bool:
    """Whether every word of the question that is not about mapping stands in the caption, and there is one."""
    words = [w for w in unknown_words(question, set()) if w.casefold() not in _DIAGRAM_WORDS]
    in_caption = {word.casefold() for word in re.findall(r"\w+", caption)}
    whole = bool(re.search(r"\bER\s+diagram\b|\bER\s+schema\b", caption))
    return bool(words) and whole and all(word.casefold() in in_caption for word in words)
