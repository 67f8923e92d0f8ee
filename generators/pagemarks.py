"""Header and footer of printed pages: their codes, and what fits into them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from generators import styles
from generators.context import Context

MAX = 255  # characters that Excel takes, codes included
STEADY = {"scale_with_doc": False}  # the same size on every sheet, however small a list is printed
# Points between the margins of A4, and width of an average character in parts of the font size.
PORTRAIT, LANDSCAPE, CHARACTER = 523, 770, 0.5
GAP = 4  # characters between the parts of a footer
MARGIN = 0.85  # inches above the sheet where the header holds a picture


def literal(text: str) -> str:
    """Return a text for a header or footer; & begins a code there."""
    return text.replace("&", "&&")


def header(ctx: Context, sheet: Any, *, named: bool, logo: bool) -> None:
    """Set the page header.

    Args:
        ctx: the workbook.
        sheet: the sheet.
        named: the header names the sheet: a title cell would be cut where pages stand side by side.
        logo: the header shows the logo, if the brand has one.
    """
    text = f'&L&"{ctx.brand.font},Bold"&14&A' if named else ""
    options: dict[str, Any] = {**STEADY}
    if logo and ctx.brand.picture is not None:
        text += "&R&G"
        options |= {"image_right": "logo.png", "image_data_right": BytesIO(ctx.brand.picture.png)}
        sheet.set_margins(left=0.5, right=0.5, top=MARGIN, bottom=0.7)
    if text:
        sheet.set_header(text, options)


def footer(ctx: Context, sheet: Any) -> None:
    """Set the page footer: company and confidentiality, title, page of pages. Call it when the page has its side."""
    brand = ctx.brand
    points = ctx.styles.size(styles.NOTE_SIZE - 1)
    size = f"&{points:g}"
    note = brand.confidential[ctx.lang] if brand.confidential else ""
    title, page = ctx.template.title[ctx.lang], ctx.say("Seite &P von &N", "Page &P of &N")
    company = brand.footer or brand.name
    room = (PORTRAIT if sheet.orientation else LANDSCAPE) / (points * CHARACTER)
    while True:
        left = " · ".join(part for part in (company, note) if part)
        # The blank keeps a name that begins with a digit apart from the size.
        start = f"&L{size} {literal(left)}"
        if 2 * len(left) + len(title) + 2 * GAP <= room:
            text = f"{start}&C{size} {literal(title)}&R{size} {page}"
        else:  # in the middle it would be printed over the company
            text = f"{start}&R{size} {literal(title)} · {page}"
        if len(text) <= MAX and len(left) + len(title) + len(page) + GAP <= room:
            break
        if len(company) > len(title):
            company = _shorter(company)
        else:
            title = _shorter(title)
    sheet.set_footer(text, {**STEADY})


def _shorter(text: str) -> str:
    return text.removesuffix("…")[:-1].rstrip() + "…"
