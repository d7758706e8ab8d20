"""What the page on uncertainty says, without a browser: failures, leaks alone, levers alone."""

import re
import shutil
from html import unescape

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.ensemble_sensitivity import swing_ranges
from jcm_models.problems import ScenarioError
from jcm_models.uncertainty_page import UncertaintyPage
from jcm_models.uncertainty_sections import UNCERTAINTY_SECTIONS
from jcm_models.wording import number
from tests.conftest import ROOT

SOLAR, STORAGE, SELLING = (
    ROOT / f"scenarios/{name}_uncertainty.yaml"
    for name in ("thailand_solar", "indonesia_ccs", "mongolia_overselling")
)
SECTIONS = (*UNCERTAINTY_SECTIONS, "brush", "assumptions", "inputs", "method", "notes", "identity")


def text_of(page, *names):
    """Return the words of sections, as a reader sees them."""
    html = " ".join(page.section(name).value for name in names)
    html = re.sub(r"<style>.*?</style>", " ", html, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return re.sub(r"\s+", " ", text).replace("\xa0", " ")


def page(scenario, overrides="", samples=256):
    return UncertaintyPage(scenario, overrides, samples=samples)


@pytest.mark.parametrize("scenario", [SOLAR, STORAGE, SELLING], ids=lambda path: path.stem)
def test_no_section_shows_a_raw_name(scenario):
    shown = page(scenario)
    everything = text_of(shown, *(name for name in SECTIONS if name not in {"inputs", "identity"}))
    paths = [given.path for given in shown.scenario.inputs() if "." in given.path]
    assert not [path for path in paths if path in everything and path != "reserve.rate"]
    for raw in ("total_credits", "total_shortfall", "oversold", "nan", "None", "Traceback"):
        assert raw not in everything


def test_a_partner_that_oversells_in_every_sample_is_told():
    high = "article6.host.emissions={series: {2021: 48 MtCO2e/yr, 2030: 57.5 MtCO2e/yr}}"
    shown = page(SELLING, high)
    assert re.search(r"In 99|In 100", text_of(shown, "answer"))
    assert "the partner transfers more than leaves its own target met" in text_of(shown, "answer")
    assert "100 % of all samples miss the target" in text_of(shown, "discovery")


def test_a_failure_that_only_another_choice_brings_is_looked_into():
    low = "article6.host.emissions={series: {2021: 48 MtCO2e/yr, 2030: 50 MtCO2e/yr}}"
    some = "ensemble.levers={emissions: {low: {}, high: {article6.host.emissions: 57 MtCO2e/yr}}}"
    shown = page(SELLING, f"{low}; {some}")
    assert "transfers more than" not in text_of(shown, "answer")
    assert "Transfers beyond the partner's own target" in text_of(shown, "levers")


def test_inputs_that_move_together_are_told_as_they_were_run():
    shown = page(SOLAR)
    drawn = swing_ranges(shown.scenario)
    both = drawn["project.reference_emission_factor + project.bau_emission_factor"]
    low, high = both["project.bau_emission_factor"]
    told = text_of(shown, "one_at_a_time")
    said = [number(end, "1").replace("\xa0", " ") for end in (low, high)]
    assert f"goes from {said[0]} to {said[1]}" in told
    # Moved together, neither goes as far as its own 10 and 90 %.
    alone = np.quantile(
        jcm.simulate(shown.scenario, 1024)["project.bau_emission_factor"], [0.1, 0.9]
    )
    assert alone[0] < low < high < alone[1]


def test_where_only_leaks_are_drawn_no_section_fails():
    shown = page(ROOT / "scenarios/indonesia_ccs_reserve.yaml", samples=64)
    told = text_of(shown, *SECTIONS)
    assert "64 samples of what may leak were drawn" in told
    assert list(shown.controls_of("brushes")) == []


def test_levers_alone_are_compared(tmp_path):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    file = tmp_path / "scenarios/choices.yaml"
    file.write_text(
        "extends: thailand_floating_solar.yaml\n"
        "ensemble: {levers: {crediting.discount: [1, 0.8]}}\n"
    )
    shown = page(file)
    assert "Nothing can be said of that" in text_of(shown, "answer")
    plan, less = re.findall(r"discount factor\): (?:1|0\.8) ([\d,]+)", text_of(shown, "levers"))
    assert (plan, less) == ("28,072", "22,451")  # eleven times 2,552, and of that 80 % in tonnes


def test_the_picker_offers_whatever_is_uncertain(tmp_path):
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    spread = "{distribution: {shape: uniform, low: 0.9, high: 1}, standing: assumed}"
    (tmp_path / "scenarios/mine.yaml").write_text(
        f"extends: thailand_floating_solar.yaml\ntitle: Mine\ncrediting: {{discount: {spread}}}\n"
        f"project: {{method: displaced_electricity}}\n"
    )
    offered = page(tmp_path / "scenarios/thailand_solar_uncertainty.yaml").controls
    picker = offered.widget["scenario"]
    titles = [title for title, _ in picker.options]
    assert "Mine" in titles
    assert "5 MW floating solar power plant, Thailand" not in titles


@pytest.mark.parametrize("samples", [0, 1, 1000])
def test_a_number_of_samples_that_is_no_power_of_two_is_refused(samples):
    with pytest.raises(ScenarioError, match=f"found {samples}; a power of two is needed"):
        page(SOLAR, samples=samples)


def test_a_result_by_country_has_no_sensitivity():
    scenario = jcm.load_scenario(SELLING)
    with pytest.raises(ScenarioError, match="known by country, year; name a result over the year"):
        jcm.sensitivity(scenario, "corresponding_adjustment", samples=64)


def test_a_misspelt_correlation_is_found_even_beside_a_lever():
    wrong = {
        "ensemble.levers": {"plant": {"a": {}, "b": {"project.electricity_supplied": 8000}}},
        "ensemble.correlations": [
            {"between": ["project.electricity_supplied", "crediting.discoun"], "value": 0.5}
        ],
    }
    with pytest.raises(ScenarioError, match=r"did you mean crediting\.discount"):
        jcm.simulate(jcm.load_scenario(SOLAR, wrong), 64)


def test_the_mean_settles_as_samples_are_added():
    ensemble = jcm.simulate(jcm.load_scenario(SOLAR), 1024)
    found = jcm.convergence(ensemble, "total_credits")
    assert found["samples"].to_numpy().tolist() == [16, 32, 64, 128, 256, 512, 1024]
    np.testing.assert_allclose(found["mean"][-1], ensemble["total_credits"].mean("sample"))
    assert (found["mean_error"].diff("samples") < 0).all()
