"""Every statement of the source article is met by a field, block, list or sheet that exists.

coverage.csv is the catalogue's coverage table, one line per statement and template.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests import workbooks

_TABLE = (Path(__file__).parent / "coverage.csv").read_text(encoding="utf-8")
LINES = list(csv.DictReader(_TABLE.splitlines(), delimiter=";"))


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['template']}: {line['statement'][:40]}")
def test_statement_is_met(line: dict[str, str]) -> None:
    template = workbooks.CATALOG.template(line["template"])
    known = set(template.blocks) | set(template.list_by_key)
    for block in template.blocks.values():
        known |= set(block.by_key)
    missing = [name for name in line["names"].split() if name not in known]
    assert not missing, (missing, sorted(template.blocks))


def test_every_template_serves_a_statement() -> None:
    assert {line["template"] for line in LINES} == {k for k, e in workbooks.CATALOG.entries.items() if e.number <= 35}


def test_groups_and_numbers_are_complete() -> None:
    numbers = [e.number for e in workbooks.CATALOG.entries.values()]
    assert numbers == list(range(1, 36))
    sizes: dict[str, int] = {}
    for entry in workbooks.CATALOG.entries.values():
        sizes[entry.group] = sizes.get(entry.group, 0) + 1
    assert list(sizes.values()) == [6, 4, 3, 6, 5, 6, 5]
