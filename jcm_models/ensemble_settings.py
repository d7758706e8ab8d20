"""What a scenario says of its ensemble: inputs that go together, levers that are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from jcm_models.components import Section

__all__ = ["Correlation", "Ensemble", "Lever"]

Array = NDArray[np.float64]
Lever: TypeAlias = list[Any] | dict[str, dict[str, Any]]


def _is_correlation(value: float) -> float:
    if not -1 <= value <= 1:
        message = f"found {value:g}; a correlation lies between -1 and 1"
        raise ValueError(message)
    return value


class Correlation(Section):
    """How far two uncertain inputs go together."""

    between: tuple[str, str]
    """The two inputs by their keys, such as project.electricity_supplied."""
    value: Annotated[float, AfterValidator(_is_correlation)]
    """Correlation of the normal variables behind the two, from -1 to 1."""


class Ensemble(Section):
    """What the uncertain numbers of a scenario have in common, and what else is tried."""

    correlations: tuple[Correlation, ...] = ()
    """Pairs of uncertain inputs that go together; all others are independent."""
    levers: dict[str, Lever] = Field(default_factory=dict)
    """Choices to compare: values by the key that takes them, or named options, each with keys."""

    def correlation_matrix(self, names: Sequence[str]) -> Array | None:
        """Return the correlations of some uncertain inputs.

        Parameters
        ----------
        names : sequence of str
            The paths of the inputs.

        Returns
        -------
        array, shape (input, input), or None
            Correlations in the order of `names` [1]; None where all are independent.
        """
        at = {name: index for index, name in enumerate(names)}
        matrix = np.eye(len(at))
        for pair in self.correlations:
            if all(name in at for name in pair.between):
                one, other = (at[name] for name in pair.between)
                matrix[one, other] = matrix[other, one] = pair.value
        return None if np.array_equal(matrix, np.eye(len(at))) else matrix

    def lever_options(self) -> dict[str, dict[str, Mapping[str, Any]]]:
        """Return what each lever can be.

        Returns
        -------
        dict of str to dict of str to mapping
            By lever and option in words, the new values by dotted key.
        """
        return {
            name: {_label(value): {name: value} for value in lever}
            if isinstance(lever, list)
            else dict(lever)
            for name, lever in self.levers.items()
        }


def _label(value: Any) -> str:
    """Say in words which value of a list it is."""
    if not isinstance(value, dict):
        return str(value)
    if set(value) & {*_SAID_BESIDE, "value"} and "value" in value:
        return _label(value["value"])
    own = {key: inside for key, inside in value.items() if key not in _SAID_BESIDE}
    return ", ".join(f"{key} {_label(inside)}" for key, inside in own.items()) or _UNCHANGED


# What is said beside a number, and tells no option from another.
_SAID_BESIDE = ("source", "standing", "note")
_UNCHANGED = "as written"
