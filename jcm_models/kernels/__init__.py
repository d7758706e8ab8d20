"""Kernels that start at once: forked from a process that has imported everything already.

Papermill uses them by ``--engine jcm``, everything of Jupyter by the provisioner ``jcm-forked``.
"""

from jcm_models.kernels.server import ForkServer, can_fork, shared_server

__all__ = ["ForkServer", "can_fork", "shared_server"]
