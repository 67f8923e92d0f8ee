"""The look and the defaults of one client: company, colours, contact, own list values."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vorlagen.findings import SpecErrors, SpecProblem
from vorlagen.nodes import Bad, Builder
from vorlagen.spec import Lang, Text, doc

Bundesland = Literal[
    "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"
]  # fmt: skip


@dataclass(frozen=True)
class Palette:
    """The two colours of a brand; all others are derived."""

    primary: str = doc("structure: band, headings, main bars (#RRGGBB)", default="#1F3A5F")
    accent: str = doc("sparingly: rules, milestones, today line (#RRGGBB)", default="#C77F2A")


@dataclass(frozen=True)
class Brand:
    """One client's brand.yaml."""

    name: str = doc("short company name, shown on the front sheet", default="")
    legal: str = doc("second line: legal form or claim", default="")
    palette: Palette = doc("colours", default=Palette())
    font: str = doc("font of all sheets", default="Calibri")
    contact: tuple[str, ...] = doc("contact lines on the front sheet", default=())
    footer: str = doc("left part of the page footer", default="")
    confidential: Text | None = doc("confidentiality note in the footer", default=None)
    bundesland: Bundesland = doc("state whose public holidays count", default="BY")
    lang: Lang = doc("language when --lang is not given", default="de")
    lists: dict[str, tuple[str, ...]] = doc("own values of editable lists, for example L_TEAM", default_factory=dict)
    path: str = field(default="", compare=False)


def load_brand(path: Path) -> Brand:
    """Load a brand file.

    Raises:
        SpecErrors: all faults with lines.
    """
    builder = Builder(path.name)
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "not found" if isinstance(error, FileNotFoundError) else "not readable as UTF-8 text"
        raise SpecErrors([SpecProblem(path.name, 0, f"brand file {reason}", "check the path after --brand")]) from None
    node = builder.compose(source)
    brand = Brand()
    if node is not None:
        with suppress(Bad):
            brand = builder.build(Brand, node)
    for colour in (brand.palette.primary, brand.palette.accent):
        if len(colour) != 7 or colour[0] != "#" or any(c not in "0123456789abcdefABCDEF" for c in colour[1:]):
            builder.problem(1, f"'{colour}' is not a colour", "write #RRGGBB in quotes")
    if builder.problems:
        raise SpecErrors(builder.problems)
    return brand
