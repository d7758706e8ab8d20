"""The page of a notebook, without a browser: widgets are set, sections are read."""

import pytest

import jcm_models as jcm
from jcm_models.controls import Slider
from jcm_models.documents import parse_overrides
from tests.conftest import ROOT


@pytest.fixture
def view(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    return jcm.View("thailand_floating_solar")


def slider(view, path):
    return view.controls.widget[path]


def test_every_section_shows_itself_as_widget_and_as_html(view):
    names = "question key_figures emissions split by_year inputs method notes identity"
    for name in names.split():
        bundle = getattr(view, name)._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["text/html"].strip()


def test_the_style_sheet_comes_once_with_the_first_section(view):
    assert "<style>" in view.split.value
    assert "<style>" not in view.question.value


def test_controls_leave_no_trace_in_a_report(view):
    assert view.controls._repr_mimebundle_()["text/html"] == ""


def test_moving_a_slider_moves_every_section_and_the_dataset(view):
    before = {name: getattr(view, name).value for name in ("key_figures", "emissions", "by_year")}
    slider(view, "project.electricity_supplied").value = 9000.0
    for name, text in before.items():
        assert getattr(view, name).value != text
    assert view.dataset["reference_emissions"].values[0] == pytest.approx(9000 * 0.319)
    assert "2,871" in view.by_year.value


def test_the_page_shows_what_simulate_gives_for_the_same_inputs(view):
    slider(view, "project.reference_emission_factor").value = 0.4
    scenario = jcm.load_scenario("thailand_floating_solar")
    again = jcm.simulate(scenario.with_({"project.reference_emission_factor": 0.4}))
    assert view.dataset.drop_attrs().identical(again.drop_attrs())


def test_values_that_do_not_fit_are_explained_and_the_last_picture_is_kept(view):
    picture = view.emissions.value
    message = view.controls.widget.message
    slider(view, "project.bau_emission_factor").value = 0.28
    assert "The reference lies above BaU in 2020" in message.value
    assert "The last good picture is kept" in message.value
    assert view.emissions.value == picture
    slider(view, "project.bau_emission_factor").value = 0.6
    assert "lies above" not in message.value
    assert view.emissions.value != picture


def test_reset_returns_to_the_values_of_the_scenario(view):
    picture = view.emissions.value
    slider(view, "project.electricity_supplied").value = 9000.0
    assert view.emissions.value != picture
    slider(view, "reset").click()
    assert view.emissions.value == picture
    assert slider(view, "project.electricity_supplied").value == 8000


def test_the_picker_offers_the_scenarios_beside_and_loads_one(view):
    picker = view.controls.widget["scenario"]
    offered = [title for title, _ in picker.options]
    assert len(offered) == len(list((ROOT / "scenarios").glob("*.yaml")))
    assert offered == sorted(offered)
    assert "5 MW floating solar power plant, Thailand" in offered
    _ = view.question
    picker.value = "mongolia_darkhan_solar"
    assert "Darkhan" in view.question.value
    assert slider(view, "project.electricity_supplied").value == 14182


def test_a_moved_value_is_marked_assumed_and_keeps_no_source(view):
    slider(view, "project.electricity_supplied").value = 9000.0
    (moved,) = [g for g in view.scenario.inputs() if g.path == "project.electricity_supplied"]
    assert moved.value.standing == "assumed"
    assert moved.value.source is None


def test_every_slider_can_return_to_its_value_by_whole_steps(view):
    found = [each for each in view.controls_of("controls") if isinstance(each, Slider)]
    assert len(found) == 4
    for each in found:
        steps = (each.given - each.low) / each.step
        assert steps == pytest.approx(round(steps), abs=1e-6)
        assert each.low <= each.value <= each.high


def test_overrides_in_words_are_read(monkeypatch):
    assert parse_overrides("crediting.discount=0.95; reserve.rate=3 %") == {
        "crediting.discount": 0.95,
        "reserve.rate": "3 %",
    }
    with pytest.raises(jcm.ScenarioError, match="write it as key=value"):
        parse_overrides("crediting.discount")


def test_a_wrong_scenario_shows_its_problems_and_no_traceback_in_a_notebook(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("title: x\n")
    with pytest.raises(jcm.ScenarioError) as error:
        jcm.View(wrong)
    (shown,) = error.value._render_traceback_()
    assert "question: missing" in shown
    assert "File" not in shown


def test_text_of_a_scenario_cannot_become_markup(tmp_path):
    text = (ROOT / "scenarios/thailand_floating_solar.yaml").read_text()
    evil = text.replace("en: 5 MW floating", "en: <script>alert(1)</script> floating")
    evil = evil.replace("Generation is taken", "<img src=x onerror=alert(1)> Generation is taken")
    evil = evil.replace("base/", f"{ROOT}/scenarios/base/")
    (tmp_path / "evil.yaml").write_text(evil)
    view = jcm.View(tmp_path / "evil.yaml")
    for section in (view.question, view.notes, view.inputs, view.emissions):
        assert "<script>alert" not in section.value
        assert "<img" not in section.value


def test_a_project_that_emits_more_than_the_reference_is_said_to(monkeypatch):
    monkeypatch.chdir(ROOT)
    view = jcm.View("thailand_floating_solar", "project.stated_project_emissions=9000")
    assert "emits 70,928 tCO₂e more than the reference; no credits" in view.question.value
    assert "further" not in view.question.value
    assert "%" not in view.key_figures.value


def test_each_equation_has_its_own_source(view):
    sources = {name: view.dataset[name].attrs["source"] for name in view.dataset.data_vars}
    assert "AC output" in sources["reference_emissions"]
    assert sources["project_emissions"] == "As stated in the project's documents"
    assert sources["bau_emissions"] == ""


def test_simulate_says_what_it_needs():
    with pytest.raises(TypeError, match="a Scenario is needed, such as load_scenario returns"):
        jcm.simulate("thailand_floating_solar")
