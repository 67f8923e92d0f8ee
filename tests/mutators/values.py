"""What people type into input cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from tests.mutators.registry import Edit, mutator
from tests.mutators.subject import Spot, Subject
from vorlagen.fieldtypes import to_serial

NUMBERS = ("int", "decimal", "money")
TEXTS = ("text", "long")


def german(value: float, places: int = 2) -> str:
    """Return a number as Germans write it."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def cents(spot: Spot) -> bool:
    """Whether two decimals hold the value."""
    return bool(round(spot.value, 2) == spot.value)


def large(spot: Spot) -> bool:
    """Whether the value has a separator of thousands and at most two decimals."""
    return cents(spot) and abs(spot.value) >= 1000


def rewritten(name: str, group: str, kinds: tuple[str, ...], write: Callable[[Any], Any],
              where: Callable[[Spot], bool] = lambda s: True) -> None:  # fmt: skip
    """Register an edit that writes a value in another form: it is read as it was, with a word."""

    def edit(s: Subject) -> bool:
        spot = s.spot(*kinds, where=where)
        if spot is None:
            return False
        s.type(spot, write(spot.value))
        s.expect("W_VALUE_CONVERTED", spot.home)
        return True

    _register(name, group, edit)


def same(name: str, group: str, kinds: tuple[str, ...], write: Callable[[Any], Any],
         where: Callable[[Spot], bool] = lambda s: True) -> None:  # fmt: skip
    """Register an edit that changes nothing that counts."""

    def edit(s: Subject) -> bool:
        spot = s.spot(*kinds, where=where)
        if spot is None:
            return False
        s.type(spot, write(spot.value))
        return True

    _register(name, group, edit)


def refused(name: str, group: str, code: str, kinds: tuple[str, ...], write: Callable[[Any], Any],
            where: Callable[[Spot], bool] = lambda s: True) -> None:  # fmt: skip
    """Register an edit after which a cell cannot be read; its row stays."""

    def edit(s: Subject) -> bool:
        spot = s.spot(*kinds, where=where, free=True)
        if spot is None:
            return False
        s.type(spot, write(spot.value))
        s.lose(spot, code)
        return True

    _register(name, group, edit)


def _register(name: str, group: str, edit: Edit) -> None:
    edit.__name__ = name
    mutator(group)(edit)


# -- numbers -----------------------------------------------------------------------------------

