"""Which fields hold personal data, and of which class: marked in the spec, or taken over by a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vorlagen.formulas.ast import (
    AboveRef,
    Binary,
    Call,
    ChoiceRef,
    ColRef,
    FieldRef,
    ListRef,
    Node,
    PrevRef,
    RowRef,
)
from vorlagen.spec import Axis, Field, Matrix, Personal, Summary, Template

Place = tuple[str, str]  # block and field
Classes = Mapping[Place, Personal]

_TEXTS = ("text", "long", "email", "phone", "url", "choice")
# Functions whose result is one of their arguments, or made of it, and the first argument that counts.
_PASSES = {
    "IF": 1, "IFERROR": 0, "CHOOSE": 1, "INDEX": 0, "LEFT": 0, "RIGHT": 0, "MID": 0, "TRIM": 0, "UPPER": 0, "LOWER": 0,
    "SUBSTITUTE": 0, "CONCATENATE": 0, "T": 0,
}  # fmt: skip


def personal_fields(template: Template) -> dict[Place, Personal]:
    """Return the class of every field that holds personal data, computed fields and headings included."""
    found: dict[Place, Personal] = {}
    formulas: dict[Place, list[Node]] = {}
    for block in template.blocks.values():
        for item in block.all_fields:
            place = block.key, item.key
            mark = item.personal or _list_class(template, item.list)
            if mark is not None:
                found[place] = mark
            elif item.type in _TEXTS and item.formula is not None:
                formulas[place] = list(_trees(template, block.key, item))
    moved = True
    while moved:  # a formula may take over what another formula has taken over
        moved = False
        for place in [place for place in formulas if place not in found]:
            if (mark := next(_classes(formulas[place], place[0], template, found), None)) is not None:
                found[place] = mark
                moved = True
    return found


def _list_class(template: Template, key: str | None) -> Personal | None:
    choices = template.list_by_key.get(key or "")
    return choices.personal if choices is not None else None


def _trees(template: Template, block_key: str, item: Field) -> Iterator[Node]:
    block = template.blocks[block_key]
    axes: list[Axis] = [block.row] if isinstance(block, Summary | Matrix) else []
    if isinstance(block, Matrix):
        axes.append(block.col)
    for axis in axes:
        if axis.key == item.key:
            yield from (f.node for f in (axis.formula, *axis.extra) if f is not None)
            return
    assert item.formula is not None
    if item.formula.tree is not None:
        yield item.formula.tree


def _classes(nodes: list[Node], block: str, template: Template, found: Classes) -> Iterator[Personal]:
    """Yield the classes of what formulas may result in."""
    for node in nodes:
        mark: Personal | None = None
        match node:
            case RowRef(key) | AboveRef(key):
                mark = found.get((block, key))
            case PrevRef(key, first):
                mark = found.get((block, key))
                yield from _classes([first], block, template, found)
            case ColRef(other, key) | FieldRef(other, key):
                mark = found.get((other, key))
            case ListRef(name, attribute):
                mark = _list_class(template, name) if attribute == "wert" else None
            case ChoiceRef(name, _):
                mark = _list_class(template, name)
            case Binary("&", left, right):
                yield from _classes([left, right], block, template, found)
            case Call(name, args) if name in _PASSES:
                yield from _classes(list(args[_PASSES[name] :]), block, template, found)
            case _:
                pass
        if mark is not None:
            yield mark
