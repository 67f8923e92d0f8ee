"""Every function of the closed set on blank cells, texts that spell numbers, errors and empty ranges, by hand.

The values follow Microsoft's reference of each function. All cases of the evaluator, these and those of
`test_evaluate`, are put to IronCalc and LibreOffice in one workbook, calculated once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calculators.evaluate import ExcelError, evaluate
from tests.engines import IronCalc, same
from tests.libreoffice import Office, needs_libreoffice
from tests.test_evaluate import CASES, DIV0, NA, NUM, ROW_CASES, VALUE, book
from tests.test_evaluate_engines import _SHEETS, agrees, write_cases
from tests.test_evaluate_engines import EXCEPTIONS as IRONCALC
from vorlagen.formulas import functions
from vorlagen.formulas.ast import Call, ColRef, Literal, Node, RowRef, walk
from vorlagen.formulas.parse import parse

# [@leer] is blank, t[nix] an empty range, [@zwoelf] the text 12, [@fehl] #N/A, t[kaputt] holds #DIV/0!.
TABLE: dict[str, list[tuple[str, object]]] = {
    "ABS": [("ABS([@leer])", 0), ('ABS("-2")', 2), ("ABS([@fehl])", NA)],
    "AND": [("AND(t[nix])", VALUE), ("AND([@zwoelf],TRUE)", True), ("AND([@fehl],FALSE)", NA)],
    "AVERAGE": [("AVERAGE(t[nix])", DIV0), ('AVERAGE("12",4)', 8), ("AVERAGE([@zwoelf],4)", 4),
                ("AVERAGE(t[kaputt])", DIV0)],
    "AVERAGEIFS": [("AVERAGEIFS(t[nix],t[gruppe],\"a\")", DIV0), ("AVERAGEIFS(t[auf],t[text],\"5\")", 50),
                   ('AVERAGEIFS(t[kaputt],t[gruppe],"b")', DIV0)],
    "CHOOSE": [("CHOOSE([@leer],1,2)", VALUE), ('CHOOSE("2",10,20)', 20), ("CHOOSE([@fehl],1,2)", NA)],
    "COLUMN": [],
    "COUNT": [("COUNT(t[nix])", 0), ("COUNT([@zwoelf],\"12\")", 1), ("COUNT([@fehl],1)", 1)],
    "COUNTA": [("COUNTA(t[nix])", 0), ("COUNTA([@zwoelf])", 1), ("COUNTA(t[kaputt],[@fehl])", 7)],
    "COUNTBLANK": [("COUNTBLANK(t[nix])", 6), ("COUNTBLANK([@zwoelf])", 0), ("COUNTBLANK(t[kaputt])", 0)],
    "COUNTIF": [("COUNTIF(t[nix],0)", 0), ('COUNTIF(t[nix],"<>")', 0), ('COUNTIF(t[text],"5")', 1),
                ("COUNTIF(t[kaputt],4)", 1)],
    "COUNTIFS": [('COUNTIFS(t[nix],"",t[auf],">10")', 4), ('COUNTIFS(t[text],"5",t[auf],"50")', 1),
                 ("COUNTIFS(t[kaputt],4)", 1)],
    "DATE": [("DATE(2024,[@leer],1)", 45261), ('DATE("2024","1","31")', 45322), ("DATE(2024,[@fehl],1)", NA)],
    "DAY": [("DAY([@leer])", 0), ('DAY("45322")', 31), ("DAY([@fehl])", NA)],
    "EDATE": [("EDATE([@tag],[@leer])", 45322), ('EDATE([@tag],"1")', 45351), ("EDATE([@fehl],1)", NA)],
    "EOMONTH": [("EOMONTH([@tag],[@leer])", 45322), ('EOMONTH([@tag],"1")', 45351), ("EOMONTH([@tag],[@fehl])", NA)],
    "EXACT": [('EXACT([@leer],"")', True), ("EXACT([@zwoelf],12)", True), ('EXACT([@fehl],"a")', NA)],
    "EXP": [("EXP([@leer])", 1), ('EXP("0")', 1), ("EXP([@fehl])", NA)],
    "FIND": [('FIND("a",[@leer])', VALUE), ('FIND("2",[@zwoelf])', 2), ('FIND([@fehl],"a")', NA)],
    "HOUR": [("HOUR([@leer])", 0), ('HOUR("0.75")', 18), ("HOUR([@fehl])", NA)],
    "IF": [("IF([@leer],1,2)", 2), ('IF([@zwoelf]=12,1,2)', 2), ("IF([@fehl],1,2)", NA)],
    "IFERROR": [('IFERROR([@leer],1)=""', True), ("IFERROR([@zwoelf],1)", "12"), ("IFERROR([@fehl],7)", 7)],
    "INDEX": [('INDEX(t[nix],1)=""', True), ('INDEX(t[zahl],"2")', 20.5), ("INDEX(t[kaputt],2)", DIV0)],
    "INT": [("INT([@leer])", 0), ('INT("2.9")', 2), ("INT([@fehl])", NA)],
    "ISBLANK": [("ISBLANK([@leer])", True), ("ISBLANK([@zwoelf])", False), ("ISBLANK([@fehl])", False)],
    "ISERROR": [("ISERROR([@leer])", False), ("ISERROR([@zwoelf])", False), ("ISERROR([@fehl])", True)],
    "ISNUMBER": [("ISNUMBER([@leer])", False), ("ISNUMBER([@zwoelf])", False), ("ISNUMBER([@fehl])", False)],
    "ISTEXT": [("ISTEXT([@leer])", False), ("ISTEXT([@zwoelf])", True), ("ISTEXT([@fehl])", False)],
    "LARGE": [("LARGE(t[nix],1)", NUM), ('LARGE(t[auf],"2")', 40), ("LARGE(t[kaputt],1)", DIV0)],
    "LEFT": [("LEFT([@leer],2)", ""), ('LEFT([@zwoelf],"1")', "1"), ("LEFT([@fehl],1)", NA)],
    "LEN": [("LEN([@leer])", 0), ("LEN([@zwoelf])", 2), ("LEN([@fehl])", NA)],
    "LN": [("LN([@leer])", NUM), ('LN("1")', 0), ("LN([@fehl])", NA)],
    "LOWER": [("LOWER([@leer])", ""), ("LOWER([@zwoelf])", "12"), ("LOWER([@fehl])", NA)],
    "MATCH": [("MATCH(1,t[nix],0)", NA), ("MATCH([@leer],t[auf],0)", 1), ("MATCH([@zwoelf],t[auf],0)", NA),
              ("MATCH(4,t[kaputt],0)", 4)],
    "MAX": [("MAX(t[nix])", 0), ('MAX("12",4)', 12), ("MAX([@zwoelf],4)", 4), ("MAX(t[kaputt])", DIV0)],
    "MEDIAN": [("MEDIAN(t[nix])", NUM), ('MEDIAN("12",4)', 8), ("MEDIAN(t[kaputt])", DIV0)],
    "MID": [("MID([@leer],1,2)", ""), ('MID([@zwoelf],"2",1)', "2"), ("MID([@fehl],1,2)", NA)],
    "MIN": [("MIN(t[nix])", 0), ('MIN("12",40)', 12), ("MIN([@zwoelf],40)", 40), ("MIN(t[kaputt])", DIV0)],
    "MINUTE": [("MINUTE([@leer])", 0), ('MINUTE("0.75")', 0), ("MINUTE([@fehl])", NA)],
    "MOD": [("MOD([@leer],3)", 0), ("MOD(3,[@leer])", DIV0), ('MOD("7",3)', 1), ("MOD([@fehl],2)", NA)],
    "MONTH": [("MONTH([@leer])", 1), ('MONTH("45322")', 1), ("MONTH([@fehl])", NA)],
    "N": [("N([@leer])", 0), ("N([@zwoelf])", 0), ("N([@fehl])", NA)],
    "NETWORKDAYS": [("NETWORKDAYS(45292,45296,t[nix])", 5), ('NETWORKDAYS("45292",45296)', 5),
                    ("NETWORKDAYS([@fehl],45296)", NA)],
    "NOT": [("NOT([@leer])", True), ("NOT([@zwoelf]=12)", True), ("NOT([@fehl])", NA)],
    "NPV": [("NPV(0.1,[@leer],110)", 100), ('NPV("0.1",110)', 100), ("NPV(0.1,t[kaputt])", DIV0)],
    "OR": [("OR(t[nix])", VALUE), ("OR([@zwoelf],FALSE)", False), ("OR(TRUE,[@fehl])", NA)],
    "PERCENTILE": [("PERCENTILE(t[nix],0.5)", NUM), ('PERCENTILE(t[auf],"0.5")', 25),
                   ("PERCENTILE(t[kaputt],0.5)", DIV0)],
    "POWER": [("POWER([@leer],2)", 0), ('POWER("2",3)', 8), ("POWER(2,[@fehl])", NA)],
    "RANK": [("RANK(1,t[nix])", NA), ('RANK("20.5",t[zahl])', 1), ("RANK(1,t[kaputt])", DIV0)],
    "RIGHT": [("RIGHT([@leer],2)", ""), ("RIGHT([@zwoelf],1)", "2"), ("RIGHT([@fehl],1)", NA)],
    "ROUND": [("ROUND([@leer],2)", 0), ('ROUND("2.5",0)', 3), ("ROUND([@fehl],2)", NA)],
    "ROUNDDOWN": [("ROUNDDOWN([@leer],0)", 0), ('ROUNDDOWN("2.9",0)', 2), ("ROUNDDOWN([@fehl],0)", NA)],
    "ROUNDUP": [("ROUNDUP([@leer],0)", 0), ('ROUNDUP("2.1",0)', 3), ("ROUNDUP(2.1,[@fehl])", NA)],
    "ROW": [],
    "ROWS": [("ROWS(t[nix])", 6), ("ROWS([@zwoelf])", 1), ("ROWS(t[kaputt])", 6)],
    "SEARCH": [('SEARCH("a",[@leer])', VALUE), ('SEARCH("2",[@zwoelf])', 2), ('SEARCH("a",[@fehl])', NA)],
    "SIGN": [("SIGN([@leer])", 0), ('SIGN("-3")', -1), ("SIGN([@fehl])", NA)],
    "SMALL": [("SMALL(t[nix],1)", NUM), ('SMALL(t[auf],"2")', 10), ("SMALL(t[kaputt],1)", DIV0)],
    "SQRT": [("SQRT([@leer])", 0), ('SQRT("16")', 4), ("SQRT([@fehl])", NA)],
    "SUBSTITUTE": [('SUBSTITUTE([@leer],"a","b")', ""), ('SUBSTITUTE([@zwoelf],"1","3")', "32"),
                   ('SUBSTITUTE("a",[@fehl],"b")', NA)],
    "SUM": [("SUM(t[nix])", 0), ('SUM("12",1)', 13), ("SUM([@zwoelf],1)", 1), ("SUM(t[kaputt])", DIV0)],
    "SUMIF": [("SUMIF(t[nix],1,t[auf])", 0), ('SUMIF(t[text],"5",t[auf])', 50), ("SUMIF(t[kaputt],4)", 4)],
    "SUMIFS": [('SUMIFS(t[auf],t[nix],"")', 150), ("SUMIFS(t[auf],t[text],\"5\")", 50),
               ('SUMIFS(t[kaputt],t[gruppe],"b")', DIV0)],
    "SUMPRODUCT": [("SUMPRODUCT(t[nix])", 0), ("SUMPRODUCT(t[text],t[auf])", 0), ("SUMPRODUCT(t[kaputt])", DIV0)],
    "TODAY": [],
    "TRIM": [("TRIM([@leer])", ""), ('TRIM(" 12 ")', "12"), ("TRIM([@fehl])", NA)],
    "UPPER": [("UPPER([@leer])", ""), ("UPPER([@zwoelf])", "12"), ("UPPER([@fehl])", NA)],
    "WEEKDAY": [("WEEKDAY([@leer])", 7), ('WEEKDAY("45354")', 1), ("WEEKDAY([@fehl])", NA)],
    "WORKDAY": [("WORKDAY(45292,[@leer])", 45292), ("WORKDAY(45292,1,t[nix])", 45293), ('WORKDAY(45292,"1")', 45293),
                ("WORKDAY([@fehl],1)", NA)],
    "YEAR": [("YEAR([@leer])", 1900), ('YEAR("45322")', 2024), ("YEAR([@fehl])", NA)],
}  # fmt: skip
# Where IronCalc or LibreOffice is wrong against Excel, and why.
_BLANK = "a blank cell to look for is not 0 (Excel: an empty lookup value counts as 0)"
_LENGTH = "a text that spells a number is no length or place (Excel converts it)"
IRONCALC_EDGES: dict[str, str] = {
    'LEFT([@zwoelf],"1")': _LENGTH,
    'MID([@zwoelf],"2",1)': _LENGTH,
    "MATCH([@leer],t[auf],0)": _BLANK,
    "OR(TRUE,[@fehl])": "stops at the first TRUE, so the error is lost",
    "RANK(1,t[nix])": "another error value: Excel gives #N/A for a number that is not in the range",
    "WEEKDAY([@leer])": "serial number 0 is no day (Excel: Saturday, 0 January 1900)",
    "WORKDAY(45292,1,t[nix])": "refuses blank cells among the holidays",
}
_POINT = "a German program reads and writes the decimal comma, here in a text (so does Excel in German)"
_TRUTH = "truth values are numbers: they count, compare and print as 1 and 0"
_DIRECT = "a text given directly is no number to functions of ranges (Excel converts it)"
_EPOCH = "days count from 30 December 1899: no 29 February 1900, and negative ones exist"
LIBREOFFICE: dict[str, str] = {
    "0^0": "1 (Excel: #NUM!)",
    **dict.fromkeys(
        ('"1.5"*2', '1.5&""', '0.1&""', '0.00001&""', '(1/4)&"|"&[@leer]&"|"', '(0.1+0.2)&""', '123456.789&""',
         'COUNTIF(t[zahl],"<>20.5")', 'COUNTIFS(t[gruppe],"<>a",t[zahl],"<>20.5")', 'HOUR("0.75")', 'INT("2.9")',
         'MINUTE("0.75")', 'NPV("0.1",110)', 'PERCENTILE(t[auf],"0.5")', 'RANK("20.5",t[zahl])', 'ROUND("2.5",0)',
         'ROUNDDOWN("2.9",0)', 'ROUNDUP("2.1",0)'), _POINT),
    **dict.fromkeys(
        ('TRUE>"x"', "FALSE>5", 'TRUE&""', 'IF("TRUE",1,2)', "SUM(t[wahr])", "COUNT(t[wahr])", "COUNTIF(t[wahr],TRUE)",
         'COUNTIF(t[wahr],"TRUE")', "COUNTIF(t[wahr],1)", 'SUMPRODUCT(t[gruppe]="a")'), _TRUTH),
    **dict.fromkeys(
        ('SUM("12",TRUE)', 'SUM("12",1)', 'AVERAGE("12",4)', 'LARGE(t[auf],"2")', 'SMALL(t[auf],"2")', 'MAX("12",4)',
         'MIN("12",40)', 'MEDIAN("12",4)'), _DIRECT),
    **dict.fromkeys(
        ("DATE(1900,1,1)", "YEAR([@leer])", "MONTH([@leer])", "DAY([@leer])", "DAY(60)", "YEAR(-1)",
         "WORKDAY(45292,-99999)"), _EPOCH),
    'UPPER("aß1")': "writes the capital ẞ",
    'FIND("","abc")': "finds no empty text",
    "ROUND(8.325*100,0)": "rounds the binary number, 832.4999…, without reading it as 15 digits",
    "DATE(124,1,31)": "takes years below 1900 as they are",
    "NETWORKDAYS(45292,45296,t[text])": "passes over texts among the holidays",
    "RANK(7,t[zahl])": "ranks a number that is not in the range (Excel: #N/A)",
    "COUNTIF(t[text],5)": "a number does not find a text that spells it",
    'COUNTIF(t[zahl],"*")': "* finds numbers as well",
    'COUNTIF(t[zahl],"<>*")': "* finds numbers as well",
    "COUNTIF(t[kaputt],[@fehl])": "an error as criterion is an error",
    "MATCH([@leer],t[auf],0)": _BLANK,
    "band": _BLANK,
}  # fmt: skip
WITHOUT = ("COLUMN", "ROW", "TODAY")  # no argument that holds a value
EDGES = [case for cases in TABLE.values() for case in cases]
ALL = [*CASES, *EDGES]


def spells_number(node: Node) -> bool:
    """Whether a node is a text that spells a number, or holds some."""
    if isinstance(node, Literal):
        return node.value.strip().lstrip("-").replace(".", "", 1).isdigit()
    return node in (RowRef("zwoelf"), ColRef("t", "text"))


@pytest.mark.parametrize("name", sorted(set(functions.FUNCTIONS) - set(WITHOUT)))
def test_every_function_is_worked_on_blanks_texts_and_errors(name: str) -> None:
    calls = [n for formula, _ in TABLE[name] for n in walk(parse(formula)) if isinstance(n, Call) and n.name == name]
    given = [below for call in calls for arg in call.args for below in walk(arg)]
    assert len({repr(call) for call in calls}) >= 3
    assert any(n in (RowRef("leer"), ColRef("t", "nix")) for n in given)
    assert any(spells_number(n) for n in given)
    assert any(n in (RowRef("fehl"), ColRef("t", "kaputt")) for n in given)


def wrong(found: list[Any], excused: dict[str, str]) -> list[tuple[str, Any, object]]:
    """Cases whose value differs although it is not excused, and excused ones that fit."""
    return [
        (formula, value, expected)
        for (formula, expected), value in zip(ALL, found, strict=True)
        if agrees(value, expected) == (formula in excused)
    ]


def in_libreoffice(value: object) -> object:
    """A value as LibreOffice gives it: truth values as numbers, its own names of errors."""
    if isinstance(value, str) and value.startswith(("#", "Err:")):
        return ExcelError.VALUE
    return float(value) if isinstance(value, bool) else value


def test_evaluator() -> None:
    trees: dict[str, Node] = {f"f{n}": parse(formula) for n, (formula, _) in enumerate(EDGES)}
    result = evaluate(book(trees, {}))
    found = [result.cell("f", key) for key in trees]
    assert [(f, v, e) for (f, e), v in zip(EDGES, found, strict=True) if not agrees(v, e) or not same(v, e)] == []


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("functions") / "cases.xlsx"
    write_cases(path, [formula for formula, _ in ALL])
    return path


def test_ironcalc(path: Path) -> None:
    engine = IronCalc(path)
    assert wrong([engine.value("cases", f"A{row}") for row in range(1, len(ALL) + 1)], IRONCALC | IRONCALC_EDGES) == []


@needs_libreoffice
def test_libreoffice(path: Path, office: Office) -> None:
    sheets = office.open(path)
    cases = [(formula, row[0], expected) for (formula, expected), row in zip(ALL, sheets["cases"], strict=True)]
    for key, (_, values) in ROW_CASES.items():
        at = _SHEETS["r"].index(key)
        cases += [(key, line[at], value) for line, value in zip(sheets["r"][1:7], values, strict=True)]
    differing = {formula for formula, found, value in cases if not same(in_libreoffice(found), in_libreoffice(value))}
    # A listed exception that LibreOffice has mended must leave the list.
    assert differing == set(LIBREOFFICE), [case for case in cases if case[0] in differing ^ set(LIBREOFFICE)]
