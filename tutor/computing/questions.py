"""From a question in plain words to a computation, or to none.

    computed = compute_answer("What is the normal form of DEPT_LOCATIONS relation?", records)

Parsed by rules, not by a model. A wrong computation is worse than none: whatever is about terms or methods, changes the
facts, names no relation that the book defines once, or holds words that the rules do not understand, is declined (None)
and left to the book's passages.
"""

import re
from collections.abc import Sequence

from indexing.errors import LimitError, UsageError
from indexing.records import Record
from tutor.computing.answers import Computed, Relation, compute_on_schema, relation_of, term_of
from tutor.computing.book_claims import contradicts, speaks_of_dependencies
from tutor.computing.book_relations import BookRelation, find_relation
from tutor.computing.intents import Intent, changes_the_facts, dependency_intent, is_about_terms, is_general
from tutor.computing.keys import candidate_keys
from tutor.computing.normal_forms import normal_form
from tutor.computing.notation import bind, resolve
from tutor.computing.other_questions import algebra_question, mapping_question, schedule_question, sql_question
from tutor.computing.prose import key_in_question
from tutor.computing.question_objects import Objects, mask_sets, question_objects
from tutor.computing.question_words import is_known, unknown_words
from tutor.computing.results import Result
from tutor.computing.row_keys import keys_that_rows_allow
from tutor.computing.schemas import Dependency, Names, Schema, braces
from tutor.computing.steps import Step

# A question longer than this is no question about one relation.
MAX_LENGTH = 1500
# Words outside the vocabulary that a question may hold where it states its own relation, and where it names one of the book.
_UNKNOWN_INLINE, _UNKNOWN_BOOK = 3, 0


_THEORY = re.compile(
    r"normal|\d\s?nf\b|bcnf|boyce|\bkeys?\b|superkey|prime|closure|\bcover\b|decompos|split|loss|additive|preserv|<goal>|<set>\s*[+⁺]",
    re.IGNORECASE,
)


def compute_answer(question: str, records: Sequence[Record]) -> Computed | None:
    """The computed answer to a question, or None where it asks for no computation that is sure to be the right one.

    Never raises for what a question or a book holds: what cannot be computed within the limits is declined too.
    """
    if not question.strip() or len(question) > MAX_LENGTH:
        return None
    try:
        for parse in (schedule_question, sql_question, algebra_question, mapping_question):
            answer = parse(question, records)
            if answer.mine:
                return answer.computed
        return _dependency_question(question, records)
    except (UsageError, LimitError):
        return None


def _dependency_question(question: str, records: Sequence[Record]) -> Computed | None:
    objects = question_objects(question)
    if objects is None or is_about_terms(objects.words) or changes_the_facts(objects.words):
        return None
    if objects.inline and (
        objects.written or _states_no_dependencies(objects.words) or key_in_question(question, objects.attributes)
    ):
        return _on_question(question, objects)
    if objects.written or is_general(objects.words) or not _may_be_about_a_relation(objects):
        return None
    return _on_book(objects, records)


def _may_be_about_a_relation(objects: Objects) -> bool:
    """A quick look before the book is searched: a word of the theory, and no words that the rules do not know."""
    without_sets = re.sub(r"\{[^{}]*\}|\([^()]*\)", " <set> ", objects.words)
    unknown = unknown_words(without_sets, set())
    lower = [
        w
        for w in unknown
        if w.islower() and not re.search(rf"\b(?:relation|table|schema)\s+{w}\b|\b{w}\s+(?:relation|table)\b", without_sets)
    ]
    return bool(_THEORY.search(without_sets)) and not [w for w in lower if len(w) > 1 and "_" not in w]


def _states_no_dependencies(words: str) -> bool:
    return bool(re.search(r"\b(?:no|without\s+any)\s+(?:nontrivial\s+|non-trivial\s+)?(?:functional\s+)?dependenc", words))


