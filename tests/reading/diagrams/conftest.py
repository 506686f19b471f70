"""Lets the tests of drawings import their painter, which draws random diagrams in the manners of many tools."""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))
