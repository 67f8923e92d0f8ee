"""The gate: judges the bytes of a file before any parser sees them.

Every file that does not pass is refused with exactly one finding. What passes is a zip of
inflated, plain XML parts within known limits.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from vorlagen.intake.budget import MIB

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_TEMPORARY = re.compile(
    r"(~\$.*|\.~lock\..*#?|\._.*|.*\.tmp|thumbs\.db|desktop\.ini|\.ds_store)", re.IGNORECASE | re.DOTALL
)
_WORKBOOKS = frozenset(
    (".xlsx", ".xlsm", ".xlsb", ".xls", ".xltx", ".xltm", ".xlt", ".xlam", ".xla", ".ods", ".ots", ".fods", ".numbers")
)
_XML = (".xml", ".rels", ".vml")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_LOCAL = struct.Struct("<4sHHHHHLLLHH")  # head of an entry


# What zipfile raises on archives that are broken in one way or another.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
)


@dataclass(frozen=True)
class Limits:
    """What a returned workbook may cost; templates need far less than a tenth of it."""

    file: int = 25_000_000
    entries: int = 2_000
    part: int = 200_000_000
    total: int = 300_000_000
    ratio: int = 200
    ratio_from: int = 4 * MIB
    sheets: int = 256
    names: int = 20_000
    cells: int = 2_000_000
    box: int = 10_000_000
    merges: int = 60_000
    styles: int = 100_000
    area: int = 2_100_000
    unique: int = 2_000_000
    tag: int = 65_536
    nesting: int = 64
    walk: int = 50_000_000


LIMITS = Limits()


class Refused(Exception):
    """A file that is not read; carries the code and facts of its one finding."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def unreadable(de: str, en: str) -> Refused:
    """Return the refusal of a file that is no sound workbook."""
    return Refused("E_FILE_UNREADABLE", reason=(de, en))


def over_limit(de: str, en: str) -> Refused:
    """Return the refusal of a file that exceeds a limit."""
    return Refused("E_FILE_LIMIT", limit=(de, en))


def is_temporary(name: str) -> bool:
    """Whether a file name is that of a lock or temporary file."""
    return _TEMPORARY.fullmatch(name) is not None


def is_workbook_name(name: str) -> bool:
    """Whether a file is clearly meant as a workbook, readable or not."""
    return Path(name).suffix.lower() in _WORKBOOKS


