"""What a template is: frozen plain data, as an author writes it in YAML.

Every class here is a node of the spec language. Field metadata carries the one-line
description that the JSON schema and the language reference show, so that an editor,
the documentation and the loader cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from vorlagen.formulas.ast import Node

Lang = Literal["de", "en"]
LANGS: tuple[Lang, ...] = ("de", "en")

FieldType = Literal[
    "text", "long", "int", "decimal", "money", "percent", "date", "month", "time", "choice", "email", "phone", "url"
]
MergeRule = Literal["sum", "max", "min", "latest", "median", "join"]
Personal = Literal["name", "email", "phone", "address", "note", "id"]


def doc(text: str, **kwargs: Any) -> Any:
    """Declare a dataclass field with the description that authors read."""
    return field(metadata={"doc": text}, **kwargs)


@dataclass(frozen=True)
class Text:
    """A text in German and English; a plain string stands for both."""

    de: str = doc("German text")
    en: str = doc("English text")

    def __getitem__(self, lang: str) -> str:
        return self.en if lang == "en" else self.de


@dataclass(frozen=True)
class Formula:
    """A formula as written, with its tree after house functions were expanded.

    `tree` is filled by the loader; nothing else builds formulas from text.
    """

    text: str = doc("Excel syntax over field keys")
    tree: Node | None = doc("set by the loader", default=None, compare=False)

    @property
    def node(self) -> Node:
        """The expanded tree.

        Raises:
            RuntimeError: the formula did not come from the loader.
        """
        if self.tree is None:
            raise RuntimeError("formula was not compiled")
        return self.tree


@dataclass(frozen=True)
class Attribute:
    """A further column of a choice list, for example the points of a choice."""

    key: str = doc("ASCII key, used as L_LIST[key]")
    title: Text = doc("column heading on the sheet Listen")
    type: FieldType = doc("type of the values", default="text")
    list: str | None = doc("choice list of the values, for type choice", default=None)


@dataclass(frozen=True)
class Choice:
    """One value of a choice list."""

    key: str = doc("ASCII key, used as L_LIST.key")
    label: Text = doc("what people see")
    attributes: dict[str, Any] = doc("values of the attributes by key", default_factory=dict)


@dataclass(frozen=True)
class ChoiceList:
    """A list of allowed values on the sheet Listen."""

    key: str = doc("name, beginning with L_")
    title: Text = doc("heading")
    values: tuple[Choice, ...] = doc("the choices", default=())
    attributes: tuple[Attribute, ...] = doc("further columns", default=())
    fix: bool = doc("true: offices must not change it", default=False)
    spare: int = doc("empty rows for the office's own values (ignored when fix)", default=10)
    personal: Personal | None = doc(
        "class of personal data of the choices, and of all fields that use them", default=None
    )

    @property
    def capacity(self) -> int:
        """Rows that the list has on the sheet."""
        return len(self.values) + (0 if self.fix else self.spare)

    @cached_property
    def by_key(self) -> dict[str, Choice]:
        """Choices by key."""
        return {choice.key: choice for choice in self.values}


@dataclass(frozen=True)
class Field:
    """One thing that is filled in or computed."""

    key: str = doc("ASCII key, unique in its block")
    title: Text = doc("heading or label")
    type: FieldType = doc("type of the value", default="text")
    required: bool = doc("must be filled in an occupied row", default=False)
    required_if: Formula | None = doc("must be filled when this is TRUE", default=None)
    formula: Formula | None = doc("computed; without it the field is an input", default=None)
    carried: bool = doc("computed in an office's workbook, kept as a value when workbooks are merged", default=False)
    list: str | None = doc("choice list, for type choice", default=None)
    ref: str | None = doc("field that must hold the value: block.key, or template.block.key", default=None)
    unique: bool = doc("no value twice in the column", default=False)
    min: float | Formula | None = doc("smallest allowed value, or a formula", default=None)
    max: float | Formula | None = doc("largest allowed value, or a formula", default=None)
    pattern: str | None = doc("regular expression for texts, checked on reading", default=None)
    default: Any = doc("value that a blank workbook starts with", default=None)
    example: Any = doc("value in the example workbook (forms)", default=None)
    help: Text | None = doc(
        "what to enter, or what the figure means; shown in the cell and under Hinweise", default=None
    )
    note: Text | Formula | None = doc("small line under a key figure", default=None)
    unit: Text | None = doc("unit behind a number, for example Tage", default=None)
    decimals: int | None = doc("decimals shown (numbers)", default=None)
    plain: bool = doc("no thousands separator: years and other numbers that name something", default=False)
    width: float | None = doc("column width in characters", default=None)
    personal: Personal | None = doc("class of personal data", default=None)
    merge: MergeRule | None = doc("how values of the same key from several workbooks combine", default=None)
    check: bool = doc("check cell: shows ok or pruefen of L_OK; counted on the front sheet", default=False)
    calculator: str | None = doc(
        "independent implementation: a call of functions of calculators with references as inputs, which tests"
        " compare with the formula; for example kpi.hit_rate_value(angebote[gruppe], angebote[angebotssumme]);"
        " a bare name of a block gives all that was filled in there",
        default=None,
    )
    good: Literal["high", "low"] | None = doc("which direction is good (key figures)", default=None)

    @property
    def computed(self) -> bool:
        """Whether the cell holds a formula."""
        return self.formula is not None


Style = Literal[
    "ueberfaellig", "heute", "bald", "gruen", "gelb", "rot", "grau", "dublette", "pflicht", "negativ", "erledigt",
    "bar", "heat", "heat_reverse", "heat_diverging", "banner",
]  # fmt: skip


@dataclass(frozen=True)
class Highlight:
    """A conditional format."""

    style: Style = doc("name of the look; bar and heat need no condition")
    when: Formula | None = doc("condition for the row", default=None)
    fields: tuple[str, ...] = doc("fields that are coloured; none = whole row", default=())


@dataclass(frozen=True)
class Check:
    """A rule over several fields; a row where `when` is TRUE gets a finding."""

    key: str = doc("ASCII key")
    when: Formula = doc("TRUE means wrong")
    message: Text = doc("what is wrong and what to do")
    field: str | None = doc("field the finding points to", default=None)
    severity: Literal["error", "warning"] = doc("weight", default="error")


@dataclass(frozen=True)
class Merge:
    """How rows of the same key from several workbooks become one."""

    on: tuple[str, ...] = doc("key fields; none = identity", default=())
    newest_by: tuple[str, ...] = doc("fields whose highest value wins, the first counting most", default=())
    conflict: Literal["newest", "hold", "combine"] = doc(
        "differing rows of one key: newest wins, all are held back, or fields combine by their own merge rule",
        default="newest",
    )


@dataclass(frozen=True)
class Duplicates:
    """Which fields tell whether two records with different keys are one company."""

    name: str = doc("field with the company's name")
    form: str | None = doc("field with the legal form; else it is told from the name", default=None)
    street: str | None = doc("field with street and number", default=None)
    postcode: str | None = doc("field with the postcode", default=None)
    town: str | None = doc("field with the town", default=None)
    country: str | None = doc("field with the country as two letters, for telephone numbers", default=None)
    phone: str | None = doc("field with the telephone number", default=None)
    email: str | None = doc("field with the e-mail address", default=None)
    website: str | None = doc("field with the website", default=None)
    vat: str | None = doc("field with the VAT number", default=None)

    @property
    def keys(self) -> tuple[str, ...]:
        """All fields that take part."""
        named = (self.name, self.form, self.street, self.postcode, self.town, self.country, self.phone, self.email)
        return tuple(key for key in (*named, self.website, self.vat) if key is not None)


@dataclass(frozen=True)
class Rows:
    """Rows given by the template: presets or examples."""

    fields: tuple[str, ...] = doc("field keys, in the order of the values")
    rows: tuple[tuple[Any, ...], ...] = doc("one list per row")


@dataclass(frozen=True)
class Axis:
    """The heading values of a summary's rows, or of a matrix's rows or columns.

    The sources follow one another: first the list, then `count` cells of `formula`
    (POS() is the running number), then one cell per `extra` formula.
    """

    key: str = doc("key by which formulas refer to the heading value")
    title: Text = doc("heading")
    type: FieldType = doc("type of the heading values", default="text")
    list: str | None = doc("one row per choice of this list", default=None)
    count: int = doc("number of cells computed by `formula`", default=0)
    rows_of: str | None = doc("instead of count: as many cells as this table has rows", default=None)
    formula: Formula | None = doc("heading value of cell POS()", default=None)
    extra: tuple[Formula, ...] = doc("further headings, one formula each", default=())
    width: float | None = doc("column width in characters", default=None)


@dataclass(frozen=True)
class Block:
    """Base of all blocks."""

    key: str = doc("ASCII key, unique in the template")
    kind: str = doc("kind of block")
    title: Text | None = doc("section heading", default=None)
    help: Text | None = doc("one line under the heading", default=None)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field of the block, headings of axes included."""
        return ()

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """Fields by key."""
        return {f.key: f for f in self.all_fields}


