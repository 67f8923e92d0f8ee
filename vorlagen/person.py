"""One person in a folder of workbooks: every place where a key stands, and copies without it.

A key is a name, an e-mail address, a telephone number or a number of the person. It is looked for in all cells (also
of sheets that are no template's, and in stored results), in comments, properties, headers, drawings and charts. In
a record that is the person's own, the other personal entries are the person's as well.

Copies differ from the original only there: cells get another text or none, everything else stays byte for byte.
Numbers of persons stay in the person's record, as the proof that something was erased needs them.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from vorlagen.intake.gate import LIMITS, open_package
from vorlagen.intake.markup import local, parse_xml
from vorlagen.intake.package import relations
from vorlagen.personal import personal_fields
from vorlagen.records import ReadResult
from vorlagen.spec import Field, Form, Personal, Table

ERASED = ("(gelöscht)", "(deleted)")
_CELL = re.compile(rb"<((?:\w+:)?)c\b((?:[^>\"]|\"[^\"]*\")*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
_SHARED = re.compile(rb"<((?:\w+:)?)si\b[^>]*?(?:/>|>(.*?)</\1si>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_VALUE = re.compile(rb"<((?:\w+:)?)v\b[^>]*>(.*?)</\1v>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_RUN = re.compile(rb"<((?:\w+:)?)t\b[^>]*>(.*?)</\1t>", re.DOTALL)
_NODE = re.compile(rb"<((?:\w+:)?[\w.]+)\b[^<>]*>([^<>]+)<")
# Text that programs calculate: a name there is reported, and left to people.
_CALCULATED = frozenset((b"f", b"formula", b"formula1", b"formula2", b"definedName", b"calculatedColumnFormula"))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Act = Literal["replace", "clear", "keep", "by hand"]


@dataclass(frozen=True)
class Hit:
    """One place.

    Attributes:
        sheet: name of the sheet; empty beside the sheets.
        cell: name of the cell; elsewhere the part of the file.
        title: heading of the field in German and English, where there is one.
        kind: class of the field.
        own: the key itself stands here; else the entry is of the person's record.
        act: what becomes of it in the copy.
    """

    sheet: str
    cell: str
    title: tuple[str, str] | None = None
    kind: Personal | None = None
    own: bool = True
    act: Act = "replace"


class Key:
    """What is looked for.

    Raises:
        ValueError: shorter than 3 characters; it would hit everywhere.
    """

    def __init__(self, text: str) -> None:
        words = unicodedata.normalize("NFC", text).split()
        digits = re.sub(r"\D", "", text)
        if len("".join(words)) < 3:
            raise ValueError
        if len(digits) >= 6 and re.fullmatch(r"[+\d\s()/.\-–]+", text.strip()):
            inner = r"[\s()/.\-–]*".join(re.sub(r"^(?:0049|49(?=\d{6})|0)", "", digits))
            pattern = rf"(?<!\d)\+?(?:00)?(?:49)?[\s()/.\-–]*\(?0?\)?[\s()/.\-–]*{inner}(?!\d)"
        else:
            orders = [r"\s+".join(map(re.escape, words))]
            if len(words) > 1 and "@" not in text:  # Berg, Anna
                orders.append(re.escape(words[-1]) + r",\s*" + r"\s+".join(map(re.escape, words[:-1])))
            pattern = rf"(?<!\w)(?:{'|'.join(orders)})(?!\w)"
        self._pattern = re.compile(pattern, re.IGNORECASE)

    def hits(self, text: str) -> bool:
        """Whether a text holds the key."""
        return self._pattern.search(unicodedata.normalize("NFC", text)) is not None

    def erase(self, text: str, word: str) -> str:
        """Return a text with a word in place of the key."""
        return self._pattern.sub(word, unicodedata.normalize("NFC", text))


@dataclass
class _Cell:
    part: str
    sheet: str
    name: str
    start: int
    end: int
    prefix: bytes
    attributes: dict[bytes, bytes]
    inner: bytes
    text: str
    shared: int | None

    @property
    def computed(self) -> bool:
        return _FORMULA.search(self.inner) is not None


@dataclass
class Search:
    """A workbook that was judged and read, searched for one person.

    Args:
        data: its bytes.
        result: what was read; without template, only cells are known.
        key: what is looked for.
    """

    data: bytes
    result: ReadResult
    key: Key
    hits: list[Hit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._parts = open_package(self.data)
        self._lang = self.result.lang == "en"
        self._word = ERASED[self._lang]
        root = {relation.kind: relation.target for relation in relations(self._parts, "", LIMITS)}
        self._book = root.get("officeDocument", "")
        self._links = {relation.identity: relation for relation in relations(self._parts, self._book, LIMITS)}
        self._shared = next((r.target for r in self._links.values() if r.kind == "sharedStrings"), "")
        self._edits: dict[str, list[tuple[int, int, bytes]]] = defaultdict(list)
        self._known = dict(self._fields())
        self._texts = self._shared_texts()
        cells = {(c.sheet, c.name): c for c in self._cells()}
        edited: dict[tuple[str, str], Hit] = {}
        for place, cell in cells.items():
            if self.key.hits(cell.text):
                edited[place] = self._hit(cell, own=True)
        for place in self._records(cells):
            edited.setdefault(place, self._hit(cells[place], own=False))
        for place, hit in edited.items():
            self._edit(cells[place], hit)
        self._scrub(cells, {place for place, hit in edited.items() if hit.act in ("replace", "clear")})
        self.hits = [*edited.values(), *self._elsewhere({c.part: c.sheet for c in cells.values()})]

    # -- what stands where -----------------------------------------------------------------

    def _hit(self, cell: _Cell, *, own: bool) -> Hit:
        known = self._known.get((cell.sheet, cell.name))
        item, title, kind = known or (None, None, None)
        return Hit(cell.sheet, cell.name, title, kind, own, _act(item, kind, cell, own=own))

    def _fields(self) -> Iterator[tuple[tuple[str, str], tuple[Field, tuple[str, str], Personal | None]]]:
        """Yield the place of every entry of forms and lists with its field, heading and class."""
        result = self.result
        if result.template is None or result.outcome != "taken":
            return
        marked = personal_fields(result.template)
        for block in result.template.blocks.values():
            for item in block.all_fields if isinstance(block, Form | Table) else ():
                letters = result.cells.get(block.key, {}).get(item.key, "")
                title = (item.title.de, item.title.en)
                names = [letters] if isinstance(block, Form) else [f"{letters}{row}" for row in result.rows[block.key]]
                for name in names if letters else ():
                    yield (result.sheets[block.key], name), (item, title, marked.get((block.key, item.key)))

    def _records(self, cells: dict[tuple[str, str], _Cell]) -> Iterator[tuple[str, str]]:
        """Yield the filled personal cells of records that are the person's own."""
        result = self.result
        if result.template is None or result.outcome != "taken":
            return
        marked = personal_fields(result.template)
        for block in result.template.blocks.values():
            if not isinstance(block, Form | Table) or block.key not in result.sheets:
                continue
            personal = [
                f for f in block.fields if (block.key, f.key) in marked and f.type != "choice" and not f.computed
            ]
            kinds = {f.key: marked[block.key, f.key] for f in personal}
            own = _first_name(block, kinds)
            if not own and "id" not in kinds.values():
                continue
            letters = result.cells.get(block.key, {})
            for row in [0] if isinstance(block, Form) else result.rows.get(block.key, []):
                places = {
                    f.key: (result.sheets[block.key], letters[f.key] + (str(row) if row else ""))
                    for f in personal
                    if f.key in letters
                }
                filled = {key: cells[place].text for key, place in places.items() if place in cells}
                names = [filled[key] for key in own if filled.get(key)]
                said = [" ".join(names), " ".join(reversed(names))]
                said += [text for key, text in filled.items() if kinds[key] in ("id", "email", "phone")]
                if any(map(self.key.hits, said)):
                    yield from (places[key] for key in filled if filled[key] and (kinds[key] != "name" or key in own))

    def _shared_texts(self) -> list[str]:
        part = self._parts.get(self._shared, b"")
        return [_runs(match[2] or b"") for match in _SHARED.finditer(part)]

    def _cells(self) -> Iterator[_Cell]:
        """Yield every cell with a text."""
        for element in parse_xml(self._parts[self._book], LIMITS).iter():
            if local(element) != "sheet":
                continue
            link = self._links.get(next((v for k, v in element.attrib.items() if k.endswith("}id")), ""))
            part = link.target if link is not None else ""
            for match in _CELL.finditer(self._parts.get(part, b"")):
                attributes = dict(_ATTRIBUTE.findall(match[2]))
                inner = match[3] or b""
                value = _VALUE.search(inner)
                shared = int(value[2]) if attributes.get(b"t") == b"s" and value and value[2].isdigit() else None
                text = _plain(value[2]) if value else _runs(inner)
                if shared is not None:
                    text = self._texts[shared] if shared < len(self._texts) else ""
                if text:
                    yield _Cell(
                        part, element.get("name", ""), attributes.get(b"r", b"?").decode(), *match.span(), match[1],
                        attributes, inner, text, shared,
                    )  # fmt: skip

    # -- the copy --------------------------------------------------------------------------

    def _edit(self, cell: _Cell, hit: Hit) -> None:
        if hit.act not in ("replace", "clear"):
            return
        p = cell.prefix
        style = b' s="%s"' % cell.attributes[b"s"] if b"s" in cell.attributes else b""
        head = b'<%sc r="%s"%s' % (p, cell.attributes.get(b"r", b""), style)
        text = self.key.erase(cell.text, self._word) if hit.own else self._word
        if cell.computed:  # the next calculation follows the inputs
            kept = _VALUE.sub(lambda m: b"<%sv>%s</%sv>" % (m[1], _marked_up(text), m[1]), cell.inner)
            new = head + b' t="str">' + kept + b"</%sc>" % p
        elif hit.act == "clear":
            new = head + b"/>"
        else:
            new = head + b' t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>' % (
                p, p, _marked_up(text), p, p, p,
            )  # fmt: skip
        self._edits[cell.part].append((cell.start, cell.end, new))

    def _scrub(self, cells: dict[tuple[str, str], _Cell], edited: set[tuple[str, str]]) -> None:
        """Empty shared texts that no cell shows any more."""
        left = {cell.shared for place, cell in cells.items() if place not in edited}
        gone = {cells[place].shared for place in edited} | {n for n, t in enumerate(self._texts) if self.key.hits(t)}
        for n, match in enumerate(_SHARED.finditer(self._parts.get(self._shared, b""))):
            if n in gone - left:
                new = b"<%ssi><%st></%st></%ssi>" % ((match[1],) * 4)
                self._edits[self._shared].append((*match.span(), new))

    def _elsewhere(self, sheets: dict[str, str]) -> Iterator[Hit]:
        """Yield the places beside cells: comments, properties, headers, drawings, charts, names."""
        for part, content in self._parts.items():
            if part == self._shared:
                continue
            cells = [match.span() for match in _CELL.finditer(content)] if part in sheets else []
            spans = iter(cells)
            span = next(spans, (len(content), len(content)))
            for match in _NODE.finditer(content):
                while span[1] <= match.start():
                    span = next(spans, (len(content), len(content)))
                if not self.key.hits(_plain(match[2])):
                    continue
                calculated = match[1].rpartition(b":")[2] in _CALCULATED
                if span[0] <= match.start() and not calculated:
                    continue
                if not calculated:
                    new = _marked_up(self.key.erase(_plain(match[2]), self._word))
                    self._edits[part].append((*match.span(2), new))
                yield Hit(sheets.get(part, ""), part, act="by hand" if calculated else "replace")
            for match in _ATTRIBUTE.finditer(content):
                if self.key.hits(_plain(match[2])):
                    yield Hit(sheets.get(part, ""), part, act="by hand")

    def copy(self) -> bytes:
        """Return the workbook without the person."""
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.data)) as source, zipfile.ZipFile(stream, "w") as target:
            for info in source.infolist():
                content = source.read(info)
                name = unicodedata.normalize("NFC", info.filename.replace("\\", "/")).lower()
                for start, end, new in sorted(self._edits.get(name, ()), reverse=True):
                    content = content[:start] + new + content[end:]
                target.writestr(info, content, info.compress_type)
        return stream.getvalue()


