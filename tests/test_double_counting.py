"""The double-counting check: sound reports pass, every known mistake is found (A1 to A6)."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jcm_models.double_counting import Report, double_counting
from jcm_models.double_counting.histories import MOST_ROWS
from jcm_models.problems import ScenarioError
from tests.article6_reports import (
    BLOCKS,
    GIVEN,
    PATHS,
    YEAR,
    adjusted,
    authorizations,
    example,
    reports,
    row,
)
from tests.examples import unhurried


def kinds(found):
    return {finding.kind for finding in found}


# Sound reports ----------------------------------------------------------------------------------


def test_the_example_is_sound_and_holds_every_kind_of_row():
    sound = example()
    assert double_counting(sound) == []
    actions = [action for report in sound.values() for action in report.actions]
    assert {action.kind for action in actions} == {
        "First transfer",
        "Acquisition",
        "Use",
        "Cancellation",
    }
    assert len({action.subtype for action in actions}) == 5
    assert sound["JPN"].holdings
    assert sound["MNG"].holdings


@unhurried
@given(BLOCKS)
def test_sound_reports_are_found_sound_however_blocks_are_split(blocks):
    assert [str(finding) for finding in double_counting(reports(blocks))] == []


def test_parties_that_did_nothing_have_nothing_to_explain():
    assert double_counting({"JPN": Report(party="JPN", year=2024)}) == []


LATER = GIVEN + datetime.timedelta(days=1)


def test_a_chain_of_transfers_to_a_third_party_is_sound():
    party = {"vintage": 2024, "path": "either"}
    chain = {
        "MNG": Report(
            party="MNG",
            year=YEAR,
            authorizations=(
                replace(authorizations()[-1], parties="JPN, CHE", purposes="NDC and OP"),
            ),
            actions=(row("First transfer", 1, 9, **party, day=GIVEN, acquiring_party="JPN"),),
            adjustments={2024: 9},
        ),
        "JPN": Report(
            party="JPN",
            year=YEAR,
            actions=(
                row("Transfer", 1, 9, **party, day=LATER, acquiring_party="CHE"),
                row("Acquisition", 1, 9, **party, day=GIVEN, transferring_party="MNG"),
            ),
        ),
        "CHE": Report(
            party="CHE",
            year=YEAR,
            actions=(
                row("Acquisition", 1, 9, **party, day=LATER, transferring_party="JPN"),
                row("Use", 1, 4, **party, day=LATER, purpose="NDC", use_year=2030),
                row("Cancellation", 5, 6, **party, day=LATER, purpose="OP"),
            ),
            holdings=(row(None, 7, 9, **party),),
            adjustments={2030: -4},
        ),
    }
    assert double_counting(chain) == []
    chain["JPN"] = replace(chain["JPN"], holdings=(row(None, 7, 7, **party),))
    assert kinds(double_counting(chain)) == {"transferred_and_held", "held_twice"}


def test_the_sample_of_the_electronic_format_is_sound():  # W9
    # 400 tCO2e of vintage 2024, identifiers 601 to 1000, units 500601 to 501000.
    sample = row(
        *("First transfer", 601, 1000, 2024, "authorisation"),
        day=GIVEN,
        subtype="Authorization",
        first_unit="500601",
        last_unit="501000",
    )
    assert sample.quantity == 400
    report = Report(
        party="MNG",
        year=2024,
        authorizations=authorizations(),
        actions=(sample,),
        adjustments={2024: 400},
    )
    assert double_counting({"MNG": report}) == []
    short = replace(sample, last_unit="500999")
    assert kinds(double_counting({"MNG": replace(report, actions=(short,))})) == {"unit_mismatch"}


def test_quantities_in_other_metrics_are_left_out():
    sound = example()
    energy = row(
        *("First transfer", 90_001, 90_010, 2024, "authorisation"),
        day=GIVEN,
        subtype="Authorization",
        metric="non-GHG",
        non_ghg_quantity=10.5,
        quantity=0,
    )
    host = sound["MNG"]
    sound["MNG"] = replace(host, actions=(*host.actions, replace(energy, quantity=0)))
    assert double_counting(sound) == []


# Mutations of sound reports: each is one mistake, and must be found -------------------------------


def pick(report, kind=None, path=None, at=0):
    """Return an action of a report, the `at`-th of those meant."""
    meant = [
        action
        for action in report.actions
        if kind in (None, action.kind) and path in (None, _path(action))
    ]
    return meant[at % len(meant)] if meant else None


def _path(action):
    return {name: path for path, (name, *_) in PATHS.items()}[action.authorization]


def changed(sound, party, of, path=None, at=0, adjust=True, **fields):
    """Change an action; `fields` may be functions of it. None takes it out."""
    report = sound[party]
    old = pick(report, of, path, at)
    if old is None:
        return None
    new = [] if not fields else [replace(old, **{k: _value(v, old) for k, v in fields.items()})]
    return with_rows(sound, party, swap=(old, new), adjust=adjust)


def _value(value, old):
    return value(old) if callable(value) else value


def with_rows(sound, party, swap=None, actions=(), holdings=(), adjust=True):
    """Put other rows into a report; the adjustments follow unless they are held."""
    report = sound[party]
    rows = []
    for action in report.actions:
        rows += swap[1] if swap and action is swap[0] else [action]
    report = replace(report, actions=(*rows, *actions), holdings=(*report.holdings, *holdings))
    return {**sound, party: adjusted(report) if adjust else report}


def again(sound, party, of, to=None, at=0, **fields):
    """Report an action once more, perhaps by another Party."""
    old = pick(sound[party], of, at=at)
    return old and with_rows(sound, to or party, actions=[replace(old, **fields)])


def also_held(sound, kind, party, at=0):
    """Hold what has been used, cancelled or transferred."""
    old = next((pick(sound[p], kind, at=at) for p in sound if pick(sound[p], kind)), None)
    return old and with_rows(
        sound, party, holdings=[row(None, old.first, old.last, old.vintage, _path(old))]
    )


def half(sound, party, kind, at=0):
    """Report only the first half of a block."""
    old = pick(sound[party], kind, at=at)
    if old is None or old.first == old.last:
        return None
    middle = (old.first + old.last) // 2
    short = row(
        *(kind, old.first, middle, old.vintage, _path(old)),
        **{
            name: getattr(old, name)
            for name in ("day", "subtype", "acquiring_party", "transferring_party", "purpose")
        },
    )
    return with_rows(sound, party, swap=(old, [short]))


def adjusting(sound, party, rule):
    """Let a Party adjust by another rule: a function of its right amount and of the year."""
    right = sound[party].adjustments
    wrong = {year: rule(amount, year) for year, amount in right.items()}
    if wrong == dict(right):
        return None
    return {**sound, party: replace(sound[party], adjustments=wrong)}


def acquired_in(sound, year, by=lambda action: action.day.year):
    return sum(
        a.quantity for a in sound["JPN"].actions if a.kind == "Acquisition" and by(a) == year
    )


def subtract_acquired(sound, at=0):
    """Let Japan subtract what it acquires in each year as well as what it uses."""
    years = {a.day.year for a in sound["JPN"].actions if a.kind == "Acquisition"}
    if not years:
        return None
    right = sound["JPN"].adjustments
    wrong = {year: right.get(year, 0) - acquired_in(sound, year) for year in {*years, *right}}
    return {**sound, "JPN": replace(sound["JPN"], adjustments=wrong)}


def reauthorized(sound, **fields):
    host = sound["MNG"]
    given = tuple(replace(a, **fields) for a in host.authorizations)
    return {**sound, "MNG": replace(host, authorizations=given)}


EARLY = datetime.date(2021, 12, 31)
FT, ACQ, USE, CAN = "First transfer", "Acquisition", "Use", "Cancellation"

# Name, kind of finding, mutation of the sound reports; None where it has no row to change.
MUTATIONS = {
    # the real bugs
    "what is acquired is subtracted": ("acquired_counted", subtract_acquired),
    "uses are added": (
        "adjustment_reversed",
        lambda r, at: adjusting(r, "JPN", lambda amount, _: -amount),
    ),
    "first transfers are subtracted": (
        "adjustment_reversed",
        lambda r, at: adjusting(r, "MNG", lambda amount, _: -amount),
    ),
    "a split block loses its first transfer": (
        "used_without_first_transfer",
        lambda r, at: _lose_first_transfer(r, at),
    ),
    "half a block is first transferred, all of it acquired": (
        "acquisition_without_transfer",
        lambda r, at: _half_first_transfer(r, at),
    ),
    "every first transfer is one to another Party": (
        "first_transfer_definition",
        lambda r, at: changed(
            r, "MNG", FT, "issuance", at, subtype="First transfer to another Party"
        ),
    ),
    "every first transfer is the authorization": (
        "first_transfer_definition",
        lambda r, at: changed(r, "MNG", FT, "ndc", at, subtype="Authorization"),
    ),
    "a first transfer by use is dated otherwise": (
        "first_transfer_definition",
        lambda r, at: changed(
            r, "MNG", FT, "use", at, day=lambda a: a.day - datetime.timedelta(days=1)
        ),
    ),
    "5 % are held back as share of proceeds": (
        "adjustment_differs",
        lambda r, at: _held_back(r),
    ),
    "2 % are cancelled for overall mitigation": (
        "deduction_not_asked",
        lambda r, at: changed(r, "MNG", CAN, at=at, subtype="Mandatory cancellation for OMGE"),
    ),
    "a kind of action is spelled so that no check looks at it": (
        "unknown_action",
        lambda r, at: changed(r, "JPN", USE, at=at, kind="use", adjust=False),
    ),
    "one side does not report": (
        "missing_report",
        lambda r, at: {"JPN": r["JPN"]} if r["JPN"].actions else None,
    ),
    # the same tonne twice
    "a range is first transferred twice": (
        "first_transferred_twice",
        lambda r, at: again(r, "MNG", FT, at=at),
    ),
    "a range is used twice": ("used_twice", lambda r, at: again(r, "JPN", USE, at=at)),
    "two Parties use a range": (
        "used_twice",
        lambda r, at: again(r, "JPN", USE, to="MNG", at=at, using_party="MNG"),
    ),
    "what is used is cancelled too": (
        "used_twice",
        lambda r, at: again(r, "JPN", USE, at=at, kind=CAN, purpose="", use_year=None),
    ),
    "the host uses what it has transferred": (
        "used_without_acquisition",
        lambda r, at: again(
            *(r, "MNG", FT),
            at=at,
            kind=USE,
            purpose="NDC",
            use_year=2030,
            subtype="",
            acquiring_party="",
            day=datetime.date(2030, 1, 1),
        ),
    ),
    "what is used is still held": ("used_and_held", lambda r, at: also_held(r, USE, "JPN", at)),
    "what is cancelled is still held": (
        "cancelled_and_held",
        lambda r, at: also_held(r, CAN, "MNG", at),
    ),
    "what was transferred is still held": (
        "transferred_and_held",
        lambda r, at: also_held(r, ACQ, "MNG", at),
    ),
    "both hold a range": ("held_twice", lambda r, at: _held_by_both(r)),
    "a range is held twice by one Party": (
        "held_twice",
        lambda r, at: _hold_again(r),
    ),
    "what nobody sent is held": (
        "held_without_acquisition",
        lambda r, at: with_rows(
            r, "JPN", holdings=[row(None, 99_000_001, 99_000_009, 2024, "ndc")]
        ),
    ),
    "a unit is transferred under a second identifier": (
        "unit_transferred_twice",
        lambda r, at: _second_identifier(r, at),
    ),
    # no leave
    "a first transfer without authorization": (
        "not_authorized",
        lambda r, at: changed(r, "MNG", FT, at=at, authorization="A-OLD"),
    ),
    "a use before the authorization": (
        "not_authorized",
        lambda r, at: (
            reauthorized(r, day=datetime.date(2030, 12, 31))
            if r["MNG"].actions or r["JPN"].actions
            else None
        ),
    ),
    "a use for a purpose not authorized": (
        "purpose_not_authorized",
        lambda r, at: changed(r, "JPN", USE, "ndc", at, purpose="OIMP", use_year=None),
    ),
    "a cancellation for a purpose not authorized": (
        "purpose_not_authorized",
        lambda r, at: changed(r, "MNG", CAN, "issuance", at, purpose="OP"),
    ),
    "a use by a Party not authorized": (
        "party_not_authorized",
        lambda r, at: reauthorized(r, parties="CHE") if pick(r["JPN"], USE) else None,
    ),
    "more than the authorized quantity": (
        "more_than_authorized",
        lambda r, at: reauthorized(r, quantity=0) if pick(r["MNG"], FT) else None,
    ),
    "an authorization that does not say what a first transfer is": (
        "first_transfer_definition",
        lambda r, at: reauthorized(r, first_transfer="") if pick(r["MNG"], FT, "use") else None,
    ),
    # no ITMO
    "a vintage of 2020": (
        "early_vintage",
        lambda r, at: changed(r, "MNG", FT, at=at, vintage=2020),
    ),
    # time
    "a use before the first transfer": (
        "before_first_transfer",
        lambda r, at: changed(r, "JPN", USE, at=at, day=EARLY),
    ),
    "an acquisition before the first transfer": (
        "before_first_transfer",
        lambda r, at: changed(r, "JPN", ACQ, at=at, day=EARLY),
    ),
    "a transfer after the use": (
        "moved_after_use",
        lambda r, at: again(
            *(r, "JPN", USE),
            at=at,
            kind="Transfer",
            day=datetime.date(2030, 12, 1),
            acquiring_party="MNG",
            purpose="",
            use_year=None,
        ),
    ),
    # the two sides do not match
    "an acquisition is not reported": (
        "transfer_without_acquisition",
        lambda r, at: changed(r, "JPN", ACQ, at=at),
    ),
    "a first transfer is not reported": (
        "acquisition_without_transfer",
        lambda r, at: changed(r, "MNG", FT, "ndc", at),
    ),
    "what is used was never acquired": (
        "used_without_acquisition",
        lambda r, at: _unacquired(r),
    ),
    "one side gives another vintage": (
        "acquisition_without_transfer",
        lambda r, at: changed(r, "JPN", ACQ, at=at, vintage=lambda a: a.vintage + 1),
    ),
    "a transfer to nobody": (
        "transfer_without_acquisition",
        lambda r, at: changed(r, "MNG", FT, "ndc", at, subtype="", acquiring_party=""),
    ),
    "the sides give other units": (
        "units_differ",
        lambda r, at: changed(
            *(r, "JPN", ACQ),
            at=at,
            first_unit=lambda a: f"JP-{a.first + 7}",
            last_unit=lambda a: f"JP-{a.last + 7}",
        ),
    ),
    "a quantity is not that of the identifiers": (
        "quantity_mismatch",
        lambda r, at: changed(r, "JPN", ACQ, at=at, quantity=lambda a: a.quantity + 1),
    ),
    "the last identifier lies before the first": (
        "quantity_mismatch",
        lambda r, at: changed(r, "JPN", ACQ, at=at, last=lambda a: a.first - 1),
    ),
    "the units are fewer than the outcomes": (
        "unit_mismatch",
        lambda r, at: changed(r, "MNG", FT, at=at, last_unit="JP-1"),
    ),
    "the units have no number": (
        "unit_mismatch",
        lambda r, at: changed(r, "MNG", FT, at=at, first_unit="a", last_unit="b"),
    ),
    "the acquirer reports the first transfer": (
        "reported_by_another",
        lambda r, at: again(r, "MNG", FT, to="JPN", at=at),
    ),
    "a use is reported by another": (
        "reported_by_another",
        lambda r, at: changed(r, "JPN", USE, at=at, using_party="MNG"),
    ),
    "a use for no year": (
        "use_without_year",
        lambda r, at: changed(r, "JPN", USE, at=at, use_year=None, adjust=False),
    ),
    # adjustments
    "the host adds nothing": (
        "first_transfer_not_added",
        lambda r, at: adjusting(r, "MNG", lambda *_: 0),
    ),
    "the user subtracts nothing": (
        "use_not_subtracted",
        lambda r, at: adjusting(r, "JPN", lambda *_: 0),
    ),
    "the host adds for credits that it keeps": (
        "adjustment_without_first_transfer",
        lambda r, at: adjusting(r, "MNG", lambda amount, _: amount + 10**9),
    ),
    "the host adds in a year without transfers": (
        "adjustment_without_first_transfer",
        lambda r, at: {
            **r,
            "MNG": replace(r["MNG"], adjustments={**r["MNG"].adjustments, 2019: 5}),
        },
    ),
    "the user subtracts more than it uses": (
        "adjustment_differs",
        lambda r, at: adjusting(r, "JPN", lambda amount, _: amount - 10**9),
    ),
}


def _lose_first_transfer(sound, at):
    """Take out the first transfer of what is used or cancelled."""
    for party in sound:
        end = pick(sound[party], USE if party == "JPN" else CAN, at=at)
        if end is None:
            continue
        rows = [
            action
            for action in sound["MNG"].actions
            if action.kind != FT
            or action.vintage != end.vintage
            or action.last < end.first
            or action.first > end.last
        ]
        return {**sound, "MNG": adjusted(replace(sound["MNG"], actions=tuple(rows)))}
    return None


def _half_first_transfer(sound, at):
    one = pick(sound["MNG"], FT, "ndc", at)
    if one is None:
        return None
    index = [action for action in sound["MNG"].actions if action.kind == FT].index(one)
    return half(sound, "MNG", FT, index)


def _held_back(sound):
    """Let the host add 93 % of what it first transfers."""
    host = sound["MNG"].adjustments
    if not any(amount >= 100 for amount in host.values()):
        return None
    return adjusting(sound, "MNG", lambda amount, _: round(amount * 0.93))


def _held_by_both(sound):
    held = sound["JPN"].holdings[:1]
    return with_rows(sound, "MNG", holdings=held) if held else None


def _hold_again(sound):
    held = sound["MNG"].holdings[:1]
    return with_rows(sound, "MNG", holdings=held) if held else None


def _unacquired(sound):
    """Take out the acquisitions of what is used."""
    if pick(sound["JPN"], USE) is None:
        return None
    rows = tuple(action for action in sound["JPN"].actions if action.kind != ACQ)
    return {**sound, "JPN": adjusted(replace(sound["JPN"], actions=rows))}


def _second_identifier(sound, at):
    old = pick(sound["MNG"], FT, at=at)
    return old and with_rows(
        sound,
        "MNG",
        actions=[replace(old, first=old.first + 10**8, last=old.last + 10**8)],
    )


@pytest.mark.parametrize(("kind", "mutate"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_mistake_in_sound_reports_is_found(kind, mutate):
    wrong = mutate(example(), 0)
    found = double_counting(wrong)
    assert kind in kinds(found)
    for finding in found:
        assert finding.parties
        assert all(party in str(finding) for party in finding.parties[:2])
        assert finding.subject
        assert ";" in finding.message or "," in finding.message  # both sides, and the way out


# Amounts may coincide: what is acquired in a year may be as much as what is used in it.
_WRONG_AMOUNTS = {
    "acquired_counted",
    "adjustment_differs",
    "adjustment_reversed",
    "adjustment_without_first_transfer",
    "first_transfer_not_added",
    "use_added",
    "use_not_subtracted",
}
EQUIVALENT = dict.fromkeys(_WRONG_AMOUNTS, _WRONG_AMOUNTS)


@settings(unhurried, max_examples=400)
@given(BLOCKS, st.sampled_from(sorted(MUTATIONS)), st.integers(0, 50))
def test_a_mistake_anywhere_in_any_sound_reports_is_found(blocks, name, at):
    kind, mutate = MUTATIONS[name]
    wrong = mutate(reports(blocks), at)
    if wrong is not None:
        assert kinds(double_counting(wrong)) & EQUIVALENT.get(kind, {kind})


# Where the checks draw the line -------------------------------------------------------------------


def with_use(sound, **fields):
    """Change Japan's first use; the adjustments follow."""
    return changed(sound, "JPN", USE, "either", **fields)


