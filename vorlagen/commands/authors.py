"""spec and brand: for authors of templates and for consultants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vorlagen.commands import shell
from vorlagen.findings import SpecErrors, SpecProblem

if TYPE_CHECKING:
    from vorlagen.spec import Lang


@click.group(cls=shell.Group, epilog=shell.examples("vorlagen spec check eigene_vorlagen"))
def spec() -> None:
    """Vorlagen schreiben: prüfen, Schema, neue beginnen."""


@click.group(cls=shell.Group, epilog=shell.examples("vorlagen brand new --output brands/beispiel.yaml"))
def brand() -> None:
    """Marken von Unternehmen: neue beginnen, prüfen."""


def _report(problems: list[SpecProblem], count: int, lang: Lang | None) -> None:
    if problems:
        raise SpecErrors(problems)
    click.echo(f"{count} geprüft, fehlerfrei" if lang != "en" else f"{count} checked, no faults")


def _write_new(path: Path, text: str, force: bool) -> None:
    """Write a starter file that is not there yet."""
    if path.exists() and not force:
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=str(path))
    from vorlagen.outputs import reason, write_bytes, write_whole

    try:
        write_whole(path, lambda temporary: write_bytes(temporary, text.encode()))
    except OSError as error:
        raise shell.stop(shell.OUTPUT, "E_OUTPUT", name=path.name, reason=reason(error)) from None
    click.echo(str(path))


force_option = click.option("--force", is_flag=True, help="Vorhandene Datei überschreiben.")


@spec.command("check", cls=shell.Command, epilog=shell.examples("vorlagen spec check eigene/36_reklamationen.yaml"))
@click.argument("paths", nargs=-1, type=shell.PathType(), metavar="[DATEI|ORDNER]…")
@shell.catalog_option
def spec_check(paths: tuple[Path, ...], specs: tuple[Path, ...], lang: Lang | None) -> None:
    """Vorlagen laden und alle Fehler mit Datei und Zeile zeigen; ohne Angabe alle."""
    from vorlagen.authoring import check_specs, misnamed, spec_files
    from vorlagen.catalog import shipped_folder

    shell.open_catalog(specs)
    places = paths or (shipped_folder(), *specs)
    files, ignored = spec_files(places), misnamed(places)
    if not files and not ignored:
        raise shell.wrong_use("Keine Datei NN_key.yaml gefunden.", "No file NN_key.yaml found.")
    _report([*ignored, *check_specs(files)], len(files), lang)


@spec.command("witnesses", cls=shell.Command, epilog=shell.examples("vorlagen spec witnesses"))
@shell.catalog_option
def spec_witnesses(specs: tuple[Path, ...], lang: Lang | None) -> None:
    """Formelfelder ohne unabhängige Gegenrechnung zeigen, je mit Grund, und die Anteile mit."""
    from vorlagen.spec import Kpis
    from vorlagen.witness import figures, gaps, is_number

    catalog = shell.open_catalog(specs)
    templates = [catalog.template(key) for key in catalog.entries]
    fields = [(block, item) for template in templates for block, item in figures(template)]
    for template in templates:
        for gap in gaps(template):
            reason = gap.reason[lang == "en"]
            click.echo(f"{template.number:02} {gap.block.key}.{gap.item.key} ({gap.item.type}): {reason}")
    for name, chosen in (
        (("Kennzahlen", "key figures"), [f for b, f in fields if isinstance(b, Kpis)]),
        (("Zahlenfelder", "numeric fields"), [f for _, f in fields if is_number(f)]),
        (("alle Formelfelder", "all formula fields"), [f for _, f in fields]),
    ):
        with_one = sum(f.calculator is not None for f in chosen)
        click.echo(f"{name[lang == 'en']}: {with_one}/{len(chosen)} = {with_one / max(1, len(chosen)):.1%}")


@spec.command("schema", cls=shell.Command, epilog=shell.examples("vorlagen spec schema > vorlage.schema.json"))
def spec_schema() -> None:
    """JSON-Schema der Vorlagensprache für Editoren ausgeben."""
    from vorlagen.schema import json_schema

    shell.print_json(json_schema())


@spec.command("new", cls=shell.Command, epilog=shell.examples("vorlagen spec new reklamationen --output eigene"))
@click.argument("key", metavar="KEY")
@click.option("--output", type=shell.PathType(), default=Path(), metavar="ORDNER", help="Zielordner (hier).")
@force_option
@shell.catalog_option
def spec_new(key: str, output: Path, force: bool, specs: tuple[Path, ...], lang: Lang | None) -> None:
    """Kleine, kommentierte Vorlage NN_KEY.yaml beginnen; NN ist die nächste freie Nummer ab 36."""
    from vorlagen.authoring import is_key, next_number, spec_starter

    catalog = shell.open_catalog((*specs, *([output] if output.is_dir() and output not in specs else [])))
    if not is_key(key):
        raise shell.wrong_use(
            f"„{key}“ ist kein Schlüssel: Kleinbuchstaben a–z, Ziffern und _, mit einem Buchstaben am Anfang.",
            f"'{key}' is no key: small letters a–z, digits and _, beginning with a letter.",
        )
    if key in catalog and not force:
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=catalog.entries[key].path.name)
    number = catalog.entries[key].number if key in catalog else next_number(catalog)
    _write_new(output / f"{number:02d}_{key}.yaml", spec_starter(key, number), force)


@brand.command("new", cls=shell.Command, epilog=shell.examples("vorlagen brand new --output brands/beispiel.yaml"))
@click.option(
    "--output",
    type=shell.PathType(),
    default=Path("brand.yaml"),
    metavar="DATEI",
    help="Zieldatei (brand.yaml).",
)
@force_option
@shell.lang_option
def brand_new(output: Path, force: bool, lang: Lang | None) -> None:  # fmt: skip
    """Kommentierte Markendatei beginnen."""
    from vorlagen.authoring import BRAND_STARTER

    _write_new(output, BRAND_STARTER, force)


@brand.command("check", cls=shell.Command, epilog=shell.examples("vorlagen brand check brands/beispiel.yaml"))
@click.argument("files", nargs=-1, required=True, type=shell.PathType(), metavar="DATEI|ORDNER…")
@shell.catalog_option
def brand_check(files: tuple[Path, ...], specs: tuple[Path, ...], lang: Lang | None) -> None:
    """Markendateien prüfen und den gemessenen Kontrast ihrer Farben zeigen (WCAG 2.2 AA)."""
    from vorlagen.authoring import check_brand
    from vorlagen.brand import brand_files, load_brands, ratio
    from vorlagen.palette import contrast, measured

    catalog = shell.open_catalog(specs)
    pick = lang == "en"
    files = tuple(brand_files(files))
    problems = [problem for file in files for problem in check_brand(file, catalog)]
    for found in load_brands(files) if not problems else ():
        click.echo(f"{found.key}:")
        for use, colour, ground, value, least, given in measured(found.palette):
            on, needed, instead = ("on", "at least", "instead of") if pick else ("auf", "nötig", "statt")
            shown, limit = ratio(value)[pick], ratio(least)[pick]
            why = f", {instead} {given}: {ratio(contrast(given, ground))[pick]}:1" if given else ""
            click.echo(f"  {use[lang or 'de']:<25} {colour} {on} {ground} {shown:>6}:1 ({needed} {limit}:1{why})")
    _report(problems, len(files), lang)
