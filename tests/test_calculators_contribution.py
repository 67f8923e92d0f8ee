"""Contribution ladder (samples of 31), cost to serve (32), offer costing (golden 16)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import contribution as c

KEYS = ["bruttoumsatz", "rabatte", "skonti", "boni", "gutschriften", "var_kosten", "auftragskosten",
    "marketingkosten", "kosten_id", "kosten_ad", "kosten_service", "kosten_reklamation", "kosten_sonderwunsch",
    "verzug_tage", "ausfall"]  # fmt: skip
NORDBLICK = dict(
    zip(
        KEYS,
        (412_000, 28_000, 6_200, 4_000, 1_800, 248_000, 9_800, 2_200, 6_400, 11_500, 3_000, 1_200, 900, 12, 0),
        strict=True,
    )
)
RHEINKONTOR = dict(
    zip(
        KEYS,
        (140_000, 26_000, 1_000, 5_000, 4_500, 79_000, 8_900, 1_100, 7_800, 9_600, 2_100, 6_400, 5_200, 41, 0),
        strict=True,
    )
)
ROLLENBAHN = c.OfferLine(24, 1_150, 742, 0.05)
STEUERUNG = c.OfferLine(1, 8_900, 6_100, 0)


def test_sample_31_nordblick() -> None:
    """Net 412,000 − 40,000; db1 − 248,000; db2 − 12,000; care 23,000 + 372,000 × 12/365 × 8 %."""
    steps = c.ladder(NORDBLICK, 0.08)
    interest = 357_120 / 365
    assert steps[:4] == (40_000, 372_000, 124_000, 112_000)
    assert steps.zinskosten == pytest.approx(interest)
    assert steps.betreuung == pytest.approx(23_000 + interest)
    assert steps.db3 == pytest.approx(89_000 - interest)
    assert steps.schmaelerung_q == pytest.approx(40 / 412)
    assert (steps.db1_q, steps.db2_q) == pytest.approx((124 / 372, 112 / 372))
    assert steps.betreuung_q == pytest.approx(0.064, abs=0.0005)  # 6.4 % in the sample of 35


def test_sample_31_rheinkontor_loses_money() -> None:
    """Net 103,500; db1 24,500; db2 14,500; care 31,100 + 103,500 × 41/365 × 8 %: 31 % in the sample of 35."""
    steps = c.ladder(RHEINKONTOR, 0.08)
    assert steps[:4] == (36_500, 103_500, 24_500, 14_500)
    assert steps.db3 == pytest.approx(14_500 - 31_100 - 339_480 / 365)
    assert steps.betreuung_q == pytest.approx(0.31, abs=0.005)
    assert c.contribution_light(steps.db3, steps.db3_q, 0.15) == "rot"


def test_total_divides_sums() -> None:
    whole = c.ladder_total([NORDBLICK, RHEINKONTOR], 0.08)
    assert whole[:4] == (76_500, 475_500, 148_500, 126_500)
    assert whole.db1_q == pytest.approx(148_500 / 475_500)
    assert whole.schmaelerung_q == pytest.approx(76_500 / 552_000)
    assert c.ladder_total([], 0.08).db1_q is None


def test_frame_ranks_by_contribution() -> None:
    frame = c.ladder_frame(pd.DataFrame([RHEINKONTOR, NORDBLICK], index=["K-00063", "K-00017"]), 0.08)
    assert list(frame["db2"]) == [14_500, 112_000]
    assert list(frame["rang"]) == [2, 1]
    assert list(frame.index) == ["K-00063", "K-00017"]


def test_blank_amounts_count_zero() -> None:
    steps = c.ladder({"bruttoumsatz": 100, "rabatte": None, "var_kosten": 60, "verzug_tage": ""}, 0.08)
    assert (steps.nettoerloes, steps.db3, steps.zinskosten) == (100, 40, 0)
    assert c.ladder({}, 0.08).db3_q is None
    assert c.interest_cost(100, None, 0.08) is None
    assert c.interest_cost(36_500, 10, 0.05) == pytest.approx(50)


@given(st.fixed_dictionaries({key: st.integers(0, 10**6) for key in KEYS}))
def test_the_ladder_balances(row: dict[str, int]) -> None:
    steps = c.ladder(row, 0.1)
    spent = sum(row[key] for key in KEYS if key not in ("bruttoumsatz", "verzug_tage"))
    assert steps.db3 == pytest.approx(row["bruttoumsatz"] - spent - steps.zinskosten, abs=1e-3)


def test_light() -> None:
    assert c.contribution_light(-1, None, 0.1) == "rot"
    assert c.contribution_light(5, 0.09, 0.1) == "gelb"
    assert c.contribution_light(5, 0.1, 0.1) == "gruen"
    assert c.contribution_light(None, 0.1, 0.1) is None


def test_cost_to_serve() -> None:
    """72,000 ÷ 1,200 h = 60 Euro/h; 220 min + 148 km × 0.30 + 12 Euro = 220 + 44.40 + 12."""
    rate = c.hourly_rate(72_000, 1_200)
    assert rate == 60
    assert c.activity_cost(220, rate, 148, 0.30, 12) == pytest.approx(276.40)
    assert c.activity_cost(35, rate, None, 0.30, 120) == pytest.approx(155)
    assert c.activity_cost(None, rate) == 0
    assert c.effort([276.40, 155, None], 4) == pytest.approx(1_725.60)
    assert c.effort([1], None) is None
    assert c.effort_quota(60, 1_000) == 0.06


def test_types_include_their_limit() -> None:
    quotas = [0.05, 0.0501, 0.12, 0.1201, None]
    assert [c.effort_type(q) for q in quotas] == ["pflegeleicht", "normal", "normal", "aufwendig", None]
    assert c.care_advice(100, 101, 0.01) == "konditionen_aendern"
    assert c.care_advice(100, 50, 0.13) == "auf_innendienst"
    assert c.care_advice(100, 50, 0.10) == "halten"
    assert c.care_advice(None, None, None) is None


def test_golden_16() -> None:
    offer = c.cost_offer([ROLLENBAHN, STEUERUNG], [(2_400, 3_000)], cash_discount=0.02, min_margin=0.25)
    assert offer.listenwert == 36_500
    assert offer.zwischensumme == pytest.approx(35_120)
    assert offer.angebotssumme == pytest.approx(38_120)
    assert offer.ust == pytest.approx(7_242.80)
    assert offer.brutto_summe == pytest.approx(45_362.80)
    assert offer.nettoerloes == pytest.approx(37_357.60)
    assert offer.var_kosten == 23_908
    assert offer.db1 == pytest.approx(13_449.60)
    assert offer.db2 == pytest.approx(11_049.60)
    assert offer.db2_marge == pytest.approx(0.2958, abs=5e-5)
    assert offer.rabatt_gesamt == pytest.approx(0.0378, abs=5e-5)
    assert offer.preisuntergrenze == pytest.approx(26_844.90, abs=0.005)
    assert offer.preis_fuer_mindestmarge == pytest.approx(26_308 / (0.75 * 0.98))
    assert offer.freigabe == "innendienst"


def test_lines_of_16() -> None:
    line = c.cost_line(ROLLENBAHN)
    assert line == pytest.approx((27_600, 1_380, 26_220, 17_808, 8_412, 8_412 / 26_220))
    assert c.cost_line(c.OfferLine(None, 10, 5)) == (None,) * 6
    assert c.cost_line(c.OfferLine(2, 10, None)) == (20, 0, 20, None, 20, 1)


def test_optional_lines_and_total_discount() -> None:
    """1,000 − 10 % = 900; the optional line counts nowhere; 100 of 1,000 is the board's discount."""
    lines = [c.OfferLine(10, 100, 60), replace(STEUERUNG, optional=True)]
    offer = c.cost_offer(lines, total_discount=0.10, bonus=0.10)
    assert (offer.angebotssumme, offer.bonus_eur, offer.nettoerloes, offer.db2) == pytest.approx((900, 90, 810, 210))
    assert offer.rabatt_gesamt == pytest.approx(0.10)
    assert offer.freigabe == "gl"
    assert offer.preisuntergrenze == pytest.approx(600 / 0.9)
    assert offer.preis_fuer_mindestmarge is None


