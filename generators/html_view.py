"""One merged template as the sections of the report: cards, teams, charts, tables, lists, accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from generators.accounting import Say, account
from generators.html_charts import draw
from generators.html_marks import Marks, with_marks
from generators.html_numbers import places_of, python_value, written
from generators.html_schedule import schedule
from generators.html_series import picture
from generators.html_tables import View, form_records, listing, matrix, records, summary
from generators.html_teams import Comparison, compare
from vorlagen.brand import Brand
from vorlagen.compute import note_key
from vorlagen.consolidated import Consolidated, Merged, SourceSummary
from vorlagen.findings import Finding
from vorlagen.layout import role_of
from vorlagen.provenance import FRONT, is_record_table
from vorlagen.spec import Chart, Field, Form, Formula, Gantt, Kpis, Lang, Matrix, Sheet, Summary, Table, Text
from vorlagen.values import is_blank


@dataclass(frozen=True)
class Card:
    """One key figure."""

    title: str
    value: str
    note: str = ""
    help: str = ""
    mark: str = ""
    blank: bool = False


@dataclass(frozen=True)
class Group:
    """Key figures under one heading."""

    title: str
    help: str
    cards: list[Card]


@dataclass(frozen=True)
class Part:
    """A piece of a section: charts beside each other, a table, or figures as lines."""

    kind: str
    charts: list[tuple[Markup, str, bool, str]] = field(default_factory=list)
    table: View | None = None
    group: Group | None = None


@dataclass(frozen=True)
class Section:
    """What stands on one sheet of the workbook."""

    title: str
    help: str
    parts: list[Part]


@dataclass(frozen=True)
class Page:
    """One template of the report."""

    anchor: str
    number: str
    title: str
    purpose: str
    facts: list[str]
    refused: bool
    tiles: list[Card]
    cards: list[Group]
    teams: Comparison | None
    sections: list[Section]
    records: list[View]
    accounts: list[tuple[str, View]]
    counts: dict[str, int]


def counted(files: list[SourceSummary]) -> dict[str, int]:
    """Count files by outcome."""
    return {o: sum(1 for f in files if f.outcome == o) for o in ("taken", "duplicate", "skipped", "refused")}


def page(consolidated: Consolidated, item: Merged, brand: Brand, lang: Lang) -> Page:
    """Return all that the report says of one template."""
    say, template = Say(lang), item.template
    anchor = f"v{template.number}"
    files = [s for s in consolidated.sources if s.template == template.key]
    found = [f for s in files for f in s.findings] + item.findings
    counts = {
        **counted(files), "rows": sum(len(item.values.rows(b.key)) for b in _lists(item)),
        "conflicts": len(item.conflicts),
        "duplicates": 0 if item.refused else sum(1 for x in item.suspects if x.same is None),
        "errors": sum(1 for f in found if f.level == "error"),
        "warnings": sum(1 for f in found if f.level == "warning"), "notes": sum(1 for f in found if f.level == "info"),
    }  # fmt: skip
    marked = item if item.refused else with_marks(item)
    return Page(
        anchor, f"{template.number:02}", template.title[lang], template.purpose[lang],
        [] if item.refused else _facts(item, lang), item.refused, _tiles(counts, found, say),
        [] if item.refused else list(_cards(item, marked, lang)),
        None if item.refused else compare(item, lang),
        [] if item.refused else list(_sections(item, marked, brand, lang, anchor)),
        [] if item.refused else list(_records(item, marked, lang)),
        [(part.key, listing(part, lang)) for part in account(consolidated, item, lang)],
        counts,
    )  # fmt: skip


def _lists(item: Merged) -> list[Table]:
    return [b for b in item.template.blocks.values() if isinstance(b, Table) and is_record_table(b)]


def _facts(item: Merged, lang: Lang) -> list[str]:
    """Return company, period and cut-off date as the front sheet of the merge has them."""
    block = item.template.blocks.get(FRONT)
    if not isinstance(block, Form):
        return []
    front = item.values.form(FRONT)

    def said(key: str) -> str | None:
        f = block.by_key.get(key)
        return None if f is None or is_blank(front.get(key)) else written(f, front[key], lang)

    facts = [said("firma") or ""]
    if (first := said("zeitraum_von")) and (last := said("zeitraum_bis")):
        facts.append(Say(lang)(f"Zeitraum {first} bis {last}", f"Period {first} to {last}"))
    if "stichtag_eff" in block.by_key:
        day = python_value(block.by_key["stichtag_eff"], item.computed.cell(FRONT, "stichtag_eff"))
        facts.append(Say(lang)("Stichtag ", "Cut-off date ") + written(block.by_key["stichtag_eff"], day, lang))
    return [f for f in facts if f]


def _tiles(counts: dict[str, int], found: list[Finding], say: Say) -> list[Card]:
    def number(key: str) -> str:
        text = f"{counts[key]:,}"
        return text.replace(",", ".") if say.lang == "de" else text

    others = say(
        f"{counts['duplicate']} doppelt, {counts['skipped']} übersprungen, {counts['refused']} abgewiesen",
        f"{counts['duplicate']} duplicate, {counts['skipped']} skipped, {counts['refused']} refused",
    )
    levels = say(
        f"{counts['errors']} Fehler, {counts['warnings']} Warnungen, {counts['notes']} Hinweise",
        f"{counts['errors']} errors, {counts['warnings']} warnings, {counts['notes']} notes",
    )
    total = f"{len(found):,}".replace(",", "." if say.lang == "de" else ",")
    alarm = "rot" if counts["refused"] else ""
    return [
        Card(say("Dateien übernommen", "Files taken"), number("taken"), others, mark=alarm),
        Card(say("Zeilen", "Rows"), number("rows"), say("nach dem Zusammenführen", "after merging")),
        Card(
            say("Konflikte", "Conflicts"), number("conflicts"),
            say("verschiedene Angaben zu einem Schlüssel", "different entries for one key"),
            mark="gelb" if counts["conflicts"] else "",
        ),
        Card(say("Meldungen", "Messages"), total, levels, mark="rot" if counts["errors"] else ""),
    ]  # fmt: skip


def _group(item: Merged, marked: Merged, block: Kpis, lang: Lang) -> Group:
    marks = Marks(marked, marked.template.blocks[block.key])
    cards = []
    for f in block.fields:
        value = python_value(f, item.computed.cell(block.key, f.key))
        note = f.note[lang] if isinstance(f.note, Text) else ""
        if isinstance(f.note, Formula):
            text = item.computed.cell(block.key, note_key(f.key))
            note = "" if is_blank(text) else written(Field("", f.title), text, lang)
        said = written(f, value, lang, places=places_of(f, [value]))
        cards.append(
            Card(f.title[lang], said, note, f.help[lang] if f.help else "", marks.style(0, f.key), is_blank(value))
        )
    return Group(block.title[lang] if block.title else "", block.help[lang] if block.help else "", cards)


def _cards(item: Merged, marked: Merged, lang: Lang) -> Iterator[Group]:
    for block in item.template.blocks.values():
        if isinstance(block, Kpis) and block.layout == "cards":
            yield _group(item, marked, block, lang)


def _sections(item: Merged, marked: Merged, brand: Brand, lang: Lang, anchor: str) -> Iterator[Section]:
    for sheet in item.template.sheets:
        if role_of(sheet) == "front":  # the merged front sheet says nothing that the facts and sources do not
            continue
        parts = list(_parts(item, marked, sheet, brand, lang, anchor))
        if parts:
            yield Section(sheet.name[lang], sheet.help[lang] if sheet.help else "", parts)


def _parts(item: Merged, marked: Merged, sheet: Sheet, brand: Brand, lang: Lang, anchor: str) -> Iterator[Part]:
    charts: list[tuple[Markup, str, bool, str]] = []
    for block in sheet.blocks:
        if isinstance(block, Chart):
            shown = picture(item, block, brand, lang)
            rest = Say(lang)(f"{shown.left_out} weitere nicht gezeigt", f"{shown.left_out} more not shown")
            name = f"{anchor}-{list(item.template.blocks).index(block.key)}"
            charts.append((draw(shown, name), shown.title, block.wide, rest if shown.left_out else ""))
            continue
        part = _part(item, marked, sheet, block, brand, lang, anchor)
        if part is None:
            continue
        if charts:
            yield Part("charts", charts)
            charts = []
        yield part
    if charts:
        yield Part("charts", charts)


def _part(
    item: Merged, marked: Merged, sheet: Sheet, block: Any, brand: Brand, lang: Lang, anchor: str
) -> Part | None:  # fmt: skip
    if isinstance(block, Gantt):
        drawn = schedule(item, block, brand, lang, f"{anchor}-{list(item.template.blocks).index(block.key)}")
        title = block.title[lang] if block.title else ""
        return Part("charts", [(drawn, title, True, "")]) if drawn is not None else None
    view = None
    if isinstance(block, Summary):
        view = summary(item, marked, block, lang)
    elif isinstance(block, Matrix):
        view = matrix(item, block, lang)
    elif isinstance(block, Kpis) and block.layout == "list":
        return Part("figures", group=_group(item, marked, block, lang))
    elif isinstance(block, Form) and block.key != FRONT and not _is_record(sheet, block):
        return _settings(item, block, lang)
    elif isinstance(block, Table) and block.must_match:
        view = records(item, marked, block, lang)
    return Part("table", table=view) if view is not None else None


def _is_record(sheet: Sheet, block: Form) -> bool:
    """Whether a form is one record per workbook rather than a setting or a filter."""
    return not block.must_match and role_of(sheet) == "form"


def _settings(item: Merged, block: Form, lang: Lang) -> Part | None:
    given = item.values.form(block.key)
    cards = []
    for f in block.fields:
        value = python_value(f, item.computed.cell(block.key, f.key)) if f.computed else given.get(f.key)
        if not is_blank(value):
            cards.append(Card(f.title[lang], written(f, value, lang, places=places_of(f, [value]))))
    title = block.title[lang] if block.title else ""
    return Part("settings", group=Group(title, "", cards)) if cards else None


def _records(item: Merged, marked: Merged, lang: Lang) -> Iterator[View]:
    for sheet in item.template.sheets:
        for block in sheet.blocks:
            view = None
            if isinstance(block, Table) and is_record_table(block):
                view = records(item, marked, block, lang)
            elif isinstance(block, Form) and block.key != FRONT and _is_record(sheet, block):
                rows = item.forms.get(block.key, [])
                title = block.title[lang] if block.title else sheet.name[lang]
                view = form_records(rows, block.fields, title, lang) if rows else None
            if view is not None:
                yield view
