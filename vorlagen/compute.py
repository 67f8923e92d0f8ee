"""Template and values -> every computed cell, through the evaluator.

The trees that are evaluated are the ones that are printed: `cell_tree` adds the guard of
empty rows, and both the writer and this module take formulas from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from vorlagen.formulas.ast import BLANK, Node, Number, RowRef, any_blank, call
from vorlagen.formulas.ast import ListRef as ListColumn
from vorlagen.layout import Layout
from vorlagen.spec import Axis, Block, Field, Form, Formula, Kpis, Matrix, Summary, Table, Template
from vorlagen.values import Row, Values

if TYPE_CHECKING:
    from calculators.evaluate import Book, Grid, Result


def axis_trees(axis: Axis, layout: Layout, total: int) -> list[Node]:
    """Return one tree per heading of an axis that has `total` headings in this layout."""
    trees: list[Node] = []
    template = layout.template
    if axis.list is not None:
        for n in range(layout.lists[axis.list].rows):
            label = call("INDEX", ListColumn(axis.list, "wert"), Number(n + 1))
            trees.append(label if template.list_by_key[axis.list].fix else call("IF", any_blank([label]), BLANK, label))
    if axis.formula is not None:
        trees += [axis.formula.node] * (total - len(trees) - len(axis.extra))
    return trees + [extra.node for extra in axis.extra]


def may_be_blank(axis: Axis, template: Template) -> bool:
    """Whether headings of an axis can be empty (spare rows of a list, computed headings)."""
    return axis.formula is not None or (axis.list is not None and not template.list_by_key[axis.list].fix)


def cell_tree(template: Template, block: Block, item: Field) -> Node:
    """Return the complete tree of a computed field: its formula, blank in empty rows."""
    assert item.formula is not None
    tree = item.formula.node
    if isinstance(block, Table):
        return call("IF", any_blank([RowRef(block.key_field)]), BLANK, tree)
    if isinstance(block, Matrix):
        keys: list[Node] = [RowRef(block.row.key)] if may_be_blank(block.row, template) else []
        if item.key == block.cell.key and may_be_blank(block.col, template):
            keys.append(RowRef(block.col.key))
        return call("IF", any_blank(keys), BLANK, tree) if keys else tree
    if isinstance(block, Summary) and may_be_blank(block.row, template):
        return call("IF", any_blank([RowRef(block.row.key)]), BLANK, tree)
    return tree


@dataclass(frozen=True)
class Computed:
    """Values of all computed cells, as the evaluator gives them ('' blank, dates as serials)."""

    template: Template
    result: Result
    book: Book

    def column(self, block: str, key: str) -> list[Any]:
        """All rows of a field, input fields included."""
        return self.result.column(block, key)

    def cell(self, block: str, key: str) -> Any:
        """The single cell of a form or key figure."""
        return self.result.cell(block, key)

    def matrix(self, block: str) -> list[list[Any]]:
        """The cells of a matrix, row by row."""
        return self.result.matrix(block)

    def rule(self, block: str, kind: str, key: str) -> list[Any]:
        """Values of a rule: kind is check, required_if, min or max."""
        return self.result.column(block, f"{kind}:{key}")


def note_key(key: str) -> str:
    """Key under which the note of a figure is computed."""
    return f"note:{key}"


def compute(layout: Layout, values: Values, today: date, *, rules: bool = False, merged: bool = False) -> Computed:
    """Compute every formula of a workbook from its inputs.

    Args:
        layout: positions; gives the number of rows of each block.
        values: the inputs.
        today: value of TODAY().
        rules: also compute checks, conditional requirements and limits.
        merged: carried fields are inputs (consolidated workbooks).
    """
    return compute_together(layout, [values], today, rules=rules, merged=merged)[0]


def compute_together(
    layout: Layout, many: Sequence[Values], today: date, *, rules: bool = False, merged: bool = False
) -> list[Computed]:
    """Compute several workbooks of one layout at once; far cheaper than one by one when they are small.

    The choice lists are those of the first; none may have more rows than the layout.
    """
    from calculators.evaluate import Book, evaluate_copies

    template = layout.template
    grids: dict[str, Grid] = {}
    for key, placed in layout.placed.items():
        grid = _grid(template, placed.block, placed.rows, placed.across[1], many, layout, rules, merged)
        if grid is not None:
            grids[key] = grid
    lists: dict[str, dict[str, Sequence[object]]] = {}
    for key, place in layout.lists.items():
        rows = many[0].lists.get(key, [])
        pad = [None] * max(0, place.rows - len(rows))
        lists[key] = {name: [r.get(name) for r in rows[: place.rows]] + pad for name in place.columns}
    # A formula names a choice by its cell on the sheet Listen: what stands there counts.
    choices = {
        (c.key, choice.key): str(lists[c.key]["wert"][n] or "")
        for c in template.lists
        for n, choice in enumerate(c.values)
    }
    book = Book(grids, lists, choices, today, len(many))
    return [Computed(template, r, book) for r in evaluate_copies(book)]


def _grid(
    template: Template,
    block: Block,
    rows: int,
    across_count: int,
    many: Sequence[Values],
    layout: Layout,
    rules: bool,
    merged: bool,
) -> Grid | None:
    from calculators.evaluate import Across, Grid

    def is_input(item: Field) -> bool:
        return not item.computed or (merged and item.carried)

    if isinstance(block, Form | Kpis):
        forms = [values.form(block.key) for values in many]
        inputs: dict[str, Sequence[object]] = {
            f.key: [given.get(f.key) for given in forms] for f in block.fields if is_input(f)
        }
        formulas: dict[str, Node | Sequence[Node]] = {
            f.key: cell_tree(template, block, f) for f in block.fields if not is_input(f)
        }
        formulas |= {note_key(f.key): f.note.node for f in block.fields if isinstance(f.note, Formula)}
        if rules:
            formulas |= _rules(block)
        return Grid(1, inputs, formulas)
    if isinstance(block, Table):
        records = _records(block, many, rows)
        inputs = {f.key: [r.get(f.key) for r in records] for f in block.fields if is_input(f)}
        formulas = {f.key: cell_tree(template, block, f) for f in block.fields if not is_input(f)}
        if rules:
            formulas |= _rules(block)
        return Grid(rows, inputs, formulas)
    if isinstance(block, Summary | Matrix):
        records = _records(block, many if isinstance(block, Summary) else [Values()] * len(many), rows)
        inputs = {f.key: [r.get(f.key) for r in records] for f in block.fields if not f.computed}
        formulas = {block.row.key: axis_trees(block.row, layout, rows)}
        formulas |= {f.key: cell_tree(template, block, f) for f in block.fields if f.computed}
        if rules and isinstance(block, Summary):
            formulas |= _rules(block)
        if isinstance(block, Summary):
            return Grid(rows, inputs, formulas)
        across = Across(block.col.key, across_count, formulas=axis_trees(block.col, layout, across_count))
        cell: Node | Sequence[Sequence[object]]
        if block.cell.computed:
            cell = cell_tree(template, block, block.cell)
        else:
            cell = [line for values in many for line in matrix_inputs(block, values, layout, rows, across_count)]
        return Grid(rows, inputs, formulas, across=across, cell=(block.cell.key, cell))
    return None


def _records(block: Block, many: Sequence[Values], rows: int) -> list[Row]:
    """Return `rows` records of each workbook, one workbook after another."""
    records: list[Row] = []
    for values in many:
        own = values.rows(block.key)[:rows]
        records += own
        records += [{}] * (rows - len(own))
    return records


def matrix_inputs(block: Matrix, values: Values, layout: Layout, rows: int, cols: int) -> list[list[Any]]:
    """Arrange the input cells of a matrix by its list headings.

    A heading that is blank or occurs twice is named by its place, counted from 0.
    """
    row_labels = [r.get("wert") for r in values.lists.get(block.row.list or "", [])]
    col_labels = [r.get("wert") for r in values.lists.get(block.col.list or "", [])]
    cells: list[list[Any]] = [[None] * cols for _ in range(rows)]
    for record in values.rows(block.key):
        row, col = record.get(block.row.key), record.get(block.col.key)
        if row is None or col is None:
            continue
        try:
            r = row if isinstance(row, int) else row_labels.index(row)
            c = col if isinstance(col, int) else col_labels.index(col)
        except ValueError:
            continue
        if r < rows and c < cols:
            cells[r][c] = record.get(block.cell.key)
    return cells


def _rules(block: Form | Kpis | Table | Summary) -> Mapping[str, Node]:
    trees: dict[str, Node] = {}
    for check in getattr(block, "checks", ()):
        trees[f"check:{check.key}"] = _occupied(block, check.when.node)
    for f in block.fields:
        for kind in ("required_if", "min", "max"):
            rule = getattr(f, kind)
            if isinstance(rule, Formula):
                trees[f"{kind}:{f.key}"] = _occupied(block, rule.node)
    return trees


def _occupied(block: Block, tree: Node) -> Node:
    if isinstance(block, Table):
        return call("IF", any_blank([RowRef(block.key_field)]), BLANK, tree)
    return tree
