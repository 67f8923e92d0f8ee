"""Every write point fails in every way: the old set or the new one is whole, and a rerun heals."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generators.verify import verify_csv, verify_workbook
from tests import write_faults
from tests.filling import TODAY, probe_catalog
from vorlagen import outputs
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.commands.production import Order, produce
from vorlagen.foreign import read_table
from vorlagen.guard import guarded, unguarded
from vorlagen.layout import layout_for
from vorlagen.outputs import Batch, Unsound, heal, write_bytes, write_whole
from vorlagen.values import example_values

NAMES = ("a.xlsx", "b.csv", "unten/c.html")
POSIX = os.name == "posix"


def put(folder: Path, content: bytes) -> None:
    with Batch(folder) as batch:
        for name in NAMES:
            write_bytes(batch.add(folder / name), content)
        batch.commit()


def state(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder, temporary ones included."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def whole(content: bytes) -> dict[str, bytes]:
    return dict.fromkeys(NAMES, content)


class Faults:
    """Lets the n-th call of a function of `os` fail."""

    def __init__(self, patch: pytest.MonkeyPatch, act: Callable[[], None], at: int) -> None:
        self.calls = 0
        self.act = act
        self.at = at
        for name in ("replace", "fsync", "link", "chmod", "open"):
            patch.setattr(os, name, self.watched(getattr(os, name)))

    def watched(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            self.calls += 1
            if self.calls == self.at:
                self.act()
            return real(*args, **more)

        return call


def points(folder: Path) -> int:
    """Count the write points of a set that replaces another one."""
    with pytest.MonkeyPatch.context() as patch:
        faults = Faults(patch, lambda: None, 0)
        put(folder, b"zaehlen")
    return faults.calls


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EPERM])
@pytest.mark.parametrize("old", [True, False])
def test_an_error_at_any_write_point_leaves_the_old_set(tmp_path: Path, code: int, old: bool) -> None:
    def fail() -> None:
        raise OSError(code, "gestellt")

    put(tmp_path / "zahl", b"x")
    count = points(tmp_path / "zahl")
    assert count > 15
    failed = 0
    for at in range(1, count + 1):
        folder = tmp_path / f"{at}"
        if old:
            put(folder, b"alt")
        with pytest.MonkeyPatch.context() as patch:
            Faults(patch, fail, at)
            try:
                put(folder, b"neu")
            except OSError:
                failed += 1
                assert not folder.exists() or state(folder) == (whole(b"alt") if old else {}), at
            else:
                assert state(folder) == whole(b"neu"), at
        put(folder, b"neu")
        assert state(folder) == whole(b"neu"), at
    assert failed > 8


@pytest.mark.skipif(not POSIX, reason="signals")
def test_a_kill_at_any_write_point_is_healed_by_the_next_run(tmp_path: Path) -> None:
    put(tmp_path / "zahl", b"x")
    count = points(tmp_path / "zahl")
    code = (
        "import os, sys; from pathlib import Path; import pytest; import tests.test_outputs as t\n"
        "for at in range(1, int(sys.argv[2]) + 1):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        t.Faults(pytest.MonkeyPatch(), t.die, at); t.put(Path(sys.argv[1], str(at)), b'neu'); os._exit(0)\n"
        "    assert os.waitpid(child, 0)[1] == 9, at\n"
    )
    for at in range(1, count + 1):
        put(tmp_path / str(at), b"alt")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(count)], check=True, env=environment, timeout=120)
    seen = set()
    for at in range(1, count + 1):
        folder = tmp_path / str(at)
        left = {name: content for name, content in state(folder).items() if name in NAMES}
        assert set(left) == set(NAMES)
        assert set(left.values()) <= {b"alt", b"neu"}, "a file is half"
        for place in (folder, folder / "unten"):
            heal(place)
        healed = state(folder)
        assert healed in (whole(b"alt"), whole(b"neu")), at
        seen.add(healed["a.xlsx"])
    assert seen == {b"alt", b"neu"}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_running_process_holds_is_left_alone(tmp_path: Path) -> None:
    with Batch(tmp_path) as batch:
        temporary = batch.add(tmp_path / "a.xlsx")
        put(tmp_path, b"andere")
        assert temporary.exists()
    assert state(tmp_path) == whole(b"andere")


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path: Path) -> None:
    with Batch(tmp_path / "a" / "b") as batch:
        batch.add(tmp_path / "a" / "b" / "c.xlsx")
    assert not (tmp_path / "a").exists()


def test_what_does_not_verify_does_not_replace(tmp_path: Path) -> None:
    def refuse(path: Path) -> None:
        raise Unsound("rows")

    (tmp_path / "a.csv").write_bytes(b"alt")
    with pytest.raises(Unsound):
        write_whole(tmp_path / "a.csv", lambda path: write_bytes(path, b"neu"), refuse)
    assert state(tmp_path) == {"a.csv": b"alt"}


# -- the commands ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return probe_catalog(tmp_path_factory.mktemp("specs"))


def orders(folder: Path, catalog: Catalog) -> Iterator[Order]:
    for key in ("probe", "kundenprobe"):
        yield Order(folder / f"{key}.xlsx", key, catalog.folders[1:], Brand(), "de", TODAY, example=True)


def test_generate_writes_all_or_none(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = list(orders(tmp_path, catalog))
    assert produce(wanted, 1, catalog) == []
    before = state(tmp_path)
    real = os.replace

    def locked(source: Path, target: Path) -> None:
        if Path(target).name == "kundenprobe.xlsx":
            raise PermissionError(errno.EACCES, "in Gebrauch")
        real(source, target)

    monkeypatch.setattr(os, "replace", locked)
    changed = list(orders(tmp_path, catalog))
    assert [why for _, why in produce(changed, 1, catalog)] == ["in Gebrauch"]
    assert state(tmp_path) == before


@pytest.mark.skipif(not POSIX, reason="signals")
@pytest.mark.parametrize("command", ["generate", "check --annotate", "consolidate"])
def test_every_command_leaves_the_old_set_or_the_new_one(tmp_path: Path, catalog: Catalog, command: str) -> None:
    run = write_faults.runs(tmp_path, catalog)[command]
    sets = write_faults.sets_of(tmp_path / "sets", run)
    assert sets[0] != sets[1]
    for n, way in enumerate(write_faults.WAYS):  # all points: python -m tests.write_faults
        found, outcomes = write_faults.faults(
            tmp_path / "sets", run, sets, way, lambda count, n=n: sorted({1 + n * count // 5, count - n})
        )
        assert not found
        assert 1 <= sum(outcomes[f"{way}: {whole}"] for whole in ("old", "new")) <= 2


def test_a_workbook_that_lost_something_is_noticed(tmp_path: Path, catalog: Catalog) -> None:
    (order, _) = orders(tmp_path, catalog)
    assert produce([order], 1, catalog) == []
    template = catalog.template("probe")
    values = example_values(template, "de", "BY", TODAY).with_block("posten", [{"nr": "P-1", "menge": 3}])
    layout = layout_for(template, values, "de")
    with pytest.raises(Unsound):
        verify_workbook(order.path, layout, values)
    data = bytearray(order.path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    order.path.write_bytes(data)
    with pytest.raises(Unsound):
        verify_workbook(order.path, layout, values)


def test_a_csv_that_lost_a_row_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\r\n1;2\r\n", encoding="utf-8-sig")
    verify_csv(path, 1, 2)
    for rows, columns in ((2, 2), (1, 3)):
        with pytest.raises(Unsound):
            verify_csv(path, rows, columns)


# -- texts that look like formulas --------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")', "'=1", "''=1",
     " =1", "＝1", "%0A=1"],
)  # fmt: skip
def test_a_guarded_text_starts_with_an_apostrophe_and_comes_back(text: str) -> None:
    assert guarded(text) == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Müller", "javascript:alert(1)", "<script>", "7", "a=1", "'", "' "])
def test_other_texts_come_back_as_well(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_the_names_of_temporary_files_are_those_that_intake_skips(tmp_path: Path) -> None:
    from vorlagen.intake.gate import is_temporary

    with Batch(tmp_path) as batch:
        assert is_temporary(batch.add(tmp_path / "Dr. Arnheim.xlsx").name)
        assert not [p for p in tmp_path.iterdir() if "Arnheim" in p.name]
    assert outputs._orphaned(tmp_path / "fremd.tmp") is False


@pytest.mark.parametrize("text", ["=1+1", "|x", "%d", "'quoted", "＝1", "  -3", "plain"])
def test_a_guarded_csv_is_read_as_it_was_before(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'a;b\n"{guarded(text)}";1\n', encoding="utf-8")
    (line,) = read_table(path).lines
    assert line.cells["a"] == text
