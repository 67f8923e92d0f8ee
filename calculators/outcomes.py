"""The outcome of an offer: the keys of the quotation groups."""

from __future__ import annotations

from collections.abc import Iterable

from calculators.rounding import is_blank

DRAFT, OPEN, WON, LOST, WITHDRAWN = "entwurf", "offen", "gewonnen", "verloren", "storniert"
OUTCOMES = (DRAFT, OPEN, WON, LOST, WITHDRAWN)


def read_outcomes(outcomes: Iterable[str | None]) -> list[str | None]:
    """Read a column of outcomes.

    Args:
        outcomes: Group key per offer; a blank is a row without offer.

    Returns:
        The keys, None for a blank.

    Raises:
        ValueError: For an unknown outcome.
    """
    found = [None if is_blank(outcome) else outcome for outcome in outcomes]
    unknown = sorted({str(g) for g in found if g is not None and g not in OUTCOMES})
    if unknown:
        raise ValueError(f"unknown outcome {unknown[0]!r}; one of {', '.join(sorted(OUTCOMES))}")
    return found
