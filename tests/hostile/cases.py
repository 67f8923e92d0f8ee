"""The hostile set: over a hundred files, each with its verdict."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.hostile.parts import (
    BOOK,
    CUSTOM,
    LINKS,
    STYLES,
    TEXTS,
    TYPES,
    Parts,
    add,
    both,
    central,
    changed,
    drop,
    own_head,
    parts_of,
    resub,
    swap,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BAD, LIMIT, FORMAT = "E_FILE_UNREADABLE", "E_FILE_LIMIT", "E_FILE_FORMAT"
MACRO, ENCRYPTED = "E_FILE_MACRO", "E_FILE_ENCRYPTED"
READ = "read"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True)
class Case:
    """One file.

    Attributes:
        verdict: the code it is refused with, or READ.
        make: from the bytes of a good workbook to its own.
        finds: codes among the findings of a file that is read; with none, its values are the good one's.
    """

    name: str
    verdict: str
    make: Callable[[bytes], bytes]
    finds: frozenset[str] = field(default_factory=frozenset)


def all_cases(sheet: str, cell: str) -> list[Case]:
    """Return the whole set.

    Args:
        sheet: part of a sheet with a record list.
        cell: a cell there that holds a number.
    """
    return [
        *_bytes(),
        *_archive(),
        *_kinds(),
        *_xml(sheet),
        *_cells(sheet),
        *_ranges(sheet),
        *_book(sheet),
        *_read(sheet, cell),
    ]


def _const(data: bytes) -> Callable[[bytes], bytes]:
    return lambda _: data


def _bytes() -> Iterator[Case]:
    yield Case("empty", BAD, _const(b""))
    yield Case("csv", BAD, _const(b"Nr;Name\n1;x\n"))
    yield Case("html", BAD, _const(b"<html><table><tr><td>1</td></tr></table></html>"))
    yield Case("pdf", BAD, _const(b"%PDF-1.7\n1 0 obj\n"))
    yield Case("png", BAD, _const(b"\x89PNG\r\n\x1a\n" + b"\0" * 99))
    yield Case("gzip", BAD, _const(b"\x1f\x8b\x08\0" + b"\0" * 99))
    yield Case("spreadsheetml 2003", BAD, _const(b'<?xml version="1.0"?><Workbook/>'))
    yield Case("zeros", BAD, _const(b"\0" * 4096))
    yield Case("magic only", BAD, _const(b"PK\x03\x04"))
    yield Case("directory only", BAD, _const(b"PK\x05\x06" + b"\0" * 18))
    yield Case("magic and noise", BAD, _const(b"PK\x03\x04" + bytes(range(256)) * 8))
    yield Case("old xls", FORMAT, _const(OLE + b"\0" * 2000))
    yield Case("encrypted", ENCRYPTED, _const(OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99))
    yield Case("bytes before", BAD, lambda good: b"PK\x03\x04" + b"x" * 50 + good)
    yield Case("program before", BAD, lambda good: b"MZ" + b"\0" * 100 + good)
    yield Case("too large", LIMIT, lambda good: good + b"\0" * 25_000_000)
    for percent in (1, 10, 25, 50, 75, 90, 99):
        yield Case(f"cut at {percent}", BAD, lambda good, percent=percent: good[: len(good) * percent // 100])
    yield Case("cut by one", BAD, lambda good: good[:-1])


def _archive() -> Iterator[Case]:
    names = {
        "parent folder": "../evil.xml",
        "hidden parent": "xl/../../evil.xml",
        "absolute": "/etc/evil.xml",
        "drive": "C:/evil.xml",
        "stream": "xl/a.xml:b",
        "dot": "xl/./a.xml",
        "double slash": "xl//a.xml",
        "control": "xl/a\x01.xml",
        "backslash parent": "..\\evil.xml",
        "case": "XL/Workbook.xml",
    }
    for name, place in names.items():
        yield Case(f"name: {name}", BAD, changed(add(place)))
    yield Case("name: NFC", BAD, changed(both(add("xl/\u00e4.xml"), add("xl/a\u0308.xml"))))
    yield Case("name: twice", BAD, _twice)
    yield Case("name: NUL", BAD, _nul)
    yield Case("directories", READ, changed(both(add("xl/", b""), add("leer/", b""))))
    yield Case("encryption flag", ENCRYPTED, lambda good: central(good, 8, "<H", 1))
    yield Case("encryption flag inside", ENCRYPTED, lambda good: own_head(good, 6, "<H", 1))
    for method in (1, 9, 12, 14, 93, 95, 99):
        yield Case(f"method {method}", BAD, lambda good, method=method: central(good, 10, "<H", method))
    yield Case("method differs inside", BAD, lambda good: own_head(good, 8, "<H", 0))
    yield Case("same offset", BAD, lambda good: central(good, 42, "<L", 0, 1))
    yield Case("offset inside another", BAD, lambda good: central(good, 42, "<L", 7, 1))
    yield Case("offset outside", BAD, lambda good: central(good, 42, "<L", 0x7FFFFFFF, 1))
    yield Case("size too large", BAD, lambda good: central(good, 20, "<L", len(good)))
    yield Case("checksum", BAD, lambda good: central(good, 16, "<L", 1))
    yield Case("declared size lies", BAD, lambda good: central(good, 24, "<L", 10))
    yield Case("2001 parts", LIMIT, changed(lambda parts: parts.update({f"a/{n}.xml": b"<a/>" for n in range(2001)})))
    yield Case("bomb of blanks", LIMIT, changed(add("xl/media/a.xml", b" " * 8_000_000)))
    yield Case("bomb unused", LIMIT, changed(add("xl/media/a.bin", b"\0" * 8_000_000)))
    yield Case("bomb in sheet", LIMIT, changed(swap(BOOK, b"<sheets>", b" " * 9_000_000 + b"<sheets>")))
    yield Case("zip in zip", READ, changed(lambda parts: parts.__setitem__("xl/embeddings/a.zip", zipped(dict(parts)))))
    yield Case("stored", READ, lambda good: zipped(parts_of(good), zipfile.ZIP_STORED))
    yield Case("reversed", READ, lambda good: zipped(dict(reversed(parts_of(good).items()))))
    yield Case("comment", READ, _comment)
    yield Case("streamed", READ, _streamed)
    yield Case("backslashes", READ, changed(_backslashes))
    yield Case("upper case", READ, changed(_upper))
    yield Case("UTF-16 beside", READ, changed(add("customXml/item1.xml", "<a/>".encode("utf-16"))))


def _twice(good: bytes) -> bytes:
    buffer = io.BytesIO(good)
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(BOOK, parts_of(good)[BOOK])
    return buffer.getvalue()


def _nul(good: bytes) -> bytes:
    data = zipped({**parts_of(good), "xl/a#.xml": b"<a/>"})
    return data.replace(b"xl/a#.xml", b"xl/a\0.xml")


def _comment(good: bytes) -> bytes:
    buffer = io.BytesIO(good)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"from a mail program"
    return buffer.getvalue()


def _streamed(good: bytes) -> bytes:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, more: object) -> int:
            self.data += more  # type: ignore[operator]
            return len(more)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, part in parts_of(good).items():
            archive.writestr(name, part)
    return bytes(pipe.data)


def _backslashes(parts: Parts) -> None:
    for name in list(parts):
        parts[name.replace("/", "\\")] = parts.pop(name)


def _upper(parts: Parts) -> None:
    for name in list(parts):
        parts[name.upper()] = parts.pop(name)


def _kinds() -> Iterator[Case]:
    yield Case("ods", FORMAT, changed(add("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")))
    yield Case("xlsb", FORMAT, changed(add("xl/workbook.bin")))
    yield Case("docx", FORMAT, changed(add("word/document.xml")))
    yield Case("pptx", FORMAT, changed(add("ppt/presentation.xml")))
    yield Case("numbers", FORMAT, changed(add("Index/Document.iwa")))
    yield Case("macro", MACRO, changed(add("xl/vbaProject.bin")))
    yield Case("macro elsewhere", MACRO, changed(add("xl/other/VBAPROJECT.BIN")))
    yield Case("macro sheet", MACRO, changed(add("xl/macrosheets/sheet1.xml")))
    yield Case(
        "macro sheet by type",
        MACRO,
        changed(resub(LINKS, rb"/relationships/worksheet", b"/relationships/xlMacrosheet")),
    )
    yield Case("jar", BAD, _const(zipped({"META-INF/MANIFEST.MF": b"x"})))
    yield Case("empty archive with a part", BAD, _const(zipped({"a.txt": b"x"})))


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
EXTERNAL = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = b'<!DOCTYPE l SYSTEM "http://127.0.0.1:9/a.dtd">'
_ROOT = rb"(<(?:worksheet|workbook|sst|styleSheet|Types|Properties|Relationships)\b)"


def _xml(sheet: str) -> Iterator[Case]:
    used = {
        "sheet": sheet,
        "texts": TEXTS,
        "styles": STYLES,
        "book": BOOK,
        "links": LINKS,
        "types": TYPES,
        "custom": CUSTOM,
    }
    for word, part in used.items():
        yield Case(f"entities in {word}", BAD, changed(resub(part, _ROOT, LAUGHS + rb"\1")))
        if part != TYPES:
            yield Case(f"not closed: {word}", BAD, changed(resub(part, rb"</\w+>\s*$", b"")))
            yield Case(
                f"after the root: {word}", BAD, changed(lambda parts, p=part: parts.__setitem__(p, parts[p] + b"<b/>"))
            )
            yield Case(f"long tag in {word}", LIMIT, changed(resub(part, _ROOT, rb'\1 q="' + b"x" * 70_000 + b'"')))
        yield (
            Case(f"no UTF-8 in {word}", BAD, changed(resub(part, _ROOT, b"<!--\xff-->" + rb"\1")))
            if part != TYPES
            else Case(
                "latin-1 types",
                BAD,
                changed(lambda parts: parts.__setitem__(TYPES, b'<?xml version="1.0" encoding="latin-1"?><Types/>')),
            )
        )
    yield Case("external entity", BAD, changed(resub(TEXTS, _ROOT, EXTERNAL + rb"\1")))
    yield Case("remote DTD", BAD, changed(resub(sheet, _ROOT, REMOTE + rb"\1")))
    yield Case("DTD beside", BAD, changed(add("customXml/a.xml", LAUGHS + b"<l>&c;</l>")))
    yield Case("DTD in UTF-16", BAD, changed(add("customXml/a.xml", "<!DOCTYPE a><a/>".encode("utf-16"))))
    yield Case("UTF-16 sheet", BAD, changed(lambda parts: parts.__setitem__(sheet, _utf16(parts[sheet]))))
    yield Case(
        "latin-1 sheet", BAD, changed(lambda parts: parts.__setitem__(sheet, _encoding(parts[sheet], b"ISO-8859-1")))
    )
    yield Case("EBCDIC sheet", BAD, changed(lambda parts: parts.__setitem__(sheet, _encoding(parts[sheet], b"cp037"))))
    yield Case(
        "50 MB attribute",
        LIMIT,
        changed(resub(sheet, rb"<sheetData>", b'<q a="' + b"ab" * 900_000 + b'"/><sheetData>')),
    )
    for depth in (70, 5_000, 200_000):
        deep = b"<q>" * depth + b"</q>" * depth
        yield Case(
            f"nesting {depth} before the cells", LIMIT, changed(swap(sheet, b"<sheetData>", deep + b"<sheetData>"))
        )
        yield Case(
            f"nesting {depth} in a cell", LIMIT, changed(resub(sheet, rb"<v>[^<]*</v>", b"<v>" + deep + b"</v>"))
        )
        yield Case(f"nesting {depth} in texts", LIMIT, changed(swap(TEXTS, b"<si>", b"<si>" + deep)))
    yield Case("nesting in book", LIMIT, changed(swap(BOOK, b"<sheets>", b"<q>" * 70 + b"</q>" * 70 + b"<sheets>")))
    yield Case("control character", BAD, changed(resub(sheet, rb"<v>[^<]*</v>", b"<v>\x01</v>")))
    yield Case("reference to NUL", BAD, changed(resub(TEXTS, rb"<t[^>]*>[^<]*</t>", b"<t>&#0;</t>")))
    yield Case("unknown entity", BAD, changed(resub(TEXTS, rb"<t[^>]*>[^<]*</t>", b"<t>&bogus;</t>")))
    yield Case("attribute twice", BAD, changed(resub(sheet, rb"<row ", b'<row r="1" r="1" ')))


def _utf16(part: bytes) -> bytes:
    return part.decode().replace("UTF-8", "UTF-16").encode("utf-16")


def _encoding(part: bytes, name: bytes) -> bytes:
    return part.replace(b"UTF-8", name, 1)


def _cells(sheet: str) -> Iterator[Case]:
    def first(xml: bytes) -> Callable[[bytes], bytes]:
        return changed(resub(sheet, rb"<sheetData>", b"<sheetData>" + xml))

    def number(xml: bytes) -> Callable[[bytes], bytes]:
        return changed(resub(sheet, rb' t="s"><v>\d+</v>', xml))

    yield Case("cell twice", BAD, changed(resub(sheet, rb'(<c r="A\d+"[^>]*>.*?</c>)', rb"\1\1")))
    yield Case("row twice", BAD, changed(resub(sheet, rb"(<row [^>]*>.*?</row>)", rb"\1\1")))
    yield Case(
        "two blocks of cells", BAD, changed(swap(sheet, b"</sheetData>", b"</sheetData><sheetData></sheetData>"))
    )
    yield Case("an empty block before, deeper", BAD, changed(swap(sheet, b"<sheetViews>", b"<sheetViews><sheetData/>")))
    yield Case("an empty block within", BAD, changed(swap(sheet, b"</sheetData>", b"<sheetData/></sheetData>")))
    yield Case(
        "cells after the cells", BAD, changed(swap(sheet, b"</sheetData>", b'</sheetData><c r="A1"><v>1</v></c>'))
    )
    yield Case("cell in something", BAD, changed(resub(sheet, rb'(<c r="A\d+".*?</c>)', rb"<q>\1</q>")))
    yield Case("row in something", BAD, changed(resub(sheet, rb"(<row [^>]*>.*?</row>)", rb"<q>\1</q>")))
    yield Case("cells in the head", BAD, changed(swap(sheet, b"<sheetData>", b'<q><c r="B2"/></q><sheetData>')))
    for index in (b"abc", b"1e0", b"1.5", b"-1", b"18446744073709551616", b"999999", b"+1", b" 1", b"0x1", b"\xd9\xa1"):
        label = index.decode()
        yield Case(f"text number {label!r}", BAD, number(b' t="s"><v>' + index + b"</v>"))
    yield Case("text in place of its number", BAD, number(b' t="s"><is><t>1</t></is>'))
    yield Case("text number in parts", BAD, number(b' t="s"><v>1</v><v>2</v>'))
    yield Case("comment in a value", BAD, number(b' t="s"><v>1<!-- -->2</v>'))
    yield Case("CDATA in a value", BAD, number(b' t="str"><v><![CDATA[x]]></v>'))
    yield Case("instruction in a value", BAD, number(b' t="str"><v>a<?x y?>b</v>'))
    yield Case("hidden kind: quotes", BAD, number(b" t='s'><v>999999</v>"))
    yield Case("hidden kind: blanks", BAD, number(b' t = "s"><v>999999</v>'))
    yield Case("hidden kind: line break", BAD, number(b'\nt="s"><v>999999</v>'))
    yield Case("hidden kind: reference", BAD, number(b' t="&#115;"><v>999999</v>'))
    yield Case("two values", BAD, number(b"><v>7</v><v>8</v>"))
    yield Case("broken number", BAD, number(b' t="n"><v>1,5</v>'))
    yield Case("broken truth", BAD, number(b' t="b"><v>7</v>'))
    far = b'<row r="%d"><c r="%s"><v>1</v></c></row>'
    places = [
        (1048576, b"XFD1048576"),
        (100009, b"FOO100009"),
        (1048577, b"A1048577"),
        (9999999, b"A9999999"),
        (1048576, b"AAA1048576"),
    ]
    for row, name in places:
        yield Case(f"cell {name.decode()}", LIMIT, first(far % (row, name)))
    strange = [
        (3, b"ZZZZZZZ3"),
        (4294967295, b"A4294967295"),
        (0, b"A0"),
        (1, b"a1"),
        (1, b"$A$1"),
        (1, b"A01"),
        (1, b"1A"),
        (1, b""),
        (1, b"AA"),
    ]
    for row, name in strange:
        yield Case(f"cell {name.decode()!r}", BAD, first(far % (row, name)))
    yield Case("column XFE", LIMIT, first(b'<row r="900"><c r="XFE900"><v>1</v></c></row>'))
    yield Case("cells without rows", BAD, first(b'<c r="ZZ900"><v>1</v></c>'))
    yield Case("2 million cells", LIMIT, _many_cells(sheet))


def _many_cells(sheet: str) -> Callable[[bytes], bytes]:
    def change(parts: Parts) -> None:
        noise = Random(1)
        cells = b"".join(b'<c r="A1" s="%d"/>' % noise.randrange(100_000) for _ in range(2_000_001))
        parts[sheet] = parts[sheet].replace(b"<sheetData>", b'<sheetData><row r="900">' + cells + b"</row>", 1)

    return changed(change)


def _ranges(sheet: str) -> Iterator[Case]:
    def after(xml: bytes) -> Callable[[bytes], bytes]:
        return changed(resub(sheet, rb"</sheetData>", b"</sheetData>" + xml))

    def formula(xml: bytes) -> Callable[[bytes], bytes]:
        return changed(
            swap(sheet, b"<sheetData>", b'<sheetData><row r="900"><c r="A900">' + xml + b"<v>1</v></c></row>")
        )

    whole = b"A1:XFD1048576"
    yield Case("merge of the sheet", LIMIT, after(b'<mergeCells count="1"><mergeCell ref="%s"/></mergeCells>' % whole))
    yield Case("merge of columns", LIMIT, after(b'<mergeCells count="1"><mergeCell ref="A:XFD"/></mergeCells>'))
    yield Case(
        "60,001 merges", LIMIT, after(b"<mergeCells>" + b'<mergeCell ref="ZA900:ZA901"/>' * 60_001 + b"</mergeCells>")
    )
    yield Case(
        "link over the sheet", LIMIT, after(b'<hyperlinks><hyperlink ref="%s" location="a"/></hyperlinks>' % whole)
    )
    yield Case(
        "link over a column", READ, after(b'<hyperlinks><hyperlink ref="Z1:Z1048576" location="a"/></hyperlinks>')
    )
    yield Case("array over the sheet", LIMIT, formula(b'<f t="array" ref="%s">1</f>' % whole))
    yield Case("shared over the sheet", LIMIT, formula(b'<f t="shared" si="9" ref="%s">1</f>' % whole))
    yield Case("what-if table over the sheet", LIMIT, formula(b'<f t="dataTable" ref="%s"/>' % whole))
    yield Case("array by reference", LIMIT, formula(b'<f t="array" ref="A1:&#88;FD1048576">1</f>'))
    yield Case("array in unusual form", LIMIT, formula(b"<f ref='%s' t='array'>1</f>" % whole))
    for count in (b"4294967295", b"18446744073709551615", b"-1", b"abc", b"2000001"):
        yield Case(
            f"announced texts {count.decode()}",
            LIMIT,
            changed(resub(TEXTS, rb'uniqueCount="\d+"', b'uniqueCount="%s"' % count)),
        )
    yield Case("count of texts lies", READ, changed(resub(TEXTS, rb'uniqueCount="\d+"', b'uniqueCount="1"')))
    yield Case(
        "stale dimension", READ, changed(resub(sheet, rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:B2"/>'))
    )
    yield Case(
        "huge dimension", READ, changed(resub(sheet, rb'<dimension ref="[^"]*"/>', b'<dimension ref="%s"/>' % whole))
    )
    yield Case("wrong dimension", BAD, changed(resub(sheet, rb'<dimension ref="[^"]*"/>', b'<dimension ref="x"/>')))


def _book(sheet: str) -> Iterator[Case]:
    short = sheet.removeprefix("xl/").encode()
    target = rb'Target="[^"]*' + short + rb'"'

    def link(new: bytes) -> Callable[[bytes], bytes]:
        return changed(resub(LINKS, target, new))

    yield Case("external sheet", BAD, link(b'Target="http://127.0.0.1:9/a.xml" TargetMode="External"'))
    yield Case("external sheet file", BAD, link(b'Target="file:///etc/passwd" TargetMode="External"'))
    yield Case("external but there", BAD, link(b'Target="' + short + b'" TargetMode="External"'))
    yield Case("sheet outside", BAD, link(b'Target="../../../etc/passwd"'))
    yield Case("sheet missing", BAD, changed(drop(sheet)))
    yield Case("target missing", BAD, link(b'Target="worksheets/sheet99.xml"'))
    yield Case("target of a folder", BAD, link(b'Target="worksheets/"'))
    yield Case("absolute target", READ, link(b'Target="/xl/' + short + b'"'))
    yield Case("rooted target", READ, link(b'Target="xl/' + short + b'"'))
    yield Case("dotted target", READ, link(b'Target="./worksheets/../' + short + b'"'))
    yield Case("id unknown", BAD, changed(resub(BOOK, rb'r:id="rId1"', b'r:id="rId999"')))
    yield Case("id missing", BAD, changed(resub(BOOK, rb' r:id="rId1"', b"")))
    yield Case(
        "sheet of a strange kind", BAD, changed(resub(LINKS, rb"/relationships/worksheet", b"/relationships/image"))
    )
    yield Case("sheet name twice", BAD, changed(_same_names))
    yield Case("no sheets", BAD, changed(resub(BOOK, rb"<sheets>.*</sheets>", b"<sheets></sheets>")))
    yield Case("257 sheets", LIMIT, changed(swap(BOOK, b"</sheets>", _sheets(257) + b"</sheets>")))
    yield Case("10,000 sheets", LIMIT, changed(swap(BOOK, b"</sheets>", _sheets(10_000) + b"</sheets>")))
    names = b"".join(b'<definedName name="n%d">1</definedName>' % n for n in range(20_001))
    yield Case("20,001 names", LIMIT, changed(swap(BOOK, b"</definedNames>", names + b"</definedNames>")))
    xf = b'<xf numFmtId="0"/>' * 100_001
    yield Case("100,001 formats", LIMIT, changed(swap(STYLES, b"</cellXfs>", xf + b"</cellXfs>")))
    yield Case("no book", BAD, changed(drop(BOOK)))
    yield Case("no links", BAD, changed(drop(LINKS)))
    yield Case("link twice", BAD, changed(resub(LINKS, rb"(<Relationship [^>]*/>)", rb"\1\1")))
    yield Case("no types", BAD, changed(drop(TYPES)))
    yield Case("no start", BAD, changed(drop("_rels/.rels")))
    yield Case("no texts", BAD, changed(drop(TEXTS)))
    yield Case("book is a sheet", BAD, changed(add(BOOK, b"<worksheet/>")))
    yield Case("texts emptied", BAD, changed(add(TEXTS, b"<sst/>")))
    yield Case("no identity", "E_NO_TEMPLATE", changed(both(drop(CUSTOM), _no_front)))
    yield Case(
        "version of another day", "E_TEMPLATE_VERSION", changed(resub(CUSTOM, rb'(_version".*?>)\d+(<)', rb"\g<1>77\2"))
    )
    yield Case(
        "unknown template", "E_UNKNOWN_TEMPLATE", changed(resub(CUSTOM, rb'(_template".*?>)\w+(<)', rb"\1nirgends\2"))
    )


def _same_names(parts: Parts) -> None:
    names = re.findall(rb'<sheet name="([^"]+)"', parts[BOOK])
    parts[BOOK] = parts[BOOK].replace(b'<sheet name="%s"' % names[1], b'<sheet name="%s"' % names[0], 1)


def _no_front(parts: Parts) -> None:
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"probe", b"anders")


def _sheets(count: int) -> bytes:
    return b"".join(b'<sheet name="n%d" sheetId="%d" r:id="rId1"/>' % (n, n + 100) for n in range(count))


def _read(sheet: str, cell: str) -> Iterator[Case]:
    def value(xml: bytes) -> Callable[[bytes], bytes]:
        return changed(
            resub(
                sheet,
                rb'<c r="%s"( s="\d+")?[^>]*>.*?</c>' % cell.encode(),
                rb'<c r="%s"\1' % cell.encode() + xml + b"</c>",
            )
        )

    def found(name: str, xml: bytes, *codes: str) -> Case:
        return Case(name, READ, value(xml), frozenset(codes))

    yield found("error value", b' t="e"><v>#REF!</v>', "E_VALUE_ERROR")
    yield found("error of a newer program", b' t="e"><v>#SPILL!</v>', "E_VALUE_ERROR")
    yield found("too large a number", b"><v>1E+400</v>", "E_VALUE_TYPE")
    yield found("no number", b"><v>NaN</v>", "E_VALUE_TYPE")
    yield found("infinite", b"><v>-Infinity</v>", "E_VALUE_TYPE")
    yield found("hexadecimal", b"><v>0x10</v>", "E_VALUE_TYPE")
    yield found("underscores", b"><v>1_000</v>", "E_VALUE_TYPE")
    yield found("full width digits", b' t="str"><v>\xef\xbc\x91\xef\xbc\x92</v>', "W_VALUE_CONVERTED")
    yield found("truth value", b' t="b"><v>1</v>', "E_VALUE_TYPE")
    yield found("formula in an input", b"><f>1+1</f><v>2</v>", "E_INPUT_FORMULA")
    yield found("call of a program", b" t=\"str\"><f>cmd|'/c calc'!A0</f><v>x</v>", "E_INPUT_FORMULA")
    yield found("link to a server", b' t="str"><f>HYPERLINK("http://127.0.0.1:9")</f><v>x</v>', "E_INPUT_FORMULA")
    yield found("formula without result", b"><f>1+1</f>", "E_INPUT_FORMULA")
    yield found("text in a number", b' t="inlineStr"><is><t>viel</t></is>', "E_VALUE_TYPE")
    yield found("ambiguous number", b' t="inlineStr"><is><t>1.234</t></is>', "E_VALUE_AMBIGUOUS")
    yield found("rich text in a number", b' t="inlineStr"><is><r><t>vi</t></r><r><t>el</t></r></is>', "E_VALUE_TYPE")
    yield Case("comment beside cells", READ, changed(swap(sheet, b"<sheetData>", b"<!-- <row/> --><sheetData>")))
    yield Case("CDATA in texts", READ, changed(resub(TEXTS, rb"<t>(\w+)</t>", rb"<t><![CDATA[\1]]></t>")))
    yield Case("single quotes", READ, changed(resub(sheet, rb'<c r="([A-Z]+\d+)" s="(\d+)"', rb"<c s='\2' r='\1'", 0)))
    yield Case("prefixed names", READ, changed(lambda parts: parts.__setitem__(sheet, _prefixed(parts[sheet]))))
    yield Case("200,000 empty rows", READ, changed(swap(sheet, b"</sheetData>", _empty_rows() + b"</sheetData>")))
    yield Case(
        "empty corner",
        READ,
        changed(swap(sheet, b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')),
    )
    yield Case(
        "very hidden sheet",
        READ,
        changed(resub(BOOK, rb'<sheet name="([^"]+)"', rb'<sheet state="veryHidden" name="\1"')),
    )
    yield Case("external link beside", READ, changed(both(add("xl/externalLinks/externalLink1.xml"), _external)))
    yield Case("active content beside", READ, changed(add("xl/embeddings/oleObject1.bin", OLE + b"\0" * 100)))
    yield Case("chart sheet beside", READ, changed(_chart_sheet))


def _prefixed(part: bytes) -> bytes:
    part = re.sub(rb"<(/?)(?=[a-zA-Z])(?!\w+:)", rb"<\1p:", part)
    return part.replace(b'xmlns="', b'xmlns:p="', 1)


def _empty_rows() -> bytes:
    return b"".join(
        b'<row r="%d" s="1" ht="%d.5" customFormat="1"/>' % (n, n * 7919 % 97) for n in range(5_000, 205_000)
    )


def _external(parts: Parts) -> None:
    line = b'<Relationship Id="rIdX" Type="%s/externalLink" Target="externalLinks/externalLink1.xml"/>' % RELS.encode()
    parts[LINKS] = parts[LINKS].replace(b"</Relationships>", line + b"</Relationships>")
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="x/externalLinkPath" Target="file://server/share/x.xlsx" TargetMode="External"/></Relationships>'
    )


def _chart_sheet(parts: Parts) -> None:
    line = b'<Relationship Id="rIdC" Type="%s/chartsheet" Target="chartsheets/sheet1.xml"/>' % RELS.encode()
    parts[LINKS] = parts[LINKS].replace(b"</Relationships>", line + b"</Relationships>")
    parts[BOOK] = parts[BOOK].replace(b"</sheets>", b'<sheet name="Bild" sheetId="99" r:id="rIdC"/></sheets>')
    parts["xl/chartsheets/sheet1.xml"] = b"<chartsheet/>"
