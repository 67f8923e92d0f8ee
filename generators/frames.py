"""Merged tables as CSV, Parquet and DuckDB, computed columns included."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from generators.accounting import Listing, account, shown
from generators.verify import verify_csv, verify_duckdb, verify_parquet
from vorlagen.consolidated import Consolidated, Merged
from vorlagen.fieldtypes import TYPES
from vorlagen.guard import guarded
from vorlagen.outputs import write_whole
from vorlagen.spec import Field, Kpis, Lang, Table
from vorlagen.values import is_blank

_MONEY_DIGITS, _MONEY_SCALE = 24, 4
_PACKAGES = {"parquet": ("pyarrow",), "duckdb": ("duckdb", "pyarrow")}


def missing_package(kind: str) -> str | None:
    """Return a package that a format needs and that is not installed; the extra of the format's name brings it."""
    return next((package for package in _PACKAGES.get(kind, ()) if find_spec(package) is None), None)


def tables_of(item: Merged) -> list[Table]:
    """Return the record tables of a template."""
    return [b for b in item.template.blocks.values() if isinstance(b, Table)]


def _columns(item: Merged, block: Table) -> list[tuple[Field, list[Any]]]:
    """Return all columns of a table with typed values, computed ones included."""
    records = item.values.rows(block.key)
    columns = []
    for f in block.fields:
        if f.computed and not f.carried:
            cells = item.computed.column(block.key, f.key)[: len(records)]
            columns.append((f, [TYPES[f.type].from_cell(_plain(v)) for v in cells]))
        else:
            columns.append((f, [r.get(f.key) for r in records]))
    return columns


def _plain(value: Any) -> Any:
    """Return numbers of numpy as Python's."""
    return value.item() if hasattr(value, "item") and not isinstance(value, str) else value


def csv_writer(item: Merged, block: Table, lang: Lang) -> Callable[[Path], None]:
    """Return the writer of a CSV that Excel of the language opens by double click."""

    def write(path: Path) -> None:
        columns = _columns(item, block)
        cells = [[_csv_cell(f, v, lang) for v in values] for f, values in columns]
        _write_csv(path, [f.title[lang] for f, _ in columns], zip(*cells, strict=True))

    rows = len(item.values.rows(block.key))
    return lambda path: write_whole(path, write, lambda written: verify_csv(written, rows, len(block.fields)))


def listing_csv_writer(part: Listing, lang: Lang) -> Callable[[Path], None]:
    """Return the writer of a table that accounts for the merge, as CSV."""

    def write(path: Path) -> None:
        rows = ([_csv_cell(None, v, lang) for v in row] for row in part.rows)
        _write_csv(path, [title for title, _, _ in part.columns], rows)

    return lambda path: write_whole(path, write, lambda written: verify_csv(written, len(part.rows), len(part.columns)))


