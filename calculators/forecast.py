"""Sales forecast: weighted pipeline, monthly buckets, plan comparison; the season comes from `calculators.season`.

Amounts are Euro net, probabilities fractions, months the first day of the month. Columns are
lists, tuples or pandas Series of equal length. Only open offers are part of a forecast.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from calculators.ratios import product, ratio
from calculators.rounding import Cell, is_blank, number, total, zero_if_blank
from calculators.season import (
    cumulative_deviation,
    extrapolate,
    monthly_plan,
    season_rating,
    seasonal_indices,
    seasonal_spans,
    year_indices,
)

__all__ = [
    "BucketRow", "PlanRow", "best_case_total", "commit_total", "confidence", "cumulative_deviation",
    "expectation", "extrapolate", "forecast_months", "forecast_table", "gap", "month_bucket",
    "monthly_plan", "pipeline_coverage", "plan_row", "season_rating", "seasonal_indices",
    "seasonal_spans", "weighted", "weighted_total", "year_indices",
]  # fmt: skip

OVERDUE, NO_DATE, LATER = "ueberfaellig", "ohne", "spaeter"
COMMIT, LIKELY, POSSIBLE = "commit", "wahrscheinlich", "moeglich"
COMMIT_FROM, LIKELY_FROM = 0.8, 0.5


class BucketRow(NamedTuple):
    """Open offers of one month or rest row, in Euro."""

    bucket: date | str
    commit: float
    weighted: float
    best_case: float


class PlanRow(NamedTuple):
    """One month against plan, in Euro; coverage is a factor."""

    expectation: float
    gap: float
    coverage: float | None


def weighted(amount: Cell, probability: Cell) -> float | None:
    """Multiply an amount by its probability of an order.

    Args:
        amount: Euro, or a quantity in pieces.
        probability: Fraction from 0 to 1.

    Returns:
        Expected value in the unit of the amount, None if either is blank.

    Raises:
        ValueError: For a probability outside 0 to 1.

    Source: templates 17 and 18.
    """
    return product(amount, _probability(probability))


def confidence(probability: Cell) -> str | None:
    """Name the class of a probability.

    Args:
        probability: Fraction from 0 to 1.

    Returns:
        "commit" from 0.8, "wahrscheinlich" from 0.5, else "moeglich"; None for a blank.

    Raises:
        ValueError: For a probability outside 0 to 1.

    Source: template 18 (klasse).
    """
    share = _probability(probability)
    if share is None:
        return None
    return COMMIT if share >= COMMIT_FROM else LIKELY if share >= LIKELY_FROM else POSSIBLE


def weighted_total(amounts: Iterable[Cell], probabilities: Iterable[Cell], is_open: Iterable[object]) -> float:
    """Add up the weighted amounts of the open offers (forecast, expected quantity).

    Args:
        amounts: Euro or pieces per position.
        probabilities: Fraction per position.
        is_open: Truthy (or 1) per open position; a blank is not open.

    Returns:
        Sum; a position with a blank amount or probability adds 0.

    Raises:
        ValueError: For columns of different lengths or a probability outside 0 to 1.

    Source: templates 17 (pipeline_gew), 18 (gewichtet, erwartungsmenge).
    """
    return total(weighted(a, p) for a, p in _open_rows(amounts, probabilities, is_open))


def commit_total(amounts: Iterable[Cell], probabilities: Iterable[Cell], is_open: Iterable[object]) -> float:
    """Add up the full amounts of the open offers with a probability of 0.8 or more.

    Args:
        amounts: Euro or pieces per position; a blank counts 0.
        probabilities: Fraction per position; a blank is no commitment.
        is_open: Truthy (or 1) per open position; a blank is not open.

    Returns:
        Sum, unweighted.

    Raises:
        ValueError: For columns of different lengths or a probability outside 0 to 1.

    Source: template 18 (commit, sichere_menge).
    """
    return total(a for a, p in _open_rows(amounts, probabilities, is_open) if confidence(p) == COMMIT)


def best_case_total(amounts: Iterable[Cell], is_open: Iterable[object]) -> float:
    """Add up the full amounts of all open offers (pipeline, maximum quantity).

    Args:
        amounts: Euro or pieces per position; a blank counts 0.
        is_open: Truthy (or 1) per open position; a blank is not open.

    Returns:
        Sum, unweighted.

    Raises:
        ValueError: For columns of different lengths.

    Source: templates 17 (pipeline), 18 (best_case, maximalmenge).
    """
    return total(a for a, flag in zip(amounts, is_open, strict=True) if _truthy(flag))


def expectation(actual: Cell, weighted_amount: Cell) -> float:
    """Add the weighted pipeline to the orders already in.

    Args:
        actual: Orders received, Euro; a blank counts 0.
        weighted_amount: Weighted pipeline, Euro; a blank counts 0.

    Returns:
        Euro. Source: template 18 (erwartung).
    """
    return zero_if_blank(actual) + zero_if_blank(weighted_amount)


def gap(plan: Cell, expected: Cell) -> float:
    """Subtract the expectation from the plan.

    Args:
        plan: Euro; a blank counts 0.
        expected: Euro, see `expectation`; a blank counts 0.

    Returns:
        Euro; positive if orders are missing. Source: template 18 (luecke).
    """
    return zero_if_blank(plan) - zero_if_blank(expected)


def pipeline_coverage(best_case: Cell, plan: Cell, actual: Cell) -> float | None:
    """Divide the pipeline by what is still missing to the plan.

    Args:
        best_case: Open offers, Euro.
        plan: Euro.
        actual: Orders received, Euro; a blank counts 0.

    Returns:
        Factor (3 = three times the missing orders are in the pipeline); None unless the plan
        is above the actual, and for a blank plan or pipeline.

    Source: template 18 (pipeline_deckung).
    """
    target = number(plan)
    missing = None if target is None else target - zero_if_blank(actual)
    return ratio(best_case, missing) if missing is not None and missing > 0 else None


def plan_row(plan: Cell, actual: Cell, weighted_amount: Cell, best_case: Cell) -> PlanRow:
    """Compare one month with its plan.

    Args:
        plan: Euro; a blank counts 0 in the gap and leaves the coverage blank.
        actual: Orders received, Euro; a blank counts 0.
        weighted_amount: Weighted pipeline, Euro; a blank counts 0.
        best_case: Open offers, Euro.

    Returns:
        Expectation, gap and coverage. Source: template 18 (Forecast GL).
    """
    expected = expectation(actual, weighted_amount)
    return PlanRow(expected, gap(plan, expected), pipeline_coverage(best_case, plan, actual))


# -- months ------------------------------------------------------------------------------------


def forecast_months(today: date, months: int = 12) -> list[date]:
    """List the first days of the months from the month of the Stichtag on.

    Args:
        today: The Stichtag.
        months: Number of months.

    Returns:
        First days in order; the first one may lie before the Stichtag, in the same month.
    """
    serials = range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 1 + months)
    return [date(serial // 12, serial % 12 + 1, 1) for serial in serials]


def month_bucket(expected: date | None, today: date, months: int | None = 12) -> date | str:
    """Sort an expected order or delivery date into the rows of the forecast.

    Args:
        expected: Expected date of an open offer.
        today: The Stichtag.
        months: Number of months shown singly; None for no end.

    Returns:
        "ohne" for a blank, "ueberfaellig" before the first of the month of the Stichtag,
        "spaeter" after the last month shown, else the first day of the month.

    Source: template 18 (monat_auftrag, Forecast GL).
    """
    if expected is None or is_blank(expected):
        return NO_DATE
    month = date(expected.year, expected.month, 1)
    shown = forecast_months(today, months or 1)
    return OVERDUE if month < shown[0] else LATER if months is not None and month > shown[-1] else month


def forecast_table(
    dates: Iterable[date | None],
    amounts: Iterable[Cell],
    probabilities: Iterable[Cell],
    is_open: Iterable[object],
    today: date,
    *,
    months: int = 12,
) -> list[BucketRow]:
    """Sum the open offers by month: overdue, the months, later, without date.

    Args:
        dates: Expected order or delivery date per position.
        amounts: Euro or pieces per position.
        probabilities: Fraction per position.
        is_open: Truthy (or 1) per open position; a blank is not open.
        today: The Stichtag.
        months: Number of months shown singly.

    Returns:
        months + 3 rows; their columns add up to `commit_total`, `weighted_total` and
        `best_case_total`.

    Raises:
        ValueError: For columns of different lengths or a probability outside 0 to 1.

    Source: template 18 (Forecast GL).
    """
    buckets: list[date | str] = [OVERDUE, *forecast_months(today, months), LATER, NO_DATE]
    members: dict[date | str, list[tuple[Cell, Cell, object]]] = {bucket: [] for bucket in buckets}
    for when, amount_, share_, flag_ in zip(dates, amounts, probabilities, is_open, strict=True):
        members[month_bucket(when, today, months)].append((amount_, share_, flag_))
    table = []
    for bucket, rows in members.items():
        amount, share, flag = [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]
        sums = commit_total(amount, share, flag), weighted_total(amount, share, flag), best_case_total(amount, flag)
        table.append(BucketRow(bucket, *sums))
    return table


def _probability(value: Cell) -> float | None:
    share = number(value)
    if share is not None and not 0 <= share <= 1:
        raise ValueError("a probability lies between 0 and 1")
    return share


def _truthy(flag: object) -> bool:
    return not is_blank(flag) and bool(flag)


def _open_rows(
    amounts: Iterable[Cell], probabilities: Iterable[Cell], is_open: Iterable[object]
) -> list[tuple[Cell, Cell]]:
    return [(a, p) for a, p, flag in zip(amounts, probabilities, is_open, strict=True) if _truthy(flag)]
