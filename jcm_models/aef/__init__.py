"""The agreed electronic format of Article 6.2: written, read back, and checked.

`tables` knows the columns (``format.yaml``), `writing` and `reading` the files, `checking` what may
stand in them, `identifiers` the unique identifiers of mitigation outcomes.
"""

from __future__ import annotations

from jcm_models.aef.checking import check_aef, wrong_fields
from jcm_models.aef.identifiers import ItmoIdentifier, parse_identifier
from jcm_models.aef.reading import read_aef
from jcm_models.aef.tables import AefReport
from jcm_models.aef.writing import write_aef

__all__ = [
    "AefReport",
    "ItmoIdentifier",
    "check_aef",
    "parse_identifier",
    "read_aef",
    "write_aef",
    "wrong_fields",
]
