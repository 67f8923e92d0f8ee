"""Random fills of every template: the evaluator, IronCalc and LibreOffice agree on every formula cell."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import parity, workbooks
from tests.fills import FRONT, HOLIDAYS, NUMBERS, Fills
from tests.libreoffice import Office, needs_libreoffice
from vorlagen.fieldtypes import TYPES, Unparsable
from vorlagen.spec import Matrix, Table
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


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_fills_hold_every_kind(key: str) -> None:
    """What hurts must really occur: measured over the fills that every run goes through."""
    template = workbooks.CATALOG.template(key)
    fills = Fills(template, "de", date(2026, 4, 15))
    drawn = [fills.draw(n) for n in range(FILLS)]
    counts: dict[str, set[int]] = {}
    seen: dict[tuple[str, str], set[Any]] = {}
    ties, early = 0, 0
    for values in drawn:
        days = []
        for block in template.blocks.values():
            if block.key == HOLIDAYS or not (fields := input_fields(block)):
                continue
            given = values.blocks.get(block.key, [])
            rows = [r for r in given if r or not isinstance(block, Table)] if isinstance(given, list) else [given]
            if isinstance(block, Table):
                counts.setdefault(block.key, set()).add(len(rows))
            if isinstance(block, Matrix):
                continue
            for item in fields:
                column = [row.get(item.key) for row in rows]
                seen.setdefault((block.key, item.key), set()).update(column)
                known = [v for v in column if v is not None]
                ties += isinstance(block, Table) and item.key not in block.identity and len(set(known)) < len(known)
                days += [v for v in known if isinstance(v, date) and block.key != FRONT]
        stichtag = values.form(FRONT).get("stichtag")
        early += bool(stichtag and days and stichtag < min(days))
    tables = {b.key: fills.rows[b.key] for b in template.blocks.values() if isinstance(b, Table)}
    assert [k for k, found in counts.items() if not {0, 1, tables[k]} <= found] == []
    fields = [(b, f) for b in template.blocks.values() if not isinstance(b, Matrix) for f in input_fields(b)]
    fields = [(b, f) for b, f in fields if b.key != HOLIDAYS and f.key not in getattr(b, "identity", ())]
    optional = [(b.key, f.key) for b, f in fields if not f.required and f.key != getattr(b, "key_field", "")]
    assert [place for place in optional if None not in seen[place]] == []
    for limit in ("min", "max"):
        bounded = [(b, f) for b, f in fields if isinstance(getattr(f, limit), int | float)]
        assert [(b.key, f.key) for b, f in bounded if getattr(f, limit) not in seen[b.key, f.key]] == []
    zeros = [(b.key, f.key) for b, f in fields if f.type in NUMBERS and (f.min is None or f.min == 0)]
    assert [place for place in zeros if not seen[place] & {0}] == []
    assert ties
    days = {v for found in seen.values() for v in found if isinstance(v, date)}
    if any(isinstance(b, Table) and f.type == "date" for b, f in fields):
        assert early
        assert {date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1)} <= days
