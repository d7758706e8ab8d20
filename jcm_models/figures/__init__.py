"""Figures of a run for notebooks, reports and apps: own SVG in two widths, without JavaScript."""

from jcm_models.figures.adjustments import adjustments_figure
from jcm_models.figures.emissions import emissions_figure
from jcm_models.figures.flow import flow_figure
from jcm_models.figures.palette import literal, roles, stylesheet
from jcm_models.figures.split import split_figure
from jcm_models.figures.svg import Figure

__all__ = [
    "Figure",
    "adjustments_figure",
    "emissions_figure",
    "flow_figure",
    "literal",
    "roles",
    "split_figure",
    "stylesheet",
]
