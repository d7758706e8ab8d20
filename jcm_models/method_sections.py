"""The sections on how it is computed: methods, levels, and the components of a project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from jcm_models.components import Part
from jcm_models.level_settings import OWN, RULE_EQUATIONS
from jcm_models.method_catalogue import Method
from jcm_models.pieces import mathml, render
from jcm_models.results import Results
from jcm_models.scenario import Scenario
from jcm_models.variables import Variable, result_variables
from jcm_models.wording import Words, number

__all__ = [
    "components",
    "equation_rows",
    "method",
    "method_titles",
    "part_title",
    "reference_sentence",
]

_NOTHING = 0.0005  # a share below BaU that rounds to nothing
_ONE_LINE = 120  # characters of LaTeX
_LEVELS = ("bau_emissions", "reference_emissions", "project_emissions", "leakage_emissions")
_EQUATIONS = (
    "emission_reductions",
    "unissued_reductions",
    "credits_issued",
    "reserve_withheld",
    "co2_retained",
    "reversal",
    "reserve_cancelled",
    "reserve_balance",
    "credits",
)
_OF_LEAKS = {"co2_retained", "reversal", "reserve_cancelled", "reserve_balance"}
_SYMBOLS_OF_LEAKS = {
    "stored": r"m_{\mathrm{sto},y}",
    "leaked": r"m_{\mathrm{leak},y}",
    "topped_up": "T_y",
    "released": "L_y",
}
_SYMBOLS = {
    "inside": "c_y",
    "creditable": "X_y",
    "conservative": r"\mathrm{CON}_y",
    "discounted": r"\mathrm{DIS}_y",
    "deficit": r"\mathrm{DEF}_y",
    "reserve": "R_y",
    "share": "s_{p,y}",
}


def method_titles(scenario: Scenario, words: Words) -> str:
    """Return the titles of the methods of a project, each once."""
    titles = [words.choose(p.method.title, p.method.title_ja) for p in scenario.parts]
    return " + ".join(dict.fromkeys(titles))


def part_title(part: Part, words: Words) -> str:
    """Return what people call a component."""
    if part.section.title is not None:
        return part.section.title.in_language(words.language)
    text = part.name.replace("_", " ")
    alone = part.path == ("project",)
    own = words.choose(part.method.title, part.method.title_ja)
    return own if alone else text[:1].upper() + text[1:]


def reference_sentence(results: Results, words: Words) -> str:
    """Say how the reference was set, and how far it lies below BaU."""
    settings = results.scenario.reference
    named = [
        words(f"reference.own_{settings.own}" if rule == OWN else f"reference.{rule}")
        for rule in settings.rules
    ]
    how = settings.combine if len(named) > 1 else "one"
    held = words("reference.held") if settings.assessed == "at_renewal" else ""
    listed = words("reference.gap").join(named)
    sentence = words(f"reference.{how}", rules=listed, held=held)
    if "bau_emissions" not in results:
        return sentence
    bau, reference = (float(results[name].sum()) for name in _LEVELS[:2])
    share = 1 - reference / bau if bau else 0.0
    if share < _NOTHING:
        return sentence
    below = words("reference.below", share=number(share, "1"))
    return words("figure.sentence_gap").join([sentence, below])


def components(results: Results, words: Words) -> str:
    """Return sums by component and by rule of the reference; nothing where there is one of each."""
    scenario = results.scenario
    if not scenario.is_combined:
        return ""
    parts = list(_component_rows(results, words)) if len(scenario.parts) > 1 else []
    rules = list(_rule_rows(results, words)) if len(scenario.reference.rules) > 1 else []
    return render("components.html", words, parts=parts, rules=rules)


def _component_rows(results: Results, words: Words) -> Iterator[tuple[str, str, list[str]]]:
    levels = [f"component_{level}" for level in _LEVELS]
    for index, part in enumerate(results.scenario.parts):
        sums = [float(results[n][index].sum()) if n in results else None for n in levels]
        reduction = (sums[1] or 0.0) - (sums[2] or 0.0) - (sums[3] or 0.0)
        cells = ["–" if s is None else number(round(s)) for s in (*sums, reduction)]
        title = words.choose(part.method.title, part.method.title_ja)
        yield part_title(part, words), title, cells
    whole = [float(results[n].sum()) if n in results else None for n in levels]
    saved = (whole[1] or 0.0) - (whole[2] or 0.0) - (whole[3] or 0.0)
    total = words("table.total")
    yield total, total, ["–" if s is None else number(round(s)) for s in (*whole, saved)]


def _rule_rows(results: Results, words: Words) -> Iterator[tuple[str, str, str]]:
    settings = results.scenario.reference
    by_rule = results["reference_by_rule"]
    bau = float(np.sum(results["bau_emissions"])) if "bau_emissions" in results else 0.0
    for rule, emissions in zip(settings.rules, by_rule, strict=True):
        key = f"reference.own_{settings.own}" if rule == OWN else f"reference.{rule}"
        total = float(emissions.sum())
        below = number(1 - total / bau, "1") if bau else "–"
        text = words(key)
        yield text[:1].upper() + text[1:], number(round(total)), below


def method(results: Results, words: Words) -> str:
    """Return the methods in words and equations."""
    scenario = results.scenario
    used: dict[Method, list[Part]] = {}
    for part in scenario.parts:
        used.setdefault(part.method, []).append(part)
    methods = [_method(found, parts, results, words) for found, parts in used.items()]
    table = result_variables()
    shown = [table[name] for name in _EQUATIONS if _shown(table[name], results)]
    agreed = scenario.allocation.agreed is not None
    rules = (
        f"method.rounding_{scenario.crediting.rounding}",
        f"method.negative_{scenario.crediting.negative}",
        *(("method.monitoring",) if scenario.crediting.monitoring else ()),
        f"method.shares_{scenario.allocation.way}",
        *((f"method.{scenario.allocation.rounding}",) if not agreed else ()),
        *(("method.operation",) if scenario.operation.start else ()),
        "method.identity",
    )
    leaks = scenario.storage.can_leak
    symbols = {**_SYMBOLS, **(_SYMBOLS_OF_LEAKS if leaks else {})}
    rules += tuple(_of_leaks(scenario)) if leaks else ()
    return render(
        "method.html",
        words,
        methods=methods,
        reference=list(_reference_equations(scenario, words)),
        equations=[(words.label(v), mathml(v.math), v.source) for v in shown],
        symbols=[(mathml(symbol), words(f"symbol.{k}")) for k, symbol in symbols.items()],
        rules=[words(rule) for rule in rules],
    )


def _of_leaks(scenario: Scenario) -> Iterator[str]:
    """Yield the keys of sentences on how CO2 leaks, and when a reserve suffices."""
    storage = scenario.storage
    if storage.leakage:
        yield f"method.leakage_{storage.leakage.model}"
        if storage.leakage.blowouts == "events":
            yield "method.blowouts"
    if storage.events:
        yield "method.events"
    if storage.number_of_sites > 1:
        yield f"method.sites_{storage.dependence.kind}"
    yield "method.adequacy"


def _method(found: Method, parts: list[Part], results: Results, words: Words) -> dict[str, Any]:
    given = {name for part in parts for name in part.values}
    given |= {name for result in found.equations for name in found.inputs_of(result)}
    rows = [row.variable for row in found.inputs if row.name in given]
    return {
        "title": words.choose(found.title, found.title_ja),
        "source": found.source,
        "summary": words.summary(found.name, found.summary.splitlines()[0]),
        "equations": [row for row in equation_rows(found, words) if row[0] in results],
        "symbols": [
            (mathml(v.symbol), f"{words.label(v)} [{words.unit(v.unit) or '1'}]")
            for v in rows
            if v.symbol
        ],
    }


def _long(math: str) -> bool:
    """Tell whether an equation needs a line of its own."""
    return len(math) > _ONE_LINE


def equation_rows(found: Method, words: Words) -> list[tuple[str, str, Any, str, bool]]:
    """Return the equations of a method: result, its label, the equation, its source, if long."""
    table = result_variables()
    return [
        (
            name,
            words.label(table[name]),
            mathml(equation.math),
            equation.source,
            _long(equation.math),
        )
        for name, equation in found.equations.items()
    ]


def _reference_equations(scenario: Scenario, words: Words) -> Iterator[tuple[str, Any]]:
    if scenario.reference.rules == (OWN,):
        return
    for rule in scenario.reference.rules:
        own = rule == OWN
        text = words(f"reference.own_{scenario.reference.own}" if own else f"reference.{rule}")
        yield text[:1].upper() + text[1:], mathml(RULE_EQUATIONS[rule][1])


def _shown(variable: Variable, results: Results) -> bool:
    if variable.name not in results or not variable.math:
        return False
    if variable.name in _OF_LEAKS:
        return results.scenario.storage.can_leak
    return variable.name != "reserve_withheld" or bool(results[variable.name].any())
