"""What became of every file, key and finding of a merge, as plain tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from vorlagen.consolidated import Consolidated, Merged, SourceSummary
from vorlagen.decisions import DIFFERENT, KEY_A, KEY_B, LIST, SAME, SHEET, VERDICT
from vorlagen.findings import Finding
from vorlagen.merging import Conflict, Version
from vorlagen.spec import Field, Lang, Table
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
    """A plain table.

    Attributes:
        key: name of the table in files and databases.
        title: heading, also the name of its sheet.
        names: names of the columns in databases.
        columns: heading, width and type of the columns for people.
        choices: column -> what a person chooses from there.
    """

    key: str
    title: str
    help: str
    names: Sequence[str]
    columns: Sequence[tuple[str, float, str]]
    rows: list[list[object]]
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


_OUTCOMES = {
    "taken": ("übernommen", "taken"),
    "duplicate": ("doppelt", "duplicate"),
    "skipped": ("übersprungen", "skipped"),
    "refused": ("abgewiesen", "refused"),
}
WEIGHTS = {"error": ("Fehler", "error"), "warning": ("Warnung", "warning"), "info": ("Hinweis", "info")}


def account(consolidated: Consolidated, item: Merged, lang: Lang) -> list[Listing]:
    """Return the tables that account for the merge of one template: sources, conflicts, duplicates, messages."""
    say = Say(lang)
    files = [
        s
        for s in consolidated.sources
        if s.template == item.template.key or (s.template is None and s.outcome != "taken")
    ]
    sources = Listing(
        "quellen",
        say("Quellen", "Sources"),
        say(
            "Jede Datei dieser Vorlage und jede abgewiesene Datei, mit ihrem Ergebnis.",
            "Every file of this template and every refused file, with its outcome.",
        ),
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
        "konflikte",
        say("Konflikte", "Conflicts"),
        say(
            "Derselbe Schlüssel mit verschiedenen Angaben: welche Werte es gab und was gilt.",
            "The same key with different entries: which values there were and which one counts.",
        ),
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
        "meldungen",
        say("Meldungen", "Messages"),
        say(
            "Was beim Einlesen und Zusammenführen auffiel, und was zu tun ist.",
            "What was noticed when reading and merging, and what to do.",
        ),
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
    return [sources, conflicts, *duplicates(item, lang), messages]


def duplicates(item: Merged, lang: Lang) -> Iterator[Listing]:
    """Yield the pairs that may be one company, for templates that can tell."""
    tables = [b for b in item.template.blocks.values() if isinstance(b, Table) and b.duplicates is not None]
    if not tables or item.refused:
        return
    say = Say(lang)
    yield Listing(
        "dubletten",
        SHEET[lang == "en"],
        say(
            "Dieselbe Firma unter zwei Schlüsseln? Bitte „gleich“ oder „verschieden“ wählen und die Mappe beim "
            "nächsten Zusammenführen mit --decisions angeben. Zusammengelegt wird nur, was als gleich entschieden ist.",
            "The same company under two keys? Choose 'same' or 'different' and name this workbook with --decisions at "
            "the next merge. Only what is decided here as the same is united.",
        ),
        ("entscheidung", "punkte", "gruende", "schluessel_a", "name_a", "ort_a", "team_a", "schluessel_b", "name_b",
         "ort_b", "team_b", "liste"),
        (
            (VERDICT[lang == "en"], 14.0, "text"),
            (say("Punkte (0–100)", "Score (0–100)"), 9.0, "int"),
            (say("Was dafür und dagegen spricht", "What speaks for and against"), 56.0, "long"),
            (KEY_A[lang == "en"], 12.0, "text"),
            (say("Name A", "Name A"), 30.0, "text"),
            (say("Anschrift A", "Address A"), 34.0, "text"),
            (say("Team A", "Team A"), 13.0, "text"),
            (KEY_B[lang == "en"], 12.0, "text"),
            (say("Name B", "Name B"), 30.0, "text"),
            (say("Anschrift B", "Address B"), 34.0, "text"),
            (say("Team B", "Team B"), 13.0, "text"),
            (LIST[lang == "en"], 22.0, "text"),
        ),
        [row for table in tables for row in _pairs(item, table, lang)],
        {0: [SAME[lang == "en"], DIFFERENT[lang == "en"]]},
    )  # fmt: skip


def _pairs(item: Merged, table: Table, lang: Lang) -> Iterator[list[object]]:
    """Yield open pairs, then decided ones; those united by decision have only their keys left."""
    assert table.duplicates is not None
    by, records = table.duplicates, item.values.rows(table.key)
    place = f"{item.template.key}.{table.key}"
    known = set()

    def side(index: int) -> list[object]:
        row = records[index]
        town = " ".join(str(row[k]) for k in (by.postcode, by.town) if k and not is_blank(row.get(k)))
        parts = [str(row[by.street])] if by.street and not is_blank(row.get(by.street)) else []
        return [row.get(by.name), ", ".join([*parts, *([town] if town else [])]) or None, row.get("mappe_team")]

    for s in item.suspects:
        if s.block == table.key:
            known.add((s.key_a, s.key_b))
            verdict = None if s.same is None else (SAME if s.same else DIFFERENT)[lang == "en"]
            head = [verdict, s.pair.score, s.pair.explained(lang)]
            yield [*head, s.key_a, *side(s.pair.a), s.key_b, *side(s.pair.b), place]
    done = Say(lang)("entschieden", "decided")
    for d in item.decisions.pairs:
        if d.place == (item.template.key, table.key) and (d.a, d.b) not in known:
            verdict = (SAME if d.same else DIFFERENT)[lang == "en"]
            yield [verdict, None, done, d.a, None, None, None, d.b, None, None, None, place]


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
        item_field = block.by_key[name]
        for other in conflict.versions[1:]:
            a, b = first.row.get(name), other.row.get(name)
            if a == b or (is_blank(a) and is_blank(b)):
                continue
            values = [shown(item_field, a, lang) or None, shown(item_field, b, lang) or None]
            verdict = _verdict(conflict, item_field, lang)
            yield [area, key, item_field.title[lang], *values, _places(first), _places(other), verdict]


def _verdict(conflict: Conflict, item: Field, lang: Lang) -> str:
    say = Say(lang)
    if conflict.resolution == "held":
        return say("keiner, Zeilen zurückgehalten", "neither, rows held back")
    if item.merge is not None:
        value = shown(item, conflict.chosen.get(item.key), lang)
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
