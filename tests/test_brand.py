"""Brands: loading with all faults, measured colours, logos, lists, and what a workbook shows of them."""

from __future__ import annotations

import itertools
import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from PIL import Image, ImageDraw

from generators import styles
from generators.pagemarks import literal
from generators.workbook import write_workbook
from tests.repair_rules import findings as repair_problems
from tests.test_cli import call
from tests.workbooks import CATALOG, ROOT, TODAY
from vorlagen.brand import Brand, load_brand, load_brands
from vorlagen.brand_lists import brand_list_problems, branded
from vorlagen.findings import SpecErrors
from vorlagen.fonts import FONTS, fitting_size
from vorlagen.logo import MAX_BYTES, load_logo
from vorlagen.palette import APART, GRAPHIC, NEUTRAL, TEXT, WHITE, Colour, Palette, contrast, derive, distance
from vorlagen.values import starting_values

SHIPPED = sorted((ROOT / "brands").glob("*.yaml"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50">{}</svg>'


def faults(path: Path, text: str, lang: str = "en") -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecErrors) as error:
        load_brand(path)
    return [problem.text(lang) for problem in error.value.problems]


def picture(path: Path, size: tuple[int, int] = (200, 50), colour: tuple[int, ...] = (0, 80, 90, 255)) -> Path:
    Image.new("RGBA", size, colour).save(path)
    return path


# -- shipped brands -----------------------------------------------------------------------------


def test_shipped_brands_load_and_neutral_is_the_default() -> None:
    brands = {brand.key: brand for brand in load_brands(SHIPPED)}
    assert len(brands) >= 3
    assert brands["neutral"] == Brand()
    assert all(not brand_list_problems(brand, CATALOG) for brand in brands.values())
    own = [brand for brand in brands.values() if brand.picture]
    assert len(own) >= 2
    assert all(brand.picture.ground for brand in own if brand.picture)


# -- colours ------------------------------------------------------------------------------------

PALETTES = [
    Palette(), Palette(Colour("#00505A"), Colour("#F08A24")), Palette(Colour("#E07A1F"), Colour("#1F5FA8")),
    Palette(Colour("#009640"), Colour("#FFE600")), Palette(Colour("#0098CC"), Colour("#E6007E")),
    Palette(Colour("#000000"), Colour("#000000")), Palette(Colour("#8A8F00"), Colour("#8A8F10")),
]  # fmt: skip


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)  # the grey that just passes AA


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.primary + p.accent)
def test_derived_colours_hold_the_contrast(palette: Palette) -> None:
    t = derive(palette)
    for text, ground in (
        (t.on_band, t.band), (t.on_band_soft, t.band), (t.heading, WHITE), (t.heading, t.pale),
        (styles.COMPUTED_FONT, t.bar), (styles.INK, t.pale),
    ):  # fmt: skip
        assert contrast(text, ground) >= TEXT, (text, ground)
    assert all(contrast(colour, WHITE) >= GRAPHIC for colour in (t.line, *t.series))
    assert len(set(t.series)) == len(t.series)
    for a, b in itertools.combinations(t.series[:3], 2):
        assert distance(a, b) >= APART


def test_the_neutral_tints_are_what_is_derived() -> None:
    assert derive(Palette()) == NEUTRAL


def test_status_colours_are_readable_and_told_apart_by_everybody() -> None:
    looks = {name: (getattr(styles, name), getattr(styles, name + "_FILL")) for name in ("GREEN", "YELLOW", "RED")}
    for font, fill in [*looks.values(), (styles.ORANGE, styles.ORANGE_FILL), (styles.GREY, styles.GREY_FILL)]:
        assert contrast(font, fill) >= TEXT
        assert contrast(font, WHITE) >= TEXT
    assert all(contrast(styles.MUTED, ground) >= TEXT for ground in (WHITE, styles.SOFT, styles.INPUT_FILL))
    for (_, a), (_, b) in itertools.combinations(looks.values(), 2):
        assert distance(a, b) >= 9
    # Before: green and red fills were 2.2 apart for readers without green cones.
    assert distance("#E3F2E8", "#FBE3E1") < 3


