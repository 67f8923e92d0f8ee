"""The command line: `vorlagen COMMAND …`.

Commands are imported when they are called, so that help and `list` start at once.
"""

from __future__ import annotations

import sys

import click

from vorlagen.commands import shell
from vorlagen.commands.authors import brand, spec
from vorlagen.commands.catalogue import explain, list_, show
from vorlagen.commands.generate import generate
from vorlagen.commands.maps import map_
from vorlagen.commands.person import person
from vorlagen.commands.results import calculate, check, consolidate, read
from vorlagen.commands.why import why


@click.group(cls=shell.Group, epilog=shell.examples("vorlagen generate angebotsliste --example"))
def program() -> None:
    """Excel-Vorlagen für den Vertriebsinnendienst: erzeugen, prüfen, auslesen, zusammenführen."""


for command in (list_, show, generate, check, read, calculate, consolidate, why, person, map_, spec, brand, explain):
    program.add_command(command)


def main() -> None:
    """Run the program and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Redirected output is UTF-8 everywhere; on a Windows terminal Python sees to it itself.
        if hasattr(stream, "reconfigure") and not stream.isatty():
            stream.reconfigure(encoding="utf-8")
    program(prog_name="vorlagen", max_content_width=100)
