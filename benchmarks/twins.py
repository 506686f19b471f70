"""When a question is another's twin, so that its endorsed answer is shown: the cut on the cosine, on sets/twins.jsonl.

    python -m benchmarks.twins

Thirty review questions of the sample course in other words, and thirty with questions near them that ask for something else,
written by hand before anything was measured. Prints what each cut does: wrongly shown answers cost more than missed ones.
"""

import json
from pathlib import Path

from indexing.embedding import load_embedder
from indexing.settings import settings
from tutor.classroom.endorsements import TWIN_COSINE, telling

PAIRS = Path(__file__).parent / "sets" / "twins.jsonl"
CUTS = (0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95)


def main() -> None:
    chosen = settings()
    embedder = load_embedder(chosen.embedder, chosen.cache)
    scored = []
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        one, other = (embedder.encode_query(pair[key]).vector for key in ("endorsed", "asked"))
        same_words = telling(pair["endorsed"]) == telling(pair["asked"])
        scored.append((float(one @ other), same_words, pair["twin"], pair["asked"]))
    twins = sum(twin for *_, twin, _ in scored)
    print("cut   twins found   others shown a wrong answer   the same by the cosine alone")
    for cut in sorted({*CUTS, TWIN_COSINE}):
        found, wrong = (sum(c >= cut and same and twin is kind for c, same, twin, _ in scored) for kind in (True, False))
        alone = [sum(c >= cut and twin is kind for c, _, twin, _ in scored) for kind in (True, False)]
        mark = " <- in use" if cut == TWIN_COSINE else ""
        others = len(scored) - twins
        print(f"{cut:.2f}  {found:2} of {twins}      {wrong:2} of {others}{'':22}{alone[0]}, {alone[1]}{mark}")
    for title, kind in (("twins, least alike first", True), ("others, most alike first", False)):
        print(title)
        for cosine, same, _, asked in sorted((item for item in scored if item[2] is kind), reverse=not kind)[:10]:
            print(f"  {cosine:.3f} {'' if same else '(told apart by a word) '}{asked}")


if __name__ == "__main__":
    main()
