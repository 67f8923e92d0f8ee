"""Compiled templates, kept between runs in the user's own cache folder.

Composing the YAML and compiling every formula takes most of a short run, and comes out the same each time. A kept
template is found by everything that made it: the texts of its specs, this program's code and the Python that ran it.
So nothing has to be invalidated, and a missing, broken or unwritable cache only costs time.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from vorlagen.spec import Template


@cache
def _program() -> bytes:
    """Return a digest of the code that turns a spec into a template."""
    here = Path(__file__).parent
    digest = hashlib.sha256(repr(sys.version_info).encode())
    for path in sorted((*here.glob("*.py"), *here.glob("formulas/*.py"))):
        digest.update(path.read_bytes())
    return digest.digest()


@cache
def _folder() -> Path | None:
    """Return the cache folder, or None where only this user can write to it cannot be made sure of.

    A kept template is unpickled, so a folder that others can write to would run their code.
    """
    from platformdirs import user_cache_path

    folder = user_cache_path("vorlagen", appauthor=False) / "templates"
    with suppress(OSError, RuntimeError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "nt":  # the local application data of a user is closed to others by Windows
            return folder
        status = folder.stat()
        if status.st_uid == os.getuid() and not status.st_mode & 0o022:
            return folder
    return None


@contextmanager
def unhurried_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector: building many small objects that all stay would call it in vain."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Kept:
    """The place of one compiled template in the cache.

    Args:
        path: its spec file.
        texts: every text that it is made of.
    """

    def __init__(self, path: Path, texts: tuple[str, ...]) -> None:
        digest = hashlib.sha256(_program())
        for text in texts:
            content = text.encode("utf-8", "surrogatepass")
            digest.update(len(content).to_bytes(8, "big") + content)
        folder = _folder()
        self._spec = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:16]
        self._file = folder / f"{self._spec}-{digest.hexdigest()}" if folder else None

    def get(self) -> Template | None:
        """Return the template, or None when it is not kept."""
        if self._file is None:
            return None
        try:
            with unhurried_collection():
                kept = pickle.loads(self._file.read_bytes())
        except Exception:  # whatever a broken file raises means the same: compile it again
            return None
        return kept if isinstance(kept, Template) else None

    def put(self, template: Template) -> None:
        """Keep the template in place of earlier ones of the same file."""
        if self._file is None:
            return
        with suppress(OSError):
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as out:
                    pickle.dump(template, out, protocol=5)
                os.replace(name, self._file)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
            for old in self._file.parent.glob(f"{self._spec}-*"):
                if old != self._file:
                    old.unlink(missing_ok=True)
