"""The golden values of the catalogue: in the evaluator, in IronCalc and in LibreOffice.

Expected figures are worked by hand from the catalogue's samples, never taken from the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generators.workbook import write_workbook
from tests import engines, workbooks
from tests.libreoffice import Office, needs_libreoffice
from vorlagen.compute import compute
from vorlagen.fieldtypes import to_serial
from vorlagen.layout import Layout, cell_name, layout_for
from vorlagen.spec import Table, Template
from vorlagen.values import Row, Values


@dataclass(frozen=True)
class Case:
    """One workbook made from sample rows, and the figures it must show."""

    name: str
    template: str
    rows: dict[str, list[str | int]]  # table -> keys of the example rows that are kept
    expected: dict[tuple[str, str, int], Any]  # (block, field, row) -> value
    changes: dict[str, Row | list[Row]] | None = None  # forms: fields set; tables: rows given

    def values(self) -> tuple[Template, Values]:
        """Example values cut down to the case."""
        template = workbooks.CATALOG.template(self.template)
        values = workbooks.values_of(template, "example", "de")
        blocks = dict(values.blocks)
        for table, keys in self.rows.items():
            key_field = template.blocks[table].key_field  # type: ignore[attr-defined]
            blocks[table] = [r for k in keys for r in values.rows(table) if r[key_field] == k]
        for block, change in (self.changes or {}).items():
            blocks[block] = {**values.form(block), **change} if isinstance(change, dict) else change
        return template, Values(blocks, values.lists)

    def check(self) -> None:
        """Compare the figures that the evaluator gives."""
        template, values = self.values()
        tables = [b for b in template.blocks.values() if isinstance(b, Table)]
        rows = {b.key: min(b.rows, len(values.rows(b.key)) + 2) for b in tables}
        computed = compute(layout_for(template, values, "de", rows), values, workbooks.TODAY)
        for (block, field, row), expected in self.expected.items():
            found = computed.column(block, field)[row]
            assert agrees(found, expected), (block, field, row, found, expected)


CASES = [
    Case(
        "17 three samples",
        "angebotsliste",
        {"angebote": ["AN-2026-0031", "AN-2026-0012", "AN-2026-0019"], "aktionen": []},
        {
            ("ergebnis", "hit_n_abgegeben", 0): 1 / 3,
            ("ergebnis", "hit_entschieden", 0): 0.5,
            ("ergebnis", "hit_wert", 0): 38120 / 47520,  # 80.22 %
            ("ergebnis", "realisierung", 0): 36500 / 38120,  # 95.75 %
            ("ergebnis", "pipeline_gew", 0): 93000,
            ("ergebnis", "dauer_mittel", 0): 29.5,
            ("angebote", "entscheidung_tage", 1): 21,
            ("angebote", "entscheidung_tage", 2): 38,
            ("angebote", "w", 0): 0.5,
            ("angebote", "gruppe", 0): "offen",
            ("angebote", "wv_status", 0): "überfällig",  # 10.04. before the Stichtag 15.04.2026
        },
    ),
    Case(
        "03 sorter",
        "buying_center",
        {},
        {
            ("rollenmatrix", "unterstuetzung", 0): 11 / 24,
            ("rollenmatrix", "abdeckung", 0): 0.8,
            ("rollenmatrix", "entscheider_kontakt", 0): "Nein",
            ("mitglieder", "einfluss_anteil", 0): 5 / 12,
            ("mitglieder", "beitrag", 2): 6,
        },
    ),
    Case(
        "07 without holidays",
        "akquise_zeitplan",
        {"vorgaenge": []},
        {
            ("vorgaenge", "start", 0): to_serial(date(2026, 3, 2)),
            ("vorgaenge", "ende", 0): to_serial(date(2026, 3, 3)),
            ("vorgaenge", "start", 1): to_serial(date(2026, 3, 4)),
            ("vorgaenge", "ende", 1): to_serial(date(2026, 3, 10)),
            ("vorgaenge", "ende", 2): to_serial(date(2026, 3, 11)),  # a milestone ends on the day it starts
        },
        {
            "feiertage": [],
            "vorgaenge": [
                {"nr": 1, "phase": "Vorbereitung", "vorgang": "Ziele festlegen", "verantwortlich": "S. Kranz",
                 "start_plan": date(2026, 3, 2), "dauer_at": 2, "fortschritt": 1.0},
                {"nr": 2, "phase": "Vorbereitung", "vorgang": "Adressen qualifizieren", "verantwortlich": "L. Yildiz",
                 "vorgaenger": 1, "dauer_at": 5, "fortschritt": 0.6},
                {"nr": 10, "phase": "Vorbereitung", "vorgang": "Freigabe", "verantwortlich": "S. Kranz",
                 "vorgaenger": 2, "dauer_at": 0, "fortschritt": 0.0},
            ],
        },
    ),
    Case(
        "02 samples",
        "adressqualifizierung",
        {"leads": ["L-0001", "L-0002"]},
        {
            # points 8, 10, 8, 6, 10, 8, 8 and 6, 4, 6, 4, 7, 2, 5 with weights 10, 5, 20, 10, 15, 20, 20 %
            ("leads", "score", 0): 8.10,
            ("leads", "prio_score", 0): "A",
            ("leads", "score", 1): 4.25,
            ("leads", "prio_score", 1): "B",
            ("leads", "potenzial_gew", 0): 140000,
        },
    ),
    Case(
        "16 sample",
        "angebotskalkulation",
        {"positionen": [1, 2], "zusatzkosten": [1]},
        {
            ("kalkulation", "zwischensumme", 0): 35120,
            ("kalkulation", "angebotssumme", 0): 38120,
            ("ergebnis", "nettoerloes", 0): 37357.60,
            ("ergebnis", "db1", 0): 13449.60,
            ("ergebnis", "db2", 0): 11049.60,
            ("kennzahlen", "db2_marge", 0): 11049.60 / 37357.60,  # 29.58 %
            ("kennzahlen", "rabatt_gesamt", 0): 1380 / 36500,  # 3.78 %
            ("kennzahlen", "preisuntergrenze", 0): 26308 / 0.98,  # 26,844.90
        },
        {"kopf": {"skonto": 0.02, "bonus": None, "gesamtrabatt": None}},
    ),
    Case(
        "19 sample",
        "absageanalyse",
        {"absagen": ["AN-2026-0019"], "verbesserungen": []},
        {
            ("absagen", "preisabstand", 0): 500 / 8900,  # 5.62 %
            ("absagen", "dauer_tage", 0): 38,
            ("absagen", "kategorie", 0): "Lieferung",
        },
    ),
    Case(
        "28 eleven months of 100 and one of 200",
        "saisonanalyse",
        {},
        {
            # mean month 1,300 ÷ 12 = 108.33: 100 ÷ 108.33 = 0.9231, 200 ÷ 108.33 = 1.8462
            **{("index", "saisonindex_m", month): 12 / 13 for month in range(11)},
            ("index", "saisonindex_m", 11): 24 / 13,
            ("ergebnis", "summe", 0): 12,
            ("ergebnis", "n_jahre", 0): 1,
            ("ergebnis", "staerkster_wert", 0): 24 / 13,
        },
        {
            "filter": {"messgroesse": "Umsatz", "team": None, "region": None, "produktgruppe": None, "bis_jahr": None},
            "monatswerte": [
                {"jahr": 2025, "monat": month, "team": "Nord", "region": "Nord", "produktgruppe": "Förderbänder",
                 "umsatz": 200 if month == 12 else 100}
                for month in range(1, 13)
            ],
        },
    ),
    Case(
        "34 samples",
        "clv_berechnung",
        {"kundenliste": ["K-00017", "K-00108"]},
        {
            # m = 26,000 − 6,000 + 1,500 + 0.5 × 30 % × 8,000 + 500 = 23,200; q = 0.85 × 1.02 / 1.10
            ("kundenliste", "m", 0): 23200,
            ("kundenliste", "q", 0): 0.85 * 1.02 / 1.1,
            ("kundenliste", "clv", 0): sum(23200 * 1.02 ** (t - 1) * 0.85**t / 1.1**t for t in range(1, 6)),
            # m = 34,000 − 7,000 + 0 + 1 × 30 % × 8,000 + 0 = 29,400; acquisition 9,500
            ("kundenliste", "m", 1): 29400,
            ("kundenliste", "clv", 1): sum(29400 * (0.8 / 1.1) ** t for t in range(1, 6)) - 9500,
        },
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A case as a workbook."""

    path: Path
    layout: Layout
    values: Values


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    """All cases as workbooks."""
    folder = tmp_path_factory.mktemp("golden")
    out = {}
    for n, case in enumerate(CASES):
        template, values = case.values()
        path = folder / f"{n}.xlsx"
        write_workbook(path, template, values, brand=workbooks.brand(), lang="de", today=workbooks.TODAY)
        out[case.name] = Written(path, layout_for(template, values, "de"), values)
    return out


