"""Faults put into the source of ensembles: the tests of this folder tell each of them."""

import importlib
import sys
import types
from pathlib import Path

import pytest

import jcm_models as jcm
from jcm_models.problems import ScenarioError
from tests.ensembles import (
    test_bytes,
    test_discovery,
    test_each_sample,
    test_errors,
    test_levers,
    test_portfolio_summaries,
    test_processes,
    test_sensitivity,
    test_summaries,
)
from tests.ensembles.scenarios import PROJECT, usual
from tests.examples import TINY


def whole(name):
    return lambda folder: test_bytes.test_parts_laid_end_to_end_are_the_whole(name, folder)


def single(name):
    return lambda folder: (
        test_each_sample.test_a_sample_is_the_scenario_alone_with_the_numbers_drawn(name, folder)
    )


def summed_up(test):
    def check(folder):
        test(jcm.simulate(usual(folder, **PROJECT), 200, sampling="monte_carlo"))

    return check


def found_in_a_plant(folder):
    plant = jcm.simulate(test_discovery.tiny(folder, **test_discovery.PLANT), 1024)
    test_discovery.test_above_is_the_other_side_of_below("prim", plant)


def two_levers(folder):
    levers = {"crediting.discount": [1, 0.6], "reserve.rate": ["1 %", "2 %"]}
    changes = {test_discovery.SUPPLIED: test_discovery.uniform(7000, 9000)}
    scenario = test_discovery.tiny(folder, **changes, **{"ensemble.levers": levers})
    ensemble = jcm.simulate(scenario, 256)
    test_discovery.test_a_lever_counts_as_an_input("tree", ensemble)


def overselling(_):
    test_each_sample.test_a_host_oversells_in_a_sample_what_it_would_alone("the share of a host")


def late_and_early(folder):
    plant = test_portfolio_summaries.PLANT
    late = {**plant, "years": {"first": 2023, "last": 2028}}
    own = test_portfolio_summaries.named
    projects = [own(folder, "plant", TINY, plant), own(folder, "late", TINY, late)]
    found = test_portfolio_summaries.summarise_all(projects, 256, workers=1)
    test_portfolio_summaries.test_a_project_has_the_quantiles_of_its_own_ensemble(
        1, projects, found
    )
    test_portfolio_summaries.test_the_mean_of_all_is_the_sum_of_the_means(found)


STORE = "a store whose leaks are drawn"
MOVING = "every input of a project, as a distribution or a process"
DISCOUNT = "the discount, which cannot exceed 1"

# A test that fails, or one that cannot go on.
TOLD = (AssertionError, pytest.fail.Exception, ScenarioError, ValueError, LookupError)