def test_a_year_left_out_of_the_adjustments_counts_as_no_adjustment():
    sound = example()
    silent = {party: replace(report, adjustments={}) for party, report in sound.items()}
    assert kinds(double_counting(silent)) == {"first_transfer_not_added", "use_not_subtracted"}


@pytest.mark.parametrize("year", [2024, 2025])  # by vintage, or by the day of acquisition
def test_what_is_acquired_is_recognized_by_vintage_and_by_day(year):
    sound = example()
    later = [
        replace(action, day=action.day.replace(year=2025)) if action.kind == ACQ else action
        for action in sound["JPN"].actions
    ]
    japan = replace(sound["JPN"], actions=tuple(later))
    wrong = {**japan.adjustments, year: -2_000}
    found = double_counting({**sound, "JPN": replace(japan, adjustments=wrong)})
    assert [f.kind for f in found if "adjustment" in f.subject] == ["acquired_counted"]


def test_a_use_for_another_purpose_is_not_subtracted_and_names_no_year():
    other = with_use(example(), purpose="OP", use_year=None, using_party="MNG")
    assert double_counting(other) == []
    named = with_use(example(), purpose="OP", adjust=False)
    assert kinds(double_counting(named)) == {"adjustment_differs"}


def test_a_use_that_does_not_say_for_what_serves_an_ndc():
    assert double_counting(with_use(example(), purpose="")) == []
    wrong = with_use(example(), purpose="", use_year=None)
    assert "use_without_year" in kinds(double_counting(wrong))


