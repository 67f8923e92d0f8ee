"""What commands that read workbooks share: processes, limits, quarantine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vorlagen.commands import shell
from vorlagen.intake.budget import MIB, Budget

if TYPE_CHECKING:
    from vorlagen.findings import Finding
    from vorlagen.records import ReadResult
    from vorlagen.spec import Lang

F = TypeVar("F", bound=Callable[..., Any])

_META = "vorlagen.intake."
_LEAST_MEMORY = 256  # MiB; Python and its libraries need most of it


def _note(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    ctx.meta[_META + str(param.name)] = value
    return value


def limits_option(command: F) -> F:
    """Add --limit-memory and --limit-seconds."""
    memory = click.option(
        "--limit-memory", type=click.IntRange(_LEAST_MEMORY), default=Budget().memory // MIB, show_default=True,
        metavar="MIB", expose_value=False, callback=_note, help="Speicher, den das Lesen einer Mappe kosten darf.",
    )  # fmt: skip
    seconds = click.option(
        "--limit-seconds", type=click.IntRange(1), default=round(Budget().seconds), show_default=True,
        metavar="S", expose_value=False, callback=_note, help="Zeit, die das Lesen einer Mappe kosten darf.",
    )  # fmt: skip
    return memory(seconds(command))


def jobs_option(command: F) -> F:
    """Add --jobs."""
    return click.option(
        "--jobs", type=click.IntRange(1), metavar="N", expose_value=False, callback=_note,
        help="Mappen, die gleichzeitig gelesen werden (sonst so viele wie Prozessoren, höchstens 8).",
    )(command)  # fmt: skip


def quarantine_option(command: F) -> F:
    """Add --quarantine."""
    return click.option(
        "--quarantine", type=shell.PathType(), metavar="ORDNER",
        help="Abgelehnte Dateien mit dem Grund dorthin kopieren.",
    )(command)  # fmt: skip


def cache_option(command: F) -> F:
    """Add --cache."""
    return click.option(
        "--cache", type=shell.PathType(), metavar="ORDNER", expose_value=False, callback=_note,
        help="Gelesenes dort aufheben: unveränderte Mappen werden am selben Tag nicht noch einmal gelesen.",
    )(command)  # fmt: skip


def values_option(command: F) -> F:
    """Add --show-values."""
    return click.option(
        "--show-values", "values", is_flag=True,
        help="Bei jedem Befund zeigen, was dort steht; Personenbezogenes nur angedeutet.",
    )(command)  # fmt: skip


def key_options(command: F) -> F:
    """Add --pseudonymise, --key and --key-file."""
    hide = click.option(
        "--pseudonymise", is_flag=True,
        help="Personenbezogene Angaben und Dateinamen in der Ausgabe durch Hashwerte eines Schlüssels ersetzen.",
    )  # fmt: skip
    key = click.option(
        "--key", envvar="VORLAGEN_KEY", metavar="TEXT", expose_value=False, callback=_note,
        help="Schlüssel dazu, ab 16 Zeichen; besser in der Umgebung als VORLAGEN_KEY oder in einer Datei.",
    )  # fmt: skip
    file = click.option(
        "--key-file", type=shell.PathType(), metavar="DATEI", expose_value=False, callback=_note,
        help="Datei, deren erste Zeile der Schlüssel ist.",
    )  # fmt: skip
    return hide(key(file(command)))


def secret() -> str:
    """Return the key of pseudonyms.

    Raises:
        Stop: there is none, it is too short, or its file cannot be read.
    """
    from vorlagen.pseudonyms import LEAST_KEY

    meta = click.get_current_context().meta
    file: Path | None = meta.get(_META + "key_file")
    key = meta.get(_META + "key") or ""
    if file is not None:
        try:
            key = next(iter(file.read_text(encoding="utf-8").splitlines()), "")
        except (OSError, UnicodeDecodeError):
            raise shell.stop(shell.USAGE, "E_FILE_MISSING", str(file)) from None
    if len(key.strip()) < LEAST_KEY:
        raise shell.wrong_use(
            f"--pseudonymise braucht einen Schlüssel von mindestens {LEAST_KEY} Zeichen: VORLAGEN_KEY oder --key-file.",
            f"--pseudonymise needs a key of at least {LEAST_KEY} characters: VORLAGEN_KEY or --key-file.",
        )
    return key.strip()


def budget() -> Budget:
    """Return what reading a file may cost, by the options of the command."""
    meta = click.get_current_context().meta
    memory = meta.get(_META + "limit_memory", Budget().memory // MIB) * MIB
    seconds = meta.get(_META + "limit_seconds", Budget().seconds)
    return Budget(memory, seconds, max(1, round(seconds * Budget().processor / Budget().seconds)))


def judged(
    paths: Sequence[Path], specs: Sequence[Path], today: date, lang: Lang, *, lean: bool = False
) -> list[ReadResult]:
    """Read and check files and folders, with further folders of specs.

    Args:
        paths: files and folders.
        specs: further folders of specs.
        today: value of TODAY().
        lang: language of messages.
        lean: leave out the stored results of formulas once they are checked.

    Raises:
        Stop: there is no file at all, or no such folder.
    """
    from vorlagen.intake.pool import Pool

    with Pool(specs, today=today, jobs=pool_jobs(), checks=True, budget=budget()) as pool:
        pool.lean = lean
        pool.warm()
        catalog = shell.open_catalog(specs)
        from vorlagen.checking import check_references
        from vorlagen.reading import read_many

        folder = click.get_current_context().meta.get(_META + "cache")
        if folder is not None:
            from vorlagen.intake.kept import Kept

            pool.kept = Kept(folder, catalog, pool.setup)
        count = sum(sum(1 for f in p.rglob("*") if f.is_file()) if p.is_dir() else 1 for p in paths)
        with shell.progress_bar(count, lang) as progress:
            results = read_many(paths, catalog, today=today, progress=progress, pool=pool)
    if not results:
        raise shell.wrong_use("Keine Datei gefunden.", "No file found.")
    check_references(results)
    return results


def pool_jobs() -> int:
    """Return how many files are read at the same time, by the options of the command."""
    from vorlagen.intake.pool import default_jobs

    return click.get_current_context().meta.get(_META + "jobs") or default_jobs()


def set_aside(results: Sequence[ReadResult], folder: Path | None, lang: Lang) -> list[Finding]:
    """Copy refused files when the user wants it; return what could not be copied."""
    if folder is None:
        return []
    from vorlagen.intake.quarantine import quarantine

    return quarantine(results, folder, lang)
