"""Formulas of a template: parse, expand house functions, check every reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vorlagen.findings import Said, SpecErrors, SpecProblem
from vorlagen.formulas.ast import (
    AboveRef,
    Binary,
    ChoiceRef,
    ColRef,
    FieldRef,
    ListRef,
    Literal,
    Node,
    Number,
    PrevRef,
    RowRef,
    call,
    walk,
)
from vorlagen.formulas.blanks import NUMBERS, kept
from vorlagen.formulas.house import expand, nearest
from vorlagen.formulas.parse import FormulaError, parse
from vorlagen.formulas.shapes import check_shapes
from vorlagen.given import given_values, misfit
from vorlagen.limits import LimitsOf, figures
from vorlagen.spec import (
    Axis,
    Block,
    Chart,
    ChoiceList,
    Field,
    Form,
    Formula,
    Gantt,
    Kpis,
    Matrix,
    Prose,
    Summary,
    Table,
    Template,
)

if TYPE_CHECKING:
    from vorlagen.nodes import Builder


def block_formulas(block: Block) -> Iterator[Formula]:
    """Yield every formula written in a block."""
    fields: tuple[Field, ...] = ()
    axes: tuple[Axis, ...] = ()
    if isinstance(block, Form | Table | Kpis):
        fields = block.fields
    elif isinstance(block, Summary):
        fields, axes = block.fields, (block.row,)
    elif isinstance(block, Matrix):
        fields, axes = (*block.fields, block.cell), (block.row, block.col)
    for field in fields:
        yield from (
            f for f in (field.formula, field.required_if, field.min, field.max, field.note) if isinstance(f, Formula)
        )
    for axis in axes:
        yield from (f for f in (axis.formula, *axis.extra) if f is not None)
    for highlight in getattr(block, "highlight", ()):
        if highlight.when is not None:
            yield highlight.when
    for check in getattr(block, "checks", ()):
        yield check.when
    if isinstance(block, Gantt) and block.today is not None:
        yield block.today


@dataclass(frozen=True)
class TemplateNames:
    """The view of a template that house functions need, from within one block."""

    template: Template
    block: str

    def type_of(self, block: str, key: str) -> str:
        """Type of a field."""
        return _field(self.template, block, key).type

    def attribute_type(self, list_key: str, attribute: str) -> str:
        """Type of a list attribute; ``wert`` is text.

        Raises:
            FormulaError: the list has no such attribute.
        """
        choices = _list(self.template, list_key)
        if attribute == "wert":
            return "text"
        for a in choices.attributes:
            if a.key == attribute:
                return a.type
        raise FormulaError(
            f"{list_key} has no attribute '{attribute}'",
            nearest(attribute, [a.key for a in choices.attributes] or ["wert"]),
        )

    def input_type(self, node: Node) -> str | None:
        """Type of the input that a reference names; None where its cells are never blank."""
        if isinstance(node, ListRef):
            return self.attribute_type(node.list, node.attribute)
        block = node.block if isinstance(node, ColRef | FieldRef) else self.block
        assert isinstance(node, ColRef | FieldRef | RowRef | PrevRef)
        found, item = _block(self.template, block), _field(self.template, block, node.key)
        if isinstance(node, RowRef) and isinstance(found, Table) and node.key == found.key_field:
            return None
        # What a workbook carries along is an input where many are merged.
        return item.type if not item.computed or item.carried else None

    def is_text_input(self, key: str) -> bool:
        """Whether people type texts into a field of the same block."""
        item = _field(self.template, self.block, key)
        return not item.computed and item.type not in NUMBERS

    def key_field(self, block: str) -> str:
        """Field that makes a row of a block occupied.

        Raises:
            FormulaError: the block has no rows.
        """
        found = _block(self.template, block)
        if isinstance(found, Table):
            return found.key_field
        if isinstance(found, Summary | Matrix):
            return found.row.key
        raise FormulaError(f"block '{block}' has no rows", "name a table or a summary")

    def is_table(self, block: str) -> bool:
        """Whether the block is a table, whose number of rows may change."""
        return isinstance(_block(self.template, block), Table)

    def is_list(self, name: str) -> bool:
        """Whether the name is a list's."""
        return name.startswith("L_")

    def info(self, name: str) -> str:
        """A fact of the template.

        Raises:
            FormulaError: there is no such fact.
        """
        facts = {
            "key": self.template.key,
            "version": str(self.template.version),
            "number": f"{self.template.number:02}",
        }
        if name not in facts:
            raise FormulaError(f"TEMPLATE({name})", nearest(name, list(facts)))
        return facts[name]

    def required(self, block: str | None) -> list[tuple[str, str, str]]:
        """(table, key, field) of every required input column."""
        return [
            (b.key, b.key_field, f.key)
            for b in self.template.blocks.values()
            if isinstance(b, Table) and block in (None, b.key)
            for f in b.fields
            if f.required and not f.computed and f.key != b.key_field
        ]

    def forms_required(self, block: str | None) -> list[tuple[str, str]]:
        """(form, field) of every required input of a form."""
        return [
            (b.key, f.key)
            for b in self.template.blocks.values()
            if isinstance(b, Form) and block in (None, b.key)
            for f in b.fields
            if f.required and not f.computed
        ]

    def check_columns(self) -> list[Node]:
        """One count of failed check cells per check field."""
        bad = ChoiceRef("L_OK", "pruefen")
        terms: list[Node] = []
        for b in self.template.blocks.values():
            for f in b.all_fields:
                if not f.check:
                    continue
                if isinstance(b, Form | Kpis):
                    terms.append(call("IF", Binary("=", FieldRef(b.key, f.key), bad), Number(1), Number(0)))
                else:
                    terms.append(call("COUNTIF", ColRef(b.key, f.key), bad))
        return terms


