"""The parent's side of reading: workers that are replaced when a file kills them.

Every worker is a process of its own, started anew (never forked, as this process may have
threads), and has one thread here that waits for it. A file that makes its worker abort, run
out of memory or hang becomes one finding; the run goes on with a new worker.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vorlagen.intake.budget import Budget
from vorlagen.intake.worker import READY, Answer, Setup, receive, send, unpack

if TYPE_CHECKING:
    from vorlagen.catalog import Catalog
    from vorlagen.intake.kept import Kept
    from vorlagen.records import ReadResult

MOST_JOBS = 8
START_SECONDS = 120.0
FILES_PER_WORKER = 3  # below, a further worker costs more than it saves
BYTES_PER_WORKER = 400_000

_BOOT = "import json,sys; sys.path[:] = json.loads(sys.argv[1]); from vorlagen.intake.worker import serve; serve()"
# Classes that an answer may hold: what a worker says is not believed further than that.
_MODULES = (
    "vorlagen.records",
    "vorlagen.findings",
    "vorlagen.ledger",
    "vorlagen.stamp",
    "vorlagen.values",
    "vorlagen.intake.worker",
)
_PLAIN = {
    "datetime": ("date", "datetime", "time", "timedelta"),
    "decimal": ("Decimal",),
    "pathlib": ("Path", "PosixPath", "WindowsPath"),
    "pathlib._local": ("Path", "PosixPath", "WindowsPath"),
    "builtins": ("set", "frozenset"),
}
_SIGKILL, _SIGXCPU = 9, 24


class Lost(Exception):
    """A worker is gone; carries the code of the finding for the file it had."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name in _PLAIN.get(module, ()) or module in _MODULES:
            found = super().find_class(module, name)
            if isinstance(found, type) and (module in _PLAIN or found.__module__ == module):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def default_jobs() -> int:
    """Return how many files are read at the same time: one per processor, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, MOST_JOBS))


class Worker:
    """One reading process."""

    def __init__(self, setup: Setup) -> None:
        self.budget = setup.budget
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError:
            raise Lost("E_INTERNAL", incident="worker") from None
        self.ready = False
        self.late = False
        with contextlib.suppress(OSError):  # seen when the first file is sent
            send(self._input, pickle.dumps(setup))

    @property
    def _input(self) -> BinaryIO:
        assert self.process.stdin is not None
        return self.process.stdin  # type: ignore[return-value]

    def read(self, path: Path) -> Answer:
        """Have a file read.

        Raises:
            Lost: the worker is gone, or did not answer in time.
        """
        assert self.process.stdout is not None
        output: BinaryIO = self.process.stdout  # type: ignore[assignment]
        try:
            send(self._input, pickle.dumps(path))
            if not self.ready:
                self.ready = self._wait(output, START_SECONDS, 64) == READY
            data = self._wait(output, self.budget.seconds, self.budget.answer)
            answer = _Unpickler(io.BytesIO(data)).load()
        except OverflowError:
            self.close()
            raise Lost("E_LIMIT_MEMORY") from None
        except (EOFError, OSError):
            raise self._lost() from None
        except Exception:
            self.close()
            raise Lost("E_LIMIT_CRASH") from None
        if not isinstance(answer, Answer):
            self.close()
            raise Lost("E_LIMIT_CRASH")
        return answer

    def _wait(self, output: BinaryIO, seconds: float, limit: int) -> bytes:
        """Wait for a message; kill the worker when it takes too long."""

        def expire() -> None:
            self.late = True
            self.process.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            return receive(output, limit)
        finally:
            timer.cancel()

    def _lost(self) -> Lost:
        """Find out why the worker is gone."""
        said = self.close()
        code = self.process.returncode
        if not self.ready:
            return Lost("E_INTERNAL", incident="worker")
        if self.late or code == -_SIGXCPU:
            return Lost("E_LIMIT_TIME")
        if code == -_SIGKILL or b"memory allocation of" in said or b"MemoryError" in said:
            return Lost("E_LIMIT_MEMORY")
        return Lost("E_LIMIT_CRASH")

    def close(self) -> bytes:
        """End the process; return what it said last, which is never shown."""
        said = b""
        # Killing an idle worker is no harm: it holds nothing but what it has already answered.
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.process.kill()
        if self.process.stderr is not None and not self.process.stderr.closed:
            said = self.process.stderr.read(65_536)
            self.process.stderr.close()
        self.process.wait()
        return said


class Pool:
    """Reads many files in several processes.

    Args:
        folders: further folders with specs.
        today: value of TODAY().
        jobs: processes at most.
        checks: whether files are checked after reading.
        budget: what one file may cost.

    Attributes:
        kept: readings of earlier runs; None reads every file.
        lean: leave out the stored results of formulas, once they are checked; thousands of files fill the memory.
    """

    def __init__(
        self, folders: Sequence[Path], *, today: date, jobs: int = 1, checks: bool = False, budget: Budget | None = None
    ) -> None:
        self.jobs = max(1, jobs)
        self.setup = Setup(tuple(folders), today, checks, budget or Budget())
        self.kept: Kept | None = None
        self.lean = False
        self._idle: list[Worker] = []
        self._open: set[Worker] = set()
        self._lock = threading.Lock()
        self._ended = False

    def warm(self) -> None:
        """Start a worker, so that it loads while this process does."""
        with contextlib.suppress(Lost):  # tried again, and reported, when a file is to be read
            self._idle.append(self._start())

    def read(self, files: Sequence[Path], catalog: Catalog, done: Callable[[], None]) -> list[ReadResult]:
        """Read files.

        Args:
            files: the files.
            catalog: the templates, of the same folders.
            done: called once for each file that is done.

        Raises:
            SpecErrors: the spec of a template has faults.
        """
        todo: queue.SimpleQueue[int] = queue.SimpleQueue()
        news: queue.SimpleQueue[tuple[int, Answer | Lost | BaseException]] = queue.SimpleQueue()
        results: dict[int, ReadResult] = {}
        unread: list[int] = []
        for n, file in enumerate(files):
            known = self.kept.get(file) if self.kept is not None else None
            if known is None:
                unread.append(n)
                todo.put(n)
                continue
            results[n] = unpack(known, catalog)
            results[n].file = file
            if self.lean:
                _forget_stored(results[n])
            done()
        count = self._workers_for([files[n] for n in unread])
        threads = [threading.Thread(target=self._work, args=(files, todo, news), daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            while len(results) < len(files):
                try:
                    n, outcome = news.get(timeout=1.0)  # a wait without end cannot be interrupted on Windows
                except queue.Empty:
                    continue
                if isinstance(outcome, Answer):
                    if self.kept is not None:
                        self.kept.put(files[n], outcome)
                    results[n] = unpack(outcome, catalog)
                elif isinstance(outcome, Lost):
                    results[n] = refusal(files[n], outcome)
                else:
                    raise outcome
                results[n].file = files[n]
                if self.lean:
                    _forget_stored(results[n])
                done()
        except BaseException:
            self.close()
            raise
        return [results[n] for n in range(len(files))]

    def _workers_for(self, files: Sequence[Path]) -> int:
        """Return how many workers are worth starting."""
        if len(files) <= 1:
            return len(files)
        size = 0
        for file in files:
            try:
                size += file.stat().st_size
            except (OSError, ValueError):
                continue
        useful = max(-(-len(files) // FILES_PER_WORKER), -(-size // BYTES_PER_WORKER))
        return min(self.jobs, len(files), useful)

    def _work(
        self,
        files: Sequence[Path],
        todo: queue.SimpleQueue[int],
        news: queue.SimpleQueue[tuple[int, Answer | Lost | BaseException]],
    ) -> None:
        worker: Worker | None = None
        n = -1
        try:
            while not self._ended:
                try:
                    n = todo.get_nowait()
                except queue.Empty:
                    break
                try:
                    worker = worker or self._take()
                    answer = worker.read(files[n])
                    if answer.spent:
                        self._drop(worker)
                        worker = None
                    news.put((n, answer))
                except Lost as lost:
                    if worker is not None:
                        self._drop(worker)
                        worker = None
                    news.put((n, lost))
        except BaseException as fault:
            news.put((n, fault))
        finally:
            if worker is not None:
                with self._lock:
                    self._idle.append(worker)

    def _take(self) -> Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._start()

    def _start(self) -> Worker:
        worker = Worker(self.setup)
        with self._lock:
            self._open.add(worker)
        return worker

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._open.discard(worker)
        worker.close()

    def close(self) -> None:
        """End all workers."""
        self._ended = True
        with self._lock:
            workers, self._open = self._open, set()
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _forget_stored(result: ReadResult) -> None:
    """Leave out stored results; those of key fields stay, as other workbooks refer to them."""
    result.states = {}
    blocks = result.template.blocks if result.template is not None else {}
    keys = {key: frozenset(getattr(block, "identity", ())) for key, block in blocks.items()}
    result.stored = {
        block: kept
        for block, columns in result.stored.items()
        if (kept := {key: cells for key, cells in columns.items() if key in keys.get(block, ())})
    }


def refusal(path: Path, lost: Lost) -> ReadResult:
    """Return what became of a file whose reading process was lost."""
    from vorlagen.findings import Finding, Origin
    from vorlagen.records import ReadResult

    result = ReadResult(path, "refused")
    result.findings.append(Finding(lost.code, Origin(path.name, ""), facts=lost.facts))
    return result
