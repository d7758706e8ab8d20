"""CO2 under ground: what is injected, how it leaks, how it is trapped."""

from jcm_models.storage.blowouts import Escaped, draw_blowouts, summed_up
from jcm_models.storage.calculator import SecurityCalculator, Trapped
from jcm_models.storage.curves import Expected
from jcm_models.storage.injection import Injection, Stages
from jcm_models.storage.models import (
    ConstantShare,
    DecayingShare,
    LeakModel,
    LeakTable,
    YearlyChance,
    read_leak_table,
)

__all__ = [
    "ConstantShare",
    "DecayingShare",
    "Escaped",
    "Expected",
    "Injection",
    "LeakModel",
    "LeakTable",
    "SecurityCalculator",
    "Stages",
    "Trapped",
    "YearlyChance",
    "draw_blowouts",
    "read_leak_table",
    "summed_up",
]
