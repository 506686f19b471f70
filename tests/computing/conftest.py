"""Books for the plain-word questions: the sample course as it is built, and Watt's book where the maintainers' material
is.
"""

from pathlib import Path

import pytest

from indexing.reading.reader import read_book

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sample_records():
    return read_book(ROOT / "data" / "sample" / "book.pdf").records


@pytest.fixture(scope="session")
def watt_records():
    path = ROOT.parent / "shared" / "data" / "books" / "watt-database-design.pdf"
    if not path.is_file():
        pytest.skip("needs the maintainers' material in ../shared, which is not part of the project")
    return read_book(path).records
