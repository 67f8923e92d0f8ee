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
from vorlagen.formulas.blanks import kept
from vorlagen.formulas.parse import FormulaError, parse
from vorlagen.formulas.printing import Printer
from vorlagen.formulas.shapes import check_shapes
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


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('SUMPRODUCT(MAX((a[b]="x")*a[c]))', "MAX over computed values within SUMPRODUCT", "in a column"),
        ("SUMPRODUCT(a[b]*LARGE(a[c]*1,2))", "LARGE over computed values", "in a column"),
        ("SUMPRODUCT(IF(a[b]>0,a[c],0))", "IF over columns within SUMPRODUCT", "multiply by the condition"),
        ("SUMPRODUCT(IFERROR(a[b]/a[c],0))", "IFERROR over columns", "multiply"),
        ("SUM(CHOOSE(2,a[b],a[c]))", "CHOOSE between whole columns", "between results"),
        ("SUM(IF([@x]=1,a[b],a[c]))", "IF between whole columns", "between results"),
        ("SUM(INDEX(a[b],0))", "INDEX with 0", "one row"),
        ("SUM(INDEX(a[b],2,0))", "INDEX with 0", "one row"),
        ("COUNTIF(ABOVE(text),[@text])", "may find the heading", "condition on a number"),
        ("INDEX(ABOVE(n),MATCH([@text],ABOVE(text),0))", "may find the heading", "condition on a number"),
        ("SUMIFS(ABOVE(n),ABOVE(text),[@text])", "may find the heading", "condition on a number"),
    ],
)
def test_formulas_over_columns_that_programs_compute_differently_are_refused(
    text: str, message: str, hint: str
) -> None:
    with pytest.raises(FormulaError) as error:
        check_shapes(parse(text), lambda key: key == "text")
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize(
    "text",
    [
        'SUMPRODUCT((a[b]="x")*a[c])',
        "SUMPRODUCT((a[b]>MAX(a[b]))*1)",
        "SUMPRODUCT(a[b]*IF(SUM(a[c])>0,1,2))",
        "SUMPRODUCT(1/COUNTIF(a[b],a[b]))",
        "IF([@x]=1,SUM(a[b]),SUM(a[c]))",
        "INDEX(a[b],MATCH([@x],a[c],0))",
        'COUNTIFS(ABOVE(text),[@text],ABOVE(n),">0")',
        "COUNTIF(ABOVE(n),[@n])",
        "SUMIFS(ABOVE(text),ABOVE(n),1)",
    ],
)
def test_other_formulas_over_columns_are_taken(text: str) -> None:
    check_shapes(parse(text), lambda key: key == "text")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[@text]", '[@text]&""'),
        ("[@zahl]", 'IF([@zahl]="","",[@zahl])'),
        ("[@wert]", "[@wert]"),
        ("[@zahl]*2", "[@zahl]*2"),
        ("INDEX(a[zahl],3)", 'IF(INDEX(a[zahl],3)="","",INDEX(a[zahl],3))'),
        ('IF([@zahl]="","",[@zahl])', 'IF([@zahl]="","",[@zahl])'),
        ('IF(OR([@zahl]="",[@wert]=1),0,[@zahl])', 'IF(OR([@zahl]="",[@wert]=1),0,[@zahl])'),
        ('IF(AND([@zahl]<>"",[@wert]=1),[@zahl],[@text])', 'IF(AND([@zahl]<>"",[@wert]=1),[@zahl],[@text]&"")'),
        ("IF([@wert]=1,[@zahl],0)", 'IF([@wert]=1,IF([@zahl]="","",[@zahl]),0)'),
        ('IFERROR(INDEX(a[text],9),"")', 'IFERROR(INDEX(a[text],9)&"","")'),
        ("CHOOSE([@zahl],[@text],1)", 'CHOOSE([@zahl],[@text]&"",1)'),
        ("SUM([@zahl],1)", "SUM([@zahl],1)"),
    ],
)
def test_a_formula_that_returns_a_blank_cell_stays_blank(text: str, expected: str) -> None:
    inputs = {"text": "text", "zahl": "int"}
    assert kept(parse(text), lambda node: inputs.get(node.key)) == parse(expected)  # type: ignore[union-attr]


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
