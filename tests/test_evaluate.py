"""The evaluator: hand-worked cases per function, the order of columns, and matching by groups."""

from __future__ import annotations

import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculators.evaluate import Across, Book, ExcelError, Grid, Result, evaluate, evaluate_copies
from calculators.evaluate.engine import FUNCTIONS
from tests.engines import same
from vorlagen.formulas import functions
from vorlagen.formulas.ast import Node
from vorlagen.formulas.parse import parse

DIV0, VALUE, NA, REF, NUM = (
    ExcelError.DIV0, ExcelError.VALUE, ExcelError.NA, ExcelError.REF, ExcelError.NUM,
)  # fmt: skip
TODAY = date(2026, 3, 2)  # a Monday
D = date

TABLE: dict[str, list[object]] = {
    "zahl": [10, 20.5, None, -3, 20.5, 0],
    "text": ["Anna", "berta", "", None, "ANNA", "5"],
    "gruppe": ["a", "b", "A", "b", "a", "c"],
    "tag": [D(2024, 1, 31), D(2024, 2, 29), None, D(2023, 12, 31), D(2025, 3, 15), D(2024, 1, 31)],
    "wahr": [True, False, None, True, "x", 1],
    "kaputt": [1, DIV0, 3, 4, 5, 6],
    "auf": [0, 10, 20, 30, 40, 50],
    "ab": [50, 40, 30, 20, 10, 0],
    "frei": [D(2024, 1, 1), D(2024, 5, 1), None, None, None, None],
    "wort": ["a*c", "abc", "a?c", "axxc", "~", "TRUE"],
    "nix": [None] * 6,
}
FORM: dict[str, object] = {
    "leer": None, "nichts": "", "fuenf": 5, "wort": "Wort", "ja": True, "tag": D(2024, 1, 31),
    "uhr": time(13, 45, 30), "zwoelf": "12", "punkt": datetime(2024, 1, 31, 12, 0), "fehl": NA,
}  # fmt: skip

