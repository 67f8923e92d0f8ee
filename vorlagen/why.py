"""Why a cell holds its number: the rows of which files it is made of.

Conditional sums and counts are asked row by row whether the row fulfils their conditions; other
functions over a column take all its filled rows. Figures that stand in a formula are followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from vorlagen.compute import Computed, compute
from vorlagen.formulas.ast import (
    Boolean,
    Call,
    ColRef,
    FieldRef,
    Literal,
    Node,
    Number,
    Position,
    RowRef,
    children,
    walk,
)
from vorlagen.formulas.printing import Printer
from vorlagen.layout import Layout, Placed
from vorlagen.recompute import calculation_day
from vorlagen.records import ReadResult
from vorlagen.spec import Axis, Block, Field, Form, Formula, Kpis, Matrix, Summary, Table, Text
from vorlagen.values import Row, Values, is_blank

_CELL = re.compile(r"'?(?P<sheet>[^!]+?)'?!\$?(?P<letters>[A-Za-z]{1,3})\$?(?P<row>[0-9]{1,7})")
# Function -> whether its first argument is what is added up, before the pairs of range and condition.
_CONDITIONAL = {"SUMIFS": True, "AVERAGEIFS": True, "COUNTIFS": False, "COUNTIF": False}
_PLAIN = ("SUM", "COUNT", "COUNTA", "AVERAGE", "MEDIAN", "MIN", "MAX", "SUMPRODUCT", "LARGE", "SMALL")
_PROBE = "_beitrag"


@dataclass(frozen=True)
class Contribution:
    """One row: its key, the value that counts, and where it came from."""

    key: str
    value: Any
    file: str
    sheet: str
    row: int | None


@dataclass(frozen=True)
class Share:
    """One aggregate in the formula of a figure.

    Attributes:
        figure: title of the figure.
        formula: the aggregate as it stands in the workbook.
        block: the list that it takes rows of.
        item: the field that is added up; None when rows are counted.
    """

    figure: str
    formula: str
    block: str
    item: Field | None
    rows: tuple[Contribution, ...]


@dataclass(frozen=True)
class Explanation:
    """A cell, its formula (empty for an entry), its value and what it is made of."""

    block: str
    item: Field
    formula: str
    value: Any
    shares: tuple[Share, ...] = ()
    entries: tuple[tuple[str, Any], ...] = ()


class NoSuchCell(Exception):
    """The workbook has no field there."""


def explain(result: ReadResult, place: str, today: date) -> Explanation:
    """Explain one cell of a workbook.

    Args:
        result: the workbook as read; a consolidated one knows the files of its rows.
        place: `Sheet!A1`, or `block.field` for a key figure.
        today: value of TODAY().

    Raises:
        NoSuchCell: no field of the template stands there.
    """
    assert result.layout is not None
    return _Explainer(result, result.layout, calculation_day(result, today)).run(place)


@dataclass
class _Explainer:
    result: ReadResult
    layout: Layout
    today: date
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.merged = self.result.stamp is not None and self.result.stamp.merged
        self.computed = self._compute(self.layout, self.result.values)
        self.printer = Printer(self.layout)

    def _compute(self, layout: Layout, values: Values) -> Computed:
        return compute(layout, values, self.today, merged=self.merged)

    def run(self, place: str) -> Explanation:
        """Explain the cell at a place."""
        block, item, index, across = self._found(place)
        value = self._value(block, item, index, across)
        tree = self._tree(block, item, index)
        if tree is None:
            return Explanation(block.key, item, "", value, (), tuple(self._origin(block, index)))
        part = "cell" if isinstance(block, Matrix) and item.key == block.cell.key else "row"
        text = "=" + self.printer.print(tree, block.key, part=part).at(self._line(block, index), index + 1)
        shares = tuple(self._shares(block, item, index, across, tree))
        entries = tuple(self._entries(block, index, tree)) if isinstance(block, Table) else ()
        return Explanation(block.key, item, text, value, shares, entries)

    # -- finding the cell ------------------------------------------------------------------

    def _found(self, place: str) -> tuple[Block, Field, int, int]:
        match = _CELL.fullmatch(place.strip())
        if match is None:
            block, _, key = place.strip().partition(".")
            placed = self.layout.placed.get(block)
            if placed is None or key not in placed.cells:
                raise NoSuchCell
            return placed.block, placed.block.by_key[key], 0, 0
        row, column = int(match["row"]) - 1, _number(match["letters"])
        for placed in self.layout.placed.values():
            if placed.sheet.casefold() == match["sheet"].casefold():
                hit = _hit(placed, row, column)
                if hit is not None:
                    return (placed.block, *hit)
        raise NoSuchCell

    def _line(self, block: Block, index: int) -> int:
        return self.layout.placed[block.key].first + index

    def _tree(self, block: Block, item: Field, index: int) -> Node | None:
        axes = [a for a in (getattr(block, "row", None), getattr(block, "col", None)) if isinstance(a, Axis)]
        if any(a.key == item.key for a in axes) or item.formula is None or (self.merged and item.carried):
            return None
        return item.formula.node

    def _value(self, block: Block, item: Field, index: int, across: int) -> Any:
        if isinstance(block, Form | Kpis):
            return self.computed.cell(block.key, item.key)
        if isinstance(block, Matrix) and item.key == block.cell.key:
            return self.computed.matrix(block.key)[index][across]
        return self.computed.column(block.key, item.key)[across if self._is_across(block, item) else index]

    def _is_across(self, block: Block, item: Field) -> bool:
        return isinstance(block, Matrix) and item.key == block.col.key

    # -- what it is made of ------------------------------------------------------------------

    def _shares(self, block: Block, item: Field, index: int, across: int, tree: Node) -> Iterator[Share]:
        if (block.key, item.key, index) in self.seen:
            return
        self.seen.add((block.key, item.key, index))
        for node in _outer(tree):
            if isinstance(node, Call):
                yield from self._aggregate(block, item, index, across, node)
            elif isinstance(node, FieldRef):
                other = self.layout.template.blocks[node.block]
                yield from self._follow(other, other.by_key[node.key], 0)
            elif isinstance(node, RowRef) and not isinstance(block, Table):
                yield from self._follow(block, block.by_key[node.key], index)

    def _follow(self, block: Block, item: Field, index: int) -> Iterator[Share]:
        tree = self._tree(block, item, index)
        if tree is not None:
            yield from self._shares(block, item, index, 0, tree)

    def _aggregate(self, block: Block, item: Field, index: int, across: int, node: Call) -> Iterator[Share]:
        targets, conditions = _parts(node)
        places = [ref.block for ref in (*targets, *(c for c, _ in conditions))]
        lists = [b for b in dict.fromkeys(places) if isinstance(self.layout.template.blocks[b], Table)]
        for name in lists:
            table = self.layout.template.blocks[name]
            assert isinstance(table, Table)
            fixed = [(ref, self._fixed(cond, block, index, across)) for ref, cond in conditions if ref.block == name]
            target = next((t for t in targets if t.block == name), None)
            counted = self._fulfilled(table, fixed) if fixed else None
            column = self.computed.column(name, target.key) if target is not None else None
            rows = self.result.values.rows(name)
            kept = [
                n
                for n in range(len(rows))
                if (counted is None or counted[n]) and (column is None or not is_blank(column[n]))
            ]
            text = self.printer.print(node, block.key, part=_part(block, item)).at(self._line(block, index), index + 1)
            shown = table.by_key[target.key] if target is not None else None
            yield Share(
                item.title[self.layout.lang], text, name, shown,
                tuple(self._contribution(table, rows[n], n, column[n] if column is not None else 1) for n in kept),
            )  # fmt: skip

    def _fixed(self, node: Node, block: Block, index: int, across: int) -> Node:
        """Put the values of this cell's own row into a condition, so that it can be asked elsewhere."""
        if isinstance(node, RowRef):
            return _constant(self._value(block, block.by_key[node.key], index, across))
        if isinstance(node, Position):
            return Number(index + 1)
        if isinstance(node, Call):
            return replace(node, args=tuple(self._fixed(a, block, index, across) for a in node.args))
        if not children(node):
            return node
        changed = {
            name: self._fixed(inner, block, index, across)
            for name in ("left", "right", "operand")
            if (inner := getattr(node, name, None)) is not None
        }
        return replace(node, **changed)  # type: ignore[arg-type]

    def _fulfilled(self, table: Table, conditions: Sequence[tuple[ColRef, Node]]) -> list[bool]:
        """Ask every row of a list whether it fulfils all conditions."""
        args = [part for ref, cond in conditions for part in (RowRef(ref.key), cond)]
        probe = Field(_PROBE, Text("", ""), "int", formula=Formula("", Call("COUNTIFS", tuple(args))))
        asked = replace(table, fields=(*table.fields, probe))
        template = self.layout.template
        sheets = tuple(
            replace(s, blocks=tuple(asked if b.key == table.key else b for b in s.blocks)) for s in template.sheets
        )
        other = replace(template, sheets=sheets)
        placed = tuple(
            replace(s, blocks=tuple(replace(p, block=other.blocks[p.block.key]) for p in s.blocks))
            for s in self.layout.sheets
        )
        layout = replace(self.layout, template=other, sheets=placed)
        return [bool(v) for v in self._compute(layout, self.result.values).column(table.key, _PROBE)]

    def _contribution(self, table: Table, row: Row, index: int, value: Any) -> Contribution:
        key = ", ".join(str(row[k]) for k in table.identity if not is_blank(row.get(k)))
        number = row.get("quelle_zeile") if self.merged else self.result.rows[table.key][index]
        return Contribution(
            key, value, str(row.get("quelle_datei") or self.result.name),
            str(row.get("quelle_blatt") or self.result.sheets.get(table.key, "")),
            number if isinstance(number, int) else None,
        )  # fmt: skip

    def _origin(self, block: Block, index: int) -> Iterator[tuple[str, Any]]:
        """Yield what is known of an entry: where its row comes from."""
        rows = self.result.values.rows(block.key) if isinstance(block, Table) else []
        if index < len(rows):
            found = self._contribution(block, rows[index], index, None)  # type: ignore[arg-type]
            yield from (("quelle_datei", found.file), ("quelle_blatt", found.sheet), ("quelle_zeile", found.row))

    def _entries(self, block: Table, index: int, tree: Node) -> Iterator[tuple[str, Any]]:
        """Yield the fields of the same row that a formula uses, then where the row comes from."""
        for key in dict.fromkeys(n.key for n in walk(tree) if isinstance(n, RowRef)):
            yield key, self.computed.column(block.key, key)[index]
        yield from self._origin(block, index)


