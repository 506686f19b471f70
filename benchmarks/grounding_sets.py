"""Labelled sentences for the check of grounding, and changed ones made of them by rule to learn from.

    sets/grounding-pairs.jsonl   310 sentence–passage pairs: paraphrases by hand, copies with one thing changed, unrelated ones
    sets/grounding-small.jsonl   294 sentences that the small model wrote about two books, labelled by reading
    sets/grounding-answers.jsonl 60 whole answers of the small model about Watt's book, each sentence labelled by reading
    sets/grounding-lessons.jsonl 348 sentences by hand about 25 passages of other subjects, to learn from alone

The books' passages of the second set are found in the built books by their headings, those of the third by their chunks, since
Watt's text is not ours to ship. To learn from there are besides: the sample course's review answers with their sections,
sentences of the books as they stand and cut short, and all of these with one thing changed by `change`.
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from indexing.chunks import Chunk
from indexing.embedding import load_embedder
from indexing.index import Index
from indexing.library import Book, find_book
from indexing.records import read_jsonl
from indexing.sentences import split_sentences
from indexing.settings import settings
from tutor.grounding.lexicon import OPPOSITES
from tutor.grounding.words import Word, words_of
from tutor.retrieval import Retriever

SETS = Path(__file__).parent / "sets"
REVIEW = Path(__file__).parents[1] / "data" / "sample" / "review"
FOUND = "found,"  # how the kinds of pairs begin that are held against what was found in the book
FOUND_PASSAGES = 5
_LONGEST = 1_400  # characters of a section taken as one passage
_ELSEWHERE = 7  # passages on, another subject is surely come to
_BOOK_CHUNKS = 110  # drawn from each book


@dataclass(frozen=True)
class Example:
    """A sentence, the passages it is held against, whether they support it, and what it is grouped by in cross-validation."""

    kind: str
    text: str
    passages: tuple[str, ...]
    supported: bool
    group: str


def pairs() -> list[Example]:
    """Set (a)."""
    return [
        Example(item["kind"], item["text"], (item["passage"],), item["supported"], item["passage"][:60])
        for item in _lines(SETS / "grounding-pairs.jsonl")
    ]


def found_pairs(home: Path) -> list[Example]:
    """The sample course's pairs, held against the five passages that are found for them in the whole book, as by `tutor.check`.

    Without the unrelated ones, which may well stand elsewhere in the book.
    """
    retriever = Retriever(Index(find_book("sample", home)), load_embedder("minilm", settings().cache))
    made = []
    for item, pair in zip(_lines(SETS / "grounding-pairs.jsonl"), pairs(), strict=True):
        if item["source"].startswith("sample") and item["kind"] != "unrelated":
            passages = tuple(passage.chunk.text for passage in retriever.search(pair.text, FOUND_PASSAGES).passages)
            made.append(replace(pair, kind=f"{FOUND} {pair.kind}", passages=passages))
    return made


def small_model(home: Path) -> list[Example]:
    """Set (b), as far as its books are built in `home`."""
    found = []
    for item in _lines(SETS / "grounding-small.jsonl"):
        if (home / item["book"]).exists():
            chunks = _chunks(find_book(item["book"], home))
            passages = tuple(chunk.text for chunk in chunks if chunk.heading in item["headings"] and chunk.type == "text")
            kind = "small model, supported" if item["supported"] else "small model, not supported"
            if passages:
                found.append(Example(kind, item["text"], passages, item["supported"], item["question"]))
    return found


def answers(home: Path) -> list[Example]:
    """Every sentence of the 60 answers, as far as the passages that it was held against are in the built book."""
    found = []
    for item in _lines(SETS / "grounding-answers.jsonl"):
        texts = _texts_by_id(home / item["book"])
        passages = tuple(texts[passage["chunk"]] for passage in item["passages"] if passage["chunk"] in texts)
        if len(passages) < len(item["passages"]):
            raise SystemExit(f"{item['id']}: not all of its passages are in {home / item['book']}; build the book anew")
        for sentence in item["sentences"]:
            kind = "answer, supported" if sentence["supported"] else "answer, not supported"
            found.append(Example(kind, sentence["text"], passages, sentence["supported"], item["question"]))
    return found


@cache
def _texts_by_id(book: Path) -> dict[str, str]:
    return {chunk.id: chunk.text for chunk in _chunks(find_book(book.name, book.parent))} if book.exists() else {}


def lessons() -> list[Example]:
    """Sentences by hand, to learn from: paraphrases, what a small model would invent or state, and paraphrases changed.

    The paraphrases are held against the passage of another subject as well, which does not support them.
    """
    items = _lines(SETS / "grounding-lessons.jsonl")
    passages = list(dict.fromkeys(item["passage"] for item in items))
    another = dict(zip(passages, passages[_ELSEWHERE:] + passages[:_ELSEWHERE], strict=True))
    made = [
        Example(f"lesson, {item['kind']}", item["text"], (item["passage"],), item["supported"], item["passage"][:60])
        for item in items
    ]
    for item in items:
        if item["kind"] == "paraphrase":
            passage = another[item["passage"]]
            made.append(Example("lesson, elsewhere", item["text"], (passage,), False, item["passage"][:60]))
    return made


def to_learn_from(home: Path) -> list[Example]:
    """Examples made by rule, the same in every run over the same books."""
    rng = random.Random(5)
    return [*_around_pairs(rng), *_review(rng, find_book("sample", home)), *_books(rng, home)]


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _chunks(book: Book) -> list[Chunk]:
    return read_jsonl(book.chunks_path, Chunk)


def _around_pairs(rng: random.Random) -> list[Example]:
    """The pairs' paraphrases changed, and their passages' own sentences."""
    made = []
    for item in pairs():
        if item.kind == "paraphrase":
            made += _changed(rng, item.text, item.passages[0], "changed paraphrase", item.group, 2)
    for passage in dict.fromkeys(item.passages[0] for item in pairs()):
        sentences = split_sentences(passage)
        for sentence in rng.sample(sentences, min(2, len(sentences))):
            made += _kept(rng, sentence, passage, passage[:60])
    return made


def _review(rng: random.Random, book: Book) -> list[Example]:
    """Sentences of the review answers: supported by their section, not by a distant one of the same chapter."""
    sections: dict[str, str] = {}
    for chunk in _chunks(book):
        number = re.match(r"\d+(?:\.\d+)+", chunk.heading)
        if number and chunk.type == "text":
            sections[number.group()] = f"{sections.get(number.group(), '')} {chunk.text}"[:_LONGEST].strip()
    order = list(sections)
    made = []
    for path in sorted(REVIEW.glob("*.md")):
        blocks = re.findall(r"\*\*[\d.]+\*\* [^\n]*\n(.*?)<!-- section: ([\d.]+) -->", path.read_text(encoding="utf-8"), re.S)
        for answer, section in blocks:
            if section not in sections:
                continue
            far = [
                other
                for other in order
                if other.split(".")[0] == section.split(".")[0] and abs(order.index(other) - order.index(section)) >= 3
            ]
            for line in split_sentences(re.sub(r"[*`]", "", answer)):
                sentence = line.lstrip("- ").strip()
                if len(sentence.split()) < 5 or "|" in sentence:
                    continue
                made.append(Example("review answer", sentence, (sections[section],), True, section))
                made += _changed(rng, sentence, sections[section], "changed review answer", section, 1)
                if far:
                    made.append(Example("other section", sentence, (sections[rng.choice(far)],), False, section))
    return made


def _books(rng: random.Random, home: Path) -> list[Example]:
    """Sentences of the books as they stand, cut short, and with one thing changed."""
    made = []
    for name in ("watt", "sample"):
        if not (home / name).exists():
            continue
        chunks = [chunk for chunk in _chunks(find_book(name, home)) if chunk.type == "text" and len(chunk.sentences) >= 3]
        for chunk in rng.sample(chunks, min(_BOOK_CHUNKS, len(chunks))):
            sentences = [chunk.sentence(i) for i in range(len(chunk.sentences))]
            whole = [s for s in sentences if 6 <= len(s.split()) <= 40 and s[0].isupper() and s.rstrip()[-1] in ".;"]
            if whole:
                made += _kept(rng, rng.choice(whole), chunk.text, chunk.id)
                made += _changed(rng, rng.choice(whole), chunk.text, "changed copy", chunk.id, 2)
                made += _spliced(rng, whole, chunk)
            made += _reordered(sentences, chunk)
    return made


def _kept(rng: random.Random, sentence: str, passage: str, group: str) -> list[Example]:
    made = [Example("copy", sentence, (passage,), True, group)]
    short = shortened(sentence)
    return made if short == sentence else [*made, Example("shortened copy", short, (passage,), True, group)]


def _changed(rng: random.Random, sentence: str, passage: str, kind: str, group: str, most: int) -> list[Example]:
    made: list[Example] = []
    for what in rng.sample(list(_CHANGES), len(_CHANGES)):
        changed = change(sentence, passage, what, rng)
        if changed is not None and len(made) < most:
            made.append(Example(f"{kind}: {what}", changed, (passage,), False, group))
    return made


_CLAUSE = r"if|when|because|since|although|unless|after|before|while|where"
_TRAILING = re.compile(rf"^([A-Z][^,;:()]{{20,}}?),? ({_CLAUSE}) ([^,;:()]{{10,}})\.$")
_LEADING = re.compile(rf"^({_CLAUSE}) ([^,;:()]{{10,}}), ([^;:()]{{20,}})\.$", re.IGNORECASE)


def _reordered(sentences: Sequence[str], chunk: Chunk) -> list[Example]:
    """Sentences whose clauses change places and that say the same: "A if B." and "If B, A."."""
    made = []
    for sentence in sentences:
        trailing, leading = _TRAILING.match(sentence), _LEADING.match(sentence)
        if trailing:
            main, word, clause = trailing.groups()
            changed = f"{word.capitalize()} {clause}, {main[0].lower()}{main[1:]}."
        elif leading:
            word, clause, main = leading.groups()
            changed = f"{main[0].upper()}{main[1:]} {word.lower()} {clause}."
        else:
            continue
        made.append(Example("reordered copy", changed, (chunk.text,), True, chunk.id))
    return made


_VERB = re.compile(r"\b(?:is|are|can|may|must|has|have|should|will|contains?|requires?|means|refers to)\b")
_GLUE = ("is a type of", "is used to create", "is a set of", "is based on", "is a part of", "is designed to support")


def _spliced(rng: random.Random, sentences: Sequence[str], chunk: Chunk) -> list[Example]:
    """What small models like to do: one sentence's subject with another's predicate, or two of its terms with common glue."""
    made = []
    halves = [
        (sentence[: verb.start()].strip(), sentence[verb.start() :])
        for sentence in sentences
        if (verb := _VERB.search(sentence))
    ]
    halves = [(subject, rest) for subject, rest in halves if 1 <= len(subject.split()) <= 8 and len(rest.split()) >= 4]
    if len(halves) >= 2:
        (subject, _), (_, rest) = rng.sample(halves, 2)
        made.append(Example("spliced", f"{subject} {rest}", (chunk.text,), False, chunk.id))
    terms = list(dict.fromkeys(word.text for word in words_of(chunk.text) if word.is_content and len(word.text) > 4))
    if len(terms) >= 6:
        one, two, three = (term.lower() for term in rng.sample(terms, 3))
        sentence = f"A {one} {rng.choice(_GLUE)} {two} that {rng.choice(_GLUE)} {three}."
        made.append(Example("spliced", sentence, (chunk.text,), False, chunk.id))
    return made


def shortened(sentence: str) -> str:
    """A sentence without what stands in brackets, without an opening connective, and without its last clause; still true."""
    short = re.sub(r"\s*\([^)]*\)", "", sentence)
    short = re.sub(r"^(?:However|Therefore|Thus|For example|In other words|Moreover|So|But|And|Also|First|Then), ?", "", short)
    parts = re.split(r"; |, which |, where |, because |, since |, so that |, such as |, and ", short)
    if len(parts) > 1 and len(parts[0].split()) >= 6:
        short = parts[0].rstrip(".,;") + "."
    return short[:1].upper() + short[1:]


def change(sentence: str, passage: str, what: str, rng: random.Random) -> str | None:
    """The sentence with one thing changed so that it says something else, or None where it has no such thing."""
    changed = _CHANGES[what](sentence, words_of(sentence), words_of(passage), rng)
    return changed if changed != sentence else None


def _put(sentence: str, word: Word, new: str) -> str:
    new = new.capitalize() if word.text[0].isupper() and not word.is_name else new
    return sentence[: word.span[0]] + new + sentence[word.span[1] :]


def _change_number(sentence: str, words: Sequence[Word], _: Sequence[Word], rng: random.Random) -> str | None:
    numbers = [word for word in words if word.is_sure_number]
    if not numbers:
        return None
    word = rng.choice(numbers)
    if word.lower.isdigit():
        return _put(sentence, word, str(int(word.lower) + rng.choice([1, 2, 10])))
    return _put(sentence, word, rng.choice([item for item in ("two", "three", "four", "five", "seven") if item != word.lower]))


def _change_negation(sentence: str, words: Sequence[Word], _: Sequence[Word], rng: random.Random) -> str | None:
    for word in words:
        if word.lower in ("not", "never"):
            return sentence[: word.span[0]].rstrip() + sentence[word.span[1] :]
    verbs = [
        word for word in words if word.lower in ("is", "are", "can", "may", "must", "was", "were", "will", "should", "could")
    ]
    return _put(sentence, verbs[0], f"{verbs[0].text} not") if verbs else None


def _change_opposite(sentence: str, words: Sequence[Word], _: Sequence[Word], rng: random.Random) -> str | None:
    known = [word for word in words if word.lower in OPPOSITES]
    if not known:
        return None
    word = rng.choice(known)
    return _put(sentence, word, rng.choice(sorted(OPPOSITES[word.lower])))


_OTHER_QUANTIFIER = {
    "all": "some", "every": "no", "each": "no", "always": "never", "some": "all", "many": "few", "any": "no", "several": "all",
    "most": "few", "never": "always", "no": "every", "often": "never", "usually": "never", "sometimes": "always",
}  # fmt: skip


def _change_quantifier(sentence: str, words: Sequence[Word], _: Sequence[Word], rng: random.Random) -> str | None:
    known = [word for word in words if word.lower in _OTHER_QUANTIFIER]
    if not known:
        return None
    word = rng.choice(known)
    return _put(sentence, word, _OTHER_QUANTIFIER[word.lower])


_BETWEEN = frozenset(
    {"is", "are", "of", "by", "to", "has", "have", "in", "from", "for", "can", "may", "must", "before", "after", "than"}
)


def _change_roles(sentence: str, words: Sequence[Word], _: Sequence[Word], rng: random.Random) -> str | None:
    """Two content words change places, over a word that relates them and none that only joins them."""
    places = [i for i, word in enumerate(words) if word.is_content and len(word.lower) > 3 and word.number is None]
    swaps = [
        (i, j)
        for i in places
        for j in places
        if j - i >= 3 and words[i].stem != words[j].stem
        and not _BETWEEN.isdisjoint(word.lower for word in words[i + 1 : j])
        and {"and", "or", "between"}.isdisjoint(word.lower for word in words[i + 1 : j])
    ]  # fmt: skip
    if not swaps:
        return None
    i, j = rng.choice(swaps)
    return _put(_put(sentence, words[j], words[i].text), words[i], words[j].text)


def _change_name(sentence: str, words: Sequence[Word], others: Sequence[Word], rng: random.Random) -> str | None:
    """A content word gives way to another of the passage with the same ending."""
    own = [word for word in words if word.is_content and len(word.lower) > 3 and word.number is None]
    if not own:
        return None
    word = rng.choice(own)
    fitting = [
        other.text
        for other in others
        if other.is_content and len(other.lower) > 3 and other.number is None
        and other.stem != word.stem and other.lower[-1] == word.lower[-1] and other.is_name == word.is_name
    ]  # fmt: skip
    return _put(sentence, word, rng.choice(fitting)) if fitting else None


_CHANGES = {
    "number": _change_number,
    "negation": _change_negation,
    "opposite": _change_opposite,
    "quantifier": _change_quantifier,
    "roles": _change_roles,
    "name": _change_name,
}
