"""Sorting, filtering, inserting, appending and pasting in LibreOffice keep formulas, validations and the reader right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests import engines, workbooks
from tests.libreoffice import Office, needs_libreoffice
from vorlagen.layout import Placed, cell_name, layout_for
from vorlagen.reading import read_workbook
from vorlagen.recompute import differences
from vorlagen.records import ReadResult
from vorlagen.spec import Table
from vorlagen.values import Row

# Record lists with drop-downs, dates, money, look-ups and running numbers.
LISTS = {"angebotsliste": "angebote", "kundenstamm": "kunden", "anrufliste": "anrufe", "massnahmenplan": "massnahmen"}
ROWS = 20


@dataclass(frozen=True)
class Case:
    """One record list: the workbook as generated, and its copies after each use."""

    placed: Placed
    source: Path
    copies: dict[str, Path]

    @property
    def table(self) -> Table:
        assert isinstance(self.placed.block, Table)
        return self.placed.block

    @property
    def width(self) -> int:
        return len(self.table.fields) - 1

    def area(self, first: int, last: int) -> str:
        return f"{cell_name(first, 0)}:{cell_name(last, self.width)}"


def steps(case: Case, count: int, record: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """What is done to the list, by the name of the copy."""
    placed, sheet = case.placed, case.placed.sheet
    first, last, middle = placed.first, placed.last, placed.first + count // 2
    typed = [[record.get(f.key) for f in case.table.fields]]
    key = next(n for n, f in enumerate(case.table.fields) if f.key == case.table.key_field)
    choice = next(n for n, f in enumerate(case.table.fields) if f.type == "choice" and not f.computed and n)

    def keys(row: int, number: int, mark: str) -> list[Any]:
        place = f"{cell_name(row, key)}:{cell_name(row + number - 1, key)}"
        return ["put", sheet, place, [[f"{mark}-{n}"] for n in range(number)]]

    wanted = record[case.table.fields[choice].key]
    return {
        "sorted": [["sort", sheet, case.area(first, first + count - 1), key, False]],
        "filtered": [["filter", sheet, case.area(placed.header, last), choice, wanted]],
        "inserted": [
            ["insert", sheet, middle, 2],
            ["put", sheet, case.area(middle, middle), typed],
            keys(middle, 1, "NEU"),
        ],
        "appended": [["put", sheet, case.area(last + 1, last + 1), typed], keys(last + 1, 1, "NEU")],
        "pasted": [
            ["copy", sheet, case.area(first, first + 2), cell_name(first + count, 0)],
            keys(first + count, 3, "NEU"),
        ],
    }


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, office: Office) -> dict[str, Case]:
    """All lists after all uses."""
    folder = tmp_path_factory.mktemp("office")
    found: dict[str, Case] = {}
    for key, block in LISTS.items():
        template = workbooks.CATALOG.template(key)
        source = workbooks.write(folder, key, "example", limit=ROWS)
        values = workbooks.values_of(template, "example", "de", ROWS)
        layout = layout_for(template, values, "de", dict.fromkeys(template.blocks, ROWS))
        case = Case(layout.placed[block], source, {})
        records = values.rows(block)
        record = {k: v for k, v in raw(case, records[0]).items() if v is not None}
        for name, todo in steps(case, len(records), record).items():
            case.copies[name] = folder / f"{key}_{name}.xlsx"
            office.save(source, case.copies[name], todo)
        found[key] = case
    return found


def raw(case: Case, record: Row) -> dict[str, Any]:
    """A record as it stands in the cells."""
    return {f.key: engines.plain(record[f.key]) for f in case.table.fields if record.get(f.key) is not None}


def read(path: Path) -> ReadResult:
    result = read_workbook(path, workbooks.CATALOG, today=workbooks.TODAY)
    assert result.outcome == "taken", [f.code for f in result.findings]
    return result


def records(result: ReadResult, block: str) -> dict[str, dict[str, Any]]:
    """Inputs and computed cells of every record by its key."""
    table = result.values.rows(block)
    fields = result.stored[block]
    key = workbooks.CATALOG.template(next(k for k, b in LISTS.items() if b == block)).blocks[block].key_field
    return {str(row[key]): dict(row) | {f: _same(fields[f][n]) for f in fields} for n, row in enumerate(table)}


def formula_states(result: ReadResult, block: str) -> dict[str, set[str]]:
    """How the computed cells of every record hold their values, by its key."""
    key = workbooks.CATALOG.template(next(k for k, b in LISTS.items() if b == block)).blocks[block].key_field
    states = result.states[block].values()
    return {str(row[key]): {field[n] for field in states} for n, row in enumerate(result.values.rows(block))}


def _same(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def kept_validations(path: Path, sheet: str) -> set[int]:
    """Columns that have a validation."""
    book = openpyxl.load_workbook(path)
    return {
        column
        for v in book[sheet].data_validations.dataValidation
        for area in v.sqref.ranges
        for column in range(area.min_col, area.max_col + 1)
    }


@pytest.mark.parametrize("use", ["sorted", "filtered", "inserted", "appended", "pasted"])
@pytest.mark.parametrize("key", LISTS)
@needs_libreoffice
def test_the_list_survives(key: str, use: str, cases: dict[str, Case]) -> None:
    case, block = cases[key], LISTS[key]
    before, after = read(case.source), read(case.copies[use])
    old, new = records(before, block), records(after, block)
    added = {"inserted": 1, "appended": 1, "pasted": 3}.get(use, 0)
    assert len(new) == len(old) + added
    assert not [f.code for f in after.findings if f.level == "error"]
    inputs = [f.key for f in case.table.fields if not f.computed]
    for name, record in old.items():
        assert {k: record.get(k) for k in inputs} == {k: new[name].get(k) for k in inputs}, name
    # Formulas stay formulas, and a block that is pasted brings its own; LibreOffice leaves new rows without.
    bare = {"inserted", "appended"}
    for name, states in formula_states(after, block).items():
        assert states == {"formula"} or (name.startswith("NEU") and use in bare), name
    if not added:  # LibreOffice computes without what a new row has no formulas for
        assert [d.origin for d in differences(after, workbooks.TODAY) if not d.equal] == []
    assert kept_validations(case.copies[use], case.placed.sheet) == kept_validations(case.source, case.placed.sheet)
    if use == "sorted":
        order = [str(r[case.table.key_field]) for r in after.values.rows(block)]
        assert order == sorted(order, reverse=True)
