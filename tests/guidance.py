"""Whether a finished workbook guides every input as its field in the spec wants it.

Looked up in the written file, at the cells that the layout names: a drop-down for every choice, an input
message on every field that is not plain, an error message that says what is allowed, required fields that
turn colour, panes that keep the key in sight.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from openpyxl.utils.cell import range_boundaries

from tests.good_practice import Workbook
from tests.good_practice.book import Page
from tests.repair_rules import M
from vorlagen.layout import Layout, Placed
from vorlagen.spec import Field, Gantt, Matrix, Table

_ALLOWED = {
    "de": ("Erlaubt ist ", "Bitte einen Wert aus der Liste wählen", "Bitte einen vorhandenen Eintrag wählen"),
    "en": ("Allowed: ", "Please choose a value from the list", "Please choose an existing entry"),
}
_HARD = ("month", "time", "percent", "email", "phone", "url")


def is_hard(item: Field) -> bool:
    """Whether somebody may wonder what to fill in."""
    limited = item.min is not None or item.max is not None or item.pattern is not None
    return limited or item.unique or item.required_if is not None or item.type in _HARD


def inputs_of(placed: Placed) -> Iterator[tuple[Field, list[tuple[int, int]]]]:
    """Every input field of a block with its first and last cell, counted from 1."""
    block = placed.block
    for item in block.all_fields:
        if item.computed:
            continue
        if item.key in placed.cells:
            row, col = placed.cells[item.key]
            yield item, [(row + 1, col + 1)]
        elif item.key in placed.columns:
            col = placed.columns[item.key] + 1
            yield item, [(placed.first + 1, col), (placed.last + 1, col)]
        elif isinstance(block, Matrix) and not isinstance(block, Gantt) and item is block.cell:
            start, count = placed.across
            yield item, [(placed.first + 1, start + 1), (placed.last + 1, start + count)]


def _validation(page: Page, row: int, column: int) -> ET.Element | None:
    for validation, areas in page.validations:
        if any(a <= column <= x and b <= row <= y for a, b, x, y in areas):
            return validation
    return None


def faults(book: Workbook, layout: Layout) -> Iterator[str]:
    """Yield what a workbook leaves a person without."""
    pages = {page.name: page for page in book.pages}
    for placed in layout.placed.values():
        page = pages[placed.sheet]
        for item, cells in inputs_of(placed):
            for row, column in cells:
                for fault in _field_faults(_validation(page, row, column), item, layout):
                    yield f"{placed.block.key}.{item.key} at row {row}, column {column}: {fault}"
        yield from _block_faults(page, placed)


def _field_faults(validation: ET.Element | None, item: Field, layout: Layout) -> Iterator[str]:
    if validation is None:
        yield "no validation"
        return
    if item.type == "choice":
        if validation.attrib.get("type") != "list" or validation.findtext(M + "formula1") != item.list:
            yield f"no drop-down of {item.list}"
        if validation.attrib.get("showDropDown") == "1":  # in spite of its name it hides the arrow
            yield "the arrow of the drop-down is hidden"
    other = layout.template.blocks.get((item.ref or "").split(".")[0])
    # A list that refers to itself has its keys growing while it is filled in.
    if isinstance(other, Table) and item not in other.all_fields and validation.attrib.get("type") != "list":
        yield f"no drop-down of {item.ref}"
    if is_hard(item) and not validation.attrib.get("prompt"):
        yield "no input message"
    if not validation.attrib.get("error", "").startswith(_ALLOWED[layout.lang]):
        yield f"the error message does not say what is allowed: {validation.attrib.get('error')}"


def _block_faults(page: Page, placed: Placed) -> Iterator[str]:
    block = placed.block
    if isinstance(block, Table):
        pane = next(iter(page.root.iter(M + "pane")), None)
        if pane is None or int(pane.attrib.get("xSplit", "0")) <= placed.columns[block.key_field]:
            yield f"{block.key}: the key column is not frozen"
    coloured = [range_boundaries(ref) for f in page.root.iter(M + "conditionalFormatting")
                for ref in f.attrib["sqref"].split()]  # fmt: skip
    for item, (first, *_) in inputs_of(placed):
        wanted = item.required or item.required_if is not None
        if not wanted or (isinstance(block, Table) and item.key == block.key_field):
            continue
        row, column = first
        if not any(a <= column <= x and b <= row <= y for a, b, x, y in coloured):
            yield f"{block.key}.{item.key}: a missing entry does not turn colour"
