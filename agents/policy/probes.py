"""Places to ask a policy about, made of every pattern that it names, so that two policies can be held against each other.

A pattern stands for the names that fit it: `shop-*` is asked about as one of them, `*` as a name that nothing else says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from agents.people import Actor, Place
from agents.policy.decision import Members
from agents.policy.policy import Policy
from tools.spec import Risk, Scope

ELSE = "zz-any-other"
WORKSPACE = "T0"


@dataclass(frozen=True, slots=True)
class Probe:
    """One question's place, and how it is said: `channel` and `target` in the policy's own patterns."""

    place: Place
    scope: Scope
    tool: str
    channel: str
    target: str
    tool_pattern: str

    def allowed(self, policy: Policy, actor: Actor, permission: str) -> int:
        """The highest risk that is allowed here, as a rank; -1 for none."""
        for risk in reversed(tuple(Risk)):
            if policy.decide(actor, self.place, permission, self.scope, self.tool, risk=risk).allow:
                return risk.rank
        return -1


class Pretend:
    """Slack user groups on a command line: the only member of a group is the group itself."""

    def members(self, group: str) -> Members:
        return Members(frozenset({account_of(group)}), 0.0)


def account_of(group: str) -> str:
    return f"{group}:GROUP"


def sample(pattern: str) -> str:
    return ELSE if pattern == "*" else pattern.replace("*", "zz")


def probes(policies: Sequence[Policy]) -> tuple[Probe, ...]:
    """Every meeting of a channel, a target and a tool that these policies tell apart."""
    parts = [binding.part for policy in policies for binding in policy.bindings]
    channels = _named(name for part in parts for name in part.channels)
    channels |= _named(name for policy in policies for name in policy.file.channels)
    clusters = _named(name for part in parts for name in part.clusters)
    namespaces = _named(name for part in parts for name in part.namespaces)
    compartments = _named(name for part in parts for name in part.compartments)
    tools = _named(name for part in parts for name in part.tools)
    targets = [(Scope(), "")]
    targets += [
        (Scope(cluster=sample(c), namespace=sample(n)), f"{c}/{n}") for c, n in product(clusters, namespaces)
    ]
    targets += [(Scope(compartment=sample(name)), f"compartment {name}") for name in compartments]
    return tuple(
        Probe(_place(channel), scope, sample(tool), channel, target, tool)
        for channel, (scope, target), tool in product(channels, targets, tools)
    )


def _named(patterns: Iterable[str]) -> dict[str, None]:
    """Each once, in order, and one for all that is not named."""
    return dict.fromkeys([*patterns, "*"])


def _place(channel: str) -> Place:
    if channel == "dm":
        return Place(WORKSPACE, "D0", "", kind="dm")
    return Place(WORKSPACE, sample(channel), "")
