"""English workbooks hold no German word, German ones no English word, outside names and sample data.

Every text of a workbook is looked at (cells, literals of formulas, validations, comments, charts, sheet names,
headers and footers, document properties). A word is foreign when the texts of the specs and of
`Context.say` know it in the other language only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests import workbooks
from tests.repair_rules import M, Package
from vorlagen.spec import LANGS, Lang, Rows, Template, Text

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{3,}")
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
BOTH = frozenset(["excel", "libreoffice", "vorlagen"])  # names of products, and the category of the document


def texts(node: Any) -> Iterator[Text]:
    """Every bilingual text below a node of a spec, sample rows left out."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, Rows):
        return
    elif is_dataclass(node):
        for item in fields(node):
            if item.name not in ("example", "example_front", "tree"):
                yield from texts(getattr(node, item.name))
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from texts(value)


def said() -> Iterator[Text]:
    """The texts that the generators say themselves, in both languages."""
    for path in (workbooks.ROOT / "generators").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "func", None)
            if isinstance(node, ast.Call) and getattr(name, "attr", getattr(name, "id", "")) == "say":
                both = [_constant(a) for a in node.args]
                if len(both) == 2:
                    yield Text(*both)


def _constant(node: ast.expr) -> str:
    return " ".join(n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


@cache
def words() -> dict[str, frozenset[str]]:
    """The words of each language."""
    found: dict[str, set[str]] = {"de": set(), "en": set()}
    sources = [t for key in workbooks.KEYS for t in texts(workbooks.CATALOG.template(key))]
    for text in (*sources, *said()):
        for lang in LANGS:
            found[lang] |= {w.casefold() for w in _WORD.findall(text[lang])}
    return {lang: frozenset(found[lang]) for lang in LANGS}


def sample(template: Template, lang: Lang) -> set[str]:
    """Names and sample data: whatever is an input, and who the company is."""
    values = workbooks.values_of(template, "example", lang, 12)
    brand = workbooks.brand()
    found = {brand.name, brand.legal, brand.footer, *brand.contact, template.key}
    choices = {c.label[lang] for one in template.lists for c in one.values}
    for block in values.blocks.values():
        for record in block if isinstance(block, list) else [block]:
            found |= {v for v in record.values() if isinstance(v, str)}
    return found - choices


def visible(path: Path) -> Iterator[tuple[str, str]]:
    """Every text of a workbook with its place."""
    book = Package(path)
    for name, _, sheet in book.sheets:
        yield "sheet name", name
        for cell in sheet.iter(M + "c"):
            if cell.attrib.get("t") == "s":
                yield f"{name}!{cell.attrib['r']}", book.shared[int(cell.findtext(M + "v") or 0)]
            elif cell.attrib.get("t") == "str":
                yield f"{name}!{cell.attrib['r']}", cell.findtext(M + "v") or ""
            for literal in _LITERAL.findall(cell.findtext(M + "f") or ""):
                yield f"{name}!{cell.attrib['r']} (formula)", literal
        for validation in sheet.iter(M + "dataValidation"):
            for key in ("error", "errorTitle", "prompt", "promptTitle"):
                yield f"{name}!{validation.attrib['sqref']} ({key})", validation.attrib.get(key, "")
        for tag in ("oddHeader", "oddFooter"):
            for node in sheet.iter(M + tag):
                yield f"{name} ({tag})", re.sub(r'&("[^"]*"|\d+|[A-Z])', " ", node.text or "")
    for name, content in book.parts.items():
        if re.match(r"xl/(charts/chart|comments|drawings/drawing)|docProps/core", name):
            for node in ET.fromstring(content).iter():
                if node.text and node.tag.rpartition("}")[2] in ("t", "title", "subject", "description", "category"):
                    yield name, node.text
                yield name, node.attrib.get("descr", "")


def foreign_texts(path: Path, template: Template, lang: Lang) -> list[tuple[str, list[str], str]]:
    """Every text of a workbook that holds words of the other language only."""
    other = "de" if lang == "en" else "en"
    foreign = words()[other] - words()[lang] - BOTH
    data = {d for d in sample(template, lang) if len(d) > 2}
    wrong = []
    for place, text in visible(path):
        rest = text
        for known in sorted((d for d in data if d in text), key=len, reverse=True):
            rest = rest.replace(known, " ")
        strange = {w for w in _WORD.findall(rest) if w.casefold() in foreign}
        if strange:
            wrong.append((place, sorted(strange), text[:80]))
    return wrong


@pytest.mark.parametrize("key", workbooks.KEYS)
def test_a_workbook_speaks_one_language(key: str, tmp_path: Path) -> None:
    for lang in LANGS:
        path = workbooks.write(tmp_path, key, "example", lang, limit=12)
        wrong = foreign_texts(path, workbooks.CATALOG.template(key), lang)
        assert not wrong, f"{lang}: {len(wrong)} texts: {wrong[:12]}"


def test_foreign_texts_are_seen(tmp_path: Path) -> None:
    """The German workbook taken for an English one: nearly every sheet, message, chart and property is reported."""
    path = workbooks.write(tmp_path, "angebotsliste", "example", "de", limit=12)
    places = [place for place, _, _ in foreign_texts(path, workbooks.CATALOG.template("angebotsliste"), "en")]
    for kind in ("sheet name", "(error)", "(prompt)", "(oddFooter)", "xl/charts/", "xl/drawings/", "docProps/core"):
        assert any(kind in place for place in places), kind
    assert len(places) > 500
