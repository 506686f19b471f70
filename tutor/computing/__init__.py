"""Answers that are computed, not worded: keys, normal forms, schedules, mappings, and queries on a book's own tables.

Pure Python, no model. Every result carries its steps, each with the rule it used. Command: `python -m tutor.compute`.

    steps, schemas                         what everything is made of
    notation, tokens                       schemas and dependencies as text
    closures, covers, keys, normal_forms, decompositions, projections, chase, preservation, multivalued
    serializability, er_diagrams, er_mapping
    tables, sql, algebra, algebra_syntax, algebra_tree
    exercises, exercise_schemas, exercise_queries, grading, grading_mapping
    svg, graph_drawing, er_drawing, drawing
    questions                              plain words → a computation, or none; its parts:
        intents, question_objects, question_words, other_questions, prose         reading the question
        book_text, book_relations, book_dependencies, book_keys, book_claims, row_keys    reading the book
        answers, results                                                          wording the answer
    compute_input, compute_output          what the command reads and prints
"""
