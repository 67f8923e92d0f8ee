"""Records of one company under different keys: pairs for a person to decide, each with its reasons.

Pairs are found by what they share (telephone, domain, address, name), then judged by everything
that speaks for and against. Reasons count in bits: each doubles or halves the odds. Nothing is
merged here; see `vorlagen.decisions`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from vorlagen.companies import (
    LOOSE_WORDS,
    SISTERS,
    CompanyName,
    company_name,
    fold,
    legal_form,
    loosen,
    mail_domain,
    phone_number,
    street,
    web_domain,
)
from vorlagen.spec import Duplicates
from vorlagen.values import Row, is_blank

ENOUGH = 6.0  # bits from which a person should look
_SHARED_DOMAIN = 3  # a domain of more different names than this is a provider's or an association's
_BLOCK_MAX = 200  # what more records share than this tells nothing


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for (positive) or against; `text` in German and English."""

    bits: float
    text: tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two records that may be one company; `a` and `b` are their places in the list of records."""

    a: int
    b: int
    reasons: tuple[Reason, ...]

    @property
    def bits(self) -> float:
        """Sum of all reasons."""
        return sum(r.bits for r in self.reasons)

    @property
    def score(self) -> int:
        """How likely it is one company, 0 to 100; 50 is where a person should begin to look."""
        return round(100 / (1 + 2 ** ((ENOUGH - self.bits) / 1.5)))

    def explained(self, lang: str) -> str:
        """Return the reasons, the weightiest first."""
        ranked = sorted(self.reasons, key=lambda r: -abs(r.bits))
        return " · ".join(f"{r.text[lang == 'en']} ({r.bits:+g})" for r in ranked)


@dataclass(frozen=True)
class Profile:
    """A record as it is compared; what is not known is empty."""

    name: CompanyName
    joined: str
    loose: str
    form: str
    street: tuple[str, str]
    postcode: str
    town: str
    phone: str
    email: str
    domains: frozenset[str]
    vat: str


def profile(row: Row, by: Duplicates) -> Profile:
    """Return what is compared of a record."""

    def text(key: str | None) -> str:
        value = None if key is None else row.get(key)
        return "" if is_blank(value) else str(value).strip()

    name = company_name(text(by.name))
    stated = text(by.form)
    country = text(by.country)
    mail = fold(text(by.email))
    domains = {d for d in (mail_domain(mail), web_domain(text(by.website))) if d}
    region = country.upper() if re.fullmatch(r"[A-Za-z]{2}", country) else "DE"
    return Profile(
        name, "".join(name.words), loosen("".join(sorted(name.words))), legal_form(stated) if stated else name.form,
        street(text(by.street)), fold(text(by.postcode)), fold(text(by.town)),
        phone_number(text(by.phone), region) if text(by.phone) else "", mail if "@" in mail else "",
        frozenset(domains), re.sub(r"[^A-Z0-9]", "", text(by.vat).upper()),
    )  # fmt: skip


def find_duplicates(rows: Sequence[Row], by: Duplicates) -> list[Pair]:
    """Return all pairs that a person should look at, the likeliest first."""
    profiles = [profile(row, by) for row in rows]
    profiles = _without_shared_domains(profiles)
    pairs = (Pair(a, b, tuple(reasons(profiles[a], profiles[b]))) for a, b in _candidates(profiles))
    return sorted((p for p in pairs if p.bits >= ENOUGH), key=lambda p: (-p.bits, p.a, p.b))


def _without_shared_domains(profiles: Sequence[Profile]) -> list[Profile]:
    """Leave out domains that many companies share."""
    from dataclasses import replace

    names: dict[str, set[str]] = defaultdict(set)
    for p in profiles:
        for domain in p.domains:
            names[domain].add(p.loose)
    shared = {d for d, found in names.items() if len(found) > _SHARED_DOMAIN}
    return [replace(p, domains=p.domains - shared) if p.domains & shared else p for p in profiles]


def _keys(p: Profile) -> Iterator[tuple[Any, ...]]:
    """Yield what two records must share, at least one of it, to be compared at all."""
    if p.vat:
        yield ("vat", p.vat)
    if p.email:
        yield ("email", p.email)
    if p.phone:
        yield ("phone", p.phone[:-2])
    for domain in p.domains:
        yield ("domain", domain)
    if p.loose:
        yield ("name", p.loose)
    if p.postcode:
        if p.street[0]:
            yield ("address", p.postcode, *p.street)
        for word in p.name.words:
            yield ("word", p.postcode, loosen(word)[:3])


def _candidates(profiles: Sequence[Profile]) -> Iterable[tuple[int, int]]:
    blocks: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for n, p in enumerate(profiles):
        for key in dict.fromkeys(_keys(p)):
            blocks[key].append(n)
    found: dict[tuple[int, int], None] = {}
    for members in blocks.values():
        if 1 < len(members) <= _BLOCK_MAX:
            found |= dict.fromkeys(combinations(members, 2))
    return found


# -- what speaks for and against -------------------------------------------------------------


def reasons(a: Profile, b: Profile) -> Iterator[Reason]:
    """Yield everything that speaks for or against two records being one company."""
    yield _name(a, b)
    if a.form and b.form:
        yield (
            Reason(0.5, ("gleiche Rechtsform", "same legal form"))
            if a.form == b.form
            else Reason(-1.0, ("andere Rechtsform", "different legal form"))
        )
    yield from _address(a, b)
    yield from _phone(a, b)
    if a.email and a.email == b.email:
        yield Reason(5.0, ("gleiche E-Mail-Adresse", "same e-mail address"))
    elif a.domains and b.domains:
        yield (
            Reason(4.0, ("gleiche Internet-Domain", "same internet domain"))
            if a.domains & b.domains
            else Reason(-1.5, ("andere Internet-Domain", "different internet domain"))
        )
    if a.vat and b.vat:
        yield (
            Reason(9.0, ("gleiche USt-IdNr.", "same VAT number"))
            if a.vat == b.vat
            else Reason(-7.0, ("andere USt-IdNr.", "different VAT number"))
        )


def _address(a: Profile, b: Profile) -> Iterator[Reason]:
    if a.postcode and b.postcode:
        if a.postcode == b.postcode:
            yield Reason(2.5, ("gleiche PLZ", "same postcode"))
        elif a.postcode[:2] != b.postcode[:2]:
            yield Reason(-3.0, ("andere Gegend", "different area"))
    elif a.town and a.town == b.town:
        yield Reason(1.0, ("gleicher Ort", "same town"))
    if a.street[0] and b.street[0]:
        if a.street == b.street:
            yield Reason(3.0, ("gleiche Straße und Hausnummer", "same street and number"))
        elif loosen(a.street[0]) == loosen(b.street[0]):
            yield Reason(-0.5, ("gleiche Straße, andere Hausnummer", "same street, other number"))
        else:
            yield Reason(-1.5, ("andere Straße", "different street"))


def _phone(a: Profile, b: Profile) -> Iterator[Reason]:
    if not (a.phone and b.phone):
        return
    if a.phone == b.phone:
        yield Reason(5.0, ("gleiche Telefonnummer", "same telephone number"))
    elif len(a.phone) == len(b.phone) and a.phone[:-2] == b.phone[:-2]:
        yield Reason(2.0, ("gleicher Anschluss, andere Durchwahl", "same line, other extension"))
    else:
        yield Reason(-1.0, ("andere Telefonnummer", "different telephone number"))


_DIFFERENT = Reason(-6.0, ("anderer Name", "different name"))


def _name(a: Profile, b: Profile) -> Reason:
    if not a.name.words or not b.name.words:
        return Reason(0.0, ("Name fehlt", "name missing"))
    if a.name.words == b.name.words:
        return Reason(7.0, ("gleicher Name", "same name"))
    if a.joined == b.joined:
        return Reason(6.5, ("gleicher Name, anders getrennt", "same name, divided differently"))
    if sorted(a.name.words) == sorted(b.name.words):
        return Reason(6.0, ("gleicher Name, andere Reihenfolge", "same name in another order"))
    if a.loose == b.loose or loosen(a.joined) == loosen(b.joined):
        return Reason(4.0, ("gleicher Name, andere Schreibweise", "same name, spelt differently"))
    rest_a, rest_b = _rest(a.name.words, b.name.words)
    if (SISTERS & {*rest_a}) != (SISTERS & {*rest_b}):
        return Reason(-10.0, ("Schwestergesellschaft", "sister company"))
    if not rest_a or not rest_b:
        more = {*rest_a, *rest_b}
        if more <= LOOSE_WORDS:
            return Reason(5.0, ("gleicher Name mit Zusatz", "same name with an addition"))
        return Reason(2.0, ("ein Name enthält den anderen", "one name contains the other"))
    return _near("".join(rest_a), "".join(rest_b), len(rest_a) + len(rest_b) < len(a.name.words) + len(b.name.words))


def _rest(a: Sequence[str], b: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words of each name that the other does not have."""
    left, right = list(a), list(b)
    for word in a:
        same = next((w for w in right if w == word or loosen(w) == loosen(word)), None)
        if same is not None:
            left.remove(word)
            right.remove(same)
    return left, right


def _near(a: str, b: str, common: bool) -> Reason:
    """Compare what two names do not share, letter by letter."""
    from rapidfuzz.distance import OSA

    if re.sub(r"\D", "", a) != re.sub(r"\D", "", b):
        return _DIFFERENT
    short, long = sorted((a, b), key=len)
    if common and len(long) >= 8 and 3 <= len(short) <= 0.75 * len(long) and _abbreviates(short, long):
        return Reason(4.0, ("gleicher Name, abgekürzt", "same name, abbreviated"))
    distance = min(OSA.distance(a, b), OSA.distance(loosen(a), loosen(b)))
    if distance == 1 and len(short) >= 4:
        return Reason(2.5, ("Name mit einem anderen Buchstaben", "name with one letter different"))
    if distance == 2 and len(short) >= 9:
        return Reason(1.5, ("Name mit zwei anderen Buchstaben", "name with two letters different"))
    return _DIFFERENT


def _abbreviates(short: str, long: str) -> bool:
    """Whether all letters of the short word stand in the long one, in this order, the first ones at its beginning."""
    if short[0] != long[0]:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)
