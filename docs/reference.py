"""The reference pages: findings, commands, the spec language, the table of the templates."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from dataclasses import Field as DataField
from typing import Any, Literal, Union, get_args, get_origin

import click

from docs.markdown import code, page, plain, table
from docs.pages import stem
from vorlagen.authoring import FIRST_FREE, spec_starter
from vorlagen.catalog import Catalog
from vorlagen.cli import program
from vorlagen.codes import CODES
from vorlagen.fieldtypes import TYPES
from vorlagen.formulas import ast, house
from vorlagen.formulas.functions import EXCLUDED, FUNCTIONS
from vorlagen.formulas.parse import HOUSE
from vorlagen.nodes import hints
from vorlagen.schema import _HIDDEN, _TITLED
from vorlagen.spec import (
    BLOCK_KINDS,
    Attribute,
    Axis,
    Block,
    Check,
    Choice,
    ChoiceList,
    Duplicates,
    Field,
    FieldType,
    Formula,
    Highlight,
    Merge,
    Rows,
    Series,
    Sheet,
    Template,
    Text,
)

EXAMPLE = "reklamationen"
GROUPS = {
    "kontaktdaten": "Contact data",
    "telefonakquisition": "Telephone acquisition",
    "gespraechsleitfaden": "Call guides",
    "angebote": "Quotations",
    "hintergrund": "Background information",
    "kennzahlen": "Key figures",
    "kundenwert": "Customer value",
}

# -- findings and commands -------------------------------------------------------------------


def findings_page() -> str:
    """Return every finding code with its texts."""
    weight = {"error": "Fehler / error", "warning": "Warnung / warning", "info": "Hinweis / note"}
    rows = [
        (
            code(name),
            weight[entry.severity],
            "\n".join(plain(text) for text in entry.message),
            "\n".join(plain(text) for text in entry.remedy),
        )
        for name, entry in CODES.items()
    ]
    intro = "`vorlagen explain CODE` zeigt dasselbe. Wörter in geschweiften Klammern stehen für Angaben zum Fall."
    head = ("Code", "Gewicht / severity", "Was / what", "Abhilfe / remedy")
    return page(["# Befunde / findings", "", intro, "", *table(head, rows)])


def command_helps(command: click.Command, path: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield (words of the call, help text) of a command and of those below it."""
    context = click.Context(
        command, parent=parent, info_name=path.rsplit(" ", 1)[-1], terminal_width=100, max_content_width=100
    )
    yield path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from command_helps(below, f"{path} {name}", context)


def commands_page() -> str:
    """Return the help of every command."""
    lines = ["# Kommandos / commands", ""]
    for path, text in command_helps(program, "vorlagen"):
        lines += [f"## {path}", "", "```text", *(line.rstrip() for line in text.splitlines()), "```", ""]
    return page(lines)


# -- the spec language -----------------------------------------------------------------------


