"""Matching by groups: counts, sums and look-ups of the evaluator equal a double loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from calculators.evaluate import Book, Grid, evaluate
from tests.test_evaluate import NA, TODAY
from vorlagen.formulas.ast import ColRef, RowRef, call
from vorlagen.formulas.parse import parse

keys = st.sampled_from([None, "", "a", "A", "b", "1", 1, 2.5, True])
amounts = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from(["", "x"]))


def matches(a: object, b: object) -> bool:
    """Whether criterion b, put as a cell, matches cell a."""
    if b is None:
        b = 0
    if b == "" and isinstance(b, str):
        return a is None or a == ""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    wanted, found = (float(v) if v == "1" else v for v in (b, a))
    if isinstance(wanted, str) or isinstance(found, str):
        return isinstance(wanted, str) and isinstance(found, str) and wanted.lower() == found.lower()
    return wanted == found


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(keys, keys, amounts, amounts), min_size=1, max_size=12))
def test_grouped_counts_equal_a_double_loop(lines: list[tuple[Any, Any, Any, Any]]) -> None:
    a, b, x, y = (list(column) for column in zip(*lines, strict=True))
    count = len(lines)
    limit = [value if is_number(value) else 0 for value in y]
    columns = {
        "gleich": "COUNTIFS(g[a],[@a],g[b],[@b])",
        "kleiner": 'COUNTIFS(g[a],[@a],g[x],"<="&[@grenze])',
        "ungleich": 'COUNTIFS(g[a],[@a],g[b],"<>"&[@grenze])',
        "zwei": 'COUNTIFS(g[a],[@a],g[x],">"&[@grenze],g[y],"<"&[@grenze]+1)',
        "fenster": 'COUNTIFS(g[x],">="&[@grenze],g[x],"<="&[@grenze]+1)',
        "summe": 'SUMIFS(g[x],g[a],[@a],g[y],">="&[@grenze])',
        "oben": "COUNTIF(ABOVE(a),[@a])",
        "oben2": 'SUMIFS(ABOVE(x),ABOVE(a),[@a],ABOVE(y),"<"&[@grenze])',
    }
    grid = Grid(count, {"a": a, "b": b, "x": x, "y": y, "grenze": limit}, {k: parse(f) for k, f in columns.items()})
    result = evaluate(Book({"g": grid}, {}, {}, TODAY))

    def expected(row: int) -> dict[str, float]:
        low = limit[row]

        def rows(test: Callable[[int], bool], upto: int = count) -> list[int]:
            return [i for i in range(upto) if test(i)]

        def same_a(i: int) -> bool:
            return matches(a[i], a[row])

        def total(places: list[int]) -> float:
            return sum(x[i] for i in places if is_number(x[i]))

        return {
            "gleich": len(rows(lambda i: same_a(i) and matches(b[i], b[row]))),
            "kleiner": len(rows(lambda i: same_a(i) and is_number(x[i]) and x[i] <= low)),
            "ungleich": len(rows(lambda i: same_a(i) and not matches(b[i], low))),
            "zwei": len(
                rows(lambda i: same_a(i) and is_number(x[i]) and x[i] > low and is_number(y[i]) and y[i] < low + 1)
            ),
            "fenster": len(rows(lambda i: is_number(x[i]) and low <= x[i] <= low + 1)),
            "summe": total(rows(lambda i: same_a(i) and is_number(y[i]) and y[i] >= low)),
            "oben": len(rows(same_a, row)),
            "oben2": total(rows(lambda i: same_a(i) and is_number(y[i]) and y[i] < low, row)),
        }

    for row in range(count):
        assert {key: result.column("g", key)[row] for key in columns} == expected(row)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([None, "", "a", "B", "b", 1, 1.0, 2, True]), min_size=1, max_size=10))
def test_match_finds_the_first_equal_cell(cells: list[Any]) -> None:
    grid = Grid(len(cells), {"a": cells}, {"wo": call("MATCH", RowRef("a"), ColRef("g", "a"), parse("0"))})
    found = evaluate(Book({"g": grid}, {}, {}, TODAY)).column("g", "wo")

    def equal(cell: Any, sought: Any) -> bool:
        if isinstance(cell, str) and isinstance(sought, str):
            return cell.lower() == sought.lower()
        if isinstance(cell, bool) or isinstance(sought, bool):
            return cell is sought
        return type(cell) in (int, float) and type(sought) in (int, float) and cell == sought

    for sought, place in zip(cells, found, strict=True):
        wanted = 0 if sought is None else sought
        hits = [i + 1 for i, cell in enumerate(cells) if equal(cell, wanted)]
        assert place == (hits[0] if hits else NA)
