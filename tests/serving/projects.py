"""Notebooks of a few lines, and a server of them whose times have no option."""

import sys
from pathlib import Path

import nbformat

import jcm_models
from tests.conftest import Server

_JUPYTER = Path(jcm_models.__file__).parent / "jupyter"

# A page that answers what it is told with all that it was told before.
ECHO = """
from comm import get_comm_manager

heard = []

def opened(comm, _message):
    def answer(message):
        heard.append(message["content"]["data"]["say"])
        comm.send({"heard": heard})
    comm.on_msg(answer)

get_comm_manager().register_target("jcm.page", opened)
"""


def project(folder, **notebooks):
    """Write notebooks, each given as its cells, of which ``%`` begins those of text."""
    (folder / "notebooks").mkdir()
    for name, cells in notebooks.items():
        notebook = nbformat.v4.new_notebook()
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata.kernelspec = spec
        notebook.cells = [
            nbformat.v4.new_markdown_cell(cell[1:])
            if cell.startswith("%")
            else nbformat.v4.new_code_cell(cell)
            for cell in cells
        ]
        nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")
    return folder


def quick(folder, **traits):
    """Serve a project by what ``jcm app`` starts; its kernels are ordinary ones."""
    command = [sys.executable, "-m", "jcm_models.serving", ".", "--no-browser", "--port={port}"]
    command += [f"--Voila.config_file_paths={_JUPYTER}", "--Voila.ip=127.0.0.1"]
    command += [f"--Workbench.{name}={value}" for name, value in traits.items()]
    env = {"JUPYTER_PATH": str(_JUPYTER)}
    return Server(command, ready="/health", cwd=folder / "notebooks", env=env)