def is_clean(data: bytes, result: ReadResult, key: Key) -> bool:
    """Whether nothing that can be erased is left in a copy."""
    return all(hit.act in ("keep", "by hand") or not hit.own for hit in Search(data, result, key).hits)


def _first_name(block: Form | Table, kinds: dict[str, Personal]) -> list[str]:
    """Return the fields of the first name of a record: one, or first name and surname beside each other."""
    found: list[str] = []
    for item in block.fields:
        if kinds.get(item.key) == "name":
            found.append(item.key)
        elif found:
            break
    return found


def _act(item: Field | None, kind: Personal | None, cell: _Cell, *, own: bool) -> Act:
    if item is None or cell.computed:
        return "replace"
    if kind == "id":
        return "keep"
    if kind in ("email", "phone") or (not own and kind != "name" and not item.required):
        return "clear"
    return "replace"


def _runs(inner: bytes) -> str:
    return "".join(_plain(match[2]) for match in _RUN.finditer(inner))


def _plain(text: bytes) -> str:
    said = html.unescape(text.decode("utf-8", "replace"))
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), said) if "_x" in said else said


def _marked_up(text: str) -> bytes:
    return html.escape(text, quote=False).encode()


__all__ = ["ERASED", "Hit", "Key", "Search", "is_clean"]
