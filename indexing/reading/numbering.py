"""Printed numbers: of headings ("3", "3.2.1", "Chapter 4:", "Appendix B", "B.2"), captions ("Figure 3.1:"), and list items."""

import re
from dataclasses import dataclass

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = [f"{ten}{join}{unit}" for ten in ("twenty", "thirty", "forty") for unit in _UNITS for join in ("-", " ", "")]
_WORDS = [*_TENS, *_TEENS, *_UNITS, "twenty", "thirty", "forty"]  # the longer before what they begin with
_ROMAN = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_LABELLED = re.compile(
    rf"(?P<word>chapter|section|part|appendix|annex|unit|module|lesson|book|lecture|week)\s+"
    rf"(?P<number>\d+(?:\.\d+)*|{_ROMAN}|[A-Z](?:\.\d+)*|{'|'.join(_WORDS)})\b\s*(?P<mark>[.:)\-–—]*)\s*(?P<title>.*)",
    re.I | re.S,
)
_DOTTED = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3}){1,5}|[A-Z](?:\.\d{1,3}){1,5})(?P<mark>[.:)]?)\s+(?P<title>\S.*)", re.S)
_PLAIN = re.compile(rf"(?P<number>\d{{1,3}}|[A-Z]|{_ROMAN})(?P<mark>[.:)]?)\s+(?P<title>\S.*)", re.S)
_CAPTION = re.compile(
    r"(?P<kind>fig(?:ure|\.)?|table|tab\.|listing|diagram|exhibit|plate|chart|scheme|illustration|box|example|algorithm|program)"
    r"\s*(?P<number>[A-Z]?\d*(?:[.\-–]\d+)*[a-z]?|[IVXLC]+)(?P<mark>\s*[.:—–|)]|\s|$)",
    re.I,
)
_BULLET = re.compile(r"\s*([•‣◦▪▫■□●○◆◇►▸➢➤✓✔❖·∙⁃o–—*\-\uf0b7\uf0a7\uf0d8])\s+(?=\S)")
_ITEM = re.compile(r"\s*(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Number:
    """A heading's printed number. `depth` 0 is a part, 1 a chapter, 2 a section; `word` is "chapter", "appendix" or empty."""

    word: str
    value: str
    depth: int
    title: str

    @property
    def last(self) -> int | None:
        """The last component as a number (letters count from 1), None for Roman numerals and words."""
        part = self.value.split(".")[-1]
        if part.isdigit():
            return int(part)
        return ord(part.upper()) - 64 if len(part) == 1 and part.isalpha() else None


def heading_number(text: str) -> Number | None:
    """The number at the start of a heading, or None. A bare label ("Chapter 3") has an empty title."""
    text = text.strip()
    if match := _LABELLED.fullmatch(text):
        word, value = match["word"].casefold(), match["number"]
        depth = 0 if word in ("part", "book") else 1 + value.count(".")
        if word == "section" and "." not in value:
            depth = 2
        return Number(word, value, depth, match["title"])
    for pattern in (_DOTTED, _PLAIN):
        if (match := pattern.fullmatch(text)) and match["number"]:
            initials = re.match(r"[A-Z]\.", match["title"])  # "W. N. Venables"
            if pattern is _PLAIN and match["number"].isalpha() and (not match["mark"] or initials):
                return None
            return Number("", match["number"], 1 + match["number"].count("."), match["title"])
    return None


def chapter_label(text: str) -> Number | None:
    """The number of a label alone over a chapter's title: "Chapter 3", "CHAPTER", "THREE", "3", "III", "Appendix B"."""
    text = text.strip()
    number = heading_number(text)
    if number and not number.title:
        return number
    if (
        text.casefold() in _WORDS
        or text.casefold() in ("chapter", "appendix", "unit")
        or re.fullmatch(rf"\d{{1,2}}|[A-Z]|{_ROMAN}", text)
    ):
        return Number("chapter", text, 1, "")
    return None


def caption_kind(text: str) -> str | None:
    """ "table" or "figure" where the text begins like a caption with a number, "other" for numbered listings and the like."""
    match = _CAPTION.match(text.strip())
    if not match or not any(ch.isdigit() or ch in "IVXLC" for ch in match["number"]):
        return None
    kind = match["kind"].casefold()
    if kind.startswith("tab"):
        return "table"
    if kind in ("listing", "box", "example", "algorithm", "program"):
        return "other"
    return "figure"


def has_caption_mark(text: str) -> bool:
    """Whether a colon, point or dash follows the caption's number, or nothing does: "Figure 3.1: …", not "Figure 3.1 shows"."""
    match = _CAPTION.match(text.strip())
    return match is not None and (bool(match["mark"].strip()) or match.end() >= len(text.strip()))


def is_bullet(text: str) -> bool:
    """Whether a row begins with a bullet."""
    return bool(_BULLET.match(text))


def is_list_item(text: str) -> bool:
    """Whether a row begins with a bullet or with an item's number or letter."""
    return bool(_BULLET.match(text) or _ITEM.match(text))
