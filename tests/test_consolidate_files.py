"""A consolidation depends on no order or split of files, and all its outputs hold the same."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import catalog_with
from tests.mini import SPEC, TODAY, book, merge, plain_rows
from vorlagen.consolidate import (
    Consolidated,
    Merged,
    consolidate,
    consolidated_json,
)
from vorlagen.records import ReadResult
from vorlagen.values import Row

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
