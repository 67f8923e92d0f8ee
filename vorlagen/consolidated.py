"""The result of a consolidation, and its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from vorlagen.compute import Computed, compute
from vorlagen.decisions import Decisions
from vorlagen.duplicates import Pair, find_duplicates
from vorlagen.export import plain, plain_computed, totals
from vorlagen.findings import Finding, Origin
from vorlagen.layout import Layout, make_layout
from vorlagen.merging import Conflict, Tally
from vorlagen.provenance import PROVENANCE
from vorlagen.records import Outcome, ReadResult
from vorlagen.spec import Block, Form, Kpis, Lang, Matrix, Summary, Table, Template
from vorlagen.values import Row, Values

_MARKS = {f.key: f for f in PROVENANCE}
_MARK = PROVENANCE[0]


@dataclass(frozen=True)
class SourceSummary:
    """What became of one file; `file` is its name in reports."""

    file: str
    path: str
    outcome: Outcome
    template: str | None
    merged: bool
    mappe_id: str | None
    team: str | None
    stichtag: date | None
    rows_taken: int
    rows_rejected: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Suspects:
    """Two records of a list that may be one company; `same` is what a person decided, None when nobody did."""

    block: str
    key_a: str
    key_b: str
    pair: Pair
    same: bool | None


@dataclass
class Merged:
    """The result for one template.

    Attributes:
        template: with the columns of provenance.
        values: inputs of the merged workbook, in the language of the merge.
        origins: block -> for each record (forms: for each of `forms`) the places it was made of.
        forms: block -> one record per workbook.
        capacities: rows per choice list.
        decisions: what people decided about duplicates.
        refused: the template could not be merged; values are empty.
    """

    template: Template
    lang: Lang
    today: date
    values: Values = field(default_factory=Values)
    origins: dict[str, list[list[Origin]]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    forms: dict[str, list[Row]] = field(default_factory=dict)
    sources: list[SourceSummary] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: Tally = field(default_factory=Tally)
    capacities: dict[str, int] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)
    refused: bool = False

    @cached_property
    def suspects(self) -> list[Suspects]:
        """Pairs that may be one company: those still open first, the likeliest first."""
        found = []
        for block in self.template.blocks.values():
            if not isinstance(block, Table) or block.duplicates is None:
                continue
            rows = self.values.rows(block.key)
            keys = [str(row.get(block.key_field)) for row in rows]
            for found_pair in find_duplicates(rows, block.duplicates):
                one, other = sorted((found_pair.a, found_pair.b), key=lambda n: keys[n])
                pair, a, b = replace(found_pair, a=one, b=other), keys[one], keys[other]
                same = self.decisions.of((self.template.key, block.key), a, b)
                found.append(Suspects(block.key, a, b, pair, same))
        return sorted(found, key=lambda s: (s.same is not None, -s.pair.bits, s.block, s.key_a, s.key_b))

    @property
    def rows(self) -> dict[str, int]:
        """Rows per table of the merged workbook."""
        tables = (b.key for b in self.template.blocks.values() if isinstance(b, Table))
        return {key: max(1, len(self.values.rows(key))) for key in tables}

    @cached_property
    def layout(self) -> Layout:
        """Positions in the merged workbook."""
        return make_layout(self.template, self.lang, rows=self.rows, capacities=self.capacities)

    @cached_property
    def computed(self) -> Computed:
        """All computed cells of the merged workbook, from the merged rows."""
        return compute(self.layout, self.values, self.today, merged=True)


@dataclass
class Consolidated:
    """The results of all templates, and the list of all files."""

    lang: Lang
    today: date
    templates: dict[str, Merged] = field(default_factory=dict)
    sources: list[SourceSummary] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Findings of the merge, of all templates."""
        return [f for merged in self.templates.values() for f in merged.findings]


