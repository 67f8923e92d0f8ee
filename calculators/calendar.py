"""Working days, whole months, times of day, and German public holidays.

Saturday and Sunday are free, and every date of the holiday set. Dates are `datetime.date` (or pandas Timestamps);
a blank date (None, NaT) gives a blank result.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import date, time, timedelta
from typing import Literal

from calculators.rounding import Cell, is_blank, number, round_half_away

_DAY = timedelta(days=1)
_NONE: frozenset[date] = frozenset()
STATES = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")


def as_day(value: date | None) -> date | None:
    """Read a cell value as a plain date.

    Args:
        value: date, datetime, pandas Timestamp (the time of day is dropped) or a blank.

    Returns:
        The date, None for a blank.
    """
    return None if value is None or is_blank(value) else date(value.year, value.month, value.day)


def free_days(holidays: Iterable[date | None]) -> frozenset[date]:
    """Collect the days of a column of holidays.

    Args:
        holidays: Dates and blanks.

    Returns:
        The dates, each once.
    """
    days = (as_day(day) for day in holidays)
    return frozenset(day for day in days if day is not None)


# -- working days ------------------------------------------------------------------------------


def is_workday(day: date, holidays: Collection[date] = _NONE) -> bool:
    """Tell whether people work on a day.

    Args:
        day: A date.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        True from Monday to Friday, unless a holiday.
    """
    return _works(day, free_days(holidays))


def _works(day: date, free: frozenset[date]) -> bool:
    return day.weekday() < 5 and day not in free


def workdays_in(start: date | None, end: date | None, holidays: Collection[date] = _NONE) -> int | None:
    """Count the working days from start to end, both included.

    Args:
        start: First day.
        end: Last day; before the start the count is negative.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        Number of working days, None for a blank date. Source: Excel's NETWORKDAYS.
    """
    first, last = as_day(start), as_day(end)
    if first is None or last is None:
        return None
    sign, low, high = (1, first, last) if first <= last else (-1, last, first)
    weeks, rest = divmod((high - low).days + 1, 7)
    odd = sum((low + n * _DAY).weekday() < 5 for n in range(rest))
    free = sum(low <= day <= high and day.weekday() < 5 for day in free_days(holidays))
    return sign * (weeks * 5 + odd - free)


def workdays_between(start: date | None, end: date | None, holidays: Collection[date] = _NONE) -> int | None:
    """Count the working days that pass from one day to another (same day 0, next working day 1).

    Args:
        start: Day of the event, normally a working day.
        end: Day of the reaction.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        `workdays_in` − 1, None for a blank date; −1 if both fall on one free day.

    Source: house function WORKDAYS_BETWEEN.
    """
    count = workdays_in(start, end, holidays)
    return None if count is None else count - 1


def add_workdays(start: date | None, days: Cell, holidays: Collection[date] = _NONE) -> date | None:
    """Go a number of working days forward or back.

    Args:
        start: A date; itself not counted.
        days: Number of working days, negative to go back; 0 returns the start, even a free one.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        The date reached, None for a blank start or number. Source: Excel's WORKDAY.

    Raises:
        OverflowError: Beyond the year 9999.
    """
    day, wanted = as_day(start), number(days)
    if day is None or wanted is None:
        return None
    free = free_days(holidays)
    step = _DAY if wanted >= 0 else -_DAY
    for _ in range(abs(int(wanted))):
        day += step
        while not _works(day, free):
            day += step
    return day


def days_between(start: date | None, end: date | None) -> int | None:
    """Count the calendar days from one day to another.

    Args:
        start: A date.
        end: A date; before the start the count is negative.

    Returns:
        Number of days, None for a blank date.
    """
    first, last = as_day(start), as_day(end)
    return None if first is None or last is None else (last - first).days


def days_ahead(start: date | None, days: Cell) -> date | None:
    """Go a number of calendar days forward or back.

    Args:
        start: A date.
        days: Number of days, negative to go back.

    Returns:
        The date, None for a blank start or number.

    Raises:
        OverflowError: Beyond the year 9999.
    """
    first, step = as_day(start), number(days)
    return None if first is None or step is None else first + timedelta(days=step)


def workdays_left(today: date | None, end: date | None, holidays: Collection[date] = _NONE) -> int | None:
    """Count the working days that are left until an end, today included.

    Args:
        today: The Stichtag.
        end: Last day.
        holidays: Free days besides Saturday and Sunday.

    Returns:
        Number of working days, 0 after the end, None for a blank date. Source: template 07 (rest_at).
    """
    count = workdays_in(today, end, holidays)
    return None if count is None else max(0, count)


def day(year: int, month: int, of_month: int) -> date:
    """Name a date, for limits that stand for "no limit".

    Args:
        year: Year.
        month: 1 to 12.
        of_month: Day of the month.

    Returns:
        The date.

    Raises:
        ValueError: For a date that does not exist.
    """
    return date(year, month, of_month)


def within(when: date | None, first: date | None = None, last: date | None = None) -> bool:
    """Tell whether a date lies in a period, its ends included.

    Args:
        when: A date; a blank one lies in no period that has a limit.
        first: First day; blank for no limit.
        last: Last day; blank for no limit.

    Returns:
        Whether it does.
    """
    found, start, end = as_day(when), as_day(first), as_day(last)
    if found is None:
        return start is None and end is None
    return (start is None or start <= found) and (end is None or found <= end)


# -- months ------------------------------------------------------------------------------------


def months_between(start: date | None, end: date | None) -> int | None:
    """Count the whole months from start to end.

    Args:
        start: A date.
        end: A date; before the start the count is negative.

    Returns:
        Months completed, a month being complete on the same day number (31.01. to 28.02. is 0);
        None for a blank date. Source: Excel's DATEDIF with "m".
    """
    first, last = as_day(start), as_day(end)
    if first is None or last is None:
        return None
    started = (last.year - first.year) * 12 + last.month - first.month
    return started if last.day >= first.day else started - 1


def months_ahead(start: date | None, months: Cell) -> date | None:
    """Go a number of months forward or back, to the last day of a shorter month.

    Args:
        start: A date.
        months: Number of months, negative to go back.

    Returns:
        The date, None for a blank start or number. Source: Excel's EDATE (31.01. + 1 month = 28./29.02.).

    Raises:
        ValueError: Outside the years 1 to 9999.
    """
    day, wanted = as_day(start), number(months)
    if day is None or wanted is None:
        return None
    years, month = divmod(day.month - 1 + int(wanted), 12)
    year = day.year + years
    if not 1 <= year <= 9999:
        raise ValueError("outside the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(when: date | None, months: Cell = 0) -> date | None:
    """Find the first day of a month.

    Args:
        when: Any day of the month.
        months: Months to go forward, or back when negative.

    Returns:
        The first day, None for a blank date.
    """
    found = as_day(when)
    return None if found is None else months_ahead(found.replace(day=1), months)


def quarter_start(when: date | None) -> date | None:
    """Find the first day of a quarter.

    Args:
        when: Any day of the quarter.

    Returns:
        First of January, April, July or October; None for a blank date.
    """
    found = as_day(when)
    return None if found is None else date(found.year, (1, 4, 7, 10)[(found.month - 1) // 3], 1)


def year_start(when: date | None, years: int = 0) -> date | None:
    """Find the first day of a year.

    Args:
        when: Any day of the year.
        years: Years to go forward.

    Returns:
        First of January, None for a blank date.
    """
    found = as_day(when)
    return None if found is None else date(found.year + years, 1, 1)


def year_of(when: date | None) -> int | None:
    """Name the year of a date.

    Args:
        when: A date.

    Returns:
        The year, None for a blank date.
    """
    found = as_day(when)
    return None if found is None else found.year


def year_text(when: date | None) -> str | None:
    """Name the year of a date as text, for headings.

    Args:
        when: A date.

    Returns:
        Four digits, None for a blank date.
    """
    found = as_day(when)
    return None if found is None else f"{found.year:04}"


def weekday(when: date | None) -> int | None:
    """Number the day of the week.

    Args:
        when: A date.

    Returns:
        1 for Monday to 7 for Sunday, None for a blank date. Source: ISO 8601.
    """
    found = as_day(when)
    return None if found is None else found.isoweekday()


def latest(*days: date | None) -> date | None:
    """Find the latest of some dates.

    Args:
        days: Dates and blanks.

    Returns:
        The latest one, None if all are blank.
    """
    return max((day for day in map(as_day, days) if day is not None), default=None)


def week_start(when: date | None) -> date | None:
    """Find the Monday of a week.

    Args:
        when: Any day of the week.

    Returns:
        The Monday, None for a blank date. Source: ISO 8601.
    """
    found = as_day(when)
    return None if found is None else found - found.weekday() * _DAY


def overdue_days(due: date | None, today: date | None) -> int | None:
    """Count the calendar days by which something is late.

    Args:
        due: Day on which it is due.
        today: The Stichtag, or the day on which it was done.

    Returns:
        Number of days, 0 until the day itself; None for a blank date. Source: template 30 (verzug).
    """
    late = days_between(due, today)
    return None if late is None else max(0, late)


def deletion_date(
    contacts: Iterable[date | None], months: Cell, last_order: date | None = None, years: Cell = None
) -> date | None:
    """Find the day from which personal data are to be deleted.

    Args:
        contacts: Days of contact or collection; the latest counts.
        months: Months kept after it.
        last_order: Day of the last order, if there is one.
        years: Full calendar years kept after the year of the last order.

    Returns:
        The later of both ends; None without any contact or if a period is blank. Source: template 05 (loeschen_ab).
    """
    contact, kept = latest(*contacts), number(years)
    if contact is None or number(months) is None or kept is None:
        return None
    return latest(months_ahead(contact, months), year_start(last_order, int(kept) + 1))


# -- times of day ------------------------------------------------------------------------------


def _seconds(when: time | float | None) -> int | None:
    if when is None or is_blank(when):
        return None
    return (when.hour * 60 + when.minute) * 60 + when.second if isinstance(when, time) else round(when * 86400)


def minutes_of(when: time | float | None) -> int | None:
    """Count the minutes since midnight.

    Args:
        when: A time of day, or the fraction of a day that a cell holds.

    Returns:
        0 to 1440, half a minute rounded up; None for a blank.
    """
    seconds = _seconds(when)
    return None if seconds is None else int(round_half_away(seconds / 60))


def minutes_between(start: time | float | None, end: time | float | None) -> int | None:
    """Count the minutes from one time of the day to another.

    Args:
        start: A time of day, or the fraction of a day that a cell holds.
        end: A time of day; before the start the count is negative.

    Returns:
        Number of minutes, half a minute rounded away from zero; None for a blank time.
    """
    first, last = _seconds(start), _seconds(end)
    return None if first is None or last is None else int(round_half_away((last - first) / 60))


def hour_of(when: time | float | None) -> int | None:
    """Name the hour of a time.

    Args:
        when: A time of day, or the fraction of a day that a cell holds.

    Returns:
        0 to 23, None for a blank.
    """
    seconds = _seconds(when)
    return None if seconds is None else seconds // 3600 % 24


# -- holidays ----------------------------------------------------------------------------------


def german_holidays(
    state: str | None, years: Iterable[int], lang: Literal["de", "en"] = "de", catholic: bool = False
) -> list[tuple[date, str]]:
    """List the public holidays of a German state.

    Args:
        state: Two letters such as "BY", see STATES; None for the nationwide holidays only.
        years: Calendar years.
        lang: Language of the names.
        catholic: Whether to add the holidays of Catholic communes (Assumption Day in Bavaria).

    Returns:
        Date and name, ascending; holidays on a weekend are listed as well.

    Raises:
        ValueError: For an unknown state.

    Source: the `holidays` package (state law).
    """
    if state is not None and state not in STATES:
        raise ValueError(f"unknown state {state!r}; one of {', '.join(STATES)}")
    import holidays

    wanted = sorted(set(years))
    if not wanted:
        return []
    found = holidays.country_holidays(
        "DE",
        subdiv=state,
        years=wanted,
        language={"de": "de", "en": "en_US"}[lang],
        categories=("public", "catholic") if catholic else ("public",),
    )
    return sorted(found.items())
