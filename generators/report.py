"""Consolidated -> files: the same template with merged rows, one HTML report, CSV, Parquet, DuckDB."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from generators.accounting import Say, account
from generators.extra import ExtraSheet
from generators.frames import (
    csv_writer,
    duckdb_writer,
    listing_csv_writer,
    listing_parquet_writer,
    missing_package,
    parquet_writer,
    tables_of,
)
from generators.html import NAME as HTML_NAME
from generators.html import html_writer
from generators.workbook import write_workbook
from vorlagen.brand import Brand
from vorlagen.consolidated import Consolidated, Merged
from vorlagen.findings import Finding
from vorlagen.outputs import Batch, reason, write_bytes
from vorlagen.spec import Lang

FORMATS = ("xlsx", "html", "csv", "parquet", "duckdb")
MANIFEST = "konsolidiert.manifest.json"  # of several files
EXCEL_ROWS = 1_048_576
_HEAD_ROWS = 10  # title and heading rows above the records, generously


class ReportError(Exception):
    """An output cannot be written; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def write_consolidated(
    consolidated: Consolidated,
    output: Path,
    *,
    formats: set[str],
    brand: Brand,
    lang: Lang,
    today: date,
    force: bool = False,
) -> list[Path]:
    """Write the result in all wanted formats; templates that could not be merged are in the HTML report only.

    Args:
        consolidated: the result, in the language `lang`.
        output: folder; made when missing.
        formats: any of FORMATS.
        brand: look of the workbooks and of the report.
        lang: language of headings.
        today: value of TODAY().
        force: overwrite files that exist.

    Returns:
        The files written; several get a manifest with the SHA-256 of each, which stands last.

    Raises:
        ReportError: a package is missing, a sheet would be too long, a file exists already or cannot be written;
            then nothing was written.
    """
    merged = {key: m for key, m in consolidated.templates.items() if not m.refused}
    _check(merged, formats)
    jobs: list[tuple[Path, Callable[[Path], None]]] = []
    for key, item in merged.items():
        stem = f"{item.template.number:02}_{key}"
        if "xlsx" in formats:
            jobs.append((output / f"{stem}_konsolidiert.xlsx", _xlsx(consolidated, item, brand, lang, today)))
        for block in tables_of(item):
            if "csv" in formats:
                jobs.append((output / f"{stem}_{block.key}.csv", csv_writer(item, block, lang)))
            if "parquet" in formats:
                jobs.append((output / f"{stem}_{block.key}.parquet", parquet_writer(item, block)))
        for part in account(consolidated, item, lang) if formats & {"csv", "parquet"} else ():
            if "csv" in formats:
                jobs.append((output / f"{stem}_{part.key}.csv", listing_csv_writer(part, lang)))
            if "parquet" in formats:
                jobs.append((output / f"{stem}_{part.key}.parquet", listing_parquet_writer(part)))
    if "duckdb" in formats and merged:
        jobs.append((output / "konsolidiert.duckdb", duckdb_writer(consolidated, merged, lang)))
    if "html" in formats:
        jobs.append((output / HTML_NAME[lang], html_writer(consolidated, brand, lang)))
    targets = [path for path, _ in jobs] + ([output / MANIFEST] if len(jobs) > 1 else [])
    there = ", ".join(str(path) for path in targets if path.exists())
    if there and not force:
        raise ReportError(Finding("E_EXISTS", facts={"names": there}))
    path = output
    written: list[tuple[Path, Path]] = []
    try:
        with Batch(output) as batch:
            for path, write in jobs:
                written.append((path, batch.add(path)))
                write(written[-1][1])
            path = output / MANIFEST
            if path in targets:
                write_bytes(batch.add(path), _manifest(written))
                written.append((path, path))
            path = output
            batch.commit()
    except (OSError, ValueError) as error:
        raise ReportError(Finding("E_OUTPUT", facts={"name": path.name, "reason": reason(error)})) from error
    return [path for path, _ in written]


def _manifest(written: Sequence[tuple[Path, Path]]) -> bytes:
    """Return the list of the files of a set; it is put in place last, so what it does not fit is no whole set."""
    files = []
    for path, temporary in written:
        data = temporary.read_bytes()
        files.append({"path": path.name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})
    return (json.dumps({"format": 1, "files": files}, ensure_ascii=False, indent=1) + "\n").encode()


def _check(merged: dict[str, Merged], formats: set[str]) -> None:
    """Refuse before anything is written."""
    for name in sorted(formats - set(FORMATS)):
        raise ReportError(Finding("E_OUTPUT", facts={"name": name, "reason": f"{' '.join(FORMATS)}"}))
    for name in sorted(formats):
        if package := missing_package(name):
            facts = {"format": name, "package": package, "extra": name}
            raise ReportError(Finding("E_OUTPUT_EXTRA", facts=facts))
    if "xlsx" in formats:
        for item in merged.values():
            for key, rows in item.rows.items():
                if rows > EXCEL_ROWS - _HEAD_ROWS:
                    limits = {"block": key, "rows": rows, "limit": EXCEL_ROWS}
                    raise ReportError(Finding("E_OUTPUT_ROWS", block=key, facts=limits))


def _xlsx(consolidated: Consolidated, item: Merged, brand: Brand, lang: Lang, today: date) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_workbook(
            path,
            item.template,
            item.values,
            brand=brand,
            lang=lang,
            today=today,
            rows=item.rows,
            merged=True,
            extra_sheets=extra_sheets(consolidated, item, lang),
        )

    return write


def extra_sheets(consolidated: Consolidated, item: Merged, lang: Lang) -> list[ExtraSheet]:
    """Return the sheets that account for a merge."""
    taken = {sheet.name.casefold() for sheet in item.layout.sheets}
    more = Say(lang)(" (Bericht)", " (report)")
    return [
        ExtraSheet(
            part.title + (more if part.title.casefold() in taken else ""),
            part.title,
            part.help,
            part.columns,
            part.rows,
            choices=part.choices,
        )
        for part in account(consolidated, item, lang)
    ]
