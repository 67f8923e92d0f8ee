"""Forms (label and cell), key figures (cards or lines) and text paragraphs."""

from __future__ import annotations

from typing import Any

from generators import rules, styles, wrapping
from generators.context import Context, write_one
from generators.pen import Pen
from vorlagen.compute import note_key
from vorlagen.fieldtypes import TYPES
from vorlagen.formulas.printing import Printed
from vorlagen.layout import FORM_VALUE_WIDTH, GRID_WIDTH, Placed, card_lines
from vorlagen.spec import Field, Form, Formula, Kpis, Prose, Text

FORM_ROW = 21  # points


def heading(ctx: Context, pen: Pen, placed: Placed, last: int) -> None:
    """Write the section heading over the columns of a block."""
    if placed.block.title is None:
        return
    row, left = placed.top, first_column(ctx, placed)
    pen.sheet.set_row(row, 24)
    pen.text(row, left, placed.block.title[ctx.lang], ctx.styles.section())
    for col in range(left + 1, last + 1):
        pen.value(row, col, None, ctx.styles.section())
    if placed.block.help is not None:
        look = ctx.styles.make(
            font_size=styles.NOTE_SIZE, font_color=styles.MUTED, italic=True, bottom=2, bottom_color=ctx.styles.accent
        )
        pen.text(row, _beside(ctx, placed, placed.block.title[ctx.lang], left), placed.block.help[ctx.lang], look)


def first_column(ctx: Context, placed: Placed) -> int:
    """First column of a block: sheets without a record list have a margin."""
    return 0 if any(s.table for s in ctx.layout.sheets if s.name == placed.sheet) else 1


def _beside(ctx: Context, placed: Placed, title: str, left: int) -> int:
    """First column that a section title of this length does not reach."""
    widths = next(s.widths for s in ctx.layout.sheets if s.name == placed.sheet)
    needed, col = len(title) * 1.35 + 2, left
    while needed > 0 and col < left + 4:
        needed -= widths.get(col, GRID_WIDTH)
        col += 1
    return col


def write_form(
    ctx: Context,
    sheet: Any,
    placed: Placed,
    *,
    help_column: int | None = None,
    width: int = 0,
    grid: bool = False,
) -> None:
    """Write a form; long texts get tall rows, help stands at the right."""
    block = placed.block
    assert isinstance(block, Form)
    pen = Pen(sheet)
    right = max(col for _, col in placed.cells.values())
    heading(ctx, pen, placed, width or (right if help_column is None else help_column))
    given = ctx.values.form(block.key)
    for item in block.fields:
        row, col = placed.cells[item.key]
        mark = " *" if item.required else ""
        pen.text(
            *placed.label(item.key),
            item.title[ctx.lang] + mark,
            ctx.styles.muted(indent=1, valign="top" if item.type == "long" else "vcenter"),
        )
        align = {"align": "left", "indent": 1} if TYPES[item.type].align != "right" else {}
        style = ctx.styles.input(item, **align) if ctx.is_input(item) else ctx.styles.computed(item, **align)
        if grid:
            sheet.merge_range(row, col, row, col + 1, "", style)  # one grid column is too narrow for a value
        write_one(ctx, pen, placed, item, style, given.get(item.key))
        if ctx.is_input(item):
            rules.validate(ctx, sheet, placed, item, (row, col, row, col))
        if help_column is not None and item.help is not None:
            pen.text(
                row,
                help_column,
                item.help[ctx.lang],
                ctx.styles.note(text_wrap=not grid, indent=1, valign="top" if item.type == "long" else "vcenter"),
            )
        sheet.set_row(row, _height(given.get(item.key)) if item.type == "long" else FORM_ROW)
    rules.mark_missing(ctx, sheet, placed)
    rules.highlight(ctx, sheet, placed)


def _height(text: object) -> float:
    """Height of a long text: room for three lines, more when the text needs it."""
    return max(51.0, wrapping.LINE * wrapping.lines(text, FORM_VALUE_WIDTH) + 6)


