"""Where a formula stands: what its references mean for the rows at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculators.evaluate import operators
from calculators.evaluate.book import Book, Grid
from calculators.evaluate.values import (
    ERROR,
    ExcelError,
    Ints,
    Pool,
    Vec,
    blanks,
    error,
    join,
    number,
    numbers,
    select,
    truths,
)
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
)
from vorlagen.formulas.shapes import RANGES

Function = Callable[["Scope", tuple[Node, ...]], Vec]


@dataclass(frozen=True)
class Range:
    """A range of cells, row by row.

    Attributes:
        vec: the cells; with `copy` those of all workbooks, one after another.
        height: number of rows.
        width: number of columns.
        ends: how many cells each row of the formula reaches, where that differs.
        copy: in which workbook each row of the formula looks, where there are several.
    """

    vec: Vec
    height: int
    width: int = 1
    ends: Ints | None = None
    copy: Ints | None = None

    @property
    def cells(self) -> int:
        """Number of cells of the range in one workbook."""
        return self.height * self.width

    @property
    def lines(self) -> Vec:
        """The cells of each workbook as a line."""
        count = self.vec.size // self.cells if self.cells else 1 if self.copy is None else int(self.copy.max()) + 1
        return self.vec.reshape(count, self.cells)

    def per_row(self, found: NDArray[Any]) -> NDArray[Any]:
        """Return what was found in each workbook, for each row of the formula."""
        return found if self.copy is None else found[self.copy]

    def fold(self, values: NDArray[Any], ufunc: np.ufunc, start: float) -> NDArray[Any]:
        """Fold one value per cell of the range, for each row of the formula."""
        lines = values.reshape(self.lines.shape)
        if self.ends is None:
            return np.atleast_1d(self.per_row(ufunc.reduce(lines, axis=1, initial=start)))
        first = np.full((lines.shape[0], 1), start, lines.dtype)
        running = np.concatenate([first, ufunc.accumulate(lines, axis=1)], axis=1)
        return np.asarray(running[0 if self.copy is None else self.copy, self.ends])

    def first_fault(self) -> Vec | None:
        """Return the first error that each row of the formula sees; None without any."""
        if not self.vec.has_errors:
            return None
        lines = self.lines
        bad = lines.is_tag(ERROR)
        at = bad.argmax(axis=1)
        found, where = self.per_row(np.logical_or.reduce(bad, axis=1)), self.per_row(at)
        if self.ends is not None:
            found = found & (self.ends > where)
        line = np.arange(at.size)
        first = Vec(self.per_row(lines.tag[line, at]), self.per_row(lines.num[line, at]))
        return select(found, first, number(0))


@dataclass
class Store:
    """Everything known so far about a book."""

    book: Book
    functions: Mapping[str, Function]
    pool: Pool = field(default_factory=Pool)
    columns: dict[tuple[str, str], Vec] = field(default_factory=dict)
    lists: dict[tuple[str, str], Vec] = field(default_factory=dict)
    written: dict[tuple[str, str], list[object]] = field(default_factory=dict)

    def values(self, block: str, key: str) -> list[object]:
        """Return a column of all workbooks as plain values."""
        where = (block, key)
        if where not in self.written:
            self.written[where] = self.pool.write(self.columns[where])
        return self.written[where]

    def list_column(self, list_key: str, attribute: str) -> Vec | None:
        """Return a column of a choice list."""
        where = (list_key, attribute)
        if where not in self.lists:
            values = self.book.lists.get(list_key, {}).get(attribute)
            if values is None:
                return None
            self.lists[where] = self.pool.read(values)
        return self.lists[where]


@dataclass(frozen=True)
class Lattice:
    """Size of the arrays inside SUMPRODUCT: formulas run down, cells of the ranges run right."""

    height: int
    width: int


@dataclass(frozen=True)
class Scope:
    """The cells for which a formula is evaluated together.

    Attributes:
        store: all columns.
        block: block of the cells.
        part: "row", "across" (column headings of a matrix) or "cell" (its cells).
        copy: number of each cell's workbook, from 0.
        rows: number of each cell's row (of its heading, for "across"), from 0.
        cols: number of each cell's column, for "cell".
        full: whether the cells are all cells of their kind, in order.
        lattice: set where ranges are read as arrays.
        fixed: results that are known beforehand for all rows, by identity of their tree.
    """

    store: Store
    block: str
    part: str
    copy: Ints
    rows: Ints
    cols: Ints | None = None
    full: bool = False
    lattice: Lattice | None = None
    fixed: Mapping[int, Vec] = field(default_factory=dict)

    @property
    def pool(self) -> Pool:
        """The texts."""
        return self.store.pool

    @property
    def grid(self) -> Grid:
        """The block of the cells."""
        return self.store.book.blocks[self.block]

    @property
    def columns(self) -> int:
        """Number of columns of the block's matrix."""
        return self.grid.across.count if self.grid.across else 1

    @property
    def several(self) -> bool:
        """Whether several workbooks are evaluated together."""
        return self.store.book.copies > 1

    @property
    def lines(self) -> Ints:
        """Places of the cells' rows (or headings, for "across") in a column of such."""
        if not self.several:
            return self.rows
        return self.copy * (self.columns if self.part == "across" else self.grid.rows) + self.rows

    @property
    def index(self) -> Ints:
        """Places of the cells in their column."""
        return self.lines if self.cols is None else self.lines * self.columns + self.cols

    def at(self, places: Ints) -> Scope:
        """Return the scope of some of the cells."""
        cols = None if self.cols is None else self.cols[places]
        return replace(self, copy=self.copy[places], rows=self.rows[places], cols=cols, full=False)

    def down(self, vec: Vec) -> Vec:
        """Return one result per cell in the shape in which the scope computes."""
        return vec.reshape(-1, 1) if self.lattice else vec

    def _own(self, vec: Vec) -> Vec:
        """Return for each cell the one value of its workbook."""
        return self.down(vec.take(self.copy)) if self.several else vec

    # -- values --------------------------------------------------------------------------

    def value(self, node: Node) -> Vec:
        """Evaluate a formula for all cells of the scope."""
        known = self.fixed.get(id(node))
        if known is not None:
            return self.down(known.take(self.index))
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Call):
            return self.store.functions[node.name](self, node.args)
        if isinstance(node, Unary):
            return operators.unary(self.pool, node.op, self.value(node.operand))
        if isinstance(node, Number):
            return number(node.value)
        if isinstance(node, Literal):
            return self.pool.literal(node.value)
        if isinstance(node, Boolean):
            return truths(np.array([node.value]))
        if isinstance(node, Missing):
            return blanks(1)
        if isinstance(node, Position):
            return self.down(numbers(self.rows + 1))
        return self._reference(node)

    def _binary(self, node: Binary) -> Vec:
        # Long sums lean to the left: walk down that side in a loop, not by recursion.
        spine = [node]
        while isinstance(node.left, Binary) and id(node.left) not in self.fixed:
            node = node.left
            spine.append(node)
        result = self.value(node.left)
        for step in reversed(spine):
            result = operators.binary(self.pool, step.op, result, self.value(step.right))
        return result

    def _reference(self, node: Node) -> Vec:
        if isinstance(node, RowRef):
            return self._same_row(node.key)
        if isinstance(node, PrevRef):
            return self._row_above(node)
        if isinstance(node, FieldRef):
            cell = self.store.columns.get((node.block, node.key))
            single = cell is not None and cell.size == self.store.book.copies
            return self._own(cell) if cell is not None and single else error(ExcelError.REF)
        if isinstance(node, ChoiceRef):
            label = self.store.book.choices.get((node.list, node.value))
            return error(ExcelError.REF) if label is None else self.pool.literal(label)
        if isinstance(node, RANGES):
            return self._array(node) if self.lattice else self._intersection(node)
        return error(ExcelError.NAME)

    def _same_row(self, key: str) -> Vec:
        vec = self.store.columns.get((self.block, key))
        if vec is None:
            return error(ExcelError.REF)
        if vec.size == 1:
            return vec
        grid = self.grid
        if grid.across and key == grid.across.key:
            places = self.lines if self.part == "across" else self.cols
            if self.several and self.cols is not None:
                places = self.copy * self.columns + self.cols
        elif grid.cell and key == grid.cell[0]:
            places = self.index if self.part == "cell" else None
        else:
            places = self.lines if self.part != "across" else None
        if places is None:
            return error(ExcelError.VALUE)
        if self.full and self.cols is None:
            return self.down(vec)
        return self.down(vec.take(places))

    def _row_above(self, node: PrevRef) -> Vec:
        vec = self.store.columns.get((self.block, node.key))
        if vec is None:
            return error(ExcelError.REF)
        top = self.rows == 0
        if top.all():
            return self.value(node.first)
        is_cell = self.grid.cell is not None and node.key == self.grid.cell[0]
        above = self.down(vec.take(np.maximum(self.index - self.columns if is_cell else self.lines - 1, 0)))
        if not top.any():
            return above
        return select(top.reshape(-1, 1) if self.lattice else top, self.value(node.first), above)

    def _intersection(self, node: Node) -> Vec:
        # A range where one value is wanted: Excel takes the cell of the same row.
        cells = self.range(node)
        if isinstance(cells, Vec):
            return cells
        if cells.cells == 1 and cells.ends is None:
            return cells.vec if cells.copy is None else self._own(cells.vec)
        if isinstance(node, ColRef) and node.block == self.block:
            return self._same_row(node.key)
        return error(ExcelError.VALUE)

    def _array(self, node: Node) -> Vec:
        assert self.lattice is not None
        cells = self.range(node)
        if isinstance(cells, Vec):
            return cells
        lattice, places = self.lattice, np.arange(cells.cells)
        if cells.vec.size == 1:
            return cells.vec
        if cells.cells > 1 and lattice.width > 1 and cells.width == 1:
            places = np.repeat(np.arange(lattice.height), lattice.width)
        elif cells.cells > 1 and lattice.height > 1 and cells.height == 1:
            places = np.tile(np.arange(lattice.width), lattice.height)
        lines = cells.lines
        asked = np.zeros(1, np.int64) if cells.copy is None else cells.copy.ravel()
        return Vec(lines.tag[asked][:, places], lines.num[asked][:, places])

    # -- ranges --------------------------------------------------------------------------

    def range(self, node: Node) -> Range | Vec:
        """Return the range that a reference names; other formulas give their value."""
        if isinstance(node, ListRef):
            vec = self.store.list_column(node.list, node.attribute)
            return error(ExcelError.REF) if vec is None else Range(vec, vec.size)
        if isinstance(node, AboveRef):
            above = self.store.columns.get((self.block, node.key))
            if above is None:
                return error(ExcelError.REF)
            reach = int(self.rows.max(initial=0))
            ends = self.rows.reshape(-1, 1) if self.lattice else self.rows
            if not self.several:
                return Range(Vec(above.tag[:reach], above.num[:reach]), reach, ends=ends)
            lines = above.reshape(-1, self.grid.rows)
            cells = Vec(lines.tag[:, :reach].ravel(), lines.num[:, :reach].ravel())
            return Range(cells, reach, ends=ends, copy=self._asking)
        if isinstance(node, ColRef):
            column = self.store.columns.get((node.block, node.key))
            if column is None:
                return error(ExcelError.REF)
            grid = self.store.book.blocks[node.block]
            copy = self._asking if self.several else None
            if grid.across and node.key == grid.across.key:
                return Range(column, 1, grid.across.count, copy=copy)
            if grid.across and grid.cell and node.key == grid.cell[0]:
                return Range(column, grid.rows, grid.across.count, copy=copy)
            return Range(column, grid.rows, copy=copy)
        return self.value(node)

    @property
    def _asking(self) -> Ints:
        # Of several workbooks each is asked by its own cells only. In arrays, formulas run down.
        return self.copy.reshape(-1, 1) if self.lattice else self.copy

    def branches(self, choice: Ints, trees: Mapping[int, Node], start: Vec) -> Vec:
        """Return per cell the value of the tree that `choice` names, `start` where none.

        Only the cells that choose a tree see it evaluated, except within arrays.
        """
        if choice.size == 1:
            tree = trees.get(int(choice.ravel()[0]))
            return start if tree is None else self.value(tree)
        if self.lattice:
            result = start
            for name, tree in trees.items():
                if (choice == name).any():
                    result = select(choice == name, self.value(tree), result)
            return result
        result = Vec(start.tag.copy(), start.num.copy())
        for name, tree in trees.items():
            active = np.flatnonzero(choice == name)
            if active.size == choice.size:
                return self.value(tree)
            if active.size:
                value = self.at(active).value(tree)
                result.tag[active] = value.tag
                result.num[active] = value.num
        return result


