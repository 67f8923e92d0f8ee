"""The look and the defaults of one client: company, logo, colours, font, contact, own list values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from yaml import MappingNode, Node, ScalarNode

from vorlagen.brand_faults import BadBrand, fault
from vorlagen.findings import SpecErrors, SpecProblem
from vorlagen.fonts import DEFAULT, FONTS, Font
from vorlagen.logo import Logo, load_logo
from vorlagen.nodes import Bad, Builder
from vorlagen.palette import GRAPHIC, VISIBLE, WHITE, Colour, Palette, contrast, darkened
from vorlagen.spec import Lang, Text, doc

Bundesland = Literal[
    "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"
]  # fmt: skip
# Characters that fit their place on the front sheet and in the footer.
NAME_MAX, LINE_MAX, NOTE_MAX, FONT_MAX, CONTACT_LINES = 80, 100, 60, 31, 8


@dataclass(frozen=True)
class ListValue:
    """One value of a choice list, with the attributes that the list has."""

    label: Text
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Brand:
    """One client's brand.yaml."""

    name: str = doc("short company name, on the front sheet (at most 80 characters)", default="")
    legal: str = doc("second line: legal form or claim", default="")
    logo: str = doc("picture beside the brand file: PNG, JPEG or SVG", default="")
    palette: Palette = doc("colours", default=Palette())
    font: str = doc("font of all sheets", default=DEFAULT)
    fallback: str = doc("font of Excel that stands in where `font` is missing", default="")
    contact: tuple[str, ...] = doc("contact lines on the front sheet (at most 8)", default=())
    footer: str = doc("left part of the page footer (the name)", default="")
    confidential: Text | None = doc("confidentiality note in the footer", default=None)
    bundesland: Bundesland = doc("state whose public holidays count", default="BY")
    lang: Lang = doc("language when --lang is not given", default="de")
    lists: dict[str, tuple[ListValue, ...]] = doc(
        "own values of editable lists: L_TEAM, L_REGION, L_PRODUKTGRUPPE, L_MITARBEITER, …", default_factory=dict
    )
    # Set by the loader.
    key: str = field(default="", compare=False)
    picture: Logo | None = None
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def metrics(self) -> Font:
        """Width and class of the font, those of the fallback where it is none of Excel's own."""
        return FONTS.get(self.font) or FONTS[self.fallback or DEFAULT]

    @property
    def digest(self) -> str:
        """Hash of everything that shows in a workbook, '' for no brand at all."""
        from dataclasses import fields
        from hashlib import sha256

        shown = [getattr(self, item.name) for item in fields(self) if item.compare]
        return sha256(repr(shown).encode()).hexdigest()[:16] if self.key else ""

    @property
    def font_stack(self) -> tuple[str, ...]:
        """The font and what stands in for it, in the order of preference."""
        return tuple(dict.fromkeys((self.font, self.fallback or DEFAULT)))


@dataclass(frozen=True)
class Brands:
    """The brands given to a command; a workbook finds its own by the name in its stamp."""

    given: tuple[Brand, ...] = ()

    def of(self, keys: Iterable[str]) -> Brand:
        """Return the brand of workbooks by their stamps: the only one given, or theirs; no brand if they differ."""
        if len(self.given) == 1:
            return self.given[0]
        names = set(keys)
        return next((brand for brand in self.given if {brand.key} == names), Brand())

    def unknown(self, keys: Iterable[str]) -> list[str]:
        """Return the names in stamps for which no brand is given."""
        known = {brand.key for brand in self.given}
        return sorted({key for key in keys if key} - known) if len(self.given) != 1 else []


_BARE_COLOUR = re.compile(r"""^(?:[^#"'\n]|"[^"\n]*"|'[^'\n]*')*:[ \t]+#[0-9A-Fa-f]{6}\b""", re.M)
_LOADED = ("key", "picture", "lines")


class BrandBuilder(Builder):
    """A Builder that knows colours and list values."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.custom |= {Colour: self.colour, ListValue: self.list_value}

    def compose(self, source: str) -> Node | None:
        """Parse YAML into nodes; a colour without quotes is a comment, which may leave brackets open."""
        node, bare = super().compose(source), _BARE_COLOUR.search(source)
        if node is None and bare is not None:
            self.problems.clear()
            self.problem(source.count("\n", 0, bare.end()) + 1, *fault("no_colour"))
        return node

    def colour(self, node: Node) -> Colour:
        """Build a colour #RRGGBB."""
        text = str(node.value).strip() if isinstance(node, ScalarNode) else ""
        if len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:]):
            return Colour(text.upper())
        if not text:  # "#1F3A5F" without quotes is a comment
            raise self.problem(node, *fault("no_colour"))
        near = _hexadecimal(text)
        raise self.problem(node, *fault("colour_form" if near else "colour", text=text[:40], near=near))

    def list_value(self, node: Node) -> ListValue:
        """Build a list value: a text, {de, en}, or one of these with the attributes of the list."""
        if isinstance(node, ScalarNode):
            return ListValue(self.text(node))
        if not isinstance(node, MappingNode):
            raise self.problem(node, *fault("value"))
        found = {str(key.value): value for key, value in node.value}
        parts = [found.pop(name) for name in ("wert", "de", "en") if name in found]
        if len(parts) == 1 and not isinstance(parts[0], ScalarNode):
            label = self.text(parts[0])
        elif parts and all(isinstance(part, ScalarNode) for part in parts) and "wert" not in found:
            label = Text(str(parts[0].value), str(parts[-1].value))
        else:
            raise self.problem(node, *fault("value_name"))
        return ListValue(label, {key: self.plain(value) for key, value in found.items()})


