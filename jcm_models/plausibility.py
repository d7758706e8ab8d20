"""What is allowed but hardly true: a slip by a thousand, a boiler above 100 %, a far-off grid.

Each warning says what was found, why it is doubtful and what is usual. A warning stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from jcm_models.components import Input, Part
from jcm_models.defaults import tables
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario
from jcm_models.strict_yaml import dotted
from jcm_models.values import Value
from jcm_models.wording import number

__all__ = ["UNNAMED", "warnings_of"]

UNNAMED = "(change this name)"  # in the title of a scenario that was just begun

_HOURS = 8760.0
_A_THOUSAND = 1000.0
# How far a grid's factor may lie from the one known of the country before it is doubtful.
_FAR_ABOVE = 1.6
_FAR_BELOW = 0.5
_GRID_FACTORS = ("bau_emission_factor", "electricity_emission_factor", "reference_emission_factor")
_LEAST_POWER_DENSITY = 4.0


def warnings_of(scenario: Scenario) -> list[Problem]:
    """Find what is doubtful in a scenario.

    Parameters
    ----------
    scenario : Scenario
        A sound scenario.

    Returns
    -------
    list of Problem
        One for each doubt, with the key, the file and the line.
    """
    found = [*_memorandum(scenario), *_unfinished(scenario), *_renewals(scenario)]
    found += [*_reserve(scenario), *_cut_off(scenario)]
    found += [*_programme_tonnes(scenario), *_unusual(scenario)]
    for part in scenario.parts:
        for check in _CHECKS:
            for name, text in check(part, scenario):
                path = (*part.path, name)
                found.append(Problem(dotted(path), text, scenario.document.place(path)))
    return found


def _memorandum(scenario: Scenario) -> Iterator[Problem]:
    partner = scenario.partner
    if partner.signed is None:
        text = (
            f"{partner.name} is not among the partner countries of {partner.source}; credits can "
            "be issued only after a memorandum is signed"
        )
        yield Problem("host", text, scenario.document.place(("host",)))


def _programme_tonnes(scenario: Scenario) -> Iterator[Problem]:
    """Doubt a programme's share that rounding to whole tonnes may miss by one."""
    allocation = scenario.allocation
    divisions = allocation.divisions()
    if allocation.rounding == "government_ceiling" or not any(d.programme for _, d in divisions):
        return
    text = (
        f"found {allocation.rounding}: of an odd number of tonnes the Government of Japan may get "
        "one less than the programme asks for; government_ceiling never gives it less"
    )
    place = scenario.document.place(("allocation", "rounding"))
    yield Problem("allocation.rounding", text, place)


def _unfinished(scenario: Scenario) -> Iterator[Problem]:
    if UNNAMED in scenario.title.en:
        text = f"found {scenario.title.en!r}; give the project its name"
        yield Problem("title", text, scenario.document.place(("title",)))


def _renewals(scenario: Scenario) -> Iterator[Problem]:
    for day in scenario.crediting.renewals:
        if (day.month, day.day) != (1, 1):
            text = f"found {day}; the reference is assessed anew for the whole of {day.year}"
            place = scenario.document.place(("crediting", "renewals"))
            yield Problem("crediting.renewals", text, place)


def _reserve(scenario: Scenario) -> Iterator[Problem]:
    """Doubt a reserve of stored CO2 that is neither the published rate nor has a source."""
    published = scenario.reserve_default.value.points[0]
    for given in scenario.inputs() if scenario.injects else ():
        if not given.path.startswith(("reserve.rate", "reserve.risk_table")) or given.is_default:
            continue
        rate = given.value
        if rate.source is None and (given.category or rate.points != (published,)):
            text = (
                f"found {rate.written} without a source; published is {number(published, '1')} in "
                "principle, so another rate needs one"
            )
            yield Problem(given.path, text, given.place)


def _cut_off(scenario: Scenario) -> Iterator[Problem]:
    """Doubt years that end before the injection does: a study takes them for its end."""
    end = scenario.operation.end
    if scenario.storage.can_leak and end is not None and end.year > scenario.years.last:
        text = (
            f"found {scenario.years.last}, and CO2 is injected until {end}; what leaks and what is "
            f"credited is judged as if injection ended with the years simulated; take {end.year} "
            "or later"
        )
        yield Problem("years.last", text, scenario.document.place(("years", "last")))


