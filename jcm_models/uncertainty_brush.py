"""The samples of an ensemble, of which ranges of inputs and outcomes choose some."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from jcm_models.figures import parallel_figure, scatter_figure
from jcm_models.study_pieces import page
from jcm_models.uncertainty_study import OUTCOME, UncertaintyStudy
from jcm_models.variables import outcome_variables
from jcm_models.wording import number

__all__ = ["brush_axes", "brushed"]

Array = NDArray[np.float64]

_MOST_AXES = 7


def brushed(study: UncertaintyStudy, limits: Mapping[str, tuple[float, float]]) -> str:
    """Return the samples within some limits, as lines through axes and as dots.

    Parameters
    ----------
    study : UncertaintyStudy
        The samples.
    limits : mapping of str to (float, float)
        By the path of an input, or the name of an outcome: from where to where.
    """
    words = study.words
    inputs, results, units, name_of = _axes(study)
    ends = {name_of[key]: pair for key, pair in limits.items()}
    good = ~study.is_bad
    parallel = parallel_figure(inputs, results, words, units=units, limits=ends, good=good)
    along = name_of[study.bad[0]]
    across = max(inputs, key=lambda name: _tie(inputs[name], results[along]))
    scatter = scatter_figure(
        {**inputs, **results}, across, along, words, units=units, limits=ends, good=good
    )
    name, limit, below = study.bad
    key = "uncertainty.target_at_least" if below else "uncertainty.target_at_most"
    row = outcome_variables()[name]
    target = words(
        key, name=words.label(row), limit=number(round(limit)), unit=words.unit(row.unit)
    )
    first = page(
        words,
        words("uncertainty.parallel"),
        figure=parallel,
        place=study.figure(7),
        sentences=[target],
    )
    return first + page(words, words("uncertainty.scatter"), figure=scatter, place=study.figure(8))


def brush_axes(study: UncertaintyStudy) -> dict[str, tuple[str, str, Array]]:
    """Return what can be brushed: by path or outcome the name, the unit, and the samples."""
    inputs, results, units, name_of = _axes(study)
    every = {**inputs, **results}
    return {key: (name, units[name], every[name]) for key, name in name_of.items()}


def _axes(
    study: UncertaintyStudy,
) -> tuple[dict[str, Array], dict[str, Array], dict[str, str], dict[str, str]]:
    """Return inputs and outcomes by name, their units, and the name of each path or outcome."""
    order = [path for each in study.tornado.swings for path in each.name.split(" + ")]
    paths = order[: _MOST_AXES - 2]
    known = outcome_variables()
    bad = study.bad[0]
    wanted = list(dict.fromkeys([OUTCOME, bad, "total_credits_japan"]))[:2]
    shown = [name for name in wanted if name in study.outcomes]
    name_of = {path: study.labels[path] for path in paths}
    name_of |= {name: study.words.label(known[name]) for name in shown}
    inputs = {name_of[path]: study.drawn[path] for path in paths}
    results = {name_of[name]: study.outcomes[name] for name in shown}
    units = {name_of[path]: study.unit_of(path) for path in paths}
    units |= {name_of[name]: known[name].unit for name in shown}
    return inputs, results, units, name_of


def _tie(values: Array, outcome: Array) -> float:
    """Return how closely an input goes with an outcome [1]."""
    if not np.ptp(values) or not np.ptp(outcome):
        return 0.0
    return abs(float(np.corrcoef(values, outcome)[0, 1]))
