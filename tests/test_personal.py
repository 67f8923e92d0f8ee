"""Personal data: marked in every spec, shown masked, replaced by hashes, found and erased on request."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.hostile.parts import parts_of
from tests.workbooks import CATALOG, KEYS, TODAY, write
from vorlagen.cli import program
from vorlagen.personal import personal_fields
from vorlagen.pseudonyms import Pseudonyms
from vorlagen.values import example_values

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
    ("wettbewerbsvergleich", "nutzwerte", "name"): "a company",
    ("wettbewerbsvergleich", "je_wettbewerber", "name"): "a company",
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


# -- pseudonyms -----------------------------------------------------------------------------------

KEY = "ein-Schlüssel-für-Tests"


def test_one_entry_and_key_give_one_pseudonym() -> None:
    one, other = Pseudonyms(KEY), Pseudonyms(KEY + "!")
    assert one.of("Dr. M. Arnheim", "name") == Pseudonyms(KEY).of(" dr. m.  ARNHEIM ", "name")
    assert one.of("Dr. M. Arnheim", "name") != other.of("Dr. M. Arnheim", "name")
    assert one.of("Dr. M. Arnheim", "name") != one.of("Dr. M. Arnheim", "note")
    assert one.of("+49 89 1234567", "phone", "phone") == one.of("089/123 45 67", "phone", "phone")
    assert one.of(None, "name") is None
    mails = [one.of(m, "email", "email") for m in ("a@firma.example", "B@Firma.example", "a@gmx.de", "b@gmx.de")]
    domains = [mail.partition("@")[2] for mail in mails]
    assert domains[0] == domains[1]  # one company
    assert len({*domains}) == 3  # the providers of mailboxes are none
    assert len({*mails}) == 4
    for mail in mails:
        assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", mail)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """Two workbooks with persons, merged twice with one key and once with another."""
    folder = tmp_path_factory.mktemp("pseudonyme")
    inbox = folder / "Mappen von Arnheim"
    inbox.mkdir()
    for key in ("kundenstamm", "buying_center", "gespraechsnotiz"):
        source = write(folder, key)
        source.rename(inbox / f"Dr. Arnheim {key}.xlsx")
    out = {}
    for name, key in (("eins", KEY), ("zwei", KEY), ("drei", KEY * 2)):
        call = ["consolidate", str(inbox), "--output", str(folder / name), "--pseudonymise", "--json"]
        call += ["--to", "xlsx,html,csv,parquet,duckdb", "--today", TODAY.isoformat()]
        done = CliRunner().invoke(program, call, env={"VORLAGEN_KEY": key})
        assert done.exit_code <= 1, done.output
        out[name] = folder / name, done.stdout
    return out


def persons() -> set[str]:
    """All personal entries of the three examples that are long enough to be looked for and stand nowhere else."""
    hidden, shown = set(), ["(gelöscht)"]
    for key in ("kundenstamm", "buying_center", "gespraechsnotiz"):
        template = CATALOG.template(key)
        marked = personal_fields(template)
        shown += [choice.label.de for choices in template.lists for choice in choices.values]
        for block, rows in example_values(template, "de", "BY", TODAY).blocks.items():
            for row in rows if isinstance(rows, list) else [rows]:
                hidden |= {str(row[name]) for name in row if (block, name) in marked}
                shown += [str(row[name]) for name in row if (block, name) not in marked]
    public = "\n".join(shown)  # a company can be called like its owner
    return {text for text in hidden if len(text) > 5 and text not in public}


def test_no_person_is_left_in_any_output(merged: dict[str, tuple[Path, str]]) -> None:
    folder, said = merged["eins"]
    wanted = {text.encode() for text in persons()} | {b"Arnheim"}
    assert len(wanted) > 60
    files = [path for path in folder.iterdir() if path.is_file()]
    assert {path.suffix for path in files} == {".xlsx", ".html", ".csv", ".parquet", ".duckdb", ".json"}
    for path in files:
        content = b"".join(parts_of(path.read_bytes()).values()) if path.suffix == ".xlsx" else path.read_bytes()
        text = content.replace(b"&amp;", b"&").replace(b"&quot;", b'"')
        assert not [w for w in wanted if w in text], path.name
    assert not [w for w in wanted if w in said.encode()]


def test_pseudonyms_join_templates_and_runs(merged: dict[str, tuple[Path, str]]) -> None:
    def lines(run: str, name: str) -> list[dict[str, str]]:
        path = next(merged[run][0].glob(name))
        return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))

    people, members = lines("eins", "01_*ansprechpartner.csv"), lines("eins", "03_*mitglieder.csv")
    known = {row["Personen-Nr."] for row in people}
    assert known
    assert all(re.fullmatch(r"Id-[0-9a-f]{12}", key) for key in known)
    assert known & {row["Personen-Nr."] for row in members}
    assert lines("zwei", "01_*ansprechpartner.csv") == people
    assert not known & {row["Personen-Nr."] for row in lines("drei", "01_*ansprechpartner.csv")}


def test_pseudonyms_need_a_key(tmp_path: Path) -> None:
    path = write(tmp_path, "gespraechsnotiz")
    call = ["consolidate", str(path), "--output", str(tmp_path / "aus"), "--pseudonymise"]
    for more in ([], ["--key", "kurz"], ["--key-file", str(tmp_path / "fehlt")]):
        assert CliRunner().invoke(program, [*call, *more], env={"VORLAGEN_KEY": ""}).exit_code == 2
    assert not (tmp_path / "aus").exists()
    (tmp_path / "schluessel").write_text(KEY + "\n", encoding="utf-8")
    assert CliRunner().invoke(program, [*call, "--key-file", str(tmp_path / "schluessel")]).exit_code <= 1
