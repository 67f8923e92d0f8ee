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
from calculators.evaluate.scope import RANGES, Function, Scope, Store, every_node
from calculators.evaluate.values import ERROR, ExcelError, Ints, Vec, blanks, error
from vorlagen.formulas.ast import BLANK, AboveRef, Binary, Call, ColRef, Node, PrevRef, RowRef, call, children

FUNCTIONS: dict[str, Function] = {**COUNTS, **DATES, **LOGIC, **LOOKUP, **MATH, **TEXTS, **TOTALS}


@dataclass(frozen=True)
class _Work:
    """A column of formulas: its cells, and each tree with the places where it stands."""

    scope: Scope
    trees: list[tuple[Node, Ints]]


class Result:
    """The values of all columns of a book."""

    def __init__(self, store: Store, computed: list[Column], cycles: list[Column]) -> None:
        self._store = store
        self._computed = computed
        self.cycles = cycles

    def column(self, block: str, key: str) -> list[object]:
        """Return the values of a column, row by row."""
        return self._store.pool.write(self._store.columns[block, key])

    def cell(self, block: str, key: str) -> object:
        """Return the value of a field of a form."""
        return self.column(block, key)[0]

    def matrix(self, block: str) -> list[list[object]]:
        """Return the cells of a matrix, row by row."""
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
            places = np.flatnonzero(self._store.columns[block, key].tag == ERROR) // width
            found += [(block, key, row) for row in np.unique(places).tolist()]
        return found


def evaluate(book: Book) -> Result:
    """Evaluate all formulas of a book. Faulty formulas give error values, never exceptions."""
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
    return Result(store, list(works), cycles)


def _prepare(store: Store, block: str, grid: Grid) -> Iterator[tuple[Column, _Work]]:
    """Read the inputs of a block and yield its formula columns."""
    for key, values in grid.inputs.items():
        padded = [*values[: grid.rows], *[None] * (grid.rows - len(values))]
        store.columns[block, key] = store.pool.read(padded)
    rows = Scope(store, block, "row", np.arange(grid.rows), full=True)
    for key, given in grid.formulas.items():
        yield (block, key), _Work(rows, _placed(given, grid, key))
    if grid.across is None:
        return
    across = grid.across
    if across.formulas is not None:
        scope = Scope(store, block, "across", np.arange(across.count), full=True)
        yield (block, across.key), _Work(scope, _by_tree(across.formulas[: across.count]))
    else:
        values = list(across.values or ())
        store.columns[block, across.key] = store.pool.read((values + [None] * across.count)[: across.count])
    if grid.cell is None:
        return
    key, content = grid.cell
    if isinstance(content, Sequence):
        lines = [[*line[: across.count], *[None] * (across.count - len(line))] for line in content]
        flat = list(chain.from_iterable(lines))
        count = grid.rows * across.count
        store.columns[block, key] = store.pool.read((flat + [None] * count)[:count])
    else:
        down, right = np.divmod(np.arange(grid.rows * across.count), max(across.count, 1))
        scope = Scope(store, block, "cell", down, right, full=True)
        yield (block, key), _Work(scope, [(content, np.arange(down.size))])


def _placed(given: Node | Sequence[Node], grid: Grid, key: str) -> list[tuple[Node, Ints]]:
    """Return the trees of a column with the rows where they stand, guarded against empty rows."""
    trees = _by_tree(given[: grid.rows]) if isinstance(given, Sequence) else [(given, np.arange(grid.rows))]
    if grid.guard is None or key == grid.guard:
        return trees
    empty = Binary("=", RowRef(grid.guard), BLANK)
    return [(call("IF", empty, BLANK, tree), rows) for tree, rows in trees]


def _by_tree(trees: Sequence[Node]) -> list[tuple[Node, Ints]]:
    rows: dict[Node, list[int]] = {}
    for row, tree in enumerate(trees):
        rows.setdefault(tree, []).append(row)
    return [(tree, np.array(places)) for tree, places in rows.items()]


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
    for line in range(lines):
        for target, scope, tree_at in jobs:
            width = scope.columns if scope.cols is not None else 1
            if line * width not in tree_at:
                continue
            places = np.arange(line * width, (line + 1) * width)
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
