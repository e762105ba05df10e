"""Daily operations: what is not well, what fires, what is open, what changed and what expires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.digests.digest import Area, Fact
from agents.digests.reading import Reads, Wish, rows, whole
from agents.digests.sources import Own, Sources
from tools.spec import Result

SOON_DAYS: Final = 30
FIRING: Final = frozenset(("FIRING", "firing"))
Row = Mapping[str, Any]


async def operations(reads: Reads, sources: Sources, own: Own) -> list[Area]:
    clusters, cloud = sources.clusters, sources.cloud
    asked: list[Wish] = [("k8s_unhealthy", {**at, "limit": 50}) for at in clusters]
    asked += [("k8s_certificates", {**at, "days": SOON_DAYS}) for at in clusters]
    asked += [("oci_health", {}), ("oci_alarms", {}), ("oci_secrets", {"limit": 200})] if cloud else []
    asked += [("prom_alerts", {"state": "firing", "silences": False})] if sources.alerts else []
    answers = iter(await reads.all(*asked))
    pods = [next(answers) for _ in clusters]
    certificates = [next(answers) for _ in clusters]
    health, alarms, secrets = (next(answers) for _ in range(3)) if cloud else (None, None, None)
    alerts = [next(answers)] if sources.alerts else []
    return [
        Area("Incidents open", own.open, read=own.read),
        *([_area("Not well in Kubernetes", _pods(pods), pods, "health")] if clusters else []),
        *([_area("Health of Oracle Cloud by compartment", _compartments(health), [health], "health")] if cloud else []),
        *([_area("Alarms that fire", [*_alarms(alarms), *_alerts(alerts)], [alarms, *alerts] if cloud else alerts, "alarms")] if cloud or alerts else []),
        Area("Changes made since", own.changes, read=own.read, events=True, more="plans"),
        _area(f"Expires within {SOON_DAYS} days", [*_certificates(certificates), *_secrets(secrets)], [*certificates, secrets] if cloud else certificates, "secrets"),
    ]  # fmt: skip


def _area(title: str, facts: Sequence[Fact], of: Sequence[Result | None], more: str) -> Area:
    """Read where anything of it was; whole where all was."""
    read = not of or any(one is not None for one in of)
    return Area(title, tuple(facts), read=read, whole=whole(*of), more=more)


def _pods(found: Sequence[Result | None]) -> list[Fact]:
    facts = []
    for result in found:
        for one in rows(result, "unhealthy"):
            name, where = str(one.get("name", "")), f"{one.get('namespace')}/{one.get('name')}"
            reasons = ", ".join(map(str, one.get("reasons") or {})) or str(one.get("note", ""))
            key = "/".join(str(one.get(part, "")) for part in ("cluster", "namespace", "kind", "name"))
            facts.append(Fact(key, f"{where}: {reasons}", reasons, lead=f"why is {name} failing?"))
        facts += [
            Fact(f"node/{one.get('name')}", f"node {one.get('name')}: {one.get('problem')}")
            for one in rows(result, "nodes")
        ]
        for one in rows(result, "beyond_limits"):
            said = f"{one.get('service')} {one.get('metric')}: {one.get('value')} {one.get('unit') or ''}, limit {one.get('limit')}"
            facts.append(Fact(f"metric/{one.get('service')}/{one.get('metric')}", said, lead=f"why is {one.get('service')} failing?"))  # fmt: skip
    return facts


def _compartments(found: Result | None) -> list[Fact]:
    """Only those that lose points."""
    return [
        Fact(f"{one.get('name')}", f"{one.get('name')}: {one.get('score')} of 100; {one.get('arithmetic')}", str(one.get("score")), lead="health")
        for one in rows(found, "parts")
        if one.get("kind") == "compartment"
    ]  # fmt: skip


def _alarms(found: Result | None) -> list[Fact]:
    return [
        Fact(f"oci/{one.get('id')}", f"{one.get('name')}: {one.get('severity')}, in {one.get('compartment')}, since {_day(one.get('since'))}", lead="alarms")
        for one in rows(found, "alarms")
        if one.get("state") in FIRING
    ]  # fmt: skip


def _alerts(found: Sequence[Result | None]) -> list[Fact]:
    return [
        Fact(f"alert/{one.get('name')}/{one.get('severity')}", f"{one.get('name')}: {one.get('severity') or 'no severity'}, {one.get('count')} of them, since {_day(one.get('since'))}")
        for result in found
        for one in rows(result, "alerts")
        if one.get("state") in FIRING
    ]  # fmt: skip


def _certificates(found: Sequence[Result | None]) -> list[Fact]:
    return [
        Fact(f"certificate/{one.get('namespace')}/{one.get('what')}", f"{one.get('what')}: certificate until {_day(one.get('until'))}", str(one.get("until")))
        for result in found
        for one in rows(result, "certificates")
        if int(one.get("days") or 0) <= SOON_DAYS
    ]  # fmt: skip


def _secrets(found: Result | None) -> list[Fact]:
    """Those with a date: metadata alone, never a value."""
    left = [(one, one.get("runs_out_days")) for one in rows(found, "secrets")]
    return [
        Fact(f"secret/{one.get('id')}", f"secret {one.get('name')}: runs out within {max(0, days)} days", lead="secrets")
        for one, days in left
        if isinstance(days, int) and days <= SOON_DAYS
    ]  # fmt: skip


def _day(value: object) -> str:
    return str(value or "unknown")[:16].replace("T", " ")
