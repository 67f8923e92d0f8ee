"""One class per field type, both directions in one place.

Out: number format, width, alignment, default validation. In: `parse` turns what a cell
holds into the declared type, or says why it cannot; nothing is guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

EPOCH = date(1899, 12, 30)
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2099, 12, 31)
LONG_LIMIT, TEXT_LIMIT = 1000, 120
_BLANKS = "\u00a0\u202f\u2009\u2007\u200b\ufeff"


class Unparsable(ValueError):
    """A cell does not hold a value of the declared type."""

    def __init__(self, code: str = "E_VALUE_TYPE", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Parsed:
    """A typed value; `converted` when the cell held it in another form (text instead of number)."""

    value: Any
    converted: bool = False


def to_serial(day: date) -> float:
    """Return Excel's serial number of a day or moment (1900 system)."""
    if isinstance(day, datetime):
        return (day.date() - EPOCH).days + (day.hour * 3600 + day.minute * 60 + day.second) / 86400
    serial = (day - EPOCH).days
    # Excel counts 29 Feb 1900, which never was: days before March 1900 are one less.
    return float(serial if serial > 60 else serial - 1)


def from_serial(serial: float) -> date:
    """Return the day of a serial number; fractions are dropped.

    Raises:
        OverflowError: outside Excel's calendar.
    """
    days = int(serial)
    return EPOCH + timedelta(days=days if days > 60 else days + 1)


def clean_text(text: str) -> str:
    """Return text in NFC without surrounding blanks of any kind."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip(" \t\r\n" + _BLANKS))


def is_filled(raw: Any) -> bool:
    """Whether a cell as read holds something: blanks and line breaks alone are nothing."""
    return raw is not None and not (isinstance(raw, str) and not clean_text(raw))


_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([.,'’ ]\d{3})+)([.,]\d+)?$|[+-]?[.,]\d+$")


def number_from_text(text: str, percent: bool = False) -> float:
    """Read a number as Germans, English or Swiss write it.

    Raises:
        Unparsable: no number, or ambiguous (1.234 may be 1234 or 1,234).
    """
    body = clean_text(text)
    for blank in _BLANKS:
        body = body.replace(blank, " ")
    scale = 1.0
    body = re.sub(r"^(€|EUR)\s*|\s*(€|EUR|Euro)$", "", body)
    body = re.sub(r"([,.])(?:[-–—]{1,2}|−)$", r"\g<1>00", body)  # 8.900,–
    if body.endswith("%"):
        if not percent:
            raise Unparsable
        body, scale = body[:-1].rstrip(), 0.01
    if body.endswith("-") and not body.startswith("-"):
        body = "-" + body[:-1]
    body = body.replace("−", "-").replace("’", "'").replace("'", " ")
    if re.fullmatch(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?", body):
        body = body.replace(" ", "")
    if not _NUMBER.match(body):
        raise Unparsable
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        decimal = max(body.rfind("."), body.rfind(","))
        whole, fraction = body[:decimal], body[decimal + 1 :]
        mark = body[decimal]
        if body.count(mark) > 1:
            raise Unparsable
        body = whole.replace(".", "").replace(",", "") + "." + fraction
    elif dots + commas > 1:
        body = body.replace(".", "").replace(",", "")
    elif dots + commas == 1:
        mark = "." if dots else ","
        whole, fraction = body.split(mark)
        if len(fraction) == 3 and whole.lstrip("+-") not in ("", "0"):
            raise Unparsable("E_VALUE_AMBIGUOUS")
        body = (whole or "0") + "." + fraction if whole not in ("+", "-") else f"{whole}0.{fraction}"
    return float(body) * scale


@dataclass(frozen=True)
class FieldTypeInfo:
    """Base: text."""

    name: str
    width: float
    align: Literal["left", "right", "center"] = "left"
    format_de: str = "@"
    format_en: str = "@"
    numeric: bool = False
    names: tuple[str, str] = ("Text", "text")

    def number_format(self, lang: str, decimals: int | None = None, unit: str | None = None) -> str:
        """Return Excel's number format (in file notation, which is English for all languages)."""
        return self.format_en if lang == "en" else self.format_de

    def parse(self, raw: Any, lang: str = "de") -> Parsed:
        """Return the typed value of a cell that is not blank.

        Raises:
            Unparsable: not a value of this type.
        """
        if isinstance(raw, str):
            return Parsed(clean_text(raw))
        if isinstance(raw, bool):
            return Parsed({"de": ("FALSCH", "WAHR"), "en": ("FALSE", "TRUE")}[lang][raw], True)
        if isinstance(raw, int | float):
            return Parsed(f"{raw:.15g}", True)
        if isinstance(raw, datetime) and raw.time() == time(0):
            return Parsed(raw.date().isoformat(), True)
        return Parsed(str(raw), True)

    def to_cell(self, value: Any) -> Any:
        """Return what the writer puts into the cell: number or text."""
        return value

    def from_cell(self, value: Any) -> Any:
        """Return the typed value of a computed cell ('' and None stay blank)."""
        return None if value == "" else value

    def to_json(self, value: Any) -> Any:
        """Return the value for JSON."""
        return value


