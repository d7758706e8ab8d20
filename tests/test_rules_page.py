"""What `jcm rules` prints: every rule in force once, with its days, its source and its doubts."""

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.rulebook import (
    JAPAN,
    ndc_targets,
    parameters,
    partner,
    partners,
    programmes,
    rules_at,
)
from jcm_models.rules_page import rules_text
from jcm_models.tables import read_table

STUDIED = ("IND", "BRA")
LATE = datetime.date(2026, 11, 1)


def day(text):
    return datetime.date.fromisoformat(text)


def on_one_line(text):
    """Undo the wrapping, so that sentences can be looked for."""
    return " ".join(text.split())


def page(code, on):
    return on_one_line(rules_text(code, day(on)))


def titles(text):
    """Return the underlined lines."""
    lines = text.splitlines()
    return [above for above, line in itertools.pairwise(lines) if set(line) in ({"="}, {"-"})]


def section(text, title):
    """Return what stands below a title, on one line."""
    lines = text.splitlines()
    start = lines.index(title) + 2
    ends = [i for i, line in enumerate(lines) if i > start and line == ""]
    return on_one_line("\n".join(lines[start : min(ends, default=len(lines))]))


INDONESIA = rules_text("IDN", day("2025-01-01"))


def test_the_page_of_indonesia_on_new_year_2025_has_these_sections():
    heading, *sections = titles(INDONESIA)
    assert heading == (
        "Rules of the Joint Crediting Mechanism (JCM): Indonesia (IDN), on 1 January 2025"
    )
    assert sections == [
        "For Indonesia",
        "For all partner countries",
        "Japan's side",
        "Programmes of support by Japan, as listed on 27 February 2025",
        "Nationally determined contributions (NDCs)",
        "Not published: parameters of a scenario",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "The memorandum of cooperation with Indonesia was signed on 26 August 2013 in Jakarta; "
        "before that day no rule of the JCM applied there.",
        "Reserve of a CCS/CCUS project, share of issued credits: 3 % Since 18 December 2024. "
        "Source: METI, Basic Scheme & Recent Development of the JCM (27 February 2025), CCS/CCUS "
        "guidelines, item 9: in principle 3 %.",
        "Crediting period of a CCS/CCUS project: from the start to the end of injection",
        "Note: METI says November 2024 and no day, so the first of the month stands here; an "
        "unofficial wiki, github.com/freeflowercarbon/article6-wiki, says 28 October 2024.",
        "Least share of credits for the Government of Japan in projects supported by the Ministry "
        "of the Environment: 50 % Since 8 January 2013.",
        "First vintage that may become an internationally transferred mitigation outcome: 2021 "
        "Since 13 November 2021. Source: Decision 2/CMA.3, annex, paragraph 1.",
        "by fiscal year 2030, cumulative, about: 100 MtCO₂e Since 22 October 2021.",
        "- Finance Programme for JCM Model Projects (Ministry of the Environment): subsidy At "
        "least half of the credits issued go to the Government of Japan. Source: Ministry of "
        "Foreign Affairs of Japan, press release page22_002709 (4 October 2016).",
        "The subsidy is at most half of the initial investment. Source, at second hand:",
        "Companies owned by a government may take part, the government itself may not.",
        "- Indonesia, 2030: by its own means 31.89 %, with support 43.2 %, below business as usual "
        "of 2030 (2,869 MtCO₂e, at second hand) Since 23 September 2022.",
        "- Japan, fiscal year 2030: 46 % below fiscal year 2013 (1,408 MtCO₂e, from memory) Since "
        "22 October 2021.",
        "No source that was read settles these; their standing is: assumed.",
        "- Rounding of reductions to whole credits: down, for each vintage Set by "
        "crediting.rounding.",
        "- Rounding of the reserve: up to whole tonnes, for each vintage The workbench has no "
        "other way.",
    ],
)
def test_the_page_of_indonesia_says(sentence):
    assert sentence in on_one_line(INDONESIA)


@pytest.mark.parametrize(
    "sentence",
    [
        "200 MtCO₂e",  # decided seven weeks later
        "fiscal year 2035",
        "The JCM is authorised",
        "Notice by which either government ends the memorandum",  # of Kazakhstan
    ],
)
def test_the_page_of_indonesia_does_not_say_what_came_later_or_is_of_others(sentence):
    assert sentence not in on_one_line(INDONESIA)


def test_a_figure_that_was_not_published_is_in_no_section_of_rules():
    rules = INDONESIA.partition("Not published")[0]
    assert "Discount factor" not in rules
    assert "No discount factor is published" in on_one_line(rules)


def test_before_the_memorandum_the_page_says_that_no_rule_applied_and_nothing_else():
    text = rules_text("IDN", day("2013-08-25"))
    assert titles(text) == [text.splitlines()[0]]
    assert on_one_line(text).endswith(
        "On 25 August 2013 the memorandum of cooperation with Indonesia was not signed yet, so no "
        "rule of the JCM applied. It was signed on 26 August 2013 in Jakarta. Source: METI, Basic "
        "Scheme & Recent Development of the JCM (27 February 2025)."
    )
    assert "For Indonesia" in rules_text("IDN", day("2013-08-26"))


def test_a_place_that_is_not_known_is_left_out():
    assert "was signed on 13 May 2015; before" in page("SAU", "2020-01-01")


