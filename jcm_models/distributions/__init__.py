"""Distributions of uncertain numbers: mean, inverse distribution function, survival function."""

from jcm_models.distributions.closed_forms import (
    DoubleLogNormal,
    Exponential,
    Fixed,
    LogNormal,
    Normal,
    Pareto,
    Pert,
    Triangular,
    Uniform,
)
from jcm_models.distributions.discrete import Discrete
from jcm_models.distributions.from_scipy import FromScipy, scipy_names
from jcm_models.distributions.protocol import Distribution, require_mean
from jcm_models.distributions.truncation import Truncated, truncated

__all__ = [
    "Discrete",
    "Distribution",
    "DoubleLogNormal",
    "Exponential",
    "Fixed",
    "FromScipy",
    "LogNormal",
    "Normal",
    "Pareto",
    "Pert",
    "Triangular",
    "Truncated",
    "Uniform",
    "require_mean",
    "scipy_names",
    "truncated",
]