def place(layout: Layout, block: str, field: str, row: int) -> tuple[str, str]:
    """Sheet and cell of a figure."""
    placed = layout.placed[block]
    if field in placed.cells:
        return placed.sheet, cell_name(*placed.cells[field])
    return placed.sheet, cell_name(placed.first + row, placed.columns[field])


def agrees(found: Any, expected: Any) -> bool:
    """Equal texts, or numbers to 1e-9."""
    return engines.same(engines.plain(found), expected)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_evaluator(case: Case) -> None:
    case.check()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_ironcalc(case: Case, written: dict[str, Written], tmp_path: Path) -> None:
    template, values = case.values()
    book = written[case.name]
    path = tmp_path / "a.xlsx"
    values = workbooks.for_ironcalc(template, values)
    write_workbook(path, template, values, brand=workbooks.brand(), lang="de", today=workbooks.TODAY)
    model = engines.IronCalc(path)
    for (block, field, row), expected in case.expected.items():
        found = model.value(*place(book.layout, block, field, row))
        assert agrees(found, expected), (block, field, row, found, expected)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
@needs_libreoffice
def test_libreoffice(case: Case, written: dict[str, Written], office: Office) -> None:
    book = written[case.name]
    sheets = office.open(book.path)
    for (block, field, row), expected in case.expected.items():
        sheet, name = place(book.layout, block, field, row)
        line, col = engines.position(name)
        found = sheets[sheet][line][col]
        assert agrees(found, expected), (block, field, row, found, expected)
