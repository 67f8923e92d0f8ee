"""One workbook of a template whose inputs change while its formulas stay: in IronCalc, and as positions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from generators.blocks.gantt import GROUP
from generators.context import cell_value
from generators.workbook import write_workbook
from tests import engines, workbooks
from tests.fills import Fills
from tests.libreoffice import Block, Office
from vorlagen.compute import Computed, compute_together, matrix_inputs, note_key
from vorlagen.layout import Placed, cell_name
from vorlagen.spec import Field, Form, Formula, Gantt, Kpis, Matrix, Summary, Table
from vorlagen.values import Values, input_fields
from vorlagen.witness import Witness

Cell = tuple[str, int, int]  # sheet, row and column from 0
Number = int | float
UNSAID = object()  # a voice says nothing about a cell


@dataclass(frozen=True)
class Output:
    """A computed field (or the totals, notes or heads beside it) and its cells."""

    block: str
    key: str
    kind: str  # column, matrix, note, heads, or right, below and corner for totals
    cells: list[Cell]
    money: bool

    @property
    def field(self) -> str:
        """Block and key, as messages name them."""
        return f"{self.block}.{self.key}"

    def values(self, computed: Computed) -> list[Any]:
        """What the evaluator gives for the cells."""
        if self.kind == "column":
            return computed.column(self.block, self.key)
        if self.kind == "note":
            return [computed.cell(self.block, note_key(self.key))]
        if self.kind == "heads":
            return computed.column(self.block, self.key)[::GROUP]
        lines = computed.matrix(self.block)
        if self.kind == "matrix":
            return [value for line in lines for value in line]
        sums = [[v if isinstance(v, int | float) else 0 for v in line] for line in lines]
        if self.kind in ("right", "below"):  # empty beside an empty heading
            block = computed.template.blocks[self.block]
            assert isinstance(block, Matrix)
            heads = computed.column(self.block, (block.row if self.kind == "right" else block.col).key)
            added = map(sum, sums if self.kind == "right" else zip(*sums, strict=True))
            return ["" if head == "" else total for head, total in zip(heads, added, strict=True)]
        return [sum(map(sum, sums))]


def outputs_of(placed: Placed) -> Iterator[Output]:
    """Yield every computed field of a block with its cells."""
    block, sheet = placed.block, placed.sheet

    def output(item: Field, kind: str, cells: list[tuple[int, int]]) -> Output:
        return Output(block.key, item.key, kind, [(sheet, *cell) for cell in cells], item.type == "money")

    lines = range(placed.first, placed.first + placed.rows)
    if isinstance(block, Form | Kpis):
        for item in block.fields:
            row, col = placed.cells[item.key]
            if item.computed:
                yield output(item, "column", [(row, col)])
            if isinstance(item.note, Formula):
                cards = isinstance(block, Kpis) and block.layout == "cards"
                yield output(item, "note", [(row + 1, col) if cards else (row, col + 1)])
        return
    inner = (block.col.key, block.cell.key) if isinstance(block, Matrix) else ()
    if isinstance(block, Table | Summary | Matrix):
        for item in block.all_fields:
            if item.computed and item.key not in inner:
                yield output(item, "column", [(row, placed.columns[item.key]) for row in lines])
    if isinstance(block, Matrix):
        start, count = placed.across
        across = range(start, start + count)
        heading = block.by_key[block.col.key]
        yield output(heading, "column", [(placed.header, col) for col in across])
        if isinstance(block, Gantt):
            yield output(heading, "heads", [(placed.header - 1, col) for col in across[::GROUP]])
        if block.cell.computed:
            yield output(block.cell, "matrix", [(row, col) for row in lines for col in across])
        if block.totals:
            yield output(block.cell, "right", [(row, across.stop) for row in lines])
            yield output(block.cell, "below", [(placed.last + 1, col) for col in across])
            yield output(block.cell, "corner", [(placed.last + 1, across.stop)])


@dataclass(frozen=True)
class Book:
    """A workbook of a template with few rows, in which fills are set one after another."""

    fills: Fills
    path: Path

    def write(self) -> Book:
        """Write the workbook with the values every fill starts from."""
        write_workbook(
            self.path, self.fills.template, self.fills.base, brand=workbooks.brand(), lang=self.fills.lang,
            today=self.fills.today, rows=self.fills.rows,
        )  # fmt: skip
        return self

    @cached_property
    def outputs(self) -> list[Output]:
        """All formula cells of the workbook, by field."""
        return [output for placed in self.fills.layout.placed.values() for output in outputs_of(placed)]

    @cached_property
    def places(self) -> list[tuple[Output, Cell]]:
        """Every formula cell with its field, in the order in which all voices give values."""
        return [(output, cell) for output in self.outputs for cell in output.cells]

    @cached_property
    def formulas(self) -> dict[Cell, str]:
        """Text of every formula cell, as the file has it."""
        found = {}
        for cell in engines.formula_cells(self.path):
            row, col = engines.position(cell.name)
            found[cell.sheet, row, col] = cell.formula
        return found

    @cached_property
    def blank(self) -> dict[Cell, Any]:
        """The input cells of the workbook as written."""
        return self.inputs(self.fills.base)

    def inputs(self, values: Values) -> dict[Cell, Any]:
        """Return what stands in each filled input cell."""
        found: dict[Cell, Any] = {}
        layout = self.fills.layout
        for placed in layout.placed.values():
            block = placed.block
            if isinstance(block, Form | Kpis):
                form = values.form(block.key)
                for item in input_fields(block):
                    if form.get(item.key) is not None:
                        found[placed.sheet, *placed.cells[item.key]] = cell_value(item, form[item.key])
            elif isinstance(block, Table | Summary):
                for item in input_fields(block):
                    col = placed.columns[item.key]
                    for n, record in enumerate(values.rows(block.key)[: placed.rows]):
                        if record.get(item.key) is not None:
                            found[placed.sheet, placed.first + n, col] = cell_value(item, record[item.key])
            elif isinstance(block, Matrix) and not block.cell.computed:
                start, count = placed.across
                for r, line in enumerate(matrix_inputs(block, values, layout, placed.rows, count)):
                    for c, value in enumerate(line):
                        if value is not None:
                            found[placed.sheet, placed.first + r, start + c] = cell_value(block.cell, value)
        return found

    @cached_property
    def areas(self) -> list[tuple[str, int, int, int, int]]:
        """Rectangles of input cells: sheet, first row and column, number of rows and columns."""
        found = []
        for placed in self.fills.layout.placed.values():
            block, keys = placed.block, {f.key for f in input_fields(placed.block)}
            if isinstance(block, Matrix) and not block.cell.computed:
                found.append((placed.sheet, placed.first, placed.across[0], placed.rows, placed.across[1]))
            elif isinstance(block, Form):
                for row, col in sorted(placed.cells[key] for key in keys):
                    sheet, top, left, rows, columns = found[-1] if found else ("", 0, 0, 0, 0)
                    if (sheet, left, columns, top + rows) == (placed.sheet, col, 1, row):
                        found[-1] = (sheet, top, left, rows + 1, 1)
                    else:
                        found.append((placed.sheet, row, col, 1, 1))
            elif isinstance(block, Table | Summary):
                columns = sorted(placed.columns[key] for key in keys)
                for col in columns:
                    if found and found[-1][:2] == (placed.sheet, placed.first) and found[-1][2] + found[-1][4] == col:
                        found[-1] = (*found[-1][:4], found[-1][4] + 1)
                    else:
                        found.append((placed.sheet, placed.first, col, placed.rows, 1))
        return found

    def computed(self, many: Sequence[Values]) -> list[Computed]:
        """Return what the evaluator makes of each fill."""
        return compute_together(self.fills.layout, many, self.fills.today)

    def evaluated(self, computed: Computed) -> list[Any]:
        """Return the evaluator's value of every formula cell."""
        return [value for output in self.outputs for value in output.values(computed)]

    def witnessed(self, computed: Computed) -> list[Any]:
        """Return the independent calculator's value of every formula cell, UNSAID where there is none."""
        witness = Witness(computed)
        known = {(block.key, item.key) for block, item in witness.fields()}
        found: list[Any] = []
        for output in self.outputs:
            values = None
            if output.kind in ("column", "matrix") and (output.block, output.key) in known:
                with suppress(ValueError):  # a calculator may refuse inputs, such as limits that do not ascend
                    values = witness.column(output.block, output.key)
            found += [UNSAID] * len(output.cells) if values is None else values
        return found


