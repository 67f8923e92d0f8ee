"""A light look at the XML of one sheet: what calamine does not tell.

Error cells (calamine shows them as blank), cells that hold formulas, and formulas whose
result no program has stored. Regular expressions suffice for what spreadsheet programs
write; a sheet in an unusual but legal form is walked with a parser instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError, ParserCreate

from defusedxml.ElementTree import fromstring

from vorlagen.intake.gate import Limits, over_limit, unreadable
from vorlagen.layout import cell_name

_CELL = rb'<c r="([A-Z]{1,3}\d{1,7})"'
_F = rb"<f(?:\s[^>]*)?(?:(?<=/)>|>[^<]*</f>)"
_FORMULA = re.compile(_CELL + rb"[^>]*><f[\s/>]")
_UNCALCULATED = re.compile(_CELL + rb'(?![^>]* t="str")[^>]*>' + _F + rb"(?:<v\s*/>|<v></v>)?</c>")
_ERROR = re.compile(_CELL + rb'[^>]* t="e"[^>]*>(?:' + _F + rb")?<v>([^<]*)</v>")
_ROW = re.compile(rb'<row[^>]* r="(\d+)"')
_FILLED = re.compile(_CELL + rb"[^>]*(?<!/)>")


@dataclass
class SheetScan:
    """What stands in a sheet beside its values.

    Attributes:
        formulas: names of the cells that hold a formula.
        errors: (row, column), 0-based -> error value.
        part: the XML, as long as it is in the usual form.
    """

    formulas: frozenset[str] = frozenset()
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    part: bytes = b""

    @cached_property
    def uncalculated(self) -> frozenset[str]:
        """Names of the cells whose formula has no stored result (or, from XlsxWriter, an empty one)."""
        return _names(_UNCALCULATED.findall(self.part))


def _names(found: list[bytes]) -> frozenset[str]:
    return frozenset(b" ".join(found).decode("ascii").split())


def column_number(letters: str) -> int:
    """Return the 0-based column of its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def split_name(name: str) -> tuple[int, int]:
    """Return (row, column), 0-based, of a cell's name."""
    letters = name.rstrip("0123456789")
    return int(name[len(letters) :]) - 1, column_number(letters)


def scan_sheet(part: bytes, limits: Limits) -> SheetScan:
    """Scan the XML of a sheet.

    Raises:
        Refused: too many cells, too large a box, or no sound XML.
    """
    check_sound(part)
    if part.count(b"<mergeCell ") > limits.merges:
        raise over_limit("Zahl der verbundenen Zellen", "number of merged cells")
    cells = part.count(b'<c r="')
    usual = cells == part.count(b"<c ") and b"<c>" not in part and b"<!" not in part and b"<sheetData" in part
    if not usual:
        return _walk(part, limits)
    if cells > limits.cells:
        raise over_limit("Zahl der Zellen", "number of cells")
    _check_box(part, limits)
    scan = SheetScan(_names(_FORMULA.findall(part)), part=part)
    if b' t="e"' in part:
        for name, error in _ERROR.findall(part):
            scan.errors[split_name(name.decode("ascii"))] = unescape(error.decode("utf-8"))
    return scan


def check_sound(part: bytes) -> None:
    """Refuse XML that is not well-formed; calamine would read on and lose cells.

    Raises:
        Refused: no sound XML.
    """
    try:
        ParserCreate().Parse(part, True)
    except ExpatError:
        raise unreadable("XML beschädigt", "damaged XML") from None


def _check_box(part: bytes, limits: Limits) -> None:
    """Limit last row x last column of filled cells: what a reader lays out from A1."""
    last_row = max((int(row) for row in _ROW.findall(part)), default=0)
    if last_row * 16_384 <= limits.box:
        return
    places = [split_name(name) for name in _names(_FILLED.findall(part))]
    _limit_box(max((r for r, _ in places), default=-1) + 1, max((c for _, c in places), default=-1) + 1, limits)


def _limit_box(rows: int, columns: int, limits: Limits) -> None:
    if rows > 1_048_576 or columns > 16_384 or rows * columns > limits.box:
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


def _walk(part: bytes, limits: Limits) -> SheetScan:
    """Scan a sheet by its tree: prefixed names, cells without addresses, comments."""
    scan = SheetScan()
    formulas: list[bytes] = []
    uncalculated: list[bytes] = []
    row, count, rows, columns = -1, 0, 0, 0
    data = next((e for e in parse_xml(part) if local(e) == "sheetData"), None)
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
                name = cell_name(row, column).encode()
                formulas.append(name)
                if not inner.get("v") and cell.get("t") != "str":
                    uncalculated.append(name)
            if cell.get("t") == "e":
                scan.errors[row, column] = inner.get("v", "")
    _limit_box(rows, columns, limits)
    scan.formulas = _names(formulas)
    scan.uncalculated = _names(uncalculated)
    return scan
