"""YAML with line numbers -> frozen dataclasses, driven by their type hints.

Unknown keys, wrong types and missing keys become `SpecProblem`s with the line and the
nearest known name; all faults of a file are collected before anything is raised.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from vorlagen.findings import Said, SpecProblem
from vorlagen.formulas.house import nearest
from vorlagen.spec import Block, Formula, Text

_SYNTAX = ("Einrückung, Anführungszeichen und Klammern prüfen", "check indentation, quotes and brackets")
_MAPPING = ("{Schlüssel: Wert, …} schreiben", "write {key: value, …}")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR, _PLAIN = "tag:yaml.org,2002:str", frozenset("-+.0123456789~nNtTfFyYoO<=")


class _Loader(_Base):  # type: ignore[misc]  # the C loader has no types
    """The C loader, without the pattern search for scalars that can only be text."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and (not implicit[0] or (value and value[0] not in _PLAIN)):
            return _STR
        return super().resolve(kind, value, implicit)


class Bad(Exception):
    """A node could not be built; the problem is already recorded."""


@cache
def hints(cls: type) -> dict[str, Any]:
    """Return the resolved type hints of a dataclass."""
    return typing.get_type_hints(cls)


@cache
def _init_fields(cls: type) -> dict[str, tuple[Any, bool]]:
    """Return field name -> (type, required) of a dataclass."""
    known = hints(cls)
    return {
        f.name: (known[f.name], f.default is MISSING and f.default_factory is MISSING) for f in fields(cls) if f.init
    }


