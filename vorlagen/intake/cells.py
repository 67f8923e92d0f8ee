"""A light but strict look at the XML of one sheet: what calamine does not tell.

Error cells (calamine shows them as blank), cells that hold formulas, formulas whose result no
program has stored; and what calamine would read as something else without a word: cells or
rows that occur twice, indices of texts that do not exist, comments inside values. Regular
expressions suffice for what spreadsheet programs write: one of them describes the whole of
the cells; a sheet in an unusual but legal form is walked with a parser instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from xml.etree.ElementTree import Element

from vorlagen.intake.gate import Limits, Refused, over_limit, unreadable
from vorlagen.intake.markup import (
    COLUMNS,
    ROWS,
    check_area,
    check_outline,
    check_sound,
    column_number,
    local,
    parse_xml,
)
from vorlagen.layout import cell_name

_CELL = rb'<c r="([A-Z]{1,3}\d{1,7})"'
_F = rb"<f(?:\s[^>]*)?(?:(?<=/)>|>[^<]*</f>)"
_NAME = re.compile(_CELL)
_FORMULA = re.compile(_CELL + rb"[^>]*><f[\s/>]")
_UNCALCULATED = re.compile(_CELL + rb'(?![^>]* t="str")[^>]*>' + _F + rb"(?:<v\s*/>|<v></v>)?</c>")
_UNCALCULATED_TEXT = re.compile(
    _CELL + rb'(?![^>]* t="str")[^>]*><f(?:\s[^>]*)?(?<!/)>([^<]+)</f>(?:<v\s*/>|<v></v>)?</c>'
)
_MISPLACED = re.compile(rb'<c (?![^>]* t="inlineStr")[^>]*>(?:' + _F + rb")?<is>")
_ERROR = re.compile(_CELL + rb'[^>]* t="e"[^>]*>(?:' + _F + rb")?<v>([^<]*)</v>")
_TEXT = re.compile(rb' t="s"[^<>]*>(?:' + _F + rb")?<v>([^<]*)</v>")
_RANGE = re.compile(rb'<f [^<>]*\bref="([^"]*)"')
_ROW = re.compile(rb'<row[^>]* r="(\d+)"')
_HIDDEN = re.compile(rb'<row(?=[^>]* hidden="(?:1|true)")[^>]* r="(\d+)"')
_FILLED = re.compile(_CELL + rb"[^>]*(?<!/)>")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")

# All cells of a sheet as spreadsheet programs write them. Every part is possessive: one pass, no going back.
_ATTRIBUTES = rb'(?: [\w:.]++="[^"<>&]*+")*+ ?'
_VALUE = rb"(?:<v>[^<]*+</v>|<v ?/>|<is><t[^<>]*+>[^<]*+</t></is>)?+"
_FULL = rb"<f" + _ATTRIBUTES + rb"(?:/>|>[^<]*+</f>)"
_ONE = rb'<c r="[A-Z]{1,3}+[1-9]\d{0,6}+"' + _ATTRIBUTES + rb"(?:/>|>(?:" + _FULL + rb")?+" + _VALUE + rb"</c>)"
_USUAL = re.compile(rb"\s*+(?:<row" + _ATTRIBUTES + rb"(?:/>|>\s*+(?:" + _ONE + rb"\s*+)*+</row>)\s*+)*+")

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_OPEN, _CLOSE = b"<sheetData>", b"</sheetData>"


@dataclass
class SheetScan:
    """What stands in a sheet beside its values.

    Attributes:
        formulas: names of the cells that hold a formula.
        errors: (row, column), 0-based -> error value.
        hidden: rows, 0-based, that are hidden or filtered out.
        part: the XML, as long as it is in the usual form.
    """

    formulas: frozenset[str] = frozenset()
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    part: bytes = b""

    @cached_property
    def uncalculated(self) -> frozenset[str]:
        """Names of the cells whose formula has no stored result (or, from XlsxWriter, an empty one)."""
        return _names(_UNCALCULATED.findall(self.part))

    @cached_property
    def texts(self) -> dict[str, str]:
        """Formulas without a stored result, by the name of their cell; of sheets in the usual form only."""
        found = _UNCALCULATED_TEXT.findall(self.part)
        return {name.decode("ascii"): unescape(text.decode("utf-8", "replace")) for name, text in found}


def _names(found: list[bytes]) -> frozenset[str]:
    return frozenset(b" ".join(found).decode("ascii").split())


def split_name(name: str) -> tuple[int, int]:
    """Return (row, column), 0-based, of a cell's name."""
    letters = name.rstrip("0123456789")
    return int(name[len(letters) :]) - 1, column_number(letters)


