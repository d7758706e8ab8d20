"""The list of runs as rows for people, and as compact data that its page compares them by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jcm_models.comparison import FIGURES, Facts, Row, identity, written_exactly
from jcm_models.comparison_sentences import input_name
from jcm_models.problems import ScenarioError
from jcm_models.rulebook import partner
from jcm_models.run_records import Kept, read_facts
from jcm_models.wording import Words, written_text

__all__ = ["Listed", "data_of", "listed"]

_TOLD = 4  # so many inputs are named in a row


@dataclass
class Listed:
    """A run in the list: what is known of it, and how its inputs are written and told."""

    run: Kept
    facts: Facts | None
    texts: dict[str, str] = field(default_factory=dict)
    """What each input says, by its path."""
    told: list[str] = field(default_factory=list)
    """In what it differs from other runs of its scenario, or was changed."""

    @property
    def totals(self) -> Mapping[str, Any]:
        """The figures of the run; none of one that failed."""
        return {} if self.run.failed else self.run.record.get("totals", {})

    def title(self, words: Words) -> str:
        """Return the name of the project."""
        title = (self.run.record if self.run.failed else self.totals).get("title") or {}
        english = title.get("en") or self.run.scenario
        return words.choose(english, title.get("ja") or english)

    def country(self, words: Words) -> str:
        """Return the partner country; nothing where it is not known."""
        code = self.totals.get("host_code") or self.run.record.get("host_code")
        if not code:
            return str(self.totals.get("host") or "")
        found = partner(code)
        return words.choose(found.name, found.name_ja)

    def link(self, file: str) -> str:
        """Return the address of one of the run's files, seen from the list."""
        return quote(f"{self.run.scenario}/{self.run.folder.name}/{file}")


def listed(runs: Sequence[Kept], words: Words) -> list[Listed]:
    """Read the runs that a list shows, and say in what they differ.

    Parameters
    ----------
    runs : sequence of Kept
        Complete and failed runs.
    words : Words
        The words of a language.

    Returns
    -------
    list of Listed
        In the same order.
    """
    found = [Listed(run, _facts(run)) for run in runs]
    _write_texts(found)
    of_scenario: dict[str, list[Listed]] = {}
    for each in found:
        of_scenario.setdefault(each.run.scenario, []).append(each)
    for together in of_scenario.values():
        _tell(together, words)
    return found


def _facts(run: Kept) -> Facts | None:
    """Return what can be compared; nothing of a run that failed or of an earlier version."""
    try:
        return None if run.failed else read_facts(run)
    except (OSError, ScenarioError):
        return None


def _write_texts(found: Sequence[Listed]) -> None:
    """Write every input so that different ones differ, whichever runs are compared."""
    by_path: dict[str, list[Row]] = {}
    for each in found:
        for row in each.facts.inputs if each.facts else ():
            by_path.setdefault(row["path"], []).append(row)
    exact = {path: written_exactly(rows) for path, rows in by_path.items()}
    for each in found:
        rows = each.facts.inputs if each.facts else ()
        each.texts = {row["path"]: written_text(exact[row["path"]][identity(row)]) for row in rows}


def _tell(together: Sequence[Listed], words: Words) -> None:
    """Say of each run of a scenario what sets it apart from the others."""
    known = [each for each in together if each.facts]
    paths = dict.fromkeys(path for each in known for path in each.texts)
    apart = {path for path in paths if len({each.texts.get(path) for each in known}) > 1}
    for each in together:
        changed = {change.partition("=")[0].strip() for change in each.run.changes.split(";")}
        rows = each.facts.inputs if each.facts else ()
        told = [
            f"{input_name(row, words)}: {each.texts[row['path']]}"
            for row in rows
            if row["path"] in apart or row["path"] in changed
        ]
        if len(told) > _TOLD:
            told = [*told[:_TOLD], words("runs.more", count=len(told) - _TOLD)]
        parameters = each.run.record.get("parameters") or {}
        asked = [each.run.changes] if each.run.changes and not told else []
        shown = [
            _parameter(name, value, words)
            for name, value in parameters.items()
            if name not in _OF_EVERY
        ]
        each.told = [*(told or asked), *shown]


def _parameter(name: str, value: Any, words: Words) -> str:
    return words(f"runs.language_{value}") if name == "lang" else f"{name}={value}"


_OF_EVERY = ("scenario", "overrides")  # parameters that the command itself sets


def data_of(found: Sequence[Listed], words: Words) -> dict[str, Any]:
    """Return what the page compares runs by, with every text and every input once.

    Returns
    -------
    dict
        ``runs`` in order, of each the figures of `FIGURES`, the first year and the credits of
        each, and the places of its inputs in ``inputs``; of an input the places of its path, name,
        value, file and line, and source in ``texts``.
    """
    texts: dict[str, int] = {}
    inputs: dict[tuple[int, ...], int] = {}
    names: dict[str, str] = {}

    def place(text: str) -> int:
        return texts.setdefault(text, len(texts))

    def numbered(each: Listed) -> Iterator[int]:
        for row in each.facts.inputs if each.facts else ():
            path, where, source = row["path"], row.get("place") or "", row.get("source") or ""
            key = f"{path} {row['label']}"
            names[key] = names.get(key) or input_name(row, words)
            entry = (path, names[key], each.texts[path], where, source)
            numbers = tuple(map(place, entry))
            yield inputs.setdefault(numbers, len(inputs))

    runs = [_run(each, list(numbered(each)), place, words) for each in found]
    return {"runs": runs, "inputs": list(inputs), "texts": list(texts)}


def _run(each: Listed, inputs: list[int], place: Any, words: Words) -> dict[str, Any]:
    totals = each.totals
    credits_ = each.facts.credits if each.facts else {}
    return {
        "title": place(each.title(words)),
        "told": place("; ".join(each.told)),
        "country": place(each.country(words)),
        "notebook": place(Path(str(each.run.record.get("notebook", ""))).stem),
        "code": place(each.facts.code if each.facts else ""),
        "id": each.run.run_id,
        "failed": int(each.run.failed),
        "why": str(each.run.record.get("reason") or "") if each.run.failed else "",
        "when": round(each.run.when.timestamp()),
        "years": totals.get("first"),
        "figures": [totals.get(name) for name in FIGURES],
        "page": "" if each.run.failed else each.link("report.html"),
        "since": min(credits_, default=0),
        "credits": [credits_[year] for year in sorted(credits_)],
        "inputs": inputs,
    }
