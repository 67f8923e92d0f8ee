"""Worked examples that others published: their numbers, our calculators.

Each docstring names the source; the figures were read there. Where our definition differs, the
test says how. No published example was found for seasonal indices by the mean of each full year.
"""

from __future__ import annotations

from datetime import date

import pytest

from calculators import accuracy, clv, contribution, costing, kpi, ratios, scoring, segments

WON, LOST = "gewonnen", "verloren"


def test_customer_value_year_by_year() -> None:
    """Profit of $1,000, then $1,500; 75 % stay; 10 %; acquisition $1,000: $909 and $930 after discounting.

    The first year is certain there: the second one counts 1,500 × 75 % = $1,125 before discounting.
    Source: Fripp, "The main CLV formula", marketingstudyguide.com/main-clv-formula.
    """
    first, second = clv.clv_series([1000, 1500], r=0.75, d=0.10, acquisition=1000, first_certain=True)
    assert round(first.present_value) == 909
    assert second.cash_flow * second.survival == 1125
    assert round(second.present_value) == 930
    assert round(first.cumulative) == 909 - 1000


def test_margin_multiple() -> None:
    """80 % stay, discount rate 10 %: the customer is worth 2.67 years of margin; $100 a year are worth $267.

    Source: Alhamed, "The CLV formula" (after Gupta, Lemmens and Reichheld), step 4,
    ealhamed.github.io/frameworks-library/ms/m02.html.
    """
    assert clv.clv_infinite(1, r=0.80, d=0.10) == pytest.approx(2.67, abs=0.005)


@pytest.mark.parametrize(("retention", "multiple"), [(0.0, 0.0), (1.0, 1 / 0.12)])
def test_ends_of_the_margin_multiple(retention: float, multiple: float) -> None:
    """Nobody stays: the factor is 0; everybody stays: margin ÷ discount rate, a perpetuity.

    Source: Farris, Bendle, Pfeifer, Reibstein, Marketing Metrics, chapter Customer Lifetime Value, as quoted
    in solutioninn.com/study-help/questions/the-ceo-asks-the-chief-marketing-officer-to-compute-customer-5536287.
    """
    assert clv.clv_infinite(1, r=retention, d=0.12) == pytest.approx(multiple)


ABC_ITEMS = [
    # item, usage in $, cumulated share in %, class
    (5, 36_385, 37.0, "A"), (15, 22_436, 59.9, "A"), (12, 12_516, 72.6, "A"), (1, 9_028, 81.8, "B"),
    (9, 3_374, 85.2, "B"), (8, 3_231, 88.5, "B"), (3, 2_024, 90.6, "B"), (11, 1_919, 92.5, "B"),
    (7, 1_881, 94.4, "B"), (16, 1_786, 96.3, "C"), (4, 1_408, 97.7, "C"), (6, 1_092, 98.8, "C"),
    (14, 484, 99.3, "C"), (13, 315, 99.6, "C"), (2, 252, 99.9, "C"), (10, 120, 100.0, "C"),
]  # fmt: skip


def test_abc_of_sixteen_items() -> None:
    """Usage of 16 items worth $98,251, limits 80 and 95 %.

    There an item belongs to the class in which its cumulated share ends; here (template 29) to the one in which
    it begins, so the two that cross a limit, 1 and 16, are one class higher.
    Source: "Perform an ABC analysis and identify A, B and C class items", homeworksource.com/p/1006462.
    """
    found = segments.abc([usage for _, usage, _, _ in ABC_ITEMS], (0.80, 0.95))
    assert sum(row.base for row in found) == pytest.approx(98_251, abs=5)  # rounded there to whole dollars
    assert [row.cumulated for row in found] == pytest.approx([share / 100 for *_, share, _ in ABC_ITEMS], abs=0.0006)
    crossing = {1: "A", 16: "B"}
    assert [row.group for row in found] == [crossing.get(item, group) for item, *_, group in ABC_ITEMS]


def test_abc_does_not_depend_on_the_order() -> None:
    """The same items as they stand in the source's question: by number."""
    by_number = sorted(ABC_ITEMS)
    found = segments.abc([usage for _, usage, _, _ in by_number])
    ranks = {item: place for place, (item, *_) in enumerate(ABC_ITEMS, start=1)}
    assert [row.rank for row in found] == [ranks[item] for item, *_ in by_number]


