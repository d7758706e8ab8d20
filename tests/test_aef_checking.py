"""Whether a Party may report what a report says: every rule, each by a report that breaks it."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jcm_models.aef import check_aef
from jcm_models.aef.tables import tables
from jcm_models.tables import read_table
from tests.aef_examples import SAMPLE, reports

COLUMNS = [(table, column) for table in tables() for column in table.columns]


def with_row(report, table, **changed):
    """Return a report with changes in the first row of a table."""
    first, *rest = table.rows(report)
    row = replace(first, **changed)
    return replace(report, **{table.name: row if table.name == "submission" else (row, *rest)})


def changed(name, **fields):
    """Return the sample with changes in one table."""
    (table,) = (table for table in tables() if table.name == name)
    return with_row(SAMPLE, table, **fields)


def found_in(report):
    """Return where a report is wrong: sheet, row and heading."""
    return [(p.place.file, p.place.line, p.path) for p in check_aef(report)]


def test_the_published_sample_is_right():
    assert check_aef(SAMPLE) == []


def test_the_sample_says_400_in_three_ways():
    (action,) = SAMPLE.actions
    units = int(action.last_unit) - int(action.first_unit) + 1
    assert action.quantity == action.last - action.first + 1 == units == 400


# By column.

REQUIRED = [(t, c) for t, c in COLUMNS if c.required and c.kind is str]


def test_required_is_what_the_registry_package_requires():
    required = {t.name: [c.field for c in t.columns if c.required] for t in tables()}
    block = ["first_transferring_party", "itmo_registry", "first", "last", "metric", "quantity"]
    block += ["mitigation", "vintage"]
    periods = ["first_ndc_year", "last_ndc_year"]
    scope = ["metric", "sectors", "purposes"]
    assert required == {
        "submission": ["party", "version", "reported_year", "day", *periods],
        "authorizations": ["identifier", "day", "cooperative_approach", "version", *scope],
        "actions": ["day", "kind", "cooperative_approach", "authorization", *block],
        "holdings": ["cooperative_approach", "authorization", *block],
        "entities": ["day", "name", "country", "identification", "cooperative_approach"],
    }


@pytest.mark.parametrize(
    ("table", "column"), REQUIRED, ids=[f"{t.name}.{c.field}" for t, c in REQUIRED]
)
@pytest.mark.parametrize("nothing", ["", "NA"])
def test_a_row_without_what_is_required_is_incomplete(table, column, nothing):
    problems = check_aef(with_row(SAMPLE, table, **{column.field: nothing}))
    own = [p for p in problems if (p.place.file, p.path) == (table.sheet, column.heading)]
    assert "is required; found nothing" in [p.message for p in own]


PLATFORM = [(t, c) for t, c in COLUMNS if c.platform]


@pytest.mark.parametrize(
    ("table", "column"), PLATFORM, ids=[f"{t.name}.{c.field}" for t, c in PLATFORM]
)
def test_what_the_platform_writes_is_left_empty(table, column):
    report = with_row(SAMPLE, table, **{column.field: "passed"})
    assert found_in(report) == [(table.sheet, 2, column.heading)]
    assert check_aef(with_row(SAMPLE, table, **{column.field: "NA"})) == []


LISTED = [(t, c) for t, c in COLUMNS if c.choices]


@pytest.mark.parametrize(
    ("table", "column"), LISTED, ids=[f"{t.name}.{c.field}" for t, c in LISTED]
)
def test_only_what_is_listed_may_stand_in_a_column_with_a_list(table, column):
    for choice in column.choices:
        problems = check_aef(with_row(SAMPLE, table, **{column.field: choice}))
        assert not [p for p in problems if "allowed are" in p.message]
    wrong = column.choices[0] + "s"
    problems = check_aef(with_row(SAMPLE, table, **{column.field: wrong}))
    (problem,) = (p for p in problems if "allowed are" in p.message)
    assert (problem.place.file, problem.path) == (table.sheet, column.heading)
    assert problem.message.startswith(f"found {wrong!r}; allowed are {column.choices[0]}")


def test_every_list_and_form_is_used():
    written = read_table("aef/format.yaml")
    rows = [row for table in written["tables"].values() for row in table["columns"].values()]
    assert {row["list"] for row in rows if "list" in row} == set(written["lists"])
    assert {row["format"] for row in rows if "format" in row} == set(written["formats"])


def test_a_misspelt_choice_is_answered_with_the_right_one():
    (problem,) = check_aef(changed("actions", mitigation="Emision reductions"))
    assert problem.message.endswith("did you mean Emission reductions?")


@pytest.mark.parametrize(
    ("name", "field", "wrong", "words"),
    [
        ("submission", "party", "Vanuatu", "an ISO 3166 alpha-3 code"),
        ("submission", "version", "1", "X.Y, of which the first is 1.0"),
        ("submission", "version", "0.1", "X.Y, of which the first is 1.0"),
        ("authorizations", "version", "1.0", "a whole number"),
        ("authorizations", "parties", "CHE, Japan", "an ISO 3166 alpha-3 code"),
        ("authorizations", "timeframe", "until 2030", "2021 - 2030, or 'Occurred"),
        ("actions", "first_transferring_party", "VU", "an ISO 3166 alpha-3 code"),
        ("actions", "acquiring_party", "che", "an ISO 3166 alpha-3 code"),
        ("actions", "using_party", "CHE JPN", "an ISO 3166 alpha-3 code"),
        ("holdings", "itmo_registry", "VUT1", "a Party and two digits"),
        ("entities", "country", "Switzerland", "an ISO 3166 alpha-3 code"),
    ],
)
def test_what_is_not_formed_as_it_must_be_is_found(name, field, wrong, words):
    (problem,) = check_aef(changed(name, **{field: wrong}))
    assert problem.message.startswith("found ")
    assert words in problem.message


def test_identifiers_of_authorizations_and_approaches_have_their_form_wherever_they_stand():
    for field, wrong in [("authorization", "No. 8 (new)"), ("cooperative_approach", "CA12")]:
        for name in ("actions", "holdings"):
            messages = [p.message for p in check_aef(changed(name, **{field: wrong}))]
            assert any(f"found {wrong!r}; write " in message for message in messages)


@pytest.mark.parametrize(
    "timeframe",
    [
        "",
        "NA",
        "2021 - 2030",
        "2021-2030",
        "Occurred: from 2021 to 2030",
        "Use: from 01/2021 to 12/2030",
        "Occurred: from 01/01/2021 to 31/12/2030. Use: from 2021 to 2030",
    ],
)
def test_both_ways_to_write_a_timeframe_are_allowed(timeframe):
    assert check_aef(changed("authorizations", timeframe=timeframe)) == []


@pytest.mark.parametrize("sectors", ["Transportation, Agriculture", "Transportation;Agriculture"])
def test_several_sectors_may_be_named(sectors):
    assert check_aef(changed("authorizations", sectors=sectors)) == []
    assert found_in(changed("authorizations", sectors=f"{sectors}, Mining")) == [
        ("Authorizations", 2, "Sector(s)")
    ]


# To what a column applies.


@pytest.mark.parametrize("kind", ["Transfer", "Acquisition", "Use", "Cancellation"])
@pytest.mark.parametrize(
    ("field", "value", "kinds"),
    [
        ("acquiring_party", "CHE", ("First transfer", "Transfer")),
        ("transferring_party", "CHE", ("Acquisition",)),
        ("use_year", 2025, ("Use",)),
    ],
)
def test_some_columns_apply_to_some_actions_only(kind, field, value, kinds):
    plain = {"kind": kind, "subtype": "", "acquiring_party": ""}
    if kind == "Acquisition":
        plain["transferring_party"] = "CHE"
    assert check_aef(changed("actions", **plain)) == []
    found = check_aef(changed("actions", **plain | {field: value}))
    assert bool(found) == (kind not in kinds)
    assert all(f"where Action type is '{kind}'; only for {kinds[0]}" in p.message for p in found)


def test_an_acquisition_names_who_transferred():
    report = changed("actions", kind="Acquisition", subtype="", acquiring_party="")
    (problem,) = check_aef(report)
    assert problem.path == "Transferring participating Party ID"
    assert problem.message == "found nothing; Action type 'Acquisition' needs it"


@pytest.mark.parametrize("name", ["actions", "holdings"])
def test_another_metric_is_named_with_its_quantity_and_only_then(name):
    other = {"metric": "non-GHG", "non_ghg_metric": "MWh of electricity", "non_ghg_quantity": 12.5}
    assert check_aef(changed(name, **other)) == []
    assert check_aef(changed(name, **other, quantity=7)) == []
    for field in ("non_ghg_metric", "non_ghg_quantity"):
        empty = None if field == "non_ghg_quantity" else ""
        assert len(check_aef(changed(name, **other | {field: empty}))) == 1
        assert len(check_aef(changed(name, **{field: other[field]}))) == 1


def test_other_purposes_are_told_of_authorizations_for_other_purposes_only():
    report = changed("authorizations", purposes="NDC")
    assert [path for *_, path in found_in(report)] == [
        "OIMP authorized by the Party",
        "First transfer definition for OIMP",
    ]


# By row.


@pytest.mark.parametrize(
    ("name", "fields", "heading", "said"),
    [
        ("actions", {"last": 600}, "Last ID", "found 600, before the first, 601"),
        ("actions", {"quantity": 401}, "Quantity (t CO2 eq)", "601 to 1000, which are 400"),
        ("actions", {"first": 602}, "Quantity (t CO2 eq)", "602 to 1000, which are 399"),
        ("actions", {"last_unit": "501001"}, "Last unit ID", "'501001' after '500601' for 400"),
        ("actions", {"first_unit": "X500601"}, "Last unit ID", "after 'X500601' for 400"),
        ("actions", {"vintage": 2020}, "Vintage", "mitigation before 2021 is no ITMO"),
        ("actions", {"vintage": 2026}, "Vintage", "found 2026, after the action of 15/01/2025"),
        ("holdings", {"vintage": 2020}, "Vintage", "mitigation before 2021 is no ITMO"),
        ("holdings", {"vintage": 2026}, "Vintage", "found 2026, after the reported year 2025"),
        ("holdings", {"quantity": 0}, "Quantity (t CO2 eq)", "401 to 600, which are 200"),
        ("holdings", {"last": 400}, "Last ID", "found 400, before the first, 401"),
        ("holdings", {"authorization": "8"}, "Authorization ID", "no authorization of CA0004"),
        ("actions", {"authorization": "8"}, "Authorization ID", "no authorization of CA0004"),
        (
            "actions",
            {"cooperative_approach": "CA0009"},
            "Cooperative approach ID",
            "found 'CA0009'",
        ),
        ("entities", {"cooperative_approach": "CA0009"}, "Cooperative approach ID", "for which"),
        ("actions", {"day": datetime.date(2026, 1, 1)}, "Action date", "outside the reported year"),
        ("actions", {"day": datetime.date(2024, 12, 31)}, "Action date", "outside the reported"),
        ("actions", {"day": datetime.date(2025, 1, 14)}, "Action date", "before the authorization"),
        ("actions", {"using_entity": "X"}, "Using/cancelling authorized entity ID", "found 'X'"),
        ("authorizations", {"entities": "X, Y"}, "Authorized entity(ies) ID", "found 'X'"),
        (
            "authorizations",
            {"day": datetime.date(2026, 1, 1)},
            "Date of authorization",
            "after the",
        ),
        ("entities", {"day": datetime.date(2026, 1, 1)}, "Date of the authorization", "after the"),
        (
            "submission",
            {"last_ndc_year": 2020},
            "Last year of the NDC implementation period",
            "found 2020, before the first, 2021",
        ),
        (
            "submission",
            {"day": datetime.date(2025, 12, 31)},
            "Date of submission",
            "found 31/12/2025, before the reported year 2025 is over",
        ),
    ],
)
def test_a_broken_rule_is_found_in_its_column(name, fields, heading, said):
    problems = check_aef(changed(name, **fields))
    (sheet,) = (table.sheet for table in tables() if table.name == name)
    own = [p for p in problems if (p.place.file, p.path) == (sheet, heading)]
    assert any(said in p.message for p in own), problems


@pytest.mark.parametrize("name", ["actions", "holdings"])
@pytest.mark.parametrize("vintage", [2021, 2025])
def test_the_first_vintage_and_that_of_the_year_itself_are_right(name, vintage):
    assert check_aef(changed(name, vintage=vintage)) == []


def test_identifiers_are_numbered_from_1():
    report = changed("holdings", first=0, quantity=601, first_unit="", last_unit="")
    assert found_in(report) == [("Holdings", 2, "First ID")]


@given(first=st.integers(1, 10**12), size=st.integers(1, 10**9), off=st.integers(-5, 5))
def test_the_quantity_is_right_exactly_if_it_is_the_number_of_identifiers(first, size, off):
    report = changed(
        "actions",
        first=first,
        last=first + size - 1,
        quantity=size + off,
        first_unit=f"JCM-{first + 7}",
        last_unit=f"JCM-{first + size + 6}",
    )
    assert (check_aef(report) == []) == (off == 0)


@pytest.mark.parametrize("units", [("", ""), ("A1-x", "A9-y"), ("500601", "")])
def test_units_that_are_not_numbered_are_not_counted(units):
    first, last = units
    assert check_aef(changed("actions", first_unit=first, last_unit=last)) == []


def test_names_of_companies_may_have_commas():
    other = replace(SAMPLE.entities[0], name="Example Co., Ltd.", identification="0100-01")
    report = replace(
        changed("authorizations", entities="Example Co., Ltd.; CHE-999.888.777"),
        entities=(*SAMPLE.entities, other),
    )
    assert check_aef(report) == []
    assert check_aef(changed("authorizations", entities="NA")) == []


# Between rows.


def test_an_action_is_right_from_the_first_version_of_its_authorization_on():
    later = replace(SAMPLE.authorizations[0], version="2", day=datetime.date(2025, 6, 1))
    for authorizations in [(*SAMPLE.authorizations, later), (later, *SAMPLE.authorizations)]:
        assert check_aef(replace(SAMPLE, authorizations=authorizations)) == []
    assert found_in(replace(SAMPLE, authorizations=(later,))) == [("Actions", 2, "Action date")]


@example(ranges=[(1, 10), (10, 5)])
@example(ranges=[(1, 20), (2, 3), (9, 5)])
@given(
    ranges=st.lists(
        st.tuples(st.integers(1, 60), st.integers(1, 20)), min_size=1, max_size=6, unique=True
    )
)
def test_what_is_held_twice_is_found_exactly_if_a_number_is_in_two_rows(ranges):
    holdings = tuple(
        replace(
            SAMPLE.holdings[0],
            first=first,
            last=first + size - 1,
            quantity=size,
            first_unit="",
            last_unit="",
        )
        for first, size in ranges
    )
    numbers = [n for first, size in ranges for n in range(first, first + size)]
    found = found_in(replace(SAMPLE, holdings=holdings))
    assert bool(found) == (len(numbers) != len(set(numbers)))
    if ranges == [(1, 20), (2, 3), (9, 5)]:  # the second does not hide the third
        assert len(found) == 2
    assert {(sheet, path) for sheet, _, path in found} <= {("Holdings", "First ID")}


def test_the_same_numbers_of_another_vintage_are_others():
    other = replace(SAMPLE.holdings[0], vintage=2023)
    assert check_aef(replace(SAMPLE, holdings=(*SAMPLE.holdings, other))) == []


def test_a_row_that_is_there_twice_is_found():
    (problem,) = check_aef(replace(SAMPLE, actions=SAMPLE.actions * 2))
    assert str(problem).startswith("Actions:3: says the same as row 2")


def test_everything_is_found_at_once():
    report = changed("actions", vintage=2020, quantity=1, mitigation="")
    report = replace(report, submission=replace(SAMPLE.submission, party="x"))
    assert sorted(found_in(report)) == [
        ("Actions", 2, "Mitigation type"),
        ("Actions", 2, "Quantity (t CO2 eq)"),
        ("Actions", 2, "Vintage"),
        ("Submission", 2, "Party"),
    ]


@given(bad=st.sets(st.integers(0, 19)))
def test_exactly_the_rows_that_are_wrong_are_named(bad):
    actions = tuple(
        replace(SAMPLE.actions[0], note=str(n), metric="ghg" if n in bad else "GHG")
        for n in range(20)
    )
    rows = [row for _, row, path in found_in(replace(SAMPLE, actions=actions)) if path == "Metric"]
    assert rows == [n + 2 for n in sorted(bad)]


@given(report=reports())
def test_whatever_a_report_says_it_is_checked_to_the_end(report):
    places = {table.sheet: len(table.rows(report)) for table in tables()}
    problems = check_aef(report)
    assert problems  # nothing made up is all right: versions are X.Y
    assert all(2 <= p.place.line <= places[p.place.file] + 1 for p in problems)
