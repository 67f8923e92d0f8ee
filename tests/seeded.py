"""Faults that the suite must catch: each is put into the running program, then the test that guards the place is run.

A fault changes a formula of a loaded template, a function of the evaluator or a calculator; no file is touched.
`python -m tests.seeded` runs all and prints which test caught which; a fault that no test catches shows a test
that is missing.
"""

from __future__ import annotations
import __future__

import ast
import copy
import importlib
import inspect
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import CodeType, FunctionType
from typing import Any

from _pytest.mark import ParameterSet

from tests.workbooks import CATALOG
from vorlagen.compile import TemplateNames
from vorlagen.formulas.house import expand
from vorlagen.formulas.parse import parse
from vorlagen.load import load_template
from vorlagen.spec import Formula

Arguments = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Guard:
    """A test of the suite, with some of its parameters; the others take every value they have."""

    module: str
    test: str
    given: Arguments = ()

    def __str__(self) -> str:
        given = ", ".join(str(value) for _, value in self.given)
        return f"tests/{self.module}.py::{self.test}" + (f"[{given}]" if given else "")

    def run(self) -> None:
        """Run the test.

        Raises:
            AssertionError: it fails.
        """
        test = getattr(importlib.import_module(f"tests.{self.module}"), self.test)
        chosen = [
            row for row in _rows(test) if all(getattr(row.get(k), "name", row.get(k)) == v for k, v in self.given)
        ]
        if not chosen:
            raise LookupError(f"{self} has no such parameters")
        for row in chosen:
            test(**row)


