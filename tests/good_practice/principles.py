"""What ICAEW's twenty principles for good spreadsheet practice ask for, as far as a file can show it.

Principles 1 to 6, 9, 16 and 18 are about people and their work; the others are named at the rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from openpyxl.utils.cell import get_column_letter

from tests.good_practice.book import DC, Cell, Page, Rules, Workbook, relative
from tests.repair_rules import M

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_NAME = re.compile(r"'[^']*'!|\[[^\[\]]*\]|[A-Za-z_À-ÿ][\w.]*")
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[+-]?\d+)?(?![\w.(!])")
_CELL = re.compile(r"(?<![\w.\['])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(!'])")
# Months and smaller counts, numbers of fields and points that a template counts (17 to 22), units of time, ends of the
# calendar, the 90th percentile, steps between sort keys; numbers up to 0.01 are tolerances of comparisons.
# Anything else belongs into a parameter: 14 or 30 days, 19 percent.
STRUCTURAL = {
    *range(13), 17, 18, 20, 21, 22, 31, 56, 60, 0.5, 0.9, 100, 365, 500, 1000, 1440, 1900, 2000, 2099, 100_000, 1e300,
}  # fmt: skip
TOLERANCE = 0.01
LONGEST = 1600  # characters; Excel takes 8,192
_COPY = re.compile(r'IF\([^()"]+="","",IF\(([^()"]+)="","",\1\)\)')
_VOLATILE = re.compile(r"\b(OFFSET|INDIRECT|RAND|RANDBETWEEN|NOW|CELL|INFO)\(")

RULES = Rules()


@RULES.rule("P01")
def hidden_constants(book: Workbook) -> Iterator[str]:
    """Formulas hold no number that somebody might want to change (principle 14)."""
    for page in book.pages:
        # Column and formula without its numbers -> first cell, and the numbers in all its rows.
        seen: dict[tuple[int, str], tuple[str, set[tuple[float, ...]]]] = {}
        for cell in _shapes(page):
            bare = _NAME.sub(" ", _CELL.sub(" ", _TEXT.sub(" ", cell.formula or "")))
            numbers = tuple(n for n in map(float, _NUMBER.findall(bare)) if n > TOLERANCE)
            if numbers:
                seen.setdefault((cell.column, _NUMBER.sub("#", bare)), (cell.name, set()))[1].add(numbers)
        for (column, text), (place, found) in seen.items():
            odd = {n for numbers in found for n in numbers if n not in STRUCTURAL}
            # Numbers that count from row to row or from column to column are positions.
            near = {n for side in (-1, 1) for more in seen.get((column + side, text), ("", set()))[1] for n in more}
            if len(found) == 1 and any(n - 1 not in near and n + 1 not in near for n in odd):
                yield f"{page.name}!{get_column_letter(column)}: {odd} in {text[:80]} (first in {place})"


def _shapes(page: Page) -> Iterator[Cell]:
    """Yield the formulas of a sheet, of those in a column that differ only by their own row the first two."""
    seen: Counter[tuple[int, str]] = Counter()
    for cell in page.formulas:
        key = cell.column, (cell.formula or "").replace(str(cell.row), "\0")
        seen[key] += 1
        if seen[key] <= 2:
            yield cell


@RULES.rule("P02")
def one_formula_per_column(book: Workbook) -> Iterator[str]:
    """A computed column of a record list has the same formula in every row (principle 12)."""
    for page in book.pages:
        for _, (left, top, right, bottom) in page.tables:
            columns: dict[int, list[Cell]] = {}
            for cell in page.cells:
                # A running formula looks at the row above: the first row may differ.
                if top + 1 < cell.row <= bottom and left <= cell.column <= right:
                    columns.setdefault(cell.column, []).append(cell)
            for column, cells in columns.items():
                if len({cell.formula for cell in cells}) == 1:
                    continue
                formulas = {relative(c.formula, c.row, c.column) if c.formula is not None else "" for c in cells}
                if len(formulas) > 1:
                    yield f"{page.name}: {len(formulas)} formulas in column {get_column_letter(column)}"


@RULES.rule("P03")
def inputs_apart(book: Workbook) -> Iterator[str]:
    """What may be changed holds no formula, and formulas cannot be changed by accident (principles 10 and 20)."""
    for page in book.pages:
        for cell in page.formulas:
            if cell.look.unlocked:
                yield f"{page.name}!{cell.name}: formula in an input cell"


@RULES.rule("P04")
def checks_present(book: Workbook) -> Iterator[str]:
    """The front sheet counts missing entries and failed checks, by formulas (principle 19)."""
    for wanted in ("stand.pflicht_fehlt", "stand.pruefungen_offen"):
        cell = book.named(wanted)
        if cell is None or cell.formula is None:
            yield f"no computed cell {wanted}"


@RULES.rule("P05")
def nothing_hidden(book: Workbook) -> Iterator[str]:
    """No hidden sheet, row or column (principle 11)."""
    for sheet in book.workbook.iter(M + "sheet"):
        if sheet.attrib.get("state", "visible") != "visible":
            yield f"hidden sheet {sheet.attrib['name']}"
    for page in book.pages:
        for tag in ("row", "col"):
            if any(x.attrib.get("hidden") == "1" for x in page.root.iter(M + tag)):
                yield f"{page.name}: hidden {tag}"


@RULES.rule("P06")
def steady_formulas(book: Workbook) -> Iterator[str]:
    """No formula that changes by itself (but TODAY), and none over another file (principles 8 and 16)."""
    for page in book.pages:
        for cell in _shapes(page):
            bare = _TEXT.sub("", cell.formula or "")
            if _VOLATILE.search(bare) or re.search(r"\[\d+\]", bare):
                yield f"{page.name}!{cell.name}: ={bare[:80]}"
    if any(p.startswith("xl/externalLinks/") for p in book.parts):
        yield "link to another file"


@RULES.rule("P07")
def documented(book: Workbook) -> Iterator[str]:
    """The first sheet says what the workbook is for, and which template in which version it is (principles 7, 17)."""
    front = book.pages[0]
    purpose = (book.core.findtext(DC + "subject") or "").strip()
    if not purpose or purpose not in {c.text for c in front.cells}:
        yield "the front sheet does not say the purpose"
    for name, stamp in (("vorlage_id", "vorlagen_template"), ("vorlage_version", "vorlagen_version")):
        cell = book.named(f"deckblatt.{name}")
        if cell is None or cell.text != book.properties.get(stamp):
            yield f"{stamp} is {book.properties.get(stamp)} and on the front sheet {cell.text if cell else None}"


@RULES.rule("P08")
def inputs_look_alike(book: Workbook) -> Iterator[str]:
    """Cells to fill in have a fill of their own, which the legend shows and no formula has (principle 10)."""
    fills = Counter(c.look.fill for page in book.pages for c in page.inputs)
    if not fills:
        return
    fill = fills.most_common(1)[0][0]
    for page in book.pages:
        wrong = next((c for c in page.inputs if c.look.fill != fill), None)
        if wrong is not None:
            yield f"{page.name}!{wrong.name}: an input with the fill {wrong.look.fill}"
        wrong = next((c for c in page.formulas if c.look.fill == fill), None)
        if wrong is not None:
            yield f"{page.name}!{wrong.name}: a formula that looks like an input"
    if not any(c.text and c.look.fill == fill and not c.look.unlocked for c in book.pages[0].cells):
        yield "no legend of the inputs on the front sheet"


@RULES.rule("P09")
def short_formulas(book: Workbook) -> Iterator[str]:
    """Formulas are short enough to be read (principle 13)."""
    for page in book.pages:
        longest = max(page.formulas, key=lambda c: len(c.formula or ""), default=None)
        if longest is not None and len(longest.formula or "") > LONGEST:
            yield f"{page.name}!{longest.name}: a formula of {len(longest.formula or '')} characters"


@RULES.rule("P10")
def computed_once(book: Workbook) -> Iterator[str]:
    """No two columns of a record list compute the same (principle 15); a mere copy computes nothing."""
    for page in book.pages:
        for _, (left, top, right, _) in page.tables:
            seen: dict[str, str] = {}
            for cell in page.formulas:
                if cell.row == top + 2 and left <= cell.column <= right:
                    text = cell.formula or ""
                    if text in seen and not _COPY.fullmatch(text):
                        yield f"{page.name}: {seen[text]} and {cell.name} compute the same"
                    seen[text] = cell.name
