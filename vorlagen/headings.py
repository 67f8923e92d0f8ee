"""Headings and labels as they come back -> fields.

First the heading as it is, then without differences of case, blanks, line breaks, hyphens and
Unicode form, then without marks and without the field's own unit. Numbers and other units always
count: "Umsatz 2025" is not "Umsatz 2026", and T€ is not €.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from vorlagen.fieldtypes import QUANTITIES
from vorlagen.spec import LANGS, Field, Lang, Text

_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−"), "-") | dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MARKS = " *:"
_UNIT = re.compile(r"(.+?) ?(?:\(([^()]+)\)|\[([^\[\]]+)\]|(?<= )in ([^\s\d]+))")
_BY_TYPE = {"money": ("€", "eur", "euro"), "percent": ("%", "prozent", "percent")}
_WORDS = frozenset(
    ("€", "eur", "euro", "%", "prozent", "percent", "tage", "tagen", "days", "at", "arbeitstage", "working days",
     "wochen", "weeks", "monate", "months", "jahre", "years", "std.", "stunden", "hours", "h", "min.", "min", "minuten",
     "minutes", "stück", "pieces", "km", "punkte", "points")
)  # fmt: skip


def fold(text: object) -> str:
    """Return a heading or label without differences of case, blanks, line breaks, hyphens and Unicode form."""
    plain = unicodedata.normalize("NFKC", str(text)).translate(_HYPHENS)
    return " ".join(plain.casefold().split())


def same_label(value: object, title: Text) -> bool:
    """Whether a cell holds a title in one of the languages; marks of required fields do not count."""
    return value is not None and fold(value).rstrip(_MARKS) in {fold(title[lang]).rstrip(_MARKS) for lang in LANGS}


class Headings:
    """Finds the field of a heading.

    Args:
        fields: the fields of one block.
        lang: language of the workbook; its titles go before those of the other language.
    """

    def __init__(self, fields: Iterable[Field], lang: Lang) -> None:
        self._exact: dict[str, str] = {}
        self._bare: dict[str, set[str]] = {}
        self._units: dict[str, set[str]] = {}
        order = sorted(LANGS, key=lambda other: other != lang)
        fields = tuple(fields)
        for language in order:
            for item in fields:
                self._exact.setdefault(fold(item.title[language]), item.key)
        for item in fields:
            units = set(_BY_TYPE.get(item.type, ()))
            if item.unit is not None:
                units |= {fold(item.unit[language]) for language in LANGS}
            for language in LANGS:
                base, unit = _split(fold(item.title[language]))
                if unit and item.type in QUANTITIES and unit in _WORDS:
                    units.add(unit)
                    self._bare.setdefault(base, set()).add(item.key)
                self._bare.setdefault(fold(item.title[language]), set()).add(item.key)
            self._units[item.key] = units

    def key(self, heading: object) -> str | None:
        """Return the field of a heading, None when it names no field, or more than one."""
        text = fold(heading)
        if (found := self._exact.get(text)) is not None or not text:
            return found
        text = text.rstrip(_MARKS)
        if (found := self._exact.get(text)) is not None:
            return found
        candidates = self._bare.get(text, set())
        if not candidates:
            base, unit = _split(text)
            candidates = {key for key in self._bare.get(base, ()) if unit in self._units[key]} if unit else set()
        return next(iter(candidates)) if len(candidates) == 1 else None


def _split(text: str) -> tuple[str, str]:
    """Split a folded heading into its words and its unit, empty when it has none."""
    match = _UNIT.fullmatch(text)
    if match is None:
        return text, ""
    return match[1], match[2] or match[3] or match[4]


__all__ = ["Headings", "fold", "same_label"]