@dataclass(frozen=True)
class NumberType(FieldTypeInfo):
    """Whole and decimal numbers, money, percent."""

    align: Literal["left", "right", "center"] = "right"
    numeric: bool = True
    decimals: int = 2
    suffix: tuple[str, str] = ("", "")
    whole: bool = False
    percent: bool = False

    def number_format(self, lang: str, decimals: int | None = None, unit: str | None = None) -> str:
        """Return Excel's number format."""
        places = self.decimals if decimals is None else decimals
        body = ("0" if self.percent else "#,##0") + ("." + "0" * places if places else "")
        tail = f' "{unit}"' if unit else self.suffix[lang == "en"]
        return f"{body}{tail}"

    def parse(self, raw: Any, lang: str = "de") -> Parsed:
        """Return a number; texts are read by German, English and Swiss custom."""
        converted = False
        if isinstance(raw, str):
            value, converted = number_from_text(raw, self.percent), True
            if self.percent and "%" not in raw and abs(value) > 1:
                raise Unparsable("E_VALUE_AMBIGUOUS")
        elif isinstance(raw, bool) or not isinstance(raw, int | float):
            raise Unparsable
        else:
            value = float(raw)
        if not math.isfinite(value):
            raise Unparsable
        if self.whole:
            if value != int(value):
                raise Unparsable
            return Parsed(int(value), converted)
        return Parsed(value, converted)

    def from_cell(self, value: Any) -> Any:
        """Return the number; whole numbers as int."""
        if isinstance(value, float) and self.whole and value.is_integer():
            return int(value)
        return None if value == "" else value


@dataclass(frozen=True)
class DateType(FieldTypeInfo):
    """Days and months."""

    align: Literal["left", "right", "center"] = "center"
    numeric: bool = True
    month: bool = False

    def parse(self, raw: Any, lang: str = "de") -> Parsed:
        """Return a date; texts TT.MM.JJJJ, ISO, bare serials are converted."""
        converted = False
        if isinstance(raw, datetime):
            if raw.time() != time(0) and not self.month:
                converted = True
            day = raw.date()
        elif isinstance(raw, date):
            day = raw
        elif isinstance(raw, str):
            day, converted = date_from_text(raw, self.month), True
        elif isinstance(raw, int | float) and not isinstance(raw, bool) and 1 <= raw < 73051:
            day, converted = from_serial(raw), True
        else:
            raise Unparsable
        if not FIRST_DATE <= day <= LAST_DATE:
            raise Unparsable("E_VALUE_RANGE", limit="01.01.1900 – 31.12.2099")
        if self.month and day.day != 1:
            day, converted = day.replace(day=1), True
        return Parsed(day, converted)

    def to_cell(self, value: Any) -> Any:
        """Return the serial number."""
        return to_serial(value)

    def from_cell(self, value: Any) -> Any:
        """Return the date of a serial number; a text (as in 'without date') stays text."""
        if isinstance(value, float | int) and not isinstance(value, bool):
            try:
                return from_serial(value)
            except OverflowError:
                return value
        return None if value == "" else value

    def to_json(self, value: Any) -> Any:
        """Return ISO 8601."""
        return value.isoformat() if isinstance(value, date) else value


_DATE_FORMS = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?(?:\.0+)?Z?)?$"), "ymd"),
    (re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})$"), "dmy"),
    (re.compile(r"(\d{1,2})\.?\s?([^\W\d]+)\.?\s(\d{4})$"), "dmy"),
    (re.compile(r"([^\W\d]+)\.?\s(\d{1,2}),?\s(\d{4})$"), "mdy"),
    (re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})$"), "d-my"),
)
_MONTH_FORMS = (
    (re.compile(r"(\d{1,2})[./](\d{4})$"), "my"),
    (re.compile(r"(\d{4})-(\d{1,2})$"), "ym"),
    (re.compile(r"([^\W\d]+)\.?\s(\d{4})$"), "my"),
)
_MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "januar january jänner jan", "februar february feb", "märz maerz march mär mrz mar", "april apr", "mai may",
            "juni june jun", "juli july jul", "august aug", "september sept sep", "oktober october okt oct",
            "november nov", "dezember december dez dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip


