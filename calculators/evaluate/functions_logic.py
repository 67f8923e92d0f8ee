"""Conditions, choices between branches and questions about the type of a cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calculators.evaluate.functions_math import plain
from calculators.evaluate.operators import clean, logical, numeric
from calculators.evaluate.scope import Function, Range, Scope, is_reference
from calculators.evaluate.values import (
    BLANK,
    BOOL,
    ERROR,
    NUMBER,
    TEXT,
    Bools,
    ExcelError,
    Pool,
    Vec,
    error,
    first_error,
    select,
    truths,
)
from vorlagen.formulas.ast import Missing, Node


def _if(scope: Scope, args: tuple[Node, ...]) -> Vec:
    condition = logical(scope.pool, scope.value(args[0]))
    choice = np.where(condition.tag == ERROR, -1, np.where(condition.num != 0, 1, 0))
    trees = {1: args[1]}
    if len(args) == 3:
        trees[0] = args[2]
    start = select(condition.tag == ERROR, condition, truths(np.zeros(condition.shape, bool)))
    return scope.branches(choice, trees, start)


def _iferror(scope: Scope, args: tuple[Node, ...]) -> Vec:
    value = scope.value(args[0])
    failed = value.is_tag(ERROR)
    if not failed.any():
        return value
    return scope.branches(failed.astype(np.int64), {1: args[1]}, value)


def _choose(scope: Scope, args: tuple[Node, ...]) -> Vec:
    chosen = numeric(scope.pool, scope.value(args[0]))
    choice = np.where(chosen.tag == ERROR, 0, np.trunc(clean(chosen))).astype(np.int64)
    start = select(chosen.tag == ERROR, chosen, error(ExcelError.VALUE))
    return scope.branches(choice, dict(enumerate(args[1:], 1)), start)


def _connective(every: bool) -> Function:
    """Build AND (every) or OR (any); both look at all arguments, so errors always show."""

    def connected(scope: Scope, args: tuple[Node, ...]) -> Vec:
        answer: Bools = np.array([every])
        seen: Bools = np.array([False])
        failures: list[Vec] = []
        for arg in args:
            given = scope.range(arg)
            if isinstance(given, Range):
                fault = given.first_fault()
                failures += [] if fault is None else [fault]
                usable = given.vec.is_tag(NUMBER) | given.vec.is_tag(BOOL)
                counted = given.fold(usable, np.logical_or, False)
                fold = np.logical_and if every else np.logical_or
                verdict = given.fold(np.where(usable, given.vec.num != 0, every), fold, every)
            else:
                passed_over = given.is_tag(BLANK) if not isinstance(arg, Missing) else np.zeros(given.shape, bool)
                if is_reference(arg):
                    passed_over = passed_over | given.is_tag(TEXT)
                cell = logical(scope.pool, select(passed_over, truths(np.array([every])), given))
                failures.append(cell)
                counted, verdict = ~passed_over, cell.num != 0
            seen = seen | counted
            answer = (answer & verdict) if every else (answer | verdict)
        result = select(seen, truths(answer), error(ExcelError.VALUE))
        return first_error(failures, result)

    return connected


def _not(pool: Pool, vec: Vec) -> Vec:
    value = logical(pool, vec)
    return first_error([value], truths(value.num == 0))


def _question(answer: Callable[[Vec], Bools]) -> Function:
    return plain(lambda pool, vec: truths(answer(vec)))


def _n(pool: Pool, vec: Vec) -> Vec:
    is_number = vec.is_tag(NUMBER) | vec.is_tag(BOOL)
    zero = Vec(np.full(vec.shape, NUMBER, np.uint8), np.where(is_number, vec.num, 0))
    return first_error([vec], zero)


LOGIC: dict[str, Function] = {
    "AND": _connective(every=True),
    "CHOOSE": _choose,
    "IF": _if,
    "IFERROR": _iferror,
    "ISBLANK": _question(lambda vec: vec.is_tag(BLANK)),
    "ISERROR": _question(lambda vec: vec.is_tag(ERROR)),
    "ISNUMBER": _question(lambda vec: vec.is_tag(NUMBER)),
    "ISTEXT": _question(lambda vec: vec.is_tag(TEXT)),
    "N": plain(_n),
    "NOT": plain(_not),
    "OR": _connective(every=False),
}
