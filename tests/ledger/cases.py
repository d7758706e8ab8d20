"""What the ledger refuses and why, each beside an event next to it that is sound.

The rules are those of the Joint Crediting Mechanism and of Article 6.2 of the Paris Agreement
(decision 2/CMA.3, annex): what is not a whole tonne in one account, in one state, is refused.
"""

import datetime
from dataclasses import dataclass, replace

from jcm_models.ledger import Event
from tests.ledger.examples import (
    BEGIN,
    LATER,
    acquisition,
    authorization,
    cancellation,
    entity,
    first_transfer,
    grant,
    issuance,
    ndc_use,
    notice,
    opening,
    registration,
    reserve_cancellation,
    reserve_release,
    retirement,
    transfer,
    units,
)

A, B, C = "JPN-participant-A", "JPN-participant-B", "THA-participant-C"
DAY = datetime.timedelta(1)


def thai(first: int, last: int):
    return units(first, last, "THA")


# Units 1 to 10 of Japan's register, first transferred and ready for use.
OURS = (authorization(units(1, 10), "ndc"), first_transfer(units(1, 10), A, A))
# Units 1 to 10 of Thailand's register on their way to Japan, and arrived there.
SENT = (
    authorization(thai(1, 10), "ndc", C),
    first_transfer(thai(1, 10), C, "JPN-government"),
)
ARRIVED = (*SENT, acquisition(thai(1, 10), "JPN-incoming", "JPN-government"))


@dataclass(frozen=True)
class Case:
    """An event that is refused, why, and the event next to it that is not."""

    refused: Event
    because: str
    sound: Event
    before: tuple[Event, ...] = ()


