"""One workbook under edit, with what the reader must find in it afterwards."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.mutators.book import Book, Home, Sheet, save_parts
from tests.mutators.book import Table as BookTable
from tests.workbooks import CATALOG, TODAY, brand, values_of
from vorlagen.checking import check
from vorlagen.compile import block_formulas
from vorlagen.fieldtypes import TYPES
from vorlagen.findings import Finding
from vorlagen.formulas.ast import AboveRef, ColRef, FieldRef, Position, PrevRef, RowRef, walk
from vorlagen.layout import Layout, layout_for
from vorlagen.reading import read_workbook
from vorlagen.records import ReadResult
from vorlagen.spec import Field, Form, Formula, Kpis, Lang, Matrix, Summary, Table, Template
from vorlagen.values import Row, Values, is_blank

Blocks = dict[str, list[Row] | Row]
# What a finding points to: a home, a cell, or only a block and field.
Place = Home | tuple[str, str] | tuple[str, str, str]
Stated = tuple[str, Place]

TABLE_ROWS = 12


@dataclass(frozen=True)
class Spot:
    """An input cell with its value."""

    block: Table | Form
    item: Field
    record: int
    value: Any

    @property
    def home(self) -> Home:
        """Where it belongs."""
        return Home(self.block.key, self.item.key, self.record)


@dataclass(frozen=True)
class Original:
    """The example workbook of a template, untouched, and how it reads."""

    template: Template
    lang: Lang
    layout: Layout
    parts: dict[str, bytes]
    blocks: Blocks
    lists: dict[str, list[Row]]
    findings: tuple[Stated, ...]


def judge(path: Path) -> ReadResult:
    """Read and check a workbook."""
    result = read_workbook(path, CATALOG, today=TODAY)
    check(result, today=TODAY)
    return result


@cache
def original(key: str, lang: Lang = "de") -> Original:
    """Write, read and check the example workbook of a template, with short tables."""
    from generators.workbook import write_workbook

    template = CATALOG.template(key)
    values = values_of(template, "example", lang)
    blocks = dict(values.blocks)
    if "feiertage" in blocks:
        blocks["feiertage"] = values.rows("feiertage")[:TABLE_ROWS]
    values = Values(blocks, values.lists)
    tables = [b for b in template.blocks.values() if isinstance(b, Table)]
    rows = {b.key: max(TABLE_ROWS, len(values.rows(b.key)) + 2) for b in tables}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mappe.xlsx"
        write_workbook(path, template, values, brand=brand(), lang=lang, today=TODAY, rows=rows)
        result = judge(path)
        assert result.outcome == "taken", result.findings
        book = Book(path)
        layout = layout_for(template, values, lang, rows)
        settle(book, layout)
        return Original(
            template, lang, layout, book.parts, result.values.blocks, result.values.lists,
            tuple(stated(f, book.homes()) for f in result.findings),
        )  # fmt: skip


def settle(book: Book, layout: Layout) -> None:
    """Tell every cell where it belongs."""
    for key, placed in layout.placed.items():
        sheet, block = book.sheets[placed.sheet], placed.block
        for name, place in placed.cells.items():
            sheet.at(*place).home = Home(key, name)
        for name, column in placed.columns.items():
            if isinstance(block, Table):
                sheet.at(placed.header, column).home = Home(key, name, -1)
            for n in range(placed.rows):
                sheet.at(placed.first + n, column).home = Home(key, name, n)
        if isinstance(block, Matrix):
            start, count = placed.across
            for c in range(count):
                sheet.at(placed.header, start + c).home = Home(key, block.col.key, -1, c)
            for n in range(placed.rows):
                for c in range(count):
                    sheet.at(placed.first + n, start + c).home = Home(key, block.cell.key, n, c)
    for key, place in layout.lists.items():
        for name, column in place.columns.items():
            for n in range(place.rows):
                book.sheets[layout.lists_sheet].at(place.first + n, column).home = Home(key, name, n)


def stated(finding: Finding, homes: dict[tuple[str, str], Home]) -> Stated:
    """Return a finding's code and what it points to."""
    origin = finding.origin
    if origin is None or not (origin.cell or (origin.sheet and not finding.block)):
        return finding.code, ("", finding.block, finding.field)
    place = origin.sheet, origin.cell
    return finding.code, homes.get(place, place)


