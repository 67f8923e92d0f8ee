"""What all commands share: options, languages, messages, exit codes, progress."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vorlagen.codes import CODES
from vorlagen.findings import Finding, Origin, SourceErrors, SpecErrors

if TYPE_CHECKING:
    from vorlagen.catalog import Catalog
    from vorlagen.spec import Lang

# Exit codes; where several apply, the highest counts.
OK, DATA, USAGE, REFUSED, INTERNAL, OUTPUT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
MANY = 3  # files up to which a run needs neither a progress bar nor several processes

F = TypeVar("F", bound=Callable[..., Any])


class Stop(Exception):
    """Ends a command with findings on stderr."""

    def __init__(self, exit_code: int, *findings: Finding) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
        self.findings = findings


def stop(exit_code: int, code: str, place: str = "", **facts: Any) -> Stop:
    """Return the end of a command with one finding."""
    return Stop(exit_code, Finding(code, Origin(place, "") if place else None, facts=facts))


def wrong_use(de: str, en: str) -> Stop:
    """Return the end of a command whose arguments do not go together."""
    return Stop(USAGE, Finding("E_USAGE", text=(de, en)))


# -- messages --------------------------------------------------------------------------------

_CELL = re.compile(r"[A-Z]{1,3}[0-9]+(:[A-Z]{1,3}[0-9]+)?$")
_WEIGHT = {"error": ("Fehler", "error"), "warning": ("Warnung", "warning"), "info": ("Hinweis", "note")}


def place_of(origin: Origin | None, lang: Lang, file: bool = True) -> str:
    """Return where a finding is: file and line with column, or sheet and cell."""
    if origin is None:
        return ""
    words = [origin.file] if file and origin.file else []
    if _CELL.match(origin.cell):
        words.append(f"{origin.sheet}!{origin.cell}")
    else:
        line = f"{'Zeile' if lang == 'de' else 'line'} {origin.row}" if origin.row else ""
        words += [w for w in (origin.sheet, line, f"„{origin.cell}“" if origin.cell else "") if w]
    return ", ".join(words)


def describe(finding: Finding, lang: Lang, file: bool = True) -> str:
    """Return one line: place, weight, what is wrong, what to do, code."""
    place = place_of(finding.origin, lang, file)
    weight = _WEIGHT[finding.level][lang == "en"]
    head = f"{place}: " if place else ""
    return f"{head}{weight}: {finding.message(lang)} {finding.remedy(lang)} [{finding.code}]"


def complain(findings: Iterable[Finding], lang: Lang) -> None:
    """Print findings to stderr, one a line."""
    for finding in findings:
        click.echo(describe(finding, lang), err=True)


def print_json(data: Any) -> None:
    """Print JSON to stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def examples(*calls: str) -> str:
    """Return the end of a help page: calls to copy."""
    head = "Beispiel" if len(calls) == 1 else "Beispiele"
    return "\b\n" + "\n".join((f"{head}:", *(f"  {call}" for call in calls)))


# -- options ---------------------------------------------------------------------------------


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day in ISO form."""

    name = "JJJJ-MM-TT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; without --today the one of SOURCE_DATE_EPOCH, else of the clock."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r}: JJJJ-MM-TT / YYYY-MM-DD", param, ctx)


class PathType(click.Path):
    """A path; an empty text is none (it would mean the current folder)."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if isinstance(value, str) and not value.strip():
            self.fail("leer / empty", param, ctx)
        return super().convert(value, param, ctx)


def default_day() -> date:
    """Return the day that counts as today when --today is not given."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return date.today()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise wrong_use(
            f"SOURCE_DATE_EPOCH={epoch!r} ist keine Zahl von Sekunden seit 1970.",
            f"SOURCE_DATE_EPOCH={epoch!r} is no number of seconds since 1970.",
        ) from None


def _apply(options: Sequence[Callable[[F], F]], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def debug_option(command: F) -> F:
    """Add --debug."""
    text = "Bei internen Fehlern den Ablauf zeigen."
    return click.option("--debug", is_flag=True, expose_value=False, help=text)(command)


def lang_option(command: F) -> F:
    """Add --lang and --debug."""
    text = "Sprache der Ausgabe (de, sonst die der Marke)."
    return _apply([click.option("--lang", type=click.Choice(["de", "en"]), help=text), debug_option], command)


def specs_option(command: F) -> F:
    """Add --specs."""
    return click.option(
        "--specs", multiple=True, type=PathType(), metavar="ORDNER",
        help="Weiterer Ordner mit Vorlagen (mehrfach möglich).",
    )(command)  # fmt: skip


def catalog_option(command: F) -> F:
    """Add --specs, and the options of `lang_option`."""
    return specs_option(lang_option(command))


def today_option(command: F) -> F:
    """Add --today."""
    return click.option(
        "--today", type=Day(), default=default_day,
        help="Tag, der als heute gilt; sonst SOURCE_DATE_EPOCH oder die Uhr.",
    )(command)  # fmt: skip


json_option = click.option("--json", "as_json", is_flag=True, help="JSON statt Text ausgeben.")


def open_catalog(specs: Sequence[Path]) -> Catalog:
    """Return the catalogue with further folders.

    Raises:
        Stop: one of the folders does not exist.
    """
    from vorlagen.catalog import Catalog

    for folder in specs:
        if not folder.is_dir():
            raise stop(USAGE, "E_FILE_MISSING", str(folder))
    return Catalog(tuple(specs))


def find_key(catalog: Catalog, word: str) -> str:
    """Return the key of a template named by key or number.

    Raises:
        Stop: there is none; the message names the nearest.
    """
    from vorlagen.foreign import closest

    if word in catalog:
        return word
    same = [e.key for e in catalog.entries.values() if word.isdigit() and e.number == int(word)]
    if len(same) > 1:
        raise wrong_use(
            f"Die Nummer {word} haben mehrere Vorlagen ({', '.join(same)}): den Schlüssel angeben.",
            f"Several templates have the number {word} ({', '.join(same)}): name the key.",
        )
    if same:
        return same[0]
    raise stop(USAGE, "E_KEY_UNKNOWN", template=word, near=closest(word, catalog.entries))


@contextmanager
def progress_bar(total: int, lang: Lang) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that shows progress on stderr; None for few files or without a terminal."""
    if total <= MANY or not sys.stderr.isatty():
        yield None
        return
    label = "Mappen" if lang == "de" else "Workbooks"
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:

        def show(done: int, found: int) -> None:
            bar.length = found
            bar.update(done - bar.pos)

        yield show


