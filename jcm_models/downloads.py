"""What a visitor takes along: figures, tables, the scenario as it stands, the report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from jcm_models.lives import HOSTED
from jcm_models.problems import Problem, ScenarioError
from jcm_models.section_pages import SectionPage

if TYPE_CHECKING:
    from jcm_models.exporting.workbook import Sheet
    from jcm_models.results import Results
    from jcm_models.scenario import Scenario
    from jcm_models.wording import Words

__all__ = [
    "Download",
    "download",
    "downloads_of",
    "kept",
    "report_of",
    "scenario_text",
    "workbook_of",
]

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PATIENCE = 120  # [s] for a report, where no alarm ends it earlier
_FIGURE = re.compile(r'<svg [^>]*class="jcm-wide".*?</svg>', re.DOTALL)
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_COLOUR = re.compile(r"var\(--jcm-[\w-]+, *(#[0-9a-fA-F]+)\)")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL)
_PIXELS = 2.0  # of a PNG to each of the drawing's


@dataclass(frozen=True)
class Download:
    """A file: its name, its media type, and what it holds."""

    name: str
    kind: str
    content: bytes


def downloads_of(page: SectionPage) -> dict[str, str]:
    """Return the kinds of files that a page offers beside its figures, with their names."""
    own = {kind: label for kind, (label, _) in page.files().items()}
    usual = _MAKERS if page.current_results() is not None else ()
    return own | {kind: page.name_of_file(kind) for kind in usual}


def download(page: SectionPage, wanted: str) -> Download:
    """Make a file of what the page shows.

    Parameters
    ----------
    page : SectionPage
        What is shown.
    wanted : str
        One of `downloads_of`, or ``svg:section:0`` and ``png:section:0`` for a figure.

    Raises
    ------
    ScenarioError
        If there is no such file.
    """
    kind, _, rest = wanted.partition(":")
    section, _, place = rest.rpartition(":")
    if kind in {"svg", "png"} and section in page.names() and place.isdecimal():
        page.fill_stale([section])  # it may not have been drawn since something was moved
        drawn = _FIGURE.findall(page.section(section).html)
        if int(place) < len(drawn):
            return _figure(drawn[int(place)], kind, page)
    own = page.files()
    if wanted in own:
        _, make = own[wanted]
        return make()
    if wanted in downloads_of(page):
        return _MAKERS[wanted](page)
    raise ScenarioError([Problem("", "there is no such file")])


def _figure(drawn: str, kind: str, page: SectionPage) -> Download:
    """Return a figure as a file of its own, in the colours of paper."""
    svg = _COLOUR.sub(r"\1", drawn)
    size = _SIZE.search(svg)
    width, height = (float(each) for each in size.groups()) if size else (920.0, 500.0)
    svg = svg.replace('class="jcm-wide"', f'width="{width:g}" height="{height:g}"', 1)
    title = _TITLE.search(svg)
    name = f"{page.stem}_{_plain(title[1] if title else 'figure')}.{kind}"
    if kind == "svg":
        return Download(name, "image/svg+xml", svg.encode())
    import resvg_py

    png = resvg_py.svg_to_bytes(svg_string=svg, width=round(width * _PIXELS))
    return Download(name, "image/png", bytes(png))


def _plain(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()[:60] or "figure"


def _results(page: SectionPage) -> Results:
    results = page.current_results()
    if results is None:
        raise ScenarioError([Problem("", "there is no such file")])
    return results


def _written(page: SectionPage, file: str, kind: str) -> Download:
    """Return one of the files that a run writes of its results."""
    from jcm_models.exporting import write_results

    with tempfile.TemporaryDirectory() as folder:
        write_results(_results(page), Path(folder), page.words.language)
        content = (Path(folder) / file).read_bytes()
    return Download(f"{page.stem}_{file}", kind, content)


def _csv(page: SectionPage) -> Download:
    return _written(page, "results.csv", "text/csv")


def _workbook(page: SectionPage) -> Download:
    return _written(page, "results.xlsx", _WORKBOOK)


def _netcdf(page: SectionPage) -> Download:
    return _written(page, "results.nc", "application/netcdf")


def workbook_of(name: str, title: str, sheets: Sequence[Sheet]) -> Download:
    """Return sheets as a workbook to take along.

    Parameters
    ----------
    name : str
        Name of the file.
    title : str
        What the workbook is called in its properties.
    sheets : sequence of Sheet
        What it holds.
    """
    from jcm_models.exporting.workbook import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / name
        write_workbook(target, title, sheets)
        return Download(name, _WORKBOOK, target.read_bytes())


def scenario_text(scenario: Scenario, words: Words) -> str:
    """Return a scenario as it stands on the screen, in one file that extends no other."""
    head = f"# {words('app.scenario_file')}\n"
    data = scenario.document.data
    return head + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)


def _scenario(page: SectionPage) -> Download:
    text = scenario_text(_results(page).scenario, page.words).encode()
    return Download(f"{page.stem}_changed.yaml", "application/yaml", text)


def _report(page: SectionPage) -> Download:
    """Return the report of the scenario through the notebook that is served."""
    with tempfile.TemporaryDirectory() as place:
        said = page.link()
        brought = bool(said.get("file"))
        file = kept(_results(page).scenario, page.words, Path(place) / "scenario.yaml", brought)
        sets = [] if brought else said.get("set", [])
        return report_of(page, file, sets, {}, Path(place))


def kept(scenario: Scenario, words: Words, target: Path, brought: bool) -> str:
    """Return the file of a scenario; of one that a visitor brought, as it stands on the screen.

    Parameters
    ----------
    scenario : Scenario
        What is shown.
    words : Words
        The language of the page.
    target : pathlib.Path
        Where the text of one goes that no file here holds.
    brought : bool
        Whether it is such a one.
    """
    if not brought:
        return str(scenario.document.files[0].absolute())
    target.write_text(scenario_text(scenario, words), encoding="utf-8")
    return str(target)


def report_of(
    page: SectionPage, file: str, sets: Iterable[str], parameters: Mapping[str, str], folder: Path
) -> Download:
    """Return the report of a scenario, made as ``jcm report`` makes it, in a process of its own.

    Parameters
    ----------
    page : SectionPage
        What is shown; the notebook is that of its app.
    file : str
        The file of the scenario.
    sets : iterable of str
        Its changes, each as ``key=value``.
    parameters : mapping of str to str
        Further parameters of the notebook.
    folder : pathlib.Path
        Where there is room for it.

    Raises
    ------
    ScenarioError
        If it cannot be made, or takes too long.
    """
    from jcm_models.app_frame import app_name

    asked = {"lang": page.words.language, **parameters}
    command = [
        *(sys.executable, "-m", "jcm_models.cli", "report", file),
        *(part for each in sets for part in ("--set", each)),
        *("--notebook", app_name()),
        *(part for each in asked.items() for part in ("-p", "=".join(each))),
        *("--reports", str(folder / "reports"), "--output", str(folder / "run")),
    ]
    own = {"SERVER_SOFTWARE", "QUERY_STRING", HOSTED}
    env = {name: value for name, value in os.environ.items() if name not in own}
    try:
        ended = subprocess.run(
            command, env=env, capture_output=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise ScenarioError([Problem("", "the report takes too long")]) from None
    made = folder / "run" / "report.html"
    if ended.returncode or not made.is_file():
        raise ScenarioError([Problem("", "the report cannot be made")])
    return Download(f"{page.stem}_report.html", "text/html", made.read_bytes())


_MAKERS: Mapping[str, Callable[[SectionPage], Download]] = {
    "report": _report,
    "workbook": _workbook,
    "csv": _csv,
    "netcdf": _netcdf,
    "scenario": _scenario,
}
