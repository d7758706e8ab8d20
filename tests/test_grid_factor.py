"""Emission factor of a grid: a grid worked by hand, its file, and what must hold for any grid."""

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jcm_models import grid_factor
from jcm_models.grid_factor import Plant, grid_emission_factor, read_plants, unit_emission_factor
from jcm_models.problems import ScenarioError
from tests.examples import unhurried

EXACT = 1e-12  # relative; sums in another order
PRINTED = 5e-5  # the digits the digest prints

# 9,600 GWh, of which 2,100 must-run (21.9 %). The five newest, Dai to Can, make 2,300 GWh (24 %).
HEADING = "name,generation [GWh/yr],commissioned,emission_factor,must_run"
LINES = """\
Ash,3000,1995,1.00,no
Birch,2000,2005,0.95,no
Can,1500,2012,0.36,no
Dung,500,1990,0.80,no
Ebb,1200,1985,0,yes
Fume,600,2000,0,yes
Gas,400,2018,0.40,no
Dai,100,2020,0,yes
Ice,200,2019,0,yes
Jar,100,2016,0.70,no
"""
NEWEST = ("Dai", "Ice", "Gas", "Jar", "Can")
FOLLOWING = 3000 * 1 + 2000 * 0.95 + 1500 * 0.36 + 500 * 0.8 + 400 * 0.4 + 100 * 0.7  # kt
SIMPLE = FOLLOWING / 7500  # 0.809
AVERAGE = FOLLOWING / 9600  # 0.632
BUILD = (400 * 0.4 + 100 * 0.7 + 1500 * 0.36) / 2300  # 0.335


def written(folder, lines=LINES, heading=HEADING):
    path = folder / "plants.csv"
    path.write_text(f"{heading}\n{lines}", encoding="utf-8")
    return path


def refusals(call, *args, **kwargs):
    """Return what is refused, as it is printed."""
    with pytest.raises(ScenarioError) as caught:
        call(*args, **kwargs)
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def plants(tmp_path):
    return read_plants(written(tmp_path))


@pytest.mark.parametrize(
    ("method", "hours", "operating"),
    [
        ("simple", None, SIMPLE),
        ("average", None, AVERAGE),
        ("simple_adjusted", 0, SIMPLE),
        ("simple_adjusted", 876, 0.9 * SIMPLE),  # must-run plants emit nothing here
        ("simple_adjusted", 8760, 0),
    ],
)
@pytest.mark.parametrize(
    ("weights", "of_operating"), [("wind_solar", 0.75), ("other_first", 0.5), ("other_later", 0.25)]
)
def test_ten_plants_have_the_margins_worked_by_hand(
    plants, method, hours, operating, weights, of_operating
):
    found = grid_emission_factor(plants, weights, method, hours)
    assert found.operating_margin == pytest.approx(operating, rel=EXACT)
    assert found.build_margin == pytest.approx(BUILD, rel=EXACT)
    combined = of_operating * operating + (1 - of_operating) * BUILD
    assert found.combined_margin == pytest.approx(combined, rel=EXACT)
    assert found.must_run_share == pytest.approx(2100 / 9600, rel=EXACT)
    assert found.newest == NEWEST
    assert found.newest_share == pytest.approx(2300 / 9600, rel=EXACT)
    assert found.warnings == ()


def test_the_margins_worked_by_hand_are_these_numbers(plants):
    found = grid_emission_factor(plants)
    assert round(found.operating_margin, 5) == 0.80933
    assert round(found.build_margin, 5) == 0.33478
    assert round(found.combined_margin, 5) == 0.69070


def test_must_run_plants_with_emissions_count_in_the_simple_adjusted_margin(plants):
    burning = [replace(p, emission_factor=0.3) if p.name == "Fume" else p for p in plants]
    found = grid_emission_factor(burning, "wind_solar", "simple_adjusted", 876)
    expected = 0.9 * SIMPLE + 0.1 * 600 * 0.3 / 2100
    assert found.operating_margin == pytest.approx(expected, rel=EXACT)
    assert any("Fume: must-run though burning a fuel" in text for text in found.warnings)


def test_the_plant_that_crosses_the_line_of_20_per_cent_is_in_the_build_margin(plants):
    smaller = [replace(p, generation=1e6) if p.name == "Can" else p for p in plants]
    found = grid_emission_factor(smaller)  # five make 1,800 of 9,100 GWh, 1,820 are needed
    assert found.newest == (*NEWEST, "Birch")
    expected = (400 * 0.4 + 100 * 0.7 + 1000 * 0.36 + 2000 * 0.95) / 3800
    assert found.build_margin == pytest.approx(expected, rel=EXACT)
    assert "reaches back to 2005, more than 10 years" in found.warnings[0]