class Builder:
    """Builds dataclasses from one YAML file and records its faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[SpecProblem] = []
        self.formulas: list[tuple[Formula, int]] = []
        self.custom: dict[type, Callable[[Node], Any]] = {Text: self.text, Formula: self.formula}
        self.kinds: dict[str, type[Block]] = {}
        self.lines: dict[int, int] = {}

    def compose(self, source: str) -> Node | None:
        """Parse YAML into nodes; record a syntax fault."""
        try:
            node: Node | None = yaml.compose(source, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.problem(line, f"YAML: {error.problem}", _SYNTAX)
            return None
        if node is None:
            new = "'vorlagen spec new', 'vorlagen brand new'"
            self.problem(1, ("die Datei ist leer", "file is empty"), (f"siehe {new}", f"see {new}"))
        return node

    def problem(self, where: Node | int, message: Said, hint: Said = "") -> Bad:
        """Record a fault and return the exception to raise."""
        line = where if isinstance(where, int) else where.start_mark.line + 1
        self.problems.append(SpecProblem(self.file, line, message, hint))
        return Bad()

    def unknown(self, where: Node, key: str, owner: str, known: list[str]) -> None:
        """Record a key that does not exist."""
        message = (f"unbekannter Schlüssel '{key}' in {owner}", f"unknown key '{key}' in {owner}")
        self.problem(where, message, nearest(key, known))

    # -- scalars and special nodes ---------------------------------------------------------

    def plain(self, node: Node) -> Any:
        """Return a scalar, list or dict as plain Python data; {de, en} becomes Text."""
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, SequenceNode):
            return tuple(self.plain(child) for child in node.value)
        keys = [key.value for key, _ in node.value]
        if set(keys) == {"de", "en"}:
            return self.text(node)
        return {key.value: self.plain(value) for key, value in node.value}

    def text(self, node: Node) -> Text:
        """Build a Text from a string or from {de, en}."""
        if isinstance(node, ScalarNode):
            return Text(node.value, node.value)
        if isinstance(node, MappingNode):
            found = {key.value: value for key, value in node.value}
            for key in found.keys() - {"de", "en"}:
                message = (f"unbekannter Schlüssel '{key}' in einem Text", f"unknown key '{key}' in a text")
                self.problem(found[key], message, ("ein Text hat de und en", "a text has de and en"))
            if missing := {"de", "en"} - found.keys():
                de, en = (f" {word} ".join(sorted(missing)) for word in ("und", "and"))
                hint = ("beide Sprachen angeben", "give both languages")
                raise self.problem(node, (f"Text ohne {de}", f"text without {en}"), hint)
            return Text(str(found["de"].value), str(found["en"].value))
        hint = ("einen Text oder {de: …, en: …} schreiben", "write a string or {de: …, en: …}")
        raise self.problem(node, ("hier gehört ein Text hin", "a text is expected"), hint)

    def formula(self, node: Node) -> Formula:
        """Keep the text of a formula with its line; it is parsed after loading."""
        if not isinstance(node, ScalarNode):
            hint = ("als Text in Anführungszeichen schreiben", "write it as a quoted string")
            raise self.problem(node, ("hier gehört eine Formel hin", "a formula is expected"), hint)
        text = str(node.value)
        if text.startswith("="):
            message = ("die Formel beginnt mit '='", "formula begins with '='")
            self.problem(node, message, ("das Zeichen weglassen", "leave the sign out"))
            text = text[1:]
        formula = Formula(text, None)
        self.formulas.append((formula, node.start_mark.line + 1))
        return formula

    # -- by type ---------------------------------------------------------------------------

    def build(self, cls: type, node: Node, **given: Any) -> Any:
        """Build dataclass `cls` from a mapping.

        Raises:
            Bad: the node is unusable; problems are recorded.
        """
        if not isinstance(node, MappingNode):
            name = cls.__name__.lower()
            message = (f"{name}: hier gehören Schlüssel und Werte hin", f"{name}: a mapping is expected")
            raise self.problem(node, message, _MAPPING)
        known = _init_fields(cls)
        values: dict[str, Any] = dict(given)
        failed = False
        for key_node, value_node in node.value:
            key = key_node.value
            if key in given:
                continue
            if key not in known:
                self.unknown(key_node, key, cls.__name__.lower(), [k for k in known if k not in given])
                continue
            if key in values:
                message = (f"der Schlüssel '{key}' steht doppelt", f"key '{key}' stands twice")
                self.problem(key_node, message, ("einen entfernen", "remove one"))
                continue
            try:
                values[key] = self.value(known[key][0], value_node)
            except Bad:
                failed = True
        for key, (_, required) in known.items():
            if required and key not in values and not failed:
                name = cls.__name__.lower()
                message = (f"{name} ohne '{key}'", f"{name} without '{key}'")
                self.problem(node, message, (f"{key}: … ergänzen", f"add {key}: …"))
                failed = True
        if failed:
            raise Bad
        built = cls(**values)
        self.lines[id(built)] = node.start_mark.line + 1
        return built

    def value(self, hint: Any, node: Node) -> Any:
        """Build a value of the hinted type."""
        if hint in self.custom:
            return self.custom[hint](node)
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            return self.union(get_args(hint), node)
        if origin is tuple:
            item = get_args(hint)[0]
            if isinstance(node, ScalarNode) and item is str:
                return (str(node.value),)  # a single key stands for a list of one
            if not isinstance(node, SequenceNode):
                hint = ("[a, b] oder Zeilen mit - schreiben", "write [a, b] or lines with -")
                raise self.problem(node, ("hier gehört eine Liste hin", "a list is expected"), hint)
            return tuple(self.each(item, node.value))
        if origin is dict:
            if not isinstance(node, MappingNode):
                message = ("hier gehören Schlüssel und Werte hin", "a mapping is expected")
                raise self.problem(node, message, _MAPPING)
            return {k.value: self.value(get_args(hint)[1], v) for k, v in node.value}
        if origin is Literal:
            value = _scalar(node) if isinstance(node, ScalarNode) else None
            if value not in get_args(hint):
                choices = [str(a) for a in get_args(hint)]
                message = (f"'{value}' ist hier nicht zulässig", f"'{value}' is not allowed here")
                raise self.problem(node, message, nearest(str(value), choices))
            return value
        if hint is Any:
            return self.plain(node)
        if hint is Block or (isinstance(hint, type) and issubclass(hint, Block)):
            return self.block(node)
        if is_dataclass(hint):
            assert isinstance(hint, type)
            return self.build(hint, node)
        return self.scalar(hint, node)

    def each(self, hint: Any, nodes: list[Node]) -> list[Any]:
        """Build all items; faults of one do not hide the next.

        Raises:
            Bad: an item is faulty; its problem is noted.
        """
        out, failed = [], False
        for node in nodes:
            try:
                out.append(self.value(hint, node))
            except Bad:
                failed = True
        if failed:
            raise Bad
        return out

    def union(self, options: tuple[Any, ...], node: Node) -> Any:
        """Pick the member of a union by the form of the node."""
        rest = [o for o in options if o is not type(None)]
        if isinstance(node, ScalarNode) and _scalar(node) is None:
            return None
        if len(rest) == 1:
            return self.value(rest[0], node)
        if Text in rest and Formula in rest:
            # A mapping or a plain sentence is a text; a formula is written as {formula: "…"}.
            if isinstance(node, MappingNode) and [k.value for k, _ in node.value] == ["formula"]:
                return self.formula(node.value[0][1])
            return self.text(node)
        if float in rest and isinstance(node, ScalarNode) and isinstance(_scalar(node), int | float):
            return float(_scalar(node))
        return self.value(Formula if Formula in rest else rest[0], node)

    def block(self, node: Node) -> Block:
        """Build a block of the kind it names."""
        if not isinstance(node, MappingNode):
            hint = ("{kind: …, key: …} schreiben", "write {kind: …, key: …}")
            raise self.problem(node, ("hier gehört ein Block hin", "a block is expected"), hint)
        kind = next((str(v.value) for k, v in node.value if k.value == "kind"), None)
        if kind is None:
            kinds = ", ".join(self.kinds)
            message = ("Block ohne 'kind'", "block without 'kind'")
            raise self.problem(node, message, (f"eines von {kinds}", f"one of {kinds}"))
        if kind not in self.kinds:
            message = (f"unbekannte Art von Block '{kind}'", f"unknown block kind '{kind}'")
            raise self.problem(node, message, nearest(kind, list(self.kinds)))
        built: Block = self.build(self.kinds[kind], node)
        return built

    def scalar(self, hint: Any, node: Node) -> Any:
        """Build str, int, float or bool."""
        if not isinstance(node, ScalarNode):
            kind = type(node).__name__.removesuffix("Node").lower()
            german = "eine Liste" if kind == "sequence" else "ein Block von Schlüsseln"
            message = (
                f"hier gehört ein einzelner Wert hin, nicht {german}",
                f"a single value is expected, not a {kind}",
            )
            raise self.problem(node, message)
        value = _scalar(node)
        if hint is str:
            return str(node.value)
        if hint is bool and isinstance(value, bool):
            return value
        if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if hint is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        message = (
            f"'{node.value}' ist kein Wert vom Typ {hint.__name__}",
            f"'{node.value}' is not a value of type {hint.__name__}",
        )
        raise self.problem(node, message)


_CONSTRUCTOR = yaml.SafeLoader("")


def _scalar(node: ScalarNode) -> Any:
    """Return the Python value of a scalar (dates included)."""
    if node.tag == _STR:
        return node.value
    return _CONSTRUCTOR.construct_object(node)
