"""Scores: golden values of 02 and 03, samples of 21 and 33, utility analysis with knock-out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators import scoring as s

WEIGHTS_33 = [0.25, 0.10, 0.10, 0.05, 0.12, 0.08, 0.08, 0.06, 0.04, 0.04, 0.05, 0.03]


def test_golden_02() -> None:
    """Points of the lists: quartalsweise 6, entscheidet 10, ≤3 Monate 8; jährlich 4, empfiehlt 7, unklar 2."""
    first = s.lead_score(
        revenue=48e6, employees=410, purchasing=350_000, cycle_points=6, authority_points=10, need_points=8, fit=8
    )
    second = s.lead_score(
        revenue=9e6, employees=65, purchasing=60_000, cycle_points=4, authority_points=7, need_points=2, fit=5
    )
    assert (first.score, first.gaps, first.priority) == (8.10, 0, "A")
    assert (second.score, second.gaps, second.priority) == (4.25, 0, "B")


def test_missing_criteria_of_a_lead_give_no_points() -> None:
    """Only authority 10 × 15 % and need 10 × 20 %."""
    assert s.lead_score(authority_points=10, need_points=10) == (3.5, 5, "C")
    assert s.lead_score(fit=10, weights=s.LEAD_WEIGHTS | {"fit": 0.3}) == (None, 6, None)


def test_sample_33_has_the_value_that_35_shows() -> None:
    """6.51 and 3.85, shown as 6,5 and 3,9 in the samples of 35; monetary part 4.0 ÷ 50 % = 8."""
    nordblick = [8, 7, 9, 8, 6, 3, 6, 5, 5, 4, 7, 2]
    assert s.weighted_score(nordblick, WEIGHTS_33) == pytest.approx(6.51)
    assert s.weighted_score([2, 3, 3, 6, 7, 6, 8, 2, 3, 2, 1, 4], WEIGHTS_33) == pytest.approx(3.85)
    assert s.component_score(nordblick[:4], WEIGHTS_33[:4]) == pytest.approx(8)
    assert s.component_score([None, *nordblick[1:4]], WEIGHTS_33[:4]) is None


def test_weights_must_add_up() -> None:
    assert s.weights_ok([0.5, 0.50009])
    assert not s.weights_ok([0.5, 0.5002])
    assert not s.weights_ok([0.5, None])
    assert s.weighted_score([1, 1], [0.5, 0.4]) is None
    assert s.weighted_score([1, None], [0.5, 0.5]) is None
    assert s.weighted_score([1, None], [0.5, 0.5], missing_is_zero=True) == 0.5
    with pytest.raises(ValueError, match="zip"):
        s.weighted_score([1], [0.5, 0.5])


def test_seven_points_everywhere_are_an_a() -> None:
    score = s.weighted_score([7] * 12, WEIGHTS_33)
    assert score == 7
    assert s.priority(score) == "A"


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 100)), min_size=1, max_size=8))
def test_a_score_lies_between_its_points(rows: list[tuple[int, int]]) -> None:
    whole = sum(w for _, w in rows)
    score = s.weighted_score([p for p, _ in rows], [w / whole for _, w in rows])
    assert score is not None
    assert min(p for p, _ in rows) - 1e-9 <= score <= max(p for p, _ in rows) + 1e-9


@pytest.mark.parametrize(
    ("value", "points"), [(0, 2), (49, 2), (50, 4), (499, 8), (500, 10), (10**6, 10), (-1, None), (None, None)]
)
def test_bands_begin_at_their_bound(value: float | None, points: float | None) -> None:
    assert s.band(value, s.EMPLOYEE_BANDS) == points


def test_bands_must_ascend() -> None:
    with pytest.raises(ValueError, match="ascend"):
        s.band(1, [(5, 1), (0, 2)])


def test_lights_and_priorities() -> None:
    assert [s.priority(x) for x in (7, 6.99, 4, 3.99, None)] == ["A", "B", "B", "C", None]
    assert [s.traffic_light(x, 7, 4) for x in (7, 4, 3, None)] == ["gruen", "gelb", "rot", None]


def test_utility_analysis() -> None:
    """System 1: 0.5×8 + 0.3×6 + 0.2×5 = 6.8; 2: 7.9 but 3 < 5 in a must; 3: 6.8; 4: not all rated."""
    requirements = [
        s.Requirement("muss", 0.5, (8, 10, 8, 9)),
        s.Requirement("muss", 0.3, (6, 3, 6, None)),
        s.Requirement("soll", 0.2, (5, 10, 5, 1)),
    ]
    one, two, three, four = s.utility_analysis(requirements)
    assert tuple(one) == (6.8, False, 1, 1, 1)
    assert tuple(two) == (7.9, True, 1, 0.5, None)
    assert three.rank == 2
    assert tuple(four) == (None, False, 2 / 3, 0.5, None)
    assert s.utility_analysis([s.Requirement("muss", 0.9, (8,))])[0].utility is None
    assert not s.utility_analysis([s.Requirement("muss", 1, (5,))])[0].knocked_out  # exactly the minimum
    assert s.utility_analysis([]) == []
    with pytest.raises(ValueError, match="zip"):
        s.utility_analysis([s.Requirement("muss", 0.5, (8,)), s.Requirement("muss", 0.5, (8, 9))])


def test_raters_and_cost() -> None:
    assert s.consolidated_points([8, 3, None, 7]) == (7, 5)
    assert s.consolidated_points([]) == (None, None)
    assert s.total_cost_of_ownership(0, 9_600) == 48_000
    assert s.total_cost_of_ownership(12_000, None) == 12_000


def test_samples_21() -> None:
    """R-01: 9 + 3 = 12 and a basic requirement at 6 < 7: A. R-02: 7 + 0 = 7: C."""
    assert s.opportunity(9, 6) == 12
    assert s.opportunity(7, 8) == 7
    assert s.requirement_priority("basis", 9, 6) == "A"
    assert s.requirement_priority("leistung", 7, 8) == "C"
    assert s.requirement_priority("leistung", 9, 6) == "B"
    assert s.requirement_priority("leistung", 10, 5) == "A"
    assert s.opportunity(None, 5) is None
    assert s.fulfilment_degree([9, 7], [6, 8]) == pytest.approx(110 / 160)
    assert s.fulfilment_degree([], []) is None


@given(st.floats(1, 10), st.floats(0, 10))
def test_opportunity_lies_between_importance_and_its_double(importance: float, fulfilment: float) -> None:
    score = s.opportunity(importance, fulfilment)
    assert score is not None
    assert importance <= score <= 2 * importance


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        (["R", "C", "C", "A", None], (1, 1, "ok")),
        (["a", "", "i"], (1, 0, "r_fehlt")),
        (["A/R", "C"], (1, 1, "ok")),
        (["A", "A", "R"], (2, 1, "genau_ein_a")),
        ([], (0, 0, "genau_ein_a")),
    ],
)
def test_raci(letters: list[str | None], expected: tuple[int, int, str]) -> None:
    assert s.raci_check(letters) == expected


def test_golden_03() -> None:
    """5×1 + 4×0 + 3×2 = 11 over 2 × 12; beeinflusser is missing; the decider's relationship is only 1."""
    found = s.buying_center(
        [
            s.Member(frozenset({"initiator", "entscheider"}), 5, 1, 1),
            s.Member(frozenset({"einkaeufer"}), 4, 0, 2),
            s.Member(frozenset({"gutachter", "anwender"}), 3, 2, 2),
        ]
    )
    assert found.support == pytest.approx(11 / 24)
    assert found.coverage == 0.8
    assert found.missing_roles == ("beeinflusser",)
    assert not found.decider_contact
    assert found.influence_shares == pytest.approx([5 / 12, 4 / 12, 3 / 12])


def test_an_empty_buying_center() -> None:
    found = s.buying_center([])
    assert (found.support, found.coverage, found.decider_contact) == (None, 0, False)
    assert found.missing_roles == ("initiator", "einkaeufer", "beeinflusser", "gutachter", "entscheider")


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(-2, 2)), min_size=1))
def test_support_and_influence_keep_their_range(people: list[tuple[int, int]]) -> None:
    found = s.buying_center([s.Member(frozenset(), i, a) for i, a in people])
    assert found.support is not None
    assert -1 <= found.support <= 1
    assert sum(share or 0 for share in found.influence_shares) == pytest.approx(1)
