"""How well the check of grounding tells supported sentences from others, and the fitting of its forest.

    python -m benchmarks.grounding              # cross-validated table on both sets, plain methods beside it
    python -m benchmarks.grounding --fit        # the same, and then tutor/grounding/forest.npz anew

Needs the built books `sample` and `watt` in TUTOR_HOME. Cross-validation keeps all sentences about one passage, or one
question, in one fold. Balanced accuracy is the mean of the share of supported ones found and of others found. Each plain
method gets the threshold that is best on the other folds.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from benchmarks.grounding_sets import Example, pairs, small_model, to_learn_from
from indexing.embedding import load_embedder
from indexing.settings import settings
from tutor.grounding.check import CONFLICT_SHARE, Source
from tutor.grounding.features import FEATURES, compare
from tutor.grounding.forest import FOREST
from tutor.grounding.reading import read_sources, read_statements

FOLDS = 8
TREES, LEAF, LEAVES = 80, 4, 96
CUT = 0.45  # of the forest's probability after the hard rules: where both sets lose equally
# What each kind weighs in all: a sentence in free words is judged otherwise than a copy, and neither may drown the other.
WEIGHTS = {
    "changed copy": 400, "copy": 150, "shortened copy": 100, "reordered copy": 150, "paraphrase": 600, "review answer": 300,
    "other section": 120, "unrelated": 80, "changed review answer": 120, "changed paraphrase": 15, "spliced": 100,
    "small model, supported": 250, "small model, not supported": 700,
}  # fmt: skip
_PAIR_CHANGES = ("number", "ordinal", "name", "roles", "negation", "quantifier")


def vectors(examples: Sequence[Example]) -> list[np.ndarray]:
    """The features of each example against each of its passages."""
    embedder = load_embedder("minilm", settings().cache)
    texts = list(dict.fromkeys(example.text for example in examples))
    passages = list(dict.fromkeys(passage for example in examples for passage in example.passages))
    statements, sources = {}, {}
    for start in range(0, len(texts), 256):
        part = texts[start : start + 256]
        statements.update(zip(part, read_statements(part, embedder), strict=True))
    for start in range(0, len(passages), 64):
        part = passages[start : start + 64]
        plain = [Source.plain(passage) for passage in part]
        sources.update(zip(part, read_sources([(item.text, item.sentences) for item in plain], embedder), strict=True))
    return [
        np.stack([compare(statements[example.text], sources[passage]).vector for passage in example.passages])
        for example in examples
    ]


def weights(examples: Sequence[Example]) -> np.ndarray:
    """One weight an example, so that each kind weighs what WEIGHTS says."""
    kinds = ["changed copy" if item.kind in _PAIR_CHANGES else item.kind.split(":")[0] for item in examples]
    return np.array([WEIGHTS[kind] / kinds.count(kind) for kind in kinds])


def nearest(rows: np.ndarray) -> np.ndarray:
    """The features against the passage that comes nearest in words and meaning."""
    return rows[(rows[:, FEATURES.index("covered_near")] + rows[:, FEATURES.index("cosine")]).argmax()]


def fitted(examples: Sequence[Example], rows: Sequence[np.ndarray]) -> ExtraTreesClassifier:
    forest = ExtraTreesClassifier(TREES, min_samples_leaf=LEAF, max_leaf_nodes=LEAVES, random_state=0, n_jobs=2)
    labels = [item.supported for item in examples]
    return forest.fit(np.stack([nearest(item) for item in rows]), labels, sample_weight=weights(examples))


def judged(forest: ExtraTreesClassifier, rows: Sequence[np.ndarray]) -> np.ndarray:
    """The best passage's probability, after the hard rules."""
    everything = np.concatenate(rows)
    probability = forest.predict_proba(everything)[:, 1] * CONFLICT_SHARE ** everything[:, FEATURES.index("conflict")]
    ends = np.cumsum([len(item) for item in rows])
    return np.array([part.max() for part in np.split(probability, ends[:-1])])


def cross_validated(examples: Sequence[Example], rows: Sequence[np.ndarray]) -> np.ndarray:
    folds = _folds(examples)
    found = np.zeros(len(examples))
    for fold in range(FOLDS):
        out = np.flatnonzero(folds == fold)
        rest = np.flatnonzero(folds != fold)
        forest = fitted([examples[i] for i in rest], [rows[i] for i in rest])
        found[out] = judged(forest, [rows[i] for i in out])
    return found


