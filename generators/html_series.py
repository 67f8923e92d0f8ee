"""Chart blocks -> the numbers to draw, from the merged rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from generators import styles
from generators.html_numbers import number_of, python_value, written
from vorlagen.brand import Brand
from vorlagen.consolidated import Merged
from vorlagen.spec import Chart, Field, Kpis, Lang, Matrix, Series

MAX_CATEGORIES = 60
_WHOLE, _CELL = re.compile(r"(\w+)\[(\w+|\*)\]"), re.compile(r"(\w+)\[(\w+)\]")


@dataclass(frozen=True)
class Line:
    """One series: a value per category; None is a gap."""

    name: str
    item: Field
    values: list[float | None]
    colour: str
    line: bool = False
    secondary: bool = False
    hidden: bool = False
    limit: bool = False  # grey points mark a border, not a record


@dataclass(frozen=True)
class Picture:
    """All that is drawn of a chart block.

    Attributes:
        categories: labels; for scatter charts the texts of the x values.
        positions: x values per series (scatter charts only).
        x_item: field of the x values (scatter charts only).
        left_out: categories beyond those drawn.
    """

    block: Chart
    title: str
    lang: Lang
    categories: list[str]
    lines: list[Line]
    positions: list[list[float | None]]
    x_item: Field
    left_out: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(v is not None for s in self.lines for v in s.values if not s.hidden)


def palette(brand: Brand) -> list[str]:
    """Colours of series without a colour of their own."""
    return list(brand.palette.tints.series)


def colour(brand: Brand, name: str) -> str:
    """Return a named colour."""
    return {
        "primary": brand.palette.primary, "accent": brand.palette.tints.line,
        "light": brand.palette.tints.light, "grey": "#B5BECA",
        "green": styles.GREEN, "red": styles.RED, "yellow": "#D9A400", "none": "#FFFFFF",
    }[name]  # fmt: skip


def picture(item: Merged, block: Chart, brand: Brand, lang: Lang) -> Picture:
    """Read the numbers of a chart."""
    lines: list[Line] = []
    positions: list[list[float | None]] = []
    heads: list[str] = []
    x_item = Field("", block.x_title or block.series[0].name or item.template.title)
    for series in block.series:
        found = _Source(item, series, lang)
        cells, x_item = found.heads()
        texts = [written(x_item, v, lang) if v is not None else "" for v in cells]
        heads = heads or texts
        for line in found.lines():
            named = series.color or ""
            tint = colour(brand, named) if named else palette(brand)[len(lines) % len(palette(brand))]
            shown = replace(line, colour=tint, line=series.type == "line", secondary=series.secondary)
            lines.append(replace(shown, hidden=named == "none", limit=named == "grey"))
            positions.append([number_of(v) for v in cells])
    title = block.title[lang] if block.title else ""
    if block.type == "scatter":
        return Picture(block, title, lang, heads, lines, positions, x_item)
    kept = [n for n, text in enumerate(heads) if text]
    shown_ones = kept[:MAX_CATEGORIES]
    lines = [replace(s, values=[s.values[n] if n < len(s.values) else None for n in shown_ones]) for s in lines]
    return Picture(
        block, title, lang, [heads[n] for n in shown_ones], lines, [], x_item, len(kept) - len(shown_ones)
    )  # fmt: skip


class _Source:
    """Where the numbers of one series stand."""

    def __init__(self, item: Merged, series: Series, lang: Lang) -> None:
        found = _WHOLE.fullmatch(series.values)
        assert found is not None
        self.item, self.series, self.lang = item, series, lang
        self.block, self.key = item.template.blocks[found[1]], found[2]

    def heads(self) -> tuple[list[Any], Field]:
        """Return the category values and their field."""
        if self.key == "*":
            return [f.title[self.lang] for f in self.block.all_fields], Field("", self.block.all_fields[0].title)
        if isinstance(self.block, Matrix) and self.key == self.block.cell.key:
            head = self.block.all_fields[0]
            return column(self.item, self.block.key, head), head
        found = _CELL.fullmatch(self.series.categories or "")
        if found is None:
            count = len(column(self.item, self.block.key, self.block.by_key[self.key]))
            return [str(n + 1) for n in range(count)], Field("", self.block.by_key[self.key].title)
        head = self.item.template.field(found[1], found[2])
        return column(self.item, found[1], head), head

    def lines(self) -> list[Line]:
        """Return the series; a matrix gives one per column."""
        computed, block = self.item.computed, self.block
        if isinstance(block, Kpis) and self.key == "*":
            cells = [number_of(python_value(f, computed.cell(block.key, f.key))) for f in block.fields]
            name = self.series.name[self.lang] if self.series.name else ""
            return [Line(name, block.fields[0], cells, "")]
        if isinstance(block, Matrix) and self.key == block.cell.key:
            across = block.by_key[block.col.key]
            heads = [python_value(across, v) for v in computed.column(block.key, across.key)]
            rows = computed.matrix(block.key)
            return [
                Line(written(across, head, self.lang), block.cell, [_number(block.cell, r[n]) for r in rows], "")
                for n, head in enumerate(heads)
                if head is not None
            ]
        field = block.by_key[self.key]
        cells = [number_of(v) for v in column(self.item, block.key, field)]
        name = self.series.name[self.lang] if self.series.name else field.title[self.lang]
        return [Line(name, field, cells, "")]


def _number(item: Field, value: Any) -> float | None:
    return number_of(python_value(item, value))


def column(item: Merged, block: str, field: Field) -> list[Any]:
    """Return all typed values of a column of the merged workbook."""
    return [python_value(field, v) for v in item.computed.column(block, field.key)]
