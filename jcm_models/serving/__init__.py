"""The server of the apps: Voilà with a front page, sessions that end, and little to reach."""

from jcm_models.serving.sessions import Limits, Session, Sessions

__all__ = ["Limits", "Session", "Sessions"]
