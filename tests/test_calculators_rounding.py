"""Rounding as Excel does, exact sums of money, blanks."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators.rounding import (
    is_blank,
    number,
    numbers_of,
    round_half_away,
    round_money,
    sum_money,
    to_cents,
    total,
)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        # Microsoft's reference of ROUND
        (2.15, 1, 2.2),
        (2.149, 1, 2.1),
        (-1.475, 2, -1.48),
        (21.5, -1, 20),
        (626.3, -3, 1000),
        (1.98, -1, 0),
        (-50.55, -2, -100),
        # halves whose binary number lies below the half
        (1.005, 2, 1.01),
        (2.675, 2, 2.68),
        (-2.675, 2, -2.68),
        (0.285, 2, 0.29),
        # halves that Python's round sends to the even number
        (0.5, 0, 1),
        (2.5, 0, 3),
        (-2.5, 0, -3),
        # a product that carries binary noise: 1.1 × 1.15 = 1.265
        (1.1 * 1.15, 2, 1.27),
    ],
)
def test_rounds_halves_away_from_zero(value: float, digits: int, expected: float) -> None:
    assert round_half_away(value, digits) == expected


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.integers(-3, 4))
def test_agrees_with_decimal_rounding(value: Decimal, digits: int) -> None:
    expected = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    assert round_half_away(float(value), digits) == float(expected)
    assert round_half_away(value, digits) == expected


@given(st.integers(-(10**14), 10**14))
def test_whole_cents_survive(cents: int) -> None:
    assert to_cents(cents / 100) == cents
    assert to_cents(Decimal(cents) / 100) == cents


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_a_sum_of_money_is_the_sum_of_the_cents(cents: list[int]) -> None:
    assert sum_money(c / 100 for c in cents) == sum(cents) / 100


def test_sums_show_no_binary_noise() -> None:
    assert sum([0.1] * 10) != 1.0
    assert sum_money([0.1] * 10) == 1.0
    assert sum_money([0.1] * 3) == 0.3
    assert sum_money([1e12, 0.01, None, -1e12]) == 0.01


def test_money_has_two_decimals() -> None:
    assert round_money(26844.897959) == 26844.90
    assert round_money(0.005) == 0.01
    assert round_money(None) is None


@pytest.mark.parametrize("blank", [None, "", math.nan, Decimal("NaN"), pd.NA, pd.NaT])
def test_blanks(blank: object) -> None:
    assert is_blank(blank)
    assert number(blank) is None


@pytest.mark.parametrize("value", [0, 0.0, False, "0", " ", Decimal(0), pd.Timestamp("2026-01-01")])
def test_no_blanks(value: object) -> None:
    assert not is_blank(value)


def test_a_column_may_come_from_pandas() -> None:
    column = pd.Series([1, None, 2], dtype="Int64")
    assert numbers_of(column) == [1.0, None, 2.0]
    assert total(column) == 3.0
    assert total(pd.Series([0.5, math.nan])) == 0.5


def test_a_text_is_no_number_and_its_content_stays_private() -> None:
    with pytest.raises(TypeError, match="type str") as caught:
        number("Dr. Arnheim")
    assert "Arnheim" not in str(caught.value)


def test_infinity_has_no_cents() -> None:
    for function in (round_half_away, to_cents, lambda value: sum_money([value])):
        with pytest.raises(ValueError, match="infinite"):
            function(math.inf)