# -- faults -------------------------------------------------------------------------------------


def test_all_faults_with_lines_in_both_languages(tmp_path: Path) -> None:
    text = (
        "name: " + "x" * 81 + "\n"
        "nmae: y\n"
        "key: z\n"
        "palette:\n  primary: '#FFE08A'\n  accent: navy\n"
        "font: Firma Sans\n"
        "contact: [a, \"b\\nc\"]\n"
        "bundesland: XX\n"
        "logo: none.png\n"
    )  # fmt: skip
    found = faults(tmp_path / "b.yaml", text)
    lines = [int(re.match(r"b\.yaml:(\d+): ", line)[1]) for line in found]  # type: ignore[index]
    assert {2, 3, 6, 9} <= set(lines)
    assert any("write '#000080'" in line for line in found)
    text = text.replace("nmae: y\nkey: z\n", "").replace("accent: navy", "accent: '#FFFFF0'").replace("XX", "BY")
    found = faults(tmp_path / "b.yaml", text)
    for words in ("81 characters", "line breaks", "too pale", "1.28:1", "1.00:1", "'Firma Sans'"):
        assert any(words in line for line in found), (words, found)
    german = faults(tmp_path / "b.yaml", text, "de")
    assert len(german) == len(found)
    assert any("ist zu blass: Kontrast zu Weiß 1,28:1" in line for line in german)
    assert not set(german) & set(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("palette: {primary: #1F3A5F}", "colour is missing"),
        ("name: A\npalette: {primary: '#123456', accent: #1F3A5F}", "b.yaml:2: a colour is missing"),
        ("name: 'A: #123456'\npalette: {primary: '#123456'", "check indentation"),
        ("palette:\n  primary: #1F3A5F\n", "colour is missing"),
        ("palette: {primary: RAL 5010}", "not a colour"),
        ("palette: {primary: '#123'}", "write '#112233'"),
        ("palette: {primary: 1F3A5F}", "write '#1F3A5F'"),
        ("palette: {primary: 123456}", "write '#123456'"),
        ("font: arial", "write 'Arial'"),
        ("font: ''", "not the name of a font"),
        ("font: 'A\"&B'", "not the name of a font"),
        ("font: Firma Sans\nfallback: Other Sans", "does not come with Excel"),
        ("- a", "mapping is expected"),
        ("", "empty"),
        ("lists: {L_TEAM: [[a]]}", "list value"),
        ("lists: {L_TEAM: [{rolle: id}]}", "without a name"),
    ],
)
def test_single_faults(text: str, words: str, tmp_path: Path) -> None:
    found = faults(tmp_path / "b.yaml", text)
    assert any(words in line for line in found), found


