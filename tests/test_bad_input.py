"""Bad input: every problem at once, each with file:line, what was found and what is allowed."""

import datetime
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.problems import Place, Problem, ScenarioError
from tests.examples import NAMED, REMOVED, USUAL, changed, lines, problems, write

ELECTRICITY = "project.electricity_supplied"
REFERENCE = "project.reference_emission_factor"
BAU = "project.bau_emission_factor"
STATED = "project.stated_project_emissions"
SHARES = "allocation.shares"
JAPAN = f"{SHARES}.japan_government"
DAY = datetime.date
GIVEN = "allocation.contributions"
SUBSIDY = {"by": "japan_government", "kind": "public_finance", "amount": "30 USD", "year": 2019}
LOAN = {"by": "japan_participants", "kind": "private_finance", "amount": "50 USD", "year": 2020}


@dataclass(frozen=True)
class Mistake:
    """A change to a good scenario, the key of the one problem it makes, and its words.

    ``needs`` names what else must be right for the problem to show, ``at`` the key whose line is
    named where it is another.
    """

    changes: Mapping[str, Any]
    key: str
    words: tuple[str, ...]
    needs: tuple[str, ...] = ()
    at: str = ""


def wrong(key, value, *words, needs=()):
    """Make the mistake of a wrong value."""
    return Mistake({key: value}, key, words, needs)


def divided(key, *words, needs=(), at="", **allocation):
    """Make a mistake in an allocation by contribution."""
    both = {"contributions": {"subsidy": SUBSIDY, "loan": LOAN}}
    whole = {"allocation": {name: v for name, v in (both | allocation).items() if v is not None}}
    return Mistake(whole, f"allocation.{key}", words, needs, at)


def phased(key, *words, needs=(), first=None, **phase):
    """Make a mistake in a phase that waits for its pay-back."""
    waiting = {"after_payback_of": "japan_participants", "price": "5 USD/tCO2e"}
    second = {name.rstrip("_"): value for name, value in (waiting | phase).items()}
    kept = {name: value for name, value in second.items() if value is not None}
    both = [first or {"shares": {"host_government": 1}}, {"rule": "proportional"} | kept]
    return divided(f"phases.{key}", *words, needs=needs, phases=both)


def spread(**parameters):
    return {"distribution": parameters}


