"""LibreOffice as an engine that stays open: workbooks are loaded, changed, used, recalculated and saved over UNO."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import xlsxwriter

from docs.pictures import PROFILE

WORKER = Path(__file__).with_name("libreoffice_worker.py")
Block = tuple[str, int, int, Sequence[Sequence[Any]]]  # sheet, column, row, values
Step = Sequence[Any]  # name, sheet and arguments of a step that the worker knows
Test = TypeVar("Test", bound=Callable[..., Any])
SheetValues = dict[str, list[list[Any]]]  # rows of each sheet, from cell A1 on


def needs_libreoffice(test: Test) -> Test:
    """Mark a test that needs LibreOffice; all of them run in one process, which opens it once."""
    marked: Test = pytest.mark.libreoffice(pytest.mark.xdist_group("libreoffice")(test))
    return marked


@cache
def _interpreter() -> str | None:
    """The Python that has LibreOffice's bindings: this one or the system's."""
    for name in (sys.executable, *filter(None, (shutil.which("python3", path=os.defpath),))):
        if subprocess.run([name, "-c", "import uno"], capture_output=True, check=False).returncode == 0:
            return name
    return None


def have_libreoffice() -> bool:
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

    def _ask(self, **request: Any) -> SheetValues:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.write(json.dumps(request) + "\n")
        self._worker.stdin.flush()
        answer = self._worker.stdout.readline()
        assert answer, "LibreOffice ended"
        result: SheetValues = json.loads(answer)
        return result

    def open(self, path: Path) -> SheetValues:
        """Load a workbook and return its recalculated values."""
        return self._ask(open=str(path.resolve()), values=True)

    def change(self, blocks: Sequence[Block]) -> SheetValues:
        """Write blocks of cells ('' empties a cell) and return the recalculated values."""
        return self._ask(set=blocks, values=True)

    def save(self, path: Path, target: Path, steps: Sequence[Step] = ()) -> None:
        """Load a workbook, do the steps of a person, and save it elsewhere."""
        use: Mapping[str, Any] = {"steps": steps} if steps else {}
        self._ask(open=str(path.resolve()), store=str(target.resolve()), **use)

    def close(self) -> None:
        """End LibreOffice."""
        self._worker.communicate()
