"""The colours of a brand: two are given, all others are derived and measured.

Contrast is that of WCAG 2.2 (success criteria 1.4.3 and 1.4.11, level AA), distance is CIEDE2000,
both computed by coloraide. It is imported late: the neutral look needs no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple, NewType

from vorlagen.spec import Text, doc

if TYPE_CHECKING:
    from coloraide import Color

Colour = NewType("Colour", str)

TEXT, GRAPHIC = 4.5, 3.0  # least contrast of text, and of lines and areas that carry meaning
VISIBLE = 1.2  # an accent below this is not seen on white paper
WHITE, INK, SOFT_INK = Colour("#FFFFFF"), Colour("#1F2933"), Colour("#45505E")
APART = 12.0  # CIEDE2000 distance from which two colours of a chart are told apart at a glance
SIGHTS = (None, "protan", "deutan", "tritan")  # full colour vision and the three kinds of colour blindness
# Further colours of charts; the order is chosen for each brand.
_POOL = (
    "#7C8795", "#3E8E7E", "#A678B4", "#A8902F", "#5A2E58", "#4C86BD", "#B4576B", "#23493F", "#C4703F", "#5C4A12",
    "#24344F", "#6F9A3C",
)  # fmt: skip
SERIES = 10  # colours of a chart before they begin again


def mix(colour: str, with_: str, share: float) -> Colour:
    """Mix two #RRGGBB colours; `share` of the second."""
    a, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5)), (int(with_[i : i + 2], 16) for i in (1, 3, 5))
    return Colour("#" + "".join(f"{round(x * (1 - share) + y * share):02X}" for x, y in zip(a, b, strict=True)))


@dataclass(frozen=True)
class Tints:
    """What is derived from the two colours of a brand.

    Attributes:
        band: fill of bands and headers: the primary colour, darkened only where no text is readable on it.
        on_band: text on the band, white or dark.
        on_band_soft: second line on the band.
        heading: the primary colour as text on white and on `pale`.
        line: the accent colour as rule, marker and line on white.
        light, bar, pale: tints of the primary colour; text is readable on `bar` and `pale`.
        series: colours of chart series in their order.
    """

    band: Colour
    on_band: Colour
    on_band_soft: Colour
    heading: Colour
    line: Colour
    light: Colour
    bar: Colour
    pale: Colour
    series: tuple[Colour, ...]


@dataclass(frozen=True)
class Palette:
    """The two colours of a brand; all others are derived."""

    primary: Colour = doc("structure: band, headings, main bars (#RRGGBB)", default=Colour("#1F3A5F"))
    accent: Colour = doc("sparingly: rules, milestones, today line (#RRGGBB)", default=Colour("#C77F2A"))

    @cached_property
    def tints(self) -> Tints:
        """The derived colours."""
        return NEUTRAL if self == Palette() else derive(self)


# The tints of the default palette, written out so that a run without a brand needs no colour library.
NEUTRAL = Tints(
    band=Colour("#1F3A5F"), on_band=WHITE, on_band_soft=Colour("#C7CED7"), heading=Colour("#1F3A5F"),
    line=Colour("#C77F2A"), light=Colour("#9AA6B7"), bar=Colour("#C7CED7"), pale=Colour("#E9EBEF"),
    series=tuple(Colour(c) for c in (
        "#1F3A5F", "#C77F2A", "#7C8795", "#5C4A12", "#4C86BD", "#B4576B", "#24344F", "#23493F", "#C4703F", "#3E8E7E",
    )),
)  # fmt: skip


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    return _colour(a).contrast(b, method="wcag21")


def distance(a: str, b: str) -> float:
    """Return how far apart two colours look (CIEDE2000), for the eye that tells them apart least."""
    return min(x.delta_e(y, method="2000") for x, y in zip(_seen(a), _seen(b), strict=True))


