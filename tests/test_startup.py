"""`vorlagen --help` and `vorlagen list` start without the heavy libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "pandas",
    "numpy",
    "openpyxl",
    "xlsxwriter",
    "pydantic",
    "pyarrow",
    "duckdb",
    "holidays",
    "jinja2",
    "coloraide",
    "PIL",
    "phonenumbers",
    "python_calamine",
    "rapidfuzz",
)


# What only some commands need: the language of specs, its formulas, the process that reads.
OWN = ("vorlagen.spec", "vorlagen.formulas", "vorlagen.intake.worker", "vorlagen.outputs")


@pytest.mark.parametrize("words", [["--help"], ["list"], ["list", "--json"], ["explain", "E_REQUIRED"]])
def test_light_commands_import_no_heavy_library(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from vorlagen.cli import main\n"
        f"sys.argv = ['vorlagen', *{words!r}]\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('LOADED', sorted(m for m in {(*HEAVY, *OWN)!r} if m in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"
    assert len(done.stdout.splitlines()) > 2
