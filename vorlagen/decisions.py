"""What people decided about duplicates: read from the sheet Dubletten, obeyed by the next merge.

A pair decided as the same company keeps one key, the first of both in the order of texts: records
under the other key, and references to it in all templates, are taken for records of the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vorlagen.findings import Finding, Origin, SourceErrors
from vorlagen.foreign import read_table
from vorlagen.intake.gate import Refused, load
from vorlagen.intake.raw import read_raw
from vorlagen.spec import Block, Field, Table, Template
from vorlagen.values import Row, is_blank

SHEET = ("Dubletten", "Duplicates")
VERDICT = ("Entscheidung", "Decision")
LIST = ("Liste", "List")
KEY_A = ("Schlüssel A", "Key A")
KEY_B = ("Schlüssel B", "Key B")
SAME = ("gleich", "same")
DIFFERENT = ("verschieden", "different")
_COLUMNS = (VERDICT, LIST, KEY_A, KEY_B)

Place = tuple[str, str]  # template, block


@dataclass(frozen=True)
class Decision:
    """One pair of keys of a list, and whether they are one company."""

    place: Place
    a: str
    b: str
    same: bool


@dataclass(frozen=True)
class Decisions:
    """All decisions; a pair stands once."""

    pairs: tuple[Decision, ...] = ()
    _known: dict[tuple[Place, str, str], bool] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self._known.update({(d.place, d.a, d.b): d.same for d in self.pairs})

    def of(self, place: Place, a: str, b: str) -> bool | None:
        """Return whether two keys were decided to be the same; None when nobody decided."""
        return self._known.get((place, *sorted((a, b))))  # type: ignore[arg-type]

    @cached_property
    def kept(self) -> dict[Place, dict[str, str]]:
        """List -> key that is given up -> key that stands for it."""
        found: dict[Place, dict[str, str]] = {}
        for decision in self.pairs:
            if decision.same:
                groups = found.setdefault(decision.place, {})
                ends = {_end(groups, decision.a), _end(groups, decision.b)}
                first = min(ends)
                groups |= dict.fromkeys((*ends, decision.a, decision.b), first)
        return {
            place: {key: end for key in groups if (end := _end(groups, key)) != key} for place, groups in found.items()
        }

    def renamed(self, template: Template, block: Block) -> dict[str, dict[str, str]]:
        """Return field -> key that is given up -> key that stands for it, for a block."""
        if not self.pairs:
            return {}
        named = ((f.key, self.kept.get(_target(template, block, f), {})) for f in block.all_fields)
        return {key: keys for key, keys in named if keys}


def _end(groups: dict[str, str], key: str) -> str:
    while groups.get(key, key) != key:
        key = groups[key]
    return key


def _target(template: Template, block: Block, item: Field) -> Place:
    """Return the list whose key a field holds: its own, or the one it refers to, also by way of another field."""
    seen: set[tuple[str, str]] = set()
    while (block.key, item.key) not in seen:
        seen.add((block.key, item.key))
        if isinstance(block, Table) and block.duplicates is not None and block.identity == (item.key,):
            return (template.key, block.key)
        parts = (item.ref or "").split(".")
        if len(parts) == 3 and parts[0] != template.key:
            return (parts[0], parts[1])
        if len(parts) < 2:
            break
        block = template.blocks[parts[-2]]
        item = block.by_key[parts[-1]]
    return ("", "")


def load_decisions(files: Sequence[Path]) -> Decisions:
    """Read decisions from consolidated workbooks or from CSV files.

    Rows without decision are left out: they are still open.

    Raises:
        SourceErrors: unreadable, a word that is no decision, or decisions that contradict each other.
    """
    findings: list[Finding] = []
    found: dict[tuple[Place, str, str], tuple[bool, Origin]] = {}
    for file in files:
        for row, origin in _rows(file):
            decision = _decision(row, origin, findings)
            if decision is None:
                continue
            key = (decision.place, decision.a, decision.b)
            if found.setdefault(key, (decision.same, origin))[0] != decision.same:
                findings.append(Finding("E_DECISION_TWICE", origin, facts={"a": decision.a, "b": decision.b}))
    decisions = Decisions(tuple(Decision(place, a, b, same) for (place, a, b), (same, _) in found.items()))
    for (place, a, b), (same, origin) in found.items():
        ends = decisions.kept.get(place, {})
        if not same and ends.get(a, a) == ends.get(b, b):
            findings.append(Finding("E_DECISION_CIRCLE", origin, facts={"a": a, "b": b}))
    if findings:
        raise SourceErrors(findings, 2)
    return decisions


def _decision(row: Row, origin: Origin, findings: list[Finding]) -> Decision | None:
    word = str(row[VERDICT[0]] or "").strip().casefold()
    if not word:
        return None
    parts = str(row[LIST[0]] or "").strip().split(".")
    a, b = (str(row[name[0]] or "").strip() for name in (KEY_A, KEY_B))
    if word not in (*SAME, *DIFFERENT) or len(parts) != 2 or not a or not b or a == b:
        findings.append(Finding("E_DECISION_VALUE", origin, facts={"column": VERDICT}))
        return None
    first, second = sorted((a, b))
    return Decision((parts[0], parts[1]), first, second, word in SAME)


def _rows(file: Path) -> Iterator[tuple[Row, Origin]]:
    """Yield the rows of a file under the German headings, each with its place."""
    lines = _lines(file)
    for names, cells, origin in lines:
        known = dict(zip(names, cells, strict=False))
        yield {pair[0]: next((known[n] for n in pair if n in known), None) for pair in _COLUMNS}, origin


def _lines(file: Path) -> Iterable[tuple[Sequence[str], Sequence[Any], Origin]]:
    if file.suffix.lower() == ".csv":
        table = read_table(file)
        _complete(table.headings, file.name)
        return [
            (table.headings, [line.cells.get(h) for h in table.headings], Origin(file.name, "", "", line.number))
            for line in table.lines
        ]
    try:
        book = read_raw(load(file))
    except Refused as refused:
        raise SourceErrors([Finding(refused.code, Origin(file.name, ""), facts=refused.facts)], 2) from None
    sheet = next((s for name, s in book.sheets.items() if name.startswith(SHEET)), None)
    rows = sheet.rows if sheet is not None else []
    head = next((n for n, row in enumerate(rows) if any(cell in VERDICT for cell in row)), len(rows))
    names = [str(cell) for cell in rows[head]] if head < len(rows) else []
    _complete(names, file.name)
    assert sheet is not None
    return [
        (names, row, Origin(file.name, sheet.name, "", n))
        for n, row in enumerate(rows[head + 1 :], head + 2)
        if not all(is_blank(cell) for cell in row)
    ]


def _complete(names: Sequence[str], file: str) -> None:
    missing = [pair for pair in _COLUMNS if not {*pair} & {*names}]
    if missing:
        facts = {"columns": (", ".join(p[0] for p in missing), ", ".join(p[1] for p in missing))}
        raise SourceErrors([Finding("E_DECISION_SHEET", Origin(file, ""), facts=facts)], 2)
