"""Tables on pages that are rotated, and tables set sideways on upright pages."""

import pymupdf
import pytest

ROWS = [["Country", "Price", "Share"], ["Austria", "12.5", "59%"], ["Belgium", "7.2", "60%"], ["Denmark", "11.0", "4%"]]
XS = [100.0, 200.0, 270.0, 340.0]


def draw(brush, style):
    edges = brush.rows(XS, 200, ROWS[:1], font="hebo")
    edges += brush.rows(XS, edges[-1], ROWS[1:])[1:]
    if style == "ruled":
        brush.grid(XS, edges)
    elif style == "rules":
        for place in (0, 1, -1):
            brush.line(XS[0], edges[place], XS[-1], edges[place])


@pytest.mark.parametrize("style", ["ruled", "rules", "none"])
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_runs_sideways(brush, find, style, turn):
    draw(brush, style)
    brush.page.set_rotation(turn)
    (table,) = find(brush)
    assert table.grid == ROWS
    width, height = brush.page.rect.width, brush.page.rect.height
    assert all(0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height for box in [table.box, *table.row_boxes])


@pytest.mark.parametrize("style", ["ruled", "rules", "none"])
@pytest.mark.parametrize("turn", [90, 270])
def test_page_rotated_to_be_read_upright(brush, find, style, turn):
    draw(brush, style)
    turned = pymupdf.open()
    page = turned.new_page(width=842, height=595)
    page.show_pdf_page(page.rect, brush.document, 0, rotate=turn)
    page.set_rotation(turn)
    (table,) = find(turned)
    assert table.grid == ROWS
    assert [round(edge) for edge in table.box[:2]] == pytest.approx([100, 200], abs=5)
