"""Functions of texts; each is called once per distinct combination of arguments."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from calculators.evaluate.criteria import has_wildcard, wildcard
from calculators.evaluate.functions_math import plain
from calculators.evaluate.operators import clean, numeric, over_distinct, texts_over_distinct, textual
from calculators.evaluate.scope import Function
from calculators.evaluate.values import ExcelError, Pool, Vec, fail_where, first_error, number, numbers, truths

_SPACES = re.compile(" +")


def _text_to_text(function: Callable[[str], str]) -> Function:
    def applied(pool: Pool, vec: Vec) -> Vec:
        x = textual(pool, vec)
        return first_error([x], texts_over_distinct(pool, lambda code: function(pool.text(code)), clean(x)))

    return plain(applied)


def _length(pool: Pool, vec: Vec) -> Vec:
    x = textual(pool, vec)
    return first_error([x], numbers(over_distinct(lambda code: len(pool.text(code)), clean(x))))


def _exact(pool: Pool, left: Vec, right: Vec) -> Vec:
    a, b = textual(pool, left), textual(pool, right)
    return first_error([a, b], truths(a.num == b.num))


def _cutting(cut: Callable[[str, int], str]) -> Function:
    def applied(pool: Pool, vec: Vec, count: Vec | None = None) -> Vec:
        x, n = textual(pool, vec), numeric(pool, number(1) if count is None else count)
        length = np.trunc(clean(n))
        cells = texts_over_distinct(pool, lambda code, k: cut(pool.text(code), int(k)), clean(x), np.maximum(length, 0))
        return first_error([x, n], fail_where(length < 0, ExcelError.VALUE, cells))

    return plain(applied)


def _middle(pool: Pool, vec: Vec, start: Vec, count: Vec) -> Vec:
    x, s, n = textual(pool, vec), numeric(pool, start), numeric(pool, count)
    first, length = np.trunc(clean(s, 1.0)), np.trunc(clean(n))
    cells = texts_over_distinct(
        pool,
        lambda code, i, k: pool.text(code)[int(i) - 1 : int(i) - 1 + int(k)],
        clean(x),
        np.maximum(first, 1),
        np.maximum(length, 0),
    )
    return first_error([x, s, n], fail_where((first < 1) | (length < 0), ExcelError.VALUE, cells))


def _find(needle: str, text: str, start: int) -> int:
    return text.find(needle, start)


def _search(needle: str, text: str, start: int) -> int:
    if not has_wildcard(needle):
        return text.lower().find(needle.lower(), start)
    found = wildcard(needle).search(text, start)
    return found.start() if found else -1


def _finding(find: Callable[[str, str, int], int]) -> Function:
    def applied(pool: Pool, needle: Vec, vec: Vec, start: Vec | None = None) -> Vec:
        a, x, s = textual(pool, needle), textual(pool, vec), numeric(pool, number(1) if start is None else start)

        def place(needle_code: float, code: float, first: float) -> int:
            text = pool.text(code)
            if not 1 <= first <= len(text) + 1:
                return 0
            return find(pool.text(needle_code), text, int(first) - 1) + 1

        at = over_distinct(place, clean(a), clean(x), np.trunc(clean(s, 1.0)))
        return first_error([a, x, s], fail_where(at == 0, ExcelError.VALUE, numbers(at)))

    return plain(applied)


def _replace_nth(text: str, old: str, new: str, nth: int) -> str:
    if not old:
        return text
    if nth == 0:
        return text.replace(old, new)
    at = -len(old)
    for _ in range(nth):
        at = text.find(old, at + len(old))
        if at < 0:
            return text
    return text[:at] + new + text[at + len(old) :]


def _substitute(pool: Pool, vec: Vec, old: Vec, new: Vec, nth: Vec | None = None) -> Vec:
    x, a, b = textual(pool, vec), textual(pool, old), textual(pool, new)
    n = number(0) if nth is None else numeric(pool, nth)
    which = np.trunc(clean(n))
    result = texts_over_distinct(
        pool,
        lambda i, j, k, m: _replace_nth(pool.text(i), pool.text(j), pool.text(k), int(m)),
        clean(x),
        clean(a),
        clean(b),
        np.maximum(which, 0),
    )
    if nth is not None:
        result = fail_where(which < 1, ExcelError.VALUE, result)
    return first_error([x, a, b, n], result)


def _trim(text: str) -> str:
    return _SPACES.sub(" ", text.strip(" "))


TEXTS: dict[str, Function] = {
    "EXACT": plain(_exact),
    "FIND": _finding(_find),
    "LEFT": _cutting(lambda text, k: text[:k]),
    "LEN": plain(_length),
    "LOWER": _text_to_text(str.lower),
    "MID": plain(_middle),
    "RIGHT": _cutting(lambda text, k: text[-k:] if k else ""),
    "SEARCH": _finding(_search),
    "SUBSTITUTE": plain(_substitute),
    "TRIM": _text_to_text(_trim),
    "UPPER": _text_to_text(str.upper),
}
