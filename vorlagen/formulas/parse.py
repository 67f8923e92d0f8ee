"""Text of a formula -> tree, by operator precedence as in Excel."""

from __future__ import annotations

import re
from difflib import get_close_matches

from vorlagen.formulas.ast import (
    AboveRef,
    Binary,
    Boolean,
    Call,
    ChoiceRef,
    ColRef,
    FieldRef,
    ListRef,
    Literal,
    Missing,
    Name,
    Node,
    Number,
    Position,
    PrevRef,
    RowRef,
    Unary,
)
from vorlagen.formulas.functions import EXCLUDED, FUNCTIONS, GERMAN

# House functions (see house.py), by name: (least, most) arguments.
HOUSE: dict[str, tuple[int, int]] = {
    "RATIO": (2, 2), "STRICT": (1, 1), "LOOKUP_IN": (3, 4), "BAND": (4, 4), "WORKDAYS_BETWEEN": (2, 2),
    "ADD_WORKDAYS": (2, 2), "MONTHS_BETWEEN": (2, 2), "ANY_OF": (2, 255), "RANK_UNIQUE": (1, 1),
    "AVG_OF": (1, 1), "AVG_IF": (3, 255), "MEDIAN_OF": (1, 1), "MAX_OF": (1, 1), "MIN_OF": (1, 1),
    "FILTER_BY": (1, 1), "ROWS_OF": (1, 1), "MIRROR": (2, 2), "FILLED": (1, 255), "TEMPLATE": (1, 1),
    "MISSING_REQUIRED": (0, 1), "FAILED_CHECKS": (0, 0),
}  # fmt: skip


class FormulaError(ValueError):
    """A formula that cannot be understood: what is wrong and what to write instead."""

    def __init__(self, message: str, hint: str | tuple[str, str] = "", position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.position = position


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<text>"(?:[^"]|"")*")
    | (?P<row>\[@(?P<rowkey>[A-Za-z_]\w*)\])
    | (?P<col>(?P<colowner>[A-Za-z_]\w*)\[(?P<colkey>[A-Za-z_]\w*)\])
    | (?P<dot>(?P<dotowner>[A-Za-z_]\w*)\.(?P<dotkey>[A-Za-z_0-9]\w*))
    | (?P<word>[^\W\d]\w*)
    | (?P<op><>|<=|>=|[-+*/^&=<>(),;%])
    )""",
    re.VERBOSE,
)

_PRECEDENCE = {"=": 0, "<>": 0, "<": 0, "<=": 0, ">": 0, ">=": 0, "&": 1, "+": 2, "-": 2, "*": 3, "/": 3, "^": 4}


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, re.Match[str]]] = []
        self.ops: list[str | None] = []  # the operator at each token, None at other tokens and at the end
        position = 0
        end = len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None or match.end() == position:
                raise FormulaError(f"unexpected character {text[position]!r}", "see the spec language", position)
            kind = match.lastgroup or ""  # the group closed last: the outermost of the token
            self.tokens.append((kind, match))
            self.ops.append(match.group("op") if kind == "op" else None)
            position = match.end()
        self.ops.append(None)
        self.index = 0

    def peek(self) -> str | None:
        """The next operator, or None."""
        return self.ops[self.index]

    def fail(self, message: str, hint: str = "") -> FormulaError:
        position = self.tokens[self.index][1].start() if self.index < len(self.tokens) else len(self.text)
        return FormulaError(message, hint, position)

    def expect(self, op: str) -> None:
        if self.peek() != op:
            if self.peek() == ";":
                raise self.fail("semicolon as separator", "separate arguments with a comma")
            raise self.fail(f"'{op}' expected")
        self.index += 1

    def expression(self, level: int = 0) -> Node:
        """Precedence climbing: operators that bind at least as tightly as `level`, from the left."""
        left = self.signed()
        while (op := self.ops[self.index]) is not None and (own := _PRECEDENCE.get(op, -1)) >= level:
            self.index += 1
            left = Binary(op, left, self.expression(own + 1))
        return left

    def signed(self) -> Node:
        # In Excel a sign binds tighter than ^: -2^2 is 4.
        op = self.peek()
        if op in ("-", "+"):
            self.index += 1
            return Unary(op, self.signed())
        node = self.atom()
        while self.peek() == "%":
            self.index += 1
            node = Unary("%", node)
        return node

    def atom(self) -> Node:
        if self.index >= len(self.tokens):
            raise self.fail("formula ends too early")
        kind, match = self.tokens[self.index]
        self.index += 1
        if kind == "number":
            return Number(float(match.group("number")))
        if kind == "text":
            return Literal(match.group("text")[1:-1].replace('""', '"'))
        if kind == "row":
            return RowRef(match.group("rowkey"))
        if kind == "col":
            owner, key = match.group("colowner"), match.group("colkey")
            return ListRef(owner, key) if owner.startswith("L_") else ColRef(owner, key)
        if kind == "dot":
            owner, key = match.group("dotowner"), match.group("dotkey")
            return ChoiceRef(owner, key) if owner.startswith("L_") else FieldRef(owner, key)
        if kind == "word":
            return self.word(match.group("word"))
        if match.group("op") == "(":
            node = self.expression()
            self.expect(")")
            return node
        self.index -= 1
        if match.group("op") == ";":
            raise self.fail("semicolon as separator", "separate arguments with a comma")
        raise self.fail(f"unexpected '{match.group('op')}'")

    def word(self, word: str) -> Node:
        if self.peek() != "(":
            if word in ("TRUE", "FALSE"):
                return Boolean(word == "TRUE")
            return Name(word)
        at = self.index - 1
        self.index += 1
        args = self.arguments()
        return self.build(word, args, at)

    def arguments(self) -> list[Node]:
        args: list[Node] = []
        if self.peek() == ")":
            self.index += 1
            return args
        while True:
            args.append(Missing() if self.peek() in (",", ")") else self.expression())
            if self.peek() == ",":
                self.index += 1
                continue
            self.expect(")")
            return args

    def build(self, name: str, args: list[Node], at: int) -> Node:
        self.index, resume = at, self.index
        if name == "POS" and not args:
            node: Node = Position()
        elif name == "ABOVE" and len(args) == 1 and isinstance(args[0], Name):
            node = AboveRef(args[0].value)
        elif name == "PREV" and len(args) == 2 and isinstance(args[0], Name):
            node = PrevRef(args[0].value, args[1])
        elif name in FUNCTIONS or name in HOUSE:
            least, most = FUNCTIONS.get(name) or HOUSE[name]
            if not least <= len(args) <= most:
                raise self.fail(f"{name} takes {least} to {most} arguments, not {len(args)}")
            node = Call(name, tuple(args))
        elif name.upper() in GERMAN:
            raise self.fail(f"German function name {name}", f"write {GERMAN[name.upper()]}")
        elif name.upper() in EXCLUDED:
            raise self.fail(f"{name} is outside the function set", f"use {EXCLUDED[name.upper()]}")
        else:
            near = get_close_matches(name.upper(), [*FUNCTIONS, *HOUSE], 1)
            raise self.fail(f"unknown function {name}", f"did you mean {near[0]}?" if near else "")
        self.index = resume
        return node


def parse(text: str) -> Node:
    """Parse one formula (without a leading ``=``).

    Raises:
        FormulaError: unknown function, German name, semicolon, bad syntax.
    """
    parser = _Parser(text)
    node = parser.expression()
    if parser.index < len(parser.tokens):
        if parser.peek() == ";":
            raise parser.fail("semicolon as separator", "separate arguments with a comma")
        raise parser.fail("text after the end of the formula")
    return node
