"""Customer lifetime value: samples of 34 and 35, Gupta/Lehmann, Excel's NPV, closed form = series."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import clv as c

RATES = st.floats(0, 0.99)
DISCOUNTS = st.floats(0.01, 0.5)
GROWTH = st.floats(-0.5, 0.3)
YEARS = st.integers(1, 10)


def test_sample_34_has_the_value_that_35_shows() -> None:
    """K-00017: m = 26,000 − 6,000 + 1,500 + 0.5 × 30 % × 8,000 + 500 = 23,200; template 35 lists CLV 58,891."""
    referral = c.referral_value(0.5, 0.30, 8_000)
    assert referral == pytest.approx(1_200)
    m = c.yearly_margin(26_000, 6_000, 1_500, referral, 500)
    assert m == pytest.approx(23_200)
    assert c.clv(m, 0.85, 0.10, 5, g=0.02, acquisition=0) == pytest.approx(58_891, abs=0.5)


def test_two_years_by_hand() -> None:
    """100 Euro, r 0.8, d 25 %: 80/1.25 + 64/1.5625 = 64 + 40.96; first year certain: 80 + 51.20."""
    assert c.clv(100, 0.8, 0.25, 2) == pytest.approx(104.96)
    assert c.clv(100, 0.8, 0.25, 2, acquisition=4.96) == pytest.approx(100)
    assert c.clv(100, 0.8, 0.25, 2, first_certain=True) == pytest.approx(131.20)
    # growth 50 %: 64 + 150 × 0.64 / 1.5625
    assert c.clv(100, 0.8, 0.25, 2, g=0.5) == pytest.approx(64 + 61.44)


def test_series_by_hand() -> None:
    rows = c.clv_series([100, 100], 0.8, 0.25, acquisition=70)
    assert rows[0] == pytest.approx((1, 100, 0.8, 0.8, 64, -6))
    assert rows[1] == pytest.approx((2, 100, 0.64, 0.64, 40.96, 34.96))
    assert c.amortisation_year(rows) == 2
    assert c.amortisation_year(c.clv_series([100], 0.8, 0.25, acquisition=70)) is None
    assert c.amortisation_year(c.clv_series([100, 100], 0.8, 0.25)) == 1
    assert c.clv_series([None, 100], 0.8, 0.25)[-1].cumulative == pytest.approx(40.96)


@pytest.mark.parametrize(
    ("r", "i", "multiple"), [(0.6, 0.10, 1.20), (0.9, 0.10, 4.50), (0.9, 0.12, 4.09), (0.8, 0.10, 2.67)]
)
def test_margin_multiples(r: float, i: float, multiple: float) -> None:
    """r / (1 + i − r) by hand: 0.6 ÷ 0.5, 0.9 ÷ 0.2, 0.9 ÷ 0.22, 0.8 ÷ 0.3 (formula after Gupta/Lehmann)."""
    assert c.clv_infinite(1, r, i) == pytest.approx(multiple, abs=0.005)


def test_npv_of_microsofts_example() -> None:
    """NPV(10 %; −10,000; 3,000; 4,200; 6,800) = 1,188.44 in Microsoft's reference."""
    assert c.npv(0.10, [-10_000, 3_000, 4_200, 6_800]) == pytest.approx(1_188.44, abs=0.005)


@given(m=st.floats(-1e5, 1e5), r=RATES, d=DISCOUNTS, years=YEARS, g=GROWTH, certain=st.booleans())
def test_closed_form_is_the_series_sum(*, m: float, r: float, d: float, years: int, g: float, certain: bool) -> None:
    factor = c.present_value_factor(r, d, years, g, certain)
    value = c.clv(m, r, d, years, g=g, acquisition=1_000, first_certain=certain)
    assert factor is not None
    assert value == pytest.approx(m * factor - 1_000, rel=1e-9, abs=1e-6)
    flows = [row.cash_flow * row.survival for row in c.clv_series(c.growing(m, years, g), r, d, None, certain)]
    assert value == pytest.approx(c.npv(d, flows) - 1_000, rel=1e-9, abs=1e-6)


def test_closed_form_where_q_is_1() -> None:
    """r(1+g)/(1+d) = 0.8 × 1.375 / 1.1 = 1: every year is worth r/(1+d)."""
    assert c.present_value_factor(0.8, 0.1, 5, 0.375) == pytest.approx(5 * 0.8 / 1.1)
    assert c.clv(1, 0.8, 0.1, 5, g=0.375) == pytest.approx(5 * 0.8 / 1.1)


@given(st.floats(1, 1e5), st.floats(0, 0.9), DISCOUNTS, st.booleans())
def test_infinite_is_the_limit_of_finite(m: float, r: float, d: float, certain: bool) -> None:
    limit = c.clv_infinite(m, r, d, first_certain=certain)
    assert limit == pytest.approx(c.clv(m, r, d, 400, first_certain=certain), rel=1e-9)


