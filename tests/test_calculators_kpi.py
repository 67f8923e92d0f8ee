"""Sales figures: golden values of the catalogue (17, 19, merge, 26, 27), worked examples, properties."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import kpi
from calculators.accuracy import bias, brier, calibration, wape

# The three samples of 17: AN-2026-0031 open, AN-2026-0012 won, AN-2026-0019 lost.
OUTCOMES = ["offen", "gewonnen", "verloren"]
AMOUNTS = [186_000, 38_120, 9_400]
ORDERS = [None, 36_500, None]
OFFERED = [date(2026, 3, 27), date(2026, 2, 5), date(2026, 2, 10)]
DECIDED = [None, date(2026, 2, 26), date(2026, 3, 20)]
GROUPS = st.sampled_from(["entwurf", "offen", "gewonnen", "verloren", "storniert"])


def test_golden_17() -> None:
    assert kpi.hit_rate_submitted(OUTCOMES) == pytest.approx(1 / 3)
    assert kpi.hit_rate_decided(OUTCOMES) == 0.5
    assert kpi.hit_rate_value(OUTCOMES, AMOUNTS) == pytest.approx(38_120 / 47_520)
    assert kpi.hit_rate_value(OUTCOMES, AMOUNTS) == pytest.approx(0.8022, abs=5e-5)
    assert kpi.realisation(OUTCOMES, AMOUNTS, ORDERS) == pytest.approx(0.9575, abs=5e-5)
    assert kpi.decision_days(OFFERED, DECIDED) == [None, 21, 38]
    assert kpi.decision_time(OUTCOMES, OFFERED, DECIDED) == (29.5, 29.5)


def test_golden_17_from_a_frame() -> None:
    frame = pd.DataFrame({"gruppe": OUTCOMES, "summe": AMOUNTS, "auftrag": ORDERS, "von": OFFERED, "am": DECIDED})
    frame["von"], frame["am"] = pd.to_datetime(frame["von"]), pd.to_datetime(frame["am"])
    assert kpi.hit_rate_value(frame["gruppe"], frame["summe"]) == pytest.approx(38_120 / 47_520)
    assert kpi.realisation(frame["gruppe"], frame["summe"], frame["auftrag"]) == pytest.approx(36_500 / 38_120)
    assert kpi.decision_days(frame["von"], frame["am"]) == [None, 21, 38]


def test_golden_merge_recomputes_from_rows() -> None:
    team_a, team_b = ["gewonnen", "verloren"], ["gewonnen"] * 9 + ["verloren"]
    assert kpi.hit_rate_decided(team_a + team_b) == pytest.approx(10 / 12)
    assert kpi.mean([kpi.hit_rate_decided(team_a), kpi.hit_rate_decided(team_b)]) == pytest.approx(0.70)


def test_golden_19_price_distance() -> None:
    assert kpi.ratio(9_400 - 8_900, 8_900) == pytest.approx(0.0562, abs=5e-5)


def test_drafts_and_undated_offers_are_not_submitted() -> None:
    outcomes = ["entwurf", "offen", "gewonnen", "storniert", None]
    dates = [date(2026, 1, 1), None, date(2026, 1, 2), date(2026, 1, 3), None]
    assert kpi.submitted(outcomes) == 3
    assert kpi.submitted(outcomes, dates) == 2
    assert kpi.offer_shares(outcomes) == (1 / 3, 0, 1 / 3, 1 / 3)


def test_a_withdrawn_offer_without_date_was_never_submitted() -> None:
    day = date(2026, 3, 1)
    shares = kpi.offer_shares(["gewonnen", "storniert", "storniert"], [day, day, None])
    assert (shares.won, shares.withdrawn) == (0.5, 0.5)


def test_a_withdrawn_offer_is_in_no_decision() -> None:
    assert kpi.hit_rate_decided(["gewonnen", "storniert", "storniert"]) == 1.0


def test_nothing_to_divide_is_blank() -> None:
    assert kpi.offer_shares([]) == (None, None, None, None)
    assert kpi.hit_rate_decided(["offen"]) is None
    assert kpi.hit_rate_value(["offen"], [5.0]) is None
    assert kpi.realisation(["verloren"], [5.0], [None]) is None
    assert kpi.decision_time([], [], []) == (None, None)


@given(st.lists(GROUPS))
def test_the_four_shares_add_up(outcomes: list[str]) -> None:
    shares = [share for share in kpi.offer_shares(outcomes) if share is not None]
    if kpi.submitted(outcomes):
        assert sum(shares) == pytest.approx(1)
    else:
        assert shares == []


@given(st.lists(st.tuples(GROUPS, st.integers(0, 10**6))))
def test_hit_rates_lie_between_0_and_1(rows: list[tuple[str, int]]) -> None:
    outcomes, amounts = [r[0] for r in rows], [r[1] for r in rows]
    rates = kpi.hit_rate_submitted(outcomes), kpi.hit_rate_decided(outcomes), kpi.hit_rate_value(outcomes, amounts)
    assert all(rate is None or 0 <= rate <= 1 for rate in rates)


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown outcome 'won'"):
        kpi.count_outcomes(["won"])
    with pytest.raises(ValueError, match="zip"):
        kpi.hit_rate_value(["offen"], [1, 2])


@pytest.mark.parametrize(
    ("top", "bottom", "expected"), [(1, 4, 0.25), (0, 4, 0.0), (1, 0, None), (None, 4, None), (1, None, None)]
)
def test_ratio(top: float | None, bottom: float | None, expected: float | None) -> None:
    assert kpi.ratio(top, bottom) == expected
    assert kpi.ratios([top], [bottom]) == [expected]


def test_means_leave_blanks_out() -> None:
    assert kpi.mean([1, None, 3]) == 2
    assert kpi.median([5, 1, None, 3]) == 3
    assert kpi.median([1, 2, 3, 10]) == 2.5
    assert kpi.mean([None]) is None
    assert kpi.weighted_mean([0.10, 0.20, None], [100, 300, 500]) == pytest.approx(0.175)  # 10 + 60 of 400
    assert kpi.weighted_mean([1], [0]) is None


def test_percentile_of_microsofts_example() -> None:
    """PERCENTILE.INC of {1, 2, 3, 4} at 0.3 is 1.9 in Microsoft's reference."""
    assert kpi.percentile([1, 2, 3, 4], 0.3) == pytest.approx(1.9)
    assert kpi.percentile([], 0.9) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        kpi.percentile([1], 1.1)


