"""Retention of customers: rate kept, rate lost, expected lifetime."""

from __future__ import annotations

from calculators.ratios import ratio
from calculators.rounding import Cell, number, zero_if_blank


def retention_rate(begin: Cell, end: Cell, new: Cell) -> float | None:
    """Compute the share of customers kept: (E − N) / B.

    Args:
        begin: Customers at the beginning of the period.
        end: Customers at its end; a blank counts 0 in the difference, but see below.
        new: New customers in the period; a blank counts 0.

    Returns:
        Fraction; None if begin is blank or 0, or end is blank (nothing is known then).

    Source: template 34 (r_ist).
    """
    last = number(end)
    return None if last is None else ratio(last - zero_if_blank(new), begin)


def churn_rate(retention: Cell) -> float | None:
    """Compute the share of customers lost: 1 − r.

    Args:
        retention: Retention rate.

    Returns:
        Fraction, None for a blank. Source: template 34 (churn).
    """
    r = number(retention)
    return None if r is None else 1 - r


def lifetime(retention: Cell) -> float | None:
    """Compute the expected length of a relationship: 1 / (1 − r).

    Args:
        retention: Retention rate per year.

    Returns:
        Years; None for a blank and for r = 1 (no end). Source: template 34 (lebensdauer).
    """
    return ratio(1, churn_rate(retention))
