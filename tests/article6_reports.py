"""Sound reports of two Parties, built for the tests of Article 6."""

import datetime
from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st

from jcm_models.article6_records import Action, Authorization, Holding
from jcm_models.double_counting import Report

YEAR = 2030
UNITS_FROM = 500_000
GIVEN = datetime.date(2022, 1, 1)

# Authorization, purposes, what is a first transfer, and how the actions call it.
PATHS = {
    "ndc": ("A-NDC", "NDC", "", "First transfer to another Party"),
    "authorisation": ("A-AUT", "OIMP", "Authorisation", "Authorization"),
    "issuance": ("A-ISS", "IMP", "Issuance", "Issuance"),
    "use": ("A-USE", "OIMP", "Use or Cancellation", "Use or cancellation"),
    "either": ("A-ANY", "NDC and OP", "Issuance", "First transfer to another Party"),
}
TO_JAPAN = ("ndc", "either")


def row(kind, first, last, vintage, path, **more):
    """Return the fields that actions and holdings share, and those given."""
    fields = {
        "cooperative_approach": "CA0001",
        "authorization": PATHS[path][0],
        "first_transferring_party": "MNG",
        "itmo_registry": "MNG01",
        "first": first,
        "last": last,
        "first_unit": f"JP-{UNITS_FROM + first}",
        "last_unit": f"JP-{UNITS_FROM + last}",
        "quantity": last - first + 1,
        "mitigation": "Emission reductions",
        "vintage": vintage,
        **more,
    }
    return Holding(**fields) if kind is None else Action(kind=kind, **fields)


def authorizations():
    """Return what Mongolia authorizes."""
    return tuple(
        Authorization(
            identifier=name,
            day=GIVEN,
            cooperative_approach="CA0001",
            purposes=purposes,
            parties="JPN" if path in TO_JAPAN else "",
            first_transfer=definition,
        )
        for path, (name, purposes, definition, _) in PATHS.items()
    )


def day(after):
    """Return a day so many months after the authorization."""
    return datetime.date(2022 + after // 12, after % 12 + 1, 15)


def pieces(first, last, cuts):
    """Cut a range behind some of its places."""
    ends = sorted({first + cut % (last - first + 1) for cut in cuts} | {last})
    return [(start, end) for start, end in zip([first, *(e + 1 for e in ends)], ends, strict=False)]


def block(first, size, vintage, path, month, cuts, used):
    """Return Mongolia's and Japan's rows on one block: cut differently at each step."""
    last, subtype = first + size - 1, PATHS[path][3]
    sent, came, spent = cuts
    parts = pieces(first, last, spent)
    kept, gone = parts[used % (len(parts) + 1) :], parts[: used % (len(parts) + 1)]
    mongolia, japan = [], []
    owner = japan if path in TO_JAPAN else mongolia
    if path in TO_JAPAN:
        mongolia += [
            row(
                *("First transfer", *part, vintage, path),
                day=day(month),
                subtype=subtype,
                acquiring_party="JPN",
            )
            for part in pieces(first, last, sent)
        ]
        japan += [
            row("Acquisition", *part, vintage, path, day=day(month + 1), transferring_party="MNG")
            for part in pieces(first, last, came)
        ]
        end = {"kind": "Use", "purpose": "NDC", "using_party": "JPN", "use_year": YEAR}
    else:
        transferred = gone if path == "use" else pieces(first, last, sent)
        moment = day(month + 2) if path == "use" else day(month)
        mongolia += [
            row("First transfer", *part, vintage, path, day=moment, subtype=subtype)
            for part in transferred
        ]
        purpose = "IMP" if path == "issuance" else "OIMP"
        end = {"kind": "Cancellation", "purpose": purpose}
    kind = end.pop("kind")
    owner += [row(kind, *part, vintage, path, day=day(month + 2), **end) for part in gone]
    held = [row(None, *part, vintage, path) for part in kept if owner is japan or path != "use"]
    return mongolia, japan, held, owner is japan


def reports(blocks):
    """Return the reports on blocks of (size, vintage, path, month, cuts, pieces used)."""
    rows = {"MNG": [], "JPN": []}
    held = {"MNG": [], "JPN": []}
    next_serial = Counter()
    for size, vintage, path, month, cuts, used in blocks:
        first = next_serial[vintage] + 1 + 10_000_000 * (vintage - 2021)
        next_serial[vintage] += size
        mongolia, japan, kept, is_japans = block(first, size, vintage, path, month, cuts, used)
        rows["MNG"] += mongolia
        rows["JPN"] += japan
        held["JPN" if is_japans else "MNG"] += kept
    return {
        party: adjusted(
            Report(
                party=party,
                year=YEAR,
                authorizations=authorizations() if party == "MNG" else (),
                actions=tuple(rows[party]),
                holdings=tuple(held[party]),
            )
        )
        for party in rows
    }


def adjusted(report):
    """Return a report whose Party adjusts for just what it reports."""
    years = Counter()
    for action in report.actions:
        if action.kind == "First transfer":
            years[action.vintage] += action.quantity
        elif action.kind == "Use" and action.use_year is not None:
            years[action.use_year] -= action.quantity
    return replace(report, adjustments=dict(years))


CUTS = st.lists(st.integers(0, 10**6), max_size=3)
BLOCKS = st.lists(
    st.tuples(
        st.integers(1, 5_000),
        st.integers(2021, 2024),
        st.sampled_from(list(PATHS)),
        st.integers(0, 48),
        st.tuples(CUTS, CUTS, CUTS),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=8,
)


def example():
    """Return sound reports with every path in them, some used and some held."""
    cuts = ([300], [100, 599], [399, 799])
    return reports([(1_000, 2024, path, 30, cuts, 2) for path in PATHS])