def test_a_use_without_a_named_user_is_by_who_reports_it():
    sound = reauthorized(with_use(example(), using_party=""), parties="CHE")
    found = only(double_counting(sound), "party_not_authorized")
    uses = [finding for finding in found if "JPN reports use in favour of JPN" in finding.message]
    assert len(uses) == 4


def test_the_version_of_an_authorization_in_force_on_the_day_applies():
    sound = example()
    host = sound["MNG"]
    later = tuple(
        replace(given, day=GIVEN.replace(day=2), version="2") for given in host.authorizations
    )
    none = tuple(replace(given, purposes="OP", first_transfer="Issuance") for given in later)
    given = (*none, *host.authorizations)
    worse = {**sound, "MNG": replace(host, authorizations=given)}
    assert "purpose_not_authorized" in kinds(double_counting(worse))
    nothing = tuple(replace(version, quantity=0) for version in host.authorizations)
    more = {**sound, "MNG": replace(host, authorizations=(*later, *nothing))}
    assert double_counting(more) == []


def test_the_whole_authorized_quantity_can_be_transferred():
    assert double_counting(reauthorized(example(), quantity=1_000)) == []
    found = only(double_counting(reauthorized(example(), quantity=999)), "more_than_authorized")
    assert len(found) == 4  # every path of which all 1,000 are first transferred


