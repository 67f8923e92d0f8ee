"""Formula = independent calculator, in every template; the binding of a calculator in a spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import catalog_with
from tests.workbooks import CATALOG, KEYS, TODAY, values_of
from vorlagen.compute import compute
from vorlagen.findings import SpecErrors
from vorlagen.layout import layout_for
from vorlagen.spec import Table, Template
from vorlagen.values import Values
from vorlagen.witness import Witness, witness

MINIATURE = """
key: kleinprobe
number: 96
version: 1
group: angebote
title: {{de: Kleinprobe, en: Small specimen}}
purpose: {{de: Probe, en: Specimen}}
filled_by: {{de: niemand, en: nobody}}
rhythm: {{de: nie, en: never}}
sheets:
  - name: {{de: Liste, en: List}}
    blocks:
      - kind: table
        key: zeilen
        identity: [nr]
        fields:
          - {{key: nr, title: {{de: Nr., en: No.}}, required: true}}
          - {{key: betrag, type: money, title: {{de: Betrag, en: Amount}}}}
          - {{key: doppelt, type: money, title: {{de: Doppelt, en: Double}}, formula: "2*N([@betrag])", calculator: '{row}'}}
  - name: {{de: Summe, en: Sum}}
    blocks:
      - kind: kpis
        key: summe
        fields:
          - {{key: alles, type: money, title: {{de: Alles, en: All}}, formula: "SUM(zeilen[doppelt])", calculator: '{kpi}'}}
"""
ROW, KPI = "ratios.product([@betrag], 2)", "tally.amount(zeilen[doppelt])"


def witnessed(template: Template, values: Values) -> Witness:
    """Compute a template with few rows, at least two of them empty."""
    rows = {
        b.key: min(b.rows, max(len(values.rows(b.key)) + 2, 15))
        for b in template.blocks.values()
        if isinstance(b, Table)
    }
    return Witness(compute(layout_for(template, values, "de", rows), values, TODAY))


@pytest.mark.parametrize("kind", ["blank", "example"])
@pytest.mark.parametrize("key", KEYS)
def test_formulas_agree_with_their_calculators(key: str, kind: str) -> None:
    template = CATALOG.template(key)
    assert witnessed(template, values_of(template, kind, "de")).disagreements() == []


def test_a_calculator_sees_inputs_and_shows_disagreement(tmp_path: Path) -> None:
    catalog = catalog_with(MINIATURE.format(row=ROW, kpi=KPI), tmp_path)
    template = catalog.template("kleinprobe")
    values = values_of(template, "blank", "de").with_block("zeilen", [{"nr": "1", "betrag": 2.5}, {"nr": "2"}])
    found = witnessed(template, values)
    assert found.column("zeilen", "doppelt")[:3] == [5.0, "", ""]  # the formula counts a blank as 0
    assert found.column("summe", "alles") == [5.0]
    assert [(d.key, d.place, d.formula, d.calculator) for d in found.disagreements()] == [("doppelt", 1, 0.0, "")]
    assert witness(found.computed)["summe", "alles"] == [5.0]


@pytest.mark.parametrize(
    ("kpi", "message"),
    [
        ("tally.amont(zeilen[betrag])", "calculators.tally has no function 'amont'.*did you mean amount"),
        ("taly.amount(zeilen[betrag])", "no module 'taly'.*did you mean tally"),
        ("tally._met(zeilen[betrag])", "no function '_met'"),
        ("evaluate.evaluate(zeilen[betrag])", "no module 'evaluate'"),
        ("tally.amount()", "tally.amount: missing a required argument: 'values'"),
        ("ratios.ratio(1, 2, 3)", "too many positional arguments"),
        ("ratios.percentile(zeilen[betrag], share=0.5, n=1)", "unexpected keyword argument 'n'"),
        ("tally.amount(zeilen[betrg])", "block 'zeilen' has no field 'betrg'.*did you mean betrag"),
        ("tally.amount(zeile[betrag])", "unknown block 'zeile'"),
        ("tally.amount(zeilen.betrag)", r"write zeilen\[betrag\]"),
        ("tally.amount([@betrag])", "block 'summe' has no field 'betrag'"),
        ("tally.amount(betrag)", "bare word 'betrag'"),
        ('tally.count(zeilen[nr], "=", L_TEAM.nrd)', "unknown block 'L_TEAM'|no choice 'nrd'"),
        ("zeilen[betrag]", "is no call"),
        ("tally.amount(zeilen[betrag]", "cannot be read"),
        ("tally.amount(zeilen[betrag] + 1)", "inputs are references"),
    ],
)
def test_faults_of_a_binding_are_reported_with_their_line(kpi: str, message: str, tmp_path: Path) -> None:
    catalog = catalog_with(MINIATURE.format(row=ROW, kpi=kpi.replace("'", "''")), tmp_path)
    with pytest.raises(SpecErrors, match=message) as caught:
        catalog.template("kleinprobe")
    (problem,) = caught.value.problems
    assert problem.line == 25
    assert "alles" in problem.message
