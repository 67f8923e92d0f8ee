"""What happens to the columns of a record list and their headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tests.mutators.book import Home, Sheet
from tests.mutators.book import Table as BookTable
from tests.mutators.registry import mutator
from tests.mutators.subject import Subject, linked
from vorlagen.layout import cell_name
from vorlagen.spec import Field, Table

ORDER, HEADINGS = "Spalten", "Überschriften"


def _each_heading(s: Subject, change: Callable[[Field, str], str | None], *, table_follows: bool = True) -> bool:
    """Rewrite headings of a table; none of it counts."""
    found = s.table()
    if found is None:
        return False
    block, table, sheet = found
    changed = False
    for column in range(table.left, table.right + 1):
        cell = sheet.at(table.top, column)
        if cell.home is None or cell.home.block != block.key:
            continue
        text = s.book.text(cell)
        new = change(block.by_key[cell.home.field], text)
        if new is None or new == text or new in table.columns:
            continue
        changed = True
        s.book.put(cell, new)
        if table_follows:
            table.columns[column - table.left] = new.replace("\n", "_x000a_")
    return changed


@mutator(HEADINGS)
def headings_upper(s: Subject) -> bool:
    """Headings in capitals."""
    return _each_heading(s, lambda item, text: text.upper() if "ß" not in text else None)


@mutator(HEADINGS)
def headings_lower(s: Subject) -> bool:
    """Headings in small letters."""
    return _each_heading(s, lambda item, text: text.lower())


@mutator(HEADINGS)
def headings_blanks(s: Subject) -> bool:
    """Blanks of all kinds around and inside."""
    return _each_heading(s, lambda item, text: f" \u00a0{text.replace(' ', '  ')} ")


@mutator(HEADINGS)
def headings_line_breaks(s: Subject) -> bool:
    """Line breaks instead of blanks."""
    return _each_heading(s, lambda item, text: text.replace(" ", "\n") + "\n")


@mutator(HEADINGS)
def headings_decomposed(s: Subject) -> bool:
    """Umlauts of two characters, as macOS writes them."""
    return _each_heading(s, lambda item, text: unicodedata.normalize("NFD", text))


@mutator(HEADINGS)
def headings_hyphenated(s: Subject) -> bool:
    """Soft hyphens, and hyphens of other kinds."""
    return _each_heading(s, lambda item, text: f"{text[:3]}\u00ad{text[3:]}".replace("-", "\u2011"))


@mutator(HEADINGS)
def headings_with_marks(s: Subject) -> bool:
    """A colon or the star of required fields behind the heading."""
    return _each_heading(s, lambda item, text: text + (" *" if item.required else ":"))


@mutator(HEADINGS)
def headings_with_units(s: Subject) -> bool:
    """The unit behind the heading."""

    def change(item: Field, text: str) -> str | None:
        if re.search(r"[()\[\]€%]", text):
            return None
        unit = item.unit[s.lang] if item.unit is not None else {"money": "€", "percent": "%"}.get(item.type)
        return f"{text} ({unit})" if unit else None

    return _each_heading(s, change)


@mutator(HEADINGS)
def headings_in_currency(s: Subject) -> bool:
    """The currency in words."""

    def change(item: Field, text: str) -> str | None:
        return f"{text} in EUR" if item.type == "money" and not re.search(r"[()€]", text) else None

    return _each_heading(s, change)


@mutator(HEADINGS)
def headings_translated(s: Subject) -> bool:
    """Headings of the other language, where they name one field only."""
    other = "de" if s.lang == "en" else "en"

    def change(item: Field, text: str) -> str | None:
        titles = [
            f.title[lang].casefold() for b in s.tables() for f in b.fields for lang in ("de", "en") if f is not item
        ]
        return item.title[other] if item.title[other].casefold() not in titles else None

    return _each_heading(s, change)


@mutator(HEADINGS)
def headings_only_in_the_table(s: Subject) -> bool:
    """The cells of the headings were cleared by a program; the table still names its columns."""
    found = s.table()
    if found is None:
        return False
    _, table, sheet = found
    for column in range(table.left, table.right + 1):
        s.book.put(sheet.at(table.top, column), None)
    return True


def _loose(s: Subject, block: Table, item: Field) -> bool:
    used = linked(s.key)
    return not (item.computed or item.required or item.required_if or (block.key, item.key) in used)


def _spare_column(s: Subject) -> tuple[Table, BookTable, Sheet, int, Field] | None:
    """Choose a column that nothing depends on."""
    found = s.table()
    if found is None:
        return None
    block, table, sheet = found
    columns = []
    for column in range(table.left, table.right + 1):
        home = sheet.at(table.top, column).home
        if home is None or not _loose(s, block, block.by_key[home.field]) or (block.key, home.field) in s.touched:
            continue
        if not any(t.block == block.key and t.field == home.field for t in s.touched if isinstance(t, Home)):
            columns.append(column)
    if not columns:
        return None
    column = s.rng.choice(columns)
    home = sheet.at(table.top, column).home
    assert home is not None
    s.touched.add((block.key, home.field))  # type: ignore[arg-type]
    return block, table, sheet, column, block.by_key[home.field]


@mutator(HEADINGS)
def heading_renamed(s: Subject) -> bool:
    """Another word: the column is missing, and one is unknown."""
    found = _spare_column(s)
    if found is None:
        return False
    block, table, _sheet, column, item = found
    s.book.rename_column(table, column, "Ganz anderes")
    _column_lost(s, block, item)
    s.expect("W_COLUMN_UNKNOWN", Home(block.key, item.key, -1))
    return True


@mutator(HEADINGS)
def heading_with_another_year(s: Subject) -> bool:
    """Umsatz 2025 is not Umsatz 2026: a number in a heading is never matched loosely."""
    found = _spare_column(s)
    if found is None:
        return False
    block, table, _sheet, column, item = found
    s.book.rename_column(table, column, item.title[s.lang] + " 2025")
    _column_lost(s, block, item)
    s.expect("W_COLUMN_UNKNOWN", Home(block.key, item.key, -1))
    return True


@mutator(HEADINGS)
def heading_in_thousands(s: Subject) -> bool:
    """T€ is not €: a heading with another unit names another figure."""
    found = _spare_column(s)
    if found is None or found[4].type != "money":
        return False
    block, table, _sheet, column, item = found
    s.book.rename_column(table, column, item.title[s.lang] + " (T€)")
    _column_lost(s, block, item)
    s.expect("W_COLUMN_UNKNOWN", Home(block.key, item.key, -1))
    return True


def _column_lost(s: Subject, block: Table, item: Field) -> None:
    s.expect("E_COLUMN_MISSING", ("", block.key, item.key))
    for row in s.rows(block):
        row.pop(item.key, None)
    for code, place in [k for k in s.findings if isinstance(k[1], Home)]:
        if isinstance(place, Home) and place.block == block.key and place.field == item.key and place.record >= 0:
            del s.findings[code, place]


@mutator(ORDER)
def column_deleted(s: Subject) -> bool:
    """A column that nothing depends on was deleted."""
    found = _spare_column(s)
    if found is None:
        return False
    block, _, sheet, column, item = found
    s.book.delete_column(sheet, column)
    _column_lost(s, block, item)
    return True


@mutator(ORDER)
def computed_column_deleted(s: Subject) -> bool:
    """A computed column was deleted: computed anyway, with a word."""
    found = s.table()
    if found is None:
        return False
    block, table, sheet = found
    homes = [(c, sheet.at(table.top, c).home) for c in range(table.left, table.right + 1)]
    columns = [
        (c, h)
        for c, h in homes
        if h is not None and block.by_key[h.field].computed and not block.by_key[h.field].carried
    ]
    columns = [(c, h) for c, h in columns if not any(isinstance(t, Home) and t[:2] == h[:2] for t in s.touched)]
    if not columns:
        return False
    column, home = s.rng.choice(columns)
    assert home is not None
    s.book.delete_column(sheet, column)
    for code, place in [k for k in s.findings if isinstance(k[1], Home)]:
        if isinstance(place, Home) and place[:2] == home[:2] and place.record >= 0:
            # The value is computed and judged all the same, but has no cell any more.
            s.findings[code, ("", *place[:2])] += s.findings.pop((code, place))
    s.expect("E_COLUMN_MISSING", ("", block.key, home.field))
    return True


@mutator(ORDER)
def columns_reversed(s: Subject) -> bool:
    """All columns in the opposite order."""
    return _permute(s, lambda columns: columns[::-1])


@mutator(ORDER)
def columns_shuffled(s: Subject) -> bool:
    """Columns in any order."""
    return _permute(s, lambda columns: s.rng.sample(columns, len(columns)))


def _permute(s: Subject, order: Callable[[list[int]], list[int]], *, table_follows: bool = True) -> bool:
    found = s.table()
    if found is None:
        return False
    _, table, sheet = found
    old = list(range(table.left, table.right + 1))
    new = order(old)
    inside = {place: cell for place, cell in sheet.cells.items() if table.top <= place[0] <= table.bottom}
    for place in inside:
        del sheet.cells[place]
    target = dict(zip(old, new, strict=True))
    for (row, column), cell in inside.items():
        sheet.cells[row, target.get(column, column)] = cell
    if table_follows:
        names = dict(zip(new, table.columns, strict=True))
        table.columns = [names[column] for column in old]
    return True


@mutator(ORDER)
def columns_moved_without_the_table(s: Subject) -> bool:
    """A program moved cells but left the table's list of columns as it was."""
    return _permute(s, lambda columns: [*columns[1:], columns[0]], table_follows=False)


