"""The reading process: reads files for another process, within limits of its own.

A hostile workbook can make a reader take all memory, run for ever or abort. It does so here,
in a process that the operating system stops and `vorlagen.intake.pool` replaces.

POSIX: memory (RLIMIT_AS), processor time per file (RLIMIT_CPU), no writing of files
(RLIMIT_FSIZE 0) and no core dumps with personal data hold; macOS does not enforce the memory
limit. Windows has none of these: there, the gate and the time limit by the clock hold, the
latter kept by the parent.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vorlagen.intake.budget import MIB, Budget

if TYPE_CHECKING:
    from vorlagen.catalog import Catalog
    from vorlagen.findings import Said
    from vorlagen.records import ReadResult
    from vorlagen.spec import Lang

HEAD = struct.Struct(">Q")
READY = b"ready"


@dataclass(frozen=True)
class Setup:
    """What a worker is told once.

    Attributes:
        folders: further folders with specs.
        checks: whether files are checked after reading.
        today: value of TODAY().
    """

    folders: tuple[Path, ...]
    today: date
    checks: bool
    budget: Budget


@dataclass(frozen=True)
class Answer:
    """What a worker says about one file.

    Attributes:
        result: the file as read, without template and layout, which the parent has or makes itself.
        rows: rows of each table in the layout; None without a layout.
        capacities: rows of each choice list in the layout.
        problems: faults of the spec, as (file, line, message, hint).
        spent: the worker should not read another file.
    """

    result: ReadResult | None
    template: str = ""
    rows: dict[str, int] | None = None
    capacities: dict[str, int] | None = None
    problems: tuple[tuple[str, int, Said, Said], ...] = ()
    spent: bool = False


def send(stream: BinaryIO, data: bytes) -> None:
    """Write one message."""
    stream.write(HEAD.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO, limit: int) -> bytes:
    """Read one message.

    Raises:
        EOFError: the other side is gone.
        OverflowError: the message is too long.
    """
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    (length,) = HEAD.unpack(head)
    if length > limit:
        raise OverflowError
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def serve() -> None:
    """Read files as the parent asks, until it closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # what prints must not get into the pipe
        os.dup2(nothing, number)
    setup: Setup = pickle.loads(receive(source, MIB))

    from vorlagen.catalog import Catalog
    from vorlagen.reading import read_workbook  # noqa: F401

    if setup.checks:
        import vorlagen.checking
        import vorlagen.compute  # noqa: F401
    catalog = Catalog(setup.folders)
    sys.dont_write_bytecode = True
    confine(setup.budget)
    send(target, READY)
    while True:
        try:
            path: Path = pickle.loads(receive(source, MIB))
        except EOFError:
            return
        grant(setup.budget)
        answer = _read(path, catalog, setup)
        send(target, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        if answer.spent:
            return


def _read(path: Path, catalog: Catalog, setup: Setup) -> Answer:
    from vorlagen.checking import check
    from vorlagen.findings import Finding, Origin, SpecErrors
    from vorlagen.reading import read_workbook
    from vorlagen.records import ReadResult

    try:
        result = read_workbook(path, catalog, today=setup.today)
        if setup.checks:
            check(result, today=setup.today)
    except SpecErrors as error:
        problems = tuple((p.file, p.line, p.message, p.hint) for p in error.problems)
        return Answer(None, problems=problems)
    except MemoryError:
        result = ReadResult(path, "refused")
        result.findings.append(Finding("E_LIMIT_MEMORY", Origin(path.name, "")))
    except BaseException:
        result = ReadResult(path, "refused")
        result.findings.append(Finding("E_LIMIT_CRASH", Origin(path.name, "")))
    if any("MemoryError" in str(f.facts.get("incident", "")) for f in result.findings):
        result = ReadResult(path, "refused", digest=result.digest)
        result.findings.append(Finding("E_LIMIT_MEMORY", Origin(path.name, "")))
    return pack(result, spent=any(f.code.startswith("E_LIMIT") for f in result.findings))


def pack(result: ReadResult, *, spent: bool = False) -> Answer:
    """Return a result without what is large and known to the parent."""
    template, layout = result.template, result.layout
    key = template.key if template is not None else ""
    small = replace(result, template=None, layout=None)
    if layout is None:
        return Answer(small, key, spent=spent)
    rows = {name: placed.rows for name, placed in layout.placed.items()}
    return Answer(small, key, rows, {name: place.rows for name, place in layout.lists.items()}, spent=spent)


def unpack(answer: Answer, catalog: Catalog) -> ReadResult:
    """Return the result with its template and layout.

    Raises:
        SpecErrors: a spec has faults.
    """
    from vorlagen.findings import SpecErrors, SpecProblem
    from vorlagen.layout import make_layout

    if answer.result is None:
        raise SpecErrors([SpecProblem(*problem) for problem in answer.problems])
    result = answer.result
    if answer.template:
        result.template = catalog.template(answer.template)
        if result.stamp is not None and result.stamp.merged:
            from vorlagen.provenance import with_provenance

            result.template = with_provenance(result.template)
        if answer.rows is not None:
            lang: Lang = "en" if result.lang == "en" else "de"
            result.layout = make_layout(result.template, lang, answer.rows, answer.capacities)
    return result


def confine(budget: Budget) -> None:
    """Limit this process for good, as far as the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits: Sequence[tuple[int, int]] = (
        (resource.RLIMIT_AS, budget.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in limits:
        _lower(resource, kind, most)


def grant(budget: Budget) -> None:
    """Allow this process its processor time for another file."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource, resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + budget.processor)


def _lower(resource: Any, kind: int, most: int) -> None:
    """Set the soft limit; the hard one stays, so that it can be raised for the next file."""
    _, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (ValueError, OSError):
        return  # macOS refuses some
