"""Native charts over the cells of other blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf
from typing import Any

from generators import styles
from generators.context import Context
from generators.pen import pixels
from vorlagen.fieldtypes import TYPES
from vorlagen.formulas.ast import ColRef, FieldRef, walk
from vorlagen.layout import GRID_WIDTH, Placed
from vorlagen.limits import ANY, NOTHING, Limits, figures
from vorlagen.palette import INK
from vorlagen.spec import Axis, Chart, Field, Matrix, Series, Summary

ROW_PIXELS = styles.ROW_HEIGHT * 4 // 3
_GAP = 12
_EDGE = 4  # between a chart and the edge of the page
_STEPS = 12  # a scale of whole numbers no longer than this shows each of them
_FAR = 1e6  # a bound beyond this is none for a scale
_NAMED = 60  # points with a name; more could not be read
_POINT = 9  # size of a marker
_HEADED = (Summary, Matrix)
_OF_RECORDS = (ColRef, FieldRef)


def write(ctx: Context, sheet: Any, placed: Placed, widths: dict[int, float], last: int) -> None:
    """Insert a chart; two of half width stand beside each other."""
    block = placed.block
    assert isinstance(block, Chart)
    kind: dict[str, Any] = {"type": block.type}
    if block.stacked or block.percent:
        kind["subtype"] = "percent_stacked" if block.percent else "stacked"
    if block.type in ("line", "scatter"):
        kind.pop("subtype", None)
    if block.type == "radar":
        kind["subtype"] = "with_markers"
    chart = ctx.book.add_chart(kind)
    lines = None
    palette = ctx.styles.tints.series
    number = 0
    labels = _labelled(ctx, block)
    for series in block.series:
        for ranges in _ranges(ctx, series):
            colour = _colour(ctx, series.color) if series.color else palette[number % len(palette)]
            options = ranges | _look(block, series, colour)
            if series.color == "none":
                options["fill"] = {"none": True}
            if labels and series.type is None:
                options["data_labels"] = _labels(ctx, block, series, colour)
            if block.type in ("pie", "doughnut"):
                options |= _slices(ctx, block, palette, options["values"])
            if series.secondary:
                options["y2_axis"] = True
            if series.type == "line" and block.type != "scatter":
                lines = lines or ctx.book.add_chart({"type": "line"})
                lines.add_series(options)
                if series.secondary:
                    lines.set_y2_axis(_second_axis(ctx, series))
            else:
                chart.add_series(options)
            number += 1
    names = [options for series in block.series if series.points for options in _point_names(ctx, series)]
    for options in names:
        chart.add_series(options)
    if lines is not None:
        chart.combine(lines)
    _axes(ctx, chart, block, number)
    if names and number > 1:
        chart.set_legend(
            {"position": "bottom", "font": _font(ctx), "delete_series": [*range(number, number + len(names))]}
        )
    total = sum(pixels(widths.get(c, GRID_WIDTH)) for c in range(1, last + 1))
    total -= _EDGE
    half = (total - _GAP) // 2
    size = total if block.wide else half
    chart.set_size({"width": size, "height": placed.rows * ROW_PIXELS - 10})
    offset = half + _GAP if placed.slot == 1 else 0
    title = block.title[ctx.lang] if block.title else block.key
    sheet.insert_chart(
        placed.first, 1, chart, {"x_offset": offset, "y_offset": 5, "object_position": 2, "description": title}
    )


def _colour(ctx: Context, name: str) -> str:
    return {
        "primary": ctx.styles.primary, "accent": ctx.styles.accent, "light": ctx.styles.tints.light, "grey": "#B5BECA",
        "green": styles.GREEN, "red": styles.RED, "yellow": "#D9A400", "none": "#FFFFFF",
    }[name]  # fmt: skip


def _ranges(ctx: Context, series: Series) -> list[dict[str, Any]]:
    """Return categories, values and name of each chart series; a matrix gives one per column."""
    block_key, key = re.fullmatch(r"(\w+)\[(\w+|\*)\]", series.values).groups()  # type: ignore[union-attr]
    placed = ctx.layout.placed[block_key]
    if key == "*":
        cells = list(placed.cells.values())
        top, bottom, col = cells[0][0], cells[-1][0], cells[0][1]
        categories = [placed.sheet, top, col - 1, bottom, col - 1]
        return [{"values": [placed.sheet, top, col, bottom, col], "categories": categories, **_name(ctx, series)}]
    if isinstance(placed.block, Matrix) and key == placed.block.cell.key:
        start, count = placed.across
        count = _headed(ctx, placed.block, placed.block.col, count)
        heads, last = placed.columns[placed.block.row.key], last_filled(ctx, placed)
        return [
            {
                "values": [placed.sheet, placed.first, start + c, last, start + c],
                "categories": [placed.sheet, placed.first, heads, last, heads],
                "name": [placed.sheet, placed.header, start + c],
            }
            for c in range(count)
        ]
    options: dict[str, Any] = {"values": _column(ctx, placed, key), **_name(ctx, series)}
    if series.categories:
        other, other_key = re.fullmatch(r"(\w+)\[(\w+)\]", series.categories).groups()  # type: ignore[union-attr]
        options["categories"] = _column(ctx, ctx.layout.placed[other], other_key)
    if "name" not in options:
        options["name"] = [placed.sheet, placed.header, placed.columns[key]]
    return [options]


def _column(ctx: Context, placed: Placed, key: str) -> list[Any]:
    col = placed.columns[key]
    return [placed.sheet, placed.first, col, last_filled(ctx, placed), col]


def last_filled(ctx: Context, placed: Placed) -> int:
    """Last row with a heading: spare rows of an office's list would be empty categories."""
    block = placed.block
    return placed.first + _headed(ctx, block, block.row, placed.rows) - 1 if isinstance(block, _HEADED) else placed.last


