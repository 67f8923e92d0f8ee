"""The state of a filled-in workbook: required entries that are missing, checks that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from calculators.rounding import Cell, is_blank, zero_if_blank

FAILED = "pruefen"


def missing(required: Iterable[tuple[Sequence[bool], Sequence[object]]]) -> int:
    """Count the required cells that are blank in occupied rows.

    Args:
        required: Per required field: whether each row is occupied, and its values.

    Returns:
        Number of cells. Source: house function MISSING_REQUIRED.

    Raises:
        ValueError: For columns of different lengths.
    """
    return sum(on and is_blank(value) for rows, values in required for on, value in zip(rows, values, strict=True))


def failed(checks: Iterable[Iterable[object]]) -> int:
    """Count the check cells that say "pruefen".

    Args:
        checks: Values per check field.

    Returns:
        Number of cells.
    """
    return sum(value == FAILED for column in checks for value in column)


def agree(left: Cell, right: Cell, tolerance: float = 0.005) -> str:
    """Check that two ways to a figure lead to the same.

    Args:
        left: Any unit; a blank counts 0.
        right: Same unit; a blank counts 0.
        tolerance: Difference from which the check fails (0.0001 for weights, half a cent for money).

    Returns:
        "ok" or "pruefen". Source: the rule of all weighted scores.
    """
    return "ok" if abs(zero_if_blank(left) - zero_if_blank(right)) < tolerance else FAILED


def agree_all(figure: Cell, others: Iterable[Cell], tolerance: float = 0.005) -> str:
    """Check that several sums agree with one figure.

    Args:
        figure: Any unit; a blank counts 0.
        others: Sums of the same unit; blanks count 0.
        tolerance: Sum of the differences from which the check fails.

    Returns:
        "ok" or "pruefen".
    """
    off = sum(abs(zero_if_blank(other) - zero_if_blank(figure)) for other in others)
    return "ok" if off < tolerance else FAILED
