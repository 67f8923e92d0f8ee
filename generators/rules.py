"""Data validation and conditional formats of fields."""

from __future__ import annotations

from typing import Any

from generators.context import Context
from vorlagen.compute import may_be_blank
from vorlagen.fieldtypes import LONG_LIMIT, QUANTITIES, TEXT_LIMIT
from vorlagen.formulas.ast import BLANK, Binary, RowRef, call
from vorlagen.formulas.printing import absolute
from vorlagen.layout import Placed, cell_name, column_name, quote_sheet
from vorlagen.spec import Block, Field, Formula, Gantt, Highlight, Matrix, Summary, Table

MESSAGE_MAX, TITLE_MAX = 255, 32
LOCAL_REFERENCE = 2  # block.key
_FIRST_DAY, _LAST_DAY = 36526, 73050  # 01.01.2000 and 31.12.2099


def validate(ctx: Context, sheet: Any, placed: Placed, item: Field, area: tuple[int, int, int, int]) -> None:
    """Give the input cells of a field their validation, with input and error message.

    Raises:
        ValueError: Excel would refuse the validation.
    """
    first = cell_name(area[0], area[1])
    options, allowed = _criteria(ctx, placed, item, first, area)
    title = item.title[ctx.lang][:TITLE_MAX]
    if not options:
        return
    message = item.help[ctx.lang] if item.help is not None else allowed if _is_hard(item) else ""
    if message:
        options |= {"input_title": title, "input_message": message[:MESSAGE_MAX]}
    options |= {"error_title": title, "error_message": allowed[:MESSAGE_MAX], "ignore_blank": True}
    if item.type == "choice" and item.list and not ctx.template.list_by_key[item.list].fix:
        options |= {"error_type": "warning"}
    if sheet.data_validation(*area, options):
        raise ValueError(f"validation of {placed.block.key}.{item.key} was refused")


def _is_hard(item: Field) -> bool:
    """Whether somebody may wonder what to fill in: a message beside the cell says it."""
    limited = item.min is not None or item.max is not None or item.unique or item.required_if is not None
    return limited or item.type in ("month", "time", "percent", "email", "phone", "url")


