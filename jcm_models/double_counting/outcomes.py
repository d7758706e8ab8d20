"""What the history of a mitigation outcome must not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from jcm_models.article6_records import Action
from jcm_models.double_counting.authorizations import NDC, purposes_of, subtype_of
from jcm_models.double_counting.histories import MOST_ROWS, Act, History
from jcm_models.double_counting.reports import USE, Clash, clash, number

__all__ = ["outcome_clashes"]


def outcome_clashes(history: History) -> Iterator[Clash]:
    """Check what all reports together say of the same mitigation outcomes."""
    if history.crowded:
        message = f"more than {MOST_ROWS} rows speak of the same outcomes; number them apart"
        yield clash("crowded", (history.rows[0].row.first_transferring_party,), message)
        return
    for check in _CHECKS:
        yield from check(history)


def _twice(history: History) -> Iterator[Clash]:
    for kind, acts, way_out in (
        ("first_transferred_twice", history.first_transfers, "keep the first, and adjust once"),
        ("used_twice", history.ends, "a tonne serves once; undo all but one and its adjustment"),
    ):
        if len(acts) > 1:
            parties = [party for act in acts for party in (act.party, act.row.using_party)]
            yield clash(kind, parties, f"{acts[0]}, and {acts[1]}; {way_out}")


def _without_first_transfer(history: History) -> Iterator[Clash]:
    if history.first_transfers:
        return
    for act in history.ends:
        if purposes_of(act.row):
            host = act.row.first_transferring_party
            message = (
                f"{act}, and {host} reports no first transfer, so it does not add what is "
                f"subtracted; {host} must report it, or {act.party} undo the use"
            )
            yield clash("used_without_first_transfer", (act.party, host), message)


def _before_first_transfer(history: History) -> Iterator[Clash]:
    if not history.first_transfers:
        return
    first = history.first_transfers[0]
    for act in history.transfers + history.acquisitions + history.ends:
        if act.row.day < first.row.day:
            message = f"{act}, before the first transfer: {first}; correct the date that is wrong"
            yield clash("before_first_transfer", (act.party, first.party), message)


def _after_the_end(history: History) -> Iterator[Clash]:
    if not history.ends:
        return
    end = history.ends[0]
    for act in history.transfers + history.acquisitions:
        if act.row.day > end.row.day:
            message = f"{end}, and {act}; what is used or cancelled never moves again"
            yield clash("moved_after_use", (end.party, act.party), message)


def _unmatched(history: History) -> Iterator[Clash]:
    """Yield transfers that the other side does not report, and acquisitions likewise."""
    sent: Counter[tuple[str, str]] = Counter()
    for act in history.first_transfers + history.transfers:
        to = act.row.acquiring_party
        if to and to != act.party:
            sent[act.party, to] += 1
        elif not to and (act.row.kind == "Transfer" or not subtype_of(act.row)):
            message = f"{act}, to no Party; name the one that acquires"
            yield clash("transfer_without_acquisition", (act.party,), message)
    acquired: Counter[tuple[str, str]] = Counter()
    for act in history.acquisitions:
        origin = act.row.transferring_party or act.row.first_transferring_party
        acquired[origin, act.party] += 1
    if sent == acquired:
        return
    for (origin, to), times in (sent - acquired).items():
        message = (
            f"{origin} reports sending them to {to} {_times(times)} more often than {to} reports "
            f"acquiring them; {to} must report it, or {origin} take it back"
        )
        yield clash("transfer_without_acquisition", (origin, to), message)
    for (origin, to), times in (acquired - sent).items():
        message = (
            f"{to} reports acquiring them from {origin} {_times(times)} more often than {origin} "
            f"reports sending them; {origin} must report it, or {to} take it back"
        )
        yield clash("acquisition_without_transfer", (to, origin), message)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _used_by_who_has_none(history: History) -> Iterator[Clash]:
    for act in history.ends:
        if act.row.kind != USE or NDC not in purposes_of(act.row):
            continue
        if not _has(history, act.party, act.row):
            message = (
                f"{act} towards its NDC, and has not acquired them, or sent them on; it must "
                "report the acquisition, or undo the use"
            )
            host = act.row.first_transferring_party
            yield clash("used_without_acquisition", (act.party, host), message)


def _has(history: History, party: str, use: Action) -> bool:
    """Whether a Party acquired what it uses, and did not send it on before."""
    came = [a.row.day for a in _acquired_by(history, party) if a.row.day <= use.day]
    went = [a.row.day for a in _sent_by(history, party) if a.row.day <= use.day]
    return bool(came) and not (went and max(went) > max(came))


def _acquired_by(history: History, party: str) -> list[Act]:
    return [act for act in history.acquisitions if act.party == party]


def _sent_by(history: History, party: str) -> list[Act]:
    acts = history.first_transfers + history.transfers
    return [
        act for act in acts if act.party == party and act.row.acquiring_party not in ("", party)
    ]


def _held(history: History) -> Iterator[Clash]:
    """Yield holdings of what is used, sent away, never acquired, or held by another as well."""
    for index, (party, row, year) in enumerate(history.held):
        now = f"{party} reports holding them at the end of {year}"
        for end in history.ends:
            if end.row.day.year <= year:
                kind = "used_and_held" if end.row.kind == USE else "cancelled_and_held"
                yield clash(kind, (party, end.party), f"{now}, and {end}; take out the holding")
        for other in history.held[:index]:
            if other.year == year:
                message = f"{now}, and so does {other.party}; only one of them has them"
                yield clash("held_twice", (other.party, party), message)
        came = [a.row.day for a in _acquired_by(history, party) if a.row.day.year <= year]
        went = [a for a in _sent_by(history, party) if a.row.day.year <= year]
        if went and (not came or max(came) < went[-1].row.day):
            to = went[-1].row.acquiring_party
            message = f"{now}, and {went[-1]} to {to}; take out the holding"
            yield clash("transferred_and_held", (party, to), message)
        elif not came and not went and party != row.first_transferring_party:
            host = row.first_transferring_party
            message = f"{now}, and no acquisition from {host}; report it, or take out the holding"
            yield clash("held_without_acquisition", (party, host), message)


def _moment_of_first_transfer(history: History) -> Iterator[Clash]:
    """Yield first transfers by authorization or by use on days without either (A3)."""
    for act in history.first_transfers:
        subtype = subtype_of(act.row)
        if subtype == "Use or cancellation":
            days = {end.row.day for end in history.ends}
        elif subtype == "Authorization" and history.authorizations:
            days = {given.row.day for given in history.authorizations}
        else:
            continue
        if act.row.day not in days:
            dates = ", ".join(map(str, sorted(days))) or "on no day"
            message = (
                f"{act} by {subtype.lower()}, which is reported {dates}; the host's definition "
                "sets the day of the first transfer"
            )
            parties = (act.party, *(end.party for end in history.ends))
            yield clash("first_transfer_definition", parties, message)


def _units(history: History) -> Iterator[Clash]:
    """Yield rows that give the same outcomes different units."""
    seen: dict[tuple[str, str, int], tuple[str, str]] = {}
    for told in history.rows:
        row, unit = told.row, number(told.row.first_unit)
        if unit:
            shift = (row.unit_registry, unit[0], unit[1] - row.first)
            here = f"{unit[0]}{history.first + shift[2]} of {row.unit_registry}"
            seen.setdefault(shift, (told.party, here))
    if len(seen) > 1:
        (one, unit_of_one), (other, unit_of_other), *_ = seen.values()
        message = (
            f"{one} reports them as units from {unit_of_one} on, and {other} from {unit_of_other} "
            "on; one of the two stands for other tonnes"
        )
        yield clash("units_differ", (one, other), message)


_CHECKS = (
    _twice,
    _without_first_transfer,
    _before_first_transfer,
    _after_the_end,
    _unmatched,
    _used_by_who_has_none,
    _held,
    _moment_of_first_transfer,
    _units,
)