def test_other_purposes_in_general_and_in_particular_go_together():
    # OIMP is IMP or OP; IMP is not OP.
    path = {"at": 0, "path": "issuance"}
    assert double_counting(changed(example(), "MNG", CAN, purpose="OIMP", **path)) == []
    path["path"] = "use"
    assert double_counting(changed(example(), "MNG", CAN, purpose="OP", **path)) == []


def test_units_of_the_article_6_4_mechanism_may_have_mandatory_cancellations():
    sound = example()
    for party in sound:
        actions = tuple(
            replace(action, unit_registry="Article 6.4") for action in sound[party].actions
        )
        holdings = tuple(replace(row, unit_registry="Article 6.4") for row in sound[party].holdings)
        sound[party] = replace(sound[party], actions=actions, holdings=holdings)
    assert double_counting(sound) == []
    subtype = "Mandatory cancellation for OMGE"
    assert double_counting(changed(sound, "MNG", CAN, "issuance", subtype=subtype)) == []


def test_no_outcomes_are_no_range_even_where_the_quantity_says_so():
    wrong = changed(example(), "JPN", ACQ, last=lambda a: a.first - 1, quantity=0)
    assert "quantity_mismatch" in kinds(double_counting(wrong))


def test_units_of_two_series_are_no_range():
    wrong = changed(example(), "JPN", ACQ, last_unit=lambda a: a.last_unit.replace("JP", "MN"))
    assert "unit_mismatch" in kinds(double_counting(wrong))
    wrong = changed(example(), "JPN", ACQ, first_unit="")
    assert "unit_mismatch" in kinds(double_counting(wrong))


