"""Judge the values that were read: required entries, limits, keys, references, rules, formulas."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from vorlagen.codes import Severity
from vorlagen.fieldtypes import LONG_LIMIT, TEXT_LIMIT, TYPES, from_serial
from vorlagen.findings import Finding, Origin
from vorlagen.formulas.ast import FieldRef, RowRef
from vorlagen.headings import fold
from vorlagen.incident import incident
from vorlagen.provenance import FRONT
from vorlagen.recompute import Recomputed, carry, differences, is_error, origin_of, recompute
from vorlagen.records import ReadResult
from vorlagen.spec import Block, Field, Form, Formula, Kpis, Matrix, Summary, Table
from vorlagen.values import Row, is_blank

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"[+(]?[\d\s()/.\-–]+(?:(?:ext|Durchwahl|App)\.?\s*\d+)?")
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
# What the front sheet of a merged workbook cannot say: it stands for several offices.
_OF_ONE_OFFICE = ("team", "bearbeiter", "zeitraum_von", "zeitraum_bis")


def check(result: ReadResult, *, today: date) -> None:
    """Append the findings on the values of a workbook that was taken.

    Args:
        result: as read; other outcomes than taken are left alone.
        today: value of TODAY().
    """
    if result.outcome != "taken" or result.template is None or result.layout is None:
        return
    try:
        recomputed = recompute(result, today, rules=True)
        carry(recomputed)
        _Checker(result, recomputed).run(today)
    except Exception:
        # Our own fault must not stop the other files; it is reported without data.
        result.findings.append(Finding("E_INTERNAL", Origin(result.file.name, ""), facts={"incident": incident()}))


def check_references(results: Sequence[ReadResult]) -> None:
    """Append findings on references to records of another workbook.

    A reference `template.block.key` is judged only when a workbook of that template is among the results.
    """
    taken = [r for r in results if r.outcome == "taken" and r.template is not None]
    known: dict[tuple[str, str, str], set[Any]] = {}
    present = {r.template.key for r in taken if r.template}
    for result in taken:
        assert result.template is not None
        for block in result.template.blocks.values():
            for item in block.all_fields:
                parts = (item.ref or "").split(".")
                if len(parts) != 3 or parts[0] == result.template.key or parts[0] not in present:
                    continue
                target = (parts[0], parts[1], parts[2])
                if target not in known:
                    others = [other for other in taken if other.template and other.template.key == target[0]]
                    known[target] = {_folded(v) for other in others for v in _values_of(other, target[1], target[2])}
                # The other workbook may simply be incomplete: a warning, with its place.
                _dangling(result, block, item, known[target], f"{target[0]}.{target[1]}", "warning")


def _records(result: ReadResult, block: Block) -> list[Row]:
    """Records of a block; a form counts as one."""
    if isinstance(block, Form | Kpis):
        return [result.values.form(block.key)]
    return result.values.rows(block.key)


def _values_of(result: ReadResult, block: str, key: str) -> list[Any]:
    """Values of a field as read; of a computed field the stored results."""
    assert result.template is not None
    if result.template.field(block, key).computed:
        return result.stored.get(block, {}).get(key, [])
    return [record.get(key) for record in _records(result, result.template.blocks[block])]


def _folded(value: Any) -> Any:
    """Return a key as Excel compares it: without regard to case."""
    return fold(value) if isinstance(value, str) else value


def _dangling(
    result: ReadResult, block: Block, item: Field, known: set[Any], target: str, severity: Severity = "error"
) -> None:
    for n, record in enumerate(_records(result, block)):
        value = record.get(item.key)
        if not is_blank(value) and _folded(value) not in known:
            facts = {"title": (item.title.de, item.title.en), "target": target}
            origin = origin_of(result, block, item, n)
            result.findings.append(Finding("E_REFERENCE", origin, block.key, item.key, facts, severity))


@dataclass
class _Cell:
    """A cell by its field and record; in a matrix also by its column."""

    block: Block
    item: Field
    index: int = 0
    value: Any = None
    across: int = 0


class _Checker:
    def __init__(self, result: ReadResult, recomputed: Recomputed) -> None:
        assert result.template is not None
        self.result = result
        self.template = result.template
        self.recomputed = recomputed
        self.merged = result.stamp is not None and result.stamp.merged
        # Cells that already have an error of their own: a missing value there is not reported twice.
        self.faulty = {
            (f.origin.sheet, f.origin.cell)
            for f in result.findings
            if f.origin is not None and f.origin.cell and f.level == "error"
        }

    def run(self, today: date) -> None:
        """Check everything, block by block."""
        self._cycles()
        for block in self.template.blocks.values():
            if block.key not in self.result.sheets:
                continue
            if isinstance(block, Form | Kpis | Table | Summary):
                self._fields(block)
                self._rules(block)
            elif isinstance(block, Matrix) and not block.cell.computed:
                self._matrix(block)
            if isinstance(block, Table):
                self._keys(block)
            self._errors(block)
        self._differences(today)

    def _find(self, code: str, cell: _Cell, **facts: Any) -> None:
        facts["title"] = (cell.item.title.de, cell.item.title.en)
        origin = origin_of(self.result, cell.block, cell.item, cell.index, cell.across)
        self.result.findings.append(Finding(code, origin, cell.block.key, cell.item.key, facts))

    # -- fields ----------------------------------------------------------------------------

    def _is_input(self, item: Field) -> bool:
        return not item.computed or (self.merged and item.carried)

    def _occupied(self, block: Block, records: Sequence[Row]) -> list[int]:
        """Records that count; rows of a summary do when they have a heading."""
        if isinstance(block, Summary):
            headings = self.recomputed.column(block.key, block.row.key)
            return [n for n in range(len(records)) if n < len(headings) and not is_blank(headings[n])]
        return list(range(len(records)))

    def _fields(self, block: Form | Kpis | Table | Summary) -> None:
        records = _records(self.result, block)
        occupied = self._occupied(block, records)
        if not occupied:
            return
        for item in block.fields:
            if not self._is_input(item) or item.key not in self.result.cells.get(block.key, {}):
                continue
            required = self._required(block, item)
            low, high = self._limits(block, item)
            for n in occupied:
                value = records[n].get(item.key)
                if is_blank(value):
                    if required is True or (required and _true(required[n])):
                        self._missing(block, item, n)
                else:
                    limits = low[n] if isinstance(low, list) else low, high[n] if isinstance(high, list) else high
                    self._value(_Cell(block, item, n, value), limits)
            if item.ref:
                self._reference(block, item)

    def _required(self, block: Block, item: Field) -> bool | list[Any]:
        if item.required or item.required_if is None:
            return item.required
        return self.recomputed.rule(block.key, "required_if", item.key)

    def _missing(self, block: Block, item: Field, index: int) -> None:
        if self.merged and block.key == FRONT and item.key in _OF_ONE_OFFICE:
            return
        origin = origin_of(self.result, block, item, index)
        if (origin.sheet, origin.cell) not in self.faulty:
            self._find("E_REQUIRED", _Cell(block, item, index))

    def _limits(self, block: Block, item: Field) -> tuple[Any, Any]:
        """Return least and greatest value: a number, None, or a list with one bound per record."""
        low: Any = item.min
        high: Any = item.max
        if isinstance(low, Formula):
            low = self._bounds(block, item, "min", low)
        elif low is None and item.type in ("int", "money", "percent"):
            low = 0.0
        if isinstance(high, Formula):
            high = self._bounds(block, item, "max", high)
        elif high is None and item.type == "percent" and item.min is None:
            high = 1.0
        return low, high

    def _bounds(self, block: Block, item: Field, kind: str, rule: Formula) -> list[Any]:
        """Return one bound per record; a reference to a blank cell, which computes as 0, gives none."""
        values = self.recomputed.rule(block.key, kind, item.key)
        if isinstance(rule.tree, RowRef):
            source = self.recomputed.column(block.key, rule.tree.key)
        elif isinstance(rule.tree, FieldRef):
            source = self.recomputed.column(rule.tree.block, rule.tree.key) * len(values)
        else:
            return values
        return [None if is_blank(origin) else value for value, origin in zip(values, source, strict=True)]

    def _value(self, cell: _Cell, limits: tuple[Any, Any]) -> None:
        """Check a value against its limits, length and form."""
        item, value = cell.item, cell.value
        if isinstance(value, str):
            longest = LONG_LIMIT if item.type == "long" else TEXT_LIMIT
            if item.type != "choice" and len(value) > longest:
                self._find("E_VALUE_LENGTH", cell, limit=longest)
            elif (item.pattern and not re.fullmatch(item.pattern, value)) or not _well_formed(item.type, value):
                self._find("E_VALUE_PATTERN", cell)
            return
        number = TYPES[item.type].to_cell(value)
        slack = 1e-9 * max(1.0, abs(number))
        low, high = _bound(limits[0]), _bound(limits[1])
        if low is not None and number < low - slack:
            self._find("E_VALUE_RANGE", cell, limit=_limit_texts(item, "≥", low))
        elif high is not None and number > high + slack:
            self._find("E_VALUE_RANGE", cell, limit=_limit_texts(item, "≤", high))

    def _reference(self, block: Block, item: Field) -> None:
        parts = (item.ref or "").split(".")
        if len(parts) == 3 and parts[0] == self.template.key:
            parts = parts[1:]
        if len(parts) == 2:
            known = {_folded(v) for v in self._inner(parts[0], parts[1]) if not is_blank(v)}
            _dangling(self.result, block, item, known, self._name(parts[0]))

    def _inner(self, block: str, key: str) -> list[Any]:
        """Values of a field of this workbook."""
        item = self.template.blocks[block].by_key[key]
        if item.computed:
            return self.recomputed.column(block, key)
        return [record.get(key) for record in _records(self.result, self.template.blocks[block])]

    def _name(self, block: str) -> str:
        sheet = self.result.sheets.get(block)
        return sheet or self.template.sheet_of[block].name[self.result.lang]

    def _matrix(self, block: Matrix) -> None:
        """Check the input cells of a matrix; records name their place by headings."""
        rows = [r.get("wert") for r in self.result.values.lists.get(block.row.list or "", [])]
        columns = [r.get("wert") for r in self.result.values.lists.get(block.col.list or "", [])]
        low, high = (None if isinstance(bound, Formula) else bound for bound in (block.cell.min, block.cell.max))
        if low is None and block.cell.min is None and block.cell.type in ("int", "money", "percent"):
            low = 0.0
        if high is None and block.cell.type == "percent" and block.cell.min is None and block.cell.max is None:
            high = 1.0
        for record in self.result.values.rows(block.key):
            r, c = rows.index(record[block.row.key]), columns.index(record[block.col.key])
            self._value(_Cell(block, block.cell, r, record[block.cell.key], c), (low, high))

    # -- rows ------------------------------------------------------------------------------

    def _keys(self, block: Table) -> None:
        """Report every row whose identity, or whose value of a unique field, another row has too.

        In a merged workbook, numbers of different offices may be equal: what their rows are merged by counts too.
        """
        keys: list[tuple[str, ...]] = [(f.key,) for f in block.fields if f.unique]
        if block.identity and block.identity not in keys:
            keys.append(block.identity)
        records = self.result.values.rows(block.key)
        reported: dict[str, set[int]] = {}
        for key in keys:
            places: dict[tuple[Any, ...], list[int]] = defaultdict(list)
            further = [part for part in block.merge.on if self.merged and part in block.by_key and part not in key]
            columns = [self._inner(block.key, part) for part in (*key, *further)]
            for n in range(len(records)):
                values = tuple(_folded(column[n]) for column in columns)
                if not all(is_blank(v) for v in values[: len(key)]):
                    places[values].append(n)
            told = set().union(*(reported.get(part, ()) for part in key))
            for same in places.values():
                for n in same if len(same) > 1 else ():
                    if n in told:
                        continue  # a part of the key is a duplicate by itself
                    reported.setdefault(key[0], set()).add(n)
                    other = next(m for m in same if m != n)
                    place = self.result.rows[block.key][other]
                    self._find("E_DUPLICATE", _Cell(block, block.by_key[key[0]], n), other=place)

    def _rules(self, block: Form | Kpis | Table | Summary) -> None:
        for rule in getattr(block, "checks", ()):
            item = block.by_key[rule.field] if rule.field else _first(block)
            values = self.recomputed.rule(block.key, "check", rule.key)
            for n in self._occupied(block, _records(self.result, block)):
                if n < len(values) and _true(values[n]):
                    facts = {"text": (rule.message.de, rule.message.en)}
                    origin = origin_of(self.result, block, item, n)
                    finding = Finding("E_CHECK", origin, block.key, rule.field or "", facts, rule.severity)
                    self.result.findings.append(finding)

    # -- computed cells --------------------------------------------------------------------

    def _cycles(self) -> None:
        self.cycles = set()
        for block_key, key in self.recomputed.cycles:
            block = self.template.blocks[block_key]
            if key in block.by_key:
                self.cycles.add((block_key, key))
                self._find("E_CYCLE", _Cell(block, block.by_key[key]))

    def _errors(self, block: Block) -> None:
        """Report formulas whose result is an error value, and check cells that ask for a check."""
        failed = self._label("L_OK", "pruefen")
        for cell in self._computed(block):
            if is_error(cell.value):
                self._find("E_COMPUTED_ERROR", cell, error=str(cell.value))
            elif cell.item.check and not is_blank(failed) and cell.value == failed:
                self._find("W_CHECK_FAILED", cell, label=str(failed))

    def _label(self, list_key: str, choice: str) -> Any:
        """Return the label of a choice as it stands on the sheet Listen, None without it."""
        choices = self.template.list_by_key.get(list_key)
        rows = self.result.values.lists.get(list_key, [])
        places = [n for n, c in enumerate(choices.values) if c.key == choice] if choices is not None else []
        return rows[places[0]].get("wert") if places and places[0] < len(rows) else None

    def _computed(self, block: Block) -> Iterator[_Cell]:
        for item in block.all_fields:
            if self._is_input(item) or (block.key, item.key) in self.cycles:
                continue
            if isinstance(block, Matrix) and item.key == block.cell.key:
                for n, line in enumerate(self.recomputed.computed.matrix(block.key)):
                    for across, value in enumerate(line):
                        yield _Cell(block, item, n, value, across)
                continue
            for n, value in enumerate(self.recomputed.column(block.key, item.key)):
                yield _Cell(block, item, n, value)

    def _differences(self, today: date) -> None:
        for d in differences(self.result, today, self.recomputed):
            lost = d.state in ("constant", "replaced")
            if (d.block, d.item.key) in self.cycles or (is_error(d.computed) and not lost):
                continue  # reported as such
            code = "W_FORMULA_OVERWRITTEN" if lost else "W_FORMULA_DIFFERS"
            facts = {"title": (d.item.title.de, d.item.title.en)}
            self.result.findings.append(Finding(code, d.origin, d.block, d.item.key, facts))


def _first(block: Block) -> Field:
    return block.by_key[block.key_field] if isinstance(block, Table) else block.all_fields[0]


def _true(value: Any) -> bool:
    """Whether a rule's value is TRUE; blank and error values are not."""
    return (isinstance(value, bool) and value) or (isinstance(value, float | int) and value != 0)


def _bound(value: Any) -> float | None:
    """Return a limit as a number, None when the rule gives none."""
    return None if isinstance(value, str | bool) or value is None else float(value)


def _well_formed(kind: str, value: str) -> bool:
    if kind == "email":
        return _EMAIL.fullmatch(value) is not None
    if kind == "phone":
        return _PHONE.fullmatch(value) is not None and sum(c.isdigit() for c in value) >= 6
    if kind == "url":
        return _URL.fullmatch(value) is not None
    return True


def _limit_texts(item: Field, sign: str, bound: float) -> tuple[str, str]:
    """Return the limit that was passed, in German and English."""
    return f"{sign} {_limit_text(item, bound, 'de')}", f"{sign} {_limit_text(item, bound, 'en')}"


def _limit_text(item: Field, bound: float, lang: str) -> str:
    if item.type in ("date", "month"):
        day = from_serial(bound)
        return day.strftime("%d.%m.%Y") if lang == "de" else day.isoformat()
    if item.type == "time":
        return str(TYPES["time"].from_cell(bound))[:5]
    text = f"{bound * 100:g} %" if item.type == "percent" else f"{bound:.12g}"
    return text.replace(".", ",") if lang == "de" else text