def test_faults_of_several_files_are_collected(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text("palette: {primary: red}", encoding="utf-8")
    with pytest.raises(SpecErrors) as error:
        load_brands([tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c.yaml"])
    assert [problem.file for problem in error.value.problems] == ["a.yaml", "b.yaml", "c.yaml"]


def test_lists_are_checked_against_the_templates(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(
        "lists:\n"
        "  L_TEAMS: [A]\n"
        "  L_JANEIN: [A]\n"
        "  L_REGION: [A, a]\n"
        "  L_PRIO: [Gold, Silber, Bronze]\n"  # formulas point at its rows
        "  L_BESTELLZYKLUS: [wöchentlich]\n"
        "  L_MITARBEITER: [{wert: E. Beispiel, rolle: Chef, alter: 3}]\n"
        "  L_TEAM: ['']\n",
        encoding="utf-8",
    )
    found = [problem.text("en") for problem in brand_list_problems(load_brand(path), CATALOG)]
    for line, words in (
        (2, "unknown list"), (3, "fixed"), (4, "twice"), (5, "begin with A, B, C"), (6, "punkte is missing"),
        (7, "'Chef' is no value"), (7, "unknown attribute 'alter'"), (8, "blank"),
    ):  # fmt: skip
        assert any(f"b.yaml:{line}: " in fault and words in fault for fault in found), (words, found)
    assert len(found) == 8


@pytest.mark.parametrize("value", ["> 100 MA", "< 100 MA", "=Nord", "<>", "Team*", "A~B", "Was?"])
def test_list_values_that_formulas_misread_are_refused(value: str, tmp_path: Path) -> None:
    # SUMIFS(…, "> 100 MA") adds the rows of every other team, too: 251,000 instead of 1,000 in LibreOffice.
    path = tmp_path / "b.yaml"
    path.write_text(f"lists:\n  L_TEAM: [A > B, {{de: Süd, en: '{value}'}}]\n", encoding="utf-8")
    (found,) = brand_list_problems(load_brand(path), CATALOG)
    assert found.text("en").startswith("b.yaml:2: L_TEAM, Süd: formulas would take")


def test_lists_in_both_languages_with_attributes(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(
        "lists:\n  L_TEAM: [Hamburg, {de: Süd, en: South}]\n"
        "  L_MITARBEITER: [{wert: E. Beispiel, rolle: id, team: Süd, aktiv: ja}]\n",
        encoding="utf-8",
    )
    brand, template = load_brand(path), CATALOG.template("angebotsliste")
    rows = branded(starting_values(template, "en", "BY", TODAY), brand, template, "en").lists
    assert [row["wert"] for row in rows["L_TEAM"]] == ["Hamburg", "South"]
    (person,) = rows["L_MITARBEITER"]
    assert (person["wert"], person["team"], person["aktiv"]) == ("E. Beispiel", "South", "Yes")
    alone = replace(brand, lists={"L_TEAM": brand.lists["L_TEAM"]})
    rows = branded(starting_values(template, "de", "BY", TODAY), alone, template, "de").lists
    assert {row["team"] for row in rows["L_MITARBEITER"]} == {"Süd", None}  # no team that the client lacks


# -- logos --------------------------------------------------------------------------------------


def test_logos_become_small_opaque_pictures(tmp_path: Path) -> None:
    Image.new("L", (3000, 900), 40).save(tmp_path / "huge.jpg")
    Image.new("CMYK", (300, 90), (0, 200, 200, 0)).save(tmp_path / "print.jpg")
    (tmp_path / "drawn.svg").write_text(SVG.format('<rect width="200" height="50" fill="#00505A"/>'), encoding="utf-8")
    image = Image.new("RGBA", (400, 200))
    ImageDraw.Draw(image).ellipse([100, 50, 300, 100], (0, 80, 90, 255))
    image.save(tmp_path / "clear.png")
    negative = Image.new("RGBA", (400, 200))
    ImageDraw.Draw(negative).ellipse([100, 50, 300, 100], (255, 255, 255, 255))
    negative.save(tmp_path / "negative.png")
    grounds = {}
    for path in sorted(tmp_path.iterdir()):
        logo = load_logo(path, "#00505A")
        with Image.open(BytesIO(logo.png)) as made:
            assert (made.mode, made.size) == ("RGB", (logo.width, logo.height))
            assert made.width <= 640
            assert made.height <= 176
        assert len(logo.png) < 60_000
        grounds[path.name] = logo.ground
    assert grounds["clear.png"] == "#FFFFFF"
    assert grounds["negative.png"] == "#00505A"  # a white logo is shown on the brand's colour
    assert load_logo(tmp_path / "clear.png", "#000000").width < 240  # the empty margin is cut off


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "not found"),
        (b"", "no PNG, JPEG or SVG"),
        (b"GIF89a", "no PNG, JPEG or SVG"),
        (b"cut", "damaged"),
        (b"x" * (MAX_BYTES + 1), "8.0 MB"),
        ((0, 0, 0, 0), "transparent"),
        ((255, 255, 255, 90), "neither on white"),
        ((16, 16), "too small"),
        ((1300, 30), "too long"),
        ("<svg", "SVG logo is damaged"),
        (SVG.format("<text>A</text>"), "convert the text to paths"),
        (SVG.format('<image href="http://example.org/a.png"/>'), "other files"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "no size"),
        ('<svg viewBox="0 0 9000 1"/>', "too long"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><svg viewBox="0 0 9 9">&b;</svg>', "SVG logo is damaged"),
    ],
)
def test_unusable_logos_are_refused_at_their_line(content: object, words: str, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    if content == b"cut":
        path.write_bytes(picture(path, (300, 300)).read_bytes()[:150])
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, tuple):
        picture(path, *((content,) if len(content) == 2 else ((200, 50), content)))  # type: ignore[arg-type]
    text = "name: A\npalette: {primary: '#FFFFFF'}\nlogo: logo.png\n".replace("#FFFFFF", "#1F3A5F")
    (line,) = faults(tmp_path / "b.yaml", text)
    assert line.startswith("b.yaml:3: ")
    assert words in line


def test_too_many_pixels_are_never_decoded(tmp_path: Path) -> None:
    Image.new("1", (9000, 8000)).save(tmp_path / "logo.png")
    assert (tmp_path / "logo.png").stat().st_size < MAX_BYTES
    (line,) = faults(tmp_path / "b.yaml", "logo: logo.png")
    assert "9000 × 8000" in line


def test_svg_without_its_package_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    (tmp_path / "a.svg").write_text(SVG.format("<path/>"), encoding="utf-8")
    (line,) = faults(tmp_path / "b.yaml", "logo: a.svg")
    assert 'pip install "vorlagen[svg]"' in line


# -- in the workbook ----------------------------------------------------------------------------


def written(path: Path, brand: Brand, lang: str = "de", key: str = "einwandbehandlung") -> dict[str, str]:
    template = CATALOG.template(key)
    values = starting_values(template, lang, brand.bundesland, TODAY)  # type: ignore[arg-type]
    write_workbook(path, template, values, brand=brand, lang=lang, today=TODAY, rows={"einwaende": 5})  # type: ignore[arg-type]
    assert not repair_problems(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_a_full_brand_shows_in_the_workbook(tmp_path: Path) -> None:
    brand = load_brand(ROOT / "brands" / "beispielwerk.yaml")
    parts = written(tmp_path / "a.xlsx", brand)
    drawings = "".join(text for name, text in parts.items() if name.startswith("xl/drawings/drawing"))
    assert 'descr="Logo Beispielwerk &amp; Töchter KG"' in drawings
    sheets = [text for name, text in sorted(parts.items()) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    assert all("Beispielwerk &amp;&amp; Töchter KG · Vertraulich" in text for text in sheets)
    assert sum("&amp;R&amp;G" in text for text in sheets) == len(sheets) - 1  # the front sheet has it on the band
    assert '<name val="Cambria"/><family val="1"/>' in parts["xl/styles.xml"]
    assert "FFE07A1F" in parts["xl/styles.xml"]
    assert "beispielwerk" in parts["docProps/custom.xml"]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "Beispielwerk & Töchter KG · „Etiketten, die halten“" in {c.value for row in book["Deckblatt"] for c in row}
    first = (tmp_path / "a.xlsx").read_bytes()
    written(tmp_path / "a.xlsx", brand)
    assert (tmp_path / "a.xlsx").read_bytes() == first


@pytest.mark.parametrize(
    "name",
    ['Öl & Söhne "Nord" <GmbH>', "3M-artig && 50 % &P &D", "Ä" * 80, "&" * 80, "W" * 40 + " & " + "W" * 37],
)
@pytest.mark.parametrize("extra", [{}, {"footer": "&" * 100}], ids=["name", "footer"])
def test_difficult_names_never_break_header_or_footer(name: str, extra: dict[str, str], tmp_path: Path) -> None:
    brand = replace(Brand(), name=name, **extra)  # type: ignore[arg-type]
    written(tmp_path / "a.xlsx", brand)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert name in {cell.value for row in book["Deckblatt"] for cell in row}
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        for part in archive.namelist():
            if not re.fullmatch(r"xl/worksheets/sheet\d+\.xml", part):
                continue
            found = re.search("<oddFooter>(.*?)</oddFooter>", archive.read(part).decode())
            assert found is not None
            text = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
            assert len(text) <= 255
            # Only our codes are left when literal ampersands are taken out.
            codes = re.findall(r"&(?:[LCR]|\d+|P|N)", text.replace("&&", ""))
            middle = ["&C", "&8"] if "&C" in codes else []
            assert codes == ["&L", "&8", *middle, "&R", "&8", "&P", "&N"]
            assert "&" not in re.sub(r"&(?:[LCR]|\d+|P|N)", "", text.replace("&&", ""))


def test_long_names_beside_a_logo_stay_below_the_band(tmp_path: Path) -> None:
    picture(tmp_path / "logo.png")
    texts = {"name": "W" * 80, "legal": "Ä" * 100, "contact": ["m" * 100]}
    path = tmp_path / "b.yaml"
    path.write_text("logo: logo.png\n" + "".join(f"{k}: {v}\n" for k, v in texts.items()), encoding="utf-8")
    written(tmp_path / "a.xlsx", load_brand(path))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Deckblatt"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    for text in ("W" * 80, "Ä" * 100, "m" * 100):
        (cell,) = [cell for row in sheet for cell in row if cell.value == text]
        assert cell.alignment.shrink_to_fit
        assert f"{cell.coordinate}:F{cell.row}" in merged


def test_parts_of_the_footer_are_not_printed_over_each_other(tmp_path: Path) -> None:
    brand = Brand(name="Musterbach GmbH", footer="Musterbach Fördertechnik GmbH · Förderbänder · Rollenbahnen")
    written(tmp_path / "a.xlsx", brand, key="gespraechsnotiz")
    sides = set()
    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx"):
        portrait = sheet.page_setup.orientation == "portrait"
        left, middle, right = (
            part.text or "" for part in (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right)
        )
        room = (523 if portrait else 770) / 4  # 18.4 or 27.1 cm between the margins, four points a character
        assert not middle or len(left) + len(middle) / 2 < room / 2
        assert len(left) + len(middle) + len(right) < room
        assert left.strip().startswith("Musterbach Förder")
        assert (middle or right).strip().startswith("Gesprächsnotiz und Über")
        sides.add((portrait, bool(middle)))
    assert sides == {(True, False), (False, True)}


def test_literal_text_keeps_single_ampersands() -> None:
    assert literal("A & B &P") == "A && B &&P"


@pytest.mark.parametrize("font", FONTS)
def test_wide_fonts_take_the_room_of_calibri(font: str) -> None:
    for points in (8, 9, 11, 13, 20):
        size = fitting_size(points, FONTS[font])
        assert size <= points
        assert size * FONTS[font].digit <= points * FONTS["Calibri"].digit * 1.06 or size == 8
    assert fitting_size(11, FONTS["Calibri"]) == 11


def test_a_font_of_the_client_has_a_fallback(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("font: Firma Serif\nfallback: Georgia\n", encoding="utf-8")
    brand = load_brand(tmp_path / "b.yaml")
    assert brand.font_stack == ("Firma Serif", "Georgia")
    assert brand.metrics == FONTS["Georgia"]


def _ratio(a: str, b: str) -> float:
    """Contrast by the formula of WCAG 2.2, written out here as an independent witness."""
    light = []
    for colour in (a, b):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        light.append(sum(x * share for x, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True)) + 0.05)
    return max(light) / min(light)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_check_prints_every_measured_contrast(lang: str) -> None:
    result = call("brand", "check", *SHIPPED, "--lang", lang)
    assert result.exit_code == 0
    lines = re.findall(r"(#\w{6}) (?:auf|on) (#\w{6}) +(\d+[.,]\d\d):1 \(\D+(\d[.,]\d\d):1", result.stdout)
    assert len(lines) == 16 * len(SHIPPED)
    for colour, ground, shown, least in lines:
        value = float(shown.replace(",", "."))
        assert -0.001 < _ratio(colour, ground) - value < 0.011  # cut, not rounded
        assert value >= float(least.replace(",", "."))
    # The accent of Musterbach is darkened for lines, and the file's own colour is named with its contrast.
    assert re.search(r"#F08A24: 2[.,]51:1", result.stdout)
