"""Everything a sender typed in, placed in a new workbook of the same template.

Rows keep their place, so that running numbers and references to rows above mean the same;
what could not be read goes back as it was typed, so that it is refused again until corrected.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from vorlagen.intake.cells import split_name
from vorlagen.layout import HEADING, Layout, layout_for
from vorlagen.records import Entry, ReadResult
from vorlagen.spec import Form, Kpis, Lang, Matrix, Table, Template
from vorlagen.values import Row, Values

GAP = 500  # blank rows between two records that are kept; a stray record must not make a table of a million rows

Blocks = dict[str, list[Row] | Row]


class Address(NamedTuple):
    """A cell by its field, wherever that lies; see `Layout.spot`."""

    block: str
    field: str
    record: int = 0
    across: int = 0


class Refill:
    """What a new workbook must hold to say the same as one that was read.

    Attributes:
        template, lang, merged: as of the workbook that was read.
        rows, capacities: sizes of tables and choice lists.
        values: inputs by place in the new workbook.
        refused: cells that hold what was typed there and is no value of the field.
    """

    def __init__(self, result: ReadResult) -> None:
        assert result.template is not None
        assert result.layout is not None
        self.result = result
        self.template: Template = result.template
        self.lang: Lang = "en" if result.lang == "en" else "de"
        self.merged = result.stamp is not None and result.stamp.merged
        self.capacities = {key: place.rows for key, place in result.layout.lists.items()}
        self._moved = {b.key: self._moves(b.key) for b in self.template.blocks.values() if isinstance(b, Table)}
        self.rows = {key: self._room(key, result.layout.placed[key].rows) for key in self._moved}
        self.refused: dict[Address, Entry] = {}
        self.values = self._values()

    @cached_property
    def layout(self) -> Layout:
        """Positions in the new workbook."""
        return layout_for(self.template, self.values, self.lang, self.rows, self.capacities)

    def place(self, block: str, row: int) -> int | None:
        """Return the place of a table's sheet row in the new workbook, None when it is not there."""
        moves = self._moved.get(block, {})
        if row in moves:
            return moves[row]
        place = row - self.result.starts.get(block, row + 1)
        return place if 0 <= place < self.rows.get(block, 0) and place not in moves.values() else None

    def address(self, block_key: str, field: str, cell: str, row: int) -> Address | None:
        """Return the field at a place in the file.

        Args:
            block_key: block or choice list.
            field: field as far as it is known.
            cell: name of the cell, empty for a whole row or column.
            row: 1-based sheet row.

        Returns:
            None when there is no such place in the new workbook.
        """
        columns, start = self.result.cells.get(block_key, {}), self.result.starts.get(block_key)
        block = self.template.blocks.get(block_key)
        if isinstance(block, Form | Kpis):
            return Address(block_key, field or next((key for key, name in columns.items() if name == cell), ""))
        if start is None:
            return Address(block_key, field, HEADING) if block is not None else None
        letters = cell.rstrip("0123456789")
        if isinstance(block, Matrix) and letters and block.cell.key in columns:
            across = split_name(cell)[1] - split_name(f"{columns[block.cell.key]}1")[1]
            if across >= 0 and row < start:
                return Address(block_key, block.col.key, across)
            if across >= 0:
                return Address(block_key, block.cell.key, row - start, across)
        field = field or next((key for key, name in columns.items() if letters and name == letters), "")
        if not field:
            return None
        if row < start:
            return Address(block_key, field, HEADING)
        place = self.place(block_key, row) if isinstance(block, Table) else row - start
        return None if place is None else Address(block_key, field, place)

    # -- values ----------------------------------------------------------------------------

    def _moves(self, key: str) -> dict[int, int]:
        """Return sheet row -> place; only wide gaps are shortened."""
        start = self.result.starts.get(key, 1)
        places: dict[int, int] = {}
        last = -1
        for row in sorted({*self.result.rows.get(key, []), *self.result.rejected.get(key, {})}):
            last = min(row - start, last + 1 + GAP)
            places[row] = last
        return places

    def _room(self, key: str, found: int) -> int:
        """Return the rows of a table: as many as in the file, unless a stray record made it that long."""
        moves, start = self._moved[key], self.result.starts.get(key, 1)
        block = self.template.blocks[key]
        assert isinstance(block, Table)
        shortened = any(row - start != place for row, place in moves.items())
        return max(block.rows if shortened else found, max(moves.values(), default=0) + 1)

    def _values(self) -> Values:
        result = self.result
        blocks: Blocks = {}
        for key, content in result.values.blocks.items():
            blocks[key] = dict(content) if isinstance(content, dict) else [dict(row) for row in content]
        for key, moves in self._moved.items():
            if key not in blocks:
                continue
            spread: list[Row] = [{} for _ in range(max(moves.values(), default=-1) + 1)]
            records = zip(result.rows[key], result.values.rows(key), strict=True)
            for row, record in (*records, *result.rejected.get(key, {}).items()):
                spread[moves[row]] = dict(record)
            blocks[key] = spread
        # A list that was emptied stays empty.
        lists = {key: [dict(row) for row in rows] or [{}] for key, rows in result.values.lists.items()}
        for entry in result.entries:
            address = self.address(entry.block, entry.field, entry.origin.cell, entry.origin.row)
            if entry.kept == "refused" and address is not None:
                self.refused[address] = entry
                self._put(blocks, lists, address, entry.value)
        return Values(blocks, lists)

    def _put(self, blocks: Blocks, lists: dict[str, list[Row]], address: Address, value: Any) -> None:
        """Put what was typed into its cell."""
        block = self.template.blocks.get(address.block)
        if block is None:
            attributes = self.template.list_by_key[address.block].attributes
            kind = next(a.type for a in attributes if a.key == address.field)
            _at(lists[address.block], address.record)[address.field] = self._typed(kind, value)
            return
        typed = self._typed(block.by_key[address.field].type, value)
        content = blocks.setdefault(block.key, {} if isinstance(block, Form | Kpis) else [])
        if isinstance(content, dict):
            content[address.field] = typed
        elif isinstance(block, Matrix):
            content.append({block.row.key: address.record, block.col.key: address.across, address.field: typed})
        else:
            _at(content, address.record)[address.field] = typed

    def _typed(self, kind: str, value: Any) -> Any:
        """Return what a field refuses in a form that it refuses again: dates and times elsewhere as text."""
        if isinstance(value, date) and kind in ("date", "month"):
            return value
        return as_text(value, self.lang) if isinstance(value, date | time | timedelta) else value


def as_text(value: Any, lang: Lang) -> str:
    """Return a date, time or duration as people write it."""
    if isinstance(value, datetime):
        day = as_text(value.date(), lang)
        return day if value.time() == time(0) else f"{day} {value:%H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}" if lang == "de" else value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _at(rows: list[Row], index: int) -> Row:
    """Return a row, making the list long enough."""
    rows.extend({} for _ in range(index + 1 - len(rows)))
    return rows[index]
