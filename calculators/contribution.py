"""Customer contribution ladder, cost to serve; the costing of an offer comes from `calculators.costing`.

Amounts are Euro net, rates and quotas fractions, times minutes or hours as stated. A blank
amount counts 0 in sums and differences.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from calculators.costing import (
    LineResult,
    OfferCosting,
    OfferLine,
    approval,
    cost_line,
    cost_offer,
    floor_price,
)
from calculators.ratios import product, ratio
from calculators.rounding import Cell, Columns, is_blank, number, total, zero_if_blank
from calculators.segments import unique_ranks
from calculators.tally import same

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Ladder", "LineResult", "OfferCosting", "OfferLine", "activity_cost", "approval", "care_advice",
    "contribution_light", "cost_line", "cost_offer", "effort", "effort_quota", "effort_type",
    "floor_price", "hourly_rate", "interest_cost", "ladder", "ladder_column", "ladder_frame", "ladder_sum",
    "ladder_total",
]  # fmt: skip

REDUCTIONS = ("rabatte", "skonti", "boni", "gutschriften")
CARE = ("kosten_id", "kosten_ad", "kosten_service", "kosten_reklamation", "kosten_sonderwunsch")
COSTS = ("var_kosten", "auftragskosten", "marketingkosten")
LADDER_COLUMNS = ("bruttoumsatz", *REDUCTIONS, *COSTS, *CARE, "verzug_tage", "ausfall")
DAYS_OF_YEAR = 365
EASY_TO, NORMAL_TO = 0.05, 0.12


class Ladder(NamedTuple):
    """Steps of a customer's contribution in Euro, then their quotas as fractions."""

    schmaelerung: float
    nettoerloes: float
    db1: float
    db2: float
    zinskosten: float
    betreuung: float
    db3: float
    schmaelerung_q: float | None
    db1_q: float | None
    db2_q: float | None
    db3_q: float | None
    betreuung_q: float | None


# -- customer ----------------------------------------------------------------------------------


def interest_cost(net_revenue: Cell, overdue_days: Cell, rate: Cell) -> float | None:
    """Compute what late payment costs: net revenue × days / 365 × interest rate.

    Args:
        net_revenue: Euro per year.
        overdue_days: Mean days of delay.
        rate: Interest per year as fraction.

    Returns:
        Euro, None if anything is blank. Source: template 31 (zinskosten).
    """
    days = number(overdue_days)
    return product(product(net_revenue, None if days is None else days / DAYS_OF_YEAR), rate)


def ladder(row: Mapping[str, object], interest_rate: float) -> Ladder:
    """Compute a customer's contribution in three steps: product, order and marketing, care.

    Args:
        row: One customer and year by field key: bruttoumsatz, rabatte, skonti, boni,
            gutschriften, var_kosten, auftragskosten, marketingkosten, kosten_id, kosten_ad,
            kosten_service, kosten_reklamation, kosten_sonderwunsch, ausfall (Euro) and
            verzug_tage (days). A blank or missing key counts 0.
        interest_rate: Interest per year as fraction.

    Returns:
        Steps and quotas; the quotas are None if their base is 0.

    Raises:
        TypeError: If a value is no number.

    Source: template 31.
    """

    def euro(key: str) -> float:
        return zero_if_blank(row.get(key))

    gross, reductions = euro("bruttoumsatz"), math.fsum(euro(key) for key in REDUCTIONS)
    net = gross - reductions
    db1 = net - euro("var_kosten")
    db2 = db1 - euro("auftragskosten") - euro("marketingkosten")
    interest = net * euro("verzug_tage") / DAYS_OF_YEAR * interest_rate
    care = math.fsum([*(euro(key) for key in CARE), interest, euro("ausfall")])
    db3 = db2 - care
    quotas = [ratio(value, net) for value in (db1, db2, db3, care)]
    return Ladder(reductions, net, db1, db2, interest, care, db3, ratio(reductions, gross), *quotas)


