"""The Storage Security Calculator year by year, as plain as it was published: slow, independent.

Numbers of the base case are those that the published R code (BenGroom/CarbonAtRisk, code/main/
figure3) gives, in per cent of what is injected; the table of draws is its
outputs/intermediate/daccs_mc_results.csv (10,000 draws).
"""

import math

COLUMNS = ("leaked", "mineral", "dissolved", "residual", "free")
BASE_CASE = {
    30: (6.44606944149, 0.0396309508341, 21.4403092335, 45.5416346931, 26.5323556811),
    100: (6.70765850078, 0.133615995135, 22.2794768983, 45.0004061218, 25.878842484),
    200: (6.7535338456, 0.272422732663, 22.8029451926, 44.6162866033, 25.5548116258),
    500: (6.89115987926, 0.718976178377, 23.4944218534, 43.9562291416, 24.9392129474),
    1000: (7.12053660205, 1.55763627621, 23.9989979465, 43.1771521508, 24.1456770244),
    10_000: (11.2493176121, 23.4102378721, 24.8118716758, 30.0311764622, 10.4973963778),
}
# Offshore: mean, and the loss not exceeded in 90, 95 and 98 of 100 draws.
DRAWS = {
    200: (0.0751, 0.1253, 0.1512, 0.1834),
    1000: (0.2698, 0.5208, 0.6482, 0.8199),
    10_000: (2.4596, 4.9798, 6.2817, 8.0889),
}
TARGET = 1.2e10  # t, over 30 years


def year_by_year(p, amounts, years):
    """Walk through the years; return the rows (leaked, mineral, dissolved, residual, free) [t]."""
    period, total = len(amounts), math.fsum(amounts)
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
    first += (up * d + k * (1 - u) * d * (1 - mended)) * deg
    first += intact * (h * high + (1 - h) * low)
    per_area = wells / area
    second = p["well_blowout_rate"] * (t_density + per_area) * p["large_blowout"]
    second += (up * d - up * plug) * deg + up * (1 - d) * h * high
    rest = k * u + k * (1 - u) * (1 - d) + mended * k * (1 - u) * d + per_area + uu + up * plug
    rest += k * (1 - u) * d * (1 - mended) + up * (1 - d) * (1 - h)
    second += rest * low
    natural = area * p["natural_leak_rate"]
    at_wells = p["slow_leak_rate"] * p["active_leak_share"]
    at_wells += p["minor_blowout_rate"] * p["minor_blowout"]
    at_wells += p["major_blowout_rate"] * p["major_blowout"]
    filling, closed = natural + wells * at_wells + area * first, natural + area * second
    rows, leaked, before, injected = [], 0.0, 0.0, 0.0
    for t in range(1, years + 1):
        injected += amounts[t - 1] if t <= period else 0.0
        if t <= period:
            rate = filling * injected / total
        else:
            floor = p["floor"]
            rate = closed / 100 * (floor + (100 - floor) * math.exp(-p["decay"] * (t - period - 1)))
        leaked += (rate + before) / 2
        before = rate
        row = (leaked, *_held(p, injected, leaked, t))
        if row[-1] <= 0:  # leakage stops: the last row with free CO2 holds
            leaked = rows[-1][0] if rows else 0.0
            return rows + [(leaked, *_held(p, injected, leaked, s)) for s in range(t, years + 1)]
        rows.append(row)
    return rows


def _held(p, injected, leaked, t):
    kept = injected - leaked
    mineral = kept * (-1.669497e-13 * t**3 + 2.903893e-9 * t**2 + 1.403357e-5 * t)
    dissolved = kept * 0.204 * t**0.0342144145
    left = kept - mineral - dissolved
    residual = min((injected - mineral - dissolved) * p["residual_saturation"], left)
    return mineral, dissolved, residual, left - residual
