"""The double-counting check over the reports of all Parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jcm_models.article6_records import Action, Holding
from jcm_models.double_counting.adjustments import adjustment_findings
from jcm_models.double_counting.authorizations import FIRST_TRANSFER, Authorizations
from jcm_models.double_counting.histories import Act, Span, histories, stretches
from jcm_models.double_counting.outcomes import outcome_clashes
from jcm_models.double_counting.reports import Clash, Finding, Report, identifiers, number
from jcm_models.double_counting.rows import row_clashes
from jcm_models.problems import Problem, ScenarioError

__all__ = ["FIRST_ITMO_VINTAGE", "double_counting"]

FIRST_ITMO_VINTAGE = 2021  # decision 2/CMA.3, annex, paragraph 1


def double_counting(
    reports: Mapping[str, Report], first_vintage: int = FIRST_ITMO_VINTAGE
) -> list[Finding]:
    """Compare what Parties report, and find what is counted twice or cannot be told.

    Parameters
    ----------
    reports : mapping of str to Report
        The report of each Party that takes part, by its ISO 3166 alpha-3 code.
    first_vintage : int
        The first year whose mitigation can be an ITMO.

    Returns
    -------
    list of Finding
        Empty where the reports agree.

    Raises
    ------
    ScenarioError
        Where there is nothing to compare, or a report stands under another Party's name.

    Notes
    -----
    Ranges are compared outcome by outcome in one sweep, O(n log n), so that blocks may be split.
    Outcomes in other metrics than tCO2e are followed by their identifiers; their quantities and
    adjustments are left out.
    """
    _refuse_unusable(reports)
    authorizations = Authorizations(reports)
    found = [*_missing(reports), *authorizations.quantities(reports)]
    for party, report in reports.items():
        for action in report.actions:
            clashes = (
                *row_clashes(party, action, first_vintage),
                *authorizations.check(party, action),
            )
            found += (_finding(clash, action) for clash in clashes)
        for holding in report.holdings:
            clashes = tuple(row_clashes(party, holding, first_vintage))
            found += (_finding(clash, holding) for clash in clashes)
        found += adjustment_findings(report)
    return [*found, *_of_outcomes(reports), *_units_transferred_twice(reports)]


def _refuse_unusable(reports: Mapping[str, Report]) -> None:
    problems = [
        Problem(f"reports.{name}", f"found the report of {report.party}; put it under its name")
        for name, report in reports.items()
        if name != report.party
    ]
    if not reports:
        problems = [Problem("reports", "found none; give the report of every Party")]
    if problems:
        raise ScenarioError(problems)


def _finding(clash: Clash, row: Action | Holding) -> Finding:
    return Finding(clash.kind, identifiers(row), clash.parties, clash.message)


def _missing(reports: Mapping[str, Report]) -> Iterator[Finding]:
    """Yield the Parties that take part and do not report."""
    first_mention: dict[str, tuple[str, Action | Holding]] = {}
    for party, report in reports.items():
        rows: list[Action | Holding] = [*report.actions, *report.holdings]
        for row in rows:
            for named in _parties_of(row):
                if named and named not in reports:
                    first_mention.setdefault(named, (party, row))
    for named, (party, row) in first_mention.items():
        message = (
            f"{party} names {named}, of which there is no report, so nothing of {named}'s side "
            "is checked; add its report"
        )
        yield Finding("missing_report", identifiers(row), (party, named), message)


def _parties_of(row: Action | Holding) -> tuple[str, ...]:
    if isinstance(row, Holding):
        return (row.first_transferring_party,)
    sides = (row.transferring_party, row.acquiring_party, row.using_party)
    return (row.first_transferring_party, *sides)


def _of_outcomes(reports: Mapping[str, Report]) -> Iterator[Finding]:
    """Yield what is wrong with outcomes, neighbours with the same fault together."""
    reach: dict[tuple[Clash, str], tuple[int, int, Action | Holding]] = {}
    for history in histories(reports):
        for clash in outcome_clashes(history):
            example = history.rows[0].row
            stem = identifiers(example, 0, 0)
            first, last, row = reach.get((clash, stem), (history.first, None, example))
            if last is not None and last + 1 != history.first:
                yield Finding(clash.kind, identifiers(row, first, last), *clash[1:])
                first = history.first
            reach[clash, stem] = (first, history.last, row)
    for (clash, _), (first, last, row) in reach.items():
        yield Finding(clash.kind, identifiers(row, first, last), *clash[1:])


def _units_transferred_twice(reports: Mapping[str, Report]) -> Iterator[Finding]:
    """Yield units that were first transferred under the identifiers of two outcomes."""
    spans = []
    for party, report in reports.items():
        for row in report.actions:
            unit = number(row.first_unit)
            if row.kind == FIRST_TRANSFER and unit:
                series = (row.unit_registry, row.first_transferring_party, unit[0])
                last = unit[1] + row.last - row.first
                spans.append(Span(series, unit[1], last, Act(party, row)))
    found: dict[Finding, None] = {}
    for _, _, (one, *others), _ in stretches(spans):
        for other in others:
            if not _same_outcome(one.row, other.row):
                message = (
                    f"{one.party} first transfers its units under these identifiers and "
                    f"{other.party} under {identifiers(other.row)}; keep one"
                )
                parties = tuple(dict.fromkeys((one.party, other.party)))
                subject = identifiers(one.row)
                found[Finding("unit_transferred_twice", subject, parties, message)] = None
    yield from found


def _same_outcome(one: Action | Holding, other: Action | Holding) -> bool:
    """Whether a unit is the same outcome in both rows; then the outcomes are compared."""
    if identifiers(one, 0, 0) != identifiers(other, 0, 0):
        return False
    unit, other_unit = number(one.first_unit), number(other.first_unit)
    if unit is None or other_unit is None:
        return False
    return unit[1] - one.first == other_unit[1] - other.first
