"""Nothing personal where it does not belong: messages, temporary names, properties of outputs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.filling import edit
from tests.hostile.parts import parts_of
from tests.workbooks import CATALOG, ROOT, TODAY, write
from vorlagen.disclosure import mask
from vorlagen.layout import layout_for
from vorlagen.values import example_values

NAMES = [f"Zyrkan{letter} Quolm{letter}" for letter in "abcdefg"]
MAILS = [f"zyrkan{letter}@kanari.example" for letter in "abcdefg"]
PHONES = [f"0999 77{n}88{n}6" for n in range(6)]
CANARIES = [*NAMES, *MAILS, *PHONES]
# Where each stands; what is not named here stands in cells of records.
IN_FILE_NAMES = {NAMES[5], NAMES[6], MAILS[6]}
IN_PROPERTIES = {NAMES[4], MAILS[5], PHONES[5]}
ASIDE = {NAMES[3], MAILS[4], PHONES[4]}  # hidden sheet, comment, column of the sender's own
IN_CELLS = set(CANARIES) - IN_FILE_NAMES - IN_PROPERTIES - ASIDE


def call(folder: Path, *words: str, program: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own, which notes the names of its temporary files."""
    place = folder / "privat"
    place.mkdir(exist_ok=True)
    code = (
        "import sys, tempfile\n"
        "real = tempfile.mkstemp\n"
        "def noted(*a, **k):\n"
        "    made = real(*a, **k)\n"
        f"    open({str(folder / 'namen.txt')!r}, 'a').write(made[1].rpartition('/')[2] + '\\n')\n"
        "    return made\n"
        "tempfile.mkstemp = noted\n"
        f"{program}\n"
        "from vorlagen.cli import main\n"
        "main()\n"
    )
    env = {**os.environ, "TMPDIR": str(place), "XDG_CACHE_HOME": str(place), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", code, *words, "--today", TODAY.isoformat()]
    return subprocess.run(command, capture_output=True, cwd=folder, env=env, check=False)


def seeded(folder: Path) -> Path:
    """Write workbooks with all canaries, sound and faulty entries, among them refused files."""
    inbox = folder / "ein"
    inbox.mkdir()
    path = write(folder, "anrufliste", limit=30)
    template = CATALOG.template("anrufliste")
    layout = layout_for(template, example_values(template, "de", "BY", TODAY), "de")
    placed = layout.placed["anrufe"]
    cells = iter([*NAMES[:3], *MAILS[:4], *PHONES[:4]] * 2)

    def change(book: openpyxl.Workbook) -> None:
        sheet = book[placed.sheet]
        for row, key in enumerate(("ansprechpartner", "telefon", "notiz", "infomaterial", "firma", "kampagne") * 2):
            sheet.cell(placed.first + 1 + row, placed.columns[key] + 1).value = next(cells)
        # No value of its field, no choice, over a formula, a formula, an error.
        for row, key in enumerate(("datum", "dauer_min", "ergebnis", "region", "anrufer", "bedarf")):
            sheet.cell(placed.first + 13 + row, placed.columns[key] + 1).value = next(cells)
        computed = next(f.key for f in template.blocks["anrufe"].all_fields if f.computed)
        sheet.cell(placed.first + 20, placed.columns[computed] + 1).value = next(cells)
        sheet.cell(placed.first + 21, placed.columns["firma"] + 1).value = f'=CONCATENATE("{NAMES[0]}","")'
        sheet.cell(placed.first + 60, 2).value = next(cells)  # far below, without key
        column = max(placed.columns.values()) + 2
        sheet.cell(placed.header + 1, column).value = "Eigene Spalte"
        sheet.cell(placed.first + 1, column).value = ASIDE_TEXT
        hidden = book.create_sheet("Verborgen")
        hidden["A1"], hidden.sheet_state = ASIDE_TEXT, "veryHidden"
        sheet["A2"].comment = Comment(ASIDE_TEXT, NAMES[3])
        book.properties.creator = book.properties.lastModifiedBy = NAMES[4]
        book.properties.title = book.properties.description = book.properties.keywords = MAILS[5]
        book.properties.subject = book.properties.category = PHONES[5]

    edit(path, change)
    path.rename(inbox / f"{NAMES[5]}.xlsx")
    (inbox / f"{NAMES[6]}.xlsx").write_bytes(b"x")
    (inbox / f"{MAILS[6]}.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (inbox / f"~${NAMES[5]}.xlsx").write_bytes(NAMES[4].encode())
    return inbox


ASIDE_TEXT = f"{NAMES[3]} {MAILS[4]} {PHONES[4]}"


def hits(data: bytes, wanted: set[str]) -> set[str]:
    return {canary for canary in wanted if canary.encode() in data}


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".xlsx" and zipfile.is_zipfile(path):
            yield from ((f"{path.name}/{name}", part) for name, part in parts_of(path.read_bytes()).items())
        else:
            yield path.name, path.read_bytes()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, subprocess.CompletedProcess[bytes]]]:
    folder = tmp_path_factory.mktemp("kanari")
    inbox = str(seeded(folder))
    table = "kunde_id;firma;telefon;datum;anruf_id\n" + "\n".join(f"{c};{c};{c};{c};{c}" for c in CANARIES) + "\n"
    (folder / "werte.csv").write_text(table, encoding="utf-8")
    values = str(folder / "werte.csv")
    broken = "import vorlagen.merging as m\nm.TemplateMerge = None\nimport vorlagen.consolidate as c\n"
    broken += f"def fail(*a, **k): raise ValueError({NAMES[0]!r})\nc.consolidate = fail"
    return folder, {
        "check": call(folder, "check", inbox, "--annotate", "kopien", "--quarantine", "beiseite"),
        "check as JSON": call(folder, "check", inbox, "--json"),
        "consolidate": call(folder, "consolidate", inbox, "--output", "aus", "--to", "xlsx,html,csv,parquet,duckdb"),
        "generate": call(folder, "generate", "anrufliste", "--values", values, "--output", "neu"),
        "own fault": call(folder, "consolidate", inbox, "--output", "kaputt", program=broken),
    }


