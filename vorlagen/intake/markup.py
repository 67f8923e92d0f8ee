"""Judging XML parts before they are used: sound, shallow, with short tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError, ParserCreate

from defusedxml.ElementTree import fromstring

from vorlagen.intake.gate import Limits, over_limit, unreadable

Visitor = Callable[[str, Mapping[str, str]], None]

_STRIDE = 32_768
_AREA = re.compile(r"\$?([A-Z]{1,3})?\$?(\d{1,7})?(?::\$?([A-Z]{1,3})?\$?(\d{1,7})?)?")
ROWS, COLUMNS = 1_048_576, 16_384


def check_sound(part: bytes, limits: Limits) -> None:
    """Refuse XML that is not well-formed, or has an overlong tag; readers would go on and lose cells.

    Raises:
        Refused: no sound XML.
    """
    _check_tags(part, limits)
    try:
        ParserCreate().Parse(part, True)
    except ExpatError:
        raise unreadable("XML beschädigt", "damaged XML") from None


def check_outline(part: bytes, limits: Limits, visit: Visitor | None = None) -> Counter[str]:
    """Refuse XML as `check_sound` does, and what is nested too deeply; count the elements.

    Args:
        part: the XML.
        limits: of nesting and tags.
        visit: called with the name, without prefix, and the attributes of every element.

    Raises:
        Refused: no sound XML, or a limit.
    """
    _check_tags(part, limits)
    counts: Counter[str] = Counter()
    depth = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.nesting:
            raise over_limit("Tiefe der Verschachtelung", "depth of nesting")
        name = name.rpartition(":")[2]
        counts[name] += 1
        if visit is not None:
            visit(name, attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(part, True)
    except ExpatError:
        raise unreadable("XML beschädigt", "damaged XML") from None
    return counts


def _check_tags(part: bytes, limits: Limits) -> None:
    """Limit the length of a tag.

    A longer one spans a whole stride without angle brackets; sound parts have none, or a long text.
    """
    for place in range(0, len(part) - _STRIDE, _STRIDE):
        end = place + _STRIDE
        if part.find(b"<", place, end) < 0 and part.find(b">", place, end) < 0:
            if re.search(rb"<[^<>]{%d}" % limits.tag, part):
                raise over_limit("Länge einer XML-Marke", "length of an XML tag")
            return


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def parse_xml(part: bytes, limits: Limits) -> Element:
    """Parse XML without entities or external parts.

    Raises:
        Refused: no sound XML, or a limit.
    """
    check_outline(part, limits)
    try:
        root: Element = fromstring(part, forbid_dtd=True)
    except (ParseError, ValueError, LookupError, RecursionError):
        raise unreadable("XML beschädigt", "damaged XML") from None
    return root


def check_area(reference: str, limits: Limits) -> None:
    """Limit the cells of one range (merged cells, link, array formula); programs walk through them.

    Raises:
        Refused: the range is too large.
    """
    if area_size(reference) > limits.area:
        raise over_limit("Größe eines Bereichs", "size of a range")


def area_size(reference: str) -> int:
    """Return how many cells a range has; whole rows and columns count fully, what is no range counts 0."""
    match = _AREA.fullmatch(reference)
    if match is None or ":" not in reference:
        return 0
    left, top, right, bottom = match.groups()
    wide = abs(column_number(right) - column_number(left)) + 1 if left and right else COLUMNS
    high = abs(int(bottom) - int(top)) + 1 if top and bottom else ROWS
    return wide * high


def column_number(letters: str) -> int:
    """Return the 0-based column of its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
