"""The values of one workbook: what is typed in, before anything is computed.

Shapes: a form is a dict from field key to value; a table or a summary a list of such
dicts in the order of the rows; a matrix with input cells a list of {row, column, cell}.
A blank is None or a missing key. Choice values are labels in the workbook's language.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from vorlagen.spec import Block, ChoiceList, Field, Form, Kpis, Lang, Matrix, Rows, Table, Template, Text

Row = dict[str, Any]


@dataclass(frozen=True)
class Values:
    """Inputs by block, and the contents of choice lists by list key."""

    blocks: dict[str, list[Row] | Row] = field(default_factory=dict)
    lists: dict[str, list[Row]] = field(default_factory=dict)

    def form(self, block: str) -> Row:
        """Inputs of a form."""
        found = self.blocks.get(block, {})
        return found if isinstance(found, dict) else {}

    def rows(self, block: str) -> list[Row]:
        """Inputs of a table, summary or matrix."""
        found = self.blocks.get(block, [])
        return found if isinstance(found, list) else []

    def with_block(self, key: str, value: list[Row] | Row) -> Values:
        """Return a copy with one block replaced."""
        return replace(self, blocks={**self.blocks, key: value})


def list_rows(choices: ChoiceList, lang: Lang, template: Template | None = None) -> list[Row]:
    """Return the rows of a choice list as they stand on the sheet Listen."""
    rows = []
    for choice in choices.values:
        row: Row = {"wert": choice.label[lang]}
        for a in choices.attributes:
            value = choice.attributes.get(a.key)
            if isinstance(value, Text):
                value = value[lang]
            elif a.type == "choice" and a.list and template is not None and value is not None:
                found = template.list_by_key[a.list].by_key.get(str(value))
                value = found.label[lang] if found else value
            row[a.key] = value
        rows.append(row)
    return rows


def localize(value: Any, item: Field, template: Template, lang: Lang) -> Any:
    """Turn a value written in a spec (choice key, {de, en} text) into the workbook's language."""
    if isinstance(value, Text):
        return value[lang]
    if item.type == "choice" and item.list and value is not None:
        choice = template.list_by_key[item.list].by_key.get(str(value))
        return choice.label[lang] if choice else str(value)
    if item.type in ("text", "long", "email", "phone", "url") and value is not None:
        return str(value)
    if item.type == "time" and isinstance(value, int):  # YAML 1.1 reads 09:40 as sexagesimal
        from datetime import time

        return time(value // 60, value % 60)
    if item.type == "time" and isinstance(value, str):
        from datetime import time

        return time.fromisoformat(value if len(value) > 4 else "0" + value)
    return value


def rows_from_spec(given: Rows | None, block: Table, template: Template, lang: Lang) -> list[Row]:
    """Return preset or example rows with typed, localized values."""
    if given is None:
        return []
    fields = [block.by_key[key] for key in given.fields]
    return [
        {f.key: localize(v, f, template, lang) for f, v in zip(fields, row, strict=True) if v is not None}
        for row in given.rows
    ]


def starting_values(template: Template, lang: Lang, bundesland: str, today: date) -> Values:
    """Return what a blank workbook starts with: defaults, presets, lists, holidays."""
    blocks: dict[str, list[Row] | Row] = {}
    for block in template.blocks.values():
        if isinstance(block, Form):
            blocks[block.key] = {
                f.key: localize(f.default, f, template, lang)
                for f in block.fields
                if f.default is not None and not f.computed
            }
        elif isinstance(block, Table):
            blocks[block.key] = rows_from_spec(block.presets, block, template, lang)
    if "feiertage" in template.blocks:
        blocks["feiertage"] = holiday_rows(bundesland, today.year, lang)
    return Values(blocks, {c.key: list_rows(c, lang, template) for c in template.lists})


def example_values(template: Template, lang: Lang, bundesland: str, today: date) -> Values:
    """Return the example workbook's values: the starting values with examples over them."""
    values = starting_values(template, lang, bundesland, today)
    blocks = dict(values.blocks)
    for block in template.blocks.values():
        if isinstance(block, Form):
            filled = dict(values.form(block.key))
            for f in block.fields:
                given = template.example_front.get(f.key, f.example) if block.key == "deckblatt" else f.example
                if given is not None and not f.computed:
                    filled[f.key] = localize(given, f, template, lang)
            blocks[block.key] = filled
        elif isinstance(block, Table) and block.examples is not None:
            blocks[block.key] = rows_from_spec(block.examples, block, template, lang)
        elif not isinstance(block, Table | Kpis):
            inputs = [f for f in block.all_fields if not f.computed and isinstance(f.example, tuple)]
            if isinstance(block, Matrix) or not inputs:
                continue
            length = max(len(f.example) for f in inputs)
            blocks[block.key] = [
                {f.key: localize(f.example[n], f, template, lang) for f in inputs if n < len(f.example)}
                for n in range(length)
            ]
    return Values(blocks, values.lists)


def holiday_rows(bundesland: str, year: int, lang: Lang) -> list[Row]:
    """Return the public holidays of a state, from the year before `year` to four years after."""
    from calculators.calendar import german_holidays

    return [
        {"datum": day, "feiertag": name}
        for day, name in german_holidays(bundesland, range(year - 1, year + 5), lang=lang)
    ]


def is_blank(value: Any) -> bool:
    """Whether a value counts as blank."""
    return value is None or value == ""


def input_fields(block: Block) -> list[Field]:
    """Fields of a block that are filled in."""
    return [f for f in block.all_fields if not f.computed]