class IronSheet:
    """A workbook in IronCalc: loaded once, then only inputs change."""

    def __init__(self, book: Book) -> None:
        engine = engines.IronCalc(book.path)
        self._model = engine.model
        self._sheets = engine.sheets
        self._cells = [(engine.sheets[s], r + 1, c + 1) for o in book.outputs for s, r, c in o.cells]
        self._now: Mapping[Cell, Any] = book.blank

    def calculate(self, inputs: Mapping[Cell, Any]) -> list[Any]:
        """Set the inputs and return the value of every formula cell."""
        model = self._model
        for cell in self._now.keys() - inputs.keys():
            model.clear_cell_contents(self._sheets[cell[0]], cell[1] + 1, cell[2] + 1)
        for cell, value in inputs.items():
            if self._now.get(cell) == value:
                continue
            sheet, row, col = self._sheets[cell[0]], cell[1] + 1, cell[2] + 1
            if isinstance(value, str):
                model.update_cell_with_text(sheet, row, col, value)
            else:
                model.update_cell_with_number(sheet, row, col, float(value))
        self._now = inputs
        model.evaluate()
        value_of = model.get_cell_value
        return [value_of(*cell) for cell in self._cells]


class OfficeSheet:
    """A workbook in LibreOffice: loaded once, then only inputs change."""

    def __init__(self, office: Office, book: Book) -> None:
        self._office, self._book = office, book
        self.loaded = office.open(book.path)
        self._cells = [cell for output in book.outputs for cell in output.cells]
        self._now = {area: self._content(area, book.blank) for area in book.areas}

    @staticmethod
    def _content(area: tuple[str, int, int, int, int], inputs: Mapping[Cell, Any]) -> list[list[Any]]:
        sheet, top, left, rows, columns = area
        return [[inputs.get((sheet, top + r, left + c), "") for c in range(columns)] for r in range(rows)]

    def calculate(self, inputs: Mapping[Cell, Any]) -> list[Any]:
        """Set the inputs and return the value of every formula cell."""
        blocks: list[Block] = []
        for area in self._book.areas:
            content = self._content(area, inputs)
            if content != self._now[area]:
                blocks.append((area[0], area[2], area[1], content))
                self._now[area] = content
        found = self._office.change(blocks)
        return [found[sheet][row][col] for sheet, row, col in self._cells]


def same(a: Any, b: Any, money: bool) -> bool:
    """Whether two engines agree: text exactly, money to the cent, other numbers to 1e-9 relative."""
    a, b = engines.plain(a), engines.plain(b)
    if money and isinstance(a, Number) and isinstance(b, Number) and not isinstance(a, bool | str):
        return abs(a - b) <= max(0.005, 1e-12 * abs(a))
    return engines.same(a, b)


def name_of(cell: Cell) -> str:
    """Return a cell as people write it."""
    return f"{cell[0]}!{cell_name(cell[1], cell[2])}"
