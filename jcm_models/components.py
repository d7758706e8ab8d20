"""A component of a project: a method, the inputs given to it, and the defaults of the others."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from jcm_models.defaults import Default, default_of, tables, whence
from jcm_models.method_catalogue import Method, MethodInput
from jcm_models.problems import Place
from jcm_models.strict_yaml import KeyPath, dotted
from jcm_models.values import InUnit, Value
from jcm_models.variables import (
    DefaultByChoice,
    Variable,
    categories,
    choice_label,
    choices,
    is_free,
)
from jcm_models.wording import Words
from jcm_models.written import Text, called

__all__ = ["FROM_THE_SCENARIO", "Component", "Input", "Part", "Section"]
__all__ += ["choices_of", "component_model", "options_of"]

# Choices that the scenario as a whole makes, not a component.
FROM_THE_SCENARIO = ("gwp", "host")

_LEVEL = "reference_"
# An amount that a category does not give is none; a factor that it does not give is unknown.
_PER_UNIT = {"factor", "share"}
_FREE_NAME = StringConstraints(pattern=r"^[A-Za-z][\w -]{0,39}$")

Given: TypeAlias = "Value | dict[str, Value]"


class Section(BaseModel):
    """A section of a scenario: frozen, and it knows its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Component(Section):
    """A method and the inputs it takes."""

    method: str
    """Name of the method; ``jcm new --list`` shows those there are."""
    title: Text | None = None
    """Name of this part of the project."""


@functools.cache
def component_model(method: Method) -> type[Component]:
    """Return the section that takes the inputs of one method, and the choices of its defaults."""
    fields: dict[str, Any] = {}
    for name in choices_of(method):
        options = tuple(choices(name))
        text = f"{choice_label(name).en}; picks defaults."
        fields[name] = (Literal[options] | None, Field(default=None, description=text))
    for given in method.inputs:
        row = given.variable
        number = Annotated[Value, InUnit(row)]
        kind: Any = dict[_category(row.by), number] if row.by else number  # type: ignore[misc]
        text = f"{row.label} [{given.unit}]"
        fields[given.name] = (kind | None, Field(default=None, description=text))
    return create_model(
        f"Component_{method.name}", __base__=Component, __doc__=method.title, **fields
    )


def _category(code_list: str) -> Any:
    if is_free(code_list):
        return Annotated[str, _FREE_NAME]
    return Literal[tuple(categories(code_list))]


def _in_order(code_list: str, names: Iterable[str]) -> tuple[str, ...]:
    known = tuple(categories(code_list))
    return tuple(name for name in known if name in names) if known else tuple(names)


def choices_of(method: Method) -> tuple[str, ...]:
    """Return the choices that pick defaults of a method's inputs, beside those of the scenario."""
    picked = [given.variable.default for given in method.inputs]
    names = dict.fromkeys(p.choice for p in picked if isinstance(p, DefaultByChoice))
    return tuple(name for name in names if name not in FROM_THE_SCENARIO)


@functools.cache
def options_of(method: Method, choice: str) -> tuple[str, ...]:
    """Return the options of a choice for which every table that it picks from has a default."""
    picked = [given.variable.default for given in method.inputs]
    names = [p.table for p in picked if isinstance(p, DefaultByChoice) and p.choice == choice]
    return tuple(o for o in choices(choice) if all(o in tables()[n]["values"] for n in names))


def only_option(method: Method, choice: str) -> str:
    """Return the option of a choice that has one only, which nobody need name; else nothing."""
    options = options_of(method, choice)
    return options[0] if len(options) == 1 else ""


@dataclass(frozen=True)
class Input:
    """One number of a scenario: its key, what it is, its value and where it was written."""

    path: str
    variable: Variable
    value: Value
    place: Place | None
    category: str = ""
    is_default: bool = False
    names: Mapping[str, Text] = field(default_factory=dict, hash=False, compare=False)
    """What the names that the scenario gives are called."""

    def category_in(self, language: str) -> str:
        """Return what people call the category that it is given for."""
        known = categories(self.variable.by).get(self.category) if self.variable.by else None
        if known is None:
            return called(self.category, self.names, language)
        return known.ja if language == "ja" else known.en

    def written_in(self, words: Words) -> str:
        """Return its number as people write it, with what it was made of."""
        text = self.value.written
        for name in self.names:
            listed = rf"((?:of|,) ){re.escape(called(name, {}, words.language))}(?=: )"
            text = re.sub(listed, rf"\g<1>{called(name, self.names, words.language)}", text)
        return words.written(text)


