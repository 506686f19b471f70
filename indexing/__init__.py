"""From a PDF to an index on disk: reading, records, chunks, embeddings, store.

Command: `python -m indexing.rebuild`. Imports nothing of `tutor` or `finetune`.
"""
