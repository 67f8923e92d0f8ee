"""Structure-aware damage: parts of a good workbook, changed as only XML can be."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import lru_cache
from random import Random

from tests.hostile.parts import Parts, parts_of, zipped

EXTREMES = (
    b"", b"0", b"-1", b"1", b"2147483647", b"4294967295", b"18446744073709551615", b"1e308", b"1E+400", b"NaN", b"abc",
    b"A1", b"A0", b"XFD1048576", b"XFE1", b"ZZZZZ9", b"A1:XFD1048576", b"A:XFD", b"#REF!", b"true", b"\xc3\xa4",
    b"../../x", b"http://127.0.0.1:9/", b"&amp;", b"1.5", b" 7 ", b"0x1F", b"rId1", b"s", b"n", b"str", b"e", b"d", b"b",
    b"inlineStr", b"shared", b"array", b"hidden", b"veryHidden", b"_x0041_",
)  # fmt: skip
_TAG = re.compile(rb"<[^!?][^>]*>")
_ATTRIBUTE = re.compile(rb'\s([\w:]+)="([^"]*)"')
_ELEMENT = re.compile(rb"<(\w+)\b[^>]*?(?:/>|>[^<]*</\1>)")
_WHOLE = re.compile(
    rb"<(row|c|si|xf|sheet|definedName|tableColumn|Relationship|property|mergeCell)\b(?:[^>]*/>|.*?</\1>)", re.DOTALL
)
_TEXT = re.compile(rb">([^<]+)<")


def _pick(chance: Random, pattern: re.Pattern[bytes], part: bytes) -> re.Match[bytes] | None:
    """Return one match near a random place."""
    start = chance.randrange(max(1, len(part)))
    return pattern.search(part, start) or pattern.search(part)


def _put(part: bytes, start: int, end: int, new: bytes) -> bytes:
    return part[:start] + new + part[end:]


def attribute(chance: Random, part: bytes) -> bytes:
    """Give an attribute an extreme value."""
    m = _pick(chance, _ATTRIBUTE, part)
    return _put(part, m.start(2), m.end(2), chance.choice(EXTREMES)) if m else part


def no_attribute(chance: Random, part: bytes) -> bytes:
    """Remove an attribute."""
    m = _pick(chance, _ATTRIBUTE, part)
    return _put(part, m.start(), m.end(), b"") if m else part


def attribute_twice(chance: Random, part: bytes) -> bytes:
    """Repeat an attribute."""
    m = _pick(chance, _ATTRIBUTE, part)
    return _put(part, m.end(), m.end(), m[0]) if m else part


def text(chance: Random, part: bytes) -> bytes:
    """Replace a text."""
    m = _pick(chance, _TEXT, part)
    return _put(part, m.start(1), m.end(1), chance.choice(EXTREMES)) if m else part


def remove(chance: Random, part: bytes) -> bytes:
    """Remove an element."""
    m = _pick(chance, chance.choice((_ELEMENT, _WHOLE)), part)
    return _put(part, m.start(), m.end(), b"") if m else part


def repeat(chance: Random, part: bytes) -> bytes:
    """Repeat an element."""
    m = _pick(chance, chance.choice((_ELEMENT, _WHOLE)), part)
    return _put(part, m.end(), m.end(), m[0] * chance.choice((1, 1, 2, 5000))) if m else part


def move(chance: Random, part: bytes) -> bytes:
    """Put an element after another one."""
    m = _pick(chance, _WHOLE, part)
    if m is None:
        return part
    rest = _put(part, m.start(), m.end(), b"")
    other = _pick(chance, _WHOLE, rest)
    return _put(rest, other.end(), other.end(), m[0]) if other else part


def wrap(chance: Random, part: bytes) -> bytes:
    """Put an element into others."""
    m = _pick(chance, chance.choice((_ELEMENT, _WHOLE)), part)
    depth = chance.choice((1, 1, 70, 3000))
    return _put(part, m.start(), m.end(), b"<q>" * depth + m[0] + b"</q>" * depth) if m else part


def tag(chance: Random, part: bytes) -> bytes:
    """Remove a tag."""
    m = _pick(chance, _TAG, part)
    return _put(part, m.start(), m.end(), b"") if m else part


def rename(chance: Random, part: bytes) -> bytes:
    """Give an element another name, or a prefix."""
    m = _pick(chance, re.compile(rb"<(\w+)([^>]*?/>|[^>]*>[^<]*</)\1?"), part)
    if m is None:
        return part
    new = chance.choice((b"q", b"c", b"row", b"v", b"f", b"is", b"t", m[1].upper()))
    return _put(part, m.start(), m.end(), m[0].replace(m[1], new))


def insert(chance: Random, part: bytes) -> bytes:
    """Insert something between two tags."""
    m = _pick(chance, _TAG, part)
    new = chance.choice(
        (b"<!-- x -->", b"<![CDATA[7]]>", b"<?x y?>", b"\x00", b"\xff", b"&#0;", b"&b;", b"text", b"<v>9</v>", b"<f>1</f>",
         b'<c r="B7"><v>9</v></c>', b'<row r="7"><c r="B7"><v>9</v></c></row>', b"<sheetData/>", b"<!DOCTYPE a>",
         b'<mergeCell ref="A1:XFD1048576"/>', b"<si><t>neu</t></si>", b"\xef\xbb\xbf", b" " * 70_000)
    )  # fmt: skip
    return _put(part, m.end(), m.end(), new) if m else part


def quotes(chance: Random, part: bytes) -> bytes:
    """Write attributes with other quotes, or with blanks around the sign."""
    m = _pick(chance, _ATTRIBUTE, part)
    if m is None:
        return part
    form = chance.choice((b" %s='%s'", b' %s = "%s"', b'\n%s="%s"'))
    return _put(part, m.start(), m.end(), form % (m[1], m[2].replace(b"'", b"&apos;")))


def cut(chance: Random, part: bytes) -> bytes:
    """Cut the end off."""
    return part[: chance.randrange(len(part) + 1)]


def flip(chance: Random, part: bytes) -> bytes:
    """Change one byte."""
    if not part:
        return part
    data = bytearray(part)
    data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


DAMAGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    attribute, attribute, attribute, no_attribute, attribute_twice, text, text, remove, repeat, repeat, move, move,
    wrap, tag, rename, insert, insert, quotes, cut, flip, flip,
)  # fmt: skip


@lru_cache(maxsize=8)
def _parts(good: bytes) -> Parts:
    return parts_of(good)


def mutant(good: bytes, chance: Random) -> tuple[str, bytes]:
    """Return a damaged copy of a workbook, and what was done to it."""
    parts: Parts = dict(_parts(good))
    used = [
        n for n in parts if n.endswith((".xml", ".rels")) and not n.startswith(("xl/theme", "xl/charts", "xl/draw"))
    ]
    sheets = [n for n in used if "/worksheets/sheet" in n]
    done = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        name = chance.choice(chance.choice((used, sheets)))
        if name not in parts:
            continue
        if chance.random() < 0.03:
            del parts[name]
            done.append(f"drop {name}")
            continue
        damage = chance.choice(DAMAGES)
        parts[name] = damage(chance, parts[name])
        done.append(f"{damage.__name__} {name}")
    return ", ".join(done), zipped(parts, zipfile.ZIP_STORED)  # a tenth of the time; the hostile set has the others
