"""Tables with few rulings or none: rules above and below, stripes, coloured cells, words in columns."""

from itertools import pairwise

import pymupdf
import pytest

HEADER = ["Country", "Price", "Share", "Note"]
BODY = [
    ["Austria", "12.5", "59%", "first"],
    ["Belgium", "7.25", "60%", "second year"],
    ["Denmark", "110.0", "4%", "third"],
    ["Finland", "89.9", "94%", "provisional"],
    ["United Kingdom", "5.0", "48%", "fifth"],
]
XS = [100.0, 190.0, 250.0, 310.0, 400.0]
ALIGN = "lrrl"


def draw(brush, header="hebo"):
    """The header and the body, and the edges of all rows."""
    first = brush.rows(XS, 200, [HEADER], font=header, align=ALIGN)
    return first[:-1] + brush.rows(XS, first[-1], BODY, align=ALIGN)


def rule(brush, y):
    brush.line(XS[0], y, XS[-1], y)


@pytest.mark.parametrize("places", [(0, 1, -1), (0, 1), (1, -1), (1,), range(7), ()], ids=str)
def test_rules(brush, find, places):
    brush.prose(70, 90)
    edges = draw(brush)
    for place in places:
        rule(brush, edges[place])
    brush.prose(70, 320)
    (table,) = find(brush)
    assert table.grid == [HEADER, *BODY]
    assert table.header_rows == 1


def test_a_title_over_all_columns_above_the_header(brush, find):
    brush.text((XS[0] + XS[-1]) / 2, 195, "Prices in Europe", "helv", 9, align="centre")
    edges = draw(brush)
    for y in (183, edges[0], edges[1], edges[-1]):
        rule(brush, y)
    (table,) = find(brush)
    assert table.grid == [["Prices in Europe"] * 4, HEADER, *BODY]
    assert table.header_rows == 2


def test_header_told_by_a_rule_alone(brush, find):
    edges = draw(brush, header="helv")
    for place in (0, 1, -1):
        rule(brush, edges[place])
    assert [(table.grid[0], table.header_rows) for table in find(brush)] == [(HEADER, 1)]


def test_stripes(brush, find):
    edges = [200 + 14 * number for number in range(7)]
    for number in (0, 2, 4):
        brush.fill((XS[0], edges[number], XS[-1], edges[number + 1]), (0.9, 0.9, 0.9))
    draw(brush)
    assert [table.grid for table in find(brush)] == [[HEADER, *BODY]]


def test_coloured_cells(brush, find):
    for number in range(6):
        for left, right in pairwise(XS):
            colour = (0.6, 0.7, 1.0) if number == 0 else (0.9, 0.95, 1.0)
            brush.fill((left + 0.5, 200.5 + 14 * number, right - 0.5, 213.5 + 14 * number), colour)
    draw(brush, header="helv")
    (table,) = find(brush)
    assert (table.grid, table.header_rows) == ([HEADER, *BODY], 1)


def test_rules_under_parts_of_the_header(brush, find):
    brush.text(250, 212, "Prices", "hebo", 9, align="centre")
    brush.text(355, 212, "Shares", "hebo", 9, align="centre")
    xs = [100.0, 200.0, 250.0, 300.0, 355.0, 410.0]
    rows = [["Spain", "1", "2", "3", "4"], ["Italy", "5", "6", "7", "8"], ["Malta", "9", "10", "11", "12"]]
    first = brush.rows(xs, 216, [["", "1996", "1997", "1996", "1997"]], font="hebo", align="lcccc")
    edges = brush.rows(xs, first[-1], rows, align="lcccc")
    for y in (201, first[-1], edges[-1]):
        brush.line(100, y, 410, y)
    brush.line(205, 215, 298, 215)
    brush.line(305, 215, 405, 215)
    (table,) = find(brush)
    assert table.grid[:2] == [["", "Prices", "Prices", "Shares", "Shares"], ["", "1996", "1997", "1996", "1997"]]
    assert table.grid[2:] == rows
    assert table.header_rows == 2


def test_wrapped_entries_carry_on_their_row(brush, find):
    rows = [
        ["Attribute", "Type", "Meaning"],
        ["Ssn", "integer", "the number by which the office\nknows a person all her life"],
        ["Name", "string", "as it is written in the register"],
        ["Salary", "integer", "before taxes and contributions,\nrounded to the next euro"],
    ]
    xs = [100.0, 170.0, 230.0, 400.0]
    first = brush.rows(xs, 200, rows[:1], font="hebo")
    edges = brush.rows(xs, first[-1], rows[1:])
    for y in (200, first[-1], edges[-1]):
        brush.line(100, y, 400, y)
    (table,) = find(brush)
    assert table.grid == [[cell.replace("\n", " ") for cell in row] for row in rows]


