"""How well practice grades answers in a student's own words: fit and test on labelled answers.

    python -m benchmarks.practice          # leave-one-question-out accuracy, and the weights for tutor/practice.py

The set holds 22 review questions of the sample course with a right answer in other words, a partly right one, and one that is
on the topic and wrong, all written by hand before the grader.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from indexing.embedding import load_embedder
from indexing.settings import settings
from tutor.practice import Exercise, exercise_key, features_of

SET = Path(__file__).parent / "sets" / "practice-answers.jsonl"
LABELS = ("right", "partly", "off")


def main() -> None:
    items = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    embedder = load_embedder("minilm", settings().cache)
    rows = []
    for item in items:
        exercise = Exercise(exercise_key(item["question"]), "", item["question"], item["reference"], "")
        given, reference = embedder.encode_passages([item["given"], item["reference"]])
        rows.append(features_of(exercise, item["given"], given, reference).vector())
    data, labels = np.array(rows), np.array([LABELS.index(item["label"]) for item in items])
    groups = np.array([item["question"] for item in items])
    predicted = np.zeros_like(labels)
    chances = np.zeros((len(labels), 3))
    for group in np.unique(groups):
        rest = groups != group
        model = LogisticRegression(C=10, max_iter=5000).fit(data[rest], labels[rest])
        chances[~rest] = model.predict_proba(data[~rest])
    predicted = chances.argmax(axis=1)
    print(f"leave one question out: accuracy {np.mean(predicted == labels):.2f} of {len(labels)}")
    table = np.zeros((3, 3), int)
    for truth, guess in zip(labels, predicted, strict=True):
        table[truth, guess] += 1
    print("rows: truth, columns: verdict", *LABELS)
    for name, row in zip(LABELS, table, strict=True):
        print(f"{name:8}", *row)
    sure = chances.max(axis=1)
    for low, high in ((0.33, 0.6), (0.6, 0.8), (0.8, 1.01)):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            print(f"sure {low:.2f}–{high:.2f}: {inside.sum()} answers, right {np.mean((predicted == labels)[inside]):.2f}")
    model = LogisticRegression(C=10, max_iter=5000).fit(data, labels)
    print("_WEIGHTS =", np.round(model.coef_, 2).tolist())
    print("_BIAS =", np.round(model.intercept_, 2).tolist())


if __name__ == "__main__":
    main()
