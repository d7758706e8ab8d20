"""Find or install a Chromium for the browser tests; ``python -m tests.browser`` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

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

FONTS = "fonts-liberation"  # as wide as Arial, the font that pages and figures ask for

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

PLACES = [  # where installers put it without adding it to PATH
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
]

PLAYWRIGHTS_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def runs(path: str) -> bool:
    """Tell whether `path` starts: some systems have a stub that only says what to install."""
    if sys.platform == "win32":  # there, asking for the version opens a window
        return Path(path).is_file()
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str:
    """Return where Playwright keeps, or would keep, the browser that it downloads."""
    # In a process of its own, because Playwright does not start twice within one.
    command = [sys.executable, "-c", PLAYWRIGHTS_OWN]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def find() -> str | None:
    """Return the path of a Chromium or Chrome that runs, if there is one."""
    if chosen := os.environ.get("CHROMIUM"):
        if not runs(chosen):
            sys.exit(f"CHROMIUM is set to {chosen}, which is no browser that runs.")
        return chosen
    on_path = [path for path in map(shutil.which, NAMES) if path]
    usable = next(filter(runs, [*on_path, *PLACES]), None)
    if usable:
        return usable
    own = playwrights_own()
    return own if runs(own) else None


def install_with_apt(*packages: str) -> None:
    """Install packages of Debian."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *arguments], env=environment, stdout=sys.stderr)


def draws_arial() -> bool:
    """Tell whether what asks for Arial gets letters of its width, which figures reckon with."""
    if shutil.which("fc-match") is None:  # no such fonts to ask for, as on Windows
        return True
    found = subprocess.run(["fc-match", "Arial"], capture_output=True, text=True, check=False)
    return any(name in found.stdout for name in ("Arial", "Liberation", "Arimo", "Helvetica"))


def install_with_playwright() -> None:
    """Let Playwright download its Chromium into the user's cache."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdout=sys.stderr)


def ensure() -> str:
    """Return the path of a browser, installed first if need be; exit if there is no way."""
    by_apt = IS_ROOT and shutil.which("apt-get") is not None
    if path := find():
        if by_apt and not draws_arial():
            install_with_apt(FONTS)
        return path
    print("Installing Chromium for the browser tests: about a minute.", file=sys.stderr)
    if by_apt:
        install_with_apt("chromium", FONTS)
        if path := find():
            return path
    install_with_playwright()
    return find() or sys.exit(
        "The tests need a browser: install Chromium or Chrome, "
        "or set CHROMIUM to the path of one that is already there."
    )


if __name__ == "__main__":
    print(ensure())
