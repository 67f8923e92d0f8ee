"""Totals and order statistics over ranges, and SUMPRODUCT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from calculators.evaluate.operators import clean, divide, numeric
from calculators.evaluate.scope import Function, Lattice, Range, Scope, is_reference
from calculators.evaluate.values import (
    BLANK,
    ERROR,
    NUMBER,
    Bools,
    ExcelError,
    Floats,
    Ints,
    Tags,
    Vec,
    distinct,
    error,
    fail_where,
    first_error,
    join,
    number,
    numbers,
    select,
)
from vorlagen.formulas.ast import AboveRef, Call, Node, Position, PrevRef, RowRef
from vorlagen.formulas.shapes import RANGES, every_node, value_leaves

_CHUNK = 2_000_000


@dataclass(frozen=True)
class _Part:
    """One argument of a total: a range (`pooled`), or one cell per row."""

    cells: Vec
    counted: Bools
    pooled: Range | None = None

    def fold(self, values: Floats, ufunc: np.ufunc, start: float) -> Floats:
        """Fold the counted values, per row."""
        usable = np.where(self.counted, values, start)
        if self.pooled is None:
            return usable
        if self.pooled.ends is not None:
            usable = usable.astype(np.longdouble)
        return self.pooled.fold(usable, ufunc, start).astype(np.float64)

    def fault(self) -> Vec | None:
        """Return the first error that each row sees."""
        if self.pooled is not None:
            return self.pooled.first_fault()
        return self.cells if self.cells.has_errors else None

    def line(self, shape: tuple[int, ...], row: int) -> Floats:
        """Return the counted numbers that one row of the formula sees."""
        if self.pooled is None:
            counted = np.broadcast_to(self.counted, shape).flat[row]
            return np.array([np.broadcast_to(self.cells.num, shape).flat[row]]) if counted else np.zeros(0)
        lines, ends, copy = self.pooled.lines, self.pooled.ends, self.pooled.copy
        own = 0 if copy is None else int(np.broadcast_to(copy, shape).flat[row])
        end = lines.shape[1] if ends is None else int(np.broadcast_to(ends, shape).flat[row])
        return lines.num[own, :end][self.counted.reshape(lines.shape)[own, :end]]


def _parts(scope: Scope, args: tuple[Node, ...], *, pass_over_errors: bool = False) -> list[_Part]:
    parts = []
    for arg in args:
        given = scope.range(arg)
        if isinstance(given, Range):
            parts.append(_Part(given.vec, given.vec.is_tag(NUMBER), given))
        elif is_reference(arg):
            parts.append(_Part(given, given.is_tag(NUMBER)))
        else:
            value = numeric(scope.pool, given)
            counted = value.is_tag(NUMBER)
            cells = fail_where(~counted, ExcelError.NA, value) if pass_over_errors else value
            parts.append(_Part(cells, counted))
    return parts


def _with_faults(parts: list[_Part], result: Vec) -> Vec:
    return first_error([fault for part in parts if (fault := part.fault()) is not None], result)


def _fold(parts: list[_Part], ufunc: np.ufunc, start: float, *, counting: bool = False) -> Floats:
    result = np.array([start])
    for part in parts:
        values = np.ones(part.cells.shape) if counting else part.cells.num
        result = ufunc(result, part.fold(values, ufunc, start))
    return result


def _count_of(parts: list[_Part]) -> Floats:
    return _fold(parts, np.add, 0.0, counting=True)


def _sum(scope: Scope, args: tuple[Node, ...]) -> Vec:
    parts = _parts(scope, args)
    return _with_faults(parts, numbers(_fold(parts, np.add, 0.0)))


def _average(scope: Scope, args: tuple[Node, ...]) -> Vec:
    parts = _parts(scope, args)
    count = _count_of(parts)
    mean = numbers(divide(_fold(parts, np.add, 0.0), count))
    return _with_faults(parts, fail_where(count == 0, ExcelError.DIV0, mean))


def _extreme(ufunc: np.ufunc, start: float) -> Function:
    def found(scope: Scope, args: tuple[Node, ...]) -> Vec:
        parts = _parts(scope, args)
        value = _fold(parts, ufunc, start)
        return _with_faults(parts, numbers(np.where(np.isinf(value), 0.0, value)))

    return found


def _count(scope: Scope, args: tuple[Node, ...]) -> Vec:
    return numbers(_count_of(_parts(scope, args, pass_over_errors=True)))


def _counta(scope: Scope, args: tuple[Node, ...]) -> Vec:
    total = np.zeros(1)
    for arg in args:
        given = scope.range(arg)
        pooled = given if isinstance(given, Range) else None
        cells = given.vec if isinstance(given, Range) else given
        part = _Part(cells, ~cells.is_tag(BLANK), pooled)
        total = total + part.fold(np.ones(cells.shape), np.add, 0.0)
    return numbers(total)


def _countblank(scope: Scope, args: tuple[Node, ...]) -> Vec:
    given = scope.range(args[0])
    if isinstance(given, Vec):
        return numbers(given.empty.astype(np.float64))
    part = _Part(given.vec, given.vec.empty, given)
    return numbers(part.fold(np.ones(given.vec.size), np.add, 0.0))


# -- order statistics --------------------------------------------------------------------


def _samples(parts: list[_Part], shape: tuple[int, ...]) -> Iterator[tuple[Ints, Floats]]:
    """Yield the sorted numbers of each row as lines, with the rows they belong to.

    Lines are as long as the widest and filled with NaN; a single one holds for all its rows.
    """
    count = int(np.prod(shape))
    everyone = np.arange(count)
    ranges = [part.pooled for part in parts if part.pooled is not None]
    if len(ranges) == len(parts) and all(given.ends is None for given in ranges):
        copies = [given.copy for given in ranges if given.copy is not None]
        if copies:
            lines = [np.where(p.counted, p.cells.num, np.nan).reshape(g.lines.shape)
                     for p, g in zip(parts, ranges, strict=True)]  # fmt: skip
            most = max(line.shape[0] for line in lines)
            together = np.concatenate([np.broadcast_to(line, (most, line.shape[1])) for line in lines], axis=1)
            yield everyone, np.sort(together, axis=1)[np.broadcast_to(copies[0], shape).ravel()]
        else:
            pooled = np.sort(np.concatenate([p.cells.num[p.counted] for p in parts]))
            yield everyone, pooled[None, :]
    elif not ranges:
        lines = [np.broadcast_to(np.where(p.counted, p.cells.num, np.nan), shape).ravel() for p in parts]
        yield everyone, np.sort(np.stack(lines, axis=1), axis=1)
    else:
        for row in range(count):
            seen = [part.line(shape, row) for part in parts]
            yield everyone[row : row + 1], np.sort(np.concatenate(seen))[None, :]


def _order_statistic(pick: Callable[[Floats, Ints, Floats], Floats], *, has_k: bool) -> Function:
    """Build a function that picks from sorted numbers.

    Args:
        pick: takes sorted lines, the number of numbers in each, and the second argument;
            returns NaN where there is nothing to pick.
        has_k: whether there is a second argument.
    """

    def picked(scope: Scope, args: tuple[Node, ...]) -> Vec:
        parts = _parts(scope, args[:1] if has_k else args)
        k = numeric(scope.pool, scope.value(args[1])) if has_k else number(0)
        shapes = [part.cells.shape for part in parts if part.pooled is None]
        ranges = [part.pooled for part in parts if part.pooled is not None]
        shapes += [asking.shape for r in ranges for asking in (r.ends, r.copy) if asking is not None]
        shape = np.broadcast_shapes(k.shape, *shapes)
        wanted = np.broadcast_to(clean(k), shape).ravel()
        result = np.full(wanted.size, np.nan)
        for rows, lines in _samples(parts, shape):
            if lines.shape[1]:
                result[rows] = pick(lines, (~np.isnan(lines)).sum(axis=1), wanted[rows])
        return _with_faults(parts, first_error([k], numbers(result.reshape(shape))))

    return picked


def _at(lines: Floats, places: Floats | Ints) -> Floats:
    places = np.clip(places, 0, lines.shape[1] - 1).astype(np.int64)
    return lines[np.arange(lines.shape[0]), places]


def _median(lines: Floats, counts: Ints, _: Floats) -> Floats:
    return (_at(lines, (counts - 1) // 2) + _at(lines, counts // 2)) / 2


def _small(lines: Floats, counts: Ints, k: Floats) -> Floats:
    k = np.trunc(k)
    return np.where((k >= 1) & (k <= counts), _at(lines, k - 1), np.nan)


def _large(lines: Floats, counts: Ints, k: Floats) -> Floats:
    return _small(lines, counts, (counts + 1 - np.trunc(k)).astype(np.float64))


def _percentile(lines: Floats, counts: Ints, k: Floats) -> Floats:
    place = k * (counts - 1)
    low = np.floor(place)
    below, above = _at(lines, low), _at(lines, np.ceil(place))
    return np.where((k >= 0) & (k <= 1) & (counts > 0), below + (above - below) * (place - low), np.nan)


def _npv(scope: Scope, args: tuple[Node, ...]) -> Vec:
    rate = numeric(scope.pool, scope.value(args[0]))
    parts = _parts(scope, args[1:])
    factor = 1 / np.where(clean(rate) == -1, 1.0, 1 + clean(rate))
    value, running = np.zeros(1), np.ones(1)
    for part in parts:
        if part.pooled is not None:
            given, lines = part.pooled, part.pooled.lines
            counted = part.counted.reshape(lines.shape)
            for place in np.flatnonzero(counted.any(axis=0)).tolist():
                paid = given.per_row(counted[:, place])
                if given.ends is not None:
                    paid = paid & (given.ends > place)
                running = np.where(paid, running * factor, running)
                value = value + np.where(paid, given.per_row(lines.num[:, place]) * running, 0.0)
        else:
            running = np.where(part.counted, running * factor, running)
            value = value + np.where(part.counted, part.cells.num * running, 0.0)
    result = fail_where(clean(rate) == -1, ExcelError.DIV0, numbers(value))
    return first_error([rate], _with_faults(parts, result))


# -- SUMPRODUCT --------------------------------------------------------------------------


def _extents(scope: Scope, arg: Node) -> set[tuple[int, int]]:
    """Return the sizes (height, width) of the ranges that an argument reads cell by cell."""
    given = [scope.range(leaf) for leaf in value_leaves(arg) if isinstance(leaf, RANGES)]
    # The rows above come with their heading, so they are never as long as a column or one cell.
    window = scope.grid.rows + 1
    ranges = [cells for cells in given if isinstance(cells, Range)]
    return {(cells.height if cells.ends is None else window, cells.width) for cells in ranges} or {(1, 1)}


def _extent(sizes: set[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the size that all ranges fill or, as headings of a matrix, repeat to."""
    height, width = max(h for h, _ in sizes), max(w for _, w in sizes)
    fits = all(h in (1, height) and w in (1, width) for h, w in sizes)
    return (height, width) if fits else None


