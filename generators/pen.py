"""XlsxWriter with our rules: typed writes, finished formulas, right cached values, checked return codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from vorlagen.values import is_blank

TEXT_MAX = 32767


class PlainWorksheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A worksheet that writes formulas as they are handed in.

    The function set needs no future-function prefixes, and the regular expressions that
    add them would also rewrite function names inside text literals. `looks` turns the
    format of marked cells into another one.
    """

    looks: Mapping[tuple[int, int], Callable[[Any], Any]] = {}

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def new_workbook(path: str) -> Workbook:
    """Open a workbook in which text always stays text."""
    return Workbook(
        path,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    )


def clean(text: str) -> str:
    """Replace characters that XML cannot hold."""
    return "".join(
        c if (c >= " " or c in "\t\n\r") and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff" else "\ufffd"
        for c in text
    )


class Pen:
    """Writes cells of one sheet."""

    def __init__(self, sheet: Any) -> None:
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
            text = clean(str(value))
            if len(text) > TEXT_MAX:
                raise ValueError(f"text of {len(text)} characters at row {row + 1}, column {col + 1}")
            code = self.sheet.write_string(row, col, text, style)
        if code:
            raise ValueError(f"cell at row {row + 1}, column {col + 1} was not written (code {code})")

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
        cached = "" if value is None else value
        if hasattr(cached, "value") and not isinstance(cached, str | int | float):
            cached = cached.value
        style = self.look(row, col, style)
        code = self.sheet.write_formula(row, col, formula, style, str(cached) if _is_error(cached) else cached)
        if code:
            raise ValueError(f"formula at row {row + 1}, column {col + 1} was not written (code {code})")

    def link(self, row: int, col: int, sheet: str, text: str, style: Any, cell: str = "A1") -> None:
        """Write a link to another sheet of the workbook."""
        quoted = sheet.replace("'", "''")
        code = self.sheet.write_url(row, col, f"internal:'{quoted}'!{cell}", style, text)
        if code:
            raise ValueError(f"link to sheet {sheet} was not written (code {code})")


def _is_error(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("#") and value.endswith(("!", "?", "A"))
