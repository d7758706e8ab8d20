"""A project in Thailand whose credits stand in both registers."""

import datetime

from jcm_models.ledger import Issuance

JAPAN, HOST, COMPANY = "JPN-government", "THA-government", "JPN-participant-TSB"


def day(text):
    return datetime.date.fromisoformat(text)


def issuance(vintage, target, quantity, project="TH014"):
    return Issuance(
        day=day("2023-06-01"),
        project=project,
        vintage=vintage,
        monitored_from=datetime.date(vintage, 1, 1),
        monitored_to=datetime.date(vintage, 12, 31),
        target=target,
        quantity=quantity,
    )
