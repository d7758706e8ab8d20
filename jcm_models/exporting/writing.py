"""The files that a run leaves of its results."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from jcm_models.exporting.flat import table
from jcm_models.exporting.iamc import iamc_table
from jcm_models.exporting.sheets import sheets_of
from jcm_models.exporting.workbook import Sheet, write_workbook
from jcm_models.results import Results
from jcm_models.wording import Words

__all__ = ["write_results"]

_INDEX_WIDTHS = (18, 34, 16, 64, 16)  # model, scenario, region, variable, unit [characters]
_YEAR_WIDTH = 12


def write_results(results: Results, folder: Path, language: str = "en", run_id: str = "") -> None:
    """Write the results of a run in every format; the same results give the same bytes.

    Parameters
    ----------
    results : Results
        What `compute` returned.
    folder : pathlib.Path
        Where to write ``results.nc`` with everything, ``results.csv`` with one row a year,
        ``results.xlsx`` for people, ``iamc.csv`` and ``iamc.xlsx``.
    language : str
        Language of ``results.xlsx``; the other files are for programs and have none.
    run_id : str
        Name of the run, where it has one.
    """
    dataset = results.to_dataset()
    # By way of memory: where a disk is full, the library behind it ends the whole process.
    content = io.BytesIO()
    dataset.to_netcdf(content, engine="h5netcdf")
    (folder / "results.nc").write_bytes(content.getvalue())
    table(dataset).to_csv(folder / "results.csv", index_label="year", lineterminator="\n")
    title = results.scenario.title.in_language(language)
    sheets = sheets_of(results, Words(language), run_id)
    write_workbook(folder / "results.xlsx", title, sheets)
    _write_iamc(results, folder, title)


def _write_iamc(results: Results, folder: Path, title: str) -> None:
    heading, rows = iamc_table(results)
    with (folder / "iamc.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([heading, *rows])
    years = len(heading) - len(_INDEX_WIDTHS)
    sheet = Sheet(
        name="data",
        heads=(heading,),
        rows=rows,
        styles=("text",) * len(_INDEX_WIDTHS) + ("number",) * years,
        widths=_INDEX_WIDTHS + (_YEAR_WIDTH,) * years,
        fixed=len(_INDEX_WIDTHS),
    )
    write_workbook(folder / "iamc.xlsx", title, [sheet])
