"""The HTML report: numbers, structure, safety, teams, charts; in a browser only where Chromium is."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date, time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner

from generators.html import digest, presentable, render, stylesheet
from generators.html_axes import Categories
from generators.html_charts import draw
from generators.html_numbers import decimal_text, short, written
from generators.html_scales import Boxes, scale_for, text_width
from generators.html_series import Line, Picture
from generators.html_tables import LIMIT
from generators.html_teams import compare
from generators.report import write_consolidated
from tests.helpers import catalog_with
from tests.workbooks import CATALOG, KEYS, TODAY, brand, write
from vorlagen.brand import Brand
from vorlagen.cli import program
from vorlagen.consolidate import Consolidated, consolidate
from vorlagen.findings import Finding, Origin
from vorlagen.ledger import Counts
from vorlagen.palette import Palette
from vorlagen.records import ReadResult
from vorlagen.spec import Chart, Field, Lang, Series, Table, Template, Text
from vorlagen.stamp import Stamp
from vorlagen.values import Row, Values, example_values, list_rows

DANGEROUS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "<script>alert(1)</script>", "javascript:alert(1)",
    '" onmouseover="alert(1)', "' onfocus='alert(1)", "{{7*7}}", "{% raw %}", "</style><img src=x onerror=alert(1)>",
    "]]><svg/onload=alert(1)>", "</title></desc></svg><a href=http://evil.example>x</a>", "\x00\x1b[31m&lt;b&gt;",
]  # fmt: skip

SPEC = """
key: mini
number: 90
version: 1
group: angebote
title: Mini
purpose: Test
filled_by: Test
rhythm: Test
lists:
  L_ERGEBNIS:
    title: Ergebnis
    values:
      - {key: gewonnen, de: gewonnen, en: won}
      - {key: verloren, de: verloren, en: lost}
sheets:
  - name: {de: Angebote, en: Offers}
    blocks:
      - kind: table
        key: angebote
        rows: 20
        identity: [nr]
        fields:
          - {key: nr, title: Nr., required: true}
          - {key: team, title: Team, type: choice, list: L_TEAM}
          - {key: status, title: Status, type: choice, list: L_ERGEBNIS}
          - {key: wert, title: Wert, type: money}
          - {key: am, title: Am, type: date}
          - {key: notiz, title: Notiz, type: long}
          - {key: gewonnen, title: Gewonnen, type: int, formula: "IF([@status]=L_ERGEBNIS.gewonnen, 1, 0)"}
        highlight: [{style: rot, when: "[@status]=L_ERGEBNIS.verloren", fields: [status]}]
  - name: {de: Aktionen, en: Actions}
    blocks:
      - kind: table
        key: aktionen
        rows: 20
        identity: [id]
        fields: [{key: id, title: Id, required: true}]
  - name: {de: Übersicht, en: Overview}
    blocks:
      - kind: kpis
        key: quoten
        fields:
          - {key: hit, title: Hit-Rate, type: percent, formula: "RATIO(SUM(angebote[gewonnen]), COUNTA(angebote[nr]))"}
          - {key: summe, title: Summe, type: money, formula: "SUM(angebote[wert])", note: {de: netto, en: net}}
          - {key: aktionen, title: Aktionen, type: int, formula: "COUNTA(aktionen[id])"}
          - {key: erreicht, title: Erreicht, type: percent, formula: "RATIO(SUM(angebote[wert]), SUM(plan[soll]))"}
          - {key: leer, title: Leer, type: money, formula: "RATIO(SUM(angebote[wert]), 0)"}
        highlight: [{style: gruen, when: "quoten.hit>0.5", fields: [hit]}]
      - kind: chart
        key: bild
        title: Bild
        series: [{values: "plan[ist]", categories: "plan[ergebnis]", name: Ist}]
      - kind: summary
        key: plan
        title: Plan
        row: {key: ergebnis, title: Ergebnis, type: choice, list: L_ERGEBNIS}
        fields:
          - {key: ist, title: Ist, type: money, formula: "SUMIFS(angebote[wert], angebote[status], [@ergebnis])"}
          - {key: soll, title: Soll, type: money, merge: sum}
      - kind: matrix
        key: raster
        title: Raster
        totals: true
        row: {key: ergebnis, title: Ergebnis, list: L_ERGEBNIS}
        col: {key: team, title: Team, list: L_TEAM}
        cell: {key: n, title: Anzahl, type: int, formula: "COUNTIFS(angebote[status], [@ergebnis], angebote[team], [@team])"}
        highlight: [{style: heat}]
  - name: Parameter
    blocks:
      - kind: form
        key: parameter
        must_match: true
        fields: [{key: zins, title: Zins, type: percent, default: 0.1}]
