"""Serve the apps: what ``jcm app`` starts."""

from jcm_models.serving.workbench import Workbench

if __name__ == "__main__":
    Workbench.launch_instance()
