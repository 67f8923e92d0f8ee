"""The costing of one offer: prices, discounts, extra costs, contribution, floor price, approval.

Amounts are Euro net, shares fractions. A blank amount counts 0 in sums and differences, a blank
discount, bonus or tax rate is none. Nothing is rounded; round for display only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from calculators.ratios import product, ratio
from calculators.rounding import Cell, number, total, zero_if_blank

APPROVAL_STEPS = ((0.0, "innendienst"), (0.05, "vertriebsleitung"), (0.10, "gl"))


@dataclass(frozen=True)
class OfferLine:
    """One position: quantity, list price and variable cost per unit in Euro, discount as fraction."""

    quantity: Cell
    list_price: Cell
    unit_cost: Cell
    discount: Cell = None
    optional: bool = False


class LineResult(NamedTuple):
    """A position in Euro, with its margin as fraction."""

    brutto: float | None
    rabatt_eur: float | None
    netto: float | None
    kosten: float | None
    db1: float | None
    marge: float | None


class OfferCosting(NamedTuple):
    """An offer in Euro; db2_marge and rabatt_gesamt are fractions, freigabe is a key."""

    listenwert: float
    positionsrabatte: float
    zwischensumme: float
    gesamtrabatt_eur: float
    zusatz_erloes: float
    angebotssumme: float
    ust: float
    brutto_summe: float
    skonto_eur: float
    bonus_eur: float
    nettoerloes: float
    var_kosten: float
    auftragskosten: float
    db1: float
    db2: float
    db2_marge: float | None
    rabatt_gesamt: float | None
    preisuntergrenze: float | None
    preis_fuer_mindestmarge: float | None
    freigabe: str | None


def cost_line(line: OfferLine) -> LineResult:
    """Cost one position.

    Args:
        line: The position; a blank discount is none.

    Returns:
        Euro and margin. A blank quantity leaves everything blank, a blank price the revenue, a
        blank unit cost the cost; the contribution then counts them 0 unless both are blank.

    Source: template 16 (Positionen).
    """
    gross, cost = product(line.quantity, line.list_price), product(line.quantity, line.unit_cost)
    discount = product(gross, zero_if_blank(line.discount))
    net = None if gross is None or discount is None else gross - discount
    db1 = None if net is None and cost is None else zero_if_blank(net) - zero_if_blank(cost)
    return LineResult(gross, discount, net, cost, db1, ratio(db1, net))


def cost_offer(
    lines: Iterable[OfferLine],
    extras: Iterable[tuple[Cell, Cell]] = (),
    *,
    total_discount: Cell = None,
    cash_discount: Cell = None,
    bonus: Cell = None,
    vat: Cell = 0.19,
    min_margin: Cell = None,
    steps: Sequence[tuple[float, str]] = APPROVAL_STEPS,
) -> OfferCosting:
    """Cost an offer from list price to contribution II, floor price and approval.

    Args:
        lines: Positions; optional ones are not part of the totals.
        extras: Pairs of cost and amount charged to the customer, Euro.
        total_discount: Fraction on the subtotal; a blank is none.
        cash_discount: Fraction on the offer sum (Skonto); a blank is none.
        bonus: Fraction on the offer sum; a blank is none.
        vat: Value added tax as fraction; a blank is none.
        min_margin: Contribution II wanted as fraction of the net proceeds.
        steps: Pairs (discount from, approver), ascending.

    Returns:
        The costing. The floor price covers all costs after cash discount and bonus; it is None
        if these reach 100 %. The price for the minimum margin is None without one, or from 100 %.

    Source: template 16.
    """
    counted = [cost_line(line) for line in lines if not line.optional]
    charges = list(extras)
    list_value, line_discounts = total(c.brutto for c in counted), total(c.rabatt_eur for c in counted)
    subtotal = total(c.netto for c in counted)
    cut = subtotal * zero_if_blank(total_discount)
    charged = total(amount for _, amount in charges)
    offer = subtotal - cut + charged
    tax, skonto, rebate = (offer * zero_if_blank(share) for share in (vat, cash_discount, bonus))
    net = offer - skonto - rebate
    variable, order = total(c.kosten for c in counted), total(cost for cost, _ in charges)
    margin, discount = ratio(net - variable - order, net), ratio(line_discounts + cut, list_value)
    kept = 1 - zero_if_blank(cash_discount) - zero_if_blank(bonus)
    wanted = number(min_margin)
    return OfferCosting(
        listenwert=list_value,
        positionsrabatte=line_discounts,
        zwischensumme=subtotal,
        gesamtrabatt_eur=cut,
        zusatz_erloes=charged,
        angebotssumme=offer,
        ust=tax,
        brutto_summe=offer + tax,
        skonto_eur=skonto,
        bonus_eur=rebate,
        nettoerloes=net,
        var_kosten=variable,
        auftragskosten=order,
        db1=net - variable,
        db2=net - variable - order,
        db2_marge=margin,
        rabatt_gesamt=discount,
        preisuntergrenze=floor_price(variable + order, kept),
        preis_fuer_mindestmarge=None if wanted is None else floor_price(variable + order, (1 - wanted) * kept),
        freigabe=approval(discount, margin, min_margin, steps),
    )


def floor_price(costs: float, kept: float) -> float | None:
    """Compute the offer sum of which the kept share just covers the costs.

    Args:
        costs: Euro.
        kept: Fraction of the offer sum left for the costs.

    Returns:
        Euro, None if nothing is left. Source: template 16 (preisuntergrenze).
    """
    return costs / kept if kept > 1e-12 else None


def approval(
    discount: Cell, margin: Cell, min_margin: Cell, steps: Sequence[tuple[float, str]] = APPROVAL_STEPS
) -> str | None:
    """Name who must approve an offer.

    Args:
        discount: All discounts as fraction of the list value.
        margin: Contribution II as fraction of the net proceeds.
        min_margin: Lowest margin that needs no board.
        steps: Pairs (discount from, approver), ascending; the last approver is the highest.

    Returns:
        The highest approver if the margin is too low, else the one of the discount's step; None
        for a blank discount without a margin that is too low.

    Source: template 16 (freigabe).
    """
    earned, wanted, share = number(margin), number(min_margin), number(discount)
    if earned is not None and wanted is not None and earned < wanted:
        return steps[-1][1]
    reached = [name for bound, name in steps if share is not None and share >= bound]
    return reached[-1] if reached else None
