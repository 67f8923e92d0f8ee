"""What happens to the sheets of a workbook."""

from __future__ import annotations

from tests.mutators.book import Home
from tests.mutators.registry import mutator
from tests.mutators.subject import Subject
from vorlagen.spec import Chart, Form, Kpis, Matrix, Prose, Summary, Table

GROUP = "Blätter"


def _content(s: Subject) -> list[str]:
    """Names of the sheets that hold blocks of the template."""
    return [
        n
        for n, sheet in s.book.sheets.items()
        if any(c.home and c.home.block in s.template.blocks for c in sheet.cells.values())
    ]


@mutator(GROUP, stage=1)
def sheets_renamed(s: Subject) -> bool:
    """Sheets renamed in Excel."""
    for n, name in enumerate(_content(s)):
        _rename(s, name, f"Mein Blatt {n}", follow=True)
    return True


@mutator(GROUP, stage=1)
def sheets_renamed_by_a_program(s: Subject) -> bool:
    """A record list renamed by a program that leaves names as they were."""
    found = s.table()
    if found is None:
        return False
    _rename(s, found[2].name, "Tabelle1", follow=False)
    return True


def _rename(s: Subject, old: str, new: str, *, follow: bool) -> None:
    sheet = s.book.sheets[old]
    s.book.rename(sheet, new, follow=follow)
    for code, place in list(s.findings):
        if not isinstance(place, Home) and len(place) == 2 and place[0] == old:
            s.findings[code, (new, place[1])] = s.findings.pop((code, place))


@mutator(GROUP, stage=1)
def sheet_names_in_another_case(s: Subject) -> bool:
    """Capitals and blanks."""
    for name in _content(s):
        if len(name) < 29 and "ß" not in name:
            _rename(s, name, f"{name.upper()} ", follow=True)
    return True


@mutator(GROUP, stage=1)
def sheets_reversed(s: Subject) -> bool:
    """Sheets in the opposite order."""
    s.book.sheets = dict(reversed(s.book.sheets.items()))
    return True


@mutator(GROUP, stage=1)
def sheet_hidden(s: Subject) -> bool:
    """A hidden record list is read, and named."""
    found = s.table()
    if found is None:
        return False
    found[2].state = ' state="hidden"'
    s.findings["I_SHEET_HIDDEN", (found[2].name, "")] = 1
    return True


@mutator(GROUP, stage=1)
def sheet_very_hidden(s: Subject) -> bool:
    """Hidden so that Excel's menu does not show it."""
    found = s.table()
    if found is None:
        return False
    found[2].state = ' state="veryHidden"'
    s.findings["I_SHEET_HIDDEN", (found[2].name, "")] = 1
    return True


@mutator(GROUP, stage=1)
def sheet_added(s: Subject) -> bool:
    """A sheet of the sender's own."""
    s.book.add_sheet("Meine Notizen", {(0, 0): "privat", (3, 2): 12})
    s.expect("I_SHEET_UNKNOWN", ("Meine Notizen", ""))
    return True


@mutator(GROUP, stage=1)
def empty_sheet_added(s: Subject) -> bool:
    """An empty sheet."""
    s.book.add_sheet("Tabelle9", {})
    return True


@mutator(GROUP, stage=1)
def sheet_doubled(s: Subject) -> bool:
    """A record list copied within the workbook: which one counts, only the sender knows."""
    found = s.table()
    if found is None or f"tab:{found[0].key}" in s.touched:
        return False
    _, _table, sheet = found
    name = f"{sheet.name[:26]} (2)"
    twin = s.book.add_sheet(name, {})
    for place, cell in sheet.cells.items():
        copied = twin.at(*place)
        copied.head, copied.body = cell.head, cell.body
    s.expect("E_SHEET_TWIN", (name, ""))
    return True


@mutator(GROUP, stage=1)
def sheet_deleted(s: Subject) -> bool:
    """A sheet without inputs was deleted: everything on it is missing, which is a warning."""
    names = [
        n for n in _content(s)
        if all(f.computed for b in s.template.blocks.values() if s.layout.placed[b.key].sheet == n for f in b.all_fields)
    ]  # fmt: skip
    if not names:
        return False
    name = s.rng.choice(names)
    sheet = s.book.sheets[name]
    blocks = [b for b in s.template.blocks.values() if s.layout.placed[b.key].sheet == name]
    homes = [c.home for c in sheet.cells.values() if c.home]
    if any(h in s.touched for h in homes):
        return False
    s.book.drop_sheet(sheet)
    for code, place in list(s.findings):
        if place in homes:
            del s.findings[code, place]
    for block in blocks:
        if isinstance(block, Form | Kpis | Summary | Matrix | Table):
            s.expect("E_BLOCK_MISSING", ("", block.key, ""))
        s.blocks.pop(block.key, None)
        assert not isinstance(block, Chart | Prose) or block.key not in s.blocks
    return True


@mutator(GROUP, stage=1)
def lists_sheet_deleted(s: Subject) -> bool:
    """The sheet Listen was deleted: the template's own lists count."""
    from vorlagen.values import list_rows

    own = {c.key: list_rows(c, s.lang, s.template) for c in s.template.lists}
    if own != s.lists or s.layout.lists_sheet not in s.book.sheets:
        return False
    s.book.drop_sheet(s.book.sheets[s.layout.lists_sheet])
    s.expect("W_LISTS_MISSING", ("", "", ""))
    return True


@mutator(GROUP, stage=2)
def copied_into_another_workbook(s: Subject) -> bool:
    """All sheets moved into a workbook of the sender's: the properties stay behind, other sheets stand first."""
    foreign = s.book.add_sheet("Umsatzplanung", {(0, 0): "Planung", (1, 0): 1})
    rest = {name: sheet for name, sheet in s.book.sheets.items() if sheet is not foreign}
    s.book.sheets = {foreign.name: foreign, **rest}
    _without_properties(s)
    s.expect("I_SHEET_UNKNOWN", ("Umsatzplanung", ""))
    return True


def _without_properties(s: Subject) -> None:
    s.saved.append(lambda parts: parts.__setitem__("docProps/custom.xml", _EMPTY))


_EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
)


@mutator("Kennung", stage=2)
def stamp_removed(s: Subject) -> bool:
    """'Remove personal information' took the document's properties."""
    _without_properties(s)
    return True


@mutator("Kennung", stage=2)
def names_removed(s: Subject) -> bool:
    """All defined names were deleted."""
    s.book.names = {key: entry for key, entry in s.book.names.items() if "_xlnm" in key}
    return True


@mutator("Kennung", stage=2)
def tables_turned_into_ranges(s: Subject) -> bool:
    """'Convert to range' on every table."""
    if not s.book.tables:
        return False
    for table in list(s.book.tables.values()):
        s.book.to_range(table)
    return True


@mutator("Kennung", stage=2)
def nothing_but_cells(s: Subject) -> bool:
    """A program kept the cells only: no properties, names and tables."""
    for table in list(s.book.tables.values()):
        s.book.to_range(table)
    s.book.names = {}
    _without_properties(s)
    return True


@mutator("Kennung")
def version_on_the_front_sheet_differs(s: Subject) -> bool:
    """The cell of the version was typed over; the document's properties count."""
    home = Home("deckblatt", "vorlage_version")
    sheet, row, column = s.book.find(home)
    s.book.put(sheet.at(row, column), 7)
    s.expect("W_FORMULA_OVERWRITTEN", home)
    return True
