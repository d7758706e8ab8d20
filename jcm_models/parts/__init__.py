"""A job in parts: larger than memory, on several cores or machines, and in several goes."""

from jcm_models.parts.failures import PartsError
from jcm_models.parts.joining import each_part, join, require_format
from jcm_models.parts.locally import usable_cores
from jcm_models.parts.plan import Part, Plan
from jcm_models.parts.progress import Progress, progress_bar
from jcm_models.parts.running import run_in_parts
from jcm_models.parts.working import Work

__all__ = [
    "Part",
    "PartsError",
    "Plan",
    "Progress",
    "Work",
    "each_part",
    "join",
    "progress_bar",
    "require_format",
    "run_in_parts",
    "usable_cores",
]