def test_database_rows_in_narrow_columns(brush, find):
    header = ["Id", "FName", "LName", "PhoneNumber", "ManagerId", "Hire_date"]
    rows = [
        ["1", "James", "Smith", "1234567890", "NULL", "01-01-2002"],
        ["2", "John", "Johnson", "2468101214", "1", "23-03-2005"],
        ["3", "Michael", "Williams", "1357911131", "1", "12-05-2009"],
        ["4", "Johnathon", "Smith", "1212121212", "2", "24-07-2016"],
    ]
    x = 40.0
    for column, title in enumerate(header):
        widths = [pymupdf.get_text_length(row[column], "helv", 9) for row in rows]
        widths.append(pymupdf.get_text_length(title, "hebo", 9))
        for number, row in enumerate([header, *rows]):
            brush.text(x, 200 + 15 * number, row[column], "hebo" if number == 0 else "helv", 9)
        x += max(widths) + 3
    brush.prose(40, 290)
    assert [table.grid for table in find(brush)] == [[header, *rows]]


def test_table_in_one_column_of_two(brush, find):
    for number in range(40):
        brush.text(50, 80 + 13 * number, "each line of this column is running text that goes"[: 40 + number % 3], "tiro", 10)
    rows = [["Year", "Exports", "Imports"], *([str(1990 + n), f"{n}.5", f"{n + 3}.1"] for n in range(6))]
    for number in range(12):
        brush.text(310, 80 + 13 * number, "and this one is running text as well, up to here"[: 40 + number % 3], "tiro", 10)
    brush.text(310, 260, "Table 2. Trade", "tibo", 9)
    first = brush.rows([310.0, 380.0, 450.0, 520.0], 266, rows[:1], font="hebo", align="lrr")
    brush.rows([310.0, 380.0, 450.0, 520.0], first[-1], rows[1:], align="lrr")
    assert [table.grid for table in find(brush)] == [rows]


def test_one_column_with_a_caption(brush, find):
    brush.text(100, 195, "Table 5.3: Employees who work on all projects.", "tiro", 9)
    edges = brush.rows([100.0, 180.0], 200, [["Essn"], ["101010101"], ["202020202"]])
    for place in (0, 1, -1):
        brush.line(100, edges[place], 180, edges[place])
    assert [table.grid for table in find(brush)] == [[["Essn"], ["101010101"], ["202020202"]]]


def test_section_rows_stay_rows(brush, find):
    rows = [["Northern", "", ""], ["Denmark", "12", "31"], ["Finland", "15", "38"], ["Southern", "", ""], ["Spain", "7", "22"]]
    xs = [100.0, 200.0, 260.0, 320.0]
    edges = brush.rows(xs, 200, [["Region", "1996", "1997"]], font="hebo", align="lrr")
    for row in rows:
        font = "helv" if row[1] else "hebo"
        edges += brush.rows(xs, edges[-1], [row], font=font, align="lrr")[1:]
    for place in (0, 1, -1):
        brush.line(100, edges[place], 320, edges[place])
    (table,) = find(brush)
    assert table.grid == [["Region", "1996", "1997"], *rows]


def test_leaders_before_numbers(brush, find):
    rows = [["Spain", "12.5", "59.1"], ["Italy", "7.25", "60.4"], ["Malta", "11.0", "4.2"], ["Cyprus", "89.9", "94.0"]]
    brush.text(250, 210, "1996", "hebo", 9, align="right")
    brush.text(320, 210, "1997", "hebo", 9, align="right")
    for number, (label, first, second) in enumerate(rows, 1):
        brush.text(100, 210 + 14 * number, label + "." * (40 - len(label)), "helv", 9)
        brush.text(250, 210 + 14 * number, first, "helv", 9, align="right")
        brush.text(320, 210 + 14 * number, second, "helv", 9, align="right")
    assert [table.grid for table in find(brush)] == [[["", "1996", "1997"], *rows]]


def test_rows_without_a_header(brush, find):
    rows = [["6", "Nyberg", "77.5"], ["7", "Haddad", "12.0"], ["8", "Menon", "9.25"], ["9", "Santos", "41.0"]]
    brush.rows([100.0, 140.0, 220.0, 280.0], 200, rows, align="llr")
    (table,) = find(brush)
    assert (table.grid, table.header_rows) == (rows, 0)
    assert table.doubt == "columns told by white alone, without rulings, header or caption"
