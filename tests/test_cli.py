"""The command line: commands and options, exit codes, messages, bad input."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result

from vorlagen.catalog import Catalog
from vorlagen.cli import program
from vorlagen.codes import CODES
from vorlagen.commands import production, shell
from vorlagen.export import read_json
from vorlagen.reading import read_workbook

DAY = ["--today", "2026-04-15"]
EXAMPLES = Path(__file__).parent.parent / "examples"
LISTE = "17_angebotsliste.xlsx"


def call(*words: str | Path) -> Result:
    """Run a command line; only the exit code may tell of a failure."""
    result = CliRunner().invoke(program, [str(w) for w in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def fails(code: int, name: str, *words: str | Path) -> str:
    """Run a command that must fail with an exit code and one message with a finding code."""
    result = call(*words)
    assert (result.exit_code, f"[{name}]" in result.stderr) == (code, True), result.output
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example workbook."""
    folder = tmp_path_factory.mktemp("example")
    assert call("generate", "angebotsliste", "--example", "--output", folder, *DAY).exit_code == 0
    return folder / LISTE


# -- help ---------------------------------------------------------------------------------------


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("words", commands(program), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    result = call(*words, "--help")
    assert result.exit_code == 0
    assert "Beispiel" in result.stdout
    assert f"  vorlagen {' '.join(words)}".rstrip() in result.stdout
    for text in ("Show this message", "Options:", "Usage:", "..."):
        assert text not in result.stdout


# -- list, show, explain ---------------------------------------------------------------------------


def test_list() -> None:
    found = json.loads(call("list", "--json", "--lang", "en").stdout)
    entry = next(e for e in found if e["key"] == "angebotsliste")
    assert set(entry) == {"number", "key", "title", "group"}
    assert (entry["number"], entry["title"]) == (17, "Quotation register and follow-up")
    assert [e["number"] for e in found] == sorted(e["number"] for e in found)
    assert "17  angebotsliste" in call("list").stdout


def test_show_tells_where_every_field_is(example: Path) -> None:
    data = json.loads(call("show", "17", "--json").stdout)
    fields = {(f["block"], f["key"]): f for f in data["fields"]}
    book = openpyxl.load_workbook(example)
    for item in data["fields"]:
        if item["defined_name"]:
            sheet, cell = next(iter(book.defined_names[item["defined_name"]].destinations))
            assert (sheet, cell.replace("$", "")) == (item["sheet"], item["cell"])
    summe = fields["angebote", "angebotssumme"]
    first = book[summe["sheet"]][summe["range"].split(":")[0]]
    assert first.offset(row=-1).value.rstrip(" *") == summe["title"]
    assert (summe["type"], summe["required"], summe["formula"], summe["cell"]) == ("money", True, None, None)
    assert fields["angebote", "offen"]["formula"].startswith("IF(")
    assert "angebotssumme" in call("show", "angebotsliste").stdout


def test_unknown_template_names_the_nearest() -> None:
    for command in (["show"], ["generate"]):
        assert "angebotsliste" in fails(2, "E_KEY_UNKNOWN", *command, "angebotslist")
    assert "There is no template" in fails(2, "E_KEY_UNKNOWN", "show", "x", "--lang", "en")


@pytest.mark.parametrize("code", sorted(CODES))
def test_explain(code: str) -> None:
    for lang in ("de", "en"):
        assert call("explain", code.lower(), "--lang", lang).stdout.startswith(code)


def test_explain_unknown_code() -> None:
    assert "E_REQUIRED" in fails(2, "E_CODE_UNKNOWN", "explain", "E_REQUIERED")


# -- wrong calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["list", "--jsno"],
        ["check"],
        ["show"],
        ["generate", "--lang", "fr"],
        ["generate", "--rows", "0"],
        ["generate", "--today", "31.12.2026"],
        ["generate", "angebotsliste", "--all"],
        ["generate", "--map", "x.yaml"],
        ["generate", "angebotsliste", "--values", "x.csv", "--example"],
        ["generate", "angebotsliste", "kundenstamm", "--values", "x.csv"],
        ["generate", "--values", "x.csv"],
        ["generate", "--brand", "a/b.yaml", "--brand", "c/b.yaml"],
        ["read", "."],
        ["read", "x.xlsx", "--to", "csv"],
        ["read", "x.xlsx", "-o", "y"],
        ["consolidate", "x", "--output", "y", "--to", "pdf"],
        ["consolidate", ".", "--output", "./sub"],
        ["spec", "new", "Größe"],
        ["generate", "angebotsliste", "--output", ""],
        ["consolidate", "x", "--output", ""],
        ["check", "x", "--annotate", ""],
        ["spec", "new", "neu", "--output", ""],
        ["check", ""],
    ],
    ids=" ".join,
)
def test_wrong_calls_exit_2_with_one_line_in_either_language(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    german = fails(2, "E_USAGE", *words)
    english = fails(2, "E_USAGE", *words, *([] if "--lang" in words else ["--lang", "en"]))
    assert german.startswith("Fehler: ")
    if "--lang" not in words:
        assert english.startswith("error: ")
        assert german != english
    assert len(german.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_missing_things_are_named(tmp_path: Path) -> None:
    fails(2, "E_FILE_MISSING", "list", "--specs", tmp_path / "none")
    fails(
        2, "E_FILE_MISSING", "generate", "angebotsliste", "--values", tmp_path / "none.csv", "--output", tmp_path / "o"
    )
    for option in ("--brand", "--map"):
        extra = ["--values", tmp_path / "none.csv"] if option == "--map" else []
        result = call("generate", "17", option, tmp_path / "none.yaml", *extra, "--output", tmp_path / "o")
        assert result.exit_code == 2
        assert "none.yaml" in result.stderr
    assert not (tmp_path / "o").exists()


def test_source_date_epoch_and_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert shell.default_day() == date(1970, 1, 2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    fails(2, "E_USAGE", "check", "x.xlsx")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert shell.default_day() == date.today()


# -- the end of a run ----------------------------------------------------------------------------


def test_unexpected_exception_has_an_incident_and_no_data(monkeypatch: pytest.MonkeyPatch, example: Path) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Frau Muster")

    monkeypatch.setattr("vorlagen.checking.check_references", broken)
    text = fails(4, "E_INTERNAL", "check", example)
    assert "Muster" not in text
    result = call("check", example, "--debug")
    assert result.exit_code == 4
    assert "Traceback" in result.stderr


def test_interruption(monkeypatch: pytest.MonkeyPatch, example: Path) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vorlagen.checking.check_references", interrupted)
    result = call("check", example)
    assert result.exit_code == 130
    assert result.stderr.strip() == "Abgebrochen."


# -- generate ------------------------------------------------------------------------------------


def test_existing_output_is_refused_and_left_alone(tmp_path: Path) -> None:
    target = tmp_path / LISTE
    target.write_bytes(b"filled in")
    text = fails(5, "E_EXISTS", "generate", "kundenstamm", "angebotsliste", "--output", tmp_path, *DAY)
    assert LISTE in text
    assert [p.name for p in tmp_path.iterdir()] == [LISTE]
    assert target.read_bytes() == b"filled in"
    assert call("generate", "angebotsliste", "--output", tmp_path, "--force", *DAY).exit_code == 0
    assert target.read_bytes()[:2] == b"PK"


def test_output_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "o").write_text("x")
    fails(5, "E_OUTPUT", "generate", "angebotsliste", "--output", tmp_path / "o")
    assert (tmp_path / "o").read_text() == "x"


def test_write_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vorlagen.outputs.os.replace", full)
    text = fails(5, "E_OUTPUT", "generate", "angebotsliste", "--output", tmp_path / "o", *DAY)
    assert "No space left" in text
    assert not (tmp_path / "o").exists()


@contextmanager
def full_disk() -> Iterator[list[Any]]:
    """Let every file end after 4 KiB, as on a full disk; gives what could not be raised."""
    import resource

    noise: list[Any] = []
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    hook = sys.unraisablehook
    sys.unraisablehook = noise.append
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield noise
        gc.collect()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.unraisablehook = hook


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size")
@pytest.mark.parametrize(
    "words",
    [["generate", "angebotsliste", "--output"], ["check", "FILE", "--annotate"], ["consolidate", "FILE", "--output"]],
    ids=lambda words: words[0],
)
def test_a_full_disk_is_an_output_that_cannot_be_written(words: list[str], example: Path, tmp_path: Path) -> None:
    given = [str(example) if word == "FILE" else word for word in words]
    with full_disk() as noise:
        fails(5, "E_OUTPUT", *given, tmp_path / "o", *DAY)
    assert not noise
    assert not (tmp_path / "o").exists()


def test_processes_do_not_change_bytes(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        words = ["generate", "angebotsliste", "kundenstamm", "--output", str(tmp_path / jobs), "--jobs", jobs, *DAY]
        assert call(*words).exit_code == 0
    names = sorted(p.name for p in (tmp_path / "1").iterdir())
    assert len(names) == 2
    assert all((tmp_path / "1" / n).read_bytes() == (tmp_path / "2" / n).read_bytes() for n in names)


def test_brands_get_folders_and_their_own_lists(tmp_path: Path) -> None:
    for name, teams in (("a", "[Alpha, Beta]"), ("b", "[Gamma]")):
        (tmp_path / f"{name}.yaml").write_text(f"name: {name}\nlists: {{L_TEAM: {teams}}}\n", encoding="utf-8")
    result = call(
        "generate", "17", "--brand", tmp_path / "a.yaml", "--brand", tmp_path / "b.yaml", "--output", tmp_path / "o",
        "--rows", "20", *DAY,
    )  # fmt: skip
    assert result.exit_code == 0
    for name, own in (("a", {"Alpha", "Beta"}), ("b", {"Gamma"})):
        book = openpyxl.load_workbook(tmp_path / "o" / name / LISTE)
        columns = [{cell.value for cell in column} for column in book["Listen"].iter_cols()]
        (teams,) = [column for column in columns if own <= column]
        assert "Nord" not in teams
        assert book["Angebote"].tables["tab_angebote"].ref.endswith("24")


def test_brand_with_a_wrong_list(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text("name: B\nlists:\n  L_TEAMS: [A]\n  L_JANEIN: [A]\n", encoding="utf-8")
    for words in (["brand", "check", path], ["generate", "17", "--brand", path, "--output", tmp_path / "o"]):
        result = call(*words)
        assert result.exit_code == 2
        assert [line.split(": ")[0] for line in result.stderr.splitlines()] == ["b.yaml:3", "b.yaml:4"]
        assert "L_TEAM)" in result.stderr
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("key", list(Catalog().entries))
def test_read_then_generate_gives_the_same_bytes(key: str, tmp_path: Path) -> None:
    short = ["--rows", "30", *DAY]
    assert call("generate", key, "--example", "--output", tmp_path, *short).exit_code == 0
    (book,) = tmp_path.iterdir()
    data = read_json(read_workbook(book, Catalog(), today=date(2026, 4, 15)), date(2026, 4, 15))
    (tmp_path / "values.json").write_text(json.dumps(data), encoding="utf-8")
    for n, source in enumerate((tmp_path / "values.json", book)):
        folder = tmp_path / str(n)
        assert call("generate", key, "--values", source, "--output", folder, *short).exit_code == 0
        assert (folder / book.name).read_bytes() == book.read_bytes()


def test_mapping_with_a_missing_column_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nr;firma\n1;A\n", encoding="utf-8")
    (tmp_path / "m.yaml").write_text("fields:\n  angebot_nr: nr\n  firma: company\n", encoding="utf-8")
    words = ["generate", "17", "--values", tmp_path / "a.csv", "--map", tmp_path / "m.yaml", "--output", tmp_path / "o"]
    text = fails(2, "E_MAP_COLUMN", *words)
    assert "m.yaml" in text
    assert "company" in text
    assert not (tmp_path / "o").exists()


# -- reading back ----------------------------------------------------------------------------------


def test_good_workbook_exits_0(example: Path) -> None:
    data = json.loads(call("check", example, "--json", *DAY).stdout)
    assert set(data) == {"files", "totals"}
    assert set(data["totals"]) == {
        "files_found", "taken", "duplicate", "skipped", "refused",
        "rows_present", "rows_taken", "rows_rejected", "rows_ignored",
        "cells_present", "cells_taken", "cells_rejected", "cells_ignored",
    }  # fmt: skip
    assert (data["files"][0]["outcome"], data["files"][0]["template"]) == ("taken", "angebotsliste")
    for command in ("check", "read", "calculate"):
        assert call(command, example, *DAY).exit_code == 0


def spoiled(example: Path, target: Path) -> Path:
    """Return a copy in which a required amount is a word."""
    book = openpyxl.load_workbook(example)
    data = json.loads(call("show", "17", "--json").stdout)
    place = next(f for f in data["fields"] if (f["block"], f["key"]) == ("angebote", "angebotssumme"))
    book[place["sheet"]][place["range"].split(":")[0]] = "viel"
    book.save(target)
    return target


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_exit_codes_of_findings_and_refused_files(example: Path, tmp_path: Path) -> None:
    bad = spoiled(example, tmp_path / "bad.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    result = call("check", bad, "--json", *DAY)
    finding = json.loads(result.stdout)["files"][0]["findings"][0]
    assert set(finding) == {"code", "severity", "sheet", "cell", "block", "field", "message", "remedy"}
    assert (result.exit_code, finding["code"], finding["field"]) == (1, "E_VALUE_TYPE", "angebotssumme")
    for command in ("check", "read", "calculate"):
        assert call(command, bad, *DAY).exit_code == 1
        broken = call(command, tmp_path / "broken.xlsx", *DAY)
        assert broken.exit_code == 3
        assert "E_FILE_" in broken.output
    assert call("check", tmp_path, *DAY).exit_code == 3
    assert call("check", tmp_path / "none.xlsx", *DAY).exit_code == 3
    (tmp_path / "empty").mkdir()
    fails(2, "E_USAGE", "check", tmp_path / "empty")


def test_read_to_files(example: Path, tmp_path: Path) -> None:
    target = tmp_path / "t"
    assert call("read", example, "--to", "csv", "-o", target, *DAY).exit_code == 0
    text = (target / "17_angebotsliste_angebote.csv").read_text(encoding="utf-8-sig")
    assert "Quellzeile" in text.splitlines()[0]
    fails(5, "E_EXISTS", "read", example, "--to", "csv", "-o", target, *DAY)
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    assert call("read", example, "--to", "parquet", "-o", target, *DAY).exit_code == 0
    table = pq.read_table(target / "17_angebotsliste_angebote.parquet")
    records = json.loads(call("read", example, "--json", *DAY).stdout)["blocks"]["angebote"]
    assert [float(v) for v in table["angebotssumme"].to_pylist()] == [r["angebotssumme"] for r in records]
    assert table["quelle_zeile"].to_pylist() == [r["_origin"]["row"] for r in records]
    duckdb = pytest.importorskip("duckdb")
    assert call("read", example, "--to", "duckdb", "-o", target / "x.duckdb", *DAY).exit_code == 0
    with duckdb.connect(str(target / "x.duckdb"), read_only=True) as base:
        assert base.execute("select count(*) from angebotsliste_angebote").fetchone() == (len(records),)


def test_existing_consolidation_is_refused_and_left_alone(example: Path, tmp_path: Path) -> None:
    words = ["consolidate", example, "--output", tmp_path / "o", "--to", "xlsx,csv,html", *DAY]
    assert call(*words).exit_code == 0
    names = sorted(p.name for p in (tmp_path / "o").iterdir())
    assert len(names) >= 3
    for name in names:
        (tmp_path / "o" / name).write_bytes(b"mine")
    (tmp_path / "o" / names[0]).unlink()
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    text = fails(5, "E_EXISTS", *words, tmp_path / "broken.xlsx", "--quarantine", tmp_path / "q")
    assert len(text.splitlines()) == 1
    assert all(name in text for name in names[1:])
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == names[1:]
    assert {p.read_bytes() for p in (tmp_path / "o").iterdir()} == {b"mine"}
    assert not (tmp_path / "q").exists()
    assert call(*words, "--force").exit_code == 0
    assert all((tmp_path / "o" / name).read_bytes() != b"mine" for name in names)


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("key", ["angebotsliste", "kundenstamm"])
def test_our_own_csv_can_be_filled_in_again(key: str, lang: str, tmp_path: Path) -> None:
    tongue = ["--lang", lang, *DAY]
    assert call("generate", key, "--example", "--output", tmp_path / "a", *tongue).exit_code == 0
    (book,) = (tmp_path / "a").iterdir()
    assert call("read", book, "--to", "csv", "-o", tmp_path / "t", *tongue).exit_code == 0
    table = max((tmp_path / "t").iterdir(), key=lambda p: p.stat().st_size)
    result = call("generate", key, "--values", table, "--output", tmp_path / "b", *tongue)
    assert result.exit_code == 0, result.stderr
    block = table.stem.removeprefix(f"{book.stem}_")
    rows = [
        json.loads(call("read", path, "--json", *DAY).stdout)["blocks"][block]
        for path in (book, tmp_path / "b" / book.name)
    ]
    first, second = [[{k: v for k, v in row.items() if k != "_origin"} for row in part] for part in rows]
    assert first
    assert first == second


def test_calculate_json_of_a_refused_file_tells_why(tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    result = call("calculate", tmp_path / "broken.xlsx", "--json", *DAY)
    data = json.loads(result.stdout)
    assert result.exit_code == 3
    assert list(data) == ["file", "template", "blocks", "differences", "findings"]
    assert data["findings"][0]["code"].startswith("E_FILE_")


# -- the two documented examples, end to end ---------------------------------------------------------


def consolidated(folder: Path, key: str, source: str, mapping: str) -> tuple[dict[str, Any], dict[str, Any]]:
    words = ["generate", key, "--values", EXAMPLES / "data" / source, "--map", EXAMPLES / mapping]
    assert call(*words, "--output", folder / "in", *DAY).exit_code == 0
    result = call("consolidate", folder / "in", "--output", folder / "out", "--json", *DAY)
    assert result.exit_code == 0, result.output
    (path,) = (folder / "out").iterdir()
    return json.loads(result.stdout), json.loads(call("read", path, "--json", *DAY).stdout)


def test_chinook_there_and_back(tmp_path: Path) -> None:
    report, merged = consolidated(tmp_path, "kundenstamm", "chinook_customer.csv", "chinook_kundenstamm.yaml")
    assert report["totals"]["taken"] == 3
    assert report["totals"]["rows_taken"] == 59
    marks = ("quelle_datei", "quelle_blatt", "quelle_zeile", "mappe_id", "mappe_team", "mappe_stichtag", "_origin")
    sources: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted((tmp_path / "in").iterdir()):
        for row in json.loads(call("read", path, "--json", *DAY).stdout)["blocks"]["kunden"]:
            sources[row["kunde_id"]] = (path.name, row)
    assert len(merged["blocks"]["kunden"]) == len(sources) == 59
    for row in merged["blocks"]["kunden"]:
        name, original = sources[row["kunde_id"]]
        assert {k: v for k, v in row.items() if k not in marks} == {k: v for k, v in original.items() if k not in marks}
        place = (row["quelle_datei"], row["quelle_blatt"], row["quelle_zeile"])
        assert place == (name, original["_origin"]["sheet"], original["_origin"]["row"])


def test_bikes_there_and_back(tmp_path: Path) -> None:
    report, merged = consolidated(tmp_path, "angebotsliste", "bike_sales_sample.csv", "bike_angebotsliste.yaml")
    assert report["totals"]["taken"] == 21
    rows = merged["blocks"]["angebote"]
    assert len(rows) == 322
    assert sum(row["auftragswert"] for row in rows) == 11_292_885.00


# -- authors -----------------------------------------------------------------------------------------


def test_a_new_template_works_in_every_command(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    assert call("spec", "new", "reklamationen", "--output", folder).exit_code == 0
    (path,) = folder.iterdir()
    assert path.name == "36_reklamationen.yaml"
    assert call("spec", "check", folder).exit_code == 0
    fails(5, "E_EXISTS", "spec", "new", "reklamationen", "--output", folder)
    assert call("spec", "new", "zweite", "--output", folder).exit_code == 0
    assert (folder / "37_zweite.yaml").exists()
    specs = ["--specs", folder]
    assert "36  reklamationen" in call("list", *specs).stdout
    assert call("show", "36", *specs).exit_code == 0
    assert call("generate", "36", "--example", "--output", tmp_path / "o", *specs, *DAY).exit_code == 0
    book = tmp_path / "o" / "36_reklamationen.xlsx"
    for command in ("check", "read", "calculate"):
        assert call(command, book, *specs, *DAY).exit_code == 0
    assert call("consolidate", book, "--output", tmp_path / "c", *specs, *DAY).exit_code == 0
    assert call("check", book, *DAY).exit_code == 3


def test_spec_check_prints_file_and_line(tmp_path: Path) -> None:
    call("spec", "new", "reklamationen", "--output", tmp_path)
    path = tmp_path / "36_reklamationen.yaml"
    text = path.read_text(encoding="utf-8").replace("type: money, min: 0", "typ: money, min: 0")
    path.write_text(text, encoding="utf-8")
    (tmp_path / "37_x.yaml").write_bytes(b"\xff\xfe\xff")
    result = call("spec", "check", tmp_path)
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "typ: money" in words)
    assert result.exit_code == 2
    assert f"36_reklamationen.yaml:{line}: unbekannter Schlüssel 'typ'" in result.stderr
    assert "gemeint ist vielleicht type" in result.stderr
    english = call("spec", "check", tmp_path, "--lang", "en").stderr
    assert f"36_reklamationen.yaml:{line}: unknown key 'typ' in field (did you mean type?)" in english
    assert "37_x.yaml" in result.stderr
    assert call("spec", "check").exit_code == 0


@pytest.mark.parametrize("name", ["reklamationen.yaml", "6_x.yaml", "36-x.yaml", "36_x.yml"])
def test_a_spec_of_a_wrong_name_is_reported(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("key: x\n")
    for words in (["spec", "check", tmp_path], ["spec", "check", "--specs", tmp_path]):
        result = call(*words)
        assert result.exit_code == 2
        assert name in result.stderr
        assert "NN_key.yaml" in result.stderr


def test_two_templates_of_one_number(tmp_path: Path) -> None:
    from vorlagen.authoring import spec_starter

    path = tmp_path / "17_reklamationen.yaml"
    path.write_text(spec_starter("reklamationen", 17), encoding="utf-8")
    specs = ["--specs", tmp_path]
    for words in (["spec", "check", tmp_path], ["spec", "check", path], ["spec", "check", *specs]):
        result = call(*words)
        assert result.exit_code == 2
        assert "number 17 is used by 17_angebotsliste.yaml" in result.stderr
    for command in (["generate", "17", "--output", tmp_path / "o"], ["show", "17"]):
        text = fails(2, "E_USAGE", *command, *specs)
        assert "angebotsliste" in text
        assert "reklamationen" in text
    assert not (tmp_path / "o").exists()
    assert call("show", "reklamationen", *specs).exit_code == 0


def test_a_template_that_replaces_a_shipped_one_keeps_its_number(tmp_path: Path) -> None:
    entry = Catalog().entries["angebotsliste"]
    (tmp_path / entry.path.name).write_text(entry.source, encoding="utf-8")
    assert call("spec", "check", tmp_path).exit_code == 0
    assert call("show", "17", "--specs", tmp_path).exit_code == 0


def test_spec_schema_is_json() -> None:
    assert json.loads(call("spec", "schema").stdout)["title"] == "Vorlage"


def test_brand_starter_is_valid(tmp_path: Path) -> None:
    assert call("brand", "new", "--output", tmp_path / "b.yaml").exit_code == 0
    fails(5, "E_EXISTS", "brand", "new", "--output", tmp_path / "b.yaml")
    assert call("brand", "check", tmp_path / "b.yaml").exit_code == 0


def test_jobs_are_worth_it_for_many_files_only() -> None:
    assert production.default_jobs(shell.MANY) == 1
    assert 1 <= production.default_jobs(35) <= 8
