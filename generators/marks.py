"""Marks: cells of a workbook that somebody should look at, with a comment that says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from generators.context import Context
from generators.styles import MARKS
from vorlagen.codes import Severity
from vorlagen.layout import Layout

_WIDTH = 330  # pixels of a comment's box
_LINE = 46  # characters on one of its lines
_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Mark:
    """One remark on a cell; the place is given as for `Layout.spot`.

    Attributes:
        as_typed: the cell holds what somebody typed and no value of the field: it is shown as it is.
    """

    block: str
    field: str
    level: Severity
    text: str
    index: int = 0
    across: int = 0
    as_typed: bool = False

    def spot(self, layout: Layout) -> tuple[str, int, int] | None:
        """Return (sheet, row, column) in a layout, None when it has no such cell."""
        return layout.spot(self.block, self.field, self.index, self.across)


@dataclass(frozen=True)
class Marked:
    """All marks of one cell together."""

    level: Severity
    text: str
    as_typed: bool


def by_sheet(layout: Layout, marks: Iterable[Mark]) -> dict[str, dict[tuple[int, int], Marked]]:
    """Return the marks by sheet and cell.

    Raises:
        ValueError: the workbook has no cell for a mark.
    """
    found: dict[tuple[str, int, int], list[Mark]] = {}
    for mark in marks:
        spot = mark.spot(layout)
        if spot is None:
            raise ValueError(f"no cell for a mark at {mark.block}.{mark.field}")
        found.setdefault(spot, []).append(mark)
    out: dict[str, dict[tuple[int, int], Marked]] = {}
    for (sheet, row, column), here in found.items():
        level = min((m.level for m in here), key=_ORDER.index)
        text = "\n\n".join(dict.fromkeys(m.text for m in here))
        out.setdefault(sheet, {})[row, column] = Marked(level, text, any(m.as_typed for m in here))
    return out


def attach(ctx: Context, sheet: Any, marked: dict[tuple[int, int], Marked]) -> None:
    """Let the cells of a sheet be written with their marks; before anything is written there.

    Raises:
        ValueError: a comment was refused.
    """
    sheet.looks = {
        cell: lambda style, mark=mark: ctx.styles.marked(style, mark.level, mark.as_typed)
        for cell, mark in marked.items()
    }
    for (row, column), mark in sorted(marked.items()):
        lines = sum(max(1, -(-len(part) // _LINE)) for part in mark.text.split("\n"))
        options = {
            "author": "", "width": _WIDTH, "height": 16 * lines + 14, "color": MARKS[mark.level].fill,
            "font_name": ctx.brand.font, "font_size": 9,
        }  # fmt: skip
        if sheet.write_comment(row, column, mark.text, options):
            raise ValueError(f"comment at row {row + 1}, column {column + 1} was not written")
