"""Template -> Layout: on which sheet and in which cells everything lies.

Computed once; the writer writes there, formulas refer there, the reader looks there
first. Rows and columns are 0-based here, as XlsxWriter counts them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from vorlagen.fieldtypes import TYPES
from vorlagen.formulas.ast import ListRef, walk
from vorlagen.spec import (
    Attribute,
    Axis,
    Block,
    Chart,
    ChoiceList,
    Field,
    Form,
    Gantt,
    Kpis,
    Lang,
    Matrix,
    Prose,
    Sheet,
    Summary,
    Table,
    Template,
    Text,
)
from vorlagen.values import Values

LISTS_SHEET = Text("Listen", "Lists")
NOTES_SHEET = Text("Hinweise", "Notes")
# Name of the sheet that a copy to hand back has beside those of its template; the second one
# when the template has a sheet of the first.
FEEDBACK_SHEET = Text("Rückmeldung", "Feedback")
FEEDBACK_SHEET_2 = Text("Rückmeldung (Prüfung)", "Feedback (check)")
HEADING = -1  # in place of a record's index: the heading of its column

# The grid of sheets that are not record lists: a margin, a label column, then equal columns.
MARGIN_WIDTH = 2.0
LABEL_WIDTH = 28.0
GRID_WIDTH = 13.0
DAY_WIDTH = 1.6  # a column of a schedule: two digits in small print
FORM_VALUE_WIDTH = 44.0
FORM_HELP_WIDTH = 62.0
PARAMETER_WIDTH = 20.0
MAX_CHOICE_WIDTH = 44.0
SPARE_LIST_ROWS = 10
CARDS_PER_LINE = 6
DASHBOARD_COLUMNS = 10  # grid columns behind the label column that charts and cards span


@cache
def column_name(col: int) -> str:
    """Return the letters of a 0-based column."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, col: int) -> str:
    """Return the A1 name of a 0-based cell."""
    return f"{column_name(col)}{row + 1}"


def quote_sheet(name: str) -> str:
    """Return a sheet name as formulas write it."""
    plain = name.isascii() and name.replace("_", "").isalnum() and not name[0].isdigit()
    return name if plain else f"'{name}'"


@dataclass(frozen=True)
class Placed:
    """Where one block lies.

    Attributes:
        top: row of the section heading (or of the header, when there is none).
        header: row of the column headings.
        first: first row of data.
        rows: number of data rows (forms: 1).
        columns: field key -> column, for blocks with rows.
        cells: field key -> (row, column), for forms and key figures.
        across: columns of a matrix's cells: first column and number.
        width: number of columns the block spans, for charts 1 (half) or 2 (full).
        slot: charts: 0 left or full, 1 right.
    """

    block: Block
    sheet: str
    top: int
    header: int
    first: int
    rows: int
    columns: dict[str, int] = field(default_factory=dict)
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)
    across: tuple[int, int] = (0, 0)
    table: str | None = None
    bottom: int = 0
    slot: int = 0

    @property
    def last(self) -> int:
        """Last row of data."""
        return self.first + self.rows - 1

    def defined_name(self, key: str) -> str | None:
        """Defined name of a single cell, None for columns."""
        return f"{self.block.key}.{key}" if key in self.cells else None

    def label(self, key: str) -> tuple[int, int]:
        """Row and column of the label of a single cell: above a card's figure, else left of the value."""
        row, column = self.cells[key]
        if isinstance(self.block, Kpis) and self.block.layout == "cards":
            return row - 1, column
        # The right half of a pair has a narrow grid column for its label, which runs over two.
        right = (
            isinstance(self.block, Form) and self.block.columns == 2 and column > min(c for _, c in self.cells.values())
        )
        return row, column - (2 if right else 1)

    def place(self, key: str) -> str:
        """The A1 range of a field."""
        if key in self.cells:
            return cell_name(*self.cells[key])
        block = self.block
        if isinstance(block, Matrix):
            start, count = self.across
            if key == block.cell.key:
                return f"{cell_name(self.first, start)}:{cell_name(self.last, start + count - 1)}"
            if key == block.col.key:
                return f"{cell_name(self.header, start)}:{cell_name(self.header, start + count - 1)}"
        col = self.columns[key]
        return f"{cell_name(self.first, col)}:{cell_name(self.last, col)}"


