"""Readings kept between runs: equal to a fresh reading, and never older than what they were made of."""

from __future__ import annotations

import json
import pickle
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.filling import generate
from tests.workbooks import CATALOG, TODAY
from vorlagen.cli import program
from vorlagen.intake import kept
from vorlagen.intake.budget import Budget
from vorlagen.intake.kept import Kept, _decode, _encode
from vorlagen.intake.worker import Answer, Setup, _read

SETUP = Setup((), TODAY, True, Budget())


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("in") / "a.xlsx", CATALOG, "angebotsliste", example=True)


@pytest.fixture(scope="module")
def answer(workbook: Path) -> Answer:
    return _read(workbook, CATALOG, SETUP)


def same(a: Answer | None, b: Answer) -> bool:
    """Whether two readings hold the same, the path left out."""
    assert a is not None
    assert a.result is not None
    assert b.result is not None
    return replace(a, result=replace(a.result, file=b.result.file)) == b


def test_a_kept_reading_is_the_reading(tmp_path: Path, workbook: Path, answer: Answer) -> None:
    store = Kept(tmp_path, CATALOG, SETUP)
    assert store.get(workbook) is None
    store.put(workbook, answer)
    assert same(store.get(workbook), answer)


def test_everything_that_made_it_invalidates(
    tmp_path: Path, workbook: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Kept(tmp_path, CATALOG, SETUP).put(workbook, answer)
    assert Kept(tmp_path, CATALOG, replace(SETUP, today=date(2026, 4, 16))).get(workbook) is None
    assert Kept(tmp_path, CATALOG, replace(SETUP, budget=Budget(seconds=1))).get(workbook) is None
    further = tmp_path / "specs"
    further.mkdir()
    (further / "90_eigene.yaml").write_text("key: eigene", encoding="utf-8")
    from vorlagen.catalog import Catalog

    assert Kept(tmp_path, Catalog((further,)), SETUP).get(workbook) is None
    other = workbook.with_name("b.xlsx")  # findings name the file
    other.write_bytes(workbook.read_bytes())
    assert Kept(tmp_path, CATALOG, SETUP).get(other) is None
    changed = tmp_path / "a.xlsx"
    changed.write_bytes(workbook.read_bytes() + b"\0")
    assert Kept(tmp_path, CATALOG, SETUP).get(changed) is None
    monkeypatch.setattr(kept, "_program", lambda: b"another version")
    assert Kept(tmp_path, CATALOG, SETUP).get(workbook) is None


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no zlib", zlib.compress(b"no json"), zlib.compress(b"[1]"), zlib.compress(b'{"a": "\\u0001z"}'),
        zlib.compress(b'"\\u0001"'), zlib.compress(json.dumps({"\x01c": "Kept", "f": {}}).encode()),
        zlib.compress(json.dumps({"\x01c": "Answer", "f": {"result": None}}).encode()),
        zlib.compress(json.dumps({"\x01c": "Answer", "f": {"result": {}, "unknown": 1}}).encode()),
        pickle.dumps(Answer(None)), zlib.compress(b"[" * 100_000),
    ],
)  # fmt: skip
def test_a_broken_or_foreign_entry_means_reading_again(
    tmp_path: Path, workbook: Path, answer: Answer, data: bytes
) -> None:
    store = Kept(tmp_path, CATALOG, SETUP)
    store.put(workbook, answer)
    (entry,) = tmp_path.rglob("*.json.z")
    entry.write_bytes(data)
    assert store.get(workbook) is None
    store.put(workbook, answer)
    assert same(store.get(workbook), answer)


def test_what_depends_on_the_machine_is_not_kept(tmp_path: Path, workbook: Path, answer: Answer) -> None:
    from vorlagen.findings import Finding

    assert answer.result is not None
    for code in ("E_LIMIT_TIME", "E_INTERNAL"):
        result = replace(answer.result, findings=[Finding(code, facts={"incident": "x"})])
        Kept(tmp_path, CATALOG, SETUP).put(workbook, replace(answer, result=result))
    assert list(tmp_path.rglob("*.json.z")) == []


PLAIN: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.text().map("\x01".__add__)
    | st.dates() | st.datetimes() | st.times() | st.timedeltas(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.text().map("\x01".__add__), inner)
    | st.dictionaries(st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)  # fmt: skip


@given(PLAIN)
def test_all_values_go_there_and_back(value: Any) -> None:
    text = json.dumps(_encode(value), ensure_ascii=False).encode("utf-8", "surrogatepass")
    back = _decode(json.loads(text))
    assert back == value
    assert type(back) is type(value)


def test_the_second_run_says_the_same_and_parses_nothing(
    tmp_path: Path, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(workbook.read_bytes())
    (folder / "kaputt.xlsx").write_bytes(workbook.read_bytes()[:-300])
    call = ["check", str(folder), "--json", "--today", "2026-04-15", "--cache", str(tmp_path / "cache")]
    first = CliRunner().invoke(program, call)
    from vorlagen.intake import pool

    def never(*_: Any) -> Answer:
        raise AssertionError("parsed again")

    monkeypatch.setattr(pool.Worker, "read", never)
    second = CliRunner().invoke(program, call)
    assert (second.exit_code, second.output) == (first.exit_code, first.output)
    assert first.exit_code == 3
