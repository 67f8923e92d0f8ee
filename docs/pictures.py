"""Pictures of example workbooks: written by us, drawn by LibreOffice, cut and composed by ImageMagick."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from docs.pages import stem
from generators.workbook import write_workbook
from vorlagen.brand import Brand
from vorlagen.catalog import Catalog
from vorlagen.layout import make_layout
from vorlagen.spec import Chart, Gantt, Sheet, Table, Template
from vorlagen.values import example_values

TODAY = date(2026, 4, 15)
ROWS = 20
WIDTH, MARGIN, COLOURS = 480, 9, 64
CANVAS = "1118x522"
FRONT_PICTURE = "angebotsliste"  # the composed picture for the top of README
DPI = 110
# Part of a sheet that a picture shows: a wide list its left side, a long dashboard its top.
PART = (1070, 620)  # points

# German locale; recalculated on loading, so that a picture shows no stored value.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>de-DE</value>
</prop></item>
</oor:items>
"""
# One page per sheet: the number of the page is the number of the sheet.
_PDF = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'


def telling_sheet(template: Template) -> Sheet:
    """Return the sheet that shows best what a template is: the first with charts, else the first of content."""
    content = [sheet for sheet in template.sheets if sheet.role not in ("front", "lists")]
    drawn = [sheet for sheet in content if any(isinstance(block, Chart | Gantt) for block in sheet.blocks)]
    return (drawn or content)[0]


def page_of(template: Template, sheet: Sheet) -> int:
    """Return the page of a sheet, from 1."""
    names = [placed.name for placed in make_layout(template, "de").sheets]
    return names.index(sheet.name.de) + 1


def write_example(template: Template, folder: Path) -> Path:
    """Write the example workbook with short tables."""
    values = example_values(template, "de", Brand().bundesland, TODAY)
    rows = {
        block.key: min(block.rows, max(ROWS, len(values.rows(block.key))))
        for block in template.blocks.values()
        if isinstance(block, Table)
    }
    path = folder / f"{stem(template)}.xlsx"
    write_workbook(path, template, values, brand=Brand(), lang="de", today=TODAY, rows=rows)
    return path


def to_pdf(books: Sequence[Path], folder: Path) -> None:
    """Print workbooks, one page per sheet, in one run of LibreOffice with a profile of its own."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", _PDF,
         "--outdir", str(folder), *map(str, books)],
        check=True, capture_output=True, timeout=900,
    )  # fmt: skip


def to_png(pdf: Path, page: int) -> Path:
    """Draw one page."""
    target = pdf.with_name(f"{pdf.stem}-{page}")
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-singlefile", "-png", str(pdf), str(target)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return target.with_suffix(".png")


def magick(*words: str) -> None:
    """Run ImageMagick."""
    subprocess.run(["convert", *words], check=True, capture_output=True, timeout=300)


def _cut(part: tuple[int, int], width: int) -> list[str]:
    """Return the words that cut a part (in points) from the top left of a page and scale it."""
    across, down = (round(points * DPI / 72) for points in part)
    trim = ["-bordercolor", "white", "-border", "1", "-trim", "+repage"]
    cut = [*trim, "-crop", f"{across}x{down}+0+0", "+repage", *trim]
    scaled = ["-filter", "Lanczos", "-resize", f"{width - 2 * MARGIN}x"]
    margin = ["-bordercolor", "white", "-border", str(MARGIN - 1)]
    return [*cut, *scaled, *margin, "-bordercolor", "#c8ccd2", "-border", "1"]


def _small(colours: int) -> list[str]:
    small = ["+dither", "-colors", str(colours), "-strip"]
    return [*small, "-define", "png:compression-level=9", "-define", "png:exclude-chunk=date"]


def thumbnail(picture: Path, target: Path) -> None:
    """Cut and scale one page."""
    magick(str(picture), *_cut(PART, WIDTH), *_small(COLOURS), f"PNG8:{target}")


def compose(panels: Sequence[tuple[Path, tuple[int, int], int, str]], target: Path) -> None:
    """Lay pages beside each other; a panel is page, part in points, width and place in pixels."""
    words = ["-size", CANVAS, "xc:#eef0f3"]
    for picture, part, width, place in panels:
        words += ["(", str(picture), *_cut(part, width), ")", "-geometry", place, "-composite"]
    magick(*words, *_small(2 * COLOURS), f"PNG8:{target}")


def draw(catalog: Catalog, keys: Sequence[str], target: Path) -> list[Path]:
    """Draw the pictures of some templates, or of all; return what was written."""
    templates = [catalog.template(key) for key in keys or catalog.entries]
    target.mkdir(parents=True, exist_ok=True)
    written = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        to_pdf([write_example(template, folder) for template in templates], folder)
        for template in templates:
            pdf = folder / f"{stem(template)}.pdf"
            picture = target / f"{stem(template)}.png"
            thumbnail(to_png(pdf, page_of(template, telling_sheet(template))), picture)
            written.append(picture)
            if template.key == FRONT_PICTURE:
                sheets = [s for s in template.sheets if s.role != "lists"]
                pages = [page_of(template, sheet) for sheet in (sheets[0], sheets[1], telling_sheet(template))]
                front, listed, dashboard = (to_png(pdf, page) for page in pages)
                panels = (
                    (front, (940, 500), 520, "+12+12"),
                    (listed, (1080, 412), 520, "+12+308"),
                    (dashboard, (930, 808), 560, "+546+12"),
                )
                compose(panels, target / f"{FRONT_PICTURE}.png")
                written.append(target / f"{FRONT_PICTURE}.png")
    return written
