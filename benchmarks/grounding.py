"""How well the check of grounding tells supported sentences from others, and the fitting of its forest.

    python -m benchmarks.grounding                       # cross-validated table on both sets, plain methods beside it
    python -m benchmarks.grounding --fit                 # the same, and then tutor/grounding/forest.npz anew
    python -m benchmarks.grounding --entailment small    # the same with a stronger check beside it (slow); or a cross-encoder

Needs the built books `sample` and `watt` in TUTOR_HOME. Cross-validation keeps all sentences about one passage, or one
question, in one fold. Balanced accuracy is the mean of the share of supported ones found and of others found. Each plain
method gets the threshold that is best on the other folds. The sample course's pairs are also held against what is found for
them in the whole book, as a student's text is. Last comes what is shown of the small model's 60 answers: which of
their sentences go unmarked under the strict cut, the forest never having seen a sentence about the same question.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from benchmarks.grounding_sets import FOUND, Example, answers, found_pairs, lessons, pairs, small_model, to_learn_from
from indexing.embedding import load_embedder
from indexing.settings import settings
from tutor.grounding.check import QUOTED, STRICT_CUT, Source, combined, rescaled, ruled, weighed
from tutor.grounding.claims import is_claim
from tutor.grounding.entailment import Likelihood, load_entailment
from tutor.grounding.features import FEATURES, compare
from tutor.grounding.forest import FOREST
from tutor.grounding.pronouns import NO_WORDS, antecedents
from tutor.grounding.reading import plain_sentence, read_sources, read_statements

FOLDS = 8
TREES, LEAF, LEAVES, TRIED = 80, 6, 96, 0.3  # trees, examples in a leaf, leaves, share of features tried at a branching
CUT = 0.45  # of the forest's probability after the hard rules: where both sets lose equally
# What each kind weighs in all: a sentence in free words is judged otherwise than a copy, and neither may drown the other.
WEIGHTS = {
    "changed copy": 400, "copy": 150, "shortened copy": 100, "reordered copy": 150, "paraphrase": 600, "review answer": 300,
    "other section": 120, "unrelated": 80, "changed review answer": 120, "changed paraphrase": 15, "spliced": 100,
    "small model, supported": 250, "small model, not supported": 700, "answer, supported": 60, "answer, not supported": 150,
    "lesson, paraphrase": 300, "lesson, invented": 250, "lesson, stated": 100, "lesson, changed": 75,
    "lesson, elsewhere": 120,
}  # fmt: skip
_PAIR_CHANGES = ("number", "ordinal", "name", "roles", "negation", "quantifier")


def compared(examples: Sequence[Example]) -> tuple[list[np.ndarray], list[str]]:
    """The features of each example against each of its passages, and the nearest part of its nearest passage."""
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
    taken_up = {}
    for group in dict.fromkeys(example.group for example in examples if example.kind.startswith("answer")):
        whole = [item.text for item in examples if item.kind.startswith("answer") and item.group == group]
        found = antecedents([statements[text] for text in whole])
        taken_up.update({(group, text): words for text, words in zip(whole, found, strict=True)})
    rows, premises = [], []
    for example in examples:
        statement, antecedent = statements[example.text], taken_up.get((example.group, example.text), NO_WORDS)
        comparisons = [compare(statement, sources[passage], antecedent) for passage in example.passages]
        rows.append(np.stack([item.vector for item in comparisons]))
        best = _nearest(rows[-1])
        premises.append(Source.plain(example.passages[best]).around(comparisons[best].nearest))
    return rows, premises


def weights(examples: Sequence[Example]) -> np.ndarray:
    """One weight an example, so that each kind weighs what WEIGHTS says."""
    kinds = ["changed copy" if item.kind in _PAIR_CHANGES else item.kind.split(":")[0] for item in examples]
    return np.array([WEIGHTS[kind] / kinds.count(kind) for kind in kinds])


def _nearest(rows: np.ndarray) -> int:
    """The passage that comes nearest in words and meaning."""
    return int((rows[:, FEATURES.index("covered_near")] + rows[:, FEATURES.index("cosine")]).argmax())


def fitted(examples: Sequence[Example], rows: Sequence[np.ndarray]) -> ExtraTreesClassifier:
    """A forest that learned from all but the pairs held against what was found in the book, which are pairs again."""
    forest = ExtraTreesClassifier(
        TREES, min_samples_leaf=LEAF, max_leaf_nodes=LEAVES, max_features=TRIED, random_state=0, n_jobs=2
    )
    learned = [i for i, item in enumerate(examples) if not item.kind.startswith(FOUND)]
    examples = [examples[i] for i in learned]
    vectors = np.stack([rows[i][_nearest(rows[i])] for i in learned])
    return forest.fit(vectors, [item.supported for item in examples], sample_weight=weights(examples))


def judged(forest: ExtraTreesClassifier, rows: Sequence[np.ndarray]) -> np.ndarray:
    """The best passage's probability, after the hard rules and in view of the nearest passage."""
    probability = forest.predict_proba(np.concatenate(rows))[:, 1]
    ends = np.cumsum([len(item) for item in rows])
    return np.array(
        [weighed(ruled(part, item), item).max() for part, item in zip(np.split(probability, ends[:-1]), rows, strict=True)]
    )


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