def consolidated_json(consolidated: Consolidated, results: Sequence[ReadResult], lang: str) -> dict[str, Any]:
    """Return the result in the shape of ``consolidate --json``.

    Findings of the merge stand at the file whose record they concern.
    """
    by_file: dict[str, list[Finding]] = {}
    for finding in consolidated.findings:
        by_file.setdefault(finding.origin.file if finding.origin else "", []).append(finding)
    known = {s.path: s for s in consolidated.sources}
    files = []
    for result in results:
        name = known[str(result.file)].file
        findings = [*result.findings, *by_file.get(name, [])]
        files.append(
            {
                "file": name,
                "outcome": result.outcome,
                "template": known[str(result.file)].template,
                "findings": [f.as_json(lang) for f in findings],
            }
        )
    return {
        "files": files,
        "totals": totals(results),
        "templates": {key: merged_json(merged, lang) for key, merged in consolidated.templates.items()},
    }


def merged_json(merged: Merged, lang: str) -> dict[str, Any]:
    """Return one merged template: records with origins, key figures, conflicts, counts."""
    blocks: dict[str, Any] = {}
    kpis: dict[str, Any] = {}
    if not merged.refused:
        for block in merged.template.blocks.values():
            if isinstance(block, Form) and block.key in merged.forms:
                blocks[block.key] = _records(merged, block, merged.forms[block.key])
            elif isinstance(block, Form):
                blocks[block.key] = _record(block, merged.values.form(block.key))
            elif isinstance(block, Table):
                blocks[block.key] = _records(merged, block, merged.values.rows(block.key))
            elif isinstance(block, Summary | Matrix) and merged.values.rows(block.key):
                blocks[block.key] = [_record(block, row) for row in merged.values.rows(block.key)]
            elif isinstance(block, Kpis):
                kpis[block.key] = {
                    f.key: plain_computed(f, merged.computed.cell(block.key, f.key)) for f in block.fields
                }
    counts = merged.counts
    return {
        "merged": not merged.refused,
        "blocks": blocks,
        "kpis": kpis,
        "conflicts": [conflict_json(merged, c) for c in merged.conflicts],
        "duplicates": [
            {
                "block": s.block,
                "a": s.key_a,
                "b": s.key_b,
                "score": s.pair.score,
                "reasons": [{"bits": r.bits, "text": r.text[lang == "en"]} for r in s.pair.reasons],
                "decision": None if s.same is None else "same" if s.same else "different",
            }
            for s in merged.suspects
        ],
        "findings": [f.as_json(lang) for f in merged.findings if f.origin is None],
        "rows": {
            "taken": counts.taken,
            "out": counts.out,
            "collapsed": counts.collapsed,
            "merged_away": counts.merged_away,
            "held_back": counts.held_back,
        },
    }


def conflict_json(merged: Merged, conflict: Conflict) -> dict[str, Any]:
    """Return one conflict: every differing field with its values, their places, and what was chosen."""
    block = merged.template.blocks[conflict.block]
    return {
        "block": conflict.block,
        "key": {k: to_json(block, k, v) for k, v in conflict.key.items()},
        "resolution": conflict.resolution,
        "fields": {
            key: {
                "values": [
                    {"value": to_json(block, key, v.row.get(key)), "_origin": _origin(v.origins)}
                    for v in conflict.versions
                ],
                "chosen": to_json(block, key, conflict.chosen.get(key)),
            }
            for key in conflict.fields
        },
    }


def to_json(block: Block, key: str, value: Any) -> Any:
    """Return the value of a field, or of a column of provenance, for JSON."""
    return plain(block.by_key.get(key) or _MARKS.get(key, _MARK), value)


def _record(block: Block, row: Row) -> Row:
    return {f.key: to_json(block, f.key, row.get(f.key)) for f in block.all_fields if not f.computed or f.key in row}


def _records(merged: Merged, block: Block, rows: Sequence[Row]) -> list[Row]:
    origins = merged.origins.get(block.key, [])
    out = []
    for n, row in enumerate(rows):
        record = _record(block, row)
        record |= {k: to_json(block, k, v) for k, v in row.items() if k not in record and k not in block.by_key}
        out.append({**record, "_origin": _origin(origins[n]) if n < len(origins) else None})
    return out


def _origin(origins: Sequence[Origin]) -> dict[str, Any] | list[dict[str, Any]]:
    places = [{"file": o.file, "sheet": o.sheet, "row": o.row or None} for o in origins]
    return places[0] if len(places) == 1 else places