def test_sales_velocity_of_sample_26() -> None:
    """Region Süd: 11 open, 71,000 Euro in 2 orders, 1 refusal, 96 days: 11 × 35,500 × 2/3 ÷ 32."""
    assert kpi.sales_velocity(11, 71_000 / 2, 2 / 3, 96 / 3) == pytest.approx(8_135.4167, abs=1e-4)
    assert kpi.sales_velocity(11, None, 2 / 3, 32) is None
    assert kpi.sales_velocity(11, 35_500, 2 / 3, 0) is None


def test_telephone() -> None:
    """200 attempts, 50 target talks of 80 talks in 6 h 40 min, 40 of 100 addresses reached, 10 appointments."""
    assert kpi.reach_rate(50, 200) == 0.25
    assert kpi.contact_rate(40, 100) == 0.4
    assert kpi.appointment_rate(10, 50) == 0.2
    assert kpi.attempts_per_appointment(200, 10) == 20
    assert kpi.attempts_per_appointment(200, 0) is None
    assert kpi.conversations_per_hour(80, 400) == pytest.approx(12)
    assert kpi.conversations_per_hour(80, None) is None


def test_call_plan() -> None:
    """300 addresses × 2.5 attempts × 2 min + 120 talks × 6 min = 37 h; 2 callers × 4 h = 4.625 days; 18 dates."""
    rest = {"attempt_minutes": 2, "talk_minutes": 6, "appointment_share": 0.15, "callers": 2, "hours_per_day": 4}
    plan = kpi.call_plan(300, 0.4, attempts_per_address=2.5, **rest)
    assert plan == pytest.approx((750, 120, 37, 4.625, 18))
    assert kpi.call_plan(300, None, attempts_per_address=2.5, **rest) == (750, None, None, None, None)


def test_data_quality() -> None:
    full = dict.fromkeys(kpi.QUALITY_FIELDS, "x")
    assert kpi.completeness(full) == 1
    assert kpi.completeness(full | {"email": "", "telefon": None}) == pytest.approx(5 / 7)
    keys = [
        kpi.duplicate_key("Nordblick-Pumpen", "24113"),
        kpi.duplicate_key("NORDBLICK Pumpen", "24113"),
        kpi.duplicate_key("Nordblick Pumpen", "24114"),
        kpi.duplicate_key("Müller & Söhne", "1"),
        kpi.duplicate_key(None, ""),
    ]
    assert keys == ["NORDBLICKPUMPEN|24113"] * 2 + ["NORDBLICKPUMPEN|24114", "MÜLLERSÖHNE|1", None]
    assert kpi.duplicate_rate(keys) == 0.5
    assert kpi.duplicate_key("Weiß", "1") == "WEIß|1"
    assert kpi.duplicate_rate([]) is None


def test_brier_of_the_textbook() -> None:
    """70 % and it happens: 0.09; 30 % and it happens: 0.49; certain and right: 0 (Wikipedia, Brier score)."""
    assert brier([0.7], ["gewonnen"]) == pytest.approx(0.09)
    assert brier([0.3], ["gewonnen"]) == pytest.approx(0.49)
    assert brier([1.0, 0.0], ["gewonnen", "verloren"]) == 0
    assert brier([0.5, 0.9, None], ["verloren", "offen", "gewonnen"]) == 0.25


def test_brier_and_calibration_of_sample_27() -> None:
    """60 % won and 40 % lost: (0.4² + 0.4²) ÷ 2 = 0.16; each class has one decided offer."""
    assert brier([0.6, 0.4], ["gewonnen", "verloren"]) == pytest.approx(0.16)
    table = calibration([0.6, 0.4, 0.9], ["gewonnen", "verloren", "offen"])
    assert [row.lower for row in table] == [0, 0.2, 0.4, 0.6, 0.8]
    assert [row.decided for row in table] == [0, 0, 1, 1, 0]
    assert table[2][2:] == pytest.approx((0.4, 0.0, -0.4))
    assert table[3][2:] == pytest.approx((0.6, 1.0, 0.4))
    assert table[4][2:] == (None, None, None)


@given(st.lists(st.tuples(st.floats(0, 1), GROUPS)))
def test_every_decided_offer_is_in_one_class(rows: list[tuple[float, str]]) -> None:
    table = calibration([p for p, _ in rows], [g for _, g in rows])
    assert sum(row.decided for row in table) == sum(g in ("gewonnen", "verloren") for _, g in rows)


def test_forecast_error() -> None:
    """Forecast 100 and 200, actual 110 and 180: |10| + |20| over 290; 300 − 290 over 290."""
    assert wape([100, 200], [110, 180]) == pytest.approx(30 / 290)
    assert bias([100, 200], [110, 180]) == pytest.approx(10 / 290)
    assert wape([100, 200, 500], [110, 180, None]) == pytest.approx(30 / 290)
    assert bias([1], [0]) is None
    assert wape([], []) is None
