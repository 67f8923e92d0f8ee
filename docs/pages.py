"""One page per template, in German: what it is for, what is filled in, computed, checked and merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docs.markdown import code, page, plain, table
from vorlagen.catalog import Catalog
from vorlagen.fieldtypes import TYPES
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
    Merge,
    Prose,
    Sheet,
    Summary,
    Table,
    Template,
)
from vorlagen.witness import source as calculated_by

COMMON = "00_gemeinsam.md"
SHORT_LIST = 8  # values that are written beside the field
LANG = "de"

_KINDS = {
    Form: "Formular", Table: "Liste", Kpis: "Kennzahlen", Summary: "Auswertung", Matrix: "Matrix",
    Gantt: "Gantt-Diagramm", Chart: "Diagramm", Prose: "Text",
}  # fmt: skip
_RULES = {
    "sum": "Summe", "max": "größter Wert", "min": "kleinster Wert", "latest": "neuester Wert", "median": "Median",
    "join": "aneinandergereiht",
}  # fmt: skip
_GOOD = {"high": "hoch", "low": "niedrig", None: ""}


def stem(template: Template) -> str:
    """Return the name that a template's files share."""
    return f"{template.number:02d}_{template.key}"


def is_common(sheet: Sheet) -> bool:
    """Whether a sheet is the same in all workbooks: front sheet, holidays."""
    return sheet.role in ("front", "lists")


# -- fields ----------------------------------------------------------------------------------


def _list_values(choices: ChoiceList) -> str:
    return ", ".join(plain(choice.label[LANG]) for choice in choices.values)


def _limit(word: str, limit: float | Formula | None) -> str:
    if limit is None:
        return ""
    return f"{word} {code(limit.text) if isinstance(limit, Formula) else f'{limit:.15g}'.replace('.', ',')}"


def allowed(field: Field, template: Template, shared: Iterable[str]) -> str:
    """Return the values that a field takes, in words."""
    words = [_limit("ab", field.min), _limit("bis", field.max)]
    if field.list is not None and (choices := template.list_by_key.get(field.list)):
        anchor = f"{COMMON if field.list in shared else ''}#{field.list.lower()}"
        few = len(choices.values) <= SHORT_LIST
        words.append((_list_values(choices) if few else "") or f"[{field.list}]({anchor})")
    words.append(f"Muster {code(field.pattern)}" if field.pattern else "")
    words.append("eindeutig" if field.unique else "")
    words.append(f"aus {code(field.ref)}" if field.ref else "")
    return "; ".join(word for word in words if word)


def _required(field: Field) -> str:
    if field.required_if is not None:
        return f"wenn {code(field.required_if.text)}"
    return "ja" if field.required else ""


def _type(field: Field) -> str:
    name = TYPES[field.type].names[0]
    return f"{name}, {field.unit[LANG]}" if field.unit else name


def _meaning(field: Field) -> str:
    if field.help is not None:
        return plain(field.help[LANG])
    if field.note is not None and not isinstance(field.note, Formula):
        return plain(field.note[LANG])
    return ""


def field_tables(fields: Iterable[Field], template: Template, shared: Iterable[str]) -> list[str]:
    """Return the tables of the filled-in and of the computed fields."""
    given = [f for f in fields if not f.computed]
    lines = table(
        ("Feld", "Überschrift", "Typ", "Pflicht", "Zulässig", "Bedeutung"),
        (
            (code(f.key), plain(f.title[LANG]), _type(f), _required(f), allowed(f, template, shared), _meaning(f))
            for f in given
        ),
    )
    computed = [
        (f, f.formula.text, calculated_by(f.calculator) if f.calculator else "")
        for f in fields
        if f.formula is not None
    ]
    if given and computed:
        lines += ["Berechnet:", ""]
    return lines + table(
        ("Feld", "Überschrift", "Typ", "Gut ist", "Bedeutung", "Formel", "Gegenrechnung"),
        (
            (
                code(f.key),
                plain(f.title[LANG]),
                _type(f),
                _GOOD[f.good],
                _meaning(f),
                code(text),
                code(by) if by else "",
            )
            for f, text, by in computed
        ),
    )


# -- blocks ----------------------------------------------------------------------------------


def _axis(word: str, axis: Axis, template: Template) -> str:
    parts = []
    if axis.list is not None and axis.list in template.list_by_key:
        choices = template.list_by_key[axis.list]
        parts.append(f"Werte von {axis.list} ({plain(choices.title[LANG])})")
    if axis.rows_of:
        parts.append(f"je Zeile von {code(axis.rows_of)}")
    if axis.formula is not None and axis.formula.text:
        count = f"{axis.count} Werte" if axis.count else "Wert"
        parts.append(f"{count} nach {code(axis.formula.text)}")
    if axis.extra:
        parts.append("dazu " + ", ".join(code(formula.text) for formula in axis.extra))
    return f"{word} {code(axis.key)} ({plain(axis.title[LANG])}): {'; '.join(parts)}."


