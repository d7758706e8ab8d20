"""The partner countries, the rules in force on a day, and what no rule settles."""

import copy
import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jcm_models as jcm
from jcm_models.rulebook import (
    JAPAN,
    ndc_targets,
    parameters,
    partner,
    partners,
    programmes,
    rules_at,
)
from jcm_models.scenario import Scenario
from jcm_models.tables import read_table
from tests.examples import ROOT, TINY, USUAL

LATE = datetime.date(2026, 11, 1)
STUDIED = ("IND", "BRA")


def day(text):
    return datetime.date.fromisoformat(text)


def test_there_are_29_partner_countries_in_order_of_signature():
    signed = [country.signed for country in partners().values()]
    assert len(signed) == 29
    assert signed == sorted(signed)


@pytest.mark.parametrize(
    ("code", "name", "signed", "place"),
    [
        ("MNG", "Mongolia", "2013-01-08", "Ulaanbaatar"),
        ("BGD", "Bangladesh", "2013-03-19", "Dhaka"),
        ("VNM", "Viet Nam", "2013-07-02", "Hanoi"),
        ("LAO", "Lao PDR", "2013-08-07", "Vientiane"),
        ("IDN", "Indonesia", "2013-08-26", "Jakarta"),
        ("KHM", "Cambodia", "2014-04-11", "Phnom Penh"),
        ("SAU", "Saudi Arabia", "2015-05-13", None),
        ("THA", "Thailand", "2015-11-19", "Tokyo"),
        ("PHL", "Philippines", "2017-01-12", "Manila"),
        ("LKA", "Sri Lanka", "2022-10-10", "Colombo"),
        ("PNG", "Papua New Guinea", "2022-11-18", "Sharm el-Sheikh"),
        ("ARE", "United Arab Emirates", "2023-04-16", "Sapporo"),
        ("KAZ", "Kazakhstan", "2023-10-30", "Astana"),
        ("UKR", "Ukraine", "2024-02-19", "Tokyo"),
    ],
)
def test_a_memorandum_was_signed_on_its_day(code, name, signed, place):
    found = partner(code)
    assert (found.code, found.name, found.signed, found.place) == (code, name, day(signed), place)


def test_every_partner_has_an_alpha_3_code_two_names_and_a_source():
    for code, country in partners().items():
        assert code == country.code
        assert (len(code), code.isalpha(), code.isupper()) == (3, True, True)
        assert country.name.isascii()
        assert country.name_ja
        assert not country.name_ja.isascii()
        assert country.source
    assert len({country.name for country in partners().values()}) == 29


@pytest.mark.parametrize("code", STUDIED)
def test_a_country_that_is_only_studied_is_no_partner_but_would_have_the_rules_of_all(code):
    assert code not in partners()
    assert partner(code).signed is None
    of_all = {name for name, rule in rules_at("UKR", LATE).items() if rule.country is None}
    assert {name for name, r in rules_at(code, LATE).items() if r.country is None} == of_all


def test_a_memorandum_reported_by_others_stays_a_note():
    assert "29 August 2025" in partner("IND").note


REFUSED = [
    ("THI", "did you mean THA?"),
    ("tha", "did you mean THA?"),
    ("Thailand", "Thailand is THA"),
    ("", "no partner country's code"),
]


@pytest.mark.parametrize(("code", "words"), [*REFUSED, ("JPN", "no partner country's code")])
def test_another_code_is_no_partner_s_and_the_nearest_is_named(code, words):
    with pytest.raises(ValueError, match=words):
        partner(code)


@pytest.mark.parametrize(("code", "words"), REFUSED)
def test_no_rules_are_told_for_another_code(code, words):
    with pytest.raises(ValueError, match=words):
        rules_at(code, day("2025-01-01"))


