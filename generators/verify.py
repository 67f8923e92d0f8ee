"""Opening once more what was just written: whole archives, all rows, the same sums.

What is found missing is named by its part, never by a value.
"""

from __future__ import annotations

import csv
import math
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vorlagen.layout import Layout
from vorlagen.outputs import Unsound
from vorlagen.spec import Table
from vorlagen.values import Values, is_blank

Sums = tuple[int, float]  # entries, and the sum of those that are numbers


def sums(values: Iterable[Any]) -> Sums:
    """Count the entries of a column, and add up its numbers."""
    filled = [value for value in values if not is_blank(value)]
    return len(filled), math.fsum(v for v in filled if isinstance(v, int | float) and not isinstance(v, bool))


def equal(one: Sums, other: Sums) -> bool:
    """Whether two columns hold as much; programs keep 15 digits of a number."""
    return one[0] == other[0] and math.isclose(one[1], other[1], rel_tol=1e-12, abs_tol=1e-9)


def verify_workbook(path: Path, layout: Layout, values: Values) -> None:
    """Open a workbook: its archive, its sheets, and the inputs of its tables.

    Raises:
        Unsound: something is missing.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
        if broken is not None:
            raise Unsound(broken)
        with CalamineWorkbook.from_path(str(path)) as book:
            missing = {sheet.name for sheet in layout.sheets} - set(book.sheet_names)
            if missing:
                raise Unsound("sheets")
            for key, placed in layout.placed.items():
                if isinstance(placed.block, Table) and values.rows(key):
                    rows = book.get_sheet_by_name(placed.sheet).to_python(skip_empty_area=False)
                    _verify_table(key, placed.block, placed.first, placed.columns, rows, values.rows(key))
    except (zipfile.BadZipFile, CalamineError) as error:
        raise Unsound(type(error).__name__) from None


def _verify_table(
    key: str, block: Table, first: int, columns: dict[str, int], rows: Sequence[Sequence[Any]], records: Sequence[Any]
) -> None:
    lines = rows[first : first + len(records)]
    for item in block.fields:
        if not item.computed:
            column = columns[item.key]
            read = sums(line[column] if column < len(line) else None for line in lines)
            if not equal(read, sums(_plain(record.get(item.key)) for record in records)):
                raise Unsound(f"{key}.{item.key}")


def _plain(value: Any) -> Any:
    """Return a text as a workbook keeps it: one of blanks only counts as none."""
    return value.strip() if isinstance(value, str) else value


def verify_csv(path: Path, rows: int, columns: int) -> None:
    """Open a CSV: rows and columns.

    Raises:
        Unsound: something is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        widths = [len(row) for row in csv.reader(stream, delimiter=";")]
    if widths != [columns] * (rows + 1):
        raise Unsound("rows")


def verify_parquet(path: Path, table: Any) -> None:
    """Open a Parquet file: the same table.

    Raises:
        Unsound: something is missing.
    """
    import pyarrow.parquet as pq

    if not pq.read_table(path).equals(table):
        raise Unsound("rows")


def verify_duckdb(path: Path, tables: dict[str, Any]) -> None:
    """Open a database: every table with its rows, and the sums of its numbers.

    Raises:
        Unsound: something is missing.
    """
    import duckdb

    with duckdb.connect(str(path), read_only=True) as base:
        for name, table in tables.items():
            kinds = {field.name: str(field.type) for field in table.schema}
            numbers = [n for n, kind in kinds.items() if kind in ("int64", "double") or kind.startswith("decimal")]
            asked = ", ".join(["count(*)", *(f'sum("{n}")' for n in numbers)])
            found = base.execute(f'SELECT {asked} FROM "{name}"').fetchall()[0]
            for column, value in zip(numbers, found[1:], strict=True):
                expected = math.fsum(float(v) for v in table[column].to_pylist() if v is not None)
                if not math.isclose(float(value or 0), expected, rel_tol=1e-12, abs_tol=1e-9):
                    raise Unsound(f"{name}.{column}")
            if found[0] != table.num_rows:
                raise Unsound(name)
