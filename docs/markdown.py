"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Erzeugt von docs/make.py; nicht von Hand ändern. Generated; do not edit. -->"


def plain(text: str) -> str:
    """Return text in which no character is taken for markup."""
    for mark in ("\\", "*"):
        text = text.replace(mark, "\\" + mark)
    return text.replace("<", "&lt;").strip()


def code(text: str) -> str:
    """Return text set as code."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, an empty one behind; columns that are empty throughout are left out."""
    body = [list(row) for row in rows]
    kept = [n for n in range(len(head)) if any(row[n] for row in body)]
    lines = ["| " + " | ".join(head[n] for n in kept) + " |", "|" + "---|" * len(kept)]
    lines += ["| " + " | ".join(_cell(row[n]) for n in kept) + " |" for row in body]
    return [*lines, ""] if body else []


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>") or " "


def page(lines: Iterable[str]) -> str:
    """Return a file of lines with the notice at its top and one line break at its end."""
    return "\n".join((NOTICE, "", *lines)).rstrip() + "\n"
