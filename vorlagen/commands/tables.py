"""One workbook that was read, as CSV, Parquet or DuckDB: `read --to`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from vorlagen.commands import shell
from vorlagen.consolidated import Consolidated, Merged
from vorlagen.outputs import Batch, reason
from vorlagen.provenance import FRONT, is_record_table, with_provenance
from vorlagen.records import ReadResult
from vorlagen.spec import Lang, Table
from vorlagen.values import Row, Values

FORMATS = ("csv", "parquet", "duckdb")


def with_origins(result: ReadResult, lang: Lang, today: date) -> Merged:
    """Return the records of a workbook with file, sheet and row of each, nothing merged."""
    assert result.template is not None
    assert result.layout is not None
    template = with_provenance(result.template)
    values = result.values
    blocks: dict[str, list[Row] | Row] = dict(values.blocks)
    front = values.form(FRONT)
    book = {
        "quelle_datei": result.name,
        "mappe_id": front.get("mappe_id"),
        "mappe_team": front.get("team"),
        "mappe_stichtag": front.get("stichtag"),
    }
    for block in template.blocks.values():
        if isinstance(block, Table) and is_record_table(block):
            places = result.rows.get(block.key, [])
            blocks[block.key] = [
                {**book, "quelle_blatt": result.sheets[block.key], "quelle_zeile": place, **row}
                for row, place in zip(values.rows(block.key), places, strict=True)
            ]
    capacities = {key: place.rows for key, place in result.layout.lists.items()}
    return Merged(template, lang, today, Values(blocks, values.lists), capacities=capacities)


def write_tables(result: ReadResult, kind: str, output: Path, *, lang: Lang, today: date, force: bool) -> list[Path]:
    """Write the record tables of a workbook.

    Args:
        result: a workbook that was taken.
        kind: one of FORMATS.
        output: a folder, or a file when there is only one to write.
        lang: language of headings.
        today: value of TODAY().
        force: overwrite files that exist.

    Raises:
        Stop: a package is missing, a target exists or cannot be written.
    """
    from generators.frames import csv_writer, duckdb_writer, missing_package, parquet_writer

    if package := missing_package(kind):
        raise shell.stop(shell.USAGE, "E_OUTPUT_EXTRA", format=kind, package=package, extra=kind)
    item = with_origins(result, lang, today)
    tables = [b for b in item.template.blocks.values() if isinstance(b, Table) and is_record_table(b)]
    jobs: dict[str, Callable[[Path], None]] = {}
    stem = result.file.stem
    if kind == "duckdb":
        key = item.template.key
        whole = Consolidated(lang, today, {key: item})
        jobs[f"{stem}.duckdb"] = duckdb_writer(whole, {key: item}, lang)
    for block in tables if kind != "duckdb" else ():
        writer = csv_writer(item, block, lang) if kind == "csv" else parquet_writer(item, block)
        jobs[f"{stem}_{block.key}.{kind}"] = writer
    single = output.suffix.lower() == f".{kind}"
    if single and len(jobs) != 1:
        names = ", ".join(jobs)
        raise shell.wrong_use(
            f"-o nennt eine Datei, es entstehen aber mehrere ({names}): einen Ordner angeben.",
            f"-o names a file, but several are written ({names}): name a folder.",
        )
    targets = {output if single else output / name: write for name, write in jobs.items()}
    there = [str(path) for path in targets if path.exists()]
    if there and not force:
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=", ".join(there))
    path = output
    try:
        with Batch(output.parent if single else output) as batch:
            for path, write in targets.items():
                write(batch.add(path))
            batch.commit()
    except OSError as error:
        raise shell.stop(shell.OUTPUT, "E_OUTPUT", name=path.name, reason=reason(error)) from None
    return list(targets)
