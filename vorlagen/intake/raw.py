"""RawBook: what a workbook file holds, before anyone asks what it means.

Values come from python-calamine; what it does not give (error cells, formulas, defined
names, tables, properties) from our own look at the inflated parts.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

from python_calamine import CalamineError, CalamineWorkbook

from vorlagen.intake.cells import SheetScan, check_sound, column_number, local, parse_xml, scan_sheet
from vorlagen.intake.gate import LIMITS, Limits, Refused, open_package, over_limit, unreadable
from vorlagen.layout import cell_name

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!(),;:=<>&*/+\s]+))!" + _RANGE.pattern)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Area:
    """A range of cells on a sheet, 0-based and inclusive."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class RawTable:
    """An Excel table: its area without totals row, and its headings."""

    name: str
    area: Area
    columns: tuple[str, ...]
    totals: int = 0


@dataclass
class RawSheet:
    """One sheet: values as calamine gives them, and what calamine hides."""

    name: str
    state: str
    rows: list[list[Any]] = field(default_factory=list)
    scan: SheetScan = field(default_factory=SheetScan)

    def at(self, row: int, column: int) -> Any:
        """Return the value of a cell, None when it is blank or outside."""
        if row < 0 or row >= len(self.rows) or column < 0 or column >= len(self.rows[row]):
            return None
        value = self.rows[row][column]
        return None if value == "" else value

    def has_formula(self, row: int, column: int) -> bool:
        """Whether a cell holds a formula."""
        return cell_name(row, column) in self.scan.formulas

    def is_uncalculated(self, row: int, column: int) -> bool:
        """Whether a cell holds a formula that no program has calculated."""
        return cell_name(row, column) in self.scan.uncalculated


@dataclass
class RawBook:
    """One workbook."""

    properties: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, RawSheet] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    date1904: bool = False

    def areas(self, name: str) -> list[Area]:
        """Return the ranges that a defined name refers to, in the order they are written."""
        return list(references(self.names.get(name.casefold(), "")))


def references(formula: str) -> Iterator[Area]:
    """Yield the ranges with a sheet name in a formula."""
    for match in _REFERENCE.finditer(formula):
        sheet = match[1].replace("''", "'") if match[1] else match[2]
        yield _area(sheet, match[3], match[4], match[5], match[6])


def _area(sheet: str, left: str, top: str, right: str | None, bottom: str | None) -> Area:
    rows = sorted((int(top) - 1, int(bottom or top) - 1))
    columns = sorted((column_number(left), column_number(right or left)))
    return Area(sheet, rows[0], columns[0], rows[1], columns[1])


def read_raw(data: bytes, limits: Limits = LIMITS) -> RawBook:
    """Read a workbook from its bytes.

    Raises:
        Refused: the file is no sound .xlsx within the limits.
    """
    parts = open_package(data, limits)
    root = {kind: target for target, kind in _relations(parts, "")}
    workbook = root.get("officeDocument", "")
    book, places = _structure(parts, workbook, limits)
    custom = root.get("custom-properties") or root.get("customProperties") or ""
    if custom in parts:
        book.properties = _properties(parse_xml(parts[custom]))
    for name, place in places.items():
        if place not in parts:
            raise unreadable("Blatt fehlt im Archiv", "sheet missing from the archive")
        book.sheets[name].scan = scan_sheet(parts[place], limits)
        for target, kind in _relations(parts, place):
            if kind == "table" and target in parts:
                table = _table(parse_xml(parts[target]), name)
                if table is not None:
                    book.tables.setdefault(table.name.casefold(), table)
    for target, kind in _relations(parts, workbook):
        if kind in ("sharedStrings", "styles") and target in parts:
            check_sound(parts[target])
    _values(data, book)
    return book


