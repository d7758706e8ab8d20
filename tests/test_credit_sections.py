"""The sections on credits: their numbers and words, for what scenarios can say of credits."""

import html
import re

import pytest
from hypothesis import given, settings

import jcm_models as jcm
from jcm_models.credit_sections import CREDIT_SECTIONS
from jcm_models.figures import emissions_figure, split_figure
from jcm_models.figures.outcome import outcome_parts
from jcm_models.sections import SECTIONS
from jcm_models.summary import summarise
from jcm_models.wording import Words
from tests.examples import ROOT, SHIPPED, TINY, load
from tests.test_flow_figure import any_outcome

WORDS = Words("en")
NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"
MOVES, SHARES = "What moves the shares", "Shares of the credits"
unhurried = settings(deadline=None, max_examples=100)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("credits")


@pytest.fixture(scope="module")
def shipped():
    return {path.stem: jcm.compute(jcm.load_scenario(path)) for path in SHIPPED}


def section(results, name):
    return CREDIT_SECTIONS[name](results, WORDS)


def plain(markup):
    """Return what people read, without the drawings."""
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", markup, flags=re.S)
    return re.sub(r"[^\S\xa0]+", " ", html.unescape(text)).strip()


def table(markup, name):
    """Return the rows of a table, heads first; no rows where there is no such table."""
    found = re.search(rf'aria-label="{re.escape(name)}">(.*?)</table>', markup, re.S)
    rows = re.findall(r"<tr.*?</tr>", found[1], re.S) if found else []
    return [[plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def blocks(markup):
    """Return the rows of the moves by their years."""
    found = {}
    for head, *cells in table(markup, MOVES)[1:]:
        if not cells:
            years = found[head] = {}
        else:
            years[head] = cells
    return found


# Contributions, and what moves the shares


def test_what_moves_the_shares_is_shown_for_the_years_in_which_contributions_decide(shipped):
    found = section(shipped["viet_nam_rooftop_solar_payback"], "contributions")
    amounts = {"Carbon finance": 200, "Roofs": 60, "Studies": 40}
    by = {"Carbon finance": 1, "Roofs": 3, "Studies": 0}  # the second is the host's government
    expected = {}
    for name, amount in amounts.items():
        cells = expected[name] = ["0"] * 4
        for other, party in by.items():
            # a floor leaves 90 %; the derivative of 0.9 x / (x + y), a tenth more of x
            own = amounts[other] / 300
            points = 90 * own * ((name == other) - amount / 300) / 10
            cells[party] = f"{points:+.2f}".replace("-", MINUS)
    assert blocks(found) == {"2020–2025": expected}
    assert "Years in which shares are given are left out." in plain(found)
    assert "A larger contribution of the Japanese participants is also paid back later" in found


def test_each_run_of_years_has_what_moves_it(shipped):
    results = shipped["thailand_floating_solar_contributions"]
    markup = section(results, "contributions")
    early, late = blocks(markup).items()
    assert (early[0], late[0]) == ("2020–2024", "2025–2030")
    # the inverters of 2025 count from that year on, by a weight of 0.5: 0.2 of 2.85 MUSD that share
    assert early[1]["Second inverters"] == ["0"] * 4
    half = 50 * 0.2 / 10  # the floor leaves one half, and a tenth of what counts is 0.02 MUSD
    private, others = 1.5 + 1.5 * 0.2, 1.5 + 0.3 + 1 + 0.15 + 0.2 + 0.2
    moved = -half * private / others**2
    assert late[1]["Second inverters"][1] == f"{moved:+.2f}".replace("-", MINUS)
    assert early[1]["Subsidy"] == late[1]["Subsidy"] == ["0"] * 4
    assert "A share that a floor holds does not move." in markup
    assert "are left out" not in plain(markup)


def test_no_floor_is_spoken_of_where_none_is(folder):
    loan = {"by": "japan_participants", "kind": "private_finance", "amount": 3}
    land = {"by": "host_government", "kind": "in_kind", "amount": 1}
    allocation = {"contributions": {"loan": loan, "land": land}, "rule": "proportional"}
    found = section(jcm.compute(load(folder, TINY, {"allocation": allocation})), "contributions")
    assert blocks(found) == {
        "2020–2024": {
            "Loan": ["0", "+1.88", f"{MINUS}1.88", "0"],  # 10 × 3/4 × 1/4
            "Land": ["0", f"{MINUS}1.88", "+1.88", "0"],
        }
    }
    assert "floor" not in found


@pytest.mark.parametrize("name", ["mongolia_darkhan_issuances", "thailand_floating_solar"])
def test_given_shares_are_moved_by_nothing(shipped, name):
    found = section(shipped[name], "contributions")
    assert table(found, MOVES) == []
    assert "The shares are given as fixed percentages." in found


def test_agreed_tonnes_are_shown_as_they_are_and_the_shares_read_off_them(folder):
    agreed = {2020: {"japan_government": 1914, "host_government": 638}}
    agreed |= {year: {"host_government": 2552} for year in range(2021, 2025)}
    results = jcm.compute(load(folder, TINY, {"allocation": {"agreed": agreed}}))
    found = section(results, "contributions")
    assert "those that were agreed for each vintage" in found
    assert table(found, SHARES) == [
        ["Party", "2020", "2021–2024"],
        ["Government of Japan", f"75{NBSP}%", f"0{NBSP}%"],
        ["Partner government", f"25{NBSP}%", f"100{NBSP}%"],
    ]
    assert table(found, MOVES) == []
    rows = table(section(results, "allocated"), "Tonnes by party and vintage")
    assert rows[1] == ["2020", "2,552", "1,914", "638"]
    assert rows[-1] == ["Total", "12,760", "1,914", "10,846"]


# Phases


def payback(amount, credits_):
    """Return the year in which the Japanese participants are paid back, counted by hand."""
    worth = 0.0
    for year, tonnes in credits_.items():
        if year >= 2032:
            return None
        worth += 0.9 * amount / (amount + 100_000) * tonnes * 15 * 1.03 ** (year - 2020)
        if worth >= amount:
            return year
    return None


@pytest.mark.parametrize(
    ("amount", "year"), [(200_000, 2025), (250_000, 2026), (300_000, 2027), (900_000, None)]
)
def test_the_year_of_pay_back_is_said_or_that_it_is_not_reached(amount, year):
    path = ROOT / "scenarios/viet_nam_rooftop_solar_payback.yaml"
    key = "allocation.contributions.carbon_finance.amount"
    results = jcm.compute(jcm.load_scenario(path, {key: f"{amount} USD"}))
    years = results["year"].tolist()
    credits_ = dict(zip(years, results["credits_issued"].tolist(), strict=True))
    assert payback(amount, credits_) == year
    found = plain(section(results, "contributions"))
    reached = re.findall(r"in (\d+) the contributions of the Japanese participants are paid", found)
    assert reached == ([] if year is None else [str(year)])
    assert (f"From {(year or 0) + 1} on other shares apply: in" in found) == (year is not None)
    not_reached = "The contributions of the Japanese participants are not paid back by their"
    assert (not_reached in found) == (year is None)
    assert "From 2032 on other shares apply." in found


@pytest.mark.parametrize(
    ("owed", "said"),
    [
        (2552, "From 2022 on other shares apply: in 2021 the contributions of the Partner part"),
        (2553, "From 2023 on other shares apply: in 2022 the contributions of the Partner part"),
        (6380, "are paid back by their credits too late to change the shares in the years"),
        (
            6381,
            "not paid back by their credits in the years simulated: 6,380 USD against 6,381 USD",
        ),
    ],
)
def test_pay_back_is_told_to_the_tonne(folder, owed, said):
    # half of 2,552 t a year at 1 USD: 1,276 USD a year, 6,380 USD in five years
    made = {"kind": "private_finance", "amount": f"{owed} USD"}
    phases = [
        {"rule": "proportional"},
        {"after_payback_of": "host_participants", "price": "1 USD/tCO2e"}
        | {"shares": {"japan_government": 1}},
    ]
    allocation = {
        "contributions": {
            "loan": made | {"by": "japan_government"},
            "plant": made | {"by": "host_participants"},
        },
        "phases": phases,
    }
    results = jcm.compute(load(folder, TINY, {"allocation": allocation}))
    assert said in plain(section(results, "contributions"))


def test_without_phases_no_other_shares_apply(shipped):
    for name in ("thailand_ndc_balances", "mongolia_darkhan_issuances"):
        assert "other shares apply" not in section(shipped[name], "contributions")


# Issuances


def test_the_published_issuances_of_mongolia_are_listed_by_period_and_vintage(shipped):
    rows = table(section(shipped["mongolia_darkhan_issuances"], "issuances"), "Issuances")
    first, second = rows[1], rows[2:]
    assert first[:4] == ["2017-01-01 – 2017-07-31", "2017-10-24", "2017", "8,947"]
    assert first[6] == "1,789"  # the host's, as published
    assert {row[0] for row in second} == {"2017-08-01 – 2020-12-31"}
    whole = [[int(cell.replace(",", "")) for cell in row[3:]] for row in second]
    assert sum(row[0] for row in whole) == 44_817
    for issued, *parties in [[8947, 5369, 1789, 1789, 0], *whole]:
        assert issued == sum(parties)
    assert [row[2] for row in second] == ["2017", "2018", "2019", "2020"]


def test_without_monitoring_periods_there_is_no_list_of_issuances(shipped):
    assert section(shipped["thailand_ndc_balances"], "issuances").strip() == ""


# Where it counts, and both countries


def test_without_authorization_all_that_is_saved_lowers_the_balance_of_the_host():
    path = ROOT / "scenarios/thailand_ndc_balances.yaml"
    results = jcm.compute(jcm.load_scenario(path, {"article6.authorized": "none"}))
    text = plain(section(results, "flow"))
    assert f"47,705 tCO₂e (100{NBSP}%) lower the emissions balance of Thailand" in text
    assert f"0 tCO₂e (0{NBSP}%) that of Japan" in text
    assert f"21,797 tCO₂e (45.7{NBSP}%) of what lowers the balance of Thailand are credits" in text
    (row,) = (
        row
        for row in table(section(results, "balances"), "Both countries against their NDCs")
        if row[0].startswith("Thailand")
    )
    assert row[2] == row[3]  # the margin is the same before and after an adjustment of nothing


def test_vintages_after_the_ndc_periods_are_named(shipped):
    results = shipped["indonesia_ccs"]
    after = results["itmos_first_transferred"][results["year"] > 2030].sum()
    text = plain(section(results, "flow"))
    said = f"{after / 1e6:.1f} MtCO₂e count after 2030, the last year of the NDC of Indonesia and"
    assert said in text
    assert "no adjustment here" not in section(shipped["thailand_ndc_balances"], "flow")


def test_overselling_is_told_with_what_would_fit(shipped):
    results = shipped["mongolia_overselling"]
    text = plain(section(results, "balances"))
    # ten years of 11,797 t, averaged, against what lies below 0.77 of 73.506 MtCO2e in 2030
    most = 10 * (round(0.77 * 73_506_000) - 56_595_000)
    oversold = int(results["itmos_first_transferred"].sum()) - most
    assert (most, oversold) == (46_200, 71_770)
    assert f"could transfer up to {most:,} tCO₂e over the period" in text
    assert f"This project transfers {oversold:,} tCO₂e more than that." in text
    assert f"{100 * oversold / (oversold + most):.1f}{NBSP}% of the credits must not" in text
    assert "fits into that" not in text


def test_what_fits_is_said_to_fit(shipped):
    text = plain(section(shipped["thailand_ndc_balances"], "balances"))
    assert "What this project transfers fits into that." in text
    assert "must not be issued" not in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("thailand_ndc_balances", "What this project transfers fits into that."),
        ("mongolia_overselling", "more than that. To fit,"),
    ],
)
def test_the_answer_begins_with_what_both_countries_adjust_and_whether_it_fits(shipped, name, said):
    _, _, answer = section(shipped[name], "balance_question").partition('<p class="jcm-answer">')
    first = plain(answer.partition("</p>")[0])
    assert first.startswith("In 20")
    assert "Japan subtracts" in first
    assert said in first


