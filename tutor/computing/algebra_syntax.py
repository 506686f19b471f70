"""Relational algebra as text: its parser (the tree is in `algebra_tree`).

    σ Salary > 50000 (EMPLOYEE)            σ_{Salary > 50000}(EMPLOYEE)          select Salary > 50000 from EMPLOYEE
    π Lname, Fname (EMPLOYEE)              π[Lname, Fname](EMPLOYEE)             project Lname, Fname from EMPLOYEE
    ρ E(Id, Name) (EMPLOYEE)               ρ_{E}(EMPLOYEE)                       rename EMPLOYEE as E
    R ⋈ S   R * S   R natural join S       R ⋈ R.A = S.B S                       R join S on R.A = S.B
    R ∪ S   R ∩ S   R − S   R × S   R ÷ S  union, intersection, minus, times, divided by
    T ← σ A = 1 (R); π B (T)               steps with names, one after the other

∪ ∩ − bind less than × ⋈ ÷; all of them group to the left. Conditions use = ≠ < ≤ > ≥, "is null", and, or, not, numbers
and quoted text.
"""

import re
from typing import NamedTuple

from indexing.errors import UsageError
from tutor.computing.algebra_tree import Comparison, Condition, Logical, Node, Operand

MAX_TOKENS = 2000
MAX_DEPTH = 60


class Token(NamedTuple):
    """kind: name, number, text, or the sign itself."""

    kind: str
    text: str
    start: int


_TOKEN = re.compile(
    r"""(?P<text>'[^']*'|"[^"]*"|‘[^’]*’|“[^”]*”|’[^’]*’)|(?P<number>[-−]?\d+(?:\.\d+)?(?![\w.]))
    |(?P<greek>[σπρ])|(?P<name>[^\W\d_]\w*(?:\.[^\W\d_]\w*)?)|(?P<assign>←|<-|:=)|(?P<compare><=|>=|<>|!=|[=≠<≤>≥])
    |(?P<sign>[⋈⨝∪∩−×÷∧∨¬(){}\[\],;*/_\n-])|(?P<space>[^\S\n]+)""",
    re.VERBOSE,
)
_WORDS = {
    "select": "σ", "selection": "σ", "sigma": "σ", "project": "π", "projection": "π", "pi": "π", "rename": "ρ", "rho": "ρ",
    "union": "∪", "intersect": "∩", "intersection": "∩", "minus": "−", "except": "−", "difference": "−", "times": "×",
    "cross": "×", "x": "×", "join": "⋈", "natural": "natural", "divide": "÷", "divided": "÷", "division": "÷",
    "and": "and", "or": "or", "not": "not", "from": "from", "of": "from", "over": "from", "on": "on", "by": "by", "as": "as",
    "is": "is", "null": "null", "where": "where",
}  # fmt: skip
_SIGNS = {"⨝": "⋈", "*": "⋈", "/": "÷", "-": "−", "∧": "and", "∨": "or", "¬": "not", "\n": ";"}
_INFIX = {"∪", "∩", "−", "×", "⋈", "÷", "natural", "and", "or", "on", "compare", "assign", "from"}
_COMPARISONS = {"<=": "≤", ">=": "≥", "<>": "≠", "!=": "≠"}
_OPEN = {"{": "}", "[": "]"}


