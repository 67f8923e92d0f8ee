"""The comparisons: which contenders run on which inputs, and which ratios count."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = sys.executable
LIST, DUPLICATES = "angebotsliste", "kundenstamm"


@dataclass(frozen=True)
class Contender:
    """Something to time.

    Attributes:
        command: arguments for Python.
        whole: count the whole process with its start and children; else only what it says itself.
        clean: folder to remove before each run.
    """

    name: str
    command: tuple[str, ...]
    whole: bool = False
    clean: Path | None = None


@dataclass(frozen=True)
class Part:
    """A table of the report.

    Attributes:
        ratios: (words, contender, contender it is compared with, target) where the target is a limit, "≤ 0.35".
    """

    title: str
    contenders: list[Contender]
    ratios: list[tuple[str, str, str, str]] = field(default_factory=list)


def _ours(name: str, *arguments: str, clean: Path | None = None) -> Contender:
    call = "from vorlagen.cli import main; main()"
    return Contender(name, ("-W", "ignore", "-c", call, *arguments), whole=True, clean=clean)


def _work(name: str, job: str, *arguments: str | Path) -> Contender:
    return Contender(name, ("-m", "benchmarks.work", job, *map(str, arguments)))


def _made(path: Path, job: str, *arguments: object) -> Path:
    """Return an input, built unless an earlier run has left it whole.

    In a process of its own: what a contender is said to need at most includes what its parent had when it began.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name("unfinished_" + path.name)
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        subprocess.run([PYTHON, "-m", "benchmarks.inputs", job, str(unfinished), *map(str, arguments)], check=True)
        unfinished.rename(path)
    return path


def write(folder: Path, share: float) -> Part:
    """All templates at full size."""
    blank = _made(folder / "templates", "templates")
    cells = _made(folder / "cells.pickle", "cells", blank)
    out = folder / "out"
    arguments = ("generate", "--force", "--output", str(out))
    return Part(
        "All 35 templates at full size",
        [
            _ours("vorlagen generate, cold", *arguments, clean=out),
            _ours("vorlagen generate --jobs 1, cold", *arguments, "--jobs", "1", clean=out),
            _work("XlsxWriter, the same cells", "stock_xlsxwriter", cells),
            _work("openpyxl, the same cells", "stock_openpyxl", cells),
            _work("limit: deflate the same parts", "deflate", blank),
        ],
        [
            ("of XlsxWriter", "vorlagen generate, cold", "XlsxWriter, the same cells", "≤ 0.35"),
            ("of openpyxl", "vorlagen generate, cold", "openpyxl, the same cells", "≤ 0.30"),
        ],
    )


def read(folder: Path, share: float) -> Part:
    """Filled workbooks, read and checked."""
    count = max(4, round(200 * share))
    there = _made(folder / f"filled_{count}", "filled", count, 200)
    ours = "vorlagen check, cold"
    return Part(
        f"{count} filled quotation lists (200 of 500 rows)",
        [
            _ours(ours, "check", str(there), "--json"),
            _work("reading, in one process", "reading", there),
            _work("gate and raw values", "gate", there),
            _work("pandas with openpyxl + concat", "pandas_openpyxl", there),
            _work("pandas with calamine + concat", "pandas_calamine", there),
            _work("python-calamine, bare tables", "bare_calamine", there),
            _work("limit: inflate and expat", "inflate_expat", there),
        ],
        [
            ("pandas with openpyxl to intake", "pandas with openpyxl + concat", ours, "≥ 15"),
            ("pandas with calamine to intake", "pandas with calamine + concat", ours, "≥ 2"),
            ("intake to bare calamine", ours, "python-calamine, bare tables", "≤ 1.8"),
            ("gate and raw to bare calamine", "gate and raw values", "python-calamine, bare tables", "≤ 1.6"),
        ],
    )  # fmt: skip


def safety(folder: Path, share: float) -> Part:
    """What the gate and the isolation of reading cost."""
    count = max(4, round(200 * share))
    there = _made(folder / f"filled_{count}", "filled", count, 200)
    bare, gated, isolated = "reading, ungated", "reading, gated", "reading, gated and isolated"
    return Part(
        f"Gate and isolation on {count} filled quotation lists (200 of 500 rows)",
        [_work(bare, "ungated", there), _work(gated, "reading", there), _work(isolated, "isolated", there)],
        [("gate", gated, bare, "≤ 1.6"), ("gate and isolation", isolated, bare, "≤ 1.6")],
    )


def consolidate(folder: Path, share: float) -> Part:
    """Merging many small workbooks."""
    few, many = max(4, round(1000 * share)), max(40, round(10000 * share))
    contenders = []
    for count in (few, many):
        there = _made(folder / f"small_{count}", "filled", count, 5, 10)
        out = folder / f"merged_{count}"
        contenders.append(
            _ours(f"{count} workbooks", "consolidate", str(there), "--output", str(out), "--to", "parquet", clean=out)
        )
    names = [c.name for c in contenders]
    return Part("Consolidating to Parquet", contenders, [("ten times the workbooks", names[1], names[0], "≤ 10.5")])


def evaluate(folder: Path, share: float) -> Part:
    """Formulas over many rows."""
    small, large, sheet = (max(100, round(n * share)) for n in (10_000, 100_000, 20_000))
    contenders = [
        _work(f"{key}: {n} rows", "evaluation", key, str(n)) for key in (LIST, DUPLICATES) for n in (small, large)
    ]
    book = _made(folder / f"duplicates_{sheet}.xlsx", "large", sheet)
    contenders += [
        _work(f"{DUPLICATES}: {sheet} rows", "evaluation", DUPLICATES, str(sheet)),
        _work(f"{DUPLICATES}: {sheet} rows, IronCalc", "ironcalc", book),
    ]
    names = [c.name for c in contenders]
    return Part(
        "Evaluating merged rows",
        contenders,
        [
            (f"{LIST}, ten times the rows", names[1], names[0], "≤ 12"),
            (f"{DUPLICATES}, ten times the rows", names[3], names[2], "≤ 12"),
            ("IronCalc to the evaluator", names[5], names[4], "≥ 50"),
        ],
    )


def start(folder: Path, share: float) -> Part:
    """What a short command costs."""
    out = folder / "one"
    return Part(
        "Start-up",
        [
            Contender("python -c pass", ("-c", "pass"), whole=True),
            _ours("vorlagen --help", "--help"),
            _ours("vorlagen list", "list"),
            _ours("vorlagen generate angebotsliste", "generate", "angebotsliste", "--output", str(out), clean=out),
            _work("catalogue of 35 templates", "catalogue"),
        ],
    )


PARTS: dict[str, Callable[[Path, float], Part]] = {
    "write": write, "read": read, "safety": safety, "consolidate": consolidate, "evaluate": evaluate, "start": start,
}  # fmt: skip
