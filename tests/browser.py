"""Find or install a Chromium for the browser tests; ``python -m tests.browser`` prints its path."""

import os
import shutil
import subprocess
import sys

from jcm_models import browsers
from jcm_models.printing import draws_japanese
from jcm_models.problems import ScenarioError

FONTS = "fonts-liberation"  # as wide as Arial, the font that pages and figures ask for
JAPANESE = "fonts-ipafont-gothic"  # the smallest that draws all of a Japanese report


def find() -> str | None:
    """Return the path of a Chromium or Chrome that runs, if there is one."""
    try:
        return browsers.find_browser()
    except ScenarioError as error:
        sys.exit(str(error))


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
    by_apt = browsers.IS_ROOT and shutil.which("apt-get") is not None
    if path := find():
        drawn = {FONTS: draws_arial(), JAPANESE: draws_japanese()}
        lacking = [package for package, is_drawn in drawn.items() if not is_drawn]
        if by_apt and lacking:
            install_with_apt(*lacking)
        return path
    print("Installing Chromium for the browser tests: about a minute.", file=sys.stderr)
    if by_apt:
        install_with_apt("chromium", FONTS, JAPANESE)
        if path := find():
            return path
    install_with_playwright()
    return find() or sys.exit(
        "The tests need a browser: install Chromium or Chrome, "
        "or set CHROMIUM to the path of one that is already there."
    )


if __name__ == "__main__":
    print(ensure())