rewritten("number_german", "Zahl als Text", NUMBERS, german, large)
rewritten("number_english", "Zahl als Text", NUMBERS, lambda v: f"{v:,.2f}", large)
rewritten("number_swiss", "Zahl als Text", NUMBERS, lambda v: f"{v:,.2f}".replace(",", "'"), large)
rewritten("number_swiss_typographic", "Zahl als Text", NUMBERS, lambda v: f"{v:,.2f}".replace(",", "’"), large)
rewritten("number_spaces", "Zahl als Text", NUMBERS, lambda v: german(v).replace(".", " "), large)
rewritten("number_narrow_spaces", "Zahl als Text", NUMBERS, lambda v: german(v).replace(".", "\u202f"), large)
rewritten("number_no_break_spaces", "Zahl als Text", NUMBERS, lambda v: german(v).replace(".", "\u00a0"), large)
rewritten("number_around_blanks", "Zahl als Text", NUMBERS, lambda v: f"\u00a0{german(v)} \u200b", cents)
rewritten("number_comma", "Zahl als Text", NUMBERS, lambda v: f"{v:.2f}".replace(".", ","), cents)
rewritten(
    "number_dash_cents", "Zahl als Text", ("money",), lambda v: f"{german(v, 0)},–", lambda s: s.value == int(s.value)
)
rewritten("number_plus", "Zahl als Text", NUMBERS, lambda v: f"+{german(v)}", lambda s: cents(s) and s.value > 0)
rewritten(
    "number_minus_sign",
    "Zahl als Text",
    NUMBERS,
    lambda v: german(v).replace("-", "−"),
    lambda s: cents(s) and s.value < 0,
)
rewritten("money_euro_behind", "Währung", ("money",), lambda v: f"{german(v)} €", cents)
rewritten("money_euro_before", "Währung", ("money",), lambda v: f"€ {german(v)}", cents)
rewritten("money_eur_behind", "Währung", ("money",), lambda v: f"{german(v)}\u00a0EUR", cents)
rewritten("money_eur_before", "Währung", ("money",), lambda v: f"EUR {german(v)}", cents)
rewritten("money_euro_word", "Währung", ("money",), lambda v: f"{german(v)} Euro", cents)
refused("money_foreign", "Währung", "E_VALUE_TYPE", ("money",), lambda v: f"{german(v)} CHF")
refused("money_dollar", "Währung", "E_VALUE_TYPE", ("money",), lambda v: f"$ {german(v)}")
rewritten("percent_text", "Prozent", ("percent",), lambda v: f"{v * 100:g}%".replace(".", ","))
rewritten("percent_text_blank", "Prozent", ("percent",), lambda v: f"{v * 100:g} %".replace(".", ","))
refused("percent_without_sign", "Prozent", "E_VALUE_AMBIGUOUS", ("percent",), lambda v: "3,5")
refused("percent_word", "Prozent", "E_VALUE_TYPE", ("percent",), lambda v: "hoch")
refused("number_ambiguous", "Mehrdeutig", "E_VALUE_AMBIGUOUS", NUMBERS, lambda v: "1.234")
refused("number_ambiguous_comma", "Mehrdeutig", "E_VALUE_AMBIGUOUS", NUMBERS, lambda v: "12,345")
refused("number_words", "Falsche Art", "E_VALUE_TYPE", NUMBERS, lambda v: "viele")
refused("number_dash", "Falsche Art", "E_VALUE_TYPE", NUMBERS, lambda v: "-")
refused("number_not_available", "Falsche Art", "E_VALUE_TYPE", NUMBERS, lambda v: "k. A.")
refused("number_as_boolean", "Falsche Art", "E_VALUE_TYPE", NUMBERS, lambda v: True)
refused("whole_number_broken", "Falsche Art", "E_VALUE_TYPE", ("int",), lambda v: v + 0.5)
rewritten("whole_number_with_decimals", "Zahl als Text", ("int",), lambda v: f"{v},00", lambda s: abs(s.value) < 1000)

# -- days, months, times -----------------------------------------------------------------------

DAYS = ("date",)
MONTHS_DE = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
             "Dezember"]  # fmt: skip
MONTHS_EN = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December"]  # fmt: skip
young = lambda s: 2000 <= s.value.year < 2050  # noqa: E731

rewritten("date_german", "Datum als Text", DAYS, lambda d: f"{d:%d.%m.%Y}")
rewritten("date_german_short", "Datum als Text", DAYS, lambda d: f"{d.day}.{d.month}.{d.year}")
rewritten("date_german_blanks", "Datum als Text", DAYS, lambda d: f"\u00a0{d.day}. {d.month}. {d.year} ")
rewritten("date_two_digit_year", "Datum als Text", DAYS, lambda d: f"{d:%d.%m.%y}", young)
rewritten("date_iso", "Datum als Text", DAYS, lambda d: d.isoformat())
rewritten("date_iso_midnight", "Datum als Text", DAYS, lambda d: f"{d.isoformat()} 00:00:00")
rewritten("date_month_name", "Datum als Text", DAYS, lambda d: f"{d.day}. {MONTHS_DE[d.month - 1]} {d.year}")
rewritten("date_month_short", "Datum als Text", DAYS, lambda d: f"{d.day}. {MONTHS_DE[d.month - 1][:3]}. {d.year}",
          lambda s: s.value.month not in (3, 5, 6, 7))  # fmt: skip
