"""Files that people get are whole: written beside their targets, verified, then moved into place together.

A `Batch` replaces a set of files as one. Until it is committed, the old set stands untouched. The
moves themselves are noted in a journal beside the files, with the old files kept: what an
error stops is undone at once, what a kill or a power cut stops is finished by the next batch
in the folder. So a set is the old one or the new one, and each of its files at any moment either.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

_PREFIX = ".vorlagen-"
_JOURNAL = "satz.tmp"  # the gate skips what ends in .tmp
_OLD = 24 * 3600.0  # seconds after which a temporary file of another machine is nobody's
_HOST = f"{zlib.crc32(socket.gethostname().encode()):08x}"

Write = Callable[[Path], None]


class Unsound(OSError):
    """A file that was just written does not hold what it should; names the part, never a value."""

    def __init__(self, what: str) -> None:
        super().__init__(0, f"verification failed: {what}")


class Batch:
    """A set of files that is put in place together, or not at all.

    Use it as a context; without `commit` nothing is left behind.

    Args:
        folder: where the journal is kept: the common folder of the set; made when missing.
        mode: rights of the files; without it those of any new file.
    """

    def __init__(self, folder: Path, *, mode: int | None = None) -> None:
        self.folder = folder
        self._mode = 0o666 & ~_UMASK if mode is None else mode
        self._files: list[tuple[Path, Path]] = []
        self._made: list[Path] = []
        self._seen: set[Path] = set()

    def __enter__(self) -> Batch:
        self._enter(self.folder)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for temporary, _target in self._files:
            _remove(temporary)
        for folder in reversed(self._made):
            with contextlib.suppress(OSError):  # it holds files by now
                folder.rmdir()

    def add(self, path: Path) -> Path:
        """Return the temporary file to write instead of `path`; the order of adding is that of replacing.

        Raises:
            OSError: the folder cannot be made or written to.
        """
        self._enter(path.parent)
        handle, name = tempfile.mkstemp(prefix=f"{_PREFIX}{_HOST}-{os.getpid()}-", suffix=".tmp", dir=path.parent)
        os.close(handle)
        self._files.append((Path(name), path))
        return Path(name)

    def drop(self, path: Path) -> None:
        """Leave a file out of the set."""
        for pair in [pair for pair in self._files if pair[1] == path]:
            self._files.remove(pair)
            _remove(pair[0])

    def commit(self) -> None:
        """Put all files in place.

        Raises:
            OSError: a target cannot be replaced (open in Excel, no permission); all are as before.
        """
        files = [(temporary, target) for temporary, target in self._files if temporary.exists()]
        for temporary, _ in files:
            os.chmod(temporary, self._mode)
            _sync(temporary)
        if len(files) == 1:
            os.replace(*files[0])
        elif files:
            self._replace(files)
        for folder in {target.parent for _, target in files}:
            _sync_folder(folder)
        self._files.clear()

    def _replace(self, files: Sequence[tuple[Path, Path]]) -> None:
        steps = []
        try:
            for temporary, target in files:
                steps.append((temporary, target, _keep(target)))
            journal = self.folder / f"{_PREFIX}{_HOST}-{os.getpid()}-{_JOURNAL}"
            _note(journal, "forward", steps)
        except BaseException:
            for _, _, kept in steps:
                _remove(kept)
            raise
        try:
            _forward(steps)
        except BaseException:
            _note(journal, "back", steps)
            _back(steps)
            _remove(journal)
            raise
        _forget(steps)
        _remove(journal)

    def _enter(self, folder: Path) -> None:
        """Make a folder, and clear away what killed runs have left there."""
        if folder in self._seen:
            return
        missing = []
        place = folder
        while not place.exists():
            missing.append(place)
            place = place.parent
        folder.mkdir(parents=True, exist_ok=True)
        self._made += reversed(missing)
        self._seen.add(folder)
        heal(folder)


def write_whole(path: Path, write: Write, verify: Write | None = None, *, mode: int | None = None) -> None:
    """Write one file by way of a temporary one, verify it and put it in place.

    Args:
        path: target; its folder exists.
        write: writes the file it is given.
        verify: opens what was written once more.
        mode: rights of the file; without it those of any new file.

    Raises:
        OSError: the file cannot be written or did not pass; nothing is left behind.
    """
    with Batch(path.parent, mode=mode) as batch:
        temporary = batch.add(path)
        write(temporary)
        if verify is not None:
            verify(temporary)
        batch.commit()


def write_bytes(path: Path, content: bytes | memoryview) -> None:
    """Write bytes, and see that they are there.

    Raises:
        OSError: they could not be written.
    """
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if path.stat().st_size != len(content):
        raise Unsound("size")


def heal(folder: Path) -> None:
    """Finish or undo what a killed run has left half done in a folder, and remove its temporary files.

    Raises:
        OSError: a file of the unfinished set cannot be replaced.
    """
    for journal in sorted(folder.glob(f"{_PREFIX}*{_JOURNAL}")):
        if _orphaned(journal):
            direction, steps = _read(journal)
            _back(steps) if direction == "back" else _forward(steps)
            _forget(steps)
            _remove(journal)
    for temporary in folder.glob(f"{_PREFIX}*.tmp"):
        if _orphaned(temporary):
            _remove(temporary)


def _forward(steps: Sequence[tuple[Path, Path, Path | None]]) -> None:
    for temporary, target, _ in steps:
        if temporary.exists():
            os.replace(temporary, target)


def _back(steps: Sequence[tuple[Path, Path, Path | None]]) -> None:
    for temporary, target, kept in steps:
        if temporary.exists():  # never moved
            _remove(temporary)
            _remove(kept)
        elif kept is None:
            _remove(target)
        elif kept.exists():
            os.replace(kept, target)


def _forget(steps: Sequence[tuple[Path, Path, Path | None]]) -> None:
    for temporary, _, kept in steps:
        _remove(temporary)
        _remove(kept)


def _keep(target: Path) -> Path | None:
    """Keep the old file under a second name; None when there is none."""
    if not target.exists():
        return None
    handle, name = tempfile.mkstemp(prefix=f"{_PREFIX}{_HOST}-{os.getpid()}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    kept = Path(name)
    try:
        kept.unlink()
        os.link(target, kept)
    except OSError:  # no hard links on this file system
        shutil.copy2(target, kept)
    return kept


def _note(journal: Path, direction: str, steps: Sequence[tuple[Path, Path, Path | None]]) -> None:
    """Write the journal, by way of a temporary file."""
    root = journal.parent
    lines = [[os.path.relpath(path, root) if path else None for path in step] for step in steps]
    temporary = journal.with_name(journal.name.removesuffix(".tmp") + ".neu.tmp")
    try:
        write_bytes(temporary, json.dumps([direction, lines]).encode())
        os.replace(temporary, journal)
    except BaseException:
        _remove(temporary)
        raise
    _sync_folder(root)


def _read(journal: Path) -> tuple[str, list[tuple[Path, Path, Path | None]]]:
    root = journal.parent
    direction, lines = json.loads(journal.read_bytes())
    return direction, [(root / one, root / two, root / three if three else None) for one, two, three in lines]


def _orphaned(path: Path) -> bool:
    """Whether the run that made a temporary file is over."""
    words = path.name.removeprefix(_PREFIX).split("-")
    if len(words) < 2 or not words[1].isdecimal():
        return False
    if words[0] == _HOST and int(words[1]) == os.getpid():
        return False
    if words[0] == _HOST and os.name == "posix":
        try:
            os.kill(int(words[1]), 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            return False
        return False
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime > _OLD
    return False


def _remove(path: Path | None) -> None:
    if path is not None:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the system keep the names in a folder; only POSIX can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _mask()


def reason(error: BaseException) -> str:
    """Say why a file could not be written, without its content."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


__all__ = ["Batch", "Unsound", "heal", "reason", "write_bytes", "write_whole"]
