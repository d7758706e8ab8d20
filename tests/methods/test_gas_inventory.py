"""Gas inventories against published potentials, stoichiometry and the properties of methods."""

import numpy as np
import pytest

from jcm_models.defaults import tables
from jcm_models.methods.gas_inventory import gas_destruction, refrigerant_leakage
from jcm_models.variables import categories
from tests.methods import checks

EXACT = 1e-9  # relative; hand calculations are closed

BY_CATEGORY = {
    gas_destruction: (
        "gas_destroyed",
        "reference_vented_share",
        "global_warming_potential",
        "carbon_dioxide_from_gas",
        "bau_vented_share",
    ),
    refrigerant_leakage: (
        "reference_refrigerant_charge",
        "global_warming_potential",
        "bau_refrigerant_charge",
        "project_refrigerant_charge",
    ),
}
each_method = pytest.mark.parametrize("function", BY_CATEGORY, ids=lambda f: f.__name__)

NAMES = {
    "methane": "CH4",
    "nitrous_oxide": "N2O",
    "sulphur_hexafluoride": "SF6",
    "nitrogen_trifluoride": "NF3",
    "tetrafluoromethane": "CF4",
}
# Shares of mass, by ASHRAE's designation of the blends.
BLENDS = {
    "r_404a": {"hfc_125": 0.44, "hfc_134a": 0.04, "hfc_143a": 0.52},
    "r_407c": {"hfc_32": 0.23, "hfc_125": 0.25, "hfc_134a": 0.52},
    "r_410a": {"hfc_32": 0.5, "hfc_125": 0.5},
    "r_507a": {"hfc_125": 0.5, "hfc_143a": 0.5},
}
NATURAL = {"carbon_dioxide": 1, "ammonia": 0, "propane": 3, "isobutane": 3}
# Atoms of carbon, hydrogen, chlorine, fluorine in a molecule.
FORMULAS = {
    "methane": (1, 4, 0, 0),
    "cfc_11": (1, 0, 3, 1),
    "cfc_12": (1, 0, 2, 2),
    "hcfc_22": (1, 1, 1, 2),
    "hcfc_141b": (2, 3, 2, 1),
    "hfc_23": (1, 1, 0, 3),
    "hfc_32": (1, 2, 0, 2),
    "hfc_125": (2, 1, 0, 5),
    "hfc_134a": (2, 2, 0, 4),
    "hfc_143a": (2, 3, 0, 3),
    "hfc_152a": (2, 4, 0, 2),
    "hfc_227ea": (3, 1, 0, 7),
    "hfc_245fa": (3, 3, 0, 5),
    "tetrafluoromethane": (1, 0, 0, 4),
    "propane": (3, 8, 0, 0),
    "isobutane": (4, 10, 0, 0),
}
WITHOUT_CARBON = ("nitrous_oxide", "sulphur_hexafluoride", "nitrogen_trifluoride", "ammonia")
ATOMIC_WEIGHTS = (12.011, 1.008, 35.45, 18.998)
CARBON_DIOXIDE = 44.009


def number(leaf):
    return leaf["value"] if isinstance(leaf, dict) else leaf


def potentials(report):
    return {gas: number(leaf) for gas, leaf in tables()["gwp"]["values"][report].items()}


def published(report, gas):
    """Look a gas up in an independent package; a blend is the mean by mass of what it holds."""
    package = pytest.importorskip("globalwarmingpotentials")
    if gas in BLENDS:
        return sum(share * published(report, part) for part, share in BLENDS[gas].items())
    symbol = NAMES.get(gas)
    if symbol is None:
        kind, code = gas.split("_")
        symbol = kind.upper() + code
    return package.data[f"{report}GWP100"][symbol]


each_report = pytest.mark.parametrize("report", ["AR4", "AR5", "AR6"])


@each_method
def test_a_method_is_its_equations_and_scales_and_broadcasts(function):
    checks.whole(function, BY_CATEGORY[function])


@each_method
def test_bau_is_unknown_where_its_inputs_are(function):
    drawn = checks.draw(function, 1, BY_CATEGORY[function])
    known = {name: array for name, array in drawn.items() if not name.startswith("bau_")}
    assert function(**drawn).bau is not None
    assert function(**known).bau is None