def type_words(hint: Any) -> str:
    """Return a type hint as an author reads it."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(type_words(part) for part in get_args(hint) if part is not type(None))
    if origin is Literal:
        if get_args(hint) == get_args(FieldType):
            return "[field type](#field-types)"
        return ", ".join(code(str(value)) for value in get_args(hint))
    if origin is tuple:
        inner = type_words(get_args(hint)[0])
        return f"list of {'words' if inner == 'word' else inner}"
    if origin is dict:
        return "mapping"
    simple = {str: "word", int: "whole number", float: "number", bool: "true, false", Any: "value"}
    simple |= {Text: "[text](#text)", Formula: "[formula](#formulas)", Block: "[block](#blocks)"}
    if hint in simple:
        return simple[hint]
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def default_words(cls: type, item: DataField[Any]) -> str:
    """Return the default of a key."""
    if cls in _TITLED and item.name == "title":
        return "from titles.yaml"
    if item.default is MISSING and item.default_factory is MISSING:
        return "**required**"
    value = item.default
    if isinstance(value, bool):
        return code(str(value).lower())
    if value is MISSING or value is None or value in ((), "") or is_dataclass(value):
        return ""
    return code(str(value))


def key_table(cls: type, without: Iterable[str] = ()) -> list[str]:
    """Return the table of the keys of a node."""
    known = hints(cls)
    hidden = {*without, *_HIDDEN.get(cls, ())}
    items = [item for item in fields(cls) if item.name not in hidden and item.init]
    return table(
        ("Key", "Value", "Default", "Meaning"),
        (
            (code(i.name), type_words(known[i.name]), default_words(cls, i), plain(i.metadata.get("doc", "")))
            for i in items
        ),
    )


def _doc(thing: Any) -> str:
    return " ".join((inspect.getdoc(thing) or "").split())


def node_lines(cls: type, level: int = 3) -> list[str]:
    """Return the section of a node of the language."""
    return [f"{'#' * level} {cls.__name__}", "", _doc(cls), "", *key_table(cls)]


def block_sections() -> list[str]:
    """Return a section per block kind."""
    base = [item.name for item in fields(Block)]
    lines = ["Every block has these keys:", "", *key_table(Block)]
    for kind, cls in BLOCK_KINDS.items():
        lines += [f"### kind: {kind}", "", _doc(cls), "", *key_table(cls, base)]
    return lines


def _arguments(least: int, most: int) -> str:
    if least == most:
        return str(least)
    return f"{least} or more" if most > 10 else f"{least} to {most}"


def calculator_lines() -> list[str]:
    """Return the section on calculators."""
    return [
        "## Calculators",
        "",
        "A field with a formula may name its independent calculation:",
        "`calculator: 'kpi.hit_rate_value(angebote[gruppe], angebote[angebotssumme])'`.",
        "Tests compare both in every template; the workbook holds the formula only.",
        "",
        "It is a call of functions of the package `calculators`, never a formula. Inputs are the references above",
        "(`[@key]`, `block[key]`, `block.key`, `L_LIST[attribute]`, `L_LIST.value`), numbers, texts, lists and further",
        "calls; `.name` behind a call takes one part of its result. Functions see None for a blank, dates as dates and",
        "choices by their key; None leaves the cell blank, and rows without key stay blank. A call that names neither",
        "a cell of its own row nor `place` computes the whole column and returns one value per row. Four bare words",
        "are facts: `today`, `place` (number of the row from 1), `required` and `checks` (all required inputs, all",
        "check cells). Functions and inputs are checked on loading; `vorlagen spec witnesses` lists what has none.",
        "",
    ]


def formula_lines() -> list[str]:
    """Return the section on formulas."""
    references = (ast.RowRef, ast.ColRef, ast.FieldRef, ast.ListRef, ast.ChoiceRef, ast.AboveRef, ast.PrevRef)
    rows = []
    for node in (*references, ast.Position):
        form, _, meaning = _doc(node).replace("``", "`").partition(": ")
        rows.append((form, meaning))
    lines = [
        "Excel's own syntax: English function names, commas between arguments, no leading `=`.",
        "A formula is written once; it is printed into the workbook and evaluated over columns.",
        "Rows whose key is blank stay blank: do not test for that.",
        "",
        "### References",
        "",
        *table(("Written", "Means"), rows),
        "### House functions",
        "",
        "They expand to plain worksheet functions and carry the rules for blank cells.",
        "",
    ]
    lines += table(
        ("Function", "Arguments", "Meaning"),
        (
            (code(name), _arguments(*HOUSE[name]), plain(_doc(getattr(house._Expander, name.lower()))))
            for name in sorted(HOUSE)
        ),
    )
    lines += [
        "### Worksheet functions",
        "",
        "The closed set that Excel 2016, LibreOffice 7.4 and Google Sheets share:",
        ", ".join(code(name) for name in sorted(FUNCTIONS)) + ".",
        "",
        "Outside the set, and what to use instead:",
        "",
        *table(("Not allowed", "Instead"), ((code(name), plain(way)) for name, way in sorted(EXCLUDED.items()))),
    ]
    return lines


def starter() -> str:
    """Return the worked example: what `spec new` writes."""
    return spec_starter(EXAMPLE, FIRST_FREE)


_OPENING = f"""\
# The spec language

