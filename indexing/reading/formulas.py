"""Displayed formulas: kept together and apart from the running text, with simple fractions written on the line.

A formula is told by mathematical fonts and signs in rows that stand away from the column's left edge. Leaves formulas inside
running text, which are rows like any others, to the paragraphs.
"""

import re
from collections.abc import Sequence

from indexing.reading.layout import Row
from indexing.reading.pieces import written

_FONTS = re.compile(r"CMMI|CMSY|CMEX|MSAM|MSBM|EUSM|RSFS|LMMath|Math|Symbol|MTMI|MTSY|txsy|txmi|pxmi", re.I)
_SIGNS = re.compile("[=<>≤≥≠≈≡±×÷∑∏∫√∂∞∈∉⊂⊆∪∩∧∨¬∀∃→←⇒⇔↔σπρ⋈Σ⟨⟩^+\u2212]")


def is_formula(row: Row) -> bool:
    """Whether a row is a displayed formula, or a line of one."""
    letters = sum(len(piece.text.replace(" ", "")) for piece in row.pieces)
    set_in_math = sum(len(piece.text.replace(" ", "")) for piece in row.pieces if _FONTS.search(piece.font))
    apart = row.x0 > row.column[0] + 1.5 * row.size
    return apart and letters > 0 and set_in_math >= 0.25 * letters and (bool(_SIGNS.search(row.text)) or set_in_math == letters)


def is_part(row: Row, above: Row) -> bool:
    """Whether a short row under or over a formula's row (a numerator, a bound, a denominator) belongs to it."""
    near = row.page == above.page and abs(row.baseline - above.baseline) < 1.6 * max(row.size, above.size)
    return near and row.x0 > row.column[0] + 1.5 * row.size and len(row.text.split()) <= 6


def formula_text(rows: Sequence[Row]) -> str:
    """A formula on one line for each line that it is broken into; what stands over and under a bar as "a/b"."""
    lines: list[list[tuple[float, str]]] = []
    used: set[int] = set()
    for number, row in enumerate(rows):
        if number in used:
            continue
        parts = [(piece.x0, written(piece)) for piece in row.pieces]
        if number + 2 < len(rows) and _is_fraction(row, rows[number + 1], rows[number + 2]):
            over, main, under = row, rows[number + 1], rows[number + 2]
            used |= {number + 1, number + 2}
            parts = [(piece.x0, written(piece)) for piece in main.pieces]
            parts.append((over.x0, f" {_grouped(over)}/{_grouped(under)} "))
        lines.append(sorted(parts))
    return "\n".join(" ".join("".join(text for _, text in parts).split()) for parts in lines)


def _is_fraction(over: Row, main: Row, under: Row) -> bool:
    """Three rows close together, the outer two narrow and centred on one another."""
    close = under.baseline - over.baseline < 2.4 * main.size
    centred = abs((over.x0 + over.x1) - (under.x0 + under.x1)) < 8
    narrow = max(over.x1 - over.x0, under.x1 - under.x0) < main.x1 - main.x0
    return close and centred and narrow


def _grouped(row: Row) -> str:
    text = row.text.strip()
    return f"({text})" if re.search(r"\s|[+\-\u2212±]", text) else text
