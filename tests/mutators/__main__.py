"""Run every edit on every template and print a figure per class.

python -m tests.mutators [TEMPLATE…] [--edit NAME…] [--lang de|en] [--part K/N]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutators.catalogue import MUTATORS, run
from tests.workbooks import KEYS


def main() -> int:
    """Print what does not hold, then the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutators")
    parser.add_argument("templates", nargs="*", default=KEYS)
    parser.add_argument("--edit", nargs="*", default=[])
    parser.add_argument("--lang", default="de", choices=["de", "en"])
    parser.add_argument("--part", default="1/1", help="every N-th template from the K-th on")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    counts: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as folder:
        for key in (options.templates or KEYS)[part - 1 :: parts]:
            for mutator in MUTATORS.values():
                if options.edit and mutator.name not in options.edit:
                    continue
                found = run(key, [mutator.name], Path(folder), lang=options.lang)
                state = "no place" if found is None else "wrong" if found else "right"
                counts.setdefault(mutator.group, Counter())[state] += 1
                for problem in found or ():
                    print(f"{key} {mutator.name}: {problem}", flush=True)
    total: Counter[str] = Counter()
    for group, count in sorted(counts.items()):
        total += count
        print(f"{group:32} {count['right']:5} right  {count['wrong']:4} wrong  {count['no place']:5} without a place")
    print(
        f"{len(MUTATORS)} kinds of edit: {total['right']} right, {total['wrong']} wrong, {total['no place']} without a place"
    )
    return 1 if total["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
