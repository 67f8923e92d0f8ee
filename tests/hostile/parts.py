"""A workbook taken apart and put together again, well or badly."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable

Parts = dict[str, bytes]
Change = Callable[[Parts], None]

BOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
TYPES = "[Content_Types].xml"
CUSTOM = "docProps/custom.xml"


def parts_of(data: bytes) -> Parts:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook of parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, method)
    return buffer.getvalue()


def changed(change: Change) -> Callable[[bytes], bytes]:
    """Return a function that applies a change to a workbook's parts."""

    def make(good: bytes) -> bytes:
        parts = parts_of(good)
        change(parts)
        return zipped(parts)

    return make


def add(name: str, data: bytes = b"<x/>") -> Change:
    """Add or replace a part."""
    return lambda parts: parts.__setitem__(name, data)


def drop(name: str) -> Change:
    """Remove a part."""
    return lambda parts: parts.__delitem__(name)


def swap(name: str, *words: bytes) -> Change:
    """Replace the first occurrence of words in a part."""

    def change(parts: Parts) -> None:
        for old, new in zip(words[::2], words[1::2], strict=True):
            assert old in parts[name], (name, old)
            parts[name] = parts[name].replace(old, new, 1)

    return change


def resub(name: str, pattern: bytes, new: bytes, count: int = 1) -> Change:
    """Replace a pattern in a part."""

    def change(parts: Parts) -> None:
        parts[name], found = re.subn(pattern, new, parts[name], count=count, flags=re.DOTALL)
        assert found, (name, pattern)

    return change


def both(*changes: Change) -> Change:
    """Apply several changes."""

    def change(parts: Parts) -> None:
        for one in changes:
            one(parts)

    return change


def central(good: bytes, field: int, form: str, value: int, entry: int = 0) -> bytes:
    """Overwrite a field of an entry in the directory of the archive."""
    data = bytearray(good)
    place = [m.start() for m in re.finditer(b"PK\x01\x02", good)][entry]
    struct.pack_into(form, data, place + field, value)
    return bytes(data)


def own_head(good: bytes, field: int, form: str, value: int) -> bytes:
    """Overwrite a field in the head of the first entry itself."""
    data = bytearray(good)
    struct.pack_into(form, data, field, value)
    return bytes(data)
