"""Issuances from a csv file: the whole file is booked, or nothing and every bad row is named."""

import pytest

from jcm_models.issuance_import import COLUMNS, import_issuances
from jcm_models.ledger import LedgerError
from jcm_models.ledger_database import Ledger
from jcm_models.ledger_database.queries import balances, holdings

HEADER = ",".join(COLUMNS)
GOVERNMENT = "MN003,MNG,2017-05-26,2018,2018-06-01,2018-12-31,2022-02-22,JPN-government,4000"
HOST = "MN003,MNG,2017-05-26,2018,2018-06-01,2018-12-31,2022-02-22,MNG-government,1000"
COMPANY = "MN004,MNG,2017-05-26,2017,2017-01-01,2017-07-31,2017-10-24,JPN-participant-Sharp,1789"


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened


def file_of(tmp_path, *rows, header=HEADER, encoding="utf-8"):
    file = tmp_path / "issuances.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return file


def refused(ledger, file, **how):
    with pytest.raises(LedgerError) as error:
        import_issuances(ledger, file, **how)
    assert balances(ledger) == {}
    with ledger.writing() as writer:
        assert writer.book([]) == []
    return [str(problem) for problem in error.value.problems]


def test_a_sound_file_is_booked_with_its_projects(ledger, tmp_path):
    booked = import_issuances(ledger, file_of(tmp_path, GOVERNMENT, HOST))
    assert [each.event.kind for each in booked] == ["registration", "issuance", "issuance"]
    assert balances(ledger) == {"JPN-government": 4000, "MNG-government": 1000}
    assert {(each.project, each.vintage) for each in holdings(ledger)} == {("MN003", 2018)}


def test_a_second_file_goes_on_where_the_first_ended(ledger, tmp_path):
    import_issuances(ledger, file_of(tmp_path, GOVERNMENT))
    booked = import_issuances(ledger, file_of(tmp_path, HOST))
    assert [(each.number, each.event.kind) for each in booked] == [(3, "issuance")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_changes_nothing(ledger, tmp_path, encoding):
    import_issuances(ledger, file_of(tmp_path, GOVERNMENT, encoding=encoding))
    assert balances(ledger) == {"JPN-government": 4000}


def test_accounts_of_participants_are_opened_only_where_that_is_asked(ledger, tmp_path):
    file = file_of(tmp_path, COMPANY)
    (problem,) = refused(ledger, file)
    assert problem.endswith(
        "issuances.csv:2: account: there is no JPN-participant-Sharp; --open opens the accounts "
        "that are missing"
    )
    import_issuances(ledger, file, open_accounts=True)
    assert balances(ledger) == {"JPN-participant-Sharp": 1789}
    misspelt = COMPANY.replace("Sharp", "Sharpp").replace("2017-01-01", "2017-08-01")
    with pytest.raises(LedgerError, match="did you mean JPN-participant-Sharp"):
        import_issuances(ledger, file_of(tmp_path, misspelt.replace("2017-07-31", "2017-12-31")))


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("project", "", "project: is empty"),
        ("host", "MGN", "which is no partner country's code (such as THA), did you mean MNG?"),
        ("registered", "26/05/2017", "a day is written year-month-day, such as 2022-02-24"),
        ("registered", "20170526", "a day is written year-month-day, such as 2022-02-24"),
        ("monitored_from", "2018-06-31", "day is out of range for month"),
        ("issued", "22 Feb 2022", "a day is written year-month-day, such as 2022-02-24"),
        ("vintage", "2018.0", "a whole number without separators or unit is needed"),
        ("quantity", '"4,000"', "a whole number without separators or unit is needed"),
        ("quantity", "4000 t", "a whole number without separators or unit is needed"),
        ("quantity", "-4000", "a cell that begins like a formula is not read"),
        ("quantity", "=2000*2", "a cell that begins like a formula is not read"),
        ("project", " =1+1", "a cell that begins like a formula is not read"),
        ("project", "@SUM(A1)", "a cell that begins like a formula is not read"),
        ("account", "+JPN-government", "a cell that begins like a formula is not read"),
        ("account", "JPN-goverment", "'JPN-goverment' is no account"),
        ("vintage", "2019", "vintage 2019 lies outside its monitoring period"),
        ("issued", "2018-12-31", "before the monitoring period ends on 2018-12-31"),
        ("quantity", "0", "found 0 tonnes"),
        ("account", "THA-government", "in the registers of JPN and MNG only"),
        ("account", "JPN-retirement", "credits are not issued into JPN-retirement"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_and_nothing_is_booked(
    ledger, tmp_path, column, cell, said
):
    cells = GOVERNMENT.split(",")
    cells[list(COLUMNS).index(column)] = cell
    problems = refused(ledger, file_of(tmp_path, HOST, ",".join(cells)))
    assert len(problems) == 1
    assert said in problems[0]
    assert "issuances.csv:3" in problems[0]


def test_every_bad_row_is_listed_those_the_ledger_refuses_too(ledger, tmp_path):
    bad_day = GOVERNMENT.replace("2022-02-22", "22.2.2022")
    no_credits = HOST.replace(",1000", ",0")
    problems = refused(ledger, file_of(tmp_path, GOVERNMENT, GOVERNMENT, bad_day, no_credits))
    assert [problem.split("issuances.csv:")[1][:1] for problem in problems] == ["3", "4", "5"]
    assert "repeats line 2" in problems[0]


def test_an_issuance_that_is_booked_already_is_refused_as_a_duplicate(ledger, tmp_path):
    file = file_of(tmp_path, GOVERNMENT, HOST)
    import_issuances(ledger, file)
    with pytest.raises(LedgerError) as error:
        import_issuances(ledger, file)
    assert [str(each).split(": ")[-1] for each in error.value.problems] == [
        f"vintage 2018 of this period was issued to {account} already"
        for account in ("JPN-government", "MNG-government")
    ]
    assert balances(ledger) == {"JPN-government": 4000, "MNG-government": 1000}


def test_projects_that_look_alike_are_one(ledger, tmp_path):
    import_issuances(ledger, file_of(tmp_path, GOVERNMENT))
    for name in ("mn003", "MN\N{FULLWIDTH DIGIT ZERO}03", "MN\N{ZERO WIDTH SPACE}003"):
        with pytest.raises(
            LedgerError, match=r"looks like project MN003|cannot be written or seen"
        ):
            import_issuances(ledger, file_of(tmp_path, HOST.replace("MN003", name)))
    assert balances(ledger) == {"JPN-government": 4000}


def test_a_project_is_registered_once(ledger, tmp_path):
    other_day = HOST.replace("2017-05-26", "2017-05-27")
    (problem,) = refused(ledger, file_of(tmp_path, GOVERNMENT, other_day))
    assert "MN003 is registered in MNG on 2017-05-27 here, and in MNG on 2017-05-26" in problem


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("quantity", "quantiy"), "quantiy: is no column of issuances, did you mean"),
        (HEADER.replace("quantity", "quantiy"), "quantity: this column is missing"),
        (HEADER.removesuffix(",quantity"), "quantity: this column is missing"),
        (HEADER + ",remark", "remark: is no column of issuances"),
        (",".join(reversed(COLUMNS)), "the columns stand in another order or twice"),
        (HEADER + ",quantity", "the columns stand in another order or twice"),
        ("", "project: this column is missing"),
    ],
)
def test_a_wrong_column_is_named(ledger, tmp_path, header, said):
    assert any(said in each for each in refused(ledger, file_of(tmp_path, HOST, header=header)))


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_file_with_another_separator_is_told_so_and_not_its_missing_columns(
    ledger, tmp_path, separator, name
):
    rows = [row.replace(",", separator) for row in (GOVERNMENT, HOST)]
    (problem,) = refused(ledger, file_of(tmp_path, *rows, header=HEADER.replace(",", separator)))
    assert problem.endswith(f"csv:1: its cells stand apart by {name}; save it as csv with commas")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_called_empty(ledger, tmp_path, content):
    file = tmp_path / "issuances.csv"
    file.write_bytes(content)
    (problem,) = refused(ledger, file)
    assert problem.endswith(f"issuances.csv: is empty; its first line is {HEADER}")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_is_called_by_the_line_it_begins_with(ledger, tmp_path, end):
    broken = HOST.replace(",1000", f',"1{end}000"')
    file = tmp_path / "issuances.csv"
    rows = [HEADER, "", broken, "MN003", "", GOVERNMENT + "9x"]
    file.write_bytes(end.join(rows).encode())
    problems = refused(ledger, file)
    assert [each.split("issuances.csv:")[1].split(":")[0] for each in problems] == ["3", "5", "7"]