@dataclass(frozen=True)
class PlacedList:
    """Where a choice list lies on the sheet Listen."""

    choices: ChoiceList
    header: int
    first: int
    rows: int
    columns: dict[str, int]


@dataclass(frozen=True)
class PlacedSheet:
    """One sheet: its spec (None for generated ones), blocks and column widths.

    `grid` sheets have equal columns behind the label column (dashboards); the others have
    one wide column of values and one of help texts (forms, parameters).
    """

    name: str
    spec: Sheet | None
    role: str
    blocks: tuple[Placed, ...] = ()
    widths: dict[int, float] = field(default_factory=dict)
    grid: bool = False

    @property
    def table(self) -> Placed | None:
        """The record list of the sheet, if it has one."""
        return next((p for p in self.blocks if isinstance(p.block, Table)), None)


@dataclass(frozen=True)
class Layout:
    """All positions of one workbook."""

    template: Template
    lang: Lang
    sheets: tuple[PlacedSheet, ...]
    lists: dict[str, PlacedList]

    @cached_property
    def placed(self) -> dict[str, Placed]:
        """Blocks by key."""
        return {p.block.key: p for sheet in self.sheets for p in sheet.blocks}

    @property
    def lists_sheet(self) -> str:
        """Name of the sheet with the choice lists."""
        return LISTS_SHEET[self.lang]

    @property
    def notes_sheet(self) -> str:
        """Name of the sheet with the notes."""
        return NOTES_SHEET[self.lang]

    def spot(self, block: str, field: str, index: int = 0, across: int = 0) -> tuple[str, int, int] | None:
        """Return (sheet, row, column) of a cell, None when there is none.

        Args:
            block: a block, or a choice list.
            field: its field; empty for the heading of the block.
            index: record counted from 0, or HEADING; in a heading line of a matrix the column.
            across: column of a matrix's cell.
        """
        if block in self.lists:
            place = self.lists[block]
            row = place.header if index == HEADING else place.first + index
            column = place.columns.get(field or "wert")
            return None if column is None or index >= place.rows else (self.lists_sheet, row, column)
        placed = self.placed.get(block)
        if placed is None:
            return None
        if not field:
            at = min(placed.columns.values(), default=1) if isinstance(placed.block, Table) else 1
            return placed.sheet, placed.top, at
        if field in placed.cells:
            return placed.sheet, *placed.cells[field]
        if index >= placed.rows and field in placed.columns:
            return None
        if field in placed.columns:
            return placed.sheet, placed.header if index == HEADING else placed.first + index, placed.columns[field]
        if isinstance(placed.block, Matrix) and field in (placed.block.cell.key, placed.block.col.key):
            start, count = placed.across
            is_cell = field == placed.block.cell.key
            row, column = (index, across) if is_cell else (HEADING, index)
            if row < placed.rows and column < count:
                return placed.sheet, placed.header if row == HEADING else placed.first + row, start + column
        return None

    def field_width(self, block: str, key: str) -> float:
        """Width of the column of a field."""
        placed = self.placed[block]
        return next(s for s in self.sheets if s.name == placed.sheet).widths.get(placed.columns[key], GRID_WIDTH)


def role_of(sheet: Sheet) -> str:
    """Return the role of a sheet, derived from its blocks when not stated."""
    if sheet.role:
        return sheet.role
    kinds = {block.kind for block in sheet.blocks}
    if "table" in kinds:
        return "list"
    if kinds <= {"form", "text"}:
        return "form"
    return "dashboard"


def column_width(item: Field, lang: Lang, choices: ChoiceList | None = None) -> float:
    """Return the column width of a field in a record list.

    Args:
        item: the field; its own width holds unless the heading or a choice would be cut.
        lang: language of heading and choices.
        choices: the list of a choice field.
    """
    heading = heading_width(item.title[lang])
    chosen = min(_longest_label(choices, lang) + 2.0, MAX_CHOICE_WIDTH) if choices else 0.0
    if item.width:
        return max(item.width, heading, chosen)
    return max(TYPES[item.type].width, heading + 1.0, chosen)


