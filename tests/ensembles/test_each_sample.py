"""A sample is what the scenario is alone with the numbers drawn, wherever the numbers stand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_models.article6_over_time import ndc_outcome
from jcm_models.drawn_scenarios import with_draws
from jcm_models.ensemble import draw_ensemble
from jcm_models.simulation import compute_samples
from tests.ensembles.scenarios import (
    CONTRIBUTED,
    FACTOR,
    LANDFILL,
    OF_CONTRIBUTIONS,
    OF_LANDFILL,
    OF_PAYBACK,
    OVERSELLING,
    PAYBACK,
    PHASED,
    PROJECT,
    SHORT,
    SOLAR,
    STATED,
    SUPPLIED,
    alone,
    drawn_of,
    moving,
    shipped,
    triangular,
    uniform,
)
from tests.examples import SHARED, USUAL, load, unhurried
from tests.storage.scenarios import STORAGE

SAMPLES = 5
LOWERED = {"reference.above_bau": "lowered"}
HOST = "article6.host.emissions"
OF_HOST = moving({2021: 48e6, 2032: 56.595e6}, "ar1", 0.02, persistence=0.5)

# What is uncertain, by the scenario that it stands in.
OF_USUAL = {
    "every input of a project, as a distribution or a process": PROJECT,
    "deficits that are carried": SHORT,
    "deficits that are ignored, tonnes rounded to the nearest": {
        **SHORT,
        "crediting.negative": "ignored",
        "crediting.rounding": "nearest",
    },
    "growth of BaU": {"bau.growth": {"rate": uniform(0, 0.03), "since": 2020}},
    "growth of BaU that moves": {
        "bau.growth": {"rate": moving(0.02, "ar1", 0.3, persistence=0.5), "since": 2020}
    },
    "turnover of a stock": {
        "bau.stock_turnover": {
            "emissions_of_new": uniform(0.6, 0.9),
            "lifetime": uniform(8, 15),
            "since": 2020,
        }
    },
    "a grid that decarbonises": {
        "bau.grid_decarbonisation": {
            "rate": uniform(0, 0.05),
            "floor": uniform(0.6, 0.8),
            "since": 2020,
        }
    },
    "a given BaU": {"bau.emissions": moving(5000, "random_walk", 0.1)},
    "the reference by the NDC": {"reference.ndc": {"reduction": uniform(0.3, 0.5), "since": 2015}},
    "the reference by every rule together": {
        "reference.ndc": {"reduction": uniform(0.3, 0.5), "since": 2015},
        "reference.current_policies": {"reduction": moving({2020: 0.3, 2024: 0.5}, "level", 0.1)},
        "reference.best_technology": {"emissions_share": uniform(0.4, 0.7)},
        "reference.conservative_factor": {"factor": triangular(0.4, 0.6, 0.9)},
        "reference.historical": {"emissions": uniform(2000, 3000), "band": uniform(0, 0.2)},
        "reference.pathway": {"emissions": moving(2500, "random_walk", 0.1)},
        "reference.combine": "average",
        SUPPLIED: uniform(7000, 8000),
    },
    "the lowest of several rules": {
        "reference.best_technology": {"emissions_share": uniform(0.5, 0.7)},
        "reference.historical": {"emissions": uniform(2400, 2600)},
    },
    "rules with weights": {
        "reference.best_technology": {"emissions_share": uniform(0.4, 0.7)},
        "reference.combine": "weighted",
        "reference.weights": {"own": 0.25, "best_technology": 0.75},
    },
    "a reference that is held between renewals": {
        "reference.best_technology": {"emissions_share": moving(0.5, "ar1", 0.1, persistence=0.5)},
        "reference.assessed": "at_renewal",
        "crediting.renewals": ["2022-01-01"],
        FACTOR: moving(0.31, "ar1", 0.05, persistence=0.2),
        **LOWERED,
    },
    "the discount, which cannot exceed 1": {
        "crediting.discount": moving(0.95, "ar1", 0.05, persistence=0.3)
    },
    "the margin of project emissions": {
        "crediting.project_margin": moving(0.2, "random_walk", 0.2),
        "crediting.discount": uniform(0.8, 1),
        STATED: 300,
    },
    "the rate of the reserve": {"reserve.rate": uniform(0.01, 0.06)},
    "the rate of the reserve as it moves": {"reserve.rate": moving(0.05, "random_walk", 0.3)},
    "a table of risks, as a product": {
        "reserve": {"risk_table": {"site": uniform(0.01, 0.03), "use": moving(0.02, "level", 0.4)}}
    },
    "a table of risks, as a sum": {
        "reserve": {
            "risk_table": {"site": uniform(0.01, 0.03), "use": moving(0.02, "level", 0.4)},
            "combine": "sum",
        }
    },
    "the release of the reserve": {
        "years": {"first": 2020, "last": 2030},
        "reserve": {
            "rate": 0.05,
            "release_after": uniform(0, 3),
            "release_share": uniform(0.2, 0.9),
        },
    },
    "years of operation that end in the middle of a year": {
        "operation": {"start": "2020-04-01", "lifetime": uniform(1.2, 4.5)}
    },
}
ELSEWHERE = {
    "phases, weights, floors, prices and monitoring": (SHARED, PHASED),
    "years of operation and monitoring periods": (
        SHARED,
        {"operation": {"start": "2020-04-01", "lifetime": uniform(1.2, 6.5)}},
    ),
    "contributions until they are paid back": (PAYBACK, OF_PAYBACK),
    "weighted contributions to date": (CONTRIBUTED, OF_CONTRIBUTIONS),
    "decay of waste over years": (LANDFILL, OF_LANDFILL),
    "decay of waste from a part of a year on": (
        LANDFILL,
        {**OF_LANDFILL, "operation": {"start": "2025-07-01", "lifetime": uniform(2.5, 7)}},
    ),
    "a correlated scenario that is shipped": (SOLAR, {}),
    "emissions and baseline of a host over other years": (
        OVERSELLING,
        {
            "years": {"first": 2022, "last": 2032},
            HOST: OF_HOST,
            "article6.host.baseline": uniform(70e6, 75e6),
        },
    ),
    "a host that accounts for its whole period": (
        OVERSELLING,
        {
            HOST: OF_HOST,
            "article6.host.accounting": "multi_year",
            "article6.host.target": "cumulative",
            "article6.host.baseline": moving(70e6, "level", 0.1),
        },
    ),
    "emissions of Japan and later use": (
        OVERSELLING,
        {
            "article6.japan.emissions": moving(1e9, "random_walk", 0.02),
            "article6.years_until_use": 2,
            SUPPLIED: uniform(12_000, 16_000),
        },
    ),
    "monitoring of a store, and when it is complete": (
        STORAGE,
        {
            "storage.monitoring": {
                "preparatory": uniform(1, 6),
                "after_termination": uniform(2, 9),
                "leak_rate_below": uniform(0.005, 0.015),
            },
            "reserve.liable": "until_completion",
            "operation.lifetime": uniform(3, 8),
            "project.co2_captured": uniform(90_000, 120_000),
        },
    ),
    "events of a store and what is done about them": (
        STORAGE,
        {
            "storage.events": {"per_year": uniform(0.01, 0.1), "mass": 10_000},
            "reserve.shortfall": "next_issuance",
            "reserve.top_up": "next_issuance",
            "project.co2_captured": moving(100_000, "ar1", 0.3, persistence=0.5),
        },
    ),
}
UNCERTAIN = {
    **{name: (USUAL, {**LOWERED, **changes}) for name, changes in OF_USUAL.items()},
    **ELSEWHERE,
}


def scenario_of(folder, base, changes):
    return shipped(base, changes) if not isinstance(base, str) else load(folder, base, changes)


def single(scenario):
    """Return the scenario without correlations and levers, which a certain one cannot have."""
    return scenario.with_({"ensemble.correlations": [], "ensemble.levers": {}})


@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_sample_is_the_scenario_alone_with_the_numbers_drawn(name, tmp_path):
    scenario = scenario_of(tmp_path, *UNCERTAIN[name])
    draws = drawn_of(scenario, SAMPLES)
    together = compute_samples(with_draws(scenario, draws), SAMPLES)
    for sample in range(SAMPLES):
        expected = alone(single(scenario), draws, sample)
        assert set(expected) == set(together)
        for result, array in together.items():
            mine = array[sample if len(array) > 1 else 0]
            np.testing.assert_allclose(
                mine, expected[result], rtol=1e-12, atol=1e-6, err_msg=f"{result} of {sample}"
            )
    assert any(not np.array_equal(a[0], a[-1], equal_nan=True) for a in together.values())


TARGETS = {
    "a share that is a level": {"article6.host.share": moving(0.23, "level", 0.05)},
    "the share of a host": {"article6.host.share": uniform(0.2, 0.25)},
    "a share of a baseline that is uncertain, too": {
        "article6.host.share": triangular(0.2, 0.22, 0.25),
        "article6.host.baseline": moving({2021: 60e6, 2030: 73.5e6}, "ar1", 0.01, persistence=0.5),
        HOST: moving(56e6, "level", 0.01),
    },
    "a share of a base year": {
        "article6.host.target": "base_year",
        "article6.host.share": uniform(0.2, 0.25),
        "article6.host.baseline": uniform(70e6, 76e6),
    },
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_host_oversells_in_a_sample_what_it_would_alone(name):
    scenario = shipped(OVERSELLING, TARGETS[name])
    found, draws = draw_ensemble(scenario, 16, seed=3), drawn_of(scenario, 16)
    beyond = []
    for sample in range(16):
        results = alone(scenario, draws, sample)
        outcome = ndc_outcome(results, "MNG")
        first = results["itmos_first_transferred"].sum()
        beyond.append(max(first - outcome.most, 0))
    np.testing.assert_allclose(found["oversold"], beyond, rtol=1e-9, atol=1e-3)
    assert 0 < np.count_nonzero(beyond) < 16


PARTS = (
    "unissued_reductions",
    "reductions_outside_crediting",
    "reductions_by_conservative_project",
    "reductions_discounted",
    "deficit_settled",
    "reductions_rounded_away",
    "reserve_withheld",
)


@pytest.mark.parametrize("name", UNCERTAIN)
def test_no_tonne_is_lost_in_any_sample(name, tmp_path):
    found = draw_ensemble(scenario_of(tmp_path, *UNCERTAIN[name]), 256, with_levers=False)
    most = found["bau_emissions"] if "bau_emissions" in found else found["reference_emissions"]
    saved = most - found["project_emissions"] - found["leakage_emissions"]
    parts = sum(found[part].astype(float) for part in PARTS if part in found)
    np.testing.assert_allclose(parts + found["credits"].sum(axis=1), saved, rtol=1e-12, atol=1e-3)
    assert (found["credits"] >= 0).all()


@pytest.mark.parametrize(
    "name",
    [
        "events of a store and what is done about them",
        "monitoring of a store, and when it is complete",
        "the release of the reserve",
    ],
)
def test_the_account_of_the_reserve_adds_up_in_every_sample(name, tmp_path):
    found = draw_ensemble(scenario_of(tmp_path, *UNCERTAIN[name]), 256)
    paid_in = found["reserve_withheld"] + found["reserve_topped_up"]
    paid_out = found["reserve_cancelled"] + found["reserve_released"]
    np.testing.assert_array_equal(found["reserve_balance"], np.cumsum(paid_in - paid_out, axis=-1))
    assert (found["reserve_balance"] >= 0).all()
    borne = found["reversal_borne"].sum(axis=1)
    np.testing.assert_array_equal(found["reversal"], borne)
    stored = found["co2_stored"] if "co2_stored" in found else np.zeros_like(found["co2_leaked"])
    so_far = np.cumsum(stored - found["co2_leaked"], axis=-1)
    np.testing.assert_allclose(found["co2_retained"], so_far, atol=1e-3)
    assert paid_out.any()


def test_samples_end_in_different_years(tmp_path):
    changes = {"operation": {"start": "2020-04-01", "lifetime": uniform(1.2, 4.5)}, **LOWERED}
    found = draw_ensemble(load(tmp_path, USUAL, changes), 64)
    lifetime = found.drawn["operation.lifetime"]
    days = np.array([366, 365, 365, 365, 366])
    begun, ends = 91, 91 + lifetime * 365.25  # in days since the first of January 2020
    bounds = np.concatenate([[0], np.cumsum(days)])
    inside = np.minimum(bounds[1:], ends[:, np.newaxis]) - np.maximum(bounds[:-1], begun)
    share = np.clip(inside, 0, None) / days
    # The last day is a whole one.
    np.testing.assert_allclose(found["reference_emissions"] / (8000 * 0.319), share, atol=2 / 365)
    running = (found["reference_emissions"] > 0).sum(axis=-1)
    assert set(running.tolist()) == {2, 3, 4, 5}


@unhurried
@given(
    first=st.floats(6000, 8000),
    width=st.floats(1, 1500),
    factor=st.floats(0.2, 0.4),
    samples=st.integers(1, 40),
    seed=st.integers(0, 2**31),
)
def test_reductions_are_the_product_of_what_is_drawn(
    first, width, factor, samples, seed, tmp_path_factory
):
    changes = {SUPPLIED: uniform(first, first + width), FACTOR: uniform(factor, factor + 0.1)}
    tiny = """\
title: Tiny
question: How much?
host: THA
years: {first: 2020, last: 2021}
project: {method: displaced_electricity, electricity_supplied: 1, reference_emission_factor: 0.1}
allocation: {shares: {japan_government: 1}}
"""
    scenario = load(tmp_path_factory.mktemp("drawn"), tiny, changes)
    found = draw_ensemble(scenario, samples, seed, "monte_carlo")
    supplied, emitted = found.drawn[SUPPLIED], found.drawn[FACTOR]
    assert ((supplied > first) & (supplied < first + width)).all()
    np.testing.assert_array_equal(
        found["emission_reductions"], np.stack([supplied * emitted] * 2, axis=-1)
    )
    assert (found["total_credits"] == 2 * np.floor(np.round(supplied * emitted, 6))).all()