def shown(examples: Sequence[Example], scores: np.ndarray) -> None:
    """What students see of the small model's answers: how much of what is unmarked is true, and of what is true unmarked."""
    labels, scores = np.array([item.supported for item in examples]), claimed(examples, scores)
    print(f"\nthe small model's answers: {len(examples)} sentences, {labels.sum()} supported")
    for cut in (STRICT_CUT, CUT):
        unmarked = scores >= cut
        print(f"  cut {cut:.2f}: {unmarked.sum()} unmarked, {labels[unmarked].mean():.3f} of them supported; "
              f"{unmarked[labels].mean():.3f} of the supported are unmarked")  # fmt: skip
        if cut == STRICT_CUT:
            for i in np.flatnonzero(unmarked & ~labels):
                print(f"    wrongly unmarked: {examples[i].text}")


def claimed(examples: Sequence[Example], scores: np.ndarray) -> np.ndarray:
    """The scores as the check has them where a model wrote: 0 for what says nothing, unless it is a quotation."""
    return np.where([is_claim(item.text) for item in examples], scores, np.where(scores >= QUOTED, scores, 0))


def cuts(sets: Sequence[tuple[Sequence[Example], np.ndarray]]) -> None:
    """Where CUT and STRICT_CUT belong: both sets lose equally; 95 % above are supported among what the model wrote."""
    tried = np.linspace(0.3, 0.9, 121)
    labels = [np.array([item.supported for item in examples]) for examples, _ in sets]
    both = [
        min(balanced_accuracy_score(known, scores >= cut) for known, (_, scores) in zip(labels[:2], sets[:2], strict=True))
        for cut in tried
    ]
    written, scores = np.concatenate(labels[1:]), np.concatenate([scores for _, scores in sets[1:]])
    scores = claimed([item for examples, _ in sets[1:] for item in examples], scores)
    pure = next((cut for cut in tried if all(written[scores >= c].mean() >= 0.95 for c in (cut, cut + 0.02))), tried[-1])
    print(f"\nboth sets lose equally at {tried[int(np.argmax(both))]:.3f} ({max(both):.3f}); of what the model wrote "
          f"95 % above {pure:.3f} are supported, {(scores >= pure)[written].mean():.3f} of those lie above it")  # fmt: skip


