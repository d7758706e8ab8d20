"""The package's own tables: YAML files that lie beside its modules."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

__all__ = ["fast_loader", "line_of", "read_table"]

_HERE = Path(__file__).parent


@functools.cache
def fast_loader() -> Any:
    """Return the loader of YAML; the one written in C, ten times as fast, where there is one."""
    # The science imports this package too and reads no table.
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_table(name: str) -> dict[str, Any]:
    """Read a YAML file of the package.

    Parameters
    ----------
    name : str
        Its path within the package, such as ``rules/partners.yaml``.

    Returns
    -------
    dict
        What it holds.
    """
    import yaml

    text = (_HERE / name).read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, fast_loader())
    return table


@functools.cache
def _marked(name: str) -> Any:
    """Return the nodes of a table, which know the lines they stand in."""
    import yaml

    return yaml.compose((_HERE / name).read_text(encoding="utf-8"), fast_loader())


@functools.cache
def line_of(name: str, path: tuple[str, ...]) -> int:
    """Return the line of a table in which a key stands; of what it stands in, where it has none.

    Parameters
    ----------
    name : str
        Path of the table within the package.
    path : tuple of str
        The keys that lead there.

    Returns
    -------
    int
        The line, counted from 1.
    """
    node, line = _marked(name), 1
    for key in path:
        inside = node.value if hasattr(node, "value") and isinstance(node.value, list) else []
        pairs = [pair for pair in inside if isinstance(pair, tuple) and pair[0].value == key]
        if not pairs:
            break
        line = pairs[0][0].start_mark.line + 1
        node = pairs[0][1]
    return line
