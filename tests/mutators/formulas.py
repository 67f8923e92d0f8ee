"""What happens to computed cells."""

from __future__ import annotations

import re

from tests.mutators.book import Cell
from tests.mutators.registry import mutator
from tests.mutators.subject import Subject
from vorlagen.spec import Kpis, Table

GROUP = "Formelzellen"


def _computed(s: Subject, *, numeric: bool = True, kpis: bool = False) -> Cell | None:
    """Choose a computed cell of a record (or a key figure) that shows a number."""
    found = []
    for sheet in s.book.sheets.values():
        for cell in sheet.cells.values():
            home = cell.home
            if home is None or home in s.touched or home.block not in s.template.blocks or "<f" not in cell.body:
                continue
            block = s.template.blocks[home.block]
            if not isinstance(block, Kpis if kpis else Table) or f"tab:{home.block}" in s.touched:
                continue
            item = block.by_key.get(home.field)
            if item is None or item.carried or (numeric and ' t="' in cell.head):
                continue
            if re.search(r"<v>-?[\d.]+</v>", cell.body):
                found.append(cell)
    if not found or s.forgotten:
        return None
    cell = s.rng.choice(found)
    assert cell.home is not None
    s.touched.add(cell.home)
    return cell


def _value(cell: Cell) -> float:
    return float(re.search(r"<v>([^<]*)</v>", cell.body)[1])  # type: ignore[index]


@mutator(GROUP)
def formula_overwritten_by_its_value(s: Subject) -> bool:
    """Pasted as values."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    s.book.put(cell, _value(cell))
    s.expect("W_FORMULA_OVERWRITTEN", cell.home)
    return True


@mutator(GROUP)
def formula_overwritten_by_another_value(s: Subject) -> bool:
    """Typed over."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    s.book.put(cell, _value(cell) + 17)
    s.expect("W_FORMULA_OVERWRITTEN", cell.home)
    return True


@mutator(GROUP)
def formula_overwritten_by_text(s: Subject) -> bool:
    """A word typed over a formula."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    s.book.put(cell, "siehe oben")
    s.expect("W_FORMULA_OVERWRITTEN", cell.home)
    return True


@mutator(GROUP)
def formula_deleted(s: Subject) -> bool:
    """A computed cell was cleared."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    s.book.put(cell, None)
    s.expect("W_FORMULA_OVERWRITTEN", cell.home)
    return True


@mutator(GROUP)
def formula_changed(s: Subject) -> bool:
    """Another formula with another result."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    cell.body = f"<f>A1+17</f><v>{_value(cell) + 17}</v>"
    s.expect("W_FORMULA_DIFFERS", cell.home)
    return True


@mutator(GROUP)
def formula_changed_by_a_program(s: Subject) -> bool:
    """Another formula that no program has calculated."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    cell.body = "<f>A1+17</f>"
    s.expect("W_FORMULA_OVERWRITTEN", cell.home)
    return True


@mutator(GROUP)
def result_stale(s: Subject) -> bool:
    """The stored result is older than the inputs."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    value = _value(cell)
    cell.body = re.sub(r"<v>[^<]*</v>", f"<v>{0 if value else 17}</v>", cell.body)
    s.expect("W_FORMULA_DIFFERS", cell.home)
    return True


@mutator(GROUP)
def result_is_an_error(s: Subject) -> bool:
    """A formula shows an error value that it should not."""
    cell = _computed(s)
    if cell is None or cell.home is None:
        return False
    cell.head, cell.body = cell.style + ' t="e"', re.sub(r"<v>[^<]*</v>", "<v>#REF!</v>", cell.body)
    s.expect("W_FORMULA_DIFFERS", cell.home)
    return True


@mutator(GROUP)
def results_lost(s: Subject) -> bool:
    """A program that cannot calculate saved the workbook."""
    s.forget_results()
    return True


@mutator(GROUP)
def key_figure_typed_over(s: Subject) -> bool:
    """A key figure was replaced by a wished one."""
    cell = _computed(s, kpis=True)
    if cell is None or cell.home is None:
        return False
    s.book.put(cell, _value(cell) + 17)
    s.expect("W_FORMULA_OVERWRITTEN", cell.home)
    return True
