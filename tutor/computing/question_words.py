"""The vocabulary of questions that ask for a computation. A question with other words in it asks for more than the rules
understand.
"""

import re
from collections.abc import Set

_WORDS = """
a an the this that these those it its itself they them their there here what which find list give determine identify
name compute calculate state show tell check test decide derive work out get provide obtain is are was be been being
does do did has have had can could please whether if not why so or and but then also yes no of in for on with under
by from to into as at per within over about among between using use given where when i we you me us my our your want
need know would like help let lets suppose consider assume assuming following below above all any each every both
only exactly one two three four some how many currently now again relation relations table tables schema schemas
relational database db example book course textbook text chapter section attribute attributes column columns set
sets subset combination collection functional multivalued dependency dependencies fd fds mvd mvds f hold holds
satisfied stated key keys candidate primary minimal superkey superkeys prime nonprime non-prime nonkey non normal
form forms nf 1nf 2nf 3nf bcnf 4nf boyce codd boyce-codd first second third fourth highest strongest level degree
satisfy satisfies violate violates violated meet meets obey obeys fulfil fulfils fulfill already still up reach
closure closures cover canonical irreducible minimum equivalent decompose decomposed decomposition decomposing
decompositions split splits splitting normalize normalized normalise normalised normalizing normalization break
breaking down divide divided synthesize synthesise synthesis bring convert reduce transform turn separate lossless
loss-less lossy nonadditive non-additive additive join joins loss less information preserve preserves preserved
preserving preservation dependency-preserving follow follows implied implies imply derived inferred infer deduce
deduced together result results answer question true fact properties property reason explain explanation justify
steps step say really actually correct right
"""
_VOCABULARY = frozenset(_WORDS.split())


def is_known(word: str) -> bool:
    """Whether a word is in the vocabulary."""
    return word.casefold() in _VOCABULARY


def unknown_words(words: str, names: Set[str]) -> list[str]:
    """Words of a question, placeholders left out, that are neither names of relations in it nor in the vocabulary."""
    bare = re.sub(r"<\w+>", " ", words)
    folded = {name.casefold() for name in names}
    found = re.findall(r"[^\W\d_][\w#]*(?:[-–'’][^\W\d_]\w*)*|\d\w+", bare)
    unknown = []
    for word in found:
        plain = re.sub(r"n['’]t$|['’]s$", "", word.casefold())
        parts = [plain, *re.split(r"[-–'’]", plain)]
        if plain in folded or plain in _VOCABULARY or all(part in _VOCABULARY for part in parts[1:]):
            continue
        unknown.append(word)
    return unknown
