"""What the page on uncertainty shows, computed once: samples, influences, boxes, levers."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jcm_models.components import Input
from jcm_models.ensemble import Ensemble, draw_ensemble, drawn_once
from jcm_models.ensemble_discovery import Discovery, discover_among
from jcm_models.ensemble_sensitivity import CHANCE, sobol_indices, swings
from jcm_models.input_sections import component_titles, input_label
from jcm_models.outcomes import outcomes_of
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.sensitivity_analysis.sobol import SobolIndices
from jcm_models.sensitivity_analysis.tornado import Tornado
from jcm_models.simulation import compute
from jcm_models.uncertain_inputs import DRAWN_BY_SITE, uncertain_inputs
from jcm_models.variables import outcome_variables
from jcm_models.wording import Words

__all__ = ["UncertaintyStudy"]

Array = NDArray[np.float64]

OUTCOME = "total_credits"
_FAILURES = ("total_shortfall", "oversold")
_STORED = ("reserve_balance", "co2_leaked")
_NONE = np.zeros(1)
_MOST_OF_EACH = 1024  # samples for each input of the sensitivity: enough to tell them apart


@dataclass(frozen=True, eq=False)
class UncertaintyStudy:
    """An ensemble of a scenario, and what is asked of it.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    samples, seed : int
        How many samples, a power of two, and where chance starts.
    words : Words
        The words of a language.
    plan : Results, optional
        What the scenario comes to at its means, where it is known already.
    """

    scenario: Scenario
    samples: int
    seed: int
    words: Words
    plan: Results | None = None

    @functools.cached_property
    def is_uncertain(self) -> bool:
        """Whether anything is drawn; levers alone are no samples."""
        drawn = any(given.path not in DRAWN_BY_SITE for given in uncertain_inputs(self.scenario))
        return drawn or self.scenario.storage.can_leak

    @functools.cached_property
    def ensemble(self) -> Ensemble:
        """The samples, with the levers as the scenario has them."""
        return draw_ensemble(self.scenario, self.samples, self.seed, with_levers=False)

    @functools.cached_property
    def middle(self) -> Results:
        """The scenario with every number at its mean: the plan that the samples are held to."""
        return compute(self.scenario) if self.plan is None else self.plan

    @functools.cached_property
    def planned(self) -> Mapping[str, float]:
        """What the plan comes to over all years, by outcome [tCO2e]."""
        arrays = {name: array[np.newaxis] for name, array in self.middle.items()}
        return {name: float(each[0]) for name, each in outcomes_of(self.scenario, arrays).items()}

    @property
    def outcomes(self) -> Mapping[str, Array]:
        """What the samples come to over all years, by outcome [tCO2e]; of none drawn, the plan."""
        if not self.is_uncertain:
            return {name: np.array([value]) for name, value in self.planned.items()}
        known = outcome_variables()
        return {name: array for name, array in self.ensemble.items() if name in known}

    @functools.cached_property
    def stored(self) -> tuple[str, ...]:
        """The results on the reserve and on leaks of which some sample has anything."""
        return tuple(n for n in _STORED if n in self.ensemble and self.ensemble[n].any())

    def figure(self, place: int) -> int:
        """Return the number of a figure that stands behind those over time."""
        return place + bool(self.stored)

    @functools.cached_property
    def labels(self) -> Mapping[str, str]:
        """What people call each uncertain input, by its path; no two alike."""
        titles = component_titles(self.scenario, self.words)
        inputs = self.ensemble.inputs
        found = {path: input_label(given, self.words, titles) for path, given in inputs.items()}
        names = list(found.values())
        return {
            path: f"{name} ({path})" if names.count(name) > 1 else name
            for path, name in found.items()
        }

    @property
    def drawn(self) -> dict[str, Array]:
        """What was drawn, by the path of the input: the number, or the mean factor of all years."""
        return {path: drawn_once(array) for path, array in self.ensemble.drawn.items()}

    def unit_of(self, path: str) -> str:
        """Return the unit of what was drawn: of a factor none."""
        given: Input = self.ensemble.inputs[path]
        return "1" if given.value.process else given.variable.unit

    def name_of(self, parameter: str) -> str:
        """Return what people call a parameter of the sensitivity: an input, several, or chance."""
        if parameter == CHANCE:
            return self.words("uncertainty.chance")
        gap = self.words("uncertainty.together")
        return gap.join(self.labels[path] for path in parameter.split(" + "))

    @property
    def samples_of_each(self) -> int:
        """Samples for each input of the sensitivity, a power of two."""
        return min(self.samples, _MOST_OF_EACH)

    @functools.cached_property
    def indices(self) -> SobolIndices:
        """How much of the variance of the credits of each year each input accounts for."""
        return sobol_indices(
            self.scenario, "credits_issued", samples=self.samples_of_each, seed=self.seed
        )

    @functools.cached_property
    def tornado(self) -> Tornado:
        """What the outcome to look into comes to with one input low or high."""
        return swings(self.scenario, self.bad[0])

    @functools.cached_property
    def failures(self) -> Mapping[str, Array]:
        """The outcomes that nobody wants, of which some sample has anything [tCO2e]."""
        return {n: self.outcomes[n] for n in _FAILURES if self.outcomes.get(n, _NONE).any()}

    @functools.cached_property
    def bad(self) -> tuple[str, float, bool]:
        """The outcome to look into, its limit, and whether it is bad below.

        A reserve that fails or a partner that oversells comes first, in some samples rather than
        in all, or with another choice of the levers; else credits below the plan.
        """
        some = [name for name, array in self.failures.items() if not (array > 0).all()]
        for name in itertools.chain(some, self.failures, self._failures_of_levers()):
            return name, 0.0, False
        return OUTCOME, self.planned[OUTCOME], True

    def _failures_of_levers(self) -> Iterator[str]:
        """Yield what fails with another choice; only who asks has all of them simulated."""
        chosen: Mapping[str, Array] = self.levers or {}
        for name in _FAILURES:
            if name in chosen and chosen[name].any():
                yield name

    @property
    def is_bad(self) -> NDArray[np.bool_]:
        """Which samples are bad."""
        name, limit, below = self.bad
        array = self.outcomes[name]
        return array < limit if below else array > limit

    @functools.cached_property
    def discovery(self) -> Discovery | None:
        """Which ranges of inputs lead there; None where all samples are good, or all are bad."""
        if not self.drawn or self.is_bad.all() or not self.is_bad.any():
            return None
        name, limit, below = self.bad
        row = outcome_variables()[name]
        return discover_among(
            self.drawn,
            self.outcomes[name],
            (self.words.label(row), row.unit),
            {path: (self.labels[path], self.unit_of(path)) for path in self.drawn},
            below=limit if below else None,
            above=None if below else limit,
            words=self.words,
        )

    @functools.cached_property
    def levers(self) -> Ensemble | None:
        """All combinations of the levers in the same samples; None where there are none."""
        if not self.scenario.ensemble.levers:
            return None
        return draw_ensemble(self.scenario, self.samples, self.seed)
