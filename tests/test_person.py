"""A person is found wherever the key stands, and copies are whole workbooks without the person."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.comments import Comment

from tests import repair_rules
from tests.filling import edit
from tests.hostile.parts import parts_of
from tests.workbooks import CATALOG, TODAY, write
from vorlagen.cli import program
from vorlagen.person import Key
from vorlagen.reading import read_workbook

NAME = "M. Arnheim"
KEYS = ("buying_center", "anrufliste", "gespraechsnotiz", "kundenstamm")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("person") / "eingang"
    folder.mkdir()
    for key in KEYS:
        write(folder, key, limit=8)
    return folder


def call(*words: object) -> Result:
    return CliRunner().invoke(program, ["person", *map(str, words), "--today", TODAY.isoformat()])


def places(result: Result) -> dict[str, list[tuple[str, str, bool, str]]]:
    data = json.loads(result.stdout)
    return {
        file["file"]: [(p["sheet"], p["class"], p["own"], p["act"]) for p in file["places"]] for file in data["files"]
    }


@pytest.mark.parametrize(
    ("key", "text", "hit"),
    [
        ("M. Arnheim", "Dr. M.  ARNHEIM, Leitung", True),
        ("M. Arnheim", "M. Arnheimer", False),
        ("Anna Berg", "Berg, Anna", True),
        ("Anna Berg", "Anna Bergmann", False),
        ("Mu\u0308ller", "Frau Müller", True),
        ("a.b@firma.example", "Mail: A.B@firma.example", True),
        ("a.b@firma.example", "aab@firma.example", False),
        ("+49 89 123456", "089/12 34 56", True),
        ("089 123456", "+49 (0) 89 / 123-456", True),
        ("089 123456", "089 1234567", False),
        ("P-00101", "P-00101", True),
        ("P-00101", "P-001012", False),
    ],
)
def test_what_a_key_hits(key: str, text: str, hit: bool) -> None:
    assert Key(key).hits(text) is hit
    assert Key(key).erase(text, "X").count("X") == hit


def test_a_key_that_hits_everywhere_is_refused(inbox: Path) -> None:
    assert call("find", "a", inbox).exit_code == 2


def test_find_names_places_and_no_values(inbox: Path) -> None:
    done = call("find", NAME, inbox)
    assert done.exit_code == 0
    assert "Notiz!C15" in done.stdout
    assert "Arnheim" not in done.stdout
    found = places(call("find", NAME, inbox, "--json"))
    assert ("Notiz", "name", True, "replace") in found["12_gespraechsnotiz_example_de.xlsx"]
    assert ("Anrufe", "phone", False, "clear") in found["08_anrufliste_example_de.xlsx"]
    assert ("Mitglieder", "id", False, "keep") in found["03_buying_center_example_de.xlsx"]
    assert not found["01_kundenstamm_example_de.xlsx"]


def test_erase_shows_only_until_a_folder_is_named(inbox: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in inbox.iterdir()}
    assert call("erase", NAME, inbox).exit_code == 0
    assert {path: path.read_bytes() for path in inbox.iterdir()} == before
    assert call("erase", NAME, inbox, "--output", inbox / "aus").exit_code == 2  # would be among the inputs


def test_erased_copies_are_whole_and_hold_the_person_no_more(inbox: Path, tmp_path: Path) -> None:
    target = tmp_path / "aus"
    assert call("erase", NAME, inbox, "--output", target).exit_code == 0
    assert len(list(target.iterdir())) == 3
    for path in target.iterdir():
        parts = parts_of(path.read_bytes())
        assert not [name for name, part in parts.items() if b"Arnheim" in part]
        assert not repair_rules.findings(path)
        old = read_workbook(inbox / path.name, CATALOG, today=TODAY)
        new = read_workbook(path, CATALOG, today=TODAY)
        assert (new.outcome, new.counts, new.rows) == ("taken", old.counts, old.rows)
        changed = sum(
            a != b for block in old.values.blocks for a, b in zip(rows(old, block), rows(new, block), strict=True)
        )
        assert 0 < changed < 6
    assert call("find", NAME, target).stdout == "Dateien 3: 0 betroffen, 0 nicht lesbar. Stellen: 0.\n"
    assert call("erase", NAME, inbox, "--output", target).exit_code == 5  # there already
    assert call("erase", NAME, inbox, "--output", target, "--force").exit_code == 0


def rows(result: object, block: str) -> list[object]:
    found = result.values.blocks[block]  # type: ignore[attr-defined]
    return found if isinstance(found, list) else [found]


def test_first_name_and_surname_are_one_name_and_the_record_is_the_persons(inbox: Path, tmp_path: Path) -> None:
    people = read_workbook(inbox / "01_kundenstamm_example_de.xlsx", CATALOG, today=TODAY).values.rows(
        "ansprechpartner"
    )
    person = people[1]
    key = f"{person['vorname']} {person['nachname']}"
    assert call("erase", key, inbox, "--output", tmp_path).exit_code == 0
    new = read_workbook(tmp_path / "01_kundenstamm_example_de.xlsx", CATALOG, today=TODAY).values.rows(
        "ansprechpartner"
    )
    left = new[1]
    assert (left["vorname"], left["nachname"], left["person_id"]) == ("(gelöscht)", "(gelöscht)", person["person_id"])
    assert not {"telefon", "mobil", "email", "beste_zeit", "vorlieben"} & left.keys()
    assert new[:1] + new[2:] == people[:1] + people[2:]


def test_comments_properties_other_sheets_and_file_names_are_searched(inbox: Path, tmp_path: Path) -> None:
    source = tmp_path / "ein"
    source.mkdir()
    path = Path(shutil.copy(inbox / "12_gespraechsnotiz_example_de.xlsx", source / "Notiz M. Arnheim.xlsx"))

    def change(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Merkzettel")
        sheet["B2"] = "Frau Arnheim mag Tee"
        sheet["B3"] = '=CONCATENATE("Arnheim","!")'
        sheet["B4"].comment = Comment("Arnheim anrufen", "M. Arnheim")
        book.properties.creator = "M. Arnheim"

    edit(path, change)
    target = tmp_path / "aus"
    done = call("erase", "Arnheim", source, "--output", target, "--json")
    (file,) = json.loads(done.stdout)["files"]
    assert file["named"] is True
    found = {(p["sheet"], p["cell"], p["act"]) for p in file["places"]}
    assert ("Merkzettel", "B2", "replace") in found
    assert (None, "docprops/core.xml", "replace") in found
    assert any(act == "by hand" for _, _, act in found)  # a name in a formula
    (copy,) = target.iterdir()
    assert copy.name == "Notiz_M._geloescht.xlsx"
    book = openpyxl.load_workbook(copy)
    assert book["Merkzettel"]["B2"].value == "Frau (gelöscht) mag Tee"
    assert book["Merkzettel"]["B4"].comment.text == "(gelöscht) anrufen"
    assert book.properties.creator == "M. (gelöscht)"
    book.close()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "kaputt.xlsx").write_bytes(b"x")
    done = call("find", NAME, tmp_path)
    assert done.exit_code == 3
    assert "1 nicht lesbar" in done.stdout
