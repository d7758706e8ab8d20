"""The Storage Security Calculator year by year, as plain as it was published: slow, independent.

Numbers of the base case are those that the published R code (BenGroom/CarbonAtRisk, code/main/
figure3) gives, in per cent of what is injected; the table of draws is its
outputs/intermediate/daccs_mc_results.csv (10,000 draws).
"""

import math

import numpy as np

COLUMNS = ("leaked", "mineral", "dissolved", "residual", "free")
BASE_CASE = {
    30: (6.44606944149, 0.0396309508341, 21.4403092335, 45.5416346931, 26.5323556811),
    100: (6.70765850078, 0.133615995135, 22.2794768983, 45.0004061218, 25.878842484),
    200: (6.7535338456, 0.272422732663, 22.8029451926, 44.6162866033, 25.5548116258),
    500: (6.89115987926, 0.718976178377, 23.4944218534, 43.9562291416, 24.9392129474),
    1000: (7.12053660205, 1.55763627621, 23.9989979465, 43.1771521508, 24.1456770244),
    10_000: (11.2493176121, 23.4102378721, 24.8118716758, 30.0311764622, 10.4973963778),
}
# Mean, and the loss not exceeded in 90, 95 and 98 of 100 draws.
OFFSHORE, ONSHORE = "well_regulated_offshore", "poorly_regulated_onshore"
DRAWS = {
    (OFFSHORE, 200): (0.0751, 0.1253, 0.1512, 0.1834),
    (OFFSHORE, 1000): (0.2698, 0.5208, 0.6482, 0.8199),
    (OFFSHORE, 10_000): (2.4596, 4.9798, 6.2817, 8.0889),
    (ONSHORE, 200): (7.6266, 14.0427, 17.0743, 20.4987),
    (ONSHORE, 1000): (9.2524, 16.7688, 20.1804, 24.831),
    (ONSHORE, 10_000): (20.8908, 30.9383, 32.6472, 34.2206),
}
# The same, re-calculated for these tests by another program with a million draws of its own.
RECALCULATED = {
    (OFFSHORE, 200): (0.0752, 0.1261, 0.1514, 0.1847),
    (OFFSHORE, 1000): (0.2710, 0.5245, 0.6562, 0.8320),
    (OFFSHORE, 10_000): (2.4730, 5.0362, 6.3773, 8.1595),
}
TARGET = 1.2e10  # t, over 30 years


def walked(p, amounts, years):
    """Walk through the years with every sample at once.

    Return the rows (leaked, mineral, dissolved, residual, free) [t] of the years asked for, shape
    (year, row, sample), and the last year in which each sample has free CO2.
    """
    period, total = len(amounts), math.fsum(amounts)
    filling, closed = _rates(p, total, period)
    leaked = before = np.zeros_like(filling)
    leaking, last = np.ones(filling.shape, dtype=bool), np.zeros(filling.shape, dtype=int)
    rows, injected, asked = [], 0.0, set(np.asarray(years).tolist())
    for t in range(1, max(asked) + 1):
        injected += amounts[t - 1] if t <= period else 0.0
        if t <= period:
            rate = filling * injected / total
        else:
            floor = p["floor"]
            rate = closed / 100 * (floor + (100 - floor) * np.exp(-p["decay"] * (t - period - 1)))
        grown = leaked + (rate + before) / 2
        before = rate
        # Leakage stops where none is free: what had leaked by the last row with free CO2 holds.
        leaking &= _held(p, injected, grown, t)[-1] > 0
        leaked = np.where(leaking, grown, leaked)
        last += leaking
        if t in asked:
            rows.append((leaked, *_held(p, injected, leaked, t)))
    return np.array(rows), last


def _rates(p, total, period):
    """Return the leak rates when all is injected and after closure [t/yr]."""
    wells = total / period / p["injection_per_well"]
    area = total * p["plume_area"] / 1e6
    k, u, d = p["known_well_density"], p["unplugged_share"], p["degraded_share"]
    h, plug = p["intact_high_share"], p["plug_blowout_share"]
    t_density = k * p["well_underestimation"]
    unknown = t_density - k
    uu, up = unknown * u, unknown * (1 - u)
    mended = p["repaired_share"]
    high, low, deg = p["intact_high_rate"], p["intact_low_rate"], p["degraded_rate"]
    intact = up * (1 - d) + k * u + k * (1 - u) * (1 - d) + mended * k * (1 - u) * d
    first = (uu / period + plug / period * k + plug / period * up) * p["large_blowout"]
    first = first + (up * d + k * (1 - u) * d * (1 - mended)) * deg
    first = first + intact * (h * high + (1 - h) * low)
    per_area = wells / area
    second = p["well_blowout_rate"] * (t_density + per_area) * p["large_blowout"]
    second = second + (up * d - up * plug) * deg + up * (1 - d) * h * high
    rest = k * u + k * (1 - u) * (1 - d) + mended * k * (1 - u) * d + per_area + uu + up * plug
    rest = rest + k * (1 - u) * d * (1 - mended) + up * (1 - d) * (1 - h)
    second = second + rest * low
    natural = area * p["natural_leak_rate"]
    at_wells = p["slow_leak_rate"] * p["active_leak_share"]
    at_wells = at_wells + p["minor_blowout_rate"] * p["minor_blowout"]
    at_wells = at_wells + p["major_blowout_rate"] * p["major_blowout"]
    return natural + wells * at_wells + area * first, natural + area * second


def _held(p, injected, leaked, t):
    """Return what is mineral, dissolved, residual and free [t]."""
    kept = injected - leaked
    mineral = kept * (-1.669497e-13 * t**3 + 2.903893e-9 * t**2 + 1.403357e-5 * t)
    dissolved = kept * 0.204 * t**0.0342144145
    left = kept - mineral - dissolved
    residual = np.minimum((injected - mineral - dissolved) * p["residual_saturation"], left)
    return mineral, dissolved, residual, left - residual
