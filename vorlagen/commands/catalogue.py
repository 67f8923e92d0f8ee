"""list, show, explain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vorlagen.commands import shell

if TYPE_CHECKING:
    from vorlagen.spec import Lang


@click.command("list", cls=shell.Command, epilog=shell.examples("vorlagen list"))
@shell.json_option
@shell.catalog_option
def list_(specs: tuple[Path, ...], lang: Lang | None, as_json: bool) -> None:
    """Alle Vorlagen mit Nummer, Schlüssel, Titel und Gruppe."""
    language = lang or "de"
    entries = shell.open_catalog(specs).entries.values()
    if as_json:
        shell.print_json(
            [{"number": e.number, "key": e.key, "title": e.title[language], "group": e.group} for e in entries]
        )
        return
    width = max((len(e.key) for e in entries), default=0)
    group = max((len(e.group) for e in entries), default=0)
    for e in entries:
        click.echo(f"{e.number:02d}  {e.key:<{width}}  {e.group:<{group}}  {e.title[language]}")


@click.command(cls=shell.Command, epilog=shell.examples("vorlagen show angebotsliste"))
@click.argument("key", metavar="KEY")
@shell.json_option
@shell.catalog_option
def show(key: str, specs: tuple[Path, ...], lang: Lang | None, as_json: bool) -> None:
    """Blätter, Bereiche und Felder einer Vorlage (KEY: Schlüssel oder Nummer)."""
    from vorlagen.describe import template_json, template_text

    catalog = shell.open_catalog(specs)
    template = catalog.template(shell.find_key(catalog, key))
    if as_json:
        shell.print_json(template_json(template, lang or "de"))
    else:
        click.echo(template_text(template, lang or "de"))


@click.command(cls=shell.Command, epilog=shell.examples("vorlagen explain E_REQUIRED"))
@click.argument("code", metavar="CODE")
@shell.lang_option
def explain(code: str, lang: Lang | None) -> None:
    """Was ein Code einer Meldung bedeutet und was zu tun ist."""
    from vorlagen.codes import CODES
    from vorlagen.foreign import closest

    name = code.upper()
    if name not in CODES:
        raise shell.stop(shell.USAGE, "E_CODE_UNKNOWN", name=code, near=closest(name, CODES))
    click.echo(shell.explain(name, lang or "de"))
