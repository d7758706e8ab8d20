"""Apps in a real Chromium with fresh profiles, beside Voilà as it comes over the same notebook."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace

from playwright.async_api import TimeoutError as WaitedTooLong
from playwright.async_api import async_playwright
from playwright.sync_api import Browser, Page, Route, sync_playwright

from jcm_models.browsers import ARGUMENTS
from tests import browser as chromium
from tests.bench.batches import memory
from tests.commands import BIN
from tests.conftest import LOOPBACK, ROOT, Server

Row = tuple[str, float, float | None, str, float]

NOTEBOOK = "reference_vs_bau"
# The other apps, and which of their sliders moves the first figure; methods have none.
_OTHERS = {
    "credit_allocation": 1,
    "ccs_reserve": 0,
    "uncertainty": 0,
    "compare": 0,
    "methods": None,
}
_VISITORS, _SESSIONS = 10, 40
_OPENINGS, _PRESSES = 5, 40
_PATIENCE = 180_000  # [ms]

# The time from a key press to the first change of the figure, and to the next paint.
_LISTEN = """() => {
  window.answers = [];
  let pressed = 0;
  document.addEventListener("keydown", () => { pressed = performance.now(); }, true);
  const figure = document.querySelector("figure.jcm-figure");
  const whole = figure.closest("[data-section], .jp-OutputArea-output") || figure.parentElement;
  new MutationObserver(() => {
    if (!pressed) return;
    const since = pressed;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.answers.push(performance.now() - since)));
  }).observe(whole, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


@dataclass(frozen=True)
class Way:
    """A way to serve the notebook: its command, its page, and when that is of use."""

    command: tuple[str, ...]
    ready: str
    path: str
    usable: str
    handle: str
    place: int | None = 0  # of the first handle that moves the first figure


OURS = Way(
    (str(BIN / "jcm"), "app", "--port", "{port}", "--no-browser", "--sessions", "60"),
    "/health",
    f"/apps/{NOTEBOOK}",
    "document.documentElement.dataset.state === 'ready'",
    "input[type=range]:visible",
)


def plain(notebook: str, place: int | None = 0) -> Way:
    """Return Voilà as it comes, which serves one notebook."""
    handle = ".noUi-handle"
    usable = [handle, "figure svg"] if place is not None else ["main math, .jp-OutputArea math"]
    return Way(
        (
            *(str(BIN / "voila"), f"notebooks/{notebook}.ipynb", "--no-browser"),
            *("--port", "{port}", "--Voila.ip=127.0.0.1"),
        ),
        "/voila/static/voila.js",
        "/",
        " && ".join(f"document.querySelector('{each}')" for each in usable),
        handle,
        place,
    )


def measure() -> Iterator[Row]:
    """Yield what is measured [ms]; the memory in MB."""
    ours, theirs = _measured(OURS), _measured(plain(NOTEBOOK))
    goals = {
        "first open to usable, cold": 3000.0,
        "open to usable, warm": 2000.0,
        "key press to picture, median": 50.0,
        "key press to picture, 95th percentile": 100.0,
        "memory a session, shared pages once [MB]": 100.0,
        f"{_VISITORS} visitors at once, all usable": 12_000.0,
        f"key press to picture with {_SESSIONS} sessions open": 500.0,
    }
    for what, goal in goals.items():
        yield f"app: {what}", ours[what], goal, "Voilà as it comes", theirs[what]
    for name, place in _OTHERS.items():
        here = _briefly(replace(OURS, path=f"/apps/{name}", place=place))
        there = _briefly(plain(name, place))
        for what, found in here.items():
            yield f"{name}: {what}", found, goals[what], "Voilà as it comes", there[what]


def _briefly(way: Way) -> dict[str, float]:
    """Measure one visitor of an app."""
    server = Server(way.command, ready=way.ready, cwd=ROOT)
    with server, sync_playwright() as playwright, ExitStack() as left:
        browser = playwright.chromium.launch(
            executable_path=chromium.ensure(), args=list(ARGUMENTS)
        )
        left.callback(browser.close)
        return _alone(browser, server, way)


def _alone(browser: Browser, server: Server, way: Way) -> dict[str, float]:
    found = {"first open to usable, cold": _opened(browser, server.url, way)[0]}
    opened = [_opened(browser, server.url, way)[0] for _ in range(_OPENINGS)]
    found["open to usable, warm"] = statistics.median(opened)
    return found if way.place is None else found | _moved(browser, server.url, way)


def _measured(way: Way) -> dict[str, float]:
    server = Server(way.command, ready=way.ready, cwd=ROOT)
    with server, sync_playwright() as playwright, ExitStack() as left:
        browser = playwright.chromium.launch(
            executable_path=chromium.ensure(), args=list(ARGUMENTS)
        )
        left.callback(browser.close)
        return _alone(browser, server, way) | _crowd(browser, server, way)


def _opened(browser: Browser, url: str, way: Way, *, keep: bool = False) -> tuple[float, Page]:
    """Open the app in a fresh profile; return how long it takes until it is of use [ms]."""
    # What is measured is evaluated in the page, which its policy forbids to scripts of its own.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    context.route(lambda address: not _here(address), _refuse)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    started = time.perf_counter()
    page.goto(url + way.path)
    page.wait_for_function(way.usable)
    seconds = time.perf_counter() - started
    if not keep:
        context.close()
    return 1000 * seconds, page


def _here(address: str) -> bool:
    return any(f"//{name}" in address for name in LOOPBACK)


def _refuse(route: Route) -> None:
    route.abort()  # what Voilà asks of other hosts, at once


def _moved(browser: Browser, url: str, way: Way) -> dict[str, float]:
    _, page = _opened(browser, url, way, keep=True)
    answers = _pressed(page, way)
    page.context.close()
    return {
        "key press to picture, median": statistics.median(answers),
        "key press to picture, 95th percentile": sorted(answers)[int(0.95 * len(answers))],
    }


def _pressed(page: Page, way: Way, times: int = _PRESSES) -> Sequence[float]:
    """Press a key on the first slider, each time after the page has come to rest."""
    page.locator("figure.jcm-figure").first.scroll_into_view_if_needed()
    page.evaluate(_LISTEN)
    page.locator(way.handle).nth(way.place or 0).focus()
    for number in range(times):
        page.keyboard.press("ArrowRight" if number % 2 else "ArrowLeft")
        page.wait_for_function(f"window.answers.length > {number}")
        page.wait_for_timeout(150)
    found: list[float] = page.evaluate("window.answers")
    return found


def _crowd(browser: Browser, server: Server, way: Way) -> dict[str, float]:
    """Ten visitors at once, then more sessions beside."""
    before = memory(server.process.pid)
    with ThreadPoolExecutor(1) as beside:  # for this thread has a loop of its own
        seconds = beside.submit(asyncio.run, _at_once(server.url, way)).result()
    found = {f"{_VISITORS} visitors at once, all usable": 1000 * seconds}
    time.sleep(5)  # until their sessions have ended
    return found | _many(browser, server, way, before)


async def _at_once(url: str, way: Way) -> float:
    """Open the app in ten fresh profiles of a browser; return when the last is of use [s]."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.ensure(), args=list(ARGUMENTS)
        )
        contexts = [await browser.new_context(bypass_csp=True) for _ in range(_VISITORS)]
        pages = [await context.new_page() for context in contexts]
        for page in pages:
            page.set_default_timeout(_PATIENCE)
            await page.route(lambda address: not _here(address), lambda route: route.abort())
        started = time.perf_counter()
        # Voilà as it comes leaves one of ten hanging at times: it counts with the whole patience.
        with suppress(WaitedTooLong):
            await asyncio.gather(*(page.goto(url + way.path) for page in pages))
            await asyncio.gather(*(page.wait_for_function(way.usable) for page in pages))
        seconds = time.perf_counter() - started
        await browser.close()
    return seconds


def _many(browser: Browser, server: Server, way: Way, before: float) -> dict[str, float]:
    pages = [_opened(browser, server.url, way, keep=True)[1] for _ in range(_SESSIONS)]
    each = (memory(server.process.pid) - before) / _SESSIONS
    answers = _pressed(pages[0], way, 20)
    return {
        "memory a session, shared pages once [MB]": each,
        f"key press to picture with {_SESSIONS} sessions open": max(answers),
    }
