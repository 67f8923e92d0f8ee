"""The spec language: what loads, and what each fault says (file, line, what, what to do)."""

from __future__ import annotations

from pathlib import Path

import pytest

from vorlagen.catalog import Catalog
from vorlagen.findings import SpecErrors

GOOD = """\
key: mini
number: 36
version: 1
group: eigene
title: {de: Mini, en: Mini}
purpose: {de: Probe, en: Trial}
filled_by: {de: Innendienst, en: Inside sales}
rhythm: {de: täglich, en: daily}
lists:
  L_FARBE:
    title: {de: Farbe, en: Colour}
    fix: true
    values:
      - {key: rot, de: rot, en: red}
sheets:
  - name: {de: Daten, en: Data}
    blocks:
      - kind: table
        key: daten
        rows: 10
        identity: [nr]
        fields:
          - {key: nr, type: int, title: {de: Nr., en: No.}, required: true, unique: true}
          - {key: farbe, type: choice, list: L_FARBE, title: {de: Farbe, en: Colour}}
          - {key: betrag, type: money, title: {de: Betrag, en: Amount}}
          - {key: doppelt, type: money, title: {de: Doppelt, en: Double}, formula: "STRICT([@betrag]*2)"}
"""


def load(folder: Path, text: str, name: str = "36_mini.yaml") -> Catalog:
    (folder / name).write_text(text, encoding="utf-8")
    catalog = Catalog((folder,))
    catalog.template("mini")
    return catalog


def problems(folder: Path, old: str, new: str) -> list[tuple[int, str]]:
    assert old in GOOD
    with pytest.raises(SpecErrors) as error:
        load(folder, GOOD.replace(old, new))
    return [(p.line, str(p)) for p in error.value.problems]


def test_a_further_template_is_one_file(tmp_path: Path) -> None:
    template = load(tmp_path, GOOD).template("mini")
    assert [s.name.de for s in template.sheets] == ["Deckblatt", "Daten"]
    assert "L_FARBE" in template.list_by_key
    assert "L_TEAM" in template.list_by_key  # from the front sheet


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("required: true", "reqired: true", 23, "unknown key 'reqired'", "did you mean required?"),
        ("type: money, title: {de: Betrag", "type: mony, title: {de: Betrag", 25, "'mony' is not allowed", "money"),
        ("kind: table", "kind: tabel", 18, "unknown block kind 'tabel'", "table"),
        ("[@betrag]*2", "[@betrg]*2", 26, "no field 'betrg'", "betrag"),
        ("STRICT([@betrag]*2)", "WENN([@betrag]=1,2,3)", 26, "German function name WENN", "IF"),
        ("STRICT([@betrag]*2)", "IF([@betrag]=1;2;3)", 26, "semicolon", "comma"),
        ("STRICT([@betrag]*2)", "=1", 26, "begins with '='", "leave the sign out"),
        ("STRICT([@betrag]*2)", "L_FARBE.blau", 26, "no choice 'blau'", "rot"),
        ("STRICT([@betrag]*2)", "datn[betrag]", 26, "unknown block 'datn'", "daten"),
        ("list: L_FARBE, ", "", 24, "of type choice without list", "list: L_"),
        ("list: L_FARBE", "list: L_FARBEN", 1, "unknown list 'L_FARBEN'", "L_FARBE"),
        ("title: {de: Betrag, en: Amount}", "title: {de: Betrag}", 25, "text without en", "both languages"),
        ("rows: 10", "rows: zehn", 20, "'zehn' is not a value of type int", ""),
        ("identity: [nr]", "identity: [nummer]", 18, "identity names 'nummer'", "nr"),
        ("{de: Betrag, en: Amount}", "{de: NR., en: Amount}", 18, "two columns have the de heading", "unique"),
        ("name: {de: Daten, en: Data}", "name: {de: 'a/b', en: Data}", 16, "sheet name 'a/b'", "31 characters"),
    ],
)  # fmt: skip
def test_faults_name_line_and_remedy(old: str, new: str, line: int, message: str, hint: str, tmp_path: Path) -> None:
    found = problems(tmp_path, old, new.replace('"', '\\"') if "FARBE.blau" in new else new)
    assert any(where == line and message in text and hint in text for where, text in found), found
    assert all("36_mini.yaml" in text for _, text in found)


def test_all_faults_are_collected(tmp_path: Path) -> None:
    text = GOOD.replace("required: true", "reqired: true").replace(
        "type: money, title: {de: Betrag", "type: mony, title: {de: Betrag"
    )
    with pytest.raises(SpecErrors) as error:
        load(tmp_path, text)
    assert len(error.value.problems) == 2


def test_words_in_formulas_are_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, '"STRICT([@betrag]*2)"', "'IF([@farbe]=\"rot\",1,0)'")
    assert any("labels differ by language" in text for _, text in found)


def test_broken_yaml_is_one_problem_with_a_line(tmp_path: Path) -> None:
    found = problems(tmp_path, "fix: true", "fix: [true")
    assert len(found) == 1
    assert found[0][0] > 0


def test_unknown_template_names_the_nearest() -> None:
    with pytest.raises(KeyError, match="angebotsliste"):
        Catalog().template("angebotliste")


GIVEN = """\
          - {key: doppelt, type: money, title: {de: Doppelt, en: Double}, formula: "STRICT([@betrag]*2)"}
        examples:
          fields: [nr, farbe, betrag]
          rows:
            - [1, rot, 9.5]
            - [2, null, null]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[1, rot, 9.5]", "[1, grün, 9.5]", "examples, row 1: 'farbe' is given 'grün', no choice of L_FARBE"),
        ("[2, null, null]", "[2, null, viel]", "examples, row 2: 'betrag' is given 'viel', not of type money"),
        ("[2, null, null]", "[2.5, null, null]", "examples, row 2: 'nr' is given 2.5, not of type int"),
        ("[2, null, null]", "[2, null, true]", "examples, row 2: 'betrag' is given True, not of type money"),
    ],
)
def test_given_values_fit_their_fields(tmp_path: Path, old: str, new: str, said: str) -> None:
    good = GOOD[: GOOD.index("          - {key: doppelt")] + GIVEN
    load(tmp_path, good)
    with pytest.raises(SpecErrors, match="row") as error:
        load(tmp_path, good.replace(old, new))
    assert said in str(error.value.problems[0])
