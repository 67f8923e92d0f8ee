"""Where merged rows come from: the columns of provenance, and what a workbook says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from vorlagen.findings import Origin
from vorlagen.records import ReadResult
from vorlagen.spec import Field, Sheet, Table, Template, Text
from vorlagen.values import Row, is_blank

HOLIDAYS = "feiertage"
FRONT = "deckblatt"

# The headings are those of titles.yaml; a test holds the two together.
PROVENANCE: tuple[Field, ...] = (
    Field("quelle_datei", Text("Quelldatei", "Source file"), width=26.0),
    Field("quelle_blatt", Text("Quellblatt", "Source sheet"), width=16.0),
    Field("quelle_zeile", Text("Quellzeile", "Source row"), "int", width=11.0),
    Field("mappe_id", Text("Mappen-Nr.", "Workbook no."), width=18.0),
    Field("mappe_team", Text("Team der Mappe", "Workbook team"), width=16.0),
    Field("mappe_stichtag", Text("Stichtag der Mappe", "Workbook cut-off date"), "date", width=13.0),
)
PROVENANCE_KEYS = frozenset(f.key for f in PROVENANCE)


def is_record_table(block: object) -> bool:
    """Whether a block holds records of the office (not holidays, not parameters)."""
    return isinstance(block, Table) and block.key != HOLIDAYS and not block.must_match


def _renamed(item: Field) -> Field:
    """Return a provenance column under a heading that a template does not use itself."""
    return replace(item, title=Text(f"{item.title.de} (Mappe)", f"{item.title.en} (workbook)"))


_APPENDED = (*PROVENANCE, *map(_renamed, PROVENANCE))


def is_provenance(item: Field) -> bool:
    """Whether a field was appended by `with_provenance` (a template may have own fields of these keys)."""
    return item.key in PROVENANCE_KEYS and item in _APPENDED


def with_provenance(template: Template) -> Template:
    """Return the template whose record tables end in columns of provenance.

    A table that has a field of one of the keys keeps its own. Formulas are shared with the
    original, so their compiled trees stay. Applying it twice changes nothing.
    """
    sheets = tuple(_sheet_with_provenance(sheet) for sheet in template.sheets)
    return replace(template, sheets=sheets)


def _sheet_with_provenance(sheet: Sheet) -> Sheet:
    blocks = tuple(
        replace(block, fields=(*block.fields, *_missing(block)))
        if isinstance(block, Table) and is_record_table(block)
        else block
        for block in sheet.blocks
    )
    return replace(sheet, blocks=blocks)


def _missing(table: Table) -> Iterable[Field]:
    taken = {lang: {f.title[lang].casefold() for f in table.fields} for lang in ("de", "en")}
    for item in PROVENANCE:
        if item.key in table.by_key:
            continue
        clash = any(item.title[lang].casefold() in taken[lang] for lang in ("de", "en"))
        # Excel allows a heading only once in a table.
        yield _renamed(item) if clash else item


@dataclass(frozen=True)
class Source:
    """A workbook that takes part in a merge.

    Attributes:
        result: the workbook as read.
        file: short name that tells the files apart.
        front: its front sheet, in the language of the merge.
        cutoff: its Stichtag; today when it states none.
    """

    result: ReadResult
    file: str
    front: Row
    cutoff: date

    @property
    def unit(self) -> tuple[Any, ...]:
        """What counts once when figures add up: the workbook of one period, however often it was sent."""
        book = self.front.get("mappe_id")
        return (self.file if is_blank(book) else book, self.front.get("zeitraum_von"), self.front.get("zeitraum_bis"))

    def rows(self, block: str) -> list[Row]:
        """Records of a table, as read."""
        return self.result.values.rows(block)

    def origin(self, block: str, field: str, index: int | None = None) -> Origin:
        """Return the place of a field: of record `index` in a table, of a form without it."""
        sheet = self.result.sheets.get(block, "")
        place = self.result.cells.get(block, {}).get(field, "")
        if index is None:
            return Origin(self.file, sheet, place)
        rows = self.result.rows.get(block, [])
        row = rows[index] if index < len(rows) else 0
        return Origin(self.file, sheet, f"{place}{row}" if place and row else "", row)

    def marks(self, origin: Origin) -> Row:
        """Return the values of the provenance columns for a row of this workbook."""
        return {
            "quelle_datei": self.file,
            "quelle_blatt": origin.sheet or None,
            "quelle_zeile": origin.row or None,
            "mappe_id": self.front.get("mappe_id"),
            "mappe_team": self.front.get("team"),
            "mappe_stichtag": self.cutoff,
        }


def file_names(results: Sequence[ReadResult]) -> dict[Path, str]:
    """Return how each file is named in reports; names that occur twice get folders before them."""
    names = {r.file: r.name for r in results}
    for same in _namesakes(names):
        # The root is a part of its own: /n/x.xlsx and n/x.xlsx differ in nothing else.
        parts = {path: (path.anchor, *path.relative_to(path.anchor).parts) for path in same}
        longest = max(map(len, parts.values()))
        apart = (n for n in range(1, longest) if len({p[-n:] for p in parts.values()}) == len(same))
        depth = next(apart, longest)
        names |= {path: Path(*parts[path][-depth:]).as_posix() for path in same}
    for same in _namesakes(names):  # a name made just now may be that of another file
        names |= {path: path.as_posix() for path in same}
    return names


def _namesakes(names: Mapping[Path, str]) -> list[list[Path]]:
    """Return the files of every name that occurs more than once."""
    by_name: dict[str, list[Path]] = {}
    for path, name in names.items():
        by_name.setdefault(name, []).append(path)
    return [same for same in by_name.values() if len(same) > 1]
