"""How the parts of a workbook belong together, and the plain archive that the reader gets."""

from __future__ import annotations

import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import quoteattr

from vorlagen.intake.gate import Limits, unreadable
from vorlagen.intake.markup import parse_xml

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
# An error value stops the reader when it is newer than the reader; we know it from our own look.
_ERROR = re.compile(rb'( t="e"[^<>]*>(?:<f[^<>]*(?:(?<=/)>|>[^<]*</f>))?<v>)[^<]*(</v>)')
# Where the reader looks for parts, wherever they lie in the file.
_FIXED = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}


@dataclass(frozen=True)
class Relation:
    """A link from one part to another.

    Attributes:
        target: name of the part, normalised as the gate does it; meaningless when external.
        kind: last word of its type.
    """

    identity: str
    target: str
    kind: str
    type: str
    external: bool = False


def relations(parts: Mapping[str, bytes], source: str, limits: Limits) -> Iterator[Relation]:
    """Yield the relations of a part.

    Raises:
        Refused: they are no sound XML, or two have one identity; a part linked a thousand times is read as often.
    """
    folder, _, file = source.rpartition("/")
    place = posixpath.join(folder, "_rels", file + ".rels")
    if place not in parts:
        return
    seen: set[str] = set()
    for relation in parse_xml(parts[place], limits):
        identity = relation.get("Id", "")
        if identity in seen:
            raise unreadable("doppelte Verknüpfung", "link given twice")
        seen.add(identity)
        given = relation.get("Target", "").replace("\\", "/")
        full = given.lstrip("/") if given.startswith("/") else posixpath.normpath(posixpath.join(folder, given))
        full = unicodedata.normalize("NFC", full).lower()
        if full not in parts and given.lower() in parts:
            full = given.lower()  # some programs write targets from the root without a leading slash
        kind = relation.get("Type", "")
        external = relation.get("TargetMode", "").lower() == "external"
        yield Relation(identity, full, kind.rpartition("/")[2], kind, external)


def plain_archive(parts: Mapping[str, bytes], workbook: str, links: Mapping[str, Relation]) -> bytes:
    """Return an archive of the parts that a reader of values needs, under the names where it looks for them."""
    lines = []
    chosen = {"xl/workbook.xml": parts[workbook]}
    for n, link in enumerate(links.values()):
        place = _FIXED.get(link.kind, f"xl/worksheets/sheet{n}.xml")
        if link.external or link.target not in parts or link.kind not in (*_FIXED, "worksheet"):
            place = f"xl/left_out/{n}.xml"
        else:
            part = parts[link.target]
            chosen[place] = _ERROR.sub(rb"\1#N/A\2", part) if b' t="e"' in part else part
        lines.append(_line(link.identity, link.type, "/" + place))
    chosen["xl/_rels/workbook.xml.rels"] = _links(lines)
    chosen["_rels/.rels"] = _links([_line("rId1", _OFFICE + "officeDocument", "xl/workbook.xml")])
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, part in chosen.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _line(identity: str, kind: str, target: str) -> str:
    return f"<Relationship Id={quoteattr(identity)} Type={quoteattr(kind)} Target={quoteattr(target)}/>"


def _links(lines: list[str]) -> bytes:
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(lines)}</Relationships>'.encode()
