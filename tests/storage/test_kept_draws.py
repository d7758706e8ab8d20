"""A study draws once for all that needs the same draws, and computes what is asked for."""

import numpy as np
import pytest

import jcm_models as jcm
from jcm_models import reserve_claims, reserve_leaks, reserve_pooling
from jcm_models.reserve_answers import reserve_study
from jcm_models.reserve_leaks import leaks_of
from jcm_models.reserve_timeline import Timeline
from jcm_models.site_leaks import injections
from jcm_models.storage_draws import drawn_leaks
from tests.storage.scenarios import small

STORAGE = {
    "leakage": {
        "model": "security_calculator",
        "regime": "well_regulated_offshore",
        "blowouts": "events",
    },
    "monitoring": {"preparatory": 5, "after_termination": 20},
}
FURTHER = {
    "the rate": {"reserve__rate": 0.05},
    "who bears a shortfall": {"reserve__shortfall": "host"},
    "the discount": {"crediting": {"discount": 0.9}},
    "who watches": {"storage__monitoring__preparatory": 7},
}
OTHER = {
    "another amount": {"project__co2_captured": 90_000},
    "more sites": {"storage__sites": 2},
    "another regime": {"storage__leakage__regime": "poorly_regulated_onshore"},
    "another lifetime": {"operation__lifetime": 6},
}


def scenario(folder, changes=None):
    return small(folder, **{"storage": STORAGE, **(changes or {})})


def asked(results, seed=1, samples=50):
    """Return what leaks in a study, and the same drawn anew."""
    storage = results.scenario.storage
    plans = injections(results.scenario, storage, results["co2_stored"])
    timeline = Timeline.of(results, plans)
    generator = np.random.default_rng(seed)
    fresh = drawn_leaks(results.scenario, storage, plans, timeline.years, samples, generator)
    return leaks_of(results, plans, timeline, samples, seed), fresh


@pytest.mark.parametrize("changes", FURTHER.values(), ids=FURTHER)
def test_what_draws_nothing_else_keeps_the_draws(tmp_path, changes):
    first, _ = asked(jcm.compute(scenario(tmp_path)))
    again, fresh = asked(jcm.compute(scenario(tmp_path, changes)))
    assert again is first
    np.testing.assert_array_equal(again.leaked, fresh)


@pytest.mark.parametrize("changes", OTHER.values(), ids=OTHER)
def test_what_leaks_otherwise_is_drawn_anew(tmp_path, changes):
    first, _ = asked(jcm.compute(scenario(tmp_path)))
    other, fresh = asked(jcm.compute(scenario(tmp_path, changes)))
    assert other is not first
    np.testing.assert_array_equal(other.leaked, fresh)


def test_another_seed_or_number_of_draws_is_drawn_anew(tmp_path):
    results = jcm.compute(scenario(tmp_path))
    for seed, samples in ((1, 50), (2, 50), (2, 40)):
        found, fresh = asked(results, seed, samples)
        np.testing.assert_array_equal(found.leaked, fresh)


def test_a_leak_table_that_changes_in_its_file_is_drawn_anew(tmp_path):
    table = tmp_path / "leaks.csv"
    found = []
    for share in (0.01, 0.02):
        table.write_text(f"year,share_leaked\n1,{share}\n", encoding="utf-8")
        leakage = {"model": "table", "table": table.name}
        study = reserve_study(small(tmp_path, storage__leakage=leakage), samples=2)
        found.append(study["leaked"][2, -1])
    assert found == pytest.approx([5000, 10_000])


@pytest.mark.parametrize("changes", [*FURTHER.values(), *OTHER.values()], ids=[*FURTHER, *OTHER])
def test_a_study_after_another_is_the_one_that_nothing_came_before(tmp_path, changes, monkeypatch):
    reserve_study(scenario(tmp_path), samples=50).to_dataset()
    after = reserve_study(scenario(tmp_path, changes), samples=50)
    found = {name: after[name] for name in after}
    for module in (reserve_leaks, reserve_pooling, reserve_claims):
        monkeypatch.setattr(module, "_KEPT", type(module._KEPT)(1))
    alone = reserve_study(scenario(tmp_path, changes), samples=50)
    for name in alone:
        np.testing.assert_array_equal(found[name], alone[name], err_msg=name)


def test_nobody_can_change_draws_that_others_look_at(tmp_path):
    found, _ = asked(jcm.compute(scenario(tmp_path)))
    with pytest.raises(ValueError, match="read-only"):
        found.leaked[0, 0] = 1.0


def test_what_a_page_shows_first_spreads_nothing_over_other_sites(tmp_path, monkeypatch):
    study = reserve_study(scenario(tmp_path, {"project__co2_captured": 77_000}), samples=50)
    pools = []

    def noted(*given):
        pools.append(given)
        return drawn_leaks(*given)

    monkeypatch.setattr(reserve_pooling, "drawn_leaks", noted)
    for name in ("sufficient", "adequacy", "required_rate", "retained_share", "borne"):
        assert study[name].size
    assert not pools
    assert study["diversified_rate"].shape == (2, len(reserve_pooling.POOLS))
    assert len(pools) == 1 + len(reserve_pooling.POOLS)
