"""Dangerous texts through every text field into every output: `python -m tests.hostile.danger [KEY…]`.

Each template is filled with 13 texts that some program would calculate, follow or run: every text field of every
record list, form and free choice list gets each of them. The workbooks are read, annotated and merged into all
formats; nowhere may a text have become a formula, a link or script.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pyarrow.parquet as pq
from click.testing import CliRunner

from generators.html import FOLDER
from generators.workbook import write_workbook
from tests import workbooks
from tests.hostile.parts import parts_of
from tests.workbooks import CATALOG, TODAY, brand
from vorlagen.cli import program
from vorlagen.spec import Field, Form, Table, Template
from vorlagen.values import Row, Values

MARK = "gefahr"
TEXTS = (
    f"={MARK}1+1",
    f"+{MARK}2+1",
    f"-{MARK}3+cmd|' /C calc'!A0",
    f"@SUM({MARK}4)",
    f'=HYPERLINK("http://{MARK}5.example","x")',
    f"http://{MARK}6.example/",
    f"mailto:{MARK}7@x.example",
    f"internal:Listen!A1 {MARK}8",
    f"<script>{MARK}9()</script>",
    f'"><img src={MARK}10 onerror={MARK}10()>',
    f"javascript:{MARK}11()",
    f"\t={MARK}12",
    f"＝{MARK}13",
)
FORMATS = "xlsx,html,csv,parquet,duckdb"
_TYPES = ("text", "long", "email", "phone", "url")
_LIVE = "=+-@|%\t\r\n＝＋－＠"
# Elements whose text is only shown: shared and inline texts, stored results, points of charts, comments.
_SHOWN = {"t", "v"}


def _is_text(item: Field) -> bool:
    return item.type in _TYPES and not item.computed


def dangerous(template: Template, turn: int) -> Values:
    """Return values with the dangerous texts; 13 turns bring each of them into each field."""
    values = workbooks.full_values(template, "de", limit=len(TEXTS))
    blocks: dict[str, list[Row] | Row] = dict(values.blocks)
    for block in template.blocks.values():
        fields = [f for f in block.all_fields if _is_text(f)]
        if isinstance(block, Form):
            texts = {f.key: TEXTS[(turn + n) % len(TEXTS)] for n, f in enumerate(fields)}
            blocks[block.key] = {**values.form(block.key), **texts}
        elif isinstance(block, Table):
            rows = values.rows(block.key) or [{}] * min(block.rows, len(TEXTS))
            blocks[block.key] = [
                {**row, **{f.key: TEXTS[(turn + n) % len(TEXTS)] for f in fields}} for n, row in enumerate(rows)
            ]
    lists = dict(values.lists)
    for choices in template.lists:
        if not choices.fix and lists.get(choices.key):
            own = [{"wert": text} for text in (TEXTS[turn:] + TEXTS[:turn])[: min(choices.spare, 3)]]
            lists[choices.key] = [*lists[choices.key], *own]
    return Values(blocks, lists)


def write(template: Template, folder: Path, turns: Sequence[int]) -> None:
    """Write the workbooks; each with few rows."""
    for turn in turns:
        values = dangerous(template, turn)
        tables = (b for b in template.blocks.values() if isinstance(b, Table))
        rows = {b.key: min(b.rows, max(len(TEXTS), len(values.rows(b.key)))) for b in tables}
        path = folder / f"={MARK}{turn}@.xlsx"
        write_workbook(path, template, values, brand=brand(), lang="de", today=TODAY, rows=rows)


def run(key: str, folder: Path, turns: Sequence[int]) -> tuple[list[str], Counter[str]]:
    """Take one template through all commands; return what is wrong, and how often the texts stand in what output."""
    template = CATALOG.template(key)
    inbox = folder / "ein"
    inbox.mkdir(parents=True)
    write(template, inbox, turns)
    (inbox / f"={MARK}14.xlsx").write_bytes(b"x")
    day = ["--today", TODAY.isoformat(), "--jobs", "1"]
    aside = ["--quarantine", str(folder / "beiseite")]
    calls = {
        "annotate": ["check", str(inbox), "--annotate", str(folder / "kopien"), "--json", *aside],
        "merge": ["consolidate", str(inbox), "--output", str(folder / "aus"), "--to", FORMATS, "--json"],
        "read": ["read", str(inbox / f"={MARK}{turns[0]}@.xlsx"), "--json"],
        "calculate": ["calculate", str(inbox / f"={MARK}{turns[0]}@.xlsx"), "--json"],
    }
    found: list[str] = []
    seen: Counter[str] = Counter()
    for name, call in calls.items():
        done = CliRunner().invoke(program, [*call, *(day if name in ("annotate", "merge") else day[:2])])
        if done.exit_code not in (0, 1, 3):
            found.append(f"{name}: exit code {done.exit_code}: {done.stderr[:300]}")
            continue
        text = json.dumps(json.loads(done.stdout))
        seen["json"] += text.count(MARK) if name == "read" else 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        kind = path.suffix if "kopien" not in path.parts else "copy" + path.suffix
        for fault in FAULTS[path.suffix](path) if path.name != f"={MARK}14.xlsx" else ():
            found.append(f"{key} {path.parent.name}/{path.name}: {fault}")
        seen[kind] += _count(path)
    return found, seen


def _count(path: Path) -> int:
    if path.suffix == ".xlsx" and path.name != f"={MARK}14.xlsx":
        return sum(part.count(MARK.encode()) for part in parts_of(path.read_bytes()).values())
    if path.suffix == ".parquet":
        return sum(MARK in str(v) for column in pq.read_table(path).to_pydict().values() for v in column)
    return path.read_bytes().count(MARK.encode())


def workbook_faults(path: Path) -> Iterator[str]:
    """Yield where a text stands that a spreadsheet program would calculate or follow."""
    for name, part in parts_of(path.read_bytes()).items():
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        if MARK.encode() not in part:
            continue
        for element in ElementTree.fromstring(part).iter():
            local = element.tag.rpartition("}")[2]
            if MARK in "".join(element.attrib.values()):
                yield f"{name}: attribute of {local}"
            if MARK in (element.text or "") and local not in _SHOWN:
                yield f"{name}: {local}"
        if name.endswith(".rels"):
            yield f"{name}: link"


def csv_faults(path: Path) -> Iterator[str]:
    """Yield cells that a spreadsheet program would calculate."""
    for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True), delimiter=";"):
        for cell in row:
            if MARK in cell and (cell[0] in _LIVE or cell.lstrip()[:1] in _LIVE):
                yield f"cell {cell[:20]!r}"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.scripts: list[str] = []
        self.inside = ""
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inside = tag if tag in ("script", "style") else ""
        if tag == "script":
            self.scripts.append("")
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given["content"]
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.faults.append(f"attribute {name}")
            if MARK in value and name not in ("title", "aria-label", "data-v", "id", "content"):
                self.faults.append(f"text in attribute {name}")
            if MARK in value and name in ("href", "src", "action"):
                self.faults.append(f"link {name}")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += data
        if self.inside and MARK in data:
            self.faults.append(f"text in {self.inside}")


def html_faults(path: Path) -> Iterator[str]:
    """Yield script, links and handlers that come from data, and a weak policy."""
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    yield from page.faults
    if page.scripts != [(FOLDER / "report.js").read_text(encoding="utf-8")]:
        yield "another script than the report's"
    if not page.policy.startswith("default-src 'none'") or "unsafe" in page.policy:
        yield "no strict policy"


def parquet_faults(path: Path) -> Iterator[str]:
    """Yield texts that came out as others."""
    yield from _changed(value for column in pq.read_table(path).to_pydict().values() for value in column)


def duckdb_faults(path: Path) -> Iterator[str]:
    """Yield texts that came out as others, and names made of data."""
    with duckdb.connect(str(path), read_only=True) as base:
        for (name,) in base.execute("SELECT table_name FROM information_schema.tables").fetchall():
            if MARK in name:
                yield f"table {name}"
            rows = base.execute(f'SELECT * FROM "{name}"').fetchall()
            yield from _changed(value for row in rows for value in row)


def _changed(values: Iterator[Any]) -> Iterator[str]:
    known = {text.strip() for text in TEXTS}
    for value in values:
        marked = isinstance(value, str) and MARK in value and ".xlsx" not in value
        if marked and not any(text in value for text in known):  # formulas may join texts
            yield f"changed: {value[:40]!r}"


def report_faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with the reason of a refused file: plain text, of a name that no program runs."""
    if not path.name.endswith(".xlsx.txt"):
        yield "strange name"


