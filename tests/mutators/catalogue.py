"""All edits, and how they are run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.mutators import columns, formulas, programs, rows, sheets, values  # noqa: F401
from tests.mutators.registry import MUTATORS
from tests.mutators.subject import problems, subject
from vorlagen.spec import Lang


def run(key: str, names: Sequence[str], folder: Path, *, seed: int = 0, lang: Lang = "de") -> list[str] | None:
    """Make edits to the example workbook of a template, one after the other, and compare.

    Returns:
        What is not as it must be; None when the template gives none of the edits a place.
    """
    edited = subject(key, seed, lang)
    done = [m.edit(edited) for m in sorted((MUTATORS[n] for n in names), key=lambda m: m.stage)]
    return problems(edited, folder) if any(done) else None


__all__ = ["MUTATORS", "run"]