def test_adjustments_in_other_metrics_are_no_tonnes():
    energy = row(
        *("First transfer", 90_001, 90_010, 2024, "authorisation"),
        day=GIVEN,
        subtype="Authorization",
        metric="non-GHG",
        non_ghg_quantity=10.5,
    )
    wrong = with_rows(example(), "MNG", actions=[energy], adjust=False)
    assert double_counting(wrong) == []


def test_what_is_transferred_after_the_end_of_the_year_may_be_held_at_its_end():
    sound = example()
    early = {party: replace(report, year=2023) for party, report in sound.items()}
    kept = [pick(sound["MNG"], FT, "either")]
    held = [row(None, one.first, one.last, one.vintage, "either") for one in kept]
    early["JPN"] = replace(early["JPN"], holdings=())
    early["MNG"] = replace(early["MNG"], holdings=tuple(held))
    assert double_counting(early) == []
    late = {**early, "MNG": replace(early["MNG"], year=2024)}
    assert kinds(double_counting(late)) == {"transferred_and_held", "used_and_held"}


def test_what_comes_back_after_the_end_of_the_year_is_not_held_at_its_end():
    sound = example()
    one = pick(sound["JPN"], ACQ, "ndc", at=1)
    away = replace(one, kind="Transfer", transferring_party="", acquiring_party="MNG", day=LATE)
    there = replace(one, transferring_party="JPN", day=LATE)
    back = replace(away, acquiring_party="JPN", day=AFTER)
    again_here = replace(one, day=AFTER)
    japan = replace(
        sound["JPN"],
        actions=(away, again_here, one),
        holdings=(row(None, one.first, one.last, one.vintage, "ndc"),),
    )
    host = replace(sound["MNG"], actions=(*sound["MNG"].actions, there, back))
    for year, expected in ((2028, False), (2029, True), (2030, False)):
        reported = {"MNG": host, "JPN": replace(japan, year=year)}
        found = kinds(double_counting(reported))
        assert ("transferred_and_held" in found) is expected


