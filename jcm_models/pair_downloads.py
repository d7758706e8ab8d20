"""What a visitor takes along of two scenarios: the comparison, both scenarios, the report."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jcm_models.downloads import Download, kept, report_of, scenario_text, workbook_of
from jcm_models.pairs import LETTERS, Pair
from jcm_models.section_pages import SectionPage

__all__ = ["pair_files"]


def pair_files(
    page: SectionPage, pair: Pair, link: Mapping[str, Sequence[str]]
) -> Mapping[str, tuple[str, Callable[[], Download]]]:
    """Return the files of a comparison, by kind: what each is called, and what makes it.

    Parameters
    ----------
    page : SectionPage
        The page that is shown.
    pair : Pair
        The two scenarios, as they stand.
    link : mapping of str to sequence of str
        What the link of the page says.
    """
    makers: dict[str, Callable[[], Download]] = {
        "report": lambda: _report(page, pair, link),
        "workbook": lambda: _workbook(page, pair),
        "csv": lambda: _csv(page, pair),
    }
    for at, letter in enumerate(LETTERS):
        makers[f"scenario_{letter.lower()}"] = _scenario_maker(page, pair, at)
    return {kind: (page.words(f"compare.download_{kind}"), make) for kind, make in makers.items()}


def _workbook(page: SectionPage, pair: Pair) -> Download:
    from jcm_models.exporting.paired import pair_sheets

    name = f"{page.stem}_comparison.xlsx"
    return workbook_of(name, page.title, pair_sheets(pair, page.words))


def _csv(page: SectionPage, pair: Pair) -> Download:
    from jcm_models.exporting.paired import pair_csv

    return Download(f"{page.stem}_comparison.csv", "text/csv", pair_csv(pair).encode())


def _scenario_maker(page: SectionPage, pair: Pair, at: int) -> Callable[[], Download]:
    def make() -> Download:
        scenario = pair.sides[at].scenario
        name = f"{scenario.name}_{LETTERS[at].lower()}.yaml"
        return Download(name, "application/yaml", scenario_text(scenario, page.words).encode())

    return make


def _report(page: SectionPage, pair: Pair, link: Mapping[str, Sequence[str]]) -> Download:
    """Return the report of the comparison, which names files and changes where it can."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files, sets = [], []
        for at, (name, key) in enumerate((("first", "set1"), ("second", "set2"))):
            own = list(link.get(key, ()))
            written = name not in link or any(";" in each for each in own)
            target = folder / f"scenario_{LETTERS[at].lower()}.yaml"
            files.append(kept(pair.sides[at].scenario, page.words, target, written))
            sets.append([] if written else own)
        other = {"other": files[1], "other_overrides": json.dumps("; ".join(sets[1]))}
        return report_of(page, files[0], sets[0], other, folder)
