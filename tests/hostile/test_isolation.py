"""A file that kills its reading process is one finding, and the others are read."""

from __future__ import annotations

import os
import pickle
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from tests.filling import TODAY, codes, probe_catalog
from tests.hostile import sabotage
from tests.hostile.base import contents, good_workbook
from vorlagen.catalog import Catalog
from vorlagen.intake import pool as pools
from vorlagen.intake.budget import MIB, Budget
from vorlagen.intake.pool import Lost, Pool, Worker
from vorlagen.intake.worker import Answer, Setup, pack, unpack
from vorlagen.reading import read_many, read_workbook

POSIX = sys.platform != "win32"
BUDGET = Budget(memory=1024 * MIB, seconds=6, processor=2)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> bytes:
    return good_workbook(tmp_path_factory.mktemp("good"), catalog)


EXPECTED = {
    "abort": ["E_LIMIT_CRASH"],
    "exit": ["E_LIMIT_CRASH"],
    "panic": ["E_LIMIT_CRASH"],
    "native": ["E_LIMIT_MEMORY"],
    "noise": [],
}
ON_POSIX = {
    "endless": ["E_LIMIT_TIME"],
    "asleep": ["E_LIMIT_TIME"],
    "memory": ["E_LIMIT_MEMORY"],
    "recursion": ["E_LIMIT_CRASH"],
    "writing": ["E_LIMIT_CRASH"],
    "fault": ["E_LIMIT_CRASH"],
}


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_death_is_one_finding_and_the_run_goes_on(
    tmp_path: Path, catalog: Catalog, good: bytes, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_BOOT", sabotage.BOOT)
    expected = EXPECTED | (ON_POSIX if POSIX else {})
    if jobs == 1:
        expected = {how: expected[how] for how in EXPECTED}
    for n, how in enumerate(expected):
        (tmp_path / f"{n}a_{how}.xlsx").write_bytes(good)
        (tmp_path / f"{n}b_gut.xlsx").write_bytes(good)
    start = time.monotonic()
    with Pool(catalog.folders[1:], today=TODAY, jobs=jobs, budget=BUDGET) as pool:
        paths = sorted(tmp_path.glob("*.xlsx"))
        results = pool.read(paths, catalog, lambda: None)
    assert time.monotonic() - start < 60
    assert [r.file for r in results] == paths
    got = {r.file.stem.rsplit("_", 1)[-1]: codes(r) for r in results if "a_" in r.file.name}
    if "recursion" in got and got["recursion"] == ["E_LIMIT_TIME"]:  # a slow machine does not get as far
        got["recursion"] = ["E_LIMIT_CRASH"]
    assert got == expected
    assert all(r.outcome == "refused" for r in results if codes(r))
    assert {r.outcome for r in results if r.file.stem.endswith("_gut")} == {"taken"}
    assert not any("geheim" in f.message(lang) for r in results for f in r.findings for lang in ("de", "en"))
    # The limit cannot keep a file from being made, but from holding anything.
    assert not any(p.stat().st_size for p in tmp_path.glob("*verboten*"))


@pytest.mark.skipif(not POSIX, reason="limits of processor and memory are POSIX")
def test_limits_bite_on_a_real_file(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(good)
    worker = Worker(Setup(tuple(catalog.folders[1:]), TODAY, False, Budget(memory=1 * MIB)))
    with pytest.raises(Lost) as lost:
        worker.read(tmp_path / "a.xlsx")
    assert lost.value.code in ("E_LIMIT_MEMORY", "E_LIMIT_CRASH", "E_INTERNAL")
    worker = Worker(Setup(tuple(catalog.folders[1:]), TODAY, False, Budget(answer=1000)))
    with pytest.raises(Lost) as lost:
        worker.read(tmp_path / "a.xlsx")
    assert lost.value.code == "E_LIMIT_MEMORY"
    assert worker.process.poll() is not None


@pytest.mark.skipif(not POSIX, reason="signals")
def test_a_worker_that_the_system_kills_is_out_of_memory(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    import signal

    (tmp_path / "a.xlsx").write_bytes(good)
    worker = Worker(Setup(tuple(catalog.folders[1:]), TODAY, False, BUDGET))
    assert worker.read(tmp_path / "a.xlsx").result is not None
    os.kill(worker.process.pid, signal.SIGKILL)
    with pytest.raises(Lost) as lost:
        worker.read(tmp_path / "a.xlsx")
    assert lost.value.code == "E_LIMIT_MEMORY"


def test_processor_time_counts_for_each_file(
    tmp_path: Path, catalog: Catalog, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(40):
        (tmp_path / f"{n}.xlsx").write_bytes(good)
    budget = Budget(processor=1)
    with Pool(catalog.folders[1:], today=TODAY, jobs=1, checks=True, budget=budget) as pool:
        results = pool.read(sorted(tmp_path.glob("*.xlsx")), catalog, lambda: None)
    assert {r.outcome for r in results} == {"taken"}


def test_a_worker_that_cannot_start_is_an_internal_error(
    tmp_path: Path, catalog: Catalog, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xlsx").write_bytes(good)
    monkeypatch.setattr(pools, "_BOOT", "raise SystemExit(7)")
    assert codes(read_many([tmp_path], catalog, today=TODAY)[0]) == ["E_INTERNAL"]
    monkeypatch.setattr(pools.sys, "executable", str(tmp_path / "nichts"))
    assert codes(read_many([tmp_path], catalog, today=TODAY)[0]) == ["E_INTERNAL"]


def test_what_comes_back_is_what_was_read(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(good)
    direct = read_workbook(path, catalog, today=TODAY)
    (isolated,) = read_many([path], catalog, today=TODAY)
    isolated.label = direct.label
    assert contents(isolated) == contents(direct)
    assert isolated == direct


def test_little_crosses_the_border(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(good)
    result = read_workbook(path, catalog, today=TODAY)
    data = pickle.dumps(pack(result))
    assert len(data) < 20_000
    assert b"vorlagen.spec" not in data
    assert b"vorlagen.layout" not in data
    assert unpack(pack(result), catalog) == result


@pytest.mark.parametrize("thing", [os.system, Catalog, print, open, TODAY.__class__.today, Path.unlink, sys.exit])
def test_an_answer_holds_nothing_but_data(thing: object) -> None:
    import io

    with pytest.raises((pickle.UnpicklingError, AttributeError)):
        pools._Unpickler(io.BytesIO(pickle.dumps(thing))).load()


def test_an_answer_may_hold_dates() -> None:
    import io

    answer = Answer(None, problems=(("a", 1, "b", "c"),))
    assert pools._Unpickler(io.BytesIO(pickle.dumps([date(2026, 1, 1), answer]))).load()[1] == answer


def test_few_files_start_few_workers(tmp_path: Path, catalog: Catalog) -> None:
    pool = Pool((), today=TODAY, jobs=8)
    small, large = tmp_path / "a", tmp_path / "b"
    small.write_bytes(b"x" * 1000)
    large.write_bytes(b"x" * 3_000_000)
    assert [pool._workers_for([small] * n) for n in (0, 1, 3, 4, 30)] == [0, 1, 1, 2, 8]
    assert pool._workers_for([large] * 3) == 3
    assert Pool((), today=TODAY, jobs=2)._workers_for([large] * 30) == 2
    assert 1 <= pools.default_jobs() <= 8
