"""Which inputs lead to a bad outcome, and which lever does well whatever they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from jcm_models.discovery.boxes import Box, Inputs
from jcm_models.discovery.prim import Trajectory, cover, trajectory
from jcm_models.discovery.tree import leaves
from jcm_models.ensemble import drawn_inputs
from jcm_models.problems import nearest
from jcm_models.regrets import regret, satisficing, summed_up
from jcm_models.wording import Words, inside, number, rounded

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Discovery", "discover", "discover_among", "limits_in_words", "robustness"]

Array = NDArray[np.float64]

_DIGITS = 4  # of a limit in words
_DENSE = 0.8


@dataclass(frozen=True, eq=False)
class Discovery:
    """Boxes of inputs in which an outcome is bad.

    Parameters
    ----------
    outcome : str
        What was looked at, in words with its threshold.
    share, dense : float
        Share of all samples in which it is bad, and that a box shall have [1].
    boxes : tuple of Box
        The boxes, the most telling first; none, where no range of any input leads to it.
    trajectory : Trajectory or None
        How the first of them was found; a tree has none.
    labels : mapping of str to tuple of str and str
        Name and unit of each input, by its path.
    inputs : mapping of str to array, shape (sample,)
        What was drawn, and what each lever was.
    """

    outcome: str
    share: float
    dense: float
    boxes: tuple[Box, ...]
    trajectory: Trajectory | None
    labels: Mapping[str, tuple[str, str]]
    inputs: Inputs

    def in_words(self, words: Words | None = None) -> list[str]:
        """Return each box as a sentence, in the units of the scenario."""
        said = words or Words()
        return [
            said(
                "discovery.box",
                limits=said("discovery.and").join(
                    said(
                        "discovery.limit",
                        name=inside(self.labels[name][0]),
                        limits=limits_in_words(limits, self.labels[name][1], said),
                    )
                    for name, limits in box.limits.items()
                ),
                outcome=self.outcome,
                density=number(round(box.density, 2), "1"),
                coverage=number(round(box.coverage, 2), "1"),
                share=number(round(self.share, 2), "1"),
            )
            for box in self.boxes
            if box.limits
        ]


def limits_in_words(limits: Any, unit: str, words: Words) -> str:
    """Return the limits of an input in words, such as "at most 7,500 MWh/yr"."""
    if isinstance(limits, frozenset):
        return words(
            "discovery.one_of", listed=words("discovery.or").join(sorted(map(str, limits)))
        )
    low, high = (rounded(end, _DIGITS) for end in limits)
    said = words.unit(unit)
    tail = f" {said}" if said else ""
    if np.isinf(low):
        return words("discovery.at_most", high=number(high, unit), unit=tail)
    if np.isinf(high):
        return words("discovery.at_least", low=number(low, unit), unit=tail)
    places = {"low": number(low, unit), "high": number(high, unit)}
    return words("discovery.between", **places, unit=tail)


def discover(
    ensemble: xr.Dataset,
    outcome: str,
    *,
    below: float | None = None,
    above: float | None = None,
    method: Literal["prim", "tree"] = "prim",
    density: float | None = None,
    most: int = 3,
) -> Discovery:
    """Find the ranges of inputs that lead to a bad outcome.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples; levers count as inputs.
    outcome : str
        Name of an outcome, such as ``total_credits``, ``total_shortfall`` or ``oversold``.
    below, above : float
        Exactly one of them: the outcome is bad below, or above, this amount, in its unit.
    method : {"prim", "tree"}
        The patient rule induction method, or the leaves of a decision tree.
    density : float, optional
        Share of the samples in a box that shall be bad [1]; 80 % unless given, and at least halfway
        from the share of all samples to all of them.
    most : int
        How many boxes at most.

    Returns
    -------
    Discovery
        Boxes with coverage, density and the chance that they are chance.

    Raises
    ------
    ValueError
        If the ensemble has no such outcome, or no sample or every sample is bad.
    """
    array = _one_number(ensemble, outcome)
    inputs = _inputs(ensemble, "scenario" in array.dims)
    about = (str(array.attrs.get("long_name", outcome)), str(array.attrs.get("units", "")))
    return discover_among(
        inputs,
        array.to_numpy().astype(float).ravel(),
        about,
        _labels(ensemble, inputs),
        below=below,
        above=above,
        method=method,
        density=density,
        most=most,
    )


def discover_among(
    inputs: Inputs,
    outcome: Array,
    about: tuple[str, str],
    labels: Mapping[str, tuple[str, str]],
    *,
    below: float | None = None,
    above: float | None = None,
    method: Literal["prim", "tree"] = "prim",
    density: float | None = None,
    most: int = 3,
    words: Words | None = None,
) -> Discovery:
    """Find what `discover` finds, in bare arrays.

    Parameters
    ----------
    inputs : mapping of str to array, shape (sample,)
        What was drawn, by its path.
    outcome : array, shape (sample,)
        What came out, in its unit.
    about : tuple of str
        Name and unit of the outcome.
    labels : mapping of str to tuple of str
        Name and unit of each input, by its path.
    below, above, method, density, most
        As of `discover`.
    words : Words, optional
        The words of a language.

    Raises
    ------
    ValueError
        If no sample or every sample is bad, or not exactly one of below and above is given.
    """
    if (below is None) == (above is None):
        message = f"{about[0]}: give either below or above; found {below} and {above}"
        raise ValueError(message)
    bad = outcome < below if below is not None else outcome > above  # type: ignore[operator]
    dense = max(_DENSE, (1 + float(bad.mean())) / 2) if density is None else density
    if method == "tree":
        found = [box for box in leaves(inputs, bad) if box.limits and box.density >= dense]
        boxes, way = tuple(found[:most]), None
    else:
        boxes, way = cover(inputs, bad, most, dense), trajectory(inputs, bad)
    said = words or Words()
    name, unit = about
    key, limit = ("below", below) if below is not None else ("above", above)
    amount = f"{number(float(limit or 0.0), unit)} {said.unit(unit)}".rstrip()
    told = said(f"discovery.{key}", name=inside(name), amount=amount)
    return Discovery(told, float(bad.mean()), dense, boxes, way, labels, inputs)


def _one_number(ensemble: xr.Dataset, outcome: str) -> xr.DataArray:
    known = [str(n) for n, a in ensemble.data_vars.items() if set(a.dims) <= {"scenario", "sample"}]
    if outcome not in known:
        message = f"no outcome {outcome!r}{nearest(outcome, known)}; there are {', '.join(known)}"
        raise ValueError(message)
    array = ensemble[outcome]
    return array.transpose("scenario", "sample") if "scenario" in array.dims else array


def _inputs(ensemble: xr.Dataset, with_levers: bool) -> dict[str, NDArray[Any]]:
    """Return what was drawn in each sample, and what each lever was, once for each scenario."""
    times = ensemble.sizes["scenario"] if with_levers else 1
    found: dict[str, NDArray[Any]] = {}
    for name, each in drawn_inputs(ensemble).items():
        if "scenario" not in each.dims:
            found[name] = np.tile(each.to_numpy(), times)
        elif with_levers:
            found[name] = each.transpose("scenario", "sample").to_numpy().ravel()
    if with_levers:
        found |= {
            str(name): np.repeat(each.to_numpy().astype(str), ensemble.sizes["sample"])
            for name, each in ensemble.coords.items()
            if each.dims == ("scenario",) and name != "scenario"
        }
    return found


def _labels(ensemble: xr.Dataset, inputs: Inputs) -> dict[str, tuple[str, str]]:
    about = {**{str(n): c for n, c in ensemble.coords.items()}, **drawn_inputs(ensemble)}
    return {
        name: (
            str(about[name].attrs.get("long_name", name)),
            str(about[name].attrs.get("units", "")),
        )
        for name in inputs
    }


def robustness(
    ensemble: xr.Dataset,
    outcome: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> xr.Dataset:
    """Tell which combination of levers does well whatever the samples are.

    Parameters
    ----------
    ensemble : xarray.Dataset
        As of `simulate` with samples, of a scenario with levers.
    outcome : str
        Name of an outcome, such as ``total_credits_japan``.
    at_least, at_most : float
        Exactly one of them: what is good enough, in the unit of the outcome; larger outcomes are
        better with the first, smaller ones with the second.

    Returns
    -------
    xarray.Dataset
        ``regret_mean``, ``regret_most`` and ``regret_in_nine_of_ten`` in the unit of the outcome,
        and ``satisficing`` [1], each over scenario; what is sampled with its standard error.

    Raises
    ------
    ValueError
        If the scenario has no levers, or the ensemble no such outcome.
    """
    import xarray as xr

    array = _one_number(ensemble, outcome)
    if "scenario" not in array.dims:
        message = "there are no levers to compare; give some under ensemble.levers"
        raise ValueError(message)
    if (at_least is None) == (at_most is None):
        message = f"{outcome}: give either at_least or at_most; found {at_least} and {at_most}"
        raise ValueError(message)
    larger, limit = at_least is not None, at_most if at_least is None else at_least
    values = array.to_numpy().astype(float)
    regrets = summed_up(regret(values, larger))
    enough = satisficing(values, float(limit or 0.0), larger)
    unit = array.attrs.get("units", "")
    found = {
        "regret_most": (regrets.maximum, unit, "Largest regret"),
        "regret_mean": (regrets.mean.value, unit, "Mean regret"),
        "regret_mean_error": (regrets.mean.error, unit, "Mean regret, standard error"),
        "regret_in_nine_of_ten": (regrets.quantile.value, unit, "Regret in nine samples of ten"),
        "satisficing": (enough.value, "1", "Share of samples that are good enough"),
        "satisficing_error": (enough.error, "1", "Share good enough, standard error"),
    }
    levers = {name: each for name, each in ensemble.coords.items() if each.dims == ("scenario",)}
    return xr.Dataset(
        {
            name: ("scenario", np.asarray(value), {"units": units, "long_name": label})
            for name, (value, units, label) in found.items()
        },
        coords=levers,
        attrs={"outcome": outcome, "good_enough": float(limit or 0.0)},
    )