# The module, the words in it, what is written in their place, and what must notice it.
FAULTS = {
    "every part draws the leaks of the first": (
        "ensemble",
        "experiment.simulated(unit, start)",
        "experiment.simulated(unit, 0)",
        whole(STORE),
    ),
    "every part takes the first points": (
        "ensemble",
        "experiment.points(start, stop)",
        "experiment.points(0, stop - start)",
        whole("deficits"),
    ),
    "what a part holds lies elsewhere": (
        "ensemble",
        "slice(first - start, last - start)",
        "slice(first, last)",
        whole("deficits"),
    ),
    "what varies is kept once": (
        "ensemble",
        "array.shape[axis] > 1 and array.strides[axis] == 0",
        "array.shape[axis] > 1",
        whole("deficits"),
    ),
    "results that are asked for are not looked for": (
        "ensemble",
        "if name not in arrays]",
        "if not name]",
        test_errors.test_an_unknown_result_is_named_with_the_nearest_and_all_there_are,
    ),
    "blocks are numbered within a part": (
        "batch",
        "(self.start + first) // BLOCK",
        "first // BLOCK",
        whole(STORE),
    ),
    "growth is lost where a number is drawn": (
        "drawn",
        "if growth is None else drawn * growth",
        "if growth is None or growth.size else drawn * growth",
        single(MOVING),
    ),
    "factors come a year late": (
        "drawn",
        "np.clip(years - self.first, 0, last)",
        "np.clip(years - self.first - 1, 0, last)",
        single(MOVING),
    ),
    "factors begin anew beyond the years": (
        "drawn",
        "np.clip(years - self.first, 0, last)",
        "(years - self.first) % (last + 1)",
        lambda _: test_processes.test_beyond_the_years_simulated_the_nearest_factor_holds(),
    ),
    "no bound holds": (
        "drawn",
        "np.clip(certain * self.factors[:, at], self.least, self.most)",
        "certain * self.factors[:, at]",
        single(DISCOUNT),
    ),
    "a level without years is not drawn": (
        "drawn",
        "certain * self.factors[:, 0], self.least",
        "certain * np.ones(len(self.factors)), self.least",
        lambda folder: test_each_sample.test_a_host_oversells_in_a_sample_what_it_would_alone(
            "a share that is a level"
        ),
    ),
    "components keep what they were read with": (
        "drawn_scenarios",
        '_DERIVED = ("parts", "is_levelled")',
        '_DERIVED = ("is_levelled",)',
        single(MOVING),
    ),
    "a phase takes what was drawn for the one before": (
        "drawn_scenarios",
        "return (*node[:at], _replaced(node[at], rest, value), *node[at + 1 :])",
        "return (_replaced(node[at], rest, value), *node[1:])",
        single("phases, weights, floors, prices and monitoring"),
    ),
    "correlations are left out": (
        "ensemble_design",
        "if self.correlation is not None:",
        "if False:",
        test_processes.test_correlated_inputs_have_the_correlation_asked_for,
    ),
    "correlated inputs are parameters of their own": (
        "ensemble_design",
        "tied = [g for g in groups if self._are_tied(at, g)]",
        "tied = []",
        test_sensitivity.test_correlated_inputs_are_one_parameter,
    ),
    "all options draw from the distribution of one": (
        "ensemble_design",
        "(own[given.path].value, self._drawn(own[given.path], unit[:, columns]))",
        "(given.value, self._drawn(given, unit[:, columns]))",
        test_levers.test_options_draw_the_same_share_from_distributions_of_their_own,
    ),
    "every option is the first": (
        "ensemble_design",
        "scenario.with_(overrides) if overrides else scenario",
        "scenario",
        test_levers.test_each_option_is_the_ensemble_of_the_scenario_with_it,
    ),
    "of options with other rules all is kept": (
        "ensemble_design",
        'differing.add("rule")',
        "pass",
        test_levers.test_options_with_other_rules_keep_what_they_have_in_common,
    ),
    "only the first wrong option is named": (
        "ensemble_design",
        "problems += [_in_option(",
        "problems = problems or [_in_option(",
        test_levers.test_every_wrong_option_is_named_and_what_is_wrong_with_it,
    ),
    "a scenario without uncertainty is simulated": (
        "ensemble_design",
        "if not found and len(options) == 1 and",
        "if False and",
        test_errors.test_a_scenario_in_which_nothing_is_uncertain_says_how_to_make_it_so,
    ),
    "credits of the host are those of Japan": (
        "outcomes",
        "by_party[:, ~_OF_JAPAN]",
        "by_party[:, _OF_JAPAN]",
        lambda _: sides_add_up(),
    ),
    "what is oversold is what may be transferred": (
        "article6_over_time",
        "np.maximum(planned - most, 0.0)",
        "np.maximum(most - planned, 0.0)",
        overselling,
    ),
    "the error of the mean is that of a sample": (
        "summaries",
        "return value, error, mean, mean_error",
        "return value, error, mean, error[0]",
        summed_up(test_summaries.test_every_quantile_and_mean_is_that_of_numpy),
    ),
    "the lowest are the highest": (
        "summaries",
        "astype(float), share, lower)",
        "astype(float), share, not lower)",
        summed_up(
            lambda found: test_summaries.test_the_expected_shortfall_is_the_mean_of_the_worst(
                0.05, True, found
            )
        ),
    ),
    "chance is the same at both ends": (
        "ensemble_sensitivity",
        "study.at(b, stream=1)",
        "study.at(b, stream=0)",
        test_sensitivity.test_leaks_at_random_explain_what_leaks_and_the_discount_nothing,
    ),
    "chance is no parameter of its own": (
        "ensemble_sensitivity",
        "study.at(a, stream=1)",
        "study.at(a, stream=0)",
        test_sensitivity.test_leaks_at_random_explain_what_leaks_and_the_discount_nothing,
    ),
    "chance is drawn anew for every input": (
        "ensemble_sensitivity",
        "f_ab = [study.at(sobol.mixed(a, b, group)) for",
        "f_ab = [study.at(sobol.mixed(a, b, group), stream=1) for",
        test_sensitivity.test_leaks_at_random_explain_what_leaks_and_the_discount_nothing,
    ),
    "a swing is that of the first year": (
        "ensemble_sensitivity",
        "found.reshape(len(found), -1)[:, -1]",
        "found.reshape(len(found), -1)[:, 0]",
        test_sensitivity.test_swings_of_a_result_by_year_are_those_of_the_last_year,
    ),
    "chance moves the swings": (
        "ensemble_sensitivity",
        "found = study.at(points, stream=None)",
        "found = study.at(points)",
        test_sensitivity.test_chance_moves_neither_a_swing_nor_a_screening,
    ),
    "every party is the first": (
        "ensemble_sensitivity",
        "if self.party not in PARTIES:",
        "if False:",
        test_sensitivity.test_what_is_known_of_each_party_needs_a_party,
    ),
    "above is below": (
        "ensemble_discovery",
        "if below is not None else outcome > above",
        "if below is not None else outcome < above",
        found_in_a_plant,
    ),
    "samples stand beside the levers of others": (
        "ensemble_discovery",
        "np.repeat(each.to_numpy().astype(str)",
        "np.resize(each.to_numpy().astype(str)",
        two_levers,
    ),
    "more is always better": (
        "ensemble_discovery",
        "larger, limit = at_least is not None,",
        "larger, limit = True,",
        lambda _: test_discovery.test_where_less_is_better_the_least_is_the_best(),
    ),
    "projects keep the order of their samples": (
        "portfolio_summaries",
        "+= array[order]",
        "+= array",
        test_portfolio_summaries.test_no_two_of_many_equal_projects_go_together,
    ),
    "all projects have one seed": (
        "portfolio_summaries",
        "zlib.crc32(scenario.name.encode())",
        "0",
        test_portfolio_summaries.test_the_variance_of_two_equal_projects_is_twice_that_of_one,
    ),
    "a project begins with the first": (
        "portfolio_summaries",
        "span = slice(own.start, own.start + scenario.calendar_years.size)",
        "span = slice(0, scenario.calendar_years.size)",
        late_and_early,
    ),
}


