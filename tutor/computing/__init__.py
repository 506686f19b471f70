"""Answers that are computed, not worded: dependencies, keys, normal forms, schedules, mappings, and queries on a book's
tables.

Pure Python, no model. Every result carries its steps, each with the rule it used. Command: `python -m tutor.compute`.

    notation, tokens      schemas and dependencies as text                 schemas, steps     what they become
    closures, covers, keys, normal_forms, decompositions, projections, chase, preservation, multivalued
    serializability, er_mapping, tables, sql, algebra                      exercises, grading     practice
    graph_drawing, er_drawing    SVG                                       questions              plain words → a
    computation, or none
"""
