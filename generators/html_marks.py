"""Conditional formats: which of them apply, computed with the workbook's own formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vorlagen.consolidated import Merged
from vorlagen.spec import Block, Field, Form, Highlight, Kpis, Sheet, Summary, Table, Text

_NOTHING = Text("", "")
PLAIN_STYLES = frozenset({"bar", "heat", "heat_reverse", "heat_diverging"})


def _key(number: int) -> str:
    return f"highlight:{number}"


def _conditions(block: Block) -> list[tuple[str, Highlight]]:
    rules = getattr(block, "highlight", ())
    return [(_key(n), rule) for n, rule in enumerate(rules) if rule.when is not None]


def with_marks(item: Merged) -> Merged:
    """Return the merge with every condition of a highlight as one more computed field of its block.

    Fields and conditions are then computed in one go; whoever shows fields takes them from the
    template, not from here.
    """
    sheets = tuple(_with_conditions(sheet) for sheet in item.template.sheets)
    return replace(item, template=replace(item.template, sheets=sheets))


def _with_conditions(sheet: Sheet) -> Sheet:
    blocks: list[Block] = []
    for block in sheet.blocks:
        if isinstance(block, Form | Table | Kpis | Summary) and (rules := _conditions(block)):
            more = tuple(Field(key, _NOTHING, "int", formula=rule.when) for key, rule in rules)
            blocks.append(replace(block, fields=(*block.fields, *more)))
        else:
            blocks.append(block)
    return replace(sheet, blocks=tuple(blocks))


class Marks:
    """The styles of the cells of one block, row by row."""

    def __init__(self, marked: Merged, block: Block) -> None:
        self.rules = [
            (rule, marked.computed.column(block.key, key))
            for key, rule in _conditions(block)
            if isinstance(block, Form | Table | Kpis | Summary)
        ]

    def style(self, row: int, key: str) -> str:
        """Return the style of a cell: the first rule that applies, as in Excel; '' for none."""
        for rule, values in self.rules:
            if (not rule.fields or key in rule.fields) and row < len(values) and _true(values[row]):
                return rule.style
        return ""


def _true(value: Any) -> bool:
    return not isinstance(value, str) and value is not None and bool(value)


def plain_style(block: Block, key: str) -> str:
    """Return bar or heat when a column has one."""
    for rule in getattr(block, "highlight", ()):
        if rule.style in PLAIN_STYLES and (key in rule.fields or not rule.fields):
            return str(rule.style)
    return ""
