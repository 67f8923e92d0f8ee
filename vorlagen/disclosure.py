"""What stands at the place of a finding, for the person at this computer who asks for it: `--show-values`.

Personal entries are masked: initials of names, first letter and ending of an e-mail address, last digits of a
telephone number; of notes only the length. What belongs to no field of a template counts as a note.
"""

from __future__ import annotations

import re
from typing import Any

from vorlagen.findings import Finding
from vorlagen.personal import Place, personal_fields
from vorlagen.records import ReadResult
from vorlagen.spec import Form, Kpis, Personal, Table
from vorlagen.values import is_blank

SHOWN = 60  # characters
_PHONE = re.compile(r"[+0][\d\s()/.\-–]{7,}")


def mask(value: Any, kind: Personal | None) -> str:
    """Return an entry as text, masked by its class; whole when it is not personal."""
    text = " ".join(str(value).split())
    if kind != "note" and "@" in text:  # in a wrong field, too
        kind = "email"
    elif kind is None and _PHONE.fullmatch(text):
        kind = "phone"
    if kind is None:
        return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    if kind == "name":
        return " ".join(f"{word[0]}…" for word in re.findall(r"\w+", text)) or "…"
    if kind == "email":
        local, _, domain = text.rpartition("@")
        return f"{local[:1]}…@{domain[:1]}….{domain.rpartition('.')[2]}" if local else "…"
    if kind == "phone":
        return "…" + re.sub(r"\D", "", text)[-2:]
    return f"… ({len(text)})"


class Disclosure:
    """The entries of one file that was read, by the places of its findings."""

    def __init__(self, result: ReadResult) -> None:
        self.result = result
        self._marked: dict[Place, Personal] = personal_fields(result.template) if result.template is not None else {}
        self._entries = {(e.origin.sheet, e.origin.cell): e for e in result.entries}

    def of(self, finding: Finding) -> str | None:
        """Return what stands at the cell of a finding, masked; None when it has no cell, or nothing stands there."""
        origin = finding.origin
        if origin is None or not origin.cell:
            return None
        entry = self._entries.get((origin.sheet, origin.cell))
        block, key = finding.block, finding.field
        if entry is not None:
            value, known = entry.value, bool(entry.block and entry.field)
            block, key = entry.block or block, entry.field or key
        else:
            value, known = self._value(block, key, origin.row), True
        if is_blank(value):
            return None
        return mask(value, self._marked.get((block, key)) if known else "note")

    def _value(self, block_key: str, key: str, row: int) -> Any:
        template = self.result.template
        block = template.blocks.get(block_key) if template is not None else None
        if isinstance(block, Form | Kpis):
            return self.result.values.form(block_key).get(key)
        rows = self.result.rows.get(block_key, [])
        if isinstance(block, Table) and row in rows:
            return self.result.values.rows(block_key)[rows.index(row)].get(key)
        return None
