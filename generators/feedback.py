"""A workbook that was checked -> a copy to hand back, in which every finding stands at its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from generators.accounting import WEIGHTS, Say, shown
from generators.extra import ExtraSheet, Link, Weight
from generators.marks import Mark
from generators.workbook import write_workbook
from vorlagen.brand import Brand
from vorlagen.codes import Severity
from vorlagen.compute import matrix_inputs
from vorlagen.fieldtypes import TYPES
from vorlagen.findings import Finding, Origin
from vorlagen.layout import FEEDBACK_SHEET, FEEDBACK_SHEET_2, HEADING, cell_name
from vorlagen.records import Entry, ReadResult
from vorlagen.refill import Address, Refill, as_text
from vorlagen.spec import Field, Matrix, Summary
from vorlagen.values import is_blank

SUFFIX = {"de": "_Rückmeldung", "en": "_feedback"}
_TEXT_SHOWN = 500  # characters of an entry in a comment

# What the copy itself has already put right.
_DONE: dict[str, tuple[str, str]] = {
    "W_FORMULA_OVERWRITTEN": ("In dieser Kopie steht wieder die Formel.", "In this copy the formula is back."),
    "W_FORMULA_DIFFERS": ("In dieser Kopie ist neu gerechnet.", "In this copy it is recalculated."),
    "W_VALUE_CONVERTED": ("In dieser Kopie schon umgewandelt: bitte prüfen.", "Converted in this copy: please check."),
    "E_COLUMN_MISSING": ("In dieser Kopie ist die Spalte wieder da.", "In this copy the column is back."),
    "E_FIELD_MISSING": ("In dieser Kopie ist das Feld wieder da.", "In this copy the field is back."),
    "E_BLOCK_MISSING": ("In dieser Kopie ist der Bereich wieder da.", "In this copy the area is back."),
    "I_SHEET_UNKNOWN": ("Es ist nicht in dieser Kopie.", "It is not in this copy."),
}


def target(result: ReadResult, folder: Path) -> Path:
    """Return the path of the copy of a workbook; subfolders of its name in reports are kept."""
    suffix = SUFFIX[result.lang]
    name = Path(result.name)
    return folder / name.parent / f"{name.stem.removesuffix(suffix)}{suffix}.xlsx"


def write_feedback(path: Path, result: ReadResult, *, brand: Brand, today: date) -> None:
    """Write the copy of one workbook.

    Args:
        path: target; its folder exists.
        result: a workbook that was taken, with its findings.
        brand: look of the copy.
        today: value of TODAY().

    Raises:
        OSError: the file cannot be written.
        ValueError: a value cannot be written (text beyond Excel's limit).
    """
    feedback = Feedback(result)
    refill = feedback.refill
    write_workbook(
        path,
        refill.template,
        refill.values,
        brand=brand,
        lang=refill.lang,
        today=today,
        rows=refill.rows,
        merged=refill.merged,
        extra_sheets=[feedback.sheet()],
        capacities=refill.capacities,
        marks=feedback.marks(),
    )


@dataclass(frozen=True)
class Remark:
    """One finding, or one entry that has no place in the copy.

    Attributes:
        sheet, cell: in the copy; in the sender's file when the copy has no such cell.
        entry: what the sender typed there, as text.
        address: its cell in the copy.
    """

    level: Severity
    code: str
    message: str
    remedy: str
    sheet: str
    cell: str
    title: str
    entry: str
    address: Address | None = None


class Feedback:
    """What is to be said about one workbook, by place in its copy."""

    def __init__(self, result: ReadResult) -> None:
        self.result = result
        self.refill = Refill(result)
        self.say = Say(self.refill.lang)
        self.entries = {(e.origin.sheet, e.origin.cell): e for e in result.entries}
        self.records = {
            key: {self.refill.place(key, row): n for n, row in enumerate(rows)} for key, rows in result.rows.items()
            if key in self.refill.rows
        }  # fmt: skip
        self.grids: dict[str, list[list[Any]]] = {}

    @cached_property
    def remarks(self) -> list[Remark]:
        """All findings, errors first and then by place, and the entries that have no place in the copy."""
        return [*sorted(map(self._remark, self.result.findings), key=self._order), *self._lost()]

    def _order(self, remark: Remark) -> tuple[int, int, int, int]:
        layout = self.refill.layout
        spot = layout.spot(*remark.address) if remark.address is not None else None
        weight = list(WEIGHTS).index(remark.level)
        if spot is None:
            return weight, len(layout.sheets), 0, 0
        return weight, [sheet.name for sheet in layout.sheets].index(spot[0]), *spot[1:]

    def _remark(self, finding: Finding) -> Remark:
        lang = self.refill.lang
        origin = finding.origin or Origin("", "")
        entry = self.entries.get((origin.sheet, origin.cell))
        block = finding.block or (entry.block if entry is not None else "")
        address = self.refill.address(block, finding.field, origin.cell, origin.row) if block else None
        spot = self.refill.layout.spot(*address) if address is not None else None
        sheet, cell = origin.sheet, origin.cell or (str(origin.row) if origin.row else "")
        if spot is not None:
            sheet, cell = spot[0], cell_name(*spot[1:])
        finding = self._here(finding)
        done = self.say(*_DONE[finding.code]) if finding.code in _DONE else ""
        keep = not done or finding.code == "I_SHEET_UNKNOWN"
        item = self._field(block, address.field if address is not None else finding.field)
        title = finding.facts_in(lang).get("title") or (item.title[lang] if item is not None else "")
        return Remark(
            finding.level, finding.code, finding.message(lang),
            " ".join(part for part in (finding.remedy(lang) if keep else "", done) if part),
            sheet, cell, str(title), self._entry(entry, address, item), address if spot is not None else None,
        )  # fmt: skip

    def _here(self, finding: Finding) -> Finding:
        """Return a finding whose facts name rows of the copy instead of the file."""
        other = finding.facts.get("other")
        place = self.refill.place(finding.block, other) if isinstance(other, int) else None
        if place is None:
            return finding
        row = self.refill.layout.placed[finding.block].first + place + 1
        return replace(finding, facts={**finding.facts, "other": row})

    def _field(self, block: str, field: str) -> Field | None:
        found = self.refill.template.blocks.get(block)
        return found.by_key.get(field) if found is not None else None

    # -- what the sender typed -------------------------------------------------------------

    def _entry(self, entry: Entry | None, address: Address | None, item: Field | None) -> str:
        """Return what a cell of the file holds, as text; of a computed cell only when it was typed over."""
        if entry is not None:
            return self._text(item, entry.value)
        if address is None or item is None or address.record == HEADING:
            return ""
        if item.key in self.result.states.get(address.block, {}):
            return self._text(item, self._typed_over(address))
        content = self.refill.values.blocks.get(address.block, {})
        block = self.refill.template.blocks[address.block]
        if isinstance(content, dict):
            return self._text(item, content.get(item.key))
        if isinstance(block, Matrix):
            if block.key not in self.grids:
                placed = self.refill.layout.placed[block.key]
                size = placed.rows, placed.across[1]
                self.grids[block.key] = matrix_inputs(block, self.refill.values, self.refill.layout, *size)
            return self._text(item, self.grids[block.key][address.record][address.across])
        return self._text(item, content[address.record].get(item.key)) if address.record < len(content) else ""

    def _typed_over(self, address: Address) -> Any:
        """Return the constant in a computed cell of the file, None when it holds its formula."""
        states = self.result.states[address.block][address.field]
        stored = self.result.stored[address.block][address.field]
        places = self.records.get(address.block)
        index = address.record if places is None else places.get(address.record, len(states))
        if index >= len(states):
            return None
        state, value = states[index], stored[index]
        if isinstance(state, list):
            state, value = state[address.across], value[address.across]
        return value if state == "constant" else None

    def _text(self, item: Field | None, value: Any) -> str:
        if isinstance(value, float) and item is not None and item.type in ("date", "month", "time"):
            typed = TYPES[item.type].from_cell(value)
            value = value if typed is None else typed
        if isinstance(value, bool):
            return self.say("WAHR", "TRUE") if value else self.say("FALSCH", "FALSE")
        if isinstance(value, datetime | timedelta):
            return as_text(value, self.refill.lang)
        return shown(item, value, self.refill.lang)

    def _lost(self) -> Iterator[Remark]:
        """Entries that have no place in the copy."""
        reasons = {
            "column": ("Die Spalte gehört nicht zur Vorlage.", "The column is not part of the template."),
            "row": ("Die Zeile ist eine Summenzeile.", "The row is a total."),
            "room": ("Dafür ist in der Vorlage kein Platz.", "The template has no room for it."),
        }
        found: list[tuple[str, Origin, Field | None, str, Any]] = []
        for entry in self.result.entries:
            if entry.kept == "outside":
                item = self._field(entry.block, entry.field)
                title = entry.title if item is None else item.title[self.refill.lang]
                found.append(("column" if item is None else "row", entry.origin, item, title, entry.value))
        for block in self.refill.template.blocks.values():
            if isinstance(block, Summary):
                first = self.refill.layout.placed[block.key].rows
                places = self.result.rows.get(block.key, [])
                for n, row in enumerate(self.refill.values.rows(block.key)[first:], first):
                    for key, value in row.items():
                        cell = f"{self.result.cells[block.key][key]}{places[n]}"
                        origin = Origin("", self.result.sheets[block.key], cell, places[n])
                        item = block.by_key[key]
                        found.append(("room", origin, item, item.title[self.refill.lang], value))
        for reason, origin, item, title, value in found:
            if is_blank(value):
                continue
            message = self.say("Steht nicht in dieser Kopie. ", "Not in this copy. ") + self.say(*reasons[reason])
            remedy = self.say("Bei Bedarf in ein Feld der Vorlage übertragen.", "Move it to a field if needed.")
            yield Remark("info", "", message, remedy, origin.sheet, origin.cell, title, self._text(item, value))

    # -- marks -----------------------------------------------------------------------------

    def marks(self) -> list[Mark]:
        """Return the marks of the copy: every finding that has a cell there."""
        found = []
        for remark in self.remarks:
            if (address := remark.address) is not None:
                typed = self.refill.refused.get(address)
                # A date in a date field is shown as a date, though it is refused.
                as_typed = typed is not None and not isinstance(typed.value, date)
                text = self._comment(remark, address)
                block, field, index, across = address
                found.append(Mark(block, field, remark.level, text, index, across, as_typed))
        return found

    def _comment(self, remark: Remark, address: Address) -> str:
        lines = [f"{self.say(*WEIGHTS[remark.level])}: {remark.message}", f"→ {remark.remedy}"]
        item = self._field(address.block, address.field)
        replaced = item is not None and (item.computed or remark.code in ("E_INPUT_FORMULA", "E_VALUE_ERROR"))
        if remark.entry and (replaced or remark.code == "W_VALUE_CONVERTED"):
            lines.append(f"{self.say('Ihr Eintrag', 'Your entry')}: {remark.entry[:_TEXT_SHOWN]}")
        return "\n".join([*lines, f"[{remark.code}]"])

    # -- the list --------------------------------------------------------------------------

    def sheet(self) -> ExtraSheet:
        """Return the sheet that lists all remarks."""
        say = self.say
        name = FEEDBACK_SHEET[self.refill.lang]
        if any(sheet.name.casefold() == name.casefold() for sheet in self.refill.layout.sheets):
            name = FEEDBACK_SHEET_2[self.refill.lang]
        columns = (
            (say("Nr.", "No."), 7.0, "int"),
            (say("Art", "Kind"), 12.0, "text"),
            (say("Blatt", "Sheet"), 18.0, "text"),
            (say("Zelle", "Cell"), 10.0, "text"),
            (say("Feld", "Field"), 24.0, "long"),
            (say("Ihr Eintrag", "Your entry"), 26.0, "long"),
            (say("Was aufgefallen ist", "What was noticed"), 50.0, "long"),
            (say("Was zu tun ist", "What to do"), 44.0, "long"),
            (say("Kennung", "Code"), 26.0, "text"),
        )
        rows = [
            [
                number, Weight(r.level, say(*WEIGHTS[r.level])), r.sheet or None,
                Link(r.sheet, r.cell) if r.address is not None else r.cell or None,
                r.title or None, r.entry or None, r.message, r.remedy, r.code or None,
            ]
            for number, r in enumerate(self.remarks, 1)
        ]  # fmt: skip
        return ExtraSheet(name, self.headline, self._sentence(), columns, rows, opens=True)

    @property
    def headline(self) -> str:
        """What was found, in one line."""
        levels = [f.level for f in self.result.findings]
        words: dict[Severity, tuple[tuple[str, str], tuple[str, str]]] = {
            "error": (("Fehler", "error"), ("Fehler", "errors")),
            "warning": (("Warnung", "warning"), ("Warnungen", "warnings")),
            "info": (("Hinweis", "note"), ("Hinweise", "notes")),
        }
        counts = [(levels.count(level), texts) for level, texts in words.items()]
        parts = [f"{count} {self.say(*texts[count != 1])}" for count, texts in counts if count]
        nothing = self.say("nichts zu berichtigen", "nothing to correct")
        return f"{FEEDBACK_SHEET[self.refill.lang]}: {', '.join(parts) or nothing}"

    def _sentence(self) -> str:
        if not any(f.level != "info" for f in self.result.findings):
            return self.say(
                "Diese Mappe ist in Ordnung; Sie müssen nichts zurücksenden.",
                "This workbook is in order; nothing needs to be sent back.",
            )
        return self.say(
            "Bitte die markierten Zellen in dieser Datei berichtigen, speichern und sie auf demselben Weg "
            "zurücksenden wie die erste. Ein Klick auf die Zelle führt hin.",
            "Please correct the marked cells in this file, save it and send it back the same way as the first. "
            "A click on a cell's name leads there.",
        )
