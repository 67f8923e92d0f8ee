"""Values for a new workbook from a file: our own JSON or workbook, or a foreign table.

Everything wrong is collected and raised at once, each with file, line and column; the
values themselves are not repeated in messages, because they may be personal.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vorlagen.choices import ChoiceReader
from vorlagen.fieldtypes import FIRST_DATE, LAST_DATE, TYPES, DateType, NumberType, Unparsable, clean_text, is_filled
from vorlagen.findings import Finding, Origin, SourceErrors
from vorlagen.foreign import ForeignTable, Line, closest, decode, read_bytes, read_table, refuse
from vorlagen.mapping import (
    SLUG,
    SPLIT,
    Cell,
    Evaluator,
    Fault,
    ImportMap,
    Source,
    check_map,
    number_from,
    target_block,
)
from vorlagen.provenance import FRONT, HOLIDAYS, with_provenance
from vorlagen.spec import LANGS, Block, Field, Form, Kpis, Lang, Matrix, Table, Template
from vorlagen.values import Row, Values, is_blank, localize, starting_values

if TYPE_CHECKING:
    from vorlagen.catalog import Catalog
    from vorlagen.records import ReadResult

CELL_LIMIT = 32767  # UTF-16 units in a cell


def load_values(
    path: Path,
    template: Template,
    lang: Lang,
    today: date,
    mapping: ImportMap | None = None,
    *,
    base: Values | None = None,
    catalog: Catalog | None = None,
) -> list[tuple[str, Values]]:
    """Return the values of one or, when the mapping splits, several workbooks.

    Args:
        path: .json as `read --json` prints it, .csv, or .xlsx (a plain sheet or one of our workbooks).
        template: the template to fill.
        lang: language of the new workbook.
        today: value of TODAY().
        mapping: names the columns of a foreign table.
        base: what the new workbook starts with; without it, the template's starting values.
        catalog: needed to recognise our own workbooks.

    Returns:
        Pairs of name suffix and values; one pair with an empty suffix when not split.

    Raises:
        SourceErrors: everything wrong with the file or the mapping.
    """
    kind = path.suffix.lower()
    if kind not in (".json", ".csv", ".xlsx"):
        raise refuse("E_SOURCE_FORMAT", path.name, 2, format=kind)
    start = starting_values(template, lang, "BY", today) if base is None else base
    filler = Filler(path.name, template, lang, start)
    own = _own_workbook(path, catalog, today) if kind == ".xlsx" and catalog is not None else None
    if mapping is not None and (kind == ".json" or own is not None):
        raise refuse("E_MAP_USE", mapping.path.name, 2, file=path.name)
    if kind == ".json":
        return [("", filler.from_json(_json(path)))]
    if own is not None:
        return [("", filler.from_workbook(own))]
    table = read_table(path)
    if mapping is None:
        return [("", filler.from_table(table))]
    return filler.from_map(table, mapping, check_map(mapping, template, table))


def _json(path: Path) -> Any:
    text = decode(read_bytes(path), path.name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise refuse("E_SOURCE_UNREADABLE", path.name, 3, error.lineno, reason=f"JSON: {error.msg}") from None
    except RecursionError:
        raise refuse("E_SOURCE_UNREADABLE", path.name, reason="JSON") from None


def _own_workbook(path: Path, catalog: Catalog, today: date) -> ReadResult | None:
    """Return the workbook read by its stamp; None when it is a foreign one."""
    from vorlagen.reading import read_workbook

    read_bytes(path)
    result = read_workbook(path, catalog, today=today)
    if result.outcome == "taken":
        return result
    if any(f.code == "E_NO_TEMPLATE" for f in result.findings):
        return None
    raise SourceErrors([f for f in result.findings if f.level == "error"], 3)


@dataclass
class Filler:
    """Turns raw values into a workbook's values and collects what is wrong."""

    file: str
    template: Template
    lang: Lang
    base: Values
    findings: list[Finding] = field(default_factory=list)
    sheet: str = ""
    decimal: str | None = None
    date_form: str | None = None
    extend: tuple[str, ...] = ()
    lists: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lists = {key: [dict(row) for row in rows] for key, rows in self.base.lists.items()}

    # -- sources ----------------------------------------------------------------------------

    def from_json(self, data: Any) -> Values:
        """Return values from parsed JSON.

        Raises:
            SourceErrors: unknown keys, wrong shapes, values that are not of their field's type.
        """
        if not isinstance(data, dict) or not isinstance(data.get("blocks"), dict):
            raise refuse("E_SOURCE_SHAPE", self.file, 1, key="blocks", expected='{"template": …, "blocks": {…}}')
        known = ("template", "blocks", "file", "version", "findings", "lang")
        for key in data:
            if key not in known and not key.startswith("_"):
                self.problem("E_SOURCE_KEY", key=key, near=closest(key, known))
        self._same_template(data.get("template"))
        self.extend = self._editable()  # a read workbook may hold values that its office added to lists
        values = self.base
        for key, content in data["blocks"].items():
            block = self.template.blocks.get(key)
            if block is None:
                if not key.startswith("_"):
                    self.problem("E_SOURCE_KEY", key=key, near=closest(key, self.template.blocks))
            elif isinstance(block, Form | Kpis):
                if not isinstance(content, dict):
                    self.problem("E_SOURCE_SHAPE", key, key=key, expected="{…}")
                    continue
                record = self.record(block, content, f"{key}.")
                if isinstance(block, Form):
                    values = values.with_block(key, {**values.form(key), **record})
            elif not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
                self.problem("E_SOURCE_SHAPE", key, key=key, expected="[{…}, …]")
            else:
                rows = [self.record(block, row, f"{key}[{n}].") for n, row in enumerate(content)]
                values = values.with_block(key, rows)
        return self.finish(values)

    def from_workbook(self, result: ReadResult) -> Values:
        """Return the inputs of one of our workbooks, in the language of the new one.

        Raises:
            SourceErrors: it belongs to another template.
        """
        assert result.template is not None
        self._same_template(result.template.key)
        self.extend = self._editable()
        values = self.base
        for key, content in result.values.blocks.items():
            block = self.template.blocks.get(key)
            if block is None or (key == HOLIDAYS and not content):
                continue
            if isinstance(content, dict):
                values = values.with_block(key, {**values.form(key), **self.record(block, content, f"{key}.")})
            else:
                # A consolidated workbook has columns of provenance besides the template's.
                known = [{k: v for k, v in row.items() if k in block.by_key} for row in content]
                rows = [self.record(block, row, f"{key}[{n}].") for n, row in enumerate(known)]
                values = values.with_block(key, rows)
        if result.lang == self.lang:
            self.lists |= {k: rows for k, rows in result.values.lists.items() if k in self._editable()}
        return self.finish(values)

    def from_table(self, table: ForeignTable) -> Values:
        """Return values from a table whose columns are named by field keys or headings.

        Raises:
            SourceErrors: a column that belongs to no field, or wrong values.
        """
        self.sheet = table.sheet
        tables = [b for b in self.template.blocks.values() if isinstance(b, Table)]
        if not tables:
            raise refuse("E_MAP_USE", self.file, 2, file=self.file)
        block = max(tables, key=lambda b: len(_columns(b, table.headings)))
        columns = _columns(block, table.headings)
        names = [f.title[self.lang] for f in block.fields if not f.computed]
        # Our own exports end in columns of provenance; like computed ones they are left out.
        marked = with_provenance(self.template).blocks[block.key]
        known = _columns(marked, table.headings) if isinstance(marked, Table) else columns
        for heading in table.headings:
            if heading not in known and not heading.startswith("_"):
                near = closest(heading, names)
                self.problem("E_SOURCE_COLUMN", "", "", table.heading_line, heading, column=heading, near=near)
        wanted = {f.key: (f, Source(column=h)) for h, f in columns.items() if not f.computed}
        groups = [[line] for line in table.lines]
        rows = self.rows(block, wanted, groups, Evaluator({}))
        return self.finish(self.base.with_block(block.key, rows))

    def from_map(
        self, table: ForeignTable, mapping: ImportMap, lookups: dict[str, dict[str, Line]]
    ) -> list[tuple[str, Values]]:
        """Return the values of each workbook that a mapping makes of a table.

        Raises:
            SourceErrors: values that cannot be mapped or are not of their field's type.
        """
        self.sheet, self.decimal, self.date_form = table.sheet, mapping.decimal, mapping.date
        self.extend = mapping.extend_lists
        block = target_block(mapping, self.template)
        wanted = {key: (block.by_key[key], source) for key, source in mapping.fields.items()}
        if mapping.same_names:
            for heading, item in _columns(block, table.headings).items():
                if not item.computed:
                    wanted.setdefault(item.key, (item, Source(column=heading)))
        evaluator = Evaluator(lookups, mapping.decimal)
        books: list[tuple[str, Values]] = []
        fresh = {key: [dict(row) for row in rows] for key, rows in self.lists.items()}
        for name, slug, lines in self._split(table, mapping, evaluator):
            self.lists = {key: [dict(row) for row in rows] for key, rows in fresh.items()}
            rows = self.rows(block, wanted, _groups(lines, mapping.group_by), evaluator)
            values = self.base.with_block(block.key, rows)
            if mapping.front:
                front = self._front(mapping, lines, evaluator, name, slug)
                values = values.with_block(FRONT, {**values.form(FRONT), **front})
            books.append((slug, self.finish(values, later=True)))
        self.raise_all()
        return books

    # -- parts ------------------------------------------------------------------------------

    def _split(
        self, table: ForeignTable, mapping: ImportMap, evaluator: Evaluator
    ) -> list[tuple[str, str, Sequence[Line]]]:
        if mapping.split_by is None:
            return [("", "", table.lines)]
        parts: dict[str, list[Line]] = {}
        for line in table.lines:
            try:
                name = str(evaluator.cell(mapping.split_by, [line]).value or "")
            except Fault as fault:
                self.problem(fault.code, "", "", line.number, **fault.facts)
                continue
            parts.setdefault(name, []).append(line)
        out: list[tuple[str, str, Sequence[Line]]] = []
        used: set[str] = set()
        for name, lines in parts.items():
            slug = base = slugify(name) or "ohne"
            number = 2
            while slug in used:
                slug, number = f"{base}_{number}", number + 1
            used.add(slug)
            out.append((name, slug, lines))
        return out

    def _front(self, mapping: ImportMap, lines: Sequence[Line], evaluator: Evaluator, name: str, slug: str) -> Row:
        known = [Line(line.number, {**line.cells, SPLIT: name or None, SLUG: slug or None}) for line in lines]
        if not known:
            known = [Line(0, {SPLIT: None, SLUG: None})]
        block = self.template.blocks[FRONT]
        record: Row = {}
        for key, source in mapping.front.items():
            value = self._produce(block, block.by_key[key], source, known, evaluator)
            if value is not None:
                record[key] = value
        return record

    def rows(
        self,
        block: Table,
        wanted: dict[str, tuple[Field, Source]],
        groups: Iterable[Sequence[Line]],
        evaluator: Evaluator,
    ) -> list[Row]:
        """Return the records of a table; the key must be filled and, where stated, unique."""
        defaults = {
            f.key: localize(f.default, f, self.template, self.lang)
            for f in block.fields
            if f.default is not None and not f.computed and f.key not in wanted
        }
        out: list[Row] = []
        seen: dict[Any, int] = {}
        key = block.by_key[block.key_field]
        for lines in groups:
            record = dict(defaults)
            before = len(self.findings)
            for name, (item, source) in wanted.items():
                value = self._produce(block, item, source, lines, evaluator)
                if value is not None:
                    record[name] = value
            number = lines[0].number
            facts = {"title": key.title[self.lang]}
            if is_blank(record.get(key.key)):
                if len(self.findings) == before:
                    self.problem("E_ROW_NO_KEY", block.key, key.key, number, **facts)
                continue
            identity = tuple(record.get(part) for part in block.identity) or record[key.key]
            if block.identity and identity in seen:
                self.problem("E_DUPLICATE", block.key, key.key, number, other=seen[identity], **facts)
            seen.setdefault(identity, number)
            out.append(record)
        return out

    def _produce(self, block: Block, item: Field, source: Source, lines: Sequence[Line], evaluator: Evaluator) -> Any:
        number = lines[0].number
        try:
            cell = evaluator.cell(source, lines)
        except Fault as fault:
            self.problem(fault.code, block.key, item.key, number, **fault.facts)
            return None
        return self.typed(block.key, item, cell, number)

    def record(self, block: Block, given: dict[str, Any], place: str) -> Row:
        """Return one record of already named values; computed fields and `_…` are left out."""
        out: Row = {}
        heads = {block.row.key, block.col.key} if isinstance(block, Matrix) else set()
        for name, value in given.items():
            if name.startswith("_"):
                continue
            item = block.by_key.get(name)
            if item is None:
                self.problem("E_SOURCE_KEY", block.key, key=place + name, near=closest(name, block.by_key))
            elif isinstance(value, dict | list):
                self.problem("E_SOURCE_SHAPE", block.key, key=place + name, expected="Wert / value")
            elif not item.computed or name in heads:
                if item.list and item.type != "choice":
                    item = replace(item, type="choice")  # headings from a list are choices
                typed = self.typed(block.key, item, Cell(value, place + name, True))
                if typed is not None or isinstance(block, Form):
                    out[name] = typed
        return out

    def typed(self, block: str, item: Field, cell: Cell, line: int = 0) -> Any:
        """Return the typed value of a raw cell, None when blank or wrong (then it is reported)."""
        value = cell.value
        if not is_filled(value):
            return None
        try:
            if item.type == "choice" and item.list:
                return self._choice(item, clean_text(str(value)))
            return self._parse(item, value, cell.literal)
        except Unparsable as error:
            info = TYPES[item.type]
            facts = {"title": item.title[self.lang], "type": info.names[self.lang == "en"], **error.facts}
            self.problem(error.code, block, item.key, line, cell.column, **facts)
            return None

    def _parse(self, item: Field, value: Any, literal: bool) -> Any:
        info = TYPES[item.type]
        if isinstance(value, str) and isinstance(info, NumberType):
            if literal and re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
                value = float(value)
            elif not literal and self.decimal is not None:
                value = number_from(value, self.decimal, info.percent)
        elif isinstance(value, str) and isinstance(info, DateType) and self.date_form and not literal:
            try:
                value = datetime.strptime(clean_text(value), self.date_form).date()
            except ValueError:
                raise Unparsable from None
            if not FIRST_DATE <= value <= LAST_DATE:
                raise Unparsable("E_VALUE_RANGE", limit="01.01.1900 – 31.12.2099")
        elif info.name in ("text", "long", "email", "phone", "url") and isinstance(value, float) and value.is_integer():
            value = str(int(value))
        parsed = info.parse(value, self.lang).value
        if isinstance(parsed, str) and len(parsed.encode("utf-16-le")) > 2 * CELL_LIMIT:
            raise Unparsable("E_VALUE_LENGTH", limit=CELL_LIMIT)
        return parsed

    def _choice(self, item: Field, word: str) -> str:
        """Return the label of a choice given by key or by label of either language."""
        key = item.list or ""
        rows = self.lists.setdefault(key, [])
        label, known, _ = ChoiceReader(self.template.list_by_key[key], rows).match(word)
        if known:
            return label
        if key not in self.extend:
            raise Unparsable("E_SOURCE_CHOICE", list=key, near=closest(word, _labels(rows)))
        rows.append({"wert": word})
        return word

    def _editable(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.template.lists if not c.fix)

    def _same_template(self, found: Any) -> None:
        if found is not None and found != self.template.key:
            raise refuse("E_SOURCE_TEMPLATE", self.file, 2, found=found, expected=self.template.key)

    # -- the end ----------------------------------------------------------------------------

    def finish(self, values: Values, later: bool = False) -> Values:
        """Return the values with the lists as they have become.

        Raises:
            SourceErrors: anything was wrong (unless `later`).
        """
        if not later:
            self.raise_all()
        return replace(values, lists=self.lists)

    def raise_all(self) -> None:
        """Raise what was collected.

        Raises:
            SourceErrors: there is something.
        """
        if self.findings:
            raise SourceErrors(self.findings, 1)

    def problem(
        self, code: str, block: str = "", key: str = "", line: int = 0, column: str = "", /, **facts: Any
    ) -> None:
        """Record one fault; `column` is the heading or the path in the file, shown as its place."""
        column = column or str(facts.get("column", ""))
        self.findings.append(Finding(code, Origin(self.file, self.sheet, column, line), block, key, facts))


def _labels(rows: Iterable[Row]) -> list[str]:
    return [str(row["wert"]) for row in rows if not is_blank(row.get("wert"))]


def _columns(block: Table, headings: Sequence[str]) -> dict[str, Field]:
    """Return the field of each heading: named by key, or by the heading in either language."""
    names: dict[str, Field] = {}
    for item in reversed(block.fields):
        names |= {item.title[lang].casefold(): item for lang in LANGS}
    names |= {item.key: item for item in block.fields}
    found = {h: names.get(h.rstrip(" *").casefold()) for h in headings}
    return {h: item for h, item in found.items() if item is not None}


def _groups(lines: Sequence[Line], column: str | None) -> list[Sequence[Line]]:
    """Return the lines of each record, in the order in which records first occur."""
    if column is None:
        return [[line] for line in lines]
    groups: dict[Any, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.cells[column], []).append(line)
    return list(groups.values())


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def slugify(text: str) -> str:
    """Return a text as part of a file name: lower-case ASCII letters, digits and underscores."""
    plain = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]
