"""What several files have to do with each other: the same one twice, or two that contradict each other."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from vorlagen.findings import Finding, Origin
from vorlagen.records import ReadResult
from vorlagen.spec import Form, Template
from vorlagen.values import is_blank

FRONT = "deckblatt"
# Findings on contents that are not among the values: two files may differ there unseen.
_UNSEEN = ("E_VALUE", "E_INPUT", "E_ROW", "E_COLUMN", "E_FIELD", "E_BLOCK", "W_COLUMN", "W_FORMULA_OVERWRITTEN")


def settle(results: list[ReadResult]) -> None:
    """Let a workbook count once, and point to two that contradict each other."""
    mark_duplicates(results)
    mark_conflicts(results)


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
            blank = ReadResult(result.file, "duplicate", result.template, result.stamp)
            blank.digest, blank.label = result.digest, result.label
            blank.findings.append(_finding("W_FILE_DUPLICATE", result, original))
            results[n] = blank


def mark_conflicts(results: Sequence[ReadResult]) -> None:
    """Warn of workbooks of one number and period that differ; their rows meet the merge rules one by one."""
    groups: dict[tuple[Any, ...], list[ReadResult]] = defaultdict(list)
    for result in results:
        front = result.values.form(FRONT)
        if result.outcome != "taken" or result.template is None or is_blank(front.get("mappe_id")):
            continue
        period = (front.get("zeitraum_von"), front.get("zeitraum_bis"), front.get("stichtag"))
        groups[result.template.key, str(front["mappe_id"]).strip().casefold(), period].append(result)
    for same in groups.values():
        for result in same if len(same) > 1 else ():
            other = next(r for r in same if r is not result)
            result.findings.append(_finding("W_FILE_CONFLICT", result, other))


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


def _finding(code: str, result: ReadResult, other: ReadResult) -> Finding:
    return Finding(code, Origin(result.file.name, ""), facts={"other": other.name})
