"""Speed of the computations: `python benchmarks/computing.py`.

Keys and normal form of 20 attributes with 30 dependencies (the aim is under 100 ms), a schema whose keys are exponential
in number, the 3NF and BCNF decompositions of the same random schemas, and plain-word questions on the sample course.
"""

import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from indexing.errors import LimitError
from indexing.records import read_records
from tutor.computing.decompositions import bcnf_decomposition, third_normal_form_synthesis
from tutor.computing.keys import candidate_keys
from tutor.computing.normal_forms import normal_form
from tutor.computing.questions import compute_answer
from tutor.computing.schemas import Dependency, Schema

ATTRIBUTES = tuple(f"A{i}" for i in range(20))


def random_schema(seed: int) -> Schema:
    rng = random.Random(seed)
    dependencies = [
        Dependency(
            determinant=tuple(rng.sample(ATTRIBUTES, rng.randint(1, 3))),
            dependent=tuple(rng.sample(ATTRIBUTES, rng.randint(1, 2))),
        )
        for _ in range(30)
    ]
    return Schema(attributes=ATTRIBUTES, dependencies=tuple(dependencies))


def hostile() -> Schema:
    """Ten pairs that determine each other: 2^10 keys of 20 attributes; with 2^10 above the limit the search stops."""
    dependencies = []
    for a, b in zip(ATTRIBUTES[::2], ATTRIBUTES[1::2], strict=True):
        dependencies += [Dependency(determinant=(a,), dependent=(b,)), Dependency(determinant=(b,), dependent=(a,))]
    return Schema(attributes=ATTRIBUTES, dependencies=tuple(dependencies))


def milliseconds(work, *args) -> float:
    start = time.perf_counter()
    try:
        work(*args)
    except LimitError as error:
        print(f"    stopped: {error}")
    return (time.perf_counter() - start) * 1000


def report(name: str, times: list[float]) -> None:
    print(f"{name:45} median {statistics.median(times):7.1f} ms   worst {max(times):7.1f} ms   of {len(times)}")


def main() -> None:
    schemas = [random_schema(seed) for seed in range(300)]
    report("keys and normal form, 20 attributes, 30 FDs", [milliseconds(normal_form, schema) for schema in schemas])
    report("3NF synthesis, the same", [milliseconds(third_normal_form_synthesis, schema) for schema in schemas])
    report("BCNF decomposition, the same", [milliseconds(bcnf_decomposition, schema) for schema in schemas[:60]])
    keys = candidate_keys(hostile())
    report(
        f"hostile: {len(keys.keys)} keys found, complete: {keys.complete}",
        [milliseconds(candidate_keys, hostile()) for _ in range(3)],
    )
    report("hostile: normal form", [milliseconds(normal_form, hostile())])
    if len(sys.argv) > 1:
        records = read_records(Path(sys.argv[1]))
        questions = ["What is the normal form of DEPT_LOCATIONS?", "What is BCNF?", "Which employees work in Arden?"]
        report("plain-word questions", [milliseconds(compute_answer, q, records) for q in questions * 5])


if __name__ == "__main__":
    main()
