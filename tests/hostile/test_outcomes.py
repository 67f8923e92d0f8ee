"""Duplicates, contradicting copies, quarantine."""

from __future__ import annotations

import json
import os
import shutil
import stat
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.filling import TODAY, codes, edit, fill, generate, place, probe_catalog
from tests.hostile.base import FRONT, ITEMS, good_workbook
from vorlagen.catalog import Catalog
from vorlagen.cli import program
from vorlagen.consolidate import consolidate
from vorlagen.export import check_json
from vorlagen.intake.quarantine import quarantine
from vorlagen.reading import read_many
from vorlagen.records import ReadResult
from vorlagen.values import starting_values


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture
def inbox(tmp_path: Path, catalog: Catalog) -> Path:
    folder = tmp_path / "ein"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(good_workbook(tmp_path, catalog))
    return folder


def outcomes(folder: Path, catalog: Catalog) -> dict[str, tuple[str, list[str]]]:
    results = read_many([folder], catalog, today=TODAY)
    return {r.name: (r.outcome, [c for c in codes(r) if "FILE" in c]) for r in results}


def workbook(path: Path, catalog: Catalog, **front: object) -> Path:
    values = starting_values(catalog.template("probe"), "de", "BY", TODAY)
    values = values.with_block("posten", ITEMS[:3]).with_block("deckblatt", {**FRONT, **front})
    return generate(path, catalog, "probe", values)


def test_a_copy_saved_by_another_program_counts_once(inbox: Path, catalog: Catalog) -> None:
    shutil.copy(inbox / "a.xlsx", inbox / "b.xlsx")
    edit(shutil.copy(inbox / "a.xlsx", inbox / "Kopie von a.xlsx"), lambda book: None)
    assert outcomes(inbox, catalog) == {
        "Kopie von a.xlsx": ("taken", []),
        "a.xlsx": ("duplicate", ["W_FILE_DUPLICATE"]),
        "b.xlsx": ("duplicate", ["W_FILE_DUPLICATE"]),
    }


def test_copies_that_contradict_each_other_are_all_held_back(inbox: Path, catalog: Catalog) -> None:
    for name, amount in (("b.xlsx", 99), ("c.xlsx", 98)):
        shutil.copy(inbox / "a.xlsx", inbox / name)
        fill(inbox / name, {place(catalog, "probe", "posten", "menge"): amount})
    workbook(inbox / "d.xlsx", catalog, mappe_id="M-2")
    results = read_many([inbox], catalog, today=TODAY)
    assert [r.outcome for r in results] == ["refused", "refused", "refused", "taken"]
    for result, others in zip(results, ("b.xlsx, c.xlsx", "a.xlsx, c.xlsx", "a.xlsx, b.xlsx"), strict=False):
        assert codes(result) == ["E_FILE_CONFLICT"]
        assert f"auch in {others} (Unterschiede: Posten)" in result.findings[0].message()
        assert not result.values.blocks
    assert check_json(results)["totals"]["rows_taken"] == 3
    merged = consolidate(results, lang="de", today=TODAY)
    assert len(merged.templates["probe"].values.rows("posten")) == 3
    assert [s.outcome for s in merged.sources] == ["refused", "refused", "refused", "taken"]


def test_one_side_of_a_conflict_alone_is_taken(inbox: Path, catalog: Catalog) -> None:
    shutil.copy(inbox / "a.xlsx", inbox / "b.xlsx")
    fill(inbox / "b.xlsx", {place(catalog, "probe", "posten", "menge"): 99})
    assert {outcome for outcome, _ in outcomes(inbox, catalog).values()} == {"refused"}
    (inbox / "a.xlsx").unlink()
    assert outcomes(inbox, catalog) == {"b.xlsx": ("taken", [])}


@pytest.mark.parametrize(
    "front",
    [{"mappe_id": "M-2"}, {"mappe_id": None}, {"stichtag": date(2026, 5, 1)}, {"zeitraum_von": date(2026, 1, 1)}],
)
def test_another_number_or_period_is_no_conflict(inbox: Path, catalog: Catalog, front: dict[str, object]) -> None:
    workbook(inbox / "b.xlsx", catalog, **front)
    assert {outcome for outcome, _ in outcomes(inbox, catalog).values()} == {"taken"}


def test_what_could_not_be_read_is_not_taken_for_equal(inbox: Path, catalog: Catalog) -> None:
    cell = place(catalog, "probe", "posten", "menge")
    for name, text in (("b.xlsx", "viele"), ("c.xlsx", "wenige")):
        shutil.copy(inbox / "a.xlsx", inbox / name)
        fill(inbox / name, {cell: text, place(catalog, "probe", "deckblatt", "mappe_id"): name})
    assert {outcome for outcome, _ in outcomes(inbox, catalog).values()} == {"taken"}


def test_blank_workbooks_of_two_senders_are_no_copies(tmp_path: Path, catalog: Catalog) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        generate(tmp_path / name, catalog, "probe")
    edit(tmp_path / "b.xlsx", lambda book: None)
    assert {outcome for outcome, _ in outcomes(tmp_path, catalog).values()} == {"taken"}


def refused(folder: Path, catalog: Catalog) -> list[ReadResult]:
    (folder / "sub").mkdir()
    (folder / "kaputt.xlsx").write_bytes(b"x")
    (folder / "sub" / "kaputt.xlsx").write_bytes(b"y")
    return read_many([folder, folder / "fehlt.xlsx"], catalog, today=TODAY)


def test_quarantine_copies_refused_files_with_the_reason(inbox: Path, tmp_path: Path, catalog: Catalog) -> None:
    results = refused(inbox, catalog)
    target = tmp_path / "quarantaene"
    for _ in range(2):  # a second run changes nothing
        assert quarantine(results, target, "de") == []
        names = ["kaputt.xlsx", "kaputt.xlsx.txt", "kaputt_2.xlsx", "kaputt_2.xlsx.txt"]
        assert sorted(p.name for p in target.iterdir()) == names
    assert (target / "kaputt_2.xlsx").read_bytes() == b"y"
    text = (target / "kaputt_2.xlsx.txt").read_text(encoding="utf-8")
    assert text.startswith("sub/kaputt.xlsx\nE_FILE_UNREADABLE: ")
    assert (inbox / "kaputt.xlsx").read_bytes() == b"x"
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o700
        assert {stat.S_IMODE(p.stat().st_mode) for p in target.iterdir()} == {0o600}


def test_a_quarantine_that_cannot_be_written_is_reported(inbox: Path, tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "datei").write_bytes(b"x")
    failures = quarantine(refused(inbox, catalog), tmp_path / "datei", "de")
    assert {f.code for f in failures} == {"E_OUTPUT"}


def test_the_options_of_the_command(inbox: Path, tmp_path: Path, catalog: Catalog) -> None:
    (inbox / "kaputt.xlsx").write_bytes(b"x")
    target = tmp_path / "quarantaene"
    call = ["check", str(inbox), "--specs", str(catalog.folders[1]), "--json", "--quarantine"]
    done = CliRunner().invoke(
        program, [*call, str(target), "--jobs", "2", "--limit-memory", "1000", "--limit-seconds", "9"]
    )
    assert (done.exit_code, json.loads(done.stdout)["totals"]["refused"]) == (3, 1)
    assert (target / "kaputt.xlsx").exists()
    assert CliRunner().invoke(program, [*call, str(inbox / "q")]).exit_code == 2
