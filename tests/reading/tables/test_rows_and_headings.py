"""Where rows end whose label is printed once, headings over groups of narrow columns, and rows at a table's edges."""

import pytest

HEADER = ["Town", "Used", "Code"]
GROUPED = [
    ["Oslo", "yes", "A17"],
    ["", "no", "B20"],
    ["", "yes", "C33"],
    ["Bergen", "no", "A52"],
    ["Graz", "yes", "D18"],
    ["", "no", "E74"],
]


def rule(brush, xs, *heights):
    for y in heights:
        brush.line(xs[0], y, xs[-1], y)


def test_rows_whose_label_is_printed_once(brush, find):
    xs = [100.0, 160.0, 200.0, 240.0]
    edges = brush.rows(xs, 200, [HEADER, *GROUPED])
    rule(brush, xs, edges[0], edges[1], edges[-1])
    assert [table.grid for table in find(brush)] == [[HEADER, *GROUPED]]


def test_a_type_that_is_wrapped_with_its_description_stays_in_its_row(brush, find):
    xs = [100.0, 160.0, 215.0, 330.0]
    rows = [
        ["width", "unsigned\ninteger", "Number of bits that one\nunit of the disk holds"],
        ["name", "text", "As it is printed"],
        ["size", "integer", "Number of units"],
        ["kind", "text", "What is stored"],
    ]
    edges = brush.rows(xs, 200, [["Field", "Type", "Meaning"], *rows], pitch=12)
    rule(brush, xs, edges[0], edges[1], edges[-1])
    (table,) = find(brush)
    assert table.grid[1] == ["width", "unsigned integer", "Number of bits that one unit of the disk holds"]
    assert len(table.grid) == 5


def test_a_label_without_value_is_a_row(brush, find):
    xs = [100.0, 160.0, 210.0]
    rows = [["Graz", "68%"], ["Athens", "45%"], ["Patras", ""], ["Sevilla", "85%"], ["Porto", "11%"]]
    brush.text(100, 190, "Table 3. Shares", "tiro", 9)
    brush.rows(xs, 200, [["Town", "Share"]], font="hebo", align="lr")
    brush.rows(xs, 214, rows, align="lr")
    assert [table.grid for table in find(brush)] == [[["Town", "Share"], *rows]]


TOP = ["", "First half", "First half", "After", "After"]
LOWER = ["Town", "Used", "Kept", "Age", "Code"]
XS = [100.0, 160.0, 193.0, 226.0, 262.0, 300.0]
BODY = [
    ["Oslo", "yes", "yes", "17", "A17"],
    ["Bergen", "no", "yes", "390", "B20"],
    ["Graz", "yes", "no", "4", "C33"],
    ["Turin", "no", "no", "61", "A52"],
]


@pytest.mark.parametrize("under", [False, True], ids=["no rule below them", "one long rule below them"])
def test_headings_over_groups_of_narrow_columns(brush, find, under):
    for name, low, high in (("First half", XS[1], 217.0), ("After", XS[3], XS[5] - 10)):
        brush.text((low + high) / 2 + 4, 210, name, "hebo", 9, align="centre")
    lower = brush.rows(XS, 214, [LOWER], font="hebo")
    edges = brush.rows(XS, lower[-1], BODY)
    rule(brush, XS, 200, edges[0], edges[-1])
    if under:
        brush.line(XS[1], 214, XS[5], 214)
    (table,) = find(brush)
    assert table.grid == [TOP, LOWER, *BODY]
    assert table.header_rows == 2


def test_a_caption_close_above_the_header_is_no_header(brush, find):
    xs = [100.0, 190.0, 260.0]
    brush.text(100, 198, "Table 2.1: Data", "tiro", 8)
    brush.text(194, 198, "modelling of prices", "tiro", 8)
    edges = brush.rows(xs, 200, [["Item", "Budget"]], font="hebo", size=8)
    brush.rows(xs, edges[-1], [["fixed region", "2,974"], ["open project", "8,891"], ["idle protein", "1,505"]], size=8)
    rule(brush, xs, edges[1])
    (table,) = find(brush)
    assert table.grid[0] == ["Item", "Budget"]


def test_rules_around_columns_that_some_rows_fill(brush, find):
    rows = [["Item", "Object"], ["fixed region", "Protein"], ["monthly station", "Branch"], ["total policy", "Room"]]
    rows += [["idle teacher", "Region"], ["monthly building", "Journal"]]
    xs = [100.0, 176.9, 240.0]  # the longest label ends closer to the next column than words in running text are apart
    edges = brush.rows(xs, 200, rows, size=10)
    rule(brush, xs, edges[0], edges[1], edges[-1])
    assert [table.grid for table in find(brush)] == [rows]


LONG = [
    ["Oslo", "Only with a license of the\nvendor of the machine.", "Room"],
    ["Graz", "May be given several times; the\nlast one counts.", "Enzyme"],
    ["Lisbon", "Stores the rows in the order of\ntheir keys.", "Order"],
    ["Bergen", "Counts each customer once;\nall of the above.", "Claim"],
]


def test_stripes_with_long_text_need_no_caption(brush, find):
    xs = [100.0, 160.0, 310.0, 370.0]
    rows = [["Town", "Explanation", "Entity"], *LONG]
    edges = [200.0, 214.0, 242.0, 270.0, 298.0, 326.0]
    for top, bottom in ((214.0, 242.0), (270.0, 298.0)):
        brush.fill((xs[0], top, xs[-1], bottom))
    assert brush.rows(xs, 200, rows) == edges
    brush.prose(70, 350)
    expected = [[cell.replace("\n", " ") for cell in row] for row in rows]
    assert [table.grid for table in find(brush)] == [expected]


def test_formulas_below_each_other_are_no_table(brush, find):
    brush.prose(70, 100)
    formulas = [("f(x)", "2n / n", "(1)"), ("R S", "a + b", "(2)"), ("n(n + 1)", "2n / m", "(3)"), ("g(n)", "x - 3y", "(4)")]
    for number, (left, right, label) in enumerate(formulas):
        y = 200 + 16 * number
        brush.text(250, y, left, "tiit", align="right")
        brush.text(256, y, "=", "tiro")
        brush.text(270, y, right, "tiit")
        brush.text(500, y, label, "tiro")
    assert find(brush) == []


def test_authors_side_by_side_are_no_table(brush, find):
    for column, name in enumerate(("Madrid Budget", "Vienna Budget", "Turin Enzyme")):
        for row, text in enumerate((name, f"University of {name[:6]}", "Porto", "someone@uni.edu")):
            brush.text(110 + 150 * column, 130 + 13 * row, text, "tiro")
    brush.prose(70, 220)
    assert find(brush) == []