UNITS = {
    "a unit is in one account only": Case(
        transfer(units(1, 5), A, "JPN-government"),
        f"its units are not all in {A}: some stand in {B}",
        transfer(units(1, 5), B, "JPN-government"),
        (transfer(units(1, 10), A, B),),
    ),
    "an account is not overdrawn": Case(
        transfer(units(211, 261), "JPN-government", A),
        "1 of its units were never issued",
        transfer(units(211, 260), "JPN-government", A),
    ),
    "an account does not spend what stands in the next one": Case(
        cancellation(units(191, 201), A),
        f"its units are not all in {A}: some stand in JPN-reserve",
        cancellation(units(191, 200), A),
    ),
    "a range holds at least one unit": Case(
        cancellation(units(5, 4), A),
        "the range JPN 5 to 4 holds no units",
        cancellation(units(5, 5), A),
    ),
    "units are numbered from 1": Case(
        cancellation(units(0, 4), A),
        "the range JPN 0 to 4 holds no units",
        cancellation(units(1, 4), A),
    ),
    "units of another register are other units": Case(
        cancellation(units(1, 5), C),
        f"its units are not all in {C}: some stand in {A}",
        cancellation(thai(1, 5), C),
    ),
    "a retired unit never moves": Case(
        transfer(units(10, 12), "JPN-retirement", A),
        "JPN-retirement holds units that are retired or cancelled; they never move again",
        transfer(units(11, 12), A, B),
        (*OURS, ndc_use(units(1, 10), A)),
    ),
    "a retired unit is not in its old account": Case(
        transfer(units(10, 12), A, B),
        f"its units are not all in {A}: some stand in JPN-retirement",
        transfer(units(11, 12), A, B),
        (*OURS, ndc_use(units(1, 10), A)),
    ),
    "a cancelled unit never moves": Case(
        cancellation(units(1, 1), "JPN-cancellation"),
        "JPN-cancellation holds units that are retired or cancelled; they never move again",
        cancellation(units(2, 2), A),
        (cancellation(units(1, 1), A),),
    ),
    "a cancelled unit is not retired": Case(
        ndc_use(units(1, 1), "JPN-cancellation"),
        "they never move again",
        ndc_use(units(2, 2), A),
        (*OURS, cancellation(units(1, 1), A)),
    ),
    "no unit is moved before it was issued": Case(
        transfer(units(1, 5), A, B, day=BEGIN - DAY),
        f"it is dated before {BEGIN}, when its units were issued or last moved",
        transfer(units(1, 5), A, B, day=BEGIN),
    ),
    "no unit is moved before its last move": Case(
        transfer(units(5, 20), A, "JPN-government", day=LATER - DAY),
        f"it is dated before {LATER}, when its units were issued or last moved",
        transfer(units(6, 20), A, "JPN-government", day=LATER - DAY),
        (authorization(units(1, 5), "ndc"),),
    ),
    "an account is open before it receives": Case(
        transfer(units(1, 5), A, "JPN-participant-nobody"),
        "there is no account JPN-participant-nobody; open it first",
        transfer(units(1, 5), A, B),
    ),
    "an account is open before it sends": Case(
        transfer(units(1, 5), "JPN-participant-nobody", B),
        "there is no account JPN-participant-nobody; open it first",
        transfer(units(1, 5), A, B),
    ),
    "a transfer goes somewhere else": Case(
        transfer(units(1, 5), A, A),
        f"its units are in {A} already",
        transfer(units(1, 5), A, B),
    ),
    "units are retired by a retirement": Case(
        transfer(units(1, 5), A, "JPN-retirement"),
        "units come to JPN-retirement by retirement or cancellation only",
        transfer(units(1, 5), A, "JPN-government"),
    ),
    "nobody holds units in the account of those on their way": Case(
        transfer(units(1, 5), A, "JPN-incoming"),
        "JPN-incoming is for units on their way; name the account that shall hold them",
        transfer(units(1, 5), A, "JPN-government"),
    ),
    "a reserve is not spent": Case(
        transfer(units(201, 201), "JPN-reserve", A),
        "JPN-reserve is a reserve; its units leave it by a reserve cancellation or release only",
        reserve_cancellation(units(201, 201)),
    ),
    "a reserve is not authorized": Case(
        authorization(units(201, 201), "ndc", "JPN-reserve"),
        "JPN-reserve is a reserve",
        authorization(units(1, 1), "ndc"),
    ),
    "a holder's units make good no reversal": Case(
        reserve_cancellation(units(1, 5), A),
        f"{A} is no reserve; cancel its units by a cancellation",
        cancellation(units(1, 5), A),
    ),
    "a release is no way to move a holder's units": Case(
        reserve_release(units(1, 5), B, A),
        f"{A} is no reserve; move its units by a transfer",
        transfer(units(1, 5), A, B),
    ),
    "a release stays in its register": Case(
        reserve_release(units(201, 205), "THA-government"),
        "a release stays in the register of the reserve; transfer its units after",
        reserve_release(units(201, 205), "JPN-government"),
    ),
    "a release is for a holder": Case(
        reserve_release(units(201, 205), "JPN-reserve"),
        "JPN-reserve is a reserve, too; a release is for a holder",
        reserve_release(units(201, 205), A),
    ),
    "a release retires nothing": Case(
        reserve_release(units(201, 205), "JPN-retirement"),
        "units come to JPN-retirement by retirement or cancellation only",
        reserve_release(units(201, 205), A),
    ),
    "a reserve makes good no more than it holds": Case(
        reserve_cancellation(units(201, 211)),
        "some stand in JPN-government",
        reserve_cancellation(units(201, 210)),
    ),
}

