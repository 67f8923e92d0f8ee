"""Scores of customers: points 0 to 10 per criterion, weighted, by component; unused cross-selling.

`criteria` holds krit_id and gewicht (a fraction) per criterion, `ratings` one column "p_" + krit_id
of points per customer (dicts of lists, or pandas DataFrames). Weights must add up to 1, otherwise
there is no score. Source of all functions: template 33.
"""

from __future__ import annotations

from collections.abc import Sequence

from calculators.ratios import product, ratio
from calculators.rounding import Cell, Columns, is_blank, total
from calculators.scoring import component_score, weighted_score, weights_ok
from calculators.tally import same

COMPONENTS = {
    "monetaer": ("db3", "entwicklung", "zahlung", "dauer"),
    "cross_selling": ("sortimente", "felder"),
    "kommunikativ": ("image", "empfehlung", "mund"),
    "informatorisch": ("ideen", "pilot", "maerkte"),
}
CRITERIA = tuple(key for keys in COMPONENTS.values() for key in keys)
BUYS, POTENTIAL = "kauft", "potenzial"


def weight(criteria: Columns, *keys: str) -> float | None:
    """Add up the weights of criteria.

    Args:
        criteria: The criteria.
        keys: Their keys, or the key of one component.

    Returns:
        Fraction, None while all weights together are not 1.
    """
    if not weights_ok(criteria["gewicht"]):
        return None
    wanted = [one for key in keys for one in COMPONENTS.get(key, (key,))]
    pairs = zip(criteria["krit_id"], criteria["gewicht"], strict=True)
    return total(w for key, w in pairs if key in wanted)


def _lines(ratings: Columns, keys: Sequence[str]) -> list[list[Cell]]:
    return [list(line) for line in zip(*(ratings[f"p_{key}"] for key in keys), strict=True)]


def scores(ratings: Columns, criteria: Columns) -> list[float | None]:
    """Score every customer over all criteria.

    Args:
        ratings: Points per customer and criterion.
        criteria: Weights.

    Returns:
        0 to 10, rounded to 6 decimals as shown; None unless all criteria are rated and the weights add up.
    """
    weights = [weight(criteria, key) for key in CRITERIA]
    found = []
    for line in _lines(ratings, CRITERIA):
        value = weighted_score(line, weights) if None not in weights else None
        found.append(None if value is None else round(value, 6))
    return found


def rated(ratings: Columns) -> list[float]:
    """Compute the share of criteria that are rated.

    Args:
        ratings: Points per customer and criterion.

    Returns:
        Fraction per customer.
    """
    return [sum(not is_blank(points) for points in line) / len(CRITERIA) for line in _lines(ratings, CRITERIA)]


def parts(ratings: Columns, criteria: Columns, component: str) -> list[float | None]:
    """Compute what one component adds to the score: Σ weight × points.

    Args:
        ratings: Points per customer and criterion.
        criteria: Weights.
        component: Key of the component.

    Returns:
        Points per customer; None if a criterion is not rated or the weights do not add up.
    """
    share = weight(criteria, component)
    keys = COMPONENTS[component]
    weights = [weight(criteria, key) for key in keys]
    found: list[float | None] = []
    for line in _lines(ratings, keys):
        steps = [product(points, w) for points, w in zip(line, weights, strict=True)]
        found.append(None if share is None or None in steps else total(steps))
    return found


def components(ratings: Columns, criteria: Columns, component: str) -> list[float | None]:
    """Average the points of one component by weight.

    Args:
        ratings: Points per customer and criterion.
        criteria: Weights.
        component: Key of the component.

    Returns:
        0 to 10 per customer; None if a criterion is not rated, the component has no weight, or the
        weights do not add up.
    """
    keys = COMPONENTS[component]
    weights = [weight(criteria, key) for key in keys]
    lines = _lines(ratings, keys)
    return [None if None in weights else component_score(line, weights) for line in lines]


def cross_values(assortments: Columns, margin: Cell) -> list[float | None]:
    """Value the unused potential of every customer and product group: potential × chance × margin.

    Args:
        assortments: status ("kauft", "potenzial" …), potenzial (Euro per year) and w (fraction) per row.
        margin: Contribution as fraction of revenue.

    Returns:
        Euro per year; None where there is no potential or a factor is blank.
    """
    rows = zip(assortments["status"], assortments["potenzial"], assortments["w"], strict=True)
    return [product(euro, chance, margin) if status == POTENTIAL else None for status, euro, chance in rows]


def customer_cross_value(assortments: Columns, margin: Cell, customer: str | None = None) -> float | None:
    """Add up the unused potential of one customer, or of all.

    Args:
        assortments: kunde_id, status, potenzial and w per row.
        margin: Contribution as fraction of revenue.
        customer: Key of the customer; None for all.

    Returns:
        Euro per year, None for a customer without any row.
    """
    values = cross_values(assortments, margin)
    if customer is None:
        return total(values)
    mine = [v for key, v in zip(assortments["kunde_id"], values, strict=True) if same(key, customer)]
    return total(mine) if mine else None


def exploitation(assortments: Columns, customer: str | None = None) -> float | None:
    """Compute the share of the product groups that a customer buys: bought / (bought + potential).

    Args:
        assortments: kunde_id and status per row.
        customer: Key of the customer; None for all.

    Returns:
        Fraction, None without either.
    """
    rows = zip(assortments["kunde_id"], assortments["status"], strict=True)
    states = [status for key, status in rows if customer is None or same(key, customer)]
    bought = states.count(BUYS)
    return ratio(bought, bought + states.count(POTENTIAL))
