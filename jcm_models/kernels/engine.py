"""Papermill's way to run a notebook here: ``papermill --engine jcm in.ipynb out.ipynb``.

The kernel is forked, parameters are checked before it starts, the output appears whole, and a
kernel that dies or takes too long is recorded as failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, from_dict
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.iorw import LocalHandler, papermill_io
from papermill.log import logger

from jcm_models.kernels.parameters import parameter_problems
from jcm_models.kernels.prompt import PromptKernelManager
from jcm_models.kernels.server import PROVISIONER
from jcm_models.lives import REPORTED

__all__ = ["ForkingEngine", "ForkingKernelManager"]

_OF_PAPERMILL = {"PAPERMILL_INPUT_PATH", "PAPERMILL_OUTPUT_PATH"}  # by papermill --inject-paths


class ForkingKernelManager(PromptKernelManager):
    """Starts kernels by the provisioner that forks them, unless their kernelspec names another."""

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """What is known of the kernel to start."""
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata.setdefault("kernel_provisioner", {"provisioner_name": PROVISIONER})
        return spec


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Runs the cells; whatever ends the run, the cell that it ended in is marked as failed."""

    def execute(self, **kwargs: Any) -> NotebookNode:
        """Run the notebook in a kernel of its own."""
        self.reset_execution_trackers()
        with _nothing_goes_on(), self.setup_kernel(**kwargs), _nothing_goes_on():
            if self._execute_cells():
                info = self.wait_for_reply(self.kc.kernel_info())
                self.nb.metadata["language_info"] = info["content"]["language_info"]
                self.set_widgets_metadata()
        executed: NotebookNode = self.nb
        return executed

    def _execute_cells(self) -> bool:
        for index, cell in enumerate(self.nb.cells):
            try:
                self.nb_man.cell_start(cell, index)
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                return False
            except (CellTimeoutError, DeadKernelError) as error:
                # Papermill takes a cell for completed unless an error stands in its outputs.
                cell.outputs.append(self._as_output(error))
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                self.shutdown_kernel = "immediate"
                return False
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)
        return True

    def _as_output(self, error: Exception) -> NotebookNode:
        if isinstance(error, CellTimeoutError):
            name, text = "TimedOut", "the time allowed was over before the cell was"
        else:
            name, text = "KernelDied", f"the kernel died{self._how()}"
        told = {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}
        output: NotebookNode = from_dict(  # type: ignore[no-untyped-call]
            {"output_type": "error", **told}
        )
        return output

    def _how(self) -> str:
        process = getattr(self.km.provisioner, "process", None)
        code = process.poll() if process is not None else None
        if code is None:
            return ""
        if code < 0:
            known = f"{signal.Signals(-code).name}, {signal.strsignal(-code)}"
            often = "; most often memory has run out" if -code == signal.SIGKILL else ""
            return f" by the signal {known}{often}"
        return f" with exit code {code}"


@contextlib.contextmanager
def _nothing_goes_on() -> Iterator[None]:
    """End what was being waited for if this is left in the middle, as by Ctrl-C.

    It would go on while the kernel is ended, and what became of it would be printed by asyncio.
    """
    try:
        yield
    except BaseException:
        loop = ensure_event_loop()
        if not loop.is_running():  # that of a notebook goes on
            loop.set_exception_handler(_tell_all_but_interrupts)
            ended = [task for task in asyncio.all_tasks(loop) if task.cancel()]
            if ended:
                loop.run_until_complete(asyncio.gather(*ended, return_exceptions=True))
        raise


def _tell_all_but_interrupts(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), KeyboardInterrupt):  # which was told already
        loop.default_exception_handler(context)


class ForkingEngine(Engine):  # type: ignore[misc]
    """Runs a notebook for papermill: in a forked kernel, strictly, with a whole output."""

    @classmethod
    def execute_notebook(
        cls, nb: NotebookNode, kernel_name: str, output_path: str | None = None, **kwargs: Any
    ) -> NotebookNode:
        """Check the parameters, run the notebook, and let the output appear when it is whole.

        Parameters
        ----------
        nb : NotebookNode
            The notebook, with its parameters put in.
        kernel_name : str
            Kernelspec to use.
        output_path : str, optional
            Where papermill writes the output in the end.
        **kwargs : any
            As papermill passes them on: ``execution_timeout`` is in seconds for a cell.

        Returns
        -------
        NotebookNode
            The notebook with its outputs.

        Raises
        ------
        ValueError
            If a parameter is not one of the notebook's, or of another type.
        """
        told = nb.metadata.get("papermill", {})
        given = {k: v for k, v in told.get("parameters", {}).items() if k not in _OF_PAPERMILL}
        problems = list(parameter_problems(nb, given))
        if problems:
            raise ValueError("\n".join(map(str, problems)))
        _write_whole(told.get("output_path") or output_path)
        # Without its path nothing is written while the notebook runs.
        executed: NotebookNode = super().execute_notebook(nb, kernel_name, None, **kwargs)
        return executed

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        forked: bool = True,
        for_report: bool = False,
        **kwargs: Any,
    ) -> None:
        """Run the cells of a notebook in a kernel of their own, forked or started as usual.

        For a report they make no widgets of our pages, which it would not show.
        """
        kwargs.pop("input_path", None)
        env = {**os.environ, REPORTED: "1"} if for_report else dict(os.environ)
        _Client(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=ForkingKernelManager if forked else PromptKernelManager,
            startup_timeout=start_timeout,
            timeout=execution_timeout,
            log=logger,
            **kwargs,
        ).execute(env=env)


def _write_whole(path: str | None) -> None:
    """Let papermill write a file whole; what goes elsewhere (s3://, https://) goes as ever."""
    if path and type(papermill_io.get_handler(path)) is LocalHandler:
        papermill_io.register(path, _WholeFiles())


class _WholeFiles(LocalHandler):  # type: ignore[misc]
    """Writes under another name and renames: nobody ever reads half a notebook."""

    def write(self, buf: str, path: str) -> None:
        target = Path(self._cwd or "", path).resolve()
        if target.exists() and not target.is_file():  # such as /dev/null
            super().write(buf, path)
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}-", delete=False
        ) as file:
            try:
                file.write(buf)
                file.flush()
                Path(file.name).chmod(0o666 & ~_umask())
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
