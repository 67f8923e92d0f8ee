"""What Microsoft's Accessibility Checker looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from tests.good_practice.book import DC, XDR, A, Rules, Workbook
from tests.repair_rules import M
from vorlagen.palette import contrast

_PLAIN, _LARGE = 4.5, 3.0
_LARGE_SIZE, _LARGE_BOLD = 18.0, 14.0
_RED = re.compile(r"(?i)\[(red|rot|color ?3)\]")

RULES = Rules()


@RULES.rule("A01")
def alternative_text(book: Workbook) -> Iterator[str]:
    """Pictures and charts have an alternative text."""
    for page in book.pages:
        for drawing in page.drawings():
            for item in drawing.iter(XDR + "cNvPr"):
                if not item.attrib.get("descr", "").strip():
                    yield f"{page.name}: {item.attrib.get('name')} without alternative text"


@RULES.rule("A02")
def merged_cells(book: Workbook) -> Iterator[str]:
    """No merged cells on sheets with record lists."""
    for page in book.pages:
        if page.tables and page.root.find(M + "mergeCells") is not None:
            yield f"{page.name}: merged cells beside a record list"


@RULES.rule("A03")
def header_rows(book: Workbook) -> Iterator[str]:
    """Record lists have a heading row of words."""
    for page in book.pages:
        for table, _ in page.tables:
            if table.attrib.get("headerRowCount", "1") == "0":
                yield f"{page.name}: list without heading row"
            for column in table.iter(M + "tableColumn"):
                if re.fullmatch(r"\s*|(Spalte|Column)\d*", column.attrib["name"]):
                    yield f"{page.name}: heading {column.attrib['name']!r}"


@RULES.rule("A04")
def sheet_names(book: Workbook) -> Iterator[str]:
    """Sheets have names that say something."""
    for page in book.pages:
        if re.fullmatch(r"(Sheet|Tabelle|Blatt)\s*\d*", page.name):
            yield f"sheet name {page.name}"


@RULES.rule("A05")
def text_contrast(book: Workbook) -> Iterator[str]:
    """Texts stand out from their ground: WCAG 2.2 AA, 4.5 to 1, large ones 3 to 1."""
    seen = set()
    for page in book.pages:
        for cell in page.cells:
            look = cell.look
            if not cell.text or look in seen:
                continue
            seen.add(look)
            sign = "◆" in look.shown  # a graphic, not a text
            large = look.size >= _LARGE_SIZE or (look.bold and look.size >= _LARGE_BOLD) or sign
            ratio = contrast(look.colour, look.fill)
            if ratio < (_LARGE if large else _PLAIN):
                yield f"{page.name}!{cell.name}: {look.colour} on {look.fill} is {ratio:.2f} to 1"
    for dxf in book.styles.iter(M + "dxf"):
        font, fill = dxf.find(f"{M}font/{M}color"), next(iter(dxf.iter(M + "bgColor")), None)
        if font is None or fill is None:
            continue
        ratio = contrast("#" + font.attrib["rgb"][2:], "#" + fill.attrib["rgb"][2:])
        if ratio < _PLAIN:
            yield f"conditional format: {font.attrib['rgb']} on {fill.attrib['rgb']} is {ratio:.2f} to 1"


@RULES.rule("A06")
def title_and_language(book: Workbook) -> Iterator[str]:
    """The document says its title and language."""
    for tag in ("title", "language"):
        if not (book.core.findtext(DC + tag) or "").strip():
            yield f"document without {tag}"


@RULES.rule("A07")
def link_texts(book: Workbook) -> Iterator[str]:
    """Links say where they lead."""
    for page in book.pages:
        texts = {c.name: c.text.strip() for c in page.cells}
        for cell, _ in page.links:
            text = texts.get(cell, "")
            if len(text) < 2 or re.match(r"(?i)(hier|here|link|click|klick|internal:|https?:)\b", text):
                yield f"{page.name}!{cell}: link text {text!r}"


@RULES.rule("A08")
def chart_titles(book: Workbook) -> Iterator[str]:
    """Charts have a title of their own."""
    chart = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    for name, content in book.parts.items():
        if name.startswith("xl/charts/chart"):
            title = ET.fromstring(content).find(f"{chart}chart/{chart}title")
            if title is None or not "".join(t.text or "" for t in title.iter(A + "t")).strip():
                yield f"{name}: chart without title"


@RULES.rule("A09")
def not_by_red_alone(book: Workbook) -> Iterator[str]:
    """Negative numbers are told by their sign, not by red alone."""
    for code in sorted({look.shown for look in book.looks}):
        for section in code.split(";"):
            if _RED.search(section) and not re.search(r"[-–−(]", _RED.sub("", section)):
                yield f"number format {code}: red without a sign"
