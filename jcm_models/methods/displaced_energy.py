"""Displaced energy: what a project supplies, somebody else need no longer generate."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.quantities import units

__all__ = ["displaced_electricity"]

_SOURCE = (
    "Solar methodologies MN_AM003, TH_AM001 and VN_AM007 (jcm.go.jp): reference emissions "
    "are AC output times a conservative emission factor"
)
_STATED = "As stated in the project's documents"
_EQUATIONS = {
    "bau_emissions": Equation(
        plain="electricity_supplied * bau_emission_factor",
        math=r"\mathrm{BaU}_y = \mathrm{EG}_y \times \mathrm{EF}_{\mathrm{BaU},y}",
    ),
    "reference_emissions": Equation(
        plain="electricity_supplied * reference_emission_factor",
        math=r"\mathrm{RE}_y = \mathrm{EG}_y \times \mathrm{EF}_{\mathrm{RE},y}",
        source=_SOURCE,
    ),
    "project_emissions": Equation(
        plain="stated_project_emissions",
        math=r"\mathrm{PE}_y = \mathrm{PE}_{\mathrm{st},y}",
        source=_STATED,
    ),
    "leakage_emissions": Equation(
        plain="stated_leakage_emissions",
        math=r"\mathrm{LE}_y = \mathrm{LE}_{\mathrm{st},y}",
        source=_STATED,
    ),
}


@method(
    title="Displaced electricity",
    title_ja="電力代替",
    equations=_EQUATIONS,
    source=_SOURCE,
)
@units(
    electricity_supplied="MWh/yr",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    stated_project_emissions="tCO2e/yr",
    stated_leakage_emissions="tCO2e/yr",
    returns="tCO2e/yr",
)
def displaced_electricity(
    electricity_supplied: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    stated_project_emissions: Array | float = 0.0,
    stated_leakage_emissions: Array | float = 0.0,
) -> Emissions:
    r"""Emissions of a plant whose electricity displaces a grid's or a generator's.

    Parameters
    ----------
    electricity_supplied : array, shape (..., year)
        Electricity supplied to the grid or the user in the year [MWh/yr].
    reference_emission_factor : array, shape (..., year)
        Conservative emission factor of the electricity displaced [tCO2e/MWh].
    bau_emission_factor : array or None, shape (..., year)
        Factor expected of it without the project [tCO2e/MWh]; None where it is unknown.
    stated_project_emissions, stated_leakage_emissions : array, shape (..., year)
        Taken as stated in the project's documents [tCO2e/yr].

    Returns
    -------
    Emissions
        BaU, reference, project and leakage emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = \mathrm{EG}_y \times \mathrm{EF}_{\mathrm{RE},y}` and
    :math:`\mathrm{BaU}_y = \mathrm{EG}_y \times \mathrm{EF}_{\mathrm{BaU},y}`.

    References
    ----------
    JCM methodologies MN_AM003, TH_AM001, VN_AM007, https://www.jcm.go.jp.
    """
    supplied = np.asarray(electricity_supplied, dtype=float)
    return Emissions(
        bau=None if bau_emission_factor is None else supplied * bau_emission_factor,
        reference=supplied * reference_emission_factor,
        project=stated_project_emissions + np.zeros_like(supplied),
        leakage=stated_leakage_emissions + np.zeros_like(supplied),
    )
