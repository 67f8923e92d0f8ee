"""Looking up: MATCH, INDEX, RANK and the sizes of ranges."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from calculators.evaluate.criteria import has_wildcard, matches_pattern
from calculators.evaluate.operators import clean, numeric
from calculators.evaluate.scope import Function, Range, Scope, on_range
from calculators.evaluate.values import (
    BLANK,
    BOOL,
    ERROR,
    NUMBER,
    TEXT,
    ExcelError,
    Floats,
    Ints,
    Pool,
    Vec,
    distinct,
    error,
    fail_where,
    first_error,
    number,
    numbers,
)
from vorlagen.formulas.ast import Missing, Node, RowRef


def _keys(pool: Pool, vec: Vec) -> tuple[Ints, Floats]:
    """Return type and comparable value of each cell; texts without regard to case."""
    is_text = vec.is_tag(TEXT)
    folded = pool.folded(np.where(is_text, vec.num, 0)) if is_text.any() else vec.num
    return vec.tag.astype(np.int64), np.where(is_text, folded, vec.num)


def _exact_places(pool: Pool, sought: Vec, lines: Vec, own: Ints) -> Ints:
    """Return the first place (from 0) of each sought value in its line, or a place beyond the end."""
    count, size = lines.shape
    cells = lines.reshape(-1)
    kind, value = _keys(pool, cells)
    sought_kind, sought_value = _keys(pool, sought)
    codes, found = pd.factorize(np.concatenate([value, sought_value]))
    keys = codes.astype(np.int64) * 8 + np.concatenate([np.where(kind == BLANK, 7, kind), sought_kind])
    most = len(found) * 8 + 8
    if count > 1:
        keys, known = pd.factorize(keys * count + np.concatenate([np.repeat(np.arange(count), size), own]))
        most = len(known)
    places = np.full(most, size)
    places[keys[: cells.size][::-1]] = np.tile(np.arange(size), count)[::-1]
    result = places[keys[cells.size :]]
    is_text = np.flatnonzero(sought.tag == TEXT)
    if is_text.size:
        first, group = distinct(sought.num[is_text])
        for i, code in enumerate(sought.num[is_text][first].tolist()):
            if has_wildcard(pool.text(code)):
                hits = matches_pattern(pool, cells, pool.text(code)).reshape(count, size)
                asking = is_text[group == i]
                where = np.where(hits.any(axis=1), hits.argmax(axis=1), size) if size else np.zeros(count, np.int64)
                result[asking] = where[own[asking]]
    return cast(Ints, result)


def _sorted_places(pool: Pool, sought: Vec, cells: Vec, ends: Ints, kind: int) -> Ints:
    """Return the last place whose value is not beyond the sought one, or -1.

    Args:
        pool: the texts.
        sought: values to find.
        cells: the range, sorted as `kind` says; other types than the sought one are passed over.
        ends: how many cells each sought value may see.
        kind: 1 for ascending ranges, -1 for descending ones.
    """
    result = np.full(sought.size, -1)
    for tag in (NUMBER, TEXT, BOOL):
        asking, places = np.flatnonzero(sought.tag == tag), np.flatnonzero(cells.tag == tag)
        if not asking.size or not places.size:
            continue
        wanted, values = sought.num[asking], cells.num[places]
        if tag == TEXT:
            wanted, values = pool.ranks(wanted, values)
        reach = np.searchsorted(kind * values, kind * wanted, "right")
        last = np.minimum(reach, np.searchsorted(places, ends[asking], "left"))
        result[asking] = np.where(last > 0, places[np.maximum(last - 1, 0)], -1)
    return result


def _match(scope: Scope, args: tuple[Node, ...], given: Range) -> Vec:
    sought = scope.value(args[0])
    how = number(1) if len(args) < 3 else numeric(scope.pool, scope.value(args[2]))
    windows = [asking.shape for asking in (given.ends, given.copy) if asking is not None]
    shape = np.broadcast_shapes(sought.shape, how.shape, *windows)
    flat = sought.spread(shape).reshape(-1)
    # A blank cell looks for 0, though it is found by nobody itself.
    flat = Vec(np.where(flat.tag == BLANK, NUMBER, flat.tag).astype(np.uint8), flat.num)
    lines = given.lines
    ends, own = np.full(flat.size, given.cells), np.zeros(flat.size, np.int64)
    if given.ends is not None:
        ends = np.broadcast_to(given.ends, shape).ravel()
    if given.copy is not None:
        own = np.broadcast_to(given.copy, shape).ravel()
    kinds = np.broadcast_to(np.sign(clean(how)), shape).ravel()
    places = np.full(flat.size, -1)
    for kind in np.unique(kinds):
        asking = np.flatnonzero(kinds == kind)
        some = Vec(flat.tag[asking], flat.num[asking])
        if kind == 0:
            found = _exact_places(scope.pool, some, lines, own[asking])
            places[asking] = np.where(found < ends[asking], found, -1)
            continue
        for line in np.unique(own[asking]).tolist():
            some = asking[own[asking] == line]
            cells = Vec(lines.tag[line], lines.num[line])
            sought_here = Vec(flat.tag[some], flat.num[some])
            places[some] = _sorted_places(scope.pool, sought_here, cells, ends[some], int(kind))
    result = fail_where(places < 0, ExcelError.NA, numbers(places + 1)).reshape(*shape)
    return first_error([sought, how], result)


def _index(scope: Scope, args: tuple[Node, ...], given: Range) -> Vec:
    row = numeric(scope.pool, scope.value(args[1]))
    rows, height, width = np.trunc(clean(row)), given.height, given.width
    has_column = len(args) == 3 and not isinstance(args[2], Missing)
    col = numeric(scope.pool, scope.value(args[2])) if has_column else number(1)
    cols = np.trunc(clean(col))
    if not has_column and height == 1 and width > 1:
        rows, cols = np.ones_like(rows), rows
    # A row or column number of 0 names the whole of it, which is one cell only if it is that short.
    rows = np.where((rows == 0) & (height == 1 and given.ends is None), 1, rows)
    cols = np.where((cols == 0) & (width == 1), 1, cols)
    limit: Ints | int = height if given.ends is None else given.ends
    negative = (rows <= 0) | (cols <= 0)
    beyond = (rows > limit) | (cols > width) | (not has_column and width > 1 and height > 1)
    place = np.where(negative | beyond, 0, (rows - 1) * width + cols - 1).astype(np.int64)
    if given.copy is not None:
        place = place + given.copy * given.cells
    if given.vec.size == 0:
        found = error(ExcelError.REF)
    else:
        found = Vec(given.vec.tag[place], given.vec.num[place])
    found = fail_where(beyond, ExcelError.REF, found)
    return first_error([row, col], fail_where(negative, ExcelError.VALUE, found))


def _rank(scope: Scope, args: tuple[Node, ...], given: Range) -> Vec:
    x = numeric(scope.pool, scope.value(args[0]))
    order = number(0) if len(args) < 3 else numeric(scope.pool, scope.value(args[2]))
    cells = given.vec
    if cells.has_errors:
        return cells.take(np.flatnonzero(cells.tag == ERROR)[:1])
    num = clean(x)
    if given.ends is None:
        values = np.sort(cells.num[cells.tag == NUMBER])
        below, upto = np.searchsorted(values, num, "left"), np.searchsorted(values, num, "right")
        count = np.full(num.shape, values.size)
    else:
        num, ends = np.broadcast_arrays(num, given.ends)
        below, upto, count = (np.zeros(num.shape, np.int64) for _ in range(3))
        for at in np.ndindex(num.shape):
            seen = cells.num[: ends[at]][cells.tag[: ends[at]] == NUMBER]
            below[at], upto[at], count[at] = (seen < num[at]).sum(), (seen <= num[at]).sum(), seen.size
    rank = np.where(clean(order) == 0, count - upto, below) + 1
    return first_error([x, order], fail_where(below == upto, ExcelError.NA, numbers(rank)))


def _rows(scope: Scope, args: tuple[Node, ...]) -> Vec:
    given = scope.range(args[0])
    if isinstance(given, Vec):
        return first_error([given], number(1))
    return numbers(given.ends) if given.ends is not None else number(given.height)


def _row(scope: Scope, args: tuple[Node, ...]) -> Vec:
    # The sheet is unknown here: rows are counted within the block.
    if args and not isinstance(args[0], RowRef):
        return number(1)
    return scope.down(numbers(scope.rows + 1))


def _column(scope: Scope, args: tuple[Node, ...]) -> Vec:
    # The sheet is unknown here: columns are counted within the matrix.
    if scope.cols is None or (args and not isinstance(args[0], RowRef)):
        return number(1)
    return scope.down(numbers(scope.cols + 1))


LOOKUP: dict[str, Function] = {
    "COLUMN": _column,
    "INDEX": on_range(0, _index, copies=True),
    "MATCH": on_range(1, _match, copies=True),
    "RANK": on_range(1, _rank),
    "ROW": _row,
    "ROWS": _rows,
}
