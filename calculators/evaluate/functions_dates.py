"""Calendar functions on serial numbers of the 1900 system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from calculators.evaluate.functions_math import plain
from calculators.evaluate.operators import clean, guarded, numeric
from calculators.evaluate.scope import Function, Range, Scope, on_range
from calculators.evaluate.values import (
    BLANK,
    ERROR,
    NUMBER,
    Bools,
    ExcelError,
    Floats,
    Ints,
    Pool,
    Vec,
    error,
    first_error,
    number,
    serial,
)
from vorlagen.formulas.ast import Node

Days = NDArray[np.datetime64]
_EPOCH = np.datetime64("1899-12-30", "D")
_LAST = 2958465  # 9999-12-31
_LEAP_BUG = 60  # Excel believes in a 29 February 1900; earlier serial numbers are one day off.


def _days(serials: Floats) -> Days:
    whole = np.floor(serials).astype(np.int64)
    return _EPOCH + np.where(whole < _LEAP_BUG, whole + 1, whole).astype("timedelta64[D]")


def _serials(days: Days) -> Floats:
    count = (days - _EPOCH).astype(np.int64)
    return np.where(count <= _LEAP_BUG, count - 1, count).astype(np.float64)


def _outside(serials: Floats) -> Bools:
    return (serials < 0) | (serials >= _LAST + 1)


def _date_of(pool: Pool, vec: Vec) -> tuple[Vec, Days, Bools]:
    """Return the checked cell, its day and where it is no date."""
    x = numeric(pool, vec)
    num = clean(x)
    failed = _outside(num)
    return x, _days(np.where(failed, 0, num)), failed


def _year_month_day(days: Days) -> tuple[Ints, Ints, Ints]:
    months = days.astype("datetime64[M]")
    count = months.astype(np.int64)
    return count // 12 + 1970, count % 12 + 1, (days - months.astype("datetime64[D]")).astype(np.int64) + 1


def _date_part(part: int) -> Function:
    def extracted(pool: Pool, vec: Vec) -> Vec:
        x, days, failed = _date_of(pool, vec)
        value = _year_month_day(days)[part].astype(np.float64)
        # Two days that no calendar has: 0 January and 29 February 1900.
        for odd, known in ((0, (1900, 1, 0)), (_LEAP_BUG, (1900, 2, 29))):
            value = np.where(np.floor(clean(x)) == odd, known[part], value)
        return guarded([x], value, failed)

    return plain(extracted)


def _time_part(of_seconds: Callable[[Floats], Floats]) -> Function:
    def extracted(pool: Pool, vec: Vec) -> Vec:
        x = numeric(pool, vec)
        num = clean(x)
        seconds = np.rint((num - np.floor(num)) * 86400) % 86400
        return guarded([x], of_seconds(seconds), num < 0)

    return plain(extracted)


def _month_start(years: Floats, months: Floats) -> Days:
    count = (years - 1970) * 12 + months - 1
    return cast(Days, count.astype(np.int64).astype("datetime64[M]"))


def _date(pool: Pool, year: Vec, month: Vec, day: Vec) -> Vec:
    y, m, d = (numeric(pool, v) for v in (year, month, day))
    years, months, days = (np.clip(np.trunc(clean(v)), -1e6, 1e6) for v in (y, m, d))
    years = np.where((years >= 0) & (years < 1900), years + 1900, years)
    start = _month_start(years, months).astype("datetime64[D]")
    value = _serials(start) + days - 1
    return guarded([y, m, d], value, (years < 1900) | (years > 9999) | _outside(value))


def _shifted(to_end: bool) -> Function:
    """Build EDATE (same day, clamped) or EOMONTH (last day)."""

    def shifted(pool: Pool, vec: Vec, months: Vec) -> Vec:
        x, days, failed = _date_of(pool, vec)
        n = numeric(pool, months)
        by = np.clip(np.trunc(clean(n)), -1e6, 1e6).astype(np.int64)
        month = days.astype("datetime64[M]") + by.astype("timedelta64[M]")
        last = (month + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
        if to_end:
            target = last
        else:
            offset = days - days.astype("datetime64[M]").astype("datetime64[D]")
            target = np.minimum(month.astype("datetime64[D]") + offset, last)
        value = _serials(cast(Days, target))
        return guarded([x, n], value, failed | _outside(value))

    return plain(shifted)


def _weekday(pool: Pool, vec: Vec, kind: Vec | None = None) -> Vec:
    x, t = numeric(pool, vec), number(1) if kind is None else numeric(pool, kind)
    day, which = np.floor(clean(x)), np.trunc(clean(t, 1.0))
    # Serial number 1 counts as a Sunday. Types 11 to 17 start on Monday to Sunday.
    start = np.where(which == 1, 1, np.where(which >= 11, which - 9, 2))
    value = np.where(which == 3, np.mod(day - 2, 7), np.mod(day - start, 7) + 1)
    known = np.isin(which, (1, 2, 3, *range(11, 18)))
    return guarded([x, t], value, ~known | _outside(clean(x)))


def _holidays(given: Range) -> tuple[Days, Vec | None]:
    """Return the days off, and an error that they hold."""
    cells = given.vec
    bad = np.flatnonzero(cells.tag == ERROR)
    if bad.size:
        return _days(np.zeros(0)), cells.take(bad[:1])
    # The rows above come with their heading, and a text is no day.
    if given.ends is not None or (~np.isin(cells.tag, (BLANK, NUMBER))).any():
        return _days(np.zeros(0)), error(ExcelError.VALUE)
    return _days(cells.num[cells.tag == NUMBER]), None


def _networkdays(scope: Scope, args: tuple[Node, ...], given: Range) -> Vec:
    a, first, early = _date_of(scope.pool, scope.value(args[0]))
    b, last, late = _date_of(scope.pool, scope.value(args[1]))
    off, wrong = _holidays(given)
    day = np.timedelta64(1, "D")
    low, high = np.minimum(first, last), cast(Days, np.maximum(first, last) + day)
    count: NDArray[Any] = np.busday_count(low, high, holidays=off)
    result = guarded([a, b], np.where(first <= last, count, -count), early | late)
    return result if wrong is None else first_error([a, b, wrong], result)


def _workday(scope: Scope, args: tuple[Node, ...], given: Range) -> Vec:
    x, start, failed = _date_of(scope.pool, scope.value(args[0]))
    n = numeric(scope.pool, scope.value(args[1]))
    off, wrong = _holidays(given)
    by = np.clip(np.trunc(clean(n)), -1e7, 1e7).astype(np.int64)
    start, by = np.broadcast_arrays(start, by)
    ahead = np.busday_offset(start, np.maximum(by, 0), roll="backward", holidays=off)
    back = np.busday_offset(start, np.minimum(by, 0), roll="forward", holidays=off)
    value = _serials(np.where(by > 0, ahead, np.where(by < 0, back, start)))
    result = guarded([x, n], value, failed | _outside(value))
    return result if wrong is None else first_error([x, n, wrong], result)


def _today(scope: Scope, args: tuple[Node, ...]) -> Vec:
    return number(serial(scope.store.book.today))


DATES: dict[str, Function] = {
    "DATE": plain(_date),
    "DAY": _date_part(2),
    "EDATE": _shifted(to_end=False),
    "EOMONTH": _shifted(to_end=True),
    "HOUR": _time_part(lambda seconds: seconds // 3600),
    "MINUTE": _time_part(lambda seconds: seconds // 60 % 60),
    "MONTH": _date_part(1),
    "NETWORKDAYS": on_range(2, _networkdays),
    "TODAY": _today,
    "WEEKDAY": plain(_weekday),
    "WORKDAY": on_range(2, _workday),
    "YEAR": _date_part(0),
}
