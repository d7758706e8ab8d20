"""How long ten thousand years of leaks take, beside a loop that walks through them."""

import time
from collections.abc import Iterator

import numpy as np

from jcm_models.storage import Injection, SecurityCalculator
from jcm_models.storage_regimes import drawn, regime
from tests.storage.published import TARGET, walked

Row = tuple[str, float, float | None, str, float]

DRAWS = 10_000
CHUNK = 2_000  # draws that the loop takes at once, so that they stay near the processor
YEARS = np.array([30, 100, 200, 500, 1000, 5000, 10_000])


def leaks() -> Iterator[Row]:
    """Every draw of a published regime over ten thousand years, with the year of exhaustion."""
    plan = Injection.steady(TARGET, 30)
    for name in ("well_regulated_offshore", "poorly_regulated_onshore"):
        shares = np.random.default_rng(2100).random((DRAWS, len(regime(name))))
        parameters = drawn(name, shares)
        model = SecurityCalculator(parameters)
        found, durations = model.leaked(plan, YEARS), []
        for _ in range(15):
            started = time.perf_counter()
            model.leaked(plan, YEARS)
            durations.append(1000 * (time.perf_counter() - started))
        started = time.perf_counter()
        plain = []
        for at in range(0, DRAWS, CHUNK):
            part = {key: value[at : at + CHUNK] for key, value in parameters.items()}
            rows, _ = walked(part, plan.amounts, YEARS)
            plain.append(rows[:, 0].T)
        by_year = 1000 * (time.perf_counter() - started)
        np.testing.assert_allclose(found, np.concatenate(plain), rtol=1e-9)
        label = f"{DRAWS:,} draws x 10,000 years, {name}"
        yield label, float(np.median(durations)), 20, "the same by a numpy loop over years", by_year