def test_a_country_that_is_only_studied_is_told_apart():
    text = rules_text("IND", LATE)
    said = on_one_line(text)
    assert "India is no partner country by the source read" in said
    assert "reports a memorandum of 29 August 2025" in said
    assert (
        section(text, "For India")
        == "- No rule of its own was found in the sources that were read."
    )
    assert "The NDC of India was not read." in said
    assert "reports a memorandum" not in page("BRA", "2026-11-01")


def test_the_memorandum_of_kazakhstan_is_told_paragraph_by_paragraph():
    own = section(rules_text("KAZ", day("2023-10-30")), "For Kazakhstan")
    assert [f"paragraph {number}." in own for number in (6, 7, 8, 12)] == [True] * 4
    assert "Notice by which either government ends the memorandum: 6 months" in own
    assert "existing projects and activities are not affected" in own
    assert "Article 6" not in own  # its rules followed in January 2025
    assert "in line with Article 6" in page("KAZ", "2025-01-28")


def test_a_cumulative_target_names_its_period():
    assert (
        "- Philippines, 2020–2030: by its own means 2.71 %, with support 75 %, below the sum of "
        "business as usual over 2020–2030 (3,340.3 MtCO₂e, at second hand)"
    ) in page("PHL", "2026-01-01")


def test_a_target_whose_day_or_base_is_not_known_says_so_or_leaves_it_out():
    said = page("PLW", "2020-01-01")
    assert "- Palau, 2025: by its own means 22 %, below 2005 Since when is not known." in said


def test_figures_from_memory_are_marked_as_such():
    said = page("BGD", "2026-01-01")
    assert "(409.4 MtCO₂e, from memory)" in said
    assert "From memory. To be checked against the NDC of Bangladesh (26 August 2021)." in said


def test_the_page_of_japan_tells_its_targets_and_goals_and_no_partner_s_rules():
    text = rules_text(JAPAN, LATE)
    said = on_one_line(text)
    assert said.startswith("Rules of the Joint Crediting Mechanism (JCM): Japan (JPN)")
    assert "What Japan aims for and how it uses credits" in said
    for fiscal_year, share in {2030: 46, 2035: 60, 2040: 73}.items():
        sentence = f"- Japan, fiscal year {fiscal_year}: {share} % below fiscal year 2013"
        assert said.count(sentence) == 1
    side = section(text, "Japan's side")
    assert "about: 100 MtCO₂e" in side
    assert "about: 200 MtCO₂e" in side
    assert "averaging" in side
    assert "fiscal years 2021 to 2030, by the year of the reduction" in side
    assert "Since 31 March 2025." in side
    assert not any(title.startswith("For Japan") for title in titles(text))
    assert "CCS" not in text.partition("Not published")[0]


def test_a_value_with_a_last_day_says_until_when():
    assert "From 1 April 2026 to 31 March 2027." in page(JAPAN, "2026-11-01")


def test_every_programme_and_term_is_listed():
    said = on_one_line(INDONESIA)
    for programme in programmes().values():
        assert f"- {programme.name} ({programme.ministry}): {programme.support}" in said
        assert all(term.text in said for term in programme.terms)
    assert said.count("Companies owned by a government may take part") == 4


def test_every_parameter_is_listed_with_its_default_and_its_keys():
    said = section(INDONESIA + "\n", "Not published: parameters of a scenario")
    for parameter in parameters():
        assert f"- {parameter.label}: {parameter.default}" in said
        assert all(key in said for key in parameter.keys)
        assert parameter.note in said
    fixed = sum(not parameter.keys for parameter in parameters())
    assert said.count("The workbench has no other way.") == fixed > 0


def test_another_code_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean IDN"):
        rules_text("IDNN", LATE)


CODES = st.sampled_from([*partners(), *STUDIED, JAPAN])
DAYS = st.dates(day("2012-01-01"), day("2032-12-31"))


@given(CODES, DAYS)
def test_no_line_is_longer_than_100_characters_and_none_ends_in_a_blank(code, on):
    lines = rules_text(code, on).splitlines()
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)


@given(CODES, DAYS)
def test_every_rule_in_force_is_told_once_with_its_source_and_no_other(code, on):
    said = on_one_line(rules_text(code, on)).replace("₂", "2")
    told = rules_at(code, on) | (rules_at(JAPAN, on) if rules_at(code, on) else {})
    table = read_table("rules/general.yaml")["rules"]
    for name, rule in table.items():
        assert said.count(f"- {rule['label']}: ") == (name in told)
    assert all(rule.source in said and rule.note in said for rule in told.values())


@given(CODES, DAYS)
def test_targets_are_told_from_the_day_they_hold(code, on):
    said = on_one_line(rules_text(code, on)).replace("₂", "2")
    signed = None if code == JAPAN else partner(code).signed
    if signed and on < signed:
        return
    for target in ndc_targets().get(code, ()):
        assert (target.source in said) >= target.holds_on(on)
    held = [t for t in ndc_targets()[JAPAN] if t.holds_on(on)]
    assert said.count("- Japan, fiscal year ") == len(held)


@pytest.mark.parametrize("month", range(1, 13))
def test_months_have_their_names(month):
    names = "January February March April May June July August September October November December"
    on = datetime.date(2025, month, 3)
    assert rules_text("IDN", on).splitlines()[0].endswith(f"on 3 {names.split()[month - 1]} 2025")
