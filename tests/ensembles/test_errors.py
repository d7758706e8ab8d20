"""What cannot be simulated in samples says why, with both sides and the way out."""

import re

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble import EnsembleWork, draw_ensemble
from jcm_models.method_catalogue import _defined_here
from jcm_models.problems import ScenarioError
from jcm_models.steps import IdentityError
from tests.ensembles.scenarios import BAU_FACTOR, FACTOR, SUPPLIED, tiny, uniform, usual
from tests.examples import TINY, changed, lines, load, write
from tests.test_own_method import SCENARIO as COOL_ROOFS

SOME = {SUPPLIED: uniform(7000, 9000)}


@pytest.fixture
def own_method():
    """Define a method of one's own, and forget it afterwards."""

    def define(function):
        named = jcm.units(area="m2", saving="MWh/m2/yr", factor="tCO2e/MWh", returns="tCO2e/yr")
        return jcm.method(title="Cool roofs")(named(function))

    yield define
    _defined_here.clear()


def test_a_scenario_in_which_nothing_is_uncertain_says_how_to_make_it_so(tmp_path):
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(tiny(tmp_path), 16)
    (problem,) = caught.value.problems
    assert "nothing is uncertain: give a number a distribution" in str(problem)
    assert "{distribution: {shape: triangular, low: 0.5, mode: 0.6, high: 0.7}}" in str(problem)
    assert "scenario.yaml" in str(problem)


@pytest.mark.parametrize("way", [jcm.sensitivity, jcm.swings, jcm.screening])
def test_no_way_of_sensitivity_answers_where_nothing_is_uncertain(way, tmp_path):
    with pytest.raises(ScenarioError, match="nothing is uncertain"):
        way(tiny(tmp_path), "total_credits")


def test_what_the_words_advise_makes_an_ensemble(tmp_path):
    advice = {"shape": "triangular", "low": 0.5, "mode": 0.6, "high": 0.7}
    found = jcm.simulate(tiny(tmp_path, **{FACTOR: {"distribution": advice}}), 16)
    assert found.total_credits.std() > 0


def test_an_unknown_result_is_named_with_the_nearest_and_all_there_are(tmp_path):
    scenario = tiny(tmp_path, **SOME)
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(scenario, 16, variables=["credit_issued", "total_credits", "bau_emissions"])
    first, second = map(str, caught.value.problems)
    assert "did you mean credits_issued?" in first
    assert second.startswith("bau_emissions: the scenario has no result of this name")
    assert "total_credits" in first.split("it has ")[1].split(", ")


def test_a_reference_above_bau_says_in_how_many_samples_and_the_way_out(tmp_path):
    changes = {SUPPLIED: 8000, BAU_FACTOR: uniform(0.30, 0.40), FACTOR: 0.319}
    text = changed(TINY, changes)
    scenario = jcm.load_scenario(write(tmp_path, text))  # at its means it is sound
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(scenario, 1024)
    (problem,) = caught.value.problems
    message = str(problem)
    assert f"scenario.yaml:{lines(text)[FACTOR]}: {FACTOR}: " in message
    counted = re.search(r"in (\d+) of 1,024 samples the reference lies above BaU", message)
    assert int(counted[1]) == pytest.approx(1024 * 0.19, abs=1)  # of Sobol points
    bau, reference = re.search(r"([\d,]+) against ([\d,]+) tCO2e/yr", message)[2], "2,552"
    assert reference in message
    assert 2400 <= int(bau.replace(",", "")) < 2552
    assert "narrow what is uncertain, or write reference.above_bau: lowered" in message
    lowered = jcm.simulate(scenario.with_({"reference.above_bau": "lowered"}), 1024)
    assert (lowered.reference_emissions <= lowered.bau_emissions).all()
    share = float((lowered.total_reductions < 5 * 2552 - 0.001).mean())
    assert share == pytest.approx(0.19, abs=0.002)


def test_every_option_of_a_lever_is_judged(tmp_path):
    levers = {FACTOR: [0.3, 0.39]}
    scenario = tiny(tmp_path, **{BAU_FACTOR: uniform(0.35, 0.4), "ensemble.levers": levers})
    with pytest.raises(ScenarioError, match="the reference lies above BaU"):
        jcm.simulate(scenario, 64)


AGREED = {year: {"japan_government": 2552} for year in range(2020, 2025)}


