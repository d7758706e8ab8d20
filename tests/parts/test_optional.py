"""Without dask and zarr: everything else works, and what needs them says what to install."""

import textwrap

import pytest

from tests.parts.examples import script, started

# As in an installation that lacks them: Python refuses to import what is None here.
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["dask", "distributed", "zarr"]))
"""


@pytest.fixture
def run(tmp_path):
    def ran(body, first=WITHOUT):
        folder = f"folder = Path({str(tmp_path / 'parts')!r})\n"
        process = started(script(tmp_path, folder + textwrap.dedent(body), first))
        _, errors = process.communicate(timeout=120)
        return errors

    return ran


def test_two_workers_and_netcdf_need_neither_dask_nor_zarr(run):
    body = """
    compute(folder, workers=2)
    assert same_bytes(joined(folder))
    """
    assert run(body) == ""


def test_a_cluster_without_dask_says_what_to_install(run):
    *_, last = run('compute(folder, scheduler="tcp://127.0.0.1:1")').splitlines()
    assert "The dask cluster at tcp://127.0.0.1:1 needs the package distributed" in last
    assert "pip install 'jcm-models[cluster]'" in last


def test_a_zarr_store_without_zarr_says_what_to_install(run):
    *_, last = run('compute(folder)\njoined(folder, ".zarr")').splitlines()
    assert "parts.zarr needs the package zarr, which is not installed" in last
    assert "jcm-models[cluster]" in last


def test_none_of_them_is_imported_where_nobody_asks(run):
    body = """
    import sys
    compute(folder, workers=2)
    assert not {"dask", "distributed", "zarr"} & set(sys.modules)
    """
    assert run(body, first="") == ""