Runs = tuple[Path, dict[str, subprocess.CompletedProcess[bytes]]]


def test_the_runs_end_as_expected(runs: Runs) -> None:
    codes = {name: done.returncode for name, done in runs[1].items()}
    assert codes == {"check": 3, "check as JSON": 3, "consolidate": 3, "generate": 1, "own fault": 4}
    findings = json.loads(runs[1]["check as JSON"].stdout)["files"]
    found = {f["code"] for file in findings for f in file["findings"]}
    assert {"E_VALUE_TYPE", "W_VALUE_CHOICE", "E_INPUT_FORMULA", "W_COLUMN_UNKNOWN", "W_ROW_NOTE"} <= found


def test_no_message_holds_a_value(runs: Runs) -> None:
    assert len(CANARIES) == 20
    for name, done in runs[1].items():
        assert not hits(done.stdout + done.stderr, set(CANARIES) - IN_FILE_NAMES), name
        assert not hits(done.stderr, set(CANARIES)), name  # the report names files, messages need not


def test_no_temporary_name_and_no_undeclared_file_holds_one(runs: Runs) -> None:
    folder, _ = runs
    names = (folder / "namen.txt").read_bytes()
    assert names.count(b"\n") > 20
    assert not hits(names, set(CANARIES))
    for name, content in files(folder / "privat"):
        assert not hits(content + name.encode(), set(CANARIES)), name
    declared = {"ein", "kopien", "beiseite", "aus", "privat", "namen.txt", "werte.csv"}
    assert {path.name for path in folder.iterdir()} <= declared


