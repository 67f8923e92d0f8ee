"""Values that lie exactly on a limit, ties, and blanks that are no zeros: worked by hand from the catalogue's words."""

from __future__ import annotations

from datetime import date

import pytest

from tests.test_golden import Case
from vorlagen.fieldtypes import to_serial

TODAY = date(2026, 4, 15)
FRONT = {"stichtag": TODAY}


def customer(n: int, revenue: int, **more: object) -> dict[str, object]:
    """A customer of template 29."""
    return {"kunde_id": f"K-0000{n}", "firma": f"Kunde {n}", "region": "Nord", "team": "Nord",
            "kundengruppe": "Handel", "umsatz_12m": revenue, "auftraege_12m": 1, **more}  # fmt: skip


def profile(n: int, net: int) -> dict[str, object]:
    """A customer of template 32 with five hours of care."""
    return {"kunde_id": f"K-0000{n}", "firma": f"Kunde {n}", "jahr": 2026, "nettoerloes": net, "db2": 1000,
            "bestellungen": 1, "hochrechnung": 1}  # fmt: skip


CASES = [
    Case(
        "01 due today",
        "kundenstamm",
        {},
        # A check is due on its day: 15.04. on the Stichtag 15.04.; the one of 16.04. is not.
        {("kunden", "pruefstatus", 0): "fällig", ("kunden", "pruefstatus", 1): "aktuell"},
        {"deckblatt": FRONT,
         "kunden": [{"kunde_id": "K-00001", "firma": "Eins", "erfasst_am": TODAY},
                    {"kunde_id": "K-00002", "firma": "Zwei", "erfasst_am": date(2026, 4, 16)}]},
    ),
    Case(
        "02 score on a limit",
        "adressqualifizierung",
        {},
        # All weight on fit: the score is the points of fit; A from 7, B from 4.
        {("leads", "score", 0): 7, ("leads", "prio_score", 0): "A", ("leads", "prio_score", 1): "B",
         ("leads", "prio_score", 2): "B", ("leads", "prio_score", 3): "C"},
        {"parameter": {f"gewicht_{key}": int(key == "fit") for key in (
            "umsatz", "mitarbeiter", "einkaufsvolumen", "bestellzyklus", "befugnis", "bedarf", "fit")},
         "leads": [{"lead_id": f"L-000{n}", "firma": f"Firma {n}", "fit": fit} for n, fit in enumerate((7, 6, 4, 3))]},
    ),
    Case(
        "03 step due today",
        "buying_center",
        {},
        {("uebersicht", "schritte_ueberfaellig", 0): 1},  # only the one of yesterday
        {"deckblatt": FRONT,
         "mitglieder": [{"bc_id": "BC-1", "name": f"Person {day}", "faellig_am": date(2026, 4, day)}
                        for day in (14, 15, 16)]},
    ),
    Case(
        "07 a holiday in between",
        "akquise_zeitplan",
        {},
        # Thursday 02.04.2026 and two working days more: Good Friday and Easter Monday are free, so Wednesday.
        {("vorgaenge", "ende", 0): to_serial(date(2026, 4, 8)), ("vorgaenge", "start", 1): to_serial(date(2026, 4, 9))},
        {"feiertage": [{"datum": date(2026, 4, 3)}, {"datum": date(2026, 4, 6)}],
         "vorgaenge": [{"nr": 1, "vorgang": "Eins", "start_plan": date(2026, 4, 2), "dauer_at": 3},
                       {"nr": 2, "vorgang": "Zwei", "vorgaenger": 1, "dauer_at": 1}]},
    ),
    Case(
        "09 done on the day",
        "wiedervorlage",
        {},
        {("wiedervorlagen", "puenktlich", 0): 1, ("wiedervorlagen", "puenktlich", 1): 0,
         ("kennzahlen", "termintreue", 0): 0.5},
        {"deckblatt": FRONT,
         "wiedervorlagen": [{"wv_id": f"WV-00{n}", "kunde_id": "K-00001", "faellig_am": date(2026, 3, 10),
                             "status": "erledigt", "erledigt_am": date(2026, 3, 9 + n)} for n in (1, 2)]},
    ),
    Case(
        "17 undated decision",
        "angebotsliste",
        {},
        # Without a date of decision there are no days: the mean knows the second offer only.
        {("angebote", "entscheidung_tage", 0): "", ("angebote", "entscheidung_tage", 1): 10,
         ("ergebnis", "dauer_mittel", 0): 10},
        {"deckblatt": FRONT,
         "angebote": [{"angebot_nr": "AN-1", "angebot_am": date(2026, 3, 1), "status": "gewonnen",
                       "angebotssumme": 100},
                      {"angebot_nr": "AN-2", "angebot_am": date(2026, 3, 1), "status": "verloren",
                       "angebotssumme": 100, "entscheidung_am": date(2026, 3, 11)}]},
    ),
    *(
        Case(
            f"{name[:2]} offer without status",
            name[3:],
            {},
            # Nothing is known of the first offer, so one was submitted.
            {("angebote", "abgegeben", 0): 0, ("angebote", "abgegeben", 1): 1, (block, key, 0): 1},
            {"angebote": [{"angebot_nr": "AN-1", "angebot_am": date(2026, 3, 1), "angebotssumme": 100},
                          {"angebot_nr": "AN-2", "angebot_am": date(2026, 3, 1), "angebotssumme": 100,
                           "status": "verloren"}]},
        )
        for name, block, key in (("17 angebotsliste", "ergebnis", "n_abgegeben"),
                                 ("27 angebotserfolg", "gesamt", "n"))
    ),
    Case(
        "18 probability on the limit",
        "vertriebsforecast",
        {},
        {("positionen", "klasse", 0): "Commit", ("positionen", "klasse", 1): "wahrscheinlich",
         ("positionen", "klasse", 2): "wahrscheinlich", ("positionen", "klasse", 3): "möglich"},
        {"positionen": [{"angebot_nr": f"AN-{n}", "pos": 10, "status": "in Verhandlung", "w": w, "umsatz": 100}
                        for n, w in enumerate((0.8, 0.79, 0.5, 0.49))]},
    ),
    Case(
        "18 month without forecast",
        "vertriebsforecast",
        {},
        # Only the second month can be judged: |90 − 100| ÷ 90, and 10 ÷ 90 too much.
        {("treff", "n_monate", 0): 1, ("treff", "wape", 0): 10 / 90, ("treff", "bias", 0): 10 / 90},
        {"historie": [{"stichtag": date(2026, 1, 1), "monat": date(2026, month, 1), "team": "Nord", "ist": 90,
                       **more} for month, more in ((2, {}), (3, {"forecast": 100}))],
         "sicht_treff": {"horizont": None, "team": None}},
    ),
    Case(
        "22 weights below one",
        "wettbewerbsvergleich",
        {},
        {("summe", "summe_gewichte", 0): 0.9, ("gewichtung", "pruefung", 0): "prüfen"},
        {"gewichte": [{"kriterium": "Preis", "gewicht": 0.5}, {"kriterium": "Lieferzeit", "gewicht": 0.4}]},
    ),
    Case(
        "28 eleven months are no year",
        "saisonanalyse",
        {},
        # 2024 lacks December, so only 2025 has indices: eleven months of 100 and one of 1,300 make a mean of 200.
        {("jahre", "jahr_voll", 3): 0, ("jahre", "jahr_voll", 4): 1, ("ergebnis", "n_jahre", 0): 1,
         ("index", "saisonindex_m", 0): 0.5, ("index", "saisonindex_m", 11): 6.5},
        {"filter": {"messgroesse": "Umsatz", "team": None, "region": None, "produktgruppe": None, "bis_jahr": None},
         "monatswerte": [{"jahr": year, "monat": month, "team": "Nord", "region": "Nord",
                          "produktgruppe": "Förderbänder", "umsatz": 1300 if month == 12 else 100}
                         for year in (2024, 2025) for month in range(1, 13) if (year, month) != (2024, 12)]},
    ),
    Case(
        "29 equal customers",
        "abc_rfm_analyse",
        {},
        {("kundendaten", "rang", 0): 2, ("kundendaten", "rang", 1): 1, ("kundendaten", "rang", 2): 3,
         ("kundendaten", "rang", 3): 4},
        {"kundendaten": [customer(1, 500), customer(2, 900), customer(3, 500), customer(4, 500)]},
    ),
    Case(
        "29 exactly on the limit of A",
        "abc_rfm_analyse",
        {},
        # Before the customers lie 0, 80, 95 and 100 %: who begins on a limit belongs to the lower class.
        {("kundendaten", "abc", 0): "A", ("kundendaten", "abc", 1): "B", ("kundendaten", "abc", 2): "C",
         ("kundendaten", "abc", 3): "ohne", ("kundendaten", "kum_anteil", 1): 0.95,
         # The Pareto stays at 100 % below the last value, with a customer (row 4) and without (row 5).
         **{("pareto", "kum_anteil", n): share for n, share in enumerate((0.8, 0.95, 1, 1, 1))}},
        {"kundendaten": [customer(1, 8000), customer(2, 1500), customer(3, 500), customer(4, 0)]},
    ),
    Case(
        "29 Pareto without any value",
        "abc_rfm_analyse",
        {},
        {("pareto", "kum_anteil", 0): 0, ("pareto", "kum_anteil", 9): 0, ("kundendaten", "kum_anteil", 0): ""},
        {"kundendaten": [customer(1, 0)]},
    ),
    Case("19 Pareto without any loss", "absageanalyse", {"absagen": []}, {("pareto", "kum_anteil", 11): 0}),
    Case("24 Pareto without any complaint", "kundenstimmen", {"kundenstimmen": []}, {("pareto", "kum_anteil", 3): 0}),
    Case(
        "32 effort on the limits",
        "betreuungsaufwand",
        {},
        # 300 minutes at 60 Euro an hour: 300 Euro of 6,000 are 5 %, of 2,500 12 %, of 2,400 12.5 %.
        {("kundenprofil", "aufwand", 0): 300, ("kundenprofil", "typ", 0): "pflegeleicht",
         ("kundenprofil", "typ", 1): "normal", ("kundenprofil", "typ", 2): "aufwendig"},
        {"kostensaetze": [{"bereich": "Innendienst", "jahreskosten": 60000, "produktive_h": 1000}],
         "kundenprofil": [profile(1, 6000), profile(2, 2500), profile(3, 2400)],
         "taetigkeiten": [{"taetigkeit_id": f"TZ-0{n}", "datum": date(2026, 3, 1), "kunde_id": f"K-0000{n}",
                           "bereich": "Innendienst", "art": "Telefonat", "minuten": 300} for n in (1, 2, 3)]},
    ),
    Case(
        "35 more bought than known",
        "kundenportfolio",
        {},
        {("kunden", "lieferanteil", 0): 1.2, ("kunden", "p_lieferanteil", 0): 10},
        {"kunden": [{"kunde_id": "K-00001", "firma": "Eins", "umsatz": 600, "einkaufsvolumen": 500}]},
    ),
]  # fmt: skip
BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("name", BY_NAME)
def test_on_the_limit(name: str) -> None:
    BY_NAME[name].check()
