"""Corresponding adjustments, emissions balances and what a Party can transfer (A4, U2).

Sources: decision 2/CMA.3, annex, paragraphs 7 and 8; the same rules in treaty text: Switzerland and
Ghana, cooperation agreement of 23 November 2020 (SR 0.814.012.136.3), article 10. Outcomes in
metrics other than tCO2e are left out.
"""

from jcm_models.corresponding_adjustments.accounting import METHODS, NdcAccounting
from jcm_models.corresponding_adjustments.adjustments import (
    Adjustment,
    corresponding_adjustment,
    emissions_balance,
)
from jcm_models.corresponding_adjustments.overselling import (
    ReferenceReduction,
    reference_reduction_needed,
    transferable,
)
from jcm_models.corresponding_adjustments.targets import TARGETS, Target, margin, target_level

__all__ = [
    "METHODS",
    "TARGETS",
    "Adjustment",
    "NdcAccounting",
    "ReferenceReduction",
    "Target",
    "corresponding_adjustment",
    "emissions_balance",
    "margin",
    "reference_reduction_needed",
    "target_level",
    "transferable",
]
