"""The partner countries, and the rules in force on a day."""

import datetime

import pytest

from jcm_models.rulebook import partner, partners, rules_at


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


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("THI", "did you mean THA?"),
        ("tha", "did you mean THA?"),
        ("Thailand", "Thailand is THA"),
        ("JPN", "no partner country's code"),
        ("", "no partner country's code"),
    ],
)
def test_another_code_is_refused_with_the_nearest(code, words):
    with pytest.raises(ValueError, match=words):
        partner(code)
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
        ("first_itmo_vintage", "KEN", "2021-11-12", None),
        ("first_itmo_vintage", "KEN", "2021-11-13", 2021),  # A2
    ],
)
def test_a_rule_applies_from_its_day_on_and_in_its_country(rule, code, on, value):
    found = rules_at(code, day(on)).get(rule)
    assert (found and found.value) == value


def test_every_rule_has_a_label_a_day_and_a_source():
    on = day("2025-01-01")
    found = rules_at("IDN", on)
    assert len(found) >= 3
    for name, rule in found.items():
        assert rule.name == name
        assert rule.label
        assert rule.source
        assert rule.since <= on
