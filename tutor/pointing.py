"""Which pronoun of a question points back before the question: "How is it found?", "Who uses them?", "How do I make one?".

Told by where it stands, without a grammar: nothing before it in the question may be what it stands for. Leaves what it stands
for to `topics.py`.
"""

import re

from tutor.question_form import content_words

_SUBJECTS = r"it|they|he|she|this|that|these|those"
PRONOUN = re.compile(rf"\b(?P<pronoun>{_SUBJECTS}|them|him|its|their|his|her)\b(?!['’])", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:do|does|can|could|should|would|is|are|to) (?:(?:i|we|you|people|someone|there) )?(?:\w+ )?(?P<pronoun>one)"
    r"(?=[?.!\s]*$| (?:from|with|without|in|to|for|on|at|by|as)\b)",
    re.IGNORECASE,
)
POSSESSIVE = frozenset({"its", "their", "his", "her"})
_EXPLETIVE = re.compile(
    r"it(?: (?:is|be))?(?: (?:also|always|ever|really|not|still))? (?:(?:possible|true|necessary|important|useful|better|best|"
    r"correct|allowed|ok|okay|bad|good|enough|common|easy|hard|wise|an? [\w-]+) (?:not )?(?:to|that|for|if|when|whether)|"
    r"(?:called|said|thought|known|believed|considered|determined|means?) (?:that|for|if|when|whether|how|to)|"
    r"(?:takes?|costs?) (?:so |too )?(?:long|much|time|an?|for|to)|matters?)\b|(?:it|this|that) (?:holds?|appl(?:y|ies))\b",
    re.IGNORECASE,
)
_DEMONSTRATIVE = re.compile(r"th(?:is|at|ese|ose)(?! *[?.!]*$)", re.IGNORECASE)  # and not at the end, where it can be an object
_DETERMINER = re.compile(r"\b(?:this|that|these|those)(?P<noun> [\w-]+)", re.IGNORECASE)
_NO_NOUN = re.compile(
    r" (?:is|are|was|were|does|do|did|can|could|should|must|will|would|has|have|mean|work|help|hold|happen|look|compare|matter|"
    r"need|differ|different|possible|always|also|ever|too|not|better|good|bad|same|true|the|an?|in|on|for|with|without|from|to|of|by|"
    r"and|or|than|as|so|when|if|because|called|done|found|built|made|kept|written|chosen|more|again|\w+ed|\w+ly)$",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\b(?:an?|the|every|each|all|some|if|when|that|and|no)\b|[,;:.?!]", re.IGNORECASE)
_SOMEBODY = re.compile(
    r"\b(?:i|we|you|one|people|somebody|someone|anybody|often|long|else|not|exactly|ever|really|also)\b", re.IGNORECASE
)
_AFTER_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|does|do|did|can|could|should|must|may|will|would|has|have)(?: not|n['’]t)? $", re.IGNORECASE
)


def points_back(question: str, topic: set[str]) -> tuple[int, int] | None:
    """Where a pronoun (or "that key", of a topic with that word) stands that points back before the question, or None."""
    for match in PRONOUN.finditer(question):
        if _points_back(question, match):
            determiner = _DETERMINER.match(question, match.start())
            if determiner is None or _NO_NOUN.match(determiner["noun"]):
                return match.span()
            noun = content_words(determiner["noun"])
            return determiner.span() if noun and noun <= topic else None
    one = _ONE.search(question)
    return one.span("pronoun") if one else None


def _points_back(question: str, match: re.Match[str]) -> bool:
    """Whether nothing in the question can be what a pronoun stands for: no noun is before it, it follows an auxiliary, or it is
    what a verb acts on."""
    if _EXPLETIVE.match(question, match.start()):
        return False
    opening, pronoun = question[: match.start()], match["pronoun"]
    named = content_words(_SOMEBODY.sub("", opening))
    if not named:
        return True
    after = _AFTER_AUXILIARY.search(opening) and re.fullmatch(_SUBJECTS, pronoun, re.IGNORECASE)
    acted_on = len(named) == 1 and pronoun.lower() not in POSSESSIVE and not _DEMONSTRATIVE.match(question, match.start())
    return bool(after or acted_on) and not _WITHIN.search(opening)
