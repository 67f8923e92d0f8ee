"""Summaries and matrices: computed tables with given headings."""

from __future__ import annotations

from typing import Any

from generators import rules, styles, wrapping
from generators.blocks.form import heading
from generators.context import Context, cell_value
from generators.pen import Pen
from vorlagen.compute import axis_trees, matrix_inputs, may_be_blank
from vorlagen.fieldtypes import TYPES
from vorlagen.layout import GRID_WIDTH, Placed, cell_name, column_name
from vorlagen.spec import Axis, Field, Matrix, Summary


def axis_field(axis: Axis) -> Field:
    """Return the axis as a field, for formats."""
    return Field(key=axis.key, title=axis.title, type=axis.type, list=axis.list)


def write_summary(ctx: Context, sheet: Any, placed: Placed, width: int) -> None:
    """Write a summary."""
    block = placed.block
    assert isinstance(block, Summary)
    pen = Pen(sheet)
    heading(ctx, pen, placed, width)
    write_row_headings(ctx, pen, placed, block.row)
    write_row_fields(ctx, sheet, pen, placed, block)
    sheet.set_row(placed.header, _height(ctx, placed, block))
    rules.highlight(ctx, sheet, placed)
    _lines(ctx, sheet, placed, block.row)


def _line(ctx: Context, axis: Axis) -> dict[str, int]:
    """Rows whose heading may be empty get their line by a rule, so that spare rows stay white."""
    return {"bottom": 0} if may_be_blank(axis, ctx.template) else {}


def _lines(ctx: Context, sheet: Any, placed: Placed, axis: Axis) -> None:
    if not may_be_blank(axis, ctx.template):
        return
    heads = placed.columns[axis.key]
    totals = 1 if isinstance(placed.block, Matrix) and placed.block.totals else 0
    last = max([*placed.columns.values(), *([sum(placed.across) - 1 + totals] if placed.across[1] else [])])
    condition = f'=${column_name(heads)}{placed.first + 1}<>""'
    look = ctx.book.add_format({"bottom": 1, "bottom_color": styles.LINE})
    sheet.conditional_format(
        placed.first, heads, placed.last, last, {"type": "formula", "criteria": condition, "format": look}
    )


def write_row_headings(ctx: Context, pen: Pen, placed: Placed, axis: Axis) -> None:
    """Write the heading of the first column and all row headings."""
    item = axis_field(axis)
    col = placed.columns[axis.key]
    pen.text(placed.header, col, axis.title[ctx.lang], ctx.styles.soft_header())
    trees = axis_trees(axis, ctx.layout, placed.rows)
    values = ctx.computed.column(placed.block.key, axis.key)
    style = ctx.styles.figure(item, align="left", indent=1, **_line(ctx, axis))
    for n, tree in enumerate(trees):
        row = placed.first + n
        text = ctx.printer.print(tree, placed.block.key).at(row, n + 1, col)
        pen.formula(row, col, "=" + text, style, values[n])


def write_row_fields(ctx: Context, sheet: Any, pen: Pen, placed: Placed, block: Summary | Matrix) -> None:
    """Write the columns of a summary, or those between headings and cells of a matrix."""
    records = ctx.values.rows(placed.block.key)
    for item in block.fields:
        col = placed.columns[item.key]
        pen.text(placed.header, col, item.title[ctx.lang], ctx.styles.soft_header(_align(item)))
        if not item.computed:
            values = [cell_value(item, record.get(item.key)) for record in records]
            pen.values(placed.first, placed.last, col, values, ctx.styles.input(item))
            rules.validate(ctx, sheet, placed, item, (placed.first, col, placed.last, col))
            continue
        printed = ctx.print_field(placed, item)
        style = ctx.styles.figure(item, **_line(ctx, block.row))
        pen.formulas(placed.first, col, printed, ctx.computed.column(placed.block.key, item.key), style)


def write_matrix(ctx: Context, sheet: Any, placed: Placed, width: int) -> None:
    """Write a matrix with headings on two sides."""
    block = placed.block
    assert isinstance(block, Matrix)
    pen = Pen(sheet)
    heading(ctx, pen, placed, width)
    write_row_headings(ctx, pen, placed, block.row)
    write_row_fields(ctx, sheet, pen, placed, block)
    across = ctx.styles.soft_header(_align(block.cell), num_format=ctx.styles.number_format(axis_field(block.col)))
    write_across(ctx, pen, placed, across)
    write_cells(ctx, sheet, pen, placed, ctx.styles.figure(block.cell, **_line(ctx, block.row)))
    sheet.set_row(placed.header, _height(ctx, placed, block))
    if block.totals:
        _totals(ctx, pen, placed, block)
    rules.highlight(ctx, sheet, placed)
    _lines(ctx, sheet, placed, block.row)


