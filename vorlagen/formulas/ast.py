"""The formula tree: what a formula says, independent of where its cells lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number literal."""

    value: float


@dataclass(frozen=True)
class Literal:
    """A text literal."""

    value: str


@dataclass(frozen=True)
class Boolean:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True)
class Missing:
    """An argument left out, as in ``IF(a,,b)``."""


@dataclass(frozen=True)
class Name:
    """A bare word; only house functions accept one (a block, a list or a key)."""

    value: str


@dataclass(frozen=True)
class RowRef:
    """``[@key]``: the field of the same row (of the same form in forms)."""

    key: str


@dataclass(frozen=True)
class AboveRef:
    """``ABOVE(key)``: the cells of a column of the same block above this row."""

    key: str


@dataclass(frozen=True)
class PrevRef:
    """``PREV(key, first)``: the cell of the row above; `first` stands in row one."""

    key: str
    first: Node


@dataclass(frozen=True)
class Position:
    """``POS()``: the number of the row within its block, from 1."""


@dataclass(frozen=True)
class ColRef:
    """``block[key]``: a whole column (or all cells of a matrix)."""

    block: str
    key: str


@dataclass(frozen=True)
class FieldRef:
    """``block.key``: one cell of a form or of a key-figure block."""

    block: str
    key: str


@dataclass(frozen=True)
class ListRef:
    """``L_LIST[attribute]``: a column of a choice list; ``wert`` is its label column."""

    list: str
    attribute: str


@dataclass(frozen=True)
class ChoiceRef:
    """``L_LIST.value``: the label of one choice, in the workbook's language."""

    list: str
    value: str


@dataclass(frozen=True)
class Call:
    """A function call."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True)
class Binary:
    """An operator between two operands; `op` is one of ``+ - * / ^ & = <> < <= > >=``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Unary:
    """A sign before (``-``, ``+``) or a percent sign behind (``%``) an operand."""

    op: str
    operand: Node


Node = (
    Number
    | Literal
    | Boolean
    | Missing
    | Name
    | RowRef
    | AboveRef
    | PrevRef
    | Position
    | ColRef
    | FieldRef
    | ListRef
    | ChoiceRef
    | Call
    | Binary
    | Unary
)

BLANK = Literal("")


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct operands of `node`."""
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, PrevRef):
        return (node.first,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)


def call(name: str, *args: Node) -> Call:
    """Build a call."""
    return Call(name, args)


def any_blank(nodes: list[Node]) -> Node:
    """Build the test that at least one of `nodes` is blank or an empty text."""
    tests: list[Node] = [Binary("=", node, BLANK) for node in nodes]
    return tests[0] if len(tests) == 1 else call("OR", *tests)
