"""Which workbook a file is, and what becomes of every file of a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.filling import (
    ROW,
    TODAY,
    codes,
    edit,
    generate,
    probe_catalog,
    values_with,
)
from vorlagen.catalog import Catalog
from vorlagen.export import check_json
from vorlagen.reading import read_many, read_workbook
from vorlagen.records import ReadResult


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture
def filled(tmp_path: Path, catalog: Catalog) -> Path:
    """A workbook with two records and a complete front sheet."""
    rows = [dict(ROW), dict(ROW, nr="P-2", vorher="P-1")]
    return generate(tmp_path / "probe.xlsx", catalog, "probe", values_with(catalog, posten=rows))


def read(path: Path, catalog: Catalog) -> ReadResult:
    result = read_workbook(path, catalog, today=TODAY)
    assert "E_INTERNAL" not in codes(result), [f.message() for f in result.findings]
    return result


# -- identity ------------------------------------------------------------------------------


def _properties(path: Path, **changes: str) -> Path:
    def change(book: Any) -> None:
        for key, value in changes.items():
            book.custom_doc_props[f"vorlagen_{key}"].value = value

    return edit(path, change)


@pytest.mark.parametrize(
    ("changes", "code", "outcome"),
    [
        ({"template": "nirgends"}, "E_UNKNOWN_TEMPLATE", "refused"),
        ({"version": "1"}, "E_TEMPLATE_VERSION", "refused"),
        ({"spec": "0000"}, "W_SPEC_CHANGED", "taken"),
    ],
)
def test_identity(filled: Path, catalog: Catalog, changes: dict[str, str], code: str, outcome: str) -> None:
    result = read(_properties(filled, **changes), catalog)
    assert (codes(result), result.outcome) == ([code], outcome)


def test_a_workbook_of_someone_else(tmp_path: Path, catalog: Catalog) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.create_sheet("Blatt")["A1"] = "Hallo"
    book.save(tmp_path / "fremd.xlsx")
    result = read(tmp_path / "fremd.xlsx", catalog)
    assert (codes(result), result.outcome) == (["E_NO_TEMPLATE"], "refused")


def test_our_own_faults_become_one_finding_without_data(
    filled: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("geheim")

    monkeypatch.setattr("vorlagen.blockreading.BlockReader.read", fail)
    result = read_workbook(filled, catalog, today=TODAY)
    assert (codes(result), result.outcome) == (["E_INTERNAL"], "refused")
    assert "geheim" not in result.findings[0].message()


# -- many files ----------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 3])
def test_folders_are_searched_and_every_file_is_accounted_for(
    tmp_path: Path, filled: Path, catalog: Catalog, jobs: int
) -> None:
    folder = tmp_path / "ein"
    (folder / "nord").mkdir(parents=True)
    shutil.copy(filled, folder / "nord" / "b.xlsx")
    shutil.copy(filled, folder / "a.xlsx")
    for name in ("~$a.xlsx", "Thumbs.db", "x.tmp", ".~lock.a.xlsx#"):
        (folder / name).write_bytes(b"x")
    (folder / "liesmich.txt").write_text("x", encoding="utf-8")
    (folder / "mappen.zip").write_bytes(b"PK")
    (folder / "alt.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    steps: list[tuple[int, int]] = []
    results = read_many(
        [folder, folder / "a.xlsx", tmp_path / "fehlt.xlsx"],
        catalog,
        today=TODAY,
        jobs=jobs,
        progress=lambda done, total: steps.append((done, total)),
    )
    got = {r.name: (r.outcome, codes(r)) for r in results}
    assert got == {
        "Thumbs.db": ("skipped", ["I_FILE_SKIPPED"]),
        "a.xlsx": ("taken", []),
        "alt.xls": ("refused", ["E_FILE_FORMAT"]),
        "liesmich.txt": ("skipped", ["I_FILE_OTHER"]),
        "mappen.zip": ("skipped", ["W_FILE_ARCHIVE"]),
        "nord/b.xlsx": ("duplicate", ["W_FILE_DUPLICATE"]),
        "x.tmp": ("skipped", ["I_FILE_SKIPPED"]),
        "~$a.xlsx": ("skipped", ["I_FILE_SKIPPED"]),
        ".~lock.a.xlsx#": ("skipped", ["I_FILE_SKIPPED"]),
        "fehlt.xlsx": ("refused", ["E_FILE_MISSING"]),
    }
    assert steps[-1] == (10, 10)
    totals = check_json(results)["totals"]
    assert totals["files_found"] == sum(totals[k] for k in ("taken", "duplicate", "skipped", "refused")) == 10
    assert totals["rows_present"] == totals["rows_taken"] + totals["rows_rejected"] + totals["rows_ignored"] == 2
    duplicate = next(r for r in results if r.outcome == "duplicate")
    assert "a.xlsx" in duplicate.findings[0].message()
    assert duplicate.values.blocks == {}


def test_a_folder_that_cannot_be_listed_is_refused(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(top: Path, onerror: Callable[[OSError], None]) -> list[Any]:
        onerror(PermissionError(13, "nein", str(top)))
        return []

    monkeypatch.setattr("vorlagen.reading.os.walk", walk)
    results = read_many([tmp_path], catalog, today=TODAY)
    assert [codes(r) for r in results] == [["E_FOLDER_UNREADABLE"]]


def test_a_file_that_needs_too_much_memory_is_refused(
    filled: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(data: bytes) -> None:
        raise MemoryError

    monkeypatch.setattr("vorlagen.reading.read_raw", exhausted)
    result = read_workbook(filled, catalog, today=TODAY)
    assert (codes(result), result.outcome) == (["E_LIMIT_MEMORY"], "refused")
