"""Axes of charts: round steps, and texts that fit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS = 5  # at most


@dataclass(frozen=True)
class Scale:
    """A value axis from `low` to `high` with a line at every tick."""

    ticks: tuple[float, ...]

    @property
    def low(self) -> float:
        """Smallest value."""
        return self.ticks[0]

    @property
    def high(self) -> float:
        """Largest value."""
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Return where a value lies, 0 to 1."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def scale_for(values: list[float], *, whole: bool = False, zero: bool = True) -> Scale:
    """Return an axis with round steps that holds all values.

    Args:
        values: what is drawn.
        whole: steps are whole numbers.
        zero: the axis includes zero.
    """
    finite = [v for v in values if math.isfinite(v)] or [0.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + (1.0 if whole or low == 0 else abs(low))
    raw = (high - low) / _STEPS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * r for r in _ROUND if power * r >= raw * 0.999)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if first == last:
        last += 1
    return Scale(tuple(round(n * step, 12) for n in range(first, last + 1)))


def text_width(text: str, size: float) -> float:
    """Estimate the width of a text in a sans-serif font."""
    narrow = sum(1 for c in text if c in " .,:;|!ijlIt'/()\u00a0")
    wide = sum(1 for c in text if c in "MWmw@%€ÄÖÜ" or ord(c) > 0x2000)
    return size * (0.56 * (len(text) - narrow - wide) + 0.3 * narrow + 0.86 * wide)


def cut(text: str, width: float, size: float) -> str:
    """Shorten a text to a width, with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, width: float, size: float) -> list[str] | None:
    """Break a text at blanks into at most two lines of a width; None when it does not fit."""
    out: list[str] = []
    for word in text.split():
        if out and text_width(f"{out[-1]} {word}", size) <= width:
            out[-1] += f" {word}"
        elif text_width(word, size) <= width:
            out.append(word)
        else:
            return None
    return out if len(out) <= 2 else None


@dataclass
class Boxes:
    """Places that are taken, so that labels do not overlap."""

    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def free(self, x: float, y: float, width: float, height: float) -> bool:
        """Take a rectangle when it is free; tell whether it was."""
        for a, b, w, h in self.taken:
            if x < a + w and a < x + width and y < b + h and b < y + height:
                return False
        self.taken.append((x, y, width, height))
        return True
