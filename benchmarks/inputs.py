"""What the contenders work on: built once, from the shipped templates."""

from __future__ import annotations

import pickle
import re
import sys
import zipfile
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

from benchmarks.parts import DUPLICATES, LIST
from generators.workbook import write_workbook
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.spec import Template
from vorlagen.values import Values, example_values, starting_values

TODAY = date(2026, 4, 15)

_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?(?:/>|>(?:<f>([^<]*)</f>)?<v>([^<]*)</v></c>)')
_TEXT = re.compile(r"<si><t[^>]*>([^<]*)</t></si>")


def templates(folder: Path) -> None:
    """Write all templates blank and at full size."""
    catalog = Catalog()
    folder.mkdir(parents=True)
    for key in catalog.entries:
        template = catalog.template(key)
        values = starting_values(template, "de", "BY", TODAY)
        path = folder / f"{template.number:02d}_{key}.xlsx"
        write_workbook(path, template, values, brand=Brand(), lang="de", today=TODAY)


def cells(folder: Path, target: Path) -> None:
    """Take all cells of the workbooks in a folder apart, for writers that are to write the same."""
    books = []
    for path in sorted(folder.glob("*.xlsx")):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            texts = [unescape(t) for t in _TEXT.findall(archive.read("xl/sharedStrings.xml").decode())]
            count = sum(name.startswith("xl/worksheets/sheet") for name in names)
            sheets = [archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in range(1, count + 1)]
        books.append((path.name, [[_cell(match, texts) for match in _CELL.finditer(sheet)] for sheet in sheets]))
    with target.open("wb") as stream:
        pickle.dump(books, stream, pickle.HIGHEST_PROTOCOL)


def _cell(match: re.Match[str], texts: list[str]) -> tuple[int, int, int, str | None, Any]:
    """Return row, column, style, formula and value of a cell."""
    letters, row, style, kind, formula, shown = match.groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    value: Any = None if shown is None else texts[int(shown)] if kind == "s" else unescape(shown)
    if kind is None and shown:
        value = float(shown)
    return int(row) - 1, column - 1, int(style or 0), None if formula is None else unescape(formula), value


def filled(folder: Path, count: int, rows: int, size: int | None = None) -> None:
    """Write filled quotation lists of many offices, each with its own numbers and names.

    Args:
        folder: where to.
        count: how many.
        rows: filled rows of each.
        size: rows of its tables, those of the template when None.
    """
    catalog = Catalog()
    template = catalog.template(LIST)
    folder.mkdir(parents=True)
    sizes = {key: size for key, b in template.blocks.items() if size and hasattr(b, "identity")} or None
    for n in range(count):
        values = many_rows(template, rows, start=n * rows)
        front = {**values.form("deckblatt"), "mappe_id": f"M-{n:05d}", "team": f"Team {n}"}
        path = folder / f"team_{n:05d}.xlsx"
        write_workbook(
            path, template, values.with_block("deckblatt", front), brand=Brand(), lang="de", today=TODAY, rows=sizes
        )


def main_table(template: Template) -> str:
    """Return the key of the first record list with examples."""
    return next(key for key, b in template.blocks.items() if hasattr(b, "identity") and getattr(b, "examples", None))


def many_rows(template: Template, count: int, start: int = 0) -> Values:
    """Return the example values with many records in the first list; two in a row share their texts."""
    values = example_values(template, "de", "BY", TODAY)
    key = main_table(template)
    block = template.blocks[key]
    examples = values.rows(key)
    records = []
    for n in range(start, start + count):
        record = dict(examples[n % len(examples)])
        for item in block.all_fields:
            if item.type == "text" and record.get(item.key) and not item.ref:
                record[item.key] = f"{record[item.key]} {n // 2}"
        record[block.identity[0]] = f"{n:07d}"
        records.append(record)
    return values.with_block(key, records)


def large(path: Path, rows: int) -> None:
    """Write the list of customers with its search for duplicates, for another engine."""
    template = Catalog().template(DUPLICATES)
    size = {main_table(template): rows}
    write_workbook(path, template, many_rows(template, rows), brand=Brand(), lang="de", today=TODAY, rows=size)


def main() -> None:
    job, target, *arguments = sys.argv[1:]
    path = Path(target)
    if job == "templates":
        templates(path)
    elif job == "cells":
        cells(Path(arguments[0]), path)
    elif job == "filled":
        filled(path, *map(int, arguments))
    elif job == "large":
        large(path, int(arguments[0]))


if __name__ == "__main__":
    main()
