"""A finished workbook as the rules look at it: every cell once, with its look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from tests.repair_rules import M, Package

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
DC = "{http://purl.org/dc/elements/1.1/}"
VT = "{http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes}"
EXTENDED = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"

Rect = tuple[int, int, int, int]  # left, top, right, bottom, counted from 1


class Look(NamedTuple):
    """One cell format."""

    colour: str
    fill: str
    size: float
    bold: bool
    unlocked: bool
    shown: str


class Cell(NamedTuple):
    """One cell; `text` is what it shows, numbers as stored, `formula` is None without one."""

    name: str
    row: int
    column: int
    look: Look
    text: str
    formula: str | None


class Page:
    """A sheet with its cells."""

    def __init__(self, book: Workbook, name: str, part: str, root: ET.Element) -> None:
        self.book, self.name, self.part, self.root = book, name, part, root

    @cached_property
    def cells(self) -> list[Cell]:
        """All cells that the file has."""
        looks, shared = self.book.looks, self.book.shared
        found = []
        for row in self.root.iter(M + "row"):
            number = int(row.attrib["r"])
            for cell in row:
                name, value, formula = cell.attrib["r"], "", None
                for child in cell:
                    if child.tag == M + "v":
                        value = child.text or ""
                    elif child.tag == M + "f":
                        formula = child.text or ""
                if value and cell.attrib.get("t") == "s":
                    value = shared[int(value)]
                column = _column(name.rstrip("0123456789"))
                found.append(Cell(name, number, column, looks[int(cell.attrib.get("s", "0"))], value, formula))
        return found

    @cached_property
    def formulas(self) -> list[Cell]:
        """Cells with a formula."""
        return [c for c in self.cells if c.formula is not None]

    @cached_property
    def inputs(self) -> list[Cell]:
        """Cells that may be changed on a protected sheet, of merged ones the first."""
        return [c for c in self.cells if c.look.unlocked and (c.row, c.column) not in self.covered]

    @cached_property
    def covered(self) -> set[tuple[int, int]]:
        """Cells that a merge hides."""
        merged = [range_boundaries(m.attrib["ref"]) for m in self.root.iter(M + "mergeCell")]
        return {(r, c) for a, b, x, y in merged for r in range(b, y + 1) for c in range(a, x + 1) if (r, c) != (b, a)}

    @cached_property
    def tables(self) -> list[tuple[ET.Element, Rect]]:
        """Tables with their areas."""
        return [(t, range_boundaries(t.attrib["ref"])) for t in self.book.tables(self.part)]

    @property
    def protection(self) -> ET.Element | None:
        """The protection of the sheet."""
        return self.root.find(M + "sheetProtection")

    @cached_property
    def validations(self) -> list[tuple[ET.Element, list[Rect]]]:
        """Data validations with their areas."""
        return [
            (v, [range_boundaries(ref) for ref in v.attrib["sqref"].split()])
            for v in self.root.iter(M + "dataValidation")
        ]

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """Cell and target of every link into the workbook."""
        for link in self.root.iter(M + "hyperlink"):
            yield link.attrib["ref"].split(":")[0], link.attrib.get("location", "")

    def drawings(self) -> Iterator[ET.Element]:
        """Drawing parts of the sheet."""
        for target in self.book.relations(self.part).values():
            if "/drawings/drawing" in target and target.endswith(".xml"):
                yield ET.fromstring(self.book.parts[target])

    def words(self, tag: str) -> str:
        """Return a header or footer, '' without one."""
        return next((node.text or "" for node in self.root.iter(M + tag)), "")


class Workbook(Package):
    """A package with the looks of its cells."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.pages = [Page(self, *sheet) for sheet in self.sheets]

    @cached_property
    def styles(self) -> ET.Element:
        """The styles part."""
        return ET.fromstring(self.parts["xl/styles.xml"])

    @cached_property
    def looks(self) -> list[Look]:
        """Every cell format."""
        fonts = [_font(f) for f in self.styles.find(M + "fonts") or []]
        fills = [_fill(f) for f in self.styles.find(M + "fills") or []]
        codes = {n.attrib["numFmtId"]: n.attrib["formatCode"] for n in self.styles.iter(M + "numFmt")}
        out = []
        for xf in self.styles.find(M + "cellXfs") or []:
            protection = xf.find(M + "protection")
            free = protection is not None and protection.attrib.get("locked") == "0"
            shown = codes.get(xf.attrib["numFmtId"], "0")
            out.append(Look(*fonts[int(xf.attrib["fontId"])][:1], fills[int(xf.attrib["fillId"])],
                            *fonts[int(xf.attrib["fontId"])][1:], free, shown))  # fmt: skip
        return out

    @cached_property
    def names(self) -> dict[str, str]:
        """What defined names stand for."""
        return {n.attrib["name"]: n.text or "" for n in self.workbook.iter(M + "definedName")}

    @cached_property
    def properties(self) -> dict[str, str]:
        """Custom document properties."""
        root = ET.fromstring(self.parts.get("docProps/custom.xml", b"<x/>"))
        return {p.attrib["name"]: "".join(p.itertext()) for p in root}

    @cached_property
    def core(self) -> ET.Element:
        """The document's own properties: title, subject, language."""
        return ET.fromstring(self.parts["docProps/core.xml"])

    @property
    def company(self) -> str:
        """Company of the document."""
        return ET.fromstring(self.parts["docProps/app.xml"]).findtext(EXTENDED + "Company") or ""

    def named(self, name: str) -> Cell | None:
        """Return the cell that a defined name stands for."""
        sheet, _, cell = self.names.get(name, "!").rpartition("!")
        page = next((p for p in self.pages if p.name == sheet.strip("'")), None)
        return next((c for c in page.cells if c.name == cell.replace("$", "")), None) if page else None


