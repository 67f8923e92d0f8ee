"""Fonts that come with Excel: how wide they are, and what stands in for them."""

from __future__ import annotations

from typing import NamedTuple


class Font(NamedTuple):
    """A font that every desktop Excel has.

    Attributes:
        digit: width of a digit in em; sheets are laid out for that of Calibri.
        family: class by which Excel replaces a font it lacks: 1 serif, 2 sans serif.
        generic: the same class in a style sheet.
    """

    digit: float
    family: int = 2
    generic: str = "sans-serif"


FONTS = {
    "Aptos Narrow": Font(0.507),
    "Arial": Font(0.556),
    "Calibri": Font(0.507),
    "Cambria": Font(0.554, 1, "serif"),
    "Century Gothic": Font(0.554),
    "Georgia": Font(0.614, 1, "serif"),
    "Segoe UI": Font(0.539),
    "Tahoma": Font(0.546),
    "Times New Roman": Font(0.500, 1, "serif"),
    "Trebuchet MS": Font(0.524),
    "Verdana": Font(0.636),
}
DEFAULT = "Calibri"
SMALLEST = 8.0  # points


def fitting_size(points: float, font: Font) -> float:
    """Return the size in which a font is as wide as Calibri in `points`, in half points.

    Columns, wrapped lines and pages are computed in characters of Calibri; a wider font in the
    same size would end in "####" and cut texts.
    """
    fitted = round(2 * points * FONTS[DEFAULT].digit / font.digit) / 2
    return points if fitted > points else max(fitted, min(points, SMALLEST))
