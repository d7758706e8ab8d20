"""Figures of a run for notebooks, reports and apps: own SVG in two widths, without JavaScript."""

from jcm_models.figures.adequacy import adequacy_figure
from jcm_models.figures.adjustments import adjustments_figure
from jcm_models.figures.bands import QUANTILES, bands_figure
from jcm_models.figures.boxes import boxes_figure, peeling_figure
from jcm_models.figures.compared import compared_figure
from jcm_models.figures.convergence import convergence_figure
from jcm_models.figures.emissions import emissions_figure
from jcm_models.figures.fans import fans_figure
from jcm_models.figures.flow import flow_figure
from jcm_models.figures.influence import influence_figure, total_influence_figure
from jcm_models.figures.paired_emissions import paired_emissions_figure
from jcm_models.figures.paired_split import paired_split_figure
from jcm_models.figures.palette import literal, roles, stylesheet
from jcm_models.figures.parallel import parallel_figure
from jcm_models.figures.required_rate import diversification_figure, required_rate_figure
from jcm_models.figures.scatter import scatter_figure
from jcm_models.figures.sides import Side
from jcm_models.figures.split import split_figure
from jcm_models.figures.svg import Figure
from jcm_models.figures.tornado import tornado_figure

__all__ = [
    "QUANTILES",
    "Figure",
    "Side",
    "adequacy_figure",
    "adjustments_figure",
    "bands_figure",
    "boxes_figure",
    "compared_figure",
    "convergence_figure",
    "diversification_figure",
    "emissions_figure",
    "fans_figure",
    "flow_figure",
    "influence_figure",
    "literal",
    "paired_emissions_figure",
    "paired_split_figure",
    "parallel_figure",
    "peeling_figure",
    "required_rate_figure",
    "roles",
    "scatter_figure",
    "split_figure",
    "stylesheet",
    "tornado_figure",
    "total_influence_figure",
]
