"""Parts of bonsai-ipcc, an independent implementation of the IPCC Guidelines, read piece by piece.

The package asks for much that its elementary equations do not use. So its packages stand here as
empty shells that know their folders, and only the modules asked for are run.
"""

import csv
import functools
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

NAME = "bonsai_ipcc"


@functools.cache
def folder():
    """Return where bonsai-ipcc is installed, without running any of it."""
    found = importlib.util.find_spec(NAME)
    if found is None:
        raise ModuleNotFoundError(f"{NAME} is needed: pip install --no-deps bonsai-ipcc")
    return Path(found.submodule_search_locations[0])


def _shells():
    """Put an empty package in the place of each package there is."""
    for path in sorted(folder().rglob("__init__.py")):
        parts = path.parent.relative_to(folder().parent).parts
        shell = ModuleType(".".join(parts))
        shell.__path__ = [str(path.parent)]
        sys.modules.setdefault(shell.__name__, shell)


@functools.cache
def elementary(part):
    """Return the elementary equations of a part.

    Parameters
    ----------
    part : str
        ``swd``, ``incineration``, ``wastewater``, ``waste_generation``, ``biological``, or the
        whole way to it, as in ``agriculture.livestock_manure``.
    """
    _shells()
    way = part if "." in part else f"waste.{part}"
    return importlib.import_module(f"{NAME}.{way}.elementary")


@functools.cache
def defaults(table):
    """Return the rows of a table of defaults: ``waste/swd/par_k``; no bounds, numbers as floats.

    Parameters
    ----------
    table : str
        The file in the folder of data, without its ending.
    """
    with (folder() / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["property"] == "def"]
    return tuple({**row, "value": float(row["value"])} for row in rows)


def default(table, **wanted):
    """Return the one default whose columns are as wanted."""
    (found,) = [r for r in defaults(table) if all(r[k] == v for k, v in wanted.items())]
    return found["value"]
