"""The command ``new``: a scenario, a notebook or a template to start from."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jcm_models.problems import Problem, ScenarioError

__all__ = ["add_new"]

_STARTS = Path(__file__).with_name("templates")


def add_new(commands: Any) -> None:
    """Add ``jcm new`` to the commands."""
    new = commands.add_parser("new", help="start a scenario, a notebook or a template")
    new.add_argument("file", nargs="?", type=Path, metavar="my.yaml")
    new.add_argument(
        "--method",
        action="append",
        default=[],
        metavar="NAME",
        help="method of the project; given several times, a project of several components",
    )
    new.add_argument("--list", action="store_true", help="list the methods there are")
    new.add_argument("--notebook", type=Path, metavar="my.ipynb", help="start a notebook")
    new.add_argument(
        "--template", type=Path, metavar="FOLDER", help="start a template: page, colours and logo"
    )
    new.set_defaults(say=_new)


def _new(given: argparse.Namespace) -> str:
    wanted = [path for path in (given.file, given.notebook, given.template) if path is not None]
    if given.list or not wanted:
        return "\n".join(_method_lines())
    problems = list(_problems(given, wanted))
    if problems:
        raise ScenarioError(problems)
    return "\n".join(_started(given))


def _method_lines() -> Iterator[str]:
    from jcm_models.starting import method_list

    for family, found in method_list():
        yield f"{family}:"
        for method in found:
            name = method.name.replace("_", "-")
            yield f"  {name}: {method.title}. {method.summary.splitlines()[0]}"


def _problems(given: argparse.Namespace, wanted: list[Path]) -> Iterator[Problem]:
    """Yield why something cannot be started; nothing that is there is written over."""
    for path in wanted:
        if path.exists():
            yield Problem(str(path), "is there already; choose another name")
    if given.notebook is not None and given.notebook.suffix != ".ipynb":
        yield Problem(str(given.notebook), "is no name of a notebook; let it end in .ipynb")
    if given.method and given.file is None:
        yield Problem("--method", "is for a scenario; name its file, such as my.yaml")


def _started(given: argparse.Namespace) -> Iterator[str]:
    """Write what is wanted, and say what to do next."""
    from jcm_models.starting import new_scenario

    if given.file is not None:
        text = new_scenario(given.method or ["displaced-electricity"], given.file)
        given.file.parent.mkdir(parents=True, exist_ok=True)
        given.file.write_text(text, encoding="utf-8")
        yield f"{given.file}: written; now replace what is marked assumed"
    if given.notebook is not None:
        given.notebook.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_STARTS / "new_notebook.ipynb", given.notebook)
        yield f"{given.notebook}: written; open it in jcm lab and add cells of your own"
    if given.template is not None:
        shutil.copytree(_STARTS / "new_template", given.template)
        yield f"{given.template}: written; replace the logo, the colours and the text"
