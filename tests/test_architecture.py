"""Imports point one way, templates' keys stay out of engine code, the writer stands in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.workbooks import KEYS, ROOT

PACKAGES = ("vorlagen", "generators", "calculators")
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
COMMAND_LINE = {ROOT / "vorlagen" / "cli.py", *(ROOT / "vorlagen" / "commands").rglob("*.py")}


def imports(path: Path) -> set[str]:
    """Names of all modules that a file imports, late imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    found = imports(path)
    package = path.relative_to(ROOT).parts[0]
    if package == "calculators":
        bad = {
            n for n in found if n.split(".")[0] in ("vorlagen", "generators") and not n.startswith("vorlagen.formulas")
        }
        assert not bad
        assert not {n for n in found if n.split(".")[0] in ("openpyxl", "xlsxwriter", "python_calamine")}
    if package == "vorlagen" and path not in COMMAND_LINE:
        assert not {n for n in found if n.split(".")[0] == "generators"}
    if package != "generators":
        assert not {n for n in found if n.split(".")[0] == "xlsxwriter"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_template_key_in_engine_code(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # A domain word may be the name of a function; what counts is data that the engine compares with.
    tree.body = [n for n in tree.body if not (isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__")]
    strings = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    assert not strings & set(KEYS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 530


def test_repository_names_no_machine() -> None:
    pattern = re.compile(r"/(?:home|root|work|opt)/\w|--index[-]url|local[h]ost:")
    folders = (*PACKAGES, "templates_spec", "brands", "benchmarks", "docs", "examples", "tests", ".ci")
    kinds = (".py", ".md", ".yaml", ".csv", ".css", ".js", ".j2", "")
    found = [path for name in folders for path in (ROOT / name).rglob("*") if path.suffix in kinds and path.is_file()]
    found += [ROOT / name for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "cli.py")]
    assert len(found) > len(FILES)
    assert [path for path in found if pattern.search(path.read_text(encoding="utf-8"))] == []
