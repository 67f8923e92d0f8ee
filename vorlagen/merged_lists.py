"""Choice lists of several workbooks: one language, one union, and where they disagree.

A spec's choice is recognised by its label in the workbook's language. Where a formula
names a choice, its cell on the sheet Listen counts, whatever an office wrote into it; such
a relabelled choice becomes the spec's again. All other values are the office's own and stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vorlagen.brand import Brand
from vorlagen.compile import block_formulas
from vorlagen.fieldtypes import TYPES
from vorlagen.findings import Finding, Origin
from vorlagen.formulas.ast import ChoiceRef, walk
from vorlagen.layout import LISTS_SHEET, list_capacities
from vorlagen.merging import order
from vorlagen.provenance import Source
from vorlagen.records import ReadResult
from vorlagen.spec import Block, ChoiceList, Field, Form, Lang, Table, Template, Text
from vorlagen.values import Row, is_blank, list_rows


def pinned_choices(template: Template) -> frozenset[tuple[str, str]]:
    """Return (list, choice) of all choices that formulas name."""
    return frozenset(
        (node.list, node.value)
        for block in template.blocks.values()
        for formula in block_formulas(block)
        for node in walk(formula.node)
        if isinstance(node, ChoiceRef)
    )


@dataclass
class Translator:
    """Turns the values of one workbook into the language of the merge.

    Attributes:
        brand: knows the client's own list values in both languages.
    """

    template: Template
    result: ReadResult
    lang: Lang
    pinned: frozenset[tuple[str, str]]
    brand: Brand = field(default_factory=Brand)

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """List key -> label in the workbook -> label in the merge."""
        return {c.key: self._labels(c) for c in self.template.lists}

    def _labels(self, choices: ChoiceList) -> dict[str, str]:
        known: dict[str, str] = {}
        for lang in ("en", "de") if self.result.lang == "de" else ("de", "en"):  # the workbook's own language last
            known |= {c.label[lang]: c.label[self.lang] for c in choices.values}
            known |= {v.label[lang]: v.label[self.lang] for v in self.brand.lists.get(choices.key, ())}
        for n, row in enumerate(self.result.values.lists.get(choices.key, [])):
            label = row.get("wert")
            if is_blank(label) or label in known:
                continue
            slot = choices.values[n] if n < len(choices.values) else None
            named = slot is not None and (choices.key, slot.key) in self.pinned
            known[str(label)] = slot.label[self.lang] if slot is not None and named else str(label)
        return known

    @cached_property
    def texts(self) -> dict[tuple[str, str], dict[str, str]]:
        """(block, field) -> text given by the template in the workbook's language -> in the merge's."""
        found: dict[tuple[str, str], dict[str, str]] = {}
        if self.result.lang == self.lang:
            return found

        def note(block: Block, key: str, value: Any) -> None:
            if isinstance(value, Text):
                found.setdefault((block.key, key), {})[value[self.result.lang]] = value[self.lang]

        for block in self.template.blocks.values():
            if isinstance(block, Form):
                for item in block.fields:
                    note(block, item.key, item.default)
            elif isinstance(block, Table) and block.presets is not None:
                for row in block.presets.rows:
                    for key, value in zip(block.presets.fields, row, strict=True):
                        note(block, key, value)
        return found

    def value(self, block: str, item: Field, value: Any) -> Any:
        """Translate one value."""
        if not isinstance(value, str):
            return value
        if item.type == "choice" and item.list is not None:
            return self.labels.get(item.list, {}).get(value, value)
        return self.texts.get((block, item.key), {}).get(value, value)

    def row(self, block: Block, row: Row) -> Row:
        """Translate a record; blanks and keys that are no fields of the block are left out."""
        return {f.key: self.value(block.key, f, row[f.key]) for f in block.all_fields if not is_blank(row.get(f.key))}

    def list_rows(self, choices: ChoiceList) -> list[Row]:
        """Translate the rows of a choice list."""
        labels = self.labels[choices.key]
        rows = []
        for row in self.result.values.lists.get(choices.key, []):
            if is_blank(row.get("wert")):
                continue
            out: Row = {"wert": labels.get(str(row["wert"]), row["wert"])}
            label_of = {c.label[self.lang]: c for c in choices.values}
            given = label_of.get(str(out["wert"]))
            for a in choices.attributes:
                value = row.get(a.key)
                if isinstance(value, str) and a.type == "choice" and a.list in self.labels:
                    value = self.labels[a.list].get(value, value)
                text = given.attributes.get(a.key) if given else None
                if isinstance(text, Text) and value in (text.de, text.en):
                    value = text[self.lang]
                out[a.key] = None if is_blank(value) else value
            rows.append(out)
        return rows


@dataclass
class MergedLists:
    """The union of the choice lists of several workbooks.

    Attributes:
        rows: list key -> rows of the merged list.
        findings: parameters that differ (errors) and other differences (warnings).
    """

    template: Template
    lang: Lang
    rows: dict[str, list[Row]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _known: dict[str, dict[str, int]] = field(default_factory=dict)

    def merge(self, sources: Sequence[Source], translators: Sequence[Translator]) -> None:
        """Unite the lists of all workbooks."""
        pinned = translators[0].pinned if translators else frozenset()
        for choices in self.template.lists:
            books = [
                (source, rows)
                for source, translator in zip(sources, translators, strict=True)
                if (rows := translator.list_rows(choices))
            ]
            self.rows[choices.key] = self._union(choices, books, pinned)
            self._known[choices.key] = {str(r["wert"]): n for n, r in enumerate(self.rows[choices.key])}

    def _union(
        self, choices: ChoiceList, books: list[tuple[Source, list[Row]]], pinned: frozenset[tuple[str, str]]
    ) -> list[Row]:
        spec = list_rows(choices, self.lang, self.template)
        held: dict[str, list[tuple[Source, Row]]] = {}
        for source, rows in books:
            for row in rows:
                held.setdefault(str(row["wert"]), []).append((source, row))
        # Formulas find a choice by its place, so a list that they name keeps all places. Other values
        # of the spec are examples that offices replace by their own.
        keep_all = choices.fix or not books or any(key == choices.key for key, _ in pinned)
        labels = [r["wert"] for r in spec if keep_all or r["wert"] in held]
        own = [label for label in held if label not in set(labels)]
        if choices.fix:
            self._compare_members(choices, books)
        by_label = {r["wert"]: r for r in spec}
        return [self._entry(choices, label, held.get(label, []), by_label.get(label)) for label in (*labels, *own)]

    def _compare_members(self, choices: ChoiceList, books: list[tuple[Source, list[Row]]]) -> None:
        members = [(source, frozenset(str(r["wert"]) for r in rows)) for source, rows in books]
        for source, _ in odd_ones(members):
            self._report("E_MERGE_PARAMETER", choices, "", source)

    def _entry(self, choices: ChoiceList, label: str, held: list[tuple[Source, Row]], spec: Row | None) -> Row:
        if not held:
            return dict(spec or {"wert": label})
        row: Row = {"wert": label}
        for a in choices.attributes:
            values = [(source, r.get(a.key)) for source, r in held]
            if len({value for _, value in values}) > 1:
                strict = choices.fix or TYPES[a.type].numeric
                code = "E_MERGE_PARAMETER" if strict else "W_MERGE_LIST"
                for source, _ in odd_ones(values):
                    self._report(code, choices, f"{label}, {a.title[self.lang]}", source)
            row[a.key] = max(values, key=lambda v: (v[1] is not None, v[0].cutoff, order(v[1])))[1]
        return row

    def _report(self, code: str, choices: ChoiceList, what: str, source: Source) -> None:
        title = choices.title[self.lang] + (f": {what}" if what else "")
        sheet = LISTS_SHEET[source.result.lang]
        self.findings.append(Finding(code, Origin(source.file, sheet), choices.key, facts={"title": title}))

    def admit(self, item: Field, value: Any) -> None:
        """Add a value that is used but stands in no list (it was reported on reading)."""
        if item.type != "choice" or item.list is None or is_blank(value):
            return
        known = self._known.setdefault(item.list, {})
        if str(value) not in known:
            known[str(value)] = len(known)
            self.rows.setdefault(item.list, []).append({"wert": value})

    def rank(self, item: Field, value: Any) -> Any:
        """Return the sort key of a value; choices go by their place in the spec's list, then by text."""
        if item.type == "choice" and item.list in self.template.list_by_key:
            labels = [c.label[self.lang] for c in self.template.list_by_key[item.list].values]
            return (labels.index(value), "") if value in labels else (len(labels), str(value))
        return order(value)

    def capacities(self) -> dict[str, int]:
        """Rows that each list gets on the sheet Listen."""
        return list_capacities(self.template, self.rows)


def odd_ones(values: Sequence[tuple[Source, Any]]) -> list[tuple[Source, Any]]:
    """Return the workbooks to name when values differ: those without the most frequent value, all on a tie."""
    count: dict[Any, int] = {}
    for _, value in values:
        count[value] = count.get(value, 0) + 1
    if len(count) < 2:
        return []
    most = max(count.values())
    leaders = [v for v, n in count.items() if n == most]
    return [(s, v) for s, v in values if len(leaders) > 1 or v != leaders[0]]
