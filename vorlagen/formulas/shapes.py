"""Where a formula takes a range and where a single value; what programs compute differently there is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vorlagen.formulas.ast import AboveRef, Call, ColRef, ListRef, Node, Number, children
from vorlagen.formulas.parse import FormulaError

RANGES = (ColRef, ListRef, AboveRef)

# Functions that take a range as a range: name -> whether they do so for argument i.
_TAKES_RANGE: dict[str, Callable[[int], bool]] = {
    **dict.fromkeys(("AND", "AVERAGE", "COUNT", "COUNTA", "MAX", "MEDIAN", "MIN", "OR", "SUM"), lambda i: True),
    **dict.fromkeys(("COUNTBLANK", "COUNTIF", "INDEX", "LARGE", "PERCENTILE", "ROWS", "SMALL"), lambda i: i == 0),
    **dict.fromkeys(("NETWORKDAYS", "WORKDAY"), lambda i: i == 2),
    **dict.fromkeys(("AVERAGEIFS", "SUMIFS"), lambda i: i == 0 or i % 2 == 1),
    **dict.fromkeys(("MATCH", "RANK"), lambda i: i == 1),
    "COUNTIFS": lambda i: i % 2 == 0,
    "NPV": lambda i: i > 0,
    "SUMIF": lambda i: i != 1,
}
# Functions that make one value of a range.
_TOTALS = frozenset(
    {"AND", "AVERAGE", "COUNT", "COUNTA", "COUNTBLANK", "LARGE", "MAX", "MEDIAN", "MIN", "NPV", "OR", "PERCENTILE",
     "SMALL", "SUM"}
)  # fmt: skip
_CHOOSING = {"CHOOSE": 1, "IF": 1, "IFERROR": 0}  # with the first argument that may become the result
_MATCHING = ("AVERAGEIFS", "COUNTIF", "COUNTIFS", "MATCH", "SUMIF", "SUMIFS")


def takes_range(name: str, argument: int) -> bool:
    """Return whether a function takes a range there as such, not cell by cell."""
    return name in _TAKES_RANGE and _TAKES_RANGE[name](argument)


def every_node(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it; deep trees are no problem."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(children(top))


def value_leaves(node: Node) -> Iterator[Node]:
    """Yield the leaves that a formula reads cell by cell, without the ranges it hands to a function."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Call):
            for i, arg in enumerate(top.args):
                if not (isinstance(arg, RANGES) and takes_range(top.name, i)):
                    stack.append(arg)
        elif below := children(top):
            stack.extend(below)
        else:
            yield top


def check_shapes(tree: Node, is_text_input: Callable[[str], bool]) -> None:
    """Refuse formulas over whole columns that Excel, LibreOffice and older versions compute differently.

    Args:
        tree: expanded tree.
        is_text_input: whether people type texts into a column of the same block.

    Raises:
        FormulaError: what is wrong and what to write instead.
    """
    for node in every_node(tree):
        if not isinstance(node, Call):
            continue
        if node.name in _CHOOSING and any(isinstance(a, RANGES) for a in node.args[_CHOOSING[node.name] :]):
            raise FormulaError(f"{node.name} between whole columns", "choose between results: IF(a, SUM(x), SUM(y))")
        if node.name == "INDEX" and any(isinstance(a, Number) and int(a.value) == 0 for a in node.args[1:]):
            raise FormulaError("INDEX with 0 is a whole row or column", "name the column, or one row of it")
        if node.name == "SUMPRODUCT":
            for arg in node.args:
                _check_array(arg)
        if node.name in _MATCHING:
            ranges = [a for i, a in enumerate(node.args) if _is_searched(node.name, i)]
            if ranges and all(isinstance(a, AboveRef) and is_text_input(a.key) for a in ranges):
                raise FormulaError(
                    f"{node.name} over ABOVE of texts may find the heading",
                    "add a condition on a number: COUNTIFS(ABOVE(key), [@key], ABOVE(number), \">0\")",
                )  # fmt: skip


def _is_searched(name: str, argument: int) -> bool:
    """Return whether a criterion is looked for in an argument."""
    if name == "MATCH":
        return argument == 1
    if name in ("AVERAGEIFS", "SUMIFS"):
        return argument % 2 == 1
    return argument % 2 == 0 and (name, argument) != ("SUMIF", 2)


def _check_array(tree: Node) -> None:
    """Refuse what is no array, or none without array entry, within SUMPRODUCT."""
    for node in every_node(tree):
        if not isinstance(node, Call):
            continue
        computed = [a for a in node.args if not isinstance(a, RANGES) and _is_array(a)]
        if node.name in _TOTALS and computed:
            raise FormulaError(
                f"{node.name} over computed values within SUMPRODUCT",
                f"compute them in a column, and take its {node.name}",
            )
        if node.name in _CHOOSING and any(_is_array(a) for a in node.args):
            raise FormulaError(f"{node.name} over columns within SUMPRODUCT", "multiply by the condition: (a=b)*c")


def _is_array(node: Node) -> bool:
    return any(isinstance(leaf, RANGES) for leaf in value_leaves(node))