def _sumproduct(scope: Scope, args: tuple[Node, ...]) -> Vec:
    extents = {_extent(_extents(scope, arg)) for arg in args}
    if len(extents) > 1:
        return error(ExcelError.VALUE)
    extent = extents.pop()
    if extent is None:
        return error(ExcelError.NA)
    height, width = extent
    inner = replace(scope, lattice=Lattice(height, width))
    rows, group = _asking_rows(scope, args)
    step = max(1, _CHUNK // max(1, height * width))
    windows = any(isinstance(leaf, AboveRef) for arg in args for leaf in value_leaves(arg))
    found = [_product(inner.at(rows[i : i + step]), args, windows) for i in range(0, rows.size, step)]
    result = join(found)
    return result if result.size == 1 else scope.down(result.take(group))


def _asking_rows(scope: Scope, args: tuple[Node, ...]) -> tuple[Ints, Ints]:
    """Return cells of the scope that stand for all others, and for each cell which stands for it."""
    everyone = np.arange(scope.rows.size)
    leaves = [node for arg in args for node in value_leaves(arg)]
    nested = [node for arg in args for node in every_node(arg)]
    if any(isinstance(node, AboveRef | PrevRef | Position) or _counts_rows(node) for node in nested):
        return everyone, everyone
    keys: list[Floats | Tags | Ints] = [scope.copy] if scope.several else []
    for leaf in dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, RowRef)):
        value = replace(scope, lattice=None).value(leaf)
        if value.size > 1:
            keys += [value.tag, value.num]
    if not keys:
        return everyone[:1], np.zeros_like(everyone)
    return distinct(*keys)