# One formula of a form and its value by Excel's rules.
CASES: list[tuple[str, object]] = [
    # -- operators and conversions
    ("1+2*3", 7), ("-2^2", 4), ("2^3^2", 64), ("50%", 0.5), ("10-2-3", 5), ("7/2", 3.5), ("1/0", DIV0), ("0^0", NUM),
    ("(-8)^0.5", NUM), ("0^-1", DIV0), ("10^308*10", NUM), ('"12"+1', 13), ('"1.5"*2', 3), ('""*1', VALUE),
    ('"x"+1', VALUE), ("TRUE+1", 2), ("[@leer]+1", 1), ("[@nichts]+1", VALUE), ("[@zwoelf]+1", 13), ("-[@leer]", 0),
    ("-[@nichts]", VALUE), ("[@leer]", 0), ("[@nichts]", ""), ('[@leer]&""', ""), ("[@fehl]+1/0", NA),
    ("1/0+[@fehl]", DIV0), ("[@tag]+1", 45323), ("[@punkt]", 45322.5), ("0.1+0.2=0.3", True), ("1.1*3=3.3", True),
    # -- comparison
    ('[@leer]=""', True), ("[@leer]=0", True), ("[@leer]=FALSE", True), ('[@nichts]=""', True),
    ("[@nichts]=0", False), ('""=0', False), ('"abc"="ABC"', True), ('"a"<"B"', True), ('"5"=5', False),
    ('"">=5', True), ('"x">1000', True), ("TRUE>\"x\"", True), ("FALSE>5", True), ("1<>1", False),
    ("[@leer]<1", True), ('[@leer]<"a"', True), ("[@leer]<>[@leer]", False), ("3>=3", True), ("2<=1", False),
    ('[@fehl]="a"', NA), ('"abc"<"abd"', True), ('"Wort"=[@wort]', True),
    # -- text
    ('"a"&1', "a1"), ('1.5&""', "1.5"), ('0.1&""', "0.1"), ('100&"x"', "100x"), ('TRUE&""', "TRUE"), ('-2&""', "-2"),
    ('0.00001&""', "0.00001"), ('(1/4)&"|"&[@leer]&"|"', "0.25||"), ('(0.1+0.2)&""', "0.3"), ('(0.1+0.2-0.3)&""', "0"), ('[@tag]&""', "45322"),
    ('123456.789&""', "123456.789"), ('UPPER("aß1")', "ASS1"), ('LOWER("ÄB")', "äb"), ('TRIM("  a   b ")', "a b"),
    ('LEN("äöü")', 3), ("LEN([@leer])", 0), ("LEN(12.5)", 4), ('LEFT("abc")', "a"), ('LEFT("abc",2)', "ab"),
    ('LEFT("abc",9)', "abc"), ('LEFT("abc",0)', ""), ('LEFT("abc",-1)', VALUE), ('RIGHT("abc",2)', "bc"),
    ('RIGHT("abc",0)', ""), ('RIGHT("abc")', "c"), ('MID("abcdef",2,3)', "bcd"), ('MID("abc",5,2)', ""),
    ('MID("abc",0,2)', VALUE), ('FIND("b","abcb")', 2), ('FIND("b","abcb",3)', 4), ('FIND("B","abc")', VALUE),
    ('FIND("","abc")', 1), ('SEARCH("B","abc")', 2), ('SEARCH("b?","abc")', 2), ('SEARCH("~*","a*b")', 2),
    ('SEARCH("x","abc")', VALUE), ('SUBSTITUTE("aaa","a","b")', "bbb"), ('SUBSTITUTE("aaa","a","b",2)', "aba"),
    ('SUBSTITUTE("abc","","x")', "abc"), ('SUBSTITUTE("aba","a","",1)', "ba"), ('EXACT("a","A")', False),
    ('EXACT("ab","ab")', True), ("EXACT(1,\"1\")", True), ('UPPER([@fehl])', NA), ("LEFT(12345,2)", "12"),
    # -- logic
    ("IF(TRUE,1,2)", 1), ("IF(0,1,2)", 2), ("IF(FALSE,1)", False), ("IF(TRUE,,2)", 0), ("IF([@leer],1,2)", 2),
    ('IF("x",1,2)', VALUE), ('IF("TRUE",1,2)', 1), ("IF(TRUE,1,1/0)", 1), ("IF(1/0,1,2)", DIV0),
    ('IFERROR(1/0,"f")', "f"), ('IFERROR(5,"f")', 5), ("IFERROR([@leer],1)", 0), ('IFERROR([@leer],1)=""', True),
    ("AND(TRUE,1)", True), ("AND(TRUE,0)", False), ("OR(FALSE,0)", False), ("OR(FALSE,2)", True),
    ("AND(FALSE,1/0)", DIV0), ("OR([@nichts],TRUE)", True), ("AND([@wort])", VALUE), ('AND("x",TRUE)', VALUE),
    ("AND(t[wahr])", False), ("OR(t[wahr])", True), ("AND(t[text])", VALUE), ("NOT(0)", True), ("NOT(TRUE)", False),
    ("NOT([@leer])", True), ('NOT("x")', VALUE), ("CHOOSE(2,10,20,30)", 20), ("CHOOSE(4,1,2,3)", VALUE),
    ("CHOOSE(1.9,10,20)", 10), ("CHOOSE(1,5,1/0)", 5), ("ISBLANK([@leer])", True), ("ISBLANK([@nichts])", False),
    ("ISNUMBER([@tag])", True), ("ISNUMBER([@leer])", False), ('ISNUMBER("1")', False), ("ISTEXT([@nichts])", True),
    ("ISTEXT(1)", False), ("ISERROR(1/0)", True), ("ISERROR(1)", False), ('N("x")', 0), ("N(TRUE)", 1), ("N(7)", 7),
    ("N([@fehl])", NA),
    # -- numbers
    ("ABS(-2.5)", 2.5), ("ABS([@nichts])", VALUE), ("SIGN(-3)", -1), ("SIGN(0)", 0), ("SQRT(16)", 4),
    ("SQRT(-1)", NUM), ("EXP(0)", 1), ("LN(1)", 0), ("LN(0)", NUM), ("POWER(2,10)", 1024), ("INT(2.9)", 2),
    ("INT(-2.1)", -3), ("MOD(7,3)", 1), ("MOD(-3,2)", 1), ("MOD(3,-2)", -1), ("MOD(1,0)", DIV0), ("MOD(5.5,2)", 1.5),
    ("ROUND(2.675,2)", 2.68), ("ROUND(1.005,2)", 1.01), ("ROUND(-2.5,0)", -3), ("ROUND(2.5,0)", 3),
    ("ROUND(0.5,0)", 1), ("ROUND(1234.5,-2)", 1200), ("ROUND(1250,-2)", 1300), ("ROUND(2.4999999999,0)", 2),
    ("ROUND(8.325*100,0)", 833), ("ROUND([@leer],2)", 0), ("ROUND(1.15,1)", 1.2), ("ROUND(0,2)", 0),
    ("ROUNDUP(2.1,0)", 3), ("ROUNDUP(-2.1,0)", -3), ("ROUNDUP(1.13,2)", 1.13), ("ROUNDUP(121,-1)", 130),
    ("ROUNDDOWN(2.9,0)", 2), ("ROUNDDOWN(-2.9,0)", -2), ("ROUNDDOWN(1.13,2)", 1.13), ("ROUNDDOWN(129,-1)", 120),
    # -- dates; 45322 is 2024-01-31
    ("DATE(2024,1,31)", 45322), ("DATE(2024,13,1)", 45658), ("DATE(2024,3,0)", 45351), ("DATE(124,1,31)", 45322),
    ("DATE(1900,1,1)", 1), ("DATE(1900,3,1)", 61), ("DATE(99999,1,1)", NUM), ("YEAR([@tag])", 2024),
    ("MONTH([@tag])", 1), ("DAY([@tag])", 31), ("YEAR([@leer])", 1900), ("MONTH([@leer])", 1), ("DAY([@leer])", 0),
    ("YEAR(60)", 1900), ("MONTH(60)", 2), ("DAY(60)", 29), ("DAY(61)", 1), ("YEAR(-1)", NUM),
    ("YEAR([@nichts])", VALUE), ("DAY([@punkt])", 31), ("HOUR([@uhr])", 13), ("MINUTE([@uhr])", 45),
    ("HOUR(0.75)", 18), ("HOUR([@punkt])", 12), ("MINUTE(0.5+1/1440)", 1), ("EDATE([@tag],1)", 45351),
    ("EDATE([@tag],-2)", 45260), ("EDATE([@tag],12)", 45688), ("EDATE([@tag],1.9)", 45351),
    ("EDATE(45351,12)", 45716), ("EOMONTH([@tag],0)", 45322), ("EOMONTH([@tag],1)", 45351),
    ("EOMONTH([@tag],-1)", 45291), ("EOMONTH(45351,12)", 45716), ("TODAY()", 46083), ("WEEKDAY(TODAY())", 2),
    ("WEEKDAY(TODAY(),2)", 1), ("WEEKDAY(TODAY(),3)", 0), ("WEEKDAY(45353,2)", 6), ("WEEKDAY(45354)", 1),
    ("WEEKDAY(45354,3)", 6), ("WEEKDAY(1,9)", NUM),
    # 2024-01-01 Monday … 2024-01-07 Sunday
    ("NETWORKDAYS(45292,45296)", 5), ("NETWORKDAYS(45292,45298)", 5), ("NETWORKDAYS(45296,45292)", -5),
    ("NETWORKDAYS(45292,45292)", 1), ("NETWORKDAYS(45298,45298)", 0), ("NETWORKDAYS(45292.9,45293.1)", 2),
    ("NETWORKDAYS(45292,45296,t[frei])", 4), ("NETWORKDAYS(45296,45292,t[frei])", -4),
    ("NETWORKDAYS(45292,[@wort])", VALUE), ("NETWORKDAYS(45292,45296,t[text])", VALUE),
    ("NETWORKDAYS(45292,45296,t[kaputt])", DIV0), ("WORKDAY(45292,1)", 45293), ("WORKDAY(45296,1)", 45299),
    ("WORKDAY(45297,1)", 45299), ("WORKDAY(45299,-1)", 45296), ("WORKDAY(45298,-1)", 45296),
    ("WORKDAY(45297,0)", 45297), ("WORKDAY(45291,1,t[frei])", 45293), ("WORKDAY(45293,-1,t[frei])", 45289),
    ("WORKDAY(45292,5.9)", 45299), ("WORKDAY(45292,-99999)", NUM),
    # -- totals
    ("SUM(t[zahl])", 48), ("SUM(t[zahl],2,[@fuenf])", 55), ("SUM(t[text])", 0), ("SUM([@zwoelf],1)", 1),
    ('SUM("12",TRUE)', 13), ('SUM("x")', VALUE), ("SUM([@leer],[@nichts])", 0), ("SUM(t[kaputt])", DIV0),
    ("SUM(t[wahr])", 1), ("SUM(1,1/0)", DIV0), ('SUM(IF(TRUE,"",1))', VALUE), ("SUM(IF(TRUE,[@nichts],1))", 0),
    ("SUM(INDEX(t[text],6),1)", 1), ("SUM(CHOOSE(2,1,[@nichts]),3)", 3), ("SUM(CHOOSE(1,[@zwoelf],[@fuenf]))", 0), ("COUNT(t[zahl])", 5), ("COUNT(t[text])", 0), ("COUNT(t[kaputt])", 5),
    ('COUNT("12",TRUE,"x")', 2), ("COUNT([@zwoelf])", 0), ("COUNT(t[wahr])", 1), ("COUNTA(t[text])", 5),
    ("COUNTA(t[zahl])", 5), ("COUNTA([@leer],[@nichts],1)", 2), ("COUNTBLANK(t[text])", 2),
    ("COUNTBLANK(t[zahl])", 1), ("AVERAGE(t[zahl])", 9.6), ("AVERAGE(t[text])", DIV0), ("AVERAGE(1,2,6)", 3),
    ("MIN(t[zahl])", -3), ("MAX(t[zahl])", 20.5), ("MAX(t[text])", 0), ("MIN(5,[@fuenf],7)", 5),
    ("MAX([@nichts],-4)", -4), ("MIN([@leer],4)", 4), ("MEDIAN(t[zahl])", 10), ("MEDIAN(1,4,2,8)", 3),
    ("MEDIAN(t[text])", NUM), ("MEDIAN([@leer],3)", 3), ("LARGE(t[zahl],1)", 20.5), ("LARGE(t[zahl],3)", 10),
    ("LARGE(t[zahl],6)", NUM), ("LARGE(t[zahl],0)", NUM), ("SMALL(t[zahl],2)", 0), ("SMALL(t[kaputt],1)", DIV0),
    ("PERCENTILE(t[auf],0.5)", 25), ("PERCENTILE(t[auf],0.9)", 45), ("PERCENTILE(t[auf],1)", 50),
    ("PERCENTILE(t[auf],1.1)", NUM), ("PERCENTILE(t[zahl],0.25)", 0), ("PERCENTILE(t[text],0.5)", NUM),
    ("RANK(20.5,t[zahl])", 1), ("RANK(10,t[zahl])", 3), ("RANK(10,t[zahl],1)", 3), ("RANK(-3,t[zahl],1)", 1),
    ("RANK(7,t[zahl])", NA), ("RANK([@wort],t[zahl])", VALUE), ("NPV(0.1,110,121)", 200),
    ("NPV(0.5,t[zahl])", 10 / 1.5 + 20.5 / 1.5**2 - 3 / 1.5**3 + 20.5 / 1.5**4), ("NPV(0.1,[@leer],110)", 100),
    ("NPV(-1,5)", DIV0),
    # -- criteria
    ("COUNTIF(t[zahl],20.5)", 2), ('COUNTIF(t[zahl],">0")', 3), ('COUNTIF(t[zahl],">=0")', 4),
    ('COUNTIF(t[zahl],"<=-3")', 1), ('COUNTIF(t[zahl],"<>20.5")', 4), ("COUNTIF(t[zahl],0)", 1),
    ("COUNTIF(t[zahl],[@leer])", 1), ("COUNTIF(t[text],5)", 1), ('COUNTIF(t[text],"5")', 1),
    ('COUNTIF(t[text],">4")', 0), ('COUNTIF(t[text],"anna")', 2), ('COUNTIF(t[text],"=anna")', 2),
    ('COUNTIF(t[text],"<>anna")', 4), ('COUNTIF(t[text],"*")', 5), ('COUNTIF(t[text],"?*")', 4),
    ('COUNTIF(t[text],"")', 2), ('COUNTIF(t[text],"=")', 1), ('COUNTIF(t[text],"<>")', 5),
    ('COUNTIF(t[text],"*a")', 3), ('COUNTIF(t[text],"b?rta")', 1), ('COUNTIF(t[text],">b")', 1),
    ('COUNTIF(t[text],"<b")', 4), ('COUNTIF(t[zahl],"*")', 0), ('COUNTIF(t[zahl],"<>*")', 6),
    ('COUNTIF(t[wort],"a~*c")', 1), ('COUNTIF(t[wort],"a*c")', 4), ('COUNTIF(t[wort],"a?c")', 3),
    ('COUNTIF(t[wort],"a~?c")', 1), ("COUNTIF(t[wahr],TRUE)", 2), ('COUNTIF(t[wahr],"TRUE")', 2),
    ("COUNTIF(t[wahr],1)", 1), ("COUNTIF(t[kaputt],[@fehl])", 0), ("COUNTIF(t[tag],[@tag])", 2),
    ('COUNTIF(t[tag],">"&[@tag])', 2), ('COUNTIF(t[tag],"<="&[@tag])', 3), ("COUNTIF(t[zahl],[@nichts])", 1),
    ('COUNTIFS(t[gruppe],"a",t[zahl],">0")', 2), ('COUNTIFS(t[gruppe],"a",t[zahl],"")', 1),
    ('COUNTIFS(t[gruppe],"<>a",t[zahl],"<>20.5")', 2),
    ('COUNTIFS(t[tag],">="&DATE(2024,1,1),t[tag],"<="&DATE(2024,12,31))', 3),
    ('COUNTIFS(t[gruppe],"z",t[zahl],0)', 0), ('SUMIF(t[gruppe],"a",t[zahl])', 30.5), ('SUMIF(t[zahl],">5")', 51),
    ('SUMIFS(t[zahl],t[gruppe],"b")', 17.5), ('SUMIFS(t[zahl],t[gruppe],"*",t[auf],">10")', 17.5),
    ('SUMIFS(t[kaputt],t[gruppe],"a")', 9), ('SUMIFS(t[kaputt],t[gruppe],"b")', DIV0),
    ('SUMIFS(t[text],t[gruppe],"*")', 0), ('AVERAGEIFS(t[zahl],t[gruppe],"a")', 15.25),
    ('AVERAGEIFS(t[zahl],t[gruppe],"z")', DIV0), ('AVERAGEIFS(t[text],t[gruppe],"a")', DIV0),
    ("COUNTIFS(t[zahl],1,eins[a],1)", VALUE),
    # -- look-ups
    ('MATCH("BERTA",t[text],0)', 2), ("MATCH(20.5,t[zahl],0)", 2), ('MATCH("20.5",t[zahl],0)', NA),
    ("MATCH(5,t[text],0)", NA), ('MATCH("",t[text],0)', 3), ('MATCH("b*",t[text],0)', 2),
    ('MATCH("a~*c",t[wort],0)', 1), ('MATCH("zz*",t[text],0)', NA), ("MATCH(TRUE,t[wahr],0)", 1),
    ("MATCH([@fehl],t[zahl],0)", NA), ("MATCH(25,t[auf])", 3), ("MATCH(25,t[auf],1)", 3), ("MATCH(0,t[auf],1)", 1),
    ("MATCH(-1,t[auf],1)", NA), ("MATCH(99,t[auf],1)", 6), ("MATCH(25,t[ab],-1)", 3), ("MATCH(99,t[ab],-1)", NA),
    ("MATCH(20,t[ab],-1)", 4), ('MATCH("x",t[auf],1)', NA), ("INDEX(t[zahl],2)", 20.5), ("INDEX(t[zahl],2,1)", 20.5),
    ("INDEX(t[zahl],3)", 0), ('INDEX(t[zahl],3)=""', True), ("INDEX(t[zahl],7)", REF), ("INDEX(t[zahl],-1)", VALUE),
    ("INDEX(t[zahl],1,2)", REF), ("INDEX(t[kaputt],2)", DIV0), ("INDEX(t[zahl],1/0)", DIV0),
    ("INDEX(t[zahl],2.9)", 20.5), ('INDEX(t[auf],MATCH("anna",t[text],0))', 0), ("ROWS(t[zahl])", 6),
    ("INDEX(eins[a],1)", 7), ("t[zahl]", VALUE), ("eins[a]+1", 8), ("eins.a*2", 14),
    # -- arrays
    ("SUMPRODUCT(t[auf],t[ab])", 2000), ('SUMPRODUCT((t[gruppe]="a")*(t[auf]>0)*t[auf])', 60),
    ('SUMPRODUCT((t[gruppe]="a")*1,t[zahl])', 30.5), ("SUMPRODUCT(t[zahl])", 48), ('SUMPRODUCT(t[gruppe]="a")', 0),
    ("SUMPRODUCT(t[text]*1)", VALUE), ("SUMPRODUCT(t[kaputt])", DIV0),
    ("SUMPRODUCT(1/COUNTIF(t[gruppe],t[gruppe]))", 3), ("SUMPRODUCT(t[auf],eins[b])", VALUE),
    ("SUMPRODUCT((t[auf]>AVERAGE(t[auf]))*1)", 3), ("SUMPRODUCT((YEAR(t[tag])=2024)*1)", 3),
    ('SUMPRODUCT((LEFT(t[text])="a")*t[auf])', 40), ("SUMPRODUCT(3,4)", 12), ("SUMPRODUCT(-(t[text]=\"\"))", -2),
]  # fmt: skip

