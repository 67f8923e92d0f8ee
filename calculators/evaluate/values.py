"""Cell values as arrays: a tag and a number per cell, texts as codes into a pool."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import repeat
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Tags = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# The order number < text < truth value is Excel's order of types in comparisons.
BLANK, NUMBER, TEXT, BOOL, ERROR = range(5)


class ExcelError(StrEnum):
    """An error value of a cell."""

    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    NA = "#N/A"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"


_ERRORS = tuple(ExcelError)
_CODES = {error: float(code) for code, error in enumerate(_ERRORS)}
_EPOCH = date(1899, 12, 30)
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Vec:
    """Cells of any number and shape; a single one stands for all rows.

    `num` holds the number, the truth value, the code of the text or the code of the error.
    """

    tag: Tags
    num: Floats

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.tag.size

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the arrays."""
        return self.tag.shape

    def take(self, index: Ints) -> Vec:
        """Return the cells at `index`; a single cell stays single."""
        return self if self.size == 1 else Vec(self.tag[index], self.num[index])

    def reshape(self, *shape: int) -> Vec:
        """Return the same cells in another shape."""
        return Vec(self.tag.reshape(shape), self.num.reshape(shape))

    def spread(self, shape: tuple[int, ...]) -> Vec:
        """Return the cells repeated to `shape`."""
        return Vec(np.broadcast_to(self.tag, shape), np.broadcast_to(self.num, shape))

    def is_tag(self, tag: int) -> Bools:
        """Return which cells hold a value of the type `tag`."""
        return cast(Bools, self.tag == tag)

    @property
    def empty(self) -> Bools:
        """Which cells are blank or hold an empty text (its code is 0)."""
        return cast(Bools, (self.tag == BLANK) | ((self.tag == TEXT) & (self.num == 0)))

    @property
    def has_errors(self) -> bool:
        """Whether any cell holds an error."""
        return bool((self.tag == ERROR).any())


def numbers(values: Floats | Ints) -> Vec:
    """Return number cells; what Excel cannot hold becomes #NUM!."""
    num = np.asarray(values, np.float64)
    bad = ~np.isfinite(num)
    if bad.any():
        return Vec(np.where(bad, ERROR, NUMBER).astype(np.uint8), np.where(bad, _CODES[ExcelError.NUM], num))
    return Vec(np.full(num.shape, NUMBER, np.uint8), num)


def _of_numbers(values: Floats) -> Vec:
    """Return number cells, blank where there is none."""
    found = np.isfinite(values)
    return Vec(np.where(found, NUMBER, BLANK).astype(np.uint8), np.where(found, values, 0.0))


def number(value: float) -> Vec:
    """Return one number cell."""
    return numbers(np.array([value]))


def truths(values: Bools) -> Vec:
    """Return cells with truth values."""
    return Vec(np.full(values.shape, BOOL, np.uint8), values.astype(np.float64))


def texts(codes: Floats | Ints) -> Vec:
    """Return text cells from codes of the pool."""
    return Vec(np.full(codes.shape, TEXT, np.uint8), codes.astype(np.float64))


def error(kind: ExcelError) -> Vec:
    """Return one error cell."""
    return Vec(np.array([ERROR], np.uint8), np.array([_CODES[kind]]))


def blanks(count: int) -> Vec:
    """Return blank cells that may be filled in place."""
    return Vec(np.zeros(count, np.uint8), np.zeros(count))


def select(condition: Bools, chosen: Vec, other: Vec) -> Vec:
    """Return `chosen` where the condition holds, else `other`."""
    return Vec(np.where(condition, chosen.tag, other.tag), np.where(condition, chosen.num, other.num))


def fail_where(condition: Bools, kind: ExcelError, vec: Vec) -> Vec:
    """Return `vec` with an error where the condition holds."""
    return select(condition, error(kind), vec) if condition.any() else vec


def first_error(operands: Sequence[Vec], result: Vec) -> Vec:
    """Return `result` with the errors of the operands in its place, the leftmost first."""
    for operand in reversed(operands):
        if operand.has_errors:
            result = select(operand.is_tag(ERROR), operand, result)
    return result


def join(vecs: Sequence[Vec]) -> Vec:
    """Return the cells of all vectors in one row."""
    return Vec(np.concatenate([v.tag.ravel() for v in vecs]), np.concatenate([v.num.ravel() for v in vecs]))


def plain_number(text: str) -> float:
    """Return the number that a text spells plainly, or NaN."""
    return float(text) if _PLAIN_NUMBER.fullmatch(text) else np.nan


def collation(text: str) -> tuple[str, str]:
    """Return a sort key in which letters with accents stand beside the plain ones."""
    lower = text.lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))
    return bare, lower


@dataclass
class _Derived:
    """A fact about texts of the pool, found out when it is asked for."""

    fact: Callable[[str], float]
    known: Bools = field(default_factory=lambda: np.zeros(64, np.bool_))
    values: Floats = field(default_factory=lambda: np.zeros(64))

    def of(self, codes: Floats, pool: Pool) -> Floats:
        """Return the fact for each code."""
        places = codes.astype(np.int64)
        size = pool.size
        if size > self.known.size:
            more = max(size, 2 * self.known.size) - self.known.size
            self.known = np.concatenate([self.known, np.zeros(more, np.bool_)])
            self.values = np.concatenate([self.values, np.zeros(more)])
        fresh = places[~self.known[places]]
        if fresh.size:
            fresh = pd.unique(fresh)
            self.values[fresh] = [self.fact(pool.text(code)) for code in fresh.tolist()]
            self.known[fresh] = True
        return self.values[places]


