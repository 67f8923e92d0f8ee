"""The gate: bad and foreign files get exactly one clear finding, never a traceback."""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.filling import TODAY, codes, generate, probe_catalog, rezip
from vorlagen.catalog import Catalog
from vorlagen.codes import CODES
from vorlagen.intake import raw
from vorlagen.intake.cells import scan_sheet
from vorlagen.intake.gate import LIMITS, Limits, Refused, is_temporary, is_workbook_name, open_package
from vorlagen.intake.raw import read_raw, references
from vorlagen.reading import read_workbook
from vorlagen.records import ReadResult

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet2.xml"
FAR = b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> bytes:
    return generate(tmp_path_factory.mktemp("good") / "g.xlsx", catalog, "probe").read_bytes()


def read_bytes(data: bytes, folder: Path, catalog: Catalog, name: str = "x.xlsx") -> ReadResult:
    (folder / name).write_bytes(data)
    return read_workbook(folder / name, catalog, today=TODAY)


def rebuilt(good: bytes, folder: Path, change: Callable[[Parts], None]) -> bytes:
    (folder / "r.xlsx").write_bytes(good)
    return rezip(folder / "r.xlsx", change).read_bytes()


def add(name: str, data: bytes = b"x") -> Callable[[Parts], None]:
    return lambda parts: parts.__setitem__(name, data)


def remove(name: str) -> Callable[[Parts], None]:
    return lambda parts: parts.__delitem__(name)


