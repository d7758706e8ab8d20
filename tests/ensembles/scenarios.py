"""Small scenarios with uncertain numbers, and what a sample of them is alone."""

from pathlib import Path

import numpy as np

import jcm_models as jcm
from jcm_models.ensemble_design import Experiment
from jcm_models.simulation import compute
from jcm_models.uncertain_inputs import uncertain_inputs
from tests.examples import ROOT, SHARED, TINY, USUAL, load
from tests.storage.scenarios import STORAGE

SOLAR = ROOT / "scenarios" / "thailand_solar_uncertainty.yaml"
CCS = ROOT / "scenarios" / "indonesia_ccs_uncertainty.yaml"
LANDFILL = ROOT / "scenarios" / "tunisia_semi_aerobic_landfill.yaml"
PAYBACK = ROOT / "scenarios" / "viet_nam_rooftop_solar_payback.yaml"
CONTRIBUTED = ROOT / "scenarios" / "thailand_floating_solar_contributions.yaml"
OVERSELLING = ROOT / "scenarios" / "mongolia_overselling.yaml"

SUPPLIED = "project.electricity_supplied"
FACTOR = "project.reference_emission_factor"
BAU_FACTOR = "project.bau_emission_factor"
STATED = "project.stated_project_emissions"


def uniform(low, high, **more):
    """Write a uniform distribution."""
    return {"distribution": {"shape": "uniform", "low": low, "high": high}, **more}


def triangular(low, mode, high, **more):
    """Write a triangular distribution."""
    return {"distribution": {"shape": "triangular", "low": low, "mode": mode, "high": high}, **more}


def moving(value, process, sd, **more):
    """Write a number that moves at random over the years; `persistence` belongs to the process."""
    about = {"process": process, "sd": sd}
    if "persistence" in more:
        about["persistence"] = more.pop("persistence")
    form = {"series": value} if isinstance(value, dict) else {"value": value}
    return {**form, "uncertainty": about, **more}


# The usual project, with what is uncertain in it; and one in which some years fall short.
PROJECT = {
    SUPPLIED: triangular(7000, 8000, 8500, unit="MWh/yr", yearly_change="-1 %", since=2021),
    FACTOR: uniform(0.30, 0.33),
    BAU_FACTOR: moving({2020: 0.55, 2024: 0.5}, "level", 0.05),
    STATED: moving(12.5, "ar1", 0.3, persistence=0.5),
    "project.stated_leakage_emissions": moving(1.5, "random_walk", 0.2),
}
SHORT = {
    SUPPLIED: uniform(7000, 8500),
    STATED: moving(1800, "ar1", 0.9, persistence=0.2),
}
# Monitoring periods, and phases that follow on pay-back: what the parties contributed is uncertain.
PHASED = {
    SUPPLIED: uniform(4000, 9000),
    "allocation.contributions.subsidy.amount": uniform("9 kUSD", "15 kUSD"),
    "allocation.contributions.equipment.amount": uniform("5 kUSD", "30 kUSD"),
    "allocation.phases": [
        {
            "rule": "weighted",
            "weights": {
                "public_finance": 1,
                "private_finance": uniform(0.8, 1.2),
                "in_kind": "50 %",
            },
            "counted": "to_date",
            "floors": {"host_government": uniform(0.01, 0.09)},
            "programme": "model_project",
        },
        {
            "after_payback_of": "japan_participants",
            "price": moving(8, "level", 0.3, yearly_change="2 %", since=2020),
            "rule": "proportional",
        },
        {"from": 2026, "shares": {"japan_government": 0.5, "host_government": 0.5}},
    ],
}
OF_LANDFILL = {
    "years": {"first": 2025, "last": 2033},
    "project.components.landfill.waste_disposed": triangular(
        90_000, 150_000, 180_000, unit="t/yr", yearly_change="1.5 %", since=2025
    ),
    "project.components.pumps.electricity_consumed": moving(300, "ar1", 0.2, persistence=0.6),
}
OF_PAYBACK = {
    "allocation.contributions.carbon_finance.amount": uniform("100 kUSD", "400 kUSD"),
    "allocation.contributions.roofs.amount": uniform("30 kUSD", "90 kUSD"),
}
OF_CONTRIBUTIONS = {
    SUPPLIED: uniform(7000, 8500),
    "allocation.contributions.subsidy.amount": uniform("1 MUSD", "3 MUSD"),
    "allocation.contributions.second_inverters.amount": uniform("0.1 MUSD", "0.9 MUSD"),
    "allocation.weights.technical": uniform(1, 2),
}


def usual(folder, **changes):
    """Return the usual scenario with changes, by dotted key with two underscores for a dot."""
    return load(folder, USUAL, by_key(changes))


def tiny(folder, **changes):
    """Return the tiny scenario with changes, as of `usual`."""
    return load(folder, TINY, by_key(changes))


def by_key(changes):
    """Return changes by dotted key."""
    return {key.replace("__", "."): value for key, value in changes.items()}


def deficits(folder):
    """Return a scenario in which some samples emit more than the reference in some years."""
    return load(folder, USUAL, SHORT)


def phased(folder):
    """Return a scenario with monitoring periods, and with phases that wait for a pay-back."""
    return load(folder, SHARED, PHASED)


def storing(folder, changes):
    """Return a small storage project with changes."""
    return load(folder, STORAGE, changes)


def shipped(file: Path, changes):
    """Return a scenario that comes with the workbench, with changes."""
    return jcm.load_scenario(file, changes)


def drawn_of(scenario, samples, seed=3):
    """Return the draws of a scenario, by the path of the input."""
    experiment = Experiment.of(scenario, samples, seed, with_levers=False)
    (option,) = experiment.options
    return experiment.design.draws(experiment.points(0, samples), option.uncertain)


def written(value, drawn, sample, years, first):
    """Write what a number is in one sample, as a person would."""
    unit = {} if value.unit in {"1", "points"} else {"unit": value.unit}
    if value.process is None:
        moves = {"yearly_change": value.yearly_change, "since": value.since} if value.since else {}
        return {"value": float(drawn.numbers[sample]), **unit, **moves}
    factors = drawn.factors[sample]
    if factors.size == 1 and not value.years and value.since is None:
        return {"value": value.points[0] * float(factors[0]), **unit}
    # Before the first and after the last year simulated the nearest factor holds.
    moved = value.at(years) * factors[np.clip(years - first, 0, factors.size - 1)]
    amounts = np.clip(moved, drawn.least, drawn.most)
    return {"series": dict(zip(years.tolist(), amounts.tolist(), strict=True)), **unit}


def alone(scenario, draws, sample):
    """Return the results of the scenario with the numbers that it has in one sample."""
    own = {}
    for path, (value, drawn) in draws.items():
        years = scenario.calendar_years
        if path.startswith("article6"):
            years = getattr(scenario.article6, path.split(".")[1]).years(years[0], years[-1])
        own[path] = written(value, drawn, sample, years, scenario.years.first)
    certain = scenario.with_(own)
    assert not uncertain_inputs(certain)
    return compute(certain)