ABROAD = {
    "units on their way are nobody's to use": Case(
        ndc_use(thai(1, 5), "JPN-incoming"),
        "JPN-incoming holds units on their way; the register must acquire them first",
        acquisition(thai(1, 5), "JPN-incoming", "JPN-government"),
        SENT,
    ),
    "units on their way are in no account of the sender": Case(
        cancellation(thai(1, 5), C),
        f"its units are not all in {C}: some stand in JPN-incoming",
        cancellation(thai(11, 15), C),
        SENT,
    ),
    "units on their way arrive where they were sent": Case(
        acquisition(thai(1, 5), "JPN-incoming", A),
        f"its units were sent to JPN-government, not to {A}",
        acquisition(thai(1, 5), "JPN-incoming", "JPN-government"),
        SENT,
    ),
    "units arrive once": Case(
        acquisition(thai(1, 10), "JPN-incoming", "JPN-government"),
        "its units are not all in JPN-incoming: some stand in JPN-government",
        transfer(thai(1, 10), "JPN-government", A),
        ARRIVED,
    ),
    "a register acquires nothing from itself": Case(
        acquisition(units(1, 5), A, B),
        f"only what another register has sent is acquired; {A} holds its own",
        transfer(units(1, 5), A, B),
    ),
    "units leave their register by a first transfer": Case(
        transfer(thai(1, 5), C, "JPN-government"),
        "its units leave the register of THA for the first time: book a first transfer",
        first_transfer(thai(1, 5), C, "JPN-government"),
        (authorization(thai(1, 10), "ndc", C),),
    ),
    "units are first transferred once": Case(
        first_transfer(thai(1, 5), "JPN-government", "IDN-government"),
        f"some of its units were first transferred already, on {LATER}",
        transfer(thai(1, 5), "JPN-government", "IDN-government"),
        ARRIVED,
    ),
    "units are first transferred once, in one register too": Case(
        first_transfer(units(10, 11), A, A),
        f"some of its units were first transferred already, on {LATER}",
        first_transfer(units(11, 11), A, A),
        (authorization(units(1, 20), "ndc"), first_transfer(units(1, 10), A, A)),
    ),
    "a first transfer needs an authorization": Case(
        first_transfer(units(1, 11), A, A),
        "some of its units are under no authorization",
        first_transfer(units(1, 10), A, A),
        (authorization(units(1, 10), "ndc"),),
    ),
    "a first transfer for an NDC needs an authorization for that": Case(
        first_transfer(units(1, 5), A, A),
        "authorization issued is not for use towards an NDC",
        first_transfer(units(6, 9), A, A),
        (authorization(units(1, 5), "issued"), authorization(units(6, 9), "when-used")),
    ),
    "a first transfer goes to an authorized Party": Case(
        first_transfer(thai(1, 5), C, "IDN-government"),
        "authorization ndc is for JPN only",
        first_transfer(thai(1, 5), C, "JPN-government"),
        (authorization(thai(1, 5), "ndc", C),),
    ),
    "a first transfer leaves the host": Case(
        first_transfer(thai(1, 5), C, C),
        "a first transfer leaves the host, and THA is the host",
        first_transfer(thai(1, 5), C, A),
        (authorization(thai(1, 5), "ndc", C),),
    ),
    "a first transfer within a register moves nothing": Case(
        first_transfer(units(1, 5), A, B),
        "units already in the acquiring register stay in their account; transfer them after",
        first_transfer(units(1, 5), A, A),
        (authorization(units(1, 5), "ndc"),),
    ),
}