# Formula columns of a table, and their values row by row.
ROWS: dict[str, list[object]] = {
    "nr": ["r1", "r2", "r3", "r4", "r5", "r6"],
    "vor": [None, "r1", "r1", "r3", "r9", "r4"],
    "tage": [3, 2, 4, 1, None, 5],
    "art": ["x", "y", "X", "y", "z", "x"],
    "wann": [D(2024, 1, 1), D(2024, 1, 5), D(2024, 1, 3), D(2024, 1, 2), D(2024, 1, 9), D(2024, 1, 3)],
    "kunde": ["k", "k", None, "m", "k", "m"],
    "oft": ["*", "x", "", "?", ">3", "<>x"],
}
ROW_CASES: dict[str, tuple[str, list[object]]] = {
    "pos": ("POS()*10", [10, 20, 30, 40, 50, 60]),
    "doppelt": ('IF([@tage]="","",[@tage]*2)', [6, 4, 8, 2, "", 10]),
    "gleich": ("COUNTIFS(r[art],[@art])", [3, 2, 3, 2, 1, 3]),
    "bis": ('COUNTIFS(r[art],[@art],r[wann],"<="&[@wann])', [1, 2, 3, 1, 1, 3]),
    "fenster": ('COUNTIFS(r[wann],">="&[@wann],r[wann],"<"&[@wann]+3)', [4, 1, 3, 3, 1, 3]),
    "zwei": ('COUNTIFS(r[art],[@art],r[wann],"<="&[@wann],r[tage],">="&[@tage])', [1, 1, 2, 1, 0, 1]),
    "andere": ('COUNTIFS(r[art],"<>"&[@art],r[kunde],"k")', [2, 2, 2, 2, 2, 2]),
    "muster": ("COUNTIF(r[art],[@oft])", [6, 3, 0, 6, 0, 3]),
    "summe": ("SUMIFS(r[tage],r[art],[@art],r[kunde],[@kunde])", [3, 2, 0, 1, 0, 5]),
    "schnitt": ('IFERROR(AVERAGEIFS(r[tage],r[kunde],[@kunde]),"-")', [2.5, 2.5, "-", 3, 2.5, 3]),
    "vorher": ("COUNTIF(ABOVE(art),[@art])", [0, 0, 1, 1, 0, 2]),
    "vorher2": ('COUNTIFS(ABOVE(art),[@art],ABOVE(wann),"<"&[@wann])', [0, 0, 1, 0, 0, 1]),
    "bisher": ("SUM(ABOVE(tage))", [0, 3, 5, 9, 10, 10]),
    "hoch": ("MAX(ABOVE(tage),0)", [0, 3, 3, 4, 4, 4]),
    "mitte": ('IFERROR(MEDIAN(ABOVE(tage)),"")', ["", 3, 2.5, 3, 2.5, 2.5]),
    "viele": ("COUNT(ABOVE(tage))", [0, 1, 2, 3, 4, 4]),
    "rang": ('IF([@tage]="","",RANK([@tage],r[tage],0)+COUNTIF(ABOVE(tage),[@tage]))', [3, 4, 2, 5, "", 1]),
    "saldo": ("PREV(saldo,100)-[@tage]", [97, 95, 91, 90, 90, 85]),
    "davor": ('PREV(art,"-")', ["-", "x", "y", "X", "y", "z"]),
    "start": ("IFERROR(INDEX(ABOVE(ende),MATCH([@vor],ABOVE(nr),0)),1)", [1, 4, 4, 8, 1, 9]),
    "ende": ("[@start]+[@tage]", [4, 6, 8, 9, 1, 14]),
    "lauf": ("SUM(ABOVE(lauf))+1", [1, 2, 4, 8, 16, 32]),
    "welche": ("IFERROR(INDEX(r[tage],MATCH([@vor],r[nr],0)),-1)", [-1, 3, 3, 4, -1, 1]),
    "band": ("MATCH([@tage],t[auf],1)", [1, 1, 1, 1, 1, 1]),
    "produkt": ("SUMPRODUCT((r[art]=[@art])*(r[wann]<=[@wann])*r[tage])", [3, 3, 12, 1, 0, 12]),
    "quadrate": ("SUMPRODUCT(ABOVE(tage),ABOVE(tage))", [0, 9, 13, 29, 30, 30]),
    "wahl": ('CHOOSE(POS(),"a",[@tage],[@art],1/0,POS(),"")', ["a", 2, "X", DIV0, 5, ""]),
    "tage_mittel": ("MEDIAN([@tage],3,POS())", [3, 2, 3, 3, 4, 5]),
    "zins": ("ROUND(NPV(POS()/10,t[auf]),0)", [97, 66, 47, 34, 26, 20]),
    "groesste": ("LARGE(t[auf],POS())", [50, 40, 30, 20, 10, 0]),
    "verbund": ('[@art]&POS()&":"&[@kunde]', ["x1:k", "y2:k", "X3:", "y4:m", "z5:k", "x6:m"]),
    "arbeit": ("NETWORKDAYS([@wann],DATE(2024,1,5),t[frei])", [4, 1, 3, 4, -3, 3]),
    "schnittmenge": ("r[tage]*1", [3, 2, 4, 1, 0, 5]),
    "feld": ('SUMPRODUCT((t[gruppe]="a")*(t[auf]>10*PREV(feld,0)))', [2, 1, 2, 1, 2, 1]),
    "zins_vor": ("ROUND(NPV(0.1,ABOVE(tage)),2)", [0, 2.73, 4.38, 7.39, 8.07, 8.07]),
    "enthaelt": ('COUNTIF([@art],"x*")', [1, 0, 1, 0, 0, 1]),
    "eigene": ('COUNTIFS([@tage],">=2",[@kunde],"k")', [1, 1, 0, 0, 0, 0]),
    "eigene_summe": ('SUMIF([@art],"x",[@tage])', [3, 0, 4, 0, 0, 5]),
    "zelle": ("INDEX([@art],1)", ["x", "y", "X", "y", "z", "x"]),
    "in_zelle": ("IFERROR(MATCH(4,[@tage],0),0)", [0, 0, 1, 0, 0, 0]),
    "oder": ('OR([@art]="x",[@kunde]="m")', [True, False, True, True, False, True]),
}


