"""Every number of every template, in independent engines: random fills through all of them.

`python -m tests.parity --fills 2000` is the long run; the tests run a share of it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests import workbooks
from tests.fills import Fills
from tests.libreoffice import Office, have_libreoffice
from tests.sheet import Book, Cell, IronSheet, OfficeSheet, name_of, same
from vorlagen.spec import LANGS, Lang

BATCH = 250  # fills that the evaluator computes together
OFFICE_FILLS = (2, 3, 4, 6, 8, 9, 10, 11, 12, 13)
# Fields on which an engine is wrong against Excel, and why: (engine, template) -> fields.
KNOWN: dict[tuple[str, str], frozenset[str]] = {
    # Excel and LibreOffice take a difference in the last digits as 0; IronCalc 0.9 divides by what is left.
    ("IronCalc", "angebotskalkulation"): frozenset({"kennzahlen.db2_marge", "kennzahlen.freigabe"}),
}
Engine = Callable[[Mapping[Cell, Any]], list[Any]]


@dataclass(frozen=True)
class Disagreement:
    """A formula cell on which two engines differ, or that shows an error value."""

    template: str
    fill: int
    cell: str
    field: str
    formula: str
    inputs: Mapping[str, Any]
    values: Mapping[str, Any]

    def __str__(self) -> str:
        values = ", ".join(f"{engine} {value!r}" for engine, value in self.values.items())
        inputs = ", ".join(f"{cell}={value!r}" for cell, value in self.inputs.items())
        return f"{self.template} fill {self.fill}: {self.cell} ({self.field}): {values}\n  ={self.formula}\n  {inputs}"


@dataclass
class Tally:
    """What a run compared."""

    fills: int = 0
    cells: int = 0
    found: list[Disagreement] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.fills + other.fills, self.cells + other.cells, self.found + other.found)


def _compared(book: Book, name: str, engine: Engine, numbers: Sequence[int]) -> Tally:
    """Compare the evaluator and an engine on some fills."""
    tally = Tally()
    outputs = [(output, cell) for output in book.outputs for cell in output.cells]
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        many = [book.fills.draw(n) for n in some]
        for n, values, ours in zip(some, many, book.evaluated(many), strict=True):
            inputs = book.inputs(values)
            theirs = engine(inputs)
            tally.fills += 1
            tally.cells += len(outputs)
            for (output, cell), a, b in zip(outputs, ours, theirs, strict=True):
                if a.__class__ is b.__class__ and a == b and not (isinstance(a, str) and a.startswith("#")):
                    continue
                known = KNOWN.get((name, book.fills.template.key), ())
                if f"{output.block}.{output.key}" in known and not any(
                    isinstance(v, str) and v.startswith("#") for v in (a, b)
                ):
                    continue
                if not same(a, b, output.money) or (isinstance(a, str) and a.startswith("#")):
                    near = {name_of(c): v for c, v in inputs.items() if c[0] == cell[0] and c[1] == cell[1]}
                    given = {"evaluator": a, name: b}
                    where = f"{output.block}.{output.key}"
                    tally.found.append(
                        Disagreement(book.fills.template.key, n, name_of(cell), where, book.formulas[cell], near, given)
                    )
    return tally


def _book(folder: Path, key: str, lang: Lang, *, own_choices: bool, ironcalc: bool) -> Book:
    fills = Fills(workbooks.CATALOG.template(key), lang, date.today(), own_choices, ironcalc)
    book = Book(fills, folder / f"{key}_{lang}_{own_choices}_{ironcalc}.xlsx").write()
    # No formula cell may be left out.
    assert {cell for output in book.outputs for cell in output.cells} == set(book.formulas)
    return book


def through_ironcalc(folder: Path, key: str, fills: int) -> Tally:
    """Run fills of a template through IronCalc; one in four has choices of the office's own, in English."""
    tally = Tally()
    for own, lang, numbers in (
        (False, LANGS[0], [n for n in range(fills) if n % 4 != 3]),
        (True, LANGS[1], [n for n in range(fills) if n % 4 == 3]),
    ):
        book = _book(folder, key, lang, own_choices=own, ironcalc=True)
        tally += _compared(book, "IronCalc", IronSheet(book).calculate, numbers)
    return tally


def through_office(folder: Path, key: str, office: Office, numbers: Sequence[int] = OFFICE_FILLS) -> Tally:
    """Run fills of a template through LibreOffice."""
    book = _book(folder, key, "de", own_choices=True, ironcalc=False)
    return _compared(book, "LibreOffice", OfficeSheet(office, book).calculate, numbers)


def _run(fills: int, office_fills: int, keys: Sequence[str]) -> Iterator[tuple[str, str, Tally]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = Office(folder) if office_fills and have_libreoffice() else None
        for key in keys:
            yield key, "IronCalc", through_ironcalc(folder, key, fills)
            if office is not None:
                yield key, "LibreOffice", through_office(folder, key, office, range(office_fills))
        if office is not None:
            office.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the long comparison and print what was compared."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("--fills", type=int, default=2000, help="fills per template through IronCalc")
    parser.add_argument("--office-fills", type=int, default=100, help="fills per template through LibreOffice")
    parser.add_argument("--show", type=int, default=5, help="disagreements shown per template")
    parser.add_argument("template", nargs="*", help="templates; all without")
    args = parser.parse_args(arguments)
    totals: dict[str, Tally] = {}
    for key, engine, tally in _run(args.fills, args.office_fills, args.template or workbooks.KEYS):
        totals[engine] = totals.get(engine, Tally()) + tally
        print(
            f"{key}: {engine}: {tally.fills} fills, {tally.cells} cells, {len(tally.found)} disagreements", flush=True
        )
        for one in tally.found[: args.show]:
            print(f"  {one}")
    for engine, tally in totals.items():
        print(f"{engine}: {tally.fills} fills, {tally.cells} cells, {len(tally.found)} disagreements")
    return 1 if any(tally.found for tally in totals.values()) else 0


if __name__ == "__main__":
    start = time.process_time()
    status = main()
    print(f"{time.process_time() - start:.0f} s of processor time, LibreOffice not counted")
    sys.exit(status)