def test_outputs_hold_records_and_nothing_else_of_the_sender(runs: Runs) -> None:
    folder, _ = runs
    merged = b"".join(content for _, content in files(folder / "aus"))
    assert hits(merged, IN_CELLS)
    for name, content in files(folder / "aus"):
        assert not hits(content, IN_PROPERTIES | ASIDE), name
    for name, content in files(folder / "kopien"):
        assert not hits(content, IN_PROPERTIES), name
    # The sender's own column comes back to the sender in the list of what was not read.
    for name, content in files(folder / "beiseite"):
        assert not hits(content, set(CANARIES) - IN_FILE_NAMES), name


# -- audit of what every output carries along ------------------------------------------------------------

_AUTHOR = re.compile(rb"<dc:creator[^>]*>([^<]*)<|<cp:lastModifiedBy[^>]*>([^<]*)<|<author>([^<]*)</author>")


def carried(content: bytes) -> list[str]:
    """Return what a workbook carries beside its sheets that it should not."""
    parts = parts_of(content)
    found = [f"{name}: author" for name, part in parts.items() if any(b"".join(m) for m in _AUTHOR.findall(part))]
    found += [
        f"{name}: hidden sheet" for name in parts if name == "xl/workbook.xml" and b' state="' in _sheets(parts[name])
    ]
    strange = re.compile(
        r"pivot|threadedComment|persons/|externalLink|connections|queryTable|vbaProject|customXml|revision"
    )
    return found + [name for name in parts if strange.search(name)]


def _sheets(book: bytes) -> bytes:
    return book.partition(b"<sheets>")[2].partition(b"</sheets>")[0]


def test_no_output_carries_authors_hidden_sheets_or_caches(runs: Runs, tmp_path: Path) -> None:
    folder, _ = runs
    generated = write(tmp_path, "gespraechsnotiz", limit=3)
    outputs = [generated, *(folder / "aus").glob("*.xlsx"), *(folder / "kopien").glob("*.xlsx")]
    assert len(outputs) == 3
    for path in outputs:
        assert carried(path.read_bytes()) == [], path.parent.name
        comments = [name for name in parts_of(path.read_bytes()) if "comments" in name]
        assert bool(comments) == (path.parent.name == "kopien")  # only its own remarks, without author


def test_the_audit_sees_what_it_looks_for(runs: Runs) -> None:
    (path,) = (runs[0] / "ein").glob(f"{NAMES[5]}.xlsx")
    found = carried(path.read_bytes())
    assert "docProps/core.xml: author" in found
    assert "xl/workbook.xml: hidden sheet" in found
    assert any(name.startswith("xl/comments") for name in found)


def test_parquet_and_database_name_no_one(runs: Runs) -> None:
    import pyarrow.parquet as pq

    for path in (runs[0] / "aus").glob("*.parquet"):
        stated = pq.read_metadata(path)
        assert set(stated.metadata or {}) <= {b"ARROW:schema"}
        assert stated.created_by.startswith("parquet-cpp")


# -- what is shown on request ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("Dr. Miriam Arnheim", "name", "D… M… A…"),
        ("m.arnheim@firma.example", "email", "m…@f….example"),
        ("kein Postfach", "email", "…"),
        ("+49 89 123456", "phone", "…56"),
        ("Mag keine Anrufe", "note", "… (16)"),
        (12.5, None, "12.5"),
        ("0160 1234567", None, "…67"),
        ("a.b@firma.example", "name", "a…@f….example"),
        ("x" * 80, None, "x" * 59 + "…"),
    ],
)
def test_masks(value: object, kind: Any, shown: str) -> None:
    assert mask(value, kind) == shown


def test_values_are_shown_on_request_and_masked(runs: Runs) -> None:
    folder, _ = runs
    done = call(folder, "check", str(folder / "ein"), "--show-values")
    shown = re.findall(r"\[[A-Z_]+\] = (.*)", done.stdout.decode())
    assert len(shown) > 5
    assert "z…@k….example" in shown
    assert not hits(done.stdout, {*MAILS, *PHONES} - IN_FILE_NAMES)
    data = json.loads(call(folder, "check", str(folder / "ein"), "--show-values", "--json").stdout)
    values = [f["value"] for file in data["files"] for f in file["findings"]]
    assert "z…@k….example" in values
    assert None in values