def _outer(node: Node) -> Iterator[Node]:
    """Yield aggregates and references of a tree; what stands in an aggregate belongs to it."""
    if isinstance(node, FieldRef | RowRef) or (isinstance(node, Call) and any(_parts(node))):
        yield node
        return
    for inner in children(node):
        yield from _outer(inner)


def _parts(node: Call) -> tuple[list[ColRef], list[tuple[ColRef, Node]]]:
    """Return the columns that an aggregate takes, and its conditions."""
    if node.name in _CONDITIONAL:
        first = _CONDITIONAL[node.name]
        pairs = node.args[1:] if first else node.args
        targets = [node.args[0]] if first else []
    elif node.name == "SUMIF" and len(node.args) > 1:
        pairs, targets = node.args[:2], [node.args[-1] if len(node.args) == 3 else node.args[0]]
    elif node.name in _PLAIN:
        pairs, targets = (), [n for a in node.args for n in walk(a) if isinstance(n, ColRef)]
    else:
        return [], []
    conditions = [(r, c) for r, c in zip(pairs[::2], pairs[1::2], strict=False) if isinstance(r, ColRef)]
    return [t for t in targets if isinstance(t, ColRef)], conditions


def _part(block: Block, item: Field) -> str:
    return "cell" if isinstance(block, Matrix) and item.key == block.cell.key else "row"


def _constant(value: Any) -> Node:
    if isinstance(value, bool):
        return Boolean(value)
    if isinstance(value, int | float):
        return Number(float(value))
    return Literal("" if value is None else str(value))


def _hit(placed: Placed, row: int, column: int) -> tuple[Field, int, int] | None:
    """Return field, index and place across of a cell of a block."""
    block = placed.block
    for key, cell in placed.cells.items():
        if cell == (row, column):
            return block.by_key[key], 0, 0
    if not isinstance(block, Table | Summary | Matrix) or not placed.first <= row <= placed.last:
        return None
    index, (start, count) = row - placed.first, placed.across
    if isinstance(block, Matrix) and start <= column < start + count:
        return block.cell, index, column - start
    found = next((k for k, c in placed.columns.items() if c == column), None)
    return None if found is None else (block.by_key[found], index, 0)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
