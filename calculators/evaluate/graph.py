"""In which order columns are evaluated, and which of them form a cycle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vorlagen.formulas.ast import AboveRef, ColRef, FieldRef, Node, PrevRef, RowRef
from vorlagen.formulas.shapes import every_node

Column = tuple[str, str]


@dataclass
class Needs:
    """What a column needs, by the cells it looks at.

    Attributes:
        row: columns of which it reads the cell of the same row.
        whole: columns it reads as a whole, or one cell of another block.
        above: columns of which it reads rows above only.
    """

    row: set[Column] = field(default_factory=set)
    whole: set[Column] = field(default_factory=set)
    above: set[Column] = field(default_factory=set)

    @property
    def all(self) -> set[Column]:
        """All columns it needs."""
        return self.row | self.whole | self.above


def needs_of(block: str, trees: Iterable[Node]) -> Needs:
    """Collect what the trees of a column of `block` refer to."""
    needs = Needs()
    for tree in trees:
        for node in every_node(tree):
            if isinstance(node, RowRef):
                needs.row.add((block, node.key))
            elif isinstance(node, AboveRef | PrevRef):
                needs.above.add((block, node.key))
            elif isinstance(node, ColRef | FieldRef):
                needs.whole.add((node.block, node.key))
    return needs


def components(edges: Mapping[Column, set[Column]]) -> Iterator[list[Column]]:
    """Yield groups of columns that need each other, each after all it needs (Tarjan)."""
    index: dict[Column, int] = {}
    low: dict[Column, int] = {}
    open_: dict[Column, None] = {}
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(sorted(edges[root])))]
        index[root] = low[root] = len(index)
        open_[root] = None
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in edges:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    open_[target] = None
                    work.append((target, iter(sorted(edges[target]))))
                    break
                if target in open_:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        member, _ = open_.popitem()
                        group.append(member)
                        if member == node:
                            break
                    yield group


def row_order(group: list[Column], needs: Mapping[Column, Needs]) -> list[Column] | None:
    """Return the order in which each row of a group is evaluated, or None for a real cycle."""
    members = set(group)
    if len({block for block, _ in group}) > 1 or any(needs[column].whole & members for column in group):
        return None
    order: list[Column] = []
    for found in components({column: needs[column].row & members for column in group}):
        if len(found) > 1 or found[0] in needs[found[0]].row:
            return None
        order += found
    return order
