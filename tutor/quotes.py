"""A sentence of a passage that is quoted, and what it needs to be understood: what "This …" points back to, and its list.

A list has a lead ("There are three kinds:", or "has three parts." before as many marks or sentences) and items, some over
several sentences. Leaves choosing sentences to `quoting.py`.
"""

import re
from dataclasses import dataclass, replace

from tutor.grounding.lexicon import CARDINALS
from tutor.retrieval import Passage

MAX_ITEMS = 8  # of a list that a sentence leads into
_ANTECEDENTS = 2
_LINES = 4  # that a statement behind a colon may have
_ENDS = re.compile(r"[.;!]$")

_DANGLING = re.compile(
    r"(?:this|these|those|that|it|they|such|he|she|its|their|here|however|therefore|thus|hence|consequently|otherwise|"
    r"similarly|likewise|moreover|furthermore|instead|but|and|the (?:latter|former|second|third|same|other)\b|"
    r"(?:for example|in this|in these|in that|in such|as a result|on the other hand|in contrast|by contrast))\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(?:[•*–‣▪-]|\(?\d{1,2}[.)]|\(?[a-z][.)])(?:\s|$)")
_MARK = re.compile(r"^\W*\w{0,2}\W*$")  # an item's number or bullet that stands alone
HOLLOW = re.compile(
    r"^(?:there (?:are|is)|the following|listed below|below|see|refer to|consider|figure|table|recall|let us)\b"
    r"|\bjust (?:described|mentioned|seen)\b",
    re.IGNORECASE,
)
_FEW = {word: count for word, count in CARDINALS.items() if 2 <= count <= 4}
_MANY = "|".join(["a number of", "several", "various", "many", "the following", *list(CARDINALS)[2:13]])
ANNOUNCES = re.compile(rf"\b(?P<many>{_MANY}) (?:[\w-]+ ){{0,3}}(?P<what>[\w-]+s)[.:]$", re.IGNORECASE)


@dataclass(frozen=True)
class Quote:
    """A sentence of a passage: `index` into its chunk's sentences."""

    passage: Passage
    index: int
    score: float

    @property
    def text(self) -> str:
        return " ".join(self.passage.chunk.sentence(self.index).split())

    @property
    def key(self) -> tuple[int, int]:
        return self.passage.position, self.index


def is_item(quote: Quote) -> bool:
    """Whether a sentence is an item of a list: it has its mark, or stands behind one."""
    if _ITEM.match(quote.text):
        return True
    previous = _at(quote, quote.index - 1).text if quote.index else ""
    return bool(_ITEM.match(previous) and _MARK.match(previous))


def before(quote: Quote) -> list[Quote]:
    """The sentences that a sentence leans on: an item's lead ("There are three kinds:"), or what "This …" points back to."""
    if is_item(quote):
        lead = lead_of(quote)
        return [lead] if lead else []
    needed = [quote]
    while _DANGLING.match(needed[0].text) and needed[0].index > 0 and len(needed) <= _ANTECEDENTS:
        needed.insert(0, _at(quote, needed[0].index - 1))
    if is_item(needed[0]) and needed[0] is not quote:
        return list_around(needed[0])  # "These two concepts …" points back to a list
    return needed[:-1]


def lead_of(item: Quote) -> Quote | None:
    """The sentence that leads into an item's list; items may go on over sentences without a mark."""
    for index in range(item.index - 1, -1, -1):
        sentence = _at(item, index)
        if leads(sentence):
            return sentence
    return None


def list_around(item: Quote) -> list[Quote]:
    """An item's whole list, with what leads into it."""
    lead = lead_of(item)
    if lead is not None:
        return [lead, *items_after(lead)]
    return _items_from(item, next(index for index in range(item.index + 1) if is_item(_at(item, index))))


def items_after(quote: Quote) -> list[Quote]:
    """What a sentence leads into: the items of a list, or as many sentences as it announces ("the sum of three parts")."""
    first, count = quote.index + 1, len(quote.passage.chunk.sentences)
    if leads(quote):
        return _items_from(quote, first) or _up_to_its_end(quote)
    announced = ANNOUNCES.search(quote.text)
    few = _FEW.get(announced["many"].lower(), 0) if announced else 0
    following = [_at(quote, index) for index in range(first, min(first + few, count))]
    return [] if len(following) < few or any(HOLLOW.search(item.text) for item in following) else following


def _up_to_its_end(quote: Quote) -> list[Quote]:
    """What stands behind a colon that no list follows, such as a statement of code, up to where it ends."""
    following: list[Quote] = []
    for index in range(quote.index + 1, min(quote.index + 1 + _LINES, len(quote.passage.chunk.sentences))):
        following.append(_at(quote, index))
        if _ENDS.search(following[-1].text):
            return following
    return []


def _items_from(quote: Quote, first: int) -> list[Quote]:
    """The items of a list that begins at a sentence, of each the first sentence; a mark that stands alone is left out."""
    items: list[Quote] = []
    for index in range(first, len(quote.passage.chunk.sentences)):
        sentence = _at(quote, index)
        item = is_item(sentence)
        if len(items) == MAX_ITEMS or not (items or item or _ITEM.match(sentence.text)) or (not item and leads(sentence)):
            break
        if item and not _MARK.match(sentence.text):
            items.append(sentence)
    return items


def _at(quote: Quote, index: int) -> Quote:
    return replace(quote, index=index)


def leads(quote: Quote) -> bool:
    """Whether a list follows that the sentence leads into."""
    following = quote.index + 1 < len(quote.passage.chunk.sentences) and bool(_ITEM.match(_at(quote, quote.index + 1).text))
    return quote.text.endswith(":") or (following and bool(ANNOUNCES.search(quote.text)))
