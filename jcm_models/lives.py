"""Which of its three lives a notebook leads in this kernel: JupyterLab, a report, an app."""

from __future__ import annotations

import os

__all__ = ["HOSTED", "REPORTED", "in_a_report", "in_an_app", "served_by_voila"]

# Environment variables of a kernel, set to "1".
HOSTED = "JCM_APP"
REPORTED = "JCM_REPORT"


def served_by_voila() -> bool:
    """Tell whether this kernel serves an app, of whatever template."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def in_an_app() -> bool:
    """Tell whether the page stands in the project's own template, which needs no widgets."""
    return served_by_voila() and os.environ.get(HOSTED) == "1"


def in_a_report() -> bool:
    """Tell whether ``jcm report`` runs the notebook: no widget made here would ever be shown."""
    return os.environ.get(REPORTED) == "1"
