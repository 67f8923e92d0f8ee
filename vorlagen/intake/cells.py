"""A light look at the XML of one sheet: what calamine does not tell.

Error cells (calamine shows them as blank), cells that hold formulas, and formulas whose
result no program has stored. Regular expressions suffice for what spreadsheet programs
write; a sheet in an unusual but legal form is walked with a parser instead.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from vorlagen.intake.gate import Limits, over_limit, unreadable

_FORMULA = re.compile(r'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*><f[\s/>]')
_UNCALCULATED = re.compile(
    r'<c r="([A-Z]{1,3})(\d{1,7})"(?![^>]* t="str")[^>]*><f(?:\s[^>]*)?(?:(?<=/)>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)
_ERROR = re.compile(
    r'<c r="([A-Z]{1,3})(\d{1,7})"[^>]* t="e"[^>]*>(?:<f(?:\s[^>]*)?(?:(?<=/)>|>[^<]*</f>))?<v>([^<]*)</v>'
)
_ROW = re.compile(r'<row[^>]* r="(\d+)"')
_FILLED = re.compile(r'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')

Cells = dict[int, set[int]]


@dataclass
class SheetScan:
    """What stands in a sheet beside its values; columns and rows are 0-based.

    Attributes:
        formulas: column -> rows of cells that hold a formula.
        uncalculated: column -> rows of formulas without a stored result.
        errors: (row, column) -> error value.
    """

    formulas: Cells = field(default_factory=lambda: defaultdict(set))
    uncalculated: Cells = field(default_factory=lambda: defaultdict(set))
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def column_number(letters: str) -> int:
    """Return the 0-based column of its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def scan_sheet(part: bytes, limits: Limits) -> SheetScan:
    """Scan the XML of a sheet.

    Raises:
        Refused: too many cells, too large a box, or no sound XML.
    """
    try:
        xml = part.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable("XML nicht in UTF-8", "XML not in UTF-8") from None
    if xml.count("<mergeCell ") > limits.merges:
        raise over_limit("Zahl der verbundenen Zellen", "number of merged cells")
    cells = xml.count('<c r="')
    usual = cells == xml.count("<c ") and "<c>" not in xml and "<!" not in xml and "<sheetData" in xml
    if not usual:
        return _walk(xml, limits)
    if cells > limits.cells:
        raise over_limit("Zahl der Zellen", "number of cells")
    _check_box(xml, limits)
    scan = SheetScan()
    numbers: dict[str, int] = {}
    for letters, digits in _FORMULA.findall(xml):
        if letters not in numbers:
            numbers[letters] = column_number(letters)
        scan.formulas[numbers[letters]].add(int(digits) - 1)
    if scan.formulas:
        for letters, digits in _UNCALCULATED.findall(xml):
            scan.uncalculated[column_number(letters)].add(int(digits) - 1)
    if ' t="e"' in xml:
        for letters, digits, error in _ERROR.findall(xml):
            scan.errors[int(digits) - 1, column_number(letters)] = unescape(error)
    return scan


def _check_box(xml: str, limits: Limits) -> None:
    """Limit last row x last column of filled cells: what a reader lays out from A1."""
    last_row = max((int(row) for row in _ROW.findall(xml)), default=0)
    if last_row * 16_384 <= limits.box:
        return
    rows, columns = 0, 0
    for letters, digits in _FILLED.findall(xml):
        rows, columns = max(rows, int(digits)), max(columns, column_number(letters) + 1)
    if rows > 1_048_576 or rows * columns > limits.box:
        raise over_limit("Ausdehnung eines Blatts", "extent of a sheet")


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def parse_xml(part: bytes | str) -> Element:
    """Parse XML without entities or external parts.

    Raises:
        Refused: no sound XML.
    """
    try:
        root: Element = fromstring(part, forbid_dtd=True)
    except (ParseError, ValueError, LookupError, RecursionError):
        raise unreadable("XML beschädigt", "damaged XML") from None
    return root


def _walk(xml: str, limits: Limits) -> SheetScan:
    """Scan a sheet by its tree: prefixed names, cells without addresses, comments."""
    scan = SheetScan()
    row, count, rows, columns = -1, 0, 0, 0
    data = next((e for e in parse_xml(xml) if local(e) == "sheetData"), None)
    for line in data if data is not None else ():
        row = int(line.get("r", row + 2)) - 1
        column = -1
        for cell in line:
            place = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", cell.get("r", ""))
            column = column_number(place[1]) if place else column + 1
            count += 1
            if count > limits.cells:
                raise over_limit("Zahl der Zellen", "number of cells")
            inner = {local(child): child.text or "" for child in cell}
            if inner:
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            if "f" in inner:
                scan.formulas[column].add(row)
                if not inner.get("v") and cell.get("t") != "str":
                    scan.uncalculated[column].add(row)
            if cell.get("t") == "e":
                scan.errors[row, column] = inner.get("v", "")
    if rows > 1_048_576 or rows * columns > limits.box:
        raise over_limit("Ausdehnung eines Blatts", "extent of a sheet")
    return scan
