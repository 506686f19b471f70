"""Which computation a question in plain words asks for, if any.

Rules over the question's words, its objects (schemas, sets, dependencies, schedules) left aside. A question about terms,
methods or reasons asks for no computation; neither does one that changes what the book says ("if … did not hold").
"""

import re
from typing import Literal, NamedTuple

from tutor.computing.normal_forms import Form

Kind = Literal[
    "normal_form",
    "keys",
    "superkey",
    "closure",
    "implication",
    "minimal_cover",
    "bcnf_decomposition",
    "synthesis",
    "lossless",
    "preservation",
    "serializability",
    "er_mapping",
    "sql",
    "algebra",
]

# The term whose passage in the book an answer of each kind cites.
TERMS: dict[str, str] = {
    "keys": "candidate key",
    "superkey": "superkey",
    "closure": "attribute closure",
    "implication": "functional dependency",
    "minimal_cover": "minimal cover",
    "bcnf_decomposition": "Boyce–Codd normal form",
    "synthesis": "third normal form",
    "lossless": "lossless join",
    "preservation": "dependency preservation",
    "serializability": "conflict serializability",
    "er_mapping": "ER-to-relational mapping",
    "sql": "SQL",
    "algebra": "relational algebra",
}
FORM_TERMS: dict[str, str] = {
    "1NF": "first normal form",
    "2NF": "second normal form",
    "3NF": "third normal form",
    "BCNF": "Boyce–Codd normal form",
    "4NF": "fourth normal form",
}


class Intent(NamedTuple):
    """A computation that is asked for; `form` is the normal form that a yes-or-no question names."""

    kind: Kind
    form: Form | None = None


_FORMS: tuple[tuple[Form, str], ...] = (
    ("BCNF", r"\bbcnf\b|\bboyce(?:\s*(?:[-–—]|and)\s*|\s+)codd\b"),
    ("2NF", r"\b2\s?nf\b|\bsecond normal form\b|\b2nd normal form\b"),
    ("3NF", r"\b3\s?nf\b|\bthird normal form\b|\b3rd normal form\b"),
    ("4NF", r"\b4\s?nf\b|\bfourth normal form\b|\b4th normal form\b"),
)
_OTHER_FORMS = re.compile(
    r"\b[156]\s?nf\b|\b(?:first|fifth|sixth|domain[-/ ]key|unnormali[sz]ed)\b|\bdknf\b|\bpjnf\b", re.IGNORECASE
)

