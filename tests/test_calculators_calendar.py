"""Working days, months, Gantt dates (golden 07), holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators.calendar import (
    add_workdays,
    german_holidays,
    is_workday,
    months_ahead,
    months_between,
    workdays_between,
    workdays_in,
)
from calculators.gantt import Task, overall_progress, schedule

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_networkdays_of_microsofts_example() -> None:
    """NETWORKDAYS 2012-10-01 to 2013-03-01: 110; with one holiday 109, with three 107 (Microsoft)."""
    start, end = date(2012, 10, 1), date(2013, 3, 1)
    free = [date(2012, 11, 22), date(2012, 12, 4), date(2013, 1, 21)]
    assert workdays_in(start, end) == 110
    assert workdays_in(start, end, free[:1]) == 109
    assert workdays_in(start, end, free) == 107
    assert workdays_in(end, start, free) == -107


def test_workday_of_microsofts_example() -> None:
    """WORKDAY 2008-10-01 + 151: 2009-04-30; with three holidays 2009-05-05 (Microsoft)."""
    free = [date(2008, 11, 26), date(2008, 12, 4), date(2009, 1, 21)]
    assert add_workdays(date(2008, 10, 1), 151) == date(2009, 4, 30)
    assert add_workdays(date(2008, 10, 1), 151, free) == date(2009, 5, 5)


def test_working_days_between() -> None:
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert workdays_between(friday, friday) == 0
    assert workdays_between(friday, monday) == 1
    assert workdays_between(friday, monday, {monday}) == 0
    assert workdays_between(date(2026, 3, 7), date(2026, 3, 7)) == -1
    assert workdays_between(None, monday) is None
    column = pd.Series([friday, None], dtype="datetime64[ns]")
    assert [workdays_between(day, monday, {pd.Timestamp(monday)}) for day in column] == [0, None]


@given(DAYS, st.integers(0, 400), st.sets(DAYS, max_size=30))
def test_counting_agrees_with_the_calendar_on_the_wall(start: date, length: int, free: set[date]) -> None:
    days = [start + timedelta(days=n) for n in range(length + 1)]
    assert workdays_in(start, days[-1], free) == sum(d.weekday() not in (5, 6) and d not in free for d in days)


@given(DAYS, st.integers(-200, 200), st.sets(DAYS, max_size=30))
def test_adding_and_counting_are_inverse(start: date, days: int, free: set[date]) -> None:
    end = add_workdays(start, days, free)
    assert end is not None
    if days:
        assert is_workday(end, free)
        extra = (1 if days > 0 else -1) if is_workday(start, free) else 0
        assert workdays_in(start, end, free) == days + extra


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2011, 1, 15), 1, date(2011, 2, 15)),  # Microsoft's reference of EDATE
        (date(2011, 1, 15), -1, date(2010, 12, 15)),
        (date(2011, 1, 15), 2, date(2011, 3, 15)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
    ],
)
def test_months_ahead(start: date, months: int, expected: date) -> None:
    assert months_ahead(start, months) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2023, 6, 22), date(2026, 3, 31), 33),
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2025, 12, 15), date(2026, 1, 14), 0),
        (date(2025, 12, 15), date(2026, 1, 15), 1),
        (date(2026, 3, 15), date(2026, 2, 10), -2),
    ],
)
def test_months_between(start: date, end: date, expected: int) -> None:
    assert months_between(start, end) == expected


@given(st.dates(date(2000, 1, 1), date(2060, 12, 28)).filter(lambda d: d.day <= 28), st.integers(-500, 500))
def test_months_ahead_and_between_are_inverse(start: date, months: int) -> None:
    assert months_between(start, months_ahead(start, months)) == months


def test_months_of_blanks_and_beyond_the_calendar() -> None:
    assert months_ahead(None, 1) is None
    assert months_between(date(2026, 1, 1), None) is None
    with pytest.raises(ValueError, match="outside the calendar"):
        months_ahead(date(9999, 12, 1), 1)


def test_golden_07() -> None:
    """Task 1 Mon 02. to Tue 03.03., task 2 Wed 04. to Tue 10.03.; on Fri 06.03. three of its five days are over."""
    tasks = [
        Task(1, 2, start_plan=date(2026, 3, 2), progress=1),
        Task(2, 5, predecessor=1, progress=0.6),
        Task(10, 0, predecessor=2, progress=0),
    ]
    first, second, milestone = schedule(tasks, date(2026, 3, 6))
    assert first == (1, date(2026, 3, 2), date(2026, 3, 3), 1.0, "erledigt", 0)
    assert second[:3] == (2, date(2026, 3, 4), date(2026, 3, 10))
    assert second.target == pytest.approx(0.6)
    assert (second.status, second.delay) == ("laeuft", 0)
    assert milestone == (10, date(2026, 3, 11), date(2026, 3, 11), 0.0, "geplant", 0)
    assert schedule(tasks, date(2026, 3, 9))[1].status == "im_verzug"
    assert schedule(tasks, date(2026, 3, 12))[1][3:] == (1.0, "im_verzug", 2)


def test_a_task_starts_on_a_working_day() -> None:
    """Good Friday 03.04. and Easter Monday 06.04.2026 push a start of Thursday's successor to Tuesday 07.04."""
    free = {date(2026, 4, 3), date(2026, 4, 6)}
    tasks = [
        Task(1, 1, start_plan=date(2026, 4, 2)),
        Task(2, 1, predecessor=1),
        Task(3, 1, start_plan=date(2026, 4, 20), predecessor=2),
    ]
    starts = [row.start for row in schedule(tasks, date(2026, 4, 1), free)]
    assert starts == [date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 20)]


