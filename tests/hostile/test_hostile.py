"""Every file of the hostile set gets its verdict, and the program lives."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.filling import probe_catalog
from tests.hostile.base import SHEET, contents, good_workbook, judge, number_cell, told
from tests.hostile.cases import READ, Case, all_cases
from tests.hostile.fuzz import run
from vorlagen.catalog import Catalog
from vorlagen.codes import CODES
from vorlagen.records import ReadResult

CASES = all_cases(SHEET, "")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> bytes:
    return good_workbook(tmp_path_factory.mktemp("good"), catalog)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog, good: bytes) -> ReadResult:
    return judge({"good": good}, tmp_path_factory.mktemp("original"), catalog)["good"]


def test_the_set_is_large_and_no_name_stands_twice() -> None:
    assert len(CASES) >= 120
    assert not [name for name, count in Counter(case.name for case in CASES).items() if count > 1]
    assert {case.verdict for case in CASES} <= {READ, *CODES}


def verdict_fault(case: Case, result: ReadResult, original: ReadResult) -> str:
    """Say what is wrong with the outcome of a case; '' when nothing is."""
    found = [f.code for f in result.findings]
    if case.verdict != READ:
        return (
            "" if (result.outcome, found) == ("refused", [case.verdict]) else f"{case.name}: {result.outcome} {found}"
        )
    if result.outcome != "taken" or not case.finds <= set(found):
        return f"{case.name}: {result.outcome} {found}"
    if not case.finds and (told(result) or contents(result) != contents(original)):
        return f"{case.name}: read as something else {found}"
    return ""


def test_every_file_gets_its_verdict(tmp_path: Path, catalog: Catalog, good: bytes, original: ReadResult) -> None:
    assert (original.outcome, told(original), original.counts.taken) == ("taken", [], 7)
    cases = all_cases(SHEET, number_cell(catalog))
    results = judge({case.name: case.make(good) for case in cases}, tmp_path, catalog)
    faults = [fault for case in cases if (fault := verdict_fault(case, results[case.name], original))]
    assert not faults, "\n" + "\n".join(faults)


def test_truncated_at_every_percent(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    files = {str(percent): good[: len(good) * percent // 100] for percent in range(100)}
    results = judge(files, tmp_path, catalog)
    assert {(r.outcome, len(r.findings)) for r in results.values()} == {("refused", 1)}
    assert {f.code for r in results.values() for f in r.findings} == {"E_FILE_UNREADABLE"}


def test_a_thousand_flipped_bits(tmp_path: Path, catalog: Catalog, good: bytes, original: ReadResult) -> None:
    chance = random.Random(20260415)
    files = {}
    for n in range(1000):
        data = bytearray(good)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        files[str(n)] = bytes(data)
    results = judge(files, tmp_path, catalog)
    outcomes = Counter(r.outcome for r in results.values())
    assert outcomes["refused"] > 900
    for result in results.values():
        assert not {"E_INTERNAL", "E_LIMIT_CRASH", "E_LIMIT_TIME", "E_LIMIT_MEMORY"} & {f.code for f in result.findings}
        assert result.outcome != "taken" or told(result) or contents(result) == contents(original)


def test_mutants(tmp_path: Path, catalog: Catalog) -> None:
    report = run(2000, 1, tmp_path, catalog, share=0.1)
    assert not report.faults, "\n" + "\n".join(report.faults)
    assert report.outcomes["taken"] > 500
    assert report.outcomes["refused"] > 500
