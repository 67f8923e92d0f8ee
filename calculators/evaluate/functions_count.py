"""Sums and counts under criteria."""

from __future__ import annotations

import numpy as np

from calculators.evaluate.criteria import totals
from calculators.evaluate.operators import divide
from calculators.evaluate.scope import Function, Range, Scope, is_reference
from calculators.evaluate.values import (
    ERROR,
    NUMBER,
    ExcelError,
    Floats,
    Vec,
    error,
    fail_where,
    first_error,
    numbers,
    select,
)
from vorlagen.formulas.ast import Node

CELL = 0  # width that marks a "range" of one cell per row


def _conditional(scope: Scope, pairs: tuple[Node, ...], target: Node | None) -> tuple[Floats, Floats, Vec | None]:
    """Return sum and count of the matching cells (of the numbers among them, with a target), and errors."""
    ranges: list[Range] = []
    for node in (*pairs[::2], *([] if target is None else [target])):
        given = scope.range(node)
        if isinstance(given, Vec):
            if not is_reference(node) or given.shape[1:] > (1,):
                return np.zeros(1), np.zeros(1), first_error([given], error(ExcelError.VALUE))
            given = Range(given.spread(scope.down(numbers(scope.rows)).shape).reshape(-1), 1, CELL)
        ranges.append(given)
    sizes = {(r.height, r.width, r.ends is None) for r in ranges}
    several = next((r for r in ranges if r.copy is not None), None)
    if len(sizes) > 1:
        return np.zeros(1), np.zeros(1), error(ExcelError.VALUE)
    criteria = [scope.value(node) for node in pairs[1::2]]
    if ranges[0].width == CELL:
        # One cell per row: each row asks about its own cell only.
        own = scope.down(numbers(np.arange(scope.rows.size)))
        criteria.append(own)
        ranges.insert(len(criteria) - 1, Range(own.reshape(-1), 1, CELL))
    if several is not None and len(sizes) == 1:
        # Of several workbooks each row asks its own, as one more condition.
        count = several.lines.shape[0]
        ranges = [r if r.copy is not None else Range(_repeated(r.vec, count), r.height, r.width) for r in ranges]
        criteria.append(scope.down(numbers(scope.copy)))
        ranges.insert(len(criteria) - 1, Range(numbers(np.repeat(np.arange(count), several.cells)), several.height))
    ends = ranges[0].ends
    shape = np.broadcast_shapes(*(c.shape for c in criteria), *([] if ends is None else [ends.shape]))
    if ends is not None:
        ends = np.broadcast_to(ends, shape).ravel()
    size = ranges[0].vec.size
    cells = Vec(np.full(size, NUMBER, np.uint8), np.ones(size)) if target is None else ranges[-1].vec
    is_number = cells.tag == NUMBER
    weights = [np.where(is_number, cells.num, 0), is_number.astype(np.float64)]
    faults = np.unique(cells.num[cells.tag == ERROR])
    weights += [((cells.tag == ERROR) & (cells.num == fault)).astype(np.float64) for fault in faults]
    sought = [c.spread(shape).reshape(-1) if c.size > 1 else c.reshape(-1) for c in criteria]
    conditions = [r.vec for r in ranges[: len(criteria)]]
    positions = np.arange(size) if several is None else np.arange(size) % max(several.cells, 1)
    found = totals(scope.pool, conditions, sought, ends, np.array(weights), positions).reshape(-1, *shape)
    failed: Vec | None = None
    for line, fault in zip(found[2:], faults, strict=True):
        clean = failed or numbers(np.zeros(shape))
        failed = select(line > 0, Vec(np.array([ERROR], np.uint8), np.array([fault])), clean)
    return found[0], found[1], failed


def _repeated(vec: Vec, count: int) -> Vec:
    return Vec(np.tile(vec.tag, count), np.tile(vec.num, count))


def _overlay(result: Vec, failed: Vec | None) -> Vec:
    return result if failed is None else select(failed.is_tag(ERROR), failed, result)


def _countifs(scope: Scope, args: tuple[Node, ...]) -> Vec:
    _, count, failed = _conditional(scope, args, None)
    return _overlay(numbers(count), failed)


def _sumifs(scope: Scope, args: tuple[Node, ...]) -> Vec:
    total, _, failed = _conditional(scope, args[1:], args[0])
    return _overlay(numbers(total), failed)


def _sumif(scope: Scope, args: tuple[Node, ...]) -> Vec:
    return _sumifs(scope, (args[-1] if len(args) == 3 else args[0], *args[:2]))


def _averageifs(scope: Scope, args: tuple[Node, ...]) -> Vec:
    total, count, failed = _conditional(scope, args[1:], args[0])
    result = fail_where(count == 0, ExcelError.DIV0, numbers(divide(total, count)))
    return _overlay(result, failed)


COUNTS: dict[str, Function] = {
    "AVERAGEIFS": _averageifs,
    "COUNTIF": _countifs,
    "COUNTIFS": _countifs,
    "SUMIF": _sumif,
    "SUMIFS": _sumifs,
}