def _own_fields(block: Block) -> tuple[Field, ...]:
    """Return the fields without the headings of axes."""
    if isinstance(block, Matrix):
        return (*block.fields, block.cell)
    return block.fields if isinstance(block, Form | Table | Kpis | Summary) else ()


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(code(key) for key in keys)


def block_lines(block: Block, template: Template, shared: Iterable[str]) -> list[str]:
    """Return the section of a block."""
    title = f": {plain(block.title[LANG])}" if block.title else ""
    lines = [f"#### {_KINDS[type(block)]} {code(block.key)}{title}", ""]
    if block.help:
        lines += [plain(block.help[LANG]), ""]
    if isinstance(block, Table):
        key = f" Schlüssel: {_keys(block.identity)}." if block.identity else ""
        lines += [f"Platz für {block.rows} Zeilen.{key}", ""]
    if isinstance(block, Summary | Matrix):
        lines += [_axis("Zeilen", block.row, template), ""]
    if isinstance(block, Matrix):
        lines += [_axis("Spalten", block.col, template), ""]
    lines += field_tables(_own_fields(block), template, shared)
    checks = block.checks if isinstance(block, Form | Table | Summary) else ()
    if checks:
        lines += ["Prüfregeln:", ""]
        weight = {"error": "Fehler", "warning": "Warnung"}
        lines += [
            f"- {weight[c.severity]}{f' bei {code(c.field)}' if c.field else ''}: {plain(c.message[LANG])} "
            f"Gemeldet, wenn {code(c.when.text)}"
            for c in checks
        ]
        lines.append("")
    return lines


def sheet_lines(sheet: Sheet, template: Template, shared: Iterable[str]) -> list[str]:
    """Return the section of a sheet."""
    lines = [f"### Blatt {plain(sheet.name[LANG])}", ""]
    if sheet.help:
        lines += [plain(sheet.help[LANG]), ""]
    charts = [b for b in sheet.blocks if isinstance(b, Chart)]
    for block in sheet.blocks:
        if not isinstance(block, Chart | Prose):
            lines += block_lines(block, template, shared)
    if charts:
        names = ", ".join(plain(c.title[LANG]) if c.title else code(c.key) for c in charts)
        lines += [f"Diagramme: {names}.", ""]
    return lines


# -- merging ---------------------------------------------------------------------------------


def _joined(merge: Merge, fields: Iterable[Field]) -> str:
    """Return what happens to differing records of one key."""
    newest = f"der höchste Wert von {_keys(merge.newest_by)}, sonst " if merge.newest_by else ""
    if merge.conflict == "hold":
        return "verschiedene Fassungen werden zurückgehalten und gemeldet"
    if merge.conflict == "combine":
        ruled = [f"{code(f.key)} {_RULES[f.merge]}" for f in fields if f.merge is not None]
        rest = f"sonst gilt {newest}der neueste Stichtag"
        return "die Angaben werden verbunden: " + "; ".join([*ruled, rest])
    return f"bei verschiedenen Fassungen gilt {newest}der neueste Stichtag, die übrigen stehen unter Konflikte"


def merge_sentence(block: Block) -> str:
    """Return the merge rule of a block in words; '' when nothing in it is filled in."""
    inputs = [f for f in _own_fields(block) if not f.computed]
    if not inputs:
        return ""
    if isinstance(block, Form | Table) and block.must_match:
        return "muss in allen Mappen gleich sein, sonst wird die Vorlage nicht zusammengeführt"
    if isinstance(block, Form | Table):
        on = block.merge.on or block.identity
        if on:
            return f"gleicher Schlüssel {_keys(on)} ergibt einen Datensatz; {_joined(block.merge, inputs)}"
        if isinstance(block, Table):
            return "alle Zeilen werden untereinandergestellt"
        ruled = "; ".join(f"{code(f.key)} {_RULES[f.merge]}" for f in inputs if f.merge is not None)
        shown = f"; in der gemeinsamen Mappe: {ruled}" if ruled else ""
        return f"ein Datensatz je Mappe{shown}"
    place = "Zelle" if isinstance(block, Matrix) else "Zeile"
    ruled = "; ".join(f"{code(f.key)} {_RULES[f.merge]}" for f in inputs if f.merge is not None)
    return f"Eingaben werden je {place} verbunden: {ruled or 'nur, was übereinstimmt'}"


