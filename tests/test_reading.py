"""Reading filled-in workbooks back: what is found, where, and what is said about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from tests.filling import (
    FRONT,
    ROW,
    TODAY,
    codes,
    edit,
    fill,
    found,
    generate,
    place,
    probe_catalog,
    rezip,
    set_raw,
    values_with,
)
from vorlagen.catalog import Catalog
from vorlagen.checking import check
from vorlagen.codes import CODES
from vorlagen.export import calculate_json, check_json, read_json
from vorlagen.reading import read_many, read_workbook
from vorlagen.records import ReadResult
from vorlagen.spec import Lang
from vorlagen.values import example_values

YES_NO = ("kennzahlen", "benoetigt")


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


def at(field: str, row: int = 0, block: str = "posten") -> Callable[[Catalog], tuple[str, str]]:
    return lambda catalog: place(catalog, "probe", block, field, row)


# -- round trips ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_generated_example_reads_back_equal_and_without_findings(
    tmp_path: Path, catalog: Catalog, lang: Lang
) -> None:
    template = catalog.template("angebotsliste")
    path = generate(tmp_path / "a.xlsx", catalog, template.key, example=True, lang=lang)
    result = read(path, catalog)
    check(result, today=TODAY)
    expected = example_values(template, lang, "BY", TODAY)
    assert found(result) == set()
    assert result.values.form("deckblatt") == expected.form("deckblatt")
    assert result.values.rows("angebote") == expected.rows("angebote")
    assert {k: [r["wert"] for r in v] for k, v in result.values.lists.items()} == {
        k: [r["wert"] for r in v] for k, v in expected.lists.items()
    }


def test_every_kind_of_block_reads_back_equal(tmp_path: Path, catalog: Catalog) -> None:
    row = ROW | {
        "anteil": 0.25, "faktor": 0.5, "ende": date(2026, 3, 2), "monat": date(2026, 3, 1), "uhr": time(9, 40),
        "mail": "a@b.de", "telefon": "+49 89 1234", "web": "https://b.de/x", "plz": "01067", "notiz": "zwei\nZeilen",
        "kunde": "K-1",
    }  # fmt: skip
    values = values_with(
        catalog,
        posten=[row],
        rahmen={"satz": 0.07, "grenze": 3},
        ziele=[{"ziel": 100.0}, {}, {"ziel": 7.25}],
        plan=[{"stufe": "Ende", "halb": "zweites", "wert": 5}],
    )
    values.lists["L_STUFE"].append({"wert": "Mitte", "punkte": 2})
    result = read(generate(tmp_path / "p.xlsx", catalog, "probe", values), catalog)
    check(result, today=TODAY)
    assert found(result) == set()
    assert result.values.rows("posten") == [row | {"punkte": 1}]
    assert result.values.form("rahmen") == {"satz": 0.07, "grenze": 3}
    assert [r.get("ziel") for r in result.values.rows("ziele")][:3] == [100.0, None, 7.25]
    assert result.values.rows("plan") == [{"stufe": "Ende", "halb": "zweites", "wert": 5}]
    assert result.values.lists["L_STUFE"][2] == {"wert": "Mitte", "punkte": 2}
    assert result.stored["posten"]["summe"] == [10.0]
    assert result.stored["zaehlung"]["n"][0] == [1.0, 1.0]


def test_a_blank_workbook_has_no_records_and_only_missing_front_entries(tmp_path: Path, catalog: Catalog) -> None:
    result = read(generate(tmp_path / "b.xlsx", catalog, "probe"), catalog)
    check(result, today=TODAY)
    assert set(codes(result)) == {"E_REQUIRED"}
    assert {f.block for f in result.findings} == {"deckblatt"}
    assert result.counts.present == 0


def test_saving_with_openpyxl_loses_results_but_raises_no_finding(filled: Path, catalog: Catalog) -> None:
    points = [row["punkte"] for row in read(filled, catalog).values.rows("posten")]
    result = read(edit(filled, lambda book: None), catalog)
    check(result, today=TODAY)
    assert found(result) == set()
    assert result.states["posten"]["summe"] == ["uncalculated"] * 2
    assert [row["punkte"] for row in result.values.rows("posten")] == points


def test_origins_name_sheet_and_cell(filled: Path, catalog: Catalog) -> None:
    result = read(filled, catalog)
    assert result.sheets["posten"] == "Posten"
    assert result.rows["posten"] == [5, 6]
    assert result.cells["posten"]["nr"] == "A"
    assert result.cells["rahmen"]["satz"] == place(catalog, "probe", "rahmen", "satz")[1]


# -- what people do to a workbook ------------------------------------------------------------


def test_blank_rows_inside_and_rows_below_the_table_are_read(filled: Path, catalog: Catalog) -> None:
    below = 4 + 12 + 1
    result = read(
        fill(
            filled,
            {
                ("Posten", "A9"): "P-9",
                ("Posten", "B9"): "x",
                ("Posten", f"A{below}"): "P-20",
                ("Posten", f"B{below}"): "y",
            },
        ),
        catalog,
    )
    assert [r["nr"] for r in result.values.rows("posten")] == ["P-1", "P-2", "P-9", "P-20"]
    assert result.rows["posten"] == [5, 6, 9, below]
    assert result.layout is not None
    assert result.layout.placed["posten"].rows == 13
    check(result, today=TODAY)
    assert codes(result) == ["W_ROWS_OUTSIDE"]


def test_running_numbers_keep_their_place_across_blank_rows(filled: Path, catalog: Catalog) -> None:
    result = read(fill(filled, {("Posten", "A9"): "P-9", ("Posten", "B9"): "x"}), catalog)
    rows = calculate_json(result, TODAY)["blocks"]["posten"]
    assert [r["pos"] for r in rows] == [1, 2, 5]


def test_columns_may_be_reordered(filled: Path, catalog: Catalog) -> None:
    def swap(book: Any) -> None:
        sheet = book["Posten"]
        for row in range(4, 8):
            a, b = sheet.cell(row, 1), sheet.cell(row, 2)
            a.value, b.value = b.value, a.value
        columns = sheet.tables["tab_posten"].tableColumns
        columns[0].name, columns[1].name = columns[1].name, columns[0].name

    result = read(edit(filled, swap), catalog)
    assert result.values.rows("posten")[0]["nr"] == "P-1"
    assert result.cells["posten"]["nr"] == "B"
    assert found(result) == set()


def test_rows_inserted_above_and_sheets_renamed_do_not_matter(filled: Path, catalog: Catalog) -> None:
    def move(book: Any) -> None:
        book["Posten"].title = "Meine Posten"
        book["Werte"].title = "Kram"

    result = read(edit(filled, move), catalog)
    assert len(result.values.rows("posten")) == 2
    assert result.sheets["posten"] == "Meine Posten"
    assert result.values.form("rahmen") == {"satz": 0.19}
    assert "E_BLOCK_MISSING" not in codes(result)


def test_a_table_without_its_list_object_is_found_by_headings(filled: Path, catalog: Catalog) -> None:
    def drop(book: Any) -> None:
        sheet = book["Posten"]
        del sheet.tables["tab_posten"]
        sheet.insert_rows(2)
        sheet["A5"].value = "  nR. "

    result = read(edit(filled, drop), catalog)
    assert [r["nr"] for r in result.values.rows("posten")] == ["P-1", "P-2"]
    assert result.rows["posten"] == [6, 7]


def test_identity_survives_lost_properties(filled: Path, catalog: Catalog) -> None:
    def drop(parts: dict[str, bytes]) -> None:
        del parts["docProps/custom.xml"]

    result = read(rezip(filled, drop), catalog)
    assert result.outcome == "taken"
    assert result.stamp is not None
    assert (result.stamp.template, result.stamp.version, result.stamp.lang) == ("probe", 2, "de")


def test_summaries_and_matrices_are_found_when_rows_were_inserted(filled: Path, catalog: Catalog) -> None:
    sheet, cell = place(catalog, "probe", "ziele", "ziel", 1)

    def move(book: Any) -> None:
        book[sheet][cell].value = 12
        book[sheet].insert_rows(3)

    result = read(edit(filled, move), catalog)
    assert result.values.rows("ziele")[1] == {"ziel": 12.0}


def test_choices_are_read_in_any_spelling(filled: Path, catalog: Catalog) -> None:
    cells = {("Posten", "C5"): " ANFANG", ("Posten", "C6"): "Finish", ("Posten", "A7"): "P-3", ("Posten", "C7"): "ende"}
    result = read(fill(filled, cells | {("Posten", "A8"): "P-4", ("Posten", "C8"): "Anfang"}), catalog)
    assert [r["stufe"] for r in result.values.rows("posten")] == ["Anfang", "Ende", "Ende", "Anfang"]
    assert {c for code, c in found(result) if code == "W_VALUE_CONVERTED"} == {"C5", "C6", "C7"}


def test_the_offices_own_list_values_count(filled: Path, catalog: Catalog) -> None:
    template = catalog.template("probe")
    result = read(filled, catalog)
    assert result.layout is not None
    listed = result.layout.lists["L_STUFE"]
    cell = f"{chr(65 + listed.columns['wert'])}{listed.first + 3}"
    result = read(fill(filled, {("Listen", cell): "Mitte", ("Posten", "C5"): "Mitte"}), catalog)
    assert result.values.lists["L_STUFE"][2]["wert"] == "Mitte"
    assert "W_VALUE_CHOICE" not in codes(result)
    assert template.list_by_key["L_STUFE"].capacity == 5


def test_totals_below_the_records_are_ignored_with_a_word(filled: Path, catalog: Catalog) -> None:
    cells = {("Posten", "A8"): "Summe", ("Posten", "D8"): 8}
    result = read(fill(filled, cells), catalog)
    counts = result.counts
    assert ("I_ROW_IGNORED", "") in found(result)
    assert (counts.present, counts.taken, counts.rejected, counts.ignored) == (3, 2, 0, 1)


def test_sums_written_below_the_table_are_ignored(filled: Path, catalog: Catalog) -> None:
    result = read(fill(filled, {("Posten", "D18"): "=SUM(D5:D16)", ("Posten", "E18"): "=SUM(E5:E16)"}), catalog)
    assert found(result) == {("I_ROW_IGNORED", "")}
    assert result.counts.ignored == 1


def test_a_totals_row_switched_on_in_excel_is_no_record(filled: Path, catalog: Catalog) -> None:
    def switch(book: Any) -> None:
        sheet = book["Posten"]
        table = sheet.tables["tab_posten"]
        last = int(table.ref.rsplit("W", 1)[1]) + 1
        table.ref, table.totalsRowCount = f"A4:W{last}", 1
        sheet.cell(last, 1).value = "Ergebnis"
        sheet.cell(last, 5).value = "=SUBTOTAL(109,tab_posten[Preis])"

    result = read(edit(filled, switch), catalog)
    assert codes(result) == ["I_ROW_IGNORED"]
    assert (result.counts.present, result.counts.taken, result.counts.ignored) == (3, 2, 1)


def test_numbers_as_text_are_converted(filled: Path, catalog: Catalog) -> None:
    cells = {
        ("Posten", "D5"): "5",
        ("Posten", "E5"): "1.234,56 €",
        ("Posten", "F5"): "3,5 %",
        ("Posten", "H5"): "01.02.2026",
    }
    result = read(fill(filled, cells), catalog)
    row = result.values.rows("posten")[0]
    assert (row["menge"], row["preis"], row["beginn"]) == (5, 1234.56, date(2026, 2, 1))
    assert row["anteil"] == pytest.approx(0.035)
    assert codes(result) == ["W_VALUE_CONVERTED"] * 4


def test_a_1904_workbook_has_the_same_days(filled: Path, catalog: Catalog) -> None:
    def switch(book: Any) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904

    result = read(edit(filled, switch), catalog)
    assert result.values.rows("posten")[0]["beginn"] == date(2026, 3, 1)


# -- one cell, one finding -------------------------------------------------------------------

CELLS: list[tuple[str, str, Any]] = [
    ("E_VALUE_TYPE", "menge", "viele"),
    ("E_VALUE_TYPE", "menge", 2.5),
    ("E_VALUE_TYPE", "beginn", "irgendwann"),
    ("E_VALUE_AMBIGUOUS", "preis", "1.234"),
    ("E_VALUE_AMBIGUOUS", "anteil", "3"),
    ("E_VALUE_RANGE", "beginn", datetime(2120, 1, 1)),
    ("W_VALUE_CHOICE", "stufe", "Mitte"),
    ("W_VALUE_CONVERTED", "stufe", "anfang"),
    ("W_VALUE_CONVERTED", "uhr", "9:40"),
    ("W_VALUE_CONVERTED", "monat", datetime(2026, 3, 15)),
    ("W_VALUE_CONVERTED", "bezeichnung", 4711),
    ("E_INPUT_FORMULA", "preis", "=1+1"),
    ("E_INPUT_FORMULA", "nr", "=A6"),
]


@pytest.mark.parametrize(("code", "field", "value"), CELLS)
def test_a_cell_gives_its_finding(filled: Path, catalog: Catalog, code: str, field: str, value: Any) -> None:
    where = at(field)(catalog)
    result = read(fill(filled, {where: value}), catalog)
    assert found(result) == {(code, where[1])}
    assert result.findings[0].origin is not None
    assert result.findings[0].origin.file == "probe.xlsx"
    assert result.findings[0].field == field


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_error_values_are_not_blank(filled: Path, catalog: Catalog, error: str) -> None:
    set_raw(filled, "Posten", "E5", f' t="e"><v>{error}</v></c>')
    result = read(filled, catalog)
    assert found(result) == {("E_VALUE_ERROR", "E5")}
    assert error in result.findings[0].message()


def test_a_row_without_key_is_rejected_and_counted(filled: Path, catalog: Catalog) -> None:
    result = read(fill(filled, {("Posten", "B8"): "ohne Nummer"}), catalog)
    assert found(result) == {("E_ROW_NO_KEY", "A8")}
    assert (result.counts.present, result.counts.taken, result.counts.rejected) == (3, 2, 1)


def test_a_value_in_a_matrix_row_without_heading_is_reported(filled: Path, catalog: Catalog) -> None:
    where = place(catalog, "probe", "plan", "wert", 4)
    result = read(fill(filled, {where: 3}), catalog)
    assert found(result) == {("E_ROW_NO_KEY", where[1])}


def test_columns_unknown_and_missing(filled: Path, catalog: Catalog) -> None:
    def rename(book: Any) -> None:
        sheet = book["Posten"]
        for cell, name in (("D4", "Stückzahl"), ("S4", "Betrag")):
            sheet[cell].value = name
            sheet.tables["tab_posten"].tableColumns[sheet[cell].column - 1].name = name

    result = read(edit(filled, rename), catalog)
    assert {c for c in found(result) if c[0] != "E_COLUMN_MISSING"} == {
        ("W_COLUMN_UNKNOWN", "D4"),
        ("W_COLUMN_UNKNOWN", "S4"),
    }
    missing = {f.field: f.level for f in result.findings if f.code == "E_COLUMN_MISSING"}
    assert missing == {"menge": "error", "summe": "warning"}


def test_a_missing_key_column_rejects_all_rows_with_one_finding(filled: Path, catalog: Catalog) -> None:
    def rename(book: Any) -> None:
        book["Posten"]["A4"].value = "Kennung"
        book["Posten"].tables["tab_posten"].tableColumns[0].name = "Kennung"

    result = read(edit(filled, rename), catalog)
    assert codes(result) == ["W_COLUMN_UNKNOWN", "E_COLUMN_MISSING"]
    assert (result.counts.present, result.counts.rejected) == (2, 2)


def test_a_missing_sheet_is_a_missing_block(filled: Path, catalog: Catalog) -> None:
    def drop(book: Any) -> None:
        del book["Posten"]

    result = read(edit(filled, drop), catalog)
    assert ("posten", "error") in {(f.block, f.level) for f in result.findings if f.code == "E_BLOCK_MISSING"}
    check(result, today=TODAY)


def test_a_deleted_cell_is_a_missing_field(filled: Path, catalog: Catalog) -> None:
    def drop(book: Any) -> None:
        book.defined_names["rahmen.satz"].attr_text = "Werte!#REF!"

    result = read(edit(filled, drop), catalog)
    assert [(f.code, f.field) for f in result.findings] == [("E_FIELD_MISSING", "satz")]


def test_an_added_sheet_is_named(filled: Path, catalog: Catalog) -> None:
    def add(book: Any) -> None:
        book.create_sheet("Notizen")["A1"] = "privat"

    result = read(edit(filled, add), catalog)
    assert codes(result) == ["I_SHEET_UNKNOWN"]


def test_a_constant_in_a_computed_cell_of_an_empty_row_is_reported(filled: Path, catalog: Catalog) -> None:
    _, cell = at("summe", 5)(catalog)
    result = read(fill(filled, {("Posten", cell): 12}), catalog)
    assert found(result) == {("W_FORMULA_OVERWRITTEN", cell)}


# -- JSON ----------------------------------------------------------------------------------


def test_read_json_has_all_inputs_and_origins(filled: Path, catalog: Catalog) -> None:
    data = read_json(read(filled, catalog))
    row = data["blocks"]["posten"][1]
    assert (data["template"], data["version"], data["findings"]) == ("probe", 2, [])
    assert (row["nr"], row["beginn"], row["preis"], row["notiz"]) == ("P-2", "2026-03-01", 2.5, None)
    assert row["_origin"] == {"sheet": "Posten", "row": 6}
    assert "summe" not in row
    assert data["blocks"]["ziele"][0]["stufe"] == "Anfang"


def test_calculate_json_has_computed_fields_and_differences(filled: Path, catalog: Catalog) -> None:
    _, cell = at("summe")(catalog)
    set_raw(filled, "Posten", cell, "><f>1</f><v>99</v></c>")
    data = calculate_json(read(filled, catalog), TODAY)
    row = data["blocks"]["posten"][0]
    assert (row["nr"], row["summe"], row["punkte"]) == ("P-1", 10, 1)
    assert data["blocks"]["zahlen"] == {"anzahl": 2, "umsatz": 20}
    assert data["blocks"]["zaehlung"][0]["n"] == {"erstes": 2, "zweites": 2}
    assert data["differences"] == [
        {"sheet": "Posten", "cell": cell, "block": "posten", "field": "summe", "stored": 99, "computed": 10}
    ]


def test_findings_never_show_cell_contents(filled: Path, catalog: Catalog) -> None:
    canary = "Kanarienvogel"
    cells = {at(f)(catalog): canary for f in ("menge", "stufe", "mail", "telefon", "web", "plz", "vorher", "beginn")}
    result = read(fill(filled, cells), catalog)
    check(result, today=TODAY)
    text = " ".join(f.message(lang) + f.remedy(lang) for f in result.findings for lang in ("de", "en"))
    assert len(result.findings) >= len(cells)
    assert canary not in text


def test_every_code_of_reading_is_produced_by_a_test() -> None:
    sources = (
        "reading.py", "blockreading.py", "tablereading.py", "checking.py", "recompute.py", "intake/gate.py",
        "intake/raw.py",
    )  # fmt: skip
    root = Path(__file__).resolve().parent.parent
    used = {
        code
        for name in sources
        for code in re.findall(r'"([EWI]_[A-Z_]+)"', (root / "vorlagen" / name).read_text(encoding="utf-8"))
    }
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in (
            *(root / "tests" / f"test_{n}.py" for n in ("reading", "reading_files", "checking", "gate")),
            *(root / "tests" / "mutators").glob("*.py"),
        )
    )
    assert used <= set(CODES)
    assert {code for code in used if f'"{code}"' not in tests} == set()


# -- what an acceptance test found -------------------------------------------------------------


def test_files_of_equal_names_in_several_folders_have_labels_that_differ(tmp_path: Path, catalog: Catalog) -> None:
    paths = []
    for n, folder in enumerate(("n1", "n2")):
        (tmp_path / folder).mkdir()
        values = values_with(catalog, deckblatt=dict(FRONT, mappe_id=f"M-{n}"))
        paths.append(generate(tmp_path / folder / "probe.xlsx", catalog, "probe", values))
    for given in (paths, [path.parent for path in paths]):
        results = read_many(given, catalog, today=TODAY)
        assert [r.name for r in results] == ["n1/probe.xlsx", "n2/probe.xlsx"]
        assert [f["file"] for f in check_json(results)["files"]] == ["n1/probe.xlsx", "n2/probe.xlsx"]


def test_rows_below_the_table_have_no_formulas_to_overwrite(filled: Path, catalog: Catalog) -> None:
    cells = {("Posten", f"{column}{row}"): f"{column}-{row}" for column in "AB" for row in (17, 18)}
    result = read(fill(filled, cells), catalog)
    check(result, today=TODAY)
    assert [(f.code, f.origin.row, f.block) for f in result.findings if f.origin] == [("W_ROWS_OUTSIDE", 17, "posten")]
    assert calculate_json(result, TODAY)["differences"] == []
    assert result.counts.taken == 4


def test_a_value_typed_over_a_formula_below_the_table_is_still_reported(filled: Path, catalog: Catalog) -> None:
    summe = at("summe", 12)(catalog)
    result = read(fill(filled, {("Posten", "A17"): "P-20", ("Posten", "B17"): "y", summe: 7}), catalog)
    check(result, today=TODAY)
    assert ("W_FORMULA_OVERWRITTEN", summe[1]) in found(result)


@pytest.mark.parametrize(
    ("value", "label"),
    [(True, "Ja"), (False, "Nein"), (1, "Ja"), (0, "Nein"), ("wahr", "Ja"), ("TRUE", "Ja"), ("x", "Ja"), ("yes", "Ja"),
     ("ja", "Ja"), ("nein", "Nein"), ("no", "Nein"), ("falsch", "Nein"), ("0", "Nein"), ("1", "Ja")],
)  # fmt: skip
def test_yes_and_no_in_another_form(tmp_path: Path, catalog: Catalog, value: Any, label: str) -> None:
    path = generate(tmp_path / "k.xlsx", catalog, "kennzahlenkatalog", example=True)
    where = place(catalog, "kennzahlenkatalog", *YES_NO)
    result = read(fill(path, {where: value}), catalog)
    assert result.values.rows(YES_NO[0])[0][YES_NO[1]] == label
    assert ("W_VALUE_CONVERTED", where[1]) in found(result)


def test_a_fixed_list_cannot_be_extended(tmp_path: Path, catalog: Catalog) -> None:
    path = generate(tmp_path / "k.xlsx", catalog, "kennzahlenkatalog", example=True)
    where = place(catalog, "kennzahlenkatalog", *YES_NO)
    result = read(fill(path, {where: "vielleicht"}), catalog)
    finding = next(f for f in result.findings if f.origin and f.origin.cell == where[1])
    assert (finding.code, finding.level) == ("W_VALUE_FIXED", "warning")
    assert "Listen" not in finding.remedy("de")
    assert "Lists" not in finding.remedy("en")


def test_headings_that_moved_without_their_table_win_over_its_column_list(filled: Path, catalog: Catalog) -> None:
    before = read(filled, catalog).values.rows("posten")
    result = read(edit(filled, lambda book: book["Posten"].insert_cols(3)), catalog)
    assert result.cells["posten"]["stufe"] == "D"
    keys = set(before[0]) - {"punkte"}  # carried: its result is lost when openpyxl saves
    assert [{k: r.get(k) for k in keys} for r in result.values.rows("posten")] == [
        {k: r.get(k) for k in keys} for r in before
    ]
    assert not {"E_COLUMN_MISSING", "W_COLUMN_UNKNOWN", "E_VALUE_TYPE"} & set(codes(result))


def test_entries_under_a_blank_heading_beside_moved_ones_are_reported(filled: Path, catalog: Catalog) -> None:
    edit(filled, lambda book: book["Posten"].insert_cols(3))
    result = read(fill(filled, {("Posten", "C5"): "Ende"}), catalog)
    assert ("W_COLUMN_UNKNOWN", "C4") in found(result)
    assert result.values.rows("posten")[0]["stufe"] == "Anfang"
