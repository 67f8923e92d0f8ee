"""A miniature template with a block for every rule of merging, and its workbooks as the reader hands them over."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.helpers import catalog_with
from vorlagen.consolidate import (
    Merged,
    consolidate,
)
from vorlagen.ledger import Counts
from vorlagen.provenance import PROVENANCE
from vorlagen.records import ReadResult
from vorlagen.spec import Lang, Table, Template
from vorlagen.stamp import Stamp
from vorlagen.values import Row, Values, list_rows

TODAY = date(2026, 4, 15)
FIELDS = frozenset({"nr", "status", "wert", "geaendert_am"})

SPEC = """
key: mini
number: 90
version: 1
group: angebote
title: Mini
purpose: Test
filled_by: Test
rhythm: Test
stock: STOCK
lists:
  L_ERGEBNIS:
    title: {de: Ergebnis, en: Outcome}
    values:
      - {key: offen, de: offen, en: open}
      - {key: gewonnen, de: gewonnen, en: won}
      - {key: verloren, de: verloren, en: lost}
  L_PUNKTE:
    title: Punkte
    attributes: [{key: punkte, title: Punkte, type: int}, {key: art, title: Art, type: text}]
    values:
      - {key: hoch, de: hoch, en: high, punkte: 3, art: x}
      - {key: tief, de: tief, en: low, punkte: 1, art: y}
  L_DARF:
    title: Darf
    fix: true
    values: [{key: ja, de: ja, en: "yes"}, {key: nein, de: nein, en: "no"}]
sheets:
  - name: {de: Angebote, en: Offers}
    blocks:
      - kind: table
        key: angebote
        rows: 20
        identity: [nr]
        merge: {on: [nr], newest_by: geaendert_am}
        fields:
          - {key: nr, title: Nr., required: true}
          - {key: status, title: Status, type: choice, list: L_ERGEBNIS}
          - {key: wert, title: Wert, type: money}
          - {key: geaendert_am, title: Stand, type: date}
          - {key: punkt, title: Punkt, type: choice, list: L_PUNKTE}
          - {key: gewonnen, title: Gewonnen, type: int, formula: "IF([@status]=L_ERGEBNIS.gewonnen, 1, 0)"}
  - name: Kunden
    blocks:
      - kind: table
        key: kunden
        rows: 20
        identity: [kunde_id]
        merge: {conflict: combine}
        fields:
          - {key: kunde_id, title: Kunde, required: true}
          - {key: umsatz, title: Umsatz, type: money, merge: sum}
          - {key: groesse, title: Größe, type: int, merge: max}
          - {key: note, title: Note, type: decimal, merge: median}
          - {key: letzter, title: Letzter, type: date, merge: latest}
          - {key: darf, title: Darf, type: choice, list: L_DARF, merge: max}
          - {key: themen, title: Themen, merge: join}
          - {key: name, title: Name}
  - name: Massnahmen
    blocks:
      - kind: table
        key: streng
        rows: 20
        identity: [id]
        merge: {conflict: hold}
        fields:
          - {key: id, title: Id, required: true}
          - {key: mappe_id, title: Eigene Mappe}
          - {key: inhalt, title: Quelldatei}
  - name: Parameter
    blocks:
      - kind: form
        key: parameter
        must_match: true
        fields: [{key: zins, title: Zins, type: percent, default: 0.1}]
      - kind: form
        key: notiz
        fields:
          - {key: gespraech, title: Gespräch}
          - {key: menge, title: Menge, type: int, merge: sum}
  - name: Gewichte
    blocks:
      - kind: table
        key: gewichte
        rows: 5
        must_match: true
        identity: [kriterium]
        fields: [{key: kriterium, title: Kriterium}, {key: gewicht, title: Gewicht, type: percent}]
        presets:
          fields: [kriterium, gewicht]
          rows: [[{de: Preis, en: Price}, 0.4], [{de: Nutzen, en: Benefit}, 0.6]]
  - name: Plan
    blocks:
      - kind: summary
        key: plan
        row: {key: ergebnis, title: Ergebnis, type: choice, list: L_ERGEBNIS}
        fields: [{key: soll, title: Soll, type: money, merge: sum}, {key: ziel, title: Ziel, type: int}]
      - kind: matrix
        key: raster
        row: {key: zeile, title: Zeile, list: L_PUNKTE}
        col: {key: spalte, title: Spalte, list: L_DARF}
        cell: {key: zelle, title: Zelle, type: int, merge: sum}
      - kind: kpis
        key: quoten
        fields:
          - {key: hit, title: Hit, type: percent, formula: "RATIO(SUM(angebote[gewonnen]), COUNTIF(angebote[status], L_ERGEBNIS.gewonnen)+COUNTIF(angebote[status], L_ERGEBNIS.verloren))"}
          - {key: summe, title: Summe, type: money, formula: "SUM(angebote[wert])"}
          - {key: zins, title: Zins, type: percent, formula: "parameter.zins"}
"""


@cache
def mini(stock: bool = False) -> Template:
    with TemporaryDirectory() as folder:
        return catalog_with(SPEC.replace("STOCK", str(stock).lower()), Path(folder)).template("mini")


def book(
    name: str = "a.xlsx",
    *,
    lang: str = "de",
    front: Row | None = None,
    lists: dict[str, list[Row]] | None = None,
    template: Template | None = None,
    **blocks: Any,
) -> ReadResult:
    """A workbook as the reader hands it over."""
    spec = template or mini()
    weights = {"de": ("Preis", "Nutzen"), "en": ("Price", "Benefit")}[lang]
    given: dict[str, Any] = {
        "deckblatt": {"mappe_id": name, "firma": "Muster", "stichtag": TODAY, **(front or {})},
        "parameter": {"zins": 0.1},
        "gewichte": [{"kriterium": k, "gewicht": g} for k, g in zip(weights, (0.4, 0.6), strict=True)],
        **blocks,
    }
    tables = [b.key for b in spec.blocks.values() if isinstance(b, Table)]
    count = sum(len(given.get(key, [])) for key in tables)
    tongue: Lang = "en" if lang == "en" else "de"
    texts = {c.key: list_rows(c, tongue, spec) for c in spec.lists} | (lists or {})
    return ReadResult(
        Path(name),
        "taken",
        spec,
        Stamp(spec.key, 1, spec.hash, tongue),
        Values(given, texts),
        rows={key: list(range(5, 5 + len(given.get(key, [])))) for key in tables},
        sheets={b.key: s.name[tongue] for s in spec.sheets for b in s.blocks},
        cells={"angebote": {"nr": "A", "wert": "C"}, "streng": {"id": "A"}, "parameter": {"zins": "B2"}},
        counts=Counts(present=count, taken=count),
    )


def merge(*books: ReadResult, lang: str = "de") -> Merged:
    return consolidate(list(books), lang=lang, today=TODAY).templates["mini"]


def plain_rows(merged: Merged, block: str) -> list[Row]:
    appended = {f.key for f in PROVENANCE} - ({"mappe_id"} if block == "streng" else set())
    return [{k: v for k, v in row.items() if k not in appended} for row in merged.values.rows(block)]


def codes(merged: Merged) -> list[str]:
    return [f.code for f in merged.findings]