# Questions about words, reasons, people or comparisons.
_ABOUT_TERMS = re.compile(
    r"""\b(?:what\s+(?:is|are)\s+meant|mean(?:s|ing)?\b|definitions?\s+of|define\b|differ(?:s|ences?|ent)?\b|compare[ds]?\b|versus\b|vs\b
    |advantages?|disadvantages?|benefits?|purpose|history|important|importance|useful|who\b|used\s+for\b
    |recommend\w*|better|best|prefer\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Questions about methods, and about relations in general; a relation that is written out in the question makes them particular.
_GENERAL = re.compile(
    r"""\b(?:how\s+(?:do|does|can|to|should|would)\b|how\s+many\s+(?:normal|kinds|types)|why\s+(?:do|does|should|would|must|use|bother)
    |when\s+(?:is|are|do|does|should|can|would)|every\s+relation|any\s+relation|all\s+relations|a\s+(?:relation|table|schema)|algorithm)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Changes to what the book or the question states.
_CHANGED = re.compile(
    r"""\b(?:(?:did|does|do|would|could|should|had)\s*(?:not|n['’]t)\s+(?:hold|determine|exist|apply)|no\s+longer|remov\w+|dropp?\w*|delet\w+|adding|added|add
    |instead|except|replac\w+|chang\w+|ignor\w+|also\s+had|were\s+(?:not|to)|without|excluding|anymore|hypothetical\w*|would)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def is_about_terms(words: str) -> bool:
    """Whether a question asks what something means, or how things compare, and not for a result."""
    return bool(_ABOUT_TERMS.search(words))


def is_general(words: str) -> bool:
    """Whether a question asks how something is done, or about relations in general."""
    return bool(_GENERAL.search(words))


def changes_the_facts(words: str) -> bool:
    """Whether a question supposes other dependencies or attributes than those that are stated."""
    return bool(_CHANGED.search(words))


def dependency_intent(words: str) -> Intent | None:
    """The computation on a schema that a question asks for, from its words with the objects taken out.

    None when it asks for none of them, or for several that are not answered together.
    """
    text = words.casefold()
    forms = [form for form, pattern in _FORMS if re.search(pattern, text)]
    if _OTHER_FORMS.search(text) or re.search(
        r"\b(?:foreign|sort|search|index|hash|surrogate|partial|alternate|secondary|encryption)[ -]keys?\b", text
    ):
        return None
    for intent in (_cover(text), _decomposition(text, forms), _closure(text), _superkey(text), _implication(text)):
        if intent is not None:
            return intent
    asked = _normal_form(text, forms)
    if asked is not None:
        return asked
    if re.search(r"\b(?:keys?|superkeys?)\b|\b(?:non-?)?prime\b|\bnon-?key\s+attributes?\b", text) and not re.search(
        r"\bsuperkeys\b", text
    ):
        return Intent("keys")
    return None


def _cover(text: str) -> Intent | None:
    return (
        Intent("minimal_cover")
        if re.search(r"\b(?:minimal|canonical|irreducible|minimum)\s+(?:cover|set|basis)\b", text)
        else None
    )


def _decomposition(text: str, forms: list[Form]) -> Intent | None:
    splitting = re.search(
        r"\b(?:decompos\w+|split\w*|break\w*|divid\w+|normali[sz]\w+|synthesi[sz]\w+|bring|convert|reduc\w+|transform|turn)\b",
        text,
    )
    lossless = re.search(r"\bloss-?\s?less\w*\b|\bnon-?additive\b|\blossy\b|\bspurious\b", text)
    preserving = re.search(r"\bpreserv\w+\b", text)
    made = splitting and re.search(
        r"^\W*(?:please\s+)?(?:now\s+)?(?:decompose|split|break|normali[sz]e|synthesi[sz]e|bring|convert|reduce|transform|turn|find|give|compute|show|construct|obtain|produce|derive|use|apply)\b"
        r"|\b(?:decompose|normali[sz]e|bring|convert|synthesi[sz]e|break\s+\w+\s+(?:down|up)|split)\s+(?:it|r|the|this|them|that|<\w+>)\b"
        r"|\b(?:can|could|to)\s+\w*\s*(?:be\s+)?(?:decomposed?|normali[sz]ed?|split)\b|\b(?:bcnf|3nf)\s+decomposition\b|\bsynthesis\b",
        text,
    )
    if made and "bcnf" in text.replace("boyce", "bcnf") and forms == ["BCNF"]:
        return Intent("bcnf_decomposition")
    if made and forms == ["3NF"]:
        return Intent("synthesis")
    if lossless:
        return Intent("lossless")
    if preserving:
        return Intent("preservation")
    return None


def _closure(text: str) -> Intent | None:
    if re.search(r"\bclosures?\b", text) or re.search(r"<set>\s*[+⁺]", text):
        return Intent("closure")
    return None


def _superkey(text: str) -> Intent | None:
    asked = re.search(
        r"\b(?:is|are|does|do|whether|if|check|test)\b.*<set>.*\b(?:super|candidate\s+|primary\s+|minimal\s+)?\s?keys?\b", text
    )
    return Intent("superkey") if asked else None


def _implication(text: str) -> Intent | None:
    if re.search(r"<goal>", text) and re.search(
        r"\b(?:follows?|implied|implies|imply|hold|holds|deriv\w+|infer\w*|entail\w*|deduc\w+|prove|show|valid)\b", text
    ):
        return Intent("implication")
    return None


def _normal_form(text: str, forms: list[Form]) -> Intent | None:
    if re.search(r"\bnormal[- ]forms?\b", text) and not forms:
        asked = re.search(
            r"\b(?:what|which|highest|find|determine|identify|state|give|tell|name|compute|decide|strongest|in)\b", text
        )
        return Intent("normal_form") if asked else None
    if len(forms) == 1:
        asked = re.search(
            r"\b(?:is|are|isn['’]?t|does|do|satisf\w+|meets?|violat\w+|whether|check|test|obeys?|fulfil\w*)\b", text
        )
        return Intent("normal_form", forms[0]) if asked else None
    if len(forms) > 1 and re.search(r"\b(?:or|which|highest|is)\b", text) and re.search(r"\bin\b", text):
        return Intent("normal_form")
    return None


def mapping_intent(words: str) -> bool:
    """Whether a question asks to turn an ER diagram of the book into relations."""
    text = words.casefold()
    verb = re.search(r"\b(?:map|translate|convert|transform|turn)\b", text) or re.search(
        r"\b(?:relational schema|relations|tables)\b.*\b(?:result|come|follow|obtained?|derived?|get)\b.*\b(?:from|for|of)\b",
        text,
    )
    diagram = re.search(r"\b(?:er|eer|entity[-– ]relationship)\b.*\b(?:diagram|schema|model)\b|\bfigure\s+\d|\bdiagram\b", text)
    relational = re.search(r"\brelation(?:s|al)\b|\btables?\b", text)
    general = re.search(r"\bhow\b|\b(?:a|an|any|each|every)\s+(?:er|eer|entity)\b|\bsteps?\b|\balgorithm\b|\bwhy\b", text)
    return bool(verb and diagram and relational and not general)


def serializability_intent(words: str) -> bool:
    """Whether a question about a schedule asks if it is (conflict) serializable, or for its precedence graph."""
    text = words.casefold()
    if re.search(
        r"\bview[- ]|\brecoverab\w+|\bcascad\w+|\bstrict\b|\bconflict[- ]equivalent\s+to\b(?!.*\bserial\b)|\bdeadlock|\block",
        text,
    ):
        return False
    serial = re.search(r"\bserial[iy][sz]\w*|\bequivalent\s+to\s+(?:a|an|any|some|the)\s+serial\b", text)
    return bool(serial or re.search(r"\b(?:precedence|conflict|serialization)\s+graph\b", text))
