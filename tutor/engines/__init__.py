"""Engines: the language models that word answers. Quote mode has none: there the book words them.

`base.py` has the protocol, `fake.py` a scripted engine for tests, `transformers.py` any causal model of transformers with an
adapter, `server.py` any OpenAI-compatible server, `load.py` the choice among them by name.
"""
