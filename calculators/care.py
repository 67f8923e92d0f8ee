"""What the care of customers costs: recorded activities, priced by department, against each customer's value.

Columns are dicts of lists (or pandas DataFrames): `activities` with kunde_id, datum, bereich,
minuten, km, sachkosten; `rates` with bereich, jahreskosten (Euro per year), produktive_h, km_satz;
`profiles`, one per customer and year, with kunde_id, jahr, nettoerloes, db2, bestellungen,
reklamationen, hochrechnung. Source of all functions: template 32.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calculators.calendar import year_of
from calculators.contribution import activity_cost, effort, effort_quota, effort_type, hourly_rate
from calculators.ratios import product, ratio
from calculators.rounding import Cell, Columns, is_blank, number, total, zero_if_blank
from calculators.tally import same


def _records(columns: Columns) -> list[dict[str, Any]]:
    keys = list(columns)
    return [dict(zip(keys, values, strict=True)) for values in zip(*(columns[key] for key in keys), strict=True)]


def activity_costs(activities: Columns, rates: Columns) -> list[float]:
    """Cost every activity: time at the rate of its department, distance, expenses.

    Args:
        activities: Recorded activities.
        rates: Cost rates of the departments; of two rows of one department the upper one counts.

    Returns:
        Euro per activity; what cannot be priced counts 0.
    """
    prices = _records(rates)
    costs = []
    for row in _records(activities):
        price = next((p for p in prices if not is_blank(row["bereich"]) and same(p["bereich"], row["bereich"])), {})
        hour = hourly_rate(price.get("jahreskosten"), price.get("produktive_h"))
        costs.append(activity_cost(row["minuten"], hour, row["km"], price.get("km_satz"), row["sachkosten"]))
    return costs


def profile_column(
    name: str, profiles: Columns, activities: Columns, rates: Columns, limits: Mapping[str, Cell] | None = None
) -> list[Any]:
    """List one figure of every customer and year.

    Args:
        name: aufwand, stunden (of the year, extrapolated), aufwand_q, aufwand_je_auftrag, rentabilitaet,
            db_nach_betreuung, rekl_quote, or typ.
        profiles: One row per customer and year.
        activities: Recorded activities; they belong to the year of their date.
        rates: Cost rates of the departments.
        limits: pflegeleicht_bis and normal_bis as fractions of net revenue, for typ.

    Returns:
        Euro, hours, fraction, or key of the type per row; None where a factor or divisor is missing.

    Raises:
        KeyError: For an unknown figure.
    """
    costs = activity_costs(activities, rates)
    done = list(zip(_records(activities), costs, strict=True))
    found: list[Any] = []
    for row in _records(profiles):
        year = None if is_blank(row["jahr"]) else row["jahr"]
        mine = [(a, c) for a, c in done if same(a["kunde_id"], row["kunde_id"]) and year_of(a["datum"]) == year]
        factor = None if year is None else row["hochrechnung"]
        euro = effort([c for _, c in mine], factor)
        hours = product(total(zero_if_blank(a["minuten"]) for a, _ in mine) / 60, factor)
        found.append(_figure(name, row, euro, hours, limits or {}))
    return found


def _figure(name: str, row: Mapping[str, Any], euro: Cell, hours: Cell, limits: Mapping[str, Cell]) -> Any:
    quota = effort_quota(euro, row["nettoerloes"])
    match name:
        case "aufwand":
            return euro
        case "stunden":
            return hours
        case "aufwand_q":
            return quota
        case "aufwand_je_auftrag":
            return ratio(euro, row["bestellungen"])
        case "rentabilitaet":
            return ratio(row["db2"], euro)
        case "db_nach_betreuung":
            return zero_if_blank(row["db2"]) - zero_if_blank(euro)
        case "rekl_quote":
            return ratio(row["reklamationen"], row["bestellungen"])
        case "typ":
            return effort_type(quota, *(zero_if_blank(limits[key]) for key in ("pflegeleicht_bis", "normal_bis")))
    raise KeyError(name)


def profile_sum(
    name: str, profiles: Columns, activities: Columns, rates: Columns, year: Cell, above: Sequence[Any] | None = None
) -> float | None:
    """Add up one figure over the customers of a year; quotients are Σ over Σ.

    Args:
        name: A column of the profiles, aufwand, stunden, db_nach_betreuung, or a quotient: aufwand_q,
            aufwand_je_auftrag, rentabilitaet, rekl_quote.
        profiles: One row per customer and year.
        activities: Recorded activities.
        rates: Cost rates of the departments.
        year: The year.
        above: A column of the profiles (computed elsewhere) to add up instead.

    Returns:
        Euro, hours, number or fraction; None for a quotient without divisor.
    """
    quotients = {
        "aufwand_q": ("aufwand", "nettoerloes"),
        "aufwand_je_auftrag": ("aufwand", "bestellungen"),
        "rentabilitaet": ("db2", "aufwand"),
        "rekl_quote": ("reklamationen", "bestellungen"),
    }
    if name in quotients:
        top, bottom = (profile_sum(key, profiles, activities, rates, year) for key in quotients[name])
        return ratio(top, bottom)
    column = above if above is not None else profiles.get(name)
    cells: Iterable[Any] = profile_column(name, profiles, activities, rates) if column is None else column
    wanted = number(year)
    return total(cell for cell, own in zip(cells, profiles["jahr"], strict=True) if number(own) == wanted)
