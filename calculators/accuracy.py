"""How good estimates were: calibration of probabilities, Brier score, error and bias of forecasts.

Columns are lists, tuples or pandas Series of equal length. Probabilities are fractions,
outcomes the group keys of `calculators.outcomes` ("gewonnen", "verloren" …).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from calculators.outcomes import LOST, WON, read_outcomes
from calculators.ratios import difference, known_pairs, mean, ratio
from calculators.rounding import Cell, numbers_of

PROBABILITY_CLASSES = (0.0, 0.2, 0.4, 0.6, 0.8)


class CalibrationClass(NamedTuple):
    """Estimated against observed success of one class of probabilities."""

    lower: float
    decided: int
    mean_probability: float | None
    hit_rate: float | None
    difference: float | None


def calibration(
    probabilities: Iterable[Cell], outcomes: Iterable[str | None], lowers: Sequence[float] = PROBABILITY_CLASSES
) -> list[CalibrationClass]:
    """Compare estimated probabilities with the observed hit rate, class by class.

    Args:
        probabilities: Fraction estimated when the offer was submitted; blank rows are left out.
        outcomes: Group key per offer; only won and lost ones count.
        lowers: Ascending lower bounds of the classes; a value on a bound belongs to the class above.

    Returns:
        One row per class; the difference is hit rate minus mean probability (negative: too
        optimistic). Rates of an empty class are None.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: template 27 (Kalibrierung); reliability table after Murphy/Winkler 1977.
    """
    decided = _decided(probabilities, outcomes)
    table = []
    for lower, upper in zip(lowers, [*lowers[1:], math.inf], strict=True):
        members = [(p, hit) for p, hit in decided if lower <= p < upper]
        expected, observed = mean(p for p, _ in members), mean(hit for _, hit in members)
        gap = None if expected is None or observed is None else observed - expected
        table.append(CalibrationClass(lower, len(members), expected, observed, gap))
    return table


def brier(probabilities: Iterable[Cell], outcomes: Iterable[str | None]) -> float | None:
    """Compute the mean squared error of probabilities (0 is perfect, 0.25 is a coin).

    Args:
        probabilities: Fraction estimated per offer; blank rows are left out.
        outcomes: Group key per offer; only won and lost ones count.

    Returns:
        Score from 0 to 1, None without decided offers that have a probability.

    Raises:
        ValueError: For an unknown outcome or columns of different lengths.

    Source: Brier 1950 (halved form for two outcomes), template 27.
    """
    return mean((p - hit) ** 2 for p, hit in _decided(probabilities, outcomes))


def absolute_error(forecast: Cell, actual: Cell) -> float | None:
    """Compute how far a forecast was off, without sign.

    Args:
        forecast: Any unit.
        actual: Same unit.

    Returns:
        |actual − forecast|, None if either is blank. Source: template 18 (abweichung).
    """
    gap = difference(actual, forecast)
    return None if gap is None else abs(gap)


def wape(forecasts: Iterable[Cell], actuals: Iterable[Cell]) -> float | None:
    """Compute the weighted absolute percentage error: Σ |actual − forecast| / Σ actual.

    Args:
        forecasts: Forecast per period, any unit.
        actuals: Actual per period, same unit; a period with either blank is left out.

    Returns:
        Fraction, None if the actuals add up to 0.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 18, Kolassa/Schütz 2007.
    """
    pairs = known_pairs(forecasts, actuals)
    return ratio(math.fsum(abs(a - f) for f, a in pairs), math.fsum(a for _, a in pairs))


def bias(forecasts: Iterable[Cell], actuals: Iterable[Cell]) -> float | None:
    """Compute the relative bias of a forecast: (Σ forecast − Σ actual) / Σ actual.

    Args:
        forecasts: Forecast per period, any unit.
        actuals: Actual per period, same unit; a period with either blank is left out.

    Returns:
        Fraction, positive if too much was forecast; None if the actuals add up to 0.

    Raises:
        ValueError: For columns of different lengths.

    Source: template 18.
    """
    pairs = known_pairs(forecasts, actuals)
    return ratio(math.fsum(f - a for f, a in pairs), math.fsum(a for _, a in pairs))


def _decided(probabilities: Iterable[Cell], outcomes: Iterable[str | None]) -> list[tuple[float, int]]:
    rows = zip(numbers_of(probabilities), read_outcomes(outcomes), strict=True)
    return [(p, int(g == WON)) for p, g in rows if p is not None and g in (WON, LOST)]
