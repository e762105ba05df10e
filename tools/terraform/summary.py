"""A plan in the order of its danger: what cannot be had back first. Counts, lines, class, and the digest of exactly this plan."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tools.reads.digest import counted
from tools.spec import Risk
from tools.terraform.reading import Change, Plan, What, read

STATEFUL: Final = re.compile(
    r"database|_db_|mysql|psql|postgres|nosql|redis|rds|dynamo|mongo|opensearch|elasticsearch|autonomous|volume|_disk"
    r"|bucket|object|storage|vault|kms|_key|secret|file_system|filesystem|_efs|_ebs|stream|queue|backup|registry|container_repository"
)
JOINTS: Final = re.compile(r"(_attachment|_assignment|_association|_policy|_rule|_lifecycle_policy)$")
LOSSES: Final = frozenset({What.DESTROY, What.REPLACE})
RANKS: Final = {what: rank for rank, what in enumerate(What)}


def stateful(kind: str) -> bool:
    """Whether data or keys go with it. What only joins two things holds none."""
    return bool(STATEFUL.search(kind)) and not JOINTS.search(kind)


@dataclass(frozen=True, slots=True)
class Summary:
    """`changes` are the riskiest first; `digest` is the SHA-256 of the text that they were read from."""

    changes: tuple[Change, ...]
    digest: str
    plan: Plan

    @property
    def counts(self) -> Counter[What]:
        return Counter(one.what for one in self.changes)

    @property
    def lost(self) -> tuple[Change, ...]:
        """What is destroyed, by itself or to be replaced, with data or keys in it."""
        return tuple(one for one in self.changes if one.what in LOSSES and stateful(one.kind))

    @property
    def destroys(self) -> int:
        return sum(self.counts[what] for what in LOSSES)

    @property
    def risk(self) -> Risk:
        """Of what is done. That it has no way back raises it again, which is not counted here."""
        if self.lost:
            return Risk.CRITICAL
        return Risk.HIGH if self.destroys or self.counts[What.FORGET] else Risk.MEDIUM

    @property
    def headline(self) -> str:
        """`1 to destroy, 2 to change`; the most dangerous first."""
        counts = self.counts
        return ", ".join(f"{counts[what]} to {what}" for what in What if counts[what]) or "no changes"

    @property
    def warnings(self) -> tuple[str, ...]:
        said = [f"{len(self.lost)} of what goes hold data or keys: {_named(self.lost)}"] if self.lost else []
        if drifted := self.plan.drifted:
            said.append(f"{counted(drifted, 'object')} differed already from what Terraform had last written")
        if self.plan.later:
            said.append("Terraform put a part off: it needs another plan and apply after this one")
        return tuple(said)


def summarise(raw: bytes) -> Summary:
    """Raises NoPlan."""
    plan = read(raw)
    return Summary(tuple(sorted(plan.changes, key=_danger)), hashlib.sha256(raw).hexdigest(), plan)


def _danger(one: Change) -> tuple[bool, int, str]:
    return not (one.what in LOSSES and stateful(one.kind)), RANKS[one.what], one.address


def _named(changes: tuple[Change, ...], most: int = 5) -> str:
    names = [one.address for one in changes[:most]]
    return ", ".join(names) + (f" and {len(changes) - most} more" if len(changes) > most else "")


def before_and_after(one: Change) -> tuple[str, str]:
    """As a card's line shows it."""
    told = "; ".join(filter(None, (*one.fields, one.why)))
    tail = f": {told}" if told else ""
    match one.what:
        case What.DESTROY:
            return "there", f"destroyed{_data(one)}, cannot be undone{tail}"
        case What.REPLACE:
            order = "the new one first" if one.first_new else "the old one goes first"
            return "there", f"destroyed{_data(one)} and made anew, {order}{tail}"
        case What.CREATE:
            return "(not there)", f"made{tail}"
        case What.FORGET:
            return "managed", f"left to itself: Terraform no longer manages it{tail}"
        case What.UPDATE:
            return "there", f"changed{tail}"
        case What.MOVE | What.IMPORT:
            return (
                "as it is",
                f"{'renamed in' if one.what is What.MOVE else 'taken into'} the state alone{tail}",
            )


def _data(one: Change) -> str:
    return " with the data or keys in it" if stateful(one.kind) else ""


def lines(summary: Summary, most: int) -> list[str]:
    """For a terminal or a message: one an object, and how many are not shown."""
    shown = [
        f"{one.what.value:8} {one.address}: {before_and_after(one)[1]}" for one in summary.changes[:most]
    ]
    rest = Counter(one.what for one in summary.changes[most:])
    return shown + ([f"... and {', '.join(f'{n} to {what}' for what, n in rest.items())}"] if rest else [])