def one_row(values: dict[str, object]) -> dict[str, list[object]]:
    return {key: [value] for key, value in values.items()}


def book(formulas: dict[str, Node], columns: dict[str, Node], guard: str | None = None) -> Book:
    return Book(
        {
            "t": Grid(6, TABLE, {}),
            "f": Grid(1, one_row(FORM), formulas),
            "eins": Grid(1, {"a": [7], "b": [1]}, {}),
            "r": Grid(6, ROWS, columns, guard),
        },
        {"L_X": {"wert": ["Neu", "Alt", None], "gruppe": ["g1", "g2", None]}},
        {("L_X", "neu"): "Neu", ("L_X", "alt"): "Alt"},
        TODAY,
    )


def value_of(formula: str) -> object:
    return evaluate(book({"x": parse(formula)}, {})).cell("f", "x")


@pytest.mark.parametrize(("formula", "expected"), CASES, ids=[f for f, _ in CASES])
def test_case(formula: str, expected: object) -> None:
    value = value_of(formula)
    assert same(value, expected), value
    assert isinstance(value, bool) == isinstance(expected, bool)
    assert isinstance(value, ExcelError) == isinstance(expected, ExcelError)


@pytest.fixture(scope="module")
def rows() -> Result:
    return evaluate(book({}, {key: parse(formula) for key, (formula, _) in ROW_CASES.items()}))


