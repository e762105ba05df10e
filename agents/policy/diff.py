"""Two policies held against each other: who gains and who loses which right, where. Asked, not read: what counts is the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from agents.people import Actor
from agents.policy.permissions import Permission
from agents.policy.policy import Policy
from agents.policy.probes import Probe, account_of, probes
from tools.spec import Risk

Change = Literal["gains", "loses"]
RISKS = tuple(risk.value for risk in sorted(Risk, key=lambda risk: risk.rank))


Names = tuple[str, ...]


class Where(NamedTuple):
    """A probe at which the answer changes; `risks` are the higher one and, where something was or stays allowed, the lower."""

    channel: str
    target: str
    tool: str
    risks: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Some people, some rights and where: all that changes in the same way, once. `up_to` is the higher risk, `instead_of` the lower."""

    who: tuple[str, ...]
    change: Change
    permissions: tuple[str, ...]
    channels: tuple[str, ...]
    targets: tuple[str, ...]
    tools: tuple[str, ...]
    up_to: str
    instead_of: str = ""

    def __str__(self) -> str:
        verb = self.change if len(self.who) == 1 else self.change.removesuffix("s")
        where = f"in {_list(self.channels, 'any other channel')}"
        on = _list(self.targets, "")
        tools = "" if self.tools == ("*",) else f", with {_list(self.tools, 'any other tool')}"
        beyond = "" if self.up_to == RISKS[-1] and not self.instead_of else f", up to {self.up_to} risk"
        beyond += f" (kept up to {self.instead_of})" if self.instead_of and self.change == "loses" else ""
        beyond += f" (so far up to {self.instead_of})" if self.instead_of and self.change == "gains" else ""
        on = f" on {on}" if on else ""
        return f"{', '.join(self.who)} {verb} {', '.join(self.permissions)} {where}{on}{tools}{beyond}"


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """Both must have been opened with `Pretend` user groups. Rights only; see `other_keys` for the rest."""
    asked = probes((old, new))
    found: dict[tuple[Change, frozenset[Where]], dict[str, set[str]]] = {}
    for people, actor in _alike(old, new):
        for rights in _together(old, new):
            for change, where in _changes(old, new, actor, rights[0], asked).items():
                names = found.setdefault((change, frozenset(where)), {})
                for right in rights:
                    names.setdefault(right, set()).update(people)
    return tuple(line for (change, where), rights in found.items() for line in _said(change, where, rights))


def other_keys(old: Policy, new: Policy) -> tuple[str, ...]:
    """Top-level keys that say something else beside who may what."""
    return tuple(
        name
        for name in type(old.file).model_fields
        if name not in {"bindings", "roles", "groups"} and getattr(old.file, name) != getattr(new.file, name)
    )


def _alike(old: Policy, new: Policy) -> list[tuple[tuple[str, ...], Actor]]:
    """People whom the same bindings speak of are asked about once."""
    alike: dict[object, list[tuple[str, str]]] = {}
    for account, name in _everybody(old, new).items():
        signature = tuple(
            tuple(n for n, binding in enumerate(policy.bindings) if _about(policy, account, n))
            for policy in (old, new)
        )
        alike.setdefault(signature, []).append((account, name))
    return [(tuple(name for _, name in group), _actor(group[0][0])) for group in alike.values()]


def _everybody(old: Policy, new: Policy) -> Mapping[str, str]:
    people = {p.id: p.name for policy in (old, new) for p in policy.people}
    groups = {g: None for policy in (old, new) for binding in policy.bindings for g in binding.usergroups}
    return people | {account_of(group): f"Slack group {group}" for group in groups}


def _about(policy: Policy, account: str, n: int) -> bool:
    binding = policy.bindings[n]
    person = policy.person_of(_actor(account))
    return (person is not None and person.name in binding.people) or any(
        account_of(group) == account for group in binding.usergroups
    )


def _actor(account: str) -> Actor:
    team, _, user = account.rpartition(":")
    return Actor(team, user, standing="member")


def _together(old: Policy, new: Policy) -> list[tuple[str, ...]]:
    """Rights that the same bindings hold are asked about once."""
    alike: dict[object, list[str]] = {}
    for right in Permission:
        signature = tuple(
            tuple(right in binding.permissions for binding in policy.bindings) for policy in (old, new)
        )
        alike.setdefault(signature, []).append(right.value)
    return [tuple(group) for group in alike.values()]


def _changes(
    old: Policy, new: Policy, actor: Actor, right: str, asked: Sequence[Probe]
) -> dict[Change, set[Where]]:
    changes: dict[Change, set[Where]] = {}
    for probe in asked:
        before, after = probe.allowed(old, actor, right), probe.allowed(new, actor, right)
        if before == after:
            continue
        change: Change = "gains" if after > before else "loses"
        risks = (RISKS[max(before, after)], RISKS[min(before, after)] if min(before, after) >= 0 else "")
        changes.setdefault(change, set()).add(Where(probe.channel, probe.target, probe.tool_pattern, risks))
    return changes


def _said(change: Change, where: frozenset[Where], rights: Mapping[str, set[str]]) -> list[Difference]:
    """Channels with the same targets go together, and so do rights of the same people."""
    by_people: dict[tuple[str, ...], list[str]] = {}
    for right, people in rights.items():
        by_people.setdefault(tuple(sorted(people)), []).append(right)
    return [
        Difference(who, change, tuple(held), channels, targets, tools, *risks)
        for (targets, tools, risks), channels in _folded(where).items()
        for who, held in by_people.items()
    ]


def _folded(where: frozenset[Where]) -> Mapping[tuple[Names, Names, tuple[str, str]], Names]:
    """Channels by what is the same in each: first targets, then tools are gathered, a kind at a time."""
    targets: dict[tuple[str, str, tuple[str, str]], set[str]] = {}
    for each in where:
        targets.setdefault((each.channel, each.tool, each.risks), set()).add(each.target)
    tools: dict[tuple[str, Names, tuple[str, str]], set[str]] = {}
    for (channel, tool, risks), names in targets.items():
        tools.setdefault((channel, tuple(sorted(names)), risks), set()).add(tool)
    channels: dict[tuple[Names, Names, tuple[str, str]], set[str]] = {}
    for (channel, about, risks), names in tools.items():
        shown = ("*",) if "*" in names else tuple(sorted(names))
        channels.setdefault((about, shown, risks), set()).add(channel)
    return {key: tuple(sorted(names)) for key, names in sorted(channels.items())}


def _list(names: Sequence[str], other: str) -> str:
    """Names as the policy writes them; `*` beside others is all that is left."""
    shown = [name for name in names if name not in {"", "*"}]
    return ", ".join([*shown, *([other] if "*" in names and other else [])])