def test_without_a_target_the_answer_begins_as_in_any_report(shipped):
    results = shipped["mongolia_darkhan_issuances"]
    assert section(results, "balance_question") == SECTIONS["question"](results, WORDS)


def test_where_emissions_or_targets_are_not_given_no_standing_is_shown(shipped):
    found = section(shipped["mongolia_darkhan_issuances"], "balances")
    assert table(found, "Both countries against their NDCs") == []
    for country in ("Mongolia", "Japan"):
        assert f"How {country} stands against its NDC is not shown" in plain(found)


# The same tonnes in every place


def cards(results):
    found = SECTIONS["key_figures"](results, WORDS)
    labels, amounts = (re.findall(pattern, found, re.S) for pattern in (CARD, AMOUNT))
    return dict(zip(map(plain, labels), amounts, strict=True))


CARD, AMOUNT = r"<dt[^>]*>(.*?)</dt>", r'class="jcm-amount[^>]*>\s*([^\s<]+)'


@pytest.mark.parametrize("name", [path.stem for path in SHIPPED])
def test_cards_and_text_and_figures_show_the_same_tonnes(shipped, name):
    results = shipped[name]
    host = results.scenario.partner.name
    alt = split_figure(results, WORDS, host=host).alt
    drawn = dict(re.findall(r"([^.:]+): ([\d,]+) tCO₂e \(", alt))
    drawn = {label.strip(): amount for label, amount in drawn.items()}
    shown = list(cards(results).values())
    assert shown[0] == drawn["All reductions"]
    never = next((a for label, a in drawn.items() if label.startswith("Never issued")), None)
    assert never is None or shown[1] == never
    assert drawn.get("Issued as credits", "0") in shown
    answer = plain(SECTIONS["question"](results, WORDS))
    assert never is None or never in answer
    caption = emissions_figure(results, WORDS, host=host).caption
    assert "MtCO₂e" in caption or f" {shown[0]} tCO₂e below" in caption


@given(any_outcome())
@unhurried
def test_what_is_summed_is_what_is_drawn(case):
    zeros = 0 * case["year"]
    names = ("reductions_outside_crediting", "reductions_by_conservative_project")
    case = dict.fromkeys(names, zeros) | case
    if "bau_emissions" in case:
        case["unissued_reductions"] = case["bau_emissions"] - case["reference_emissions"]
    total, parts = summarise(case), outcome_parts(case)
    assert total.saved == parts["total"]
    assert round(total.unissued or 0) == parts.get("unissued", 0)
    assert round(total.reductions) == parts["total"] - parts.get("unissued", 0)
    assert total.issued == parts["credited"]
    # the remainder is what is lost on the way, to within the rounding of what it is the rest of
    assert parts["not_credited"] + parts["above"] == pytest.approx(total.not_credited, abs=0.51)
    assert parts["not_credited"] >= 0 >= parts["above"]
