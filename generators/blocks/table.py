"""Record lists: real Excel tables."""

from __future__ import annotations

from typing import Any

from generators import rules, styles
from generators.blocks.form import wrapped_lines
from generators.context import Context, cell_value
from generators.pen import Pen
from vorlagen.fieldtypes import TYPES
from vorlagen.layout import Placed
from vorlagen.spec import Table
from vorlagen.values import Row


def write(ctx: Context, sheet: Any, placed: Placed) -> None:
    """Write a table with all rows, its list object, validations and conditional formats."""
    block = placed.block
    assert isinstance(block, Table)
    pen = Pen(sheet)
    records = ctx.values.rows(block.key)
    width = len(block.fields) - 1
    headers: list[dict[str, Any]] = []
    stored: list[str | None] = []
    for item in block.fields:
        is_input = ctx.is_input(item)
        align = TYPES[item.type].align
        style = ctx.styles.header(not is_input, "left" if align == "right" and item.type == "choice" else align)
        col = placed.columns[item.key]
        # add_table writes the headings, not the pen.
        headers.append({"header": item.title[ctx.lang], "header_format": pen.look(placed.header, col, style)})
        if is_input:
            _write_inputs(ctx, pen, placed, col, records, item)
            stored.append(None)
            rules.validate(ctx, sheet, placed, item, (placed.first, col, placed.last, col))
        else:
            stored.append(_write_formulas(ctx, pen, placed, col, item))
    sheet.add_table(
        placed.header,
        0,
        placed.last,
        width,
        {"name": placed.table, "columns": headers, "style": None, "autofilter": True},
    )
    # The column formulas are set here, not through add_table, which would write every cell again.
    for column, formula in zip(sheet.tables[-1]["columns"], stored, strict=True):
        if formula is not None:
            column["formula"] = formula
    sheet.set_row(placed.header, styles.HEADER_HEIGHT)
    _row_heights(ctx, sheet, placed, records)
    rules.mark_missing(ctx, sheet, placed)
    rules.highlight(ctx, sheet, placed)


def _row_heights(ctx: Context, sheet: Any, placed: Placed, records: list[Row]) -> None:
    """Make rows as high as their wrapped texts; other rows stay free to grow by themselves."""
    long = [
        (f.key, ctx.layout.field_width(placed.block.key, f.key)) for f in placed.block.all_fields if f.type == "long"
    ]
    for n, record in enumerate(records):
        lines = max((wrapped_lines(record.get(key), width) for key, width in long), default=1)
        if lines > 1:
            sheet.set_row(placed.first + n, 15.0 * lines)


def _write_inputs(ctx: Context, pen: Pen, placed: Placed, col: int, records: list[Row], item: Any) -> None:
    style = ctx.styles.input(item)
    for n in range(placed.rows):
        value = records[n].get(item.key) if n < len(records) else None
        pen.value(placed.first + n, col, cell_value(item, value), style)


def _write_formulas(ctx: Context, pen: Pen, placed: Placed, col: int, item: Any) -> str | None:
    """Write a formula column; return its column formula when it is the same in every row."""
    printed = ctx.print_field(placed, item)
    style = ctx.styles.computed(item)
    values = ctx.computed.column(placed.block.key, item.key)
    if printed.constant:
        text = "=" + printed.text
        for n, value in enumerate(values):
            pen.formula(placed.first + n, col, text, style, value)
        return printed.text
    for n, value in enumerate(values):
        pen.formula(placed.first + n, col, "=" + printed.at(placed.first + n, n + 1, col), style, value)
    return None