def _criteria(
    ctx: Context, placed: Placed, item: Field, first: str, area: tuple[int, int, int, int]
) -> tuple[dict[str, Any], str]:
    say = ctx.say
    if item.type == "choice":
        own = say("Bitte einen Wert aus der Liste wählen.", "Please choose a value from the list.")
        if item.list and not ctx.template.list_by_key[item.list].fix:
            own += say(" Eigene Werte auf dem Blatt Listen ergänzen.", " Add own values on the sheet Lists.")
        return {"validate": "list", "source": f"={item.list}"}, own
    if (source := _reference(ctx, placed, item)) is not None:
        return source, say("Bitte einen vorhandenen Eintrag wählen.", "Please choose an existing entry.")
    tests: list[str] = []
    words: list[str] = []
    if item.type in QUANTITIES:
        tests.append(f"ISNUMBER({first})")
        words.append(say("eine Zahl", "a number"))
        low = item.min if item.min is not None else (None if item.type == "decimal" else 0.0)
        high = item.max if item.max is not None else (1.0 if item.type == "percent" and item.min is None else None)
        if item.type == "int":
            tests.append(f"{first}=INT({first})")
            words = [say("eine ganze Zahl", "a whole number")]
        tests += _limits(ctx, placed, first, low, high, words, percent=item.type == "percent")
    elif item.type in ("date", "month"):
        tests += [f"ISNUMBER({first})", f"{first}>={_FIRST_DAY}", f"{first}<={_LAST_DAY}"]
        words.append(say("ein Datum von 01.01.2000 bis 31.12.2099", "a date from 2000-01-01 to 2099-12-31"))
        if item.type == "month":
            words = [say("der Erste des Monats als Datum, zum Beispiel 01.03.2026", "the first of the month as a date")]
        tests += _limits(ctx, placed, first, item.min, item.max, words, percent=False)
    elif item.type == "time":
        tests += [f"ISNUMBER({first})", f"{first}>=0", f"{first}<1"]
        words.append(say("eine Uhrzeit hh:mm", "a time hh:mm"))
        tests += _limits(ctx, placed, first, item.min, item.max, words, percent=False)
    elif item.type == "email":
        tests.append(f'AND(ISNUMBER(FIND("@",{first})),ISNUMBER(FIND(".",{first},FIND("@",{first}))))')
        words.append(say("eine E-Mail-Adresse name@firma.de", "an e-mail address name@company.com"))
    elif item.type == "phone":
        tests.append(f"LEN({first})>=6")
        words.append(
            say("eine Telefonnummer aus Ziffern, Leerzeichen und +", "a telephone number of digits, blanks and +")
        )
    elif item.type == "url":
        tests.append(f'OR(LEFT({first},7)="http://",LEFT({first},8)="https://")')
        words.append(
            say("eine Adresse, die mit http:// oder https:// beginnt", "an address beginning with http:// or https://")
        )
    else:
        limit = LONG_LIMIT if item.type == "long" else TEXT_LIMIT
        tests.append(f"LEN({first})<={limit}")
        words.append(say(f"ein Text mit höchstens {limit} Zeichen", f"a text of at most {limit} characters"))
    if item.unique and isinstance(placed.block, Table):
        column = f"{_fixed(area[0], area[1])}:{_fixed(area[2], area[3])}"
        tests.append(f"COUNTIF({column},{first})=1")
        words.append(say("nicht schon vergeben", "not used before"))
    formula = "=" + (tests[0] if len(tests) == 1 else f"AND({','.join(tests)})")
    if len(formula) > MESSAGE_MAX:  # Excel's limit for a validation formula
        formula = "=" + tests[0]
    allowed = say("Erlaubt ist ", "Allowed: ") + ", ".join(words) + "."
    return {"validate": "custom", "value": formula}, allowed


def _reference(ctx: Context, placed: Placed, item: Field) -> dict[str, Any] | None:
    """Offer the keys of another table of the workbook as a drop-down that ends at its last row."""
    target = (item.ref or "").split(".")
    if len(target) != LOCAL_REFERENCE or target[0] == placed.block.key:
        return None
    other = ctx.layout.placed[target[0]]
    if not other.table:
        return None
    area = f"{quote_sheet(other.sheet)}!{absolute(other.place(target[1]))}"
    start = area.split(":", maxsplit=1)[0]
    return {
        "validate": "list",
        "source": f"={start}:INDEX({area},MAX(1,COUNTA({area})))",
        "error_type": "warning",
    }


def _fixed(row: int, col: int) -> str:
    return f"${column_name(col)}${row + 1}"


def _limits(
    ctx: Context,
    placed: Placed,
    first: str,
    low: float | Formula | None,
    high: float | Formula | None,
    words: list[str],
    *,
    percent: bool,
) -> list[str]:
    tests = []
    for limit, op, de, en in ((low, ">=", "ab", "from"), (high, "<=", "bis", "up to")):
        if limit is None:
            continue
        if isinstance(limit, Formula):
            text = ctx.print_rule(placed, limit.node)
            tests.append(f'OR(({text})="",{first}{op}({text}))')
            words.append(
                ctx.say("passend zu den anderen Angaben der Zeile", "consistent with the other entries of the row")
            )
        else:
            shown = f"{limit * 100:g} %" if percent else f"{limit:,.10g}".replace(",", "." if ctx.lang == "de" else ",")
            tests.append(f"{first}{op}{limit:g}")
            words.append(ctx.say(f"{de} {shown}", f"{en} {shown}"))
    return tests


