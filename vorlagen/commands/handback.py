"""Copies to hand back: `check --annotate`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from vorlagen.brand import Brands
from vorlagen.commands import shell
from vorlagen.findings import Finding, Origin
from vorlagen.incident import incident
from vorlagen.outputs import Batch, reason
from vorlagen.records import ReadResult


def hand_back(
    results: Sequence[ReadResult], folder: Path, *, brands: Brands, today: date, force: bool
) -> tuple[dict[int, Path], list[Finding]]:
    """Write a copy of every workbook that was taken.

    Args:
        results: as checked.
        folder: where the copies go; made when missing.
        brands: looks of the copies.
        today: value of TODAY().
        force: overwrite copies that exist.

    Returns:
        Number of the result -> its copy, and why copies could not be written.

    Raises:
        Stop: a copy exists already, or would take the place of a workbook that was read.
    """
    from generators.feedback import write_feedback

    targets = _targets(results, folder)
    if folder.exists() and not folder.is_dir():
        raise shell.stop(shell.OUTPUT, "E_OUTPUT", name=str(folder), reason="kein Ordner / not a folder")
    inputs = {result.file.resolve() for result in results}
    there = [path for path in targets.values() if path.exists() and (not force or path.resolve() in inputs)]
    if there:
        names = ", ".join(str(path) for path in there[:5]) + (f" … ({len(there)})" if len(there) > 5 else "")
        raise shell.stop(shell.OUTPUT, "E_EXISTS", names=names)
    failures: list[Finding] = []
    copies: dict[int, Path] = {}
    try:
        with Batch(folder) as batch:
            for n, path in targets.items():
                try:
                    write_feedback(batch.add(path), results[n], brand=brands.of([results[n].brand]), today=today)
                except OSError:
                    raise
                except ValueError as error:
                    failures.append(_failure(path, error))
                    batch.drop(path)
                except Exception:
                    # Our own fault must not cost the other copies; it is reported without data.
                    failures.append(Finding("E_INTERNAL", Origin(results[n].name, ""), facts={"incident": incident()}))
                    batch.drop(path)
                else:
                    copies[n] = path
            path = folder
            batch.commit()
    except OSError as error:
        return {}, [_failure(path if targets else folder, error)]
    return copies, failures


def _failure(path: Path, error: Exception) -> Finding:
    return Finding("E_OUTPUT", Origin(str(path), ""), facts={"name": path.name, "reason": reason(error)})


def _targets(results: Sequence[ReadResult], folder: Path) -> dict[int, Path]:
    """Return a path for each copy; names that occur twice are numbered."""
    from generators.feedback import target

    targets: dict[int, Path] = {}
    taken: set[str] = set()
    for n, result in enumerate(results):
        if result.outcome != "taken":
            continue
        path = first = target(result, folder)
        count = 1
        while str(path).casefold() in taken:
            count += 1
            path = first.with_stem(f"{first.stem}_{count}")
        taken.add(str(path).casefold())
        targets[n] = path
    return targets
