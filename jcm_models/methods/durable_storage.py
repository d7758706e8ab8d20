"""Durable storage: carbon in biochar, carbon dioxide under ground."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jcm_models.method_catalogue import Array, Emissions, Equation, method
from jcm_models.methods.terms import (
    ENERGY_MATH,
    ENERGY_PLAIN,
    ENERGY_UNITS,
    FREIGHT_MATH,
    assembled,
    energy_used,
    freight_carried,
    product,
)
from jcm_models.quantities import units

__all__ = ["biochar", "co2_storage"]

_CO2_PER_CARBON = 44 / 12
_BIOCHAR = "IPCC 2019 Refinement, volume 4, appendix 4: biochar in mineral soils"
_CCS = (
    "METI (February 2025): guidelines for CCS and CCUS under the JCM, which refer to ISO 27914 and "
    "ISO 27916"
)
_KEPT = (
    "{} * np.sum(biochar_produced * biochar_carbon_content, axis=-2) * permanent_share * 44 / 12"
)
_KEPT_MATH = (
    r"e_{LEVEL} \, \frac{44}{12} \, F_\mathrm{perm} \sum_f M_{\mathrm{bc},f,y} \, F_{\mathrm{C},f}"
)
_BIOCHAR_EQUATIONS = {
    "bau_emissions": Equation(
        plain=_KEPT.format("bau_released_share"),
        math=r"\mathrm{BaU}_y = " + _KEPT_MATH.replace("LEVEL", r"\mathrm{BaU}"),
    ),
    "reference_emissions": Equation(
        plain=_KEPT.format("reference_released_share"),
        math=r"\mathrm{RE}_y = " + _KEPT_MATH.replace("LEVEL", r"\mathrm{RE}"),
        source=_BIOCHAR,
    ),
    "project_emissions": Equation(
        plain="methane_leaked * gwp_methane + np.sum(biochar_produced, axis=-2) * "
        f"transport_distance * transport_emission_factor + {ENERGY_PLAIN}",
        math=r"\mathrm{PE}_y = M_{\mathrm{CH}_4,y} \, \mathrm{GWP}_{\mathrm{CH}_4} + "
        rf"\sum_f M_{{\mathrm{{bc}},f,y}} \, {FREIGHT_MATH} + {ENERGY_MATH}",
    ),
}
_ARRIVED = (
    "co2_captured * (1 - capture_loss_share) * (1 - transport_loss_share) - co2_vented + "
    "co2_produced * (1 - recycle_loss_share)"
)
_INJECTED = f"({_ARRIVED}) * (1 - injection_loss_share)"
_CCS_EQUATIONS = {
    "bau_emissions": Equation(
        plain="co2_captured * bau_co2_emitted_share",
        math=r"\mathrm{BaU}_y = m_{\mathrm{cap},y} \, e_\mathrm{BaU}",
    ),
    "reference_emissions": Equation(
        plain="co2_captured * reference_co2_emitted_share",
        math=r"\mathrm{RE}_y = m_{\mathrm{cap},y} \, e_\mathrm{RE}",
        source=_CCS,
    ),
    "project_emissions": Equation(
        plain=f"co2_captured - ({_INJECTED} - co2_operational_loss - co2_produced) + "
        f"{ENERGY_PLAIN}",
        math=rf"\mathrm{{PE}}_y = m_{{\mathrm{{cap}},y}} - m_{{\mathrm{{sto}},y}} + {ENERGY_MATH}",
        source=_CCS,
    ),
    "memo_emissions": Equation(
        plain="recovered_fuel * recovered_fuel_heating_value * recovered_fuel_emission_factor",
        math=r"\mathrm{ME}_y = \mathrm{FC}_{\mathrm{rec},y} \, \mathrm{NCV}_\mathrm{rec} \, "
        r"\mathrm{EF}_\mathrm{rec}",
        source="METI (February 2025): fuels from enhanced recovery are not counted",
    ),
    "co2_injected": Equation(
        plain=_INJECTED,
        math=r"m_{\mathrm{inj},y} = \left( m_{\mathrm{cap},y} (1 - l_\mathrm{cap})"
        r"(1 - l_\mathrm{tr}) - m_{\mathrm{vent},y} + m_{\mathrm{pro},y} (1 - l_\mathrm{rec}) "
        r"\right) (1 - l_\mathrm{inj})",
        source=_CCS,
    ),
    "co2_stored": Equation(
        plain=f"{_INJECTED} - co2_operational_loss - co2_produced",
        math=r"m_{\mathrm{sto},y} = m_{\mathrm{inj},y} - m_{\mathrm{op},y} - m_{\mathrm{pro},y}",
        source="ISO 27916, mass balance of stored carbon dioxide; from memory",
    ),
}


@method(
    title="Biochar in soils",
    title_ja="バイオ炭の農地施用",
    equations=_BIOCHAR_EQUATIONS,
    source=_BIOCHAR,
)
@units(
    biochar_produced="t/yr",
    biochar_carbon_content="1",
    permanent_share="1",
    reference_released_share="1",
    bau_released_share="1",
    methane_leaked="t/yr",
    gwp_methane="tCO2e/t",
    **ENERGY_UNITS,
    transport_distance="km",
    transport_emission_factor="tCO2e/t/km",
    returns="tCO2e/yr",
)
def biochar(
    biochar_produced: Array,
    biochar_carbon_content: Array,
    permanent_share: Array,
    reference_released_share: Array,
    bau_released_share: Array | None = None,
    methane_leaked: Array | float = 0.0,
    gwp_methane: Array | None = None,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
    transport_distance: Array | float = 0.0,
    transport_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of carbon that would be back in the air, had it not been made into biochar.

    Parameters
    ----------
    biochar_produced : array, shape (..., feedstock, year)
        Dry biochar brought to soils in the year [t/yr].
    biochar_carbon_content : array, shape (..., feedstock, year)
        Organic carbon in it [1].
    permanent_share : array, shape (..., year)
        Share of the carbon that is still there after a hundred years [1].
    reference_released_share, bau_released_share : array or None, shape (..., year)
        Share of that carbon which would be released without the project [1].
    methane_leaked : array, shape (..., year)
        Methane that the pyrolysis lets escape [t/yr].
    gwp_methane : array or None, shape (..., year)
        Global warming potential of methane [tCO2e/t].
    project_fuel : array, shape (..., year)
        Fossil fuel of drying and pyrolysis [t/yr].
    project_fuel_heating_value : array or None, shape (..., year)
        Its net calorific value [GJ/t].
    project_fuel_emission_factor : array or None, shape (..., year)
        Emissions per unit of its heat [tCO2e/GJ].
    electricity_consumed : array, shape (..., year)
        Electricity used [MWh/yr].
    electricity_emission_factor : array or None, shape (..., year)
        Emissions per unit of it [tCO2e/MWh].
    transport_distance : array, shape (..., year)
        Distance that the biochar is carried over [km].
    transport_emission_factor : array or None, shape (..., year)
        Emissions per tonne and kilometre [tCO2e/t/km].

    Returns
    -------
    Emissions
        BaU, reference and project emissions [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{RE}_y = e_\mathrm{RE} \, \frac{44}{12} \, F_\mathrm{perm} \sum_f
    M_{\mathrm{bc},f,y} \, F_{\mathrm{C},f}`.

    References
    ----------
    IPCC 2019 Refinement, volume 4, appendix 4.
    """
    produced = np.asarray(biochar_produced, dtype=float)
    carbon = np.sum(produced * biochar_carbon_content, axis=-2)
    stored = carbon * permanent_share * _CO2_PER_CARBON
    project = (
        product(methane_leaked, "methane_leaked", gwp_methane=gwp_methane)
        + freight_carried(produced.sum(axis=-2), transport_distance, transport_emission_factor)
        + energy_used(
            project_fuel,
            project_fuel_heating_value,
            project_fuel_emission_factor,
            electricity_consumed,
            electricity_emission_factor,
        )
    )
    return assembled(
        None if bau_released_share is None else stored * bau_released_share,
        stored * reference_released_share,
        project,
    )


