"""LibreOffice as an engine that stays open: workbooks are loaded, changed and recalculated over UNO."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>de-DE</value>
</prop></item>
</oor:items>
"""
WORKER = Path(__file__).with_name("libreoffice_worker.py")
Block = tuple[str, int, int, Sequence[Sequence[Any]]]  # sheet, column, row, values


@cache
def _interpreter() -> str | None:
    """The Python that has LibreOffice's bindings: this one or the system's."""
    for name in (sys.executable, *filter(None, (shutil.which("python3", path=os.defpath),))):
        if subprocess.run([name, "-c", "import uno"], capture_output=True, check=False).returncode == 0:
            return name
    return None


def have_office() -> bool:
    """Whether LibreOffice and its Python bindings are installed."""
    return shutil.which("soffice") is not None and _interpreter() is not None


class Office:
    """One running LibreOffice with a German locale and a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
        interpreter = _interpreter()
        assert interpreter is not None
        self._worker = subprocess.Popen(
            [interpreter, str(WORKER), str(profile), f"vorlagen-{os.getpid()}-{id(self)}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        assert self._worker.stdout is not None
        assert self._worker.stdout.readline() == "ready\n"
        self._prove()

    def _prove(self) -> None:
        """A wrong stored value must be corrected, else every comparison would be worthless."""
        probe = self._folder / "probe.xlsx"
        book = xlsxwriter.Workbook(probe)
        sheet = book.add_worksheet("Probe")
        sheet.write_formula("A1", "=B1+2", None, 0)
        sheet.write_number("B1", 40)
        book.close()
        assert self.open(probe)["Probe"][0][0] == 42
        assert self.change([("Probe", 1, 0, [[1]])])["Probe"][0][0] == 3

    def _ask(self, request: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.write(json.dumps(request) + "\n")
        self._worker.stdin.flush()
        answer = self._worker.stdout.readline()
        assert answer, "LibreOffice ended"
        result: dict[str, list[list[Any]]] = json.loads(answer)
        return result

    def open(self, path: Path) -> dict[str, list[list[Any]]]:
        """Load a workbook and return its recalculated values by sheet, from cell A1 on."""
        return self._ask({"open": str(path.resolve())})

    def change(self, blocks: Sequence[Block]) -> dict[str, list[list[Any]]]:
        """Write blocks of cells ('' empties a cell) and return the recalculated values."""
        return self._ask({"set": blocks})

    def close(self) -> None:
        """End LibreOffice."""
        self._worker.communicate()