def heading_width(title: str) -> float:
    """Return the narrowest column in which a heading takes two lines and no word is broken."""
    words = title.replace("-", "- ").split()
    halves = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(len(words) + 1)]
    return min(max(len(first), len(second)) for first, second in halves) + 2.0


def _longest_label(choices: ChoiceList, lang: Lang) -> int:
    return max((len(c.label[lang]) for c in choices.values), default=0)


def make_layout(
    template: Template,
    lang: Lang = "de",
    rows: Mapping[str, int] | None = None,
    capacities: Mapping[str, int] | None = None,
) -> Layout:
    """Place every block.

    Args:
        template: the template.
        lang: language of names and headings.
        rows: rows per table, where they differ from the capacity in the spec.
        capacities: rows per choice list, where they differ from the spec.
    """
    sizes = _Sizes(template, rows or {}, capacities or {})
    sheets = [_place_sheet(sheet, lang, sizes) for sheet in template.sheets]
    lists, list_widths = _place_lists(template, sizes, lang)
    if lists:
        sheets.append(PlacedSheet(LISTS_SHEET[lang], None, "lists", (), list_widths))
    sheets.append(PlacedSheet(NOTES_SHEET[lang], None, "notes", (), {0: MARGIN_WIDTH, 1: 34.0, 2: 21.0, 3: 97.0}))
    return Layout(template, lang, tuple(sheets), lists)


def list_capacities(template: Template, lists: Mapping[str, Sequence[object]]) -> dict[str, int]:
    """Return the rows of each choice list: what the spec gives, or the values there are and spare rows."""
    return {
        c.key: max(c.capacity, len(lists.get(c.key, ())) + (0 if c.fix else min(c.spare, SPARE_LIST_ROWS)))
        for c in template.lists
    }


def layout_for(
    template: Template,
    values: Values,
    lang: Lang,
    rows: Mapping[str, int] | None = None,
    capacities: Mapping[str, int] | None = None,
) -> Layout:
    """Return the layout that has room for the values.

    Args:
        template: the template.
        values: inputs and contents of choice lists.
        lang: language of names and headings.
        rows: rows per table, where they differ from the capacity in the spec.
        capacities: rows per choice list, where they are known; others get spare rows.
    """
    needed = {
        block.key: max((rows or {}).get(block.key, block.rows), len(values.rows(block.key)))
        for block in template.blocks.values()
        if isinstance(block, Table)
    }
    lists = list_capacities(template, values.lists)
    for choices in template.lists:
        if capacities is not None and choices.key in capacities:
            used = len(values.lists.get(choices.key, ()))
            lists[choices.key] = max(choices.capacity, used, capacities[choices.key])
    return make_layout(template, lang, needed, lists)


@dataclass(frozen=True)
class _Sizes:
    template: Template
    rows: Mapping[str, int]
    capacities: Mapping[str, int]

    def table(self, block: Table) -> int:
        return max(1, self.rows.get(block.key, block.rows))

    def choices(self, key: str | None) -> ChoiceList | None:
        return self.template.list_by_key[key] if key else None

    def list(self, choices: ChoiceList) -> int:
        return self.capacities.get(choices.key, choices.capacity)

    def axis(self, axis: Axis) -> int:
        from_list = self.list(self.template.list_by_key[axis.list]) if axis.list else 0
        count = axis.count
        if axis.rows_of is not None:
            table = self.template.blocks[axis.rows_of]
            assert isinstance(table, Table)
            count = self.table(table)
        return from_list + count + len(axis.extra)