def test_finished_late_and_blank_progress() -> None:
    start = date(2026, 3, 2)
    late = Task(1, 2, start_plan=start, progress=1, actual_end=date(2026, 3, 6))
    early = Task(2, 2, start_plan=start, progress=1, actual_end=start)
    unknown = Task(3, 2, start_plan=start)
    undated = Task(4, 2)
    rows = schedule([late, early, unknown, undated], date(2026, 3, 20))
    assert [row.delay for row in rows] == [3, 0, None, None]
    assert [row.status for row in rows] == ["erledigt", "erledigt", None, None]
    assert rows[3].start is None


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([Task(1, 1), Task(1, 1)], "task 1 occurs twice"),
        ([Task(1, 1, predecessor=2), Task(2, 1)], "predecessor 2 of task 1"),
        ([Task(1, -1)], "negative duration"),
    ],
)
def test_plans_that_make_no_sense(tasks: list[Task], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        schedule(tasks, date(2026, 1, 1))


def test_overall_progress_weighs_by_days() -> None:
    assert overall_progress([1, 0.5, None], [2, 4, 2]) == 0.5  # 2 + 2 of 8 days
    assert overall_progress([1], [0]) is None


def test_holidays_of_baden_wuerttemberg_2026() -> None:
    """Easter Sunday 2026 is 5 April: Good Friday −2, Monday +1, Ascension +39, Whit Monday +50, Corpus Christi +60."""
    fixed = [(1, 1), (1, 6), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)]
    easter = date(2026, 4, 5)
    expected = [date(2026, m, d) for m, d in fixed] + [easter + timedelta(days=n) for n in (-2, 1, 39, 50, 60)]
    assert [day for day, _ in german_holidays("BW", [2026])] == sorted(expected)


def test_holidays_differ_by_state_and_language() -> None:
    assert date(2026, 11, 18) in dict(german_holidays("SN", [2026]))  # Buß- und Bettag
    assert date(2026, 3, 8) in dict(german_holidays("BE", [2026]))
    assert dict(german_holidays("HH", [2026]))[date(2026, 10, 3)] == "Tag der Deutschen Einheit"
    assert dict(german_holidays("HH", [2026], "en"))[date(2026, 10, 3)] == "German Unity Day"
    assert date(2026, 8, 15) not in dict(german_holidays("BY", [2026]))
    assert date(2026, 8, 15) in dict(german_holidays("BY", [2026], catholic=True))
    assert len(german_holidays(None, [2025, 2026])) == 18
    assert german_holidays("BY", []) == []
    with pytest.raises(ValueError, match="unknown state 'XX'"):
        german_holidays("XX", [2026])
