"""Customer lifetime value: finite, infinite and undiscounted, year by year.

Payments fall at the end of the year. r is the retention rate, d the discount rate, g the growth
of the yearly margin, all fractions; amounts are Euro. The chance that the customer is still
there in year t is r^t, or r^(t−1) if the first year is certain (`first_certain`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from calculators.ratios import product, ratio
from calculators.retention import churn_rate, lifetime, retention_rate
from calculators.rounding import Cell, number, numbers_of, zero_if_blank
from calculators.segments import unique_ranks

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ClvYear", "amortisation_year", "churn_rate", "clv", "clv_frame", "clv_infinite", "clv_of_flows", "clv_series",
    "clv_simple", "clv_to_cac", "discount_factor", "growing", "grown", "lifetime", "npv", "present_value_factor",
    "referral_value", "retention_rate", "sensitivity", "sensitivity_axis", "survival", "survival_of", "yearly_margin",
]  # fmt: skip


class ClvYear(NamedTuple):
    """One year of a customer relationship; amounts in Euro, survival and discount as factors."""

    year: int
    cash_flow: float
    survival: float
    discount: float
    present_value: float
    cumulative: float


def referral_value(referrals: Cell, closing_rate: Cell, margin_of_new_customer: Cell) -> float | None:
    """Value a customer's recommendations of one year.

    Args:
        referrals: Recommendations per year.
        closing_rate: Fraction that becomes a customer.
        margin_of_new_customer: Euro per new customer.

    Returns:
        Euro per year, None if a factor is blank. Source: template 34 (referenz_jahr).
    """
    return product(product(referrals, closing_rate), margin_of_new_customer)


def yearly_margin(
    contribution: Cell, care: Cell = None, cross_selling: Cell = None, referral: Cell = None, information: Cell = None
) -> float:
    """Add up what a customer yields in a year.

    Args:
        contribution: Contribution margin II per year, Euro.
        care: Cost of care per year, Euro, subtracted.
        cross_selling: Cross-selling value per year, Euro.
        referral: Value of recommendations per year, Euro, see `referral_value`.
        information: Estimated value of information per year, Euro.

    Returns:
        Euro per year; blanks count 0. Source: template 34 (m).
    """
    gains = [zero_if_blank(value) for value in (contribution, cross_selling, referral, information)]
    return math.fsum([*gains, -zero_if_blank(care)])


def survival(year: int, r: float, first_certain: bool = False) -> float:
    """Compute the chance that a customer still buys in a year.

    Args:
        year: 1 for the first year.
        r: Retention rate.
        first_certain: Whether the first year is certain.

    Returns:
        r^t, or r^(t−1) if the first year is certain.

    Raises:
        ValueError: For a year below 1 or a rate outside 0 to 1.
    """
    _check(r=r, years=year)
    return math.pow(r, year - 1 if first_certain else year)


def clv_series(
    cash_flows: Iterable[Cell], r: float, d: float, acquisition: Cell = None, first_certain: bool = False
) -> list[ClvYear]:
    """Discount a customer's cash flows year by year.

    Args:
        cash_flows: Euro per year, from year 1; a blank counts 0. See `growing`.
        r: Retention rate, 0 to 1.
        d: Discount rate, above −1.
        acquisition: Cost of acquisition before year 1, Euro; a blank counts 0.
        first_certain: Whether the first year is certain.

    Returns:
        One row per year; the last `cumulative` is the CLV.

    Raises:
        ValueError: For a rate out of its range.

    Source: Σ cash flow × S_t / (1+d)^t − acquisition; template 34, after Gupta/Lehmann.
    """
    _check(r=r, d=d)
    values: list[float] = []
    rows = []
    for year, flow in enumerate(cash_flows, start=1):
        amount, alive, discount = zero_if_blank(flow), survival(year, r, first_certain), math.pow(1 + d, -year)
        values.append(amount * alive * discount)
        so_far = math.fsum([-zero_if_blank(acquisition), *values])
        rows.append(ClvYear(year, amount, alive, discount, values[-1], so_far))
    return rows


def growing(margin: float, years: int, g: float = 0.0) -> list[float]:
    """List a margin that grows every year.

    Args:
        margin: Euro in year 1.
        years: Number of years.
        g: Growth per year, above −1.

    Returns:
        margin × (1+g)^(t−1) for t = 1 … years. Source: template 34 (cf_t).

    Raises:
        ValueError: For a growth of −1 or less, or less than one year.
    """
    _check(g=g, years=years)
    return [margin * math.pow(1 + g, year) for year in range(years)]


def clv(
    margin: Cell,
    r: Cell,
    d: Cell,
    years: int | None,
    *,
    g: Cell = None,
    acquisition: Cell = None,
    first_certain: bool = False,
) -> float | None:
    """Compute the present value of a customer over a finite horizon, as the sum of its years.

    Args:
        margin: Euro in year 1.
        r: Retention rate, 0 to 1.
        d: Discount rate, above −1.
        years: Horizon in years, 1 or more.
        g: Growth of the margin per year, above −1; a blank counts 0.
        acquisition: Cost of acquisition, Euro; a blank counts 0.
        first_certain: Whether the first year is certain.

    Returns:
        Euro, None if margin, retention, discount rate or horizon is blank.

    Raises:
        ValueError: For a rate out of its range or less than one year.

    Source: template 34 (clv).
    """
    m, retention, discount = number(margin), number(r), number(d)
    if m is None or retention is None or discount is None or years is None:
        return None
    flows = growing(m, years, zero_if_blank(g))
    return clv_series(flows, retention, discount, acquisition, first_certain)[-1].cumulative


def present_value_factor(
    r: Cell, d: Cell, years: int | None, g: Cell = None, first_certain: bool = False
) -> float | None:
    """Sum the geometric series in closed form: what one Euro a year is worth.

    Args:
        r: Retention rate, 0 to 1.
        d: Discount rate, above −1.
        years: Horizon in years, 1 or more.
        g: Growth per year, above −1; a blank counts 0.
        first_certain: Whether the first year is certain.

    Returns:
        (r or 1)/(1+d) × (1 − q^T)/(1 − q) with q = r(1+g)/(1+d); T terms of 1 for q = 1.
        None if retention, discount rate or horizon is blank.

    Raises:
        ValueError: For a rate out of its range or less than one year.

    Source: geometric series; template 34 (faktor).
    """
    retention, discount, growth = number(r), number(d), zero_if_blank(g)
    if retention is None or discount is None or years is None:
        return None
    _check(r=retention, d=discount, g=growth, years=years)
    q = retention * (1 + growth) / (1 + discount)
    terms = float(years) if abs(q - 1) < 1e-9 else (1 - math.pow(q, years)) / (1 - q)
    return (1.0 if first_certain else retention) / (1 + discount) * terms


def clv_infinite(
    margin: Cell, r: Cell, d: Cell, *, g: Cell = None, acquisition: Cell = None, first_certain: bool = False
) -> float | None:
    """Compute the present value of a customer without a horizon: m·r / (1 + d − r(1+g)).

    Args:
        margin: Euro in year 1.
        r: Retention rate, 0 to 1.
        d: Discount rate, above −1.
        g: Growth per year, above −1; a blank counts 0.
        acquisition: Cost of acquisition, Euro; a blank counts 0.
        first_certain: Whether the first year is certain (then m / (1 + d − r(1+g))).

    Returns:
        Euro; None if margin, r or d is blank, or if r(1+g) reaches 1+d and there is no limit.

    Raises:
        ValueError: For a rate out of its range.

    Source: Gupta/Lehmann; template 34.
    """
    m, retention, discount, growth = number(margin), number(r), number(d), zero_if_blank(g)
    if m is None or retention is None or discount is None:
        return None
    _check(r=retention, d=discount, g=growth)
    spread = 1 + discount - retention * (1 + growth)
    if spread <= 0:
        return None
    return m * (1.0 if first_certain else retention) / spread - zero_if_blank(acquisition)


def clv_simple(margin: Cell, r: Cell, years: int | None, acquisition: Cell = None) -> float | None:
    """Multiply the margin by the expected lifetime, without discount.

    Args:
        margin: Euro per year.
        r: Retention rate, 0 to 1; the lifetime 1/(1 − r) is cut at the horizon.
        years: Horizon in years, 1 or more.
        acquisition: Cost of acquisition, Euro; a blank counts 0.

    Returns:
        Euro, None if margin, retention rate or horizon is blank.

    Raises:
        ValueError: For a rate out of its range or less than one year.

    Source: template 34 (clv_einfach).
    """
    m, retention = number(margin), number(r)
    if m is None or retention is None or years is None:
        return None
    _check(r=retention, years=years)
    life = lifetime(retention)
    return m * (years if life is None else min(years, life)) - zero_if_blank(acquisition)


def clv_to_cac(margin: Cell, factor: Cell, acquisition: Cell) -> float | None:
    """Divide the present value before acquisition by the cost of acquisition.

    Args:
        margin: Euro in year 1.
        factor: See `present_value_factor`.
        acquisition: Euro.

    Returns:
        Factor; None if anything is blank or the acquisition cost nothing. Source: template 34.
    """
    return ratio(product(margin, factor), acquisition)


def grown(margin: Cell, g: Cell, year: int) -> float | None:
    """Compute a margin of a later year: margin × (1+g)^(t−1).

    Args:
        margin: Euro in year 1.
        g: Growth per year, above −1; a blank counts 0.
        year: t, 1 for the first year.

    Returns:
        Euro, None for a blank margin. Source: template 34 (cf_t).

    Raises:
        ValueError: For a growth of −1 or less, or a year below 1.
    """
    m = number(margin)
    return None if m is None else growing(m, year, zero_if_blank(g))[-1]


def discount_factor(d: Cell, year: int) -> float | None:
    """Compute what one Euro at the end of a year is worth today: 1 / (1+d)^t.

    Args:
        d: Discount rate, above −1.
        year: t, 1 for the first year.

    Returns:
        Factor, None for a blank rate. Source: template 34 (abz_t).

    Raises:
        ValueError: For a rate of −1 or less.
    """
    rate = number(d)
    return None if rate is None else npv(rate, [*[0] * (year - 1), 1])


def survival_of(year: int, r: Cell, first_certain: bool = False) -> float | None:
    """Compute the chance that a customer still buys, see `survival`.

    Args:
        year: 1 for the first year.
        r: Retention rate.
        first_certain: Whether the first year is certain.

    Returns:
        Fraction, None for a blank rate.

    Raises:
        ValueError: For a year below 1 or a rate outside 0 to 1.
    """
    rate = number(r)
    return None if rate is None else survival(year, rate, first_certain)


def clv_of_flows(
    cash_flows: Sequence[Cell], r: Cell, d: Cell, acquisition: Cell = None, first_certain: bool = False
) -> float | None:
    """Compute the present value of given yearly cash flows, see `clv_series`.

    Args:
        cash_flows: Euro per year, from year 1.
        r: Retention rate, 0 to 1.
        d: Discount rate, above −1.
        acquisition: Cost of acquisition, Euro; a blank counts 0.
        first_certain: Whether the first year is certain.

    Returns:
        Euro; None if a rate or a year is blank. Source: template 34 (Sensitivität).

    Raises:
        ValueError: For a rate out of its range.
    """
    rate, interest, flows = number(r), number(d), numbers_of(cash_flows)
    if rate is None or interest is None or not flows or None in flows:
        return None
    return clv_series(flows, rate, interest, acquisition, first_certain)[-1].cumulative


def npv(rate: Cell, cash_flows: Iterable[Cell]) -> float | None:
    """Discount payments at the end of each year.

    Args:
        rate: Discount rate, above −1.
        cash_flows: Euro per year, from year 1; a blank counts 0.

    Returns:
        Euro, None for a blank rate. Source: Excel's NPV (first payment after one year).

    Raises:
        ValueError: For a rate of −1 or less.
    """
    interest = number(rate)
    if interest is None:
        return None
    _check(d=interest)
    return math.fsum(zero_if_blank(flow) / math.pow(1 + interest, t) for t, flow in enumerate(cash_flows, start=1))


def amortisation_year(series: Iterable[ClvYear]) -> int | None:
    """Find the first year in which the cumulated present value is not negative.

    Args:
        series: Rows of `clv_series`.

    Returns:
        Year from 1, None if not within the horizon. Source: template 34 (amortisation).
    """
    return next((row.year for row in series if row.cumulative >= 0), None)


def sensitivity_axis(center: float, step: float = 0.05, steps: int = 2) -> list[float]:
    """List a rate and its neighbours, for example ±5 and ±10 points.

    Args:
        center: Rate as fraction.
        step: Distance as fraction.
        steps: Neighbours on each side.

    Returns:
        2 × steps + 1 rates, ascending, rounded to 12 decimals. They may leave 0 to 1.
    """
    return [round(center + step * offset, 12) for offset in range(-steps, steps + 1)]


def sensitivity(
    margin: Cell,
    retentions: Sequence[float],
    discounts: Sequence[float],
    years: int,
    *,
    g: Cell = None,
    acquisition: Cell = None,
    first_certain: bool = False,
) -> list[list[float | None]]:
    """Tabulate the CLV over retention rates (rows) and discount rates (columns).

    Args:
        margin: Euro in year 1.
        retentions: Retention rates; one outside 0 to 1 gives a blank row.
        discounts: Discount rates; one of −1 or less gives a blank column.
        years: Horizon in years, 1 or more.
        g: Growth per year; a blank counts 0.
        acquisition: Cost of acquisition, Euro; a blank counts 0.
        first_certain: Whether the first year is certain.

    Returns:
        One list per retention rate, see `clv`.

    Raises:
        ValueError: For less than one year or a growth of −1 or less.

    Source: template 34 (Sensitivität).
    """

    def cell(r: float, d: float) -> float | None:
        if not 0 <= r <= 1 or d <= -1:
            return None
        return clv(margin, r, d, years, g=g, acquisition=acquisition, first_certain=first_certain)

    return [[cell(r, d) for d in discounts] for r in retentions]


def clv_frame(customers: pd.DataFrame, d: float, years: int, first_certain: bool = False) -> pd.DataFrame:
    """Compute all values of a list of customers.

    Args:
        customers: One row per customer with the columns db_jahr, betreuung_jahr, cross_jahr,
            empfehlungen_jahr, abschlussquote_empf, db_neukunde, info_jahr, r, g, akquise
            (a missing column is blank).
        d: Discount rate, above −1.
        years: Horizon in years, 1 or more.
        first_certain: Whether the first year is certain.

    Returns:
        Frame with the same index: referenz_jahr, m, clv, clv_monetaer, clv_einfach, clv_cac, rang.

    Raises:
        ValueError: For a rate out of its range or less than one year.

    Source: template 34 (Kundenliste).
    """
    import pandas as pd

    rows = []
    for c in customers.to_dict("records"):
        monetary = yearly_margin(c.get("db_jahr"), c.get("betreuung_jahr"))
        referral = referral_value(c.get("empfehlungen_jahr"), c.get("abschlussquote_empf"), c.get("db_neukunde"))
        m = yearly_margin(c.get("db_jahr"), c.get("betreuung_jahr"), c.get("cross_jahr"), referral, c.get("info_jahr"))
        r, g, cost = c.get("r"), c.get("g"), c.get("akquise")
        row = {
            "referenz_jahr": referral,
            "m": m,
            "clv": clv(m, r, d, years, g=g, acquisition=cost, first_certain=first_certain),
            "clv_monetaer": clv(monetary, r, d, years, g=g, acquisition=cost, first_certain=first_certain),
            "clv_einfach": clv_simple(m, r, years, cost),
            "clv_cac": clv_to_cac(m, present_value_factor(r, d, years, g, first_certain), cost),
        }
        rows.append(row)
    columns = ["referenz_jahr", "m", "clv", "clv_monetaer", "clv_einfach", "clv_cac"]
    frame = pd.DataFrame(rows, index=customers.index, columns=columns).astype("float64")
    frame["rang"] = pd.array(unique_ranks(frame["clv"]), dtype="Int64")
    return frame


def _check(r: float = 0.0, d: float = 0.0, g: float = 0.0, years: int = 1) -> None:
    """Refuse rates that make no sense: 0 ≤ r ≤ 1, d > −1, g > −1, at least one year."""
    if not 0 <= r <= 1:
        raise ValueError("the retention rate lies between 0 and 1")
    if d <= -1 or g <= -1:
        raise ValueError("discount and growth rates lie above -1")
    if years < 1:
        raise ValueError("the horizon is at least one year")
