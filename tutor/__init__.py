"""From a question to a grounded answer that cites the book. Command: `python -m tutor.query`. Imports `indexing` only."""
