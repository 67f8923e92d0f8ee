"""Counts, sums and means over the rows of a list that meet conditions.

A condition is three arguments: a column, a relation and a value, as in
``count(status, "=", "offen", betrag, ">", 1000)``; all conditions must hold. Relations:

- ``=`` and ``<>`` compare texts without regard to capital letters; ``<>`` also holds for a blank.
- ``<``, ``<=``, ``>``, ``>=`` hold for numbers against numbers, dates against dates, nothing else.
- ``in`` and ``not in`` take a list of values.
- ``chosen`` is a filter cell: the value itself, or any filled cell if the filter is blank or "alle".
- ``allowed`` is a filter cell as well, but a blank filter lets blanks pass too.
- ``contains`` looks for a text anywhere in a text.
- ``filled`` takes True or False.

The value may be a column too; then each row is compared with its own. Columns are lists, tuples
or pandas Series. Blanks follow SUMIFS, COUNTIFS, AVERAGEIFS.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from numbers import Real
from typing import Any

from calculators.ratios import known_numbers, mean, median
from calculators.rounding import is_blank, number

EVERYTHING = "alle"
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def is_column(value: object) -> bool:
    """Tell whether a value is a column and no single cell.

    Args:
        value: List, tuple, array, pandas Series, or a cell value.

    Returns:
        True for anything with several places that is no text.
    """
    return hasattr(value, "__len__") and hasattr(value, "__iter__") and not isinstance(value, str | bytes)


def same(left: object, right: object) -> bool:
    """Tell whether two cells hold the same value.

    Args:
        left: Any cell value.
        right: Any cell value.

    Returns:
        Texts without regard to capital letters, numbers by value; two blanks are the same. A text
        that carries a `label` (a choice) is also the same as a text that reads like its label.
    """
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold() or _label(left) == _label(right)
    return left == right


def _label(text: str) -> str:
    return str(getattr(text, "label", text)).casefold()


def holds(value: object, relation: str, wanted: object) -> bool:
    """Tell whether one cell meets a condition.

    Args:
        value: Cell value.
        relation: See the head of this module.
        wanted: Value, list of values, or truth value to compare with.

    Returns:
        Whether the condition holds.

    Raises:
        ValueError: For an unknown relation.
    """
    match relation:
        case "=":
            return same(value, wanted)
        case "<>":
            return not same(value, wanted)
        case "in" | "not in":
            found = any(same(value, one) for one in wanted)  # type: ignore[attr-defined]
            return found == (relation == "in")
        case "filled":
            return (not is_blank(value)) == wanted
        case "chosen":
            every = is_blank(wanted) or same(wanted, EVERYTHING)
            return isinstance(value, str) and value != "" if every else same(value, wanted)
        case "allowed":
            return is_blank(wanted) or same(wanted, EVERYTHING) or same(value, wanted)
        case "contains":
            part = getattr(wanted, "label", wanted)
            return isinstance(value, str) and isinstance(part, str) and part.casefold() in value.casefold()
        case "<" | "<=" | ">" | ">=":
            if is_blank(value) or is_blank(wanted) or _kind(value) != _kind(wanted):
                return False
            return _ORDER[relation](value, wanted)
    raise ValueError(f"unknown relation {relation!r}")


def _kind(value: object) -> str:
    if isinstance(value, datetime | date):
        return "date"
    if isinstance(value, time):
        return "time"
    return "number" if isinstance(value, Real) else "text"


def _met(conditions: Sequence[object]) -> list[bool]:
    """Return which rows meet all conditions.

    Raises:
        ValueError: For arguments that are not triples, or columns of different lengths.
    """
    if len(conditions) % 3:
        raise ValueError("conditions are column, relation, value")
    met: list[bool] = []
    for place in range(0, len(conditions), 3):
        column, relation, wanted = conditions[place : place + 3]
        cells = list(column)  # type: ignore[call-overload]
        spread = is_column(wanted) and relation not in ("in", "not in")
        values = list(wanted) if spread else [wanted] * len(cells)  # type: ignore[call-overload]
        fits = [holds(c, str(relation), v) for c, v in zip(cells, values, strict=True)]
        met = fits if not place else [a and b for a, b in zip(met, fits, strict=True)]
    return met


def _selected(values: Iterable[object], conditions: Sequence[object]) -> list[object]:
    if not conditions:
        return list(values)
    return [v for v, on in zip(values, _met(conditions), strict=True) if on]


def _numbers(values: Iterable[object]) -> list[float]:
    """Keep the numbers; texts in a column of numbers ("fehlt") are none."""
    return known_numbers(v for v in values if not isinstance(v, str))


def select(values: Iterable[object], *conditions: object) -> list[object]:
    """Keep the cells of a column in the rows that meet all conditions.

    Args:
        values: Column.
        conditions: Triples.

    Returns:
        The cells in order.

    Raises:
        ValueError: For arguments that are not triples, or columns of different lengths.
    """
    return _selected(values, conditions)


def of_text(values: Iterable[object], texts: Iterable[object], text: object) -> list[object]:
    """Keep the cells of a column in the rows where a text reads the same.

    Args:
        values: Column.
        texts: Text per row; spaces around it and capital letters do not count.
        text: The text wanted; a blank keeps nothing.

    Returns:
        The cells in order.

    Raises:
        ValueError: For columns of different lengths.
    """

    def plain(cell: object) -> str:
        return " ".join(str(getattr(cell, "label", cell)).split()).casefold()

    rows_ = zip(values, texts, strict=True)
    return [] if is_blank(text) else [v for v, t in rows_ if not is_blank(t) and plain(t) == plain(text)]


def rows(keys: Iterable[object]) -> int:
    """Count the occupied rows of a list.

    Args:
        keys: Key per row.

    Returns:
        Number of rows whose key is filled. Source: house function ROWS_OF.
    """
    return sum(not is_blank(key) for key in keys)


def count(*conditions: object) -> int:
    """Count the rows that meet all conditions.

    Args:
        conditions: Triples, see the head of this module.

    Returns:
        Number of rows.

    Raises:
        ValueError: For arguments that are not triples, or columns of different lengths.
    """
    return sum(_met(conditions))


def numbers(values: Iterable[object], *conditions: object) -> int:
    """Count the numbers of a column in the rows that meet all conditions.

    Args:
        values: Numbers and blanks.
        conditions: Triples.

    Returns:
        Number of numbers (dates count).
    """
    return sum(not is_blank(v) and not isinstance(v, str) for v in _selected(values, conditions))


def amount(values: Iterable[object], *conditions: object) -> float:
    """Add up a column in the rows that meet all conditions.

    Args:
        values: Numbers and blanks of one unit; blanks count 0.
        conditions: Triples.

    Returns:
        The sum, 0 without any row.
    """
    return math.fsum(_numbers(_selected(values, conditions)))


def average(values: Iterable[object], *conditions: object) -> float | None:
    """Average the numbers of a column in the rows that meet all conditions.

    Args:
        values: Numbers and blanks; blanks are left out.
        conditions: Triples.

    Returns:
        The mean, None without any number.
    """
    return mean(_numbers(_selected(values, conditions)))


def middle(values: Iterable[object], *conditions: object) -> float | None:
    """Take the median of a column in the rows that meet all conditions.

    Args:
        values: Numbers and blanks; blanks are left out.
        conditions: Triples.

    Returns:
        The median, None without any number.
    """
    return median(_numbers(_selected(values, conditions)))


def highest(values: Iterable[object], *conditions: object) -> object:
    """Find the largest number or latest date in the rows that meet all conditions.

    Args:
        values: Numbers or dates, and blanks.
        conditions: Triples.

    Returns:
        The largest, None without any.
    """
    found = [v for v in _selected(values, conditions) if not is_blank(v) and not isinstance(v, str)]
    return max(found, default=None)  # type: ignore[type-var]


def lowest(values: Iterable[object], *conditions: object) -> object:
    """Find the smallest number or earliest date in the rows that meet all conditions.

    Args:
        values: Numbers or dates, and blanks.
        conditions: Triples.

    Returns:
        The smallest, None without any.
    """
    found = [v for v in _selected(values, conditions) if not is_blank(v) and not isinstance(v, str)]
    return min(found, default=None)  # type: ignore[type-var]


def flag(*conditions: object) -> int:
    """Mark whether single cells meet all conditions.

    Args:
        conditions: Triples of cell, relation, value.

    Returns:
        1 or 0.

    Raises:
        ValueError: For arguments that are not triples.
    """
    return int(_single(conditions))


def where(value: object, *conditions: object) -> object:
    """Keep a value only if single cells meet all conditions.

    Args:
        value: Any cell value.
        conditions: Triples of cell, relation, value.

    Returns:
        The value, or None.

    Raises:
        ValueError: For arguments that are not triples.
    """
    return value if _single(conditions) else None


def either(value: object, otherwise: object, *conditions: object) -> object:
    """Choose between two values by conditions on single cells.

    Args:
        value: Value if all conditions hold.
        otherwise: Value if one does not.
        conditions: Triples of cell, relation, value.

    Returns:
        One of the two.

    Raises:
        ValueError: For arguments that are not triples.
    """
    return value if _single(conditions) else otherwise


def _single(conditions: Sequence[object]) -> bool:
    if len(conditions) % 3:
        raise ValueError("conditions are cell, relation, value")
    return all(holds(conditions[n], str(conditions[n + 1]), conditions[n + 2]) for n in range(0, len(conditions), 3))


def running(values: Iterable[object], start: float = 0.0) -> list[float | None]:
    """Add up a column row by row.

    Args:
        values: Numbers and blanks; a blank row stays blank and adds nothing.
        start: Value before the first row.

    Returns:
        Sum up to each row.
    """
    known: list[float] = [start]
    result: list[float | None] = []
    for value in values:
        found = number(value)
        if found is not None:
            known.append(found)
        result.append(None if found is None else math.fsum(known))
    return result


def first_known(*values: object) -> object:
    """Take the first value that is filled.

    Args:
        values: Cell values in the order of preference.

    Returns:
        The first one that is not blank, None if all are.
    """
    return next((value for value in values if not is_blank(value)), None)


def blank_as_zero(values: Iterable[object]) -> list[object]:
    """Show a column with 0 where it is blank.

    Args:
        values: Numbers and blanks.

    Returns:
        One value per row.
    """
    return [0 if is_blank(value) else value for value in values]


def filled(*values: object) -> int:
    """Count the filled cells among single cells.

    Args:
        values: Cell values.

    Returns:
        Number of cells that are not blank.
    """
    return sum(not is_blank(value) for value in values)


def joined(*parts: object) -> list[object]:
    """Put columns one below the other.

    Args:
        parts: Columns, or single values.

    Returns:
        One column.
    """
    return [v for part in parts for v in (part if is_column(part) else [part])]  # type: ignore[attr-defined]
