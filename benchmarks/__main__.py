"""`python -m benchmarks [PART…]`: builds the inputs, runs all contenders by turns, prints and writes the medians."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.parts import PARTS, PYTHON, Contender, Part

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "benchmarks.md"
PEERS = ("XlsxWriter", "openpyxl", "pandas", "python-calamine", "ironcalc", "numpy")


@dataclass
class Times:
    """Seconds and MiB of all runs of a contender."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)


def run(contender: Contender, times: Times) -> None:
    """Run a contender once."""
    if contender.clean is not None:
        shutil.rmtree(contender.clean, ignore_errors=True)
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [PYTHON, *contender.command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:  # 1: findings in the data
        raise SystemExit(f"{contender.name}: exit code {process.returncode}")
    if not contender.whole:
        inner = json.loads(said.splitlines()[-1])
        wall, cpu = inner["wall"], inner["cpu"]
    times.wall.append(wall)
    times.cpu.append(cpu)
    times.peak.append(used.ru_maxrss / 1024)


def table(part: Part, times: dict[str, Times], rounds: int) -> list[str]:
    """Return the section of a part."""
    runs = "A single run." if rounds == 1 else f"Medians of {rounds} runs."
    lines = [f"## {part.title}", "", runs, "", "| | wall s | CPU s | peak MiB |", "|---|---|---|---|"]
    median = statistics.median
    for name, t in times.items():
        lines.append(f"| {name} | {median(t.wall):.3f} | {median(t.cpu):.3f} | {median(t.peak):.0f} |")
    if part.ratios:
        lines += ["", "| ratio | wall | CPU | target |", "|---|---|---|---|"]
    for words, first, second, target in part.ratios:
        a, b = times[first], times[second]
        wall, cpu = median(a.wall) / median(b.wall), median(a.cpu) / median(b.cpu)
        lines.append(f"| {words} | {wall:.2f} | {cpu:.2f} | {target} |")
    return [*lines, ""]


def head() -> list[str]:
    """Return what the figures stand on."""
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return [
        "# Benchmarks",
        "",
        "Written by `python -m benchmarks`; docs/benchmarks-note.md says what the figures mean.",
        "",
        f"{os.cpu_count()} cores, CPython {platform.python_version()}; {versions}. "
        "The contenders run by turns. CPU counts all processes of a contender, so it hardly "
        "depends on what else the machine does; wall is the time on the clock. Peers are handed their inputs ready "
        "and timed without their imports; ours marked cold are timed as whole processes with start-up.",
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of files and rows")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "benchmarks", help="for inputs and outputs")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    for name in given.parts or PARTS:
        print(f"{name}: inputs …", file=sys.stderr)
        part = PARTS[name](given.folder, given.share)
        times = {contender.name: Times() for contender in part.contenders}
        for n in range(given.rounds):
            print(f"{name}: round {n + 1} of {given.rounds}", file=sys.stderr)
            for contender in part.contenders:
                run(contender, times[contender.name])
        section = table(part, times, given.rounds)
        print("\n".join(section), flush=True)
        (given.folder / f"{name}.md").write_text("\n".join(section) + "\n", encoding="utf-8")
    measured = [path.read_text(encoding="utf-8") for n in PARTS if (path := given.folder / f"{n}.md").exists()]
    REPORT.write_text("\n".join([*head(), *measured]).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
