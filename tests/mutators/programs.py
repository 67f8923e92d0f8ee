"""What programs do when they save a workbook."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from tests.mutators.registry import mutator
from tests.mutators.subject import Subject

GROUP = "Programme"

_STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/metadata/core-properties", b"\0core"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
    (b"http://schemas.openxmlformats.org/drawingml/2006/", b"http://purl.oclc.org/ooxml/drawingml/"),
)


@mutator(GROUP, stage=2)
def saved_by_openpyxl(s: Subject) -> bool:
    """Formulas lose their results, charts some of their looks."""

    def save(path: Path) -> Path:
        from openpyxl import load_workbook

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path)
            book.save(path)
            book.close()
        return path

    s.programs.append(save)
    s.forgotten = True
    return True


@mutator(GROUP, stage=2)
def strict_ooxml(s: Subject) -> bool:
    """'Strict Open XML' of Excel's dialogue."""

    def change(parts: dict[str, bytes]) -> None:
        for name, part in parts.items():
            data = part
            for old, new in _STRICT:
                data = data.replace(old, new)
            parts[name] = (
                data.replace(b"custom-properties", b"customProperties")
                if name.startswith(("_rels", "docProps"))
                else data
            )

    s.saved.append(change)
    return True


@mutator(GROUP, stage=1)
def strict_iso_days(s: Subject) -> bool:
    """Strict files hold days as ISO texts of type d."""
    from vorlagen.fieldtypes import from_serial

    done = False
    for sheet in s.book.sheets.values():
        for cell in sheet.cells.values():
            if (
                _kind(s, cell.home) in ("date", "month")
                and re.fullmatch(r"<v>\d+(\.0)?</v>", cell.body)
                and "t=" not in cell.head
            ):
                day = from_serial(float(cell.body[3:-4]))
                cell.head, cell.body = cell.style + ' t="d"', f"<v>{day.isoformat()}T00:00:00</v>"
                done = True
    return done


def _kind(s: Subject, home: object) -> str:
    from tests.mutators.book import Home

    if not isinstance(home, Home):
        return ""
    block = s.template.blocks.get(home.block)
    if block is not None:
        item = block.by_key.get(home.field)
        return item.type if item is not None else ""
    choices = s.template.list_by_key.get(home.block)
    return next((a.type for a in choices.attributes if a.key == home.field), "") if choices is not None else ""


@mutator(GROUP, stage=1)
def counted_from_1904(s: Subject) -> bool:
    """A workbook of an old Mac: days count from 1904."""
    for sheet in s.book.sheets.values():
        for cell in sheet.cells.values():
            match = re.search(r"<v>(\d+(?:\.\d+)?)</v>", cell.body)
            if (
                match is None
                or " t=" in cell.head
                or _kind(s, cell.home) not in ("date", "month")
                or float(match[1]) < 1463
            ):
                continue
            cell.body = cell.body.replace(match[0], f"<v>{float(match[1]) - 1462:g}</v>")
    s.book.workbook = s.book.workbook.replace("<workbookPr ", '<workbookPr date1904="1" ')
    return True


@mutator(GROUP, stage=2)
def inline_texts(s: Subject) -> bool:
    """Texts inside their cells, as many libraries write them."""
    from html import escape

    for sheet in s.book.sheets.values():
        for cell in sheet.cells.values():
            if ' t="s"' in cell.head:
                text = s.book.text(cell)
                cell.head = cell.head.replace(' t="s"', ' t="inlineStr"')
                cell.body = f'<is><t xml:space="preserve">{escape(text, quote=False)}</t></is>'
    return True


@mutator(GROUP, stage=2)
def texts_with_formats_inside(s: Subject) -> bool:
    """Words in bold inside a cell."""

    def change(parts: dict[str, bytes]) -> None:
        def bold(match: re.Match[bytes]) -> bytes:
            text = match[1]
            cut = len(text) // 2
            while cut < len(text) and (text[cut] & 0xC0) == 0x80:
                cut += 1
            if b"&" in text:
                return match[0]
            return (
                b'<si><r><t xml:space="preserve">' + text[:cut] + b"</t></r><r><rPr><b/></rPr>"
                b'<t xml:space="preserve">' + text[cut:] + b"</t></r></si>"
            )

        parts["xl/sharedStrings.xml"] = re.sub(rb"<si><t>([^<]+)</t></si>", bold, parts["xl/sharedStrings.xml"])

    s.saved.append(change)
    return True


@mutator(GROUP, stage=2)
def cells_without_addresses(s: Subject) -> bool:
    """Some writers leave out the addresses of cells and rows."""

    def change(parts: dict[str, bytes]) -> None:
        for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
            # Cells may lie apart: only a row whose cells are gapless from A on may lose its addresses.
            def bare(match: re.Match[bytes]) -> bytes:
                letters = re.findall(rb'<c r="([A-Z]+)\d+"', match[0])
                wanted = [_letters(n) for n in range(len(letters))]
                return re.sub(rb'<c r="[A-Z]+\d+"', b"<c", match[0]) if letters == wanted else match[0]

            parts[name] = re.sub(rb"<row .*?</row>", bare, parts[name], flags=re.DOTALL)

    s.saved.append(change)
    return True


def _letters(column: int) -> bytes:
    from vorlagen.layout import column_name

    return column_name(column).encode()


@mutator(GROUP, stage=2)
def prefixed_names(s: Subject) -> bool:
    """XML with a prefix on every element, as .NET libraries write it."""

    def change(parts: dict[str, bytes]) -> None:
        for name in [n for n in parts if n.startswith("xl/worksheets/sheet") or n == "xl/workbook.xml"]:
            data = re.sub(rb"<(/?)([a-zA-Z]+)(?=[\s>/])", rb"<\1x:\2", parts[name])
            parts[name] = data.replace(b"xmlns=", b"xmlns:x=", 1)

    s.saved.append(change)
    return True


@mutator(GROUP, stage=2)
def byte_order_marks(s: Subject) -> bool:
    """Parts that begin with a byte order mark, and pretty-printed lines."""

    def change(parts: dict[str, bytes]) -> None:
        for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
            parts[name] = b"\xef\xbb\xbf" + parts[name].replace(b"<row ", b"\n  <row ").replace(b"</row>", b"</row>\n")

    s.saved.append(change)
    return True


@mutator(GROUP, stage=2)
def without_calculation_and_styles_of_cells(s: Subject) -> bool:
    """A program that dropped all cell styles: days are bare numbers then."""
    for sheet in s.book.sheets.values():
        for cell in sheet.cells.values():
            home = cell.home
            block = s.template.blocks.get(home.block) if home is not None else None
            if home is not None and block is not None and cell.filled and " t=" not in cell.head and home.record >= 0:
                bare = _kind(s, home) in ("date", "month", "time") and "<f" not in cell.body
                if bare and not block.by_key[home.field].computed:
                    s.expect("W_VALUE_CONVERTED", home)
            cell.head = re.sub(r' s="\d+"', "", cell.head)
    return True
