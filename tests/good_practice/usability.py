"""What makes a workbook pleasant to fill in and to print."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.utils.cell import coordinate_to_tuple

from tests.good_practice.book import Rules, Workbook
from tests.repair_rules import M

HEADER_MAX = 255  # characters that Excel takes
_CODE = re.compile(r'&(?:"[^"]*"|\d+(?:\.\d+)?|K[0-9A-F]{6}|[LCRPNDTFAZGBIUESXYHO+&-])')

RULES = Rules()


@RULES.rule("U01")
def frozen_headings(book: Workbook) -> Iterator[str]:
    """Record lists keep heading and key column in sight."""
    for page in book.pages:
        for _, (_, top, _, _) in page.tables:
            pane = next(iter(page.root.iter(M + "pane")), None)
            if pane is None or pane.attrib.get("ySplit") != str(top) or int(pane.attrib.get("xSplit", "0")) < 1:
                yield f"{page.name}: heading or key column not frozen"


@RULES.rule("U02")
def first_input(book: Workbook) -> Iterator[str]:
    """The cursor stands in the first cell to fill in."""
    for page in book.pages:
        free = [(c.row, c.column) for c in page.inputs]
        if not free or (page.protection is None and not page.tables):
            continue
        cells = [coordinate_to_tuple(s.attrib.get("activeCell", "A1")) for s in page.root.iter(M + "selection")]
        if not any(cell in free for cell in cells):
            yield f"{page.name}: cursor in {cells}, not in an input"


@RULES.rule("U03")
def no_gridlines(book: Workbook) -> Iterator[str]:
    """No gridlines: rules and fills carry the structure."""
    for page in book.pages:
        if any(v.attrib.get("showGridLines", "1") != "0" for v in page.root.iter(M + "sheetView")):
            yield f"{page.name}: gridlines"


@RULES.rule("U04")
def printed_on_a4(book: Workbook) -> Iterator[str]:
    """A4, scaled to the page, page x of y in the footer, headings of lists on every page."""
    titles = {
        n.attrib["localSheetId"]
        for n in book.workbook.iter(M + "definedName")
        if n.attrib["name"] == "_xlnm.Print_Titles"
    }
    for n, page in enumerate(book.pages):
        setup = page.root.find(M + "pageSetup")
        if setup is None or setup.attrib.get("paperSize") != "9":
            yield f"{page.name}: not on A4"
        fit = next(iter(page.root.iter(M + "pageSetUpPr")), None)
        if (fit is None or fit.attrib.get("fitToPage") != "1") and (setup is None or "scale" not in setup.attrib):
            yield f"{page.name}: not scaled to the page"
        footer = page.words("oddFooter")
        if "&P" not in footer or "&N" not in footer:
            yield f"{page.name}: no page x of y"
        listed = page.tables or page.root.find(M + "autoFilter") is not None
        if listed and str(n) not in titles:
            yield f"{page.name}: headings not repeated in print"


@RULES.rule("U05")
def tab_colours(book: Workbook) -> Iterator[str]:
    """Tabs have the colour of their role."""
    for page in book.pages:
        if next(iter(page.root.iter(M + "tabColor")), None) is None:
            yield f"{page.name}: tab without colour"


@RULES.rule("U06")
def guided_inputs(book: Workbook) -> Iterator[str]:
    """Every input cell has a validation that says what is allowed."""
    for page in book.pages:
        boxes = [box for _, areas in page.validations for box in areas]
        for validation, _ in page.validations:
            if validation.attrib.get("showErrorMessage") != "1" or not validation.attrib.get("error"):
                yield f"{page.name}!{validation.attrib['sqref']}: no message on a wrong entry"
        if page.protection is None and not boxes:
            continue  # choice lists: any text is allowed
        for cell in page.inputs:
            if not any(a <= cell.column <= x and b <= cell.row <= y for a, b, x, y in boxes):
                yield f"{page.name}!{cell.name}: input without validation"
                break


@RULES.rule("U07")
def protection(book: Workbook) -> Iterator[str]:
    """Sheets without record lists are locked but for their inputs, without password; lists stay open."""
    for page in book.pages:
        lock = page.protection
        if page.tables:
            if lock is not None:
                yield f"{page.name}: a locked record list can neither grow nor be sorted"
        elif page.formulas and lock is None:
            yield f"{page.name}: formulas without protection"
        if lock is not None and ("password" in lock.attrib or "hashValue" in lock.attrib):
            yield f"{page.name}: password"


@RULES.rule("U08")
def zoom(book: Workbook) -> Iterator[str]:
    """Sheets open at a scale that can be read."""
    for page in book.pages:
        for view in page.root.iter(M + "sheetView"):
            if not 80 <= int(view.attrib.get("zoomScale", "100")) <= 110:
                yield f"{page.name}: zoom {view.attrib.get('zoomScale')}"


@RULES.rule("U09")
def ways(book: Workbook) -> Iterator[str]:
    """The front sheet leads to every sheet, and every sheet back to it."""
    front, *others = book.pages

    def targets(page_links: Iterator[tuple[str, str]]) -> set[str]:
        return {re.sub(r"''", "'", target.rpartition("!")[0].strip("'")) for _, target in page_links}

    there = targets(front.links)
    for page in others:
        if page.name not in there:
            yield f"no link to {page.name}"
        if front.name not in targets(page.links):
            yield f"{page.name}: no link back"


@RULES.rule("U10")
def headers_and_footers(book: Workbook) -> Iterator[str]:
    """Headers and footers fit into Excel's limit, hold known codes only, and name company and document."""
    title = next((t for t in book.core.itertext() if t.strip()), "")
    for page in book.pages:
        for tag in ("oddHeader", "oddFooter"):
            text = page.words(tag)
            if len(text) > HEADER_MAX:
                yield f"{page.name}: {tag} of {len(text)} characters"
            if "&" in _CODE.sub("", text):
                yield f"{page.name}: {tag} with a code that is none: {text}"
        footer = page.words("oddFooter").replace("&&", "&")
        for name in (book.company, title):
            if name[:12] not in footer:
                yield f"{page.name}: {name!r} is not in the footer"


@RULES.rule("U11")
def one_way_through(book: Workbook) -> Iterator[str]:
    """The workbook opens on its first sheet, or on one that was added to be read first."""
    view = next(iter(book.workbook.iter(M + "workbookView")), None)
    opened = int(view.attrib.get("activeTab", "0")) if view is not None else 0
    chosen = [n for n, page in enumerate(book.pages)
              if any(v.attrib.get("tabSelected") == "1" for v in page.root.iter(M + "sheetView"))]  # fmt: skip
    if chosen != [opened]:
        yield f"sheets {chosen} are selected, sheet {opened} is shown: an entry would go into all of them"


@RULES.rule("U12")
def messages_fit(book: Workbook) -> Iterator[str]:
    """Messages of validations are within Excel's limits and come with a title."""
    for page in book.pages:
        for validation, _ in page.validations:
            for text, title in (("error", "errorTitle"), ("prompt", "promptTitle")):
                words, head = validation.attrib.get(text, ""), validation.attrib.get(title, "")
                if len(words) > 255 or len(head) > 32 or (words and not head):
                    yield f"{page.name}!{validation.attrib['sqref']}: {text} {words[:40]!r} under {head!r}"
