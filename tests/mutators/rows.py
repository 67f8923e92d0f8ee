"""What happens to the rows of a record list, and around it."""

from __future__ import annotations

import re

from tests.mutators.book import Home, Sheet
from tests.mutators.book import Table as BookTable
from tests.mutators.registry import mutator
from tests.mutators.subject import Subject, placed_by_row
from vorlagen.layout import cell_name
from vorlagen.spec import Table

GROUP = "Zeilen"


@mutator(GROUP, stage=1)
def rows_inserted_above(s: Subject) -> bool:
    """Two rows above the table, as Excel inserts them."""
    found = s.table()
    if found is None:
        return False
    _, table, sheet = found
    s.book.insert_rows(sheet, s.rng.randrange(0, table.top + 1), 2)
    return True


@mutator(GROUP, stage=1)
def rows_inserted_above_by_a_program(s: Subject) -> bool:
    """Rows inserted by a program that leaves tables and names where they were."""
    found = s.table()
    if found is None:
        return False
    _block, table, sheet = found
    s.book.insert_rows(sheet, table.top - 1, 2, follow=False)
    first = sheet.at(table.top + 2, table.left).home
    assert first is not None
    s.expect("W_PLACE_DIFFERS", first)
    return True


@mutator(GROUP)
def rows_above_forms(s: Subject) -> bool:
    """A row inserted at the top of every sheet that is no record list."""
    done = False
    tables = {s.book.sheet_of(t).name for t in s.book.tables.values()}
    for sheet in s.book.sheets.values():
        if sheet.name not in tables and any(c.home and c.home.block in s.template.blocks for c in sheet.cells.values()):
            s.book.insert_rows(sheet, 1)
            done = True
    return done


@mutator(GROUP, stage=1)
def blank_rows_inside(s: Subject) -> bool:
    """Blank rows between records."""
    found = _movable(s, 2)
    if found is None:
        return False
    _block, table, sheet = found
    s.book.insert_rows(sheet, table.top + 2, 2)
    s.forget_results()
    return True


def _movable(s: Subject, at_least: int = 1) -> tuple[Table, BookTable, Sheet] | None:
    """Choose a table whose records do not depend on their place."""
    tables = [b for b in s.tables(at_least) if b.key not in placed_by_row(s.key)]
    if not tables:
        return None
    block = s.rng.choice(tables)
    table = s.book.tables[f"tab_{block.key}"]
    return block, table, s.book.sheet_of(table)


@mutator(GROUP)
def sorted_backwards(s: Subject) -> bool:
    """Records sorted: the same records in another order."""
    found = _movable(s, 2)
    if found is None:
        return False
    block, table, sheet = found
    return _reorder(s, block, table, sheet, list(range(len(s.rows(block))))[::-1])


@mutator(GROUP)
def sorted_at_random(s: Subject) -> bool:
    """Records in any order."""
    found = _movable(s, 2)
    if found is None:
        return False
    block, table, sheet = found
    count = len(s.rows(block))
    return _reorder(s, block, table, sheet, s.rng.sample(range(count), count))


def _reorder(s: Subject, block: Table, table: BookTable, sheet: Sheet, order: list[int]) -> bool:
    """Put record order[n] into the n-th row; expectations keep naming records by their first place."""
    rows = s.rows(block)
    first = table.top + 1
    if any(isinstance(t, Home) and t.block == block.key for t in s.touched) or f"tab:{block.key}" in s.touched:
        return False
    target = {first + old: first + new for new, old in enumerate(order)}
    s.book.move(sheet, rows=target)
    s.blocks[block.key] = [rows[n] for n in order]
    s.touched.add(f"tab:{block.key}")
    s.forget_results()
    return True


@mutator(GROUP, stage=1)
def rows_hidden(s: Subject) -> bool:
    """Hidden rows are read, and named once per sheet."""
    found = s.table(2)
    if found is None:
        return False
    block, table, sheet = found
    _hide(sheet, table.top + 2)
    s.findings["I_ROWS_HIDDEN", ("", block.key, "")] = 1
    return True


def _hide(sheet: Sheet, row: int) -> None:
    sheet.rows[row] = re.sub(r' hidden="1"', "", sheet.rows.get(row, "")) + ' hidden="1"'


