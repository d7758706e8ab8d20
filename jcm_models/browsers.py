"""The Chromium or Chrome of this machine: where it is, and how it starts without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from jcm_models.problems import Problem, ScenarioError

__all__ = ["ARGUMENTS", "IS_ROOT", "NAMES", "PLACES", "find_browser", "playwrights_own", "runs"]

IS_ROOT = getattr(os, "geteuid", lambda: -1)() == 0

ARGUMENTS = [
    *(["--no-sandbox"] if IS_ROOT else []),  # Chromium refuses to run as root with its sandbox
    "--disable-gpu",
    "--no-first-run",
    # Nothing leaves this machine: neither Chromium's own errands ...
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # ... nor what a page asks for, which fails as it would without a network.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]",
]

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

PLACES = [  # where installers put it without adding it to PATH
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
]

_PLAYWRIGHTS_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome that runs, if there is one.

    Raises
    ------
    ScenarioError
        If the environment names one, by ``CHROMIUM``, that does not run.
    """
    if chosen := os.environ.get("CHROMIUM"):
        if not runs(chosen):
            problem = Problem("", f"CHROMIUM is set to {chosen}, which is no browser that runs.")
            raise ScenarioError([problem])
        return chosen
    on_path = [path for path in map(shutil.which, NAMES) if path]
    usable = next(filter(runs, [*on_path, *PLACES]), None)
    if usable:
        return usable
    own = playwrights_own()
    return own if own and runs(own) else None


def runs(path: str) -> bool:
    """Tell whether `path` starts: some systems have a stub that only says what to install."""
    if sys.platform == "win32":  # there, asking for the version opens a window
        return Path(path).is_file()
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str:
    """Return where Playwright keeps, or would keep, its browser; nothing without Playwright."""
    # In a process of its own, because Playwright does not start twice within one.
    command = [sys.executable, "-c", _PLAYWRIGHTS_OWN]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip()
