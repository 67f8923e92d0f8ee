"""Values that a spec gives (defaults, presets, examples) fit their fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from vorlagen.findings import Said
from vorlagen.formulas.house import nearest
from vorlagen.spec import Block, Field, Form, Table, Template, Text

_NUMBER = (int, float)
_EXPECTED: dict[str, tuple[tuple[type, ...], str]] = {
    "int": ((int,), "a whole number"),
    "decimal": (_NUMBER, "a number"),
    "money": (_NUMBER, "a number"),
    "percent": (_NUMBER, "a fraction: 0.25 for 25 %"),
    "date": ((date,), "a date: 2026-04-15"),
    "month": ((date,), "the first day of the month: 2026-04-01"),
    "time": ((int, str), 'a time: "09:30"'),
}


def misfit(value: Any, item: Field, template: Template) -> tuple[str, Said] | None:
    """Return what is wrong with a value that a spec gives for a field, and the remedy; None when it fits."""
    if value is None:
        return None
    shown = f"'{item.key}' is given {value!r}"
    if item.type == "choice":
        choices = template.list_by_key.get(item.list or "")
        if choices is not None and str(value) not in choices.by_key:
            return f"{shown}, no choice of {choices.key}", nearest(str(value), list(choices.by_key))
        return None
    kinds, hint = _EXPECTED.get(item.type, ((object,), ""))
    if isinstance(value, bool | Text) and kinds != (object,):
        return f"{shown}, not of type {item.type}", f"write {hint}"
    return None if isinstance(value, kinds) else (f"{shown}, not of type {item.type}", f"write {hint}")


def given_values(block: Block, template: Template) -> Iterator[tuple[str, Field, Any]]:
    """Yield every value that the spec gives for a block: where it stands, its field, the value."""
    if isinstance(block, Table):
        for part, rows in (("presets", block.presets), ("examples", block.examples)):
            if rows is None:
                continue
            for n, row in enumerate(rows.rows, 1):
                for key, value in zip(rows.fields, row, strict=False):
                    if key in block.by_key:
                        yield f"{part}, row {n}", block.by_key[key], value
        return
    for item in block.all_fields:
        if item.computed:
            continue
        front = template.example_front.get(item.key) if block.key == "deckblatt" else None
        yield "default", item, item.default
        if isinstance(block, Form):
            yield "example", item, item.example if front is None else front
        elif isinstance(item.example, tuple):
            for value in item.example:
                yield "example", item, value
