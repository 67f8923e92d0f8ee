"""Filled cells and sums of a file add up, and a reader that loses something is found out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests import workbooks
from vorlagen.blockreading import BlockReader
from vorlagen.reading import read_workbook
from vorlagen.records import ReadResult
from vorlagen.spec import Form, Kpis, Summary, Table
from vorlagen.tablereading import TableReader
from vorlagen.values import input_fields


def read(path: Path) -> ReadResult:
    return read_workbook(path, workbooks.CATALOG, today=workbooks.TODAY)


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_every_filled_cell_of_an_example_is_taken(key: str, tmp_path: Path) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, "example", "de")
    result = read(workbooks.write(tmp_path, key, limit=25))
    assert result.outcome == "taken"
    filled = 0
    for block in template.blocks.values():
        given: Any = values.blocks.get(block.key, [])
        if isinstance(block, Table | Summary | Form | Kpis):
            keys = [f.key for f in input_fields(block)]
            filled += sum(
                row.get(k) is not None for row in (given if isinstance(given, list) else [given]) for k in keys
            )
        else:
            filled += len(given)
    ledger = result.ledger.cells
    assert (ledger.present, ledger.taken, ledger.rejected, ledger.ignored) == (filled, filled, 0, 0)


def test_every_kind_of_cell_has_its_account(tmp_path: Path) -> None:
    """A wrong amount, an amount as text, a formula, a row without key and a total below, as people type them."""
    path = workbooks.write(tmp_path, "angebotsliste", limit=25)
    before = read(path)
    book = openpyxl.load_workbook(path)
    sheet = book[before.sheets["angebote"]]
    column = before.cells["angebote"]
    first = before.starts["angebote"]
    amount = [sheet[f"{column['angebotssumme']}{row}"].value for row in range(first, first + 4)]
    sheet[f"{column['angebotssumme']}{first}"] = "kommt noch"
    sheet[f"{column['angebotssumme']}{first + 1}"] = f"{amount[1]} €"
    sheet[f"{column['angebotssumme']}{first + 2}"] = "=1+1"
    sheet[f"{column['angebot_nr']}{first + 3}"] = None
    book.save(path)
    result = read(path)
    ledger, total = result.ledger.cells, result.ledger.sums["angebote", "angebotssumme"]
    assert ledger.present == ledger.taken + ledger.rejected + ledger.ignored
    row = sum(
        v is not None
        for v in (sheet[f"{column[f.key]}{first + 3}"].value for f in input_fields(before.template.blocks["angebote"]))
    )
    assert ledger.rejected == 1 + row  # the text, and what is left of the row without key
    assert total.rejected == amount[3]
    numbers = before.ledger.sums["angebote", "angebotssumme"].taken
    assert total.taken == pytest.approx(numbers - sum(amount))
    assert total.present == pytest.approx(total.taken + total.rejected)


def lose_a_row(read_record: Callable[..., Any]) -> Callable[..., Any]:
    def faulty(self: TableReader, row: int) -> Any:
        record = read_record(self, row)
        return None if self.block.key == "angebote" and row == self.located.first + 1 else record

    return faulty


def twice_the_value(read_input: Callable[..., Any]) -> Callable[..., Any]:
    def faulty(self: BlockReader, block: Any, item: Any, spot: Any, raw: Any) -> Any:
        value = read_input(self, block, item, spot, raw)
        return value * 2 if item.type == "money" and value is not None else value

    return faulty


def forget_texts(read_input: Callable[..., Any]) -> Callable[..., Any]:
    def faulty(self: BlockReader, block: Any, item: Any, spot: Any, raw: Any) -> Any:
        value = read_input(self, block, item, spot, raw)
        return None if item.type == "long" else value

    return faulty


@pytest.mark.parametrize(
    ("reader", "method", "fault"),
    [
        (TableReader, "record", lose_a_row),
        (BlockReader, "value", twice_the_value),
        (BlockReader, "value", forget_texts),
    ],
    ids=["a row is lost", "an amount is doubled", "long texts are forgotten"],
)
def test_a_faulty_reader_is_found_out(
    reader: type, method: str, fault: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbooks.write(tmp_path, "angebotsliste", limit=25)
    assert read(path).outcome == "taken"
    monkeypatch.setattr(reader, method, fault(getattr(reader, method)))
    result = read(path)
    assert result.outcome == "refused"
    assert [f.code for f in result.findings] == ["E_INTERNAL"]
    assert "Conservation" in result.findings[0].facts["incident"]
