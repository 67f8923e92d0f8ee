"""Random but legal fills of any template, drawn from what its spec allows.

A fill is what people may type: every value keeps to the type, the list and the limits of its
field. The values are chosen to hurt: limits, ties, zeros, blanks, leap days, year ends, days
around the Stichtag, empty tables, gaps between rows. A fill is named by its number alone, so a
failure can be repeated, and drawing one costs a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property
from itertools import pairwise
from random import Random
from typing import Any

from tests import workbooks
from vorlagen.compile import block_formulas
from vorlagen.formulas.ast import Binary, Call, ColRef, ListRef, Literal, Node, Number, walk
from vorlagen.layout import Layout, layout_for
from vorlagen.spec import Block, Field, Form, Formula, Kpis, Lang, Matrix, Summary, Table, Template
from vorlagen.values import Row, Values, example_values, input_fields, starting_values

FRONT, HOLIDAYS = "deckblatt", "feiertage"
ROWS = 7  # rows of a record list, unless its presets need more
NUMBERS = ("int", "decimal", "money", "percent")
DAYS = (-1100, -800, -366, -365, -181, -100, -61, -31, -30, -29, -15, -8, -7, -6, -3, -2, -1,
        0, 0, 1, 2, 3, 6, 7, 8, 14, 29, 30, 31, 60, 90, 91, 180, 365, 366, 800)  # fmt: skip
SPECIAL_DAYS = (date(2000, 1, 1), date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1), date(2028, 2, 29),
                date(2026, 3, 31), date(2099, 12, 31))  # fmt: skip
STICHTAGE = (date(2026, 4, 15), date(2026, 4, 15), date(2024, 2, 29), date(2025, 12, 31), date(2026, 1, 1),
             date(2026, 5, 31), date(2000, 1, 3), date(2028, 2, 28))  # fmt: skip
TIMES = (time(0), time(7, 59), time(8), time(9, 30), time(12), time(17), time(23, 59))
WORDS = ("Amsel", "Birke", "birke", "C GmbH & Co. KG", "Dohle", "Öl", "Ole", "0815", "12", "Straße", "x-1")
# As criteria the engines read TRUE and <>… each in its own way (truth value or text, blanks differ or not).
HARD_WORDS = ("a*", "Am?el", "=1", ">5", "1.5")
NAMED = ("blank", "example", "one row", "full", "ties", "only required", "zeros", "all blank in full rows", "early")


@dataclass
class _Mood:
    """What holds for a whole fill."""

    random: Random
    today: date
    stichtag: date | None
    density: float = 0.8
    rows: int | None = None  # of every record list
    ties: bool = False
    zeros: bool = False
    hard: bool = False
    tied: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.random.random() < share


@dataclass(frozen=True)
class Fills:
    """All fills of one template in one language."""

    template: Template
    lang: Lang
    today: date
    own_choices: bool = False  # whether offices added choices of their own to the lists
    ironcalc: bool = False  # leave out what IronCalc 0.9 is known to get wrong

    @cached_property
    def base(self) -> Values:
        """What a blank workbook starts with, with the choices of these fills."""
        values = starting_values(self.template, self.lang, "BY", self.today)
        values = Values(values.blocks, self._lists(values.lists))
        return workbooks.for_ironcalc(self.template, values) if self.ironcalc else values

    @cached_property
    def example(self) -> Values:
        """The example workbook's values."""
        return example_values(self.template, self.lang, "BY", self.today)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Rows of each table: few, but room for the presets."""
        tables = [b for b in self.template.blocks.values() if isinstance(b, Table)]
        return {b.key: min(b.rows, max(ROWS, len(self.base.rows(b.key)))) for b in tables}

    @cached_property
    def layout(self) -> Layout:
        """The layout that all fills share."""
        return layout_for(self.template, self.base, self.lang, self.rows)

    def _lists(self, lists: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
        if not self.own_choices:
            return dict(lists)
        out = {}
        for choices in self.template.lists:
            rows = list(lists[choices.key])
            if not choices.fix and rows:
                # One with the attributes of the first choice, one without any.
                bounds = {a: rows[-1][a] + 1 for key, a in self._bounds if key == choices.key}
                rows += [{**rows[0], "wert": f"Eigen {choices.key}", **bounds}, {"wert": f"Neu {choices.key}"}]
            out[choices.key] = rows[: choices.capacity] if not choices.fix else rows
        return out

    @cached_property
    def _trees(self) -> list[Node]:
        return [f.node for b in self.template.blocks.values() for f in block_formulas(b)]

    @cached_property
    def _bounds(self) -> set[tuple[str, str]]:
        """Columns of lower bounds: they must ascend, and no other order means anything."""
        return {
            _column(node.args[1])
            for tree in self._trees
            for node in walk(tree)
            if isinstance(node, Call) and node.name == "MATCH" and node.args[2:] == (Number(1),)
        } - {("", "")}

    @cached_property
    def _compared(self) -> set[tuple[str, str]]:
        """Columns counted where they differ from a text; there IronCalc 0.9 passes over blank cells."""
        found = set()
        for node in (n for tree in self._trees for n in walk(tree)):
            if isinstance(node, Call) and node.name in ("COUNTIF", "COUNTIFS", "SUMIFS", "AVERAGEIFS"):
                for column, criterion in pairwise(node.args):  # a target and its first range do no harm
                    first = criterion.left if isinstance(criterion, Binary) else criterion
                    if isinstance(first, Literal) and first.value.startswith("<>"):
                        found.add(_column(column))
        return found - {("", "")}

    def draw(self, number: int) -> Values:
        """Return a fill; the first ones are the named kinds, the others mixtures."""
        mood = self._mood(number)
        if number == 0:
            return self._finished(_copied(self.base.blocks), mood, keep=True)
        if number == 1:
            kept = {k: rows[: self.rows[k]] if k in self.rows else rows for k, rows in self.example.blocks.items()}
            return self._finished(_copied(kept), mood, keep=True)
        blocks: dict[str, list[Row] | Row] = {}
        for block in self.template.blocks.values():
            if isinstance(block, Form):
                blocks[block.key] = self._form(block, mood)
            elif isinstance(block, Table) and block.key != HOLIDAYS:
                blocks[block.key] = self._table(block, mood)
            elif isinstance(block, Summary):
                blocks[block.key] = self._summary(block, mood)
            elif isinstance(block, Matrix) and not block.cell.computed:
                blocks[block.key] = self._matrix(block, mood)
        return self._finished(blocks, mood)

    def hard(self, number: int) -> bool:
        """Whether texts of a fill may read as patterns or comparisons where they are criteria."""
        return self._mood(number).hard

    def _mood(self, number: int) -> _Mood:
        random = Random(f"{self.template.key}/{self.lang}/{number}")
        stichtag = None if random.random() < 0.1 else random.choice(STICHTAGE)
        mood = _Mood(random, self.today, stichtag, density=random.choice((0.3, 0.7, 0.9, 0.97, 1.0)))
        kind = NAMED[number] if number < len(NAMED) else ""
        if kind:
            mood.rows = {"one row": 1, "only required": ROWS}.get(kind, 10**6)
            mood.density = {"only required": 0.0, "all blank in full rows": -1.0}.get(kind, 1.0)
            mood.ties, mood.zeros = kind == "ties", kind == "zeros"
            mood.stichtag = date(2000, 1, 3) if kind == "early" else date(2026, 4, 15)
        else:
            mood.ties, mood.zeros, mood.hard = mood.chance(0.25), mood.chance(0.08), mood.chance(0.05)
        return mood

    def _finished(self, blocks: dict[str, list[Row] | Row], mood: _Mood, *, keep: bool = False) -> Values:
        front = blocks.get(FRONT)
        if isinstance(front, dict):
            blocks[FRONT] = {**front, "stichtag": front.get("stichtag") if keep else mood.stichtag}
        if not keep:
            self._refer(blocks, mood)
        if HOLIDAYS in self.template.blocks:
            blocks[HOLIDAYS] = self.base.rows(HOLIDAYS)
        for block, key in self._bounds & {(b, f.key) for b in blocks for f in input_fields(self.template.blocks[b])}:
            rows = _as_rows(blocks[block])
            bounds = sorted(r.pop(key) for r in rows if r.get(key) is not None)
            if self.ironcalc and bounds:  # its MATCH takes a blank behind the bounds for the highest
                bounds += [bounds[-1] + n for n in range(1, len(rows) - len(bounds) + 1)]
            for row, bound in zip(rows, bounds, strict=False):
                row[key] = bound
        for block, key in sorted(self._compared) if self.ironcalc else ():
            item = self.template.field(block, key)
            for row in _as_rows(blocks.get(block)) if not item.computed else ():
                if row and row.get(key) is None:
                    row[key] = self._plain(item, mood)
        return Values(blocks, self.base.lists)

    # -- blocks --------------------------------------------------------------------------

    def _form(self, block: Form, mood: _Mood) -> Row:
        fields = [f for f in block.fields if not f.computed]
        known = {**self.base.form(block.key), **(self.example.form(block.key) if mood.chance(0.5) else {})}
        if mood.density < 0:
            return {}
        if mood.chance(0.25):
            return self._record(block, fields, mood)
        row = dict(known)
        numbers = [f.key for f in fields if f.type == "percent" and row.get(f.key) is not None]
        if len(numbers) > 1 and mood.chance(0.3):
            # Weights that still add up to the same.
            a, b = mood.random.sample(numbers, 2)
            row[a], row[b] = row[b], row[a]
        for item in mood.random.sample(fields, min(len(fields), mood.random.choice((0, 0, 1, 2)))):
            row[item.key] = self._value(block, item, mood, row)
        return {k: v for k, v in row.items() if v is not None}

    def _table(self, block: Table, mood: _Mood) -> list[Row]:
        size = self.rows[block.key]
        fields = [f for f in block.fields if not f.computed]
        preset = self.base.rows(block.key)
        # IronCalc's MATCH takes blank rows behind the bounds for the highest: there the presets stay.
        whole = self.ironcalc and any(key == block.key for key, _ in self._bounds)
        if preset and (not mood.chance(0.2) or whole):
            return [self._changed(block, row, mood) for row in preset]
        count = mood.rows if mood.rows is not None else mood.random.choice((0, 1, 2, size, size, size - 1))
        rows = [self._record(block, fields, mood, n) for n in range(min(count, size))]
        if mood.rows is None and mood.chance(0.15):
            for row in rows:
                if mood.chance(0.3):  # a gap, or a row whose key is still missing
                    row.pop(block.key_field, None)
                    if mood.chance(0.5):
                        row.clear()
        return rows

    def _changed(self, block: Table, row: Row, mood: _Mood) -> Row:
        fields = [f for f in block.fields if not f.computed and f.key not in block.identity]
        free = [f for f in fields if f.key not in row]
        row = {**row, **{f.key: self._value(block, f, mood, row) for f in free if mood.chance(mood.density)}}
        if fields and mood.chance(0.15):
            item = mood.random.choice(fields)
            row[item.key] = self._value(block, item, mood, row) if mood.chance(0.6) else None
        return {k: v for k, v in row.items() if v is not None}

    def _summary(self, block: Summary, mood: _Mood) -> list[Row]:
        fields = [f for f in block.fields if not f.computed]
        return (
            [self._record(block, fields, mood, n) for n in range(self.layout.placed[block.key].rows)] if fields else []
        )

    def _matrix(self, block: Matrix, mood: _Mood) -> list[Row]:
        placed = self.layout.placed[block.key]
        places = [(r, c) for r in range(placed.rows) for c in range(placed.across[1])]
        return [
            {block.row.key: r, block.col.key: c, block.cell.key: self._value(block, block.cell, mood, {})}
            for r, c in places
            if mood.chance(mood.density)
        ]

    def _record(self, block: Block, fields: list[Field], mood: _Mood, n: int = 0) -> Row:
        row: Row = {}
        identity = block.identity if isinstance(block, Table) else ()
        for item in fields:
            key = isinstance(block, Table) and item.key == block.key_field
            share = 1.0 if key else 0.97 if item.required and mood.density >= 0 else mood.density
            if not mood.chance(share):
                continue
            if (
                item.key in identity
                and (item.unique or len(identity) == 1)
                and not (not item.unique and mood.chance(0.05))
            ):
                row[item.key] = self._key(item, n, mood)
            else:
                row[item.key] = self._value(block, item, mood, row)
        return {k: v for k, v in row.items() if v is not None}

    # -- values --------------------------------------------------------------------------

    def _key(self, item: Field, n: int, mood: _Mood) -> Any:
        if item.type == "int":
            return n + 1
        if item.type in ("date", "month"):
            return workbooks.key_value(item, n, None)
        if item.type in ("text", "long"):
            return f"{item.key[:2].upper()}-{n * 7 % 11:03}"
        return self._plain(item, mood)

    def _value(self, block: Block, item: Field, mood: _Mood, row: Row) -> Any:
        """A legal value of a field, None where it has none."""
        where = (block.key, item.key)
        if mood.ties:
            if where not in mood.tied:
                mood.tied[where] = [self._plain(item, mood) for _ in range(mood.random.choice((1, 1, 2)))]
            value = mood.random.choice(mood.tied[where])
        else:
            value = self._plain(item, mood)
        for limit, sign in ((item.min, 1), (item.max, -1)):
            tree = limit.tree if isinstance(limit, Formula) else None
            other = row.get(getattr(tree, "key", ""))
            if other is None or value is None or type(other) is not type(value) or isinstance(value, str | time):
                continue
            if (value < other) if sign > 0 else (value > other):
                step = mood.random.choice((0, 1, 30))
                value = other + sign * (timedelta(days=step) if isinstance(value, date) else step)
                if isinstance(value, date):
                    value = max(date(2000, 1, 1), min(date(2099, 12, 31), value))
                    value = value.replace(day=1) if item.type == "month" else value
                elif value not in self._numbers[id(item)]:
                    value = other if other in self._numbers[id(item)] else None
        return value

    def _plain(self, item: Field, mood: _Mood) -> Any:
        random = mood.random
        if item.type in NUMBERS:
            numbers = self._numbers[id(item)]
            return numbers[0] if mood.zeros else random.choice(numbers)
        if item.type in ("date", "month"):
            day = (
                random.choice(SPECIAL_DAYS)
                if mood.chance(0.06)
                else max(date(2000, 1, 1), (mood.stichtag or mood.today) + timedelta(days=random.choice(DAYS)))
            )
            return day.replace(day=1) if item.type == "month" else day
        if item.type == "choice":
            labels = [r["wert"] for r in self.base.lists.get(item.list or "", []) if r.get("wert")]
            return random.choice(labels) if labels else None
        if item.type == "time":
            return random.choice(TIMES)
        if item.type == "email":
            return f"{random.choice(('a', 'b', 'c'))}@firma.example"
        if item.type == "phone":
            return f"030 2312500{random.randrange(3)}"
        if item.type == "url":
            return "https://firma.example/"
        return random.choice(HARD_WORDS if mood.hard and mood.chance(0.3) else WORDS)

    @cached_property
    def _numbers(self) -> dict[int, list[Any]]:
        return {id(f): self._legal_numbers(b, f) for b in self.template.blocks.values() for f in input_fields(b)}

    def _legal_numbers(self, block: Block, item: Field) -> list[Any]:
        """Limits, small and large numbers and those of the examples, with their neighbours."""
        if item.type not in NUMBERS:
            return []
        low = item.min if isinstance(item.min, int | float) else None if item.type == "decimal" else 0.0
        bounded = item.type == "percent" and item.min is None
        high = item.max if isinstance(item.max, int | float) else 1.0 if bounded else None
        step = {"int": 1, "money": 0.01, "percent": 0.01, "decimal": 0.5}[item.type]
        given = [r.get(item.key) for v in (self.base, self.example) for r in _rows_of(v, block)]
        known = [float(x) for x in given if isinstance(x, int | float)]
        common = {
            "int": [1, 2, 3, 5, 7, 10, 12, 30, 100, 365],
            "money": [0.01, 1.0, 99.99, 100.0, 1234.56, 8900.0, 50000.0, 186000.0, 12345678.9],
            "percent": [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.75, 0.8, 0.95, 1.0],
            "decimal": [0.5, 1.0, 1.25, 2.0, 3.0, 5.0, 7.0, 8.0, 10.0, 25.5, 100.0],
        }[item.type]
        start = 0.0 if low is None or low < 0 else low
        wanted = [start, *common, *known, *(x + s * step for x in known for s in (-1, 1)), 0.0]
        wanted += [] if low is None else [low, low + step]
        wanted += [] if high is None else [high, high - step]
        wanted += [-1.0, -1250.5] if low is None or low <= -1000 else []
        legal = [round(x, 6) for x in wanted if (low is None or x >= low) and (high is None or x <= high)]
        legal = [int(x) for x in legal] if item.type == "int" else legal
        return list(dict.fromkeys(legal)) or [start]

    def _refer(self, blocks: dict[str, list[Row] | Row], mood: _Mood) -> None:
        """Let references within the template mostly name records that exist."""
        for block in self.template.blocks.values():
            for item in input_fields(block):
                parts = (item.ref or "").split(".")
                if len(parts) == 3 and parts[0] == self.template.key:
                    parts = parts[1:]
                if len(parts) != 2:
                    continue
                known = [r[parts[1]] for r in _as_rows(blocks.get(parts[0])) if r.get(parts[1]) is not None]
                for row in _as_rows(blocks.get(block.key)):
                    if item.key in row and known and mood.chance(0.85):
                        row[item.key] = mood.random.choice(known)


def _copied(blocks: Mapping[str, list[Row] | Row]) -> dict[str, list[Row] | Row]:
    return {k: [dict(r) for r in v] if isinstance(v, list) else dict(v) for k, v in blocks.items()}


def _column(node: Node) -> tuple[str, str]:
    """Block (or list) and key of a column; empty for anything else."""
    if isinstance(node, ColRef):
        return node.block, node.key
    return (node.list, node.attribute) if isinstance(node, ListRef) else ("", "")


def _as_rows(given: list[Row] | Row | None) -> list[Row]:
    return given if isinstance(given, list) else [given] if given else []


def _rows_of(values: Values, block: Block) -> list[Row]:
    return [values.form(block.key)] if isinstance(block, Form | Kpis) else values.rows(block.key)
