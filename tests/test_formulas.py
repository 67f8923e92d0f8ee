"""Parsing, house functions and printing of formulas."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbooks import CATALOG
from vorlagen.compute import compute
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
    Node,
    Number,
    PrevRef,
    RowRef,
    Unary,
)
from vorlagen.formulas.parse import FormulaError, parse
from vorlagen.formulas.printing import Printer
from vorlagen.layout import layout_for, make_layout
from vorlagen.values import example_values


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1+2*3", Binary("+", Number(1), Binary("*", Number(2), Number(3)))),
        ("-2^2", Binary("^", Unary("-", Number(2)), Number(2))),  # Excel: 4, the sign binds tighter
        ("2^3^2", Binary("^", Binary("^", Number(2), Number(3)), Number(2))),  # Excel: 64, from the left
        ('"a""b"', Literal('a"b')),
        ("[@summe]", RowRef("summe")),
        ("angebote[summe]", ColRef("angebote", "summe")),
        ("deckblatt.stichtag", FieldRef("deckblatt", "stichtag")),
        ("L_TEAM[wert]", ListRef("L_TEAM", "wert")),
        ("L_TEAM.nord", ChoiceRef("L_TEAM", "nord")),
        ("ABOVE(ende)", AboveRef("ende")),
        ("PREV(kum, 0)", PrevRef("kum", Number(0))),
        ("IF(TRUE,1,2)", Call("IF", (Boolean(True), Number(1), Number(2)))),
        ("5%", Unary("%", Number(5))),
        ('"x"&1=2', Binary("=", Binary("&", Literal("x"), Number(1)), Number(2))),
    ],
)
def test_parse(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("WENN(1;2;3)", "semicolon", "comma"),
        ("WENN(1,2,3)", "German function name WENN", "IF"),
        ("SUMME(a[b])", "German function name", "SUM"),
        ("XLOOKUP(1,2,3)", "outside the function set", "LOOKUP_IN"),
        ("SUMIFF(a[b],a[c],1)", "unknown function", "SUMIF"),
        ("IF(1)", "takes 2 to 3 arguments", ""),
        ("1+", "ends too early", ""),
        ("(1+2", "')' expected", ""),
        ("1 2", "text after the end", ""),
        ("a!b", "unexpected character", ""),
    ],
)
def test_errors_say_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert message in error.value.message
    assert hint in error.value.hint


_LEAVES = st.one_of(
    st.integers(0, 10**9).map(lambda n: Number(float(n))),
    st.text(alphabet='ab"=äß', max_size=4).map(Literal),
    st.booleans().map(Boolean),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">="]), inner, inner).map(
            lambda t: Binary(*t)
        ),
        st.tuples(st.sampled_from(["-", "%"]), inner).map(lambda t: Unary(*t)),
        st.lists(inner, min_size=1, max_size=3).map(lambda a: Call("SUM", tuple(a))),
    ),
    max_leaves=12,
)


@given(_TREES)
def test_printed_tree_parses_to_itself(tree: Node) -> None:
    printer = Printer(make_layout(CATALOG.template("angebotsliste")))
    text = printer.print(tree, "angebote").at(4, 1)
    assert parse(text) == tree


def test_structured_references_are_fully_qualified() -> None:
    template = CATALOG.template("angebotsliste")
    layout = make_layout(template)
    text = Printer(layout).print(parse("[@angebotssumme]*SUM(angebote[angebotssumme])"), "angebote").text
    assert text == "tab_angebote[[#This Row],[Angebotssumme]]*SUM(tab_angebote[Angebotssumme])"


def test_rules_use_plain_references() -> None:
    layout = make_layout(CATALOG.template("angebotsliste"))
    printed = Printer(layout).print(parse("[@angebot_nr]=deckblatt.mappe_id"), "angebote", plain=True)
    assert printed.at(4, 1) == "$A5=Deckblatt!$C$7"


def test_comparisons_of_comparisons_have_brackets() -> None:
    layout = make_layout(CATALOG.template("angebotsliste"))
    printed = Printer(layout).print(parse("(1+2>0)=(3>4)"), "angebote")
    assert printed.text == "(1+2>0)=(3>4)"


def test_mirror_is_blank_beyond_the_end_of_a_table() -> None:
    template = CATALOG.template("wettbewerbsvergleich")
    values = example_values(template, "de", "BY", date(2026, 4, 15))
    count = len(values.rows("profile"))
    layout = layout_for(template, values, "de", {"profile": count})
    names = compute(layout, values, date(2026, 4, 15)).column("je_wettbewerber", "name")
    assert count < len(names)
    assert names[:count] == [row["name"] for row in values.rows("profile")]
    assert names[count:] == [""] * (len(names) - count)
