"""why: which rows of which files make a number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vorlagen.commands import shell
from vorlagen.commands.intake import judged, limits_option

if TYPE_CHECKING:
    from vorlagen.spec import Lang
    from vorlagen.why import Explanation, Share

SHOWN = 40  # rows that are listed; --json gives all


@click.command(
    cls=shell.Command,
    epilog=shell.examples(
        'vorlagen why ergebnis/17_angebotsliste_konsolidiert.xlsx "Übersicht!C7"',
        "vorlagen why ergebnis/17_angebotsliste_konsolidiert.xlsx ergebnis.n_abgegeben --json",
    ),
)
@click.argument("file", type=shell.PathType(), metavar="DATEI")
@click.argument("place", metavar="ZELLE")
@shell.json_option
@limits_option
@shell.today_option
@shell.catalog_option
def why(file: Path, place: str, as_json: bool, today: date, specs: tuple[Path, ...], lang: Lang | None) -> int:
    """Zeigen, welche Zeilen welcher Dateien eine Zahl ergeben; ZELLE ist Blatt!A1 oder block.feld."""
    from vorlagen.why import NoSuchCell, explain

    if file.is_dir():
        raise shell.wrong_use(f"{file} ist ein Ordner; hier gilt eine Datei.", f"{file} is a folder; name one file.")
    language = lang or "de"
    result = judged([file], specs, today, language)[0]
    if result.outcome != "taken":
        shell.complain((f for f in result.findings if f.level == "error"), language)
        return shell.REFUSED
    try:
        found = explain(result, place, today)
    except NoSuchCell:
        raise shell.wrong_use(
            f"An der Stelle „{place}“ steht kein Feld der Vorlage; Blatt!A1 oder block.feld angeben.",
            f"No field of the template stands at '{place}'; name Sheet!A1 or block.field.",
        ) from None
    if as_json:
        shell.print_json(_json(found))
    else:
        _print(found, language)
    return shell.OK


def _said(item: Any, value: Any) -> Any:
    from vorlagen.export import plain_computed

    return plain_computed(item, value)


def _json(found: Explanation) -> dict[str, Any]:
    return {
        "block": found.block,
        "field": found.item.key,
        "value": _said(found.item, found.value),
        "formula": found.formula or None,
        "entries": dict(found.entries),
        "shares": [
            {
                "figure": share.figure,
                "formula": share.formula,
                "block": share.block,
                "field": share.item.key if share.item else None,
                "rows": [
                    {"key": r.key, "value": _of(share, r.value), "file": r.file, "sheet": r.sheet, "row": r.row}
                    for r in share.rows
                ],
            }
            for share in found.shares
        ],
    }


def _of(share: Share, value: Any) -> Any:
    return value if share.item is None else _said(share.item, value)


def _print(found: Explanation, lang: Lang) -> None:
    value = _said(found.item, found.value)
    click.echo(f"{found.item.title[lang]}: {'–' if value is None else value}")
    if found.formula:
        click.echo(found.formula)
    for key, entry in found.entries:
        click.echo(f"  {key}: {'–' if entry is None else entry}")
    for share in found.shares:
        rows, files = len(share.rows), len({r.file for r in share.rows})
        what = share.item.title[lang] if share.item else ("Anzahl" if lang == "de" else "count")
        of = f"Zeilen: {rows}, Dateien: {files}" if lang == "de" else f"rows: {rows}, files: {files}"
        click.echo(f"\n{share.figure} – {what}: {of}\n  {share.formula}")
        row = "Zeile" if lang == "de" else "row"
        for r in share.rows[:SHOWN]:
            click.echo(f"  {r.file}, {r.sheet}, {row} {r.row}: {r.key} = {_of(share, r.value)}")
        if rows > SHOWN:
            more = "weitere (alle mit --json)" if lang == "de" else "more (all with --json)"
            click.echo(f"  … {rows - SHOWN} {more}")