def tokenize(text: str) -> list[Token]:
    """Tokens with operators in one spelling each. UsageError names the character that is none."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UsageError(f"character {position + 1}, {text[position]!r}: not part of relational algebra")
        kind, found = match.lastgroup or "", match[0]
        if kind == "name":
            word = _WORDS.get(found.casefold(), "name")
            # x is an attribute's name too; between two relations it is the product
            if found.casefold() == "x" and not (tokens and tokens[-1].kind in ("name", ")")):
                word = "name"
            tokens.append(Token(word, found, position))
        elif kind in ("sign", "greek"):
            tokens.append(Token(_SIGNS.get(found, found), found, position))
        elif kind == "compare":
            tokens.append(Token("compare", _COMPARISONS.get(found, found), position))
        elif kind != "space":
            tokens.append(Token(kind, found, position))
        position = match.end()
    if len(tokens) > MAX_TOKENS:
        raise UsageError(f"the expression has more than {MAX_TOKENS} symbols; split it into steps")
    return _without_line_breaks(tokens)


def _without_line_breaks(tokens: list[Token]) -> list[Token]:
    """Line breaks end a statement only outside brackets, and not beside an operator."""
    kept: list[Token] = []
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.kind in ("(", "[", "{")) - (token.kind in (")", "]", "}"))
        if token.text == "\n":
            following = next((later.kind for later in tokens[index + 1 :] if later.text != "\n"), "end")
            ends = bool(kept) and kept[-1].kind in ("name", "number", "text", ")", "]", "}")
            if depth or not ends or following in _INFIX:
                continue
        kept.append(token)
    return kept


def parse_algebra(text: str) -> list[Node]:
    """The statements of a program: the last one is its result. UsageError names the place that is wrong."""
    parser = _Parser(tokenize(text))
    statements = parser.program()
    if not statements:
        raise UsageError("the expression is empty; write one like π Lname (σ Dno = 5 (EMPLOYEE))")
    return statements


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def peek(self, ahead: int = 0) -> Token:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else Token("end", "the end", -1)

    def take(self, *kinds: str) -> Token | None:
        if self.peek().kind in kinds:
            self.position += 1
            return self.tokens[self.position - 1]
        return None

    def need(self, kind: str, what: str) -> Token:
        token = self.take(kind)
        if token is None:
            self.fail(what)
        assert token is not None
        return token

    def fail(self, what: str) -> None:
        token = self.peek()
        place = "at the end" if token.kind == "end" else f"character {token.start + 1}, {token.text!r}"
        raise UsageError(f"{place}: {what} expected")

    def program(self) -> list[Node]:
        statements: list[Node] = []
        while True:
            while self.take(";"):
                pass
            if self.peek().kind == "end":
                return statements
            statements.append(self.statement())
            if self.peek().kind not in (";", "end"):
                self.fail("an operator, ; or the end")

    def statement(self) -> Node:
        start = self.position
        name = self.take("name")
        if name:
            names = self.name_list() if self.peek().kind == "(" and self.list_then("assign") else ()
            if self.take("assign"):
                return Node("←", (self.expression(),), name.text, names)
        self.position = start
        return self.expression()

    def list_then(self, kind: str) -> bool:
        """Whether a bracketed list of names stands here, and then a token of `kind`."""
        ahead = 1
        while self.peek(ahead).kind in ("name", ","):
            ahead += 1
        return self.peek(ahead).kind == ")" and self.peek(ahead + 1).kind == kind

    def name_list(self) -> tuple[str, ...]:
        self.need("(", "(")
        names = self.names()
        self.need(")", ")")
        return names

    def names(self) -> tuple[str, ...]:
        found = [self.need("name", "an attribute name").text]
        while self.take(","):
            found.append(self.need("name", "an attribute name").text)
        return tuple(found)

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UsageError(f"the expression is nested deeper than {MAX_DEPTH}; split it into steps with ←")
        left = self.product()
        while token := self.take("∪", "∩", "−"):
            left = Node(token.kind, (left, self.product()))
        self.depth -= 1
        return left

    def product(self) -> Node:
        left = self.factor()
        while token := self.take("×", "⋈", "÷", "natural"):
            op = "⋈" if token.kind == "natural" else token.kind
            if token.kind == "natural":
                self.need("⋈", "join")
            self.take({"×": "⋈", "÷": "by"}.get(op, ""))  # "cross join", "divided by"
            condition = self.bracketed_condition() if token.kind == "⋈" else None
            right = self.factor()
            if token.kind == "⋈" and condition is None and self.take("on", "where"):
                condition = self.condition()
            left = Node(op, (left, right), condition=condition)
        return left

    def factor(self) -> Node:
        if self.take("("):
            inner = self.expression()
            self.need(")", ")")
            return inner
        if self.take("σ"):
            condition = self.bracketed_condition()
            if condition is None:
                self.fail("a condition after σ")
            return Node("σ", (self.operand(),), condition=condition)
        if self.take("π"):
            close = self.open_bracket()
            names = self.names()
            self.close_bracket(close)
            return Node("π", (self.operand(),), names=names)
        if self.take("ρ"):
            return self.renaming()
        return Node("relation", name=self.need("name", "a relation, an operator or (").text)

    def operand(self) -> Node:
        self.take("from")
        return self.factor()

    def renaming(self) -> Node:
        if self.peek().kind == "name" and self.peek(1).kind == "as":
            inner = self.factor()
            self.take("as")
            return Node("ρ", (inner,), self.need("name", "the new name").text)
        close = self.open_bracket()
        name = self.take("name")
        names: tuple[str, ...] = ()
        if self.peek().kind == "(" and (close or not name or self.list_then("(") or self.list_then("from")):
            names = self.name_list()
        if not name and not names:
            self.fail("a new name after ρ")
        self.close_bracket(close)
        return Node("ρ", (self.operand(),), name.text if name else "", names)

    def open_bracket(self) -> str:
        """Skip `_{`, `{` or `[` of a subscript; the sign that must close it, or an empty string."""
        self.take("_")
        token = self.take("{", "[")
        return _OPEN[token.text] if token else ""

    def close_bracket(self, close: str) -> None:
        if close:
            self.need(close, close)

    def bracketed_condition(self) -> Condition | None:
        """A condition, in a subscript's brackets or bare; None when none stands here."""
        close = self.open_bracket()
        ahead = 0
        while self.peek(ahead).kind in ("(", "not"):
            ahead += 1
        starts = self.peek(ahead).kind in ("name", "number", "text") and self.peek(ahead + 1).kind in ("compare", "is")
        if not starts:
            if close:
                self.fail("a condition like A = 1")
            return None
        condition = self.condition()
        self.close_bracket(close)
        return condition

    def condition(self) -> Condition:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UsageError(f"the condition is nested deeper than {MAX_DEPTH}")
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Logical("or", tuple(parts))

    def conjunction(self) -> Condition:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Logical("and", tuple(parts))

    def negation(self) -> Condition:
        if self.take("not"):
            return Logical("not", (self.negation(),))
        if self.take("("):
            inner = self.condition()
            self.need(")", ")")
            return inner
        left = self.value()
        if self.take("is"):
            negated = self.take("not")
            self.need("null", "null")
            return Comparison(left, "is not null" if negated else "is null")
        op = self.need("compare", "one of = ≠ < ≤ > ≥").text
        return Comparison(left, op, self.value())

    def value(self) -> Operand:
        if token := self.take("name"):
            return Operand(attribute=token.text)
        if token := self.take("text"):
            return Operand(value=token.text[1:-1])
        if token := self.take("number"):
            text = token.text.replace("−", "-")
            return Operand(value=float(text) if "." in text else int(text))
        self.fail("an attribute, a number or a quoted text")
        raise AssertionError("unreachable")
