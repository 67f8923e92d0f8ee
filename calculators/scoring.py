"""Weighted scoring, bands, utility analysis, opportunity score; roles come from `calculators.roles`.

Weights are fractions and must add up to 1 within 0.0001, otherwise every score is None.
Points run from 0 to 10 unless stated.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from calculators.ratios import known_numbers, ratio
from calculators.roles import BuyingCenter, Member, RaciCheck, buying_center, raci_check
from calculators.rounding import Cell, exact, is_blank, number, numbers_of, zero_if_blank

__all__ = [
    "BuyingCenter", "LeadScore", "Member", "RaciCheck", "Requirement", "Utility", "band", "buying_center",
    "component_score", "consolidated_points", "fulfilment_degree", "lead_score", "opportunity", "priority",
    "raci_check", "requirement_priority", "total_cost_of_ownership", "traffic_light", "utility_analysis",
    "weighted_score", "weights_ok",
]  # fmt: skip

WEIGHT_TOLERANCE = 0.0001
MUST = "muss"
LEAD_WEIGHTS = {
    "umsatz": 0.10,
    "mitarbeiter": 0.05,
    "einkaufsvolumen": 0.20,
    "bestellzyklus": 0.10,
    "befugnis": 0.15,
    "bedarf": 0.20,
    "fit": 0.20,
}
REVENUE_BANDS = ((0, 2), (5e6, 4), (10e6, 6), (25e6, 8), (50e6, 10))
EMPLOYEE_BANDS = ((0, 2), (50, 4), (100, 6), (250, 8), (500, 10))
PURCHASING_BANDS = ((0, 2), (25_000, 4), (100_000, 6), (250_000, 8), (500_000, 10))


class LeadScore(NamedTuple):
    """Score 0 to 10, number of missing criteria and priority A, B or C."""

    score: float | None
    gaps: int
    priority: str | None


@dataclass(frozen=True)
class Requirement:
    """One requirement of a utility analysis with the points 0 to 10 of each system."""

    kind: str
    weight: float | None
    points: tuple[Cell, ...]


class Utility(NamedTuple):
    """Result of one system: utility 0 to 10, knock-out, fractions, rank among those not out."""

    utility: float | None
    knocked_out: bool
    rated: float | None
    must_share: float | None
    rank: int | None


# -- weighted scores ---------------------------------------------------------------------------


def weights_ok(weights: Iterable[Cell]) -> bool:
    """Tell whether weights add up to 100 %.

    Args:
        weights: Fractions; a blank counts 0.

    Returns:
        True if |Σ − 1| < 0.0001. Source: the rule of all weighted scores.
    """
    return abs(math.fsum(zero_if_blank(weight) for weight in weights) - 1) < WEIGHT_TOLERANCE


def weighted_score(points: Sequence[Cell], weights: Sequence[Cell], missing_is_zero: bool = False) -> float | None:
    """Add up points times weights.

    Args:
        points: Points per criterion.
        weights: Fractions per criterion, adding up to 1.
        missing_is_zero: Whether a blank criterion counts 0 points (template 02) or makes the
            whole score blank (templates 22, 33, 35).

    Returns:
        Score in the unit of the points, added up in decimals (seven points everywhere are 7 and
        not 6.999…, which a threshold would see); None for wrong weights.

    Raises:
        ValueError: For different numbers of points and weights.

    Source: utility analysis with weights of 100 %; templates 02, 22, 33, 35.
    """
    rows = list(zip(numbers_of(points), numbers_of(weights), strict=True))
    if not weights_ok(weights) or (not missing_is_zero and any(p is None for p, _ in rows)):
        return None
    return float(sum(exact(p or 0.0) * exact(w or 0.0) for p, w in rows))


def component_score(points: Sequence[Cell], weights: Sequence[Cell]) -> float | None:
    """Average the points of one component by weight: Σ weight × points / Σ weight.

    Args:
        points: Points of the component's criteria.
        weights: Their weights; need not add up to 1.

    Returns:
        Score in the unit of the points; None if a criterion is blank or the weights sum to 0.

    Raises:
        ValueError: For different numbers of points and weights.

    Source: template 33 (s_monetaer …).
    """
    rows = list(zip(numbers_of(points), [zero_if_blank(weight) for weight in weights], strict=True))
    if any(p is None for p, _ in rows):
        return None
    return ratio(math.fsum(p * w for p, w in rows if p is not None), math.fsum(w for _, w in rows))


def band(value: Cell, bands: Sequence[tuple[float, float]]) -> float | None:
    """Look up the points of the band in which a value lies.

    Args:
        value: Any unit.
        bands: Pairs (lower bound, points), ascending; a value on a bound belongs to its band.

    Returns:
        Points; None for a blank and for a value below the first bound.

    Raises:
        ValueError: If the bounds do not ascend.

    Source: house function BAND.
    """
    bounds = [bound for bound, _ in bands]
    if any(low >= high for low, high in pairwise(bounds)):
        raise ValueError("lower bounds must ascend")
    found = number(value)
    index = 0 if found is None else bisect_right(bounds, found)
    return bands[index - 1][1] if index else None


def priority(score: Cell, a_from: Cell = 7, b_from: Cell = 4) -> str | None:
    """Turn a score into priority A, B or C.

    Args:
        score: 0 to 10.
        a_from: Lowest score of A.
        b_from: Lowest score of B.

    Returns:
        "A", "B" or "C"; None for a blank score or limit. Source: templates 02 (prio_score), 33 (klasse).
    """
    value, a, b = number(score), number(a_from), number(b_from)
    if value is None or a is None or b is None:
        return None
    return "A" if value >= a else "B" if value >= b else "C"


def traffic_light(value: Cell, green_from: Cell, yellow_from: Cell) -> str | None:
    """Turn a figure into a traffic light, high values being good.

    Args:
        value: Any unit.
        green_from: Lowest green value.
        yellow_from: Lowest yellow value.

    Returns:
        "gruen", "gelb" or "rot"; None for a blank value or limit. Source: templates 25 and 33 (ampel).
    """
    grade = priority(value, green_from, yellow_from)
    return None if grade is None else {"A": "gruen", "B": "gelb", "C": "rot"}[grade]


def lead_score(
    *,
    revenue: Cell = None,
    employees: Cell = None,
    purchasing: Cell = None,
    cycle_points: Cell = None,
    authority_points: Cell = None,
    need_points: Cell = None,
    fit: Cell = None,
    weights: Mapping[str, float] = LEAD_WEIGHTS,
) -> LeadScore:
    """Score a lead by the criteria of the address qualification.

    Args:
        revenue: Customer's revenue per year, Euro.
        employees: Number of employees.
        purchasing: Relevant purchasing volume per year, Euro.
        cycle_points: Points of the order cycle.
        authority_points: Points of the contact's authority.
        need_points: Points of the need.
        fit: 0 to 10 as entered.
        weights: Fraction per criterion, see LEAD_WEIGHTS.

    Returns:
        Score with 0 points per missing criterion, number of missing criteria, priority by 7 and
        4. Score and priority are None for wrong weights.

    Raises:
        KeyError: If a weight is missing.

    Source: template 02.
    """
    points = {
        "umsatz": band(revenue, REVENUE_BANDS),
        "mitarbeiter": band(employees, EMPLOYEE_BANDS),
        "einkaufsvolumen": band(purchasing, PURCHASING_BANDS),
        "bestellzyklus": cycle_points,
        "befugnis": authority_points,
        "bedarf": need_points,
        "fit": fit,
    }
    score = weighted_score(list(points.values()), [weights[key] for key in points], missing_is_zero=True)
    return LeadScore(score, sum(is_blank(p) for p in points.values()), priority(score))


# -- utility analysis --------------------------------------------------------------------------


def utility_analysis(requirements: Sequence[Requirement], must_min: float = 5) -> list[Utility]:
    """Compare systems by weighted requirements with knock-out.

    Args:
        requirements: All with points for the same systems; kind "muss" can knock a system out.
        must_min: Points below which a rated must requirement knocks out.

    Returns:
        One result per system. The utility is None until every requirement is rated and while
        the weights are wrong; a knocked-out or unrated system has no rank; equal utilities rank
        in the order given.

    Raises:
        ValueError: If requirements have points for different numbers of systems.

    Source: template 06, utility analysis after Zangemeister.
    """
    weights = [requirement.weight for requirement in requirements]
    results = []
    for column in zip(*(requirement.points for requirement in requirements), strict=True):
        points = numbers_of(column)
        must = [p for p, requirement in zip(points, requirements, strict=True) if requirement.kind == MUST]
        out = any(p is not None and p < must_min for p in must)
        met = sum(p is not None and p >= must_min for p in must)
        rated = ratio(sum(p is not None for p in points), len(points))
        results.append(Utility(weighted_score(points, weights), out, rated, ratio(met, len(must)), None))
    racing = [(-u.utility, i) for i, u in enumerate(results) if u.utility is not None and not u.knocked_out]
    ranks = {i: rank for rank, (_, i) in enumerate(sorted(racing), start=1)}
    return [result._replace(rank=ranks.get(i)) for i, result in enumerate(results)]


def consolidated_points(ratings: Iterable[Cell]) -> tuple[float | None, float | None]:
    """Merge the ratings of several people for one requirement.

    Args:
        ratings: Points per person; blanks are left out.

    Returns:
        Median and spread (maximum − minimum), both None without ratings; discuss a spread of 4
        and more. Source: template 06 (aggregation).
    """
    known = known_numbers(ratings)
    return (statistics.median(known), max(known) - min(known)) if known else (None, None)


def total_cost_of_ownership(once: Cell, per_year: Cell, years: int = 5) -> float:
    """Add up what a system costs over some years.

    Args:
        once: Euro; a blank counts 0.
        per_year: Euro per year; a blank counts 0.
        years: Number of years.

    Returns:
        Euro. Source: template 06 (tco5).
    """
    return zero_if_blank(once) + years * zero_if_blank(per_year)


# -- requirements ------------------------------------------------------------------------------


def opportunity(importance: Cell, fulfilment: Cell) -> float | None:
    """Compute the opportunity score: importance + max(importance − fulfilment, 0).

    Args:
        importance: 1 to 10.
        fulfilment: 0 to 10.

    Returns:
        0 to 20, None if either is blank. Source: Ulwick 2005; template 21 (chance).
    """
    wanted, given = number(importance), number(fulfilment)
    return None if wanted is None or given is None else wanted + max(wanted - given, 0.0)


def requirement_priority(kano: str, importance: Cell, fulfilment: Cell) -> str | None:
    """Rank a customer requirement A, B or C.

    Args:
        kano: "basis", "leistung" or "begeisterung".
        importance: 1 to 10.
        fulfilment: 0 to 10.

    Returns:
        "A" for a basic requirement fulfilled below 7 or an opportunity from 15, "B" from 12,
        else "C"; None if either number is blank. Source: template 21 (prio).
    """
    given, chance = number(fulfilment), opportunity(importance, fulfilment)
    if given is None or chance is None:
        return None
    return "A" if (kano == "basis" and given < 7) or chance >= 15 else "B" if chance >= 12 else "C"


def fulfilment_degree(importances: Sequence[Cell], fulfilments: Sequence[Cell]) -> float | None:
    """Weigh the fulfilment by importance: Σ importance × fulfilment / (10 × Σ importance).

    Args:
        importances: 1 to 10 per requirement; a blank counts 0.
        fulfilments: 0 to 10 per requirement; a blank counts 0.

    Returns:
        Fraction, None if the importances add up to 0.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 21 (erfuellungsgrad).
    """
    rows = [(zero_if_blank(i), zero_if_blank(f)) for i, f in zip(importances, fulfilments, strict=True)]
    return ratio(math.fsum(i * f for i, f in rows), 10 * math.fsum(i for i, _ in rows))