@pytest.mark.parametrize("key", ROW_CASES)
def test_row_case(rows: Result, key: str) -> None:
    values = rows.column("r", key)
    assert all(same(a, b) for a, b in zip(values, ROW_CASES[key][1], strict=True)), values


@pytest.mark.parametrize("key", ROW_CASES)
def test_row_case_one_tree_per_row(key: str) -> None:
    # The same formulas, each row with a tree of its own, must give the same values.
    trees: dict[str, Any] = {k: parse(f) for k, (f, _) in ROW_CASES.items()}
    trees[key] = [parse(f"IF({row}>0,{ROW_CASES[key][0]},0)") for row in range(1, 7)]
    values = evaluate(book({}, trees)).column("r", key)
    assert all(same(a, b) for a, b in zip(values, ROW_CASES[key][1], strict=True)), values


def test_every_function_is_known_and_worked() -> None:
    assert set(FUNCTIONS) == set(functions.FUNCTIONS)
    formulas = [f for f, _ in CASES] + [f for f, _ in ROW_CASES.values()]
    unworked = {name for name in FUNCTIONS if not any(f"{name}(" in f for f in formulas)}
    assert unworked == {"COLUMN", "ROW"}  # the sheet is unknown to the evaluator


def turned(values: Mapping[str, Sequence[object]], by: int) -> dict[str, list[object]]:
    """Columns whose rows are moved round."""
    return {key: [*column[by:], *column[:by]] for key, column in values.items()}


