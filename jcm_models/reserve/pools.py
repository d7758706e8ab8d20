"""Pools of projects, or years, that fail as a whole or not at all, as in published models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "BernoulliPool",
    "CorrelatedProjects",
    "large_portfolio_quantile",
    "normal_quantile",
]

Array = NDArray[np.float64]

_NODES = 200


@dataclass(frozen=True)
class BernoulliPool:
    """A pool that loses the same share of itself in every year in which an event happens.

    Parameters
    ----------
    years : int
        Years, each with at most one event.
    probability : float
        Of an event in a year [1].
    loss : float
        Share of what was set aside that one event consumes [1].

    Notes
    -----
    The model of the article "Forest offset projects are burning" of CarbonPlan
    (github.com/carbonplan/research, articles/offset-project-fire): 81 years from 2020 on, each
    event consuming 0.11 times its mortality. The number of events is binomial, so nothing need be
    drawn.
    """

    years: int
    probability: float
    loss: float

    def exhausted(self, share: float = 1.0) -> float:
        """Return the probability that events consume a share of the pool, or more [1].

        Parameters
        ----------
        share : float
            Share of the pool [1], such as what was set aside for these events.
        """
        from scipy.stats import binom  # a run without a study goes without scipy

        needed = int(np.ceil(share / self.loss * (1 - 1e-12)))
        return float(binom.sf(needed - 1, self.years, self.probability))

    def consumed(self) -> float:
        """Return the share of the pool that is expected to be consumed, at most all of it [1]."""
        from scipy.stats import binom

        events = np.arange(self.years + 1)
        taken = np.minimum(events * self.loss, 1.0)
        return float(taken @ binom.pmf(events, self.years, self.probability))


@dataclass(frozen=True)
class CorrelatedProjects:
    """Equal projects that each fail with a probability, any two of them alike correlated.

    Parameters
    ----------
    projects : int
        Number of projects.
    probability : float
        That one fails [1].
    correlation : float
        Of the normal variables behind any two failures [1].
    """

    projects: int
    probability: float
    correlation: float

    def failures(self) -> Array:
        r"""Return the probability of each number of failures [1], shape (projects + 1,).

        Notes
        -----
        Given the common factor z failures are independent with probability
        :math:`p(z) = \Phi((\Phi^{-1}(p) - \sqrt{\rho} z) / \sqrt{1 - \rho})`; over z the binomial
        is integrated by Gauss-Hermite quadrature.
        """
        from scipy.special import ndtr, ndtri

        numbers = np.arange(self.projects + 1)
        if self.correlation == 0.0:
            return _binomial(numbers, self.projects, np.array(self.probability))
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        scale = np.sqrt(1 - self.correlation)
        given = ndtr((ndtri(self.probability) - np.sqrt(self.correlation) * nodes) / scale)
        masses = _binomial(numbers[:, np.newaxis], self.projects, given)
        return np.asarray(masses @ weights / weights.sum())


def _binomial(numbers: NDArray[np.int64], trials: int, probability: Array) -> Array:
    """Return binomial probabilities [1]; those of scipy overflow where one is next to nothing."""
    from scipy.special import gammaln, xlog1py, xlogy

    ways = gammaln(trials + 1) - gammaln(numbers + 1) - gammaln(trials - numbers + 1)
    shares = xlogy(numbers, probability) + xlog1py(trials - numbers, -probability)
    return np.asarray(np.exp(ways + shares))


def large_portfolio_quantile(probability: float, correlation: float, share: float) -> float:
    r"""Return the share of failures that is not exceeded with a probability, of endless projects.

    Parameters
    ----------
    probability : float
        That one project fails [1].
    correlation : float
        Of any two [1].
    share : float
        With which probability [1].

    Returns
    -------
    float
        Share of projects that fail [1].

    Notes
    -----
    :math:`\Phi((\Phi^{-1}(p) + \sqrt{\rho} \, \Phi^{-1}(q)) / \sqrt{1 - \rho})`: Vasicek (2002),
    The distribution of loan portfolio value, Risk 15, 160-162.
    """
    from scipy.special import ndtr, ndtri

    shifted = ndtri(probability) + np.sqrt(correlation) * ndtri(share)
    return float(ndtr(shifted / np.sqrt(1 - correlation)))


def normal_quantile(
    projects: ArrayLike, survival: ArrayLike, correlation: ArrayLike, share: float
) -> Array:
    r"""Return how many projects survive at least, by a normal distribution of their number.

    Parameters
    ----------
    projects : array, shape (..., kind)
        Number of projects of each kind; kinds are independent of each other.
    survival : array, shape (kind,)
        Probability that a project of the kind survives [1].
    correlation : array, shape (kind,)
        Of the survival itself of any two of the kind [1], other than in `CorrelatedProjects`.
    share : float
        With which probability fewer survive [1].

    Returns
    -------
    array, shape (...)
        Number of projects.

    Notes
    -----
    :math:`\mu + \Phi^{-1}(q) \sigma` with :math:`\mu = \sum_k n_k p_k` and :math:`\sigma^2 =
    \sum_k p_k (1 - p_k) (n_k + n_k (n_k - 1) \rho_k)`: the portfolio model of Carbon at Risk
    (github.com/BenGroom/CarbonAtRisk, portfolio_funcs.R).
    """
    from scipy.special import ndtri

    number, alive, rho = (np.asarray(each, float) for each in (projects, survival, correlation))
    pairs = number + number * (number - 1) * rho
    variance = (alive * (1 - alive) * pairs).sum(axis=-1)
    return np.asarray((number * alive).sum(axis=-1) + ndtri(share) * np.sqrt(variance))