def _structure(parts: dict[str, bytes], place: str, limits: Limits) -> tuple[RawBook, dict[str, str]]:
    """Return the book without values, and the part of each worksheet."""
    if place not in parts:
        raise unreadable("keine Excel-Arbeitsmappe", "no Excel workbook")
    workbook = parse_xml(parts[place])
    if local(workbook) != "workbook":
        raise unreadable("keine Excel-Arbeitsmappe", "no Excel workbook")
    book = RawBook()
    by_id = {identity: (target, kind) for target, kind, identity in _relations_with_id(parts, place)}
    places: dict[str, str] = {}
    for element in workbook:
        if local(element) == "workbookPr":
            book.date1904 = element.get("date1904", "0") in ("1", "true", "on")
        elif local(element) == "sheets":
            if len(element) > limits.sheets:
                raise over_limit(f"{limits.sheets} Blätter", f"{limits.sheets} sheets")
            for sheet in element:
                identity = next((v for k, v in sheet.attrib.items() if k.rpartition("}")[2] == "id" and "}" in k), "")
                target, kind = by_id.get(identity, ("", ""))
                if kind != "worksheet":
                    continue
                name = sheet.get("name", "")
                if name in book.sheets:
                    raise unreadable("Blattname doppelt", "sheet name twice")
                book.sheets[name] = RawSheet(name, sheet.get("state", "visible"))
                places[name] = target
        elif local(element) == "definedNames":
            if len(element) > limits.names:
                raise over_limit("Zahl der definierten Namen", "number of defined names")
            _names(element, book)
    if not book.sheets:
        raise unreadable("keine Blätter", "no sheets")
    return book, places


def _names(element: Element, book: RawBook) -> None:
    """Take defined names; those of the workbook go before those of a single sheet."""
    local_names: dict[str, str] = {}
    for item in element:
        key = item.get("name", "").casefold()
        if key.startswith("_xlnm."):
            continue
        (book.names if item.get("localSheetId") is None else local_names).setdefault(key, item.text or "")
    book.names = local_names | book.names


def _relations_with_id(parts: dict[str, bytes], source: str) -> Iterator[tuple[str, str, str]]:
    """Yield (target, kind, id) of the relations of a part inside the package."""
    folder, _, file = source.rpartition("/")
    place = posixpath.join(folder, "_rels", file + ".rels")
    if place not in parts:
        return
    for relation in parse_xml(parts[place]):
        if relation.get("TargetMode") == "External":
            continue
        target = relation.get("Target", "").replace("\\", "/")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        full = unicodedata.normalize("NFC", full).lower()
        yield full, relation.get("Type", "").rpartition("/")[2], relation.get("Id", "")


def _relations(parts: dict[str, bytes], source: str) -> Iterator[tuple[str, str]]:
    for target, kind, _ in _relations_with_id(parts, source):
        yield target, kind


def _properties(root: Element) -> dict[str, str]:
    return {item.get("name", ""): "".join(item.itertext()).strip() for item in root}


def _table(root: Element, sheet: str) -> RawTable | None:
    match = _RANGE.fullmatch(root.get("ref", ""))
    name = root.get("displayName") or root.get("name") or ""
    if match is None or not name or root.get("headerRowCount") == "0":
        return None
    area = _area(sheet, match[1], match[2], match[3], match[4])
    totals = int(root.get("totalsRowCount", "0")) if root.get("totalsRowCount", "0").isdigit() else 0
    area = Area(sheet, area.top, area.left, max(area.top, area.bottom - totals), area.right)
    columns = next((e for e in root if local(e) == "tableColumns"), ())
    return RawTable(name, area, tuple(_unescape(c.get("name", "")) for c in columns), totals)


def _unescape(text: str) -> str:
    """Undo the _xHHHH_ notation of control characters."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _values(data: bytes, book: RawBook) -> None:
    """Fill in the values of all sheets.

    A panic of the Rust reader is a BaseException; it must not pass as one.
    """
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            for name, sheet in book.sheets.items():
                sheet.rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except (CalamineError, OSError, ValueError, LookupError):
        raise unreadable("Inhalt beschädigt", "damaged content") from None
    except BaseException:
        raise Refused("E_LIMIT_CRASH") from None