def _headed(ctx: Context, block: Summary | Matrix, axis: Axis, count: int) -> int:
    """Number of headings up to the last filled one, where entries of records add none any more."""
    if not (ctx.merged or _given(axis)):
        return count
    heads = ctx.computed.column(block.key, axis.key)[:count]
    return max((n for n, head in enumerate(heads, 1) if head not in ("", None)), default=1)


def _given(axis: Axis) -> bool:
    """Whether the headings come from choice lists alone, which are known when the workbook is written."""
    trees = [formula.node for formula in (axis.formula, *axis.extra) if formula is not None]
    return axis.rows_of is None and not any(isinstance(n, _OF_RECORDS) for tree in trees for n in walk(tree))


def _name(ctx: Context, series: Series) -> dict[str, Any]:
    return {"name": series.name[ctx.lang]} if series.name else {}


def _look(block: Chart, series: Series, colour: str) -> dict[str, Any]:
    if block.type == "scatter" and series.type == "line":
        # Bends cover the points that lie on them.
        return {
            "line": {"color": colour, "width": 1.5},
            "marker": {"type": "circle", "size": _POINT + 1, "fill": {"color": colour}, "border": {"color": colour}},
        }
    if block.type == "line" or series.type == "line":
        return {
            "line": {"color": colour, "width": 2.25},
            "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}},
        }
    if block.type == "scatter":
        return {
            "marker": {"type": "circle", "size": _POINT, "fill": {"color": colour}, "border": {"color": "#FFFFFF"}},
            "line": {"none": True},
        }
    if block.type == "radar":
        return {"line": {"color": colour, "width": 2}}
    if block.type in ("pie", "doughnut"):
        return {}
    return {
        "fill": {"color": colour},
        "border": {"none": True},
        "gap": 60,
        **({"overlap": 100} if block.stacked else {}),
    }


def _font(ctx: Context, colour: str = styles.MUTED) -> dict[str, Any]:
    return {"name": ctx.brand.font, "size": 9, "color": colour, "bold": False}


def _split(text: str) -> tuple[str, str]:
    """Return block and field of ``block[field]``."""
    block, key = re.fullmatch(r"(\w+)\[(\w+|\*)\]", text).groups()  # type: ignore[union-attr]
    return block, key


def _fields(ctx: Context, text: str) -> list[tuple[str, Field]]:
    block_key, key = _split(text)
    return [(block_key, f) for f in figures(ctx.template.blocks[block_key], key)]


def _limits(ctx: Context, texts: list[str]) -> Limits:
    """What the given columns can hold together."""
    result = NOTHING
    for text in texts:
        for block, item in _fields(ctx, text):
            result |= ctx.limits.of(block, item.key)
    return result if result.numeric else ANY


