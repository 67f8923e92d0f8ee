"""The rows of a record list: which of them are records, totals, notes, or nothing."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from vorlagen.fieldtypes import is_filled
from vorlagen.headings import fold
from vorlagen.intake.cells import split_name
from vorlagen.layout import cell_name, column_name
from vorlagen.locating import Located, Spot
from vorlagen.spec import Table
from vorlagen.values import Row, rows_from_spec

if TYPE_CHECKING:
    from vorlagen.blockreading import BlockReader

_GERMAN_TOTALS = (
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "gesamtergebnis",
    "zwischensumme",
    "insgesamt",
    "ergebnis",
)
_TOTALS = frozenset((*_GERMAN_TOTALS, "total", "totals", "sum", "subtotal"))


class TableReader:
    """Reads the rows of one table."""

    def __init__(self, reader: BlockReader, block: Table, located: Located) -> None:
        self.reader = reader
        self.block = block
        self.located = located
        self.sheet = located.sheet
        columns = located.columns
        self.inputs = [(f, columns[f.key]) for f in block.fields if f.key in columns and reader.is_input(f)]
        self.computed = [(f, columns[f.key]) for f in block.fields if f.key in columns and not reader.is_input(f)]
        self.key = block.by_key[block.key_field]
        self.end = located.first + located.rows + located.totals
        # Rows whose input cells hold what calamine shows as a value or not at all.
        at = {column_name(column) for _, column in self.inputs}
        odd = {*self.sheet.scan.formulas, *(cell_name(*place) for place in self.sheet.scan.errors)}
        places = [split_name(name) for name in odd if name.rstrip("0123456789") in at]
        self.odd_rows = {row for row, _ in places if row >= located.first}
        presets = rows_from_spec(block.presets, block, reader.template, reader.stamp.lang)
        self.totals_words = _TOTALS - {fold(row.get(self.key.key, "")) for row in presets}
        self.last: int | None = None

    def rows(self) -> list[int]:
        """Rows in which an input cell or a typed-over computed cell holds something."""
        first = self.located.first
        columns = [column for _, column in (*self.inputs, *self.computed)]
        if not columns:
            return []
        left, right = min(columns), max(columns) + 1
        filled = [
            row
            for row, line in enumerate(self.sheet.rows[first:], first)
            if len(line[left:right]) != line[left:right].count("")
        ]
        return sorted({*filled, *self.odd_rows})

    def record(self, row: int) -> Row | None:
        """Return the record of a row; None when it is blank, rejected or ignored (then with a finding)."""
        reader, counts, sheet = self.reader, self.reader.result.counts, self.sheet
        if not self._occupied(row):
            self._typed_over(row)
            return None
        counts.present += 1
        code = "I_ROW_IGNORED" if self._is_total(row) else "W_ROW_NOTE" if row in self.notes else ""
        if code:
            counts.ignored += 1
            column = self._filled(row)[0] if code == "W_ROW_NOTE" else -1
            reader.find(code, Spot(sheet, row, column), block=self.block.key)
            for item, column in self.inputs:
                reader.hand_over("outside", Spot(sheet, row, column), self.block.key, item.key)
            return None
        before = len(reader.result.findings)
        record = {}
        line = sheet.rows[row] if row < len(sheet.rows) else []
        odd = row in self.odd_rows
        for item, column in self.inputs:
            if odd:
                value = reader.input(self.block, item, Spot(sheet, row, column))
            elif column >= len(line) or line[column] == "":
                continue
            else:
                value = reader.value(self.block, item, Spot(sheet, row, column), line[column])
            if value is not None:
                record[item.key] = value
        if self.key.key not in record:
            counts.rejected += 1
            reader.result.rejected.setdefault(self.block.key, {})[row + 1] = record
            self._no_key(row, before)
            return None
        counts.taken += 1
        for item, column in self.computed:
            stored = reader.look_at(self.block, item, Spot(sheet, row, column), self.located.first)
            if row >= self.end and stored == (None, "constant"):
                stored = None, "uncalculated"
            reader.keep(self.block.key, item.key, stored)
            if item.carried and (value := reader.carried(item, stored)) is not None:
                record[item.key] = value
        return record

    def _no_key(self, row: int, before: int) -> None:
        """Say why a row is rejected, unless its key cell has a finding of its own."""
        reader = self.reader
        column = self.located.columns.get(self.key.key)
        if column is None:
            return  # E_COLUMN_MISSING said so once
        cell = cell_name(row, column)
        if any(f.origin is not None and f.origin.cell == cell for f in reader.result.findings[before:]):
            return
        reader.find("E_ROW_NO_KEY", Spot(self.sheet, row, column), block=self.block.key, item=self.key)

    def _occupied(self, row: int) -> bool:
        if row in self.odd_rows:
            return True
        return any(is_filled(self.sheet.at(row, column)) for _, column in self.inputs)

    def _is_total(self, row: int) -> bool:
        """Whether a row is the table's totals row, or a total that someone wrote below the records."""
        end = self.end - self.located.totals
        if end <= row < self.end:
            return True
        if row < self.end and row != self._last_row():
            return False
        words = [self.sheet.at(row, column) for _, column in self.inputs]
        if row >= self.end and self.sheet.at(row, self.located.columns.get(self.key.key, -1)) is None:
            formulas = [self.sheet.has_formula(row, column) for _, column in self.inputs]
            filled = [word is not None for word in words]
            if any(formulas) and all(f or not w for f, w in zip(formulas, filled, strict=True)):
                return True
        text = next((word for word in words if isinstance(word, str)), "")
        return row == self._last_row() and fold(text).rstrip(":= ") in self.totals_words

    def _filled(self, row: int) -> list[int]:
        """Return the columns of the cells of a row that hold something."""
        line = self.sheet.rows[row] if row < len(self.sheet.rows) else []
        return [column for column, value in enumerate(line) if value != ""]

    @cached_property
    def notes(self) -> set[int]:
        """Rows below the records that hold a text of several words and nothing else, apart from the records.

        Only where a record would need further entries: a list of names may look the same.
        """
        if not any(item.required and item.key != self.key.key for item, _ in self.inputs):
            return set()
        occupied = [row for row in self.rows() if self._occupied(row)]
        found: list[int] = []
        for row in reversed(occupied):
            filled = self._filled(row)
            text = self.sheet.at(row, filled[0]) if len(filled) == 1 else None
            if not isinstance(text, str) or len(text.split()) < 2 or (self.located.by_name and row < self.end):
                break
            found.append(row)
        last = max((row for row in occupied if row not in found), default=self.located.first - 1)
        if self.located.by_name:
            last = max(last, self.end - 1)
        return set(found) if found and found[-1] > last + 1 else set()

    def _last_row(self) -> int:
        if self.last is None:
            self.last = max((row for row in self.rows() if self._occupied(row)), default=-1)
        return self.last

    def _typed_over(self, row: int) -> None:
        """Report constants in computed cells of a row without record."""
        for item, column in self.computed:
            spot = Spot(self.sheet, row, column)
            value, state = self.reader.look(spot)
            if value is not None and state == "constant":
                self.reader.find("W_FORMULA_OVERWRITTEN", spot, block=self.block.key, item=item)
                self.reader.hand_over("overwritten", spot, self.block.key, item.key)