def _unusual(scenario: Scenario) -> Iterator[Problem]:
    for given in scenario.inputs():
        usual = given.variable.usual
        if usual is None or given.is_default:
            continue
        numbers = given.value.at(scenario.calendar_years).tolist()
        outside = [found for found in numbers if not usual[0] <= found <= usual[1]]
        if outside:
            yield Problem(given.path, _said(given, outside[0], usual), given.place)


def _said(given: Input, found: float, usual: tuple[float, float]) -> str:
    low, high = usual
    unit = given.variable.shown_unit
    tail = "" if unit in {"", "1"} else f" {unit}"
    text = (
        f"found {number(found, unit)}{tail}; usual for one project is {number(low, unit)} to "
        f"{number(high, unit)}{tail}"
    )
    for factor, reason in ((_A_THOUSAND, "small"), (1 / _A_THOUSAND, "large")):
        if tail and found and low <= found * factor <= high:
            guess = number(found * factor, unit)
            slip = f"a thousand times too {reason} (kg and t, kWh and MWh)"
            return f"{text}; perhaps it is {slip} and means {guess}{tail}"
    return text


class _Doubt(NamedTuple):
    """The input that is doubtful, and why."""

    name: str
    text: str


def _most(part: Part, name: str) -> float | None:
    value = part.values.get(name)
    return max(value.points) if isinstance(value, Value) else None


def _capacity_factor(part: Part, _: Scenario) -> Iterator[_Doubt]:
    supplied, capacity = _most(part, "electricity_supplied"), _most(part, "capacity")
    if supplied is None or not capacity:
        return
    factor = supplied / (capacity * _HOURS)
    if factor > 1:
        text = (
            f"a capacity factor of {number(factor, '1')}: {number(capacity)} MW make at most "
            f"{number(capacity * _HOURS)} MWh a year"
        )
        yield _Doubt("electricity_supplied", text)


def _boilers(part: Part, _: Scenario) -> Iterator[_Doubt]:
    for name in part.values:
        most = _most(part, name)
        if name.endswith(("boiler_efficiency", "burner_efficiency")) and most and most > 1:
            text = (
                f"an efficiency of {number(most, '1')}; more heat than the fuel holds, unless it "
                "is counted by the lower heating value in a condensing boiler (up to 108 %)"
            )
            yield _Doubt(name, text)


def _grid(part: Part, scenario: Scenario) -> Iterator[_Doubt]:
    known = tables()["grid_emission_factor"]["values"].get(scenario.host)
    if known is None:
        return
    there = float(known["value"])
    for name in _GRID_FACTORS:
        found = _most(part, name)
        low = 0.0 if name.startswith("reference") else _FAR_BELOW * there
        if found is not None and not low <= found <= _FAR_ABOVE * there:
            text = (
                f"found {number(found, 'tCO2e/MWh')} tCO2e/MWh, far from the grid of "
                f"{scenario.partner.name}: {number(there, 'tCO2e/MWh')} ({known['source']}); "
                "right for a generator of the user's own, doubtful for the grid"
            )
            yield _Doubt(name, text)


def _no_better(part: Part, _: Scenario) -> Iterator[_Doubt]:
    """Doubt a project that is no better than its reference, by an efficiency or performance."""
    for name in part.values:
        quality = name.removeprefix("project_")
        if name == quality or not quality.endswith(("efficiency", "performance")):
            continue
        ours, theirs = _most(part, name), _most(part, f"reference_{quality}")
        if ours is not None and theirs is not None and ours <= theirs:
            text = (
                f"found {number(ours)}, no better than reference_{quality} {number(theirs)}; "
                "such a project brings no reduction"
            )
            yield _Doubt(name, text)


def _power_density(part: Part, _: Scenario) -> Iterator[_Doubt]:
    capacity, area = _most(part, "capacity"), _most(part, "reservoir_area")
    if capacity is None or not area:
        return
    density = capacity / area  # MW/km2 is W/m2
    if density <= _LEAST_POWER_DENSITY:
        text = (
            f"a power density of {number(density)} W/m2; reservoirs of 4 W/m2 or less are not "
            "eligible under ACM0002 (from memory)"
        )
        yield _Doubt("reservoir_area", text)


_Check = Callable[[Part, Scenario], Iterator[_Doubt]]
_CHECKS: tuple[_Check, ...] = (_capacity_factor, _boilers, _grid, _no_better, _power_density)