"""
VOID = {"meta", "br", "img", "link", "input", "hr"}


@cache
def mini() -> Template:
    with TemporaryDirectory() as folder:
        return catalog_with(SPEC, Path(folder)).template("mini")


def book(name: str, team: str = "Nord", template: Template | None = None, **blocks: Any) -> ReadResult:
    """A workbook as the reader hands it over."""
    spec = template or mini()
    front = {"mappe_id": name, "firma": "Muster", "team": team, "stichtag": TODAY}
    given: dict[str, Any] = {"deckblatt": front, "parameter": {"zins": 0.1}, **blocks}
    tables = [b.key for b in spec.blocks.values() if isinstance(b, Table)]
    count = sum(len(given.get(key, [])) for key in tables)
    lists = {c.key: list_rows(c, "de", spec) for c in spec.lists}
    return ReadResult(
        Path(name), "taken", spec, Stamp(spec.key, 1, spec.hash, "de"), Values(given, lists),
        rows={key: list(range(5, 5 + len(given.get(key, [])))) for key in tables},
        sheets={b.key: s.name["de"] for s in spec.sheets for b in s.blocks},
        counts=Counts(present=count, taken=count), label=name,
    )  # fmt: skip


def rows(team: str, won: int, lost: int, wert: float = 1000.0) -> list[Row]:
    return [
        {"nr": f"{team}-{n}", "team": team, "status": "gewonnen" if n < won else "verloren", "wert": wert}
        for n in range(won + lost)
    ]


def two_teams() -> Consolidated:
    # 5 of 6 and 0 of 6: together 5 of 12; the mean of other sizes would be wrong.
    nord = book("nord.xlsx", "Nord", angebote=rows("Nord", 10, 2, 1234.56), aktionen=[{"id": "a"}, {"id": "b"}])
    sued = book("sued.xlsx", "Süd", angebote=rows("Süd", 1, 5), plan=[{"soll": 100.0}, {}])
    return consolidate([nord, sued], lang="de", today=TODAY)


class Tree(HTMLParser):
    """Reads a page strictly: every tag closed in order, every element recorded."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({k for k, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag]

    def inside(self, tag: str) -> list[str]:
        return [text for t, text in self.texts if t == tag]


def inspected(text: str) -> Tree:
    """Check everything that holds for every report."""
    tree = Tree(text)
    tags = {tag for tag, _ in tree.elements}
    assert not tags & {
        "img",
        "iframe",
        "object",
        "embed",
        "link",
        "form",
        "input",
        "base",
        "image",
        "foreignobject",
        "use",
    }
    ids = [a["id"] for _, a in tree.elements if "id" in a]
    assert len(set(ids)) == len(ids)
    for tag, attributes in tree.elements:
        assert not [k for k in attributes if k.startswith("on") or k in ("style", "src", "srcset", "action")], tag
        for key in ("href", "xlink:href"):
            if key in attributes:
                assert tag == "a"
                assert str(attributes[key])[0] == "#"
                assert str(attributes[key])[1:] in ids
        for key in ("aria-labelledby",):
            assert all(i in ids for i in str(attributes.get(key) or "").split())
    (policy,) = [str(a["content"]) for a in tree.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    (script,), (style,) = tree.inside("script"), tree.inside("style")
    assert policy.startswith("default-src 'none'; ")
    for name, content in (("script", script), ("style", style)):
        made = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{made}'" in policy
    assert "unsafe" not in policy
    assert script == (Path(__file__).parent.parent / "generators/templates/report.js").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    for svg in tree.all("svg"):
        assert svg["role"] == "img"
    assert text.count("<title id=") == text.count("<desc id=") == len(tree.all("svg"))
    assert "NaN" not in text
    return tree


# -- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "de", "en"),
    [
        ("money", 1234.56, "1.234,56\u00a0€", "1,234.56\u00a0€"),
        ("money", -0.004, "0,00\u00a0€", "0.00\u00a0€"),
        ("money", 2.675, "2,68\u00a0€", "2.68\u00a0€"),
        ("money", -1.005, "-1,01\u00a0€", "-1.01\u00a0€"),
        ("int", 1234567, "1.234.567", "1,234,567"),
        ("decimal", 0.125, "0,13", "0.13"),
        ("percent", 0.5, "50\u00a0%", "50%"),
        ("date", date(2026, 4, 15), "15.04.2026", "2026-04-15"),
        ("month", date(2026, 4, 1), "04/2026", "04/2026"),
        ("time", time(9, 5), "09:05", "09:05"),
        ("text", "a", "a", "a"),
        ("text", 3.5, "3,5", "3.5"),
        ("choice", True, "WAHR", "TRUE"),
        ("money", None, "–", "–"),
        ("text", "", "–", "–"),
    ],
)  # fmt: skip
def test_values_as_people_write_them(kind: Any, value: Any, de: str, en: str) -> None:
    item = Field("f", Text("F", "F"), kind)
    assert written(item, value, "de") == de
    assert written(item, value, "en") == en


