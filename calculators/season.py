"""Seasonal indices, the monthly plan made from them, and the projection of a year.

Values are Euro or pieces per month, January first; an index of 1 is an average month.
Only full years have indices. Raw values of several teams are summed before, indices never averaged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from calculators.ratios import known_numbers, product, ratio
from calculators.rounding import Cell, number, numbers_of, total, zero_if_blank

STRONG_FROM, WEAK_TO = 1.1, 0.9


def year_indices(values: Sequence[Cell]) -> list[float] | None:
    """Divide each month of a year by the monthly mean of the year.

    Args:
        values: Twelve monthly values of one unit; 0 is a value, a blank a missing month.

    Returns:
        Twelve indices that add up to 12; None for an incomplete year or one that sums to 0.

    Raises:
        ValueError: If there are not twelve months.

    Source: template 28 (idx).
    """
    if len(values) != 12:
        raise ValueError("a year has twelve months")
    known = known_numbers(values)
    average = math.fsum(known) / 12
    return [value / average for value in known] if len(known) == 12 and average != 0 else None


def seasonal_indices(years: Mapping[int, Sequence[Cell]]) -> list[float] | None:
    """Average the monthly indices over the full years.

    Args:
        years: Twelve monthly values per year; several teams are summed beforehand, their
            indices are never averaged.

    Returns:
        Twelve indices that add up to 12, None without a full year.

    Raises:
        ValueError: If a year has not twelve months.

    Source: template 28 (saisonindex).
    """
    full = [indices for indices in map(year_indices, years.values()) if indices is not None]
    return [math.fsum(month) / len(full) for month in zip(*full, strict=True)] if full else None


def seasonal_spans(years: Mapping[int, Sequence[Cell]]) -> list[float] | None:
    """Compute the spread of the monthly indices over the full years: maximum minus minimum.

    Args:
        years: Twelve monthly values per year.

    Returns:
        Twelve spreads, None without a full year.

    Raises:
        ValueError: If a year has not twelve months.

    Source: template 28 (spannweite).
    """
    full = [indices for indices in map(year_indices, years.values()) if indices is not None]
    return [max(month) - min(month) for month in zip(*full, strict=True)] if full else None


def season_rating(index: Cell) -> str | None:
    """Name a month strong, weak or normal.

    Args:
        index: Seasonal index, 1 = average month.

    Returns:
        "stark" from 1.1, "schwach" up to 0.9, else "normal"; None for a blank.

    Source: template 28 (einstufung).
    """
    value = number(index)
    if value is None:
        return None
    return "stark" if value >= STRONG_FROM else "schwach" if value <= WEAK_TO else "normal"


def monthly_plan(year_plan: Cell, indices: Sequence[Cell]) -> list[float | None]:
    """Spread a year's plan over the months by season.

    Args:
        year_plan: Euro.
        indices: Twelve seasonal indices.

    Returns:
        Euro per month, None where the plan or the index is blank.

    Source: template 28 (plan_m).
    """
    return [product(ratio(year_plan, 12), index) for index in indices]


def cumulative_deviation(actuals: Iterable[Cell], plans: Iterable[Cell]) -> list[float]:
    """Run up actual minus plan over the months.

    Args:
        actuals: Euro per month; a blank counts 0.
        plans: Euro per month; a blank counts 0.

    Returns:
        Σ actual − Σ plan up to each month. Pass closed months only.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 28 (kum_abw).
    """
    steps = [zero_if_blank(a) - zero_if_blank(p) for a, p in zip(actuals, plans, strict=True)]
    return [math.fsum(steps[: end + 1]) for end in range(len(steps))]


def extrapolate(actuals: Sequence[Cell], indices: Sequence[Cell]) -> float | None:
    """Project the year from its closed months: Σ actual / (Σ index of closed months / 12).

    Args:
        actuals: Euro per month, from January; a blank is a month that is not closed.
        indices: Twelve seasonal indices.

    Returns:
        Euro for the year; None without a closed month, with a blank index of a closed month,
        or if those indices add up to 0.

    Raises:
        ValueError: For more months than indices.

    Source: template 28 (hochrechnung).
    """
    if len(actuals) > len(indices):
        raise ValueError("more months than indices")
    closed = [(a, i) for a, i in zip(numbers_of(actuals), numbers_of(indices), strict=False) if a is not None]
    if not closed or any(index is None for _, index in closed):
        return None
    return ratio(total(a for a, _ in closed), total(i for _, i in closed) / 12)
