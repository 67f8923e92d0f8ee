"""Operators and the conversions between types that go with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import numpy as np

from calculators.evaluate.values import (
    BLANK,
    BOOL,
    ERROR,
    NUMBER,
    TEXT,
    Bools,
    ExcelError,
    Floats,
    Pool,
    Vec,
    distinct,
    error,
    fail_where,
    first_error,
    numbers,
    select,
    texts,
    truths,
)

# Excel compares 15 significant digits; two neighbours of the last bits count as equal.
_NEAR = 2.0**-48


def numeric(pool: Pool, vec: Vec) -> Vec:
    """Return the cells as numbers; texts that spell no number become #VALUE!."""
    is_text = vec.is_tag(TEXT)
    if is_text.any():
        spelled = pool.numeric(np.where(is_text, vec.num, 0))
        num = np.where(is_text, spelled, vec.num)
        bad = is_text & np.isnan(spelled)
        tag = np.where(vec.tag == ERROR, ERROR, NUMBER).astype(np.uint8)
        return fail_where(bad, ExcelError.VALUE, Vec(tag, np.where(bad, 0, num)))
    if (vec.tag == NUMBER).all():
        return vec
    return Vec(np.where(vec.tag == ERROR, ERROR, NUMBER).astype(np.uint8), vec.num)


def general(value: float) -> str:
    """Return a number as Excel's general format spells it."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    mantissa, _, power = f"{value:.15g}".partition("e")
    if not power:
        return mantissa
    exponent = int(power)
    if -10 < exponent < 0:
        return f"{value:.{14 - exponent}f}".rstrip("0")
    return f"{mantissa}E{exponent:+03d}"


def textual(pool: Pool, vec: Vec) -> Vec:
    """Return the cells as texts."""
    if (vec.tag == TEXT).all():
        return vec
    flat_tag, flat_num = vec.tag.ravel(), vec.num.ravel()
    codes = np.where(flat_tag == BLANK, 0, flat_num)
    tag = np.where(flat_tag == ERROR, ERROR, TEXT).astype(np.uint8)
    is_number = flat_tag == NUMBER
    if is_number.any():
        values = flat_num[is_number]
        first, group = distinct(values)
        spelled = np.array([pool.code(general(v)) for v in values[first].tolist()], np.float64)
        codes[is_number] = spelled[group]
    is_truth = flat_tag == BOOL
    if is_truth.any():
        words = np.array([pool.code("FALSE"), pool.code("TRUE")], np.float64)
        codes[is_truth] = words[flat_num[is_truth].astype(np.int64)]
    return Vec(tag.reshape(vec.shape), codes.reshape(vec.shape))


def logical(pool: Pool, vec: Vec) -> Vec:
    """Return the cells as truth values; texts other than TRUE and FALSE become #VALUE!."""
    if (vec.tag == BOOL).all():
        return vec
    is_error, is_text = vec.is_tag(ERROR), vec.is_tag(TEXT)
    result = Vec(np.where(is_error, ERROR, BOOL).astype(np.uint8), np.where(is_error, vec.num, vec.num != 0))
    if is_text.any():
        folded = pool.folded(np.where(is_text, vec.num, 0))
        yes = folded == pool.code("true")
        bad = is_text & ~yes & (folded != pool.code("false"))
        result = fail_where(bad, ExcelError.VALUE, Vec(result.tag, np.where(is_text, yes, result.num)))
    return result


def near(left: Floats, right: Floats) -> Bools:
    """Return where two numbers are equal in 15 digits."""
    return np.abs(left - right) <= _NEAR * np.minimum(np.abs(left), np.abs(right))


def add(left: Floats, right: Floats) -> Floats:
    """Add, with the rest of a cancelled sum cut off as in Excel."""
    total = left + right
    return cast(Floats, np.where(near(left, -right), 0.0, total))


def divide(left: Floats, right: Floats) -> Floats:
    """Divide; the caller has taken care of zero."""
    return left / np.where(right == 0, 1.0, right)


def power(base: Floats, exponent: Floats) -> Floats:
    """Raise to a power; NaN where the result is undefined."""
    return cast(Floats, np.where((base == 0) & (exponent == 0), np.nan, np.power(base, exponent)))


_ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": add,
    "-": lambda a, b: add(a, -b),
    "*": lambda a, b: a * b,
    "/": divide,
    "^": power,
}


def arithmetic(pool: Pool, op: str, left: Vec, right: Vec) -> Vec:
    """Return ``left op right`` for one of ``+ - * / ^``."""
    a, b = numeric(pool, left), numeric(pool, right)
    result = numbers(_ARITHMETIC[op](a.num, b.num))
    if op == "/":
        result = fail_where(b.num == 0, ExcelError.DIV0, result)
    if op == "^":
        result = fail_where((a.num == 0) & (b.num < 0), ExcelError.DIV0, result)
    return first_error([a, b], result)


