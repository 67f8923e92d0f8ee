"""The good workbook that hostile ones are made of, and how many files are read as `check` does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

from tests.filling import TODAY, generate, place
from vorlagen.catalog import Catalog
from vorlagen.intake.budget import Budget
from vorlagen.intake.pool import Pool
from vorlagen.reading import read_many
from vorlagen.records import ReadResult
from vorlagen.values import Row, starting_values

SHEET = "xl/worksheets/sheet2.xml"
FRONT: Row = {"mappe_id": "M-1", "firma": "Muster GmbH", "team": "Süd", "bearbeiter": "L. Yildiz", "stichtag": TODAY}
ITEMS: list[Row] = [
    {
        "nr": f"P-{n}", "bezeichnung": f"Größe {n} & <mehr>", "stufe": ("Anfang", "Ende")[n % 2], "menge": n + 1,
        "preis": 10.5 * n, "anteil": n / 16, "faktor": 1.5, "beginn": date(2026, 3, n), "ende": date(2026, 4, n),
        "monat": date(2026, n, 1), "uhr": time(8, n), "mail": f"a{n}@example.org", "telefon": f"+49 89 12345{n}",
        "web": "https://example.org/x", "plz": f"0123{n}", "notiz": "erste Zeile\nzweite Zeile",
    }
    for n in range(1, 8)
]  # fmt: skip


def good_workbook(folder: Path, catalog: Catalog) -> bytes:
    """Return a filled workbook of the specimen."""
    values = starting_values(catalog.template("probe"), "de", "BY", TODAY)
    values = values.with_block("posten", ITEMS).with_block("deckblatt", FRONT)
    return generate(folder / "gut.xlsx", catalog, "probe", values).read_bytes()


def number_cell(catalog: Catalog) -> str:
    """Return the cell of the first quantity."""
    return place(catalog, "probe", "posten", "menge")[1]


def judge(
    files: Mapping[str, bytes], folder: Path, catalog: Catalog, budget: Budget | None = None, jobs: int = 2
) -> dict[str, ReadResult]:
    """Read files in a pool, each for itself; the names are only those of the results."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{n:05}.xlsx" for n, name in enumerate(files)}
    for name, path in paths.items():
        path.write_bytes(files[name])
    with Pool(catalog.folders[1:], today=TODAY, jobs=jobs, budget=budget) as pool:
        results = pool.read(list(paths.values()), catalog, lambda: None)
    return dict(zip(paths, results, strict=True))


def contents(result: ReadResult) -> str:
    """Return the values that were read, to be compared."""
    return json.dumps([result.values.blocks, result.values.lists], sort_keys=True, default=repr)


def told(result: ReadResult) -> list[str]:
    """Return the codes of findings that say something is wrong."""
    return [f.code for f in result.findings if f.level != "info"]


__all__ = ["ITEMS", "SHEET", "Any", "contents", "good_workbook", "judge", "number_cell", "read_many", "told"]
