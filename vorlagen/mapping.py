"""The mapping file: how the columns of a foreign export become fields of a template.

A YAML file with these keys (only `fields` is compulsory)::

    template: kundenstamm            # refused for any other template
    block: kunden                    # the table that is filled; default: the first one
    decimal: "."                     # decimal mark of the export; default: German and English are told apart
    date: "%Y-%m-%d"                 # form of its dates; default: TT.MM.JJJJ and ISO
    fields:                          # field of the template: where its value comes from
      ort: city                                          # a column
      kundentyp: {value: bestand}                        # a constant
      firma: {first_of: [company, {join: [firstname, lastname]}]}   # the first that is not blank
      kunde_id: {format: "K-{pk:05d}"}                   # a text around columns
      region: {column: state, values: {NY: ost, TX: sued}, otherwise: ausland}   # translated
      ad_mitarbeiter: {lookup: agents, column: rep, take: {join: [first, last]}} # from a second file
    same_names: true                 # columns that are named like a field are taken without being listed
    lookups:
      agents: {file: employees.csv, key: pk}             # beside the mapping file
    group_by: order_id               # all lines with the same value become one record; then also:
      # {sum: price}  {first: city}  {count: order_line}  {largest: category, by: price}
    split_by: {column: rep}          # one workbook per value
    front:                           # fields of the front sheet; may use {format: "A-{_split}"}
      team: {value: Nord}
    extend_lists: [L_MITARBEITER]    # values that such a choice list lacks are added to it

Beside any source may stand `replace: {"(": "", "-": " "}` (parts of the text, blanks that
double are then joined) and after it `values` with `otherwise`; a blank cell is looked up as "".
`join` puts `between: ", "` between its parts (a blank by default).
With `group_by`, a plain column must be the same in all lines of a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from yaml import MappingNode, Node, ScalarNode

from vorlagen.fieldtypes import Unparsable, clean_text, number_from_text
from vorlagen.findings import Finding, Origin, SourceErrors, SpecErrors, SpecProblem
from vorlagen.foreign import ForeignTable, Line, closest, read_table
from vorlagen.nodes import Bad, Builder
from vorlagen.spec import Block, Form, Table, Template, doc

SPLIT, SLUG = "_split", "_slug"
_SPEC = re.compile(r"(0?\d{1,2}d?|d)?$")
_KINDS = ("value", "format", "join", "first_of", "sum", "first", "count", "largest")
_GROUPED = ("sum", "first", "count", "largest")
_UNSET = "\0"


@dataclass(frozen=True)
class Source:
    """Where the value of one field comes from; exactly one of the kinds is given."""

    column: str | None = doc("column of the export", default=None)
    value: str | None = doc("constant", default=_UNSET)
    format: str | None = doc("text with {column} or {column:05d} in it", default=None)
    join: tuple[Source, ...] | None = doc("parts of a text; blank ones are left out", default=None)
    between: str = doc("what stands between the parts of join", default=" ")
    first_of: tuple[Source, ...] | None = doc("the first of these that is not blank", default=None)
    lookup: str | None = doc("look the column's value up in this file", default=None)
    take: Source | None = doc("what to take from the line that was found there", default=None)
    sum: str | None = doc("grouped: sum of a column", default=None)
    first: str | None = doc("grouped: value of the first line", default=None)
    count: str | None = doc("grouped: number of lines where the column is filled", default=None)
    largest: str | None = doc("grouped: the value of this column that has the largest sum of `by`", default=None)
    by: str | None = doc("grouped: column that is summed for largest", default=None)
    replace: dict[str, str] | None = doc("parts of the text that are replaced, in this order", default=None)
    values: dict[str, str | None] | None = doc("translation of the result", default=None)
    otherwise: str | None = doc("result for values that the translation does not name", default=_UNSET)
    line: int = field(default=0, compare=False)

    @property
    def kind(self) -> str:
        """The kind of source."""
        given = [k for k in _KINDS if getattr(self, k) is not None and getattr(self, k) != _UNSET]
        if self.value is None:
            given.append("value")
        if self.column is not None:
            given.append("lookup" if self.lookup else "column")
        return given[0] if len(given) == 1 else ""

    @property
    def inner(self) -> tuple[Source, ...]:
        """Sources that this one is made of (of the same file)."""
        return (self.join or ()) + (self.first_of or ())

    def columns(self) -> Iterator[tuple[str, int]]:
        """Every column of the export that is named, with its line in the mapping file."""
        for name in (self.column, self.sum, self.first, self.count, self.largest, self.by):
            if name is not None:
                yield name, self.line
        if self.format is not None:
            for _, name, _, _ in Formatter().parse(self.format):
                if name is not None:
                    yield name, self.line
        for part in self.inner:
            yield from part.columns()

    def everything(self) -> Iterator[Source]:
        """This source and all it is made of."""
        yield self
        for part in self.inner:
            yield from part.everything()


@dataclass(frozen=True)
class Lookup:
    """A second file in which values are looked up."""

    file: str = doc("CSV or workbook, relative to the mapping file")
    key: str = doc("column that holds the values looked up")
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ImportMap:
    """One mapping file."""

    fields: dict[str, Source] = doc("field of the template: source")
    template: str | None = doc("key of the template", default=None)
    block: str | None = doc("table that is filled", default=None)
    decimal: Literal[".", ","] | None = doc("decimal mark of the export", default=None)
    date: str | None = doc("form of dates, as in strptime", default=None)
    same_names: bool = doc("also take columns that are named like a field", default=False)
    lookups: dict[str, Lookup] = doc("second files", default_factory=dict)
    group_by: str | None = doc("lines with the same value here become one record", default=None)
    split_by: Source | None = doc("one workbook per value", default=None)
    front: dict[str, Source] = doc("fields of the front sheet", default_factory=dict)
    extend_lists: tuple[str, ...] = doc("choice lists to which new values are added", default=())
    path: Path = field(default=Path(), compare=False)
    lines: dict[str, int] = field(default_factory=dict, compare=False)


class MapBuilder(Builder):
    """A Builder that knows sources: a plain word is a column."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.custom |= {Source: self.source, Lookup: self.lookup}

    def source(self, node: Node) -> Source:
        """Build a source from a column's name or from a mapping."""
        line = node.start_mark.line + 1
        if isinstance(node, ScalarNode):
            return Source(column=str(node.value), line=line)
        self._only(node, Source)
        built: Source = self.build(Source, node, line=line)
        if not built.kind:
            kinds = ", ".join(("column", *_KINDS))
            raise self.problem(node, "a source needs exactly one kind of value", f"one of {kinds}")
        if (built.lookup is None) != (built.take is None):
            raise self.problem(node, "lookup and take belong together", "write {lookup: …, column: …, take: …}")
        if (built.largest is None) != (built.by is None):
            raise self.problem(node, "largest and by belong together", "write {largest: …, by: …}")
        if built.otherwise != _UNSET and built.values is None:
            raise self.problem(node, "otherwise without values", "add values: {…}")
        if built.format is not None:
            self._format(node, built.format)
        return built

    def lookup(self, node: Node) -> Lookup:
        """Build a lookup."""
        self._only(node, Lookup)
        built: Lookup = self.build(Lookup, node, line=node.start_mark.line + 1)
        return built

    def _only(self, node: Node, cls: type) -> None:
        if isinstance(node, MappingNode) and any(k.value == "line" for k, _ in node.value):
            raise self.problem(node, f"unknown key 'line' in {cls.__name__.lower()}")

    def _format(self, node: Node, text: str) -> None:
        try:
            parts = list(Formatter().parse(text))
        except ValueError:
            raise self.problem(node, "format has unbalanced braces", 'write {format: "K-{column:05d}"}') from None
        for _, name, spec, conversion in parts:
            if name is not None and (not name or conversion or not _SPEC.match(spec or "")):
                raise self.problem(node, "format knows {column} and {column:05d} only", "simplify it")


