"""Evaluation of a whole book, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from calculators.evaluate.book import Book, Grid
from calculators.evaluate.functions_count import COUNTS
from calculators.evaluate.functions_dates import DATES
from calculators.evaluate.functions_logic import LOGIC
from calculators.evaluate.functions_lookup import LOOKUP
from calculators.evaluate.functions_math import MATH
from calculators.evaluate.functions_text import TEXTS
from calculators.evaluate.functions_totals import TOTALS
from calculators.evaluate.graph import Column, Needs, components, needs_of, row_order
from calculators.evaluate.operators import settled
from calculators.evaluate.scope import Function, Scope, Store
from calculators.evaluate.values import ERROR, ExcelError, Ints, Vec, blanks, error
from vorlagen.formulas.ast import BLANK, AboveRef, Binary, Call, ColRef, Node, PrevRef, RowRef, call, children
from vorlagen.formulas.shapes import RANGES, every_node

FUNCTIONS: dict[str, Function] = {**COUNTS, **DATES, **LOGIC, **LOOKUP, **MATH, **TEXTS, **TOTALS}


@dataclass(frozen=True)
class _Work:
    """A column of formulas: its cells, and each tree with the places where it stands."""

    scope: Scope
    trees: list[tuple[Node, Ints]]


class Result:
    """The values of all columns of one workbook."""

    def __init__(self, store: Store, computed: list[Column], cycles: list[Column], copy: int = 0) -> None:
        self._store = store
        self._computed = computed
        self._copy = copy
        self.cycles = cycles

    def _vec(self, block: str, key: str) -> Vec:
        vec, copies = self._store.columns[block, key], self._store.book.copies
        if copies == 1:
            return vec
        size = vec.size // copies
        own = slice(self._copy * size, (self._copy + 1) * size)
        return Vec(vec.tag[own], vec.num[own])

    def column(self, block: str, key: str) -> list[object]:
        """Return the values of a column, row by row."""
        values, copies = self._store.values(block, key), self._store.book.copies
        size = len(values) // copies
        return values[self._copy * size : (self._copy + 1) * size]

    def cell(self, block: str, key: str) -> object:
        """Return the value of a field of a form."""
        return self.column(block, key)[0]

    def matrix(self, block: str) -> list[list[object]]:
        """Return the cells of a matrix, row by row.

        Raises:
            KeyError: the block is no matrix.
        """
        grid = self._store.book.blocks[block]
        if grid.cell is None or grid.across is None:
            raise KeyError(f"{block} is no matrix")
        cells, width = self.column(block, grid.cell[0]), grid.across.count
        return [cells[row * width : (row + 1) * width] for row in range(grid.rows)]

    @property
    def errors(self) -> list[tuple[str, str, int]]:
        """Formulas that ended in an error value: block, key and row from 0."""
        found: list[tuple[str, str, int]] = []
        for block, key in self._computed:
            grid = self._store.book.blocks[block]
            in_matrix = grid.cell is not None and grid.across is not None and key == grid.cell[0]
            width = grid.across.count if in_matrix and grid.across else 1
            places = np.flatnonzero(self._vec(block, key).tag == ERROR) // width
            found += [(block, key, row) for row in np.unique(places).tolist()]
        return found


def evaluate(book: Book) -> Result:
    """Evaluate all formulas of a book. Faulty formulas give error values, never exceptions."""
    return evaluate_copies(book)[0]


def evaluate_copies(book: Book) -> list[Result]:
    """Evaluate several workbooks of one shape together: one result for each."""
    store = Store(book, FUNCTIONS)
    works: dict[Column, _Work] = {}
    for block, grid in book.blocks.items():
        works.update(_prepare(store, block, grid))
    needs = {column: needs_of(column[0], (tree for tree, _ in work.trees)) for column, work in works.items()}
    cycles: list[Column] = []
    with np.errstate(all="ignore"):
        for group in components({column: need.all for column, need in needs.items()}):
            alone = group[0]
            if len(group) == 1 and alone not in needs[alone].all:
                store.columns[alone] = _whole(works[alone])
            elif order := row_order(group, needs):
                _by_rows(store, order, works, needs)
            else:
                cycles += sorted(group)
                for column in group:
                    size = works[column].scope.rows.size
                    store.columns[column] = error(ExcelError.REF).take(np.zeros(size, np.int64)).spread((size,))
    return [Result(store, list(works), cycles, copy) for copy in range(book.copies)]


def _prepare(store: Store, block: str, grid: Grid) -> Iterator[tuple[Column, _Work]]:
    """Read the inputs of a block and yield its formula columns."""
    copies = store.book.copies
    for key, values in grid.inputs.items():
        store.columns[block, key] = store.pool.read(_padded(values, grid.rows * copies))
    rows = Scope(store, block, "row", *_each(copies, grid.rows), full=True)
    for key, given in grid.formulas.items():
        yield (block, key), _Work(rows, _placed(given, grid, key, copies))
    if grid.across is None:
        return
    across = grid.across
    if across.formulas is not None:
        scope = Scope(store, block, "across", *_each(copies, across.count), full=True)
        yield (block, across.key), _Work(scope, _by_tree(across.formulas[: across.count], across.count, copies))
    else:
        store.columns[block, across.key] = store.pool.read(_padded(across.values or (), across.count) * copies)
    if grid.cell is None:
        return
    key, content = grid.cell
    if isinstance(content, Sequence):
        flat = list(chain.from_iterable(_padded(line, across.count) for line in content))
        store.columns[block, key] = store.pool.read(_padded(flat, copies * grid.rows * across.count))
    else:
        copy, place = _each(copies, grid.rows * across.count)
        scope = Scope(store, block, "cell", copy, *np.divmod(place, max(across.count, 1)), full=True)
        yield (block, key), _Work(scope, [(content, np.arange(place.size))])


def _padded(values: Sequence[object], count: int) -> list[object]:
    return [*values[:count], *[None] * (count - len(values))]


def _each(copies: int, count: int) -> tuple[Ints, Ints]:
    """Return for each of `count` cells of each workbook its workbook and its number."""
    copy, place = np.divmod(np.arange(copies * count), max(count, 1))
    return copy, place


def _placed(given: Node | Sequence[Node], grid: Grid, key: str, copies: int) -> list[tuple[Node, Ints]]:
    """Return the trees of a column with the places where they stand, guarded against empty rows."""
    rows = grid.rows
    trees = _by_tree(given[:rows], rows, copies) if isinstance(given, Sequence) else [(given, np.arange(copies * rows))]
    if grid.guard is None or key == grid.guard:
        return trees
    empty = Binary("=", RowRef(grid.guard), BLANK)
    return [(call("IF", empty, BLANK, tree), places) for tree, places in trees]


def _by_tree(trees: Sequence[Node], count: int, copies: int) -> list[tuple[Node, Ints]]:
    rows: dict[Node, list[int]] = {}
    for row, tree in enumerate(trees):
        rows.setdefault(tree, []).append(row)
    starts = np.arange(copies)[:, None] * count
    return [(tree, (starts + np.array(places)).ravel()) for tree, places in rows.items()]


def _whole(work: _Work) -> Vec:
    """Evaluate a column at once."""
    size = work.scope.rows.size
    result = blanks(size)
    for tree, places in work.trees:
        if places.size == 0:
            continue
        scope = work.scope if places.size == size else work.scope.at(places)
        value = settled(scope.value(tree))
        result.tag[places] = value.tag
        result.num[places] = value.num
    return result


def _by_rows(store: Store, order: list[Column], works: dict[Column, _Work], needs: dict[Column, Needs]) -> None:
    """Evaluate columns that look at rows above of each other, row after row.

    What does not depend on the group is evaluated at once beforehand.
    """
    members = set(order)
    jobs: list[tuple[Vec, Scope, dict[int, Node]]] = []
    for column in order:
        scope, trees = works[column].scope, works[column].trees
        fixed: dict[int, Vec] = {}
        for tree, _ in trees:
            for node in _independent(tree, column[0], members):
                value = scope.value(node)
                fixed[id(node)] = value
        store.columns[column] = blanks(scope.rows.size)
        tree_at = {place: tree for tree, places in trees for place in places.tolist()}
        jobs.append((store.columns[column], replace(scope, fixed=fixed), tree_at))
    lines = max(int(scope.rows.max(initial=-1)) for _, scope, _ in jobs) + 1
    starts = np.arange(store.book.copies)[:, None]
    for line in range(lines):
        for target, scope, tree_at in jobs:
            width = scope.columns if scope.cols is not None else 1
            if line * width not in tree_at:
                continue
            size = target.size // store.book.copies
            places = (starts * size + np.arange(line * width, (line + 1) * width)).ravel()
            value = settled(scope.at(places).value(tree_at[line * width]))
            target.tag[places] = value.tag
            target.num[places] = value.num


def _independent(tree: Node, block: str, members: set[Column]) -> Iterator[Node]:
    """Yield the largest parts of a tree that read no column of the group."""
    if isinstance(tree, RANGES):
        return
    if not any(_reads(node, block, members) for node in every_node(tree)):
        yield tree
    # Inside SUMPRODUCT ranges are read as arrays, which have no value of their own.
    elif not (isinstance(tree, Call) and tree.name == "SUMPRODUCT"):
        for child in children(tree):
            yield from _independent(child, block, members)


def _reads(node: Node, block: str, members: set[Column]) -> bool:
    if isinstance(node, RowRef | AboveRef | PrevRef):
        return (block, node.key) in members
    return isinstance(node, ColRef) and (node.block, node.key) in members
