"""Workbooks generated, filled in as a person would, and damaged as other programs do."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from generators.workbook import write_workbook
from tests.helpers import catalog_with
from tests.specimens import KUNDENPROBE, PROBE
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.layout import layout_for
from vorlagen.records import ReadResult
from vorlagen.spec import Lang
from vorlagen.values import Row, Values, example_values, starting_values

TODAY = date(2026, 4, 15)


def probe_catalog(folder: Path) -> Catalog:
    """Return the shipped catalogue with the specimens."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog_with(PROBE, folder)
    return catalog_with(KUNDENPROBE, folder)


def generate(
    path: Path,
    catalog: Catalog,
    key: str,
    values: Values | None = None,
    *,
    example: bool = False,
    lang: Lang = "de",
    today: date = TODAY,
    rows: Mapping[str, int] | None = None,
    merged: bool = False,
) -> Path:
    """Write a workbook: with the given values, the example's, or blank."""
    template = catalog.template(key)
    if values is None:
        values = (example_values if example else starting_values)(template, lang, "BY", today)
    write_workbook(path, template, values, brand=Brand(), lang=lang, today=today, rows=rows, merged=merged)
    return path


def place(catalog: Catalog, key: str, block: str, field: str, row: int = 0) -> tuple[str, str]:
    """Return (sheet, cell) of a field in a new German workbook; `row` counts records from 0."""
    template = catalog.template(key)
    layout = layout_for(template, starting_values(template, "de", "BY", TODAY), "de")
    placed = layout.placed[block]
    first = placed.place(field).split(":")[0]
    letters = first.rstrip("0123456789")
    return placed.sheet, f"{letters}{int(first[len(letters) :]) + row}"


def fill(path: Path, cells: Mapping[tuple[str, str], Any]) -> Path:
    """Set cells and save, as with openpyxl; stored results of formulas are lost by that."""

    def change(book: Any) -> None:
        for (sheet, cell), value in cells.items():
            book[sheet][cell].value = value

    return edit(path, change)


def edit(path: Path, change: Callable[[Any], None]) -> Path:
    """Open a workbook with openpyxl, change it and save it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path)
        change(book)
        book.save(path)
        book.close()
    return path


def rezip(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change the parts of a workbook as bytes; stored results stay."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def set_raw(path: Path, sheet: str, cell: str, xml: str) -> Path:
    """Replace one cell by XML (its style stays): what other programs may leave there."""

    def change(parts: dict[str, bytes]) -> None:
        book = parts["xl/workbook.xml"].decode()
        names = re.findall(r'<sheet name="([^"]+)"', book)
        part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
        text = parts[part].decode()
        pattern = re.compile(rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
        assert pattern.search(text), f"no cell {cell}"
        parts[part] = pattern.sub(lambda m: f'<c r="{cell}"{m[1] or ""}{xml}', text, count=1).encode()

    return rezip(path, change)


def codes(result: ReadResult, *, infos: bool = True) -> list[str]:
    """Return the codes of all findings."""
    return [f.code for f in result.findings if infos or f.level != "info"]


def found(result: ReadResult) -> set[tuple[str, str]]:
    """Return (code, cell) of all findings."""
    return {(f.code, f.origin.cell if f.origin else "") for f in result.findings}


FRONT = {"mappe_id": "M-1", "firma": "Muster GmbH", "team": "Süd", "bearbeiter": "L. Yildiz"}
ROW = {"nr": "P-1", "bezeichnung": "Rolle", "stufe": "Anfang", "menge": 4, "preis": 2.5, "beginn": date(2026, 3, 1)}


def values_with(catalog: Catalog, key: str = "probe", lang: Lang = "de", **blocks: list[Row] | Row) -> Values:
    values = starting_values(catalog.template(key), lang, "BY", TODAY)
    front = dict(FRONT, team={"de": "Süd", "en": "South"}[lang])
    for block, content in {"deckblatt": front, **blocks}.items():
        merged = {**values.form(block), **content} if isinstance(content, dict) else content
        values = values.with_block(block, merged)
    return values
