"""The calculators are independent witnesses and start fast."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import calculators

FOLDER = Path(calculators.__file__ or "").parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def imported(path: Path) -> set[str]:
    """Return the dotted names that a module imports anywhere."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "calculators":
            names |= {f"calculators.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("name", MODULES)
def test_shares_no_code_with_the_formulas(name: str) -> None:
    allowed = {"calendar", "holidays", "pandas"} | {f"calculators.{other}" for other in MODULES}
    foreign = {n for n in imported(FOLDER / f"{name}.py") if n.split(".")[0] not in sys.stdlib_module_names}
    assert foreign <= allowed


@pytest.mark.parametrize("name", MODULES)
def test_exports_what_exists(name: str) -> None:
    module = __import__(f"calculators.{name}", fromlist=["__all__"])
    assert all(hasattr(module, exported) for exported in getattr(module, "__all__", ()))


def test_importing_all_loads_neither_pandas_nor_holidays() -> None:
    code = f"import sys; [__import__('calculators.' + m) for m in {MODULES!r}]; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parent, timeout=60
    )
    assert {"pandas", "numpy", "holidays"}.isdisjoint(done.stdout.split())
