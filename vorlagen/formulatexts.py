"""Whether a formula that no program has calculated is still the template's.

Programs and people move cells, so places do not count: functions, operators, texts and numbers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from vorlagen.compute import cell_tree
from vorlagen.formulas.printing import Printed, Printer
from vorlagen.layout import Layout
from vorlagen.locating import Spot
from vorlagen.spec import Block, Field, Matrix

_SHEET = r"(?:'(?:[^']|'')+'!|[^\W\d][\w.]*!)?"
_CELL = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_INSIDE = r"(?:'.|[^\[\]'])"
_TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")
    |(?P<ref>{_SHEET}{_CELL}(?::{_CELL})?(?![\w(.])
      |[^\W\d][\w.]*\[(?:{_INSIDE}|\[{_INSIDE}*\])*\])
    |(?P<call>[A-Z][A-Z0-9.]*\()
    |(?P<name>[^\W\d][\w.]*)
    |(?P<number>\d+(?:\.\d+)?(?:E[+-]?\d+)?)
    |(?P<blank>\s+)""",
    re.VERBOSE,
)


def skeleton(formula: str, *, numbers: bool = True) -> str:
    """Return a formula with every reference as R; with `numbers` false, without its numbers."""

    def plain(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "ref" or (kind == "name" and match[0] not in ("TRUE", "FALSE")):
            return "R"
        if kind == "blank":
            return ""
        return "N" if kind == "number" and not numbers else match[0]

    return _TOKEN.sub(plain, formula.lstrip("=").replace("_xlfn.", ""))


@dataclass
class FormulaTexts:
    """The formulas of a template as they are printed for one workbook.

    Args:
        known: the workbook was made from this very template; of others, no formula is judged.
    """

    layout: Layout
    known: bool
    printed: dict[tuple[str, str], Printed] = field(default_factory=dict)
    _wanted: dict[tuple[str, str, int, bool], str] = field(default_factory=dict)
    # Whether a text is what the field has in its first rows: in most columns it is the same in every row.
    _usual: dict[tuple[tuple[str, str], str], bool] = field(default_factory=dict)

    def fits(self, block: Block, item: Field, spot: Spot, first: int) -> bool:
        """Whether the formula at a place is the template's, or cannot be judged."""
        text = spot.sheet.formula(spot.row, spot.column)
        if not self.known or not text or item.formula is None or item.formula.tree is None:
            return True
        key = (block.key, item.key)
        if key not in self.printed:
            part = "cell" if isinstance(block, Matrix) and item.key == block.cell.key else "row"
            tree = cell_tree(self.layout.template, block, item)
            self.printed[key] = Printer(self.layout).print(tree, block.key, part=part)
        # A running number is printed as such; rows that were moved keep theirs.
        numbers = self._skeleton(key, 2, spot) == self._skeleton(key, 3, spot)
        usual = (key, text)
        if usual not in self._usual:
            self._usual[usual] = skeleton(text, numbers=numbers) in {
                self._skeleton(key, n, spot, numbers) for n in (1, 2)
            }
        if self._usual[usual]:
            return True
        position = max(1, spot.row - first + 1)
        return skeleton(text, numbers=numbers) == self._skeleton(key, position, spot, numbers)

    def _skeleton(self, key: tuple[str, str], number: int, spot: Spot, numbers: bool = True) -> str:
        """Return what the formula of a field is in its record of a number, the same at every place."""
        known = (*key, number, numbers)
        if known not in self._wanted:
            printed = self.printed[key].at(spot.row, number, spot.column)
            self._wanted[known] = skeleton(printed, numbers=numbers)
        return self._wanted[known]
