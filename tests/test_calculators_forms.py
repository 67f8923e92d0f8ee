"""Every calculator over columns, worked by hand, and the same from lists, tuples, arrays and frames.

A case is a call and its result; every list in it is a column. The result may not depend on whether a column
comes as a list, a tuple, an array or a column of a frame, whose blanks are NaN, NA or NaT.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import math
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import (
    accuracy,
    calendar,
    clv,
    columns,
    contribution,
    costing,
    forecast,
    gantt,
    kpi,
    outcomes,
    ranking,
    ratios,
    rounding,
    scoring,
    season,
    segments,
    tally,
)
from tests.test_calculators_imports import MODULES

D = date
WON, LOST, OPEN, DRAFT, WITHDRAWN = "gewonnen", "verloren", "offen", "entwurf", "storniert"
FIVE = [WON, LOST, OPEN, DRAFT, WITHDRAWN]
MONTHS = [1.0] * 11 + [13.0]  # a mean month is 2

CASES: list[tuple[Callable[..., Any], list[Any], Any]] = [
    # -- ratios: 6 ÷ 3, a blank and a zero below are blank
    (ratios.ratios, [[6, None, 1], [3, 2, 0]], [2, None, None]),
    (ratios.mean, [[1, None, 3]], 2),
    (ratios.median, [[5, None, 1, 2, 9]], 3.5),
    (ratios.percentile, [[10, 30, 0], 0.9], 26),  # place 1.8 between 10 and 30
    (ratios.weighted_mean, [[1, 4, None], [2, 1, 5]], 2),  # (1 × 2 + 4) ÷ 3
    (ratios.weighted_spread, [[1, 4, None], [2, 1, 5]], math.sqrt(2)),  # (2 × 1² + 2²) ÷ 3 = 2
    (ratios.known_numbers, [[1, None, 0]], [1, 0]),
    (ratios.known_pairs, [[1, None, 3], [None, 2, 4]], [(3, 4)]),
    # -- rounding
    (rounding.total, [[0.1, None, 0.2]], 0.1 + 0.2),
    (rounding.sum_money, [[0.1, None, 0.2]], 0.3),
    (rounding.numbers_of, [[1, None]], [1, None]),
    # -- tally
    (tally.rows, [["a", None, "b"]], 2),
    (tally.count, [["a", "B", "b"], "=", "b", [1, 2, None], ">=", 2], 1),
    (tally.count, [["a", "B", "b"], "=", ["a", "b", "x"]], 2),  # each row with its own
    (tally.flag, [2, "in", [1, 2]], 1),
    (tally.joined, [[1, 2], 3, [4]], [1, 2, 3, 4]),
    (tally.numbers, [[1, None, 0]], 2),
    (tally.amount, [[1, None, 4], ["x", "x", "y"], "=", "x"], 1),
    (tally.average, [[1, None, 4], ["x", "x", "x"], "=", "x"], 2.5),
    (tally.middle, [[1, None, 4, 6], ["x", "x", "y", "x"], "=", "x"], 3.5),
    (tally.highest, [[1, None, 4]], 4),
    (tally.lowest, [[D(2026, 2, 1), None, D(2026, 1, 1)]], D(2026, 1, 1)),
    (tally.running, [[1, None, 4], 10], [11, None, 15]),
    (tally.select, [["a", "b", "c"], [1, 2, 3], "<>", 2], ["a", "c"]),
    (tally.blank_as_zero, [[1, None]], [1, 0]),
    (tally.of_text, [[1, 2, 3], ["Preis ", "preis", "Zeit"], "PREIS"], [1, 2]),
    # -- working days: Thursday 05.03.2026 is free
    (calendar.is_workday, [D(2026, 3, 5), [D(2026, 3, 5), None]], False),
    (calendar.workdays_in, [D(2026, 3, 2), D(2026, 3, 6), [D(2026, 3, 5)]], 4),
    (calendar.workdays_between, [D(2026, 3, 2), D(2026, 3, 6), [D(2026, 3, 5)]], 3),
    (calendar.add_workdays, [D(2026, 3, 4), 1, [D(2026, 3, 5)]], D(2026, 3, 6)),
    (gantt.overall_progress, [[1, 0.5, None], [2, 2, 4]], 0.375),  # 3 of 8
    (
        gantt.task_dates,
        [[1, 2], [2, None], [D(2026, 3, 4), None], [None, 1], [D(2026, 3, 5)]],
        [(D(2026, 3, 4), D(2026, 3, 6), None), (D(2026, 3, 9), None, D(2026, 3, 6))],
    ),
    # -- outcomes and rates
    (outcomes.read_outcomes, [[WON, None]], [WON, None]),
    (kpi.count_outcomes, [[WON, None, WON]], {DRAFT: 0, OPEN: 0, WON: 2, LOST: 0, WITHDRAWN: 0}),
    (kpi.submitted, [FIVE], 4),
    (kpi.submitted, [FIVE, [None, D(2026, 1, 1), None, None, D(2026, 1, 1)]], 2),
    (kpi.offer_shares, [FIVE], (0.25, 0.25, 0.25, 0.25)),
    (kpi.hit_rate_submitted, [FIVE], 0.25),
    (kpi.hit_rate_decided, [FIVE], 0.5),
    (kpi.hit_rate_value, [FIVE, [30, 10, 99, 99, 99]], 0.75),
    (kpi.realisation, [FIVE, [40, 1, 1, 1, 1], [30, None, None, None, None]], 0.75),
    (kpi.decision_days, [[D(2024, 2, 28), D(2026, 1, 1)], [D(2024, 3, 1), None]], [2, None]),  # a leap year
    (kpi.decision_time, [[WON, LOST], [D(2026, 1, 1), D(2026, 1, 1)], [D(2026, 1, 5), D(2026, 1, 11)]], (7, 7)),
    (kpi.duplicate_rate, [["a", "b", "a", None]], 2 / 3),
    # -- accuracy: |90 − 100| + |60 − 50| of 150; 150 forecast for 150
    (accuracy.wape, [[90, 60, None], [100, 50, 7]], 20 / 150),
    (accuracy.bias, [[90, 90, None], [100, 50, 7]], 30 / 150),
    (accuracy.brier, [[0.5, 0.9, None], [LOST, WON, WON]], 0.13),  # (0.25 + 0.01) ÷ 2
    (accuracy.calibration, [[0.1, 0.3], [LOST, WON], [0, 0.2]], [(0, 1, 0.1, 0, -0.1), (0.2, 1, 0.3, 1, 0.7)]),
    # -- forecast: 100 at 50 % and 10 at 90 % are open, 1,000 is not
    (forecast.weighted_total, [[100, 10, 1000], [0.5, 0.9, 1], [1, 1, None]], 59),
    (forecast.commit_total, [[100, 10, 1000], [0.5, 0.9, 1], [1, 1, None]], 10),
    (forecast.best_case_total, [[100, 10, 1000], [1, 1, None]], 110),
    (
        forecast.forecast_table,
        [[D(2026, 1, 1), D(2026, 4, 30), None], [100, 10, 1], [0.5, 0.9, 1], [1, 1, 1], D(2026, 4, 15)],
        [("ueberfaellig", 0, 50, 100), (D(2026, 4, 1), 10, 9, 10), ("spaeter", 0, 0, 0), ("ohne", 1, 1, 1)],
    ),
    # -- season: eleven months of 1 and one of 13
    (season.year_indices, [MONTHS], [0.5] * 11 + [6.5]),
    (season.monthly_plan, [24, [1, None, 2]], [2, None, 4]),
    (season.cumulative_deviation, [[5, None], [3, 4]], [2, -2]),
    (season.extrapolate, [[2, 4, None], [0.5, 1, 1]], 48),  # 6 ÷ (1.5 ÷ 12)
    # -- segments and views
    (segments.unique_ranks, [[5, None, 9, 5]], [2, None, 1, 3]),
    (segments.concentration, [[50, 30, -9, 20], 1], 0.5),
    (segments.concentration, [[50, 30], 1, 200], 0.25),
    (segments.pareto, [["a", "b", "a", None], [1, 3, 1, 9]], [("b", 3, 0.6, 0.6), ("a", 2, 0.4, 1)]),
    (segments.migration, [["A", "A"], ["A", "B"]], {("A", "A"): 1, ("A", "B"): 1}),
    (segments.attractiveness, [[10, 5, 0, 0, 5], [0.3, 0.2, 0.15, 0.15, 0.2]], 5),
    (segments.position, [0.5, [10, 10, 10], [0.4, 0.2, 0.2, 0.2]], 8),
    (ranking.by_rank, [["a", "b", "c"], [2, None, 1]], ["c", "a"]),
    (ranking.as_listed, [["a", "b"]], ["a", "b"]),
    (ranking.ranks_without_zero, [[0, 5, None, 7]], [None, 2, None, 1]),
    (ranking.nth, [["a", "b"], 2], "b"),
    (ranking.row_of, [["a", "B"], "b"], 2),
    (ranking.found, ["b", ["a", "b"], [1, 2]], 2),
    (ranking.band_of, [10, [0, 10], ["low", "high"]], "high"),
    (ranking.best, [["a", "b", "c"], [1, 7, 7]], "b"),
    (ranking.least, [["a", "b", "c"], [1, None, 1]], "a"),
    (ranking.numbered, [["x", "y", "x"], "=", "x"], [1, None, 2]),
    (ranking.cumulated_share, [[30, 10], [1, 2]], [0.75, 1]),
    # -- scores: (2 × 0.5 + 6 × 0.5); 6 of two criteria with weights 1 and 3
    (scoring.weights_ok, [[0.5, 0.5, None]], True),
    (scoring.weighted_score, [[2, 6], [0.5, 0.5]], 4),
    (scoring.component_score, [[3, 7], [1, 3]], 6),
    (scoring.consolidated_points, [[2, None, 8, 4]], (4, 6)),
    (scoring.fulfilment_degree, [[10, 5], [10, 4]], 0.8),  # 120 ÷ 150
    # -- customer value: 110 and 121 at the end of each year are 100 each; half of the customers stay
    (clv.npv, [0.1, [110, 121]], 200),
    (clv.clv_of_flows, [[110, 121], 0.5, 0.1, 20], 55),  # 50 + 25 − 20
    (clv.clv_of_flows, [[110, None], 0.5, 0.1], None),
    (clv.clv_series, [[110], 0.5, 0.1], [(1, 110, 0.5, 1 / 1.1, 50, 50)]),
    # -- contribution
    (contribution.effort, [[10, None, 5], 4], 60),
]  # fmt: skip


def as_array(column: list[Any]) -> Any:
    """An array, of floats where it can be one."""
    if all(value is None or isinstance(value, int | float) for value in column):
        return np.array([math.nan if value is None else value for value in column], dtype=float)
    return np.array(column, dtype=object)


def as_series(column: list[Any]) -> Any:
    """A column of a frame whose index does not begin at 0."""
    return pd.Series(column, index=range(5, 5 + len(column))).convert_dtypes()


FORMS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list, "tuple": tuple, "array": as_array, "frame": as_series,
}  # fmt: skip


def close(found: Any, expected: Any) -> bool:
    """Equal, numbers to 1e-12."""
    if isinstance(expected, dict):
        return bool(found == expected)
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(close, found, expected))
    if isinstance(expected, int | float) and not isinstance(expected, bool) and found is not None:
        return bool(math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12))
    return bool(found == expected)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("function", "given_", "expected"), CASES, ids=[f"{f.__module__}.{f.__name__}" for f, _, _ in CASES]
)
def test_column(function: Callable[..., Any], given_: list[Any], expected: Any, form: str) -> None:
    columns = [FORMS[form](value) if isinstance(value, list) else value for value in given_]
    months = {"months": 1} if function is forecast.forecast_table else {}
    assert close(function(*columns, **months), expected)


ROWS: list[tuple[Callable[..., Any], list[Any], list[Any]]] = [
    # function, columns and single values, results of the rows
    (ratios.ratio, [[6, None, 1], [3, 2, 0]], [2, None, None]),
    (ratios.growth_rate, [[100, None], [121, 5], 2], [0.1, None]),
    (kpi.sales_velocity, [[10, None], 200, [0.5, 0.5], [20, 20]], [50, None]),
    (kpi.reach_rate, [[3, None], 12], [0.25, None]),
    (kpi.duplicate_key, [["Ab & Co", None], ["24113", None]], ["ABCO|24113", None]),
    (forecast.weighted, [[100, None], [0.5, 0.9]], [50, None]),
    (forecast.confidence, [[0.8, 0.5, 0.1, None]], ["commit", "wahrscheinlich", "moeglich", None]),
    (forecast.month_bucket, [[D(2026, 5, 9), None], D(2026, 4, 15)], [D(2026, 5, 1), "ohne"]),
    (calendar.workdays_between, [[D(2026, 3, 2), None], [D(2026, 3, 6), D(2026, 3, 6)]], [4, None]),
    (calendar.months_ahead, [[D(2026, 1, 31), None], 1], [D(2026, 2, 28), None]),
    (clv.clv, [[100, None], [0.5, 0.5], 0.25, 1], [40, None]),
    (clv.clv_infinite, [[100, 100], [0.5, None], 0.25], [200 / 3, None]),
    (contribution.effort_type, [[0.05, 0.12, 0.13, None]], ["pflegeleicht", "normal", "aufwendig", None]),
    (contribution.interest_cost, [[365, None], [10, 10], 0.1], [1, None]),
    (scoring.priority, [[7, 4, 3.9, None]], ["A", "B", "C", None]),
    (scoring.opportunity, [[8, 8, None], [3, 9, 1]], [13, 8, None]),
    (segments.portfolio_field, [[5, 4, None], [5, 5, 5]], ["starkunde", "ertragskunde", None]),
    (segments.frequency_points, [[12, 0, None]], [5, 1, None]),
    (season.season_rating, [[1.1, 0.9, 1, None]], ["stark", "schwach", "normal", None]),
    (rounding.round_half_away, [[2.5, -2.5, None]], [3, -3, None]),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("function", "given_", "expected"), ROWS, ids=[f"{f.__module__}.{f.__name__}" for f, _, _ in ROWS]
)
def test_by_row(function: Callable[..., Any], given_: list[Any], expected: list[Any], form: str) -> None:
    arguments = [FORMS[form](value) if isinstance(value, list) else value for value in given_]
    found = columns.by_row(function, *arguments)
    if form == "frame":
        assert list(found.index) == list(range(5, 5 + len(expected)))
        found = [None if rounding.is_blank(value) else value for value in found]
    assert close(found, expected)


def test_by_row_of_names_and_single_values() -> None:
    assert columns.by_row(clv.clv, 100, r=[0.5, 1], d=0.25, years=1) == [40, 80]
    assert columns.by_row(ratios.ratio, 6, 3) == 2
    with pytest.raises(ValueError, match="different lengths"):
        columns.by_row(ratios.ratio, [1, 2], [1])


def test_single_values() -> None:
    assert ratios.product(2, 3, 0.5) == 3
    assert ratios.product(2, None) is None
    assert ratios.difference(5, 7) == -2
    assert ratios.difference(5, None) is None
    assert ratios.less(5, None, 2) == 3
    assert ratios.sum_of(1, 2) == 3
    assert ratios.sum_of(1, None) is None
    assert ratios.square(-3) == 9
    assert ratios.growth_rate(100, 121, 2) == pytest.approx(0.1)
    assert [ratios.growth_rate(*x) for x in ((0, 1, 1), (1, 2, 0), (1, None, 1))] == [None, None, None]
    assert rounding.zero_if_blank(None) == 0
    assert [tally.is_column(x) for x in ([1], (), "ab", 5, None)] == [True, True, False, False, False]
    assert rounding.exact(0.1) == Decimal("0.1")
    assert accuracy.absolute_error(100, 90) == accuracy.absolute_error(90, 100) == 10
    assert accuracy.absolute_error(None, 90) is None
    assert [segments.wallet_points(x) for x in (0.25, 1.2, None)] == [2.5, 10, None]
    assert costing.floor_price(90, 0.9) == pytest.approx(100)
    assert costing.floor_price(90, 0) is None
    assert forecast.expectation(100, None) == 100
    assert forecast.gap(100, 120) == -20
    assert forecast.pipeline_coverage(300, 200, 100) == 3
    assert [forecast.pipeline_coverage(300, *x) for x in ((100, 100), (None, 0))] == [None, None]
    assert clv.survival(2, 0.5) == 0.25
    assert clv.survival(2, 0.5, first_certain=True) == clv.survival_of(1, 0.5) == 0.5
    assert clv.survival_of(1, None) is None
    assert clv.discount_factor(0.25, 2) == 0.64  # 1 ÷ 1.25²
    assert clv.grown(100, 0.1, 3) == pytest.approx(121)
    assert clv.grown(100, None, 3) == 100


def test_relations_of_single_cells() -> None:
    assert tally.holds("Abc", "contains", "BC")
    assert tally.holds(None, "<>", "x")
    assert not tally.holds(None, "<", 5)
    assert not tally.holds("5", "<", 6)
    assert tally.holds(3, "not in", [1, 2])
    assert tally.holds("x", "chosen", "alle")
    assert not tally.holds(None, "chosen", None)
    assert tally.holds(None, "allowed", None)


def test_days_and_times() -> None:
    leap = D(2024, 2, 29)  # a Thursday
    assert calendar.as_day(pd.Timestamp("2024-02-29 13:00")) == leap
    assert calendar.as_day(None) is calendar.as_day(pd.NaT) is None  # type: ignore[arg-type]
    assert calendar.day(2024, 2, 29) == leap
    assert calendar.days_ahead(leap, 366) == D(2025, 3, 1)
    assert calendar.days_between(D(2024, 2, 28), D(2024, 3, 1)) == 2
    assert calendar.month_start(leap, -2) == D(2023, 12, 1)
    assert calendar.quarter_start(leap) == D(2024, 1, 1)
    assert calendar.quarter_start(D(2024, 12, 31)) == D(2024, 10, 1)
    assert calendar.year_start(leap, 1) == D(2025, 1, 1)
    assert calendar.year_of(leap) == 2024
    assert calendar.year_text(leap) == "2024"
    assert calendar.weekday(leap) == 4
    assert calendar.week_start(leap) == D(2024, 2, 26)
    assert calendar.latest(None, leap, D(2023, 1, 1)) == leap
    assert calendar.latest(None) is None
    assert calendar.overdue_days(leap, D(2024, 3, 2)) == 2
    assert calendar.overdue_days(leap, leap) == calendar.overdue_days(leap, D(2024, 1, 1)) == 0
    assert calendar.workdays_left(leap, D(2024, 3, 4)) == 3  # Thursday, Friday, Monday
    assert calendar.workdays_left(leap, D(2024, 2, 1)) == 0
    assert calendar.within(leap, leap, leap)
    assert not calendar.within(None, leap)
    assert calendar.within(None)
    assert [calendar.minutes_of(x) for x in (time(9, 30), 0.5, None)] == [570, 720, None]
    assert calendar.minutes_between(time(9, 50), time(9, 30)) == -20
    assert [calendar.hour_of(x) for x in (time(23, 59), 0.75, None)] == [23, 18, None]
    assert calendar.free_days([leap, None, leap]) == {leap}


def test_day_of_deletion() -> None:
    """12 months after 31.01.2024, or after the sixth full year behind an order of 2020: 01.01.2027."""
    contact = D(2024, 1, 31)
    assert calendar.deletion_date([contact, None], 12, None, 6) == D(2025, 1, 31)
    assert calendar.deletion_date([contact], 12, D(2020, 5, 1), 6) == D(2027, 1, 1)
    assert calendar.deletion_date([None], 12, D(2020, 5, 1), 6) is None
    assert calendar.deletion_date([contact], None, None, 6) is None


# -- laws ------------------------------------------------------------------------------------

AMOUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=20)


@given(AMOUNTS, st.integers(1, 1000))
def test_classes_and_ranks_do_not_depend_on_the_currency(amounts: list[int], rate: int) -> None:
    def seen(values: list[int]) -> list[tuple[int, str]]:
        return [(row.rank, row.group) for row in segments.abc(values)]

    assert seen(amounts) == seen([amount * rate for amount in amounts])


@given(AMOUNTS)
def test_concentration_grows_to_one(amounts: list[int]) -> None:
    shares = [segments.concentration(amounts, top) for top in range(1, len(amounts) + 1)]
    if any(amounts):
        known = [share for share in shares if share is not None]
        assert known == sorted(known)
        assert known[-1] == pytest.approx(1)
    else:
        assert shares == [None] * len(amounts)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(-1e3, 1e3))
def test_a_shift_moves_the_mean_and_not_the_spread(values: list[float], shift: float) -> None:
    ones = [1.0] * len(values)
    mean, moved = ratios.mean(values), ratios.mean([v + shift for v in values])
    assert mean is not None
    assert moved == pytest.approx(mean + shift, abs=1e-6)
    spreads = [ratios.weighted_spread(column, ones) for column in (values, [v + shift for v in values])]
    assert spreads[0] == pytest.approx(spreads[1], abs=1e-4)


@given(st.floats(0, 1), st.floats(0, 0.99), st.floats(0.01, 0.5))
def test_growth_of_one_year_is_undone_by_its_discount(margin: float, r: float, d: float) -> None:
    """Growth at the discount rate leaves only the chance to stay: m ÷ (1 + d) × r ÷ (1 − r)."""
    expected = margin / (1 + d) * r / (1 - r)
    assert clv.clv_infinite(margin, r, d, g=d) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(AMOUNTS, AMOUNTS)
def test_sums_of_teams_are_the_sum_of_all(north: list[int], south: list[int]) -> None:
    parts = rounding.sum_money([cents / 100 for cents in north]) + rounding.sum_money([c / 100 for c in south])
    assert rounding.sum_money([cents / 100 for cents in north + south]) == pytest.approx(parts, abs=1e-6)


# -- completeness ----------------------------------------------------------------------------


def public() -> list[tuple[str, str, FunctionType]]:
    """Module, name and function of every public calculator."""
    found = []
    for module in MODULES:
        loaded = importlib.import_module(f"calculators.{module}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and not name.startswith("_"):
                found.append((module, name, function))
    return found


def called_in_tests() -> set[str]:
    """Names of everything that a test of the calculators calls or lists in a table of cases."""
    names = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        if "calculators" in (text := path.read_text(encoding="utf-8")):
            for node in ast.walk(ast.parse(text)):
                names |= {node.attr} if isinstance(node, ast.Attribute) else set()
                names |= {node.id} if isinstance(node, ast.Name) else set()
    return names


def test_every_calculator_has_a_test() -> None:
    names = called_in_tests()
    assert [f"{module}.{name}" for module, name, _ in public() if name not in names] == []


def test_every_calculator_says_what_it_takes_and_gives() -> None:
    silent = []
    for module, name, function in public():
        text = inspect.getdoc(function) or ""
        takes = [p for p in inspect.signature(function).parameters if p != "self"]
        missing = [p for p in takes if f"    {p}:" not in text]
        if missing or ("Returns:" not in text and "Yields:" not in text):
            silent.append((module, name, missing))
    assert silent == []
