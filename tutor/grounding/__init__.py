"""Grounding: does a passage support a sentence? `check.py` answers; its neighbours look at words, order and meaning."""
