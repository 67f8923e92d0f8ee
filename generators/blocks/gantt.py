"""Schedules: a matrix of days or weeks drawn with conditional formats."""

from __future__ import annotations

from typing import Any

from generators import rules, styles
from generators.blocks.form import heading
from generators.blocks.grid import write_across, write_cells, write_row_fields, write_row_headings
from generators.context import Context
from generators.pen import Pen
from vorlagen.layout import DAY_WIDTH, Placed, cell_name, column_name, quote_sheet
from vorlagen.spec import Gantt

GROUP = 7  # columns under one head: a week of days, or seven weeks


def write(ctx: Context, sheet: Any, placed: Placed, width: int) -> None:
    """Write a Gantt chart: heads, bars, progress, milestones, today line, free days."""
    block = placed.block
    assert isinstance(block, Gantt)
    pen = Pen(sheet)
    heading(ctx, pen, placed, width)
    write_row_headings(ctx, pen, placed, block.row)
    write_row_fields(ctx, sheet, pen, placed, block)
    day = ctx.styles.make(
        font_size=7, font_color=styles.MUTED, align="center", num_format="d", bottom=1, bottom_color=ctx.styles.primary
    )
    write_across(ctx, pen, placed, day)
    _heads(ctx, sheet, pen, placed, block)
    cell = ctx.styles.make(
        num_format='[=3]"◆";""', align="center", font_color=ctx.styles.accent, font_size=11,
    )  # fmt: skip
    write_cells(ctx, sheet, pen, placed, cell)
    for n in range(placed.rows):
        sheet.set_row(placed.first + n, 16)
    _formats(ctx, sheet, placed, block)
    rules.highlight(ctx, sheet, placed)
    _legend(ctx, pen, placed)


def _heads(ctx: Context, sheet: Any, pen: Pen, placed: Placed, block: Gantt) -> None:
    """Write the first day of each group of columns above the days."""
    start, count = placed.across
    tints = ctx.styles.tints
    values = ctx.computed.column(block.key, block.col.key)
    row = placed.header - 1
    for first in range(start, start + count, GROUP):
        last = min(first + GROUP, start + count) - 1
        look = ctx.styles.make(
            bold=True, font_color=tints.on_band, bg_color=tints.band, align="left", font_size=9, indent=1,
            left=1, left_color=tints.on_band, num_format=_date_format(ctx, (last + 1 - first) * DAY_WIDTH),
        )  # fmt: skip
        if last > first:
            sheet.merge_range(row, first, row, last, "", look)
        pen.formula(row, first, f"={column_name(first)}${placed.header + 1}", look, values[first - start])


def _date_format(ctx: Context, room: float) -> str:
    """Format of a head's date in so many characters: a date that does not fit would show as ####."""
    for needed, de, en in ((11.0, "dd.mm.yyyy", "yyyy-mm-dd"), (7.0, "dd.mm.", "mm-dd")):
        if room >= needed:
            return ctx.say(de, en)
    return ";;;"


def _formats(ctx: Context, sheet: Any, placed: Placed, block: Gantt) -> None:
    start, _ = placed.across
    area = placed.place(block.cell.key)
    first = cell_name(placed.first, start)
    here, after = f"{column_name(start)}${placed.header + 1}", f"{column_name(start + 1)}${placed.header + 1}"
    occupied = f'${column_name(placed.columns[block.row.key])}{placed.first + 1}<>""'
    make = ctx.book.add_format
    line = {"left": 5, "left_color": ctx.styles.accent}
    # Every cell has the same line below, or bars would be of different heights.
    below: dict[str, object] = {"bottom": 1, "bottom_color": "#E9EDF1"}
    looks: list[tuple[str, dict[str, object]]] = [
        (f"{first}=2", {"bg_color": ctx.styles.primary}),
        (f"{first}=1", {"bg_color": ctx.styles.tints.light}),
        (f"{first}=4", {"bg_color": "#D9776F"}),
    ]
    if block.workdays:
        days = rules_range(ctx.layout.placed["feiertage"])
        free = f"AND({occupied},{after}-{here}=1,OR(WEEKDAY({here},2)>5,COUNTIF({days},{here})>0))"
        looks.append((free, {"bg_color": "#ECEFF2"}))
    looks.append((occupied, {}))
    if block.today is not None:
        today = ctx.print_rule(placed, block.today.node)
        is_today = f"{here}<={today},{today}<{here}+({after}-{here})"
        # LibreOffice applies only the first rule that holds, so the line is combined with every fill.
        looks = [*((f"AND({is_today},{test})", look | line) for test, look in looks), *looks]
    for test, look in looks:
        options = {"type": "formula", "criteria": f"={test}", "format": make(look | below)}
        sheet.conditional_format(area, options)
    if block.group is not None:
        col = f"${column_name(placed.columns[block.group])}"
        change = f'=AND({col}{placed.first + 1}<>{col}{placed.first},{col}{placed.first + 1}<>"")'
        # Only left of highlighted columns: LibreOffice applies the first rule that holds.
        taken = [placed.columns[key] for rule in block.highlight for key in rule.fields if key in placed.columns]
        whole = f"{cell_name(placed.first, 1)}:{cell_name(placed.last, min([start, *taken]) - 1)}"
        rule = make({"top": 1, "top_color": ctx.styles.primary})
        sheet.conditional_format(whole, {"type": "formula", "criteria": change, "format": rule})


def rules_range(holidays: Placed) -> str:
    """Absolute range of the holiday dates."""
    from vorlagen.formulas.printing import absolute

    return f"{quote_sheet(holidays.sheet)}!{absolute(holidays.place('datum'))}"


def _legend(ctx: Context, pen: Pen, placed: Placed) -> None:
    row = placed.header - 1  # beside the heads, so that it is printed where rows are left out
    words = ctx.say(
        "dunkel = erledigt · hell = geplant · rot = im Verzug · ◆ = Meilenstein · Linie = Stichtag · grau = frei",
        "dark = done · light = planned · red = late · ◆ = milestone · line = cut-off date · grey = day off",
    )
    pen.text(row, 1, words, ctx.styles.note(indent=1))
