"""Results as one table with a row a year, for csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["table"]


def table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the results with one row a year, a column per variable and party, component or rule.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `simulate` returned.

    Returns
    -------
    pandas.DataFrame
        Every column's name carries its unit: ``credits_issued [tCO2e/yr]``.
    """
    import pandas as pd

    columns = {}
    for name, array in dataset.data_vars.items():
        unit = array.attrs["units"]
        others = [str(dim) for dim in array.dims if dim != "year"]
        if not others:
            columns[f"{name} [{unit}]"] = array.values
        for dim in others:  # party, component or rule: one at most
            for label in array[dim].values:
                columns[f"{name} {label} [{unit}]"] = array.sel({dim: label}).values
    return pd.DataFrame(columns, index=dataset["year"].values)
