"""Customer segments: unique ranks, Pareto, ABC, RFM and the two portfolios.

Amounts are Euro, shares fractions, points and scores 0 to 10 or 1 to 5 as stated. Columns are
lists, tuples or pandas Series; results are lists in the order of the rows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from calculators.calendar import as_day
from calculators.ratios import ratio
from calculators.rounding import Cell, exact, is_blank, number, numbers_of, zero_if_blank
from calculators.scoring import band, weighted_score

if TYPE_CHECKING:
    import pandas as pd

ABC_LIMITS = (0.80, 0.95)
NO_VALUE = "ohne"
RFM_WEIGHTS = (0.50, 0.25, 0.25)
FREQUENCY_BANDS = ((0, 1), (1, 2), (3, 3), (6, 4), (12, 5))
MONETARY_BANDS = ((0, 1), (5_000, 2), (25_000, 3), (100_000, 4), (250_000, 5))
RECENCY_LIMITS = ((30, 5), (90, 4), (180, 3), (365, 2))
ATTRACTIVENESS_WEIGHTS = (0.30, 0.20, 0.15, 0.15, 0.20)
POSITION_WEIGHTS = (0.40, 0.20, 0.20, 0.20)


class AbcRow(NamedTuple):
    """One customer of an ABC analysis; shares of the total are fractions."""

    base: float
    rank: int
    share: float | None
    before: float | None
    cumulated: float | None
    group: str


class ParetoRow(NamedTuple):
    """One category of a Pareto analysis, largest first."""

    category: str
    value: float
    share: float | None
    cumulated: float | None


class Rfm(NamedTuple):
    """Points 1 to 5 for recency, frequency and money, with code, score and segment."""

    r: int
    f: int | None
    m: int | None
    code: str | None
    score: float | None
    segment: str | None


def unique_ranks(values: Iterable[Cell], descending: bool = True) -> list[int | None]:
    """Rank numbers without ties: of equal numbers the one above comes first.

    Args:
        values: Numbers and blanks.
        descending: Whether rank 1 is the largest.

    Returns:
        Ranks 1 … n of the numbers, None for a blank.

    Source: house function RANK_UNIQUE.
    """
    known = [(i, value) for i, value in enumerate(numbers_of(values))]
    order = sorted((-v if descending else v, i) for i, v in known if v is not None)
    ranks: list[int | None] = [None] * len(known)
    for rank, (_, i) in enumerate(order, start=1):
        ranks[i] = rank
    return ranks


def abc(values: Iterable[Cell], limits: tuple[float, float] = ABC_LIMITS) -> list[AbcRow]:
    """Classify customers by cumulated share of sales or contribution.

    The customer who crosses a limit belongs to the higher class, so the largest is always A.

    Args:
        values: Euro per customer; negative amounts and blanks count 0.
        limits: Upper ends of class A and B as cumulated fractions.

    Returns:
        One row per customer in the order given. Group "ohne" for a value of 0; shares are None
        if nobody has a value.

    Raises:
        ValueError: Unless 0 < A limit ≤ B limit ≤ 1.

    Source: template 29.
    """
    if None in limits or not 0 < limits[0] <= limits[1] <= 1:
        raise ValueError("limits must ascend between 0 and 1")
    bases = [max(0.0, zero_if_blank(value)) for value in values]
    ranks = [rank for rank in unique_ranks(bases) if rank is not None]
    sums = [float(s) for s in accumulate((exact(b) for b in sorted(bases, reverse=True)), initial=Decimal(0))]
    whole = sums[-1]
    rows = []
    for base, rank in zip(bases, ranks, strict=True):
        before, up_to = ratio(sums[rank - 1], whole), ratio(sums[rank], whole)
        if base == 0 or before is None:
            group = NO_VALUE
        else:
            group = "A" if before < limits[0] else "B" if before < limits[1] else "C"
        rows.append(AbcRow(base, rank, ratio(base, whole), before, up_to, group))
    return rows


def abc_frame(customers: pd.DataFrame, column: str, limits: tuple[float, float] = ABC_LIMITS) -> pd.DataFrame:
    """Classify the customers of a frame, see `abc`.

    Args:
        customers: One row per customer.
        column: Column with Euro, for example umsatz_12m or db_12m.
        limits: Upper ends of class A and B as cumulated fractions.

    Returns:
        Frame with the same index and the columns basiswert, rang, anteil, kum_vor, kum_anteil, abc.

    Raises:
        KeyError: If the column is missing.
        ValueError: Unless 0 < A limit ≤ B limit ≤ 1.

    Source: template 29.
    """
    import pandas as pd

    names = ["basiswert", "rang", "anteil", "kum_vor", "kum_anteil", "abc"]
    return pd.DataFrame(abc(customers[column], limits), index=customers.index).set_axis(names, axis="columns")


def pareto(categories: Iterable[str | None], values: Iterable[Cell]) -> list[ParetoRow]:
    """Sum values by category and cumulate the shares, largest first.

    Args:
        categories: Category per row, for example the reason for refusal; blank rows are left out.
        values: Number per row (1 to count); a blank counts 0.

    Returns:
        One row per category; equal sums in the order of first appearance; shares are None if
        everything adds up to 0.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 19 (anteil, kum_anteil).
    """
    members: dict[str, list[float]] = {}
    for category, value in zip(categories, values, strict=True):
        if category is not None and not is_blank(category):
            members.setdefault(category, []).append(zero_if_blank(value))
    sums = sorted(((math.fsum(v), c) for c, v in members.items()), key=lambda pair: -pair[0])
    whole = math.fsum(value for value, _ in sums)
    running = [math.fsum(value for value, _ in sums[: end + 1]) for end in range(len(sums))]
    return [ParetoRow(c, v, ratio(v, whole), ratio(up, whole)) for (v, c), up in zip(sums, running, strict=True)]


def concentration(values: Iterable[Cell], top: int = 10, whole: Cell = None) -> float | None:
    """Compute the share of the largest customers.

    Args:
        values: Euro per customer; negative amounts and blanks count 0.
        top: Number of customers.
        whole: Euro of which the share is taken; a blank means the sum of the values.

    Returns:
        Fraction, None if the whole is 0. Source: template 29 (konzentration).
    """
    bases = sorted((max(0.0, zero_if_blank(value)) for value in values), reverse=True)
    return ratio(math.fsum(bases[:top]), math.fsum(bases) if is_blank(whole) else whole)


def migration(before: Iterable[str], now: Iterable[str]) -> dict[tuple[str, str], int]:
    """Count the customers by class last year and class now.

    Args:
        before: Class per customer last year.
        now: Class per customer now, same order.

    Returns:
        Number per pair of classes that occurs.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 29 (migration matrix).
    """
    return dict(Counter(zip(before, now, strict=True)))


# -- RFM ---------------------------------------------------------------------------------------


def recency_points(last_order: date | None, today: date) -> int:
    """Score the time since the last order.

    Args:
        last_order: Date of the last order.
        today: The Stichtag.

    Returns:
        Up to 30 days 5, 90 days 4, 180 days 3, 365 days 2, else 1; no order 1.

    Source: template 29 (r).
    """
    last = as_day(last_order)
    if last is None:
        return 1
    days = (today - last).days
    return next((points for limit, points in RECENCY_LIMITS if days <= limit), 1)


def frequency_points(orders: Cell) -> int | None:
    """Score the number of orders of twelve months.

    Args:
        orders: Number of orders.

    Returns:
        From 12 orders 5, 6: 4, 3: 3, 1: 2, none 1; None for a blank. Source: template 29 (f).
    """
    points = band(orders, FREQUENCY_BANDS)
    return None if points is None else int(points)


def monetary_points(revenue: Cell) -> int | None:
    """Score the revenue of twelve months.

    Args:
        revenue: Euro.

    Returns:
        From 250,000 Euro 5, 100,000: 4, 25,000: 3, 5,000: 2, less (or negative) 1; None for a
        blank. Source: template 29 (m).
    """
    amount = number(revenue)
    points = band(None if amount is None else max(0.0, amount), MONETARY_BANDS)
    return None if points is None else int(points)


def rfm_segment(r: int | None, f: int | None, m: int | None) -> str | None:
    """Name the segment of a customer.

    Args:
        r: Recency points 1 to 5.
        f: Frequency points 1 to 5.
        m: Monetary points 1 to 5.

    Returns:
        "top", "abwanderungsgefaehrdet", "neu_entwickeln", "inaktiv" or "stamm", the first that
        fits; None if points are blank. Source: template 29 (segment).
    """
    if r is None or f is None or m is None:
        return None
    rules = (
        ("top", r >= 4 and f >= 4 and m >= 4),
        ("abwanderungsgefaehrdet", r <= 2 and m >= 4),
        ("neu_entwickeln", r >= 4 and f <= 2),
        ("inaktiv", r == 1),
    )
    return next((name for name, fits in rules if fits), "stamm")


def rfm(
    last_order: date | None,
    orders: Cell,
    revenue: Cell,
    today: date,
    weights: Sequence[float] = RFM_WEIGHTS,
) -> Rfm:
    """Score one customer by recency, frequency and money.

    Args:
        last_order: Date of the last order; a blank gives 1 point.
        orders: Number of orders of twelve months.
        revenue: Revenue of twelve months, Euro.
        today: The Stichtag.
        weights: Weights of r, f and m as fractions.

    Returns:
        Points, code such as "543", score 1 to 5 and segment. A blank number of orders or revenue
        leaves what depends on it blank; weights that do not add up to 1 leave the score blank.

    Source: template 29.
    """
    r, f, m = recency_points(last_order, today), frequency_points(orders), monetary_points(revenue)
    code = None if f is None or m is None else f"{r}{f}{m}"
    return Rfm(r, f, m, code, weighted_score((r, f, m), weights), rfm_segment(r, f, m))


# -- portfolio ---------------------------------------------------------------------------------


def share_of_wallet(revenue: Cell, purchasing_volume: Cell) -> float | None:
    """Divide own revenue by the customer's purchasing volume.

    Args:
        revenue: Euro per year.
        purchasing_volume: Euro per year.

    Returns:
        Fraction, None by the rule of `ratio`. Source: template 35 (lieferanteil).
    """
    return ratio(revenue, purchasing_volume)


def wallet_points(wallet: Cell) -> float | None:
    """Turn a share of wallet into points: a tenth of it is one point, all of it ten.

    Args:
        wallet: Fraction; above 1 if the purchasing volume was underestimated.

    Returns:
        10 × min(1, share), None for a blank. Source: template 35 (p_lieferanteil).
    """
    share = number(wallet)
    return None if share is None else 10 * min(1.0, share)


def attractiveness(points: Sequence[Cell], weights: Sequence[float] = ATTRACTIVENESS_WEIGHTS) -> float | None:
    """Score how attractive a customer is.

    Args:
        points: 0 to 10 for volume, growth, credit standing, price, strategy.
        weights: Fractions that add up to 1.

    Returns:
        Score 0 to 10; None if a criterion is missing or the weights are wrong.

    Raises:
        ValueError: For different numbers of points and weights.

    Source: template 35 (attraktivitaet).
    """
    return weighted_score(points, weights)


def position(wallet: Cell, points: Sequence[Cell], weights: Sequence[float] = POSITION_WEIGHTS) -> float | None:
    """Score the own position as a supplier.

    Args:
        wallet: Share of wallet as fraction, turned into 10 × min(1, share) points.
        points: 0 to 10 for relationship, satisfaction, loyalty.
        weights: Fractions for the wallet and the points, adding up to 1.

    Returns:
        Score 0 to 10; None if a criterion is missing or the weights are wrong.

    Raises:
        ValueError: For a number of weights other than points + 1.

    Source: template 35 (position).
    """
    return weighted_score([wallet_points(wallet), *points], weights)


def portfolio_field(attractive: Cell, positioned: Cell, limit: float = 5) -> str | None:
    """Name the field of a customer in the attractiveness × position portfolio.

    Args:
        attractive: Score 0 to 10.
        positioned: Score 0 to 10.
        limit: Score from which an axis counts as high.

    Returns:
        "starkunde", "fragezeichenkunde", "ertragskunde" or "mitnahmekunde"; None for a blank score.

    Source: template 35 (feld).
    """
    a, p = number(attractive), number(positioned)
    if a is None or p is None:
        return None
    if a >= limit:
        return "starkunde" if p >= limit else "fragezeichenkunde"
    return "ertragskunde" if p >= limit else "mitnahmekunde"


def value_field(value: Cell, effort: Cell, value_limit: float = 5, effort_limit: float = 0.08) -> str | None:
    """Name the field of a customer in the value × effort portfolio.

    Args:
        value: Customer value 0 to 10.
        effort: Effort as fraction of net revenue.
        value_limit: Value from which a customer counts as valuable.
        effort_limit: Fraction up to which a customer counts as easy.

    Returns:
        "binden" (valuable, easy), "aufwand_steuern" (valuable, costly), "innendienst_portal"
        (less valuable, easy) or "konditionen_aendern" (less valuable, costly); None for a blank.

    Source: template 35 (wertfeld).
    """
    worth, cost = number(value), number(effort)
    if worth is None or cost is None:
        return None
    if worth >= value_limit:
        return "binden" if cost <= effort_limit else "aufwand_steuern"
    return "innendienst_portal" if cost <= effort_limit else "konditionen_aendern"
