"""The hand-worked cases of the evaluator, put to IronCalc, which shares no code with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from calculators.evaluate import ExcelError
from tests.engines import IronCalc, same
from tests.test_evaluate import CASES, FORM, ROW_CASES, ROWS, TABLE

_EPOCH = datetime(1899, 12, 30)
_SHEETS: dict[str, list[str]] = {"t": list(TABLE), "r": [*ROWS, *ROW_CASES], "eins": ["a", "b"]}

_YEAR_1900 = "no 29 February 1900: earlier serial numbers are one day off, and 0 is no date"
_HOLIDAYS = "WORKDAY refuses blank cells among the holidays (NETWORKDAYS takes them)"
_REFERENCE = "what IF and INDEX return counts as a value, not as the reference that Excel's SUM passes over"
_CELL = "a single cell does not count as a range"
_ARRAY = "text, date and criteria functions do not take arrays inside SUMPRODUCT"

# Cases in which IronCalc is wrong against Excel.
EXCEPTIONS: dict[str, str] = {
    '(0.1+0.2)&""': "spells 17 digits where Excel spells 15",
    '(0.1+0.2-0.3)&""': "keeps the rest of a cancelled sum where Excel writes 0",
    "AND(FALSE,1/0)": "stops at the first FALSE, so the error is lost",
    'AND("x",TRUE)': "passes over a text given directly",
    "DATE(1900,1,1)": _YEAR_1900,
    "YEAR([@leer])": _YEAR_1900,
    "MONTH([@leer])": _YEAR_1900,
    "DAY([@leer])": _YEAR_1900,
    "DAY(60)": _YEAR_1900,
    "WORKDAY(45291,1,t[frei])": _HOLIDAYS,
    "WORKDAY(45293,-1,t[frei])": _HOLIDAYS,
    "SUM(IF(TRUE,[@nichts],1))": _REFERENCE,
    "SUM(INDEX(t[text],6),1)": _REFERENCE,
    "NPV(-1,5)": "another error value",
    'COUNTIF(t[text],"<>anna")': "leaves out blank cells",
    'COUNTIF(t[text],"=")': "counts empty texts as blank cells",
    "COUNTIFS(t[zahl],1,eins[a],1)": "takes ranges of different sizes",
    'MATCH("x",t[auf],1)': "finds a text among numbers",
    "SUMPRODUCT(1/COUNTIF(t[gruppe],t[gruppe]))": _ARRAY,
    "SUMPRODUCT((YEAR(t[tag])=2024)*1)": _ARRAY,
    'SUMPRODUCT((LEFT(t[text])="a")*t[auf])': _ARRAY,
    "enthaelt": _CELL,
    "eigene": _CELL,
    "eigene_summe": _CELL,
    "zelle": _CELL,
    "in_zelle": _CELL,
    "band": "a blank cell to look for is not 0",
}


def serial(value: object) -> object:
    """Return a date or time as IronCalc and Excel hold it."""
    if isinstance(value, datetime):
        return (value - _EPOCH).total_seconds() / 86400
    if isinstance(value, date):
        return (value - _EPOCH.date()).days
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    return value


def write(sheet: Worksheet, row: int, col: int, value: object) -> None:
    """Write an input cell; empty texts and errors can only be the results of formulas."""
    value = serial(value)
    if isinstance(value, ExcelError):
        sheet.write_formula(row, col, {"#DIV/0!": "=1/0", "#N/A": "=NA()"}[value], None, "")
    elif value == "" and isinstance(value, str):
        sheet.write_formula(row, col, '=""', None, "")
    elif isinstance(value, bool):
        sheet.write_boolean(row, col, value)
    elif isinstance(value, str):
        sheet.write_string(row, col, value)
    elif value is not None:
        sheet.write_number(row, col, value)  # type: ignore[arg-type]


def column(block: str, key: str) -> str:
    return str(xl_col_to_name(_SHEETS[block].index(key)))


def printed(formula: str, row: int | None = None) -> str:
    """Return a case as the formula of a cell: of the form, or of row `row` (from 1) of the table r."""

    def whole(match: re.Match[str]) -> str:
        last = 2 if match[1] == "eins" else 7
        letters = column(match[1], match[2])
        return f"{match[1]}!${letters}$2:${letters}${last}"

    def here(match: re.Match[str]) -> str:
        return f"form!$B${list(FORM).index(match[1]) + 1}" if row is None else f"{column('r', match[1])}{row + 1}"

    def above(match: re.Match[str]) -> str:
        letters = column("r", match[1])
        return f"{letters}$1:{letters}{row}"

    text = re.sub(r"\b(t|r|eins)\[(\w+)\]", whole, formula)
    text = re.sub(r"\[@(\w+)\]", here, text)
    text = text.replace("eins.a", "eins!A2").replace("POS()", str(row)).replace("TODAY()", "DATE(2026,3,2)")
    text = re.sub(r"ABOVE\((\w+)\)", above, text)
    return "=" + re.sub(r"PREV\((\w+),([^)]*)\)", lambda m: m[2] if row == 1 else f"{column('r', m[1])}{row}", text)


def write_cases(path: Path, formulas: Sequence[str]) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    form, cases = book.add_worksheet("form"), book.add_worksheet("cases")
    for i, (key, value) in enumerate(FORM.items()):
        form.write_string(i, 0, key)
        write(form, i, 1, value)
    for block, values in (("t", TABLE), ("r", ROWS), ("eins", {"a": [7], "b": [1]})):
        sheet = book.add_worksheet(block)
        for col, key in enumerate(_SHEETS[block]):
            sheet.write_string(0, col, f"Kopf {key}")
            for row, value in enumerate(values.get(key, [])):  # type: ignore[attr-defined]
                write(sheet, row + 1, col, value)
        if block == "r":
            for key, (formula, _) in ROW_CASES.items():
                for row in range(1, 7):
                    sheet.write_formula(row, _SHEETS["r"].index(key), printed(formula, row), None, "")
    for i, formula in enumerate(formulas):
        cases.write_formula(i, 0, printed(formula), None, "")
    book.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> IronCalc:
    path = tmp_path_factory.mktemp("parity") / "cases.xlsx"
    write_cases(path, [formula for formula, _ in CASES])
    return IronCalc(path)


def agrees(found: Any, expected: object) -> bool:
    return same(found, expected) and isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(("row", "case"), list(enumerate(CASES, 1)), ids=[f for f, _ in CASES])
def test_case_in_ironcalc(engine: IronCalc, row: int, case: tuple[str, object]) -> None:
    formula, expected = case
    found = engine.value("cases", f"A{row}")
    # A listed exception that IronCalc has mended must leave the list.
    assert agrees(found, expected) != (formula in EXCEPTIONS), found


@pytest.mark.parametrize("key", ROW_CASES)
def test_row_case_in_ironcalc(engine: IronCalc, key: str) -> None:
    found = [engine.value("r", f"{column('r', key)}{row}") for row in range(2, 8)]
    fits = all(agrees(a, b) for a, b in zip(found, ROW_CASES[key][1], strict=True))
    assert fits != (key in EXCEPTIONS), found
