"""RawBook: what a workbook file holds, before anyone asks what it means.

Values come from python-calamine; what it does not give (error cells, formulas, defined
names, tables, properties) from our own look at the inflated parts. The reader never sees the
file itself but a plain archive of the parts that were judged, so that both look at the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

from python_calamine import CalamineError, CalamineWorkbook

from vorlagen.intake.cells import SheetScan, scan_sheet
from vorlagen.intake.gate import LIMITS, Limits, Refused, open_package, over_limit, unreadable
from vorlagen.intake.markup import check_outline, column_number, local, parse_xml
from vorlagen.intake.package import Relation, plain_archive, relations
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

    def formula(self, row: int, column: int) -> str:
        """Return the text of a formula that no program has calculated, empty when it is not known."""
        return self.scan.texts.get(cell_name(row, column), "")


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
    root = {relation.kind: relation.target for relation in relations(parts, "", limits)}
    workbook = root.get("officeDocument", "")
    links = {relation.identity: relation for relation in relations(parts, workbook, limits)}
    book, sheets = _structure(parts, workbook, links, limits)
    custom = root.get("custom-properties") or root.get("customProperties") or ""
    if custom in parts:
        book.properties = _properties(parse_xml(parts[custom], limits))
    by_kind = {relation.kind: relation.target for relation in links.values()}
    texts = _count_texts(parts.get(by_kind.get("sharedStrings", "")), limits)
    styles = parts.get(by_kind.get("styles", ""))
    if styles is not None and check_outline(styles, limits)["xf"] > limits.styles:
        raise over_limit("Zahl der Formate", "number of cell formats")
    for name, identity in sheets.items():
        place = links[identity].target
        book.sheets[name].scan = scan_sheet(parts[place], limits, texts)
        for relation in relations(parts, place, limits):
            if relation.kind == "table" and relation.target in parts:
                table = _table(parse_xml(parts[relation.target], limits), name)
                if table is not None:
                    book.tables.setdefault(table.name.casefold(), table)
    _values(plain_archive(parts, workbook, links), book)
    return book


def _count_texts(part: bytes | None, limits: Limits) -> int:
    """Return how many texts the cells share; readers make room for as many as the part announces."""
    if part is None:
        return 0

    def visit(name: str, attributes: Mapping[str, str]) -> None:
        announced = attributes.get("uniqueCount", "0") if name == "sst" else "0"
        if not announced.isdecimal() or len(announced) > 12 or int(announced) > limits.unique:
            raise over_limit("Zahl der Texte", "number of texts")

    count = check_outline(part, limits, visit)["si"]
    if count > limits.unique:
        raise over_limit("Zahl der Texte", "number of texts")
    return count


def _structure(
    parts: dict[str, bytes], place: str, links: Mapping[str, Relation], limits: Limits
) -> tuple[RawBook, dict[str, str]]:
    """Return the book without values, and the id of the part of each worksheet."""
    if place not in parts:
        raise unreadable("keine Excel-Arbeitsmappe", "no Excel workbook")
    workbook = parse_xml(parts[place], limits)
    if local(workbook) != "workbook":
        raise unreadable("keine Excel-Arbeitsmappe", "no Excel workbook")
    book = RawBook()
    sheets: dict[str, str] = {}
    for element in workbook:
        if local(element) == "workbookPr":
            book.date1904 = element.get("date1904", "0") in ("1", "true", "on")
        elif local(element) == "sheets":
            if len(element) > limits.sheets:
                raise over_limit(f"{limits.sheets} Blätter", f"{limits.sheets} sheets")
            for sheet in element:
                identity = next((v for k, v in sheet.attrib.items() if k.rpartition("}")[2] == "id" and "}" in k), "")
                relation = links.get(identity)
                name = sheet.get("name", "")
                if name in book.sheets:
                    raise unreadable("Blattname doppelt", "sheet name twice")
                if _is_worksheet(relation, parts):
                    book.sheets[name] = RawSheet(name, sheet.get("state", "visible"))
                    sheets[name] = identity
        elif local(element) == "definedNames":
            if len(element) > limits.names:
                raise over_limit("Zahl der definierten Namen", "number of defined names")
            _names(element, book)
    if not book.sheets:
        raise unreadable("keine Blätter", "no sheets")
    return book, sheets


def _is_worksheet(relation: Relation | None, parts: Mapping[str, bytes]) -> bool:
    """Whether a sheet has cells.

    Raises:
        Refused: its part is missing, outside the file, or holds macros.
    """
    kind = relation.kind if relation is not None else ""
    if kind in ("chartsheet", "dialogsheet"):
        return False
    if "macrosheet" in kind.lower():
        raise Refused("E_FILE_MACRO")
    if relation is None or kind != "worksheet" or relation.external or relation.target not in parts:
        raise unreadable("Blatt fehlt im Archiv", "sheet missing from the archive")
    return True


def _names(element: Element, book: RawBook) -> None:
    """Take defined names; those of the workbook go before those of a single sheet."""
    local_names: dict[str, str] = {}
    for item in element:
        key = item.get("name", "").casefold()
        if key.startswith("_xlnm."):
            continue
        (book.names if item.get("localSheetId") is None else local_names).setdefault(key, item.text or "")
    book.names = local_names | book.names


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


def _values(archive: bytes, book: RawBook) -> None:
    """Fill in the values of all sheets.

    A panic of the Rust reader is a BaseException; it must not pass as one.
    """
    try:
        with CalamineWorkbook.from_filelike(BytesIO(archive)) as workbook:
            for name, sheet in book.sheets.items():
                sheet.rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except (CalamineError, OSError, ValueError, LookupError):
        raise unreadable("Inhalt beschädigt", "damaged content") from None
    except BaseException:
        raise Refused("E_LIMIT_CRASH") from None
