"""From the arguments of `generate` to workbooks on disk: plan everything, then write.

Nothing is written before all templates, brands, mappings and values are known to be good
and all targets to be free.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path

from vorlagen.brand import Brand
from vorlagen.brand_lists import branded
from vorlagen.catalog import Catalog
from vorlagen.commands.shell import MANY
from vorlagen.findings import SpecErrors
from vorlagen.mapping import ImportMap
from vorlagen.outputs import Batch, reason
from vorlagen.prefill import load_values
from vorlagen.provenance import is_record_table
from vorlagen.spec import Lang
from vorlagen.values import Values, example_values, starting_values


@dataclass(frozen=True)
class Order:
    """One workbook to write; small enough to hand to another process.

    Attributes:
        values: None for a blank or an example workbook, whose values the writer looks up.
    """

    path: Path
    key: str
    specs: tuple[Path, ...]
    brand: Brand
    lang: Lang
    today: date
    example: bool = False
    rows: int | None = None
    values: Values | None = None
    output: Path = Path()

    @property
    def parcel(self) -> Path:
        """The zip that takes the workbook along."""
        return self.output / f"{self.brand.key or 'vorlagen'}_{self.lang}.zip"


def check_brands(brands: Sequence[Brand], catalog: Catalog) -> None:
    """Check that the lists which brands fill exist, may be changed and have what formulas need.

    Raises:
        SpecErrors: the faults of all lists.
    """
    from vorlagen.brand_lists import brand_list_problems

    if problems := [problem for brand in brands for problem in brand_list_problems(brand, catalog)]:
        raise SpecErrors(problems)


def plan(
    catalog: Catalog,
    keys: Sequence[str],
    brands: Sequence[Brand],
    *,
    output: Path,
    langs: Sequence[Lang],
    today: date,
    example: bool = False,
    rows: int | None = None,
    source: Path | None = None,
    mapping: ImportMap | None = None,
) -> list[Order]:
    """Return the workbooks to write; with several brands or languages, each in a folder of its own.

    Raises:
        SpecErrors: a spec has faults.
        SourceErrors: the values or their mapping have faults.
    """
    orders = []
    for brand in brands:
        for language, key in product(langs or (brand.lang,), keys):
            folder = output / brand.key if len(brands) > 1 else output
            folder = folder / language if len(langs) > 1 else folder
            template = catalog.template(key)
            order = Order(folder, key, catalog.folders[1:], brand, language, today, example, rows, output=output)
            stem = f"{template.number:02d}_{key}"
            if source is None:
                orders.append(replace(order, path=folder / f"{stem}.xlsx"))
                continue
            base = branded(starting_values(template, language, brand.bundesland, today), brand, template, language)
            books = load_values(source, template, language, today, mapping, base=base, catalog=catalog)
            for suffix, values in books:
                name = f"{stem}_{suffix}.xlsx" if suffix else f"{stem}.xlsx"
                orders.append(replace(order, path=folder / name, values=values))
    return orders


def existing(orders: Sequence[Order], *, zipped: bool = False) -> list[Path]:
    """Return the targets that are there already."""
    targets = [order.path for order in orders]
    if zipped:
        targets += list(dict.fromkeys(order.parcel for order in orders))
    return [path for path in targets if path.exists()]


def write(order: Order, catalog: Catalog | None = None) -> str:
    """Write one workbook; return why it could not be written, '' when it was."""
    from generators.workbook import write_workbook

    template = (catalog or _catalog(order.specs)).template(order.key)
    values = order.values
    if values is None:
        make = example_values if order.example else starting_values
        values = make(template, order.lang, order.brand.bundesland, order.today)
        values = branded(values, order.brand, template, order.lang, example=order.example)
    rows = {
        block.key: order.rows for block in template.blocks.values() if order.rows is not None and is_record_table(block)
    }
    try:
        write_workbook(
            order.path, template, values, brand=order.brand, lang=order.lang, today=order.today, rows=rows or None
        )
    except OSError as error:
        return reason(error)
    return ""


_CATALOGS: dict[tuple[Path, ...], Catalog] = {}


def _catalog(specs: tuple[Path, ...]) -> Catalog:
    """Return this process's catalogue."""
    if specs not in _CATALOGS:
        _CATALOGS[specs] = Catalog(specs)
    return _CATALOGS[specs]


def default_jobs(count: int) -> int:
    """Return how many processes are worth starting."""
    return 1 if count <= MANY else max(1, min(os.cpu_count() or 1, 8, count))


Complete = Callable[[Batch, Mapping[Path, Path]], None]


def produce(
    orders: Sequence[Order],
    jobs: int,
    catalog: Catalog,
    progress: Callable[[int, int], None] | None = None,
    complete: Complete | None = None,
) -> list[tuple[Path, str]]:
    """Write all workbooks, or none.

    Args:
        orders: the workbooks.
        jobs: processes at most.
        catalog: the templates.
        progress: called with the number of workbooks done and in all.
        complete: adds further files to the set; it gets the set, and target -> file that stands in for it.

    Returns:
        Those that could not be written, with the reason.
    """
    if not orders:
        return []
    target = orders[0].path
    try:
        with Batch(Path(os.path.commonpath([order.path.parent for order in orders]))) as batch:
            staged = []
            for order in orders:
                target = order.path
                staged.append(replace(order, path=batch.add(target)))
            failures = [(orders[n].path, why) for n, why in enumerate(_reasons(staged, jobs, catalog, progress)) if why]
            if not failures:
                target = orders[0].output
                if complete is not None:
                    complete(batch, {order.path: new.path for order, new in zip(orders, staged, strict=True)})
                batch.commit()
            return failures
    except OSError as error:
        return [(target, reason(error))]


def _reasons(
    orders: Sequence[Order], jobs: int, catalog: Catalog, progress: Callable[[int, int], None] | None
) -> Iterator[str]:
    """Write workbooks; yield for each why it could not be written, '' when it was."""

    def noted(reasons: Iterable[str]) -> Iterator[str]:
        for done, why in enumerate(reasons, 1):
            if progress is not None:
                progress(done, len(orders))
            yield why

    if jobs <= 1 or len(orders) <= 1:
        yield from noted(write(order, catalog) for order in orders)
        return
    # Spawned, as on Windows: forking a process that has threads (numpy's) can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(orders)), context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        try:
            yield from noted(pool.map(write, orders))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