def write_across(ctx: Context, pen: Pen, placed: Placed, style: Any) -> None:
    """Write the column headings of a matrix."""
    block = placed.block
    assert isinstance(block, Matrix)
    start, count = placed.across
    values = ctx.computed.column(block.key, block.col.key)
    for n, tree in enumerate(axis_trees(block.col, ctx.layout, count)):
        printed = ctx.printer.print(tree, block.key, part="across")
        pen.formula(placed.header, start + n, "=" + printed.at(placed.header, n + 1, start + n), style, values[n])


def write_cells(ctx: Context, sheet: Any, pen: Pen, placed: Placed, style: Any) -> None:
    """Write the cells of a matrix."""
    block = placed.block
    assert isinstance(block, Matrix)
    start, count = placed.across
    if not block.cell.computed:
        look = ctx.styles.input(block.cell)
        for r, line in enumerate(matrix_inputs(block, ctx.values, ctx.layout, placed.rows, count)):
            for c, value in enumerate(line):
                pen.value(placed.first + r, start + c, cell_value(block.cell, value), look)
        rules.validate(ctx, sheet, placed, block.cell, (placed.first, start, placed.last, start + count - 1))
        return
    printed = ctx.print_field(placed, block.cell, part="cell")
    for c, values in enumerate(zip(*ctx.computed.matrix(block.key), strict=True)):
        pen.formulas(placed.first, start + c, printed, values, style)


def _totals(ctx: Context, pen: Pen, placed: Placed, block: Matrix) -> None:
    """Sums at the right and below; additive cells only (the spec says so by `totals`)."""
    start, count = placed.across
    lines = [[v if isinstance(v, int | float) else 0 for v in line] for line in ctx.computed.matrix(block.key)]
    look = ctx.styles.figure(block.cell, bold=True, top=1, top_color=ctx.styles.primary)
    word = ctx.say("Summe", "Total")
    below, right, heads = placed.last + 1, start + count, placed.columns[block.row.key]
    pen.text(placed.header, right, word, ctx.styles.soft_header(_align(block.cell)))
    named = ctx.styles.plain(bold=True, indent=1, top=1, top_color=ctx.styles.primary)
    pen.text(below, heads, word, named)
    for item in block.fields:
        pen.value(below, placed.columns[item.key], None, named)

    def add(row: int, col: int, style: Any, area: str, value: float, axis: Axis, number: int) -> None:
        text = f"SUM({area})"
        if may_be_blank(axis, ctx.template):  # a spare row or column has no total either
            head = cell_name(row, heads) if axis is block.row else cell_name(placed.header, col)
            text = f'IF({head}="","",{text})'
            empty = ctx.computed.column(block.key, axis.key)[number] in ("", None)
            pen.formula(row, col, f"={text}", style, "" if empty else value)
            return
        pen.formula(row, col, f"={text}", style, value)

    side = ctx.styles.figure(block.cell, bold=True, **_line(ctx, block.row))
    for n, line in enumerate(lines):
        row = placed.first + n
        add(row, right, side, f"{cell_name(row, start)}:{cell_name(row, right - 1)}", sum(line), block.row, n)
    for n in range(count):
        area = f"{cell_name(placed.first, start + n)}:{cell_name(placed.last, start + n)}"
        add(below, start + n, look, area, sum(line[n] for line in lines), block.col, n)
    area = f"{cell_name(placed.first, right)}:{cell_name(placed.last, right)}"
    pen.formula(below, right, f"=SUM({area})", look, sum(map(sum, lines)))


def _height(ctx: Context, placed: Placed, block: Summary | Matrix) -> float:
    """Height of the headings; those of a matrix's cells are known when they are texts of the workbook."""
    widths = next(s.widths for s in ctx.layout.sheets if s.name == placed.sheet)
    headings = [(f.title[ctx.lang], widths.get(placed.columns[f.key], GRID_WIDTH)) for f in block.fields]
    if isinstance(block, Matrix):
        start, count = placed.across
        names = ctx.computed.column(block.key, block.col.key)[:count]
        headings += [(n, widths.get(start + c, GRID_WIDTH)) for c, n in enumerate(names) if isinstance(n, str)]
    return wrapping.heading_height(headings, styles.HEADER_HEIGHT)


def _align(item: Field) -> str:
    return TYPES[item.type].align
