"""No good workbook is refused, whoever saved it: `python -m tests.hostile.savers [KEY…]`.

Every template, full, as written (XlsxWriter), and as saved by openpyxl and by LibreOffice, goes through gate,
isolated reading and checking. All must be taken, with the values of the original and without an error.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests import workbooks
from tests.filling import edit
from tests.hostile.base import contents
from tests.libreoffice import Office
from tests.workbooks import CATALOG, TODAY
from vorlagen.intake.pool import Pool
from vorlagen.records import ReadResult

SAVERS = ("XlsxWriter", "openpyxl", "LibreOffice")


def saved(
    folder: Path, keys: Sequence[str], limit: int | None = None, office: Office | None = None
) -> dict[tuple[str, str], Path]:
    """Write full workbooks and have the other programs save them; LibreOffice when it is given.

    Args:
        folder: where they go, a folder for each program.
        keys: the templates.
        limit: cuts long tables.
        office: the running LibreOffice.
    """
    files: dict[tuple[str, str], Path] = {}
    for saver in SAVERS:
        (folder / saver).mkdir(parents=True)
    for key in keys:
        path = workbooks.write(folder / "XlsxWriter", key, "full", limit=limit)
        files[key, "XlsxWriter"] = path
        files[key, "openpyxl"] = edit(Path(shutil.copy(path, folder / "openpyxl")), lambda book: None)
        if office is not None:
            files[key, "LibreOffice"] = folder / "LibreOffice" / path.name
            office.save(path, files[key, "LibreOffice"])
    return files


def faults(files: dict[tuple[str, str], Path], jobs: int = 2) -> tuple[list[str], Counter[str]]:
    """Return what was refused, misread or found wrong, and the outcomes by saver."""
    with Pool((), today=TODAY, jobs=jobs, checks=True) as pool:
        results = dict(zip(files, pool.read(list(files.values()), CATALOG, lambda: None), strict=True))
    found: list[str] = []
    outcomes = Counter(f"{saver}: {result.outcome}" for (_, saver), result in results.items())
    for (key, saver), result in results.items():
        original = results[key, "XlsxWriter"]
        errors = sorted({f.code for f in result.findings if f.level == "error"} - _codes(original))
        if result.outcome != "taken" or errors:
            found.append(f"{key} by {saver}: {result.outcome} {errors}")
        elif contents(result) != contents(original):
            found.append(f"{key} by {saver}: other values")
    return found, outcomes


def _codes(result: ReadResult) -> set[str]:
    """Codes of the repeated example rows themselves, which contradict each other in a few places."""
    return {f.code for f in result.findings if f.level == "error"} if result.outcome == "taken" else set()


def main() -> int:
    """Run over the named templates, all without names, and print the figures."""
    keys = sys.argv[1:] or workbooks.KEYS
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        files = saved(Path(folder), keys, office=office)
        office.close()
        size = sum(path.stat().st_size for path in files.values())
        found, outcomes = faults(files)
    print(f"{len(files)} workbooks of {len(keys)} templates, {size / 1e6:.1f} MB: {dict(sorted(outcomes.items()))}")
    print(*found, sep="\n")
    print(f"faults: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
