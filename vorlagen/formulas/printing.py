"""Tree -> text of a cell formula, by the positions of a Layout.

A printed column is text with marks for the row at hand, so that a column of 500 cells is
printed once and filled in 500 times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vorlagen.formulas.ast import (
    AboveRef,
    Binary,
    Boolean,
    Call,
    ChoiceRef,
    ColRef,
    FieldRef,
    ListRef,
    Literal,
    Missing,
    Node,
    Number,
    Position,
    PrevRef,
    RowRef,
    Unary,
    walk,
)

if TYPE_CHECKING:
    from vorlagen.layout import Layout, Placed

# Marks: this row, the row above, the running number; this column, the column before.
ROW_MARK = "\x01"
_ABOVE, _POS, _COL, _BEFORE = "\x02", "\x03", "\x04", "\x05"

_PRECEDENCE = {"=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}


@dataclass(frozen=True)
class Printed:
    """A formula text for all cells of a field; fill it in per cell."""

    text: str
    first: str | None = None  # text of the first cell, where PREV differs

    @property
    def constant(self) -> bool:
        """Whether the text is the same in every cell."""
        return self.first is None and not any(mark in self.text for mark in (ROW_MARK, _ABOVE, _POS, _COL, _BEFORE))

    @property
    def counts(self) -> bool:
        """Whether the text holds the running number of its cell."""
        return _POS in self.text

    def at(self, row: int, position: int, column: int = 0) -> str:
        """Return the text for a cell.

        Args:
            row: 0-based row of the sheet.
            position: running number from 1.
            column: 0-based column, for matrices.
        """
        return in_row(self.in_column(column).at_position(position), row)

    def in_column(self, column: int, escape: Callable[[str], str] = str) -> Printed:
        """Return the text for the cells of a 0-based column, passed through `escape`."""
        from vorlagen.layout import column_name

        def fill(text: str) -> str:
            text = escape(text)
            if _COL in text or _BEFORE in text:
                text = text.replace(_COL, column_name(column)).replace(_BEFORE, column_name(max(0, column - 1)))
            return text

        return Printed(fill(self.text), None if self.first is None else fill(self.first))

    def at_position(self, position: int) -> str:
        """Return the text for the cell of a running number from 1; `in_row` makes it complete."""
        text = self.first if self.first is not None and position == 1 else self.text
        return text.replace(_POS, str(position)) if _POS in text else text


def in_row(text: str, row: int) -> str:
    """Return a text with its marks filled in for a 0-based row."""
    if _ABOVE in text:
        text = text.replace(_ABOVE, str(row))
    return text.replace(ROW_MARK, str(row + 1))


@dataclass(frozen=True)
class Printer:
    """Prints formulas of one workbook."""

    layout: Layout

    def print(self, tree: Node, block: str, *, part: str = "row", plain: bool = False) -> Printed:
        """Print a tree for the cells of a block.

        Args:
            tree: expanded tree.
            block: the block whose cell holds the formula.
            part: "row" for fields, "across" for the column headings of a matrix, "cell" for its cells.
            plain: A1 references instead of structured ones (conditional formats, validations).
        """
        work = _Work(self.layout, self.layout.placed[block], part, plain)
        text = work.node(tree)
        if any(isinstance(n, PrevRef) for n in walk(tree)):
            work.is_first = True
            return Printed(text, work.node(tree))
        return Printed(text)


class _Work:
    def __init__(self, layout: Layout, placed: Placed, part: str, plain: bool) -> None:
        self.layout = layout
        self.here = placed
        self.part = part
        self.plain = plain
        self.is_first = False

    def node(self, node: Node, level: int = 0) -> str:
        """Print a node; brackets when it binds weaker than `level`."""
        if isinstance(node, Call):
            return f"{node.name}({','.join(self.node(a) for a in node.args)})"
        if isinstance(node, Binary):
            mine = _PRECEDENCE[node.op]
            # Engines differ on a comparison of comparisons without brackets.
            left = self.node(node.left, mine + 1 if mine == 1 else mine)
            text = f"{left}{node.op}{self.node(node.right, mine + 1)}"
            return f"({text})" if mine < level else text
        if isinstance(node, Unary):
            if node.op == "%":
                return f"{self.node(node.operand, 9)}%"
            text = f"{node.op}{self.node(node.operand, 6)}"
            return f"({text})" if level > 1 else text
        if isinstance(node, Number):
            return (
                str(int(node.value))
                if node.value == int(node.value) and abs(node.value) < 1e15
                else repr(node.value).upper()
            )
        if isinstance(node, Literal):
            return '"' + node.value.replace('"', '""') + '"'
        if isinstance(node, Boolean):
            return "TRUE" if node.value else "FALSE"
        if isinstance(node, Missing):
            return ""
        if isinstance(node, Position):
            return _POS
        return self.reference(node)

    def reference(self, node: Node) -> str:
        """Print a reference."""
        from vorlagen.layout import cell_name, column_name, quote_sheet

        if isinstance(node, RowRef):
            return self.row(node.key)
        if isinstance(node, AboveRef):
            letters = f"${column_name(self.here.columns[node.key])}"
            return f"{letters}${self.here.header + 1}:{letters}{_ABOVE}"
        if isinstance(node, PrevRef):
            if self.is_first:
                return self.node(node.first, 9)
            if self.part == "across":
                return f"{_BEFORE}${self.here.header + 1}"
            return f"${column_name(self.here.columns[node.key])}{_ABOVE}"
        if isinstance(node, ColRef):
            placed = self.layout.placed[node.block]
            if placed.table and not self.plain:
                return f"{placed.table}[{structured(self.title(node.block, node.key))}]"
            return self.sheet(placed) + absolute(placed.place(node.key))
        if isinstance(node, FieldRef):
            placed = self.layout.placed[node.block]
            return self.sheet(placed) + absolute(cell_name(*placed.cells[node.key]))
        sheet = quote_sheet(self.layout.lists_sheet) + "!"
        if isinstance(node, ListRef):
            place = self.layout.lists[node.list]
            col = place.columns[node.attribute]
            return sheet + absolute(f"{cell_name(place.first, col)}:{cell_name(place.first + place.rows - 1, col)}")
        if isinstance(node, ChoiceRef):
            place = self.layout.lists[node.list]
            index = [c.key for c in place.choices.values].index(node.value)
            return sheet + absolute(cell_name(place.first + index, place.columns["wert"]))
        raise TypeError(f"cannot print {type(node).__name__}")

    def row(self, key: str) -> str:
        """Print a reference to the same row."""
        from vorlagen.layout import cell_name, column_name
        from vorlagen.spec import Matrix

        here = self.here
        if key in here.cells:
            return absolute(cell_name(*here.cells[key]))
        if isinstance(here.block, Matrix):
            if key == here.block.col.key:
                return f"{_COL}${here.header + 1}"
            if key == here.block.cell.key:
                return f"{_COL}{ROW_MARK}"
        if here.table and not self.plain:
            return f"{here.table}[[#This Row],[{structured(self.title(here.block.key, key))}]]"
        return f"${column_name(here.columns[key])}{ROW_MARK}"

    def title(self, block: str, key: str) -> str:
        """Heading of a table column."""
        return self.layout.template.field(block, key).title[self.layout.lang]

    def sheet(self, placed: Placed) -> str:
        """Sheet prefix of a reference, nothing for the same sheet."""
        from vorlagen.layout import quote_sheet

        return "" if placed.sheet == self.here.sheet else quote_sheet(placed.sheet) + "!"


def structured(title: str) -> str:
    """Escape a heading for a structured reference."""
    return "".join("'" + c if c in "[]#'@" else c for c in title)


def absolute(place: str) -> str:
    """Turn A1 or A1:B2 into $A$1 or $A$1:$B$2."""
    out = []
    for part in place.split(":"):
        letters = part.rstrip("0123456789")
        out.append(f"${letters}${part[len(letters) :]}")
    return ":".join(out)
