"""Values as people of a language write them; the field types say how."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vorlagen.fieldtypes import TYPES, NumberType, to_serial
from vorlagen.spec import Field, Lang, Text
from vorlagen.values import is_blank

BLANK = "–"
NBSP = "\u00a0"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PERCENT_PLACES = 2
_MILLION, _THOUSAND = 1_000_000, 10_000


def python_value(item: Field, value: Any) -> Any:
    """Return a computed cell as the typed value of its field; blank is None."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    return None if is_blank(value) else TYPES[item.type].from_cell(value)


def number_of(value: Any) -> float | None:
    """Return the size of a value for sorting, bars and charts; None for blanks and texts."""
    if isinstance(value, bool) or is_blank(value):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, date):
        return to_serial(value)
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    return None


def plain(text: str) -> str:
    """Return a text without the control characters that no document may hold."""
    return _CONTROL.sub("", text)


def decimal_text(value: float, places: int, lang: Lang) -> str:
    """Return a number with thousands marks, rounded half away from zero as Excel does."""
    rounded = Decimal(repr(float(f"{value:.15g}"))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(rounded) if rounded == 0 else rounded:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "de" else text


def suffix_of(item: Field, lang: Lang) -> str:
    """Return what stands behind the numbers of a field, its blank included."""
    info = TYPES[item.type]
    if not isinstance(info, NumberType):
        return ""
    if item.unit is not None:
        return NBSP + item.unit[lang]
    return info.suffix[lang == "en"].replace('"', "").replace(" ", NBSP)


def places_of(item: Field, values: list[Any]) -> int:
    """Return the decimals that all of `values` are written with.

    A percentage without decimals in the spec gets two as soon as one value is not whole.
    """
    info = TYPES[item.type]
    if not isinstance(info, NumberType):
        return 0
    if item.decimals is not None:
        return item.decimals
    if not info.percent:
        return info.decimals
    numbers = [n for v in values if (n := number_of(v)) is not None]
    return 0 if all(abs(n * 100 - round(n * 100)) < 1e-9 for n in numbers) else _PERCENT_PLACES


def written(item: Field, value: Any, lang: Lang, *, places: int | None = None) -> str:
    """Return a typed value as text; blanks are a dash.

    Args:
        item: the field.
        value: a typed value, as `python_value` gives it.
        lang: language.
        places: decimals instead of the field's own.
    """
    if is_blank(value):
        return BLANK
    if isinstance(value, bool):
        return {"de": ("FALSCH", "WAHR"), "en": ("FALSE", "TRUE")}[lang][value]
    if isinstance(value, date):
        return _day(value, item, lang)
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    info = TYPES[item.type]
    if isinstance(value, int | float):
        if not isinstance(info, NumberType):
            return f"{value:.15g}".replace(".", "," if lang == "de" else ".")
        if item.plain:
            return f"{value:.15g}"
        shown = places if places is not None else info.decimals if item.decimals is None else item.decimals
        return decimal_text(value * 100 if info.percent else value, shown, lang) + suffix_of(item, lang)
    return plain(value[lang] if isinstance(value, Text) else str(value))


def _day(value: date, item: Field, lang: Lang) -> str:
    info = TYPES[item.type]
    form = info.number_format(lang)
    if item.type not in ("date", "month"):
        form = TYPES["date"].number_format(lang)
    return form.replace("yyyy", f"{value:%Y}").replace("mm", f"{value:%m}").replace("dd", f"{value:%d}")


def short(item: Field, value: float, top: float, lang: Lang) -> str:
    """Return a number for an axis or a bar, large sums in thousands or millions.

    Args:
        item: the field.
        value: the number.
        top: the largest number beside it, which decides the unit.
        lang: language.
    """
    info = TYPES[item.type]
    if item.type in ("date", "month", "time") or not isinstance(info, NumberType):
        return written(item, python_value(item, value), lang)
    if info.percent:
        places = 0 if top >= 0.1 or top == 0 else 1
        return decimal_text(value * 100, places, lang) + suffix_of(item, lang)
    unit = suffix_of(item, lang)
    if value == 0:
        return "0" + unit
    if item.type == "money" and top >= _MILLION:
        mark = "Mio." + NBSP if lang == "de" else "m" + NBSP
        return _trimmed(value / 1e6, 2, lang) + NBSP + mark + "€"
    if item.type == "money" and top >= _THOUSAND:
        return _trimmed(value / 1e3, 0 if top >= 10 * _THOUSAND else 1, lang) + NBSP + ("T€" if lang == "de" else "k€")
    return _trimmed(value, 0 if top >= 100 else 2, lang) + unit


def _trimmed(value: float, places: int, lang: Lang) -> str:
    text = decimal_text(value, places, lang)
    mark = "," if lang == "de" else "."
    return text.rstrip("0").rstrip(mark) if mark in text and places else text
