"""What other programs save is no less good."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.savers import SAVERS, faults, saved
from tests.libreoffice import Office, needs_libreoffice


@needs_libreoffice
def test_a_good_workbook_is_taken_whoever_saved_it(tmp_path: Path, office: Office) -> None:
    keys = ("gespraechsnotiz", "anrufliste")
    found, outcomes = faults(saved(tmp_path, keys, limit=12, office=office), jobs=1)
    assert not found
    assert outcomes == {f"{saver}: taken": len(keys) for saver in SAVERS}


def test_results_that_a_program_does_not_keep_are_computed_again(tmp_path: Path) -> None:
    keys = ("adresspflege", "crm_anforderungen", "telefonleitfaden")  # they carry results into merged workbooks
    found, outcomes = faults(saved(tmp_path, keys, limit=5), jobs=1)
    assert not found
    assert outcomes == {f"{saver}: taken": len(keys) for saver in SAVERS[:2]}
