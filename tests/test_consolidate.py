"""The rules of merging, on a miniature template and on files of a shipped one."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import catalog_with
from vorlagen.catalog import shipped_folder
from vorlagen.compile import block_formulas
from vorlagen.consolidate import (
    ConservationError,
    Consolidated,
    Merged,
    consolidate,
    consolidated_json,
    with_provenance,
)
from vorlagen.load import Common
from vorlagen.provenance import PROVENANCE, PROVENANCE_KEYS, file_names
from vorlagen.records import Counts, ReadResult
from vorlagen.spec import Lang, Table, Template
from vorlagen.stamp import Stamp
from vorlagen.values import Row, Values, list_rows

TODAY = date(2026, 4, 15)
FIELDS = frozenset({"nr", "status", "wert", "geaendert_am"})

SPEC = """
key: mini
number: 90
version: 1
group: angebote
title: Mini
purpose: Test
filled_by: Test
rhythm: Test
stock: STOCK
lists:
  L_ERGEBNIS:
    title: {de: Ergebnis, en: Outcome}
    values:
      - {key: offen, de: offen, en: open}
      - {key: gewonnen, de: gewonnen, en: won}
      - {key: verloren, de: verloren, en: lost}
  L_PUNKTE:
    title: Punkte
    attributes: [{key: punkte, title: Punkte, type: int}, {key: art, title: Art, type: text}]
    values:
      - {key: hoch, de: hoch, en: high, punkte: 3, art: x}
      - {key: tief, de: tief, en: low, punkte: 1, art: y}
  L_DARF:
    title: Darf
    fix: true
    values: [{key: ja, de: ja, en: "yes"}, {key: nein, de: nein, en: "no"}]
sheets:
  - name: {de: Angebote, en: Offers}
    blocks:
      - kind: table
        key: angebote
        rows: 20
        identity: [nr]
        merge: {on: [nr], newest_by: geaendert_am}
        fields:
          - {key: nr, title: Nr., required: true}
          - {key: status, title: Status, type: choice, list: L_ERGEBNIS}
          - {key: wert, title: Wert, type: money}
          - {key: geaendert_am, title: Stand, type: date}
          - {key: punkt, title: Punkt, type: choice, list: L_PUNKTE}
          - {key: gewonnen, title: Gewonnen, type: int, formula: "IF([@status]=L_ERGEBNIS.gewonnen, 1, 0)"}
  - name: Kunden
    blocks:
      - kind: table
        key: kunden
        rows: 20
        identity: [kunde_id]
        merge: {conflict: combine}
        fields:
          - {key: kunde_id, title: Kunde, required: true}
          - {key: umsatz, title: Umsatz, type: money, merge: sum}
          - {key: groesse, title: Größe, type: int, merge: max}
          - {key: note, title: Note, type: decimal, merge: median}
          - {key: letzter, title: Letzter, type: date, merge: latest}
          - {key: darf, title: Darf, type: choice, list: L_DARF, merge: max}
          - {key: themen, title: Themen, merge: join}
          - {key: name, title: Name}
  - name: Massnahmen
    blocks:
      - kind: table
        key: streng
        rows: 20
        identity: [id]
        merge: {conflict: hold}
        fields:
          - {key: id, title: Id, required: true}
          - {key: mappe_id, title: Eigene Mappe}
          - {key: inhalt, title: Quelldatei}
  - name: Parameter
    blocks:
      - kind: form
        key: parameter
        must_match: true
        fields: [{key: zins, title: Zins, type: percent, default: 0.1}]
      - kind: form
        key: notiz
        fields:
          - {key: gespraech, title: Gespräch}
          - {key: menge, title: Menge, type: int, merge: sum}
  - name: Gewichte
    blocks:
      - kind: table
        key: gewichte
        rows: 5
        must_match: true
        identity: [kriterium]
        fields: [{key: kriterium, title: Kriterium}, {key: gewicht, title: Gewicht, type: percent}]
        presets:
          fields: [kriterium, gewicht]
          rows: [[{de: Preis, en: Price}, 0.4], [{de: Nutzen, en: Benefit}, 0.6]]
  - name: Plan
    blocks:
      - kind: summary
        key: plan
        row: {key: ergebnis, title: Ergebnis, type: choice, list: L_ERGEBNIS}
        fields: [{key: soll, title: Soll, type: money, merge: sum}, {key: ziel, title: Ziel, type: int}]
      - kind: matrix
        key: raster
        row: {key: zeile, title: Zeile, list: L_PUNKTE}
        col: {key: spalte, title: Spalte, list: L_DARF}
        cell: {key: zelle, title: Zelle, type: int, merge: sum}
      - kind: kpis
        key: quoten
        fields:
          - {key: hit, title: Hit, type: percent, formula: "RATIO(SUM(angebote[gewonnen]), COUNTIF(angebote[status], L_ERGEBNIS.gewonnen)+COUNTIF(angebote[status], L_ERGEBNIS.verloren))"}
          - {key: summe, title: Summe, type: money, formula: "SUM(angebote[wert])"}
          - {key: zins, title: Zins, type: percent, formula: "parameter.zins"}
