"""Calculators that read whole tables: monthly report, offer success, care, customer scores; worked by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import care, contribution, customer_score, gantt, monthly, success

TODAY = date(2026, 4, 15)
NO_FILTER: dict[str, Any] = dict.fromkeys(("von", "bis", *monthly.DIMENSIONS))
COUNTS = (*monthly.FLOWS, *monthly.STOCKS)


def months(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    """Monthly rows; what is not given is blank."""
    keys = ("monat", *monthly.DIMENSIONS, *COUNTS)
    return {key: [row.get(key) for row in rows] for key in keys}


DATA = months(
    {"monat": date(2026, 1, 1), "team": "Nord", "auftraege": 1, "absagen": 3, "auftragswert": 100, "pipeline": 500,
     "offene_angebote": 4, "entscheidungstage_summe": 40},
    {"monat": date(2026, 2, 1), "team": "Nord", "auftraege": 3, "absagen": 1, "auftragswert": 500, "pipeline": 700,
     "offene_angebote": 6, "entscheidungstage_summe": 80},
    {"monat": date(2026, 2, 1), "team": "Süd", "auftraege": 2, "auftragswert": 300, "pipeline": 50,
     "offene_angebote": 1, "entscheidungstage_summe": 30},
    {"monat": date(2025, 2, 1), "team": "Süd", "auftraege": 1, "absagen": 1, "auftragswert": 90, "pipeline": 30},
)  # fmt: skip


def figure(name: str, column: int = 1, filters: dict[str, Any] | None = None, **only: Any) -> float | None:
    return monthly.figure(name, DATA, {**NO_FILTER, **(filters or {})}, TODAY, column, **only)


def test_the_report_ends_with_the_last_month_and_begins_in_january() -> None:
    assert monthly.last_month(DATA, NO_FILTER, TODAY) == date(2026, 2, 1)
    assert monthly.first_month(DATA, NO_FILTER, TODAY) == date(2026, 1, 1)
    assert monthly.last_month(months(), NO_FILTER, TODAY) == date(2026, 4, 1)
    assert monthly.first_month(months(), {**NO_FILTER, "von": date(2025, 7, 1)}, TODAY) == date(2025, 7, 1)


def test_flows_add_up_over_months_and_stocks_over_teams_only() -> None:
    assert figure("auftragswert") == 900  # 100 + 500 + 300
    assert figure("pipeline") == 750  # February: 700 + 50, and not 500 more
    assert figure("auftragswert", 2) == 90  # January to February 2025
    assert figure("auftragswert", team="Nord") == 600
    assert figure("auftragswert", filters={"team": "Süd"}) == 300
    assert figure("auftragswert", filters={"team": "alle"}) == 900
    assert figure("auftragswert", month=date(2026, 1, 1)) == 100


def test_rates_are_sums_over_sums() -> None:
    assert figure("erfolgsquote") == 0.6  # 6 of 10; the mean of the rows would be (1/4 + 3/4 + 1) ÷ 3
    assert figure("misserfolgsquote") == 0.4
    assert figure("dauer") == 15  # 150 days ÷ 10 decisions
    assert figure("auftrag_mittel") == 150  # 900 ÷ 6
    assert figure("besuchsquote") is None  # no call at all
    assert figure("sales_velocity") == pytest.approx(7 * 150 * 0.6 / 15)  # 42 Euro a day
    assert monthly.shown("erfolgsquote", DATA, NO_FILTER, TODAY) == 60
    assert monthly.shown("dauer", DATA, NO_FILTER, TODAY) == 15


def test_parts_of_a_rate_and_shares() -> None:
    assert monthly.numerator("erfolgsquote", DATA, NO_FILTER, TODAY) == 6
    assert monthly.denominator("erfolgsquote", DATA, NO_FILTER, TODAY) == 10
    assert monthly.denominator("auftragswert", DATA, NO_FILTER, TODAY) == 0
    assert monthly.row_parts("erfolgsquote", DATA, below=True) == [4, 4, 2, 2]
    assert monthly.row_parts("absagen", DATA) == [3, 1, 0, 1]
    assert monthly.row_parts(None, DATA) == monthly.row_parts("absagen", DATA, below=True) == [None] * 4
    teams = ["Nord", "Süd", None]
    assert monthly.share("auftragswert", DATA, NO_FILTER, TODAY, "team", "Nord", teams) == pytest.approx(2 / 3)
    assert monthly.share("erfolgsquote", DATA, NO_FILTER, TODAY, "team", "Nord", teams) is None
    assert monthly.in_filter(DATA, {**NO_FILTER, "team": "nord"}) == [1, 1, 0, 0]


def test_a_blank_or_unknown_figure() -> None:
    assert monthly.figure(None, DATA, NO_FILTER, TODAY) is None
    assert monthly.numerator("", DATA, NO_FILTER, TODAY) == 0
    with pytest.raises(KeyError):
        monthly.figure("unbekannt", DATA, NO_FILTER, TODAY)


def test_the_report_reads_a_frame() -> None:
    assert monthly.figure("erfolgsquote", pd.DataFrame(DATA), NO_FILTER, TODAY) == 0.6


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12))
def test_a_merged_rate_lies_between_those_of_its_months(rows: list[tuple[int, int, int]]) -> None:
    data = months(*({"monat": date(2026, m, 1), "auftraege": won, "absagen": lost} for m, won, lost in rows))
    whole = monthly.figure("erfolgsquote", data, NO_FILTER, TODAY)
    parts = [monthly.figure("erfolgsquote", data, NO_FILTER, TODAY, month=date(2026, m, 1)) for m in (1, 2, 3)]
    known = [part for part in parts if part is not None]
    assert (whole is None) == (not known)
    assert whole is None or min(known) - 1e-12 <= whole <= max(known) + 1e-12


OFFERS: dict[str, list[Any]] = {
    "angebot_am": [date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 10), None, date(2026, 3, 1)],
    "entscheidung_am": [date(2026, 1, 15), date(2026, 2, 19), None, date(2026, 2, 10), date(2026, 3, 1), None],
    "angebotssumme": [100, 300, 200, 50, 999, 400],
    "auftragswert": [90, None, None, None, 999, None],
    "w_bei_abgabe": [0.6, 0.4, 0.9, 0.1, 0.5, None],
}
OUTCOMES = ["gewonnen", "verloren", "offen", "verloren", "gewonnen", "storniert"]
ALWAYS = {"von": None, "bis": None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("n", 5), ("volumen", 1050), ("n_gew", 1), ("n_verl", 2), ("n_offen", 1),  # the undated one counts nowhere
        ("hit_n_abgegeben", 1 / 5), ("hit_n", 1 / 3), ("hit_wert", 100 / 450), ("realisierung", 0.9),
        ("anteil_offen", 1 / 5), ("dauer_mittel", 40 / 3), ("dauer_median", 10), ("dauer_p90", 26),
        ("w_mittel", 1.1 / 3), ("brier", (0.16 + 0.16 + 0.01) / 3),
    ],
)  # fmt: skip
def test_success_of_all_offers(name: str, expected: float) -> None:
    """Decisions after 10, 30 and 0 days: mean 13.3, median 10, 90 % of the way from 10 to 30 at place 1.8: 26."""
    assert success.figure(name, OFFERS, OUTCOMES, ALWAYS) == pytest.approx(expected)
    assert success.figure(name, pd.DataFrame(OFFERS), OUTCOMES, ALWAYS) == pytest.approx(expected)


def test_success_of_a_period_and_of_a_value() -> None:
    february = {"von": date(2026, 2, 3), "bis": date(2026, 2, 10)}  # both ends belong to it
    assert success.figure("n", OFFERS, OUTCOMES, february) == 2
    region = ["Nord", "Süd", "nord", None, "Nord", "Süd"]
    assert success.figure("n", OFFERS, OUTCOMES, ALWAYS, region, "Nord") == 2
    assert success.figure("hit_n", OFFERS, OUTCOMES, ALWAYS, region, "Süd") == 0
    assert success.figure("hit_n", OFFERS, OUTCOMES, ALWAYS, region, "West") is None
    rows, groups = success.chosen(OFFERS, OUTCOMES, february)
    assert (rows["angebotssumme"], groups) == ([200, 50], ["offen", "verloren"])
    with pytest.raises(KeyError):
        success.figure("unbekannt", OFFERS, OUTCOMES, ALWAYS)


def test_days_and_probabilities_by_class() -> None:
    lowers = [0, 10, 30, None]
    lost = [success.within_days("n_verl", OFFERS, OUTCOMES, ALWAYS, lowers, place) for place in (1, 2, 3)]
    assert lost == [1, 0, 1]
    assert success.within_days("n_gew", OFFERS, OUTCOMES, ALWAYS, lowers, 2) == 1  # 10 days belong to the second
    classes = [0, 0.5]
    found = [success.calibrated("n", OFFERS, OUTCOMES, ALWAYS, classes, place) for place in (0, 1, 2)]
    assert found == [3, 2, 1]
    assert success.calibrated("w_mittel", OFFERS, OUTCOMES, ALWAYS, classes, 1) == 0.25  # 40 and 10 %, both lost
    assert success.calibrated("differenz", OFFERS, OUTCOMES, ALWAYS, classes, 1) == -0.25
    assert success.calibrated("n_gew", OFFERS, OUTCOMES, ALWAYS, classes, 2) == 1
    assert success.calibrated("trefferquote", OFFERS, OUTCOMES, ALWAYS, classes, 0) == pytest.approx(1 / 3)


RATES = {"bereich": ["Innendienst", "Außendienst"], "jahreskosten": [60_000, 90_000], "produktive_h": [1000, 1200],
         "km_satz": [None, 0.5]}  # fmt: skip
ACTIVITIES = {
    "kunde_id": ["K1", "K1", "K2", "K1"],
    "datum": [date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5), date(2025, 12, 31)],
    "bereich": ["Innendienst", "Außendienst", "Außendienst", "Innendienst"],
    "minuten": [30, 120, 60, 600],
    "km": [None, 100, None, None],
    "sachkosten": [5, None, None, None],
}
PROFILES = {"kunde_id": ["K1", "K2"], "jahr": [2026, 2026], "nettoerloes": [2200, 3000], "db2": [100, 400],
            "bestellungen": [2, 0], "reklamationen": [1, None], "hochrechnung": [1, 4]}  # fmt: skip


def test_care_of_customers() -> None:
    """Innendienst 60 €/h, Außendienst 75 €/h: 30 + 5 = 35; 150 + 50 = 200; 75; 600."""
    assert care.activity_costs(ACTIVITIES, RATES) == [35, 200, 75, 600]
    given_ = (PROFILES, ACTIVITIES, RATES)
    assert care.profile_column("aufwand", *given_) == [235, 300]  # of 2026; 75 times 4
    assert care.profile_column("stunden", *given_) == [2.5, 4]
    assert care.profile_column("db_nach_betreuung", *given_) == [-135, 100]
    assert care.profile_column("aufwand_je_auftrag", *given_) == [117.5, None]
    assert care.profile_column("rekl_quote", *given_) == [0.5, None]
    assert care.profile_column("rentabilitaet", *given_) == [100 / 235, 400 / 300]
    limits = {"pflegeleicht_bis": 0.05, "normal_bis": 0.1}
    assert care.profile_column("typ", *given_, limits) == ["aufwendig", "normal"]  # 10.7 %, exactly 10 %
    with pytest.raises(KeyError):
        care.profile_column("unbekannt", *given_)


def test_care_of_a_year() -> None:
    given_ = (PROFILES, ACTIVITIES, RATES, 2026)
    assert care.profile_sum("aufwand", *given_) == 535
    assert care.profile_sum("nettoerloes", *given_) == 5200
    assert care.profile_sum("aufwand_q", *given_) == 535 / 5200
    assert care.profile_sum("aufwand_je_auftrag", *given_) == 267.5
    assert care.profile_sum("rentabilitaet", PROFILES, ACTIVITIES, RATES, 2025) is None


CRITERIA = {"krit_id": list(customer_score.CRITERIA),
            "gewicht": [0.25, 0.1, 0.1, 0.05, 0.12, 0.08, 0.08, 0.06, 0.04, 0.04, 0.05, 0.03]}  # fmt: skip


def ratings(*lines: list[int | None]) -> dict[str, list[int | None]]:
    return {f"p_{key}": [line[n] for line in lines] for n, key in enumerate(customer_score.CRITERIA)}


def test_customer_scores() -> None:
    """The catalogue's first sample: 2 + 0.7 + 0.9 + 0.4 = 4; 0.96; 0.98; 0.57; together 6.51."""
    sample: list[int | None] = [8, 7, 9, 8, 6, 3, 6, 5, 5, 4, 7, 2]
    found = ratings(sample, [None, *sample[1:]])
    assert customer_score.scores(found, CRITERIA) == [pytest.approx(6.51), None]
    assert customer_score.rated(found) == [1, 11 / 12]
    sums = {key: customer_score.parts(found, CRITERIA, key)[0] for key in customer_score.COMPONENTS}
    assert sums == pytest.approx({"monetaer": 4, "cross_selling": 0.96, "kommunikativ": 0.98, "informatorisch": 0.57})
    assert customer_score.components(found, CRITERIA, "monetaer") == [pytest.approx(8), None]
    assert customer_score.weight(CRITERIA, "monetaer") == 0.5
    wrong = {**CRITERIA, "gewicht": [1.0] * 12}
    assert customer_score.scores(found, wrong) == [None, None]
    assert customer_score.weight(wrong, "db3") is None
    assert customer_score.parts(found, wrong, "monetaer") == [None, None]