def test_units_places_and_axes() -> None:
    days = Field("f", Text("F", "F"), "decimal", decimals=1, unit=Text("Tage", "days"))
    assert written(days, 44.04, "de") == "44,0\u00a0Tage"
    assert written(days, 44.04, "en") == "44.0\u00a0days"
    percent = Field("f", Text("F", "F"), "percent")
    assert written(percent, 10 / 12, "de", places=2) == "83,33\u00a0%"
    money = Field("f", Text("F", "F"), "money")
    assert short(money, 1_500_000, 2e6, "de") == "1,5\u00a0Mio.\u00a0€"
    assert short(money, 150_000, 2e5, "en") == "150\u00a0k€"
    assert short(money, 150, 200, "de") == "150\u00a0€"
    assert short(money, 0, 2e6, "de") == "0\u00a0€"
    assert decimal_text(1e15, 0, "de") == "1.000.000.000.000.000"


def test_scales_are_round_and_hold_their_values() -> None:
    assert scale_for([0.0, 97.0]).ticks == (0, 20, 40, 60, 80, 100)
    assert scale_for([-30.0, 70.0]).low <= -30
    assert scale_for([]).high > scale_for([]).low
    assert scale_for([1.0, 2.0], whole=True).ticks == (0, 1, 2)
    for values in ([1e-9], [3.0], [-5.0], [1e12, 1.0], [0.0]):
        scale = scale_for(values)
        assert scale.low <= min(values) <= max(values) <= scale.high
        assert 2 <= len(scale.ticks) <= 8


# -- teams ---------------------------------------------------------------------------------------


def test_teams_are_recomputed_never_averaged() -> None:
    found = compare(two_teams().templates["mini"], "de")
    assert found is not None
    assert found.teams == ["Nord", "Süd"]
    figures = {f.title: [c.text for c in f.cells] for _, group in found.groups for f in group}
    assert figures["Hit-Rate"] == ["61,11\u00a0%", "83,33\u00a0%", "16,67\u00a0%"]
    assert figures["Summe"] == ["20.814,72\u00a0€", "14.814,72\u00a0€", "6.000,00\u00a0€"]
    assert figures["Aktionen"] == ["2", "2", "0"]
    assert figures["Leer"] == ["–", "–", "–"]
    assert "Erreicht" not in figures
    assert found.missing == ["Erreicht"]
    assert found.homeless == 0


def test_one_team_is_not_compared_and_many_are_cut() -> None:
    one = consolidate([book("a.xlsx", angebote=rows("Nord", 1, 1))], lang="de", today=TODAY)
    assert compare(one.templates["mini"], "de") is None
    many = [book(f"{n:02}.xlsx", angebote=rows(f"T{n:02}", n + 1, 0)) for n in range(14)]
    found = compare(consolidate(many, lang="de", today=TODAY).templates["mini"], "de")
    assert found is not None
    assert (len(found.teams), found.left_out) == (12, 2)
    assert "T00" not in found.teams


# -- the page ------------------------------------------------------------------------------------


