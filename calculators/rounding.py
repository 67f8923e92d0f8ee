"""Numbers as a cell holds them: blanks, Excel's rounding, exact sums of money.

A blank is None, "", NaN, pandas.NA or pandas.NaT. Every other module of this package reads
its inputs through `number` or `total`, so a pandas column may be passed wherever a list may.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from numbers import Real
from typing import Any, Protocol, TypeAlias, overload

Number: TypeAlias = int | float
Cell: TypeAlias = int | float | None


class Columns(Protocol):
    """Columns of a table by key: a dict of lists, or a pandas DataFrame."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return a column."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the keys."""

    def get(self, key: Any, default: Any = None, /) -> Any:
        """Return a column, or the default."""


_SHOWN_DIGITS = 15  # significant decimal digits that a spreadsheet keeps of a number


def is_blank(value: object) -> bool:
    """Tell whether a cell value is blank.

    Args:
        value: Anything a cell or a pandas column may hold.

    Returns:
        True for None, the empty text, NaN, pandas.NA and pandas.NaT; False for 0 and False.

    Source: the rules of blanks (an unfilled numeric input is null, never 0).
    """
    if value is None:
        return True
    if isinstance(value, str):
        return value == ""
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, Real):
        return math.isnan(value)
    return type(value).__name__ in {"NAType", "NaTType"}


def number(value: object) -> float | None:
    """Read a cell value as a number.

    Args:
        value: int, float, Decimal, numpy scalar or a blank; True counts 1.

    Returns:
        The value as float, None for a blank.

    Raises:
        TypeError: For a text or any other value that is no number.
    """
    if is_blank(value):
        return None
    if isinstance(value, (Real, Decimal)):
        return float(value)
    raise TypeError(f"not a number: a value of type {type(value).__name__}")


def numbers_of(values: Iterable[object]) -> list[float | None]:
    """Read a column as numbers, blanks as None.

    Args:
        values: List, tuple, pandas Series or any other iterable of cell values.

    Returns:
        One float or None per value, in order.

    Raises:
        TypeError: When a value is neither blank nor a number.
    """
    return [number(value) for value in values]


def zero_if_blank(value: object) -> float:
    """Read a cell value as a number that counts 0 when blank.

    Args:
        value: A number or a blank.

    Returns:
        The number, 0.0 for a blank.

    Raises:
        TypeError: When the value is neither blank nor a number.

    Source: the rules of blanks (in sums and differences of amounts and counts a blank is 0).
    """
    found = number(value)
    return 0.0 if found is None else found


def total(values: Iterable[object]) -> float:
    """Add up numbers without accumulating rounding errors.

    Args:
        values: Numbers and blanks.

    Returns:
        The correctly rounded sum (`math.fsum`); blanks count 0, an empty column gives 0.

    Raises:
        TypeError: When a value is neither blank nor a number.
    """
    return math.fsum(zero_if_blank(value) for value in values)


def exact(value: Number | Decimal) -> Decimal:
    """Read a number as the decimal that a person sees in the cell: 15 significant digits.

    Args:
        value: int and Decimal are taken as they are.

    Returns:
        The decimal number.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    return Decimal(format(float(value), f".{_SHOWN_DIGITS}g"))


def _half_away(value: Decimal, digits: int) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -digits:
        return value
    with localcontext() as context:
        context.prec = max(28, len(value.as_tuple().digits) + 2)
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


@overload
def round_half_away(value: None, digits: int = 0) -> None: ...
@overload
def round_half_away(value: Decimal, digits: int = 0) -> Decimal: ...
@overload
def round_half_away(value: Number, digits: int = 0) -> float: ...
def round_half_away(value: Number | Decimal | None, digits: int = 0) -> float | Decimal | None:
    """Round as Excel's ROUND does: halves away from zero, on the decimal number shown.

    A float is first read with its 15 significant decimal digits, so 1.005 is a half and not
    the binary 1.00499999999999989; Python's own `round` would round it down.

    Args:
        value: Number to round. A Decimal is taken as it is.
        digits: Decimal places; negative rounds to tens, hundreds …

    Returns:
        float for int and float, Decimal for Decimal; None for a blank.

    Raises:
        ValueError: For an infinite number.

    Source: Microsoft's reference of ROUND (ROUND(2.15;1)=2.2, ROUND(-1.475;2)=-1.48).
    """
    if value is None or is_blank(value):
        return None
    if math.isinf(value):
        raise ValueError("an infinite number cannot be rounded")
    rounded = _half_away(exact(value), digits)
    return rounded if isinstance(value, Decimal) else float(rounded)


def to_cents(amount: Number | Decimal | None) -> int | None:
    """Convert an amount into whole cents.

    Args:
        amount: Euro; rounded half away from zero.

    Returns:
        Number of cents, None for a blank.

    Raises:
        ValueError: For an infinite amount.
    """
    if amount is None or is_blank(amount):
        return None
    if math.isinf(amount):
        raise ValueError("an infinite amount has no cents")
    return int(_half_away(exact(amount), 2).scaleb(2))


def round_money(amount: Number | Decimal | None) -> float | None:
    """Round an amount to the cent, halves away from zero.

    Args:
        amount: Euro.

    Returns:
        The nearest float to the amount in cents, None for a blank.

    Raises:
        ValueError: For an infinite amount.
    """
    cents = to_cents(amount)
    return None if cents is None else cents / 100


def sum_money(amounts: Iterable[Number | Decimal | None]) -> float:
    """Add up amounts exactly, as a bookkeeper does on paper.

    Each amount is read as the decimal number shown (so ten times 0.10 is 1.00 and three times
    0.10 is 0.30); nothing is rounded on the way.

    Args:
        amounts: Euro; a list, a pandas Series or any other iterable.

    Returns:
        The sum in Euro as float; blanks count 0, an empty column gives 0.0.

    Raises:
        ValueError: For an infinite amount.
    """
    with localcontext() as context:
        context.prec = 60
        result = Decimal(0)
        for amount in amounts:
            if amount is None or is_blank(amount):
                continue
            if math.isinf(amount):
                raise ValueError("an infinite amount cannot be added")
            result += exact(amount)
        return float(result)
