"""What a field can hold, from the spec alone: smallest and largest number, and whether it can be empty.

Charts need it before anybody has filled in a workbook: bars begin at 0 where no value can be
negative, scales of points end where the inputs end, and a line may not run over results that
can be an empty text, which Excel draws as 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor, inf, isnan
from typing import NamedTuple

from vorlagen.fieldtypes import QUANTITIES
from vorlagen.formulas.ast import (
    AboveRef,
    Binary,
    Boolean,
    Call,
    ColRef,
    FieldRef,
    ListRef,
    Literal,
    Missing,
    Node,
    Number,
    Position,
    PrevRef,
    RowRef,
    Unary,
)
from vorlagen.spec import Axis, Block, Field, Matrix, Summary, Table, Template

_ROUNDS = 40  # a bound that still moves after `_WIDEN` rounds has none; far fewer are needed
_WIDEN = 6


class Limits(NamedTuple):
    """Numbers between `low` and `high`; `blank` when an empty text is possible, too.

    A result that is never a number has `low` above `high`.
    """

    low: float = inf
    high: float = -inf
    blank: bool = False

    def __or__(self, other: object) -> Limits:
        if not isinstance(other, Limits):
            return NotImplemented
        return Limits(min(self.low, other.low), max(self.high, other.high), self.blank or other.blank)

    @property
    def numeric(self) -> bool:
        """Whether a number is possible."""
        return self.low <= self.high


NOTHING = Limits()
ANY = Limits(-inf, inf)
POSITIVE = Limits(0.0, inf)
LOGICAL = Limits(0.0, 1.0)
EMPTY = Limits(blank=True)
_ZERO = Limits(0.0, 0.0)

# Functions whose result is never negative, or a serial number of the calendar.
_COUNTS = frozenset(
    {
        "COUNT", "COUNTA", "COUNTBLANK", "COUNTIF", "COUNTIFS", "LEN", "ROW", "ROWS", "COLUMN", "DAY", "MONTH", "YEAR",
        "HOUR", "MINUTE", "WEEKDAY", "DATE", "EDATE", "EOMONTH", "TODAY", "WORKDAY", "MATCH", "RANK", "FIND", "SEARCH",
        "SQRT", "EXP", "MOD",
    }
)  # fmt: skip
_LOGICAL = frozenset({"AND", "OR", "NOT", "ISBLANK", "ISERROR", "ISNUMBER", "ISTEXT", "EXACT"})
_AMONG = frozenset({"AVERAGE", "MEDIAN", "LARGE", "SMALL", "PERCENTILE", "MIN", "MAX"})
_TEXTS = frozenset({"LEFT", "RIGHT", "MID", "TRIM", "UPPER", "LOWER", "SUBSTITUTE"})


@dataclass
class LimitsOf:
    """The limits of the fields of one template."""

    template: Template
    _known: dict[tuple[str, str], Limits] = field(default_factory=dict)

    def of(self, block: str, key: str) -> Limits:
        """Return the limits of what the cells of a field show.

        Raises:
            KeyError: no such block or field.
        """
        if (block, key) not in self._known:
            self._settle(block, key)
        return self._known[block, key]

    def _settle(self, block: str, key: str) -> None:
        """Widen the limits of the field and of all it depends on until nothing moves any more."""
        found: dict[tuple[str, str], Limits] = {(block, key): NOTHING}
        for n in range(_ROUNDS):
            before = dict(found)
            for place, old in before.items():
                new = _Reader(self.template, self._known, found, place[0]).field(*place)
                if n >= _WIDEN:
                    new = Limits(
                        -inf if new.low < old.low else new.low, inf if new.high > old.high else new.high, new.blank
                    )
                found[place] = new | old
            if found == before:
                break
        self._known |= found


@dataclass
class _Reader:
    """Reads the trees of one block with what is known so far."""

    template: Template
    known: dict[tuple[str, str], Limits]
    found: dict[tuple[str, str], Limits]
    block: str

    def field(self, block: str, key: str) -> Limits:
        """The limits of a field from its own formula or input rules."""
        owner = self.template.blocks[block]
        axis = _axis(owner, key)
        if axis is not None:
            return self._heading(axis)
        item = owner.by_key[key]
        if item.formula is None:
            return _input(item)
        result = _declared(item, self.node(item.formula.node))
        if isinstance(owner, Table):
            return result | EMPTY
        heads = [owner.row] if isinstance(owner, Summary | Matrix) else []
        if isinstance(owner, Matrix) and item.key == owner.cell.key:
            heads.append(owner.col)
        blank = any(self.cell(block, head.key).blank for head in heads)
        return result | EMPTY if blank else result

    def _heading(self, axis: Axis) -> Limits:
        result = NOTHING
        if axis.list is not None and not self.template.list_by_key[axis.list].fix:
            result |= EMPTY
        for formula in (axis.formula, *axis.extra):
            if formula is not None:
                result |= self.node(formula.node)
        return result

    def cell(self, block: str, key: str) -> Limits:
        """The limits of a field as far as they are known; it is worked out from now on."""
        place = (block, key)
        if place in self.known:
            return self.known[place]
        return self.found.setdefault(place, NOTHING)

    def value(self, block: str, key: str) -> Limits:
        """What a formula gets from a cell: an empty input counts as 0."""
        limits = self.cell(block, key)
        owner = self.template.blocks[block]
        if _axis(owner, key) is None and not owner.by_key[key].computed:
            limits |= _ZERO
        return limits

    def node(self, node: Node) -> Limits:
        """The limits of a tree."""
        match node:
            case Number(value):
                return Limits(value, value)
            case Literal(value):
                return EMPTY if value == "" else NOTHING
            case Boolean() | Missing():
                return LOGICAL if isinstance(node, Boolean) else _ZERO
            case Position():
                return Limits(1.0, inf)
            case RowRef(key) | AboveRef(key):
                return self.value(self.block, key)
            case PrevRef(key, first):
                return self.node(first) | self.value(self.block, key)
            case ColRef(block, key) | FieldRef(block, key):
                return self.value(block, key)
            case ListRef(list_key, attribute):
                return self._attribute(list_key, attribute)
            case Unary(op, operand):
                inner = self.node(operand)
                return {"-": Limits(-inner.high, -inner.low), "%": Limits(inner.low / 100, inner.high / 100)}.get(
                    op, inner
                )
            case Binary(op, left, right):
                return _binary(op, self.node(left), self.node(right))
            case Call(name, args):
                return self._call(name, args)
            case _:
                return NOTHING

    def _attribute(self, list_key: str, attribute: str) -> Limits:
        choices = self.template.list_by_key[list_key]
        kind = next((a.type for a in choices.attributes if a.key == attribute), "text")
        if kind not in QUANTITIES:
            return NOTHING
        if not choices.fix:
            return ANY
        values = [float(c.attributes.get(attribute) or 0) for c in choices.values]
        return Limits(min(values, default=0.0), max(values, default=0.0))

    def _call(self, name: str, args: tuple[Node, ...]) -> Limits:
        if name in _COUNTS:
            return POSITIVE
        if name in _LOGICAL:
            return LOGICAL
        if name in _TEXTS:
            return EMPTY
        if name == "IF":
            return self.node(args[1]) | (self.node(args[2]) if len(args) > 2 else LOGICAL)
        if name == "IFERROR":
            return self.node(args[0]) | self.node(args[1])
        if name == "CHOOSE":
            return _union([self.node(a) for a in args[1:]])
        if name == "INDEX":
            return self.node(args[0])
        numbers = [Limits(x.low, x.high) for x in map(self.node, args)]
        if name == "N":
            return numbers[0] | _ZERO
        if name in ("SUM", "SUMPRODUCT"):
            return _sum([_binary_all(numbers)] if name == "SUMPRODUCT" else numbers)
        if name in ("SUMIF", "SUMIFS"):
            return _sum([numbers[0 if name == "SUMIFS" or len(args) < 3 else 2]])
        if name in _AMONG or name == "AVERAGEIFS":
            picked = numbers if name in ("MIN", "MAX", "AVERAGE", "MEDIAN") else numbers[:1]
            # A range without any number counts as 0.
            picked = [x | _ZERO if isinstance(a, AboveRef | ColRef) else x for x, a in zip(picked, args, strict=False)]
            result = _union(picked)
            if name == "MAX":
                return Limits(max(x.low for x in picked), result.high)
            return Limits(result.low, min(x.high for x in picked)) if name == "MIN" else result
        first = numbers[0]
        if name in ("ROUND", "ROUNDUP", "ROUNDDOWN", "INT"):
            return Limits(_whole(floor, first.low), _whole(ceil, first.high))
        if name == "ABS":
            return Limits(0.0, max(abs(first.low), abs(first.high))) if first.numeric else NOTHING
        if name == "SIGN":
            return Limits(0.0, 1.0) if first.low >= 0 else Limits(-1.0, 1.0)
        if name == "POWER":
            return POSITIVE if first.low >= 0 else ANY
        return ANY


def _axis(block: Block, key: str) -> Axis | None:
    if isinstance(block, Summary | Matrix) and key == block.row.key:
        return block.row
    return block.col if isinstance(block, Matrix) and key == block.col.key else None


def _declared(item: Field, found: Limits) -> Limits:
    """What a formula can give, within the bounds that the spec states for it."""
    low, high = (bound if isinstance(bound, int | float) else None for bound in (item.min, item.max))
    if not found.numeric:
        return found
    return Limits(
        found.low if low is None else max(found.low, low),
        found.high if high is None else min(found.high, high),
        found.blank,
    )


def _input(item: Field) -> Limits:
    """What the validation of an input lets in; an empty cell is no text."""
    if item.type not in QUANTITIES:
        return NOTHING if item.type not in ("date", "month", "time") else POSITIVE
    low = item.min if isinstance(item.min, int | float) else (0.0 if item.min is None else -inf)
    if item.type == "decimal" and item.min is None:
        low = -inf
    high = item.max if isinstance(item.max, int | float) else inf
    if item.type == "percent" and item.max is None and item.min is None:
        high = 1.0
    return Limits(float(low), float(high))


def _whole(step: object, value: float) -> float:
    return value if value in (inf, -inf) else float((floor if step is floor else ceil)(value))


def _union(parts: list[Limits]) -> Limits:
    result = NOTHING
    for part in parts:
        result |= part
    return result


def _sum(parts: list[Limits]) -> Limits:
    """A sum of any number of values of each part; texts count as nothing."""
    parts = [p for p in parts if p.numeric]
    return Limits(
        0.0 if all(p.low >= 0 for p in parts) else -inf,
        0.0 if all(p.high <= 0 for p in parts) else inf,
    )


def _binary_all(parts: list[Limits]) -> Limits:
    result = parts[0]
    for part in parts[1:]:
        result = _binary("*", result, part)
    return result


def _binary(op: str, a: Limits, b: Limits) -> Limits:
    if op == "&":
        return EMPTY if a.blank or b.blank else NOTHING
    if op not in ("+", "-", "*", "/", "^"):
        return LOGICAL
    if not a.numeric or not b.numeric:
        return NOTHING
    if op == "+":
        return Limits(a.low + b.low, a.high + b.high)
    if op == "-":
        return Limits(a.low - b.high, a.high - b.low)
    if op == "*":
        ends = [0.0 if isnan(x * y) else x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        return Limits(min(ends), max(ends))
    if op == "/" and b.low == b.high and b.low > 0:
        return Limits(a.low / b.low, a.high / b.low)
    if a.low >= 0 and b.low >= 0:
        return POSITIVE
    return ANY


def figures(block: Block, key: str) -> tuple[Field, ...]:
    """The fields that ``block[key]`` names; ``*`` stands for all figures of a list."""
    return block.all_fields if key == "*" else (block.by_key[key],)