@pytest.mark.parametrize(
    ("rule", "code", "on", "value"),
    [
        ("ccs_reserve_rate", "IDN", "2024-12-17", None),
        ("ccs_reserve_rate", "IDN", "2024-12-18", 0.03),
        ("ccs_reserve_rate", "IDN", "2030-01-01", 0.03),
        ("ccs_reserve_rate", "THA", "2030-01-01", None),
        ("government_share_of_model_projects", "MNG", "2013-01-07", None),
        ("government_share_of_model_projects", "MNG", "2013-01-08", 0.5),
        ("government_share_of_model_projects", "IDN", "2013-08-25", None),
        ("government_share_of_model_projects", "IDN", "2013-08-26", 0.5),
        ("first_itmo_vintage", "KEN", "2021-11-12", None),
        ("first_itmo_vintage", "KEN", "2021-11-13", 2021),  # A2
        ("notice_of_termination", "KAZ", "2023-10-29", None),
        ("notice_of_termination", "KAZ", "2023-10-30", 6),
        ("notice_of_termination", "THA", "2025-01-01", None),  # its memorandum was not read
        ("credits_by_2030", JAPAN, "2021-10-21", None),
        ("credits_by_2030", JAPAN, "2021-10-22", 100),
        ("credits_by_2040", JAPAN, "2025-02-17", None),
        ("credits_by_2040", JAPAN, "2025-02-18", 200),
        ("credits_by_2030", JAPAN, "2025-02-18", 100),  # the second NDC keeps it
        ("credits_by_2030", "IDN", "2025-02-18", None),  # a goal of Japan
        ("use_in_emissions_trading", JAPAN, "2026-04-01", 0.1),
    ],
)
def test_a_rule_applies_from_its_day_on_and_in_its_country(rule, code, on, value):
    found = rules_at(code, day(on)).get(rule)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("on", "there"),
    [("2026-03-31", False), ("2026-04-01", True), ("2027-03-31", True), ("2027-04-01", False)],
)
def test_a_rule_with_a_last_day_applies_until_then(on, there):
    assert ("price_band" in rules_at(JAPAN, day(on))) is there


ARTICLE_6 = {
    "TUN": "2023-06-20",
    "LKA": "2023-10-13",
    "GEO": "2024-01-23",
    "SEN": "2024-05-23",
    "THA": "2024-09-23",
    "MDA": "2024-09-25",
    "IDN": "2024-12-18",
    "KAZ": "2025-01-28",
    "UZB": "2025-02-26",
}


def test_nine_partners_have_adopted_rules_in_line_with_article_6():
    found = {
        code: rules["article_6_rules"].since.isoformat()
        for code in partners()
        if "article_6_rules" in (rules := rules_at(code, LATE))
    }
    assert found == ARTICLE_6


def test_all_ten_items_of_the_ccs_guidelines_are_told():
    rules = rules_at("IDN", day("2024-12-18"))
    ccs = [rule for name, rule in rules.items() if name.startswith("ccs_")]
    items = {rule.source.partition("item ")[2].partition(":")[0] for rule in ccs}
    assert items == {str(number) for number in range(1, 11)}
    assert rules["ccs_enhanced_recovery"].value == "left out"
    assert "methodology sets the criteria" in rules["ccs_project_life"].value
    assert "law of the host" in rules["ccs_project_life"].value
    assert "discount factor" in rules["ccs_net_reduction"].value
    assert "No discount factor is published" in rules["ccs_net_reduction"].note
    assert rules["ccs_crediting_period"].value == "from the start to the end of injection"  # K5


@pytest.mark.parametrize("code", ["VNM", "THA", "KEN", "BRA"])
def test_what_hosts_keep_is_known_at_second_hand_only(code):
    assert rules_at(code, LATE)["limit_of_transfers"].standing == "secondary"


def test_a_conflict_between_sources_stays_visible():
    note = rules_at("IDN", day("2025-01-01"))["mutual_recognition"].note
    assert "November 2024" in note
    assert "28 October 2024" in note


CODES = st.sampled_from([*partners(), JAPAN, *STUDIED])
DAYS = st.dates(day("2012-01-01"), day("2035-12-31"))


@given(CODES, DAYS)
def test_a_rule_told_for_a_day_has_begun_has_not_ended_and_is_for_the_country(code, on):
    for name, rule in rules_at(code, on).items():
        assert rule.name == name
        assert rule.since <= on
        assert rule.until is None or on <= rule.until
        assert rule.country in (None, code)


@given(st.sampled_from([*partners()]), DAYS)
def test_no_rule_applies_before_the_memorandum_and_none_that_is_open_goes_away(code, on):
    signed = partner(code).signed
    before = rules_at(code, min(on, signed - datetime.timedelta(days=1)))
    assert before == {}
    later = rules_at(code, on + datetime.timedelta(days=365))
    assert {name for name, r in rules_at(code, on).items() if r.until is None} <= set(later)