AUTHORIZATIONS = {
    "units of a vintage before 2021 are not authorized": Case(
        authorization(units(101, 105), "ndc"),
        "vintage 2020 is before 2021 and cannot be an ITMO",
        authorization(units(96, 100), "ndc"),
    ),
    "no authorization is given for vintages before 2021": Case(
        grant("new", "NDC", first_vintage=2020),
        "vintages before 2021 are no mitigation outcomes to transfer; found 2020",
        grant("new", "NDC", first_vintage=2021),
    ),
    "an authorization covers its vintages": Case(
        authorization(units(1, 5), "ndc-21"),
        "authorization ndc-21 covers vintages 2021 to 2021, not 2022",
        authorization(units(261, 265), "ndc-21"),
        (issuance(A, 5, 2021),),
    ),
    "an authorization covers its projects": Case(
        authorization(units(261, 265), "ndc-project"),
        "authorization ndc-project does not cover project TH002",
        authorization(units(1, 5), "ndc-project"),
        (registration("TH002"), issuance(A, 5, project="TH002")),
    ),
    "an authorization covers projects of its host": Case(
        authorization(units(211, 215), "ndc", "JPN-government"),
        "authorization ndc does not cover project ID001",
        authorization(units(1, 5), "ndc"),
    ),
    "an authorization is not exceeded": Case(
        authorization(units(1, 61), "ndc"),
        "authorization ndc covers 60 tCO2e; with these 61 it would be 61",
        authorization(units(1, 60), "ndc"),
    ),
    "an authorization is not exceeded in steps": Case(
        authorization(thai(1, 21), "ndc", C),
        "authorization ndc covers 60 tCO2e; with these 21 it would be 61",
        authorization(thai(1, 20), "ndc", C),
        (authorization(units(1, 40), "ndc"),),
    ),
    "a unit is authorized once": Case(
        authorization(units(5, 10), "ndc-project"),
        "some of its units are under an authorization already",
        authorization(units(6, 10), "ndc-project"),
        (authorization(units(1, 5), "ndc"),),
    ),
    "units come under an authorization that was given": Case(
        authorization(units(1, 5), "nobody's"),
        'there is no authorization "nobody\'s"',
        authorization(units(1, 5), "ndc"),
    ),
    "units come under an authorization after it was given": Case(
        authorization(units(1, 5), "late", day=LATER - DAY),
        f"it is dated {LATER - DAY}, before the authorization was given on {LATER}",
        authorization(units(1, 5), "late"),
        (grant("late", "NDC", day=LATER),),
    ),
    "an authorization is given once": Case(
        grant("ndc", "NDC"),
        "there is an authorization ndc already",
        grant("ndc-2", "NDC"),
    ),
    "an authorization names its purposes": Case(
        grant("new"),
        "found purposes []; allowed are NDC, IMP, OP",
        grant("new", "NDC"),
    ),
    "an authorization names purposes there are": Case(
        grant("new", "NDC", "CORSIA"),
        "found purposes ['NDC', 'CORSIA']; allowed are NDC, IMP, OP",
        grant("new", "NDC", "IMP", first_transfer="Issuance"),
    ),
    "for other purposes the host says what a first transfer is": Case(
        grant("new", "OP"),
        "the host says what counts as first transfer: Authorisation | Issuance | Use or Canc",
        grant("new", "OP", first_transfer="Use or Cancellation"),
    ),
    "the vintages of an authorization are in order": Case(
        grant("new", "NDC", first_vintage=2025, last_vintage=2024),
        "its last vintage 2024 lies before its first 2025",
        grant("new", "NDC", first_vintage=2025, last_vintage=2025),
    ),
    "an authorization covers something": Case(
        grant("new", "NDC", quantity=0),
        "found a quantity of 0; it is 1 or more, or left out for no limit",
        grant("new", "NDC", quantity=1),
    ),
    "an authorization names projects there are": Case(
        grant("new", "NDC", projects=("TH001", "TH009")),
        "project TH009 is not registered",
        grant("new", "NDC", projects=("TH001",)),
    ),
    "an authorization is given by a partner country": Case(
        grant("new", "NDC", host="XXX"),
        "'XXX' is no partner country's code",
        grant("new", "NDC", host="IDN"),
    ),
    "an authorized entity has a name": Case(
        entity(""),
        "its name is empty",
        entity("A"),
    ),
    "an entity is authorized by a Party": Case(
        entity("A", party="XXX"),
        "XXX is no Party of the JCM",
        entity("A", party="THA"),
    ),
}