@cache
def linked(key: str) -> frozenset[tuple[str, str]]:
    """Input fields that any formula, reference or merge rule of the template uses."""
    template = CATALOG.template(key)
    found: set[tuple[str, str]] = set()
    for block in template.blocks.values():
        for formula in block_formulas(block):
            for node in walk(formula.node):
                if isinstance(node, RowRef | AboveRef | PrevRef):
                    found.add((block.key, node.key))
                elif isinstance(node, ColRef | FieldRef):
                    found.add((node.block, node.key))
        for item in block.all_fields:
            parts = (item.ref or "").split(".")[-2:]
            if item.ref:
                found |= {(parts[0], parts[1]), (block.key, item.key)}
        if isinstance(block, Table):
            found |= {(block.key, k) for k in (*block.identity, *block.merge.on, *block.merge.newest_by)}
    return frozenset(found)


@cache
def placed_by_row(key: str) -> frozenset[str]:
    """Tables whose formulas depend on the place of a row."""
    template = CATALOG.template(key)
    return frozenset(
        block.key
        for block in template.blocks.values()
        for formula in block_formulas(block)
        if isinstance(block, Table)
        for node in walk(formula.node)
        if isinstance(node, AboveRef | PrevRef | Position)
    )


@dataclass
class Subject:
    """A workbook under edit.

    Attributes:
        blocks, lists: what must be read.
        findings: what must be said, with what was said of the original.
        loose: codes that may come in addition, where the edit leaves them open.
        touched: homes that an edit used up.
        saved: changes of the saved parts, in order.
    """

    key: str
    rng: random.Random
    book: Book
    source: Original
    blocks: Blocks
    lists: dict[str, list[Row]]
    findings: Counter[Stated]
    touched: set[Home | str] = field(default_factory=set)
    saved: list[Callable[[dict[str, bytes]], None]] = field(default_factory=list)
    programs: list[Callable[[Path], Path]] = field(default_factory=list)
    forgotten: bool = False
    refused: str = ""

    @property
    def template(self) -> Template:
        """The template."""
        return self.source.template

    @property
    def layout(self) -> Layout:
        """Where everything lay before the edits."""
        return self.source.layout

    @property
    def lang(self) -> Lang:
        """Language of the workbook."""
        return self.source.lang

    # -- choosing ------------------------------------------------------------------------------

    def tables(self, at_least: int = 1) -> list[Table]:
        """Record lists that hold records and still are tables."""
        return [
            b for b in self.template.blocks.values()
            if isinstance(b, Table) and len(self.rows(b)) >= at_least and f"tab_{b.key}" in self.book.tables
            and b.key != "feiertage" and f"tab:{b.key}" not in self.touched
        ]  # fmt: skip

    def rows(self, block: Table) -> list[Row]:
        """Records that must be read."""
        rows = self.blocks.get(block.key, [])
        return rows if isinstance(rows, list) else []

    def table(self, at_least: int = 1) -> tuple[Table, BookTable, Sheet] | None:
        """Choose a record list."""
        found = self.tables(at_least)
        if not found:
            return None
        block = self.rng.choice(found)
        table = self.book.tables[f"tab_{block.key}"]
        return block, table, self.book.sheet_of(table)

    def column_of(self, block: Table, table: BookTable, key: str) -> int | None:
        """Return the column of a field."""
        sheet = self.book.sheet_of(table)
        columns = range(table.left, table.right + 1)
        return next((c for c in columns if sheet.at(table.top, c).home == Home(block.key, key, -1)), None)

    def spots(self, *kinds: str) -> Iterator[Spot]:
        """Filled input cells of record lists and forms."""
        for block in self.template.blocks.values():
            if not isinstance(block, Table | Form) or block.key == "feiertage":
                continue
            content = self.blocks.get(block.key, [])
            records = content if isinstance(content, list) else [content]
            for item in block.fields:
                if item.computed or (kinds and item.type not in kinds):
                    continue
                for n, record in enumerate(records):
                    if not is_blank(record.get(item.key)):
                        yield Spot(block, item, n, record[item.key])

    def spot(self, *kinds: str, where: Callable[[Spot], bool] = lambda s: True, free: bool = False) -> Spot | None:
        """Choose a filled input cell that no edit used; with `free`, one whose loss has no consequence."""
        used = linked(self.key)
        found = [
            s for s in self.spots(*kinds)
            if s.home not in self.touched and where(s) and (s.block.key, s.item.key) not in self.touched
            and not (free and (s.item.required or s.item.required_if or (s.block.key, s.item.key) in used))
        ]  # fmt: skip
        places = {cell.home for sheet in self.book.sheets.values() for cell in sheet.cells.values()}
        found = [s for s in found if s.home in places]
        if not found:
            return None
        spot = self.rng.choice(found)
        self.touched.add(spot.home)
        return spot

    # -- editing -------------------------------------------------------------------------------

    def type(self, spot: Spot, value: Any) -> None:
        """Type a value into a cell."""
        sheet, row, column = self.book.find(spot.home)
        self.book.put(sheet.at(row, column), value)

    def record(self, spot: Spot) -> Row:
        """Return the record that must be read."""
        content = self.blocks[spot.block.key]
        return content[spot.record] if isinstance(content, list) else content

    def expect(self, code: str, place: Place) -> None:
        """State a finding."""
        self.findings[code, place] += 1

    def lose(self, spot: Spot, code: str) -> None:
        """State that a value cannot be read, with its finding."""
        self.record(spot).pop(spot.item.key)
        self.expect(code, spot.home)

    def forget_results(self) -> None:
        """Drop stored results; carried fields are computed again."""
        self.book.forget_results()
        self.forgotten = True


