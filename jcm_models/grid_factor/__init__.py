"""Emission factor of a grid from its plants: operating, build and combined margin (CDM Tool 07)."""

from jcm_models.grid_factor.factor import (
    OPERATING_MARGINS,
    WEIGHTS,
    GridFactor,
    Weights,
    grid_emission_factor,
)
from jcm_models.grid_factor.margins import (
    average_operating_margin,
    build_margin,
    combined_margin,
    newest_plants,
    simple_adjusted_operating_margin,
    simple_operating_margin,
)
from jcm_models.grid_factor.plants import Plant, known_fuels, read_plants, unit_emission_factor

__all__ = [
    "OPERATING_MARGINS",
    "WEIGHTS",
    "GridFactor",
    "Plant",
    "Weights",
    "average_operating_margin",
    "build_margin",
    "combined_margin",
    "grid_emission_factor",
    "known_fuels",
    "newest_plants",
    "read_plants",
    "simple_adjusted_operating_margin",
    "simple_operating_margin",
    "unit_emission_factor",
]