def compile_template(template: Template, builders: list[Builder]) -> None:
    """Parse, expand and check every formula of `template`, in place.

    Raises:
        SpecErrors: all faults with file and line.
    """
    lines = {id(formula): (b, line) for b in builders for formula, line in b.formulas}
    problems: list[SpecProblem] = [p for b in builders for p in b.problems]
    problems += _structure(template, builders[-1])
    if problems:
        raise SpecErrors(problems)  # formulas over a faulty structure would only repeat its faults

    def fault(formula: Formula, message: str, hint: Said) -> None:
        builder, line = lines.get(id(formula), (builders[-1], 0))
        problems.append(SpecProblem(builder.file, line, f"{message} in formula {formula.text!r}", hint))

    for block in template.blocks.values():
        names = TemplateNames(template, block.key)
        shown = {id(item.formula) for item in block.all_fields}
        for formula in block_formulas(block):
            try:
                tree = expand(parse(formula.text), names)
                check_references(tree, template, block)
                check_shapes(tree, names.is_text_input)
                if id(formula) in shown:
                    tree = kept(tree, names.input_type)
            except FormulaError as error:
                fault(formula, error.message, error.hint)
                continue
            object.__setattr__(formula, "tree", tree)
    problems += _calculators(template, builders)
    if not problems:
        problems = _lines(template, builders[-1])
    if problems:
        raise SpecErrors(problems)


def _calculators(template: Template, builders: list[Builder]) -> list[SpecProblem]:
    """Faults of the calculators that fields name."""
    problems: list[SpecProblem] = []
    for block in template.blocks.values():
        for item in block.all_fields:
            if item.calculator is None:
                continue
            from vorlagen.witness import check_binding

            builder = next((b for b in builders if id(item) in b.lines), builders[-1])
            try:
                if not item.computed:
                    raise FormulaError("calculator of an input", "only a field with a formula has one")
                check_binding(item.calculator, template, block)
            except FormulaError as error:
                where = f"{error.message} (field '{item.key}')"
                problems.append(SpecProblem(builder.file, builder.lines.get(id(item), 1), where, error.hint))
    return problems


