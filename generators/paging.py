"""Page breaks of long dashboards: a page ends between two blocks, not inside one."""

from __future__ import annotations

from typing import Any

from vorlagen.layout import Placed, PlacedSheet

# Printable area of A4 landscape inside our margins, in inches; a little less, for printers differ.
PAGE_WIDTH_INCHES, PAGE_HEIGHT_INCHES = 9.6, 6.7
_POINTS = 0.75  # of a pixel, in which XlsxWriter keeps row heights
_SMALLEST, _LARGEST = 35, 100


def print_scale(sheet: PlacedSheet, last: int) -> int:
    """Return the scale in percent at which the columns up to `last` fill the page width."""
    inches = sum((sheet.widths.get(col, 8.43) * 7 + 5) / 96 for col in range(last + 1))
    return max(_SMALLEST, min(_LARGEST, int(100 * PAGE_WIDTH_INCHES / inches)))


def break_rows(sheet: PlacedSheet, writer: Any, scale: int) -> list[int]:
    """Return the rows before which a page ends.

    Args:
        sheet: positions of the blocks.
        writer: the XlsxWriter worksheet, which knows the row heights.
        scale: print scale in percent.
    """
    room = PAGE_HEIGHT_INCHES * 72 * 100 / scale
    tops = sorted({p.top for p in sheet.blocks})
    ends = [*tops[1:], max(_bottom(p) for p in sheet.blocks)]
    breaks: list[int] = []
    used = _height(writer, 0, tops[0])
    for top, end in zip(tops, ends, strict=True):
        height = _height(writer, top, end)
        if used > 0 and used + height > room and top != tops[0]:
            breaks.append(top)
            used = 0.0
        used += height
    return breaks


def _bottom(placed: Placed) -> int:
    return placed.bottom + 1


def _height(writer: Any, first: int, end: int) -> float:
    sizes, other = writer.row_sizes, writer.default_row_height
    return sum(float(sizes[row][0] if row in sizes else other) * _POINTS for row in range(first, end))