def stronger(examples: Sequence[Example], premises: Sequence[str], scores: np.ndarray, name: str) -> None:
    """A stronger check of examples of both sets: alone, and together with the forest. Likelihoods are cross-validated."""
    labels = np.array([item.supported for item in examples])
    written = np.array([item.kind.startswith("small model") for item in examples])
    entailment = load_entailment(settings().model_copy(update={"entailment": name}))
    pairs_ = [(premise, plain_sentence(item.text)) for premise, item in zip(premises, examples, strict=True)]
    found = np.zeros(0)
    if isinstance(entailment, Likelihood):
        measures = np.stack([entailment.measures(*pair) for pair in pairs_])
        found = logistic(measures, labels, written, [item.group for item in examples])
        parts = {title: measures[:, number] for number, title in enumerate(("mean gain", "worst gain", "mean after"))}
    elif entailment is not None:
        found, parts = np.array(entailment.probabilities(pairs_)), {}
    parts |= {"alone, cross-validated": found, "the check with it": combined(rescaled(scores, CUT), found)}
    for title, chosen in (("pairs", ~written), ("the small model's own", written)):
        print(f"\n{name} on {chosen.sum()} of {title}")
        print(f"  {'the check':22} balanced accuracy {balanced_accuracy_score(labels[chosen], scores[chosen] >= CUT):.3f}  "
              f"AUROC {roc_auc_score(labels[chosen], scores[chosen]):.3f}")  # fmt: skip
        for part, values in parts.items():
            accuracy = balanced_accuracy_score(labels[chosen], values[chosen] >= 0.5)
            shown_ = f"balanced accuracy {accuracy:.3f}  " if part in ("alone, cross-validated", "the check with it") else ""
            print(f"  {part:22} {shown_}AUROC {roc_auc_score(labels[chosen], values[chosen]):.3f}")


def logistic(measures: np.ndarray, labels: np.ndarray, written: np.ndarray, groups: Sequence[str]) -> np.ndarray:
    """Cross-validated probabilities by a logistic function in which each set, and each label in it, weighs the same."""
    kinds = 2 * written + labels
    weights_ = 1 / np.bincount(kinds)[kinds]
    found = np.zeros(len(labels))
    model = LogisticRegression()
    for rest, out in GroupKFold(FOLDS).split(measures, labels, groups):
        model.fit(measures[rest], labels[rest], sample_weight=weights_[rest] * len(rest))
        found[out] = model.predict_proba(measures[out])[:, 1]
    model.fit(measures, labels, sample_weight=weights_ * len(labels))
    print(f"\nlikelihoods: weights {np.round(model.coef_[0], 3).tolist()}, bias {model.intercept_[0]:.3f}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the forest on everything and write it")
    parser.add_argument("--entailment", default="", help="a stronger check to measure beside it, as in TUTOR_ENTAILMENT")
    parser.add_argument("--every", type=int, default=1, help="measure the stronger check on every n-th sentence only")
    arguments = parser.parse_args()
    home = settings().home
    sets = {
        "pairs": pairs(),
        "the small model's own": small_model(home),
        "answers": answers(home),
        "pairs in the book": found_pairs(home),
    }
    examples = [example for chosen in sets.values() for example in chosen]
    examples += [*lessons(), *to_learn_from(home)]
    rows, premises = compared(examples)
    if arguments.fit:
        save(fitted(examples, rows), FOREST)
        print(f"wrote {FOREST} from {len(examples):,} examples")
    scores = cross_validated(examples, rows)
    start, scored = 0, []
    for title, chosen in sets.items():
        place = slice(start, start + len(chosen))
        start = place.stop
        scored.append((chosen, scores[place]))
        if title == "answers":
            shown(chosen, scores[place])
            continue
        table(chosen, rows[place], scores[place], title)
    cuts(scored[:3])
    if arguments.entailment:
        both = slice(0, len(sets["pairs"]) + len(sets["the small model's own"]), arguments.every)
        stronger(examples[both], premises[both], scores[both], arguments.entailment)
    subtle = [i for i in range(len(sets["pairs"])) if examples[i].kind in ("paraphrase", *_PAIR_CHANGES)]
    labels = np.array([examples[i].supported for i in subtle])
    print(f"\nparaphrases against subtle errors: AUROC {roc_auc_score(labels, scores[subtle]):.3f}, "
          f"word overlap {roc_auc_score(labels, plain([rows[i] for i in subtle], 'covered')):.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
