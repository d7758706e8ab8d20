"""Choosing a scenario on a page: the picker, what is picked, and its inputs by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from jcm_models.controls import Choice
from jcm_models.input_sections import component_titles, input_label
from jcm_models.moved_scenarios import MovedScenario
from jcm_models.problems import Problem, ScenarioError, nearest
from jcm_models.scenario import Scenario
from jcm_models.simulation import load_scenario
from jcm_models.variables import result_variables
from jcm_models.wording import Words

__all__ = ["BROUGHT", "Offered", "in_names", "picked", "scenario_choice"]

BROUGHT = "brought"  # a scenario that no file here holds
_LONGEST_NAME = 80
# What sends those who read files on: the method that found the problem, and the convention.
_FOR_THE_CURIOUS = re.compile(
    r"^(?:method \w+: |算定手法\w+：)|(?: \(convention \w+\)|（規約\w+）)"  # noqa: RUF001 - Japanese
)
_CONTROLS = {"scenario", "language", "lang", "upload", "link"}

Offered = Mapping[str, tuple[str, Path]]
"""Scenarios to choose from: title and file by name."""


def scenario_choice(moved: MovedScenario, offered: Offered, words: Words) -> Choice:
    """Return the picker of the scenario, as it stands.

    Parameters
    ----------
    moved : MovedScenario
        What is shown.
    offered : mapping of str to (str, Path)
        The scenarios to choose from.
    words : Words
        The language of the page.
    """
    options = [(name, title) for name, (title, _) in offered.items()]
    own = moved.loaded.name
    if moved.brought:
        own = BROUGHT
        title = moved.scenario.title.in_language(words.language)
        options.insert(0, (own, words("controls.brought", title=title)))
    return Choice("scenario", words("controls.scenario"), tuple(options), own)


def picked(name: str, offered: Offered) -> Scenario:
    """Load a scenario by its name.

    Raises
    ------
    ScenarioError
        If it is not among those offered.
    """
    if name not in offered:
        text = f"there is no scenario {name[:_LONGEST_NAME]!r}{nearest(name, offered)}"
        raise ScenarioError([Problem("scenario", text)])
    return load_scenario(offered[name][1])


def in_names(
    problem: Problem, text: str, scenario: Scenario, words: Words, groups: Iterable[str]
) -> str:
    """Return what is wrong with the inputs of a scenario called by their names, not keys.

    Parameters
    ----------
    problem : Problem
        What is wrong.
    text : str
        What is wrong, in words.
    scenario : Scenario
        Whose inputs are named.
    words : Words
        The language of the page.
    groups : iterable of str
        The groups of controls, which name themselves.
    """
    titles = component_titles(scenario, words)
    names: dict[str, str] = {}
    for given in scenario.inputs():
        label = input_label(given, words, titles)
        names[given.path] = label
        section = given.path.rpartition(".")[0]
        if "." in section:  # a section is called by the first of its inputs
            names.setdefault(section, label)
    plain = _FOR_THE_CURIOUS.sub("", text)
    found_by_method = problem.message.startswith("method ")  # of inputs that its text names
    if problem.path not in {*names, "", *groups, *_CONTROLS} and not found_by_method:
        plain = words("text.labelled", name=problem.path, text=plain)
    for each in result_variables().values():
        if "_" in each.name:  # a name that is a word may stand there as one
            names[each.name] = words.choose(each.label, each.label_ja)
    for key in sorted(names, key=len, reverse=True):
        plain = plain.replace(key, words("controls.quoted", name=names[key]))
    return plain