def test_contribution_of_one_product() -> None:
    """Price 85.00 €, variable cost 55.00 €, 100 pieces, fixed cost 2,500 €: 30.00 € a piece, 3,000 €, profit 500 €.

    Source: "Deckungsbeitragsrechnung", was-ist-bwl.de/kostenleistungsrechnung/teilkostenrechnung.
    """
    assert costing.cost_line(costing.OfferLine(quantity=1, list_price=85, unit_cost=55)).db1 == 30
    assert costing.cost_line(costing.OfferLine(quantity=100, list_price=85, unit_cost=55)).db1 == 3000
    ladder = contribution.ladder({"bruttoumsatz": 8500, "var_kosten": 5500, "auftragskosten": 2500}, 0.0)
    assert (ladder.db1, ladder.db2) == (3000, 500)


@pytest.mark.parametrize(
    ("listed", "discount", "net", "goods", "gross", "costs", "result"),
    [
        (450_000, 35_000, 415_000, 355_000, 60_000, (750, 5_900, 420), 52_930),
        (640_000, 45_000, 595_000, 440_000, 155_000, (1_000, 5_800, 670), 147_530),
        (150_000, 7_900, 142_100, 117_000, 25_100, (200, 2_200, 230), 22_470),
        (95_000, 490, 94_510, 84_000, 10_510, (110, 1_300, 130), 8_970),
    ],
    ids=["North America", "South America", "Green Energy", "Global Power"],
)
def test_customer_contribution_ladder(
    listed: int, discount: int, net: int, goods: int, gross: int, costs: tuple[int, int, int], result: int
) -> None:
    """List revenue less discounts, goods, order processing, sales visits and delivery, in thousands of dollars.

    Source: customer-level operating income of four customers, smartsolve.ai/question/requirement-1-calculate-
    customer-level-operating-income-begin-by-calculating-each-customers-gross-margin-then-cbcf546431.
    """
    orders, visits, delivery = costs
    row = {"bruttoumsatz": listed, "rabatte": discount, "var_kosten": goods, "auftragskosten": orders + delivery,
           "kosten_ad": visits}  # fmt: skip
    ladder = contribution.ladder(row, interest_rate=0.0)
    assert (ladder.nettoerloes, ladder.db1, ladder.db3) == (net, gross, result)


def test_customer_contribution_of_all() -> None:
    """The same four customers: $1,246,610 of net revenue leave $231,900 (source as above)."""
    rows = [
        {"bruttoumsatz": 450_000, "rabatte": 35_000, "var_kosten": 355_000, "kosten_id": 7_070},
        {"bruttoumsatz": 640_000, "rabatte": 45_000, "var_kosten": 440_000, "kosten_id": 7_470},
        {"bruttoumsatz": 150_000, "rabatte": 7_900, "var_kosten": 117_000, "kosten_id": 2_630},
        {"bruttoumsatz": 95_000, "rabatte": 490, "var_kosten": 84_000, "kosten_id": 1_540},
    ]
    total = contribution.ladder_total(rows, interest_rate=0.0)
    assert (total.nettoerloes, total.db3) == (1_246_610, 231_900)


def test_margins_of_three_products() -> None:
    """Sales 5,000, 6,000 and 25,000 with cost of 4,500, 4,800 and 15,000: 10, 20 and 40 % of sales.

    Source: 12-A2 Customer profitability, wizedu.com/questions/620165/12-a2-customer-profitability-the-following-table.
    """
    pairs = [(5_000, 4_500), (6_000, 4_800), (25_000, 15_000)]
    found = [contribution.ladder({"bruttoumsatz": sales, "var_kosten": cost}, 0.0).db1_q for sales, cost in pairs]
    assert found == pytest.approx([0.10, 0.20, 0.40])


def test_hit_rate_by_count_and_by_value() -> None:
    """7 of 22 proposals are 31.8 %; $12 million of $20 million are 60 %.

    Source: Spacey, "3 examples of a win rate", simplicable.com/new/win-rate.
    """
    assert kpi.hit_rate_decided([WON] * 7 + [LOST] * 15) == pytest.approx(0.318, abs=0.0005)
    assert kpi.hit_rate_value([WON, LOST], [12e6, 8e6]) == 0.6


