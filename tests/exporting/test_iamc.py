"""iamc.csv and iamc.xlsx, read by what knows nothing of the package: pandas, csv and openpyxl."""

import csv
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

import jcm_models as jcm
from jcm_models.exporting import iamc_table
from jcm_models.rulebook import iamc_region, partners
from jcm_models.variables import PARTIES
from tests.examples import SHIPPED
from tests.exporting.runs import KINDS, folder, results

INDEX = ["Model", "Scenario", "Region", "Variable", "Unit"]
CREDITS = "JCM|Emission Reductions|Credits"


def by_csv(name):
    return pd.read_csv(folder(name) / "iamc.csv", keep_default_na=False, dtype=str)


def by_xlsx(name):
    return pd.read_excel(folder(name) / "iamc.xlsx", sheet_name="data")


@pytest.mark.parametrize("name", KINDS)
def test_both_files_hold_the_same(name):
    text, sheet = by_csv(name), by_xlsx(name)
    assert text.columns.tolist() == list(map(str, sheet.columns))
    assert sheet.columns.tolist() == [*INDEX, *results(name)["year"].tolist()]
    assert text[INDEX].values.tolist() == sheet[INDEX].fillna("").values.tolist()
    numbers = text.drop(columns=INDEX).replace("", "nan").astype(float).to_numpy()
    np.testing.assert_array_equal(numbers, sheet.drop(columns=INDEX).to_numpy(dtype=float))


@pytest.mark.parametrize("name", KINDS)
def test_the_numbers_are_those_of_the_run(name):
    rows = {(row["Region"], row["Variable"]): row for _, row in by_xlsx(name).iterrows()}
    run, years = results(name), results(name)["year"].tolist()
    host = iamc_region(run.scenario.host)

    def values(variable, region=host):
        return rows[region, variable][years].to_numpy(dtype=float)

    np.testing.assert_array_equal(values("JCM|Emissions|Reference"), run["reference_emissions"])
    np.testing.assert_array_equal(values(CREDITS), run["credits_issued"])
    for party, credits_ in zip(PARTIES, run["credits"], strict=True):
        level = party.replace("_", " ").title()
        np.testing.assert_array_equal(values(f"{CREDITS}|{level}"), credits_)
    for region, adjusted in zip((host, "Japan"), run["corresponding_adjustment"], strict=True):
        np.testing.assert_array_equal(values("JCM|Corresponding Adjustment", region), adjusted)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_stands_above_others_is_their_sum_and_no_row_stands_twice(path):
    heading, rows = iamc_table(jcm.compute(jcm.load_scenario(path)))
    series = {row[2:5]: np.array(row[5:], dtype=float) for row in rows}
    assert len(series) == len(rows)
    assert all(len(row) == len(heading) for row in rows)
    summed = set()
    for region, name, unit in series:
        below = [
            values
            for (where, other, its), values in series.items()
            if where == region and its == unit and other.rpartition("|")[0] == name
        ]
        if below:
            summed.add(name)
            np.testing.assert_allclose(np.sum(below, axis=0), series[region, name, unit], atol=1e-6)
    assert {"JCM|Emission Reductions", CREDITS} <= summed


@pytest.mark.parametrize("name", KINDS)
def test_units_are_spelt_as_in_the_common_definitions(name):
    units = by_csv(name).set_index("Variable")["Unit"]
    assert set(units) <= {"t CO2-equiv/yr", "t CO2-equiv", ""}
    assert units[CREDITS] == "t CO2-equiv/yr"
    assert units["JCM|Reserve|Balance"] == "t CO2-equiv"
    assert set(units[units.index.str.startswith("JCM|Allocation Share|")]) == {""}


def test_regions_are_named_as_in_the_common_definitions():
    # From definitions/region/common.yaml of IAMC common-definitions.
    known = set(
        re.split(
            r",\s*",
            "Azerbaijan, Bangladesh, Cambodia, Chile, Costa Rica, Ethiopia, Georgia, Indonesia, "
            "Kazakhstan, Kenya, Kyrgyzstan, Laos, Maldives, Mexico, Moldova, Mongolia, Myanmar, "
            "Palau, Papua New Guinea, Philippines, Saudi Arabia, Senegal, Sri Lanka, Thailand, "
            "Tunisia, Ukraine, United Arab Emirates, Uzbekistan, Viet Nam",
        )
    )
    assert {iamc_region(code) for code in partners()} == known
    assert iamc_region("JPN") == "Japan"
    with pytest.raises(ValueError, match="no partner country's code"):
        iamc_region("XXX")


def test_a_balance_that_is_not_known_has_no_row_and_no_number_is_made_up():
    name = "mongolia_overselling"
    frame = by_xlsx(name)
    balances = frame[frame["Variable"] == "JCM|Emissions Balance"]
    known = ~np.isnan(results(name)["emissions_balance"]).all(axis=1)
    assert len(balances) == known.sum() == 1
    assert balances["Region"].tolist() == ["Mongolia"]


def test_a_run_with_changed_values_is_another_scenario():
    plain = jcm.load_scenario("thailand_floating_solar")
    changed = plain.with_({"crediting.discount": 0.95})
    names = {iamc_table(jcm.compute(each))[1][0][1] for each in (plain, changed)}
    assert names == {
        "thailand_floating_solar",
        "thailand_floating_solar (crediting.discount=0.95)",
    }


def test_the_csv_is_plain():
    text = (folder("thailand_ndc_balances") / "iamc.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0][:5] == INDEX
    assert all(row[0] == f"jcm_models {jcm.__version__}" for row in rows[1:])
    assert "\r" not in text
    assert openpyxl.load_workbook(folder("thailand_ndc_balances") / "iamc.xlsx").sheetnames == [
        "data"
    ]