@mutator(ORDER)
def column_inserted(s: Subject) -> bool:
    """A column of the sender's own between ours."""
    found = s.table()
    if found is None or found[1].right == found[1].left:
        return False
    block, table, sheet = found
    at = s.rng.randrange(table.left + 1, table.right + 1)
    s.book.insert_columns(sheet, at)
    s.book.rename_column(table, at, "Eigene Notiz")
    s.book.put(sheet.at(table.top + 1, at), "privat")
    s.expect("W_COLUMN_UNKNOWN", (sheet.name, cell_name(table.top, at)))
    s.touched.add(f"tab:{block.key}")
    return True


@mutator(ORDER)
def column_inserted_before_the_first(s: Subject) -> bool:
    """A column left of the table, with entries of its own."""
    found = s.table()
    if found is None:
        return False
    _, table, sheet = found
    s.book.insert_columns(sheet, table.left)
    for row in range(table.top, table.bottom + 1):
        s.book.put(sheet.at(row, table.left - 1), "•")
    return True


@mutator(ORDER)
def column_appended(s: Subject) -> bool:
    """A column behind the table's last one."""
    found = s.table()
    if found is None:
        return False
    block, table, sheet = found
    column = table.right + 1
    s.book.put(sheet.at(table.top, column), "Bemerkung Chef")
    s.book.put(sheet.at(table.top + 1, column), "ok")
    s.expect("W_COLUMN_UNKNOWN", (sheet.name, cell_name(table.top, column)))
    s.touched.add(f"tab:{block.key}")
    return True


@mutator(ORDER)
def columns_hidden(s: Subject) -> bool:
    """Hidden columns are read."""
    found = s.table()
    if found is None:
        return False
    _, table, sheet = found
    lines = f'<cols><col min="{table.left + 1}" max="{table.right + 1}" width="0" hidden="1" customWidth="1"/></cols>'
    sheet.before = re.sub(r"<cols>.*</cols>", lambda _: lines, sheet.before)
    return True
