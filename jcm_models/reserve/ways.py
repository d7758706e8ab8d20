"""Three ways to the probability of a shortfall, and which of them is right when."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from jcm_models.estimation import Estimate
from jcm_models.reserve.compound import Claims, probability_of_more
from jcm_models.reserve.rare import probability_of_rare_shortfall

__all__ = ["Answer", "Way", "shortfall"]

Way = Literal["best", "events", "transform", "conditional"]

# Below this the rounding of a transform leaves few digits.
_RARE = 1e-9
_DRAWS = 1_000_000


class Answer(NamedTuple):
    """A probability with its error, and the way by which it was found."""

    estimate: Estimate
    way: Way


def shortfall(
    claims: Claims, amount: float, way: Way = "best", draws: int = _DRAWS, seed: int = 1
) -> Answer:
    r"""Return the probability that claims exceed a reserve.

    Parameters
    ----------
    claims : Claims
        Claims of one kind.
    amount : float
        The reserve [tCO2e].
    way : {"best", "events", "transform", "conditional"}
        ``events`` draws every claim; ``transform`` needs no chance; ``conditional`` keeps its
        digits however rare a shortfall is. The best is the transform, unless it finds less than
        one shortfall in a thousand million cases: then it is the conditional one.
    draws : int
        How often claims are drawn.
    seed : int
        Where chance starts.

    Returns
    -------
    Answer
        The probability [1], its error, and the way.
    """
    if way == "best":
        found = probability_of_more([claims], amount)
        if float(found.value) >= _RARE or claims.trials is not None:
            return Answer(found, "transform")
        way = "conditional"
    if way == "transform":
        return Answer(probability_of_more([claims], amount), way)
    if way == "conditional":
        return Answer(probability_of_rare_shortfall(claims, amount, seed=seed), way)
    return Answer(_drawn(claims, amount, draws, seed), way)


def _drawn(claims: Claims, amount: float, draws: int, seed: int) -> Estimate:
    """Draw the claims one by one; work grows with their number."""
    generator = np.random.default_rng(seed)
    if claims.trials is not None:
        share = claims.expected / claims.trials if claims.trials else 0.0
        numbers = generator.binomial(claims.trials, share, draws)
    else:
        expected = np.full(draws, claims.expected)
        if claims.frailty is not None:
            expected = expected * generator.gamma(claims.frailty, 1 / claims.frailty, draws)
        numbers = generator.poisson(expected)
    masses = claims.mass.quantile(generator.random(int(numbers.sum())))
    owner = np.repeat(np.arange(draws), numbers)
    total = np.bincount(owner, weights=masses, minlength=draws)
    share = float((total > amount).mean())
    return Estimate(share, float(np.sqrt(max(share * (1 - share), 1 / draws) / draws)))