@dataclass(frozen=True)
class Part:
    """A component in its scenario: its name, where it stands, what was given and chosen."""

    name: str
    path: KeyPath
    method: Method
    section: Component
    scenario_choices: tuple[tuple[str, str], ...]
    reference_from_bau: bool = False

    @functools.cached_property
    def chosen(self) -> Mapping[str, str]:
        """What was chosen, by the name of the choice."""
        own = {
            name: getattr(self.section, name) or only_option(self.method, name)
            for name in choices_of(self.method)
        }
        return dict(self.scenario_choices) | {name: v for name, v in own.items() if v}

    def given(self, name: str) -> Given | None:
        """Return an input as the scenario gives it; None where it does not."""
        found: Given | None = getattr(self.section, name)
        return found

    @functools.cached_property
    def values(self) -> Mapping[str, Given]:
        """The values that enter the method, by input: given, or else the defaults."""
        found: dict[str, Given] = {}
        for each in self.method.inputs:
            value = self._value(each.variable)
            if value is not None:
                found[each.name] = value
        return found

    def _value(self, row: Variable) -> Given | None:
        given = self.given(row.name)
        if not row.by:
            default = default_of(row, self.chosen) if given is None else None
            return default.value if default else given
        defaults = self._defaults_by_category(row)
        by_category = {
            **{key: default.value for key, default in defaults.items()},
            **(given if isinstance(given, dict) else {}),
        }
        return by_category or None

    def _defaults_by_category(self, row: Variable) -> dict[str, Default]:
        """Return the defaults of the categories that the component has anything of."""
        found = {name: default_of(row, self.chosen, name) for name in self.present(row.by)}
        return {name: default for name, default in found.items() if default is not None}

    def present(self, code_list: str) -> tuple[str, ...]:
        """Return the categories that the component is given by, in the order of the code list."""
        return self._presence.get(code_list, ())

    @functools.cached_property
    def _presence(self) -> Mapping[str, tuple[str, ...]]:
        named: dict[str, dict[str, None]] = {}
        for each in self.method.inputs:
            given = self.given(each.name)
            if isinstance(given, dict):
                named.setdefault(each.variable.by, {}).update(dict.fromkeys(given))
        return {by: _in_order(by, names) for by, names in named.items()}

    def inputs(self, place: Any) -> Iterator[Input]:
        """Yield every number that enters the method; `place` tells where a key was written."""
        for each in self.method.inputs:
            row = each.variable
            value = self.values.get(each.name)
            if isinstance(value, dict):
                for category, number in value.items():
                    yield self._input(row, number, category, place)
            elif value is not None:
                yield self._input(row, value, "", place)

    def _input(self, row: Variable, value: Value, category: str, place: Any) -> Input:
        path = (*self.path, row.name, *((category,) if category else ()))
        given = self.given(row.name)
        own = category in given if isinstance(given, dict) else given is not None
        if own:
            return Input(dotted(path), row, value, place(path), category)
        default = default_of(row, self.chosen, category)
        where = default.place if default else None
        return Input(dotted(path), row, value, where, category, is_default=True)

    def lacking(self) -> Iterator[tuple[MethodInput, str]]:
        """Yield the inputs that the method needs and nobody gives, and what is missing of them."""
        for each in self.method.inputs:
            row, value = each.variable, self.values.get(each.name)
            if isinstance(value, dict):
                missing = [name for name in self.present(row.by) if name not in value]
                if missing and row.kind in _PER_UNIT and not row.sums_to_one:
                    yield each, f"missing for {', '.join(missing)}{self._needs(each)}"
            elif value is None and each.required and not self._stands_in(each.name):
                yield each, f"missing{self._needs(each)}"

    def _needs(self, each: MethodInput) -> str:
        row = each.variable
        unit = "share" if row.shown_unit == "1" else each.unit
        by = f", by {row.by}" if row.by else ""
        return f"; {row.label} [{unit}{by}] is needed{whence(row, self.chosen)}"

    def _stands_in(self, name: str) -> str:
        """Return the BaU input that a reference is measured from where it is not the method's."""
        if not self.reference_from_bau:
            return ""
        other = f"bau_{name.removeprefix(_LEVEL)}"
        return other if name.startswith(_LEVEL) and other in self.values else ""

    def arrays(
        self, years: NDArray[np.int64], operating: NDArray[np.float64], assessed: NDArray[np.int64]
    ) -> dict[str, NDArray[np.float64]]:
        """Return what enters the method as bare arrays.

        Parameters
        ----------
        years : array of int, shape (year,)
            Calendar years.
        operating : array, shape (year,) or (sample, year)
            Share of the year in operation [1]; it multiplies the flows.
        assessed : array of int, shape (year,)
            The year in which the reference of each year was assessed.

        Returns
        -------
        dict of str to array
            Each in its unit, shape (year,), or (category, year) where it is given by category;
            with the dimension sample in front where it was drawn.
        """
        found = {}
        for each in self.method.inputs:
            value = self.values.get(each.name)
            if value is None:
                value = self.values.get(self._stands_in(each.name))
            if value is None:
                continue
            read_at = assessed if each.name.startswith(_LEVEL) else years
            array = self._stacked(value, each.variable, read_at)
            if each.variable.kind == "flow":
                by_category = each.variable.by and operating.ndim > 1
                array = array * (operating[:, np.newaxis] if by_category else operating)
            found[each.name] = array
        return found

    def _stacked(
        self, value: Given, row: Variable, years: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        if not isinstance(value, dict):
            return value.at(years)
        names = self.present(row.by)
        zero = np.zeros(years.shape)
        found = [value[n].at(years) if n in value else zero for n in names]
        return np.stack(np.broadcast_arrays(*found), axis=-2)
