"""Who does what: the check of a responsibility matrix, the figures of a buying center."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calculators.ratios import ratio
from calculators.rounding import Cell, is_blank, zero_if_blank

CORE_ROLES = ("initiator", "einkaeufer", "beeinflusser", "gutachter", "entscheider")


class RaciCheck(NamedTuple):
    """Number of A and R in a row; verdict "ok", "genau_ein_a" or "r_fehlt"."""

    accountable: int
    responsible: int
    verdict: str


@dataclass(frozen=True)
class Member:
    """A person of a buying center: influence 1 to 5, attitude −2 to 2, relationship 0 to 3."""

    roles: frozenset[str]
    influence: Cell
    attitude: Cell
    relationship: Cell = None


class BuyingCenter(NamedTuple):
    """Figures of a buying center; shares are fractions, support runs from −1 to 1."""

    influence_shares: list[float | None]
    support: float | None
    coverage: float
    missing_roles: tuple[str, ...]
    decider_contact: bool


def raci_check(letters: Iterable[str | None]) -> RaciCheck:
    """Check a row of a responsibility matrix: exactly one A, at least one R.

    Args:
        letters: R, A, C or I per role, small or capital; "A/R" and "AR" count as both; blanks are no role.

    Returns:
        Counts and verdict. Source: templates 04 and 14 (raci_ok).
    """
    marks = [set(letter.upper()) for letter in letters if letter is not None and not is_blank(letter)]
    accountable, responsible = sum("A" in mark for mark in marks), sum("R" in mark for mark in marks)
    verdict = "genau_ein_a" if accountable != 1 else "ok" if responsible >= 1 else "r_fehlt"
    return RaciCheck(accountable, responsible, verdict)


def buying_center(members: Sequence[Member]) -> BuyingCenter:
    """Compute the figures of one buying center.

    Args:
        members: People of one customer and project. A blank influence counts 0; a person with
            blank influence or attitude contributes nothing to the support.

    Returns:
        Influence share per person, support Σ influence × attitude / (2 Σ influence), coverage of
        the five core roles, the roles that are missing, and whether a decider is in contact
        (relationship of 2 or more). Support and shares are None without influence.

    Source: template 03, Webster/Wind.
    """
    influence = math.fsum(zero_if_blank(m.influence) for m in members)
    products = (zero_if_blank(m.influence) * zero_if_blank(m.attitude) for m in members)
    filled = frozenset[str]().union(*(m.roles for m in members))
    missing = tuple(role for role in CORE_ROLES if role not in filled)
    return BuyingCenter(
        [ratio(m.influence, influence) for m in members],
        ratio(math.fsum(products), 2 * influence),
        (len(CORE_ROLES) - len(missing)) / len(CORE_ROLES),
        missing,
        any("entscheider" in m.roles and zero_if_blank(m.relationship) >= 2 for m in members),
    )
