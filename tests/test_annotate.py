"""Copies to hand back: every finding at its cell, nothing lost, corrected copies clean."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from generators.feedback import Feedback, target, write_feedback
from generators.styles import MARKS
from tests import repair_rules
from tests.filling import ROW, TODAY, codes, edit, fill, found, generate, place, probe_catalog, set_raw, values_with
from tests.helpers import catalog_with
from tests.test_checking import WRONG
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.checking import check
from vorlagen.cli import program
from vorlagen.findings import Finding
from vorlagen.reading import read_workbook
from vorlagen.records import ReadResult
from vorlagen.values import Row


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture
def filled(tmp_path: Path, catalog: Catalog) -> Path:
    rows = [dict(ROW), dict(ROW, nr="P-2", vorher="P-1")]
    return generate(tmp_path / "probe.xlsx", catalog, "probe", values_with(catalog, posten=rows))


def checked(path: Path, catalog: Catalog) -> ReadResult:
    result = read_workbook(path, catalog, today=TODAY)
    assert result.outcome == "taken", codes(result)
    check(result, today=TODAY)
    assert "E_INTERNAL" not in codes(result), [f.message() for f in result.findings]
    return result


def annotated(path: Path, catalog: Catalog, brand: Brand | None = None) -> tuple[ReadResult, Path]:
    """Check a workbook and write its copy; the copy is sound and the original as it was."""
    before = path.read_bytes()
    result = checked(path, catalog)
    copy = target(result, path.parent)
    write_feedback(copy, result, brand=brand or Brand(), today=TODAY)
    assert path.read_bytes() == before
    assert repair_rules.findings(copy) == []
    with zipfile.ZipFile(copy) as archive:
        for name in archive.namelist():
            if re.match(r"xl/comments\d", name):
                assert set(re.findall(rb"<author>(.*?)</author>", archive.read(name))) <= {b""}
    return result, copy


def same_records(a: ReadResult, b: ReadResult) -> None:
    """Assert that two workbooks hold the same; results that a program had lost may come back."""
    assert a.template is not None
    carried = {f.key for block in a.template.blocks.values() for f in block.all_fields if f.carried}

    def plain(content: list[Row] | Row) -> Any:
        if isinstance(content, dict):
            return {k: v for k, v in content.items() if k not in carried}
        rows = [{k: v for k, v in row.items() if k not in carried} for row in content]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    keys = {*a.values.blocks, *b.values.blocks}
    assert {k: plain(a.values.blocks.get(k, [])) for k in keys if a.values.blocks.get(k)} == {
        k: plain(b.values.blocks.get(k, [])) for k in keys if b.values.blocks.get(k)
    }
    assert a.values.lists == b.values.lists
    assert (a.counts.taken, a.counts.rejected) == (b.counts.taken, b.counts.rejected)


def listed(copy: Path, sheet: str = "Rückmeldung") -> list[dict[str, Any]]:
    """Return the rows of the list of findings, with the target of each link."""
    book = load_workbook(copy)
    assert book.sheetnames[-1] == sheet
    lines = book[sheet].iter_rows(min_row=5)
    heads = [cell.value for cell in next(lines)]
    out = []
    for line in lines:
        row = {head: cell.value for head, cell in zip(heads, line, strict=True)}
        link = line[3].hyperlink
        out.append(row | {"link": link.location if link else None})
    return out


def comments(copy: Path) -> dict[tuple[str, str], str]:
    """Return the comments of a workbook by sheet and cell."""
    book = load_workbook(copy)
    found = {}
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.comment is not None:
                    found[sheet.title, cell.coordinate] = cell.comment.text
    return found


def assert_marked(copy: Path, finding: Finding, where: tuple[str, str]) -> None:
    """Assert comment, fill and border of a finding at a cell, and its line in the list with a link there."""
    cell = load_workbook(copy)[where[0]][where[1]]
    assert cell.comment is not None, where
    assert f"[{finding.code}]" in cell.comment.text
    assert finding.level in MARKS
    assert cell.fill.fgColor.rgb == "FF" + MARKS[finding.level].fill[1:]
    style = {"error": "medium", "warning": "mediumDashed", "info": "dotted"}[finding.level]
    assert {cell.border.left.style, cell.border.top.style} == {style}
    line = next(x for x in listed(copy) if x["Kennung"] == finding.code and x["Zelle"] == where[1])
    assert (line["Blatt"], line["link"]) == (where[0], f"'{where[0]}'!{where[1]}")
    assert line["Art"] == {"error": "Fehler", "warning": "Warnung", "info": "Hinweis"}[finding.level]


# -- every kind of finding stands at its cell ------------------------------------------------


@pytest.mark.parametrize(("code", "field", "cells"), WRONG)
def test_a_wrong_value_is_marked_and_the_corrected_copy_clean(
    filled: Path, catalog: Catalog, code: str, field: str, cells: dict[str, Any]
) -> None:
    right = {key: ROW.get(key) for key in cells}
    fill(filled, {place(catalog, "probe", "posten", key): value for key, value in cells.items()})
    result, copy = annotated(filled, catalog)
    assert_marked(copy, next(f for f in result.findings if f.code == code), place(catalog, "probe", "posten", field))
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == found(result)
    fill(copy, {place(catalog, "probe", "posten", key): value for key, value in right.items()})
    assert found(checked(copy, catalog)) == set()


REFUSED: list[tuple[str, str, Any]] = [
    ("E_VALUE_TYPE", "menge", "viele"),
    ("E_VALUE_TYPE", "menge", 2.5),
    ("E_VALUE_TYPE", "menge", True),
    ("E_VALUE_TYPE", "menge", datetime(2026, 3, 1)),
    ("E_VALUE_TYPE", "preis", time(9, 30)),
    ("E_VALUE_AMBIGUOUS", "preis", "1.234"),
    ("E_VALUE_AMBIGUOUS", "anteil", "3"),
    ("E_VALUE_TYPE", "beginn", "Ende März"),
    ("E_VALUE_TYPE", "beginn", 99999999.0),
    ("E_VALUE_TYPE", "beginn", -3.0),
    ("E_VALUE_RANGE", "beginn", datetime(2120, 1, 1)),
    ("E_VALUE_TYPE", "monat", "Frühling"),
    ("E_VALUE_TYPE", "uhr", "mittags"),
    ("E_VALUE_TYPE", "uhr", 7.0),
]


@pytest.mark.parametrize(("code", "field", "typed"), REFUSED)
def test_what_cannot_be_read_stands_in_the_copy_as_it_was(
    filled: Path, catalog: Catalog, code: str, field: str, typed: Any
) -> None:
    where = place(catalog, "probe", "posten", field)

    def change(book: Any) -> None:
        cell = book[where[0]][where[1]]
        cell.value = typed
        if not isinstance(typed, datetime | time):
            cell.number_format = "General"

    result, copy = annotated(edit(filled, change), catalog)
    finding = next(f for f in result.findings if f.field == field)
    assert finding.code == code
    assert_marked(copy, finding, where)
    there = load_workbook(copy)[where[0]][where[1]]
    if isinstance(typed, datetime | time) and field not in ("beginn",):
        assert there.value == {"menge": "01.03.2026", "preis": "09:30:00"}[field]
    else:
        assert there.value == typed
    again = checked(copy, catalog)
    same_records(result, again)
    assert (code, where[1]) in found(again)
    entry = next(x for x in listed(copy) if x["Zelle"] == where[1])["Ihr Eintrag"]
    assert entry
    fill(copy, {where: ROW.get(field)})
    assert found(checked(copy, catalog)) == set()


def test_formulas_and_errors_in_inputs_are_listed_and_their_cells_left_to_fill_in(
    filled: Path, catalog: Catalog
) -> None:
    quantity, text = (place(catalog, "probe", "posten", key) for key in ("menge", "notiz"))
    set_raw(filled, *quantity, "><f>2*3</f><v>6</v></c>")
    set_raw(filled, *text, ' t="e"><v>#N/A</v></c>')
    result, copy = annotated(filled, catalog)
    for code, where, entry in (("E_INPUT_FORMULA", quantity, "6"), ("E_VALUE_ERROR", text, "#N/A")):
        assert_marked(copy, next(f for f in result.findings if f.code == code), where)
        assert load_workbook(copy)[where[0]][where[1]].value is None
        assert f"Ihr Eintrag: {entry}" in comments(copy)[where]
        assert next(x for x in listed(copy) if x["Kennung"] == code)["Ihr Eintrag"] == entry
    same_records(result, checked(copy, catalog))
    fill(copy, {quantity: 6})
    assert found(checked(copy, catalog)) == set()


def test_converted_values_stand_converted_and_unknown_choices_as_typed(filled: Path, catalog: Catalog) -> None:
    price, stage = (place(catalog, "probe", "posten", key) for key in ("preis", "stufe"))
    result, copy = annotated(fill(filled, {price: "12,50 €", stage: "Mitte"}), catalog)
    sheet = load_workbook(copy)[price[0]]
    assert (sheet[price[1]].value, sheet[stage[1]].value) == (12.5, "Mitte")
    assert "Ihr Eintrag: 12,50 €" in comments(copy)[price]
    assert {x["Kennung"]: x["Ihr Eintrag"] for x in listed(copy)} == {
        "W_VALUE_CONVERTED": "12,50 €",
        "W_VALUE_CHOICE": "Mitte",
    }
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == {("W_VALUE_CHOICE", stage[1])}


def test_overwritten_formulas_are_formulas_again(filled: Path, catalog: Catalog) -> None:
    total, each, below = (
        place(catalog, "probe", "posten", "summe"),
        place(catalog, "probe", "zahlen", "umsatz"),
        place(catalog, "probe", "posten", "summe", 4),
    )
    result, copy = annotated(fill(filled, {total: 77, each: 88.5, below: 99}), catalog)
    for where, entry in ((total, "77,00"), (each, "88,50"), (below, "99,00")):
        finding = next(f for f in result.findings if f.origin and f.origin.cell == where[1])
        assert finding.code == "W_FORMULA_OVERWRITTEN"
        assert_marked(copy, finding, where)
        assert str(load_workbook(copy)[where[0]][where[1]].value).startswith("=")
        assert f"Ihr Eintrag: {entry}" in comments(copy)[where]
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == set()


def test_rows_without_key_keep_their_place(filled: Path, catalog: Catalog) -> None:
    cells = {
        place(catalog, "probe", "posten", "bezeichnung", 4): "ohne Nummer",
        place(catalog, "probe", "posten", "menge", 4): "viele",
    }
    key = place(catalog, "probe", "posten", "nr", 4)
    result, copy = annotated(fill(filled, cells), catalog)
    assert_marked(copy, next(f for f in result.findings if f.code == "E_ROW_NO_KEY"), key)
    sheet = load_workbook(copy)[key[0]]
    assert all(sheet[cell].value == value for (_, cell), value in cells.items())
    again = checked(copy, catalog)
    same_records(result, again)
    assert again.counts.rejected == 1
    fill(copy, {key: "P-3", place(catalog, "probe", "posten", "menge", 4): 3})
    final = checked(copy, catalog)
    assert found(final) == set()
    assert final.rows["posten"] == [5, 6, 9]


def test_duplicates_name_the_row_of_the_copy(filled: Path, catalog: Catalog) -> None:
    def change(book: Any) -> None:
        sheet = book["Posten"]
        sheet["A6"].value = "P-1"
        table = sheet.tables.pop("tab_posten")
        sheet.move_range(table.ref, rows=3, translate=False)
        first, last = table.ref.split(":")
        table.ref = f"A7:{last.rstrip('0123456789')}{int(last.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')) + 3}"
        table.autoFilter.ref = table.ref
        assert first == "A4"
        sheet.tables.add(table)

    result, copy = annotated(edit(filled, change), catalog)
    finding = next(f for f in result.findings if f.code == "E_DUPLICATE")
    assert finding.origin is not None
    assert (finding.origin.cell, finding.facts["other"]) == ("A8", 9)
    assert_marked(copy, finding, ("Posten", "A5"))
    assert "auch in Zeile 6" in comments(copy)["Posten", "A5"]
    same_records(result, checked(copy, catalog))


def test_missing_parts_are_back_and_marked(filled: Path, catalog: Catalog) -> None:
    rate = place(catalog, "probe", "rahmen", "satz")

    def change(book: Any) -> None:
        sheet = book["Posten"]
        column = next(c.column for c in sheet[4] if c.value == "Notiz")
        sheet.cell(4, column).value = "Bemerkung"
        sheet.cell(5, column).value = "steht woanders"
        sheet.tables["tab_posten"].tableColumns[column - 1].name = "Bemerkung"
        sheet.cell(7, 1).value = "Summe"
        sheet.cell(7, 4).value = 8
        del book.defined_names["rahmen.satz"]
        book.create_sheet("Meins")["A1"] = "eigene Notizen"

    result, copy = annotated(edit(filled, change), catalog)
    assert {"E_COLUMN_MISSING", "W_COLUMN_UNKNOWN", "I_ROW_IGNORED", "I_SHEET_UNKNOWN"} <= set(codes(result))
    note = place(catalog, "probe", "posten", "notiz")
    heading = (note[0], note[1].rstrip("0123456789") + "4")
    assert_marked(copy, next(f for f in result.findings if f.code == "E_COLUMN_MISSING"), heading)
    lines = listed(copy)
    lost = {x["Ihr Eintrag"]: (x["Blatt"], x["link"]) for x in lines if x["Kennung"] is None}
    assert lost == {"steht woanders": ("Posten", None), "Summe": ("Posten", None), "8": ("Posten", None)}
    assert next(x for x in lines if x["Kennung"] == "I_SHEET_UNKNOWN")["Blatt"] == "Meins"
    assert rate
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == set()


def test_a_missing_block_is_back_and_marked_at_its_heading(tmp_path: Path, catalog: Catalog) -> None:
    path = generate(tmp_path / "k.xlsx", catalog, "kundenprobe", values_with(catalog, "kundenprobe"))

    def change(book: Any) -> None:
        book["Kunden"].tables.pop("tab_kunden")
        book["Kunden"].delete_rows(4, 10)

    result, copy = annotated(edit(path, change), catalog)
    assert "E_BLOCK_MISSING" in codes(result)
    assert any("E_BLOCK_MISSING" in text for text in comments(copy).values())
    assert found(checked(copy, catalog)) == set()


# -- forms, grids, lists ---------------------------------------------------------------------


def test_forms_grids_and_lists_keep_what_was_typed(tmp_path: Path, catalog: Catalog) -> None:
    values = values_with(catalog, posten=[dict(ROW)], ziele=[{"ziel": 100.0}])
    path = generate(tmp_path / "p.xlsx", catalog, "probe", values)
    rate, goal, plan = (
        place(catalog, "probe", b, f) for b, f in (("rahmen", "satz"), ("ziele", "ziel"), ("plan", "wert"))
    )
    points = next(
        (sheet.title, cell.offset(row=1).coordinate)
        for sheet in load_workbook(path) for line in sheet.iter_rows() for cell in line if cell.value == "Punkte"
        if sheet.title == "Listen"
    )  # fmt: skip
    below = (plan[0], f"{plan[1][0]}{int(plan[1][1:]) + 4}")  # a row whose heading is blank
    fill(path, {("Listen", f"{points[1][0]}8"): 2, ("Listen", f"{chr(ord(points[1][0]) - 1)}8"): "Mitte"})
    typed = {rate: "viel", goal: "hundert", plan: "keine", points: "zwei", below: 5}
    result, copy = annotated(fill(path, typed), catalog)
    book = load_workbook(copy)
    for where, value in typed.items():
        assert book[where[0]][where[1]].value == value
        assert book[where[0]][where[1]].comment is not None, where
    again = checked(copy, catalog)
    same_records(result, again)
    assert [row["wert"] for row in again.values.lists["L_STUFE"]] == ["Anfang", "Ende", "Mitte"]
    # Formulas over what cannot be read differ, as they do when a spreadsheet program computes them.
    assert {x for x in found(again) if x[0] != "W_FORMULA_DIFFERS"} == found(result)
    fill(copy, {rate: 0.19, goal: 100, plan: 1, points: 1, below: None})
    assert found(checked(copy, catalog)) == set()


def test_matrix_cells_under_doubled_headings_are_not_lost(tmp_path: Path, catalog: Catalog) -> None:
    values = values_with(catalog, posten=[dict(ROW)], plan=[{"stufe": "Ende", "halb": "zweites", "wert": 5}])
    path = generate(tmp_path / "p.xlsx", catalog, "probe", values)
    first = place(catalog, "probe", "plan", "wert")
    cells = {
        (first[0], f"{get_column_letter(ord(first[1][0]) - 64 + c)}{int(first[1][1:]) + r}"): 10 + 2 * r + c
        for r in range(2)
        for c in range(2)
    }
    labels = {("Listen", f"A{6 + n}"): "gleich" for n in range(2)}
    _, copy = annotated(fill(path, {**cells, **labels}), catalog)
    sheet = load_workbook(copy)[first[0]]
    assert {where: sheet[where[1]].value for where in cells} == cells


# -- nothing is lost --------------------------------------------------------------------------


def test_every_entry_of_the_file_is_in_the_copy_or_in_its_list(filled: Path, catalog: Catalog) -> None:
    def change(book: Any) -> None:
        sheet = book["Posten"]
        for column, value in enumerate(
            ("P-3", "Name  mit Rand ", "Mitte", "3,5", "1.234,50", "12%", "ja", "1.2.2026", 45000, "Mai", "25:00",
             "x", "1", "www", "1", "lang\nund länger", "P-9", "K", 5, "n/a"), 1,
        ):  # fmt: skip
            sheet.cell(8, column).value = value
        sheet.cell(10, 2).value = "ohne Schlüssel"
        sheet.cell(12, 1).value = "Summe"
        sheet.cell(12, 5).value = 1234.5
        book["Werte"].protection.disable()

    edit(filled, change)
    result, copy = annotated(filled, catalog)
    source, here = load_workbook(filled)["Posten"], load_workbook(copy)["Posten"]
    entries = " | ".join(str(x["Ihr Eintrag"]) for x in listed(copy))
    for line in source.iter_rows(min_row=5, max_row=16):
        for cell in line:
            if cell.value is None or str(cell.value).startswith("="):
                continue
            there = here[cell.coordinate].value
            text = str(cell.value).replace("1234.5", "1234,50")
            assert there == cell.value or str(there) == str(cell.value).strip() or text in entries, cell.coordinate
    again = checked(copy, catalog)
    same_records(result, again)
    refused = {"E_VALUE_TYPE", "E_VALUE_AMBIGUOUS", "E_ROW_NO_KEY", "E_REFERENCE", "E_VALUE_PATTERN"}
    assert {x for x in found(again) if x[0] in refused} == {x for x in found(result) if x[0] in refused}


def test_a_stray_record_makes_no_endless_table(filled: Path, catalog: Catalog) -> None:
    edit(filled, lambda book: book["Posten"].cell(9000, 1, "P-9"))
    result, copy = annotated(filled, catalog)
    assert result.values.rows("posten")[2]["nr"] == "P-9"
    again = checked(copy, catalog)
    same_records(result, again)
    assert again.rows["posten"][2] < 1000
    assert again.rows["posten"][:2] == [5, 6]


def test_large_tables_and_lists_of_an_office_keep_their_room(tmp_path: Path, catalog: Catalog) -> None:
    values = values_with(catalog, posten=[dict(ROW, nr=f"P-{n}") for n in range(40)])
    values.lists["L_STUFE"] += [{"wert": f"Stufe {n}", "punkte": n} for n in range(20)]
    result, copy = annotated(generate(tmp_path / "p.xlsx", catalog, "probe", values, rows={"posten": 45}), catalog)
    again = checked(copy, catalog)
    assert result.layout is not None
    assert again.layout is not None
    assert again.layout.placed["posten"].rows == result.layout.placed["posten"].rows == 45
    assert again.layout.lists["L_STUFE"].rows == result.layout.lists["L_STUFE"].rows
    same_records(result, again)
    assert found(again) == set()


# -- the copy as a file ----------------------------------------------------------------------


def test_the_list_counts_explains_and_opens_first(filled: Path, catalog: Catalog) -> None:
    cells = {("menge", 0): "viele", ("stufe", 0): "Mitte", ("preis", 1): "1.234"}
    fill(filled, {place(catalog, "probe", "posten", f, n): v for (f, n), v in cells.items()})
    _, copy = annotated(filled, catalog)
    book = load_workbook(copy)
    assert book.active is not None
    assert book.active.title == "Rückmeldung"
    assert book.active["A1"].value == "Rückmeldung: 2 Fehler, 1 Warnung"
    assert "zurücksenden" in str(book.active["A2"].value)
    assert [x["Nr."] for x in listed(copy)] == [1, 2, 3]
    assert {x["Feld"] for x in listed(copy)} == {"Menge", "Stufe", "Preis"}


def test_a_clean_workbook_says_so(filled: Path, catalog: Catalog) -> None:
    result, copy = annotated(filled, catalog)
    assert load_workbook(copy)["Rückmeldung"]["A1"].value == "Rückmeldung: nichts zu berichtigen"
    assert comments(copy) == {}
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == set()


def test_equal_inputs_give_equal_bytes(filled: Path, catalog: Catalog) -> None:
    fill(filled, {place(catalog, "probe", "posten", "menge"): "viele"})
    _, copy = annotated(filled, catalog)
    first = copy.read_bytes()
    annotated(filled, catalog)
    assert copy.read_bytes() == first


def test_english_workbooks_get_english_copies(tmp_path: Path, catalog: Catalog) -> None:
    values = values_with(catalog, lang="en", posten=[dict(ROW, stufe="Start", menge=0)])
    result, copy = annotated(generate(tmp_path / "p.xlsx", catalog, "probe", values, lang="en"), catalog)
    assert copy.name == "p_feedback.xlsx"
    line = listed(copy, "Feedback")[0]
    assert (line["Kind"], line["Field"], line["Code"]) == ("error", "Quantity", "E_VALUE_RANGE")
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == found(result)


def test_copies_of_copies_replace_the_list(filled: Path, catalog: Catalog) -> None:
    fill(filled, {place(catalog, "probe", "posten", "menge"): "viele"})
    result, copy = annotated(filled, catalog)
    again = checked(copy, catalog)
    assert target(again, copy.parent) == copy
    assert found(again) - found(result) <= {("W_FORMULA_DIFFERS", c) for _, c in found(again)}
    second = copy.with_name("zweite.xlsx")
    write_feedback(second, again, brand=Brand(), today=TODAY)
    assert load_workbook(second).sheetnames == load_workbook(copy).sheetnames


def test_merged_workbooks_keep_carried_values(tmp_path: Path, catalog: Catalog) -> None:
    values = values_with(catalog, posten=[dict(ROW, punkte=7, menge=0)])
    result, copy = annotated(generate(tmp_path / "m.xlsx", catalog, "probe", values, merged=True), catalog)
    again = checked(copy, catalog)
    assert again.values.rows("posten") == result.values.rows("posten")
    assert again.values.rows("posten")[0]["punkte"] == 7
    assert again.stamp is not None
    assert again.stamp.merged


@pytest.mark.parametrize("key", ["angebotsliste", "absageanalyse", "kundenwert_scoring"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_examples_of_templates_come_back_equal(tmp_path: Path, catalog: Catalog, key: str, lang: Any) -> None:
    path = generate(tmp_path / "x.xlsx", catalog, key, example=True, lang=lang)
    result, copy = annotated(path, catalog)
    assert Feedback(result).headline.endswith({"de": "nichts zu berichtigen", "en": "nothing to correct"}[lang])
    again = checked(copy, catalog)
    assert again.values == result.values
    assert found(again) == set()


def test_a_template_may_have_a_sheet_of_that_name(tmp_path: Path) -> None:
    spec = """