def test_agreed_tonnes_do_not_go_with_an_uncertain_outcome(tmp_path):
    changes = {"allocation": {"agreed": AGREED}, SUPPLIED: uniform(7900, 8100)}
    scenario = tiny(tmp_path, **changes)
    with pytest.raises(ScenarioError) as caught:
        jcm.simulate(scenario, 16)
    (problem,) = caught.value.problems
    assert problem.path == "allocation.agreed"
    assert "what is issued differs from sample to sample; give shares" in problem.message
    assert problem.place is not None


def test_agreed_tonnes_go_with_what_does_not_move_the_outcome(tmp_path):
    changes = {"allocation": {"agreed": AGREED}, BAU_FACTOR: uniform(0.5, 0.6)}
    found = jcm.simulate(tiny(tmp_path, **changes), 16)
    assert (found.credits.sel(party="japan_government") == 2552).all()
    assert len(np.unique(found.total_unissued)) == 16


@pytest.mark.parametrize("samples", [0, -8])
def test_no_sample_at_all_is_refused(samples, tmp_path):
    with pytest.raises(ValueError, match=f"{samples} samples; at least 1 is needed"):
        jcm.simulate(tiny(tmp_path, **SOME), samples)


def test_a_grid_that_is_no_power_names_those_that_are(tmp_path):
    scenario = tiny(tmp_path, **SOME, **{FACTOR: uniform(0.3, 0.4)})
    with pytest.raises(ValueError, match=r"100 \(10 for each\) do") as caught:
        jcm.simulate(scenario, 90, sampling="grid")
    assert "90 samples make no full grid over 2 inputs; 81 (9 for each) or 100" in str(caught.value)
    assert jcm.simulate(scenario, 81, sampling="grid").sizes["sample"] == 81


def test_an_unknown_way_of_sampling_names_those_there_are(tmp_path):
    with pytest.raises(
        ValueError, match="no method of sampling is called 'sobel'; there are sobol"
    ):
        jcm.simulate(tiny(tmp_path, **SOME), 16, sampling="sobel")


def test_samples_beyond_the_ensemble_are_refused(tmp_path):
    with pytest.raises(ValueError, match="samples 0 to 32 of 16; there are none such"):
        EnsembleWork(tiny(tmp_path, **SOME), 16)(0, 32)


def test_a_method_that_adds_up_its_samples_is_refused(own_method, tmp_path):
    @own_method
    def cool_roofs(area, saving, factor):
        total = np.atleast_2d(area * saving * factor).sum(axis=0)
        return jcm.Emissions(bau=None, reference=total)

    changes = {"project.area": uniform(90_000, 110_000), "project.saving": 0.012}
    text = COOL_ROOFS.replace("electricity_emission_factor", "factor")
    scenario = load(tmp_path, text, changes)
    with pytest.raises(IdentityError) as caught:
        draw_ensemble(scenario, 16)
    told = str(caught.value)
    assert "method cool_roofs: reference emissions have shape (3,)" in told
    assert "for each of 16 samples (or one for all) and 3 years, the last axis" in told


def test_a_method_that_is_not_finite_in_one_sample_is_refused(own_method, tmp_path):
    @own_method
    def cool_roofs(area, saving, factor):
        # With the mean of the area all is well.
        large = np.where(area > 109_000, np.inf, 1.0)
        return jcm.Emissions(bau=None, reference=area * saving * factor * large)

    changes = {"project.area": uniform(90_000, 110_000), "project.saving": 0.012}
    text = COOL_ROOFS.replace("electricity_emission_factor", "factor")
    with pytest.raises(IdentityError, match="are not finite"):
        draw_ensemble(load(tmp_path, text, changes), 64)


def test_the_identity_is_asserted_in_every_sample(tmp_path, monkeypatch):
    from jcm_models import identities

    scenario = usual(tmp_path, **SOME)
    parts = identities._parts

    def loses_a_tonne(known):
        for name, part in parts(known):
            lost = np.zeros(np.shape(part))
            if name == "parties":
                lost[37, 2] = 1
            yield name, part - lost

    monkeypatch.setattr(identities, "_parts", loses_a_tonne)
    with pytest.raises(IdentityError, match=r"in 2022 the project saves .* convention K7"):
        draw_ensemble(scenario, 64)
