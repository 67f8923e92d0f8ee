"""Any calculator of single values, row by row over columns: lists, arrays, or columns of a frame.

Most figures are defined for one customer, offer or month; this is how they are computed for many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calculators.rounding import is_blank
from calculators.tally import is_column

__all__ = ["by_row"]


def by_row(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a function once per row.

    Args:
        function: A calculator of single values, for example `kpi.sales_velocity`.
        arguments: Columns of equal length, and single values that are the same in every row. NaN, NA and
            NaT are passed as None.
        named: The same by name.

    Returns:
        One result per row: a pandas Series with the index of the first column that is one, else a
        list. Without any column the result of the one call.

    Raises:
        ValueError: For columns of different lengths.
    """
    given = [*arguments, *named.values()]
    columns = [value for value in given if is_column(value)]
    if not columns:
        return function(*arguments, **named)
    if len({len(column) for column in columns}) > 1:
        raise ValueError("columns of different lengths")
    rows = zip(*(map(_cell, v) if is_column(v) else [v] * len(columns[0]) for v in given), strict=True)
    count = len(arguments)
    found = [function(*row[:count], **dict(zip(named, row[count:], strict=True))) for row in rows]
    index = next((column.index for column in columns if hasattr(column, "iloc")), None)
    if index is None:
        return found
    import pandas as pd

    return pd.Series(found, index=index)


def _cell(value: Any) -> Any:
    return None if is_blank(value) else value
