"""The figures of the hostile set: `python -m tests.hostile`.

Every file is read by itself in a reading process; time is by the clock, memory the highest that the process
held while it read the file (Linux tells it, other systems do not).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.filling import TODAY, probe_catalog
from tests.hostile.base import SHEET, good_workbook, judge, number_cell
from tests.hostile.cases import READ, all_cases
from tests.hostile.test_hostile import verdict_fault
from vorlagen.intake.pool import Lost, Worker, refusal
from vorlagen.intake.worker import MIB, Budget, Setup, unpack


def main() -> int:
    """Read all files and print the figures; return 1 when one got another verdict."""
    faults: list[str] = []
    verdicts: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    slowest, largest = (0.0, ""), (0, "")
    lost = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        catalog = probe_catalog(folder / "specs")
        good = good_workbook(folder, catalog)
        original = judge({"good": good}, folder / "original", catalog)["good"]
        setup = Setup(tuple(catalog.folders[1:]), TODAY, False, Budget())
        cases = all_cases(SHEET, number_cell(catalog))
        worker = _warm(setup, folder / "original" / "00000.xlsx")
        for case in cases:
            path = folder / "fall.xlsx"
            path.write_bytes(case.make(good))
            _forget_peak(worker)
            begin = time.perf_counter()
            try:
                result = unpack(worker.read(path), catalog)
                largest = max(largest, (_peak(worker), case.name))
            except Lost as gone:
                result = refusal(path, gone)
                lost += 1
                worker = _warm(setup, folder / "original" / "00000.xlsx")
            slowest = max(slowest, (time.perf_counter() - begin, case.name))
            verdicts["read" if case.verdict == READ else "refused"] += 1
            codes.update(f.code for f in result.findings if result.outcome == "refused")
            if fault := verdict_fault(case, result, original):
                faults.append(fault)
        worker.close()
    print(f"{len(cases)} files: {dict(verdicts)}, as declared: {len(cases) - len(faults)}")
    print(f"refused by: {dict(codes.most_common())}")
    print(f"longest: {slowest[0]:.2f} s ({slowest[1]}); highest memory: {largest[0] // MIB} MiB ({largest[1]})")
    print(f"reading processes lost: {lost}; this process lives")
    print(*faults, sep="\n")
    return 1 if faults else 0


def _warm(setup: Setup, good: Path) -> Worker:
    worker = Worker(setup)
    worker.read(good)
    return worker


def _forget_peak(worker: Worker) -> None:
    note = Path(f"/proc/{worker.process.pid}/clear_refs")
    if note.exists():
        note.write_text("5")


def _peak(worker: Worker) -> int:
    """Return the highest resident memory of a process in bytes, 0 where the system does not tell."""
    status = Path(f"/proc/{worker.process.pid}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    sys.exit(main())
