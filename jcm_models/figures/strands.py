"""The ways that saved tonnes take: what becomes of them, who holds the credits, where they count.

Everything follows from strands: tonnes that take the same way. A node is the sum of the strands
that pass it and a link the sum of those between two nodes, so what flows in flows out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from jcm_models.figures.outcome import LEAST, yearly

__all__ = ["HOST", "JAPAN", "NODES", "RESERVE", "UNADJUSTED", "Flow", "Link", "Node", "flow_of"]

HOST, JAPAN, RESERVE, UNADJUSTED = "host-wash", "japan-wash", "reserve-wash", "unadjusted-wash"
NODES = {  # from top to bottom, so that hardly a band crosses another; and their colours
    "total": "axis",
    "unissued": "unissued",
    "not_credited": "not_credited",
    "credited": "credited",
    "host_government": "host_government",
    "host_participants": "host_participants",
    "japan_government": "japan_government",
    "japan_participants": "japan_participants",
    "reserve": "reserve",
    "host_ndc": "host_government",
    "unadjusted": "muted",
    "japan_ndc": "japan_government",
    "held": "reserve",
}
_HOSTS = ("host_government", "host_participants")
_JAPANESE = ("japan_government", "japan_participants")
_ENDS = {HOST: "host_ndc", UNADJUSTED: "unadjusted", JAPAN: "japan_ndc", RESERVE: "held"}
_ORDER = {name: place for place, name in enumerate((*NODES, *_ENDS))}


class Node(NamedTuple):
    """A place that tonnes pass."""

    column: int
    name: str


class Link(NamedTuple):
    """A band from a node to one in the next column, coloured by where it goes."""

    source: Node
    target: Node
    role: str

    def order(self) -> tuple[int, ...]:
        """Return what sorts the bands that leave a bar, and those that reach one."""
        return _ORDER[self.source.name], _ORDER[self.target.name], _ORDER[self.role]


@dataclass(frozen=True)
class _Strand:
    """Tonnes that take the same way: the nodes they pass, and the colour of where they go."""

    way: tuple[str, ...]
    role: str
    tonnes: float


@dataclass(frozen=True)
class Flow:
    """Nodes, links, and the ends by their colour, with the tonnes of each [tCO2e]."""

    nodes: dict[Node, float]
    links: dict[Link, float]
    ends: dict[str, float]

    @property
    def total(self) -> float:
        """All that is saved [tCO2e]."""
        return sum(self.ends.values())

    @property
    def columns(self) -> list[list[Node]]:
        """The nodes of each column in their order."""
        last = max((node.column for node in self.nodes), default=-1)
        return [
            sorted((n for n in self.nodes if n.column == column), key=lambda n: _ORDER[n.name])
            for column in range(last + 1)
        ]

    def passed(self, node: Node) -> bool:
        """Whether tonnes only pass a column: the node of the same name before it said all."""
        return Node(node.column - 1, node.name) in self.nodes


def flow_of(results: Mapping[str, ArrayLike], parts: Mapping[str, float]) -> Flow:
    """Sum what takes the same way to nodes and links.

    Parameters
    ----------
    results : mapping of str to array-like
        ``year``, ``credits`` by party and year and, where it is to be told where tonnes count,
        ``itmos_first_transferred`` by vintage [tCO2e/yr].
    parts : mapping of str to float
        What `outcome_parts` returns [tCO2e].

    Returns
    -------
    Flow
        Without strands below half a tonne.

    Raises
    ------
    ValueError
        If of a vintage more is first transferred than Japan has credits, or less than nothing.
    """
    nodes: dict[Node, float] = {}
    links: dict[Link, float] = {}
    ends: dict[str, float] = {}
    for strand in _strands(results, parts):
        if strand.tonnes < LEAST:
            continue
        way = [Node(column, name) for column, name in enumerate(strand.way)]
        for node in way:
            nodes[node] = nodes.get(node, 0) + strand.tonnes
        for source, target in pairwise(way):
            link = Link(source, target, strand.role)
            links[link] = links.get(link, 0) + strand.tonnes
        ends[strand.role] = ends.get(strand.role, 0) + strand.tonnes
    return Flow(nodes, links, ends)


def _strands(results: Mapping[str, ArrayLike], parts: Mapping[str, float]) -> Iterator[_Strand]:
    """Yield what becomes of the reductions, to where they count if that is to be told."""
    counted = "itmos_first_transferred" in results
    outcomes = _outcomes(results) if counted else {}

    def strand(role: str, tonnes: float, *way: str) -> _Strand:
        return _Strand(("total", *way, _ENDS[role]) if counted else ("total", *way), role, tonnes)

    for part in ("unissued", "not_credited"):  # no one holds them
        yield strand(HOST, parts.get(part, 0), part, *([part] if counted else []))
    for party in _HOSTS:
        yield strand(HOST, parts[party], "credited", party)
    for party in _JAPANESE:
        outcome = outcomes.get(party, parts[party])
        yield strand(JAPAN, outcome, "credited", party)
        yield strand(UNADJUSTED, parts[party] - outcome, "credited", party)
    yield strand(RESERVE, parts["reserve"], "credited", "reserve")


def _outcomes(results: Mapping[str, ArrayLike]) -> dict[str, float]:
    """Return the credits of each Japanese party that are mitigation outcomes [tCO2e]."""
    from jcm_models.variables import PARTIES  # here, as it loads YAML: 60 ms to the import

    credits = dict(zip(PARTIES, np.asarray(results["credits"], dtype=float), strict=True))
    japan = np.sum([credits[party] for party in _JAPANESE], axis=0)
    outcomes = yearly(results, "itmos_first_transferred")
    wrong = (outcomes < 0) | (outcomes > japan + LEAST)
    if wrong.any():
        at = int(np.argmax(wrong))
        found = f"{outcomes[at]:g} in {np.asarray(results['year'])[at]}"
        message = f"itmos_first_transferred: {found}, where Japan has {japan[at]:g} credits"
        raise ValueError(message)
    share = outcomes / np.maximum(japan, LEAST)
    return {party: float((credits[party] * share).sum()) for party in _JAPANESE}
