"""Consolidate many workbooks, some of them broken, and account for every one.

    python -m benchmarks.many_workbooks [--files 1000] [--rows 200] [--broken 0.02] [--jobs 2] [--to csv]

Prints one line of JSON a run: checking into an empty cache, checking again from it, consolidating from it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

from generators.workbook import write_workbook
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.values import example_values

ROOT = Path(__file__).resolve().parent.parent

TODAY = date(2026, 4, 15)
MARK = "000000"  # stands for the number of the workbook


def make(folder: Path, files: int, rows: int, broken: int) -> None:
    """Write one workbook and the others by putting their numbers into its parts."""
    template = Catalog().template("angebotsliste")
    values = example_values(template, "de", "BY", TODAY)
    given = values.rows("angebote")
    offers = [{**given[n % len(given)], "angebot_nr": f"AN-2026-X{MARK}-{n:04}", "version": 1} for n in range(rows)]
    front = {**values.form("deckblatt"), "mappe_id": f"TEAM-X{MARK}", "stichtag": TODAY}
    values = values.with_block("angebote", offers).with_block("deckblatt", front)
    first = folder / "first.xlsx"
    write_workbook(first, template, values, brand=Brand(), lang="de", today=TODAY, rows={"angebote": rows})
    with zipfile.ZipFile(first) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    first.unlink()
    old = f"X{MARK}".encode()
    for n in range(files):
        path = folder / f"team_{n:04}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, data in parts.items():
                archive.writestr(name, data.replace(old, f"X{n:06}".encode()))
    for n in range(broken):
        path = folder / f"team_{n * files // broken:04}.xlsx"
        data = path.read_bytes()
        path.write_bytes([data[: len(data) // 2], b"", b"no workbook", data[:-300]][n % 4])


def run(folder: Path, jobs: int, cache: Path, words: list[str]) -> dict[str, object]:
    """Run the command in a process of its own and measure it."""
    call = [sys.executable, "cli.py", words[0], str(folder), *words[1:], "--json"]
    call += ["--jobs", str(jobs), "--today", TODAY.isoformat(), "--cache", str(cache)]
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(call, cwd=ROOT, stdout=said, env={**os.environ, "PYTHONPATH": str(ROOT)})
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        said.seek(0)
        data = json.load(said)
    outcomes = Counter(f["outcome"] for f in data["files"])
    totals = data["totals"]
    assert sum(outcomes.values()) == totals["files_found"] == len(list(folder.iterdir()))
    assert totals["rows_present"] == totals["rows_taken"] + totals["rows_rejected"] + totals["rows_ignored"]
    return {
        "seconds": round(seconds, 1),
        "peak_mib": round(max(used.ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024),
        "exit": os.waitstatus_to_exitcode(status),
        "outcomes": dict(outcomes),
        "rows_taken": totals["rows_taken"],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--broken", type=float, default=0.02)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--to", default="csv")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        folder.mkdir()
        make(folder, given.files, given.rows, round(given.files * given.broken))
        output = ["consolidate", "--output", str(Path(place) / "out"), "--to", given.to]
        for name, words in (("check, first", ["check"]), ("check, second", ["check"]), ("consolidate, second", output)):
            measured = run(folder, given.jobs, Path(place) / "cache", words)
            print(json.dumps({"run": name, "files": given.files, "rows": given.rows, **measured}), flush=True)


if __name__ == "__main__":
    main()
