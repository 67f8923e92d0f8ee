"""Criteria of COUNTIFS and its relatives, matched by groups instead of row against row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from calculators.evaluate.values import (
    BLANK,
    BOOL,
    ERROR,
    NUMBER,
    TEXT,
    Bools,
    Floats,
    Ints,
    Pool,
    Vec,
    distinct,
    plain_number,
)

# What a criterion compares with. EMPTY: blank or "". VOID: truly blank. NOTHING: no cell at all.
NUM, WORD, TRUTH, FAULT, PATTERN, EMPTY, VOID, NOTHING = range(8)
_KEYED = (NUM, WORD, TRUTH, FAULT)
_OPERATORS = ("=", "<>", "<", "<=", ">", ">=")
_EQ, _NE, _LT, _LE, _GT, _GE = range(6)
_CRITERION = re.compile(r"(<>|<=|>=|=|<|>)?(.*)", re.DOTALL)
_CHUNK = 2_000_000


def wildcard(pattern: str) -> re.Pattern[str]:
    """Compile a pattern with ``* ? ~`` as Excel reads it."""
    out = []
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "~" and i + 1 < len(pattern) and pattern[i + 1] in "*?~":
            i += 1
            out.append(re.escape(pattern[i]))
        else:
            out.append({"*": ".*", "?": "."}.get(char) or re.escape(char))
        i += 1
    return re.compile("".join(out), re.DOTALL | re.IGNORECASE)


def has_wildcard(text: str) -> bool:
    """Return whether a text is a pattern."""
    return any(char in text for char in "*?~")


@dataclass(frozen=True)
class Criteria:
    """Parsed criteria: operator, kind and value of each."""

    op: Ints
    kind: Ints
    value: Floats


def parse(pool: Pool, vec: Vec) -> Criteria:
    """Parse criterion cells; a blank one counts as 0."""
    kinds = np.array([NUM, NUM, WORD, TRUTH, FAULT])  # by tag, in the order BLANK … ERROR
    op = np.full(vec.size, _EQ)
    kind = kinds[vec.tag]
    value = vec.num.copy()
    is_text = np.flatnonzero(vec.tag == TEXT)
    if is_text.size:
        first, group = distinct(vec.num[is_text])
        parsed = np.array([_parse_text(pool, pool.text(code)) for code in vec.num[is_text][first].tolist()])
        op[is_text], kind[is_text], value[is_text] = parsed[group].T
    return Criteria(op, kind, value)


def _parse_text(pool: Pool, text: str) -> tuple[int, int, float]:
    match = _CRITERION.fullmatch(text)
    assert match is not None
    sign, rest = match.groups()
    op = _OPERATORS.index(sign or "=")
    if not rest:
        return op, (EMPTY if sign is None else VOID if op in (_EQ, _NE) else NOTHING), 0
    num = plain_number(rest)
    if not np.isnan(num):
        return op, NUM, num
    if rest.upper() in ("TRUE", "FALSE"):
        return op, TRUTH, float(rest.upper() == "TRUE")
    if op in (_EQ, _NE) and has_wildcard(rest):
        return op, PATTERN, pool.code(rest)
    return op, WORD, pool.code(rest.lower())


def matches_pattern(pool: Pool, vec: Vec, pattern: str) -> Bools:
    """Return which cells hold a text that fits the pattern."""
    compiled = wildcard(pattern)
    result = np.zeros(vec.size, bool)
    is_text = np.flatnonzero(vec.tag == TEXT)
    if is_text.size:
        first, group = distinct(vec.num[is_text])
        fits = [compiled.fullmatch(pool.text(code)) is not None for code in vec.num[is_text][first].tolist()]
        result[is_text] = np.array(fits)[group]
    return result


def _mask(pool: Pool, vec: Vec, op: int, kind: int, value: float) -> Bools:
    """Return which cells meet one criterion."""
    if kind == NOTHING:
        return np.zeros(vec.size, bool)
    if op == _NE:
        return ~_mask(pool, vec, _EQ, kind, value)
    if kind == EMPTY:
        return vec.empty
    if kind == VOID:
        return vec.is_tag(BLANK)
    if kind == PATTERN:
        return matches_pattern(pool, vec, pool.text(value))
    if op == _EQ:
        keys, sought = _equality_keys(pool, vec, np.array([kind]), np.array([value]))
        same: Bools = keys == sought[0]
        return same
    cells, limit = _ordered(pool, vec, kind, np.array([value]))
    compare: dict[int, Callable[[Floats, Floats], Bools]] = {
        _LT: np.less,
        _LE: np.less_equal,
        _GT: np.greater,
        _GE: np.greater_equal,
    }
    return compare[op](cells, limit)


def _equality_keys(pool: Pool, vec: Vec, kinds: Ints, values: Floats) -> tuple[Ints, Ints]:
    """Return numbers for cells and criteria that are equal where they match."""
    is_text = vec.tag == TEXT
    kind = np.array([VOID, NUM, WORD, TRUTH, FAULT])[vec.tag]
    value = vec.num
    if is_text.any():
        codes = np.where(is_text, vec.num, 0)
        spelled = pool.numeric(codes)
        # A text that spells a number meets the criterion of that number.
        as_number = is_text & ~np.isnan(spelled)
        kind = np.where(as_number, NUM, kind)
        value = np.where(as_number, spelled, np.where(is_text, pool.folded(codes), value))
    codes_, _ = pd.factorize(np.concatenate([value, values]))
    keys = codes_.astype(np.int64) * 8 + np.concatenate([kind, kinds])
    return keys[: vec.size], keys[vec.size :]


def _ordered(pool: Pool, vec: Vec, kind: int, limits: Floats) -> tuple[Floats, Floats]:
    """Return cells and limits as comparable numbers; NaN for cells of another type."""
    tag = {NUM: NUMBER, WORD: TEXT, TRUTH: BOOL, FAULT: ERROR}[kind]
    fitting = vec.tag == tag
    cells = np.where(fitting, vec.num, 0)
    if kind == WORD:
        cells, limits = pool.ranks(cells, limits)
    return np.where(fitting, cells, np.nan), limits


@dataclass
class _Bound:
    """Limits per row for the values of one range; NaN values lie outside every limit."""

    values: Floats
    lower: list[tuple[Floats, bool]]
    upper: list[tuple[Floats, bool]]

    def inside(self, cells: Ints, rows: Ints) -> Bools:
        """Return which cells lie inside the limits of which rows (rows down, cells right)."""
        value = self.values[cells][None, :]
        result = np.ones((rows.size, cells.size), bool)
        for limit, closed in self.lower:
            result &= (value >= limit[rows, None]) if closed else (value > limit[rows, None])
        for limit, closed in self.upper:
            result &= (value <= limit[rows, None]) if closed else (value < limit[rows, None])
        return result


@dataclass
class _Task:
    """Cells, the rows that ask about them, and what must agree."""

    pool: Pool
    weights: Floats  # one line per total
    ranges: list[Vec]
    criteria: list[Criteria]
    ends: Ints | None
    positions: Ints  # of the cells, in the ranges as given

    def filtered(self, keep: Bools, without: int) -> _Task:
        """Return the task for some of the cells, without one criterion."""
        rest = [i for i in range(len(self.ranges)) if i != without]
        cells = np.flatnonzero(keep)
        return _Task(
            self.pool,
            self.weights[:, cells],
            [Vec(self.ranges[i].tag[cells], self.ranges[i].num[cells]) for i in rest],
            [self.criteria[i] for i in rest],
            self.ends,
            self.positions[cells],
        )

    def rows(self, rows: Ints) -> _Task:
        """Return the task for some of the asking rows."""
        criteria = [Criteria(c.op[rows], c.kind[rows], c.value[rows]) for c in self.criteria]
        ends = None if self.ends is None else self.ends[rows]
        return _Task(self.pool, self.weights, self.ranges, criteria, ends, self.positions)


def totals(
    pool: Pool, ranges: list[Vec], criteria: list[Vec], ends: Ints | None, weights: Floats, positions: Ints
) -> Floats:
    """Return per total (down) and asking row (right) the sum of the weights of the matching cells.

    Args:
        pool: the texts.
        ranges: equally long ranges, one per criterion.
        criteria: criterion cells in one row each; single ones hold for all rows.
        ends: how many cells each row reaches, or None for all.
        weights: one line of weights per wanted total.
        positions: place of each cell, as `ends` counts them.
    """
    count = max([c.size for c in criteria] + ([ends.size] if ends is not None else []))
    flat = [c.spread((count,)) if c.size == 1 else c.reshape(-1) for c in criteria]
    keys = [array for c in flat for array in (c.tag, c.num)]
    if ends is not None:
        keys.append(ends)  # type: ignore[arg-type]
    first, group = distinct(*keys)
    parsed = [parse(pool, c.take(first) if c.size > 1 else c) for c in flat]
    task = _Task(pool, weights, ranges, parsed, None if ends is None else ends[first], positions)
    found = np.broadcast_to(_solve(task), (weights.shape[0], first.size))
    return found[:, group]


def _solve(task: _Task) -> Floats:
    for i, (vec, c) in enumerate(zip(task.ranges, task.criteria, strict=True)):
        if _constant(c):
            keep = _mask(task.pool, vec, int(c.op[0]), int(c.kind[0]), float(c.value[0]))
            return _solve(task.filtered(keep, i))
    if not task.criteria:
        return _bounded(task, [], [])
    # Rows whose criteria are of the same sort are solved together; criteria without a sort
    # order (patterns, blanks) become constant within their group.
    signature: list[Floats] = []
    for c in task.criteria:
        keyed = np.isin(c.kind, _KEYED)
        sort = np.where(keyed & (c.op <= _NE), c.op, c.op * 8 + c.kind + 8)
        signature += [sort.astype(np.float64), np.where(keyed, 0, c.value)]
    first, group = distinct(*signature)
    if first.size == 1:
        return _keyed(task)
    result = np.zeros((task.weights.shape[0], group.size))
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        result[:, rows] = _solve(task.rows(rows))
    return result


def _constant(c: Criteria) -> bool:
    return bool((c.op == c.op[0]).all() and (c.kind == c.kind[0]).all() and (c.value == c.value[0]).all())


def _keyed(task: _Task) -> Floats:
    """Solve a task whose criteria are of one sort each."""
    for i, c in enumerate(task.criteria):
        if c.op[0] == _NE:
            # Unequal = all without this criterion, less the equal ones.
            everything = task.filtered(np.ones(task.positions.size, bool), i)
            equal = [Criteria(np.full_like(d.op, _EQ), d.kind, d.value) if j == i else d
                     for j, d in enumerate(task.criteria)]  # fmt: skip
            same = _Task(task.pool, task.weights, task.ranges, equal, task.ends, task.positions)
            return _solve(everything) - _solve(same)
    keys: list[tuple[Ints, Ints]] = []
    bounds: dict[tuple[int, int], _Bound] = {}
    for vec, c in zip(task.ranges, task.criteria, strict=True):
        op, kind = int(c.op[0]), int(c.kind[0])
        if op == _EQ:
            keys.append(_equality_keys(task.pool, vec, c.kind, c.value))
            continue
        cells, limits = _ordered(task.pool, vec, kind, c.value)
        # Two limits on the same cells are one interval; texts have ranks of their own per criterion.
        where = (hash((vec.tag.tobytes(), vec.num.tobytes())), kind) if kind != WORD else (id(c), kind)
        bound = bounds.setdefault(where, _Bound(cells, [], []))
        (bound.upper if op in (_LT, _LE) else bound.lower).append((limits, op in (_LE, _GE)))
    return _bounded(task, keys, list(bounds.values()))


def _bounded(task: _Task, keys: list[tuple[Ints, Ints]], bounds: list[_Bound]) -> Floats:
    """Solve a task with equal keys and limits."""
    if task.ends is not None:
        limits = task.ends.astype(np.float64)
        bounds = [_Bound(task.positions.astype(np.float64), [], [(limits, False)]), *bounds]
    count = task.criteria[0].op.size if task.criteria else task.ends.size if task.ends is not None else 1
    cells, rows, groups = _groups(keys, task.positions.size, count)
    if not bounds:
        found = np.stack([np.bincount(cells, line, groups) for line in task.weights])
        return np.asarray(found, np.float64)[:, rows]
    if len(bounds) == 1:
        return _interval(task.weights, bounds[0], cells, rows, count)
    return _broadcast(task.weights, bounds, cells, rows)


def _groups(keys: list[tuple[Ints, Ints]], size: int, count: int) -> tuple[Ints, Ints, int]:
    """Return the groups of cells and of rows with equal keys, and how many there are."""
    if not keys:
        return np.zeros(size, np.int64), np.zeros(count, np.int64), 1
    _, group = distinct(*(np.concatenate([cells, rows]) for cells, rows in keys))
    return group[:size], group[size:], int(group.max(initial=0)) + 1


def _interval(weights: Floats, bound: _Bound, cells: Ints, rows: Ints, count: int) -> Floats:
    """Sum within groups over an interval of one range: sort once, then search."""
    usable = np.flatnonzero(~np.isnan(bound.values))
    values, cells = bound.values[usable], cells[usable]
    scale = np.unique(values)
    step = scale.size + 1
    place = cells * step + np.searchsorted(scale, values)
    order = np.argsort(place, kind="stable")
    place = place[order]
    low = np.zeros(count, np.int64)
    high = np.full(count, scale.size)
    for limit, closed in bound.lower:
        low = np.maximum(low, np.searchsorted(scale, limit, "left" if closed else "right"))
    for limit, closed in bound.upper:
        high = np.minimum(high, np.searchsorted(scale, limit, "right" if closed else "left"))
    start = np.searchsorted(place, rows * step + low)
    stop = np.maximum(np.searchsorted(place, rows * step + high), start)
    # Differences of running sums lose digits; the longer float keeps cents exact.
    running = np.zeros((weights.shape[0], usable.size + 1), np.longdouble)
    np.cumsum(weights[:, usable][:, order], axis=1, dtype=np.longdouble, out=running[:, 1:])
    return cast(Floats, (running[:, stop] - running[:, start]).astype(np.float64))


def _broadcast(weights: Floats, bounds: list[_Bound], cells: Ints, rows: Ints) -> Floats:
    """Sum within groups over limits on several ranges: each group's rows against its cells."""
    result = np.zeros((weights.shape[0], rows.size))
    by_cell, by_row = np.argsort(cells, kind="stable"), np.argsort(rows, kind="stable")
    asked, starts = np.unique(rows[by_row], return_index=True)
    stops = np.append(starts[1:], rows.size)
    lows, highs = np.searchsorted(cells[by_cell], asked, "left"), np.searchsorted(cells[by_cell], asked, "right")
    for start, stop, low, high in zip(starts, stops, lows, highs, strict=True):
        members = by_cell[low:high]
        step = max(1, _CHUNK // max(1, members.size))
        for at in range(start, stop, step):
            some = by_row[at : min(at + step, stop)]
            inside = np.ones((some.size, members.size), bool)
            for bound in bounds:
                inside &= bound.inside(members, some)
            result[:, some] = weights[:, members] @ inside.T
    return result
