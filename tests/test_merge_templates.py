"""Every template, merged from parts: no figure depends on how rows are spread over files, or on copies."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbooks import CATALOG, KEYS, TODAY, brand
from vorlagen.consolidate import Merged, consolidate
from vorlagen.intake.outcomes import settle
from vorlagen.ledger import Counts
from vorlagen.provenance import FRONT, is_record_table
from vorlagen.records import ReadResult
from vorlagen.spec import Form, Gantt, Kpis, Matrix, Summary, Table
from vorlagen.stamp import Stamp
from vorlagen.values import Row, Values, example_values, list_rows


@cache
def example(key: str) -> Values:
    return example_values(CATALOG.template(key), "de", brand().bundesland, TODAY)


def book(key: str, name: str, values: Values) -> ReadResult:
    """A workbook as the reader hands it over."""
    template = CATALOG.template(key)
    tables = [b.key for b in template.blocks.values() if isinstance(b, Table)]
    count = sum(len(values.rows(t)) for t in tables)
    front = {**values.form(FRONT), "mappe_id": name, "stichtag": TODAY}
    lists = {c.key: values.lists.get(c.key) or list_rows(c, "de", template) for c in template.lists}
    return ReadResult(
        Path(name), "taken", template, Stamp(key, template.version, template.hash, "de"),
        Values({**values.blocks, FRONT: front}, lists),
        rows={t: list(range(5, 5 + len(values.rows(t)))) for t in tables},
        sheets={b.key: s.name.de for s in template.sheets for b in s.blocks},
        counts=Counts(count, count), digest=name,
    )  # fmt: skip


def parts(key: str, cuts: list[float]) -> list[ReadResult]:
    """The example cut into workbooks; what stands once (forms, plans) stands in the first."""
    template, values = CATALOG.template(key), example(key)
    books = []
    edges = [0.0, *sorted(cuts), 1.0]
    for n, (low, high) in enumerate(pairwise(edges)):
        blocks: dict[str, list[Row] | Row] = {}
        for block in template.blocks.values():
            rows = values.rows(block.key)
            if isinstance(block, Table) and is_record_table(block):
                blocks[block.key] = rows[round(low * len(rows)) : round(high * len(rows))]
            elif n == 0 or isinstance(block, Table) or getattr(block, "must_match", False) or block.key == FRONT:
                if block.key in values.blocks:
                    blocks[block.key] = values.blocks[block.key]
            elif isinstance(block, Form) and not any(f.merge for f in block.fields):
                blocks[block.key] = values.form(block.key)
        books.append(book(key, f"{n:02}.xlsx", Values(blocks, values.lists)))
    return books


def figures(merged: Merged) -> dict[tuple[str, str], Any]:
    """All computed figures of the merge."""
    assert not merged.refused, [f.message() for f in merged.findings]
    found: dict[tuple[str, str], Any] = {}
    for block in merged.template.blocks.values():
        if block.key == FRONT:
            continue
        if isinstance(block, Kpis):
            found |= {(block.key, f.key): merged.computed.cell(block.key, f.key) for f in block.fields}
        elif isinstance(block, Summary):
            found |= {(block.key, f.key): merged.computed.column(block.key, f.key) for f in block.all_fields}
        elif isinstance(block, Matrix):
            found[block.key, block.cell.key] = merged.computed.matrix(block.key)
    return found


def near(a: Any, b: Any) -> bool:
    """Whether figures are equal up to the order in which floats were added."""
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(near, a, b))
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return bool(a == b)


def merged_of(key: str, books: list[ReadResult]) -> Merged:
    settle(books)
    return consolidate(books, lang="de", today=TODAY).templates[key]


@cache
def whole(key: str) -> dict[tuple[str, str], Any]:
    return figures(merged_of(key, parts(key, [])))


@pytest.mark.parametrize("key", KEYS)
def test_parts_and_copies_give_the_figures_of_the_whole(key: str) -> None:
    # A schedule is a unit: its tasks refer to others of the same workbook. There, only copies can be told.
    schedule = any(isinstance(b, Gantt) for b in CATALOG.template(key).blocks.values())
    books = parts(key, [] if schedule else [0.3, 0.55])
    copies = [replace(b, file=Path("kopie_" + b.file.name), digest=b.digest) for b in books]
    found, expected = figures(merged_of(key, [*copies, *books])), whole(key)
    assert found.keys() == expected.keys()
    assert {k: (v, expected[k]) for k, v in found.items() if not near(v, expected[k])} == {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=st.lists(st.floats(0, 1), max_size=6), twice=st.booleans())
def test_quotations_cut_anywhere(cuts: list[float], twice: bool) -> None:
    books = parts("angebotsliste", cuts)
    again = [replace(b, file=Path(f"zz_{b.file.name}")) for b in books] if twice else []
    assert figures(merged_of("angebotsliste", [*again, *books])) == whole("angebotsliste")


def test_computed_fields_that_others_refer_to_are_keys() -> None:
    """Reading many files forgets stored results of formulas, except of key fields."""
    templates = {key: CATALOG.template(key) for key in KEYS}
    for template in templates.values():
        for block in template.blocks.values():
            for item in block.all_fields:
                parts = (item.ref or "").split(".")
                if len(parts) == 3:
                    target = templates[parts[0]].blocks[parts[1]]
                    assert not target.by_key[parts[2]].computed or parts[2] in getattr(target, "identity", ())
