"""Every write point of every command fails in every way: `python -m tests.write_faults [STEP]`.

generate with zips and manifest, check --annotate and consolidate into all formats replace an old set by a new one.
Each call by which they touch the disk is made to fail: by a full disk, by missing permission, by a target that
another program holds, and by kill -9. Afterwards the old or the new set must be whole, at once after an error,
after the next run when killed; that run must end in the new set. STEP 7 takes every seventh point only.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from generators.report import FORMATS, ReportError, write_consolidated
from tests.filling import TODAY, edit, generate, place, probe_catalog
from vorlagen import outputs
from vorlagen.brand import Brand, Brands
from vorlagen.catalog import Catalog
from vorlagen.checking import check
from vorlagen.commands import delivery
from vorlagen.commands.handback import hand_back
from vorlagen.commands.production import plan, produce
from vorlagen.consolidate import consolidate
from vorlagen.outputs import heal
from vorlagen.reading import read_workbook

Run = Callable[[Path, bool], bool]  # folder, whether the new set; returns whether it was written
WAYS = ("no space", "no permission", "target locked", "kill")
_CALLS = ("replace", "fsync", "link", "chmod", "open")


class Faults:
    """Lets the n-th touch of the disk fail; 0 only counts."""

    def __init__(self, way: str, at: int) -> None:
        self.way = way
        self.at = at
        self.count = 0
        self._real: dict[str, Any] = {}

    def __enter__(self) -> Faults:
        names = ("replace",) if self.way == "target locked" else _CALLS
        for name in (*names, "unlink") if self.way == "kill" else names:
            self._real[name] = getattr(os, name)
            setattr(os, name, self._watched(self._real[name]))
        self._write = outputs.write_bytes  # its name is bound in several modules
        if self.way != "target locked":
            for module in [m for m in sys.modules.values() if getattr(m, "write_bytes", None) is self._write]:
                module.write_bytes = self._watched(self._write)  # type: ignore[attr-defined]
        return self

    def __exit__(self, *_: object) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)
        for module in list(sys.modules.values()):
            if getattr(getattr(module, "write_bytes", None), "real", None) is self._write:
                module.write_bytes = self._write  # type: ignore[attr-defined]

    def _watched(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self._fail(args)
            return real(*args, **more)

        call.real = real  # type: ignore[attr-defined]
        return call

    def _fail(self, args: tuple[Any, ...]) -> None:
        if self.way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.way == "no space" and len(args) == 2 and isinstance(args[1], bytes | memoryview):
            args[0].write_bytes(bytes(args[1])[: len(args[1]) // 2])  # half of it got there
        code = {"no space": errno.ENOSPC, "no permission": errno.EACCES}.get(self.way, errno.EPERM)
        raise OSError(code, "gestellt")


def runs(folder: Path, catalog: Catalog) -> dict[str, Run]:
    """Return the writing half of the commands, with everything read before."""
    books = []
    for name in ("a", "b"):
        path = generate(folder / f"{name}.xlsx", catalog, "probe", example=True)
        edit(path, lambda book, name=name: _number(book, catalog, name))
        result = read_workbook(path, catalog, today=TODAY)
        check(result, today=TODAY)
        books.append(result)
    merged = {
        new: consolidate(books[: 1 + new], lang="de", today=TODAY) for new in (False, True)
    }  # another set from more files

    def making(target: Path, new: bool) -> bool:
        brand = replace(Brand(), name="Neue GmbH" if new else "Alte GmbH")
        orders = plan(catalog, ["probe", "kundenprobe"], [brand], output=target, langs=("de", "en"), today=TODAY)

        def complete(batch: Any, written: Any) -> None:
            delivery.deliver(orders, target, catalog, zipped=True, batch=batch, written=written)

        return not produce(orders, 1, catalog, complete=complete)

    def annotating(target: Path, new: bool) -> bool:
        brand = replace(Brand(), name="Neue GmbH" if new else "Alte GmbH")
        return not hand_back(books, target, brands=Brands((brand,)), today=TODAY, force=True)[1]

    def merging(target: Path, new: bool) -> bool:
        try:
            write_consolidated(
                merged[new], target, formats=set(FORMATS), brand=Brand(), lang="de", today=TODAY, force=True
            )
        except ReportError:
            return False
        return True

    return {"generate": making, "check --annotate": annotating, "consolidate": merging}


def _number(book: Any, catalog: Catalog, name: str) -> None:
    sheet, cell = place(catalog, "probe", "deckblatt", "mappe_id")
    book[sheet][cell].value = name
    sheet, cell = place(catalog, "probe", "posten", "nr")
    book[sheet][cell].value = f"{name}-1"


def state(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def sets_of(folder: Path, run: Run) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the old and the new set; databases are compared by name only, as they hold times."""
    out = []
    for new in (False, True):
        assert run(folder / str(new), new)
        out.append(state(folder / str(new)))
    return _comparable(out[0]), _comparable(out[1])


def _comparable(files: dict[str, bytes]) -> dict[str, bytes]:
    return {n: b"" if n.endswith((".duckdb", ".manifest.json")) else data for n, data in files.items()}


def faults(
    folder: Path, run: Run, sets: tuple[dict[str, bytes], dict[str, bytes]], way: str, chosen: Callable[[int], Any]
) -> tuple[list[str], Counter[str]]:
    """Let write points fail in one way; return what is wrong, and the outcomes.

    Args:
        folder: of `sets_of`.
        run: the command.
        sets: the old and the new set.
        way: one of WAYS.
        chosen: returns the points to try, of as many as there are.
    """
    old, new = sets
    with Faults(way, 0) as counter:
        shutil.copytree(folder / "False", folder / "zahl")
        run(folder / "zahl", True)
    shutil.rmtree(folder / "zahl")
    found: list[str] = []
    outcomes: Counter[str] = Counter({f"{way}: points": counter.count})
    for at in chosen(counter.count):
        target = folder / f"{at}"
        shutil.copytree(folder / "False", target)
        written = _once(run, target, way, at)
        if written is None:
            for place in sorted({target, *(p.parent for p in target.rglob("*"))}):
                heal(place)
        now = _comparable(state(target))
        whole = "old" if now == old else "new" if now == new else "mixed"
        outcomes[f"{way}: {whole}"] += 1
        if whole == "mixed" or (written is True and whole == "old") or (written is False and whole == "new"):
            found.append(f"{way} at {at}: {whole}, {sorted(n for n in now if now[n] != old.get(n))[:4]}")
        if not run(target, True) or _comparable(state(target)) != new:
            found.append(f"{way} at {at}: the next run does not heal")
        shutil.rmtree(target)
    return found, outcomes


def _once(run: Run, target: Path, way: str, at: int) -> bool | None:
    """Run with one fault; None when killed."""
    if way != "kill":
        with Faults(way, at):
            return run(target, True)
    child = os.fork()
    if child == 0:
        try:
            with Faults(way, at):
                run(target, True)
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else True


def main() -> int:
    """Run all commands in all ways and print the figures."""
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    found: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for command, run in runs(folder, probe_catalog(folder / "specs")).items():
            total: Counter[str] = Counter()
            sets = sets_of(folder / command, run)
            for n, way in enumerate(WAYS):
                wrong, outcomes = faults(
                    folder / command, run, sets, way, lambda count, n=n: range(1 + n % step, count + 1, step)
                )
                found += [f"{command}: {text}" for text in wrong]
                total += outcomes
            print(f"{command}: {dict(total)}", flush=True)
    print(*found, sep="\n")
    print(f"half sets: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
