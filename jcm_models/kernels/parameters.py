"""The typed parameters cell of a notebook, and whether what is given fits."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from jcm_models.problems import Problem, nearest

__all__ = ["known_parameters", "parameter_defaults", "parameter_problems"]

_KINDS: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list, tuple),
    "dict": (dict,),
}


def known_parameters(notebook: NotebookNode) -> dict[str, str] | None:
    """Return the parameters of a notebook and their types, as its cell says.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook; its cell tagged ``parameters`` holds lines such as ``samples: int = 1024``.

    Returns
    -------
    dict of str to str, or None
        Empty text where no type is written; None where no cell is tagged.
    """
    from papermill.translators import papermill_translators

    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not tagged:
        return None
    found = papermill_translators.find_translator("python", "python").inspect(tagged[0])
    return {
        each.name: "" if each.inferred_type_name == "None" else each.inferred_type_name
        for each in found
    }


def parameter_defaults(notebook: NotebookNode) -> dict[str, Any]:
    """Return what the parameters of a notebook are where nothing else is said.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.

    Returns
    -------
    dict of str to any
        Those that are plain values; one that is computed is left out.
    """
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    found: dict[str, Any] = {}
    for node in ast.parse(tagged[0].source).body if tagged else ():
        value = getattr(node, "value", None)
        for target in [getattr(node, "target", None), *getattr(node, "targets", [])]:
            if isinstance(target, ast.Name) and value is not None:
                with contextlib.suppress(ValueError):
                    found[target.id] = ast.literal_eval(value)
    return found


def parameter_problems(notebook: NotebookNode, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with parameters, before a kernel starts.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    given : mapping of str to any
        Parameters by name.

    Yields
    ------
    Problem
        A parameter that the notebook does not have, or a value of another type.
    """
    known = known_parameters(notebook)
    if known is None:
        if given:
            text = "the notebook has no cell tagged parameters, so that nothing can be set in it"
            yield Problem("notebook", text)
        return
    for name, value in given.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            yield Problem(
                name, f"unknown parameter of the notebook{nearest(name, known)}; allowed: {allowed}"
            )
        elif not _fits(value, known[name]):
            yield Problem(
                name, f"found {value!r}; the notebook needs {_article(known[name])} {known[name]}"
            )


def _fits(value: Any, kind: str) -> bool:
    kinds = _KINDS.get(kind)
    if kinds is None:
        return True
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def _article(kind: str) -> str:
    return "an" if kind.startswith("i") else "a"