USES = {
    "nobody but the host uses what is not authorized": Case(
        ndc_use(units(11, 15), A),
        "some of its units are under no authorization; nobody but the host may count them",
        ndc_use(units(1, 10), A),
        OURS,
    ),
    "nobody else uses what the host would count too": Case(
        ndc_use(units(11, 15), A),
        "some of its units were not first transferred; the host would count them too",
        ndc_use(units(1, 10), A),
        (*OURS, authorization(units(11, 15), "ndc")),
    ),
    "the host does not count what it has transferred": Case(
        ndc_use(thai(1, 10), "THA-government"),
        "some of its units were first transferred; THA cannot count them",
        ndc_use(thai(11, 20), C),
        (
            *ARRIVED,
            transfer(thai(1, 10), "JPN-government", "THA-government"),
            acquisition(thai(1, 10), "THA-incoming", "THA-government"),
        ),
    ),
    "the host does not count what it has authorized at once for others": Case(
        ndc_use(thai(1, 5), C),
        "some of its units were first transferred; THA cannot count them",
        ndc_use(thai(6, 9), C),
        (authorization(thai(1, 5), "at-once", C), authorization(thai(6, 9), "when-used", C)),
    ),
    "only a Party for which units were authorized uses them": Case(
        ndc_use(thai(1, 5), "IDN-government"),
        "authorization ndc is for JPN only",
        ndc_use(thai(6, 10), "JPN-government"),
        (
            *ARRIVED,
            transfer(thai(1, 5), "JPN-government", "IDN-government"),
            acquisition(thai(1, 5), "IDN-incoming", "IDN-government"),
        ),
    ),
    "a Party uses units of its own register": Case(
        ndc_use(units(1, 5), A, party="THA"),
        "a Party uses units of its own register; found THA, and units in JPN's",
        ndc_use(units(1, 5), A, party="JPN"),
        OURS,
    ),
    "a use towards an NDC names its Party": Case(
        ndc_use(units(1, 5), A, party=""),
        "found no Party, and units in JPN's",
        ndc_use(units(1, 5), A),
        OURS,
    ),
    "a use towards an NDC names its year": Case(
        ndc_use(units(1, 5), A, None),
        "a use towards an NDC names the calendar year it counts for",
        ndc_use(units(1, 5), A, 2030),
        OURS,
    ),
    "nothing is used before it was reduced": Case(
        ndc_use(units(1, 5), A, 2021),
        "vintage 2022 cannot be used for 2021, before it",
        ndc_use(units(1, 5), A, 2022),
        OURS,
    ),
    "other purposes need an authorization": Case(
        retirement(units(6, 6), A, "OP"),
        "some of its units are under no authorization",
        retirement(units(1, 5), A, "OP"),
        (authorization(units(1, 5), "issued"),),
    ),
    "other purposes need an authorization for them": Case(
        retirement(units(1, 5), A, "IMP"),
        "authorization at-once is for OP only",
        retirement(units(1, 5), A, "OP"),
        (authorization(units(1, 5), "at-once"),),
    ),
    "a use has a purpose there is": Case(
        retirement(units(1, 5), A, "fun"),
        "found purpose 'fun'; allowed are NDC, IMP, OP, pledge",
        retirement(units(1, 5), A, "NDC", party="JPN", year=2030),
        OURS,
    ),
    "a pledge outside Article 6 takes no mitigation outcome": Case(
        retirement(units(91, 101), A, "pledge"),
        "vintages from 2021 on serve an NDC or another international purpose",
        retirement(units(101, 111), A, "pledge"),
    ),
    "a cancellation for a purpose needs an authorization for it": Case(
        cancellation(units(1, 6), A, purpose="OP"),
        "some of its units are under no authorization",
        cancellation(units(1, 5), A, purpose="OP"),
        (authorization(units(1, 5), "at-once"),),
    ),
    "a cancellation serves no NDC": Case(
        cancellation(units(1, 5), A, purpose="NDC"),
        "found purpose 'NDC'; a cancellation serves IMP or OP, or none",
        cancellation(units(1, 5), A),
    ),
}

