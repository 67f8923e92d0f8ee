"""Formula cells of a workbook file, and their values by IronCalc."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.repair_rules import M, Package
from vorlagen.fieldtypes import to_serial


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
