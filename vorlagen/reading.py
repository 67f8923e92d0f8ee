"""Filled-in workbooks of our own templates -> typed records, with the origin of every value.

Nothing is lost silently: each file ends as taken, duplicate, skipped or refused, each row
of a record list as taken, rejected or ignored, and each cell that is not used has a finding.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from vorlagen.blockreading import BlockReader
from vorlagen.catalog import Catalog
from vorlagen.findings import Finding, Origin, SpecErrors
from vorlagen.incident import incident
from vorlagen.intake.gate import Refused, is_temporary, is_workbook_name, load
from vorlagen.intake.outcomes import settle
from vorlagen.intake.pool import Pool
from vorlagen.intake.raw import RawBook, read_raw
from vorlagen.layout import LISTS_SHEET, NOTES_SHEET
from vorlagen.locating import sheet_named
from vorlagen.provenance import file_names, with_provenance
from vorlagen.records import ReadResult
from vorlagen.spec import LANGS, Lang, Template
from vorlagen.stamp import Stamp, stamp_from
from vorlagen.values import Values

_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz")

Progress = Callable[[int, int], None]

FRONT_ROWS = 30


def read_workbook(path: Path, catalog: Catalog, *, today: date) -> ReadResult:
    """Read one workbook.

    Args:
        path: the file.
        catalog: the templates it may be of.
        today: value of TODAY(); reading itself does not depend on it, checking does.

    Returns:
        The values, or an outcome other than taken with its finding. Faults of the file never raise.

    Raises:
        SpecErrors: the spec of the template has faults.
    """
    result = ReadResult(path, "refused")
    if is_temporary(path.name):
        return _end(result, "skipped", "I_FILE_SKIPPED")
    try:
        data = load(path)
        result.digest = hashlib.sha256(data).hexdigest()
        _read(read_raw(data), catalog, result)
    except Refused as refused:
        result.values = Values()
        return _end(result, "refused", refused.code, **refused.facts)
    except SpecErrors:
        raise
    except MemoryError:
        result.values = Values()
        result.findings.clear()
        return _end(result, "refused", "E_LIMIT_MEMORY")
    except Exception:
        # Our own fault: no data in the message, only the place in our code.
        result.values = Values()
        result.findings.clear()
        return _end(result, "refused", "E_INTERNAL", incident=incident())
    return result


def read_many(
    paths: Iterable[Path],
    catalog: Catalog,
    *,
    today: date,
    jobs: int = 1,
    progress: Progress | None = None,
    pool: Pool | None = None,
) -> list[ReadResult]:
    """Read files and folders, each file in another process; folders are searched with all their subfolders.

    Args:
        paths: files and folders.
        catalog: the templates.
        today: value of TODAY().
        jobs: files read at the same time.
        progress: called with the number of files done and found.
        pool: reading processes to use, for the same catalogue; they have their own jobs, day and limits.

    Returns:
        One result for every file found, in the order of the input, folders sorted by name.

    Raises:
        SpecErrors: the spec of a template has faults.
    """
    if pool is None:
        with Pool(catalog.folders[1:], today=today, jobs=jobs) as own:
            return read_many(paths, catalog, today=today, progress=progress, pool=own)
    results = read_apart(paths, catalog, progress=progress, pool=pool)
    settle(results)
    return results


def read_apart(
    paths: Iterable[Path], catalog: Catalog, *, progress: Progress | None = None, pool: Pool
) -> list[ReadResult]:
    """Read files and folders as `read_many` does, each for itself: copies of one workbook are all read.

    Raises:
        SpecErrors: the spec of a template has faults.
    """
    files = list(_expand(paths))
    results: list[ReadResult] = []
    opened: list[int] = []
    for n, (path, label, code) in enumerate(files):
        results.append(ReadResult(path, "refused", label=label))
        if code:
            _end(results[n], "refused" if code.startswith("E_") else "skipped", code)
        else:
            opened.append(n)
    count = len(files) - len(opened)

    def done() -> None:
        nonlocal count
        count += 1
        if progress is not None:
            progress(count, len(files))

    for n, result in zip(opened, pool.read([files[n][0] for n in opened], catalog, done), strict=True):
        result.label = files[n][1]
        results[n] = result
    names = file_names(results)
    for result in results:
        result.label = names[result.file]
    return results


def _end(result: ReadResult, outcome: str, code: str, **facts: object) -> ReadResult:
    result.outcome = outcome  # type: ignore[assignment]
    result.findings.append(Finding(code, Origin(result.file.name, ""), facts=dict(facts)))
    return result


def _expand(paths: Iterable[Path]) -> Iterator[tuple[Path, str, str]]:
    """Yield (file, label, code of its finding when it is not even opened) for every file."""
    seen: set[Path] = set()
    for path in paths:
        for file, label, code in _files(path):
            key = file.absolute()
            if key not in seen:
                seen.add(key)
                yield file, label, code


def _unopened(name: str) -> str:
    """Return the code of a file in a folder that is not even opened, '' for a workbook."""
    if is_temporary(name):
        return "I_FILE_SKIPPED"
    if is_workbook_name(name):
        return ""
    return "W_FILE_ARCHIVE" if Path(name).suffix.lower() in _ARCHIVES else "I_FILE_OTHER"


def _files(path: Path) -> Iterator[tuple[Path, str, str]]:
    if not path.is_dir():
        yield path, path.name, "I_FILE_SKIPPED" if is_temporary(path.name) else ""
        return
    failed: list[OSError] = []
    found: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=failed.append):
        folders.sort()
        found += [Path(folder, name) for name in names]
    for file in sorted(found):
        label = file.relative_to(path).as_posix()
        yield file, label, _unopened(file.name)
    for error in failed:
        yield Path(str(error.filename)), Path(str(error.filename)).name, "E_FOLDER_UNREADABLE"


def _read(book: RawBook, catalog: Catalog, result: ReadResult) -> None:
    """Identify the workbook and read all its blocks into `result`.

    Raises:
        Refused: no template, or one that the catalogue does not have in this version.
    """
    stamp = stamp_from(book.properties) or _stamp_from_cells(book, catalog)
    if stamp is None:
        raise Refused("E_NO_TEMPLATE")
    result.stamp = stamp
    if stamp.template not in catalog:
        raise Refused("E_UNKNOWN_TEMPLATE", template=stamp.template[:60])
    template = catalog.template(stamp.template)
    if stamp.version != template.version:
        raise Refused("E_TEMPLATE_VERSION", found=stamp.version, expected=template.version)
    if stamp.merged:
        template = with_provenance(template)
    result.template = template
    if stamp.spec_hash and stamp.spec_hash != template.hash:
        result.findings.append(Finding("W_SPEC_CHANGED", Origin(result.file.name, "")))
    BlockReader(book, template, stamp, result).read()
    result.outcome = "taken"


def _stamp_from_cells(book: RawBook, catalog: Catalog) -> Stamp | None:
    """Identify a workbook whose properties were lost by the key and version on its front sheet."""
    place = next(iter(book.areas("deckblatt.vorlage_id")), None)
    named = sheet_named(book, place.sheet) if place else None
    sheets = [named] if named else list(book.sheets.values())[:1]
    for sheet in sheets:
        for row in range(min(FRONT_ROWS, len(sheet.rows))):
            for column in range(min(6, len(sheet.rows[row]))):
                key, version = sheet.at(row, column), sheet.at(row + 1, column)
                if isinstance(key, str) and key in catalog and str(version).split(".")[0].isdigit():
                    template = catalog.template(key)
                    return Stamp(key, int(str(version).split(".")[0]), "", _language(book, template))
    return None


def _language(book: RawBook, template: Template) -> Lang:
    def known(lang: Lang) -> int:
        names = [*(s.name[lang] for s in template.sheets), LISTS_SHEET[lang], NOTES_SHEET[lang]]
        return sum(1 for name in names if sheet_named(book, name))

    return max(LANGS, key=known)


__all__ = ["Progress", "read_many", "read_workbook"]
