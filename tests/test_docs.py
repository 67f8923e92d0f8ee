"""The documentation is generated from specs, code and command line, and cannot go stale."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import click
import pytest

from docs import make, reference
from docs.markdown import table
from docs.pages import merge_sentence
from docs.pictures import page_of, telling_sheet
from generators.workbook import write_workbook
from tests.workbooks import CATALOG, KEYS, ROOT
from vorlagen.authoring import check_specs
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.cli import program
from vorlagen.codes import CODES
from vorlagen.provenance import PROVENANCE_KEYS
from vorlagen.spec import Chart, Field, Form, Gantt, Merge, Table, Text
from vorlagen.values import example_values

PAGES = [ROOT / "README.md", ROOT / "templates_spec" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CALLS = re.findall(r"^vorlagen .*", README + (ROOT / "templates_spec" / "README.md").read_text(encoding="utf-8"), re.M)


def test_nothing_is_stale() -> None:
    assert make.stale() == [], "run python docs/make.py"


def test_check_names_what_differs(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"# A\n{make.BEGIN}\nold\n{make.END}\nafter\n", encoding="utf-8")
    (tmp_path / "docs" / "vorlagen").mkdir(parents=True)
    left_over = tmp_path / "docs" / "vorlagen" / "99_gone.md"
    left_over.write_text("gone", encoding="utf-8")
    found = make.stale(tmp_path)
    assert {"README.md", "docs/befunde.md", "docs/vorlagen/99_gone.md", "templates_spec/README.md"} <= set(found)
    assert make.write(tmp_path) == len(found)
    assert make.stale(tmp_path) == []
    assert not left_over.exists()
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# A\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text


def test_readme_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="vorlagen:begin"):
        make.between("# A\n", "x")


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(#[^)\s]*)?\)", text) + re.findall(r'src="([^"]+)()"', text)
    targets += [("", anchor) for anchor in re.findall(r"\]\((#[^)\s]+)\)", text)]
    for target, anchor in targets:
        place = (path.parent / target) if target else path
        assert place.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", place.read_text(encoding="utf-8"), re.M)
            assert anchor[1:] in {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}, anchor


@pytest.mark.parametrize("key", KEYS)
def test_page_names_every_field(key: str) -> None:
    template = CATALOG.template(key)
    text = (ROOT / "docs" / "vorlagen" / f"{template.number:02d}_{key}.md").read_text(encoding="utf-8")
    for sheet in template.sheets:
        if sheet.role not in ("front", "lists"):
            for block in sheet.blocks:
                assert all(f"`{field.key}`" in text for field in block.all_fields), block.key


def test_every_command_and_every_code_is_documented() -> None:
    commands = (ROOT / "docs" / "kommandos.md").read_text(encoding="utf-8")
    for path, _ in reference.command_helps(program, "vorlagen"):
        assert f"\n## {path}\n" in commands
    findings = (ROOT / "docs" / "befunde.md").read_text(encoding="utf-8")
    assert all(f"| `{code}` |" in findings for code in CODES)


@pytest.mark.parametrize("call", CALLS)
def test_calls_in_readme_parse(call: str) -> None:
    words = shlex.split(call, comments=True)[1:]
    command: click.Command = program
    context = click.Context(program, info_name="vorlagen")
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, call
        command = found
    command.make_context(command.name, words)


def test_worked_example_of_the_reference_is_a_template(tmp_path: Path) -> None:
    text = (ROOT / "templates_spec" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    assert len(blocks) == 1
    path = tmp_path / "36_reklamationen.yaml"
    path.write_text(blocks[0], encoding="utf-8")
    assert check_specs([path]) == []
    template = Catalog((tmp_path,)).template("reklamationen")
    today = date(2026, 4, 15)
    values = example_values(template, "de", "BY", today)
    assert values.rows("eintraege")
    book = tmp_path / "out.xlsx"
    write_workbook(book, template, values, brand=Brand(), lang="de", today=today)
    assert book.stat().st_size > 0


def test_ci_runs_the_test_command_of_readme() -> None:
    run = ".venv/bin/python -m pytest -n 2 --dist loadgroup -q"
    assert f"&& {run}\n" in README
    assert f"\n{run}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", KEYS)
def test_picture_shows_a_sheet_with_charts_if_there_is_one(key: str) -> None:
    template = CATALOG.template(key)
    sheet = telling_sheet(template)
    kinds = [type(block) for s in template.sheets for block in s.blocks]
    if Chart in kinds or Gantt in kinds:
        assert {Chart, Gantt} & {type(block) for block in sheet.blocks}
    assert page_of(template, sheet) > 1


def test_table_drops_columns_without_content() -> None:
    assert table(("A", "B"), [("1", ""), ("a|b", "")]) == ["| A |", "|---|", "| 1 |", "| a\\|b |", ""]
    assert table(("A",), []) == []


def test_merge_rules_in_words() -> None:
    title = Text("T", "T")
    fields = (Field("nr", title), Field("summe", title, type="money", merge="sum"))
    newest = Table("t", "table", fields=fields, identity=("nr",), merge=Merge(newest_by=("nr",)))
    combined = Table("t", "table", fields=fields, identity=("nr",), merge=Merge(conflict="combine"))
    held = Table("t", "table", fields=fields, identity=("nr",), merge=Merge(conflict="hold"))
    assert "der höchste Wert von `nr`" in merge_sentence(newest)
    assert "`summe` Summe" in merge_sentence(combined)
    assert "zurückgehalten" in merge_sentence(held)
    assert "untereinandergestellt" in merge_sentence(Table("t", "table", fields=fields))
    assert "muss in allen Mappen gleich sein" in merge_sentence(Form("f", "form", fields=fields, must_match=True))


def test_every_code_is_named_by_a_test() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("*.py"))
    assert [code for code in CODES if f'"{code}"' not in tests] == []


def test_every_shared_heading_is_used() -> None:
    folder = ROOT / "templates_spec"
    headings = re.findall(r"^(\w+):", (folder / "titles.yaml").read_text(encoding="utf-8"), re.M)
    specs = "\n".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.yaml") if p.name != "titles.yaml")
    keys = {*re.findall(r"\w+", specs), *PROVENANCE_KEYS}
    assert [key for key in headings if key not in keys] == []


def test_the_good_direction_of_a_figure_is_shown() -> None:
    fields = [f for k in KEYS for b in CATALOG.template(k).blocks.values() for f in b.all_fields if f.good]
    assert {f.good for f in fields} == {"high", "low"}
    page = (ROOT / "docs" / "vorlagen" / "16_angebotskalkulation.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `rabatt_gesamt`"))
    assert "| niedrig |" in row
