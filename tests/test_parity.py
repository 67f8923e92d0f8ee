"""Random fills of every template: the evaluator, IronCalc and LibreOffice agree on every formula cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests import parity, workbooks
from tests.fills import Fills
from tests.libreoffice import Office, needs_libreoffice
from vorlagen.fieldtypes import TYPES, Unparsable
from vorlagen.values import input_fields

FILLS = 200


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_evaluator_equals_ironcalc(key: str, tmp_path: Path) -> None:
    tally = parity.through_ironcalc(tmp_path, key, FILLS)
    assert tally.fills == FILLS
    assert tally.cells["evaluator"] == tally.cells["IronCalc"] >= FILLS
    assert tally.cells["calculator"] >= parity.WITNESSED
    assert not tally.found, f"{len(tally.found)}: " + "\n".join(map(str, tally.found[:5]))


@pytest.mark.parametrize("key", workbooks.KEYS)
@needs_libreoffice
def test_evaluator_equals_libreoffice(key: str, tmp_path: Path, office: Office) -> None:
    tally = parity.through_office(tmp_path, key, office)
    assert tally.fills == len(parity.OFFICE_FILLS)
    assert not tally.found, f"{len(tally.found)}: " + "\n".join(map(str, tally.found[:5]))


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_fills_are_legal_and_repeatable(key: str) -> None:
    template = workbooks.CATALOG.template(key)
    fills, again = (Fills(template, "de", date(2026, 4, 15)) for _ in range(2))
    for number in range(12):
        values = fills.draw(number)
        assert values == again.draw(number)
        for block in template.blocks.values():
            given = values.blocks.get(block.key, [])
            for row in given if isinstance(given, list) else [given]:
                for item in input_fields(block):
                    value = row.get(item.key)
                    if value is None:
                        continue
                    try:
                        parsed = TYPES[item.type].parse(value)
                    except Unparsable:
                        pytest.fail(f"{block.key}.{item.key} = {value!r}")
                    assert not parsed.converted
                    if isinstance(value, int | float) and isinstance(item.min, int | float):
                        assert value >= item.min
                    if isinstance(value, int | float) and isinstance(item.max, int | float):
                        assert value <= item.max
                    if item.type == "choice":
                        assert value in {r["wert"] for r in values.lists[item.list or ""]}
