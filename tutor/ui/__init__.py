"""The Gradio chat: layout and wiring only. What is shown comes from `tutor.tutor`; started by `python app.py`."""