def _place_sheet(sheet: Sheet, lang: Lang, sizes: _Sizes) -> PlacedSheet:
    role = role_of(sheet)
    name = sheet.name[lang]
    placed: list[Placed] = []
    widths: dict[int, float] = {}
    is_list = any(isinstance(b, Table) for b in sheet.blocks)
    row = 3  # below the sheet's title and help line
    slot = 0
    for block in sheet.blocks:
        if isinstance(block, Chart):
            if slot == 1 and not block.wide:
                previous = placed[-1]
                item = Placed(
                    block, name, previous.top, previous.top, previous.top, previous.rows, bottom=previous.bottom, slot=1
                )
                slot = 0
            else:
                item = Placed(block, name, row, row, row, block.rows, bottom=row + block.rows, slot=0)
                slot = 0 if block.wide else 1
        else:
            slot = 0
            item = _place_block(block, name, row, lang, sizes, widths, is_list)
        placed.append(item)
        row = item.bottom + 1
    grid = not is_list and (role == "dashboard" or any(isinstance(b, Summary | Matrix | Chart) for b in sheet.blocks))
    if not is_list:
        widths.setdefault(0, MARGIN_WIDTH)
        widths[1] = max(widths.get(1, 0.0), LABEL_WIDTH, _label_width(sheet.blocks, lang))
        if grid:
            for col in range(2, 2 + DASHBOARD_COLUMNS):
                widths.setdefault(col, GRID_WIDTH)
        else:
            widths[2] = PARAMETER_WIDTH if role == "parameter" else FORM_VALUE_WIDTH
            widths[3] = MARGIN_WIDTH
            widths[4] = FORM_HELP_WIDTH
    return PlacedSheet(name, sheet, role, tuple(placed), widths, grid)


def _label_width(blocks: Sequence[Block], lang: Lang) -> float:
    """Width of the column that holds the labels of forms and of figures in lines."""
    labels = [
        item.title[lang] + (" *" if item.required else "")
        for block in blocks
        if isinstance(block, Form) or (isinstance(block, Kpis) and block.layout == "list")
        for item in block.fields
    ]
    return max((len(label) + 2.0 for label in labels), default=0.0)


def _place_block(
    block: Block, sheet: str, row: int, lang: Lang, sizes: _Sizes, widths: dict[int, float], is_list: bool
) -> Placed:
    top = row
    if block.title is not None and not isinstance(block, Table):
        row += 1
    if isinstance(block, Table):
        rows = sizes.table(block)
        columns = {f.key: n for n, f in enumerate(block.fields)}
        for f in block.fields:
            widths[columns[f.key]] = column_width(f, lang, sizes.choices(f.list))
        return Placed(block, sheet, top, row, row + 1, rows, columns, table=f"tab_{block.key}", bottom=row + rows)
    left = 0 if is_list else 1
    if isinstance(block, Form):
        cells = _form_cells(block, row, left)
        bottom = max(r for r, _ in cells.values()) + 1
        return Placed(block, sheet, top, row, row, 1, cells=cells, bottom=bottom)
    if isinstance(block, Kpis):
        cells = _kpi_cells(block, row, left)
        last = max(r for r, _ in cells.values())
        return Placed(block, sheet, top, row, row, 1, cells=cells, bottom=last + (2 if block.layout == "cards" else 1))
    if isinstance(block, Prose):
        return Placed(block, sheet, top, row, row, len(block.lines), bottom=row + len(block.lines))
    if isinstance(block, Matrix):
        columns = {block.row.key: left} | {f.key: left + 1 + n for n, f in enumerate(block.fields)}
        start, count = left + 1 + len(block.fields), sizes.axis(block.col)
        rows = sizes.axis(block.row)
        _widen(widths, columns, _wanted(block, lang, sizes))
        width = DAY_WIDTH if isinstance(block, Gantt) else block.cell.width
        if width:
            for col in range(start, start + count):
                widths[col] = max(widths.get(col, 0.0), width)
        header = row + (2 if isinstance(block, Gantt) else 0)  # week heads stand above the day heads
        bottom = header + 1 + rows + (1 if block.totals else 0)
        return Placed(block, sheet, top, header, header + 1, rows, columns, across=(start, count), bottom=bottom)
    if isinstance(block, Summary):
        columns = {block.row.key: left} | {f.key: left + 1 + n for n, f in enumerate(block.fields)}
        rows = sizes.axis(block.row)
        _widen(widths, columns, _wanted(block, lang, sizes))
        return Placed(block, sheet, top, row, row + 1, rows, columns, bottom=row + 1 + rows)
    raise TypeError(f"no placement for {type(block).__name__}")


