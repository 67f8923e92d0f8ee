"""A drawing as inline SVG: shapes and escaped texts, no style, no script, no link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from generators.html_numbers import plain
from generators.html_scales import text_width
from generators.styles import MUTED
from vorlagen.palette import INK

SIZE = 12.0
LINE_HEIGHT = 14.0
_KEY = 10.0  # side of the square before a legend text


@dataclass
class Drawing:
    """Collects the parts of one picture."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, content: str | None = None, **attributes: object) -> None:
        """Add an element; underscores in attribute names are dashes, content is escaped."""
        written = "".join(f' {k.replace("_", "-")}="{_value(v)}"' for k, v in attributes.items() if v is not None)
        self.parts.append(
            f"<{tag}{written}/>" if content is None else f"<{tag}{written}>{escape(plain(content))}</{tag}>"
        )

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "start", size: float = SIZE, fill: str = MUTED,
        bold: bool = False, turn: float | None = None,
    ) -> None:  # fmt: skip
        """Add a text; `y` is its baseline."""
        self.add(
            "text", text, x=x, y=y, text_anchor=anchor if anchor != "start" else None, font_size=size, fill=fill,
            font_weight="bold" if bold else None,
            transform=f"rotate({turn:g} {x:.1f} {y:.1f})" if turn is not None else None,
        )  # fmt: skip

    def rule(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, dash: str = "") -> None:
        """Add a straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash or None)

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Add a filled rectangle; negative sizes are turned over."""
        if height < 0:
            y, height = y + height, -height
        if width < 0:
            x, width = x + width, -width
        self.add("rect", x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), fill=fill)

    def finish(self, name: str, title: str, description: str) -> Markup:
        """Return the picture with its texts for people who cannot see it."""
        head = (
            f'<svg role="img" viewBox="0 0 {self.width:g} {self.height:g}" aria-labelledby="{name}t {name}d" '
            f'xmlns="http://www.w3.org/2000/svg"><title id="{name}t">{escape(plain(title))}</title>'
            f'<desc id="{name}d">{escape(plain(description))}</desc>'
        )
        return Markup(head + "".join(self.parts) + "</svg>")  # every text went through escape


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(escape(str(value)))


def legend_rows(names: Sequence[str], width: float) -> list[list[int]]:
    """Return which names of a legend stand on which line."""
    rows: list[list[int]] = [[]]
    used = 0.0
    for n, name in enumerate(names):
        needed = _KEY + 6 + text_width(name, SIZE) + 18
        if rows[-1] and used + needed > width:
            rows.append([])
            used = 0.0
        rows[-1].append(n)
        used += needed
    return rows


def legend(drawing: Drawing, names: Sequence[str], colours: Sequence[str], lines: Sequence[bool], top: float) -> None:
    """Draw a legend, its lines centred."""
    for row in legend_rows(names, drawing.width - 20):
        widths = [_KEY + 6 + text_width(names[n], SIZE) + 18 for n in row]
        x = (drawing.width - sum(widths) + 18) / 2
        for n, width in zip(row, widths, strict=True):
            if lines[n]:
                drawing.rule(x, top - 4, x + _KEY, top - 4, colours[n], 3)
            else:
                drawing.box(x, top - 9, _KEY, _KEY, colours[n])
            drawing.text(x + _KEY + 6, top, names[n], fill=INK)
            x += width
        top += LINE_HEIGHT + 4
