r"""The Storage Security Calculator: how CO2 leaks through wells and natural pathways.

Model and parameters are those of Alcalde et al. (2018), Nature Communications 9:2201, in the form
published with Lee et al. (2026), "Carbon at Risk", repository BenGroom/CarbonAtRisk. There a loop
walks through ten thousand years and the injection lasts thirty; here the sums are in closed form
and the injection lasts as long as it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jcm_models.storage.curves import Course, Expected, Rates
from jcm_models.storage.injection import Injection

__all__ = ["SecurityCalculator", "Trapped", "leak_rates"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

_PER_CENT = 100.0
_TONNES_PER_PLUME = 1e6  # the area of a plume is given per million tonnes


class _Wells(NamedTuple):
    """Old wells by their state, each per area [1/km2]; see `_wells`."""

    unplugged_unknown: Array
    plugged_unknown: Array
    unplugged_known: Array
    plugged_known: Array


def _wells(p: Mapping[str, Array]) -> _Wells:
    known = p["known_well_density"]
    unknown = known * (p["well_underestimation"] - 1.0)
    unplugged = p["unplugged_share"]
    return _Wells(
        unknown * unplugged, unknown * (1 - unplugged), known * unplugged, known * (1 - unplugged)
    )


class _Leaks(NamedTuple):
    """The leak rates of a site: slow ones [t/yr], and blow-outs by kind [1/yr]."""

    slow: Rates
    blowouts: Mapping[str, Rates]

    def together(self, p: Mapping[str, Array]) -> Rates:
        """Return the rates of all kinds of leak together [t/yr]."""
        found = []
        for at, slow in enumerate(self.slow):
            found.append(slow + sum(each[at] * p[kind] for kind, each in self.blowouts.items()))
        return Rates(*found)


def _leaks(p: Mapping[str, Array], injection: Injection) -> _Leaks:
    return _Leaks(_slow_rates(p, injection), _blowout_rates(p, injection))


def leak_rates(p: Mapping[str, Array], injection: Injection) -> Rates:
    r"""Return the leak rates of a site.

    Parameters
    ----------
    p : mapping of str to array, shape (sample,)
        Parameters by name, such as ``storage_regimes.drawn`` returns.
    injection : Injection
        What is injected.

    Returns
    -------
    Rates
        Of all kinds of leak together [t/yr].

    Notes
    -----
    The injection of Q tonnes over P years takes :math:`n = Q / (P q)` wells and covers an area
    :math:`F = Q a / 10^6`. With natural leaks N, active wells W and abandoned wells A per area

    :math:`L_1 = N + W + F A_1`, :math:`L_2 = N + F A_2`.

    Known wells without a plug are plugged before injection. After it the wells of the injection
    itself are abandoned wells, too.
    """
    return _leaks(p, injection).together(p)


def _site(p: Mapping[str, Array], injection: Injection) -> tuple[Array, Array]:
    """Return the number of injection wells and the area above the plume [km2]."""
    wells = injection.total / injection.period / p["injection_per_well"]
    return wells, injection.total * p["plume_area"] / _TONNES_PER_PLUME


def _slow_rates(p: Mapping[str, Array], injection: Injection) -> Rates:
    """Return the slow leaks at full inventory and at closure [t/yr]."""
    active, area = _site(p, injection)
    wells, degraded, high = _wells(p), p["degraded_share"], p["intact_high_share"]
    repaired = p["repaired_share"]
    leaking = wells.plugged_unknown * degraded + wells.plugged_known * degraded * (1 - repaired)
    mended = repaired * wells.plugged_known * degraded
    intact = (
        wells.plugged_unknown * (1 - degraded)
        + wells.unplugged_known
        + wells.plugged_known * (1 - degraded)
        + mended
    )
    high_rate, low_rate = p["intact_high_rate"], p["intact_low_rate"]
    abandoned = leaking * p["degraded_rate"] + intact * (high * high_rate + (1 - high) * low_rate)
    natural = area * p["natural_leak_rate"]
    at_work = active * p["slow_leak_rate"] * p["active_leak_share"]
    # After closure the published code lets fewer wells leak at the high rate.
    unknown_intact = wells.plugged_unknown * (1 - degraded)
    burst = wells.plugged_unknown * p["plug_blowout_share"]
    low = (
        wells.unplugged_known
        + wells.plugged_known * (1 - degraded)
        + mended
        + active / area
        + wells.unplugged_unknown
        + burst
        + wells.plugged_known * degraded * (1 - repaired)
        + unknown_intact * (1 - high)
    )
    afterwards = (
        (wells.plugged_unknown * degraded - burst) * p["degraded_rate"]
        + unknown_intact * high * high_rate
        + low * low_rate
    )
    return Rates(natural + at_work + area * abandoned, natural + area * afterwards)


def _blowout_rates(p: Mapping[str, Array], injection: Injection) -> dict[str, Rates]:
    """Return the expected blow-outs a year by kind: at full inventory, and at closure [1/yr]."""
    active, area = _site(p, injection)
    wells = _wells(p)
    none = np.zeros_like(active)
    opened = wells.unplugged_unknown + p["plug_blowout_share"] * (
        p["known_well_density"] + wells.plugged_unknown
    )
    standing = p["known_well_density"] * p["well_underestimation"] + active / area
    return {
        "minor_blowout": Rates(active * p["minor_blowout_rate"], none),
        "major_blowout": Rates(active * p["major_blowout_rate"], none),
        "large_blowout": Rates(
            area * opened / injection.period,
            area * p["well_blowout_rate"] * standing,
        ),
    }


class Trapped(NamedTuple):
    """How stored CO2 is held, each [t] of shape (sample, year); with `leaked` they add up."""

    mineral: Array
    dissolved: Array
    residual: Array
    free: Array
    leaked: Array


@dataclass(frozen=True, eq=False)
class SecurityCalculator:
    """The Storage Security Calculator of Alcalde et al. (2018).

    Parameters
    ----------
    parameters : mapping of str to array, shape (sample,) or ()
        By name; see ``storage_regimes.yaml``.
    """

    parameters: Mapping[str, Array]

    def leaked(self, injection: Injection, years: Whole) -> Array:
        """Return what has leaked by the end of some years [t], shape (sample, year).

        Leakage stops for good before the first year in which no CO2 would be free.
        """
        rates = leak_rates(self.parameters, injection)
        return self._course(rates, injection, years).cumulative(rates)

    def trapped(self, injection: Injection, years: Whole) -> Trapped:
        r"""Return how the CO2 is held at the end of some years.

        Parameters
        ----------
        injection : Injection
            What is injected.
        years : array of int, shape (year,)
            Counted from the first year of injection.

        Returns
        -------
        Trapped
            Mineral, dissolved, residual and free CO2, and what has leaked [t].

        Notes
        -----
        With injected I and leaked C: mineral :math:`(I - C)(-1.669497 \cdot 10^{-13} t^3 +
        2.903893 \cdot 10^{-9} t^2 + 1.403357 \cdot 10^{-5} t)`, dissolved
        :math:`(I - C) \, 0.204 \, t^{0.0342144145}` (after Xu et al. 2003, as the published code
        says), residual the share :math:`s_r` of what is left of I after both, free the rest.
        Where none is free any more, minerals form from what was residual. The fits are for ten
        thousand years; their shares of what is kept hold thereafter.
        """
        return _trapped(self.parameters, injection, years, self.leaked(injection, years))

    def apart(self, injection: Injection, years: Whole) -> tuple[Array, dict[str, Expected]]:
        """Return what leaks slowly, and how many blow-outs are expected.

        Parameters
        ----------
        injection : Injection
            What is injected.
        years : array of int, shape (year,)
            Counted from the first year of injection.

        Returns
        -------
        slow : array, shape (sample, year)
            What leaks without blow-outs [t].
        blowouts : dict of str to Expected
            The expected number of each kind; it is named as the parameter that holds its mass.
            Times their mass, and with the slow leaks, they are the sum of all.
        """
        leaks = _leaks(self.parameters, injection)
        course = self._course(leaks.together(self.parameters), injection, years)
        blowouts = {kind: Expected(course, rates) for kind, rates in leaks.blowouts.items()}
        return course.cumulative(leaks.slow), blowouts

    def _course(self, rates: Rates, injection: Injection, years: Whole) -> Course:
        """Return how leaks add up while CO2 is free."""
        last = self._last_free(rates, injection, int(years[-1]))
        until = years if last.min() >= years[-1] else np.minimum(years, last[:, np.newaxis])
        return self._until(injection, until)

    def _until(
        self, injection: Injection, years: Whole, samples: Whole | slice = slice(None)
    ) -> Course:
        floor, decay = (_of(self.parameters[name], samples) for name in ("floor", "decay"))
        return Course.of(injection, years, floor / _PER_CENT, decay)

    def _last_free(self, rates: Rates, injection: Injection, latest: int) -> Whole:
        """Return the last year with free CO2, none later than `latest`, shape (sample,)."""
        p = self.parameters

        def is_free(at: Whole, samples: Whole) -> NDArray[np.bool_]:
            """Return whether CO2 is free in years of shape (sample, year) or (1, year)."""
            own = {"residual_saturation": _of(p["residual_saturation"], samples)}
            plan = injection.of(samples)
            course = self._until(plan, at, samples)
            leaked = course.cumulative(Rates(*(_of(each, samples) for each in rates)))
            return np.asarray(_trapped(own, plan, at, leaked).free > 0)

        size = np.broadcast_shapes((1,), *(np.shape(each) for each in (*rates, p["decay"])))
        every = np.arange(size[0])
        high = np.full(size, latest)
        if not injection.is_steady:  # then all may be trapped before more is injected
            during = np.arange(1, min(injection.period, latest) + 1)[np.newaxis]
            trapped = ~is_free(during, every)
            high = np.where(trapped.any(axis=1), 1 + trapped.argmax(axis=1), high)
        # From its first year without free CO2 on a sample has none, so that halving finds it.
        found = high.copy()
        ending = every[~is_free(high[:, np.newaxis], every)[:, 0]]
        low, high = np.zeros_like(ending), high[ending]
        while ending.size and (high - low).max() > 1:
            middle = (low + high) // 2
            free = is_free(middle[:, np.newaxis], ending)[:, 0]
            low, high = np.where(free, middle, low), np.where(free, high, middle)
        found[ending] = low
        return found


def _of(numbers: Array, samples: Whole | slice) -> Array:
    """Return the numbers of some samples; one number is that of all."""
    return numbers[samples] if np.size(numbers) > 1 else numbers


def _trapped(p: Mapping[str, Array], injection: Injection, years: Whole, leaked: Array) -> Trapped:
    t = np.minimum(years, _FITTED).astype(float)
    injected = injection.injected(years)
    kept = injected - leaked
    mineral = kept * (t * (_MINERAL[0] + t * (_MINERAL[1] + t * _MINERAL[2])))
    dissolved = kept * _DISSOLVED[0] * t ** _DISSOLVED[1]
    share = np.atleast_1d(np.asarray(p["residual_saturation"], dtype=float))[:, np.newaxis]
    left = kept - mineral - dissolved
    residual = np.minimum((injected - mineral - dissolved) * share, left)
    return Trapped(mineral, dissolved, residual, left - residual, leaked)


# Xu et al. (2003), as fitted in the published code.
_MINERAL = (1.403357e-5, 2.903893e-9, -1.669497e-13)
_DISSOLVED = (0.204, 0.0342144145)
_FITTED = 10_000  # yr; a cubic falls beyond it