def test_the_page_shows_cards_tables_and_accounts() -> None:
    text = render(two_teams(), brand(), "de")
    tree = inspected(text)
    shown = tree.inside("dd")
    assert "61,11\u00a0%" in shown
    assert "20.814,72\u00a0€" in shown
    assert "–" in shown
    assert "netto" in shown
    for word in ("Teams im Vergleich", "Quellen", "Konflikte", "Meldungen", "Übersicht"):
        assert word in text
    assert 'class="card m-gruen"' in text
    assert "h-rot" in text
    heads = [
        t for t in tree.inside("span") if t in ("Nr.", "Mappen-Nr.", "Stichtag der Mappe", "Quelldatei", "Gewonnen")
    ]
    assert heads.index("Nr.") < heads.index("Gewonnen") < heads.index("Quelldatei") < heads.index("Stichtag der Mappe")
    assert ("tfoot", {}) in tree.elements
    assert "Nicht je Team berechenbar" in text


def test_english_has_no_german_words() -> None:
    merged = consolidate([book("a.xlsx", angebote=rows("Nord", 1, 1))], lang="en", today=TODAY)
    text = render(merged, replace(brand(), legal="", footer=""), "en")
    inspected(text)
    body = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.S)
    assert not re.search(r"Kennzahl|Vorlage|übernommen|Zeilen|Meldung|Stand ", body)
    assert 'lang="en"' in text
    assert "2026-04-15" in text


def test_dangerous_texts_stay_texts() -> None:
    books = []
    for n, danger in enumerate(DANGEROUS):
        data = [{"nr": danger, "team": danger, "status": danger, "notiz": danger, "wert": 1.0 + n}]
        given = book(f"{n}{danger.replace('/', '_')}.xlsx", danger, angebote=data)
        given.values.form("deckblatt")["firma"] = danger
        given.findings.append(
            Finding(
                "W_CHECK_FAILED",
                Origin(given.name, danger, "A1"),
                facts={"title": danger, "label": danger, "shown": danger, "value": danger},
            )
        )
        books += [given, replace_note(given, n)]
    evil = Brand(name=DANGEROUS[4], legal=DANGEROUS[6], font='x";}</style><script>', palette=Palette("red;}", "#12345"), footer=DANGEROUS[8])  # fmt: skip
    for lang in ("de", "en"):
        text = render(consolidate(books, lang=lang, today=TODAY), evil, lang)  # type: ignore[arg-type]
        tree = inspected(text)
        cells = set(tree.inside("td"))
        for danger in DANGEROUS:
            assert re.sub("[\x00-\x1f]", "", danger) in cells
        assert "49" not in cells
        assert len(tree.all("script")) == 1
        assert "\x00" not in text


def replace_note(given: ReadResult, n: int) -> ReadResult:
    """A second workbook that disagrees about the same keys."""
    data = [{**row, "notiz": f"{row['notiz']} anders", "wert": 100.0 + n} for row in given.values.rows("angebote")]
    return book(f"zweite{n}.xlsx", str(given.values.form("deckblatt")["team"]), angebote=data)


def test_a_brand_cannot_write_style() -> None:
    text = stylesheet(presentable(Brand(font='A"}body{display:none', palette=Palette("#000000;", "x"))))
    assert "display:none}" not in text.split("\n", 1)[0]
    assert "--primary:#1F3A5F;" in text
    assert '--font:"Calibri",sans-serif' in text
    assert "--primary:#102030;" in stylesheet(presentable(Brand(palette=Palette("#102030", "#405060"))))


def test_long_lists_are_cut_with_a_note() -> None:
    data = [{"nr": str(n), "team": "Nord", "status": "gewonnen", "wert": 1.0} for n in range(LIMIT + 1034)]
    text = render(consolidate([book("a.xlsx", angebote=data)], lang="de", today=TODAY), brand(), "de")
    inspected(text)
    assert "Gezeigt werden die ersten 200 von 1.234 Zeilen" in text
    assert text.count('data-v="1"') < 900


def test_equal_inputs_give_equal_bytes_in_any_order() -> None:
    a, b = book("a.xlsx", angebote=rows("Nord", 2, 1)), book("b.xlsx", "Süd", angebote=rows("Süd", 1, 1))
    first = render(consolidate([a, b], lang="de", today=TODAY), brand(), "de")
    assert first == render(consolidate([b, a], lang="de", today=TODAY), brand(), "de")