def mark_missing(ctx: Context, sheet: Any, placed: Placed) -> None:
    """Colour required cells that are blank (in occupied rows only)."""
    block = placed.block
    look = ctx.styles.highlight("pflicht")
    fields = [f for f in block.all_fields if ctx.is_input(f) and (f.required or f.required_if is not None)]
    if isinstance(block, Table):
        key = f"${column_name(placed.columns[block.key_field])}{placed.first + 1}"
        always = [f for f in fields if f.required and f.key != block.key_field]
        if always:
            ranges = [placed.place(f.key) for f in always]
            first = cell_name(placed.first, placed.columns[always[0].key])
            options = {"type": "formula", "criteria": f'=AND({key}<>"",{first}="")', "format": look}
            sheet.conditional_format(ranges[0].split(":")[0], options | {"multi_range": " ".join(ranges)})
        for f in fields:
            if f.required_if is None:
                continue
            first = cell_name(placed.first, placed.columns[f.key])
            condition = ctx.print_rule(placed, f.required_if.node)
            criteria = f'=AND({key}<>"",{first}="",{condition})'
            sheet.conditional_format(placed.place(f.key), {"type": "formula", "criteria": criteria, "format": look})
        return
    for f in fields:
        if f.key not in placed.cells:
            continue
        cell = cell_name(*placed.cells[f.key])
        condition = "" if f.required_if is None else "," + ctx.print_rule(placed, f.required_if.node)
        criteria = f'=AND({cell}=""{condition})'
        sheet.conditional_format(cell, {"type": "formula", "criteria": criteria, "format": look})


def highlight(ctx: Context, sheet: Any, placed: Placed) -> None:
    """Write the conditional formats of a block."""
    block = placed.block
    for rule in getattr(block, "highlight", ()):
        for area in _areas(block, placed, rule):
            sheet.conditional_format(area, _options(ctx, placed, rule))


def _areas(block: Block, placed: Placed, rule: Highlight) -> list[str]:
    if rule.fields:
        return [placed.place(key) for key in rule.fields]
    if placed.columns:
        first, last = min(placed.columns.values()), max(placed.columns.values())
        if isinstance(block, Matrix):
            last = max(last, placed.across[0] + placed.across[1] - 1)
            if isinstance(block, Gantt):
                last = placed.across[0] - 1
        return [f"{cell_name(placed.first, first)}:{cell_name(placed.last, last)}"]
    return [placed.place(key) for key in placed.cells]


def _heading(ctx: Context, placed: Placed) -> str | None:
    """Field that is filled in every row that holds something; None where no row can be empty."""
    block = placed.block
    if isinstance(block, Table):
        return block.key_field
    if isinstance(block, Summary | Matrix) and may_be_blank(block.row, ctx.template):
        return block.row.key
    return None


def _options(ctx: Context, placed: Placed, rule: Highlight) -> dict[str, Any]:
    if rule.style == "bar":
        return {
            "type": "data_bar",
            "bar_color": ctx.styles.tints.bar,
            "bar_solid": True,
            "min_type": "num",
            "min_value": 0,
        }
    if rule.style in ("heat", "heat_reverse"):
        colours = (
            ["#FFFFFF", "#FFF3CC", "#F2B8A0"] if rule.style == "heat_reverse" else ["#FFFFFF", "#DCEBDD", "#7DB58F"]
        )
        return {
            "type": "3_color_scale", "min_color": colours[0], "mid_color": colours[1], "max_color": colours[2]
        }  # fmt: skip
    if rule.style == "heat_diverging":
        return {"type": "3_color_scale", "mid_type": "num", "mid_value": 0, "min_color": "#F2B8A0",
                "mid_color": "#FFFFFF", "max_color": "#7DB58F"}  # fmt: skip
    if rule.when is None:
        raise ValueError(f"highlight {rule.style} of {placed.block.key} has no condition")
    tree = rule.when.node
    if (key := _heading(ctx, placed)) is not None:  # an empty row is neither late nor wrong
        tree = call("AND", Binary("<>", RowRef(key), BLANK), tree)
    column = 0
    if isinstance(placed.block, Matrix):
        column = placed.across[0]
    text = ctx.printer.print(tree, placed.block.key, plain=True, part="cell").at(placed.first, 1, column)
    return {"type": "formula", "criteria": f"={text}", "format": ctx.styles.highlight(rule.style)}
