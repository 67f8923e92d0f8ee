"""What reading a workbook gives: typed values, their places, findings, and the count of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vorlagen.findings import Finding, Origin
from vorlagen.layout import Layout
from vorlagen.ledger import Counts, Ledger
from vorlagen.spec import Template
from vorlagen.stamp import Stamp
from vorlagen.values import Row, Values

Outcome = Literal["taken", "duplicate", "skipped", "refused"]

# How a computed cell holds its value: by a formula with a stored result, by a formula that no
# program has calculated yet, by another formula in its place that no program has calculated, as an
# error value, or as a constant (typed over, or cleared). A blank
# cell of a row below its table counts as not calculated: nobody put a formula there.
State = Literal["formula", "uncalculated", "replaced", "error", "constant"]

# Why an entry is not, or not as it stands, among the values: it cannot be read as what the field
# wants; it is the result of a formula; an error value; it was converted; it stood over a formula of
# a row without record; it belongs to no field or to a row without data.
Kept = Literal["refused", "formula", "error", "converted", "overwritten", "outside"]


@dataclass(frozen=True)
class Entry:
    """What stood in a cell whose content is not, as it stands, among the values.

    Attributes:
        block: the block or choice list.
        field: the field; empty when the template does not have it.
        title: heading as it stands in the file, where there is no field.
    """

    kept: Kept
    origin: Origin
    value: Any
    block: str = ""
    field: str = ""
    title: str = ""


@dataclass
class ReadResult:
    """One file, read.

    Attributes:
        values: typed inputs; carried fields (see spec) are included as values.
        rows: block -> 1-based sheet row of each record in `values.rows(block)`, same order.
        starts: block or choice list -> 1-based sheet row of the first row of data (blank rows count,
            unlike in `rows`).
        sheets: block -> name of the sheet it was found on.
        cells: block or choice list -> field -> column letters (tables) or cell name (forms) as found in this file.
        entries: what stood in cells whose content is not, as it stands, among the values.
        rejected: block -> sheet row -> what could be read of a row that is no record, for want of a key.
        stored: block -> computed field -> what the file holds in each record's cell (raw, as read);
            the cells of a matrix as one list per row.
        states: same shape as `stored`: how the cell holds its value (see `State`).
        counts: rows of all record lists.
        ledger: the account of every filled input cell.
        layout: positions of this workbook (rows and list capacities as found), for computing.
        label: how the file is named in reports: relative to the folder that was given, else its name.
    """

    file: Path
    outcome: Outcome
    template: Template | None = None
    stamp: Stamp | None = None
    values: Values = field(default_factory=Values)
    rows: dict[str, list[int]] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    stored: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    states: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    rejected: dict[str, dict[int, Row]] = field(default_factory=dict)
    layout: Layout | None = None
    findings: list[Finding] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    ledger: Ledger = field(default_factory=Ledger)
    digest: str = ""
    label: str = ""

    @property
    def lang(self) -> str:
        """Language of the workbook."""
        return self.stamp.lang if self.stamp else "de"

    @property
    def brand(self) -> str:
        """Name of the brand that the workbook was made with, '' without one."""
        return self.stamp.brand if self.stamp else ""

    @property
    def name(self) -> str:
        """How the file is named in reports."""
        return self.label or self.file.name

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(f.level == "error" for f in self.findings)
