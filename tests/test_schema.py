"""The JSON schema for editors agrees with what the loader accepts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from vorlagen.authoring import spec_files, spec_starter
from vorlagen.schema import json_schema
from vorlagen.spec import BLOCK_KINDS

SCHEMA = json_schema()


def as_json(value: Any) -> Any:
    """Return YAML data as an editor's validator sees it: dates are strings, and `on` is a word."""
    if isinstance(value, dict):
        return {"on" if k is True else str(k): as_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_json(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def errors(source: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [
        f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(as_json(yaml.safe_load(source)))
    ]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", spec_files([]), ids=lambda p: p.stem)
def test_every_shipped_spec_is_valid(path: Path) -> None:
    assert errors(path.read_text(encoding="utf-8")) == []


def test_the_starter_is_valid() -> None:
    assert errors(spec_starter("reklamationen", 36)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("purpose:", "purpsoe:"),
        ("kind: table", "kind: tabel"),
        ("type: money", "type: mony"),
        ("version: 1", "version: eins"),
        ("rows: 200", "rows: viele"),
        ("identity: [eintrag_nr]", "identity: {eintrag_nr: 1}"),
    ],
)
def test_a_fault_is_found(old: str, new: str) -> None:
    source = spec_starter("reklamationen", 36)
    assert old in source
    assert errors(source.replace(old, new)) != []


def test_every_property_is_described() -> None:
    blank = [
        f"{name}.{key}"
        for name, definition in SCHEMA["$defs"].items()
        for key, value in definition.get("properties", {}).items()
        if name != "Choice" and "description" not in value
    ]
    assert blank == []


def test_every_block_kind_is_offered() -> None:
    kinds = {d["properties"]["kind"]["const"] for d in SCHEMA["$defs"].values() if "kind" in d.get("properties", {})}
    assert kinds == set(BLOCK_KINDS)