def _axis_field(axis: Axis) -> Field:
    blank = Formula("", None)
    return Field(key=axis.key, title=axis.title, type=axis.type, list=axis.list, formula=blank, width=axis.width)


@dataclass(frozen=True)
class Form(Block):
    """Labels with one cell each."""

    fields: tuple[Field, ...] = doc("the fields, top to bottom", default=())
    columns: Literal[1, 2] = doc("label-and-cell pairs beside each other", default=1)
    must_match: bool = doc("merging stops when workbooks differ here (parameters, weights)", default=False)
    identity: tuple[str, ...] = doc("fields that name the record", default=())
    merge: Merge = doc("how records combine", default=Merge())
    highlight: tuple[Highlight, ...] = doc("conditional formats", default=())
    checks: tuple[Check, ...] = doc("rules over several fields", default=())

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field of the block."""
        return self.fields


@dataclass(frozen=True)
class Table(Block):
    """A record list: an Excel table, one record a row."""

    fields: tuple[Field, ...] = doc("the columns, left to right", default=())
    rows: int = doc("capacity", default=500)
    identity: tuple[str, ...] = doc("key fields; a row is occupied when the first is filled", default=())
    merge: Merge = doc("how rows combine", default=Merge())
    duplicates: Duplicates | None = doc("how one company under different keys is told, when merged", default=None)
    presets: Rows | None = doc("rows that every workbook starts with", default=None)
    examples: Rows | None = doc("rows of the example workbook", default=None)
    must_match: bool = doc("merging stops when workbooks differ here (parameters, weights)", default=False)
    highlight: tuple[Highlight, ...] = doc("conditional formats", default=())
    checks: tuple[Check, ...] = doc("rules over several fields", default=())

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field of the block."""
        return self.fields

    @property
    def key_field(self) -> str:
        """The field that makes a row occupied."""
        return self.identity[0] if self.identity else self.fields[0].key


