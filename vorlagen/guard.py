"""Texts in CSV that a spreadsheet would take for a formula: led by an apostrophe, and back."""

from __future__ import annotations

# What starts a formula in some program or locale; the wide forms are those of East Asian keyboards.
_RISKY = frozenset("=+-@|%\t\r\n＝＋－＠")


def _needs(text: str) -> bool:
    return text[:1] == "'" or text[:1] in _RISKY or text.lstrip()[:1] in _RISKY


def guarded(text: str) -> str:
    """Return a text so that no spreadsheet calculates it; one that begins with an apostrophe gets another."""
    return "'" + text if _needs(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text[:1] == "'" and len(text) > 1 and _needs(text[1:]) else text
