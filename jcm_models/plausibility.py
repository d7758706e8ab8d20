"""What is allowed but hardly true: a slip by a thousand, a boiler above 100 %, a far-off grid.

Each warning says what was found, why it is doubtful and what is usual. A warning stops nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from jcm_models.components import Input, Part
from jcm_models.defaults import tables
from jcm_models.documents import shown
from jcm_models.problems import Problem
from jcm_models.scenario import Scenario
from jcm_models.strict_yaml import dotted
from jcm_models.values import Value
from jcm_models.wording import Words, number

__all__ = ["UNNAMED", "warnings_of"]

UNNAMED = "(change this name)"  # in the title of a scenario that was just begun

_HOURS = 8760.0
_A_THOUSAND = 1000.0
# How far a grid's factor may lie from the one known of the country before it is doubtful.
_FAR_ABOVE = 1.6
_FAR_BELOW = 0.5
_GRID_FACTORS = ("bau_emission_factor", "electricity_emission_factor", "reference_emission_factor")
_LEAST_POWER_DENSITY = 4.0


def warnings_of(scenario: Scenario, words: Words | None = None) -> list[Problem]:
    """Find what is doubtful in a scenario.

    Parameters
    ----------
    scenario : Scenario
        A sound scenario.
    words : Words, optional
        The words of a language; English unless given.

    Returns
    -------
    list of Problem
        One for each doubt, with the key, the file and the line.
    """
    said = words or Words()
    found = [problem for check in _OF_SCENARIOS for problem in check(scenario, said)]
    for part in scenario.parts:
        for check_part in _OF_PARTS:
            for name, text in check_part(part, scenario, said):
                path = (*part.path, name)
                found.append(Problem(dotted(path), text, scenario.document.place(path)))
    return found


def _memorandum(scenario: Scenario, words: Words) -> Iterator[Problem]:
    partner = scenario.partner
    if partner.signed is None:
        country = words.choose(partner.name, partner.name_ja)
        text = words("doubt.memorandum", country=country, source=partner.source)
        yield Problem("host", text, scenario.document.place(("host",)))


def _programme_tonnes(scenario: Scenario, words: Words) -> Iterator[Problem]:
    """Doubt a programme's share that rounding to whole tonnes may miss by one."""
    allocation = scenario.allocation
    divisions = allocation.divisions()
    if allocation.rounding == "government_ceiling" or not any(d.programme for _, d in divisions):
        return
    text = words("doubt.programme_tonnes", rounding=allocation.rounding)
    place = scenario.document.place(("allocation", "rounding"))
    yield Problem("allocation.rounding", text, place)


def _unfinished(scenario: Scenario, words: Words) -> Iterator[Problem]:
    if UNNAMED in scenario.title.en:
        text = words("doubt.unfinished", title=repr(scenario.title.en))
        yield Problem("title", text, scenario.document.place(("title",)))


def _misnamed(scenario: Scenario, words: Words) -> Iterator[Problem]:
    """Doubt names that are explained and that nothing bears; what is extended may explain more."""
    document = scenario.document
    used = set(_names_in({key: v for key, v in document.data.items() if key != "names"}))
    # What had the name may have gone with a change.
    unasked = {shown(file) for file in document.files[0 if document.changes else 1 :]}
    for name in scenario.names:
        place = document.place(("names", name))
        if name not in used and (place is None or place.file not in unasked):
            near = difflib.get_close_matches(name, used, n=1)
            text = words(f"doubt.named_{'almost' if near else 'nothing'}", near="".join(near))
            yield Problem(f"names.{name}", text, place)


def _names_in(data: Any) -> Iterator[str]:
    """Yield every key, and every word that stands for one, such as a basin."""
    for key, inside in data.items() if isinstance(data, dict) else ():
        yield str(key)
        yield from [inside] if isinstance(inside, str) else _names_in(inside)
    for inside in data if isinstance(data, list) else ():
        yield from [inside] if isinstance(inside, str) else _names_in(inside)


def _renewals(scenario: Scenario, words: Words) -> Iterator[Problem]:
    for day in scenario.crediting.renewals:
        if (day.month, day.day) != (1, 1):
            text = words("doubt.renewal", day=words.date(day), year=day.year)
            place = scenario.document.place(("crediting", "renewals"))
            yield Problem("crediting.renewals", text, place)


def _reserve(scenario: Scenario, words: Words) -> Iterator[Problem]:
    """Doubt a reserve of stored CO2 that is neither the published rate nor has a source."""
    published = scenario.reserve_default.value.points[0]
    for given in scenario.inputs() if scenario.injects else ():
        if not given.path.startswith(("reserve.rate", "reserve.risk_table")) or given.is_default:
            continue
        rate = given.value
        if rate.source is None and (given.category or rate.points != (published,)):
            found = given.written_in(words)
            text = words("doubt.reserve", found=found, published=number(published, "1"))
            yield Problem(given.path, text, given.place)


