"""What fields can hold: numbers from the spec alone, checked against hand-made cases and real results."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from tests import specimens, workbooks
from vorlagen.catalog import Catalog
from vorlagen.compute import compute
from vorlagen.findings import SpecErrors
from vorlagen.layout import layout_for
from vorlagen.limits import Limits, LimitsOf
from vorlagen.spec import Kpis, Matrix, Summary, Table, Template
from vorlagen.values import is_blank

CASES = [
    ("1", Limits(1, 1)),
    ("-2+5", Limits(3, 3)),
    ("[@menge]", Limits(0, 100)),
    ("[@menge]*-3", Limits(-300, 0)),
    ("[@menge]/4", Limits(0, 25)),
    ("[@menge]-[@preis]", Limits(-inf, 100)),
    ("COUNTIFS(posten[nr], [@nr])", Limits(0, inf)),
    ("SUM(posten[menge])", Limits(0, inf)),
    ("SUM(posten[faktor])", Limits(-inf, inf)),
    ("MAX(0, [@faktor])", Limits(0, inf)),
    ("MIN([@menge], 7)", Limits(0, 7)),
    ("IF([@menge]>1, 5, 9)", Limits(5, 9)),
    ('IF([@menge]>1, "", 9)', Limits(9, 9, True)),
    ("RATIO(SUM(posten[preis]), SUM(posten[menge]))", Limits(0, inf, True)),
    ("LOOKUP_IN(L_STUFE, [@stufe], punkte)", Limits(-inf, inf, True)),
    ("PREV(probewert, 0)+1", Limits(1, inf)),
    ("PREV(probewert, 0)-1", Limits(-inf, -1)),
    ("ROUND([@menge]/3, 0)", Limits(0, 34)),
    ("POS()", Limits(1, inf)),
]


def probe(folder: Path, formula: str, chart: str = "") -> Template:
    field = f"          - {{key: probewert, title: {{de: W, en: W}}, type: decimal, formula: '{formula}'}}\n"
    text = specimens.PROBE.replace("          - {key: pos,", field + "          - {key: pos,")
    (folder / "91_probe.yaml").write_text(text + chart, encoding="utf-8")
    (folder / "92_kundenprobe.yaml").write_text(specimens.KUNDENPROBE, encoding="utf-8")
    return Catalog((folder,)).template("probe")


@pytest.mark.parametrize(("formula", "expected"), CASES)
def test_limits_of_a_formula(formula: str, expected: Limits, tmp_path: Path) -> None:
    found = LimitsOf(probe(tmp_path, formula)).of("posten", "probewert")
    assert found == expected._replace(blank=True)  # cells of a record list are blank in empty rows


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_example_results_lie_within_their_limits(key: str) -> None:
    template = workbooks.CATALOG.template(key)
    values = workbooks.values_of(template, "example", "de")
    computed = compute(layout_for(template, values, "de", dict.fromkeys(template.blocks, 1)), values, workbooks.TODAY)
    limits = LimitsOf(template)
    for block in template.blocks.values():
        if isinstance(block, Kpis):
            found = {f.key: [computed.cell(block.key, f.key)] for f in block.fields}
        elif isinstance(block, Summary | Table):
            found = {f.key: computed.column(block.key, f.key) for f in block.fields if f.computed}
        elif isinstance(block, Matrix) and block.cell.computed:
            found = {block.cell.key: [v for line in computed.matrix(block.key) for v in line]}
        else:
            continue
        for field, results in found.items():
            low, high, blank = limits.of(block.key, field)
            for value in results:
                if is_blank(value) or value == "":
                    assert blank, (block.key, field)
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    assert low - 1e-9 <= value <= high + 1e-9, (block.key, field, value)


LINE = """
      - kind: chart
        key: bild
        type: line
        series:
          - {values: "KEY", categories: "ziele[stufe]"}
"""


def test_a_line_over_empty_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecErrors, match="falls to 0 where results are empty"):
        probe(tmp_path, "1", LINE.replace("KEY", "ziele[ist]"))


def test_a_line_over_numbers_is_taken(tmp_path: Path) -> None:
    probe(tmp_path, "1", LINE.replace("KEY", "ziele[ziel]"))
