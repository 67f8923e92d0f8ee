"""Round charts: pies, doughnuts and radars."""

from __future__ import annotations

import math

from generators.html_numbers import decimal_text
from generators.html_scales import cut, scale_for
from generators.html_series import Picture
from generators.html_svg import LINE_HEIGHT, SIZE, Drawing, legend, legend_rows
from vorlagen.palette import INK, mix

_SHARES = 0.06  # slices from here on carry their percentage


def _slice_colours(picture: Picture, count: int) -> list[str]:
    first = picture.lines[0].colour
    fixed = [first, "#C77F2A", "#8A94A3", "#3E8E7E", "#B08BBB", "#C9B458", "#6B4E71", "#5A8FBF", "#A6A08C"]
    return [fixed[n] if n < len(fixed) else mix(first, "#FFFFFF", 0.3 + 0.05 * (n % 10)) for n in range(count)]


def draw_pie(d: Drawing, p: Picture, *, hole: bool) -> None:
    """Draw the first series as slices; negative values have no slice."""
    values = [max(v or 0.0, 0.0) for v in p.lines[0].values]
    total = sum(values) or 1.0
    colours = _slice_colours(p, len(values))
    names = [cut(c, d.width * 0.45, SIZE) for c in p.categories]
    below = len(legend_rows(names, d.width - 20)) * (LINE_HEIGHT + 4) + 8
    d.height = 230 + below
    legend(d, names, colours, [False] * len(names), d.height - below + 14)
    x, y, radius, angle = d.width / 2, 112.0, 100.0, -math.pi / 2
    percent = "\u00a0%" if p.lang == "de" else "%"
    for value, colour in zip(values, colours, strict=True):
        turn = 2 * math.pi * value / total
        if value >= total:
            d.add("circle", cx=x, cy=y, r=radius, fill=colour)
        elif value > 0:
            ends = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in (angle, angle + turn)]
            start, end = (f"{a:.1f} {b:.1f}" for a, b in ends)
            path = f"M{x:.1f} {y:.1f}L{start}A{radius:g} {radius:g} 0 {int(turn > math.pi)} 1 {end}Z"
            d.add("path", d=path, fill=colour, stroke="#FFFFFF")
        angle += turn
    if hole:
        d.add("circle", cx=x, cy=y, r=radius * 0.55, fill="#FFFFFF")
    angle = -math.pi / 2
    for value in values:
        turn = 2 * math.pi * value / total
        if value / total >= _SHARES:
            at = radius * (0.78 if hole else 0.66)
            text = decimal_text(100 * value / total, 0, p.lang) + percent
            spot = (x + at * math.cos(angle + turn / 2), y + at * math.sin(angle + turn / 2) + 4)
            d.text(*spot, text, anchor="middle", fill="#FFFFFF", bold=True)
        angle += turn


def draw_radar(d: Drawing, p: Picture) -> None:
    """Draw every series as a polygon over axes that start in the middle."""
    names = [s.name for s in p.lines]
    below = len(legend_rows(names, d.width - 20)) * (LINE_HEIGHT + 4) + 8 if len(names) > 1 else 0
    d.height = 310.0 + below
    if below:
        legend(d, names, [s.colour for s in p.lines], [True] * len(names), d.height - below + 14)
    x, y, radius = d.width / 2, 155.0, 112.0
    count = max(3, len(p.categories))
    scale = scale_for([v for s in p.lines for v in s.values if v is not None])

    def spot(n: int, share: float) -> tuple[float, float]:
        angle = -math.pi / 2 + 2 * math.pi * n / count
        return x + radius * share * math.cos(angle), y + radius * share * math.sin(angle)

    def ring(shares: list[float]) -> str:
        return " ".join("{:.1f},{:.1f}".format(*spot(n, s)) for n, s in enumerate(shares))

    for tick in scale.ticks[1:]:
        d.add("polygon", points=ring([scale.share(tick)] * count), fill="none", stroke="#DDE3E9")
        mark = decimal_text(tick, 0 if tick == int(tick) else 1, p.lang)
        d.text(x + 4, y - radius * scale.share(tick) + 11, mark, size=10)
    for n, head in enumerate(p.categories):
        d.rule(x, y, *spot(n, 1.0), "#DDE3E9")
        end = spot(n, 1.1)
        anchor = "middle" if abs(end[0] - x) < 12 else "start" if end[0] > x else "end"
        room = end[0] if anchor == "end" else d.width - end[0] if anchor == "start" else 220.0
        d.text(end[0], end[1] + 4, cut(head, room - 4, SIZE), anchor=anchor, fill=INK)
    for s in p.lines:
        shares = [scale.share(v) if v is not None else 0.0 for v in s.values]
        d.add("polygon", points=ring(shares), fill=s.colour, fill_opacity="0.12", stroke=s.colour, stroke_width="2")
