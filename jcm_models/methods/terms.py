"""What the methods of several families are put together from: energy used, freight, one shape."""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array, Emissions

__all__ = [
    "ENERGY_MATH",
    "ENERGY_PLAIN",
    "ENERGY_UNITS",
    "FREIGHT_MATH",
    "FUEL_MATH",
    "FUEL_PLAIN",
    "Given",
    "assembled",
    "energy_used",
    "freight_carried",
    "product",
]

Given = Array | float | None

FUEL_PLAIN = "project_fuel * project_fuel_heating_value * project_fuel_emission_factor"
FUEL_MATH = r"\mathrm{FC}_y \, \mathrm{NCV} \, \mathrm{EF}_\mathrm{fuel}"
ENERGY_PLAIN = f"{FUEL_PLAIN} + electricity_consumed * electricity_emission_factor"
ENERGY_MATH = FUEL_MATH + r" + \mathrm{EC}_y \, \mathrm{EF}_{\mathrm{el},y}"
ENERGY_UNITS = {
    "project_fuel": "t/yr",
    "project_fuel_heating_value": "GJ/t",
    "project_fuel_emission_factor": "tCO2e/GJ",
    "electricity_consumed": "MWh/yr",
    "electricity_emission_factor": "tCO2e/MWh",
}
FREIGHT_MATH = r"D \, \mathrm{EF}_\mathrm{tr}"


def product(amount: Array | float, name: str, **factors: Given) -> Array:
    """Multiply an amount by its factors; refuse an amount of which a factor is unknown.

    Parameters
    ----------
    amount : array, shape (..., year)
        The amount, in its unit; 0 where the term is absent.
    name : str
        What the amount is called, for the message.
    **factors : array or None, shape (..., year)
        The factors by name, each in its unit; None where one is unknown.

    Returns
    -------
    array, shape (..., year)
        The product, in the product of the units.

    Raises
    ------
    ValueError
        If the amount is not 0 and a factor is None: the term would be lost without a word.
    """
    lacking = [factor for factor, value in factors.items() if value is None]
    if lacking and np.any(amount):
        message = f"{name} is given; {' and '.join(lacking)} must be given with it"
        raise ValueError(message)
    if lacking:
        return np.zeros(np.shape(amount))
    found = np.asarray(amount, dtype=float)
    for value in factors.values():
        found = found * np.asarray(value)
    return found


def energy_used(
    project_fuel: Array | float,
    project_fuel_heating_value: Given,
    project_fuel_emission_factor: Given,
    electricity_consumed: Array | float,
    electricity_emission_factor: Given,
) -> Array:
    r"""Emissions of the fuel and the electricity that a project uses.

    Parameters
    ----------
    project_fuel : array, shape (..., year)
        Fuel burnt in the year [t/yr]; 0 where there is none.
    project_fuel_heating_value : array or None, shape (..., year)
        Net calorific value [GJ/t].
    project_fuel_emission_factor : array or None, shape (..., year)
        Emissions per unit of heat [tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity used in the year [MWh/yr]; 0 where there is none.
    electricity_emission_factor : array or None, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = \mathrm{FC}_y \, \mathrm{NCV} \, \mathrm{EF}_\mathrm{fuel} +
    \mathrm{EC}_y \, \mathrm{EF}_{\mathrm{el},y}`.
    """
    fuel = product(
        project_fuel,
        "project_fuel",
        project_fuel_heating_value=project_fuel_heating_value,
        project_fuel_emission_factor=project_fuel_emission_factor,
    )
    electricity = product(
        electricity_consumed,
        "electricity_consumed",
        electricity_emission_factor=electricity_emission_factor,
    )
    return fuel + electricity


def freight_carried(
    mass: Array | float, transport_distance: Array | float, transport_emission_factor: Given
) -> Array:
    r"""Emissions of carrying what a project takes in or gives out.

    Parameters
    ----------
    mass : array, shape (..., year)
        Mass carried in the year [t/yr].
    transport_distance : array, shape (..., year)
        Distance it is carried over [km]; 0 where it is not carried.
    transport_emission_factor : array or None, shape (..., year)
        Emissions per tonne and kilometre [tCO2e/t/km].

    Returns
    -------
    array, shape (..., year)
        Emissions of the year [tCO2e/yr].

    Notes
    -----
    :math:`E_y = M_y \, D \, \mathrm{EF}_\mathrm{tr}`.
    """
    return mass * product(
        transport_distance,
        "transport_distance",
        transport_emission_factor=transport_emission_factor,
    )


def assembled(
    bau: Given,
    reference: Array,
    project: Array | float = 0.0,
    leakage: Array | float = 0.0,
    **more: Array | float,
) -> Emissions:
    """Give all results of a method the one shape that their inputs have together.

    Parameters
    ----------
    bau : array or None, shape (..., year)
        BaU emissions [tCO2e/yr]; None where they are unknown.
    reference, project, leakage : array, shape (..., year)
        The other emissions [tCO2e/yr].
    **more : array, shape (..., year)
        Results that enter no sum, by name, each in its unit.

    Returns
    -------
    Emissions
        The same numbers, each of the full shape (..., year).
    """
    levels = (bau, reference, project, leakage, *more.values())
    zero = np.zeros(np.broadcast_shapes(*(np.shape(x) for x in levels if x is not None)))
    return Emissions(
        bau=None if bau is None else bau + zero,
        reference=reference + zero,
        project=project + zero,
        leakage=leakage + zero,
        more={name: array + zero for name, array in more.items()},
    )