def listing_parquet_writer(part: Listing) -> Callable[[Path], None]:
    """Return the writer of a table that accounts for the merge, as Parquet."""

    def write(path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = _listing_table(pa, part)
        write_whole(path, lambda new: pq.write_table(table, new), lambda written: verify_parquet(written, table))

    return write


def _csv_cell(item: Field | None, value: Any, lang: Lang) -> str:
    text = shown(item, value, lang)
    return guarded(text) if isinstance(value, str) else text


def _write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(titles)
        writer.writerows(rows)


def _arrow(item: Merged, block: Table) -> Any:
    import pyarrow as pa

    columns = _columns(item, block)
    kinds = {
        "int": pa.int64(),
        "decimal": pa.float64(),
        "percent": pa.float64(),
        "money": pa.decimal128(_MONEY_DIGITS, _MONEY_SCALE),
        "date": pa.date32(),
        "month": pa.date32(),
        "time": pa.time64("us"),
    }
    arrays = [pa.array([_typed(f, v) for v in values], type=kinds.get(f.type, pa.string())) for f, values in columns]
    return pa.table(arrays, names=[f.key for f, _ in columns])


def _typed(item: Field, value: Any) -> Any:
    """Return the value in the type of its column; None where a computed cell holds something else."""
    if is_blank(value):
        return None
    info = item.type
    if info == "int":
        number = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        return int(value) if number else None
    if info in ("decimal", "percent", "money"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if info != "money":
            return float(value)
        return Decimal(repr(value)).quantize(Decimal(1).scaleb(-_MONEY_SCALE), ROUND_HALF_UP)
    if info in ("date", "month"):
        return value if isinstance(value, date) else None
    if info == "time":
        return value if isinstance(value, time) else None
    return str(value)


def parquet_writer(item: Merged, block: Table) -> Callable[[Path], None]:
    """Return the writer of a typed Parquet file."""

    def write(path: Path) -> None:
        import pyarrow.parquet as pq

        table = _arrow(item, block)
        write_whole(path, lambda new: pq.write_table(table, new), lambda written: verify_parquet(written, table))

    return write


def duckdb_writer(consolidated: Consolidated, merged: dict[str, Merged], lang: Lang) -> Callable[[Path], None]:
    """Return the writer of one database: the tables of all templates, their sources, conflicts and messages."""

    def write(path: Path) -> None:
        import pyarrow as pa

        tables: dict[str, Any] = {}
        views: dict[str, str] = {}
        for key, item in merged.items():
            tables |= {f"{key}_{block.key}": _arrow(item, block) for block in tables_of(item)}
            for part in account(consolidated, item, lang):
                tables[f"{key}_{part.key}"] = _listing_table(pa, part)
            figures = list(_figures(item, lang))
            if figures:
                tables[f"{key}_kennzahlen"] = _figures_table(pa, figures)
            for block, field, _, kind, _, _ in figures:
                column = "text" if kind in _WORDS else "wert"
                views[f"{key}_{block}_{field}"] = (
                    f'SELECT {column} AS "{field}" FROM "{key}_kennzahlen" '
                    f"WHERE bereich = '{block}' AND feld = '{field}'"
                )
        write_whole(path, lambda new: _fill(new, tables, views), lambda written: verify_duckdb(written, tables))

    return write


def _fill(path: Path, tables: dict[str, Any], views: dict[str, str]) -> None:
    import duckdb

    path.unlink()  # an empty file is no database
    with duckdb.connect(str(path)) as base:
        for name, table in tables.items():
            base.register("incoming", table)
            base.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')
            base.unregister("incoming")
        for name, query in views.items():
            base.execute(f'CREATE VIEW "{name}" AS {query}')


_WORDS = ("text", "long", "choice", "email", "phone", "url", "date", "month", "time")  # figures that are no numbers


def _figures(item: Merged, lang: Lang) -> Iterator[tuple[str, str, str, str, float | None, str | None]]:
    """Yield every key figure: block, field, title, type, number, and its text where it is none."""
    for block in item.template.blocks.values():
        for f in block.fields if isinstance(block, Kpis) else ():
            value = TYPES[f.type].from_cell(_plain(item.computed.cell(block.key, f.key)))
            number = isinstance(value, int | float) and not isinstance(value, bool)
            text = None if is_blank(value) or number else value.isoformat() if isinstance(value, date) else str(value)
            yield block.key, f.key, f.title[lang], f.type, float(value) if number else None, text


def _figures_table(pa: Any, figures: Sequence[tuple[Any, ...]]) -> Any:
    names = ("bereich", "feld", "titel", "art", "wert", "text")
    kinds = [pa.string()] * 4 + [pa.float64(), pa.string()]
    return pa.table([pa.array(column, k) for column, k in zip(zip(*figures, strict=True), kinds, strict=True)], names)


def _listing_table(pa: Any, listing: Listing) -> Any:
    kinds = {"int": pa.int64(), "date": pa.date32()}
    arrays = [
        pa.array([row[n] for row in listing.rows], type=kinds.get(kind, pa.string()))
        for n, (_, _, kind) in enumerate(listing.columns)
    ]
    return pa.table(arrays, names=list(listing.names))
