"""Runs of shipped scenarios of different kinds, written once for all tests of their files."""

import functools
import tempfile
from pathlib import Path

import openpyxl

import jcm_models as jcm
from jcm_models.exporting import write_results
from jcm_models.results import Results

KINDS = (
    "maldives_waste_to_energy",  # four components
    "india_cow_dung_biogas",  # reference and BaU set by rules
    "indonesia_ccs_reserve",  # CO2 under ground, and a reserve
    "ccs_basin_of_twenty_sites",
    "thailand_ndc_balances",  # both countries' balances, credits by contributions
    "mongolia_overselling",  # a balance that is not known
    "mongolia_darkhan_issuances",  # issuances by monitoring period
    "viet_nam_rooftop_solar_payback",  # phases of allocation
)
_KEPT = tempfile.TemporaryDirectory()


@functools.cache
def results(name: str) -> Results:
    return jcm.compute(jcm.load_scenario(name))


def folder(name: str, language: str = "en") -> Path:
    """Return a folder with the files of a run."""
    return _written(name, language)


@functools.cache
def _written(name: str, language: str) -> Path:
    made = Path(_KEPT.name) / language / name
    made.mkdir(parents=True)
    write_results(results(name), made, language, "0123456789ab")
    return made


def sheets(path: Path) -> dict[str, list[tuple]]:
    """Return the rows of each sheet, as openpyxl reads them."""
    return {sheet.title: list(sheet.values) for sheet in openpyxl.load_workbook(path)}
