"""What does not fit together in the two NDCs of a scenario."""

from __future__ import annotations

from collections.abc import Iterator

from jcm_models.article6_settings import Ndc
from jcm_models.scenario import Scenario

__all__ = ["contradictions_of_article6"]


def contradictions_of_article6(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield the key and the words of what is wrong with how the two NDCs are accounted for.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its years and each of its numbers are sound by themselves.
    """
    for name in ("host", "japan"):
        ndc: Ndc = getattr(scenario.article6, name)
        key = f"article6.{name}"
        if ndc.last_year < ndc.first_year:
            text = f"found {ndc.last_year}, before first_year: {ndc.first_year}"
            yield f"{key}.last_year", text
            continue
        yield from _mismatch(ndc, key)
        yield from _halves(ndc, key)
        yield from _uncovered(ndc, key, scenario)


def _mismatch(ndc: Ndc, key: str) -> Iterator[tuple[str, str]]:
    """Yield a target that the way of accounting cannot speak of."""
    cumulative, averaging = ndc.target == "cumulative", ndc.accounting == "averaging"
    if ndc.share is not None and cumulative == averaging:
        way_out = (
            "averaging speaks of the target year: take bau_relative or base_year"
            if averaging
            else "it adds up the whole period: take the target cumulative, with share 0 and the "
            "emissions allowed in each year as baseline"
        )
        yield f"{key}.accounting", f"{ndc.accounting} does not go with {ndc.target}; {way_out}"


def _halves(ndc: Ndc, key: str) -> Iterator[tuple[str, str]]:
    """Yield a share without its baseline, the reverse, and what must not change over years."""
    if (ndc.share is None) != (ndc.baseline is None):
        given, missing = ("share", "baseline") if ndc.baseline is None else ("baseline", "share")
        yield f"{key}.{given}", f"{missing} is missing; a target is a share below a baseline"
    for name in ("share", *(("baseline",) if ndc.target == "base_year" else ())):
        number = getattr(ndc, name)
        if number is not None and number.moves:
            yield f"{key}.{name}", "changes over the years; here it is one number"


def _uncovered(ndc: Ndc, key: str, scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield a series that ends before the implementation period does."""
    years = ndc.years(scenario.years.first, scenario.years.last)
    for name in ("emissions", "baseline"):
        number = getattr(ndc, name)
        if number is None or (name == "baseline" and ndc.target == "base_year"):
            continue
        try:
            number.at(years)
        except ValueError as error:
            period = f"{ndc.first_year} to {ndc.last_year}"
            yield f"{key}.{name}", f"{error} (the implementation period is {period})"
