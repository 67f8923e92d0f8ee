"""Sales figures: hit rates, conversion, decision time, data quality, calibration, forecast error.

Columns are lists, tuples or pandas Series of equal length; a row is one offer, call or record.
Outcomes are the keys of the quotation groups: "entwurf", "offen", "gewonnen", "verloren",
"storniert". Rates are fractions (0.25 = 25 %), durations calendar days, amounts Euro net.
Merged figures come from the merged rows (sum of numerators over sum of denominators); a rate
of a team is never the mean of rates.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from calculators.accuracy import CalibrationClass, bias, brier, calibration, wape
from calculators.calendar import as_day
from calculators.outcomes import DRAFT, LOST, OPEN, OUTCOMES, WITHDRAWN, WON, read_outcomes
from calculators.ratios import mean, median, percentile, product, ratio, ratios, weighted_mean
from calculators.rounding import Cell, is_blank, number, numbers_of, total

__all__ = [
    "DRAFT", "LOST", "OPEN", "WITHDRAWN", "WON", "CalibrationClass", "CallPlan", "OfferShares",
    "appointment_rate", "attempts_per_appointment", "bias", "brier", "calibration", "call_plan",
    "completeness", "contact_rate", "conversations_per_hour", "count_outcomes", "decision_days",
    "decision_time", "duplicate_key", "duplicate_rate", "hit_rate_decided", "hit_rate_submitted",
    "hit_rate_value", "mean", "median", "offer_shares", "percentile", "ratio", "ratios", "reach_rate",
    "realisation", "sales_velocity", "submitted", "wape", "weighted_mean",
]  # fmt: skip

QUALITY_FIELDS = ("firma", "rechtsform", "strasse", "plz", "ort", "telefon", "email")
_IGNORED_IN_NAMES = str.maketrans("", "", " -.&")


class OfferShares(NamedTuple):
    """Shares of the submitted offers by outcome; they add up to 1."""

    won: float | None
    lost: float | None
    open: float | None
    withdrawn: float | None


class CallPlan(NamedTuple):
    """Work and yield of a telephone campaign; units: calls, talks, hours, days, appointments."""

    attempts: float | None
    talks: float | None
    hours: float | None
    days: float | None
    appointments: float | None


# -- offers ------------------------------------------------------------------------------------


def count_outcomes(outcomes: Iterable[str | None]) -> dict[str, int]:
    """Count offers by outcome.

    Args:
        outcomes: Group key per offer; a blank is a row without offer.

    Returns:
        Number per outcome, 0 for one that does not occur.

    Raises:
        ValueError: For an unknown outcome.
    """
    counts = dict.fromkeys(OUTCOMES, 0)
    for outcome in read_outcomes(outcomes):
        if outcome is not None:
            counts[outcome] += 1
    return counts


def submitted(outcomes: Iterable[str | None], offered_on: Iterable[object] | None = None) -> int:
    """Count the submitted offers: every one that is no draft and has an offer date.

    Args:
        outcomes: Group key per offer; a blank is a row without offer.
        offered_on: Offer date per offer; None as a whole means that all are dated.

    Returns:
        Number of offers.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: template 17 (abgegeben).
    """
    groups = read_outcomes(outcomes)
    dates: Sequence[object] = [True] * len(groups) if offered_on is None else list(offered_on)
    return sum(g not in (None, DRAFT) and not is_blank(d) for g, d in zip(groups, dates, strict=True))


def offer_shares(outcomes: Iterable[str | None], offered_on: Iterable[object] | None = None) -> OfferShares:
    """Divide the submitted offers into won, lost, open and withdrawn.

    Args:
        outcomes: Group key per offer; a blank is a row without offer.
        offered_on: Offer date per offer; None as a whole means that all are dated.

    Returns:
        Four fractions; a withdrawn offer without date was never submitted and is left out, so they
        add up to 1 when every won, lost and open offer is dated. All None without submitted offers.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: template 17.
    """
    groups = list(outcomes)
    dates: Sequence[object] = [True] * len(groups) if offered_on is None else list(offered_on)
    base, counts = submitted(groups, dates), count_outcomes(groups)
    withdrawn = sum(g == WITHDRAWN and not is_blank(d) for g, d in zip(groups, dates, strict=True))
    return OfferShares(*(ratio(n, base) for n in (counts[WON], counts[LOST], counts[OPEN], withdrawn)))


def hit_rate_submitted(outcomes: Iterable[str | None], offered_on: Iterable[object] | None = None) -> float | None:
    """Divide the won by the submitted offers (hit rate by count).

    Args:
        outcomes: Group key per offer; a blank is a row without offer.
        offered_on: Offer date per offer; None as a whole means that all are dated.

    Returns:
        Fraction, None without submitted offers; errors as in `offer_shares`. Source: template 27.
    """
    return offer_shares(outcomes, offered_on).won


def hit_rate_decided(outcomes: Iterable[str | None]) -> float | None:
    """Divide the won by the decided offers (won and lost; withdrawn ones are no decision).

    Args:
        outcomes: Group key per offer; a blank is a row without offer.

    Returns:
        Fraction, None without decided offers.

    Raises:
        ValueError: For an unknown outcome.

    Source: templates 17 and 27.
    """
    counts = count_outcomes(outcomes)
    return ratio(counts[WON], counts[WON] + counts[LOST])


def hit_rate_value(outcomes: Iterable[str | None], amounts: Iterable[Cell]) -> float | None:
    """Divide the offer value of the won by that of the decided offers.

    Args:
        outcomes: Group key per offer; a blank is a row without offer.
        amounts: Offer value per offer in Euro; a blank counts 0.

    Returns:
        Fraction, None if the decided offers have no value.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: templates 17 and 27.
    """
    rows = list(zip(read_outcomes(outcomes), amounts, strict=True))
    won = total(amount for outcome, amount in rows if outcome == WON)
    return ratio(won, total(amount for outcome, amount in rows if outcome in (WON, LOST)))


def realisation(outcomes: Iterable[str | None], amounts: Iterable[Cell], orders: Iterable[Cell]) -> float | None:
    """Divide the order value by the offer value of the won offers.

    Args:
        outcomes: Group key per offer; a blank is a row without offer.
        amounts: Offer value per offer in Euro; a blank counts 0.
        orders: Order value per offer in Euro; a blank counts 0.

    Returns:
        Fraction (above 1 if more was ordered than offered), None if nothing was won.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: template 17.
    """
    won = [(a, o) for g, a, o in zip(read_outcomes(outcomes), amounts, orders, strict=True) if g == WON]
    return ratio(total(o for _, o in won), total(a for a, _ in won))


def decision_days(offered_on: Iterable[date | None], decided_on: Iterable[date | None]) -> list[int | None]:
    """Count the calendar days from offer to decision.

    Args:
        offered_on: Offer date per offer.
        decided_on: Date of the customer's decision per offer.

    Returns:
        Days per offer, None where either date is blank. For mean and median see `mean`, `median`.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 17 (entscheidung_tage).
    """
    pairs = zip(map(as_day, offered_on), map(as_day, decided_on), strict=True)
    return [None if a is None or b is None else (b - a).days for a, b in pairs]


def decision_time(
    outcomes: Iterable[str | None], offered_on: Iterable[date | None], decided_on: Iterable[date | None]
) -> tuple[float | None, float | None]:
    """Compute mean and median of the days until the customer decided.

    Args:
        outcomes: Group key per offer; only won and lost ones count.
        offered_on: Offer date per offer.
        decided_on: Date of the decision per offer.

    Returns:
        Mean and median in calendar days over the offers with both dates, both None without any.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: template 17 (dauer_mittel).
    """
    rows = zip(read_outcomes(outcomes), decision_days(offered_on, decided_on), strict=True)
    days = [day for outcome, day in rows if outcome in (WON, LOST)]
    return mean(days), median(days)


def sales_velocity(open_offers: Cell, mean_order: Cell, success_rate: Cell, days: Cell) -> float | None:
    """Compute the revenue that the pipeline yields per day.

    Args:
        open_offers: Number of open offers.
        mean_order: Mean order value in Euro.
        success_rate: Fraction of decided offers that are won.
        days: Mean days until the decision.

    Returns:
        Euro per day, None if anything is blank or days is 0. Source: template 26.
    """
    factors = numbers_of((open_offers, mean_order, success_rate))
    known = [factor for factor in factors if factor is not None]
    return ratio(math.prod(known), days) if len(known) == 3 else None


# -- telephone ---------------------------------------------------------------------------------


def reach_rate(target_talks: Cell, attempts: Cell) -> float | None:
    """Divide the talks with the target person by the outgoing call attempts.

    Args:
        target_talks: Number of talks with the person wanted.
        attempts: Number of outgoing call attempts.

    Returns:
        Fraction, None by the rule of `ratio`. Source: template 08 (erreichbarkeit).
    """
    return ratio(target_talks, attempts)


def contact_rate(first_contacts: Cell, addresses: Cell) -> float | None:
    """Divide the addresses reached at least once by the addresses tried.

    Args:
        first_contacts: Number of addresses with a first talk with the target person.
        addresses: Number of addresses with a first attempt.

    Returns:
        Fraction, None by the rule of `ratio`. Source: template 08 (kontaktquote).
    """
    return ratio(first_contacts, addresses)


def appointment_rate(appointments: Cell, target_talks: Cell) -> float | None:
    """Divide the appointments by the talks with the target person.

    Args:
        appointments: Number of appointments made.
        target_talks: Number of talks with the person wanted.

    Returns:
        Fraction, None by the rule of `ratio`. Source: template 08 (terminquote).
    """
    return ratio(appointments, target_talks)


def attempts_per_appointment(attempts: Cell, appointments: Cell) -> float | None:
    """Divide the outgoing call attempts by the appointments.

    Args:
        attempts: Number of outgoing call attempts.
        appointments: Number of appointments made.

    Returns:
        Attempts per appointment, None by the rule of `ratio`. Source: template 08.
    """
    return ratio(attempts, appointments)


def conversations_per_hour(conversations: Cell, minutes: Cell) -> float | None:
    """Divide the conversations by the hours spent on the telephone.

    Args:
        conversations: Number of talks with anybody.
        minutes: Recorded minutes.

    Returns:
        Talks per hour, None by the rule of `ratio`. Source: template 08 (gespraeche_je_h).
    """
    duration = number(minutes)
    return None if duration is None else ratio(conversations, duration / 60)


def call_plan(
    addresses: Cell,
    reach: Cell,
    *,
    attempts_per_address: Cell,
    attempt_minutes: Cell,
    talk_minutes: Cell,
    appointment_share: Cell,
    callers: Cell,
    hours_per_day: Cell,
) -> CallPlan:
    """Estimate calls, hours, working days and appointments of a campaign.

    Args:
        addresses: Number of addresses.
        reach: Fraction of addresses that end in a talk.
        attempts_per_address: Call attempts per address.
        attempt_minutes: Minutes per attempt.
        talk_minutes: Minutes per talk.
        appointment_share: Fraction of talks that end in an appointment.
        callers: Number of people calling.
        hours_per_day: Calling hours per person and day.

    Returns:
        The plan; a product with a blank factor is None, days also if nobody calls. Source: template 07 (Mengengerüst).
    """
    attempts, talks = product(addresses, attempts_per_address), product(addresses, reach)
    dialling, talking = product(attempts, attempt_minutes), product(talks, talk_minutes)
    hours = None if dialling is None or talking is None else (dialling + talking) / 60
    days = ratio(hours, product(callers, hours_per_day))
    return CallPlan(attempts, talks, hours, days, product(talks, appointment_share))


# -- data quality ------------------------------------------------------------------------------


def completeness(row: Mapping[str, object], fields: Sequence[str] = QUALITY_FIELDS) -> float | None:
    """Compute the filled share of the fields that make an address usable.

    Args:
        row: One record by field key; a missing key is a blank.
        fields: Keys that count.

    Returns:
        Fraction from 0 to 1, None without fields. The ratio of a list is the `mean` over its rows.

    Source: template 01 (vollstaendig: 7 fields).
    """
    return ratio(sum(not is_blank(row.get(key)) for key in fields), len(fields))


def duplicate_key(company: str | None, postcode: str | None) -> str | None:
    """Build the key under which two spellings of one company collide.

    Capital letters, without space, hyphen, full stop and ampersand; the legal form is left out
    on purpose. The letter ß stays as it is, as in Excel's UPPER.

    Args:
        company: Company name without legal form.
        postcode: Postal code as text.

    Returns:
        "NAME|PLZ", None if both are blank. Source: template 01 (dubl_schluessel).
    """
    name = "" if company is None or is_blank(company) else company
    code = "" if postcode is None or is_blank(postcode) else postcode
    capitals = "".join(letter if letter == "ß" else letter.upper() for letter in name)
    return f"{capitals.translate(_IGNORED_IN_NAMES)}|{code}" if name or code else None


def duplicate_rate(keys: Iterable[str | None]) -> float | None:
    """Compute the share of records whose key occurs more than once.

    Args:
        keys: Key per record, see `duplicate_key`; a blank is no record.

    Returns:
        Fraction, None without records. Source: template 01 (dublettenquote).
    """
    counts = Counter(key for key in keys if not is_blank(key))
    return ratio(sum(n for n in counts.values() if n > 1), counts.total())
