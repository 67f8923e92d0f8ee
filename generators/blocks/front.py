"""The generated sheets: front sheet, choice lists, notes, and the further sheets of reports."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from generators import paging, styles, wrapping
from generators.blocks.form import FORM_ROW, write_form, write_kpis
from generators.context import Context, cell_value
from generators.extra import ExtraSheet, Link, Weight
from generators.pen import Pen, pixel_rows, pixels
from vorlagen.fieldtypes import TYPES
from vorlagen.formulas.printing import absolute
from vorlagen.layout import PlacedSheet, cell_name, quote_sheet
from vorlagen.logo import Logo
from vorlagen.spec import Attribute, Field, Form, Kpis, Text

BAND_HEIGHTS = (36, 22, 8)  # points
VALUE_WIDTH = 38.0
RIGHT = 4  # column of the right half
RIGHT_WIDTHS = (34.0, 62.0)
STEP_WIDTH = sum(RIGHT_WIDTHS)
NAME_SIZES = ((15, 34), (12, 44), (10, 999))  # points, and characters up to which a name has that size
HINT_WIDTH, HINT_LINE = VALUE_WIDTH * styles.BODY_SIZE / styles.NOTE_SIZE, 12.5  # characters and points of a note
LOGO_GAP, LOGO_WIDTH = 8, 300  # pixels
LINKS_MAX = 65_000  # Excel takes 65,530 links on a sheet
ROW_MAX = 409.0  # points


def write_front(ctx: Context, sheet: Any, placed: PlacedSheet) -> None:
    """Write the front sheet: band, form, state, steps, colours, links, contact."""
    pen = Pen(sheet)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 2, VALUE_WIDTH)
    sheet.set_column(3, 3, 3)
    for n, width in enumerate(RIGHT_WIDTHS):
        sheet.set_column(RIGHT + n, RIGHT + n, width)
    _band(ctx, sheet, pen)
    bottom = 0
    for item in placed.blocks:
        if isinstance(item.block, Form):
            write_form(ctx, sheet, item)
        elif isinstance(item.block, Kpis):
            write_kpis(ctx, sheet, item, 2)
        bottom = max(bottom, item.bottom)
    row = _steps(ctx, pen, placed.blocks[0].top)
    row = _colours(ctx, pen, row + 1)
    _contact(ctx, pen, row + 1)
    _links(ctx, sheet, pen, bottom + 1)


def _section(ctx: Context, pen: Pen, row: int, col: int, text: str) -> None:
    pen.text(row, col, text, ctx.styles.section())
    pen.value(row, col + 1, None, ctx.styles.section())


def _band(ctx: Context, sheet: Any, pen: Pen) -> None:
    tints = ctx.styles.tints
    template = ctx.template
    ground = {"bg_color": tints.band, "indent": 1}
    big = ctx.styles.make(font_size=styles.TITLE_SIZE, bold=True, font_color=tints.on_band, **ground)
    small = ctx.styles.make(font_size=11, font_color=tints.on_band_soft, **ground)
    for row, look in ((0, big), (1, small)):
        for col in range(1, RIGHT + 2):
            pen.value(row, col, None, look)
    for row, height in enumerate(BAND_HEIGHTS):
        sheet.set_row(row, height)
    pen.text(0, 1, template.title[ctx.lang], big)
    facts = ctx.say(
        f"Vorlage {template.number:02} · Version {template.version} · {template.rhythm.de} · {template.filled_by.de}",
        f"Template {template.number:02} · version {template.version} · {template.rhythm.en} · {template.filled_by.en}",
    )
    pen.text(1, 1, facts, small)
    if ctx.brand.picture is not None:
        _logo(ctx, sheet, ctx.brand.picture)
        return
    size = next((size for size, room in NAME_SIZES if len(ctx.brand.name) <= room), NAME_SIZES[-1][0])
    right = {"align": "right", "text_wrap": size < NAME_SIZES[0][0], **ground}
    pen.text(
        0, RIGHT + 1, ctx.brand.name, ctx.styles.make(font_size=size, bold=True, font_color=tints.on_band, **right)
    )
    note = ctx.styles.make(font_size=11, font_color=tints.on_band_soft, shrink=True, **ground | {"align": "right"})
    pen.text(1, RIGHT + 1, ctx.brand.legal, note)


def _logo(ctx: Context, sheet: Any, logo: Logo) -> None:
    """Place the logo at the right end of the band, on a ground of its own."""
    height, width = pixel_rows(sum(BAND_HEIGHTS[:2])), pixels(RIGHT_WIDTHS[1])
    scale = min((height - 2 * LOGO_GAP) / logo.height, LOGO_WIDTH / logo.width)
    # XlsxWriter draws a picture in its own resolution.
    factor = scale * logo.resolution / 96
    name = ctx.brand.name or ctx.say("des Unternehmens", "of the company")
    options = {
        "x_offset": width - logo.width * scale - LOGO_GAP, "y_offset": (height - logo.height * scale) / 2,
        "x_scale": factor, "y_scale": factor, "object_position": 2, "description": f"Logo {name}",
        "image_data": BytesIO(logo.png),
    }  # fmt: skip
    if sheet.insert_image(0, RIGHT + 1, "logo.png", options):
        raise ValueError("the logo was not placed")


def _steps(ctx: Context, pen: Pen, row: int) -> int:
    _section(ctx, pen, row, RIGHT, ctx.say("Wozu und wie", "What for and how"))
    look = ctx.styles.muted(text_wrap=True, indent=1)
    pen.sheet.merge_range(row + 1, RIGHT, row + 2, RIGHT + 1, "", look)
    pen.text(row + 1, RIGHT, ctx.template.purpose[ctx.lang], look)
    row += 3
    look = ctx.styles.plain(indent=1, text_wrap=True)
    for n, step in enumerate(ctx.template.steps, 1):
        text = f"{n}   {step[ctx.lang]}"
        pen.sheet.merge_range(row, RIGHT, row, RIGHT + 1, "", look)
        pen.text(row, RIGHT, text, look)
        pen.sheet.set_row(row, max(float(FORM_ROW), wrapping.LINE * wrapping.lines(text, STEP_WIDTH) + 6))
        row += 1
    return row


def _colours(ctx: Context, pen: Pen, row: int) -> int:
    _section(ctx, pen, row, RIGHT, ctx.say("Farben", "Colours"))
    text = Field("x", Text("", ""))
    samples = [
        (ctx.styles.input(text, locked=True), ctx.say("Eingabe: hier tragen Sie etwas ein", "Input: fill in here")),
        (ctx.styles.computed(text), ctx.say("Berechnet: nicht überschreiben", "Computed: do not overwrite")),
        (
            ctx.styles.make(bg_color=styles.MISSING_FILL, border=1, border_color=styles.MISSING_LINE, indent=1),
            ctx.say("Pflichtangabe fehlt", "Required entry missing"),
        ),
    ]
    for n, (style, words) in enumerate(samples, 1):
        pen.text(row + n, RIGHT, words, style)
    return row + len(samples) + 1


def _contact(ctx: Context, pen: Pen, row: int) -> None:
    brand = ctx.brand
    # Beside a logo the name stands nowhere else as text.
    named = " · ".join(filter(None, (brand.name, brand.legal))) if brand.picture is not None else ""
    if wrapping.lines(named, STEP_WIDTH) > 1:
        lines = (brand.name, brand.legal, *brand.contact)
    else:
        lines = (*filter(None, (named,)), *brand.contact)
    if not lines:
        return
    _section(ctx, pen, row, RIGHT, ctx.say("Ansprechpartner", "Contact"))
    for n, line in enumerate(lines, 1):
        look = ctx.styles.plain if n == 1 else ctx.styles.muted
        if wrapping.lines(line, STEP_WIDTH) > 1:
            # A text that runs out of the band would widen the printed page; the rows belong to the links, too.
            shrunk = look(indent=1, shrink=True)
            pen.sheet.merge_range(row + n, RIGHT, row + n, RIGHT + 1, "", shrunk)
            pen.text(row + n, RIGHT, line, shrunk)
        else:
            pen.text(row + n, RIGHT, line, look(indent=1))


def _links(ctx: Context, sheet: Any, pen: Pen, row: int) -> None:
    _section(ctx, pen, row, 1, ctx.say("Blätter", "Sheets"))
    link = ctx.styles.make(font_color=ctx.styles.heading, underline=1, indent=1)
    targets: list[tuple[str, str]] = []
    for item in ctx.layout.sheets[1:]:
        words = ""
        if item.spec is not None and item.spec.help is not None:
            words = item.spec.help[ctx.lang]
        elif item.name == ctx.layout.lists_sheet:
            words = ctx.say("Auswahlwerte anpassen", "Adapt the choice values")
        elif item.name == ctx.layout.notes_sheet:
            words = ctx.say("Definition jeder Kennzahl", "Definition of every figure")
        targets.append((item.name, words))
    # What was added to the template comes first: it is why the workbook was handed on.
    for n, (name, words) in enumerate([*((e.name, e.title) for e in ctx.further), *targets], 1):
        pen.link(row + n, 1, name, name, link)
        first = re.split(r"\. (?=[A-ZÄÖÜ„‘'“])", words)[0].rstrip(".")
        pen.text(row + n, 2, first, ctx.styles.note(indent=1, text_wrap=True))
        count = wrapping.lines(first, HINT_WIDTH)
        sheet.set_row(row + n, max(float(styles.ROW_HEIGHT), HINT_LINE * count + 4))


def title_rows(ctx: Context, sheet: Any, title: str, words: str, *, back: int | None = None) -> None:
    """Write title and help line of a sheet, with a link back to the front sheet."""
    pen = Pen(sheet)
    left = 0 if back is None else back
    sheet.set_row(0, 30)
    pen.text(0, left, title, ctx.styles.title())
    front = ctx.layout.sheets[0].name
    pen.link(2, left, front, f"← {front}", ctx.styles.make(font_size=9, font_color=ctx.styles.heading, underline=1))
    pen.text(1, left, words, ctx.styles.help())


def write_lists(ctx: Context, sheet: Any, placed: PlacedSheet) -> None:
    """Write the choice lists side by side and name them."""
    pen = Pen(sheet)
    for col, width in placed.widths.items():
        sheet.set_column(col, col, width)
    title_rows(
        ctx, sheet, placed.name,
        ctx.say("Auswahlwerte der Eingabefelder. Gelbe Listen dürfen ergänzt werden, graue sind fest.",
                "Choice values of the input fields. Yellow lists may be extended, grey ones are fixed."),
    )  # fmt: skip
    for key, place in ctx.layout.lists.items():
        choices = place.choices
        pen.text(
            place.header - 1,
            place.columns["wert"],
            choices.title[ctx.lang],
            ctx.styles.make(bold=True, font_color=ctx.styles.heading),
        )
        fields = [Field("wert", Text("Wert", "Value")), *(_as_field(a) for a in choices.attributes)]
        rows = ctx.values.lists.get(key, [])
        for item in fields:
            col = place.columns[item.key]
            pen.text(place.header, col, item.title[ctx.lang], ctx.styles.header(choices.fix))
            look = ctx.styles.computed(item) if choices.fix else ctx.styles.input(item)
            values = [cell_value(item, row.get(item.key)) for row in rows]
            pen.values(place.first, place.first + place.rows - 1, col, values, look)
        sheet_name = quote_sheet(placed.name)
        first = cell_name(place.first, place.columns["wert"])
        last = cell_name(place.first + place.rows - 1, place.columns["wert"])
        area = absolute(f"{first}:{last}")
        start = area.split(":")[0]
        # An editable list ends at its last value, so that drop-downs show no empty lines.
        dynamic = f"={sheet_name}!{start}:INDEX({sheet_name}!{area},MAX(1,COUNTA({sheet_name}!{area})))"
        ctx.book.define_name(key, f"={sheet_name}!{area}" if choices.fix else dynamic)
    sheet.freeze_panes(5, 0)


def _as_field(attribute: Attribute) -> Field:
    return Field(attribute.key, attribute.title, attribute.type, list=attribute.list)


def write_notes(ctx: Context, sheet: Any, placed: PlacedSheet) -> None:
    """Write how to fill in, the paragraphs of the spec and the definition of every field with help."""
    pen = Pen(sheet)
    for col, width in placed.widths.items():
        sheet.set_column(col, col, width)
    title_rows(ctx, sheet, placed.name, ctx.template.title[ctx.lang], back=1)
    row, widths = 3, placed.widths
    room = widths[2] + widths[3]
    _wide(ctx, pen, row, ctx.say("Zweck", "Purpose"), ctx.template.purpose[ctx.lang], room)
    _wide(ctx, pen, row + 1, ctx.say("Ausgefüllt von", "Filled in by"), ctx.template.filled_by[ctx.lang], room)
    _wide(ctx, pen, row + 2, ctx.say("Turnus", "How often"), ctx.template.rhythm[ctx.lang], room)
    row += 4
    for label, lines in (
        (ctx.say("So gehen Sie vor", "How to fill in"), ctx.template.steps),
        (ctx.say("Definitionen und Quellen", "Definitions and sources"), ctx.template.notes),
    ):
        if not lines:
            continue
        pen.text(row, 1, label, ctx.styles.section())
        for col in (2, 3):
            pen.value(row, col, None, ctx.styles.section())
        row += 1
        for n, line in enumerate(lines, 1):
            _wide(ctx, pen, row, str(n), line[ctx.lang], room, "right")
            row += 1
        row += 1
    head = row
    pen.text(row, 1, ctx.say("Feld", "Field"), ctx.styles.header(False))
    pen.text(row, 2, ctx.say("Blatt", "Sheet"), ctx.styles.header(False))
    pen.text(row, 3, ctx.say("Bedeutung", "Meaning"), ctx.styles.header(False))
    sheet.repeat_rows(row)
    told: set[tuple[str, str, str]] = set()
    for sheet_placed in ctx.layout.sheets:
        for block in sheet_placed.blocks:
            for item in block.block.all_fields:
                if item.help is None:
                    continue
                shown = (item.title[ctx.lang], sheet_placed.name, item.help[ctx.lang])
                if shown in told:
                    continue  # tables of the same figures by region, by team …
                told.add(shown)
                row += 1
                fill: dict[str, Any] = {} if item.computed else {"bg_color": styles.INPUT_FILL}
                look: dict[str, Any] = {"bottom": 1, "bottom_color": styles.LINE}
                pen.text(row, 1, item.title[ctx.lang], ctx.styles.plain(indent=1, text_wrap=True, **fill, **look))
                pen.text(row, 2, sheet_placed.name, ctx.styles.muted(text_wrap=True, **look))
                pen.text(row, 3, item.help[ctx.lang], ctx.styles.plain(text_wrap=True, **look))
                count = max(wrapping.lines(text, widths[col]) for col, text in enumerate(shown, 1))
                sheet.set_row(row, wrapping.LINE * count + 4)
    plan = paging.text_pages(placed, sheet, head, row + 1)
    sheet.set_print_scale(plan.scale)
    sheet.set_h_pagebreaks(plan.breaks)


def _wide(ctx: Context, pen: Pen, row: int, label: str, text: str, width: float, align: str = "left") -> None:
    look = ctx.styles.plain(text_wrap=True)
    pen.text(row, 1, label, ctx.styles.muted(indent=1, align=align))
    pen.sheet.merge_range(row, 2, row, 3, "", look)
    pen.text(row, 2, text, look)
    pen.sheet.set_row(row, wrapping.LINE * wrapping.lines(text, width) + 4)


def write_extra(ctx: Context, sheet: Any, extra: ExtraSheet) -> None:
    """Write a further sheet of a report."""
    pen = Pen(sheet)
    title_rows(ctx, sheet, extra.title, extra.help)
    header = 4
    for col, (title, width, kind) in enumerate(extra.columns):
        sheet.set_column(col, col, width)
        item = Field("x", Text(title, title), kind)  # type: ignore[arg-type]
        pen.text(header, col, title, ctx.styles.header(False, TYPES[kind].align))
        chosen = extra.choices.get(col)
        look = ctx.styles.figure(item, valign="vcenter") if chosen is None else ctx.styles.input(item, valign="vcenter")
        if chosen is not None and extra.rows:
            options = {"validate": "list", "source": list(chosen)}
            sheet.data_validation(header + 1, col, header + len(extra.rows), col, options)
        link = ctx.styles.figure(item, font_color=ctx.styles.heading, underline=1)
        for n, line in enumerate(extra.rows, 1):
            value = line[col]
            if isinstance(value, Weight):
                pen.text(header + n, col, value.word, ctx.styles.judged(value.level))
            elif isinstance(value, Link) and n <= LINKS_MAX:
                pen.link(header + n, col, value.sheet, value.cell, link, value.cell)
            else:
                text = value.cell if isinstance(value, Link) else value
                pen.value(header + n, col, cell_value(item, text), look)
    long = [(col, width) for col, (_, width, kind) in enumerate(extra.columns) if kind == "long"]
    for n, line in enumerate(extra.rows, 1):
        lines = max((wrapping.lines(line[col], width) for col, width in long), default=1)
        if long:
            sheet.set_row(header + n, min(wrapping.LINE * lines + 4, ROW_MAX))
    sheet.set_row(header, styles.HEADER_HEIGHT)
    sheet.freeze_panes(header + 1, 0)
    sheet.set_tab_color(styles.RED if extra.opens else styles.GREY)
    sheet.hide_gridlines(2)
    sheet.repeat_rows(header)
    if extra.opens:
        sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    if extra.rows:
        sheet.autofilter(header, 0, header + len(extra.rows), len(extra.columns) - 1)
