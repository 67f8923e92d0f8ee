"""A formula that returns a blank cell shows 0 in Excel and nothing in LibreOffice; here it stays blank in both."""

from __future__ import annotations

from collections.abc import Callable

from vorlagen.formulas.ast import (
    BLANK,
    Binary,
    Call,
    ColRef,
    FieldRef,
    ListRef,
    Node,
    PrevRef,
    RowRef,
    call,
)

NUMBERS = frozenset({"int", "decimal", "money", "percent", "date", "month", "time"})
Kind = Callable[[Node], str | None]  # type of the input that a reference names, None where it is never blank


def blank_stays_blank(found: Node, kind: str) -> Node:
    """Return the value of a cell, blank where the cell is.

    Args:
        found: a reference or an INDEX.
        kind: type of the field it names.
    """
    if kind in NUMBERS:
        return call("IF", Binary("=", found, BLANK), BLANK, found)
    return Binary("&", found, BLANK)


def kept(tree: Node, kind: Kind, filled: frozenset[Node] = frozenset()) -> Node:
    """Return a formula whose result is blank where it would return a blank cell.

    Args:
        tree: expanded tree of a whole formula.
        kind: type of the input that a reference names; None for cells that are never blank.
        filled: cells that were tested and are known to be filled.
    """
    if isinstance(tree, Call) and tree.name == "IF":
        condition, *branches = tree.args
        known = [filled | _filled_if(condition, holds=True), filled | _filled_if(condition, holds=False)]
        return call("IF", condition, *(kept(b, kind, k) for b, k in zip(branches, known, strict=False)))
    if isinstance(tree, Call) and tree.name in ("IFERROR", "CHOOSE"):
        first = 1 if tree.name == "CHOOSE" else 0
        return call(tree.name, *tree.args[:first], *(kept(arg, kind, filled) for arg in tree.args[first:]))
    if tree in filled:
        return tree
    source = tree.args[0] if isinstance(tree, Call) and tree.name == "INDEX" else tree
    if isinstance(source, RowRef | FieldRef | PrevRef | ColRef | ListRef) and (found := kind(source)) is not None:
        return blank_stays_blank(tree, found)
    return tree


def _filled_if(condition: Node, *, holds: bool) -> frozenset[Node]:
    """Return the cells that are filled when a condition holds, or when it does not."""
    if isinstance(condition, Call) and condition.name == ("AND" if holds else "OR"):
        return frozenset().union(*(_filled_if(arg, holds=holds) for arg in condition.args))
    if isinstance(condition, Binary) and condition.op == ("<>" if holds else "=") and condition.right == BLANK:
        return frozenset({condition.left})
    return frozenset()
