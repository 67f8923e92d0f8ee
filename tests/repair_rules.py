"""Rules for what Excel "repairs" or refuses although schema validators let it pass.

Each rule yields messages for one workbook (a zip); test_repair_rules.py holds a specimen
for every rule.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from openpyxl.utils.cell import range_boundaries

M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_GERMAN = re.compile(r"\b(WENN|SUMME|UND|ODER|SVERWEIS|ZÄHLENWENN|HEUTE|WENNFEHLER|MITTELWERT)\(")
_FUTURE = re.compile(
    r"(?<![.\w])(XLOOKUP|FILTER|SORT|UNIQUE|LET|IFS|CONCAT|TEXTJOIN|MAXIFS|MINIFS|IFNA|DAYS|ISOWEEKNUM|AGGREGATE)\("
)
_STRING = re.compile(r'"(?:[^"]|"")*"')
_CELL_LIKE = re.compile(r"^([A-Za-z]{1,3}\d{1,7}|[Rr]\d*[Cc]\d*|[RrCc])$")


class Package:
    """The parts of a workbook that the rules look at."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.workbook = ET.fromstring(self.parts["xl/workbook.xml"])
        self.shared = self._shared()
        self.sheets: list[tuple[str, str, ET.Element]] = []  # name, part, root
        targets = self.relations("xl/workbook.xml")
        for sheet in self.workbook.iter(M + "sheet"):
            part = targets[sheet.attrib[R + "id"]]
            self.sheets.append((sheet.attrib["name"], part, ET.fromstring(self.parts[part])))

    def _shared(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self.parts:
            return []
        root = ET.fromstring(self.parts["xl/sharedStrings.xml"])
        return ["".join(t.text or "" for t in si.iter(M + "t")) for si in root.iter(M + "si")]

    def relations(self, part: str) -> dict[str, str]:
        """Relationship id -> part name."""
        folder, name = part.rsplit("/", 1)
        rels = self.parts.get(f"{folder}/_rels/{name}.rels")
        if rels is None:
            return {}
        out = {}
        for rel in ET.fromstring(rels):
            target = rel.attrib["Target"]
            pieces = (target[1:] if target.startswith("/") else f"{folder}/{target}").split("/")
            clean: list[str] = []
            for piece in pieces:
                clean = clean[:-1] if piece == ".." else [*clean, piece]
            out[rel.attrib["Id"]] = "/".join(clean)
        return out

    def tables(self, part: str) -> list[ET.Element]:
        """Table parts of a sheet."""
        return [ET.fromstring(self.parts[t]) for t in self.relations(part).values() if "/tables/" in t]

    def cell_text(self, sheet: ET.Element, name: str) -> str | None:
        """Text of a string cell."""
        for cell in sheet.iter(M + "c"):
            if cell.attrib.get("r") == name:
                value = cell.find(M + "v")
                if cell.attrib.get("t") == "s" and value is not None and value.text:
                    return self.shared[int(value.text)]
                return value.text if value is not None else None
        return None


def _cell(col: int, row: int) -> str:
    from openpyxl.utils.cell import get_column_letter

    return f"{get_column_letter(col)}{row}"


def table_columns(p: Package) -> Iterator[str]:
    """Column names are unique regardless of case, as many as the range is wide, and equal to the header cells."""
    for name, part, sheet in p.sheets:
        for table in p.tables(part):
            columns = [c.attrib["name"] for c in table.iter(M + "tableColumn")]
            left, top, right, _ = range_boundaries(table.attrib["ref"])
            doubled = [n for n, k in Counter(c.casefold() for c in columns).items() if k > 1]
            if doubled:
                yield f"{name}: table columns twice: {doubled}"
            if len(columns) != right - left + 1:
                yield f"{name}: {len(columns)} table columns over {right - left + 1} cells"
            for n, column in enumerate(columns):
                text = p.cell_text(sheet, _cell(left + n, top))
                if text != column:
                    yield f"{name}: heading {text!r} is not the table column {column!r}"


def table_names(p: Package) -> Iterator[str]:
    """Table names are unique in the workbook, also against defined names, and do not look like cells."""
    names = [t.attrib["displayName"] for _, part, _ in p.sheets for t in p.tables(part)]
    names += [n.attrib["name"] for n in p.workbook.iter(M + "definedName") if not n.attrib["name"].startswith("_xlnm")]
    for name, count in Counter(n.casefold() for n in names).items():
        if count > 1:
            yield f"name twice: {name}"
    for name in names:
        if _CELL_LIKE.match(name) or not re.fullmatch(r"[A-Za-z_\\][\w.\\]*", name) or len(name) > 255:
            yield f"name that looks like a cell or is not allowed: {name}"


def list_literals(p: Package) -> Iterator[str]:
    """A literal list in a validation has at most 255 characters, as has a formula there."""
    for name, _, sheet in p.sheets:
        for validation in sheet.iter(M + "dataValidation"):
            for tag in ("formula1", "formula2"):
                text = validation.findtext(M + tag) or ""
                if len(text) > 257:
                    yield f"{name}: validation formula of {len(text)} characters"
            for key, limit in (("errorTitle", 32), ("promptTitle", 32), ("error", 255), ("prompt", 255)):
                if len(validation.attrib.get(key, "")) > limit:
                    yield f"{name}: {key} longer than {limit}"


def filter_over_table(p: Package) -> Iterator[str]:
    """No sheet filter where a table has its own."""
    for name, part, sheet in p.sheets:
        if sheet.find(M + "autoFilter") is not None and p.tables(part):
            yield f"{name}: sheet filter over a table"


def sheet_names(p: Package) -> Iterator[str]:
    """Sheet names: 31 characters at most, no forbidden characters, unique regardless of case."""
    names = [name for name, _, _ in p.sheets]
    for name in names:
        if not 0 < len(name) <= 31 or re.search(r"[\[\]:*?/\\]", name) or name[0] == "'" or name[-1] == "'":
            yield f"sheet name {name!r}"
    if len({n.casefold() for n in names}) < len(names):
        yield "two sheets have the same name"


def formula_text(p: Package) -> Iterator[str]:
    """Stored formulas have commas, English names, prefixes where needed, no leading = and 8,192 characters at most."""
    for name, part, sheet in p.sheets:
        nodes = [
            (c.attrib.get("r", "?"), c.findtext(M + "f")) for c in sheet.iter(M + "c") if c.find(M + "f") is not None
        ]
        nodes += [("validation", f.text) for tag in ("formula1", "formula2") for f in sheet.iter(M + tag)]
        nodes += [("rule", f.text) for f in sheet.iter(M + "formula")]
        nodes += [("column", f.text) for t in p.tables(part) for f in t.iter(M + "calculatedColumnFormula")]
        for where, text in nodes:
            bare = _STRING.sub("", text or "")
            if ";" in bare:
                yield f"{name}!{where}: semicolon"
            if bare.startswith("="):
                yield f"{name}!{where}: leading ="
            if _GERMAN.search(bare):
                yield f"{name}!{where}: German function name"
            if _FUTURE.search(bare):
                yield f"{name}!{where}: function without prefix"
            if len(text or "") > 8192:
                yield f"{name}!{where}: {len(text or '')} characters"


def overlapping_areas(p: Package) -> Iterator[str]:
    """No merged cells over each other or under a table, no two tables over each other."""
    for name, part, sheet in p.sheets:
        merged = [("merge", range_boundaries(m.attrib["ref"])) for m in sheet.iter(M + "mergeCell")]
        areas = merged + [("table", range_boundaries(t.attrib["ref"])) for t in p.tables(part)]
        for n, (kind, a) in enumerate(areas):
            for other, b in areas[n + 1 :]:
                if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]:
                    yield f"{name}: {kind} and {other} overlap"