def test_refused_merges_and_empty_folders_are_reported() -> None:
    other = book("b.xlsx", angebote=rows("Süd", 1, 0), parameter={"zins": 0.2})
    refused = consolidate([book("a.xlsx"), book("c.xlsx"), other], lang="de", today=TODAY)
    assert refused.templates["mini"].refused
    text = render(refused, brand(), "de")
    inspected(text)
    assert "nicht zusammengeführt" in text
    lost = ReadResult(
        Path("x.xlsx"),
        "refused",
        findings=[Finding("E_INTERNAL", Origin("x.xlsx", ""), facts={"incident": "raw.py:1"})],
    )
    text = render(consolidate([lost], lang="de", today=TODAY), brand(), "de")
    inspected(text)
    assert "Keine Mappe konnte übernommen werden." in text
    assert "x.xlsx" in text


@cache
def _returned(key: str, lang: Lang) -> Consolidated:
    template = CATALOG.template(key)
    values = example_values(template, lang, brand().bundesland, TODAY)
    labels = [r["wert"] for r in values.lists.get("L_TEAM", [])] or ["Nord", "Süd"]
    books = []
    for n, team in enumerate(labels[:2]):
        front = {**values.form("deckblatt"), "mappe_id": f"M{n}", "team": team}
        own = values.with_block("deckblatt", front)
        tables = [b.key for b in template.blocks.values() if isinstance(b, Table)]
        count = sum(len(own.rows(k)) for k in tables)
        books.append(
            ReadResult(
                Path(f"{team}.xlsx"), "taken", template, Stamp(key, template.version, template.hash, lang), own,
                rows={k: list(range(5, 5 + len(own.rows(k)))) for k in tables},
                counts=Counts(present=count, taken=count), label=f"{team}.xlsx",
            )
        )  # fmt: skip
    return consolidate(books, lang=lang, today=TODAY)


@pytest.mark.parametrize("key", KEYS)
def test_every_template_has_a_sound_report(key: str) -> None:
    merged = _returned(key, "de")
    text = render(merged, brand(), "de")
    tree = inspected(text)
    template = CATALOG.template(key)
    assert template.title.de in tree.inside("h2")
    if not merged.templates[key].refused:
        charts = [b for b in template.blocks.values() if isinstance(b, Chart) or b.kind == "gantt"]
        assert len(tree.all("svg")) == len(charts)
    errors = [
        t for t in tree.inside("td") + tree.inside("dd") if re.fullmatch(r"#(DIV/0|VALUE|NA|REF|NAME|NUM)[!?]?", t)
    ]
    # Error values of the merged workbook itself are shown, none is added.
    assert not errors or merged.templates[key].computed.result.errors


# -- charts --------------------------------------------------------------------------------------


def _picture(kind: Any, count: int = 5, **more: Any) -> Picture:
    block = Chart("bild", "chart", Text("Bild", "Chart"), type=kind, series=(Series("a[b]"),), **more)
    heads = [f"Kategorie mit langem Namen {n}" for n in range(count)]
    money = Field("b", Text("B", "B"), "money")
    lines = [
        Line("eins", money, [1000.0 * n - 900 for n in range(count)], "#1F3A5F"),
        Line("zwei", money, [None if n == 1 else 700.0 * n for n in range(count)], "#C77F2A"),
    ]
    positions = [[float(n) for n in range(count)]] * 2 if kind == "scatter" else []
    return Picture(block, "Bild", "de", heads, lines, positions, Field("x", Text("X", "X"), "decimal"))


@pytest.mark.parametrize("kind", ["column", "bar", "line", "area", "scatter", "pie", "doughnut", "radar"])
@pytest.mark.parametrize(
    "more", [{}, {"stacked": True, "labels": True}, {"percent": True}, {"wide": True, "labels": True}]
)
def test_charts_are_well_formed_and_labels_apart(kind: Any, more: dict[str, Any]) -> None:
    for count in (1, 5, 40):
        text = str(draw(_picture(kind, count, **more), "n"))
        tree = Tree(text)
        (svg,) = tree.all("svg")
        width, height = (float(v) for v in str(svg["viewbox"]).split()[2:])
        assert "Bild" in tree.inside("title")
        assert "eins: " in tree.inside("desc")[0]
        boxes = Boxes()
        for a, content in zip(tree.all("text"), tree.inside("text"), strict=True):
            size = float(str(a["font-size"]))
            x, y, wide = float(str(a["x"])), float(str(a["y"])), text_width(content, size) * 0.8
            left = {"middle": x - wide / 2, "end": x - wide}.get(str(a.get("text-anchor")), x)
            if "transform" in a:
                continue
            assert -1 <= y <= height + 1, (content, y)
            assert left >= -6
            assert left + wide <= width + 6, content
            if kind not in ("radar", "pie", "doughnut"):
                assert boxes.free(left, y - size * 0.7, wide, size * 0.7), (kind, more, count, content)
        for a in tree.all("rect"):
            assert float(str(a["width"])) >= 0
            assert float(str(a["height"])) >= 0


