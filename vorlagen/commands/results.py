"""check, read, calculate, consolidate: what comes back filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vorlagen.commands import shell
from vorlagen.commands.intake import (
    cache_option,
    jobs_option,
    judged,
    key_options,
    limits_option,
    quarantine_option,
    secret,
    set_aside,
    values_option,
)
from vorlagen.findings import Finding

if TYPE_CHECKING:
    from vorlagen.brand import Brands
    from vorlagen.records import ReadResult
    from vorlagen.spec import Lang

_OUTCOMES = {
    "taken": ("übernommen", "taken"),
    "duplicate": ("doppelt", "duplicate"),
    "skipped": ("übersprungen", "skipped"),
    "refused": ("abgelehnt", "refused"),
}

PATHS = click.argument("paths", nargs=-1, required=True, type=shell.PathType(), metavar="PFAD…")
FILE = click.argument("file", type=shell.PathType(), metavar="DATEI")


def brand_option(words: str) -> Callable[[shell.F], shell.F]:
    """Let a command take brands: one for all workbooks, or several among which each finds its own."""
    text = f"{words}; auch ein Ordner mit Marken oder mehrmals: jede Mappe nimmt die, mit der sie erzeugt wurde."
    return click.option(
        "--brand", "brand_files", multiple=True, type=shell.PathType(), metavar="DATEI|ORDNER", help=text
    )


def exit_code(results: Iterable[ReadResult], further: Iterable[Finding] = ()) -> int:
    """Return the highest exit code that applies to files and findings."""
    code = max((shell.DATA for f in further if f.level == "error"), default=shell.OK)
    for result in results:
        if any(f.code == "E_INTERNAL" for f in result.findings):
            return shell.INTERNAL
        if result.outcome == "refused":
            code = max(code, shell.REFUSED)
        elif result.failed:
            code = max(code, shell.DATA)
    return code


def print_results(results: Iterable[ReadResult], lang: Lang, *, values: bool = False) -> None:
    """Print outcome and findings of every file, then the sums; with `values` also what stands there, masked."""
    from vorlagen.disclosure import Disclosure
    from vorlagen.export import totals

    found = list(results)
    for result in found:
        key = f" ({result.template.key})" if result.template else ""
        click.echo(f"{result.name}: {_OUTCOMES[result.outcome][lang == 'en']}{key}")
        disclosure = Disclosure(result) if values else None
        for finding in result.findings:
            value = disclosure.of(finding) if disclosure is not None else None
            shown = f" = {value}" if value is not None else ""
            click.echo("  " + shell.describe(finding, lang, file=False) + shown)
    print_totals(totals(found), lang)


def print_totals(sums: dict[str, int], lang: Lang) -> None:
    """Print the sums of files, rows and cells."""
    if lang == "en":
        text = (
            "Files {files_found}: {taken} taken, {duplicate} duplicate, {skipped} skipped, {refused} refused. "
            "Rows {rows_present}: {rows_taken} taken, {rows_rejected} rejected, {rows_ignored} ignored. "
            "Cells {cells_present}: {cells_taken} taken, {cells_rejected} rejected, {cells_ignored} ignored."
        )
    else:
        text = (
            "Dateien {files_found}: {taken} übernommen, {duplicate} doppelt, {skipped} übersprungen, "
            "{refused} abgelehnt. "
            "Zeilen {rows_present}: {rows_taken} übernommen, {rows_rejected} zurückgewiesen, {rows_ignored} ohne Daten."
            " Zellen {cells_present}: {cells_taken} übernommen, {cells_rejected} zurückgewiesen, "
            "{cells_ignored} ohne Daten."
        )
    click.echo(text.format(**sums))


@click.command(
    cls=shell.Command,
    epilog=shell.examples("vorlagen check eingang/", "vorlagen check eingang/ --annotate rueckmeldung"),
)
@PATHS
@click.option(
    "--annotate",
    "folder",
    type=shell.PathType(),
    metavar="ORDNER",
    help="Je übernommener Mappe eine Kopie zum Zurückgeben, in der jeder Befund an seiner Zelle steht.",
)
@brand_option("Marke der Kopien (zu --annotate)")
@click.option("--force", is_flag=True, help="Vorhandene Kopien überschreiben.")
@values_option
@quarantine_option
@cache_option
@shell.json_option
@jobs_option
@limits_option
@shell.today_option
@shell.catalog_option
def check(
    *, paths: tuple[Path, ...], folder: Path | None, brand_files: tuple[Path, ...], force: bool,
    quarantine: Path | None, values: bool, as_json: bool, today: date, specs: tuple[Path, ...], lang: Lang | None,
) -> int:  # fmt: skip
    """Ausgefüllte Mappen prüfen: Dateien und Ordner."""
    from vorlagen.export import check_json

    if folder is None and (brand_files or force):
        raise shell.wrong_use("--brand und --force gehören zu --annotate.", "--brand and --force belong to --annotate.")
    language = lang or "de"
    brands = _brands(brand_files)
    for target in (folder, quarantine):
        if target is not None:
            keep_apart([path for path in paths if path.is_dir()], target)
    results = judged(paths, specs, today, language, lean=folder is None)
    copies: dict[int, Path] = {}
    failures: list[Finding] = []
    if folder is not None:
        from vorlagen.commands.handback import hand_back

        copies, failures = hand_back(results, folder, brands=brands, today=today, force=force)
        _name_unknown(results, brands, language)
    failures += set_aside(results, quarantine, language)
    code = exit_code(results)
    if as_json:
        data = check_json(results, language, values=values)
        if folder is not None:
            for n, entry in enumerate(data["files"]):
                entry["copy"] = str(copies[n]) if n in copies else None
        shell.print_json(data)
    else:
        print_results(results, language, values=values)
        for n, result in enumerate(results if folder is not None else ()):
            why = "" if n in copies else f"{NO_COPY[language == 'en']} ({_OUTCOMES[result.outcome][language == 'en']})"
            click.echo(f"{result.name} → {copies.get(n, why)}")
    shell.complain(failures, language)
    for failure in failures:
        code = max(code, shell.INTERNAL if failure.code == "E_INTERNAL" else shell.OUTPUT)
    return code


NO_COPY = ("keine Kopie", "no copy")


def _brands(files: Sequence[Path]) -> Brands:
    from vorlagen.brand import Brands, load_brands

    return Brands(tuple(load_brands(files)))


def _name_unknown(results: Iterable[ReadResult], brands: Brands, lang: Lang) -> None:
    """Say which brands the workbooks were made with that nobody gave."""
    for name in brands.unknown(r.brand for r in results if r.outcome == "taken"):
        de = f"Hinweis: Mappen der Marke „{name}“ bekommen ihr Aussehen nur mit --brand {name}.yaml zurück."
        en = f"Note: workbooks of the brand '{name}' get their look back only with --brand {name}.yaml."
        click.echo(en if lang == "en" else de, err=True)


@click.command(
    cls=shell.Command,
    epilog=shell.examples(
        "vorlagen read 17_angebotsliste.xlsx --json", "vorlagen read 17_angebotsliste.xlsx --to csv -o tabellen"
    ),
)
@FILE
@shell.json_option
@click.option("--to", "kind", type=click.Choice(["csv", "parquet", "duckdb"]), help="Listen als Dateien schreiben.")
@click.option("-o", "--output", type=shell.PathType(), metavar="ZIEL", help="Ordner oder Datei für --to.")
@click.option("--force", is_flag=True, help="Vorhandene Dateien überschreiben.")
@limits_option
@shell.today_option
@shell.catalog_option
def read(
    *, file: Path, as_json: bool, kind: str | None, output: Path | None, force: bool, today: date,
    specs: tuple[Path, ...], lang: Lang | None,
) -> int:  # fmt: skip
    """Eine Mappe lesen: typisierte Datensätze mit ihrer Herkunft."""
    from vorlagen.export import read_json

    if (kind is None) != (output is None):
        raise shell.wrong_use("--to und -o gehören zusammen.", "--to and -o belong together.")
    _one_file(file)
    language = lang or "de"
    results = judged([file], specs, today, language)
    result = results[0]
    written: list[Path] = []
    if kind is not None and output is not None and result.outcome == "taken":
        from vorlagen.commands.tables import write_tables

        written = write_tables(result, kind, output, lang=language, today=today, force=force)
    if as_json:
        shell.print_json(read_json(result, language))
    else:
        for key, content in read_json(result, language)["blocks"].items():
            count = len(content) if isinstance(content, list) else sum(v is not None for v in content.values())
            unit = ("Zeilen", "rows") if isinstance(content, list) else ("Angaben", "entries")
            click.echo(f"{key}: {count} {unit[language == 'en']}")
        for path in written:
            click.echo(str(path))
        print_results(results, language)
    return exit_code(results)


def _one_file(file: Path) -> None:
    if file.is_dir():
        raise shell.wrong_use(f"{file} ist ein Ordner; hier gilt eine Datei.", f"{file} is a folder; name one file.")


@click.command(cls=shell.Command, epilog=shell.examples("vorlagen calculate 34_clv_berechnung.xlsx"))
@FILE
@shell.json_option
@limits_option
@shell.today_option
@shell.catalog_option
def calculate(file: Path, as_json: bool, today: date, specs: tuple[Path, ...], lang: Lang | None) -> int:
    """Alle Formelfelder und Kennzahlen aus den Eingaben neu berechnen und mit der Mappe vergleichen."""
    from vorlagen.export import calculate_json

    _one_file(file)
    language = lang or "de"
    results = judged([file], specs, today, language)
    result = results[0]
    if result.outcome != "taken":
        shell.complain((f for f in result.findings if f.level == "error"), language)
        if as_json:
            findings = [f.as_json(language) for f in result.findings]
            shell.print_json(
                {"file": result.name, "template": None, "blocks": {}, "differences": [], "findings": findings}
            )
        return exit_code(results)
    data = calculate_json(result, today)
    if as_json:
        shell.print_json(data)
        return exit_code(results)
    for key, content in data["blocks"].items():
        if isinstance(content, dict):
            for name, value in content.items():
                click.echo(f"{key}.{name}: {'–' if value is None else value}")
        else:
            click.echo(f"{key}: {len(content)} {'Zeilen' if language == 'de' else 'rows'}")
    _print_differences(data["differences"], language)
    return exit_code(results)


def _print_differences(differences: list[dict[str, Any]], lang: Lang) -> None:
    text = (
        "{sheet}!{cell} {field}: in der Mappe {stored}, berechnet {computed}"
        if lang == "de"
        else "{sheet}!{cell} {field}: {stored} in the workbook, {computed} computed"
    )
    for item in differences:
        click.echo(text.format(**item))
    click.echo(f"{len(differences)} {'Abweichungen' if lang == 'de' else 'differences'}")


@click.command(
    cls=shell.Command, epilog=shell.examples("vorlagen consolidate eingang/ --output ergebnis --to xlsx,csv")
)
@PATHS
@click.option("--output", required=True, type=shell.PathType(), metavar="ORDNER", help="Zielordner.")
@click.option("--to", "kinds", default="xlsx", metavar="FORMATE", help="Mit Komma: xlsx, html, csv, parquet, duckdb.")
@brand_option("Marke der Ausgabe")
@click.option(
    "--decisions",
    "decided",
    multiple=True,
    type=shell.PathType(),
    metavar="DATEI",
    help="Entscheidungen über Dubletten: eine konsolidierte Mappe mit ausgefülltem Blatt Dubletten, oder dessen CSV.",
)
@click.option("--force", is_flag=True, help="Vorhandene Dateien überschreiben.")
@values_option
@key_options
@quarantine_option
@cache_option
@shell.json_option
@jobs_option
@limits_option
@shell.today_option
@shell.catalog_option
def consolidate(
    *, paths: tuple[Path, ...], output: Path, kinds: str, brand_files: tuple[Path, ...], decided: tuple[Path, ...],
    force: bool, values: bool, pseudonymise: bool, quarantine: Path | None, as_json: bool, today: date,
    specs: tuple[Path, ...], lang: Lang | None,
) -> int:  # fmt: skip
    """Viele Mappen je Vorlage zu einer zusammenführen."""
    from generators.report import FORMATS, ReportError, write_consolidated
    from vorlagen.consolidate import consolidate as merge
    from vorlagen.consolidated import consolidated_json
    from vorlagen.decisions import load_decisions
    from vorlagen.foreign import closest

    formats = {word.strip() for word in kinds.split(",") if word.strip()}
    for word in sorted(formats - set(FORMATS)):
        near = closest(word, FORMATS)
        raise shell.wrong_use(
            f"Das Format „{word}“ gibt es nicht (am ähnlichsten: {near}).",
            f"There is no format '{word}' (most similar: {near}).",
        )
    keep_apart(paths, output)
    if quarantine is not None:
        keep_apart([path for path in paths if path.is_dir()], quarantine)
    brands = _brands(brand_files)
    decisions = load_decisions(decided)
    key = secret() if pseudonymise else ""
    language = lang or "de"
    results = judged(paths, specs, today, language, lean=True)
    used = results
    if key:
        from vorlagen.pseudonyms import pseudonymise as hidden

        used = hidden(results, key)
    taken = [result for result in used if result.outcome == "taken"]
    brand = brands.of(result.brand for result in taken)
    spoken: set[Lang] = {"en" if result.lang == "en" else "de" for result in taken}
    target = lang or (spoken.pop() if len(spoken) == 1 else brand.lang)
    merged = merge(used, lang=target, today=today, decisions=decisions, brands=brands)
    code = exit_code(results, merged.findings)
    written: list[Path] = []
    try:
        written = write_consolidated(
            merged, output, formats=formats, brand=brand, lang=target, today=today, force=force
        )
    except ReportError as error:
        if error.finding.code == "E_EXISTS":
            raise shell.Stop(shell.OUTPUT, error.finding) from None
        shell.complain([error.finding], language)
        code = max(code, shell.OUTPUT if error.finding.code != "E_OUTPUT_EXTRA" else shell.USAGE)
    if failures := set_aside(results, quarantine, language):
        shell.complain(failures, language)
        code = max(code, shell.OUTPUT)
    _name_unknown(results, brands, language)
    if as_json:
        shell.print_json(consolidated_json(merged, used, language))
        return code
    print_results(results, language, values=values)
    for finding in merged.findings:
        click.echo(shell.describe(finding, language))
    for path in written:
        click.echo(str(path))
    return code


def keep_apart(paths: Iterable[Path], output: Path) -> None:
    """Refuse an output folder whose files the next run would read as inputs."""
    target = output.resolve()
    for path in paths:
        source = path.resolve()
        folder = source if path.is_dir() else source.parent
        if target == folder or (path.is_dir() and folder in target.parents):
            raise shell.wrong_use(
                f"Die Ausgabe {output} läge bei den Eingaben ({path}): anderen Ordner wählen.",
                f"The output {output} would lie among the inputs ({path}): choose another folder.",
            )
