"""Values in, workbook out: every sheet of a template with right cached values."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from generators import pagemarks, paging, styles
from generators.blocks import chart, form, front, gantt, grid, table
from generators.context import Context
from generators.extra import ExtraSheet
from generators.marks import Mark, Marked, attach, by_sheet
from generators.pen import PlainWorksheet, new_workbook
from generators.styles import Styles
from generators.verify import verify_workbook
from vorlagen.brand import Brand
from vorlagen.compute import compute
from vorlagen.layout import DASHBOARD_COLUMNS, Placed, PlacedSheet, column_name, layout_for, quote_sheet
from vorlagen.outputs import write_bytes, write_whole
from vorlagen.spec import Chart, Form, Gantt, Kpis, Lang, Matrix, Prose, Summary, Table, Template
from vorlagen.stamp import Stamp
from vorlagen.values import Values, list_rows

# Any fixed moment: equal inputs must give equal bytes.
CREATED = datetime(2026, 1, 1)
# Characters that fit on an A4 landscape page at a readable scale.
PAGE_WIDTH = 230.0
# Rows by which a record list may grow and still be printed whole.
GROWTH = 1000


def write_workbook(
    path: Path,
    template: Template,
    values: Values,
    *,
    brand: Brand,
    lang: Lang,
    today: date,
    rows: Mapping[str, int] | None = None,
    merged: bool = False,
    extra_sheets: Sequence[ExtraSheet] = (),
    capacities: Mapping[str, int] | None = None,
    marks: Sequence[Mark] = (),
) -> None:
    """Write one workbook, by way of a temporary file in the same folder.

    Args:
        path: target; replaced only when the new file is complete.
        template: what the workbook is.
        values: inputs; choice lists missing there come from the spec.
        brand: colours, company, contact.
        lang: language of everything people see.
        today: value of TODAY() in the cached values.
        rows: rows per table where they differ from the capacity of the spec.
        merged: the workbook is a consolidation: carried fields are values.
        extra_sheets: further sheets behind the template's own.
        capacities: rows per choice list, where they are known.
        marks: cells to point out, each with a comment.

    Raises:
        OSError: the file cannot be written; nothing is left behind.
        ValueError: a value cannot be written (text beyond Excel's limit), or a mark has no cell.
    """
    values = _with_lists(template, values, lang)
    layout = layout_for(template, values, lang, rows, capacities)
    computed = compute(layout, values, today, merged=merged)
    # In memory: on a full disk xlsxwriter raises no OSError and leaves its archive open.
    content = io.BytesIO()
    book = new_workbook(content)  # type: ignore[arg-type]  # xlsxwriter takes streams, too
    ctx = Context(layout, values, computed, brand, Styles(book, brand, lang), book, merged, extra_sheets)
    _write(ctx, by_sheet(layout, marks))
    book.close()
    write_whole(
        path,
        lambda temporary: write_bytes(temporary, content.getbuffer()),
        lambda temporary: verify_workbook(temporary, layout, values),
    )


def _with_lists(template: Template, values: Values, lang: Lang) -> Values:
    lists = {c.key: values.lists.get(c.key) or list_rows(c, lang, template) for c in template.lists}
    return Values(values.blocks, lists)


def _write(ctx: Context, marked: Mapping[str, dict[tuple[int, int], Marked]]) -> None:
    book, template = ctx.book, ctx.template
    book.set_size(2400, 1500)
    book.language = {"de": "de-DE", "en": "en-GB"}[ctx.lang]
    book.set_properties(
        {"title": template.title[ctx.lang], "subject": template.purpose[ctx.lang], "company": ctx.brand.name,
         "category": "Vorlagen", "created": CREATED}
    )  # fmt: skip
    stamp = Stamp(template.key, template.version, template.hash, ctx.lang, ctx.merged, ctx.brand.key)
    for key, value in stamp.properties().items():
        book.set_custom_property(key, value, "text")
    sheets = {p.name: book.add_worksheet(p.name, PlainWorksheet) for p in ctx.layout.sheets}
    for placed in ctx.layout.sheets:
        sheet = sheets[placed.name]
        if placed.table is None:
            sheet.set_default_row(styles.ROW_HEIGHT)  # rows of record lists grow with their texts
        if placed.name in marked:
            attach(ctx, sheet, marked[placed.name])
        if placed.role == "front":
            front.write_front(ctx, sheet, placed)
        elif placed.name == ctx.layout.lists_sheet:
            front.write_lists(ctx, sheet, placed)
        elif placed.name == ctx.layout.notes_sheet:
            front.write_notes(ctx, sheet, placed)
        else:
            _write_sheet(ctx, sheet, placed)
        _page(ctx, sheet, placed)
        pagemarks.footer(ctx, sheet)
    first = opened = sheets[ctx.layout.sheets[0].name]
    for extra in ctx.further:
        sheet = book.add_worksheet(extra.name, PlainWorksheet)
        front.write_extra(ctx, sheet, extra)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        pagemarks.footer(ctx, sheet)
        opened = sheet if extra.opens else opened
    opened.activate()
    first.set_first_sheet()


def _write_sheet(ctx: Context, sheet: Any, placed: PlacedSheet) -> None:
    assert placed.spec is not None
    for col, width in sorted(placed.widths.items()):
        sheet.set_column(col, col, width)
    is_list = placed.table is not None
    words = placed.spec.help[ctx.lang] if placed.spec.help else ""
    front.title_rows(ctx, sheet, placed.name, words, back=None if is_list else 1)
    last = _last_column(placed)
    for item in placed.blocks:
        block = item.block
        if isinstance(block, Table):
            table.write(ctx, sheet, item)
        elif isinstance(block, Form):
            help_column = None if block.columns == 2 else 4
            form.write_form(ctx, sheet, item, help_column=help_column, width=last, grid=placed.grid)
        elif isinstance(block, Kpis):
            form.write_kpis(ctx, sheet, item, last)
        elif isinstance(block, Prose):
            form.write_prose(ctx, sheet, item, last)
        elif isinstance(block, Gantt):
            gantt.write(ctx, sheet, item, last)
        elif isinstance(block, Matrix):
            grid.write_matrix(ctx, sheet, item, last)
        elif isinstance(block, Summary):
            grid.write_summary(ctx, sheet, item, last)
        elif isinstance(block, Chart):
            chart.write(ctx, sheet, item, placed.widths, max(last, DASHBOARD_COLUMNS + 1))


def _last_column(placed: PlacedSheet) -> int:
    """Last column that blocks of the sheet use."""
    columns = [1]
    for item in placed.blocks:
        columns += [*item.columns.values(), *(c for _, c in item.cells.values())]
        if item.across[1]:
            columns.append(sum(item.across) - 1 + (1 if getattr(item.block, "totals", False) else 0))
        if isinstance(item.block, Chart) or (isinstance(item.block, Kpis) and item.block.layout == "cards"):
            columns.append(DASHBOARD_COLUMNS + 1)
        if isinstance(item.block, Form) and not placed.grid:
            columns.append(4)
    return max(columns)


_TABS = {"front": "primary", "list": "input", "form": "input", "parameter": "grey", "dashboard": "accent"}


def _page(ctx: Context, sheet: Any, placed: PlacedSheet) -> None:
    """Tab colour, panes, protection, zoom and print set-up by the role of the sheet."""
    colours = {
        "primary": ctx.brand.palette.primary,
        "accent": ctx.brand.palette.accent,
        "input": "#E7C65A",
        "grey": "#B5BECA",
    }
    sheet.set_tab_color(colours[_TABS.get(placed.role, "grey")])
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    item = placed.table
    pagemarks.header(ctx, sheet, named=item is not None, logo=placed.role != "front")
    if item is None:
        sheet.set_zoom(90 if placed.role == "dashboard" else 100)
        schedule = next((b for b in placed.blocks if isinstance(b.block, Gantt)), None)
        if schedule is not None:
            sheet.fit_to_pages(1, 1)
            sheet.margin_left = sheet.margin_right = 0.3
            heads = min(schedule.columns.values())
            sheet.freeze_panes(schedule.first, heads + 1)
            if schedule is placed.blocks[-1]:
                area = (0, heads, _last_column(placed), schedule.last)
                _print_to_last_row(ctx, placed, schedule, area)
        elif placed.grid or placed.role == "parameter":
            plan = paging.pages(placed, sheet, _last_column(placed), partial(chart.last_filled, ctx))
            _print(sheet, plan)
        elif placed.name == ctx.layout.lists_sheet:
            lists = ctx.layout.lists.values()
            height = paging.rows_height(sheet, max(p.first + p.rows for p in lists))
            plan = paging.list_pages(placed, [p.columns["wert"] for p in lists], height)
            if plan.single:
                sheet.fit_to_pages(1, 0)
            else:
                sheet.set_print_scale(plan.scale)
                sheet.set_v_pagebreaks(plan.breaks)
        elif placed.role in ("form", "parameter"):
            sheet.set_portrait()
            sheet.fit_to_pages(1, 1 if paging.fits_portrait(placed, sheet) else 0)
        elif placed.role != "notes":  # paged when written
            sheet.fit_to_pages(1, 1 if placed.role == "front" else 0)
        if placed.name != ctx.layout.lists_sheet:
            sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
        _first_input(ctx, sheet, placed)
        return
    block = item.block
    assert isinstance(block, Table)
    key_column = item.columns[block.key_field]
    sheet.freeze_panes(item.first, key_column + 1)
    sheet.set_selection(item.first, 0, item.first, 0)
    total = sum(placed.widths.values())
    across = math.ceil(total / PAGE_WIDTH)
    sheet.fit_to_pages(across, 0)
    sheet.repeat_rows(item.header)
    if total <= paging.PORTRAIT_CHARACTERS:
        sheet.set_portrait()
    if across > 1:
        sheet.repeat_columns(0, key_column)
    top = 0 if any(other.top < item.top for other in placed.blocks) else item.header  # with the form above it
    _print_to_last_row(ctx, placed, item, (top, key_column, len(block.fields) - 1, item.last + GROWTH))


def _print_to_last_row(ctx: Context, placed: PlacedSheet, item: Placed, area: tuple[int, int, int, int]) -> None:
    """Let the print area end at the last occupied row, wherever that is when the office prints.

    `area` is its first row, the column that is filled in occupied rows, its last column, and the last row to look at.
    """
    top, key, right, bottom = area
    sheet, letters, end = quote_sheet(placed.name), column_name(key), column_name(right)
    filled = f"{sheet}!${letters}${item.first + 1}:${letters}${bottom + 1}"
    row = f'MAX({item.first + 4},SUMPRODUCT(MAX(({filled}<>"")*ROW({filled}))))'
    corner = f"INDEX({sheet}!${end}$1:${end}${bottom + 1},{row})"
    ctx.book.define_name(f"{sheet}!_xlnm.Print_Area", f"={sheet}!$A${top + 1}:{corner}")


def _print(sheet: Any, plan: paging.Pages) -> None:
    if plan.single:
        sheet.fit_to_pages(1, 1)
        return
    sheet.set_print_scale(plan.scale)
    sheet.set_h_pagebreaks(plan.breaks)


def _first_input(ctx: Context, sheet: Any, placed: PlacedSheet) -> None:
    cells = [
        item.cells.get(f.key, (item.first, item.columns.get(f.key, item.across[0])))
        for item in placed.blocks
        for f in item.block.all_fields
        if ctx.is_input(f)
    ]
    if cells:
        sheet.set_selection(*cells[0], *cells[0])
