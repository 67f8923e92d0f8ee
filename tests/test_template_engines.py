"""Every formula cell of every workbook: stored value = IronCalc = LibreOffice, and never an error value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests import engines, workbooks

KINDS = ("blank", "example", "full")


@pytest.fixture(scope="session")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[Path, Path]]:
    """All workbooks of all templates and their copies recalculated by LibreOffice in one run."""
    if not engines.have_libreoffice():
        pytest.skip("LibreOffice is not installed")
    folder = tmp_path_factory.mktemp("books")
    paths = {
        (key, kind): workbooks.write(folder, key, kind, today=date.today()) for key in workbooks.KEYS for kind in KINDS
    }
    copies = engines.LibreOffice(tmp_path_factory.mktemp("libreoffice")).recalculate(list(paths.values()))
    return {name: (path, copies[path]) for name, path in paths.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
@engines.needs_libreoffice
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


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_stored_values_equal_ironcalc(key: str, kind: str, lang: str, tmp_path: Path) -> None:
    if lang == "en" and kind == "full":
        kind = "example"
    path = workbooks.write(tmp_path, key, kind, "en" if lang == "en" else "de", today=date.today(), ironcalc=True)
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
