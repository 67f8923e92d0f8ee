"""Further sheets that a report adds to a workbook: plain tables of text and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ExtraSheet:
    """One further sheet.

    Attributes:
        columns: heading, width in characters, field type.
        rows: values in the order of the columns; None stays blank.
    """

    name: str
    title: str
    help: str
    columns: Sequence[tuple[str, float, str]]
    rows: Sequence[Sequence[object]]
