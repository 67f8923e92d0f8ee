"""Runs LibreOffice for the tests: started by a Python that has `uno`, talks JSON lines over stdin and stdout.

Requests: {"open": path} loads and recalculates; {"set": [[sheet, column, row, rows of values]]} writes
blocks of cells and recalculates. Both answer with {sheet: rows of values} from cell A1 on, where an
error value stands as text such as "#DIV/0!".
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]

ERRORS = 4  # FormulaResult.ERROR


def connect(pipe, office):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if office.poll() is not None:
                raise SystemExit("LibreOffice ended") from None
            time.sleep(0.05)
    raise SystemExit("no connection to LibreOffice")


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


def main():
    profile, pipe = Path(sys.argv[1]), sys.argv[2]
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo",
         f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    document = None
    try:
        desktop = connect(pipe, office)
        hidden = (PropertyValue("Hidden", 0, True, 0),)
        print("ready", flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            if "open" in request:
                if document is not None:
                    document.close(True)
                document = desktop.loadComponentFromURL(Path(request["open"]).as_uri(), "_blank", 0, hidden)
                document.enableAutomaticCalculation(False)
                for sheet in document.Sheets:
                    sheet.unprotect("")
            for sheet, column, row, block in request.get("set", ()):
                right, below = column + len(block[0]) - 1, row + len(block) - 1
                area = document.Sheets.getByName(sheet).getCellRangeByPosition(column, row, right, below)
                area.setDataArray(tuple(map(tuple, block)))
            document.calculateAll()
            print(json.dumps(values(document)), flush=True)
        if document is not None:
            document.close(True)
        desktop.terminate()
    finally:
        try:
            office.wait(20)
        except subprocess.TimeoutExpired:
            office.kill()


main()
