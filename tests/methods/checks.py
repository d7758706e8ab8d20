"""What holds for every method: its equations are its code, it scales, it broadcasts."""

import numpy as np

YEARS = 3
CATEGORIES = 2
LEVELS = ("bau", "reference", "project", "leakage")
RELATIVE = 1e-12  # of floating-point arithmetic in another order


def draw(function, seed, by_category=(), lead=()):
    """Draw every input, in each year its own: shares in (0, 0.5), all else in (1, 2)."""
    random = np.random.default_rng(seed)
    drawn = {}
    for given in function.__method__.inputs:
        shape = (*lead, CATEGORIES, YEARS) if given.name in by_category else (*lead, YEARS)
        low, width = (0.0, 0.5) if given.unit == "1" else (1.0, 1.0)
        drawn[given.name] = low + width * random.random(shape)
    return drawn


def results(found):
    """Return what a method found, by the names of results."""
    return {f"{level}_emissions": getattr(found, level) for level in LEVELS} | dict(found.more)


def assert_equations_evaluate_to_the_code(function, by_category=(), skip=(), lead=()):
    """Assert that each equation in names gives what the code gives [relative 1e-12]."""
    for seed in range(5):
        drawn = draw(function, seed, by_category, lead)
        found = results(function(**drawn))
        equations = function.__method__.equations
        for name, equation in equations.items():
            if name in skip:
                continue
            value = eval(equation.plain, {"np": np}, drawn)
            np.testing.assert_allclose(found[name], value, rtol=RELATIVE, atol=1e-9)
        for name in set(found) - set(equations):
            assert not np.any(found[name]), f"{name} is not zero and has no equation"


def assert_scales_with_yearly_amounts(function, by_category=()):
    """Assert that twice of every yearly amount is twice of every result [relative 1e-12]."""
    drawn = draw(function, 7, by_category)
    yearly = {given.name for given in function.__method__.inputs if "/yr" in given.unit}
    twice = {name: 2 * array if name in yearly else array for name, array in drawn.items()}
    once, doubled = results(function(**drawn)), results(function(**twice))
    for name, array in once.items():
        np.testing.assert_allclose(doubled[name], 2 * array, rtol=RELATIVE)


def assert_many_at_once_are_one_by_one(function, by_category=()):
    """Assert that leading axes change nothing, and that results have the full shape."""
    lead = (2, 4)
    drawn = draw(function, 11, by_category, lead)
    together = results(function(**drawn))
    for index in np.ndindex(lead):
        alone = results(function(**{name: array[index] for name, array in drawn.items()}))
        for name, array in together.items():
            assert array.shape == (*lead, YEARS)
            np.testing.assert_allclose(array[index], alone[name], rtol=RELATIVE)


def assert_one_uncertain_input_gives_every_result_its_shape(function, by_category=()):
    """Assert that results have the shape of all inputs together where one alone has samples."""
    drawn = draw(function, 13, by_category)
    method = function.__method__
    for name in {n for result in method.equations for n in method.inputs_of(result)}:
        sampled = {**drawn, name: np.stack([drawn[name]] * 4)}
        for result in results(function(**sampled)).values():
            assert result.shape == (4, YEARS), name


def assert_only_reference_inputs_change_the_reference(function, by_category=()):
    """Assert that a ``bau_`` or ``project_`` input leaves the reference as it is."""
    drawn = draw(function, 17, by_category)
    once = function(**drawn)
    for name in drawn:
        changed = function(**{**drawn, name: drawn[name] * 0.9})
        if name.startswith(("bau_", "project_")):
            np.testing.assert_array_equal(changed.reference, once.reference)
        if name.startswith(("reference_", "project_")):
            np.testing.assert_array_equal(changed.bau, once.bau)
        if name.startswith(("reference_", "bau_")):
            np.testing.assert_array_equal(changed.project, once.project)


def whole(function, by_category=(), skip=()):
    """Assert all of the above."""
    assert_equations_evaluate_to_the_code(function, by_category, skip)
    assert_equations_evaluate_to_the_code(function, by_category, skip, lead=(4,))
    assert_scales_with_yearly_amounts(function, by_category)
    assert_many_at_once_are_one_by_one(function, by_category)
    assert_one_uncertain_input_gives_every_result_its_shape(function, by_category)
    assert_only_reference_inputs_change_the_reference(function, by_category)