MISTAKES = {
    # keys
    "an unknown section": wrong("reserv", {"rate": 0.03}, "unknown key, did you mean reserve?"),
    "a key of a section at the top": wrong(
        "reserv_rate", 0.03, "unknown key, did you mean reserve.rate?"
    ),
    "a misspelt key": wrong(
        "crediting.discont",
        1,
        "unknown key, did you mean discount?",
        "allowed here: start, end, renewals, monitoring, project_margin, discount, negative",
    ),
    "a misspelt input": wrong(
        "project.bau_emision_factor", 1, "unknown key, did you mean bau_emission_factor?"
    ),
    "a misspelt language": wrong("title.jp", "x", "unknown key", "allowed here: en, ja"),
    "a misspelt key of a number": wrong(
        f"{ELECTRICITY}.sorce", "x", "unknown key, did you mean source?"
    ),
    "a misspelt key of an optional number": wrong(
        f"{BAU}.sorce", "x", "unknown key, did you mean source?"
    ),
    "a misspelt key of a share": Mistake(
        {JAPAN: {"value": 0.6, "sorce": "x"}},
        f"{JAPAN}.sorce",
        ("unknown key, did you mean source?",),
    ),
    "a misspelt key of a distribution": Mistake(
        {STATED: spread(shape="uniform", low=1, high=2, hihg=3)},
        f"{STATED}.distribution.hihg",
        ("unknown key, did you mean high?",),
    ),
    "a misspelt party": wrong(
        f"{SHARES}.japan_goverment",
        0.1,
        "found 'japan_goverment', did you mean japan_government?",
        "allowed: japan_government, japan_participants, host_government, host_participants",
    ),
    "a year where a key belongs": wrong("crediting.2020", 1, "unknown key; allowed here: start"),
    "a key of a number in the project": wrong("project.value", 1, "unknown key"),
    "a key of a number in a section": wrong("crediting.series", 1, "unknown key; allowed here"),
    "a key in brackets": wrong("[key]", 1, "unknown key"),
    "a key in brackets in a section": wrong("crediting.[key]", 1, "unknown key; allowed here"),
    # what is missing
    "no allocation": wrong("allocation", REMOVED, "missing; How credits are divided"),
    "no shares": wrong(SHARES, REMOVED, "missing; Share of each party"),
    "no title": wrong("title", REMOVED, "missing; Name of the project"),
    "no input": wrong(
        ELECTRICITY, REMOVED, "missing; Electricity supplied by the project [MWh/yr] is needed"
    ),
    "no last year": wrong("years.last", REMOVED, "missing; Last year is needed"),
    "no method": wrong("project.method", REMOVED, "missing; Name of the method"),
    # units
    "energy without its year": wrong(ELECTRICITY, "8 GWh", "GWh does not fit; MWh/yr is needed"),
    "a capacity": wrong(ELECTRICITY, "5 MW", "MW does not fit", "capacity", "MWh/yr is needed"),
    "tonnes of anything": wrong(STATED, "12 t/yr", "t/yr does not fit; tCO2e/yr is needed"),
    "kilotonnes of anything": wrong(STATED, "12 kt/yr", "kt/yr does not fit; tCO2e/yr is needed"),
    "a factor per gigajoule of nothing": wrong(
        REFERENCE, "54 kg/GJ", "kg/GJ does not fit; tCO2e/MWh is needed"
    ),
    "an unknown unit": wrong(
        ELECTRICITY, "8 GWhh/yr", "the unit 'GWhh/yr' is not known; MWh/yr is needed"
    ),
    "a unit for a share": wrong(
        "reserve.rate", "3 MW", "MW does not fit; a share without unit (or %) is needed"
    ),
    "a wrong unit beside the number": wrong(
        ELECTRICITY, {"value": 5, "unit": "MW"}, "MW does not fit"
    ),
    "two numbers": wrong(ELECTRICITY, "8000 9000 MWh/yr", "cannot be read; MWh/yr is needed"),
    "a decimal comma": wrong(REFERENCE, "0,319 tCO2e/MWh", "tCO2e/MWh"),
    # numbers
    "a word": wrong(ELECTRICITY, "many", "found 'many'; a number is needed"),
    "half a number": wrong(ELECTRICITY, "e5", "found 'e5'; a number is needed"),
    "a truth": wrong(ELECTRICITY, True, "found True; a number is needed"),
    "nothing": wrong(ELECTRICITY, None, "missing", "[MWh/yr] is needed"),
    "a list": wrong(ELECTRICITY, [1, 2], "found [1, 2]; a number is needed"),
    "a day": wrong(STATED, DAY(2020, 1, 1), "2020", "a number is needed"),
    "no end": wrong(ELECTRICITY, float("inf"), "inf"),
    "a number beyond all": wrong(ELECTRICITY, "1e999", "allowed is 0 to"),
    "a number of 400 digits": wrong(ELECTRICITY, 10**400, "MWh/yr"),
    "a number of 5,000 digits": wrong(ELECTRICITY, "1" * 5000, "MWh/yr"),
    "more than the world's electricity": wrong(ELECTRICITY, 1e20, "allowed is"),
    # bounds
    "a negative activity": wrong(ELECTRICITY, -5, "found -5; allowed is 0 to"),
    "a negative activity with a unit": wrong(ELECTRICITY, "-5 GWh/yr", "found -5 GWh/yr; allowed"),
    "a negative factor": wrong(REFERENCE, -0.1, "found -0.1; allowed is 0 to 3 tCO2e/MWh"),
    "a factor in kilograms": wrong(REFERENCE, 319, "found 319; allowed is 0 to 3 tCO2e/MWh"),
    "negative emissions": wrong(STATED, -1, "found -1; allowed is 0 to"),
    "a discount that adds": wrong("crediting.discount", 1.5, "found 1.5; allowed is 0 to 1"),
    "a forgotten per cent": wrong("reserve.rate", 3, "found 3; allowed is 0 to 1"),
    "a negative share": wrong(JAPAN, "-10 %", "found -10 %; allowed is 0 to 1"),
    "a negative year in a series": wrong(
        ELECTRICITY,
        {"series": {2020: 5, 2022: -7, 2024: 5}},
        "2022: found -7; allowed is 0 to",
    ),
    "a distribution that reaches below zero": wrong(
        STATED, spread(shape="uniform", low=-5, high=10), "-5", "allowed is 0 to"
    ),
    "a distribution whose mean is too high": wrong(
        REFERENCE, spread(shape="normal", mean=5, sd=1), "mean", "5", "allowed is 0 to 3"
    ),
    # series
    "a year outside the pathway": wrong(
        ELECTRICITY,
        {"series": {2020: 1, 2022: 2}},
        "covers 2020 to 2022 and says nothing of 2023 to 2024; add these years",
        needs=("years",),
    ),
    "a share without all its years": wrong(
        JAPAN,
        {"series": {2020: 0.6, 2022: 0.6}},
        "covers 2020 to 2022 and says nothing of 2023 to 2024; add these years",
        needs=("years", SHARES),
    ),
    "a year missing inside the pathway": wrong(
        STATED,
        {"series": {2020: 1, 2022: 2, 2024: 3}, "interpolate": "none"},
        "says nothing of 2021, 2023; add these years",
        needs=("years", ELECTRICITY, REFERENCE, "project.method", SHARES),
    ),
    "an empty series": Mistake(
        {STATED: {"series": {}}}, f"{STATED}.series", ("found {}", "at least 1")
    ),
    "a series by word": Mistake(
        {STATED: {"series": {"now": 1}}}, f"{STATED}.series.now", ("found 'now'", "integer")
    ),
    "years without series": Mistake(
        {STATED: {2020: 1}}, f"{STATED}.2020", ("allowed here: value, series",)
    ),
    "a word in a series": wrong(STATED, {"series": {2020: "x"}}, "2020", "a number is needed"),
    "an unknown interpolation": wrong(
        f"{ELECTRICITY}.interpolate", "cubic", "found 'cubic'; allowed: linear, step, none"
    ),
    "a misspelt interpolation": wrong(
        f"{ELECTRICITY}.interpolate", "linaer", "did you mean linear?", "allowed: linear, step"
    ),
    "an unknown end": wrong(f"{ELECTRICITY}.beyond", "held", "did you mean hold?", "refuse, hold"),
    # forms of a number
    "no value": wrong(
        ELECTRICITY,
        {"source": "x"},
        "needs one of value, series, distribution, product, quotient, average_of, lowest_of "
        "and highest_of; found none of them",
    ),
    "two values": wrong(
        ELECTRICITY,
        {"value": 1, "series": {2020: 1}},
        "needs one of value, series, distribution, product, quotient, average_of, lowest_of "
        "and highest_of; found value and series",
    ),
    "an unknown distribution": Mistake(
        {STATED: spread(shape="unifrom", low=1, high=2)},
        f"{STATED}.distribution.shape",
        ("found 'unifrom', did you mean uniform?", "allowed: uniform, triangular, normal"),
    ),
    "a distribution without its end": Mistake(
        {STATED: spread(shape="uniform", low=1)},
        f"{STATED}.distribution",
        ("a uniform distribution needs low, high; found low",),
    ),
    "a distribution with too much": Mistake(
        {STATED: spread(shape="normal", mean=1, sd=1, low=0)},
        f"{STATED}.distribution",
        ("a normal distribution needs mean, sd or quantiles; found low, mean, sd",),
    ),
    "a distribution upside down": wrong(
        STATED, spread(shape="triangular", low=5, mode=1, high=9), "needs low <= mode <= high"
    ),
    "a spread of nothing": wrong(STATED, spread(shape="normal", mean=5, sd=0), "needs sd > 0"),
    "a spread without end": wrong(STATED, spread(shape="normal", mean=5, sd="1e999"), "sd"),
    "a lognormal of nothing": wrong(
        STATED, spread(shape="lognormal", mean=0, sd=1), "needs mean > 0"
    ),
    "an unknown standing": wrong(
        f"{ELECTRICITY}.standing", "publishd", "found 'publishd', did you mean published?"
    ),
    "published nowhere": wrong(
        STATED, {"value": 1, "standing": "published"}, "a published number needs its source"
    ),
    # years and periods
    "years backwards": wrong(
        "years.last", 2019, "found 2019, before years.first: 2020", needs=("years",)
    ),
    "years long ago": wrong("years.first", 1800, "found 1800", "1990"),
    "half a year": wrong("years.first", 2020.5, "found 2020.5"),
    "a crediting period backwards": Mistake(
        {"crediting.start": DAY(2023, 1, 1), "crediting.end": DAY(2022, 1, 1)},
        "crediting.end",
        ("found 2022-01-01, before crediting.start: 2023-01-01",),
        needs=("crediting.start",),
    ),
    "a crediting period outside": Mistake(
        {"crediting.start": DAY(2031, 1, 1), "crediting.end": DAY(2032, 1, 1)},
        "crediting",
        ("2031-01-01 to 2032-01-01 lies outside 2020 to 2024",),
        needs=("years",),
        at="crediting.end",
    ),
    "a day that is not": wrong("crediting.end", "2023-02-30", "found '2023-02-30'", "date"),
    "a year for a day": wrong("crediting.end", 2023, "found 2023", "date"),
    # words
    "a misspelt rule for deficits": wrong(
        "crediting.negative", "carry", "found 'carry', did you mean carried?", "carried, ignored"
    ),
    "a misspelt rounding": wrong("crediting.rounding", "donw", "did you mean down?", "nearest"),
    "a misspelt allocation rule": wrong(
        "allocation.rounding",
        "largest-remander",
        "did you mean largest_remainder?",
        "largest_remainder, government_residual, government_ceiling",
    ),
    "an old set of warming potentials": wrong("gwp", "AR3", "found 'AR3'", "AR4, AR5, AR6"),
    "a misspelt country": wrong("host", "THI", "found 'THI'", "did you mean THA?"),
    "a small country": wrong("host", "tha", "did you mean THA?"),
    "a country by its name": wrong("host", "Thailand", "Thailand is THA"),
    "a country that is no partner": wrong("host", "JPN", "no partner country"),
    "a misspelt method": wrong(
        "project.method",
        "displaced_electricty",
        "did you mean displaced_electricity?",
        "jcm new --list shows all",
    ),
    # shares
    "shares that do not add up": Mistake(
        {JAPAN: 0.5},
        SHARES,
        ("add up to 0.9 in 2020", "50\N{NO-BREAK SPACE}%", "must add up to 1"),
        needs=("years",),
    ),
    "shares that do not add up for ever": Mistake(
        {JAPAN: {"series": {2020: 0.6, 2022: 0.6, 2023: 0.7, 2024: 0.6}}},
        SHARES,
        ("add up to 1.1 in 2023",),
        needs=("years",),
    ),
    "no party at all": wrong(SHARES, {}, "add up to 0 in 2020 (nothing)", needs=("years",)),
    "a share of nothing": wrong(
        f"{SHARES}.host_participants", 0, "found 0", "leave it out", needs=(SHARES,)
    ),
    # contributions
    "two ways of dividing": divided(
        "rule",
        "found beside shares; credits are divided in one way: shares, rule, agreed, phases",
        shares={"host_government": 1},
        contributions=None,
        rule="proportional",
        needs=("allocation",),
    ),
    "contributions that nothing uses": divided(
        "contributions",
        "are used by nothing, since shares divides the credits",
        shares={"host_government": 1},
        needs=("allocation",),
    ),
    "a rule without contributions": divided(
        "phases.0.shares",
        "missing; Share of each party is needed, or allocation.contributions",
        contributions=None,
        phases=[{"rule": "proportional"}],
        needs=("allocation",),
        at="allocation.phases.0",
    ),
    "no contributions at all": divided(
        "contributions", "found none; name at least one", contributions={}, needs=("allocation",)
    ),
    "two currencies": divided(
        "contributions.loan.amount",
        "found an amount in JPY, but subsidy is in USD",
        "none is converted",
        contributions={"subsidy": SUBSIDY, "loan": LOAN | {"amount": "50 JPY"}},
        needs=("allocation",),
    ),
    "money beside points": divided(
        "contributions.loan.amount",
        "found an amount in points, but subsidy is in USD",
        contributions={"subsidy": SUBSIDY, "loan": LOAN | {"amount": 50}},
        needs=("allocation",),
    ),
    "an amount in energy": divided(
        "contributions.loan.amount",
        "MWh does not fit; points is needed",
        contributions={"subsidy": SUBSIDY, "loan": LOAN | {"amount": "50 MWh"}},
    ),
    "an amount that owes": divided(
        "contributions.loan.amount",
        "found -50 USD; allowed is 0 to",
        contributions={"subsidy": SUBSIDY, "loan": LOAN | {"amount": "-50 USD"}},
    ),
    "an amount that grows": divided(
        "contributions.loan.amount",
        "changes over the years; one number is needed",
        contributions={
            "subsidy": SUBSIDY,
            "loan": LOAN | {"amount": {"value": "5 USD", "yearly_change": "2 %", "since": 2020}},
        },
        needs=("allocation",),
    ),
    "a misspelt kind": divided(
        "contributions.loan.kind",
        "found 'private', did you mean",
        "in_kind, technical",
        contributions={"subsidy": SUBSIDY, "loan": LOAN | {"kind": "private"}},
    ),
    "a contribution by nobody": divided(
        "contributions.loan.by",
        "missing; The party that made it is needed",
        contributions={"subsidy": SUBSIDY, "loan": {k: v for k, v in LOAN.items() if k != "by"}},
        at="allocation.contributions.loan",
    ),
    "a misspelt key of a contribution": divided(
        "contributions.loan.amont",
        "unknown key, did you mean amount?",
        contributions={"subsidy": SUBSIDY, "loan": LOAN | {"amont": 5}},
    ),
    "weights that nobody asked for": divided(
        "weights",
        "are used by rule: weighted only",
        weights={"public_finance": 1, "private_finance": 2},
        needs=("allocation",),
    ),
    "a weighted rule without weights": divided(
        "rule", "weighted needs weights", rule="weighted", needs=("allocation",)
    ),
    "a weight of a kind that nobody contributed": divided(
        "weights",
        "found weights of technical, of which there are no contributions",
        rule="weighted",
        weights={"public_finance": 1, "private_finance": 2, "technical": 1},
        needs=("allocation",),
    ),
    "a kind without a weight": divided(
        "weights",
        "missing for private_finance, of which there are contributions",
        rule="weighted",
        weights={"public_finance": 1},
        needs=("allocation",),
    ),
    "a weight of nothing": divided(
        "contributions.loan",
        "the rule gives japan_participants nothing, which contributed",
        rule="weighted",
        weights={"public_finance": 1, "private_finance": 0},
        needs=("allocation", "years", "project"),
    ),
    "weights of nothing": divided(
        "weights",
        "no contribution counts for anything in 2020",
        rule="weighted",
        weights={"public_finance": 0, "private_finance": 0},
        needs=("allocation", "years", "project"),
    ),
    "floors that leave a party nothing": divided(
        "contributions.loan",
        "the rule gives japan_participants nothing, which contributed",
        floors={"japan_government": 0.5, "host_government": 0.5},
        needs=("allocation", "years", "project"),
    ),
    "floors above everything": divided(
        "floors",
        "add up to 1.1 in 2020 (japan_government 0.5 + host_government 0.6)",
        floors={"japan_government": 0.5, "host_government": 0.6},
        needs=("allocation", "years"),
    ),
    "floors above everything with that of the programme": divided(
        "floors",
        "add up to 1.1 in 2020 (japan_government 0.5 + host_government 0.6)",
        floors={"host_government": 0.6},
        programme="model_project",
        needs=("allocation", "years"),
    ),
    "a misspelt programme": divided(
        "programme", "found 'model_projects'", "model_project", programme="model_projects"
    ),
    "a floor under shares that are given": divided(
        "floors",
        "is used by a rule on contributions only, not by shares",
        shares={"host_government": 1},
        contributions=None,
        floors={"host_government": 0.5},
        needs=("allocation",),
    ),
    "contributions to date without their years": divided(
        "contributions.loan.year",
        "missing; the year of each contribution is needed",
        contributions={"subsidy": SUBSIDY, "loan": {k: v for k, v in LOAN.items() if k != "year"}},
        counted="to_date",
        needs=("allocation", "years"),
        at="allocation.contributions.loan",
    ),
    "years before the first contribution": divided(
        "counted",
        "to_date counts nothing in 2020",
        "the first contribution was made in 2021",
        contributions={"loan": LOAN | {"year": 2021}},
        counted="to_date",
        needs=("allocation", "years"),
    ),
    # agreed tonnes
    "agreed fractions": divided(
        "agreed.2020.host_government",
        "found 0.5",
        contributions=None,
        agreed={2020: {"host_government": 0.5}},
    ),
    "agreed debts": divided(
        "agreed.2020.host_government",
        "found -5",
        "greater than or equal to 0",
        contributions=None,
        agreed={2020: {"host_government": -5}},
    ),
    "weights of agreed tonnes": divided(
        "floors",
        "is used by a rule on contributions only, not by agreed",
        contributions=None,
        agreed={2020: {}},
        floors={"host_government": 0.5},
        needs=("allocation",),
    ),
    # phases
    "no phases": divided(
        "phases", "found none", phases=[], contributions=None, needs=("allocation",)
    ),
    "a first phase that waits": phased(
        "0",
        "the first phase holds from the first year simulated",
        first={"from": 2021, "shares": {"host_government": 1}},
        needs=("allocation", "years"),
    ),
    "a phase that never begins": phased(
        "1",
        "needs one of from and after_payback_of; found neither",
        after_payback_of=None,
        price=None,
        needs=("allocation",),
    ),
    "a phase that begins twice": phased(
        "1",
        "needs one of from and after_payback_of; found both",
        from_=2022,
        needs=("allocation",),
    ),
    "a pay-back without a price": phased(
        "1.price",
        "missing; the price at which the credits pay back",
        price=None,
        needs=("allocation",),
    ),
    "a price that pays nobody back": phased(
        "1.price",
        "is used with after_payback_of only",
        after_payback_of=None,
        from_=2022,
        needs=("allocation",),
    ),
    "a price in another currency": phased(
        "1.price",
        "found a price in JPY/tCO2e, but the contributions of japan_participants are in",
        "give both in one currency",
        price="500 JPY/tCO2e",
        needs=("allocation",),
    ),
    "a pay-back of nothing": phased(
        "1.after_payback_of",
        "host_government has contributed nothing that could be paid back",
        after_payback_of="host_government",
        needs=("allocation",),
    ),
    "a pay-back of points": divided(
        "phases.1.after_payback_of",
        "the contributions of japan_participants are in points",
        contributions={"loan": LOAN | {"amount": 50}},
        phases=[
            {"rule": "proportional"},
            {"after_payback_of": "japan_participants", "price": 5, "rule": "proportional"},
        ],
        needs=("allocation",),
    ),
    "shares of a phase that do not add up": phased(
        "1.shares",
        "add up to 0.5 in 2020",
        rule=None,
        shares={"host_government": 0.5},
        needs=("allocation", "years"),
    ),
    "a misspelt key of a phase": phased("1.form", "unknown key, did you mean from?", form=2022),
    # monitoring
    "a misspelt key of a monitoring period": Mistake(
        {"crediting.monitoring": [{"from": DAY(2021, 1, 1), "to": DAY(2021, 2, 1), "til": 1}]},
        "crediting.monitoring.0.til",
        ("unknown key; allowed here: from, to, issued",),
    ),
    "a monitoring period that does not end": Mistake(
        {"crediting.monitoring": [{"from": DAY(2021, 1, 1), "to": "soon"}]},
        "crediting.monitoring.0.to",
        ("found 'soon'; a date is needed",),
    ),
    "a monitoring period backwards": Mistake(
        {"crediting.monitoring": [{"from": DAY(2021, 1, 1), "to": DAY(2020, 12, 31)}]},
        "crediting.monitoring.0.to",
        ("found 2020-12-31, before from: 2021-01-01",),
        needs=("crediting", "years"),
    ),
    "an issuance before the end of its period": Mistake(
        {
            "crediting.monitoring": [
                {"from": DAY(2021, 1, 1), "to": DAY(2021, 6, 30), "issued": DAY(2021, 6, 29)}
            ]
        },
        "crediting.monitoring.0.issued",
        ("found 2021-06-29, and its period ends on 2021-06-30; credits are issued after",),
        needs=("crediting", "years"),
    ),
    "a margin that flatters": wrong("crediting.project_margin", -0.1, "found -0.1; allowed is 0"),
    # levels
    "a reference above BaU": wrong(
        REFERENCE,
        0.6,
        "the reference lies above BaU in 2020 and 4 more years",
        "4,800 against 4,336 tCO2e/yr",
        "project.bau_emission_factor",
        "E1",
        needs=("project", "years"),
    ),
    "a reference above BaU in one year": wrong(
        REFERENCE,
        {"series": {2020: 0.3, 2022: 0.5421, 2023: 0.3, 2024: 0.3}},
        "the reference lies above BaU in 2022: ",
        needs=("project", "years"),
    ),
    # sections that are none
    "a number for a section": wrong("crediting", 5, "found 5"),
    "a list for a section": wrong("reserve", [1], "found [1]"),
    "nothing for a section": wrong("allocation", None, "found None"),
    "a word for the project": wrong("project", "solar", "found 'solar'"),
    "a number for the title": wrong("title", 5, "found 5"),
    "a word for the notes": wrong("notes", "words", "found 'words'", "list"),
    "a number in the notes": Mistake({"notes": ["a", 5]}, "notes.1", ("found 5",)),
    "a wrong key in the notes": Mistake(
        {"notes": ["a", {"en": "b", "jp": "c"}]},
        "notes.1.jp",
        ("unknown key; allowed here: en, ja",),
    ),
    "a note in Japanese only": Mistake(
        {"notes": [{"ja": "b"}]}, "notes.0.en", ("missing; In English is needed",)
    ),
}