def load_map(path: Path) -> ImportMap:
    """Load a mapping file.

    Raises:
        SpecErrors: all its faults with lines.
    """
    builder = MapBuilder(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "not found" if isinstance(error, FileNotFoundError) else "not readable as UTF-8 text"
        raise SpecErrors([SpecProblem(path.name, 0, f"mapping file {reason}", "check the path after --map")]) from None
    node = builder.compose(text)
    built: ImportMap | None = None
    if node is not None:
        try:
            if isinstance(node, MappingNode):
                for key, _ in node.value:
                    if key.value in ("path", "lines"):
                        builder.problem(key, f"unknown key '{key.value}' in importmap")
            built = builder.build(ImportMap, node, path=path, lines=_key_lines(node))
        except Bad:
            pass
    if built is not None:
        _check_grouping(built, builder)
    if builder.problems:
        raise SpecErrors(builder.problems)
    assert built is not None
    return built


def _key_lines(node: Node) -> dict[str, int]:
    """Return the line of every key on the first two levels, as 'key' and 'key.inner'."""
    lines: dict[str, int] = {}
    for key, value in node.value if isinstance(node, MappingNode) else ():
        lines[str(key.value)] = key.start_mark.line + 1
        for inner, _ in value.value if isinstance(value, MappingNode) else ():
            lines[f"{key.value}.{inner.value}"] = inner.start_mark.line + 1
    return lines


def _check_grouping(mapping: ImportMap, builder: MapBuilder) -> None:
    for source in (*mapping.fields.values(), *([mapping.split_by] if mapping.split_by else ())):
        for part in source.everything():
            if part.kind in _GROUPED and (mapping.group_by is None or source is mapping.split_by):
                builder.problem(part.line, f"{part.kind} works on groups of lines only", "add group_by: column")


# -- against a template and a table ----------------------------------------------------------


class _Faults:
    def __init__(self, mapping: ImportMap) -> None:
        self.file = mapping.path.name
        self.found: list[Finding] = []

    def add(self, code: str, line: int, **facts: Any) -> None:
        self.found.append(Finding(code, Origin(self.file, "", "", line), facts=facts))


def target_block(mapping: ImportMap, template: Template) -> Table:
    """Return the table that a mapping fills.

    Raises:
        SourceErrors: there is no such table.
    """
    tables = {b.key: b for b in template.blocks.values() if isinstance(b, Table)}
    name = mapping.block or next(iter(tables), "")
    if name not in tables:
        faults = _Faults(mapping)
        faults.add("E_MAP_NAME", mapping.lines.get("block", 0), name=name, near=closest(name, tables))
        raise SourceErrors(faults.found, 2)
    return tables[name]


def check_map(mapping: ImportMap, template: Template, table: ForeignTable) -> dict[str, dict[str, Line]]:
    """Check every name of a mapping against the template and the files; return the look-up files' lines by key.

    Raises:
        SourceErrors: all names that do not exist.
    """
    faults = _Faults(mapping)
    if mapping.template is not None and mapping.template != template.key:
        facts = {"found": mapping.template, "expected": template.key}
        faults.add("E_SOURCE_TEMPLATE", mapping.lines.get("template", 0), **facts)
        raise SourceErrors(faults.found, 2)
    block = target_block(mapping, template)
    _check_fields("fields", mapping.fields, mapping, block, faults)
    front = next((b for b in template.blocks.values() if b.key == "deckblatt" and isinstance(b, Form)), None)
    if front is not None:
        _check_fields("front", mapping.front, mapping, front, faults)
    for name in mapping.extend_lists:
        editable = [c.key for c in template.lists if not c.fix]
        if any(c.key == name for c in template.lists) and name not in editable:
            text = (
                f"Die Liste „{name}“ ist fest und kann nicht erweitert werden.",
                f"The list '{name}' is fixed and cannot be extended.",
            )
            facts = {"name": name, "near": closest(name, editable)}
            place = Origin(mapping.path.name, "", "", mapping.lines.get("extend_lists", 0))
            faults.found.append(Finding("E_MAP_NAME", place, facts=facts, text=text))
        elif name not in editable:
            faults.add("E_MAP_NAME", mapping.lines.get("extend_lists", 0), name=name, near=closest(name, editable))
    found = _check_columns(mapping, table, faults)
    if faults.found:
        raise SourceErrors(faults.found, 2)
    return found


def _check_fields(part: str, given: dict[str, Source], mapping: ImportMap, block: Block, faults: _Faults) -> None:
    inputs = [f.key for f in block.all_fields if not f.computed]
    for key in given:
        line = mapping.lines.get(f"{part}.{key}", 0)
        if key not in block.by_key:
            faults.add("E_MAP_NAME", line, name=key, near=closest(key, inputs))
        elif block.by_key[key].computed:
            faults.add("E_MAP_COMPUTED", line, name=key)


def _check_columns(mapping: ImportMap, table: ForeignTable, faults: _Faults) -> dict[str, dict[str, Line]]:
    def missing(name: str, line: int, where: ForeignTable, extra: tuple[str, ...] = ()) -> None:
        if name not in (*where.headings, *extra):
            faults.add("E_MAP_COLUMN", line, column=name, file=where.file, near=closest(name, where.headings))

    looked: dict[str, ForeignTable] = {}
    for key, lookup in mapping.lookups.items():
        try:
            looked[key] = read_table(mapping.path.parent / lookup.file)
        except SourceErrors as error:
            faults.found += error.findings
            continue
        missing(lookup.key, lookup.line, looked[key])
    sources = [(s, ()) for s in mapping.fields.values()]
    sources += [(mapping.split_by, ())] if mapping.split_by else []
    everything: list[tuple[Source, tuple[str, ...]]] = [*sources, *((s, (SPLIT, SLUG)) for s in mapping.front.values())]
    for source, extra in everything:
        for name, line in source.columns():
            missing(name, line, table, extra)
        for part in source.everything():
            if part.lookup is None:
                continue
            if part.lookup not in mapping.lookups:
                faults.add("E_MAP_NAME", part.line, name=part.lookup, near=closest(part.lookup, mapping.lookups))
            elif part.lookup in looked and part.take is not None:
                for name, line in part.take.columns():
                    missing(name, line, looked[part.lookup])
    if mapping.group_by is not None:
        missing(mapping.group_by, mapping.lines.get("group_by", 0), table)
    if faults.found:
        return {}
    return {
        key: {_text(line.cells[mapping.lookups[key].key]): line for line in reversed(there.lines)}
        for key, there in looked.items()
    }


# -- evaluation ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A value before it is typed.

    Attributes:
        literal: it stands in the mapping file, so the export's decimal mark and date form do not apply.
    """

    value: Any
    column: str = ""
    literal: bool = False


class Fault(Exception):
    """A value that the mapping cannot produce from these lines."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def _text(value: Any) -> str:
    """Return a raw cell as text; whole floats (1.0) as whole numbers."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_text(str(value))


@dataclass(frozen=True)
class Evaluator:
    """Gives the value of sources for a record's lines."""

    lookups: dict[str, dict[str, Line]]
    decimal: str | None = None

    def cell(self, source: Source, lines: Sequence[Line]) -> Cell:
        """Return the value of a source.

        Raises:
            Fault: it has none.
        """
        found = self._plain(source, lines)
        if source.replace is not None and found.value is not None:
            text = _text(found.value)
            for old, new in source.replace.items():
                text = text.replace(old, new)
            found = replace(found, value=" ".join(text.split()))
        if source.values is None:
            return found
        word = _text(found.value)
        if word in source.values:
            return replace(found, value=source.values[word], literal=True)
        if source.otherwise != _UNSET:
            return replace(found, value=source.otherwise, literal=True)
        if word == "":
            return found
        raise Fault("E_SOURCE_UNMAPPED", column=found.column)

    def _plain(self, source: Source, lines: Sequence[Line]) -> Cell:
        kind = source.kind
        if kind == "value":
            return Cell(source.value, "", True)
        if kind == "join":
            parts = [self.cell(part, lines) for part in source.join or ()]
            column = next((p.column for p in parts if p.column), "")
            return Cell(source.between.join(t for t in (_text(p.value) for p in parts) if t) or None, column)
        if kind == "first_of":
            return self._first_of(source.first_of or (), lines)
        if kind == "format":
            return self._format(source.format or "", lines)
        if kind == "lookup":
            return self._looked_up(source, lines)
        if kind == "column":
            return Cell(self._uniform(source.column or "", lines), source.column or "")
        return self._grouped(source, kind, lines)

    def _first_of(self, sources: tuple[Source, ...], lines: Sequence[Line]) -> Cell:
        cell = Cell(None)
        fault: Fault | None = None
        for source in sources:
            try:
                cell = self.cell(source, lines)
            except Fault as error:
                fault = error
                continue
            if cell.value is not None and cell.value != "":
                return cell
            fault = None
        if fault is not None:
            raise fault
        return cell

    def _format(self, text: str, lines: Sequence[Line]) -> Cell:
        out, column = [], ""
        for literal, name, spec, _ in Formatter().parse(text):
            out.append(literal)
            if name is None:
                continue
            column = name
            word = _text(self._uniform(name, lines))
            if word == "":
                return Cell(None, name)
            if spec and spec.endswith("d"):
                if not re.fullmatch(r"[+-]?\d{1,18}", word):
                    raise Fault("E_VALUE_TYPE", title=name, type="int")
                word = format(int(word), spec)
            elif spec:
                word = format(word, spec)
            out.append(word)
        return Cell("".join(out), column)

    def _looked_up(self, source: Source, lines: Sequence[Line]) -> Cell:
        column = source.column or ""
        word = _text(self._uniform(column, lines))
        if word == "":
            return Cell(None, column)
        line = self.lookups[source.lookup or ""].get(word)
        if line is None:
            raise Fault("E_SOURCE_LOOKUP", column=column, lookup=source.lookup)
        assert source.take is not None
        return replace(self.cell(source.take, [line]), column=column)

    def _grouped(self, source: Source, kind: str, lines: Sequence[Line]) -> Cell:
        column = str(getattr(source, kind))
        if kind == "first":
            return Cell(lines[0].cells[column], column)
        if kind == "count":
            return Cell(sum(1 for line in lines if _text(line.cells[column])), column)
        if kind == "sum":
            return Cell(float(sum((self.number(column, line) for line in lines), Decimal())), column)
        totals: dict[str, Decimal] = {}
        for line in lines:
            word = _text(line.cells[column])
            totals[word] = totals.get(word, Decimal()) + self.number(source.by or "", line)
        # Of equal sums the one that comes first in the alphabet: the result must not depend on the order of lines.
        return Cell(min(totals, key=lambda word: (-totals[word], word)) or None, column)

    def _uniform(self, column: str, lines: Sequence[Line]) -> Any:
        first = lines[0].cells[column]
        if any(line.cells[column] != first for line in lines[1:]):
            raise Fault("E_SOURCE_CONFLICT", column=column)
        return first

    def number(self, column: str, line: Line) -> Decimal:
        """Return the number in a line's column, 0 when blank.

        Raises:
            Fault: the column holds no number there.
        """
        raw = line.cells[column]
        if raw is None:
            return Decimal()
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return Decimal(repr(raw))
        try:
            return Decimal(repr(number_from(_text(raw), self.decimal)))
        except Unparsable as error:
            raise Fault(error.code, title=column, type="decimal") from None


def number_from(text: str, decimal: str | None, percent: bool = False) -> float:
    """Return a number written with a stated decimal mark, or by the customs of `number_from_text`.

    Raises:
        Unparsable: not a number.
    """
    if decimal is None:
        return number_from_text(text, percent)
    body, scale = clean_text(text), 1.0
    if percent and body.endswith("%"):
        body, scale = body[:-1].rstrip(), 0.01
    mark, group = ("\\.", ",") if decimal == "." else (",", "\\.")
    match = re.fullmatch(rf"([+-]?)(\d+|\d{{1,3}}(?:{group}\d{{3}})+)?(?:{mark}(\d+))?", body)
    if match is None or not (match[2] or match[3]):
        raise Unparsable
    whole = re.sub(r"\D", "", match[2] or "0")
    return float(f"{match[1]}{whole}.{match[3] or '0'}") * scale