@given(st.floats(1, 1e5), RATES, DISCOUNTS, YEARS)
def test_longer_and_more_loyal_is_worth_more(m: float, r: float, d: float, years: int) -> None:
    shorter, longer = c.clv(m, r, d, years), c.clv(m, r, d, years + 1)
    certain, infinite = c.clv(m, r, d, years, first_certain=True), c.clv_infinite(m, r, d)
    assert shorter is not None
    assert longer is not None
    assert certain is not None
    assert infinite is not None
    assert shorter <= longer <= infinite * (1 + 1e-9)
    assert shorter <= certain


def test_no_limit_no_infinite_value() -> None:
    assert c.clv_infinite(100, 1, 0) is None
    assert c.clv_infinite(100, 0.9, 0.05, g=0.2) is None


def test_simple_value_is_cut_at_the_horizon() -> None:
    """1/(1 − 0.8) = 5 years; 1/(1 − 0.5) = 2 years; no churn lasts for the horizon."""
    assert c.clv_simple(100, 0.8, 3, 50) == pytest.approx(250)
    assert c.clv_simple(100, 0.5, 3, 50) == pytest.approx(150)
    assert c.clv_simple(100, 1, 3) == 300


def test_retention_churn_lifetime() -> None:
    """200 customers, 190 at the end, 30 of them new: 160/200 = 80 %, churn 20 %, 5 years."""
    r = c.retention_rate(200, 190, 30)
    assert r == pytest.approx(0.8)
    assert c.churn_rate(r) == pytest.approx(0.2)
    assert c.lifetime(r) == pytest.approx(5)
    assert c.retention_rate(200, 190, None) == 0.95
    assert c.retention_rate(0, 1, 1) is None
    assert c.retention_rate(200, None, 30) is None
    assert c.lifetime(1) is None
    assert c.churn_rate(None) is None


def test_blanks() -> None:
    assert c.clv(None, 0.8, 0.1, 5) is None
    assert c.clv(100, None, 0.1, 5) is None
    assert c.clv(100, 0.8, None, 5) is None
    assert c.clv(100, 0.8, 0.1, 5) == c.clv(100, 0.8, 0.1, 5, g=0, acquisition=0)
    assert c.referral_value(1, None, 100) is None
    assert c.yearly_margin(None) == 0
    assert c.clv_to_cac(100, 2, 0) is None
    assert c.clv_to_cac(100, 2, 50) == 4


@pytest.mark.parametrize(("r", "d", "g", "years"), [(1.1, 0.1, 0, 5), (0.8, -1, 0, 5), (0.8, 0.1, -1, 5), (1, 1, 0, 0)])
def test_impossible_rates_are_refused(r: float, d: float, g: float, years: int) -> None:
    with pytest.raises(ValueError, match=r"rate|horizon"):
        c.clv(100, r, d, years, g=g)


def test_sensitivity() -> None:
    assert c.sensitivity_axis(0.85) == [0.75, 0.80, 0.85, 0.90, 0.95]
    grid = c.sensitivity(100, [0.8, 1.05], [0.25, -1], 2)
    assert grid[0][0] == pytest.approx(104.96)
    assert (grid[0][1], grid[1]) == (None, [None, None])


def test_frame() -> None:
    customers = pd.DataFrame(
        {
            "db_jahr": [26_000, 34_000],
            "betreuung_jahr": [6_000, 7_000],
            "cross_jahr": [1_500, 0],
            "empfehlungen_jahr": [0.5, 1],
            "abschlussquote_empf": [0.3, 0.3],
            "db_neukunde": [8_000, 8_000],
            "info_jahr": [500, math.nan],
            "r": [0.85, 0.80],
            "g": [0.02, math.nan],
            "akquise": [0, 9_500],
        },
        index=["K-00017", "K-00108"],
    )
    frame = c.clv_frame(customers, 0.10, 5)
    # K-00108: m = 27,000 + 2,400; q = 0.8/1.1 = 8/11; factor = 8/3 × (1 − (8/11)^5)
    factor = 8 / 3 * (1 - (8 / 11) ** 5)
    assert frame.loc["K-00017", "clv"] == pytest.approx(58_891, abs=0.5)
    assert list(frame["m"]) == pytest.approx([23_200, 29_400])
    assert frame.loc["K-00108", "clv"] == pytest.approx(29_400 * factor - 9_500)
    assert frame.loc["K-00108", "clv_monetaer"] == pytest.approx(27_000 * factor - 9_500)
    assert frame.loc["K-00108", "clv_einfach"] == pytest.approx(29_400 * 5 - 9_500)
    assert frame.loc["K-00108", "clv_cac"] == pytest.approx(29_400 * factor / 9_500)
    assert frame["clv_cac"].isna().to_list() == [True, False]
    assert list(frame["rang"]) == [1, 2]
    assert c.clv_frame(customers.iloc[:0], 0.1, 5).empty