def _counts(ctx: Context, block: Chart) -> bool:
    """Whether the bars are whole numbers: they show their figures, for a scale would have half steps."""
    bars = [s for s in block.series if s.type is None]
    whole = all(f.type == "int" for s in bars for _, f in _fields(ctx, s.values))
    return whole and block.type in ("bar", "column") and not block.percent and block.format in (None, "int")


def _labels(ctx: Context, block: Chart, series: Series, colour: str) -> dict[str, Any]:
    """Figures at the bars; inside them when stacked. An empty result would show as 0, so that 0 is left out."""
    options: dict[str, Any] = {"value": True, "font": _font(ctx)}
    item = _fields(ctx, series.values)[0][1]
    if block.stacked or _limits(ctx, [series.values]).blank:
        shown = ctx.styles.number_format(item)
        options["num_format"] = f"{shown};-{shown};;"
    if block.stacked:
        options |= {"position": "center", "font": _font(ctx, styles.ink_on(colour))}
    return options


def _point_names(ctx: Context, series: Series) -> list[dict[str, Any]]:
    """Names of points: an invisible series for each, whose name stands at its point.

    Labels that take their text from cells would be simpler; LibreOffice shows the value instead.
    """
    block, key = _split(series.points or "")
    placed = ctx.layout.placed[block]
    names = placed.columns[key]
    (ranges,) = _ranges(ctx, series)
    label = {"series_name": True, "value": False, "position": "right", "font": _font(ctx)}
    # As big as that of the point: the label keeps its distance.
    unseen = {"type": "circle", "size": _POINT, "fill": {"none": True}, "border": {"none": True}}
    found: list[dict[str, Any]] = []
    for row in range(placed.first, last_filled(ctx, placed) + 1)[:_NAMED]:
        point = {part: _cell_in(ranges[part], row - placed.first) for part in ("values", "categories")}
        look = {"marker": unseen, "line": {"none": True}, "data_labels": label}
        found.append({"name": [placed.sheet, row, names], **point, **look})
    return found


def _cell_in(area: list[Any], place: int) -> list[Any]:
    sheet, first, col, _, _ = area
    return [sheet, first + place, col, first + place, col]


def _slices(ctx: Context, block: Chart, palette: Sequence[str], values: list[Any]) -> dict[str, Any]:
    """One colour of the palette per slice, each with its share in a colour that can be read on it."""
    colours = [palette[n % len(palette)] for n in range(values[3] - values[1] + 1)]
    shares = [{"font": _font(ctx, styles.ink_on(c) if block.type == "doughnut" else INK)} for c in colours]
    position = {"position": "outside_end"} if block.type == "pie" else {}
    return {
        "points": [{"fill": {"color": c}, "border": {"color": "#FFFFFF"}} for c in colours],
        "data_labels": {"percentage": True, "num_format": "0%;;", "custom": shares, "font": _font(ctx), **position},
    }


def _scale(ctx: Context, texts: list[str], kind: str) -> dict[str, Any]:
    """Ends and steps of a scale of points: those of the inputs, if they have any."""
    limits = _limits(ctx, texts)
    if abs(limits.low) == abs(limits.high) == float("inf"):
        return {}
    # Shares beyond 100 % are allowed far above what occurs.
    ends = {"min": limits.low, "max": inf if kind == "percent" and limits.high > 1 else limits.high}
    scale = {end: value for end, value in ends.items() if abs(value) < _FAR}
    if len(scale) == len(ends):
        whole = all(f.type == "int" for text in texts for _, f in _fields(ctx, text))
        length = limits.high - limits.low
        if kind == "int" and whole and length <= _STEPS:
            scale["major_unit"] = 1
    elif limits.low != 0:
        return {}
    return scale


def _category_format(ctx: Context, block: Chart) -> str | None:
    """Number format of the category labels when they are dates or months."""
    first = block.series[0]
    text = first.categories
    if text is None:
        source = ctx.template.blocks[first.values.split("[")[0]]
        kind = source.row.type if isinstance(source, Matrix) else "text"
    else:
        other, key = re.fullmatch(r"(\w+)\[(\w+)\]", text).groups()  # type: ignore[union-attr]
        kind = ctx.template.field(other, key).type
    return TYPES[kind].number_format(ctx.lang) if kind in ("date", "month") and block.type != "scatter" else None


