"""The state of a filled-in workbook: required entries that are missing, checks that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from calculators.rounding import is_blank

FAILED = "pruefen"


def missing(required: Iterable[tuple[Sequence[bool], Sequence[object]]]) -> int:
    """Count the required cells that are blank in occupied rows.

    Args:
        required: Per required field: whether each row is occupied, and its values.

    Returns:
        Number of cells. Source: catalogue 0.7 (pflicht).

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


def verdict(*fine: bool) -> str:
    """Say whether a check is passed.

    Args:
        fine: Conditions that must all be true.

    Returns:
        "ok" or "pruefen".
    """
    return "ok" if all(fine) else FAILED