def doubled_formats(p: Package) -> Iterator[str]:
    """No conditional format twice with the same range and condition; no two validations over the same cells."""
    for name, _, sheet in p.sheets:
        seen: Counter[tuple[str, str, str]] = Counter()
        for block in sheet.iter(M + "conditionalFormatting"):
            for rule in block.iter(M + "cfRule"):
                key = (
                    block.attrib["sqref"],
                    rule.attrib["type"],
                    "|".join(f.text or "" for f in rule.iter(M + "formula")),
                )
                seen[key] += 1
        for key, count in seen.items():
            if count > 1:
                yield f"{name}: conditional format twice at {key[0]}"
        boxes = [range_boundaries(ref) for v in sheet.iter(M + "dataValidation") for ref in v.attrib["sqref"].split()]
        for n, a in enumerate(boxes):
            for b in boxes[n + 1 :]:
                if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]:
                    yield f"{name}: two validations over the same cells"


RULES: tuple[Callable[[Package], Iterator[str]], ...] = (
    table_columns,
    table_names,
    list_literals,
    filter_over_table,
    sheet_names,
    formula_text,
    overlapping_areas,
    doubled_formats,
)


def findings(path: Path) -> list[str]:
    """All findings of all rules."""
    package = Package(path)
    return [f"{rule.__name__}: {message}" for rule in RULES for message in rule(package)]
