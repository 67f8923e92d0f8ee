"""Further sheets that a report adds to a workbook: plain tables of text, numbers and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vorlagen.codes import Severity


@dataclass(frozen=True)
class Link:
    """A cell of the workbook, shown by its name and linked."""

    sheet: str
    cell: str


@dataclass(frozen=True)
class Weight:
    """A severity, shown in the look of its mark."""

    level: Severity
    word: str


@dataclass(frozen=True)
class ExtraSheet:
    """One further sheet.

    Attributes:
        columns: heading, width in characters, field type.
        rows: values in the order of the columns; None stays blank; also Link and Weight.
        choices: column -> what a person chooses from in its cells.
        opens: the workbook opens with this sheet, which is protected as it is only to be read.
    """

    name: str
    title: str
    help: str
    columns: Sequence[tuple[str, float, str]]
    rows: Sequence[Sequence[object]]
    opens: bool = False
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)
