"""The numbers of a chart -> a picture: columns, bars, lines, areas, points, pies, radars."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from generators.html_axes import Categories, category_labels, grid_lines, plot_scale
from generators.html_numbers import BLANK, short, written
from generators.html_rounds import draw_pie, draw_radar
from generators.html_scales import Boxes, Scale, cut, scale_for, text_width
from generators.html_series import Line, Picture
from generators.html_svg import LINE_HEIGHT, SIZE, Drawing, legend, legend_rows
from generators.styles import LINE, MUTED
from vorlagen.palette import INK
from vorlagen.spec import Field

HALF, WIDE, HEIGHT = 520.0, 1070.0, 300.0
_FEW = 12  # bars that carry their value without being asked


def draw(picture: Picture, name: str) -> Markup:
    """Return a chart as SVG.

    Args:
        picture: the numbers.
        name: unique within the page; ids begin with it.
    """
    block = picture.block
    drawing = Drawing(WIDE if block.wide else HALF, HEIGHT)
    if picture.empty:
        say = "Noch keine Werte" if picture.lang == "de" else "No values yet"
        drawing.text(drawing.width / 2, HEIGHT / 2, say, anchor="middle", size=13)
    elif block.type in ("pie", "doughnut"):
        draw_pie(drawing, picture, hole=block.type == "doughnut")
    elif block.type == "radar":
        draw_radar(drawing, picture)
    elif block.type == "bar":
        _Bars(drawing, picture).draw()
    elif block.type == "scatter":
        _points(drawing, picture)
    else:
        _Columns(drawing, picture).draw()
    return drawing.finish(name, picture.title, description(picture))


def description(picture: Picture) -> str:
    """Return the numbers of a chart in words."""
    shown: list[str] = []
    for n, line in enumerate(picture.lines):
        if line.hidden:
            continue
        heads = picture.categories
        if picture.positions:
            places = picture.positions[n]
            heads = [written(picture.x_item, p, picture.lang) if p is not None else BLANK for p in places]
        pairs = [
            f"{head}: {short(line.item, v, 0, picture.lang)}"
            for head, v in list(zip(heads, line.values, strict=False))[:40]
            if v is not None
        ]
        shown.append((f"{line.name}: " if line.name else "") + ("; ".join(pairs) or BLANK))
    return ". ".join(shown) or BLANK


def bottom_legend(drawing: Drawing, picture: Picture) -> float:
    """Draw the legend of several series; return the height it takes."""
    lines = [s for s in picture.lines if not s.hidden and s.name]
    if len(lines) < 2:
        return 0.0
    rows = len(legend_rows([s.name for s in lines], drawing.width - 20))
    height = rows * (LINE_HEIGHT + 4) + 6
    lined = [s.line or picture.block.type == "line" for s in lines]
    legend(drawing, [s.name for s in lines], [s.colour for s in lines], lined, drawing.height - height + 14)
    return height


def stacks(picture: Picture, lines: list[Line]) -> list[list[tuple[float, float]]]:
    """Return from where to where each bar goes, per series and category."""
    count = len(picture.categories)
    if not (picture.block.stacked or picture.block.percent):
        return [[(0.0, v or 0.0) for v in s.values] for s in lines]
    ups, downs = [0.0] * count, [0.0] * count
    sums = [sum(abs(s.values[n] or 0.0) for s in lines) or 1.0 for n in range(count)]
    out: list[list[tuple[float, float]]] = []
    for s in lines:
        parts = []
        for n, value in enumerate(s.values):
            size = (value or 0.0) / (sums[n] if picture.block.percent else 1.0)
            base = ups if size >= 0 else downs
            parts.append((base[n], base[n] + size))
            base[n] += size
        out.append(parts)
    return out


def _bar_item(picture: Picture, lines: list[Line]) -> Field:
    """Field that says how the value axis is written."""
    first = lines[0].item
    if picture.block.percent:
        return Field("", first.title, "percent")
    kind = picture.block.format or first.type
    return Field("", first.title, kind, unit=first.unit, decimals=first.decimals)


class _Bars:
    """Horizontal bars: labels at the left, values behind the bars."""

    def __init__(self, drawing: Drawing, picture: Picture) -> None:
        self.d, self.p = drawing, picture
        self.lines = picture.lines
        self.stacked = picture.block.stacked or picture.block.percent
        self.item = _bar_item(picture, self.lines)

    def draw(self) -> None:
        """Draw."""
        d, p = self.d, self.p
        side = 1 if self.stacked else len(self.lines)
        row = max(24.0, 14.0 * side + 10)
        below = 22.0
        legend_height = bottom_legend(Drawing(d.width, d.height), p)
        d.height = max(160.0, 14 + row * len(p.categories) + below + legend_height)
        bottom_legend(d, p)
        left = 14 + min(d.width * 0.38, max(text_width(c, SIZE) for c in p.categories))
        spans = stacks(p, self.lines)
        scale = scale_for([v for s in spans for span in s for v in span], whole=self.item.type == "int")
        labelled = not self.stacked and (p.block.labels or len(p.categories) * side <= 2 * _FEW)
        right = d.width - (70 if labelled else 24)
        bottom = d.height - below - legend_height
        row = (bottom - 10) / max(1, len(p.categories))

        def x_of(value: float) -> float:
            return left + (right - left) * scale.share(value)

        if not labelled:
            boxes = Boxes()
            for tick in scale.ticks:
                d.rule(x_of(tick), 8, x_of(tick), bottom, "#E6EAEE")
                text = short(self.item, tick, scale.high, p.lang)
                width = text_width(text, SIZE - 1)
                if boxes.free(x_of(tick) - width / 2 - 3, 0, width + 6, 1):
                    d.text(x_of(tick), bottom + 15, text, anchor="middle", size=SIZE - 1)
        for n, head in enumerate(p.categories):
            middle = 10 + row * (n + 0.5)
            d.text(left - 8, middle + 4, cut(head, left - 12, SIZE), anchor="end", fill=INK)
            thick = min(22.0, (row - 7) / side)
            for k, line in enumerate(self.lines):
                start, end = spans[k][n]
                if line.values[n] is None or line.hidden:
                    continue
                top = middle - thick * side / 2 + (0 if self.stacked else k * thick)
                d.box(x_of(start), top, x_of(end) - x_of(start), thick - (1 if side > 1 else 0), line.colour)
                if labelled:
                    text = short(self.item, line.values[n] or 0.0, scale.high, p.lang)
                    at = x_of(max(end, 0.0)) + 5
                    d.text(at, top + thick / 2 + 4, text, size=SIZE - 1)
        d.rule(x_of(0.0), 8, x_of(0.0), bottom, "#B5BECA")


@dataclass
class _Columns:
    """Columns, lines and areas over categories."""

    d: Drawing
    p: Picture

    def draw(self) -> None:
        """Draw."""
        d, p = self.d, self.p
        columns = [s for s in p.lines if not self._lined(s)]
        lines = [s for s in p.lines if self._lined(s)]
        main = [s for s in p.lines if not s.secondary] or p.lines
        second = [s for s in p.lines if s.secondary and main is not p.lines]
        spans = stacks(p, columns)
        item = _bar_item(p, main)
        numbers = [v for s in spans for span in s for v in span]
        numbers += [v for s in lines if not s.secondary for v in s.values if v is not None]
        scale = scale_for(numbers, whole=item.type == "int")
        other = _second_scale(second)
        bottom_space = bottom_legend(d, p)
        left = plot_scale(scale, item, p.lang) + (16 if p.block.y_title else 0)
        right = d.width - (12 if other is None else plot_scale(other, second[0].item, p.lang))
        cats = Categories.fit(p.categories, (right - left) / max(1, len(p.categories)))
        bottom = d.height - bottom_space - cats.height - (16 if p.block.x_title else 0)
        top = 22.0

        def y_of(value: float, axis: Scale = scale) -> float:
            return bottom - (bottom - top) * axis.share(value)

        grid_lines(d, scale, item, p.lang, (left, right), y_of)
        if other is not None:
            for tick in other.ticks:
                d.text(right + 6, y_of(tick, other) + 4, short(second[0].item, tick, other.high, p.lang), size=SIZE - 1)
        slot = (right - left) / max(1, len(p.categories))
        boxes = Boxes([(0.0, bottom + 1, d.width, d.height)])  # the labels of the categories
        side = 1 if p.block.stacked or p.block.percent else max(1, len(columns))
        thick = min(64.0, slot * 0.66 / side)
        labelled = p.block.labels or (len(columns) == 1 and not lines and len(p.categories) <= _FEW)
        for k, s in enumerate(columns):
            for n in range(len(p.categories)):
                start, end = spans[k][n]
                if s.values[n] is None or s.hidden:
                    continue
                x = left + slot * (n + 0.5) - thick * side / 2 + (0 if side == 1 else k * thick)
                d.box(x, y_of(start), thick - (1 if side > 1 else 0), y_of(end) - y_of(start), s.colour)
                if labelled and side >= len(columns):
                    above = y_of(end) - 5 if end >= 0 else y_of(end) + 13
                    self._label(boxes, s, s.values[n] or 0.0, scale, x + thick / 2, above)
        for s in lines:
            axis = other if s.secondary and other is not None else scale
            points = [
                (left + slot * (n + 0.5), y_of(v, axis), v) if v is not None else None for n, v in enumerate(s.values)
            ]
            self._polyline(s, points, y_of(0.0))
            if p.block.labels:
                for point in points:
                    if point is not None:
                        self._label(boxes, s, point[2], axis, point[0], point[1] - 8)
        d.rule(left, y_of(0.0), right, y_of(0.0), "#B5BECA")
        category_labels(d, cats, left, slot, bottom)
        if p.block.x_title:
            at = bottom + cats.height + 12
            d.text((left + right) / 2, at, p.block.x_title[p.lang], anchor="middle", size=SIZE - 1)
        if p.block.y_title:
            d.text(13, (top + bottom) / 2, p.block.y_title[p.lang], anchor="middle", size=SIZE - 1, turn=-90)

    def _lined(self, line: Line) -> bool:
        return line.line or self.p.block.type in ("line", "area")

    def _label(self, boxes: Boxes, line: Line, value: float, scale: Scale, x: float, y: float) -> None:
        text = short(line.item, value, scale.high, self.p.lang)
        width = text_width(text, SIZE - 1)
        x = min(max(x, width / 2), self.d.width - width / 2)
        if boxes.free(x - width / 2 - 2, y - 11, width + 4, 13):
            self.d.text(x, y, text, anchor="middle", size=SIZE - 1)

    def _polyline(self, line: Line, points: list[tuple[float, float, float] | None], base: float) -> None:
        runs: list[list[tuple[float, float, float]]] = [[]]
        for point in points:
            if point is None:
                runs.append([])
            else:
                runs[-1].append(point)
        for run in runs:
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in run)
            if self.p.block.type == "area" and len(run) > 1:
                closed = f"{run[0][0]:.1f},{base:.1f} {path} {run[-1][0]:.1f},{base:.1f}"
                self.d.add("polygon", points=closed, fill=line.colour, fill_opacity="0.25")
            if len(run) > 1:
                self.d.add(
                    "polyline", points=path, fill="none", stroke=line.colour, stroke_width="2.5",
                    stroke_linejoin="round",
                )  # fmt: skip
            if len(points) <= 40:
                for x, y, _ in run:
                    self.d.add("circle", cx=x, cy=y, r="3.5", fill=line.colour)


def _second_scale(lines: list[Line]) -> Scale | None:
    values = [v for s in lines for v in s.values if v is not None]
    return scale_for(values) if lines else None


def _points(d: Drawing, p: Picture) -> None:
    """Draw a scatter chart: a circle per pair of values."""
    pairs = [
        [(x, y) for x, y in zip(p.positions[n], s.values, strict=False) if x is not None and y is not None]
        for n, s in enumerate(p.lines)
    ]
    whole = p.x_item.type == "int"
    x_scale = scale_for([x for run in pairs for x, _ in run], whole=whole, zero=p.x_item.type not in ("date", "month"))
    item = _bar_item(p, p.lines)
    y_scale = scale_for([y for run in pairs for _, y in run], whole=item.type == "int")
    space = bottom_legend(d, p)
    left = plot_scale(y_scale, item, p.lang) + (16 if p.block.y_title else 0)
    right, top = d.width - 24, 14.0
    bottom = d.height - space - 22 - (16 if p.block.x_title else 0)

    def x_of(value: float) -> float:
        return left + (right - left) * x_scale.share(value)

    def y_of(value: float, axis: Scale = y_scale) -> float:
        return bottom - (bottom - top) * axis.share(value)

    grid_lines(d, y_scale, item, p.lang, (left, right), y_of)
    boxes = Boxes()
    for tick in x_scale.ticks:
        d.rule(x_of(tick), top, x_of(tick), bottom, "#E6EAEE")
        text = short(p.x_item, tick, x_scale.high, p.lang)
        width = text_width(text, SIZE - 1)
        if boxes.free(x_of(tick) - width / 2 - 3, 0, width + 6, 1):
            d.text(x_of(tick), bottom + 15, text, anchor="middle", size=SIZE - 1, fill=MUTED)
    d.rule(x_of(0.0), top, x_of(0.0), bottom, LINE)
    for s, run in zip(p.lines, pairs, strict=True):
        for x, y in run:
            d.add(
                "circle", cx=x_of(x), cy=y_of(y), r="2" if s.limit else "6", fill=s.colour, fill_opacity="0.85",
                stroke="#FFFFFF", stroke_width="1.5",
            )  # fmt: skip
    if p.block.x_title:
        d.text((left + right) / 2, bottom + 32, p.block.x_title[p.lang], anchor="middle", size=SIZE - 1)
    if p.block.y_title:
        d.text(13, (top + bottom) / 2, p.block.y_title[p.lang], anchor="middle", size=SIZE - 1, turn=-90)
