"""Readings without persons: personal entries replaced by keyed hashes, before anything is merged.

The same entry and key give the same pseudonym in every run and template, so persons can still be counted and
joined; without the key none can be led back, not even by trying names. What is merged and written afterwards never
held the originals. Free text becomes a hash as well: it says that there was a note, and which are equal.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vorlagen.companies import FREE_MAIL, phone_number
from vorlagen.findings import Finding
from vorlagen.personal import Place, personal_fields
from vorlagen.provenance import PROVENANCE
from vorlagen.records import ReadResult
from vorlagen.spec import FieldType, Personal
from vorlagen.values import Row, Values, is_blank

LEAST_KEY = 16  # characters; a shorter key could be found by trying
_WORDS: dict[Personal, str] = {
    "name": "Name", "email": "Mail", "phone": "Telefon", "address": "Adresse", "note": "Notiz", "id": "Id"
}  # fmt: skip
_SOURCE = PROVENANCE[0].key  # names of files can be names of persons


class Pseudonyms:
    """Makes pseudonyms.

    Args:
        key: secret of at least `LEAST_KEY` characters, kept apart from the results.
    """

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def _digest(self, kind: str, text: str) -> str:
        return hmac.new(self._key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def of(self, value: Any, kind: Personal, field_type: FieldType = "text") -> Any:
        """Return what stands for an entry; blank stays blank.

        Addresses of one company keep one domain, and the forms of e-mail and telephone stay, as checks want them.
        """
        if is_blank(value):
            return value
        digest = self._digest(kind, normal(str(value), kind))
        if field_type == "email":
            domain = normal(str(value), kind).rpartition("@")[2]
            shared = self._digest("domain", domain if domain not in FREE_MAIL else normal(str(value), kind))
            return f"p{digest[:12]}@d{shared[:8]}.invalid"
        if field_type == "phone":
            return f"000 {int(digest, 16) % 10**12:012}"
        return f"{_WORDS[kind]}-{digest[:12]}"

    def file(self, name: str) -> str:
        """Return what stands for the name of a file."""
        return f"Mappe-{self._digest('file', unicodedata.normalize('NFC', name))[:12]}.xlsx"


def normal(text: str, kind: Personal) -> str:
    """Return an entry so that ways of writing it fall together: case, blanks, and how a number is dialled."""
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if kind == "phone":
        return phone_number(text.split("durchwahl")[0]) or text
    return text


def pseudonymise(results: Sequence[ReadResult], key: str) -> list[ReadResult]:
    """Return readings in which pseudonyms stand for persons and file names; the given ones stay as they are.

    Args:
        results: files as read and checked.
        key: the secret.
    """
    pseudonyms = Pseudonyms(key)
    names: dict[str, str] = {}
    labels: list[str] = []
    for result in results:
        name = label = pseudonyms.file(result.name)
        number = 1
        while label in labels:  # one name in two folders
            number += 1
            label = f"{Path(name).stem}_{number}.xlsx"
        labels.append(label)
        names[result.name] = names[result.file.name] = label
    return [_hidden(result, label, names, pseudonyms) for result, label in zip(results, labels, strict=True)]


def _hidden(result: ReadResult, label: str, names: Mapping[str, str], pseudonyms: Pseudonyms) -> ReadResult:
    values, stored = result.values, result.stored
    if result.template is not None:
        template = result.template
        marked = personal_fields(template)
        hide = _Hide(marked, {p: template.field(*p).type for p in marked}, pseudonyms)
        blocks: dict[str, list[Row] | Row] = {
            block: hide.row(block, rows) if isinstance(rows, dict) else [hide.row(block, row) for row in rows]
            for block, rows in values.blocks.items()
        }
        lists = dict(values.lists)
        for choices in template.lists:
            kinds = {a.key: c.personal for a in choices.attributes if (c := template.list_by_key.get(a.list or ""))}
            kinds["wert"] = choices.personal
            if any(kinds.values()) and choices.key in lists:
                lists[choices.key] = [
                    {k: pseudonyms.of(v, kind) if (kind := kinds.get(k)) else v for k, v in row.items()}
                    for row in lists[choices.key]
                ]
        values = Values(blocks, lists)
        stored = {
            block: {
                key: [hide.cell((block, key), v) if isinstance(v, str) else v for v in cells]
                for key, cells in columns.items()
            }
            for block, columns in stored.items()
        }
    findings = [_renamed(finding, label, names) for finding in result.findings]
    return replace(
        result, file=Path(label), label=label, values=values, stored=stored, findings=findings, entries=[], rejected={}
    )


class _Hide:
    def __init__(
        self, marked: Mapping[Place, Personal], types: Mapping[Place, FieldType], pseudonyms: Pseudonyms
    ) -> None:
        self.marked = marked
        self.types = types
        self.pseudonyms = pseudonyms

    def cell(self, place: Place, value: Any) -> Any:
        kind = self.marked.get(place)
        if kind is not None:
            return self.pseudonyms.of(value, kind, self.types[place])
        if place[1] == _SOURCE and isinstance(value, str):  # of a workbook that was merged before
            return "; ".join(self.pseudonyms.file(name) for name in value.split("; "))
        return value

    def row(self, block: str, row: Row) -> Row:
        return {key: self.cell((block, key), value) for key, value in row.items()}


def _renamed(finding: Finding, label: str, names: Mapping[str, str]) -> Finding:
    origin = replace(finding.origin, file=label) if finding.origin is not None else None
    facts = dict(finding.facts)
    other = facts.get("other")
    if isinstance(other, str):
        facts["other"] = ", ".join(names.get(name, "…") for name in other.split(", "))
    return replace(finding, origin=origin, facts=facts)
