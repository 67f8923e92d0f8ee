"""person: where a person stands in a folder of workbooks, and copies without the person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vorlagen.commands import shell
from vorlagen.commands.intake import budget, jobs_option, limits_option, pool_jobs

if TYPE_CHECKING:
    from vorlagen.person import Hit, Key
    from vorlagen.records import ReadResult
    from vorlagen.spec import Lang

# Refusals of sound workbooks: they can be searched, only their fields are not known.
_SOUND = {"E_NO_TEMPLATE", "E_UNKNOWN_TEMPLATE", "E_TEMPLATE_VERSION"}
_ACTS = {
    "replace": ("Person wird ersetzt", "person is replaced"),
    "clear": ("wird geleert", "is cleared"),
    "keep": ("bleibt als Nachweis", "stays as proof"),
    "by hand": ("bitte von Hand", "please by hand"),
}
_KINDS = {
    "name": ("Name", "name"), "email": ("E-Mail", "e-mail"), "phone": ("Telefon", "phone"),
    "address": ("Adresse", "address"), "note": ("Notiz", "note"), "id": ("Nummer", "number"),
}  # fmt: skip


@dataclass
class _Found:
    """One workbook: where the person stands, and the copy without."""

    result: ReadResult
    hits: list[Hit] = field(default_factory=list)
    named: bool = False  # the file is called like the person
    copy: bytes | None = None
    target: Path | None = None


@click.group(cls=shell.Group, epilog=shell.examples('vorlagen person find "M. Arnheim" eingang/'))
def person() -> None:
    """Auskunft und Löschung: eine Person in den Mappen von Ordnern finden oder aus Kopien entfernen."""


_KEY = click.argument("key", metavar="SCHLÜSSEL")
_PATHS = click.argument("paths", nargs=-1, required=True, type=shell.PathType(), metavar="ORDNER…")


@person.command(cls=shell.Command, epilog=shell.examples('vorlagen person find "M. Arnheim" eingang/ --json'))
@_KEY
@_PATHS
@shell.json_option
@jobs_option
@limits_option
@shell.today_option
@shell.catalog_option
def find(
    key: str, paths: tuple[Path, ...], as_json: bool, today: date, specs: tuple[Path, ...], lang: Lang | None
) -> int:
    """Alle Stellen zeigen, an denen SCHLÜSSEL steht: Name, E-Mail, Telefon oder Personen-Nr.

    Auch die übrigen personenbezogenen Angaben im Datensatz der Person, Kommentare, Eigenschaften und
    Dateinamen. Werte werden nicht gezeigt.
    """
    language = lang or "de"
    found = _search(_key(key), paths, specs, today, language)
    return _report(found, as_json=as_json, lang=language)


@person.command(
    cls=shell.Command, epilog=shell.examples('vorlagen person erase "M. Arnheim" eingang/ --output bereinigt')
)
@_KEY
@_PATHS
@click.option(
    "--output",
    type=shell.PathType(),
    metavar="ORDNER",
    help="Dorthin kommen die Kopien ohne die Person; ohne --output wird nur gezeigt, was geschähe.",
)
@click.option("--force", is_flag=True, help="Vorhandene Kopien überschreiben.")
@shell.json_option
@jobs_option
@limits_option
@shell.today_option
@shell.catalog_option
def erase(
    *, key: str, paths: tuple[Path, ...], output: Path | None, force: bool, as_json: bool, today: date,
    specs: tuple[Path, ...], lang: Lang | None,
) -> int:  # fmt: skip
    """Kopien der betroffenen Mappen ohne die Person schreiben; die Mappen selbst bleiben, wie sie sind.

    Der Name wird durch „(gelöscht)“ ersetzt, E-Mail, Telefon und Notizen ihres Datensatzes werden geleert, die
    Personen-Nr. bleibt als Nachweis. Ohne --output geschieht nichts.
    """
    from vorlagen.commands.results import keep_apart

    language = lang or "de"
    wanted = _key(key)
    if output is None and force:
        raise shell.wrong_use("--force gehört zu --output.", "--force belongs to --output.")
    if output is not None:
        keep_apart(paths, output)
    found = _search(wanted, paths, specs, today, language)
    if output is not None:
        _write(found, wanted, output, force)
    return _report(found, as_json=as_json, lang=language)


def _key(text: str) -> Key:
    from vorlagen.person import Key

    try:
        return Key(text)
    except ValueError:
        raise shell.wrong_use(
            "Der Schlüssel ist zu kurz: mindestens 3 Zeichen.", "The key is too short: at least 3 characters."
        ) from None


def _search(key: Key, paths: Sequence[Path], specs: Sequence[Path], today: date, lang: Lang) -> list[_Found]:
    """Judge and read all files in processes of their own, then search those that are sound."""
    from vorlagen.intake.gate import Refused, load
    from vorlagen.intake.pool import Pool
    from vorlagen.person import Search
    from vorlagen.reading import read_apart

    with Pool(specs, today=today, jobs=pool_jobs(), budget=budget()) as pool:
        catalog = shell.open_catalog(specs)
        with shell.progress_bar(len(paths), lang) as progress:
            results = read_apart(paths, catalog, progress=progress, pool=pool)
    if not results:
        raise shell.wrong_use("Keine Datei gefunden.", "No file found.")
    found = [_Found(result, named=key.hits(Path(result.name).stem.replace("_", " "))) for result in results]
    for item in found:
        if item.result.outcome == "taken" or {f.code for f in item.result.findings} & _SOUND:
            try:
                search = Search(load(item.result.file), item.result, key)
            except Refused:  # changed since it was judged
                continue
            item.hits, item.copy = search.hits, search.copy()
    return found


def _write(found: Sequence[_Found], key: Key, output: Path, force: bool) -> None:
    """Write the copies of all workbooks that name the person, all or none.

    Raises:
        Stop: copies are there already, or cannot be written.
    """
    from vorlagen.outputs import Batch, reason, write_bytes

    touched = [item for item in found if item.hits]
    for item in touched:
        name = Path(item.result.name)
        stem = key.erase(name.stem.replace("_", " "), "geloescht").replace(" ", "_") if item.named else name.stem
        item.target = output / name.parent / f"{stem}{name.suffix}"
    targets = [item.target for item in touched if item.target is not None]
    if len(set(targets)) < len(targets):
        raise shell.wrong_use("Zwei Kopien hießen gleich.", "Two copies would have the same name.")
    if not force and (there := [str(path) for path in targets if path.exists()]):
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=", ".join(there[:5]))
    try:
        with Batch(output, mode=0o600) as batch:
            for item in touched:
                assert item.target is not None
                assert item.copy is not None
                write = partial(write_bytes, content=item.copy)
                temporary = batch.add(item.target)
                write(temporary)
                _verify(temporary, item, key)
            batch.commit()
    except OSError as error:
        raise shell.stop(shell.OUTPUT, "E_OUTPUT", name=output.name, reason=reason(error)) from None


def _verify(path: Path, item: _Found, key: Key) -> None:
    """Open a copy once more: sound, as many cells, and nothing of the person left.

    Raises:
        Unsound: the copy is not what it should be.
    """
    from vorlagen.intake.gate import Refused
    from vorlagen.intake.raw import read_raw
    from vorlagen.layout import cell_name
    from vorlagen.outputs import Unsound
    from vorlagen.person import is_clean

    try:
        data = path.read_bytes()
        copy, original = read_raw(data), read_raw(item.result.file.read_bytes())
    except Refused:
        raise Unsound("workbook") from None
    if list(copy.sheets) != list(original.sheets) or copy.names != original.names or copy.tables != original.tables:
        raise Unsound("sheets")
    changed = {(hit.sheet, hit.cell) for hit in item.hits}
    for name, sheet in original.sheets.items():
        for r, row in enumerate(sheet.rows):
            for c in range(len(row)):
                if sheet.at(r, c) != copy.sheets[name].at(r, c) and (name, cell_name(r, c)) not in changed:
                    raise Unsound(name)
    if not is_clean(data, item.result, key):
        raise Unsound("person")


def _report(found: Sequence[_Found], *, as_json: bool, lang: Lang) -> int:
    pick = lang == "en"
    unread = [item for item in found if item.result.outcome == "refused" and item.copy is None]
    if as_json:
        files = [
            {
                "file": item.result.name,
                "outcome": "searched" if item.copy is not None else item.result.outcome,
                "named": item.named,
                "copy": str(item.target) if item.target is not None else None,
                "places": [_place(hit, lang) for hit in item.hits],
            }
            for item in found
        ]
        shell.print_json({"files": files, "places": sum(len(item.hits) for item in found)})
        return shell.REFUSED if unread else shell.OK
    for item in found:
        for line in _lines(item, lang):
            click.echo(line)
    places, books = sum(len(item.hits) for item in found), sum(1 for item in found if item.hits or item.named)
    text = (
        "Dateien {files}: {books} betroffen, {unread} nicht lesbar. Stellen: {places}.",
        "Files {files}: {books} affected, {unread} could not be read. Places: {places}.",
    )[pick]
    click.echo(text.format(places=places, books=books, files=len(found), unread=len(unread)))
    for item in unread:
        shell.complain(item.result.findings, lang)
    return shell.REFUSED if unread else shell.OK


def _lines(item: _Found, lang: Lang) -> Iterator[str]:
    pick = lang == "en"
    if item.named:
        yield f"{item.result.name}: {('Dateiname', 'file name')[pick]}, {_ACTS['by hand'][pick]}"
    for hit in item.hits:
        words = [f"{hit.sheet}!{hit.cell}" if hit.sheet else hit.cell]
        words += [f"„{hit.title[pick]}“"] if hit.title else []
        words += [_KINDS[hit.kind][pick]] if hit.kind else []
        words += [] if hit.own else [("im Datensatz der Person", "in the person's record")[pick]]
        yield f"{item.result.name}: {', '.join([*words, _ACTS[hit.act][pick]])}"
    if item.target is not None:
        yield f"{item.result.name} → {item.target}"


def _place(hit: Hit, lang: Lang) -> dict[str, Any]:
    return {
        "sheet": hit.sheet or None, "cell": hit.cell, "title": hit.title[lang == "en"] if hit.title else None,
        "class": hit.kind, "own": hit.own, "act": hit.act,
    }  # fmt: skip
