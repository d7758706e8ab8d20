"""A sample of an ensemble is what the scenario is alone with its numbers, in every method."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models.drawn import Drawn
from jcm_models.drawn_scenarios import with_draws
from jcm_models.simulation import compute, compute_samples
from tests.examples import SHIPPED

SAMPLES = 5
# What is drawn stays near its number, so that the levels keep their order: those that set the
# reference fall, and those that set BaU rise.
STEPS = np.linspace(0.0, 0.02, SAMPLES)


def moved(given):
    """Return the numbers of an input in each sample, or nothing where it cannot be moved."""
    value, row = given.value, given.variable
    if value.constant in (None, 0) or row.sums_to_one or given.is_default:
        return None
    sign = -1 if row.name.startswith("reference") else 1
    if given.path.split(".")[0] in {"article6", "storage", "allocation"} or "weights" in given.path:
        return None
    numbers = value.constant * (1 + sign * STEPS)
    bounds = (row.least, row.most)
    inside = all(b is None or (numbers <= b).all() for b in bounds[1:])
    return numbers if inside else None


def drawn(scenario):
    found = {}
    for given in scenario.inputs():
        numbers = moved(given)
        if numbers is not None:
            found[given.path] = (given.value, Drawn(numbers=numbers))
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_a_sample_is_what_the_scenario_is_alone(name):
    scenario = jcm.load_scenario(name, {"reference.above_bau": "lowered"})
    draws = drawn(scenario)
    if scenario.allocation.agreed is not None:
        pytest.skip("agreed tonnes are those of one outcome only")
    together = compute_samples(with_draws(scenario, draws), SAMPLES)
    for sample in range(SAMPLES):
        own = {
            path: f"{float(draw.numbers[sample])!r} {value.unit}"
            if value.unit != "1"
            else float(draw.numbers[sample])
            for path, (value, draw) in draws.items()
        }
        alone = compute(scenario.with_(own))
        assert set(alone) == set(together)
        for result, array in together.items():
            mine = array[sample if len(array) > 1 else 0]
            np.testing.assert_allclose(mine, alone[result], rtol=1e-12, atol=1e-6, err_msg=result)