class _Balance(NamedTuple):
    """Where the carbon dioxide goes, each [t/yr], shape (..., year)."""

    injected: Array
    stored: Array
    lost: Array


def _balance(
    captured: Array,
    loss_shares: tuple[Array | float, Array | float, Array | float, Array | float],
    vented: Array | float,
    produced: Array | float,
    operational_loss: Array | float,
) -> _Balance:
    """Follow carbon dioxide from its capture to the reservoir: captured = stored + lost.

    The shares are those lost in capture, transport, injection and the recycling of what comes up.
    """
    capture, transport, injection, recycling = (np.asarray(share) for share in loss_shares)
    at_capture = captured * capture
    on_the_way = (captured - at_capture) * transport
    in_recycling = produced * recycling
    arrived = captured - at_capture - on_the_way - vented + produced - in_recycling
    at_the_well = arrived * injection
    injected = arrived - at_the_well
    lost = at_capture + on_the_way + vented + in_recycling + at_the_well + operational_loss
    return _Balance(injected, injected - operational_loss - produced, lost)


@method(
    title="CO2 capture, transport and storage",
    title_ja="CO2の回収・輸送・貯留",
    equations=_CCS_EQUATIONS,
    source=_CCS,
)
@units(
    co2_captured="t/yr",
    reference_co2_emitted_share="1",
    bau_co2_emitted_share="1",
    capture_loss_share="1",
    transport_loss_share="1",
    injection_loss_share="1",
    recycle_loss_share="1",
    co2_vented="t/yr",
    co2_produced="t/yr",
    co2_operational_loss="t/yr",
    **ENERGY_UNITS,
    recovered_fuel="t/yr",
    recovered_fuel_heating_value="GJ/t",
    recovered_fuel_emission_factor="tCO2e/GJ",
    returns="tCO2e/yr",
)
def co2_storage(
    co2_captured: Array,
    reference_co2_emitted_share: Array,
    bau_co2_emitted_share: Array | None = None,
    capture_loss_share: Array | float = 0.0,
    transport_loss_share: Array | float = 0.0,
    injection_loss_share: Array | float = 0.0,
    recycle_loss_share: Array | float = 0.0,
    co2_vented: Array | float = 0.0,
    co2_produced: Array | float = 0.0,
    co2_operational_loss: Array | float = 0.0,
    project_fuel: Array | float = 0.0,
    project_fuel_heating_value: Array | None = None,
    project_fuel_emission_factor: Array | None = None,
    electricity_consumed: Array | float = 0.0,
    electricity_emission_factor: Array | None = None,
    recovered_fuel: Array | float = 0.0,
    recovered_fuel_heating_value: Array | None = None,
    recovered_fuel_emission_factor: Array | None = None,
) -> Emissions:
    r"""Emissions of carbon dioxide that is captured and stored instead of given off.

    Parameters
    ----------
    co2_captured : array, shape (..., year)
        Carbon dioxide separated in the year [t/yr].
    reference_co2_emitted_share, bau_co2_emitted_share : array or None, shape (..., year)
        Share of it that would be given off without the project [1]; 0 where the plant that makes
        it is compared with a benchmark in a component of its own.
    capture_loss_share, transport_loss_share, injection_loss_share : array, shape (..., year)
        Share that escapes in each step of what enters it [1].
    recycle_loss_share : array, shape (..., year)
        Share of `co2_produced` that is not injected again [1].
    co2_vented : array, shape (..., year)
        Carbon dioxide vented on purpose before injection [t/yr].
    co2_produced : array, shape (..., year)
        Carbon dioxide that comes up with oil or gas [t/yr].
    co2_operational_loss : array, shape (..., year)
        Carbon dioxide that escapes from wells and site after injection [t/yr].
    project_fuel, project_fuel_heating_value, project_fuel_emission_factor : array or None
        Fuel burnt [t/yr], its net calorific value [GJ/t] and emission factor [tCO2e/GJ].
    electricity_consumed, electricity_emission_factor : array or None, shape (..., year)
        Electricity used [MWh/yr] and emissions per unit of it [tCO2e/MWh].
    recovered_fuel, recovered_fuel_heating_value, recovered_fuel_emission_factor : array or None
        The same of the oil or gas that the injection brings up; reported, not counted.

    Returns
    -------
    Emissions
        BaU, reference and project emissions; ``co2_injected``, ``co2_stored`` and
        ``memo_emissions`` beside them [tCO2e/yr], shape (..., year).

    Notes
    -----
    :math:`\mathrm{PE}_y = m_{\mathrm{cap},y} - m_{\mathrm{sto},y} + \mathrm{FC}_y \,
    \mathrm{NCV} \, \mathrm{EF}_\mathrm{fuel} + \mathrm{EC}_y \, \mathrm{EF}_{\mathrm{el},y}`: all
    that is captured and not stored is given off. Reserve and reversals belong to the scenario.

    References
    ----------
    ISO 27914, ISO 27916; METI guidelines for CCS and CCUS under the JCM.
    """
    captured = np.asarray(co2_captured, dtype=float)
    losses = (capture_loss_share, transport_loss_share, injection_loss_share, recycle_loss_share)
    balance = _balance(captured, losses, co2_vented, co2_produced, co2_operational_loss)
    energy = energy_used(
        project_fuel,
        project_fuel_heating_value,
        project_fuel_emission_factor,
        electricity_consumed,
        electricity_emission_factor,
    )
    return assembled(
        None if bau_co2_emitted_share is None else captured * bau_co2_emitted_share,
        captured * reference_co2_emitted_share,
        balance.lost + energy,
        co2_injected=balance.injected,
        co2_stored=balance.stored,
        memo_emissions=product(
            recovered_fuel,
            "recovered_fuel",
            recovered_fuel_heating_value=recovered_fuel_heating_value,
            recovered_fuel_emission_factor=recovered_fuel_emission_factor,
        ),
    )
