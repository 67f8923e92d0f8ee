"""The design system: every colour, font and cell format of a workbook, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vorlagen.brand import Brand
from vorlagen.codes import Severity
from vorlagen.fieldtypes import TYPES
from vorlagen.fonts import fitting_size
from vorlagen.palette import INK, SOFT_INK, Tints, contrast, mix
from vorlagen.spec import Field

# Meaning of the fixed colours: judgement (green, yellow, red, always beside a word),
# input (pale yellow), computed (cool grey), missing (pale red).
# The judgements differ in lightness as well, so that colour-blind readers tell them apart.
GREEN, YELLOW, RED, ORANGE = "#0F6B60", "#806000", "#9B1223", "#8F4A00"
GREEN_FILL, YELLOW_FILL, RED_FILL, ORANGE_FILL = "#CDEBE3", "#FFF4C9", "#F5BDB6", "#FAD8A8"
MISSING_FILL, MISSING_LINE = "#FBE3E1", "#E8B4B0"
GREY, GREY_FILL = "#5B6776", "#ECEFF2"
INPUT_FILL, INPUT_LINE = "#FFFBEA", "#E2D8B4"
COMPUTED_FILL, COMPUTED_FONT, COMPUTED_HEAD = "#F1F4F8", SOFT_INK, "#5B6776"
MUTED, LINE, SOFT = "#66727F", "#D5DBE3", "#F6F8FA"

TITLE_SIZE, SECTION_SIZE, BODY_SIZE, NOTE_SIZE = 20, 13, 11, 9
ROW_HEIGHT, HEADER_HEIGHT = 18, 33
EDGE = "_-_-"  # of a number format: room of two hyphens, as wide as an indent


class MarkLook(NamedTuple):
    """How a marked cell looks: never by colour alone, so each severity has a line of its own."""

    fill: str
    line: str
    border: int


# Medium solid, medium dashed, thin dotted.
MARKS: dict[Severity, MarkLook] = {
    "error": MarkLook("#F9D0CC", RED, 2),
    "warning": MarkLook("#FBDDB0", ORANGE, 8),
    "info": MarkLook(SOFT, MUTED, 4),
}
_SIDES = tuple(side + part for side in ("top", "bottom", "left", "right") for part in ("", "_color"))


def ink_on(fill: str) -> str:
    """Return the text colour, white or dark, that reads best on a fill."""
    dark = contrast(INK, fill)
    return "#FFFFFF" if contrast("#FFFFFF", fill) >= dark else INK


@dataclass
class Styles:
    """Cell formats by name, made once per workbook."""

    book: Any
    brand: Brand
    lang: str
    _cache: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    _made: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def tints(self) -> Tints:
        """The brand's derived colours, readable where they are used."""
        return self.brand.palette.tints

    @property
    def primary(self) -> str:
        """The brand's structural colour: bars and rules."""
        return self.brand.palette.primary

    @property
    def heading(self) -> str:
        """The structural colour as text."""
        return self.tints.heading

    @property
    def accent(self) -> str:
        """The brand's accent colour: rules and markers."""
        return self.tints.line

    def size(self, points: float) -> float:
        """Return a font size in which the brand's font takes the room that sheets are laid out for."""
        return fitting_size(points, self.brand.metrics)

    def make(self, **properties: Any) -> Any:
        """Return a cell format; equal properties give the same object."""
        base = {"font_name": self.brand.font, "font_size": BODY_SIZE, "font_color": INK, "valign": "vcenter"}
        if properties.get("indent"):
            properties.setdefault("align", "left")  # LibreOffice indents only what is aligned
        full: dict[str, Any] = base | properties
        full |= {"font_size": self.size(full["font_size"]), "font_family": self.brand.metrics.family}
        key = tuple(sorted(full.items()))
        if key not in self._cache:
            self._cache[key] = self.book.add_format(full)
            self._made[id(self._cache[key])] = full
        return self._cache[key]

    def marked(self, style: Any, level: Severity, as_typed: bool = False) -> Any:
        """Return a cell format with the mark of a severity; `as_typed` shows numbers without the field's format."""
        look = MARKS[level]
        kept = {name: value for name, value in self._made[id(style)].items() if name not in _SIDES}
        shown = {"num_format": "General"} if as_typed else {}
        mark = {"bg_color": look.fill, "border": look.border, "border_color": look.line, "font_color": INK}
        return self.make(**(kept | mark | shown))

    def judged(self, level: Severity) -> Any:
        """Word for a severity in a list, in the look of its mark."""
        look = MARKS[level]
        return self.make(
            bg_color=look.fill, border=look.border, border_color=look.line, bold=level == "error", align="center"
        )

    def plain(self, **more: Any) -> Any:
        """Body text."""
        return self.make(**more)

    def muted(self, **more: Any) -> Any:
        """Labels and explanations."""
        return self.make(font_color=MUTED, **more)

    def note(self, **more: Any) -> Any:
        """Small explanations."""
        return self.make(font_color=MUTED, font_size=NOTE_SIZE, **more)

    def title(self) -> Any:
        """Title of a sheet."""
        return self.make(font_size=TITLE_SIZE, bold=True, font_color=self.heading)

    def help(self) -> Any:
        """Line under a sheet's title."""
        return self.make(italic=True, font_color=MUTED, font_size=10)

    def section(self) -> Any:
        """Heading of a block: bold with a rule in the accent colour."""
        return self.make(font_size=SECTION_SIZE, bold=True, font_color=self.heading, bottom=2, bottom_color=self.accent)

    def header(self, computed: bool, align: str = "left") -> Any:
        """Column heading; greyer over computed columns."""
        fill, font = (COMPUTED_HEAD, "#FFFFFF") if computed else (self.tints.band, self.tints.on_band)
        indent = {} if align == "center" else {"indent": 1}
        return self.make(
            **indent,
            bold=True, font_color=font, bg_color=fill, text_wrap=True, align=align,
            border=1, border_color=mix(fill, "#FFFFFF", 0.35), font_size=10,
        )  # fmt: skip

    def soft_header(self, align: str = "left", **more: Any) -> Any:
        """Column heading inside dashboards."""
        indent = {} if align == "center" else {"indent": 1}
        return self.make(
            **indent,
            bold=True, font_color=self.heading, bottom=2, bottom_color=self.primary, text_wrap=True, align=align,
            font_size=10, valign="bottom", bg_color=self.tints.pale, **more,
        )  # fmt: skip

    def number_format(self, item: Field, dash: bool = False) -> str:
        """Number format of a field; `dash` shows – for an empty result."""
        unit = item.unit[self.lang] if item.unit else None
        body = TYPES[item.type].number_format(self.lang, item.decimals, unit)
        if item.plain:
            body = body.replace("#,##0", "0")
        if dash and TYPES[item.type].numeric and item.type not in ("date", "month", "time"):
            return f"{body};-{body};{body};@"
        return body

    def _of(self, item: Field, dash: bool = False, align: str | None = None, **more: Any) -> dict[str, Any]:
        body = self.number_format(item, dash)
        properties: dict[str, Any] = {"align": align or TYPES[item.type].align}
        if properties["align"] == "right":
            # A number ends before the edge, where the next column may begin with a text. By the format, not
            # by an indent: LibreOffice forgets the indent of right-aligned cells beside others.
            body = ";".join(part + EDGE if part else part for part in body.split(";"))
        properties["num_format"] = body
        if item.type == "choice" and not item.computed and align is None:
            properties["align"] = "left"
        if item.type == "long":
            properties |= {"text_wrap": True, "valign": "top"}
        if properties["align"] == "left":
            properties["indent"] = 1
        return properties | more

    def input(self, item: Field, **more: Any) -> Any:
        """Cell to fill in."""
        look: dict[str, Any] = {"bg_color": INPUT_FILL, "border": 1, "border_color": INPUT_LINE, "locked": False}
        return self.make(**self._of(item, **(look | more)))

    def computed(self, item: Field, **more: Any) -> Any:
        """Cell with a formula."""
        border = {"border": 1, "border_color": LINE}
        look: dict[str, Any] = {"bg_color": COMPUTED_FILL, "font_color": COMPUTED_FONT, **border}
        return self.make(**self._of(item, **(look | more)))

    def figure(self, item: Field, **more: Any) -> Any:
        """Computed cell of a dashboard table: no fill, a fine line below."""
        look: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        return self.make(**self._of(item, dash=True, **(look | more)))

    def cell(self, item: Field) -> Any:
        """Cell of a record list or form, by kind."""
        return self.computed(item) if item.computed else self.input(item)

    def highlight(self, style: str) -> Any:
        """Differential format of a conditional format."""
        looks: dict[str, dict[str, Any]] = {
            "ueberfaellig": {"font_color": RED, "bg_color": RED_FILL, "bold": True},
            "rot": {"font_color": RED, "bg_color": RED_FILL},
            "heute": {"font_color": ORANGE, "bg_color": ORANGE_FILL, "bold": True},
            "bald": {"font_color": YELLOW, "bg_color": YELLOW_FILL},
            "gelb": {"font_color": YELLOW, "bg_color": YELLOW_FILL},
            "gruen": {"font_color": GREEN, "bg_color": GREEN_FILL},
            "grau": {"font_color": GREY, "bg_color": GREY_FILL},
            "erledigt": {"font_color": GREY, "bg_color": GREY_FILL},
            "dublette": {"font_color": ORANGE, "bg_color": ORANGE_FILL, "bold": True},
            "pflicht": {"bg_color": MISSING_FILL},
            "negativ": {"font_color": RED},
            "banner": {"font_color": "#FFFFFF", "bg_color": RED, "bold": True},
        }
        key = (("differential", style),)
        if key not in self._cache:
            self._cache[key] = self.book.add_format(looks[style])
        return self._cache[key]
