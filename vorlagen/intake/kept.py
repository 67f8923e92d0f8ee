"""What was read of a file, kept for the next run: unchanged files are not parsed again.

A kept reading is found by everything that made it: the bytes and the name of the file, all specs, this
program's code, the limits and the day. So nothing has to be invalidated. It is stored as JSON, from which
nothing but plain data can come; a broken or foreign entry means that the file is read again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from sys import intern  # a thousand workbooks repeat the same words
from typing import TYPE_CHECKING, Any

from vorlagen.intake.gate import Refused, load
from vorlagen.intake.worker import Answer, Setup

if TYPE_CHECKING:
    from vorlagen.catalog import Catalog

_MARK = "\x01"  # begins whatever is more than JSON can say
_MOST = 256 * 1024 * 1024  # bytes of one entry


@cache
def _program() -> bytes:
    """Return a digest of all code that reading and checking depend on."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256(repr(sys.version_info).encode())
    for package in ("vorlagen", "calculators"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.digest()


class Kept:
    """A folder of readings.

    Args:
        folder: made when missing.
        catalog: the templates.
        setup: what the reading processes are told.
    """

    def __init__(self, folder: Path, catalog: Catalog, setup: Setup) -> None:
        self.folder = folder
        digest = hashlib.sha256(_program())
        for place in catalog.folders:
            for path in sorted(place.rglob("*.yaml")):
                content = path.read_bytes()
                digest.update(len(content).to_bytes(8, "big") + content)
        digest.update(repr((setup.today, setup.checks, setup.budget)).encode())
        self._made_by = digest.digest()

    def _place(self, digest: str, name: str) -> Path:
        key = hashlib.sha256(self._made_by + digest.encode() + os.fsencode(name)).hexdigest()
        return self.folder / key[:2] / f"{key}.json.z"

    def get(self, file: Path) -> Answer | None:
        """Return the reading of a file, None when it has to be read."""
        try:
            place = self._place(hashlib.sha256(load(file)).hexdigest(), file.name)
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(place.read_bytes(), _MOST)
            answer = _decode(json.loads(text)) if unpacker.eof else None
        except (Refused, OSError, ValueError, TypeError, KeyError, LookupError, zlib.error, RecursionError):
            return None
        return answer if isinstance(answer, Answer) and answer.result is not None else None

    def put(self, file: Path, answer: Answer) -> None:
        """Keep a reading, unless another run could end differently."""
        result = answer.result
        if result is None or not result.digest or answer.spent:
            return
        if any(f.code.startswith(("E_LIMIT", "E_INTERNAL")) for f in result.findings):
            return
        with suppress(OSError, TypeError, ValueError):
            place = self._place(result.digest, file.name)
            data = zlib.compress(json.dumps(_encode(answer), ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                os.replace(name, place)
            finally:
                Path(name).unlink(missing_ok=True)


# -- plain data and back -----------------------------------------------------------------------


@cache
def _classes() -> dict[str, type]:
    from vorlagen.findings import Finding, Origin
    from vorlagen.ledger import Counts, Ledger, Sum
    from vorlagen.records import Entry, ReadResult
    from vorlagen.stamp import Stamp
    from vorlagen.values import Values

    return {c.__name__: c for c in (Answer, ReadResult, Finding, Origin, Counts, Entry, Ledger, Sum, Stamp, Values)}


def _encode(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value
    if kind is str:
        return _MARK + "s" + value if value.startswith(_MARK) else value
    if kind is list:
        return [_encode(v) for v in value]
    if kind is dict:
        if all(type(k) is str and not k.startswith(_MARK) for k in value):
            return {k: _encode(v) for k, v in value.items()}
        return {_MARK + "m": [[_encode(k), _encode(v)] for k, v in value.items()]}
    if kind is tuple:
        return {_MARK + "t": [_encode(v) for v in value]}
    if kind in (date, datetime, time):
        return _MARK + {date: "d", datetime: "w", time: "h"}[kind] + value.isoformat()
    if kind is timedelta:
        return {_MARK + "e": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Path):
        return _MARK + "p"  # the reader of the entry knows where the file lies
    if is_dataclass(value) and _classes().get(kind.__name__) is kind:
        return {_MARK + "c": kind.__name__, "f": {f.name: _encode(getattr(value, f.name)) for f in fields(value)}}
    raise TypeError(kind.__name__)


_TEXTS: dict[str, Callable[[str], Any]] = {
    "s": str, "d": date.fromisoformat, "w": datetime.fromisoformat, "h": time.fromisoformat, "p": Path
}  # fmt: skip


def _decode(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return _TEXTS[value[1]](value[2:]) if value[:1] == _MARK else value
    if kind is list:
        return [
            _decode(v)
            if (t := type(v)) is list or t is dict or (t is str and v[:1] == _MARK)
            else intern(v)
            if t is str
            else v
            for v in value
        ]
    if kind is not dict:
        return value
    first = next(iter(value), "")
    if not first.startswith(_MARK):
        return {
            intern(k): _decode(v)
            if (t := type(v)) is list or t is dict or (t is str and v[:1] == _MARK)
            else intern(v)
            if t is str
            else v
            for k, v in value.items()
        }
    inner = value[first]
    if first == _MARK + "m":
        return {_decode(k): _decode(v) for k, v in inner}
    if first == _MARK + "t":
        return tuple(_decode(v) for v in inner)
    if first == _MARK + "e":
        return timedelta(*inner)
    return _classes()[inner](**{k: _decode(v) for k, v in value["f"].items()})
