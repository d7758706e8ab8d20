"""What becomes of the reductions of all years, in whole tonnes: the numbers behind the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures import svg
from jcm_models.figures.svg import Array, Years

if TYPE_CHECKING:
    from jcm_models.wording import Words

__all__ = ["LEAST", "TINY", "outcome_parts", "share_text", "span_text", "yearly"]

LEAST = 0.5  # a part of less rounds to no tonne and is not shown [tCO2e]
TINY = 0.0005  # a share of less rounds to nothing
_MOST = 10.0  # a share of more says nothing
_RUNS = 4  # so many stretches of years are listed, more are not
_FLOWS = (
    "reference_emissions",
    "project_emissions",
    "leakage_emissions",
    "reductions_outside_crediting",
    "deficit_settled",
    "credits_issued",
    "reserve_withheld",
)


def yearly(results: Mapping[str, ArrayLike], name: str) -> Array:
    """Return the annual totals of a quantity [tCO2e/yr]; zeros where it is absent.

    Raises
    ------
    ValueError
        If there is not one number for each year.
    """
    shape = np.shape(np.asarray(results["year"]))
    values = np.asarray(results[name], dtype=float) if name in results else np.zeros(shape)
    if values.shape != shape or not np.isfinite(values).all():
        message = f"{name}: a figure needs a number for each year {shape}, not {values.shape}"
        raise ValueError(message)
    return values


def span_text(years: Years, words: Words) -> str:
    """Return the years as people write them: 2030, or 2020 to 2024, 2030 with a dash."""
    runs = [years[run] for run in svg.runs(years)]
    return words("figure.list_gap").join(
        words("figure.span" if len(run) > 1 else "figure.year", first=run[0], last=run[-1])
        for run in (runs if len(runs) <= _RUNS else [years])
    )


def outcome_parts(results: Mapping[str, ArrayLike]) -> dict[str, float]:
    """Return what becomes of the reductions, and their total, over all years [tCO2e].

    Parameters
    ----------
    results : mapping of str to array-like
        ``year``, annual totals by name and ``credits`` by party and year [tCO2e/yr].

    Returns
    -------
    dict of str to float
        ``total``; its parts ``unissued`` (where business as usual is known), ``not_credited``,
        ``above`` (emissions above the reference that were not made good, not positive) and
        ``credited``, which add up to it; and what ``credited`` is made of: ``reserve`` and each
        party. All but the parties are rounded to the tonne.

    Notes
    -----
    What is never issued and what is reduced below the reference are each rounded by themselves,
    and the total is their sum, so that every text, table and figure shows the same tonnes. What
    is reduced and neither issued nor above the reference is not credited.
    """
    from jcm_models.variables import PARTIES  # here, as it loads YAML: 60 ms to the import

    flow = {name: yearly(results, name) for name in _FLOWS}
    reduced = flow["reference_emissions"] - flow["project_emissions"] - flow["leakage_emissions"]
    outside, deficit = flow["reductions_outside_crediting"], float(flow["deficit_settled"].sum())
    above = _whole(float(np.minimum(outside, 0).sum()) + min(deficit, 0))
    credited = _whole(flow["credits_issued"].sum())
    rest = _whole(reduced.sum()) - credited
    lost = max(rest - above, 0.0)
    parts = {"not_credited": lost, "above": rest - lost, "credited": credited}
    if "bau_emissions" in results:
        unissued = yearly(results, "bau_emissions") - flow["reference_emissions"]
        parts = {"unissued": _whole(unissued.sum())} | parts
    reserve = _whole(flow["reserve_withheld"].sum())
    credits = np.asarray(results["credits"], dtype=float).sum(axis=1).tolist()
    held = {"reserve": reserve} | dict(zip(PARTIES, credits, strict=True))
    return {"total": sum(parts.values())} | parts | held


def _whole(tonnes: float) -> float:
    return float(round(float(tonnes)))


def share_text(tonnes: float, total: float, words: Words) -> str:
    """Write a part's share of the total as a percentage."""
    from jcm_models.wording import number

    share = tonnes / total if total >= LEAST else np.inf
    if abs(share) >= _MOST:
        return words("figure.no_share")
    if 0 < abs(share) < TINY:
        return words("figure.tiny", share=number(0.001, "1"))
    return number(round(share, 3), "1")