def each_mistake():
    return pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)


def place_of(key, text):
    """Return the line of the key or of what it stands in; None at the top of the file."""
    found = lines(text)
    parts = key.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((found[name] for name in above if name in found), None)


@each_mistake()
def test_a_mistake_is_named_at_its_line_with_what_is_allowed(tmp_path, mistake):
    text = changed(USUAL, mistake.changes)
    path = write(tmp_path, text)
    found = problems(path)
    assert [problem.path for problem in found] == [mistake.key]
    for words in mistake.words:
        assert words in found[0].message
    assert found[0].place == Place(str(path), place_of(mistake.at or mistake.key, text))


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(mistake, id=name)
        for name, mistake in MISTAKES.items()
        if REMOVED not in mistake.changes.values()
    ],
)
def test_a_mistake_in_an_override_is_named_with_its_origin(tmp_path, mistake):
    path = write(tmp_path, USUAL)
    with pytest.raises(ScenarioError) as refused:
        jcm.load_scenario(path, mistake.changes, origin="--set")
    first = refused.value.problems[0]
    for words in mistake.words:
        assert words in first.message
    by_another_key = mistake.key not in mistake.changes
    assert by_another_key or first.place.file.startswith(f"--set {mistake.key}=")


def touches(changes, keys):
    return any(
        f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
        for one, other in itertools.product(changes, keys)
    )


