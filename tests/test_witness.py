"""Formula = independent calculator, in every template; the binding of a calculator in a spec."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from tests.helpers import catalog_with
from tests.workbooks import CATALOG, KEYS, TODAY, values_of
from vorlagen.commands.authors import spec
from vorlagen.compute import compute
from vorlagen.findings import SpecErrors
from vorlagen.layout import layout_for
from vorlagen.spec import Form, Kpis, Table, Template
from vorlagen.values import Row, Values
from vorlagen.witness import Witness, figures, gaps, is_number, witness

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


def shaken(template: Template) -> Values:
    """Example values as a hasty office leaves them: rows and optional entries missing, values in other rows."""
    draw, values = Random(template.key), values_of(template, "example", "de")
    blocks: dict[str, list[Row] | Row] = dict(values.blocks)
    for block in template.blocks.values():
        if isinstance(block, Form) and block.key != "deckblatt" and not block.must_match:
            given = values.form(block.key)
            blocks[block.key] = {k: v for k, v in given.items() if block.by_key[k].required or draw.random() < 0.7}
        if not isinstance(block, Table) or block.key == "feiertage":
            continue
        rows = [dict(row) for row in values.rows(block.key) if draw.random() < 0.8]
        free = [f for f in block.fields if not (f.computed or f.required or f.key in block.identity)]
        for row in rows:
            for item in free:
                if draw.random() < 0.25:
                    row.pop(item.key, None)
                elif draw.random() < 0.3 and not item.unique and not item.ref:
                    row[item.key] = draw.choice(rows).get(item.key)
        blocks[block.key] = rows
    return Values(blocks, values.lists)


@pytest.mark.parametrize("key", KEYS)
def test_formulas_agree_with_their_calculators_on_incomplete_entries(key: str) -> None:
    template = CATALOG.template(key)
    assert witnessed(template, shaken(template)).disagreements() == []


def test_customer_value_without_acquisition_cost_is_the_present_value() -> None:
    template = CATALOG.template("clv_berechnung")
    values = values_of(template, "example", "de")
    rows = [{k: v for k, v in row.items() if k != "akquise"} for row in values.rows("kundenliste")]
    computed = witnessed(template, values.with_block("kundenliste", rows)).computed
    assert computed.column("kundenliste", "clv")[0] == computed.column("kundenliste", "barwert")[0] != ""


def test_every_key_figure_and_most_numbers_have_a_calculator() -> None:
    fields = [(b, f) for key in KEYS for b, f in figures(CATALOG.template(key))]
    numbers = [f for _, f in fields if is_number(f)]
    assert [f"{b.key}.{f.key}" for b, f in fields if isinstance(b, Kpis) and f.calculator is None] == []
    assert sum(f.calculator is not None for f in numbers) >= 0.95 * len(numbers)


def test_fields_without_a_calculator_are_listed_with_a_reason() -> None:
    done = CliRunner().invoke(spec, ["witnesses", "--lang", "en"])
    listed = [line for line in done.output.splitlines() if line[:2].isdigit() and "): " in line]
    assert done.exit_code == 0
    assert len(listed) == sum(len(gaps(CATALOG.template(key))) for key in KEYS)
    assert "no calculator yet" not in done.output
    assert re.search(r"^key figures: (\d+)/\1 = 100.0%$", done.output, re.M)


def test_a_calculator_sees_inputs_and_shows_disagreement(tmp_path: Path) -> None:
    catalog = catalog_with(MINIATURE.format(row=ROW, kpi=KPI), tmp_path)
    template = catalog.template("kleinprobe")
    values = values_of(template, "blank", "de").with_block("zeilen", [{"nr": "1", "betrag": 2.5}, {"nr": "2"}])
    found = witnessed(template, values)
    assert found.column("zeilen", "doppelt")[:3] == [5.0, "", ""]  # the formula counts a blank as 0
    assert found.column("summe", "alles") == [5.0]
    assert [(d.key, d.place, d.formula, d.calculator) for d in found.disagreements()] == [("doppelt", 1, 0.0, "")]
    assert witness(found.computed)["summe", "alles"] == [5.0]


def test_a_bare_block_gives_what_was_filled_in_only(tmp_path: Path) -> None:
    catalog = catalog_with(MINIATURE.format(row=ROW, kpi=KPI), tmp_path)
    template = catalog.template("kleinprobe")
    values = values_of(template, "blank", "de").with_block("zeilen", [{"nr": "1", "betrag": 2.5}, {"nr": "2"}])
    assert witnessed(template, values)._inputs("zeilen") == {"nr": ["1", "2"], "betrag": [2.5, None]}


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