def scan_sheet(part: bytes, limits: Limits, texts: int = 0) -> SheetScan:
    """Scan the XML of a sheet.

    Args:
        part: the XML.
        limits: of cells, box, ranges, merged cells.
        texts: number of the workbook's shared texts, which cells name by their index.

    Raises:
        Refused: a limit, no sound XML, or cells that readers understand differently.
    """
    start, end = part.find(_OPEN), part.rfind(_CLOSE)
    begin = start + len(_OPEN)
    usual = start >= 0 and part.count(b"sheetData") == 2 and _USUAL.fullmatch(part, begin, max(begin, end)) is not None
    if not usual:
        return _walk(part, limits, texts)
    check_sound(part, limits)
    _check_rest(part[:begin] + part[end:], limits)
    names = _NAME.findall(part, begin, end)
    if len(names) > limits.cells:
        raise over_limit("Zahl der Zellen", "number of cells")
    _check_places(part, names, limits)
    if part.find(b' ref="', begin, end) >= 0:
        for reference in _RANGE.findall(part, begin, end):
            check_area(reference.decode("utf-8", "replace"), limits)
    _check_texts(_TEXT.findall(part, begin, end), texts)
    if part.find(b"<is>", begin, end) >= 0 and _MISPLACED.search(part, begin, end):
        raise _strange()
    scan = SheetScan(_names(_FORMULA.findall(part)), part=part)
    if b' hidden="' in part:
        scan.hidden = frozenset(int(row) - 1 for row in _HIDDEN.findall(part))
    if b' t="e"' in part:
        for name, error in _ERROR.findall(part):
            scan.errors[split_name(name.decode("ascii"))] = unescape(error.decode("utf-8"))
    return scan


def _strange() -> Refused:
    return unreadable("Zellen nicht eindeutig lesbar", "cells cannot be read with certainty")


def _check_rest(part: bytes, limits: Limits) -> None:
    """Judge what stands around the cells: merged cells and links."""

    def visit(name: str, attributes: Mapping[str, str]) -> None:
        if name in ("mergeCell", "hyperlink"):
            check_area(attributes.get("ref", ""), limits)
        elif name in ("row", "c") and len(attributes) and "r" in attributes:
            raise _strange()

    if check_outline(part, limits, visit)["mergeCell"] > limits.merges:
        raise over_limit("Zahl der verbundenen Zellen", "number of merged cells")


def _check_places(part: bytes, names: list[bytes], limits: Limits) -> None:
    """Refuse cells and rows that occur twice or lie outside; limit the box from A1 to the last filled cell."""
    rows = _ROW.findall(part)
    if len(set(names)) < len(names) or len(set(rows)) < len(rows):
        raise _strange()
    joined = b" ".join(names)
    places = set(joined.translate(None, _LETTERS).split())
    letters = set(joined.translate(None, _DIGITS).split())
    last_row = max((int(row) for row in places), default=0)
    last_column = max((column_number(name.decode("ascii")) for name in letters), default=-1) + 1
    if max(last_row, max((int(row) for row in rows), default=0)) > ROWS or last_column > COLUMNS:
        raise over_limit("Ausdehnung eines Blatts", "extent of a sheet")
    if last_row * last_column > limits.box:
        filled = [split_name(name) for name in _names(_FILLED.findall(part))]
        _limit_box(filled, limits)


def _limit_box(filled: Iterable[tuple[int, int]], limits: Limits) -> None:
    """Limit last row x last column of filled cells: what a reader lays out from A1."""
    rows, columns = 0, 0
    for row, column in filled:
        rows, columns = max(rows, row + 1), max(columns, column + 1)
    if rows > ROWS or columns > COLUMNS or rows * columns > limits.box:
        raise over_limit("Ausdehnung eines Blatts", "extent of a sheet")


