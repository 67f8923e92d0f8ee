"""Personal data: marked in every spec, shown masked, replaced by hashes, found and erased on request."""

from __future__ import annotations

import re

import pytest

from tests.workbooks import CATALOG, KEYS
from vorlagen.personal import personal_fields

# Words by which people name a person's data, in keys and headings.
_PERSON = re.compile(
    r"(?<![a-z])(vor|nach)?name\b|ansprechpartner|gespraechspartner|gespräch mit|\bpartner\b|person|mitarbeiter|staff|bearbeite[rt]"
    r"|verantwortlich|zust(ä|ae)ndig|vertretung|mitwirkend|anrufer|_von\b|\bvon$|(?<![a-z])e-?mail|telefon|\bmobil|phone"
    r"|bemerkung|remark|\bnotiz(en)?\b(?!-)|vorlieben|erreichbar|\bmotiv|bedenken|zitat",
    re.IGNORECASE,
)
_TYPES = ("text", "long", "email", "phone")
# Fields with such a word that name no person, each with what they hold.
_OTHER = {
    ("adresspflege", "bestaende", "bezeichnung"): "an address stock",
    ("crm_anforderungen", "systeme", "name"): "a system",
    ("crm_anforderungen", "vergleich", "name"): "a system",
    ("wettbewerbsvergleich", "begegnungen", "name"): "a company",
    ("marktanalyse", "position", "staerkster_name"): "a company",
    ("kennzahlenkatalog", "luecken", "name"): "a key figure",
    ("wettbewerbsvergleich", "profile", "name"): "a company",
    ("marktanalyse", "segmente", "staerkster_name"): "a company",
    ("kennzahlenkatalog", "kennzahlen", "name"): "a key figure",
    ("telefonleitfaden", "leitfaden", "zielperson"): "a function in a company",
    ("telefonleitfaden", "leitfaden", "nicht_erreichbar"): "words of the guide",
}


@pytest.mark.parametrize("key", KEYS)
def test_every_field_with_a_person_is_marked(key: str) -> None:
    template = CATALOG.template(key)
    marked = personal_fields(template)
    for block in template.blocks.values():
        for item in block.all_fields:
            words = " ".join((item.key, item.title.de, item.title.en))
            suspicious = item.type in ("email", "phone") or (item.type in _TYPES and _PERSON.search(words))
            if suspicious and (key, block.key, item.key) not in _OTHER:
                assert (block.key, item.key) in marked, f"{block.key}.{item.key} ({words}) has no personal class"


def test_exceptions_are_needed_and_unmarked() -> None:
    for key, block, field in _OTHER:
        template = CATALOG.template(key)
        item = template.field(block, field)
        assert _PERSON.search(" ".join((item.key, item.title.de, item.title.en))), (key, field)
        assert (block, field) not in personal_fields(template)


def test_choices_of_staff_are_personal_wherever_they_stand() -> None:
    count = 0
    for key in KEYS:
        template = CATALOG.template(key)
        for block in template.blocks.values():
            for item in block.all_fields:
                if item.list == "L_MITARBEITER":
                    assert personal_fields(template)[block.key, item.key] == "name"
                    count += 1
    assert count > 40


def test_formulas_take_the_class_of_what_they_show() -> None:
    marked = personal_fields(CATALOG.template("datenschutz_nachweis"))
    assert marked["arbeitsliste", "name"] == "name"  # INDEX over the names of the register
    assert personal_fields(CATALOG.template("wiedervorlage"))["dringendste", "zustaendig"] == "name"
