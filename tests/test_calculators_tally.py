"""Conditions, counts and views of lists; every expected value is counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from calculators import quality, ranking, tally

TEAM = ["Nord", "nord", "Süd", None, "West"]
EURO = [10.0, 2.5, None, 4.0, 0.5]
DAYS = [date(2026, 1, 31), None, date(2026, 2, 1), date(2026, 2, 28), date(2025, 12, 31)]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ((TEAM, "=", "NORD"), 2),
        ((TEAM, "<>", "Nord"), 3),
        ((TEAM, "in", ["Süd", "West"]), 2),
        ((TEAM, "not in", ["Süd", "West"]), 3),
        ((TEAM, "filled", True), 4),
        ((TEAM, "filled", False), 1),
        ((TEAM, "chosen", None), 4),
        ((TEAM, "chosen", "alle"), 4),
        ((TEAM, "chosen", "Süd"), 1),
        ((TEAM, "allowed", None), 5),
        ((TEAM, "allowed", "Süd"), 1),
        ((TEAM, "contains", "OR"), 2),
        ((EURO, ">=", 2.5), 3),
        ((EURO, "<", 4), 2),
        ((EURO, ">", None), 0),
        ((DAYS, "<=", date(2026, 2, 1)), 3),
        ((DAYS, ">", 0), 0),
        ((EURO, ">", [9.0, 9.0, 9.0, 3.0, 0.5]), 2),
        ((TEAM, "=", "Nord", EURO, ">", 3), 1),
    ],
)
def test_count(conditions: tuple[object, ...], expected: int) -> None:
    assert tally.count(*conditions) == expected


def test_sums_and_means_leave_blanks_out() -> None:
    assert tally.amount(EURO, TEAM, "=", "Nord") == 12.5
    assert tally.amount(EURO) == 17.0
    assert tally.average(EURO, TEAM, "filled", True) == pytest.approx(13 / 3)
    assert tally.average(EURO, TEAM, "=", "Ost") is None
    assert tally.middle(EURO) == 3.25
    assert (tally.highest(EURO), tally.lowest(EURO)) == (10.0, 0.5)
    assert (tally.highest(DAYS), tally.lowest([None])) == (date(2026, 2, 28), None)
    assert (tally.numbers(EURO), tally.numbers([1, "fehlt", None, date(2026, 1, 1)])) == (4, 2)
    assert tally.rows(TEAM) == 4


def test_single_cells() -> None:
    assert tally.flag(3, ">", 2, "A", "=", "a") == 1
    assert tally.flag(None, "<", 2) == 0
    assert tally.where(5, None, "filled", True) is None
    assert tally.either("ja", "nein", 1, "=", 1.0) == "ja"
    assert tally.first_known(None, "", 0, 7) == 0
    assert tally.filled(None, "", 0, "x") == 2
    assert tally.joined([1, 2], 3, [None]) == [1, 2, 3, None]
    assert tally.running([1, None, 2.5], 10) == [11.0, None, 13.5]


def test_conditions_come_in_threes_and_are_known() -> None:
    with pytest.raises(ValueError, match="column, relation, value"):
        tally.count(TEAM, "=")
    with pytest.raises(ValueError, match="cell, relation, value"):
        tally.flag(1, "=")
    with pytest.raises(ValueError, match="unknown relation"):
        tally.flag(1, "~", 1)


def test_views_by_rank() -> None:
    assert ranking.by_rank(["a", "b", "c"], [2, None, 1]) == ["c", "a"]
    assert ranking.by_rank(["a", "b", "c"], [2, 3, 1], last_first=True) == ["b", "a", "c"]
    assert ranking.by_rank(["a", "b", "c"], [1, 2, 2]) == ["a", "b"]  # of equal ranks the upper row
    assert ranking.best(["a", "b", "c"], [5, 7, 7]) == "b"
    assert ranking.cumulated_share([50, 30, 20], [1, 2, 3]) == [0.5, 0.8, 1.0]
    assert ranking.numbered([1, 0, 1, 1], "=", 1) == [1, None, 2, 3]


def test_look_up() -> None:
    assert ranking.found("b", ["a", "B", "b"], [1, 2, 3]) == 2
    assert ranking.found(None, [None, "a"], [1, 2]) is None
    assert ranking.found("z", ["a"], [1]) is None
    assert [ranking.band_of(v, [0, 10, None], ["low", "high", "none"]) for v in (-1, 0, 9.99, 10, None)] == [
        None, "low", "low", "high", None,
    ]  # fmt: skip
    assert (ranking.nth(["a", "b"], 2), ranking.nth(["a"], 2), ranking.nth(["a"], None)) == ("b", None, None)


def test_quality_counts_blanks_of_occupied_rows() -> None:
    assert quality.missing([([True, True, False], [None, 1, None]), ([True], [""])]) == 2
    assert quality.failed([["ok", "pruefen"], ["pruefen", None]]) == 2
    assert [quality.agree(*pair) for pair in ((1, 1.004), (1, 1.006), (None, 0))] == ["ok", "pruefen", "ok"]
    assert quality.agree_all(3, [3.002, 2.999]) == "ok"
    assert quality.agree_all(3, [3.002, 2.996]) == "pruefen"  # 0.002 + 0.004
