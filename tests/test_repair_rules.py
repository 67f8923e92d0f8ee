"""Every repair rule catches a specimen made for it, and lets the sound workbook pass."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests import repair_rules


def sound(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Daten")
    sheet.add_table("A1:B3", {"name": "tab_x", "columns": [{"header": "Alpha"}, {"header": "Beta"}]})
    sheet.data_validation("A2:A3", {"validate": "list", "source": ["ja", "nein"]})
    sheet.conditional_format(
        "B2:B3", {"type": "formula", "criteria": "=$B2>1", "format": book.add_format({"bold": True})}
    )
    sheet.write_formula("D1", "=SUM(tab_x[Beta])", None, 0)
    sheet.merge_range("F1:G1", "x")
    book.define_name("mein_name", "=Daten!$A$1")
    book.close()
    return path


SPECIMENS = [
    ("table_columns", "xl/tables/table1.xml", 'name="Beta"', 'name="ALPHA"'),
    ("table_columns", "xl/tables/table1.xml", 'ref="A1:B3" t', 'ref="A1:C3" t'),
    ("table_columns", "xl/tables/table1.xml", 'name="Beta"', 'name="Gamma"'),
    ("table_names", "xl/tables/table1.xml", 'displayName="tab_x"', 'displayName="TAB1"'),
    ("table_names", "xl/workbook.xml", 'name="mein_name"', 'name="tab_x"'),
    ("list_literals", "xl/worksheets/sheet1.xml", '"ja,nein"', '"' + "ja," * 90 + '"'),
    ("filter_over_table", "xl/worksheets/sheet1.xml", "<mergeCells", '<autoFilter ref="A1:B3"/><mergeCells'),
    ("sheet_names", "xl/workbook.xml", 'sheet name="Daten"', 'sheet name="' + "x" * 32 + '"'),
    ("formula_text", "xl/worksheets/sheet1.xml", "SUM(tab_x[Beta])", "SUM(1;2)"),
    ("formula_text", "xl/worksheets/sheet1.xml", "SUM(tab_x[Beta])", "SUMME(tab_x[Beta])"),
    ("formula_text", "xl/worksheets/sheet1.xml", "SUM(tab_x[Beta])", "XLOOKUP(1,A1,A1)"),
    ("overlapping_areas", "xl/worksheets/sheet1.xml", 'ref="F1:G1"', 'ref="A2:B2"'),
]


def damage(path: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode()
    assert old in text, text
    parts[part] = text.replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_sound_workbook_has_no_findings(tmp_path: Path) -> None:
    assert repair_rules.findings(sound(tmp_path / "a.xlsx")) == []


@pytest.mark.parametrize(("rule", "part", "old", "new"), SPECIMENS)
def test_rule_catches_its_specimen(rule: str, part: str, old: str, new: str, tmp_path: Path) -> None:
    path = sound(tmp_path / "a.xlsx")
    damage(path, part, old, new)
    assert any(f.startswith(rule) for f in repair_rules.findings(path))


def test_doubled_formats_are_caught(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.xlsx")
    damage(
        path,
        "xl/worksheets/sheet1.xml",
        "</cfRule>",
        '</cfRule><cfRule type="expression" priority="2"><formula>$B2&gt;1</formula></cfRule>',
    )
    assert any(f.startswith("doubled_formats") for f in repair_rules.findings(path))


def test_every_rule_has_a_specimen() -> None:
    covered = {rule for rule, *_ in SPECIMENS} | {"doubled_formats"}
    assert covered == {rule.__name__ for rule in repair_rules.RULES}
