"""How samples are divided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.parts import Part, Plan
from jcm_models.parts.plan import PART_BYTES

plans = st.builds(Plan, st.integers(1, 500), st.integers(1, 600))


def covered(parts):
    """Return every sample of some parts, in their order."""
    return [sample for part in parts for sample in range(part.start, part.stop)]


@given(plans)
def test_every_sample_is_in_one_part_and_in_order(plan):
    assert covered(plan.missing()) == list(range(plan.samples))


@given(plans)
def test_all_parts_but_the_last_are_of_one_size(plan):
    *others, last = map(len, plan.missing())
    assert set(others) <= {plan.chunk}
    assert 1 <= last <= plan.chunk


@given(plans, plans, st.data())
def test_what_is_missing_and_what_is_done_by_another_plan_are_all_samples_once(plan, other, data):
    before = Plan(plan.samples, other.chunk).missing()
    done = data.draw(st.sets(st.sampled_from(before)))
    missing = plan.missing(done)
    assert sorted(covered([*done, *missing])) == list(range(plan.samples))
    assert all(1 <= len(part) <= plan.chunk for part in missing)


@given(plans, st.data())
def test_with_the_same_chunk_the_parts_missing_are_parts_of_the_plan(plan, data):
    parts = plan.missing()
    done = data.draw(st.sets(st.sampled_from(parts)))
    assert plan.missing(done) == [part for part in parts if part not in done]


@given(st.integers(1, 10**7), st.integers(1, 10**9), st.integers(1, 64))
def test_a_fitting_part_takes_64_mb_at_most_but_for_a_single_sample(samples, size, workers):
    plan = Plan.fitting(samples, size, workers)
    assert plan.chunk == 1 or plan.chunk * size <= PART_BYTES


@given(st.integers(1, 10**5), st.integers(0, 10**4), st.integers(1, 16))
def test_a_fitting_plan_never_leaves_a_worker_with_less_than_half_its_parts(samples, size, workers):
    count = len(Plan.fitting(samples, size, workers).missing())
    assert count >= min(samples, 2 * workers + 1)


def test_parts_are_as_large_as_memory_allows_where_there_are_enough():
    assert Plan.fitting(10**6, 2**16, 2) == Plan(10**6, 1024)


def test_four_parts_for_every_worker_where_all_would_fit_in_one():
    assert Plan.fitting(4096, 8, 2) == Plan(4096, 512)


@pytest.mark.parametrize(("samples", "chunk", "name"), [(0, 1, "samples"), (5, 0, "chunk")])
def test_less_than_one_is_refused_by_name(samples, chunk, name):
    with pytest.raises(ValueError, match=f"{name}: 0 is below 1"):
        Plan(samples, chunk)


def test_a_part_says_which_samples_it_holds():
    assert str(Part(4096, 8192)) == "samples 4,096 to 8,191"
