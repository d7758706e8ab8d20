"""The unique identifier of an internationally transferred mitigation outcome (ITMO)."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ItmoIdentifier", "parse_identifier"]

# Each part with what it is called, its form, and the form in words.
_PARTS = (
    ("cooperative approach", r"CA[0-9]{4}", "CA and four digits such as CA0004"),
    ("registry", r"[A-Z]{3}[0-9]{2}", "a Party and two digits such as JPN01"),
    ("first transferring Party", r"[A-Z]{3}", "an ISO 3166 alpha-3 code such as THA"),
    (
        "serial number",
        r"[1-9][0-9]{0,2}(,[0-9]{3}){1,5}|[1-9][0-9]{0,17}",
        "a whole number from 1, of at most 18 digits",
    ),
    ("vintage", r"[0-9]{4}", "a year of four digits"),
)
_SHAPE = "CA0001-XXX01-XXX-<serial number>-<vintage>"


@dataclass(frozen=True, slots=True, order=True)
class ItmoIdentifier:
    """One mitigation outcome: ``CA0004-VUT01-VUT-601-2024``.

    Parameters
    ----------
    cooperative_approach : str
        Identifier of the cooperative approach.
    registry : str
        Identifier of the Party's registry.
    party : str
        First transferring Party, ISO 3166 alpha-3.
    serial : int
        Number within them, from 1.
    vintage : int
        Calendar year of the mitigation.

    Raises
    ------
    ValueError
        If a part is not formed as it must be; the message names each that is not.

    Notes
    -----
    Source: decision 6/CMA.4, annex I, paragraph 5, as implemented in a public checker of the
    format (AEFSyntaxCheck).
    """

    cooperative_approach: str
    registry: str
    party: str
    serial: int
    vintage: int

    def __post_init__(self) -> None:
        _refuse_wrong_parts(
            self.cooperative_approach,
            self.registry,
            self.party,
            str(self.serial),
            str(self.vintage),
        )

    def __str__(self) -> str:
        stem = f"{self.cooperative_approach}-{self.registry}-{self.party}"
        return f"{stem}-{self.serial}-{self.vintage}"


def parse_identifier(text: str) -> ItmoIdentifier:
    """Read a unique identifier; the serial number may have commas between thousands.

    Parameters
    ----------
    text : str
        Such as ``CA0004-VUT01-VUT-601-2024``.

    Returns
    -------
    ItmoIdentifier
        Its parts.

    Raises
    ------
    ValueError
        If it is no unique identifier; the message names each part that is wrong.
    """
    parts = text.split("-")
    if len(parts) != len(_PARTS):
        message = f"found {text!r}, which has {len(parts)} parts between hyphens; {_SHAPE} has 5"
        raise ValueError(message)
    _refuse_wrong_parts(*parts)
    approach, registry, party, serial, vintage = parts
    return ItmoIdentifier(approach, registry, party, int(serial.replace(",", "")), int(vintage))


def _refuse_wrong_parts(*parts: str) -> None:
    wrong = [
        f"found {part!r} for the {name}, which is {words}"
        for part, (name, pattern, words) in zip(parts, _PARTS, strict=True)
        if not re.fullmatch(pattern, part)
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
