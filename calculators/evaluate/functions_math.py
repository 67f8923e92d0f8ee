"""Rounding and the other functions of single numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from calculators.evaluate.operators import arithmetic, clean, guarded, numeric
from calculators.evaluate.scope import Function, Scope
from calculators.evaluate.values import Bools, ExcelError, Floats, Pool, Vec, fail_where, first_error
from vorlagen.formulas.ast import Node

# Doubles near a decimal half or integer miss it by a few units in the last place.
_SLACK = 2.0**-49
_EXACT = 2.0**52


def plain(function: Callable[..., Vec]) -> Function:
    """Turn a function of the pool and cells into one of formula trees."""

    def evaluated(scope: Scope, args: tuple[Node, ...]) -> Vec:
        return function(scope.pool, *(scope.value(arg) for arg in args))

    return evaluated


def _of_number(function: Callable[[Floats], Floats], bad: Callable[[Floats], Bools] | None = None) -> Function:
    def applied(pool: Pool, vec: Vec) -> Vec:
        x = numeric(pool, vec)
        num = clean(x)
        failed = None if bad is None else bad(num)
        return guarded([x], function(num if failed is None else np.where(failed, 1.0, num)), failed)

    return plain(applied)


def _half_away(scaled: Floats) -> Floats:
    whole = np.floor(scaled)
    return cast(Floats, whole + (scaled - whole >= 0.5 - scaled * _SLACK))


def _up(scaled: Floats) -> Floats:
    whole = np.floor(scaled)
    return cast(Floats, whole + (scaled - whole > scaled * _SLACK))


def _down(scaled: Floats) -> Floats:
    whole = np.floor(scaled)
    return cast(Floats, whole + (whole + 1 - scaled <= scaled * _SLACK))


def _rounding(rule: Callable[[Floats], Floats]) -> Function:
    def rounded(pool: Pool, vec: Vec, places: Vec) -> Vec:
        x, n = numeric(pool, vec), numeric(pool, places)
        digits = np.clip(np.trunc(clean(n)), -300, 300)
        # A power of ten divides more exactly than its reciprocal multiplies.
        factor = np.power(10.0, np.abs(digits))
        size = np.abs(clean(x))
        scaled = np.where(digits >= 0, size * factor, size / factor)
        steps = rule(scaled)
        value = np.where(digits >= 0, steps / factor, steps * factor)
        value = np.where(scaled < _EXACT, value, size)
        return guarded([x, n], np.copysign(value, clean(x)) + 0.0)

    return plain(rounded)


def _mod(pool: Pool, vec: Vec, divisor: Vec) -> Vec:
    x, d = numeric(pool, vec), numeric(pool, divisor)
    value = np.mod(clean(x), np.where(d.num == 0, 1.0, clean(d, 1.0)))
    return first_error([x, d], fail_where(d.num == 0, ExcelError.DIV0, guarded([], value)))


MATH: dict[str, Function] = {
    "ABS": _of_number(np.abs),
    "EXP": _of_number(np.exp),
    "INT": _of_number(np.floor),
    "LN": _of_number(np.log, lambda x: x <= 0),
    "MOD": plain(_mod),
    "POWER": plain(lambda pool, base, exponent: arithmetic(pool, "^", base, exponent)),
    "ROUND": _rounding(_half_away),
    "ROUNDDOWN": _rounding(_down),
    "ROUNDUP": _rounding(_up),
    "SIGN": _of_number(np.sign),
    "SQRT": _of_number(np.sqrt, lambda x: x < 0),
}
