"""Rules of good practice for a finished workbook, each with a code.

A: what Microsoft's Accessibility Checker looks at. P: what ICAEW's principles for spreadsheets ask
for, as far as a file can show it. U: what makes a workbook pleasant to fill in. Each rule yields
messages for one workbook; test_good_practice.py holds a specimen that every rule catches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree as ET

from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter, range_boundaries

from tests.repair_rules import M, Package
from vorlagen.palette import contrast

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
DC = "{http://purl.org/dc/elements/1.1/}"
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_NAME = re.compile(r"'[^']*'!|\[[^\[\]]*\]|[A-Za-z_À-ÿ][\w.]*")
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[+-]?\d+)?(?![\w.(!])")
_CELL = re.compile(r"(?<![\w.\['])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(!'])")
# Counts and positions, units of time, ends of the calendar, the 90th percentile, steps between sort keys;
# numbers up to 0.01 are tolerances of comparisons. Anything else belongs into a parameter.
STRUCTURAL = {*range(61), 0.5, 0.9, 100, 365, 500, 1000, 1440, 1900, 2000, 2099, 100_000, 1e300}
TOLERANCE = 0.01
_PLAIN, _LARGE = 4.5, 3.0
_LARGE_SIZE, _LARGE_BOLD = 18.0, 14.0
_VOLATILE = re.compile(r"\b(OFFSET|INDIRECT|RAND|RANDBETWEEN|NOW|CELL|INFO)\(")


class Workbook(Package):
    """A package with the looks of its cells."""

    @cached_property
    def styles(self) -> ET.Element:
        """The styles part."""
        return ET.fromstring(self.parts["xl/styles.xml"])

    @cached_property
    def looks(self) -> list[tuple[str, str, float, bool, bool]]:
        """Font colour, fill, size, bold and unlocked of every cell format."""
        fonts = [_font(f) for f in self.styles.find(M + "fonts") or []]
        fills = [_fill(f) for f in self.styles.find(M + "fills") or []]
        out = []
        for xf in self.styles.find(M + "cellXfs") or []:
            colour, size, bold = fonts[int(xf.attrib["fontId"])]
            protection = xf.find(M + "protection")
            free = protection is not None and protection.attrib.get("locked") == "0"
            out.append((colour, fills[int(xf.attrib["fillId"])], size, bold, free))
        return out

    @cached_property
    def shown(self) -> list[str]:
        """Number format of every cell format."""
        codes = {n.attrib["numFmtId"]: n.attrib["formatCode"] for n in self.styles.iter(M + "numFmt")}
        return [codes.get(xf.attrib["numFmtId"], "0") for xf in self.styles.find(M + "cellXfs") or []]

    def text(self, cell: ET.Element) -> str:
        """What a cell shows, numbers as stored."""
        value = cell.findtext(M + "v") or ""
        if cell.attrib.get("t") == "s" and value:
            return self.shared[int(value)]
        return value

    def unlocked(self, cell: ET.Element) -> bool:
        """Whether a cell may be changed on a protected sheet."""
        return self.looks[int(cell.attrib.get("s", "0"))][4]

    def drawings(self, part: str) -> Iterator[ET.Element]:
        """Drawing parts of a sheet."""
        for target in self.relations(part).values():
            if "/drawings/drawing" in target and target.endswith(".xml"):
                yield ET.fromstring(self.parts[target])


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


Rule = Callable[[Workbook], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(code: str) -> Callable[[Rule], Rule]:
    """Enter a rule under its code."""

    def enter(function: Rule) -> Rule:
        RULES[code] = function
        return function

    return enter


@rule("A01")
def alternative_text(book: Workbook) -> Iterator[str]:
    """Pictures and charts have an alternative text."""
    for name, part, _ in book.sheets:
        for drawing in book.drawings(part):
            for item in drawing.iter(XDR + "cNvPr"):
                if not item.attrib.get("descr", "").strip():
                    yield f"{name}: {item.attrib.get('name')} without alternative text"


@rule("A02")
def merged_cells(book: Workbook) -> Iterator[str]:
    """No merged cells on sheets with record lists."""
    for name, part, sheet in book.sheets:
        if book.tables(part) and sheet.find(M + "mergeCells") is not None:
            yield f"{name}: merged cells beside a record list"


@rule("A03")
def header_rows(book: Workbook) -> Iterator[str]:
    """Record lists have a heading row of words."""
    for name, part, _ in book.sheets:
        for table in book.tables(part):
            if table.attrib.get("headerRowCount", "1") == "0":
                yield f"{name}: list without heading row"
            for column in table.iter(M + "tableColumn"):
                if re.fullmatch(r"\s*|(Spalte|Column)\d*", column.attrib["name"]):
                    yield f"{name}: heading {column.attrib['name']!r}"


@rule("A04")
def sheet_names(book: Workbook) -> Iterator[str]:
    """Sheets have names that say something."""
    for name, _, _ in book.sheets:
        if re.fullmatch(r"(Sheet|Tabelle|Blatt)\s*\d*", name):
            yield f"sheet name {name}"


@rule("A05")
def text_contrast(book: Workbook) -> Iterator[str]:
    """Texts stand out from their ground: WCAG 2.2 AA, 4.5 to 1, large ones 3 to 1."""
    seen: set[int] = set()
    for name, _, sheet in book.sheets:
        for cell in sheet.iter(M + "c"):
            look = int(cell.attrib.get("s", "0"))
            if look in seen or not book.text(cell):
                continue
            seen.add(look)
            colour, fill, size, bold, _ = book.looks[look]
            sign = "◆" in book.shown[look]  # a graphic, not a text
            large = size >= _LARGE_SIZE or (bold and size >= _LARGE_BOLD) or sign
            ratio = contrast(colour, fill)
            if ratio < (_LARGE if large else _PLAIN):
                yield f"{name}!{cell.attrib['r']}: {colour} on {fill} is {ratio:.2f} to 1"
    for look in book.styles.iter(M + "dxf"):
        font, fill = look.find(f"{M}font/{M}color"), next(iter(look.iter(M + "bgColor")), None)
        if font is None or fill is None:
            continue
        ratio = contrast("#" + font.attrib["rgb"][2:], "#" + fill.attrib["rgb"][2:])
        if ratio < _PLAIN:
            yield f"conditional format: {font.attrib['rgb']} on {fill.attrib['rgb']} is {ratio:.2f} to 1"


@rule("A06")
def title_and_language(book: Workbook) -> Iterator[str]:
    """The document says its title and language."""
    core = ET.fromstring(book.parts["docProps/core.xml"])
    for tag in ("title", "language"):
        if not (core.findtext(DC + tag) or "").strip():
            yield f"document without {tag}"


@rule("A07")
def link_texts(book: Workbook) -> Iterator[str]:
    """Links say where they lead."""
    for name, _, sheet in book.sheets:
        cells = {c.attrib["r"]: c for c in sheet.iter(M + "c")}
        for link in sheet.iter(M + "hyperlink"):
            cell = cells.get(link.attrib["ref"].split(":")[0])
            text = book.text(cell).strip() if cell is not None else ""
            if len(text) < 2 or re.match(r"(?i)(hier|here|link|click|klick|internal:|https?:)\b", text):
                yield f"{name}!{link.attrib['ref']}: link text {text!r}"


@rule("A08")
def chart_titles(book: Workbook) -> Iterator[str]:
    """Charts have a title of their own."""
    chart = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    for name, content in book.parts.items():
        if name.startswith("xl/charts/chart"):
            title = ET.fromstring(content).find(f"{chart}chart/{chart}title")
            if title is None or not "".join(t.text or "" for t in title.iter(A + "t")).strip():
                yield f"{name}: chart without title"


@rule("P01")
def hidden_constants(book: Workbook) -> Iterator[str]:
    """Formulas hold no number that somebody might want to change."""
    seen: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for name, cell, formula in _formulas(book):
        bare = _NAME.sub(" ", _CELL.sub(" ", _TEXT.sub(" ", formula)))
        odd = [n for n in _NUMBER.findall(bare) if float(n) > TOLERANCE and float(n) not in STRUCTURAL]
        if odd:
            # Numbers that differ from row to row are positions; the same one in all rows is a constant.
            column = cell.rstrip("0123456789")
            place, numbers = seen.setdefault((f"{name}!{column}", _NUMBER.sub("#", bare)), (cell, set()))
            numbers.add(" ".join(odd))
    for (column, text), (place, numbers) in seen.items():
        if len(numbers) == 1:
            yield f"{column}: {numbers} in {text[:80]} (first in {place})"


@rule("P02")
def one_formula_per_column(book: Workbook) -> Iterator[str]:
    """A computed column of a record list has the same formula in every row."""
    for name, part, sheet in book.sheets:
        for table in book.tables(part):
            left, top, right, bottom = range_boundaries(table.attrib["ref"])
            found: dict[int, set[str]] = {}
            computed: set[int] = set()
            for cell in sheet.iter(M + "c"):
                row, column = coordinate_to_tuple(cell.attrib["r"])
                if top < row <= bottom and left <= column <= right:
                    text = cell.findtext(M + "f")
                    computed |= {column} if text is not None else set()
                    if row > top + 1:  # a running formula looks at the row above: the first row may differ
                        found.setdefault(column, set()).add("" if text is None else _relative(text, row, column))
            for column in computed:
                if len(found.get(column, ())) > 1:
                    yield f"{name}: {len(found[column])} formulas in column {get_column_letter(column)}"


@rule("P03")
def inputs_apart(book: Workbook) -> Iterator[str]:
    """What may be changed holds no formula, and formulas cannot be changed by accident."""
    for name, _, sheet in book.sheets:
        for cell in sheet.iter(M + "c"):
            if cell.find(M + "f") is not None and book.unlocked(cell):
                yield f"{name}!{cell.attrib['r']}: formula in an input cell"


@rule("P04")
def checks_present(book: Workbook) -> Iterator[str]:
    """The front sheet counts missing entries and failed checks, by formulas."""
    names = {n.attrib["name"]: n.text or "" for n in book.workbook.iter(M + "definedName")}
    formulas = {(name, cell) for name, cell, _ in _formulas(book)}
    for wanted in ("stand.pflicht_fehlt", "stand.pruefungen_offen"):
        sheet, _, cell = names.get(wanted, "!").rpartition("!")
        if (sheet.strip("'"), cell.replace("$", "")) not in formulas:
            yield f"no computed cell {wanted}"


@rule("P05")
def nothing_hidden(book: Workbook) -> Iterator[str]:
    """No hidden sheet, row or column."""
    for sheet in book.workbook.iter(M + "sheet"):
        if sheet.attrib.get("state", "visible") != "visible":
            yield f"hidden sheet {sheet.attrib['name']}"
    for name, _, sheet in book.sheets:
        for tag in ("row", "col"):
            if any(x.attrib.get("hidden") == "1" for x in sheet.iter(M + tag)):
                yield f"{name}: hidden {tag}"


@rule("P06")
def steady_formulas(book: Workbook) -> Iterator[str]:
    """No formula that changes by itself (but TODAY), and none over another file."""
    for name, cell, formula in _formulas(book):
        bare = _TEXT.sub("", formula)
        if _VOLATILE.search(bare) or re.search(r"\[\d+\]", bare):
            yield f"{name}!{cell}: ={formula[:80]}"
    if any(p.startswith("xl/externalLinks/") for p in book.parts):
        yield "link to another file"


@rule("U01")
def frozen_headings(book: Workbook) -> Iterator[str]:
    """Record lists keep heading and key column in sight."""
    for name, part, sheet in book.sheets:
        for table in book.tables(part):
            top = range_boundaries(table.attrib["ref"])[1]
            pane = next(iter(sheet.iter(M + "pane")), None)
            if pane is None or pane.attrib.get("ySplit") != str(top) or int(pane.attrib.get("xSplit", "0")) < 1:
                yield f"{name}: heading or key column not frozen"


@rule("U02")
def first_input(book: Workbook) -> Iterator[str]:
    """The cursor stands in the first cell to fill in."""
    for name, part, sheet in book.sheets:
        free = [coordinate_to_tuple(c.attrib["r"]) for c in sheet.iter(M + "c") if book.unlocked(c)]
        protected = sheet.find(M + "sheetProtection") is not None
        if not free or not (protected or book.tables(part)):
            continue
        chosen = next(iter(sheet.iter(M + "selection")), None)
        cell = coordinate_to_tuple(chosen.attrib.get("activeCell", "A1") if chosen is not None else "A1")
        selections = [coordinate_to_tuple(s.attrib.get("activeCell", "A1")) for s in sheet.iter(M + "selection")]
        if not any(s in free for s in [cell, *selections]):
            yield f"{name}: cursor in {cell}, not in an input"


@rule("U03")
def no_gridlines(book: Workbook) -> Iterator[str]:
    """No gridlines: rules and fills carry the structure."""
    for name, _, sheet in book.sheets:
        if any(v.attrib.get("showGridLines", "1") != "0" for v in sheet.iter(M + "sheetView")):
            yield f"{name}: gridlines"


@rule("U04")
def printed_on_a4(book: Workbook) -> Iterator[str]:
    """A4, scaled to the page, page x of y in the footer, headings of lists on every page."""
    titles = {
        n.attrib["localSheetId"]
        for n in book.workbook.iter(M + "definedName")
        if n.attrib["name"] == "_xlnm.Print_Titles"
    }
    for n, (name, part, sheet) in enumerate(book.sheets):
        setup = sheet.find(M + "pageSetup")
        if setup is None or setup.attrib.get("paperSize") != "9":
            yield f"{name}: not on A4"
        fit = next(iter(sheet.iter(M + "pageSetUpPr")), None)
        if (fit is None or fit.attrib.get("fitToPage") != "1") and (setup is None or "scale" not in setup.attrib):
            yield f"{name}: not scaled to the page"
        footer = next((f.text or "" for f in sheet.iter(M + "oddFooter")), "")
        if "&P" not in footer or "&N" not in footer:
            yield f"{name}: no page x of y"
        if book.tables(part) and str(n) not in titles:
            yield f"{name}: headings not repeated in print"


@rule("U05")
def tab_colours(book: Workbook) -> Iterator[str]:
    """Tabs have the colour of their role."""
    for name, _, sheet in book.sheets:
        if next(iter(sheet.iter(M + "tabColor")), None) is None:
            yield f"{name}: tab without colour"


@rule("U06")
def guided_inputs(book: Workbook) -> Iterator[str]:
    """Every input cell has a validation that says what is allowed."""
    for name, _, sheet in book.sheets:
        protected = sheet.find(M + "sheetProtection") is not None
        boxes = []
        for validation in sheet.iter(M + "dataValidation"):
            boxes += [range_boundaries(ref) for ref in validation.attrib["sqref"].split()]
            if validation.attrib.get("showErrorMessage") != "1" or not validation.attrib.get("error"):
                yield f"{name}!{validation.attrib['sqref']}: no message on a wrong entry"
        if not protected and not boxes:
            continue  # choice lists: any text is allowed
        merged = [range_boundaries(m.attrib["ref"]) for m in sheet.iter(M + "mergeCell")]
        inner = {(r, c) for a, b, x, y in merged for r in range(b, y + 1) for c in range(a, x + 1) if (r, c) != (b, a)}
        for cell in sheet.iter(M + "c"):
            row, column = coordinate_to_tuple(cell.attrib["r"])
            free = book.unlocked(cell) and (row, column) not in inner
            if free and not any(a <= column <= x and b <= row <= y for a, b, x, y in boxes):
                yield f"{name}!{cell.attrib['r']}: input without validation"
                break


@rule("U07")
def protection(book: Workbook) -> Iterator[str]:
    """Sheets without record lists are locked but for their inputs, without password; lists stay open."""
    for name, part, sheet in book.sheets:
        lock = sheet.find(M + "sheetProtection")
        formulas = any(c.find(M + "f") is not None for c in sheet.iter(M + "c"))
        if book.tables(part):
            if lock is not None:
                yield f"{name}: a locked record list can neither grow nor be sorted"
        elif formulas and lock is None:
            yield f"{name}: formulas without protection"
        if lock is not None and ("password" in lock.attrib or "hashValue" in lock.attrib):
            yield f"{name}: password"


@rule("U08")
def zoom(book: Workbook) -> Iterator[str]:
    """Sheets open at a scale that can be read."""
    for name, _, sheet in book.sheets:
        for view in sheet.iter(M + "sheetView"):
            if not 80 <= int(view.attrib.get("zoomScale", "100")) <= 110:
                yield f"{name}: zoom {view.attrib.get('zoomScale')}"


def _formulas(book: Workbook) -> Iterator[tuple[str, str, str]]:
    for name, _, sheet in book.sheets:
        for cell in sheet.iter(M + "c"):
            text = cell.findtext(M + "f")
            if text is not None:
                yield name, cell.attrib["r"], text


def _relative(formula: str, row: int, column: int) -> str:
    """The formula with relative references as distances, so that rows can be compared."""

    def distance(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, number = match.groups()
        down = number if fixed_row else f"[{int(number) - row}]"
        return f"R{down}C{letters if fixed_column else coordinate_to_tuple(letters + '1')[1] - column}"

    parts = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(p if n % 2 else _CELL.sub(distance, p) for n, p in enumerate(parts))


def findings(path: Path) -> list[str]:
    """All findings of all rules, each with its code."""
    book = Workbook(path)
    return [f"{code} {message}" for code, check in RULES.items() for message in check(book)]
