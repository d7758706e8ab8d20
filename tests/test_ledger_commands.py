"""``jcm rules``, ``jcm ledger`` and ``jcm aef`` as they are typed, on a real ledger."""

import sqlite3
from pathlib import Path

import pytest

from jcm_models.cli import main
from jcm_models.issuance_import import COLUMNS
from tests.examples import ROOT

HEADER = ",".join(COLUMNS)
ROWS = [
    "TH014,THA,2020-09-28,2021,2021-01-01,2021-12-31,2023-06-01,JPN-government,600",
    "TH014,THA,2020-09-28,2021,2021-01-01,2021-12-31,2023-06-01,THA-government,409",
]


@pytest.fixture
def ledger(tmp_path):
    return str(tmp_path / "ledger.sqlite")


@pytest.fixture
def filled(ledger, tmp_path, capsys):
    file = tmp_path / "issuances.csv"
    file.write_text("\n".join([HEADER, *ROWS]) + "\n")
    assert main(["ledger", "import", ledger, str(file)]) == 0
    capsys.readouterr()
    return ledger


def said(capsys, *arguments, code=0):
    assert main(list(arguments)) == code
    printed = capsys.readouterr()
    return printed.out if code == 0 else printed.err


def test_the_rules_of_a_country_on_a_day_are_printed_with_their_source(capsys):
    text = said(capsys, "rules", "IDN", "--on", "2025-01-01")
    assert "Reserve of a CCS/CCUS project, share of issued credits: 3 %" in text
    assert "METI, Basic Scheme & Recent Development of the JCM" in text
    assert "3 %" not in said(capsys, "rules", "IDN", "--on", "2024-12-17")
    assert "which is no partner country's code" in said(capsys, "rules", "IDNX", code=2)


def test_a_day_that_is_none_is_refused_by_the_command_line(capsys):
    with pytest.raises(SystemExit):
        main(["rules", "IDN", "--on", "1.1.2025"])
    assert "'1.1.2025' is no day such as 2026-01-30" in capsys.readouterr().err


def test_published_issuances_are_imported_and_their_balance_is_shown(ledger, capsys):
    assert "and 96 more events" in said(capsys, "ledger", "import", ledger, "--published")
    text = said(capsys, "ledger", "balance", ledger)
    held = {line.rpartition("  ")[0].strip(): line.split()[-2] for line in text.splitlines()}
    assert held["JPN-government"] == "159,491"  # 71,291 and 88,200 received since 2021
    assert held["together"] == "239,842"
    assert "vintage assumed" in said(capsys, "ledger", "history", ledger, "MNG-15")
    early = said(capsys, "ledger", "balance", ledger, "--on", "2016-09-30")
    assert early.splitlines()[-1].split()[:2] == ["together", "157"]
    one = said(capsys, "ledger", "balance", ledger, "--account", "MNG-participant-MN002")
    assert one.split()[:3] == ["MN002", "2016", "11"]


def test_the_way_of_a_credit_from_issuance_to_use(filled, capsys):
    day = ["--day", "2024-02-01"]
    authorize = ["THA-2024-1", "--host", "THA", "--approach", "CA0004", *day]
    text = said(capsys, "ledger", "authorize", filled, *authorize, "--account", "JPN-government")
    assert "authorization of JPN 1 to 600 on 2024-02-01" in text
    moved = ["--from", "JPN-government", *day]
    assert "first transfer" in said(capsys, "ledger", "first-transfer", filled, "500", *moved)
    use = ["--for", "NDC", "--year", "2030"]
    assert "retirement" in said(capsys, "ledger", "retire", filled, "200", *moved, *use)
    assert "cancellation" in said(capsys, "ledger", "cancel", filled, "50", *moved)
    history = said(capsys, "ledger", "history", filled, "JPN-200").splitlines()
    assert [line.split(maxsplit=1)[1].split(" of ")[0] for line in history] == [
        "issuance",
        "authorization",
        "first transfer",
        "retirement",
    ]
    assert history[-1].endswith("JPN-government to JPN-retirement")
    assert "sound" in said(capsys, "ledger", "check", filled)


