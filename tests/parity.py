"""Every number of every template, in independent engines: random fills through all of them.

`python -m tests.parity --fills 2000` is the long run; the tests run a share of it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from tests import workbooks
from tests.fills import Fills
from tests.libreoffice import Office, have_libreoffice
from tests.sheet import UNSAID, Book, Cell, IronSheet, OfficeSheet, name_of, same
from vorlagen.spec import LANGS, Lang

BATCH = 250  # fills that the evaluator computes together
OFFICE_FILLS = (2, 3, 4, 6, 8, 9, 10, 11, 12, 13)
WITNESSED = 12  # fills that the calculators compute too; they go cell by cell
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
    """What a run compared: cells by engine, and where values differ."""

    fills: int = 0
    cells: Counter[str] = field(default_factory=Counter)
    found: list[Disagreement] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.fills + other.fills, self.cells + other.cells, self.found + other.found)

    def __str__(self) -> str:
        cells = ", ".join(f"{count:,} cells by {engine}" for engine, count in self.cells.items())
        return f"{self.fills:,} fills, {cells}, {len(self.found):,} disagreements"


@dataclass(frozen=True)
class Voices:
    """Who computes a workbook beside the evaluator; each is started when it is first asked."""

    book: Book
    office: Office | None = None

    @cached_property
    def engines(self) -> dict[str, Engine]:
        """Engines started so far."""
        return {}

    def ask(self, name: str, inputs: Mapping[Cell, Any]) -> list[Any] | None:
        """Return an engine's values, None where it cannot be had."""
        if name == "LibreOffice" and self.office is None:
            return None
        if name not in self.engines:
            office = self.office if name == "LibreOffice" else None
            sheet = OfficeSheet(office, self.book) if office is not None else IronSheet(self.book)
            self.engines[name] = sheet.calculate
        return self.engines[name](inputs)


def is_error(value: Any) -> bool:
    """Whether a cell shows an error value."""
    return isinstance(value, str) and value.startswith("#")


def _compared(voices: Voices, name: str, numbers: Sequence[int], witnessed: int) -> Tally:
    """Compare the evaluator with an engine on some fills, and with the calculators on those below a number."""
    book, tally = voices.book, Tally()
    for start in range(0, len(numbers), BATCH):
        some = numbers[start : start + BATCH]
        many = [book.fills.draw(n) for n in some]
        for n, values, computed in zip(some, many, book.computed(many), strict=True):
            inputs = book.inputs(values)
            given = {"evaluator": book.evaluated(computed), name: voices.ask(name, inputs) or []}
            # To a worksheet "a*" or ">5" as a criterion is a pattern, to a calculator a text.
            if n < witnessed and not book.fills.hard(n):
                given["calculator"] = book.witnessed(computed)
            tally.fills += 1
            for voice, told in given.items():
                tally.cells[voice] += len(told) - told.count(UNSAID)
            if wrong := _differing(book, given):
                # The engine that was not asked so far says what it thinks, too.
                given |= {v: told for v in ("IronCalc", "LibreOffice") if v != name and (told := voices.ask(v, inputs))}
                tally.found += [_described(book, n, at, inputs, given) for at in wrong]
    return tally


def _differing(book: Book, given: Mapping[str, list[Any]]) -> list[int]:
    """Return the places of the cells on which the voices differ, or that show an error value."""
    ours, wrong = given["evaluator"], []
    for voice, told in given.items():
        if voice == "evaluator":
            wrong += [at for at, value in enumerate(ours) if is_error(value)]
            continue
        for at, (a, b) in enumerate(zip(ours, told, strict=True)):
            if b is UNSAID or (a.__class__ is b.__class__ and a == b):
                continue
            if not same(a, b, book.places[at][0].money):
                wrong.append(at)
    return sorted(set(wrong))


def _described(book: Book, n: int, at: int, inputs: Mapping[Cell, Any], given: Mapping[str, list[Any]]) -> Disagreement:
    output, cell = book.places[at]
    near = {name_of(c): v for c, v in inputs.items() if c[0] == cell[0] and c[1] == cell[1]}
    values = {voice: told[at] for voice, told in given.items() if told[at] is not UNSAID}
    return Disagreement(book.fills.template.key, n, name_of(cell), output.field, book.formulas[cell], near, values)


def _book(folder: Path, key: str, lang: Lang, *, own_choices: bool, ironcalc: bool) -> Book:
    fills = Fills(workbooks.CATALOG.template(key), lang, date.today(), own_choices, ironcalc)
    book = Book(fills, folder / f"{key}_{lang}_{own_choices}_{ironcalc}.xlsx").write()
    # No formula cell may be left out.
    assert {cell for output in book.outputs for cell in output.cells} == set(book.formulas)
    return book


def through_ironcalc(
    folder: Path, key: str, fills: int, witnessed: int = WITNESSED, office: Office | None = None
) -> Tally:
    """Run fills of a template through IronCalc; one in four has choices of the office's own, in English."""
    tally = Tally()
    for own, lang, numbers in (
        (False, LANGS[0], [n for n in range(fills) if n % 4 != 3]),
        (True, LANGS[1], [n for n in range(fills) if n % 4 == 3]),
    ):
        book = _book(folder, key, lang, own_choices=own, ironcalc=True)
        tally += _compared(Voices(book, office), "IronCalc", numbers, witnessed)
    return tally


def through_office(
    folder: Path, key: str, office: Office, numbers: Sequence[int] = OFFICE_FILLS, witnessed: int = 0
) -> Tally:
    """Run fills of a template through LibreOffice."""
    book = _book(folder, key, "de", own_choices=True, ironcalc=False)
    return _compared(Voices(book, office), "LibreOffice", numbers, witnessed)


def _run(args: argparse.Namespace) -> Iterator[tuple[str, Tally]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = Office(folder) if args.office_fills and have_libreoffice() else None
        for key in args.template or workbooks.KEYS:
            yield key, through_ironcalc(folder, key, args.fills, args.witnessed, office)
            if office is not None:
                yield key, through_office(folder, key, office, range(args.office_fills), args.office_fills)
        if office is not None:
            office.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the long comparison and print what was compared."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("--fills", type=int, default=2000, help="fills per template through IronCalc")
    parser.add_argument("--witnessed", type=int, default=200, help="of these, fills through the calculators")
    parser.add_argument("--office-fills", type=int, default=100, help="fills per template through LibreOffice")
    parser.add_argument("--show", type=int, default=5, help="disagreements shown per template")
    parser.add_argument("template", nargs="*", help="templates; all without")
    args = parser.parse_args(arguments)
    total = Tally()
    for key, tally in _run(args):
        total += tally
        print(f"{key}: {tally}", flush=True)
        for one in tally.found[: args.show]:
            print(f"  {one}", flush=True)
    print(total)
    return 1 if total.found else 0


if __name__ == "__main__":
    start = time.process_time()
    status = main()
    print(f"{time.process_time() - start:.0f} s of processor time, LibreOffice not counted")
    sys.exit(status)
