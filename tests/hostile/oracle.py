"""A slow, strict and independent reading of a workbook's parts: what it really says.

Used to tell a mutant that says something else from one that is misread.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

Content = dict[tuple[str, ...], Any]


def content(data: bytes) -> Content | None:
    """Return everything that a workbook says; None when that is not certain."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name.lower(): archive.read(name) for name in archive.namelist()}
        return _content(parts)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        IndexError,
        AttributeError,
        ElementTree.ParseError,
        StopIteration,
    ):
        return None


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for child in element if _local(child) == name]


def _one(element: ElementTree.Element, name: str) -> ElementTree.Element:
    (found,) = _children(element, name)
    return found


def _links(parts: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    folder, _, file = part.rpartition("/")
    place = posixpath.join(folder, "_rels", file + ".rels")
    if place not in parts:
        return {}
    links = {}
    for link in ElementTree.fromstring(parts[place]):
        target = link.get("Target", "")
        full = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        links[link.get("Id", "")] = (full.lower(), link.get("Type", "").rpartition("/")[2])
    return links


def _text(element: ElementTree.Element) -> str:
    return "".join(t.text or "" for t in element.iter() if _local(t) == "t")


def _content(parts: dict[str, bytes]) -> Content:
    said: Content = {}
    book = "xl/workbook.xml"
    links = _links(parts, book)
    texts = [_text(si) for si in _children(ElementTree.fromstring(parts["xl/sharedstrings.xml"]), "si")]
    styles = ElementTree.fromstring(parts["xl/styles.xml"])
    formats = [xf.get("numFmtId", "0") for xf in _one(styles, "cellXfs")]
    for code in styles.iter():
        if _local(code) == "numFmt":
            said["format", code.attrib["numFmtId"]] = code.attrib["formatCode"]
    root = ElementTree.fromstring(parts[book])
    for item in _children(root, "workbookPr"):
        said["base",] = item.get("date1904")
    for item in root.iter():
        if _local(item) == "definedName":
            said["name", item.attrib["name"], item.get("localSheetId", "")] = item.text
    for n, sheet in enumerate(_one(root, "sheets")):
        identity = next(v for k, v in sheet.attrib.items() if k.endswith("}id"))
        place, kind = links[identity]
        said["sheet", sheet.attrib["name"]] = (kind, n)
        for (row, column), cell in _cells(ElementTree.fromstring(parts[place]), texts, formats).items():
            said["cell", sheet.attrib["name"], row, column] = cell
        for target, link_kind in _links(parts, place).values():
            if link_kind == "table":
                table = ElementTree.fromstring(parts[target])
                columns = [c.attrib["name"] for c in _one(table, "tableColumns")]
                said["table", table.get("displayName", "")] = (
                    sheet.attrib["name"],
                    sorted(table.attrib.items()),
                    columns,
                )
    if "docprops/custom.xml" in parts:
        for item in ElementTree.fromstring(parts["docprops/custom.xml"]):
            said["property", item.attrib["name"]] = "".join(item.itertext())
    return said


def _cells(sheet: ElementTree.Element, texts: list[str], formats: list[str]) -> dict[tuple[str, str], Any]:
    cells: dict[tuple[str, str], Any] = {}
    line = 0
    for row in _one(sheet, "sheetData"):
        if _local(row) != "row":
            raise ValueError
        line = int(row.get("r", line + 1))
        column = 0
        for cell in row:
            # A cell without an address stands beside the one before; one with an address where that says.
            match = re.fullmatch(r"([A-Z]+)([1-9]\d*)", cell.get("r", f"{_letters(column + 1)}{line}"))
            if match is None or (match[2], match[1]) in cells or _local(cell) != "c":
                raise ValueError
            column = _number(match[1])
            inner = {_local(child): child for child in cell}
            if len(inner) < len(cell):
                raise ValueError
            kind, value = cell.get("t", "n"), inner["v"].text if "v" in inner else None
            if kind == "s" and value is not None:
                if not re.fullmatch(r"\d+", value):
                    raise ValueError
                kind, value = "str", texts[int(value)]
            elif kind == "inlineStr":
                kind, value = "str", _text(inner["is"]) if "is" in inner else None
            elif kind == "n" and value is not None and re.fullmatch(r"[-+.\dEe]+", value):
                value = repr(float(value))
            formula = "f" in inner
            if value is not None or formula:
                cells[match[2], match[1]] = (kind, value, formula, _format(formats, cell))
    return cells


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    return (_letters((number - 1) // 26) if number > 26 else "") + chr(65 + (number - 1) % 26)


def _format(formats: list[str], cell: ElementTree.Element) -> str:
    """Return the number format of a cell, or that it names none."""
    number = int(cell.get("s", "0"))
    return formats[number] if number < len(formats) else "none"
