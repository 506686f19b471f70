"""From chunks and question-answer pairs to a LoRA adapter, its curves and its comparison. Imports `indexing` and `tutor`."""
