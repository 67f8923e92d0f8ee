"""Miniature templates for tests."""

from __future__ import annotations

import re
from pathlib import Path

from vorlagen.catalog import Catalog


def catalog_with(yaml_text: str, folder: Path) -> Catalog:
    """Write a spec into `folder` and return a catalogue that has it beside the shipped ones."""
    key = re.search(r"^key: (\w+)", yaml_text, re.M)
    number = re.search(r"^number: (\d+)", yaml_text, re.M)
    assert key
    assert number
    (folder / f"{int(number[1]):02}_{key[1]}.yaml").write_text(yaml_text, encoding="utf-8")
    return Catalog((folder,))
