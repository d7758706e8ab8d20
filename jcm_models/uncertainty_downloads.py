"""What a visitor takes along of an ensemble: its samples, one row each, and in full."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from jcm_models.downloads import Download, workbook_of
from jcm_models.section_pages import SectionPage
from jcm_models.uncertainty_study import UncertaintyStudy
from jcm_models.variables import outcome_variables
from jcm_models.wording import Words

__all__ = ["sample_files", "sample_table"]


def sample_files(
    page: SectionPage, study: UncertaintyStudy
) -> Mapping[str, tuple[str, Callable[[], Download]]]:
    """Return the files of an ensemble, by kind: what each is called, and what makes it.

    Parameters
    ----------
    page : SectionPage
        The page that is shown.
    study : UncertaintyStudy
        Its ensemble.
    """
    if not study.is_uncertain:
        return {}
    makers: dict[str, Callable[[], Download]] = {
        "samples_workbook": lambda: _workbook(page, study),
        "samples_csv": lambda: _csv(page, study),
        "samples_netcdf": lambda: _netcdf(page, study),
    }
    words = page.words
    return {kind: (words(f"uncertainty.download_{kind}"), make) for kind, make in makers.items()}


def sample_table(study: UncertaintyStudy, words: Words) -> tuple[list[str], list[list[float]]]:
    """Return the samples, a row each: what was drawn, then what it comes to over all years.

    Returns
    -------
    list of str, list of list of float
        The heads, with units, and the rows; the first column counts the samples.
    """
    heads, columns = [words("uncertainty.sample")], [np.arange(study.samples, dtype=float)]
    for path, array in study.drawn.items():
        heads.append(_head(study.labels[path], study.unit_of(path), words))
        columns.append(np.asarray(array, dtype=float))
    for name, array in study.outcomes.items():
        row = outcome_variables()[name]
        heads.append(_head(words.label(row), row.unit, words))
        columns.append(np.asarray(array, dtype=float))
    return heads, np.column_stack(columns).tolist()


def _head(label: str, unit: str, words: Words) -> str:
    said = words.unit(unit)
    return f"{label} [{said}]" if said else label


def _csv(page: SectionPage, study: UncertaintyStudy) -> Download:
    import pandas as pd

    heads, rows = sample_table(study, page.words)
    text = pd.DataFrame(rows, columns=heads).astype({heads[0]: int}).to_csv(index=False)
    return Download(f"{page.stem}_samples.csv", "text/csv", text.encode("utf-8-sig"))


def _workbook(page: SectionPage, study: UncertaintyStudy) -> Download:
    from jcm_models.exporting.workbook import Sheet

    heads, rows = sample_table(study, page.words)
    drawn = len(study.drawn)
    styles = ["whole", *["digits"] * drawn, *["whole"] * (len(heads) - drawn - 1)]
    widths = [10, *[22] * (len(heads) - 1)]
    sheet = Sheet(page.words("uncertainty.samples"), [heads], rows, styles, widths, fixed=1)
    return workbook_of(f"{page.stem}_samples.xlsx", page.title, [sheet])


def _netcdf(page: SectionPage, study: UncertaintyStudy) -> Download:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "samples.nc"
        study.ensemble.to_dataset().to_netcdf(target, engine="h5netcdf")
        return Download(f"{page.stem}_samples.nc", "application/netcdf", target.read_bytes())
