"""One contender, in a process of its own: `python -m benchmarks.work NAME PATH…` prints what it took.

Preparation (imports, inputs that it is handed) is not counted.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

Job = Callable[[], Any]


def stock_xlsxwriter(source: str) -> Job:
    from xlsxwriter import Workbook

    with open(source, "rb") as stream:
        books = pickle.load(stream)

    def job() -> None:
        for _, sheets in books:
            book = Workbook(BytesIO(), {"in_memory": True})
            formats: dict[int, Any] = {}
            for cells in sheets:
                sheet = book.add_worksheet()
                for row, col, style, formula, value in cells:
                    look = formats.get(style) or formats.setdefault(
                        style, book.add_format({"num_format": f'0.00"{style}"', "border": 1})
                    )
                    if formula is not None:
                        sheet.write_formula(row, col, "=" + formula, look, value if value is not None else "")
                    elif value is None:
                        sheet.write_blank(row, col, None, look)
                    elif isinstance(value, float):
                        sheet.write_number(row, col, value, look)
                    else:
                        sheet.write_string(row, col, value, look)
            book.close()

    return job


def stock_openpyxl(source: str) -> Job:
    from openpyxl import Workbook
    from openpyxl.styles import Border, NamedStyle, Side

    with open(source, "rb") as stream:
        books = pickle.load(stream)

    def job() -> None:
        for _, sheets in books:
            book = Workbook()
            book.remove(book.active)
            known: dict[int, Any] = {}
            for n, cells in enumerate(sheets):
                sheet = book.create_sheet(f"S{n}")
                for row, col, style, formula, value in cells:
                    cell = sheet.cell(row + 1, col + 1, value if formula is None else "=" + formula)
                    if style not in known:
                        look = NamedStyle(f"s{style}", number_format=f'0.00"{style}"', border=Border(left=Side("thin")))
                        book.add_named_style(look)
                        cell.style = look.name
                        known[style] = cell._style
                    else:
                        cell._style = known[style]
            book.save(BytesIO())

    return job


def deflate(folder: str) -> Job:
    parts = []
    for path in sorted(Path(folder).glob("*.xlsx")):
        with zipfile.ZipFile(path) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    return lambda: [zlib.compress(part, 6) for part in parts]


def _files(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("*.xlsx"))


def pandas_openpyxl(folder: str) -> Job:
    return _pandas(folder, "openpyxl")


def pandas_calamine(folder: str) -> Job:
    return _pandas(folder, "calamine")


def _pandas(folder: str, engine: Any) -> Job:
    import warnings

    import pandas as pd

    warnings.simplefilter("ignore")
    files = _files(folder)
    return lambda: pd.concat([pd.read_excel(f, sheet_name="Angebote", header=3, engine=engine) for f in files])


def bare_calamine(folder: str) -> Job:
    from python_calamine import CalamineWorkbook

    files = _files(folder)

    def job() -> None:
        for file in files:
            book = CalamineWorkbook.from_path(str(file), load_tables=True)
            for name in book.table_names:
                book.get_table_by_name(name).to_python()

    return job


def inflate_expat(folder: str) -> Job:
    from xml.parsers.expat import ParserCreate

    files = _files(folder)

    def job() -> None:
        for file in files:
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    ParserCreate().Parse(archive.read(name), True)

    return job


def gate(folder: str) -> Job:
    """The bytes judged and read raw, in this process."""
    from vorlagen.intake.gate import load
    from vorlagen.intake.raw import read_raw

    files = _files(folder)
    return lambda: [len(read_raw(load(f)).sheets) for f in files]


def ungated(folder: str) -> Job:
    """Reading without gate and isolation: parts are inflated and read, whatever they are."""
    from collections import Counter
    from io import BytesIO

    from vorlagen.intake import cells, markup, raw

    def inflated(data: bytes, *_: Any) -> dict[str, bytes]:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return {n.lower(): archive.read(n) for n in archive.namelist() if n.endswith((".xml", ".rels"))}

    raw.open_package = inflated
    for module, name in (
        (cells, "check_sound"), (cells, "_check_rest"), (cells, "_check_places"), (cells, "_check_texts"),
        (cells, "check_area"), (markup, "check_outline"), (raw, "check_outline"),
    ):  # fmt: skip
        setattr(module, name, lambda *_: Counter())
    return reading(folder)


def isolated(folder: str) -> Job:
    """Reading with gate, each file in a process that can be killed."""
    from vorlagen.catalog import Catalog
    from vorlagen.intake.pool import Pool

    catalog, files = Catalog(), _files(folder)

    def job() -> None:
        with Pool((), today=date(2026, 4, 15), jobs=1) as pool:
            pool.read(files, catalog, lambda: None)

    return job


def reading(folder: str) -> Job:
    """Reading without checks and without isolation."""
    from vorlagen.catalog import Catalog
    from vorlagen.reading import read_workbook

    catalog, files = Catalog(), _files(folder)
    return lambda: [read_workbook(f, catalog, today=date(2026, 4, 15)).outcome for f in files]


def evaluation(key: str, count: str) -> Job:
    from benchmarks.inputs import TODAY, main_table, many_rows
    from calculators import evaluate as _  # noqa: F401
    from vorlagen.catalog import Catalog
    from vorlagen.compute import compute
    from vorlagen.layout import layout_for

    template = Catalog().template(key)
    values = many_rows(template, int(count))
    layout = layout_for(template, values, "de", {main_table(template): int(count)})
    return lambda: compute(layout, values, TODAY)


def ironcalc(path: str) -> Job:
    import ironcalc as engine

    model = engine.load_from_xlsx(path, "en", "UTC", "en")
    return model.evaluate


def catalogue() -> Job:
    from vorlagen.catalog import Catalog

    def job() -> None:
        catalog = Catalog()
        for key in catalog.entries:
            catalog.template(key)

    return job


def _processor() -> float:
    """Return the processor seconds of this process and of the children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> None:
    job = globals()[sys.argv[1]](*sys.argv[2:])
    wall, processor = time.perf_counter(), _processor()
    job()
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": _processor() - processor}))


if __name__ == "__main__":
    main()
