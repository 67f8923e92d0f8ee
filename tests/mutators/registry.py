"""The list of all edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.mutators.subject import Subject

Edit = Callable[[Subject], bool]


@dataclass(frozen=True)
class Mutator:
    """One kind of edit.

    Attributes:
        group: class of edits, by which figures are given.
        edit: changes the workbook and what must be read; False when the template gives no place for it.
        stage: edits of cells first (0), then of sheets and tables (1), then savings by programs (2).
    """

    name: str
    group: str
    edit: Edit
    stage: int = 0


MUTATORS: dict[str, Mutator] = {}


def mutator(group: str, stage: int = 0) -> Callable[[Edit], Edit]:
    """Register an edit under the name of its function."""

    def register(edit: Edit) -> Edit:
        MUTATORS[edit.__name__] = Mutator(edit.__name__, group, edit, stage)
        return edit

    return register
