"""What a scenario says of the reserve against reversals.

The rate is published; the rest of the guidelines' text is not, so it is a parameter.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from jcm_models.components import Section
from jcm_models.values import InUnit, Value
from jcm_models.variables import input_variable

__all__ = ["Reserve"]


class Reserve(Section):
    """The reserve that CCS projects withhold against reversals."""

    rate: Annotated[Value, InUnit(input_variable("reserve.rate"))] | None = None
    """Share of issued credits withheld; where CO2 is stored 3 % unless given, elsewhere none."""
    risk_table: (
        dict[
            Annotated[str, Field(pattern=r"^[A-Za-z][\w -]{0,39}$")],
            Annotated[Value, InUnit(input_variable("reserve.risk_table"))],
        ]
        | None
    ) = None
    """Share withheld for each risk, by its name, in place of one rate."""
    combine: Literal["product", "sum"] = "product"
    """How the risks of the table make one rate: 1 - (1 - a)(1 - b)..., or a + b + ...."""
    shortfall: Literal["nobody", "participants", "host", "next_issuance"] = "nobody"
    """Who makes good what the reserve cannot."""
    top_up: Literal["nobody", "participants", "next_issuance"] = "nobody"
    """Who fills the reserve up again after a reversal."""
    release_after: Annotated[Value, InUnit(input_variable("reserve.release_after"))] | None = None
    """Years without a reversal after the last issuance until the reserve is released."""
    release_share: Annotated[Value, InUnit(input_variable("reserve.release_share"))] | None = None
    """Share of the balance that is released in each year from then on; all of it unless given."""
    pooled: bool = False
    """Whether projects of a portfolio share their reserves."""
    liable: Literal["always", "until_completion"] = "always"
    """Whether leaks count as reversals for ever, or until the project is complete."""

    def rate_at(self, years: NDArray[np.int64], default: Value) -> NDArray[np.float64]:
        r"""Return the share of issued credits withheld in each year [1], shape (..., year).

        Parameters
        ----------
        years : array of int, shape (year,)
            Calendar years.
        default : Value
            The rate where the scenario gives none.

        Notes
        -----
        Of a risk table :math:`r = 1 - \prod_i (1 - r_i)`, or :math:`r = \sum_i r_i`.
        """
        if self.risk_table is None:
            return (self.rate or default).at(years)
        risks = np.stack(
            np.broadcast_arrays(*(risk.at(years) for risk in self.risk_table.values()))
        )
        return np.asarray(
            risks.sum(axis=0) if self.combine == "sum" else 1.0 - np.prod(1.0 - risks, axis=0)
        )

    @property
    def released_share(self) -> Any:
        """Share of the balance that is released in a year [1]; if drawn of shape (sample,)."""
        return 1.0 if self.release_share is None else self.release_share.number

    @property
    def released_from(self) -> Any:
        """Years without a reversal until the reserve is released; infinite where it never is.

        If drawn, of shape (sample,).
        """
        return math.inf if self.release_after is None else self.release_after.number
