"""Compare ways to draw the emissions figure: ``python -m tests.bench.figure_choice``.

Each way runs in a fresh process that has numpy already, so that what it adds can be seen.
"""

import importlib.util
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

REDRAWS = 30
YEARS = np.arange(2024, 2041)
GROWTH = 1.06 ** (YEARS - 2024)
LINES = {"bau": 90_000 * GROWTH, "reference": 70_000 * GROWTH, "project": 3_000 * GROWTH}
NEEDS = {"own SVG": ["resvg_py"], "altair": ["altair", "vl_convert"], "matplotlib": ["matplotlib"]}

Drawn = tuple[str, Callable[[], bytes]]


def own() -> Callable[[], Drawn]:
    from jcm_models.figures import emissions_figure
    from jcm_models.wording import Words

    words = Words("en")
    results = {f"{name}_emissions": values for name, values in LINES.items()} | {"year": YEARS}

    def draw() -> Drawn:
        figure = emissions_figure(results, words, "Thailand")
        return figure.svg(), figure.png

    return draw


def altair() -> Callable[[], Drawn]:
    import altair as alt
    import vl_convert

    def draw() -> Drawn:
        columns = np.array([YEARS, *LINES.values()]).T.tolist()
        rows = [dict(zip(("year", *LINES), row, strict=True)) for row in columns]
        base = alt.Chart(alt.Data(values=rows)).encode(x="year:Q")
        area = base.mark_area(interpolate="step", opacity=0.3)
        layers = [area.encode(y="bau:Q", y2="reference:Q")]
        layers += [area.encode(y="reference:Q", y2="project:Q")]
        layers += [base.mark_line(interpolate="step").encode(y=f"{name}:Q") for name in LINES]
        spec = alt.layer(*layers, title="Emissions").properties(width=920, height=470).to_json()
        return vl_convert.vegalite_to_svg(spec), lambda: vl_convert.vegalite_to_png(spec, scale=2)

    return draw


def matplotlib() -> Callable[[], Drawn]:
    from matplotlib.figure import Figure

    def save(figure: Figure, kind: str, dpi: int) -> bytes:
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=dpi)
        return buffer.getvalue()

    def draw() -> Drawn:
        figure = Figure(figsize=(9.2, 4.7))
        axes = figure.add_subplot(title="Emissions", ylabel="tCO2e/yr")
        for name, values in LINES.items():
            axes.step(YEARS, values, where="mid")
            axes.annotate(name, (YEARS[-1], values[-1]))
        for top, bottom in (("bau", "reference"), ("reference", "project")):
            axes.fill_between(YEARS, LINES[bottom], LINES[top], step="mid", alpha=0.3)
        return save(figure, "svg", 100).decode(), lambda: save(figure, "png", 200)

    return draw


def measure(way: str) -> dict[str, float]:
    import psutil

    memory = psutil.Process().memory_info
    before, start = memory().rss, time.perf_counter()
    draw = {"own SVG": own, "altair": altair, "matplotlib": matplotlib}[way]()
    costs = {"import ms": 1e3 * (time.perf_counter() - start)}
    redraws, pngs = [], []
    for _ in range(REDRAWS):
        start = time.perf_counter()
        svg, png = draw()
        drawn = time.perf_counter()
        png()
        redraws.append(1e3 * (drawn - start))
        pngs.append(1e3 * (time.perf_counter() - drawn))
    costs |= {"redraw ms": statistics.median(redraws), "PNG ms": statistics.median(pngs)}
    return costs | {"SVG KB": len(svg) / 1e3, "RSS MB": (memory().rss - before) / 1e6}


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        for way, needs in NEEDS.items():
            if missing := [name for name in needs if importlib.util.find_spec(name) is None]:
                print(f"{way:<12}missing: {', '.join(missing)}")
                continue
            command = [sys.executable, "-m", "tests.bench.figure_choice", way]
            for _ in range(2):  # the first run compiles, the second is measured
                run = subprocess.run(command, env=environment, check=True, capture_output=True)
            costs = json.loads(run.stdout)
            print(f"{way:<12}" + "   ".join(f"{name} {cost:7.1f}" for name, cost in costs.items()))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