def needed(mistake):
    """Return the keys that a mistake concerns; no input can be judged without its method."""
    by_method = any(key.startswith("project.") for key in mistake.changes)
    return [*mistake.changes, *mistake.needs, *(["project.method"] if by_method else [])]


BESIDE = (
    "no title",
    "a small country",
    "a misspelt method",
    "a capacity",
    "a factor in kilograms",
    "a misspelt key",
    "a discount that adds",
    "a misspelt allocation rule",
    "a negative share",
    "half a year",
)


@pytest.mark.parametrize("name", [name for name in MISTAKES if MISTAKES[name].needs])
def test_a_contradiction_between_keys_is_told_beside_any_other_mistake(tmp_path, name):
    def told(*mistakes):
        changes = {key: value for mistake in mistakes for key, value in mistake.changes.items()}
        found = problems(write(tmp_path, changed(USUAL, changes)))
        return {(problem.path, problem.message) for problem in found}

    one = MISTAKES[name]
    hidden_by = [
        beside
        for beside in BESIDE
        if not touches(one.changes, needed(MISTAKES[beside]))
        and not touches(MISTAKES[beside].changes, needed(one))
        and not told(one) <= told(one, MISTAKES[beside])
    ]
    assert hidden_by == []


MANY = """\
title: {en: Many, jp: 間違い}
question: [What?]
host: THI
years: {first: 2020, last: 2024}
gwp: AR3
project:
  method: displaced_electricity
  electricity_supplied: 8 GWh
  reference_emission_factor: {value: 0.319, sorce: x}
  bau_emission_factor: -0.5
  stated_project_emissions: !secret 5
  stated_project_emissions: 6
crediting:
  start: 2023-01-01
  end: 2022-01-01
  discount: 95
  negative: carry
reserv_rate: 0.03
allocation:
  shares: {japan_government: 0.5, host_goverment: 0.5}
  rounding: down
notes: none
"""


