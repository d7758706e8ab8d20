"""pyproject.toml, environment.yml and requirements.lock say the same."""

import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

Bounds = dict[str, SpecifierSet]

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = (ROOT / "environment.yml").read_text()
LOCK = (ROOT / "requirements.lock").read_text()


def bounds(requirements: list[str]) -> Bounds:
    """Return the bounds by name; conda and pip write them alike, but names with _ or -."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(each.name): each.specifier for each in parsed}


CORE = bounds(PROJECT["dependencies"])
TEST = bounds(PROJECT["optional-dependencies"]["test"])


def read_environment(text: str) -> Bounds:
    """Return the bounds in an environment.yml, of conda's packages and of pip's."""
    entries = yaml.safe_load(text)["dependencies"]
    by_pip = [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    by_conda = [entry for entry in entries if isinstance(entry, str)]
    return bounds([*by_conda, *(line for line in by_pip if line != "-e .")])


def differences(environment: str, core: Bounds) -> list[str]:
    """Say where an environment.yml and the dependencies in pyproject.toml differ."""
    found = read_environment(environment)
    for own in ("python", "pip"):  # conda installs these too; pyproject.toml does not name them
        found.pop(own)
    return [
        f"{name}: environment.yml has {found.get(name)}, pyproject.toml {core.get(name)}"
        for name in sorted(found.keys() | core.keys())
        if found.get(name) != core.get(name)
    ]


@dataclass
class Pin:
    """An entry of requirements.lock."""

    requirement: Requirement
    hashes: list[str]


def read_lock(text: str) -> dict[str, Pin]:
    """Return the pins by name."""
    pins: dict[str, Pin] = {}
    for entry in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        parsed = Requirement(requirement)
        pins[canonicalize_name(parsed.name)] = Pin(parsed, hashes)
    return pins


def unpinned(lock: str, wanted: Bounds) -> list[str]:
    """Name what a lock does not pin to a version within the bounds."""
    pins = read_lock(lock)
    problems = []
    for name, allowed in wanted.items():
        pin = pins.get(name)
        pinned = re.fullmatch(r"==([^*,]+)", str(pin.requirement.specifier)) if pin else None
        if not (pinned and allowed.contains(pinned[1])):
            problems.append(name)
    return problems


def test_environment_yml_and_pyproject_name_the_same_packages_and_bounds() -> None:
    assert differences(ENVIRONMENT, CORE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "package"),
    [
        ("voila >=0.5.11,<0.6", "voila >=0.4,<0.6", "voila"),
        ("voila >=0.5.11,<0.6", "voila", "voila"),
        ("  - xarray >=2025.1\n", "", "xarray"),
        ("jupyter_server", "jupyter_client", "jupyter-server"),
        ("resvg-py >=0.4", "resvg-py >=0.5", "resvg-py"),
    ],
)
def test_a_wrong_environment_yml_is_caught(right: str, wrong: str, package: str) -> None:
    assert right in ENVIRONMENT
    problems = differences(ENVIRONMENT.replace(right, wrong), CORE)
    assert any(problem.startswith(package) for problem in problems)


def test_the_python_of_environment_yml_is_one_that_pyproject_allows() -> None:
    conda = read_environment(ENVIRONMENT)["python"]
    minors = {f"3.{minor}" for minor in range(30)}
    offered = set(conda.filter(minors))
    assert offered == {"3.12", "3.13"}
    assert offered <= set(SpecifierSet(PROJECT["requires-python"]).filter(minors))


@pytest.mark.parametrize(
    ("name", "too_old", "good", "too_new"),
    [("jupyter-server", "2.20.9", "2.21.0", "3.0"), ("voila", "0.5.10", "0.5.11", "0.6")],
)
def test_versions_with_known_security_holes_are_shut_out(
    name: str, too_old: str, good: str, too_new: str
) -> None:
    assert list(CORE[name].filter([too_old, good, too_new])) == [good]


@pytest.mark.parametrize("name", CORE)
def test_the_installed_version_is_within_the_bounds(name: str) -> None:
    assert CORE[name].contains(version(name), prereleases=True)


def test_the_lock_pins_every_dependency_within_its_bounds() -> None:
    assert unpinned(LOCK, CORE | TEST) == []


def test_a_wrong_lock_is_caught() -> None:
    voila = read_lock(LOCK)["voila"].requirement
    for wrong in ("voila==0.4.6", "voila>=0.5.11", "voila==0.5.*", "another==1"):
        assert unpinned(LOCK.replace(str(voila), wrong), CORE) == ["voila"]


def test_every_pin_has_a_hash() -> None:
    assert [name for name, pin in read_lock(LOCK).items() if not pin.hashes] == []


def test_the_lock_names_no_host() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK.replace("    --hash=sha256:", ""), re.MULTILINE)