def _cut_off(scenario: Scenario, words: Words) -> Iterator[Problem]:
    """Doubt years that end before the injection does: a study takes them for its end."""
    end = scenario.operation.end
    if scenario.storage.can_leak and end is not None and end.year > scenario.years.last:
        text = words("doubt.cut_off", last=scenario.years.last, end=words.date(end), year=end.year)
        yield Problem("years.last", text, scenario.document.place(("years", "last")))


def _unusual(scenario: Scenario, words: Words) -> Iterator[Problem]:
    for given in scenario.inputs():
        usual = given.variable.usual
        if usual is None or given.is_default:
            continue
        numbers = given.value.at(scenario.calendar_years).tolist()
        outside = [found for found in numbers if not usual[0] <= found <= usual[1]]
        if outside:
            yield Problem(given.path, _said(given, outside[0], usual, words), given.place)


def _said(given: Input, found: float, usual: tuple[float, float], words: Words) -> str:
    low, high = usual
    unit = given.variable.shown_unit
    tail = "" if unit in {"", "1"} else f" {unit}"
    ends = {"low": number(low, unit), "high": number(high, unit) + tail}
    text = words("doubt.unusual", found=number(found, unit) + tail, **ends)
    for factor, slip in ((_A_THOUSAND, "small"), (1 / _A_THOUSAND, "large")):
        if tail and found and low <= found * factor <= high:
            guess = number(found * factor, unit) + tail
            return words(f"doubt.slip_{slip}", text=text, guess=guess)
    return text


class _Doubt(NamedTuple):
    """The input that is doubtful, and why."""

    name: str
    text: str


def _most(part: Part, name: str) -> float | None:
    value = part.values.get(name)
    return max(value.points) if isinstance(value, Value) else None


def _capacity_factor(part: Part, _: Scenario, words: Words) -> Iterator[_Doubt]:
    supplied, capacity = _most(part, "electricity_supplied"), _most(part, "capacity")
    if supplied is None or not capacity:
        return
    factor = supplied / (capacity * _HOURS)
    if factor > 1:
        amounts = {"capacity": number(capacity), "most": number(capacity * _HOURS)}
        text = words("doubt.capacity_factor", factor=number(factor, "1"), **amounts)
        yield _Doubt("electricity_supplied", text)


def _boilers(part: Part, _: Scenario, words: Words) -> Iterator[_Doubt]:
    for name in part.values:
        most = _most(part, name)
        if name.endswith(("boiler_efficiency", "burner_efficiency")) and most and most > 1:
            yield _Doubt(name, words("doubt.boiler", found=number(most, "1")))


def _grid(part: Part, scenario: Scenario, words: Words) -> Iterator[_Doubt]:
    known = tables()["grid_emission_factor"]["values"].get(scenario.host)
    if known is None:
        return
    there = float(known["value"])
    for name in _GRID_FACTORS:
        found = _most(part, name)
        low = 0.0 if name.startswith("reference") else _FAR_BELOW * there
        if found is not None and not low <= found <= _FAR_ABOVE * there:
            text = words(
                "doubt.grid",
                found=number(found, "tCO2e/MWh"),
                country=words.choose(scenario.partner.name, scenario.partner.name_ja),
                known=number(there, "tCO2e/MWh"),
                source=known["source"],
            )
            yield _Doubt(name, text)


def _no_better(part: Part, _: Scenario, words: Words) -> Iterator[_Doubt]:
    """Doubt a project that is no better than its reference, by an efficiency or performance."""
    for name in part.values:
        quality = name.removeprefix("project_")
        if name == quality or not quality.endswith(("efficiency", "performance")):
            continue
        ours, theirs = _most(part, name), _most(part, f"reference_{quality}")
        if ours is not None and theirs is not None and ours <= theirs:
            other = f"reference_{quality}"
            places = {"found": number(ours), "other": other, "reference": number(theirs)}
            yield _Doubt(name, words("doubt.no_better", **places))


def _power_density(part: Part, _: Scenario, words: Words) -> Iterator[_Doubt]:
    capacity, area = _most(part, "capacity"), _most(part, "reservoir_area")
    if capacity is None or not area:
        return
    density = capacity / area  # MW/km2 is W/m2
    if density <= _LEAST_POWER_DENSITY:
        yield _Doubt("reservoir_area", words("doubt.power_density", density=number(density)))


_CheckOfScenario = Callable[[Scenario, Words], Iterator[Problem]]
_CheckOfPart = Callable[[Part, Scenario, Words], Iterator[_Doubt]]
_OF_SCENARIOS: tuple[_CheckOfScenario, ...] = (
    _memorandum,
    _unfinished,
    _misnamed,
    _renewals,
    _reserve,
    _cut_off,
    _programme_tonnes,
    _unusual,
)
_OF_PARTS: tuple[_CheckOfPart, ...] = (
    _capacity_factor,
    _boilers,
    _grid,
    _no_better,
    _power_density,
)