def _on_question(question: str, objects: Objects) -> Computed | None:
    """The relation stands in the question itself."""
    attributes = objects.attributes
    key = (objects.schema.key if objects.schema else ()) or key_in_question(question, attributes)
    assumption = None
    if not objects.written and not _states_no_dependencies(objects.words):
        assumption = f"No functional dependencies are given; assumed are those of the key {braces(key)} and no others."
    mask_sets(objects, attributes)
    schema = Schema(
        name=objects.schema.name if objects.schema else "R",
        attributes=attributes,
        dependencies=tuple(bind(one, attributes) for one in objects.written),
        keys=(key,) if key else (),
    )
    if len(unknown_words(objects.words, {schema.name})) > _UNKNOWN_INLINE:
        return None
    if key and frozenset(key) not in {frozenset(found) for found in candidate_keys(schema).keys}:
        return None  # the key that is given and the dependencies do not fit together
    return _compute(objects, schema, BookRelation(relation=schema, stated="dependencies", found=(), assumption=assumption))


def _on_book(objects: Objects, records: Sequence[Record]) -> Computed | None:
    """The relation is one of the book, named in the question."""
    named = _named_relation(objects, records)
    if named is None:
        return None
    name, relation = named
    if objects.schema and {a.casefold() for a in objects.schema.attributes} != {
        a.casefold() for a in relation.relation.attributes
    }:
        return None
    mask_sets(objects, relation.relation.attributes)
    objects.parts = [_resolved(part, relation.relation.attributes) for part in objects.parts]
    others = {part for part in objects.names if part != name}
    if len(unknown_words(objects.words, {name, *others})) > _UNKNOWN_BOOK:
        return None
    return _compute(objects, relation.relation, relation, records)


def _resolved(names: Names, attributes: Names) -> Names:
    resolved = [resolve(name, attributes) for name in names]
    if not all(resolved):
        raise UsageError("a part has an attribute that the relation lacks")
    return tuple(one for part in resolved for one in part or ())


def _named_relation(objects: Objects, records: Sequence[Record]) -> tuple[str, BookRelation] | None:
    """The one relation of the book that the question names. With "relation" or "table" beside it, in any letter case."""
    if objects.schema:
        found = find_relation(objects.schema.name, records)
        return (objects.schema.name, found) if found else None
    candidates: dict[str, BookRelation] = {}
    # what stands in brackets are attributes
    words = re.sub(r"\{[^{}]*\}|\([^()]*\)", lambda group: " " * len(group[0]), objects.words)
    for match in re.finditer(r"(?<![\w<])([^\W\d_][\w#]*)(?![\w>])", words):
        name = match[1]
        if (not words[: match.start()].strip() and name.istitle() and is_known(name)) or _FORM.fullmatch(name):
            continue
        if not (any(c.isupper() for c in name) or "_" in name):
            before = words[: match.start()].split()[-1:]
            after = words[match.end() :].split()[:1]
            beside = {w.casefold().strip("?.,") for w in (*before, *after)} & {"relation", "table", "schema"}
            if not beside or name in (
                "the",
                "this",
                "a",
                "an",
                "each",
                "following",
                "is",
                "in",
                "of",
                "schema",
                "relation",
                "table",
            ):
                continue
        for spelling in _spellings(name, records):
            relation = find_relation(spelling, records)
            if relation is not None:
                candidates[spelling] = relation
                objects.names.append(name)
    if len(candidates) != 1:
        return None
    return next(iter(candidates.items()))


def _spellings(name: str, records: Sequence[Record]) -> list[str]:
    """The name itself where the book uses it; else the one other spelling in letter case, for names with an underscore or
    in small letters.
    """
    exact = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    texts = [str(record.content) + str(getattr(record, "caption", "")) for record in records]
    if any(name in text and exact.search(text) for text in texts) and not name.islower():
        return [name]
    if "_" in name or name.islower():
        folded = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        found = {match for text in texts for match in folded.findall(text) if match != match.casefold()}
        return list(found) if len(found) == 1 else []
    return []


