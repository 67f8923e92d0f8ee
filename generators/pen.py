"""XlsxWriter with our rules: typed writes, finished formulas, right cached values, checked return codes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.core import Core
from xlsxwriter.packager import Packager
from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from generators import cells
from vorlagen.formulas.printing import Printed
from vorlagen.values import is_blank

TEXT_MAX = 32767


# Rows that share the `spans` of their cells.
_SPAN = 16


class PlainWorksheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A worksheet that writes formulas as they are handed in, and columns of cells as columns.

    The function set needs no future-function prefixes, and the regular expressions that
    add them would also rewrite function names inside text literals. `looks` turns the
    format of marked cells into another one.
    """

    looks: Mapping[tuple[int, int], Callable[[Any], Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.fh: Any
        self.columns: list[cells.Column] = []

    def add_column(self, column: cells.Column) -> None:
        """Take a column; cells that are written singly there stand before its own.

        Raises:
            ValueError: it lies outside the sheet.
        """
        if self._check_dimensions(column.first, column.col) or self._check_dimensions(column.last, column.col):
            raise ValueError(f"column {column.col + 1} of {column.last - column.first + 1} rows was not written")
        self.columns.append(column)

    def shared_text(self, text: str) -> int:
        """Return the number of a text among those that cells share."""
        return int(self.str_table._get_shared_string_index(text))

    def write_formula(self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0) -> int:
        """Write a formula as it is: none of ours is an array formula."""
        if self._check_dimensions(row, col):
            return -1
        self.table[row][col] = CellFormulaTuple(formula.removeprefix("="), cell_format, value)
        return 0

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def _get_range_data(self, row_start: int, col_start: int, row_end: int, col_end: int) -> list[Any]:
        """Return what cells show, as charts keep it."""
        shown: list[Any] = []
        for row in range(row_start, row_end + 1):
            for col in range(col_start, col_end + 1):
                own = row in self.table and col in self.table[row]
                column = None if own else self._column_at(row, col)
                shown += [column.shown(row)] if column else super()._get_range_data(row, col, row, col)
        return shown

    def _column_at(self, row: int, col: int) -> cells.Column | None:
        return next((c for c in self.columns if c.col == col and c.first <= row <= c.last), None)

    def _calculate_spans(self) -> None:
        spans: dict[int, tuple[int, int]] = {}

        def widen(chunk: int, left: int, right: int) -> None:
            low, high = spans.get(chunk, (left, right))
            spans[chunk] = (min(low, left), max(high, right))

        for rows in (self.table, self.comments):
            for row, there in rows.items():
                if there:
                    widen(row // _SPAN, min(there), max(there))
        for band in cells.bands(self.columns):
            for chunk in range(band.start // _SPAN, (band.stop - 1) // _SPAN + 1):
                widen(chunk, band.columns[0].col, band.columns[-1].col)
        self.row_spans = {chunk: f"{low + 1}:{high + 1}" for chunk, (low, high) in spans.items()}

    def _write_rows(self) -> None:
        """Write all rows: those of columns as such, all others as XlsxWriter does."""
        self._calculate_spans()
        row = self.dim_rowmin
        for band in cells.bands(self.columns):
            self._write_single_rows(row, band.start)
            self._number_formats(band)
            lines = cells.Lines(band)
            for row in range(band.start, band.stop):
                self._write_row(row, self.row_spans[row // _SPAN], self.row_info.get(row))
                single = self.table.get(row)
                self.fh.write(self._mixed(row, lines, single) if single else lines.line(row))
                self.fh.write("</row>")
            row = band.stop
        self._write_single_rows(row, self.dim_rowmax + 1)

    def _number_formats(self, band: cells.Band) -> None:
        """Have the formats numbered in the order in which the first row of a band uses them."""
        styles = {c.col: c.style for c in band.columns}
        styles |= {col: cell.format for col, cell in self.table.get(band.start, {}).items()}
        for _, style in sorted(styles.items(), key=lambda item: item[0]):
            if style is not None:
                style._get_xf_index()

    def _write_single_rows(self, start: int, stop: int) -> None:
        for row in range(start, stop):
            single = self.table.get(row)
            if not single and row not in self.row_info and row not in self.comments:
                continue
            self._write_row(row, self.row_spans.get(row // _SPAN), self.row_info.get(row), empty_row=not single)
            if single:
                for col, cell in sorted(single.items()):
                    self._write_cell(row, col, cell)
                self.fh.write("</row>")

    def _mixed(self, row: int, lines: cells.Lines, single: Mapping[int, Any]) -> str:
        """Return the cells of a row, the single ones before those of columns."""
        found = lines.cells(row)
        fh, self.fh = self.fh, StringIO()
        for col, cell in single.items():
            start = self.fh.tell()
            self._write_cell(row, col, cell)
            found[col] = self.fh.getvalue()[start:]
        self.fh = fh
        return "".join(text for _, text in sorted(found.items()))


class _Core(Core):  # type: ignore[misc]  # XlsxWriter has no types
    """Document properties with the language, which screen readers need and XlsxWriter does not write."""

    def _write_cp_content_status(self) -> None:
        super()._write_cp_content_status()
        self._xml_data_element("dc:language", self.properties["language"])


class _Packager(Packager):  # type: ignore[misc]
    def _write_core_file(self) -> None:
        core = _Core()
        core._set_properties({"language": self.workbook.language} | self.workbook.doc_properties)
        core._set_xml_writer(self._filename("docProps/core.xml"))
        core._assemble_xml_file()


class LanguageWorkbook(Workbook):  # type: ignore[misc]
    """A workbook that says its language."""

    language = "de-DE"

    def _get_packager(self) -> Packager:
        return _Packager()


def new_workbook(path: str) -> LanguageWorkbook:
    """Open a workbook in which text always stays text."""
    return LanguageWorkbook(
        path,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def pixels(width: float) -> int:
    """Pixels of a column of so many characters (Calibri 11)."""
    return int(width * 7 + 5)


def pixel_rows(points: float) -> int:
    """Pixels of rows of so many points."""
    return round(points * 4 / 3)


def clean(text: str) -> str:
    """Replace characters that XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


class Pen:
    """Writes cells of one sheet."""

    def __init__(self, sheet: PlainWorksheet) -> None:
        self.sheet = sheet

    def value(self, row: int, col: int, value: Any, style: Any) -> None:
        """Write an input: text as text, numbers as numbers, blanks as styled blanks.

        Raises:
            ValueError: text beyond Excel's limit, or a number that is none.
        """
        style = self.look(row, col, style)
        if is_blank(value):
            code = self.sheet.write_blank(row, col, None, style)
        elif isinstance(value, bool):
            code = self.sheet.write_boolean(row, col, value, style)
        elif isinstance(value, int | float):
            code = self.sheet.write_number(row, col, value, style)
        else:
            code = self.sheet.write_string(row, col, _short(clean(str(value)), row, col), style)
        if code:
            raise ValueError(f"cell at row {row + 1}, column {col + 1} was not written (code {code})")

    def values(self, first: int, last: int, col: int, values: Sequence[Any], style: Any) -> None:
        """Write a column of inputs from row `first` to `last`, blank beyond the given values.

        Raises:
            ValueError: as for a single value.
        """
        shown: list[Any] = []
        bodies: list[str] = []
        for row, value in enumerate(values[: last - first + 1], first):
            text: Any = ""
            if is_blank(value):
                body = cells.BLANK
            elif isinstance(value, bool):
                text, body = value, cells.truth_body(value)
            elif isinstance(value, int | float):
                if not math.isfinite(value):
                    raise ValueError(f"number at row {row + 1}, column {col + 1} was not written")
                text, body = f"{value:.16g}", cells.number_body(value)
            else:
                text = _short(clean(str(value)), row, col)
                body = cells.text_body(self.sheet.shared_text(text))
            shown.append(text)
            bodies.append(body)
        self.sheet.add_column(cells.inputs(col, first, last, style, shown, bodies))
        for row in self._marked(first, last, col):
            self.value(row, col, values[row - first] if row - first < len(values) else None, style)

    def _marked(self, first: int, last: int, col: int) -> list[int]:
        return [row for row, column in self.sheet.looks if column == col and first <= row <= last]

    def look(self, row: int, col: int, style: Any) -> Any:
        """Return the cell format with the mark of the cell, if it has one."""
        look = self.sheet.looks.get((row, col))
        return style if look is None else look(style)

    def text(self, row: int, col: int, text: str, style: Any) -> None:
        """Write a label."""
        self.value(row, col, text, style)

    def formula(self, row: int, col: int, formula: str, style: Any, value: Any) -> None:
        """Write a formula with the value it has.

        Raises:
            ValueError: the formula was refused.
        """
        code = self.sheet.write_formula(row, col, formula, self.look(row, col, style), _cached(value))
        if code:
            raise ValueError(f"formula at row {row + 1}, column {col + 1} was not written (code {code})")

    def formulas(self, first: int, col: int, printed: Printed, values: Sequence[Any], style: Any) -> None:
        """Write a formula down a column, from row `first`, with the values it has.

        Raises:
            ValueError: they do not fit on the sheet.
        """
        if not values:
            return
        shown = [_cached(value) for value in values]
        last = first + len(values) - 1
        self.sheet.add_column(cells.formulas(col, first, last, style, printed, shown))
        for row in self._marked(first, last, col):
            place = row - first
            self.formula(row, col, printed.at(row, place + 1, col), style, values[place])

    def link(self, row: int, col: int, sheet: str, text: str, style: Any, cell: str = "A1") -> None:
        """Write a link to another sheet of the workbook.

        Raises:
            ValueError: the link was refused.
        """
        quoted = sheet.replace("'", "''")
        code = self.sheet.write_url(row, col, f"internal:'{quoted}'!{cell}", style, text)
        if code:
            raise ValueError(f"link to sheet {sheet} was not written (code {code})")


def _short(text: str, row: int, col: int) -> str:
    if len(text) > TEXT_MAX:
        raise ValueError(f"text of {len(text)} characters at row {row + 1}, column {col + 1}")
    return text


def _cached(value: Any) -> Any:
    """Return the value of a formula as it is stored: errors by their names, blank as an empty text."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    return value.value if hasattr(value, "value") and not isinstance(value, int | float) else value
