"""The closed set of worksheet functions: Excel 2016, LibreOffice 7.4 and Google Sheets in common.

None of them needs an ``_xlfn.`` prefix in a file, which is why the writer may hand
finished formulas through.
"""

from __future__ import annotations

# name -> (least, most) number of arguments
FUNCTIONS: dict[str, tuple[int, int]] = {
    "ABS": (1, 1), "AND": (1, 255), "AVERAGE": (1, 255), "AVERAGEIFS": (3, 255), "CHOOSE": (2, 255),
    "COLUMN": (0, 1), "COUNT": (1, 255), "COUNTA": (1, 255), "COUNTBLANK": (1, 1), "COUNTIF": (2, 2),
    "COUNTIFS": (2, 254), "DATE": (3, 3), "DAY": (1, 1), "EDATE": (2, 2), "EOMONTH": (2, 2),
    "EXACT": (2, 2), "EXP": (1, 1), "FIND": (2, 3), "HOUR": (1, 1), "IF": (2, 3), "IFERROR": (2, 2),
    "INDEX": (2, 3), "INT": (1, 1), "ISBLANK": (1, 1), "ISERROR": (1, 1), "ISNUMBER": (1, 1),
    "ISTEXT": (1, 1), "LARGE": (2, 2), "LEFT": (1, 2), "LEN": (1, 1), "LN": (1, 1), "LOWER": (1, 1),
    "MATCH": (2, 3), "MAX": (1, 255), "MEDIAN": (1, 255), "MID": (3, 3), "MIN": (1, 255),
    "MINUTE": (1, 1), "MOD": (2, 2), "MONTH": (1, 1), "N": (1, 1), "NETWORKDAYS": (2, 3),
    "NOT": (1, 1), "NPV": (2, 255), "OR": (1, 255), "PERCENTILE": (2, 2), "POWER": (2, 2),
    "RANK": (2, 3), "RIGHT": (1, 2), "ROUND": (2, 2), "ROUNDDOWN": (2, 2), "ROUNDUP": (2, 2),
    "ROW": (0, 1), "ROWS": (1, 1), "SEARCH": (2, 3), "SIGN": (1, 1), "SMALL": (2, 2), "SQRT": (1, 1),
    "SUBSTITUTE": (3, 4), "SUM": (1, 255), "SUMIF": (2, 3), "SUMIFS": (3, 255), "SUMPRODUCT": (1, 255),
    "TODAY": (0, 0), "TRIM": (1, 1), "UPPER": (1, 1), "WEEKDAY": (1, 2), "WORKDAY": (2, 3), "YEAR": (1, 1),
}  # fmt: skip

# Functions whose result is always a number (or an error), never an empty text.
NUMERIC = frozenset(
    {
        "ABS", "AVERAGE", "AVERAGEIFS", "COLUMN", "COUNT", "COUNTA", "COUNTBLANK", "COUNTIF", "COUNTIFS", "DATE", "DAY",
        "EDATE", "EOMONTH", "EXP", "FIND", "HOUR", "INT", "LARGE", "LEN", "LN", "MATCH", "MAX", "MEDIAN", "MIN",
        "MINUTE", "MOD", "MONTH", "N", "NETWORKDAYS", "NPV", "PERCENTILE", "POWER", "RANK", "ROUND", "ROUNDDOWN",
        "ROUNDUP", "ROW", "ROWS", "SEARCH", "SIGN", "SMALL", "SQRT", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "TODAY",
        "WEEKDAY", "WORKDAY", "YEAR",
    }
)  # fmt: skip

# German function names that authors type by habit -> the name a file must hold.
GERMAN: dict[str, str] = {
    "WENN": "IF", "WENNFEHLER": "IFERROR", "UND": "AND", "ODER": "OR", "NICHT": "NOT", "SUMME": "SUM",
    "SUMMEWENN": "SUMIF", "SUMMEWENNS": "SUMIFS", "SUMMENPRODUKT": "SUMPRODUCT", "ZÄHLENWENN": "COUNTIF",
    "ZÄHLENWENNS": "COUNTIFS", "ANZAHL": "COUNT", "ANZAHL2": "COUNTA", "ANZAHLLEEREZELLEN": "COUNTBLANK",
    "MITTELWERT": "AVERAGE", "MITTELWERTWENNS": "AVERAGEIFS", "RUNDEN": "ROUND", "AUFRUNDEN": "ROUNDUP",
    "ABRUNDEN": "ROUNDDOWN", "VERGLEICH": "MATCH", "HEUTE": "TODAY", "JAHR": "YEAR", "MONAT": "MONTH",
    "TAG": "DAY", "DATUM": "DATE", "EDATUM": "EDATE", "MONATSENDE": "EOMONTH", "ARBEITSTAG": "WORKDAY",
    "NETTOARBEITSTAGE": "NETWORKDAYS", "WOCHENTAG": "WEEKDAY", "STUNDE": "HOUR", "GROSS": "UPPER",
    "KLEIN": "LOWER", "GLÄTTEN": "TRIM", "LÄNGE": "LEN", "LINKS": "LEFT", "RECHTS": "RIGHT",
    "TEIL": "MID", "WECHSELN": "SUBSTITUTE", "RANG": "RANK", "QUANTIL": "PERCENTILE",
    "KGRÖSSTE": "LARGE", "KKLEINSTE": "SMALL", "ISTLEER": "ISBLANK", "ISTZAHL": "ISNUMBER",
    "ISTTEXT": "ISTEXT", "WAHR": "TRUE", "FALSCH": "FALSE", "SVERWEIS": "INDEX with MATCH", "NBW": "NPV",
    "POTENZ": "POWER", "WURZEL": "SQRT", "REST": "MOD", "GANZZAHL": "INT", "WAHL": "CHOOSE",
}  # fmt: skip

# Names people expect but that break one of the three programs, with the way out.
EXCLUDED: dict[str, str] = {
    "FILTER": "a helper column", "SORT": "RANK_UNIQUE and INDEX", "UNIQUE": "a choice list",
    "XLOOKUP": "LOOKUP_IN", "VLOOKUP": "LOOKUP_IN", "LET": "a helper field", "LAMBDA": "a house function",
    "DATEDIF": "MONTHS_BETWEEN or a difference", "AGGREGATE": "a helper column", "TEXT": "a number format",
    "IFS": "nested IF", "SWITCH": "nested IF", "MAXIFS": "a helper column", "MINIFS": "a helper column",
    "TEXTJOIN": "the operator &", "CONCAT": "the operator &", "IFNA": "IFERROR", "OFFSET": "INDEX",
    "INDIRECT": "a reference by key",
}  # fmt: skip