@pytest.mark.parametrize("size", [1.0, 0.1, 1e6 / 3])
def test_plants_that_make_just_20_per_cent_need_no_further_one(size):
    years = np.arange(30.0)
    newest = grid_factor.newest_plants(np.full(30, size), np.ones(30), years)
    assert np.flatnonzero(newest).tolist() == [24, 25, 26, 27, 28, 29]


def test_fewer_plants_than_five_are_all_in_the_build_margin(plants):
    found = grid_emission_factor(plants[:3], operating_margin="average")
    assert set(found.newest) == {"Ash", "Birch", "Can"}
    assert "there are fewer than 5 plants" in found.warnings


def test_of_one_year_the_cleaner_plants_come_first_and_a_warning_says_so(plants):
    same = [replace(p, commissioned=2012) if p.name == "Ash" else p for p in plants]
    found = grid_emission_factor(same)
    assert found.newest == NEWEST  # Can and Ash are of 2012; Can has the lower factor
    assert found.warnings[0].startswith("several plants are of 2012")


def test_a_plant_without_emissions_that_is_not_must_run_is_warned_of(plants):
    free = [replace(p, must_run=False) if p.name == "Dai" else p for p in plants]
    assert any("Dai: without emissions" in w for w in grid_emission_factor(free).warnings)


def test_the_simple_margin_is_refused_where_must_run_plants_make_half():
    plants = [Plant("Burn", 50, 2000, 1), Plant("Flow", 50, 2010, 0, must_run=True)]
    (refusal,) = refusals(grid_emission_factor, plants)
    assert "below 50% of the generation; found 50.0%" in refusal
    assert grid_emission_factor(plants, operating_margin="average").operating_margin == 0.5
    below = [replace(plants[0], generation=50.1), plants[1]]
    assert grid_emission_factor(below).operating_margin == 1
    arrays = np.array([50.0, 50]), np.array([1.0, 0]), np.array([False, True])
    assert refusals(grid_factor.simple_operating_margin, *arrays) == [refusal]


# G7 of the digest, both in kgCO2/GJ: the best gas combined cycle and the best diesel generator.
@pytest.mark.parametrize(
    ("fuel", "efficiency", "factor"), [(54.3, 0.612, 0.3194), (72.6, 0.49, 0.5334)]
)
def test_the_best_gas_and_diesel_plants_have_the_factors_of_the_methodologies(
    fuel, efficiency, factor
):
    assert unit_emission_factor(fuel / 1000, efficiency) == pytest.approx(factor, abs=PRINTED)
    text = f"{fuel} kgCO2/GJ"
    assert unit_emission_factor(text, f"{100 * efficiency} %") == pytest.approx(factor, abs=PRINTED)


# G5 of the digest: Siam Solar Energy 1 in Thailand and Cikaso in Indonesia.
@pytest.mark.parametrize(
    ("generation", "reduction", "factor"),
    [(148_477, 80_487, 0.54208), (26_390, 19_133, 0.72501)],
)
def test_a_grid_of_the_implied_factor_gives_the_reductions_of_the_design_document(
    generation, reduction, factor
):
    implied = reduction / generation
    plants = [Plant(f"Unit {year}", 1e6, year, implied) for year in range(2000, 2008)]
    found = grid_emission_factor(plants, "other_first").combined_margin
    assert found == pytest.approx(factor, abs=5e-6)
    assert found * generation == pytest.approx(reduction, rel=EXACT)


# Properties.


@st.composite
def grids(draw):
    count = draw(st.integers(1, 12))
    return [
        Plant(
            name=f"P{number}",
            generation=draw(st.floats(1, 1e6)),
            commissioned=draw(st.integers(1980, 2024)),
            emission_factor=draw(st.floats(0, 1.5)),
            must_run=draw(st.booleans()),
        )
        for number in range(count)
    ]


def factors(plants, method="average", hours=None):
    found = grid_emission_factor(plants, "wind_solar", method, hours)
    return found.operating_margin, found.build_margin, found.combined_margin


@unhurried
@given(grids())
def test_the_combined_margin_lies_between_the_two(plants):
    operating, build, combined = factors(plants)
    assert min(operating, build) - EXACT <= combined <= max(operating, build) + EXACT


@unhurried
@given(grids(), st.floats(1e-3, 1e3))
def test_scaling_all_generation_changes_nothing(plants, scale):
    scaled = [replace(p, generation=scale * p.generation) for p in plants]
    assert factors(scaled) == pytest.approx(factors(plants), rel=1e-9)


@unhurried
@given(grids(), st.randoms(use_true_random=False))
def test_the_order_of_the_plants_does_not_matter(plants, shuffler):
    shuffled = random.Random(shuffler.random()).sample(plants, len(plants))
    assert grid_emission_factor(shuffled, operating_margin="average") == grid_emission_factor(
        plants, operating_margin="average"
    )