_COLUMNS: dict[str, int] = {}


def _column(letters: str) -> int:
    if letters not in _COLUMNS:
        _COLUMNS[letters] = coordinate_to_tuple(letters + "1")[1]
    return _COLUMNS[letters]


def _font(node: ET.Element) -> tuple[str, float, bool]:
    colour = node.find(M + "color")
    rgb = colour.attrib.get("rgb", "FF000000") if colour is not None else "FF000000"
    size = node.find(M + "sz")
    return "#" + rgb[2:], float(size.attrib["val"]) if size is not None else 11.0, node.find(M + "b") is not None


def _fill(node: ET.Element) -> str:
    colour = next(iter(node.iter(M + "fgColor")), None)
    pattern = next(iter(node.iter(M + "patternFill")), None)
    if colour is None or pattern is None or pattern.attrib.get("patternType") != "solid":
        return "#FFFFFF"
    return "#" + colour.attrib.get("rgb", "FFFFFFFF")[2:]


_CELL = re.compile(r"(?<![\w.\['])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(!'])")
_PARTS = re.compile(r'("(?:[^"]|"")*")')


def relative(formula: str, row: int, column: int) -> str:
    """Return a formula with relative references as distances, so that rows can be compared."""

    def distance(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, number = match.groups()
        down = number if fixed_row else f"[{int(number) - row}]"
        return f"R{down}C{letters if fixed_column else _column(letters) - column}"

    if '"' not in formula:
        return _CELL.sub(distance, formula)
    return "".join(p if n % 2 else _CELL.sub(distance, p) for n, p in enumerate(_PARTS.split(formula)))


Rule = Callable[[Workbook], Iterator[str]]


class Rules(dict[str, Rule]):
    """Rules by their codes."""

    def rule(self, code: str) -> Callable[[Rule], Rule]:
        """Enter a rule under its code."""

        def enter(function: Rule) -> Rule:
            self[code] = function
            return function

        return enter
