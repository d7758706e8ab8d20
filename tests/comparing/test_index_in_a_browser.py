"""The page of all runs in a real Chromium: sorted, filtered, ticked, compared, by keyboard too."""

import pytest

import jcm_models as jcm
from jcm_models.comparison import compare_facts
from jcm_models.comparison_sentences import first_sentences
from jcm_models.run_index import write_index
from jcm_models.run_records import complete_runs, read_facts
from jcm_models.wording import Words, number
from tests.app_pages import shoot
from tests.comparing.kept_runs import keep, keep_failure
from tests.conftest import ROOT

THAILAND = "thailand_floating_solar"
WICKED = "<script>document.title = 'broken'</script><b>Darkhan</b> & \"more\""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Runs of three scenarios, one with a title of markup, and one that failed."""
    folder = tmp_path_factory.mktemp("reports")
    keep(folder, THAILAND)
    keep(folder, THAILAND, {"crediting.discount": 0.95})
    keep(folder, "indonesia_ccs_reserve")
    keep(folder, "mongolia_darkhan_solar", title=WICKED)
    keep_failure(folder, changes="project.electricity_supplied=1")
    write_index(folder)
    return folder


@pytest.fixture(params=[1280, 390])
def listed(reports, watched, request):
    """The open page, at both widths; without errors and calls elsewhere in the end."""
    watched.page.set_viewport_size({"width": request.param, "height": 900})
    watched.page.goto((reports / "index.html").as_uri())
    yield watched.page
    assert fits(watched.page)
    assert watched.outside == []
    assert watched.errors == []


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def shown(page, column=3):
    """Return a column of the rows that are shown, in their order."""
    return page.locator(f"#runs tbody tr:visible > :nth-child({column})").all_inner_texts()


def sort(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    return page.locator("#runs th[aria-sort]").get_attribute("aria-sort")


def credits(page):
    return [
        int(text.split("\n")[-1].replace(",", "")) if "–" not in text else None
        for text in shown(page, 7)
    ]


def test_the_numbers_are_those_of_simulate(listed):
    scenario = jcm.load_scenario(ROOT / f"scenarios/{THAILAND}.yaml")
    expected = []
    for changes in ({}, {"crediting.discount": 0.95}):
        dataset = jcm.simulate(scenario.with_(changes))
        expected.append(float(dataset["credits_issued"].sum()))
    listed.get_by_label("Text").fill("floating")
    assert sorted(credits(listed)) == sorted(expected)


def test_any_column_sorts_both_ways_and_says_so(listed):
    assert listed.locator("#runs th[aria-sort]").count() == 0
    assert sort(listed, "Credits issued") == "descending"
    found = credits(listed)
    assert found[-1] is None  # what failed stands last, both ways
    assert found[:-1] == sorted(found[:-1], reverse=True)
    assert sort(listed, "Credits issued") == "ascending"
    assert credits(listed) == [*found[-2::-1], None]
    for name in ("Project", "What is changed", "Partner", "Notebook"):
        assert sort(listed, name) == "ascending"
    for name in ("Years", "Reductions", "To Japan", "To the partner", "State"):
        assert sort(listed, name) == "descending"
    sort(listed, "Partner")
    countries = [text for text in shown(listed, 4) if text != "–"]
    assert countries == sorted(countries)


def test_filters_narrow_together_and_the_count_is_told(listed):
    count = listed.locator("#count")
    assert count.inner_text() == "5 of 5 runs"
    assert count.get_attribute("role") == "status"
    listed.get_by_label("Text").fill("FLOATING 95")
    assert count.inner_text() == "1 of 5 runs"
    assert len(shown(listed)) == 1
    listed.get_by_label("Text").fill("")
    listed.get_by_label("Partner").select_option("Thailand")
    assert count.inner_text() == "2 of 5 runs"
    listed.get_by_label("State").select_option("failed")
    assert count.inner_text() == "0 of 5 runs"
    assert listed.get_by_text("No run has all of that").is_visible()
    listed.get_by_label("Partner").select_option("")
    assert "RuntimeError: the grid is down" in listed.locator("#runs tbody tr:visible").inner_text()
    listed.get_by_label("State").select_option("")
    listed.get_by_label("Notebook").select_option("reference_vs_bau")
    assert count.inner_text() == "5 of 5 runs"


def test_sorted_rows_stay_filtered_and_filtered_rows_sorted(listed):
    listed.get_by_label("Partner").select_option("Thailand")
    sort(listed, "Credits issued")
    assert credits(listed) == [28072, 26664]
    listed.get_by_label("Partner").select_option("")
    found = credits(listed)[:-1]
    assert found == sorted(found, reverse=True)


def test_a_failed_run_links_its_log_and_cannot_be_ticked(listed):
    row = listed.locator("#runs tr.jcm-failed")
    assert row.get_by_role("checkbox").count() == 0
    assert row.get_by_role("link").count() == 1
    href = row.get_by_role("link").get_attribute("href")
    assert href == "kenya_solar_38mw/abcabcabcabc.failed/run.log"
    row.get_by_role("link").click()
    listed.wait_for_url("**/run.log")
    listed.go_back()


def test_a_title_of_markup_is_shown_as_text(listed):
    assert listed.title() == "Reports"
    assert WICKED in shown(listed, 2)
    listed.get_by_label("Text").fill("darkhan")
    listed.locator("#runs tbody input:visible").check()
    listed.get_by_label("Text").fill("")
    listed.locator("#runs tbody input:not(:checked)").first.check()
    listed.get_by_role("button", name="Compare", exact=True).click()
    assert WICKED in listed.locator("#comparison").inner_text()
    assert listed.title() == "Reports"


def tick(page, *words):
    """Tick one run for each search, in this order."""
    for each in words:
        page.get_by_label("Text").fill(each)
        page.locator("#runs tbody input:visible").check()
    page.get_by_label("Text").fill("")


def test_ticked_runs_are_compared_as_the_command_compares_them(listed, reports):
    tick(listed, "floating 100", "floating 95", "indonesia")
    assert listed.locator("#bar p").inner_text() == "3 ticked"
    listed.get_by_role("button", name="Compare", exact=True).click()
    found = {run.changes or run.scenario: read_facts(run) for run in complete_runs(reports)}
    names = (THAILAND, "crediting.discount=0.95", "indonesia_ccs_reserve")
    comparison = compare_facts([found[name] for name in names])
    said = listed.locator("#comparison .jcm-answer").all_inner_texts()
    assert said == list(first_sentences(comparison, Words()))
    text = listed.locator("#comparison").inner_text()
    for each in comparison.results:
        for value in each.values:
            assert number(round(value or 0)) in text
    listed.locator("#comparison summary").click()
    rows = listed.locator("#comparison .jcm-differing tbody tr")
    assert rows.count() == len(comparison.inputs)
    inputs = rows.all_inner_texts()
    assert any("95\N{NO-BREAK SPACE}%" in row and "model_project.yaml:9" in row for row in inputs)
    width = listed.viewport_size["width"]
    shoot(listed, f"index-compared-{width}")


def test_the_picture_has_a_line_and_a_name_for_each_run(listed):
    tick(listed, "floating 100", "floating 95")
    listed.get_by_role("button", name="Compare", exact=True).click()
    picture = listed.locator("#comparison svg")
    assert picture.locator("polyline").count() == 2
    assert "28,072 in all" in picture.get_attribute("aria-label")
    box, page = picture.bounding_box(), listed.viewport_size["width"]
    assert 0 <= box["x"] < box["x"] + box["width"] <= page
    for label in picture.locator("text").all():
        inside = label.bounding_box()
        assert inside["x"] >= box["x"] - 1
        assert inside["x"] + inside["width"] <= box["x"] + box["width"] + 1


def test_one_ticked_run_is_not_compared_and_all_can_be_unticked(listed):
    tick(listed, "indonesia")
    assert listed.locator("#bar p").inner_text() == "1 ticked; tick another to compare"
    assert listed.locator("#compare").is_disabled()
    listed.get_by_role("button", name="Untick all").click()
    assert listed.locator("#bar").is_hidden()
    assert listed.locator("#runs input:checked").count() == 0


def test_the_keyboard_alone_sorts_ticks_compares_and_closes(listed):
    keys = listed.keyboard

    def tab_to(expression):
        for _ in range(60):
            keys.press("Tab")
            if listed.evaluate(f"document.activeElement.matches('{expression}')"):
                return
        raise AssertionError(expression)

    tab_to("#filters input")
    keys.type("floating")
    assert listed.locator("#count").inner_text() == "2 of 5 runs"
    tab_to("#runs th button")
    keys.press("Enter")
    assert listed.locator("#runs th[aria-sort]").get_attribute("aria-sort") == "ascending"
    tab_to("#runs input")
    keys.press("Space")
    tab_to("#runs input")
    keys.press("Space")
    tab_to("#compare")
    keys.press("Enter")
    assert listed.evaluate("document.activeElement.textContent") == "Comparison of 2 runs"
    tab_to("#comparison > button")
    keys.press("Enter")
    assert listed.locator("#comparison").is_hidden()
    assert listed.evaluate("document.activeElement.id") == "compare"


def test_without_a_script_the_table_still_reads(reports, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((reports / "index.html").as_uri())
    assert page.locator("#runs tbody tr:visible").count() == 5
    assert not page.locator("#filters").is_visible()
    assert not page.locator("#runs input").first.is_visible()
    assert "28,072" in page.locator("#runs").inner_text()
    context.close()


def test_a_picture_of_the_list_is_kept(listed):
    shoot(listed, f"index-{listed.viewport_size['width']}")
    assert listed.locator("#runs tbody tr:visible").count() == 5
