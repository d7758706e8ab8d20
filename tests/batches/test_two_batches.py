"""Two batches at once over one folder of reports do not disturb each other."""

from tests.batches.examples import FINE, WAITS, Batch, complete, half, notebook, scenario
from tests.commands import jcm
from tests.parts.examples import until

NAMES = [f"s{number}" for number in range(4)]


def test_each_run_is_made_once_and_both_batches_have_them_all(tmp_path):
    notebook(tmp_path, "waits", WAITS)
    files = [scenario(tmp_path, name, "waits").name for name in NAMES]
    with (
        Batch(tmp_path, *files, "--jobs", "2") as one,
        Batch(tmp_path, *reversed(files), "--jobs", "2") as other,
    ):
        until(lambda: len(list(tmp_path.glob("pid-*"))) == 4)  # each has begun two of the four
        (tmp_path / "go").touch()
        ended = one.end(), other.end()
        assert one.alive() + other.alive() == []
    for code, out, err in ended:
        assert (code, err) == (0, "")
        assert "4 of 4 reports are there" in out
    kernels = sorted(path.name.split("-")[1] for path in tmp_path.glob("pid-*"))
    assert kernels == NAMES
    reports = tmp_path / "reports"
    assert [path.parent.name for path in complete(reports)] == NAMES
    assert half(reports) == []
    page = (reports / "index.html").read_text()
    assert all(f"Tiny {name}<" in page for name in NAMES)


def test_what_another_batch_is_writing_is_left_alone(tmp_path):
    notebook(tmp_path, "waits", WAITS)
    notebook(tmp_path, "fine", FINE)
    scenario(tmp_path, "slow", "waits")
    scenario(tmp_path, "quick")
    reports = tmp_path / "reports"
    with Batch(tmp_path, "slow.yaml") as slow:
        until(lambda: list(tmp_path.glob("pid-*")))
        written = list(reports.glob("slow/.*"))
        assert len(written) == 1
        done = jcm("report", "quick.yaml", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert list(reports.glob("slow/.*")) == written
        assert [path.parent.name for path in complete(reports)] == ["quick"]
        (tmp_path / "go").touch()
        code, _, err = slow.end()
    assert (code, err) == (0, "")
    assert [path.parent.name for path in complete(reports)] == ["quick", "slow"]
    assert half(reports) == []
