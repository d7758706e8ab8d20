"""``jcm compare``: what people may name, what it says and writes, and what it refuses."""

import json
import re
import shutil

import pytest

from tests.commands import jcm as command
from tests.comparing.kept_runs import keep, keep_failure


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Two runs of one scenario, one of another, and one that failed."""
    folder = tmp_path_factory.mktemp("reports")
    keep(folder, "mongolia_darkhan_solar")
    keep(folder, "thailand_floating_solar", {"crediting.discount": 0.95})
    keep(folder, "thailand_floating_solar")
    keep_failure(folder)
    return folder


def ids(reports, name):
    return sorted(path.name for path in (reports / name).iterdir())


def compare(reports, *names):
    return command("compare", *names, "--reports", str(reports))


def test_runs_are_named_by_folder_name_beginning_or_scenario(reports, tmp_path):
    one, other = ids(reports, "thailand_floating_solar")
    (mongolia,) = ids(reports, "mongolia_darkhan_solar")
    ways = [
        (one, other),
        (one[:7], other[:7]),
        (str(reports / "thailand_floating_solar" / one), other),
    ]
    said = [compare(reports, *way, "--output", str(tmp_path / "page.html")).stdout for way in ways]
    assert len(set(said)) == 1
    assert "tCO₂e" in said[0]
    newest = compare(reports, "mongolia_darkhan_solar", "thailand_floating_solar")
    assert newest.returncode == 0, newest.stderr
    assert f"({mongolia})" in newest.stdout


def test_the_page_stands_with_the_reports_and_links_them(reports):
    one, other = ids(reports, "thailand_floating_solar")
    done = compare(reports, one, other)
    target = reports / f"compare-{one[:6]}-{other[:6]}.html"
    assert done.stdout.endswith(f"{target}: written\n")
    links = re.findall(r'<a href="([^"]+)"', target.read_text())
    assert links == [f"thailand_floating_solar/{run}/report.html" for run in (one, other)]


def test_a_scenario_file_is_simulated_on_the_spot(reports, tmp_path):
    page = tmp_path / "page.html"
    file = "scenarios/thailand_floating_solar.yaml"
    done = compare(reports, "thailand_floating_solar", file, "--output", str(page))
    assert done.returncode == 0, done.stderr
    assert "B comes to the same figures as A; no input differs." in done.stdout
    assert "simulated from its file" in page.read_text()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["mongolia_darkhan_solar"], "runs: found 1; name 2 to 6 runs"),
        (["mongolia_darkhan_solar"] * 2, "is the same run as mongolia_darkhan_solar"),
        (["mongolia_darkan_solar", "x"], "did you mean mongolia_darkhan_solar?"),
        (["mongolia_darkhan_solar", "none.yaml"], "none.yaml: there is no such scenario file"),
        (["mongolia_darkhan_solar", "tests"], "tests: is no folder of a run"),
        (["mongolia_darkhan_solar", "kenya_solar_38mw"], "the grid is down; see "),
        ([str(number) for number in range(7)], "runs: found 7"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(reports, names, message):
    done = compare(reports, *names)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_beginning_of_two_runs_is_not_guessed(tmp_path):
    folder = keep(tmp_path, "mongolia_darkhan_solar")
    twin = f"{folder.name[:6]}zzzzzz"
    shutil.copytree(folder, folder.with_name(twin))
    record = json.loads((folder / "run.json").read_text()) | {"run_id": twin}
    (folder.with_name(twin) / "run.json").write_text(json.dumps(record))
    done = compare(tmp_path, folder.name[:6], folder.name)
    assert f"{folder.name[:6]}: is the beginning of 2 runs; which of " in done.stderr
    assert f"{twin} (mongolia_darkhan_solar)" in done.stderr
    assert compare(tmp_path, twin, folder.name).returncode == 0


def test_all_that_is_wrong_is_said_at_once(reports):
    done = compare(reports, "nobody", "none.yaml")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("file", "cut", "said"),
    [
        ("run.json", lambda data: data["totals"].pop("by_year"), "run.json: totals.by_year"),
        ("inputs.json", lambda data: data.pop("settings"), "inputs.json: settings"),
    ],
)
def test_a_run_of_an_earlier_version_is_told_what_it_lacks(tmp_path, file, cut, said):
    keep(tmp_path, "mongolia_darkhan_solar")
    folder = keep(tmp_path, "thailand_floating_solar")
    data = json.loads((folder / file).read_text())
    cut(data)
    (folder / file).write_text(json.dumps(data))
    done = compare(tmp_path, "mongolia_darkhan_solar", "thailand_floating_solar")
    assert done.returncode == 2
    assert f"{folder.name}: cannot be compared, as its record lacks {said}" in done.stderr
    assert "jcm report thailand_floating_solar" in done.stderr