def test_workbooks_evaluated_together_equal_each_alone() -> None:
    formulas: dict[str, Node] = {f"f{n}": parse(formula) for n, (formula, _) in enumerate(CASES)}
    columns: dict[str, Node] = {key: parse(formula) for key, (formula, _) in ROW_CASES.items()}
    variants = [
        {
            "t": Grid(6, turned(TABLE, by), {}),
            "f": Grid(1, {k: [None if by == 2 and k == "fuenf" else v] for k, v in FORM.items()}, formulas),
            "eins": Grid(1, {"a": [7 + by], "b": [1]}, {}),
            "r": Grid(6, turned(ROWS, by), columns),
        }
        for by in (0, 2, 3, 3)
    ]
    template = book({}, {})
    alone = [evaluate(replace(template, blocks=blocks)) for blocks in variants]
    merged = {
        key: replace(grid, inputs={k: [v for b in variants for v in b[key].inputs[k]] for k in grid.inputs})
        for key, grid in variants[0].items()
    }
    together = evaluate_copies(replace(template, blocks=merged, copies=len(variants)))
    wrong = [
        (n, block, key, one.column(block, key), all_.column(block, key))
        for n, (one, all_) in enumerate(zip(alone, together, strict=True))
        for block, keys in (("f", formulas), ("r", columns))
        for key in keys
        if not all(same(a, b) for a, b in zip(one.column(block, key), all_.column(block, key), strict=True))
    ]
    assert wrong == []
    assert [one.errors for one in alone] == [one.errors for one in together]