rewritten("date_english", "Datum als Text", DAYS, lambda d: f"{d.day} {MONTHS_EN[d.month - 1]} {d.year}")
rewritten("date_american", "Datum als Text", DAYS, lambda d: f"{MONTHS_EN[d.month - 1]} {d.day}, {d.year}")
rewritten(
    "date_slashes_certain", "Datum als Text", DAYS, lambda d: f"{d.day}/{d.month}/{d.year}", lambda s: s.value.day > 12
)
refused("date_slashes", "Mehrdeutig", "E_VALUE_AMBIGUOUS", DAYS, lambda d: "04/05/2026")
refused("date_old_two_digit_year", "Mehrdeutig", "E_VALUE_AMBIGUOUS", DAYS, lambda d: "01.02.87")
refused("date_without_year", "Falsche Art", "E_VALUE_TYPE", DAYS, lambda d: "01.02.")
refused("date_that_is_none", "Falsche Art", "E_VALUE_TYPE", DAYS, lambda d: "31.02.2026")
refused("date_word", "Falsche Art", "E_VALUE_TYPE", DAYS, lambda d: "demnächst")
refused("date_week", "Falsche Art", "E_VALUE_TYPE", DAYS, lambda d: "KW 12")
refused("date_too_late", "Falsche Art", "E_VALUE_RANGE", DAYS, lambda d: "01.01.2150")
refused("date_negative", "Falsche Art", "E_VALUE_TYPE", DAYS, lambda d: -5)
rewritten("month_german", "Datum als Text", ("month",), lambda d: f"{d:%m/%Y}")
rewritten("month_iso", "Datum als Text", ("month",), lambda d: f"{d:%Y-%m}")
rewritten("month_name", "Datum als Text", ("month",), lambda d: f"{MONTHS_DE[d.month - 1]} {d.year}")
rewritten("month_day_inside", "Datum als Text", ("month",), lambda d: to_serial(d.replace(day=17)))
rewritten("time_text", "Datum als Text", ("time",), lambda t: f"{t.hour}:{t.minute:02}")
rewritten("time_dot", "Datum als Text", ("time",), lambda t: f"{t.hour}.{t.minute:02} Uhr")
refused("time_that_is_none", "Falsche Art", "E_VALUE_TYPE", ("time",), lambda t: "25:10")


@mutator("Datum als Text")
def date_bare_serial(s: Subject) -> bool:
    """A day without date format: Excel shows its number."""
    spot = s.spot("date")
    if spot is None:
        return False
    sheet, row, column = s.book.find(spot.home)
    cell = sheet.at(row, column)
    cell.head, cell.body = "", f"<v>{to_serial(spot.value):g}</v>"
    s.expect("W_VALUE_CONVERTED", spot.home)
    return True


@mutator("Datum als Text")
def date_with_time(s: Subject) -> bool:
    """A day with a time, as other programs export it."""
    spot = s.spot("date")
    if spot is None:
        return False
    s.type(spot, to_serial(spot.value) + 0.4375)
    s.expect("W_VALUE_CONVERTED", spot.home)
    return True


# -- choices -----------------------------------------------------------------------------------

rewritten(
    "choice_upper",
    "Auswahl",
    ("choice",),
    lambda v: v.upper(),
    lambda s: s.value.upper() != s.value and "ß" not in s.value,
)
rewritten("choice_lower", "Auswahl", ("choice",), lambda v: v.lower(), lambda s: s.value.lower() != s.value)
rewritten("choice_inner_blanks", "Auswahl", ("choice",), lambda v: v.replace(" ", "  "), lambda s: " " in s.value)
same("choice_outer_blanks", "Auswahl", ("choice",), lambda v: f"\u00a0{v}  ")


@mutator("Auswahl")
def choice_other_language(s: Subject) -> bool:
    """The label of the other language."""
    return _choice(s, lambda choice, lang: choice.label["de" if lang == "en" else "en"])


@mutator("Auswahl")
def choice_key(s: Subject) -> bool:
    """The key of a choice, as another system exports it."""
    return _choice(s, lambda choice, lang: choice.key)


def _choice(s: Subject, word: Callable[[Any, str], str]) -> bool:
    def other(spot: Spot) -> str | None:
        choices = s.template.list_by_key[spot.item.list or ""]
        found = [c for c in choices.values if c.label[s.lang] == spot.value]
        return word(found[0], s.lang) if found and word(found[0], s.lang) != spot.value else None

    spot = s.spot("choice", where=lambda spot: other(spot) is not None)
    if spot is None:
        return False
    s.type(spot, other(spot))
    s.expect("W_VALUE_CONVERTED", spot.home)
    return True


def _yes_no(name: str, words: dict[str, Any]) -> None:
    def edit(s: Subject) -> bool:
        labels = (
            {c.label[s.lang]: c.key for c in s.template.list_by_key["L_JANEIN"].values}
            if "L_JANEIN" in s.template.list_by_key
            else {}
        )
        spot = s.spot("choice", where=lambda spot: spot.item.list == "L_JANEIN" and labels.get(spot.value) in words)
        if spot is None:
            return False
        s.type(spot, words[labels[spot.value]])
        s.expect("W_VALUE_CONVERTED", spot.home)
        return True

    _register(name, "Auswahl", edit)


