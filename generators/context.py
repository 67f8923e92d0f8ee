"""Everything a block writer needs about the workbook being written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generators.extra import ExtraSheet
from generators.pen import Pen
from generators.styles import Styles
from vorlagen.brand import Brand
from vorlagen.compute import Computed, cell_tree
from vorlagen.fieldtypes import TYPES
from vorlagen.formulas.ast import Node
from vorlagen.formulas.printing import Printed, Printer
from vorlagen.layout import Layout, Placed
from vorlagen.limits import LimitsOf
from vorlagen.spec import Field, Lang, Template
from vorlagen.values import Values, is_blank


@dataclass
class Context:
    """One workbook in the making."""

    layout: Layout
    values: Values
    computed: Computed
    brand: Brand
    styles: Styles
    book: Any
    merged: bool = False
    further: Sequence[ExtraSheet] = ()
    later: list[Callable[[], None]] = field(default_factory=list)

    @property
    def template(self) -> Template:
        """The template."""
        return self.layout.template

    @property
    def lang(self) -> Lang:
        """Language of the workbook."""
        return self.layout.lang

    @cached_property
    def printer(self) -> Printer:
        """Prints formulas."""
        return Printer(self.layout)

    @cached_property
    def limits(self) -> LimitsOf:
        """What fields can hold."""
        return LimitsOf(self.template)

    def is_input(self, item: Field) -> bool:
        """Whether the cell is filled in; carried fields are, once workbooks are merged."""
        return not item.computed or (self.merged and item.carried)

    def say(self, de: str, en: str) -> str:
        """Pick the text in the workbook's language."""
        return en if self.lang == "en" else de

    def print_field(self, placed: Placed, item: Field, part: str = "row") -> Printed:
        """Print the formula of a field for all its cells."""
        return self.printer.print(cell_tree(self.template, placed.block, item), placed.block.key, part=part)

    def print_rule(self, placed: Placed, tree: Node) -> str:
        """Print a condition for conditional formats and validations, relative to the first row."""
        return self.printer.print(tree, placed.block.key, plain=True).at(placed.first, 1)


def cell_value(item: Field, value: Any) -> Any:
    """Return what goes into an input cell: text, number or None."""
    if is_blank(value):
        return None
    info = TYPES[item.type]
    if info.numeric and isinstance(value, str | bool | int | float):
        return value  # also what is no value of the field: a text from a merge, a number where a date belongs
    return info.to_cell(value)


def write_one(ctx: Context, pen: Pen, placed: Placed, item: Field, style: Any, value: Any) -> None:
    """Write the single cell of a form or key figure and give it its defined name."""
    from vorlagen.layout import cell_name, quote_sheet

    row, col = placed.cells[item.key]
    if ctx.is_input(item):
        pen.value(row, col, cell_value(item, value), style)
    else:
        printed = ctx.print_field(placed, item)
        pen.formula(row, col, "=" + printed.at(row, 1, col), style, ctx.computed.cell(placed.block.key, item.key))
    name = placed.defined_name(item.key)
    letters, number = cell_name(row, col).rstrip("0123456789"), row + 1
    ctx.book.define_name(name, f"={quote_sheet(placed.sheet)}!${letters}${number}")
