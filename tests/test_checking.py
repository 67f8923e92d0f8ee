"""Judging what was read: required entries, limits, keys, references, rules, formulas."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.filling import FRONT, ROW, TODAY, codes, fill, found, generate, place, probe_catalog, set_raw, values_with
from tests.helpers import catalog_with
from tests.specimens import PROBE
from vorlagen.catalog import Catalog
from vorlagen.checking import check, check_references
from vorlagen.export import check_json
from vorlagen.reading import read_workbook
from vorlagen.recompute import same
from vorlagen.records import ReadResult
from vorlagen.spec import Field, Text
from vorlagen.values import Row


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture
def filled(tmp_path: Path, catalog: Catalog) -> Path:
    rows = [dict(ROW), dict(ROW, nr="P-2")]
    return generate(tmp_path / "probe.xlsx", catalog, "probe", values_with(catalog, posten=rows))


def checked(path: Path, catalog: Catalog, today: date = TODAY) -> ReadResult:
    result = read_workbook(path, catalog, today=today)
    check(result, today=today)
    assert "E_INTERNAL" not in codes(result), [f.message() for f in result.findings]
    return result


# Values typed into the first record, and the one finding they give.
WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("E_REQUIRED", "bezeichnung", {"bezeichnung": None}),
    ("E_REQUIRED", "preis", {"stufe": "Ende", "preis": None}),
    ("E_VALUE_RANGE", "menge", {"menge": 0}),
    ("E_VALUE_RANGE", "menge", {"menge": 101}),
    ("E_VALUE_RANGE", "preis", {"preis": -0.01}),
    ("E_VALUE_RANGE", "anteil", {"anteil": 1.2}),
    ("E_VALUE_RANGE", "anteil", {"anteil": -0.2}),
    ("E_VALUE_RANGE", "faktor", {"faktor": 4.5}),
    ("E_VALUE_RANGE", "ende", {"ende": datetime(2026, 2, 28)}),
    ("E_VALUE_LENGTH", "bezeichnung", {"bezeichnung": "x" * 121}),
    ("E_VALUE_LENGTH", "notiz", {"notiz": "x" * 1001}),
    ("E_VALUE_PATTERN", "mail", {"mail": "ohne-at.de"}),
    ("E_VALUE_PATTERN", "telefon", {"telefon": "12 34 5"}),
    ("E_VALUE_PATTERN", "telefon", {"telefon": "Zentrale"}),
    ("E_VALUE_PATTERN", "web", {"web": "www.firma.de"}),
    ("E_VALUE_PATTERN", "plz", {"plz": "0106"}),
    ("E_REFERENCE", "vorher", {"vorher": "P-9"}),
    ("E_CHECK", "preis", {"menge": 13, "preis": 13}),
    ("E_COMPUTED_ERROR", "je", {"faktor": 0}),
    ("W_CHECK_FAILED", "gut", {"menge": 99}),
]


@pytest.mark.parametrize(("code", "field", "cells"), WRONG)
def test_a_wrong_entry_gives_its_finding(
    filled: Path, catalog: Catalog, code: str, field: str, cells: dict[str, Any]
) -> None:
    fill(filled, {place(catalog, "probe", "posten", key): value for key, value in cells.items()})
    result = checked(filled, catalog)
    assert found(result) == {(code, place(catalog, "probe", "posten", field)[1])}
    finding = result.findings[0]
    assert finding.block == "posten"
    assert finding.field == field
    assert finding.message("de") != finding.message("en")


RIGHT: list[dict[str, Any]] = [
    {"menge": 1},
    {"menge": 100},
    {"preis": 0},
    {"anteil": 1},
    {"faktor": 4},
    {"ende": datetime(2026, 3, 1)},
    {"bezeichnung": "x" * 120},
    {"mail": "l.yildiz+x@firma-nord.example"},
    {"telefon": "(089) 12-34/56 0"},
    {"telefon": "+49 89 123456"},
    {"web": "https://firma.de"},
    {"plz": "01067"},
    {"vorher": "p-2"},
    {"menge": 13, "preis": 12},
]


@pytest.mark.parametrize("cells", RIGHT)
def test_a_right_entry_gives_none(filled: Path, catalog: Catalog, cells: dict[str, Any]) -> None:
    fill(filled, {place(catalog, "probe", "posten", key): value for key, value in cells.items()})
    assert found(checked(filled, catalog)) == set()


def test_a_check_may_be_a_warning(filled: Path, catalog: Catalog) -> None:
    result = checked(fill(filled, {place(catalog, "probe", "posten", "menge"): 14}), catalog)
    assert [(f.code, f.level, f.message()) for f in result.findings] == [("E_CHECK", "warning", "Vierzehn.")]
    assert result.findings[0].origin is not None
    assert result.findings[0].origin.row == 5


def test_a_form_is_checked_without_rows(filled: Path, catalog: Catalog) -> None:
    satz, grenze = (place(catalog, "probe", "rahmen", key) for key in ("satz", "grenze"))
    assert found(checked(fill(filled, {satz: 0.6}), catalog)) == {("E_REQUIRED", grenze[1])}
    assert found(checked(fill(filled, {satz: 1.6, grenze: -1}), catalog)) == {
        ("E_VALUE_RANGE", satz[1]),
        ("E_VALUE_RANGE", grenze[1]),
    }


def test_summaries_and_matrices_are_checked(filled: Path, catalog: Catalog) -> None:
    ziel = place(catalog, "probe", "ziele", "ziel", 1)
    wert = place(catalog, "probe", "plan", "wert", 1)
    result = checked(fill(filled, {ziel: -1, wert: -2}), catalog)
    assert found(result) == {("E_VALUE_RANGE", ziel[1]), ("E_VALUE_RANGE", wert[1])}


def test_both_rows_of_a_doubled_key_are_reported(filled: Path, catalog: Catalog) -> None:
    result = checked(fill(filled, {("Posten", "A6"): "p-1"}), catalog)
    assert found(result) == {("E_DUPLICATE", "A5"), ("E_DUPLICATE", "A6")}
    assert [f.facts["other"] for f in result.findings] == [6, 5]


def test_an_identity_of_two_fields(tmp_path: Path, catalog: Catalog) -> None:
    rows: list[Row] = [
        {"kunde": "K-1", "datum": date(2026, 1, 1)},
        {"kunde": "K-1", "datum": date(2026, 1, 2)},
        {"kunde": "K-1", "datum": date(2026, 1, 1)},
    ]
    path = generate(tmp_path / "k.xlsx", catalog, "kundenprobe", values_with(catalog, "kundenprobe", kunden=rows))
    assert found(checked(path, catalog)) == {("E_DUPLICATE", "A5"), ("E_DUPLICATE", "A7")}


def test_a_cell_with_an_error_is_not_also_missing(filled: Path, catalog: Catalog) -> None:
    assert found(checked(fill(filled, {("Posten", "B5"): "=A5"}), catalog)) == {("E_INPUT_FORMULA", "B5")}


# -- references across workbooks -------------------------------------------------------------


def test_references_across_workbooks_need_the_target_among_the_results(
    tmp_path: Path, filled: Path, catalog: Catalog
) -> None:
    where = place(catalog, "probe", "posten", "kunde")
    fill(filled, {where: "K-1", (where[0], where[1].replace("5", "6")): "K-2"})
    probe = checked(filled, catalog)
    check_references([probe])
    assert found(probe) == set()
    rows: list[Row] = [{"kunde": "K-2", "datum": date(2026, 1, 1)}]
    path = generate(tmp_path / "k.xlsx", catalog, "kundenprobe", values_with(catalog, "kundenprobe", kunden=rows))
    check_references([probe, checked(path, catalog)])
    assert found(probe) == {("E_REFERENCE", where[1])}
    assert "kundenprobe.kunden" in probe.findings[0].message()


# -- formulas --------------------------------------------------------------------------------


def _summe(catalog: Catalog, row: int = 0) -> str:
    return place(catalog, "probe", "posten", "summe", row)[1]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("><v>10</v></c>", "W_FORMULA_OVERWRITTEN"),
        ("/>", "W_FORMULA_OVERWRITTEN"),
        ("><f>D5*E5</f><v>11</v></c>", "W_FORMULA_DIFFERS"),
        (' t="str"><f>D5*E5</f><v></v></c>', "W_FORMULA_DIFFERS"),
        (' t="e"><f>D5*E5</f><v>#REF!</v></c>', "W_FORMULA_DIFFERS"),
        ("><f>D5*E5</f><v>10.004</v></c>", ""),
        ("><f>D5*E5</f></c>", "W_FORMULA_OVERWRITTEN"),  # another formula, calculated by no program
        ("><f>D5*E5</f><v/></c>", "W_FORMULA_OVERWRITTEN"),
    ],
)
def test_computed_cells(filled: Path, catalog: Catalog, xml: str, code: str) -> None:
    cell = _summe(catalog)
    result = checked(set_raw(filled, "Posten", cell, xml), catalog)
    assert found(result) == ({(code, cell)} if code else set())


def test_an_error_of_the_formula_itself_is_reported_once(filled: Path, catalog: Catalog, tmp_path: Path) -> None:
    rows = [dict(ROW, faktor=0)]
    path = generate(tmp_path / "fehler.xlsx", catalog, "probe", values_with(catalog, posten=rows))
    result = checked(path, catalog)
    assert found(result) == {("E_COMPUTED_ERROR", place(catalog, "probe", "posten", "je")[1])}
    assert "#DIV/0!" in result.findings[0].message()


def test_key_figures_and_matrix_cells_are_compared(filled: Path, catalog: Catalog) -> None:
    sheet, umsatz = place(catalog, "probe", "zahlen", "umsatz")
    _, n = place(catalog, "probe", "zaehlung", "n", 0)
    set_raw(filled, sheet, umsatz, "><v>1</v></c>")
    set_raw(filled, sheet, n, "><f>1</f><v>7</v></c>")
    result = checked(filled, catalog)
    assert found(result) == {("W_FORMULA_OVERWRITTEN", umsatz), ("W_FORMULA_DIFFERS", n)}


def test_carried_values_of_merged_workbooks_are_inputs(tmp_path: Path, catalog: Catalog) -> None:
    from vorlagen.provenance import with_provenance

    template = with_provenance(catalog.template("probe"))
    values = values_with(catalog, posten=[dict(ROW, punkte=7, quelle_datei="a.xlsx", quelle_zeile=5)])
    from generators.workbook import write_workbook
    from vorlagen.brand import Brand

    write_workbook(tmp_path / "m.xlsx", template, values, brand=Brand(), lang="de", today=TODAY, merged=True)
    result = checked(tmp_path / "m.xlsx", catalog)
    assert found(result) == set()
    row = result.values.rows("posten")[0]
    assert (row["punkte"], row["quelle_datei"], row["quelle_zeile"]) == (7, "a.xlsx", 5)


def test_the_day_of_the_last_calculation_is_no_difference(tmp_path: Path, catalog: Catalog) -> None:
    rows: list[Row] = [{"kunde": "K-1", "datum": date(2026, 1, 1)}]
    values = values_with(catalog, "kundenprobe", kunden=rows)
    path = generate(tmp_path / "k.xlsx", catalog, "kundenprobe", values, today=date(2026, 2, 1))
    assert found(checked(path, catalog, date(2026, 5, 1))) == set()
    set_raw(path, "Kunden", "C5", "><f>1</f><v>5</v></c>")
    assert found(checked(path, catalog, date(2026, 5, 1))) == {("W_FORMULA_DIFFERS", "C5")}


def test_a_cycle_is_reported_once(tmp_path: Path) -> None:
    text = PROBE.replace('formula: "STRICT([@menge]*[@preis])"', 'formula: "[@je]+1"').replace(
        'formula: "IF([@faktor]=\\"\\", \\"\\", [@preis]/[@faktor])"', 'formula: "[@summe]+1"'
    )
    text = text.replace('"SUM(posten[summe])"', '"1"').replace(
        '"SUMIFS(posten[summe], posten[stufe], [@stufe])"', '"1"'
    )
    cyclic = catalog_with(text, tmp_path)
    path = generate(tmp_path / "c.xlsx", cyclic, "probe", values_with(cyclic, posten=[dict(ROW)]))
    assert sorted(codes(checked(path, cyclic))) == ["E_CYCLE", "E_CYCLE"]


NUMBER = Field("x", Text("X", "X"), "decimal")
MONEY = Field("x", Text("X", "X"), "money")
DAY = Field("x", Text("X", "X"), "date")
WORD = Field("x", Text("X", "X"), "text")


@pytest.mark.parametrize(
    ("item", "stored", "computed", "equal"),
    [
        (NUMBER, 1.0, 1.0 + 1e-12, True),
        (NUMBER, 1e12, 1e12 + 1, True),
        (NUMBER, 1.0, 1.0001, False),
        (NUMBER, None, "", True),
        (NUMBER, "", None, True),
        (NUMBER, 0.0, "", False),
        (NUMBER, True, 1.0, False),
        (MONEY, 1.0, 1.0049, True),
        (MONEY, 1.0, 1.01, False),
        (DAY, date(2026, 1, 2), 46024.0, True),
        (DAY, date(2026, 1, 2), 46025.0, False),
        (DAY, "ohne Datum", "ohne Datum", True),
        (WORD, "a", "A", False),
    ],
)
def test_equality_of_stored_and_computed(item: Field, stored: Any, computed: Any, equal: bool) -> None:
    assert same(stored, computed, item) is equal


def test_check_json(filled: Path, catalog: Catalog) -> None:
    result = checked(fill(filled, {place(catalog, "probe", "posten", "menge"): 0}), catalog)
    data = check_json([result], "en")
    assert data["files"][0]["findings"] == [
        {
            "code": "E_VALUE_RANGE",
            "severity": "error",
            "sheet": "Posten",
            "cell": "D5",
            "block": "posten",
            "field": "menge",
            "message": "'Quantity' is outside the allowed range (≥ 1).",
            "remedy": "Correct the cell.",
        }
    ]
    assert data["totals"]["taken"] == 1


def test_checking_leaves_other_outcomes_alone(tmp_path: Path, catalog: Catalog) -> None:
    result = read_workbook(tmp_path / "fehlt.xlsx", catalog, today=TODAY)
    check(result, today=TODAY)
    assert codes(result) == ["E_FILE_MISSING"]


def test_our_own_faults_become_one_finding_without_data(
    filled: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("geheim")

    monkeypatch.setattr("vorlagen.checking._Checker.run", fail)
    result = read_workbook(filled, catalog, today=TODAY)
    check(result, today=TODAY)
    assert codes(result) == ["E_INTERNAL"]
    assert "geheim" not in result.findings[0].message()


def test_a_blank_limit_is_no_limit(filled: Path, catalog: Catalog) -> None:
    cells = {place(catalog, "probe", "posten", "menge"): None, place(catalog, "probe", "posten", "faktor"): 3}
    assert found(checked(fill(filled, cells), catalog)) == set()


def test_only_the_limit_that_is_violated_is_named(filled: Path, catalog: Catalog) -> None:
    cells = {place(catalog, "probe", "posten", "menge"): 101, place(catalog, "probe", "posten", "menge", 1): 0}
    result = checked(fill(filled, cells), catalog)
    assert [f.facts["limit"] for f in result.findings] == [("≤ 100", "≤ 100"), ("≥ 1", "≥ 1")]


def test_a_field_that_is_unique_and_identity_is_reported_once(filled: Path, catalog: Catalog) -> None:
    result = checked(fill(filled, {("Posten", "A6"): "p-1"}), catalog)
    assert codes(result) == ["E_DUPLICATE", "E_DUPLICATE"]


def test_a_unique_field_that_is_part_of_the_identity_is_reported_once(tmp_path: Path) -> None:
    catalog = catalog_with(PROBE.replace("identity: [nr]", "identity: [bezeichnung, nr]"), tmp_path)
    rows = [dict(ROW), dict(ROW)]
    path = generate(tmp_path / "p.xlsx", catalog, "probe", values_with(catalog, posten=rows))
    assert codes(checked(path, catalog)) == ["E_DUPLICATE", "E_DUPLICATE"]


def test_a_merged_workbook_passes_its_own_check(tmp_path: Path) -> None:
    from generators.workbook import write_workbook
    from vorlagen.brand import Brand
    from vorlagen.provenance import with_provenance

    spec = PROBE.replace("identity: [nr]", "identity: [nr]\n        merge: {on: [mappe_id, nr]}")
    field = "          - {key: mappe_id, title: {de: Mappe, en: Book}}\n"
    spec = spec.replace("          - {key: bezeichnung,", field + "          - {key: bezeichnung,", 1)
    catalog = catalog_with(spec, tmp_path)
    rows: list[Row] = [dict(ROW, punkte=1, mappe_id=book) for book in ("M-1", "M-2", "M-2")]
    front = {"team": None, "bearbeiter": None, "zeitraum_von": None, "zeitraum_bis": None}
    for n, expected in ((2, []), (3, ["E_DUPLICATE", "E_DUPLICATE"])):
        values = values_with(catalog, posten=rows[:n], deckblatt=dict(FRONT, **front))
        path = tmp_path / f"m{n}.xlsx"
        write_workbook(
            path, with_provenance(catalog.template("probe")), values, brand=Brand(), lang="de", today=TODAY, merged=True
        )
        assert codes(checked(path, catalog)) == expected