_yes_no("yes_cross", {"ja": "x"})
_yes_no("yes_one", {"ja": 1, "nein": 0})
_yes_no("yes_boolean", {"ja": True, "nein": False})
_yes_no("yes_word", {"ja": "WAHR", "nein": "FALSCH"})
_yes_no("yes_english", {"ja": "yes", "nein": "no"})
_yes_no("yes_letter", {"ja": "j", "nein": "n"})
_yes_no("yes_check_mark", {"ja": "✓"})


@mutator("Auswahl")
def choice_unknown(s: Subject) -> bool:
    """A value that is in no list stays, with a word."""
    used_by_formulas = s.spot("choice", free=True)
    if used_by_formulas is None:
        return False
    spot = used_by_formulas
    s.type(spot, "etwas Anderes")
    s.record(spot)[spot.item.key] = "etwas Anderes"
    fixed = s.template.list_by_key[spot.item.list or ""].fix
    s.expect("W_VALUE_FIXED" if fixed else "W_VALUE_CHOICE", spot.home)
    return True


# -- texts -------------------------------------------------------------------------------------

same("text_outer_blanks", "Text", TEXTS, lambda v: f" \u00a0{v}\u200b\t ")
same(
    "text_decomposed",
    "Text",
    TEXTS,
    lambda v: unicodedata.normalize("NFD", v),
    lambda s: not unicodedata.is_normalized("NFD", s.value),
)
same("text_windows_lines", "Text", ("long",), lambda v: v.replace("\n", "\r\n"), lambda s: "\n" in s.value)


@mutator("Text")
def text_too_long(s: Subject) -> bool:
    """Longer than the field allows: kept, with a finding."""
    spot = s.spot(*TEXTS, free=True, where=lambda spot: not spot.item.pattern)
    if spot is None:
        return False
    text = "Wort " * 219 + "Ende"
    s.type(spot, text)
    s.record(spot)[spot.item.key] = text
    s.expect("E_VALUE_LENGTH", spot.home)
    return True


@mutator("Text")
def text_as_number(s: Subject) -> bool:
    """Digits that Excel took for a number."""
    spot = s.spot("text", free=True, where=lambda spot: not spot.item.pattern)
    if spot is None:
        return False
    s.type(spot, 4711)
    s.record(spot)[spot.item.key] = "4711"
    s.expect("W_VALUE_CONVERTED", spot.home)
    return True


@mutator("Text")
def leading_zeros_lost(s: Subject) -> bool:
    """A post code or number that Excel took for a number."""
    width = re.compile(r"\\d\{(\d+)\}")

    def fixed(spot: Spot) -> bool:
        return bool(spot.item.pattern and width.fullmatch(spot.item.pattern) and spot.value.isdigit())

    spot = s.spot("text", where=fixed)
    if spot is None:
        return False
    digits = len(spot.value)
    text = spot.value if spot.value.startswith("0") else "0" + spot.value[1:]
    if text != spot.value and ((spot.block.key, spot.item.key) in _linked(s) or text.lstrip("0") == ""):
        text = spot.value
    s.type(spot, int(text))
    s.record(spot)[spot.item.key] = text.zfill(digits)
    s.expect("W_VALUE_CONVERTED", spot.home)
    return True


def _linked(s: Subject) -> frozenset[tuple[str, str]]:
    from tests.mutators.subject import linked

    return linked(s.key)


@mutator("Text")
def blank_characters(s: Subject) -> bool:
    """A cell that only looks empty."""
    spot = s.spot(*TEXTS, free=True)
    if spot is None:
        return False
    s.type(spot, " \u00a0\u200b")
    s.record(spot).pop(spot.item.key)
    return True


# -- what stands in the cell instead of a value ---------------------------------------------------


def raw(name: str, code: str, head: str, body: str, kinds: tuple[str, ...] = ()) -> None:
    """Register an edit that leaves something in a cell that is no value."""

    def edit(s: Subject) -> bool:
        spot = s.spot(*kinds, free=True)
        if spot is None:
            return False
        sheet, row, column = s.book.find(spot.home)
        cell = sheet.at(row, column)
        cell.head, cell.body = cell.style + head, body
        s.lose(spot, code)
        return True

    _register(name, "Fehler und Formeln in Eingaben", edit)