def date_from_text(text: str, month: bool = False) -> date:
    """Read a date: TT.MM.JJJJ, TT.MM.JJ (2000 to 2049), ISO, with the name of the month; with `month` also MM/JJJJ.

    Raises:
        Unparsable: another form, no such day, a two-digit year outside the window, or a day and
            month that may be exchanged (04/05/2026).
    """
    body = clean_text(text)
    for pattern, order in (*_DATE_FORMS, *(_MONTH_FORMS if month else ())):
        if (match := pattern.match(body)) is None:
            continue
        parts = dict(zip(order, match.groups(), strict=True))
        named = parts["m"].casefold()
        if not named.isdigit() and named not in _MONTH_NAMES:
            continue
        months = _MONTH_NAMES.get(named) or int(named)
        days, year = int(parts.get("d", "1")), int(parts["y"])
        if len(parts["y"]) == 2:
            if year >= 50:
                raise Unparsable("E_VALUE_AMBIGUOUS")
            year += 2000
        if "-" in parts:  # 15/04/2026 or 04/15/2026: one of the two is no month
            if days <= 12 and months <= 12 and days != months:
                raise Unparsable("E_VALUE_AMBIGUOUS")
            days, months = max(days, months), min(days, months)
        try:
            return date(year, months, days)
        except ValueError:
            raise Unparsable from None
    raise Unparsable


@dataclass(frozen=True)
class TimeType(FieldTypeInfo):
    """Times of day."""

    align: Literal["left", "right", "center"] = "center"
    numeric: bool = True

    def parse(self, raw: Any, lang: str = "de") -> Parsed:
        """Return a time; a text hh:mm and a fraction of a day are converted."""
        if isinstance(raw, datetime):
            return Parsed(raw.time(), raw.date() > date(1900, 1, 1))
        if isinstance(raw, time):
            return Parsed(raw)
        if isinstance(raw, timedelta) and timedelta(0) <= raw < timedelta(days=1):
            return Parsed((datetime.min + raw).time())
        if isinstance(raw, str) and (
            m := re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?: ?Uhr)?", clean_text(raw))
        ):
            try:
                return Parsed(time(int(m[1]), int(m[2]), int(m[3] or 0)), True)
            except ValueError:
                raise Unparsable from None
        if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw < 1:
            seconds = round(raw * 86400)
            return Parsed((datetime.min + timedelta(seconds=min(seconds, 86399))).time(), True)
        raise Unparsable

    def to_cell(self, value: Any) -> Any:
        """Return the fraction of a day."""
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400

    def from_cell(self, value: Any) -> Any:
        """Return the time of a fraction."""
        if isinstance(value, float | int) and not isinstance(value, bool) and 0 <= value < 1:
            return (datetime.min + timedelta(seconds=min(round(value * 86400), 86399))).time()
        return None if value == "" else value

    def to_json(self, value: Any) -> Any:
        """Return hh:mm:ss."""
        return value.isoformat() if isinstance(value, time) else value


TYPES: dict[str, FieldTypeInfo] = {
    "text": FieldTypeInfo("text", 20),
    "long": FieldTypeInfo("long", 40),
    "choice": FieldTypeInfo("choice", 17, names=("Auswahl", "choice")),
    "email": FieldTypeInfo("email", 28, names=("E-Mail-Adresse", "e-mail address")),
    "phone": FieldTypeInfo("phone", 18, names=("Telefonnummer", "telephone number")),
    "url": FieldTypeInfo("url", 26, names=("Internetadresse", "web address")),
    "int": NumberType("int", 11, decimals=0, whole=True, names=("Ganze Zahl", "whole number")),
    "decimal": NumberType("decimal", 11, names=("Zahl", "number")),
    "money": NumberType("money", 15, suffix=(' "€"', ' "€"'), names=("Betrag in €", "amount in €")),
    "percent": NumberType(
        "percent", 11, decimals=0, suffix=(" %", "%"), percent=True, names=("Prozentsatz", "percentage")
    ),
    "date": DateType("date", 13, format_de="dd.mm.yyyy", format_en="yyyy-mm-dd", names=("Datum", "date")),
    "month": DateType("month", 11, format_de="mm/yyyy", format_en="mm/yyyy", month=True, names=("Monat", "month")),
    "time": TimeType("time", 10, format_de="hh:mm", format_en="hh:mm", names=("Uhrzeit", "time of day")),
}  # fmt: skip
# Types of amounts, which have a unit and can be added up or averaged.
QUANTITIES = tuple(key for key, info in TYPES.items() if isinstance(info, NumberType))
