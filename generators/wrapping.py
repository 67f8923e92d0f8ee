"""How many lines a text takes in a cell: rows get their height before any program has drawn them."""

from __future__ import annotations

from collections.abc import Iterable

LINE = 15.0  # points of a line of body text
_HEADING_LINE, _HEADING = 13.5, 1.1  # bold print of 10 points takes a little less room than plain print of 11
# Width of letters in digits of Calibri, by which columns are measured; all others are as wide as a digit.
_WIDTHS = {
    letter: width
    for width, letters in (
        (0.5, "'ijlI.,;:|"), (0.6, " fJ-()!"), (0.7, "rt²"), (0.8, "cszL/„“"), (0.9, "agkvxyFSZä?"),
        (1.1, "ABCRVÄ"), (1.2, "DGH"), (1.3, "NOQU&ÖÜ"), (1.4, "w%"), (1.6, "m"), (1.8, "MW"),
    )
    for letter in letters
}  # fmt: skip
_BLANK = _WIDTHS[" "]
_INDENT = 1.5  # of a cell, with the margin that every cell has
SPARE = 1.04  # programs and printers differ


def length(text: str) -> float:
    """Return the width of a text in digits."""
    return SPARE * sum(_WIDTHS.get(letter, 1.0) for letter in text)


def lines(text: object, width: float) -> int:
    """Return the lines that a text takes in a column.

    Args:
        text: what the cell holds; None takes one line.
        width: column width in characters.
    """
    room = max(width - _INDENT, 1.0)
    return sum(_lines(part, room) for part in str("" if text is None else text).split("\n"))


def heading_height(headings: Iterable[tuple[str, float]], least: float) -> float:
    """Return the height in points of a line of column headings: two lines of bold small print, or more if needed.

    Args:
        headings: each with the width of its column.
        least: height of the line when two are enough.
    """
    count = max((lines(text, width * _HEADING) for text, width in headings), default=1)
    return max(least, count * _HEADING_LINE + 5)


def _lines(paragraph: str, room: float) -> int:
    count, used = 1, 0.0
    for word in paragraph.split(" "):
        needed = length(word)
        if used and used + _BLANK + needed > room:
            count, used = count + 1, 0.0
        used += needed + (_BLANK if used else 0.0)
        if used > room:  # a word longer than the line is broken
            count += int((used - 0.01) // room)
            used %= room
    return count
