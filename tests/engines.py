"""Independent engines: recalculate a workbook and give its cell values."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter

from tests.repair_rules import M, Package
from vorlagen.fieldtypes import to_serial

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>de-DE</value>
</prop></item>
</oor:items>
"""

needs_libreoffice = pytest.mark.libreoffice


def have_libreoffice() -> bool:
    """Whether LibreOffice is on the PATH."""
    return shutil.which("soffice") is not None


@dataclass(frozen=True)
class FormulaCell:
    """A formula cell and the value stored with it."""

    sheet: str
    name: str
    formula: str
    stored: Any


def formula_cells(path: Path) -> Iterator[FormulaCell]:
    """Yield every formula cell of a workbook with its stored value."""
    for (sheet, name), (formula, value) in cells(path).items():
        if formula is not None:
            yield FormulaCell(sheet, name, formula, value)


def cells(path: Path) -> dict[tuple[str, str], tuple[str | None, Any]]:
    """Return formula and stored value of every cell that has one; dates are serial numbers.

    openpyxl takes ten times as long, which decides how many workbooks a run can compare.
    """
    package = Package(path)
    out: dict[tuple[str, str], tuple[str | None, Any]] = {}
    for sheet, part, _ in package.sheets:
        for _, cell in ElementTree.iterparse(BytesIO(package.parts[part])):
            if cell.tag != M + "c":
                continue
            formula, value, kind = cell.find(M + "f"), cell.findtext(M + "v"), cell.attrib.get("t", "n")
            result: Any = ""
            if kind == "s" and value is not None:
                result = package.shared[int(value)]
            elif kind == "inlineStr":
                result = "".join(t.text or "" for t in cell.iter(M + "t"))
            elif kind in ("str", "e"):
                result = value or ""
            elif value:
                result = value == "1" if kind == "b" else float(value)
            if formula is not None or result != "":
                out[sheet, cell.attrib["r"]] = (formula.text if formula is not None else None, result)
            cell.clear()
    return out


def position(name: str) -> tuple[int, int]:
    """Return row and column of a cell name, from 0."""
    from openpyxl.utils.cell import coordinate_to_tuple

    row, col = coordinate_to_tuple(name)
    return row - 1, col - 1


def plain(value: Any) -> Any:
    """Return a value in one form for comparing: blank as '', dates as serial numbers."""
    if value is None:
        return ""
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    if isinstance(value, datetime | date):
        return to_serial(value)
    return value


def same(a: Any, b: Any) -> bool:
    """Whether two engines agree: text exactly, numbers to 1e-9 relative."""
    if isinstance(a, bool) or isinstance(b, bool):
        return bool(a) == bool(b) and not isinstance(a, str) and not isinstance(b, str)
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))
    return bool(a == b)


class LibreOffice:
    """Recalculates many workbooks in one run of LibreOffice, German locale."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.profile = folder / "profile"
        (self.profile / "user").mkdir(parents=True)
        (self.profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")

    def recalculate(self, paths: list[Path]) -> dict[Path, Path]:
        """Return the recalculated copy of each workbook.

        A probe with a wrong stored value goes along: if it is not corrected, LibreOffice
        kept stored values and every comparison would be worthless.
        """
        out = self.folder / f"out{len(list(self.folder.iterdir()))}"
        out.mkdir()
        probe = self.folder / "probe.xlsx"
        book = xlsxwriter.Workbook(probe)
        book.add_worksheet("Probe").write_formula("A1", "=40+2", None, 0)
        book.close()
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{self.profile}", "--headless", "--convert-to", "xlsx",
             "--outdir", str(out), str(probe), *map(str, paths)],
            check=True, capture_output=True, timeout=900,
        )  # fmt: skip
        assert values_of_workbook(out / "probe.xlsx")["Probe", "A1"] == 42
        return {path: out / path.name for path in paths}


def values_of_workbook(path: Path) -> dict[tuple[str, str], Any]:
    """Return all values of a workbook by (sheet, cell)."""
    return {place: value for place, (_, value) in cells(path).items() if value != ""}


class IronCalc:
    """One workbook evaluated by IronCalc."""

    def __init__(self, path: Path) -> None:
        import ironcalc

        self.model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        self.model.evaluate()
        self.sheets = {
            s["name"] if isinstance(s, dict) else s.name: n
            for n, s in enumerate(self.model.get_worksheets_properties())
        }

    def value(self, sheet: str, cell: str) -> Any:
        """Return the value of a cell."""
        row, col = position(cell)
        return plain(self.model.get_cell_value(self.sheets[sheet], row + 1, col + 1))
