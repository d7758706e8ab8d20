"""Displaced energy: what a project supplies, somebody else need no longer generate."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, method
from jcm_models.methods import displaced_equations as equations
from jcm_models.methods.terms import assembled, product
from jcm_models.quantities import units

__all__ = [
    "displaced_electricity",
    "displaced_mixed_electricity",
    "geothermal_electricity",
    "hydro_electricity",
    "waste_heat_electricity",
]

# ACM0002, from memory: reservoirs of at most this power density emit methane that counts.
_POWER_DENSITY = 10.0
_HOURS_PER_DAY = 24.0
_KWH_PER_MWH = 1000.0


def _times(amount: Array, factor: Array | None) -> Array | None:
    return None if factor is None else amount * factor


@method(
    title="Displaced electricity",
    title_ja="電力代替",
    equations=equations.ELECTRICITY,
    source=equations.SOLAR,
)
@units(
    electricity_supplied="MWh/yr",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    stated_project_emissions="tCO2e/yr",
    stated_leakage_emissions="tCO2e/yr",
    capacity="MW",
    returns="tCO2e/yr",
)
def displaced_electricity(
    electricity_supplied: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    stated_project_emissions: Array | float = 0.0,
    stated_leakage_emissions: Array | float = 0.0,
    capacity: Array | None = None,
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
    capacity : array or None, shape (..., year)
        Rated capacity [MW]; it enters no equation, the capacity factor is checked with it.

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
    return assembled(
        _times(supplied, bau_emission_factor),
        supplied * reference_emission_factor,
        stated_project_emissions,
        stated_leakage_emissions,
    )


@method(
    title="Displaced electricity of grid and own generator",
    title_ja="電力代替（系統・自家発併用）",
    equations=equations.MIXED,
    source=equations.MIXED_SOURCE,
)
@units(
    electricity_supplied="MWh/yr",
    captive_share="1",
    captive_emission_factor="tCO2e/MWh",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    auxiliary_electricity="MWh/yr",
    capacity="MW",
    returns="tCO2e/yr",
)
def displaced_mixed_electricity(
    electricity_supplied: Array,
    captive_share: Array,
    captive_emission_factor: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    auxiliary_electricity: Array | float = 0.0,
    capacity: Array | None = None,
) -> Emissions:
    r"""Emissions displaced at a site that takes from the grid and from a generator of its own.

    Parameters
    ----------
    electricity_supplied : array, shape (..., year)
        Electricity that the project makes in the year [MWh/yr].
    captive_share : array, shape (..., year)
        Measured share of the electricity displaced that the site's generator made [1].
    captive_emission_factor : array, shape (..., year)
        Emission factor of that generator, in reference and BaU alike [tCO2e/MWh].
    reference_emission_factor, bau_emission_factor : array, shape (..., year)
        Emission factors of the grid [tCO2e/MWh]; None where BaU is unknown.
    auxiliary_electricity : array, shape (..., year)
        What the project itself uses of it [MWh/yr].
    capacity : array or None, shape (..., year)
        Rated capacity [MW]; it enters no equation, the capacity factor is checked with it.

    Returns
    -------
    Emissions
        BaU and reference emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = (\mathrm{EG}_y - \mathrm{EA}_y) ((1 - s) \, \mathrm{EF}_{\mathrm{RE},y} +
    s \, \mathrm{EF}_{\mathrm{cap},y})`, BaU likewise.

    References
    ----------
    JCM methodologies ID_AM017, BD_PM002, https://www.jcm.go.jp.
    """
    net = np.asarray(electricity_supplied, dtype=float) - auxiliary_electricity
    grid = 1 - np.asarray(captive_share)
    own = np.asarray(captive_share) * captive_emission_factor
    return assembled(
        None if bau_emission_factor is None else net * (grid * bau_emission_factor + own),
        net * (grid * reference_emission_factor + own),
    )


@method(
    title="Electricity from waste heat",
    title_ja="廃熱回収発電",
    equations=equations.WASTE_HEAT,
    source=equations.CEMENT,
)
@units(
    electricity_supplied="MWh/yr",
    auxiliary_capacity="kW",
    days_of_operation="d/yr",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    capacity="MW",
    returns="tCO2e/yr",
)
def waste_heat_electricity(
    electricity_supplied: Array,
    auxiliary_capacity: Array,
    days_of_operation: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    capacity: Array | None = None,
) -> Emissions:
    r"""Emissions displaced by electricity from the waste heat of a works; no fuel is burnt for it.

    Parameters
    ----------
    electricity_supplied : array, shape (..., year)
        Electricity that the turbine supplies to the works [MWh/yr].
    auxiliary_capacity : array, shape (..., year)
        Rated capacity of pumps and fans, counted around the clock [kW].
    days_of_operation : array, shape (..., year)
        Days of the year in which the system runs [d/yr].
    reference_emission_factor, bau_emission_factor : array, shape (..., year)
        Emission factors of the electricity displaced [tCO2e/MWh]; None where BaU is unknown.
    capacity : array or None, shape (..., year)
        Rated capacity [MW]; it enters no equation, the capacity factor is checked with it.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = (\mathrm{EG}_y - P_\mathrm{aux} \times 24 \, D_y / 1000)
    \, \mathrm{EF}_{\mathrm{RE},y}`.

    References
    ----------
    JCM methodology ID_AM001, https://www.jcm.go.jp; the form of the auxiliary term is quoted from
    memory.
    """
    auxiliary = auxiliary_capacity * _HOURS_PER_DAY * days_of_operation / _KWH_PER_MWH
    net = np.asarray(electricity_supplied, dtype=float) - auxiliary
    return assembled(_times(net, bau_emission_factor), net * reference_emission_factor)


@method(
    title="Hydro power",
    title_ja="水力発電",
    equations=equations.HYDRO,
    source=equations.HYDRO_SOURCE,
)
@units(
    electricity_supplied="MWh/yr",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    capacity="MW",
    reservoir_area="km2",
    reservoir_emission_factor="tCO2e/MWh",
    returns="tCO2e/yr",
)
def hydro_electricity(
    electricity_supplied: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    capacity: Array | None = None,
    reservoir_area: Array | float = 0.0,
    reservoir_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions displaced by hydro power, and those of the reservoir it adds.

    Parameters
    ----------
    electricity_supplied : array, shape (..., year)
        Electricity supplied in the year [MWh/yr].
    reference_emission_factor, bau_emission_factor : array, shape (..., year)
        Emission factors of the electricity displaced [tCO2e/MWh]; None where BaU is unknown.
    capacity : array or None, shape (..., year)
        Capacity added [MW]; needed where a reservoir is added.
    reservoir_area : array, shape (..., year)
        Area that the project floods [km2]; 0 for run of river.
    reservoir_emission_factor : array or None, shape (..., year)
        Emissions of a reservoir per unit of electricity [tCO2e/MWh]; needed where one counts.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Raises
    ------
    ValueError
        If a reservoir is added and the capacity, or the emission factor it needs, is unknown.

    Notes
    -----
    :math:`\mathrm{PE}_y = \mathrm{EG}_y \, \mathrm{EF}_\mathrm{res}` where the power density, the
    capacity over the area, is 10 W/m2 or less, else 0. At 4 W/m2 or less ACM0002 lets no project
    be credited; a warning says so.

    References
    ----------
    JCM methodology PH_AM001; CDM ACM0002, whose limits are quoted from memory.
    """
    supplied = np.asarray(electricity_supplied, dtype=float)
    area = np.asarray(reservoir_area, dtype=float)
    if capacity is None and np.any(area > 0):
        message = "reservoir_area is given; capacity must be given with it"
        raise ValueError(message)
    low = area * _POWER_DENSITY >= (0.0 if capacity is None else capacity)
    counts = np.asarray(low & (area > 0), dtype=float)
    emitting = product(
        counts, "reservoir_area", reservoir_emission_factor=reservoir_emission_factor
    )
    return assembled(
        _times(supplied, bau_emission_factor),
        supplied * reference_emission_factor,
        supplied * emitting,
    )


