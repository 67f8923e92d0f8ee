"""Laws that every template obeys, parametrised by its key."""

from __future__ import annotations

from pathlib import Path

import pytest
from openxml_audit import OpenXmlValidator

from tests import repair_rules, workbooks
from vorlagen.layout import make_layout
from vorlagen.spec import LANGS, Form, Lang, Table

KEYS = pytest.mark.parametrize("key", workbooks.KEYS)


@KEYS
def test_every_required_field_has_an_example(key: str) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, "example", "de")
    for block in template.blocks.values():
        for item in block.all_fields:
            if not item.required or item.computed:
                continue
            if isinstance(block, Form):
                assert values.form(block.key).get(item.key) is not None, (block.key, item.key)
            elif isinstance(block, Table):
                rows = values.rows(block.key)
                assert rows, block.key
                assert any(row.get(item.key) is not None for row in rows), (block.key, item.key)


@KEYS
def test_main_lists_have_at_least_three_examples(key: str) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, "example", "de")
    for block in template.blocks.values():
        if isinstance(block, Table):
            assert len(values.rows(block.key)) >= 3, block.key


@KEYS
def test_example_choices_exist(key: str) -> None:
    template = workbooks.CATALOG.template(key)
    for lang in LANGS:
        values = workbooks.values_of(template, "example", lang)
        for block in template.blocks.values():
            records = [values.form(block.key), *values.rows(block.key)]
            for item in block.all_fields:
                if item.type != "choice" or item.list is None:
                    continue
                allowed = {row["wert"] for row in values.lists[item.list]}
                used = {r.get(item.key) for r in records} - {None}
                assert used <= allowed, (block.key, item.key, used - allowed)


@KEYS
@pytest.mark.parametrize("lang", LANGS)
def test_no_two_cells_share_a_place(key: str, lang: Lang) -> None:
    layout = make_layout(workbooks.CATALOG.template(key), lang)
    for sheet in layout.sheets:
        taken: dict[tuple[int, int], str] = {}
        for placed in sheet.blocks:
            for name, place in placed.cells.items():
                assert place not in taken, (sheet.name, name, taken.get(place))
                taken[place] = name


@KEYS
@pytest.mark.parametrize("kind", ["blank", "example", "full"])
@pytest.mark.parametrize("lang", LANGS)
def test_excel_opens_it_without_repair(key: str, kind: str, lang: Lang, tmp_path: Path) -> None:
    path = workbooks.write(tmp_path, key, kind, lang, limit=40)
    assert repair_rules.findings(path) == []
    if kind == "example":
        report = OpenXmlValidator().validate(str(path))
        assert report.is_valid, [str(e) for e in report.errors][:5]


@KEYS
def test_equal_inputs_give_equal_bytes(key: str, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    assert workbooks.write(first, key, limit=40).read_bytes() == workbooks.write(second, key, limit=40).read_bytes()
