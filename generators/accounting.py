"""What became of every file, key and finding of a merge, as plain tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from vorlagen.consolidated import Consolidated, Merged, SourceSummary
from vorlagen.findings import Finding
from vorlagen.merging import Conflict, Version
from vorlagen.spec import Field, Lang
from vorlagen.values import is_blank


@dataclass(frozen=True)
class Say:
    """Picks the text in a language."""

    lang: Lang

    def __call__(self, de: str, en: str) -> str:
        """Return the text in the language."""
        return en if self.lang == "en" else de


@dataclass(frozen=True)
class Listing:
    """A plain table: names (for databases), columns (for people), rows."""

    names: Sequence[str]
    columns: Sequence[tuple[str, float, str]]
    rows: list[list[object]]


_OUTCOMES = {
    "taken": ("übernommen", "taken"),
    "duplicate": ("doppelt", "duplicate"),
    "skipped": ("übersprungen", "skipped"),
    "refused": ("abgewiesen", "refused"),
}
WEIGHTS = {"error": ("Fehler", "error"), "warning": ("Warnung", "warning"), "info": ("Hinweis", "info")}


def account(consolidated: Consolidated, item: Merged, lang: Lang) -> tuple[Listing, Listing, Listing]:
    """Return sources, conflicts and messages of one template."""
    say = Say(lang)
    files = [
        s
        for s in consolidated.sources
        if s.template == item.template.key or (s.template is None and s.outcome != "taken")
    ]
    sources = Listing(
        ("datei", "ergebnis", "zusammengefuehrt", "mappe_id", "team", "stichtag", "zeilen", "abgewiesen", "meldungen"),
        (
            (say("Datei", "File"), 40.0, "text"),
            (say("Ergebnis", "Outcome"), 16.0, "text"),
            (say("Zusammengeführt", "Merged"), 17.0, "text"),
            (say("Mappen-Nr.", "Workbook no."), 18.0, "text"),
            (say("Team", "Team"), 16.0, "text"),
            (say("Stichtag", "Cut-off date"), 13.0, "date"),
            (say("Zeilen übernommen", "Rows taken"), 13.0, "int"),
            (say("Zeilen abgewiesen", "Rows rejected"), 13.0, "int"),
            (say("Meldungen", "Messages"), 12.0, "int"),
        ),
        [
            [
                s.file, say(*_OUTCOMES[s.outcome]), say("ja", "yes") if s.merged else say("nein", "no"), s.mappe_id,
                s.team, s.stichtag, s.rows_taken, s.rows_rejected, len(s.findings) + _found(item.findings, s.file),
            ]
            for s in files
        ],
    )  # fmt: skip
    conflicts = Listing(
        ("bereich", "schluessel", "feld", "wert_a", "wert_b", "quelle_a", "quelle_b", "ergebnis"),
        (
            (say("Bereich", "Area"), 18.0, "text"),
            (say("Schlüssel", "Key"), 24.0, "text"),
            (say("Feld", "Field"), 24.0, "text"),
            (say("Wert A", "Value A"), 28.0, "text"),
            (say("Wert B", "Value B"), 28.0, "text"),
            (say("Quelle A", "Source A"), 34.0, "text"),
            (say("Quelle B", "Source B"), 34.0, "text"),
            (say("Was gilt", "What counts"), 30.0, "text"),
        ),
        [row for conflict in item.conflicts for row in _conflict_rows(item, conflict, lang)],
    )
    messages = Listing(
        ("datei", "blatt", "zelle", "schwere", "kennung", "meldung", "abhilfe"),
        (
            (say("Datei", "File"), 34.0, "text"),
            (say("Blatt", "Sheet"), 18.0, "text"),
            (say("Zelle", "Cell"), 9.0, "text"),
            (say("Art", "Kind"), 10.0, "text"),
            (say("Kennung", "Code"), 26.0, "text"),
            (say("Meldung", "Message"), 70.0, "text"),
            (say("Abhilfe", "What to do"), 60.0, "text"),
        ),
        list(_message_rows(item, files, lang)),
    )
    return sources, conflicts, messages


def _found(findings: Iterable[Finding], file: str) -> int:
    return sum(1 for f in findings if f.origin is not None and f.origin.file == file)


def _message_rows(item: Merged, files: Sequence[SourceSummary], lang: Lang) -> Iterator[list[object]]:
    say = Say(lang)
    listed = [(s.file, f) for s in files for f in s.findings]
    listed += [(f.origin.file if f.origin else "", f) for f in item.findings]
    for file, finding in listed:
        origin = finding.origin
        yield [
            file or None,
            origin.sheet or None if origin else None,
            origin.cell or None if origin else None,
            say(*WEIGHTS[finding.level]),
            finding.code,
            finding.message(lang),
            finding.remedy(lang),
        ]


def _conflict_rows(item: Merged, conflict: Conflict, lang: Lang) -> Iterator[list[object]]:
    block = item.template.blocks[conflict.block]
    sheet = item.template.sheet_of[conflict.block]
    area = block.title[lang] if block.title else sheet.name[lang]
    key = ", ".join(shown(block.by_key.get(k), v, lang) for k, v in conflict.key.items())
    first = conflict.versions[0]
    for name in conflict.fields:
        field = block.by_key[name]
        for other in conflict.versions[1:]:
            a, b = first.row.get(name), other.row.get(name)
            if a == b or (is_blank(a) and is_blank(b)):
                continue
            values = [shown(field, a, lang) or None, shown(field, b, lang) or None]
            verdict = _verdict(conflict, field, lang)
            yield [area, key, field.title[lang], *values, _places(first), _places(other), verdict]


def _verdict(conflict: Conflict, field: Field, lang: Lang) -> str:
    say = Say(lang)
    if conflict.resolution == "held":
        return say("keiner, Zeilen zurückgehalten", "neither, rows held back")
    if field.merge is not None:
        value = shown(field, conflict.chosen.get(field.key), lang)
        return say(f"zusammengefasst: {value}", f"combined: {value}")
    if conflict.resolution == "blank":
        return say("keiner, Feld bleibt leer", "neither, the field stays empty")
    if conflict.resolution == "tie":
        return say("Gleichstand, bitte entscheiden (vorläufig Wert A)", "tie, please decide (value A for now)")
    return say("Wert A (neuester Stand)", "value A (newest)")


def _places(version: Version) -> str:
    return "; ".join(
        " ".join(str(part) for part in (o.file, o.sheet, o.cell or o.row or "") if part) for o in version.origins
    )


def shown(item: Field | None, value: Any, lang: Lang) -> str:
    """Return a value as a person of the language writes it; blanks are empty."""
    if is_blank(value):
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}" if lang == "de" else value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        if item is not None and item.type == "money" and number == round(number, 2):
            number = number.quantize(Decimal("0.01"))
        text = format(number, "f")
        if "." in text and not (item is not None and item.type == "money"):
            text = text.rstrip("0").rstrip(".")
        return text.replace(".", ",") if lang == "de" else text
    return str(value)
