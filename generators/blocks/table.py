"""Record lists: real Excel tables."""

from __future__ import annotations

from typing import Any

from generators import rules, styles, wrapping
from generators.context import Context, cell_value
from generators.pen import Pen
from vorlagen.fieldtypes import TYPES
from vorlagen.layout import Placed, cell_name
from vorlagen.spec import Field, Table
from vorlagen.values import Row


def write(ctx: Context, sheet: Any, placed: Placed) -> None:
    """Write a table with all rows, its list object, validations and conditional formats.

    Raises:
        ValueError: the list object or a validation was refused.
    """
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
    # add_table looks at every cell of its area; the rest of the area and the column formulas are set here.
    options = {"name": placed.table, "columns": headers, "style": None, "autofilter": True}
    if sheet.add_table(placed.header, 0, placed.first, width, options):
        raise ValueError(f"table {placed.table} was refused")
    made = sheet.tables[-1]
    made |= dict.fromkeys(("range", "a_range", "autofilter"), f"A{placed.header + 1}:{cell_name(placed.last, width)}")
    for column, formula in zip(made["columns"], stored, strict=True):
        if formula is not None:
            column["formula"] = formula
    headings = [(f.title[ctx.lang], ctx.layout.field_width(block.key, f.key)) for f in block.fields]
    sheet.set_row(placed.header, wrapping.heading_height(headings, styles.HEADER_HEIGHT))
    _row_heights(ctx, sheet, placed, records)
    rules.mark_missing(ctx, sheet, placed)
    rules.highlight(ctx, sheet, placed)


def _upright(placed: Placed) -> dict[str, str]:
    """Cells of a list with long texts stand at the top of their rows, so that a row reads along its first line."""
    return {"valign": "top"} if any(f.type == "long" for f in placed.block.all_fields) else {}


def _row_heights(ctx: Context, sheet: Any, placed: Placed, records: list[Row]) -> None:
    """Make rows as high as their wrapped texts; other rows stay free to grow by themselves."""
    long = [
        (f.key, ctx.layout.field_width(placed.block.key, f.key)) for f in placed.block.all_fields if f.type == "long"
    ]
    for n, record in enumerate(records):
        lines = max((wrapping.lines(record.get(key), width) for key, width in long), default=1)
        if lines > 1:
            sheet.set_row(placed.first + n, wrapping.LINE * lines)


def _write_inputs(ctx: Context, pen: Pen, placed: Placed, col: int, records: list[Row], item: Field) -> None:
    values = [cell_value(item, record.get(item.key)) for record in records]
    pen.values(placed.first, placed.last, col, values, ctx.styles.input(item, **_upright(placed)))


def _write_formulas(ctx: Context, pen: Pen, placed: Placed, col: int, item: Field) -> str | None:
    """Write a formula column; return its column formula when it is the same in every row."""
    printed = ctx.print_field(placed, item)
    values = ctx.computed.column(placed.block.key, item.key)
    pen.formulas(placed.first, col, printed, values, ctx.styles.computed(item, **_upright(placed)))
    return printed.text if printed.constant else None
