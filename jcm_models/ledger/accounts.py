"""Accounts of the registers: who holds credits, and in which register."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

__all__ = ["FINAL", "HOLDING", "KINDS", "STANDING", "Account"]

# What a participant or a government holds can move; what is retired or cancelled never does (A6).
HOLDING = ("government", "participant")
FINAL = ("retirement", "cancellation")
# Every register has one of each; participants open their own. What another register has sent and
# this one has not taken in yet stands in "incoming".
STANDING = ("government", "reserve", "incoming", "retirement", "cancellation")
KINDS = (*STANDING, "participant")

_CODE = re.compile(r"(?P<register>[A-Z]{3})-(?P<kind>[a-z]+)(?:-(?P<holder>\S(?:.*\S)?))?")


@dataclass(frozen=True, slots=True)
class Account:
    """An account: ``JPN-government``, ``IDN-reserve``, ``JPN-participant-Mayekawa``.

    Parameters
    ----------
    register : str
        The country whose register holds it, ISO 3166 alpha-3.
    kind : str
        One of `KINDS`.
    holder : str
        Name of a participant; empty for all other kinds.
    """

    register: str
    kind: str
    holder: str = ""

    @classmethod
    @functools.lru_cache(maxsize=10_000)
    def parse(cls, code: str) -> Account:
        """Read an account's code.

        Raises
        ------
        ValueError
            If `code` is no account's.
        """
        match = _CODE.fullmatch(code)
        found = cls(*(part or "" for part in match.groups())) if match else None
        if found is None or found.kind not in KINDS:
            message = (
                f"{code!r} is no account; accounts are called {{country}}-{{kind}}, such as "
                f"JPN-government, and the kinds are {', '.join(KINDS)}"
            )
            raise ValueError(message)
        if (found.kind == "participant") != bool(found.holder):
            message = f"{code!r}: a participant's account, and no other, ends with a name, such as "
            raise ValueError(message + f"{found.register}-participant-Mayekawa")
        return found

    def __str__(self) -> str:
        return "-".join(part for part in (self.register, self.kind, self.holder) if part)