def _order(pool: Pool, left: Vec, right: Vec, *, equality: bool) -> tuple[Floats, Bools]:
    """Return a difference with the sign of the order, and where the cells are equal."""
    # A blank takes the type of its partner; 0 stands for 0, "" and FALSE alike.
    kind_a = np.where(left.tag == BLANK, np.where(right.tag == BLANK, NUMBER, right.tag), left.tag)
    kind_b = np.where(right.tag == BLANK, kind_a, right.tag)
    same = kind_a == kind_b
    value_a, value_b = left.num, right.num
    both_text = same & (kind_a == TEXT)
    if both_text.any():
        a, b = (np.where(both_text, value, 0) for value in np.broadcast_arrays(value_a, value_b))
        a, b = (pool.folded(a), pool.folded(b)) if equality else pool.ranks(a, b)
        value_a, value_b = np.where(both_text, a, value_a), np.where(both_text, b, value_b)
    gap = np.where(same, value_a - value_b, kind_a.astype(np.float64) - kind_b)
    return gap, same & (near(value_a, value_b) | (value_a == value_b))


def compare(pool: Pool, op: str, left: Vec, right: Vec) -> Vec:
    """Return ``left op right`` for one of ``= <> < <= > >=``."""
    gap, equal = _order(pool, left, right, equality=op in ("=", "<>"))
    answers: dict[str, Callable[[], Bools]] = {
        "=": lambda: equal,
        "<>": lambda: ~equal,
        "<": lambda: (gap < 0) & ~equal,
        "<=": lambda: (gap < 0) | equal,
        ">": lambda: (gap > 0) & ~equal,
        ">=": lambda: (gap > 0) | equal,
    }
    return first_error([left, right], truths(answers[op]()))


def over_distinct(function: Callable[..., float], *arrays: Floats) -> Floats:
    """Return `function` of the arrays, called once per distinct tuple."""
    return _each_distinct(lambda given: [function(*args) for args in given], arrays)


def texts_over_distinct(pool: Pool, function: Callable[..., str], *arrays: Floats) -> Vec:
    """Return text cells: `function` of the arrays, called once per distinct tuple."""
    return texts(_each_distinct(lambda given: pool.codes(function(*args) for args in given), arrays))


def _each_distinct(
    results: Callable[[Iterable[tuple[float, ...]]], Sequence[float]], arrays: Sequence[Floats]
) -> Floats:
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    varied = [np.broadcast_to(array, shape).ravel() for array in arrays if array.size > 1]
    first, group = distinct(*varied or [np.zeros(1)])
    columns = iter([array[first].tolist() for array in varied])
    given = [next(columns) if array.size > 1 else [array.item()] * first.size for array in arrays]
    found = np.array(results(zip(*given, strict=True)), np.float64)
    return cast(Floats, np.broadcast_to(found[group].reshape(shape if varied else (1,)), shape))


def concat(pool: Pool, left: Vec, right: Vec) -> Vec:
    """Return ``left & right``."""
    a, b = textual(pool, left), textual(pool, right)
    clean_a, clean_b = (np.where(v.tag == TEXT, v.num, 0) for v in (a, b))
    joined = texts_over_distinct(pool, lambda x, y: pool.text(x) + pool.text(y), clean_a, clean_b)
    return first_error([a, b], joined)


def binary(pool: Pool, op: str, left: Vec, right: Vec) -> Vec:
    """Return the result of any operator between two operands."""
    if op == "&":
        return concat(pool, left, right)
    if op in _ARITHMETIC:
        return arithmetic(pool, op, left, right)
    return compare(pool, op, left, right)


def unary(pool: Pool, op: str, operand: Vec) -> Vec:
    """Return a signed operand or a percentage."""
    if op == "+":
        return operand
    value = numeric(pool, operand)
    return first_error([value], numbers(-value.num if op == "-" else value.num / 100))


def settled(vec: Vec) -> Vec:
    """Return the cells as a formula leaves them: a blank it points to shows as 0."""
    return Vec(np.where(vec.tag == BLANK, NUMBER, vec.tag).astype(np.uint8), vec.num)


def clean(vec: Vec, default: float = 0.0) -> Floats:
    """Return the numbers with a harmless value where an error stands."""
    return np.where(vec.tag == ERROR, default, vec.num)


def guarded(operands: list[Vec], values: Floats, failed: Bools | None = None) -> Vec:
    """Return number cells, #NUM! where `failed`, and the errors of the operands before all."""
    result = numbers(values)
    if failed is not None and failed.any():
        result = select(failed, error(ExcelError.NUM), result)
    return first_error(operands, result)