def _counts_rows(node: Node) -> bool:
    return isinstance(node, Call) and node.name in ("COLUMN", "ROW")


def _product(scope: Scope, args: tuple[Node, ...], windows: bool) -> Vec:
    """Return the sum of the products for some rows."""
    vecs = [scope.value(arg) for arg in args]
    product: Floats = np.ones((1, 1))
    for vec in vecs:
        product = product * np.where(vec.tag == NUMBER, vec.num, 0.0).reshape((1, 1) if vec.size == 1 else vec.shape)
    visible = _visible(scope, product.shape[1]) if windows else np.ones((1, 1), bool)
    result = numbers(np.where(visible, product, 0.0).sum(axis=1))
    faults = [_first_in_row(vec, visible) for vec in vecs if vec.has_errors]
    result = first_error(faults, result)
    return result.spread((scope.rows.size,))


def _visible(scope: Scope, width: int) -> Bools:
    return np.arange(width)[None, :] < scope.rows[:, None]


def _first_in_row(vec: Vec, visible: Bools) -> Vec:
    grid = vec.reshape(1, 1) if vec.size == 1 else vec
    bad: Bools = np.logical_and(grid.is_tag(ERROR), visible)
    spread = grid.spread(bad.shape)
    at = bad.argmax(axis=1)
    lines = np.arange(bad.shape[0])
    return select(np.logical_or.reduce(bad, axis=1), Vec(spread.tag[lines, at], spread.num[lines, at]), number(0))


TOTALS: dict[str, Function] = {
    "AVERAGE": _average,
    "COUNT": _count,
    "COUNTA": _counta,
    "COUNTBLANK": _countblank,
    "LARGE": _order_statistic(_large, has_k=True),
    "MAX": _extreme(np.maximum, -np.inf),
    "MEDIAN": _order_statistic(_median, has_k=False),
    "MIN": _extreme(np.minimum, np.inf),
    "NPV": _npv,
    "PERCENTILE": _order_statistic(_percentile, has_k=True),
    "SMALL": _order_statistic(_small, has_k=True),
    "SUM": _sum,
    "SUMPRODUCT": _sumproduct,
}
