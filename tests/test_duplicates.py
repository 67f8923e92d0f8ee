"""Duplicates of companies: told apart, explained, decided by people, obeyed."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.helpers import catalog_with
from tests.workbooks import CATALOG, TODAY
from vorlagen.cli import program
from vorlagen.companies import company_name, fold, legal_form, mail_domain, phone_number, street, web_domain
from vorlagen.consolidate import consolidate
from vorlagen.decisions import Decision, Decisions, load_decisions
from vorlagen.duplicates import find_duplicates
from vorlagen.findings import SourceErrors, SpecErrors
from vorlagen.ledger import Counts
from vorlagen.records import ReadResult
from vorlagen.spec import Duplicates, Table
from vorlagen.stamp import Stamp
from vorlagen.values import Row, Values, list_rows

BY = Duplicates("firma", "rechtsform", "strasse", "plz", "ort", None, "telefon", "email", "website", "ust_id")


@pytest.mark.parametrize(
    "written",
    [
        "Kranz GmbH & Co. KG", "Kranz GmbH & Co.KG", "KRANZ GMBH & CO KG", "Kranz GmbH u. Co. KG", "Kranz GmbH+Co.KG",
        "Kranz GmbH und Co. Kommanditgesellschaft", "Kranz G.m.b.H. & Co. K.G.",
    ],
)  # fmt: skip
def test_one_legal_form_in_every_spelling(written: str) -> None:
    assert company_name(written) == company_name("Kranz GmbH & Co. KG")
    assert company_name(written).words == ("kranz",)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Kranz UG (haftungsbeschränkt)", "ug"), ("Kranz e.K.", "e. k."), ("Kranz e. Kfm.", "e. k."),
        ("Kranz SE & Co. KGaA", "kgaa"), ("Kranz AKTIENGESELLSCHAFT", "ag"), ("Kranz Aktiengesellschaft", "ag"),
        ("Kranz GmbH i.L.", "gmbh"), ("Kranz PartG mbB", "partg"), ("Kranz gGmbH", "gmbh"),
        ("Kommanditgesellschaft Kranz", "kg"), ("Kranz eG", "eg"), ("Kranz e.V.", "e. v."), ("Kranz Ges.m.b.H.", "gmbh"),
        ("Kranz GmbH, Abt. Einkauf", "gmbh"), ("Kranz GmbH z. Hd. Herrn Beispiel", "gmbh"), ("Kranz OHG", "ohg"),
        ("Kranz", ""),
    ],
)  # fmt: skip
def test_legal_forms_that_are_often_mistaken(written: str, form: str) -> None:
    name = company_name(written)
    assert (name.words, name.form) == (("kranz",), form)
    if form:
        assert legal_form(form) == form == legal_form(company_name(written).form)


def test_a_name_that_looks_like_a_form_stays() -> None:
    assert company_name("AS Bau GmbH").words == ("as", "bau")
    assert company_name("SE Technik").words == ("se", "technik")
    assert company_name("GmbH").words == ("gmbh",)


def test_folding_and_contacts() -> None:
    assert fold("Müßig & Söhne") == fold("MUESSIG & Soehne")
    assert fold("Café Zoë") == "cafe zoe"
    numbers = {phone_number(t) for t in ("030 23125111", "030/23125-111", "+49 (0)30 23125111", "0049 30 23125111")}
    assert numbers == {"+493023125111"}
    assert phone_number("keine") == ""
    assert phone_number("01 23456789", "AT") == "+43123456789"
    assert mail_domain("info@Kranz.example") == "kranz.example"
    assert mail_domain("kranz@gmx.de") == ""
    assert web_domain("https://www.kranz.example/de") == web_domain("kranz.example") == "kranz.example"
    assert street("Hauptstr. 12 a") == street("Hauptstraße 12A") == street("HAUPTSTRASSE Nr. 12a")
    assert street("Hauptstr. 12") != street("Hauptstr. 13")


def labelled() -> tuple[list[Row], dict[tuple[int, int], tuple[bool, str]]]:
    """600 fictional companies in 300 pairs; the set was made before the matcher and without it."""
    rows: list[Row] = []
    truth = {}
    with (Path(__file__).parent / "dubletten.csv").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            truth[len(rows), len(rows) + 1] = (line["gleich"] == "1", line["art"])
            for side in ("_a", "_b"):
                rows.append({k.removesuffix(side): v for k, v in line.items() if k.endswith(side)})
    return rows, truth


def test_precision_and_recall_on_the_labelled_set() -> None:
    rows, truth = labelled()
    assert Counter(same for same, _ in truth.values()) == {True: 150, False: 150}
    found = {(p.a, p.b) for p in find_duplicates(rows, BY)}  # all 179,700 pairs of the 600 compete
    right = {pair for pair, (same, _) in truth.items() if same}
    missed = Counter(truth[pair][1] for pair in right - found)
    wrong = [(rows[a]["firma"], rows[b]["firma"]) for a, b in found - right]
    assert len(found & right) / len(found) >= 0.95, wrong
    assert len(found & right) / len(right) >= 0.90, missed


def test_the_two_pairs_that_a_threshold_on_names_confuses() -> None:
    kiel = {"plz": "24113", "ort": "Kiel"}
    near = [{"firma": "Müller Bau GmbH", **kiel}, {"firma": "Möller Bau GmbH", **kiel}]
    same = [{"firma": "Müller GmbH & Co. KG", **kiel}, {"firma": "Mueller GmbH & Co.KG", **kiel}]
    assert find_duplicates(near, BY) == []
    (pair,) = find_duplicates(same, BY)
    assert pair.score > 50
    assert "gleicher Name" in pair.explained("de")
    assert "same postcode" in pair.explained("en")


def test_vat_number_decides_and_a_shared_mailbox_does_not() -> None:
    moved = [
        {"firma": "Alt GmbH", "plz": "24113", "ust_id": "DE 000000001"},
        {"firma": "Alt GmbH", "plz": "89073", "ust_id": "DE000000001"},
        {"firma": "Alt GmbH", "plz": "24113", "ust_id": "DE000000002"},
    ]
    assert {(p.a, p.b) for p in find_duplicates(moved, BY)} == {(0, 1)}
    crowd = [{"firma": f"Firma {c * 3}", "plz": "24113", "email": f"{c}@gross.example"} for c in "abcdefgh"]
    assert find_duplicates(crowd, BY) == []


# -- decisions -----------------------------------------------------------------------------

HEAD = "Entscheidung;Liste;Schlüssel A;Schlüssel B\n"
LIST = ("kundenstamm", "kunden")


def decided(folder: Path, *lines: str) -> Decisions:
    file = folder / "d.csv"
    file.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    return load_decisions([file])


def test_decisions_chain_and_keep_the_first_key(tmp_path: Path) -> None:
    found = decided(
        tmp_path, "gleich;kundenstamm.kunden;K-3;K-2", "same;kundenstamm.kunden;K-1;K-2",
        "verschieden;kundenstamm.kunden;K-1;K-9", ";kundenstamm.kunden;K-5;K-6",
    )  # fmt: skip
    assert found.kept == {LIST: {"K-2": "K-1", "K-3": "K-1"}}
    assert found.of(LIST, "K-9", "K-1") is False
    assert found.of(LIST, "K-5", "K-6") is None


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["vielleicht;kundenstamm.kunden;K-1;K-2"], "E_DECISION_VALUE"),
        (["gleich;kunden;K-1;K-2"], "E_DECISION_VALUE"),
        (["gleich;kundenstamm.kunden;K-1;K-1"], "E_DECISION_VALUE"),
        (["gleich;kundenstamm.kunden;K-1;K-2", "verschieden;kundenstamm.kunden;K-2;K-1"], "E_DECISION_TWICE"),
        (
            ["gleich;a.b;K-1;K-2", "gleich;a.b;K-2;K-3", "verschieden;a.b;K-1;K-3"],
            "E_DECISION_CIRCLE",
        ),
    ],
)
def test_faulty_decisions_stop_the_run(tmp_path: Path, lines: list[str], code: str) -> None:
    with pytest.raises(SourceErrors) as caught:
        decided(tmp_path, *lines)
    assert [f.code for f in caught.value.findings] == [code]
    assert caught.value.exit_code == 2


def test_a_file_without_decisions_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(SourceErrors) as caught:
        load_decisions([file])
    assert [f.code for f in caught.value.findings] == ["E_DECISION_SHEET"]
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    with pytest.raises(SourceErrors) as caught:
        load_decisions([tmp_path / "x.xlsx"])
    assert caught.value.findings[0].code == "E_FILE_UNREADABLE"


def book(key: str, name: str, **blocks: list[Row]) -> ReadResult:
    template = CATALOG.template(key)
    count = sum(len(rows) for rows in blocks.values())
    tables = [b.key for b in template.blocks.values() if isinstance(b, Table)]
    return ReadResult(
        Path(name), "taken", template, Stamp(key, 1, template.hash, "de"),
        Values({"deckblatt": {"mappe_id": name, "firma": "Muster", "stichtag": TODAY}, **blocks},
               {c.key: list_rows(c, "de", template) for c in template.lists}),
        rows={t: list(range(5, 5 + len(blocks.get(t, [])))) for t in tables},
        sheets={b.key: s.name.de for s in template.sheets for b in s.blocks}, counts=Counts(count, count),
    )  # fmt: skip


def customer(key: str, name: str, day: int = 1) -> Row:
    return {
        "kunde_id": key, "firma": name, "rechtsform": "GmbH", "plz": "24113", "ort": "Kiel", "land": "DE",
        "strasse": "Hafenring 12", "telefon": "040 66969112", "geaendert_am": date(2026, 1, day),
    }  # fmt: skip


def test_decisions_unite_records_and_references_in_all_templates() -> None:
    books = [
        book("kundenstamm", "a.xlsx", kunden=[customer("K-00001", "Nordblick Pumpen")]),
        book("kundenstamm", "b.xlsx", kunden=[customer("K-00002", "Nordblick-Pumpen", day=2)],
             ansprechpartner=[{"person_id": "P-00001", "kunde_id": "K-00002", "nachname": "Muster"}]),
        book("angebotsliste", "c.xlsx", angebote=[{"angebot_nr": "AN-1", "kunde_id": "K-00002"}]),
    ]  # fmt: skip
    open_ones = consolidate(books, lang="de", today=TODAY).templates["kundenstamm"]
    assert [(s.key_a, s.key_b, s.same) for s in open_ones.suspects] == [("K-00001", "K-00002", None)]
    assert len(open_ones.values.rows("kunden")) == 2  # nothing is merged without a decision
    same = Decisions((Decision(LIST, "K-00001", "K-00002", True),))
    done = consolidate(books, lang="de", today=TODAY, decisions=same)
    merged = done.templates["kundenstamm"]
    (row,) = merged.values.rows("kunden")
    assert (row["kunde_id"], row["firma"]) == ("K-00001", "Nordblick-Pumpen")  # the newest entries under the key kept
    assert merged.values.rows("ansprechpartner")[0]["kunde_id"] == "K-00001"
    assert done.templates["angebotsliste"].values.rows("angebote")[0]["kunde_id"] == "K-00001"
    assert merged.suspects == []
    assert [c.key for c in merged.conflicts] == [{"kunde_id": "K-00001"}]  # both versions stay visible
    assert [f.facts for f in merged.findings if f.code == "I_MERGE_SAME"] == [{"old": "K-00002", "new": "K-00001"}]
    apart = Decisions((Decision(LIST, "K-00001", "K-00002", False),))
    kept = consolidate(books, lang="de", today=TODAY, decisions=apart).templates["kundenstamm"]
    assert [(s.key_a, s.key_b, s.same) for s in kept.suspects] == [("K-00001", "K-00002", False)]
    assert len(kept.values.rows("kunden")) == 2


def test_a_person_decides_on_the_sheet_and_the_next_run_obeys(tmp_path: Path) -> None:
    words = ["generate", "kundenstamm", "--example", "--output", str(tmp_path / "in"), "--today", "2026-04-15"]
    assert CliRunner().invoke(program, words).exit_code == 0
    call = ["consolidate", str(tmp_path / "in"), "--today", "2026-04-15"]
    CliRunner().invoke(program, [*call, "--output", str(tmp_path / "one")])
    path = tmp_path / "one" / "01_kundenstamm_konsolidiert.xlsx"
    workbook = load_workbook(path)
    sheet = workbook["Dubletten"]
    head = {sheet.cell(5, c).value: c for c in range(1, 13)}
    assert (sheet.cell(6, head["Schlüssel A"]).value, sheet.cell(6, head["Schlüssel B"]).value) == (
        "K-00023",
        "K-00131",
    )
    assert sheet.data_validations.dataValidation[0].formula1 == '"gleich,verschieden"'
    sheet.cell(6, head["Entscheidung"]).value = "gleich"
    workbook.save(path)
    result = CliRunner().invoke(
        program, [*call, "--output", str(tmp_path / "two"), "--decisions", str(path), "--to", "xlsx,csv"]
    )
    assert "K-00131" in result.output
    again = load_workbook(tmp_path / "two" / "01_kundenstamm_konsolidiert.xlsx")
    keys = [row[0] for row in again["Kunden"].iter_rows(min_row=2, values_only=True)]
    assert "K-00023" in keys
    assert "K-00131" not in keys
    # The decision stays on record, so that the new workbook can be named the next time.
    assert load_decisions([tmp_path / "two" / "01_kundenstamm_konsolidiert.xlsx"]).kept == {
        LIST: {"K-00131": "K-00023"}
    }
    assert load_decisions([tmp_path / "two" / "01_kundenstamm_dubletten.csv"]).kept == {LIST: {"K-00131": "K-00023"}}


def test_a_spec_names_fields_that_exist(tmp_path: Path) -> None:
    text = """
key: probe
number: 91
version: 1
group: kontaktdaten
title: Probe
purpose: Probe
filled_by: Probe
rhythm: Probe
sheets:
  - name: Liste
    blocks:
      - kind: table
        key: liste
        identity: [nr]
        duplicates: {name: fehlt}
        fields: [{key: nr, title: Nr.}]
"""
    with pytest.raises(SpecErrors, match="duplicates names 'fehlt'"):
        catalog_with(text, tmp_path).template("probe")
