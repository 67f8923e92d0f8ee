"""The monthly sales report: every figure straight from the monthly rows of raw values.

`data` holds the columns of the rows by key (a dict of lists, or a pandas DataFrame): monat, the
five dimensions, counts and Euro. `filters` holds von and bis (months, both may be blank) and one
value per dimension; a blank one or "alle" takes all. `today` is the Stichtag. Flows add up over the
months of the period, stocks over the rows of its last month only; a rate is Σ numerators over
Σ denominators, never a mean of rates. Source of all functions: template 26.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from calculators.calendar import as_day
from calculators.ratios import product, ratio
from calculators.rounding import Columns, is_blank, total
from calculators.tally import same

EVERYTHING = "alle"
DIMENSIONS = ("region", "team", "mitarbeiter", "kundengruppe", "produktgruppe")
FLOWS = (
    "telefonate", "besuche", "neue_kontakte", "angebote", "auftraege", "absagen", "angebotsvolumen",
    "auftragswert", "wert_gewonnen_angebot", "absagewert", "entscheidungstage_summe",
)  # fmt: skip
STOCKS = ("potenzielle_kunden", "kundenkontakte", "offene_angebote", "pipeline", "forecast_umsatz", "forecast_menge")
DECIDED = ("auftraege", "absagen")
RATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "erfolgsquote": (("auftraege",), DECIDED),
    "misserfolgsquote": (("absagen",), DECIDED),
    "hit_wert": (("wert_gewonnen_angebot",), ("wert_gewonnen_angebot", "absagewert")),
    "dauer": (("entscheidungstage_summe",), DECIDED),
    "auftrag_mittel": (("auftragswert",), ("auftraege",)),
    "angebot_mittel": (("angebotsvolumen",), ("angebote",)),
    "besuchsquote": (("besuche",), ("telefonate",)),
    "angebotsquote": (("angebote",), ("besuche",)),
    "auftragsquote": (("auftraege",), ("angebote",)),
}
IN_PERCENT = ("erfolgsquote", "misserfolgsquote", "hit_wert", "besuchsquote", "angebotsquote", "auftragsquote")


def _ordinal(month: date | None) -> int | None:
    found = as_day(month)
    return None if found is None else found.year * 12 + found.month


def _first_of(ordinal: int) -> date:
    return date((ordinal - 1) // 12, (ordinal - 1) % 12 + 1, 1)


def last_month(data: Columns, filters: Mapping[str, Any], today: date | None) -> date | None:
    """Find the last month of the report.

    Args:
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.

    Returns:
        The month chosen, else the latest one with rows, else that of the Stichtag; its first day.
    """
    known = [m for m in map(_ordinal, data["monat"]) if m is not None]
    chosen = _ordinal(filters.get("bis")) or max(known, default=None) or _ordinal(today)
    return None if chosen is None else _first_of(chosen)


def first_month(data: Columns, filters: Mapping[str, Any], today: date | None) -> date | None:
    """Find the first month of the report.

    Args:
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.

    Returns:
        The month chosen, else January of the year of the last month; its first day.
    """
    last, chosen = last_month(data, filters, today), _ordinal(filters.get("von"))
    if chosen is not None:
        return _first_of(chosen)
    return None if last is None else date(last.year, 1, 1)


def in_filter(data: Columns, filters: Mapping[str, Any]) -> list[int]:
    """Mark the rows that the filter lets through.

    Args:
        data: Monthly rows.
        filters: One value per dimension; a blank or "alle" lets all through.

    Returns:
        1 or 0 per row.
    """
    asked = {key: filters.get(key) for key in DIMENSIONS}
    live = {key: value for key, value in asked.items() if not (is_blank(value) or same(value, EVERYTHING))}
    return [int(all(same(data[key][n], value) for key, value in live.items())) for n in range(len(data["monat"]))]


def _sum(
    keys: Iterable[str],
    data: Columns,
    filters: Mapping[str, Any],
    today: date | None,
    column: int,
    only: Mapping[str, Any],
) -> float:
    """Add up columns; a year before for column 2."""
    back, month = 12 * (column - 1), _ordinal(only.get("month"))
    last = _ordinal(last_month(data, filters, today))
    first = _ordinal(first_month(data, filters, today))
    passing = in_filter(data, filters)
    wanted = {key: value for key, value in only.items() if key != "month"}
    found = []
    for key in keys:
        low, high = (month, month) if month is not None else (last if key in STOCKS else first, last)
        if low is None or high is None:
            continue
        for n, at in enumerate(map(_ordinal, data["monat"])):
            inside = at is not None and low - back <= at <= high - back
            if inside and passing[n] and all(same(data[k][n], v) for k, v in wanted.items()):
                found.append(data[key][n])
    return total(found)


def numerator(
    name: str | None, data: Columns, filters: Mapping[str, Any], today: date | None, column: int = 1, **only: Any
) -> float:
    """Add up what stands above the line of a figure: the figure itself if it is no rate.

    Args:
        name: Key of the figure; a blank adds up nothing.
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.
        column: 1 for the period, 2 for the same one a year before.
        only: A dimension with its value, or `month` with one month instead of the period.

    Returns:
        The sum in the unit of the columns, 0 without rows.
    """
    if is_blank(name) or name is None:
        return 0.0
    keys = RATES[name][0] if name in RATES else (name,)
    return _sum(keys, data, filters, today, column, only)


def denominator(
    name: str | None, data: Columns, filters: Mapping[str, Any], today: date | None, column: int = 1, **only: Any
) -> float:
    """Add up what stands below the line of a rate.

    Args:
        name: Key of the figure; one that is no rate has nothing there.
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.
        column: 1 for the period, 2 for the same one a year before.
        only: A dimension with its value, or `month` with one month instead of the period.

    Returns:
        The sum in the unit of the columns, 0 without rows.
    """
    keys = RATES[name][1] if name in RATES else ()
    return _sum(keys, data, filters, today, column, only)


def figure(
    name: str | None,
    data: Columns,
    filters: Mapping[str, Any],
    today: date | None,
    column: int = 1,
    **only: Any,
) -> float | None:
    """Compute a figure of the report.

    Args:
        name: Key of a flow, a stock, a rate, or "sales_velocity".
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.
        column: 1 for the period, 2 for the same one a year before.
        only: A dimension with its value, or `month` with one month instead of the period.

    Returns:
        Count, Euro, days, fraction, or Euro per day for the velocity (open offers × mean order ×
        success rate ÷ days); None for a blank name and for a rate whose denominator is 0.

    Raises:
        KeyError: For an unknown figure.
    """
    if is_blank(name) or name is None:
        return None
    if name == "sales_velocity":
        names = ("offene_angebote", "auftrag_mittel", "erfolgsquote", "dauer")
        opened, order, success, days = (figure(n, data, filters, today, column, **only) for n in names)
        return ratio(product(opened, order, success), days)
    if name in RATES:
        top, bottom = (_sum(keys, data, filters, today, column, only) for keys in RATES[name])
        return ratio(top, bottom)
    return _sum((name,), data, filters, today, column, only)


def shown(
    name: str | None, data: Columns, filters: Mapping[str, Any], today: date | None, column: int = 1, **only: Any
) -> float | None:
    """Compute a figure as a table of mixed units shows it: rates in percent.

    Args:
        name: Key of the figure.
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.
        column: 1 for the period, 2 for the same one a year before.
        only: A dimension with its value, or `month` with one month instead of the period.

    Returns:
        As `figure`, rates times 100 (25 = 25 %).
    """
    value = figure(name, data, filters, today, column, **only)
    return product(value, 100) if name in IN_PERCENT else value


def share(
    name: str | None, data: Columns, filters: Mapping[str, Any], today: date | None, dimension: str, value: Any,
    values: Iterable[Any],
) -> float | None:  # fmt: skip
    """Divide a flow or stock of one value of a dimension by that of all its values.

    Args:
        name: Key of the figure.
        data: Monthly rows.
        filters: von, bis and the dimensions.
        today: The Stichtag.
        dimension: Key of the dimension.
        value: The value.
        values: All its values; blanks are none.

    Returns:
        Fraction; None for a rate or a blank name (parts do not add up), and for a sum of 0.
    """
    if is_blank(name) or name in RATES:
        return None
    parts = [numerator(name, data, filters, today, 1, **{dimension: v}) for v in values if not is_blank(v)]
    return ratio(numerator(name, data, filters, today, 1, **{dimension: value}), total(parts))


def row_parts(name: str | None, data: Columns, below: bool = False) -> list[float | None]:
    """List what each row adds to a figure.

    Args:
        name: Key of the figure.
        data: Monthly rows.
        below: Whether to list the denominators of a rate instead of the numerators.

    Returns:
        Number per row, blanks counted 0; all None for a blank name, and below the line of a figure
        that is no rate.
    """
    count = len(data["monat"])
    if is_blank(name) or name is None or (below and name not in RATES):
        return [None] * count
    keys = RATES[name][below] if name in RATES else (name,)
    return [total(data[key][n] for key in keys) for n in range(count)]
