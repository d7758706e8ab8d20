"""The main job: each scenario through its notebooks, to run folders and their reports."""

from jcm_models.reporting.batches import expect_many, run_all
from jcm_models.reporting.executing import FAILURE, report
from jcm_models.reporting.planning import assert_writable, find_notebook, plan, plan_each
from jcm_models.reporting.reproducing import Reproduction, reproduce
from jcm_models.reporting.tasks import ORIGIN, Outcome, Settings, Task
from jcm_models.reporting.variants import Variant, as_changes, read_matrix, read_scenario_table

__all__ = [
    "FAILURE",
    "ORIGIN",
    "Outcome",
    "Reproduction",
    "Settings",
    "Task",
    "Variant",
    "as_changes",
    "assert_writable",
    "expect_many",
    "find_notebook",
    "plan",
    "plan_each",
    "read_matrix",
    "read_scenario_table",
    "report",
    "reproduce",
    "run_all",
]