def merge_lines(template: Template) -> list[str]:
    """Return the section on merging."""
    blocks = [b for sheet in template.sheets if not is_common(sheet) for b in sheet.blocks]
    lines = [f"- {code(b.key)}: {sentence}." for b in blocks if (sentence := merge_sentence(b))]
    carried = [f"{b.key}.{f.key}" for b in blocks for f in _own_fields(b) if f.carried]
    if carried:
        lines.append(f"- Als Wert übernommen, nicht neu berechnet: {_keys(carried)}.")
    if template.stock:
        lines.append("- Bestände: Nur Mappen mit demselben Stichtagsmonat werden zusammengeführt.")
    lines.append("- Alle Kennzahlen und berechneten Felder werden aus den zusammengeführten Zeilen neu berechnet.")
    return ["## Zusammenführen", "", *lines, ""]


# -- references ------------------------------------------------------------------------------


def references(template: Template) -> Iterator[tuple[str, str]]:
    """Yield (block.key, target) of every field that refers to another one."""
    for block in template.blocks.values():
        for field in _own_fields(block):
            if field.ref:
                yield f"{block.key}.{field.key}", field.ref


def reference_lines(template: Template, catalog: Catalog) -> list[str]:
    """Return the section on references, in both directions."""

    def linked(other: str, text: str) -> str:
        return f"[{code(text)}]({stem(catalog.template(other))}.md)" if other in catalog else code(text)

    lines = []
    for source, target in references(template):
        own = target.count(".") < 2
        lines.append(f"- {code(source)} → {code(target) if own else linked(target.split('.')[0], target)}")
    for key in catalog.entries:
        for source, target in references(catalog.template(key)):
            if key != template.key and target.startswith(f"{template.key}."):
                lines.append(f"- {linked(key, f'{key}.{source}')} → {code(target.split('.', 1)[1])}")
    return ["## Verweise", "", *lines, ""] if lines else []


# -- pages -----------------------------------------------------------------------------------


def list_lines(lists: Iterable[ChoiceList]) -> list[str]:
    """Return a section per choice list."""
    lines = []
    for choices in lists:
        fixed = "fest" if choices.fix else f"erweiterbar, {choices.spare} freie Zeilen"
        lines += [f"### {choices.key}", "", f"{plain(choices.title[LANG])} ({fixed}): {_list_values(choices)}", ""]
        if choices.attributes:
            names = ", ".join(f"{code(a.key)} {plain(a.title[LANG])}" for a in choices.attributes)
            lines += [f"Weitere Spalten: {names}.", ""]
    return lines


def template_page(template: Template, catalog: Catalog, picture: bool) -> str:
    """Return the page of one template."""
    shared = {c.key for c in template.lists if catalog.common.lists.get(c.key) == c}
    lines = [f"# {template.number:02d} {plain(template.title.de)}", "", f"*{plain(template.title.en)}*", ""]
    if picture:
        lines += [f"![{template.title.de}](../pictures/{stem(template)}.png)", ""]
    lines += [plain(template.purpose[LANG]), ""]
    lines += table(
        ("Wer füllt aus", "Rhythmus", "Schlüssel", "Version"),
        [(plain(template.filled_by[LANG]), plain(template.rhythm[LANG]), code(template.key), str(template.version))],
    )
    if template.steps:
        steps = [f"{n}. {plain(step[LANG])}" for n, step in enumerate(template.steps, 1)]
        lines += ["## Ausfüllen", "", *steps, ""]
    own = [sheet for sheet in template.sheets if not is_common(sheet)]
    lines += ["## Blätter", ""]
    lines += table(
        ("Blatt", "Bereiche"),
        (
            (plain(s.name[LANG]), ", ".join(f"{_KINDS[type(b)]} {code(b.key)}" for b in s.blocks if b.kind != "text"))
            for s in own
        ),
    )
    lines += [f"Dazu [Deckblatt, Feiertage und gemeinsame Auswahllisten]({COMMON}).", ""]
    for sheet in own:
        lines += sheet_lines(sheet, template, shared)
    lists = [c for c in template.lists if c.key not in shared]
    if lists:
        lines += ["## Auswahllisten", "", *list_lines(lists)]
    lines += merge_lines(template)
    lines += reference_lines(template, catalog)
    if template.notes:
        lines += ["## Hinweise", ""]
        for note in template.notes:
            lines += [plain(note[LANG]), ""]
    return page(lines)


def common_page(catalog: Catalog) -> str:
    """Return the page of what all templates share."""
    lines = ["# Was alle Vorlagen gemeinsam haben", ""]
    seen: set[str] = set()
    for key in catalog.entries:
        template = catalog.template(key)
        for sheet in template.sheets:
            if is_common(sheet) and sheet.name.de not in seen:
                seen.add(sheet.name.de)
                lines += sheet_lines(sheet, template, ())
    lines += ["## Auswahllisten", "", *list_lines(catalog.common.lists.values())]
    return page(lines)
