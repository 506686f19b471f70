"""Reading: from a PDF to typed records. `pdf.py` alone knows PyMuPDF; everything else works on its plain pages.

Leaves chunks, embeddings and the index to the rest of `indexing`.
"""