def test_a_file_with_many_mistakes_is_told_all_of_them_in_the_order_of_the_file(tmp_path):
    path = write(tmp_path, MANY)
    found = problems(path)
    expected = {
        1: "title.jp",
        2: "question",
        3: "host",
        5: "gwp",
        8: ELECTRICITY,
        9: f"{REFERENCE}.sorce",
        10: BAU,
        11: STATED,
        12: STATED,
        15: "crediting.end",
        16: "crediting.discount",
        17: "crediting.negative",
        18: "reserv_rate",
        20: f"{SHARES}.host_goverment",
        21: "allocation.rounding",
        22: "notes",
    }
    assert {problem.place.line: problem.path for problem in found} == expected
    assert [problem.place.line for problem in found] == sorted(p.place.line for p in found)
    assert {problem.place.file for problem in found} == {str(path)}
    with pytest.raises(ScenarioError) as refused:
        jcm.load_scenario(path)
    assert str(refused.value).splitlines() == [str(problem) for problem in found]
    assert str(found[0]).startswith(f"{path}:1: title.jp: unknown key")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(USUAL + "host: THA\n", "given twice, in lines 3 and", id="a key twice"),
        pytest.param(USUAL + "extends: scenario.yaml\n", "goes in a circle", id="a circle"),
        pytest.param(USUAL + "extends: none.yaml\n", "there is no file", id="extends nothing"),
        pytest.param(USUAL + 'extends: "\\0"\n', "there is no file", id="extends a zero byte"),
        pytest.param(USUAL + "x: !!python/name:os.system\n", "is refused", id="Python"),
        pytest.param(
            USUAL + "x: &x [*x]\n", "repeat each other too often", id="an alias of itself"
        ),
        pytest.param(USUAL + f"x: {'[' * 5000}{']' * 5000}\n", "too deeply", id="deep nesting"),
        pytest.param(USUAL + f"x: {'1' * 5000}\n", "unknown key", id="an endless number"),
        pytest.param(USUAL + "<<: {host: THA}\n", "unknown key", id="a merge key"),
        pytest.param(USUAL + "a: [\n", "this is no YAML", id="no YAML"),
        pytest.param("", "missing; Name of the project", id="an empty file"),
        pytest.param("- a\n", "found no keys", id="a list"),
    ],
)
def test_a_file_that_cannot_be_read_ends_in_a_clear_error(tmp_path, text, words):
    path = write(tmp_path, text)
    found = problems(path)
    assert any(words in problem.message for problem in found)
    assert {problem.place.file for problem in found} == {str(path)}