def test_what_only_python_takes_for_the_end_of_a_line_stays_in_its_cell(ledger, tmp_path):
    for sign in "\u2028\x85\x0c":
        cells = GOVERNMENT.replace("JPN-government", f"JPN{sign}government")
        (problem,) = refused(ledger, file_of(tmp_path, cells))
        assert f"{f'JPN{sign}government'!r} is no account" in problem


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("JPN", "projects are in partner countries (such as THA), not in Japan"),
        ("IND", "there is no memorandum with India, and no credits are issued without one"),
        ("BRA", "there is no memorandum with Brazil, and no credits are issued without one"),
    ],
)
def test_a_country_that_hosts_no_credits_is_refused_with_a_way_out(ledger, tmp_path, code, said):
    (problem,) = refused(ledger, file_of(tmp_path, GOVERNMENT.replace(",MNG,", f",{code},")))
    assert f"host: found {code!r}; {said}" in problem
    assert "did you mean" not in problem


def test_a_row_with_too_few_or_too_many_cells_is_named(ledger, tmp_path):
    problems = refused(ledger, file_of(tmp_path, GOVERNMENT + ",7", "MN003"))
    assert [problem.split(": ")[1] for problem in problems] == [
        "has 10 cells; 9 are needed",
        "has 1 cells; 9 are needed",
    ]


def test_a_file_without_issuances_or_that_is_no_text_is_refused(ledger, tmp_path):
    assert "holds no issuances" in refused(ledger, file_of(tmp_path))[0]
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\xff\xfe")
    assert "cannot be read as UTF-8 text" in refused(ledger, file)[0]
    absent = refused(ledger, tmp_path / "absent.csv")[0]
    assert "absent.csv: cannot be read (No such file or directory); name a csv file" in absent
    assert "UTF-8" not in absent
    assert "cannot be read (Is a directory)" in refused(ledger, tmp_path)[0]
    assert "no sound csv" in refused(ledger, file_of(tmp_path, 'MN003,"MNG'))[0]