def test_references() -> None:
    formulas = {
        "liste": parse('INDEX(L_X[gruppe],MATCH("alt",L_X[wert],0))'),
        "wahl": parse("L_X.alt"),
        "frei": parse('COUNTIF(L_X[wert],"?*")'),
        "selbst": parse("f.liste&[@wahl]"),
        "fehlt": parse("[@nirgends]"),
        "fehlt2": parse("nirgends[x]"),
        "fehlt3": parse("SUM(nirgends.x)+L_Y.z"),
    }
    result = evaluate(book(formulas, {}))
    values = [result.cell("f", key) for key in formulas]
    assert values == ["g2", "Alt", 2.0, "g2Alt", REF, REF, REF]
    assert result.errors == [("f", "fehlt", 0), ("f", "fehlt2", 0), ("f", "fehlt3", 0)]


def test_values_come_back_as_read() -> None:
    result = evaluate(book({}, {}))
    assert [result.cell("f", key) for key in FORM] == [
        None, "", 5.0, "Wort", True, 45322.0, (13 * 3600 + 45 * 60 + 30) / 86400, "12", 45322.5, NA,
    ]  # fmt: skip


def test_guard_empties_rows_without_key() -> None:
    columns = {"a": parse("1/0"), "kunde2": parse("[@tage]*2"), "b": parse("SUM(r[kunde2])")}
    result = evaluate(book({}, columns, guard="kunde"))
    assert result.column("r", "kunde2") == [6.0, 4.0, "", 2.0, 0.0, 10.0]
    assert result.column("r", "b") == [22.0, 22.0, "", 22.0, 22.0, 22.0]
    assert result.errors == [("r", "a", row) for row in (0, 1, 3, 4, 5)]


def matrix_book(**formulas: str) -> Book:
    umsatz = Grid(
        5,
        {"monat": [1, 2, 1, 3, 2], "art": ["a", "b", "a", "b", "a"], "euro": [10, 20, 30, None, 50]},
        {},
    )
    kreuz = Grid(
        3,
        {"zeile": [1, 2, 3]},
        {"summe": parse("SUMIFS(umsatz[euro],umsatz[monat],[@zeile])")},
        across=Across("spalte", 2, ["a", "b"]),
        cell=("euro", parse("SUMIFS(umsatz[euro],umsatz[monat],[@zeile],umsatz[art],[@spalte])")),
    )
    zahlen = Grid(1, {}, {key: parse(text) for key, text in formulas.items()})
    jahre = Grid(
        2,
        {"faktor": [10, 100]},
        {},
        across=Across("jahr", 3, formulas=[parse("PREV(jahr,2023)+1")] * 3),
        cell=("wert", parse("[@faktor]*POS()+([@jahr]-2024)+COLUMN()*0")),
    )
    punkte = Grid(2, {"wer": ["x", "y"]}, {}, across=Across("was", 2, ["p", "q"]), cell=("note", [[1, None], [3, 4]]))
    return Book({"umsatz": umsatz, "kreuz": kreuz, "zahlen": zahlen, "jahre": jahre, "punkte": punkte}, {}, {}, TODAY)


def test_matrix() -> None:
    result = evaluate(
        matrix_book(
            alles="SUM(kreuz[euro])",
            eine="INDEX(kreuz[euro],2,1)",
            spalte="INDEX(kreuz[spalte],2)",
            wo='INDEX(kreuz[euro],MATCH(1,kreuz[zeile],0),MATCH("a",kreuz[spalte],0))',
            flaeche='SUMPRODUCT((kreuz[zeile]<=2)*(kreuz[spalte]="a")*kreuz[euro])',
            ohne="INDEX(kreuz[euro],2)",
            noten="COUNT(punkte[note])",
        )
    )
    assert result.matrix("kreuz") == [[40.0, 0.0], [50.0, 20.0], [0.0, 0.0]]
    assert result.column("kreuz", "summe") == [40.0, 70.0, 0.0]
    assert result.column("jahre", "jahr") == [2024.0, 2025.0, 2026.0]
    assert result.matrix("jahre") == [[10.0, 11.0, 12.0], [200.0, 201.0, 202.0]]
    assert result.matrix("punkte") == [[1.0, None], [3.0, 4.0]]
    values = [result.cell("zahlen", key) for key in ("alles", "eine", "spalte", "wo", "flaeche", "ohne", "noten")]
    assert values == [110.0, 50.0, "b", 40.0, 90.0, REF, 3.0]
    assert result.cycles == []


def test_sumproduct_in_cells_of_a_matrix() -> None:
    grids = dict(matrix_book().blocks)
    tree = parse("SUMPRODUCT((umsatz[monat]=[@zeile])*(umsatz[art]=[@spalte])*umsatz[euro])")
    grids["kreuz"] = Grid(3, {"zeile": [1, 2, 3]}, {}, across=Across("spalte", 2, ["a", "b"]), cell=("x", tree))
    assert evaluate(Book(grids, {}, {}, TODAY)).matrix("kreuz") == [[40.0, 0.0], [50.0, 20.0], [0.0, 0.0]]


def test_row_headings_of_several_sources() -> None:
    grid = Grid(3, {}, {"kopf": [parse("INDEX(L_X[wert],1)"), parse("L_X.alt"), parse('"Summe"')]})
    result = evaluate(Book({"m": grid}, {"L_X": {"wert": ["Neu", "Alt"]}}, {("L_X", "alt"): "Alt"}, TODAY))
    assert result.column("m", "kopf") == ["Neu", "Alt", "Summe"]


