"""An ensemble on the screen: what it comes to, where its spread comes from, samples to brush."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from jcm_models.controls import Action, Control, Span
from jcm_models.downloads import Download
from jcm_models.input_sections import assumptions, inputs
from jcm_models.method_sections import method
from jcm_models.offered_scenarios import scenarios_beside
from jcm_models.page_sections import Section
from jcm_models.problems import Problem, ScenarioError
from jcm_models.results import Results
from jcm_models.scenario_pages import ScenarioPage
from jcm_models.section_pages import Controls
from jcm_models.sections import identity, notes
from jcm_models.uncertainty_brush import brush_axes, brushed
from jcm_models.uncertainty_downloads import sample_files
from jcm_models.uncertainty_overview import by_year, key_figures
from jcm_models.uncertainty_sections import UNCERTAINTY_SECTIONS, without_uncertainty
from jcm_models.uncertainty_study import UncertaintyStudy
from jcm_models.wording import number, rounded

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["UncertaintyPage"]

_STEPS = 100
_DIGITS = 4
_BRUSH = "brushes "  # its group
_BRUSH_RESET = "brushes"
_OF_THE_PLAN = {"workbook", "csv", "netcdf"}
_MOVED = ("project.", "crediting.", "reserve.rate")


class UncertaintyPage(ScenarioPage):
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

    groups = ("controls", "brushes")
    shares_link_with: ClassVar[tuple[str, ...]] = ("uncertainty",)
    takes_files = True

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
        self._samples, self._seed = samples, seed
        self._limits: dict[str, tuple[float, float]] = {}
        super().__init__(scenario, overrides, lang, moves=_MOVED)

    def _compute(self) -> None:
        super()._compute()
        self._study = self._studied(self._moved.results)
        if self._limits:
            spans = self._spans
            self._limits = {key: pair for key, pair in self._limits.items() if key in spans}

    def _offered(self) -> Mapping[str, tuple[str, Path]]:
        return scenarios_beside(self._file, self.words.language, uncertain=True)

    def _studied(self, plan: Results) -> UncertaintyStudy:
        study = UncertaintyStudy(plan.scenario, self._samples, self._seed, self.words, plan)
        if study.is_uncertain:
            _ = study.ensemble  # whatever is wrong is told now
        return study

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
    def key_figures(self) -> Section:
        """The cards: credits, the plan, what fails."""
        return self.section("key_figures")

    @property
    def by_year(self) -> Section:
        """The credits of each year."""
        return self.section("by_year")

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
            return brushed(self._study, self._brushed()) if self._study.drawn else ""
        if name in _AT_A_GLANCE:
            return _AT_A_GLANCE[name](self._study)
        if name in UNCERTAINTY_SECTIONS:
            return UNCERTAINTY_SECTIONS[name](self._study)
        return str(_AT_THE_MEANS[name](self._study.middle, self.words))

    def strip(self) -> str:
        """Return the first cards, which stay in sight while something is moved."""
        return key_figures(self._study, "strip.html") if self._study.is_uncertain else ""

    def files(self) -> Mapping[str, tuple[str, Callable[[], Download]]]:
        """Return the files of the samples; those of the plan are offered beside."""
        return sample_files(self, self._study)

    def name_of_file(self, kind: str) -> str:
        """Return what a file is called: the usual ones hold the plan."""
        name = super().name_of_file(kind)
        if kind not in _OF_THE_PLAN or not self._study.is_uncertain:
            return name
        return self.words("text.labelled", name=self.words("uncertainty.plan"), text=name)

    @property
    def brushes(self) -> Controls:
        """A slider with two ends for each axis; a report shows nothing in their place."""
        return self.controls_in("brushes")

    def controls_of(self, group: str) -> Sequence[Control]:
        """Return the picker and the sliders, or the brushes."""
        if group != "brushes":
            return super().controls_of(group)
        if not self._spans:
            return ()
        reset = Action(_BRUSH_RESET, self.words("uncertainty.brush_reset"))
        return (*self._spans.values(), reset)

    def heading_of(self, group: str) -> str:
        """Return what a group of controls is called."""
        return self.words("uncertainty.brush") if group == "brushes" else super().heading_of(group)

    @property
    def _spans(self) -> dict[str, Span]:
        """The brushes as they stand, by key."""
        if not self._study.is_uncertain or not self._study.drawn:
            return {}
        found = {}
        for path, (name, unit, values) in brush_axes(self._study).items():
            low, high = float(np.min(values)), float(np.max(values))
            if low != high:
                said = self.words.unit(unit)
                allowed = self.words(
                    "controls.range",
                    least=number(rounded(low, _DIGITS), unit),
                    most=number(rounded(high, _DIGITS), unit),
                    unit=f" {said}" if said else "",
                )
                key = f"{_BRUSH}{path}"
                ends = self._limits.get(key, (low, high))
                step = (high - low) / _STEPS
                found[key] = Span(key, name, *ends, low, high, step, allowed)
        return found

    def _set(self, key: str, value: object) -> None:
        if key == _BRUSH_RESET:
            self._limits.clear()
        elif key.startswith(_BRUSH) and key in self._spans:
            self._set_brush(self._spans[key], value)
        else:
            super()._set(key, value)

    def _set_brush(self, span: Span, value: object) -> None:
        """Note a range; the ends hold every sample there is."""
        given = value if isinstance(value, list) else []
        ends = [float(end) for end in given if isinstance(end, int | float) and math.isfinite(end)]
        if len(given) != 2 or len(ends) != 2:
            raise ScenarioError([Problem(span.key, "a range of two numbers is needed")])
        slack = span.step / 2
        low = span.least if ends[0] <= span.least + slack else ends[0]
        high = span.most if ends[1] >= span.most - slack else ends[1]
        if (low, high) == (span.least, span.most):
            self._limits.pop(span.key, None)
        else:
            self._limits[span.key] = (low, high)

    def _brushed(self) -> Mapping[str, tuple[float, float]]:
        return {key.removeprefix(_BRUSH): ends for key, ends in self._limits.items()}


_AT_A_GLANCE: Mapping[str, Callable[[UncertaintyStudy], str]] = {
    "key_figures": key_figures,
    "by_year": by_year,
}
_AT_THE_MEANS: Mapping[str, Any] = {
    "assumptions": assumptions,
    "inputs": inputs,
    "method": method,
    "notes": notes,
    "identity": identity,
}
