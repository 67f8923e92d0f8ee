"""Records of one key from several workbooks become one: the rules, free of files and sheets.

Nothing here depends on the order in which records arrive: ties are broken by a total
order over the values, sums are exact, and copies of one workbook count once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from vorlagen.findings import Origin
from vorlagen.ledger import ConservationError
from vorlagen.spec import Field, Merge
from vorlagen.values import Row, is_blank

JOINT = "; "
Resolution = Literal["newest", "tie", "held", "combined", "blank"]


def order(value: Any) -> tuple[int, Any]:
    """Return a sort key that orders values of all types; blanks come first."""
    if is_blank(value):
        return (0, 0)
    if isinstance(value, bool | int | float):
        return (1, value)
    if isinstance(value, datetime):
        return (3, value.isoformat())
    if isinstance(value, date):
        return (2, value.toordinal())
    return (4, value.isoformat() if isinstance(value, time) else str(value))


@dataclass(frozen=True)
class Entry:
    """One record of one workbook.

    Attributes:
        row: what was filled in.
        origin: where.
        marks: values of the provenance columns.
        unit: what counts once when figures add up.
        cutoff: Stichtag of the workbook.
    """

    row: Row
    origin: Origin
    marks: Row
    unit: tuple[Any, ...]
    cutoff: date

    @cached_property
    def place(self) -> tuple[Any, ...]:
        """Sort key over the place of the record."""
        return (order(self.marks.get("quelle_datei")), self.origin.sheet, self.origin.row, self.origin.file)


@dataclass(frozen=True)
class Version:
    """One content of a key, with all places where it stands."""

    row: Row
    entries: tuple[Entry, ...]

    @property
    def origins(self) -> list[Origin]:
        """All places of this content."""
        return [e.origin for e in self.entries]

    @property
    def newest(self) -> Entry:
        """The entry that stands for all: latest Stichtag, then first place."""
        latest = max(e.cutoff for e in self.entries)
        return min((e for e in self.entries if e.cutoff == latest), key=lambda e: e.place)


@dataclass(frozen=True)
class Conflict:
    """One key with different contents.

    Attributes:
        versions: the contents; the one that won first, if one did.
        fields: fields that differ.
        chosen: their values in the merged record; empty when the records are held back.
    """

    block: str
    key: Row
    versions: tuple[Version, ...]
    fields: tuple[str, ...]
    resolution: Resolution
    chosen: Row = field(default_factory=dict)


@dataclass
class Tally:
    """What became of the records: taken = out + collapsed + merged_away + held_back."""

    taken: int = 0
    out: int = 0
    collapsed: int = 0
    merged_away: int = 0
    held_back: int = 0

    def add(self, other: Tally) -> None:
        """Add the figures of another block."""
        self.taken += other.taken
        self.out += other.out
        self.collapsed += other.collapsed
        self.merged_away += other.merged_away
        self.held_back += other.held_back

    def verify(self, where: str) -> None:
        """Check the law of conservation.

        Raises:
            ConservationError: the figures do not add up.
        """
        if self.taken != self.out + self.collapsed + self.merged_away + self.held_back:
            raise ConservationError(f"{where}: {self}")


@dataclass(frozen=True)
class MergedRow:
    """One record of the result and the entries that it was made of."""

    row: Row
    entries: tuple[Entry, ...]

    @property
    def origins(self) -> list[Origin]:
        """All places that the record was made of."""
        return [e.origin for e in self.entries]

    def marks(self, joint: bool) -> Row:
        """Return the values of the provenance columns.

        Args:
            joint: the record was combined from all entries; otherwise the newest stands for it.
        """
        newest = Version(self.row, self.entries).newest.marks
        if not joint or len({e.unit for e in self.entries}) < 2:
            return newest
        marks: Row = {}
        for key in newest:
            values = {e.marks[key] for e in self.entries if not is_blank(e.marks[key])}
            if key in ("quelle_datei", "mappe_id"):
                marks[key] = JOINT.join(sorted(str(v) for v in values))
            else:
                marks[key] = next(iter(values)) if len(values) == 1 else None
        return marks


@dataclass
class Outcome:
    """Result of merging one block."""

    rows: list[MergedRow] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


Ranker = Callable[[Field, Any], Any]


@dataclass(frozen=True)
class Merger:
    """Merges the records of one block.

    Attributes:
        block: key of the block.
        fields: fields that are compared and combined.
        on: key fields; a record in which all of them are blank is keyed by `identity`.
        merge: the rules of the block.
        rank: order of a value for min and max (choices by their place in the list).
        without_rule: what a combined field without rule becomes when values differ.
    """

    block: str
    fields: tuple[Field, ...]
    on: tuple[str, ...]
    merge: Merge
    identity: tuple[str, ...] = ()
    rank: Ranker = lambda item, value: order(value)
    without_rule: Literal["newest", "blank"] = "newest"

    def run(self, entries: Sequence[Entry]) -> Outcome:
        """Merge all records of the block; keys keep the order of their first appearance.

        Raises:
            ConservationError: a defect.
        """
        outcome = Outcome()
        groups: dict[tuple[Any, ...], list[Entry]] = {}
        for entry in entries:
            groups.setdefault(self.key(entry.row), []).append(entry)
        for group in groups.values():
            if len(group) == 1 or not self.on:
                outcome.rows += [MergedRow(e.row, (e,)) for e in group]
                outcome.tally.out += len(group)
            elif self.merge.conflict == "combine":
                self._combine(group, outcome)
            else:
                self._decide(group, outcome)
        outcome.tally.taken = len(entries)
        outcome.tally.verify(self.block)
        return outcome

    def key(self, row: Row) -> tuple[Any, ...]:
        """Return the key of a record."""
        key = tuple(None if is_blank(row.get(k)) else row[k] for k in self.on)
        if any(part is not None for part in key):
            return key
        return ("", *(row.get(k) for k in self.identity))

    def content(self, row: Row) -> tuple[Any, ...]:
        """Return all compared values of a record; blanks are equal."""
        return tuple(None if is_blank(value := row.get(f.key)) else value for f in self.fields)

    def versions(self, entries: Iterable[Entry]) -> list[Version]:
        """Return the different contents, the newest first."""
        found: dict[tuple[Any, ...], list[Entry]] = {}
        for entry in entries:
            found.setdefault(self.content(entry.row), []).append(entry)
        versions = [Version(es[0].row, tuple(es)) for es in found.values()]
        return sorted(versions, key=self._age, reverse=True) if len(versions) > 1 else versions

    def _dates(self, version: Version) -> tuple[Any, ...]:
        """What decides which version is newer."""
        stated = tuple(order(version.row.get(key)) for key in self.merge.newest_by)
        return (stated, max(e.cutoff for e in version.entries))

    def _age(self, version: Version) -> tuple[Any, ...]:
        """Sort key: the dates; where they tie, a hash of the content, which favours no value."""
        content = tuple(order(v) for v in self.content(version.row))
        plain = [(kind, float(v) if isinstance(v, int | float) else v) for kind, v in content]
        digest = hashlib.sha256(repr(plain).encode("utf-8", "surrogatepass")).hexdigest()
        return (self._dates(version), digest, content)

    def _tied(self, versions: Sequence[Version]) -> tuple[str, ...]:
        """Return the fields in which the versions with the newest dates differ."""
        return self.differing([v for v in versions if self._dates(v) == self._dates(versions[0])])

    def _won(self, versions: Sequence[Version]) -> Resolution:
        return "tie" if self._tied(versions) else "newest"

    def differing(self, versions: Sequence[Version]) -> tuple[str, ...]:
        """Return the keys of fields in which versions differ."""
        contents = [self.content(v.row) for v in versions]
        return tuple(f.key for n, f in enumerate(self.fields) if len({c[n] for c in contents}) > 1)

    def _conflict(
        self, versions: Sequence[Version], fields: tuple[str, ...], resolution: Resolution, result: Row
    ) -> Conflict:
        named = self.on or self.identity
        key = {k: versions[0].row.get(k) for k in named}
        return Conflict(
            self.block, key, tuple(versions), fields, resolution, {k: result.get(k) for k in fields} if result else {}
        )

    def _decide(self, group: list[Entry], outcome: Outcome) -> None:
        """Newest wins, or all are held back."""
        versions = self.versions(group)
        if len(versions) > 1 and self.merge.conflict == "hold":
            outcome.tally.held_back += len(group)
            outcome.conflicts.append(self._conflict(versions, self.differing(versions), "held", {}))
            return
        winner = versions[0]
        outcome.rows.append(MergedRow(winner.row, tuple(group) if len(versions) == 1 else winner.entries))
        outcome.tally.out += 1
        outcome.tally.collapsed += sum(len(v.entries) - 1 for v in versions)
        outcome.tally.merged_away += len(versions) - 1
        if len(versions) > 1:
            outcome.conflicts.append(
                self._conflict(versions, self.differing(versions), self._won(versions), winner.row)
            )

    def _combine(self, group: list[Entry], outcome: Outcome) -> None:
        """Combine one record per unit by the rules of the fields."""
        units: dict[tuple[Any, ...], list[Entry]] = {}
        for entry in group:
            units.setdefault(entry.unit, []).append(entry)
        counted: list[Version] = []
        for entries in units.values():
            versions = self.versions(entries)
            counted.append(versions[0])
            outcome.tally.collapsed += sum(len(v.entries) - 1 for v in versions)
            outcome.tally.merged_away += len(versions) - 1
            if len(versions) > 1:
                won = self._won(versions)
                outcome.conflicts.append(self._conflict(versions, self.differing(versions), won, versions[0].row))
        outcome.tally.out += 1
        outcome.tally.merged_away += len(counted) - 1
        if len(counted) == 1:
            outcome.rows.append(MergedRow(counted[0].row, counted[0].entries))
            return
        counted.sort(key=self._age, reverse=True)
        differing = set(self.differing(counted))
        result = dict(counted[0].row)
        for item in self.fields:
            if item.merge is not None:
                result[item.key] = combined(item, [v.row.get(item.key) for v in counted], self.rank)
            elif item.key in differing and self.without_rule == "blank":
                result[item.key] = None
        outcome.rows.append(MergedRow(result, tuple(e for v in counted for e in v.entries)))
        # Opinions that were averaged are shown beside each other, as entries without a rule are.
        shown = tuple(f.key for f in self.fields if f.key in differing and f.merge in (None, "median"))
        if shown:
            ruled = all(f.merge for f in self.fields if f.key in shown)
            how: Resolution = "combined" if ruled or self.without_rule == "newest" else "blank"
            tied = self._tied(counted)
            if how == "combined" and any(f.key in tied and f.key in shown and f.merge is None for f in self.fields):
                how = "tie"
            outcome.conflicts.append(self._conflict(self._by_content(counted), shown, how, result))

    def _by_content(self, counted: list[Version]) -> list[Version]:
        return self.versions(e for v in counted for e in v.entries)


def combined(item: Field, values: Sequence[Any], rank: Ranker) -> Any:
    """Combine the values of one field, newest first; blanks do not count.

    Sums and medians are exact over the decimal numbers as written, so cents stay cents.
    For days, `latest` is the last day; for other fields the value of the newest record.
    For choices, `min` and `max` go by the place in the list.
    """
    given = [v for v in values if not is_blank(v)]
    if not given:
        return None
    if item.merge in ("sum", "median"):
        numbers = sorted(_exact(v) for v in given if isinstance(v, int | float))
        if not numbers:
            return None
        if item.merge == "sum":
            return _number(item, sum(numbers, Fraction(0)))
        half = len(numbers) // 2
        middle = numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
        return _number(item, middle)
    if item.merge == "join":
        return JOINT.join(sorted({part for v in given for part in str(v).split(JOINT)}))
    if item.merge == "latest" and item.type not in ("date", "month"):
        return given[0]
    pick = min if item.merge == "min" else max
    return pick(given, key=lambda v: rank(item, v))


def _number(item: Field, exact: Fraction) -> int | float:
    return int(exact) if item.type == "int" and exact.denominator == 1 else float(exact)


def _exact(value: int | float) -> Fraction:
    return Fraction(value) if isinstance(value, int) else Fraction(repr(float(value)))