def _rows(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """Yield the arguments of every run of a parametrised test."""
    axes: list[list[dict[str, Any]]] = []
    for mark in (m for m in getattr(test, "pytestmark", []) if m.name == "parametrize"):
        names = [n.strip() for n in mark.args[0].split(",")] if isinstance(mark.args[0], str) else list(mark.args[0])
        rows: list[Any] = [row.values if isinstance(row, ParameterSet) else row for row in mark.args[1]]
        axes.append([dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in rows])
    for chosen in product(*axes):
        yield {key: value for row in chosen for key, value in row.items()}


@dataclass(frozen=True)
class Fault:
    """A text in the formula of a field (`template: block.field`) or in a function (`module:function`), and a wrong one.

    The text stands there exactly once. A house function is a place of both kinds: every formula that names it
    changes once its template is compiled again.
    """

    what: str
    where: str
    right: str
    wrong: str
    guard: Guard
    template: str = ""  # the template that is compiled with the fault, for house functions

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Run the program with the fault."""
        with self._in_template() if ": " in self.where else self._in_function():
            yield

    def _changed(self, text: str) -> str:
        if text.count(self.right) != 1:
            raise LookupError(f"{self.where}: {self.right!r} stands {text.count(self.right)} times in {text!r}")
        return text.replace(self.right, self.wrong)

    @contextmanager
    def _in_template(self) -> Iterator[None]:
        key, place = self.where.split(": ")
        block, name = place.split(".")
        kept = CATALOG.template(key)
        template = copy.deepcopy(kept)
        item = template.field(block, name)
        assert item.formula is not None
        text = self._changed(item.formula.text)
        formula = Formula(text, expand(parse(text), TemplateNames(template, block)))
        object.__setattr__(item, "formula", formula)
        CATALOG._loaded[key] = template
        try:
            yield
        finally:
            CATALOG._loaded[key] = kept

    @contextmanager
    def _in_function(self) -> Iterator[None]:
        module, name = self.where.split(":")
        function: Any = importlib.import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
        assert isinstance(function, FunctionType)
        kept = function.__code__
        function.__code__ = _compiled(function, self._changed(textwrap.dedent(inspect.getsource(function))))
        template = CATALOG.template(self.template) if self.template else None
        try:
            if template is not None:
                entry = CATALOG.entries[self.template]
                CATALOG._loaded[self.template] = load_template(entry.path, CATALOG.common, entry.source)
            yield
        finally:
            function.__code__ = kept
            if template is not None:
                CATALOG._loaded[self.template] = template


def _compiled(function: FunctionType, source: str) -> CodeType:
    """Return the code of a function from its changed source."""
    tree = ast.parse(source)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    names = dict(function.__globals__)
    exec(compile(tree, "<fault>", "exec", __future__.annotations.compiler_flag), names)
    code = names[function.__name__].__code__
    assert isinstance(code, CodeType)
    return code


def witness(key: str) -> Guard:
    """The example of a template, formula against calculator."""
    return Guard("test_witness", "test_formulas_agree_with_their_calculators", (("key", key), ("kind", "example")))


def nothing(key: str) -> Guard:
    """The blank workbook of a template, formula against calculator."""
    return Guard("test_witness", "test_formulas_agree_with_their_calculators", (("key", key), ("kind", "blank")))


def incomplete(key: str) -> Guard:
    """Incomplete entries of a template, formula against calculator."""
    return Guard("test_witness", "test_formulas_agree_with_their_calculators_on_incomplete_entries", (("key", key),))


def limits(name: str) -> Guard:
    """Values that lie on a limit, worked by hand."""
    return Guard("test_limits_of_formulas", "test_on_the_limit", (("name", name),))


def golden(name: str) -> Guard:
    """A sample of the catalogue, worked by hand."""
    return Guard("test_golden", "test_evaluator", (("case", name),))


def worked(formula: str) -> Guard:
    """A case of the evaluator worked by hand."""
    return Guard("test_evaluate", "test_case", (("formula", formula),))


def rows(key: str) -> Guard:
    """A column of the evaluator worked by hand."""
    return Guard("test_evaluate", "test_row_case_one_tree_per_row", (("key", key),))


def calculator(topic: str, test: str) -> Guard:
    """A test of the calculators."""
    return Guard(f"test_calculators_{topic}", test)


FAULTS = [
    # -- formulas of the templates ------------------------------------------------------------
    Fault("wrong denominator: six of seven fields", "kundenstamm: kunden.vollstaendig", "/7", "/6",
          witness("kundenstamm")),
    Fault("boundary: due today counts as current", "kundenstamm: kunden.pruefstatus", "<=deckblatt", "<deckblatt",
          limits("01 due today")),
    Fault("boundary: A begins above its limit", "adressqualifizierung: leads.prio_score", ">=parameter.schwelle_a",
          ">parameter.schwelle_a", limits("02 score on a limit")),
    Fault("averaged averages: support of a buying center", "buying_center: uebersicht.abdeckung_mittel",
          "rollenmatrix[abdeckung]", "mitglieder[einfluss_anteil]", witness("buying_center")),
    Fault("wrong denominator: half the range of attitudes", "buying_center: rollenmatrix.unterstuetzung", "2*SUMIFS",
          "1*SUMIFS", witness("buying_center")),
    Fault("averaged averages: share of checked addresses", "adresspflege: uebersicht.pruefquote",
          "RATIO(SUM(bestaende[geprueft]), SUM(bestaende[anzahl]))", "AVG_OF(bestaende[pruefquote])",
          witness("adresspflege")),
    Fault("boundary: overdue from the day itself", "buying_center: uebersicht.schritte_ueberfaellig", '"<"&', '"<="&',
          limits("03 step due today")),
    Fault("off by one day: a task ends a day late", "akquise_zeitplan: vorgaenge.ende", "[@dauer_at]-1", "[@dauer_at]",
          golden("07 without holidays")),
    Fault("sign: delay of a follow-up", "wiedervorlage: wiedervorlagen.tage",
          "deckblatt.stichtag_eff-[@faellig_am]", "[@faellig_am]-deckblatt.stichtag_eff", witness("wiedervorlage")),
    Fault("boundary: done on the day is late", "wiedervorlage: wiedervorlagen.puenktlich", "<=[@faellig_am]",
          "<[@faellig_am]", limits("09 done on the day")),
    Fault("minutes for hours", "anrufliste: kennzahlen.gespraeche_je_h", "/60", "/6", witness("anrufliste")),
    Fault("wrong column: kilometres at the hourly rate", "besuchstermine: besuche.kosten", "parameter.km_satz",
          "parameter.satz_ad", witness("besuchstermine")),
    Fault("sign: charged costs lower the offer", "angebotskalkulation: kalkulation.angebotssumme",
          "+kalkulation.zusatz_erloes", "-kalkulation.zusatz_erloes", witness("angebotskalkulation")),
    Fault("wrong denominator: margin on the offer sum", "angebotskalkulation: kennzahlen.db2_marge",
          "/ergebnis.nettoerloes", "/kalkulation.angebotssumme", witness("angebotskalkulation")),
    Fault("blank as zero: days of an undecided date", "angebotsliste: angebote.entscheidung_tage",
          "STRICT([@entscheidung_am]-[@angebot_am])", "[@entscheidung_am]-[@angebot_am]", limits("17 undated decision")),
    Fault("wrong denominator: realisation of the ordered amount", "angebotsliste: angebote.umfang",
          "[@auftragswert], [@angebotssumme]", "[@angebotssumme], [@auftragswert]", witness("angebotsliste")),
    Fault("sign: gap to plan", "vertriebsforecast: forecast_gl.luecke", "[@plan]-[@erwartung]",
          "[@erwartung]-[@plan]", witness("vertriebsforecast")),
    Fault("boundary: commit begins above its limit", "vertriebsforecast: positionen.klasse",
          ">=parameter.grenze_commit", ">parameter.grenze_commit", limits("18 probability on the limit")),
    Fault("wrong denominator: distance on the own price", "absageanalyse: absagen.preisabstand",
          ", [@preis_wettbewerb])", ", [@angebotssumme])", witness("absageanalyse")),
    Fault("off by one quarter: the month is not taken back", "absageanalyse: absagen.quartal",
          "MONTH([@absage_am])-1", "MONTH([@absage_am])", witness("absageanalyse")),
    Fault("missing MAX: a fulfilled requirement loses", "kundenanforderungen: anforderungen.chance",
          "MAX([@wichtigkeit]-[@erfuellung], 0)", "([@wichtigkeit]-[@erfuellung])", witness("kundenanforderungen")),
    Fault("missing absolute value: too light weights pass", "wettbewerbsvergleich: gewichtung.pruefung",
          "ABS(summe.summe_gewichte-1)", "(summe.summe_gewichte-1)", limits("22 weights below one")),
    Fault("wrong row: stocks of the whole period", "vertriebskennzahlen: bestand.pipeline",
          "monatsdaten[monat], INDEX", 'monatsdaten[monat], "<="&INDEX', witness("vertriebskennzahlen")),
    Fault("averaged averages: success rate of the months", "vertriebskennzahlen: cockpit.erfolgsquote",
          "INDEX(quoten[erfolgsquote], 1)", "AVG_OF(monate[erfolgsquote])", witness("vertriebskennzahlen")),
    Fault("wrong group: withdrawn offers are decisions", "angebotserfolg: angebote.verloren",
          "[@gruppe]=L_ANGEBOTSGRUPPE.verloren",
          "OR([@gruppe]=L_ANGEBOTSGRUPPE.verloren, [@gruppe]=L_ANGEBOTSGRUPPE.storniert)", witness("angebotserfolg")),
    Fault("not squared: errors cancel out", "angebotserfolg: angebote.fehler_quadrat", "^2", "^1",
          witness("angebotserfolg")),
    Fault("wrong denominator: eleven months", "saisonanalyse: plan.plan_m", "/12", "/11", witness("saisonanalyse")),
    Fault("years that are not full count", "saisonanalyse: jahre.jahr_voll", "[@monate]=12", "[@monate]>=1",
          limits("28 eleven months are no year")),
    Fault("tie rule: equal customers share their rank", "abc_rfm_analyse: kundendaten.rang",
          "RANK_UNIQUE(basiswert)", "RANK([@basiswert], kundendaten[basiswert], 0)", limits("29 equal customers")),
    Fault("boundary: the customer on the limit stays A", "abc_rfm_analyse: kundendaten.abc", "<parameter.grenze_a",
          "<=parameter.grenze_a", limits("29 exactly on the limit of A")),
    Fault("sign: progress toward a falling target", "massnahmenplan: massnahmen.zielerreichung",
          "[@kpi_ist]-[@kpi_start]", "[@kpi_start]-[@kpi_ist]", witness("massnahmenplan")),
    Fault("year of 360 days", "kundendeckungsbeitrag: kundenrechnung.zinskosten", "/365", "/360",
          witness("kundendeckungsbeitrag")),
    Fault("counted twice: marketing in contribution I", "kundendeckungsbeitrag: kundenrechnung.db1",
          "-[@var_kosten]", "-[@var_kosten]-[@marketingkosten]", witness("kundendeckungsbeitrag")),
    Fault("wrong factor: effort is not extrapolated", "betreuungsaufwand: kundenprofil.aufwand", "*[@hochrechnung]",
          "*1", witness("betreuungsaufwand")),
    Fault("boundary: easy ends below its limit", "betreuungsaufwand: kundenprofil.typ", "<=parameter.pflegeleicht_bis",
          "<parameter.pflegeleicht_bis", limits("32 effort on the limits")),
    Fault("rounding at the wrong place", "kundenwert_scoring: bewertung.score", ", 6)", ", 0)",
          witness("kundenwert_scoring")),
    Fault("growth discounts", "clv_berechnung: kundenliste.q", "(1+[@g])", "(1-[@g])", witness("clv_berechnung")),
    Fault("care is no cost", "clv_berechnung: kundenliste.m", "-[@betreuung_jahr]", "+[@betreuung_jahr]",
          witness("clv_berechnung")),
    Fault("unlimited points: more than the whole wallet", "kundenportfolio: kunden.p_lieferanteil",
          "MIN(1, [@lieferanteil])", "[@lieferanteil]", limits("35 more bought than known")),
    Fault("blank status counts as submitted", "angebotserfolg: angebote.abgegeben", '[@gruppe]<>"", ', "",
          limits("27 offer without status")),
    Fault("blank as zero: a month without forecast is judged", "vertriebsforecast: historie.auswahl",
          '[@forecast]<>"", ', "", limits("18 month without forecast")),
    # -- house functions ----------------------------------------------------------------------
    Fault("a zero below is divided by", "vorlagen.formulas.house:_Expander.ratio", "bottom, Number(0)",
          "bottom, Number(1)", nothing("abc_rfm_analyse"), "abc_rfm_analyse"),
    Fault("blank as zero: products and differences", "vorlagen.formulas.house:_Expander.strict",
          'call("IF", any_blank(cells), BLANK, inner) if cells else inner', "inner", limits("17 undated decision"),
          "angebotsliste"),
    Fault("boundary: only the bounds themselves are found", "vorlagen.formulas.house:_Expander.band",
          "bounds, Number(1)", "bounds, Number(0)", witness("angebotserfolg"), "angebotserfolg"),
    Fault("tie rule: equal rows share their rank", "vorlagen.formulas.house:_Expander.rank_unique",
          'Binary("+", rank, ties)', "rank", limits("29 equal customers"), "abc_rfm_analyse"),
    Fault("off by one day: the same day is one day later", "vorlagen.formulas.house:_Expander.workdays_between",
          "Number(1)", "Number(0)", witness("adressqualifizierung"), "adressqualifizierung"),
    Fault("holidays are working days", "vorlagen.formulas.house:_Expander.add_workdays",
          ', ColRef("feiertage", "datum")', "", limits("07 a holiday in between"), "akquise_zeitplan"),
    Fault("blank as zero: the mean under conditions counts blanks", "vorlagen.formulas.house:_Expander.avg_if",
          'call("COUNTIFS", column, Literal(">-1E+300"), *criteria)', 'call("COUNTIFS", *criteria)',
          incomplete("angebotserfolg"), "angebotserfolg"),
    # -- functions of the evaluator -----------------------------------------------------------
    Fault("halves go down", "calculators.evaluate.functions_math:_half_away", ">= 0.5 - scaled", "> 0.5 + scaled",
          worked("ROUND(2.5,0)")),
    Fault("binary halves are not seen", "calculators.evaluate.functions_math:_half_away", "0.5 - scaled * _SLACK",
          "0.5", worked("ROUND(1.005,2)")),
    Fault("holidays are working days", "calculators.evaluate.functions_dates:_networkdays", ", holidays=off", "",
          worked("NETWORKDAYS(45292,45296,t[frei])")),
    Fault("off by one day: the last day is not counted", "calculators.evaluate.functions_dates:_networkdays",
          "np.maximum(first, last) + day", "np.maximum(first, last)", worked("NETWORKDAYS(45292,45296)")),
    Fault("off by one day: Excel's 29 February 1900", "calculators.evaluate.functions_dates:_days", "< _LEAP_BUG",
          "<= _LEAP_BUG + 1", worked("DAY(61)")),
    Fault("an average over blanks as well", "calculators.evaluate.functions_totals:_average",
          "count = _count_of(parts)", "count = np.array([float(sum(p.cells.size for p in parts))])",
          worked("AVERAGE(t[zahl])")),
    Fault("boundary: at least is more than", "calculators.evaluate.operators:compare", '">=": lambda: (gap > 0) | equal',
          '">=": lambda: (gap > 0) & ~equal', worked("3>=3")),
    Fault("the rest of a cancelled sum stays", "calculators.evaluate.operators:add",
          "np.where(near(left, -right), 0.0, total)", "total", worked('(0.1+0.2-0.3)&""')),
    Fault("tie rule: equal numbers share the lower place", "calculators.evaluate.functions_lookup:_rank",
          "count - upto", "count - below - 1", worked("RANK(20.5,t[zahl])")),
    # -- calculators --------------------------------------------------------------------------
    Fault("boundary: the customer on the limit is A", "calculators.segments:abc", "before < limits[0]",
          "before <= limits[0]", calculator("segments", "test_crossing_a_limit_is_the_higher_class")),
    Fault("tie rule: of equal numbers the one below comes first", "calculators.segments:unique_ranks",
          "(-v if descending else v, i)", "(-v if descending else v, -i)",
          calculator("segments", "test_ranks_are_unique")),
    Fault("boundary: 30 days are no longer recent", "calculators.segments:recency_points", "days <= limit",
          "days < limit", calculator("segments", "test_recency_limits")),
    Fault("withdrawn offers are decisions", "calculators.kpi:hit_rate_decided", "counts[WON] + counts[LOST]",
          'counts[WON] + counts[LOST] + counts["storniert"]', calculator("kpi", "test_a_withdrawn_offer_is_in_no_decision")),
    Fault("missing absolute value: errors cancel out", "calculators.accuracy:wape", "abs(a - f)", "(a - f)",
          calculator("kpi", "test_forecast_error")),
    Fault("averaged averages: quotas of the customers", "calculators.contribution:ladder_total",
          "ratio(value, net) for value", "ratio(value, net * 2) for value",
          calculator("contribution", "test_total_divides_sums")),
    Fault("payments at the beginning of the year", "calculators.clv:clv_series", "math.pow(1 + d, -year)",
          "math.pow(1 + d, 1 - year)", calculator("clv", "test_two_years_by_hand")),
    Fault("the first year is certain", "calculators.clv:survival", "year - 1 if first_certain else year", "year - 1",
          calculator("clv", "test_series_by_hand")),
    Fault("holidays are working days", "calculators.calendar:_works", " and day not in free", "",
          calculator("calendar", "test_workday_of_microsofts_example")),
    Fault("off by one day: the first day counts as passed", "calculators.calendar:workdays_between", "count - 1",
          "count", calculator("calendar", "test_working_days_between")),
    Fault("blank as zero: the mean of few numbers", "calculators.ratios:mean", "/ len(known)",
          "/ max(1, len(list(values)))", calculator("kpi", "test_means_leave_blanks_out")),
    Fault("rounding at the wrong place: each amount by itself", "calculators.rounding:sum_money",
          "result += exact(amount)", "result += exact(round(amount, 1))",
          calculator("rounding", "test_sums_show_no_binary_noise")),
    Fault("too light weights pass", "calculators.scoring:weights_ok", "abs(math.fsum(", "(math.fsum(",
          calculator("scoring", "test_weights_must_add_up")),
    Fault("missing plan is no gap", "calculators.forecast:gap",
          "zero_if_blank(plan) - zero_if_blank(expected)", "zero_if_blank(expected) - zero_if_blank(plan)",
          calculator("forecast", "test_month_against_plan")),
    Fault("wrong denominator: years that are not full count", "calculators.season:seasonal_indices",
          "/ len(full)", "/ len(years)",
          calculator("forecast", "test_only_full_years_count")),
    Fault("costs after discount: the floor is too low", "calculators.costing:floor_price", "costs / kept",
          "costs * kept", calculator("contribution", "test_golden_16")),
    Fault("two who decide", "calculators.roles:raci_check", "accountable != 1", "accountable < 1",
          calculator("scoring", "test_raci")),
    Fault("empty rows miss their required cells", "calculators.quality:missing", "on and is_blank", "is_blank",
          calculator("tally", "test_quality_counts_blanks_of_occupied_rows")),
    Fault("tie rule: of equal ranks the last row is shown", "calculators.ranking:by_rank",
          "placed.setdefault(int(place), value)", "placed[int(place)] = value",
          calculator("tally", "test_views_by_rank")),
    Fault("new customers are kept ones", "calculators.retention:retention_rate", "last - zero_if_blank(new)", "last",
          calculator("clv", "test_retention_churn_lifetime")),
    Fault("blank as zero: the mean under conditions", "calculators.tally:average",
          "_numbers(_selected(values, conditions))", "number(v) or 0 for v in _selected(values, conditions)",
          calculator("tally", "test_sums_and_means_leave_blanks_out")),
]  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What the guard of a fault said: without it, and with it ('' = passed)."""

    fault: Fault
    control: str
    seeded: str

    @property
    def caught(self) -> bool:
        """Whether the guard passes without the fault, and fails with it."""
        return not self.control and self.seeded.startswith("AssertionError")


def _said(guard: Guard) -> str:
    try:
        guard.run()
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:150] if str(error) else ''}"
    return ""


@cache
def _control(guard: Guard) -> str:
    return _said(guard)


def run(fault: Fault) -> Outcome:
    """Run the guard of a fault without and with it."""
    control = _control(fault.guard)
    with fault.planted():
        return Outcome(fault, control, _said(fault.guard))


def main() -> int:
    """Run all faults and print which test caught which."""
    missed = 0
    for n, outcome in enumerate(map(run, FAULTS), start=1):
        missed += not outcome.caught
        verdict = "caught" if outcome.caught else "MISSED"
        print(f"{n:3} {verdict} {outcome.fault.where}: {outcome.fault.what}\n      by {outcome.fault.guard}")
        if not outcome.caught:
            print(f"      without it: {outcome.control or 'passed'}; with it: {outcome.seeded or 'passed'}")
    print(f"{len(FAULTS) - missed} of {len(FAULTS)} faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    start = time.process_time()
    status = main()
    print(f"{time.process_time() - start:.1f} s of processor time")
    sys.exit(status)
