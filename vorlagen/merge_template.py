"""The merge of one template: which workbooks take part, parameters, records, forms, grids, front sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from vorlagen.brand import Brands
from vorlagen.consolidated import Merged, SourceSummary
from vorlagen.decisions import Decisions
from vorlagen.findings import Finding, Origin
from vorlagen.ledger import ConservationError
from vorlagen.merged_lists import MergedLists, Translator, odd_ones, pinned_choices
from vorlagen.merging import (
    Entry,
    MergedRow,
    Merger,
    Outcome,
    Tally,
    combined,
    order,
)
from vorlagen.provenance import FRONT, HOLIDAYS, PROVENANCE_KEYS, Source, is_provenance, with_provenance
from vorlagen.records import ReadResult
from vorlagen.spec import Axis, Block, Field, Form, Lang, Matrix, Merge, Summary, Table
from vorlagen.values import Row, Values, is_blank

MERGED_ID = {"de": "KONSOLIDIERT", "en": "CONSOLIDATED"}
MERGED_BY = "vorlagen"
_NO_ROW: Row = {}


def summarize(result: ReadResult, name: str, front: Row, cutoff: date | None, merged: bool) -> SourceSummary:
    """Return what became of a file."""
    template = result.template.key if result.template else result.stamp.template if result.stamp else None
    book, team = front.get("mappe_id"), front.get("team")
    return SourceSummary(
        file=name, path=str(result.file), outcome=result.outcome, template=template, merged=merged,
        mappe_id=None if is_blank(book) else str(book), team=None if is_blank(team) else str(team), stichtag=cutoff,
        rows_taken=result.counts.taken if result.outcome == "taken" else 0, rows_rejected=result.counts.rejected,
        findings=tuple(result.findings),
    )  # fmt: skip


class TemplateMerge:
    """The merge of all workbooks of one template."""

    def __init__(
        self,
        results: list[ReadResult],
        names: dict[Path, str],
        lang: Lang,
        today: date,
        decisions: Decisions | None = None,
        brands: Brands | None = None,
    ) -> None:
        assert results[0].template is not None
        self.template = with_provenance(results[0].template)
        self.lang = lang
        self.today = today
        self.decisions = decisions or Decisions()
        self.merged = Merged(self.template, lang, today, decisions=self.decisions)
        self.renamed = {b.key: self.decisions.renamed(self.template, b) for b in self.template.blocks.values()}
        pinned = pinned_choices(self.template)
        front = self.template.blocks.get(FRONT)
        self.sources: list[Source] = []
        self.translators: dict[str, Translator] = {}
        for result in results:
            translator = Translator(self.template, result, lang, pinned, (brands or Brands()).of([result.brand]))
            row = translator.row(front, result.values.form(FRONT)) if front is not None else {}
            stated = row.get("stichtag")
            source = Source(result, names[result.file], row, stated if isinstance(stated, date) else today)
            self.sources.append(source)
            self.translators[source.file] = translator
        self.used = self.sources
        self.lists = MergedLists(self.template, lang)

    def run(self) -> Merged:
        """Merge.

        Raises:
            ConservationError: rows were lost or invented.
        """
        merged = self.merged
        self._keep_stock_month()
        self.lists.merge(self.used, [self.translators[s.file] for s in self.used])
        merged.findings += self.lists.findings
        for block in self.template.blocks.values():
            if getattr(block, "must_match", False):
                merged.findings += self._parameter_differences(block)
        merged.refused = any(f.code == "E_MERGE_PARAMETER" for f in merged.findings)
        if merged.refused:
            for source in self.used:
                self._hold(source)
        else:
            self._merge_blocks()
        self._account()
        used = {s.file for s in self.used} if not merged.refused else set()
        merged.sources = [summarize(s.result, s.file, s.front, s.cutoff, merged=s.file in used) for s in self.sources]
        return merged

    # -- which workbooks take part ----------------------------------------------------------

    def _keep_stock_month(self) -> None:
        """Leave out workbooks of another month than the newest, where figures are stocks."""
        if not self.template.stock:
            return
        newest = max(s.cutoff for s in self.sources)
        self.used = []
        for source in self.sources:
            if (source.cutoff.year, source.cutoff.month) == (newest.year, newest.month):
                self.used.append(source)
                continue
            month = f"{source.cutoff:%m/%Y}"
            origin = source.origin(FRONT, "stichtag")
            self.merged.findings.append(Finding("E_MERGE_STOCK", origin, FRONT, "stichtag", {"month": month}))
            self._hold(source)

    def _hold(self, source: Source) -> None:
        rows = sum(len(source.rows(b.key)) for b in self.template.blocks.values() if isinstance(b, Table))
        self.merged.counts.add(Tally(taken=rows, held_back=rows))

    def _account(self) -> None:
        """Check that every row of every workbook is somewhere."""
        counts = self.merged.counts
        tables = [b.key for b in self.template.blocks.values() if isinstance(b, Table)]
        given = sum(len(s.rows(key)) for s in self.sources for key in tables)
        written = sum(len(self.merged.values.rows(key)) for key in tables)
        counts.verify(self.template.key)
        if counts.taken != given or counts.out != written:
            raise ConservationError(f"{self.template.key}: {given} rows given, {written} written, {counts}")

    # -- parameters -----------------------------------------------------------------------------

    def _records(self, block: Block, source: Source) -> list[Row]:
        """Records of a form, table, summary or matrix in the language of the merge."""
        translator = self.translators[source.file]
        if isinstance(block, Form):
            return [self._decided(block, translator.row(block, source.result.values.form(block.key)))]
        return [self._decided(block, translator.row(block, row)) for row in source.rows(block.key)]

    def _decided(self, block: Block, row: Row) -> Row:
        """Put the key that people decided on in place of the one that is given up."""
        for key, keys in self.renamed[block.key].items():
            if row.get(key) in keys:
                row[key] = keys[row[key]]
        return row

    def _parameter_differences(self, block: Block) -> list[Finding]:
        """Name every parameter that is not the same in all workbooks."""
        identity = block.identity if isinstance(block, Table) else ()
        books: dict[str, dict[tuple[Any, ...], tuple[Row, int]]] = {}
        for source in self.used:
            found = books.setdefault(source.file, {})
            for n, row in enumerate(self._records(block, source)):
                found.setdefault(tuple(row.get(k) for k in identity), (row, n))
        findings = []
        for key in dict.fromkeys(key for found in books.values() for key in found):
            name = f" ({', '.join(str(k) for k in key)})" if key else ""
            for item in _compared(block):
                held = [(s, books[s.file].get(key, (_NO_ROW, 0))[0].get(item.key)) for s in self.used]
                for source, _ in odd_ones(held):
                    index = books[source.file].get(key, (_NO_ROW, 0))[1] if identity else None
                    origin = source.origin(block.key, item.key, index)
                    facts = {"title": item.title[self.lang] + name}
                    findings.append(Finding("E_MERGE_PARAMETER", origin, block.key, item.key, facts))
        return findings

    # -- blocks -----------------------------------------------------------------------------------

    def _merge_blocks(self) -> None:
        blocks: dict[str, list[Row] | Row] = {}
        for block in self.template.blocks.values():
            if isinstance(block, Table):
                blocks[block.key] = self._table(block)
            elif block.key == FRONT and isinstance(block, Form):
                blocks[block.key] = self._front(block)
            elif isinstance(block, Form):
                blocks[block.key] = self._form(block)
            elif isinstance(block, Summary) and any(not f.computed for f in block.fields):
                blocks[block.key] = self._summary_rows(block)
            elif isinstance(block, Matrix) and not block.cell.computed:
                blocks[block.key] = self._cells(block)
        for block in self.template.blocks.values():
            for row in _rows_of(blocks.get(block.key)):
                for item in block.all_fields:
                    self.lists.admit(item, row.get(item.key))
        for key, rows in self.merged.forms.items():
            for row in rows:
                for item in self.template.blocks[key].all_fields:
                    self.lists.admit(item, row.get(item.key))
        self.merged.values = Values(blocks, dict(self.lists.rows))
        self.merged.capacities = self.lists.capacities()

    def _entries(self, block: Block, records: Callable[[Source], Iterable[tuple[Row, Origin]]]) -> list[Entry]:
        """Make entries of all workbooks; rows of an earlier consolidation keep their first origin."""
        appended = {f.key for f in block.all_fields if is_provenance(f)}
        own = [f.key for f in block.all_fields if f.key in PROVENANCE_KEYS and f.key not in appended and _filled(f)]
        entries = []
        for source in self.used:
            for given, place in records(source):
                row, origin, marks = dict(given), place, source.marks(place)
                told = {key: row.pop(key) for key in list(row) if key in appended}
                unit = source.unit
                if not is_blank(told.get("quelle_datei")):
                    marks = {key: told.get(key) for key in marks}
                    number = marks["quelle_zeile"]
                    origin = Origin(
                        str(marks["quelle_datei"]),
                        str(marks["quelle_blatt"] or ""),
                        row=number if isinstance(number, int) else 0,
                    )
                    unit = (marks["mappe_id"] or marks["quelle_datei"], *unit[1:])
                for key in own:
                    if is_blank(row.get(key)):
                        row[key] = marks[key]
                day = marks["mappe_stichtag"]
                entries.append(Entry(row, origin, marks, unit, day if isinstance(day, date) else source.cutoff))
        return entries

    def _table(self, block: Table) -> list[Row]:
        def records(source: Source) -> Iterable[tuple[Row, Origin]]:
            place = source.result.cells.get(block.key, {})
            key = block.key_field if block.key_field in place else next(iter(place), block.key_field)
            for n, row in enumerate(self._records(block, source)):
                yield row, source.origin(block.key, key, n)

        entries = self._entries(block, records)
        if block.key_field in self.renamed[block.key] and block.duplicates is not None:
            self._note_renamed(block)
        if block.key == HOLIDAYS:
            outcome = self._holidays(block, entries)
        else:
            on = block.merge.on or block.identity
            merge = Merge(on) if block.must_match else block.merge
            merger = Merger(block.key, _compared(block), on, merge, block.identity, self.lists.rank)
            outcome = merger.run(entries)
        self._note(outcome, block)
        self.merged.counts.add(outcome.tally)
        appended = [f.key for f in block.fields if is_provenance(f)]
        combine = block.merge.conflict == "combine"
        rows = []
        for merged_row in outcome.rows:
            marks = merged_row.marks(joint=combine)
            rows.append({**merged_row.row, **{k: marks[k] for k in appended if not is_blank(marks[k])}})
        self.merged.origins[block.key] = [r.origins for r in outcome.rows]
        return rows

    def _note_renamed(self, block: Table) -> None:
        """Report every record that counts under another key by decision."""
        keys = self.renamed[block.key][block.key_field]
        for source in self.used:
            for n, row in enumerate(source.rows(block.key)):
                old = row.get(block.key_field)
                if old in keys:
                    origin = source.origin(block.key, block.key_field, n)
                    facts = {"old": old, "new": keys[old]}
                    self.merged.findings.append(Finding("I_MERGE_SAME", origin, block.key, block.key_field, facts))

    def _holidays(self, block: Table, entries: list[Entry]) -> Outcome:
        """Unite the free days; the name comes from a workbook in the language of the merge, if there is one."""
        speaks = {s.file for s in self.used if s.result.lang == self.lang}
        days: dict[Any, list[Entry]] = {}
        for entry in entries:
            days.setdefault(entry.row.get(block.key_field), []).append(entry)
        outcome = Outcome(tally=Tally(taken=len(entries), out=len(days), collapsed=len(entries) - len(days)))
        keys = [f.key for f in block.fields]
        for day in sorted(days, key=order):
            named = min(
                days[day], key=lambda e: (e.origin.file not in speaks, [_filled_first(e.row.get(k)) for k in keys])
            )
            outcome.rows.append(MergedRow(named.row, tuple(days[day])))
        return outcome

    def _form(self, block: Form) -> Row:
        """Keep one record per workbook; show what all agree on, or what the fields' rules give."""

        def records(source: Source) -> Iterable[tuple[Row, Origin]]:
            row = self._records(block, source)[0]
            if row:
                yield row, source.origin(block.key, next(iter(row)))

        fields = _compared(block)
        entries = self._entries(block, records)
        on = block.merge.on or block.identity
        if block.must_match:
            outcome = Merger(block.key, fields, (), Merge()).run(entries[:1])
        elif on:
            outcome = Merger(block.key, fields, on, block.merge, on, self.lists.rank).run(entries)
        else:
            # Without identity a workbook's form is one record, however often the workbook was sent.
            keyed = [replace(e, row={**e.row, "": e.unit}) for e in entries]
            outcome = Merger(block.key, fields, ("",), Merge()).run(keyed)
            outcome.rows = [MergedRow({k: v for k, v in r.row.items() if k}, r.entries) for r in outcome.rows]
            outcome.conflicts = [replace(c, key={"mappe_id": c.key[""][0]}) for c in outcome.conflicts]
        self._note(outcome, block)
        if not block.must_match:
            self.merged.forms[block.key] = [{**r.row, **r.marks(joint=False)} for r in outcome.rows]
            self.merged.origins[block.key] = [r.origins for r in outcome.rows]
        shown = {f.key: self._shared(f, [r.row.get(f.key) for r in outcome.rows]) for f in fields}
        return {key: value for key, value in shown.items() if not is_blank(value)}

    def _shared(self, item: Field, values: Sequence[Any]) -> Any:
        if item.merge is not None:
            return combined(item, values, self.lists.rank)
        return values[0] if values and len({None if is_blank(v) else v for v in values}) == 1 else None

    def _summary_rows(self, block: Summary) -> list[Row]:
        """Merge the inputs of a summary, row by row; rows of a list meet by their value."""
        inputs = tuple(f for f in block.fields if not f.computed)

        def records(source: Source) -> Iterable[tuple[Row, Origin]]:
            headings = self._headings(block.row, source)
            for n, row in enumerate(self._records(block, source)):
                given = {f.key: row[f.key] for f in inputs if f.key in row}
                if given and n < len(headings):
                    yield {**given, "": headings[n]}, source.origin(block.key, next(iter(given)), n)

        entries = self._entries(block, records)
        merger = Merger(block.key, inputs, ("",), Merge(conflict="combine"), rank=self.lists.rank, without_rule="blank")
        outcome = merger.run(entries)
        outcome.conflicts = [replace(c, key={block.row.key: c.key[""][-1]}) for c in outcome.conflicts]
        self._note(outcome, block)
        for r in outcome.rows:
            if block.row.list and r.row[""][0] == "list":
                self.lists.admit(Field("", block.row.title, "choice", list=block.row.list), r.row[""][1])
        labels = [r["wert"] for r in self.lists.rows.get(block.row.list or "", [])]
        capacity = self.lists.capacities().get(block.row.list or "", 0)
        size = capacity + block.row.count + len(block.row.extra)
        rows: list[Row] = [{} for _ in range(size)]
        for r in outcome.rows:
            part, value = r.row[""]
            index = labels.index(value) if part == "list" else capacity + value
            rows[index] = {k: v for k, v in r.row.items() if k and not is_blank(v)}
        return rows

    def _headings(self, axis: Axis, source: Source) -> list[tuple[str, Any]]:
        """Name the headings of an axis so that they can be told in other workbooks."""
        headings: list[tuple[str, Any]] = []
        if axis.list is not None:
            choices = self.template.list_by_key[axis.list]
            given = source.result.values.lists.get(axis.list, [])
            labels = self.translators[source.file].labels[axis.list]
            written = [r.get("wert") for r in given] or [c.label[self.lang] for c in choices.values]
            layout = source.result.layout
            size = layout.lists[axis.list].rows if layout else max(choices.capacity, len(written))
            written += [None] * (size - len(written))
            headings += [("list", None if is_blank(w) else labels.get(str(w), w)) for w in written[:size]]
        return headings + [("cell", n) for n in range(axis.count + len(axis.extra))]

    def _cells(self, block: Matrix) -> list[Row]:
        """Merge the input cells of a matrix, cell by cell."""
        axes = {axis.key: axis for axis in (block.row, block.col)}

        def records(source: Source) -> Iterable[tuple[Row, Origin]]:
            given = [r.get("wert") for r in source.result.values.lists.get(block.row.list or "", [])]
            for cell, row in zip(source.rows(block.key), self._records(block, source), strict=True):
                label = cell.get(block.row.key)
                n = given.index(label) if label in given else len(given)
                for key, axis in axes.items():
                    if axis.list and isinstance(row.get(key), str):
                        row[key] = self.translators[source.file].labels[axis.list].get(row[key], row[key])
                if not is_blank(row.get(block.cell.key)):
                    yield row, source.origin(block.key, block.cell.key, n)

        merger = Merger(
            block.key, (block.cell,), tuple(axes), Merge(conflict="combine"), rank=self.lists.rank, without_rule="blank"
        )
        outcome = merger.run(self._entries(block, records))
        self._note(outcome, block)
        return [r.row for r in outcome.rows if not is_blank(r.row.get(block.cell.key))]

    def _note(self, outcome: Outcome, block: Block) -> None:
        """Keep the conflicts of a block and report them at the records that did not win."""
        for conflict in outcome.conflicts:
            self.merged.conflicts.append(conflict)
            unruled = [k for k in conflict.fields if k in block.by_key and block.by_key[k].merge is None]
            if conflict.resolution == "combined" and not unruled:
                continue
            code = "E_MERGE_CONFLICT" if conflict.resolution == "held" else "W_MERGE_CONFLICT"
            losers = conflict.versions[1:] if conflict.resolution in ("newest", "combined") else conflict.versions
            for version in losers:
                origin = version.newest.origin
                at = (unruled or list(conflict.fields) or [""])[0]
                text = TIE if conflict.resolution == "tie" else None
                self.merged.findings.append(Finding(code, origin, conflict.block, at, text=text))

    # -- front sheet ----------------------------------------------------------------------------------

    def _front(self, block: Form) -> Row:
        fronts = [s.front for s in self.used]

        def given(key: str) -> list[Any]:
            return [v for f in fronts if not is_blank(v := f.get(key))]

        row: Row = {}
        for item in block.fields:
            if not item.computed:
                row[item.key] = self._shared(item, [f.get(item.key) for f in fronts])
        companies = sorted({str(v) for v in given("firma")})
        row |= {
            "mappe_id": MERGED_ID[self.lang],
            "firma": " / ".join(companies) or None,
            "bearbeiter": MERGED_BY,
            "zeitraum_von": min(given("zeitraum_von"), default=None),
            "zeitraum_bis": max(given("zeitraum_bis"), default=None),
        }
        if len({s.front.get("stichtag") for s in self.used}) > 1:
            newest = max(s.cutoff for s in self.used)
            row["stichtag"] = newest
            day = newest.isoformat() if self.lang == "en" else f"{newest:%d.%m.%Y}"
            self.merged.findings.append(Finding("I_MERGE_STICHTAG", None, FRONT, "stichtag", {"day": day}))
        return {key: value for key, value in row.items() if key in block.by_key and not is_blank(value)}


TIE = (
    "Derselbe Schlüssel steht mit verschiedenen Angaben in mehreren Mappen, und alle tragen das selbe Datum: "
    "Welche Zeile gilt, muss jemand entscheiden; bis dahin steht eine ohne Rang gewählte.",
    "The same key stands with different entries in several workbooks, all of the same date: "
    "a person must decide which row is right; until then one stands that was chosen without rank.",
)


def _filled_first(value: Any) -> tuple[Any, ...]:
    return (is_blank(value), order(value))


def _filled(item: Field) -> bool:
    """Whether a field holds a value in a merged workbook."""
    return not item.computed or item.carried


def _compared(block: Block) -> tuple[Field, ...]:
    """Fields that decide whether two records are equal: all that are filled in, provenance left out."""
    return tuple(f for f in block.all_fields if _filled(f) and not is_provenance(f))


def _rows_of(value: list[Row] | Row | None) -> list[Row]:
    if value is None:
        return []
    return [value] if isinstance(value, dict) else value
