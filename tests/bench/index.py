"""A list of 1,000 runs: read, written, opened in Chromium, sorted, filtered and compared."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from playwright.sync_api import Page, sync_playwright

from jcm_models.browsers import ARGUMENTS
from jcm_models.run_index import index_page
from jcm_models.run_records import complete_runs, newest
from tests import browser as chromium
from tests.comparing.kept_runs import keep
from tests.conftest import ROOT

Row = tuple[str, float, float | None, str, float]

RUNS = 1000
_TURNS = 8  # even, so that what was written into the filter is gone at the end

# From an action to the picture after it: the second frame begins when the first is painted.
_PAINTED = """(action) => new Promise((done) => {
  const started = performance.now();
  action();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
})"""
# ... and to that of the last row, as rows are laid out some at a time.
_WHOLE = """(action) => new Promise((done) => {
  const started = performance.now();
  action();
  const look = () => document.querySelector('#runs tbody').dataset.whole
    ? setTimeout(() => done(performance.now() - started)) : requestAnimationFrame(look);
  requestAnimationFrame(look);
})"""
_SORT = f"""({_PAINTED})(() => document.querySelector('.jcm-of-issued button').click())"""
_FILTER = f"""({_PAINTED})(() => {{
  const text = document.querySelector('#filters').elements.text;
  text.value = text.value ? '' : 'mongolia';
  text.dispatchEvent(new Event('input', {{bubbles: true}}));
}})"""
_SORT_WHOLE = _SORT.replace(_PAINTED, _WHOLE)
_COMPARE = f"""({_PAINTED})(() => document.querySelector('#compare').click())"""


def thousand_runs(reports: Path) -> None:
    """Keep so many runs: shipped scenarios, each with many discounts."""
    names = sorted(file.stem for file in (ROOT / "scenarios").glob("*solar*.yaml"))
    for number in range(RUNS):
        discount = 1 - number // len(names) / 1000
        keep(reports, names[number % len(names)], {"crediting.discount": discount})


def milliseconds(action: Callable[[], Any]) -> float:
    """Return the median duration of an action [ms]."""
    durations = []
    for _ in range(3):
        started = time.perf_counter()
        action()
        durations.append(1000 * (time.perf_counter() - started))
    return statistics.median(durations)


def measure() -> Iterator[Row]:
    """What the page of 1,000 runs costs, beside a plain table of the same columns by pandas."""
    what = f"list of {RUNS:,} runs: "
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        reports = Path(folder)
        thousand_runs(reports)
        runs = newest(complete_runs(reports))
        assert len(runs) == RUNS
        rows = pd.DataFrame([run.record["totals"] for run in runs]).drop(columns="by_year")
        ours, plain = reports / "index.html", reports / "plain.html"
        reading = milliseconds(lambda: complete_runs(reports))
        yield what + "records read", reading, None, "", float("nan")
        writing = milliseconds(lambda: ours.write_text(index_page(runs)))
        beside = milliseconds(lambda: plain.write_text(rows.to_html()))
        yield what + "inputs read, page written", writing, None, "DataFrame.to_html", beside
        sizes = (file.stat().st_size / 1000 for file in (ours, plain))
        yield what + "size [kB]", next(sizes), None, "DataFrame.to_html [kB]", next(sizes)
        launched = playwright.chromium.launch(
            executable_path=chromium.ensure(), args=list(ARGUMENTS)
        )
        page = launched.new_page(viewport={"width": 1280, "height": 900})
        bare, opened = (_opening(page, file) for file in (plain, ours))
        yield what + "opened to interactive", opened, 2000, "DataFrame.to_html", bare
        yield what + "sorted, all rows", _median(page, _SORT_WHOLE), None, "", float("nan")
        for name, script in (("sorted", _SORT), ("filtered", _FILTER)):
            yield what + name, _median(page, script), 100, "", float("nan")
        for box in page.locator("#runs tbody input").all()[:2]:
            box.check()
        yield what + "two compared", _median(page, _COMPARE), None, "", float("nan")
        launched.close()


def _median(page: Page, script: str) -> float:
    return statistics.median(page.evaluate(script) for _ in range(_TURNS))


def _opening(page: Page, file: Path) -> float:
    """Return how long a page takes until it is painted and answers [ms]."""
    found = []
    for _ in range(3):
        started = time.perf_counter()
        page.goto(file.as_uri())
        page.evaluate(f"({_PAINTED})(() => 0)")
        found.append(1000 * (time.perf_counter() - started))
    return statistics.median(found)
