"""Success of offers by dimension: the figures of `kpi` and `accuracy` over the offers of a period.

`offers` holds the columns of the offers by key (a dict of lists, or a pandas DataFrame):
angebot_am, entscheidung_am, angebotssumme, auftragswert, w_bei_abgabe; `outcomes` the group key of
each (see `calculators.outcomes`). `filters` holds von and bis, the first and last day of offers; a
blank one is no limit. An offer without offer date belongs to no period. Source of all functions:
template 27.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calculators import accuracy, kpi
from calculators.calendar import as_day
from calculators.outcomes import LOST, OPEN, WON
from calculators.ratios import difference, mean, median, percentile
from calculators.rounding import Cell, Columns, is_blank, total
from calculators.tally import same


def chosen(
    offers: Columns, outcomes: Sequence[str | None], filters: Mapping[str, Any], *only: Any
) -> tuple[dict[str, list[Any]], list[str | None]]:
    """Keep the offers of a period and of one value of a dimension.

    Args:
        offers: Columns of the offers.
        outcomes: Group key per offer.
        filters: von and bis.
        only: A column of the offers and the value wanted there, or nothing.

    Returns:
        Columns and outcomes of the offers kept.

    Raises:
        ValueError: For columns of different lengths.
    """
    first, last = as_day(filters.get("von")), as_day(filters.get("bis"))
    column, wanted = only if only else ([True] * len(outcomes), True)
    kept = []
    for n, (day, cell) in enumerate(zip(map(as_day, offers["angebot_am"]), column, strict=True)):
        if day is not None and (first is None or first <= day) and (last is None or day <= last) and same(cell, wanted):
            kept.append(n)
    keys = ("angebot_am", "entscheidung_am", "angebotssumme", "auftragswert", "w_bei_abgabe")
    return {key: [offers[key][n] for n in kept] for key in keys}, [outcomes[n] for n in kept]


def figure(
    name: str, offers: Columns, outcomes: Sequence[str | None], filters: Mapping[str, Any], *only: Any
) -> float | None:
    """Compute a figure of the offers of a period.

    Args:
        name: n, volumen (submitted offers); n_gew, n_verl, n_offen; hit_n_abgegeben, hit_n, hit_wert,
            realisierung, anteil_offen; dauer_mittel, dauer_median, dauer_p90; w_mittel, brier.
        offers: Columns of the offers.
        outcomes: Group key per offer.
        filters: von and bis.
        only: A column of the offers and the value wanted there, or nothing.

    Returns:
        Number, Euro, fraction, calendar days or score; None where there is nothing to divide.

    Raises:
        KeyError: For an unknown figure.
        ValueError: For an unknown outcome or columns of different lengths.
    """
    rows, groups = chosen(offers, outcomes, filters, *only)
    amounts, orders, dated = rows["angebotssumme"], rows["auftragswert"], rows["angebot_am"]
    counts = kpi.count_outcomes(groups)
    match name:
        case "n":
            return kpi.submitted(groups, dated)
        case "volumen":
            return total(a for a, g in zip(amounts, groups, strict=True) if kpi.submitted([g]))
        case "n_gew" | "n_verl" | "n_offen":
            return counts[{"n_gew": WON, "n_verl": LOST, "n_offen": OPEN}[name]]
        case "hit_n_abgegeben":
            return kpi.hit_rate_submitted(groups, dated)
        case "hit_n":
            return kpi.hit_rate_decided(groups)
        case "hit_wert":
            return kpi.hit_rate_value(groups, amounts)
        case "realisierung":
            return kpi.realisation(groups, amounts, orders)
        case "anteil_offen":
            return kpi.offer_shares(groups, dated).open
        case "dauer_mittel" | "dauer_median" | "dauer_p90":
            days = _days(rows, groups)
            return {"dauer_mittel": mean, "dauer_median": median}.get(name, lambda d: percentile(d, 0.9))(days)
        case "w_mittel":
            decided = zip(rows["w_bei_abgabe"], groups, strict=True)
            return mean(w for w, g in decided if g in (WON, LOST))
        case "brier":
            return accuracy.brier(rows["w_bei_abgabe"], groups)
    raise KeyError(name)


def _days(rows: Columns, groups: Sequence[str | None]) -> list[int]:
    """Return the days from offer to decision of the decided offers that have both dates."""
    spans = kpi.decision_days(rows["angebot_am"], rows["entscheidung_am"])
    return [days for days, g in zip(spans, groups, strict=True) if days is not None and g in (WON, LOST)]


def within_days(
    name: str,
    offers: Columns,
    outcomes: Sequence[str | None],
    filters: Mapping[str, Any],
    lowers: Sequence[Cell],
    place: int,
) -> int:
    """Count the decided offers whose decision took a number of days.

    Args:
        name: "n_gew" or "n_verl".
        offers: Columns of the offers.
        outcomes: Group key per offer.
        filters: von and bis.
        lowers: Ascending lower bounds in days; the last class has no upper one.
        place: Number of the class from 1.

    Returns:
        Number of offers.
    """
    rows, groups = chosen(offers, outcomes, filters)
    wanted = {"n_gew": WON, "n_verl": LOST}[name]
    bounds = [bound for bound in lowers if bound is not None and not is_blank(bound)]
    found = 0
    for days, group in zip(kpi.decision_days(rows["angebot_am"], rows["entscheidung_am"]), groups, strict=True):
        if days is not None and group == wanted:
            found += sum(bound <= days for bound in bounds) == place
    return found


def calibrated(
    name: str,
    offers: Columns,
    outcomes: Sequence[str | None],
    filters: Mapping[str, Any],
    lowers: Iterable[Cell],
    place: int,
) -> float | None:
    """Compare estimated with observed success in one class of probabilities.

    Args:
        name: n, n_gew, w_mittel, trefferquote or differenz.
        offers: Columns of the offers.
        outcomes: Group key per offer.
        filters: von and bis.
        lowers: Ascending lower bounds of the classes as fractions.
        place: Number of the class from 1; 0 for all classes together.

    Returns:
        Number of decided offers with a probability, number of won ones among them, mean
        probability, observed rate, observed minus estimated; None where nothing is known.
    """
    rows, groups = chosen(offers, outcomes, filters)
    bounds = [bound for bound in lowers if bound is not None and not is_blank(bound)] if place else [0.0]
    line = accuracy.calibration(rows["w_bei_abgabe"], groups, bounds)[max(place, 1) - 1]
    won = None if line.hit_rate is None else round(line.hit_rate * line.decided)
    values = {
        "n": line.decided,
        "n_gew": won or 0,
        "w_mittel": line.mean_probability,
        "trefferquote": line.hit_rate,
        "differenz": difference(line.hit_rate, line.mean_probability),
    }
    return values[name]
