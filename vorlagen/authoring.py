"""For authors: check specs and brands, and begin new ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from vorlagen.brand import load_brand
from vorlagen.brand_lists import brand_list_problems
from vorlagen.catalog import Catalog, shipped_folder
from vorlagen.findings import SpecErrors, SpecProblem
from vorlagen.load import Common, load_template
from vorlagen.spec import LANGS

FIRST_FREE = 36
SPEC_FILES = "[0-9][0-9]_*.yaml"
_KEY = re.compile(r"[a-z][a-z0-9_]{1,40}")


def spec_files(paths: Sequence[Path]) -> list[Path]:
    """Return the spec files among files and folders; without any, all shipped ones."""
    files: list[Path] = []
    for path in paths or [shipped_folder()]:
        files += sorted(path.rglob(SPEC_FILES)) if path.is_dir() else [path]
    return files


def misnamed(paths: Sequence[Path]) -> list[SpecProblem]:
    """Return the files in folders of templates that are ignored because of their names."""
    hint = "rename it to NN_key.yaml (two digits, the key), or move it out of the folder"
    shipped = shipped_folder().resolve()
    return [
        SpecProblem(file.name, 0, "not named NN_key.yaml, so it is ignored", hint)
        for path in paths
        if path.is_dir() and path.resolve() != shipped
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in (".yaml", ".yml") and file.is_file() and not file.match(SPEC_FILES)
    ]


def check_specs(files: Sequence[Path]) -> list[SpecProblem]:
    """Return every fault of the given spec files, in the order of the files."""
    from vorlagen.layout import make_layout

    try:
        common = Common(shipped_folder())
        _ = common.lists
    except SpecErrors as error:
        return error.problems
    problems: list[SpecProblem] = []
    shipped = Catalog().entries.values()
    numbers = {e.number: (e.key, e.path.name) for e in shipped}
    keys: dict[str, str] = {}
    for path in files:
        try:
            template = load_template(path, common, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            reason = "not found" if isinstance(error, FileNotFoundError) else "not readable as UTF-8 text"
            problems.append(SpecProblem(path.name, 0, f"spec file {reason}", "check the path"))
            continue
        except SpecErrors as error:
            problems += error.problems
            continue
        for lang in LANGS:
            make_layout(template, lang)
        holder, used = numbers.setdefault(template.number, (template.key, path.name))
        if holder != template.key:
            problems.append(
                SpecProblem(path.name, 2, f"number {template.number} is used by {used}", "take another one")
            )
        if template.key in keys:
            problems.append(
                SpecProblem(path.name, 1, f"key '{template.key}' is used by {keys[template.key]}", "rename it")
            )
        keys.setdefault(template.key, path.name)
    return problems


def next_number(catalog: Catalog) -> int:
    """Return the first free number from 36."""
    used = {entry.number for entry in catalog.entries.values()}
    return next(n for n in range(FIRST_FREE, 1000) if n not in used)


def is_key(word: str) -> bool:
    """Whether a word may be the key of a template."""
    return _KEY.fullmatch(word) is not None


_SPEC = """\
key: {key}
number: {number}
version: 1
group: eigene
title: {{de: {title}, en: {title}}}
# Every text has both languages. The five lines above stand first, each on one line.
purpose: {{de: "Wozu die Vorlage dient, in einem Satz.", en: "What the template is for, in one sentence."}}
filled_by: {{de: Innendienst, en: Inside sales}}
rhythm: {{de: wöchentlich, en: weekly}}
steps:
  - {{de: "Deckblatt ausfüllen", en: "Fill in the front sheet"}}
  - {{de: "Jeden Eintrag als eine Zeile in „Einträge“ erfassen", en: "Enter every item as one row in 'Entries'"}}

# Choice lists of this template only; shared ones (L_TEAM, L_REGION, …) are named without being listed.
lists:
  L_{upper}_STATUS:
    title: {{de: Status, en: Status}}
    fix: true
    values:
      - {{key: offen, de: offen, en: open}}
      - {{key: erledigt, de: erledigt, en: done}}

# Front sheet, lists and notes are added to these sheets.
sheets:
  - name: {{de: Einträge, en: Entries}}
    blocks:
      - kind: table
        key: eintraege
        rows: 200
        identity: [eintrag_nr]              # a row is occupied when this is filled
        merge: {{on: [eintrag_nr], newest_by: [geaendert_am]}}
        fields:
          - {{key: eintrag_nr, title: {{de: "Eintrag-Nr.", en: "Entry no."}}, required: true, unique: true}}
          - {{key: bezeichnung, title: {{de: Bezeichnung, en: Description}}, required: true, width: 34}}
          - {{key: betrag, title: {{de: Betrag, en: Amount}}, type: money, min: 0}}
          - {{key: status, title: {{de: Status, en: Status}}, type: choice, list: L_{upper}_STATUS, required: true}}
          - {{key: geaendert_am, title: {{de: Geändert am, en: Changed on}}, type: date, required: true}}
          # Computed: Excel's own syntax over field keys; [@key] is the same row.
          - key: offen
            title: {{de: Offener Betrag, en: Open amount}}
            type: money
            formula: IF([@status]=L_{upper}_STATUS.offen, [@betrag], "")
        examples:
          fields: [eintrag_nr, bezeichnung, betrag, status, geaendert_am]
          rows:
            - [E-001, Erster Eintrag, 1200.50, offen, 2026-03-02]
            - [E-002, Zweiter Eintrag, 480, erledigt, 2026-03-09]
  - name: {{de: Übersicht, en: Overview}}
    blocks:
      - kind: kpis
        key: summen
        title: {{de: Summen, en: Totals}}
        fields:
          - key: anzahl
            title: {{de: Einträge, en: Entries}}
            type: int
            formula: COUNTIF(eintraege[eintrag_nr], "?*")
          - {{key: summe_offen, title: {{de: Offen, en: Open}}, type: money, formula: "SUM(eintraege[offen])"}}
"""


def spec_starter(key: str, number: int) -> str:
    """Return a small, commented, valid spec."""
    title = key.replace("_", " ").capitalize()
    return _SPEC.format(key=key, number=number, title=title, upper=key.upper())


BRAND_STARTER = """\
# Look and defaults of one client; used with: vorlagen generate --brand brand.yaml
# Everything may be left out. 'vorlagen brand check brand.yaml' shows the measured contrasts.
name: Beispiel GmbH                      # short name on the front sheet
legal: Fördertechnik für Beispiele       # second line
# logo: logo.png                         # PNG, JPEG or SVG beside this file
palette: {primary: "#1F3A5F", accent: "#C77F2A"}   # all other colours are derived
font: Calibri                            # one of Excel's; for any other one add fallback: Arial
contact:                                 # lines on the front sheet
  - Vertriebsinnendienst
  - innendienst@beispiel.example
footer: Beispiel GmbH
confidential: {de: Vertraulich, en: Confidential}
bundesland: BY                           # whose public holidays count
lang: de                                 # when --lang is not given
lists:                                   # own values of editable lists
  L_TEAM: [Nord, {de: Süd, en: South}]
  L_REGION: [Inland, Ausland]
  L_PRODUKTGRUPPE: [Maschinen, Ersatzteile]
  L_MITARBEITER:
    - {wert: E. Beispiel, rolle: ID, team: Nord, aktiv: ja}
"""


def check_brand(path: Path, catalog: Catalog) -> list[SpecProblem]:
    """Return every fault of a brand file."""
    try:
        return brand_list_problems(load_brand(path), catalog)
    except SpecErrors as error:
        return error.problems