def _compute(objects: Objects, schema: Schema, relation: BookRelation, records: Sequence[Record] = ()) -> Computed | None:
    intent = dependency_intent(objects.words)
    if intent is None:
        return None
    attributes, parts = _arguments(intent, objects)
    goal = bind(objects.goal, schema.attributes) if objects.goal else None
    if not _has_what_it_needs(intent, schema, attributes, parts, goal):
        return None
    if relation.stated == "nothing":
        return keys_that_rows_allow(relation, records) if intent.kind == "keys" else None
    if intent.form == "4NF" and not schema.multivalued_pairs and intent.kind == "normal_form":
        return None
    if intent.kind == "closure" and relation.stated == "key" and schema.keys == ():
        return None
    if relation.found and _book_disagrees(intent, schema, relation, records):
        return None
    result, steps = compute_on_schema(intent, schema, attributes, goal, parts)
    keys = result.value.get("keys")
    if intent.kind == "keys" and isinstance(keys, list) and len(keys) > 1 and "primary key" in objects.words.casefold():
        result = result.model_copy(
            update={"text": f"{result.text} The primary key is the one of them that the designer chooses."}
        )
    return _answer(intent, schema, relation, result, steps)


def _book_disagrees(intent: Intent, schema: Schema, relation: BookRelation, records: Sequence[Record]) -> bool:
    """Whether the book contradicts what would be computed, or speaks of dependencies where only a key was found."""
    if relation.stated == "key" and speaks_of_dependencies(schema.name, records, schema.attributes):
        return True
    return intent.kind == "normal_form" and contradicts(
        schema.name, records, normal_form(schema), bool(schema.multivalued_pairs)
    )


def _answer(intent: Intent, schema: Schema, relation: BookRelation, result: Result, steps: tuple[Step, ...]) -> Computed:
    shown: Relation = relation_of(schema)
    return Computed(
        kind=intent.kind,
        relation=shown,
        found=relation.found,
        assumption=relation.assumption,
        result=result,
        steps=steps,
        term=term_of(intent, result),
    )


_FORM = re.compile(r"\d?NF|BCNF|FDs?|MVDs?|ER", re.IGNORECASE)
_LIST = r"<set>(?:\s*(?:,\s*and|,|and)\s*<set>)*"

_CLOSURE_OF = re.compile(
    r"\bclosures?\s+(?:of|for)\s+(?:the\s+)?(?:attributes?\s+)?(?:set\s+)?(?:of\s+)?(?:attributes?\s+)?"
    rf"(?P<list>{_LIST})|(?P<plus>{_LIST})\s*[+⁺]|(?P<before>{_LIST})\s+closure",
    re.IGNORECASE,
)
_KEY_TEST = re.compile(
    r"\b(?:is|are|does|do|whether|if|check|test)\s+(?:that\s+|whether\s+|if\s+)?(?:the\s+)?(?:set\s+|attributes?\s+|combination\s+)?"
    rf"(?:of\s+)?(?P<list>{_LIST})",
    re.IGNORECASE,
)


def _arguments(intent: Intent, objects: Objects) -> tuple[Names, list[Names]]:
    """The set that a closure or key test is about, and the parts of a decomposition."""
    words, sets = objects.words, objects.sets
    if intent.kind in ("lossless", "preservation"):
        if objects.parts:
            return (), objects.parts
        into = re.search(rf"\b(?:into|as|in)\b\s+(?:\w+\s+)?(?P<list>{_LIST})", words)
        return (), _sets_at(words, sets, into["list"], into.start("list")) if into else []
    pattern = {"closure": _CLOSURE_OF, "superkey": _KEY_TEST}.get(intent.kind)
    match = pattern.search(words) if pattern else None
    if match is None:
        return (), []
    group = next(name for name, text in match.groupdict().items() if text)
    return tuple(dict.fromkeys(n for one in _sets_at(words, sets, match[group], match.start(group)) for n in one)), []


def _sets_at(words: str, sets: list[Names], text: str, start: int) -> list[Names]:
    """The sets whose placeholders stand in a part of the words."""
    first = words[:start].count("<set>")
    return sets[first : first + text.count("<set>")]


def _has_what_it_needs(
    intent: Intent, schema: Schema, attributes: Names, parts: Sequence[Names], goal: Dependency | None
) -> bool:
    if intent.kind == "implication":
        return goal is not None and not goal.multivalued and not schema.multivalued_pairs
    if goal is not None:
        return False
    if intent.kind in ("closure", "superkey"):
        return bool(attributes)
    if intent.kind in ("lossless", "preservation"):
        return len(parts) >= 2 and set().union(*map(set, parts)) == set(schema.attributes)
    if intent.kind in ("bcnf_decomposition", "synthesis", "minimal_cover"):
        return not schema.multivalued_pairs and bool(schema.pairs)
    return True
