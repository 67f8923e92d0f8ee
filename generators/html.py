"""Consolidated -> one self-contained HTML report: nothing is loaded, nothing but sorting is scripted."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from generators import styles
from generators.accounting import Say
from generators.html_numbers import decimal_text, plain, written
from generators.html_tables import HEAT, STEPS, Cell, Column, View
from generators.html_view import counted, page
from vorlagen.brand import Brand
from vorlagen.consolidated import Consolidated, SourceSummary
from vorlagen.layout import card_lines
from vorlagen.outputs import write_bytes, write_whole
from vorlagen.palette import INK, Colour, Palette, mix
from vorlagen.spec import Field, Lang, Text

FOLDER = Path(__file__).parent / "templates"
NAME = {"de": "bericht.html", "en": "report.html"}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,60}")
_OUTCOMES = {
    "taken": ("übernommen", "taken"), "duplicate": ("doppelt", "duplicate"),
    "skipped": ("übersprungen", "skipped"), "refused": ("abgewiesen", "refused"),
}  # fmt: skip


def html_writer(consolidated: Consolidated, brand: Brand, lang: Lang) -> Callable[[Path], None]:
    """Return the writer of the report over all templates."""

    def write(path: Path) -> None:
        content = render(consolidated, brand, lang).encode("utf-8", "replace")
        write_whole(path, lambda temporary: write_bytes(temporary, content))

    return write


def render(consolidated: Consolidated, brand: Brand, lang: Lang) -> str:
    """Return the report as a text."""
    say, brand = Say(lang), presentable(brand)
    pages = [page(consolidated, item, brand, lang) for item in consolidated.templates.values()]
    style, script = stylesheet(brand), _read("report.js")
    policy = (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    day = Field("", Text("", ""), "date")
    loose = [s for s in consolidated.sources if s.template not in consolidated.templates]
    return _environment().get_template("report.html.j2").render(
        say=say, lang=lang, brand=brand, pages=pages, policy=policy, style=Markup(style), script=Markup(script),
        today=written(day, consolidated.today, lang), totals=counted(consolidated.sources),
        rows=decimal_text(sum(p.counts["rows"] for p in pages), 0, lang), loose=_loose(loose, lang) if loose else None,
        confidential=brand.confidential[lang] if brand.confidential else "",
        logo=base64.b64encode(brand.picture.png).decode() if brand.picture else "",
    )  # fmt: skip


def _loose(files: list[SourceSummary], lang: Lang) -> View:
    """Return the files that belong to no template of the report."""
    say = Say(lang)
    rows = []
    for s in files:
        first = s.findings[0] if s.findings else None
        said = (f"{first.message(lang)} {first.remedy(lang)}", first.code) if first else ("", "")
        rows.append([Cell(plain(t)) for t in (s.file, say(*_OUTCOMES[s.outcome]), *said)])
    heads = (say("Datei", "File"), say("Ergebnis", "Outcome"), say("Meldung", "Message"), say("Kennung", "Code"))
    title = say("Dateien ohne Vorlage", "Files without a template")
    return View(title, [Column(h) for h in heads], rows)


def digest(text: str) -> str:
    """Return the source expression of an inline element for the content security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def presentable(brand: Brand) -> Brand:
    """Return the brand with colours and a font that are safe in a style sheet; anything else is the default."""
    fallback = Palette()
    primary = brand.palette.primary if _COLOUR.fullmatch(brand.palette.primary) else fallback.primary
    accent = brand.palette.accent if _COLOUR.fullmatch(brand.palette.accent) else fallback.accent
    font, other = (name if _FONT.fullmatch(name) else "" for name in (brand.font, brand.fallback))
    palette = Palette(Colour(primary), Colour(accent))
    return replace(brand, palette=palette, font=font or Brand().font, fallback=other)


def stylesheet(brand: Brand) -> str:
    """Return the style sheet in the colours and the font of a presentable brand."""
    tints = brand.palette.tints
    font = ",".join(f'"{name}"' for name in brand.font_stack) + f",{brand.metrics.generic}"
    variables = {
        "primary": brand.palette.primary, "accent": tints.line, "heading": tints.heading, "band": tints.band,
        "on-band": tints.on_band, "pale": tints.pale, "bar": tints.bar,
        "ink": INK, "muted": styles.MUTED, "line": styles.LINE,
        "soft": styles.SOFT, "green": styles.GREEN, "yellow": styles.YELLOW, "red": styles.RED,
        "orange": styles.ORANGE, "green-fill": styles.GREEN_FILL, "yellow-fill": styles.YELLOW_FILL,
        "red-fill": styles.RED_FILL, "orange-fill": styles.ORANGE_FILL,
    }  # fmt: skip
    head = ":root{" + "".join(f"--{k}:{v};" for k, v in variables.items()) + f"--font:{font}" + "}\n"
    steps = "".join(f".w{n}{{background-size:{100 * n / STEPS:g}% 72%}}" for n in range(STEPS + 1))
    heat = "".join(
        f".{name}{n}{{background:{mix('#FFFFFF', end, n / HEAT)}}}"
        for name, end in (("cold", "#7DB58F"), ("hot", "#F2B8A0"))
        for n in range(HEAT + 1)
    )
    return head + _read("report.css") + steps + "\n" + heat + "\n"


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_clean,
    )  # fmt: skip
    made.globals["across"] = lambda count: card_lines(count)[0]
    return made


def _clean(value: Any) -> Any:
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
