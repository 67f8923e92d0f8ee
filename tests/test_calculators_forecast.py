"""Forecast and season: golden values of 17, 18 and 28, worked examples, properties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import forecast

TODAY = date(2026, 3, 31)
POSITIONS = st.lists(
    st.tuples(
        st.none() | st.dates(date(2025, 1, 1), date(2028, 12, 31)),
        st.integers(0, 10**6),
        st.sampled_from([0.0, 0.1, 0.5, 0.8, 1.0]),
        st.sampled_from([0, 1, None]),
    )
)


def test_golden_17_weighted_pipeline() -> None:
    amounts, shares, is_open = [186_000, 38_120, 9_400], [0.5, 1, 0], [1, 0, 0]
    assert forecast.weighted_total(amounts, shares, is_open) == 93_000
    assert forecast.best_case_total(amounts, is_open) == 186_000
    assert forecast.weighted_total(pd.Series(amounts), pd.Series(shares), pd.Series(is_open)) == 93_000


def test_sample_18() -> None:
    """Two open positions of 120,000 and 66,000 Euro at 50 %; 6 and 2 pieces weigh 3 and 1."""
    assert forecast.weighted_total([120_000, 66_000], [0.5, 0.5], [1, 1]) == 93_000
    assert forecast.weighted_total([6, 2], [0.5, 0.5], [1, 1]) == 4
    assert forecast.commit_total([120_000, 66_000], [0.5, 0.5], [1, 1]) == 0


def test_classes_begin_at_their_limit() -> None:
    values = [1, 0.8, 0.79, 0.5, 0.49, 0, None]
    expected = ["commit", "commit", "wahrscheinlich", "wahrscheinlich", "moeglich", "moeglich", None]
    assert [forecast.confidence(w) for w in values] == expected


def test_blanks_are_no_forecast() -> None:
    assert forecast.weighted(None, 0.5) is None
    assert forecast.weighted(100, None) is None
    assert forecast.weighted_total([100, None, 50], [None, 0.5, 0.5], [1, 1, 1]) == 25
    assert forecast.best_case_total([100, None], [1, 1]) == 100
    assert forecast.weighted_total([100], [0.5], [None]) == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        forecast.weighted(100, 50)


def test_month_against_plan() -> None:
    """Plan 100, in 40, weighted 35, pipeline 120: expectation 75, gap 25, coverage 120 ÷ 60 = 2."""
    assert forecast.plan_row(100, 40, 35, 120) == (75, 25, 2)
    assert forecast.plan_row(100, 100, 35, 120) == (135, -35, None)
    assert forecast.plan_row(100, None, 35, 120) == (35, 65, 1.2)
    assert forecast.plan_row(None, 40, 35, 120) == (75, -75, None)


@pytest.mark.parametrize(
    ("expected", "bucket"),
    [
        (date(2026, 2, 28), "ueberfaellig"),
        (date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 3, 31), date(2026, 3, 1)),
        (date(2026, 6, 15), date(2026, 6, 1)),
        (date(2027, 2, 28), date(2027, 2, 1)),
        (date(2027, 3, 1), "spaeter"),
        (None, "ohne"),
        (pd.Timestamp("2026-06-15"), date(2026, 6, 1)),
    ],
)
def test_buckets(expected: date | None, bucket: date | str) -> None:
    assert forecast.month_bucket(expected, TODAY) == bucket


def test_twelve_months_cross_the_year() -> None:
    months = forecast.forecast_months(date(2026, 11, 30))
    assert (len(months), months[0], months[1], months[2], months[-1]) == (
        12,
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 10, 1),
    )


@given(POSITIONS)
def test_the_rows_add_up_to_the_total(positions: list[tuple[date | None, int, float, int | None]]) -> None:
    dates, amounts, shares, flags = ([p[i] for p in positions] for i in range(4))
    table = forecast.forecast_table(dates, amounts, shares, flags, TODAY)  # type: ignore[arg-type]
    assert len(table) == 15
    open_rows = [(p[1], p[2]) for p in positions if p[3] == 1]
    assert sum(row.weighted for row in table) == pytest.approx(sum(a * w for a, w in open_rows))
    assert sum(row.best_case for row in table) == sum(a for a, _ in open_rows)
    assert sum(row.commit for row in table) == sum(a for a, w in open_rows if w >= 0.8)
    assert all(row.commit <= row.best_case and row.weighted <= row.best_case + 1e-6 for row in table)


def test_golden_28() -> None:
    """Eleven months of 100 and one of 200 average 1300/12: indices 12/13 = 0.9231 and 24/13 = 1.8462."""
    indices = forecast.seasonal_indices({2025: [100] * 11 + [200]})
    assert indices is not None
    assert indices[:11] == pytest.approx([0.9231] * 11, abs=5e-5)
    assert indices[11] == pytest.approx(24 / 13)
    assert sum(indices) == pytest.approx(12)


def test_only_full_years_count() -> None:
    """2024 is flat (index 1), 2025 the golden year, 2026 has three months: means 25/26 and 37/26."""
    years: dict[int, Sequence[float | None]] = {
        2024: [50] * 12,
        2025: [100] * 11 + [200],
        2026: [10, 20, 30] + [None] * 9,
    }
    indices, spans = forecast.seasonal_indices(years), forecast.seasonal_spans(years)
    assert indices == pytest.approx([25 / 26] * 11 + [37 / 26])
    assert spans == pytest.approx([1 / 13] * 11 + [11 / 13])
    assert forecast.seasonal_indices({2026: years[2026]}) is None
    assert forecast.year_indices([0] * 12) is None
    with pytest.raises(ValueError, match="twelve months"):
        forecast.seasonal_indices({2026: [1, 2]})


@given(
    st.dictionaries(
        st.integers(2000, 2030),
        st.lists(st.integers(1, 10**7), min_size=12, max_size=12),
        min_size=1,
        max_size=5,
    )
)
def test_indices_add_up_to_12(years: dict[int, list[int]]) -> None:
    indices = forecast.seasonal_indices(years)
    assert indices is not None
    assert sum(indices) == pytest.approx(12)
    assert sum(p or 0 for p in forecast.monthly_plan(1_200_000, indices)) == pytest.approx(1_200_000)


def test_a_flat_year_is_projected_to_itself() -> None:
    indices = [12 / 13] * 11 + [24 / 13]
    assert forecast.extrapolate([100] * 3, indices) == pytest.approx(1300)
    assert forecast.extrapolate([100] * 11 + [200], indices) == pytest.approx(1300)
    assert forecast.extrapolate([None] * 12, indices) is None
    assert forecast.extrapolate([100], [None]) is None
    with pytest.raises(ValueError, match="more months"):
        forecast.extrapolate([1, 2], [1])


def test_ratings_and_cumulated_deviation() -> None:
    assert [forecast.season_rating(i) for i in (1.1, 1.09, 0.91, 0.9, None)] == [
        "stark",
        "normal",
        "normal",
        "schwach",
        None,
    ]
    assert forecast.cumulative_deviation([90, 120, 100], [100, 100, 110]) == [-10, 10, 0]
    assert forecast.monthly_plan(1200, [0.5, None]) == [50, None]
    assert forecast.monthly_plan(None, [1]) == [None]