One YAML file says what a template is. The workbook, the reader, the checks, the consolidation
and the documentation all come from it.

## A template of your own

```sh
vorlagen spec new {EXAMPLE} --output eigene    # writes eigene/{FIRST_FREE}_{EXAMPLE}.yaml
vorlagen spec check eigene                        # every fault with file, line and remedy
vorlagen generate {EXAMPLE} --specs eigene --example --output probe
vorlagen check probe --specs eigene
```

Every command takes `--specs FOLDER`; nothing else has to be registered. A template in such a
folder replaces a shipped one of the same key. `vorlagen spec schema > vorlage.schema.json`
gives editors completion: `# yaml-language-server: $schema=vorlage.schema.json` as first line.

This is the file that `spec new` writes:
"""

_FILES = """\
## Files

| File | Holds |
|---|---|
| `N_group/NN_key.yaml` | one template; the name ends in its key |
| `front.yaml`, `holidays.yaml` | the sheets that are added to every template |
| `lists.yaml` | choice lists that all templates may name |
| `titles.yaml` | headings by field key; a field without `title` takes its heading from here |
"""


def spec_page(catalog: Catalog) -> str:
    """Return the reference of the spec language."""
    lines = [_OPENING, "```yaml", starter().rstrip(), "```", "", _FILES]
    lines += ["## Template", "", _doc(Template), "", *key_table(Template)]
    lines += node_lines(Sheet, 2)
    lines += ["## Blocks", "", *block_sections()]
    lines += ["## Parts of blocks", ""]
    for cls in (Field, Axis, Merge, Duplicates, Rows, Check, Highlight, Series):
        lines += node_lines(cls)
    lines += ["### Field types", ""]
    lines += table(
        ("Type", "Holds", "Number format"),
        ((code(name), info.names[1], code(info.number_format("en"))) for name, info in TYPES.items()),
    )
    lines += ["## Choice lists", "", "Under `lists`: `L_NAME: {title: …, values: [{key: …, de: …, en: …}, …]}`.", ""]
    lines += node_lines(ChoiceList) + node_lines(Attribute)
    lines += ["### Choice", "", f"{_doc(Choice)} Further keys are attributes of its list.", ""]
    lines += table(
        ("Key", "Meaning"),
        ((code("key"), "ASCII key, used as L_LIST.key"), (code("de"), "German label"), (code("en"), "English label")),
    )
    lines += ["### Shared lists", ""]
    lines += table(
        ("List", "Title", "Values", "Attributes"),
        (
            (code(c.key), plain(c.title.en), str(len(c.values)), ", ".join(code(a.key) for a in c.attributes))
            for c in catalog.common.lists.values()
        ),
    )
    lines += ["## Text", "", _doc(Text), "", "`title: Text` or `title: {de: Text, en: text}`.", ""]
    lines += ["## Formulas", "", *formula_lines(), *calculator_lines()]
    return page(lines)


# -- README ----------------------------------------------------------------------------------


def template_table(catalog: Catalog, pictures: Iterable[str]) -> str:
    """Return the table of the templates for README."""
    there = set(pictures)
    rows = []
    for key in catalog.entries:
        template = catalog.template(key)
        name = stem(template)
        image = f'<img src="docs/pictures/{name}.png" width="240" alt="{template.title.en}">' if name in there else ""
        titles = f"[{plain(template.title.de)}](docs/vorlagen/{name}.md)\n{plain(template.title.en)}"
        group = GROUPS.get(template.group, template.group)
        rows.append((f"{template.number:02d}", image, titles, group, plain(template.purpose.en)))
    return "\n".join(table(("No.", "Picture", "Template", "Group", "Purpose"), rows)).rstrip()
