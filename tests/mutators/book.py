"""A workbook as its parts, edited as a person edits it: stored results stay, names and tables follow.

Every cell carries its home, the field and record that it belongs to, wherever it is moved.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any, NamedTuple

from vorlagen.intake.markup import column_number
from vorlagen.layout import cell_name, column_name

_ROW = re.compile(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="(\d+)"( state="\w+")? r:id="(\w+)"/>')
_NAME = re.compile(r"<definedName ([^>]*)>([^<]*)</definedName>")
_COLUMN = re.compile(r"<tableColumn\b[^>]*?(?:/>|>.*?</tableColumn>)", re.DOTALL)
_PLACE = re.compile(r"\$([A-Z]+)\$(\d+)")


class Home(NamedTuple):
    """What a cell belongs to; record -1 is the heading, `across` the column of a matrix."""

    block: str
    field: str
    record: int = 0
    across: int = 0


@dataclass(slots=True)
class Cell:
    """One cell: its attributes without address, and what stands between its tags."""

    head: str = ""
    body: str = ""
    home: Home | None = None

    @property
    def style(self) -> str:
        """The style attribute alone."""
        match = re.search(r' s="\d+"', self.head)
        return match[0] if match else ""

    @property
    def filled(self) -> bool:
        """Whether the cell holds anything."""
        return bool(self.body)


@dataclass
class Table:
    """A table object; rows and columns 0-based, `bottom` the last row of data."""

    part: str
    name: str
    top: int
    left: int
    bottom: int
    right: int
    columns: list[str]
    totals: int = 0


@dataclass
class Sheet:
    """One sheet."""

    name: str
    part: str
    identity: str
    state: str = ""
    before: str = ""
    after: str = ""
    rows: dict[int, str] = field(default_factory=dict)
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Cell:
        """Return a cell, made when missing."""
        return self.cells.setdefault((row, column), Cell())

    def xml(self) -> str:
        """Return the part."""
        lines: dict[int, list[str]] = {row: [] for row in self.rows}
        for (row, column), cell in sorted(self.cells.items()):
            address = cell_name(row, column)
            inner = f">{cell.body}</c>" if cell.body else "/>"
            lines.setdefault(row, []).append(f'<c r="{address}"{cell.head}{inner}')
        data = "".join(
            f'<row r="{row + 1}"{self.rows.get(row, "")}>{"".join(lines[row])}</row>' for row in sorted(lines)
        )
        before = re.sub(r'<dimension ref="[^"]*"/>', "", self.before)
        return f"{before}<sheetData>{data}</sheetData>{self.after}"


class Book:
    """One workbook, opened from and saved as a file."""

    def __init__(self, data: Path | dict[str, bytes]) -> None:
        if isinstance(data, Path):
            with zipfile.ZipFile(data) as archive:
                self.parts = {info.filename: archive.read(info) for info in archive.infolist()}
        else:
            self.parts = dict(data)
        self.workbook = self.parts["xl/workbook.xml"].decode()
        links = self.parts["xl/_rels/workbook.xml.rels"].decode()
        targets = dict(re.findall(r'<Relationship Id="(\w+)"[^>]*Target="([^"]+)"', links))
        self.sheets = {
            unescape(name): Sheet(unescape(name), f"xl/{targets[rid]}", rid, state)
            for name, _, state, rid in _SHEET.findall(self.workbook)
        }
        for sheet in self.sheets.values():
            self._open(sheet)
        self.names: dict[str, tuple[str, str]] = {
            (head if "localSheetId" in head else re.findall(r'name="([^"]*)"', head)[0]): (head, unescape(text))
            for head, text in _NAME.findall(self.workbook)
        }
        self.tables = {t.name: t for part in sorted(self.parts) if "/tables/" in part for t in [self._table(part)]}
        self.texts = self.parts["xl/sharedStrings.xml"].decode()
        self.known = [
            unescape("".join(re.findall(r"<t[^>]*>([^<]*)</t>", item)))
            for item in re.findall(r"<si>(.*?)</si>", self.texts, re.DOTALL)
        ]
        self.added: list[str] = []

    def _open(self, sheet: Sheet) -> None:
        text = self.parts[sheet.part].decode()
        sheet.before, _, rest = text.partition("<sheetData>")
        data, _, sheet.after = rest.rpartition("</sheetData>")
        for row, attributes, inner in _ROW.findall(data):
            sheet.rows[int(row) - 1] = re.sub(r' spans="[^"]*"', "", attributes)
            for letters, number, head, body in _CELL.findall(inner):
                sheet.cells[int(number) - 1, column_number(letters)] = Cell(head, body)

    def _table(self, part: str) -> Table:
        text = self.parts[part].decode()
        name = re.search(r'displayName="([^"]+)"', text)[1]  # type: ignore[index]
        left, top, right, bottom = re.search(r' ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"', text).groups()  # type: ignore[union-attr]
        columns = [unescape(n) for n in re.findall(r'<tableColumn id="\d+" name="([^"]*)"', text)]
        return Table(part, name, int(top) - 1, column_number(left), int(bottom) - 1, column_number(right), columns)

    def sheet_of(self, table: Table) -> Sheet:
        """Return the sheet that a table lies on."""
        file = table.part.rpartition("/")[2]
        for sheet in self.sheets.values():
            folder, _, name = sheet.part.rpartition("/")
            if file.encode() in self.parts.get(f"{folder}/_rels/{name}.rels", b""):
                return sheet
        raise LookupError(table.name)

    # -- contents ------------------------------------------------------------------------------

    def put(self, cell: Cell, value: Any) -> None:
        """Type a value into a cell; its style stays."""
        if value is None:
            cell.head, cell.body = cell.style, ""
        elif isinstance(value, bool):
            cell.head, cell.body = f'{cell.style} t="b"', f"<v>{int(value)}</v>"
        elif isinstance(value, int | float):
            cell.head, cell.body = cell.style, f"<v>{value!r}</v>"
        else:
            if value not in self.known:
                self.known.append(value)
                self.added.append(value)
            cell.head, cell.body = f'{cell.style} t="s"', f"<v>{self.known.index(value)}</v>"

    def text(self, cell: Cell) -> str:
        """Return the text of a cell, empty when it holds none."""
        if ' t="s"' not in cell.head:
            return ""
        return self.known[int(re.search(r"<v>(\d+)</v>", cell.body)[1])]  # type: ignore[index]

    def forget_results(self) -> None:
        """Drop the stored result of every formula, as programs do that cannot calculate."""
        for sheet in self.sheets.values():
            for cell in sheet.cells.values():
                if "<f" in cell.body:
                    cell.head, cell.body = cell.style, re.sub(r"<v>[^<]*</v>|<v/>", "", cell.body)

    def homes(self) -> dict[tuple[str, str], Home]:
        """Return (sheet, cell) -> home."""
        return {
            (sheet.name, cell_name(*place)): cell.home
            for sheet in self.sheets.values()
            for place, cell in sheet.cells.items()
            if cell.home is not None
        }

    def find(self, home: Home) -> tuple[Sheet, int, int]:
        """Return the place of a home.

        Raises:
            LookupError: the cell is gone.
        """
        for sheet in self.sheets.values():
            for place, cell in sheet.cells.items():
                if cell.home == home:
                    return sheet, *place
        raise LookupError(home)

    # -- moving --------------------------------------------------------------------------------

    def move(self, sheet: Sheet, rows: dict[int, int] | None = None, columns: dict[int, int] | None = None) -> None:
        """Move whole rows or columns to other places; those that are not named stay."""
        rows, columns = rows or {}, columns or {}
        sheet.cells = {(rows.get(r, r), columns.get(c, c)): cell for (r, c), cell in sheet.cells.items()}
        sheet.rows = {rows.get(row, row): attributes for row, attributes in sheet.rows.items()}

    def insert_rows(self, sheet: Sheet, at: int, count: int = 1, *, follow: bool = True) -> None:
        """Insert blank rows before row `at`; with `follow`, names and tables move along as in Excel."""
        last = max((row for row, _ in sheet.cells), default=0)
        self.move(sheet, rows={row: row + count for row in range(at, last + 1)})
        if follow:
            self._shift(sheet, at, count, rows=True)

    def insert_columns(self, sheet: Sheet, at: int, count: int = 1, *, follow: bool = True) -> None:
        """Insert blank columns before column `at`."""
        last = max((column for _, column in sheet.cells), default=0)
        self.move(sheet, columns={column: column + count for column in range(at, last + 1)})
        if follow:
            self._shift(sheet, at, count, rows=False)

    def _shift(self, sheet: Sheet, at: int, count: int, *, rows: bool) -> None:
        def place(match: re.Match[str]) -> str:
            row, column = int(match[2]) - 1, column_number(match[1])
            row += count if rows and row >= at else 0
            column += count if not rows and column >= at else 0
            return f"${column_name(column)}${row + 1}"

        own = (f"{sheet.name}!", f"'{sheet.name}'!")
        for key, (head, text) in self.names.items():
            if text.startswith(own):
                self.names[key] = head, _PLACE.sub(place, text)
        for table in self.tables.values():
            if self.sheet_of(table) is not sheet:
                continue
            if rows:
                table.top += count if table.top >= at else 0
                table.bottom += count if table.bottom >= at else 0
            else:
                inside = table.left < at <= table.right
                table.left += count if table.left >= at else 0
                table.right += count if table.right >= at else 0
                if inside:
                    known = [n for n in table.columns if n.startswith("Spalte")]
                    where = at - table.left
                    table.columns[where:where] = [f"Spalte{len(known) + n + 1}" for n in range(count)]

    def delete_column(self, sheet: Sheet, at: int) -> None:
        """Delete a column."""
        last = max(column for _, column in sheet.cells)
        sheet.cells = {place: cell for place, cell in sheet.cells.items() if place[1] != at}
        self.move(sheet, columns={column: column - 1 for column in range(at + 1, last + 1)})
        for table in self.tables.values():
            if self.sheet_of(table) is sheet and table.left <= at <= table.right:
                del table.columns[at - table.left]
                table.right -= 1

    def rename(self, sheet: Sheet, name: str, *, follow: bool = True) -> None:
        """Rename a sheet; with `follow`, names that refer to it are rewritten as in Excel."""
        old = (f"{sheet.name}!", f"'{sheet.name}'!")
        if follow:
            for key, (head, text) in self.names.items():
                for start in old:
                    if text.startswith(start):
                        self.names[key] = head, f"'{name}'!" + text[len(start) :]
        self.sheets = {name if key == sheet.name else key: value for key, value in self.sheets.items()}
        sheet.name = name

    def rename_column(self, table: Table, column: int, heading: str) -> None:
        """Type a heading; Excel keeps the table's own column name equal to it."""
        self.put(self.sheet_of(table).at(table.top, column), heading)
        table.columns[column - table.left] = heading

    def add_sheet(self, name: str, cells: dict[tuple[int, int], Any]) -> Sheet:
        """Add a sheet with values."""
        number = len([p for p in self.parts if p.startswith("xl/worksheets/sheet")]) + 1
        part, rid = f"xl/worksheets/sheet{number}.xml", f"rId9{number}"
        before = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet '
            'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        )
        sheet = Sheet(name, part, rid, before=before, after="</worksheet>")
        for place, value in cells.items():
            self.put(sheet.at(*place), value)
        self.parts[part] = b""
        links = self.parts["xl/_rels/workbook.xml.rels"].decode()
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        line = f'<Relationship Id="{rid}" Type="{kind}" Target="worksheets/sheet{number}.xml"/></Relationships>'
        self.parts["xl/_rels/workbook.xml.rels"] = links.replace("</Relationships>", line).encode()
        types = self.parts["[Content_Types].xml"].decode()
        content = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
        line = f'<Override PartName="/{part}" ContentType="{content}"/></Types>'
        self.parts["[Content_Types].xml"] = types.replace("</Types>", line).encode()
        self.sheets[name] = sheet
        return sheet

    def drop_sheet(self, sheet: Sheet) -> None:
        """Delete a sheet; names that refer to it break as in Excel."""
        del self.sheets[sheet.name]
        for table in [t for t in self.tables.values() if self._lies_on(t, sheet)]:
            del self.tables[table.name]
        for key, (head, text) in list(self.names.items()):
            if text.startswith((f"{sheet.name}!", f"'{sheet.name}'!")):
                if "_xlnm" in key:
                    del self.names[key]
                else:
                    self.names[key] = head, "#REF!"

    def _lies_on(self, table: Table, sheet: Sheet) -> bool:
        folder, _, name = sheet.part.rpartition("/")
        return table.part.rpartition("/")[2].encode() in self.parts.get(f"{folder}/_rels/{name}.rels", b"")

    def to_range(self, table: Table) -> None:
        """Turn a table into plain cells, as Excel's 'convert to range' does."""
        sheet = self.sheet_of(table)
        folder, _, name = sheet.part.rpartition("/")
        links = f"{folder}/_rels/{name}.rels"
        text = self.parts[links].decode()
        pattern = rf'<Relationship Id="(\w+)"[^>]*{re.escape(table.part.rpartition("/")[2])}"/>'
        rid = re.search(pattern, text)[1]  # type: ignore[index]
        self.parts[links] = re.sub(pattern, "", text).encode()
        sheet.after = re.sub(rf'<tablePart r:id="{rid}"/>', "", sheet.after)
        sheet.after = re.sub(r'<tableParts count="\d+"></tableParts>', "", sheet.after)
        del self.parts[table.part]
        types = self.parts["[Content_Types].xml"].decode()
        self.parts["[Content_Types].xml"] = re.sub(rf'<Override PartName="/{table.part}"[^>]*/>', "", types).encode()
        del self.tables[table.name]

    # -- saving --------------------------------------------------------------------------------

    def bytes(self) -> dict[str, bytes]:
        """Return the parts as they are saved."""
        parts = dict(self.parts)
        for sheet in self.sheets.values():
            parts[sheet.part] = sheet.xml().encode()
        kept = {sheet.part for sheet in self.sheets.values()}
        for name in [n for n in parts if n.startswith("xl/worksheets/sheet") and n not in kept]:
            del parts[name]
            parts["[Content_Types].xml"] = re.sub(
                rf'<Override PartName="/{name}"[^>]*/>'.encode(), b"", parts["[Content_Types].xml"]
            )
        for table in self.tables.values():
            parts[table.part] = self._table_xml(table).encode()
        lines = "".join(
            f'<sheet name="{escape(s.name)}" sheetId="{n}"{s.state} r:id="{s.identity}"/>'
            for n, s in enumerate(self.sheets.values(), 1)
        )
        workbook = re.sub(r"<sheets>.*</sheets>", lambda _: f"<sheets>{lines}</sheets>", self.workbook, flags=re.DOTALL)
        names = "".join(
            f"<definedName {head}>{escape(text, quote=False)}</definedName>" for head, text in self._names()
        )
        block = f"<definedNames>{names}</definedNames>" if names else ""
        parts["xl/workbook.xml"] = re.sub(
            r"<definedNames>.*</definedNames>", lambda _: block, workbook, flags=re.DOTALL
        ).encode()
        if self.added:
            items = "".join(f'<si><t xml:space="preserve">{escape(text, quote=False)}</t></si>' for text in self.added)
            texts = self.texts.replace("</sst>", items + "</sst>")
            parts["xl/sharedStrings.xml"] = re.sub(
                r'uniqueCount="\d+"', f'uniqueCount="{len(self.known)}"', texts
            ).encode()
        return parts

    def _names(self) -> Iterator[tuple[str, str]]:
        order = {sheet.identity: n for n, sheet in enumerate(self.sheets.values())}
        first = re.findall(r'r:id="(\w+)"', re.search(r"<sheets>.*</sheets>", self.workbook, re.DOTALL)[0])  # type: ignore[index]
        for head, text in self.names.values():
            match = re.search(r'localSheetId="(\d+)"', head)
            if match is not None:
                if first[int(match[1])] not in order:
                    continue
                yield head.replace(match[0], f'localSheetId="{order[first[int(match[1])]]}"'), text
                continue
            yield head, text

    def _table_xml(self, table: Table) -> str:
        text = self.parts[table.part].decode()
        area = f"{cell_name(table.top, table.left)}:{cell_name(table.bottom, table.right)}"
        filter_area = f"{cell_name(table.top, table.left)}:{cell_name(table.bottom - table.totals, table.right)}"
        old = {unescape(re.search(r'name="([^"]*)"', c)[1]): c for c in _COLUMN.findall(text)}  # type: ignore[index]
        columns = []
        for n, name in enumerate(table.columns, 1):
            formula = re.search(r"<calculatedColumnFormula>.*?</calculatedColumnFormula>", old.get(name, ""), re.DOTALL)
            attributes = f'id="{n}" name="{escape(name)}"'
            columns.append(
                f"<tableColumn {attributes}>{formula[0]}</tableColumn>" if formula else f"<tableColumn {attributes}/>"
            )
        text = re.sub(
            r"<tableColumns .*</tableColumns>",
            lambda _: f'<tableColumns count="{len(columns)}">{"".join(columns)}</tableColumns>',
            text,
            flags=re.DOTALL,
        )
        text = re.sub(r'<autoFilter ref="[^"]*"', f'<autoFilter ref="{filter_area}"', text)
        totals = f'totalsRowCount="{table.totals}"' if table.totals else 'totalsRowShown="0"'
        text = text.replace('totalsRowShown="0"', totals, 1)
        return re.sub(r'(displayName="[^"]*") ref="[^"]*"', rf'\1 ref="{area}"', text, count=1)

    def save(self, path: Path) -> Path:
        """Write the workbook."""
        return save_parts(path, self.bytes())


def save_parts(path: Path, parts: dict[str, bytes]) -> Path:
    """Write the parts of a workbook."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