def test_what_the_ledger_refuses_is_said_and_the_exit_code_tells(filled, capsys):
    day = ["--day", "2024-02-01"]
    moved = ["--from", "JPN-government", "--to", "THA-government", *day]
    text = said(capsys, "ledger", "transfer", filled, "10", *moved, code=2)
    assert "book a first transfer" in text
    assert "601 tCO2e are asked for" in said(
        capsys, "ledger", "transfer", filled, "601", *moved, code=2
    )
    use = ["--from", "JPN-government", "--for", "NDC", "--year", "2030", *day]
    assert "under no authorization" in said(capsys, "ledger", "retire", filled, "1", *use, code=2)
    assert "are no units such as JPN-15" in said(capsys, "ledger", "history", filled, "15", code=2)


def test_a_ledger_that_is_not_there_is_not_made_by_a_question(ledger, tmp_path, capsys):
    assert "there is no ledger" in said(capsys, "ledger", "balance", ledger, code=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("foo://x", "foo"),
        ("mysql://host/x", "No module named 'MySQLdb'"),
        ("postgresql+psycopg://user:secret@127.0.0.1:1/x", "connection"),
        ("postgresql://host:port/x", "ledger (invalid literal for int() with base 10: 'port')"),
        ("://", "Could not parse"),
    ],
)
def test_an_address_of_no_database_is_refused_in_words_and_without_its_password(
    capsys, address, reason
):
    text = said(capsys, "ledger", "balance", address, code=2)
    assert reason in text
    assert "secret" not in text


def test_a_file_that_is_no_ledger_is_refused_in_words_and_left_as_it_is(tmp_path, capsys):
    text_file, foreign = tmp_path / "README.md", tmp_path / "foreign.sqlite"
    text_file.write_text("# No ledger at all, but more text than a database's first page has\n")
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE fish (name TEXT)")
    connection.close()
    text = said(capsys, "ledger", "balance", str(text_file), code=2)
    assert "README.md cannot be used as a ledger (file is not a database); name a file" in text
    text = said(capsys, "ledger", "check", str(foreign), code=2)
    assert "the database holds other tables (fish) and no ledger" in text
    with sqlite3.connect(foreign) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("fish",)]
    assert "there is no ledger" in said(capsys, "ledger", "balance", str(tmp_path), code=2)
    assert "there is no ledger" in said(capsys, "ledger", "balance", "x" * 5000, code=2)


def test_a_ledger_in_a_folder_that_is_not_there_is_refused_in_words(tmp_path, capsys):
    where = str(tmp_path / "absent" / "ledger.sqlite")
    text = said(capsys, "ledger", "import", where, "--published", code=2)
    assert "cannot be used as a ledger (unable to open database file)" in text
    assert "a new one in a folder that is there" in text


def test_a_damaged_ledger_is_refused_in_words(filled, capsys):
    content = Path(filled).read_bytes()
    Path(filled).write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert "cannot be used as a ledger" in said(capsys, "ledger", "check", filled, code=2)


def test_accounts_are_opened_projects_registered_and_notices_booked(ledger, capsys):
    register = ["TH014", "--host", "THA", "--day", "2020-09-28", "--title", "Solar power"]
    assert "registration of TH014" in said(capsys, "ledger", "register", ledger, *register)
    account = ["JPN-participant-TSB", "--day", "2020-09-28"]
    assert "opening of JPN-participant-TSB" in said(capsys, "ledger", "open", ledger, *account)
    notice = ["THA", "--day", "2025-01-31"]
    assert "notice of THA" in said(capsys, "ledger", "notice", ledger, *notice)
    late = ["TH099", "--host", "THA", "--day", "2025-08-01"]
    text = said(capsys, "ledger", "register", ledger, *late, code=2)
    assert "the memorandum with THA ended on 2025-07-31" in text
    for what, again in (("register", register), ("open", account), ("notice", notice)):
        assert "already" in said(capsys, "ledger", what, ledger, *again, code=2)
    assert "there are no credits" in said(
        capsys, "ledger", "balance", ledger, "--account", account[0]
    )


