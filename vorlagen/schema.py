"""JSON schema of the spec language for editors, generated from the dataclasses of `spec`.

Give it to an editor with a first line like::

    # yaml-language-server: $schema=vorlage.schema.json
"""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin

from vorlagen.nodes import hints
from vorlagen.spec import BLOCK_KINDS, Attribute, Axis, Block, Choice, ChoiceList, Formula, Template, Text
from vorlagen.spec import Field as SpecField

Schema = dict[str, Any]

# Set by the loader, never written by an author.
_HIDDEN: dict[type, tuple[str, ...]] = {Template: ("path", "hash"), ChoiceList: ("key",)}
# A missing title is taken from the shared headings.
_TITLED = (SpecField, Axis, Attribute)
_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}

_FORMULA: Schema = {"type": ["string", "number", "boolean"], "description": "Excel syntax over field keys, without '='"}


class _Definitions:
    """Collects the definition of every dataclass that is met."""

    def __init__(self) -> None:
        self.found: dict[str, Schema] = {}

    def reference(self, cls: type) -> Schema:
        """Return a reference to a class, defining it on first sight."""
        name = cls.__name__
        if name not in self.found:
            self.found[name] = {}
            self.found[name] = self.define(cls)
        return {"$ref": f"#/$defs/{name}"}

    def define(self, cls: type) -> Schema:
        """Return the schema of a dataclass: its fields, with their descriptions."""
        known = hints(cls)
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for item in fields(cls):
            if not item.init or item.name in _HIDDEN.get(cls, ()):
                continue
            properties[item.name] = self.property(cls, item, known[item.name])
            if item.default is MISSING and item.default_factory is MISSING:
                required.append(item.name)
        if cls in _TITLED:
            required.remove("title")
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if required:
            schema["required"] = required
        if doc := (cls.__doc__ or "").partition("\n")[0]:
            schema["description"] = doc
        return schema

    def property(self, cls: type, item: Field[Any], hint: Any) -> Schema:
        """Return the schema of one field with its description."""
        if cls is Template and item.name == "lists":
            schema: Schema = {
                "type": "object",
                "propertyNames": {"pattern": "^L_"},
                "additionalProperties": self.reference(ChoiceList),
            }
        elif cls is ChoiceList and item.name == "values":
            schema = {"type": "array", "items": self.reference(Choice)}
        elif issubclass(cls, Block) and item.name == "kind":
            schema = {"const": next(kind for kind, block in BLOCK_KINDS.items() if block is cls)}
        else:
            schema = self.value(hint)
        if text := item.metadata.get("doc"):
            schema = {**schema, "description": text}
        return schema

    def value(self, hint: Any) -> Schema:
        """Return the schema of a type hint, as the Builder reads it."""
        origin = get_origin(hint)
        if hint is Any:
            return {}
        if origin in (Union, types.UnionType):
            return self.union(get_args(hint))
        if origin is tuple:
            item = self.value(get_args(hint)[0])
            several: Schema = {"type": "array", "items": item}
            return {"anyOf": [item, several]} if get_args(hint)[0] is str else several  # one word is a list of one
        if origin is dict:
            return {"type": "object", "additionalProperties": self.value(get_args(hint)[1])}
        if origin is Literal:
            return {"enum": list(get_args(hint))}
        if hint is Text:
            return self.text()
        if hint is Formula:
            return dict(_FORMULA)
        if hint is Block:
            return {"anyOf": [self.reference(block) for block in BLOCK_KINDS.values()]}
        if hint is Choice:
            return self.reference(Choice)
        if is_dataclass(hint):
            assert isinstance(hint, type)
            return self.reference(hint)
        if hint is str:
            return {"type": ["string", "number", "boolean"]}
        return {"type": _SCALARS[hint]}

    def union(self, options: tuple[Any, ...]) -> Schema:
        """Return the schema of alternatives; None means that the value may be left empty."""
        rest = [o for o in options if o is not type(None)]
        schemas = [self.value(o) for o in rest]
        if Text in rest and Formula in rest:
            formula = {"type": "object", "properties": {"formula": _FORMULA}, "required": ["formula"],
                       "additionalProperties": False}  # fmt: skip
            schemas = [self.text(), formula]
        if len(rest) < len(options):
            schemas.append({"type": "null"})
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def text(self) -> Schema:
        """Return the schema of a text: a string, or both languages."""
        if "Text" not in self.found:
            both = {"de": {"type": ["string", "number"]}, "en": {"type": ["string", "number"]}}
            pair = {"type": "object", "properties": both, "required": ["de", "en"], "additionalProperties": False}
            self.found["Text"] = {
                "description": "A text for both languages, or {de: …, en: …}",
                "anyOf": [{"type": ["string", "number", "boolean"]}, pair],
            }
        return {"$ref": "#/$defs/Text"}


def _choice() -> Schema:
    """Return the schema of one choice; further keys are attributes of its list."""
    word = {"type": ["string", "number", "boolean"]}
    return {
        "type": "object",
        "properties": {"key": word, "de": word, "en": word},
        "required": ["key", "de", "en"],
        "description": "One value of a choice list; further keys are attributes of the list.",
    }


def json_schema() -> Schema:
    """Return the JSON schema of a template file."""
    definitions = _Definitions()
    definitions.found["Choice"] = _choice()
    template = definitions.define(Template)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vorlage",
        **template,
        "$defs": dict(sorted(definitions.found.items())),
    }
