"""The package's shape: which module may import which, and how large its pieces are."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples import ROOT

PACKAGE = ROOT / "jcm_models"
MODULES = sorted(PACKAGE.rglob("*.py"))

BANDS = {
    1: "problems tables quantities variables periods problem_words wording article6_records "
    "distributions correlations estimation lately",
    2: "rulebook issuance_records strict_yaml documents written spreads drawn values "
    "method_catalogue defaults components level_settings crediting_settings allocation_settings "
    "article6_settings "
    "storage_settings storage_regimes reserve_settings ensemble_settings scenario_sections "
    "scenario drawn_scenarios uncertain_inputs ensemble_contradictions "
    "project_reading complaints level_contradictions crediting_contradictions "
    "allocation_contradictions article6_contradictions storage_contradictions "
    "contradictions reading plausibility",
    3: "methods emissions levels crediting allocation contributions grid_factor ledger "
    "corresponding_adjustments double_counting sensitivity_analysis discovery regrets storage "
    "reserve sampling",
    4: "batch levels_over_time shares_over_time article6_over_time site_leaks storage_over_time "
    "storage_draws reserve_exact reserve_timeline reserve_leaks reserve_claims reserve_pooling "
    "reserve_answers "
    "steps identities issuances "
    "results simulation explanation comparison run_records runs worked_examples ledger_database "
    "ledger_booking ledger_reversals "
    "published_replay parts outcomes ensemble_design ensemble summaries ensemble_sensitivity "
    "ensemble_discovery sweeping portfolio_summaries differences",
    5: "apps cli exporting figures jupyter pages pieces reporting schema sections input_sections "
    "method_sections credit_sections study_pieces reserve_sections storage_sections methods_page "
    "methods_downloads "
    "starting styles summary view rules_page controls lab_widgets lives live_pages app_frame links "
    "serving app_commands downloads visitors moved_scenarios offered_scenarios scenario_pages "
    "scenario_choosing pairs pair_inputs pair_answer pair_sections pair_downloads compare_page "
    "setting_names "
    "aef issuance_import ledger_commands aef_commands "
    "uncertainty_study uncertainty_sections uncertainty_overview uncertainty_downloads"
    " uncertainty_brush uncertainty_page sweep_commands "
    "control_forms page_sections "
    "section_pages kernels run_figures run_finding run_table run_index comparison_sentences "
    "comparison_page compare_commands report_commands numbering report_templates browsers "
    "printing new_commands",
}
BAND_OF = {module: band for band, modules in BANDS.items() for module in modules.split()}
HEAVY = ("xarray", "pandas", "scipy")

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 30

Function = ast.FunctionDef | ast.AsyncFunctionDef


def each_module():
    return pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())


@functools.cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def top(path):
    """Return the module or subpackage of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(module):
    """Yield the modules of the package that a syntax tree imports, anywhere in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "jcm_models" and rest != "__version__":
                yield rest.split(".")[0]


def wrong_imports(own, module):
    """Name what a module of the package may not import."""
    return [
        other
        for other in imported(module)
        if other != own and (BAND_OF[other] > BAND_OF[own] or BAND_OF[own] == BAND_OF[other] == 3)
    ]


def test_every_module_has_its_place_and_every_place_its_module():
    there = {top(path) for path in MODULES} - {"__init__"}
    assert there <= set(BAND_OF)
    assert {module for module, band in BAND_OF.items() if band <= 4} <= there


@pytest.mark.parametrize("path", [p for p in MODULES if top(p) != "__init__"], ids=lambda p: p.name)
def test_no_module_imports_from_a_higher_band(path):
    assert wrong_imports(top(path), tree(path)) == []


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("problems", "from jcm_models.scenario import Scenario"),
        ("scenario", "def late():\n    import jcm_models.simulation"),
        ("crediting", "from jcm_models import allocation"),
        ("methods", "from jcm_models.emissions import above"),
        ("results", "from jcm_models.view import View"),
    ],
)
def test_a_wrong_import_is_caught(own, code):
    assert len(wrong_imports(own, ast.parse(code))) == 1


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("methods", "from jcm_models.method_catalogue import method"),
        ("scenario", "from jcm_models.reading import changed"),
        ("results", "from jcm_models import __version__"),
        ("cli", "import jcm_models.apps, jcm_models.problems"),
    ],
)
def test_a_right_import_is_not(own, code):
    assert wrong_imports(own, ast.parse(code)) == []


def test_no_public_name_is_that_of_a_module():  # the module would stand where the function should
    import jcm_models as jcm

    assert set(jcm.__all__) & set(BAND_OF) == set()


def test_no_import_is_relative():  # the bands are read off absolute names
    relative = [
        path.name
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_a_run_without_labels_needs_neither_xarray_nor_pandas_nor_scipy():
    light = [module for module in BAND_OF if BAND_OF[module] <= 3]
    # Where a unit is converted, pint comes in, and scipy with it.
    in_plain_units = ROOT / "scenarios/mongolia_darkhan_solar.yaml"
    code = "\n".join(
        [
            "import sys",
            *(f"import jcm_models.{module}" for module in light),
            "import jcm_models as jcm",
            f"jcm.compute(jcm.load_scenario({str(in_plain_units)!r}))",
            f"print(*(name for name in {HEAVY!r} if name in sys.modules))",
        ]
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_the_numeric_core_imports_numpy_and_scipy_only():
    core = [path for path in MODULES if BAND_OF.get(top(path)) == 3]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in core]
    code = "\n".join(
        [
            "import sys",
            f"sys.path[:0] = {sys.path!r}",
            *(f"import {name.removesuffix('.__init__')}" for name in names),
            "from jcm_models.methods.displaced_energy import displaced_electricity",
            "import numpy as np",
            "displaced_electricity(np.full(5, 8000.0), np.full(5, 0.319))",
            "known = {*sys.stdlib_module_names, 'jcm_models'}",
            "print(*{name.partition('.')[0] for name in sys.modules} - known)",
        ]
    )
    # Without site, which imports what editable installs bring.
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert len(names) > 5
    assert set(ran.stdout.split()) - {"__main__"} <= {"numpy", "scipy"}


@each_module()
def test_no_module_is_longer_than_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def length(function):
    """Count the lines of a function without its docstring."""
    documented = ast.get_docstring(function) is not None
    docstring = function.body[0].end_lineno - function.body[0].lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


@each_module()
def test_no_function_is_longer_than_60_lines(path):
    assert {f.name: length(f) for f in functions(path) if length(f) > LONGEST_FUNCTION} == {}


def test_nine_functions_of_ten_have_at_most_30_lines():
    lengths = sorted(length(function) for path in MODULES for function in functions(path))
    assert lengths[len(lengths) * 9 // 10] <= USUAL_FUNCTION


def undocumented(node, above=""):
    """Name the public functions, classes and methods without a docstring."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            if not ast.get_docstring(child):
                yield f"{above}{child.name}"
            if isinstance(child, ast.ClassDef):
                yield from undocumented(child, f"{child.name}.")


@each_module()
def test_whatever_is_public_has_a_docstring(path):
    assert ast.get_docstring(tree(path))
    assert list(undocumented(tree(path))) == []


def test_a_missing_docstring_is_caught():
    code = "class A:\n    'Documented.'\n    def b(self): ...\n    def _c(self): ...\ndef d(): ..."
    assert list(undocumented(ast.parse(code))) == ["A.b", "d"]


def test_a_docstring_does_not_count_as_length():
    (function,) = ast.parse("def a():\n    '''One.\n\n    Two.\n    '''\n    return 1").body
    assert length(function) == 2


def test_the_test_knows_where_the_package_is():
    assert Path(sys.modules["jcm_models"].__file__).parent == PACKAGE
