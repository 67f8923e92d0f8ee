"""Columns of cells, written to the XML of a sheet row by row.

XlsxWriter takes and gives back every cell on its own, with a dictionary entry, a tuple and several
calls for each. A record list has thousands of cells that differ only in their row, so its columns
are kept as columns here, and rows without data are one text with the row filled in. The XML is the
one that XlsxWriter writes for the same cells, byte for byte; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from vorlagen.formulas.printing import ROW_MARK, Printed, in_row
from vorlagen.layout import column_name

_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
BLANK = "/>"


def escape(text: str) -> str:
    """Escape the content of an element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def number_body(value: float) -> str:
    """Return what follows the attributes of a cell with a number."""
    return f"><v>{value:.16G}</v></c>"


def text_body(index: int) -> str:
    """Return what follows the attributes of a cell with a shared text."""
    return f' t="s"><v>{index}</v></c>'


def truth_body(value: bool) -> str:
    """Return what follows the attributes of a cell with a truth value."""
    return f' t="b"><v>{value:d}</v></c>'


def formula_body(formula: str, value: Any) -> str:
    """Return what follows the attributes of a cell with an escaped formula and its value."""
    kind = ""
    if isinstance(value, bool):
        kind, value = ' t="b"', int(value)
    elif isinstance(value, str) and value:
        kind, value = ' t="e"' if value in _ERRORS else ' t="str"', escape(value)
    return f"{kind}><f>{formula}</f><v>{value}</v></c>"


@dataclass(frozen=True)
class Column:
    """Cells below each other in one format.

    Attributes:
        col: 0-based column.
        first: 0-based row of the first cell.
        last: 0-based row of the last cell.
        style: their format.
        values: what the cells show, downwards; blank beyond the end.
        used: number of cells before those that are all alike.
        rest: what follows the attributes of each of those; may hold the marks of `Printed`.
    """

    col: int
    first: int
    last: int
    style: Any
    values: Sequence[Any]
    used: int
    rest: str

    @property
    def head(self) -> str:
        """The cell up to its row."""
        return f'<c r="{column_name(self.col)}'

    @property
    def look(self) -> str:
        """The cell between its row and its body; known once the workbook has numbered its formats."""
        return f'" s="{self.style._get_xf_index()}"'

    def body(self, place: int) -> str:
        """Return what follows the attributes of a cell, counted from the first."""
        raise NotImplementedError

    def shown(self, row: int) -> Any:
        """Return what the cell in a row of the sheet shows, as charts keep it."""
        place = row - self.first
        return self.values[place] if place < len(self.values) else ""


@dataclass(frozen=True)
class Inputs(Column):
    """A column of cells to fill in."""

    bodies: Sequence[str]

    def body(self, place: int) -> str:
        """Return what follows the attributes of a cell, counted from the first."""
        return self.bodies[place] if place < self.used else self.rest


def inputs(col: int, first: int, last: int, style: Any, values: Sequence[Any], bodies: Sequence[str]) -> Inputs:
    """Return a column of inputs; cells beyond the given ones are blank."""
    used = len(bodies)
    while used and bodies[used - 1] == BLANK:
        used -= 1
    return Inputs(col, first, last, style, values, used, BLANK, bodies)


@dataclass(frozen=True)
class Formulas(Column):
    """A column of one formula, escaped; the first cell may have a text of its own."""

    printed: Printed

    def body(self, place: int) -> str:
        """Return what follows the attributes of a cell, counted from the first."""
        if place >= self.used:
            return self.rest
        return formula_body(self.printed.at_position(place + 1), self.values[place])


def formulas(col: int, first: int, last: int, style: Any, printed: Printed, values: Sequence[Any]) -> Formulas:
    """Return a column of a formula with its values, one per cell."""
    here = printed.in_column(col, escape)
    used, end = len(values), values[-1]
    # A running number differs in every cell.
    while used and not here.counts and type(values[used - 1]) is type(end) and str(values[used - 1]) == str(end):
        used -= 1
    if here.first is not None:
        used = max(used, 1)
    return Formulas(col, first, last, style, values, used, formula_body(here.text, end), here)


class Band(NamedTuple):
    """Rows that the same columns cross, leftmost first."""

    start: int
    stop: int
    columns: list[Column]


def bands(columns: Sequence[Column]) -> Iterator[Band]:
    """Yield the rows that columns cross, downwards; no two columns share a cell."""
    edges = sorted({edge for c in columns for edge in (c.first, c.last + 1)})
    ordered = sorted(columns, key=lambda c: c.col)
    for start, stop in pairwise(edges):
        if crossing := [c for c in ordered if c.first <= start <= c.last]:
            yield Band(start, stop, crossing)


class Lines:
    """The cells of each row of a band, as XML."""

    def __init__(self, band: Band) -> None:
        self._parts = [(c, c.first, c.head, c.look) for c in band.columns]
        self._alike = max(c.first + c.used for c in band.columns)
        self._template = "".join(f"{head}{ROW_MARK}{look}{c.rest}" for c, _, head, look in self._parts)

    def line(self, row: int) -> str:
        """Return the cells of a row."""
        if row >= self._alike:
            return in_row(self._template, row)
        shown = [f"{head}{row + 1}{look}{c.body(row - first)}" for c, first, head, look in self._parts]
        return in_row("".join(shown), row)

    def cells(self, row: int) -> dict[int, str]:
        """Return the cells of a row by their columns."""
        return {
            c.col: in_row(f"{head}{row + 1}{look}{c.body(row - first)}", row) for c, first, head, look in self._parts
        }
