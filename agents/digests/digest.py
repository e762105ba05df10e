"""What a digest is made of: facts that can be compared with those of the last one, and the parts that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tools.spec import Chart, Table

KINDS: Final[Mapping[str, str]] = {
    "operations": "Daily operations",
    "cost": "Weekly cost",
    "access": "Weekly access",
    "handover": "On-call hand-over",
    "approvals": "Approvals that wait",
    "noise": "Noise ledger",
}
NEEDS: Final[Mapping[str, str]] = {  # the right without which a digest of this kind would be empty
    "operations": "monitoring:read",
    "cost": "cost:read",
    "access": "iam:read",
    "handover": "remediation:read",
    "approvals": "remediation:read",
    "noise": "monitoring:read",
}
SHOWN: Final = 10  # lines of a part
KEPT: Final = 500  # facts of an area that are remembered
Snapshot = Mapping[str, Mapping[str, tuple[str, str]]]  # by area and key: (state, text)


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `channel` and `ts` are the message it leads to, else `lead` is what to type. Strings may hold what others wrote."""

    text: str
    channel: str = ""
    ts: str = ""
    lead: str = ""
    offer: str = ""  # words that a button sends in the clicker's name


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    items: tuple[Item, ...]
    left: int = 0  # so many more there are
    more: str = "plans"  # what lists them


@dataclass(frozen=True, slots=True)
class Digest:
    """`nothing`: one line says it all. `seen`: what the next one is compared with."""

    title: str
    text: str
    parts: tuple[Part, ...] = ()
    problems: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    seen: Snapshot = field(default_factory=dict)
    worded_by: str = ""  # a model, where one put `text` into its own words
    counted: str = ""  # what code said, where a model said it anew

    @property
    def nothing(self) -> bool:
        return not self.parts


@dataclass(frozen=True, slots=True)
class Fact:
    """`key` is the thing; two facts of one key and another `state` are a change. An empty state never changes."""

    key: str
    text: str
    state: str = ""
    channel: str = ""
    ts: str = ""
    lead: str = ""
    offer: str = ""

    @property
    def item(self) -> Item:
        return Item(self.text, self.channel, self.ts, self.lead, self.offer)


@dataclass(frozen=True, slots=True)
class Area:
    """Facts of one question. `read`: it was answered; `whole`: in full, so that what is missing is gone.

    `events` happened since the last one: they are new once and stand for nothing afterwards. `quiet`: of what stands
    the number is enough.
    """

    title: str
    facts: tuple[Fact, ...] = ()
    read: bool = True
    whole: bool = True
    events: bool = False
    quiet: bool = False
    more: str = ""
