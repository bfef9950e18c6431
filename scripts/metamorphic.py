"""Audit generated exports with known truth.

Run `make metamorphic SEEDS=2000`; it exits with 1 when one is silently wrong. To repeat one seed and keep its files:
`python -m scripts.metamorphic --seed 17 --keep DIR`.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.metamorphic.trial import Trial, share_right, summary, try_seed


def attempt(seed: int, mapped: bool) -> Trial:
    """Try a seed; a crash counts as a wrong figure."""
    try:
        return try_seed(seed, mapped=mapped)
    except Exception as crash:  # noqa: BLE001 - whatever broke, the other seeds go on and this one is listed
        return Trial(seed, "crash", "crash", "wrong", "", (f"{type(crash).__name__}: {crash}"[:300],))


def main() -> int:
    """Try seeds on all cores.

    Prints the tables and the seeds that are not right.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--verbose", action="store_true", help="also list questions and refusals")
    parser.add_argument("--mapped", action="store_true", help="pass a mapping that names the columns")
    options = parser.parse_args()
    if options.seed is not None:
        print(try_seed(options.seed, options.keep, options.mapped))
        return 0
    seeds = range(options.first, options.first + options.seeds)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        trials = list(pool.map(partial(attempt, mapped=options.mapped), seeds, chunksize=10))
    for trial in trials:
        if trial.verdict == "wrong" or (options.verbose and trial.verdict != "right"):
            print(f"{trial.verdict} {trial.seed}: {trial.manner}: {'; '.join(trial.findings[:4])}")
    print(f"{summary(trials, 'system')}\n\n{summary(trials, 'language')}\n")
    wrong = sum(t.verdict == "wrong" for t in trials)
    print(f"{len(trials)} exports, {share_right(trials):.1%} right without a question, {wrong} silently wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
