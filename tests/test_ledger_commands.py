"""``jcm rules``, ``jcm ledger`` and ``jcm aef`` as they are typed, on a real ledger."""

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
    assert "and 78 more events" in said(capsys, "ledger", "import", ledger, "--published")
    text = said(capsys, "ledger", "balance", ledger)
    assert "JPN-government                                          71,291 tCO2e" in text
    assert text.splitlines()[-1].endswith("151,642 tCO2e")
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


def test_a_closed_pipe_is_no_traceback(filled):
    import subprocess
    import sys

    command = f"{sys.executable} -m jcm_models.cli rules IDN | head -1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "Traceback" not in ran.stderr
