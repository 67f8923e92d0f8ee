"""A client's own values of choice lists: checked against the templates, put into their workbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vorlagen.brand import Brand, ListValue
from vorlagen.brand_faults import Fault, fault
from vorlagen.catalog import Catalog
from vorlagen.compile import block_formulas
from vorlagen.fieldtypes import TYPES
from vorlagen.findings import SpecProblem
from vorlagen.foreign import closest
from vorlagen.formulas.ast import ChoiceRef, walk
from vorlagen.spec import LANGS, Attribute, ChoiceList, Lang, Template, Text
from vorlagen.values import Row, Values

VALUE_MAX = 120
_CRITERION = re.compile(r"[<>=]|.*[*?~]")


def brand_list_problems(brand: Brand, catalog: Catalog) -> list[SpecProblem]:
    """Return what is wrong with the lists of a brand."""
    if not brand.lists:
        return []
    lists = dict(catalog.common.lists)
    for key in catalog.entries:
        lists |= {choices.key: choices for choices in catalog.template(key).lists}
    used = _choices_in_formulas(catalog)
    problems = []
    for key, values in brand.lists.items():
        line = brand.lines.get(f"lists.{key}", brand.lines.get("lists", 0))
        for found in _faults(key, values, lists, used.get(key, set()), brand):
            problems.append(SpecProblem(f"{brand.key}.yaml", line, *found))
    return problems


def _choices_in_formulas(catalog: Catalog) -> dict[str, set[str]]:
    """Return the choices that formulas name, by list."""
    used: dict[str, set[str]] = {}
    for key in catalog.entries:
        for block in catalog.template(key).blocks.values():
            for formula in block_formulas(block):
                for node in walk(formula.node):
                    if isinstance(node, ChoiceRef):
                        used.setdefault(node.list, set()).add(node.value)
    return used


def _faults(
    key: str, values: tuple[ListValue, ...], lists: Mapping[str, ChoiceList], used: set[str], brand: Brand
) -> Iterator[Fault]:
    """Yield what is wrong with one list, and what to do."""
    if key not in lists:
        near = closest(key, [name for name, choices in lists.items() if not choices.fix])
        yield fault("list_unknown", key=key, near=near)
        return
    choices = lists[key]
    if choices.fix:
        yield fault("list_fixed", key=key)
        return
    if not values:
        yield fault("list_empty", key=key)
    columns = [[value.label[lang] for value in values] for lang in LANGS]
    if any(len({label.casefold() for label in column}) < len(column) for column in columns):
        yield fault("list_twice", key=key)
    labels = [label for column in columns for label in column]
    if not all(label.strip() and len(label) <= VALUE_MAX and label.isprintable() for label in labels):
        yield fault("list_value", key=key, limit=VALUE_MAX)
    # SUMIFS and COUNTIFS would take such a value for a comparison or a pattern, and count other rows with it.
    for value in values:
        if any(_CRITERION.match(value.label[lang]) for lang in LANGS):
            yield fault("list_criterion", key=key, value=value.label.de[:40])
    # Formulas point at the row of a choice, so what they name must stay in its place.
    last = max((n for n, choice in enumerate(choices.values) if choice.key in used), default=-1)
    needed = [choice.label.de for choice in choices.values[: last + 1]]
    if [value.label.de for value in values[: last + 1]] != needed:
        yield fault("list_formulas", key=key, first=", ".join(needed))
    for value in values:
        yield from _attribute_faults(key, value, choices, lists, brand)


def _attribute_faults(
    key: str, value: ListValue, choices: ChoiceList, lists: Mapping[str, ChoiceList], brand: Brand
) -> Iterator[Fault]:
    known = [a.key for a in choices.attributes]
    place = {"key": key, "value": value.label.de}
    for name in sorted(value.attributes.keys() - set(known)):
        yield fault("attribute", name=name, known=", ".join(known) or "–", **place)
    shipped = value.label.de in {choice.label.de for choice in choices.values}
    for attribute in choices.attributes:
        given = value.attributes.get(attribute.key)
        if TYPES[attribute.type].numeric:
            missing = given is None and not (shipped and attribute.key not in value.attributes)
            if missing or isinstance(given, bool | str):
                yield fault("attribute_number", name=attribute.key, **place)
        elif given is not None and attribute.list is not None and attribute.list in lists:
            labels = _labels(attribute.list, lists, brand)
            if str(given) not in labels:
                near = closest(str(given), labels)
                yield fault("attribute_value", given=given, list=attribute.list, near=near, **place)


def _labels(key: str, lists: Mapping[str, ChoiceList], brand: Brand) -> dict[str, Text]:
    """Return the values of a list under every name by which a brand may call them."""
    if key in brand.lists:
        return {name: v.label for v in brand.lists[key] for name in (v.label.de, v.label.en)}
    return {name: c.label for c in lists[key].values for name in (c.key, c.label.de, c.label.en)}


# -- into the workbook -------------------------------------------------------------------------


def branded(values: Values, brand: Brand, template: Template, lang: Lang, *, example: bool = False) -> Values:
    """Return the values with the client's own contents of editable lists.

    In an example workbook the values of the spec follow them, because its rows use those.
    """
    lists = dict(values.lists)
    for key, own in brand.lists.items():
        if key not in template.list_by_key or template.list_by_key[key].fix:
            continue
        choices = template.list_by_key[key]
        given = {row["wert"]: row for row in values.lists.get(key, [])}
        labels = {value.label[lang] for value in own}
        lists[key] = [_row(value, choices, given, template, brand, lang) for value in own]
        if example:
            lists[key] += [row for label, row in given.items() if label not in labels]
    if not example:
        for key, rows in lists.items():
            choices_of = template.list_by_key.get(key)
            gone = [a for a in choices_of.attributes if a.list in brand.lists] if choices_of else []
            if gone:
                lists[key] = [_without(row, gone, brand, lang) for row in rows]
    return replace(values, lists=lists) if brand.lists else values


def _row(
    value: ListValue, choices: ChoiceList, given: Mapping[str, Row], template: Template, brand: Brand, lang: Lang
) -> Row:
    row = {**given.get(value.label[lang], {}), "wert": value.label[lang]}
    for attribute in choices.attributes:
        if attribute.key in value.attributes:
            row[attribute.key] = _attribute(value.attributes[attribute.key], attribute, template, brand, lang)
    return row


def _attribute(given: Any, attribute: Attribute, template: Template, brand: Brand, lang: Lang) -> Any:
    if attribute.type == "choice" and attribute.list in template.list_by_key:
        label = _labels(attribute.list, template.list_by_key, brand).get(str(given))
        return label[lang] if label else str(given)
    return given[lang] if isinstance(given, Text) else given


def _without(row: Row, attributes: list[Attribute], brand: Brand, lang: Lang) -> Row:
    """Return a row without attributes that name a value which the client's list does not have."""
    gone = {a.key for a in attributes if row.get(a.key) not in {v.label[lang] for v in brand.lists[a.list or ""]}}
    return {key: None if key in gone else value for key, value in row.items()}
