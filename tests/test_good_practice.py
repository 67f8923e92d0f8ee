"""Every workbook of the catalogue follows good practice, guides its inputs and speaks one language.

For every rule stands a specimen that it catches.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from generators import styles
from generators.workbook import write_workbook
from tests import good_practice, guidance, languages, specimens, workbooks
from vorlagen.brand import load_brand
from vorlagen.brand_lists import branded
from vorlagen.catalog import Catalog
from vorlagen.layout import layout_for
from vorlagen.spec import LANGS, Lang, Table
from vorlagen.values import starting_values

BRANDS = sorted((workbooks.ROOT / "brands").rglob("*.yaml"))
# A running number and a threshold in a formula are no good practice, nor is a pattern that nobody explains.
PROBE = (
    specimens.PROBE.replace('"POS()"', '"ROUND([@menge], 0)"')
    .replace("=99,", "=9,")
    .replace("en: Post code}", "en: Post code}, help: {de: fünf Ziffern, en: five digits}")
)
CHART = """
      - kind: chart
        key: bild
        title: {de: Bild, en: Picture}
        series:
          - {values: "ziele[ziel]", categories: "ziele[stufe]"}
"""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("key", workbooks.KEYS)
def test_workbooks_follow_good_practice(key: str, lang: Lang, tmp_path: Path) -> None:
    """Each template in each language; each brand meets each language over the catalogue."""
    template = workbooks.CATALOG.template(key)
    brand = load_brand(BRANDS[(template.number + LANGS.index(lang)) % len(BRANDS)])
    values = branded(workbooks.values_of(template, "example", lang, 12), brand, template, lang, example=True)
    rows = {b.key: max(12, len(values.rows(b.key))) for b in template.blocks.values() if isinstance(b, Table)}
    path = tmp_path / "book.xlsx"
    write_workbook(path, template, values, brand=brand, lang=lang, today=workbooks.TODAY, rows=rows)
    book = good_practice.Workbook(path)
    assert good_practice.findings(book) == []
    assert list(guidance.faults(book, layout_for(template, values, lang, rows))) == []
    assert languages.foreign_texts(book, template, brand, lang) == []


def test_foreign_texts_are_seen(tmp_path: Path) -> None:
    """The German workbook taken for an English one: nearly every sheet, message, chart and property is reported."""
    book = good_practice.Workbook(workbooks.write(tmp_path, "angebotsliste", "example", "de", limit=12))
    template = workbooks.CATALOG.template("angebotsliste")
    places = [place for place, _, _ in languages.foreign_texts(book, template, workbooks.brand(), "en")]
    for kind in ("sheet name", "(error)", "(prompt)", "(oddFooter)", "xl/charts/", "xl/drawings/", "docProps/core"):
        assert any(kind in place for place in places), kind
    assert len(places) > 500


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("specimens")
    (folder / "91_probe.yaml").write_text(PROBE + CHART, encoding="utf-8")
    (folder / "92_kundenprobe.yaml").write_text(specimens.KUNDENPROBE, encoding="utf-8")
    template = Catalog((folder,)).template("probe")
    values = starting_values(template, "de", "BY", workbooks.TODAY).with_block("posten", [{"nr": "A-1", "menge": 3}])
    path = folder / "probe.xlsx"
    write_workbook(path, template, values, brand=workbooks.brand(), lang="de", today=workbooks.TODAY)
    return path


# Code, pattern of the part's name, pattern in its text, what takes its place (first occurrence).
SPECIMENS = [
    ("A01", "xl/drawings/drawing1.xml", r' descr="[^"]*"', ""),
    ("A02", "LIST", "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'),
    ("A03", "xl/tables/table1.xml", r'name="Nr\."', 'name="Spalte1"'),
    ("A04", "xl/workbook.xml", 'sheet name="Posten"', 'sheet name="Tabelle1"'),
    ("A05", "xl/styles.xml", r'rgb="FF66727F"', 'rgb="FFE0E0E0"'),
    ("A06", "docProps/core.xml", "<dc:language>[^<]*</dc:language>", ""),
    ("A06", "docProps/core.xml", "<dc:title>[^<]*</dc:title>", ""),
    ("A07", "xl/sharedStrings.xml", "<t>Posten</t>", "<t>hier</t>"),
    ("A08", "xl/charts/chart1.xml", r"<c:title>.*?</c:title>", ""),
    ("A09", "xl/styles.xml", r'formatCode="0 %[^"]*"', 'formatCode="0 %;[Red]0 %"'),
    ("P01", "LIST", r"<f>([^<]*)</f>", r"<f>\1*0.19</f>"),
    ("P01", "LIST", r"<f>([^<]*)</f>", r"<f>\1+14</f>"),
    ("P02", "LIST", r'(<c r="[A-Z]+9"[^>]*>)<f>[^<]*</f>', r"\1<f>1+1</f>"),
    ("P03", "LIST", r'(<c r="A5" s="\d+")(?: t="s"><v>\d+</v></c>|/>)', r"\1><f>1+1</f><v>2</v></c>"),
    ("P04", "xl/workbook.xml", r'name="stand\.pflicht_fehlt"', 'name="stand.anders"'),
    ("P05", "xl/workbook.xml", r'(sheet name="Posten")', r'\1 state="hidden"'),
    ("P06", "LIST", r"<f>([^<]*)</f>", r"<f>INDIRECT(\1)</f>"),
    ("P07", "docProps/core.xml", "<dc:subject>[^<]*", "<dc:subject>Anderes"),
    ("P07", "docProps/custom.xml", "<vt:lpwstr>probe<", "<vt:lpwstr>anders<"),
    ("P08", "xl/styles.xml", "FF" + styles.COMPUTED_FILL[1:], "FF" + styles.INPUT_FILL[1:]),
    ("P08", "xl/sharedStrings.xml", "<t>Eingabe: hier[^<]*</t>", "<t></t>"),
    ("P09", "LIST", r"<f>([^<]*)</f>", "<f>" + "1+" * 900 + r"\1</f>"),
    (
        "P10",
        "LIST",
        r'(<c r="[A-Z]+6"[^>]*>)<f>([^<]*)</f>(.*?<c r="[A-Z]+6"[^>]*>)<f>[^<]*</f>',
        r"\1<f>\2</f>\3<f>\2</f>",
    ),
    ("U01", "LIST", r'xSplit="1" ', ""),
    ("U02", "LIST", r'activeCell="A\d+" sqref="A\d+"', 'activeCell="C1" sqref="C1"'),
    ("U03", "LIST", r'showGridLines="0" ', ""),
    ("U04", "LIST", r'paperSize="9"', 'paperSize="1"'),
    ("U04", "LIST", r"&amp;P", ""),
    ("U05", "LIST", r"<tabColor[^>]*/>", ""),
    ("U06", "LIST", r' error="[^"]*"', ""),
    ("U06", "LIST", r"<dataValidation [^>]*>.*?</dataValidation>", ""),
    ("U07", "LIST", "<pageMargins", '<sheetProtection sheet="1"/><pageMargins'),
    ("U08", "LIST", r"<sheetView ", '<sheetView zoomScale="40" '),
    ("U09", "LIST", r"<hyperlinks>.*?</hyperlinks>", ""),
    ("U09", "xl/worksheets/sheet1.xml", r"<hyperlinks>.*?</hyperlinks>", ""),
    ("U10", "LIST", r"<oddFooter>", "<oddFooter>" + "x" * 255),
    ("U10", "LIST", r"<oddFooter>", "<oddFooter>Blume &amp; Co"),
    ("U10", "LIST", r"(<oddFooter>.*?)Probe", r"\1"),
    ("U11", "LIST", "<sheetView ", '<sheetView tabSelected="1" '),
    ("U12", "LIST", r' error="', ' error="' + "x" * 255),
    ("U12", "LIST", r' errorTitle="[^"]*"', ""),
]


def _damage(source: Path, target: Path, code: str, part: str, pattern: str, new: str) -> None:
    book = good_practice.Workbook(source)
    part = next(p for n, p, _ in book.sheets if n == "Posten") if part == "LIST" else part
    text, count = re.subn(pattern, new, book.parts[part].decode(), count=0 if code in ("A05", "U02") else 1, flags=re.S)
    assert count, pattern
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in (book.parts | {part: text.encode()}).items():
            archive.writestr(name, data)


def test_the_sound_workbook_has_no_findings(sound: Path) -> None:
    assert good_practice.findings(good_practice.Workbook(sound)) == []


@pytest.mark.parametrize(("code", "part", "pattern", "new"), SPECIMENS)
def test_a_rule_catches_its_specimen(code: str, part: str, pattern: str, new: str, sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    _damage(sound, path, code, part, pattern, new)
    assert any(f.startswith(code) for f in good_practice.findings(good_practice.Workbook(path)))


def test_every_rule_has_a_specimen() -> None:
    assert {code for code, *_ in SPECIMENS} == set(good_practice.RULES)


def test_missing_guidance_is_seen(sound: Path, tmp_path: Path) -> None:
    """Without validations, conditional formats and panes every kind of fault of `guidance` is reported."""
    template = Catalog((sound.parent,)).template("probe")
    values = starting_values(template, "de", "BY", workbooks.TODAY).with_block("posten", [{"nr": "A-1", "menge": 3}])
    layout = layout_for(template, values, "de")
    assert list(guidance.faults(good_practice.Workbook(sound), layout)) == []
    path = tmp_path / "damaged.xlsx"
    for pattern, new, fault in (
        (r"<formula1>L_STUFE</formula1>", "<formula1>L_HALB</formula1>", "no drop-down of L_STUFE"),
        (r"<dataValidations.*</dataValidations>", "", "no validation"),
        (r' prompt="[^"]*"', "", "no input message"),
        (r' error="[^"]*"', ' error="falsch"', "does not say what is allowed"),
        (r'xSplit="1" ', "", "the key column is not frozen"),
        (r"<conditionalFormatting.*</conditionalFormatting>", "", "does not turn colour"),
    ):
        _damage(sound, path, "U02", "LIST", pattern, new)
        assert any(fault in text for text in guidance.faults(good_practice.Workbook(path), layout)), fault
