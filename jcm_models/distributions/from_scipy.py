"""Any continuous distribution of scipy.stats, by its name there."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from jcm_models.distributions.protocol import Array
from jcm_models.problems import nearest

__all__ = ["FromScipy", "scipy_names", "scipy_parameters"]


@functools.cache
def scipy_names() -> tuple[str, ...]:
    """Return the names of all continuous distributions of scipy.stats."""
    from scipy import stats  # a run without such a distribution goes without scipy

    known = ((name, getattr(stats, name)) for name in sorted(dir(stats)))
    return tuple(name for name, found in known if isinstance(found, stats.rv_continuous))


@functools.cache
def scipy_parameters(name: str) -> tuple[str, ...]:
    """Return the names of the parameters that give a distribution its shape; not loc, scale."""
    from scipy import stats

    shapes = getattr(stats, name).shapes
    return tuple(shapes.split(", ")) if shapes else ()


@dataclass(frozen=True)
class FromScipy:
    """A continuous distribution of scipy.stats.

    Parameters
    ----------
    name : str
        Its name there.
    parameters : tuple of tuple of str and float
        Its parameters by their names there; loc is 0 and scale 1 where they are not given.

    Raises
    ------
    ValueError
        If the name, a parameter, or what the parameters are together, is none of scipy.stats.
    """

    name: str
    parameters: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        if self.name not in scipy_names():
            message = f"found {self.name!r}{nearest(self.name, scipy_names())}"
            raise ValueError(message)
        needed, given = scipy_parameters(self.name), dict(self.parameters)
        takes = ", ".join((*needed, "loc", "scale"))
        for name in given:
            if name not in {*needed, "loc", "scale"}:
                hint = nearest(name, (*needed, "loc", "scale"))
                message = f"parameters: {name} is unknown{hint}; {self.name} takes {takes}"
                raise ValueError(message)
        missing = [name for name in needed if name not in given]
        if missing:
            message = f"parameters: {', '.join(missing)} missing; {self.name} takes {takes}"
            raise ValueError(message)
        if not np.all(np.diff(self.support) > 0):
            said = ", ".join(f"{name} {value:g}" for name, value in self.parameters)
            message = (
                f"parameters: there is no {self.name} with {said}; the scale is more than 0, and "
                f"scipy.stats.{self.name} documents what its shapes can be"
            )
            raise ValueError(message)

    @functools.cached_property
    def _frozen(self) -> Any:
        from scipy import stats

        return getattr(stats, self.name)(**dict(self.parameters))

    @functools.cached_property
    def mean(self) -> float:
        """The mean; infinite or no number where there is none."""
        return float(self._frozen.mean())

    @functools.cached_property
    def support(self) -> tuple[float, float]:
        """The least and the greatest amount there can be."""
        least, most = self._frozen.support()
        return float(least), float(most)

    def quantile(self, share: Array) -> Array:
        """Return the amount not exceeded with a probability."""
        return np.asarray(self._frozen.ppf(np.asarray(share)))

    def survival(self, amount: Array) -> Array:
        """Return the probability that an amount is exceeded."""
        return np.asarray(self._frozen.sf(np.asarray(amount)))
