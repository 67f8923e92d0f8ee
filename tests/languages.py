"""English workbooks hold no German word, German ones no English word, outside names and sample data.

Every text of a workbook is looked at (cells, literals of formulas, validations, comments, charts, sheet names,
headers and footers, document properties). A word is foreign when the texts of the specs, of the brand and of
`Context.say` know it in the other language only. Of a brand, name, contact and whatever it gives once for
both languages are names; what it gives twice is text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from tests import workbooks
from tests.repair_rules import M, Package
from vorlagen.brand import Brand
from vorlagen.spec import LANGS, Lang, Rows, Template, Text
from vorlagen.values import example_values

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
def catalogue() -> tuple[Text, ...]:
    """The texts of all specs and of the generators."""
    return (*(t for key in workbooks.KEYS for t in texts(workbooks.CATALOG.template(key))), *said())


@cache
def words(*further: Text) -> dict[str, frozenset[str]]:
    """The words of each language."""
    found: dict[str, set[str]] = {"de": set(), "en": set()}
    for text in (*catalogue(), *further):
        for lang in LANGS:
            found[lang] |= {w.casefold() for w in _WORD.findall(text[lang])}
    return {lang: frozenset(found[lang]) for lang in LANGS}


def brand_texts(brand: Brand) -> tuple[Text, ...]:
    """What a brand says in two languages."""
    given = [*(v.label for values in brand.lists.values() for v in values), brand.confidential]
    return tuple(text for text in given if text is not None and text.de != text.en)


def brand_names(brand: Brand) -> set[str]:
    """What a brand says once for both languages."""
    labels = {v.label.de for values in brand.lists.values() for v in values if v.label.de == v.label.en}
    return {brand.name, brand.legal, brand.footer, *brand.contact} | labels


def sample(template: Template, brand: Brand, lang: Lang) -> set[str]:
    """Names and sample data: whatever is an input, and who the company is."""
    values = example_values(template, lang, brand.bundesland, workbooks.TODAY)  # holidays are those of the state
    choices = {c.label[lang] for one in template.lists for c in one.values}
    found = set()
    for block in values.blocks.values():
        for record in block if isinstance(block, list) else [block]:
            found |= {v for v in record.values() if isinstance(v, str)}
    return (found - choices) | brand_names(brand) | {template.key}


def visible(book: Package) -> Iterator[tuple[str, str]]:
    """Every text of a workbook with its place."""
    for name, _, sheet in book.sheets:
        formulas: set[str] = set()
        yield "sheet name", name
        for cell in sheet.iter(M + "c"):
            if cell.attrib.get("t") == "s":
                yield f"{name}!{cell.attrib['r']}", book.shared[int(cell.findtext(M + "v") or 0)]
            elif cell.attrib.get("t") == "str":
                yield f"{name}!{cell.attrib['r']}", cell.findtext(M + "v") or ""
            formula = cell.findtext(M + "f") or ""
            if '"' in formula and formula not in formulas:
                formulas.add(formula)
                for literal in _LITERAL.findall(formula):
                    yield f"{name}!{cell.attrib['r']} (formula)", literal
        for validation in sheet.iter(M + "dataValidation"):
            for key in ("error", "errorTitle", "prompt", "promptTitle"):
                yield f"{name}!{validation.attrib['sqref']} ({key})", validation.attrib.get(key, "")
        for tag in ("oddHeader", "oddFooter"):
            for node in sheet.iter(M + tag):
                text = re.sub(r'&("[^"]*"|\d+|[A-Z])', " ", (node.text or "").replace("&&", "\0"))
                yield f"{name} ({tag})", text.replace("\0", "&")
    for name, content in book.parts.items():
        if re.match(r"xl/(charts/chart|comments|drawings/drawing)|docProps/core", name):
            for node in ET.fromstring(content).iter():
                if node.text and node.tag.rpartition("}")[2] in ("t", "title", "subject", "description", "category"):
                    yield name, node.text
                yield name, node.attrib.get("descr", "")


def foreign_texts(book: Package, template: Template, brand: Brand, lang: Lang) -> list[tuple[str, list[str], str]]:
    """Every text of a workbook that holds words of the other language only."""
    other = "de" if lang == "en" else "en"
    known = words(*brand_texts(brand))
    foreign = known[other] - known[lang] - BOTH
    data = {d for d in sample(template, brand, lang) if len(d) > 2}
    seen: dict[str, list[str]] = {}
    wrong = []
    for place, text in visible(book):
        if text not in seen:
            rest = text
            for name in sorted((d for d in data if d in text), key=len, reverse=True):
                rest = rest.replace(name, " ")
            seen[text] = sorted({w for w in _WORD.findall(rest) if w.casefold() in foreign})
        if seen[text]:
            wrong.append((place, seen[text], text[:80]))
    return wrong