class Pool:
    """The texts of one evaluation; equal texts have equal codes, the empty text has code 0."""

    def __init__(self) -> None:
        self._texts = [""]
        self._codes = {"": 0}
        self._folded = _Derived(lambda text: float(self.code(text.lower())))
        self._numeric = _Derived(plain_number)

    @property
    def size(self) -> int:
        """Number of texts."""
        return len(self._texts)

    def code(self, text: str) -> int:
        """Return the code of a text."""
        code = self._codes.setdefault(text, len(self._texts))
        if code == len(self._texts):
            self._texts.append(text)
        return code

    def codes(self, found: Iterable[str]) -> list[int]:
        """Return the code of each text."""
        known, all_texts = self._codes, self._texts
        codes = []
        for text in found:
            code = known.get(text)
            if code is None:
                code = known[text] = len(all_texts)
                all_texts.append(text)
            codes.append(code)
        return codes

    def text(self, code: float) -> str:
        """Return the text of a code."""
        return self._texts[int(code)]

    def literal(self, text: str) -> Vec:
        """Return one text cell."""
        return texts(np.array([self.code(text)]))

    def folded(self, codes: Floats) -> Floats:
        """Return the codes of the lower-case texts."""
        return self._folded.of(codes, self)

    def numeric(self, codes: Floats) -> Floats:
        """Return the numbers that the texts spell, NaN for other texts."""
        return self._numeric.of(codes, self)

    def ranks(self, *code_arrays: Floats) -> list[Floats]:
        """Return for each array of codes the places of its texts in sort order."""
        used = np.unique(np.concatenate([codes.ravel() for codes in code_arrays]))
        keys = [collation(self.text(code)) for code in used]
        place = {key: rank for rank, key in enumerate(sorted(set(keys)))}
        ranks = np.array([place[key] for key in keys], np.float64)
        return [ranks[np.searchsorted(used, codes)] for codes in code_arrays]

    def read(self, values: Sequence[object]) -> Vec:
        """Return the cells of plain Python values."""
        # Columns of one type are read at once; type(value) keeps truth values and moments apart from their bases.
        kinds = set(map(type, values)) - {type(None)}
        if kinds and kinds <= {float, int}:
            return _of_numbers(np.array(values, np.float64))
        if kinds == {str}:
            return self._read_texts(cast(Sequence[str | None], values))
        if kinds == {date}:
            days = np.array(values, "datetime64[D]")
            return _of_numbers(np.where(np.isnat(days), np.nan, (days - np.datetime64(_EPOCH)).astype(np.float64)))
        pairs = [self._read_one(value) for value in values]
        tags, nums = zip(*pairs, strict=True) if pairs else ((), ())
        return Vec(np.array(tags, np.uint8), np.array(nums, np.float64))

    def _read_texts(self, values: Sequence[str | None]) -> Vec:
        self.codes(text for text in dict.fromkeys(values) if text is not None)
        codes = np.fromiter(map(self._codes.get, values, repeat(-1)), np.float64, len(values))  # type: ignore[arg-type]
        missing = codes < 0
        return Vec(np.where(missing, BLANK, TEXT).astype(np.uint8), np.where(missing, 0.0, codes))

    def _read_one(self, value: object) -> tuple[int, float]:
        if value is None or value is pd.NaT:
            return BLANK, 0.0
        if isinstance(value, ExcelError):
            return ERROR, _CODES[value]
        if isinstance(value, str):
            return TEXT, float(self.code(value))
        if isinstance(value, bool | np.bool_):
            return BOOL, float(value)
        if isinstance(value, date | time | timedelta):
            return NUMBER, serial(value)
        num = float(cast(float, value))
        return (NUMBER, num) if np.isfinite(num) else (BLANK, 0.0)

    def write(self, vec: Vec) -> list[object]:
        """Return the cells as plain Python values."""
        values: list[object] = vec.num.tolist()
        for i in np.flatnonzero(vec.tag != NUMBER).tolist():
            kind, num = vec.tag[i], vec.num[i]
            if kind == TEXT:
                values[i] = self._texts[int(num)]
            elif kind == BLANK:
                values[i] = None
            else:
                values[i] = bool(num) if kind == BOOL else _ERRORS[int(num)]
        return values


def serial(moment: date | time | timedelta) -> float:
    """Return the serial number of a date or a time in the 1900 system."""
    if isinstance(moment, timedelta):
        return moment / timedelta(days=1)
    if isinstance(moment, datetime):
        return (moment.date() - _EPOCH).days + serial(moment.time())
    if isinstance(moment, date):
        return float((moment - _EPOCH).days)
    return (moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6) / 86400


def distinct(*arrays: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return the first position of every distinct tuple and, per position, the number of its tuple.

    The arrays are one-dimensional and equally long.
    """
    size = arrays[0].size
    if size <= 1:
        return np.arange(size), np.zeros(size, np.int64)
    group = np.zeros(size, np.int64)
    count = 1
    for array in arrays:
        codes, found = pd.factorize(array)
        if len(found) == 1:
            continue
        if count > 1:
            codes, found = pd.factorize(group * len(found) + codes)
        group, count = codes.astype(np.int64), len(found)
    first = np.empty(count, np.int64)
    first[group[::-1]] = np.arange(size - 1, -1, -1)
    return first, group
