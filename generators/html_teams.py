"""The key figures of every team, recomputed from the rows of the team: never split, never averaged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from generators.html_numbers import number_of, places_of, python_value, written
from generators.html_tables import Cell, bar, cell
from vorlagen.consolidated import Merged
from vorlagen.formulas.ast import AboveRef, ColRef, FieldRef, Node, PrevRef, RowRef, walk
from vorlagen.provenance import FRONT, is_provenance, is_record_table
from vorlagen.spec import Axis, Block, Field, Form, Formula, Kpis, Lang, Matrix, Summary, Table
from vorlagen.values import Row, Values, is_blank

TEAMS = "L_TEAM"
MAX_TEAMS = 12
_WORKBOOK = "mappe_team"


@dataclass(frozen=True)
class Figure:
    """One key figure: its title, and a cell for all rows and for each team."""

    title: str
    help: str
    cells: list[Cell]


@dataclass(frozen=True)
class Comparison:
    """Key figures per team.

    Attributes:
        groups: section title -> figures.
        left_out: teams beyond those shown.
        homeless: rows that belong to no team.
        missing: figures that cannot be split by team.
    """

    teams: list[str]
    groups: list[tuple[str, list[Figure]]]
    left_out: int
    homeless: int
    missing: list[str]


def compare(item: Merged, lang: Lang) -> Comparison | None:
    """Return the comparison; None when there are fewer than two teams or no figures."""
    split = _Split(item)
    counted = Counter(team for teams in split.team_of.values() for team in teams if team is not None)
    known = [str(r.get("wert")) for r in item.values.lists.get(TEAMS, [])]
    ranked = sorted(counted, key=lambda t: (-counted[t], t))[:MAX_TEAMS]
    teams = sorted(ranked, key=lambda t: (known.index(t) if t in known else len(known), t))
    if len(teams) < 2:
        return None
    reach = _Reach(item)
    wanted: list[tuple[Kpis, list[Field]]] = []
    missing: list[str] = []
    for block in item.template.blocks.values():
        if not isinstance(block, Kpis) or item.template.sheet_of[block.key].role == "front":
            continue
        fields = []
        for f in block.fields:
            rows, fixed = reach.of(block.key, f.key)
            if fixed and rows:
                missing.append(f.title[lang])
            elif rows and not f.check:
                fields.append(f)
        if fields:
            wanted.append((block, fields))
    if not wanted:
        return None
    parts = [item, *(split.of(team) for team in teams)]
    groups = []
    for block, fields in wanted:
        sheet = item.template.sheet_of[block.key].name[lang]
        title = block.title[lang] if block.title else sheet
        groups.append((title, [_figure(parts, block, f, lang) for f in fields]))
    homeless = sum(1 for found in split.team_of.values() for team in found if team is None)
    return Comparison(teams, groups, len(counted) - len(teams), homeless, missing)


def _figure(parts: list[Merged], block: Kpis, item: Field, lang: Lang) -> Figure:
    values = [python_value(item, part.computed.cell(block.key, item.key)) for part in parts]
    places = places_of(item, values)
    sizes = [number_of(v) if item.type not in ("date", "month", "time") else None for v in values]
    top = max((s for s in sizes[1:] if s is not None), default=0.0)
    low = min((s if s is not None else 0.0 for s in sizes[1:]), default=0.0)
    cells = []
    for n, value in enumerate(values):
        css = bar(sizes[n], top) if n and 0 <= low < top else ""
        shown = cell(item, value, lang, places, css)
        cells.append(replace(shown, text=written(item, value, lang, places=places), css=f"r {shown.css}"))
    return Figure(item.title[lang], item.help[lang] if item.help else "", cells)


class _Split:
    """The rows of each team: by the table's own team field, else by the team of the workbook."""

    def __init__(self, item: Merged) -> None:
        self.item = item
        self.tables = [b for b in item.template.blocks.values() if isinstance(b, Table) and is_record_table(b)]
        self.team_of = {b.key: self._teams(b) for b in self.tables}

    def _teams(self, block: Table) -> list[str | None]:
        rows = self.item.values.rows(block.key)
        own = next((f for f in block.fields if f.list == TEAMS), None)
        if own is None:
            values = [r.get(_WORKBOOK) for r in rows]
        elif own.computed and not own.carried:
            values = self.item.computed.column(block.key, own.key)[: len(rows)]
        else:
            values = [r.get(own.key) for r in rows]
        return [None if is_blank(v) else str(v) for v in values]

    def of(self, team: str) -> Merged:
        """Return the merge with the rows of one team only."""
        values = self.item.values
        blocks: dict[str, list[Row] | Row] = dict(values.blocks)
        for key, teams in self.team_of.items():
            blocks[key] = [row for row, t in zip(values.rows(key), teams, strict=True) if t == team]
        blocks[FRONT] = {**values.form(FRONT), "team": team}
        return replace(self.item, values=Values(blocks, values.lists))


class _Reach:
    """What a figure is made of: rows of record lists, and inputs that belong to no team."""

    def __init__(self, item: Merged) -> None:
        self.template = item.template
        self.found: dict[tuple[str, str], tuple[bool, bool]] = {}

    @cached_property
    def _blocks(self) -> dict[str, Block]:
        return self.template.blocks

    def of(self, block: str, key: str) -> tuple[bool, bool]:
        """Tell whether a field depends on rows of record lists, and on inputs that cannot be split."""
        rows = fixed = False
        seen: set[tuple[str, str]] = set()
        open_ones = [(block, key)]
        while open_ones:
            place = open_ones.pop()
            if place in seen:
                continue
            seen.add(place)
            holder = self._blocks[place[0]]
            f = holder.by_key[place[1]]
            if is_record_table(holder) and not is_provenance(f):
                rows = True
            nodes = _nodes(holder, f)
            if not nodes and isinstance(holder, Summary | Matrix) and not f.computed:
                fixed = True
            if not nodes and isinstance(holder, Form) and f.merge is not None and not f.computed:
                fixed = True
            open_ones += [r for tree in nodes for r in _references(tree, holder)]
        return rows, fixed


def _nodes(block: Block, item: Field) -> list[Node]:
    axes = [a for a in (getattr(block, "row", None), getattr(block, "col", None)) if isinstance(a, Axis)]
    for axis in axes:
        if axis.key == item.key:
            formulas: list[Formula] = [*([axis.formula] if axis.formula else []), *axis.extra]
            return [f.node for f in formulas]
    return [item.formula.node] if item.formula is not None and not item.carried else []


def _references(tree: Node, block: Block) -> list[tuple[str, str]]:
    found = []
    for node in walk(tree):
        if isinstance(node, ColRef | FieldRef):
            found.append((node.block, node.key))
        elif isinstance(node, RowRef | AboveRef | PrevRef):
            found.append((block.key, node.key))
    return found