@mutator(GROUP, stage=1)
def rows_filtered(s: Subject) -> bool:
    """A filter that shows one record only."""
    found = s.table(2)
    if found is None:
        return False
    block, table, sheet = found
    for n in range(1, len(s.rows(block))):
        _hide(sheet, table.top + 1 + n)
    area = f"{cell_name(table.top, table.left)}:{cell_name(table.bottom, table.right)}"
    text = s.book.parts[table.part].decode()
    column = '<filterColumn colId="0"><filters><filter val="x"/></filters></filterColumn>'
    text = text.replace(f'<autoFilter ref="{area}"/>', f'<autoFilter ref="{area}">{column}</autoFilter>')
    s.book.parts[table.part] = text.encode()
    s.findings["I_ROWS_HIDDEN", ("", block.key, "")] = 1
    return True


@mutator(GROUP)
def row_deleted(s: Subject) -> bool:
    """The last record was deleted with its row; nothing refers to it."""
    found = _movable(s, 2)
    if found is None:
        return False
    block, table, sheet = found
    key = s.rows(block)[-1].get(block.key_field)
    last = len(s.rows(block)) - 1
    if any(isinstance(t, Home) and t.block == block.key for t in s.touched) or f"tab:{block.key}" in s.touched:
        return False
    if any(isinstance(p, Home) and p.block == block.key for _, p in s.findings):
        return False
    refs = [f for b in s.template.blocks.values() for f in b.all_fields if f.ref and f.ref.split(".")[-2] == block.key]
    if refs or block.checks or key is None:
        return False
    s.book.move(sheet, rows={})
    for column in range(table.left, table.right + 1):
        cell = sheet.at(table.top + 1 + last, column)
        cell.head, cell.body = cell.style, ""
    s.blocks[block.key] = s.rows(block)[:-1]
    s.touched.add(f"tab:{block.key}")
    s.forget_results()
    return True


def _free_row(s: Subject) -> tuple[Table, BookTable, Sheet, int, int] | None:
    """Choose a table with a blank row behind its records, and its key column."""
    found = s.table()
    if found is None:
        return None
    block, table, sheet = found
    column = s.column_of(block, table, block.key_field)
    row = table.top + 1 + len(s.rows(block))
    if (
        column is None
        or block.by_key[block.key_field].computed
        or row > table.bottom
        or f"tab:{block.key}" in s.touched
    ):
        return None
    return block, table, sheet, row, column


@mutator(GROUP)
def total_in_the_last_row(s: Subject) -> bool:
    """A total typed below the records."""
    found = _free_row(s)
    if found is None or found[0].by_key[found[0].key_field].type not in ("text", "choice"):
        return False
    block, _table, sheet, row, column = found
    s.book.put(sheet.at(row, column), "Summe:")
    s.expect("I_ROW_IGNORED", ("", block.key, ""))
    s.touched.add(f"tab:{block.key}")
    return True


@mutator(GROUP)
def totals_row_switched_on(s: Subject) -> bool:
    """Excel's own totals row."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched:
        return False
    block, table, sheet = found
    table.bottom += 1
    table.totals = 1
    s.book.put(sheet.at(table.bottom, table.left), "Ergebnis")
    cell = sheet.at(table.bottom, table.right)
    cell.head, cell.body = "", f"<f>SUBTOTAL(103,{cell_name(table.top + 1, table.right)})</f><v>1</v>"
    if block.by_key[_first_key(sheet, table)].computed:
        table.bottom, table.totals = table.bottom - 1, 0
        return False
    s.expect("I_ROW_IGNORED", ("", block.key, ""))
    s.touched.add(f"tab:{block.key}")
    return True


def _first_key(sheet: Sheet, table: BookTable) -> str:
    home = sheet.at(table.top, table.left).home
    return home.field if home is not None else ""


@mutator(GROUP)
def total_below_the_table(s: Subject) -> bool:
    """Sums written under the table."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched:
        return False
    block, table, sheet = found
    numbers = [f for f in block.fields if f.type in ("int", "money", "decimal") and not f.computed]
    column = s.column_of(block, table, numbers[0].key) if numbers and numbers[0].key != block.key_field else None
    if column is None:
        return False
    cell = sheet.at(table.bottom + 2, column)
    area = f"{cell_name(table.top + 1, column)}:{cell_name(table.bottom, column)}"
    cell.head, cell.body = "", f"<f>SUM({area})</f><v>5</v>"
    s.expect("I_ROW_IGNORED", ("", block.key, ""))
    s.touched.add(f"tab:{block.key}")
    return True