# The tables themselves: a check that is tried on broken copies first.

STANDINGS = {"published", "secondary", "derived", "from memory"}
UNITS = {"", "1", "year", "months", "MtCO2e"}
FORBIDDEN = ("shared/", "rules.md", "/work", "digest")


def faults(table):
    """Name what is wrong with a table of rules."""
    for name, rule in table.items():
        found = [
            *faults_of_rule(rule),
            *(f for row in rule["values"] for f in faults_of(row, rule)),
        ]
        yield from (f"{name}: {fault}" for fault in found)


def faults_of_rule(rule):
    rows = rule["values"]
    if not rule.get("label") or rule.get("unit", "") not in UNITS:
        yield "label or unit"
    if len({"country" in row for row in rows}) != 1:
        yield "for all and for one"
    days = [(row.get("country", ""), row["from"]) for row in rows]
    if len(set(days)) != len(days):
        yield "two values from the same day on"
    listed = [[d for c, d in days if c == one] for one, _ in days]
    if any(of_one != sorted(of_one) for of_one in listed):
        yield "days out of order"


def faults_of(row, rule):
    if row.get("country", JAPAN) not in {*partners(), *STUDIED, JAPAN}:
        yield "country"
    if row.get("standing") not in STANDINGS or not row.get("source"):
        yield "standing or source"
    if row.get("until", row["from"]) < row["from"]:
        yield "ends before it begins"
    if isinstance(row["value"], str) == bool(rule.get("unit")):
        yield "words with a unit, or a number without one"
    if any(word in str(row) for word in FORBIDDEN):
        yield "a source nobody can find"


def general():
    return read_table("rules/general.yaml")["rules"]


def test_the_table_of_rules_is_sound():
    assert list(faults(general())) == []
    assert len(general()) >= 35


def broken(change):
    table = copy.deepcopy(general())
    change(table["ccs_reserve_rate"]["values"][0], table["ccs_reserve_rate"])
    return list(faults(table))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row, rule: row.pop("source"), "standing or source"),
        (lambda row, rule: row.update(source=""), "standing or source"),
        (lambda row, rule: row.update(standing="assumed"), "standing or source"),
        (lambda row, rule: row.update(country="IDO"), "country"),
        (lambda row, rule: row.update(until=day("2024-12-17")), "ends before it begins"),
        (lambda row, rule: row.update(value="three per cent"), "words with a unit"),
        (lambda row, rule: rule.update(unit="%"), "label or unit"),
        (lambda row, rule: rule.pop("label"), "label or unit"),
        (lambda row, rule: rule["values"].append(dict(row)), "same day"),
        (lambda row, rule: rule["values"].append(row | {"from": day("2024-01-01")}), "order"),
        (
            lambda row, rule: rule["values"].append(
                {key: row[key] for key in row if key != "country"}
            ),
            "for all and for one",
        ),
        (lambda row, rule: row.update(source="shared/sources"), "nobody can find"),
    ],
)
def test_a_fault_in_the_table_of_rules_would_be_found(change, words):
    assert any(words in fault for fault in broken(change))


# Programmes of support.


def test_the_programmes_of_three_ministries_are_listed_with_what_they_ask():
    found = programmes()
    assert [sum(p.ministry.endswith(end) for p in found.values()) for end in "ty"] == [6, 3]
    assert len(found) == 11  # two of the Ministry of Agriculture, Forestry and Fisheries
    assert all(p.source and p.listed == day("2025-02-27") for p in found.values())
    assert "At least half" in found["model_projects"].terms[0].text
    assert found["model_projects"].terms[0].standing == "published"
    assert "half of the initial investment" in found["model_projects"].terms[1].text
    assert found["model_projects"].terms[1].standing == "secondary"
    assert "all of the cost" in found["demonstration"].terms[0].text


def test_companies_owned_by_a_government_may_join_the_programmes_with_an_asterisk_in_the_source():
    owned = {name for name, p in programmes().items() if p.government_owned}
    assert owned == {"model_projects", "f_gas", "unido", "new_technology"}
    assert {p.government_owned for n, p in programmes().items() if n not in owned} == {None}


