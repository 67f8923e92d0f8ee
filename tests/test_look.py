"""What a reader of a printed sheet sees: no cut text, no empty categories, pages that end between blocks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from generators import paging, styles, wrapping
from tests import workbooks
from tests.languages import texts
from vorlagen.compute import compute
from vorlagen.layout import GRID_WIDTH, Placed, PlacedSheet, column_width, heading_width, layout_for
from vorlagen.spec import Chart, Choice, ChoiceList, Field, Lang, Matrix, Prose, Summary, Table, Text

_FOLDER = TemporaryDirectory()
_TEXTS = ("text", "choice", "email", "phone", "url")
_INDENT = 1.3


@cache
def example(key: str) -> Path:
    """An example workbook with few spare rows."""
    return workbooks.write(Path(_FOLDER.name), key, limit=20)


def charts(key: str) -> dict[str, str]:
    """The XML of the charts of an example by their titles."""
    with ZipFile(example(key)) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    titles = [re.search(r"<c:title>.*?<a:t>(.*?)</a:t>", part, re.S) for part in parts]
    return {title[1]: part for title, part in zip(titles, parts, strict=True) if title}


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_columns_hold_the_texts_of_the_example(key: str, lang: Lang) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, "example", lang)
    tables = [b for b in template.blocks.values() if isinstance(b, Table)]
    layout = layout_for(template, values, lang, {b.key: len(values.rows(b.key)) for b in tables})
    computed = compute(layout, values, workbooks.TODAY)
    cut = []
    for block in template.blocks.values():
        if not isinstance(block, Table | Summary | Matrix):
            continue
        placed = layout.placed[block.key]
        widths = next(s.widths for s in layout.sheets if s.name == placed.sheet)
        shown = [(f.key, f.type) for f in block.fields] + (
            [] if isinstance(block, Table) else [(block.row.key, "text")]
        )
        last = max([*placed.columns.values(), sum(placed.across) - 1])
        for field, kind in shown:
            column = placed.columns[field]
            if kind not in _TEXTS or (column == last and not isinstance(block, Table)):
                continue  # beside the last column of a summary stands nothing that could cut its text
            for text in {str(v) for v in computed.column(block.key, field) if v not in (None, "")}:
                if wrapping.length(text) / wrapping.SPARE + _INDENT > widths.get(column, 13.0):
                    cut.append(f"{placed.sheet}: {block.key}.{field} is {widths[column]} wide: {text}")
    assert not cut


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        (None, 10, 1),
        ("Dichtungssatz als Serie, Freigabe Juni", 33, 1),  # 38 letters, most of them narrow
        ("WWWWWWWWWWWWWWWWWWWW", 32, 2),  # 20 wide ones
        ("eins\nzwei", 30, 2),
        ("Versandhandel baut Regionallager, Automatisierung wegen Personalmangel", 36, 2),
        ("Donaudampfschifffahrtsgesellschaft", 12, 3),
    ],
)
def test_lines_of_a_wrapped_text(text: str | None, width: float, lines: int) -> None:
    assert wrapping.lines(text, width) == lines


def test_headings_of_three_lines_get_a_higher_row() -> None:
    assert wrapping.heading_height([("Umsatz", 13), ("Eigenes Wachstum", 13)], 33) == 33
    assert wrapping.heading_height([("Cumulative present value at the end", 13)], 33) > 40


def test_a_column_is_as_wide_as_the_longest_word_of_its_heading_and_its_choices() -> None:
    item = Field("x", Text("Akquisitionskosten p. a.", "Cost"), "choice", width=8)
    choices = ChoiceList("L_X", Text("X", "X"), (Choice("a", Text("geringer Wert, aufwendig", "low"), {}),))
    assert column_width(item, "de") == len("Akquisitionskosten") + 2
    assert column_width(item, "de", choices) == len("geringer Wert, aufwendig") + 2
    assert column_width(item, "en", choices) == 8


@pytest.mark.parametrize(
    ("title", "width"),
    [
        ("Qualifizierungsquote", 22),
        ("Months without purchase", 16),  # Months without / purchase
        ("Avg. duration (working days)", 16),  # Avg. duration / (working days)
        ("Know-how-Stufe", 12),  # Know- how- / Stufe
        ("km", 4),
    ],
)
def test_a_heading_takes_two_lines(title: str, width: float) -> None:
    assert heading_width(title) == width


@pytest.mark.parametrize("lang", ["de", "en"])
def test_headings_are_whole_words_in_two_lines(lang: Lang) -> None:
    cut = []
    for key in workbooks.KEYS:
        template = workbooks.CATALOG.template(key)
        for placed_sheet in layout_for(template, workbooks.values_of(template, "blank", lang), lang).sheets:
            for placed in placed_sheet.blocks:
                titles = {f.key: f.title[lang] for f in placed.block.all_fields if f.key in placed.columns}
                for field, title in titles.items():
                    width = placed_sheet.widths.get(placed.columns[field], GRID_WIDTH)
                    # Headings are bold in 10 points, a little narrower than the body.
                    longest = max(wrapping.length(word) for word in re.split(r"(?<=-)|\s", title)) / wrapping.SPARE
                    if longest + _INDENT > width or wrapping.lines(title, width + 1.0) > 2:
                        cut.append(f"{key}: {placed.block.key}.{field} is {width} wide: {title}")
    assert not cut


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_the_front_sheet_tells_of_every_sheet_in_full(key: str) -> None:
    sheet = openpyxl.load_workbook(example(key)).worksheets[0]
    below = next(row for row in range(1, 60) if sheet.cell(row, 2).value == "Blätter")
    hints = {row: str(sheet.cell(row, 3).value) for row in range(below + 1, 60) if sheet.cell(row, 3).value}
    helps = [s.help.de for s in workbooks.CATALOG.template(key).sheets[1:] if s.help is not None]
    assert len(hints) >= len(helps)
    for row, hint in hints.items():
        assert not hint.endswith("…")
        lines = wrapping.lines(hint, sheet.column_dimensions["C"].width * 11 / 9)
        assert (sheet.row_dimensions[row].height or 18) >= 12 * lines, hint


def test_totals_of_spare_rows_and_columns_are_empty() -> None:
    key = "absageanalyse"
    template = workbooks.CATALOG.template(key)
    layout = layout_for(template, workbooks.values_of(template, "example", "de"), "de", {"absagen": 20})
    placed = layout.placed["m_grund"]
    sheet = openpyxl.load_workbook(example(key), data_only=True)[placed.sheet]
    start, count = placed.across
    heads = [sheet.cell(row + 1, 2).value for row in range(placed.first, placed.last + 1)]
    sides = [sheet.cell(row + 1, start + count + 1).value for row in range(placed.first, placed.last + 1)]
    assert "" in heads or None in heads
    assert [s in ("", None) for s in sides] == [h in ("", None) for h in heads]
    tops = [sheet.cell(placed.header + 1, start + n + 1).value for n in range(count)]
    below = [sheet.cell(placed.last + 2, start + n + 1).value for n in range(count)]
    assert "" in tops or None in tops
    assert [b in ("", None) for b in below] == [t in ("", None) for t in tops]


def test_charts_have_no_categories_for_spare_rows_of_a_list() -> None:
    template = workbooks.CATALOG.template("vertriebskennzahlen")
    shown = charts("vertriebskennzahlen")
    for title, key in (("Je Region", "L_REGION"), ("Auftragswert je Team (€)", "L_TEAM")):
        counts = re.findall(r"<c:cat>.*?<c:ptCount val=\"(\d+)\"", shown[title], re.S)
        assert set(counts) == {str(len(template.list_by_key[key].values))}


def test_points_are_named_by_series_that_the_legend_leaves_out() -> None:
    part = charts("trendradar")["Wahrscheinlichkeit und Auswirkung"]
    series = re.findall(r"<c:ser>.*?</c:ser>", part, re.S)
    named = [s for s in series if '<c:showSerName val="1"/>' in s]
    assert len(series) - len(named) == 3
    assert {re.search(r"<c:v>(.*?)</c:v>", s)[1] for s in named} >= {"T-01", "T-03", "T-07"}  # type: ignore[index]
    assert len(re.findall(r"<c:legendEntry>", part)) == len(named)


def test_scale_of_points_ends_where_inputs_end_but_for_shares_beyond_all() -> None:
    shown = charts("kundenportfolio")
    ends = {t: [float(m) for m in re.findall(r'<c:max val="(.*?)"/>', part)] for t, part in shown.items()}
    assert ends["Attraktivität und Position"] == [10, 10]
    assert ends["Kundenwert und Betreuungsaufwand"] == [10]


def test_bars_that_can_be_negative_have_a_scale_instead_of_figures() -> None:
    shown = charts("kundendeckungsbeitrag")
    negative = shown["Die zehn schwächsten Kunden: DB III (€)"]
    assert "<c:dLbls>" not in negative
    assert '<c:delete val="1"/>' not in negative
    assert "<c:dLbls>" in charts("wettbewerbsvergleich")["Nutzwert (1 bis 10)"]


def test_numbers_keep_their_distance_by_their_format() -> None:
    book = openpyxl.load_workbook(example("kundendeckungsbeitrag"))
    sheet = book["Kundenrechnung"]
    cell = next(c for c in sheet[6] if isinstance(c.value, int | float) and "€" in c.number_format)
    assert cell.number_format.endswith(styles.EDGE)
    assert cell.alignment.horizontal == "right"
    assert not cell.alignment.indent


def test_notes_tell_each_definition_once() -> None:
    sheet = openpyxl.load_workbook(example("angebotserfolg"))["Hinweise"]
    told = [tuple(c.value for c in row[1:4]) for row in sheet.iter_rows() if row[2].value == "Auswertung"]
    assert len(told) == len(set(told)) > 10


def test_a_form_above_a_list_is_printed_with_it() -> None:
    book = openpyxl.load_workbook(example("wettbewerbsvergleich"))
    with ZipFile(example("wettbewerbsvergleich")) as archive:
        names = archive.read("xl/workbook.xml").decode()
    areas = re.findall(r'_xlnm.Print_Area"[^>]*>(.*?)</definedName>', names)
    assert any(a.startswith("Parameter!$A$1:") for a in areas)
    assert any(a.startswith("Profile!$A$4:") for a in areas)
    labels = [c.column for row in book["Parameter"].iter_rows() for c in row if c.value == "Verglichene Wettbewerber"]
    assert labels == [1]  # in the column of the labels below it


def test_heads_of_a_schedule_show_no_date_where_none_fits() -> None:
    template = workbooks.CATALOG.template("massnahmenplan")
    placed = layout_for(template, workbooks.values_of(template, "blank", "de"), "de").placed["zeitplan"]
    sheet = openpyxl.load_workbook(example("massnahmenplan"))[placed.sheet]
    start, count = placed.across
    last = count - count % 7
    assert 0 < count - last < 3
    assert sheet.cell(placed.header, start + 1).number_format == "dd.mm.yyyy"
    assert sheet.cell(placed.header, start + last + 1).number_format == ";;;"


def test_english_writes_a_percent_sign_without_a_blank() -> None:
    written = (text.en for key in workbooks.KEYS for text in texts(workbooks.CATALOG.template(key)))
    assert not [text for text in written if re.search(r"\d %", text)]


# -- pages


class Rows:
    """Row heights as an XlsxWriter worksheet keeps them: pixels."""

    default_row_height = 24  # 18 points
    row_sizes: dict[int, tuple[float, bool]] = {}


def sheet_of(*blocks: Placed) -> PlacedSheet:
    return PlacedSheet("Blatt", None, "dashboard", blocks, dict.fromkeys(range(12), 13.0), True)


def block(key: str, top: int, rows: int, *, title: bool = True, slot: int = 0, chart: bool = False) -> Placed:
    kind: Any = Chart if chart else Prose
    made = kind(key=key, kind="chart" if chart else "text", title=Text(key, key) if title else None)
    return Placed(made, "Blatt", top, top, top + 1, rows, bottom=top + 1 + rows, slot=slot)


def filled(placed: Placed) -> int:
    return placed.last


def test_a_short_dashboard_is_one_page() -> None:
    assert paging.pages(sheet_of(block("a", 3, 20)), Rows(), 11, filled).single


def test_pages_end_between_blocks() -> None:
    blocks = [block("a", 3, 20), block("b", 25, 20), block("c", 47, 20)]
    plan = paging.pages(sheet_of(*blocks), Rows(), 11, filled)
    assert not plan.single
    assert plan.breaks
    assert set(plan.breaks) <= {25, 47}


def test_a_table_without_title_stays_with_the_block_above() -> None:
    blocks = [block("a", 3, 40), block("b", 45, 2), block("c", 49, 10, title=False)]
    plan = paging.pages(sheet_of(*blocks), Rows(), 11, filled)
    assert 49 not in plan.breaks


def test_charts_side_by_side_stay_together() -> None:
    pair = [block("b", 35, 14, chart=True), block("c", 35, 14, chart=True, slot=1)]
    plan = paging.pages(sheet_of(block("a", 3, 30), *pair, block("d", 52, 20)), Rows(), 11, filled)
    assert len(plan.breaks) == len(set(plan.breaks))


def test_a_little_shrinking_saves_a_page() -> None:
    sheet = sheet_of(block("a", 3, 25), block("b", 30, 6), block("c", 38, 25), block("d", 65, 6))
    plan = paging.pages(sheet, Rows(), 11, filled)
    widest = paging.print_scale(sheet, 11)
    assert len(plan.breaks) == 1
    assert 0.85 * widest - 1 <= plan.scale <= widest


def test_no_list_is_cut_by_a_page() -> None:
    widths = dict.fromkeys(range(20), 40.0)
    sheet = PlacedSheet("Listen", None, "lists", (), widths)
    firsts = [0, 3, 8, 12, 15]
    plan = paging.list_pages(sheet, firsts)
    assert plan.breaks
    assert set(plan.breaks) <= set(firsts)
    assert plan.scale >= 60


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_no_page_holds_spare_rows_alone(key: str) -> None:
    template = workbooks.CATALOG.template(key)
    for sheet in layout_for(template, workbooks.values_of(template, "blank", "de"), "de").sheets:
        if sheet.grid:
            last = max(sheet.widths)
            plan = paging.pages(sheet, Rows(), last, lambda placed: placed.first)
            end = max(sheet.blocks, key=lambda p: p.top)
            page = paging.PAGE_HEIGHT_INCHES * 72 * 100 / plan.scale
            if (end.bottom + 1 - end.top) * 18 <= page:
                assert max(plan.breaks, default=0) <= end.top


@pytest.mark.parametrize("lang", ["de", "en"])
def test_notes_name_each_sheet_on_one_line(lang: Lang) -> None:
    for template in map(workbooks.CATALOG.template, workbooks.KEYS):
        layout = layout_for(template, workbooks.values_of(template, "blank", lang), lang)
        (width,) = [sheet.widths[2] for sheet in layout.sheets if sheet.role == "notes"]
        names = [p.name for p in layout.sheets if any(f.help for b in p.blocks for f in b.block.all_fields)]
        assert [name for name in names if wrapping.lines(name, width) > 1] == []


def test_notes_of_a_page_and_a_row_take_one_page() -> None:
    sheet = sheet_of()
    widest = paging.print_scale(sheet, 11)
    room = int(paging.PAGE_HEIGHT_INCHES * 72 * 100 / widest / 18)
    assert paging.text_pages(sheet, Rows(), 10, room) == paging.Pages(widest, [])
    assert widest * 0.85 - 1 <= paging.text_pages(sheet, Rows(), 10, room + 1).scale < widest
    assert paging.text_pages(sheet, Rows(), 10, room * 3 // 2).scale == widest  # shrinking would save no page


def test_a_heading_is_not_left_without_rows() -> None:
    room = int(paging.PAGE_HEIGHT_INCHES * 72 * 100 / paging.print_scale(sheet_of(), 11) / 18)
    assert paging.text_pages(sheet_of(), Rows(), room - 2, room * 2 - 10).breaks == [room - 2]


def test_long_choice_lists_take_a_smaller_scale() -> None:
    sheet = PlacedSheet("Listen", None, "lists", (), dict.fromkeys(range(4), 20.0))
    assert paging.list_pages(sheet, [0, 2], 400.0).scale > paging.list_pages(sheet, [0, 2], 700.0).scale


def test_a_form_is_one_page_if_a_little_shrinking_is_enough() -> None:
    rows = int(9.9 * 72 / (7.0 / 12) / 18)  # at a scale that brings twelve inches of columns to seven
    assert paging.fits_portrait(sheet_of(block("a", 3, rows)), Rows())
    assert not paging.fits_portrait(sheet_of(block("a", 3, rows * 2)), Rows())
