"""What does not fit together in what a scenario says of stored CO2 and of its reserve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jcm_models.components import Section
from jcm_models.level_settings import numbers_of
from jcm_models.scenario import Scenario
from jcm_models.storage_settings import Dependence, Leakage, Site

__all__ = ["contradictions_of_storage"]

_SUM_OF_SHARES = 1e-9
# What each model of leakage needs, and what it may be given.
_MODELS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "security_calculator": (("regime",), ("blowouts",)),
    "constant": (("rate",), ()),
    "decaying": (("rate", "decay"), ("floor",)),
    "table": (("table",), ()),
    "pool": (("probability", "loss"), ()),
}
_DEPENDENCE: Mapping[str, tuple[str, ...]] = {
    "independent": (),
    "identical": (),
    "copula": ("correlation",),
    "frailty": ("shape",),
    "common_shock": ("shocks_per_year", "hit_share"),
}


def contradictions_of_storage(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield the key and the words of what is wrong with storage and reserve.

    Parameters
    ----------
    scenario : Scenario
        The scenario; its years and each of its numbers are sound by themselves.
    """
    storage, given = scenario.storage, scenario.storage.model_fields_set
    if given and not scenario.injects:
        yield (
            "storage",
            "the project stores no CO2; a project that does uses the method co2_storage, or leave "
            "this section out",
        )
        return
    if storage.leakage:
        yield from _model(storage.leakage)
    yield from _dependence(scenario)
    yield from _sites(scenario)
    yield from _moving(storage, "storage")
    yield from _reserve(scenario)


def _model(leakage: Leakage) -> Iterator[tuple[str, str]]:
    needs, may = _MODELS[leakage.model]
    yield from _needed(leakage, needs, "storage.leakage", f"the model {leakage.model}")
    for name in sorted(leakage.model_fields_set - {"model", *needs, *may}):
        takes = ", ".join((*needs, *may))
        text = f"has no use in the model {leakage.model}, which takes {takes}; leave it out"
        yield f"storage.leakage.{name}", text


def _needed(
    section: Section, names: tuple[str, ...], path: str, what: str
) -> Iterator[tuple[str, str]]:
    for name in names:
        if getattr(section, name) is None:
            yield f"{path}.{name}", f"is missing; {what} needs it"


def _dependence(scenario: Scenario) -> Iterator[tuple[str, str]]:
    storage = scenario.storage
    dependence: Dependence = storage.dependence
    path, needs = "storage.dependence", _DEPENDENCE[dependence.kind]
    yield from _needed(dependence, needs, path, f"kind {dependence.kind}")
    for name in sorted(dependence.model_fields_set - {"kind", *needs}):
        takes = f"takes {' and '.join(needs)}" if needs else "takes nothing more"
        yield f"{path}.{name}", f"has no use with kind {dependence.kind}, which {takes}"
    if dependence.kind == "common_shock" and storage.events is None:
        text = "needs storage.events, whose mass is that of a shock's leaks (per_year may be 0)"
        yield path, f"kind common_shock {text}"
    blowouts = storage.leakage and storage.leakage.blowouts == "events"
    if dependence.kind == "frailty" and not (storage.events or blowouts):
        text = "multiplies the rate of events, and there are none; give storage.events, or "
        yield path, f"kind frailty {text}storage.leakage.blowouts: events"
    sites = storage.number_of_sites
    if isinstance(dependence.correlation, float) and sites > 1:
        least = -1 / (sites - 1)
        if dependence.correlation < least:
            text = f"any two of {sites} sites can have a correlation of {least:.4g} or more"
            yield f"{path}.correlation", f"found {dependence.correlation:g}; {text}"
    if isinstance(dependence.correlation, tuple):
        size = len(dependence.correlation)
        if size != sites:
            text = f"has {size} rows, and there are {sites} sites"
            yield f"{path}.correlation", text


def _sites(scenario: Scenario) -> Iterator[tuple[str, str]]:
    sites = scenario.storage.sites
    if isinstance(sites, int):
        if scenario.storage.basins > sites:
            text = f"found {scenario.storage.basins} basins for {sites} sites; one needs a site"
            yield "storage.basins", text
        return
    if "basins" in scenario.storage.model_fields_set:
        text = "counts the basins of equal sites; sites with names each name their basin"
        yield "storage.basins", text
    total = sum(site.share.points[0] for site in sites.values())
    if abs(total - 1.0) > _SUM_OF_SHARES:
        text = f"the shares of the sites add up to {total:.6g}; they must add up to 1"
        yield "storage.sites", text
    for name, site in sites.items():
        yield from _injection(scenario, f"storage.sites.{name}", site)


def _injection(scenario: Scenario, key: str, site: Site) -> Iterator[tuple[str, str]]:
    years = scenario.years
    first, last = site.first or years.first, site.last or years.last
    if last < first:
        yield (
            f"{key}.last",
            f"injection ends in {last}, before it starts in {first}; give a last year of {first} "
            "or later",
        )
        return
    for name, year in (("first", first), ("last", last)):
        if not years.first <= year <= years.last:
            text = f"found {year}, outside the years simulated, {years.first} to {years.last}"
            yield f"{key}.{name}", text


def _moving(section: Section, name: str) -> Iterator[tuple[str, str]]:
    """Yield numbers that change over the years where one is needed."""
    for path, value in numbers_of(section, (name,)):
        if value.years or value.since is not None:
            yield ".".join(path), "changes over the years; here one number is needed"


def _reserve(scenario: Scenario) -> Iterator[tuple[str, str]]:
    reserve = scenario.reserve
    if reserve.rate is not None and reserve.risk_table is not None:
        text = "the rate is given by reserve.rate as well; leave one of the two out"
        yield "reserve.risk_table", text
    elif reserve.risk_table is not None:
        total = float(scenario.reserve_rates.max())
        if total > 1:
            text = f"adds up to {total:.6g}; not more than all credits can be withheld"
            yield "reserve.risk_table", text
    if reserve.liable == "until_completion" and scenario.storage.monitoring is None:
        text = "until_completion needs storage.monitoring, which says when that is"
        yield "reserve.liable", text
    if reserve.release_share is not None and reserve.release_after is None:
        text = "has no use without reserve.release_after, which says when the release begins"
        yield "reserve.release_share", text
    for name in ("release_after", "release_share"):
        number = getattr(reserve, name)
        if number is not None and (number.years or number.since is not None):
            yield f"reserve.{name}", "changes over the years; here one number is needed"