ISSUANCES = {
    "nothing is issued twice": Case(
        issuance(A, 7),
        f"vintage 2022 of this period was issued to {A} already",
        issuance("JPN-government", 7),
    ),
    "monitoring periods of a vintage do not overlap": Case(
        issuance(A, vintage=2021, project="ID001", monitored_from=datetime.date(2021, 6, 30)),
        "its monitoring period overlaps one issued already, 2021-01-01 to 2021-06-30",
        issuance(A, vintage=2021, project="ID001", monitored_from=datetime.date(2021, 7, 1)),
        (issuance(A, vintage=2021, project="ID001", monitored_to=datetime.date(2021, 6, 30)),),
    ),
    "nothing is issued before the monitoring period has ended": Case(
        issuance(A, vintage=2024, monitored_to=BEGIN),
        f"it is dated {BEGIN}, before the monitoring period ends on {BEGIN}",
        issuance(A, vintage=2024, monitored_to=BEGIN - DAY),
    ),
    "nothing is issued before the project was registered": Case(
        issuance(A, project="TH002"),
        f"it is dated {BEGIN}, before the project was registered on {LATER}",
        issuance(A, project="TH002", day=LATER),
        (registration("TH002", day=LATER),),
    ),
    "nothing is issued for a project there is not": Case(
        issuance(A, project="TH002"),
        "project TH002 is not registered",
        issuance(A, project="ID001"),
    ),
    "credits are whole tonnes, at least one": Case(
        issuance(A, 0, project="ID001"),
        "found 0 tonnes; credits are whole tonnes, 1 to",
        issuance(A, 1, project="ID001"),
    ),
    "a monitoring period ends after it begins": Case(
        issuance(A, vintage=2021, monitored_to=datetime.date(2020, 12, 31)),
        "its monitoring period ends on 2020-12-31, before 2021-01-01",
        issuance(A, vintage=2021, monitored_to=datetime.date(2021, 1, 1)),
    ),
    "a vintage lies in its monitoring period": Case(
        replace(issuance(A, vintage=2021), vintage=2023),
        "vintage 2023 lies outside its monitoring period, 2021-01-01 to 2021-12-31",
        issuance(A, vintage=2021),
    ),
    "credits are issued in the registers of the two countries": Case(
        issuance("IDN-government"),
        "credits of a project in THA are issued in the registers of JPN and THA only",
        issuance("THA-government"),
    ),
    "credits are issued to a holder": Case(
        issuance("JPN-retirement"),
        "credits are not issued into JPN-retirement, but to a holder or into a reserve",
        issuance("JPN-government"),
    ),
    "credits are issued into an account there is": Case(
        issuance("JPN-participant-nobody"),
        "there is no account JPN-participant-nobody; open it first",
        issuance(B),
    ),
}

NAMES = {
    "an account is opened once": Case(
        opening(A), f"the account {A} is open already", opening("JPN-participant-E")
    ),
    "standing accounts are there already": Case(
        opening("THA-reserve"),
        "the account THA-reserve is open already",
        opening("THA-participant-A"),
    ),
    "only participants open accounts": Case(
        opening("JPN-pocket"),
        "'JPN-pocket' is no account; accounts are called {country}-{kind}",
        opening("JPN-participant-pocket"),
    ),
    "a participant has a name": Case(
        opening("JPN-participant"),
        "a participant's account, and no other, ends with a name",
        opening("JPN-participant-Mayekawa"),
    ),
    "only Japan and its partners keep registers": Case(
        opening("CHE-participant-E"), "CHE keeps no register", opening("MNG-participant-E")
    ),
    "a project is registered once": Case(
        registration(), "project TH001 is registered already", registration("TH002")
    ),
    "a project stands in a partner country": Case(
        registration("JP001", "JPN"),
        "the host 'JPN' is no partner country's code (such as THA)",
        registration("MN001", "MNG"),
    ),
    "no project is registered once the memorandum has ended": Case(
        registration("TH002", day=datetime.date(2024, 9, 1)),
        "the memorandum with THA ended on 2024-09-01, six months after the notice of 2024-03-01",
        registration("TH002", day=datetime.date(2024, 8, 31)),
        (notice("THA"),),
    ),
    "the end of one memorandum is not that of another": Case(
        registration("TH002", day=datetime.date(2030, 1, 1)),
        "the memorandum with THA ended",
        registration("ID002", "IDN", day=datetime.date(2030, 1, 1)),
        (notice("THA"),),
    ),
    "notice is given once": Case(
        notice("THA"), f"notice was given already, on {LATER}", notice("IDN"), (notice("THA"),)
    ),
    "notice undoes no registration": Case(
        notice("THA", datetime.date(2023, 7, 10)),
        "the memorandum would have ended on 2024-01-10, and project TH001 was registered on "
        "2024-01-10",
        notice("THA", datetime.date(2023, 7, 11)),
    ),
    "notice is given to a partner": Case(
        notice("CHE"), "there is no memorandum with 'CHE'", notice("KEN")
    ),
}

CASES = {**UNITS, **ABROAD, **AUTHORIZATIONS, **USES, **ISSUANCES, **NAMES}
