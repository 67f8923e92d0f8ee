"""Copies of refused files, each with the reason beside it; originals stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from vorlagen.findings import Finding, Origin
from vorlagen.outputs import reason, write_bytes, write_whole
from vorlagen.records import ReadResult

_CHUNK = 1_048_576
_PRIVATE = 0o600


def quarantine(results: Sequence[ReadResult], folder: Path, lang: str) -> list[Finding]:
    """Copy refused files into a folder that only the user can read.

    A copy that is there already is kept; another file of the same name gets a number.

    Args:
        results: files as read; other outcomes than refused are left alone.
        folder: where the copies go; made when missing.
        lang: language of the reasons.

    Returns:
        Findings on copies that could not be written.
    """
    failures: list[Finding] = []
    for result in results:
        if result.outcome != "refused" or not result.file.is_file():
            continue
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = _copy(result.file, folder)
            lines = [f"{f.code}: {f.message(lang)} {f.remedy(lang)}" for f in result.findings if f.level == "error"]
            text = "\n".join([result.name, *lines, ""]).encode()
            write_whole(target.with_name(target.name + ".txt"), partial(write_bytes, content=text), mode=_PRIVATE)
        except OSError as error:
            facts = {"name": result.file.name, "reason": reason(error)}
            failures.append(Finding("E_OUTPUT", Origin(str(folder), ""), facts=facts))
    return failures


def _copy(file: Path, folder: Path) -> Path:
    number = 1
    while True:
        name = file.name if number == 1 else f"{file.stem}_{number}{file.suffix}"
        target = folder / name
        if not target.exists():
            break
        if _equal(file, target):
            return target
        number += 1
    write_whole(target, lambda temporary: _transfer(file, temporary), mode=_PRIVATE)
    return target


def _transfer(file: Path, target: Path) -> None:
    with file.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            copy.write(chunk)


def _equal(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        while chunk := a.read(_CHUNK):
            if chunk != b.read(_CHUNK):
                return False
    return True
