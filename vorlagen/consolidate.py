"""Many workbooks of a template -> one: rows merged by their keys, everything accounted for.

Rules: rows are appended with provenance; records of one key collapse,
win, combine or are held back as the template says; parameters that differ stop the merge
of that template; stocks of different months are not mixed; figures are recomputed from
the merged rows by whoever computes the result, never averaged here.
"""

from __future__ import annotations

from datetime import date

from vorlagen.brand import Brands
from vorlagen.consolidated import Consolidated, Merged, SourceSummary, consolidated_json
from vorlagen.decisions import Decisions
from vorlagen.ledger import ConservationError
from vorlagen.merge_template import TemplateMerge, summarize
from vorlagen.merging import Conflict
from vorlagen.provenance import file_names, with_provenance
from vorlagen.records import ReadResult
from vorlagen.spec import Lang, Table

__all__ = [
    "Conflict",
    "ConservationError",
    "Consolidated",
    "Merged",
    "SourceSummary",
    "consolidate",
    "consolidated_json",
    "with_provenance",
]


def consolidate(
    results: list[ReadResult],
    *,
    lang: str,
    today: date,
    decisions: Decisions | None = None,
    brands: Brands | None = None,
) -> Consolidated:
    """Merge workbooks by template.

    Args:
        results: files as read; only taken ones are merged, all are accounted for.
        lang: language of the result.
        today: reference day of workbooks without Stichtag.
        decisions: which records under different keys are one company, as people decided.
        brands: clients, whose own list values have a label in each language.

    Raises:
        ConservationError: rows were lost or invented; a defect of the program.
    """
    target: Lang = "en" if lang == "en" else "de"
    names = file_names(results)
    # The order of the files as given must not matter.
    ordered = sorted(results, key=lambda r: (names[r.file], str(r.file), r.digest))
    groups: dict[str, list[ReadResult]] = {}
    for result in ordered:
        _verify_file(result)
        if result.outcome == "taken" and result.template is not None:
            groups.setdefault(result.template.key, []).append(result)
    out = Consolidated(target, today)
    first = {key: group[0].template for key, group in groups.items()}
    for key in sorted(groups, key=lambda k: (t.number, k) if (t := first[k]) else (0, k)):
        out.templates[key] = TemplateMerge(groups[key], names, target, today, decisions, brands).run()
    summaries = {s.file: s for m in out.templates.values() for s in m.sources}
    for result in ordered:
        name = names[result.file]
        out.sources.append(summaries.get(name) or summarize(result, name, {}, None, merged=False))
    return out


def _verify_file(result: ReadResult) -> None:
    counts = result.counts
    if counts.present != counts.taken + counts.rejected + counts.ignored:
        raise ConservationError(f"rows of a file: {counts}")
    if result.outcome == "taken" and result.template is not None:
        tables = [b.key for b in result.template.blocks.values() if isinstance(b, Table)]
        records = sum(len(result.values.rows(key)) for key in tables)
        if records != counts.taken:
            raise ConservationError(f"{records} records of a file: {counts}")
