"""Summaries, matrices, record lists and plain listings as tables of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from generators.accounting import Listing
from generators.html_marks import Marks, plain_style
from generators.html_numbers import BLANK, number_of, places_of, python_value, written
from generators.html_series import column
from vorlagen.consolidated import Merged
from vorlagen.fieldtypes import TYPES
from vorlagen.layout import column_width
from vorlagen.provenance import PROVENANCE
from vorlagen.spec import Field, FieldType, Lang, Matrix, Summary, Table, Text
from vorlagen.values import Row, is_blank

LIMIT = 200
PAPER_ROWS = 50  # rows of a record list that are printed
STEPS = 40  # widths of data bars
HEAT = 10
_PAPER = 165.0  # characters that a landscape page holds
_SHOWN_ON_PAPER = ("quelle_datei", "quelle_zeile")


@dataclass(frozen=True)
class Column:
    """A column heading; `paper` columns are printed."""

    title: str
    align: str = "left"
    help: str = ""
    paper: bool = True

    @property
    def css(self) -> str:
        """Class names."""
        names = [{"left": "", "right": "r", "center": "c"}[self.align], "" if self.paper else "screen"]
        return " ".join(n for n in names if n)


@dataclass(frozen=True)
class Cell:
    """A cell: its text, its size for sorting (None: by text), its class names."""

    text: str
    size: float | None = None
    css: str = ""
    blank: bool = False

    @property
    def sort(self) -> str | None:
        """Sort key, None where the text itself is the key."""
        return "" if self.blank else None if self.size is None else f"{self.size:.12g}"


@dataclass(frozen=True)
class View:
    """A table as the page shows it."""

    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    help: str = ""
    note: str = ""
    foot: list[Cell] = field(default_factory=list)
    wide: bool = False
    paper: int = LIMIT

    @property
    def sorted(self) -> bool:
        """Whether the columns can be sorted."""
        return len(self.rows) > 1


def cell(item: Field, value: Any, lang: Lang, places: int | None = None, css: str = "") -> Cell:
    """Return a typed value as a cell."""
    info = TYPES[item.type]
    names = [{"left": "", "right": "r", "center": "c"}[info.align], css]
    if is_blank(value):
        names.append("n")
    size = number_of(value)
    text = written(item, value, lang, places=places)
    return Cell(text, size, " ".join(n for n in names if n), blank=is_blank(value))


def _column(item: Field, lang: Lang, *, paper: bool = True) -> Column:
    return Column(item.title[lang], TYPES[item.type].align, item.help[lang] if item.help else "", paper)


def bar(value: float | None, top: float) -> str:
    """Return the class of a data bar; empty bars keep the figures of a column in line."""
    if value is None or value <= 0 or top <= 0:
        return "bar w0"
    return f"bar w{max(1, round(STEPS * min(value, top) / top))}"


def _plain(style: str, value: float | None, values: Sequence[float]) -> str:
    """Return the class of a bar or of a heat colour."""
    if style == "bar":
        return bar(value, max(values, default=0.0))
    if value is None or not values:
        return ""
    low, high = min(values), max(values)
    if style == "heat_diverging":
        reach = max(abs(low), abs(high)) or 1.0
        return f"{'cold' if value >= 0 else 'hot'}{round(HEAT * abs(value) / reach)}"
    share = (value - low) / (high - low) if high > low else 0.0
    return f"{'hot' if style == 'heat_reverse' else 'cold'}{round(HEAT * share)}"


def more(total: int, lang: Lang) -> str:
    """Return the note under a list that is longer than what is shown."""
    if total <= LIMIT:
        return ""
    shown = f"{total:,}".replace(",", "." if lang == "de" else ",")
    if lang == "de":
        return f"Gezeigt werden die ersten {LIMIT} von {shown} Zeilen; alle stehen in der Excel- und CSV-Ausgabe."
    return f"The first {LIMIT} of {shown} rows are shown; the Excel and CSV output has all of them."


def _with_styles(
    block: Summary | Table | Matrix, item: Field, values: list[Any], marks: Marks, lang: Lang, rows: Sequence[int]
) -> list[Cell]:
    places, style = places_of(item, values), plain_style(block, item.key)
    sizes = [n for v in values if (n := number_of(v)) is not None]
    out = []
    for n, value in zip(rows, values, strict=True):
        css = _plain(style, number_of(value), sizes) if style else ""
        mark = marks.style(n, item.key)
        out.append(cell(item, value, lang, places, " ".join(c for c in (css, f"h-{mark}" if mark else "") if c)))
    return out


def summary(item: Merged, marked: Merged, block: Summary, lang: Lang) -> View | None:
    """Return a summary; None when it has no rows."""
    head = block.all_fields[0]
    heads = column(item, block.key, head)
    rows = [n for n, value in enumerate(heads) if value is not None]
    if not rows:
        return None
    kept, marks = rows[:LIMIT], Marks(marked, block)
    bars = any(plain_style(block, f.key) for f in block.fields)
    columns = [_with_styles(block, head, [heads[n] for n in kept], marks, lang, kept)]
    for n, f in enumerate(block.fields):
        values = column(item, block.key, f)
        cells = _with_styles(block, f, [values[r] for r in kept], marks, lang, kept)
        if n == 0 and not bars and f.type in ("money", "int"):
            cells = _barred(cells)
        columns.append(cells)
    return View(
        block.title[lang] if block.title else "", [replace(_column(f, lang), align=_align(f, n == 0))
        for n, f in enumerate(block.all_fields)], [list(row) for row in zip(*columns, strict=True)],
        block.help[lang] if block.help else "", more(len(rows), lang), wide=len(columns) > 9,
    )  # fmt: skip


def _align(item: Field, first: bool) -> str:
    return "left" if first else TYPES[item.type].align


def _barred(cells: list[Cell]) -> list[Cell]:
    """Give a column data bars unless it has negative values."""
    sizes = [c.size for c in cells if c.size is not None]
    if len(sizes) < 2 or min(sizes) < 0 or min(sizes) == max(sizes):
        return cells
    return [replace(c, css=f"{c.css} {bar(c.size, max(sizes))}".strip()) for c in cells]


def matrix(item: Merged, block: Matrix, lang: Lang) -> View | None:
    """Return a matrix; None when it has no rows or no columns."""
    row_head, across = block.all_fields[0], block.by_key[block.col.key]
    heads, tops = column(item, block.key, row_head), column(item, block.key, across)
    rows = [n for n, value in enumerate(heads) if value is not None]
    cols = [n for n, value in enumerate(tops) if value is not None]
    if not rows or not cols:
        return None
    grid = item.computed.matrix(block.key)
    values = [[python_value(block.cell, grid[r][c]) for c in cols] for r in rows[:LIMIT]]
    flat = [v for line in values for v in line]
    places, style = places_of(block.cell, flat), plain_style(block, block.cell.key)
    sizes = [n for v in flat if (n := number_of(v)) is not None]
    further = [(f, column(item, block.key, f)) for f in block.fields]
    said = "Summe" if lang == "de" else "Total"
    align = TYPES[block.cell.type].align
    columns = [replace(_column(row_head, lang), align="left"), *(_column(f, lang) for f, _ in further)]
    columns += [Column(written(across, tops[c], lang), align) for c in cols]
    body = []
    for line, r in zip(values, rows, strict=False):
        cells = [replace(cell(row_head, heads[r], lang), css=""), *(cell(f, v[r], lang) for f, v in further)]
        cells += [cell(block.cell, v, lang, places, _plain(style, number_of(v), sizes) if style else "") for v in line]
        if block.totals:
            cells.append(cell(block.cell, _sum(line), lang, places, "sum"))
        body.append(cells)
    foot: list[Cell] = []
    if block.totals:
        columns.append(Column(said, align))
        sums = [_sum([line[n] for line in values]) for n in range(len(cols))]
        foot = [Cell(said), *(Cell("") for _ in further), *(cell(block.cell, s, lang, places) for s in sums)]
        foot.append(cell(block.cell, _sum(sums), lang, places))
    return View(
        block.title[lang] if block.title else "", columns, body, block.help[lang] if block.help else "",
        more(len(rows), lang), foot, wide=len(columns) > 9,
    )  # fmt: skip


def _sum(values: Sequence[Any]) -> float:
    return sum(n for v in values if (n := number_of(v)) is not None)


def _on_paper(block: Table, lang: Lang) -> frozenset[str]:
    """Return the columns that a printed page shows: keys first, then what must be filled in or is coloured."""
    coloured = {key for rule in block.highlight for key in rule.fields}
    order = [f for f in block.fields if f.key in block.identity]
    order += [f for f in block.fields if f.required] + [f for f in block.fields if f.key in coloured]
    order += [f for f in block.fields if f.type not in ("long", "url", "email", "phone")]
    room = _PAPER - sum(column_width(f, lang) for f in block.fields if f.key in _SHOWN_ON_PAPER)
    kept = set(_SHOWN_ON_PAPER)
    for f in dict.fromkeys(order):
        width = column_width(f, lang)
        if f.key not in kept and width <= room:
            kept.add(f.key)
            room -= width
    return frozenset(kept)


def records(item: Merged, marked: Merged, block: Table, lang: Lang) -> View | None:
    """Return the record list of a table, provenance last; None when it is empty."""
    total = len(item.values.rows(block.key))
    if not total:
        return None
    kept, marks, paper = list(range(min(total, LIMIT))), Marks(marked, block), _on_paper(block, lang)
    columns, cells = [], []
    for f in block.fields:
        values = _values(item, block, f, kept)
        columns.append(_column(f, lang, paper=f.key in paper))
        column_cells = _with_styles(block, f, values, marks, lang, kept)
        if f.key not in paper:
            column_cells = [replace(c, css=f"{c.css} screen".strip()) for c in column_cells]
        cells.append(column_cells)
    left_out = sum(1 for c in columns if not c.paper)
    title = block.title[lang] if block.title else item.template.sheet_of[block.key].name[lang]
    body = [list(row) for row in zip(*cells, strict=True)]
    return View(title, columns, body, _count(total, left_out, lang), more(total, lang), wide=True, paper=PAPER_ROWS)


def _values(item: Merged, block: Table, f: Field, kept: Sequence[int]) -> list[Any]:
    if f.computed and not f.carried:
        computed = item.computed.column(block.key, f.key)
        return [python_value(f, computed[n]) for n in kept]
    rows = item.values.rows(block.key)
    return [rows[n].get(f.key) for n in kept]


def _count(total: int, left_out: int, lang: Lang) -> str:
    number = f"{total:,}".replace(",", "." if lang == "de" else ",")
    cut = []
    if lang == "de":
        text = "1 Zeile" if total == 1 else f"{number} Zeilen"
        cut += [f"die ersten {PAPER_ROWS} Zeilen"] if total > PAPER_ROWS else []
        cut += [f"ohne {left_out} Spalten"] if left_out else []
        return "; im Druck ".join([text, " ".join(cut)]) if cut else text
    text = "1 row" if total == 1 else f"{number} rows"
    cut += [f"the first {PAPER_ROWS} rows"] if total > PAPER_ROWS else []
    cut += [f"without {left_out} columns"] if left_out else []
    return "; printed: ".join([text, " ".join(cut)]) if cut else text


def form_records(rows: Sequence[Row], fields: Sequence[Field], title: str, lang: Lang) -> View:
    """Return the records of a form, one per workbook, with where they come from."""
    shown = [f for f in fields if not f.computed or any(f.key in row for row in rows)]
    shown += [f for f in PROVENANCE if f.key not in {s.key for s in shown}]
    budget, columns = _PAPER, []
    for f in shown:
        budget -= column_width(f, lang)
        columns.append(_column(f, lang, paper=budget >= 0))
    body = []
    for row in rows[:LIMIT]:
        cells = [cell(f, row.get(f.key), lang) for f in shown]
        body.append([
            c if k.paper else replace(c, css=f"{c.css} screen".strip()) for c, k in zip(cells, columns, strict=True)
        ])  # fmt: skip
    left_out = sum(1 for c in columns if not c.paper)
    return View(
        title, columns, body, _count(len(rows), left_out, lang), more(len(rows), lang), wide=True, paper=PAPER_ROWS
    )


def listing(data: Listing, lang: Lang) -> View:
    """Return one of the lists that account for the merge."""
    kinds: dict[str, FieldType] = {"int": "int", "date": "date"}
    named = zip(data.names, data.columns, strict=True)
    fields = [Field(name, Text(t, t), kinds.get(kind, "text")) for name, (t, _, kind) in named]
    body = [[cell(f, v, lang) for f, v in zip(fields, row, strict=True)] for row in data.rows[:LIMIT]]
    heads = [_column(f, lang) for f in fields]
    return View(data.title, heads, body, data.help, more(len(data.rows), lang), paper=PAPER_ROWS)


__all__ = ["BLANK", "Cell", "Column", "View", "cell", "form_records", "listing", "matrix", "records", "summary"]
