"""Every formula cell of every workbook: stored value = IronCalc = LibreOffice, and never an error value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import engines, workbooks
from tests.libreoffice import Office, needs_libreoffice
from vorlagen.compute import compute
from vorlagen.layout import layout_for
from vorlagen.spec import LANGS, Lang

# Rows of every table by kind; the formulas of all rows of a column are the same.
LIMITS = {"blank": 12, "example": 25, "full": 50}
KINDS = tuple(LIMITS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
@needs_libreoffice
def test_stored_values_equal_libreoffice(key: str, kind: str, tmp_path: Path, office: Office) -> None:
    path = workbooks.write(tmp_path, key, kind, today=date.today(), limit=LIMITS[kind])
    sheets = office.open(path)

    def value(sheet: str, cell: str) -> Any:
        row, col = engines.position(cell)
        return sheets[sheet][row][col]

    compare(path, value)


def compare(path: Path, value: Callable[[str, str], Any]) -> None:
    """Every formula cell has a stored value, which is the engine's and no error value."""
    wrong = []
    count = 0
    for cell in engines.formula_cells(path):
        count += 1
        theirs = value(cell.sheet, cell.name)
        if not engines.same(cell.stored, theirs) or str(cell.stored).startswith("#"):
            wrong.append((cell.sheet, cell.name, cell.formula, cell.stored, theirs))
    assert count > 0
    assert not wrong, f"{len(wrong)} of {count}: {wrong[:5]}"


# The formulas of both languages are the same but for their texts, which the examples show.
@pytest.mark.parametrize(("kind", "lang"), [*((kind, "de") for kind in KINDS), ("example", "en")])
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_stored_values_equal_ironcalc(key: str, kind: str, lang: Lang, tmp_path: Path) -> None:
    path = workbooks.write(tmp_path, key, kind, lang, today=date.today(), ironcalc=True, limit=LIMITS[kind])
    compare(path, engines.IronCalc(path).value)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_no_error_value_with_all_rows(key: str, kind: str, lang: Lang) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, kind, lang)
    result = compute(layout_for(template, values, lang), values, workbooks.TODAY).result
    assert result.errors == []
    assert result.cycles == []