def on_range(
    argument: int, function: Callable[[Scope, tuple[Node, ...], Range], Vec], *, copies: bool = False
) -> Function:
    """Build a function that wants a range as one of its arguments.

    A single cell is a range too; where it is another one in every row, the rows go one by one.
    Several workbooks go one by one where they differ, unless the function can take all (`copies`).
    """

    def ranged(scope: Scope, args: tuple[Node, ...]) -> Vec:
        given = scope.range(args[argument]) if argument < len(args) else Range(blanks(0), 0)
        if isinstance(given, Range):
            if given.copy is None or copies:
                return function(scope, args, given)
            return _by_copy(scope, args, given, function)
        if given.size == 1:
            return given if given.has_errors else function(scope, args, Range(given.reshape(1), 1))
        if scope.lattice and given.shape[1] > 1:
            flat = Range(given.reshape(-1), given.size)
            return function(scope, args, flat) if given.shape[0] == 1 else error(ExcelError.VALUE)
        lines = [ranged(scope.at(np.array([place])), args).reshape(-1) for place in range(scope.rows.size)]
        width = max(line.size for line in lines)
        found = join([_filled(line, width) for line in lines])
        return found.reshape(len(lines), width) if scope.lattice else found

    return ranged


def _by_copy(
    scope: Scope, args: tuple[Node, ...], given: Range, function: Callable[[Scope, tuple[Node, ...], Range], Vec]
) -> Vec:
    """Call a function workbook by workbook, or once where the range is the same in all."""
    lines = given.lines
    if (lines.tag == lines.tag[:1]).all() and (lines.num == lines.num[:1]).all():
        return function(scope, args, replace(given, vec=Vec(lines.tag[0], lines.num[0]), copy=None))
    found: list[Vec] = []
    order: list[Ints] = []
    for number_ in np.unique(scope.copy).tolist():
        places = np.flatnonzero(scope.copy == number_)
        ends = None if given.ends is None else given.ends[places]
        line = replace(given, vec=Vec(lines.tag[number_], lines.num[number_]), ends=ends, copy=None)
        value = function(scope.at(places), args, line)
        found.append(value.spread((places.size, *value.shape[1:])))
        order.append(places)
    width = max(value.shape[1:] for value in found)
    back = np.argsort(np.concatenate(order), kind="stable")
    whole = [value.spread((value.shape[0], *width)) for value in found]
    return Vec(np.concatenate([v.tag for v in whole])[back], np.concatenate([v.num for v in whole])[back])


def _filled(line: Vec, width: int) -> Vec:
    if line.size in (1, width):
        return line.spread((width,))
    return join([line, error(ExcelError.NA).spread((width - line.size,))])


def is_reference(node: Node) -> bool:
    """Return whether a formula names a cell, whose text a sum passes over."""
    if isinstance(node, RowRef | FieldRef | PrevRef | ChoiceRef):
        return True
    if isinstance(node, Call) and node.name in ("CHOOSE", "IF"):
        chosen = [arg for arg in node.args[1:] if not isinstance(arg, Number)]
        return bool(chosen) and all(is_reference(arg) for arg in chosen)
    return isinstance(node, Call) and node.name == "INDEX"
