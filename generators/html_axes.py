"""Axes of charts: grid lines with their numbers, and category labels that do not overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generators.html_numbers import short
from generators.html_scales import Scale, cut, text_width, wrapped
from generators.html_svg import LINE_HEIGHT, SIZE, Drawing
from vorlagen.spec import Field, Lang

_TILTED = 110.0  # length of a tilted label


@dataclass(frozen=True)
class Categories:
    """How the labels under a chart are set: side by side in lines, or tilted, some left out."""

    labels: Sequence[list[str]]
    height: float
    every: int = 1
    tilted: bool = False

    @classmethod
    def fit(cls, texts: Sequence[str], slot: float) -> Categories:
        """Choose the plainest way in which all labels fit into slots of a width."""
        broken = [wrapped(t, slot - 6, SIZE) for t in texts]
        if all(b is not None for b in broken):
            lines = [b or [""] for b in broken]
            return cls(lines, 8 + LINE_HEIGHT * max((len(b) for b in lines), default=1))
        longest = max(text_width(t, SIZE) for t in texts)
        if longest <= 58:  # months and numbers: leave some out rather than tilt all
            return cls([[t] for t in texts], 8 + LINE_HEIGHT, every=max(1, int(-(-(longest + 8) // slot))))
        short_ones = [[cut(t, _TILTED, SIZE)] for t in texts]
        length = max(text_width(t[0], SIZE) for t in short_ones)
        return cls(short_ones, 14 + length * 0.64, every=max(1, int(-(-15 // slot))), tilted=True)


def category_labels(d: Drawing, cats: Categories, left: float, slot: float, top: float) -> None:
    """Write the labels of the categories."""
    for n, lines in enumerate(cats.labels):
        if n % cats.every:
            continue
        x = left + slot * (n + 0.5)
        if cats.tilted:
            d.text(x + 3, top + 14, lines[0], anchor="end", turn=-40)
            continue
        for k, line in enumerate(lines):
            d.text(x, top + 15 + k * LINE_HEIGHT, line, anchor="middle")


def plot_scale(scale: Scale, item: Field, lang: Lang) -> float:
    """Return the width that the numbers of an axis need."""
    return 14 + max(text_width(short(item, t, scale.high, lang), SIZE - 1) for t in scale.ticks)


def grid_lines(
    d: Drawing, scale: Scale, item: Field, lang: Lang, across: tuple[float, float], y_of: Callable[[float], float]
) -> None:
    """Draw a line and its number at every tick."""
    for tick in scale.ticks:
        d.rule(across[0], y_of(tick), across[1], y_of(tick), "#E6EAEE")
        text = short(item, tick, max(abs(scale.low), scale.high), lang)
        d.text(across[0] - 7, y_of(tick) + 4, text, anchor="end", size=SIZE - 1)
