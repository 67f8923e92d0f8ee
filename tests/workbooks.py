"""Blank, example and full values of any template, for tests that run over all of them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from generators.workbook import write_workbook
from vorlagen.brand import Brand, load_brand
from vorlagen.catalog import Catalog
from vorlagen.compile import block_formulas
from vorlagen.formulas.ast import Call, walk
from vorlagen.spec import Field, Lang, Table, Template
from vorlagen.values import Row, Values, example_values, starting_values

TODAY = date(2026, 4, 15)
ROOT = Path(__file__).resolve().parent.parent
CATALOG = Catalog()
KEYS = list(CATALOG.entries)


@cache
def brand() -> Brand:
    """The neutral brand."""
    return load_brand(ROOT / "brands" / "neutral.yaml")


def key_value(item: Field, n: int, old: Any) -> Any:
    """A further key value of the right type, distinct for each n."""
    if item.type == "int":
        return 100000 + n
    if item.type in ("date", "month"):
        return date(2027, 1, 1) + timedelta(days=n)
    if item.type == "choice":
        return old
    return f"{old}-{n}"


def full_values(template: Template, lang: Lang, limit: int | None = None) -> Values:
    """Example rows repeated until every table is full (or has `limit` rows), keys kept unique."""
    values = example_values(template, lang, brand().bundesland, TODAY)
    blocks: dict[str, list[Row] | Row] = dict(values.blocks)
    for block in template.blocks.values():
        rows = values.rows(block.key)
        if not isinstance(block, Table) or not rows or block.key == "feiertage":
            continue
        keys = [block.by_key[k] for k in block.identity if not block.by_key[k].computed]
        free = [f for f in keys if f.type != "choice"]
        filled = list(rows)
        size = block.rows if limit is None else min(block.rows, max(limit, len(rows)))
        while len(filled) < size:
            row = dict(rows[len(filled) % len(rows)])
            for item in free:
                row[item.key] = key_value(item, len(filled), row.get(item.key))
            filled.append(row)
        blocks[block.key] = filled[:size]
    return Values(blocks, values.lists)


def values_of(template: Template, kind: str, lang: Lang, limit: int | None = None) -> Values:
    """Values of one kind: blank, example or full."""
    if kind == "blank":
        return starting_values(template, lang, brand().bundesland, TODAY)
    if kind == "example":
        return example_values(template, lang, brand().bundesland, TODAY)
    return full_values(template, lang, limit)


def for_ironcalc(template: Template, values: Values) -> Values:
    """Values whose holidays IronCalc 0.9 can handle.

    Its WORKDAY answers wrongly when a holiday lies in the span, and #VALUE! when the range has
    blanks; a full table of days far away avoids both. LibreOffice covers WORKDAY with holidays.
    """
    trees = [f.node for b in template.blocks.values() for f in block_formulas(b)]
    if not any(isinstance(n, Call) and n.name == "WORKDAY" for tree in trees for n in walk(tree)):
        return values
    table = template.blocks["feiertage"]
    assert isinstance(table, Table)
    rows: list[Row] = [{"datum": date(2097, 1, 1) + timedelta(days=n)} for n in range(table.rows)]
    return values.with_block("feiertage", rows)


def write(
    folder: Path,
    key: str,
    kind: str = "example",
    lang: Lang = "de",
    *,
    today: date = TODAY,
    ironcalc: bool = False,
    limit: int | None = None,
) -> Path:
    """Write one workbook of a template and return its path; `limit` cuts long tables."""
    template = CATALOG.template(key)
    path = folder / f"{template.number:02}_{key}_{kind}_{lang}.xlsx"
    values = values_of(template, kind, lang, limit)
    if ironcalc:
        values = for_ironcalc(template, values)
    rows = None
    if limit is not None:
        tables = [b for b in template.blocks.values() if isinstance(b, Table)]
        rows = {b.key: min(b.rows, max(limit, len(values.rows(b.key)))) for b in tables}
    write_workbook(path, template, values, brand=brand(), lang=lang, today=today, rows=rows)
    return path
