"""What the evaluator is given: blocks, choice lists and the date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vorlagen.formulas.ast import Node


@dataclass(frozen=True)
class Across:
    """The column headings of a matrix: given values, or one tree per heading cell."""

    key: str
    count: int
    values: Sequence[object] | None = None
    formulas: Sequence[Node] | None = None


@dataclass(frozen=True)
class Grid:
    """A block as the evaluator sees it.

    Attributes:
        rows: number of rows; 1 for forms and key figures.
        inputs: key -> value per row.
        formulas: key -> one tree for all rows, or one tree per row.
        guard: key whose empty cell leaves the whole row of formulas empty.
        across: column headings, for a matrix.
        cell: key of the cells of a matrix and their tree, or their input values by rows.
    """

    rows: int
    inputs: Mapping[str, Sequence[object]]
    formulas: Mapping[str, Node | Sequence[Node]]
    guard: str | None = None
    across: Across | None = None
    cell: tuple[str, Node | Sequence[Sequence[object]]] | None = None


@dataclass(frozen=True)
class Book:
    """All blocks of a workbook with the choice lists and the date they are computed for.

    Attributes:
        blocks: block -> its grid.
        lists: list -> attribute (`wert` for the labels) -> values, None in spare rows.
        choices: (list, choice key) -> label.
        today: what TODAY() returns.
        copies: number of workbooks of this shape that are evaluated together, each by itself;
            inputs then hold the rows of the first, of the second, and so on.
    """

    blocks: Mapping[str, Grid]
    lists: Mapping[str, Mapping[str, Sequence[object]]]
    choices: Mapping[tuple[str, str], str]
    today: date
    copies: int = 1
