"""Makes a reading process fail in every way a hostile file could; the name of the file says how."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

BOOT = (
    "import json,sys; sys.path[:] = json.loads(sys.argv[1]); import tests.hostile.sabotage as s; s.install(); "
    "from vorlagen.intake.worker import serve; serve()"
)


class Panic(BaseException):
    """As a panic of the Rust reader arrives."""


def install() -> None:
    """Replace the reading function of this process."""
    from vorlagen import reading

    read = reading.read_workbook

    def sabotaged(path: Path, *args: Any, **more: Any) -> Any:
        fail(path.stem.rsplit("_", 1)[-1], path)
        return read(path, *args, **more)

    reading.read_workbook = sabotaged


def fail(how: str, path: Path) -> None:
    """Fail."""
    if how == "abort":
        os.abort()
    elif how == "exit":
        os._exit(0)
    elif how == "endless":
        while True:
            pass
    elif how == "asleep":
        import time

        time.sleep(3600)
    elif how == "panic":
        raise Panic
    elif how == "memory":
        raise_memory = b"x" * 8_000_000_000
        assert raise_memory
    elif how == "native":
        os.write(2, b"memory allocation of 549755813888 bytes failed\n")
        os.abort()
    elif how == "noise":
        print("x" * 100_000)
        os.write(1, b"\xff" * 100_000)
    elif how == "recursion":
        sys.setrecursionlimit(10**9)
        deep: Any = []
        for _ in range(10_000_000):
            deep = [deep]
        repr(deep)
    elif how == "writing":
        with (path.parent / "verboten.tmp").open("wb") as stream:
            stream.write(b"x" * 10)
            stream.flush()
    elif how == "fault":
        raise RuntimeError("geheim")
