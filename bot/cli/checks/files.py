"""The policy and the service map."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from agents.policy import Policy
    from bot.settings import Settings
    from tools.services.model import Service

FILE = "the file where it says"


async def policy(settings: Settings) -> list[Line]:
    from agents.policy.store import PolicyError, load_policy
    from tools.registry import ACTIONS

    if settings.policy_file is None:
        return [
            wrong(
                "policy", "POLICY_FILE is not set: nobody may do anything", "start from policy.example.yaml"
            )
        ]
    try:
        found = await asyncio.to_thread(load_policy, settings.policy_file, None, [a.name for a in ACTIONS])
    except PolicyError as error:
        return [wrong("policy", str(error), f"correct POLICY_FILE, or {FILE}")]
    return [
        fine("policy", f"{len(found.people)} people, hash {found.hash[:12]}"),
        *_approvers(found),
        *_breakers(found),
        *_detectors(found),
    ]


def _detectors(policy: Policy) -> list[Line]:
    """Those that could only ever say that they cannot look. A service's own channel is not known here."""
    from agents.people import Place
    from agents.triage.principal import ACTOR

    told = [name for name, part in policy.file.channels.items() if part.incidents and not part.deny]
    looking = [part for part in policy.file.detectors if part.enabled]
    channels = {part.channel or told[0] for part in looking if part.channel or not part.service}
    blind = [c for c in sorted(channels) if not policy.holds(ACTOR, Place("", c, ""), "monitoring:read")]
    if blind:
        text = f"system:triage may read nothing in {', '.join(blind)}, where detectors are to tell"
        return [wrong("detectors", text, "name it under people and bind it there, docs/detectors.md")]
    return [fine("detectors", f"{len(looking)} look")] if looking else []


def _approvers(policy: Policy) -> list[Line]:
    """A risk that nobody may approve in production is a rule that stops every such change."""
    from tools.spec import Risk, Scope

    somewhere = [
        Scope(cluster=_plain(cluster), namespace=_plain(namespace))
        for binding in policy.bindings
        for cluster in binding.part.clusters
        for namespace in binding.part.namespaces
    ]
    able = {name for where in somewhere for name in policy.who_may_approve(Risk.HIGH, where)}
    if not able:
        return [
            wrong("approvers", "nobody may approve a change of high risk", "bind approve:high to two people")
        ]
    if len(able) == 1:
        text = f"only {next(iter(able))} may approve changes of high risk"
        return [wrong("approvers", text, "bind a second person: nobody approves their own change")]
    return [fine("approvers", f"high risk: {', '.join(sorted(able))}")]


def _breakers(policy: Policy) -> list[Line]:
    """Break-glass that nobody would hear of is refused when it is needed; better said now."""
    from agents.policy import Permission

    given = [
        b for b in policy.bindings if Permission.REMEDIATION_BREAK_GLASS in b.permissions and not b.part.deny
    ]
    if not given or policy.audit_channels:
        return []
    text = f"{given[0].rule_id} (line {given[0].line}) gives it, and no channel would hear of it: nobody can use it"
    return [wrong("break-glass", text, "set `audit: true` for a channel under `channels`")]


def _plain(pattern: str) -> str:
    """Some name that the pattern matches."""
    return pattern.replace("*", "x")


async def runbooks(settings: Settings) -> list[Line]:
    from agents.changes.runbooks.folder import Runbooks, folder_beside
    from tools.registry import ACTIONS

    folder = await asyncio.to_thread(folder_beside, settings.policy_file)
    if folder is None:
        return [off("runbooks", "no folder `runbooks` beside POLICY_FILE")]
    store = Runbooks(folder, {action.name: action for action in ACTIONS})
    good, problems = await asyncio.to_thread(store.checked)
    return [
        *(wrong("runbooks", problem, f"correct {FILE}") for problem in problems),
        *([fine("runbooks", f"{len(good)} runbooks")] if good else []),
    ]


async def services(settings: Settings) -> list[Line]:
    from tools.services.load import ServicesError, read

    if settings.services_file is None:
        return [off("services", "no SERVICES_FILE: services are known by their labels only")]
    try:
        found = await asyncio.to_thread(read, settings.services_file)
    except ServicesError as error:
        name = settings.services_file.name
        return [
            wrong("services", f"{name}: {problem}", f"correct SERVICES_FILE, or {FILE}")
            for problem in error.problems
        ]
    return [fine("services", f"{len(found)} services"), *await _unknown_clusters(settings, found)]


async def _unknown_clusters(settings: Settings, found: dict[str, Service]) -> list[Line]:
    from tools.cluster.connection import contexts
    from tools.errors import ToolError

    if settings.kubeconfig is None:
        return []
    try:
        known, _ = await asyncio.to_thread(contexts, settings.kubeconfig)
    except ToolError:  # said with the clusters
        return []
    strange = sorted({w.cluster for s in found.values() for w in s.workloads} - set(known))
    todo = "name clusters by kubeconfig context"
    return [wrong("services", f"a workload names cluster {c!r}, which is no context", todo) for c in strange]