def write_kpis(ctx: Context, sheet: Any, placed: Placed, width: int) -> None:
    """Write key figures as cards or as lines."""
    block = placed.block
    assert isinstance(block, Kpis)
    pen = Pen(sheet)
    if block.layout == "list":
        heading(ctx, pen, placed, first_column(ctx, placed) + 1)
        for item in block.fields:
            row, col = placed.cells[item.key]
            pen.text(row, col - 1, item.title[ctx.lang], ctx.styles.muted(indent=1))
            write_one(ctx, pen, placed, item, ctx.styles.figure(item, bold=True, align="left", indent=1), None)
            _note(ctx, pen, placed, item, row, col + 1, ctx.styles.note(indent=1))
        rules.highlight(ctx, sheet, placed)
        return
    heading(ctx, pen, placed, width)
    fields = iter(block.fields)
    for count in card_lines(len(block.fields)):
        for n in range(count):
            _card(ctx, sheet, pen, placed, next(fields), wide=n > 0)
    rules.highlight(ctx, sheet, placed)


def _card(ctx: Context, sheet: Any, pen: Pen, placed: Placed, item: Field, *, wide: bool) -> None:
    row, col = placed.cells[item.key]
    fill = {"bg_color": styles.SOFT, "indent": 1}
    label = ctx.styles.make(
        font_color=styles.MUTED, font_size=10, top=5, top_color=ctx.styles.primary, text_wrap=True, **fill
    )
    figure = ctx.styles.make(
        font_size=18, bold=True, font_color=ctx.styles.heading, align="left",
        num_format=ctx.styles.number_format(item, dash=True), shrink=True, **fill,
    )  # fmt: skip
    note = ctx.styles.make(font_size=styles.NOTE_SIZE, font_color=styles.MUTED, text_wrap=True, **fill)
    sheet.set_row(row - 1, 30 if len(item.title[ctx.lang]) > 24 else 20)
    sheet.set_row(row, 30)
    sheet.set_row(row + 1, 26 if item.note is not None else 8)
    if wide:
        for r, look in ((row - 1, label), (row, figure), (row + 1, note)):
            sheet.merge_range(r, col, r, col + 1, "", look)
    pen.text(row - 1, col, item.title[ctx.lang], label)
    write_one(ctx, pen, placed, item, figure, None)
    if item.note is None:
        pen.value(row + 1, col, None, note)
    _note(ctx, pen, placed, item, row + 1, col, note)


def _note(ctx: Context, pen: Pen, placed: Placed, item: Field, row: int, col: int, style: Any) -> None:
    if isinstance(item.note, Text):
        pen.text(row, col, item.note[ctx.lang], style)
    elif isinstance(item.note, Formula):
        printed: Printed = ctx.printer.print(item.note.node, placed.block.key)
        value = ctx.computed.cell(placed.block.key, note_key(item.key))
        pen.formula(row, col, "=" + printed.at(row, 1, col), style, value)


def write_prose(ctx: Context, sheet: Any, placed: Placed, width: int) -> None:
    """Write paragraphs across the sheet's columns."""
    block = placed.block
    assert isinstance(block, Prose)
    pen = Pen(sheet)
    heading(ctx, pen, placed, width)
    left = first_column(ctx, placed)
    widths = next(s.widths for s in ctx.layout.sheets if s.name == placed.sheet)
    room = sum(widths.get(col, GRID_WIDTH) for col in range(left, width + 1))
    look = ctx.styles.plain(text_wrap=True, indent=1)
    for n, line in enumerate(block.lines):
        sheet.merge_range(placed.first + n, left, placed.first + n, width, "", look)
        pen.text(placed.first + n, left, line[ctx.lang], look)
        sheet.set_row(placed.first + n, wrapping.LINE * wrapping.lines(line[ctx.lang], room) + 6)
