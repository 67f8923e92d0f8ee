"""Spec files -> Template: shared lists and headings filled in, the common sheets added."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from yaml import MappingNode, Node, SequenceNode

from vorlagen.findings import SpecErrors
from vorlagen.formulas.house import nearest
from vorlagen.nodes import Bad, Builder
from vorlagen.spec import (
    BLOCK_KINDS,
    Attribute,
    Axis,
    Choice,
    ChoiceList,
    Field,
    Sheet,
    Template,
    Text,
)


class Common:
    """What all templates share: headings, choice lists, the front sheet, the holiday sheet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> str:
        """Return the text of a shared file."""
        return (self.folder / name).read_text(encoding="utf-8")

    @cached_property
    def titles(self) -> dict[str, Text]:
        """Headings by field key."""
        builder = SpecBuilder("titles.yaml", {})
        node = builder.compose(self.read("titles.yaml"))
        titles = {key.value: builder.text(value) for key, value in node.value} if node is not None else {}
        builder.finish()
        return titles

    @cached_property
    def lists(self) -> dict[str, ChoiceList]:
        """Shared choice lists by key."""
        builder = SpecBuilder("lists.yaml", self.titles)
        node = builder.compose(self.read("lists.yaml"))
        lists = builder.lists(node) if node is not None else ()
        builder.finish()
        return {choices.key: choices for choices in lists}

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Texts of all shared files, as written."""
        return tuple(self.read(name) for name in ("titles.yaml", "lists.yaml", "front.yaml", "holidays.yaml"))

    @cached_property
    def sources(self) -> tuple[str, str]:
        """Text of the front sheet and of the holiday sheet, as written."""
        return self.read("front.yaml"), self.read("holidays.yaml")


class SpecBuilder(Builder):
    """A Builder that knows the special forms of the spec language."""

    def __init__(self, file: str, titles: dict[str, Text]) -> None:
        super().__init__(file)
        self.titles = titles
        self.kinds = dict(BLOCK_KINDS)
        self.custom |= {Field: self.field, Axis: self.axis, ChoiceList: self.choice_list, Attribute: self.attribute}

    def finish(self) -> None:
        """Raise all recorded faults.

        Raises:
            SpecErrors: at least one fault.
        """
        if self.problems:
            raise SpecErrors(self.problems)

    def _titled(self, cls: type, node: Node) -> Any:
        """Build a dataclass with key and title; a missing title comes from the shared headings."""
        if not isinstance(node, MappingNode):
            raise self.problem(node, f"{cls.__name__.lower()}: a mapping is expected", "write {key: …, type: …}")
        keys = {k.value: v for k, v in node.value}
        if "title" in keys or "key" not in keys:
            return self.build(cls, node)
        key = str(keys["key"].value)
        if key not in self.titles:
            raise self.problem(node, f"no heading for '{key}'", "add title: {de: …, en: …} or an entry in titles.yaml")
        return self.build(cls, node, title=self.titles[key])

    def field(self, node: Node) -> Field:
        """Build a Field."""
        built: Field = self._titled(Field, node)
        if built.type == "choice" and built.list is None:
            self.problem(node, f"field '{built.key}' of type choice without list", "add list: L_…")
        if built.type != "choice" and built.list is not None:
            self.problem(node, f"field '{built.key}' has a list but is not of type choice", "write type: choice")
        return built

    def axis(self, node: Node) -> Axis:
        """Build an Axis."""
        built: Axis = self._titled(Axis, node)
        if not (built.list or built.count or built.rows_of or built.extra):
            self.problem(
                node, f"axis '{built.key}' has no headings", "add list, count or rows_of with formula, or extra"
            )
        return built

    def attribute(self, node: Node) -> Attribute:
        """Build an Attribute."""
        built: Attribute = self._titled(Attribute, node)
        return built

    def lists(self, node: Node) -> tuple[ChoiceList, ...]:
        """Build the lists of a file: a mapping from list key to list."""
        if not isinstance(node, MappingNode):
            raise self.problem(node, "lists: a mapping is expected", "write L_NAME: {title: …, values: […]}")
        out = []
        for key, value in node.value:
            if not key.value.startswith("L_"):
                self.problem(key, f"list key '{key.value}'", "list keys begin with L_")
            try:
                out.append(self.build_list(key.value, value))
            except Bad:
                continue
        return tuple(out)

    def choice_list(self, node: Node) -> ChoiceList:
        """Refuse a list outside a mapping of lists."""
        raise self.problem(node, "a list is written as L_NAME: {…}", "see lists.yaml")

    def build_list(self, key: str, node: Node) -> ChoiceList:
        """Build one list; further keys of a value are its attributes."""
        if not isinstance(node, MappingNode):
            raise self.problem(node, f"list '{key}': a mapping is expected", "write {title: …, values: […]}")
        parts = {k.value: v for k, v in node.value}
        for name in ("values", "attributes"):
            if name in parts and not isinstance(parts[name], SequenceNode):
                raise self.problem(parts[name], f"{name}: a list is expected", "write lines with -")
        attributes = tuple(self.each(Attribute, parts["attributes"].value)) if "attributes" in parts else ()
        names = {a.key for a in attributes}
        values = []
        for item in parts["values"].value if "values" in parts else []:
            values.append(self.choice(item, names))
        rest = MappingNode(
            node.tag,
            [(k, v) for k, v in node.value if k.value not in ("values", "attributes", "key")],
            node.start_mark,
            node.end_mark,
        )
        built: ChoiceList = self.build(ChoiceList, rest, key=key, values=tuple(values), attributes=attributes)
        seen: set[str] = set()
        for choice in built.values:
            if choice.key in seen:
                self.problem(node, f"choice '{choice.key}' stands twice in {key}", "remove one")
            seen.add(choice.key)
        return built

    def choice(self, node: Node, attributes: set[str]) -> Choice:
        """Build one choice: {key, de, en, attribute: value, …}."""
        if not isinstance(node, MappingNode):
            raise self.problem(node, "a choice is expected", "write {key: …, de: …, en: …}")
        parts = {k.value: v for k, v in node.value}
        for needed in ("key", "de", "en"):
            if needed not in parts:
                raise self.problem(node, f"choice without '{needed}'", "write {key: …, de: …, en: …}")
        extra = {}
        for name, value in parts.items():
            if name in ("key", "de", "en"):
                continue
            if name not in attributes:
                self.problem(value, f"unknown attribute '{name}'", nearest(name, ["key", "de", "en", *attributes]))
                continue
            extra[name] = self.plain(value)
        label = Text(str(parts["de"].value), str(parts["en"].value))
        return Choice(str(parts["key"].value), label, extra)

    def template(self, node: Node) -> Template | None:
        """Build a Template from the root of a file."""
        if not isinstance(node, MappingNode):
            self.problem(node, "a template is a mapping", "begin with key: …")
            return None
        own: tuple[ChoiceList, ...] = ()
        for key, value in node.value:
            if key.value == "lists":
                own = self.lists(value)
        try:
            built: Template = self.build(Template, node, lists=own)
        except Bad:
            return None
        return built


def load_template(path: Path, common: Common, source: str | None = None) -> Template:
    """Load one spec file, add the common sheets and compile its formulas.

    Args:
        path: the YAML file.
        common: shared headings, lists and sheets.
        source: text of the file, when it was read already.

    Raises:
        SpecErrors: all faults of the file, with lines.
    """
    from vorlagen.compile import compile_template

    text = path.read_text(encoding="utf-8") if source is None else source
    builder = SpecBuilder(path.name, common.titles)
    node = builder.compose(text)
    template = builder.template(node) if node is not None else None
    builder.finish()
    assert template is not None
    front_source, holiday_source = common.sources
    front, front_builder = _fragment("front.yaml", front_source, common)
    sheets = (front, *template.sheets)
    fragments = [front_builder]
    if _uses_holidays(builder) or any(block.kind == "gantt" for s in template.sheets for block in s.blocks):
        holidays, holiday_builder = _fragment("holidays.yaml", holiday_source, common)
        sheets = (*sheets, holidays)
        fragments.append(holiday_builder)
    template = replace(template, sheets=sheets, lists=_lists_used(template, sheets, common, builder), path=str(path))
    digest = hashlib.sha256("\0".join((text, front_source, holiday_source, common.read("lists.yaml"))).encode())
    template = replace(template, hash=digest.hexdigest()[:16])
    if path.stem.split("_", 1)[-1] != template.key:
        builder.problem(1, f"file name does not end in the key '{template.key}'", f"name it NN_{template.key}.yaml")
    compile_template(template, [*fragments, builder])
    return template


def _fragment(name: str, source: str, common: Common) -> tuple[Sheet, SpecBuilder]:
    builder = SpecBuilder(name, common.titles)
    node = builder.compose(source)
    sheet: Sheet | None = None
    if node is not None:
        with suppress(Bad):
            sheet = builder.build(Sheet, node)
    builder.finish()
    assert sheet is not None
    return sheet, builder


def _uses_holidays(builder: SpecBuilder) -> bool:
    return any(
        word in formula.text
        for formula, _ in builder.formulas
        for word in ("WORKDAYS_BETWEEN", "ADD_WORKDAYS", "feiertage[")
    )


def _lists_used(
    template: Template, sheets: tuple[Sheet, ...], common: Common, builder: SpecBuilder
) -> tuple[ChoiceList, ...]:
    """Return every list that fields, axes, formulas or other lists name, in a stable order."""
    own = {choices.key: choices for choices in template.lists}
    known = common.lists | own
    wanted: dict[str, None] = dict.fromkeys(own)

    def want(key: str | None, where: str) -> None:
        if key is None or key in wanted:
            return
        if key not in known:
            builder.problem(1, f"unknown list '{key}' ({where})", nearest(key, list(known)))
            return
        wanted[key] = None
        for attribute in known[key].attributes:
            want(attribute.list, f"attribute {attribute.key}")

    for sheet in sheets:
        for block in sheet.blocks:
            for field in block.all_fields:
                want(field.list, f"field {block.key}.{field.key}")
    for name in list(wanted):
        for attribute in known[name].attributes:
            want(attribute.list, f"attribute {attribute.key}")
    for name in _list_words(builder, sheets):
        want(name, "formula")
    return tuple(known[key] for key in wanted)


def _list_words(builder: SpecBuilder, sheets: tuple[Sheet, ...]) -> list[str]:
    words: dict[str, None] = {}
    for formula, _ in builder.formulas:
        if "FILTER_BY" in formula.text:
            words["L_ALLE"] = None
        for word in re.findall(r"\bL_[A-Z_0-9]+\b", formula.text):
            words[word] = None
    return list(words)
