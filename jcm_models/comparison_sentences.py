"""A comparison in words: what inputs and runs are called, and the sentence that comes first."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

from jcm_models.comparison import Comparison, Facts, ResultDifference
from jcm_models.variables import PARTIES, categories, input_variable
from jcm_models.wording import Words, inside, number, rounded, written_text

__all__ = ["difference", "first_sentences", "input_name", "letter", "run_name", "signed"]
__all__ += ["signed_share"]

_COMPONENTS = "project.components."


def letter(at: int) -> str:
    """Return what the first, second … run is called: A, B …."""
    return string.ascii_uppercase[at]


def run_name(run: Facts, words: Words) -> str:
    """Return what people call a run: its project, and what was changed in it."""
    titles = run.totals["title"]
    title = words.choose(titles["en"], titles.get("ja") or titles["en"])
    changes = run.totals.get("changes")
    return f"{title} ({changes})" if changes else str(title)


def input_name(row: Mapping[str, Any], words: Words) -> str:
    """Return what people call an input: its component, its name, its party or category."""
    path, name = str(row["path"]), row.get("variable")
    label = str(row["label"])
    parts = [label[:1].upper() + label[1:]]
    if name is not None:
        variable = input_variable(name)
        parts = [words.choose(label, variable.label_ja)]
        last = path.rpartition(".")[2]
        if last not in name.split("."):
            parts.append(_category(last, categories(variable.by) if variable.by else {}, words))
    if path.startswith(_COMPONENTS) and name is not None:
        component = path.removeprefix(_COMPONENTS).partition(".")[0].replace("_", " ")
        parts.insert(0, component[:1].upper() + component[1:])
    return ": ".join(parts)


def _category(key: str, known: Mapping[str, Any], words: Words) -> str:
    if key in PARTIES:
        return words.party(key)
    label = known.get(key)
    return words.choose(label.en, label.ja) if label else key.replace("_", " ")


def difference(amount: float, share: float | None, words: Words) -> str:
    """Write a difference with its sign, and beside it as a share."""
    written = signed(round(amount))
    return written if not share else written + words("runs.share", share=signed_share(share))


def signed_share(share: float) -> str:
    """Write a share with its sign, in per cent."""
    return signed(rounded(share, 3), "1")


def signed(value: float, unit: str = "tCO2e") -> str:
    """Write a number with its sign."""
    return f"{'+' if value > 0 else ''}{number(value + 0.0, unit)}"


def first_sentences(comparison: Comparison, words: Words) -> Iterator[str]:
    """Yield for each run but the first how it differs from that, and why if one input does."""
    for at in range(1, len(comparison.runs)):
        main = comparison.main(at)
        said = _with_inputs(comparison, at, _main(main, at, words), main is not None, words)
        if not comparison.same_code(at):
            said = words("runs.other_code", main=said)
        yield said


def _main(main: ResultDifference | None, at: int, words: Words) -> str:
    names = {"other": letter(at), "first": letter(0)}
    change = main.change(at) if main else None
    if main is None or change is None:
        return words("runs.same", **names)
    amount, share = change
    places = {
        **names,
        "amount": number(max(1, round(abs(amount)))),
        "share": "" if share is None else words("runs.share", share=signed_share(share)),
        "figure": words(f"runs.figure_{main.name}"),
    }
    subject = "credits" if main.name == "issued" else "figure"
    return words(f"runs.{subject}_{'more' if amount > 0 else 'fewer'}", **places)


def _with_inputs(comparison: Comparison, at: int, main: str, differs: bool, words: Words) -> str:
    found = comparison.between(at)
    if not found:
        return words("runs.same_inputs", main=main)
    if not differs:
        return words(
            f"runs.although{'_one' if len(found) == 1 else ''}", main=main, count=len(found)
        )
    if len(found) > 1 or not comparison.same_code(at):
        key = "with_inputs" if len(found) > 1 else "with_input"
        return words(f"runs.{key}", main=main, count=len(found))
    (only,) = found
    value, before = (_said(only.texts[which], words) for which in (at, 0))
    name = inside(input_name(only.known, words))
    return words("runs.because", main=main, input=name, value=value, before=before)


def _said(text: str | None, words: Words) -> str:
    return words("runs.absent") if text is None else written_text(text)