def _folds(examples: Sequence[Example]) -> np.ndarray:
    groups = list(dict.fromkeys(item.group for item in examples))
    order = np.random.RandomState(1).permutation(len(groups))
    place = {group: order[i] % FOLDS for i, group in enumerate(groups)}
    return np.array([place[item.group] for item in examples])


def plain(rows: Sequence[np.ndarray], name: str) -> np.ndarray:
    """A plain method's score: one feature, or the product of two, of the best passage."""
    columns = [FEATURES.index(part) for part in name.split("*")]
    return np.array([item[:, columns].prod(axis=1).max() for item in rows])


def plain_accuracy(scores: np.ndarray, labels: np.ndarray, folds: np.ndarray) -> float:
    """Balanced accuracy with the threshold that is best on the other folds."""
    found = np.zeros(len(labels), dtype=bool)
    for fold in range(FOLDS):
        rest, out = folds != fold, folds == fold
        cuts = np.unique(scores[rest])
        best = max(cuts, key=lambda cut: balanced_accuracy_score(labels[rest], scores[rest] >= cut))
        found[out] = scores[out] >= best
    return float(balanced_accuracy_score(labels, found))


def save(forest: ExtraTreesClassifier, path: Path) -> None:
    """Write a forest as arrays that numpy alone reads."""
    most = max(tree.tree_.node_count for tree in forest.estimators_)
    arrays = {
        "feature": np.full((TREES, most), -1, dtype=np.int16), "threshold": np.zeros((TREES, most), dtype=np.float32),
        "left": np.zeros((TREES, most), dtype=np.int16), "right": np.zeros((TREES, most), dtype=np.int16),
        "share": np.zeros((TREES, most), dtype=np.float16),
    }  # fmt: skip
    for number, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        count = tree.node_count
        leaf = tree.children_left == -1
        arrays["feature"][number, :count] = np.where(leaf, -1, tree.feature)
        arrays["threshold"][number, :count] = tree.threshold
        arrays["left"][number, :count] = np.where(leaf, 0, tree.children_left)
        arrays["right"][number, :count] = np.where(leaf, 0, tree.children_right)
        arrays["share"][number, :count] = tree.value[:, 0, 1] / tree.value[:, 0, :].sum(axis=1)
    np.savez_compressed(path, **arrays, names=np.array(FEATURES), cut=np.array(CUT))


def table(examples: Sequence[Example], rows: Sequence[np.ndarray], scores: np.ndarray, title: str) -> None:
    labels = np.array([item.supported for item in examples])
    folds = _folds(examples)
    print(f"\n{title}: {len(examples)} sentences, {labels.sum()} supported")
    print(f"  the check            balanced accuracy {balanced_accuracy_score(labels, scores >= CUT):.3f}  "
          f"AUROC {roc_auc_score(labels, scores):.3f}")  # fmt: skip
    for name, feature in (("cosine", "cosine"), ("word overlap", "covered"), ("their product", "cosine*covered")):
        values = plain(rows, feature)
        accuracy = plain_accuracy(values, labels, folds)
        print(f"  {name:20} balanced accuracy {accuracy:.3f}  AUROC {roc_auc_score(labels, values):.3f}")
    for kind in dict.fromkeys(item.kind for item in examples):
        chosen = np.array([item.kind == kind for item in examples])
        right = (scores[chosen] >= CUT) == labels[chosen]
        print(f"    {kind:28} {right.mean():.2f} right of {chosen.sum()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the forest on everything and write it")
    arguments = parser.parse_args()
    home = settings().home
    first, second = pairs(), small_model(home)
    examples = [*first, *second, *to_learn_from(home)]
    rows = vectors(examples)
    if arguments.fit:
        save(fitted(examples, rows), FOREST)
        print(f"wrote {FOREST} from {len(examples):,} examples")
    scores = cross_validated(examples, rows)
    a, b = len(first), len(first) + len(second)
    table(first, rows[:a], scores[:a], "pairs")
    table(second, rows[a:b], scores[a:b], "the small model's own")
    subtle = [i for i in range(a) if examples[i].kind in ("paraphrase", *_PAIR_CHANGES)]
    labels = np.array([examples[i].supported for i in subtle])
    print(f"\nparaphrases against subtle errors: AUROC {roc_auc_score(labels, scores[subtle]):.3f}, "
          f"word overlap {roc_auc_score(labels, plain([rows[i] for i in subtle], 'covered')):.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