leaves = st.sampled_from(
    [
        "1",
        "2.5",
        "-3",
        "0",
        '""',
        '"a"',
        '"b*"',
        '">2"',
        "TRUE",
        "45292",
        "[@tage]",
        "[@vor]",
        "[@art]",
        "[@wann]",
        "[@kunde]",
        "t[zahl]",
        "t[text]",
        "t[kaputt]",
        "r[tage]",
        "r[art]",
        "eins[a]",
        "eins[b]",
        "eins.a",
        "POS()",
        "ABOVE(tage)",
        "ABOVE(art)",
        "PREV(tage,0)",
        "L_X[wert]",
        "L_X.neu",
    ]
)


def calls(arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def named(name: str) -> st.SearchStrategy[str]:
        least, most = functions.FUNCTIONS[name]
        args = st.lists(arguments, min_size=least, max_size=min(most, max(least, 4)))
        return args.map(lambda given: f"{name}({','.join(given)})")

    signs = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">="])
    pairs = st.tuples(arguments, signs, arguments).map(lambda three: f"({three[0]}{three[1]}{three[2]})")
    return st.one_of(st.sampled_from(sorted(functions.FUNCTIONS)).flatmap(named), pairs)


@settings(max_examples=250, deadline=None)
@given(st.recursive(leaves, calls, max_leaves=8))
def test_no_formula_raises(formula: str) -> None:
    row_trees: list[Node] = [parse(f"IF({row}>0,{formula},0)") for row in range(1, 7)]
    columns: dict[str, Any] = {
        "x": parse(formula),
        "je_zeile": row_trees,
        "summe": parse(f"SUMPRODUCT({formula})"),
        "weiter": parse(f"IF(POS()=1,PREV(weiter,1),IFERROR({formula},PREV(weiter,1)))"),
    }
    result = evaluate(book({}, columns))
    for key in columns:
        assert len(result.column("r", key)) == 6
    if "MATCH(" not in formula:  # in an unsorted range it may end anywhere
        assert [repr(v) for v in result.column("r", "x")] == [repr(v) for v in result.column("r", "je_zeile")]


# -- order of columns --------------------------------------------------------------------


def test_order_does_not_depend_on_position() -> None:
    formulas = {"a": parse("[@b]+1"), "b": parse("f.c*2"), "c": parse("SUM(r[d])"), "z": parse("[@a]+[@c]")}
    result = evaluate(book(formulas, {"d": parse("POS()")}))
    assert [result.cell("f", key) for key in "abcz"] == [43.0, 42.0, 21.0, 64.0]


@pytest.mark.parametrize(
    ("columns", "cycle"),
    [
        ({"a": "[@b]+1", "b": "[@a]+1", "c": "[@tage]"}, ["a", "b"]),
        ({"a": "[@a]"}, ["a"]),
        ({"a": "SUM(r[a])"}, ["a"]),
        ({"a": "SUM(r[b])", "b": "PREV(a,0)+1"}, ["a", "b"]),
        ({"a": "PREV(b,0)+[@b]", "b": "[@a]"}, ["a", "b"]),
    ],
)
def test_real_cycles_are_reported(columns: dict[str, str], cycle: list[str]) -> None:
    result = evaluate(book({"x": parse('IFERROR(INDEX(r[a],1),"weiter")')}, {k: parse(f) for k, f in columns.items()}))
    assert result.cycles == [("r", key) for key in cycle]
    assert result.column("r", "a") == [REF] * 6
    assert result.cell("f", "x") == "weiter"
    if "c" in columns:
        assert result.column("r", "c") == [3.0, 2.0, 4.0, 1.0, 0.0, 5.0]


def test_cycle_across_blocks_is_reported() -> None:
    result = evaluate(book({"x": parse("SUM(r[a])")}, {"a": parse("f.x+1")}))
    assert sorted(result.cycles) == [("f", "x"), ("r", "a")]


def test_long_sums_and_empty_grids() -> None:
    long = parse("+".join(["1"] * 3000))
    leer = Grid(
        0, {"k": []}, {"d": parse("[@k]*2"), "e": parse("PREV(e,0)+1"), "s": parse("COUNTIF(leer[k],[@k])")}, "k"
    )
    form = Grid(1, {}, {"lang": long, "n": parse("SUM(leer[d])+COUNT(leer[k])"), "m": parse("MATCH(1,leer[k],0)")})
    result = evaluate(Book({"leer": leer, "f": form}, {}, {}, TODAY))
    assert (result.cell("f", "lang"), result.cell("f", "n"), result.cell("f", "m")) == (3000.0, 0.0, NA)
    assert result.column("leer", "d") == result.column("leer", "e") == result.column("leer", "s") == []


def test_rows_that_look_up_are_quick() -> None:
    count = 2400
    inputs: dict[str, list[object]] = {
        "nr": [f"v{i}" for i in range(count)],
        "vor": [f"v{i - 1}" if i else None for i in range(count)],
        "tage": [i % 5 + 1 for i in range(count)],
    }
    columns = {
        "start": parse(ROW_CASES["start"][0]),
        "ende": parse("WORKDAY([@start],[@tage])"),
    }
    began = clock.process_time()
    result = evaluate(Book({"r": Grid(count, inputs, columns, "nr")}, {}, {}, TODAY))
    assert clock.process_time() - began < 10  # 1 to 2 s on two old cores
    assert result.errors == []
    assert result.column("r", "start")[1] == result.column("r", "ende")[0]
    assert result.column("r", "start")[-1] == result.column("r", "ende")[-2]
