"""Typesetting of the sample course: Markdown source and JSON drawings in, PDF out."""
