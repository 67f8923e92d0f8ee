"""A mapping file proposed for a foreign export: for a person to read, correct and keep.

Columns meet fields by how alike their headings are and by whether their values fit the field.
What is not likely enough stands in the file as a comment, so that nothing is overlooked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import yaml

from vorlagen.choices import ChoiceReader
from vorlagen.companies import fold
from vorlagen.fieldtypes import QUANTITIES, TYPES, Unparsable
from vorlagen.foreign import ForeignTable
from vorlagen.mapping import number_from
from vorlagen.spec import Choice, Field, Lang, Table, Template, Text
from vorlagen.values import list_rows

LIKELY = 0.68
UNKNOWN = '"???"'  # a value that a person has to translate
SAMPLE = 300  # lines that are looked at
_MOST_VALUES = 40  # different values of a choice column that are translated
_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y")
# Words that exports use for the same thing; the first stands for all.
_SYNONYMS = {
    word: words[0]
    for words in (
        ["company", "firma", "organisation", "organization", "account", "firmenname", "kundenname"],
        ["street", "strasse", "address", "adresse", "anschrift"],
        ["town", "ort", "city", "stadt", "place"],
        ["postcode", "plz", "postleitzahl", "zip", "postalcode", "zipcode"],
        ["telephone", "telefon", "phone", "tel", "rufnummer"],
        ["country", "land", "staat"],
        ["email", "mail"],
        ["website", "web", "homepage", "url", "internet"],
        ["number", "nr", "nummer", "no", "id"],
        ["date", "datum", "am", "day"],
        ["amount", "betrag", "total", "sum", "summe", "value", "wert"],
    )
    for word in words
}
_TELLING = ("email", "phone", "url", "date", "month", "choice")  # values of these say what they are


@dataclass(frozen=True)
class Match:
    """A column for a field, 0 to 1 how likely."""

    item: Field
    column: str
    score: float


def propose_map(table: ForeignTable, template: Template, lang: Lang) -> str:
    """Return the text of a mapping file for the table that fits the columns best."""
    blocks = [b for b in template.blocks.values() if isinstance(b, Table) and not b.must_match and b.key != "feiertage"]
    found = {block.key: matches(table, block, template) for block in blocks}
    block = max(blocks, key=lambda b: sum(m.score for m in found[b.key]))
    return "\n".join(_lines(table, template, block, found[block.key], lang)) + "\n"


def matches(table: ForeignTable, block: Table, template: Template) -> list[Match]:
    """Return the likeliest column of each field; no column and no field twice."""
    columns = {h: [c for line in table.lines[:SAMPLE] if (c := line.cells.get(h)) is not None] for h in table.headings}
    scored = [
        Match(item, column, _score(item, column, cells, template))
        for item in block.fields
        if not item.computed
        for column, cells in columns.items()
    ]
    ranked = sorted((m for m in scored if m.score >= LIKELY), key=lambda m: -m.score)
    chosen: dict[str, Match] = {}
    taken: set[str] = set()
    for match in ranked:
        if match.item.key not in chosen and match.column not in taken:
            chosen[match.item.key] = match
            taken.add(match.column)
    return [chosen[f.key] for f in block.fields if f.key in chosen]


def _score(item: Field, column: str, cells: list[Any], template: Template) -> float:
    from rapidfuzz.fuzz import ratio, token_set_ratio

    heading = _plain(column)
    names = {_plain(n) for n in (item.key, item.title.de, item.title.en)}
    alike = max(max(ratio(heading, n), 0.9 * token_set_ratio(heading, n)) for n in names) / 100
    if not cells:
        return alike * 0.9
    fit = sum(_fits(item, cell, template) for cell in cells) / len(cells)
    if item.type == "choice" and fit < 0.9:
        return alike * (0.8 + 0.2 * fit)  # other words can be translated
    if item.type not in _TELLING:
        return alike * (0.4 + 0.6 * fit)
    return alike * (0.5 + 0.5 * fit) if fit < 0.9 else max(alike, 0.75 * alike + 0.25)


def _plain(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)))
    return " ".join(_SYNONYMS.get(word, word) for word in words)


def _fits(item: Field, cell: Any, template: Template) -> bool:
    text = str(cell)
    if item.type == "choice" and item.list is not None:
        choices = template.list_by_key[item.list]
        return ChoiceReader(choices, list_rows(choices, "de", template)).match(text)[1]
    if item.type == "email":
        return "@" in text
    if item.type == "url":
        return text.casefold().startswith(("http://", "https://", "www."))
    if item.type == "phone":
        return bool(re.fullmatch(r"[+(]?[\d\s()/.\-–]{6,}", text))
    if item.type in ("date", "month") and isinstance(cell, str):
        return _form([cell]) is not None
    if item.type in QUANTITIES and isinstance(cell, str):
        return any(_is_number(text, mark) for mark in (".", ","))
    with suppress(Unparsable):
        TYPES[item.type].parse(cell, "de")
        return True
    return False


def _is_number(text: str, mark: str) -> bool:
    try:
        number_from(text, mark, True)
    except Unparsable:
        return False
    return True


def _form(texts: list[str]) -> str | None:
    """Return the form of dates that all texts have."""
    for form in _FORMS:
        try:
            for text in texts:
                datetime.strptime(text.strip(), form)
        except ValueError:
            continue
        return form
    return None


def _texts(table: ForeignTable, found: list[Match], kinds: tuple[str, ...]) -> list[str]:
    columns = [m.column for m in found if m.item.type in kinds]
    cells = (line.cells.get(c) for line in table.lines[:SAMPLE] for c in columns)
    return [c for c in cells if isinstance(c, str)]


def _lines(table: ForeignTable, template: Template, block: Table, found: list[Match], lang: Lang) -> Iterator[str]:
    def say(de: str, en: str) -> str:
        return en if lang == "en" else de

    yield say("# Vorschlag: jede Zeile prüfen, dann:", "# A proposal: check every line, then:")
    yield f"#   vorlagen generate {template.key} --values {table.file} --map {say('DIESE_DATEI', 'THIS_FILE')}"
    yield f"template: {template.key}"
    yield f"block: {block.key}"
    numbers = _texts(table, found, QUANTITIES)
    marks = [mark for mark in (",", ".") if numbers and all(_is_number(t, mark) for t in numbers)]
    if len(marks) == 1:
        yield f'decimal: "{marks[0]}"'
    dates = _texts(table, found, ("date", "month"))
    if dates and (form := _form(dates)) is not None:
        yield f'date: "{form}"'
    yield "fields:"
    for match in found:
        yield f"  {match.item.key}: {_source(match, table, template)}  # {match.score:.0%}"
    rest = [h for h in table.headings if h not in {m.column for m in found}]
    named = {m.item.key for m in found}
    missing = [f for f in block.fields if f.required and not f.computed and f.key not in named]
    if missing:
        yield say("  # Pflichtfelder ohne Spalte (Spalte oder {value: …} eintragen):",
                  "  # Required fields without a column (enter a column or {value: …}):")  # fmt: skip
        yield from (f"  # {f.key}:   # {f.title[lang]}" for f in missing)
    if rest:
        yield say("# Spalten ohne Feld: ", "# Columns without a field: ") + ", ".join(_quoted(h) for h in rest)


def _source(match: Match, table: ForeignTable, template: Template) -> str:
    """Return the source of a field; values of a choice column are translated as far as they are alike."""
    column = _quoted(match.column)
    if match.item.type != "choice" or match.item.list is None:
        return column
    choices = template.list_by_key[match.item.list]
    reader = ChoiceReader(choices, list_rows(choices, "de", template))
    texts = dict.fromkeys(str(c) for line in table.lines if (c := line.cells.get(match.column)) is not None)
    unknown = [t for t in texts if not reader.match(t)[1]]
    if not unknown or len(texts) > _MOST_VALUES:
        return column
    labels = {fold(name): c.key for c in choices.values for name in _names(c)}
    pairs = []
    for text in texts:
        near = get_close_matches(fold(text), labels, 1, 0.6)
        pairs.append(f"{_quoted(text)}: {labels[near[0]] if near else UNKNOWN}")
    return f"{{column: {column}, values: {{{', '.join(pairs)}}}}}"


def _names(choice: Choice) -> Iterator[str]:
    """Yield everything that a choice is called, further columns of its list included."""
    yield from (choice.label.de, choice.label.en, choice.key)
    for value in choice.attributes.values():
        yield from (value.de, value.en) if isinstance(value, Text) else (value,) if isinstance(value, str) else ()


def _quoted(text: str) -> str:
    """Return a text as YAML writes it within a line."""
    written: str = yaml.safe_dump(text, allow_unicode=True, default_flow_style=True, width=10_000)
    return written.removesuffix("\n").removesuffix("\n...").strip()