def test_every_term_of_a_programme_has_a_standing_and_a_source():
    terms = [term for given in programmes().values() for term in given.terms]
    assert terms
    assert all(term.standing in STANDINGS and term.source and term.text for term in terms)


# Nationally determined contributions.


def target(code, last_year, on=LATE):
    (found,) = (t for t in ndc_targets()[code] if t.last_year == last_year and t.holds_on(on))
    return found


@pytest.mark.parametrize(
    ("code", "year", "kind", "unconditional", "conditional"),
    [
        ("JPN", 2030, "base_year", 0.46, None),
        ("JPN", 2035, "base_year", 0.60, None),
        ("JPN", 2040, "base_year", 0.73, None),
        ("IDN", 2030, "bau_relative", 0.3189, 0.4320),
        ("VNM", 2030, "bau_relative", 0.158, 0.435),
        ("THA", 2030, "bau_relative", 0.30, 0.40),
        ("MNG", 2030, "bau_relative", 0.230, None),
        ("KAZ", 2030, "base_year", 0.15, 0.25),
        ("PHL", 2030, "cumulative", 0.0271, 0.75),
        ("BGD", 2030, "bau_relative", 0.0673, 0.2185),
    ],
)
def test_a_target_is_as_reported(code, year, kind, unconditional, conditional):
    found = target(code, year)
    assert (found.kind, found.unconditional, found.conditional) == (
        kind,
        unconditional,
        conditional,
    )


@pytest.mark.parametrize(
    ("on", "years"),
    [
        ("2021-10-21", []),
        ("2021-10-22", [2030]),
        ("2025-02-17", [2030]),
        ("2025-02-18", [2030, 2035, 2040]),
    ],
)
def test_japan_s_targets_hold_from_the_day_they_were_decided(on, years):
    held = [t for t in ndc_targets()[JAPAN] if t.holds_on(day(on))]
    assert [t.last_year for t in held] == years
    assert {t.calendar for t in held} <= {"japan_fiscal"}  # T4


def test_a_new_target_takes_the_place_of_the_old_one():
    assert target("MNG", 2030, day("2025-09-09")).unconditional == 0.227
    assert target("MNG", 2030, day("2025-09-10")).unconditional == 0.230


@pytest.mark.parametrize(
    ("code", "year", "on", "level"),
    [
        ("MNG", 2030, "2025-01-01", 74.366 - 16.881),  # 22.7 % are 16,881 thousand tonnes
        ("MNG", 2030, "2026-01-01", 56.6),
        ("MNG", 2035, "2026-01-01", 56.9),
        ("KAZ", 2030, "2026-01-01", 318.0),
        ("BRA", 2030, "2026-01-01", 1200.0),
    ],
)
def test_a_derived_base_gives_the_level_it_was_derived_from(code, year, on, level):
    found = target(code, year, day(on))
    assert found.base_standing == "derived"
    assert found.base * (1 - found.unconditional) == pytest.approx(level, abs=0.2)


@pytest.mark.parametrize(
    ("code", "year", "reduction"), [("KHM", 2030, 64.6), ("KHM", 2035, 73.7), ("KEN", 2035, 75.25)]
)
def test_a_conditional_share_of_the_base_gives_the_reduction_reported(code, year, reduction):
    found = target(code, year)
    assert found.base * found.conditional == pytest.approx(reduction, abs=0.05)


def wrong_targets(targets):
    """Name the targets that say too little, or contradict themselves."""
    for found in targets:
        shares = [s for s in (found.unconditional, found.conditional) if s is not None]
        same = found.first_year == found.last_year
        sound = [
            found.country in {*partners(), *STUDIED, JAPAN},
            found.kind in {"bau_relative", "base_year", "cumulative"},
            shares and shares == sorted(shares) and 0 < shares[0] <= shares[-1] < 1,
            same != (found.kind == "cumulative"),
            (found.base_year is not None) == (found.kind == "base_year"),
            (found.base is not None) == (found.base_standing in STANDINGS),
            found.standing in STANDINGS and found.source,
            (found.since or LATE) <= (found.until or LATE),
            not any(word in str(found) for word in FORBIDDEN),
        ]
        if not all(sound):
            yield found


