"""Generate, fill in as a person would, read: equal records, for every template and every field type."""

from __future__ import annotations

import unicodedata
from datetime import date, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.cell import coordinate_to_tuple

from generators.workbook import write_workbook
from tests import workbooks
from vorlagen.layout import Layout, layout_for
from vorlagen.reading import read_workbook
from vorlagen.spec import Field, Form, Lang, Summary, Table
from vorlagen.values import Values, starting_values

ROWS = 6
_WORDS = st.sampled_from(
    ["Müller & Söhne", "Mu\u0308ller", "„Zitat“ 'x' \"y\"", "007", "12345", "1-2", "1E5", "Straße 5", "Ärger; à la carte",
     "日本", "a\nb", "TRUE", "#N/A text", "+49 30 23125", "@home", "<b>&amp;</b>", "0", "-"]
)  # fmt: skip
_TEXTS = st.one_of(_WORDS, st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=30))


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def strategy(item: Field, labels: list[str]) -> st.SearchStrategy[Any]:
    """Values a person may type into a field."""
    if item.type == "choice":
        return st.sampled_from(labels)
    if item.type == "int":
        return st.integers(-(10**9), 10**9)
    if item.type in ("decimal", "percent"):
        return st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: float(f"{x:.10g}"))
    if item.type == "money":
        return st.integers(-(10**11), 10**11).map(lambda cents: cents / 100)
    if item.type == "date":
        return st.dates(date(1900, 1, 1), date(2099, 12, 31))
    if item.type == "month":
        return st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(lambda d: d.replace(day=1))
    if item.type == "time":
        return st.times().map(lambda t: time(t.hour, t.minute, t.second))
    return _TEXTS.filter(lambda t: _clean(t) != "" and not _clean(t).startswith("="))


@cache
def blank(key: str, lang: Lang) -> tuple[bytes, Layout, Values]:
    """A blank workbook of few rows, without presets, and its layout."""
    template = workbooks.CATALOG.template(key)
    values = starting_values(template, lang, "BY", workbooks.TODAY)
    empty = Values({k: ({} if isinstance(v, dict) else []) for k, v in values.blocks.items()}, values.lists)
    rows = {b.key: ROWS for b in template.blocks.values() if isinstance(b, Table)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_workbook(path, template, empty, brand=workbooks.brand(), lang=lang, today=workbooks.TODAY, rows=rows)
        return path.read_bytes(), layout_for(template, empty, lang, rows), values


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("key", workbooks.KEYS)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_what_is_typed_is_read(key: str, lang: Lang, data: st.DataObject) -> None:
    content, layout, values = blank(key, lang)
    expected: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(content)
        book = openpyxl.load_workbook(path)
        for name, placed in layout.placed.items():
            block = placed.block
            if not isinstance(block, Form | Table | Summary):
                continue
            inputs = [f for f in block.all_fields if not f.computed]
            sheet = book[placed.sheet]
            labels = {f.key: [r["wert"] for r in values.lists[f.list]] if f.list else [] for f in inputs}
            if isinstance(block, Form):
                record: dict[str, Any] = {}
                for f in inputs:
                    value = data.draw(st.one_of(st.none(), strategy(f, labels[f.key])), label=f"{name}.{f.key}")
                    record[f.key] = value
                    row, col = placed.cells[f.key]
                    sheet.cell(row + 1, col + 1).value = value
                expected[name] = record
                continue
            records = []
            for n in range(data.draw(st.integers(0, 2)) if isinstance(block, Table) else placed.rows):
                record = {}
                for f in inputs:
                    if isinstance(block, Table) and f.key == block.key_field:
                        value = data.draw(strategy(f, labels[f.key]), label=f"{name}.{f.key}")
                    else:
                        value = data.draw(st.one_of(st.none(), strategy(f, labels[f.key])), label=f"{name}.{f.key}")
                    record[f.key] = value
                    sheet.cell(placed.first + n + 1, placed.columns[f.key] + 1).value = value
                records.append(record)
            expected[name] = records
        book.save(path)
        result = read_workbook(path, workbooks.CATALOG, today=workbooks.TODAY)
    assert result.outcome == "taken", result.findings
    assert not [f for f in result.findings if f.level == "error"], result.findings
    for name, want in expected.items():
        block = layout.placed[name].block
        if isinstance(want, dict):
            compare(block.by_key, want, result.values.form(name), name)
            continue
        got = result.values.rows(name)
        if isinstance(block, Table):
            assert len(got) == len(want), name
        for n, record in enumerate(want):
            compare(block.by_key, record, got[n] if n < len(got) else {}, f"{name} row {n}")


def compare(fields: dict[str, Field], want: dict[str, Any], got: dict[str, Any], where: str) -> None:
    for key, value in want.items():
        expected = _clean(value) if isinstance(value, str) else value
        assert got.get(key) == expected, (where, key, fields[key].type, expected, got.get(key))


def test_cells_are_where_the_layout_says() -> None:
    _, layout, _ = blank("angebotsliste", "de")
    assert coordinate_to_tuple("A5") == (layout.placed["angebote"].first + 1, 1)
