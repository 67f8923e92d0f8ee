"""House functions: the null rules, expanded into plain worksheet functions.

They exist so that each rule stands in one place. After `expand` a tree holds worksheet
functions and references only, and both executions (printing and evaluating) see the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from vorlagen.formulas.ast import (
    BLANK,
    AboveRef,
    Binary,
    Call,
    ChoiceRef,
    ColRef,
    FieldRef,
    ListRef,
    Literal,
    Name,
    Node,
    Number,
    Position,
    PrevRef,
    RowRef,
    Unary,
    any_blank,
    call,
    walk,
)
from vorlagen.formulas.blanks import NUMBERS, blank_stays_blank
from vorlagen.formulas.functions import NUMERIC
from vorlagen.formulas.parse import HOUSE, FormulaError


class Names(Protocol):
    """What the expansion must know about the template."""

    @property
    def block(self) -> str:
        """The block whose formula is expanded."""

    def type_of(self, block: str, key: str) -> str:
        """Type of a field."""

    def attribute_type(self, list_key: str, attribute: str) -> str:
        """Type of a list attribute."""

    def key_field(self, block: str) -> str:
        """Field that makes a row of a block occupied."""

    def is_table(self, block: str) -> bool:
        """Whether the block is a table, whose number of rows may change."""

    def is_list(self, name: str) -> bool:
        """Whether the name is a list's."""

    def info(self, name: str) -> str:
        """A fact of the template."""

    def required(self, block: str | None) -> list[tuple[str, str, str]]:
        """(table, key, field) of every required input column."""

    def forms_required(self, block: str | None) -> list[tuple[str, str]]:
        """(form, field) of every required input of a form."""

    def check_columns(self) -> list[Node]:
        """One count of failed check cells per check field."""