@dataclass(frozen=True)
class Kpis(Block):
    """Key figures: one formula each, as cards or as a list."""

    fields: tuple[Field, ...] = doc("the figures", default=())
    layout: Literal["cards", "list"] = doc("cards across or lines down", default="cards")
    highlight: tuple[Highlight, ...] = doc("conditional formats", default=())

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field of the block."""
        return self.fields


@dataclass(frozen=True)
class Summary(Block):
    """A table with given rows (a list, months, years, numbers) and computed columns."""

    row: Axis = doc("the headings of the rows", default=Axis("zeile", Text("", "")))
    fields: tuple[Field, ...] = doc("the columns; a field without formula is an input", default=())
    highlight: tuple[Highlight, ...] = doc("conditional formats", default=())
    checks: tuple[Check, ...] = doc("rules over several fields", default=())

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field of the block, the row heading first."""
        return (_axis_field(self.row), *self.fields)


@dataclass(frozen=True)
class Matrix(Block):
    """Rows by columns with one formula (or one input) for all cells."""

    row: Axis = doc("the headings of the rows", default=Axis("zeile", Text("", "")))
    col: Axis = doc("the headings of the columns", default=Axis("spalte", Text("", "")))
    cell: Field = doc("the field of the cells", default=Field("wert", Text("", "")))
    fields: tuple[Field, ...] = doc("further columns between row heading and cells", default=())
    totals: bool = doc("sums below and at the right", default=False)
    highlight: tuple[Highlight, ...] = doc("conditional formats", default=())

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        """Row heading, further columns, column heading, cell."""
        return (_axis_field(self.row), *self.fields, _axis_field(self.col), self.cell)


@dataclass(frozen=True)
class Gantt(Matrix):
    """A matrix whose cells are the days or weeks of a schedule.

    Cell values: 1 planned, 2 done, 3 milestone, 4 late, empty otherwise.
    """

    start: str = doc("row field with the first day", default="start")
    group: str | None = doc("row field by which rows are grouped visually", default=None)
    today: Formula | None = doc("day of the vertical line", default=None)
    workdays: bool = doc("grey weekends and holidays (day raster)", default=True)