def ladder_total(rows: Iterable[Mapping[str, object]], interest_rate: float) -> Ladder:
    """Add up the ladders of customers and recompute the quotas from the sums.

    Args:
        rows: Customers as in `ladder`.
        interest_rate: Interest per year as fraction.

    Returns:
        Sums in Euro with quotas Σ over Σ; all 0 and None without rows. The interest is the sum
        of the customers' interest.

    Raises:
        TypeError: If a value is no number.

    Source: template 31 (Auswertung).
    """
    customers = list(rows)
    steps = [ladder(row, interest_rate) for row in customers]
    sums = [math.fsum(step[i] or 0.0 for step in steps) for i in range(7)]
    reductions, net, db1, db2, interest, care, db3 = sums
    gross = total(zero_if_blank(row.get("bruttoumsatz")) for row in customers)
    quotas = [ratio(value, net) for value in (db1, db2, db3, care)]
    return Ladder(reductions, net, db1, db2, interest, care, db3, ratio(reductions, gross), *quotas)


def ladder_frame(customers: pd.DataFrame, interest_rate: float) -> pd.DataFrame:
    """Compute the ladder of every customer of a frame.

    Args:
        customers: One row per customer and year with the columns of `ladder`.
        interest_rate: Interest per year as fraction.

    Returns:
        Frame with the same index, the columns of `Ladder` and rang (by db3, unique).

    Raises:
        TypeError: If a value is no number.

    Source: template 31.
    """
    import pandas as pd

    rows = [ladder({str(k): v for k, v in row.items()}, interest_rate) for row in customers.to_dict("records")]
    frame = pd.DataFrame(rows, index=customers.index, columns=list(Ladder._fields)).astype("float64")
    frame["rang"] = pd.array(unique_ranks(frame["db3"]), dtype="Int64")
    return frame


def ladder_column(step: str, customers: Columns, interest_rate: Cell) -> list[float | None]:
    """List one step of the ladder for every customer.

    Args:
        step: Field of `Ladder`.
        customers: Columns with the keys of `ladder` (a dict of lists, or a pandas DataFrame).
        interest_rate: Interest per year as fraction; a blank costs nothing.

    Returns:
        Euro or fraction per row; the interest is None where it or the delay is blank.

    Raises:
        AttributeError: For an unknown step.
        KeyError: If a column is missing.

    Source: template 31.
    """
    found: list[float | None] = []
    for row in _rows(customers):
        values = ladder(row, zero_if_blank(interest_rate))
        unknown = is_blank(interest_rate) or is_blank(row["verzug_tage"])
        found.append(None if step == "zinskosten" and unknown else getattr(values, step))
    return found


def ladder_sum(
    step: str,
    customers: Columns,
    interest_rate: Cell,
    chosen: Sequence[Cell],
    column: Sequence[object] | None = None,
    wanted: object = None,
) -> float | None:
    """Add up one step or cost over chosen customers; quotas are Σ over Σ.

    Args:
        step: Field of `Ladder`, or a column of the customers.
        customers: Columns with the keys of `ladder`.
        interest_rate: Interest per year as fraction; a blank costs nothing.
        chosen: 1 per row that counts.
        column: A further column that decides; without it all chosen rows count.
        wanted: The value wanted there.

    Returns:
        Euro or fraction, None for a quota without base.

    Raises:
        AttributeError: For an unknown step.
        KeyError: If a column is missing.
        ValueError: For columns of different lengths.

    Source: template 31 (Auswertung).
    """
    cells = [wanted] * len(chosen) if column is None else column
    marks = zip(_rows(customers), chosen, cells, strict=True)
    rows = [row for row, mark, value in marks if mark == 1 and same(value, wanted)]
    if step in Ladder._fields:
        found: float | None = getattr(ladder_total(rows, zero_if_blank(interest_rate)), step)
        return found
    return total(row[step] for row in rows)


def _rows(columns: Columns) -> list[dict[str, Cell]]:
    keys = [*LADDER_COLUMNS]
    return [dict(zip(keys, values, strict=True)) for values in zip(*(columns[key] for key in keys), strict=True)]


