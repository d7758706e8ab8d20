"""A scenario that a page moves: what its file says, what was changed since, and the results."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from jcm_models.components import Input, choices_of, options_of
from jcm_models.controls import Choice, Slider, can_move, moved_to, slider_for
from jcm_models.input_sections import component_titles
from jcm_models.links import packed
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.simulation import compute
from jcm_models.strict_yaml import dotted
from jcm_models.variables import Label, choice_label, choices
from jcm_models.wording import Words

__all__ = ["MovedScenario"]

_MOST_SLIDERS = 10
_LONGEST_TYPED = 80


@dataclass
class MovedScenario:
    """A scenario, the changes that a visitor made, and what comes out.

    Attributes
    ----------
    loaded : Scenario
        What the page began with.
    moves : tuple of str
        How the keys begin that get sliders, the first of them first.
    choices : tuple of str
        The keys that get a choice.
    brought : str
        The text of the scenario, where a visitor brought it.
    further : mapping of str to any
        What a link has changed beside the controls; it is part of `loaded`.
    changes : dict of str to any
        What the controls say, by key: a number in the unit of the input, or a text.
    """

    loaded: Scenario
    moves: tuple[str, ...]
    choices: tuple[str, ...] = ()
    brought: str = ""
    further: Mapping[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._results = compute(self.loaded)
        self._shown: dict[str, Any] = {}
        self._at_rest: dict[str, tuple[Slider, ...]] = {}

    @functools.cached_property
    def _given(self) -> tuple[Input, ...]:
        """The inputs of what the page began with."""
        return tuple(self.loaded.inputs())

    @property
    def results(self) -> Results:
        """The results of the last changes that could be computed."""
        return self._results

    @property
    def scenario(self) -> Scenario:
        """The scenario of the results."""
        return self._results.scenario

    def on(
        self, scenario: Scenario, changes: Mapping[str, Any] | None = None, brought: str = ""
    ) -> MovedScenario:
        """Return another scenario with the same controls.

        Parameters
        ----------
        scenario : Scenario
            What it begins with.
        changes : mapping of str to any, optional
            Changes by key: what a control can set is set by it, the rest becomes part of the
            scenario.
        brought : str
            The text of the scenario, where a visitor brought it.

        Raises
        ------
        ScenarioError
            If a change cannot be.
        """
        plain = MovedScenario(scenario, self.moves, self.choices, brought)
        own = plain.keys() if changes else frozenset()
        further = {key: value for key, value in (changes or {}).items() if key not in own}
        moved = plain
        if further:
            changed = scenario.with_(further)
            moved = MovedScenario(changed, self.moves, self.choices, brought, further)
        for key, value in (changes or {}).items():
            if key in own:
                moved.put(key, value)
        return moved

    def copy(self) -> MovedScenario:
        """Return the same scenario with the same changes, to be moved by itself."""
        return replace(self, changes=dict(self.changes))

    def compute(self, words: Words) -> None:
        """Compute what the changes say; the last results stay where that cannot be.

        Parameters
        ----------
        words : Words
            The language of the notes that the changes get.

        Raises
        ------
        ScenarioError
            With every problem that the changes bring.
        """
        if not self.changes and not self._shown:
            return
        given = {each.path: each for each in self._given}
        changes = {
            key: _noted(value, given[key], words) if key in given else value
            for key, value in self.changes.items()
        } | _loosened(self.loaded, self.changes)
        self._results = compute(self.loaded.with_(changes) if changes else self.loaded)
        self._shown = dict(self.changes)

    def put(self, key: str, value: object) -> None:
        """Note a change; None takes one back.

        Raises
        ------
        ScenarioError
            If there is no such control, or it cannot be set to that.
        """
        if value is None:
            self.changes.pop(key, None)
            return
        sliders = {slider.key: slider for slider in self.sliders(Words())}
        options = {choice.key: choice for choice in self.options(Words())}
        if key in sliders:
            self._set_number(sliders[key], value)
        elif key in options:
            self._set_text(options[key], value)
        else:
            known = nearest(key, [*sliders, *options])
            raise ScenarioError([Problem(key[:_LONGEST_TYPED], f"cannot be set here{known}")])

    def _set_number(self, slider: Slider, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ScenarioError([Problem(slider.key, "a number is needed")])
        if isinstance(value, str):
            value = self._typed(slider, value.strip())
        if not math.isfinite(value):
            raise ScenarioError([Problem(slider.key, f"found {value}; a number is needed")])
        if abs(value - slider.given) > 0.01 * slider.step:
            self.changes[slider.key] = value
        else:
            self.changes.pop(slider.key, None)

    def _typed(self, slider: Slider, text: str) -> float:
        """Return what somebody typed: a number as the field shows it, or one with its unit."""
        if len(text) > _LONGEST_TYPED:
            raise ScenarioError([Problem(slider.key, f"longer than {_LONGEST_TYPED} characters")])
        with contextlib.suppress(ValueError):
            return float(text.replace(",", "")) / slider.scale
        said = self.loaded.with_({slider.key: text}).inputs()
        found = next(each.value.constant for each in said if each.path == slider.key)
        if found is None:
            raise ScenarioError([Problem(slider.key, "a number is needed")])
        return found

    def _set_text(self, choice: Choice, value: object) -> None:
        allowed = [each for each, _ in choice.options]
        if value not in allowed:
            text = f"found {str(value)[:_LONGEST_TYPED]!r}; allowed: {', '.join(allowed)}"
            raise ScenarioError([Problem(choice.key, text)])
        if value == str(value_at(self.loaded, choice.key)):
            self.changes.pop(choice.key, None)
        else:
            self.changes[choice.key] = value

    def keys(self) -> frozenset[str]:
        """Return the keys of the controls."""
        words = Words()
        sliders = (slider.key for slider in self.sliders(words))
        return frozenset([*sliders, *(choice.key for choice in self.options(words))])

    def sliders(self, words: Words) -> Iterator[Slider]:
        """Yield the sliders as they stand."""
        if words.language not in self._at_rest:
            self._at_rest[words.language] = tuple(self._unmoved(words))
        for slider in self._at_rest[words.language]:
            yield moved_to(slider, self.changes.get(slider.key, slider.value))

    def _unmoved(self, words: Words) -> Iterator[Slider]:
        titles = component_titles(self.loaded, words)
        offered = [given for given in self._given if can_move(given, self.moves)]
        first = [given for given in offered if given.path.startswith(self.moves[0])]
        rest = [given for given in offered if not given.path.startswith(self.moves[0])]
        for given in first[: max(_MOST_SLIDERS - len(rest), 0)] + rest[:_MOST_SLIDERS]:
            yield slider_for(given, words, titles)

    def options(self, words: Words) -> Iterator[Choice]:
        """Yield the choices as they stand: those of the methods, then those of the notebook."""
        for key, row in _choices_of_methods(self.loaded):
            options = tuple((v, words.choose(o.en, o.ja)) for v, o in row.options.items())
            yield self._choice(key, words.choose(row.label.en, row.label.ja), options)
        for key in self.choices:
            options = tuple(
                (v, words(f"choice.{key}.{v}")) for v in words_allowed(self.loaded, key)
            )
            if options:
                yield self._choice(key, words(f"choice.{key}"), options)

    def _choice(self, key: str, label: str, options: tuple[tuple[str, str], ...]) -> Choice:
        value = self.changes.get(key, value_at(self.loaded, key))
        return Choice(key, label, options, str(value))

    def link(self) -> dict[str, list[str]]:
        """Return the query of a link to what is shown."""
        units = {each.path: each.value.unit for each in self._given}
        shown = {**self.further, **self._shown}
        sets = [f"{key}={_written(v, units.get(key, ''))}" for key, v in shown.items()]
        if self.brought:
            return {"file": [packed(self.brought)], "set": sets}
        return {"scenario": [self.loaded.name], "set": sets}


@dataclass(frozen=True)
class _MethodChoice:
    """A choice of a method, such as its climate, with what can be chosen."""

    label: Label
    options: Mapping[str, Label]


def _choices_of_methods(scenario: Scenario) -> Iterator[tuple[str, _MethodChoice]]:
    """Yield the choices that the project makes, by key."""
    for part in scenario.parts:
        for name in choices_of(part.method):
            allowed = options_of(part.method, name)
            if getattr(part.section, name) and len(allowed) > 1:
                known = choices(name)
                options = {each: known[each] for each in allowed}
                yield dotted((*part.path, name)), _MethodChoice(choice_label(name), options)


def words_allowed(scenario: Scenario, key: str) -> tuple[str, ...]:
    """Return what a key may say, where it is one of several words."""
    *sections, last = key.split(".")
    section: Any = scenario
    for name in sections:
        section = getattr(section, name, None)
    fields = getattr(type(section), "model_fields", {})
    return _words_of(fields[last].annotation) if last in fields else ()


def _words_of(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(word for part in get_args(annotation) for word in _words_of(part))
    return ()


def value_at(scenario: Scenario, key: str) -> Any:
    """Return what stands at a key."""
    found: Any = scenario
    for name in key.split("."):
        found = found[name] if isinstance(found, Mapping) else getattr(found, name)
    return found


def _loosened(scenario: Scenario, fixed: Collection[str]) -> dict[str, Any]:
    """Return the change that goes with inputs that are fixed: nothing goes together with them."""
    pairs = scenario.ensemble.correlations
    kept = [pair for pair in pairs if not set(pair.between) & set(fixed)]
    if len(kept) == len(pairs):
        return {}
    left = [{"between": list(pair.between), "value": pair.value} for pair in kept]
    return {"ensemble.correlations": left}


def _noted(value: Any, given: Input, words: Words) -> Mapping[str, Any]:
    said = words("controls.moved", value=given.written_in(words))
    return {"value": value, "unit": given.value.unit, "note": said}


def _written(value: Any, unit: str) -> str:
    return f"{value!r} {unit}" if isinstance(value, float) and unit not in {"", "1"} else f"{value}"
