"""The formulas of a workbook that was read, computed from its inputs and compared with what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from vorlagen.compute import Computed, compute
from vorlagen.fieldtypes import TYPES, to_serial
from vorlagen.findings import Origin
from vorlagen.formulas.ast import Call, walk
from vorlagen.layout import column_name
from vorlagen.records import ReadResult, State
from vorlagen.spec import Block, Field, Form, Kpis, Matrix, Table, Template
from vorlagen.values import Row, Values, is_blank

CENT = 0.005
RELATIVE = 1e-9


@dataclass(frozen=True)
class Recomputed:
    """Computed values in the order of the records of a ReadResult."""

    result: ReadResult
    computed: Computed
    places: dict[str, list[int]]

    def column(self, block: str, key: str) -> list[Any]:
        """Values of a field, one per record ('' or None blank, dates as serials)."""
        return self._records(block, self.computed.column(block, key))

    def rule(self, block: str, kind: str, key: str) -> list[Any]:
        """Values of a rule (check, required_if, min, max), one per record."""
        return self._records(block, self.computed.rule(block, kind, key))

    def _records(self, block: str, values: list[Any]) -> list[Any]:
        places = self.places.get(block)
        return values if places is None else [values[place] for place in places]

    @property
    def cycles(self) -> list[tuple[str, str]]:
        """Fields that depend on themselves."""
        return list(self.computed.result.cycles)


@dataclass(frozen=True)
class Difference:
    """A computed cell whose stored value is not the computed one, or that lost its formula."""

    origin: Origin
    block: str
    item: Field
    stored: Any
    computed: Any
    state: State
    equal: bool


def recompute(result: ReadResult, today: date, *, rules: bool = False) -> Recomputed:
    """Compute all formulas of a workbook from the inputs that were read.

    Blank and rejected rows of a table keep their place, so that running numbers and
    references to rows above mean the same as in the file.
    """
    assert result.layout is not None
    assert result.template is not None
    blocks: dict[str, list[Row] | Row] = dict(result.values.blocks)
    places: dict[str, list[int]] = {}
    for key, block in result.template.blocks.items():
        if not isinstance(block, Table) or key not in result.starts:
            continue
        places[key] = [row - result.starts[key] for row in result.rows.get(key, [])]
        spread: list[Row] = [{} for _ in range(max(places[key], default=-1) + 1)]
        for place, record in zip(places[key], result.values.rows(key), strict=True):
            spread[place] = record
        blocks[key] = spread
    merged = result.stamp is not None and result.stamp.merged
    computed = compute(result.layout, Values(blocks, result.values.lists), today, rules=rules, merged=merged)
    return Recomputed(result, computed, places)


def carry(recomputed: Recomputed) -> None:
    """Give carried fields the computed value where the file holds none: some programs do not keep results.

    A stored result stays: it is that of the day on which the workbook was calculated.
    """
    result = recomputed.result
    assert result.template is not None
    if result.stamp is not None and result.stamp.merged:
        return
    for block in result.template.blocks.values():
        records = [result.values.form(block.key)] if isinstance(block, Form | Kpis) else result.values.rows(block.key)
        for item in block.all_fields if not isinstance(block, Matrix) else ():
            states = result.states.get(block.key, {}).get(item.key)
            if not item.carried or states is None:
                continue
            values = recomputed.column(block.key, item.key)
            for record, state, value in zip(records, states, values, strict=False):
                if state != "formula" and item.key not in record and not is_blank(value) and not is_error(value):
                    record[item.key] = TYPES[item.type].from_cell(value)


def calculation_day(result: ReadResult, today: date) -> date:
    """Return the value that TODAY() had when the stored results of the file were computed, as far as it shows.

    Without a Stichtag of its own, the front sheet says on which day the file was last calculated.
    """
    front = "deckblatt"
    if not is_blank(result.values.form(front).get("stichtag")):
        return today
    stored = result.stored.get(front, {}).get("stichtag_eff", [None])[0]
    if isinstance(stored, datetime):
        return stored.date()
    if isinstance(stored, date):
        return stored
    return today


def uses_today(template: Template) -> bool:
    """Whether any formula of the template calls TODAY()."""
    return any(
        isinstance(node, Call) and node.name == "TODAY"
        for block in template.blocks.values()
        for item in block.all_fields
        if item.formula is not None and item.formula.tree is not None
        for node in walk(item.formula.tree)
    )


def is_error(value: Any) -> bool:
    """Whether a computed value is an error value."""
    from calculators.evaluate import ExcelError

    return isinstance(value, ExcelError)


def as_cell(value: Any) -> Any:
    """Return a value as a cell holds it: dates and times as numbers, blank as None."""
    if is_blank(value):
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return to_serial(value)
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    return float(value)


def same(stored: Any, computed: Any, item: Field) -> bool:
    """Whether a stored and a computed value are equal: money to the cent, texts and dates exactly."""
    a, b = as_cell(stored), as_cell(computed)
    if isinstance(a, bool) or isinstance(b, bool) or not (isinstance(a, float) and isinstance(b, float)):
        return type(a) is type(b) and a == b if not isinstance(a, str) else isinstance(b, str) and a == str(b)
    if item.type == "money":
        return abs(a - b) <= CENT
    if item.type in ("date", "month"):
        return a == b
    return abs(a - b) <= RELATIVE * max(1.0, abs(a), abs(b))


def differences(result: ReadResult, today: date, ready: Recomputed | None = None) -> list[Difference]:
    """Return the computed cells that differ from the calculation or lost their formula.

    Args:
        result: a workbook that was taken.
        today: value of TODAY(), unless the file shows the day of its last calculation.
        ready: formulas computed for `today`, when the caller has them.
    """
    assert result.template is not None
    day = calculation_day(result, today) if uses_today(result.template) else today
    recomputed = ready if ready is not None and day == today else recompute(result, day)
    found: list[Difference] = []
    for block in result.template.blocks.values():
        for item, stored, states, values, origins in _columns(result, block, recomputed):
            for value, state, computed, origin in zip(stored, states, values, origins, strict=False):
                if state == "uncalculated":
                    continue
                equal = same(value, computed, item)
                if not equal or state == "replaced" or (state == "constant" and not is_blank(value)):
                    found.append(Difference(origin, block.key, item, value, computed, state, equal))
    return found


def _columns(
    result: ReadResult, block: Block, recomputed: Recomputed
) -> Iterator[tuple[Field, Sequence[Any], Sequence[State], Sequence[Any], Sequence[Origin]]]:
    """Yield (field, stored values, states, computed values, places) of every computed field."""
    merged = result.stamp is not None and result.stamp.merged
    for item in block.all_fields:
        stored = result.stored.get(block.key, {}).get(item.key)
        if stored is None or not item.computed or (merged and item.carried):
            continue
        states = result.states[block.key][item.key]
        if isinstance(block, Matrix) and item.key == block.cell.key:
            for r, line in enumerate(recomputed.computed.matrix(block.key)):
                yield item, stored[r], states[r], line, [origin_of(result, block, item, r, c) for c in range(len(line))]
            continue
        values = recomputed.column(block.key, item.key)
        yield item, stored, states, values, [origin_of(result, block, item, n) for n in range(len(stored))]


def origin_of(result: ReadResult, block: Block, item: Field, index: int = 0, across: int = 0) -> Origin:
    """Return the place of a field in the file: of the record `index`, in a matrix of the column `across`."""
    file, sheet = result.file.name, result.sheets.get(block.key, "")
    place = result.cells.get(block.key, {}).get(item.key, "")
    if isinstance(block, Form | Kpis):
        return Origin(file, sheet, place, int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0) if place else 0)
    rows = result.rows.get(block.key, [])
    row = rows[index] if index < len(rows) else 0
    if isinstance(block, Matrix) and item.key in (block.cell.key, block.col.key):
        from vorlagen.intake.cells import column_number

        start, head = column_number(result.cells[block.key][block.cell.key]), result.starts[block.key] - 1
        if item.key == block.col.key:
            return Origin(file, sheet, f"{column_name(start + index)}{head}", head)
        place = column_name(start + across)
    return Origin(file, sheet, f"{place}{row}" if place and row else "", row)