def _check_texts(found: list[bytes], texts: int) -> None:
    """Refuse indices of texts that readers turn into other texts."""
    for index in set(found):
        if index and not (index.isdigit() and len(index) < 10 and int(index) < texts):
            raise unreadable("Verweis auf einen fehlenden Text", "reference to a missing text")


def _walk(part: bytes, limits: Limits, texts: int) -> SheetScan:
    """Scan a sheet by its tree: prefixed names, cells without addresses, rich texts, comments."""
    if len(part) > limits.walk:
        raise over_limit("Größe eines Blatts in ungewöhnlicher Form", "size of a sheet in unusual form")
    root = parse_xml(part, limits)
    data = [element for element in root if local(element) == "sheetData"]
    # The reader takes the first one it meets, however deep it stands.
    if len(data) != 1 or sum(1 for element in root.iter() if local(element) == "sheetData") != 1 or _has_comments(part):
        raise _strange()
    merges = 0
    for element in root.iter():
        if local(element) in ("mergeCell", "hyperlink"):
            check_area(element.get("ref", ""), limits)
            merges += local(element) == "mergeCell"
    if merges > limits.merges:
        raise over_limit("Zahl der verbundenen Zellen", "number of merged cells")
    walker = _Walker(limits, texts)
    for line in data[0]:
        walker.row(line)
    if sum(1 for element in root.iter() if local(element) == "c") != walker.count:
        raise _strange()
    _limit_box(walker.filled, limits)
    walker.scan.formulas = _names(walker.formulas)
    walker.scan.uncalculated = _names(walker.uncalculated)
    return walker.scan


def _has_comments(part: bytes) -> bool:
    """Whether comments, CDATA or instructions stand among the cells; readers differ on them."""
    start, end = part.find(b"sheetData"), part.rfind(b"sheetData")
    return b"<![CDATA[" in part or re.search(rb"<[!?]", part[start:end]) is not None


class _Walker:
    """Goes through the rows of a sheet in an unusual form."""

    def __init__(self, limits: Limits, texts: int) -> None:
        self.limits = limits
        self.texts = texts
        self.scan = SheetScan()
        self.formulas: list[bytes] = []
        self.uncalculated: list[bytes] = []
        self.filled: list[tuple[int, int]] = []
        self.seen: set[tuple[int, int]] = set()
        self.rows: set[int] = set()
        self.last = -1
        self.count = 0

    def row(self, line: Element) -> None:
        """Go through one row."""
        given = line.get("r")
        if local(line) != "row" or (given is not None and not re.fullmatch(r"[1-9]\d{0,6}", given)):
            raise _strange()
        self.last = int(given) - 1 if given else self.last + 1
        if self.last in self.rows:
            raise _strange()
        self.rows.add(self.last)
        if line.get("hidden") in ("1", "true"):
            self.scan.hidden |= {self.last}
        column = -1
        for cell in line:
            address = cell.get("r")
            match = _ADDRESS.fullmatch(address) if address else None
            if local(cell) != "c" or (address is not None and match is None):
                raise _strange()
            column = column_number(match[1]) if match else column + 1
            place = (int(match[2]) - 1 if match else self.last, column)
            if place in self.seen:
                raise _strange()
            self.seen.add(place)
            self.cell(cell, place)

    def cell(self, cell: Element, place: tuple[int, int]) -> None:
        """Note one cell."""
        self.count += 1
        if self.count > self.limits.cells:
            raise over_limit("Zahl der Zellen", "number of cells")
        if place[0] >= ROWS or place[1] >= COLUMNS:
            raise over_limit("Ausdehnung eines Blatts", "extent of a sheet")
        inner = {local(child): child for child in cell}
        if len(inner) < len(cell) or ("is" in inner and cell.get("t") != "inlineStr"):
            raise _strange()
        values = {name: child.text or "" for name, child in inner.items()}
        if inner:
            self.filled.append(place)
        if "f" in inner:
            check_area(inner["f"].get("ref", ""), self.limits)
            name = cell_name(*place).encode()
            self.formulas.append(name)
            if not values.get("v") and cell.get("t") != "str":
                self.uncalculated.append(name)
        if cell.get("t") == "e":
            self.scan.errors[place] = values.get("v", "")
        elif cell.get("t") == "s" and "v" in inner:
            _check_texts([values["v"].encode()], self.texts)


__all__ = ["SheetScan", "column_number", "scan_sheet", "split_name"]