def darkened(colour: str, least: float, *grounds: str) -> Colour:
    """Return the nearest darker colour of the same hue with the contrast `least` on all `grounds`.

    Lightness falls in OKLCh and the result is fitted into sRGB. It is `colour` itself when that suffices.
    """
    if all(contrast(colour, ground) >= least for ground in grounds):
        return Colour(colour.upper())
    dark, bright = 0.0, 1.0  # shares of the lightness: the first holds, the second does not
    for _ in range(20):
        share = (dark + bright) / 2
        if all(contrast(_dimmed(colour, share), ground) >= least for ground in grounds):
            dark = share
        else:
            bright = share
    return _dimmed(colour, dark)


def derive(palette: Palette) -> Tints:
    """Derive the tints of a palette."""
    primary = Colour(palette.primary.upper())
    on_band = next((c for c in (WHITE, INK) if contrast(c, primary) >= TEXT), WHITE)
    band = darkened(primary, TEXT, WHITE) if on_band == WHITE else primary
    pale = mix(primary, WHITE, 0.9)
    steps = (mix(band, on_band, share / 20) for share in range(15, 21))
    line = darkened(palette.accent, GRAPHIC, WHITE)
    return Tints(
        band=band,
        on_band=on_band,
        on_band_soft=next((c for c in steps if contrast(c, band) >= TEXT), on_band),
        heading=darkened(primary, TEXT, WHITE, pale),
        line=line,
        light=mix(primary, WHITE, 0.55),
        bar=next(c for n in range(15, 21) if contrast(SOFT_INK, c := mix(primary, WHITE, n / 20)) >= TEXT),
        pale=pale,
        series=tuple(_ordered([primary, line])),
    )


class Measure(NamedTuple):
    """A colour on its ground: its contrast, and the least that it must have.

    Attributes:
        given: colour of the brand from which it was darkened, '' when it was taken as it is, or derived.
    """

    use: Text
    colour: str
    ground: str
    ratio: float
    least: float
    given: str


def measured(palette: Palette) -> Iterator[Measure]:
    """Yield the contrast of every derived colour on the ground on which it stands."""
    tints, primary, accent = palette.tints, palette.primary, palette.accent
    for de, en, colour, ground, least, given in (
        ("Titel auf dem Band", "title on the band", tints.on_band, tints.band, TEXT, ""),
        ("zweite Zeile auf dem Band", "second line on the band", tints.on_band_soft, tints.band, TEXT, ""),
        ("Überschriften auf Weiß", "headings on white", tints.heading, WHITE, TEXT, primary),
        ("Überschriften auf Tönung", "headings on a tint", tints.heading, tints.pale, TEXT, primary),
        ("Zahlen auf Balken", "figures on bars", SOFT_INK, tints.bar, TEXT, ""),
        ("Linien und Marken", "rules and markers", tints.line, WHITE, GRAPHIC, accent),
        *((f"Diagrammfarbe {n}", f"chart colour {n}", c, WHITE, GRAPHIC, "") for n, c in enumerate(tints.series, 1)),
    ):
        darker = given if given.upper() != colour else ""
        yield Measure(Text(de, en), colour, ground, contrast(colour, ground), least, darker)


def _ordered(first: list[Colour]) -> Iterator[Colour]:
    """Yield the colours of a chart: each next one is the farthest from those before it."""
    chosen = [first[0]] if distance(*first) < APART else list(first)
    rest = [darkened(c, GRAPHIC, WHITE) for c in _POOL]
    yield from chosen
    while len(chosen) < SERIES:
        best = max(rest, key=lambda c: min(distance(c, other) for other in chosen))
        rest.remove(best)
        chosen.append(best)
        yield best


@cache
def _colour(text: str) -> Color:
    from coloraide import Color

    return Color(text)


@cache
def _seen(text: str) -> tuple[Color, ...]:
    """Return a colour as people with and without colour blindness see it."""
    return tuple(_colour(text) if sight is None else _colour(text).filter(sight) for sight in SIGHTS)


def _dimmed(colour: str, share: float) -> Colour:
    dimmed = _colour(colour).convert("oklch")
    dimmed["lightness"] = dimmed["lightness"] * share
    return Colour(dimmed.convert("srgb").fit().to_string(hex=True).upper())
