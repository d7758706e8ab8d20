"""Efficiency ratio: the published refrigerators, hand calculations, what holds for every method."""

import numpy as np
import pytest

from jcm_models.crediting import whole_tonnes
from jcm_models.methods.efficiency_ratio import (
    absorption_cooling,
    efficient_boiler,
    efficient_burner,
    efficient_cooling,
    efficient_lighting,
    specific_electricity,
)
from jcm_models.methods.standing_loss import efficient_lines, efficient_transformers
from tests.methods import checks

METHODS = (
    absorption_cooling,
    efficient_boiler,
    efficient_burner,
    efficient_cooling,
    efficient_lighting,
    efficient_lines,
    efficient_transformers,
    specific_electricity,
)
each_method = pytest.mark.parametrize("function", METHODS, ids=lambda f: f.__name__)


@each_method
def test_the_equations_are_the_code(function):
    checks.assert_equations_evaluate_to_the_code(function)


@each_method
def test_twice_the_activity_is_twice_the_emissions(function):
    checks.assert_scales_with_yearly_amounts(function)


@each_method
def test_many_at_once_are_one_by_one(function):
    checks.assert_many_at_once_are_one_by_one(function)


@each_method
def test_one_uncertain_input_gives_every_result_its_shape(function):
    checks.assert_one_uncertain_input_gives_every_result_its_shape(function)


def test_refrigerators_save_what_their_design_document_says():
    # ID_AM003, PT Adib: reference 136, reduction 25 t after rounding down; the factor of 0.814 is
    # derived from 136 t over 167 MWh, so the emissions hold within half a tonne.
    found = efficient_cooling(135, 1.63, 1.32, 0.814)
    assert float(found.reference) == pytest.approx(135.7, abs=0.05)
    assert float(found.project) == pytest.approx(109.9, abs=0.05)
    assert whole_tonnes(found.reference - found.project) == 25


def test_heat_only_boilers_of_mongolia_by_hand():
    found = efficient_boiler(10_000, 0.75, 0.8, 0.0946, 0.0946, 0.55, 0.0946)
    assert float(found.bau) == pytest.approx(1720.0)
    assert float(found.reference) == pytest.approx(1261.333, abs=1e-3)
    assert float(found.project) == pytest.approx(1182.5)


def test_the_better_the_reference_the_less_is_credited():
    found = efficient_cooling(np.full(3, 100.0), 6.0, np.array([3.0, 5.0, 6.0]), 0.5)
    assert (found.reference - found.project).tolist() == pytest.approx([50, 10, 0])


def test_burners_by_hand():
    found = efficient_burner(
        1000, 48, 0.0561, 0.7, 0.5, electricity_consumed=100, electricity_emission_factor=0.8
    )
    assert float(found.reference) == pytest.approx(1000 * 48 * 0.0561 * 1.4)
    assert float(found.project) == pytest.approx(1000 * 48 * 0.0561 + 80)


def test_cooling_from_heat_displaces_the_electricity_of_a_chiller():
    found = absorption_cooling(5000, 5, 0.5, 4, 100)
    assert (float(found.bau), float(found.reference), float(found.project)) == (625, 500, 50)


def test_lamps_and_presses_by_hand():
    lamps = efficient_lighting(1000, 3000, 40, 20, 0.5)
    assert (float(lamps.reference), float(lamps.project)) == (60, 30)
    press = specific_electricity("1e6 output/yr", "1 kWh/output", "0.7 kWh/output", 0.5)
    assert float(press.reference - press.project) == pytest.approx(150)


def test_transformers_by_hand():
    # 4,834 units x 150 W x 8,760 h = 6,351.9 MWh; a blackout of 1 % takes its share.
    found = efficient_transformers(4834, 150, 50, 8760, 0.6, 180, blackout_rate=0.01)
    assert float(found.reference) == pytest.approx(6351.876 * 0.6 * 0.99, rel=1e-6)
    assert float(found.bau) == pytest.approx(float(found.reference) * 180 / 150)
    assert float(found.project) == pytest.approx(float(found.reference) / 3)


def test_doubt_about_the_projects_losses_makes_its_emissions_higher():
    sure = efficient_transformers(100, 150, 50, 8760, 0.6)
    doubted = efficient_transformers(100, 150, 50, 8760, 0.6, loss_uncertainty=0.1)
    assert float(doubted.project) == pytest.approx(1.1 * float(sure.project))
    assert float(doubted.reference) == float(sure.reference)


def test_lines_lose_by_their_resistance():
    found = efficient_lines(5000, 0.12, 0.1, 1.0601, 0.15)
    assert float(found.reference) == pytest.approx(5000 * 1.2 * 1.0601)
    assert float(found.bau) == pytest.approx(5000 * 1.5 * 1.0601)
