"""An ensemble on the screen: what it comes to, where its spread comes from, samples to brush."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from jcm_models.documents import parse_overrides, read
from jcm_models.input_sections import assumptions, inputs
from jcm_models.method_sections import method
from jcm_models.pieces import render
from jcm_models.problems import Problem, ScenarioError
from jcm_models.reading import find_file
from jcm_models.scenario import Scenario
from jcm_models.section_pages import Controls, Section, SectionPage
from jcm_models.sections import identity, notes
from jcm_models.simulation import load_scenario
from jcm_models.sliders import named
from jcm_models.uncertain_inputs import uncertain_inputs
from jcm_models.uncertainty_brush import brush_axes, brushed
from jcm_models.uncertainty_sections import UNCERTAINTY_SECTIONS, without_uncertainty
from jcm_models.uncertainty_study import UncertaintyStudy
from jcm_models.view import asked_for, scenarios_beside, words_in
from jcm_models.wording import number, rounded

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["UncertaintyPage"]

_STEPS = 100
_DIGITS = 4


class UncertaintyPage(SectionPage):
    """An ensemble on the screen.

    Parameters
    ----------
    scenario : str or Path
        A scenario file, or the name of one in ``scenarios/``.
    overrides : str
        Changes, such as ``"crediting.discount=0.95; reserve.rate=0.03"``.
    lang : str
        Language of the page.
    samples, seed : int
        How many samples, a power of two, and where chance starts.

    Raises
    ------
    ScenarioError
        With every problem there is, or if nothing is uncertain.
    """

    def __init__(
        self,
        scenario: str | Path,
        overrides: str = "",
        lang: str = "en",
        samples: int = 1024,
        seed: int = 1,
    ) -> None:
        if samples < 2 or samples & (samples - 1):
            text = f"found {samples}; a power of two is needed, such as 1024"
            raise ScenarioError([Problem("samples", text)])
        super().__init__()
        self.words = words_in(lang)
        file = find_file(scenario)
        self._choices = _with_uncertainty(scenarios_beside(file, lang))
        file = asked_for(self._choices) or file
        self._samples, self._seed = samples, seed
        self._brushes: dict[str, widgets.FloatRangeSlider] = {}
        self._study = self._of(load_scenario(file, parse_overrides(overrides)))

    def _of(self, scenario: Scenario) -> UncertaintyStudy:
        study = UncertaintyStudy(scenario, self._samples, self._seed, self.words)
        if study.is_uncertain:
            _ = study.ensemble  # whatever is wrong is told now
        return study

    @property
    def scenario(self) -> Scenario:
        """The scenario that is shown."""
        return self._study.scenario

    @property
    def is_uncertain(self) -> bool:
        """Whether anything in the scenario is drawn."""
        return self._study.is_uncertain

    @property
    def dataset(self) -> xr.Dataset:
        """The samples that are shown, as an xarray Dataset."""
        return self._study.ensemble.to_dataset()

    @property
    def answer(self) -> Section:
        """Title, question and what the samples say."""
        return self.section("answer")

    @property
    def over_time(self) -> Section:
        """Fans over the years."""
        return self.section("over_time")

    @property
    def outcomes(self) -> Section:
        """The table of sums over all years."""
        return self.section("outcomes")

    @property
    def influence(self) -> Section:
        """Where the spread comes from, year by year."""
        return self.section("influence")

    @property
    def one_at_a_time(self) -> Section:
        """The tornado."""
        return self.section("one_at_a_time")

    @property
    def discovery(self) -> Section:
        """Which ranges of inputs lead to a bad outcome."""
        return self.section("discovery")

    @property
    def levers(self) -> Section:
        """How the choices compare."""
        return self.section("levers")

    @property
    def convergence(self) -> Section:
        """Whether there are enough samples."""
        return self.section("convergence")

    @property
    def brush(self) -> Section:
        """The samples, of which sliders choose."""
        return self.section("brush")

    def _html(self, name: str) -> str:
        if name not in (*_AT_THE_MEANS, "levers") and not self._study.is_uncertain:
            return without_uncertainty(self._study) if name == "answer" else ""
        if name == "brush":
            return brushed(self._study, self._limits()) if self._study.drawn else ""
        if name in UNCERTAINTY_SECTIONS:
            return UNCERTAINTY_SECTIONS[name](self._study)
        return str(_AT_THE_MEANS[name](self._study.middle, self.words))

    @functools.cached_property
    def controls(self) -> Controls:
        """The scenario picker; a report shows nothing in its place."""
        own = self.scenario.name
        picker = widgets.Dropdown(
            options=[(title, name) for name, (title, _) in self._choices.items()],
            value=own if own in self._choices else None,
            layout=widgets.Layout(width="auto"),
        )
        picker.observe(lambda change: self._pick(change["new"]), "value")
        self._message = widgets.HTML()
        box = named(self.words("controls.scenario"), "", picker)
        controls = Controls([box, self._message])
        controls.add_class("jcm-controls")
        return controls

    @functools.cached_property
    def brushes(self) -> Controls:
        """A slider with two ends for each axis; a report shows nothing in their place."""
        self._grid = widgets.Box(tuple(self._brush_boxes()))
        self._grid.add_class("jcm-sliders")
        reset = widgets.Button(description=self.words("uncertainty.brush_reset"))
        reset.on_click(lambda _: self._reset())
        reset.add_class("jcm-reset")
        text = render("label.html", self.words, label=self.words("uncertainty.brush"), allowed="")
        head = widgets.HTML(text, layout=widgets.Layout(margin="0 0 0.5rem"))
        controls = Controls([head, self._grid, reset])
        controls.add_class("jcm-controls")
        return controls

    def _brush_boxes(self) -> Iterator[widgets.VBox]:
        self._brushes.clear()
        if not self._study.is_uncertain or not self._study.drawn:
            return
        for key, (name, unit, values) in brush_axes(self._study).items():
            low, high = float(np.min(values)), float(np.max(values))
            if low == high:
                continue
            slider = widgets.FloatRangeSlider(
                value=(low, high),
                min=low,
                max=high,
                step=(high - low) / _STEPS,
                readout=False,
                continuous_update=False,
                layout=widgets.Layout(width="auto"),
            )
            slider.observe(lambda _: self._redraw("brush"), "value")
            self._brushes[key] = slider
            said = self.words.unit(unit)
            tail = f" {said}" if said else ""
            allowed = self.words(
                "controls.range",
                least=number(rounded(low, _DIGITS), unit),
                most=number(rounded(high, _DIGITS), unit),
                unit=tail,
            )
            yield named(name, allowed, slider)

    def _limits(self) -> Mapping[str, tuple[float, float]]:
        """Return the ranges of the sliders that were moved; the ends hold every sample there is."""
        moved = {}
        for key, slider in self._brushes.items():
            low, high = slider.value
            slack = slider.step / 2
            if low > slider.min + slack or high < slider.max - slack:
                at_the_end = high >= slider.max - slack
                least = slider.min if low <= slider.min + slack else low
                moved[key] = (least, slider.max if at_the_end else high)
        return moved

    def _reset(self) -> None:
        for slider in self._brushes.values():
            slider.value = (slider.min, slider.max)

    def _redraw(self, name: str) -> None:
        if name in self._sections:
            self._fill(name)

    def _pick(self, name: str) -> None:
        if name not in self._choices:
            return
        try:
            self._study = self._of(load_scenario(self._choices[name][1]))
        except ScenarioError as error:  # the file was changed since it was offered
            self._message.value = render(
                "message.html", self.words, messages=[each.message for each in error.problems]
            )
            return
        self._message.value = ""
        if "brushes" in self.__dict__:
            self._grid.children = tuple(self._brush_boxes())
        self._refill()


_AT_THE_MEANS: Mapping[str, Any] = {
    "assumptions": assumptions,
    "inputs": inputs,
    "method": method,
    "notes": notes,
    "identity": identity,
}


def _with_uncertainty(choices: Mapping[str, tuple[str, Path]]) -> Mapping[str, tuple[str, Path]]:
    """Return the scenarios in which something is uncertain."""
    return {
        name: (title, file)
        for name, (title, file) in choices.items()
        if "ensemble" in read(file).data or _is_uncertain(file)
    }


def _is_uncertain(file: Path) -> bool:
    text = str(read(file).data)
    if "'distribution'" not in text and "'uncertainty'" not in text:
        return False
    try:
        return bool(uncertain_inputs(load_scenario(file)))
    except ScenarioError:
        return False
