"""Notebooks to attack, in a project of their own."""

import json
import shutil

from tests.conftest import ROOT

TOKEN = "the-token-0123456789"
WAY_IN = f"?token={TOKEN}"
BASE = "/jcm/"
SECRET = "a-secret-of-the-notebook"

TRIED = '''\
import os, time
from jcm_models.section_pages import SectionPage
from jcm_models.wording import Words

class Tried(SectionPage):
    """Keeps a number, and does to its kernel whatever a wish may come to."""

    def __init__(self):
        super().__init__(Words("en"))
        self.number = 0

    def controls_of(self, group):
        return ()

    def _html(self, name):
        return f"<p data-number>{self.number} {os.getpid()}</p>"

    def _set(self, key, value):
        if key == "number":
            self.number = value
        elif key == "eat":
            kept = [bytearray(1_000_000) for _ in range(4_000)]
        elif key == "compute":
            while True:
                time.sleep(0.01)
        elif key == "hang":
            sum(range(10**12))  # hears no signal before it ends
        elif key == "fail":
            raise RuntimeError("SECRET")
        elif key == "print":
            print("SECRET", flush=True)
        elif key == "fill":
            self.number = "x" * value
        elif key == "environment":
            self.number = repr(sorted(os.environ.items()))
        else:
            super()._set(key, value)

page = Tried()
page.section("shown")
'''.replace("SECRET", SECRET)

NOTEBOOKS = {
    "tried": (TRIED,),
    "raising": (f'raise RuntimeError("{SECRET}")', "1"),
    "dying": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)",),
    "writing": (f'print("<script>alert(1)</script>"); secret = "{SECRET}"',),
}


def write_project(folder):
    """Write notebooks into a folder, so that ``jcm app`` serves them."""
    (folder / "notebooks").mkdir()
    (folder / "secret.txt").write_text(SECRET)
    (folder / "notebooks" / "secret.txt").write_text(SECRET)
    shutil.copy(ROOT / "notebooks/reference_vs_bau.ipynb", folder / "notebooks")
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    for name, cells in NOTEBOOKS.items():
        (folder / "notebooks" / f"{name}.ipynb").write_text(json.dumps(_notebook(cells)))
    return folder


def _notebook(cells):
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    head = {"metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}
    return {"cells": made, **head}
