"""The published regimes: their parameters, and how they are drawn."""

import math

import numpy as np
import pytest

from jcm_models.storage_regimes import drawn, means, regime
from jcm_models.tables import read_table

REGIMES = read_table("storage_regimes.yaml")["regimes"]
ONSHORE, OFFSHORE = "poorly_regulated_onshore", "well_regulated_offshore"


@pytest.mark.parametrize("name", REGIMES)
def test_every_regime_has_each_parameter_once_and_in_the_same_order(name):
    table = read_table("storage_regimes.yaml")
    assert [*regime(name)] == [*table["parameters"]]
    assert all(row["unit"] and row["label"] for row in table["parameters"].values())
    assert REGIMES[name]["label"]
    assert REGIMES[name]["label_ja"]
    assert table["standing"] == "published"
    assert "BenGroom/CarbonAtRisk" in table["source"]


def test_an_unknown_regime_is_told_which_there_are():
    with pytest.raises(ValueError, match=f"found 'onshore'; .* {OFFSHORE}, {ONSHORE}, base_case"):
        regime("onshore")


# Defaults of SSCBase in code/DACCS_ONSHORE_200.R.
BASE = {
    "plume_area": math.exp(-0.7595),
    "active_leak_share": math.exp(-2.89),
    "minor_blowout": math.exp(math.exp(1.27)),
    "major_blowout": math.exp(math.exp(2.57)),
    "well_underestimation": 1.55,
    "plug_blowout_share": math.exp(-8.6125),
    "large_blowout": math.exp(13.4),
    "natural_leak_rate": math.exp(0.693),
    "floor": 12.0,
    "decay": 0.25715,
}


@pytest.mark.parametrize(("parameter", "value"), BASE.items())
def test_the_base_case_has_the_defaults_of_the_published_code(parameter, value):
    assert means("base_case")[parameter] == pytest.approx([value], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "parameter", "share", "value"),
    [
        # A normal, a lognormal and a double lognormal one standard deviation above the centre.
        (OFFSHORE, "injection_per_well", 0.8413447460685429, 754_150.0),
        (OFFSHORE, "active_leak_share", 0.8413447460685429, math.exp(-2.17 + 0.6)),
        (ONSHORE, "active_leak_share", 0.8413447460685429, math.exp(-2.89 + 0.7)),
        (ONSHORE, "degraded_share", 0.8413447460685429, math.exp(-2.89 + 0.7)),
        (ONSHORE, "major_blowout", 0.8413447460685429, math.exp(math.exp(2.57 + 0.045))),
        (OFFSHORE, "major_blowout_rate", 0.8413447460685429, 1.48e-4 + 3.33e-5),
        (ONSHORE, "major_blowout_rate", 0.8413447460685429, 1.35e-4 + 4.4e-5),
        (OFFSHORE, "residual_saturation", 0.8413447460685429, 0.58 + 0.0286),
        (OFFSHORE, "known_well_density", 0.25, 0.42),
        (ONSHORE, "known_well_density", 0.25, 2.375),
        (OFFSHORE, "well_underestimation", 0.9, 1.0),
        (ONSHORE, "well_underestimation", 0.5, 1.55),
        (OFFSHORE, "unplugged_share", 0.9, 0.0),
        (ONSHORE, "unplugged_share", 0.9, 0.3),
        # Of a triangle the share (mode - least) / (most - least) lies below its mode.
        (ONSHORE, "floor", 9 / 50, 12.0),
        (OFFSHORE, "floor", 1.0, 53.0),
    ],
)
def test_parameters_are_drawn_from_the_published_distributions(name, parameter, share, value):
    at = [*regime(name)].index(parameter)
    shares = np.full((2, len(regime(name))), 0.5)
    shares[1, at] = share
    found = drawn(name, shares)
    assert found[parameter][1] == pytest.approx(value, rel=1e-9)
    others = [each for each in found if each != parameter]
    assert all(found[each][0] == found[each][1] for each in others)


def test_no_mean_is_infinite():
    for name in REGIMES:
        assert all(np.isfinite(value).all() for value in means(name).values())
