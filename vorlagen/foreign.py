"""Foreign tables -> plain lines: a CSV file or the first sheet of a workbook, nothing typed yet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from vorlagen.fieldtypes import clean_text, is_filled
from vorlagen.findings import Finding, Origin, SourceErrors
from vorlagen.guard import unguarded

DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True)
class Line:
    """One line of a table, with its number in the file."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class ForeignTable:
    """Headings and lines of a file."""

    file: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    sheet: str = ""
    heading_line: int = 1
    typed: bool = field(default=False)


def closest(word: str, known: Iterable[str]) -> str:
    """Return the most similar known word, '–' when there is none at all."""
    words = list(known)
    by_folded = {w.casefold(): w for w in reversed(words)}
    near = get_close_matches(word.casefold(), list(by_folded), 1, 0.0)
    return by_folded[near[0]] if near else "–"


def refuse(code: str, file: str, exit_code: int = 3, line: int = 0, /, **facts: Any) -> SourceErrors:
    """Return the error of a file that is of no use at all."""
    return SourceErrors([Finding(code, Origin(file, "", "", line), facts=facts)], exit_code)


def read_table(path: Path) -> ForeignTable:
    """Read a .csv file or the first sheet of an .xlsx file.

    Raises:
        SourceErrors: not readable, no headings or lines, a heading twice, lines longer than the heading.
    """
    return _read_csv(path) if path.suffix.lower() == ".csv" else _read_sheet(path)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        SourceErrors: it cannot be opened.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise refuse("E_FILE_MISSING", path.name, 2) from None
    except OSError as error:
        raise refuse("E_SOURCE_UNREADABLE", path.name, reason=error.strerror or "E/A") from None


def decode(data: bytes, file: str) -> str:
    """Return the text of a file in UTF-8 (with or without BOM), UTF-16 with BOM or Windows-1252.

    Raises:
        SourceErrors: it is not a text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif b"\0" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("E_SOURCE_UNREADABLE", file, reason="kein Text / not a text")


def _read_csv(path: Path) -> ForeignTable:
    text = decode(read_bytes(path), path.name)
    skipped = 0
    delimiter = None
    if text[:4].lower() == "sep=":
        delimiter = text[4:5]
        skipped, text = 1, text.partition("\n")[2]
    try:
        return _table(path.name, _csv_lines(text, delimiter or _delimiter(text), skipped))
    except csv.Error as error:
        raise refuse("E_SOURCE_UNREADABLE", path.name, reason=str(error)) from None


def _delimiter(text: str) -> str:
    """Return the separator that gives the first line the most columns."""
    counts = {d: len(next(csv.reader(io.StringIO(text, newline=""), delimiter=d), [])) for d in DELIMITERS}
    return max(counts, key=lambda d: counts[d])


def _csv_lines(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, Sequence[Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    for row in reader:
        # Our own CSV files guard texts against being taken for formulas; the guard is no part of the text.
        yield before + 1 + skipped, [unguarded(c) for c in row]
        before = reader.line_num


def _read_sheet(path: Path) -> ForeignTable:
    import warnings

    import openpyxl

    content = io.BytesIO(read_bytes(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(content, data_only=True)
            sheet = book.worksheets[0]
            rows = [(n, row) for n, row in enumerate(sheet.iter_rows(values_only=True), 1)]
    except Exception:  # openpyxl raises nine kinds of exceptions on damaged files, texts with paths in them
        raise refuse("E_SOURCE_UNREADABLE", path.name, reason="keine Arbeitsmappe / not a workbook") from None
    return _table(path.name, iter(rows), sheet.title, typed=True)


def _table(file: str, rows: Iterator[tuple[int, Sequence[Any]]], sheet: str = "", typed: bool = False) -> ForeignTable:
    """Take the first row that is not blank for the headings, every other one for a line."""
    findings: list[Finding] = []
    headings: list[str] = []
    lines: list[Line] = []
    heading_line = 0
    for number, row in rows:
        if not any(map(is_filled, row)):
            continue
        if not heading_line:
            heading_line = number
            headings = [clean_text(str(cell)) if is_filled(cell) else "" for cell in row]
            continue
        if any(is_filled(cell) for cell in row[len(headings) :]) or any(
            is_filled(cell) for head, cell in zip(headings, row, strict=False) if not head
        ):
            findings.append(Finding("E_SOURCE_RAGGED", Origin(file, sheet, "", number)))
        cells = {h: c if is_filled(c) else None for h, c in zip(headings, row, strict=False) if h}
        lines.append(Line(number, {h: cells.get(h) for h in headings if h}))
    if not heading_line:
        findings.append(Finding("E_SOURCE_HEADING", Origin(file, sheet)))
    elif not lines:
        findings.append(Finding("E_SOURCE_EMPTY", Origin(file, sheet)))
    seen: set[str] = set()
    for head in headings:
        if head and head in seen:
            findings.append(Finding("E_SOURCE_TWICE", Origin(file, sheet, "", heading_line), facts={"column": head}))
        seen.add(head)
    if findings:
        raise SourceErrors(findings, 1)
    return ForeignTable(file, tuple(h for h in headings if h), tuple(lines), sheet, heading_line, typed)
