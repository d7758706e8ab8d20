"""Runs as `jcm report` keeps them, without their notebooks: what lists and comparisons read."""

import json
from pathlib import Path

import jcm_models as jcm
from jcm_models.run_figures import figures_of
from jcm_models.runs import new_folder, run_of, write_inputs, write_record
from tests.conftest import ROOT

NOTEBOOK = ROOT / "notebooks/reference_vs_bau.ipynb"


def keep(reports, name, changes=None, parameters=None, title=None):
    """Keep a run of a scenario with some changes; return its folder."""
    scenario = jcm.load_scenario(ROOT / f"scenarios/{name}.yaml", changes or {}, origin="--set")
    run = run_of(scenario, NOTEBOOK, parameters or {})
    totals = figures_of(scenario, jcm.simulate(scenario))
    if title:
        totals["title"] = {"en": title, "ja": None}
    with new_folder(reports / run.folder) as folder:
        write_inputs(folder, scenario)
        write_record(folder, run, totals)
    return reports / run.folder


def keep_failure(reports, name="kenya_solar_38mw", run_id="abcabcabcabc", **more):
    """Keep the trace of a run that failed; return its folder."""
    record = {
        "run_id": run_id,
        "scenario": name,
        "title": {"en": "38 MW solar power plant, Kenya", "ja": None},
        "notebook": NOTEBOOK.name,
        "changes": "",
        "parameters": {},
        "reason": "RuntimeError: the grid is down",
        "when": "2026-11-26T12:00:00+00:00",
    }
    folder = Path(reports) / name / f"{run_id}.failed"
    folder.mkdir(parents=True)
    (folder / "failure.json").write_text(json.dumps(record | more))
    (folder / "run.log").write_text("the grid is down\n")
    return folder
