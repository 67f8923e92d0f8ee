"""Edits as people and programs make them: records equal, or exactly the stated finding at the stated cell.

Every edit runs on some templates and every template with some edits; `python -m tests.mutators`
runs all of them on all.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mutators.catalogue import MUTATORS, run
from tests.mutators.subject import original
from tests.workbooks import KEYS

NAMES = sorted(MUTATORS)
# Templates that give nearly every edit a place; loading many would cost more than the edits.
SOME = ["angebotsliste", "kundenstamm", "akquise_zeitplan", "besuchstermine", "vertriebsforecast"]


def test_the_library_is_large() -> None:
    assert len(MUTATORS) >= 150
    assert len({m.group for m in MUTATORS.values()}) >= 12


@pytest.mark.parametrize("key", KEYS)
def test_the_original_has_no_finding_of_reading(key: str) -> None:
    """What the reader says of an untouched workbook would excuse the same finding after an edit."""
    assert {code for code, _ in original(key).findings} <= {"E_CHECK", "W_CHECK_FAILED", "E_COMPUTED_ERROR"}


@pytest.mark.parametrize("key", SOME[:2])
def test_cell_edits_together(tmp_path: Path, key: str) -> None:
    """All edits of single values in one workbook: each gives its own finding and no other."""
    groups = ("Zahl als Text", "Währung", "Datum als Text", "Auswahl", "Text", "Fehler und Formeln in Eingaben")
    names = [n for n in NAMES if MUTATORS[n].group in groups]
    assert run(key, names, tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in NAMES
        if MUTATORS[n].group
        in ("Blätter", "Kennung", "Spalten", "Zeilen", "Überschriften", "Formelzellen", "Programme")
    ],
)
def test_structure_edits(tmp_path: Path, name: str) -> None:
    """Every edit of structure on one template, another one for each edit."""
    for key in random.Random(name).sample(SOME, len(SOME)):
        found = run(key, [name], tmp_path)
        if found is not None:
            assert found == []
            return


@pytest.mark.parametrize("key", KEYS[::5])
def test_templates_take_turns(tmp_path: Path, key: str) -> None:
    """Some templates with some edits each."""
    chosen = random.Random(key).sample(NAMES, 3)
    for name in chosen:
        assert run(key, [name], tmp_path) in ([], None), name


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True), seed=st.integers(0, 99))
def test_edits_compose(tmp_path_factory: pytest.TempPathFactory, names: list[str], seed: int) -> None:
    assert run("angebotsliste", names, tmp_path_factory.mktemp("mappe"), seed=seed) in ([], None)
