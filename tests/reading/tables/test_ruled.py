"""Tables with rulings all around their cells."""

import time

from indexing.reading.pdf import Pdf

ROWS = [["Ssn", "Name", "Salary"], ["101", "Clara Vogel", "92000"], ["202", "Omar Haddad", "71000"]]
XS = [100.0, 160.0, 280.0, 340.0]


def test_cells_rows_and_boxes(brush, find):
    brush.prose(70, 80)
    edges = brush.rows(XS, 200, ROWS)
    brush.grid(XS, edges)
    (table,) = find(brush)
    assert table.grid == ROWS
    assert table.header_rows == 1
    assert table.page == 1
    assert [round(edge) for edge in table.box] == [100, 200, 340, 242]
    assert [tuple(round(edge) for edge in box) for box in table.row_boxes] == [
        (100, 200, 340, 214),
        (100, 214, 340, 228),
        (100, 228, 340, 242),
    ]


def test_rulings_drawn_as_thin_rectangles(brush, find):
    edges = brush.rows(XS, 200, ROWS)
    for y in edges:
        brush.fill((XS[0], y - 0.3, XS[-1], y + 0.3), (0, 0, 0))
    for x in XS:
        brush.fill((x - 0.3, edges[0], x + 0.3, edges[-1]), (0, 0, 0))
    assert [table.grid for table in find(brush)] == [ROWS]


def test_dashed_rulings(brush, find):
    edges = brush.rows(XS, 200, ROWS)
    for y in edges:
        for start in range(100, 340, 4):
            brush.line(start, y, start + 2.5, y)
    for x in XS:
        for start in range(int(edges[0]), int(edges[-1]), 4):
            brush.line(x, start, x, start + 2.5)
    assert [table.grid for table in find(brush)] == [ROWS]


def test_spanning_cells_are_repeated(brush, find):
    xs = [100.0, 160.0, 220.0, 280.0]
    brush.text(190, 210, "Name", size=9)
    brush.text(104, 217, "Ssn", size=9)
    edges = brush.rows(xs, 214, [["", "First", "Last"], ["101", "Clara", "Vogel"]])
    brush.line(100, 200, 280, 200)
    brush.line(160, 214, 280, 214)
    for y in edges[1:]:
        brush.line(100, y, 280, y)
    for x, top in ((100, 200), (160, 200), (220, 214), (280, 200)):
        brush.line(x, top, x, edges[-1])
    (table,) = find(brush)
    assert table.grid == [["Ssn", "Name", "Name"], ["Ssn", "First", "Last"], ["101", "Clara", "Vogel"]]
    assert table.header_rows == 2


def test_lines_of_a_cell_are_joined_and_broken_words_made_whole(brush, find):
    rows = [["Term", "Meaning"], ["key", "a set of attri-\nbutes that\nidentifies"], ["0-1", "well-\nKnown"]]
    xs = [100.0, 160.0, 260.0]
    edges = brush.rows(xs, 200, rows)
    brush.grid(xs, edges)
    (table,) = find(brush)
    assert table.grid == [["Term", "Meaning"], ["key", "a set of attributes that identifies"], ["0-1", "well- Known"]]


def test_open_sides_are_closed(brush, find):
    edges = brush.rows(XS, 200, ROWS)
    for y in edges:
        brush.line(XS[0], y, XS[-1], y)
    for x in XS[1:-1]:
        brush.line(x, edges[0], x, edges[-1])
    assert [table.grid for table in find(brush)] == [ROWS]


def test_rows_without_rulings_between_them(brush, find):
    rows = [["Country", "1996", "1997"], ["Austria", "59.1", "54.0"], ["Spain", "62.3", "60.9"], ["Italy", "12.0", "11.7"]]
    edges = brush.rows(XS, 200, rows)
    brush.grid(XS, [edges[0], edges[1], edges[-1]])
    assert [table.grid for table in find(brush)] == [rows]


def test_header_in_boxes_above_open_columns(brush, find):
    rows = [
        ["Country", "1996", "1997"],
        *([name, str(n), str(n + 7)] for n, name in enumerate(("Spain", "Italy", "Malta"), 11)),
    ]
    edges = brush.rows(XS, 200, rows, align="lrr")
    brush.grid([XS[0], XS[-1]], [edges[0], edges[1], edges[-1]])
    for x in XS[1:-1]:
        brush.line(x, edges[0], x, edges[1])
    assert [table.grid for table in find(brush)] == [rows]


def test_upright_words_in_a_header(brush, find):
    xs, ys = [100.0, 160.0, 180.0, 200.0], [200.0, 250.0, 264.0, 278.0]
    brush.text(104, 245, "Country", size=9)
    for x, text in ((173, "Exports"), (193, "Imports")):
        brush.page.insert_text((x, 246), text, fontsize=9, rotate=90)
    brush.rows(xs, 250, [["Spain", "7", "8"], ["Malta", "5", "6"]])
    brush.grid(xs, ys)
    (table,) = find(brush)
    assert table.grid == [["Country", "Exports", "Imports"], ["Spain", "7", "8"], ["Malta", "5", "6"]]


def test_two_tables_on_a_page(brush, find):
    for y in (200, 400):
        brush.grid(XS, brush.rows(XS, y, ROWS))
    assert [table.grid for table in find(brush)] == [ROWS, ROWS]


def test_nothing_in_an_avoided_box(brush, find):
    brush.grid(XS, brush.rows(XS, 200, ROWS))
    assert find(brush, avoid=[(90, 190, 350, 300)]) == []


def test_ten_thousand_tiny_drawings(brush, find, tmp_path):
    shape = brush.page.new_shape()
    for number in range(10_000):
        x, y = 50 + (number % 100) * 5, 300 + (number // 100) * 5
        shape.draw_line((x, y), (x + 3, y + (number % 3)))
    shape.finish(width=0.3)
    for number in range(5_000):
        brush_x, brush_y = 50 + (number % 100) * 5, 300 + (number // 100) * 5
        shape.draw_rect((brush_x, brush_y, brush_x + 4, brush_y + 4))
        shape.finish(width=0.2)
    shape.commit()
    brush.grid(XS, brush.rows(XS, 100, ROWS))
    path = tmp_path / "many.pdf"
    brush.document.save(path)
    from indexing.reading.tables import find_tables

    with Pdf.open(path) as pdf:
        page = pdf.page(1)
        begin = time.perf_counter()
        tables = find_tables(pdf, page)
    assert ROWS in [table.grid for table in tables]
    assert time.perf_counter() - begin < 20
