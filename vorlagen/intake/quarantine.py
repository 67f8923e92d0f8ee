"""Copies of refused files, each with the reason beside it; originals stay where they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from vorlagen.findings import Finding, Origin
from vorlagen.records import ReadResult

_CHUNK = 1_048_576


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
            _write(target.with_name(target.name + ".txt"), "\n".join([result.name, *lines, ""]).encode())
        except OSError as error:
            facts = {"name": result.file.name, "reason": error.strerror or type(error).__name__}
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
    temporary = folder / f".teil_{os.getpid()}"
    try:
        with file.open("rb") as source, _private(temporary) as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _equal(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        while chunk := a.read(_CHUNK):
            if chunk != b.read(_CHUNK):
                return False
    return True


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".teil_{os.getpid()}")
    try:
        with _private(temporary) as stream:
            stream.write(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
