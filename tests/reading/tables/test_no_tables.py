"""What is set in columns or between rules and is no table."""

import pymupdf

PROSE = (
    "a relation of the example is small enough to be printed here as a whole",
    "so that each of the results can be checked",
)


def test_prose_between_rules(brush, find):
    brush.line(70, 60, 520, 60)
    brush.prose(70, 90, 30)
    brush.line(70, 780, 520, 780)
    assert find(brush) == []


def test_justified_prose_with_wide_spaces(brush, find):
    words = " ".join(PROSE).split()
    for number in range(24):
        chosen = words[number % 7 : number % 7 + 9]
        brush_x = 70.0
        gap = 5 + (number * 7) % 5
        for word in chosen:
            brush.text(brush_x, 90 + 13 * number, word, "tiro", 10)
            brush_x += 5.2 * len(word) + gap
    assert find(brush) == []


def test_two_columns_of_text(brush, find):
    line = "nothing else shows as quickly where an operation was taken for another"
    for number in range(45):
        brush.text(60, 80 + 13 * number, line[number % 9 : 50 + number % 5], "tiro", 10)
        brush.text(310, 80 + 13 * number, line[number % 7 : 48 + number % 6], "tiro", 10)
    assert find(brush) == []


def test_contents_page(brush, find):
    brush.text(70, 80, "Contents", "tibo", 16)
    for number in range(25):
        brush.text(70, 110 + 14 * number, f"{number // 5 + 1}.{number % 5 + 1}", "tiro", 10)
        brush.text(110, 110 + 14 * number, f"The {number + 2}th thing to know about relations", "tiro", 10)
        brush.text(520, 110 + 14 * number, str(3 + 2 * number), "tiro", 10, align="right")
    assert find(brush) == []


def test_contents_with_leaders(brush, find):
    for number in range(25):
        brush.text(70, 110 + 14 * number, f"Section {number} on keys " + ". " * (60 - number % 4), "tiro", 10)
        brush.text(520, 110 + 14 * number, str(3 + 2 * number), "tiro", 10, align="right")
    assert find(brush) == []


def test_lists(brush, find):
    for number in range(9):
        brush.text(80, 90 + 14 * number, f"{number + 1}.", "tiro", 10)
        brush.text(100, 90 + 14 * number, "Which attributes of a relation are prime?", "tiro", 10)
        brush.text(80, 290 + 14 * number, "•", "tiro", 10)
        brush.text(100, 290 + 14 * number, ["a key", "a superkey of it", "nothing"][number % 3], "tiro", 10)
    assert find(brush) == []


def test_bibliography(brush, find):
    for number in range(10):
        brush.text(70, 90 + 28 * number, f"[{number + 1}]", "tiro", 10)
        brush.text(100, 90 + 28 * number, "A. Writer and B. Reader. On the keys of relations. Journal of", "tiro", 10)
        brush.text(100, 103 + 28 * number, f"Relations {number + 3}(2), 1977.", "tiro", 10)
    assert find(brush) == []


def test_index(brush, find):
    terms = [
        "aggregate",
        "attribute",
        "bucket",
        "cardinality",
        "closure",
        "cursor",
        "degree",
        "domain",
        "entity",
        "foreign key",
    ]
    for number in range(40):
        for column in range(3):
            term = terms[(number * 3 + column) % 10]
            brush.text(60 + 170 * column, 80 + 12 * number, f"{term}, {7 + number}, {51 + number + column}", "tiro", 9)
    assert find(brush) == []


def test_listing(brush, find):
    code = [
        "CREATE TABLE EMPLOYEE (",
        "    Ssn      INTEGER      NOT NULL,",
        "    Fname    VARCHAR(15)  NOT NULL,",
        "    Lname    VARCHAR(15)  NOT NULL,",
        "    Salary   INTEGER,",
        "    Dno      INTEGER      NOT NULL);",
    ]
    for number, line in enumerate(code):
        brush.text(80, 100 + 12 * number, line, "cour", 9)
    assert find(brush) == []


