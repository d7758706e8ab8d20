"""What a notebook does first, done once in the process that kernels are forked from."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

__all__ = ["import_all", "prime", "prime_pages"]

_METHOD = "displaced-electricity"


def prime() -> None:
    """Read the tables, rules, words and units of the package, and simulate and draw a scenario.

    What is read once is then known to every kernel. No widget is made, for it would belong to a
    kernel, and no number depends on what was simulated here.
    """
    from jcm_models.offered_scenarios import scenarios_beside
    from jcm_models.pieces import environment
    from jcm_models.quantities import registry
    from jcm_models.sections import SECTIONS
    from jcm_models.simulation import compute, load_scenario
    from jcm_models.starting import new_scenario
    from jcm_models.storage_regimes import means, regime_names
    from jcm_models.styles import style_sheet
    from jcm_models.wording import LANGUAGES, Words

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(new_scenario([_METHOD], file), encoding="utf-8")
        results = compute(load_scenario(file))
    results.to_dataset()._repr_html_()
    style_sheet()
    for name in regime_names():
        means(name)
    templates = environment()
    for template in templates.list_templates(["html"]):
        templates.get_template(template)
    registry()  # not every scenario has a unit that is not that of its place
    for language in LANGUAGES:
        for uncertain in (False, True):
            scenarios_beside(Path("scenarios", "any.yaml"), language, uncertain=uncertain)
        words = Words(language)
        for section in SECTIONS.values():
            section(results, words)


def prime_pages() -> None:
    """Draw the page of all methods, whose equations take long to turn into MathML."""
    from jcm_models.methods_page import MethodsPage
    from jcm_models.wording import LANGUAGES

    for language in LANGUAGES:
        _ = MethodsPage(lang=language).body


def import_all(modules: Iterable[str]) -> None:
    """Import modules; what is not installed is left out."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            continue
