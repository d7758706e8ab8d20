"""Figures of a run for notebooks, reports and apps: own SVG in two widths, without JavaScript."""

from jcm_models.figures.adequacy import adequacy_figure
from jcm_models.figures.adjustments import adjustments_figure
from jcm_models.figures.bands import QUANTILES, bands_figure
from jcm_models.figures.emissions import emissions_figure
from jcm_models.figures.flow import flow_figure
from jcm_models.figures.palette import literal, roles, stylesheet
from jcm_models.figures.required_rate import diversification_figure, required_rate_figure
from jcm_models.figures.split import split_figure
from jcm_models.figures.svg import Figure

__all__ = [
    "QUANTILES",
    "Figure",
    "adequacy_figure",
    "adjustments_figure",
    "bands_figure",
    "diversification_figure",
    "emissions_figure",
    "flow_figure",
    "literal",
    "required_rate_figure",
    "roles",
    "split_figure",
    "stylesheet",
]
