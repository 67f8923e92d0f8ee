"""The account of every filled input cell of a workbook: in = taken + rejected + ignored, as a count and as sums.

What stands in the file is counted straight from its cells, what became of it from the records and
the entries beside them. Where the two differ, the reader lost or invented something.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vorlagen.fieldtypes import QUANTITIES, is_filled
from vorlagen.intake.cells import split_name
from vorlagen.intake.raw import RawSheet
from vorlagen.spec import Field

if TYPE_CHECKING:
    from vorlagen.records import Entry

Place = tuple[int, int]  # row and column, from 0


class ConservationError(AssertionError):
    """Rows, cells or sums do not add up: a defect of the program, never of the input."""


@dataclass
class Counts:
    """Rows or cells of a file: present = taken + rejected + ignored.

    `ignored` are those recognised as non-data (totals, notes), never silently lost ones.
    """

    present: int = 0
    taken: int = 0
    rejected: int = 0
    ignored: int = 0


@dataclass
class Sum:
    """Numbers of one field: present = taken + rejected + ignored."""

    present: float = 0.0
    taken: float = 0.0
    rejected: float = 0.0
    ignored: float = 0.0


@dataclass
class Ledger:
    """Filled input cells of a file, and the sums of its numeric fields.

    Attributes:
        cells: taken are values in records; rejected those that could not be read or stand in rows that are no
            records; ignored those of totals rows, notes and rows without data.
        sums: (block, field) -> its numbers.
    """

    cells: Counts = field(default_factory=Counts)
    sums: dict[tuple[str, str], Sum] = field(default_factory=dict)

    def account(
        self, block: str, item: Field, cells: Sequence[Any], taken: Sequence[tuple[Place, Any]],
        turned_away: Sequence[tuple[Place, Any]], entries: Iterable[Entry],
    ) -> None:  # fmt: skip
        """Account for one field of a block.

        Args:
            block: its key.
            item: the field.
            cells: content of every cell of the field, as it stands in the file.
            taken: place and value in a record.
            turned_away: place and value in a row that is no record.
            entries: what stands beside the values of the field.

        Raises:
            ConservationError: something was lost or invented.
        """
        filled = [value for value in cells if is_filled(value)]
        own = [e for e in entries if is_filled(e.value)]
        refused = [e.value for e in own if e.kept in ("refused", "formula")]
        outside = [e.value for e in own if e.kept == "outside"]
        counts = (len(taken), len(turned_away) + len(refused), len(outside))
        if len(filled) != sum(counts):
            raise ConservationError(f"{block}.{item.key}: {len(filled)} cells, {counts} accounted for")
        self.cells.present += len(filled)
        self.cells.taken += counts[0]
        self.cells.rejected += counts[1]
        self.cells.ignored += counts[2]
        if item.type in QUANTITIES:
            # A converted cell counts with what stands in it: its value may have another scale.
            stood = {split_name(e.origin.cell): e.value for e in own if e.kept == "converted"}
            self._sum(
                (block, item.key),
                filled,
                [stood.get(place, value) for place, value in taken],
                [*(stood.get(place, value) for place, value in turned_away), *refused],
                outside,
            )

    def _sum(self, place: tuple[str, str], *parts: Sequence[Any]) -> None:
        found = Sum(*(math.fsum(_numbers(part)) for part in parts))
        if not math.isclose(found.present, found.taken + found.rejected + found.ignored, rel_tol=1e-9, abs_tol=1e-6):
            raise ConservationError(f"{place[0]}.{place[1]}: sum of {len(parts[0])} cells")
        self.sums[place] = found


def _numbers(values: Iterable[Any]) -> Iterator[float]:
    """Yield what is a number in the file; an infinite one would make every sum equal."""
    for value in values:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            yield float(value)


def cells_of(sheet: RawSheet, column: int, first: int, rows: int | None = None) -> list[Any]:
    """Return the content of the cells of a column from a row on."""
    lines = sheet.rows[first : None if rows is None else first + rows]
    return [line[column] for line in lines if column < len(line)]
