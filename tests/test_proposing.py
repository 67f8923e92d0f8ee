"""A mapping proposed from headings and values: likely columns are found, nothing is overlooked."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tests.workbooks import CATALOG, ROOT, TODAY
from vorlagen.cli import program
from vorlagen.foreign import read_table
from vorlagen.mapping import load_map
from vorlagen.prefill import load_values
from vorlagen.proposing import propose_map

CHINOOK = ROOT / "examples" / "data" / "chinook_customer.csv"


def test_chinook_columns_meet_their_fields(tmp_path: Path) -> None:
    text = propose_map(read_table(CHINOOK), CATALOG.template("kundenstamm"), "de")
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    mapping = load_map(path)
    found = {key: source.column for key, source in mapping.fields.items()}
    wanted = {"firma": "company", "strasse": "address", "plz": "postalcode", "ort": "city", "telefon": "phone",
              "email": "email", "land": "country"}  # fmt: skip
    assert {key: found.get(key) for key in wanted} == wanted
    # Every column stands in the file, as a source or as left over; every required field as well.
    for column in read_table(CHINOOK).headings:
        assert column in text
    for field in CATALOG.template("kundenstamm").blocks["kunden"].all_fields:
        assert not (field.required and not field.computed) or field.key in text
    assert "Germany: de" in text  # countries are translated as far as the list knows them
    assert 'Brazil: "???"' in text
    assert "values: {" in text.split("land:")[1].split("\n")[0]  # countries are translated, or marked ???


def test_a_proposal_for_a_clean_export_works_as_it_is(tmp_path: Path) -> None:
    export = tmp_path / "offene angebote.csv"
    lines = ["Angebots-Nr.;Kundennummer;Firma;Angebotssumme;Angebotsdatum;Status;Interne Notiz",
             "AN-1;K-00001;Muster;1.234,50;03.02.2026;gewonnen;x"]  # fmt: skip
    export.write_bytes("\r\n".join(lines).encode("cp1252"))
    output = tmp_path / "map.yaml"
    result = CliRunner().invoke(program, ["map", "new", str(export), "17", "--output", str(output)])
    assert result.exit_code == 0, result.output
    text = output.read_text(encoding="utf-8")
    assert "Interne Notiz" in text.rpartition("\n#")[2]
    mapping = load_map(output)
    assert (mapping.decimal, mapping.date) == (",", "%d.%m.%Y")
    ((_, values),) = load_values(export, CATALOG.template("angebotsliste"), "de", TODAY, mapping)
    (row,) = values.rows("angebote")
    assert row["angebotssumme"] == 1234.5
    assert row["angebot_am"].isoformat() == "2026-02-03"
    assert row["status"] == "gewonnen"
    assert CliRunner().invoke(program, ["map", "new", str(export), "17", "--output", str(output)]).exit_code == 5
