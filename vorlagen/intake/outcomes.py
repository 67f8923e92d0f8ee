"""What several files have to do with each other: the same one twice, or two that contradict each other."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from vorlagen.findings import Finding, Origin
from vorlagen.layout import LISTS_SHEET
from vorlagen.records import Outcome, ReadResult
from vorlagen.spec import Form, Template
from vorlagen.values import is_blank

FRONT = "deckblatt"
# Findings on contents that are not among the values: two files may differ there unseen.
_UNSEEN = ("E_VALUE", "E_INPUT", "E_ROW", "E_COLUMN", "E_FIELD", "E_BLOCK", "W_COLUMN", "W_FORMULA_OVERWRITTEN")


def settle(results: list[ReadResult]) -> None:
    """Let a workbook count once, and hold back those that contradict each other."""
    mark_duplicates(results)
    hold_conflicts(results)


def mark_duplicates(results: list[ReadResult]) -> None:
    """Name files of equal bytes, or of equal records, after the first of them."""
    first: dict[str, ReadResult] = {}
    for n, result in enumerate(list(results)):
        if result.outcome != "taken":
            continue
        marks = [mark for mark in (result.digest, records_digest(result)) if mark]
        original = next((first[mark] for mark in marks if mark in first), result)
        for mark in marks:
            first.setdefault(mark, original)
        if original is not result:
            results[n] = _without_values(result, "duplicate", "W_FILE_DUPLICATE", other=original.name)


def hold_conflicts(results: list[ReadResult]) -> None:
    """Refuse all workbooks of one number and period that differ: nothing tells which of them is right."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for n, result in enumerate(results):
        front = result.values.form(FRONT)
        if result.outcome != "taken" or result.template is None or is_blank(front.get("mappe_id")):
            continue
        period = (front.get("zeitraum_von"), front.get("zeitraum_bis"), front.get("stichtag"))
        groups[result.template.key, str(front["mappe_id"]).strip().casefold(), period].append(n)
    for same in groups.values():
        found = [results[n] for n in same]
        for n, result in zip(same, found, strict=True) if len(same) > 1 else ():
            others = [r for r in found if r is not result]
            names = ", ".join(r.name for r in others)
            where = ", ".join(dict.fromkeys(sheet for other in others for sheet in _differing(result, other)))
            results[n] = _without_values(result, "refused", "E_FILE_CONFLICT", other=names, sheets=where or "–")


def _differing(one: ReadResult, other: ReadResult) -> Iterator[str]:
    """Yield the sheets on which two workbooks of a template differ."""
    for key in sorted({*one.values.blocks, *other.values.blocks}):
        if _plain(one.values.blocks.get(key)) != _plain(other.values.blocks.get(key)):
            yield one.sheets.get(key) or other.sheets.get(key, key)
    if _plain(one.values.lists) != _plain(other.values.lists):
        yield LISTS_SHEET["en" if one.lang == "en" else "de"]


def _without_values(result: ReadResult, outcome: Outcome, code: str, **facts: str) -> ReadResult:
    """Return what remains of a workbook that does not count."""
    blank = ReadResult(result.file, outcome, result.template, result.stamp, digest=result.digest, label=result.label)
    blank.findings.append(Finding(code, Origin(result.file.name, ""), facts=dict(facts)))
    return blank


def records_digest(result: ReadResult) -> str:
    """Return a hash of what was read, equal for copies saved by another program; '' when it says too little."""
    if result.template is None or any(f.code.startswith(_UNSEEN) for f in result.findings):
        return ""
    if not _says_something(result):
        return ""
    merged = result.stamp is not None and result.stamp.merged
    blocks = {
        key: _plain(value, frozenset() if merged else _computed(result.template, key))
        for key, value in result.values.blocks.items()
    }
    lists = {key: _plain(value) for key, value in result.values.lists.items()}
    text = json.dumps([result.template.key, result.lang, blocks, lists], sort_keys=True, default=str)
    return "records:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _says_something(result: ReadResult) -> bool:
    """Whether a workbook holds more than a blank one; blank ones of two senders are not copies."""
    if result.counts.present:
        return True
    assert result.template is not None
    return any(
        item.default is None and not is_blank(result.values.form(block.key).get(item.key))
        for block in result.template.blocks.values()
        if isinstance(block, Form)
        for item in block.fields
    )


def _computed(template: Template, block: str) -> frozenset[str]:
    """Return the fields of a block whose values are results; some programs do not keep them."""
    return frozenset(item.key for item in template.blocks[block].all_fields if item.computed)


def _plain(value: Any, without: frozenset[str] = frozenset()) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(inner) for k, inner in value.items() if k not in without and not is_blank(inner)}
    if isinstance(value, list):
        return [_plain(inner, without) for inner in value]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:.12g}"
    return value