def test_every_target_is_complete_and_free_of_contradictions():
    everyone = [t for targets in ndc_targets().values() for t in targets]
    assert list(wrong_targets(everyone)) == []
    assert len(everyone) >= 15


@pytest.mark.parametrize(
    "change",
    [
        {"unconditional": 0.5},  # more than with support
        {"unconditional": None, "conditional": None},
        {"conditional": 43.2},  # a per cent for a share
        {"kind": "cumulative"},
        {"base_year": 2010},
        {"base_standing": ""},
        {"country": "XYZ"},
        {"source": ""},
        {"until": day("2020-01-01")},
    ],
)
def test_a_fault_in_a_target_would_be_found(change):
    sound = target("IDN", 2030)
    assert list(wrong_targets([sound])) == []
    assert list(wrong_targets([type(sound)(**(vars(sound) | change))]))


@pytest.mark.parametrize("code", ["VNM", "BGD", "JPN"])
def test_figures_from_memory_are_marked(code):
    assert target(code, 2030).base_standing == "from memory"


# What no public text settles.


def field_of(key):
    """Return the field of the scenario that a dotted key names."""
    model = Scenario
    for name in key.split("."):
        found = model.model_fields[name]
        model = found.annotation
    return found


def test_every_key_of_a_parameter_is_one_of_the_scenario():
    keys = [key for parameter in parameters() for key in parameter.keys]
    assert len(keys) >= 10
    assert all(field_of(key) for key in keys)
    with pytest.raises(KeyError):
        field_of("crediting.roundign")


def test_parameters_are_assumed_and_without_a_source():
    assert {parameter.standing for parameter in parameters()} == {"assumed"}
    assert all(not hasattr(parameter, "source") for parameter in parameters())
    assert len({parameter.name for parameter in parameters()}) == len(parameters())


def default_of(name):
    (found,) = (parameter for parameter in parameters() if parameter.name == name)
    return found.default


def test_a_scenario_that_says_nothing_gets_the_defaults_that_are_told(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY, encoding="utf-8")
    tiny = jcm.load_scenario(file)
    crediting = tiny.crediting
    assert (crediting.start, crediting.end, crediting.renewals) == (None, None, ())
    assert "all years simulated, without renewal" in default_of("crediting_length")
    assert default_of("credit_rounding").startswith(crediting.rounding)
    assert default_of("negative_reductions").startswith(crediting.negative)
    assert default_of("discount").startswith(f"{crediting.discount.points[0]:g},")
    assert (tiny.reserve_rates == 0).all()  # it stores no CO2
    storing = jcm.load_scenario(ROOT / "scenarios/indonesia_ccs.yaml", {"reserve": {"rate": None}})
    assert storing.with_({"host": "THA"}).reserve_rates == pytest.approx(0.03)
    assert default_of("reserve_elsewhere") == "the rate that is published for Indonesia"
    assert default_of("liability").startswith(tiny.reserve.shortfall)
    assert default_of("reserve_top_up") == tiny.reserve.top_up
    assert default_of("end_of_liability") == tiny.reserve.liable
    assert (tiny.reserve.released_from, tiny.reserve.pooled) == (math.inf, False)
    assert default_of("allocation_rounding").startswith(tiny.allocation.rounding.replace("_", " "))


def test_the_reserve_is_withheld_first_and_rounded_up_as_told(tmp_path):
    file = tmp_path / "usual.yaml"
    file.write_text(USUAL, encoding="utf-8")
    results = jcm.compute(jcm.load_scenario(file))
    issued, reserve = results["credits_issued"], results["reserve_withheld"]
    assert default_of("reserve_rounding").startswith("up")
    assert (reserve == -(-issued * 3 // 100)).all()
    assert reserve.any()
    assert "withheld first" in default_of("reserve_order")
    assert (results["credits"].sum(axis=-2) == issued - reserve).all()


def test_no_table_of_rules_names_a_place_only_its_makers_know():
    tables = sorted((ROOT / "jcm_models/rules").glob("*.yaml"))
    assert len(tables) >= 6
    found = [t.name for t in tables for w in FORBIDDEN if w in t.read_text(encoding="utf-8")]
    assert found == []