@dataclass(frozen=True)
class _Expander:
    names: Names

    def expand(self, node: Node) -> Node:
        if isinstance(node, Call):
            if node.name in HOUSE:
                method = getattr(self, node.name.lower())
                result: Node = method(node.args)
                return result
            return Call(node.name, tuple(self.expand(arg) for arg in node.args))
        if isinstance(node, Binary):
            return Binary(node.op, self.expand(node.left), self.expand(node.right))
        if isinstance(node, Unary):
            return Unary(node.op, self.expand(node.operand))
        if isinstance(node, PrevRef):
            return PrevRef(node.key, self.expand(node.first))
        if isinstance(node, Name):
            raise FormulaError(f"bare word {node.value}", "write [@key], block.key, block[key] or a text in quotes")
        return node

    # -- nulls ---------------------------------------------------------------------------

    def strict(self, args: tuple[Node, ...]) -> Node:
        """Blank when any cell it refers to is blank: products, date differences, comparisons."""
        inner = self.expand(args[0])
        cells = _cells(inner)
        return call("IF", any_blank(cells), BLANK, inner) if cells else inner

    def ratio(self, args: tuple[Node, ...]) -> Node:
        """Safe division: blank when the divisor is 0 or blank, or the dividend is blank."""
        top, bottom = self.expand(args[0]), self.expand(args[1])
        tests: list[Node] = [Binary("=", x, BLANK) for x in (top, bottom) if not self.numeric(x)]
        tests.append(Binary("=", bottom, Number(0)))
        return call("IF", tests[0] if len(tests) == 1 else call("OR", *tests), BLANK, Binary("/", top, bottom))

    def numeric(self, node: Node) -> bool:
        """Whether the node can never be blank."""
        if isinstance(node, Number | Position):
            return True
        if isinstance(node, Binary):
            return node.op in "+-*/^"
        if isinstance(node, Unary):
            return True
        return isinstance(node, Call) and node.name in NUMERIC

    def filled(self, args: tuple[Node, ...]) -> Node:
        """Number of the given cells that are filled."""
        terms = [call("IF", Binary("=", self.expand(a), BLANK), Number(0), Number(1)) for a in args]
        return call("SUM", *terms)

    # -- look-ups ------------------------------------------------------------------------

    def lookup_in(self, args: tuple[Node, ...]) -> Node:
        """Exact look-up: LOOKUP_IN(list or block, value, attribute[, key]); blank when not found."""
        source, value, wanted = _name(args[0]), self.expand(args[1]), _name(args[2])
        if self.names.is_list(source):
            keys: Node = ListRef(source, "wert")
            column: Node = ListRef(source, wanted)
            kind = self.names.attribute_type(source, wanted)
        else:
            key = _name(args[3]) if len(args) == 4 else self.names.key_field(source)
            own = source == self.names.block
            # Within its own table a row looks only at the rows above: no engine may see a circle.
            keys = AboveRef(key) if own else ColRef(source, key)
            column = AboveRef(wanted) if own else ColRef(source, wanted)
            kind = self.names.type_of(source, wanted)
        found = call("INDEX", column, call("MATCH", value, keys, Number(0)))
        return call("IFERROR", blank_stays_blank(found, kind), BLANK)

    def band(self, args: tuple[Node, ...]) -> Node:
        """Look-up on ascending lower bounds: BAND(value, list or block, bound, result)."""
        value, source, bound, wanted = self.expand(args[0]), _name(args[1]), _name(args[2]), _name(args[3])
        if self.names.is_list(source):
            bounds: Node = ListRef(source, bound)
            column: Node = ListRef(source, wanted)
        else:
            bounds, column = ColRef(source, bound), ColRef(source, wanted)
        found = call("IFERROR", call("INDEX", column, call("MATCH", value, bounds, Number(1))), BLANK)
        return found if self.numeric(value) else call("IF", Binary("=", value, BLANK), BLANK, found)

    def mirror(self, args: tuple[Node, ...]) -> Node:
        """MIRROR(block, key): the value in the row of the same number of another block, blank beyond its end."""
        source, key = _name(args[0]), _name(args[1])
        column = ColRef(source, key)
        cell = call("INDEX", column, Position())
        value = call("IF", Binary("=", cell, BLANK), BLANK, cell)
        # Rows of a table may be deleted, and a merged table has as many as it needs.
        beyond = Binary("<", call("ROWS", column), Position())
        return call("IF", beyond, BLANK, value) if self.names.is_table(source) else value

    # -- calendar ------------------------------------------------------------------------

    def workdays_between(self, args: tuple[Node, ...]) -> Node:
        """Working days between two dates: NETWORKDAYS − 1 with the office's holidays."""
        a, b = self.expand(args[0]), self.expand(args[1])
        days = Binary("-", call("NETWORKDAYS", a, b, ColRef("feiertage", "datum")), Number(1))
        return call("IF", any_blank([a, b]), BLANK, days)

    def add_workdays(self, args: tuple[Node, ...]) -> Node:
        """WORKDAY with the office's holidays."""
        return call("WORKDAY", self.expand(args[0]), self.expand(args[1]), ColRef("feiertage", "datum"))

    def months_between(self, args: tuple[Node, ...]) -> Node:
        """Whole months from a to b (DATEDIF "m" without DATEDIF)."""
        a, b = self.expand(args[0]), self.expand(args[1])
        months = Binary(
            "-",
            Binary(
                "+",
                Binary("*", Binary("-", call("YEAR", b), call("YEAR", a)), Number(12)),
                Binary("-", call("MONTH", b), call("MONTH", a)),
            ),
            call("IF", Binary("<", call("DAY", b), call("DAY", a)), Number(1), Number(0)),
        )
        cells = [x for x in (a, b) if not self.numeric(x)]
        return call("IF", any_blank(cells), BLANK, months) if cells else months

    # -- statistics ----------------------------------------------------------------------

    def any_of(self, args: tuple[Node, ...]) -> Node:
        """Whether the first argument equals one of the others."""
        first, *others = (self.expand(a) for a in args)
        tests = [Binary("=", first, other) for other in others]
        return tests[0] if len(tests) == 1 else call("OR", *tests)

    def rank_unique(self, args: tuple[Node, ...]) -> Node:
        """Descending rank of a column, ties in the order of the rows: RANK_UNIQUE(key)."""
        key = _name(args[0])
        rank = call("RANK", RowRef(key), ColRef(self.names.block, key), Number(0))
        ties = call("COUNTIF", AboveRef(key), RowRef(key))
        return call("IF", Binary("=", RowRef(key), BLANK), BLANK, Binary("+", rank, ties))

    def _of(self, function: str, args: tuple[Node, ...]) -> Node:
        column = self.expand(args[0])
        return call("IF", Binary("=", call("COUNT", column), Number(0)), BLANK, call(function, column))

    def avg_of(self, args: tuple[Node, ...]) -> Node:
        """Mean of the numbers of a column; blank without any."""
        return self._of("AVERAGE", args)

    def median_of(self, args: tuple[Node, ...]) -> Node:
        """Median of the numbers of a column; blank without any."""
        return self._of("MEDIAN", args)

    def max_of(self, args: tuple[Node, ...]) -> Node:
        """Largest number of a column; blank without any."""
        return self._of("MAX", args)

    def min_of(self, args: tuple[Node, ...]) -> Node:
        """Smallest number of a column; blank without any."""
        return self._of("MIN", args)

    def avg_if(self, args: tuple[Node, ...]) -> Node:
        """Mean of the numbers of a column under conditions: AVG_IF(column, range, criterion, …)."""
        column, *criteria = (self.expand(a) for a in args)
        numbers = call("COUNTIFS", column, Literal(">-1E+300"), *criteria)
        total = call("SUMIFS", column, *criteria)
        return call("IF", Binary("=", numbers, Number(0)), BLANK, Binary("/", total, numbers))

    def filter_by(self, args: tuple[Node, ...]) -> Node:
        """Criterion of a filter cell: blank or "alle" becomes "*"."""
        cell = self.expand(args[0])
        every = call("OR", Binary("=", cell, BLANK), Binary("=", cell, ChoiceRef("L_ALLE", "alle")))
        return call("IF", every, Literal("*"), cell)

    def rows_of(self, args: tuple[Node, ...]) -> Node:
        """Number of occupied rows of a table."""
        block = _name(args[0])
        column = ColRef(block, self.names.key_field(block))
        kind = self.names.type_of(block, column.key)
        if kind in NUMBERS:
            return call("COUNT", column)
        return call("COUNTIF", column, Literal("?*"))

    # -- workbook ------------------------------------------------------------------------

    def template(self, args: tuple[Node, ...]) -> Node:
        """TEMPLATE(key|version|number): a fact of the template as text."""
        return Literal(self.names.info(_name(args[0])))

    def missing_required(self, args: tuple[Node, ...]) -> Node:
        """Number of required cells that are blank, in one block or in the whole workbook."""
        block = _name(args[0]) if args else None
        terms: list[Node] = [
            call("COUNTIFS", ColRef(b, key), Literal("<>"), ColRef(b, f), Literal(""))
            for b, key, f in self.names.required(block)
        ]
        terms += [
            call("IF", Binary("=", FieldRef(b, f), BLANK), Number(1), Number(0))
            for b, f in self.names.forms_required(block)
        ]
        return _sum(terms)

    def failed_checks(self, args: tuple[Node, ...]) -> Node:
        """Number of failed checks that the workbook itself can count."""
        return _sum(self.names.check_columns())


def _sum(terms: list[Node]) -> Node:
    if not terms:
        return Number(0)
    result = terms[0]
    for term in terms[1:]:
        result = Binary("+", result, term)
    return result


def _name(node: Node) -> str:
    if not isinstance(node, Name):
        raise FormulaError("a bare key is expected here", "write the key without quotes or brackets")
    return node.value


def _cells(node: Node) -> list[Node]:
    """The distinct single cells that a tree refers to."""
    seen: dict[Node, None] = {}
    for part in walk(node):
        if isinstance(part, RowRef | FieldRef):
            seen[part] = None
    return list(seen)


def expand(node: Node, names: Names) -> Node:
    """Expand all house functions of `node`.

    Raises:
        FormulaError: unknown name or a wrong argument.
    """
    return _Expander(names).expand(node)


def nearest(word: str, known: list[str]) -> tuple[str, str]:
    """Return a hint naming the nearest known word, in German and English."""
    near = get_close_matches(word, known, 1, 0.5)
    if near:
        return f"gemeint ist vielleicht {near[0]}", f"did you mean {near[0]}?"
    words = ", ".join(known[:16])
    return f"bekannt: {words}", f"known: {words}"
