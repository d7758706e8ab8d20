"""Packages that only some jobs need."""

from __future__ import annotations

import importlib
from typing import Any

from jcm_models.parts.failures import PartsError

__all__ = ["optional"]


def optional(module: str, what: str) -> Any:
    """Import a module that is not there in every installation.

    Parameters
    ----------
    module : str
        Its name.
    what : str
        What needs it.

    Returns
    -------
    module
        The module.

    Raises
    ------
    PartsError
        Where it is not installed; says what to install.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise PartsError(
            f"{what} needs the package {error.name}, which is not installed. "
            "`pip install 'jcm-models[cluster]'` brings dask, distributed and zarr."
        ) from error
