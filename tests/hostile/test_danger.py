"""Dangerous texts stay texts in every output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.danger import FAULTS, TEXTS, run

KINDS = {"json", ".xlsx", "copy.xlsx", ".html", ".csv", ".parquet", ".duckdb", ".txt"}


@pytest.mark.parametrize(("key", "turns"), [("gespraechsnotiz", (0, 5, 9)), ("kundenstamm", (3,))])
def test_no_text_becomes_a_formula_a_link_or_script(tmp_path: Path, key: str, turns: tuple[int, ...]) -> None:
    found, seen = run(key, tmp_path, turns)
    assert not found, "\n" + "\n".join(found)
    assert {kind for kind, count in seen.items() if count} == KINDS
    assert len(TEXTS) == 13


def test_what_is_looked_for_would_be_seen(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for row, text in enumerate(TEXTS):
            sheet.write(row, 0, text)
    assert len(list(FAULTS[".xlsx"](tmp_path / "a.xlsx"))) >= 4
    (tmp_path / "a.csv").write_text(
        "\n".join(f'"{text.replace(chr(34), chr(34) * 2)}"' for text in TEXTS), encoding="utf-8"
    )
    assert len(list(FAULTS[".csv"](tmp_path / "a.csv"))) == 7
    (tmp_path / "a.html").write_text("<p>".join(TEXTS), encoding="utf-8")
    assert len(list(FAULTS[".html"](tmp_path / "a.html"))) >= 4
