"""Real exports through the whole way: mapped, split into workbooks, merged, written in five forms.

Every figure is computed a second time here by pandas from the export itself.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.workbooks import CATALOG, ROOT
from vorlagen.cli import program
from vorlagen.consolidate import consolidate
from vorlagen.reading import read_workbook

DAY = "2011-12-31"
REGION = {
    **dict.fromkeys(("AZ", "CA", "CO", "NM", "NV", "OR", "WA"), "West"),
    **dict.fromkeys(("FL", "KY", "LA", "OK", "TN", "TX"), "Süd"),
    **dict.fromkeys(("IN", "KS", "MI", "MN", "OH"), "Nord"), **dict.fromkeys(("NY", "PA", "RI"), "Ost"),
}  # fmt: skip


def call(*words: str) -> None:
    result = CliRunner().invoke(program, list(words))
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """One row per order, straight from the export."""
    lines = pd.read_csv(ROOT / "examples" / "data" / "bike_sales_sample.csv")
    lines["region"] = lines["state"].map(REGION)
    found = lines.groupby("order_id").agg(
        total=("total_price", "sum"), region=("region", "first"), day=("order_date", "first")
    )
    return found.assign(cents=(found["total"] * 100).round().astype(int))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The merged workbooks of 18 states, in all five forms."""
    folder = tmp_path_factory.mktemp("bikes")
    data, mapping = ROOT / "examples" / "data" / "bike_sales_sample.csv", ROOT / "examples" / "bike_angebotsliste.yaml"
    call("generate", "angebotsliste", "--values", str(data), "--map", str(mapping), "--output", str(folder / "in"),
         "--rows", "60", "--today", DAY)  # fmt: skip
    call("consolidate", str(folder / "in"), "--output", str(folder / "out"), "--to", "xlsx,html,csv,parquet,duckdb",
         "--today", DAY)  # fmt: skip
    return folder / "out"


def cents(values: pd.Series) -> int:  # type: ignore[type-arg]
    return int((values.astype(float) * 100).round().sum())


def test_all_forms_hold_the_total_to_the_cent(written: Path, orders: pd.DataFrame) -> None:
    total = int(orders["cents"].sum())
    assert total == 11_292_885_00
    table = pd.read_csv(written / "17_angebotsliste_angebote.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert cents(table["Angebotssumme"]) == cents(table["Auftragswert"]) == total
    frame = pd.read_parquet(written / "17_angebotsliste_angebote.parquet")
    assert cents(frame["angebotssumme"]) == total
    with duckdb.connect(str(written / "konsolidiert.duckdb"), read_only=True) as base:
        (found,) = base.execute("SELECT sum(angebotssumme) FROM angebotsliste_angebote").fetchone() or (None,)
        by_region = dict(
            base.execute("SELECT region, sum(angebotssumme) FROM angebotsliste_angebote GROUP BY 1").fetchall()
        )
        view = base.execute("SELECT * FROM angebotsliste_anteile_anteil_erfolgreich").fetchall()
        views = {name for (name,) in base.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
        figures = base.execute("SELECT count(*) FROM angebotsliste_kennzahlen").fetchone()
    assert view == [(1.0,)]
    assert figures == (len(views),)
    assert round(found * 100) == total
    expected = orders.groupby("region")["cents"].sum().to_dict()
    assert {k: round(v * 100) for k, v in by_region.items()} == expected
    sheet = load_workbook(written / "17_angebotsliste_konsolidiert.xlsx", data_only=True)["Angebote"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if "Angebotssumme" in [str(c).split("\n")[0] for c in row])
    column = [str(c).split("\n")[0] for c in head].index("Angebotssumme")
    sums = [row[column] for row in rows if isinstance(row[column], int | float)]
    assert len(sums) == len(orders)
    assert round(sum(sums) * 100) == total
    page = (written / "bericht.html").read_text(encoding="utf-8")
    assert "11.292.885" in page


def test_the_figures_of_the_report_are_those_of_pandas(written: Path, orders: pd.DataFrame) -> None:
    path = written / "17_angebotsliste_konsolidiert.xlsx"
    today = pd.Timestamp(DAY).date()
    merged = consolidate([read_workbook(path, CATALOG, today=today)], lang="de", today=today)
    item = merged.templates["angebotsliste"]
    computed = item.computed
    by_status = dict(zip(computed.column("je_status", "status"), computed.column("je_status", "volumen"), strict=True))
    assert round(by_status["gewonnen"] * 100) == int(orders["cents"].sum())
    months = pd.to_datetime(orders["day"]).dt.to_period("M")
    expected = orders.groupby(months)["cents"].sum()
    assert [round(v * 100) for v in computed.column("je_monat", "volumen")] == expected.tolist()
    assert computed.column("je_monat", "n") == orders.groupby(months).size().tolist()
    assert computed.cell("anteile", "anteil_erfolgreich") == 1
