"""What both sides report from one ledger, laid beside each other."""

from __future__ import annotations

import datetime

from jcm_models.aef.from_ledger import aef_report
from jcm_models.article6_records import Submission
from jcm_models.double_counting import Finding, Report, double_counting
from jcm_models.ledger import JAPAN
from jcm_models.ledger_database import Ledger
from jcm_models.ledger_database.itmos import itmos_first_transferred, itmos_used
from jcm_models.ledger_database.queries import last_day

__all__ = ["findings_of", "reports_of"]


def reports_of(ledger: Ledger) -> dict[str, Report]:
    """Return what Japan and each host with mitigation outcomes report up to the last event.

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Returns
    -------
    dict of str to Report
        By country; none where nothing was ever authorized.
    """
    transferred, used = itmos_first_transferred(ledger), itmos_used(ledger)
    last = last_day(ledger)
    if last is None:
        return {}
    hosts = {host for host, _ in transferred}
    years = {year for _, year in [*transferred, *used]}
    found = {}
    for party in sorted(hosts | {JAPAN}) if hosts else ():
        aef = aef_report(ledger, _submission(party, last), all_years=True)
        found[party] = Report(
            party=party,
            year=last.year,
            authorizations=aef.authorizations,
            actions=aef.actions,
            holdings=aef.holdings,
            adjustments={y: transferred[party, y] - used[party, y] for y in sorted(years)},
        )
    return found


def _submission(party: str, last: datetime.date) -> Submission:
    year = last.year
    return Submission(
        party=party, reported_year=year, day=last, first_ndc_year=year, last_ndc_year=year
    )


def findings_of(ledger: Ledger) -> list[Finding]:
    """Check what both sides report from a ledger for double counting.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    """
    reports = reports_of(ledger)
    return double_counting(reports) if reports else []
