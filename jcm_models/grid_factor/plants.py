"""Power plants of a grid, and how to read them from a file of comma-separated values.

One plant or unit a line, one year of generation; a column's heading may carry its unit, as in
``generation [GWh/yr]``. Lines that begin with ``#`` say where the numbers come from.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from jcm_models.method_catalogue import Array
from jcm_models.problems import Place, Problem, ScenarioError, nearest
from jcm_models.quantities import convert, parse, units
from jcm_models.tables import read_table

__all__ = ["Plant", "known_fuels", "problems_of", "read_plants", "unit_emission_factor"]

# What is burnt or moved without fossil carbon; geothermal steam counts as such.
_CARBON_FREE = ("hydro", "wind", "solar", "geothermal", "biomass", "nuclear")


@functools.cache
def known_fuels() -> Mapping[str, float]:
    """Return the fuels of power plants with their emission factors [tCO2e/GJ].

    Those of the table of defaults, which are central values, and what has no fossil carbon. Tool
    07 asks for the lower ends of the IPCC's ranges where no national value is known: a column
    fuel_emission_factor takes those.
    """
    rows = read_table("defaults.yaml")["tables"]["fuel_emission_factor"]["values"]
    burnt = {n: float(row["value"] if isinstance(row, dict) else row) for n, row in rows.items()}
    others = dict.fromkeys(_CARBON_FREE, 0.0)
    return MappingProxyType({**burnt, "coal": burnt["bituminous_coal"], **others})


_GJ_PER_MWH = 3.6
_UNITS = {
    "generation": "MWh/yr",
    "commissioned": "1",
    "emission_factor": "tCO2e/MWh",
    "efficiency": "1",
    "fuel_emission_factor": "tCO2e/GJ",
}
_BOUNDS = {
    "generation": (0.0, 3e10),
    "commissioned": (1880.0, 2100.0),
    "emission_factor": (0.0, 3.0),
    "efficiency": (0.01, 1.0),
    "fuel_emission_factor": (0.0, 0.3),
}
_NEEDED = ("name", "generation", "commissioned", "must_run")
_COLUMNS = ("name", "fuel", "must_run", *_UNITS, "source", "note")
_HEADING = re.compile(r"(?P<name>[^\[\]]+?)\s*(?:\[\s*(?P<unit>[^\[\]]+?)\s*\])?")
_A_YEAR = "a year is needed, such as 2012"
_YES_OR_NO = {"yes": True, "no": False}


@units(fuel_emission_factor="tCO2e/GJ", efficiency="1", returns="tCO2e/MWh")
def unit_emission_factor(fuel_emission_factor: Array | float, efficiency: Array | float) -> Array:
    r"""Emission factor of power plants, from their fuel and their efficiency.

    Parameters
    ----------
    fuel_emission_factor : array, shape (plant,)
        Emissions per unit of heat in the fuel [tCO2e/GJ].
    efficiency : array, shape (plant,)
        Electricity sent out per unit of that heat [1].

    Returns
    -------
    array, shape (plant,)
        Emissions per unit of electricity [tCO2e/MWh].

    Notes
    -----
    :math:`\mathrm{EF}_{\mathrm{EL},m} = 3.6 \times \mathrm{EF}_{\mathrm{CO}_2} / \eta_m`.
    """
    factor: Array = fuel_emission_factor * _GJ_PER_MWH / efficiency  # type: ignore[assignment]
    return factor


@dataclass(frozen=True)
class Plant:
    """A power plant, or a unit of one, in one year.

    Parameters
    ----------
    name : str
        What tells it from the others.
    generation : float
        Electricity sent to the grid in the year [MWh/yr].
    commissioned : int
        The year in which it began to supply.
    emission_factor : float
        Emissions per unit of its electricity [tCO2e/MWh].
    must_run : bool
        Whether it runs whatever the load is: low-cost or must-run.
    fuel : str
        What it runs on.
    place : Place or None
        Where it was written.
    """

    name: str
    generation: float
    commissioned: int
    emission_factor: float
    must_run: bool = False
    fuel: str = ""
    place: Place | None = None


def _complaint(column: str, value: float) -> str:
    """Say what is wrong with a number; nothing where it is possible."""
    least, most = _BOUNDS[column]
    if column == "commissioned" and not float(value).is_integer():
        return f"found {value:g}; {_A_YEAR}"
    if least <= value <= most:  # neither does a number that is none
        return ""
    unit = "" if _UNITS[column] == "1" else f" {_UNITS[column]}"
    return f"found {value:g}; allowed is {least:g} to {most:g}{unit}{_slip(column, value)}"


def _slip(column: str, value: float) -> str:
    """Say which slip a number may be; nothing where none explains it."""
    _, most = _BOUNDS[column]
    if column == "efficiency" and most < value <= 100 * most:
        return f"; write {value:g} % if it is per cent"
    if column in {"generation", "commissioned"} or not most < value <= 1000 * most:
        return ""
    return f"; is it a thousand times too large (kg for t)? {value / 1000:g} would do"


def problems_of(plants: Iterable[Plant]) -> list[Problem]:
    """Return everything that is wrong with plants; nothing where all is well."""
    found, names = [], set()
    for number, plant in enumerate(plants, 1):
        called = plant.name or f"plant {number}"
        for column in ("generation", "commissioned", "emission_factor"):
            message = _complaint(column, getattr(plant, column))
            if message:
                found.append(Problem(f"{called}.{column}", message, plant.place))
        if not plant.name:
            found.append(Problem(f"{called}.name", "missing", plant.place))
        elif plant.name in names:
            found.append(Problem(called, "is given twice", plant.place))
        names.add(plant.name)
    return found if found or names else [Problem("plants", "there is no plant")]


def read_plants(path: str | Path, fuels: Mapping[str, float] | None = None) -> tuple[Plant, ...]:
    """Read the plants of a grid from a file of comma-separated values.

    Parameters
    ----------
    path : str or pathlib.Path
        Has the columns name, generation, commissioned (the year), must_run (yes or no) and,
        for each plant that burns a fuel, either emission_factor or fuel and efficiency;
        fuel_emission_factor, source and note may stand beside them.
    fuels : mapping of str to float, optional
        Emissions per unit of heat [tCO2e/GJ], by fuel; those without any need no efficiency.

    Returns
    -------
    tuple of Plant
        In the order of the file.

    Raises
    ------
    ScenarioError
        With everything that is wrong in the file, each with its line.
    """
    reader = _Reader(Path(path), known_fuels() if fuels is None else fuels)
    plants = tuple(reader.plants())
    if reader.problems:
        raise ScenarioError(reader.problems)
    return plants


@dataclass(frozen=True)
class _Row:
    """A line of the file: the cells that are filled, by column."""

    line: int
    cells: Mapping[str, str]

    @property
    def called(self) -> str:
        return self.cells.get("name", "")


class _Reader:
    """Reads one file and notes what is wrong with it."""

    def __init__(self, path: Path, fuels: Mapping[str, float]) -> None:
        # Only a file needs it, and YAML with it; the arithmetic does not.
        from jcm_models.strict_yaml import shown

        self.problems: list[Problem] = []
        self._path = path
        self._file = shown(path)
        self._fuels = fuels
        self._columns: list[str] = []
        self._units: dict[str, str | None] = {}
        self._names: set[str] = set()

    def plants(self) -> Iterator[Plant]:
        """Yield the plants that can be read."""
        records = self._records()
        line, heading = next(records, (0, []))
        if not heading:
            if not self.problems:
                self._note("", "holds no plants; the first line names the columns")
            return
        self._read_heading(line, heading)
        rows = [self._row(*record) for record in records]
        yield from filter(None, map(self._plant, filter(None, rows)))
        if not rows and not self.problems:
            self._note("", "names its columns but holds no plants", line)

    def _note(self, path: str, message: str, line: int | None = None) -> None:
        self.problems.append(Problem(path, message, Place(self._file, line)))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each line that is neither empty nor a remark, with its number."""
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except OSError as error:
            self._note("", f"cannot be read: {error.strerror or error}")
            return
        except UnicodeDecodeError:
            self._note("", "cannot be read: it is not text in UTF-8")
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
        line = 1
        try:
            for record in reader:
                cells = [cell.strip() for cell in record]
                if any(cells) and not cells[0].startswith("#"):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            self._note("", f"cannot be read from here on: {error}", line)

    def _read_heading(self, line: int, cells: list[str]) -> None:
        for cell in cells:
            match = _HEADING.fullmatch(cell)
            name = re.sub(r"[\s-]+", "_", match["name"].lower()) if match else cell
            if cell and name not in _COLUMNS:
                allowed = ", ".join(_COLUMNS)
                near = nearest(name, _COLUMNS)
                self._note(cell, f"is no column{near}; allowed: {allowed}", line)
            elif cell and name in self._columns:
                self._note(name, "stands in two columns", line)
            unit = match["unit"] if match else None
            if unit is not None and name in _COLUMNS:
                self._read_unit(name, unit, line)
            self._columns.append(name if name in _COLUMNS else "")
        for name in _NEEDED:
            if name not in self._columns:
                hint = "; commas separate columns" if ";" in "".join(cells) else ""
                self._note(name, f"this column is missing{hint}", line)

    def _read_unit(self, name: str, unit: str, line: int) -> None:
        self._units[name] = None
        if name not in _UNITS or name == "commissioned":
            self._note(name, f"found the unit {unit!r}; this column has none", line)
            return
        try:
            convert(1.0, unit, _UNITS[name])
        except ValueError as error:
            self._note(name, str(error), line)
        else:
            self._units[name] = unit

    def _row(self, line: int, cells: list[str]) -> _Row | None:
        beyond = [cell for cell in cells[len(self._columns) :] if cell]
        if beyond:
            message = (
                f"found {len(cells)} cells under {len(self._columns)} columns; "
                "write numbers without commas, or in quotes"
            )
            self._note(cells[0], message, line)
            return None
        pairs = zip(self._columns, cells, strict=False)
        return _Row(line, {name: cell for name, cell in pairs if name and cell})

    def _plant(self, row: _Row) -> Plant | None:
        """Return the plant of a line; None where something in it is wrong."""
        before = len(self.problems)
        name = row.called
        if not name:
            self._miss(row, "name")
        elif name in self._names:
            self._note(name, "is given twice", row.line)
        self._names.add(name)
        generation = self._number(row, "generation")
        commissioned = self._number(row, "commissioned")
        must_run = self._yes_or_no(row)
        factor = self._emission_factor(row)
        if generation is None or commissioned is None or must_run is None or factor is None:
            return None
        if len(self.problems) > before:
            return None
        return Plant(
            name=name,
            generation=generation,
            commissioned=int(commissioned),
            emission_factor=factor,
            must_run=must_run,
            fuel=row.cells.get("fuel", ""),
            place=Place(self._file, row.line),
        )

    def _miss(self, row: _Row, column: str, message: str = "missing") -> None:
        """Note that a cell is wrong or missing, unless its whole column is missing."""
        if column in self._columns or column not in _NEEDED:
            self._note(f"{row.called}.{column}".lstrip("."), message, row.line)

    def _number(self, row: _Row, column: str) -> float | None:
        """Return the number in a column, in the package's unit; None where there is none."""
        text = row.cells.get(column)
        if text is None:
            self._miss(row, column)
            return None
        if column == "commissioned" and not re.fullmatch(r"\d{4}", text, re.ASCII):
            self._miss(row, column, f"found {text!r}; {_A_YEAR}")
            return None
        heading = self._units.get(column, _UNITS[column])
        try:
            value, unit = parse(text)
            if heading is None and unit is None:  # the heading was refused already
                return None
            value = convert(value, unit or heading, _UNITS[column])
            message = _complaint(column, value)
        except (ValueError, OverflowError) as error:
            message = str(error)
        if message:
            self._miss(row, column, message)
            return None
        return value

    def _yes_or_no(self, row: _Row) -> bool | None:
        text = row.cells.get("must_run", "")
        answer = _YES_OR_NO.get(text.lower())
        if answer is None:
            found = f"found {text!r}" if text else "missing"
            self._miss(row, "must_run", f"{found}; yes or no is needed")
        return answer

    def _emission_factor(self, row: _Row) -> float | None:
        """Return the emission factor of a plant, given or from its fuel and efficiency."""
        given = [name for name in ("emission_factor", "efficiency") if name in row.cells]
        if len(given) > 1:
            self._miss(row, "emission_factor", "give this or efficiency, not both")
            return None
        if given == ["emission_factor"]:
            return self._number(row, "emission_factor")
        per_heat = self._fuel_factor(row)
        if not given:
            if per_heat != 0 and per_heat is not None:
                self._miss(row, "efficiency", "missing; this or emission_factor is needed")
            return per_heat
        efficiency = self._number(row, "efficiency")
        if per_heat is None or efficiency is None:
            return None
        return float(unit_emission_factor(per_heat, efficiency))

    def _fuel_factor(self, row: _Row) -> float | None:
        """Return the emissions per unit of heat of a plant's fuel."""
        if "fuel_emission_factor" in row.cells:
            return self._number(row, "fuel_emission_factor")
        fuel = row.cells.get("fuel", "")
        plain = re.sub(r"[\s-]+", "_", fuel.lower())
        if plain not in self._fuels:
            found = f"found {fuel!r}{nearest(plain, self._fuels)}" if fuel else "missing"
            known = ", ".join(self._fuels)
            message = f"{found}; known are {known}; or give emission_factor or fuel_emission_factor"
            self._miss(row, "fuel", message)
        return self._fuels.get(plain)
