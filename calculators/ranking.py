"""Views of a list: its rows by rank, the value of a row found by its key, shares cumulated by rank.

Columns are lists, tuples or pandas Series of equal length. Results of whole columns are lists;
a place that has no row is None.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from calculators.ratios import ratio
from calculators.rounding import Cell, is_blank, number
from calculators.segments import unique_ranks
from calculators.tally import holds, same

__all__ = [
    "as_listed", "band_of", "best", "by_rank", "cumulated_share", "found", "least",
    "nth", "numbered", "ranks_without_zero", "row_of", "unique_ranks",
]  # fmt: skip


def by_rank(values: Sequence[object], ranks: Sequence[Cell], last_first: bool = False) -> list[object]:
    """List the values of a column by the rank of their rows.

    Args:
        values: Column to show.
        ranks: Rank per row, 1 first; a blank rank is not listed.
        last_first: Whether the highest rank comes first.

    Returns:
        Values in the order of the ranks; of equal ranks the upper row only.

    Raises:
        ValueError: For columns of different lengths.

    Source: house function RANK_UNIQUE and INDEX with MATCH.
    """
    placed: dict[int, object] = {}
    for value, rank in zip(values, ranks, strict=True):
        place = number(rank)
        if place is not None:
            placed.setdefault(int(place), value)
    top = max(placed, default=0)
    listed = [placed.get(place) for place in range(1, top + 1)]
    return listed[::-1] if last_first else listed


def as_listed(values: Iterable[object]) -> list[object]:
    """Show a column again, row by row.

    Args:
        values: Column.

    Returns:
        The same values in the same order.
    """
    return list(values)


def ranks_without_zero(values: Sequence[Cell]) -> list[int | None]:
    """Rank the numbers other than 0 without ties, the largest first, of equal ones the upper first.

    Args:
        values: Numbers, none negative; blanks and zeros have no rank.

    Returns:
        Rank per row, None for a blank and for 0. Source: house function RANK_UNIQUE.
    """
    return unique_ranks(number(value) or None for value in values)


def nth(values: Sequence[object], place: Cell) -> object:
    """Take the value at a place.

    Args:
        values: Column.
        place: Number of the row from 1.

    Returns:
        The value; None for a blank place or one outside the column.
    """
    row, cells = number(place), list(values)
    if row is None or not 1 <= row <= len(cells):
        return None
    return cells[int(row) - 1]


def row_of(keys: Sequence[object], key: object) -> int | None:
    """Find the first row of a key.

    Args:
        keys: Key per row.
        key: Key wanted; texts without regard to capital letters.

    Returns:
        Number of the row from 1; None for a blank key or one that does not occur.
    """
    if is_blank(key):
        return None
    return next((n for n, one in enumerate(keys, start=1) if same(one, key)), None)


def found(key: object, keys: Sequence[object], values: Sequence[object]) -> object:
    """Look up the value of the first row with a key.

    Args:
        key: Key wanted; texts without regard to capital letters.
        keys: Key per row.
        values: Column to read.

    Returns:
        The value; None for a blank key, an unknown key or a blank value. Source: house function LOOKUP_IN.

    Raises:
        ValueError: For columns of different lengths.
    """
    if len(keys) != len(values):
        raise ValueError("columns of different lengths")
    return nth(values, row_of(keys, key))


def band_of(value: Cell, bounds: Sequence[Cell], results: Sequence[object]) -> object:
    """Look up the result of the band in which a value lies.

    Args:
        value: Any unit.
        bounds: Ascending lower bounds; a value on a bound belongs to its band; blanks are no bound.
        results: Result per band.

    Returns:
        The result; None for a blank value and below the first bound. Source: house function BAND.

    Raises:
        ValueError: For columns of different lengths.
    """
    wanted = number(value)
    if wanted is None:
        return None
    pairs = [(number(b), r) for b, r in zip(bounds, results, strict=True)]
    return next((r for b, r in reversed(pairs) if b is not None and b <= wanted), None)


def best(values: Sequence[object], keys: Sequence[Cell]) -> object:
    """Take the value of the row with the largest number, the upper one of equals.

    Args:
        values: Column to show.
        keys: Numbers and blanks.

    Returns:
        The value, None without any number.

    Raises:
        ValueError: For columns of different lengths.
    """
    listed = by_rank(values, unique_ranks(k if not isinstance(k, str) else None for k in keys))
    return listed[0] if listed else None


def least(values: Sequence[object], keys: Sequence[Cell]) -> object:
    """Take the value of the row with the smallest number, the upper one of equals.

    Args:
        values: Column to show.
        keys: Numbers and blanks.

    Returns:
        The value, None without any number.

    Raises:
        ValueError: For columns of different lengths.
    """
    listed = by_rank(values, unique_ranks(keys, descending=False))
    return listed[0] if listed else None


def numbered(column: Sequence[object], relation: str, wanted: object) -> list[int | None]:
    """Number the rows that meet a condition from top to bottom.

    Args:
        column: Column to look at.
        relation: See `calculators.tally`.
        wanted: Value to compare with.

    Returns:
        1, 2, 3 … in the rows that meet it, None in the others.
    """
    numbers: list[int | None] = []
    so_far = 0
    for value in column:
        fits = holds(value, relation, wanted)
        so_far += fits
        numbers.append(so_far if fits else None)
    return numbers


def cumulated_share(values: Sequence[Cell], ranks: Sequence[Cell]) -> list[float | None]:
    """Cumulate the share of the total by rank.

    Args:
        values: Numbers; a blank counts 0.
        ranks: Rank per row, 1 first.

    Returns:
        Share of the rows up to each rank, in the order of the ranks; None if the total is 0.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 29 (kum_anteil).
    """
    ordered = [number(value) or 0.0 for value in by_rank(values, ranks)]
    whole = math.fsum(number(value) or 0.0 for value in values)
    return [ratio(math.fsum(ordered[: n + 1]), whole) for n in range(len(ordered))]