@each_report
def test_every_potential_is_that_of_the_assessment_report(report):
    found = potentials(report)
    expected = {gas: published(report, gas) for gas in found if gas not in NATURAL}
    assert {gas: found[gas] for gas in expected} == pytest.approx(expected, rel=EXACT)
    assert {gas: found[gas] for gas in NATURAL} == NATURAL


@each_report
def test_every_gas_has_a_potential_in_every_set(report):
    assert set(potentials(report)) == set(categories("gas"))


@each_report
def test_carbon_of_the_gases_is_by_stoichiometry(report):
    expected = dict.fromkeys(WITHOUT_CARBON, 0.0)
    for gas, atoms in FORMULAS.items():
        mass = sum(n * weight for n, weight in zip(atoms, ATOMIC_WEIGHTS, strict=True))
        expected[gas] = atoms[0] * CARBON_DIOXIDE / mass
    for blend, parts in BLENDS.items():
        expected[blend] = sum(share * expected[gas] for gas, share in parts.items())
    found = tables()["carbon_dioxide_from_gas"]["values"][report]
    # the table has three decimals
    assert {gas: number(leaf) for gas, leaf in found.items()} == pytest.approx(expected, abs=6e-4)


def destroyed(potential, **inputs):
    given = {"carbon_dioxide_from_gas": 0.0, "destruction_efficiency": 1.0} | inputs
    return gas_destruction(np.array([[0.01]]), np.array([[1.0]]), np.array([[potential]]), **given)


def test_g11_ten_kilogrammes_of_r_404a():
    assert destroyed(3_920.0).reference == pytest.approx([39.2], rel=EXACT)


def test_g11_by_mass_of_what_it_holds():
    # 3,921.6 unrounded, which the Japanese sheet rounds to tens
    assert destroyed(potentials("AR4")["r_404a"]).reference == pytest.approx([39.216], rel=EXACT)


def test_what_is_not_destroyed_and_what_it_becomes_are_emissions_of_the_project():
    found = destroyed(
        3_920.0,
        destruction_efficiency=0.9999,
        carbon_dioxide_from_gas=0.9,
        transport_distance=200.0,
        transport_emission_factor=1e-4,
    )
    assert found.project == pytest.approx([39.2e-4 + 0.009 * 0.9999 + 2e-4], rel=EXACT)


def test_gas_that_would_have_stayed_in_its_equipment_is_no_reference_but_may_escape():
    found = gas_destruction(
        gas_destroyed=np.array([[2.0], [1.0]]),
        reference_vented_share=np.array([[0.5], [0.0]]),
        global_warming_potential=np.array([[1_300.0], [12_400.0]]),
        destruction_efficiency=0.99,
        carbon_dioxide_from_gas=0.0,
        bau_vented_share=np.array([[1.0], [0.5]]),
    )
    assert found.reference == pytest.approx([1_300], rel=EXACT)
    assert found.bau == pytest.approx([2_600 + 6_200], rel=EXACT)
    assert found.project == pytest.approx([26 + 124], rel=EXACT)


def test_carbon_dioxide_in_place_of_a_fluorocarbon():
    found = refrigerant_leakage(
        reference_refrigerant_charge=np.array([[2.0], [0.0]]),
        reference_leak_rate="10 %/yr",
        global_warming_potential=np.array([[3_942.8], [1.0]]),
        bau_refrigerant_charge=np.array([[2.0], [0.0]]),
        bau_leak_rate=0.15,
        project_refrigerant_charge=np.array([[0.0], [1.5]]),
        project_leak_rate=0.1,
    )
    assert found.reference == pytest.approx([788.56], rel=EXACT)
    assert found.bau == pytest.approx([1_182.84], rel=EXACT)
    assert found.project == pytest.approx([0.15], rel=EXACT)


def test_bau_leakage_needs_both_charge_and_rate():
    drawn = checks.draw(refrigerant_leakage, 1, BY_CATEGORY[refrigerant_leakage])
    for name in ("bau_refrigerant_charge", "bau_leak_rate"):
        assert refrigerant_leakage(**{k: v for k, v in drawn.items() if k != name}).bau is None