def load(path: Path, limits: Limits = LIMITS) -> bytes:
    """Read a file once.

    Raises:
        Refused: missing, no regular file, no permission, too large.
    """
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise unreadable("keine gewöhnliche Datei", "not a regular file")
        if state.st_size > limits.file:
            raise over_limit(f"{limits.file // 1_000_000} MB Dateigröße", f"{limits.file // 1_000_000} MB file size")
        with path.open("rb") as stream:
            data = stream.read(limits.file + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise Refused("E_FILE_MISSING") from None
    except (OSError, ValueError):
        raise unreadable("Zugriff nicht möglich", "no access") from None
    if len(data) > limits.file:
        raise over_limit(f"{limits.file // 1_000_000} MB Dateigröße", f"{limits.file // 1_000_000} MB file size")
    return data


def open_package(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Judge the bytes of a file and inflate its parts once.

    Returns:
        XML parts by name: lower case, with forward slashes, without a leading slash.

    Raises:
        Refused: no sound .xlsx within the limits.
    """
    _check_magic(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            names = _check_directory(entries, limits)
            _check_kind(set(names))
            _check_entries(data, entries, archive.start_dir)
            parts = _inflate(archive, dict(zip(names, entries, strict=True)), limits)
    except _BROKEN:
        raise unreadable("ZIP-Archiv beschädigt", "damaged zip archive") from None
    for name, part in parts.items():
        _check_xml(name, part)
    if "[content_types].xml" not in parts or "_rels/.rels" not in parts:
        raise unreadable("keine Excel-Arbeitsmappe", "no Excel workbook")
    return parts


def _check_magic(data: bytes) -> None:
    if not data:
        raise unreadable("Datei ist leer", "file is empty")
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise Refused("E_FILE_ENCRYPTED")
        raise Refused("E_FILE_FORMAT", format=".xls")
    if not data.startswith(b"PK\x03\x04"):
        raise unreadable("kein ZIP-Archiv", "no zip archive")


def _check_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> list[str]:
    """Return the normalised names of sane entries."""
    if len(entries) > limits.entries:
        raise over_limit(f"{limits.entries} Teile im Archiv", f"{limits.entries} parts in the archive")
    names: list[str] = []
    offsets: set[int] = set()
    for entry in entries:
        name = unicodedata.normalize("NFC", entry.filename.replace("\\", "/")).lower()
        inner = name.rstrip("/").split("/")
        odd = any(part in ("", ".", "..") for part in inner) or any(char < " " for char in entry.orig_filename)
        if not name or name.startswith("/") or odd or ":" in name:
            raise unreadable("unzulässiger Name im Archiv", "illegal name in the archive")
        if entry.flag_bits & 0x1:
            raise Refused("E_FILE_ENCRYPTED")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unreadable("unbekannte Kompression", "unknown compression")
        if entry.header_offset in offsets:
            raise unreadable("Einträge überlagern sich", "entries overlap")
        offsets.add(entry.header_offset)
        names.append(name)
    if len(set(names)) < len(names):
        raise unreadable("doppelter Name im Archiv", "name twice in the archive")
    if offsets and min(offsets) != 0:
        raise unreadable("Daten vor dem Archiv", "bytes before the archive")
    return names


def _check_entries(data: bytes, entries: list[zipfile.ZipInfo], end: int) -> None:
    """Refuse entries that overlap, or whose own head says something else than the directory."""
    for entry in sorted(entries, key=lambda e: e.header_offset, reverse=True):
        start = entry.header_offset
        magic, _, flags, method, *_, name, extra = _LOCAL.unpack_from(data, start)
        if magic != b"PK\x03\x04" or start + _LOCAL.size + name + extra + entry.compress_size > end:
            raise unreadable("Einträge überlagern sich", "entries overlap")
        if flags & 0x1:
            raise Refused("E_FILE_ENCRYPTED")
        if method != entry.compress_type:
            raise unreadable("ZIP-Archiv beschädigt", "damaged zip archive")
        end = start


def _check_kind(names: set[str]) -> None:
    """Refuse other formats by their tell-tale parts."""
    if "mimetype" in names:
        raise Refused("E_FILE_FORMAT", format="OpenDocument (.ods)")
    for part, kind in (
        ("xl/workbook.bin", ".xlsb"),
        ("word/document.xml", ".docx"),
        ("ppt/presentation.xml", ".pptx"),
        ("index/document.iwa", "Numbers"),
    ):
        if part in names:
            raise Refused("E_FILE_FORMAT", format=kind)
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refused("E_FILE_MACRO")


def _inflate(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], limits: Limits) -> dict[str, bytes]:
    """Inflate every part, counting what really comes out; keep the XML ones."""
    parts: dict[str, bytes] = {}
    total = 0
    for name, entry in entries.items():
        if name.endswith("/"):
            continue
        chunks: list[bytes] = []
        size = 0
        keep = name.endswith(_XML)
        with archive.open(entry) as stream:
            while chunk := stream.read(MIB):
                size += len(chunk)
                total += len(chunk)
                if size > limits.part or total > limits.total:
                    raise over_limit("entpackte Größe", "unpacked size")
                if size > limits.ratio_from and size > limits.ratio * max(1, entry.compress_size):
                    raise over_limit("Kompressionsverhältnis", "compression ratio")
                if keep:
                    chunks.append(chunk)
        if keep:
            parts[name] = b"".join(chunks)
    return parts


def _check_xml(name: str, part: bytes) -> None:
    """Refuse document type declarations, and other encodings than UTF-8 in parts that are read."""
    wide = part[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in part[:8]
    text = part.replace(b"\0", b"") if wide else part
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise unreadable("Dokumenttyp-Deklaration (DTD)", "document type declaration (DTD)")
    if not name.startswith(("xl/", "_rels/", "docprops/", "[content_types]")):
        return
    declared = _DECLARED.match(part.removeprefix(b"\xef\xbb\xbf")[:200])
    if wide or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise unreadable("XML nicht in UTF-8", "XML not in UTF-8")
