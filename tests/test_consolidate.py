"""The rules of merging, on a miniature template and on files of a shipped one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.mini import TODAY, book, codes, merge, mini, plain_rows
from vorlagen.catalog import shipped_folder
from vorlagen.compile import block_formulas
from vorlagen.consolidate import (
    ConservationError,
    consolidate,
    consolidated_json,
    with_provenance,
)
from vorlagen.ledger import Counts
from vorlagen.load import Common
from vorlagen.provenance import PROVENANCE, PROVENANCE_KEYS, file_names
from vorlagen.records import ReadResult
from vorlagen.spec import Table
from vorlagen.values import Row, Values

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