def contribution_light(db3: Cell, db3_quota: Cell, target_quota: float) -> str | None:
    """Turn a customer's contribution into a traffic light.

    Args:
        db3: Euro.
        db3_quota: Fraction of net revenue.
        target_quota: Fraction from which a customer is green.

    Returns:
        "rot" for a loss, "gelb" below the target, "gruen" else; None for a blank db3, or a
        blank quota without loss. Source: template 31 (ampel).
    """
    value, quota = number(db3), number(db3_quota)
    if value is None or (quota is None and value >= 0):
        return None
    return "rot" if value < 0 else "gelb" if quota is not None and quota < target_quota else "gruen"


# -- cost to serve -----------------------------------------------------------------------------


def hourly_rate(annual_cost: Cell, productive_hours: Cell) -> float | None:
    """Divide the yearly cost of a department by its productive hours.

    Args:
        annual_cost: Euro per year.
        productive_hours: Hours per year spent on customers.

    Returns:
        Euro per hour, None by the rule of `ratio`. Source: template 32 (satz).
    """
    return ratio(annual_cost, productive_hours)


def activity_cost(minutes: Cell, rate: Cell, km: Cell = None, km_rate: Cell = None, expenses: Cell = None) -> float:
    """Cost one activity: minutes / 60 × rate + km × rate per km + expenses.

    Args:
        minutes: Working time.
        rate: Euro per hour.
        km: Kilometres driven.
        km_rate: Euro per kilometre.
        expenses: Euro.

    Returns:
        Euro; a product with a blank factor and blank expenses count 0. Source: template 32 (kosten).
    """
    return total((product(ratio(minutes, 60), rate), product(km, km_rate), expenses))


def effort(costs: Iterable[Cell], extrapolation: Cell = 1) -> float | None:
    """Add up the activity costs of a customer, extrapolated from the sampled months.

    Args:
        costs: Euro per activity; a blank counts 0.
        extrapolation: Factor, for example 12 / months recorded.

    Returns:
        Euro per year, None for a blank factor. Source: template 32 (aufwand).
    """
    return product(total(costs), extrapolation)


def effort_quota(costs: Cell, net_revenue: Cell) -> float | None:
    """Divide the effort for a customer by the net revenue.

    Args:
        costs: Euro per year.
        net_revenue: Euro per year.

    Returns:
        Fraction, None by the rule of `ratio`. Source: template 32 (aufwand_q).
    """
    return ratio(costs, net_revenue)


def effort_type(quota: Cell, easy_to: float = EASY_TO, normal_to: float = NORMAL_TO) -> str | None:
    """Name a customer easy, normal or costly.

    Args:
        quota: Effort as fraction of net revenue.
        easy_to: Highest fraction that is easy.
        normal_to: Highest fraction that is normal.

    Returns:
        "pflegeleicht", "normal" or "aufwendig"; None for a blank. Source: template 32 (typ).
    """
    share = number(quota)
    if share is None:
        return None
    return "pflegeleicht" if share <= easy_to else "normal" if share <= normal_to else "aufwendig"


def care_advice(db2: Cell, costs: Cell, quota: Cell, normal_to: float = NORMAL_TO) -> str | None:
    """Advise what to do with a customer in view of the effort.

    Args:
        db2: Contribution II, Euro; a blank counts 0 in the difference.
        costs: Effort, Euro; a blank counts 0.
        quota: Effort as fraction of net revenue.
        normal_to: Highest fraction that is not costly.

    Returns:
        "konditionen_aendern" if the contribution after care is negative, "auf_innendienst" for a
        costly customer, else "halten"; None if db2 and effort are both blank.

    Source: template 32 (empfehlung).
    """
    if is_blank(db2) and is_blank(costs):
        return None
    if zero_if_blank(db2) < zero_if_blank(costs):
        return "konditionen_aendern"
    return "auf_innendienst" if effort_type(quota, normal_to, normal_to) == "aufwendig" else "halten"
