"""Differences between two results, variable by variable, for researchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jcm_models.problems import Problem, ScenarioError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["compare"]


def compare(first: xr.Dataset, other: xr.Dataset) -> xr.Dataset:
    """Return by how much each variable of `other` differs from that of `first`.

    Parameters
    ----------
    first, other : xarray.Dataset
        What `simulate` returned for two scenarios, or for one and a changed one.

    Returns
    -------
    xarray.Dataset
        ``other - first`` of every number that both have, in its unit; what only one of them has
        is named in the attributes ``only_in_first`` and ``only_in_other``.

    Raises
    ------
    ScenarioError
        If coordinates differ: nothing is aligned in silence (D3).

    Examples
    --------
    >>> import jcm_models as jcm
    >>> scenario = jcm.load_scenario("thailand_floating_solar")
    >>> lower = jcm.simulate(scenario.with_({"crediting.discount": 0.95}))
    >>> float(jcm.compare(jcm.simulate(scenario), lower)["credits_issued"].sel(year=2020))
    -128.0
    """
    import xarray as xr

    apart = [
        name for name in first.coords if name in other.coords and not _same(first, other, name)
    ]
    if apart:
        text = "differs between the two results; select what both have, such as .sel(year=years)"
        raise ScenarioError([Problem(str(name), text) for name in apart])
    found = {
        name: (other[name] - first[name]).assign_attrs(other[name].attrs)
        for name in first.data_vars
        if name in other and np.issubdtype(first[name].dtype, np.number)
    }
    names = {str(name) for name in first.data_vars}, {str(name) for name in other.data_vars}
    return xr.Dataset(
        found,
        attrs={
            "first": first.attrs.get("history", ""),
            "other": other.attrs.get("history", ""),
            "only_in_first": ", ".join(sorted(names[0] - names[1])),
            "only_in_other": ", ".join(sorted(names[1] - names[0])),
        },
    )


def _same(first: xr.Dataset, other: xr.Dataset, name: object) -> bool:
    return np.array_equal(first[name].to_numpy(), other[name].to_numpy())
