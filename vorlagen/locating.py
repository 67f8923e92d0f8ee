"""Where the blocks of a template lie in a workbook as it came back.

People rename sheets, move columns, insert rows, and save with other programs. Names that
programs keep (tables, defined names) go first, then headings, then the layout's position.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vorlagen.headings import Headings, fold, same_label
from vorlagen.intake.raw import Area, RawBook, RawSheet
from vorlagen.layout import FEEDBACK_SHEET, FEEDBACK_SHEET_2, Layout, Placed, PlacedList, column_name, make_layout
from vorlagen.spec import LANGS, Block, Form, Kpis, Lang, Matrix, Summary, Table, Template, Text

SEARCH_ROWS = 400
LONGEST_LABEL = 120


class Spot(NamedTuple):
    """A place in the file, 0-based; a row or column of -1 means none."""

    sheet: RawSheet
    row: int = -1
    column: int = -1


@dataclass
class Heading:
    """One column of a table in the file: 0-based column, field (None = unknown), text."""

    column: int
    key: str | None
    text: str


@dataclass
class Located:
    """A block in the file; rows and columns 0-based.

    Attributes:
        first: first row of data.
        rows: rows of data, for tables without those below the table's end.
        columns: field -> column (tables, summaries, matrices).
        cells: field -> (sheet, row, column) (forms, key figures).
        unknown: columns of a table that the template does not have.
        by_name: a table that was found as a table object.
        moved: cells that stand elsewhere than their table or name says.
    """

    placed: Placed
    sheet: RawSheet
    first: int = 0
    rows: int = 0
    totals: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    cells: dict[str, tuple[RawSheet, int, int]] = field(default_factory=dict)
    unknown: list[Heading] = field(default_factory=list)
    across: tuple[int, int] = (0, 0)
    by_name: bool = False
    moved: list[tuple[RawSheet, int, int]] = field(default_factory=list)


def list_areas(book: RawBook, template: Template) -> dict[str, Area]:
    """Return the whole area of each choice list by its defined name, spare rows included."""
    found: dict[str, Area] = {}
    for choices in template.lists:
        areas = book.areas(choices.key)
        if not areas or sheet_named(book, areas[0].sheet) is None:
            continue
        first = areas[0]
        same = [a for a in areas if a.sheet == first.sheet and a.left == first.left]
        found[choices.key] = Area(first.sheet, first.top, first.left, max(a.bottom for a in same), first.left)
    return found


def layout_of(book: RawBook, template: Template, lang: Lang, areas: Mapping[str, Area]) -> Layout:
    """Return the layout with tables and lists as long as they are in the file."""
    capacities = {key: max(1, area.bottom - area.top + 1) for key, area in areas.items()}
    rows: dict[str, int] = {}
    for block in template.blocks.values():
        table = book.tables.get(f"tab_{block.key}".casefold())
        if isinstance(block, Table) and table is not None:
            rows[block.key] = max(1, table.area.bottom - table.area.top)
    return make_layout(template, lang, rows, capacities)


def sheet_named(book: RawBook, name: str) -> RawSheet | None:
    """Return the sheet of a name; case and Unicode form do not matter."""
    if name in book.sheets:
        return book.sheets[name]
    return next((sheet for key, sheet in book.sheets.items() if fold(key) == fold(name)), None)


def is_feedback(name: str) -> bool:
    """Whether a sheet is the list of findings in a copy that was handed back."""
    return fold(name) in {fold(names[lang]) for names in (FEEDBACK_SHEET, FEEDBACK_SHEET_2) for lang in LANGS}


class Locator:
    """Finds blocks in one workbook."""

    def __init__(self, book: RawBook, layout: Layout) -> None:
        self.book = book
        self.layout = layout
        self.sheets = self._match_sheets()
        self.headings: dict[str, Headings] = {}
        self.labels: dict[str, dict[str, list[tuple[int, int]]]] = {}

    def _match_sheets(self) -> dict[str, RawSheet]:
        """Return layout sheet -> file sheet: by name, by what lies on it, by position."""
        found: dict[str, RawSheet] = {}
        for place in self.layout.sheets:
            if (sheet := sheet_named(self.book, place.name)) is not None:
                found[place.name] = sheet
        for place in self.layout.sheets:
            if place.name in found:
                continue
            for item in place.blocks:
                name = self._sheet_by_content(item)
                sheet = sheet_named(self.book, name) if name else None
                if sheet is not None and sheet not in found.values():
                    found[place.name] = sheet
                    break
        missing = [place.name for place in self.layout.sheets if place.name not in found]
        spare = [
            sheet
            for sheet in self.book.sheets.values()
            if all(sheet is not s for s in found.values()) and not is_feedback(sheet.name)
        ]
        order = list(self.book.sheets.values())
        names = [place.name for place in self.layout.sheets]
        for name in missing:
            index = names.index(name)
            sheet = order[index] if index < len(order) else None
            if sheet is not None and any(sheet is s for s in spare):
                found[name] = sheet
        return found

    def _sheet_by_content(self, item: Placed) -> str | None:
        if item.table and (table := self.book.tables.get(item.table.casefold())):
            return table.area.sheet
        for key in item.cells:
            areas = self.book.areas(item.defined_name(key) or "")
            if areas:
                return areas[0].sheet
        return None

    def unknown_sheets(self) -> list[RawSheet]:
        """Sheets of the file that are neither part of the template nor our own list of findings."""
        return [
            s
            for s in self.book.sheets.values()
            if all(s is not known for known in self.sheets.values()) and not is_feedback(s.name)
        ]

    def locate(self, block: Block) -> Located | None:
        """Return where a block lies, None when it is not in the file."""
        placed = self.layout.placed[block.key]
        if isinstance(block, Table):
            return self._table(block, placed)
        if isinstance(block, Form | Kpis):
            return self._cells(placed)
        if isinstance(block, Summary | Matrix):
            return self._grid(block, placed)
        return None

    # -- forms and key figures -------------------------------------------------------------

    def _cells(self, placed: Placed) -> Located | None:
        """Find the cells of a form by their names, then by their labels, then by their place."""
        located = Located(placed, RawSheet("", ""))
        default = self.sheets.get(placed.sheet)
        named: set[str] = set()
        for key, (row, column) in placed.cells.items():
            name = placed.defined_name(key) or ""
            areas = self.book.areas(name)
            # Some programs rename a sheet without the names that refer to it.
            sheet = sheet_named(self.book, areas[0].sheet) or self.sheets.get(areas[0].sheet) if areas else None
            if sheet is not None:
                located.cells[key] = (sheet, areas[0].top, areas[0].left)
                named.add(key)
            elif name.casefold() not in self.book.names and default is not None:
                located.cells[key] = (default, row, column)
        if not located.cells:
            return None
        # Names go before labels, which people may reword, unless they point beside the label of another field.
        moved = any(self._beside_another(placed, key, place) for key, place in located.cells.items())
        for key, place in list(located.cells.items()):
            found = self._by_label(placed, key, place) if moved or key not in named else place
            if found is None:
                continue
            if found != place and key in named:
                located.moved.append(found)
            located.cells[key] = found
        located.sheet = next(iter(located.cells.values()))[0]
        return located

    @staticmethod
    def _label(placed: Placed, key: str, place: tuple[RawSheet, int, int]) -> object:
        """Return what stands where the label of a field belongs."""
        (row, column), (label_row, label_column) = placed.cells[key], placed.label(key)
        return place[0].at(place[1] - row + label_row, place[2] - column + label_column)

    def _beside_another(self, placed: Placed, key: str, place: tuple[RawSheet, int, int]) -> bool:
        held, fields = self._label(placed, key, place), placed.block.by_key
        if held is None or same_label(held, fields[key].title):
            return False
        return any(same_label(held, item.title) for other, item in fields.items() if other != key)

    def _by_label(self, placed: Placed, key: str, place: tuple[RawSheet, int, int]) -> tuple[RawSheet, int, int] | None:
        """Return the place beside the label of a field, None when the sheet has it not or more than once."""
        title = placed.block.by_key[key].title
        if same_label(self._label(placed, key, place), title):
            return place
        sheet = place[0]
        (row, column), (label_row, label_column) = placed.cells[key], placed.label(key)
        if sheet.name not in self.labels:
            self.labels[sheet.name] = dict(_labels(sheet))
        found = {p for lang in LANGS for p in self.labels[sheet.name].get(fold(title[lang]), ())}
        found = {p for p in found if p[1] == label_column} or found
        if len(found) != 1:
            return None
        label = next(iter(found))
        return sheet, label[0] - label_row + row, label[1] - label_column + column

    # -- summaries and matrices ------------------------------------------------------------

    def _grid(self, block: Summary | Matrix, placed: Placed) -> Located | None:
        sheet = self.sheets.get(placed.sheet)
        if sheet is None:
            return None
        titles = [block.row.title, *(f.title for f in block.fields)]
        left = placed.columns[block.row.key]
        header = self._find_line(sheet, titles, placed.header, left)
        if header is None:
            return None
        row, column = header
        shift = column - left
        columns = {key: col + shift for key, col in placed.columns.items()}
        across = (placed.across[0] + shift, placed.across[1])
        return Located(placed, sheet, row + 1, placed.rows, columns=columns, across=across)

    def _find_line(self, sheet: RawSheet, titles: list[Text], row: int, column: int) -> tuple[int, int] | None:
        """Find headings that stand side by side: at their place, else anywhere on the sheet."""

        def count(r: int, c: int) -> int:
            return sum(same_label(sheet.at(r, c + n), title) for n, title in enumerate(titles))

        def fits(r: int, c: int) -> bool:
            return count(r, c) == len(titles)

        if same_label(sheet.at(row, column), titles[0]) and count(row, column) * 2 > len(titles):
            return row, column
        for r, line in enumerate(sheet.rows[:SEARCH_ROWS]):
            for c, value in enumerate(line):
                if value != "" and same_label(value, titles[0]) and fits(r, c):
                    return r, c
        return None

    # -- tables ----------------------------------------------------------------------------

    def _table(self, block: Table, placed: Placed) -> Located | None:
        table = self.book.tables.get((placed.table or "").casefold())
        if table is not None and (sheet := sheet_named(self.book, table.area.sheet)) is not None:
            area = table.area
            moved = self._moved(block, sheet, area)
            if moved:
                area = Area(area.sheet, area.top + moved, area.left, area.bottom + moved, area.right)
            headings = self._headings(block, sheet, area, () if moved else table.columns)
            if any(h.key for h in headings):
                located = self._located(placed, sheet, headings, area, table.totals)
                located.by_name = True
                located.moved += [(sheet, area.top, area.left)] if moved else []
                return located
        return self._table_by_headings(block, placed)

    def _moved(self, block: Table, sheet: RawSheet, area: Area) -> int:
        """Return by how many rows the headings stand below the table, where a program moved the cells alone."""
        keys = self._keys(block)

        def score(row: int) -> int:
            return len({key for c in range(area.left, area.right + 1) if (key := keys.key(sheet.at(row, c) or ""))})

        if score(area.top) * 2 >= len(block.fields):
            return 0
        best = max(range(min(SEARCH_ROWS, len(sheet.rows))), key=score, default=area.top)
        return best - area.top if score(best) * 2 >= len(block.fields) else 0

    def _keys(self, block: Table) -> Headings:
        if block.key not in self.headings:
            self.headings[block.key] = Headings(block.fields, self.layout.lang)
        return self.headings[block.key]

    def _table_by_headings(self, block: Table, placed: Placed) -> Located | None:
        """Find a table that is no table object any more: the line with most of its headings."""
        first = self.sheets.get(placed.sheet)
        best = self._best_line(block, first) if first is not None else None
        if first is None or best is None:
            lines = ((s, self._best_line(block, s)) for s in self.book.sheets.values() if s is not first)
            found = [(line[0], sheet, line) for sheet, line in lines if line is not None]
            if not found:
                return None
            _, first, best = max(found, key=lambda item: item[0])
        _, row, headings = best
        known = {h.column for h in headings if h.key}
        headings = [h for h in headings if h.key or min(known) <= h.column <= max(known) + 1]
        rows = max(1, min(placed.rows, len(first.rows) - row - 1))
        return self._located(placed, first, headings, Area(first.name, row, min(known), row + rows, max(known)), 0)

    def _best_line(self, block: Table, sheet: RawSheet) -> tuple[int, int, list[Heading]] | None:
        """Return (score, row, headings) of the line with most headings of a table, if it has half of them."""
        best: tuple[int, int, list[Heading]] | None = None
        for row, line in enumerate(sheet.rows[:SEARCH_ROWS]):
            filled = [c for c, value in enumerate(line) if value != ""]
            if len(filled) * 2 < len(block.fields):
                continue
            headings = self._headings(block, sheet, Area(sheet.name, row, filled[0], row, filled[-1]), ())
            score = sum(1 for h in headings if h.key)
            if score * 2 >= len(block.fields) and (best is None or score > best[0]):
                best = (score, row, headings)
        return best

    def twin(self, sheet: RawSheet) -> Table | None:
        """Return the record list whose headings, with entries below, stand on a further sheet."""
        for block in self.layout.template.blocks.values():
            if isinstance(block, Table) and len(block.fields) > 2:
                line = self._best_line(block, sheet)
                if line is None:
                    continue
                _, row, headings = line
                columns = [h.column for h in headings if h.key]
                if any(sheet.at(r, c) is not None for r in range(row + 1, len(sheet.rows)) for c in columns):
                    return block
        return None

    @staticmethod
    def _located(placed: Placed, sheet: RawSheet, headings: list[Heading], area: Area, totals: int) -> Located:
        """Return the place of a table; `area` begins with the line of headings."""
        columns: dict[str, int] = {}
        unknown: list[Heading] = []
        for heading in headings:
            if heading.key is None or heading.key in columns:
                unknown.append(heading)
            else:
                columns[heading.key] = heading.column
        return Located(placed, sheet, area.top + 1, area.bottom - area.top, totals, columns, unknown=unknown)

    def _headings(self, block: Table, sheet: RawSheet, area: Area, named: tuple[str, ...]) -> list[Heading]:
        """Match the headings in the first line of an area with fields; columns added at its right belong to it."""
        row, left, right = area.top, area.left, area.right
        while sheet.at(row, right + 1) is not None:
            right += 1
        keys = self._keys(block)
        texts = {column: sheet.at(row, column) for column in range(left, right + 1)}
        written = {keys.key(text) for text in texts.values() if text is not None}
        found = []
        for column, text in texts.items():
            if text is not None:
                found.append(Heading(column, keys.key(text), str(text)))
                continue
            name = named[column - left] if column - left < len(named) else ""
            key = keys.key(name)
            if key is not None and key in written:
                # Inserted by a program that moved the headings but not the table.
                if any(sheet.at(r, column) is not None for r in range(row + 1, len(sheet.rows))):
                    found.append(Heading(column, None, column_name(column)))
            elif name:
                found.append(Heading(column, key, name))
        return found


def list_columns(area: Area | None, place: PlacedList) -> dict[str, int]:
    """Return the columns of a list and its attributes in the file."""
    shift = area.left - place.columns["wert"] if area is not None else 0
    return {key: column + shift for key, column in place.columns.items()}


def _labels(sheet: RawSheet) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield the texts of a sheet that may be labels, with their places."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row, line in enumerate(sheet.rows[:SEARCH_ROWS]):
        for column, value in enumerate(line):
            if isinstance(value, str) and 0 < len(value) <= LONGEST_LABEL:
                found.setdefault(fold(value).rstrip(" *:"), []).append((row, column))
    yield from found.items()