def test_output_in_a_typewriter_face(brush, find):
    for number, line in enumerate([" ssn | lname ", "-----+-------", " 101 | Vogel ", " 202 | Haddad", " 303 | Nyberg"]):
        brush.text(80, 100 + 12 * number, line, "cour", 9)
    assert find(brush) == []


def test_boxed_text(brush, find):
    brush.fill((60, 80, 530, 200), (0.9, 0.95, 0.9))
    brush.grid([60, 530], [80, 105, 200])
    brush.text(250, 97, "Key Terms", "hebo", 11)
    brush.prose(75, 125, 5)
    assert find(brush) == []


def test_chart(brush, find):
    brush.grid([100, 400], [100, 300])
    for number in range(1, 6):
        brush.line(100, 100 + 33 * number, 400, 100 + 33 * number, 0.2)
        brush.line(100 + 50 * number, 100, 100 + 50 * number, 300, 0.2)
        brush.text(80, 103 + 33 * number, str(60 - 10 * number), size=8)
        brush.text(92 + 50 * number, 312, str(1990 + number), size=8)
        brush.text(82 + 50 * number, 160 + 20 * number, f"{number}.5 of all", size=8)
    assert find(brush) == []


def test_boxes_of_a_diagram(brush, find):
    for x in (100, 260, 420):
        brush.grid([x, x + 90], [200, 215, 260])
        brush.text(x + 10, 211, "ENTITY", "hebo", 9)
        for number in range(3):
            brush.text(x + 10, 226 + 12 * number, "Attribute", size=8)
    brush.line(190, 235, 260, 235)
    brush.line(350, 235, 420, 235)
    assert find(brush) == []


def test_formulas(brush, find):
    for number in range(5):
        brush.text(150, 100 + 18 * number, f"f{number}(x)", "tiit", 11)
        brush.text(200, 100 + 18 * number, "= a + b" + " + c" * number, "tiit", 11)
        brush.text(500, 100 + 18 * number, f"({number + 1})", "tiro", 11)
    assert find(brush) == []


def test_empty_page(brush, find):
    assert find(brush) == []


def test_descriptions_of_functions(brush, find):
    brush.text(90, 100, "read_tag", "hebo", 11)
    brush.text(130, 118, "int", "tiro", 10)
    brush.text(160, 118, "read_tag (node root, int *value)", "tiit", 10)
    brush.text(500, 118, "[Function]", "tiro", 10, align="right")
    for number, text in enumerate(("root: pointer to a structure", "value: where the tag is put", "Returns: nothing")):
        brush.text(160, 136 + 16 * number, text, "tiro", 10)
    assert find(brush) == []


def test_a_listing_between_rules_below_a_note(brush, find):
    brush.text(400, 80, "(continued from previous page)", "tiro", 8)
    for y in (86, 118):
        brush.line(70, y, 520, y)
    brush.text(76, 98, "[...]", "cour", 9)
    brush.text(76, 111, "symbol minimal-version[   id-of-dependency-template]", "cour", 9)
    assert find(brush) == []


def test_a_title_and_two_lines_of_text_with_white_below_each_other(brush, find):
    lines = [("9.3 History Expansion", 2, "tibo", 14)]
    lines += [("The History library provides a history expansion feature", 4, "tiro", 11)]
    lines += [("expansion provided by csh. This section describes the syntax", 4, "tiro", 11)]
    for y, (text, split, font, size) in zip((100, 122, 135), lines, strict=True):
        words = text.split()
        widths = [pymupdf.get_text_length(word, font, size) for word in words]
        x, space = 70.0, (225 - 70 - sum(widths[:split])) / split
        for word, width in zip(words, widths, strict=True):
            brush.text(x, y, word, font, size)
            x += width + space
    assert find(brush) == []