@method(
    title="Geothermal power",
    title_ja="地熱発電（バイナリー）",
    equations=equations.GEOTHERMAL,
    source=equations.ACM0002,
)
@units(
    electricity_supplied="MWh/yr",
    reference_emission_factor="tCO2e/MWh",
    bau_emission_factor="tCO2e/MWh",
    capacity="MW",
    steam_released="t/yr",
    steam_carbon_dioxide_share="1",
    steam_methane_share="1",
    gwp_methane="tCO2e/t",
    working_fluid_loss="t/yr",
    working_fluid_gwp="tCO2e/t",
    returns="tCO2e/yr",
)
def geothermal_electricity(
    electricity_supplied: Array,
    reference_emission_factor: Array,
    bau_emission_factor: Array | None = None,
    capacity: Array | None = None,
    steam_released: Array | float = 0.0,
    steam_carbon_dioxide_share: Array | None = None,
    steam_methane_share: Array | None = None,
    gwp_methane: Array | None = None,
    working_fluid_loss: Array | float = 0.0,
    working_fluid_gwp: Array | None = None,
) -> Emissions:
    r"""Emissions displaced by geothermal power, and gases that steam and working fluid let go.

    Parameters
    ----------
    electricity_supplied : array, shape (..., year)
        Electricity supplied in the year [MWh/yr].
    reference_emission_factor, bau_emission_factor : array, shape (..., year)
        Emission factors of the electricity displaced [tCO2e/MWh]; None where BaU is unknown.
    capacity : array or None, shape (..., year)
        Rated capacity [MW]; it enters no equation, the capacity factor is checked with it.
    steam_released : array, shape (..., year)
        Steam whose gases reach the air [t/yr]; 0 where all is returned to the ground.
    steam_carbon_dioxide_share, steam_methane_share : array or None, shape (..., year)
        Mass of the gases per mass of steam [1]; both are needed where steam is released.
    gwp_methane : array or None, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    working_fluid_loss : array, shape (..., year)
        Working fluid of a binary plant that escapes [t/yr].
    working_fluid_gwp : array or None, shape (..., year)
        Its global warming potential [tCO2e/t]; needed where some escapes.

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = (w_{\mathrm{CO}_2} + w_{\mathrm{CH}_4} \mathrm{GWP}_{\mathrm{CH}_4})
    \, M_{\mathrm{steam},y} + M_{\mathrm{wf},y} \, \mathrm{GWP}_\mathrm{wf}`.

    References
    ----------
    CDM ACM0002, quoted from memory.
    """
    supplied = np.asarray(electricity_supplied, dtype=float)
    carbon_dioxide = product(
        steam_released, "steam_released", steam_carbon_dioxide_share=steam_carbon_dioxide_share
    )
    methane = product(
        steam_released,
        "steam_released",
        steam_methane_share=steam_methane_share,
        gwp_methane=gwp_methane,
    )
    fluid = product(working_fluid_loss, "working_fluid_loss", working_fluid_gwp=working_fluid_gwp)
    return assembled(
        _times(supplied, bau_emission_factor),
        supplied * reference_emission_factor,
        carbon_dioxide + methane + fluid,
    )
