"""A scenario on the screen: sections that follow sliders, and stand still in a report.

Each section shows itself as a widget where something can move it, and as plain HTML where nothing
can: papermill, nbconvert, a page on paper. So one notebook has three lives.
"""

from __future__ import annotations

from jcm_models.credit_sections import CREDIT_SECTIONS
from jcm_models.page_sections import Section
from jcm_models.scenario_pages import ScenarioPage
from jcm_models.sections import SECTIONS, key_figures
from jcm_models.storage_sections import STORAGE_SECTIONS

__all__ = ["View"]

_SECTIONS = {**SECTIONS, **CREDIT_SECTIONS, **STORAGE_SECTIONS}


class View(ScenarioPage):
    """A scenario on the screen: what a notebook shows of it, section by section."""

    @property
    def question(self) -> Section:
        """Title, question and answer."""
        return self.section("question")

    @property
    def balance_question(self) -> Section:
        """Title, question, and the answer on both countries' balances first."""
        return self.section("balance_question")

    @property
    def reserve_question(self) -> Section:
        """Title, question, and the answer on the reserve first."""
        return self.section("reserve_question")

    @property
    def key_figures(self) -> Section:
        """Cards with the sums over all years."""
        return self.section("key_figures")

    @property
    def components(self) -> Section:
        """The parts of the project and the rules of the reference, where there are several."""
        return self.section("components")

    @property
    def emissions(self) -> Section:
        """BaU, reference and project emissions over the years."""
        return self.section("emissions")

    @property
    def split(self) -> Section:
        """Where the reductions go."""
        return self.section("split")

    @property
    def contributions(self) -> Section:
        """Who contributes what, and the shares that follow."""
        return self.section("contributions")

    @property
    def allocated(self) -> Section:
        """The tonnes of each party by vintage."""
        return self.section("allocated")

    @property
    def issuances(self) -> Section:
        """The issuances, where there are monitoring periods."""
        return self.section("issuances")

    @property
    def flow(self) -> Section:
        """Where the outcome ends up."""
        return self.section("flow")

    @property
    def balances(self) -> Section:
        """What both countries adjust, and how they stand against their NDCs."""
        return self.section("balances")

    @property
    def reserve_answer(self) -> Section:
        """Whether the reserve suffices, in sentences."""
        return self.section("reserve_answer")

    @property
    def stored(self) -> Section:
        """CO2 injected, stored and leaked."""
        return self.section("stored")

    @property
    def reserve_account(self) -> Section:
        """The balance of the reserve, and who bears reversals."""
        return self.section("reserve_account")

    @property
    def adequacy(self) -> Section:
        """With which probability which reserve suffices."""
        return self.section("adequacy")

    @property
    def required_rate(self) -> Section:
        """The reserve that suffices for so many years."""
        return self.section("required_rate")

    @property
    def diversification(self) -> Section:
        """What more sites save."""
        return self.section("diversification")

    @property
    def by_year(self) -> Section:
        """The table by year."""
        return self.section("by_year")

    def _html(self, name: str) -> str:
        return _SECTIONS[name](self._moved.results, self.words)

    def strip(self) -> str:
        """Return the few figures that stay in sight while something is moved."""
        return key_figures(self.results, self.words, "strip.html")
