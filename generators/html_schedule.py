"""A schedule (Gantt block) as a picture: a line per row, a bar per run of days, a line for today."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from markupsafe import Markup

from generators.html_numbers import number_of, python_value, written
from generators.html_scales import Boxes, cut, text_width
from generators.html_series import column
from generators.html_svg import SIZE, Drawing, legend
from generators.styles import MUTED, RED
from vorlagen.brand import Brand
from vorlagen.consolidated import Merged
from vorlagen.palette import INK, mix
from vorlagen.provenance import FRONT
from vorlagen.spec import Gantt, Lang

_WIDTH, _ROW, _LABEL, _TOP = 1070.0, 20.0, 250.0, 26.0
_LIMIT = 80
_NAMES = {"de": ("geplant", "erledigt", "Meilenstein", "verspätet"), "en": ("planned", "done", "milestone", "late")}


def schedule(item: Merged, block: Gantt, brand: Brand, lang: Lang, name: str) -> Markup | None:
    """Return the picture of a schedule; None when it has no rows."""
    head, across = block.all_fields[0], block.by_key[block.col.key]
    heads, days = column(item, block.key, head), column(item, block.key, across)
    rows = [n for n, value in enumerate(heads) if value is not None][:_LIMIT]
    cols = [n for n, value in enumerate(days) if value is not None]
    if not rows or not cols:
        return None
    d = Drawing(_WIDTH, _TOP + _ROW * len(rows) + 40)
    step = (_WIDTH - _LABEL - 10) / len(cols)
    bottom = _TOP + _ROW * len(rows)
    _heads(d, [days[c] for c in cols], across, step, bottom, lang)
    primary, accent = brand.palette.primary, brand.palette.tints.line
    colours = {1: mix(primary, "#FFFFFF", 0.6), 2: primary, 4: RED}
    grid = item.computed.matrix(block.key)
    said = []
    for n, r in enumerate(rows):
        y = _TOP + _ROW * n
        label = written(head, heads[r], lang)
        d.text(0, y + 14, cut(label, _LABEL - 12, SIZE), fill=INK)
        kinds = [int(number_of(python_value(block.cell, grid[r][c])) or 0) for c in cols]
        at = 0
        for kind, run in groupby(kinds):
            length = len(list(run))
            x = _LABEL + at * step
            if kind in colours:
                d.box(x, y + 4, length * step, _ROW - 8, colours[kind])
            elif kind == 3:
                m, k = x + length * step / 2, 6
                corners = ((m - k, y + 10), (m, y + 10 - k), (m + k, y + 10), (m, y + 10 + k))
                d.add("polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners), fill=accent)
            if kind and not any(kinds[:at]):
                said.append(f"{label}: {written(across, days[cols[at]], lang)}")
            at += length
    _today(d, item, [days[c] for c in cols], step, bottom, accent)
    legend(d, _NAMES[lang], [colours[1], primary, accent, RED], [False] * 4, bottom + 24)
    title = block.title[lang] if block.title else item.template.title[lang]
    return d.finish(name, title, "; ".join(said))


def _heads(d: Drawing, days: list[object], across: object, step: float, bottom: float, lang: Lang) -> None:
    boxes = Boxes()
    for n, day in enumerate(days):
        if not isinstance(day, date):
            continue
        text = f"{day:%d.%m.}" if lang == "de" else f"{day:%m-%d}"
        x, width = _LABEL + n * step, text_width(text, 10)
        if (day.weekday() == 0 or n == 0) and boxes.free(x, 0, width + 8, 1):
            d.rule(x, 12, x, bottom, "#E6EAEE")
            d.text(x + 2, 12, text, size=10, fill=MUTED)


def _today(d: Drawing, item: Merged, days: list[object], step: float, bottom: float, colour: str) -> None:
    front = item.template.blocks[FRONT].by_key["stichtag_eff"]
    today = python_value(front, item.computed.cell(FRONT, front.key))
    before = [n for n, day in enumerate(days) if isinstance(day, date) and isinstance(today, date) and day <= today]
    if before and len(before) < len(days):
        x = _LABEL + (len(before) - 0.5) * step
        d.rule(x, 16, x, bottom, colour, 2, "4 3")