def replace(name: str, *words: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        for old, new in zip(words[::2], words[1::2], strict=True):
            assert old in parts[name]
            parts[name] = parts[name].replace(old, new, 1)

    return change


BYTES: list[tuple[str, str, bytes]] = [
    ("empty", "E_FILE_UNREADABLE", b""),
    ("text", "E_FILE_UNREADABLE", b"Nr;Name\n1;x\n"),
    ("html", "E_FILE_UNREADABLE", b"<html><table></table></html>"),
    ("zip magic only", "E_FILE_UNREADABLE", b"PK\x03\x04"),
    ("xls", "E_FILE_FORMAT", OLE + b"\0" * 2000),
    ("encrypted", "E_FILE_ENCRYPTED", OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500),
]


@pytest.mark.parametrize(("code", "data"), [case[1:] for case in BYTES], ids=[case[0] for case in BYTES])
def test_foreign_bytes(tmp_path: Path, catalog: Catalog, code: str, data: bytes) -> None:
    result = read_bytes(data, tmp_path, catalog)
    assert (codes(result), result.outcome) == ([code], "refused")


PACKAGES: list[tuple[str, str, Callable[[Parts], None]]] = [
    ("ods", "E_FILE_FORMAT", add("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")),
    ("xlsb", "E_FILE_FORMAT", add("xl/workbook.bin")),
    ("docx", "E_FILE_FORMAT", add("word/document.xml", b"<x/>")),
    ("macro", "E_FILE_MACRO", add("xl/vbaProject.bin")),
    ("macro sheet", "E_FILE_MACRO", add("xl/macrosheets/sheet1.xml", b"<x/>")),
    ("parent folder", "E_FILE_UNREADABLE", add("../evil.xml", b"<x/>")),
    ("absolute", "E_FILE_UNREADABLE", add("/etc/evil.xml", b"<x/>")),
    ("drive", "E_FILE_UNREADABLE", add("C:/evil.xml", b"<x/>")),
    ("equal names", "E_FILE_UNREADABLE", add("XL/Workbook.xml", b"<x/>")),
    ("dtd", "E_FILE_UNREADABLE", add("customXml/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
    ("utf-16 dtd", "E_FILE_UNREADABLE", add("customXml/a.xml", "<!DOCTYPE a><a/>".encode("utf-16"))),
    ("utf-16 sheet", "E_FILE_UNREADABLE", add(SHEET, "<worksheet/>".encode("utf-16"))),
    ("latin-1", "E_FILE_UNREADABLE", add(SHEET, b'<?xml version="1.0" encoding="ISO-8859-1"?><worksheet/>')),
    ("no utf-8", "E_FILE_UNREADABLE", replace(SHEET, b"<sheetData>", b"<!--\xff--><sheetData>")),
    ("no types", "E_FILE_UNREADABLE", remove("[Content_Types].xml")),
    ("no workbook", "E_FILE_UNREADABLE", remove("xl/workbook.xml")),
    ("no sheet", "E_FILE_UNREADABLE", remove(SHEET)),
    ("no sheets", "E_FILE_UNREADABLE", replace("xl/workbook.xml", b"<sheets>", b"<other>", b"</sheets>", b"</other>")),
    ("broken texts", "E_FILE_UNREADABLE", replace("xl/sharedStrings.xml", b"</t>", b"</u>")),
    ("broken workbook", "E_FILE_UNREADABLE", replace("xl/workbook.xml", b"</workbook>", b"")),
    ("no workbook root", "E_FILE_UNREADABLE", add("xl/workbook.xml", b"<worksheet/>")),
    ("broken sheet", "E_FILE_UNREADABLE", replace(SHEET, b"</row>", b"</raw>")),
    ("unique count", "E_FILE_LIMIT", add("xl/sharedStrings.xml", b'<sst count="1" uniqueCount="4000000000"/>')),
    ("bomb", "E_FILE_LIMIT", add("xl/media/a.xml", b" " * 8_000_000)),
    ("entries", "E_FILE_LIMIT", lambda parts: parts.update({f"a/{n}.xml": b"<a/>" for n in range(2001)})),
    ("box", "E_FILE_LIMIT", replace(SHEET, b"<sheetData>", FAR)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change"), [case[1:] for case in PACKAGES], ids=[case[0] for case in PACKAGES])
def test_bad_packages(
    tmp_path: Path, catalog: Catalog, good: bytes, code: str, change: Callable[[Parts], None]
) -> None:
    result = read_bytes(rebuilt(good, tmp_path, change), tmp_path, catalog)
    assert (codes(result), result.outcome) == ([code], "refused")
    assert result.findings[0].origin is not None
    assert result.findings[0].origin.file == "x.xlsx"
    for lang in ("de", "en"):
        assert "{" not in result.findings[0].message(lang)
        assert "('" not in result.findings[0].message(lang)


def test_a_sound_workbook_passes(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    assert read_bytes(good, tmp_path, catalog).outcome == "taken"
    assert (
        read_bytes(rebuilt(good, tmp_path, add("customXml/a.xml", "<a/>".encode("utf-16"))), tmp_path, catalog).outcome
        == "taken"
    )


def test_backslashes_in_names_pass(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    def rename(parts: Parts) -> None:
        for name in list(parts):
            parts[name.replace("/", "\\")] = parts.pop(name)

    data = rebuilt(good, tmp_path, rename)
    assert "xl/workbook.xml" in open_package(data)


@pytest.mark.parametrize("step", [13, 101])
def test_truncated_and_flipped_files_never_raise(tmp_path: Path, catalog: Catalog, good: bytes, step: int) -> None:
    for cut in range(1, len(good), len(good) // step):
        result = read_bytes(good[:cut], tmp_path, catalog)
        assert result.outcome == "refused"
        assert len(result.findings) == 1
        flipped = bytearray(good)
        flipped[cut] ^= 0xFF
        result = read_bytes(bytes(flipped), tmp_path, catalog)
        assert "E_INTERNAL" not in codes(result)
        assert result.outcome != "refused" or len(result.findings) == 1


def test_bytes_before_the_archive(good: bytes) -> None:
    with pytest.raises(Refused) as refused:
        open_package(b"PK\x03\x04" + b"x" * 50 + good)
    assert refused.value.code == "E_FILE_UNREADABLE"


def test_encryption_flag_and_strange_compression(tmp_path: Path, catalog: Catalog, good: bytes) -> None:
    central = good.index(b"PK\x01\x02")
    flag, method = bytearray(good), bytearray(good)
    struct.pack_into("<H", flag, central + 8, 1)
    struct.pack_into("<H", method, central + 10, 99)
    assert codes(read_bytes(bytes(flag), tmp_path, catalog)) == ["E_FILE_ENCRYPTED"]
    assert codes(read_bytes(bytes(method), tmp_path, catalog)) == ["E_FILE_UNREADABLE"]


def test_overlapping_entries(good: bytes) -> None:
    data = bytearray(good)
    places = [m.start() for m in re.finditer(b"PK\x01\x02", good)]
    struct.pack_into("<I", data, places[1] + 42, struct.unpack_from("<I", good, places[0] + 42)[0])
    with pytest.raises(Refused):
        open_package(bytes(data))


def test_a_missing_file_a_folder_part_and_a_pipe(tmp_path: Path, catalog: Catalog) -> None:
    assert codes(read_workbook(tmp_path / "fehlt.xlsx", catalog, today=TODAY)) == ["E_FILE_MISSING"]
    (tmp_path / "datei").write_bytes(b"x")
    assert codes(read_workbook(tmp_path / "datei" / "y.xlsx", catalog, today=TODAY)) == ["E_FILE_MISSING"]
    if not hasattr(os, "mkfifo"):
        return
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert codes(read_workbook(tmp_path / "pipe.xlsx", catalog, today=TODAY)) == ["E_FILE_UNREADABLE"]


def test_a_file_that_is_too_large(tmp_path: Path, catalog: Catalog) -> None:
    with (tmp_path / "gross.xlsx").open("wb") as stream:
        stream.truncate(LIMITS.file + 1)
    assert codes(read_workbook(tmp_path / "gross.xlsx", catalog, today=TODAY)) == ["E_FILE_LIMIT"]


@pytest.mark.parametrize(
    "limits",
    [
        Limits(part=1000),
        Limits(total=20_000),
        Limits(sheets=2),
        Limits(names=2),
        Limits(cells=10),
        Limits(box=10),
        Limits(entries=3),
        Limits(merges=0),
    ],
)
def test_every_limit_bites(good: bytes, limits: Limits) -> None:
    with pytest.raises(Refused) as refused:
        read_raw(good, limits)
    assert refused.value.code == "E_FILE_LIMIT"


def test_sizes_are_counted_not_believed(good: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/big.xml", b"<a>" + b"a" * 300_000 + b"</a>")
    data = bytearray(buffer.getvalue())
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 10)
    with pytest.raises(Refused):
        open_package(bytes(data), Limits(part=1000))


def test_a_panic_of_the_reader_is_one_finding(
    tmp_path: Path, catalog: Catalog, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Panic(BaseException):
        pass

    class Reader:
        @staticmethod
        def from_filelike(stream: object) -> object:
            raise Panic

    monkeypatch.setattr(raw, "CalamineWorkbook", Reader)
    result = read_bytes(good, tmp_path, catalog)
    assert (codes(result), result.outcome) == (["E_LIMIT_CRASH"], "refused")


@pytest.mark.parametrize(
    "name", ["~$a.xlsx", "a.tmp", "Thumbs.db", "THUMBS.DB", "desktop.ini", ".~lock.a.xlsx#", "._a.xlsx"]
)
def test_temporary_files_are_skipped(tmp_path: Path, catalog: Catalog, name: str) -> None:
    assert is_temporary(name)
    result = read_bytes(b"x", tmp_path, catalog, name)
    assert (codes(result), result.outcome) == (["I_FILE_SKIPPED"], "skipped")


def test_names_of_workbooks() -> None:
    assert all(is_workbook_name(n) for n in ("a.XLSX", "a.xlsm", "a.xls", "a.ods", "a.xlsb"))
    assert not any(is_workbook_name(n) for n in ("a.csv", "a.pdf", "xlsx"))


# -- the light look at sheets ------------------------------------------------------------------

USUAL = (
    '<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>1</v></c>'
    '<c r="B1" s="1" t="e"><v>#REF!</v></c><c r="C1" t="str"><f>A1</f><v></v></c></row>'
    '<row r="3"><c r="A3"><f t="shared" si="0"/><v>2</v></c><c r="B3" s="2"><f>1</f></c>'
    '<c r="AA3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D3"><f>2</f><v /></c></row></sheetData></worksheet>'
)
UNUSUAL = {
    "prefixed": re.sub(r"<(/?)(\w)", r"<\1x:\2", USUAL).replace("<x:worksheet", '<x:worksheet xmlns:x="u"', 1),
    "comment": USUAL.replace("<sheetData>", "<!-- <c r='A9'><f>1</f></c> --><sheetData>"),
    "attributes first": USUAL.replace('<c r="B1" s="1" t="e">', '<c t="e" s="1" r="B1">'),
    "no addresses": USUAL.replace('<c r="A1" s="1">', '<c s="1">').replace('<c r="B1" s="1"', '<c s="1"'),
}


@pytest.mark.parametrize("xml", [USUAL, *UNUSUAL.values()], ids=["usual", *UNUSUAL])
def test_formulas_errors_and_missing_results(xml: str) -> None:
    scan = scan_sheet(xml.encode(), LIMITS)
    assert scan.errors == {(0, 1): "#REF!", (2, 26): "#DIV/0!"}
    assert scan.formulas == {"C1", "A3", "B3", "AA3", "D3"}
    assert scan.uncalculated == {"B3", "D3"}


@pytest.mark.parametrize(
    ("formula", "areas"),
    [
        ("Listen!$A$6:$A$15", [("Listen", 5, 0, 14, 0)]),
        ("Listen!$A$6:INDEX(Listen!$A$6:$A$25,2)", [("Listen", 5, 0, 5, 0), ("Listen", 5, 0, 24, 0)]),
        ("'Meine ''Liste'''!$B$2", [("Meine 'Liste'", 1, 1, 1, 1)]),
        ("Werte!#REF!", []),
    ],
)  # fmt: skip
def test_references_of_names(formula: str, areas: list[tuple[str, int, int, int, int]]) -> None:
    assert [(a.sheet, a.top, a.left, a.bottom, a.right) for a in references(formula)] == areas


def test_codes_of_refusals_exist() -> None:
    assert {case[1] for case in (*BYTES, *PACKAGES)} <= set(CODES)
