"""The classroom: accounts, courses, conversations, practice, and what instructors see of them; plain Python without a browser.

    settings       what a department sets                    tables, migrations, database    storage, SQLite or PostgreSQL
    accounts       sign-in, sessions, limits on guessing      courses                         join codes, roles, books, models
    conversations  questions, answers, feedback, export       asking                          one question from door to store
    decks          spaced repetition of practice              endorsements                    the instructor's own answers
    analytics      what students ask, as tables and CSV       privacy                         retention, export, delete
    uploads        a PDF's way to a built book                web                             pages and the wall before all

Gradio's layout is in `tutor.ui`; it calls this room and keeps nothing itself.
"""
