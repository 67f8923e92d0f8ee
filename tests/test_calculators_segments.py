"""ABC, RFM, Pareto, portfolio: samples of 29 and 35, limits, properties."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import segments as s

TODAY = date(2026, 3, 31)
VALUES = st.lists(st.none() | st.integers(-1_000, 10**6), max_size=40)


def test_sample_29() -> None:
    """412,000, 0 and 96,000: before Rheinkontor stand 412/508 = 81.1 %, so it is B; no sales, no class."""
    rows = s.abc([412_000, 0, 96_000])
    assert [row.rank for row in rows] == [1, 3, 2]
    assert [row.group for row in rows] == ["A", "ohne", "B"]
    assert rows[2].before == pytest.approx(412 / 508)
    assert rows[2].cumulated == 1
    frame = s.abc_frame(pd.DataFrame({"umsatz_12m": [412_000, 0, 96_000]}, index=["a", "b", "c"]), "umsatz_12m")
    assert list(frame.loc["c", ["rang", "abc"]]) == [2, "B"]


def test_crossing_a_limit_is_the_higher_class() -> None:
    """50, 30, 15, 4, 1: before them 0, 50, 80, 95, 99 %: A A B C C. The one at exactly 80 % is B."""
    assert [row.group for row in s.abc([50, 30, 15, 4, 1])] == ["A", "A", "B", "C", "C"]
    assert [row.group for row in s.abc([0.7, 0.1, 0.2])] == ["A", "B", "A"]
    assert [row.group for row in s.abc([79, 20, 1])] == ["A", "A", "C"]
    assert [row.group for row in s.abc([100])] == ["A"]


def test_binary_noise_does_not_move_a_limit() -> None:
    """Before the third stand 0.7 + 0.1 of 1.0: exactly 80 % in decimals, 0.7999… in binary floats."""
    assert 0.7 + 0.1 < 0.8
    assert [row.group for row in s.abc([0.7, 0.1, 0.1, 0.1])][2] == "B"


def test_nobody_has_a_value() -> None:
    rows = s.abc([0, None, -5])
    assert [row.group for row in rows] == ["ohne"] * 3
    assert [row.share for row in rows] == [None] * 3
    assert s.abc([]) == []
    with pytest.raises(ValueError, match="ascend"):
        s.abc([1], (0.95, 0.80))


@given(VALUES)
def test_abc_is_monotone_and_shares_add_up(values: list[int | None]) -> None:
    rows = sorted(s.abc(values), key=lambda row: row.rank)
    assert [row.rank for row in rows] == list(range(1, len(values) + 1))
    assert [row.base for row in rows] == sorted((row.base for row in rows), reverse=True)
    groups = [row.group for row in rows]
    assert groups == sorted(groups, key=["A", "B", "C", "ohne"].index)
    if any(v is not None and v > 0 for v in values):
        assert groups[0] == "A"
        assert sum(row.share or 0 for row in rows) == pytest.approx(1)
        assert rows[-1].cumulated == pytest.approx(1)


def test_ranks_are_unique() -> None:
    assert s.unique_ranks([5, 7, None, 5, 7]) == [3, 1, None, 4, 2]
    assert s.unique_ranks([5, 7, 5], descending=False) == [1, 3, 2]
    assert s.unique_ranks([]) == []


def test_pareto() -> None:
    rows = s.pareto(["Preis", "Zeit", None, "Preis", "Kunde"], [10, 60, 99, 20, 10])
    assert [row.category for row in rows] == ["Zeit", "Preis", "Kunde"]
    assert [row.cumulated for row in rows] == pytest.approx([0.6, 0.9, 1.0])
    assert s.pareto(["a"], [0])[0].share is None
    assert [row.category for row in s.pareto(["b", "a"], [1, 1])] == ["b", "a"]


def test_concentration_and_migration() -> None:
    assert s.concentration([50, 30, 20, None, -9], top=2) == 0.8
    assert s.concentration([]) is None
    assert s.migration(["A", "A", "B"], ["A", "B", "B"]) == {("A", "A"): 1, ("A", "B"): 1, ("B", "B"): 1}


def test_rfm_of_samples_29() -> None:
    """33 days, 14 orders, 412 T€: 455; never since 2023: 111; 119 days, 3 orders, 96 T€: 333."""
    nordblick = s.rfm(date(2026, 2, 26), 14, 412_000, TODAY)
    eichwald = s.rfm(date(2023, 6, 22), 0, 0, TODAY)
    rheinkontor = s.rfm(date(2025, 12, 2), 3, 96_000, TODAY)
    assert nordblick == (4, 5, 5, "455", 4.5, "top")
    assert eichwald == (1, 1, 1, "111", 1.0, "inaktiv")
    assert rheinkontor == (3, 3, 3, "333", 3.0, "stamm")


@pytest.mark.parametrize(
    ("days", "points"), [(0, 5), (30, 5), (31, 4), (90, 4), (91, 3), (180, 3), (181, 2), (365, 2), (366, 1)]
)
def test_recency_limits(days: int, points: int) -> None:
    assert s.recency_points(TODAY - pd.Timedelta(days=days), TODAY) == points
    assert s.recency_points(pd.Timestamp(TODAY) - pd.Timedelta(days=days), TODAY) == points


def test_frequency_and_money_limits() -> None:
    assert [s.frequency_points(n) for n in (0, 1, 2, 3, 5, 6, 11, 12, None)] == [1, 2, 2, 3, 3, 4, 4, 5, None]
    amounts = (-5, 0, 4_999, 5_000, 24_999, 25_000, 100_000, 249_999.99, 250_000, None)
    assert [s.monetary_points(a) for a in amounts] == [1, 1, 1, 2, 2, 3, 4, 4, 5, None]
    assert s.recency_points(None, TODAY) == 1


def test_segments_in_their_order() -> None:
    cases = [(4, 4, 4), (2, 5, 4), (1, 1, 5), (5, 2, 5), (1, 3, 3), (3, 3, 3), (2, 2, 2)]
    expected = [
        "top",
        "abwanderungsgefaehrdet",
        "abwanderungsgefaehrdet",
        "neu_entwickeln",
        "inaktiv",
        "stamm",
        "stamm",
    ]
    assert [s.rfm_segment(*case) for case in cases] == expected
    assert s.rfm_segment(5, None, 5) is None


def test_blank_rfm() -> None:
    assert s.rfm(None, None, 10, TODAY) == (1, None, 1, None, None, None)
    assert s.rfm(None, 1, 10, TODAY, (0.5, 0.5, 0.5)).score is None


def test_portfolio_of_samples_35() -> None:
    """Nordblick 7.05 / 0.4×7.1538 + 4.6 = 7.4615; Rheinkontor 5.5 / 0.4×1.725 + 2.4 = 3.09."""
    nordblick = s.attractiveness([8, 6, 9, 6, 6]), s.position(s.share_of_wallet(372_000, 520_000), [8, 8, 7])
    rheinkontor = s.attractiveness([8, 4, 4, 2, 7]), s.position(s.share_of_wallet(103_500, 600_000), [4, 5, 3])
    assert nordblick == pytest.approx((7.05, 4 * 372 / 520 + 4.6))
    assert rheinkontor == pytest.approx((5.5, 3.09))
    assert s.portfolio_field(*nordblick) == "starkunde"
    assert s.portfolio_field(*rheinkontor) == "fragezeichenkunde"
    assert s.value_field(6.5, 0.064) == "binden"
    assert s.value_field(3.9, 0.31) == "konditionen_aendern"


def test_portfolio_limits_and_blanks() -> None:
    fields = [s.portfolio_field(a, p) for a, p in ((5, 5), (5, 4.9), (4.9, 5), (4.9, 4.9), (None, 5))]
    assert fields == ["starkunde", "fragezeichenkunde", "ertragskunde", "mitnahmekunde", None]
    values = [s.value_field(v, q) for v, q in ((5, 0.08), (5, 0.081), (4.9, 0.08), (4.9, 0.081), (5, None))]
    assert values == ["binden", "aufwand_steuern", "innendienst_portal", "konditionen_aendern", None]
    assert s.position(1.5, [0, 0, 0]) == 4  # share of wallet capped at 10 points × 40 %
    assert s.position(None, [1, 1, 1]) is None
    assert s.attractiveness([8, None, 9, 6, 6]) is None