def _lines(template: Template, builder: Builder) -> list[SpecProblem]:
    """Faults of lines in charts: Excel draws an empty result as 0, which looks like a collapse."""
    limits = LimitsOf(template)
    problems: list[SpecProblem] = []
    for block in template.blocks.values():
        if not isinstance(block, Chart):
            continue
        for series in block.series:
            place, key = series.values.rstrip("]").split("[")
            if "line" in (block.type, series.type) and any(
                limits.of(place, f.key).blank for f in figures(template.blocks[place], key)
            ):
                message = f"block '{block.key}': the line over '{series.values}' falls to 0 where results are empty"
                hint = "use type: column, or a field that always has a number"
                problems.append(SpecProblem(builder.file, builder.lines.get(id(block), 1), message, hint))
    return problems


def check_references(tree: Node, template: Template, block: Block) -> None:
    """Check that everything a tree refers to exists.

    Raises:
        FormulaError: an unknown block, field, list or choice, with the nearest name.
    """
    for node in walk(tree):
        if isinstance(node, RowRef | AboveRef | PrevRef):
            if node.key not in block.by_key:
                raise FormulaError(
                    f"block '{block.key}' has no field '{node.key}'", nearest(node.key, list(block.by_key))
                )
        elif isinstance(node, ColRef):
            _field(template, node.block, node.key)
            if isinstance(_block(template, node.block), Form | Kpis):
                raise FormulaError(f"'{node.block}' has single cells", f"write {node.block}.{node.key}")
        elif isinstance(node, FieldRef):
            _field(template, node.block, node.key)
            if not isinstance(_block(template, node.block), Form | Kpis):
                raise FormulaError(f"'{node.block}' has columns", f"write {node.block}[{node.key}] or [@{node.key}]")
        elif isinstance(node, ListRef):
            TemplateNames(template, block.key).attribute_type(node.list, node.attribute)
        elif isinstance(node, ChoiceRef):
            choices = _list(template, node.list)
            if node.value not in choices.by_key:
                raise FormulaError(
                    f"{node.list} has no choice '{node.value}'", nearest(node.value, list(choices.by_key))
                )
        elif isinstance(node, Literal) and sum(c.isalpha() for c in node.value) > 2:
            if node.value == template.key or node.value in (">-1E+300",):
                continue
            raise FormulaError(
                f"word {node.value!r} in a formula", "labels differ by language: use a choice list, L_LIST.key"
            )


def _block(template: Template, key: str) -> Block:
    if key not in template.blocks:
        raise FormulaError(f"unknown block '{key}'", nearest(key, list(template.blocks)))
    return template.blocks[key]


def _field(template: Template, block: str, key: str) -> Field:
    found = _block(template, block)
    if key not in found.by_key:
        raise FormulaError(f"block '{block}' has no field '{key}'", nearest(key, list(found.by_key)))
    return found.by_key[key]


def _list(template: Template, key: str) -> ChoiceList:
    if key not in template.list_by_key:
        raise FormulaError(f"unknown list '{key}'", nearest(key, list(template.list_by_key) or ["none"]))
    return template.list_by_key[key]


def _structure(template: Template, builder: Builder) -> list[SpecProblem]:
    """Faults that no single node shows: doubled keys, bad identities, names in examples."""
    problems: list[SpecProblem] = []

    def fault(message: str, hint: Said = "", of: object = None) -> None:
        problems.append(SpecProblem(builder.file, builder.lines.get(id(of), 1), message, hint))

    seen: set[str] = set()
    for sheet in template.sheets:
        for name in (sheet.name.de, sheet.name.en):
            if len(name) > 31 or any(c in name for c in "[]:*?/\\'") or not name:
                fault(f"sheet name '{name}'", "31 characters at most, none of [ ] : * ? / \\ '", sheet)
        tables = [b for b in sheet.blocks if isinstance(b, Table)]
        if len(tables) > 1 or (
            tables and sheet.blocks[-1] is not tables[0] and not isinstance(sheet.blocks[-1], Chart)
        ):
            fault(
                f"sheet '{sheet.name.de}': a table must be the last block and the only table",
                "give it a sheet of its own",
                sheet,
            )
        for block in sheet.blocks:
            if block.key in seen:
                fault(f"block key '{block.key}' stands twice", "block keys are unique in the template", block)
            seen.add(block.key)
            problems += _block_structure(block, template, builder)
    for lang in ("de", "en"):
        names = [s.name[lang].casefold() for s in template.sheets]
        if len(set(names)) < len(names):
            fault(f"two sheets have the same {lang} name")
    return problems