@unhurried
@given(grids())
def test_the_build_margin_is_the_one_found_by_counting_in_fractions(plants):
    order = sorted(
        plants, key=lambda p: (-p.commissioned, p.emission_factor, -p.generation, p.name)
    )
    total = sum(Fraction(p.generation) for p in plants)
    taken = []
    for plant in order:
        reached = sum(Fraction(p.generation) for p in taken)
        if len(taken) >= 5 and reached >= total / 5 * (1 - Fraction(1, 10**9)):
            break
        taken.append(plant)
    found = grid_emission_factor(plants, operating_margin="average")
    assert set(found.newest) == {p.name for p in taken}
    expected = sum(Fraction(p.generation) * Fraction(p.emission_factor) for p in taken)
    expected /= sum(Fraction(p.generation) for p in taken)
    assert found.build_margin == pytest.approx(float(expected), rel=1e-9)


@unhurried
@given(grids(), st.floats(0, 8760))
def test_the_simple_adjusted_margin_lies_between_both_groups(plants, hours):
    assume({p.must_run for p in plants} == {True, False})
    ends = [factors(plants, "simple_adjusted", end)[0] for end in (0, 8760)]
    found = factors(plants, "simple_adjusted", hours)[0]
    assert min(ends) - EXACT <= found <= max(ends) + EXACT


# Files.


def test_generation_in_other_units_changes_nothing(tmp_path, plants):
    in_mwh = "".join(
        f"{p.name},{p.generation},{p.commissioned},{p.emission_factor},"
        f"{'yes' if p.must_run else 'no'}\n"
        for p in plants
    )
    bare = read_plants(written(tmp_path, in_mwh, HEADING.replace(" [GWh/yr]", "")))
    assert grid_emission_factor(bare) == grid_emission_factor(plants)
    kwh = HEADING.replace("emission_factor", "emission factor [kgCO2/MWh]")
    thousands = in_mwh.replace(f",{1.0},", ",1000,")
    for value in (0.95, 0.36, 0.8, 0.4, 0.7):
        thousands = thousands.replace(f",{value},", f",{1000 * value},")
    other = read_plants(written(tmp_path, thousands, kwh.replace("GWh/yr", "MWh/yr")))
    assert factors(other) == pytest.approx(factors(plants), rel=EXACT)


def test_plants_come_with_fuel_and_efficiency_or_a_factor_as_written(tmp_path):
    heading = "Name,Generation,Commissioned,Must run,Fuel,Efficiency [%],Emission factor,"
    lines = """\
# from the yearbook 2023, "table 4", with a comma
Best gas,"1,000 GWh/yr",2019,no,natural gas,61.2,,54.3 kgCO2/GJ,new

Old diesel,5e3,1990,No,Diesel,0.35 %,,,
Bagasse,200,2001,yes,biomass,,,,
Wood and coal,100,2005,no,,,0.45,,
"""
    text = lines.replace("0.35 %", "35")
    columns = f"{heading}Fuel emission factor,Note"
    gas, diesel, bagasse, mixed = read_plants(written(tmp_path, text, columns))
    assert gas.generation == 1e6
    assert gas.emission_factor == pytest.approx(0.3194, abs=PRINTED)
    assert diesel.emission_factor == pytest.approx(0.0741 * 3.6 / 0.35, rel=EXACT)
    assert (bagasse.emission_factor, mixed.emission_factor) == (0, 0.45)
    assert (bagasse.must_run, diesel.must_run) == (True, False)
    assert [p.place.line for p in (gas, diesel, bagasse, mixed)] == [3, 5, 6, 7]


def test_fuels_may_be_given_other_factors(tmp_path):
    path = written(
        tmp_path,
        "Mine,10,2000,peat,40 %,no\n",
        "name,generation,commissioned,fuel,efficiency,must_run",
    )
    (mine,) = read_plants(path, {"peat": 0.106})
    assert mine.emission_factor == pytest.approx(0.106 * 3.6 / 0.4, rel=EXACT)


