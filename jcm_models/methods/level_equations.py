"""Equations in which business as usual and the reference have one form."""

from __future__ import annotations

from jcm_models.method_catalogue import Equation

__all__ = ["project", "two_levels"]


def two_levels(plain: str, math: str, source: str = "") -> dict[str, Equation]:
    """Write BaU and reference, which differ in nothing but their inputs.

    Parameters
    ----------
    plain, math : str
        The equation in names and in LaTeX; LEVEL stands for bau and reference.
    source : str
        Where that of the reference is published.

    Returns
    -------
    dict of str to Equation
        By the name of the result.
    """
    return {
        "bau_emissions": Equation(
            plain=plain.replace("LEVEL", "bau"),
            math=r"\mathrm{BaU}_y = " + math.replace("LEVEL", r"\mathrm{BaU}"),
        ),
        "reference_emissions": Equation(
            plain=plain.replace("LEVEL", "reference"),
            math=r"\mathrm{RE}_y = " + math.replace("LEVEL", r"\mathrm{RE}"),
            source=source,
        ),
    }


def project(plain: str, math: str, source: str = "") -> dict[str, Equation]:
    """Write the equation of project emissions, by the name of the result."""
    return {"project_emissions": Equation(plain, rf"\mathrm{{PE}}_y = {math}", source)}