@mutator(GROUP)
def note_below_the_table(s: Subject) -> bool:
    """A remark under the table is no record."""
    found = _free_row(s)
    if found is None or f"tab:{found[0].key}" in s.touched:
        return False
    block, table, sheet, _, column = found
    inputs = [f for f in block.fields if not f.computed]
    if len(inputs) < 2 or not any(f.required for f in inputs if f.key != block.key_field):
        return False
    s.book.put(sheet.at(table.bottom + 3, column), "Stand: geprüft am Montag, bitte bis Freitag zurück")
    s.expect("W_ROW_NOTE", (sheet.name, cell_name(table.bottom + 3, column)))
    s.touched.add(f"tab:{block.key}")
    return True


@mutator(GROUP)
def note_beside_the_table(s: Subject) -> bool:
    """A remark right of the table, apart from it."""
    found = s.table()
    if found is None:
        return False
    _, table, sheet = found
    s.book.put(sheet.at(table.top + 1, table.right + 3), "bitte prüfen")
    return True


@mutator(GROUP)
def table_shrunk(s: Subject) -> bool:
    """The table was made as short as its records."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched:
        return False
    block, table, sheet = found
    last = table.top + max(1, len(s.rows(block)))
    for (row, column), cell in sheet.cells.items():
        if row > last and table.left <= column <= table.right and row <= table.bottom:
            cell.head, cell.body = "", ""
    table.bottom = last
    s.touched.add(f"tab:{block.key}")
    s.forget_results()
    return True


@mutator(GROUP)
def table_grown(s: Subject) -> bool:
    """The table was dragged further down; its new rows are blank."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched:
        return False
    block, table, _ = found
    table.bottom += 5
    s.touched.add(f"tab:{block.key}")
    s.forget_results()
    return True


def copied_record(s: Subject, block: Table) -> dict[str, object] | None:
    """Return a further record like the last one, under a key of its own; None when the key cannot be made."""
    row = dict(s.rows(block)[-1])
    key = block.by_key[block.key_field]
    if key.computed or key.type not in ("text",) or key.ref or key.pattern or block.checks or key.personal:
        return None
    if any(f.unique and f.key != key.key for f in block.fields) or len(block.identity) > 1:
        return None
    row[key.key] = "NEU-99"
    return {k: v for k, v in row.items() if not block.by_key[k].computed}


@mutator(GROUP)
def record_below_the_table(s: Subject) -> bool:
    """A record typed below the table is read, with a word."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched or found[0].key in placed_by_row(s.key):
        return False
    block, table, sheet = found
    record = copied_record(s, block)
    last = len(s.rows(block)) - 1
    if record is None or any(isinstance(t, Home) and t.block == block.key for t in s.touched):
        return False
    if any(isinstance(p, Home) and p.block == block.key for _, p in s.findings):
        return False
    row = table.bottom + 1
    for column in range(table.left, table.right + 1):
        source = sheet.at(table.top + 1 + last, column)
        if source.home is None or source.home.field not in record:
            continue
        target = sheet.at(row, column)
        target.head, target.body = source.head, source.body
        if source.home.field == block.key_field:
            s.book.put(target, "NEU-99")
    s.rows(block).append(record)
    s.expect("W_ROWS_OUTSIDE", ("", block.key, ""))
    s.touched.add(f"tab:{block.key}")
    s.forget_results()
    return True


@mutator(GROUP)
def key_doubled(s: Subject) -> bool:
    """A record was copied and its key left: both rows are named."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched or found[0].key in placed_by_row(s.key):
        return False
    block, table, sheet = found
    record = copied_record(s, block)
    last = len(s.rows(block)) - 1
    row = table.top + 1 + last + 1
    if record is None or row > table.bottom or any(isinstance(t, Home) and t.block == block.key for t in s.touched):
        return False
    if any(isinstance(p, Home) and p.block == block.key for _, p in s.findings):
        return False
    record[block.key_field] = s.rows(block)[-1][block.key_field]
    for column in range(table.left, table.right + 1):
        source, target = sheet.at(table.top + 1 + last, column), sheet.at(row, column)
        if source.home is not None and source.home.field in record:
            target.head, target.body = source.head, source.body
    s.rows(block).append(record)
    for n in (last, last + 1):
        s.expect("E_DUPLICATE", Home(block.key, block.key_field, n))
    s.touched.add(f"tab:{block.key}")
    s.forget_results()
    return True
