"""The schedule of a Gantt chart: dates, target progress and delay of tasks.

Dates are `datetime.date`, a blank date gives a blank result; working days as in `calculators.calendar`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from calculators.calendar import add_workdays, as_day, free_days, latest, overdue_days, workdays_in
from calculators.rounding import Cell, is_blank, number

_DAY = timedelta(days=1)
_NONE: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Task:
    """One task: duration in working days (0 = milestone), progress as fraction."""

    nr: int
    days: int | None
    start_plan: date | None = None
    predecessor: int | None = None
    progress: Cell = None
    actual_end: date | None = None


class Scheduled(NamedTuple):
    """Dates of a task, target progress as fraction, status key, delay in calendar days."""

    nr: int
    start: date | None
    end: date | None
    target: float | None
    status: str | None
    delay: int | None


def schedule(tasks: Iterable[Task], today: date, holidays: Collection[date] = _NONE) -> list[Scheduled]:
    """Date the tasks of a plan, each after its predecessor, and judge their progress.

    A task starts on the first working day from the later of its planned start and the day after
    its predecessor's end, and ends after its working days. A milestone ends on its start.

    Args:
        tasks: In order; a predecessor stands above its successor.
        today: The Stichtag.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        One row per task. A task without start and (dated) predecessor has no dates, one without
        duration no end. Target: working days passed over working days planned, 0 before the
        start, 1 from the end on. Status: "erledigt", "im_verzug", "laeuft" or "geplant". Delay:
        calendar days from planned to actual end, or to the Stichtag if unfinished. A blank
        progress leaves the status blank, and the delay too unless the actual end is known.

    Raises:
        ValueError: For a number used twice, an unknown predecessor or one below, or a negative
            duration.

    Source: template 07.
    """
    free = free_days(holidays)
    done: dict[int, Scheduled] = {}
    for task in tasks:
        if task.nr in done:
            raise ValueError(f"task {task.nr} occurs twice")
        if task.predecessor is not None and task.predecessor not in done:
            raise ValueError(f"predecessor {task.predecessor} of task {task.nr} does not stand above it")
        if task.days is not None and task.days < 0:
            raise ValueError(f"task {task.nr} has a negative duration")
        before = None if task.predecessor is None else done[task.predecessor].end
        done[task.nr] = _scheduled(task, before, today, free)
    return list(done.values())


def _scheduled(task: Task, predecessor_end: date | None, today: date, free: frozenset[date]) -> Scheduled:
    candidates = [] if predecessor_end is None else [predecessor_end + _DAY]
    planned = as_day(task.start_plan)
    candidates += [] if planned is None else [planned]
    if not candidates or (task.predecessor is not None and predecessor_end is None):
        return Scheduled(task.nr, None, None, None, None, None)
    start = add_workdays(max(candidates) - _DAY, 1, free)
    end = None if task.days is None else add_workdays(start, max(task.days - 1, 0), free)
    if start is None or end is None:
        return Scheduled(task.nr, start, None, None, None, None)
    target = _target(start, end, today, free)
    progress = number(task.progress)
    return Scheduled(task.nr, start, end, target, _status(progress, target), _delay(task, end, today, progress))


def _target(start: date, end: date, today: date, free: frozenset[date]) -> float:
    if today < start:
        return 0.0
    passed, planned = workdays_in(start, today, free), workdays_in(start, end, free)
    return 1.0 if today >= end or not passed or not planned else passed / planned


def _status(progress: float | None, target: float) -> str | None:
    if progress is None:
        return None
    if progress == 1:
        return "erledigt"
    return "im_verzug" if progress < target else "laeuft" if progress > 0 else "geplant"


def _delay(task: Task, end: date, today: date, progress: float | None) -> int | None:
    finished = as_day(task.actual_end)
    if finished is not None:
        return max(0, (finished - end).days)
    if progress is None:
        return None
    return (today - end).days if progress < 1 and end < today else 0


class Planned(NamedTuple):
    """Dates of a task and the end of its predecessor."""

    start: date | None
    end: date | None
    before: date | None


def task_dates(
    numbers: Sequence[object],
    days: Sequence[Cell],
    planned: Sequence[date | None],
    predecessors: Sequence[object],
    holidays: Collection[date] = _NONE,
) -> list[Planned]:
    """Date the tasks of a plan that may be half filled in; see `schedule` for one that is complete.

    Args:
        numbers: Number per task.
        days: Working days per task; 0 is a milestone.
        planned: Earliest start per task.
        predecessors: Number of the task before; one that does not stand above counts as none.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        One row per task: the first working day from the later of planned start and day after the
        predecessor, the end, and the predecessor's end; None where nothing is known.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 07 (start, ende).
    """
    free = free_days(holidays)
    rows: list[Planned] = []
    for number_, length, day, wanted in zip(numbers, days, planned, predecessors, strict=True):
        above = zip(numbers, rows, strict=False)
        before = None if is_blank(wanted) else next((r.end for n, r in above if n == wanted), None)
        earliest = latest(day, None if before is None else before + _DAY)
        start = None if earliest is None or is_blank(number_) else add_workdays(earliest - _DAY, 1, free)
        span = number(length)
        end = None if start is None or span is None else add_workdays(start, max(span - 1, 0), free)
        rows.append(Planned(start, end, before))
    return rows


def target_progress(
    start: date | None, end: date | None, today: date | None, holidays: Collection[date] = _NONE
) -> float | None:
    """Compute how far a task should be: working days passed over working days planned.

    Args:
        start: First day, a working day.
        end: Last day.
        today: The Stichtag.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        Fraction: 0 before the start, 1 from the end on; None for a blank date. Source: template 07 (soll).
    """
    first, last, now = as_day(start), as_day(end), as_day(today)
    return None if first is None or last is None or now is None else _target(first, last, now, free_days(holidays))


def task_delay(end: date | None, actual_end: date | None, progress: Cell, today: date | None) -> int | None:
    """Count the calendar days by which a task is late.

    Args:
        end: Planned end.
        actual_end: Day on which it was finished, if it was.
        progress: Fraction; a blank counts 0.
        today: The Stichtag.

    Returns:
        Days from the planned to the actual end, or to the Stichtag while unfinished; never below 0; None for a
        blank end. Source: template 07 (verzug_tage).
    """
    if as_day(actual_end) is None and (number(progress) or 0.0) >= 1:
        return None if as_day(end) is None else 0
    return overdue_days(end, today if as_day(actual_end) is None else actual_end)


def overall_progress(progress: Sequence[Cell], days: Sequence[Cell]) -> float | None:
    """Weigh the progress of tasks by their duration.

    Args:
        progress: Fraction per task.
        days: Working days per task; a blank counts 0.

    Returns:
        Σ progress × days / Σ days, None if nothing lasts a day. A blank progress adds 0 above,
        but its days count below.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 07 (gesamtfortschritt).
    """
    rows = [(number(p) or 0.0, number(d) or 0.0) for p, d in zip(progress, days, strict=True)]
    whole = sum(d for _, d in rows)
    return sum(p * d for p, d in rows) / whole if whole else None
