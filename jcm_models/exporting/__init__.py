"""Results as files: netCDF and csv for programs, xlsx for people, IAMC to compare models."""

from jcm_models.exporting.flat import table
from jcm_models.exporting.iamc import iamc_table
from jcm_models.exporting.writing import write_results

__all__ = ["iamc_table", "table", "write_results"]
