"""Values for new workbooks from JSON, CSV, workbooks and mapped exports."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from vorlagen.catalog import Catalog
from vorlagen.findings import SourceErrors, SpecErrors
from vorlagen.mapping import load_map, number_from
from vorlagen.prefill import load_values, slugify
from vorlagen.values import Values

TODAY = date(2026, 4, 15)
EXAMPLES = Path(__file__).parent.parent / "examples"
CATALOG = Catalog()


def load(
    path: Path, key: str = "angebotsliste", mapping: Path | None = None, lang: Any = "de"
) -> list[tuple[str, Values]]:
    given = load_map(mapping) if mapping else None
    return load_values(path, CATALOG.template(key), lang, TODAY, given, catalog=CATALOG)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def faults(error: pytest.ExceptionInfo[SourceErrors]) -> list[tuple[str, int, str]]:
    for finding in error.value.findings:
        assert all(finding.message(lang) and finding.remedy(lang) for lang in ("de", "en"))
    return [(f.code, f.origin.row if f.origin else 0, f.origin.cell if f.origin else "") for f in error.value.findings]


# -- CSV ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_every_dress(tmp_path: Path, mark: str, encoding: str) -> None:
    value_heading = CATALOG.template("angebotsliste").field("angebote", "angebotssumme").title.en
    rows = [
        ["Angebots-Nr.", "firma", value_heading, "Status *", "angebot_am", "Region"],
        ["0007", "Müller & Söhne", "1.234,50", "gewonnen", "05.03.2026", "south"],
        ["0008", '"Ö", quer', "12", "in_verhandlung", "2026-03-06", "Süd"],
    ]
    text = "\r\n".join(mark.join('"' + c.replace('"', '""') + '"' for c in row) for row in rows)
    ((suffix, values),) = load(written(tmp_path, "a.csv", text.encode(encoding)))
    assert suffix == ""
    assert values.rows("angebote") == [
        {"angebot_nr": "0007", "firma": "Müller & Söhne", "angebotssumme": 1234.5, "status": "gewonnen",
         "angebot_am": date(2026, 3, 5), "region": "Süd"},
        {"angebot_nr": "0008", "firma": '"Ö", quer', "angebotssumme": 12.0, "status": "in Verhandlung",
         "angebot_am": date(2026, 3, 6), "region": "Süd"},
    ]  # fmt: skip


def test_choices_come_out_in_the_language_of_the_workbook(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "angebot_nr;region;status\n1;Süd;verloren\n")
    assert load(path, lang="en")[0][1].rows("angebote") == [{"angebot_nr": "1", "region": "South", "status": "lost"}]


def test_all_faults_of_a_csv_are_reported_with_line_and_column(tmp_path: Path) -> None:
    text = (
        "angebot_nr;version;Status;Angebotssumme;kundengrupe;gueltig_bis\n"
        '1;eins;gewonen;1.234;x;"31.\n02.2026"\n'
        ";2;gewonnen;5;;\n"
        "3;1;offen?;5,5;;\n"
        "3;1;;;;\n"
    )
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, "a.csv", text))
    assert error.value.exit_code == 1
    assert sorted(faults(error)) == sorted(
        [
            ("E_SOURCE_COLUMN", 1, "kundengrupe"),
            ("E_VALUE_TYPE", 2, "version"),
            ("E_SOURCE_CHOICE", 2, "Status"),
            ("E_VALUE_AMBIGUOUS", 2, "Angebotssumme"),
            ("E_VALUE_TYPE", 2, "gueltig_bis"),
            ("E_ROW_NO_KEY", 4, ""),
            ("E_SOURCE_CHOICE", 5, "Status"),
            ("E_DUPLICATE", 6, ""),
        ]
    )
    near = {f.facts.get("near") for f in error.value.findings}
    assert {"Kundengruppe", "gewonnen"} <= near
    assert not any("gewonen" in f.message("de") + f.remedy("de") for f in error.value.findings)


@pytest.mark.parametrize(
    ("name", "content", "code", "exit_code"),
    [
        ("a.csv", b"a\0b\1", "E_SOURCE_UNREADABLE", 3),
        ("a.csv", b"", "E_SOURCE_HEADING", 1),
        ("a.csv", b"angebot_nr;firma\n;\n", "E_SOURCE_EMPTY", 1),
        ("a.csv", b"a;b;a\n1;2;3\n", "E_SOURCE_TWICE", 1),
        ("a.csv", b"a;b\n1;2;3\n", "E_SOURCE_RAGGED", 1),
        ("a.csv", b'a;b\n"1;2\n', "E_SOURCE_UNREADABLE", 3),
        ("a.xlsx", b"PK\3\4nonsense", "E_FILE_UNREADABLE", 3),
        ("a.json", b'{"blocks": ', "E_SOURCE_UNREADABLE", 3),
        ("a.json", b"[1]", "E_SOURCE_SHAPE", 1),
        ("a.json", b"[" * 100000, "E_SOURCE_UNREADABLE", 3),
        ("a.ods", b"", "E_SOURCE_FORMAT", 2),
    ],
)
def test_a_useless_file_is_one_clear_finding(
    tmp_path: Path, name: str, content: bytes, code: str, exit_code: int
) -> None:
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, name, content))
    assert [f.code for f in error.value.findings] == [code]
    assert error.value.exit_code == exit_code


def test_a_missing_file_is_a_wrong_call(tmp_path: Path) -> None:
    for name in ("a.csv", "a.json", "a.xlsx"):
        with pytest.raises(SourceErrors) as error:
            load(tmp_path / name)
        assert [f.code for f in error.value.findings] == ["E_FILE_MISSING"]
        assert error.value.exit_code == 2


def test_a_mapping_needs_columns(tmp_path: Path) -> None:
    mapping = written(tmp_path, "m.yaml", "fields:\n  angebot_nr: nr\n")
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, "a.json", '{"blocks": {}}'), mapping=mapping)
    assert [f.code for f in error.value.findings] == ["E_MAP_USE"]
    assert error.value.exit_code == 2


def test_unknown_keys_of_json_are_named_with_the_nearest(tmp_path: Path) -> None:
    content = {"blocks": {"angebotte": [], "angebote": [{"angebot_nr": "A-1", "firmma": "Muster"}]}}
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, "a.json", json.dumps(content)))
    found = [(f.code, f.facts["key"].split(".")[-1], f.facts["near"]) for f in error.value.findings]
    assert [code for code, _, _ in found] == ["E_SOURCE_KEY", "E_SOURCE_KEY"]
    assert sorted(near for _, _, near in found) == ["angebote", "firma"]


# -- workbooks and JSON ------------------------------------------------------------------------


def test_plain_sheet_keeps_types(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        [],
        ["Angebots-Nr.", "Angebotssumme", "Angebot am", "Version"],
        [1001, 12.5, date(2026, 3, 1), 2.0],
        [],
    ):
        sheet.append(row)
    book.save(tmp_path / "plain.xlsx")
    assert load(tmp_path / "plain.xlsx")[0][1].rows("angebote") == [
        {"angebot_nr": "1001", "angebotssumme": 12.5, "angebot_am": date(2026, 3, 1), "version": 2}
    ]


def test_json_ignores_computed_and_underscored_keys_only(tmp_path: Path) -> None:
    data: dict[str, Any] = {
        "template": "angebotsliste",
        "_made": "by hand",
        "blocks": {
            "deckblatt": {"mappe_id": "N-1", "team": "Nord", "stichtag": "2026-04-01", "stichtag_eff": "1999-01-01"},
            "angebote": [
                {
                    "angebot_nr": "A",
                    "angebotssumme": 10.1,
                    "w": 0.5,
                    "_origin": {"sheet": "x", "row": 1},
                    "region": None,
                }
            ],
        },
    }
    values = load(written(tmp_path, "a.json", json.dumps(data)))[0][1]
    assert values.rows("angebote") == [{"angebot_nr": "A", "angebotssumme": 10.1}]
    assert values.form("deckblatt") == {"mappe_id": "N-1", "team": "Nord", "stichtag": date(2026, 4, 1)}
    data["blocks"]["angebote"][0]["angebotsume"] = 1
    data["blocks"]["angebot"] = []
    data["extra"] = 1
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, "a.json", json.dumps(data)))
    assert {(f.facts["key"], f.facts["near"]) for f in error.value.findings} == {
        ("extra", "version"),
        ("angebote[0].angebotsume", "angebotssumme"),
        ("angebot", "angebote"),
    }


def test_values_of_another_template_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, "a.json", '{"template": "kundenstamm", "blocks": {}}'))
    assert [f.code for f in error.value.findings] == ["E_SOURCE_TEMPLATE"]


# -- mappings --------------------------------------------------------------------------------


LINES = (
    "order;shop;state;price;kind;day\n1;A;NY;1,000.50;x;03/01/2026\n1;A;NY;0.25;y;03/01/2026\n2;B;TX;7;;03/02/2026\n"
)
MAP = """
block: angebote
decimal: "."
date: "%m/%d/%Y"
group_by: order
fields:
  angebot_nr: {format: "A-{order:03d}"}
  firma: shop
  projekt: {join: [shop, kind_of], between: "/"}
  region: {column: state, values: {NY: ost}, otherwise: ausland}
  angebotssumme: {sum: price}
  version: {count: order}
  produktgruppe: {largest: kind, by: price}
  angebot_am: day