@dataclass(frozen=True)
class Series:
    """One series of a chart."""

    values: str = doc("block[key], or block[*] for all figures of a kpis block in list layout")
    categories: str | None = doc("block[key] of the category labels", default=None)
    name: Text | None = doc("legend text", default=None)
    color: Literal["primary", "accent", "light", "grey", "green", "red", "yellow", "none"] | None = doc(
        "fill; none hides the series (base of a waterfall)", default=None
    )
    type: Literal["line"] | None = doc(
        "draw this series as a line over the columns, or through the points", default=None
    )
    secondary: bool = doc("use the right-hand axis", default=False)
    points: str | None = doc("block[key] of the names at the points (scatter)", default=None)
    max: float | None = doc("largest value there can be, such as 1 for a share: the axis ends there", default=None)


@dataclass(frozen=True)
class Chart(Block):
    """A native chart."""

    type: Literal["column", "bar", "line", "scatter", "pie", "doughnut", "radar", "area"] = doc(
        "type", default="column"
    )
    series: tuple[Series, ...] = doc("the series; a matrix[cell] gives one series per column", default=())
    stacked: bool = doc("stack the columns or bars", default=False)
    percent: bool = doc("stack to 100 %", default=False)
    x_title: Text | None = doc("title of the category axis", default=None)
    y_title: Text | None = doc("title of the value axis", default=None)
    format: FieldType | None = doc("number format of the value axis", default=None)
    labels: bool = doc("show the values at the points", default=False)
    wide: bool = doc("full width instead of half", default=False)
    rows: int = doc("height in rows; of two charts side by side the left one's holds", default=14)


@dataclass(frozen=True)
class Prose(Block):
    """Text paragraphs."""

    lines: tuple[Text, ...] = doc("one paragraph each", default=())


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook."""

    name: Text = doc("sheet name (31 characters at most)")
    blocks: tuple[Block, ...] = doc("the blocks, top to bottom")
    help: Text | None = doc("one line beside the sheet's title", default=None)
    role: Literal["front", "list", "form", "dashboard", "parameter", "lists", "notes"] | None = doc(
        "tab colour; derived from the blocks when left out", default=None
    )


@dataclass(frozen=True)
class Template:
    """One template: what the workbook is, how it is filled in, read, merged and explained."""

    key: str = doc("ASCII key, also the file name")
    number: int = doc("1 to 35; further templates go on from 36")
    version: int = doc("raised when the meaning of a field changes")
    group: str = doc("key of the group")
    title: Text = doc("title")
    purpose: Text = doc("what it is for, one or two sentences")
    filled_by: Text = doc("who fills it in")
    rhythm: Text = doc("how often")
    sheets: tuple[Sheet, ...] = doc("content sheets; front sheet, lists, holidays and notes are added")
    steps: tuple[Text, ...] = doc("how to fill in, step by step", default=())
    notes: tuple[Text, ...] = doc("paragraphs of the sheet Hinweise: definitions, method, source", default=())
    lists: tuple[ChoiceList, ...] = doc("choice lists of this template only", default=())
    stock: bool = doc("figures are stocks: only workbooks of the same Stichtag month are merged", default=False)
    example_front: dict[str, Any] = doc("front sheet values of the example workbook", default_factory=dict)
    path: str = doc("set by the loader", default="")
    hash: str = doc("set by the loader", default="")

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Every block by key."""
        return {block.key: block for sheet in self.sheets for block in sheet.blocks}

    @cached_property
    def list_by_key(self) -> dict[str, ChoiceList]:
        """Every choice list that the template uses, by key."""
        return {choices.key: choices for choices in self.lists}

    def field(self, block: str, key: str) -> Field:
        """Return one field.

        Raises:
            KeyError: no such block or field.
        """
        return self.blocks[block].by_key[key]

    @cached_property
    def sheet_of(self) -> dict[str, Sheet]:
        """The sheet of every block."""
        return {block.key: sheet for sheet in self.sheets for block in sheet.blocks}


BLOCK_KINDS: dict[str, type[Block]] = {
    "form": Form,
    "table": Table,
    "kpis": Kpis,
    "summary": Summary,
    "matrix": Matrix,
    "gantt": Gantt,
    "chart": Chart,
    "text": Prose,
}
