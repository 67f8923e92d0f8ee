"""Every formula cell of every workbook: stored value = IronCalc = LibreOffice, and never an error value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests import engines, workbooks
from vorlagen.compute import compute
from vorlagen.layout import layout_for
from vorlagen.spec import LANGS, Lang

# Rows of every table by kind; the formulas of all rows of a column are the same.
LIMITS = {"blank": 12, "example": 25, "full": 120}
KINDS = tuple(LIMITS)


@pytest.fixture(scope="session")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[Path, Path]]:
    """All workbooks of all templates and their copies recalculated by LibreOffice in one run."""
    if not engines.have_libreoffice():
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("books")
    paths = {
        (key, kind): workbooks.write(folder, key, kind, today=date.today(), limit=LIMITS[kind])
        for key in workbooks.KEYS
        for kind in KINDS
    }
    copies = engines.LibreOffice(tmp_path_factory.mktemp("libreoffice")).recalculate(list(paths.values()))
    return {name: (path, copies[path]) for name, path in paths.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
@engines.needs_libreoffice
@pytest.mark.xdist_group("libreoffice")
def test_stored_values_equal_libreoffice(
    key: str, kind: str, recalculated: dict[tuple[str, str], tuple[Path, Path]]
) -> None:
    path, copy = recalculated[key, kind]
    theirs = engines.values_of_workbook(copy)
    wrong = []
    count = 0
    for cell in engines.formula_cells(path):
        count += 1
        value = theirs.get((cell.sheet, cell.name), "")
        if not engines.same(cell.stored, value) or str(cell.stored).startswith("#"):
            wrong.append((cell.sheet, cell.name, cell.formula, cell.stored, value))
    assert count > 0
    assert not wrong, f"{len(wrong)} of {count}: {wrong[:5]}"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_stored_values_equal_ironcalc(key: str, kind: str, lang: Lang, tmp_path: Path) -> None:
    path = workbooks.write(tmp_path, key, kind, lang, today=date.today(), ironcalc=True, limit=LIMITS[kind])
    model = engines.IronCalc(path)
    wrong = []
    count = 0
    for cell in engines.formula_cells(path):
        count += 1
        value = model.value(cell.sheet, cell.name)
        if not engines.same(cell.stored, value) or str(cell.stored).startswith("#"):
            wrong.append((cell.sheet, cell.name, cell.formula, cell.stored, value))
    assert count > 0
    assert not wrong, f"{len(wrong)} of {count}: {wrong[:5]}"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_no_error_value_with_all_rows(key: str, kind: str, lang: Lang) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, kind, lang)
    result = compute(layout_for(template, values, lang), values, workbooks.TODAY).result
    assert result.errors == []
    assert result.cycles == []