@given(st.integers(0, 10))
def test_equal_points_are_the_score(points: int) -> None:
    assert customer_score.scores(ratings([points] * 12), CRITERIA) == [points]


def test_cross_selling() -> None:
    rows = {"kunde_id": ["K1", "K1", "K2"], "status": ["kauft", "potenzial", "potenzial"],
            "potenzial": [500, 1000, 400], "w": [0.5, 0.5, None]}  # fmt: skip
    assert customer_score.cross_values(rows, 0.3) == [None, 150, None]
    assert customer_score.customer_cross_value(rows, 0.3, "k1") == 150
    assert customer_score.customer_cross_value(rows, 0.3, "K2") == 0
    assert customer_score.customer_cross_value(rows, 0.3, "K3") is None
    assert customer_score.customer_cross_value(rows, 0.3) == 150
    assert customer_score.exploitation(rows, "K1") == 0.5
    assert customer_score.exploitation(rows) == 1 / 3
    assert customer_score.exploitation(rows, "K3") is None


def test_ladder_over_columns() -> None:
    """Net 90 and 200; contribution 40 and 80; interest 200 × 73 ÷ 365 × 10 % = 4."""
    blank: dict[str, list[Any]] = {key: [None, None] for key in contribution.LADDER_COLUMNS}
    rows: dict[str, list[Any]] = {**blank, "bruttoumsatz": [100, 200], "rabatte": [10, None], "var_kosten": [50, 120],
                                  "verzug_tage": [None, 73]}  # fmt: skip
    assert contribution.ladder_column("db1", rows, 0.1) == [40, 80]
    assert contribution.ladder_column("zinskosten", rows, 0.1) == [None, 4]
    assert contribution.ladder_column("zinskosten", rows, None) == [None, None]
    assert contribution.ladder_column("db3", pd.DataFrame(rows), 0.1) == [40, 76]
    assert contribution.ladder_sum("db3", rows, 0.1, [1, 1]) == 116
    assert contribution.ladder_sum("db3_q", rows, 0.1, [1, 1]) == 0.4  # 116 ÷ 290, no mean of 44.4 and 38 %
    assert contribution.ladder_sum("var_kosten", rows, 0.1, [1, 0]) == 50
    assert contribution.ladder_sum("db1", rows, 0.1, [1, 1], ["Nord", "Süd"], "Süd") == 80


