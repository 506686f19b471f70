"""Tables whose columns stand a word space apart, headers that fill their columns, bold rows, and titles right below a table."""

import pytest

from .conftest import Brush

STAFF = [["Food", "Brand", "Total"], ["Pasta", "Brand1", "100"], ["Pasta", "Brand2", "250"], ["Pizza", "Brand2", "300"]]


def tight(brush: Brush, xs: list[float], rows: list[list[str]], y: float = 200, bold: tuple[int, ...] = (0,)) -> float:
    """Rows of entries that begin at `xs`, a bold header above them; gives the baseline below them."""
    for number, row in enumerate(rows):
        for x, cell in zip(xs, row, strict=True):
            brush.text(x, y + 15 * number, cell, "hebo" if number in bold else "helv", 10)
    return y + 15 * len(rows)


def test_columns_a_word_space_apart(brush, find):
    brush.prose(70, 90)
    tight(brush, [70, 101, 138], STAFF)
    brush.prose(70, 300)
    assert [(table.grid, table.header_rows) for table in find(brush)] == [(STAFF, 1)]


def test_a_title_right_below_is_no_row(brush, find):
    y = tight(brush, [70, 101, 138], STAFF)
    brush.text(70, y, "With roll up", "hebo", 10)
    assert [table.grid for table in find(brush)] == [STAFF]


def test_bold_rows_of_numbers_are_rows(brush, find):
    rows = [["Id", "Name", "Salary"], ["1", "James", "1000"], ["2", "John", "400"], ["3", "Mary", "600"], ["4", "Ann", "500"]]
    tight(brush, [70, 120, 190], rows, bold=(0, 1, 2))
    assert [(table.grid, table.header_rows) for table in find(brush)] == [(rows, 1)]


def test_a_header_of_several_words_that_fills_its_column(brush, find):
    rows = [["First Name", "Middle Name", "Last Name"], ["James", "John", "Smith"], ["John", "James", "Johnson"]]
    rows.append(["Michael", "Marcus", "Williams"])
    tight(brush, [70, 126, 191], rows)
    assert [table.grid for table in find(brush)] == [rows]


def test_a_date_and_its_time_below_one_header_are_one_entry(brush, find):
    rows = [["No", "Start", "Value"], *([str(n), f"2005-07-0{n} 00.00.00", str(280 + n)] for n in range(1, 7))]
    tight(brush, [70, 120, 260], rows)
    assert [table.grid for table in find(brush)] == [rows]


def test_columns_of_numbers_flush_at_right_beside_a_tight_one(brush, find):
    rows = [
        ["Key", "Sales", "Lead value", "Lag"],
        ["274", "559.56", "3763.17", "0.00"],
        ["275", "3763.17", "4251.36", "559.56"],
    ]
    rows += [["276", "4251.36", "3189.41", "3763.17"], ["277", "3189.41", "1453.71", "4251.36"]]
    for number, row in enumerate(rows):
        for x, cell in zip((90, 160, 216, 290), row, strict=True):
            brush.text(x, 200 + 15 * number, cell, "helv" if number else "hebo", 10, align="right")
    assert [table.grid for table in find(brush)] == [rows]


@pytest.mark.parametrize("lines", [2, 3, 4])
def test_a_bold_title_above_text_is_no_header(brush, find, lines):
    brush.text(70, 200, "Keys of a relation", "hebo", 10)
    brush.prose(70, 213, lines, "helv")
    assert find(brush) == []


def test_programs_on_painted_grounds_are_no_rows(brush, find):
    for top, bottom in ((100, 230), (290, 400)):
        brush.fill((70, top, 520, bottom), (0.96, 0.96, 0.96))
        for number in range(7):
            brush.text(74, top + 14 + 14 * number, f"INSERT INTO a{number}   VALUES (1)", "cour", 9)
    brush.text(70, 250, "Inner Join", "hebo", 10)
    brush.text(70, 268, "Combines the rows that match.", "helv", 10)
    assert find(brush) == []


def test_text_with_something_beside_a_few_lines_is_no_table(brush, find):
    brush.text(70, 150, "asn1_read_tag", "hebo", 11)
    brush.text(70, 166, "int", "cour", 10)
    brush.text(100, 166, "asn1_read_tag (node root, char name, int tag)", "tiit", 10)
    brush.text(470, 166, "[Function]", "tiro", 10)
    for number, text in enumerate(("root: pointer to a structure", "name: the name of the element", "tag: holds the tag")):
        brush.text(100, 182 + 16 * number, text, "tiro", 10)
    brush.text(100, 232, "Returns the tag and the class of one element.", "tiro", 10)
    brush.text(470, 232, "CLASS can", "tiro", 10)
    assert find(brush) == []