def subject(key: str, seed: int = 0, lang: Lang = "de") -> Subject:
    """Return a fresh workbook of a template."""
    source = original(key, lang)
    book = Book(source.parts)
    settle(book, source.layout)
    return Subject(
        key, random.Random(f"{key}:{seed}"), book, source, copy.deepcopy(source.blocks), copy.deepcopy(source.lists),
        Counter(source.findings),
    )  # fmt: skip


def problems(subject: Subject, folder: Path) -> list[str]:
    """Save, read and check a workbook, and return what is not as it must be."""
    homes = subject.book.homes()
    parts = subject.book.bytes()
    for change in subject.saved:
        change(parts)
    path = save_parts(folder / "mappe.xlsx", parts)
    for program in subject.programs:
        path = program(path)
    result = judge(path)
    codes = sorted({f.code for f in result.findings})
    if subject.refused:
        return [] if codes == [subject.refused] else [f"expected {subject.refused}, got {codes}"]
    if result.outcome != "taken":
        return [f"{result.outcome}: {codes}"]
    found: list[str] = []
    keys = {*subject.blocks, *result.values.blocks}
    for key in sorted(keys):
        wanted, read = _plain(subject.blocks.get(key, [])), _plain(result.values.blocks.get(key, []))
        if wanted != read:
            found.append(f"{key}: {_difference(wanted, read)}")
    if subject.lists != result.values.lists:
        found.append("lists differ")
    got = Counter(stated(f, homes) for f in result.findings)
    found += [f"missing {code} at {place}" for code, place in (subject.findings - got).elements()]
    found += [f"unexpected {code} at {place}" for code, place in (got - subject.findings).elements()]
    return found


def _plain(content: Any) -> Any:
    """Return values without blanks; numbers to twelve digits."""
    if isinstance(content, dict):
        return {k: _plain(v) for k, v in content.items() if not is_blank(v)}
    if isinstance(content, list):
        rows = [_plain(row) for row in content]
        while rows and not rows[-1]:
            rows.pop()
        return rows
    return float(f"{content:.12g}") if isinstance(content, float) else content


def _difference(wanted: Any, read: Any) -> str:
    if isinstance(wanted, list) and isinstance(read, list):
        if len(wanted) != len(read):
            return f"{len(wanted)} records wanted, {len(read)} read"
        n = next(n for n, (a, b) in enumerate(zip(wanted, read, strict=True)) if a != b)
        return f"record {n}: {_difference(wanted[n], read[n])}"
    if isinstance(wanted, dict) and isinstance(read, dict):
        keys = [k for k in {*wanted, *read} if wanted.get(k) != read.get(k)]
        return "; ".join(f"{k}: {wanted.get(k)!r} wanted, {read.get(k)!r} read" for k in sorted(keys))
    return f"{wanted!r} wanted, {read!r} read"


__all__ = ["TYPES", "Formula", "Kpis", "Original", "Spot", "Subject", "Summary", "original", "problems", "subject"]