def _second_axis(ctx: Context, series: Series) -> dict[str, Any]:
    """Right-hand axis, in the number format of the field it shows."""
    block, key = re.fullmatch(r"(\w+)\[(\w+)\]", series.values).groups()  # type: ignore[union-attr]
    info = TYPES[ctx.template.field(block, key).type]
    font = _font(ctx)
    shown = {"num_font": font, "num_format": info.number_format(ctx.lang, 0), "line": {"none": True}, "min": 0}
    return shown | _end([series])


def _end(series: Sequence[Series]) -> dict[str, float]:
    """End of an axis when none of its series can go beyond; a program would leave room up to 120 %."""
    ends = [s.max for s in series if s.max is not None]
    return {"max": max(ends)} if ends and len(ends) == len(series) else {}


def _number(ctx: Context, kind: str | None, texts: list[str]) -> tuple[str, dict[str, Any]]:
    """Type of an axis and its number format; decimals keep the format of their cells."""
    if kind is None:
        kinds = {f.type for text in texts for _, f in _fields(ctx, text)}
        kind = kinds.pop() if len(kinds) == 1 else "decimal"
        if kind == "decimal":
            return kind, {}
    return kind, {"num_format": TYPES[kind].number_format(ctx.lang, 0)}


def _axes(ctx: Context, chart: Any, block: Chart, count: int) -> None:
    font = _font(ctx)
    title = {"name": ctx.brand.font, "size": 12, "color": ctx.styles.heading, "bold": True}
    if block.title:
        chart.set_title({"name": block.title[ctx.lang], "name_font": title, "overlay": False})
    else:
        chart.set_title({"none": True})
    chart.set_chartarea({"border": {"color": styles.LINE}})
    round_ = block.type in ("pie", "doughnut")
    chart.set_legend({"none": True} if count < 2 and not round_ else {"position": "bottom", "font": font})
    if round_:
        return
    grid = {"visible": True, "line": {"color": "#E6EAEE", "width": 0.75}}
    primary = [s.values for s in block.series if not s.secondary]
    kind, shown = _number(ctx, block.format, primary)
    value: dict[str, Any] = {"num_font": font, "line": {"none": True}, "major_gridlines": grid, **shown}
    if block.type in ("bar", "column", "area") and _limits(ctx, primary).low >= 0:
        value["min"] = 0  # a bar that does not begin at 0 lies about its length
    value |= _end([s for s in block.series if not s.secondary])
    if block.type in ("scatter", "radar"):
        value |= _scale(ctx, primary, kind)
    if block.type == "radar":
        chart.set_x_axis({"num_font": font})
        chart.set_y_axis(value)
        return
    hidden = {"visible": False, "major_gridlines": {"visible": False}}
    if _without_scale(ctx, block):
        value |= hidden  # the labels say it
    # Labels stay outside the plot when values are negative.
    category: dict[str, Any] = {
        "label_position": "low",
        "num_font": font,
        "line": {"color": "#B5BECA"},
        "major_gridlines": {"visible": False},
    }
    if block.type == "scatter":
        across = [s.categories for s in block.series if s.categories]
        heads, shown = _number(ctx, None, across)
        category |= {"major_gridlines": grid} | shown | _scale(ctx, across, heads)
        value |= {"label_position": "low"}
    if (dates := _category_format(ctx, block)) is not None:
        category |= {"num_format": dates, "text_axis": True}
    if block.x_title:
        category |= {"name": block.x_title[ctx.lang], "name_font": font}
    if block.y_title:
        value |= {"name": block.y_title[ctx.lang], "name_font": font}
    if block.type == "bar":
        # In a bar chart XlsxWriter's x axis is the horizontal one, which holds the values.
        chart.set_x_axis(value)
        chart.set_y_axis(category | {"reverse": True, "crossing": "max"})
        return
    chart.set_x_axis(category)
    chart.set_y_axis(value)


def _labelled(ctx: Context, block: Chart) -> bool:
    """Whether the bars show their figures; those of negative bars would lie on the names of the categories."""
    bars = [s.values for s in block.series if s.type is None]
    outside = block.type in ("bar", "column") and not block.stacked and _limits(ctx, bars).low < 0
    return (block.labels or _counts(ctx, block)) and not outside


def _without_scale(ctx: Context, block: Chart) -> bool:
    """Whether the figures at the bars make the scale superfluous."""
    others = any(s.type and not s.secondary for s in block.series)
    return block.type in ("bar", "column") and _labelled(ctx, block) and not others