LATE, AFTER = datetime.date(2029, 12, 1), datetime.date(2030, 2, 1)


@unhurried
@given(BLOCKS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(blocks, random):
    sound = reports(blocks)
    for party, report in sound.items():
        rows = list(report.actions)
        random.shuffle(rows)
        sound[party] = replace(report, actions=tuple(rows))
    assert double_counting(sound) == []
    twice = [again(sound, "MNG", FT), again(sound, "JPN", USE)]
    for wrong, kind in zip(twice, ("first_transferred_twice", "used_twice"), strict=True):
        assert wrong is None or kind in kinds(double_counting(wrong))


def test_the_first_of_two_first_transfers_sets_the_day():
    second = again(example(), "MNG", FT, day=LATE)
    late_first = with_rows(
        second, "MNG", swap=(second["MNG"].actions[0], [second["MNG"].actions[-1]])
    )
    assert "before_first_transfer" in kinds(double_counting(late_first))
    assert "before_first_transfer" not in kinds(double_counting(second))
    first = second["MNG"].actions
    turned = {**second, "MNG": adjusted(replace(second["MNG"], actions=first[::-1]))}
    assert kinds(double_counting(turned)) == kinds(double_counting(second))


def test_the_same_outcome_twice_is_not_a_unit_under_two_identifiers():
    found = kinds(double_counting(again(example(), "MNG", FT)))
    assert "first_transferred_twice" in found
    assert "unit_transferred_twice" not in found


def test_every_second_identifier_is_a_finding():
    wrong = _second_identifier(_second_identifier(example(), 0), 1)
    assert len(only(double_counting(wrong), "unit_transferred_twice")) == 2


def test_a_cancellation_that_serves_nothing_needs_no_first_transfer():
    cancelled = row("Cancellation", 10**8, 10**8 + 9, 2024, "ndc", day=LATE)
    assert double_counting(with_rows(example(), "MNG", actions=[cancelled])) == []
    served = replace(cancelled, purpose="NDC")
    found = kinds(double_counting(with_rows(example(), "MNG", actions=[served])))
    assert found == {"used_without_first_transfer", "party_not_authorized"}


def sent_on(days_before_use):
    """Let Japan send on to Mongolia what it uses, so many days before the use."""
    use = pick(example()["JPN"], USE, "ndc")
    path = {"vintage": use.vintage, "path": "ndc"}
    day = use.day - datetime.timedelta(days=days_before_use)
    away = row("Transfer", use.first, use.last, **path, day=day, acquiring_party="MNG")
    there = row("Acquisition", use.first, use.last, **path, day=day, transferring_party="JPN")
    given = [replace(one, parties="JPN, MNG") for one in authorizations()]
    host = with_rows(example(), "MNG", actions=[there])["MNG"]
    host = replace(host, authorizations=tuple(given))
    return {"MNG": host, "JPN": with_rows(example(), "JPN", actions=[away])["JPN"]}


def test_what_was_sent_on_cannot_be_used():
    assert "used_without_acquisition" in kinds(double_counting(sent_on(days_before_use=3)))


def test_within_one_day_the_order_of_coming_and_going_is_not_known():
    acquired = pick(example()["JPN"], ACQ, "ndc").day
    days = (pick(example()["JPN"], USE, "ndc").day - acquired).days
    assert "used_without_acquisition" not in kinds(double_counting(sent_on(days_before_use=days)))


# How findings read --------------------------------------------------------------------------------


def only(found, kind):
    return [finding for finding in found if finding.kind == kind]


def test_neighbours_with_the_same_fault_are_one_finding_with_the_whole_range():
    once = row(FT, 1, 100, 2024, "ndc", day=GIVEN, acquiring_party="JPN")
    halves = [replace(once, first=1, last=40, quantity=40), replace(once, first=41, quantity=60)]
    plain = [replace(action, first_unit="", last_unit="") for action in (once, *halves)]
    host = Report(
        party="MNG",
        year=YEAR,
        authorizations=authorizations(),
        actions=tuple(plain),
        adjustments={2024: 200},
    )
    both = {"MNG": host, "JPN": Report(party="JPN", year=YEAR)}
    (twice,) = only(double_counting(both), "first_transferred_twice")
    assert str(twice) == (
        "CA0001-MNG01-MNG-1-2024 to CA0001-MNG01-MNG-100-2024: MNG reports first transfer on "
        "2022-01-01, and MNG reports first transfer on 2022-01-01; keep the first, and adjust once"
    )
    (unmatched,) = only(double_counting(both), "transfer_without_acquisition")
    assert unmatched.subject == twice.subject
    assert "sending them to JPN 2 times more often" in unmatched.message


def test_the_same_fault_in_two_places_is_two_findings():
    wrong = with_rows(
        example(),
        "JPN",
        holdings=[row(None, first, first + 4, 2024, "ndc") for first in (10**8, 10**8 + 50)],
    )
    found = only(double_counting(wrong), "held_without_acquisition")
    assert [finding.subject.count("-2024") for finding in found] == [2, 2]


def test_identifiers_from_0_on_are_compared_like_others():
    held = [row(None, 0, 0, 2024, "ndc"), row(None, 5, 5, 2024, "ndc")]
    held = [replace(one, first_unit="", last_unit="") for one in held]
    found = double_counting(with_rows(example(), "JPN", holdings=held))
    assert [finding.subject for finding in only(found, "held_without_acquisition")] == [
        "CA0001-MNG01-MNG-0-2024",
        "CA0001-MNG01-MNG-5-2024",
    ]


def test_an_adjustment_tells_what_it_should_be_and_which_outcomes_it_is_for():
    wrong = adjusting(example(), "JPN", lambda amount, _: -amount)
    (found,) = double_counting(wrong)
    assert found.subject == "adjustment of JPN for 2030"
    assert found.parties == ("JPN", "MNG")
    assert "JPN adjusts by +1,600 tCO2e, and reports -1,600 (0 first transferred, 1,600 used" in (
        found.message
    )
    assert "CA0001-MNG01-MNG-" in found.message
    assert "first transfers add, uses subtract" in found.message


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        pytest.param(lambda f, u, a: f - u - a, "acquired_counted", id="acquired is subtracted"),
        pytest.param(lambda f, u, a: f - u + a, "acquired_counted", id="acquired is added"),
        pytest.param(lambda f, u, a: f + u, "use_added", id="use is added"),
        pytest.param(lambda f, u, a: u - f, "adjustment_reversed", id="the sign is reversed"),
        pytest.param(lambda f, u, a: -u, "first_transfer_not_added", id="nothing is added"),
        pytest.param(lambda f, u, a: f, "use_not_subtracted", id="nothing is subtracted"),
        pytest.param(lambda f, u, a: 0.93 * f - u, "adjustment_differs", id="a part is held back"),
        pytest.param(
            lambda f, u, a: f + 9 - u, "adjustment_differs", id="more is added, under what is used"
        ),
        pytest.param(
            lambda f, u, a: f + 3_000 - u,
            "adjustment_without_first_transfer",
            id="credits that stay are added",
        ),
    ],
)
def test_a_party_that_transfers_and_uses_in_one_year_is_told_its_mistake(rule, kind):
    sound = example()
    host = sound["MNG"]
    japan = [
        replace(action, use_year=2024) if action.kind == USE else action
        for action in sound["JPN"].actions
    ]
    acts = [
        *japan,
        row(FT, 1, 70, 2024, "ndc", day=GIVEN, acquiring_party="MNG"),
    ]
    own = replace(acts[-1], first_transferring_party="JPN", itmo_registry="JPN01")
    report = replace(sound["JPN"], actions=(*acts[:-1], own))
    first, used = 70, 1_600
    acquired = sum(action.quantity for action in japan if action.kind == ACQ)
    right = {**sound, "JPN": replace(report, adjustments={2024: first - used})}
    wrong = {**sound, "JPN": replace(report, adjustments={2024: rule(first, used, acquired)})}
    assert host.adjustments[2024]
    assert not [finding for finding in double_counting(right) if "adjust" in finding.subject]
    (found,) = [finding for finding in double_counting(wrong) if "adjust" in finding.subject]
    assert found.kind == kind