def _wanted(block: Summary | Matrix, lang: Lang, sizes: _Sizes) -> dict[str, float | None]:
    """Widths that a block asks for: its own, room for its headings and for the names of the list in its rows."""
    wanted: dict[str, float | None] = {
        f.key: max(f.width or GRID_WIDTH, heading_width(f.title[lang])) for f in block.fields
    }
    choices = sizes.choices(listed(block.row))
    room = _longest_label(choices, lang) + 2.0 if choices else 0.0
    return {block.row.key: max(block.row.width or 0.0, room)} | wanted


def listed(axis: Axis) -> str | None:
    """Return the choice list whose names the headings show, None when they show something else."""
    if axis.list is not None or axis.formula is None:
        return axis.list
    shown = {n.list for n in walk(axis.formula.node) if isinstance(n, ListRef) and n.attribute == "wert"}
    return shown.pop() if len(shown) == 1 else None


def _widen(widths: dict[int, float], columns: dict[str, int], wanted: dict[str, float | None]) -> None:
    for key, width in wanted.items():
        if width:
            widths[columns[key]] = max(widths.get(columns[key], 0.0), width)


def _form_cells(block: Form, row: int, left: int) -> dict[str, tuple[int, int]]:
    if block.columns == 1:
        return {f.key: (row + n, left + 1) for n, f in enumerate(block.fields)}
    half = (len(block.fields) + 1) // 2
    cells = {f.key: (row + n, left + 1) for n, f in enumerate(block.fields[:half])}
    return cells | {f.key: (row + n, left + 5) for n, f in enumerate(block.fields[half:])}


def card_lines(count: int) -> list[int]:
    """Return how many cards stand on each line, as even as possible."""
    lines = -(-count // CARDS_PER_LINE)
    even, more = divmod(count, lines)
    return [even + (1 if n < more else 0) for n in range(lines)]


def _kpi_cells(block: Kpis, row: int, left: int) -> dict[str, tuple[int, int]]:
    if block.layout == "list":
        return {f.key: (row + n, left + 1) for n, f in enumerate(block.fields)}
    cells: dict[str, tuple[int, int]] = {}
    fields = iter(block.fields)
    for line, count in enumerate(card_lines(len(block.fields))):
        # A card is label, figure, note; the first card fills the label column, others two grid columns.
        for n in range(count):
            cells[next(fields).key] = (row + 4 * line + 1, left if n == 0 else left + 2 * n - 1)
    return cells


def _longest(attribute: Attribute, choices: ChoiceList, sizes: _Sizes, lang: Lang) -> int:
    """Characters of the longest value of an attribute."""
    values = [str(c.attributes.get(attribute.key, "")) for c in choices.values]
    if attribute.list is not None:
        named = sizes.template.list_by_key[attribute.list].by_key
        values = [named[v].label[lang] if v in named else v for v in values]
    return max(map(len, values), default=0)


def _place_lists(template: Template, sizes: _Sizes, lang: Lang) -> tuple[dict[str, PlacedList], dict[int, float]]:
    header, lists, widths, col = 4, {}, {}, 0
    for choices in template.lists:
        columns = {"wert": col} | {a.key: col + 1 + n for n, a in enumerate(choices.attributes)}
        longest = max((len(c.label[lang]) for c in choices.values), default=8)
        widths[col] = max(14.0, min(60.0, longest + 3.0), len(choices.title[lang]) + 3.0)
        for a in choices.attributes:
            widths[columns[a.key]] = max(
                12.0, len(a.title[lang]) + 3.0, min(60.0, _longest(a, choices, sizes, lang) + 3.0)
            )
        lists[choices.key] = PlacedList(choices, header, header + 1, sizes.list(choices), columns)
        col += len(columns)
        widths[col] = 2.0
        col += 1
    return lists, widths
