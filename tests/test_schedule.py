"""The schedule as a person sees it: bars, progress, milestones, free days, the line of the day; printed on one page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from tests import engines, workbooks
from tests.good_practice import Workbook
from tests.repair_rules import M
from vorlagen.layout import layout_for

KEY, ROWS = "akquise_zeitplan", 20
EPOCH = date(1899, 12, 30)
HOLIDAY = date(2026, 4, 27)  # a Monday after the last activity
CUTOFF = date(2026, 3, 11)  # of the example
PAPER, MARGIN = 11.69, 0.3  # inches: A4 across
SCRATCH = 300  # a row below everything


class Look(NamedTuple):
    """How a cell looks: its fill ('' without one), and whether the line of the day is at its left."""

    fill: str
    line: bool


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbooks.write(tmp_path_factory.mktemp("schedule"), KEY, "example", limit=ROWS, ironcalc=True)


@pytest.fixture(scope="module")
def looks(path: Path) -> dict[tuple[int, date], Look]:
    """Activity (1 is the first) and day -> what the conditional formats of the file make of the cell in IronCalc.

    Of several rules the first that holds is taken, as LibreOffice does; Excel adds those that follow.
    """
    template = workbooks.CATALOG.template(KEY)
    values = workbooks.values_of(template, "example", "de", ROWS)
    placed = layout_for(template, values, "de", dict.fromkeys(template.blocks, ROWS)).placed
    chart, days = placed["gantt"], placed["feiertage"]
    start, count = chart.across
    sheet = openpyxl.load_workbook(path)[chart.sheet]
    origin = f"{get_column_letter(start + 1)}{chart.first + 1}"
    rules = sorted(
        (rule for area in sheet.conditional_formatting if str(area.sqref).startswith(origin + ":")
         for rule in area.rules),
        key=lambda rule: rule.priority,
    )  # fmt: skip
    engine = engines.IronCalc(path)
    model, number = engine.model, engine.sheets[chart.sheet]
    serial = (HOLIDAY - EPOCH).days
    model.update_cell_with_number(engine.sheets[days.sheet], days.first + 1, days.columns["datum"] + 1, float(serial))
    first = EPOCH + timedelta(days=int(model.get_cell_value(number, chart.header + 1, start + 1)))
    cells = [(row, day) for row in range(1, ROWS + 1) for day in range(count - 1)]
    for n, (row, day) in enumerate(cells):
        place = f"{get_column_letter(start + day + 1)}{chart.first + row}"
        for m, rule in enumerate(rules):
            text = Translator(f"={rule.formula[0]}", origin).translate_formula(place)
            model.set_user_input(number, SCRATCH + n, 100 + m, text)
    model.evaluate()
    found = {}
    for n, (row, day) in enumerate(cells):
        holds = (r for m, r in enumerate(rules) if model.get_cell_value(number, SCRATCH + n, 100 + m) is True)
        look = Look("", False)
        if (rule := next(holds, None)) is not None:
            fill = rule.dxf.fill.bgColor.rgb[2:] if rule.dxf.fill else ""
            left = rule.dxf.border.left if rule.dxf.border else None
            look = Look(fill, bool(left and left.style))
        found[row, first + timedelta(days=day)] = look
    return found


def fills(looks: dict[tuple[int, date], Look], row: int, first: date, last: date) -> list[str]:
    return [looks[row, first + timedelta(days=n)].fill for n in range((last - first).days + 1)]


def test_bars_show_what_is_done_planned_and_late(looks: dict[tuple[int, date], Look]) -> None:
    dark, light, red, free = "1F3A5F", "9AA6B7", "D9776F", "ECEFF2"
    # 1: two days, done. 2: 4 to 10 March, 60 % of seven days done (four days), late. 8: 13 to 16 March, planned.
    assert fills(looks, 1, date(2026, 3, 2), date(2026, 3, 4)) == [dark, dark, ""]
    assert fills(looks, 2, date(2026, 3, 3), date(2026, 3, 11)) == ["", *[dark] * 4, *[red] * 3, ""]
    assert fills(looks, 8, date(2026, 3, 12), date(2026, 3, 17)) == ["", *[light] * 4, ""]
    # 10: a milestone has no bar. Weekends and holidays are grey where no bar runs over them.
    assert fills(looks, 10, date(2026, 3, 18), date(2026, 3, 18)) == [""]
    assert fills(looks, 1, date(2026, 3, 6), date(2026, 3, 9)) == ["", free, free, ""]
    assert looks[1, HOLIDAY].fill == free


def test_the_line_of_the_day_runs_through_all_activities_and_ends_there(looks: dict[tuple[int, date], Look]) -> None:
    lined = {cell for cell, look in looks.items() if look.line}
    assert lined == {(row, CUTOFF) for row in range(1, 15)}
    # Rows without an activity stay white, on weekends too.
    assert {look for (row, _), look in looks.items() if row > 14} == {Look("", False)}


def test_a_milestone_is_a_sign_of_its_own(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    signs = {cell.number_format for row in book["Gantt"].iter_rows() for cell in row if "◆" in str(cell.number_format)}
    assert signs == {'[=3]"◆";""'}
    texts = [str(cell.value) for row in book["Gantt"].iter_rows(max_row=12) for cell in row]
    assert any("◆ = Meilenstein" in text for text in texts)


def test_it_is_printed_on_one_page(path: Path) -> None:
    page = next(p for p in Workbook(path).pages if p.name == "Gantt")
    setup = page.root.find(M + "pageSetup")
    assert setup is not None
    assert (setup.attrib.get("orientation"), setup.attrib.get("fitToHeight", "1")) == ("landscape", "1")
    pixels = [7 * float(c.attrib["width"]) * (int(c.attrib["max"]) - int(c.attrib["min"]) + 1)
              for c in page.root.iter(M + "col")]  # fmt: skip
    # As wide as the paper allows; what is 11 points on the screen is then 6.5 points or more.
    assert 11 * (PAPER - 2 * MARGIN) / (sum(pixels) / 96) >= 6.5


def test_print_areas_end_at_the_last_row_and_grow(path: Path) -> None:
    names = [n.text or "" for n in Workbook(path).workbook.iter(M + "definedName")
             if n.attrib["name"] == "_xlnm.Print_Area"]  # fmt: skip
    book = openpyxl.load_workbook(path, data_only=True)
    engine = engines.IronCalc(path)
    for text in names:
        found = re.fullmatch(r"'?([^'!]+)'?!\$A\$\d+:INDEX\(.*?,(MAX\(.*!\$([A-Z])\$.*\))\)", text)
        assert found is not None, text
        sheet, end, key = found.groups()
        number = engine.sheets[sheet]

        def value(number: int = number, end: str = end) -> object:
            engine.model.set_user_input(number, SCRATCH, 100, "=" + end)
            engine.model.evaluate()
            return engine.model.get_cell_value(number, SCRATCH, 100)

        assert value() == max(cell.row for cell in book[sheet][key] if cell.value not in (None, ""))
        if sheet == "Vorgänge":  # typed in below the list, far from the other records
            engine.model.update_cell_with_number(number, 60, 1, 99.0)
            assert value() == 60