def test_an_account_that_does_not_exist_is_named_with_the_nearest(filled, capsys):
    text = said(capsys, "ledger", "balance", filled, "--account", "JPN-goverment", code=2)
    assert text == "JPN-goverment: there is no such account, did you mean JPN-government?\n"
    moved = ["5", "--day", "2024-02-01", "--from", "JPN-goverment"]
    for what, more in (
        ("transfer", ["--to", "THA-goverment"]),
        ("first-transfer", []),
        ("retire", ["--for", "NDC", "--year", "2030"]),
        ("cancel", []),
    ):
        text = said(capsys, "ledger", what, filled, *moved, *more, code=2)
        assert "JPN-goverment: there is no such account, did you mean JPN-government?" in text
        assert ("did you mean THA-government?" in text) == (what == "transfer")
    text = said(capsys, "ledger", "balance", filled, "--account", "Mayekawa", code=2)
    assert "there is no such account; jcm ledger open opens accounts" in text
    assert "there are no credits" in said(
        capsys, "ledger", "balance", filled, "--account", "IDN-reserve"
    )


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        ("JPN-20-10", "the lower first"),
        ("JPN-0", "are no units such as JPN-15"),
        ("JPN-²", "are no units such as JPN-15"),
        ("JPN-1-2-3", "are no units such as JPN-15"),
        ("JPN-" + "9" * 30, "are no units such as JPN-15"),
        ("XYZ-1", "XYZ 1 to 1: never issued; jcm ledger balance"),
        ("JPN-99999999", "never issued; jcm ledger balance shows what there is"),
    ],
)
def test_the_history_of_units_that_there_are_not_is_refused(filled, capsys, units, reason):
    assert reason in said(capsys, "ledger", "history", filled, units, code=2)


@pytest.mark.parametrize("quantity", ["0", "-5"])
def test_no_tonnes_and_fewer_are_refused(filled, capsys, quantity):
    moved = [quantity, "--from", "JPN-government", "--day", "2024-02-01"]
    text = said(capsys, "ledger", "cancel", filled, *moved, code=2)
    assert f"found a quantity of {quantity} tCO2e; ask for 1 or more" in text


def test_an_authorization_that_no_report_could_state_is_not_given(filled, capsys):
    grant = ["--host", "THA", "--day", "2024-02-01", "--approach"]
    text = said(capsys, "ledger", "authorize", filled, "=Y2", *grant, "CA1", code=2)
    assert "Authorization ID: found '=Y2'; write Latin letters" in text
    assert "Cooperative approach ID: found 'CA1'; write CA and four digits" in text
    assert "grant of Y2" in said(capsys, "ledger", "authorize", filled, "Y2", *grant, "CA0001")


def test_how_many_tonnes_come_under_an_authorization_is_said(filled, capsys):
    grant = ["--host", "THA", "--day", "2024-02-01", "--approach", "CA0004", "--account"]
    text = said(capsys, "ledger", "authorize", filled, "Y1", *grant, "JPN-government")
    assert "600 tCO2e of JPN-government are under authorization Y1 now" in text
    text = said(capsys, "ledger", "authorize", filled, "Y2", *grant, "JPN-government")
    assert "0 tCO2e of JPN-government come under authorization Y2: it holds none of THA" in text
    text = said(capsys, "ledger", "authorize", filled, "Y3", *grant, "JPN-goverment", code=2)
    assert "did you mean JPN-government?" in text
    assert "grant of Y3" in said(capsys, "ledger", "authorize", filled, "Y3", *grant[:-1])


def test_a_bad_file_is_refused_with_all_its_rows(ledger, tmp_path, capsys):
    file = tmp_path / "bad.csv"
    file.write_text("\n".join([HEADER, ROWS[0].replace("600", "=600"), ROWS[1] + "9x"]) + "\n")
    text = said(capsys, "ledger", "import", ledger, str(file), code=2)
    assert [line.split(": ")[1] for line in text.splitlines()] == ["quantity", "quantity"]
    assert "there are no credits" in said(capsys, "ledger", "balance", ledger)
    assert "name one csv file" in said(capsys, "ledger", "import", ledger, code=2)


def test_the_credits_of_a_scenario_are_booked(ledger, capsys):
    scenario = str(ROOT / "scenarios/mongolia_darkhan_solar.yaml")
    text = said(capsys, "ledger", "issue", ledger, scenario)
    assert "issuance of" in text
    assert "was issued to" not in text
    twice = said(capsys, "ledger", "issue", ledger, scenario, code=2)
    assert "project mongolia_darkhan_solar is registered already" in twice
    assert "sound" in said(capsys, "ledger", "check", ledger)