def test_dates_of_a_half_filled_plan() -> None:
    """Monday 02.03.2026: two days to Tuesday; Thursday is free, so three days go to Monday."""
    numbers = [1, 2, 3, 4, 5]
    plan = gantt.task_dates(
        numbers, [2, 3, 0, None, 1], [date(2026, 3, 2), None, None, date(2026, 3, 7), None], [None, 1, 2, None, 9],
        {date(2026, 3, 5)},
    )  # fmt: skip
    assert [row.start for row in plan] == [
        date(2026, 3, 2),
        date(2026, 3, 4),
        date(2026, 3, 10),
        date(2026, 3, 9),
        None,
    ]
    assert [row.end for row in plan] == [date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 10), None, None]
    assert [row.before for row in plan] == [None, date(2026, 3, 3), date(2026, 3, 9), None, None]


def test_target_and_delay_of_a_task() -> None:
    start, end = date(2026, 3, 2), date(2026, 3, 6)  # Monday to Friday
    assert gantt.target_progress(start, end, date(2026, 3, 3)) == 0.4
    assert gantt.target_progress(start, end, date(2026, 3, 1)) == 0
    assert gantt.target_progress(start, end, date(2026, 3, 8)) == 1
    assert gantt.target_progress(start, None, date(2026, 3, 8)) is None
    assert gantt.task_delay(end, None, 0.5, date(2026, 3, 9)) == 3
    assert gantt.task_delay(end, None, 1, date(2026, 3, 9)) == 0
    assert gantt.task_delay(end, date(2026, 3, 8), 1, date(2026, 3, 20)) == 2
    assert gantt.task_delay(end, date(2026, 3, 5), None, date(2026, 3, 20)) == 0
    assert gantt.task_delay(None, None, 0.5, date(2026, 3, 9)) is None
