"""Structure-aware fuzzing of filled templates: `python -m tests.hostile.fuzz [N] [SEED]`.

A mutant must be refused with one clear finding, or read with the values of the original, or
with a finding that says what is wrong. A different value without a finding is right only when
an independent reading shows that the mutant says something else; readers and parent must live.
Mutants that fail are kept in the folder that is printed.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests import workbooks
from tests.filling import probe_catalog
from tests.hostile.base import contents, good_workbook, judge, told
from tests.hostile.mutate import mutant
from tests.hostile.oracle import content
from vorlagen.catalog import Catalog
from vorlagen.records import ReadResult

BASES = ("angebotsliste", "gespraechsnotiz", "clv_berechnung")
BATCH = 2000
_GONE = {"E_LIMIT_CRASH", "E_LIMIT_TIME", "E_LIMIT_MEMORY"}


@dataclass
class Report:
    """What became of the mutants; `gone` ones killed their reading process, which is allowed."""

    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def bases(folder: Path, catalog: Catalog) -> dict[str, bytes]:
    """Return the good workbooks: the specimen, and templates with a few rows."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {"probe": good_workbook(folder, catalog)}
    for key in BASES:
        found[key] = workbooks.write(folder, key, "example", limit=8).read_bytes()
    return found


def run(count: int, seed: int, folder: Path, catalog: Catalog, share: float = 0.75) -> Report:
    """Make mutants, read them, and judge how they were read.

    Args:
        count: number of mutants.
        seed: of the choices.
        folder: for the files.
        catalog: the shipped templates and the specimens.
        share: part of the mutants made of shipped templates; those of the specimen are read much faster.
    """
    chance = random.Random(seed)
    goods = bases(folder / "gut", catalog)
    originals = judge(goods, folder / "original", catalog, jobs=1)
    said = {key: content(data) for key, data in goods.items()}
    assert all(result.outcome == "taken" for result in originals.values())
    assert None not in said.values()
    report = Report()
    for start in range(0, count, BATCH):
        files: dict[str, bytes] = {}
        for n in range(start, min(count, start + BATCH)):
            key = chance.choice(BASES) if chance.random() < share else "probe"
            what, data = mutant(goods[key], chance)
            files[f"{n} {key}: {what}"] = data
        for name, result in judge(files, folder / "mutanten", catalog).items():
            key = name.split()[1].rstrip(":")
            fault = _judge(result, originals[key], said[key], files[name])
            report.outcomes[result.outcome] += 1
            report.codes.update({f.code for f in result.findings})
            if {f.code for f in result.findings} & _GONE:
                report.gone.append(name)
            if fault:
                report.faults.append(f"{name}: {fault}")
                (folder / f"fund_{name.split()[0]}.xlsx").write_bytes(files[name])
    return report


def _judge(result: ReadResult, original: ReadResult, said: object, data: bytes) -> str:
    codes = [f.code for f in result.findings]
    if "E_INTERNAL" in codes:
        return f"internal error {[f.facts for f in result.findings]}"
    if result.outcome == "refused":
        return "" if len(codes) == 1 else f"refused with {codes}"
    if sorted(told(result)) != sorted(told(original)) or contents(result) == contents(original):
        return ""
    now = content(data)
    return "" if now is not None and now != said else "other values without a finding"


def main() -> int:
    """Run and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    folder = Path(tempfile.mkdtemp(prefix="mutanten_"))
    (folder / "specs").mkdir()
    start = time.perf_counter()
    report = run(count, seed, folder, probe_catalog(folder / "specs"))
    seconds = time.perf_counter() - start
    print(f"{count} mutants, seed {seed}, {seconds:.0f} s: {dict(report.outcomes)}")
    for code, number in report.codes.most_common():
        print(f"  {number:6} {code}")
    print(f"reading processes lost: {len(report.gone)}")
    for name in report.gone[:20]:
        print(f"  {name}")
    print(f"faults: {len(report.faults)}" + (f", kept in {folder}" if report.faults else ""))
    for fault in report.faults:
        print(f"  {fault}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