key: echo
number: 93
version: 1
group: angebote
title: {de: Echo, en: Echo}
purpose: {de: Zum Testen, en: For tests}
filled_by: {de: Test, en: Test}
rhythm: {de: nie, en: never}
sheets:
  - name: {de: Rückmeldung, en: Feedback}
    blocks:
      - kind: table
        key: echos
        rows: 5
        identity: [nr]
        fields:
          - {key: nr, title: {de: Nr., en: No.}, required: true}
          - {key: zahl, title: {de: Zahl, en: Number}, type: int}
"""
    catalog = catalog_with(spec, tmp_path)
    path = generate(tmp_path / "e.xlsx", catalog, "echo", values_with(catalog, "echo", echos=[{"nr": "1", "zahl": 3}]))
    result, copy = annotated(fill(path, {place(catalog, "echo", "echos", "zahl"): "drei"}), catalog)
    assert load_workbook(copy).sheetnames[-1] == "Rückmeldung (Prüfung)"
    again = checked(copy, catalog)
    same_records(result, again)
    assert found(again) == found(result)


# -- the command -----------------------------------------------------------------------------


def call(*words: object) -> tuple[int, str, str]:
    """Run a command line and return exit code, output and messages."""
    result = CliRunner().invoke(program, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def inbox(tmp_path: Path, catalog: Catalog) -> Mapping[str, Any]:
    folder = tmp_path / "eingang"
    (folder / "nord").mkdir(parents=True)
    rows = [dict(ROW, menge=0)]
    for name in ("nord/a.xlsx", "a.xlsx"):
        values = values_with(catalog, posten=[dict(rows[0], nr=name)])
        front = {**values.form("deckblatt"), "mappe_id": name.replace("/", "-").removesuffix(".xlsx")}
        generate(folder / name, catalog, "probe", values.with_block("deckblatt", front))
    (folder / "kaputt.xlsx").write_bytes(b"nichts")
    return {"folder": folder, "specs": ("--specs", catalog.folders[-1], "--today", TODAY.isoformat())}


def test_the_command_writes_a_copy_of_every_workbook_taken(inbox: Mapping[str, Any], tmp_path: Path) -> None:
    out_folder = tmp_path / "raus"
    words = ("check", inbox["folder"], "--annotate", out_folder, *inbox["specs"])
    code, out, _ = call(*words)
    assert code == 3
    assert sorted(p.relative_to(out_folder).as_posix() for p in out_folder.rglob("*.xlsx")) == [
        "a_Rückmeldung.xlsx", "nord/a_Rückmeldung.xlsx",
    ]  # fmt: skip
    assert "kaputt.xlsx → keine Kopie (abgelehnt)" in out
    assert not [p for p in out_folder.rglob("*") if p.suffix == ".tmp"]
    before = (out_folder / "a_Rückmeldung.xlsx").read_bytes()
    code, out, err = call(*words)
    assert code == 5
    assert "E_EXISTS" in err
    code, out, _ = call(*words, "--force", "--json")
    assert code == 3
    assert (out_folder / "a_Rückmeldung.xlsx").read_bytes() == before
    assert '"copy": null' in out


def test_copies_never_lie_among_the_inputs(inbox: Mapping[str, Any], tmp_path: Path) -> None:
    folder, specs = inbox["folder"], inbox["specs"]
    assert call("check", folder, "--annotate", folder / "raus", *specs)[0] == 2
    assert call("check", folder, "--brand", "x.yaml", *specs)[0] == 2
    assert call("check", folder / "a.xlsx", "--annotate", folder, *specs)[0] == 1
    copy = folder / "a_Rückmeldung.xlsx"
    before = copy.read_bytes()
    code, _, err = call("check", copy, "--annotate", folder, "--force", *specs)
    assert code == 5
    assert "E_EXISTS" in err
    assert copy.read_bytes() == before


def test_a_brand_colours_the_copy(filled: Path, catalog: Catalog) -> None:
    brand = replace(Brand(), name="Firma <Nord>")
    _, copy = annotated(filled, catalog, brand)
    with zipfile.ZipFile(copy) as archive:
        assert b"Firma &lt;Nord&gt;" in archive.read("docProps/app.xml")