def test_a_report_in_the_agreed_electronic_format_is_written_and_checked(filled, tmp_path, capsys):
    day = ["--day", "2024-02-01"]
    authorize = ["THA-2024-1", "--host", "THA", "--approach", "CA0004", *day]
    said(capsys, "ledger", "authorize", filled, *authorize, "--account", "JPN-government")
    said(capsys, "ledger", "first-transfer", filled, "500", "--from", "JPN-government", *day)
    for party, target in (("THA", "thailand.xlsx"), ("JPN", "japan")):
        where = str(tmp_path / target)
        asked = [where, "--party", party, "--year", "2024", "--day", "2025-03-31"]
        text = said(capsys, "aef", "write", filled, *asked)
        assert "to doubt" not in text
        assert "sound" in said(capsys, "aef", "check", where)


def test_no_report_is_written_for_who_keeps_no_register_or_before_there_were_outcomes(
    filled, tmp_path, capsys
):
    target = tmp_path / "report.xlsx"
    asked = [str(target), "--party", "JPM", "--year", "1900"]
    text = said(capsys, "aef", "write", filled, *asked, code=2)
    assert "--party: found 'JPM', which keeps no register of the JCM, did you mean JPN?" in text
    assert "--year: found 1900; mitigation outcomes, and reports on them, begin with 2021" in text
    assert not target.exists()


def test_a_report_is_neither_read_nor_written_where_there_can_be_none(filled, tmp_path, capsys):
    absent = str(tmp_path / "absent" / "report.xlsx")
    asked = [absent, "--party", "JPN", "--year", "2024"]
    assert "cannot be written (No such file" in said(capsys, "aef", "write", filled, *asked, code=2)
    assert "no workbook's name ends with '.sqlite'" in said(capsys, "aef", "check", filled, code=2)


@pytest.mark.parametrize(
    ("option", "text"), [("--year", "24"), ("--year", "²024"), ("--ndc", "2021"), ("--ndc", "1-2")]
)
def test_what_is_no_year_is_refused_by_the_command_line(filled, capsys, option, text):
    asked = ["r.xlsx", "--party", "JPN", "--year", "2024", option, text]
    with pytest.raises(SystemExit):
        main(["aef", "write", filled, *asked])
    assert f"{text!r} is no " in capsys.readouterr().err


def test_a_closed_pipe_is_no_traceback(filled):
    import subprocess
    import sys

    command = f"{sys.executable} -m jcm_models.cli rules IDN | head -1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "Traceback" not in ran.stderr


def test_a_participant_is_no_reserve_whatever_its_name(filled, capsys):
    account, day = "JPN-participant-Forest-reserve", ["--day", "2024-02-01"]
    said(capsys, "ledger", "open", filled, account, *day)
    there = ["--from", "JPN-government", "--to", account, *day]
    said(capsys, "ledger", "transfer", filled, "20", *there)
    back = ["--from", account, *day]
    text = said(capsys, "ledger", "transfer", filled, "5", *back, "--to", "JPN-government")
    assert " transfer of JPN 1 to 5 " in text
    assert " cancellation of JPN 6 to 8 " in said(capsys, "ledger", "cancel", filled, "3", *back)
    balance = said(capsys, "ledger", "balance", filled, "--account", account)
    assert balance.splitlines()[-1].split()[:2] == ["together", "12"]


def test_a_reserve_is_released_by_a_transfer_and_cancelled_for_a_reversal(ledger, tmp_path, capsys):
    file = tmp_path / "issuances.csv"
    file.write_text("\n".join([HEADER, *ROWS, ROWS[0].replace("government,600", "reserve,30")]))
    said(capsys, "ledger", "import", ledger, str(file))
    moved = ["--from", "JPN-reserve", "--day", "2024-02-01"]
    text = said(capsys, "ledger", "transfer", ledger, "10", *moved, "--to", "JPN-government")
    assert " reserve release of JPN 601 to 610 " in text
    text = said(capsys, "ledger", "cancel", ledger, "20", *moved)
    assert " reserve cancellation of JPN 611 to 630 " in text
    assert "sound" in said(capsys, "ledger", "check", ledger)