@pytest.mark.parametrize(("won", "closed", "rate"), [(71, 162, 0.44), (72, 180, 0.40)])
def test_hit_rate_of_closed_proposals(won: int, closed: int, rate: float) -> None:
    """71 of 162 answers to requests are 44 %, 72 of 180 opportunities 40 %; only what was decided counts.

    Source: "How to calculate proposal win rate", visora.co/blogs/how-to-calculate-proposal-win-rate.
    """
    outcomes = [WON] * won + [LOST] * (closed - won) + ["offen", "entwurf", "storniert"]
    assert kpi.hit_rate_decided(outcomes) == pytest.approx(rate, abs=0.005)


@pytest.mark.parametrize(("days", "velocity"), [(78, 2_326), (65, 2_790)])
def test_sales_velocity(days: int, velocity: int) -> None:
    """18 opportunities of $42,000, 24 % won: $2,326 a day with 78 days to the decision, $2,790 with 65.

    Source: "Sales velocity", worked example (2,790 is cut there, not rounded),
    winsabove.pages.dev/glossary/sales-velocity.
    """
    assert kpi.sales_velocity(18, 42_000, 0.24, days) == pytest.approx(velocity, abs=1.5)


@pytest.mark.parametrize(
    ("chance", "outcome", "score"), [(0.0, WON, 1.0), (1.0, WON, 0.0), (0.27, WON, 0.5329), (0.97, LOST, 0.9409)]
)
def test_brier_score_of_one_forecast(chance: float, outcome: str, score: float) -> None:
    """Rain at 0, 100, 27 %, none at 97 %: 1, 0, 0.5329, 0.9409.

    Source: "What is a Brier score", examples 1 to 4, tutoraspire.com/brier-score.
    """
    assert accuracy.brier([chance], [outcome]) == pytest.approx(score)


def test_brier_score_of_a_set() -> None:
    """27, 67 and 90 % with rain, 83 % without: the mean of 0.5329, 0.1089, 0.01 and 0.6889.

    Source of the forecasts and outcomes: as above, example 5; the mean is worked here: 1.3407 ÷ 4.
    """
    assert accuracy.brier([0.27, 0.67, 0.83, 0.90], [WON, WON, LOST, WON]) == pytest.approx(1.3407 / 4)


def test_weighted_absolute_percentage_error() -> None:
    """Actual 100, 200, 150, forecast 90, 210, 140: 30 ÷ 450 = 6.67 %.

    Source: "What is the weighted average percent error?", askvity.info/forecasting-accuracy.
    """
    assert accuracy.wape([90, 210, 140], [100, 200, 150]) == pytest.approx(0.0667, abs=0.00005)


FREQUENCY = ((0, 1), (10, 2), (20, 3), (30, 4), (40, 5))
MONETARY = ((0, 1), (5_000, 2), (10_000, 3), (20_000, 4), (50_000, 5))
RECENCY_MONTHS = ((0, 5), (1, 4), (3, 3), (6, 2), (9, 1))


@pytest.mark.parametrize(
    ("last", "orders", "amount", "code"),
    [
        (date(2008, 5, 1), 12, 6_000, "422"),
        (date(2007, 11, 1), 35, 40_000, "244"),
        (date(2008, 7, 1), 1, 1_000, "511"),
        (date(2008, 3, 1), 40, 90_000, "355"),
        (date(2007, 5, 1), 5, 2_000, "111"),
        (date(2008, 7, 1), 20, 9_000, "532"),
    ],
    ids=["A", "C", "D", "F", "G", "H"],
)
def test_rfm_codes(last: date, orders: int, amount: int, code: str) -> None:
    """Six customers scored by bands: months since the last order, number of orders, dollars; today is 07/2008.

    Source: "RFM scoring, example 1", slideplayer.com/slide/2779490. Two of its customers are left out: B lies on
    a bound that two of its bands share, and the code of E does not follow from its bands.
    """
    months = (2008 - last.year) * 12 + 7 - last.month
    points = [
        scoring.band(months, RECENCY_MONTHS), scoring.band(orders, FREQUENCY), scoring.band(amount, MONETARY)
    ]  # fmt: skip
    assert "".join(f"{ratios.known_numbers([p])[0]:.0f}" for p in points) == code