# Bad input and size -------------------------------------------------------------------------------


def test_nothing_to_compare_is_no_clean_result():
    with pytest.raises(ScenarioError, match="found none; give the report of every Party"):
        double_counting({})


def test_a_report_under_another_partys_name_is_refused():
    with pytest.raises(ScenarioError, match=r"reports\.JPN: found the report of MNG"):
        double_counting({"JPN": Report(party="MNG", year=2024)})


def test_units_numbered_beyond_all_reason_are_a_finding_and_no_crash():
    wrong = changed(example(), "MNG", FT, first_unit="9" * 5_000, last_unit="9" * 5_000)
    assert "unit_mismatch" in kinds(double_counting(wrong))


def test_rows_that_all_speak_of_the_same_outcomes_are_named_once():
    host = example()["MNG"]
    one = row(FT, 1, 1, 2024, "authorisation", day=GIVEN, subtype="Authorization")
    nested = [
        replace(one, last=last, quantity=last, first_unit="", last_unit="")
        for last in range(1, 20 * MOST_ROWS)
    ]
    report = adjusted(replace(host, actions=tuple(nested), holdings=()))
    found = double_counting({"MNG": report})
    (crowded,) = only(found, "crowded")
    assert crowded.subject == (
        f"CA0001-MNG01-MNG-1-2024 to CA0001-MNG01-MNG-{19 * MOST_ROWS - 1}-2024"
    )
    assert only(found, "first_transferred_twice")  # where few enough rows speak of them


def test_one_mistake_among_very_many_ranges_is_the_only_finding():
    path = "ndc"
    many = [(7, 2024, path, 30, ([], [3], [2]), 1)] * 4_000
    sound = reports(many)
    assert sum(len(report.actions) for report in sound.values()) == 16_000
    assert double_counting(sound) == []
    wrong = changed(sound, "JPN", ACQ, at=7_001)
    taken_out = pick(sound["JPN"], ACQ, at=7_001)
    found = {finding.kind: finding.subject for finding in double_counting(wrong)}
    whole = f"CA0001-MNG01-MNG-{taken_out.first}-2024 to CA0001-MNG01-MNG-{taken_out.last}-2024"
    assert found == {"transfer_without_acquisition": whole, "held_without_acquisition": whole}