def test_empty_and_impossible_offers() -> None:
    empty = c.cost_offer([])
    assert (empty.angebotssumme, empty.db2_marge, empty.rabatt_gesamt, empty.freigabe) == (0, None, None, None)
    assert c.cost_offer([STEUERUNG], cash_discount=0.5, bonus=0.5).preisuntergrenze is None


@given(st.floats(0, 0.05), st.floats(0, 0.1), st.floats(0, 0.6), st.integers(1, 100), st.integers(1, 1_000))
def test_the_floor_price_leaves_nothing_and_the_minimum_price_the_margin(
    skonto: float, bonus: float, wanted: float, quantity: int, unit_cost: int
) -> None:
    costing = c.cost_offer(
        [c.OfferLine(quantity, 2_000, unit_cost)], [(50, 0)], cash_discount=skonto, bonus=bonus, min_margin=wanted
    )
    costs, kept = quantity * unit_cost + 50, 1 - skonto - bonus
    assert costing.preisuntergrenze is not None
    assert costing.preis_fuer_mindestmarge is not None
    assert costing.preisuntergrenze * kept == pytest.approx(costs)
    net = costing.preis_fuer_mindestmarge * kept
    assert (net - costs) / net == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("discount", "margin", "expected"),
    [
        (0.0499, 0.3, "innendienst"),
        (0.05, 0.3, "vertriebsleitung"),
        (0.10, 0.3, "gl"),
        (0.0, 0.19, "gl"),
        (None, 0.3, None),
        (None, 0.1, "gl"),
    ],
)
def test_approval(discount: float | None, margin: float, expected: str | None) -> None:
    assert c.approval(discount, margin, 0.2) == expected
