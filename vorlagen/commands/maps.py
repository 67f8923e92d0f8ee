"""map new: a mapping proposed for a foreign export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vorlagen.commands import shell

if TYPE_CHECKING:
    from vorlagen.spec import Lang


@click.group(name="map", cls=shell.Group, epilog=shell.examples("vorlagen map new kunden.csv kundenstamm"))
def map_() -> None:
    """Zuordnungen für Exporte anderer Programme."""


@map_.command(
    cls=shell.Command, epilog=shell.examples("vorlagen map new kunden.csv kundenstamm --output zuordnung.yaml")
)
@click.argument("file", type=shell.PathType(), metavar="DATEI")
@click.argument("key", metavar="KEY")
@click.option("--output", type=shell.PathType(), metavar="DATEI", help="Zieldatei (sonst die Ausgabe).")
@click.option("--force", is_flag=True, help="Vorhandene Datei überschreiben.")
@shell.catalog_option
def new(*, file: Path, key: str, output: Path | None, force: bool, specs: tuple[Path, ...], lang: Lang | None) -> int:
    """Eine Zuordnung vorschlagen: nach Ähnlichkeit der Überschriften und nach den Werten."""
    from vorlagen.foreign import read_table
    from vorlagen.proposing import propose_map

    catalog = shell.open_catalog(specs)
    template = catalog.template(shell.find_key(catalog, key))
    text = propose_map(read_table(file), template, lang or "de")
    if output is None:
        click.echo(text, nl=False)
        return shell.OK
    if output.exists() and not force:
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=str(output))
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise shell.stop(shell.OUTPUT, "E_OUTPUT", name=output.name, reason=reason) from None
    click.echo(str(output))
    return shell.OK
