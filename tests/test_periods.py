"""Years, parts of years and pathways (conventions T1 to T3)."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.periods import calendar_years, interpolate, last_day, share_of_years
from tests.examples import unhurried

DAYS = st.dates(datetime.date(1985, 1, 1), datetime.date(2045, 12, 31))


def day(text):
    return datetime.date.fromisoformat(text)


def test_the_calendar_years_include_both_ends():
    assert calendar_years(2020, 2022).tolist() == [2020, 2021, 2022]


@pytest.mark.parametrize(
    ("year", "start", "end", "days", "of"),
    [
        (2023, "2023-01-01", "2023-12-31", 365, 365),
        (2024, "2024-01-01", "2024-12-31", 366, 366),
        (2024, "2024-02-29", "2024-02-29", 1, 366),
        (2024, "2024-03-01", None, 306, 366),
        (2023, "2023-03-01", None, 306, 365),
        (2023, None, "2023-01-31", 31, 365),
        (2023, "2022-06-01", "2023-03-31", 90, 365),
        (2024, "2022-06-01", "2024-03-31", 91, 366),
        (2023, "2024-01-01", None, 0, 365),
        (2023, None, "2022-12-31", 0, 365),
        (2000, None, None, 366, 366),
        (2100, None, "2100-03-01", 60, 365),
    ],
)
def test_the_share_of_a_year_counts_its_days_both_ends_included(year, start, end, days, of):
    first, last = start and day(start), end and day(end)
    assert share_of_years(np.array([year]), first, last)[0] == pytest.approx(days / of, rel=1e-14)


@unhurried
@given(DAYS, DAYS)
def test_the_shares_of_all_years_sum_to_the_days_between(one, other):
    start, end = sorted((one, other))
    years = calendar_years(1980, 2050)
    shares = share_of_years(years, start, end)
    lengths = [(datetime.date(y + 1, 1, 1) - datetime.date(y, 1, 1)).days for y in years.tolist()]
    assert shares @ lengths == pytest.approx((end - start).days + 1)
    assert ((shares >= 0) & (shares <= 1)).all()


@unhurried
@given(DAYS)
def test_a_period_that_ends_and_one_that_starts_the_day_after_share_every_year_out(end):
    years = calendar_years(1984, 2046)
    before = share_of_years(years, None, end)
    after = share_of_years(years, end + datetime.timedelta(days=1), None)
    np.testing.assert_allclose(before + after, 1.0)


@pytest.mark.parametrize(
    ("how", "hold", "expected"),
    [
        ("linear", False, [10, 15, 20, 50]),
        ("step", False, [10, 10, 20, 50]),
        ("linear", True, [10, 15, 20, 50]),
        ("step", True, [10, 10, 20, 50]),
    ],
)
def test_between_known_years_lies_a_line_or_the_earlier_value(how, hold, expected):
    found = interpolate(
        calendar_years(2020, 2023), (2020, 2022, 2023), (10, 20, 50), how, hold=hold
    )
    assert found.tolist() == expected


@pytest.mark.parametrize("how", ["linear", "step"])
def test_held_ends_reach_beyond_the_pathway(how):
    found = interpolate(calendar_years(2018, 2024), (2020, 2022), (10, 20), how, hold=True)
    assert found[[0, 1, 2, 4, 5, 6]].tolist() == [10, 10, 10, 20, 20, 20]


@pytest.mark.parametrize("how", ["linear", "step", "none"])
def test_a_pathway_that_names_every_year_is_read_as_written(how):
    found = interpolate(calendar_years(2020, 2022), (2019, 2020, 2021, 2022), (9, 1, 7, 3), how)
    assert found.tolist() == [1, 7, 3]


@unhurried
@given(
    pathway=st.dictionaries(st.integers(1990, 2060), st.floats(-1e6, 1e6), min_size=1),
    how=st.sampled_from(["linear", "step"]),
)
def test_no_value_read_from_a_pathway_lies_outside_its_values(pathway, how):
    years, values = zip(*sorted(pathway.items()), strict=True)
    found = interpolate(calendar_years(1985, 2065), years, values, how, hold=True)
    assert min(values) <= found.min()
    assert found.max() <= max(values)
    assert [found[y - 1985] for y in years] == pytest.approx(values)


@pytest.mark.parametrize(
    ("known", "how", "hold", "words"),
    [
        pytest.param((2020, 2022), "linear", False, "2023 to 2025", id="after"),
        pytest.param((2022, 2025), "linear", False, "2020 to 2021", id="before"),
        pytest.param((2021, 2024), "step", False, "2020, 2025", id="on both sides"),
        pytest.param((2020, 2022, 2025), "none", False, "2021, 2023, 2024", id="between"),
        pytest.param((2020, 2022, 2025), "none", True, "2021, 2023, 2024", id="held but between"),
        pytest.param((2030,), "none", False, "2020 to 2025", id="all"),
    ],
)
def test_years_that_a_pathway_does_not_know_are_refused_by_name(known, how, hold, words):
    with pytest.raises(ValueError, match=f"{known[0]} to {known[-1]} .* {words}; add these years"):
        interpolate(calendar_years(2020, 2025), known, [1.0] * len(known), how, hold=hold)


def test_many_unknown_years_are_named_in_part_and_counted():
    known = list(range(2000, 2030, 2))
    with pytest.raises(ValueError, match="2001, 2003, 2005, 2007, 2009 and 9 more"):
        interpolate(calendar_years(2000, 2028), known, [1.0] * len(known), "none")


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        ((2018, 4, 30), 9, (2027, 4, 29)),
        ((2019, 1, 1), 10, (2028, 12, 31)),
        ((2020, 2, 29), 1, (2021, 2, 28)),
        ((2020, 2, 29), 4, (2024, 2, 29)),
        ((2020, 1, 1), 1.5, (2021, 7, 2)),
    ],
)
def test_a_span_of_years_ends_the_day_before_its_anniversary(start, years, last):
    assert last_day(datetime.date(*start), years) == datetime.date(*last)
