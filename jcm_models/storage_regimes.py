"""Published regimes of leakage: the parameters of the Storage Security Calculator."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.distributions import (
    Distribution,
    DoubleLogNormal,
    Fixed,
    LogNormal,
    Normal,
    Triangular,
    Uniform,
)
from jcm_models.tables import read_table
from jcm_models.variables import Label

__all__ = ["Parameter", "described", "drawn", "label_of", "means", "regime"]
__all__ += ["regime_names"]

Array = NDArray[np.float64]

_SHAPES: Mapping[str, Callable[..., Distribution]] = {
    "fixed": Fixed,
    "exp": lambda logarithm: Fixed(math.exp(logarithm)),
    "exp_exp": lambda logarithm: Fixed(math.exp(math.exp(logarithm))),
    "uniform": Uniform,
    "triangular": Triangular,
    "normal": Normal,
    "lognormal": LogNormal,
    "double_lognormal": DoubleLogNormal,
}


@functools.cache
def _table() -> Mapping[str, Any]:
    return read_table("storage_regimes.yaml")


@functools.cache
def regime(name: str) -> Mapping[str, Distribution]:
    """Return the distribution of every parameter of a regime.

    Parameters
    ----------
    name : str
        Such as ``well_regulated_offshore``.

    Raises
    ------
    ValueError
        If there is no such regime; the message names those there are.
    """
    regimes = _table()["regimes"]
    if name not in regimes:
        message = f"found {name!r}; the published regimes are {', '.join(regimes)}"
        raise ValueError(message)
    found = {}
    for parameter, written in regimes[name]["parameters"].items():
        ((shape, numbers),) = written.items()
        found[parameter] = _SHAPES[shape](*map(float, numbers))
    return MappingProxyType(found)


def regime_names() -> tuple[str, ...]:
    """Return the names of all published regimes."""
    return tuple(_table()["regimes"])


class Parameter(NamedTuple):
    """What a parameter is called, and its unit."""

    label: Label
    unit: str


def label_of(name: str) -> Label:
    """Return what people call a regime."""
    return _label(_table()["regimes"][name])


def _label(row: Mapping[str, Any]) -> Label:
    return Label(row["label"], row["label_ja"])


def described(name: str) -> list[tuple[Parameter, str]]:
    """Return every parameter of a regime with its distribution in words."""
    table = _table()
    found = []
    for parameter, written in table["regimes"][name]["parameters"].items():
        ((shape, numbers),) = written.items()
        row = table["parameters"][parameter]
        values = ", ".join(f"{float(each):g}" for each in numbers)
        unit = {"percent": "%"}.get(row["unit"], row["unit"])
        found.append((Parameter(_label(row), unit), f"{shape.replace('_', ' ')}({values})"))
    return found


def means(name: str) -> dict[str, Array]:
    """Return every parameter of a regime at its mean, shape (1,)."""
    return {parameter: np.array([each.mean]) for parameter, each in regime(name).items()}


def drawn(name: str, shares: Array) -> dict[str, Array]:
    """Return parameters of a regime by the shares of draws that lie below them.

    Parameters
    ----------
    name : str
        The regime.
    shares : array, shape (sample, parameter)
        Probabilities, in the order of the parameters.

    Returns
    -------
    dict of str to array
        Parameters by name, shape (sample,).
    """
    return {
        parameter: each.quantile(shares[:, at])
        for at, (parameter, each) in enumerate(regime(name).items())
    }