def _block_structure(block: Block, template: Template, builder: Builder) -> list[SpecProblem]:
    problems: list[SpecProblem] = []
    line = builder.lines.get(id(block), 1)

    def fault(message: str, hint: Said = "") -> None:
        problems.append(SpecProblem(builder.file, line, f"block '{block.key}': {message}", hint))

    if isinstance(block, Chart | Prose):
        if isinstance(block, Chart):
            for series in block.series:
                for text in (series.values, series.categories, series.points):
                    if text is not None and (hint := _bad_series(text, template)):
                        fault(f"chart refers to '{text}'", hint)
        return problems
    for axis in (getattr(block, "row", None), getattr(block, "col", None)):
        if axis is not None and axis.rows_of and not isinstance(template.blocks.get(axis.rows_of), Table):
            fault(f"rows_of names '{axis.rows_of}'", "name a table of this template")
    keys = [f.key for f in block.all_fields]
    for key in {k for k in keys if keys.count(k) > 1}:
        fault(f"field '{key}' stands twice")
    for lang in ("de", "en"):
        titles = [f.title[lang].casefold() for f in block.all_fields]
        for title in {t for t in titles if titles.count(t) > 1}:
            if isinstance(block, Table):
                fault(f"two columns have the {lang} heading '{title}'", "headings of a table are unique")
    for name in ("identity",):
        for key in getattr(block, name, ()):
            if key not in block.by_key:
                fault(f"{name} names '{key}'", nearest(key, keys))
    for item in block.all_fields:
        target = (item.ref or "").split(".")
        if len(target) == 2 and (
            target[0] not in template.blocks or target[1] not in template.blocks[target[0]].by_key
        ):
            fault(f"ref of '{item.key}' names '{item.ref}'", "write block.key or template.block.key")
    merge = getattr(block, "merge", None)
    if merge is not None:
        for key in (*merge.on, *merge.newest_by):
            if key not in block.by_key:
                fault(f"merge names '{key}'", nearest(key, keys))
    for highlight in getattr(block, "highlight", ()):
        for key in highlight.fields:
            if key not in block.by_key:
                fault(f"highlight names '{key}'", nearest(key, keys))
    for check in getattr(block, "checks", ()):
        if check.field and check.field not in block.by_key:
            fault(f"check '{check.key}' names '{check.field}'", nearest(check.field, keys))
    if isinstance(block, Table):
        if block.duplicates is not None:
            if len(block.identity) != 1:
                fault("duplicates need one identity field", "write identity: [key]")
            for key in block.duplicates.keys:
                if key not in block.by_key:
                    fault(f"duplicates names '{key}'", nearest(key, keys))
                elif block.by_key[key].computed:
                    fault(f"duplicates names the computed field '{key}'", "name an input")
        if not block.identity:
            fault("table without identity", "add identity: [key]")
        elif block.by_key[block.identity[0]].computed if block.identity[0] in block.by_key else False:
            fault("the first identity field is computed", "rows are occupied by an input")
        for part, rows in (("presets", block.presets), ("examples", block.examples)):
            if rows is None:
                continue
            for key in rows.fields:
                if key not in block.by_key:
                    fault(f"{part} name '{key}'", nearest(key, keys))
                elif block.by_key[key].computed:
                    fault(f"{part} give a value for the computed field '{key}'", "leave it out")
            for n, row in enumerate(rows.rows, 1):
                if len(row) != len(rows.fields):
                    fault(f"{part}: row {n} has {len(row)} values for {len(rows.fields)} fields")
    for where, item, value in given_values(block, template):
        if (bad := misfit(value, item, template)) is not None:
            fault(f"{where}: {bad[0]}", bad[1])
    return problems


def _bad_series(text: str, template: Template) -> Said:
    try:
        node = parse(text) if "[*]" not in text else None
        if node is None:
            _block(template, text.split("[", 1)[0])
            return ""
        if isinstance(node, ColRef):
            _field(template, node.block, node.key)
            return ""
    except FormulaError as error:
        return error.hint or error.message
    return "write block[key]"
