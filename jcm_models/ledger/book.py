"""The state of the registers after some events: which units stand where, and under what leave.

The book is what the rules are judged against. It need not hold every unit there is: a database
lays open the part that a batch of events touches, and takes down what has changed.
"""

from __future__ import annotations

import datetime
import operator
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jcm_models.ledger.accounts import STANDING, Account
from jcm_models.ledger.events import Grant, Issuance, Registration, Units

__all__ = ["JAPAN", "Block", "Book"]

JAPAN = "JPN"


@dataclass(slots=True)
class Block:
    """Units next to each other that share their whole history.

    `since` is the day of the last event that touched them; an event before it is refused.
    """

    register: str
    first: int
    last: int
    account: str
    issuance: int
    since: datetime.date
    authorization: str = ""
    first_transferred: datetime.date | None = None
    transferred_by: str = ""
    transferred_to: str = ""

    @property
    def quantity(self) -> int:
        """How many units these are [tCO2e]."""
        return self.last - self.first + 1


# Everything but where a block begins; far faster than dataclasses.replace, and half of all work.
_state = operator.attrgetter(*Block.__slots__[2:])


@dataclass
class Book:
    """What has been booked so far, or the part of it that some events touch.

    Parameters
    ----------
    registers : collection of str
        The countries that keep a register.
    first_itmo_vintage : int
        The first vintage that may become an internationally transferred mitigation outcome (A2).
    signed : mapping of str to datetime.date
        When the memorandum with each partner was signed, where that is to be judged.
    """

    registers: Collection[str]
    first_itmo_vintage: int = 2021
    signed: Mapping[str, datetime.date] = field(default_factory=dict)
    participants: set[str] = field(default_factory=set)
    projects: dict[str, Registration] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    authorized: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    notices: dict[str, datetime.date] = field(default_factory=dict)
    issuances: dict[int, Issuance] = field(default_factory=dict)
    issued_for: defaultdict[str, list[Issuance]] = field(default_factory=lambda: defaultdict(list))
    next_serial: defaultdict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1))
    next_issuance: int = 1
    changed: set[tuple[str, int]] = field(default_factory=set)
    blocks: dict[tuple[str, int], Block] = field(default_factory=dict)
    _firsts: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def knows(self, account: str) -> bool:
        """Tell whether an account is there; each register has its standing ones."""
        if account in self.participants:
            return True
        try:
            found = Account.parse(account)
        except ValueError:
            return False
        return found.kind in STANDING and found.register in self.registers

    def lay(self, block: Block) -> None:
        """Lay open a block; its units must not be laid open yet."""
        self.blocks[block.register, block.first] = block
        insort(self._firsts[block.register], block.first)

    def overlapping(self, units: Units) -> list[Block]:
        """Return the blocks that hold units of a range, in order."""
        firsts = self._firsts[units.register]
        at = max(bisect_right(firsts, units.first) - 1, 0)
        found = []
        while at < len(firsts) and firsts[at] <= units.last:
            block = self.blocks[units.register, firsts[at]]
            if block.last >= units.first:
                found.append(block)
            at += 1
        return found

    def change(self, units: Units, blocks: list[Block], what: Callable[[Block], None]) -> None:
        """Change all units of a range, and no other: a block that reaches beyond it is split.

        Both parts of a split block keep its history, which its issuance and its units lead to.
        """
        for block in blocks:
            own = self._cut(block, units)
            what(own)
            self.changed.add((own.register, own.first))

    def _cut(self, block: Block, units: Units) -> Block:
        """Return what of a block lies in the range; the rest becomes blocks of its own."""
        if block.last > units.last:
            self._split(block, units.last + 1)
        return self._split(block, units.first) if block.first < units.first else block

    def _split(self, block: Block, at: int) -> Block:
        upper = Block(block.register, at, *_state(block))
        block.last = at - 1
        self.lay(upper)
        self.changed |= {(block.register, block.first), (upper.register, upper.first)}
        return upper

    def issue(self, issuance: Issuance) -> Issuance:
        """Return an issuance with its units numbered, and put them into its account."""
        register = Account.parse(issuance.target).register
        first = self.next_serial[register]
        units = Units(register, first, first + issuance.quantity - 1)
        booked = replace(issuance, units=units)
        number = self.next_issuance
        self.next_serial[register] = units.last + 1
        self.next_issuance += 1
        self.issuances[number] = booked
        self.issued_for[issuance.project].append(booked)
        self.lay(Block(register, first, units.last, issuance.target, number, issuance.day))
        self.changed.add((register, first))
        return booked

    def host_of(self, block: Block) -> str:
        """Return the partner country in which the reductions of a block happened."""
        return self.projects[self.issuances[block.issuance].project].host

    def grant_of(self, block: Block) -> Grant | None:
        """Return the authorization a block is under."""
        return self.grants.get(block.authorization)

    def __iter__(self) -> Iterator[Block]:
        """Iterate over the blocks by register and unit."""
        for register in sorted(self._firsts):
            for first in self._firsts[register]:
                yield self.blocks[register, first]
