"""What tells companies apart in an address list: name without legal form, telephone, domain, street.

Everything here turns what people write into what can be compared; nothing decides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa"})
# g.m.b.h., e. k., e. kfm.: letters with dots are one word.
_DOTTED = re.compile(r"\b(?:[a-z]\. ?)+(?:[a-z]|kfm|kfr)\b\.?")
# MüllerBau: a small letter before a capital that begins a word.
_SEAM = re.compile(r"(?<=[a-zäöüß]{3})(?=[A-ZÄÖÜ][a-zäöüß]{2})")
_WORD = re.compile(r"[a-z0-9]+")

# Word sequences of legal forms, as they are after folding, and the form that they mean.
_FORMS: dict[str, tuple[str, ...]] = {
    "gmbh & co. kg": ("gmbh co kg", "gmbh und co kg", "gmbh u co kg", "gmbh co kommanditgesellschaft",
                      "gmbh und co kommanditgesellschaft", "mbh co kg", "mbh und co kg"),
    "gmbh & co. ohg": ("gmbh co ohg", "gmbh und co ohg"),
    "kgaa": ("kgaa", "kommanditgesellschaft auf aktien", "gmbh co kgaa", "ag co kgaa", "se co kgaa",
             "gmbh und co kgaa", "ag und co kgaa", "se und co kgaa"),
    "ag & co. kg": ("ag co kg", "ag und co kg", "se co kg", "se und co kg"),
    "ug & co. kg": ("ug co kg", "ug und co kg", "ug haftungsbeschraenkt co kg", "ug haftungsbeschraenkt und co kg"),
    "ug": ("ug", "ug haftungsbeschraenkt", "unternehmergesellschaft", "unternehmergesellschaft haftungsbeschraenkt"),
    "gmbh": ("gmbh", "ggmbh", "mbh", "gesmbh", "ges mbh", "gesellschaft mbh", "gesellschaft mit beschraenkter haftung"),
    "ag": ("ag", "gag", "aktiengesellschaft"),
    "se": ("se", "societas europaea", "europaeische gesellschaft"),
    "kg": ("kg", "kommanditgesellschaft", "und co kg", "u co kg", "co kg"),
    "ohg": ("ohg", "offene handelsgesellschaft", "und co ohg", "co ohg"),
    "gbr": ("gbr", "gbr mbh", "egbr", "gesellschaft buergerlichen rechts"),
    "e. k.": ("ek", "ekfm", "ekfr", "e kfm", "e kfr", "eingetragener kaufmann", "eingetragene kauffrau"),
    "eg": ("eg", "eingetragene genossenschaft"),
    "e. v.": ("ev", "eingetragener verein"),
    "partg": ("partg", "partg mbb", "partgmbb", "mbb", "partnerschaftsgesellschaft", "partnerschaftsgesellschaft mbb"),
    "stiftung": ("stiftung",),
    "aoer": ("aoer", "anstalt des oeffentlichen rechts"),
    "ltd": ("ltd", "limited", "plc"), "inc": ("inc", "corp", "llc"), "sa": ("sa", "sarl", "sas"), "spa": ("spa", "srl"),
    "bv": ("bv", "nv"), "ab": ("ab", "oy", "as", "aps"), "sp. z o.o.": ("sp zoo", "sp z oo", "sp z o o"),
}  # fmt: skip
_SEQUENCES = sorted(
    ((tuple(text.split()), form) for form, texts in _FORMS.items() for text in texts), key=lambda s: -len(s[0])
)
_LONGEST = len(_SEQUENCES[0][0])
_BY_SEQUENCE = dict(_SEQUENCES)
# At the beginning of a name a short word is rather part of it ("AS Bau", "SE Technik").
_LEADING = {words for words in _BY_SEQUENCE if len("".join(words)) > 7}
_STATES = (("in", "liquidation"), ("il",), ("in", "gruendung"), ("ig",), ("in", "abwicklung"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# From here on a name says which part of the company is meant, or who.
_UNITS = _words(
    """
    abt abteilung niederlassung nl zweigniederlassung filiale standort werk zentrale hd zhd zhdn
    buero
    """
)
# Words that say nothing about which company it is.
_SILENT = _words(
    """
    und u fa firma die der das the and co
    """
)
# Companies of one group that share a name and an address, yet are different ones.
SISTERS = _words(
    """
    verwaltungs verwaltung verwaltungsgesellschaft holding beteiligungs beteiligung
    beteiligungsgesellschaft immobilien besitz besitzgesellschaft grundstuecks vermoegens
    vermoegensverwaltung vermietungs leasing
    """
)
# Words that a company adds or leaves out as it likes.
LOOSE_WORDS = _words(
    """
    gruppe group deutschland germany international europe europa gebr gebrueder
    """
)
# Providers of mailboxes: their domain says nothing about the company.
FREE_MAIL = _words(
    """
    gmx.de gmx.net gmx.at web.de t-online.de freenet.de arcor.de aol.com gmail.com googlemail.com
    outlook.com outlook.de hotmail.com hotmail.de live.de live.com yahoo.de yahoo.com icloud.com
    me.com posteo.de mailbox.org 1und1.de online.de kabelmail.de vodafonemail.de email.de mail.de
    protonmail.com proton.me
    """
)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return a text in small letters without umlauts, ß and accents: Müller and MUELLER are equal."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def loosen(folded: str) -> str:
    """Return a folded text without the traces of umlauts and double letters: Mueller, Muller and Müler are equal."""
    bare = folded.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return re.sub(r"([a-z])\1+", r"\1", bare)


@dataclass(frozen=True)
class CompanyName:
    """A name taken apart.

    Attributes:
        words: what names the company, folded.
        form: its legal form; empty when none is stated.
    """

    words: tuple[str, ...]
    form: str


def company_name(text: str) -> CompanyName:
    """Take the name of a company apart; legal forms are told in every usual spelling, before and behind the name."""
    folded = _DOTTED.sub(lambda m: re.sub(r"[. ]", "", m[0]) + " ", fold(_SEAM.sub(" ", text))).replace("+", " und ")
    words = _WORD.findall(folded)
    for n, word in enumerate(words):
        if n and word in _UNITS:
            words = words[:n]
            break
    while words and words[-1] == "z":  # of "z. Hd."
        words.pop()
    words, form = _without_form(words)
    named = tuple(w for w in words if w not in _SILENT)
    return CompanyName(named or tuple(words), form)


def _without_form(words: list[str]) -> tuple[list[str], str]:
    form = ""
    for state in _STATES:
        if len(words) > len(state) and tuple(words[-len(state) :]) == state:
            words = words[: -len(state)]
    for size in range(min(_LONGEST, len(words) - 1), 0, -1):
        for start in range(len(words) - size, -1, -1):
            found = tuple(words[start : start + size])
            if found not in _BY_SEQUENCE:
                continue
            # In the middle only what nobody takes for a name.
            if start + size == len(words) or (start == 0 and found in _LEADING) or "gmbh" in found:
                return words[:start] + words[start + size :], _BY_SEQUENCE[found]
    return words, form


def legal_form(text: str) -> str:
    """Return the legal form that a text names, in one spelling; another text as it is, folded."""
    return company_name(f"x {text}").form or fold(text).strip()


@lru_cache(maxsize=65_536)
def phone_number(text: str, region: str = "DE") -> str:
    """Return a telephone number with country code (+49…), empty when it cannot be one.

    Args:
        text: as written.
        region: country of a number without country code, as two letters.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def mail_domain(text: str) -> str:
    """Return the domain of an e-mail address; empty for providers of mailboxes."""
    domain = text.strip().casefold().rpartition("@")[2] if "@" in text else ""
    return "" if domain in FREE_MAIL else domain


def web_domain(text: str) -> str:
    """Return the domain of an address in the web, without www."""
    host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    return host.removeprefix("www.")


def street(text: str) -> tuple[str, str]:
    """Return name and number of a street, so that Str., Straße and Strasse are equal."""
    folded = re.sub(r"\bnr\.?(?= ?\d)", " ", fold(text))
    found = re.search(r"(\d+)\s*([a-z]?)\b(?!.*\d)", folded)
    number = f"{found[1]}{found[2]}" if found else ""
    name = folded[: found.start()] if found and found.start() else folded
    name = re.sub(r"strasse|str\.|str\b", "str", name)
    return "".join(_WORD.findall(name)), number