def manifest_faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with a list of files: it holds names and sums, no text of a workbook."""
    if MARK in json.dumps(json.loads(path.read_text(encoding="utf-8"))):
        yield "holds a text"


FAULTS = {
    ".json": manifest_faults,
    ".xlsx": workbook_faults,
    ".csv": csv_faults,
    ".html": html_faults,
    ".parquet": parquet_faults,
    ".duckdb": duckdb_faults,
    ".txt": report_faults,
}


def turns_of(key: str) -> range:
    """Return the turns that bring every text into every field.

    Record lists of 13 rows hold all of them at once; the front sheet is the same in all templates.
    """
    blocks = CATALOG.template(key).blocks.values()
    single = any(isinstance(b, Form) and any(map(_is_text, b.fields)) for b in blocks if b.key != "deckblatt")
    short = any(isinstance(b, Table) and b.rows < len(TEXTS) and any(map(_is_text, b.fields)) for b in blocks)
    return range(len(TEXTS) if single or short or key == workbooks.KEYS[0] else 1)


def apart(key: str) -> bool:
    """Whether workbooks of different parameters, which are not merged, must be merged one by one."""
    blocks = CATALOG.template(key).blocks.values()
    return any(getattr(b, "must_match", False) and any(map(_is_text, b.all_fields)) for b in blocks)


def main() -> int:
    """Run over the named templates, all without names, and print the figures."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    fields = 0
    for key in sys.argv[1:] or workbooks.KEYS:
        fields += sum(_is_text(f) for b in CATALOG.template(key).blocks.values() for f in b.all_fields)
        turns = turns_of(key)
        for batch in [[turn] for turn in turns] if apart(key) else [list(turns)]:
            with tempfile.TemporaryDirectory() as folder:
                faults, counts = run(key, Path(folder), batch)
            found += faults
            seen += counts
        print(f"{key}: {len(found)} faults", file=sys.stderr, flush=True)
    print(f"{len(TEXTS)} texts through {fields} text fields; places in outputs: {dict(seen)}")
    print(*found, sep="\n")
    print(f"live formulas, links and scripts: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
