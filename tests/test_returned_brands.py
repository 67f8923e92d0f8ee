"""Workbooks of clients come back: copies and merges find brand and language by the stamp."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests import good_practice
from tests.filling import fill
from tests.test_cli import DAY, call
from tests.workbooks import CATALOG, ROOT, TODAY
from vorlagen.reading import read_workbook
from vorlagen.records import ReadResult

NAME = "13_einwandbehandlung.xlsx"
BRANDS = ROOT / "brands"
PRIMARY = {"beispielwerk": b"E07A1F", "musterbach": b"00505A", "": b"1F3A5F"}
# The client's own teams and product groups, in the language of the workbook.
OWN = {"de": ("Handelsketten", "Anhänger"), "en": ("Retail chains", "Tags")}


def read(path: Path) -> ReadResult:
    result = read_workbook(path, CATALOG, today=TODAY)
    assert result.outcome == "taken", result.findings
    return result


def shows(path: Path, brand: str) -> None:
    """Assert that a workbook has the colours of a brand, and its logo if there is one."""
    with zipfile.ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml")
        names = archive.namelist()
    assert {name for name, colour in PRIMARY.items() if colour in styles} == {brand}
    assert any(re.match(r"xl/media/", name) for name in names) == bool(brand)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filled-in workbooks of two clients in two languages, and one without a brand."""
    folder = tmp_path_factory.mktemp("inbox")
    example = ["generate", "13", "--example", "--rows", "8", *DAY]
    brands = ["--brand", BRANDS / "beispielwerk.yaml", "--brand", BRANDS / "musterbach.yaml"]
    assert call(*example, *brands, "--lang", "de", "--lang", "en", "--output", folder).exit_code == 0
    assert call(*example, "--output", folder / "ohne").exit_code == 0
    for path in folder.rglob("*.xlsx"):
        front, objections = read(path).sheets["deckblatt"], read(path).sheets["einwaende"]
        cells = {(front, "C7"): "-".join(path.relative_to(folder).parts[:-1])}
        if path.parts[-3] == "beispielwerk":
            team, group = OWN[path.parts[-2]]
            # The second row names the group in German, in whichever language the workbook is.
            cells |= {(front, "C9"): team, (objections, "N5"): group, (objections, "N6"): OWN["de"][1]}
        fill(path, cells)
    (folder / "manifest.json").unlink()
    return folder


def test_every_copy_has_brand_and_language_of_its_workbook(inbox: Path, tmp_path: Path) -> None:
    result = call("check", inbox, "--annotate", tmp_path / "a", "--brand", BRANDS, *DAY, "--json")
    copies = {e["file"]: Path(e["copy"]) for e in json.loads(result.stdout)["files"]}
    assert len(copies) == 5
    assert result.stderr == ""
    for name, copy in copies.items():
        brand, lang = (name.split("/")[0], name.split("/")[1]) if name.count("/") == 2 else ("", "de")
        again = read(copy)
        assert (again.brand, again.lang) == (brand, lang)
        shows(copy, brand)
        marked = "P08"  # a cell with a finding has the look of its mark
        assert [f for f in good_practice.findings(good_practice.Workbook(copy)) if not f.startswith(marked)] == []
        assert again.values.lists == read(inbox / name).values.lists


def test_a_brand_that_was_not_given_is_named(inbox: Path, tmp_path: Path) -> None:
    result = call("check", inbox, "--annotate", tmp_path / "a", *DAY, "--lang", "en")
    assert re.findall(r"brand '(\w+)'", result.stderr) == ["beispielwerk", "musterbach"]
    for copy in (tmp_path / "a").rglob("*.xlsx"):
        shows(copy, "")
    # One brand alone is for all of them.
    one = BRANDS / "musterbach.yaml"
    result = call("check", inbox / "ohne", "--annotate", tmp_path / "b", "--brand", one, *DAY)
    assert result.stderr == ""
    for copy in (tmp_path / "b").rglob("*.xlsx"):
        shows(copy, "musterbach")


def test_a_merge_of_one_client_is_the_clients(inbox: Path, tmp_path: Path) -> None:
    """The client's own values in two languages are one value; without the brand nobody could know."""
    words = ["consolidate", inbox / "beispielwerk", "--to", "xlsx", *DAY]
    assert call(*words, "--brand", BRANDS, "--output", tmp_path / "a").exit_code == 0
    path = tmp_path / "a" / "13_einwandbehandlung_konsolidiert.xlsx"
    merged = read(path)
    assert (merged.brand, merged.lang) == ("beispielwerk", "de")
    shows(path, "beispielwerk")
    assert good_practice.findings(good_practice.Workbook(path)) == []
    rows = merged.values.rows("einwaende")
    assert {row["mappe_team"] for row in rows} == {"Handelsketten"}
    groups = {row["wert"] for row in merged.values.lists["L_PRODUKTGRUPPE"]}
    assert "Anhänger" in groups
    assert "Tags" not in groups
    assert {row.get("produktgruppe") for row in rows} >= {"Anhänger"}
    assert not {row.get("produktgruppe") for row in rows} & {"Tags"}
    # English workbooks alone give an English result, which the command's own language does not change.
    english = ["consolidate", inbox / "beispielwerk" / "en", "--brand", BRANDS, "--output", tmp_path / "b", *DAY]
    result = call(*english)
    assert result.exit_code == 0
    assert "übernommen" in result.stdout
    assert read(tmp_path / "b" / "13_einwandbehandlung_konsolidiert.xlsx").lang == "en"


def test_a_folder_without_brands_is_an_error(tmp_path: Path) -> None:
    for words in (["generate", "13", "--output", tmp_path / "o", "--brand"], ["brand", "check"]):
        result = call(*words, tmp_path)
        assert result.exit_code == 2
        assert "keine Markendatei" in result.stderr