# -- the end of a run ------------------------------------------------------------------------


def spoken_language(args: Sequence[str]) -> Lang:
    """Return the language of messages, before arguments are parsed."""
    for n, word in enumerate(args):
        given = word.removeprefix("--lang=") if word != "--lang" else next(iter(args[n + 1 : n + 2]), "")
        if word.startswith("--lang") and given in ("de", "en"):
            return "en" if given == "en" else "de"
    return "de"


def run(body: Callable[[], Any], args: Sequence[str]) -> int:
    """Run a command line and return its exit code; every failure becomes a clear message."""
    lang = spoken_language(args)
    try:
        code = body()
        return code if isinstance(code, int) else OK
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.UsageError as error:
        _usage(error, lang)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Abgebrochen." if lang == "de" else "Interrupted.", err=True)
        return INTERRUPTED
    except (Stop, SourceErrors) as error:
        complain(error.findings, lang)
        return error.exit_code
    except SpecErrors as error:
        for problem in error.problems:
            click.echo(problem.text(lang), err=True)
        return USAGE
    except Exception:
        if "--debug" in args:
            import traceback

            traceback.print_exc()
        import secrets

        incident = secrets.token_hex(4)
        complain([Finding("E_INTERNAL", facts={"incident": incident})], lang)
        return INTERNAL


def _usage(error: click.UsageError, lang: Lang) -> None:
    """Print what is wrong with the call, in the language of the user."""
    message = error.format_message()
    option = getattr(error, "option_name", "")
    param = getattr(error, "param", None)
    name = param.get_error_hint(error.ctx) if param is not None and error.ctx is not None else ""
    name = (name or "").strip("'")
    german = {
        "NoSuchOption": f"Die Option {option} gibt es nicht.",
        "NoSuchCommand": f"Den Befehl „{getattr(error, 'command_name', '')}“ gibt es nicht.",
        "MissingParameter": f"Es fehlt: {name}.",
        "BadParameter": f"{name}: Der Wert ist nicht zulässig ({_allowed(param, error)}).",
        "BadOptionUsage": f"Die Option {option} ist nicht richtig verwendet (Wert fehlt oder ist zu viel).",
    }
    text = german.get(type(error).__name__, message) if lang == "de" else message
    near = getattr(error, "possibilities", None)
    if near and lang == "de":
        text += f" Meinten Sie {', '.join(near[:2])}?"
    call = error.ctx.command_path if error.ctx else "vorlagen"
    advice = f"Hilfe: {call} --help" if lang == "de" else f"Help: {call} --help"
    click.echo(f"{'Fehler' if lang == 'de' else 'error'}: {text} {advice} [E_USAGE]", err=True)


def _allowed(param: Any, error: click.UsageError) -> str:
    kind = getattr(param, "type", None)
    if isinstance(kind, click.Choice):
        return ", ".join(str(c) for c in kind.choices)
    if isinstance(kind, click.IntRange):
        return f"ganze Zahl ab {kind.min}" if kind.max is None else f"ganze Zahl {kind.min} bis {kind.max}"
    return error.message


class _Speaking:
    """Headings of help pages in German."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line."""
        pieces: list[str] = super().collect_usage_pieces(ctx)  # type: ignore[misc]
        return ["[OPTIONEN]" if piece == "[OPTIONS]" else piece for piece in pieces]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="Aufruf: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write options, and commands where there are some."""
        params = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]  # type: ignore[attr-defined]
        found = [p.get_help_record(ctx) for p in params]
        if records := [record for record in found if record is not None]:
            with formatter.section("Optionen"):
                formatter.write_dl(records)
        if isinstance(self, click.Group):
            with formatter.section("Befehle"):  # the whole first sentence, however long
                lines = [(name, c.get_short_help_str(len(c.help or ""))) for name, c in sorted(self.commands.items())]
                formatter.write_dl(lines)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return --help with a German text."""
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Diese Hilfe zeigen."
        return option


class Command(_Speaking, click.Command):
    """A command with German help headings."""


class Group(_Speaking, click.Group):
    """A group of commands; as the outermost one it turns every failure into message and exit code."""

    command_class = Command
    group_class = type

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line."""
        return ["BEFEHL", "[OPTIONEN]", "…"]

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run and leave with the exit code."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        sys.exit(run(lambda: super(Group, self).main(words, *rest, **extra), words))


def explain(code: str, lang: Lang) -> str:
    """Return what a finding code means and what to do."""
    entry = CODES[code]
    pick = lang == "en"
    return f"{code} ({_WEIGHT[entry.severity][pick]})\n{entry.message[pick]}\n{entry.remedy[pick]}"