def test_everything_wrong_in_a_file_is_said_at_once_with_its_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    heading = "name,generation [GWh/yr],commissioned,fuel,efficiency,emission_factor,must_run"
    lines = """\
Ash,-3,1995,coal,0.38,,no
Birch,2000,2005-07-01,,,950,no
Can,many,2012,gass,0.5,,perhaps
Can,5 MW,2013,diesel,38,,no
Elm,10,2014,coal,0.4,0.9,no
Fir,10,1700,coal,,,
,10,2010,hydro,,,yes
Hop,1,234,2011,hydro,,,yes
Ivy,20,2011,,,,no
"""
    found = refusals(read_plants, written(tmp_path, lines, heading))
    expected = [
        ("2: Ash.generation: found -3000", "allowed is 0 to 3e+10 MWh/yr"),
        ("3: Birch.commissioned: found '2005-07-01'", "a year is needed"),
        ("3: Birch.emission_factor: found 950", "kg for t)? 0.95 would do"),
        ("4: Can.generation: found 'many'", "a number is needed"),
        ("4: Can.must_run: found 'perhaps'", "yes or no is needed"),
        ("4: Can.fuel: found 'gass'", "known are natural_gas,"),
        ("5: Can: is given twice", ""),
        ("5: Can.generation: MW does not fit", "a yearly amount"),
        ("5: Can.efficiency: found 38", "write 38 % if it is per cent"),
        ("6: Elm.emission_factor: give this or efficiency, not both", ""),
        ("7: Fir.commissioned: found 1700", "1880 to 2100"),
        ("7: Fir.must_run: missing", "yes or no"),
        ("7: Fir.efficiency: missing", "this or emission_factor"),
        ("8: name: missing", ""),
        ("9: Hop: found 8 cells under 7 columns", "without commas"),
        ("10: Ivy.fuel: missing", "or give emission_factor"),
    ]
    assert len(found) == len(expected)
    for text, (begins, holds) in zip(found, expected, strict=True):
        assert text.startswith(f"plants.csv:{begins}")
        assert holds in text


def test_everything_wrong_in_a_heading_is_said_with_the_lines_below(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    heading = "name,generation [GWh],fuel,efficency,emission_factor [kg],name"
    found = refusals(
        read_plants, written(tmp_path, "Ash,12,coal,0.4,2 tCO2/GWh,\n,7,,,,\n", heading)
    )
    expected = [
        "generation: GWh does not fit",
        "efficency: is no column, did you mean efficiency?",
        "emission_factor: kg does not fit",
        "name: stands in two columns",
        "commissioned: this column is missing",
        "must_run: this column is missing",
    ]
    for text, begins in zip(found, expected, strict=False):
        assert text.startswith(f"plants.csv:1: {begins}")
    assert [text.split(":")[1] for text in found[len(expected) :]] == ["3", "3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        (b"", "holds no plants; the first line names the columns"),
        (b"# only a remark\n", "holds no plants; the first line names the columns"),
        (HEADING.encode(), "names its columns but holds no plants"),
        (b"\xff\xfe\x00n", "it is not text in UTF-8"),
        (HEADING.encode() + b'\n"Ash,1,2', "cannot be read from here on"),
        (HEADING.replace(",", ";").encode() + b"\nAsh;1;2000;1;no", "commas separate columns"),
    ],
)
def test_a_file_that_holds_no_plants_is_refused(tmp_path, content, message):
    path = tmp_path / "plants.csv"
    if content is not None:
        path.write_bytes(content)
    assert any(message in text for text in refusals(read_plants, path))


def test_a_file_of_a_spreadsheet_is_read(tmp_path):  # a mark at its beginning, empty cells at ends
    path = tmp_path / "plants.csv"
    text = f"{HEADING},,\r\n" + LINES.replace("\n", ",,\r\n") + ",,,,,,\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(read_plants(path)) == 10


def test_everything_wrong_in_plants_made_in_code_is_said_at_once(plants):
    wrong = [
        Plant("Ash", float("nan"), 2000, 0.9),
        Plant("Ash", 10, 2000.5, 900),
        Plant("", 10, 2000, float("inf")),
    ]
    found = refusals(grid_emission_factor, wrong, "wind-solar", "simplest")
    begins = [
        "Ash.generation: found nan",
        "Ash.commissioned: found 2000.5; a year is needed",
        "Ash.emission_factor: found 900; allowed is 0 to 3 tCO2e/MWh",
        "Ash: is given twice",
        "plant 1.emission_factor: found inf",
        "plant 1.name: missing",
        "weights: found 'wind-solar', did you mean wind_solar?",
        "operating_margin: found 'simplest', did you mean simple?",
    ]
    assert len(found) == len(begins)
    assert all(any(text.startswith(begin) for text in found) for begin in begins)


@pytest.mark.parametrize(
    ("plants", "arguments", "messages"),
    [
        ([], {}, ["there is no plant"]),
        ([Plant("Ash", 0, 2000, 1)], {}, ["no plant generates anything"]),
        (
            [Plant("Ash", 1, 2000, 1)],
            {"operating_margin": "simple_adjusted"},
            ["hours_on_margin: missing", "needs must-run plants too"],
        ),
        (
            [Plant("Ebb", 1, 2000, 0, must_run=True)],
            {"operating_margin": "simple_adjusted", "hours_on_margin": 9000},
            ["hours_on_margin: found 9000", "needs plants that follow the load too"],
        ),
    ],
)
def test_plants_of_which_no_margin_can_be_had_are_refused(plants, arguments, messages):
    found = refusals(grid_emission_factor, plants, **arguments)
    assert len(found) == len(messages)
    for text, message in zip(found, messages, strict=True):
        assert message in text
