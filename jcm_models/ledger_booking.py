"""From the issuances of a scenario to events of the ledger."""

from __future__ import annotations

import datetime

from jcm_models.issuance_records import SIDES
from jcm_models.ledger import JAPAN, Event, Issuance, Opening, Registration
from jcm_models.results import Results

__all__ = ["account_of", "scenario_events"]

_DAY = datetime.timedelta(days=1)


def scenario_events(
    results: Results, registered: datetime.date | None = None, *, reserve_register: str = ""
) -> list[Event]:
    """Return the events that bring the credits of a scenario into accounts.

    Parameters
    ----------
    results : Results
        The scenario, computed.
    registered : datetime.date, optional
        When the project was registered; the first day of its first monitoring period by default.
    reserve_register : str
        The register that keeps the reserve; the host's by default, which is assumed.

    Returns
    -------
    list of Event
        The registration of the project, the accounts of its participants, and for each
        issuance, vintage and account the credits; dated the day after the monitoring period
        where the scenario names no day.
    """
    scenario = results.scenario
    project, host = scenario.name, scenario.host
    issuances = results.issuances()
    if not issuances:
        return []
    start = registered or min(each.monitored_from for each in issuances)
    accounts = {party: account_of(party, host, project) for party in _PARTIES}
    events: list[Event] = [
        Registration(day=start, project=project, host=host, title=scenario.title.en),
        *(
            Opening(day=start, account=accounts[party])
            for party in ("japan_participants", "host_participants")
        ),
    ]
    for each in issuances:
        amounts = {accounts[party]: tonnes for party, tonnes in each.credits.items()}
        amounts[f"{reserve_register or host}-reserve"] = each.reserve
        events += [
            Issuance(
                day=each.issued_on or each.monitored_to + _DAY,
                project=project,
                vintage=each.vintage,
                monitored_from=each.monitored_from,
                monitored_to=each.monitored_to,
                target=account,
                quantity=tonnes,
            )
            for account, tonnes in amounts.items()
            if tonnes
        ]
    return events


_PARTIES = tuple(party for side in SIDES.values() for party in side)


def account_of(party: str, host: str, project: str) -> str:
    """Return the account of a party: of its side's register, and named by the project.

    Parameters
    ----------
    party : str
        One of the four parties, or a side (``japan``, ``host``) that is not divided further.
    host : str
        ISO 3166 alpha-3 code of the partner country.
    project : str
        The project whose participants are meant.
    """
    register = JAPAN if party.startswith("japan") else host
    if party.endswith("_government"):
        return f"{register}-government"
    return f"{register}-participant-{project}"
