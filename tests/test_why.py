"""Why a number is what it is: the rows it is made of, checked against sums made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.filling import generate
from tests.workbooks import CATALOG, TODAY
from vorlagen.cli import program
from vorlagen.layout import cell_name
from vorlagen.reading import read_workbook
from vorlagen.records import ReadResult
from vorlagen.values import example_values
from vorlagen.why import NoSuchCell, explain

DAY = ("--today", TODAY.isoformat())


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two teams' quotation registers, merged."""
    folder = tmp_path_factory.mktemp("why")
    values = example_values(CATALOG.template("angebotsliste"), "de", "BY", TODAY)
    offers = values.rows("angebote")
    (folder / "in").mkdir()
    for name, rows in (("nord", offers[::2]), ("sued", offers[1::2])):
        front = {**values.form("deckblatt"), "mappe_id": name}
        part = values.with_block("angebote", rows).with_block("deckblatt", front)
        generate(folder / "in" / f"{name}.xlsx", CATALOG, "angebotsliste", part)
    call = ["consolidate", str(folder / "in"), "--output", str(folder / "out"), *DAY]
    CliRunner().invoke(program, call)
    return folder / "out" / "17_angebotsliste_konsolidiert.xlsx"


@pytest.fixture(scope="module")
def book(merged: Path) -> ReadResult:
    return read_workbook(merged, CATALOG, today=TODAY)


def place_of(book: ReadResult, block: str, key: str) -> str:
    assert book.layout is not None
    placed = book.layout.placed[block]
    at = placed.cells[key] if key in placed.cells else (placed.first, placed.columns[key])
    return f"{placed.sheet}!{cell_name(*at)}"


def test_every_figure_of_a_summary_adds_up_from_its_rows(book: ReadResult) -> None:
    offers = example_values(CATALOG.template("angebotsliste"), "de", "BY", TODAY).rows("angebote")
    amount = {o["angebot_nr"]: o["angebotssumme"] for o in offers}
    north = {o["angebot_nr"] for o in offers[::2]}
    sheet, first = place_of(book, "je_status", "volumen").split("!")
    letters, row = first.rstrip("0123456789"), int(first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    seen = []
    for n in range(9):
        found = explain(book, f"{sheet}!{letters}{row + n}", TODAY)
        (share,) = found.shares
        assert share.item is not None
        assert share.item.key == "angebotssumme"
        assert sum(r.value for r in share.rows) == pytest.approx(found.value, abs=0.005)
        for part in share.rows:
            number = part.key.split(", ")[0]
            assert part.value == amount[number]
            assert part.file == ("nord.xlsx" if number in north else "sued.xlsx")
            assert part.row
            seen.append(number)
    assert len(seen) == len(set(seen)) > 0


def test_cell_and_name_are_the_same_place(book: ReadResult) -> None:
    by_name = explain(book, "verfolgung.ueberfaellig_wert", TODAY)
    assert by_name == explain(book, place_of(book, "verfolgung", "ueberfaellig_wert"), TODAY)
    assert sum(r.value for r in by_name.shares[0].rows) == pytest.approx(by_name.value, abs=0.005)


def test_ratios_show_numerator_and_denominator(book: ReadResult) -> None:
    found = explain(book, "anteile.anteil_erfolgreich", TODAY)
    submitted, won = found.shares[:2]  # the denominator is asked first: is it 0?
    assert found.value == pytest.approx(sum(r.value for r in won.rows) / sum(r.value for r in submitted.rows))


def test_an_entry_names_its_file(book: ReadResult) -> None:
    found = explain(book, place_of(book, "angebote", "angebotssumme"), TODAY)
    assert found.formula == ""
    assert dict(found.entries)["quelle_datei"] in ("nord.xlsx", "sued.xlsx")
    computed = explain(book, place_of(book, "angebote", "offen"), TODAY)
    assert computed.formula.startswith("=")
    assert dict(computed.entries)["quelle_zeile"]


@pytest.mark.parametrize("place", ["Übersicht!ZZ99", "nichts", "verfolgung.fehlt", "angebote.angebotssumme"])
def test_wrong_places(book: ReadResult, place: str) -> None:
    with pytest.raises(NoSuchCell):
        explain(book, place, TODAY)


def test_the_command_says_it_in_words_and_in_json(merged: Path) -> None:
    text = CliRunner().invoke(program, ["why", str(merged), "verfolgung.faellig_heute", *DAY])
    assert text.exit_code == 0
    assert "Heute nachfassen" in text.output
    assert CliRunner().invoke(program, ["why", str(merged), "nichts", *DAY]).exit_code == 2
    data = json.loads(
        CliRunner().invoke(program, ["why", str(merged), "verfolgung.faellig_heute", "--json", *DAY]).output
    )
    assert data["value"] == len(data["shares"][0]["rows"])