extend_lists: [L_PRODUKTGRUPPE]
"""


def mapped(tmp_path: Path, mapping: str, lines: str = LINES) -> list[tuple[str, Values]]:
    source = written(tmp_path, "lines.csv", lines)
    return load(source, mapping=written(tmp_path, "map.yaml", mapping))


def test_mapping_groups_translates_and_formats(tmp_path: Path) -> None:
    values = mapped(tmp_path, MAP.replace("[shop, kind_of]", "[shop, state]"))[0][1]
    assert values.rows("angebote") == [
        {"angebot_nr": "A-001", "firma": "A", "projekt": "A/NY", "region": "Ost", "angebotssumme": 1000.75,
         "version": 2, "produktgruppe": "x", "angebot_am": date(2026, 3, 1)},
        {"angebot_nr": "A-002", "firma": "B", "projekt": "B/TX", "region": "Ausland", "angebotssumme": 7.0,
         "version": 1, "angebot_am": date(2026, 3, 2)},
    ]  # fmt: skip
    assert values.lists["L_PRODUKTGRUPPE"][-1] == {"wert": "x"}


def test_missing_columns_and_unknown_names_are_found_with_their_lines(tmp_path: Path) -> None:
    mapping = MAP.replace("firma: shop", "firam: shop").replace("version:", "gruppe: shop\n  version:")
    mapping = mapping.replace("[L_PRODUKTGRUPPE]", "[L_PRODUKTGRUPE, L_JANEIN]")
    with pytest.raises(SourceErrors) as error:
        mapped(tmp_path, mapping)
    assert error.value.exit_code == 2
    found = {(f.code, f.origin.row if f.origin else 0, f.facts.get("near")) for f in error.value.findings}
    assert found == {
        ("E_MAP_NAME", 8, "firma"),
        ("E_MAP_COLUMN", 9, "kind"),
        ("E_MAP_COMPUTED", 12, None),
        ("E_MAP_NAME", 16, "L_PRODUKTGRUPPE"),
        ("E_MAP_NAME", 16, "L_REGION"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("felder: {a: b}", "unknown key 'felder'"),
        ("fields: {a: {colum: b}}", "unknown key 'colum'"),
        ("fields: {a: {column: b, value: c}}", "exactly one kind"),
        ("fields: {a: {lookup: b, column: c}}", "belong together"),
        ("fields: {a: {sum: b}}", "groups of lines"),
        ("fields: {a: {format: '{b.__class__}'}}", ""),
        ("fields: {a: {format: '{b:999999999}'}}", "format knows"),
        ("fields: {a: {format: '{b!r}'}}", "format knows"),
        ("fields: {a: {format: '{b'}}", "unbalanced"),
        ("fields: [a", "YAML"),
        ("", "empty"),
        ("path: x\nfields: {a: b}", "unknown key 'path'"),
    ],
)
def test_faulty_mapping_files(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, "map.yaml", text)
    if not words:  # such a name is a column that does not exist, never an attribute
        with pytest.raises(SourceErrors):
            load(written(tmp_path, "l.csv", "b;angebot_nr\n1;2\n"), mapping=path)
        return
    with pytest.raises(SpecErrors, match=re.escape(words)):
        load_map(path)


def test_a_fixed_list_is_called_fixed(tmp_path: Path) -> None:
    fixed = next(c.key for c in CATALOG.template("angebotsliste").lists if c.fix)
    mapping = written(tmp_path, "m.yaml", f"extend_lists: [{fixed}]\nfields:\n  angebot_nr: id\n")
    with pytest.raises(SourceErrors) as error:
        load(written(tmp_path, "a.csv", "id\n1\n"), mapping=mapping)
    (finding,) = error.value.findings
    assert "fest" in finding.message("de")
    assert "fixed" in finding.message("en")
    assert all(fixed in finding.message(lang) and finding.remedy(lang) for lang in ("de", "en"))


def test_values_that_cannot_be_mapped(tmp_path: Path) -> None:
    lines = "id;state;rep\n1;NY;7\n2;TX;\n3;;8\n"
    written(tmp_path, "reps.csv", "no;name\n7;Ann\n")
    mapping = (
        "lookups: {reps: {file: reps.csv, key: no}}\nextend_lists: [L_MITARBEITER]\nfields:\n  angebot_nr: id\n"
        "  region: {column: state, values: {NY: ost}}\n  ad_mitarbeiter: {lookup: reps, column: rep, take: name}\n"
    )
    with pytest.raises(SourceErrors) as error:
        mapped(tmp_path, mapping, lines)
    assert [(c, r) for c, r, _ in faults(error)] == [("E_SOURCE_UNMAPPED", 3), ("E_SOURCE_LOOKUP", 4)]
    conflict = "group_by: state\nfields: {angebot_nr: state, firma: rep}\n"
    with pytest.raises(SourceErrors) as error:
        mapped(tmp_path, conflict, "state;rep\nNY;1\nNY;2\n")
    assert [f.code for f in error.value.findings] == ["E_SOURCE_CONFLICT"]


def test_equal_slugs_do_not_overwrite_each_other(tmp_path: Path) -> None:
    books = mapped(tmp_path, "split_by: rep\nfields: {angebot_nr: id}\n", "id;rep\n1;Ä B\n2;ae-b\n3;\n4;Ä B\n")
    assert [(slug, len(v.rows("angebote"))) for slug, v in books] == [("ae_b", 2), ("ae_b_2", 1), ("ohne", 1)]


@pytest.mark.parametrize(("text", "value"), [("1,234.5", 1234.5), ("-.5", -0.5), ("1234", 1234.0), ("1.234", 1.234)])
def test_stated_decimal_mark(text: str, value: float) -> None:
    assert number_from(text, ".") == value


def test_slugs() -> None:
    assert slugify("  Jürgen / Ñandú & Söhne ") == "juergen_nandu_soehne"


# -- the two documented examples -----------------------------------------------------------------


def test_chinook_customers_become_three_lists() -> None:
    books = load(EXAMPLES / "data/chinook_customer.csv", "kundenstamm", EXAMPLES / "chinook_kundenstamm.yaml")
    assert {slug: len(v.rows("kunden")) for slug, v in books} == {
        "jane_peacock": 21,
        "margaret_park": 20,
        "steve_johnson": 18,
    }
    found = {row["kunde_id"]: row for _, v in books for row in v.rows("kunden")}
    with (EXAMPLES / "data/chinook_customer.csv").open(encoding="utf-8", newline="") as stream:
        source = list(csv.DictReader(stream))
    assert len(found) == len(source) == 59
    for line in source:
        row = found[f"K-{int(line['pk']):05d}"]
        assert row["firma"] == (line["company"] or f"{line['firstname']} {line['lastname']}")
        assert (row["ort"], row["strasse"]) == (line["city"].strip(), line["address"])
        assert row["plz"] == (line["postalcode"] or "–")
        assert re.sub(r"\D", "", row.get("telefon", "")) == re.sub(r"\D", "", line["phone"].replace("(0)", ""))
        assert row["email"] == line["email"]
        assert (row["land"] == "DE") == (line["country"] == "Germany")
    assert sum(1 for line in source if not line["company"]) == 49
    assert "+54 11 4311 4333" in {row.get("telefon") for row in found.values()}


def test_bike_orders_become_won_quotations() -> None:
    books = load(EXAMPLES / "data/bike_sales_sample.csv", "angebotsliste", EXAMPLES / "bike_angebotsliste.yaml")
    rows = [row for _, v in books for row in v.rows("angebote")]
    assert len(books) == 21
    assert len(rows) == len({row["angebot_nr"] for row in rows}) == 322
    assert sum(row["auftragswert"] for row in rows) == 11_292_885
    assert len({row["kunde_id"] for row in rows}) == len({row["firma"] for row in rows}) == 30
    assert Counter(row["status"] for row in rows) == {"gewonnen": 322}
    assert all(row["region"] == v.form("deckblatt")["region"] for _, v in books for row in v.rows("angebote"))