@pytest.mark.parametrize("end", ["x: [1", "x: [1\n", "x: {a", "x: 'a", '"x', "x: !!str [\n\n"])
def test_what_is_left_open_at_the_end_is_named_at_a_line_of_the_file(tmp_path, end):
    text = USUAL + end
    (problem,) = problems(write(tmp_path, text))
    assert problem.message.startswith("this is no YAML")
    assert USUAL.count("\n") < problem.place.line <= len(text.split("\n"))


@pytest.mark.parametrize("name", ["none", "", ".", "..", "/", "a\0b", "x" * 300, "none/none.yaml"])
def test_a_scenario_that_is_not_there_ends_in_a_clear_error(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError, match="cannot be read"):
        jcm.load_scenario(name)


def test_a_problem_is_written_as_editors_read_it():
    problem = Problem("reserve.rate", "found 3; allowed is 0 to 1", Place("a.yaml", 7))
    assert str(problem) == "a.yaml:7: reserve.rate: found 3; allowed is 0 to 1"


WORDS = st.sampled_from(
    [
        *("", "8 GWh/yr", "5 MW", "-1", "1e999", "1e-400", "yes", "NO", "50 %", "2024-02-30", "="),
        *("value", "series", "AR4", "THA", "linear", "\0", "\N{SNOWMAN}", "a.b", "2020", "nan"),
        *("<<", "~"),
    ]
)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.dates()
    | WORDS
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            WORDS | st.integers(2018, 2026) | st.sampled_from(["value", "distribution", "unit"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
KEYS = sorted(key for text in NAMED.values() for key in lines(text) if "series." not in key)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def assert_refused_or_sound(path, text, overrides=None):
    """A scenario is refused with lines that are in the file, or it can be simulated."""
    found = problems(path, overrides)
    for problem in found:
        assert problem.message
        inside = problem.place.line is None or 1 <= problem.place.line <= len(text.split("\n"))
        assert inside or problem.place.file != str(path)
    if not found:
        jcm.compute(jcm.load_scenario(path, overrides))


@settings(deadline=None, max_examples=200)
@given(
    name=st.sampled_from(sorted(NAMED)),
    changes=st.dictionaries(
        st.sampled_from(KEYS)
        | st.builds("{}.{}".format, st.sampled_from(KEYS), WORDS.filter(bool)),
        JUNK,
        min_size=1,
        max_size=3,
    ),
)
@example(name="usual", changes={ELECTRICITY: 10**400})
@example(name="usual", changes={ELECTRICITY: 1e300})
def test_no_junk_at_any_key_ever_ends_in_a_traceback(folder, name, changes):
    text = changed(NAMED[name], changes)
    assert_refused_or_sound(write(folder, text), text)


@settings(deadline=None, max_examples=200)
@given(name=st.sampled_from(sorted(NAMED)), data=st.data())
def test_no_edit_of_the_text_ever_ends_in_a_traceback(folder, name, data):
    text = NAMED[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = (
            text[:start]
            + data.draw(st.text("{}[]:,'\"#&*!|>-? \n\ta1.%é", max_size=4))
            + text[end:]
        )
    assert_refused_or_sound(write(folder, text), text)


@settings(deadline=None, max_examples=100)
@given(changes=st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), JUNK, min_size=1))
def test_no_override_ever_ends_in_a_traceback(folder, changes):
    assert_refused_or_sound(write(folder, USUAL), USUAL, changes)


def test_yaml_of_the_changes_is_what_was_meant():
    text = changed(USUAL, {ELECTRICITY: REMOVED, "crediting.x.y": 1})
    assert "electricity_supplied" not in yaml.safe_load(text)["project"]
    assert yaml.safe_load(text)["crediting"]["x"] == {"y": 1}
