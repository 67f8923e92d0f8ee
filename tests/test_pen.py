"""Columns of cells are written as XlsxWriter writes the same cells one by one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from generators.pen import TEXT_MAX, Pen, PlainWorksheet, new_workbook
from vorlagen.formulas.printing import Printed

TOP = 14  # so that the rows cross the borders of 16 that share their spans
PRINTED = [
    Printed("SUM(tab[A])&\"<&>\""),
    Printed("$A\x01+$B\x02*\x03"),
    Printed("\x04\x01-\x05$3", first="\x04\x01&\"\""),
]  # fmt: skip


def parts(sheet: type[Worksheet], write: Callable[[Workbook, Any], None]) -> dict[str, bytes]:
    content = BytesIO()
    book = new_workbook(content)  # type: ignore[arg-type]
    write(book, book.add_worksheet("A", sheet))
    book.close()
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist() if "docProps" not in name}


def singly(sheet: Any, row: int, col: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, col, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, col, value, style)
    elif isinstance(value, float):
        sheet.write_number(row, col, value, style)
    else:
        sheet.write_string(row, col, value, style)


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=4
)
VALUE = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), TEXT)
RESULT = st.one_of(VALUE, st.sampled_from(["", "#DIV/0!", "#N/A"]))
COLUMNS = st.lists(
    st.tuples(st.lists(VALUE, max_size=5), st.lists(RESULT, min_size=5, max_size=5)), min_size=1, max_size=3
)


@settings(max_examples=30, deadline=None)
@given(COLUMNS, st.sets(st.integers(TOP - 2, TOP + 6), max_size=3), st.booleans())
def test_columns_equal_single_cells(columns: list[tuple[list[Any], list[Any]]], tall: set[int], below: bool) -> None:
    def around(book: Workbook, sheet: Any, styles: list[Any]) -> None:
        sheet.write_string(2, 1, "Titel", styles[0])
        sheet.write_number(TOP + 1, 20, 5.5, styles[1])
        sheet.write_comment(TOP + 9, 2, "x")
        for row in tall:
            sheet.set_row(row, 30)
        if below:
            sheet.write_string(TOP + 40, 3, "unten", styles[2])
        chart = book.add_chart({"type": "column"})
        # XlsxWriter leaves truth values out of the numbers that a chart keeps, which shifts the rest.
        plain = not any(isinstance(value, bool) for value in columns[0][0])
        chart.add_series(
            {
                "values": ["A", TOP, 1, TOP + 4, 1],
                "categories": ["A", TOP, 0 if plain else 1, TOP + 4, 0 if plain else 1],
            }
        )
        sheet.insert_chart("Z1", chart)

    def looks(book: Workbook) -> list[Any]:
        return [
            book.add_format({"bold": True}),
            book.add_format({"num_format": "0.0"}),
            book.add_format({"italic": True}),
        ]

    def by_columns(book: Workbook, sheet: Any) -> None:
        styles, pen = looks(book), Pen(sheet)
        for n, (values, results) in enumerate(columns):
            pen.values(TOP, TOP + 4, 2 * n, values, styles[n % 2])
            pen.formulas(TOP, 2 * n + 1, PRINTED[n], results, styles[2])
        around(book, sheet, styles)

    def cell_by_cell(book: Workbook, sheet: Any) -> None:
        styles = looks(book)
        for n, (values, results) in enumerate(columns):
            for place in range(5):
                singly(sheet, TOP + place, 2 * n, values[place] if place < len(values) else None, styles[n % 2])
            for place, result in enumerate(results):
                text = PRINTED[n].at(TOP + place, place + 1, 2 * n + 1)
                sheet.write_formula(TOP + place, 2 * n + 1, "=" + text, styles[2], "" if result is None else result)
        around(book, sheet, styles)

    assert parts(PlainWorksheet, by_columns) == parts(Worksheet, cell_by_cell)


def test_a_cell_of_its_own_stands_before_the_column() -> None:
    def write(book: Workbook, sheet: Any) -> None:
        look = book.add_format({"bold": True})
        Pen(sheet).values(TOP, TOP + 2, 1, [1.0, 2.0, 3.0], look)
        sheet.write_string(TOP + 1, 1, "anders", look)

    xml = parts(PlainWorksheet, write)["xl/worksheets/sheet1.xml"].decode()
    assert xml.count('r="B16"') == 1
    assert '<c r="B16" s="1" t="s"><v>0</v></c>' in xml
    assert '<c r="B17" s="1"><v>3</v></c>' in xml


def test_results_with_control_characters_stay_sound_xml() -> None:
    def write(book: Workbook, sheet: Any) -> None:
        look, pen = book.add_format({"bold": True}), Pen(sheet)
        pen.formula(0, 0, "=A2", look, "a\x0bb")
        pen.formulas(4, 0, Printed("A2"), ["a\x01b", "a\x02b"], look)

    root = fromstring(parts(PlainWorksheet, write)["xl/worksheets/sheet1.xml"])
    assert [v.text for v in root.iter() if v.tag.endswith("}v")] == ["a\ufffdb"] * 3


@pytest.mark.parametrize("value", [float("inf"), "x" * (TEXT_MAX + 1)])
def test_what_a_cell_cannot_hold_is_an_error(value: Any) -> None:
    def write(book: Workbook, sheet: Any) -> None:
        with pytest.raises(ValueError, match="row 1"):
            Pen(sheet).values(0, 2, 0, [value], book.add_format({"bold": True}))

    parts(PlainWorksheet, write)
