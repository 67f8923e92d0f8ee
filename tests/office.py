"""Use workbooks in LibreOffice as a person would: a script for a Python that has `uno`.

Run as `python office.py JOBS PROFILE`: JOBS is a JSON list of {"source", "target", "steps"}; a step is
["sort", sheet, range, column, ascending], ["filter", sheet, range, column, value],
["insert", sheet, row, count], ["put", sheet, range, values] or ["copy", sheet, range, cell].
Rows and columns count from 0. One start of LibreOffice does all jobs.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table import TableSortField

PATIENCE = 90  # seconds


def prop(name, value):
    """One named option of a call."""
    item = PropertyValue()
    item.Name, item.Value = name, value
    return item


def sort(sheet, area, column, ascending):
    """Sort rows as the dialog does."""
    field = TableSortField()
    field.Field, field.IsAscending = column, ascending
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    options = (prop("SortFields", fields), prop("ContainsHeader", False), prop("IsUserListEnabled", False))
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


def connect(pipe):
    """Return the desktop of the office that listens at a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def main(jobs, profile):
    """Do all jobs in one run of LibreOffice."""
    pipe = f"vorlagen{os.getpid()}"
    office = subprocess.Popen(
        [
            "soffice",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={pipe};urp;",
        ]
    )
    desktop = connect(pipe)
    try:
        for job in json.loads(Path(jobs).read_text(encoding="utf-8")):
            book = desktop.loadComponentFromURL(Path(job["source"]).as_uri(), "_blank", 0, (prop("Hidden", True),))
            for name, sheet, *arguments in job["steps"]:
                STEPS[name](book.Sheets.getByName(sheet), *arguments)
            book.calculateAll()
            book.storeToURL(Path(job["target"]).as_uri(), (prop("FilterName", "Calc MS Excel 2007 XML"),))
            book.close(True)
    finally:
        with contextlib.suppress(Exception):  # the office ends while it answers
            desktop.terminate()
        office.wait(PATIENCE)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
