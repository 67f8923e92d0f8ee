"""ReadResult -> the JSON of `read`, `check` and `calculate`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from vorlagen.disclosure import Disclosure
from vorlagen.fieldtypes import TYPES
from vorlagen.recompute import Recomputed, differences, is_error, recompute
from vorlagen.records import ReadResult
from vorlagen.spec import Block, Field, Form, Kpis, Matrix, Summary, Table
from vorlagen.values import Row, is_blank

Json = dict[str, Any]


def read_json(result: ReadResult, lang: str = "de") -> Json:
    """Return typed records with origins, as `read --json` prints them."""
    blocks: Json = {}
    template = result.template
    if template is not None and result.outcome == "taken":
        for block in template.blocks.values():
            inputs = [f for f in block.all_fields if _is_input(result, f)]
            if not inputs or block.key not in result.sheets:
                continue
            if isinstance(block, Form | Kpis):
                values = result.values.form(block.key)
                blocks[block.key] = {f.key: plain(f, values.get(f.key)) for f in inputs}
            elif isinstance(block, Matrix):
                blocks[block.key] = _matrix_records(result, block)
            else:
                blocks[block.key] = _records(result, block, inputs)
    return {
        "file": result.name,
        "template": template.key if template else None,
        "version": template.version if template else None,
        "blocks": blocks,
        "findings": [f.as_json(lang) for f in result.findings],
    }


def check_json(results: Sequence[ReadResult], lang: str = "de", *, values: bool = False) -> Json:
    """Return outcome and findings of every file, and the sums, as `check --json` prints them.

    With `values`, each finding says what stands at its place, personal entries masked.
    """
    files = [file_json(result, lang) for result in results]
    if values:
        for entry, result in zip(files, results, strict=True):
            disclosure = Disclosure(result)
            for finding, said in zip(result.findings, entry["findings"], strict=True):
                said["value"] = disclosure.of(finding)
    return {"files": files, "totals": totals(results)}


def file_json(result: ReadResult, lang: str = "de") -> Json:
    """Return outcome and findings of one file."""
    return {
        "file": result.name,
        "outcome": result.outcome,
        "template": result.template.key if result.template else None,
        "findings": [f.as_json(lang) for f in result.findings],
    }


def totals(results: Sequence[ReadResult]) -> dict[str, int]:
    """Count files by outcome, rows, and filled input cells; all sums are complete."""
    counts = {"files_found": len(results)}
    for outcome in ("taken", "duplicate", "skipped", "refused"):
        counts[outcome] = sum(1 for r in results if r.outcome == outcome)
    for name in ("present", "taken", "rejected", "ignored"):
        counts[f"rows_{name}"] = sum(getattr(r.counts, name) for r in results if r.outcome == "taken")
    for name in ("present", "taken", "rejected", "ignored"):
        counts[f"cells_{name}"] = sum(getattr(r.ledger.cells, name) for r in results if r.outcome == "taken")
    return counts


def calculate_json(result: ReadResult, today: date) -> Json:
    """Return all computed fields and where the file's own values differ, as `calculate --json` prints them.

    Args:
        result: the file, as read.
        today: value of TODAY().
    """
    blocks: Json = {}
    differing: list[Json] = []
    if result.outcome == "taken" and result.template is not None:
        recomputed = recompute(result, today)
        for block in result.template.blocks.values():
            computed = [f for f in block.all_fields if f.computed]
            if not computed:
                continue
            if isinstance(block, Form | Kpis):
                blocks[block.key] = {f.key: plain_computed(f, recomputed.column(block.key, f.key)[0]) for f in computed}
            elif isinstance(block, Table):
                if block.key in result.starts:
                    blocks[block.key] = _computed_records(result, block, recomputed)
            elif isinstance(block, Matrix):
                blocks[block.key] = _computed_matrix(result, block, recomputed)
            else:
                blocks[block.key] = _computed_rows(result, block, recomputed)
        differing = [
            {
                "sheet": d.origin.sheet,
                "cell": d.origin.cell,
                "block": d.block,
                "field": d.item.key,
                "stored": plain(d.item, d.stored),
                "computed": plain_computed(d.item, d.computed),
            }
            for d in differences(result, today, recomputed)
            if not d.equal
        ]
    template = result.template
    return {
        "file": result.name,
        "template": template.key if template else None,
        "blocks": blocks,
        "differences": differing,
    }


def plain(item: Field, value: Any) -> Any:
    """Return a typed or stored value as JSON holds it: dates ISO, blank null, whole amounts without fraction."""
    if is_blank(value):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, str):
        return str(value)
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if whole and item.type in ("int", "decimal", "money") else value


def plain_computed(item: Field, value: Any) -> Any:
    """Return a computed value as JSON holds it; serial numbers become dates, error values their text."""
    if is_error(value):
        return str(value)
    return plain(item, TYPES[item.type].from_cell(value))


def _is_input(result: ReadResult, item: Field) -> bool:
    return not item.computed or (result.stamp is not None and result.stamp.merged and item.carried)


def _origin(result: ReadResult, block: str, index: int) -> Json:
    rows = result.rows.get(block, [])
    return {"sheet": result.sheets.get(block), "row": rows[index] if index < len(rows) else None}


def _records(result: ReadResult, block: Block, inputs: Sequence[Field]) -> list[Json]:
    records: list[Json] = []
    headings = result.stored.get(block.key, {}).get(block.row.key, []) if isinstance(block, Summary) else []
    labels = _labels(result, block)
    for n, values in enumerate(result.values.rows(block.key)):
        record: Json = {}
        if isinstance(block, Summary):
            axis = block.by_key[block.row.key]
            heading = labels[n] if n < len(labels) else headings[n] if n < len(headings) else None
            record[axis.key] = plain(axis, heading)
        record |= {f.key: plain(f, values.get(f.key)) for f in inputs}
        records.append({**record, "_origin": _origin(result, block.key, n)})
    return records


def _labels(result: ReadResult, block: Block) -> list[Any]:
    """Headings of a summary that come from a list, as they stand on the sheet Listen."""
    if not isinstance(block, Summary) or not block.row.list or result.layout is None:
        return []
    labels = [row.get("wert") for row in result.values.lists.get(block.row.list, [])]
    return labels + [None] * (result.layout.lists[block.row.list].rows - len(labels))


def _matrix_records(result: ReadResult, block: Matrix) -> list[Json]:
    labels = [row.get("wert") for row in result.values.lists.get(block.row.list or "", [])]
    keys = (block.row.key, block.col.key, block.cell.key)
    records = []
    for values in result.values.rows(block.key):
        index = labels.index(values[block.row.key]) if values.get(block.row.key) in labels else len(labels)
        record = {key: plain(block.by_key[key], values.get(key)) for key in keys}
        records.append({**record, "_origin": _origin(result, block.key, index)})
    return records


def _computed_records(result: ReadResult, block: Table, recomputed: Recomputed) -> list[Json]:
    computed = [f for f in block.all_fields if f.computed]
    columns = {f.key: recomputed.column(block.key, f.key) for f in computed}
    names = [block.by_key[key] for key in block.identity if not block.by_key[key].computed]
    records = []
    for n, values in enumerate(result.values.rows(block.key)):
        record: Json = {f.key: plain(f, values.get(f.key)) for f in names}
        record |= {f.key: plain_computed(f, columns[f.key][n]) for f in computed}
        records.append({**record, "_origin": _origin(result, block.key, n)})
    return records


def _computed_rows(result: ReadResult, block: Block, recomputed: Recomputed) -> list[Json]:
    computed = [f for f in block.all_fields if f.computed]
    columns: dict[str, list[Any]] = {f.key: recomputed.column(block.key, f.key) for f in computed}
    count = len(next(iter(columns.values())))
    records = []
    for n in range(count):
        record = {f.key: plain_computed(f, columns[f.key][n]) for f in computed}
        if any(value is not None for value in record.values()):
            records.append({**record, "_origin": _origin(result, block.key, n)})
    return records


def _computed_matrix(result: ReadResult, block: Matrix, recomputed: Recomputed) -> list[Json]:
    """Return one record per row: its heading and further columns, and the cells by column heading."""
    across = block.by_key[block.col.key]
    heads = [plain_computed(across, value) for value in recomputed.column(block.key, block.col.key)]
    fields = [block.by_key[block.row.key], *(f for f in block.fields if f.computed)]
    columns = {f.key: recomputed.column(block.key, f.key) for f in fields}
    records = []
    for n, line in enumerate(recomputed.computed.matrix(block.key)):
        record: Json = {f.key: plain_computed(f, columns[f.key][n]) for f in fields}
        cells: Row = {
            str(head): plain_computed(block.cell, value)
            for head, value in zip(heads, line, strict=True)
            if head is not None
        }
        if record[block.row.key] is not None:
            records.append({**record, block.cell.key: cells, "_origin": _origin(result, block.key, n)})
    return records