"""


@cache
def mini(stock: bool = False) -> Template:
    with TemporaryDirectory() as folder:
        return catalog_with(SPEC.replace("STOCK", str(stock).lower()), Path(folder)).template("mini")


def book(
    name: str = "a.xlsx",
    *,
    lang: str = "de",
    front: Row | None = None,
    lists: dict[str, list[Row]] | None = None,
    template: Template | None = None,
    **blocks: Any,
) -> ReadResult:
    """A workbook as the reader hands it over."""
    spec = template or mini()
    weights = {"de": ("Preis", "Nutzen"), "en": ("Price", "Benefit")}[lang]
    given: dict[str, Any] = {
        "deckblatt": {"mappe_id": name, "firma": "Muster", "stichtag": TODAY, **(front or {})},
        "parameter": {"zins": 0.1},
        "gewichte": [{"kriterium": k, "gewicht": g} for k, g in zip(weights, (0.4, 0.6), strict=True)],
        **blocks,
    }
    tables = [b.key for b in spec.blocks.values() if isinstance(b, Table)]
    count = sum(len(given.get(key, [])) for key in tables)
    tongue: Lang = "en" if lang == "en" else "de"
    texts = {c.key: list_rows(c, tongue, spec) for c in spec.lists} | (lists or {})
    return ReadResult(
        Path(name),
        "taken",
        spec,
        Stamp(spec.key, 1, spec.hash, tongue),
        Values(given, texts),
        rows={key: list(range(5, 5 + len(given.get(key, [])))) for key in tables},
        sheets={b.key: s.name[tongue] for s in spec.sheets for b in s.blocks},
        cells={"angebote": {"nr": "A", "wert": "C"}, "streng": {"id": "A"}, "parameter": {"zins": "B2"}},
        counts=Counts(present=count, taken=count),
    )


def merge(*books: ReadResult, lang: str = "de") -> Merged:
    return consolidate(list(books), lang=lang, today=TODAY).templates["mini"]


def plain_rows(merged: Merged, block: str) -> list[Row]:
    appended = {f.key for f in PROVENANCE} - ({"mappe_id"} if block == "streng" else set())
    return [{k: v for k, v in row.items() if k not in appended} for row in merged.values.rows(block)]


def codes(merged: Merged) -> list[str]:
    return [f.code for f in merged.findings]


# -- provenance ---------------------------------------------------------------------------------------


def test_provenance_headings_are_the_shared_ones() -> None:
    titles = Common(shipped_folder()).titles
    for item in PROVENANCE:
        assert item.key not in titles or titles[item.key] == item.title


def test_with_provenance_appends_and_keeps_everything_else() -> None:
    template = with_provenance(mini())
    keys = {key: [f.key for f in block.all_fields] for key, block in template.blocks.items()}
    assert keys["angebote"][-6:] == [f.key for f in PROVENANCE]
    assert keys["streng"].count("mappe_id") == 1
    assert not PROVENANCE_KEYS & {*keys["gewichte"], *keys["parameter"], *keys["plan"]}
    for block in template.blocks.values():
        assert all(f.tree is not None for f in block_formulas(block))
        if isinstance(block, Table):
            titles = [f.title.de.casefold() for f in block.fields]
            assert len(set(titles)) == len(titles)
    assert with_provenance(template) == template
    assert template.hash == mini().hash


def test_rows_carry_their_provenance() -> None:
    front = {"team": "Team Nord", "stichtag": date(2026, 3, 31)}
    merged = merge(book("nord.xlsx", front=front, angebote=[{"nr": "1", "wert": 5.0}]))
    row = merged.values.rows("angebote")[0]
    assert row["quelle_datei"] == "nord.xlsx"
    assert (row["quelle_blatt"], row["quelle_zeile"]) == ("Angebote", 5)
    assert (row["mappe_id"], row["mappe_team"], row["mappe_stichtag"]) == ("nord.xlsx", "Team Nord", date(2026, 3, 31))
    origin = merged.origins["angebote"][0][0]
    assert (origin.file, origin.sheet, origin.cell, origin.row) == ("nord.xlsx", "Angebote", "A5", 5)


def test_same_file_names_in_two_folders_stay_apart() -> None:
    a = book("x/nord/a.xlsx", angebote=[{"nr": "1"}])
    b = book("x/sued/a.xlsx", angebote=[{"nr": "2"}])
    assert [r["quelle_datei"] for r in merge(a, b).values.rows("angebote")] == ["nord/a.xlsx", "sued/a.xlsx"]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/n/x.xlsx", "n/x.xlsx"], ["/n/x.xlsx", "n/x.xlsx"]),
        (["x.xlsx", "n/x.xlsx", "/x.xlsx"], ["x.xlsx", "n/x.xlsx", "/x.xlsx"]),
        (["a/n/x.xlsx", "b/n/x.xlsx", "y.xlsx"], ["a/n/x.xlsx", "b/n/x.xlsx", "y.xlsx"]),
    ],
)
def test_names_of_files_differ_however_little_their_paths_do(paths: list[str], names: list[str]) -> None:
    results = [ReadResult(Path(path), "taken") for path in paths]
    assert list(file_names(results).values()) == names


def test_a_name_in_reports_is_never_that_of_two_files() -> None:
    results = [ReadResult(Path(path), "taken", label=label) for path, label in
               [("ein/n/x.xlsx", "n/x.xlsx"), ("n/x.xlsx", "x.xlsx"), ("m/x.xlsx", "x.xlsx")]]  # fmt: skip
    assert sorted(file_names(results).values()) == ["ein/n/x.xlsx", "m/x.xlsx", "n/x.xlsx"]


def test_a_consolidation_can_be_consolidated_again() -> None:
    first = merge(book("a.xlsx", angebote=[{"nr": "1", "wert": 5.0}]), book("b.xlsx", angebote=[{"nr": "2"}]))
    again = book("m.xlsx", template=first.template, angebote=first.values.rows("angebote"))
    both = merge(again, book("c.xlsx", angebote=[{"nr": "1", "wert": 5.0}]))
    assert [o.file for o in both.origins["angebote"][0]] == ["c.xlsx", "a.xlsx"]
    assert plain_rows(both, "angebote") == [{"nr": "1", "wert": 5.0}, {"nr": "2"}]


# -- rows ---------------------------------------------------------------------------------------------


def test_identical_rows_collapse_silently() -> None:
    row = {"nr": "1", "wert": 5.0}
    merged = merge(book("a.xlsx", angebote=[row]), book("b.xlsx", angebote=[{**row, "status": None}]))
    assert plain_rows(merged, "angebote") == [row]
    assert len(merged.origins["angebote"][0]) == 2
    assert not merged.conflicts
    assert not codes(merged)
    assert merged.counts.collapsed == 1 + 2  # the two weights are the same, too


@pytest.mark.parametrize("swap", [False, True])
def test_newest_wins_by_the_stated_field(swap: bool) -> None:
    old = {"nr": "1", "wert": 1.0, "geaendert_am": date(2026, 1, 1)}
    new = {"nr": "1", "wert": 2.0, "geaendert_am": date(2026, 2, 1)}
    books = [book("a.xlsx", front={"stichtag": date(2026, 12, 1)}, angebote=[old]), book("b.xlsx", angebote=[new])]
    merged = merge(*(reversed(books) if swap else books))
    assert [r["wert"] for r in merged.values.rows("angebote")] == [2.0]
    conflict = merged.conflicts[0]
    assert conflict.resolution == "newest"
    assert [v.row["wert"] for v in conflict.versions] == [2.0, 1.0]
    assert set(conflict.fields) == {"wert", "geaendert_am"}
    finding = next(f for f in merged.findings if f.code == "W_MERGE_CONFLICT")
    assert finding.origin is not None
    assert finding.origin.file == "a.xlsx"


def test_without_stated_date_the_newest_workbook_wins() -> None:
    a = book("a.xlsx", front={"stichtag": date(2026, 4, 30)}, angebote=[{"nr": "1", "wert": 1.0}])
    b = book("b.xlsx", front={"stichtag": None}, angebote=[{"nr": "1", "wert": 2.0}])  # blank is today, 15 April
    assert merge(a, b).values.rows("angebote")[0]["wert"] == 1.0


def test_an_entry_repeated_later_is_as_new_as_its_last_workbook() -> None:
    days = (("a.xlsx", 1, 5.0), ("b.xlsx", 10, 9.0), ("c.xlsx", 20, 5.0))
    books = [book(n, front={"stichtag": date(2026, 4, d)}, angebote=[{"nr": "1", "wert": w}]) for n, d, w in days]
    row = merge(*books).values.rows("angebote")[0]
    assert (row["wert"], row["quelle_datei"]) == (5.0, "c.xlsx")


def test_hold_keeps_both_back() -> None:
    rows = [{"id": "1", "mappe_id": "x", "inhalt": "p"}], [{"id": "1", "mappe_id": "x", "inhalt": "q"}]
    merged = merge(*(book(f"{n}.xlsx", streng=r) for n, r in enumerate(rows)))
    assert merged.values.rows("streng") == []
    assert codes(merged) == ["E_MERGE_CONFLICT", "E_MERGE_CONFLICT"]
    assert merged.counts.held_back == 2


def test_a_tie_is_called_a_tie_and_favours_nobody() -> None:
    day = date(2026, 2, 1)
    larger = 0
    for n in range(40):
        rows = [{"nr": str(n), "wert": w, "geaendert_am": day} for w in (1.0, 2.0)]
        books = [book(f"{name}.xlsx", angebote=[row]) for name, row in zip("ab", rows, strict=True)]
        renamed = [book(f"{name}.xlsx", angebote=[row]) for name, row in zip("ba", rows, strict=True)]
        merged, other = merge(*books), merge(*renamed)
        won = merged.values.rows("angebote")[0]["wert"]
        assert won == other.values.rows("angebote")[0]["wert"]
        larger += won == 2.0
        (conflict,) = merged.conflicts
        assert (conflict.resolution, len(conflict.versions), conflict.fields) == ("tie", 2, ("wert",))
        assert conflict.versions[0].row["wert"] == won
        found = [f for f in merged.findings if f.code == "W_MERGE_CONFLICT"]
        assert {f.origin.file for f in found if f.origin} == {"a.xlsx", "b.xlsx"}
        assert all("selbe Datum" in f.message("de") and "same date" in f.message("en") for f in found)
        assert all("entscheiden" in f.message("de") and "decide" in f.message("en") for f in found)
    assert 10 <= larger <= 30


def test_an_older_third_version_does_not_hide_a_tie() -> None:
    days = {1.0: date(2026, 2, 1), 2.0: date(2026, 2, 1), 3.0: date(2026, 1, 1)}
    books = [book(f"{w}.xlsx", angebote=[{"nr": "1", "wert": w, "geaendert_am": d}]) for w, d in days.items()]
    merged = merge(*books)
    assert [c.resolution for c in merged.conflicts] == ["tie"]
    assert merged.conflicts[0].versions[-1].row["wert"] == 3.0
    later = book("4.xlsx", angebote=[{"nr": "1", "wert": 4.0, "geaendert_am": date(2026, 3, 1)}])
    assert [c.resolution for c in merge(*books, later).conflicts] == ["newest"]


def test_a_tie_in_a_field_without_rule_of_combined_records() -> None:
    books = [book(f"{n}.xlsx", kunden=customers(umsatz=1.0, name=n)) for n in "ab"]
    merged = merge(*books)
    assert [(c.resolution, c.fields) for c in merged.conflicts] == [("tie", ("name",))]
    assert merged.values.rows("kunden")[0]["umsatz"] == 2.0


def test_own_field_of_provenance_is_filled() -> None:
    merged = merge(book("a.xlsx", streng=[{"id": "1"}, {"id": "2", "mappe_id": "own"}]))
    assert [r["mappe_id"] for r in merged.values.rows("streng")] == ["a.xlsx", "own"]


def customers(**given: Any) -> list[Row]:
    return [{"kunde_id": "K-1", **given}]


def test_combine_by_the_rules_of_the_fields() -> None:
    a = customers(umsatz=0.1, groesse=3, note=5.0, letzter=date(2026, 1, 5), darf="ja", themen="b", name="Alt")
    b = customers(umsatz=0.2, groesse=7, note=9.0, letzter=date(2026, 1, 4), darf="nein", themen="a; b", name="Neu")
    c = customers(note=6.0, name="Neu")
    merged = merge(
        book("a.xlsx", front={"stichtag": date(2026, 1, 31)}, kunden=a),
        book("b.xlsx", front={"stichtag": date(2026, 2, 28)}, kunden=b),
        book("c.xlsx", front={"stichtag": date(2026, 1, 31)}, kunden=c),
    )
    row = merged.values.rows("kunden")[0]
    assert row["umsatz"] == 0.3  # not 0.30000000000000004
    assert (row["groesse"], row["note"], row["letzter"]) == (7, 6.0, date(2026, 1, 5))
    assert (row["darf"], row["themen"], row["name"]) == ("nein", "a; b", "Neu")
    assert (row["quelle_datei"], row.get("quelle_zeile")) == ("a.xlsx; b.xlsx; c.xlsx", 5)
    assert row.get("mappe_stichtag") is None
    assert {k for c in merged.conflicts for k in c.fields} == {"note", "name"}
    assert "W_MERGE_CONFLICT" in codes(merged)


def test_equal_figures_of_two_teams_both_count() -> None:
    row = customers(umsatz=100.0, note=5.0)
    merged = merge(book("a.xlsx", kunden=row), book("b.xlsx", kunden=row))
    assert merged.values.rows("kunden")[0]["umsatz"] == 200.0
    assert not merged.conflicts


def test_a_workbook_sent_twice_counts_once() -> None:
    front = {"mappe_id": "NORD-04"}
    early, late = {**front, "stichtag": date(2026, 4, 1)}, {**front, "stichtag": date(2026, 4, 8)}
    merged = merge(
        book("a.xlsx", front=early, kunden=customers(umsatz=100.0)),
        book("a2.xlsx", front=late, kunden=customers(umsatz=120.0)),
        book("b.xlsx", kunden=customers(umsatz=1.0)),
    )
    assert merged.values.rows("kunden")[0]["umsatz"] == 121.0
    assert [c.resolution for c in merged.conflicts] == ["newest"]


# -- parameters, stocks, languages, lists ------------------------------------------------------------


def test_parameters_that_differ_stop_the_template_only() -> None:
    other = replace(mini(), key="other", number=91)
    results = [
        book("a.xlsx", angebote=[{"nr": "1"}]),
        book("b.xlsx", parameter={"zins": 0.08}),
        book("c.xlsx"),
        book("o.xlsx", template=other, angebote=[{"nr": "1"}]),
    ]
    done = consolidate(results, lang="de", today=TODAY)
    refused = done.templates["mini"]
    assert refused.refused
    assert codes(refused) == ["E_MERGE_PARAMETER"]
    origin = refused.findings[0].origin
    assert origin is not None
    assert (origin.file, origin.cell) == ("b.xlsx", "B2")
    assert refused.counts.held_back == refused.counts.taken == 7
    assert not done.templates["other"].refused
    assert [s.merged for s in done.sources] == [False, False, False, True]
    assert consolidated_json(done, results, "de")["templates"]["mini"]["merged"] is False


def test_weights_that_differ_stop_the_template() -> None:
    weights = [{"kriterium": "Nutzen", "gewicht": 0.5}, {"kriterium": "Preis", "gewicht": 0.5}]
    assert codes(merge(book("a.xlsx"), book("b.xlsx", gewichte=weights))).count("E_MERGE_PARAMETER") == 4


def points(**changed: Any) -> dict[str, list[Row]]:
    rows = [{"wert": "hoch", "punkte": 3, "art": "x"}, {"wert": "tief", "punkte": 1, "art": "y"}]
    return {"L_PUNKTE": [{**rows[0], **changed}, rows[1]]}


def test_points_of_a_list_are_parameters() -> None:
    assert merge(book("a.xlsx"), book("b.xlsx", lists=points(punkte=9))).refused
    merged = merge(book("a.xlsx"), book("b.xlsx", lists=points(art="z")))
    assert not merged.refused
    assert set(codes(merged)) == {"W_MERGE_LIST"}


def test_fixed_lists_must_be_equal() -> None:
    longer = {"L_DARF": [{"wert": "ja"}, {"wert": "nein"}, {"wert": "?"}]}
    assert merge(book("a.xlsx"), book("b.xlsx", lists=longer)).refused
    assert not merge(book("a.xlsx", lists=longer), book("b.xlsx", lists=longer)).refused


def test_stocks_of_another_month_are_left_out() -> None:
    spec = mini(stock=True)
    old = book("a.xlsx", template=spec, front={"stichtag": date(2026, 3, 31)}, angebote=[{"nr": "1", "wert": 9.0}])
    new = book("b.xlsx", template=spec, front={"stichtag": date(2026, 4, 30)}, angebote=[{"nr": "1", "wert": 1.0}])
    blank = book("c.xlsx", template=spec, front={"stichtag": None}, angebote=[{"nr": "2", "wert": 2.0}])
    merged = merge(old, new, blank)
    assert [r["wert"] for r in merged.values.rows("angebote")] == [1.0, 2.0]
    assert codes(merged) == ["E_MERGE_STOCK", "I_MERGE_STICHTAG"]
    assert merged.values.form("deckblatt")["stichtag"] == date(2026, 4, 30)
    assert [s.merged for s in merged.sources] == [False, True, True]


def test_languages_meet() -> None:
    german = book("a.xlsx", angebote=[{"nr": "1", "status": "gewonnen", "punkt": "hoch"}])
    english = book("b.xlsx", lang="en", angebote=[{"nr": "1", "status": "won", "punkt": "high"}])
    for lang, label in (("de", "gewonnen"), ("en", "won")):
        merged = merge(german, english, lang=lang)
        assert [r["status"] for r in merged.values.rows("angebote")] == [label]
        assert not merged.conflicts
        assert not merged.refused
        assert [r["wert"] for r in merged.values.lists["L_ERGEBNIS"]][1] == label
        assert merged.values.rows("gewichte")[0]["kriterium"] == {"de": "Preis", "en": "Price"}[lang]


def test_own_and_unknown_list_values_stay() -> None:
    own = {"L_ERGEBNIS": [{"wert": "offen"}, {"wert": "Auftrag"}, {"wert": "verloren"}, {"wert": "ruht"}]}
    merged = merge(
        book("a.xlsx", lists=own, angebote=[{"nr": "1", "status": "Auftrag"}, {"nr": "2", "status": "ruht"}]),
        book("b.xlsx", angebote=[{"nr": "3", "status": "gewonnen"}, {"nr": "4", "status": "weg"}]),
    )
    # A formula names the second choice, so an office's word for it means the same.
    assert [r["status"] for r in merged.values.rows("angebote")] == ["gewonnen", "ruht", "gewonnen", "weg"]
    assert [r["wert"] for r in merged.values.lists["L_ERGEBNIS"]] == ["offen", "gewonnen", "verloren", "ruht", "weg"]
    replaced = {"L_PUNKTE": [{"wert": "eigen", "punkte": 2, "art": "q"}]}
    merged = merge(book("a.xlsx", lists=replaced, angebote=[{"nr": "1", "punkt": "eigen"}]))
    assert [r["wert"] for r in merged.values.lists["L_PUNKTE"]] == ["eigen"]


def test_list_capacity_grows() -> None:
    many = {"L_PUNKTE": [{"wert": f"w{n}", "punkte": n} for n in range(12)]}
    more = {"L_PUNKTE": [{"wert": f"v{n}", "punkte": n} for n in range(12)]}
    merged = merge(book("a.xlsx", lists=many), book("b.xlsx", lists=more))
    assert merged.capacities["L_PUNKTE"] >= len(merged.values.lists["L_PUNKTE"]) == 24


# -- forms, summaries, matrices, front sheet -----------------------------------------------------------


def test_forms_become_one_record_per_workbook() -> None:
    merged = merge(
        book("a.xlsx", notiz={"gespraech": "gut", "menge": 2}), book("b.xlsx", notiz={"gespraech": "offen", "menge": 3})
    )
    assert [(r["gespraech"], r["mappe_id"]) for r in merged.forms["notiz"]] == [("gut", "a.xlsx"), ("offen", "b.xlsx")]
    assert merged.values.form("notiz") == {"menge": 5}
    assert merged.values.form("parameter") == {"zins": 0.1}
    alone = merge(book("a.xlsx", notiz={"gespraech": "gut"}))
    assert alone.values.form("notiz") == {"gespraech": "gut"}


def test_summary_and_matrix_inputs() -> None:
    own = {"L_ERGEBNIS": [{"wert": "offen"}, {"wert": "gewonnen"}, {"wert": "verloren"}, {"wert": "ruht"}]}
    plan_a = [{"soll": 10.0, "ziel": 1}, {}, {}, {"soll": 4.0}]
    plan_b = [{"soll": 5.5, "ziel": 2}, {"soll": 1.0}, {}]
    cell = {"zeile": "hoch", "spalte": "ja", "zelle": 2}
    merged = merge(
        book("a.xlsx", lists=own, plan=plan_a, raster=[cell]),
        book("b.xlsx", lang="en", plan=plan_b, raster=[{"zeile": "high", "spalte": "yes", "zelle": 3}]),
    )
    rows = merged.values.rows("plan")
    assert rows[:4] == [{"soll": 15.5}, {"soll": 1.0}, {}, {"soll": 4.0}]
    assert merged.values.rows("raster") == [{**cell, "zelle": 5}]
    assert [(c.key, c.fields, c.resolution) for c in merged.conflicts] == [({"ergebnis": "offen"}, ("ziel",), "blank")]


def test_front_sheet() -> None:
    a = {"firma": "Zeta", "team": "Nord", "zeitraum_von": date(2026, 1, 1), "zeitraum_bis": date(2026, 1, 31)}
    b: Row = {"firma": "Alpha", "team": "Nord", "region": "Süd", "zeitraum_von": date(2026, 2, 1)}
    b["stichtag"] = date(2026, 5, 1)
    front = merge(book("a.xlsx", front=a), book("b.xlsx", front=b)).values.form("deckblatt")
    assert front == {
        "mappe_id": "KONSOLIDIERT", "firma": "Alpha / Zeta", "bearbeiter": "vorlagen", "team": "Nord",
        "zeitraum_von": date(2026, 1, 1), "zeitraum_bis": date(2026, 1, 31), "stichtag": date(2026, 5, 1),
    }  # fmt: skip
    assert merge(book("a.xlsx"), lang="en").values.form("deckblatt")["mappe_id"] == "CONSOLIDATED"


# -- accounting ---------------------------------------------------------------------------------------


def test_a_lost_row_is_an_internal_error() -> None:
    broken = book("a.xlsx", angebote=[{"nr": "1"}])
    broken.counts.taken += 1
    broken.counts.present += 1
    with pytest.raises(ConservationError):
        merge(broken)
    broken.counts.present += 1
    with pytest.raises(ConservationError):
        merge(broken)


def test_only_taken_files_are_merged_and_all_are_listed() -> None:
    refused = ReadResult(Path("r.xlsx"), "refused")
    double = replace(book("d.xlsx"), outcome="duplicate", values=Values(), counts=Counts())
    results = [refused, double, book("a.xlsx", angebote=[{"nr": "1", "wert": 2.5}])]
    done = consolidate(results, lang="de", today=TODAY)
    assert [(s.file, s.outcome, s.merged) for s in done.sources] == [
        ("a.xlsx", "taken", True), ("d.xlsx", "duplicate", False), ("r.xlsx", "refused", False),
    ]  # fmt: skip
    data = consolidated_json(done, results, "de")
    assert [f["file"] for f in data["files"]] == ["r.xlsx", "d.xlsx", "a.xlsx"]
    assert data["totals"]["rows_taken"] == 3
    row = data["templates"]["mini"]["blocks"]["angebote"][0]
    assert row["_origin"] == {"file": "a.xlsx", "sheet": "Angebote", "row": 5}
    assert row["wert"] == 2.5
    assert row["mappe_stichtag"] == "2026-04-15"


def test_figures_are_recomputed_never_averaged() -> None:
    a = [{"nr": f"a{n}", "status": "gewonnen" if n < 1 else "verloren"} for n in range(2)]
    b = [{"nr": f"b{n}", "status": "gewonnen" if n < 9 else "verloren"} for n in range(10)]
    results = [book("a.xlsx", angebote=a), book("b.xlsx", angebote=b)]
    done = consolidate(results, lang="de", today=TODAY)
    kpis = consolidated_json(done, results, "de")["templates"]["mini"]["kpis"]["quoten"]
    assert kpis["hit"] == pytest.approx(10 / 12)  # not (1/2 + 9/10) / 2 = 0.7
    assert kpis["zins"] == 0.1


# -- nothing depends on files ----------------------------------------------------------------------------

_cents = st.integers(-10_000_00, 10_000_00).map(lambda n: n / 100)
_offers = st.lists(
    st.fixed_dictionaries(
        {"nr": st.sampled_from("abcdef")},
        optional={
            "status": st.sampled_from(["offen", "gewonnen", "verloren", "weg"]),
            "wert": _cents,
            "geaendert_am": st.dates(date(2026, 1, 1), date(2026, 1, 4)),
        },
    ),
    max_size=12,
)
_sums = st.lists(
    st.fixed_dictionaries(
        {"kunde_id": st.sampled_from("xyz"), "umsatz": _cents, "note": st.integers(0, 10).map(float)}
    ),
    max_size=9,
)
_books = st.lists(st.tuples(_offers, _sums, st.integers(1, 3)), min_size=1, max_size=5)


def figures(merged: Merged) -> Any:
    def content(block: str) -> list[str]:
        return sorted(repr(sorted((k, v) for k, v in r.items() if v is not None)) for r in plain_rows(merged, block))

    conflicts = sorted(
        repr((c.block, c.key, c.resolution, sorted(c.chosen.items()), [sorted(v.row.items()) for v in c.versions]))
        for c in merged.conflicts
    )
    return {b: content(b) for b in ("angebote", "kunden")}, conflicts, merged.counts.held_back


@settings(max_examples=60, deadline=None)
@given(_offers, st.randoms(use_true_random=False), st.integers(1, 5))
def test_splitting_rows_over_files_changes_nothing(offers: list[Row], rng: random.Random, parts: int) -> None:
    whole = merge(book("all.xlsx", front={"mappe_id": "M"}, angebote=offers))
    bins: list[list[Row]] = [[] for _ in range(parts)]
    for row in offers:
        rng.choice(bins).append(row)
    split = [book(f"{n}.xlsx", front={"mappe_id": "M"}, angebote=rows) for n, rows in enumerate(bins)]
    rng.shuffle(split)
    assert figures(merge(*split)) == figures(whole)


@settings(max_examples=60, deadline=None)
@given(_books, st.randoms(use_true_random=False))
def test_order_of_files_changes_nothing(given_books: list[tuple[Any, Any, int]], rng: random.Random) -> None:
    books = [
        book(f"{n}.xlsx", front={"stichtag": date(2026, day, 1)}, angebote=offers, kunden=sums)
        for n, (offers, sums, day) in enumerate(given_books)
    ]
    straight = merge(*books)
    names = [b.file for b in books]
    rng.shuffle(names)
    renamed = [replace(b, file=name) for b, name in zip(books, names, strict=True)]
    rng.shuffle(renamed)
    assert figures(merge(*renamed)) == figures(straight)
    # Sent again under another name, each workbook still counts once.
    again = [replace(b, file=Path(f"again{n}.xlsx")) for n, b in enumerate(books)]
    assert figures(merge(*books, *again)) == figures(straight)


@settings(max_examples=60, deadline=None)
@given(st.lists(_sums, min_size=1, max_size=4))
def test_sums_are_exact_to_the_cent(teams: list[list[Row]]) -> None:
    # A customer stands once in a team's workbook.
    unique = [list({r["kunde_id"]: r for r in rows}.values()) for rows in teams]
    merged = merge(*(book(f"{n}.xlsx", kunden=rows) for n, rows in enumerate(unique)))
    for row in merged.values.rows("kunden"):
        cents = sum(round(r["umsatz"] * 100) for rows in unique for r in rows if r["kunde_id"] == row["kunde_id"])
        assert row["umsatz"] == cents / 100


# -- outputs ------------------------------------------------------------------------------------------------


def consolidated(tmp_path: Path) -> tuple[Consolidated, list[ReadResult], Path]:
    """Two offices fill in workbooks, headquarters reads and merges them."""
    from generators.workbook import write_workbook
    from tests.workbooks import brand
    from vorlagen.reading import read_many

    catalog = catalog_with(SPEC.replace("STOCK", "false"), tmp_path)
    template = catalog.template("mini")
    inbox = tmp_path / "in"
    inbox.mkdir()
    won: Row = {"nr": "1", "status": "gewonnen"}
    north: list[Row] = [
        {**won, "wert": 1234.5, "geaendert_am": date(2026, 1, 1)},
        {"nr": "=2", "status": "verloren", "wert": 7.0},
    ]
    south: list[Row] = [{"nr": f"b{n}", "status": "gewonnen" if n else "verloren", "wert": 0.1} for n in range(10)]
    south.append({**won, "wert": 1300.0, "geaendert_am": date(2026, 2, 1)})
    for name, rows in (("nord", north), ("sued", south)):
        values = book(f"{name}.xlsx", template=template, angebote=rows, notiz={"gespraech": name}).values
        write_workbook(inbox / f"{name}.xlsx", template, values, brand=brand(), lang="de", today=TODAY)
    (inbox / "kaputt.xlsx").write_bytes(b"nothing")
    results = read_many([inbox], catalog, today=TODAY)
    return consolidate(results, lang="de", today=TODAY), results, inbox


def test_end_to_end(tmp_path: Path) -> None:
    from generators.report import write_consolidated
    from tests.workbooks import brand
    from vorlagen.reading import read_workbook

    done, results, _ = consolidated(tmp_path)
    data = consolidated_json(done, results, "de")
    part = data["templates"]["mini"]
    assert part["merged"], data["files"]
    assert part["kpis"]["quoten"]["summe"] == pytest.approx(1308.0)
    assert part["kpis"]["quoten"]["hit"] == pytest.approx(10 / 12)
    out = tmp_path / "out"
    formats = {"xlsx", "csv", "parquet", "duckdb"}
    paths = write_consolidated(done, out, formats=formats, brand=brand(), lang="de", today=TODAY)
    assert {p.name for p in out.iterdir()} == {p.name for p in paths}
    assert "90_mini_konsolidiert.xlsx" in {p.name for p in paths}

    catalog = catalog_with(SPEC.replace("STOCK", "false"), tmp_path)
    back = read_workbook(out / "90_mini_konsolidiert.xlsx", catalog, today=TODAY)
    assert back.outcome == "taken", back.findings
    assert back.values.rows("angebote") == done.templates["mini"].values.rows("angebote")
    assert back.values.form("deckblatt") == done.templates["mini"].values.form("deckblatt")

    with (out / "90_mini_angebote.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream, delimiter=";"))
    assert lines[0][:4] == ["Nr.", "Status", "Wert", "Stand"]
    assert lines[1][:4] == ["1", "gewonnen", "1300,00", "01.02.2026"]
    assert lines[2][0] == "'=2"
    assert lines[1][5] == "1"


@pytest.mark.filterwarnings("ignore:Print area")
def test_report_sheets(tmp_path: Path) -> None:
    import openpyxl

    from generators.report import write_consolidated
    from tests.workbooks import brand

    done, _, _ = consolidated(tmp_path)
    path = write_consolidated(done, tmp_path / "out", formats={"xlsx"}, brand=brand(), lang="de", today=TODAY)[0]
    workbook = openpyxl.load_workbook(path, data_only=True)
    sheets = ("Quellen", "Konflikte", "Meldungen")
    texts = {name: [[c.value for c in row] for row in workbook[name].iter_rows()] for name in sheets}
    sources = {row[0]: row[1:3] for row in texts["Quellen"] if row[0] and str(row[0]).endswith(".xlsx")}
    taken = ["übernommen", "ja"]
    assert sources == {"kaputt.xlsx": ["abgewiesen", "nein"], "nord.xlsx": taken, "sued.xlsx": taken}
    conflict = next(row for row in texts["Konflikte"] if row[1] == "1" and row[2] == "Wert")
    assert conflict[3:5] == ["1300,00", "1234,50"]
    assert {row[4] for row in texts["Meldungen"]} >= {"W_MERGE_CONFLICT"}


def test_typed_tables(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pq = pytest.importorskip("pyarrow.parquet")
    from generators.report import write_consolidated
    from tests.workbooks import brand

    done, _, _ = consolidated(tmp_path)
    out = tmp_path / "out"
    write_consolidated(done, out, formats={"parquet", "duckdb"}, brand=brand(), lang="de", today=TODAY)
    schema = {f.name: str(f.type) for f in pq.read_schema(out / "90_mini_angebote.parquet")}
    assert schema["wert"].startswith("decimal128")
    assert schema["geaendert_am"].startswith("date32")
    assert schema["gewonnen"] == "int64"
    with duckdb.connect(str(out / "konsolidiert.duckdb"), read_only=True) as base:
        total = base.execute('SELECT sum(wert), count(*) FROM "mini_angebote"').fetchone()
        assert (float(total[0]), total[1]) == (1308.0, 12)
        assert base.execute('SELECT count(*) FROM "mini_quellen"').fetchone() == (3,)


def test_refusals_of_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from generators import frames, report
    from tests.workbooks import brand

    done = consolidate([book("a.xlsx", angebote=[{"nr": str(n)} for n in range(30)])], lang="de", today=TODAY)

    def refuse(formats: set[str]) -> str:
        with pytest.raises(report.ReportError) as caught:
            report.write_consolidated(done, tmp_path / "out", formats=formats, brand=brand(), lang="de", today=TODAY)
        assert caught.value.finding.message("de")
        assert caught.value.finding.remedy("en")
        assert not (tmp_path / "out").exists()
        return caught.value.finding.code

    monkeypatch.setattr(report, "EXCEL_ROWS", 25)
    assert refuse({"xlsx", "csv"}) == "E_OUTPUT_ROWS"
    monkeypatch.setattr(frames, "find_spec", lambda name: None)
    assert refuse({"duckdb"}) == "E_OUTPUT_EXTRA"
    assert refuse({"pdf"}) == "E_OUTPUT"
