"""Reports in the agreed electronic format, for several tests."""

import datetime
import typing

from hypothesis import strategies as st

from jcm_models.aef import AefReport
from jcm_models.article6_records import (
    Action,
    Authorization,
    AuthorizedEntity,
    Holding,
    Submission,
)

DAY = datetime.date(2025, 1, 15)

# The published sample: a first transfer of 400 t at authorization, of the cooperative approach of
# Vanuatu and Switzerland, with the rest held by the host (UNDP, aef-v2).
SAMPLE = AefReport(
    submission=Submission(
        party="VUT",
        reported_year=2025,
        day=datetime.date(2026, 4, 14),
        first_ndc_year=2021,
        last_ndc_year=2030,
    ),
    authorizations=(
        Authorization(
            identifier="VUT0001",
            day=DAY,
            cooperative_approach="CA0004",
            quantity=1000,
            gwp="NA",
            non_ghg_metric="NA",
            sectors="Energy generation",
            activities="Solar",
            purposes="NDC and OIMP",
            parties="CHE",
            entities="CHE-999.888.777",
            oimp="CORSIA",
            timeframe="2024 - 2030",
            terms="Corresponding adjustments apply to first-transferred ITMOs.",
            first_transfer="Authorisation",
        ),
    ),
    actions=(
        Action(
            day=DAY,
            kind="First transfer",
            subtype="Authorization",
            cooperative_approach="CA0004",
            authorization="VUT0001",
            first_transferring_party="VUT",
            itmo_registry="VUT01",
            first=601,
            last=1000,
            unit_registry="GS",
            first_unit="500601",
            last_unit="501000",
            quantity=400,
            mitigation="Emission reductions",
            vintage=2024,
            acquiring_party="CHE",
        ),
    ),
    holdings=(
        Holding(
            cooperative_approach="CA0004",
            authorization="VUT0001",
            first_transferring_party="VUT",
            itmo_registry="VUT01",
            first=401,
            last=600,
            unit_registry="GS",
            first_unit="500401",
            last_unit="500600",
            quantity=200,
            mitigation="Emission reductions",
            vintage=2024,
        ),
    ),
    entities=(
        AuthorizedEntity(
            day=DAY,
            name="Alpine Carbon Markets AG",
            country="CHE",
            identification="CHE-999.888.777",
            cooperative_approach="CA0004",
        ),
    ),
)

# fmt: off
TRICKY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "'=1", "''=1", "'-", "\t=1", "\r=1", "\n", "\uff1d1",
    "日本政府", "a\nb", "a\r\nb", 'say "x", y', ",", ";", "  spaces  ", "NA", "0012", "1e5", "TRUE",
    "_x0041_", "_x000D_", "_x005F_x000D_", "<r>x</r>", "&amp;", "<![CDATA[x]]>", "http://a.b",
    "\u3000", "\x85", "\u2028", "#N/A", "15/01/2025", "{=1}",
)
# fmt: on
LONGEST = ("x" * 32_767, "😀" * 16_383)
_ALLOWED = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[*map(chr, {*range(32)} - {9, 10, 13}), "\ufffe", "\uffff"],
)
TEXTS = st.sampled_from(TRICKY) | st.text(_ALLOWED, max_size=20)
_OF_KIND = {
    str: TEXTS,
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime.date: st.dates(),
}


def records(kind):
    """Return records with anything in their fields that their types allow."""
    fields = {}
    for name, hint in typing.get_type_hints(kind).items():
        one, *rest = typing.get_args(hint) or (hint,)
        fields[name] = _OF_KIND[one] | st.none() if rest else _OF_KIND[one]
    return st.builds(kind, **fields)


def reports():
    """Return reports with anything in them, but no row twice."""
    tables = {
        "authorizations": Authorization,
        "actions": Action,
        "holdings": Holding,
        "entities": AuthorizedEntity,
    }
    rows = {
        name: st.lists(records(kind), max_size=3, unique=True).map(tuple)
        for name, kind in tables.items()
    }
    return st.builds(AefReport, submission=records(Submission), **rows)
