"""What the bot says of itself in a channel that it was invited to: what it sees there and with whose rights, and what may be changed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.people import Actor, Place
from agents.policy import Permission, Policy
from agents.triage.principal import ACTOR

ASKED = 3
APPROVALS = (Permission.APPROVE_LOW, Permission.APPROVE_MEDIUM, Permission.APPROVE_HIGH, Permission.APPROVE_CRITICAL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changing:
    """By the policy: who may ask for changes there, who may approve them, where. Empty: nobody, nowhere."""

    proposers: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    groups: bool = False  # people of a Slack user group may, too, whom the policy does not name


def as_whom(policy: Policy, inviter: Actor, place: Place) -> Actor | None:
    """Whoever invited us, if they may look there; else the account of triage, if the policy lets it look there."""
    may = [one for one in (inviter, ACTOR) if policy.holds(one, place, Permission.KUBERNETES_READ)]
    return may[0] if may else None


def changing(policy: Policy, place: Place) -> Changing:
    proposers: list[str] = []
    approvers: list[str] = []
    where: dict[str, None] = {}
    for person in policy.people:
        team, _, user = person.accounts[0].partition(":")
        actor = Actor(team, user, person.name)
        if policy.holds(actor, place, Permission.REMEDIATION_EXECUTE):
            proposers.append(person.name)
            reach = policy.reach(actor, place, Permission.REMEDIATION_EXECUTE)
            where |= {_place(part): None for part in reach.grants}
        if any(policy.holds(actor, place, right) for right in APPROVALS):
            approvers.append(person.name)
    groups = any(
        b.usergroups and not b.part.deny and Permission.REMEDIATION_EXECUTE in b.permissions
        and (place.channel in b.part.channels or "*" in b.part.channels)
        for b in policy.compiled.bindings
    )  # fmt: skip
    return Changing(tuple(proposers), tuple(approvers), tuple(one for one in where if one), groups)


def _place(part: Any) -> str:
    """Of a binding; empty where it reaches nothing."""
    told = []
    if part.clusters and part.namespaces:
        told.append(f"namespaces {', '.join(part.namespaces)} on clusters {', '.join(part.clusters)}")
    if part.compartments:
        told.append(f"compartments {', '.join(part.compartments)}")
    return " and ".join(told)


def questions(data: Mapping[str, Any]) -> tuple[str, ...]:
    """About things that were seen, so that each has an answer."""
    services = [str(name) for name in data.get("known", ())]
    services += [str(one["label"] if one["twice"] else one["name"]) for one in data.get("entries", ())]
    spaces = [str(space) for one in data.get("clusters", ()) for space in one["namespaces"]]
    places = [str(path) for path in data.get("compartments", ())]
    asked: list[str] = []
    if services:
        asked.append(f"how is {services[0]}?")
    if spaces:
        asked.append(f"what is unhealthy in namespace {_busiest(spaces)}?")
    if places:
        asked.append("which alarms are firing?")
    if services:
        asked.append(f"what changed in {services[-1]} in the last hour?")
    if spaces:
        asked.append(f"what happened in namespace {_busiest(spaces)}?")
    if places:
        asked += ["which instances are there?", "what did we spend this month?"]
    return tuple(dict.fromkeys(asked))[:ASKED]


def _busiest(spaces: Sequence[str]) -> str:
    """One that people look after rather than one of the cluster's own."""
    return next((one for one in spaces if not one.startswith("kube-")), spaces[0])
