"""Double counting: what both Parties report, compared outcome by outcome (A1 to A6).

Sources: decision 2/CMA.3, annex, paragraphs 1, 2 and 8 (what is an ITMO, first transfer, balance)
and decision 4/CMA.6, annex II (the tables). A check that cannot be made is a finding too.
"""

from jcm_models.double_counting.check import double_counting
from jcm_models.double_counting.reports import Finding, Report

__all__ = ["Finding", "Report", "double_counting"]
