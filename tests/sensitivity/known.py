"""Functions whose Sobol indices are known in closed form."""

import numpy as np


def ishigami(points):
    """Return Ishigami and Homma's function of three inputs, with a = 7 and b = 0.1."""
    x = np.pi * (2 * points - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices(a=7.0, b=0.1):
    """Return first and total indices of it.

    T. Ishigami, T. Homma: An importance quantification technique in uncertainty analysis for
    computer models, Proceedings of ISUMA '90, 398-403.
    """
    alone = (1 + b * np.pi**4 / 5) ** 2 / 2
    second = a**2 / 8
    together = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = alone + second + together
    first = np.array([alone, second, 0.0]) / variance
    return first, first + np.array([together, 0.0, together]) / variance


G_WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


def sobol_g(points, weights=G_WEIGHTS):
    """Return Sobol's g-function."""
    return np.prod((np.abs(4 * points - 2) + weights) / (1 + weights), axis=1)


def sobol_g_indices(weights=G_WEIGHTS):
    """Return first and total indices of it.

    A. Saltelli et al.: Variance based sensitivity analysis of model output, Computer Physics
    Communications 181 (2010), 259-270.
    """
    own = 1 / (3 * (1 + weights) ** 2)
    others = np.array([np.prod(1 + np.delete(own, i)) for i in range(len(own))])
    variance = np.prod(1 + own) - 1
    return own / variance, own * others / variance


def groups_of(dimensions):
    """Return one column for each input."""
    return [[column] for column in range(dimensions)]
