"""Draw the picture of the README: ``python -m tests.example_picture``."""

import jcm_models as jcm
from jcm_models.figures import emissions_figure
from jcm_models.wording import Words
from tests.conftest import ROOT

PICTURE = ROOT / "reports" / "example.svg"


def picture() -> str:
    """Return the figure of the floating solar plant as SVG that opens alone."""
    results = jcm.compute(jcm.load_scenario(ROOT / "scenarios/thailand_floating_solar.yaml"))
    return emissions_figure(results, Words(), host="Thailand").svg() + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
