"""Every seeded fault is caught by the test that guards its place, which passes without the fault."""

from __future__ import annotations

import pytest

from tests.seeded import FAULTS, Fault, run


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.where}: {fault.what}")
def test_fault_is_caught(fault: Fault) -> None:
    outcome = run(fault)
    assert not outcome.control, f"{fault.guard} fails by itself: {outcome.control}"
    assert outcome.caught, f"{fault.guard} does not see it: {outcome.seeded or 'passed'}"


def test_faults_are_spread() -> None:
    places = [fault.where.split(":")[0] for fault in FAULTS]
    functions = {place for place in places if place.startswith(("calculators.", "vorlagen."))}
    assert len(FAULTS) >= 40
    assert len({(fault.where, fault.wrong) for fault in FAULTS}) == len(FAULTS)
    assert len(set(places) - functions) >= 15  # templates
    assert len([place for place in places if place.startswith("calculators.evaluate.")]) >= 8
    assert len([place for place in functions if place.count(".") == 1]) >= 15