def test_category_labels_are_wrapped_tilted_or_left_out() -> None:
    assert not Categories.fit(["a", "b"], 80).tilted
    assert max(len(b) for b in Categories.fit(["zwei Wörter", "b"], 50).labels) == 2
    assert Categories.fit(["Donaudampfschifffahrt"] * 9, 50).tilted
    months = Categories.fit([f"{n:02}/2026" for n in range(1, 13)] * 2, 20)
    assert (months.tilted, months.every) == (False, 3)


def test_a_chart_without_values_says_so() -> None:
    empty = replace(_picture("column", 2), lines=[Line("a", Field("b", Text("B", "B")), [None, None], "#000000")])
    assert "Noch keine Werte" in str(draw(empty, "n"))


# -- command line, packaging, browser --------------------------------------------------------------


@pytest.mark.parametrize(("lang", "name"), [("de", "bericht.html"), ("en", "report.html")])
def test_the_command_writes_one_report(tmp_path: Path, lang: Lang, name: str) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", "angebotsliste", lang=lang)
    (tmp_path / "in" / "kaputt.xlsx").write_bytes(b"PK no workbook")
    words = ["consolidate", str(tmp_path / "in"), "--output", str(tmp_path / "out"), "--to", "html", "--lang", lang]
    result = CliRunner().invoke(program, [*words, "--today", "2026-04-15"])
    assert result.exit_code == 3, result.output
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == name
    text = path.read_text(encoding="utf-8")
    inspected(text)
    assert "kaputt.xlsx" in text


def test_the_report_is_written_in_one_go(tmp_path: Path) -> None:
    paths = write_consolidated(two_teams(), tmp_path, formats={"html"}, brand=brand(), lang="de", today=TODAY)
    assert [p.name for p in paths] == [p.name for p in tmp_path.iterdir()] == ["bericht.html"]


CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
)  # fmt: skip


def browse(page: Path, folder: Path, *words: str) -> tuple[str, list[str]]:
    """Open a page in Chromium; return what it prints and what its console says."""
    assert CHROMIUM is not None
    call = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", *words, page.as_uri()]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: the report was not opened in a browser")
def test_in_a_browser_without_errors_and_sorting(tmp_path: Path) -> None:
    page = tmp_path / "bericht.html"
    text = render(two_teams(), brand(), "de")
    page.write_text(text, encoding="utf-8")
    shown, console = browse(page, tmp_path / "a", "--dump-dom")
    assert console == []
    assert 'role="button"' in shown
    # A second script may run only in this altered copy: it clicks a heading twice and measures the page.
    script = (
        "const h=[...document.querySelectorAll('th.s')].find(t=>t.textContent==='Wert');h.firstElementChild.click();"
        "h.firstElementChild.click();document.title=h.getAttribute('aria-sort')+'|'+"
        "h.closest('table').tBodies[0].rows[0].cells[h.cellIndex].textContent+'|'+"
        "(document.documentElement.scrollWidth<=innerWidth)"
    )
    loose = re.sub(r"script-src &#39;[^;]*&#39;;", "script-src &#39;unsafe-inline&#39;;", text)
    page.write_text(loose.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    shown, console = browse(page, tmp_path / "b", "--window-size=1280,900", "--dump-dom")
    assert console == []
    assert "<title>descending|1.234,56&nbsp;€|true</title>" in shown
    # In the page as it is, no further script runs.
    page.write_text(text.replace("</body>", "<script>document.title='x'</script></body>"), encoding="utf-8")
    shown, console = browse(page, tmp_path / "c", "--dump-dom")
    assert "<title>x</title>" not in shown
    assert any("Content Security Policy" in line for line in console)


def test_digest_is_a_source_expression() -> None:
    assert digest("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