raw("error_ref", "E_VALUE_ERROR", ' t="e"', "<v>#REF!</v>")
raw("error_na", "E_VALUE_ERROR", ' t="e"', "<v>#N/A</v>")
raw("error_div", "E_VALUE_ERROR", ' t="e"', "<v>#DIV/0!</v>")
raw("error_value", "E_VALUE_ERROR", ' t="e"', "<v>#VALUE!</v>")
raw("error_name", "E_VALUE_ERROR", ' t="e"', "<v>#NAME?</v>")
raw("error_spill", "E_VALUE_ERROR", ' t="e"', "<v>#SPILL!</v>")
raw("number_infinite", "E_VALUE_TYPE", "", "<v>1E+400</v>", NUMBERS)
raw("input_formula", "E_INPUT_FORMULA", "", "<f>1+1</f><v>2</v>", NUMBERS)
raw("input_formula_text", "E_INPUT_FORMULA", ' t="str"', "<f>UPPER(&quot;a&quot;)</f><v>A</v>", TEXTS)
raw("input_formula_error", "E_INPUT_FORMULA", ' t="e"', "<f>1/0</f><v>#DIV/0!</v>")
raw("input_formula_uncalculated", "E_INPUT_FORMULA", "", "<f>SUM(A1:A2)</f>")
raw("external_link", "E_INPUT_FORMULA", "", "<f>'[1]Preise'!$B$2</f><v>12</v>", NUMBERS)
raw("shared_formula", "E_INPUT_FORMULA", "", '<f t="shared" si="7"/><v>12</v>', NUMBERS)
raw("dde", "E_INPUT_FORMULA", ' t="str"', "<f>cmd|'/c calc'!A1</f><v>x</v>", TEXTS)


@mutator("Pflicht und Schlüssel")
def required_cleared(s: Subject) -> bool:
    """A required entry that nothing else depends on was cleared."""
    used = _linked(s)
    spot = s.spot(where=lambda spot: spot.item.required is True and (spot.block.key, spot.item.key) not in used)
    if spot is None:
        return False
    s.type(spot, None)
    s.record(spot).pop(spot.item.key)
    s.expect("E_REQUIRED", spot.home)
    return True


@mutator("Pflicht und Schlüssel")
def number_below_limit(s: Subject) -> bool:
    """A negative amount where none is allowed: kept, with a finding."""
    spot = s.spot("int", "money", free=True, where=lambda spot: spot.item.min is None)
    if spot is None:
        return False
    s.type(spot, -3)
    s.record(spot)[spot.item.key] = -3
    s.expect("E_VALUE_RANGE", spot.home)
    return True


@mutator("Pflicht und Schlüssel")
def percent_as_whole_number(s: Subject) -> bool:
    """3 in a percent field is 300 %, and hardly meant."""
    spot = s.spot("percent", free=True, where=lambda spot: spot.item.min is None and spot.item.max is None)
    if spot is None:
        return False
    s.type(spot, 3)
    s.record(spot)[spot.item.key] = 3.0
    s.expect("E_VALUE_RANGE", spot.home)
    return True


@mutator("Pflicht und Schlüssel")
def row_without_key(s: Subject) -> bool:
    """A further row has an entry but no key."""
    found = s.table()
    if found is None:
        return False
    block, table, sheet = found
    item = next((f for f in block.fields if f.type in TEXTS and not f.computed and f.key != block.key_field), None)
    if item is None or block.by_key[block.key_field].computed:
        return False
    n = table.bottom - table.top - 1
    cells = [sheet.at(table.bottom, c) for c in range(table.left, table.right + 1)]
    if any(c.filled and "<f" not in c.body for c in cells) or f"row:{block.key}:{n}" in s.touched:
        return False
    s.book.put(next(c for c in cells if c.home == (block.key, item.key, n, 0)), "ohne Nummer")
    s.expect("E_ROW_NO_KEY", next(c.home for c in cells if c.home == (block.key, block.key_field, n, 0)))  # type: ignore[arg-type]
    s.touched.add(f"tab:{block.key}")
    return True
