"""generate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vorlagen.commands import shell
from vorlagen.findings import Finding, Origin

if TYPE_CHECKING:
    from vorlagen.outputs import Batch
    from vorlagen.spec import Lang


@click.command(
    cls=shell.Command,
    epilog=shell.examples(
        "vorlagen generate",
        "vorlagen generate angebotsliste --example --output beispiele",
        "vorlagen generate kundenstamm --values kunden.csv --map zuordnung.yaml",
    ),
)
@click.argument("keys", nargs=-1, metavar="[KEY]…")
@click.option("--all", "all_", is_flag=True, help="Alle Vorlagen (auch ohne KEY so).")
@click.option("--output", type=shell.PathType(), default=Path("output"), metavar="ORDNER", help="Zielordner (output).")
@click.option(
    "--brand",
    "brand_paths",
    multiple=True,
    type=shell.PathType(),
    metavar="DATEI|ORDNER",
    help="Marke eines Unternehmens, oder ein Ordner mit Marken; bei mehreren je ein Unterordner.",
)
@click.option(
    "--values",
    "source",
    type=shell.PathType(),
    metavar="DATEI",
    help="Werte zum Vorbelegen: .json, .csv oder .xlsx (genau eine Vorlage).",
)
@click.option(
    "--map",
    "map_file",
    type=shell.PathType(),
    metavar="DATEI",
    help="Zuordnung fremder Spalten zu Feldern (YAML, zu --values).",
)
@click.option("--example", is_flag=True, help="Mit den Beispielzeilen ausfüllen.")
@click.option("--rows", type=click.IntRange(1, 100000), metavar="N", help="Zeilen je Liste.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Zahl der Prozesse.")
@click.option("--force", is_flag=True, help="Vorhandene Mappen überschreiben.")
@click.option("--zip", "zipped", is_flag=True, help="Je Unternehmen und Sprache auch ein ZIP zum Versenden.")
@click.option(
    "--since",
    type=shell.PathType(),
    metavar="MANIFEST",
    help="Änderungen gegenüber diesem manifest.json zeigen (sonst dem im Zielordner).",
)
@shell.today_option
@shell.specs_option
@click.option(
    "--lang",
    "langs",
    multiple=True,
    type=click.Choice(["de", "en"]),
    help="Sprache (die der Marke, sonst de); bei mehreren je ein Unterordner.",
)
@shell.debug_option
def generate(
    *, keys: tuple[str, ...], all_: bool, output: Path, brand_paths: tuple[Path, ...], source: Path | None,
    map_file: Path | None, example: bool, rows: int | None, jobs: int | None, force: bool, today: date,
    zipped: bool, since: Path | None, specs: tuple[Path, ...], langs: tuple[Lang, ...],
) -> int:  # fmt: skip
    """Arbeitsmappen erzeugen: NN_key.xlsx je Vorlage, ohne KEY alle.

    Mit --brand, --zip oder mehreren --lang entsteht auch manifest.json mit dem SHA-256 jeder Datei.
    """
    from vorlagen.brand import Brand, brand_files, load_brands
    from vorlagen.commands import delivery, production
    from vorlagen.mapping import load_map

    if keys and all_:
        raise shell.wrong_use("KEY und --all schließen einander aus.", "KEY and --all exclude each other.")
    if map_file is not None and source is None:
        raise shell.wrong_use("--map braucht --values.", "--map needs --values.")
    if source is not None and example:
        raise shell.wrong_use(
            "--values und --example schließen einander aus.", "--values and --example exclude each other."
        )
    if source is not None and len(keys) != 1:
        raise shell.wrong_use("--values braucht genau einen KEY.", "--values needs exactly one KEY.")
    files = brand_files(brand_paths)
    for path in files:
        same = ", ".join(str(other) for other in files if other.stem.casefold() == path.stem.casefold())
        if same != str(path):
            raise shell.wrong_use(
                f"Marken mit demselben Dateinamen, der zum Namen des Unterordners wird: {same}. "
                "Die Dateien nach den Unternehmen benennen.",
                f"Brands with the same file name, which becomes the name of the subfolder: {same}. "
                "Name the files after the companies.",
            )
    catalog = shell.open_catalog(specs)
    brands = load_brands(files) or [Brand()]
    production.check_brands(brands, catalog)
    chosen = list(dict.fromkeys(shell.find_key(catalog, word) for word in keys)) or list(catalog.entries)
    mapping = load_map(map_file) if map_file is not None else None
    orders = production.plan(
        catalog, chosen, brands, output=output, langs=tuple(dict.fromkeys(langs)), today=today,
        example=example, rows=rows, source=source, mapping=mapping,
    )  # fmt: skip
    if output.exists() and not output.is_dir():
        raise shell.stop(shell.OUTPUT, "E_OUTPUT", name=str(output), reason="kein Ordner / not a folder")
    delivered = bool(files) or zipped or len(set(langs)) > 1
    earlier = delivery.earlier_manifest(output, since) if delivered or since else None
    there = [] if force else production.existing(orders, zipped=zipped)
    if there:
        names = ", ".join(str(path) for path in there[:5]) + (f" … ({len(there)})" if len(there) > 5 else "")
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=names)
    language = langs[0] if langs else "de"
    entries: dict[str, delivery.Entry] = {}

    def complete(batch: Batch, written: Mapping[Path, Path]) -> None:
        entries.update(delivery.deliver(orders, output, catalog, zipped=zipped, batch=batch, written=written))

    with shell.progress_bar(len(orders), language) as progress:
        failures = production.produce(
            orders, jobs or production.default_jobs(len(orders)), catalog, progress, complete if delivered else None
        )
    if earlier and not failures:
        delivery.report(delivery.changes(earlier, entries, output), language)
    shell.complain(
        (Finding("E_OUTPUT", Origin(str(p), ""), facts={"name": p.name, "reason": why}) for p, why in failures),
        language,
    )
    count = 0 if failures else len(orders)  # all or none
    if count:
        words = ("Mappe in", "Mappen in") if language == "de" else ("workbook in", "workbooks in")
        click.echo(f"{count} {words[count != 1]} {output}")
    return shell.OUTPUT if failures else shell.OK
