"""Worked examples of published methods: the figures are the sources', the steps are ours."""

from __future__ import annotations

import pytest

from calculators import clv, kpi, segments


@pytest.mark.parametrize(
    ("retention", "discount", "multiple"),
    [
        # Gupta/Lehmann, Customers as Assets, Journal of Interactive Marketing 17(1), 2003, margin
        # multiple r / (1 + i - r): retention 60 to 90 %, discount rate 10 to 16 %.
        (0.60, 0.10, 1.20), (0.60, 0.12, 1.15), (0.60, 0.14, 1.11), (0.60, 0.16, 1.07),
        (0.70, 0.10, 1.75), (0.70, 0.12, 1.67), (0.70, 0.14, 1.59), (0.70, 0.16, 1.52),
        (0.80, 0.10, 2.67), (0.80, 0.12, 2.50), (0.80, 0.14, 2.35), (0.80, 0.16, 2.22),
        (0.90, 0.10, 4.50), (0.90, 0.12, 4.09), (0.90, 0.14, 3.75), (0.90, 0.16, 3.46),
    ],
)  # fmt: skip
def test_margin_multiples_of_gupta_and_lehmann(retention: float, discount: float, multiple: float) -> None:
    assert clv.clv_infinite(1, retention, discount) == pytest.approx(multiple, abs=0.005)
    assert clv.clv(1, retention, discount, 400) == pytest.approx(multiple, abs=0.005)


def test_abc_by_the_pareto_rule() -> None:
    # Pareto (80/20) as in Dickie, ABC inventory analysis shoots for dollars, 1951: a fifth of the items, 80 %.
    rows = segments.abc([400, 400, 50, 50, 25, 25, 20, 15, 10, 5], (0.8, 0.95))
    assert [row.group for row in rows] == ["A", "A", "B", "B", "B", "B", "C", "C", "C", "C"]
    assert rows[1].cumulated == 0.8


def test_hit_rate_is_orders_over_quotations() -> None:
    assert kpi.hit_rate_submitted(["gewonnen"] * 25 + ["verloren"] * 50 + ["offen"] * 25) == 0.25
    assert kpi.hit_rate_decided(["gewonnen"] * 25 + ["verloren"] * 50 + ["offen"] * 25) == pytest.approx(1 / 3)
