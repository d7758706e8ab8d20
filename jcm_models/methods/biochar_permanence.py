"""Biochar: how much of its carbon is still in the soil after a hundred years or more.

The classes by temperature of pyrolysis are a table of defaults; here are the formulas that stand
in their place where more is known of the biochar and the soil.
"""

from __future__ import annotations

import numpy as np

from jcm_models.method_catalogue import Array
from jcm_models.quantities import units

__all__ = ["decay_temperature_factor", "two_pool_permanence", "woolf_permanence"]

_WOOLF_INTERCEPT = 1.04451
_WOOLF_SLOPE = -0.63508


@units(hydrogen_to_carbon="1", returns="1")
def woolf_permanence(hydrogen_to_carbon: Array) -> Array:
    r"""Share of the carbon that stays for a hundred years in a soil of 14.9 °C.

    Parameters
    ----------
    hydrogen_to_carbon : array
        Molar ratio of hydrogen to organic carbon [1].

    Returns
    -------
    array
        Share that stays [1], between 0 and 1.

    Notes
    -----
    :math:`F_\mathrm{perm} = 1.04451 - 0.63508 \, \mathrm{H/C_{org}}`.

    References
    ----------
    Woolf et al. (2021), Environmental Science & Technology; sheet Fperm of its supplement.
    """
    share = _WOOLF_INTERCEPT + _WOOLF_SLOPE * np.asarray(hydrogen_to_carbon, dtype=float)
    return np.clip(share, 0.0, 1.0)


@units(
    ten_degree_factor="1",
    incubation_temperature="degC",
    soil_temperature="degC",
    returns="1",
)
def decay_temperature_factor(
    ten_degree_factor: Array, incubation_temperature: Array, soil_temperature: Array
) -> Array:
    r"""Factor from the rates of decay in the laboratory to those in the soil.

    Parameters
    ----------
    ten_degree_factor : array
        Ratio of the rates at two temperatures 10 degrees apart, Q10 [1].
    incubation_temperature, soil_temperature : array
        Temperature in the laboratory and yearly mean in the soil [degC].

    Returns
    -------
    array
        Factor on the rates [1]; below 1 where the soil is colder.

    Notes
    -----
    :math:`f_T = Q_{10}^{(T_\mathrm{s} - T_0) / 10}`.

    References
    ----------
    Woolf et al. (2021), Environmental Science & Technology.
    """
    tens = (np.asarray(soil_temperature, dtype=float) - incubation_temperature) / 10
    return np.asarray(ten_degree_factor**tens)


@units(
    labile_share="1",
    labile_decay_rate="1/yr",
    stable_decay_rate="1/yr",
    temperature_factor="1",
    duration="yr",
    returns="1",
)
def two_pool_permanence(
    labile_share: Array,
    labile_decay_rate: Array,
    stable_decay_rate: Array,
    temperature_factor: Array,
    duration: Array,
) -> Array:
    r"""Share of the carbon that stays, where a part of it decays fast and the rest slowly.

    Parameters
    ----------
    labile_share : array
        Share of the carbon in the pool that decays fast [1]; the rest is in the slow one.
    labile_decay_rate, stable_decay_rate : array
        Rates of decay of the two pools in the laboratory [1/yr].
    temperature_factor : array
        Factor on both rates in the soil [1].
    duration : array
        Time after which the share is asked for [yr].

    Returns
    -------
    array
        Share that stays [1].

    Notes
    -----
    :math:`F_\mathrm{perm} = C_1 e^{-k_1 f_T t} + (1 - C_1) e^{-k_2 f_T t}`.

    References
    ----------
    Woolf et al. (2021), Environmental Science & Technology.
    """
    age = np.asarray(temperature_factor, dtype=float) * duration
    labile = labile_share * np.exp(-labile_decay_rate * age)
    return np.asarray(labile + (1 - labile_share) * np.exp(-stable_decay_rate * age))
