"""Runs LibreOffice for the tests: started by a Python that has `uno`, talks JSON lines over stdin and stdout.

Requests, any of these keys together, done in this order:
  "open": path            load and recalculate
  "set": [[sheet, column, row, rows of values]]  write blocks of cells and recalculate; '' empties a cell
  "steps": [[name, sheet, arguments…]]           use the workbook as a person would (see STEPS), then recalculate
  "store": path           save as .xlsx
  "values": true          answer with {sheet: rows of values} from cell A1 on, an error value as text ("#DIV/0!")
Rows and columns count from 0. Without "values" the answer is {}.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.sheet import TableFilterField  # type: ignore[import-not-found]
from com.sun.star.sheet.FilterOperator import EQUAL  # type: ignore[import-not-found]
from com.sun.star.table import TableSortField  # type: ignore[import-not-found]

ERRORS = 4  # FormulaResult.ERROR


def connect(pipe, office):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(1800):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if office.poll() is not None:
                raise SystemExit("LibreOffice ended") from None
            time.sleep(0.05)
    raise SystemExit("no connection to LibreOffice")


def option(name, value):
    return PropertyValue(name, 0, value, 0)


def sort(sheet, area, column, ascending):
    """Sort rows as the dialog does."""
    field = TableSortField()
    field.Field, field.IsAscending = column, ascending
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    options = (option("SortFields", fields), option("ContainsHeader", False), option("IsUserListEnabled", False))
    sheet.getCellRangeByName(area).sort(options)


def filter_rows(sheet, area, column, value):
    """Show only rows with a value."""
    place = sheet.getCellRangeByName(area)
    rule = place.createFilterDescriptor(True)
    field = TableFilterField()
    field.Field, field.Operator, field.IsNumeric, field.StringValue = column, EQUAL, False, value
    rule.setFilterFields((field,))
    rule.ContainsHeader = True
    place.filter(rule)


def insert(sheet, row, count):
    """Insert empty rows."""
    sheet.Rows.insertByIndex(row, count)


def put(sheet, area, values):
    """Type a block of values; None leaves a cell as it is."""
    place = sheet.getCellRangeByName(area)
    for n, line in enumerate(values):
        for m, value in enumerate(line):
            cell = place.getCellByPosition(m, n)
            if isinstance(value, str):
                cell.setString(value)
            elif value is not None:
                cell.setValue(value)


def copy(sheet, area, cell):
    """Copy a block and paste it elsewhere on the sheet, with formats and validations."""
    target = sheet.getCellRangeByName(cell).getCellAddress()
    sheet.copyRange(target, sheet.getCellRangeByName(area).getRangeAddress())


STEPS = {"sort": sort, "filter": filter_rows, "insert": insert, "put": put, "copy": copy}


def values(document):
    found = {}
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        rows = [list(row) for row in sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()]
        for area in sheet.queryFormulaCells(ERRORS).RangeAddresses:
            for row in range(area.StartRow, area.EndRow + 1):
                for column in range(area.StartColumn, area.EndColumn + 1):
                    rows[row][column] = sheet.getCellByPosition(column, row).String
        found[sheet.Name] = rows
    return found


def serve(desktop):
    document = None
    for line in sys.stdin:
        request = json.loads(line)
        if "open" in request:
            if document is not None:
                document.close(True)
            hidden = (option("Hidden", True),)
            document = desktop.loadComponentFromURL(Path(request["open"]).as_uri(), "_blank", 0, hidden)
        if "set" in request:
            # One calculation at the end, and blocks of locked sheets written as they come.
            document.enableAutomaticCalculation(False)
            for sheet in document.Sheets:
                sheet.unprotect("")
            for sheet, column, row, block in request["set"]:
                right, below = column + len(block[0]) - 1, row + len(block) - 1
                area = document.Sheets.getByName(sheet).getCellRangeByPosition(column, row, right, below)
                area.setDataArray(tuple(map(tuple, block)))
            document.calculateAll()
        if "steps" in request:
            for name, sheet, *arguments in request["steps"]:
                STEPS[name](document.Sheets.getByName(sheet), *arguments)
            document.calculateAll()
        if "store" in request:
            document.storeToURL(Path(request["store"]).as_uri(), (option("FilterName", "Calc MS Excel 2007 XML"),))
        print(json.dumps(values(document) if request.get("values") else {}), flush=True)
    if document is not None:
        document.close(True)


def main():
    profile, pipe = Path(sys.argv[1]), sys.argv[2]
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo",
         f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        desktop = connect(pipe, office)
        print("ready", flush=True)
        serve(desktop)
        desktop.terminate()
    finally:
        try:
            office.wait(20)
        except subprocess.TimeoutExpired:
            office.kill()


main()
