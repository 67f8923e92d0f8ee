"""The blocks of one workbook -> values, stored results and findings of a ReadResult."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from vorlagen.choices import choice_readers
from vorlagen.codes import Severity
from vorlagen.fieldtypes import TYPES, Unparsable, clean_text, is_filled
from vorlagen.findings import Finding, Origin
from vorlagen.formulatexts import FormulaTexts
from vorlagen.headings import fold
from vorlagen.intake.raw import Area, RawBook
from vorlagen.layout import Layout, cell_name, column_name, make_layout
from vorlagen.ledger import Place, cells_of
from vorlagen.locating import Located, Locator, Spot, layout_of, list_areas, list_columns, sheet_named
from vorlagen.records import Entry, Kept, ReadResult, State
from vorlagen.spec import (
    LANGS,
    Block,
    Chart,
    ChoiceList,
    Field,
    Form,
    Kpis,
    Matrix,
    Prose,
    Summary,
    Table,
    Template,
)
from vorlagen.stamp import Stamp
from vorlagen.tablereading import TableReader
from vorlagen.values import Row, Values, list_rows

_DAYS_1904 = 1462


class BlockReader:
    """Reads one workbook whose template is known."""

    def __init__(self, book: RawBook, template: Template, stamp: Stamp, result: ReadResult) -> None:
        self.book = book
        self.template = template
        self.stamp = stamp
        self.result = result
        self.areas = list_areas(book, template)
        self.layout: Layout = layout_of(book, template, stamp.lang, self.areas)
        self.locator = Locator(book, self.layout)
        self.formulas = FormulaTexts(self.layout, known=stamp.spec_hash == template.hash)
        self.lists_missing: list[ChoiceList] = []
        self.lists = {c.key: self._list(c) for c in template.lists}
        self.readers = choice_readers(template.lists, self.lists)
        self.blocks: dict[str, list[Row] | Row] = {}
        self.table_rows: dict[str, int] = {}

    def read(self) -> None:
        """Read every block into the result."""
        for block in self.template.blocks.values():
            if isinstance(block, Chart | Prose):
                continue
            located = self.locator.locate(block)
            if located is None:
                self._block_missing(block)
                continue
            if located.moved:
                self.find("W_PLACE_DIFFERS", Spot(*located.moved[0]), block=block.key)
            if isinstance(block, Table):
                self._table(block, located)
            elif isinstance(block, Form | Kpis):
                self._form(block, located)
            elif isinstance(block, Summary):
                self._summary(block, located)
            elif isinstance(block, Matrix):
                self._matrix(block, located)
        self._sheets()
        capacities = {key: place.rows for key, place in self.layout.lists.items()}
        self.result.layout = make_layout(self.template, self.stamp.lang, self.table_rows, capacities)
        self.result.values = Values(self.blocks, self.lists)

    def _sheets(self) -> None:
        """Name hidden sheets, and sheets and lists that are missing or too many."""
        for sheet in {id(s): s for s in self.locator.sheets.values()}.values():
            if sheet.state != "visible":
                self.find("I_SHEET_HIDDEN", Spot(sheet))
        if not self.stamp.merged:  # reports add sheets of their own
            for sheet in self.locator.unknown_sheets():
                if all(value == "" for row in sheet.rows for value in row):
                    continue
                twin = self.locator.twin(sheet)
                title = self.template.sheet_of[twin.key].name if twin is not None else None
                if title is not None:
                    self.find("E_SHEET_TWIN", Spot(sheet), area=(title.de, title.en))
                else:
                    self.find("I_SHEET_UNKNOWN", Spot(sheet))
        if self.lists_missing:
            titles = [[c.title[lang] for c in self.lists_missing[:3]] for lang in LANGS]
            more = ", …" if len(self.lists_missing) > 3 else ""
            self.find("W_LISTS_MISSING", names=tuple(", ".join(t) + more for t in titles))

    # -- helpers ---------------------------------------------------------------------------

    def is_input(self, item: Field) -> bool:
        """Whether a cell is filled in; carried fields are, in merged workbooks."""
        return not item.computed or (self.stamp.merged and item.carried)

    def find(
        self,
        code: str,
        spot: Spot | None = None,
        *,
        block: str = "",
        item: Field | None = None,
        severity: Severity | None = None,
        **facts: Any,
    ) -> None:
        """Record a finding."""
        origin = self._origin(spot) if spot is not None else Origin(self.result.file.name, "")
        if item is not None:
            facts["title"] = (item.title.de, item.title.en)
        self.result.findings.append(Finding(code, origin, block, item.key if item else "", facts, severity))

    def _origin(self, spot: Spot) -> Origin:
        cell = cell_name(spot.row, spot.column) if spot.row >= 0 and spot.column >= 0 else ""
        return Origin(self.result.file.name, spot.sheet.name, cell, spot.row + 1)

    def hand_over(
        self, kept: Kept, spot: Spot, block: str, field: str = "", *, value: Any = None, title: str = ""
    ) -> None:
        """Keep what stands in a cell beside the values."""
        held = spot.sheet.at(spot.row, spot.column) if value is None else value
        if held is not None:
            self.result.entries.append(Entry(kept, self._origin(spot), held, block, field, title))

    def _block_missing(self, block: Block) -> None:
        title = block.title or self.template.sheet_of[block.key].name
        inputs = any(self.is_input(f) for f in block.all_fields)
        self.find("E_BLOCK_MISSING", block=block.key, severity=None if inputs else "warning", area=(title.de, title.en))

    def _list(self, choices: ChoiceList) -> list[Row]:
        """Read a choice list from the sheet Listen; blank rows inside it keep their place."""
        area = self.areas.get(choices.key)
        place = self.layout.lists[choices.key]
        sheet = sheet_named(self.book, area.sheet) if area else self.locator.sheets.get(self.layout.lists_sheet)
        left = place.columns["wert"]
        if area is None and sheet is not None and fold(sheet.at(place.header - 1, left)) in _titles(choices):
            area = Area(sheet.name, place.first, left, place.first + place.rows - 1, left)
        if area is None or sheet is None:
            self.lists_missing.append(choices)
            return list_rows(choices, self.stamp.lang, self.template)
        columns = list_columns(area, place)
        self.result.starts[choices.key] = area.top + 1
        self.result.cells[choices.key] = {key: column_name(column) for key, column in columns.items()}
        rows: list[Row] = []
        for row in range(area.top, area.bottom + 1):
            record: Row = {"wert": _label(sheet.at(row, columns["wert"]))}
            for attribute in choices.attributes:
                raw = sheet.at(row, columns[attribute.key])
                try:
                    value = None if raw is None else TYPES[attribute.type].parse(raw, self.stamp.lang).value
                except Unparsable as fault:
                    value = None
                    item = Field(attribute.key, attribute.title, attribute.type)
                    spot = Spot(sheet, row, columns[attribute.key])
                    self._unparsable(fault, spot, "", item)
                    self.hand_over("refused", spot, choices.key, item.key)
                record[attribute.key] = value
            rows.append(record)
        while rows and all(value is None for value in rows[-1].values()):
            rows.pop()
        return rows

    def _unparsable(self, fault: Unparsable, spot: Spot, block: str, item: Field) -> None:
        facts = {"type": TYPES[item.type].names, **fault.facts}
        self.find(fault.code, spot, block=block, item=item, **facts)

    # -- cells -----------------------------------------------------------------------------

    def input(self, block: Block, item: Field, spot: Spot) -> Any:
        """Return the typed value of an input cell; None when blank or unusable (then with a finding)."""
        sheet, row, column = spot
        if sheet.has_formula(row, column):
            self.find("E_INPUT_FORMULA", spot, block=block.key, item=item)
            self.hand_over("formula", spot, block.key, item.key)
            return None
        if (error := sheet.scan.errors.get((row, column))) is not None:
            self.find("E_VALUE_ERROR", spot, block=block.key, item=item, error=error)
            self.hand_over("error", spot, block.key, item.key, value=error)
            return None
        return self.value(block, item, spot, sheet.at(row, column))

    def value(self, block: Block, item: Field, spot: Spot, raw: Any) -> Any:
        """Return the typed value of an input cell that holds neither formula nor error; None when unusable."""
        if not is_filled(raw):
            return None
        raw = self._own_calendar(raw, item)
        try:
            parsed = TYPES[item.type].parse(raw, self.stamp.lang)
        except Unparsable as fault:
            self._unparsable(fault, spot, block.key, item)
            self.hand_over("refused", spot, block.key, item.key, value=raw)
            return None
        value, converted = parsed.value, parsed.converted
        if item.pattern and isinstance(raw, float):
            value = _with_leading_zeros(value, item.pattern)
        if item.type == "choice" and item.list:
            value, known, changed = self.readers[item.list].match(str(value))
            converted = changed
            if not known:
                fixed = self.template.list_by_key[item.list].fix
                self.find("W_VALUE_FIXED" if fixed else "W_VALUE_CHOICE", spot, block=block.key, item=item)
        if converted:
            self.find("W_VALUE_CONVERTED", spot, block=block.key, item=item)
            self.hand_over("converted", spot, block.key, item.key, value=raw)
        return value

    def _own_calendar(self, raw: Any, item: Field) -> Any:
        """Move a bare serial number of a workbook that counts from 1904."""
        serial = item.type in ("date", "month") and isinstance(raw, float)
        return raw + _DAYS_1904 if serial and self.book.date1904 else raw

    def look(self, spot: Spot) -> tuple[Any, State]:
        """Return what a computed cell holds, and how."""
        sheet, row, column = spot
        if (error := sheet.scan.errors.get((row, column))) is not None:
            return error, "error"
        value = sheet.at(row, column)
        if not sheet.has_formula(row, column):
            return value, "constant"
        return value, "uncalculated" if value is None and sheet.is_uncalculated(row, column) else "formula"

    def look_at(self, block: Block, item: Field, spot: Spot, first: int = 0) -> tuple[Any, State]:
        """Return what a computed cell of a record holds, and how; `first` is the block's first row of data.

        A formula with a result is judged by it; one that no program has calculated, by its text.
        """
        stored = self.look(spot)
        if stored[1] == "uncalculated" and not self.formulas.fits(block, item, spot, first):
            return None, "replaced"
        return stored

    def keep(self, block: str, key: str, stored: tuple[Any, State]) -> None:
        """Note what a computed cell of a record holds."""
        self.result.stored.setdefault(block, {}).setdefault(key, []).append(stored[0])
        self.result.states.setdefault(block, {}).setdefault(key, []).append(stored[1])

    def _account(
        self, block: Block, item: Field, column: int, cells: list[Any], records: dict[int, Row], beside: list[Entry]
    ) -> None:
        """Check that every filled cell of an input field is somewhere; records by their row."""
        rejected = self.result.rejected.get(block.key, {})
        key = item.key
        self.result.ledger.account(
            block.key, item, cells,
            [((row, column), record[key]) for row, record in records.items() if key in record],
            [((row - 1, column), record[key]) for row, record in rejected.items() if key in record],
            beside,
        )  # fmt: skip

    def _beside(self, block: Block, since: int) -> dict[str, list[Entry]]:
        """Return the entries of a block by field, of those that were kept since its reading began."""
        found: dict[str, list[Entry]] = {}
        for entry in self.result.entries[since:]:
            if entry.block == block.key:
                found.setdefault(entry.field, []).append(entry)
        return found

    def carried(self, item: Field, stored: tuple[Any, State]) -> Any:
        """Return the stored result of a carried field as a value."""
        if stored[0] is None or stored[1] in ("error", "uncalculated", "replaced"):
            return None
        try:
            return TYPES[item.type].parse(self._own_calendar(stored[0], item), self.stamp.lang).value
        except Unparsable:
            return stored[0] if isinstance(stored[0], str) else None

    # -- forms and key figures ---------------------------------------------------------------

    def _form(self, block: Form | Kpis, located: Located) -> None:
        values: Row = {}
        names: dict[str, str] = {}
        for item in block.fields:
            if item.key not in located.cells:
                severity: Severity | None = None if self.is_input(item) else "warning"
                self.find("E_FIELD_MISSING", block=block.key, item=item, severity=severity)
                continue
            spot = Spot(*located.cells[item.key])
            names[item.key] = cell_name(spot.row, spot.column)
            since = len(self.result.entries)
            if self.is_input(item):
                value = self.input(block, item, spot)
            else:
                stored = self.look_at(block, item, spot, spot.row)
                self.keep(block.key, item.key, stored)
                value = self.carried(item, stored) if item.carried else None
            if value is not None:
                values[item.key] = value
            if self.is_input(item):
                cells = [spot.sheet.at(spot.row, spot.column)]
                self._account(block, item, spot.column, cells, {spot.row: values}, self.result.entries[since:])
        self.result.sheets[block.key] = located.sheet.name
        self.result.cells[block.key] = names
        if isinstance(block, Form) or values:
            self.blocks[block.key] = values

    # -- summaries and matrices ----------------------------------------------------------------

    def _grid_place(self, block: Block, located: Located) -> None:
        self.result.sheets[block.key] = located.sheet.name
        self.result.cells[block.key] = {key: column_name(column) for key, column in located.columns.items()}
        self.result.rows[block.key] = [row + 1 for row in range(located.first, located.first + located.rows)]
        self.result.starts[block.key] = located.first + 1

    def _summary(self, block: Summary, located: Located) -> None:
        self._grid_place(block, located)
        since = len(self.result.entries)
        records: list[Row] = []
        sheet = located.sheet
        for row in range(located.first, located.first + located.rows):
            record: Row = {}
            for item in block.all_fields:
                spot = Spot(sheet, row, located.columns[item.key])
                if item.computed:
                    self.keep(block.key, item.key, self.look_at(block, item, spot, located.first))
                elif (value := self.input(block, item, spot)) is not None:
                    record[item.key] = value
            records.append(record)
        typed = [f for f in block.fields if not f.computed]
        by_row, beside = dict(enumerate(records, located.first)), self._beside(block, since)
        for item in typed:
            column = located.columns[item.key]
            cells = cells_of(sheet, column, located.first, located.rows)
            self._account(block, item, column, cells, by_row, beside.get(item.key, []))
        if typed:
            self.blocks[block.key] = records

    def _matrix(self, block: Matrix, located: Located) -> None:
        self._grid_place(block, located)
        sheet = located.sheet
        start, count = located.across
        self.result.cells[block.key][block.cell.key] = column_name(start)
        for row in range(located.first, located.first + located.rows):
            for key, column in located.columns.items():
                spot = Spot(sheet, row, column)
                self.keep(block.key, key, self.look_at(block, block.by_key[key], spot, located.first))
            if block.cell.computed:
                spots = [Spot(sheet, row, start + n) for n in range(count)]
                line = [self.look_at(block, block.cell, spot, located.first) for spot in spots]
                self.result.stored[block.key].setdefault(block.cell.key, []).append([value for value, _ in line])
                self.result.states[block.key].setdefault(block.cell.key, []).append([state for _, state in line])
        for n in range(count):
            self.keep(block.key, block.col.key, self.look(Spot(sheet, located.first - 1, start + n)))
        if not block.cell.computed:
            self.blocks[block.key] = self._matrix_inputs(block, located)

    def _matrix_inputs(self, block: Matrix, located: Located) -> list[Row]:
        """Read input cells as records {row heading, column heading, cell}."""
        rows = [r.get("wert") for r in self.lists.get(block.row.list or "", [])]
        columns = [r.get("wert") for r in self.lists.get(block.col.list or "", [])]
        records: list[Row] = []
        item, entries = block.cell, self.result.entries
        cells: list[Any] = []
        taken: list[tuple[Place, Any]] = []
        turned_away: list[tuple[Place, Any]] = []
        beside: list[Entry] = []
        for r in range(located.rows):
            for c in range(located.across[1]):
                spot = Spot(located.sheet, located.first + r, located.across[0] + c)
                cells.append(located.sheet.at(spot.row, spot.column))
                before = len(entries)
                value = self.input(block, item, spot)
                beside += entries[before:]
                if value is None:
                    continue
                labels = rows[r] if r < len(rows) else None, columns[c] if c < len(columns) else None
                if rows.count(labels[0]) > 1 or columns.count(labels[1]) > 1 or None in labels:
                    # The headings do not tell the place.
                    self.hand_over("refused", spot, block.key, item.key)
                if None in labels:
                    turned_away.append(((spot.row, spot.column), value))
                    self.find("E_ROW_NO_KEY", spot, block=block.key, item=block.all_fields[0])
                    continue
                taken.append(((spot.row, spot.column), value))
                records.append({block.row.key: labels[0], block.col.key: labels[1], item.key: value})
        self.result.ledger.account(block.key, item, cells, taken, turned_away, beside)
        return records

    # -- tables --------------------------------------------------------------------------------

    def _table(self, block: Table, located: Located) -> None:
        sheet = located.sheet
        self.result.sheets[block.key] = sheet.name
        self.result.cells[block.key] = {key: column_name(column) for key, column in located.columns.items()}
        since = len(self.result.entries)
        self._columns_missing(block, located)
        reader = TableReader(self, block, located)
        records: list[Row] = []
        places: list[int] = []
        last = located.first + located.rows - 1
        for row in reader.rows():
            record = reader.record(row)
            if record is not None:
                records.append(record)
                places.append(row + 1)
                last = max(last, row)
        rejected = self.result.rejected.get(block.key, {})
        hidden = [place for place in (*places, *rejected) if place - 1 in sheet.scan.hidden]
        if hidden:
            self.find("I_ROWS_HIDDEN", Spot(sheet), block=block.key, count=len(hidden))
        outside = [place for place in places if place > reader.end]
        if located.by_name and outside:
            self.find("W_ROWS_OUTSIDE", Spot(sheet, outside[0] - 1), block=block.key)
        by_row = {place - 1: record for place, record in zip(places, records, strict=True)}
        beside = self._beside(block, since)
        for item, column in reader.inputs:
            cells = cells_of(sheet, column, located.first)
            self._account(block, item, column, cells, by_row, beside.get(item.key, []))
        self.blocks[block.key] = records
        self.result.rows[block.key] = places
        self.result.starts[block.key] = located.first + 1
        self.table_rows[block.key] = last - located.first + 1

    def _columns_missing(self, block: Table, located: Located) -> None:
        for heading in located.unknown:
            spot = Spot(located.sheet, located.first - 1, heading.column)
            self.find("W_COLUMN_UNKNOWN", spot, block=block.key, title=heading.text[:60])
            for row in range(located.first, len(located.sheet.rows)):
                self.hand_over("outside", Spot(located.sheet, row, heading.column), block.key, title=heading.text)
        for item in block.fields:
            if item.key not in located.columns:
                severity: Severity | None = None if self.is_input(item) else "warning"
                spot = Spot(located.sheet, located.first - 1)
                self.find("E_COLUMN_MISSING", spot, block=block.key, item=item, severity=severity)


def _with_leading_zeros(digits: str, pattern: str) -> str:
    """Give back the zeros that a number lost, where the field has a fixed number of digits."""
    width = re.fullmatch(r"(?:\\d|\[0-9\])\{(\d+)\}", pattern)
    return digits.zfill(int(width[1])) if width is not None and digits.isdigit() else digits


def _titles(choices: ChoiceList) -> set[str]:
    return {fold(choices.title.de), fold(choices.title.en)}


def _label(raw: Any) -> str | None:
    """Return a label of a choice list as text."""
    if raw is None:
        return None
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime | date | timedelta):
        return TYPES["text"].parse(raw).value  # type: ignore[no-any-return]
    return clean_text(str(raw)) or None