def sides_add_up():
    """Assert that the credits of both sides are those issued less the reserve."""
    scenario = test_levers.shipped(test_levers.CCS, {})
    found = test_levers.draw_ensemble(scenario, 16)
    both = found["total_credits_japan"] + found["total_credits_host"]
    of_parties = found["credits"].sum(axis=(-2, -1))
    assert (both == of_parties).all()
    share = found["total_credits_japan"] / of_parties
    expected = found["credits"][..., :2, :].sum(axis=(-2, -1)) / of_parties
    assert (share == expected).all()


def test_both_sides_have_all_credits_that_are_not_withheld():
    sides_add_up()


def put_in(monkeypatch, name, words, others):
    """Write other words into a module, and let all that uses it use it so."""
    module = importlib.import_module(name)
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(words) == 1, f"{words!r} stands {source.count(words)} times in {name}"
    made = types.ModuleType(name)
    exec(compile(source.replace(words, others), name, "exec"), made.__dict__)
    own = {id(value): key for key, value in vars(module).items() if _is_of(value, name)}
    for other in [m for key, m in sys.modules.items() if key.startswith(("jcm_models", "tests."))]:
        for key, value in list(vars(other).items()):
            if id(value) in own:
                monkeypatch.setattr(other, key, getattr(made, own[id(value)]))


def _is_of(value, name):
    return getattr(value, "__module__", None) == name


@pytest.fixture(autouse=True)
def imported():
    """Import all that the package gives out: it would keep a fault that comes in with it."""
    for name in jcm.__all__:
        getattr(jcm, name)


@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_fault_nothing_is_told(fault, monkeypatch, tmp_path):
    name, words, _, notices = FAULTS[fault]
    put_in(monkeypatch, f"jcm_models.{name}", words, words)
    notices(tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told(fault, monkeypatch, tmp_path):
    name, words, others, notices = FAULTS[fault]
    put_in(monkeypatch, f"jcm_models.{name}", words, others)
    with pytest.raises(TOLD):
        notices(tmp_path)
