"""Printed pages: their scale, and breaks between blocks and lists instead of inside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any, NamedTuple

from vorlagen.layout import Placed, PlacedSheet
from vorlagen.spec import Chart, Matrix, Summary

# Printable area of A4 landscape inside our margins, in inches; a little less, for printers differ.
PAGE_WIDTH_INCHES, PAGE_HEIGHT_INCHES = 9.6, 6.7
_POINTS = 0.75  # of a pixel, in which XlsxWriter keeps row heights
_SMALLEST, _LARGEST = 35, 95
_LEGIBLE = 60  # percent: body text of 6.6 points
_SHRINK = 0.85  # of the width-filling scale, where that saves a page
# Characters of a narrow list that fit on a page in portrait, and its printable area in inches.
PORTRAIT_CHARACTERS = 105.0
_PORTRAIT = (7.0, 9.9)
_KEPT = 4  # rows of a table that stay with its heading


class Pages(NamedTuple):
    """Scale in percent and the rows or columns before which a page ends; `single` when one page has room for all."""

    scale: int
    breaks: list[int]
    single: bool = False


def print_scale(sheet: PlacedSheet, last: int) -> int:
    """Return the scale in percent at which the columns up to `last` fill the page width."""
    inches = sum(_inches(sheet, col) for col in range(last + 1))
    return max(_SMALLEST, min(_LARGEST, int(100 * PAGE_WIDTH_INCHES / inches)))


def pages(sheet: PlacedSheet, writer: Any, last: int, filled: Callable[[Placed], int]) -> Pages:
    """Return the pages of a dashboard: one, if its text stays legible, else as few as a little shrinking gives.

    Args:
        sheet: positions of the blocks.
        writer: the XlsxWriter worksheet, which knows the row heights.
        last: last column that blocks use.
        filled: last row of a block that has a heading; spare rows behind it may lie on the next page.
    """
    widest = print_scale(sheet, last)
    total = _height(writer, 0, max(p.bottom for p in sheet.blocks) + 1)
    if total <= _room(min(widest, _LEGIBLE)):
        return Pages(widest, [], single=True)
    tried = [
        Pages(scale, _breaks(sheet, writer, scale, filled))
        for scale in range(widest, max(_SMALLEST, int(widest * _SHRINK)) - 1, -1)
    ]
    return min(tried, key=lambda p: (len(p.breaks), -p.scale))


def _breaks(sheet: PlacedSheet, writer: Any, scale: int, filled: Callable[[Placed], int]) -> list[int]:
    room = _room(scale)
    groups = _groups(sheet.blocks)
    tops = [group[0].top for group in groups]
    ends = [*tops[1:], max(p.bottom for p in sheet.blocks) + 1]
    breaks: list[int] = []
    used = _height(writer, 0, tops[0])
    for group, top, end in zip(groups, tops, ends, strict=True):
        needed = _height(writer, top, max(_needed(p, filled) for p in group))
        if group is groups[-1] and (whole := _height(writer, top, end)) <= room:
            needed = whole  # its spare rows alone would be an empty page
        if used > 0 and used + needed > room and top != tops[0]:
            breaks.append(top)
            used = 0.0
        for row in range(top, end):
            height = _height(writer, row, row + 1)
            if used + height > room:
                breaks.append(row)
                used = 0.0
            used += height
    return breaks


def _needed(placed: Placed, filled: Callable[[Placed], int]) -> int:
    """Row below what must stay on one page."""
    block = placed.block
    spare = isinstance(block, Summary) or (isinstance(block, Matrix) and not block.totals)
    return filled(placed) + 1 if spare else placed.bottom


def _groups(blocks: Sequence[Placed]) -> list[list[Placed]]:
    """Return what stays together: charts side by side, and a table under the heading of the block above it."""
    groups: list[list[Placed]] = []
    for placed in blocks:
        untitled = placed.block.title is None and not isinstance(placed.block, Chart)
        if groups and (untitled or placed.top == groups[-1][0].top):
            groups[-1].append(placed)
        else:
            groups.append([placed])
    return groups


def text_pages(sheet: PlacedSheet, writer: Any, head: int, end: int) -> Pages:
    """Return the pages of a sheet of text that ends in a table: as few as a little shrinking gives.

    Args:
        sheet: the sheet.
        writer: the XlsxWriter worksheet, which knows the row heights.
        head: heading of the table, repeated on each page; not left without rows at the foot of a page.
        end: row below the table.
    """
    widest = print_scale(sheet, max(sheet.widths))
    tried = [(*_flow(writer, scale, head, end), scale) for scale in range(widest, int(widest * _SHRINK) - 1, -1)]
    _, breaks, scale = min(tried, key=lambda t: (t[0], -t[2]))
    return Pages(scale, breaks)


def _flow(writer: Any, scale: int, head: int, end: int) -> tuple[int, list[int]]:
    """Return the number of pages and the breaks that must be set."""
    room, count, used, breaks = _room(scale), 1, 0.0, []
    for row in range(end):
        height = _height(writer, row, row + 1)
        if row == head and used + _height(writer, row, min(row + _KEPT, end)) > room:
            breaks.append(row)
            count, used = count + 1, 0.0
        elif used + height > room:
            count, used = count + 1, _height(writer, head, head + 1) if row > head else 0.0
        used += height
    return count, breaks


def fits_portrait(sheet: PlacedSheet, writer: Any) -> bool:
    """Whether a form is one page in portrait, if need be a little smaller than its width asks for."""
    width, height = _PORTRAIT
    scale = min(1.0, width / sum(_inches(sheet, col) for col in sheet.widths)) * _SHRINK
    return _height(writer, 0, max(p.bottom for p in sheet.blocks) + 1) * scale <= height * 72


def list_pages(sheet: PlacedSheet, firsts: Sequence[int], height: float = 0.0) -> Pages:
    """Return scale and columns before which a page ends, so that no list is cut.

    Args:
        sheet: the sheet with the choice lists.
        firsts: first column of each list.
        height: points of all rows.
    """
    ends = [*firsts[1:], max(sheet.widths) + 1]
    inches = [sum(_inches(sheet, col) for col in range(a, b)) for a, b in zip(firsts, ends, strict=True)]
    tried = []
    for scale in range(_LARGEST, _LEGIBLE - 1, -5):
        breaks, used = [], 0.0
        for first, width in zip(firsts, inches, strict=True):
            if used and used + width > PAGE_WIDTH_INCHES * 100 / scale:
                breaks.append(first)
                used = 0.0
            used += width
        tried.append(Pages(scale, breaks, single=not breaks))
    return min(tried, key=lambda p: ((len(p.breaks) + 1) * ceil(height / _room(p.scale) or 1), -p.scale))


def _inches(sheet: PlacedSheet, col: int) -> float:
    return (sheet.widths.get(col, 8.43) * 7 + 5) / 96


def _room(scale: float) -> float:
    """Points of rows on a page."""
    return PAGE_HEIGHT_INCHES * 72 * 100 / scale


def rows_height(writer: Any, end: int) -> float:
    """Points of the rows above `end`."""
    return _height(writer, 0, end)


def _height(writer: Any, first: int, end: int) -> float:
    sizes, other = writer.row_sizes, writer.default_row_height
    return sum(float(sizes[row][0] if row in sizes else other) * _POINTS for row in range(first, end))
