"""Quotients, means and quantiles that know blanks; the ground under all figures.

Columns are lists, tuples or pandas Series. Blanks follow one rule: a quotient with a blank
or a zero below is blank, a mean looks at the numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from calculators.rounding import Cell, exact, number, numbers_of


def ratio(numerator: Cell, denominator: Cell) -> float | None:
    """Divide, blank where the quotient has no meaning.

    Args:
        numerator: Any unit.
        denominator: Any unit.

    Returns:
        numerator / denominator; None if either is blank or the denominator is 0.

    Source: house function RATIO.
    """
    top, bottom = number(numerator), number(denominator)
    return None if top is None or bottom is None or bottom == 0 else top / bottom


def ratios(numerators: Iterable[Cell], denominators: Iterable[Cell]) -> list[float | None]:
    """Divide two columns row by row.

    Args:
        numerators: Column of any unit.
        denominators: Column of the same length.

    Returns:
        One quotient per row, None by the rule of `ratio`.

    Raises:
        ValueError: For columns of different lengths.
    """
    return [ratio(top, bottom) for top, bottom in zip(numerators, denominators, strict=True)]


def mean(values: Iterable[Cell]) -> float | None:
    """Average the numbers of a column.

    Args:
        values: Numbers and blanks; blanks are left out.

    Returns:
        Sum over count of numbers, None without any number.
    """
    known = known_numbers(values)
    return math.fsum(known) / len(known) if known else None


def median(values: Iterable[Cell]) -> float | None:
    """Take the middle of the sorted numbers, the mean of both middles for an even count.

    Args:
        values: Numbers and blanks; blanks are left out.

    Returns:
        The median, None without any number.
    """
    return percentile(values, 0.5)


def percentile(values: Iterable[Cell], share: float) -> float | None:
    """Interpolate a quantile between the sorted numbers (position share × (n − 1)).

    Args:
        values: Numbers and blanks; blanks are left out.
        share: Fraction from 0 (minimum) to 1 (maximum).

    Returns:
        The quantile, None without any number.

    Raises:
        ValueError: For a share outside 0 to 1.

    Source: Hyndman/Fan 1996 definition 7, Excel's PERCENTILE.INC.
    """
    if not 0 <= share <= 1:
        raise ValueError("share must lie between 0 and 1")
    known = sorted(known_numbers(values))
    if not known:
        return None
    position = share * (len(known) - 1)
    below = math.floor(position)
    above = min(below + 1, len(known) - 1)
    return known[below] + (position - below) * (known[above] - known[below])


def weighted_mean(values: Iterable[Cell], weights: Iterable[Cell]) -> float | None:
    """Average values by weights, for example discounts by list value.

    Args:
        values: Numbers and blanks.
        weights: Numbers of any common unit; need not add up to 1.

    Returns:
        Σ weight × value / Σ weight over the rows that have both; None if no row has both or
        the weights add up to 0.

    Raises:
        ValueError: For columns of different lengths.
    """
    pairs = known_pairs(values, weights)
    return ratio(math.fsum(v * w for v, w in pairs), math.fsum(w for _, w in pairs)) if pairs else None


def weighted_spread(values: Iterable[Cell], weights: Iterable[Cell]) -> float | None:
    """Compute the standard deviation of values that were counted several times.

    Args:
        values: Numbers and blanks.
        weights: How often each was named; need not add up to 1.

    Returns:
        Root of Σ weight × (value − mean)² / Σ weight over the rows that have both, in the unit of the
        values; None if no row has both or the weights add up to 0.

    Raises:
        ValueError: For columns of different lengths.
    """
    pairs = known_pairs(values, weights)
    middle = weighted_mean([v for v, _ in pairs], [w for _, w in pairs])
    if middle is None:
        return None
    return math.sqrt(math.fsum(w * (v - middle) ** 2 for v, w in pairs) / math.fsum(w for _, w in pairs))


def product(*factors: Cell) -> float | None:
    """Multiply numbers.

    Args:
        factors: Any units.

    Returns:
        The product, None if any factor is blank. Source: the rules of blanks.
    """
    known = known_numbers(factors)
    return math.prod(known) if len(known) == len(factors) else None


def difference(minuend: Cell, subtrahend: Cell) -> float | None:
    """Subtract two numbers that must both be known.

    Args:
        minuend: Any unit.
        subtrahend: Same unit.

    Returns:
        minuend − subtrahend, None if either is blank. Source: the rules of blanks.
    """
    a, b = number(minuend), number(subtrahend)
    return None if a is None or b is None else a - b


def less(minuend: Cell, *subtrahends: Cell) -> float:
    """Subtract amounts or counts of which a blank one is none.

    Args:
        minuend: Any unit; a blank counts 0.
        subtrahends: Same unit; blanks count 0.

    Returns:
        minuend − Σ subtrahends. Source: the rules of blanks (in differences of amounts a blank is 0).
    """
    return float(exact(number(minuend) or 0.0) - sum(exact(number(s) or 0.0) for s in subtrahends))


def sum_of(*summands: Cell) -> float | None:
    """Add numbers that must all be known.

    Args:
        summands: Numbers of one unit.

    Returns:
        The sum, None if any is blank. Source: the rules of blanks.
    """
    known = known_numbers(summands)
    return math.fsum(known) if len(known) == len(summands) else None


def growth_rate(first: Cell, last: Cell, years: Cell) -> float | None:
    """Compute the compound annual growth rate: (last / first)^(1 / years) − 1.

    Args:
        first: Value at the beginning, any unit.
        last: Value at the end, same unit.
        years: Years between them.

    Returns:
        Fraction per year; None if anything is blank, for no years and for a first value of 0.

    Source: template 20 (cagr).
    """
    growth, span = ratio(last, first), number(years)
    return None if growth is None or not span or growth < 0 else math.pow(growth, 1 / span) - 1


def square(value: Cell) -> float | None:
    """Multiply a number by itself.

    Args:
        value: Any unit.

    Returns:
        The square, None for a blank.
    """
    return product(value, value)


def known_numbers(values: Iterable[object]) -> list[float]:
    """Keep the numbers of a column.

    Args:
        values: Numbers and blanks.

    Returns:
        The numbers in order, without the blanks.
    """
    return [value for value in numbers_of(values) if value is not None]


def known_pairs(left: Iterable[Cell], right: Iterable[Cell]) -> list[tuple[float, float]]:
    """Keep the rows in which both columns hold a number.

    Args:
        left: Numbers and blanks.
        right: Numbers and blanks, same length.

    Returns:
        Pairs in order.

    Raises:
        ValueError: For columns of different lengths.
    """
    rows = zip(numbers_of(left), numbers_of(right), strict=True)
    return [(a, b) for a, b in rows if a is not None and b is not None]
