"""The independent witness of a field: a function of `calculators` and where its inputs come from.

A binding is written as a call, with the references of formulas as arguments:
``calculator: "kpi.hit_rate_value(angebote[gruppe], angebote[angebotssumme])"``. The call is
read by Python's own parser and never by the formula parser, and no formula is evaluated for
it: inputs come from filled cells, or from fields that have a witness of their own. What has
none (headings, unwitnessed fields) is taken as the evaluator gave it.

Functions see typed values: None for a blank, dates as `date`, choices by their key. Four bare
words give facts: `today`, `place` (number of the row from 1), `required` (every required input
with its occupied rows) and `checks` (every check cell). A bare name of a block or list gives all that
people filled in there, and no result of a formula: a dict of columns, or of single values for a form.
So a calculator can be written from the words of the catalogue, without the steps of the sheet. A
calculator of a table that names no cell of its own row gives the whole column at once.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from vorlagen.compute import may_be_blank
from vorlagen.fieldtypes import TYPES, from_serial
from vorlagen.formulas.house import nearest
from vorlagen.formulas.parse import FormulaError
from vorlagen.spec import Block, Field, Form, Kpis, Matrix, Summary, Table, Template

if TYPE_CHECKING:
    from vorlagen.compute import Computed

ROW = "_row"
FACTS = ("today", "place", "required", "checks")
_ROW_REFERENCE = re.compile(r"\[@(\w+)\]")


class Chosen(str):
    """A choice: equal to its key, with the label that people see."""

    label: str

    def __new__(cls, key: str, label: str) -> Chosen:
        """Return the key with its label."""
        found = super().__new__(cls, key)
        found.label = label
        return found


@cache
def binding(text: str) -> ast.expr:
    """Read a binding.

    Raises:
        FormulaError: it is no call.
    """
    try:
        tree = ast.parse(_ROW_REFERENCE.sub(rf"{ROW}.\1", text).strip(), mode="eval").body
    except SyntaxError:
        raise FormulaError(f"calculator {text!r} cannot be read", "write module.function(inputs)") from None
    call = tree.value if isinstance(tree, ast.Attribute) else tree
    if not isinstance(call, ast.Call):
        raise FormulaError(f"calculator {text!r} is no call", "write module.function(inputs)")
    return tree


@cache
def function(module: str, name: str) -> Callable[..., Any]:
    """Return a public function of calculators.

    Raises:
        FormulaError: no such module or function, with the nearest name.
    """
    import calculators

    modules = [m.name for m in pkgutil.iter_modules(calculators.__path__) if not m.ispkg]
    if module not in modules:
        raise FormulaError(f"calculators has no module '{module}'", nearest(module, modules))
    loaded = importlib.import_module(f"calculators.{module}")
    found = getattr(loaded, name, None)
    if name.startswith("_") or not inspect.isfunction(found):
        public = [key for key, item in inspect.getmembers(loaded, inspect.isfunction) if not key.startswith("_")]
        raise FormulaError(f"calculators.{module} has no function '{name}'", nearest(name, public))
    return found


@cache
def _signature(module: str, name: str) -> inspect.Signature:
    return inspect.signature(function(module, name))


def source(text: str) -> str:
    """Return the name of the outermost function of a binding: module.function."""
    tree = binding(text)
    call = tree.value if isinstance(tree, ast.Attribute) else tree
    assert isinstance(call, ast.Call)
    return ast.unparse(call.func)


def check_binding(text: str, template: Template, block: Block) -> None:
    """Check the names and the number of arguments of a binding.

    Raises:
        FormulaError: an unknown function, block, field, list or choice, or arguments that do not fit.
    """
    _check(binding(text), template, block)


def _check(node: ast.expr, template: Template, block: Block) -> None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name), args=args, keywords=keywords):
            function(module, name)
            try:
                _signature(module, name).bind(*args, **{str(k.arg): k.value for k in keywords})
            except TypeError as error:
                raise FormulaError(f"calculator {module}.{name}: {error}", "see its docstring") from None
            for inner in (*args, *(k.value for k in keywords)):
                _check(inner, template, block)
        case ast.Attribute(value=ast.Call() as call):
            _check(call, template, block)
        case ast.List(elts=items):
            for item in items:
                _check(item, template, block)
        case ast.Attribute(value=ast.Name(id=name), attr=key) if name == ROW:
            _known(key, list(block.by_key), f"block '{block.key}' has no field '{key}'")
        case ast.Attribute(value=ast.Name(id=name), attr=key) if name in template.list_by_key:
            _known(key, list(template.list_by_key[name].by_key), f"{name} has no choice '{key}'")
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=key)) if name in template.list_by_key:
            columns = ["wert", *(a.key for a in template.list_by_key[name].attributes)]
            _known(key, columns, f"{name} has no attribute '{key}'")
        case (
            ast.Attribute(value=ast.Name(id=name), attr=key)
            | ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=key))
        ):
            _known(name, list(template.blocks), f"unknown block '{name}'")
            found = template.blocks[name]
            _known(key, list(found.by_key), f"block '{name}' has no field '{key}'")
            if isinstance(found, Form | Kpis) != isinstance(node, ast.Attribute):
                right = f"{name}.{key}" if isinstance(found, Form | Kpis) else f"{name}[{key}]"
                raise FormulaError(f"'{ast.unparse(node)}' in a calculator", f"write {right}")
        case ast.Name(id=name):
            known = [*FACTS, *template.list_by_key, *(k for k, b in template.blocks.items() if b.all_fields)]
            _known(name, known, f"bare word '{name}' in a calculator")
        case ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            pass
        case _:
            raise FormulaError(
                f"'{ast.unparse(node)}' in a calculator", "inputs are references, numbers, texts, lists and calls"
            )


def _known(name: str, names: list[str], message: str) -> None:
    if name not in names:
        raise FormulaError(message, nearest(name, names))


# -- computing -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Disagreement:
    """A cell whose formula and whose independent calculator give different values; places count from 0."""

    block: str
    key: str
    place: int
    formula: Any
    calculator: Any


class Witness:
    """Every field of a filled-in template that has a calculator, computed without its formula.

    Args:
        computed: the filled-in template; gives the inputs, the headings and the fields without a witness.
    """

    def __init__(self, computed: Computed) -> None:
        self.computed = computed
        self.template = computed.template
        self._found: dict[tuple[str, str], list[Any]] = {}
        self._filled: dict[str, dict[str, Any]] = {}
        self._ends: dict[str, int] = {}
        self._labels: dict[str, dict[str, str]] = {}
        for (name, key), label in computed.book.choices.items():
            self._labels.setdefault(name, {})[key] = label
        self._keys = {
            name: {label: Chosen(key, label) for key, label in reversed(labels.items())}
            for name, labels in self._labels.items()
        }

    # -- results as the evaluator writes them ---------------------------------------------

    def fields(self) -> Iterator[tuple[Block, Field]]:
        """Yield every field that has a calculator."""
        for block in self.template.blocks.values():
            for item in block.all_fields:
                if item.calculator is not None:
                    yield block, item

    def column(self, block: str, key: str) -> list[Any]:
        """All rows of a field ('' blank, dates as serials, choices as labels), as `Computed.column` gives them.

        The cells of a matrix follow one another row by row.
        """
        item = self.template.field(block, key)
        return [self._cell(value, item) for value in self._column(block, key)]

    def disagreements(self) -> list[Disagreement]:
        """Return the cells where formula and calculator differ: money by a cent, other numbers by 1e-9."""
        from vorlagen.recompute import same

        found = []
        for block, item in self.fields():
            ours, theirs = self.column(block.key, item.key), self.computed.column(block.key, item.key)
            for n, (formula, calculator) in enumerate(zip(theirs, ours, strict=True)):
                if not same(formula, calculator, item):
                    found.append(Disagreement(block.key, item.key, n, formula, calculator))
        return found

    def _cell(self, value: Any, item: Field) -> Any:
        if value is None:
            return ""
        if isinstance(value, Chosen):
            return value.label
        if isinstance(value, str) and item.type not in ("text", "long"):
            lists = [item.list] if item.list else list(self._labels)
            return next((self._labels[name][value] for name in lists if value in self._labels.get(name, {})), value)
        return value

    # -- inputs ----------------------------------------------------------------------------

    def _read(self, block: str, key: str) -> list[Any]:
        """Read a column as typed values."""
        found = self.template.blocks[block]
        item = found.by_key[key]
        axis = next((a for a in (getattr(found, "row", None), getattr(found, "col", None)) if a and a.key == key), None)
        heading = axis is not None and axis.list is None
        return [self._typed(value, item, heading) for value in self.computed.column(block, key)]

    def _typed(self, value: Any, item: Field, heading: bool = False) -> Any:
        """Return a cell as functions see it; a text that is the label of a choice there becomes the choice."""
        if value is None or value == "":
            return None
        if isinstance(value, str):
            if item.list:
                return self._keys.get(item.list, {}).get(value, value)
            if heading or item.type not in ("text", "long"):
                return next((keys[value] for keys in self._keys.values() if value in keys), value)
            return value
        if item.type in ("date", "month") and isinstance(value, int | float):
            return from_serial(value)
        if item.type == "int" and isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def _column(self, block: str, key: str) -> list[Any]:
        place = (block, key)
        if place not in self._found:
            item = self.template.field(block, key)
            if item.calculator is None:
                self._found[place] = self._read(block, key)
            else:
                try:
                    self._found[place] = self._witnessed(self.template.blocks[block], item)
                except Exception as error:
                    error.add_note(f"calculator of {block}.{key}: {item.calculator}")
                    raise
        return self._found[place]

    # -- calling ---------------------------------------------------------------------------

    def _witnessed(self, block: Block, item: Field) -> list[Any]:
        tree = binding(item.calculator or "")
        size = len(self.computed.column(block.key, item.key))
        if isinstance(block, Form | Kpis):
            return [self._single(tree, block, 0, 0)]
        rows, width = self._grid(block, item, size)
        if not any(isinstance(node, ast.Name) and node.id in (ROW, "place") for node in ast.walk(tree)):
            whole = self._value(tree, block, 0, 0)
            given = list(whole) if isinstance(whole, list | tuple) else [whole] * size
            given += [None] * (size - len(given))
            return [value if on else None for value, on in zip(given, rows, strict=False)]
        return [self._single(tree, block, n // width, n % width) if on else None for n, on in enumerate(rows)]

    def _single(self, tree: ast.expr, block: Block, row: int, across: int) -> Any:
        found = self._value(tree, block, row, across)
        if isinstance(found, list | tuple):
            raise TypeError("the calculator of a single cell returned a column")
        return found

    def _grid(self, block: Block, item: Field, size: int) -> tuple[list[bool], int]:
        """Return which cells are computed, and how many stand in a row."""
        heads = self._heads(block)
        cell = getattr(block, "cell", None)
        if cell is None or item.key != cell.key:
            return heads[:size], 1
        across = [value is not None for value in self._read(block.key, block.col.key)]  # type: ignore[attr-defined]
        return [down and right for down in heads for right in across], len(across)

    def _heads(self, block: Block) -> list[bool]:
        key = block.key_field if hasattr(block, "key_field") else block.row.key  # type: ignore[attr-defined]
        heads = [value is not None for value in self._read(block.key, key)]
        # A summary of given lines shows all of them, with or without a name.
        given = isinstance(block, Summary) and not may_be_blank(block.row, self.template)
        return [True] * len(heads) if given else heads

    def _value(self, node: ast.expr, block: Block, row: int, across: int) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(operand=ast.Constant(value=value)):
                return -value  # type: ignore[operator]
            case ast.List(elts=items):
                return [self._value(item, block, row, across) for item in items]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name), args=args, keywords=keywords):
                given = [self._value(arg, block, row, across) for arg in args]
                named = {str(k.arg): self._value(k.value, block, row, across) for k in keywords}
                return function(module, name)(*given, **named)
            case ast.Attribute(value=ast.Call() as call, attr=name):
                result = self._value(call, block, row, across)
                return [getattr(r, name) for r in result] if isinstance(result, list) else getattr(result, name)
            case ast.Attribute(value=ast.Name(id=name), attr=key) if name == ROW:
                values = self._column(block.key, key)
                if len(values) == 1:
                    return values[0]
                col = getattr(block, "col", None)
                return values[across if col is not None and key == col.key else row]
            case ast.Attribute(value=ast.Name(id=name), attr=key) if name in self.template.list_by_key:
                return Chosen(key, self._labels[name][key])
            case ast.Attribute(value=ast.Name(id=name), attr=key):
                return self._column(name, key)[0]
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=key)):
                return self._list(name, key) if name in self.template.list_by_key else self._rows(name, key)
            case ast.Name(id=name) if name in self.template.blocks:
                return self._inputs(name)
            case ast.Name(id=name) if name in self.template.list_by_key:
                return {key: self._list(name, key) for key in self.computed.book.lists[name]}
            case ast.Name(id="place"):
                return row + 1
            case ast.Name(id="today"):
                return self.computed.book.today
            case ast.Name(id="required"):
                return self._required()
            case ast.Name(id="checks"):
                return self._checks()
        raise FormulaError(f"'{ast.unparse(node)}' in a calculator", "")

    def _rows(self, block: str, key: str) -> list[Any]:
        """Return a column down to the last row of its table that holds anything."""
        values, found = self._column(block, key), self.template.blocks[block]
        if not isinstance(found, Table):
            return values
        if block not in self._ends:
            inputs = [self._read(block, f.key) for f in found.fields if not f.computed]
            filled = [n for n, row in enumerate(zip(*inputs, strict=True)) if any(v is not None for v in row)]
            self._ends[block] = filled[-1] + 1 if filled else 0
        return values[: self._ends[block]]

    def _inputs(self, block: str) -> dict[str, Any]:
        """Return what people filled into a block; of a form single values, else columns."""
        if block not in self._filled:
            found = self.template.blocks[block]
            keys = [f.key for f in found.all_fields if not f.computed]
            self._filled[block] = {
                key: self._column(block, key)[0] if isinstance(found, Form) else self._rows(block, key) for key in keys
            }
        return self._filled[block]

    def _list(self, name: str, attribute: str) -> list[Any]:
        rows = self.computed.book.lists[name][attribute]
        kind = next((a for a in self.template.list_by_key[name].attributes if a.key == attribute), None)
        source = name if attribute == "wert" else (kind.list if kind else None)
        keys = self._keys.get(source or "", {})
        return [None if v is None or v == "" else keys.get(v, v) if isinstance(v, str) else v for v in rows]

    def _required(self) -> list[tuple[list[bool], list[Any]]]:
        """Return (occupied, values) of every required input."""
        found = []
        for block in self.template.blocks.values():
            for item in block.all_fields:
                if not item.required or item.computed:
                    continue
                values = self._read(block.key, item.key)
                heads = [True] if isinstance(block, Form) else self._heads(block)
                found.append((heads, values))
        return found

    def _checks(self) -> list[list[Any]]:
        """Return the values of every check cell."""
        return [
            self._column(block.key, item.key)
            for block in self.template.blocks.values()
            for item in block.all_fields
            if item.check
        ]


def witness(computed: Computed) -> dict[tuple[str, str], list[Any]]:
    """Compute every field with a calculator, without formulas.

    Args:
        computed: the filled-in template.

    Returns:
        (block, field) -> values in the shape of `Computed.column`: '' blank, dates as serials,
        choices as labels, the cells of a matrix row by row.
    """
    found = Witness(computed)
    return {(block.key, item.key): found.column(block.key, item.key) for block, item in found.fields()}


@dataclass(frozen=True)
class Gap:
    """A field with a formula and without an independent calculator."""

    block: Block
    item: Field
    reason: tuple[str, str]


def figures(template: Template) -> Iterator[tuple[Block, Field]]:
    """Yield every field with a formula of its own; headings of axes are none."""
    for block in template.blocks.values():
        for item in block.all_fields:
            if item.formula is not None and item.formula.text:
                yield block, item


def gaps(template: Template) -> list[Gap]:
    """Return the fields with a formula and without an independent calculator, each with its reason."""
    return [Gap(b, f, _reason(b, f)) for b, f in figures(template) if f.calculator is None]


def _reason(block: Block, item: Field) -> tuple[str, str]:
    """Say why a field has no calculator; what only arranges or paints has no value of its own to prove."""
    text = item.formula.text if item.formula else ""
    if item.type in ("text", "long", "choice"):
        return "Text, keine Zahl", "text, not a number"
    if isinstance(block, Matrix):
        return "färbt die Zellen eines Bildes", "colours the cells of a picture"
    if re.search(r"\b(?:POS|PREV|ABOVE|CHOOSE|MATCH|INDEX)\b", text):
        return "ordnet Zeilen oder Bildpunkte an", "arranges rows or points of a picture"
    uses = [f.formula.text for f in block.all_fields if f.formula is not None]
    if any(re.search(rf"RANK_UNIQUE\({item.key}\)|\[{item.key}\], \"<=?\"&", use) for use in uses):
        return "nur Schlüssel einer Reihenfolge", "only the key of an order"
    return "noch ohne Gegenrechnung", "no calculator yet"


def is_number(item: Field) -> bool:
    """Whether a field holds numbers, dates or times."""
    return TYPES[item.type].numeric