def _hexadecimal(text: str) -> str:
    """Return what a colour written in another way is as #RRGGBB, '' when it is none."""
    from coloraide import Color

    for spelling in (text, f"#{text}"):  # the sign is easily forgotten
        with suppress(ValueError):
            return Color(spelling).convert("srgb").fit().to_string(hex=True, alpha=False).upper()
    return ""


def load_brand(path: Path) -> Brand:
    """Load a brand file.

    Raises:
        SpecErrors: all faults with lines.
    """
    builder = BrandBuilder(path.name)
    try:
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        name = "missing" if isinstance(error, FileNotFoundError) else "folder" if path.is_dir() else "unreadable"
        raise SpecErrors([SpecProblem(path.name, 0, *fault(name))]) from None
    node = builder.compose(source)
    brand = Brand(key=path.stem)
    if isinstance(node, MappingNode):
        known = [name for name in Brand.__dataclass_fields__ if name not in _LOADED]
        for key, _ in node.value:
            if key.value in _LOADED:
                builder.unknown(key, str(key.value), "brand", known)
        with suppress(Bad):
            brand = builder.build(Brand, node, key=path.stem, picture=None, lines=_lines(node))
            _check(brand, builder)
            brand = _with_picture(brand, path.parent, builder)
    elif node is not None:
        builder.problem(node, *fault("no_mapping"))
    if builder.problems:
        raise SpecErrors(builder.problems)
    return brand


def brand_files(paths: Iterable[Path]) -> list[Path]:
    """Return brand files, each once, in place of a folder all those in it (the folder itself when it has none)."""
    found = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else ()) or (path,)]
    return list({file.resolve(): file for file in found}.values())


def load_brands(paths: Iterable[Path]) -> list[Brand]:
    """Load several brand files; a folder stands for all brand files in it.

    Raises:
        SpecErrors: the faults of all of them.
    """
    brands, problems = [], []
    for path in brand_files(paths):
        try:
            brands.append(load_brand(path))
        except SpecErrors as error:
            problems += error.problems
    if problems:
        raise SpecErrors(problems)
    return brands


def _lines(node: MappingNode) -> dict[str, int]:
    """Return the line of every key on the first two levels, as 'key' and 'key.inner'."""
    lines: dict[str, int] = {}
    for key, value in node.value:
        lines[str(key.value)] = key.start_mark.line + 1
        for inner, _ in value.value if isinstance(value, MappingNode) else ():
            lines[f"{key.value}.{inner.value}"] = inner.start_mark.line + 1
    return lines


def _with_picture(brand: Brand, folder: Path, builder: Builder) -> Brand:
    if not brand.logo or builder.problems:
        return brand
    try:
        return replace(brand, picture=load_logo(folder / brand.logo, brand.palette.tints.band))
    except BadBrand as error:
        builder.problem(brand.lines["logo"], *error.fault)
        return brand


def _check(brand: Brand, builder: Builder) -> None:
    """Record what is well-formed but of no use."""
    note = brand.confidential
    texts: list[tuple[str, Sequence[str], int]] = [
        ("name", (brand.name,), NAME_MAX), ("legal", (brand.legal,), LINE_MAX), ("footer", (brand.footer,), LINE_MAX),
        ("contact", brand.contact, LINE_MAX), ("confidential", (note.de, note.en) if note else (), NOTE_MAX),
    ]  # fmt: skip
    for name, lines, limit in texts:
        _check_text(name, lines, limit, brand, builder)
    if len(brand.contact) > CONTACT_LINES:
        facts = {"name": "contact", "count": len(brand.contact), "limit": CONTACT_LINES}
        builder.problem(brand.lines["contact"], *fault("lines", **facts))
    _check_font(brand, builder)
    _check_colours(brand, builder)


def _check_text(name: str, lines: Sequence[str], limit: int, brand: Brand, builder: Builder) -> None:
    for line in lines:
        if not line.isprintable():
            builder.problem(brand.lines[name], *fault("control", name=name))
        elif len(line) > limit:
            builder.problem(brand.lines[name], *fault("long", name=name, count=len(line), limit=limit))


def _check_font(brand: Brand, builder: Builder) -> None:
    known = ", ".join(FONTS)
    if brand.fallback and brand.fallback not in FONTS:
        builder.problem(brand.lines["fallback"], *fault("fallback", font=brand.fallback[:40], known=known))
    if brand.font in FONTS:
        return
    near = next((font for font in FONTS if font.casefold() == brand.font.strip().casefold()), "")
    if near:
        builder.problem(brand.lines["font"], *fault("font_case", font=brand.font[:40], near=near))
    elif not brand.font.strip() or len(brand.font) > FONT_MAX or not all(c.isalnum() or c in " -" for c in brand.font):
        builder.problem(brand.lines["font"], *fault("font_name", font=brand.font[:40], known=known))
    elif not brand.fallback:
        builder.problem(brand.lines["font"], *fault("font", font=brand.font, known=known))


def _check_colours(brand: Brand, builder: Builder) -> None:
    for name, colour, least in (
        ("primary", brand.palette.primary, GRAPHIC),
        ("accent", brand.palette.accent, VISIBLE),
    ):
        measured = contrast(colour, WHITE)
        if measured < least:
            near = darkened(colour, max(least, GRAPHIC), WHITE)
            facts = {"measured": ratio(measured), "least": ratio(least), "near": near}
            line = brand.lines.get(f"palette.{name}") or brand.lines["palette"]
            builder.problem(line, *fault("pale", name=name, colour=colour, **facts))


def ratio(value: float) -> tuple[str, str]:
    """Write a contrast in German and English, cut (not rounded) so that it never looks better than it is."""
    text = f"{int(value * 100) / 100:.2f}"
    return text.replace(".", ","), text
